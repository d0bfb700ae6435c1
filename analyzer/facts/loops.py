"""Which loops repeat a node, and how often a loop can run."""

from __future__ import annotations

import ast
import enum
import math
from collections import Counter
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import COMPREHENSIONS, FUNCTIONS, Kind
from effilint.analyzer.tree import push_children, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

Loop = ast.For | ast.AsyncFor | ast.While | ast.comprehension

# A loop, or nest of loops, that runs at most this often is not worth a finding.
TINY = 16

_EXITS = (ast.Break, ast.Return, ast.Raise)
_REPEATING = (*COMPREHENSIONS, ast.Lambda)
_BLOCKS = ("body", "orelse", "finalbody")
_SAME_LENGTH = {"enumerate", "reversed", "sorted", "list", "tuple", "set", "frozenset", "iter"}


class _Left(enum.IntEnum):
    """What control surely leaves."""

    NOTHING = 0
    LOOP = 1
    FUNCTION = 2


class Loops:
    """Answers questions about the loops of one file."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._exits: dict[ast.stmt, _Left] = {}
        self._around: dict[ast.AST, list[Loop]] = {}
        self._counts: dict[Loop, int | None] = {}

    def around(self, node: ast.AST) -> list[Loop]:
        """The loops of the same function whose repeated part holds `node`, innermost first.

        A loop that surely ends once `node` has run does not repeat it.
        """
        parts: list[ast.AST] = []
        whole = self._context.parent(node)
        while node not in self._around and whole is not None and _is_part(node, whole):
            parts.append(node)
            node, whole = whole, self._context.parent(whole)
        found = self._around.get(node)
        if found is None:
            found = self._around[node] = self._outwards(node)
        for part in parts:
            self._around[part] = found
        return found[:]

    def _outwards(self, node: ast.AST) -> list[Loop]:
        found: list[Loop] = []
        parents = self._context.parents
        child, parent = node, parents.get(node)
        below = child
        left = _Left.NOTHING
        while parent is not None and not isinstance(parent, (*FUNCTIONS, ast.ClassDef)):
            if isinstance(child, ast.stmt):
                left = max(left, self._exit(child, parent))
            if isinstance(parent, ast.For | ast.AsyncFor | ast.While):
                is_repeated = child not in parent.orelse and child is not getattr(
                    parent, "iter", None
                )
                if is_repeated and left == _Left.NOTHING and not _is_retry(parent):
                    found.append(parent)
                if left == _Left.LOOP and is_repeated:
                    left = _Left.NOTHING
            elif isinstance(parent, COMPREHENSIONS):
                found.extend(_repeating(parent, child, below))
            elif left != _Left.NOTHING:
                left = min(left, self._let_through(child, parent))
            below, child, parent = child, parent, parents.get(parent)
        return found

    def _exit(self, statement: ast.stmt, parent: ast.AST) -> _Left:
        """What is surely left once a statement has run, by how its block ends."""
        known = self._exits.get(statement)
        if known is None:
            for name in _BLOCKS:
                block = getattr(parent, name, None)
                if isinstance(block, list):
                    self._exits |= dict.fromkeys(block, _Left.NOTHING) | dict(_exits(block))
            known = self._exits.setdefault(statement, _Left.NOTHING)
        return known

    def _let_through(self, child: ast.AST, parent: ast.AST) -> _Left:
        """What is still left at most where `parent` holds the exit that `child` comes to."""
        if isinstance(parent, ast.With | ast.AsyncWith):
            managers = (item.context_expr for item in parent.items)
            return _Left.NOTHING if any(map(self._suppresses, managers)) else _Left.FUNCTION
        if not isinstance(parent, ast.Try | ast.TryStar) or child in parent.finalbody:
            return _Left.FUNCTION
        if parent.handlers and child in parent.body:
            return _Left.NOTHING  # what is raised here may be caught, and the loop go on
        return _past(_jumps(parent.finalbody))

    def _suppresses(self, manager: ast.expr) -> bool:
        match manager:
            case ast.Call(func=function):
                return self._context.resolve(function) == "contextlib.suppress"
        return False

    def hot(self, node: ast.AST) -> list[Loop]:
        """The loops around `node`; none if together they run a small constant number of times."""
        loops = self.around(node)
        total = 1
        for loop in loops:
            count = self.trip_count(loop)
            if count is None:
                return loops
            total *= count
        return loops if total > TINY else []

    def trip_count(self, loop: Loop) -> int | None:
        """The greatest number of passes, where it is a constant."""
        if isinstance(loop, ast.While):
            return None
        if loop not in self._counts:
            self._counts[loop] = self.length(loop.iter)
        return self._counts[loop]

    def length(self, node: ast.expr, depth: int = 4) -> int | None:
        """The constant length of an iterable, at most; None if unknown."""
        if depth == 0:
            return None
        match node:
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                return None if any(isinstance(e, ast.Starred) for e in elts) else len(elts)
            case ast.Dict(keys=keys):
                return None if None in keys else len(keys)
            case ast.Constant(value=str() | bytes() as text):
                return len(text)
            case ast.Name():
                bindings = self._context.bindings(node)
                if not bindings or any(b.kind is not Kind.ASSIGN for b in bindings):
                    return None
                if self._context.mutations(node, self._context.tree):
                    return None
                values = (b.value for b in bindings)
                lengths = [None if v is None else self.length(v, depth - 1) for v in values]
                known = [length for length in lengths if length is not None]
                return max(known) if len(known) == len(lengths) else None
            case ast.IfExp(body=body, orelse=orelse):
                either = self.length(body, depth - 1), self.length(orelse, depth - 1)
                return None if None in either else max(length or 0 for length in either)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                both = self.length(left, depth), self.length(right, depth)
                return None if None in both else sum(length or 0 for length in both)
            case ast.ListComp(generators=clauses) | ast.GeneratorExp(generators=clauses):
                passes = [self.length(clause.iter, depth) for clause in clauses]
                return None if None in passes else math.prod(count or 0 for count in passes)
            case ast.Subscript(slice=ast.Slice(lower=lower, upper=upper, step=None)):
                start, stop = self._number(lower or ast.Constant(0)), self._number(upper)
                if start is None or stop is None or start < 0 or stop < 0:
                    return width(lower, upper)
                return max(0, stop - start)
            case ast.Call(func=ast.Attribute(value=value, attr="items" | "keys" | "values")):
                return self.length(value, depth - 1)
            case ast.Call(args=args, keywords=[]):
                return self._call_length(node, args, depth)
            case ast.Call(args=[], keywords=keywords) if all(k.arg for k in keywords):
                return len(keywords) if self._context.resolve(node.func) == "dict" else None
        return None

    def _call_length(self, call: ast.Call, args: list[ast.expr], depth: int) -> int | None:
        name = self._context.resolve(call.func)
        if name == "range" and args:
            known = [number for arg in args if (number := self._number(arg)) is not None]
            if len(known) < len(args) or (len(known) == 3 and not known[2]):
                return None
            numbers = range(*known)
            # len() refuses what does not fit a machine word.
            return max(0, -((numbers.start - numbers.stop) // numbers.step))
        if name == "zip":
            lengths = [self.length(arg, depth - 1) for arg in args]
            return min((length for length in lengths if length is not None), default=None)
        if name in _SAME_LENGTH and args:
            return self.length(args[0], depth - 1)
        return None

    def _number(self, node: ast.expr | None) -> int | None:
        """The value of an integer constant, or of a name that only ever holds one."""
        match node:
            case ast.Constant(value=int(value)):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return -value
            case ast.BinOp(left=left, op=ast.Mult() | ast.Add(), right=right):
                one, other = self._number(left), self._number(right)
                if one is None or other is None:
                    return None
                return one * other if isinstance(node.op, ast.Mult) else one + other
            case ast.Name():
                match self._context.sole_value(node):
                    case ast.Constant(value=int(number)):
                        return number
        return None


def width(lower: ast.expr | None, upper: ast.expr | None) -> int | None:
    """Return how far apart two bounds are, whatever the variables: `[3 * i : 3 * (i + 1)]`."""
    if lower is None or upper is None:
        return None
    if any(isinstance(node, ast.Call) for bound in (lower, upper) for node in walk(bound)):
        return None
    width = Counter(_terms(upper))
    width.subtract(_terms(lower))
    number = width.pop("", 0)
    return max(0, number) if not any(width.values()) else None


def _terms(node: ast.expr, times: int = 1) -> Counter[str]:
    """How often a sum has each of its terms; that of no name is the number."""
    match node:
        case ast.Constant(value=int(number)):
            return Counter({"": times * number})
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right):
            total = _terms(left, times)
            total.update(_terms(right, times if isinstance(operator, ast.Add) else -times))
            return total
        case ast.BinOp(left=ast.Constant(value=int(factor)), op=ast.Mult(), right=right):
            return _terms(right, times * factor)
        case ast.BinOp(left=left, op=ast.Mult(), right=ast.Constant(value=int(factor))):
            return _terms(left, times * factor)
    return Counter({ast.unparse(node): times})


def _is_part(node: ast.AST, whole: ast.AST) -> bool:
    """Whether it is repeated whenever the expression is that it is a part of."""
    if not isinstance(node, ast.expr | ast.keyword):
        return False
    return isinstance(whole, ast.expr | ast.keyword) and not isinstance(whole, _REPEATING)


def _repeating(comp: ast.AST, child: ast.AST, below: ast.AST) -> list[ast.comprehension]:
    """The `for` clauses of a comprehension that repeat `below`, which stands in its `child`."""
    generators: list[ast.comprehension] = comp.generators  # type: ignore[attr-defined]
    if not isinstance(child, ast.comprehension):
        return generators[::-1]
    place = generators.index(child)
    repeating = generators[: place + 1]
    if below is child.iter:
        repeating = generators[:place]
    return repeating[::-1]


def _exits(block: list[ast.stmt]) -> Iterator[tuple[ast.stmt, _Left]]:
    """Each statement of a block that ends with an exit, with what is surely left once it ran."""
    end = next((n for n, one in enumerate(block) if isinstance(one, _EXITS)), None)
    if end is None:
        return
    at_end = _Left.LOOP if isinstance(block[end], ast.Break) else _Left.FUNCTION
    yield block[end], at_end
    jumps: set[type[ast.AST]] = set()
    for statement in reversed(block[:end]):
        jumps |= _jumps([statement])
        yield statement, min(at_end, _past(jumps))


def _past(jumps: Set[type[ast.AST]]) -> _Left:
    """What is left at least where an exit follows that such jumps may pass over."""
    if ast.Continue in jumps:
        return _Left.NOTHING
    return _Left.LOOP if jumps else _Left.FUNCTION


def _jumps(block: list[ast.stmt]) -> frozenset[type[ast.AST]]:
    """Whether statements `break` or `continue` the loop that they stand in."""
    found: set[type[ast.AST]] = set()
    stack: list[ast.AST] = list(block)
    while stack:
        top = stack.pop()
        if isinstance(top, ast.Break | ast.Continue):
            found.add(type(top))
        elif isinstance(top, ast.For | ast.AsyncFor | ast.While):
            stack += top.orelse
        elif not isinstance(top, (ast.expr, *FUNCTIONS, ast.ClassDef)):
            push_children(top, stack)
    return frozenset(found)


def _is_retry(loop: ast.AST) -> bool:
    """Whether it is a `while True` that ends with its first pass unless something says go on."""
    match loop:
        case ast.While(test=ast.Constant(), body=body):
            return body[-1].__class__ in _EXITS
    return False
