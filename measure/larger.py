"""Tests made of tests: their inputs larger, the results those of a reference.

The tests of a problem are often so small that a process takes longer to start than they do.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from effilint.measure import wire
from effilint.measure.equality import Rule, expected_from
from effilint.measure.ladder import examples_of, names_of
from effilint.measure.sandbox import Limits, Order, Program, Sandbox, call
from effilint.measure.scaling import scale_inputs
from effilint.measure.tests import Case, Tests


class CannotGrowError(Exception):
    """There are no larger tests; `str` says why in one line."""


def larger(
    tests: Tests,
    reference: str,
    factor: float,
    sandbox: Sandbox,
    *,
    description: str | None = None,
    limits: Limits | None = None,
) -> Tests:
    """Return tests whose inputs are `factor` times as large, as far as they can grow.

    What is right there is what `reference` gives, a solution that passes the tests; cases at
    which it raises, or gives no data, are left out. `description` is the problem's text, with its
    constraints. Raises `CannotGrowError`.
    """
    cases, inputs = _grown(tests, reference, factor, description)
    program = Program(reference, tests.entry, tests.prelude)
    keeps = any(_rule(case, tests).target is not None for case in cases)
    order = Order(program, inputs, limits=limits or tests.limits, keeps_arguments=keeps)
    run = sandbox.submit(order).result()
    if reason := run.stop.reason:
        raise CannotGrowError(f"on larger inputs the reference {reason}")
    found = []
    for case, content, answer in zip(cases, inputs, run.calls, strict=False):
        with contextlib.suppress(ValueError):
            expected = expected_from(answer.value or b"", _rule(case, tests))
            found.append(replace(case, input=content, expected=expected))
    if not found:
        raise CannotGrowError("the reference gives no result on larger inputs")
    return replace(tests, cases=tuple(found))


def _rule(case: Case, tests: Tests) -> Rule:
    return case.rule or tests.rule


def _grown(
    tests: Tests, reference: str, factor: float, description: str | None
) -> tuple[list[Case], list[bytes]]:
    """The cases that can be made larger, and their larger inputs."""
    pairs = [
        (case, example)
        for case in tests.cases
        for example in examples_of(replace(tests, cases=(case,)), reference)
    ]
    try:
        examples = [example for _, example in pairs]
        names = names_of(examples, reference, tests.entry)
        grown = scale_inputs(examples, factor, description=description, names=names)
    except ValueError as error:
        raise CannotGrowError(f"the inputs cannot be made larger: {error}") from None
    found: dict[bytes, Case] = {}
    for (case, _), one in zip(pairs, grown, strict=True):
        if one.factor > 1:
            found.setdefault(_input(case, one.arguments), case)
    if not found:
        why = next((one.limit for one in grown if one.limit), "there is nothing in them to grow")
        raise CannotGrowError(f"the inputs cannot be made larger: {why}")
    return list(found.values()), list(found)


def _input(case: Case, arguments: Any) -> bytes:
    """The call with these arguments, each by position or by name as in the case."""
    if isinstance(arguments, tuple):
        return call(*arguments)
    given, words = wire.load(case.input)
    values = list(arguments.values())
    return call(*values[: len(given)], **{name: arguments[name] for name in words})
