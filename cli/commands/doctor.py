"""`effilint doctor`: what this machine offers to run code in isolation and to measure it."""

from __future__ import annotations

import importlib.util
from typing import Any

import click

_EXTRAS = {
    "line_profiler": ("measure", "times per line"),
    "memray": ("measure", "memory per line"),
    "onnxruntime": ("learned", "the learned detector"),
    "torch": ("train", "training"),
    "ray": ("distributed", "many machines"),
}
_PROMISES = {
    "L3": "nothing outside can be seen, by bubblewrap",
    "L2": "nothing outside can be touched, by Landlock",
    "L1": "no file can be opened, by a filter of system calls; late imports fail",
}


@click.command("doctor", short_help="Say what this machine offers to run code in isolation.")
@click.option("--python", metavar="PATH", help="The interpreter that programs are to run with.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(python: str | None, output_format: str) -> None:
    """Try each level of isolation and say which one holds, what is missing, and what is installed.

    Exits with 1 where no level works: `effilint measure` and `--verify` then run nothing.
    """
    import sys

    found = _found(python or sys.executable)
    if output_format == "json":
        import json

        click.echo(json.dumps(found, indent=2))
    else:
        click.echo(_text(found), nl=False)
    raise SystemExit(0 if found["level"] else 1)


def _found(python: str) -> dict[str, Any]:
    import platform

    from effilint.measure.isolation import Level
    from effilint.measure.jail import JailError, interpreter
    from effilint.measure.landlock import version
    from effilint.measure.probe import failing

    try:
        interpreter(python)
    except JailError as error:
        raise click.BadParameter(str(error), param_hint="--python") from None
    levels = (Level.NAMESPACES, Level.LANDLOCK, Level.SECCOMP)
    problems = {level.label: failing(level, python) for level in levels}
    return {
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": python,
        "landlock": version(),
        "level": next((label for label, problem in problems.items() if problem is None), None),
        "levels": problems,
        "extras": {name: importlib.util.find_spec(name) is not None for name in _EXTRAS},
    }


def _text(found: dict[str, Any]) -> str:
    lines = [found["platform"], f"programs run with {found['python']}", ""]
    for label, problem in found["levels"].items():
        state = "holds" if problem is None else f"does not work: {problem}"
        lines.append(f"{label}  {_PROMISES[label]}: {state}")
    if found["level"] is None:
        lines += ["", "Code cannot be isolated here: use Linux, or a container or VM of it."]
    elif found["level"] != "L3":
        lines += ["", f"Programs run at {found['level']}; the package `bubblewrap` may give more."]
    else:
        lines += ["", f"Programs run at {found['level']}."]
    missing = [name for name, is_there in found["extras"].items() if not is_there]
    for name in missing:
        extra, purpose = _EXTRAS[name]
        lines.append(f"{name} ({purpose}) is not installed: pip install 'effilint[{extra}]'")
    return "\n".join(lines) + "\n"
