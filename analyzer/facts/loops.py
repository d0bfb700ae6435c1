"""Which loops repeat a node, and how often a loop can run."""

from __future__ import annotations

import ast
import math
from collections import Counter
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import COMPREHENSIONS, FUNCTIONS, Kind
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

Loop = ast.For | ast.AsyncFor | ast.While | ast.comprehension

# A loop, or nest of loops, that runs at most this often is not worth a finding.
TINY = 16

_EXITS = (ast.Break, ast.Return, ast.Raise)
_SAME_LENGTH = {"enumerate", "reversed", "sorted", "list", "tuple", "set", "frozenset", "iter"}


class Loops:
    """Answers questions about the loops of one file."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def around(self, node: ast.AST) -> list[Loop]:
        """The loops of the same function whose repeated part holds `node`, innermost first.

        A loop that surely ends once `node` has run does not repeat it.
        """
        found: list[Loop] = []
        parents = self._context.parents
        child, parent = node, parents.get(node)
        below = child
        breaks = returns = False
        while parent is not None and not isinstance(parent, (*FUNCTIONS, ast.ClassDef)):
            match _exit(child, parent):
                case ast.Break():
                    breaks = True
                case ast.Return() | ast.Raise():
                    breaks = returns = True
            if isinstance(parent, ast.For | ast.AsyncFor | ast.While):
                is_repeated = child not in parent.orelse and child is not getattr(
                    parent, "iter", None
                )
                if is_repeated and not breaks and not _is_retry(parent):
                    found.append(parent)
                breaks = returns or (breaks and not is_repeated)
            elif isinstance(parent, COMPREHENSIONS):
                found.extend(_repeating(parent, child, below))
            elif isinstance(parent, ast.Try | ast.TryStar) and parent.handlers:
                # What is raised here may be caught, and the loop go on.
                breaks = returns = (breaks or returns) and child not in parent.body
            below, child, parent = child, parent, parents.get(parent)
        return found

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
        return self.length(loop.iter)

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


def _exit(child: ast.AST, parent: ast.AST) -> ast.stmt | None:
    """The `break`, `return` or `raise` that surely follows `child` in its block, if one does."""
    if not isinstance(child, ast.stmt):
        return None
    if child.__class__ in _EXITS:
        return child
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and child in block:
            if block[-1].__class__ not in _EXITS:
                return None
            rest = block[block.index(child) :]
            is_passed_over = any(isinstance(n, ast.Continue) for s in rest for n in walk(s))
            return None if is_passed_over else rest[-1]
    return None


def _is_retry(loop: ast.AST) -> bool:
    """Whether it is a `while True` that ends with its first pass unless something says go on."""
    match loop:
        case ast.While(test=ast.Constant(), body=body):
            return body[-1].__class__ in _EXITS
    return False
