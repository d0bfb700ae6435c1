"""What `effilint check` remembers, and when it forgets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from effilint.cache import Cache, digest
from effilint.main import main
from effilint.outcome import Outcome, Problem, Selection

SLOW = "def low(xs):\n    return sorted(xs)[0]\n"
FAST = "def low(xs):\n    return min(xs)\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EFFILINT_CACHE_DIR", raising=False)
    (tmp_path / "effilint.toml").touch()
    return tmp_path


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were linted rather than remembered, as they come."""
    from effilint import job, outcome

    seen: list[str] = []
    examine = job.examine

    def note(work: outcome.Job) -> Outcome:
        seen.append(work.path)
        return examine(work)

    monkeypatch.setattr(job, "examine", note)
    return seen


def check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", "--output-format", "json", *arguments])


def test_the_second_run_remembers_and_says_the_same(project: Path, examined: list[str]) -> None:
    (project / "a.py").write_text(SLOW)
    (project / "b.py").write_text(FAST)
    (project / "c.py").write_text("x = 1\nif:\n")
    first = check()
    assert examined == ["a.py", "b.py", "c.py"]
    second = check()
    assert len(examined) == 3
    assert (second.stdout, second.stderr, second.exit_code) == (first.stdout, first.stderr, 2)
    assert len(json.loads(second.stdout)) == 1


def test_what_changed_is_linted_again(project: Path, examined: list[str]) -> None:
    path = project / "a.py"
    path.write_text(SLOW)
    stat = path.stat()
    check()
    path.write_text(SLOW.replace("0", "9"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert check().exit_code == 0
    assert examined == ["a.py", "a.py"]
    path.write_text(SLOW)
    assert check().exit_code == 1


@pytest.mark.parametrize(
    "options",
    [["--select", "API1"], ["--ignore", "API"], ["--extend-select", "API"], ["--min-gain", "3"]],
)
def test_other_settings_are_another_question(
    project: Path, examined: list[str], options: list[str]
) -> None:
    (project / "a.py").write_text(SLOW)
    check()
    check(*options)
    check(*options)
    check()
    assert examined == ["a.py", "a.py"]


def test_changed_rules_forget(
    project: Path, examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "a.py").write_text(SLOW)
    check()
    monkeypatch.setattr("effilint.cache.fingerprint", lambda: "other rules")
    check()
    check()
    assert examined == ["a.py", "a.py"]


def test_a_path_is_remembered_under_any_of_its_names(
    project: Path, examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text(SLOW)
    check()
    monkeypatch.chdir("sub")
    (finding,) = json.loads(check().stdout)
    assert finding["filename"] == "a.py"
    assert examined == ["sub/a.py"]


def test_the_folder_marks_itself(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    check()
    folder = project / ".effilint_cache"
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f068")


def test_where_it_is_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a.py").write_text(SLOW)
    check("--no-cache")
    assert not (project / ".effilint_cache").exists()
    check("--cache-dir", "here")
    assert (project / "here" / "CACHEDIR.TAG").exists()
    monkeypatch.setenv("EFFILINT_CACHE_DIR", str(project / "there"))
    check()
    assert (project / "there" / "CACHEDIR.TAG").exists()
    assert not (project / ".effilint_cache").exists()


@pytest.mark.parametrize("garbage", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_corrupt_cache_is_built_again(project: Path, examined: list[str], garbage: bytes) -> None:
    (project / "a.py").write_text(SLOW)
    check()
    (database,) = (project / ".effilint_cache").glob("*.db")
    database.write_bytes(garbage)
    result = check()
    assert (result.exit_code, result.stderr) == (1, "")
    check()
    assert examined == ["a.py", "a.py"]


@pytest.mark.parametrize("value", ["garbage", "[]", "[null, [[1, 2]]]", "3", '["x", 7]'])
def test_a_corrupt_entry_is_linted_again(project: Path, value: str) -> None:
    import sqlite3

    (project / "a.py").write_text(SLOW)
    check()
    (database,) = (project / ".effilint_cache").glob("*.db")
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("update outcomes set outcome = ?", (value,))
    connection.close()
    assert check().exit_code == 1


def test_a_cache_that_cannot_be_written_is_none(project: Path, examined: list[str]) -> None:
    (project / "a.py").write_text(SLOW)
    (project / "file").touch()
    for _ in range(2):
        result = check("--cache-dir", "file")
        assert (result.exit_code, result.stderr) == (1, "")
        assert check("--cache-dir", "file/below").exit_code == 1
    assert len(examined) == 4


def test_a_locked_cache_is_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    (project / "a.py").write_text(SLOW)
    check()
    (database,) = (project / ".effilint_cache").glob("*.db")
    connect = sqlite3.connect
    monkeypatch.setattr("sqlite3.connect", lambda path, **_: connect(path, timeout=0.01))
    holder = connect(database)
    holder.execute("begin exclusive")
    assert check().exit_code == 1
    holder.close()


def test_many_processes_at_once(project: Path) -> None:
    for number in range(20):
        (project / f"m{number}.py").write_text(SLOW)
    command = [sys.executable, "-m", "effilint", "check", "--output-format", "json"]
    running = [subprocess.Popen(command, stdout=-1, stderr=-1) for _ in range(4)]
    results = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [1] * 4
    assert {errors for _, errors in results} == {b""}
    assert len({output for output, _ in results}) == 1


def test_two_runs_share_one_file(tmp_path: Path) -> None:
    one, other = Cache(str(tmp_path / "c")), Cache(str(tmp_path / "c"))
    chosen, key = Selection(), digest(b"text")
    one.put([(Outcome("a.py", problem=Problem("a.py", "no", 1, 2), digest=key), chosen)])
    other.put([(Outcome("b.py", digest=key), chosen)])
    assert other.get("a.py", chosen, key) == Outcome("a.py", (), Problem("a.py", "no", 1, 2))
    assert one.get("b.py", chosen, key) == Outcome("b.py")
    assert one.get("b.py", chosen, digest(b"other")) is None
    one.close()
    other.close()
    assert one.get("b.py", chosen, key) is None


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text there")
def test_a_name_that_is_no_text_is_remembered_too(project: Path, examined: list[str]) -> None:
    names = ["a.py", os.fsdecode(b"\xff.py")]
    for name in names:
        (project / name).write_text(SLOW)
    first = check()
    assert check().stdout == first.stdout
    assert examined == names
