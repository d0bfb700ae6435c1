"""What values have in common, by their shape: sequences, texts, grids, records, linked nodes."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from effilint.measure.scaling.constraints import Constraints
from effilint.measure.scaling.draft import Draft, NoRoomError, Pattern
from effilint.measure.scaling.grids import Grid
from effilint.measure.scaling.linked import Nodes
from effilint.measure.scaling.nested import Nested
from effilint.measure.scaling.records import Records
from effilint.measure.scaling.sequences import Numbers
from effilint.measure.scaling.terms import Term
from effilint.measure.scaling.texts import Texts

_WIDEST = 5  # fields of a record
_LONGER = 3  # characters more than the keys of the samples
_ROWS = (list, tuple, deque)
_SEQUENCES = (*_ROWS, set, frozenset)


def pattern_of(samples: Sequence[Any], name: str, constraints: Constraints) -> Pattern | None:
    """Return the pattern of a parameter's samples, or None for what cannot grow."""
    present = [sample for sample in samples if sample is not None]
    kinds = {type(sample) for sample in present}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind in (str, bytes):
        texts = [s if kind is str else s.decode("latin-1") for s in present]
        pattern = _Text(texts, kind, constraints)
        most = constraints.bounds(Term("size", name), {}).high
        are_letters = all(len(text) == 1 for text in texts) and not 1 < most < math.inf
        return None if name and (pattern.is_fixed or are_letters) else pattern
    if kind.__name__ in ("ListNode", "TreeNode"):
        return Nodes(present, kind, constraints)
    if issubclass(kind, dict):
        keys = pattern_of([list(sample) for sample in present], "", constraints)
        return _Mapping(present, kind, keys) if keys else None
    return _sequence(present, kind, name, constraints) if kind in _SEQUENCES else None


def _sequence(
    samples: Sequence[Any], kind: type, name: str, constraints: Constraints
) -> Pattern | None:
    items = [item for sample in samples for item in sample]
    if not items:
        return None
    if all(isinstance(item, int | float) for item in items):
        return _Flat(samples, kind, constraints)
    if kind is tuple and len({type(item) for item in items}) > 1:
        return None  # a record, not a sequence
    if any(type(item) in _ROWS for item in items) and all(type(item) in _ROWS for item in items):
        return _rows(samples, kind, name, constraints)
    inner = pattern_of(items, "", constraints)
    return Nested(samples, kind, inner)


def _rows(
    samples: Sequence[Any], kind: type, name: str, constraints: Constraints
) -> Pattern | None:
    rows = [row for sample in samples for row in sample]
    widths = {len(row) for row in rows}
    is_even = all(len({len(row) for row in sample}) <= 1 for sample in samples)
    atoms = all(isinstance(item, int | float | str | None) for row in rows for item in row)
    is_record = len(widths) == 1 and 0 < min(widths) <= _WIDEST and kind in _ROWS and atoms
    if is_record and _is_narrow(samples, name, min(widths), constraints):
        return _Table(samples, kind, constraints)
    if is_even and atoms and min(widths) > 0:
        return Grid(samples, kind, constraints)
    return Nested(samples, kind, pattern_of(rows, "", constraints))


def _is_narrow(samples: Sequence[Any], name: str, width: int, constraints: Constraints) -> bool:
    """Whether rows are records of a fixed width rather than lines of a grid."""
    said = constraints.bounds(Term("size", name, (None,)), {})
    if said.low == said.high == width:
        return True
    if constraints.has_fields(name):
        return True
    if width < said.high < math.inf:
        return False
    heights = {len(sample) for sample in samples}
    values = {item for sample in samples for row in sample for item in row}
    if width <= 2 and not values <= {0, 1}:
        return True
    return heights != {width} and (len(heights) > 1 or width <= 3)


class _Text:
    is_grid = False

    def __init__(self, texts: Sequence[str], kind: type, constraints: Constraints) -> None:
        self._kind, self._texts = kind, Texts(texts, constraints)
        self.is_fixed = self._texts.is_fixed

    def lengths(self, value: Any) -> tuple[int, ...]:
        return (len(value),)

    def drawn(self, lengths: tuple[int, ...], draft: Draft) -> Any:
        text = self._texts.drawn(lengths[0], draft)
        return text if self._kind is str else text.encode("latin-1")


class _Flat:
    is_grid = False

    def __init__(self, samples: Sequence[Any], kind: type, constraints: Constraints) -> None:
        self._kind = kind
        ordered = [sorted(s) if kind in (set, frozenset) else list(s) for s in samples]
        self.numbers = Numbers(ordered, constraints)

    def lengths(self, value: Any) -> tuple[int, ...]:
        return (len(value),)

    def drawn(self, lengths: tuple[int, ...], draft: Draft) -> Any:
        if self._kind in (set, frozenset):
            self.numbers.is_unique = True
            draft = draft.strict()
        return self._kind(self.numbers.drawn(lengths[0], draft.inside()))


class _Table:
    is_grid = False

    def __init__(self, samples: Sequence[Any], kind: type, constraints: Constraints) -> None:
        self._kind = kind
        self._records = Records([s for s in samples if s], constraints)

    def lengths(self, value: Any) -> tuple[int, ...]:
        return (len(value),)

    def drawn(self, lengths: tuple[int, ...], draft: Draft) -> Any:
        return self._kind(self._records.drawn(lengths[0], draft)) if lengths[0] else self._kind()


class _Mapping:
    is_grid = False

    def __init__(self, samples: Sequence[Any], kind: type, keys: Pattern) -> None:
        if isinstance(keys, _Flat):
            keys.numbers.is_unique = True
        self._kind, self._keys = kind, keys
        self._values = [value for sample in samples for value in sample.values()]
        self._longest = max((*keys.lengths(list(sample)), 1)[1] for sample in samples)

    def lengths(self, value: Any) -> tuple[int, ...]:
        return (len(value),)

    def drawn(self, lengths: tuple[int, ...], draft: Draft) -> Any:
        keys = self._different(lengths[0], draft.strict())
        pairs = {key: draft.rng.choice(self._values) for key in keys}
        return pairs if self._kind is dict else self._rebuilt(pairs)

    def _different(self, size: int, draft: Draft) -> Any:
        """So many keys; longer ones where there are not enough of those as long as the samples'."""
        longest = self._longest + _LONGER * draft.is_varied
        for length in range(longest, longest + _LONGER):
            try:
                return self._keys.drawn((size, length), draft)
            except NoRoomError:
                continue
        return self._keys.drawn((size, longest + _LONGER), draft)

    def _rebuilt(self, pairs: dict[Any, Any]) -> Any:
        make: Callable[..., Any] = self._kind
        return make(int, pairs) if self._kind.__name__ == "defaultdict" else make(pairs)
