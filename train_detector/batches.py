"""What of the examples a model is shown at a time, and in which disguise."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from effilint.dataset.time_data import Times
from effilint.detectors.encoding import Encoded
from effilint.detectors.reading import KNOWN, Reading
from effilint.train_detector.examples import Comparison, Examples

_PER_PROBLEM = 10  # programs of it at a time
_DELETED = 0.2  # of the pieces of a program that is damaged


@dataclass
class Lesson:
    """Programs, by their places in the examples, and what is known of them and between them.

    In comparisons and opinions stand places in `programs`.
    """

    programs: list[int] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    opinions: list[tuple[int, int]] = field(default_factory=list)

    def take(self, chosen: Sequence[int], known: Lesson) -> None:
        """Add programs, and what is known of them alone."""
        places = {program: len(self.programs) + n for n, program in enumerate(chosen)}
        self.programs += chosen
        self.comparisons += [
            one._replace(more=places[one.more], less=places[one.less])
            for one in known.comparisons
            if one.more in places and one.less in places
        ]
        self.opinions += [
            (places[one], places[other])
            for one, other in known.opinions
            if one in places and other in places
        ]


class Course:
    """The lessons that examples of some parts are good for."""

    def __init__(self, found: Examples, parts: Sequence[str]) -> None:
        self._problems: defaultdict[str, Lesson] = defaultdict(Lesson)
        self.times: defaultdict[int, list[Times]] = defaultdict(list)
        places = {}
        for place, program in enumerate(found.programs):
            if program.part in parts:
                self._problems[program.problem].programs.append(place)
                places[program.problem, program.solution] = place
        for one in found.comparisons:
            if found.programs[one.more].part in parts:
                self._problems[found.programs[one.more].problem].comparisons.append(one)
        for pair in sorted(found.opinions):
            if found.programs[pair[0]].part in parts:
                self._problems[found.programs[pair[0]].problem].opinions.append(pair)
        for times in found.times:
            place_of = places.get((times.problem, times.solution))
            if place_of is not None:
                self.times[place_of].append(times)

    def lessons(self, size: int, rng: random.Random) -> Iterator[Lesson]:
        """Yield an epoch: each problem once, so many programs at a time, in another order each."""
        names = sorted(self._problems)
        rng.shuffle(names)
        lesson = Lesson()
        for name in names:
            known = self._problems[name]
            lesson.take(_chosen(known, rng), known)
            if len(lesson.programs) >= size:
                yield lesson
                lesson = Lesson()
        if lesson.programs:
            yield lesson


def _chosen(known: Lesson, rng: random.Random) -> list[int]:
    """Some programs of a problem; those that something is compared with come first."""
    linked = [place for one in known.comparisons for place in (one.more, one.less)]
    linked += [place for pair in known.opinions for place in pair]
    first = sorted(set(linked))
    rng.shuffle(first)
    rest = sorted(set(known.programs) - set(first))
    rng.shuffle(rest)
    return [*first, *rest][:_PER_PROBLEM]


def damaged(reading: Reading, rng: random.Random) -> Reading:
    """Return a program as if a fifth of its pieces were deleted, so that nobody can parse it."""
    encoded = reading.encoded
    last = len(encoded.ids) - 1
    kept = [n for n in range(len(encoded.ids)) if n in (0, last) or rng.random() >= _DELETED]
    now = {old: new for new, old in enumerate(kept)}
    spans, old_places = [], []
    for place, (first, end) in enumerate(encoded.spans):
        left = [now[n] for n in range(first, end) if n in now]
        if left:
            spans.append((left[0], left[-1] + 1))
            old_places.append(place)
    number = {old: new for new, old in enumerate(old_places)}
    sources = tuple(
        tuple(number[one] for one in encoded.sources[place] if one in number)
        for place in old_places
    )
    positions = [*kept, *(len(encoded.ids) + place for place in old_places)]
    ids, leaves, loops = (tuple(row[n] for n in kept) for row in encoded[:3])
    blind = without_facts(reading)
    left_over = Encoded(ids, leaves, loops, tuple(spans), sources)
    return Reading(left_over, blind.heat[positions], blind.facts)


def without_facts(reading: Reading) -> Reading:
    """Return what is left of a program that cannot be parsed: tokens, data flow, loops."""
    heat = np.zeros_like(reading.heat)
    heat[:, KNOWN - 1] = reading.heat[:, KNOWN - 1]
    return reading._replace(heat=heat, facts=np.zeros_like(reading.facts))


def without_flow(reading: Reading) -> Reading:
    """Return a program without the variables of its data flow."""
    encoded = reading.encoded._replace(spans=(), sources=())
    return reading._replace(encoded=encoded, heat=reading.heat[: len(encoded.ids)])
