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


def render(output_format: str, report: Report) -> str:
    """Return the report in one of `FORMATS`, ending in a newline unless it is empty."""
    module = importlib.import_module(f"{__name__}.{FORMATS[output_format]}")
    text: str = module.render(report)
    return text
