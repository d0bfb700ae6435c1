"""Tests made of the examples in a problem's description."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from effilint.dataset.problems import Problem

# What a judge has imported; some of it has the names of builtins, which are meant then.
MODULES = """\
from builtins import *
import bisect, collections, copy, datetime, functools, heapq, itertools, math, operator
import random, re, string, sys
"""
PRELUDE = f"""\
from bisect import *
from collections import *
from copy import *
from functools import *
from heapq import *
from itertools import *
from math import *
from operator import *
from random import *
from string import *
from typing import *
{MODULES}

class ListNode:
    def __init__(self, val=0, next=None):
        self.val = val
        self.next = next


class TreeNode:
    def __init__(self, val=0, left=None, right=None):
        self.val = val
        self.left = left
        self.right = right
"""
_LABEL = re.compile(
    r"(?:^|(?<=[\s*>]))(Input|Output|Explanation|Example \d+|Constraints)\W{0,3}:\W{0,3}?(?=\s)"
)
_NAME = re.compile(r"\s*,?\s*([A-Za-z_]\w*)\s*=\s*")
_NODES = {"ListNode": "$list_node", "TreeNode": "$tree_node"}
_MARK = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_EMPHASIS = re.compile(r"[*_]+")
_SENTENCE = re.compile(r"[^.\n]+")
_ANSWER = re.compile(r"\b(return|answers?|output|results?)\b", re.IGNORECASE)
_ANY_ORDER = re.compile(r"\bany\s+order\b", re.IGNORECASE)
_ALL = re.compile(r"\breturn\W+(?:\w+\W+){0,5}?all\b", re.IGNORECASE)
_ORDER = re.compile(r"\b(order|sorted|lexicographical\w*|ascending|descending)\b", re.IGNORECASE)
_SEVERAL = re.compile(
    r"(return|representing)\s+any\b|\bany\s+of\s+them\b|any\s+valid|also\s+(a\s+)?(valid|correct|accepted)"
    r"|(multiple|several)\s+(\w+\s+){0,3}(answers|solutions|results)[^.]*\bany\b|are\s+accepted",
    re.IGNORECASE,
)
_Read = TypeVar("_Read")
_CLOSE = 1e-5  # LeetCode's own bound for fractions


class _UnreadableError(Exception):
    """An example that is not `name = value, ...` and a value."""


class _Entry(NamedTuple):
    """The method that is called: its parameters and its result, as they are annotated."""

    name: str
    parameters: dict[str, str]
    result: str

    def annotated(self) -> int:
        """How much of it is annotated."""
        return sum(map(bool, (*self.parameters.values(), self.result)))


class _Example(NamedTuple):
    given: dict[str, Any]
    expected: Any


def tests_of(problem: Problem) -> dict[str, Any]:
    """Return tests made of the examples in the description, none if they cannot be read.

    Each example has to name its inputs as the parameters of a method of the solutions; what is a
    list of nodes or a tree is told by its annotations. Where several answers are right there are
    no tests, unless only their order is free.
    """
    text = _EMPHASIS.sub(" ", problem.description)
    try:
        examples = list(_examples(problem.description))
    except _UnreadableError:
        return {}
    if not examples or _SEVERAL.search(text):
        return {}
    names = [list(example.given) for example in examples]
    entries = [
        entry
        for solution in problem.solutions
        for entry in _entries(solution.code)
        if all(given == list(entry.parameters) for given in names)
    ]
    if not entries:
        return {}
    try:
        # The one that says most of what its values are: some solutions have no annotations.
        return _tests(max(entries, key=_Entry.annotated), examples, _rule(examples, text))
    except _UnreadableError:
        return {}


def _rule(examples: list[_Example], text: str) -> dict[str, Any]:
    """When a result is right: tuples and sets do for lists, as they do on LeetCode."""
    results = [example.expected for example in examples]
    rule: dict[str, Any] = {}
    if any(isinstance(result, float) for result in results):
        rule["tolerance"] = _CLOSE
    if not all(isinstance(result, list) for result in results):
        return rule
    items = [item for result in results for item in result]
    is_nested = bool(items) and all(isinstance(item, list) for item in items)
    rule["views"] = ["each list", "list"] if is_nested else ["list"]
    if _is_in_any_order(text):
        rule["unordered"] = True
    return rule


def _is_in_any_order(text: str) -> bool:
    """Whether the answer is a list in any order, or of all there are and no order is named."""
    for sentence in _SENTENCE.findall(text):
        if _ANSWER.search(sentence) and _ANY_ORDER.search(sentence):
            return True
        if _ALL.search(sentence) and not _ORDER.search(sentence):
            return True
    return False


def _examples(description: str) -> Iterator[_Example]:
    """What stands behind the labels Input and Output, by turns."""
    text = description.replace("\u00a0", " ").replace("\u201c", '"').replace("\u201d", '"')
    labels = list(_LABEL.finditer(text))
    ends = [*(label.start() for label in labels[1:]), len(text)]
    given: dict[str, Any] | None = None
    for label, end in zip(labels, ends, strict=False):
        content = text[label.end() : end].replace("**", "")
        if label[1] == "Input":
            given = _plain_or_marked(_given, content)
        elif label[1] == "Output" and given is not None:
            yield _Example(given, _plain_or_marked(_expected, content))
            given = None


def _plain_or_marked(read: Callable[[str], _Read], text: str) -> _Read:
    """What is read, where need be without the underscores that mark a part of it."""
    try:
        return read(text)
    except _UnreadableError:
        return read(_MARK.sub("", text))


def _given(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = 0
    while name := _NAME.match(text, at):
        found[name[1]], at = _value(text, name.end())
    if not found or text[at:].strip(" \n\t`"):
        raise _UnreadableError
    return found


def _expected(text: str) -> Any:
    text = text.strip(" \n\t`")
    value, end = _value(text, 0)
    if text[end:].partition("\n")[0].strip(" `"):
        raise _UnreadableError
    return value


def _value(text: str, at: int) -> tuple[Any, int]:
    """A value as JSON has it, or a text in single quotes, and where it ends."""
    if quoted := re.compile(r"'([^'\\\n]*)'").match(text, at):
        return quoted[1], quoted.end()
    try:
        value, end = json.JSONDecoder(parse_constant=_refuse).raw_decode(text, at)
    except (ValueError, RecursionError):
        raise _UnreadableError from None
    if text[end : end + 1].isalnum():
        raise _UnreadableError
    return value, end


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _entries(code: str) -> Iterator[_Entry]:
    """The methods of the class Solution."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in tree.body:
        if not isinstance(node, ast.ClassDef) or node.name != "Solution":
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                parameters = {a.arg: _annotation(a.annotation) for a in method.args.args[1:]}
                yield _Entry(f"Solution.{method.name}", parameters, _annotation(method.returns))


def _annotation(node: ast.expr | None) -> str:
    return "" if node is None else ast.unparse(node)


def _tests(entry: _Entry, examples: list[_Example], rule: dict[str, Any]) -> dict[str, Any]:
    is_in_place = entry.result == "None"
    result = next(iter(entry.parameters.values())) if is_in_place else entry.result
    cases = [
        {
            "arguments": [
                _tagged(value, entry.parameters[name]) for name, value in example.given.items()
            ],
            "expected": _tagged(example.expected, result),
        }
        for example in examples
    ]
    if is_in_place:
        rule = {"target": 0}
    elif "Node" in result:
        rule = {}
    return {"entry": entry.name, "prelude": PRELUDE, "rule": rule, "cases": cases}


def _tagged(value: Any, annotation: str) -> Any:
    """The value as the tests write it: nodes are marked by what they are."""
    if "Node" not in annotation:
        return value
    if inner := re.fullmatch(r"(?:List|list)\[(.*)\]", annotation):
        if not isinstance(value, list):
            raise _UnreadableError
        return [_tagged(item, inner[1]) for item in value]
    kinds = [tag for name, tag in _NODES.items() if re.search(rf"\b{name}\b", annotation)]
    if len(kinds) != 1 or not isinstance(value, list | None):
        raise _UnreadableError
    return {kinds[0]: value} if value else None
