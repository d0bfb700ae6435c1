"""SARIF 2.1.0, as code scanning services read it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from effilint import __version__
from effilint.analyzer.model import Diagnostic, Fix
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.outcome import Problem
from effilint.reporters.report import Report, gain, url

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HOME = "https://effilint.readthedocs.io"


def render(report: Report) -> str:
    """Return the findings as one SARIF run; problems are notifications of its invocation."""
    rules = {d.code: d for d in report.diagnostics}
    index = {code: number for number, code in enumerate(sorted(rules))}
    driver = {
        "name": "effilint",
        "version": __version__,
        "informationUri": _HOME,
        "rules": [_rule(rules[code]) for code in index],
    }
    invocation = {
        "executionSuccessful": not report.problems,
        "toolExecutionNotifications": [_notification(problem) for problem in report.problems],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(d, index[d.code]) for d in report.diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(example: Diagnostic) -> dict[str, Any]:
    behaviour = BEHAVIOURS[example.behaviour]
    return {
        "id": example.code,
        "name": example.name,
        "shortDescription": {"text": f"{example.name} ({behaviour.name})"},
        "helpUri": url(example),
        "properties": {"behaviour": behaviour.prefix, "tags": ["performance", behaviour.prefix]},
    }


def _result(diagnostic: Diagnostic, rule_index: int) -> dict[str, Any]:
    d = diagnostic
    result: dict[str, Any] = {
        "ruleId": d.code,
        "ruleIndex": rule_index,
        "level": "warning",
        "message": {"text": f"{d.message}. {d.advice} ({gain(d)})"},
        "locations": [_location(d.filename, _region(d.line, d.column, d.end_line, d.end_column))],
        "properties": {
            "behaviour": d.behaviour,
            "confidence": d.confidence,
            "gain": {"before": d.gain.before, "after": d.gain.after, "ratio": d.gain.ratio},
            "cell": d.cell,
            "verified": asdict(d.verified) if d.verified else None,
        },
    }
    if d.fix is not None and d.cell is None:  # a notebook's text lines are not lines of its file
        result["fixes"] = [_fix(d.filename, d.fix)]
    return result


def _fix(filename: str, fix: Fix) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": _region(edit.line, edit.column, edit.end_line, edit.end_column),
            "insertedContent": {"text": edit.content},
        }
        for edit in fix.edits
    ]
    change = {"artifactLocation": {"uri": _uri(filename)}, "replacements": replacements}
    return {"description": {"text": fix.message}, "artifactChanges": [change]}


def _notification(problem: Problem) -> dict[str, Any]:
    line = problem.line or 1
    column = problem.column or 1
    region = _region(line, column, line, column) if problem.line is not None else None
    return {
        "level": "error",
        "message": {"text": problem.message},
        "locations": [_location(problem.filename, region)],
    }


def _location(filename: str, region: dict[str, int] | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(filename)}}
    if region is not None:
        place["region"] = region
    return {"physicalLocation": place}


def _region(line: int, column: int, end_line: int, end_column: int) -> dict[str, int]:
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _uri(path: str) -> str:
    encoded = quote(os.fsencode(path.replace(os.sep, "/")))
    return f"file://{encoded}" if os.path.isabs(path) else encoded
