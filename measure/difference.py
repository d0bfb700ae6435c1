"""What is different between two answers; compared outside the processes that gave them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from effilint.measure.sandbox import Call

_LONGEST = 40  # characters of a value that are shown


class Differs(Exception):  # noqa: N818 - a verdict rather than a fault
    """The two texts do not do the same; `str` says on what, and how."""


class _Content(NamedTuple):
    """What `effilint.measure.runner` puts into an answer, still encoded."""

    how: str
    detail: Any  # the arguments that the result is, or the type of the exception
    value: Any  # the result, or the words of the exception
    arguments: Any


def check_equal(old: Call, new: Call) -> None:
    """Raise `Differs` unless both did exactly the same."""
    if old.value == new.value and old.printed == new.printed:
        return
    one, other = _content(old), _content(new)
    if one is None or other is None:
        raise Differs("what the code does cannot be read")
    raise Differs(_words(one, other) or "prints something else")


def _content(answer: Call) -> _Content | None:
    try:
        return _Content(*json.loads(answer.value or b""))
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None


def _words(old: _Content, new: _Content) -> str:
    if old.how != new.how or (old.how == "raised" and old.detail != new.detail):
        return f"{_end(new)} where the old code {_end(old)}"
    if old.value != new.value or _shown(old.value) != _shown(new.value):
        what = "raises" if old.how == "raised" else "returns"
        return f"{what} {_shown(new.value)}, not {_shown(old.value)}"
    if old.arguments != new.arguments:
        return "leaves its arguments, its object or the module in another state"
    if old.detail != new.detail:
        return "returns an argument itself in place of a copy, or a copy in place of it"
    return ""


def _end(content: _Content) -> str:
    return f"raises {content.detail}" if content.how == "raised" else "returns"


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
