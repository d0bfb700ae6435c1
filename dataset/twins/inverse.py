"""What an inverse is: it turns an efficient construct of a program into an inefficient one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from effilint.analyzer.taxonomy import BEHAVIOURS, Behaviour

if TYPE_CHECKING:
    from effilint.dataset.twins.original import Original

Span = tuple[int, int]  # offsets in a text; the end is exclusive

OF_MEMORY = frozenset(("MEM1", "MEM2"))  # behaviours whose twins take more memory


@dataclass(frozen=True)
class Change:
    """The text between two offsets becomes another one; all else stays as it is."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Site:
    """A place where an inverse applies.

    `marks` are the spans, in the text before, that hold what is inefficient afterwards; if there
    are none, that is all that the changes put in. `names` are variables that are new.
    """

    changes: tuple[Change, ...]
    marks: tuple[Span, ...] = ()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Example:
    """A program, and what it becomes at the first site; `«` and `»` stand around the labels.

    `call` is an expression that both give the same value for.
    """

    before: str
    after: str
    call: str = ""


class Inverse:
    """Subclass, fill in the attributes, and write `sites`.

    `name` says what becomes of what. `codes` are the rules whose findings are made, the first
    of them the one that says the behaviour; where no rule finds it, `prefix` is the behaviour's.
    An inverse may be wrong at a site, or change nothing that counts: every twin is run.
    """

    name: ClassVar[str]
    codes: ClassVar[tuple[str, ...]] = ()
    prefix: ClassVar[str] = ""
    examples: ClassVar[tuple[Example, ...]] = ()

    @property
    def behaviour(self) -> Behaviour:
        """The inefficient behaviour that it makes."""
        return BEHAVIOURS[self.prefix or self.codes[0][:4]]

    @property
    def is_of_memory(self) -> bool:
        """Whether the twin has to take more memory, and not more time."""
        return self.behaviour.prefix in OF_MEMORY

    def sites(self, original: Original) -> Iterator[Site]:
        """Yield the places where it applies, in the order of the text."""
        raise NotImplementedError
