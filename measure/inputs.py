"""Arguments of a given size for the parameters of a function, the same every time."""

from __future__ import annotations

import random
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import chain
from math import isqrt
from typing import Any, NamedTuple

from effilint.measure import wire
from effilint.measure.scaling import scalers
from effilint.measure.shapes import Shape, read

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MOST_CELLS = 2_000_000  # of all containers together
_SPECIAL = (float("nan"), -0.0, 0.0, float("inf"), float("-inf"))
_BUILDERS: dict[str, Callable[..., Any]] = {
    "list": list, "set": set, "frozenset": frozenset, "deque": deque, "iterator": iter,
    "tuple...": tuple, "dict": dict, "Counter": Counter, "OrderedDict": OrderedDict,
    "defaultdict": lambda pairs: defaultdict(int, pairs),
}  # fmt: skip


class Argument(NamedTuple):
    """A parameter that needs a value: its name and the text of its type, if that is known."""

    name: str
    type: str | None
    is_keyword: bool = False


class Case(NamedTuple):
    """One set of arguments: what it is like, in words, and the arguments on the wire."""

    label: str
    content: bytes


_RANKS: dict[str, Callable[[int, random.Random], list[int]]] = {
    "distinct": lambda n, rng: rng.sample(range(n), n),
    "with duplicates": lambda n, rng: [rng.randrange(isqrt(n) + 1) for _ in range(n)],
    "sorted": lambda n, _: list(range(n)),
    "reversed": lambda n, _: list(range(n, 0, -1)),
    "all equal": lambda n, _: [7] * n,
    "pairs": lambda n, rng: rng.sample(range(n), n),
    "negative": lambda n, rng: [rng.randrange(-n, n) for _ in range(n)],
    "special": lambda n, rng: rng.sample(range(n), n),
}
_NUMBERS: dict[str, Callable[[int], int]] = {  # for a number beside containers of n items
    "distinct": lambda n: n // 2,
    "with duplicates": lambda n: 2 * n + 1,
    "sorted": lambda _: 3,
    "reversed": lambda n: n - 1,
    "all equal": lambda _: 1,
    "pairs": lambda n: n // 2,
    "negative": lambda n: -(n // 2) - 1,
    "special": lambda _: 2,
}
_NAMES = {  # of the kinds, where the size is a number
    "distinct": "n itself",
    "with duplicates": "n + 1",
    "sorted": "a prime",
    "reversed": "a square",
    "all equal": "a power of two",
    "negative": "a negative number",
}
_SIZES: dict[str, Callable[[int], int]] = {  # for a number that is the size itself
    "distinct": lambda n: n,
    "with duplicates": lambda n: n + 1,
    "sorted": lambda n: _prime_below(n),
    "reversed": lambda n: isqrt(n) ** 2,
    "all equal": lambda n: 1 << max(n.bit_length() - 1, 0),
    "negative": lambda n: -n - 1,
}


class Inputs:
    """The arguments for one function; `missing` names a parameter nothing is known of."""

    def __init__(
        self, arguments: Sequence[Argument], examples: Sequence[dict[str, Any]] = ()
    ) -> None:
        self._arguments = arguments
        names = {argument.name for argument in arguments}
        self._examples = [example for example in examples if names <= example.keys()]
        self._scalers = scalers([{n: e[n] for n in names} for e in self._examples])
        self._shapes = {a.name: read(a.type) if a.type else None for a in arguments}
        self.missing = next((n for n, shape in self._shapes.items() if shape is None), None)
        self._is_sized = any(_has_length(shape) for shape in self._shapes.values())
        if self._examples and self.missing:
            self._shapes.clear()
            self.missing = None

    @property
    def largest(self) -> int:
        """The largest size there is memory for."""
        deepest = max((shape.depth for shape in self._shapes.values() if shape), default=1)
        return max(100, int(_MOST_CELLS ** (1 / max(deepest, 1))))

    def cases(self, n: int) -> list[Case]:
        """Return the kinds of arguments of size `n`, the most ordinary first."""
        found = [
            _case(f"grown from example {number}", self._arguments, values)
            for number, (scaler, place) in enumerate(self._scalers, 1)
            if (values := scaler.of_length(n, place)) is not None
        ]
        if not self._shapes and self._arguments:
            return found
        return [self._built(kind, n) for kind in self._kinds(n)] + found

    def given(self) -> list[Case]:
        """Return the arguments that the module itself shows."""
        return [
            _case(f"example {number}", self._arguments, example)
            for number, example in enumerate(self._examples, 1)
        ]

    def _kinds(self, n: int) -> list[str]:
        kinds = list(_SIZES if not self._is_sized else _RANKS)
        shapes = [shape for shape in self._shapes.values() if shape]
        if not any(_is_matrix(shape) for shape in shapes) and "pairs" in kinds:
            kinds.remove("pairs")
        if not any(_holds(shape, "float") for shape in shapes) and "special" in kinds:
            kinds.remove("special")
        if n > 10 and not self._is_sized:
            kinds.remove("negative")  # loops towards zero take for ever
        return kinds if self._arguments else kinds[:1]

    def _built(self, kind: str, n: int) -> Case:
        values = {}
        for place, (name, shape) in enumerate(self._shapes.items()):
            assert shape is not None
            values[name] = _Maker(kind, n, place, self._is_sized).value(shape)
        label = kind if self._is_sized else _NAMES[kind]
        return _case(label, self._arguments, values)


def _case(label: str, arguments: Sequence[Argument], values: dict[str, Any]) -> Case:
    positional = [values[a.name] for a in arguments if not a.is_keyword]
    named = {a.name: values[a.name] for a in arguments if a.is_keyword}
    return Case(label, wire.dump([positional, named]))


class _Maker:
    """Makes the value of one parameter, of one kind and size."""

    def __init__(self, kind: str, n: int, place: int, is_sized: bool) -> None:
        self._kind, self._n, self._is_sized = kind, n, is_sized
        self._rng = random.Random(f"{kind} {n} {place}")
        self._shift = place * n // 2  # of two collections half of the items are in both

    def value(self, shape: Shape) -> Any:
        if shape.name in ("str", "bytes"):
            text = self._text()
            return text if shape.name == "str" else text.encode()
        if not _has_length(shape):
            number = _NUMBERS if self._is_sized else _SIZES
            return self._item(shape, number[self._kind](self._n) + self._shift * self._is_sized)
        return self._container(shape, self._n)

    def _container(self, shape: Shape, n: int) -> Any:
        if shape.name == "tuple":
            return tuple(self.value(part) for part in shape.parts)
        ranks = [rank + self._shift for rank in _RANKS[self._kind](n, self._rng)]
        inner = shape.parts[-1]
        if len(shape.parts) == 2:
            pairs = {self._item(shape.parts[0], r): self._short(inner, r) for r in ranks}
            return _BUILDERS[shape.name](pairs)
        if _has_length(inner) and inner.name not in ("str", "bytes"):
            if self._kind == "pairs":
                return _BUILDERS[shape.name](self._short(inner, r) for r in ranks)
            return _BUILDERS[shape.name](self._container(inner, n) for _ in range(n))
        return _BUILDERS[shape.name](self._item(inner, rank) for rank in ranks)

    def _short(self, shape: Shape, rank: int) -> Any:
        """A container of two items, or an item."""
        if shape.name not in _BUILDERS or len(shape.parts) == 2:
            return self._item(shape, rank)
        others = (rank, self._rng.randrange(self._n + 1))
        return _BUILDERS[shape.name](self._item(shape.parts[0], other) for other in others)

    def _item(self, shape: Shape, rank: int) -> Any:
        match shape.name:
            case "int":
                return rank
            case "float":
                special = self._kind == "special" and rank % 3 == 0
                return _SPECIAL[rank // 3 % len(_SPECIAL)] if special else rank + 0.5
            case "str":
                return _word(rank)
            case "bytes":
                return _word(rank).encode()
            case "bool":
                return rank % 2 == 0
            case "tuple":
                return tuple(
                    self._item(part, rank if place == 0 else self._rng.randrange(self._n + 1))
                    for place, part in enumerate(shape.parts)
                )
            case "None":
                return None
        return self._short(shape, rank)

    def _text(self) -> str:
        if self._kind == "all equal":
            return "a" * self._n
        if self._kind == "reversed":
            return "".join(self._rng.choices("0123456789", k=self._n))
        letters = {"with duplicates": "ab", "distinct": _LETTERS}.get(
            self._kind, f"{_LETTERS}   \n"
        )
        return "".join(self._rng.choices(letters, k=self._n))


def _word(rank: int) -> str:
    """A word for each number; longer words for larger ones, in no order that could help."""
    letters = []
    number = abs(rank) * 7919 + 17
    while number:
        number, place = divmod(number, 26)
        letters.append(_LETTERS[place])
    return ("-" if rank < 0 else "") + "".join(letters)


def _has_length(shape: Shape | None) -> bool:
    if shape is None:
        return False
    return shape.grows or (shape.name == "tuple" and any(map(_has_length, shape.parts)))


def _is_matrix(shape: Shape) -> bool:
    return shape.grows and bool(shape.parts) and shape.parts[-1].name in ("list", "tuple...")


def _holds(shape: Shape, name: str) -> bool:
    return shape.name == name or any(_holds(part, name) for part in shape.parts)


def _prime_below(n: int) -> int:
    candidates = chain(range(n, 1, -1), [2])
    return next(c for c in candidates if all(c % d for d in range(2, isqrt(c) + 1)))
