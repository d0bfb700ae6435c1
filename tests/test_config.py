"""Configuration files, and which files are linted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from effilint.main import main

SLOW = "def low(xs):\n    return sorted(xs)[0]\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "effilint.toml").touch()
    return tmp_path


def check(*arguments: str) -> Result:
    options = ["check", "--no-cache", "--output-format", "concise", *arguments]
    return CliRunner().invoke(main, options)


def write(path: Path, text: str = SLOW) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def linted(*arguments: str) -> list[str]:
    """Return the files with findings, which here are all files linted."""
    lines = check(*arguments).stdout.splitlines()
    return [line.partition(":")[0] for line in lines if "API101" in line]


def test_pyproject_and_effilint_toml_mean_the_same(project: Path) -> None:
    write(project / "a.py")
    (project / "effilint.toml").unlink()
    write(project / "pyproject.toml", '[tool.effilint]\nignore = ["API101"]\n')
    assert check().exit_code == 0
    write(project / "effilint.toml", 'select = ["API101"]\n')
    assert check().exit_code == 1


def test_a_pyproject_without_our_table_is_passed_over(project: Path) -> None:
    write(project / "effilint.toml", 'ignore = ["API101"]\n')
    write(project / "sub/pyproject.toml", '[project]\ndependencies = ["effilint"]\n')
    write(project / "sub/a.py")
    assert check().exit_code == 0


def test_the_nearest_configuration_upwards_from_each_file_holds(project: Path) -> None:
    write(project / "effilint.toml", 'ignore = ["API101"]\n')
    write(project / "inner/effilint.toml", "")
    write(project / "a.py")
    write(project / "inner/deep/b.py")
    assert linted() == ["inner/deep/b.py"]
    assert linted("inner/deep/b.py", "a.py") == ["inner/deep/b.py"]


def test_the_command_line_overrides(project: Path) -> None:
    write(project / "effilint.toml", 'ignore = ["API101"]\nmin-gain = 100\n')
    write(project / "a.py")
    assert linted() == []
    assert linted("--select", "API101") == []
    assert linted("--select", "API101", "--min-gain", "1") == ["a.py"]
    assert linted("--isolated") == ["a.py"]


def test_extend_select_adds_to_the_configuration(project: Path) -> None:
    write(project / "effilint.toml", "select = []\n")
    write(project / "a.py")
    assert linted() == []
    assert linted("--extend-select", "API101") == ["a.py"]


def test_per_file_ignores(project: Path) -> None:
    write(project / "effilint.toml", '[per-file-ignores]\n"tests/*" = ["API"]\n"b.py" = ["API1"]\n')
    for name in ("a.py", "b.py", "tests/c.py", "src/b.py"):
        write(project / name)
    assert linted() == ["a.py"]
    assert linted("tests/c.py") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["A"]', "unknown key `selct`, did you mean `select`?"),
        ("min_gain = 1", "unknown key `min_gain`, did you mean `min-gain`?"),
        ("zzz = 1", "unknown key `zzz`"),
        ('select = "API"', "`select` must be a list of strings, not a string"),
        ("ignore = [1]", "`ignore` must be a list of strings, not this list"),
        ('min-gain = "2"', "`min-gain` must be a number, not a string"),
        ("min-gain = true", "`min-gain` must be a number, not true"),
        ("unsafe-fixes = 1", "`unsafe-fixes` must be true or false, not 1"),
        ("per-file-ignores = []", "`per-file-ignores` must be a table of lists of strings"),
        ('per-file-ignores = {"a" = "API"}', "`per-file-ignores` must be a table of lists"),
        ("select = [", "not valid TOML: "),
        pytest.param("select = " + "[" * 20_000, "nested too deep", id="deep"),
        pytest.param("min-gain = " + "9" * 400, "`min-gain`: int too large", id="large"),
        pytest.param("min-gain = " + "9" * 5000, "not valid TOML: ", id="digits"),
        ("min-gain = nan", "`min-gain`: must be finite"),
        ('exclude = ["!"]', "`exclude`: "),
        ('extend-exclude = ["[z-a]"]', "`extend-exclude`: invalid pattern: bad character range"),
        ('per-file-ignores = {"[z-a]" = ["API"]}', "`per-file-ignores`: invalid pattern: "),
    ],
)
def test_bad_configuration_is_one_line_that_names_the_key(
    project: Path, text: str, message: str
) -> None:
    write(project / "effilint.toml", text)
    write(project / "a.py")
    write(project / "b.py")
    write(project / "other/effilint.toml", "")
    write(project / "other/c.py")
    result = check()
    assert result.exit_code == 2
    assert result.stderr.startswith(f"effilint.toml: error: {message}")
    assert result.stderr.count("\n") == 1
    assert result.stdout.startswith("other/c.py:2:12: API101")


def test_other_configuration_errors(project: Path) -> None:
    (project / "effilint.toml").unlink()
    write(project / "a.py")
    write(project / "pyproject.toml", "[tool]\neffilint = 3\n")
    assert check().stderr == "pyproject.toml: error: `tool.effilint` must be a table\n"
    (project / "pyproject.toml").write_bytes(b"# effilint \xff\n")
    assert check().stderr.startswith("pyproject.toml: error: not valid TOML: ")
    (project / "pyproject.toml").unlink()
    (project / "pyproject.toml").mkdir()
    assert check().stderr.startswith("pyproject.toml: error: cannot read: ")


def test_an_unreadable_folder_has_no_configuration(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project / "hidden/a.py")
    opened = open

    def refuse(path: str, *rest: object, **options: object) -> object:
        if path == str(project / "hidden/effilint.toml"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.open", refuse)
    assert check().stderr == "hidden/effilint.toml: error: cannot read: Permission denied\n"
    monkeypatch.setattr("os.access", lambda *_: False)
    assert check().stderr == ""


def test_an_unknown_code_in_a_configuration(project: Path) -> None:
    write(project / "effilint.toml", 'select = ["API1O1"]\n')
    write(project / "a.py")
    write(project / "other/effilint.toml", "")
    write(project / "other/b.py")
    result = check()
    assert result.exit_code == 2
    assert result.stderr.startswith("effilint: error: unknown rule code 'API1O1', did you mean")
    assert result.stdout.startswith("other/b.py:2:12")


def test_folders_are_searched_for_python_and_notebooks(project: Path) -> None:
    for name in ("a.py", "b.pyi", "c.txt", "sub/d.py", ".venv/e.py", "build/f.py", ".hidden/g.py"):
        write(project / name)
    assert linted() == [".hidden/g.py", "a.py", "sub/d.py"]
    assert linted("sub", "a.py", "./a.py", ".") == [".hidden/g.py", "a.py", "sub/d.py"]


def test_named_files_are_linted_whatever_their_name(project: Path) -> None:
    write(project / "build/f.py")
    write(project / "script")
    write(project / "stub.pyi")
    write(project / "effilint.toml", 'extend-exclude = ["script"]\n')
    assert linted("build/f.py", "script", "stub.pyi") == ["build/f.py", "script"]
    assert linted("build") == ["build/f.py"]


def test_force_exclude_leaves_out_named_files_too(project: Path) -> None:
    for name in ("a.py", "build/f.py", "sub/gen/c.py"):
        write(project / name)
    named = ("a.py", "build/f.py", "sub/gen/c.py")
    assert linted(*named) == ["a.py", "build/f.py", "sub/gen/c.py"]
    assert linted("--force-exclude", *named) == ["a.py", "sub/gen/c.py"]
    write(project / "effilint.toml", 'force-exclude = true\nextend-exclude = ["/sub/gen"]\n')
    assert linted(*named) == ["a.py"]
    assert linted("--no-force-exclude", *named) == ["a.py", "build/f.py", "sub/gen/c.py"]


def test_exclude(project: Path) -> None:
    for name in ("a.py", "gen/b.py", "sub/gen/c.py", "build/d.py", "sub/e_pb2.py"):
        write(project / name)
    write(project / "effilint.toml", 'extend-exclude = ["/gen", "*_pb2.py"]\n')
    assert linted() == ["a.py", "sub/gen/c.py"]
    write(project / "effilint.toml", 'exclude = ["gen"]\n')
    assert linted() == ["a.py", "build/d.py", "sub/e_pb2.py"]
    assert linted("--exclude", "sub,gen/*.py") == ["a.py", "build/d.py"]
    assert linted("--extend-exclude", "sub/", "--extend-exclude", "build") == ["a.py"]


def test_gitignore(project: Path) -> None:
    (project / ".git").mkdir()
    write(project / ".gitignore", "/made\n*.tmp.py\n!keep.tmp.py\n")
    write(project / "sub/.gitignore", "local.py\n!again.tmp.py\n")
    names = ("a.py", "b.tmp.py", "keep.tmp.py", "made/c.py", "sub/made/d.py", "sub/local.py")
    for name in (*names, "sub/again.tmp.py", "local.py"):
        write(project / name)
    found = ["a.py", "keep.tmp.py", "local.py", "sub/again.tmp.py", "sub/made/d.py"]
    assert linted() == found
    assert linted("sub") == ["sub/again.tmp.py", "sub/made/d.py"]
    assert linted("made") == ["made/c.py"]
    assert linted("b.tmp.py") == ["b.tmp.py"]
    assert len(linted("--no-respect-gitignore")) == 8
    write(project / "effilint.toml", "respect-gitignore = false\n")
    assert len(linted()) == 8


def test_a_gitignore_line_that_git_passes_over(project: Path) -> None:
    (project / ".git").mkdir()
    write(project / ".gitignore", "[z-a]\n!\nmade.py\n")
    write(project / "a.py")
    write(project / "made.py")
    assert linted() == ["a.py"]


@pytest.mark.parametrize("option", ["--exclude", "--extend-exclude"])
def test_a_bad_pattern_on_the_command_line(project: Path, option: str) -> None:
    write(project / "a.py")
    result = check(option, "[z-a]*")
    assert result.exit_code == 2
    assert "bad character range" in result.stderr


def test_links_are_followed_once(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside / "o.py")
    (outside / "back").symlink_to(project)
    write(project / "real/a.py")
    (project / "again").symlink_to("real")
    (project / "b.py").symlink_to("real/a.py")
    (project / "out").symlink_to(outside)
    (project / "single.py").symlink_to(outside / "o.py")
    (project / ".#lock.py").symlink_to("nowhere")
    result = check()
    assert result.stderr == ""
    assert linted() == ["out/o.py", "real/a.py"]
    assert linted("again") == ["again/a.py"]


def test_a_crowded_tree_of_folders(project: Path) -> None:
    path = project
    for _ in range(100):
        path = path / "deeper"
    write(path / "a.py")
    assert len(linted()) == 1


def test_a_file_below_more_folders_than_calls_may_nest(project: Path) -> None:
    write(project / "effilint.toml", 'ignore = ["API101"]\n')
    folder = "a/" * 1200
    for depth in range(1, 1201):
        os.mkdir("a/" * depth)
    name = f"{folder}a.py"
    try:
        Path(name).write_text(SLOW)
        assert check(name).exit_code == 0
        assert linted("--isolated", name) == [name]
    finally:  # what cleans up after the tests calls itself for every folder
        os.remove(name)
        os.removedirs(folder)
