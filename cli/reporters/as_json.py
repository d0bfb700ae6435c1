"""JSON: a list with an object for each finding."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from effilint.analyzer.model import Diagnostic, TextEdit
from effilint.analyzer.source import Source
from effilint.reporters.report import Report, url


def render(report: Report) -> str:
    """Return the findings as a JSON list, indented by two."""
    return json.dumps([_finding(d, report) for d in report.diagnostics], indent=2) + "\n"


def _finding(diagnostic: Diagnostic, report: Report) -> dict[str, Any]:
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
        "fix": _fix(diagnostic, report),
        "url": url(diagnostic),
        "behaviour": diagnostic.behaviour,
        "gain": {"before": gain.before, "after": gain.after, "ratio": gain.ratio},
        "confidence": diagnostic.confidence,
        "verified": asdict(diagnostic.verified) if diagnostic.verified else None,
    }


def _fix(diagnostic: Diagnostic, report: Report) -> dict[str, Any] | None:
    fix = diagnostic.fix
    if fix is None:
        return None
    # the edits of a notebook count lines through all its cells; here they count in their cell
    notebook = report.source(diagnostic.filename) if diagnostic.cell else None
    edits = [_edit(edit, notebook) for edit in fix.edits]
    return {"applicability": fix.safety.value, "message": fix.message, "edits": edits}


def _edit(edit: TextEdit, notebook: Source | None) -> dict[str, Any]:
    content: dict[str, Any] = {"content": edit.content}
    line, end_line = edit.line, edit.end_line
    if notebook is not None:
        content["cell"], line = notebook.locate(line)
        end_line = line + edit.end_line - edit.line
    return content | {
        "location": _place(line, edit.column),
        "end_location": _place(end_line, edit.end_column),
    }


def _place(line: int, column: int) -> dict[str, int]:
    return {"row": line, "column": column}
