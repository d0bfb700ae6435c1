"""`effilint compare`: which of two answers to one problem takes more, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from effilint.problems import text_of

if TYPE_CHECKING:
    from effilint.detectors.learned import Order, Sight

_EVEN = 0.6  # below this probability nobody should act on what is said
_SUREST = 0.99  # more nobody can say who has not run them
_SHOWN = 3  # lines, and behaviours, of a program
_LEAST = 0.25  # probability of a behaviour that is worth a mention


@click.command("compare", short_help="Say which of two answers to one problem is slower.")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--model", default="embedded", envvar="EFFILINT_MODEL", metavar="FOLDER")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(first: str, second: str, model: str, as_json: bool) -> None:
    """Say which of the programs A and B, answers to one problem, takes more time, without a run.

    With the probability that the learned detector gives it, what it sees in each, and the growth
    that is derived from the code.
    """
    from effilint.modelled import modelled

    texts = [text_of(first, "A"), text_of(second, "B")]
    with modelled(model) as learned:
        sights = learned.see(texts)
        order = learned.order(*sights)
    sides = [_side(*one) for one in zip((first, second), texts, sights, strict=True)]
    if as_json:
        click.echo(json.dumps({"time": order.time, "memory": order.memory, "programs": sides}))
        return
    click.echo(f"{_said(order, 'time', first, second)}; {_said(order, 'memory', first, second)}.\n")
    _show(sides)


def _side(name: str, text: str, sight: Sight) -> dict[str, Any]:
    from effilint.detectors.facts import costliest

    lines = text.split("\n")
    hottest = sorted(sight.lines.items(), key=lambda item: -item[1])[:_SHOWN]
    behaviours = sorted(sight.behaviours.items(), key=lambda item: -item[1])
    cost = costliest(text)
    return {
        "filename": name,
        "growth": dict(sight.growth),
        "estimated": None if cost is None else {"time": str(cost.time), "space": str(cost.space)},
        "behaviours": {prefix: value for prefix, value in behaviours if value >= _LEAST},
        "lines": [
            {"line": line, "share": share, "text": lines[line - 1].strip()}
            for line, share in hottest
        ],
    }


def _said(order: Order, of: str, first: str, second: str) -> str:
    probability = getattr(order, of)
    if max(probability, 1 - probability) < _EVEN:
        return f"in {of} they are too close to call ({probability:.0%} for {first})"
    more, less, sure = (first, second, probability)
    if probability < 0.5:
        more, less, sure = (second, first, 1 - probability)
    return f"{more} takes more {of} than {less}: {min(sure, _SUREST):.0%} sure"


def _show(sides: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("", box=None, pad_edge=False)
    for side in sides:
        table.add_column(Text(side["filename"]))
    rows = {
        "growth, as learned": [_likeliest(side["growth"]) for side in sides],
        "growth, as derived": [(side["estimated"] or {}).get("time", "unknown") for side in sides],
        "takes most": [_lines(side["lines"]) for side in sides],
        "may show": [_behaviours(side["behaviours"]) for side in sides],
    }
    for name, cells in rows.items():
        table.add_row(name, *(Text(cell) for cell in cells))
    Console(soft_wrap=False, highlight=False).print(table)


def _likeliest(growth: dict[str, float]) -> str:
    name = max(growth, key=growth.__getitem__)
    return f"{name} ({growth[name]:.0%})"


def _lines(lines: list[dict[str, Any]]) -> str:
    return "\n".join(f"{one['line']} ({one['share']:.0%}): {one['text'][:60]}" for one in lines)


def _behaviours(shown: dict[str, float]) -> str:
    from effilint.analyzer.taxonomy import BEHAVIOURS

    names = list(shown)[:_SHOWN]
    return "\n".join(f"{name} {BEHAVIOURS[name].name} ({shown[name]:.0%})" for name in names)
