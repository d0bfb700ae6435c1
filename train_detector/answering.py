"""What a trained model says of programs, as arrays, and of comparisons of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from effilint.detectors.encoding import Encoder
from effilint.detectors.reading import Reading, batch
from effilint.train_detector.examples import OF, Comparison
from effilint.train_detector.model import Detector, Seen
from effilint.train_detector.training import tensors, together, whole

Floats = NDArray[np.float32]
_MANY = 4096  # pairs at a time


class Answers(NamedTuple):
    """What is said of P programs: see `model.Seen`."""

    program: Floats
    cost: Floats
    growth: Floats
    behaviours: Floats


@torch.inference_mode()
def answers(model: Detector, encoder: Encoder, readings: Sequence[Reading]) -> Answers:
    """Return what a model says of each program."""
    device = next(model.parameters()).device
    parts: list[tuple[Sequence[int], Seen]] = []
    for rows in together(readings):
        inputs = batch([readings[row] for row in rows], encoder)
        parts.append((rows, model(*tensors(inputs, device))))
    seen = whole(len(readings), parts)
    columns = (seen.program, seen.cost, seen.growth, seen.behaviours)
    return Answers(*(column.float().cpu().numpy() for column in columns))


@torch.inference_mode()
def order_logits(
    model: Detector, found: Answers, comparisons: Sequence[Comparison]
) -> NDArray[np.float64]:
    """Return for each comparison the logit that its `more` takes more, in what it is of."""
    program, cost = torch.from_numpy(found.program), torch.from_numpy(found.cost)
    logits = [np.zeros(0)]
    for first in range(0, len(comparisons), _MANY):
        chosen = comparisons[first : first + _MANY]
        more, less = [one.more for one in chosen], [one.less for one in chosen]
        said = model.compare(program[more], cost[more], program[less], cost[less]).numpy()
        logits.append(said[np.arange(len(chosen)), [OF.index(one.of) for one in chosen]])
    return np.concatenate(logits).astype(np.float64)


@torch.inference_mode()
def taken(
    model: Detector, found: Answers, rows: Sequence[int], sizes: Sequence[float]
) -> NDArray[np.float64]:
    """Return (rows, 4): what programs take at sizes of inputs; see `Detector.take`."""
    chosen = list(rows)
    size = torch.tensor([[math.log10(max(one, 1.0))] for one in sizes])
    program, cost = torch.from_numpy(found.program[chosen]), torch.from_numpy(found.cost[chosen])
    return model.cpu().take(program, cost, size).numpy().astype(np.float64)
