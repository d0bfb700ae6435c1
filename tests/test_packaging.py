"""The wheel must carry every package folder; an unlisted one works only in a checkout."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_is_listed() -> None:
    config = project()["tool"]["setuptools"]
    folders = config["package-dir"]
    found = {
        ".".join([name, *path.parent.relative_to(ROOT / folder).parts])
        for name, folder in folders.items()
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert found == set(config["packages"])


def test_every_folder_of_modules_is_a_package() -> None:
    folders = project()["tool"]["setuptools"]["package-dir"].values()
    bare = {
        str(path.parent.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    }
    assert bare == set()


def test_core_dependencies_stay_small() -> None:
    names = {d.partition(">")[0].strip() for d in project()["project"]["dependencies"]}
    assert names == {"click", "libcst", "astroid", "rich", "pathspec"}


def test_no_folder_shadows_the_package() -> None:
    assert not (ROOT / "effilint").exists()
