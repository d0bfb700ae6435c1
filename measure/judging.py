"""Whether an answer is what is expected: compared as plain data, outside the jail."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from effilint.measure import wire
from effilint.measure.wire import BrokenFrameError


@dataclass(frozen=True)
class Rule:
    """When a result counts as the expected one; plain equality if nothing is said.

    `tolerance`: how far numbers may be off, absolutely or in relation to the larger one.
    `unordered`: the outermost list may be in any order. `any_of`: what is expected is a list of
    results, each of which is right. Output of scripts is compared word by word in any case.
    """

    tolerance: float | None = None
    unordered: bool = False
    any_of: bool = False


def judged(
    heads: Iterator[dict[str, Any]], expected: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Put `is_right` into the heads of cases, and leave out what the program said.

    `expected`: `rule` (as a mapping), and `values`, one for each case as `wire.dump` gives them
    (as text), or the output of a script.
    """
    rule = Rule(**expected["rule"])
    values = iter(expected["values"])
    for head in heads:
        if head["event"] != "case":
            yield head
            continue
        answer, output = head.pop("answer"), head.pop("output")
        said = said_by(answer)
        value = next(values)
        if expected["is_script"]:
            right = "raised" not in said and is_same_output(output, value, rule)
        else:
            right = "raised" not in said and "opaque" not in said
            right = right and is_right(said["content"], value, rule)
        said.pop("content", None)
        yield head | {"said": said, "is_right": right}


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
                said[key] = " ".join(str(head[key]).split())[:500]
        if isinstance(head.get("line"), int):
            said["line"] = head["line"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MemoryError):
        return {"opaque": "an answer that is none", "content": b""}
    return said


def is_right(content: bytes, expected: str, rule: Rule) -> bool:
    """Whether `content`, as the runner gives it, holds the expected value (`wire.dump`)."""
    if content == b'["returned",[],%b,[]]' % expected.encode():
        return True
    try:
        data = json.loads(content)
        if data[0] != "returned":
            return False
        found = wire.decoded(data[2])
        value = wire.load(expected.encode())
    except (BrokenFrameError, ValueError, LookupError, TypeError, RecursionError, MemoryError):
        return False
    options = value if rule.any_of and isinstance(value, list | tuple) else [value]
    return any(_is_same(found, option, rule) for option in options)


def _is_same(found: Any, wanted: Any, rule: Rule) -> bool:
    try:
        if rule.unordered and isinstance(found, list | tuple) and isinstance(wanted, list | tuple):
            return _is_same_in_any_order(list(found), list(wanted), rule)
        return _is_equal(found, wanted, rule.tolerance)
    except RecursionError:
        return False


def _is_same_in_any_order(found: list[Any], wanted: list[Any], rule: Rule) -> bool:
    if len(found) != len(wanted):
        return False
    if rule.tolerance is None:
        return Counter(map(_key, found)) == Counter(map(_key, wanted))
    left = list(wanted)
    for item in found:
        place = next((i for i, w in enumerate(left) if _is_equal(item, w, rule.tolerance)), None)
        if place is None:
            return False
        left.pop(place)
    return True


def _key(value: Any) -> Any:
    """A key that is equal for equal values, whatever is in them."""
    if isinstance(value, list | tuple):
        return type(value), *map(_key, value)
    if isinstance(value, dict):
        return dict, frozenset((k, _key(v)) for k, v in value.items())
    if isinstance(value, set | frozenset):
        return set, frozenset(value)
    return value


def _is_equal(found: Any, wanted: Any, tolerance: float | None) -> bool:
    """Equality as Python has it, but for numbers that are close and for linked nodes."""
    if isinstance(found, wire.ListNode | wire.TreeNode):
        return type(found) is type(wanted) and wire.dump(found) == wire.dump(wanted)
    if isinstance(wanted, float) and isinstance(found, int | float):
        if math.isnan(wanted):
            return math.isnan(found)
        if tolerance is None or found == wanted:
            return found == wanted
        return math.isclose(found, wanted, rel_tol=tolerance, abs_tol=tolerance)
    if isinstance(wanted, list | tuple):
        return (
            type(found) is type(wanted)
            and len(found) == len(wanted)
            and all(_is_equal(a, b, tolerance) for a, b in zip(found, wanted, strict=True))
        )
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and found.keys() == wanted.keys()
            and all(_is_equal(found[key], value, tolerance) for key, value in wanted.items())
        )
    return bool(found == wanted)


def is_same_output(found: bytes, wanted: str, rule: Rule) -> bool:
    """Whether a script printed what is expected: the same words, numbers within the tolerance."""
    one, other = found.decode("utf-8", "replace").split(), wanted.split()
    if one == other:
        return True
    if rule.unordered:
        one, other = sorted(one), sorted(other)
    return len(one) == len(other) and all(
        a == b or (rule.tolerance is not None and _is_close(a, b, rule.tolerance))
        for a, b in zip(one, other, strict=True)
    )


def _is_close(found: str, wanted: str, tolerance: float) -> bool:
    try:
        return math.isclose(float(found), float(wanted), rel_tol=tolerance, abs_tol=tolerance)
    except ValueError:
        return False


def as_expected(values: list[str], rule: Rule, *, is_script: bool) -> dict[str, Any]:
    """Return what `judged` is told."""
    return {"rule": asdict(rule), "values": values, "is_script": is_script}
