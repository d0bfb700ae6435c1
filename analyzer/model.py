"""The nouns every other module speaks in."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from effilint.analyzer.taxonomy import Behaviour, behaviour_of
from effilint.analyzer.verification import Verdict, Verification

if TYPE_CHECKING:
    import libcst as cst

    Replacement: TypeAlias = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]
    Transform: TypeAlias = Callable[[cst.CSTNode], Replacement]


class Safety(enum.StrEnum):
    """Whether a fix keeps the meaning of every program or only of those the docs describe."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Tier(enum.StrEnum):
    """What kind of gain a rule brings; asymptotic and constant rules are on by default."""

    ASYMPTOTIC = "asymptotic"
    CONSTANT = "constant"
    MEMORY = "memory"
    IDIOM = "idiom"


@dataclass(frozen=True, slots=True)
class Gain:
    """What following a rule brings: complexity before and after, and measured ratios.

    `measured` maps a size n to time before / time after at that size (peak memory before /
    after for the memory tier), smallest size first; `python benchmarks/gains.py CODE` prints it.
    """

    before: str
    after: str
    measured: dict[int, float]
    tier: Tier = Tier.ASYMPTOTIC

    @property
    def ratio(self) -> float:
        """The ratio at the middle size: what a user may expect, not the best case."""
        return list(self.measured.values())[len(self.measured) // 2]


@dataclass(frozen=True, slots=True)
class Edit:
    """Rewrite the concrete-syntax node found where `at` is; rules yield these.

    `transform` gets the LibCST node and returns what takes its place. For an expression that is
    an expression; parentheses around it stay (a tuple's or generator's own go when something
    else replaces it). For a statement it is a `SimpleStatementLine` or a compound statement, and
    what comes back is one of these, `RemoveFromParent()` or a `FlattenSentinel`; a statement that
    shares its line (`a; b`, `if x: a`) must come back as one simple statement or be removed.
    Inner edits run first. An exception, or a comment that would be lost, means that there is no
    fix.
    """

    at: ast.expr | ast.stmt
    transform: Transform


@dataclass(frozen=True, slots=True)
class AddImport:
    """The fix needs `import module`, or `from module import name`, at the top of the file."""

    module: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace the text between two places by `content`.

    Lines count from 1; columns count characters from 1; the end is exclusive.
    """

    content: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Fix:
    """A rewrite of the source: what it does, how safe it is, and the text it changes."""

    message: str
    safety: Safety
    edits: tuple[TextEdit, ...]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding at one place, as plain data.

    Lines count from 1, columns count characters from 1, the end is exclusive. `cell` is the
    notebook code cell (from 1) that the lines count in, or None. `behaviour` is the prefix of
    the behaviour (`effilint.analyzer.taxonomy`), `advice` says what to do instead. `verified` is
    None where nothing was run.
    """

    code: str
    name: str
    message: str
    advice: str
    behaviour: str
    filename: str
    line: int
    column: int
    end_line: int
    end_column: int
    confidence: float
    gain: Gain
    fix: Fix | None = None
    cell: int | None = None
    verified: Verification | None = None

    def is_fixable(self, unsafe: bool) -> bool:
        """Whether its fix may be applied: a safe one, or any if `unsafe`; proven if run."""
        if self.fix is None or (self.verified and self.verified.status is not Verdict.VERIFIED):
            return False
        return unsafe or self.fix.safety is Safety.SAFE

    def __str__(self) -> str:
        cell = f"cell {self.cell}:" if self.cell else ""
        return f"{self.filename}:{cell}{self.line}:{self.column}: {self.code} {self.message}"


@dataclass(frozen=True, slots=True)
class Bad:
    """Code a rule flags on the lines marked `# <CODE>`, and what to write instead.

    `fixed` is the exact result of the fix, or, for a rule without one, the advice carried out.
    `workload` is an expression in `n` that calls the code and returns a comparable result; it
    is run against both versions to compare and time them.
    """

    code: str
    fixed: str = ""
    workload: str = ""


@dataclass(frozen=True, slots=True)
class Good:
    """A near miss: code the rule must stay silent on."""

    code: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule yields: the rule, the place, the words, and how to rewrite it."""

    rule: Rule
    node: ast.expr | ast.stmt
    message: str
    advice: str
    edits: tuple[Edit | AddImport, ...] = ()


class Rule:
    """Subclass, fill in the attributes, and write `visit_<Node>` methods that yield findings.

    `name` names the bad pattern and reads after "allow". `message` and `advice` are
    `str.format` templates filled by `report`. `calls` narrows `visit_Call` to calls whose
    function or method has one of these names. `confidence` is the share of findings on real
    code whose claim was true and whose advice held when read (how much data there is, nobody can
    read in code); below 0.95 a rule is off by default.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    message: ClassVar[str]
    advice: ClassVar[str]
    gain: ClassVar[Gain]
    examples: ClassVar[tuple[Bad | Good, ...]]
    safety: ClassVar[Safety] = Safety.SAFE
    confidence: ClassVar[float] = 0.95
    calls: ClassVar[frozenset[str]] = frozenset()

    @property
    def behaviour(self) -> Behaviour:
        """The inefficient behaviour this rule finds, from its code."""
        return behaviour_of(self.code)

    @property
    def on_by_default(self) -> bool:
        """Whether the rule runs when nothing is selected."""
        return self.gain.tier in (Tier.ASYMPTOTIC, Tier.CONSTANT) and self.confidence >= 0.95

    def report(
        self,
        node: ast.expr | ast.stmt,
        *edits: Edit | AddImport,
        **fields: object,
    ) -> Finding:
        """Return the finding of this rule at `node`; `fields` fill the message and advice."""
        message, advice = self.message.format(**fields), self.advice.format(**fields)
        return Finding(self, node, _one_line(message), _one_line(advice), edits)


def _one_line(text: str) -> str:
    """Source text in a message may have come from several lines."""
    return " ".join(text.split()) if "\n" in text else text
