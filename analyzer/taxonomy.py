"""The 6 families and 22 behaviours of inefficient code; every other module asks here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """A group of behaviours, named by the three letters that start their prefixes."""

    prefix: str
    name: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """An inefficient behaviour, its efficient dual, and one line that explains it."""

    prefix: str
    name: str
    dual: str
    description: str

    @property
    def family(self) -> Family:
        """The family this behaviour belongs to."""
        return FAMILIES[self.prefix[:3]]


FAMILIES: dict[str, Family] = {
    family.prefix: family
    for family in (
        Family("API", "API and recursion"),
        Family("ALG", "algorithm"),
        Family("DST", "data structure"),
        Family("LNG", "language"),
        Family("MEM", "memory"),
        Family("OTH", "other"),
    )
}

BEHAVIOURS: dict[str, Behaviour] = {
    behaviour.prefix: behaviour
    for behaviour in (
        Behaviour(
            "API1",
            "suboptimal method or API selection",
            "optimal method or API selection",
            "A call does more work than the question it answers needs.",
        ),
        Behaviour(
            "API2",
            "unnecessary or excessive recursion",
            "avoidance of unnecessary or deep recursion",
            "A function calls itself where a loop, a cache or a built-in would do.",
        ),
        Behaviour(
            "ALG1",
            "brute-force or suboptimal algorithmic strategy",
            "more efficient algorithm (two-pointer, divide and conquer, greedy, DP)",
            "All candidates are tried although a better strategy is known.",
        ),
        Behaviour(
            "ALG2",
            "absence of established optimisations (early exit, pruning, space-time trade-off)",
            "established optimisation applied",
            "Work goes on after the answer is known, or is not remembered.",
        ),
        Behaviour(
            "ALG3",
            "insufficient mathematical abstraction",
            "mathematical formula applied",
            "A loop computes what a formula gives at once.",
        ),
        Behaviour(
            "ALG4",
            "inefficient conditional logic",
            "optimised conditional logic",
            "Tests are repeated, chained or ordered so that more of them run than need to.",
        ),
        Behaviour(
            "ALG5",
            "avoidable nested-loop complexity",
            "more efficient algorithm",
            "A loop in a loop looks up what an index would find at once.",
        ),
        Behaviour(
            "ALG6",
            "unnecessary multi-pass processing",
            "multi-pass to single-pass",
            "The same data is gone through more often than the result needs.",
        ),
        Behaviour(
            "ALG7",
            "redundant recomputation",
            "recomputation avoided",
            "The same value is computed again although nothing it depends on has changed.",
        ),
        Behaviour(
            "DST1",
            "inappropriate data structure selection",
            "appropriate data structure (set/dict, heap, deque)",
            "A container is used for what another one does in less time.",
        ),
        Behaviour(
            "DST2",
            "inefficient operations on the chosen structure",
            "efficient structure-specific operations",
            "The container fits, the operation on it does not.",
        ),
        Behaviour(
            "DST3",
            "inefficient string concatenation",
            "efficient string handling",
            "A string is grown piece by piece and copied each time.",
        ),
        Behaviour(
            "DST4",
            "repeated slicing in loops",
            "in-place modification, indices",
            "A loop copies parts of a sequence that it could address by index.",
        ),
        Behaviour(
            "DST5",
            "redundant data creation, duplication or conversion",
            "in-place modification where feasible",
            "Data is copied or converted although the original would serve.",
        ),
        Behaviour(
            "LNG1",
            "failure to leverage built-ins or libraries",
            "built-ins and libraries used",
            "Python code does by hand what a built-in does in C.",
        ),
        Behaviour(
            "LNG2",
            "lack of idiomatic constructs",
            "idiomatic constructs",
            "A construct costs more than the idiom for the same thing.",
        ),
        Behaviour(
            "MEM1",
            "unnecessary buffering or intermediate storage",
            "bounded buffers, no needless intermediates",
            "Everything is stored before the first item is used.",
        ),
        Behaviour(
            "MEM2",
            "large or avoidable temporary objects",
            "streaming or chunks, preallocation or reuse",
            "A large object is built to take little from it.",
        ),
        Behaviour(
            "OTH1",
            "lack of input-scale awareness",
            "scale-aware guarding",
            "Time, depth or memory grows with the input without a bound.",
        ),
        Behaviour(
            "OTH2",
            "inefficient I/O handling",
            "efficient I/O",
            "Files, databases or the network are reached once per item.",
        ),
        Behaviour(
            "OTH3",
            "inefficient exception-handling patterns",
            "robust yet lightweight exception handling",
            "Exceptions are raised where an ordinary test is cheaper.",
        ),
        Behaviour(
            "OTH4",
            "redundant or dead code constructs",
            "removed",
            "Work is done whose result nobody uses.",
        ),
    )
}


def behaviour_of(code: str) -> Behaviour:
    """Return the behaviour a rule code such as `DST101` belongs to; `KeyError` for none."""
    return BEHAVIOURS[code[:4]]
