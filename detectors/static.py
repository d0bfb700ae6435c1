"""The static detector: the linter engine running the rules."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from effilint.analyzer.engine import Linter
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.rules import all_rules

LEARNED = tuple(f"{prefix}00" for prefix in BEHAVIOURS)  # codes of the learned detector


class UnknownCodeError(ValueError):
    """A selector names no rule, behaviour or family; `str` is one clear line."""


def select_codes(
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    extend_select: Iterable[str] = (),
) -> frozenset[str]:
    """Return the codes that selectors such as `DST`, `DST1`, `DST101` or `ALL` stand for.

    They are those of rules, and of the learned detector: a behaviour's prefix and `00`. With
    `select` None the rules that are on by default are taken, and all of the learned detector. The
    longest selector that covers a code decides, so `select=DST, ignore=DST1, extend_select=DST101`
    keeps `DST101`; of equal ones `ignore` wins. Raises `UnknownCodeError` for a selector that
    covers no code.
    """
    known = {code: rule.on_by_default for code, rule in all_rules().items()}
    known |= dict.fromkeys(LEARNED, True)
    chosen = tuple(select) if select is not None else ()
    wanted = [_prefix(selector) for selector in (*chosen, *extend_select)]
    unwanted = [_prefix(selector) for selector in ignore]
    codes = set()
    for code, is_on in known.items():
        for_it = max((len(p) for p in wanted if code.startswith(p)), default=-1)
        if for_it < 0 and select is None and is_on:
            for_it = 0
        against = max((len(p) for p in unwanted if code.startswith(p)), default=-1)
        if for_it > against:
            codes.add(code)
    return frozenset(codes)


def _prefix(selector: str) -> str:
    prefix = selector.strip().upper()
    if prefix == "ALL":
        return ""
    if not prefix or not any(code.startswith(prefix) for code in (*all_rules(), *LEARNED)):
        raise UnknownCodeError(f"unknown rule code {selector!r}")
    return prefix


@cache
def linter(codes: frozenset[str]) -> Linter:
    """Return the engine for these rules, built once for each set of codes."""
    return Linter(rule for code, rule in all_rules().items() if code in codes)
