"""What moves a `while` loop on, and which loops around it it goes on in where it was."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import Binding, Kind
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context
    from effilint.analyzer.facts.loops import Loop

GROWING = frozenset(("append", "add", "appendleft", "insert", "push", "put", "heappush"))
_GROWING_BY_MANY = frozenset(("extend", "update", "extendleft"))
_TAKING = frozenset(("pop", "popleft", "popitem", "get", "get_nowait"))
_SCALING = (ast.Mult, ast.FloorDiv, ast.Div, ast.RShift, ast.LShift)
_HALVING = (ast.FloorDiv, ast.RShift)


class Moves:
    """What a loop does to what its test may look at, from one walk.

    `steps`: how a number is moved, "add" or "multiply"; `taken` and `grown`: containers that items
    are taken from, and put into; `indexed`: items that are looked at one after another, `s[i]`
    where the loop counts `i`.
    """

    def __init__(self, loop: ast.While) -> None:
        self.steps: dict[str, str] = {}
        self.taken: set[str] = set()
        self.grown: set[str] = set()
        self.indexed: dict[str, tuple[ast.Subscript, ast.Name]] = {}
        self._halves = False
        for node in walk(loop):
            self._note(node)
        self.is_bisection = self._halves and isinstance(loop.test, ast.Compare)
        for name in [name for name in self.indexed if self.steps.get(name) != "add"]:
            del self.indexed[name]

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.AugAssign(target=ast.Name(id=changed), op=op):
                self._step(changed, op)
            case ast.Assign(targets=targets, value=ast.BinOp(left=left, op=op)):
                self._halves = self._halves or isinstance(op, _HALVING)
                match targets, left:
                    case [ast.Name(id=changed)], ast.Name(id=used) if changed == used:
                        self._step(changed, op)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr), args=args):
                if attr in _TAKING and not (attr == "get" and args):  # `get` of a dict
                    self.taken.add(name)
            case ast.Subscript(value=ast.Name(), slice=ast.Name(id=name) as index):
                self.indexed.setdefault(name, (node, index))
            case ast.Attribute(value=ast.Name(id=name), attr=attr):
                if attr in GROWING or attr in _GROWING_BY_MANY:
                    self.grown.add(name)

    def _step(self, name: str, op: ast.operator) -> None:
        self.steps.setdefault(name, "multiply" if isinstance(op, _SCALING) else "add")

    def moves(self, name: str) -> bool:
        """Whether the loop counts a name up or down, or takes from it and adds nothing."""
        is_emptied = name in self.taken and name not in self.grown
        return self.steps.get(name) == "add" or is_emptied


class WhileLoops:
    """The `while` loops of one file."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[ast.While, Moves] = {}
        self._going: dict[ast.While, Loop | None] = {}

    def moves(self, loop: ast.While) -> Moves:
        """What the loop does to what its test may look at."""
        found = self._known.get(loop)
        if found is None:
            found = self._known[loop] = Moves(loop)
        return found

    def is_followed(self, loop: ast.While, name: ast.Name) -> bool:
        """Whether the loop goes on where another index has come to: `i = j` after `j += 1`."""
        target, steps = self._context.symbol(name), self.moves(loop).steps
        inside = [
            binding
            for binding in (target.bindings if target else ())
            if self._context.inside(binding.node, loop)
        ]
        return bool(inside) and all(
            binding.kind is Kind.ASSIGN
            and isinstance(binding.value, ast.Name)
            and steps.get(binding.value.id) == "add"
            and self._starts_from(loop, binding.value, name.id)
            for binding in inside
        )

    def _starts_from(self, loop: ast.AST, index: ast.Name, name: str) -> bool:
        """Whether an index is set in the loop to another one, or a bit more, and nothing else."""
        target = self._context.symbol(index)
        inside = [
            binding
            for binding in (target.bindings if target else ())
            if binding.kind is not Kind.AUGMENTED and self._context.inside(binding.node, loop)
        ]
        return all(_is_from(binding.value, name) for binding in inside)

    def goes_on_in(self, loop: ast.While) -> Loop | None:
        """The outermost loop around in which it goes on where it was, all passes taken together.

        What it counts up, or takes from, is not set anew in there: the passes in all the rounds
        of that loop together are no more than those of one that began anew.
        """
        if loop not in self._going:
            self._going[loop] = self._outermost(loop)
        return self._going[loop]

    def _outermost(self, loop: ast.While) -> Loop | None:
        moves = self.moves(loop)
        movers = [n for n in walk(loop.test) if isinstance(n, ast.Name) and moves.moves(n.id)]
        movers += [index for _, index in moves.indexed.values()]
        found = None
        for outer in self._context.loops(loop) if movers else ():
            if not isinstance(outer, ast.For | ast.AsyncFor | ast.While):
                break
            # Which of them moves in a pass is not known: none may be set anew.
            if not all(self._is_kept(loop, outer, mover) for mover in movers):
                break
            found = outer
        return found

    def _is_kept(self, loop: ast.While, outer: ast.AST, mover: ast.Name) -> bool:
        target = self._context.symbol(mover)
        if target is None:
            return False
        inside = [b for b in target.bindings if self._context.inside(b.node, outer)]
        here = self._context.function(loop)
        if any(self._context.function(b.node) is not here for b in target.bindings):
            return False  # somebody else sets it, too
        if mover.id in self.moves(loop).taken:
            return not inside and not _is_filled(outer, mover.id)
        changes = [(b, self.operator(b, mover.id)) for b in inside]
        directions = {type(operator) for _, operator in changes if operator is not None}
        set_anew = [b for b, operator in changes if operator is None]
        return len(directions) == 1 and all(self._is_led(outer, b, mover) for b in set_anew)

    def operator(self, binding: Binding, name: str) -> ast.operator | None:
        """How a binding changes the value that was there; None if it does not."""
        match self._context.parent(binding.node), binding.value:
            case ast.AugAssign(op=operator), _:
                return operator
            case ast.Assign(), ast.BinOp(left=ast.Name(id=used), op=operator) if used == name:
                return operator
        return None

    def _is_led(self, outer: ast.AST, binding: Binding, mover: ast.Name) -> bool:
        """Whether an index starts from another, which follows it: `j = i + 1` and later `i = j`."""
        if binding.kind is not Kind.ASSIGN or not isinstance(outer, ast.While):
            return False
        return any(
            isinstance(leader, ast.Name)
            and leader.id != mover.id
            and _is_from(binding.value, leader.id)
            and self.is_followed(outer, leader)
            for leader in walk(outer.test)
        )


def bound_in(loop: ast.While, name: str) -> ast.expr | None:
    """The expression that a name stays below while the loop goes on, if its test says one."""
    tests = loop.test.values if isinstance(loop.test, ast.BoolOp) else [loop.test]
    if isinstance(loop.test, ast.BoolOp) and isinstance(loop.test.op, ast.Or):
        return None
    for test in tests:
        match test:
            case ast.Compare(
                left=ast.Name(id=low), ops=[ast.Lt() | ast.LtE() | ast.NotEq()], comparators=[high]
            ) if low == name:
                return high
            case ast.Compare(
                left=high, ops=[ast.Gt() | ast.GtE() | ast.NotEq()], comparators=[ast.Name(id=low)]
            ) if low == name:
                return high
    return None


def _is_filled(region: ast.AST, name: str) -> bool:
    """Whether a container gets other items as a whole: `xs[:] = ys`."""
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.slice, ast.Slice)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        for node in walk(region)
    )


def _is_from(value: ast.expr | None, name: str) -> bool:
    """Whether it is a name, or that and a number."""
    match value:
        case (
            ast.Name(id=used)
            | ast.BinOp(left=ast.Name(id=used), op=ast.Add(), right=ast.Constant())
        ):
            return used == name
    return False
