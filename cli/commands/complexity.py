"""`effilint complexity`: an upper bound for the time and space of every function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode


@click.command("complexity", short_help="Estimate how functions grow with their inputs.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(paths: tuple[str, ...], output_format: str) -> None:
    """Print time and extra space of each function, with the line that dominates.

    Bounds are upper bounds in terms of the arguments: a name stands for the length of a
    container or the value of a number, `name[]` for an item, and `passes@N` for how often the
    loop in line N runs where that cannot be told. Code in other files counts as O(1).
    """
    from effilint.analyzer import Context, Source, SourceError
    from effilint.config import Configuration
    from effilint.files import Discovery
    from effilint.outcome import Problem

    discovery = Discovery(Configuration({}))
    for path in paths:
        discovery.add(path)
    problems, rows = list(discovery.problems), []
    for file in discovery.files:
        try:
            rows += _rows(Context(Source.read(file.path)))
        except SourceError as error:
            problems.append(Problem(file.path, str(error), error.line, error.column))
    if output_format == "json":
        import json

        click.echo(json.dumps(rows, indent=2))
    else:
        click.echo(_text(rows), nl=False)
    for problem in problems:
        click.echo(str(problem), err=True)
    raise SystemExit(2 if problems else 0)


def _rows(context: Context) -> list[dict[str, Any]]:
    functions = [
        node
        for kind in (ast.FunctionDef, ast.AsyncFunctionDef)
        for node in context.index.get(kind, ())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return [_row(function, context) for function in sorted(functions, key=lambda f: f.lineno)]


def _row(function: FunctionNode, context: Context) -> dict[str, Any]:
    try:
        cost = context.cost(function)
        time, space, line = str(cost.time), str(cost.space), cost.line
        assumed = list(cost.assumed)
    except RecursionError:  # nested too deep to follow
        time = space = "unknown"
        line, assumed = function.lineno, []
    cell, row = context.source.locate(function.lineno)
    _, dominant = context.source.locate(line)
    return {
        "filename": context.source.filename,
        "cell": cell,
        "function": _qualified(function, context),
        "line": row,
        "time": time,
        "space": space,
        "dominant": {"line": dominant, "text": context.source.lines[line - 1].strip()},
        "assumed": assumed,
    }


def _qualified(function: FunctionNode, context: Context) -> str:
    names = [function.name]
    for outer in context.ancestors(function):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(outer.name)
    return ".".join(reversed(names))


def _text(rows: list[dict[str, Any]]) -> str:
    lines = []
    for row in rows:
        cell = f"cell {row['cell']}:" if row["cell"] else ""
        lines.append(f"{row['filename']}:{cell}{row['line']}: {row['function']}\n")
        lines.append(f"    time {row['time']}, extra space {row['space']}\n")
        dominant = row["dominant"]
        lines.append(f"    most of it in line {dominant['line']}: {dominant['text']}\n")
    return "".join(lines)
