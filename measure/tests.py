"""Tests as data: inputs of a program, and the results that are right for them.

tests = Tests.load("two_sum.json")
tests = Tests.from_asserts("def check(f): assert f([1, 2]) == 3", "total")
tests = Tests((Case(call([1, 2]), 3), Case(call([]), 0)), "total")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from effilint.measure import wire
from effilint.measure.equality import Rule
from effilint.measure.extraction import CannotExtractError, Claim, Untold, extracted
from effilint.measure.sandbox import Limits, Sandbox, call
from effilint.measure.shared import shared_sandbox
from effilint.measure.tests_file import BadTestsError, File, entry_of, parsed, read


@dataclass(frozen=True)
class Case:
    """One input and its result.

    `input`: what `call` gives, or what a script reads. `expected`: the result as data, or what a
    script prints. `rule`: when a result counts as this one, if not by the rule for all cases.
    `line`: where in the tests it stands; 0 if nobody knows.
    """

    input: bytes
    expected: Any
    rule: Rule | None = None
    line: int = 0


@dataclass(frozen=True)
class Tests:
    """The cases of one problem.

    `entry`: the function to call, `f` or `Solution.f`; None for a script. `prelude` runs before a
    solution in the same namespace. `untold`: what the source of the tests asks beyond the cases
    and could not be told as data; a program can be right by all cases and still fail there.

    Raises `BadTestsError` where there is no case, or an expected result is no data.
    """

    __test__: ClassVar[bool] = False  # or pytest takes it for a class of tests
    cases: tuple[Case, ...]
    entry: str | None = None
    prelude: str = ""
    rule: Rule = field(default_factory=Rule)
    limits: Limits = field(default_factory=Limits)
    untold: tuple[Untold, ...] = ()

    def __post_init__(self) -> None:
        if not self.cases:
            reasons = "".join(f"; line {line}: {why}" for line, why in self.untold[:3])
            raise BadTestsError(f"the tests hold no case{reasons}")
        for number, case in enumerate(self.cases):
            _require_data(case, number, self.entry)

    @classmethod
    def load(cls, path: str | Path, *, sandbox: Sandbox | None = None) -> Tests:
        """Read a file of tests, JSON or JSON lines; docs/tests_format.md tells what is in it.

        Where it holds asserts, they are run in `sandbox`. Raises `BadTestsError`, or `OSError` for
        a file that cannot be read.
        """
        return cls._of(read(Path(path)), sandbox)

    @classmethod
    def from_content(cls, content: object, *, sandbox: Sandbox | None = None) -> Tests:
        """Take what a file of tests holds, as one JSON object, read; raises `BadTestsError`."""
        return cls._of(parsed(content), sandbox)

    @classmethod
    def _of(cls, file: File, sandbox: Sandbox | None) -> Tests:
        if file.asserts is None:
            return cls._of_cases(file)
        found = cls.from_asserts(file.asserts, file.entry or "", file.prelude, sandbox=sandbox)
        return cls(found.cases, found.entry, found.prelude, file.rule, file.limits, found.untold)

    @classmethod
    def _of_cases(cls, file: File) -> Tests:
        cases = []
        for entry in file.cases:
            given = entry.input
            content = given.encode() if given is not None else call(*entry.arguments, **entry.named)
            cases.append(Case(content, entry.expected, entry.rule, entry.line))
        return cls(tuple(cases), file.entry, file.prelude, file.rule, file.limits)

    @classmethod
    def from_asserts(
        cls,
        source: str | Sequence[str],
        entry: str,
        prelude: str = "",
        *,
        limits: Limits | None = None,
        sandbox: Sandbox | None = None,
    ) -> Tests:
        """Make tests of asserts: of `def check(candidate): ...`, or of those at the top.

        `source` may be a list of statements too. `entry` is `f`, `Solution.f` or `Solution().f`.
        The source and the prelude run in a sandbox, without any solution. Raises `BadTestsError`
        if they do not come to an end, or nothing in them can be told as data.
        """
        text = source if isinstance(source, str) else "\n".join(source)
        entry = entry_of(entry)
        try:
            found = list(extracted(text, prelude, entry, sandbox or shared_sandbox()))
        except CannotExtractError as error:
            raise BadTestsError(str(error)) from None
        claims = [claim for claim in found if isinstance(claim, Claim)]
        plain = Rule()
        cases = tuple(
            Case(c.input, c.expected, None if c.rule == plain else c.rule, c.line) for c in claims
        )
        untold = tuple(note for note in found if isinstance(note, Untold))
        return cls(cases, entry, prelude, limits=limits or Limits(), untold=untold)


def _require_data(case: Case, number: int, entry: str | None) -> None:
    if entry is None:
        if not isinstance(case.expected, str):
            raise BadTestsError(f"case {number}: what a script prints must be a text")
        return
    try:
        wire.dump(case.expected)
    except (wire.NotPlainError, RecursionError) as error:
        raise BadTestsError(f"case {number}: the expected result is no data: {error}") from None
