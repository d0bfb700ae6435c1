"""What there is to say about a rule, as plain data for the command line and the web pages."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

from effilint.analyzer.model import Bad, Good, Rule, Tier
from effilint.reporters.report import RULE_DOCS

_WHY_OFF = {
    Tier.MEMORY: "it saves memory, not always time, and how much data there is only you know",
    Tier.IDIOM: "it gains too little to be sold as speed",
}


def describe(rule: Rule) -> dict[str, Any]:
    """Return what there is to say about a rule; everything in it can be written as JSON.

    `fix.availability` says whether the fix comes with all, some or none of the findings in the
    rule's examples; `gain.measured` maps sizes to time (memory tier: peak memory) before / after.
    """
    bad = next((example for example in rule.examples if isinstance(example, Bad)), None)
    explanation = inspect.cleandoc(rule.__doc__ or "")
    available = _availability(rule)
    gain = rule.gain
    return {
        "code": rule.code,
        "name": rule.name,
        "behaviour": rule.behaviour.prefix,
        "behaviour_name": rule.behaviour.name,
        "behaviour_description": rule.behaviour.description,
        "dual": rule.behaviour.dual,
        "summary": explanation.partition("\n")[0],
        "explanation": explanation,
        "message": rule.message,
        "advice": rule.advice,
        "gain": {
            "before": gain.before,
            "after": gain.after,
            "tier": gain.tier.value,
            "of": "peak memory" if gain.tier is Tier.MEMORY else "CPU time",
            "ratio": gain.ratio,
            "measured": {str(size): ratio for size, ratio in gain.measured.items()},
        },
        "fixable": available != "none",
        "fix": {
            "availability": available,
            "safety": rule.safety.value if available != "none" else None,
        },
        "safety": rule.safety.value,
        "confidence": rule.confidence,
        "on_by_default": rule.on_by_default,
        "default_reason": _default_reason(rule),
        "example": inspect.cleandoc(bad.code) if bad else "",
        "fixed": inspect.cleandoc(bad.fixed) if bad else "",
        "examples": [_example(example) for example in rule.examples],
        "url": RULE_DOCS + rule.code,
    }


def _example(example: Bad | Good) -> dict[str, str]:
    code = inspect.cleandoc(example.code)
    if isinstance(example, Good):
        return {"kind": "good", "code": code}
    fixed = inspect.cleandoc(example.fixed)
    return {"kind": "bad", "code": code, "fixed": fixed, "workload": example.workload}


def _availability(rule: Rule) -> str:
    """Say whether all, some or none of the findings in the rule's examples come with a fix."""
    from effilint.analyzer import Linter, Source

    own = Linter([rule])
    seen = set()
    for example in rule.examples:
        if isinstance(example, Bad):
            text = textwrap.dedent(example.code).lstrip("\n")
            seen |= {found.fix is not None for found in own.check(Source(text))}
        if len(seen) == 2:
            return "some"
    return "all" if True in seen else "none"


def _default_reason(rule: Rule) -> str:
    """Say why the rule is on or off when nothing is selected."""
    if rule.on_by_default:
        return f"{rule.gain.tier} rules that are right often enough on real code are on"
    if rule.gain.tier in _WHY_OFF:
        return _WHY_OFF[rule.gain.tier]
    return "too little is known of it on real code, or too little of what it found there mattered"
