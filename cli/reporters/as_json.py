"""JSON: a list with an object for each finding."""

from __future__ import annotations

import json
from typing import Any

from effilint.analyzer.model import Diagnostic, Fix
from effilint.reporters.report import Report, url


def render(report: Report) -> str:
    """Return the findings as a JSON list, indented by two."""
    return json.dumps([_finding(d) for d in report.diagnostics], indent=2) + "\n"


def _finding(diagnostic: Diagnostic) -> dict[str, Any]:
    gain = diagnostic.gain
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "advice": diagnostic.advice,
        "filename": diagnostic.filename,
        "cell": diagnostic.cell,
        "location": _place(diagnostic.line, diagnostic.column),
        "end_location": _place(diagnostic.end_line, diagnostic.end_column),
        "fix": _fix(diagnostic.fix),
        "url": url(diagnostic),
        "behaviour": diagnostic.behaviour,
        "gain": {"before": gain.before, "after": gain.after, "ratio": gain.ratio},
        "confidence": diagnostic.confidence,
        "verified": None,
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [
        {
            "content": edit.content,
            "location": _place(edit.line, edit.column),
            "end_location": _place(edit.end_line, edit.end_column),
        }
        for edit in fix.edits
    ]
    return {"applicability": fix.safety.value, "message": fix.message, "edits": edits}


def _place(line: int, column: int) -> dict[str, int]:
    return {"row": line, "column": column}
