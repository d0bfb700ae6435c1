"""The output formats, from findings to text."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from effilint.analyzer.model import Diagnostic, Fix, Gain, Safety, TextEdit, Tier
from effilint.analyzer.source import Source
from effilint.outcome import Problem
from effilint.reporters import FORMATS, render
from effilint.reporters.report import Report

TEXT = "import os\n\ndef low(xs):\n\treturn sorted(xs)[0]\n"
GAIN = Gain("O(n log n)", "O(n)", {10: 0.9, 1000: 4.3, 100000: 12.0})
FIX = Fix("Use `min(xs)`", Safety.SAFE, (TextEdit("min(xs)", 4, 9, 4, 22),))


def finding(**changes: Any) -> Diagnostic:
    fields: dict[str, Any] = {
        "code": "API101",
        "name": "sorted-then-index",
        "message": "The whole sequence is sorted",
        "advice": "Use `min(xs)`",
        "behaviour": "API1",
        "filename": "src/a.py",
        "line": 4,
        "column": 9,
        "end_line": 4,
        "end_column": 22,
        "confidence": 0.95,
        "gain": GAIN,
        "fix": FIX,
        "cell": None,
    }
    return Diagnostic(**(fields | changes))


def report(
    *found: Diagnostic, problems: tuple[Problem, ...] = (), text: str | None = TEXT, **more: Any
) -> Report:
    def source(path: str) -> Source | None:
        return None if text is None else Source(text, path)

    return Report(found, problems, source, **more)


UNSAFE = Fix("Use `min(xs)`", Safety.UNSAFE, FIX.edits)
PROBLEM = Problem("src/b.py", "cannot be parsed: <no>", 3, 7)
GONE = Problem("gone", "no such file or folder")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_nothing_and_anything(name: str) -> None:
    assert isinstance(render(name, report()), str)
    odd = finding(filename="sp ace,%:\udcff\n.py", message="\x1b[31m <&>\n%", line=99, end_line=99)
    text = render(name, report(odd, finding(), problems=(PROBLEM, GONE)))
    assert "\x1b" not in text
    assert text.endswith("\n")
    assert "API101" in text


def test_full() -> None:
    assert render("full", report(finding())) == (
        "API101 [*] The whole sequence is sorted\n"
        " --> src/a.py:4:9\n"
        "  |\n"
        "2 |\n"
        "3 | def low(xs):\n"
        "4 |     return sorted(xs)[0]\n"
        "  |            ^^^^^^^^^^^^^\n"
        "  = behaviour: suboptimal method or API selection (API1)\n"
        "  = gain: O(n log n) -> O(n), about 4.3x at n=1000\n"
        "  = help: Use `min(xs)`\n"
        "  |\n"
        "  | -     return sorted(xs)[0]\n"
        "4 | +     return min(xs)\n"
        "\n"
        "Found 1 finding in 1 file (1 fixable with --fix).\n"
    )


def test_full_shows_added_imports_and_unsafe_fixes() -> None:
    edits = (TextEdit("import heapq\n", 2, 1, 2, 1), *FIX.edits)
    text = render("full", report(finding(fix=Fix("x", Safety.UNSAFE, edits))))
    assert "API101 The whole" in text
    assert "= note: the fix is unsafe" in text
    assert "2 | + import heapq\n" in text
    assert "5 | +     return min(xs)\n" in text
    assert "(1 fixable with --fix --unsafe-fixes)" in text


def test_full_underlines_wide_characters_and_long_spans() -> None:
    wide = "x = '漢字' + sorted(xs)[0]\n"
    text = render("full", report(finding(line=1, end_line=1, column=12, end_column=25), text=wide))
    assert "1 | x = '漢字' + sorted(xs)[0]\n  |              ^^^^^^^^^^^^^\n" in text
    long = "for x in (\n    a,\n):\n    pass\n"
    spans = finding(line=1, column=1, end_line=4, end_column=9, fix=None)
    assert "  | ^^^^^^^^^^ to line 4\n" in render("full", report(spans, text=long))


def test_full_shows_the_part_of_a_long_line_that_matters() -> None:
    line = "x = [" + "1," * 50_000 + "sorted(xs)[0]" + ", 2" * 50_000 + "]\n"
    place = line.index("sorted")
    change = Fix("x", Safety.SAFE, (TextEdit("min(xs)", 1, place + 1, 1, place + 14),))
    found = finding(line=1, end_line=1, column=place + 1, end_column=place + 14, fix=change)
    text = render("full", report(found, text=line))
    shown, carets = text.splitlines()[3:5]
    assert shown[carets.index("^") : carets.index("^") + carets.count("^")] == "sorted(xs)[0]"
    assert max(map(len, text.splitlines())) < 400


def test_full_ends_lines_where_python_does() -> None:
    edits = (TextEdit("min(xs)", 1, 5, 1, 18),)
    found = finding(line=1, end_line=1, column=5, end_column=18, fix=Fix("x", Safety.SAFE, edits))
    text = render("full", report(found, text="x = sorted(xs)[0]  # \f\u2028 more\n"))
    assert len([line for line in text.splitlines() if " + " in line]) == 1


def test_full_does_without_the_source() -> None:
    text = render("full", report(finding(), text=None))
    assert "--> src/a.py:4:9\n  = behaviour" in text
    assert render("full", report(finding(), text="")).count("|") == 0


def test_full_in_colour_says_the_same() -> None:
    import click

    coloured = render("full", report(finding(), coloured=True))
    assert "\x1b[" in coloured
    assert click.unstyle(coloured) == render("full", report(finding()))


def test_concise() -> None:
    found = finding(), finding(filename="n.ipynb", cell=3, fix=UNSAFE), finding(fix=None)
    assert render("concise", report(*found)) == (
        "src/a.py:4:9: API101 [*] The whole sequence is sorted\n"
        "n.ipynb:cell 3:4:9: API101 The whole sequence is sorted\n"
        "src/a.py:4:9: API101 The whole sequence is sorted\n"
        "Found 3 findings in 2 files (1 fixable with --fix, 1 more with --unsafe-fixes).\n"
    )


@pytest.mark.parametrize(
    ("given", "summary"),
    [
        (report(), "All checks passed!\n"),
        (report(problems=(GONE,)), "1 error, no findings.\n"),
        (report(applied=(finding(), finding())), "Found 2 findings (2 fixed, 0 remaining).\n"),
        (report(finding(fix=None)), "Found 1 finding in 1 file.\n"),
        (
            report(finding(fix=UNSAFE), unsafe_files=frozenset(["src/a.py"])),
            "Found 1 finding in 1 file (1 fixable with --fix).\n",
        ),
    ],
)
def test_summary(given: Report, summary: str) -> None:
    assert render("concise", given).splitlines(keepends=True)[-1] == summary


def test_json() -> None:
    (found,) = json.loads(render("json", report(finding())))
    assert found == {
        "code": "API101",
        "name": "sorted-then-index",
        "message": "The whole sequence is sorted",
        "advice": "Use `min(xs)`",
        "filename": "src/a.py",
        "cell": None,
        "location": {"row": 4, "column": 9},
        "end_location": {"row": 4, "column": 22},
        "fix": {
            "applicability": "safe",
            "message": "Use `min(xs)`",
            "edits": [
                {
                    "content": "min(xs)",
                    "location": {"row": 4, "column": 9},
                    "end_location": {"row": 4, "column": 22},
                }
            ],
        },
        "url": "https://effilint.readthedocs.io/rules/API101",
        "behaviour": "API1",
        "gain": {"before": "O(n log n)", "after": "O(n)", "ratio": 4.3},
        "confidence": 0.95,
        "verified": None,
    }
    assert json.loads(render("json", report(finding(fix=None))))[0]["fix"] is None
    assert json.loads(render("json", report(problems=(GONE,)))) == []


def test_sarif() -> None:
    other = finding(code="DST101", name="other", behaviour="DST1", filename="/tmp/ü a.py", fix=None)
    log = json.loads(render("sarif", report(other, finding(), problems=(PROBLEM, GONE))))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["API101", "DST101"]
    first, second = run["results"]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "DST101"
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "file:///tmp/%C3%BC%20a.py"
    assert place["region"] == {"startLine": 4, "startColumn": 9, "endLine": 4, "endColumn": 22}
    assert "fixes" not in first
    (change,) = second["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "min(xs)"}
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    parsing, gone = invocation["toolExecutionNotifications"]
    assert parsing["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
    assert "region" not in gone["locations"][0]["physicalLocation"]


def test_github() -> None:
    odd = finding(filename="a,b:c%.py", message="50% more")
    problem, warning = render("github", report(odd, problems=(PROBLEM,))).splitlines()
    assert problem == ("::error title=effilint,file=src/b.py,line=3,col=7::cannot be parsed: <no>")
    head, _, message = warning.removeprefix("::").partition("::")
    assert head == (
        "warning title=effilint (API101),file=a%2Cb%3Ac%25.py,line=4,col=9,endLine=4,endColumn=22"
    )
    assert message.startswith("a,b:c%25.py:4:9: API101 50%25 more%0A")


def test_gitlab() -> None:
    slow = finding(gain=Gain("O(n)", "O(n)", {1: 2.0}, Tier.CONSTANT))
    issues = json.loads(render("gitlab", report(finding(), finding(), slow, problems=(PROBLEM,))))
    assert [issue["severity"] for issue in issues] == ["critical", "major", "major", "minor"]
    assert len({issue["fingerprint"] for issue in issues}) == 4
    assert issues[1]["check_name"] == "API101"
    assert issues[1]["location"] == {
        "path": "src/a.py",
        "positions": {"begin": {"line": 4, "column": 9}, "end": {"line": 4, "column": 22}},
    }
    moved = json.loads(render("gitlab", report(finding(line=9, end_line=9))))
    assert moved[0]["fingerprint"] == issues[1]["fingerprint"]


def test_junit() -> None:
    odd = finding(message="<&\x00>")
    root = ET.fromstring(render("junit", report(odd, finding(), problems=(PROBLEM,))).encode())
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "2", "1")
    first, second = root.findall("testsuite")
    assert (first.get("name"), first.get("failures")) == ("src/a.py", "2")
    case = first.find("testcase")
    assert case is not None
    assert (case.get("name"), case.get("line"), case.get("column")) == ("effilint.API101", "4", "9")
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "<&\ufffd>"
    assert second.find("testcase/error") is not None
    clean = ET.fromstring(render("junit", report()).encode())
    assert (clean.get("tests"), clean.get("failures")) == ("1", "0")
