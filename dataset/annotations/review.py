"""Files for reviewers: each annotation to accept or reject, and how far two reviewers agree."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.annotations.sheets import DECISIONS, Annotation, Review, Sheet
from effilint.dataset.problems import BadRowError
from effilint.dataset.rows import Broken, rows
from effilint.dataset.store import UnknownSuffixError

COLUMNS = [
    "id",
    "decision",
    "comment",
    "reviewer",
    "problem",
    "side",
    "behaviour",
    "name",
    "lines",
    "snippet",
    "explanation",
    "mechanism",
    "source",
    "code",
]
_FORMULA = "=+-@\t\r"  # a spreadsheet works out a cell that starts with one of these
_LONGEST_CELL = 1 << 24

Row = dict[str, str]


@dataclass(frozen=True)
class Reviews:
    """What one reviewer decided, by the ids of annotations."""

    reviewer: str
    decisions: Mapping[str, Review]


@dataclass(frozen=True)
class Agreement:
    """How far two reviewers agree on some annotations: see `kappa`."""

    count: int
    share: float
    kappa: float | None


def review_rows(sheets: Iterable[Sheet], reviewer: str, codes: Mapping[str, str]) -> Iterator[Row]:
    """Yield a row for each annotation, with an empty decision; `codes` are by solution."""
    for sheet in sheets:
        for annotation in sheet.annotations:
            yield _row(sheet, annotation, reviewer, codes.get(sheet.solution, ""))


def written(path: Path, found: Iterable[Row]) -> Iterator[bytes]:
    """Yield the lines of a file of reviews, `.csv` or `.jsonl`; `UnknownSuffixError` for others."""
    if path.suffix == ".jsonl":
        yield from (f"{json.dumps(row, ensure_ascii=False)}\n".encode() for row in found)
    elif path.suffix == ".csv":
        yield from _csv_lines(found)
    else:
        raise UnknownSuffixError(f"{path} is no .csv or .jsonl")


def read_reviews(path: Path, known: Mapping[str, Any]) -> Reviews:
    """Read a file that a reviewer filled in; rows without a decision are left out.

    `known` has the ids that there are. Raises `BadRowError` for another id or decision, or for
    rows of several reviewers, and `OSError` for no file.
    """
    reviewer = ""
    decisions: dict[str, Review] = {}
    for line, row in _rows(path):
        decision = str(row.get("decision") or "").strip().lower()
        if not decision:
            continue
        key, name = str(row.get("id") or ""), str(row.get("reviewer") or "").strip()
        place = f"{path}:{line}"
        if decision not in DECISIONS:
            raise BadRowError(f"{place}: a decision is accept or reject, not {decision!r}")
        if key not in known:
            raise BadRowError(f"{place}: there is no annotation {key!r}")
        if not name or name != (reviewer or name):
            raise BadRowError(f"{place}: the reviewer is {name!r}, and was {reviewer!r} before")
        reviewer = name
        review = Review(decision, str(row.get("comment") or "").strip())
        if decisions.setdefault(key, review).decision != decision:
            raise BadRowError(f"{place}: {key} was decided otherwise before")
    if not reviewer:
        raise BadRowError(f"{path}: nothing is decided")
    return Reviews(reviewer, decisions)


def agreement(one: Reviews, other: Reviews, behaviours: Mapping[str, str]) -> dict[str, Agreement]:
    """Return how far two reviewers agree, by behaviour and, under an empty name, overall.

    What only one of them decided does not count. `behaviours` are by the ids of annotations.
    """
    both = sorted(set(one.decisions) & set(other.decisions))
    groups: dict[str, list[tuple[str, str]]] = {"": []}
    for key in both:
        pair = one.decisions[key].decision, other.decisions[key].decision
        groups[""].append(pair)
        groups.setdefault(behaviours[key], []).append(pair)
    return {name: _agreement(groups[name]) for name in sorted(groups)}


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of pairs of decisions, at most 1; None where it is not defined.

    (p_o - p_e) / (1 - p_e), with p_o the share of pairs that agree and p_e the share that would by
    chance, the sum over decisions of the product of how often each reviewer made it (Cohen 1960, A
    coefficient of agreement for nominal scales). If both always decide the same p_e is 1.
    """
    if not pairs:
        return None
    ones, others = (Counter(side) for side in zip(*pairs, strict=True))
    observed = sum(a == b for a, b in pairs) / len(pairs)
    expected = sum(ones[key] * others[key] for key in ones) / len(pairs) ** 2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def _agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    share = sum(a == b for a, b in pairs) / len(pairs) if pairs else 0.0
    return Agreement(len(pairs), share, kappa(pairs))


def _row(sheet: Sheet, annotation: Annotation, reviewer: str, code: str) -> Row:
    behaviour, place = BEHAVIOURS[annotation.behaviour], annotation.place
    is_dual = annotation.side == "efficient"
    return {
        "id": sheet.id_of(annotation),
        "decision": "",
        "comment": "",
        "reviewer": reviewer,
        "problem": sheet.problem,
        "side": annotation.side,
        "behaviour": annotation.behaviour,
        "name": behaviour.dual if is_dual else behaviour.name,
        "lines": f"{place.line} to {place.end_line}" if place else "",
        "snippet": annotation.snippet,
        "explanation": annotation.explanation,
        "mechanism": annotation.mechanism,
        "source": annotation.source,
        "code": code,
    }


def _csv_lines(found: Iterable[Row]) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for row in found:
        writer.writerow({key: _harmless(value) for key, value in row.items()})
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(tuple(_FORMULA)) else cell


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if path.suffix != ".csv":
        for item in rows(path):
            if isinstance(item, Broken):
                raise BadRowError(str(item))
            yield item.line, item.content
        return
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        try:
            for row in reader:
                yield reader.line_num, row
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadRowError(f"{path}:{reader.line_num}: {error}") from None
