"""What the description of a problem says of its inputs, read where it says it in formulas.

    1 <= nums.length <= 10^5
    0 <= edges[i][0], edges[i][1] < n
    edges[i] = [a_i, b_i] ... a_i != b_i

Each line is a chain of comparisons between terms: sizes, items (of every place at once), numbers.
A chain that the samples themselves break was misread, and is dropped.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, permutations
from typing import Any, NamedTuple

from effilint.measure.scaling.places import UnknownError
from effilint.measure.scaling.terms import Term, Terms

_SIGN = re.compile(r"\s*(<=|>=|==|!=|<|>|=)\s*")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt,
    "==": operator.eq, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
_PLAIN = {
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "\xa0": " ",
    "\u200b": "",
    "\u00d7": "*",
    "\u2212": "-",
    "`": "",
}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TWO = re.compile(r"(?<![\w.])2(\d\d?)(?![\w.])")
_MULTIPLE = re.compile(r"^([\w.]+) is (?:a multiple of|divisible by|always divisible by) (\w+)$")
_NUMBER = r"-?[\d^*+ -]*\d"
_NODES = re.compile(rf"number of nodes in .*range \[({_NUMBER}), ({_NUMBER})\]", re.I)
_LENGTH = re.compile(rf"length of (?:the )?(?:\w+ )??(\w+) .*range \[({_NUMBER}), ({_NUMBER})\]")
_NODES_ARE = re.compile(r"number of nodes in the (?:tree|list) is (\w+)", re.I)
_CHOICE = re.compile(r"^([\w\[\], ]+?) (?:is|are) (?:either )?((?:-?\d+,? )*or -?\d+)$")
_FIELDS = re.compile(r"(\w+)\[i\]\s*={1,2}\s*[\[(]([\w, ]+)[\])]")


class Bounds(NamedTuple):
    """The least and the largest value that something may have; infinite where nothing is said."""

    low: float = -math.inf
    high: float = math.inf


class Chain(NamedTuple):
    """`1 <= a, b < n`: groups of terms, and the signs between them, in ascending order."""

    text: str
    groups: tuple[tuple[Term, ...], ...]
    signs: tuple[str, ...]


class Constraints:
    """What a description says of the parameters with these names; with none, nothing."""

    def __init__(self, description: str | None, names: Sequence[str]) -> None:
        self.is_given = bool(description)
        self._text = (description or "").lower()
        text = _plain(description or "")
        fields = {
            field.strip(): (match[1], place)
            for match in _FIELDS.finditer(text)
            if match[1] in names
            for place, field in enumerate(match[2].split(","))
        }
        self._terms = Terms(names, fields)
        texts = (with_powers(text), text, _TWO.sub(r"2^\1", text))
        self._readings = [self._chains(reading) for reading in texts]
        self._chosen = [chain for chain in self._readings[0] if chain is not None]

    def mentions(self, *stems: str) -> bool:
        """Whether one of these pieces of words is in the description."""
        return any(stem in self._text for stem in stems)

    def allows(self, *stems: str) -> bool:
        """Whether there is no description, or one that mentions one of these."""
        return not self.is_given or self.mentions(*stems)

    def has_fields(self, name: str) -> bool:
        """Whether the rows of a parameter are records whose parts have names."""
        return self._terms.has_fields(name)

    def fit(self, samples: Sequence[Mapping[str, Any]]) -> None:
        """Drop what the samples break; of two readings of a number take the one they keep."""
        kept: list[Chain] = []
        for readings in zip(*self._readings, strict=True):
            for chain in readings:
                if chain is not None and not any(self._is_broken(chain, s) for s in samples):
                    kept.append(chain)
                    break
        self._chosen = kept
        self._terms.define(kept)

    def add(self, lines: Sequence[str], samples: Sequence[Mapping[str, Any]]) -> None:
        """Take over formulas that hold for the samples, though nobody said so."""
        for line in lines:
            chain = self._chain(line)
            if chain is not None and not any(self._is_broken(chain, s) for s in samples):
                self._chosen.append(chain)

    def broken_by(self, values: Mapping[str, Any]) -> str:
        """Return the first line that these arguments break, or nothing."""
        return next((chain.text for chain in self._chosen if self._is_broken(chain, values)), "")

    def bounds(self, place: Term, values: Mapping[str, Any]) -> Bounds:
        """Return what is said of a place, where sizes and numbers are those of `values`."""
        low, high = -math.inf, math.inf
        for chain in self._chosen:
            for number, group in enumerate(chain.groups):
                if not any(self._terms.matches(term, place) for term in group):
                    continue
                below, above = self._ends(chain, number, values)
                low, high = max(low, below), min(high, above)
        return Bounds(low, high)

    def binds(self, name: str) -> bool:
        """Whether items of some parameter, or its size, are given by this number."""
        return any(
            any(self._terms.names_of(term) == {name} for term in one)
            and any(term.kind == "item" or (term.kind == "size" and is_equal) for term in other)
            for chain in self._chosen
            for is_equal in ["==" in chain.signs]
            for one, other in permutations(chain.groups, 2)
        )

    def multiplies(self, name: str) -> bool:
        """Whether this number is multiplied with another one somewhere."""
        return any(
            self._terms.multiplies(term, name)
            for chain in self._chosen
            for group in chain.groups
            for term in group
        )

    def _ends(self, chain: Chain, number: int, values: Mapping[str, Any]) -> tuple[float, float]:
        low, high = -math.inf, math.inf
        for other, group in enumerate(chain.groups):
            first, last = sorted((other, number))
            signs = chain.signs[first:last]
            if other == number or "!=" in signs:
                continue
            strict = int("<" in signs)
            is_equal = set(signs) <= {"==", "="}
            for term in group:
                value = self._terms.number(term, values)
                if value is None:
                    continue
                if other < number or is_equal:
                    low = max(low, value + strict)
                if other > number or is_equal:
                    high = min(high, value - strict)
        return low, high

    def _chains(self, text: str) -> list[Chain | None]:
        lines = text.rpartition("Constraints")[2].lstrip(": *\n").splitlines()
        return [self._chain(line) for line in lines if len(line) < 200]

    def _chain(self, line: str) -> Chain | None:
        parts = _SIGN.split(_formula(line))
        operands, signs = parts[::2], parts[1::2]
        if not signs:
            return None
        if all(sign in (">", ">=") for sign in signs):
            operands, signs = operands[::-1], [sign.replace(">", "<") for sign in signs[::-1]]
        if any(sign in (">", ">=") for sign in signs):
            return None
        try:
            groups = tuple(self._terms.read(operand) for operand in operands)
        except (SyntaxError, ValueError, UnknownError, RecursionError, MemoryError):
            return None
        return Chain(line.strip(), groups, tuple(signs))

    def _is_broken(self, chain: Chain, values: Mapping[str, Any]) -> bool:
        for (left, right), sign in zip(pairwise(chain.groups), chain.signs, strict=True):
            for one in left:
                for other in right:
                    try:
                        a, b = (self._terms.value(t, values) for t in (one, other))
                        if not _holds(a, b, _COMPARE[sign]):
                            return True
                    except (UnknownError, TypeError, ArithmeticError, ValueError):
                        continue
        return False


def _holds(one: Any, other: Any, compare: Callable[[Any, Any], bool]) -> bool:
    """Whether a comparison holds for numbers, or for all items of lists of them."""
    ones = one if isinstance(one, list) else None
    others = other if isinstance(other, list) else None
    if ones is None and others is None:
        return compare(one, other)
    if ones is not None and others is not None:
        if len(ones) != len(others):
            return True  # nobody says which belongs to which
        return all(map(compare, ones, others))
    if ones is not None:
        return all(compare(item, other) for item in ones)
    return all(compare(one, item) for item in others or ())


def _plain(text: str) -> str:
    for sign, plain in _PLAIN.items():
        text = text.replace(sign, plain)
    text = re.sub(r"(?<=[\d)])([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"^{m[1].translate(_RAISED)}", text)
    text = re.sub(r"<sup>(\w+)</sup>", r"^\1", text)
    text = re.sub(r"<sub>(\w+)</sub>", r"\1", text)
    return re.sub(r"(\d) x (\d)", r"\1 * \2", text).replace("&lt;", "<").replace("&gt;", ">")


def with_powers(text: str) -> str:
    """Return a text whose raised figures were lost on the way, `105` and `231 - 1`, with them."""
    if "^" in text or "**" in text:
        return text
    text = re.sub(r"(?<![\w.])10([3-9]|1[0-8])(?![\w.]*\d)", r"10^\1", text)
    return re.sub(r"(?<![\w.])2(15|16|30|31|32|53|62|63|64)(?= - 1\b|$|\s*[<,])", r"2^\1", text)


def _formula(line: str) -> str:
    """A line as a formula, where it is one in words."""
    line = re.sub(r"^\s*[-•*]\s+", "", line).strip().rstrip(".;").strip("`* ")
    if found := _NODES.search(line):
        return f"{found[1]} <= Node.length <= {found[2]}"
    if found := _LENGTH.search(line):
        return f"{found[2]} <= {found[1]}.length <= {found[3]}"
    if found := _NODES_ARE.search(line):
        return f"{found[1]} == Node.length"
    if found := _MULTIPLE.match(line):
        return f"{found[1]} % {found[2]} == 0"
    if found := _CHOICE.match(line):
        numbers = [int(number) for number in re.findall(r"-?\d+", found[2])]
        return f"{min(numbers)} <= {found[1]} <= {max(numbers)}"
    return re.sub(r",? (?:for|where|and) .*", "", line)
