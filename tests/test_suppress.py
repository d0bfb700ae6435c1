"""Comments that silence findings."""

from __future__ import annotations

import pytest

import effilint

SEARCH = "    out = [y for y in ys if y in seen]"


def is_found(comment: str, where: str = "line") -> bool:
    """Whether DST101 is reported in spite of the comment."""
    line, last = (f"{SEARCH}  {comment}", "") if where == "line" else (SEARCH, comment)
    code = f"def f(xs, ys):\n    seen = [x + 1 for x in xs]\n{line}\n    return out\n{last}\n"
    return bool(effilint.check(code, select=["DST101"]))


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "#NOQA",
        "# noqa: DST101",
        "# noqa:dst1",
        "# noqa : DST",
        "# noqa: F401, DST101",
        "# noqa: F401 DST101 and a reason",
        "# noqa: DST101 because it is short",
        "# type: ignore  # noqa: DST101",
        "# noqa: F401  # effilint: ignore[DST101]",
        "# effilint: ignore",
        "# effilint:ignore[DST1, API]",
    ],
)
def test_silences(comment: str) -> None:
    assert not is_found(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "# about noqa",
        "# noqality",
        "# noqa: F401",
        "# noqa: D",
        "# noqa: DST102",
        "# noqa: E501 a list of DST things",
        "# effilint: ignored",
        "# effilint: ignore[]",
        "# effilint: ignore[DST102]",
    ],
)
def test_silences_nothing(comment: str) -> None:
    assert is_found(comment)


def test_a_comment_may_stand_for_the_whole_file() -> None:
    assert not is_found("# effilint: ignore-file[DST]", where="elsewhere")
    assert not is_found("# effilint: ignore-file", where="elsewhere")
    assert is_found("# effilint: ignore-file[API]", where="elsewhere")
    assert is_found("# noqa", where="elsewhere")


def test_a_string_is_no_comment() -> None:
    code = 'def f(xs, ys):\n    seen = [*xs]\n    return [y for y in ys if y in seen], "# noqa"\n'
    assert effilint.check(code, select=["DST101"])
