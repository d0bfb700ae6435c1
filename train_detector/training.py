"""Training of the model on what was measured, annotated and made slower on purpose."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.detectors.encoding import Encoder
from effilint.detectors.reading import Inputs, Reading, batch, lines_of
from effilint.train_detector import losses, resuming
from effilint.train_detector.batches import Course, Lesson, damaged
from effilint.train_detector.examples import CLASS_OF, OF, Examples, Program
from effilint.train_detector.model import Detector, Seen

Told = Callable[[int, Mapping[str, float]], None]
_COLUMN_OF = {name: column for column, name in enumerate(BEHAVIOURS)}
_TOGETHER = 12  # programs that are encoded at a time
_TIMES = 2  # sizes of a program's inputs that are asked for at a time
_KEPT = 0.998  # of the average of weights, at each step
WEIGHTS = {
    "order": 1.0, "cost": 0.3, "growth": 0.5, "behaviours": 0.5, "beside": 0.5, "places": 0.3,
    "time": 0.3, "share": 0.3, "contrast": 0.1,
}  # fmt: skip


@dataclass(frozen=True)
class Plan(resuming.Pace):
    """How a model is trained.

    `damaged` is the share of steps whose programs are shown as if they could not be parsed,
    `looped` of those that show loops and recursion alone.
    """

    epochs: int = 6
    programs: int = 48
    rate: float = 6e-4
    warm: float = 0.15
    decay: float = 0.03
    damaged: float = 0.15
    looped: float = 0.1
    seed: int = 0


class _Part(NamedTuple):
    """Some of the programs of a lesson, by their rows in it, and what the model says of them."""

    rows: list[int]
    readings: list[Reading]
    seen: Seen


class Trainer:
    """Trains a model epoch by epoch; one that was interrupted is done again from its start.

    `loops` are readings of what is left of programs without all that is no loop and no recursion,
    by their places. On several devices each goes through its share of the lessons, and gradients
    are averaged.
    """

    def __init__(
        self,
        model: Detector,
        encoder: Encoder,
        found: Examples,
        readings: Sequence[Reading],
        *,
        loops: Mapping[int, Reading] | None = None,
        parts: Sequence[str] = ("train",),
        plan: Plan = Plan(),
        accelerator: Accelerator | None = None,
    ) -> None:
        self._found, self._readings, self._encoder = found, readings, encoder
        self._plan, self._course, self._loops = plan, Course(found, parts), loops or {}
        self._accelerator = accelerator or on_what_there_is()
        _take_scale(model, [readings[n] for n, p in enumerate(found.programs) if p.part in parts])
        self.model = model.to(self._accelerator.device)
        self.epoch, self.steps = 0, len(self._lessons(0))
        self._optimizer, self._schedule = resuming.learning(self.model, plan, self.steps)
        self._average = AveragedModel(self.model, avg_fn=_averaged)

    @property
    def trained(self) -> Detector:
        """The average of the weights of the last steps."""
        inner = self._average.module
        assert isinstance(inner, Detector)
        return inner.eval()

    def run_epoch(self, told: Told) -> None:
        """Go through the examples once; `told` gets each step's number and losses."""
        rng = random.Random(f"{self._plan.seed} {self.epoch} shown")
        torch.manual_seed(self._plan.seed * 1000 + self.epoch)
        self.model.train()
        for number, lesson in enumerate(self._lessons(self.epoch)):
            with self._accelerator.autocast():
                found = self._losses(lesson, rng)
            weighted = [WEIGHTS[name] * loss for name, loss in found.items()]
            if weighted:
                torch.stack(weighted).sum().backward()  # type: ignore[no-untyped-call]
            self._step()
            told(
                self.epoch * self.steps + number,
                {name: float(loss.detach()) for name, loss in found.items()},
            )
        self.epoch += 1

    def save(self, path: Path) -> None:
        """Write where training stands, all or nothing."""
        resuming.save(path, self._plan, self.epoch, self._parts_of_state)

    def load(self, path: Path) -> None:
        """Go on from where training stood; `ValueError` if that was another plan's."""
        device, parts = self._accelerator.device, self._parts_of_state
        self.epoch = resuming.load(path, self._plan, parts, device, "training")

    @property
    def _parts_of_state(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "average": self._average,
            "optimizer": self._optimizer,
            "schedule": self._schedule,
        }

    def _lessons(self, epoch: int) -> list[Lesson]:
        """The lessons of this process, as many as of each other one."""
        rng = random.Random(f"{self._plan.seed} {epoch}")
        found = list(self._course.lessons(self._plan.programs, rng))
        processes, own = self._accelerator.num_processes, self._accelerator.process_index
        return found[own : len(found) // processes * processes : processes]

    def _step(self) -> None:
        if self._accelerator.num_processes > 1:
            for weight in self.model.parameters():
                gradient = torch.zeros_like(weight) if weight.grad is None else weight.grad
                averaged: Any = self._accelerator.reduce(gradient, "mean")
                weight.grad = averaged
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._schedule.step()
        self._average.update_parameters(self.model)

    def _losses(self, lesson: Lesson, rng: random.Random) -> dict[str, Tensor]:
        shown = [self._readings[place] for place in lesson.programs]
        chance = rng.random()
        if chance < self._plan.damaged:
            shown = [damaged(reading, rng) for reading in shown]
        elif chance < self._plan.damaged + self._plan.looped:
            pairs = zip(lesson.programs, shown, strict=True)
            shown = [self._loops.get(place, reading) for place, reading in pairs]
        parts = list(self._parts(shown))
        seen = whole(len(shown), [(part.rows, part.seen) for part in parts])
        found = self._of_pairs(lesson, seen)
        found |= self._of_programs(lesson, seen)
        found |= self._of_places(lesson, parts)
        found |= self._of_times(lesson, seen, rng)
        found |= self._of_twins(lesson, seen, rng)
        return found

    def _parts(self, shown: Sequence[Reading]) -> Iterator[_Part]:
        """What the model says of programs, those of about the same length together."""
        for rows in together(shown):
            chosen = [shown[row] for row in rows]
            inputs = batch(chosen, self._encoder)
            yield _Part(rows, chosen, self.model(*tensors(inputs, self._accelerator.device)))

    def _of_pairs(self, lesson: Lesson, seen: Seen) -> dict[str, Tensor]:
        """Which takes more: what the comparator says, and what each program is held to cost."""
        if not lesson.comparisons:
            return {}
        more = [one.more for one in lesson.comparisons]
        less = [one.less for one in lesson.comparisons]
        of = self._tensor([[OF.index(one.of)] for one in lesson.comparisons])
        weights = self._tensor([one.weight for one in lesson.comparisons])
        logits = self.model.compare(
            seen.program[more], seen.cost[more], seen.program[less], seen.cost[less]
        )
        alone = seen.cost[more] - seen.cost[less]
        return {
            "order": losses.ranking(logits.gather(1, of)[:, 0], weights),
            "cost": losses.ranking(alone.gather(1, of)[:, 0], weights),
        }

    def _of_programs(self, lesson: Lesson, seen: Seen) -> dict[str, Tensor]:
        """Growth, and behaviours of programs alone and beside what avoids them."""
        programs = [self._found.programs[place] for place in lesson.programs]
        found = {}
        grown = [row for row, one in enumerate(programs) if one.growth]
        if grown:
            classes = self._tensor([CLASS_OF[programs[row].growth] for row in grown])
            found["growth"] = losses.ordinal(seen.growth[grown], classes)
        looked = [row for row, one in enumerate(programs) if one.behaviours is not None]
        if looked:
            labels = self._tensor([labels_of(programs[row]) for row in looked])
            found["behaviours"] = losses.presence(seen.behaviours[looked], labels)
        pairs = [pair for pair in lesson.opinions if programs[pair[0]].behaviours is not None]
        if pairs:
            logits = self.model.show(
                seen.program[[one for one, _ in pairs]], seen.program[[other for _, other in pairs]]
            )
            labels = self._tensor([labels_of(programs[one]) for one, _ in pairs])
            found["beside"] = losses.presence(logits, labels)
        return found

    def _of_places(self, lesson: Lesson, parts: Sequence[_Part]) -> dict[str, Tensor]:
        """Where behaviours are, of those whose place is known."""
        found = []
        for part in parts:
            shape = part.seen.places.shape
            inside, known = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
            for row, (place, reading) in enumerate(zip(part.rows, part.readings, strict=True)):
                program = self._found.programs[lesson.programs[place]]
                mark_places(program, reading, inside[row], known[row])
            if known.any():
                marks = (self._tensor(inside), self._tensor(known))
                found.append(losses.places(part.seen.places, *marks))
        return {"places": torch.stack(found).mean()} if found else {}

    def _of_times(self, lesson: Lesson, seen: Seen, rng: random.Random) -> dict[str, Tensor]:
        """What programs take at some of the sizes that they were measured at."""
        chosen = []
        for row, place in enumerate(lesson.programs):
            known = self._course.times.get(place, [])
            chosen += [(row, one) for one in rng.sample(known, min(_TIMES, len(known)))]
        if not chosen:
            return {}
        rows = [row for row, _ in chosen]
        sizes = self._tensor([[math.log10(max(one.n, 1))] for _, one in chosen])
        found = self.model.take(seen.program[rows], seen.cost[rows], sizes)
        taken = self._tensor([math.log10(one.us) for _, one in chosen])
        others = (one.percentile for _, one in chosen)
        share = self._tensor([math.nan if one is None else one / 100 for one in others])
        return {
            "time": losses.quantiles(found[:, :3], taken),
            "share": losses.share_of_others(found[:, 3], share),
        }

    def _of_twins(self, lesson: Lesson, seen: Seen, rng: random.Random) -> dict[str, Tensor]:
        """Twins made slower differ from a program more than it does from itself in disguise."""
        pairs = [(one.less, one.more) for one in lesson.comparisons if one.source == "twin"]
        if not pairs:
            return {}
        originals = {row: place for place, row in enumerate(sorted({row for row, _ in pairs}))}
        shown = [damaged(self._readings[lesson.programs[row]], rng) for row in originals]
        parts = [(part.rows, part.seen) for part in self._parts(shown)]
        disguised = whole(len(shown), parts).program
        own = [originals[row] for row, _ in pairs]
        program = seen.program[[original for original, _ in pairs]]
        twin = seen.program[[twin for _, twin in pairs]]
        return {"contrast": losses.contrast(program, disguised[own], twin)}

    def _tensor(self, values: Any) -> Tensor:
        return torch.as_tensor(values, device=self._accelerator.device)


def _averaged(average: Tensor, now: Tensor, steps: Tensor | int) -> Tensor:
    """An exponential moving average that forgets its beginning."""
    return torch.lerp(now, average, min(_KEPT, (int(steps) + 1) / (int(steps) + 10)))


def board(folder: Path) -> Any:
    """Return TensorBoard's writer for a folder; None where the package is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder))


def on_what_there_is() -> Accelerator:
    """Return an accelerator: GPUs in bfloat16 where there are some, or the processor."""
    has_gpu = torch.cuda.is_available()
    return Accelerator(cpu=not has_gpu, mixed_precision="bf16" if has_gpu else "no")


def together(readings: Sequence[Reading]) -> Iterator[list[int]]:
    """Yield programs, by number, a few at a time, those of about the same length together."""
    order = sorted(range(len(readings)), key=lambda n: readings[n].encoded.length)
    for first in range(0, len(order), _TOGETHER):
        yield order[first : first + _TOGETHER]


def tensors(inputs: Inputs, device: torch.device) -> Iterator[Tensor]:
    """Yield arrays as tensors, in the order in which a model takes them."""
    for array in inputs:
        yield torch.from_numpy(array).to(device)


def whole(count: int, parts: Iterable[tuple[Sequence[int], Seen]]) -> Seen:
    """Return what was said of programs in their order; of positions nothing."""
    found = list(parts)
    order = torch.empty(count, dtype=torch.long)
    order[[row for rows, _ in found for row in rows]] = torch.arange(count)
    seen = [one for _, one in found]

    def joined(columns: Sequence[Tensor]) -> Tensor:
        return torch.cat(list(columns))[order.to(columns[0].device)]

    nothing = seen[0].shares.new_zeros(0)
    return Seen(
        program=joined([one.program for one in seen]),
        cost=joined([one.cost for one in seen]),
        shares=nothing,
        growth=joined([one.growth for one in seen]),
        behaviours=joined([one.behaviours for one in seen]),
        places=nothing,
    )


def labels_of(program: Program) -> list[float]:
    """Return 1 for each behaviour that a program shows, in the order of the taxonomy."""
    return [float(name in (program.behaviours or ())) for name in _COLUMN_OF]


def mark_places(
    program: Program,
    reading: Reading,
    inside: NDArray[np.float32],
    known: NDArray[np.float32],
) -> None:
    """Mark where behaviours are whose lines are known, and where they are known not to be.

    Both arrays have a row for each position, or more, and 22 columns.
    """
    if not program.spans:
        return
    at = np.array(lines_of(program.text, reading))
    for span in program.spans:
        column = _COLUMN_OF[span.behaviour]
        known[: len(at), column] = at > 0
        inside[: len(at), column] += (at >= span.first) & (at <= span.last)
    np.minimum(inside, 1, out=inside)


def _take_scale(model: Detector, readings: Sequence[Reading]) -> None:
    """Give the model the means and deviations of the facts it will see."""
    known = [one.facts for one in readings if one.facts.any()]
    if not known:
        return
    facts = np.stack(known)
    spread = facts.std(axis=0)
    model.mean.copy_(torch.from_numpy(facts.mean(axis=0)))
    model.spread.copy_(torch.from_numpy(np.where(spread > 0, spread, 1.0)))
