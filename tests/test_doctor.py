"""`effilint doctor` says what the machine offers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from effilint.main import main
from effilint.measure import probe
from effilint.measure.isolation import Level


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


@pytest.mark.skipif(sys.platform != "linux", reason="no level holds elsewhere")
def test_a_level_holds_here_and_is_named() -> None:
    found = json.loads(doctor("--output-format", "json").stdout)
    assert found["level"] in ("L1", "L2", "L3")
    assert found["levels"][found["level"]] is None
    text = doctor()
    assert text.exit_code == 0
    assert f"Programs run at {found['level']}" in text.stdout


def test_where_nothing_holds_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_level(level: Level, python: str) -> str:
        return f"{level.label} is not to be had with {Path(python).name}"

    monkeypatch.setattr(probe, "failing", no_level)
    result = doctor()
    assert result.exit_code == 1
    assert "L2 is not to be had" in result.stdout
    assert "Code cannot be isolated here" in result.stdout


def test_an_interpreter_that_is_none_is_one_line() -> None:
    result = doctor("--python", "/no/such/python")
    assert result.exit_code == 2
    assert result.stderr.endswith("/no/such/python is no Python that runs\n")
