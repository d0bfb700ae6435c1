"""Prove fixes: run the code as it is and as it would be, and see that it does the same, faster."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from effilint.analyzer import fixer
from effilint.analyzer.context import Context
from effilint.analyzer.model import Diagnostic, Fix, Tier
from effilint.analyzer.signatures import NotCallableError, Signature, signature
from effilint.analyzer.source import Source
from effilint.analyzer.verification import Verdict, Verification
from effilint.outcome import Proof

if TYPE_CHECKING:
    from effilint.measure import Pair, Program, Proven, Sandbox

_FASTER = 1.05
_SPECIFICATION = re.compile(r"(?P<module>[^\W\d]\w*(\.[^\W\d]\w*)*|.+\.py):(?P<name>[^\W\d]\w*)")
_PACKAGES = ("site-packages", "dist-packages")


class InputsError(ValueError):
    """What is to give the inputs is not there; `str` is one clear line."""


class Prover:
    """A linter that also says whether the fixes it offers hold."""

    def __init__(self, linter: fixer.Checker, proof: Proof) -> None:
        self._linter = linter
        self._proof = proof
        self._known: dict[object, Verification] = {}
        self._opened: tuple[tuple[str, ...], Sandbox] | None = None

    def check(self, source: Source) -> list[Diagnostic]:
        """Return the diagnostics of `source`, those with a fix with its verification."""
        found = self._linter.check(source)
        if not any(d.fix for d in found):
            return found
        context = Context(source)
        try:
            return [self._verified(d, d.fix, context) if d.fix else d for d in found]
        finally:
            context.close()

    def _verified(self, diagnostic: Diagnostic, fix: Fix, context: Context) -> Diagnostic:
        try:
            called = signature(context, diagnostic.line) if diagnostic.cell is None else None
        except NotCallableError as error:
            return replace(diagnostic, verified=_unverifiable(str(error)))
        if called is None:
            reason = "a notebook is a program, not functions to call"
            return replace(diagnostic, verified=_unverifiable(reason))
        # A fix of another rule, or one that was refused before, may stand in the same text.
        key = (diagnostic.code, diagnostic.line, called.name, context.source.text, fix)
        if key not in self._known:
            self._known[key] = self._run(diagnostic, fix, called, context.source)
        return replace(diagnostic, verified=self._known[key])

    def _run(
        self, diagnostic: Diagnostic, fix: Fix, called: Signature, source: Source
    ) -> Verification:
        from effilint.measure import Argument, CannotRun, Differs, Inputs, Pair, prove

        arguments = [Argument(p.name, p.type, p.is_keyword) for p in called.parameters]
        inputs = Inputs(arguments, called.examples)
        generator = generator_of(self._proof.inputs) if self._proof.inputs else None
        if generator is None and inputs.missing:
            return _unverifiable(f"no inputs for parameter `{inputs.missing}`")
        if generator is None and not arguments:
            return _unverifiable("it takes no arguments that could grow")
        text, applied = fixer.apply(source, [fix])
        if not applied:
            return _unverifiable("the fix cannot be applied")
        old = _program(source, called.name)
        memory = diagnostic.gain.tier is Tier.MEMORY
        new = replace(old, text=text)
        pair = Pair(old, new, inputs, generator, memory, self._proof.timeout)
        try:
            return _verdict(prove(pair, self._sandbox(pair)), pair)
        except Differs as error:
            return Verification(Verdict.DIFFERS, str(error), metric=_metric(pair))
        except CannotRun as error:
            return _unverifiable(str(error))

    def _sandbox(self, pair: Pair) -> Sandbox:
        """Return a sandbox in which the modules beside the code can be read; one at a time."""
        from effilint.measure import CannotRun, Sandbox, SandboxError

        programs = [pair.old, *([pair.generator] if pair.generator else [])]
        folders = {folder for program in programs for folder in program.path}
        readable = tuple(sorted(f for f in folders if os.path.isdir(f) and f != os.sep))
        if self._opened is None or self._opened[0] != readable:
            if self._opened is not None:
                self._opened[1].close()
                self._opened = None
            try:
                self._opened = readable, Sandbox(workers=1, readable=readable)
            except SandboxError as error:
                raise CannotRun(str(error)) from None
        return self._opened[1]


def generator_of(specification: str) -> Program:
    """Return the program that `module:function` or `file.py:function` names.

    Raises `InputsError`. Nothing is imported or run.
    """
    from effilint.measure import Program

    match = _SPECIFICATION.fullmatch(specification)
    if match is None:
        raise InputsError("must be MODULE:FUNCTION or FILE.py:FUNCTION")
    module, name = match["module"], match["name"]
    if not module.endswith(".py"):
        text = f"from {module} import {name}\n"
        return Program(text, name, filename="inputs", path=(os.getcwd(), *_site_packages()))
    try:
        with open(module, "rb") as file:
            text = Source.from_bytes(file.read(), module).text
    except (OSError, ValueError) as error:
        raise InputsError(f"{module} cannot be read: {error}") from error
    path = os.path.abspath(module)
    places = (os.path.dirname(path), *_site_packages())
    return Program(text, name, filename=path, path=places)


def _program(source: Source, function: str) -> Program:
    from effilint.measure import Program

    path = os.path.abspath(source.filename)
    root, package = os.path.dirname(path), []
    while os.path.exists(os.path.join(root, "__init__.py")):
        package.append(os.path.basename(root))
        root = os.path.dirname(root)
    places = (root, *_site_packages())
    name = ".".join(reversed(package))
    return Program(source.text, function, filename=path, path=places, package=name)


def _site_packages() -> list[str]:
    return [path for path in sys.path if os.path.basename(path) in _PACKAGES]


def _verdict(found: Proven, pair: Pair) -> Verification:
    status, reason = Verdict.VERIFIED, ""
    if found.ratio < _FASTER:
        status = Verdict.SLOWER
        what = "takes no less memory" if pair.memory else "not faster"
        reason = f"{what} ({found.ratio:.3g}x at n={found.n:,})"
    figures = (found.ratio, found.n, found.before, found.after)
    return Verification(status, reason, *figures, _metric(pair))


def _metric(pair: Pair) -> str:
    return "memory" if pair.memory else "time"


def _unverifiable(reason: str) -> Verification:
    return Verification(Verdict.UNVERIFIABLE, reason)
