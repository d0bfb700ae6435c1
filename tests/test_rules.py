"""Every example in every rule is a test."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

import pytest

from effilint.analyzer import Bad, Good, Linter, Rule, Safety, Source
from effilint.analyzer.fixer import fix
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.rules import all_rules

RULES = all_rules()
TOO_SMALL = (ValueError, IndexError, ZeroDivisionError, KeyError)  # a workload at a small n
MARKER = re.compile(r"[ ]*# [A-Z]{3}\d{3}$", re.MULTILINE)
CASES = [
    pytest.param(rule, example, id=f"{code}-{type(example).__name__}{place}")
    for code, rule in RULES.items()
    for place, example in enumerate(rule.examples)
]
BAD_CASES = [case for case in CASES if isinstance(case.values[1], Bad)]
WORKLOADS = [case for case in BAD_CASES if case.values[1].workload]  # type: ignore[union-attr]


def plain(code: str) -> str:
    return MARKER.sub("", dedent(code).lstrip("\n"))


def marked_lines(code: str) -> list[int]:
    lines = dedent(code).lstrip("\n").splitlines()
    return [number for number, line in enumerate(lines, 1) if MARKER.search(line)]


@pytest.mark.parametrize(("rule", "example"), BAD_CASES)
def test_bad_example_is_flagged_on_exactly_the_marked_lines(rule: Rule, example: Bad) -> None:
    found = Linter([rule]).check(Source(plain(example.code)))
    assert [d.line for d in found] == marked_lines(example.code)
    assert {d.code for d in found} == {rule.code}


@pytest.mark.parametrize(("rule", "example"), [c for c in CASES if isinstance(c.values[1], Good)])
def test_good_example_is_silent(rule: Rule, example: Good) -> None:
    assert Linter([rule]).check(Source(plain(example.code))) == []


@pytest.mark.parametrize(("rule", "example"), BAD_CASES)
def test_fix_gives_exactly_the_fixed_text_and_settles(rule: Rule, example: Bad) -> None:
    linter = Linter([rule])
    source = Source(plain(example.code))
    found = linter.check(source)
    if not any(diagnostic.fix for diagnostic in found):
        return
    assert example.fixed, "a Bad example with a fix shows what it makes"
    fixed = fix(source, linter, unsafe=rule.safety is Safety.UNSAFE)
    assert fixed.text == plain(example.fixed)
    unfixable = [d for d in found if d.fix is None]
    assert len(fixed.remaining) == len(unfixable)


@pytest.mark.parametrize(("rule", "example"), BAD_CASES)
def test_fixed_example_is_clean_under_its_own_rule(rule: Rule, example: Bad) -> None:
    found = Linter([rule]).check(Source(plain(example.code)))
    if example.fixed and all(diagnostic.fix for diagnostic in found):
        assert Linter([rule]).check(Source(plain(example.fixed))) == []


@pytest.mark.parametrize("example", [case.values[1] for case in BAD_CASES])
def test_all_rules_together_settle(example: Bad) -> None:
    """No pair of rules undoes each other's fixes, or changes together what the code returns."""
    source = Source(plain(example.code))
    after = fix(source, Linter(RULES.values()), unsafe=True)  # raises if it does not settle
    assert not any(diagnostic.fix for diagnostic in after.remaining)
    if example.workload and after.text != source.text:
        try:
            before = evaluate(source.text, example.workload, 7)
        except TOO_SMALL:
            return
        assert evaluate(after.text, example.workload, 7) == before


def evaluate(code: str, workload: str, n: int) -> Any:
    namespace: dict[str, Any] = {"__name__": "example", "n": n}
    exec(code, namespace)
    return eval(workload, namespace)


@pytest.mark.parametrize(("rule", "example"), WORKLOADS)
def test_both_versions_give_the_same_result(rule: Rule, example: Bad) -> None:
    compared = 0
    for n in (0, 1, 2, 7, min(rule.gain.measured)):
        try:
            before = evaluate(plain(example.code), example.workload, n)
        except TOO_SMALL:
            continue
        assert evaluate(plain(example.fixed), example.workload, n) == before
        compared += 1
    assert compared, "the workload runs at no size"


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_rule_is_complete(rule: Rule) -> None:
    document = (type(rule).__doc__ or "").strip()
    assert document.splitlines()[0].endswith(".")
    assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
    assert rule.behaviour.prefix == rule.code[:4]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert list(rule.gain.measured) == sorted(rule.gain.measured)
    assert len(rule.gain.measured) == 3
    assert rule.gain.ratio >= 1
    bad = [example for example in rule.examples if isinstance(example, Bad)]
    assert bad
    assert any(isinstance(example, Good) for example in rule.examples)
    assert any(example.workload for example in bad), "its gain must be measurable"
    assert all(example.fixed for example in bad if example.workload)


def test_names_and_codes_are_unique() -> None:
    names = [rule.name for rule in RULES.values()]
    assert len(names) == len(set(names))


def test_every_behaviour_has_at_least_four_rules() -> None:
    assert len(RULES) >= 120
    counts = dict.fromkeys(BEHAVIOURS, 0)
    for rule in RULES.values():
        counts[rule.behaviour.prefix] += 1
    assert {prefix: count for prefix, count in counts.items() if count < 4} == {}


def test_advice_puts_a_sum_in_brackets() -> None:
    code = 'def first(script: str) -> str:\n    return (script + "!").splitlines()[0]\n'
    (finding,) = Linter([RULES["MEM205"]]).check(Source(code))
    assert '(script + "!").partition' in finding.advice
