"""The fixes that were made, one line for each, and those that could not be proven."""

from __future__ import annotations

from effilint.analyzer.model import Diagnostic
from effilint.outcome import plain
from effilint.reporters.report import Report
from effilint.reporters.summary import summary


def render(report: Report) -> str:
    """Return a `Fixed` line for each fix, a line for each one not verified, and the summary."""
    lines = [_line("Fixed", d) for d in report.applied]
    lines += [_line("Left", d) for d in report.diagnostics if d.verified is not None]
    return "".join(lines) + summary(report)


def _line(what: str, d: Diagnostic) -> str:
    proof = f" ({d.verified})" if d.verified else ""
    return plain(f"{what} {d}: {d.advice}{proof}") + "\n"
