"""What the static detector holds against a program: findings, and what the program takes.

A finding weighs as much as one may expect it to cost: how sure the rule is, times the share of the
time at its place that following it saves, times how hot that place is. Findings of a behaviour come
together as the chances that one of several things goes wrong do,

    s_b = 1 - prod over findings f of b of (1 - confidence_f * saved_f * hot_f),

so that each adds something, and the tenth very little. How hot a place is does not depend on what
else there is in the program, so that nothing that is added makes a finding weigh less.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from effilint.analyzer.context import Context
from effilint.analyzer.engine import Linter
from effilint.analyzer.facts.cold import is_cold
from effilint.analyzer.model import Diagnostic, Finding
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.analyzer.tree import walk
from effilint.detectors.heat import SCALE, Heat, heats_in
from effilint.detectors.operations import Operation, Table, roots, taken
from effilint.detectors.static import linter, select_codes

_HOT = 20.0  # bits: a place that goes through a thousand items a thousand times is as hot as any
_NEAR = 1.0  # bits below the hottest place
_LEAST = 0.02  # of what a finding weighs, wherever it is and whatever it saves
NESTED, SEARCHED, RECURSIVE = "ALG5", "ALG1", "API2"  # what a program can take its time by


class Weight(NamedTuple):
    """What a finding weighs, from 0 to 1, and its place: offsets in the text, in characters."""

    behaviour: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True)
class Evidence:
    """What there is against a program.

    `found`: s_b for each behaviour that a finding is of. `bits`: the logarithm to base 2 of what a
    run takes by estimate, for inputs of a thousand items, from its costliest entry; `by` is the
    behaviour that this would be an instance of, and `dominant` the places where most of it is
    done, as offsets in the text.
    """

    found: Mapping[str, float]
    weights: tuple[Weight, ...]
    findings: tuple[Diagnostic, ...]
    bits: float
    by: str
    dominant: tuple[tuple[int, int], ...]


def evidence_of(table: Table) -> Evidence:
    """Return what there is against a program that is open.

    Suppression comments do not count, nor do findings that nobody waits for (`is_cold`). Raises
    `RecursionError` for a program that is nested too deep to follow.
    """
    context, heats = table.context, heats_in(table)
    found = [one for one in _every_rule().findings(context) if not is_cold(one.node, context)]
    weights = tuple(_weighed(one, heats, context) for one in found)
    left = dict.fromkeys(BEHAVIOURS, 1.0)
    for one in weights:
        left[one.behaviour] *= 1 - one.weight
    hottest = _hottest(heats)
    return Evidence(
        {name: 1 - share for name, share in left.items() if share < 1},
        weights,
        tuple(sorted((context.diagnostic(one, None) for one in found), key=_place)),
        max(_bits(table.of(root)) for root in roots(context)),
        _by(hottest, context),
        tuple(_span(node, context) for node in hottest),
    )


@cache
def _every_rule() -> Linter:
    return linter(select_codes(("ALL",)))


def _bits(done: Mapping[Operation, int]) -> float:
    """What operations take; one that is done once and goes through nothing takes nothing."""
    return taken({one: count for one, count in done.items() if not _is_nothing(one)}, SCALE)


def _is_nothing(one: Operation) -> bool:
    return one.repeats == 1 and one.times.is_constant and one.price.is_constant


def _weighed(finding: Finding, heats: Mapping[ast.AST, Heat], context: Context) -> Weight:
    rule = finding.rule
    saved = 1 - 1 / max(rule.gain.ratio, 1.0)
    hot = max((_total(heats[node]) for node in walk(finding.node) if node in heats), default=0.0)
    weight = rule.confidence * max(saved, _LEAST) * min(max(hot / _HOT, _LEAST), 1.0)
    return Weight(rule.behaviour.prefix, weight, *_span(finding.node, context))


def _total(heat: Heat) -> float:
    return heat.times + heat.repeats + heat.price


def _hottest(heats: Mapping[ast.AST, Heat]) -> list[ast.expr | ast.stmt]:
    """The nodes that take about as much as the one that takes most."""
    most = max(map(_total, heats.values()), default=0.0)
    return [
        node
        for node, heat in heats.items()
        if _total(heat) > most - _NEAR and isinstance(node, ast.expr | ast.stmt)
    ]


def _by(hottest: Sequence[ast.AST], context: Context) -> str:
    """The behaviour of a program that takes its time there."""
    functions = {context.function(node) for node in hottest}
    if any(function in context.calls.recursive for function in functions):
        return RECURSIVE
    is_nested = any(len(context.loops(node)) > 1 for node in hottest)
    return NESTED if is_nested else SEARCHED


def _span(node: ast.expr | ast.stmt, context: Context) -> tuple[int, int]:
    """Where a node is; of a compound statement that is its head."""
    source = context.source
    start = source.offset(node.lineno, node.col_offset)
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        last = body[0]
        return start, len(
            source.text[start : source.offset(last.lineno, last.col_offset)].rstrip()
        ) + start
    return start, source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)


def _place(one: Diagnostic) -> tuple[int, int, str]:
    return one.line, one.column, one.code
