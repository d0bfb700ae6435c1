"""What a model is told about its answers: one loss for each thing that is known.

Each returns a mean over what it is about, or zero where there is nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from effilint.train_detector.model import QUANTILES

_SMOOTHING = 0.15  # of a class of growth, to each of its neighbours
_CLOSENESS = 0.1  # the scale on which cosines are compared


def ranking(logits: Tensor, weights: Tensor) -> Tensor:
    """Logistic loss of comparisons whose first side takes more: both of shape (pairs,).

    Burges et al., "Learning to Rank using Gradient Descent", 2005, with a weight for each.
    """
    return _mean(functional.softplus(-logits) * weights, weights)


def ordinal(logits: Tensor, classes: Tensor) -> Tensor:
    """Cross-entropy with some of each class given to its neighbours; (B, C) and (B,)."""
    count = logits.shape[-1]
    away = (torch.arange(count, device=logits.device) - classes.unsqueeze(-1)).abs()
    target = (away == 0) * (1 - 2 * _SMOOTHING) + (away == 1) * _SMOOTHING
    target = target / target.sum(-1, keepdim=True).clamp(min=_SMOOTHING)
    losses = -(target.to(logits.dtype) * torch.log_softmax(logits, -1)).sum(-1)
    return _mean(losses, torch.ones_like(losses))


def presence(logits: Tensor, labels: Tensor) -> Tensor:
    """Binary cross-entropy of each behaviour; both of shape (B, 22)."""
    losses = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    return _mean(losses, torch.ones_like(losses))


def places(logits: Tensor, inside: Tensor, known: Tensor) -> Tensor:
    """Binary cross-entropy of positions: all of shape (B, L, 22), `known` where there is a label.

    Both sides of a label weigh the same in all, since a place is a small part of a program.
    """
    losses = functional.binary_cross_entropy_with_logits(logits, inside, reduction="none")
    inner, outer = known * inside, known * (1 - inside)
    return (_mean(losses * inner, inner) + _mean(losses * outer, outer)) / 2


def quantiles(found: Tensor, value: Tensor) -> Tensor:
    """Pinball loss of quantiles, (B, 3), of values, (B,).

    Koenker and Bassett, "Regression Quantiles", 1978.
    """
    share = torch.tensor(QUANTILES, dtype=found.dtype, device=found.device)
    above = value.unsqueeze(-1) - found
    losses = torch.maximum(share * above, (share - 1) * above)
    return _mean(losses, torch.ones_like(losses))


def share_of_others(logits: Tensor, share: Tensor) -> Tensor:
    """Binary cross-entropy of a share between 0 and 1; those that are nan do not count."""
    known = (~share.isnan()).to(logits.dtype)
    losses = functional.binary_cross_entropy_with_logits(
        logits, share.nan_to_num(0.0), reduction="none"
    )
    return _mean(losses * known, known)


def contrast(program: Tensor, disguised: Tensor, twin: Tensor) -> Tensor:
    """Loss of programs, (B, K), that are closer to their slower twin than to their own disguise."""
    own = functional.cosine_similarity(program, disguised)
    other = functional.cosine_similarity(program, twin)
    losses = functional.softplus((other - own) / _CLOSENESS)
    return _mean(losses, torch.ones_like(losses))


def _mean(losses: Tensor, weights: Tensor) -> Tensor:
    return losses.sum() / weights.sum().clamp(min=1e-6)
