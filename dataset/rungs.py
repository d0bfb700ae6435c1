"""Inputs of growing size for all solutions of one problem.

A function's inputs are the arguments of its tests, made larger in shape; a script's are those of
its tests, smallest first, and what the problem's generators give.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from effilint.measure import (
    Limits,
    Order,
    Program,
    Sandbox,
    Scaler,
    Tests,
    call,
    call_on,
    examples_of,
    names_of,
)
from effilint.measure.scaling import Example

INPUTS = 2  # of a size
_LARGE, _LARGEST = 500, 200_000  # items of an input
_BYTES = 8_000_000  # of an input
_FACTOR = 2.0**40  # for functions of numbers
_SCRIPT_SIZES = 5
_GENERATOR_LIMITS = Limits(cpu=20.0, wall=60.0, memory=1 << 30, output=32 << 20)


class Rung(NamedTuple):
    """Inputs of about one size.

    `n` is how many items, characters and cells the largest has; for functions of numbers alone the
    largest number, for scripts bytes.
    """

    n: int
    inputs: tuple[bytes, ...]


class FunctionRungs:
    """Makes the arguments of a problem's tests larger, as far as its description allows.

    `text` is a solution: the names of its parameters are those in the description.
    """

    def __init__(self, tests: Tests, text: str, description: str, *, seed: int = 0) -> None:
        self._examples: Sequence[Example] = examples_of(tests, text)
        names = names_of(self._examples, text, tests.entry)
        self._scaler = Scaler(self._examples, description=description or None, names=names)
        self._seed = seed
        self._numbers = list(range(len(self._examples)))

    def at(self, factor: float, *, attempt: int = 0) -> Rung | None:
        """Return the inputs for this factor; None if they would be larger than they may be.

        Once inputs are large, they are made of those examples alone that gave the largest.
        """
        if factor > _FACTOR:
            return None
        seed = self._seed + 1000 * attempt
        grown = []
        for number in self._numbers:
            arguments = self._scaler.by(factor, number, seed=seed).arguments
            grown.append((self._scaler.size_of(arguments), number, call_on(arguments)))
        grown.sort(key=lambda one: one[0], reverse=True)
        size, largest, _ = grown[0]
        if size > _LARGE:
            self._numbers = [number for _, number, _ in grown[:INPUTS]]
        chosen = dict.fromkeys(content for _, _, content in grown)
        for extra in range(1, INPUTS):
            if len(chosen) < INPUTS:
                arguments = self._scaler.by(factor, largest, seed=seed + extra).arguments
                chosen[call_on(arguments)] = None
        inputs = tuple(chosen)[:INPUTS]
        if max(map(len, inputs)) > _BYTES or (size > _LARGEST and len(inputs[0]) > _LARGEST):
            return None
        return Rung(size, inputs)


def script_rungs(
    tests: Tests, generators: Sequence[str], sandbox: Sandbox, *, seed: int = 0
) -> Iterator[Rung]:
    """Yield the inputs of a script's tests and of its generators, smallest first.

    Each generator is run once, isolated, with the chance of this seed; one that fails gives none.
    """
    made = [_generated(text, sandbox, seed) for text in generators]
    found = {case.input for case in tests.cases} | {content for content in made if content}
    inputs = sorted(found, key=lambda content: (len(content), content))
    rng = random.Random(seed)
    smallest, largest = len(inputs[0]) + 1, len(inputs[-1]) + 1
    step = (largest / smallest) ** (1 / _SCRIPT_SIZES)
    for number in range(_SCRIPT_SIZES):
        low, high = smallest * step**number, smallest * step ** (number + 1)
        is_last = number == _SCRIPT_SIZES - 1
        fitting = [c for c in inputs if low <= len(c) + 1 < high or (is_last and len(c) >= low - 1)]
        if fitting:
            chosen = rng.sample(fitting, min(INPUTS, len(fitting)))
            yield Rung(max(map(len, chosen)), tuple(chosen))


def _generated(text: str, sandbox: Sandbox, seed: int) -> bytes | None:
    prelude = f"import random\nrandom.seed({seed})\n"
    program = Program(text, "generate_input", prelude)
    run = sandbox.submit(Order(program, [call()], limits=_GENERATOR_LIMITS)).result()
    try:
        value = run.calls[0].decoded()
    except (IndexError, ValueError):
        return None
    return value.encode() if isinstance(value, str) else None
