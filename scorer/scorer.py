"""The scorer: both detectors asked, their evidence put together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from effilint.analyzer.context import Context
from effilint.analyzer.extras import needed
from effilint.analyzer.source import Source, SourceError
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.detectors.operations import Table
from effilint.scorer.evidence import Evidence, evidence_of
from effilint.scorer.fusion import FILE, STATIC, Weights, logit, weights_in
from effilint.scorer.opacity import opaque_at
from effilint.scorer.recent import Recent
from effilint.scorer.recited import Recital
from effilint.scorer.score import Band, Earned, Score, Status

if TYPE_CHECKING:
    from effilint.detectors.learned import Learned, Sight

_LONGEST = 100_000  # characters of a program
_REMEMBERED = 4096  # programs
_EXTRA = ("numpy", "onnxruntime", "tokenizers", "tree_sitter", "tree_sitter_python")


@dataclass(frozen=True)
class _Seen:
    """What is known of one program, before it is compared with anything."""

    score: Score
    hazard: float
    sight: Sight | None = None


class Scorer:
    """Scores programs; threads may share it.

    `learned`: whether the learned detector is asked, too; None asks it if the extra and a model are
    there. `model` is the folder of another model than the one that comes with effilint. What was
    scored lately is remembered by its text. Raises `MissingExtraError` or `ModelError` if the
    learned detector is wanted and cannot be had.
    """

    def __init__(self, *, learned: bool | None = None, model: str | Path | None = None) -> None:
        self._settings = {"learned": learned, "model": model}
        folder = _folder(learned, model)
        self._learned = _opened(folder) if folder is not None else None
        self._weights = weights_in(folder / FILE if folder is not None else STATIC)
        self._known: Recent[_Seen] = Recent(_REMEMBERED)

    def __reduce__(self) -> tuple[object, ...]:
        # Another process opens the model for itself, and remembers for itself.
        return _made, (self._settings,)

    @property
    def weights(self) -> Weights:
        """The weights that evidence is put together with."""
        return self._weights

    def score(self, source: str, *, entry: str | None = None) -> Score:
        """Return how inefficient a program is; never raises for what the program is.

        `entry` names the function that is called from outside, `Solution.name` for a method: then
        a program whose `entry` does nothing is empty whatever else it does.
        """
        return self._see([source], entry)[0].score

    def score_batch(self, sources: Sequence[str], *, entry: str | None = None) -> list[Score]:
        """Return the scores of programs, in their order."""
        return [one.score for one in self._see(sources, entry)]

    def compare(self, a: str, b: str, *, entry: str | None = None) -> float:
        """Return the probability that `a` takes more time than `b`, an answer to the same problem.

        What cannot be scored counts as slower than what can.
        """
        one, other = self._see([a, b], entry)
        return self._slower(one, other)

    def rank(self, sources: Sequence[str], *, entry: str | None = None) -> list[int]:
        """Return the places of answers to one problem, the most efficient first.

        Each is compared with each other one; equal ones stay in their order.
        """
        losses = self.slower(sources, entry=entry)
        return sorted(range(len(sources)), key=lambda place: losses[place])

    def slower(self, sources: Sequence[str], *, entry: str | None = None) -> list[float]:
        """Return for each answer to one problem the mean probability that it is slower than others.

        One alone gets 0.5.
        """
        seen = self._see(sources, entry)
        found = []
        for place, one in enumerate(seen):
            chances = [self._slower(one, other) for n, other in enumerate(seen) if n != place]
            found.append(math.fsum(chances) / len(chances) if chances else 0.5)
        return found

    def _slower(self, one: _Seen, other: _Seen) -> float:
        if one.score.is_seen != other.score.is_seen:
            return 0.0 if one.score.is_seen else 1.0
        if not one.score.is_seen or one is other:
            return 0.5
        odds = 0.0
        if self._learned and one.sight and other.sight:
            odds = logit(self._learned.order(one.sight, other.sight).time)
        return self._weights.slower(one.hazard, other.hazard, odds)

    def _see(self, sources: Sequence[str], entry: str | None) -> list[_Seen]:
        found = {source: self._known.get((source, entry)) for source in sources}
        new = [source for source, known in found.items() if known is None]
        for source, one in zip(new, self._looked_at(new, entry), strict=True):
            found[source] = one
            self._known.put((source, entry), one)
        return [one for one in (found[source] for source in sources) if one is not None]

    def _looked_at(self, texts: Sequence[str], entry: str | None) -> list[_Seen]:
        found: list[_Seen | Evidence] = [self._by_rules(text, entry) for text in texts]
        places = [n for n, one in enumerate(found) if isinstance(one, Evidence)]
        sights: Sequence[Sight | None] = [None] * len(places)
        if self._learned and places:
            sights = self._learned.see([texts[n] for n in places])
        for place, sight in zip(places, sights, strict=True):
            evidence = found[place]
            assert isinstance(evidence, Evidence)
            found[place] = self._put_together(texts[place], evidence, sight)
        return [one for one in found if isinstance(one, _Seen)]

    def _by_rules(self, text: str, entry: str | None) -> _Seen | Evidence:
        """What the static detector knows of a program, or why it cannot be scored."""
        if not isinstance(text, str):
            return _unseen(Status.UNPARSABLE, "a program is a text")
        if len(text) > _LONGEST:
            return _unseen(Status.OPAQUE, f"it is longer than {_LONGEST:,} characters")
        try:
            context = Context(Source(text))
        except SourceError as error:
            return _unseen(Status.UNPARSABLE, str(error))
        except RecursionError:
            return _unseen(Status.OPAQUE, "it is nested too deep")
        try:
            return _hidden(context, entry) or evidence_of(Table(context))
        except RecursionError:
            return _unseen(Status.OPAQUE, "it is nested too deep")
        finally:
            context.close()

    def _put_together(self, text: str, evidence: Evidence, sight: Sight | None) -> _Seen:
        probabilities = sight.behaviours if sight is not None else None
        hazards = self._weights.hazards(evidence, probabilities)
        total = math.fsum(hazards.values())
        bc = self._weights.part(total)
        score = Score(
            bc=bc,
            behaviours={name: self._weights.part(one) for name, one in hazards.items()},
            spans=_spans(text, evidence, sight, hazards, bc),
            findings=evidence.findings,
            status=Status.STATIC if sight is None else Status.OK,
            band=self._band(bc),
        )
        return _Seen(score, total, sight)

    def _band(self, bc: float) -> Band:
        good, bad = self._weights.bands
        if bc < good:
            return Band.GOOD
        return Band.INEFFICIENT if bc >= bad else Band.SUSPECT


def _made(settings: dict[str, bool | str | Path | None]) -> Scorer:
    return Scorer(**settings)  # type: ignore[arg-type]


def _folder(wanted: bool | None, model: str | Path | None) -> Path | None:
    """The folder of the learned detector, if it is wanted, and can be had."""
    if wanted is False:
        return None
    is_needed = wanted is True or model is not None
    if not is_needed and not all(map(find_spec, _EXTRA)):
        return None
    for name in _EXTRA:
        needed(name, "the learned detector", "learned")
    from effilint.detectors.learned import EMBEDDED

    if not is_needed and not (EMBEDDED / FILE).exists():
        return None
    return Path(model) if model is not None else EMBEDDED


def _opened(folder: Path) -> Learned:
    from effilint.detectors.learned import Learned

    found = Learned(folder)
    assert found.card  # so that what is wrong with it is said now
    return found


def _hidden(context: Context, entry: str | None) -> _Seen | None:
    """Why a program cannot be scored, though it can be read."""
    recital = Recital(context)
    if recital.is_silent():
        return _unseen(Status.EMPTY, "it does nothing")
    found = opaque_at(context)
    if found:
        first = min(found, key=lambda node: (node.lineno, node.col_offset))
        return _unseen(
            Status.OPAQUE, f"line {first.lineno}: `{context.segment(first)}` hides what runs"
        )
    if recital.is_recited(entry):
        return _unseen(Status.OPAQUE, "its answers are constants that are looked up")
    return None


def _unseen(status: Status, why: str) -> _Seen:
    parts = dict.fromkeys(BEHAVIOURS, 0.0)
    return _Seen(Score(1.0, parts, (), (), status, Band.INEFFICIENT, why), math.inf)


def _spans(
    text: str,
    evidence: Evidence,
    sight: Sight | None,
    hazards: Mapping[str, float],
    bc: float,
) -> tuple[Earned, ...]:
    """Which text earned Bc: each behaviour's share goes to its findings, or to what takes most."""
    total = math.fsum(hazards.values())
    if not total:
        return ()
    by_behaviour: defaultdict[str, list[tuple[int, int, float]]] = defaultdict(list)
    for one in evidence.weights:
        by_behaviour[one.behaviour].append((one.start, one.end, one.weight))
    found: list[Earned] = []
    for behaviour, hazard in hazards.items():
        places = by_behaviour[behaviour]
        if behaviour == evidence.by or not places:
            shown = _shown(text, sight, behaviour) or evidence.dominant
            places += [(start, end, 1 / len(shown)) for start, end in shown]
        whole = math.fsum(weight for *_, weight in places)
        share = bc * hazard / total
        if share and whole:
            found += [Earned(start, end, behaviour, share * w / whole) for start, end, w in places]
    return tuple(sorted(found))


def _shown(text: str, sight: Sight | None, behaviour: str) -> Sequence[tuple[int, int]]:
    """The lines in which the learned detector sees a behaviour."""
    lines = sight.places.get(behaviour, ()) if sight is not None else ()
    if not lines:
        return ()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return [(starts[n - 1], starts[n]) for n in lines if n < len(starts)]
