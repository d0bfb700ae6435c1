"""Annotations that the rules make: all rules, whatever the program says to silence them."""

from __future__ import annotations

from effilint.analyzer.context import Context
from effilint.analyzer.model import Diagnostic
from effilint.analyzer.source import Source, SourceError
from effilint.dataset.annotations.locating import Place
from effilint.dataset.annotations.sheets import Annotation, Sheet
from effilint.detectors.static import linter, select_codes

SOURCE = "static"


def static_sheet(problem: str, solution: str, code: str) -> Sheet:
    """Return what the rules find in a solution.

    Comments that silence rules do not count, and code that runs once counts too, since a label
    says what is there. The sheet of a program that cannot be parsed says so.
    """
    source = Source(code)
    try:
        found = _found(source)
    except SourceError as error:
        return Sheet(problem, solution, SOURCE, failed=str(error))
    return Sheet(problem, solution, SOURCE, tuple(_annotation(one, source) for one in found))


def _found(source: Source) -> list[Diagnostic]:
    context = Context(source)
    try:
        found = linter(select_codes(["ALL"])).findings(context)
        diagnostics = [context.diagnostic(finding, None) for finding in found]
    finally:
        context.close()
    return sorted(diagnostics, key=lambda d: (d.line, d.column, d.code))


def _annotation(finding: Diagnostic, source: Source) -> Annotation:
    start = source.starts[finding.line - 1] + finding.column - 1
    end = source.starts[finding.end_line - 1] + finding.end_column - 1
    return Annotation(
        behaviour=finding.behaviour,
        side="inefficient",
        snippet=source.text[start:end],
        place=Place(start, end, finding.line, finding.end_line, "text"),
        source=f"{SOURCE}:{finding.code}",
        explanation=f"{finding.message}. {finding.advice}.",
        mechanism=f"{finding.gain.before} before, {finding.gain.after} after",
        confidence=finding.confidence,
    )
