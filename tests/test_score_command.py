"""`effilint score`: files and functions, what pushed them, and what got worse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from effilint.main import main

GOOD = "def common(xs: list[int], ys: list[int]):\n    known = set(ys)\n"
GOOD += "    return [x for x in xs if x in known]\n"
BAD = "def common(xs: list[int], ys: list[int]):\n    return [x for x in xs if x in ys]\n"
OTHER = "\n\nclass Total:\n    def add(self, xs):\n        return sum(xs)\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(BAD + OTHER)
    return tmp_path


def score(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["score", "--no-learned", *arguments], input=stdin)


def rows(*arguments: str, stdin: str = "") -> dict[str | None, dict[str, object]]:
    result = score("--json", *arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return {row["function"]: row for row in json.loads(result.stdout)}


@pytest.mark.usefixtures("folder")
def test_files_and_functions_have_scores() -> None:
    found = rows("a.py")
    assert list(found) == [None, "common", "Total.add"]
    assert found["common"]["line"] == 1
    assert found["Total.add"]["line"] == 6
    assert found["common"]["bc"] == found[None]["bc"]
    assert found["common"]["bc"] > found["Total.add"]["bc"]  # type: ignore[operator]
    assert found["common"]["status"] == "static"
    assert len(found["common"]["behaviours"]) == 22  # type: ignore[arg-type]
    text = score("a.py").stdout.splitlines()
    assert [line.split()[2] for line in text] == ["a.py", "common", "Total.add"]
    assert score().stdout == score(".").stdout


@pytest.mark.usefixtures("folder")
def test_what_pushed_a_score_is_explained() -> None:
    result = score("a.py", "--explain")
    assert "line 2: return [x for x in xs if x in ys]" in result.stdout
    assert "DST101  line 2: " in result.stdout
    lines = rows("a.py")["common"]["lines"]
    assert list(lines) == ["2"]  # type: ignore[call-overload]


@pytest.mark.usefixtures("folder")
def test_it_fails_above_a_bound() -> None:
    bc = rows("a.py")[None]["bc"]
    assert score("a.py", "--fail-above", str(bc)).exit_code == 0
    assert score("a.py", "--fail-above", str(bc - 0.01)).exit_code == 1  # type: ignore[operator]


@pytest.mark.usefixtures("folder")
def test_standard_input_is_scored() -> None:
    found = rows("-", stdin=BAD)
    assert list(found) == [None, "common"]
    assert found[None]["filename"] == "-"
    opaque = score("-", stdin="exec(open('x').read())\n")
    assert opaque.stdout.startswith("1.00  opaque")
    assert "hides what runs" in opaque.stdout
    broken = rows("-", stdin="def f(:\n")
    assert broken[None]["status"] == "unparsable"


def test_what_got_worse_beside_another_file(folder: Path) -> None:
    (folder / "b.py").write_text(GOOD + OTHER)
    found = rows("a.py", "--against", "b.py")
    assert list(found) == [None, "common"]
    assert found["common"]["before"] < found["common"]["bc"]  # type: ignore[operator]
    assert not rows("b.py", "--against", "a.py")
    text = score("a.py", "--against", "b.py", "--fail-above", "0")
    assert text.exit_code == 1
    assert "a.py:1: common" in text.stdout
    assert "was 0.0" in text.stdout


def test_what_got_worse_since_a_revision(folder: Path) -> None:
    def git(*arguments: str) -> None:
        names = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-q")
    (folder / "a.py").write_text(GOOD + OTHER)
    git("add", "a.py")
    git("commit", "-q", "-m", "one")
    (folder / "a.py").write_text(BAD + OTHER)
    (folder / "new.py").write_text(BAD)
    found = rows(".", "--against", "HEAD")
    assert list(found) == [None, "common"]
    assert {row["filename"] for row in found.values()} == {"a.py"}
    wrong = score("a.py", "--against", "--output=x")
    assert wrong.exit_code == 2
    assert "no such file, and no such revision" in wrong.output
    assert not (folder / "x").exists()


@pytest.mark.usefixtures("folder")
def test_a_plain_install_is_enough() -> None:
    missing = "numpy onnxruntime tokenizers tree_sitter tree_sitter_python torch"
    code = f"import sys; sys.modules |= dict.fromkeys({missing.split()!r}); "
    code += "from effilint.main import main; main(['score', 'a.py', '--json'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["status"] == "static"


@pytest.mark.usefixtures("folder")
def test_what_is_wrong_is_one_line(folder: Path) -> None:
    missing = score("nowhere.py")
    assert missing.exit_code == 2
    assert missing.stderr.count("\n") == 1
    assert "nowhere.py" in missing.stderr
    (folder / "bytes.py").write_bytes(b"\xff\xfe\x00x")
    assert score("bytes.py").exit_code == 2
    refused = CliRunner().invoke(main, ["score", "a.py", "--model", "nowhere"])
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output
