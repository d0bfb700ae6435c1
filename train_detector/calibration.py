"""What scores are worth: weights that make probabilities of them, on problems kept for that.

Platt, "Probabilistic Outputs for Support Vector Machines", 1999, for each head; for times the shift
of Romano et al., "Conformalized Quantile Regression", 2019.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Floats = NDArray[np.float64]
PROMISED = 0.7  # of the findings of a behaviour, how many are right at least
_FEWEST = 20  # findings that tell how many are right
_RIDGE = 1e-3  # keeps weights finite where scores tell classes apart without a mistake
_SURE = 1.645  # standard normal: 95 % on one side
_COVERED = 0.9  # of times, within their interval


def order_weights(logits: Sequence[Floats], weights: Floats | None = None) -> list[float]:
    """Return the weight of each score of comparisons whose first side takes more, each (pairs,).

    There is no offset, so that the other way round says the opposite.
    """
    columns = torch.from_numpy(np.stack(logits, axis=1))
    sample = torch.ones(len(columns), dtype=torch.float64)
    if weights is not None:
        sample = torch.from_numpy(weights)
    scale = columns.square().mean(0).sqrt().clamp(min=1e-9)

    def loss(found: Tensor) -> Tensor:
        return (functional.softplus(-(columns / scale) @ found) * sample).sum() / sample.sum()

    found = least(loss, np.full(len(logits), 0.5), positive=True)
    return [float(one) for one in found / scale.numpy()]


def class_weights(logits: Sequence[Floats], classes: NDArray[np.int64]) -> list[float]:
    """Return the weight of each set of logits, each (programs, classes)."""
    stacked = torch.from_numpy(np.stack(logits))
    answers = torch.from_numpy(classes)

    def loss(found: Tensor) -> Tensor:
        return functional.cross_entropy(torch.tensordot(found, stacked, 1), answers)

    return [float(one) for one in least(loss, np.full(len(logits), 0.5), positive=True)]


def presence_weights(logits: Sequence[Floats], labels: NDArray[np.bool_]) -> list[float]:
    """Return the weight of each score of programs, each (programs,), and last the offset."""
    columns = torch.from_numpy(np.stack([*logits, np.ones(len(labels))], axis=1))
    scale = columns.std(0).where(columns.std(0) > 0, torch.ones(()).double())
    answers = torch.from_numpy(labels.astype(float))

    def loss(found: Tensor) -> Tensor:
        said = (columns / scale) @ found
        return functional.binary_cross_entropy_with_logits(said, answers)

    found = least(loss, np.zeros(len(logits) + 1)) / scale.numpy()
    return [float(one) for one in found]


def threshold(
    probabilities: Floats, labels: NDArray[np.bool_], *, promised: float = PROMISED
) -> float | None:
    """Return the least probability from which on findings are right as often as promised.

    That they are has to be sure at 95 % (Wilson's interval), of at least 20 findings; None where
    there is no such probability.
    """
    order = np.argsort(-probabilities, kind="stable")
    right = np.cumsum(labels[order])
    found = None
    for count in range(_FEWEST, len(order) + 1):
        is_last = count == len(order) or (
            probabilities[order[count]] < probabilities[order[count - 1]]
        )
        if is_last and _at_least(int(right[count - 1]), count) >= promised:
            found = float(probabilities[order[count - 1]])
    return found


def time_weights(quantiles: Floats, trees: Floats, values: Floats) -> dict[str, float]:
    """Return what makes an interval of two guesses of log10 of times.

    `quantiles` of the model have shape (rows, 3), the guesses of `trees` and the `values` (rows,).
    The middle is the weighted sum of both middles and an `offset`, by least squares. The model says
    how far the ends are away; what is added to them, `low` and `high`, leaves out 5 % on each side.
    """
    columns = np.column_stack([quantiles[:, 1], trees, np.ones(len(values))])
    (model, trees_weigh, offset), *_ = np.linalg.lstsq(columns, values, rcond=None)
    middle = columns @ [model, trees_weigh, offset]
    low = middle - (quantiles[:, 1] - quantiles[:, 0])
    high = middle + (quantiles[:, 2] - quantiles[:, 1])
    side = 1 - (1 - _COVERED) / 2
    return {
        "model": float(model),
        "trees": float(trees_weigh),
        "offset": float(offset),
        "low": -_quantile(low - values, side),
        "high": _quantile(values - high, side),
    }


def _quantile(scores: Floats, share: float) -> float:
    """The quantile for one more than those that there are."""
    rank = min(len(scores), math.ceil((len(scores) + 1) * share))
    return float(np.sort(scores)[rank - 1])


def _at_least(right: int, count: int) -> float:
    """The lower end of Wilson's interval of a share."""
    share, z = right / count, _SURE
    middle = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - spread) / (1 + z * z / count)


def least(loss: Callable[[Tensor], Tensor], start: Floats, *, positive: bool = False) -> Floats:
    """Return where a convex function is least; with `positive` no argument is below zero."""
    weights = torch.from_numpy(start.copy()).requires_grad_()
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Any:
        optimizer.zero_grad()
        used = functional.softplus(weights) if positive else weights
        value = loss(used) + _RIDGE * used.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    found = functional.softplus(weights) if positive else weights
    result: Floats = found.detach().numpy()
    return result
