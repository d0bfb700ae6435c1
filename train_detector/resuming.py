"""Where a training stands: what it learns by, written and read so that it can go on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from effilint.dataset.writing import replacing


@dataclass(frozen=True)
class Pace:
    """How a training goes; each kind has its defaults.

    `programs` in a step; `rate` the highest rate of learning, reached after the share `warm` of all
    steps; `decay` of the weights.
    """

    epochs: int
    programs: int
    rate: float
    warm: float
    decay: float
    seed: int


def learning(model: nn.Module, plan: Pace, steps: int) -> tuple[AdamW, LambdaLR]:
    """Return what learns, and the schedule of its rate, for so many steps in an epoch."""
    optimizer = AdamW(model.parameters(), plan.rate, weight_decay=plan.decay)
    schedule = LambdaLR(optimizer, lambda step: pace(step, steps * plan.epochs, plan.warm))
    return optimizer, schedule


def pace(step: int, steps: int, warm: float) -> float:
    """Return the share of the highest rate at a step: a rise in a line, then half a cosine."""
    rise = max(1, round(steps * warm))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rise) / max(1, steps - rise))))


def save(path: Path, plan: Pace, epoch: int, parts: Mapping[str, Any]) -> None:
    """Write the state of each part after so many epochs, all or nothing."""
    states = {name: part.state_dict() for name, part in parts.items()}
    with replacing(path) as file:
        torch.save({"epoch": epoch, "plan": repr(plan), **states}, file)


def load(path: Path, plan: Pace, parts: Mapping[str, Any], device: torch.device, what: str) -> int:
    """Give each part the state it had, and return after how many epochs that was.

    Raises `ValueError` if it is the state of another `what`: the plans differ.
    """
    state = torch.load(path, map_location=device, weights_only=True)
    if state["plan"] != repr(plan):
        raise ValueError(f"{path} is of another {what}: {state['plan']}")
    for name, part in parts.items():
        part.load_state_dict(state[name])
    epoch: int = state["epoch"]
    return epoch
