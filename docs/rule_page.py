"""The page of one rule, from what the rule says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from advice import CLOSE, OPPOSITE, Advice, about
from example_notes import example_notes

from effilint.analyzer import Rule

TIERS = {
    "asymptotic": "the cost grows more slowly with the size, so the ratio grows with it",
    "constant": "the growth stays, hot code gets clearly faster",
    "memory": "memory is saved, not always time",
    "idiom": "the gain is too small to be sold as speed",
}
_SENTENCE = re.compile(r"(?<=[.)])\s+(?=[A-Z`])")
_OF_THE_FIX = re.compile(r"\b(fix|fixes|assumes?)\b", re.IGNORECASE)
_LIMIT = re.compile(r"\b(silent|slower|pays only|not worth|gains little)\b", re.IGNORECASE)


def rule_page(rule: Rule, told: dict[str, Any], advice: Mapping[str, Advice]) -> str:
    """Return the Markdown page of a rule.

    `told` is what `effilint.descriptions.describe` says of it, `advice` the rows of
    docs/folklore.md.
    """
    why, of_the_fix, limits = _sorted_sentences(told["explanation"])
    notes = example_notes(rule)
    noted = list(zip(told["examples"], notes, strict=True))
    parts = [
        f"# {told['code']} {told['name']}",
        f"Behaviour [{told['behaviour']}](index.md#{told['behaviour'].lower()}): "
        f"{told['behaviour_name']}. Better: {told['dual']}.",
        "## What it finds",
        told["summary"],
        f"The message: *{_escaped(told['message'])}*. The advice: *{_escaped(told['advice'])}*. "
        "Names in braces stand for the code found.",
        "## Why it is slow",
        *([why] if why else [told["behaviour_description"]]),
        f"`{told['gain']['before']}` before, `{told['gain']['after']}` after.",
        *_gain(told),
        *_examples([pair for pair in noted if pair[0]["kind"] == "bad"]),
        *_fix(told, of_the_fix),
        *_when_not(told, limits, [pair for pair in noted if pair[0]["kind"] == "good"], advice),
        *_default(told),
        *_configure(told),
    ]
    return "\n\n".join(parts) + "\n"


def _sorted_sentences(explanation: str) -> tuple[str, str, str]:
    """Return what follows the summary: why it is slow, what the fix assumes, where it ends."""
    text = " ".join(explanation.partition("\n")[2].split())
    why: list[str] = []
    fix: list[str] = []
    limits: list[str] = []
    for sentence in _SENTENCE.split(text):
        kind = fix if _OF_THE_FIX.search(sentence) else limits if _LIMIT.search(sentence) else why
        kind.append(sentence)
    return " ".join(why), " ".join(fix), " ".join(limits)


def _gain(told: dict[str, Any]) -> list[str]:
    gain = told["gain"]
    sizes = " | ".join(f"n={int(size):,}" for size in gain["measured"])
    ratios = " | ".join(f"{ratio:,g}x" for ratio in gain["measured"].values())
    return [
        "## Measured gain",
        f"{gain['of'][0].upper()}{gain['of'][1:]} of the first example with a workload below / of "
        "the code that replaces it:",
        f"| {sizes} |\n|---:|---:|---:|\n| {ratios} |",
        f"Below 1x the code that is flagged is the better one. Tier *{gain['tier']}*: "
        f"{TIERS[gain['tier']]}.",
        f"    python benchmarks/gains.py {told['code']}",
        "measures it again, in a checkout. [All gains](../gains.md) says on which Python the "
        "figures were taken, [how they are measured](../measuring.md) what they do not say.",
    ]


def _examples(bad: list[tuple[dict[str, str], str]]) -> list[str]:
    parts = ["## Example"]
    for place, (example, note) in enumerate(bad):
        if place:
            parts.append("Also found:")
        parts += [*([note] if note else []), _code(example["code"])]
        if example["fixed"]:
            parts += ["Better:", _code(example["fixed"])]
        if example.get("workload"):
            parts.append(f"Measured with `{example['workload']}`.")
    return parts


def _fix(told: dict[str, Any], of_the_fix: str) -> list[str]:
    how_often = {
        "all": "Every finding in the examples comes with",
        "some": "Where one can be right, the finding comes with",
        "none": "There is no automatic fix: the advice has to be carried out by hand.",
    }[told["fix"]["availability"]]
    safety = {
        "safe": f"{how_often} a *safe* fix, which `effilint check --fix` applies: it keeps the "
        "meaning of every program that the rule reports.",
        "unsafe": f"{how_often} an *unsafe* fix, which only `effilint check --fix --unsafe-fixes` "
        "applies: it keeps the meaning under the conditions stated here, which effilint cannot "
        "check for itself.",
        None: how_often,
    }[told["fix"]["safety"]]
    more = "[Fixes and their safety](../fixes.md) says what else holds of all of them."
    return ["## Fix", safety, *([of_the_fix] if of_the_fix else []), more]


def _when_not(
    told: dict[str, Any],
    limits: str,
    good: list[tuple[dict[str, str], str]],
    advice: Mapping[str, Advice],
) -> list[str]:
    parts = ["## When not to", *([limits] if limits else [])]
    losing = [
        f"{ratio:g}x at n={int(size):,}"
        for size, ratio in told["gain"]["measured"].items()
        if ratio < 1
    ]
    if losing:
        parts.append(
            f"At some sizes the code that is flagged is the better one: {', '.join(losing)}."
        )
    if told["gain"]["tier"] == "memory":
        parts.append(
            "Do not follow it for speed: the figures are of memory. [All gains](../gains.md) "
            "shows the ratio of times beside them."
        )
    if opposite := about(told["code"], OPPOSITE, advice):
        parts += ["Other linters ask for the opposite, which costs time:", opposite]
    if close := about(told["code"], CLOSE, advice):
        parts += ["Advice of others close to this rule, and what it gained when measured:", close]
    parts.append("The rule stays silent on near misses such as these:")
    for example, note in good:
        parts += [*([note] if note else []), _code(example["code"])]
    return parts


def _default(told: dict[str, Any]) -> list[str]:
    state = "On" if told["on_by_default"] else "Off"
    return [
        "## On by default?",
        f"{state}: {told['default_reason']}. The tier is {told['gain']['tier']}, the confidence "
        f"{told['confidence']:g} ([what that means](../measuring.md#precision)).",
    ]


def _configure(told: dict[str, Any]) -> list[str]:
    code = told["code"]
    switch = f'ignore = ["{code}"]' if told["on_by_default"] else f'extend-select = ["{code}"]'
    return [
        "## Suppress and configure",
        f"One finding, with a comment on its first or last line: `# noqa: {code}` or "
        f"`# effilint: ignore[{code}]`. One file: `# effilint: ignore-file[{code}]`. "
        f"The rule itself, {'off' if told['on_by_default'] else 'on'}:",
        f"```toml\n[tool.effilint]\n{switch}\n```",
        "See [configuration](../configuration.md) and [suppression](../suppression.md).",
    ]


def _code(code: str) -> str:
    return f"```python\n{code.strip()}\n```"


def _escaped(text: str) -> str:
    """An asterisk outside code would end the emphasis."""
    parts = text.split("`")
    return "`".join(
        part if place % 2 else part.replace("*", r"\*") for place, part in enumerate(parts)
    )
