"""Files of problems: JSON lines, gzipped or not, and Parquet; read and written row by row."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from effilint.analyzer.extras import needed
from effilint.dataset.problems import Problem
from effilint.dataset.rows import Broken, Row, made_rows, rows
from effilint.dataset.writing import replacing

_BATCH = 256  # rows of Parquet that are written, or read, at a time

Write = Callable[[Problem], None]


class UnknownSuffixError(Exception):
    """A name that does not say how problems are to be written; `str` is one clear line."""


def read(path: Path) -> Iterator[Problem | Broken]:
    """Yield the problems of a file, with a note in the place of each row that is none.

    Raises `OSError` for a file that cannot be opened, and `MissingExtraError` for Parquet without
    the extra.
    """
    found = _parquet_rows(path) if path.suffix == ".parquet" else rows(path)
    return made_rows(path, found, Problem.from_row)


@contextmanager
def writing(path: Path) -> Iterator[Write]:
    """Give a function that writes a problem; the file is there, whole, at the end, or not at all.

    The suffix says what it is: `.jsonl`, `.jsonl.gz` or `.parquet`. Raises
    `UnknownSuffixError` for another, and `OSError`.
    """
    with replacing(path) as file, _writer(path, file) as write:
        yield write


@contextmanager
def _writer(path: Path, file: IO[bytes]) -> Iterator[Write]:
    if path.suffix == ".parquet":
        with _parquet_writer(file) as write:
            yield write
    elif path.name.endswith(".jsonl.gz"):
        # No name and no time in the head, so that equal problems are equal files.
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as zipped:
            yield lambda problem: _write_line(zipped, problem)
    elif path.suffix == ".jsonl":
        yield lambda problem: _write_line(file, problem)
    else:
        raise UnknownSuffixError(f"{path} is no .jsonl, .jsonl.gz or .parquet")


def _write_line(file: gzip.GzipFile | IO[bytes], problem: Problem) -> None:
    file.write(f"{problem.to_json()}\n".encode())


def _schema(arrow: Any) -> Any:
    text, texts = arrow.string(), arrow.list_(arrow.string())
    solution = {"id": text, "code": text, "origins": texts, "licence": text}
    return arrow.schema(
        {
            "id": text,
            "solutions": arrow.list_(arrow.struct(list(solution.items()))),
            "tests": text,  # JSON: what a case holds has no one type
            "description": text,
            "generators": texts,
            "number": arrow.int64(),
            "in_effibench": arrow.bool_(),
        }
    )


@contextmanager
def _parquet_writer(file: IO[bytes]) -> Iterator[Write]:
    arrow, parquet = needed("pyarrow", "Parquet"), needed("pyarrow.parquet", "Parquet")
    schema = _schema(arrow)
    waiting: list[dict[str, Any]] = []
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:

        def flush() -> None:
            writer.write_table(arrow.Table.from_pylist(waiting, schema=schema))
            waiting.clear()

        def write(problem: Problem) -> None:
            tests = json.dumps(dict(problem.tests), ensure_ascii=False)
            waiting.append({**problem.to_row(), "tests": tests})
            if len(waiting) == _BATCH:
                flush()

        yield write
        flush()


def _parquet_rows(path: Path) -> Iterator[Row | Broken]:
    """Rows of Parquet as those of JSON; the line is the number of the row."""
    arrow, parquet = needed("pyarrow", "Parquet"), needed("pyarrow.parquet", "Parquet")
    number = 0
    with path.open("rb") as opened:
        try:
            for batch in parquet.ParquetFile(opened).iter_batches(batch_size=_BATCH):
                for number, content in enumerate(batch.to_pylist(), number + 1):  # noqa: B020
                    yield _row(path, number, content)
        except (arrow.ArrowException, OSError) as error:
            reason = str(error).splitlines()[0]
            yield Broken(str(path), number + 1, f"it is no Parquet that can be read: {reason}")


def _row(path: Path, number: int, content: dict[str, Any]) -> Row | Broken:
    tests = content.get("tests")
    if not isinstance(tests, str):
        return Broken(str(path), number, "tests must be a text of JSON")
    try:
        return Row(number, {**content, "tests": json.loads(tests or "{}")})
    except (ValueError, RecursionError):
        return Broken(str(path), number, "tests must be a text of JSON")
