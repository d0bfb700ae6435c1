"""`--fix`, `--unsafe-fixes`, `--diff` and standard input."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from effilint.analyzer.model import Safety
from effilint.main import main
from effilint.rules import all_rules

SLOW = "def low(xs):\n    return sorted(xs)[0]\n"
FAST = "def low(xs):\n    return min(xs)\n"
NO_FIX = "def divisors(n):\n    return [d for d in range(1, n + 1) if n % d == 0]\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "effilint.toml").touch()
    return tmp_path


@pytest.fixture(autouse=True)
def safe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fix of API101 counts as safe where no test says otherwise."""
    monkeypatch.setattr(type(all_rules()["API101"]), "safety", Safety.SAFE)


@pytest.fixture
def unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fix of API101 counts as unsafe; nothing is remembered from before."""
    monkeypatch.setattr(type(all_rules()["API101"]), "safety", Safety.UNSAFE)


def check(*arguments: str, stdin: bytes | str | None = None) -> Result:
    return CliRunner().invoke(main, ["check", "--no-cache", *arguments], input=stdin)


def test_fix_writes_and_reports_what_remains(project: Path) -> None:
    (project / "a.py").write_text(SLOW + NO_FIX)
    result = check("--fix", "--output-format", "concise")
    assert result.exit_code == 1
    assert (project / "a.py").read_text() == FAST + NO_FIX
    assert result.stdout.startswith("a.py:4:24: ALG102 ")
    assert result.stdout.endswith("Found 2 findings (1 fixed, 1 remaining).\n")


def test_fix_exits_with_zero_if_nothing_remains(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    (project / "b.py").write_text(FAST)
    before = (project / "b.py").stat().st_mtime_ns
    assert check("--fix").exit_code == 0
    assert (project / "a.py").read_text() == FAST
    assert (project / "b.py").stat().st_mtime_ns == before


def test_fix_works_in_parallel(project: Path) -> None:
    for number in range(8):
        (project / f"m{number}.py").write_text(SLOW)
    assert check("--fix", "--jobs", "2").exit_code == 0
    assert {path.read_text() for path in project.glob("*.py")} == {FAST}


def test_fix_keeps_line_endings_encoding_and_mode(project: Path) -> None:
    path = project / "a.py"
    text = "# -*- coding: latin-1 -*-\r\n# caf\xe9\r\n" + SLOW.replace("\n", "\r\n")
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o750)
    assert check("--fix").exit_code == 0
    assert path.read_bytes() == text.replace("sorted(xs)[0]", "min(xs)").encode("latin-1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o750


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_fix_leaves_a_read_only_file_alone(project: Path) -> None:
    path = project / "a.py"
    path.write_text(SLOW)
    path.chmod(0o444)
    result = check("--fix")
    assert (result.exit_code, path.read_text()) == (2, SLOW)
    assert result.stderr == "a.py: error: cannot write: permission denied\n"


def test_fix_asks_whether_a_file_may_be_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "a.py"
    path.write_text(SLOW)
    monkeypatch.setattr(os, "access", lambda *_: False)
    result = check("--fix")
    assert (result.exit_code, path.read_text()) == (2, SLOW)
    assert result.stderr == "a.py: error: cannot write: permission denied\n"


def test_fix_leaves_alone_what_it_could_not_write_back(project: Path) -> None:
    code = f"# coding: unicode_escape\n{SLOW}"  # written in that encoding, it is one comment
    (project / "a.py").write_text(code)
    result = check("--fix", "--output-format", "concise")
    assert (result.exit_code, (project / "a.py").read_text()) == (2, code)
    assert "a.py: error: cannot be written back in its encoding, unicode_esc" in result.stderr
    assert "a.py:3:12: API101" in result.stdout


def test_diff_of_old_macintosh_lines(project: Path) -> None:
    (project / "a.py").write_bytes(SLOW.replace("\n", "\r").encode())
    assert "-    return sorted(xs)[0]\n+    return min(xs)\n" in check("--diff").stdout


def test_fix_leaves_a_broken_file_alone(project: Path) -> None:
    (project / "a.py").write_text(SLOW + "if:\n")
    result = check("--fix")
    assert result.exit_code == 2
    assert (project / "a.py").read_text() == SLOW + "if:\n"


def test_a_failed_write_is_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a.py").write_text(SLOW)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    result = check("--fix")
    assert result.exit_code == 2
    assert result.stderr == "a.py: error: cannot write: no space left on device\n"
    assert (project / "a.py").read_text() == SLOW
    assert sorted(os.listdir()) == ["a.py", "effilint.toml"]


def test_fixes_that_never_settle_are_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from effilint.analyzer import fixer

    def never(*_: object, **__: object) -> None:
        raise fixer.ConvergenceError("fixes never settle: API101")

    monkeypatch.setattr(fixer, "fix", never)
    (project / "a.py").write_text(SLOW)
    result = check("--fix")
    assert (result.exit_code, result.stderr) == (2, "a.py: error: fixes never settle: API101\n")


def test_diff_shows_and_writes_nothing(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    (project / "b.py").write_text(NO_FIX)
    result = check("--diff")
    assert result.exit_code == 1
    assert result.stdout == (
        "--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n def low(xs):\n"
        "-    return sorted(xs)[0]\n+    return min(xs)\n"
    )
    assert result.stderr == "Would fix 1 finding.\n"
    assert (project / "a.py").read_text() == SLOW
    assert check("--diff", "b.py").exit_code == 0
    assert check("--diff", "--exit-zero").exit_code == 0


def test_diff_marks_a_missing_last_newline(project: Path) -> None:
    (project / "a.py").write_text(SLOW.rstrip())
    result = check("--diff")
    assert result.stdout.count("\n\\ No newline at end of file\n") == 2


@pytest.mark.usefixtures("unsafe")
def test_unsafe_fixes_only_if_asked_for(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    listed = check("--output-format", "concise").stdout
    assert "API101 The" in listed
    assert "(1 fixable with --fix --unsafe-fixes)" in listed
    assert "[*]" in check("--unsafe-fixes").stdout
    assert check("--fix").exit_code == 1
    assert (project / "a.py").read_text() == SLOW
    assert check("--fix", "--unsafe-fixes").exit_code == 0
    assert (project / "a.py").read_text() == FAST


@pytest.mark.usefixtures("unsafe")
def test_unsafe_fixes_can_be_configured(project: Path) -> None:
    (project / "effilint.toml").write_text("unsafe-fixes = true\n")
    (project / "a.py").write_text(SLOW)
    assert check("--fix", "--no-unsafe-fixes").exit_code == 1
    assert check("--fix").exit_code == 0
    assert (project / "a.py").read_text() == FAST


def test_remembered_findings_are_fixed_too(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    runner = CliRunner()
    assert runner.invoke(main, ["check"]).exit_code == 1
    assert runner.invoke(main, ["check", "--fix"]).exit_code == 0
    assert (project / "a.py").read_text() == FAST
    assert runner.invoke(main, ["check"]).exit_code == 0


def test_per_file_ignores_and_min_gain_hold_for_fixes(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    assert check("--fix", "--min-gain", "1000").exit_code == 0
    (project / "effilint.toml").write_text('per-file-ignores = {"a.py" = ["API1"]}\n')
    assert check("--fix").exit_code == 0
    assert (project / "a.py").read_text() == SLOW


def test_stdin_is_linted_under_its_name(project: Path) -> None:
    (project / "src").mkdir()
    (project / "src" / "effilint.toml").write_text('ignore = ["API101"]\n')
    result = check("-", "--output-format", "concise", stdin=SLOW)
    assert result.exit_code == 1
    assert result.stdout.startswith("<stdin>:2:12: API101")
    assert check("-", "--stdin-filename", "src/a.py", stdin=SLOW).exit_code == 0
    named = check("-", "--stdin-filename", "b.py", stdin=SLOW)
    assert "--> b.py:2:12" in named.stdout
    assert "return sorted(xs)[0]" in named.stdout


def test_stdin_fix_prints_the_text_and_reports_aside() -> None:
    result = check("-", "--fix", stdin=(SLOW + NO_FIX).replace("\n", "\r\n").encode())
    assert result.exit_code == 1
    assert result.stdout_bytes == (FAST + NO_FIX).replace("\n", "\r\n").encode()
    assert "(1 fixed, 1 remaining)" in result.stderr


@pytest.mark.parametrize("text", [FAST.encode(), b"if:\n", b"\xff\n", b""])
def test_stdin_fix_loses_nothing(text: bytes) -> None:
    result = check("-", "--fix", stdin=text)
    assert result.stdout_bytes == text
    assert result.exit_code == (0 if text in (FAST.encode(), b"") else 2)


def test_stdin_diff() -> None:
    result = check("-", "--diff", "--stdin-filename", "a.py", stdin=SLOW)
    assert result.exit_code == 1
    assert result.stdout.startswith("--- a.py\n+++ a.py\n")


def test_stdin_errors(project: Path) -> None:
    assert check("-", stdin="if:\n").stderr.startswith("<stdin>:1:3: error: ")
    assert check("-", "a.py", stdin="").exit_code == 2
    assert check("-", "--select", "API191", stdin=SLOW).exit_code == 2
    (project / "effilint.toml").write_text("select = 1\n")
    result = check("-", "--fix", stdin=SLOW)
    assert (result.exit_code, result.stdout) == (2, SLOW)


def notebook(*cells: str) -> str:
    return json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "execution_count": None,
                    "metadata": {},
                    "outputs": [],
                    "source": cell.splitlines(keepends=True),
                }
                for cell in cells
            ],
            "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    )


def test_notebooks(project: Path) -> None:
    path = project / "a.ipynb"
    path.write_text(notebook("import os", f"x = 1\n{SLOW}"))
    listed = check("--output-format", "concise").stdout
    assert listed.startswith("a.ipynb:cell 2:3:12: API101")
    (finding,) = json.loads(check("--output-format", "json").stdout)
    assert (finding["cell"], finding["location"]) == (2, {"row": 3, "column": 12})
    (edit,) = finding["fix"]["edits"]
    assert (edit["cell"], edit["location"]) == (2, {"row": 3, "column": 12})
    full = check().stdout
    assert "--> a.ipynb:cell 2:3:12" in full
    assert "3 |     return sorted(xs)[0]" in full
    assert "3 | +     return min(xs)" in full
    assert check("--fix").exit_code == 0
    sources = ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]
    assert sources == ["import os", f"x = 1\n{FAST}"]


def test_a_name_for_stdin_reads_stdin(project: Path) -> None:
    (project / "b.py").write_text(SLOW)
    named = check("--stdin-filename", "a.py", "--output-format", "concise", stdin=SLOW)
    assert [line[:4] for line in named.stdout.splitlines()] == ["a.py", "Foun"]
    assert check("--stdin-filename", "a.py", "b.py", stdin=SLOW).exit_code == 2


def test_stubs_on_stdin_are_not_linted() -> None:
    result = check("-", "--stdin-filename", "a.pyi", stdin=SLOW)
    assert (result.exit_code, result.stdout) == (0, "All checks passed!\n")
    assert check("-", "--fix", "--stdin-filename", "a.pyi", stdin=SLOW).stdout == SLOW
