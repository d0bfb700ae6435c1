"""Programs that want out, or to harm, or to cheat: none gets anywhere, and all is well after each.

The programs are in `hostile/`. They run in a process of its own, so that a user without any
privilege can try them too, and at every level of isolation that this machine has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import effilint.measure

HOSTILE = Path(__file__).with_name("hostile")
SECRET = {"EFFILINT_TEST_SECRET": "a-secret-of-the-owner"}
KINDS = sorted(path.stem for path in HOSTILE.glob("*.txt") if path.stem != "prelude")
NOBODY: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []}
MISSING = 3
_IS_NEW = "import sys; sys.exit(sys.version_info < (3, 11))"


def _attacks(command: list[str], path: str, folder: Path, **user: Any) -> str:
    """What does not go as it should, or a skip where the level cannot be had."""
    environment = SECRET | {"PATH": os.environ["PATH"], "PYTHONPATH": path, "TMPDIR": str(folder)}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd="/", check=False, **user
    )
    if done.returncode == MISSING:
        pytest.skip(done.stdout)
    said: str = done.stdout + done.stderr
    return said


@pytest.fixture
def open_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that everybody can get at, with the files that attacks take."""
    base = next(p for p in reversed(tmp_path_factory.getbasetemp().parents) if _is_open(p))
    folder = base / f"effilint-hostile-{os.getpid()}"
    ignored = shutil.ignore_patterns("__pycache__")
    package = Path(effilint.measure.__file__).parent
    shutil.copytree(package, folder / "effilint" / "measure", ignore=ignored)
    shutil.copytree(HOSTILE, folder / "hostile", ignore=ignored)
    for name in ("effilint", "effilint/measure"):  # what is not needed here needs other packages
        (folder / name / "__init__.py").write_text("", encoding="utf-8")
    (folder / "temporary").mkdir()
    (folder / "temporary").chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def _is_open(folder: Path) -> bool:
    return folder.stat().st_mode & 0o1777 == 0o1777


def _python_of_nobody() -> str:
    for found in (sys.executable, sys.base_prefix + "/bin/python3", "/usr/bin/python3"):
        try:
            subprocess.run([found, "-c", _IS_NEW], check=True, capture_output=True, **NOBODY)
        except (OSError, subprocess.CalledProcessError):
            continue
        return found
    pytest.skip("no Python from 3.11 on that any user may start")


def test_there_are_enough_programs_of_every_kind() -> None:
    counts = [(HOSTILE / f"{kind}.txt").read_text("utf-8").count("### ") for kind in KINDS]
    assert min(counts) >= 10
    assert sum(counts) >= 300


@pytest.mark.parametrize("level", ["L3", "L2", "L1"])
def test_the_network_is_out_of_reach(level: str, tmp_path: Path) -> None:
    command = [sys.executable, str(HOSTILE / "attack.py"), level, "network"]
    assert not _attacks(command, "", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("level", ["L3", "L2", "L1"])
def test_no_program_gets_out(level: str, tmp_path: Path) -> None:
    command = [sys.executable, str(HOSTILE / "attack.py"), level, *KINDS]
    assert not _attacks(command, "", tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="the other tests run without privileges already")
@pytest.mark.parametrize("level", ["L3", "L2", "L1"])
def test_no_program_gets_out_where_nobody_has_a_privilege(level: str, open_folder: Path) -> None:
    attack = str(open_folder / "hostile" / "attack.py")
    command = [_python_of_nobody(), attack, level, *KINDS]
    assert not _attacks(command, str(open_folder), open_folder / "temporary", **NOBODY)
