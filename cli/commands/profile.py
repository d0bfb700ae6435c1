"""`effilint profile`: time and memory of each line of a solution, run under its tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from effilint.measure.profile import Kind, Profile

_BOTH: tuple[Kind, ...] = ("time", "memory")


@click.command("profile", short_help="Show what each line of a solution takes.")
@click.argument("solution", metavar="SOLUTION")
@click.option("--tests", "tests_path", required=True, metavar="PATH", help="The problem's tests.")
@click.option(
    "--of",
    "kinds",
    type=click.Choice(_BOTH),
    multiple=True,
    default=_BOTH,
    show_default="both",
    help="What to look at; can be given twice.",
)
@click.option(
    "--output-format",
    type=click.Choice(["table", "json", "line-profiler", "memory-profiler"]),
    default="table",
)
@click.option(
    "--isolation",
    type=click.Choice(["best", "L3", "L2", "L1", "none"]),
    default="best",
    help="The least that will do; `none` runs code unprotected.",
)
@click.option("--python", metavar="PATH", help="The interpreter to run the solution with.")
def command(
    solution: str,
    tests_path: str,
    kinds: tuple[Kind, ...],
    output_format: str,
    isolation: str,
    python: str | None,
) -> None:
    """Run SOLUTION on the inputs of the tests, watched, and print what each line took.

    Hits are exact; times are the median of three runs, and memory takes two more. These runs are
    slower than others, and what they say is the word of the program's own process. Exits with 1 if
    the program does not come to its end.
    """
    import sys
    from typing import cast

    from effilint.measure import Program, SandboxError
    from effilint.measure.profile import CannotProfileError, profile, profiling_sandbox
    from effilint.measure.sandbox import Isolation
    from effilint.problems import tests_of, text_of

    if output_format == "memory-profiler" and "memory" not in kinds:
        raise click.BadParameter("there is no memory in it without --of memory")
    if output_format == "line-profiler" and "time" not in kinds:
        raise click.BadParameter("there is no time in it without --of time")
    text = text_of(solution, "SOLUTION")
    level = cast(Isolation, isolation)
    try:
        with profiling_sandbox(level, of=kinds, python=python or sys.executable) as sandbox:
            tests = tests_of(tests_path, sandbox)
            program = Program(text, tests.entry, tests.prelude, filename=solution)
            inputs = [case.input for case in tests.cases]
            found = profile(program, inputs, sandbox=sandbox, of=kinds)
    except (SandboxError, CannotProfileError) as error:
        raise click.UsageError(str(error)) from None
    click.echo(_shown(found, output_format))
    raise SystemExit(0 if found.end == "finished" else 1)


def _shown(found: Profile, output_format: str) -> str:
    from effilint.measure import profile_text

    if output_format == "json":
        return found.to_json()
    if output_format == "line-profiler":
        return profile_text.like_line_profiler(found)
    if output_format == "memory-profiler":
        return profile_text.like_memory_profiler(found)
    return profile_text.table(found)
