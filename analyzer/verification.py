"""What running the code of a finding, as it is and fixed, has shown; plain data."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """What running the code before and after a fix showed."""

    VERIFIED = "verified"
    DIFFERS = "differs"
    SLOWER = "slower"
    UNVERIFIABLE = "unverifiable"


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a fix was proven by running the old and the new code on the same inputs.

    `ratio` is the old time by the new (peak memory where `metric` is "memory") on inputs of
    size `n`; `before` and `after` are classes of growth, or "unclear". What there is no figure
    for is None. `reason` says why a fix is not verified.
    """

    status: Verdict
    reason: str = ""
    ratio: float | None = None
    n: int | None = None
    before: str | None = None
    after: str | None = None
    metric: str = "time"

    def __str__(self) -> str:
        if self.status is not Verdict.VERIFIED:
            return f"not verified: {self.reason}"
        assert self.ratio is not None
        less = " less memory" if self.metric == "memory" else ""
        both = "" if self.before == self.after == "unclear" else f", {self.before} -> {self.after}"
        return f"verified: {self.ratio:,.3g}x{less} at n={self.n:,}{both}"
