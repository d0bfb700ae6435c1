"""What a rule may ask about the file it looks at; every answer is computed once, when asked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from effilint.analyzer.facts.loops import Loop, Loops
from effilint.analyzer.facts.names import Names
from effilint.analyzer.facts.scopes import Binding, Kind, Scopes, Symbol
from effilint.analyzer.model import Diagnostic, Finding, Fix
from effilint.analyzer.patterns import reads_by_name
from effilint.analyzer.source import Source
from effilint.analyzer.tree import index

if TYPE_CHECKING:
    from effilint.analyzer.facts.calls import Calls
    from effilint.analyzer.facts.changes import Changes
    from effilint.analyzer.facts.circles import Circles
    from effilint.analyzer.facts.cost import Cost, Costs
    from effilint.analyzer.facts.entries import Entries
    from effilint.analyzer.facts.inference import Inference
    from effilint.analyzer.facts.lattice import Type
    from effilint.analyzer.facts.purity import Purity
    from effilint.analyzer.facts.searches import Searches
    from effilint.analyzer.facts.types import Types

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Context:
    """A parsed file and the facts about it; `SourceError` if it does not parse.

    The modules of the facts are imported with the first question: most small files ask few.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tree = source.parse()
        self.index, self.parents = index(self.tree)

    def close(self) -> None:
        """Forget everything; no question can be asked any more.

        Context and facts point at each other, and the tree would stay until the garbage
        collector, which is off while linting, found out.
        """
        scopes = self.__dict__.get("scopes")
        if scopes is not None:
            scopes.close()
        self.__dict__.clear()

    # Where a node stands.

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds `node`; None for the module."""
        return self.parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around `node`, innermost first."""
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def inside(self, node: ast.AST, region: ast.AST) -> bool:
        """Whether `node` is `region` or stands in it."""
        return node is region or any(outer is region for outer in self.ancestors(node))

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds `node`, or `node` itself."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The list of statements (a body, an `else`, ...) that `statement` is an item of."""
        parent = self.parents[statement]
        for name in ("body", "orelse", "finalbody"):
            block = getattr(parent, name, None)
            if isinstance(block, list) and statement in block:
                return block
        return [statement]

    def following(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements after `statement` in its block."""
        block = self.block(statement)
        return block[block.index(statement) + 1 :]

    def previous(self, statement: ast.stmt) -> ast.stmt | None:
        """The statement before `statement` in its block."""
        block = self.block(statement)
        place = block.index(statement)
        return block[place - 1] if place else None

    def function(self, node: ast.AST) -> FunctionNode | None:
        """The innermost `def` around `node`."""
        for outer in self.ancestors(node):
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
                return outer
        return None

    def segment(self, node: ast.AST) -> str:
        """The source text of `node`."""
        return self.source.segment(node)

    # Names.

    @cached_property
    def scopes(self) -> Scopes:
        """The scopes of the file."""
        return Scopes(self.tree, self.index, self.parents)

    @cached_property
    def names(self) -> Names:
        """What names and dotted names refer to."""
        return Names(self)

    def symbol(self, node: ast.AST) -> Symbol | None:
        """The variable a name (or argument, alias, definition) stands for; None for built-ins."""
        return self.scopes.symbol(node)

    def uses(self, node: ast.AST) -> list[ast.Name]:
        """Every read of the variable that `node` names, in nested functions too."""
        symbol = self.scopes.symbol(node)
        return self.scopes.loads(symbol) if symbol else []

    def bindings(self, node: ast.AST) -> list[Binding]:
        """Every place that binds the variable that `node` names."""
        symbol = self.scopes.symbol(node)
        return symbol.bindings if symbol else []

    def sole_value(self, node: ast.AST) -> ast.expr | None:
        """The expression assigned to the variable, if that is the only thing that binds it."""
        bindings = self.bindings(node)
        if len(bindings) == 1 and bindings[0].kind is Kind.ASSIGN:
            return bindings[0].value
        return None

    def looks_at_locals(self, function: ast.AST) -> bool:
        """Whether a function may read variables by their names: `locals()`, `eval`, ..."""
        return any(self.inside(node, function) for node in self._by_name)

    @cached_property
    def _by_name(self) -> list[ast.AST]:
        nodes = (*self.index.get(ast.Name, ()), *self.index.get(ast.Call, ()))
        return [node for node in nodes if reads_by_name(node)]

    def resolve(self, node: ast.expr) -> str | None:
        """What a name or dotted name refers to: `sorted`, `heapq.heappush`, or None if unknown.

        Built-ins that nothing shadows come back bare, imported things by their full path.
        """
        return self.names.resolve(node)

    # Loops.

    @cached_property
    def _loops(self) -> Loops:
        return Loops(self)

    def loops(self, node: ast.AST) -> list[Loop]:
        """The loops of the same function that run `node` again and again, innermost first."""
        return self._loops.around(node)

    def trip_count(self, loop: Loop) -> int | None:
        """How often the loop runs at most, where that is a constant; else None."""
        return self._loops.trip_count(loop)

    def length(self, node: ast.expr) -> int | None:
        """How many items an iterable has at most, where that is a constant; else None."""
        return self._loops.length(node)

    def hot_loops(self, node: ast.AST) -> list[Loop]:
        """`loops(node)` without those that run a small constant number of times."""
        return self._loops.hot(node)

    # Types.

    @cached_property
    def types(self) -> Types:
        """Local type inference."""
        from effilint.analyzer.facts.types import Types

        return Types(self)

    def type_of(self, node: ast.expr) -> Type:
        """The type of an expression as far as positive evidence in this file shows it."""
        return self.types.of(node)

    @cached_property
    def _inference(self) -> Inference:
        from effilint.analyzer.facts.inference import Inference

        return Inference(self)

    def inferred_type(self, node: ast.expr) -> Type:
        """Like `type_of`, but astroid is asked where this file alone does not show the type.

        Costly: ask only when nothing but the type is missing for a finding.
        """
        local = self.type_of(node)
        return local if local.is_known else self._inference.type_of(node)

    # What code does.

    @cached_property
    def purity(self) -> Purity:
        """Which calls have no effect."""
        from effilint.analyzer.facts.purity import Purity

        return Purity(self)

    def is_pure(self, node: ast.AST) -> bool:
        """Whether evaluating the expression changes nothing and only depends on what it reads."""
        return self.purity.is_pure(node)

    @cached_property
    def _changes(self) -> Changes:
        from effilint.analyzer.facts.changes import Changes

        return Changes(self)

    def changes(self, node: ast.expr, region: ast.AST) -> list[ast.AST]:
        """Where `region` may rebind or mutate what `node` (a name or dotted name) stands for."""
        return self._changes.of(node, region)

    def mutations(self, node: ast.expr, region: ast.AST) -> list[ast.AST]:
        """Like `changes`, without plain rebinding: where the object itself may change."""
        return self._changes.mutations(node, region)

    def aliases(self, node: ast.AST) -> set[Symbol]:
        """The variables that may hold the same object as the one `node` names, itself included."""
        return self._changes.aliases(node)

    def is_invariant(self, node: ast.expr, region: ast.AST) -> bool:
        """Whether the expression has the same value all through `region` (a loop, a function)."""
        return self._changes.is_invariant(node, region)

    # Functions of this file.

    @cached_property
    def calls(self) -> Calls:
        """The call graph of the file."""
        from effilint.analyzer.facts.calls import Calls

        return Calls(self)

    @cached_property
    def entries(self) -> Entries:
        """Which functions of the file calls run, those included that they hand on."""
        from effilint.analyzer.facts.entries import Entries

        return Entries(self)

    @cached_property
    def circles(self) -> Circles:
        """The functions of the file that reach each other."""
        from effilint.analyzer.facts.circles import Circles

        return Circles(self)

    def callee(self, call: ast.Call) -> FunctionNode | None:
        """The function of this file that a call runs, if that is certain."""
        return self.calls.callee(call)

    @cached_property
    def costs(self) -> Costs:
        """What the functions of this file take."""
        from effilint.analyzer.facts.cost import Costs

        return Costs(self)

    def cost(self, function: FunctionNode) -> Cost:
        """An upper bound for the time and extra space of a call of `function`."""
        return self.costs.of(function)

    @cached_property
    def searches(self) -> Searches:
        """The functions of this file that search a collection from its start."""
        from effilint.analyzer.facts.searches import Searches

        return Searches(self)

    # Reporting.

    def diagnostic(self, finding: Finding, fix: Fix | None) -> Diagnostic:
        """Turn a finding into plain data."""
        node, rule, source = finding.node, finding.rule, self.source
        line, column = source.position(source.offset(node.lineno, node.col_offset))
        end_line, end_column = source.position(
            source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        )
        cell, line = source.locate(line)
        _, end_line = source.locate(end_line)
        return Diagnostic(
            code=rule.code,
            name=rule.name,
            message=finding.message,
            advice=finding.advice,
            behaviour=rule.behaviour.prefix,
            filename=source.filename,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
            confidence=rule.confidence,
            gain=rule.gain,
            fix=fix,
            cell=cell,
        )
