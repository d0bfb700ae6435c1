"""What is known of a program: Bc, its 22 parts, and which text earned how much."""

from __future__ import annotations

import enum
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from effilint.analyzer.model import Diagnostic


class Status(enum.StrEnum):
    """How a program was scored, or why it could not be; then its Bc is 1.

    `ok`: by both detectors; `static`: by rules and estimates alone. `empty`: it does nothing.
    `unparsable`: it is no Python. `opaque`: nobody can see what it does, since it runs texts,
    recites its answers from a table, or is too long or nested too deep.
    """

    OK = "ok"
    STATIC = "static"
    EMPTY = "empty"
    UNPARSABLE = "unparsable"
    OPAQUE = "opaque"


class Band(enum.StrEnum):
    """What a Bc says to a person; docs/score.md tells how often each is wrong."""

    GOOD = "good"
    SUSPECT = "suspect"
    INEFFICIENT = "inefficient"


class Earned(NamedTuple):
    """A piece of the text, from `start` to before `end` in characters, and its part of Bc."""

    start: int
    end: int
    behaviour: str
    weight: float


@dataclass(frozen=True)
class Score:
    """How inefficient a program is.

    `bc` is from 0, nothing seen, to 1; `behaviours` has a part of it for all 22. `spans` are the
    texts that earned it, with weights whose sum is `bc`. `why` says what stood in the way, if the
    status is neither `ok` nor `static`.
    """

    bc: float
    behaviours: Mapping[str, float]
    spans: tuple[Earned, ...]
    findings: tuple[Diagnostic, ...]
    status: Status
    band: Band
    why: str = ""

    @property
    def is_seen(self) -> bool:
        """Whether the program could be scored."""
        return self.status in (Status.OK, Status.STATIC)

    def token_weights(self, offset_mapping: Iterable[Sequence[int]]) -> list[float]:
        """Return for each token its share of `bc`, from its start and end in characters.

        `offset_mapping` is what fast tokenizers of transformers give. The weight of a span is
        divided among the characters that some token has, so that the sum over tokens that cover the
        text is `bc`. A token of no characters gets 0.
        """
        tokens = [(int(start), int(end)) for start, end in offset_mapping]
        found = [0.0] * len(tokens)
        order = sorted(range(len(tokens)), key=lambda n: tokens[n])
        starts = [tokens[n][0] for n in order]
        longest = max((end - start for start, end in tokens), default=0)
        for span in self.spans:
            first = bisect_left(starts, span.start - longest)
            last = bisect_left(starts, span.end)
            shares = {
                n: min(tokens[n][1], span.end) - max(tokens[n][0], span.start)
                for n in order[first:last]
            }
            shares = {n: share for n, share in shares.items() if share > 0}
            total = sum(shares.values())
            for n, share in shares.items():
                found[n] += span.weight * share / total
        return found
