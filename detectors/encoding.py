"""A program as GraphCodeBERT's input: pieces of its tokens, then the variables of its data flow.

Guo et al., "GraphCodeBERT: Pre-training Code Representations with Data Flow", 2021, sections 3 and
4: `<s>`, the pieces and `</s>` have positions from 2 on; behind them stands one `<unk>` for each
variable, at position 0, which sees the pieces of its token, the variables it has its value from,
and nothing else; pieces see each other and the variable that they spell; `<s>` and `</s>` see all.
What is padded has position 1 and sees itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from effilint.detectors.dataflow import Flow, flow_of
from effilint.detectors.names import normalised
from effilint.detectors.syntax import Function, Leaf, Syntax, parsed

PIECES, VARIABLES = 256, 64  # of one program at most, `<s>` and `</s>` among the pieces
_START, _PAD, _END, _UNKNOWN = "<s>", "<pad>", "</s>", "<unk>"
_LONGEST = 200  # characters of a token that count
_MOST_PIECES = 16  # of a token
_MOST_KNOWN = 50_000  # tokens whose pieces are remembered


class Encoded(NamedTuple):
    """A program as a model reads it.

    `ids` of the pieces with `<s>` and `</s>`, `leaves` the place of each piece's token in the text
    (its first byte, -1 for `<s>` and `</s>`), `loops` how many loops are around it, `spans` the
    pieces of each variable's token, from one to before another, `sources` the variables that each
    has its value from, by number.
    """

    ids: tuple[int, ...]
    leaves: tuple[int, ...]
    loops: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    sources: tuple[tuple[int, ...], ...]

    @property
    def length(self) -> int:
        """The positions it takes."""
        return len(self.ids) + len(self.spans)


class Batch(NamedTuple):
    """Programs of one length L: `ids` and `positions` of shape (B, L), int64; `mask` (B, L, L).

    In a row of the mask is True what that position sees.
    """

    ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    mask: NDArray[np.bool_]


class Encoder:
    """Encodes programs with a tokenizer of RoBERTa's kind, that has its four marks.

    `keeps_names`: names stay as they are, as in the pre-training of `graphcodebert-base`; else
    they are numbered (see `names`). Threads may share it.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        *,
        keeps_names: bool = False,
        pieces: int = PIECES,
        variables: int = VARIABLES,
    ) -> None:
        self._tokenizer, self._keeps_names = tokenizer, keeps_names
        self._pieces, self._variables = pieces, variables
        found = (tokenizer.token_to_id(mark) for mark in (_START, _PAD, _END, _UNKNOWN))
        marks = [mark for mark in found if mark is not None]
        if len(marks) < 4:
            raise ValueError("the tokenizer has not the marks of RoBERTa")
        self._start, self._pad, self._end, self._unknown = marks
        self._known: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> Encoded:
        """Return a program as input; of what is too long, the part around the hottest function."""
        syntax = parsed(text)
        leaves = syntax.leaves if self._keeps_names else normalised(syntax)
        pieces = self._spelled(leaves)
        kept = _kept(syntax, [len(one) for one in pieces], self._pieces - 2)
        ids, places, loops, spans = [self._start], [-1], [0], {}
        for number in kept:
            spelled = pieces[number]
            spans[number] = (len(ids), len(ids) + len(spelled))
            ids += spelled
            places += [leaves[number].start] * len(spelled)
            loops += [leaves[number].loops] * len(spelled)
        ids.append(self._end)
        places.append(-1)
        loops.append(0)
        flow = flow_of(syntax, leaves, kept)[: self._variables]
        spelled_by = tuple(spans[one.leaf] for one in flow)
        return Encoded(tuple(ids), tuple(places), tuple(loops), spelled_by, _numbered(flow))

    def batch(self, programs: Sequence[Encoded], *, length: int | None = None) -> Batch:
        """Return programs as arrays, padded to the longest, or to `length` positions."""
        longest = max((one.length for one in programs), default=0)
        size = longest if length is None else length
        if size < longest:
            raise ValueError(f"a program takes {longest} positions, and not {size}")
        ids = np.full((len(programs), size), self._pad, np.int64)
        positions = np.ones((len(programs), size), np.int64)
        mask = np.zeros((len(programs), size, size), np.bool_)
        for row, one in enumerate(programs):
            count, length_of_one = len(one.ids), one.length
            ids[row, :count] = one.ids
            ids[row, count:length_of_one] = self._unknown
            positions[row, :count] = np.arange(2, count + 2)
            positions[row, count:length_of_one] = 0
            _see(mask[row], one)
        return Batch(ids, positions, mask)

    def _spelled(self, leaves: Sequence[Leaf]) -> list[tuple[int, ...]]:
        """The pieces of each token; a space stands before all but the first."""
        words = [f" {leaf.text[:_LONGEST]}" for leaf in leaves]
        if words:
            words[0] = words[0][1:]
        if len(self._known) > _MOST_KNOWN:
            self._known = {}
        known = self._known  # another thread may take a new one meanwhile
        unknown = [word for word in dict.fromkeys(words) if word not in known]
        found = self._tokenizer.encode_batch(unknown, add_special_tokens=False)
        pieces = (tuple(one.ids[:_MOST_PIECES]) for one in found)
        known.update(zip(unknown, pieces, strict=True))
        return [known[word] for word in words]


def _see(mask: NDArray[np.bool_], program: Encoded) -> None:
    """Mark what each position of a program sees; `mask` is of shape (L, L), nothing seen yet."""
    count, length = len(program.ids), program.length
    np.fill_diagonal(mask[length:, length:], val=True)
    mask[:count, :count] = True
    for edge in (0, count - 1):
        mask[edge, :length] = True
    for number, (first, end) in enumerate(program.spans):
        at = count + number
        mask[at, first:end] = True
        mask[first:end, at] = True
        mask[at, [count + source for source in program.sources[number]]] = True


def _numbered(flow: Sequence[Flow]) -> tuple[tuple[int, ...], ...]:
    """The sources of each variable by their numbers, as far as they are among them."""
    numbers = {one.leaf: number for number, one in enumerate(flow)}
    return tuple(tuple(numbers[s] for s in one.sources if s in numbers) for one in flow)


def _kept(syntax: Syntax, sizes: Sequence[int], room: int) -> list[int]:
    """The leaves to read, in order: those of hot functions come first.

    Of one that is too long itself, the part around its innermost loop.
    """
    if sum(sizes) <= room:
        return list(range(len(sizes)))
    kept: set[int] = set()
    for span in _hottest_first(syntax, len(sizes)):
        left = [n for n in span if n not in kept]
        if sum(sizes[n] for n in left) <= room:
            kept.update(left)
            room -= sum(sizes[n] for n in left)
            continue
        kept.update(_around_loop(syntax.leaves, left, sizes, room))
        break
    return sorted(kept)


def _hottest_first(syntax: Syntax, count: int) -> Iterable[range]:
    """The functions, those with the deepest loops first, then those that recurse; then the rest."""

    def heat(function: Function) -> tuple[int, bool, int]:
        leaves = syntax.leaves[function.first : function.end]
        recurses = sum(leaf.text == function.name for leaf in leaves) > 1
        return (max((leaf.loops for leaf in leaves), default=0), recurses, len(leaves))

    for function in sorted(syntax.functions, key=heat, reverse=True):
        yield range(function.first, function.end)
    yield range(count)


def _around_loop(
    leaves: Sequence[Leaf], numbers: Sequence[int], sizes: Sequence[int], room: int
) -> list[int]:
    """As many leaves in a row as there is room for, with the middle of the innermost loop."""
    if not numbers:
        return []
    deepest = max(leaves[n].loops for n in numbers)
    inner = [place for place, n in enumerate(numbers) if leaves[n].loops == deepest]
    middle = inner[len(inner) // 2] if deepest else 0
    first = end = middle
    while True:
        beside = [place for place in (first - 1, end) if 0 <= place < len(numbers)]
        fitting = [place for place in beside if sizes[numbers[place]] <= room]
        if not fitting:
            return list(numbers[first:end])
        place = min(fitting, key=lambda place: abs(place - middle))
        room -= sizes[numbers[place]]
        first, end = min(first, place), max(end, place + 1)
