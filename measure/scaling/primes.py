"""Prime numbers: whether a number is one, and some of those between two bounds."""

from __future__ import annotations

import random

_SMALL = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)  # also the witnesses up to 2^64
_POOL = 1000  # different primes that are enough where they may come back
_ALL = 20_000  # numbers that are all looked at
_TRIES = 60  # for each prime: about one in 22 numbers below 2^64 is prime, if odd
_MOST = 100_000  # different primes


def is_prime(value: float) -> bool:
    """Whether a number is prime (Miller-Rabin; below 2^64 it is never wrong)."""
    if isinstance(value, float) or value < 2:
        return False
    for divisor in _SMALL:
        if value % divisor == 0:
            return value == divisor
    if value < _SMALL[-1] ** 2:
        return True
    twos = (value - 1 & 1 - value).bit_length() - 1
    odd = value - 1 >> twos
    return all(_passes(value, witness, odd, twos) for witness in _SMALL)


def primes(low: int, high: int, size: int, rng: random.Random, *, is_unique: bool) -> list[int]:
    """Return this many primes between two bounds, or those different ones that were found.

    If they may come back, there are as many as wanted; none if there is no prime.
    """
    count = min(size, _MOST if is_unique else _POOL)
    if high - low < _ALL:
        pool = [value for value in range(low, high + 1) if is_prime(value)]
        pool = rng.sample(pool, min(count, len(pool)))
    else:
        pool = _drawn(low, high, count, rng)
    return pool if is_unique or not pool else rng.choices(pool, k=size)


def _drawn(low: int, high: int, count: int, rng: random.Random) -> list[int]:
    found: dict[int, None] = {}
    for _ in range(_TRIES * count):
        value = rng.randrange(low, high + 1) | 1
        if value <= high and is_prime(value):
            found[value] = None
            if len(found) == count:
                break
    return list(found)


def _passes(value: int, witness: int, odd: int, twos: int) -> bool:
    power = pow(witness, odd, value)
    if power in (1, value - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % value
        if power == value - 1:
            return True
    return False
