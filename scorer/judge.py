"""Answers under the tests of their problem: tests read once, equal answers run once."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import NamedTuple

from effilint.measure import (
    BadTestsError,
    Pending,
    Sandbox,
    SandboxError,
    Tests,
    Verdict,
    submit_tests,
)
from effilint.scorer.recent import Recent

_VERDICTS, _TESTS = 8192, 512  # that are remembered
_ASSERT = "assert"


class Ruling(NamedTuple):
    """The fraction of the tests that an answer passes, and the verdict."""

    passed: float
    verdict: Verdict


class Judge:
    """Runs answers under tests, each for so many seconds at most."""

    def __init__(self, sandbox: Sandbox | None, timeout: float) -> None:
        self._sandbox, self._timeout = sandbox, timeout
        # With the tests, so that no others have their number meanwhile.
        self._rulings: Recent[tuple[Tests, Ruling]] = Recent(_VERDICTS)
        self._read: Recent[Tests | str] = Recent(_TESTS)

    def tests_of(self, given: object, entry: str | None) -> Tests | str:
        """Return tests in any form, or why there are none.

        `Tests`, a path, what a file of tests holds (a mapping, or its JSON), or asserts: a list of
        them, or the text of `def check(candidate)`; these need an `entry`.
        """
        if isinstance(given, Tests):
            return given
        if given is None:
            return "there are no tests"
        key = _digest(given, entry)
        known = self._read.get(key)
        if known is None:
            known = self._loaded(given, entry)
            self._read.put(key, known)
        return known

    def _loaded(self, given: object, entry: str | None) -> Tests | str:
        try:
            return self._made(given, entry)
        except (BadTestsError, SandboxError, OSError, ValueError, TypeError) as error:
            return f"the tests cannot be used: {error}"

    def _made(self, given: object, entry: str | None) -> Tests:
        if isinstance(given, Path):
            return Tests.load(given, sandbox=self._sandbox)
        if isinstance(given, Mapping):
            return Tests.from_content(dict(given), sandbox=self._sandbox)
        if isinstance(given, str) and given.lstrip().startswith("{"):
            return Tests.from_content(json.loads(given), sandbox=self._sandbox)
        if isinstance(given, str) and _ASSERT not in given:
            return Tests.load(given, sandbox=self._sandbox)
        is_list = isinstance(given, Sequence) and all(isinstance(one, str) for one in given)
        if not is_list:
            raise TypeError(f"nobody knows what {type(given).__name__} means")
        if not entry:
            raise ValueError("asserts need the name of the function that they call: entry")
        return Tests.from_asserts(given, entry, sandbox=self._sandbox)  # type: ignore[arg-type]

    def rulings(self, asked: Sequence[tuple[str, Tests] | None]) -> list[Ruling | None]:
        """Return what becomes of each program; None for None, and where the sandbox failed.

        One that takes longer than it may passes nothing.
        """
        different = {(one[0], id(one[1])): one for one in asked if one is not None}
        found: dict[tuple[str, int], Ruling | None] = {}
        waiting: dict[tuple[str, int], Pending | None] = {}
        for key, one in different.items():
            known = self._rulings.get(key)
            if known is not None:
                found[key] = known[1]
            else:
                waiting[key] = self._submitted(*one)
        for key, pending in waiting.items():
            found[key] = ruling = self._waited_for(pending)
            if ruling is not None:
                self._rulings.put(key, (different[key][1], ruling))
        return [None if one is None else found[one[0], id(one[1])] for one in asked]

    def _submitted(self, text: str, tests: Tests) -> Pending | None:
        try:
            return submit_tests(text, tests, sandbox=self._sandbox)
        except SandboxError:
            return None

    def _waited_for(self, pending: Pending | None) -> Ruling | None:
        if pending is None:
            return None
        late = threading.Event()

        def stop() -> None:
            late.set()
            pending.cancel()

        # Those before it have come to their end: it runs now, or as soon as there is a process.
        timer = threading.Timer(self._timeout, stop)
        timer.daemon = True
        timer.start()
        try:
            report = pending.result()
        except (SandboxError, CancelledError):
            return Ruling(0.0, Verdict.TIME_LIMIT) if late.is_set() else None
        finally:
            timer.cancel()
        if late.is_set():
            return Ruling(0.0, Verdict.TIME_LIMIT)
        failed = any(one.verdict is Verdict.SYSTEM_ERROR for one in report.outcomes)
        return None if failed else Ruling(report.passed, report.verdict)


def _digest(given: object, entry: str | None) -> str:
    text = given if isinstance(given, str) else json.dumps(given, default=str, sort_keys=True)
    return hashlib.sha256(f"{type(given).__name__} {entry} {text}".encode()).hexdigest()
