"""The numbers that LeetCode shows, by the names in its addresses, and which are held back.

Data sets name a problem by its shown number, by its name, or by an inner number (`question_id`)
that is another one for three problems in four from about 750 on; the names join them.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_TABLE = "leetcode_numbers.tsv.gz"  # number, name; from noworneverev/leetcode-api (MIT)
_INTERVIEW = 100_000  # from here on inner numbers are those of problems that have no number
_ONE_IN = 5


def identity(name: str, number: int | None, question: int | None = None) -> tuple[str, int | None]:
    """Return the name and the number of a LeetCode problem, as far as anything is known of them.

    `number` is the shown one. `question` is the inner one, which stands in for it where the name
    is younger than our table: problems from 3000 on are given by the shown one there too.
    """
    names, numbers = _tables()
    if number is not None:
        return names.get(number, name), number
    if (known := numbers.get(name)) is not None:
        return name, known
    return name, question if question is not None and question < _INTERVIEW else None


def is_held_back(number: int) -> bool:
    """Return whether the problem of this shown number is kept for the final test.

    Nobody trains or tunes on those.
    """
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return int(digest, 16) % _ONE_IN == 0


@cache
def _tables() -> tuple[Mapping[int, str], Mapping[str, int]]:
    text = gzip.decompress(files("effilint.dataset").joinpath(_TABLE).read_bytes()).decode()
    rows = [line.split("\t") for line in text.splitlines()]
    names = {int(number): name for number, name in rows}
    return names, {name: number for number, name in names.items()}
