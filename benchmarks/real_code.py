"""The code that nobody here wrote, and what all rules find in it."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from corpora import standard_library, unpacked

from effilint.analyzer.model import Diagnostic
from effilint.analyzer.source import Source, SourceError
from effilint.detectors.static import linter, select_codes

STDLIB = "stdlib"
# Rules were written and mended with these in sight ...
SEEN = (
    "ansible-core==2.19.14",
    "babel==2.18.0",
    "boltons==26.2.0",
    "django==5.2.7",
    "docutils==0.23",
    "jinja2==3.1.6",
    "markdown==3.11.3",
    "more-itertools==11.2.1",
    "mpmath==1.4.1",
    "networkx==3.4.2",
    "nltk==3.10.4",
    "pygments==2.21.0",
    "pylint==4.1.4",
    "pyparsing==3.3.3",
    "sortedcontainers==2.4.0",
    "sphinx==9.0.4",
    "sqlalchemy==2.1.9",
    "sympy==1.13.3",
    "toolz==1.2.0",
    "werkzeug==3.1.9",
    "yt-dlp==2026.10.26",
)
# ... and with these out of sight.
FRESH = (
    "trac==1.6",
    "algorithms==1.0.1",
    "anytree==2.13.0",
    "ase==3.29.0",
    "astroid==4.3.4",
    "bandit==1.9.4",
    "beautifulsoup4==4.15.0",
    "beets==2.14.1",
    "biopython==1.88",
    "black==26.10.1",
    "buildbot==4.3.0",
    "celery==5.7.0",
    "chess==1.11.2",
    "conan==2.34.0",
    "coverage==7.17.3",
    "dask==2026.8.0",
    "deap==1.4.4",
    "distributed==2026.8.0",
    "faker==40.54.0",
    "feedparser==6.0.14",
    "fonttools==4.68.0",
    "gramps==6.0.8",
    "ipython==9.18.1",
    "jedi==0.20.1",
    "lark==1.3.1",
    "mesa==3.3.1",
    "mido==1.3.3",
    "mistune==3.4.0",
    "moto==5.2.5",
    "music21==10.5.1",
    "openpyxl==3.1.5",
    "parso==0.8.7",
    "peewee==4.5.3",
    "pgmpy==1.1.2",
    "pip==26.3",
    "pm4py==2.7.23.11",
    "poetry==2.5.1",
    "pulp==3.3.2",
    "pygorithm==1.0.4",
    "pyinstaller==6.22.3",
    "pymongo==4.20.0",
    "pyomo==6.10.1",
    "pypdf==7.1.0",
    "rdflib==7.6.0",
    "rich==15.0.0",
    "rope==1.15.2",
    "salt==3008.5",
    "scrapy==2.19.0",
    "setuptools==84.2.1",
    "simpy==4.1.2",
    "spyder==6.1.8",
    "sqlglot==30.30.0",
    "streamlink==8.6.3",
    "textdistance==4.6.3",
    "textual==8.2.8",
    "thefuzz==0.22.1",
    "tinydb==4.9.0",
    "tornado==6.6.1",
    "visidata==3.4",
    "wagtail==8.0.1",
)


@dataclass(frozen=True)
class Found:
    """A finding, and `key`, which holds for as long as the flagged line stays the same."""

    key: str
    code: str
    package: str
    path: str
    line: int
    end_line: int
    message: str
    advice: str


def folder_of(package: str, folder: Path) -> Path:
    """Return where the files of a package are, downloading them at first."""
    if package == STDLIB:
        return Path(json.__file__).parents[1]
    return unpacked(package, folder, sys.executable)


def found_in(job: tuple[str, Path, Path]) -> list[Found]:
    """Return what all rules find in one file; nothing where it does not parse."""
    package, root, path = job
    try:
        source = Source.read(path)
        diagnostics = linter(select_codes(("ALL",))).check(source)
    except (SourceError, OSError):
        return []
    name = path.relative_to(root).as_posix()
    seen: Counter[str] = Counter()
    found = []
    for diagnostic in diagnostics:
        flagged = source.lines[diagnostic.line - 1].strip()
        place = f"{diagnostic.code}\n{package}\n{name}\n{flagged}"
        seen[place] += 1
        key = sha256(f"{place}\n{seen[place]}".encode()).hexdigest()[:12]
        found.append(_found(key, package, name, diagnostic))
    return found


def _found(key: str, package: str, name: str, diagnostic: Diagnostic) -> Found:
    return Found(
        key,
        diagnostic.code,
        package,
        name,
        diagnostic.line,
        diagnostic.end_line,
        diagnostic.message,
        diagnostic.advice,
    )


def jobs(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """Yield every file of every package."""
    root = folder_of(STDLIB, folder)
    yield from ((STDLIB, root, path) for path in standard_library(tests=True))
    for package in (*SEEN, *FRESH):
        try:
            root = folder_of(package, folder)
        except RuntimeError as error:
            sys.exit(f"precision: {error}")
        yield from ((package, root, path) for path in sorted(root.rglob("*.py")) if path.is_file())


def scan(folder: Path, processes: int) -> None:
    """Write what all rules find to FOLDER/findings.jsonl."""
    everything = list(jobs(folder))
    with ProcessPoolExecutor(processes) as pool:
        results = pool.map(found_in, everything, chunksize=32)
        found = [asdict(one) for file in results for one in file]
    text = "".join(f"{json.dumps(one)}\n" for one in found)
    (folder / "findings.jsonl").write_text(text, encoding="utf-8")
    print(f"{len(found)} findings in {len(everything)} files", file=sys.stderr)


def findings(folder: Path) -> dict[str, list[Found]]:
    """Return the findings of the last scan by rule."""
    try:
        text = (folder / "findings.jsonl").read_text(encoding="utf-8")
    except FileNotFoundError:
        sys.exit(f"precision: no findings in {folder}; run `precision.py scan {folder}` first")
    by_rule: dict[str, list[Found]] = defaultdict(list)
    for line in text.splitlines():
        found = Found(**json.loads(line))
        by_rule[found.code].append(found)
    return by_rule
