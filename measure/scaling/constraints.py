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
from effilint.measure.scaling.wordings import SIGN, formula, pieces, plain, with_powers

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt,
    "==": operator.eq, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
_TWO = re.compile(r"(?<![\w.])2(\d\d?)(?![\w.])")
_LONGEST = 200  # characters of a line that may be a formula
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
        self._names = names
        self._text = (description or "").lower()
        text = plain(description or "")
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

    def says(self, name: str, *stems: str) -> bool:
        """Whether a line with one of these pieces of words is about a parameter, or about any."""
        name = name.lower()
        names = [other.lower() for other in self._names]
        for number, part in enumerate(self._text.split("constraints")[::-1]):
            for line in re.split(r"\n|[.;] " if number else r"\n", part):
                words = (
                    set(re.findall(r"\w+", line)) if any(map(line.__contains__, stems)) else set()
                )
                is_about_another = bool(number) or any(other in words for other in names)
                if words and (name in words or not is_about_another):
                    return True
        return False

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

    def remainder(self, place: Term) -> tuple[int, int]:
        """Return by what a place is divided, and what is to remain: `(1, 0)` if nothing is said."""
        for chain in self._chosen:
            if chain.signs != ("==",):
                continue
            (left, *_), (right, *_) = chain.groups
            divided, rest = self._terms.remainder(left), self._terms.number(right, {})
            if divided and rest is not None and self._terms.matches(divided[0], place):
                return divided[1], int(rest)
        return 1, 0

    def limiting(self, place: Term, values: Mapping[str, Any]) -> tuple[float, str]:
        """Return the least upper bound of a place that is no equality, and the line it is from."""
        found = [
            (self._ends(chain, number, values)[1], chain.text)
            for chain in self._chosen
            for number, group in enumerate(chain.groups)
            if not set(chain.signs) <= {"==", "="}
            and any(self._terms.matches(term, place) for term in group)
        ]
        return min(found, default=(math.inf, ""))

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
        return [self._chain(line) if len(line) < _LONGEST else None for line in pieces(text)]

    def _chain(self, line: str) -> Chain | None:
        parts = SIGN.split(formula(line))
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
