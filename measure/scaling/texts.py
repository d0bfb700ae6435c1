"""Texts: what samples have in common, and more that have it too."""

from __future__ import annotations

import random
import re
import string
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from effilint.measure.scaling.brackets import CLOSING, PAIRS, brackets, is_balanced
from effilint.measure.scaling.constraints import Constraints
from effilint.measure.scaling.draft import Draft, NoRoomError

_SIGNS = "+-*/"
_PARTING = " +*,;/.-_:|"  # characters that may part pieces of a text
_ENOUGH, _MANY = 12, 20  # characters, none of which comes back in a text, are no chance
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_WORDS_FOR_UNIQUE = ("unique", "distinct", "duplicate", "permutation")
_WORDS_FOR_MIRRORED = ("palindrom",)


class Texts:
    """Texts like these samples.

    Kept, where all samples have it: the alphabet, the length if it never changes, words and what
    parts them, balanced brackets, numbers without leading zeros, palindromes, order, no character
    twice.
    """

    def __init__(self, samples: Sequence[str], constraints: Constraints) -> None:
        self._samples = list(samples)
        self._longer = [sample for sample in samples if len(sample) > 1]
        self._counts = Counter("".join(samples))
        self._is_unique = self._all_differ() and (
            constraints.mentions(*_WORDS_FOR_UNIQUE)
            or self._counts.total() > (_MANY if constraints.is_given else _ENOUGH)
        )
        self._signs = self._constant_signs()
        is_mirrored = self._longer and all(s == s[::-1] for s in self._longer)
        self._is_mirrored = is_mirrored and constraints.allows(*_WORDS_FOR_MIRRORED)
        self._is_sorted = bool(self._longer) and all(list(s) == sorted(s) for s in self._longer)
        self._is_sorted &= len(self._counts) > 1 and constraints.allows("sort", "order", "increas")
        lengths = {len(sample) for sample in samples}
        self.is_fixed = len(self._longer) > 1 and len(lengths) == 1 and self._has_format()
        self._ends = self._common_ends()
        self._inner: Texts | None = None
        if any(self._ends):
            first, last = map(len, self._ends)
            inside = [s[first : len(s) - last] for s in samples]
            self._inner = Texts(inside, constraints) if any(inside) else None
        self._period = self._found_period()
        self._has_zero_first = any(s[:1] == "0" for s in self._longer)

    def drawn(self, size: int, draft: Draft) -> str:
        """Return a text of about this many characters; `NoRoomError` if there are too few."""
        rng = draft.rng
        if size <= 0:
            return ""
        if self._inner is not None:
            around = self._ends
            inner = self._inner.drawn(max(size - len("".join(around)), 1), draft)
            return around[0] + inner + around[1]
        if self._period:
            return self._periodic(size, rng)
        if self._has_brackets():
            return self._bracketed(size, rng)
        if pieces := self._pieces():
            return self._pieced(size, pieces, rng)
        if self._is_mirrored:
            half = "".join(self._letters((size + 1) // 2, draft))
            return half + half[: size // 2][::-1]
        letters = self._letters(size, draft)
        if self._is_sorted:
            letters.sort()
        return self._without_zero("".join(letters), rng)

    def _letters(self, size: int, draft: Draft) -> list[str]:
        rng = draft.rng
        if self._is_unique and not draft.is_loose:
            return self._different(size, rng)
        if draft.is_varied:
            return rng.choices(self._wider, k=size)
        letters = sorted(set(self._counts) - set(self._signs)) or ["a"]
        weights = [self._counts[c] or 1 for c in letters]
        found = rng.choices(letters, weights=weights, k=max(size - self._signs.total(), 0))
        for sign in self._signs.elements():
            found.insert(rng.randrange(len(found) + 1), sign)
        return found

    def _different(self, size: int, rng: random.Random) -> list[str]:
        letters = set(self._counts)
        if size > len(letters):
            letters = set(self._wider)
        if size > len(letters):
            raise NoRoomError(f"there are only {len(letters)} different characters")
        return rng.sample(sorted(letters), size)

    @cached_property
    def _wider(self) -> list[str]:
        """The alphabet in order, with all that are letters or digits where some are."""
        letters = set(self._counts) or {"a"}
        return sorted(letters | {c for kind in _CLASSES if letters & set(kind) for c in kind})

    def _constant_signs(self) -> Counter[str]:
        """The signs that are in all texts, as often in each, though those are not as long."""
        if len({len(s) for s in self._longer}) < 2 or len(self._longer) < len(self._samples):
            return Counter()
        signs = {c for c in self._counts if not c.isalnum()}
        times = {sign: {s.count(sign) for s in self._samples} for sign in signs}
        return Counter({sign: min(n) for sign, n in times.items() if len(n) == 1})

    def _without_zero(self, text: str, rng: random.Random) -> str:
        digits = sorted(set(self._counts) & set("123456789"))
        is_number = bool(digits) and set(self._counts) <= set("0123456789")
        if is_number and text[:1] == "0" and not self._has_zero_first:
            return rng.choice(digits) + text[1:]
        return text

    def _common_ends(self) -> tuple[str, str]:
        """The signs that all texts begin and end with, if they stand nowhere else."""
        if len(self._longer) < 2 or len(self._longer) < len(self._samples):
            return "", ""
        first, last = self._samples[0][0], self._samples[0][-1]
        are_ends = all(
            s[0] == first and s[-1] == last and s.count(first) == s.count(last) == 1
            for s in self._samples
        )
        are_signs = not first.isalnum() and not last.isalnum() and first != last
        return (first, last) if are_ends and are_signs else ("", "")

    def _found_period(self) -> int:
        """After how many characters the kinds of characters come again; 0 if they do not."""
        total = sum(map(len, self._samples))
        lengths = {len(sample) for sample in self._samples}
        whole = tuple(lengths) if len(lengths) == 1 and len(self._samples) > 1 else ()
        for period in (2, 3, 4, *whole):
            if total < 2 * period or len(self._counts) <= 2:
                continue
            kinds = [
                {_kind(c) for s in self._samples for c in s[at::period]} for at in range(period)
            ]
            if all(len(kind) == 1 for kind in kinds) and len(set().union(*kinds)) > 1:
                return period
        return 0

    def _periodic(self, size: int, rng: random.Random) -> str:
        columns = [
            [c for s in self._samples for c in s[at :: self._period]] for at in range(self._period)
        ]
        if all(len(s) % self._period == 0 for s in self._samples):
            size = max(size // self._period, 1) * self._period
        return "".join(rng.choice(columns[place % self._period]) for place in range(size))

    def _all_differ(self) -> bool:
        return bool(self._longer) and all(len(set(s)) == len(s) for s in self._longer)

    def _has_format(self) -> bool:
        """Whether the same character that is no letter is at the same place in all of them."""
        columns = zip(*self._samples, strict=True)
        if not any(c.isalnum() for c in self._counts):
            return False
        return any(len(set(column)) == 1 and not column[0].isalnum() for column in columns)

    def _has_brackets(self) -> bool:
        texts = [s for s in self._samples if s]
        has_any = any(c in PAIRS for c in self._counts)
        return has_any and bool(texts) and all(map(is_balanced, texts))

    def _bracketed(self, size: int, rng: random.Random) -> str:
        if set(self._counts) <= {*PAIRS, *CLOSING}:
            return brackets(size, sorted(set(self._counts) & set(PAIRS)), rng)
        glue = next((sign for sign in _SIGNS if sign in self._counts), "")
        return self._repeated(size, glue, rng)

    def _pieces(self) -> str:
        """The character that parts the pieces of these texts, if there is one."""
        return next((c for c in _PARTING if c in self._counts and self._parts(c)), "")

    def _parts(self, parting: str) -> bool:
        """Whether a character parts pieces, rather than being a letter like any other."""
        texts = [s for s in self._samples if parting in s]
        if parting in " /":
            return True
        if parting in _SIGNS:
            texts = self._samples if any(c.isdigit() for c in self._counts) else []
        return bool(texts) and not any(
            s.startswith(parting) or s.endswith(parting) or 2 * parting in s for s in texts
        )

    def _pieced(self, size: int, parting: str, rng: random.Random) -> str:
        if any(not c.isalnum() and c != parting for c in self._counts):
            return self._repeated(size, parting, rng)
        rows = [sample.split(parting) for sample in self._samples]
        if len(rows) > 1 and len({len(row) for row in rows}) == 1 and parting != " ":
            return parting.join(rng.choice(column) for column in zip(*rows, strict=True))
        pieces = [piece for row in rows for piece in row]
        is_clean = all(pieces)
        words = [re.sub(r"\s+", " ", p) for p in pieces if p] or ["a"]
        found: list[str] = []
        length = 0
        while length < size:
            word = rng.choice(words) if rng.random() < 0.5 else _shuffled(rng.choice(words), rng)
            found.append(word)
            length += len(word) + 1
        if is_clean or parting != " ":
            text = parting.join(found)
            starts = all(s.startswith(parting) for s in self._samples if s)
            return parting + text if starts else text
        return "".join(word + parting * rng.choice((1, 1, 2)) for word in found)[:size]

    def _repeated(self, size: int, glue: str, rng: random.Random) -> str:
        """Samples one after the other, which keeps a grammar that nobody told us."""
        found: list[str] = []
        length = 0
        texts = [s for s in self._samples if s]
        while length < size:
            found.append(rng.choice(texts))
            length += len(found[-1]) + len(glue)
        if any(s.startswith(glue) or s.endswith(glue) for s in texts):
            glue = ""
        text = found[0]
        for piece in found[1:]:
            text += piece if piece[0] in _SIGNS else glue + piece
        return text


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "letter" if character.isalpha() else character


def _shuffled(word: str, rng: random.Random) -> str:
    letters = list(word)
    if word.isalpha():
        rng.shuffle(letters)
    return "".join(letters)
