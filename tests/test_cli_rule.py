"""`effilint rule`: what a rule finds, gains, fixes and leaves alone."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst
import pytest
from click.testing import CliRunner

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, Tier
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.descriptions import describe
from effilint.main import main

CARRIED = {
    "code": str,
    "name": str,
    "behaviour": str,
    "summary": str,
    "explanation": str,
    "message": str,
    "advice": str,
    "gain": dict,
    "fix": dict,
    "confidence": float,
    "on_by_default": bool,
    "default_reason": str,
    "examples": list,
    "url": str,
}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["rule", *arguments])
    assert result.exit_code == 0
    return result.stdout


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = json.loads(run("--all", "--output-format", "json"))
    return described


def test_every_rule_is_described_in_full(rules: list[dict[str, Any]]) -> None:
    for rule in rules:
        assert {key: type(rule[key]) for key in CARRIED} == CARRIED, rule["code"]
        assert rule["summary"], rule["code"]


def test_every_gain_has_three_sizes_and_a_tier(rules: list[dict[str, Any]]) -> None:
    for rule in rules:
        gain = rule["gain"]
        assert gain["before"], rule["code"]
        assert gain["after"], rule["code"]
        assert gain["tier"] in {"asymptotic", "constant", "memory", "idiom"}
        assert len(gain["measured"]) == 3, rule["code"]
        assert gain["of"] == ("peak memory" if gain["tier"] == "memory" else "CPU time")


def test_no_shipped_rule_is_slower_at_every_size(rules: list[dict[str, Any]]) -> None:
    worthless = [rule["code"] for rule in rules if max(rule["gain"]["measured"].values()) <= 1]
    assert worthless == []


def test_every_behaviour_has_rules(rules: list[dict[str, Any]]) -> None:
    assert set(Counter(rule["behaviour"] for rule in rules)) == set(BEHAVIOURS)


class Sum(Rule):
    """A total is made twice.

    The rest of the explanation.
    """

    code = "OTH491"
    name = "total-twice"
    message = "`{call}` is made twice"
    advice = "Make it once"
    gain = Gain("O(n)", "O(1)", {1: 0.5, 2: 1.5, 3: 3.0})
    examples: ClassVar[tuple[Bad | Good, ...]] = (
        Bad("max(xs)  # OTH491"),
        Bad("sum(xs)  # OTH491", fixed="total"),
        Good("total"),
    )
    calls = frozenset({"sum", "max"})

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        total = cst.Name("total")
        edits = [Edit(node, lambda _: total)] if context.segment(node).startswith("sum") else []
        yield self.report(node, *edits, call=context.segment(node))


class Unsure(Sum):
    confidence = 0.5


class Idiom(Sum):
    gain = Gain("O(n)", "O(n)", {1: 1.1, 2: 1.1, 3: 1.1}, Tier.IDIOM)


class OnlyFixed(Sum):
    safety = Safety.UNSAFE
    examples = (Bad("sum(xs)  # OTH491", fixed="total"), Good("total"))


class NeverFixed(Sum):
    examples = (Bad("max(xs)  # OTH491"), Good("total"))


@pytest.mark.parametrize(
    ("rule", "fix"),
    [
        (Sum(), {"availability": "some", "safety": "safe"}),
        (OnlyFixed(), {"availability": "all", "safety": "unsafe"}),
        (NeverFixed(), {"availability": "none", "safety": None}),
    ],
)
def test_fix_says_how_often_there_is_one_and_how_safe(rule: Rule, fix: dict[str, str]) -> None:
    described = describe(rule)
    assert described["fix"] == fix
    assert described["fixable"] == (fix["safety"] is not None)


def test_default_has_a_reason() -> None:
    assert describe(Sum())["default_reason"].startswith("asymptotic rules that are right")
    assert "too little is known of it" in describe(Unsure())["default_reason"]
    assert "too little to be sold as speed" in describe(Idiom())["default_reason"]
    assert not describe(Idiom())["on_by_default"]


def test_summary_is_the_first_line() -> None:
    described = describe(Sum())
    assert described["summary"] == "A total is made twice."
    assert described["explanation"].endswith("The rest of the explanation.")


def test_examples_are_of_both_kinds(rules: list[dict[str, Any]]) -> None:
    for rule in rules:
        assert {example["kind"] for example in rule["examples"]} == {"bad", "good"}


def test_text_shows_gain_fix_default_and_a_near_miss() -> None:
    text = run("API101")
    assert text.count("x at n=") == 3
    assert "(asymptotic), CPU time: " in text
    assert "\nFix: unsafe fix, where one can be right (--fix --unsafe-fixes)\n" in text
    assert "\nDefault: on by default (asymptotic rules that are right" in text
    assert "\nInstead of\n\n    def " in text
    assert "\nNot flagged\n\n    def " in text
