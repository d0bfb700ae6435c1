"""GitHub Actions: workflow commands that annotate a pull request."""

from __future__ import annotations

from effilint.outcome import plain
from effilint.reporters.report import Report, gain, proof


def render(report: Report) -> str:
    """Return a `::warning` line for each finding and an `::error` line for each problem."""
    lines = []
    for problem in report.problems:
        place: dict[str, object] = {"title": "effilint", "file": problem.filename}
        if problem.line is not None:
            place |= {"line": problem.line, "col": problem.column or 1}
        lines.append(_command("error", place, problem.message))
    for d in report.diagnostics:
        place = {
            "title": f"effilint ({d.code})",
            "file": d.filename,
            "line": d.line,
            "col": d.column,
            "endLine": d.end_line,
            "endColumn": d.end_column,
        }
        text = plain(f"{d.filename}:{d.line}:{d.column}: {d.code} {d.message}")
        lines.append(_command("warning", place, f"{text}\n{gain(d)}\n{d.advice}{proof(d)}"))
    return "".join(lines)


def _command(kind: str, place: dict[str, object], message: str) -> str:
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in place.items())
    return f"::{kind} {properties}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
