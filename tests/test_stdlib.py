"""The whole standard library, its test folder included, goes through every rule."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import effilint
from effilint.analyzer.source import Source

LIBRARY = Path(os.__file__).parent
FILES = [path for path in LIBRARY.rglob("*.py") if "site-packages" not in path.parts]

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::SyntaxWarning")]


def readable(files: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the files that parse, and their text; the test folder holds some that must not."""
    for path in sorted(files):
        try:
            with warnings.catch_warnings(action="ignore"):
                ast.parse(path.read_bytes())
        except (OSError, SyntaxError, ValueError):
            continue
        yield path, Source.read(path).text


def test_every_file_is_linted() -> None:
    linted = 0
    for path, text in readable(FILES):
        for diagnostic in effilint.check(text, select="ALL", filename=str(path)):
            assert diagnostic.filename == str(path)
        linted += 1
    assert linted > 500


def test_broken_files_give_one_line() -> None:
    good = {path for path, _ in readable(FILES)}
    for path in set(FILES) - good:
        with pytest.raises(effilint.SourceError) as caught:
            effilint.check(Source.read(path).text, select="ALL")
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("part", range(10))
def test_fixed_files_parse(part: int) -> None:
    # Fixing is slow, so that every twentieth file must do.
    for path, text in readable(sorted(FILES)[part::200]):
        fixed = effilint.fix(text, select="ALL", unsafe=True, filename=str(path))
        ast.parse(fixed)
