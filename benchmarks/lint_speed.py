"""Time effilint and its peers over the same files, side by side in one run.

    python benchmarks/lint_speed.py [--corpus stdlib] [--repeat 3] [--skip refurb] [--json FILE]

Everything happens in a scratch folder: effilint is installed there from this checkout, the peers
and Django's source distribution come from the package index pip is set up for, and each corpus is
copied file by file, without the files that do not parse, so that every tool reads the same ones.

Each row is a whole process. CPU is user plus system time of it and its children, peak memory is
that of the largest single process among them (`os.wait4`). Quick rows are repeated, interleaved,
and the median is shown; slow peers run once. Ratios mean something, seconds do not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from corpora import Corpus, make_corpus, make_sample
from processes import last_line, measure, pip
from tables import Row, Table, markdown, targets

ROOT = Path(__file__).resolve().parents[1]
PEERS = {
    "ruff": ("ruff",),
    "pylint": ("pylint", "perflint"),
    "flake8": ("flake8", "flake8-comprehensions"),
    "refurb": ("refurb",),
}
PERFLINT = "W8101,W8102,W8201,W8202,R8203,W8204,W8205,W8301,W8401,W8402,W8403"
PARSE = """
import ast, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*.py"):
    ast.parse(path.read_bytes())
"""
FINDINGS = ROOT / "examples" / "log_report.py"
CLEAN = '''"""Count the words of a file."""

import sys
from collections import Counter


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as lines:
        words = Counter(word for line in lines for word in line.split())
    for word, count in words.most_common(10):
        print(word, count)


if __name__ == "__main__":
    main()
'''


@dataclass(frozen=True)
class Scratch:
    """The folder everything is made in, and the peers that did not install (with the reason)."""

    folder: Path
    missing: dict[str, str]
    timeout: float

    def tool(self, environment: str, name: str) -> str:
        """Return the path of a program of one of the two virtual environments."""
        return str(self.folder / environment / "bin" / name)


def say(text: str) -> None:
    """Print progress to stderr."""
    print(text, file=sys.stderr, flush=True)


def prepare(folder: Path, skip: Iterable[str], timeout: float) -> Scratch:
    """Make the two environments: effilint alone, and the peers (they need another astroid)."""
    scratch = Scratch(folder, dict.fromkeys(skip, "skipped"), timeout)
    say("installing effilint from this checkout")
    venv.create(folder / "ours", with_pip=True)
    # A copy, because a build inside the checkout would package what an earlier build left there.
    wanted = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, folder / "source", ignore=wanted)
    if problem := pip(scratch.tool("ours", "python"), "install", str(folder / "source")):
        raise SystemExit(f"effilint does not install: {problem}")
    venv.create(folder / "peers", with_pip=True)
    for peer, packages in PEERS.items():
        if peer in scratch.missing:
            continue
        say(f"installing {' and '.join(packages)}")
        if problem := pip(scratch.tool("peers", "python"), "install", *packages):
            scratch.missing[peer] = f"not installed: {problem}"
    return scratch


def effilint(scratch: Scratch, target: Path, *options: str) -> list[str]:
    """Return the command that lints `target` and reports nothing but findings."""
    fixed = ("check", "--isolated", "--exit-zero", "--output-format", "concise")
    return [scratch.tool("ours", "effilint"), *fixed, *options, str(target)]


def corpus_rows(scratch: Scratch, corpus: Path) -> list[Row]:
    """Return the rows that read a whole corpus."""
    ruff = [scratch.tool("peers", "ruff"), "check", "--isolated", "--preview", "--exit-zero"]
    ruff += ["--output-format", "concise", "--select", "PERF,C4,FURB,SIM", str(corpus)]
    flake8 = [scratch.tool("peers", "flake8"), "--isolated", "--select", "C4", "--exit-zero"]
    refurb = [scratch.tool("peers", "refurb"), str(corpus)]
    python, alone = scratch.tool("ours", "python"), ("--no-cache", "--jobs", "1")
    rows = [
        Row("ast.parse", [python, "-W", "ignore", "-c", PARSE, str(corpus)]),
        Row("effilint cold", effilint(scratch, corpus, *alone)),
        Row("effilint cold, all rules", effilint(scratch, corpus, "--select", "ALL", *alone)),
        Row("effilint cold, 2 processes", effilint(scratch, corpus, "--no-cache", "--jobs", "2")),
        Row("effilint warm", effilint(scratch, corpus, "--jobs", "1")),
        Row("ruff cold", [*ruff, "--no-cache"]),
        Row("ruff warm", ruff),
        Row("flake8 + comprehensions", [*flake8, str(corpus)], once=True),
        Row("refurb", refurb, once=True, expected=(0, 1), proof="[FURB"),
    ]
    return [mark_missing(row, scratch) for row in rows]


def sample_rows(scratch: Scratch, sample: Path) -> list[Row]:
    """Return the rows that compare with pylint, which is too slow for a whole corpus."""
    pylint = [scratch.tool("peers", "pylint"), "--rcfile=/dev/null", "--recursive=y"]
    pylint += ["--load-plugins=perflint", "--disable=all", f"--enable={PERFLINT}", "--exit-zero"]
    python = scratch.tool("ours", "python")
    rows = [
        Row("ast.parse", [python, "-W", "ignore", "-c", PARSE, str(sample)]),
        Row("effilint cold", effilint(scratch, sample, "--no-cache", "--jobs", "1")),
        Row("pylint + perflint", [*pylint, str(sample)], once=True),
    ]
    return [mark_missing(row, scratch) for row in rows]


def small_rows(scratch: Scratch) -> list[Row]:
    """Return the rows of one small file, linted from start to end of the process."""
    clean, found = scratch.folder / "clean.py", scratch.folder / "findings.py"
    clean.write_text(CLEAN, encoding="utf-8")
    shutil.copy(FINDINGS, found)
    return [
        Row('python -c "import ast"', [scratch.tool("ours", "python"), "-c", "import ast"]),
        Row("clean file, cold", effilint(scratch, clean, "--no-cache")),
        Row("clean file, warm", effilint(scratch, clean)),
        Row("file with findings, cold", effilint(scratch, found, "--no-cache")),
        Row("file with findings, warm", effilint(scratch, found)),
    ]


def mark_missing(row: Row, scratch: Scratch) -> Row:
    """Note on a peer's row that the peer could not be installed or was skipped."""
    row.problem = scratch.missing.get(row.name.split()[0], "")
    return row


def run_once(row: Row, scratch: Scratch) -> None:
    """Add one run to the row, or note why it has none."""
    outcome = measure(row.command, scratch.folder, scratch.timeout)
    if outcome.status in row.expected and row.proof in outcome.output:
        row.runs.append(outcome.usage)
    elif outcome.status == -signal.SIGKILL and outcome.usage.wall >= scratch.timeout:
        row.problem = f"did not finish in {scratch.timeout:.0f} s"
    else:
        row.problem = f"exit {outcome.status}: {last_line(outcome.errors or outcome.output)}"


def run_table(table: Table, scratch: Scratch, repeat: int) -> None:
    """Run the rows in turn, `repeat` times; warm rows first once to fill their caches."""
    for row in table.rows:
        if "warm" in row.name and not row.problem:
            measure(row.command, scratch.folder, scratch.timeout)
    for turn in range(repeat):
        for row in table.rows:
            if row.problem or (row.once and turn):
                continue
            say(f"{table.name}: {row.name} ({turn + 1}/{1 if row.once else repeat})")
            run_once(row, scratch)


def versions(scratch: Scratch) -> dict[str, str]:
    """Return the versions of the interpreter and of every package that was installed."""
    found = {"python": sysconfig.get_python_version()}
    for environment in ("ours", "peers"):
        command = [scratch.tool(environment, "python"), "-m", "pip", "list", "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        names = {"effilint"} if environment == "ours" else {p for ps in PEERS.values() for p in ps}
        for package in json.loads(done.stdout):
            if package["name"] in names:
                found[package["name"]] = package["version"]
    return found


def report(tables: list[Table], scratch: Scratch, file: Path | None) -> None:
    """Print the tables and the targets, and write them as JSON where asked."""
    judged, used = targets(tables), versions(scratch)
    print(", ".join(f"{name} {version}" for name, version in used.items()))
    for table in tables:
        print(f"\n{markdown(table)}")
    print("\n### Targets\n\n| target | measured | |\n|---|---:|---|")
    for target in judged:
        print(f"| {target.text} | {target.measured} | {'met' if target.met else '**missed**'} |")
    if file:
        data = {
            "versions": used,
            "tables": [asdict(table) for table in tables],
            "targets": [asdict(target) for target in judged],
        }
        file.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def in_child(make: Callable[..., Corpus], *arguments: object) -> Corpus:
    """Return what `make` returns, run in another process.

    The memory of this one, once grown, would count as memory of every child it forks.
    """
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(make, *arguments).result()


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    corpora = ["stdlib", "stdlib-without-tests", "django"]
    parser.add_argument(
        "--corpus", action="append", choices=corpora, help="repeatable; stdlib and django"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of the quick rows (3)")
    parser.add_argument("--skip", action="append", default=[], choices=list(PEERS))
    parser.add_argument("--sample", type=int, default=300, help="files for pylint, 0 = all (300)")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for each run (600)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    return parser.parse_args()


def main() -> None:
    """Make the scratch folder, run every table, report."""
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="lint-speed-") as folder:
        scratch = prepare(Path(folder), options.skip, options.timeout)
        python = scratch.tool("peers", "python")
        tables = [Table("one small file", 0, 0, small_rows(scratch))]
        for name in options.corpus or ["stdlib", "django"]:
            try:
                corpus = in_child(make_corpus, name, Path(folder, "corpora"), python)
            except RuntimeError as problem:
                say(f"{name} left out: {problem}")
                continue
            sample = in_child(make_sample, corpus.folder, options.sample)
            rows = corpus_rows(scratch, corpus.folder)
            tables.append(Table(name, corpus.files, corpus.lines, rows))
            rows = sample_rows(scratch, sample.folder)
            tables.append(Table(f"{name} sample", sample.files, sample.lines, rows))
        for table in tables:
            quick = table.files == 0
            run_table(table, scratch, options.repeat * 5 if quick else options.repeat)
        report(tables, scratch, options.json)


if __name__ == "__main__":
    main()
