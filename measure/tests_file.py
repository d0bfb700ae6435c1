"""Files of tests: JSON, or JSON lines with a head first; docs/tests_format.md is their manual."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from pathlib import Path
from typing import Any

from effilint.measure import wire
from effilint.measure.equality import VIEWS, Rule
from effilint.measure.sandbox import Limits

_HEAD = {"entry", "prelude", "rule", "limits", "cases", "asserts"}
_CASE = {"arguments", "named", "expected", "input", "output", "rule"}
_LEAST_MEMORY = 4_000_000  # bytes: with less not even an empty program begins
_MADE: dict[str, Callable[[Any], Any]] = {
    "$tuple": tuple,
    "$set": set,
    "$frozenset": frozenset,
    "$deque": deque,
    "$dict": dict,
    "$counter": Counter,
    "$bytes": bytes.fromhex,
    "$float": float,
    "$complex": complex,
    "$list_node": lambda values: wire.decoded({"ln": values}),
    "$tree_node": lambda values: wire.decoded({"tn": values}),
}


class BadTestsError(Exception):
    """Tests that cannot be used; `str` is one clear line."""


@dataclass(frozen=True)
class Entry:
    """One case of a file: a call with its result, or the input of a script with its output."""

    arguments: list[Any]
    named: dict[str, Any]
    input: str | None
    expected: Any
    rule: Rule | None
    line: int


@dataclass(frozen=True)
class File:
    """A file of tests: cases, or the source of asserts."""

    entry: str | None = None
    prelude: str = ""
    rule: Rule = field(default_factory=Rule)
    limits: Limits = field(default_factory=Limits)
    cases: tuple[Entry, ...] = ()
    asserts: str | None = None


def read(path: Path) -> File:
    """Read a file of tests; `BadTestsError` for any other, `OSError` for none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return _file(*_parsed(text))
    except UnicodeDecodeError:
        raise BadTestsError(f"{path} is no text") from None
    except RecursionError:
        raise BadTestsError(f"{path} is nested too deep") from None
    except BadTestsError as error:
        raise BadTestsError(f"{path}: {error}") from None


def parsed(content: object) -> File:
    """Take tests that are JSON already, read; `BadTestsError` for anything else."""
    try:
        return _file(content, _numbered(content))
    except RecursionError:
        raise BadTestsError("the tests are nested too deep") from None


def _parsed(text: str) -> tuple[Any, list[tuple[int, Any]]]:
    """The head, and the cases with their lines (0 where the whole is one object)."""
    try:
        head = json.loads(text)
    except ValueError:
        lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
        objects = [(number, _object(number, line)) for number, line in lines]
        if not objects:
            raise BadTestsError("it is empty") from None
        if isinstance(objects[0][1], dict) and "cases" in objects[0][1]:
            where = "cases stand in the head or on lines of their own, not both"
            raise BadTestsError(f"line {objects[0][0]}: {where}") from None
        return objects[0][1], objects[1:]
    return head, _numbered(head)


def _numbered(head: object) -> list[tuple[int, Any]]:
    cases = head.get("cases", []) if isinstance(head, dict) else []
    if not isinstance(cases, list):
        raise BadTestsError("cases must be a list")
    return [(0, case) for case in cases]


def _object(number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadTestsError(f"line {number} is no JSON: {error}") from None


def _file(head: Any, cases: list[tuple[int, Any]]) -> File:
    _require_keys(head, _HEAD, "the head")
    entry, prelude, asserts = head.get("entry"), head.get("prelude", ""), head.get("asserts")
    if not isinstance(entry, str | None) or not isinstance(prelude, str):
        raise BadTestsError("entry and prelude must be texts")
    entry = None if entry is None else entry_of(entry)
    if isinstance(asserts, list) and all(isinstance(line, str) for line in asserts):
        asserts = "\n".join(asserts)
    if not isinstance(asserts, str | None):
        raise BadTestsError("asserts must be a text or a list of texts")
    if asserts is not None and (cases or entry is None):
        raise BadTestsError("asserts need an entry, and no cases beside them")
    found = tuple(
        _entry(case, entry is None, line, f"line {line}" if line else f"case {number}")
        for number, (line, case) in enumerate(cases)
    )
    rule, limits = _rule(head.get("rule", {}), "the head"), _limits(head.get("limits", {}))
    return File(entry, prelude, rule, limits, found, asserts)


def entry_of(name: str) -> str:
    """Return the name of a function to call, as `f` or `Solution.f`; raises `BadTestsError`."""
    entry = name.replace("().", ".")
    if not all(part.isidentifier() for part in entry.split(".")) or entry.count(".") > 1:
        raise BadTestsError(f"the entry must be f or Solution.f, not {name!r}")
    return entry


def _entry(case: Any, is_script: bool, line: int, place: str) -> Entry:
    _require_keys(case, _CASE, place)
    rule = _rule(case["rule"], place) if "rule" in case else None
    if is_script:
        if not isinstance(case.get("input"), str) or not isinstance(case.get("output"), str):
            raise BadTestsError(f"{place}: a script has an input and an output, both texts")
        return Entry([], {}, case["input"], case["output"], rule, line)
    arguments, named = case.get("arguments", []), case.get("named", {})
    if not isinstance(arguments, list) or not isinstance(named, dict) or "expected" not in case:
        raise BadTestsError(f"{place}: a call has arguments (a list), named ones, and expected")
    try:
        values = [_value(argument) for argument in arguments]
        words = {name: _value(argument) for name, argument in named.items()}
        return Entry(values, words, None, _value(case["expected"]), rule, line)
    except (ValueError, TypeError, LookupError) as error:
        raise BadTestsError(f"{place}: {error}") from None


def _value(data: Any) -> Any:
    """JSON as the value it stands for: an object with one key such as `$tuple` is tagged."""
    if isinstance(data, list):
        return [_value(item) for item in data]
    if not isinstance(data, dict):
        return data
    if len(data) == 1:
        ((tag, content),) = data.items()
        if tag in _MADE:
            return _MADE[tag](_value(content))
        if tag.startswith("$"):
            raise ValueError(f"{tag} is no tag; there are {', '.join(_MADE)}")
    return {key: _value(value) for key, value in data.items()}


def _rule(given: Any, place: str) -> Rule:
    _require_keys(given, {item.name for item in fields(Rule)}, f"the rule of {place}")
    for name, value in given.items():
        is_right, words = _RULES[name]
        if not is_right(value):
            raise BadTestsError(f"the rule of {place}: {name} is {words}")
    rule = Rule(**{**given, "views": tuple(given.get("views", ()))})
    for view in rule.views:
        if view.removeprefix("each ").partition(" ")[0] not in {*VIEWS, "round", "item", "each"}:
            raise BadTestsError(f"the rule of {place}: {view} is no view")
    return rule


def _limits(given: Any) -> Limits:
    _require_keys(given, {item.name for item in fields(Limits)}, "the limits")
    if not all(_is_number(value) and value > 0 for value in given.values()):
        raise BadTestsError("limits are positive numbers")
    whole = {name: int(given[name]) for name in ("memory", "output") if name in given}
    if any(given[name] != value for name, value in whole.items()):
        raise BadTestsError("limits of memory and output are whole numbers of bytes")
    if whole.get("memory", _LEAST_MEMORY) < _LEAST_MEMORY:
        raise BadTestsError(f"the limit of memory is {_LEAST_MEMORY:,} bytes at least")
    return Limits(**{**given, **whole})


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and isfinite(value)


def _is_views(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(view, str) for view in value)


_BOOL = (lambda value: isinstance(value, bool), "true or false")
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "tolerance": (lambda v: v is None or (_is_number(v) and v >= 0), "a number from 0 on"),
    "relative": (
        lambda v: v is None or (_is_number(v) and 0 <= v < 1),
        "a number from 0 on, below 1",
    ),
    "unordered": _BOOL,
    "any_of": _BOOL,
    "exact": _BOOL,
    "views": (_is_views, "a list of texts"),
    "target": (lambda v: v is None or (type(v) is int and v >= 0), "an argument's place, from 0"),
}


def _require_keys(given: Any, known: set[str], place: str) -> None:
    if not isinstance(given, Mapping):
        raise BadTestsError(f"{place} must be an object")
    if unknown := sorted(set(given) - known):
        raise BadTestsError(
            f"{place} has no {unknown[0]!r}; it may have {', '.join(sorted(known))}"
        )
