"""`effilint rule`: what a rule finds, what it gains, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from effilint.analyzer.model import Bad, Diagnostic, Rule


@click.command("rule", short_help="Explain a rule.")
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="Explain every rule.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(code: str | None, every: bool, output_format: str) -> None:
    """Explain the rule CODE, or with --all every rule."""
    from effilint.codes import suggestion
    from effilint.rules import all_rules

    if every == (code is not None):
        raise click.UsageError("give one CODE, or --all")
    rules = all_rules()
    if code is not None and code.upper() not in rules:
        message = f"unknown rule code {code!r}{suggestion(code)}"
        click.echo(f"effilint: error: {message}", err=True)
        raise SystemExit(2)
    chosen = list(rules.values()) if code is None else [rules[code.upper()]]
    described = [describe(rule) for rule in chosen]
    if output_format == "text":
        click.echo("\n\n".join(_text(rule) for rule in described))
        return
    import json

    click.echo(json.dumps(described if every else described[0], indent=2))


def describe(rule: Rule) -> dict[str, Any]:
    """Return what there is to say about a rule, as plain data."""
    import inspect

    from effilint.analyzer.model import Bad
    from effilint.reporters.report import RULE_DOCS

    example = next((e for e in rule.examples if isinstance(e, Bad)), None)
    found = _findings(rule, example) if example else []
    gain = rule.gain
    return {
        "code": rule.code,
        "name": rule.name,
        "behaviour": rule.behaviour.prefix,
        "behaviour_name": rule.behaviour.name,
        "behaviour_description": rule.behaviour.description,
        "dual": rule.behaviour.dual,
        "explanation": inspect.cleandoc(rule.__doc__ or ""),
        "gain": {
            "before": gain.before,
            "after": gain.after,
            "tier": gain.tier.value,
            "ratio": gain.ratio,
            "measured": {str(size): ratio for size, ratio in gain.measured.items()},
        },
        "fixable": any(finding.fix for finding in found),
        "safety": rule.safety.value,
        "confidence": rule.confidence,
        "on_by_default": rule.on_by_default,
        "example": inspect.cleandoc(example.code) if example else "",
        "fixed": inspect.cleandoc(example.fixed) if example else "",
        "url": RULE_DOCS + rule.code,
    }


def _findings(rule: Rule, example: Bad) -> list[Diagnostic]:
    import textwrap

    from effilint.analyzer.source import Source
    from effilint.detectors.static import linter

    text = textwrap.dedent(example.code).lstrip("\n")
    return linter(frozenset([rule.code])).check(Source(text))


def _text(rule: dict[str, Any]) -> str:
    gain = rule["gain"]
    measured = ", ".join(f"{ratio:g}x at n={size}" for size, ratio in gain["measured"].items())
    fix = f"{rule['safety']} fix" if rule["fixable"] else "no automatic fix"
    use = "on by default" if rule["on_by_default"] else f"off by default (--select {rule['code']})"
    parts = [
        f"{rule['code']} {rule['name']}",
        f"Behaviour: {rule['behaviour']} {rule['behaviour_name']}: "
        f"{rule['behaviour_description']}\n"
        f"Better: {rule['dual']}\n"
        f"Gain: {gain['before']} -> {gain['after']} ({gain['tier']}): {measured}\n"
        f"Fix: {fix}; {use}; confidence {rule['confidence']:g}",
        rule["explanation"],
    ]
    if rule["example"]:
        parts.append(f"Instead of\n\n{_indented(rule['example'])}")
    if rule["fixed"]:
        parts.append(f"write\n\n{_indented(rule['fixed'])}")
    return "\n\n".join(part for part in parts if part)


def _indented(code: str) -> str:
    import textwrap

    return textwrap.indent(code.strip(), "    ")
