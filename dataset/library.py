"""Twins of the functions of a library, proved on arguments that are built for their parameters.

A module takes the place of a problem, and is its only solution; it has no tests. A function counts
if it can be called from outside and something is known of each of its parameters.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from effilint.analyzer.signatures import NotCallableError, Signature, signature
from effilint.analyzer.source import Source, SourceError
from effilint.dataset.deoptimise import Candidate, candidates_of, text_key
from effilint.dataset.problems import Problem, Solution
from effilint.dataset.twins import Original
from effilint.measure import (
    Argument,
    CannotRun,
    Differs,
    Inputs,
    Pair,
    Program,
    Proven,
    Sandbox,
    prove,
)

LEAST_RATIO = 1.25  # of medians: there is no second look at these
_PATIENCE = 5.0  # seconds for one twin
_LONGEST = 200_000  # characters of a module


def modules(folder: Path) -> Iterator[Problem]:
    """Yield the modules in a folder as problems without tests, tests and broken files left out."""
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if "test" in name or "site-packages" in name:
            continue
        try:
            text = Source.read(path).text
        except SourceError:
            continue
        if text.strip() and len(text) <= _LONGEST:
            yield Problem(f"library/{name}", (Solution(text, (name,)),), {})


def deoptimised_module(
    problem: Problem, solution: Solution, sandbox: Sandbox, folder: Path, *, seed: int, most: int
) -> dict[str, Any]:
    """Return the row of a module: its proved twins, and why the others were thrown away.

    `most` is how many twins are tried for each function; a twin's `function` says which it is.
    """
    row: dict[str, Any] = {"problem": problem.id, "solution": solution.id, "seed": seed}
    row |= {"most": most, "why": "", "twins": [], "rejected": []}
    try:
        original = Original(solution.code)
    except SourceError:
        return row | {"why": "it cannot be parsed"}
    program = _program(problem, solution, folder)
    tried: dict[str, int] = {}
    for candidate in candidates_of(original, text_key(solution.code, seed)):
        called = _called(original, candidate)
        if called is None or tried.get(called.name, 0) >= most:
            continue
        tried[called.name] = tried.get(called.name, 0) + 1
        result = _proved(program, called, candidate, sandbox)
        if isinstance(result, str):
            row["rejected"].append([candidate.recipe, result])
        else:
            row["twins"].append(_told(candidate, called, result))
    return row if tried else row | {"why": "no inverse applies where arguments can be built"}


def _called(original: Original, candidate: Candidate) -> Signature | None:
    """How to call the function that the twin is about; None if that is not known."""
    (site,) = candidate.sites
    place = site.marks[0][0] if site.marks else site.changes[0].start
    try:
        found = signature(original.context, original.program.count("\n", 0, place) + 1)
    except NotCallableError:
        return None
    arguments = [Argument(p.name, p.type, p.is_keyword) for p in found.parameters]
    is_known = arguments and not Inputs(arguments, found.examples).missing
    return found if is_known else None


def _proved(
    program: Program, called: Signature, candidate: Candidate, sandbox: Sandbox
) -> Proven | str:
    arguments = [Argument(p.name, p.type, p.is_keyword) for p in called.parameters]
    texts = (candidate.made.text, program.text)
    twin, own = (
        Program(text, called.name, "", program.filename, program.path, program.package)
        for text in texts
    )
    inputs = Inputs(arguments, called.examples)
    pair = Pair(twin, own, inputs, memory=candidate.is_of_memory, timeout=_PATIENCE)
    try:
        found = prove(pair, sandbox)
    except (CannotRun, Differs) as error:
        return str(error)
    return found if found.ratio >= LEAST_RATIO else "not slower"


def _told(candidate: Candidate, called: Signature, found: Proven) -> dict[str, Any]:
    return {
        "twin": candidate.id,
        "recipe": candidate.recipe,
        "labels": candidate.labels(),
        "function": called.name,
        "n": found.n,
        "memory_ratio" if candidate.is_of_memory else "ratio": round(found.ratio, 3),
        "growth": [found.after, found.before],
        "code": candidate.made.text,
    }


def _program(problem: Problem, solution: Solution, folder: Path) -> Program:
    path = folder / problem.id.removeprefix("library/")
    root, package = path.parent, []
    while (root / "__init__.py").exists():
        package.append(root.name)
        root = root.parent
    return Program(
        solution.code,
        filename=os.path.abspath(path),
        path=(os.path.abspath(root),),
        package=".".join(reversed(package)),
    )
