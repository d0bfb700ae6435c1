"""Sample inputs, made larger in shape: what the samples have in common stays."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from effilint.measure.scaling.constraints import Bounds, Constraints
from effilint.measure.scaling.draft import Draft, NoRoomError, Pattern
from effilint.measure.scaling.patterns import pattern_of
from effilint.measure.scaling.relations import related, relations
from effilint.measure.scaling.scalars import Scalars, ties
from effilint.measure.scaling.sizes import Sizes
from effilint.measure.scaling.terms import Term

_TRIES = 3  # at one size, with other chance
_STEPS = 12  # to smaller sizes, if the constraints break
_LEAST = 1.1  # times as large is worth a try
_NEARLY = 0.9  # of the size that was wanted is as good
_MOST, _TOO_MANY = 10_000_000, 20_000_000  # items, characters and cells
_UNIQUE = (
    "unique", "distinct", "duplicate", "permutation", "once", "no two", "different", "strictly",
)  # fmt: skip

Example = Mapping[str, Any] | tuple[Any, ...]


class Grown(NamedTuple):
    """Arguments made from a sample: a dict, or a tuple if the sample was one.

    `factor` is how many times as large they are as the sample, in items, characters and cells, or
    in the number itself where there is nothing else. `limit` says in words why that is less than
    what was asked for; it is empty if it is not.
    """

    arguments: Any
    factor: float
    limit: str = ""


def scale_inputs(
    examples: Sequence[Example],
    k: float,
    *,
    description: str | None = None,
    names: Sequence[str] | None = None,
    seed: int = 0,
) -> list[Grown]:
    """Return each example made `k` times as large; the same for the same seed.

    `examples` are argument sets of one function: dicts by name, or tuples, for which `names` may
    tell the names. `description` is the text of the problem, with its constraints. What cannot
    grow says so in its `limit`; nothing grows beyond ten million items. Raises `ValueError` if the
    examples do not have the same parameters, or `k` is below 1 or not finite.
    """
    if not 1 <= k < math.inf:
        raise ValueError("inputs are scaled by a finite factor of at least 1")
    if not examples:
        return []
    found = scalers(examples, description=description, names=names)
    return [scaler.by(k, number, seed=seed) for scaler, number in found]


def scalers(
    examples: Sequence[Example],
    *,
    description: str | None = None,
    names: Sequence[str] | None = None,
) -> list[tuple[Scaler, int]]:
    """Return for each example a scaler of all those with the same types, and its number there."""
    kinds = [tuple(map(type, sample.values())) for sample in _named(examples, names)]
    alike: dict[tuple[type, ...], list[Example]] = {}
    numbers = []
    for example, kind in zip(examples, kinds, strict=True):
        others = alike.setdefault(kind, [])
        numbers.append(len(others))
        others.append(example)
    made = {
        kind: Scaler(group, description=description, names=names) for kind, group in alike.items()
    }
    return [(made[kind], number) for kind, number in zip(kinds, numbers, strict=True)]


class Scaler:
    """Makes larger inputs from examples; knows what they have in common.

    Arguments as for `scale_inputs`.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        *,
        description: str | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        self._examples = examples
        self._samples = _named(examples, names)
        self._names = list(self._samples[0])
        self._constraints = Constraints(description, self._names)
        self._constraints.fit(self._samples)
        self._patterns: dict[str, Pattern | None] = {
            name: pattern_of([s[name] for s in self._samples], name, self._constraints)
            for name in self._names
        }
        self._constraints.add(ties(self._samples, self._patterns, self._constraints), self._samples)
        self._sizes = Sizes(self._samples, self._patterns, self._constraints)
        self._scalars = Scalars(self._samples, self._constraints)
        self._relations = relations(self._samples)

    def by(self, k: float, number: int = 0, *, seed: int = 0) -> Grown:
        """Return example `number` made k times as large, or as large as may be."""
        if not self._sizes.has_any(number):
            return self._larger_numbers(k, number)
        best, why = Grown(self._examples[number], 1.0), ""
        wanted, most = k, _MOST / max(self._sizes.total(self._samples[number]), 1)
        if k > most:
            k, why = max(most, 1.0), f"inputs are not made larger than {_MOST:,} items"
        factor, low, high = float(k), 1.0, math.inf
        for _ in range(_STEPS):
            sizes = self._grown_sizes(number, factor)
            values, problem = None, f"inputs are not made larger than {_MOST:,} items"
            if self._sizes.total({**self._samples[number], **sizes}) <= _TOO_MANY:
                values, problem = self._made(number, sizes, factor, seed)
            if values is None:
                why, high = problem, factor
                factor = math.sqrt(low * factor) if best.factor > 1 else factor / 2
            else:
                found = self._grown(values, number)
                is_better = found.factor > best.factor
                best, low = (found, factor) if is_better else (best, low)
                factor *= k / max(found.factor, 1e-9)
                if not is_better or factor >= high:
                    break
            if _NEARLY * k <= best.factor or factor < _LEAST:
                break
        is_enough = best.factor >= _NEARLY * wanted
        return best._replace(limit="" if is_enough else why or self._reason(best.arguments))

    def size_of(self, arguments: Any) -> int:
        """Return the items, characters and cells in arguments; or their largest number."""
        values = _named([arguments], self._names)[0]
        largest = max((abs(v) for v in values.values() if type(v) is int), default=0)
        return self._sizes.total(values) or largest

    def of_length(self, n: int, number: int = 0, *, seed: int = 0) -> Any:
        """Return arguments like example `number` whose longest container has n items.

        Where there is no container, whole numbers are n. Nothing is known of constraints here, so
        that n may be small, or zero. None if there are not so many different items.
        """
        sample = self._samples[number]
        if not self._sizes.has_any(number):
            return self._shaped({x: n if type(v) is int else v for x, v in sample.items()})
        sizes = self._sizes.of_length(number, n)
        factor = n / max(self._sizes.longest(number), 1)
        values, _ = self._made(number, sizes, factor, seed, must_hold=False)
        return None if values is None else self._shaped(values)

    def _grown_sizes(self, number: int, factor: float) -> dict[str, Any]:
        # Sizes and numbers follow from each other: the second look knows both.
        sizes = self._sizes.grown(number, factor)
        numbers = self._scalars.with_sizes(number, sizes, factor)
        return self._sizes.grown(number, factor, numbers)

    def _made(
        self,
        number: int,
        sizes: dict[str, Any],
        factor: float,
        seed: int,
        *,
        must_hold: bool = True,
    ) -> tuple[dict[str, Any] | None, str]:
        """Arguments of these sizes; or None, and why there are none."""
        why, is_crowded = "", False
        # At last, uniqueness that nobody told is taken for chance, if there is no room for it.
        for attempt in range(_TRIES + 1):
            is_loose = attempt == _TRIES
            if is_loose and not (is_crowded and self._constraints.is_given):
                break
            rng = random.Random(f"{seed} {number} {factor} {attempt}")
            try:
                is_last = attempt >= _TRIES - 1
                values = self._drawn(
                    number, sizes, factor, rng, is_varied=is_last, is_loose=is_loose
                )
            except NoRoomError as error:
                why, is_crowded = str(error), True
                continue
            broken = self._constraints.broken_by(values) if must_hold else ""
            if not broken:
                return values, ""
            why = f"the constraints: {broken}"
        return None, why

    def _drawn(
        self,
        number: int,
        sizes: dict[str, Any],
        factor: float,
        rng: random.Random,
        *,
        is_varied: bool,
        is_loose: bool,
    ) -> dict[str, Any]:
        sample = self._samples[number]
        known = {**sizes, **self._scalars.with_sizes(number, sizes, factor)}
        values = dict(sample)
        for name in self._names:
            if name in known and not hasattr(known[name], "lengths"):
                values[name] = known[name]
        for name, pattern in self._patterns.items():
            if pattern is not None and name in sizes and sample[name] is not None:
                limits = self._limits(name, {**sample, **known})
                is_chance = is_loose and not self._constraints.says(name, *_UNIQUE)
                draft = Draft(
                    rng, factor, limits, is_varied=is_varied and not is_loose, is_loose=is_chance
                )
                values[name] = pattern.drawn(sizes[name].lengths, draft)
        values = related(values, self._relations, rng)
        return self._scalars.with_items(number, values, fixed=set(sizes))

    def _limits(self, name: str, known: Mapping[str, Any]) -> Any:
        is_linked = type(self._samples[0][name]).__name__ in ("ListNode", "TreeNode")

        def bounds(indexes: tuple[int | None, ...]) -> Bounds:
            place = Term("item", "Node" if is_linked else name, indexes)
            return self._constraints.bounds(place, known)

        return bounds

    def _grown(self, values: dict[str, Any], number: int) -> Grown:
        before = self._sizes.total(self._samples[number])
        return Grown(self._shaped(values), self._sizes.total(values) / max(before, 1))

    def _reason(self, arguments: Any) -> str:
        """Say what keeps arguments from being larger."""
        lines = self._sizes.limiting(_named([arguments], self._names)[0])
        if lines:
            return f"the constraints: {'; '.join(lines)}"
        names = ", ".join(f"`{name}`" for name, pattern in self._patterns.items() if pattern)
        return f"what the samples of {names} have in common allows no more"

    def _larger_numbers(self, k: float, number: int) -> Grown:
        sample = self._samples[number]
        values = {**sample, **self._scalars.with_sizes(number, {}, k)}
        changed = [n for n in self._names if type(sample[n]) is int and values[n] != sample[n]]
        if not changed:
            return Grown(self._examples[number], 1.0, "there is nothing in it that can grow")
        factor = max(abs(values[n]) / max(abs(sample[n]), 1) for n in changed)
        limit = "" if factor >= _NEARLY * k else f"`{changed[0]}` may not be larger"
        return Grown(self._shaped(values), factor, limit)

    def _shaped(self, values: dict[str, Any]) -> Any:
        is_tuple = isinstance(self._examples[0], tuple)
        return tuple(values.values()) if is_tuple else values


def _named(examples: Sequence[Example], names: Sequence[str] | None) -> list[dict[str, Any]]:
    found = []
    for example in examples:
        if isinstance(example, tuple):
            keys = names or [f"argument{place}" for place in range(len(example))]
            if len(keys) != len(example):
                raise ValueError("there are not as many names as arguments")
            found.append(dict(zip(keys, example, strict=True)))
        else:
            found.append(dict(example))
    if any(sample.keys() != found[0].keys() for sample in found):
        raise ValueError("the examples do not have the same parameters")
    return found
