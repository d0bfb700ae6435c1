"""The files that are linted: copies of the standard library and of Django."""

from __future__ import annotations

import ast
import os
import tarfile
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from processes import pip

DJANGO = "django==5.2.7"
TEST_FOLDERS = {"test", "tests", "idle_test"}


@dataclass(frozen=True)
class Corpus:
    """A folder of files that parse, and how much they are."""

    folder: Path
    files: int
    lines: int


def copy_corpus(files: Iterable[Path], source: Path, target: Path) -> Corpus:
    """Copy the files that parse, so that every tool reads the same ones."""
    count = lines = 0
    for path in files:
        content = path.read_bytes()
        try:
            with warnings.catch_warnings(action="ignore"):
                ast.parse(content)
        except (SyntaxError, ValueError, RecursionError):
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        count, lines = count + 1, lines + content.count(b"\n")
    return Corpus(target, count, lines)


def standard_library(tests: bool) -> Iterator[Path]:
    """Yield the files of the standard library, with or without its test folders."""
    library = Path(os.__file__).parent
    site = {"site-packages", "dist-packages"}
    unwanted = site if tests else site | TEST_FOLDERS
    for path in sorted(library.rglob("*.py")):
        if unwanted.isdisjoint(path.relative_to(library).parts) and path.is_file():
            yield path


def unpacked(requirement: str, folder: Path, python: str) -> Path:
    """Return a package's unpacked source distribution in `folder`, downloading it at first.

    `requirement` is pinned (`name==version`), `python` has the pip; `RuntimeError` if pip cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / requirement.replace("==", "-")
    if not target.is_dir():
        with tempfile.TemporaryDirectory(dir=folder) as downloads:
            options = ("--no-binary", ":all:", "--no-deps", "--dest", downloads)
            if problem := pip(python, "download", *options, requirement):
                raise RuntimeError(f"{requirement} not downloaded: {problem}")
            with tarfile.open(next(Path(downloads).glob("*.tar.gz"))) as archive:
                archive.extractall(downloads, filter="data")
            next(path for path in Path(downloads).iterdir() if path.is_dir()).rename(target)
    return target


def make_corpus(name: str, folder: Path, python: str) -> Corpus:
    """Make a corpus in a subfolder of `folder`; `python` has the pip that downloads Django."""
    target = folder / name
    if name == "django":
        source = unpacked(DJANGO, folder, python)
        return copy_corpus(sorted(source.rglob("*.py")), source, target)
    files = standard_library(tests=name == "stdlib")
    return copy_corpus(files, Path(os.__file__).parent, target)


def make_sample(corpus: Path, size: int) -> Corpus:
    """Copy about `size` files spread evenly over the corpus; 0 takes all of them."""
    files = sorted(corpus.rglob("*.py"))
    step = max(1, len(files) // size) if size else 1
    target = corpus.with_name(f"{corpus.name}-sample")
    return copy_corpus(files[::step], corpus, target)
