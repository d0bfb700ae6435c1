"""How evidence becomes Bc: a sum of hazards, whose weights were fitted on measured programs.

Each behaviour b adds to what can be wrong with a program a hazard

    h_b = k * (w_b * s_b + [b = by] * c * soft(bits) + v_b * l_b)

s_b is what findings say (`evidence`), bits what the program takes by estimate, soft(x) =
t * log(1 + exp((x - x_0) / t)) without its value at 0, and l_b = -log(1 - p_b) for the probability
p_b that the learned detector gives the behaviour. All weights are at least 0. With hazards that do
not know of each other the chance that nothing is wrong is exp(-sum h_b):

    Bc = 1 - exp(-sum over b of h_b),    part of b = 1 - exp(-h_b),

so a new finding never lowers Bc, and Bc is 0 where nothing is seen. The weights w, c and v are
those of a Bradley-Terry model: P(x takes more time than y) = 1 / (1 + exp(H(y) - H(x))) with H the
sum without k, over pairs whose order was measured; k is the one that makes Bc the probability that
a program takes twice the time of the fastest known one because of what is seen (complementary
log-log, with a constant for what nobody sees). `effilint train-detector fuse` fits them, and says
how well they do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from effilint.analyzer.extras import ModelError
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.scorer.evidence import Evidence

FILE = "weights.json"
_SURE = 1 - 1e-6  # a probability whose hazard is finite
_MOST = 60.0  # logarithm of odds
STATIC = Path(__file__).with_name(FILE)  # of the static detector alone


@dataclass(frozen=True)
class Weights:
    """The weights of one way to score: `findings` are w, `learned` v, `cost` c, `scale` k.

    `order`: how much the difference of H, and the logit of the learned comparison, count where two
    programs are compared. `bands`: below the first Bc a program is good, from the second on it is
    inefficient.
    """

    findings: Mapping[str, float]
    learned: Mapping[str, float]
    cost: float
    scale: float
    order: tuple[float, float]
    bands: tuple[float, float]
    start: float = 13.0
    width: float = 3.0

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Weights:
        """Return the weights that stand in JSON; `ValueError` where they do not fit."""
        try:
            found = cls(**{**row, "order": tuple(row["order"]), "bands": tuple(row["bands"])})
            numbers = [found.cost, found.scale, *found.order, *found.bands]
            numbers += [*found.findings.values(), *found.learned.values()]
            is_whole = set(found.findings) == set(found.learned) == set(BEHAVIOURS)
            if not is_whole or not all(math.isfinite(one) and one >= 0 for one in numbers):
                raise ValueError("a weight is missing, or no number from 0 on")
        except (TypeError, KeyError) as error:
            raise ValueError(f"no weights: {error}") from None
        return found

    def to_row(self) -> dict[str, Any]:
        """Return them as what JSON holds."""
        return asdict(self)

    def soft(self, bits: float) -> float:
        """Return what an estimate of 2^bits counts, before its weight; 0 for none."""
        return self._softened(bits) - self._softened(0.0)

    def _softened(self, bits: float) -> float:
        return self.width * math.log1p(math.exp((bits - self.start) / self.width))

    def hazards(
        self, evidence: Evidence, probabilities: Mapping[str, float] | None = None
    ) -> dict[str, float]:
        """Return the hazard of each behaviour, without k; of all 22."""
        found = {name: self.findings[name] * evidence.found.get(name, 0.0) for name in BEHAVIOURS}
        found[evidence.by] += self.cost * self.soft(evidence.bits)
        for name, probability in (probabilities or {}).items():
            found[name] += self.learned[name] * -math.log1p(-min(probability, _SURE))
        return found

    def part(self, hazard: float) -> float:
        """Return Bc for a sum of hazards, or the part of one."""
        return -math.expm1(-self.scale * hazard)

    def slower(self, hazard: float, other: float, logit: float = 0.0) -> float:
        """Return the probability that a program takes more time than another.

        `hazard` and `other` are sums of hazards, `logit` that of the learned comparison.
        """
        own, learned = self.order
        odds = own * (hazard - other) + learned * logit
        return 1 / (1 + math.exp(-max(-_MOST, min(_MOST, odds))))


def logit(probability: float) -> float:
    """Return the logarithm of the odds, finite for 0 and 1, too."""
    inner = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(inner / (1 - inner))


@cache
def weights_in(path: Path) -> Weights:
    """Return the weights that `effilint train-detector fuse` wrote into a file.

    Raises `ModelError` for a file that is none.
    """
    try:
        return Weights.from_row(json.loads(path.read_bytes())["weights"])
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} holds no weights: {error}") from None
