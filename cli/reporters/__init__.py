"""The output formats: one module each, with a function `render(report) -> str`."""

from __future__ import annotations

import importlib

from effilint.reporters.report import Report

FORMATS = {
    "full": "full",
    "concise": "concise",
    "json": "as_json",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
}
FIXES = "fixes"  # what `effilint fix` prints; nobody chooses it


def render(output_format: str, report: Report) -> str:
    """Return the report in one of `FORMATS` or as `FIXES`; it ends in a newline unless empty."""
    name = FORMATS.get(output_format, output_format)
    module = importlib.import_module(f"{__name__}.{name}")
    text: str = module.render(report)
    return text
