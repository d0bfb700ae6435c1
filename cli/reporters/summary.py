"""The last lines for people."""

from __future__ import annotations

from effilint.reporters.report import Report


def summary(report: Report) -> str:
    """Return how many findings there are and how many can be fixed, in one line."""
    count = len(report.diagnostics)
    if report.applied:
        fixed = len(report.applied)
        found = _counted(count + fixed, "finding")
        return f"Found {found} ({fixed} fixed, {count} remaining).\n"
    if not count:
        if report.problems:
            return f"{_counted(len(report.problems), 'error')}, no findings.\n"
        return "All checks passed!\n"
    files = _counted(len({d.filename for d in report.diagnostics}), "file")
    return f"Found {_counted(count, 'finding')} in {files}{_fixable(report)}.\n"


def _fixable(report: Report) -> str:
    with_fix = [d for d in report.diagnostics if d.fix is not None]
    now = sum(report.is_fixable(d) for d in with_fix)
    later = sum(d.is_fixable(unsafe=True) for d in with_fix) - now
    parts = []
    if now:
        parts.append(f"{now} fixable with --fix")
    if later:
        how = "more with --unsafe-fixes" if now else "fixable with --fix --unsafe-fixes"
        parts.append(f"{later} {how}")
    return f" ({', '.join(parts)})" if parts else ""


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
