"""Whether a new text of a function does what the old one does, and how much less it takes."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise
from typing import NamedTuple

from effilint.measure.difference import Differs, check_equal
from effilint.measure.growth import Point, fitted
from effilint.measure.inputs import Case
from effilint.measure.sandbox import Call, Sandbox
from effilint.measure.trials import LIMIT, CannotRun, Pair, Trials

_TINY = ((0, 1, 2, 3, 5), (10, 30))
_SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
_LONG = 0.3  # CPU seconds of a call that is long enough
_SHORT = 0.005  # CPU seconds of a call that is timed more than once on the way
_WORTH_MORE = 0.002  # CPU seconds that tell one kind of input from another
_NEXT = (100, 1_000, 10_000)  # sizes to tell them apart at, as far as it takes
_COMPARED = (300, 1_000)  # sizes on the way at which all kinds of input are compared
_SLOW_WALL = 1.0  # seconds that a size may take in all
_ROUNDS = 3
_DECISIVE = 3.0  # a ratio that needs no more runs
_FEWEST = 5  # points that a class of growth is told from
_TOO_DEEP = ("RecursionError", "MemoryError")


class Proven(NamedTuple):
    """Equal results on all inputs, and the costs at the largest size `n` that was reached.

    `ratio` is the old cost by the new; `before` and `after` are classes of growth.
    """

    ratio: float
    n: int
    before: str
    after: str


def prove(pair: Pair, sandbox: Sandbox) -> Proven:
    """Run both texts, in turns, on the same inputs of growing size.

    Raises `Differs` if they ever do something else, `CannotRun` if nothing can be said.
    """
    return _Contest(pair, Trials(pair, sandbox)).result()


class _Contest:
    """One comparison in progress."""

    def __init__(self, pair: Pair, trials: Trials) -> None:
        self._pair, self._trials = pair, trials
        self._overhead = float("inf")  # what a call costs that does next to nothing
        self._answered = -1  # the largest size at which all kinds were compared
        self._costs_of_kind: dict[str, float] = {}  # of the old code, at that size
        self._is_cut_short = False
        self._costs: dict[str, dict[int, list[float]]] = {"old": {}, "new": {}}  # by size
        self._seconds: dict[str, float] = {}  # the latest
        self._reserve = pair.timeout * 0.4  # for the ratio, once a size is found
        self._largest = _SIZES[-1] if pair.generator else pair.inputs.largest

    def result(self) -> Proven:
        for sizes in _TINY:
            self._compare_all(*sizes)
            if not self._costs_of_kind:
                raise CannotRun(self._trials.why_not)
        for last, size in pairwise((_TINY[-1][-1], *_NEXT)):
            is_known = max(self._costs_of_kind.values()) > _WORTH_MORE
            if self._answered == last and size <= self._largest and not is_known:
                self._compare_all(size)
        kind = self._costliest()
        n = self._climb(kind)
        if not n:
            raise CannotRun("the code takes too long for inputs of any size that could be timed")
        for size in (n // 2, n * 2 // 3, n * 5 // 6):
            if len(self._costs["old"]) < _FEWEST and size not in self._costs["old"]:
                self._sample(size, kind)
        ratio = self._ratio(n, kind)
        if ratio < _DECISIVE and self._is_cut_short:
            raise CannotRun(f"there was no time for inputs of more than n={n:,}")
        self._grow_new(n, kind)
        return Proven(ratio, n, self._growth("old"), self._growth("new"))

    def _compare_all(self, *sizes: int) -> None:
        """Compare what both do with every kind of input of these sizes."""
        trials = [(n, case) for n in sizes for case in self._trials.cases(n)]
        # Many a loop takes for ever to count from there to zero, and nothing comes after it.
        trials.sort(key=lambda trial: "negative" in trial[1].label)
        if self._trials.left() <= 0 or not trials:
            return
        cases = [case for _, case in trials]
        old, new = self._trials.answers("old", cases), self._trials.answers("new", cases)
        for (n, case), one, other in zip(trials, old, new, strict=False):
            self._check(n, case, one, other)
            if one.raised is None and n > self._answered:
                self._answered = n
                self._costs_of_kind.clear()
            if one.raised is None and n == self._answered:
                self._costs_of_kind[case.label] = one.charged
        if len(new) < len(old):
            n, case = trials[len(new)]
            self._require_time(old[len(new)], _place(n, case))

    def _check(self, n: int, case: Case, old: Call, new: Call) -> bool:
        """Whether there is something to compare; `Differs` if it is not equal."""
        if old.raised is None:
            self._trials.has_returned = True
            self._overhead = min(self._overhead, old.charged)
        else:
            self._trials.why_not = f"no inputs: all that were built make it raise {old.raised}"
        if old.raised in _TOO_DEEP and old.raised != new.raised:
            return False  # where the old code fails for want of depth the new one may go on
        try:
            check_equal(old, new)
        except Differs as difference:
            again = [a.value for _ in range(2) for a in self._trials.answers("old", [case])]
            if len(set(again)) > 1:
                raise CannotRun("the results of the old code vary from run to run") from None
            raise Differs(f"{difference} (at {_place(n, case)})") from None
        return True

    def _require_time(self, old: Call, place: str) -> None:
        """The new code did not finish: its fault only if it had much more time than the old."""
        if self._trials.left() > 0 and 10 * old.charged < self._trials.limit:
            raise Differs(f"the new code does not finish (at {place})")

    def _costliest(self) -> str:
        """Return the kind of input that the old code takes longest for; the first if in doubt."""
        costs = self._costs_of_kind
        first = next(iter(costs))
        worst = max(costs, key=lambda kind: costs[kind])
        return first if costs[first] * 1.3 > costs[worst] else worst

    def _climb(self, kind: str) -> int:
        """Time both on growing inputs; return the largest size that both finished, or 0."""
        reached, before = 0, 0.0
        is_quick = self._answered >= _NEXT[0] and max(self._costs_of_kind.values()) < _SHORT
        for size in (size for size in _SIZES if size >= _NEXT[0] or not is_quick):
            self._is_cut_short = reached > 0 and self._trials.left() < self._reserve
            if size > self._largest or self._is_cut_short:
                return reached
            started = time.monotonic()
            if not self._sample(size, kind):
                return self._between(reached, size, kind)
            reached, now = size, max(self._seconds.values())
            if time.monotonic() - started > _SLOW_WALL and now > _SHORT:
                return reached  # handing over larger inputs would take longer than running
            if (
                self._answered < size in _COMPARED
                and 20 * now < self._trials.left() - self._reserve
            ):
                self._compare_all(size)
            ahead = now * max(3.0, now / before if before else 0.0)
            if now > _LONG or ahead > min(LIMIT, (self._trials.left() - self._reserve) / 2):
                return reached if now > _LONG / 5 else self._between(reached, size * 3, kind)
            before = now
        return reached

    def _between(self, reached: int, failed: int, kind: str) -> int:
        """Look for a larger size between one that went and one that takes too long."""
        for _ in range(3):
            middle = _rounded((reached * failed) ** 0.5) or failed // 2
            if middle in (reached, failed) or self._trials.left() < self._reserve:
                break
            if self._sample(middle, kind):
                reached = middle
                if max(self._seconds.values()) > _LONG / 5:
                    break
            else:
                failed = middle
        return reached

    def _sample(self, n: int, kind: str) -> bool:
        """Time one call of each, compare, and note the costs; whether both finished."""
        cases = self._trials.cases(n, kind)
        if not cases:
            return False
        costs: dict[str, list[float]] = {"old": [], "new": []}
        for _ in range(_ROUNDS):
            old, new = (self._trials.answers(text, cases) for text in ("old", "new"))
            if not old:
                return False
            if not new:
                self._require_time(old[0], f"n={n:,}")
                return False
            if not self._check(n, cases[0], old[0], new[0]) or old[0].raised:
                return False
            for text, answer in (("old", old[0]), ("new", new[0])):
                costs[text].append(self._trials.cost(answer))
                self._seconds[text] = answer.charged
            if max(self._seconds.values()) > _SHORT or self._pair.memory:
                break
        for text, values in costs.items():
            self._costs[text][n] = values
        return True

    def _ratio(self, n: int, kind: str) -> float:
        """The old cost by the new at size n: medians of runs that take turns."""
        for _ in range(0 if self._pair.memory else _ROUNDS + 1):
            if self._trials.left() < 2 * sum(self._seconds.values()):
                break
            for text in ("old", "new"):
                answers = self._trials.answers(text, self._trials.cases(n, kind))
                self._costs[text][n] += map(self._trials.cost, answers)
            old, new = (statistics.median(self._costs[text][n]) for text in ("old", "new"))
            if old > _DECISIVE * new:
                break
        old, new = (statistics.median(self._costs[text][n]) for text in ("old", "new"))
        return old / max(new, 1e-9)

    def _grow_new(self, n: int, kind: str) -> None:
        """Where the new code is so fast that its growth does not show yet, let it go on alone."""
        for size in (size for size in _SIZES if size > n):
            is_large = size > min(self._largest, 30 * n)
            if is_large or self._seconds["new"] > _LONG / 10 or self._trials.left() < LIMIT / 2:
                return
            cases = self._trials.cases(size, kind)
            answers = self._trials.answers("new", cases)
            if not answers or answers[0].raised:
                return
            self._seconds["new"] = answers[0].charged
            self._costs["new"][size] = [self._trials.cost(answer) for answer in answers]

    def _growth(self, text: str) -> str:
        """The class of growth, told from the sizes that cost more than any call does."""
        points = [Point(n, statistics.median(c)) for n, c in sorted(self._costs[text].items())]
        floor = 0.0 if self._pair.memory else 2 * self._overhead
        clear = [point for point in points if point.cost > floor]
        return fitted(clear if len(clear) >= _FEWEST else points)


def _place(n: int, case: Case) -> str:
    return f"n={n:,}, {case.label}"


def _rounded(number: float) -> int:
    """Return a whole number that reads well: of two digits and zeros."""
    return int(float(f"{number:.2g}"))
