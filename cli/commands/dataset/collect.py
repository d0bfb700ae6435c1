"""`effilint dataset collect`: problems of several sources, made one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from effilint.commands.dataset.showing import complain, passed_on, print_table, refusing

if TYPE_CHECKING:
    from effilint.dataset.collecting import Collection

_POOL = "effibench_pool_ids.json"
_WORDS = {  # what the counts are called
    "problems": "problems",
    "solutions": "solutions",
    "with_examples": "problems with tests made of their examples",
    "without_tests": "problems without tests",
    "in_effibench": "problems in EffiBench's pool",
    "same_text": "left out: solutions of the same text",
    "near_duplicates": "left out: solutions that are the same program",
    "without_solutions": "left out: problems without solutions",
    "held_back": "left out: problems held back for the final test",
    "broken": "left out: broken rows",
}


class _Kind(click.ParamType[str]):
    """A kind of source; its names are known once the readers are loaded."""

    name = "kind"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from effilint.dataset.readers import KINDS

        if value not in KINDS:
            self.fail(f"there is no kind {value!r}; there are {', '.join(KINDS)}", param, ctx)
        return value


@click.command("collect", short_help="Make one file of problems from several sources.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "-o", "--output", required=True, metavar="PATH", help="A .jsonl, .jsonl.gz or .parquet file."
)
@click.option("--as", "kind", type=_Kind(), help="What the sources are, if they do not tell.")
@click.option(
    "--effibench-pool",
    metavar="PATH",
    help=f"Numbers of the problems in EffiBench's pool; {_POOL} beside a source if it is there.",
)
@click.option(
    "--near",
    type=click.FloatRange(0.5, 1),
    default=1.0,
    show_default=True,
    help="How alike two solutions of a problem are for one to be left out; at 1 they are the same "
    "program up to names, comments and layout.",
)
def command(
    sources: tuple[str, ...], output: str, kind: str | None, effibench_pool: str | None, near: float
) -> None:
    """Read the SOURCEs, put solutions of the same problem together, and write them to one file.

    A SOURCE is a file, recognised by what is in it, or a folder with one folder for each problem;
    docs/dataset.md tells which there are. Broken rows are named and left out. The file is
    replaced at the end, as a whole.
    """
    from effilint.dataset import store
    from effilint.dataset.collecting import Collection

    paths = [Path(source) for source in sources]
    with refusing(), Collection(_pool(paths, effibench_pool), threshold=near) as collection:
        with store.writing(Path(output)) as write:
            for path in paths:
                _take(path, kind, collection)
            for problem in passed_on(collection.problems(), "writing problems"):
                write(problem)
            if not collection.counts.problems:
                raise click.UsageError("there is no problem with a solution; nothing is written")
        print_table({words: getattr(collection.counts, name) for name, words in _WORDS.items()})


def _take(path: Path, kind: str | None, collection: Collection) -> None:
    """Put the problems of a source into the collection; name its broken rows."""
    from effilint.dataset.readers import Broken, read

    for item in passed_on(read(path, kind), f"reading {path.name}"):
        if isinstance(item, Broken):
            collection.counts.broken += 1
            complain(item)
        else:
            collection.add(item)


def _pool(sources: list[Path], named: str | None) -> set[int]:
    """The numbers of the pool, in the file that is named, or that lies beside a source."""
    beside = (source.parent / _POOL for source in sources)
    path = Path(named) if named else next((path for path in beside if path.is_file()), None)
    if path is None:
        return set()
    try:
        numbers = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        numbers = None
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise click.UsageError(f"{path}: EffiBench's pool is a JSON list of whole numbers")
    return set(numbers)
