"""JUnit XML: a failed test case for each finding, an error for each problem."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from effilint.analyzer.model import Diagnostic
from effilint.outcome import Problem
from effilint.reporters.report import Report, gain, proof

Item = Diagnostic | Problem
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """Return the findings as a JUnit XML document; a clean run is one passed test case."""
    root = ET.Element("testsuites", name="effilint")
    items: list[Item] = [*report.problems, *report.diagnostics]
    by_file: dict[str, list[Item]] = {}
    for item in items:
        by_file.setdefault(item.filename, []).append(item)
    for filename in sorted(by_file):
        _suite(root, filename, by_file[filename])
    if not items:
        suite = _element(root, "testsuite", name="effilint", tests=1, failures=0, errors=0)
        _element(suite, "testcase", name="No findings", classname="effilint")
    root.attrib |= _counts(len(items) or 1, len(report.diagnostics), len(report.problems))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}\n'


def _suite(root: ET.Element, filename: str, items: list[Item]) -> None:
    errors = sum(isinstance(item, Problem) for item in items)
    counts = _counts(len(items), len(items) - errors, errors)
    suite = _element(root, "testsuite", name=filename, package="effilint", **counts)
    for item in items:
        name = "effilint.error" if isinstance(item, Problem) else f"effilint.{item.code}"
        place = {"line": item.line or 1, "column": item.column or 1}
        case = _element(suite, "testcase", name=name, classname=filename, **place)
        at = f"line {place['line']}, col {place['column']}, "
        if isinstance(item, Problem):
            _element(case, "error", message=item.message).text = _clean(at + item.message)
        else:
            text = f"{at}{item.message}\n{gain(item)}\n{item.advice}{proof(item)}"
            _element(case, "failure", message=item.message).text = _clean(text)


def _counts(tests: int, failures: int, errors: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": str(errors)}


def _element(parent: ET.Element, tag: str, **attributes: object) -> ET.Element:
    return ET.SubElement(parent, tag, {key: _clean(str(v)) for key, v in attributes.items()})


def _clean(text: str) -> str:
    """Return `text` without characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
