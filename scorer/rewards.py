"""A reward for generated programs: right first, then efficient.

    no code, or code that does not parse     0
    some tests fail                          0.1 * the fraction that passes
    all tests pass                           0.4 + 0.6 * (1 - q(Bc)), q rounds to steps of 0.05
    no tests, or the judge itself failed     None

So nothing that is wrong comes near what is right, whatever its Bc: a policy cannot trade
correctness for efficiency. See docs/rewards.md.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from effilint.analyzer.taxonomy import BEHAVIOURS, FAMILIES
from effilint.measure import CannotCompareError, Sandbox, SandboxError, Tests, Verdict, compare
from effilint.scorer.answers import Answer, answer_in
from effilint.scorer.judge import Judge, Ruling
from effilint.scorer.score import Score
from effilint.scorer.scorer import Scorer

Mode = Literal["gated", "relative", "static"]
MODES: tuple[Mode, ...] = ("gated", "relative", "static")
_WRONG = 0.1  # the most that a wrong answer gets
_FASTER = 0.9  # times the reference's processor time, for the bonus


class Outcome(StrEnum):
    """What became of an answer."""

    NO_CODE = "no code"
    UNPARSABLE = "unparsable"
    FAILED = "failed"
    PASSED = "passed"
    SCORED = "scored"  # without tests, in the mode `static`
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Judged:
    """An answer with its reward, which is None if nobody can judge it.

    `passed` is the fraction of the tests, None without any; `score` is there for what parses. The
    program starts at `start` in the text of the completion. `why` says what went wrong.
    """

    reward: float | None
    outcome: Outcome
    passed: float | None = None
    score: Score | None = None
    start: int = 0
    why: str = ""


@dataclass(frozen=True)
class Item:
    """What is judged: a completion, tests in any form that `EfficiencyReward` takes, and more.

    `group` tells answers to one problem from those to others, `reference` is a program for it.
    """

    completion: object
    tests: object = None
    entry: str | None = None
    group: str = ""
    reference: str | None = None


class EfficiencyReward:
    """Rewards completions; frameworks call it with keywords, a column of the data set for each.

    `tests`: those of all completions, if no column `tests`, `test_list` or `test` has them, as
    `Judge.tests_of` takes them. `entry`: the function that is called, if no column `entry` or
    `entry_point` says it. `mode`: `gated` as above; in `relative` the mean probability to be slower
    than the other right answers to the prompt (0.5 if there are none), or than the `reference` of a
    column, takes the place of Bc; `static` needs no tests: 1 - q, and 0 for what cannot be seen.
    `weights`: how much behaviours, or families, count; 1 if they are not named. `floor`: what an
    answer gets for being right. `bonus`: what is added if it takes, measured beside the
    `reference`, at most 0.9 times its processor time for certain. `timeout`: seconds for all tests
    of one answer. `learned` and `model` are those of `Scorer`; `sandbox` runs the tests, one that
    all of a process share if none is given.

    It never raises for what a completion is, gives no number that is not finite, and may be called
    from any thread, by several at once, and sent to other processes. Raises `ValueError` for
    settings that make no sense, and like `Scorer` where that cannot be made.
    """

    def __init__(
        self,
        tests: object = None,
        *,
        mode: Mode = "gated",
        weights: Mapping[str, float] | None = None,
        entry: str | None = None,
        floor: float = 0.4,
        step: float = 0.05,
        bonus: float = 0.0,
        timeout: float = 60.0,
        learned: bool | None = None,
        model: str | Path | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")
        if not _WRONG < floor <= 1 or not 0 < step <= 1 or bonus < 0 or timeout <= 0:
            raise ValueError(
                f"floor must be above {_WRONG}, step within 1, bonus and timeout above 0"
            )
        self._settings = {
            "tests": tests,
            "mode": mode,
            "weights": dict(weights or {}),
            "entry": entry,
            "floor": floor,
            "step": step,
            "bonus": bonus,
            "timeout": timeout,
            "learned": learned,
            "model": model,
            "sandbox": sandbox,
        }
        self.__name__ = "efficiency_reward"  # frameworks log by it
        self._tests, self._mode, self._entry = tests, mode, entry
        self._floor, self._step, self._bonus = floor, step, bonus
        self._weights = _weights(weights or {})
        self._scorer, self._sandbox = Scorer(learned=learned, model=model), sandbox
        self._judge = Judge(sandbox, timeout)

    def __reduce__(self) -> tuple[Callable[..., EfficiencyReward], tuple[dict[str, Any]]]:
        return _made, (self._settings,)

    def __call__(
        self,
        completions: Sequence[object],
        prompts: Sequence[object] | None = None,
        *,
        log_metric: Callable[[str, float], None] | None = None,
        log_extra: Callable[[str, list[Any]], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """Return the reward of each completion, in their order.

        `columns` are those of the data set, a list with as many items as there are completions, or
        one value for all; what has no meaning here is passed over. Answers with the same prompt
        are a group.
        """
        count = len(completions)
        items = [
            Item(
                completion,
                tests=_first(columns, ("tests", "test_list", "test"), row, count),
                entry=_first(columns, ("entry", "entry_point"), row, count),
                group=_group(prompts[row]) if prompts is not None and row < len(prompts) else "",
                reference=_first(columns, ("reference",), row, count),
            )
            for row, completion in enumerate(completions)
        ]
        judged = self.judge(items)
        _log(judged, log_metric, log_extra)
        return [one.reward for one in judged]

    def judge(self, items: Sequence[Item]) -> list[Judged]:
        """Return what becomes of each item, in their order."""
        answers = [answer_in(item.completion) for item in items]
        given = [self._tests if item.tests is None else item.tests for item in items]
        named = [item.entry or self._entry for item in items]
        tests = [self._judge.tests_of(*one) for one in zip(given, named, strict=True)]
        entries = [
            one.entry if isinstance(one, Tests) else name
            for one, name in zip(tests, named, strict=True)
        ]
        scores = [
            self._scorer.score(answer.code, entry=entry)
            for answer, entry in zip(answers, entries, strict=True)
        ]
        rulings = self._judge.rulings(
            [
                (answer.code, one)
                if self._is_run(answer, score) and isinstance(one, Tests)
                else None
                for answer, score, one in zip(answers, scores, tests, strict=True)
            ]
        )
        found = [self._judged(*one) for one in zip(answers, scores, tests, rulings, strict=True)]
        if self._mode == "relative":
            found = self._beside(items, answers, entries, found)
        if self._bonus:
            found = [
                self._with_bonus(*one) for one in zip(items, answers, tests, found, strict=True)
            ]
        return found

    def _is_run(self, answer: Answer, score: Score) -> bool:
        is_code = bool(answer.code.strip()) and score.status != "unparsable"
        return is_code and self._mode != "static"

    def _judged(
        self,
        answer: Answer,
        score: Score,
        tests: Tests | str,
        ruling: Ruling | None,
    ) -> Judged:
        start = answer.start
        if not answer.code.strip():
            return Judged(0.0, Outcome.NO_CODE, None, score, start, "there is no code")
        if score.status == "unparsable":
            return Judged(0.0, Outcome.UNPARSABLE, None, score, start, score.why)
        if self._mode == "static":
            reward = 1 - self._stepped(self._bc(score)) if score.is_seen else 0.0
            return Judged(reward, Outcome.SCORED, None, score, start, score.why)
        if isinstance(tests, str):
            return Judged(None, Outcome.NOT_JUDGED, None, score, start, tests)
        if ruling is None:
            why = "the sandbox failed"
            return Judged(None, Outcome.NOT_JUDGED, None, score, start, why)
        if ruling.verdict is not Verdict.ACCEPTED:
            reward, why = _WRONG * ruling.passed, str(ruling.verdict)
            return Judged(reward, Outcome.FAILED, ruling.passed, score, start, why)
        return Judged(self._right(self._bc(score)), Outcome.PASSED, 1.0, score, start, score.why)

    def _right(self, inefficient: float) -> float:
        return self._floor + (1 - self._floor) * (1 - self._stepped(inefficient))

    def _stepped(self, value: float) -> float:
        return min(1.0, max(0.0, round(value / self._step) * self._step))

    def _bc(self, score: Score) -> float:
        """Bc with the weights of the behaviours."""
        if not score.is_seen or not self._weights:
            return score.bc
        left = (
            math.log1p(-min(part, 1 - 1e-12)) * self._weights.get(name, 1.0)
            for name, part in score.behaviours.items()
        )
        return -math.expm1(math.fsum(left))

    def _beside(
        self,
        items: Sequence[Item],
        answers: Sequence[Answer],
        entries: Sequence[str | None],
        found: list[Judged],
    ) -> list[Judged]:
        """The right answers, by how they compare with each other, or with a reference."""
        groups: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
        for place, one in enumerate(found):
            if one.outcome is Outcome.PASSED:
                groups[items[place].group, entries[place]].append(place)
        for (_, entry), places in groups.items():  # with their entry they are scored already
            slower = self._scorer.slower([answers[place].code for place in places], entry=entry)
            for place, mean in zip(places, slower, strict=True):
                reference = items[place].reference
                if isinstance(reference, str):
                    mean = self._scorer.compare(answers[place].code, reference, entry=entry)
                found[place] = replace(found[place], reward=self._right(mean))
        return found

    def _with_bonus(self, item: Item, answer: Answer, tests: Tests | str, one: Judged) -> Judged:
        is_right = one.outcome is Outcome.PASSED and isinstance(item.reference, str)
        if not is_right or isinstance(tests, str) or one.reward is None:
            return one
        try:
            beside = compare(answer.code, str(item.reference), tests, sandbox=self._sandbox)
        except (CannotCompareError, SandboxError):
            return one
        is_faster = beside.ratio.high <= _FASTER
        return replace(one, reward=one.reward + self._bonus) if is_faster else one


def _made(settings: dict[str, Any]) -> EfficiencyReward:
    return EfficiencyReward(**settings)


def _weights(given: Mapping[str, float]) -> dict[str, float]:
    """The weight of each behaviour that is named, or whose family is; the behaviour decides."""
    found: dict[str, float] = {}
    for names in (FAMILIES, BEHAVIOURS):
        for name, weight in given.items():
            if not math.isfinite(weight) or weight < 0:
                raise ValueError(f"weights: {name} must be a number from 0 on, not {weight}")
            if name in names:
                found |= {one: float(weight) for one in BEHAVIOURS if one.startswith(name)}
    unknown = [name for name in given if name not in FAMILIES and name not in BEHAVIOURS]
    if unknown:
        raise ValueError(f"weights: nobody knows the behaviour {unknown[0]!r}")
    return found


def _first(columns: Mapping[str, Any], names: Sequence[str], row: int, count: int) -> Any:
    """What the first of these columns that is there has for a row."""
    for name in names:
        column = columns.get(name)
        if column is None:
            continue
        is_column = isinstance(column, Sequence) and not isinstance(column, str | bytes)
        value = column[row] if is_column and len(column) == count else column
        if value is not None:
            return value
    return None


def _group(prompt: object) -> str:
    """What tells the answers to one prompt from those to others."""
    return hashlib.sha256(repr(prompt).encode("utf-8", "surrogatepass")).hexdigest()


def _log(
    judged: Sequence[Judged],
    log_metric: Callable[[str, float], None] | None,
    log_extra: Callable[[str, list[Any]], None] | None,
) -> None:
    """Tell a framework what it asks for: means of the batch, and columns beside completions."""
    if log_extra is not None:
        log_extra("bc", [None if one.score is None else one.score.bc for one in judged])
        log_extra("outcome", [str(one.outcome) for one in judged])
    if log_metric is None or not judged:
        return
    outcomes = Counter(one.outcome for one in judged)
    for outcome in Outcome:
        log_metric(f"efficiency/{outcome.replace(' ', '_')}", outcomes[outcome] / len(judged))
    known = [one.passed for one in judged if one.passed is not None]
    log_metric("efficiency/pass_rate", _mean([float(share == 1.0) for share in known]))
    seen = [one.score for one in judged if one.score is not None]
    log_metric("efficiency/bc", _mean([score.bc for score in seen]))
    parts: defaultdict[str, list[float]] = defaultdict(list)
    for score in seen:
        for name, part in score.behaviours.items():
            parts[name].append(part)
    for name in BEHAVIOURS:
        log_metric(f"efficiency/bc/{name}", _mean(parts[name]))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
