"""Read what the rules find on code that nobody here wrote, and count how much of it is right.

    python benchmarks/precision.py scan FOLDER            # download the packages, run all rules
    python benchmarks/precision.py sample FOLDER [CODE]   # findings to read, with their lines
    python benchmarks/precision.py record FOLDER VERDICTS # keep the verdicts of a reading
    python benchmarks/precision.py table FOLDER --write docs/precision.md

FOLDER holds the unpacked source distributions and the findings of the last scan; it can be thrown
away. `sample` takes up to --count findings of each rule, one package after the other, always the
same ones, and prints those that nobody has read yet. A line of VERDICTS is

    KEY right|petty|wrong why

`right`: the claim is true and the advice holds; `petty`: both, but the data is evidently small or
the code evidently cold; `wrong`: a false claim or bad advice. Verdicts go to
`benchmarks/readings.jsonl` and hold for as long as the finding and its lines stay the same.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import chain, zip_longest
from pathlib import Path

from real_code import FRESH, SEEN, Found, findings, folder_of, scan
from tables import markdown_table

from effilint.analyzer import Rule
from effilint.rules import all_rules

READINGS = Path(__file__).with_name("readings.jsonl")
VERDICTS = ("right", "petty", "wrong")
ENOUGH = 20
ON_BY_DEFAULT = 0.95


@dataclass(frozen=True)
class Reading:
    """What a reader said of a finding."""

    key: str
    code: str
    package: str
    path: str
    line: int
    verdict: str
    why: str


def readings() -> dict[str, Reading]:
    """Return the verdicts by the key of their finding."""
    if not READINGS.exists():
        return {}
    rows = (json.loads(line) for line in READINGS.read_text(encoding="utf-8").splitlines())
    return {row["key"]: Reading(**row) for row in rows}


def spread(found: Iterable[Found]) -> list[Found]:
    """Order findings so that the first ones come from as many packages as there are."""
    by_package: dict[str, list[Found]] = defaultdict(list)
    for one in sorted(found, key=lambda one: one.key):
        by_package[one.package].append(one)
    rounds = zip_longest(*(by_package[package] for package in sorted(by_package)))
    return [one for one in chain.from_iterable(rounds) if one]


def show(found: Found, folder: Path, context: int) -> None:
    """Print a finding with its lines."""
    path = folder_of(found.package, folder) / found.path
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    print(f"=== {found.key} {found.code} {found.package} {found.path}:{found.line}")
    print(f"    {found.message} | {found.advice}")
    first, last = found.line - context, min(found.end_line, found.line + 20) + context
    for number in range(max(1, first), min(last, len(lines)) + 1):
        mark = ">" if found.line <= number <= found.end_line else " "
        print(f"{mark}{number:5} {lines[number - 1][:160]}")


def sample(folder: Path, codes: list[str], count: int, context: int, packages: list[str]) -> None:
    """Print the sampled findings that nobody has read."""
    read = readings()
    for code, found in sorted(findings(folder).items()):
        if codes and not code.startswith(tuple(codes)):
            continue
        wanted = [one for one in found if not packages or one.package.startswith(tuple(packages))]
        for one in spread(wanted)[:count]:
            if one.key not in read:
                show(one, folder, context)


def record(folder: Path, verdicts: Path) -> None:
    """Append the verdicts of a file to the readings."""
    by_key = {one.key: one for found in findings(folder).values() for one in found}
    new = []
    for number, line in enumerate(verdicts.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        key, verdict, why = (*line.split(maxsplit=2), "", "")[:3]
        if key not in by_key or verdict not in VERDICTS:
            sys.exit(f"precision: {verdicts}:{number}: not KEY {'|'.join(VERDICTS)} why: {line}")
        one = by_key[key]
        new.append(Reading(key, one.code, one.package, one.path, one.line, verdict, why))
    kept = readings() | {reading.key: reading for reading in new}
    rows = sorted(kept.values(), key=lambda reading: (reading.code, reading.package, reading.path))
    READINGS.write_text("".join(f"{json.dumps(asdict(row))}\n" for row in rows), encoding="utf-8")
    print(f"{len(new)} verdicts, {len(rows)} in all", file=sys.stderr)


def row_of(rule: Rule, found: list[Found], read: dict[str, Reading]) -> tuple[str, ...]:
    """Return the row of a rule."""
    first = Counter(reading.verdict for reading in read.values() if reading.code == rule.code)
    now = [read[one.key] for one in found if one.key in read]
    wrong = [reading for reading in now if reading.verdict == "wrong"]
    fresh = [reading for reading in now if reading.package in FRESH]
    return (
        f"{rule.code} {rule.name}",
        "yes" if rule.on_by_default else "no",
        str(len(found)),
        str(len({one.package for one in found})),
        str(first.total()),
        *(str(first[verdict]) for verdict in VERDICTS),
        str(len(now)),
        str(len(fresh)),
        f"{100 * (len(now) - len(wrong)) / len(now):.0f} %" if now else "-",
    )


def table(folder: Path, target: Path | None) -> None:
    """Print the table of all rules, and write it with its preface."""
    by_rule, read = findings(folder), readings()
    header = (
        "rule",
        "on",
        "found",
        "packages",
        "read",
        "right",
        "petty",
        "wrong",
        "still reported",
        "fresh",
        "true, good advice",
    )
    rows = [row_of(rule, by_rule.get(code, []), read) for code, rule in all_rules().items()]
    text = markdown_table(header, rows)
    print(text)
    if target:
        target.write_text(f"{preface()}\n{text}\n", encoding="utf-8")


def preface() -> str:
    """Return what the table needs to be understood."""
    return f"""# Precision

What every rule finds on code that nobody here wrote, and how much of what was read is right:
`python benchmarks/precision.py scan FOLDER` and `python benchmarks/precision.py table FOLDER`.

The code is the standard library of CPython {platform.python_version()} with its tests and the
source distributions of {len(SEEN) + len(FRESH)} packages. The rules were written and mended with
some of them in sight ({", ".join(SEEN)}); the others were opened when the rules stood
({", ".join(FRESH)}).

*Right*: the claim is true and the advice holds. *Petty*: both, but the data is evidently small or
the code evidently cold. *Wrong*: a false claim or bad advice. Up to {ENOUGH} findings of a rule
were read, spread over the packages; a rule with wrong ones was then mended, and later readings were
added. *Read* to *wrong* count all verdicts, also of what a mended rule no longer reports: this is
what the rules were worth when they were read. The last three columns are about the findings read
that are still reported: how many, how many of them in fresh packages, and the share that is not
wrong. They flatter, since a rule is mended on what was read. A rule below
{ON_BY_DEFAULT:.0%} of that share is off by default; so is one whose tier is memory or idiom, one of
which too little was found to tell, and one of whose findings next to none mattered
(see [how](measuring.md#precision)).
Rules with nothing found are on and rest on their examples.
The verdicts stand in `benchmarks/readings.jsonl`.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("scan", "sample", "record", "table"):
        commands.add_parser(name).add_argument("folder", type=Path)
    commands.choices["scan"].add_argument("--jobs", type=int, default=2)
    commands.choices["sample"].add_argument("codes", nargs="*")
    commands.choices["sample"].add_argument("--count", type=int, default=ENOUGH)
    commands.choices["sample"].add_argument("--context", type=int, default=8)
    commands.choices["sample"].add_argument("--packages", nargs="*", default=[])
    commands.choices["record"].add_argument("verdicts", type=Path)
    commands.choices["table"].add_argument("--write", type=Path)
    options = parser.parse_args()
    if options.command == "scan":
        scan(options.folder, options.jobs)
    elif options.command == "sample":
        sample(options.folder, options.codes, options.count, options.context, options.packages)
    elif options.command == "record":
        record(options.folder, options.verdicts)
    else:
        table(options.folder, options.write)


if __name__ == "__main__":
    main()
