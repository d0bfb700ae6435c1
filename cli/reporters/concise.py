"""One line for each finding, and a summary."""

from __future__ import annotations

from effilint.outcome import plain
from effilint.reporters.report import Report
from effilint.reporters.summary import summary


def render(report: Report) -> str:
    """Return `path:line:column: CODE message` for each finding, and the summary."""
    lines = []
    for d in report.diagnostics:
        cell = f"cell {d.cell}:" if d.cell else ""
        place = f"{d.filename}:{cell}{d.line}:{d.column}"
        proof = f" ({d.verified})" if d.verified else ""
        lines.append(plain(f"{place}: {d.code}{report.mark(d)} {d.message}{proof}") + "\n")
    return "".join(lines) + summary(report)
