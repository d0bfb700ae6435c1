"""All the trees of a model: what they are fitted to, and what they say."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.pairs import Of
from effilint.dataset.time_data import Times
from effilint.detectors.learned import UNLIKELY
from effilint.detectors.reading import Reading
from effilint.train_detector.boosting import (
    Comparator,
    Trees,
    fit_comparator,
    fit_presence,
    fit_values,
)
from effilint.train_detector.examples import GROWTHS, OF, Comparison, Examples
from effilint.train_detector.features import facts_array

Floats = NDArray[np.float64]
_GROWTHS = list(GROWTHS)
_SIZES = 3  # of a program's inputs that trees are shown
_FEWEST = 30  # programs that show a behaviour for it to get trees


@dataclass(frozen=True)
class Forest:
    """Boosted trees on facts.

    Orders by what they are in, growth and behaviours by name, and log10 of microseconds, from the
    facts and, as one column more, log10 of the size of the input.
    """

    order: Mapping[Of, Comparator]
    shown: Mapping[str, Trees]
    time: Trees


def grown(
    found: Examples, read: Sequence[Reading], parts: Sequence[str], *, seed: int = 0
) -> Forest:
    """Return trees that are fitted to what is known of programs in these parts."""
    facts = facts_array(read)
    comparisons = found.in_part(*parts)
    order: dict[Of, Comparator] = {
        of: fit_comparator(facts, [one for one in comparisons if one.of == of], seed=seed)
        for of in OF
    }
    known = [n for n, one in enumerate(found.programs) if one.part in parts]
    classes = [n for n in known if found.programs[n].growth]
    looked = [n for n in known if found.programs[n].behaviours is not None]
    labels = {
        name: (classes, [found.programs[n].growth == name for n in classes]) for name in GROWTHS
    }
    for name in BEHAVIOURS:
        labels[name] = (looked, [name in (found.programs[n].behaviours or ()) for n in looked])
    shown = {
        name: fit_presence(facts[rows], np.array(label), seed=seed)
        for name, (rows, label) in labels.items()
        if _FEWEST <= sum(label) < len(label)
    }
    return Forest(order, shown, _of_times(found, facts, parts, seed))


def _of_times(
    found: Examples, facts: NDArray[np.float32], parts: Sequence[str], seed: int
) -> Trees:
    """Trees that tell times, from some of the sizes of each program."""
    by_program: defaultdict[int, list[Times]] = defaultdict(list)
    places = {(p.problem, p.solution): n for n, p in enumerate(found.programs) if p.part in parts}
    for one in found.times:
        place = places.get((one.problem, one.solution))
        if place is not None:
            by_program[place].append(one)
    rng = random.Random(seed)
    rows = [
        (place, one)
        for place, known in by_program.items()
        for one in rng.sample(known, min(_SIZES, len(known)))
    ]
    columns = with_sizes(facts[[place for place, _ in rows]], [one.n for _, one in rows])
    return fit_values(columns, np.log10([one.us for _, one in rows]), seed=seed)


def with_sizes(facts: NDArray[np.float32], sizes: Sequence[float]) -> NDArray[np.float32]:
    """Return facts, (rows, F), with log10 of a size for each row as one column more."""
    logs = np.log10(np.maximum(np.array(sizes, float), 1.0)).astype(np.float32)
    return np.column_stack([facts, logs])


def trees_say(
    forest: Forest, facts: NDArray[np.float32], comparisons: Sequence[Comparison], of: Of
) -> Floats:
    """Return what trees say of comparisons: above zero, that `more` takes more."""
    more, less = [one.more for one in comparisons], [one.less for one in comparisons]
    return forest.order[of](facts[more], facts[less])


def growth_of_trees(forest: Forest, facts: NDArray[np.float32]) -> Floats:
    """Return what trees say of classes of growth: (programs, 5)."""
    found = np.full((len(facts), len(_GROWTHS)), UNLIKELY)
    for column, name in enumerate(_GROWTHS):
        if name in forest.shown:
            found[:, column] = forest.shown[name](facts)
    return found
