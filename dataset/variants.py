"""A program in four variants, of each of which its time can be predicted; made when needed.

`original`; `names`: its own names numbered (`effilint.dataset.renaming`); `loops`: its loops and
recursion alone (`effilint.dataset.skeleton`); `deleted`: a fifth of its tokens taken out by chance,
so that it need not parse. Comments are gone from the second and the third.
"""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from effilint.dataset.problems import Solution
from effilint.dataset.renaming import renamed
from effilint.dataset.skeleton import skeleton

VARIANTS = ("original", "names", "loops", "deleted")
SHARE = 0.2  # of the tokens, that are deleted
_LAYOUT = {
    tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT,
    tokenize.ENDMARKER, tokenize.ENCODING,
}  # fmt: skip
_WORD = re.compile(r"\w+|[^\w\s]")

Span = tuple[int, int]


def variant(solution: Solution, name: str, seed: int = 0) -> str | None:
    """Return a variant of a solution, by its name in `VARIANTS`.

    None where there is none: the solution cannot be parsed. The seed is that of the tokens which
    are deleted; with the same one, and the same solution, they are the same.
    """
    if name == "original":
        return solution.code
    if name == "deleted":
        return with_deleted(solution.code, f"{seed} {solution.id}")
    try:
        return renamed(solution.code).code if name == "names" else skeleton(solution.code)
    except SyntaxError:
        return None


def with_deleted(code: str, seed: str, share: float = SHARE) -> str:
    """Return the code without a share of its tokens, chosen by chance; layout and comments stay."""
    spans = list(_tokens(code))
    chance = {
        place: hashlib.sha256(f"{seed} {place}".encode()).digest() for place in range(len(spans))
    }
    gone = set(sorted(chance, key=chance.__getitem__)[: round(share * len(spans))])
    parts, end = [], 0
    for place, span in enumerate(spans):
        if place in gone:
            parts.append(code[end : span[0]])
            end = span[1]
    return "".join(parts) + code[end:]


def _tokens(code: str) -> list[Span]:
    """Where tokens stand that are code; a string is one, whatever Python's version makes of it."""
    lines = io.StringIO(code, newline="").readlines()
    starts = [0, *accumulate(map(len, lines))]
    try:
        found = list(_significant(tokenize.generate_tokens(iter([*lines, ""]).__next__)))
    except (tokenize.TokenError, SyntaxError, StopIteration):
        return [match.span() for match in _WORD.finditer(code)]
    return [(starts[one.line] + one.at, starts[end.line] + end.at) for one, end in found]


def _significant(found: Iterable[tokenize.TokenInfo]) -> Iterator[tuple[_At, _At]]:
    """The start and the end of each token; from Python 3.12 on f-strings come in pieces."""
    depth, first = 0, _At(0, 0)
    for token in found:
        kind = tokenize.tok_name[token.type]
        start, end = (_At(line - 1, at) for line, at in (token.start, token.end))
        if kind == "FSTRING_START":
            first = first if depth else start
            depth += 1
        elif kind == "FSTRING_END":
            depth -= 1
            if not depth:
                yield first, end
        elif not depth and token.type not in _LAYOUT and start != end:
            yield start, end


class _At(NamedTuple):
    line: int
    at: int
