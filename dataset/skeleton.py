"""The loops and the recursion of a program, and of the rest only what they hang on.

Kept are: loops with their heads, comprehensions, calls of functions that recurse or have loops of
their own, and what leaves a loop or ends a recursion. Around them stand the functions, classes,
branches and `with` and `try` blocks that hold them, and what changes names that the heads read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.source import SourceError, parse

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_EXITS = (ast.Break, ast.Continue, ast.Return, ast.Raise)
_ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign)

_BLOCKS = (ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Block = ast.If | ast.With | ast.AsyncWith | ast.Try | ast.TryStar | ast.Match


def skeleton(code: str) -> str:
    """Return the loops and the recursion of a program; `pass` if there are none.

    Raises `SyntaxError` for code that cannot be parsed, or is nested too deep.
    """
    try:
        tree = parse(code)
        tree.body = _Skeleton(tree).body(tree.body, frozenset(), ends=False) or [ast.Pass()]
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    except SourceError as error:
        raise SyntaxError(str(error)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"nobody can parse it: {type(error).__name__}") from None


class _Skeleton:
    """Reduces the statements of a program; `busy` are its functions that loop or recurse."""

    def __init__(self, tree: ast.Module) -> None:
        functions = [node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)]
        calls = {f.name: set(_called(f)) for f in functions}
        reached = {name: _reached(name, calls) for name in calls}
        self._recursive = {name for name in calls if name in reached[name]}
        looping = {f.name for f in functions if any(map(_is_loop, ast.walk(f)))}
        self._busy = self._recursive | {
            name for name in calls if name in looping or reached[name] & looping
        }

    def body(self, body: list[ast.stmt], heads: frozenset[str], *, ends: bool) -> list[ast.stmt]:
        """Return what is left of statements.

        `heads` are the names that heads of loops around read. `ends`: what leaves this body ends
        a loop or a recursion.
        """
        heads |= frozenset(name for node in body for name in _read_by_heads(node))
        return [kept for node in body for kept in self._statement(node, heads, ends)]

    def _statement(self, node: ast.stmt, heads: frozenset[str], ends: bool) -> Iterator[ast.stmt]:
        if isinstance(node, _FUNCTIONS):
            yield from self._function(node)
        elif isinstance(node, ast.ClassDef):
            node.body = self.body(node.body, frozenset(), ends=False)
            if node.body:
                yield node
        elif isinstance(node, _LOOPS):
            node.body = self.body(node.body, heads, ends=True) or [ast.Pass()]
            node.orelse = self.body(node.orelse, heads, ends=ends)
            yield node
        elif isinstance(node, _BLOCKS):
            yield from self._block(node, heads, ends)
        elif isinstance(node, _EXITS) and ends:
            yield from self._exit(node)
        elif isinstance(node, (*_ASSIGNMENTS, ast.Expr)) and self._is_needed(node, heads):
            yield node
        else:
            yield from self._parts(node)

    def _function(self, node: Function) -> Iterator[ast.stmt]:
        node.body = self.body(node.body, frozenset(), ends=node.name in self._recursive)
        is_kept = node.name in self._busy or any(isinstance(s, _FUNCTIONS) for s in node.body)
        if not is_kept:
            return
        node.body, node.returns = node.body or [ast.Pass()], None
        arguments = node.args
        rest = [one for one in (arguments.vararg, arguments.kwarg) if one]
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest):
            one.annotation = None
        yield node

    def _block(self, node: Block, heads: frozenset[str], ends: bool) -> Iterator[ast.stmt]:
        """A block with something left in it; of others what their own expressions hold."""
        holders: list[ast.stmt | ast.ExceptHandler | ast.match_case] = [node]
        if isinstance(node, ast.Try | ast.TryStar):
            holders += node.handlers
        if isinstance(node, ast.Match):
            holders += node.cases
        is_kept = False
        for holder in holders:
            for field in ("body", "orelse", "finalbody"):
                if inner := getattr(holder, field, None):
                    left = self.body(inner, heads, ends=ends)
                    is_kept = is_kept or bool(left)
                    setattr(holder, field, left or [ast.Pass()])
        if isinstance(node, ast.If | ast.Try | ast.TryStar) and _does_nothing(node.orelse):
            node.orelse = []
        if is_kept:
            yield node
        else:
            yield from self._parts(node)

    def _exit(self, node: ast.stmt) -> Iterator[ast.stmt]:
        """A jump without what it gives back, but for loops and calls in there."""
        parts = list(self._parts(node))
        if isinstance(node, ast.Return) and parts:
            yield node
            return
        if isinstance(node, ast.Return):
            node.value = None
        if isinstance(node, ast.Raise):
            node.cause = None
        yield node

    def _is_needed(self, node: ast.stmt, heads: frozenset[str]) -> bool:
        stored = {
            one.id
            for one in ast.walk(node)
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        }
        return bool(stored & heads) or _changes(node, heads) or self._calls_itself(node)

    def _calls_itself(self, node: ast.stmt) -> bool:
        """Whether a lambda with a name calls that name."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as function):
                return name in _called(function)
        return False

    def _parts(self, node: ast.AST) -> Iterator[ast.stmt]:
        """The comprehensions and the calls in a statement, as statements of their own."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, _COMPREHENSIONS) or self._is_busy_call(child):
                assert isinstance(child, ast.expr)
                yield ast.Expr(child)
            elif isinstance(child, ast.expr | ast.keyword | ast.withitem | ast.FormattedValue):
                yield from self._parts(child)

    def _is_busy_call(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and _callee(node) in self._busy


def _changes(node: ast.AST, names: frozenset[str]) -> bool:
    """Whether a method of one of these, or a function of heaps, is called with them."""
    for call in ast.walk(node):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in names:
                return True
            case ast.Call(args=[ast.Name(id=name), *_]) if name in names:
                return _callee(call).startswith("heap")
    return False


def _is_loop(node: ast.AST) -> bool:
    return isinstance(node, (*_LOOPS, *_COMPREHENSIONS))


def _does_nothing(body: list[ast.stmt]) -> bool:
    return all(isinstance(node, ast.Pass) for node in body)


def _callee(call: ast.Call) -> str:
    """The name of the function, or of the method, that is called."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _called(node: ast.AST) -> Iterator[str]:
    return (_callee(call) for call in ast.walk(node) if isinstance(call, ast.Call))


def _reached(start: str, calls: dict[str, set[str]]) -> set[str]:
    """The functions that a function calls, and those that these call."""
    found: set[str] = set()
    left = [start]
    while left:
        for name in calls[left.pop()] & calls.keys() - found:
            found.add(name)
            left.append(name)
    return found


def _read_by_heads(node: ast.AST) -> Iterator[str]:
    """The names in the heads of the loops in a statement, but for functions in it."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
        return
    head = node.test if isinstance(node, ast.While) else None
    if isinstance(node, ast.For | ast.AsyncFor):
        head = node.iter
    if head is not None:
        yield from (one.id for one in ast.walk(head) if isinstance(one, ast.Name))
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _read_by_heads(child)
