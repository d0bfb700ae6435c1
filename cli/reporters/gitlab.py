"""GitLab: a Code Quality report."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import blake2b
from typing import Any

from effilint.analyzer.model import Tier
from effilint.reporters.report import Report


def render(report: Report) -> str:
    """Return the findings and problems as a JSON list of Code Quality issues."""
    seen: Counter[str] = Counter()
    issues = []
    for problem in report.problems:
        line = problem.line or 1
        begin = end = {"line": line, "column": problem.column or 1}
        issue = _issue("error", problem.message, "critical", problem.filename, begin, end, seen)
        issues.append(issue)
    for d in report.diagnostics:
        severity = "major" if d.gain.tier is Tier.ASYMPTOTIC else "minor"
        begin = {"line": d.line, "column": d.column}
        end = {"line": d.end_line, "column": d.end_column}
        text = f"{d.code}: {d.message}"
        issues.append(_issue(d.code, text, severity, d.filename, begin, end, seen))
    return json.dumps(issues, indent=2) + "\n"


def _issue(
    check: str,
    text: str,
    severity: str,
    path: str,
    begin: dict[str, int],
    end: dict[str, int],
    seen: Counter[str],
) -> dict[str, Any]:
    """Return one issue; its fingerprint outlives a change of its line."""
    identity = f"{path}\0{check}\0{text}"
    seen[identity] += 1
    identity = f"{identity}\0{seen[identity]}"
    return {
        "check_name": check,
        "description": text,
        "severity": severity,
        "fingerprint": blake2b(identity.encode(errors="replace"), digest_size=16).hexdigest(),
        "location": {"path": path, "positions": {"begin": begin, "end": end}},
    }
