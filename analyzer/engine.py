"""Run rules over a syntax tree in one walk."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from effilint.analyzer.context import Context
from effilint.analyzer.facts.cold import is_cold
from effilint.analyzer.model import Diagnostic, Finding, Rule
from effilint.analyzer.patterns import is_compiled, last_name
from effilint.analyzer.source import Source
from effilint.analyzer.suppress import Suppressions

Visitor = Callable[[ast.AST, Context], Iterator[Finding]]


class Linter:
    """A set of rules, indexed by the node types and the called names they look at."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_type: dict[type[ast.AST], list[Visitor]] = defaultdict(list)
        self._by_call: dict[str, list[Visitor]] = defaultdict(list)
        for rule in self.rules:
            for method in dir(rule):
                if not method.startswith("visit_"):
                    continue
                visit = getattr(rule, method)
                if method == "visit_Call" and rule.calls:
                    for name in rule.calls:
                        self._by_call[name].append(visit)
                else:
                    self._by_type[getattr(ast, method.removeprefix("visit_"))].append(visit)

    def findings(self, context: Context) -> Iterator[Finding]:
        """Yield what the rules find, in no particular order.

        Nothing is found in functions that a decorator compiles: Python's costs are not theirs.
        """
        for finding in self._visited(context):
            if not is_compiled(context.ancestors(finding.node)):
                yield finding

    def _visited(self, context: Context) -> Iterator[Finding]:
        """Code nested too deep for the facts counts as unknown, and unknown is silent."""
        for node_type, visitors in self._by_type.items():
            for node in context.index.get(node_type, ()):
                for visit in visitors:
                    try:
                        yield from visit(node, context)
                    except RecursionError:
                        continue
        if not self._by_call:
            return
        by_call = self._by_call
        for node in context.index.get(ast.Call, ()):
            assert isinstance(node, ast.Call)
            for visit in by_call.get(last_name(node.func) or "", ()):
                try:
                    yield from visit(node, context)
                except RecursionError:
                    continue

    def check(self, source: Source) -> list[Diagnostic]:
        """Return the diagnostics of `source` in source order; `SourceError` if it cannot parse.

        Suppressed findings are left out, and those where nobody waits for the code: see `is_cold`.
        Fixes are resolved to text.
        """
        context = Context(source)
        try:
            return self._diagnostics(context, source)
        finally:
            context.close()

    def _diagnostics(self, context: Context, source: Source) -> list[Diagnostic]:
        found = [f for f in self.findings(context) if not is_cold(f.node, context)]
        if not found:
            return []
        suppressions = Suppressions(source)
        kept = [finding for finding in found if not suppressions.covers(finding)]
        if not kept:
            return []
        # LibCST costs more to import than a small file costs to lint.
        if any(finding.edits for finding in kept):
            from effilint.analyzer.fixer import resolve

            fixes = [resolve(finding, context) if finding.edits else None for finding in kept]
        else:
            fixes = [None] * len(kept)
        return sorted(
            (context.diagnostic(finding, fix) for finding, fix in zip(kept, fixes, strict=True)),
            key=lambda d: (d.cell or 0, d.line, d.column, d.code),
        )
