"""How often each behaviour and each rule was found."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.reporters.report import Report
from effilint.reporters.summary import summary


def render(output_format: str, report: Report) -> str:
    """Return counts by behaviour and rule, most frequent first: a table, or JSON for `json`."""
    if output_format == "json":
        return json.dumps(_rows(report), indent=2) + "\n"
    return _table(report) + summary(report)


def _rows(report: Report) -> list[dict[str, object]]:
    names = {d.code: d.name for d in report.diagnostics}
    fixable = Counter(d.code for d in report.diagnostics if report.is_fixable(d))
    counts = Counter(d.code for d in report.diagnostics)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {
            "code": code,
            "name": names[code],
            "behaviour": code[:4],
            "count": count,
            "fixable": fixable[code],
        }
        for code, count in ordered
    ]


def _table(report: Report) -> str:
    by_behaviour = defaultdict(list)
    for row in _rows(report):
        by_behaviour[row["behaviour"]].append(row)
    totals = Counter(d.behaviour for d in report.diagnostics)
    width = len(str(max(totals.values(), default=0)))
    lines = []
    for prefix, total in sorted(totals.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"{total:>{width}}  {prefix}  {BEHAVIOURS[prefix].name}\n")
        for row in by_behaviour[prefix]:
            mark = "[*]" if row["fixable"] else "[ ]"
            lines.append(f"{row['count']:>{width}}    {row['code']} {mark} {row['name']}\n")
    return "".join(lines)
