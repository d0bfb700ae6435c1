"""Apply effilint's fixes to packages that bring a test suite, and compare the suites' outcomes.

    python benchmarks/fix_suites.py FOLDER [PACKAGE ...] [--write docs/fix_suites.md]

From nothing: for each package the source distribution is downloaded and installed with what its
tests need into an environment of its own in FOLDER, which is kept so that a second run is quick.
The suite runs on the code as it is, twice (a test that differs between the two is left out), then
on a copy with all safe fixes, then on a copy with all unsafe ones as well. Only the package is
fixed, its tests are not. All rules are on. Where outcomes differ, each rule's fixes are applied
alone and the files of the broken tests run again, which names the rules that broke them. A test
counts as different only if it differs in two runs: some suites draw random numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import venv
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpora import unpacked
from processes import pip
from tables import markdown_table, write_between

TIMEOUT = 2400


@dataclass(frozen=True)
class Suite:
    """A package, where its code and its tests are, and what the tests need besides pytest."""

    requirement: str
    code: str
    tests: tuple[str, ...]
    needs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The package's name."""
        return self.requirement.partition("==")[0]


SUITES = (
    Suite("algorithms==1.0.1", "algorithms", ("tests",)),
    Suite("chess==1.11.2", "chess", ("test.py",), options=("-k", "not Engine and not Syzygy")),
    Suite("faker==40.54.0", "faker", ("tests",), ("freezegun", "validators", "ukpostcodeparser")),
    Suite("networkx==3.4.2", "networkx", ("networkx",)),
    Suite("pygments==2.21.0", "pygments", ("tests",), ("lxml", "wcag-contrast-ratio")),
    Suite("pygorithm==1.0.4", "pygorithm", ("tests",)),
    Suite("pyparsing==3.3.3", "pyparsing", ("tests",), ("railroad-diagrams", "jinja2")),
    Suite("sqlalchemy==2.1.9", "lib/sqlalchemy", ("test/sql", "test/base", "test/ext")),
    Suite("sqlglot==30.30.0", "sqlglot", ("tests",), ("pytz", "python-dateutil")),
)


@dataclass(frozen=True)
class Fixed:
    """What fixing a package and running its suite gave."""

    edits: Counter[str]
    outcomes: dict[str, str]


@dataclass(frozen=True)
class Report:
    """Everything about one suite; `broken_by` names rules by the test they break."""

    suite: Suite
    before: dict[str, str]
    safe: Fixed
    unsafe: Fixed
    broken_by: dict[str, list[str]]


def say(text: str) -> None:
    """Print progress to stderr."""
    print(text, file=sys.stderr, flush=True)


def environment(suite: Suite, folder: Path, source: Path) -> Path:
    """Return the Python of the suite's environment, made at first."""
    home = folder / "environments" / suite.name
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        wanted = ("pytest", "pytest-xdist", *suite.needs, str(source))
        if problem := pip(str(python), "install", *wanted):
            shutil.rmtree(home)
            raise RuntimeError(f"{suite.name}: not installed: {problem}")
    return python


def outcomes(
    suite: Suite, python: Path, tree: Path, tests: Sequence[str] | None = None
) -> dict[str, str]:
    """Run the suite, or only the `tests` files of it, and return what became of each test."""
    report = tree.parent / f"{tree.name}.xml"
    report.unlink(missing_ok=True)
    command = [str(python), "-m", "pytest", "-q", "-n", "2", "--junitxml", str(report)]
    command += ["-o", "junit_family=xunit1", "-p", "no:cacheprovider"]
    command += [*suite.options, *(tests or suite.tests)]
    roots = (tree / suite.code).parent
    settings = os.environ | {"PYTHONPATH": str(roots), "PYTHONHASHSEED": "0"}
    with (tree.parent / f"{tree.name}.log").open("w") as log:
        subprocess.run(
            command, cwd=tree, env=settings, stdout=log, stderr=log, timeout=TIMEOUT, check=False
        )
    if not report.exists():
        raise RuntimeError(f"{suite.name}: no report of {tree.name}; see {log.name}")
    return dict(_cases(report))


def _cases(report: Path) -> list[tuple[str, str]]:
    cases = []
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        name = f"{case.get('file')}::{case.get('classname')}::{case.get('name')}"
        cases.append((name, kinds[0] if kinds else "passed"))
    return cases


def check(code: Path, *options: str) -> Counter[str]:
    """Run `effilint check` over a package and count the findings by rule."""
    command = [sys.executable, "-m", "effilint", "check", "--isolated", "--no-cache"]
    command += ["--output-format", "json", "--exit-zero", *options, str(code)]
    done = subprocess.run(command, capture_output=True, check=False)
    return Counter(finding["code"] for finding in json.loads(done.stdout))


def fix(suite: Suite, tree: Path, code: str, *options: str) -> Counter[str]:
    """Fix the package in `tree` and return how many findings of each rule went."""
    select = ("--select", code)
    before = check(tree / suite.code, *select)
    return before - check(tree / suite.code, *select, "--fix", *options)


def copy_of(source: Path, target: Path) -> Path:
    """Copy a package's tree, without compiled files, over whatever stands at `target`."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def broken(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the tests whose outcome is another one."""
    return sorted(test for test in before if after.get(test, "missing") != before[test])


def judged(suite: Suite, folder: Path) -> Report:
    """Run everything for one suite."""
    source = unpacked(suite.requirement, folder / "packages", sys.executable)
    python = environment(suite, folder, source)
    work = folder / "work" / suite.name
    work.mkdir(parents=True, exist_ok=True)

    def run(
        name: str, *options: str, select: str = "ALL", tests: Sequence[str] | None = None
    ) -> Fixed:
        say(f"{suite.name}: {name}")
        tree = copy_of(source, work / name)
        edits = fix(suite, tree, select, *options) if name != "before" else Counter[str]()
        return Fixed(edits, outcomes(suite, python, tree, tests))

    first, second = run("before"), run("before")
    steady = {
        test: outcome
        for test, outcome in first.outcomes.items()
        if second.outcomes.get(test) == outcome
    }

    def fixed(name: str, *options: str) -> Fixed:
        """What fixing gives; a test that differs has to differ a second time."""
        once = run(name, *options)
        different = broken(steady, once.outcomes)
        if not different:
            return once
        files = sorted({test.partition("::")[0] for test in different})
        again = outcomes(suite, python, work / name, files)
        return Fixed(once.edits, once.outcomes | {t: again.get(t, "missing") for t in different})

    safe = fixed("safe")
    unsafe = fixed("unsafe", "--unsafe-fixes")
    culprits: dict[str, list[str]] = {}
    if different := broken(steady, unsafe.outcomes):
        files = sorted({test.partition("::")[0] for test in different})
        for code in unsafe.edits:
            alone = run(f"only-{code}", "--unsafe-fixes", select=code, tests=files)
            for test in different:
                if alone.outcomes.get(test, "missing") != steady[test]:
                    culprits.setdefault(test, []).append(code)
    return Report(suite, steady, safe, unsafe, culprits)


def row(report: Report) -> tuple[str, ...]:
    """Return the table's row of a suite."""
    ran = Counter(report.before.values())
    columns = [
        report.suite.requirement.replace("==", " "),
        " ".join(report.suite.tests) if len(report.suite.tests) < 4 else "part",
        f"{ran['passed']} passed, {ran['skipped']} skipped, {ran['failure'] + ran['error']} failed",
    ]
    for fixed in (report.safe, report.unsafe):
        different = broken(report.before, fixed.outcomes)
        columns += [str(fixed.edits.total()), str(len(different))]
    codes = sorted({code for codes in report.broken_by.values() for code in codes})
    return (*columns, ", ".join(codes))


def details(report: Report) -> str:
    """Return the list of the tests that differ, with the rules that make them differ."""
    lines = []
    for kind, fixed in (("safe", report.safe), ("unsafe", report.unsafe)):
        for test in broken(report.before, fixed.outcomes):
            codes = ", ".join(report.broken_by.get(test, [])) or "no rule alone"
            outcome = f"{report.before[test]} -> {fixed.outcomes.get(test, 'missing')}"
            lines.append(f"- {kind}: `{test}`: {outcome} ({codes})")
    return "\n".join((f"### {report.suite.name}\n", *lines)) if lines else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("packages", nargs="*", metavar="PACKAGE")
    parser.add_argument("--write", type=Path, help="a page with marker lines for the table")
    options = parser.parse_args()
    if unknown := set(options.packages) - {suite.name for suite in SUITES}:
        sys.exit(f"fix_suites: no suite for {', '.join(sorted(unknown))}")
    reports = []
    for suite in SUITES:
        if options.packages and suite.name not in options.packages:
            continue
        try:
            reports.append(judged(suite, options.folder.resolve()))
        except (RuntimeError, subprocess.TimeoutExpired) as problem:
            say(str(problem))
            continue
        print(" | ".join(row(reports[-1])), flush=True)
    header = ("package", "tests", "before", "safe fixes", "differ", "all fixes", "differ", "rules")
    text = markdown_table(header, [row(report) for report in reports])
    text = "\n\n".join(filter(None, (text, *(details(report) for report in reports))))
    if options.write:
        write_between(options.write, text)
    print(text)


if __name__ == "__main__":
    main()
