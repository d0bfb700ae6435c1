"""Problems of one function with asserts: HumanEval, MBPP, and EffiBench."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from effilint.dataset.problems import BadRowError, Problem
from effilint.dataset.readers.fields import number, optional_text, text, texts
from effilint.dataset.readers.leetcode import leetcode_problem
from effilint.dataset.readers.parts import Part, problem, solution
from effilint.dataset.rows import Broken, read_rows


def humaneval(path: Path) -> Iterator[Problem | Broken]:
    """Yield problems in the shape of HumanEval: a prompt, the rest of its function, `check`."""
    return read_rows(path, lambda row: _humaneval_row(row, path))


def mbpp(path: Path) -> Iterator[Problem | Broken]:
    """Yield problems in the shape of MBPP: a text, code, and a list of asserts."""
    return read_rows(path, _mbpp_row)


def effibench(path: Path) -> Iterator[Problem | Broken]:
    """Yield EffiBench's problems: asserts on the methods of an object `solution`."""
    return read_rows(path, _effibench_row)


def _humaneval_row(row: Mapping[str, Any], path: Path) -> Part:
    task, prompt = text(row, "task_id"), optional_text(row, "prompt")
    entry = text(row, "entry_point")
    source, _, name = task.rpartition("/")
    source = (source or path.name.split(".")[0]).lower()
    code = prompt + text(row, "canonical_solution")
    licence = "MIT" if source == "humaneval" else optional_text(row, "license", "licence")
    helpers = re.split(rf"^def {re.escape(entry)}\b", prompt, maxsplit=1, flags=re.MULTILINE)[0]
    return problem(
        f"{source}/{name}",
        [solution(code, f"{source}:{name}", licence)],
        tests={"entry": entry, "prelude": helpers, "asserts": text(row, "test")},
        description=prompt,
    )


def _mbpp_row(row: Mapping[str, Any]) -> Part:
    place, code = number(row, "task_id"), text(row, "code")
    if place is None:
        raise BadRowError("there is no task_id")
    asserts = [*texts(row, "test_list"), *texts(row, "challenge_test_list")]
    setup = optional_text(row, "test_setup_code") or "\n".join(texts(row, "test_imports"))
    return problem(
        f"mbpp/{place}",
        [solution(code, f"mbpp:{place}", "CC-BY-4.0")],
        tests={"entry": _called(asserts, code), "prelude": setup, "asserts": "\n".join(asserts)},
        description=text(row, "text", "prompt"),
    )


def _called(asserts: list[str], code: str) -> str:
    """The function of the code that the asserts call."""
    try:
        own = {node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
        nodes = [node for line in asserts for node in ast.walk(ast.parse(line))]
    except (SyntaxError, ValueError, RecursionError) as error:
        raise BadRowError(f"the code or an assert cannot be parsed: {error}") from None
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in own:
                return name
    raise BadRowError("no assert calls a function of the code")


def _effibench_row(row: Mapping[str, Any]) -> Part:
    place = number(row, "problem_idx")
    if place is None:
        raise BadRowError("there is no problem_idx")
    name = text(row, "task_name")
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower().replace("'", "")).strip("-")
    return leetcode_problem(
        slug,
        [solution(text(row, "canonical_solution"), f"effibench:{place}", "Apache-2.0")],
        tests=_checked(text(row, "test_case")),
        description=optional_text(row, "markdown_description", "description"),
        number=place,
    )


def _checked(script: str) -> dict[str, Any]:
    """Tests that do what a script does with `solution = Solution()`, as `check(candidate)`."""
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise BadRowError(f"the test_case cannot be parsed: {error}") from None
    calls = _Candidate()
    body = [calls.visit(node) for node in tree.body if not _makes_solution(node)]
    if len(calls.methods) != 1:
        raise BadRowError("the test_case must call one method of solution")
    lines = "\n".join(ast.unparse(node) for node in body)
    indented = "".join(f"    {line}\n" for line in lines.splitlines())
    return {
        "entry": f"Solution.{calls.methods.pop()}",
        "asserts": f"def check(candidate):\n{indented}",
    }


def _makes_solution(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(
            targets=[ast.Name(id="solution")], value=ast.Call(func=ast.Name("Solution"))
        ):
            return True
    return False


class _Candidate(ast.NodeTransformer):
    """Replace methods of `solution`, or of a new object, by `candidate`."""

    def __init__(self) -> None:
        self.methods: set[str] = set()

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        match node.value:
            case ast.Name(id="solution") | ast.Call(func=ast.Name(id="Solution")):
                self.methods.add(node.attr)
                return ast.copy_location(ast.Name("candidate", ast.Load()), node)
        return self.generic_visit(node)
