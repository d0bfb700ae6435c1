"""What a tip says to write in place of what, so that both can be timed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """A tip: the code it would replace, what it says to write, and who says so.

    `key` names it. `setup` runs once at module level and knows the size `n`; `workload` is an
    expression that runs either version. `advised_by` holds rules of other linters, and is empty
    for tips from articles and reviews. `remark` says what the figures cannot.
    """

    key: str
    tip: str
    before: str
    after: str
    workload: str
    setup: str = "data = list(range(n))"
    advised_by: str = ""
    remark: str = ""
    sizes: tuple[int, ...] = (10, 1_000, 100_000)
