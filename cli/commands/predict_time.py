"""`effilint predict-time`: what a program will take on inputs of a size, without a run."""

from __future__ import annotations

import json

import click

from effilint.problems import text_of


@click.command("predict-time", short_help="Predict what a program takes, without a run.")
@click.argument("file", metavar="FILE")
@click.option(
    "--size",
    "sizes",
    type=click.FloatRange(1),
    multiple=True,
    default=(100, 10_000),
    show_default="100 and 10,000",
    help="Of the input: items of a list, characters of a text; can be given more than once.",
)
@click.option("--model", default="embedded", envvar="EFFILINT_MODEL", metavar="FOLDER")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each size.")
def command(file: str, sizes: tuple[float, ...], model: str, as_json: bool) -> None:
    """Predict the time of one call of the program in FILE, also where it cannot be parsed.

    With an interval that holds 90 % of times, and the share of other programs for the same problem
    that take less. Times are those of the machine that the model's card names.
    """
    from effilint.dataset.page import in_columns
    from effilint.modelled import modelled

    text = text_of(file, "FILE")
    with modelled(model) as learned:
        (sight,) = learned.see([text])
        taken = [learned.taken(sight, size) for size in sizes]
    if as_json:
        for size, one in zip(sizes, taken, strict=True):
            click.echo(json.dumps({"size": size, **one._asdict()}))
        return
    rows = []
    for size, one in zip(sizes, taken, strict=True):
        between = f"{_time(one.low)} to {_time(one.high)}"
        rows.append([f"{size:,g}", _time(one.middle), between, f"{one.share:.0%}"])
    head = ["size", "time", "90 % between", "of others take less"]
    click.echo("\n".join(in_columns(head, rows)))


def _time(us: float) -> str:
    for limit, unit, scale in ((1e3, "us", 1.0), (1e6, "ms", 1e3)):
        if us < limit:
            return f"{us / scale:.3g} {unit}"
    return f"{us / 1e6:,.3g} s"
