"""Compare the rules with what annotators marked in pairs of solutions to one problem.

    python benchmarks/behaviour_pairs.py behaviour_pairs.jsonl.gz [--write docs/behaviour_pairs.md]

Each line of the file is a pair: an `inefficient` and an `efficient` program, the first with
`behaviours` (name, snippet and, for half of them, lines). For each behaviour the table counts the
annotations a rule of the same behaviour fires on (inside the span or within two lines of it), the
annotations any rule fires on, the programs that carry the annotation and have a finding of the
behaviour anywhere, and the efficient sides of the same pairs that have one. All rules are on.
The labels are opinions; problems that are held back for testing are left out.

`--missed DST1 --show 5` prints spans of that behaviour that no rule of it fires on, and
`--efficient DST1 --show 5` the findings of that behaviour on efficient sides.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tables import markdown_table, write_between

from effilint import Diagnostic, SourceError, check
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.annotations.names import PREFIXES
from effilint.dataset.leetcode_numbers import is_held_back

NEAR = 2


@dataclass(frozen=True)
class Span:
    """What an annotator marked: a behaviour at lines of the inefficient program."""

    behaviour: str
    first: int
    last: int
    why: str


@dataclass(frozen=True)
class Pair:
    """Both programs with their findings, and the annotated spans of the first."""

    name: str
    inefficient: str
    spans: list[Span]
    findings: list[Diagnostic]
    efficient: str
    other_findings: list[Diagnostic]


@dataclass
class Tally:
    """The counts of one behaviour."""

    spans: int = 0
    hit: int = 0
    hit_by_any: int = 0
    programs: int = 0
    programs_hit: int = 0
    efficient_hit: int = 0
    rules: Counter[str] = field(default_factory=Counter)


def located(code: str, annotation: dict[str, Any]) -> tuple[int, int] | None:
    """Return the lines of an annotation, found by its text where it has none."""
    if annotation.get("start_line"):
        return annotation["start_line"], annotation.get("end_line") or annotation["start_line"]
    wanted = [line.strip() for line in annotation["snippet"].splitlines() if line.strip()]
    lines = [(number, line.strip()) for number, line in enumerate(code.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line]
    for start in range(len(lines) - len(wanted) + 1):
        window = lines[start : start + len(wanted)]
        if wanted and [line for _, line in window] == wanted:
            return window[0][0], window[-1][0]
    return None


def spans(side: dict[str, Any]) -> list[Span]:
    """Return the annotations of a program that can be located."""
    found = []
    for annotation in side["behaviours"]:
        prefix = PREFIXES.get(annotation["behaviour"])
        lines = located(side["code"], annotation)
        if prefix and lines:
            found.append(Span(prefix, *lines, annotation["explanation"]))
    return found


def judged(line: str) -> Pair | None:
    """Return a pair with its findings; None where it is held back or does not parse."""
    row = json.loads(line)
    if is_held_back(int(row["problem_idx"])):
        return None
    texts = [row[side]["code"].expandtabs(4) for side in ("inefficient", "efficient")]
    try:
        findings = [check(text, select="ALL") for text in texts]
    except SourceError:
        return None
    marked = spans(row["inefficient"])
    return Pair(row["id"], texts[0], marked, findings[0], texts[1], findings[1])


def read(path: Path, jobs: int) -> Iterator[Pair]:
    """Yield the pairs of the file that count."""
    with gzip.open(path, "rt", encoding="utf-8") as rows, ProcessPoolExecutor(jobs) as pool:
        yield from (pair for pair in pool.map(judged, rows, chunksize=64) if pair)


def near(finding: Diagnostic, span: Span) -> bool:
    """Whether a finding starts inside a span or close to it."""
    return span.first - NEAR <= finding.line <= span.last + NEAR


def tally(pairs: list[Pair]) -> dict[str, Tally]:
    """Count every behaviour."""
    tallies = {prefix: Tally() for prefix in BEHAVIOURS}
    for pair in pairs:
        for span in pair.spans:
            counts = tallies[span.behaviour]
            close = [finding for finding in pair.findings if near(finding, span)]
            own = {finding.code for finding in close if finding.code.startswith(span.behaviour)}
            counts.spans += 1
            counts.hit += bool(own)
            counts.hit_by_any += bool(close)
            counts.rules.update(own)
        for prefix in {span.behaviour for span in pair.spans}:
            counts = tallies[prefix]
            counts.programs += 1
            counts.programs_hit += any(f.code.startswith(prefix) for f in pair.findings)
            counts.efficient_hit += any(f.code.startswith(prefix) for f in pair.other_findings)
    return tallies


def share(part: int, whole: int) -> str:
    """Return a share in percent."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def table(tallies: dict[str, Tally]) -> str:
    """Return the Markdown table."""
    header = (
        "behaviour",
        "spans",
        "own rule at the span",
        "any rule at the span",
        "programs",
        "own rule in the program",
        "own rule on the efficient side",
        "rules that fire most",
    )
    rows = [
        (
            f"{prefix} {BEHAVIOURS[prefix].name.split(' (')[0]}",
            str(counts.spans),
            share(counts.hit, counts.spans),
            share(counts.hit_by_any, counts.spans),
            str(counts.programs),
            share(counts.programs_hit, counts.programs),
            share(counts.efficient_hit, counts.programs),
            ", ".join(f"{code} {times}" for code, times in counts.rules.most_common(3)),
        )
        for prefix, counts in tallies.items()
    ]
    return markdown_table(header, rows)


def numbered(code: str, first: int, last: int) -> str:
    """Return a program with line numbers, the marked lines with a bar."""
    return "\n".join(
        f"{'|' if first <= number <= last else ' '}{number:4} {line}"
        for number, line in enumerate(code.splitlines(), 1)
    )


def show_missed(pairs: list[Pair], behaviour: str, count: int, skip: int) -> None:
    """Print spans of a behaviour that no rule of it fires on."""
    missed = (
        (pair, span)
        for pair in pairs
        for span in pair.spans
        if span.behaviour == behaviour
        and not any(near(f, span) and f.code.startswith(behaviour) for f in pair.findings)
    )
    for number, (pair, span) in enumerate(missed):
        if number < skip:
            continue
        if number >= skip + count:
            return
        print(f"--- {pair.name}: {span.why}")
        print(numbered(pair.inefficient, span.first, span.last))


def show_efficient(pairs: list[Pair], codes: str, count: int, skip: int) -> None:
    """Print findings on efficient sides."""
    wanted = ((p, f) for p in pairs for f in p.other_findings if f.code.startswith(codes))
    for number, (pair, finding) in enumerate(wanted):
        if number < skip:
            continue
        if number >= skip + count:
            return
        print(f"--- {pair.name}: {finding.code} {finding.message}")
        print(numbered(pair.efficient, finding.line, finding.end_line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--write", type=Path, help="a page with marker lines for the table")
    parser.add_argument("--missed", metavar="BEHAVIOUR")
    parser.add_argument("--efficient", metavar="CODES")
    parser.add_argument("--show", type=int, default=5)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if not options.pairs.is_file():
        sys.exit(f"behaviour_pairs: {options.pairs} is not a file")
    pairs = list(read(options.pairs, options.jobs))
    if options.missed:
        return show_missed(pairs, options.missed, options.show, options.skip)
    if options.efficient:
        return show_efficient(pairs, options.efficient, options.show, options.skip)
    text = table(tally(pairs))
    if options.write:
        write_between(options.write, text)
    print(text)
    print(f"{len(pairs)} pairs", file=sys.stderr)
    return None


if __name__ == "__main__":
    main()
