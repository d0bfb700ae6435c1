"""A folder of LeetCode solutions, such as a clone of somebody's repository.

A file is about the problem whose number and title, or name in addresses, its path has:
`1. Two Sum/1.py`, `0001.Two Sum/Solution.py`, `two-sum.py`, `1.py`, and an article `two-sum.md`
with programs in it, all are. What is beyond our table of numbers is left out, since nobody could
say whether it is held back.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from effilint.dataset.leetcode_numbers import identity
from effilint.dataset.problems import BadRowError, Problem, Solution
from effilint.dataset.readers.folder import code_of, text_of
from effilint.dataset.readers.leetcode import leetcode_problem
from effilint.dataset.readers.parts import solution
from effilint.dataset.rows import Broken

_NUMBERED = re.compile(r"0*(\d+)\s*[.\-_ ]\s*(.+)")
_RENAMED = (  # by Python 3, what does the same
    (re.compile(r"\bxrange\b"), "range"),
    (re.compile(r"(?<=\.)iter(keys|values|items)(?=\(\))"), r"\1"),
    (re.compile(r"\bitertools\.i(zip|map|filter)\b"), r"\1"),
)
_BLOCK = re.compile(r"^```python3?\n(.*?)^```", re.DOTALL | re.MULTILINE)
_NUMBER = re.compile(r"0*(\d+)(?:[-_ .]\d)?")
_CLASS = re.compile(r"Solution\d*")
_DESCRIPTIONS = ("README_EN.md", "description.md", "README.md")
_DESCRIPTION = re.compile(r"<!-- description:start -->(.*?)<!-- description:end -->", re.DOTALL)
_LICENCES = (
    ("MIT License", "MIT"),
    ("Apache License", "Apache-2.0"),
    ("Attribution-ShareAlike 4.0", "CC-BY-SA-4.0"),
    ("Attribution 4.0", "CC-BY-4.0"),
    ("BSD 3-Clause", "BSD-3-Clause"),
)
_MARKS = {"sup": "^", "code": "`", "strong": "**", "b": "**", "li": "* "}
_PAIRED = {"code", "strong", "b"}
_BLOCKS = {"p", "pre", "ul", "ol", "li", "div", "br"}


def leetcode_folder(path: Path) -> Iterator[Problem | Broken]:
    """Yield a problem for each program that has a class `Solution`, and for each article with some.

    `Solution2` and so on beside it are solutions of their own.
    """
    licence = _licence(path)
    for file in sorted([*path.rglob("*.py"), *path.rglob("*.md")]):
        place = f"{path.resolve().name}:{file.relative_to(path).as_posix()}"
        try:
            name = name_of(file.relative_to(path))
            codes: list[str] = []
            for program in _programs(file) if name else ():
                try:
                    codes += alone(program)
                except BadRowError as error:
                    yield Broken(str(file), 0, str(error))
            solutions = [_solution(c, place, number, licence) for number, c in enumerate(codes, 1)]
            if name and solutions:
                description = _description(file.parent, name)
                yield leetcode_problem(name, solutions, description=description)
        except (BadRowError, OSError) as error:
            yield Broken(str(file), 0, str(error))


def has_any(path: Path) -> bool:
    """Return whether a folder has a file that is named as a problem is; a number is not enough."""
    files = (*path.rglob("*.py"), *path.rglob("*.md"))
    return any(_name(file.stem) or _name(file.parent.name) for file in files)


def name_of(path: Path) -> str | None:
    """Return the name of the problem that a path in such a folder is about, if one.

    Raises `BadRowError` where the parts of the path are about different ones: one of them may be
    held back.
    """
    parts = [path.stem] if path.suffix == ".md" else [path.stem, path.parent.name]
    found = {name for part in parts for name in (_name(part), _numbered(part)) if name}
    if len(found) > 1:
        raise BadRowError(f"its path is about {' and '.join(sorted(found))}")
    return next(iter(found), None)


def _numbered(part: str) -> str | None:
    """The problem of a number, as in `1.py`, or `1-2.py` for a second solution."""
    match = _NUMBER.fullmatch(part)
    name, _ = identity("", int(match[1])) if match else ("", None)
    return name or None


def _programs(file: Path) -> list[str]:
    if file.suffix == ".py":
        return [code_of(file)]
    blocks = (block[1] for block in _BLOCK.finditer(text_of(file)))
    return [block for block in blocks if "class Solution" in block]  # others are parts of some


def _name(part: str) -> str | None:
    match = _NUMBERED.fullmatch(part)
    if identity(_slug(part), None)[1] is not None:
        return _slug(part)
    slug = _slug(match[2]) if match else ""
    return slug if match and identity(slug, None)[1] == int(match[1]) else None


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower().replace("'", "")).strip("-")


def alone(code: str) -> list[str]:
    """Return each class `Solution` with what stands around the others.

    They all have the name that tests call, and new names for what Python 3 calls otherwise. Raises
    `BadRowError` for what is not Python 3.
    """
    for old, new in _RENAMED:
        code = old.sub(new, code)
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadRowError(f"it is no Python 3: {error}") from None
    found = [c for c in body if isinstance(c, ast.ClassDef) and _CLASS.fullmatch(c.name)]
    lines = re.findall(r"[^\n]*\n|[^\n]+", code)  # as the parser counts them
    return [_without([c for c in found if c is not one], one.name, lines) for one in found]


def _without(others: Sequence[ast.ClassDef], name: str, lines: Sequence[str]) -> str:
    """The lines without these classes and what is said above them; the class that is left named."""
    dropped: set[int] = set()
    for other in others:
        first = min([other.lineno, *(one.lineno for one in other.decorator_list)]) - 1
        while first and (not lines[first - 1].strip() or lines[first - 1].startswith("#")):
            first -= 1
        dropped.update(range(first, other.end_lineno or first))
    kept = "".join(line for number, line in enumerate(lines) if number not in dropped)
    return re.sub(rf"\b{name}\b", "Solution", kept).strip("\n") + "\n"


def _solution(code: str, place: str, number: int, licence: str) -> Solution:
    return solution(code, f"{place}:{number}" if number > 1 else place, licence)


def _licence(path: Path) -> str:
    """The licence of the folder, as SPDX names it; empty if it is none of the usual ones."""
    for file in sorted(file for file in path.glob("LICEN[CS]E*") if file.is_file()):
        head = file.read_text(encoding="utf-8", errors="replace")[:500]
        return next((name for words, name in _LICENCES if words in head), "")
    return ""


def _description(home: Path, problem: str) -> str:
    """What a file beside the solution says of the problem; nothing if there is none.

    Only in a folder of the problem's own, since it may be about all of a folder otherwise.
    """
    for name in _DESCRIPTIONS if _name(home.name) == problem else ():
        if (home / name).is_file():
            text = text_of(home / name)
            marked = _DESCRIPTION.search(text)
            return plain(marked[1] if marked else text)
    return ""


def plain(text: str) -> str:
    """Return HTML as text: what is raised after `^`, code in backquotes, items after `*`."""
    parser = _Plain()
    try:
        parser.feed(text)
        parser.close()
    except AssertionError:  # what it makes of declarations that are none
        raise BadRowError("its description is no HTML") from None
    return re.sub(r"\n\s*\n+", "\n\n", "".join(parser.parts)).strip()


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],  # noqa: ARG002
    ) -> None:
        self.parts += ["\n" * (tag in _BLOCKS), _MARKS.get(tag, "")]

    def handle_endtag(self, tag: str) -> None:
        self.parts += [_MARKS[tag] if tag in _PAIRED else "", "\n" * (tag in _BLOCKS)]

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
