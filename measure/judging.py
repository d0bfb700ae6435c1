"""Whether an answer is what is expected: compared as plain data, outside the jail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from effilint.measure import wire
from effilint.measure.comparing import TooLongError, in_time
from effilint.measure.equality import (
    HOSTILE,
    Rule,
    is_plainly_right,
    is_right,
    is_same_output,
)
from effilint.measure.meter import fair
from effilint.measure.words import readable

_SHOWN = 300  # bytes of a wrong result


def judged(
    heads: Iterator[dict[str, Any]], expected: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Put `is_right` into the heads of cases, and leave out what the program said.

    `expected`: `rules` (as mappings) and `values`, one for each case: as `wire.dump` gives them
    (as text), or the output of a script. A result that is not right is shown in `words`.
    """
    wanted = iter(zip(expected["rules"], expected["values"], strict=True))
    for head in heads:
        if head["event"] != "case":
            yield head
            continue
        answer, output = head.pop("answer"), head.pop("output")
        said = said_by(answer)
        rule, value = next(wanted)
        content = output if expected["is_script"] else said["content"]
        right = "raised" not in said and "opaque" not in said
        if right:
            if expected["is_script"]:
                right = is_same_output(content, value, Rule(**rule))
            else:
                right = _is_right(content, value, Rule(**rule), said)
        if not right:
            said.setdefault("words", _shown(content))
        said.pop("content", None)
        if rule["target"] is None:
            # Padding an answer with what does not count must not buy time to give it in.
            head["fair_after"] = min(head["fair_after"], fair(value.encode()))
        yield head | {"said": said, "is_right": right}


def _is_right(content: bytes, value: str, rule: Rule, said: dict[str, Any]) -> bool:
    """Compare, and note in `said` why that cannot be done.

    So it is with objects of the program's own classes, and with what is made to take for ever to
    be read, such as keys that collide.
    """
    if is_plainly_right(content, value, rule):
        return True
    try:
        return in_time(lambda: is_right(content, value, rule), len(content))
    except TooLongError:
        said["opaque"] = "something that takes too long to compare"
    except wire.NotPlainError as found:
        said["opaque"] = readable(str(found))
    return False


def said_by(answer: bytes) -> dict[str, Any]:
    """Return what a program claims of its run: `raised`, `line`, `words`, `opaque`, `peak`.

    `content` is what it returned, as bytes. An answer that is none is `opaque`.
    """
    if not answer:
        return {"content": b""}
    line, _, content = answer.partition(b"\n")
    try:
        head = json.loads(line[:4000])
        said: dict[str, Any] = {"peak": int(head["peak"]), "content": content}
        for key in ("raised", "opaque", "words"):
            if head.get(key) is not None:
                said[key] = readable(str(head[key]))
        if isinstance(head.get("line"), int):
            said["line"] = head["line"]
    except HOSTILE:
        return {"opaque": "an answer that is none", "content": b""}
    return said


def _shown(content: bytes) -> str:
    """The beginning of a wrong result, for people."""
    content = content.removeprefix(b'["returned",[],').removesuffix(b",[]]")
    text = readable(content[:_SHOWN].decode("utf-8", "replace"))
    return text if len(content) <= _SHOWN else f"{text}..."


def as_expected(values: list[str], rules: Sequence[Rule], *, is_script: bool) -> dict[str, Any]:
    """Return what `judged` is told."""
    return {"rules": [asdict(r) for r in rules], "values": values, "is_script": is_script}
