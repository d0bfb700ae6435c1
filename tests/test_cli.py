"""`effilint check` from end to end."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import effilint
from effilint.main import main

SLOW = "def low(xs):\n    return sorted(xs)[0]\n"
FAST = "def low(xs):\n    return min(xs)\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, in which no configuration from above holds."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "EFFILINT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "effilint.toml").touch()
    return tmp_path


def run(*arguments: str, stdin: bytes | str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


def check(*arguments: str, stdin: bytes | str | None = None) -> Result:
    return run("check", *arguments, stdin=stdin)


def test_finds_and_exits_with_one(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    result = check("--output-format", "concise", "--unsafe-fixes")
    assert result.exit_code == 1
    assert result.stdout.startswith("a.py:2:12: API101 [*] ")
    assert result.stdout.endswith("Found 1 finding in 1 file (1 fixable with --fix).\n")
    assert result.stderr == ""


def test_clean_code_passes(project: Path) -> None:
    (project / "a.py").write_text(FAST)
    result = check()
    assert (result.exit_code, result.output) == (0, "All checks passed!\n")


def test_exit_zero_hides_findings_but_no_errors(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    assert check("--exit-zero").exit_code == 0
    (project / "b.py").write_text("x = (")
    assert check("--exit-zero").exit_code == 2


@pytest.mark.parametrize(
    ("options", "findings"),
    [
        (["--select", "API101"], 1),
        (["--select", "api"], 1),
        (["--select", "API2"], 0),
        (["--select", "API2,API1"], 1),
        (["--select", "API2", "--extend-select", "API101"], 1),
        (["--select", "API", "--ignore", "API101"], 0),
        (["--ignore", "API1"], 0),
        (["--min-gain", "2"], 1),
        (["--min-gain", "1000"], 0),
    ],
)
def test_selection(project: Path, options: list[str], findings: int) -> None:
    (project / "a.py").write_text(SLOW)
    result = check(*options)
    assert result.exit_code == min(findings, 1), result.output


@pytest.mark.parametrize("option", ["--select", "--ignore", "--extend-select"])
def test_unknown_code_is_one_line(project: Path, option: str) -> None:
    (project / "a.py").write_text(SLOW)
    result = check(option, "API191")
    assert result.exit_code == 2
    assert result.stderr.startswith("effilint: error: unknown rule code 'API191', did you ")
    assert result.stderr.count("\n") == 1


def test_empty_select_is_refused(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    assert "unknown rule code ''" in check("--select", "").stderr


@pytest.mark.parametrize("jobs", [[], ["--jobs", "2"]])
def test_bad_input_is_one_line_each_and_the_rest_is_linted(project: Path, jobs: list[str]) -> None:
    (project / "good.py").write_text(SLOW)
    (project / "syntax.py").write_text("x = 1\nif:\n")
    (project / "nul.py").write_bytes(b"x = 1\0")
    (project / "undecodable.py").write_bytes(b"x = '\xff'\n")
    (project / "deep.py").write_text("x = " + "-" * 20_000 + "1\n")
    (project / "empty").mkdir()
    (project / "me.py").symlink_to("missing")
    (project / "round").symlink_to(".")
    (project / "one.py").symlink_to("two.py")
    (project / "two.py").symlink_to("one.py")
    result = check(".", "missing.py", "empty", "--output-format", "concise", *jobs)
    assert result.exit_code == 2
    assert result.exception is None or isinstance(result.exception, SystemExit)
    names = [line.partition(":")[0] for line in result.stderr.splitlines()]
    assert sorted(names) == [
        "deep.py",
        "empty",
        "me.py",
        "missing.py",
        "nul.py",
        "one.py",
        "round",
        "syntax.py",
        "two.py",
        "undecodable.py",
    ]
    assert "syntax.py:2:3: error: " in result.stderr
    assert result.stdout.startswith("good.py:2:12: API101")


def test_folder_without_python_is_an_error(project: Path) -> None:
    (project / "data.txt").touch()
    result = check()
    assert result.exit_code == 2
    assert result.stderr == ".: error: no Python files found under .\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_files_and_folders(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    (project / "secret.py").touch(0)
    (project / "hidden").mkdir(0)
    result = check("--output-format", "concise")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "hidden: error: permission denied",
        "secret.py: error: permission denied",
    ]
    assert "a.py:2:12" in result.stdout


def test_refused_permission_is_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a.py").write_text(SLOW)
    (project / "secret.py").touch()
    (project / "hidden").mkdir()
    scandir, opened = os.scandir, open

    def refuse_folder(path: str) -> object:
        if path == "hidden":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    def refuse_file(path: str, *rest: object, **options: object) -> object:
        if path == "secret.py":
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("os.scandir", refuse_folder)
    monkeypatch.setattr("builtins.open", refuse_file)
    result = check("--output-format", "concise", "--jobs", "1")
    assert result.stderr.splitlines() == [
        "hidden: error: permission denied",
        "secret.py: error: permission denied",
    ]
    assert "a.py:2:12" in result.stdout


def test_file_deleted_while_running(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from effilint import linting

    (project / "a.py").write_text(SLOW)
    (project / "gone.py").write_text(SLOW)
    lint = linting.lint

    def delete_and_lint(*arguments: object) -> object:
        (project / "gone.py").unlink()
        return lint(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("effilint.session.lint", delete_and_lint)
    result = check("--output-format", "concise")
    assert result.exit_code == 2
    assert result.stderr == "gone.py: error: no such file or folder\n"
    assert "a.py:2:12" in result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="workers do not inherit the stand-in")
def test_a_crashing_worker_loses_no_other_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from effilint import job, outcome

    for name in ("a", "b", "c", "killer"):
        (project / f"{name}.py").write_text(SLOW)
    examine = job.examine

    def crash(work: outcome.Job) -> outcome.Outcome:
        if work.path == "killer.py":
            os._exit(139)
        return examine(work)

    monkeypatch.setattr("effilint.job.examine", crash)
    result = check("--jobs", "2", "--output-format", "concise", "--no-cache")
    assert result.exit_code == 2
    assert result.stderr == "killer.py: error: the process linting it crashed\n"
    assert [line[:4] for line in result.stdout.splitlines()[:3]] == ["a.py", "b.py", "c.py"]


def test_a_bug_in_a_rule_is_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a.py").write_text(SLOW)

    def fail(*_: object) -> None:
        raise KeyError("what\nnow")

    monkeypatch.setattr("effilint.analyzer.engine.Linter.check", fail)
    result = check()
    assert result.exit_code == 2
    assert result.stderr.startswith("a.py: error: internal error, please report it: KeyError")
    assert result.stderr.count("\n") == 1


def test_interrupt_exits_with_130(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a.py").write_text(SLOW)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("effilint.analyzer.engine.Linter.check", interrupt)
    result = check()
    assert (result.exit_code, result.output) == (130, "")


def test_parallel_and_serial_agree(project: Path) -> None:
    for number in range(30):
        (project / f"m{number}.py").write_text(SLOW if number % 3 else FAST)
    serial = check("--jobs", "1", "--no-cache", "--output-format", "json")
    parallel = check("--jobs", "3", "--no-cache", "--output-format", "json")
    assert serial.stdout == parallel.stdout
    assert len(json.loads(serial.stdout)) == 20


def test_statistics(project: Path) -> None:
    (project / "a.py").write_text(SLOW + SLOW.replace("low", "lowest"))
    result = check("--statistics", "--unsafe-fixes")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == [
        "2  API1  suboptimal method or API selection",
        "2    API101 [*] sorted-then-index",
    ]
    counts = json.loads(check("--statistics", "--unsafe-fixes", "--output-format", "json").stdout)
    assert [(row["code"], row["count"], row["fixable"]) for row in counts] == [("API101", 2, 2)]


def test_python_minus_m_and_broken_pipe(project: Path) -> None:
    (project / "a.py").write_text(SLOW * 2000)
    command = [sys.executable, "-m", "effilint", "check", "--no-cache", "a.py"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 1


def in_shell(command: str) -> tuple[int, str, str]:
    """Run `effilint ...` in a shell; return the exit code, and what it wrote."""
    program = f'effilint() {{ "{sys.executable}" -m effilint "$@"; }}; {command}'
    done = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("effilint check - <&-", "standard input is closed"),
        ("mkdir gone; cd gone; rmdir ../gone; effilint check", "the current folder is gone"),
        ("mkdir gone; cd gone; rmdir ../gone; effilint check -", "the current folder is gone"),
        ("mkdir gone; cd gone; rmdir ../gone; effilint complexity .", "the current folder is gone"),
    ],
)
def test_what_the_system_refuses_is_one_line(command: str, message: str) -> None:
    assert in_shell(command) == (2, "", f"effilint: error: {message}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", ["check a.py", "rule API101", "complexity a.py"])
def test_a_full_disk_below_the_output_is_one_line(project: Path, command: str) -> None:
    (project / "a.py").write_text(SLOW)
    code, _, error = in_shell(f"effilint {command} >/dev/full")
    assert code == 2
    assert error.lower() == "effilint: error: no space left on device\n"


def test_closed_output_is_no_error(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    assert in_shell("effilint check a.py >&-") == (1, "", "")
    assert in_shell("effilint check missing.py 2>&-")[0] == 2


def test_what_is_no_regular_file_is_not_read(project: Path) -> None:
    os.mkfifo(project / "pipe.py")
    assert check("pipe.py").stderr.startswith("pipe.py: error: not a regular file")
    assert check("/dev/null").exit_code == 2
    assert check().stderr == ".: error: no Python files found under .\n"


def test_an_empty_path_is_not_the_current_folder(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    result = check("")
    assert (result.exit_code, result.stdout) == (2, "1 error, no findings.\n")
    assert result.stderr == ": error: no such file or folder\n"


@pytest.mark.parametrize("gain", ["nan", "inf", "x"])
def test_a_minimal_gain_is_a_number(gain: str) -> None:
    assert check("--min-gain", gain).exit_code == 2


def test_version_and_help() -> None:
    assert run("--version").output == f"effilint, version {effilint.__version__}\n"
    assert "check" in run("-h").output
    assert "--unsafe-fixes" in run("check", "--help").output
    assert run("no-such-command").exit_code == 2


def test_rules_are_not_imported_for_what_is_remembered(project: Path) -> None:
    (project / "a.py").write_text(SLOW)
    check()
    code = (
        "import sys; from effilint.main import main\n"
        "try: main(['check', '--output-format', 'concise'])\n"
        "finally: print({'libcst', 'astroid', 'rich', 'effilint.rules'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "set()", done
    assert "API101" in done.stdout


def test_public_api() -> None:
    (found,) = effilint.check(SLOW, filename="a.py")
    assert (found.code, found.line, found.filename) == ("API101", 2, "a.py")
    assert effilint.check(SLOW, select=["API2"]) == []
    assert effilint.check(SLOW, select="API2,API1") == [replace(found, filename="<string>")]
    assert effilint.fix(SLOW) == SLOW
    assert effilint.fix(SLOW, unsafe=True) == FAST
    assert effilint.fix(SLOW, select=["API2"]) == SLOW
    with pytest.raises(effilint.UnknownCodeError, match="API999"):
        effilint.check(SLOW, select=["API999"])
    with pytest.raises(effilint.SourceError) as error:
        effilint.check("x = 1\nif:\n")
    assert (error.value.line, error.value.column) == (2, 3)
    with pytest.raises(AttributeError, match="nothing"):
        effilint.nothing  # noqa: B018


def test_importing_effilint_is_cheap() -> None:
    code = "import sys, effilint; print([m for m in sys.modules if m.startswith('effilint.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_explains_a_rule() -> None:
    result = run("rule", "api101")
    assert result.exit_code == 0
    assert result.stdout.startswith("API101 sorted-then-index\n")
    assert "O(n log n) -> O(n)" in result.stdout
    assert "return min(prices)" in result.stdout
    rule = json.loads(run("rule", "API101", "--output-format", "json").stdout)
    assert rule["behaviour"] == "API1"
    assert rule["fixable"] is True
    assert rule["on_by_default"] is True
    assert len(rule["gain"]["measured"]) == 3


def test_explains_every_rule() -> None:
    rules = json.loads(run("rule", "--all", "--output-format", "json").stdout)
    codes = [rule["code"] for rule in rules]
    assert "API101" in codes
    assert codes == sorted(codes)
    assert run("rule", "--all").exit_code == 0


def test_unknown_rule_names_the_closest() -> None:
    result = run("rule", "API191")
    assert result.exit_code == 2
    assert result.stderr.startswith("effilint: error: unknown rule code 'API191', did you mean")
    assert run("rule").exit_code == 2


def test_a_long_run_on_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    from effilint import progress
    from effilint.outcome import Outcome

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(progress, "_PATIENCE", -1.0)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    outcomes = [Outcome(f"{number}.py") for number in range(5)]
    assert list(progress.shown(iter(outcomes), 5)) == outcomes
    assert "Linting" in terminal.getvalue()
