"""A profile as plain text: a table of everything, and the forms that prompts of others use."""

from __future__ import annotations

from collections.abc import Callable

from effilint.measure.profile import Line, Profile

_MEBIBYTE = 1 << 20
_UNIT = 1e-6  # seconds, of times in the form of line_profiler

_Column = tuple[str, int, Callable[[Line], str]]


def table(profile: Profile) -> str:
    """Return the profile as a table, with a column for each figure that there is.

    Lines of functions that may call themselves have a `*` behind their share.
    """
    columns: list[_Column] = [("line", 5, lambda line: str(line.number))]
    if profile.seconds is not None:
        columns += [("hits", 9, _hits), ("time", 9, _time), ("share", 7, _share)]
    if len(profile.sizes) > 1:
        columns += [("hits ~", 7, lambda line: _power(line.hits_growth))]
        columns += [("time ~", 7, lambda line: _power(line.seconds_growth))]
    if profile.peak is not None:
        columns += [("at peak", 9, lambda line: _bytes(line.held))]
    if any(line.allocated is not None for line in profile.lines):
        columns += [("allocated", 10, lambda line: _bytes(line.allocated))]
    head = " ".join(name.rjust(width) for name, width, _ in columns)
    rows = [
        " ".join([*(cell(line).rjust(width) for _, width, cell in columns), f"| {line.text}"])
        for line in profile.lines
    ]
    rows = [row.rstrip() for row in rows]
    return "\n".join([_summary(profile), "", head, "-" * len(head), *rows, ""])


def _summary(profile: Profile) -> str:
    said = [profile.end if not profile.words else f"{profile.end}: {profile.words}"]
    if profile.seconds is not None:
        said.append(f"{_seconds(profile.seconds)} while watched")
    if profile.peak is not None:
        said.append(f"{_bytes(profile.peak)} at the peak")
    if profile.sizes:
        said.append(f"at size {profile.sizes[-1]}")
    return ", ".join(said)


def like_line_profiler(profile: Profile) -> str:
    """Return times and hits in the columns of line_profiler; it must have been looked at time.

    `% Time` is the share of the whole run. Lines that were never come to are blank.
    """
    head = f"{'Line #':>6} {'Hits':>9} {'Time':>12} {'Per Hit':>8} {'% Time':>8}  Line Contents"
    rows = []
    for line in profile.lines:
        cells = " " * 40
        if line.hits and line.seconds is not None:
            time = line.seconds / _UNIT
            share = 100 * (line.share or 0.0)
            cells = f"{line.hits:>9} {time:>12.1f} {time / line.hits:>8.1f} {share:>8.1f}"
        rows.append(f"{line.number:>6} {cells}  {line.text}".rstrip())
    total = f"Total time: {profile.seconds or 0.0:.6g} s"
    return "\n".join([f"Timer unit: {_UNIT:g} s", "", total, "", head, "=" * 62, *rows, ""])


def like_memory_profiler(profile: Profile) -> str:
    """Return memory in the style of memory_profiler, in MiB; it must have been looked at memory.

    Its columns show how the process grew at a line. These are better told apart: what a line holds
    when the program holds most, and what it asked for in all.
    """
    head = f"{'Line #':>6} {'At peak':>13} {'Allocated':>13} {'Occurrences':>12}   Line Contents"
    rows = []
    for line in profile.lines:
        cells = " " * 40
        if line.hits or line.held or line.allocated:
            held, allocated = _mebibytes(line.held), _mebibytes(line.allocated)
            cells = f"{held:>13} {allocated:>13} {_hits(line):>12}"
        rows.append(f"{line.number:>6} {cells}   {line.text}".rstrip())
    peak = f"Peak: {_mebibytes(profile.peak)}"
    return "\n".join([peak, "", head, "=" * 64, *rows, ""])


def _mebibytes(size: int | None) -> str:
    return "" if size is None else f"{size / _MEBIBYTE:.1f} MiB"


def _hits(line: Line) -> str:
    return str(line.hits) if line.hits else ""


def _time(line: Line) -> str:
    return _seconds(line.seconds) if line.hits and line.seconds is not None else ""


def _share(line: Line) -> str:
    if not line.hits or line.share is None:
        return ""
    share = f"{line.share:.0%}" if line.share < 1.005 else ">100%"
    return f"{share}{'*' if line.is_recursive else ''}"


def _power(exponent: float | None) -> str:
    return "" if exponent is None else f"n^{exponent + 0.0:.1f}".replace("n^-0.0", "n^0.0")


def _seconds(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"


def _bytes(size: int | None) -> str:
    if not size:
        return ""
    for unit, power in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= power:
            return f"{size / power:.3g} {unit}"
    return f"{size} B"
