"""Advice of others that touches our rules, with the figures measured in docs/folklore.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Rules of ours that say the opposite of what others advise in the rows of docs/folklore.md.
OPPOSITE = {
    "API103": ("any-for-a-loop",),
    "API109": ("min-for-an-if",),
    "LNG112": ("any-for-a-loop",),
    "OTH303": ("suppress-without-exception", "suppress-with-exception"),
}
# Rows that are close to what a rule of ours says.
CLOSE = {
    "ALG202": ("any-of-generator-no-match", "any-of-generator-early-match"),
    "ALG203": ("any-of-generator-no-match", "any-of-generator-early-match"),
    "ALG401": ("tuple-for-three-texts", "set-for-eight-texts"),
    "ALG503": ("counter-for-a-few-counts", "counter-for-a-small-input"),
    "ALG505": ("seen-set",),
    "API102": ("nsmallest-half",),
    "API205": ("yield-from",),
    "DST105": ("set-of-names", "tuple-for-three-numbers", "set-for-three-numbers"),
    "DST301": ("local-string-append",),
    "DST302": ("local-string-append",),
    "DST303": ("local-string-append",),
    "DST401": ("memoryview-chunks",),
    "LNG101": ("sum-of-attributes",),
    "LNG103": ("sum-of-ones",),
    "LNG104": ("counter-for-a-small-input",),
    "LNG203": ("extend-generator", "list-comprehension"),
    "LNG204": ("enumerate",),
    "LNG205": ("hoisted-len",),
    "LNG206": ("tuple-of-generator",),
    "MEM201": ("sum-of-generator", "join-of-generator", "tuple-of-generator"),
    "OTH301": ("test-before-lookup", "counter-for-a-small-input"),
    "OTH304": ("try-out-of-loop",),
}
_ROW = re.compile(
    r"^\| \[(?P<tip>[^]]+(?:\][^(][^]]*)*)\]\(#(?P<key>[a-z-]+)\) \| (?P<rest>.+) \|$"
)


@dataclass(frozen=True, slots=True)
class Advice:
    """A row of docs/folklore.md; `by` is empty for a common tip."""

    key: str
    tip: str
    by: str
    ratios: tuple[str, ...]
    outcome: str

    def __str__(self) -> str:
        who = f"Asked for by {self.by}" if self.by else "A common tip"
        return (
            f"{who}: {self.tip}. Measured: {', '.join(self.ratios)}, {self.outcome} "
            f"([figures and code](../folklore.md#{self.key}))."
        )


def read_advice(page: str) -> dict[str, Advice]:
    """Return the rows of docs/folklore.md by their keys."""
    return {row.key: row for row in _rows(page)}


def _rows(page: str) -> Iterator[Advice]:
    for line in page.splitlines():
        found = _ROW.match(line)
        if found is None:
            continue
        *by, small, middle, large, outcome = found["rest"].split(" | ")
        yield Advice(found["key"], found["tip"], "".join(by), (small, middle, large), outcome)


def about(code: str, table: Mapping[str, tuple[str, ...]], advice: Mapping[str, Advice]) -> str:
    """Return what `table` names for a rule as a Markdown list, or nothing."""
    return "\n".join(f"- {advice[key]}" for key in table.get(code, ()))
