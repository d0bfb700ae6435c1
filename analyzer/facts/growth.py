"""The algebra of growth: sums of terms such as `n*m*log(m)`, `sqrt(n)` or `2^n`, big-O style."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

READ = "@input"  # behind the name of a variable that holds what was read
_MAX_TERMS = 6
_REMEMBERED = 1 << 12  # sums and products: files have the same ones again and again


@dataclass(frozen=True, slots=True, order=True)
class Factor:
    """How a term grows with one symbol: `symbol^power * log(symbol)^logs`, or exponentially."""

    symbol: str
    power: Fraction = Fraction(1)
    logs: int = 0
    exponential: str = ""  # "2^{}" or "{}!", or empty

    def covers(self, other: Factor) -> bool:
        """Whether this grows at least as fast as `other`, a factor of the same symbol."""
        return self._rank >= other._rank

    @property
    def _rank(self) -> tuple[int, Fraction, int]:
        return ("", "2^{}", "{}!").index(self.exponential), self.power, self.logs

    def __str__(self) -> str:
        parts = []
        whole, rest = divmod(self.power, 1)
        if whole:
            parts.append(self.symbol if whole == 1 else f"{self.symbol}^{whole}")
        if rest == Fraction(1, 2):
            parts.append(f"sqrt({self.symbol})")
        elif rest:
            parts.append(f"{self.symbol}^({rest})")
        if self.exponential:
            parts.append(self.exponential.format(self.symbol))
        if self.logs:
            parts.append(f"log({self.symbol})" + (f"^{self.logs}" if self.logs > 1 else ""))
        return "*".join(parts)


Term = tuple[Factor, ...]  # sorted by symbol; () is the constant term


@dataclass(frozen=True, slots=True)
class Growth:
    """An upper bound up to a constant: the sum of its terms, none covered by another."""

    terms: frozenset[Term]

    def __add__(self, other: Growth) -> Growth:
        if not self.terms or self is ONE:
            return other
        if self is other or other is ONE:
            return self
        return _sum(self, other)

    def __mul__(self, other: Growth) -> Growth:
        if other is ONE:
            return self
        if self is ONE:
            return other
        return _times(self, other)

    @property
    def is_constant(self) -> bool:
        """Whether it does not grow."""
        return self.terms == frozenset({()})

    @property
    def symbols(self) -> set[str]:
        """What it grows with."""
        return {factor.symbol for term in self.terms for factor in term}

    def covers(self, other: Growth) -> bool:
        """Whether adding `other` would not change it."""
        return self is other or all(
            any(_covers(mine, term) for mine in self.terms) for term in other.terms
        )

    def log(self) -> Growth:
        """The logarithm of it, as the sum of the logarithms of its symbols.

        That of `2^n` is n, that of `n!` counts as `n*log(n)`.
        """
        logs: dict[str, Term] = {s: (Factor(s, Fraction(0), 1),) for s in self.symbols}
        for factor in (factor for term in self.terms for factor in term if factor.exponential):
            power = Factor(factor.symbol, Fraction(1), int("!" in factor.exponential))
            logs[factor.symbol] = (power,)
        terms = set(logs.values())
        return _pruned(frozenset(terms)) if terms else ONE

    def root(self) -> Growth:
        """The square root of it, term by term."""
        return Growth(
            frozenset(
                tuple(Factor(f.symbol, f.power / 2, f.logs, f.exponential) for f in term)
                for term in self.terms
            )
        )

    def replace(self, sizes: dict[str, Growth]) -> Growth:
        """Put other growths in the place of symbols, as when a function is called."""
        total = Growth(frozenset())
        for term in self.terms:
            product = ONE
            for factor in term:
                product *= _replaced(factor, sizes)
            total += product
        return total

    def __str__(self) -> str:
        if self.is_constant or not self.terms:
            return "O(1)"
        names = {s: _shown(s, self.symbols) for s in self.symbols}
        shown = [[replace(f, symbol=names[f.symbol]) for f in term] for term in self.terms]
        texts = sorted({"*".join(map(str, sorted(term))) for term in shown})
        return f"O({' + '.join(texts)})"


def symbol(name: str) -> Growth:
    """Growth linear in `name`."""
    return Growth(frozenset({(Factor(name),)}))


def exponential(name: str, shape: str = "2^{}") -> Growth:
    """Growth exponential in `name`: `2^{}` or `{}!`."""
    return Growth(frozenset({(Factor(name, Fraction(0), 0, shape),)}))


ONE = Growth(frozenset({()}))


def summed(growths: Iterable[Growth]) -> Growth:
    """The sum of several; constant for none."""
    found = ONE
    for growth in growths:
        found += growth
    return found


@lru_cache(maxsize=_REMEMBERED)
def _sum(one: Growth, other: Growth) -> Growth:
    return _pruned(one.terms | other.terms)


@lru_cache(maxsize=_REMEMBERED)
def _times(one: Growth, other: Growth) -> Growth:
    return _pruned(frozenset(_product(a, b) for a in one.terms for b in other.terms))


def _shown(name: str, names: set[str]) -> str:
    """The name of what was read, unless an input of the function has that name."""
    bare = name.replace(READ, "")
    return (
        bare
        if name == bare or bare not in names
        else bare.replace(name[: name.index("@")], "input")
    )


@lru_cache(maxsize=_REMEMBERED)
def _power(growth: Growth, times: int) -> Growth:
    if times < 2:
        return growth if times else ONE
    half = _power(growth, times // 2)
    return half * half * growth if times % 2 else half * half


def _replaced(factor: Factor, sizes: dict[str, Growth]) -> Growth:
    size = sizes.get(factor.symbol)
    if size is None:
        return Growth(frozenset({(factor,)}))
    whole, rest = divmod(factor.power, 1)
    result = _power(size, whole)
    if rest:
        result *= size.root()
    for _ in range(factor.logs):
        result *= size.log()
    if factor.exponential:
        for name in size.symbols:
            result *= exponential(name, factor.exponential)
    return result


def _product(one: Term, other: Term) -> Term:
    factors = {factor.symbol: factor for factor in one}
    for factor in other:
        mine = factors.get(factor.symbol)
        if mine is None:
            factors[factor.symbol] = factor
            continue
        factors[factor.symbol] = Factor(
            factor.symbol,
            mine.power + factor.power,
            mine.logs + factor.logs,
            max(mine.exponential, factor.exponential, key=("", "2^{}", "{}!").index),
        )
    return tuple(sorted(factors.values()))


def _covers(big: Term, small: Term) -> bool:
    if len(big) < len(small):
        return False
    factors = {factor.symbol: factor for factor in big}
    return all(
        factor.symbol in factors and factors[factor.symbol].covers(factor) for factor in small
    )


def _pruned(terms: frozenset[Term]) -> Growth:
    kept: list[Term] = []
    for term in sorted(terms, key=_rank, reverse=True) if len(terms) > 1 else terms:
        if not any(_covers(other, term) for other in kept):
            kept.append(term)
            if len(kept) == _MAX_TERMS:
                break
    return Growth(frozenset(kept))


@lru_cache(maxsize=_REMEMBERED)
def _rank(term: Term) -> tuple[int, int, float, int, int, Term]:
    """How large a term is, as far as that can be told: no smaller one covers it."""
    factorials = exponentials = logs = items = 0
    degree = 0.0
    for factor in term:
        factorials += "!" in factor.exponential
        exponentials += bool(factor.exponential)
        degree += float(factor.power)
        logs += factor.logs
        items += factor.symbol.endswith("[]")
    return factorials, exponentials, degree, logs, -items, term
