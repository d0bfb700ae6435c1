"""`effilint rule`: what a rule finds, what it gains, and what to write instead."""

from __future__ import annotations

from typing import Any

import click


@click.command("rule", short_help="Explain a rule.")
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="Explain every rule.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(code: str | None, every: bool, output_format: str) -> None:
    """Explain the rule CODE, or with --all every rule."""
    from effilint.codes import suggestion
    from effilint.descriptions import describe
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


def _text(rule: dict[str, Any]) -> str:
    gain = rule["gain"]
    measured = ", ".join(f"{ratio:g}x at n={size}" for size, ratio in gain["measured"].items())
    parts = [
        f"{rule['code']} {rule['name']}",
        f"Behaviour: {rule['behaviour']} {rule['behaviour_name']}: "
        f"{rule['behaviour_description']}\n"
        f"Better: {rule['dual']}\n"
        f"Gain: {gain['before']} -> {gain['after']} ({gain['tier']}), {gain['of']}: {measured}\n"
        f"Fix: {_fix(rule['fix'])}\n"
        f"Default: {_default(rule)}; confidence {rule['confidence']:g}",
        rule["explanation"],
    ]
    if rule["example"]:
        parts.append(f"Instead of\n\n{_indented(rule['example'])}")
    if rule["fixed"]:
        parts.append(f"write\n\n{_indented(rule['fixed'])}")
    near = next((example for example in rule["examples"] if example["kind"] == "good"), None)
    if near is not None:
        parts.append(f"Not flagged\n\n{_indented(near['code'])}")
    parts.append(rule["url"])
    return "\n\n".join(part for part in parts if part)


def _fix(fix: dict[str, Any]) -> str:
    if fix["availability"] == "none":
        return "no automatic fix"
    option = "--fix" if fix["safety"] == "safe" else "--fix --unsafe-fixes"
    where = ", where one can be right" if fix["availability"] == "some" else ""
    return f"{fix['safety']} fix{where} ({option})"


def _default(rule: dict[str, Any]) -> str:
    if rule["on_by_default"]:
        return f"on by default ({rule['default_reason']})"
    return f"off by default (--select {rule['code']}): {rule['default_reason']}"


def _indented(code: str) -> str:
    import textwrap

    return textwrap.indent(code.strip(), "    ")
