"""Contest problems: programs that read standard input, with tests of input and output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from effilint.dataset.problems import BadRowError, Problem
from effilint.dataset.readers.fields import optional_text, text, texts
from effilint.dataset.readers.parts import Part, problem, solution
from effilint.dataset.rows import Broken, read_rows

_SITES = {1: "codechef", 2: "codeforces", 3: "hackerearth", 4: "codejam", 5: "atcoder", 6: "aizu"}
_PYTHON = {3, "3", "PYTHON3", "PYTHON", "python3", "python"}
_TESTS = ("public_tests", "private_tests", "generated_tests")


def contest_programs(path: Path) -> Iterator[Problem | Broken]:
    """Yield problems with programs, tests, and generators of large inputs."""
    return read_rows(path, _program_row)


def code_contests(path: Path) -> Iterator[Problem | Broken]:
    """Yield problems in the shape of CodeContests; solutions in other languages are left out."""
    return read_rows(path, _contest_row)


def _program_row(row: Mapping[str, Any]) -> Part:
    name = text(row, "id")
    programs = row.get("solutions")
    if not isinstance(programs, list):
        raise BadRowError("solutions must be a list")
    right = [_right_program(program) for program in programs]
    return problem(
        f"codeforces/{name}",
        [
            solution(code, f"contest_programs:{name}:{place}", "CC-BY-4.0")
            for place, code in enumerate(right)
            if code is not None
        ],
        tests={"cases": _cases(row.get("tests") or [])},
        description=optional_text(row, "description"),
        generators=texts(row, "stress_generators"),
    )


def _right_program(program: object) -> str | None:
    """The text of a program, or None if it is said to be wrong."""
    match program:
        case str(code) | [str(code), True]:
            return code
        case [str(), False]:
            return None
    raise BadRowError("a solution must be a text, or a text and whether it is right")


def _cases(tests: object) -> list[dict[str, str]]:
    """Cases as objects, each with an input and an output: texts, or lists of one text."""
    if not isinstance(tests, list):
        raise BadRowError("tests must be a list")
    return [{key: _only(case, key) for key in ("input", "output")} for case in tests]


def _only(case: object, key: str) -> str:
    match case.get(key) if isinstance(case, dict) else None:
        case str(content) | [str(content)]:
            return content
    raise BadRowError(f"a test must have an {key}, a text")


def _contest_row(row: Mapping[str, Any]) -> Part:
    name = text(row, "name", "id", "task_id")
    site = row.get("source")
    source = _SITES.get(site, "contests") if isinstance(site, int) else "codeforces"
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or name
    cases = [case for key in _TESTS for case in _listed(row.get(key))]
    programs = _in_python(row.get("solutions"))
    return problem(
        f"{source}/{slug}",
        [
            solution(code, f"{source}:{slug}:{place}", optional_text(row, "license", "licence"))
            for place, code in programs
        ],
        tests={"cases": cases or _cases(row.get("tests") or [])},
        description=optional_text(row, "description"),
        generators=texts(row, "stress_generators"),
    )


def _listed(tests: object) -> list[dict[str, str]]:
    """Cases as two lists beside each other, or one by one."""
    match tests:
        case None:
            return []
        case {"input": [*inputs], "output": [*outputs]} if len(inputs) == len(outputs):
            pairs = zip(inputs, outputs, strict=True)
            return _cases([{"input": i, "output": o} for i, o in pairs])
        case list():
            return _cases(tests)
    raise BadRowError("tests must be as many inputs as outputs")


def _in_python(solutions: object) -> Sequence[tuple[int, str]]:
    match solutions:
        case {"language": [*languages], "solution": [*programs]} if len(languages) == len(programs):
            chosen = [
                (place, code)
                for place, (language, code) in enumerate(zip(languages, programs, strict=True))
                if language in _PYTHON
            ]
        case {"python": [*programs]} | {"python3": [*programs]} | [*programs]:
            chosen = list(enumerate(programs))
        case _:
            raise BadRowError("solutions must be a list of programs, or of languages and programs")
    if not all(isinstance(code, str) for _, code in chosen):
        raise BadRowError("a solution must be a text")
    return chosen
