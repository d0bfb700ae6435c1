"""`effilint complexity` on files."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from effilint.main import main

CODE = """\
class Ranking:
    def best(self, scores, k):
        return sorted(scores)[:k]


def pairs(left, right):
    found = []
    for a in left:
        for b in right:
            found.append((a, b))
    return found
"""


def test_text_names_time_space_and_the_dominant_line(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(CODE)
    result = CliRunner().invoke(main, ["complexity", str(path)])
    assert result.exit_code == 0
    assert (
        f"{path}:2: Ranking.best\n    time O(scores*log(scores)), extra space O(scores)"
        in result.output
    )
    assert "most of it in line 3: return sorted(scores)[:k]" in result.output
    assert "pairs\n    time O(left*right), extra space O(left*right)" in result.output


def test_json_has_a_row_for_each_function(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CODE)
    result = CliRunner().invoke(main, ["complexity", str(tmp_path), "--output-format", "json"])
    rows = json.loads(result.output)
    assert [(row["function"], row["line"]) for row in rows] == [("Ranking.best", 2), ("pairs", 6)]
    assert rows[1]["dominant"]["line"] in (8, 9, 10)


def test_a_file_that_does_not_parse_is_one_line_and_the_rest_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CODE)
    (tmp_path / "b.py").write_text("def f(:\n")
    result = CliRunner().invoke(main, ["complexity", str(tmp_path)])
    assert result.exit_code == 2
    assert "Ranking.best" in result.stdout
    assert result.stderr.count("\n") == 1
    assert "b.py:1:7: error: " in result.stderr


def test_unknown_loops_are_named_as_assumptions(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("def poll(device):\n    while device.busy():\n        device.wait()\n")
    result = CliRunner().invoke(main, ["complexity", str(path), "--output-format", "json"])
    [row] = json.loads(result.output)
    assert row["time"] == "O(passes@2)"
    assert row["assumed"] == ["passes@2"]
