"""`effilint profile`: time and memory of each line of a solution, run under its tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from effilint.problems import climbed, description_of, run_options, tests_of, text_of
from effilint.progress import waiting

if TYPE_CHECKING:
    from effilint.measure import Limits, Program, Sandbox, Tests
    from effilint.measure.profile import Kind, Profile

_SIZES = 3  # largest ones, that growth is told from
_SLOWER = 20  # times as long watched code takes at most, so that the tests' limits hold for it
_LONGEST = 60.0  # CPU seconds, unless the tests themselves allow more
_WATCHING = 512 << 20  # bytes that looking on may take
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
    "--time-limit",
    type=click.FloatRange(0.01),
    metavar="SECONDS",
    help=f"CPU seconds for each case, watched; else {_SLOWER} times those of the tests, up to "
    f"{_LONGEST:.0f}.",
)
@run_options
def command(
    solution: str,
    tests_path: str,
    kinds: tuple[Kind, ...],
    output_format: str,
    time_limit: float | None,
    growth: bool,
    description: str | None,
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
            words = description_of(description, tests, {"--growth": growth})
            limits = _limits(tests, time_limit, growth=growth)
            with waiting(f"profiling {solution}"):
                inputs = _grown(program, tests, sandbox, words) if growth else _plain(tests)
                found = profile(program, inputs, sandbox=sandbox, of=kinds, limits=limits)
    except (SandboxError, CannotProfileError) as error:
        raise click.UsageError(str(error)) from None
    click.echo(_shown(found, output_format))
    raise SystemExit(0 if found.end == "finished" else 1)


def _limits(tests: Tests, seconds: float | None, *, growth: bool) -> Limits:
    from dataclasses import replace

    given = tests.limits
    if seconds is None:
        most = max(_LONGEST, given.cpu)
        seconds = most if growth else min(_SLOWER * given.cpu, most)  # grown: not the tests' inputs
    wall = max(seconds * given.wall / given.cpu, seconds)
    return replace(given, cpu=seconds, wall=wall, memory=given.memory + _WATCHING)


def _plain(tests: Tests) -> list[bytes]:
    return [case.input for case in tests.cases]


def _grown(
    program: Program, tests: Tests, sandbox: Sandbox, description: str | None
) -> dict[int, list[bytes]]:
    """The largest inputs that the program came to the end of in good time, of several sizes."""
    found = climbed(program, tests, sandbox, description)
    if len(found.inputs) < 2:
        raise click.UsageError(f"there is no growth to tell: {found.end}")
    return {size: [content] for size, content in found.inputs[-_SIZES:]}


def _shown(found: Profile, output_format: str) -> str:
    from effilint.measure import profile_text

    if output_format == "json":
        return found.to_json()
    if output_format == "line-profiler":
        return profile_text.like_line_profiler(found)
    if output_format == "memory-profiler":
        return profile_text.like_memory_profiler(found)
    return profile_text.table(found)
