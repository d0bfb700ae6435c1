"""Small questions about the shape of a node that many rules ask; no facts needed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.tree import push_children, same, walk

__all__ = [
    "always_leaves",
    "append_call",
    "cannot_fail",
    "constant_int",
    "is_asserted",
    "is_assertion",
    "is_compiled",
    "is_constant",
    "is_empty_container",
    "is_name",
    "is_text_call",
    "last_name",
    "looks_at_locals",
    "membership",
    "method_call",
    "names_in",
    "one_line",
    "operand_text",
    "range_bounds",
    "reads_by_name",
    "root_name",
    "same",
    "sole_statement",
    "targets_of",
    "unbracketed",
    "walk",
    "walk_block",
]


def is_name(node: ast.AST | None, name: str) -> bool:
    """Whether `node` is the bare name `name`."""
    return isinstance(node, ast.Name) and node.id == name


def is_constant(node: ast.AST | None, *values: object) -> bool:
    """Whether `node` is a constant equal to, and of the type of, one of `values`."""
    return isinstance(node, ast.Constant) and any(
        node.value.__class__ is value.__class__ and node.value == value for value in values
    )


def constant_int(node: ast.AST | None) -> int | None:
    """The value of an integer literal, `-1` included; None for anything else."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
    return None


def cannot_fail(node: ast.AST) -> bool:
    """Whether working `node` out raises nothing: a constant, a name, an attribute of one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name | ast.Constant) or constant_int(node) is not None


def is_empty_container(node: ast.AST | None) -> bool:
    """Whether `node` is `[]`, `{}`, `()`, or a call such as `list()` without arguments."""
    match node:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name("list" | "dict" | "set" | "tuple"), args=[], keywords=[]):
            return True
    return False


def method_call(node: ast.AST | None, *names: str) -> ast.expr | None:
    """The receiver, if `node` is a call of a method with one of these names."""
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr=attr)) if attr in names:
            return receiver
    return None


def is_text_call(call: ast.Call) -> bool:
    """Whether a method is called that every str has, on what may be one: not on `self`."""
    match call.func:
        case ast.Attribute(value=ast.Name("self" | "cls") | ast.Call(func=ast.Name("super"))):
            return False
        case ast.Attribute(attr=attr):
            return hasattr(str, attr)
    return False


def append_call(statement: ast.AST | None) -> tuple[ast.expr, ast.expr] | None:
    """Receiver and item, if the statement is `receiver.append(item)`."""
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=receiver, attr="append"), args=[item], keywords=[]
            )
        ):
            return receiver, item
    return None


def membership(node: ast.AST | None) -> tuple[ast.expr, ast.expr] | None:
    """Item and container, if `node` is a plain `item in container` or `not in`."""
    match node:
        case ast.Compare(left=item, ops=[ast.In() | ast.NotIn()], comparators=[container]):
            return item, container
    return None


def last_name(node: ast.expr) -> str | None:
    """`c` of the name `c` or of `a.b.c`: a cheap look at what is called."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def range_bounds(node: ast.AST | None) -> tuple[ast.expr, ast.expr, ast.expr] | None:
    """Start, stop and step of a `range(...)` call, with constants for those left out."""
    match node:
        case ast.Call(func=ast.Name("range"), args=[stop], keywords=[]):
            return ast.Constant(0), stop, ast.Constant(1)
        case ast.Call(func=ast.Name("range"), args=[start, stop], keywords=[]):
            return start, stop, ast.Constant(1)
        case ast.Call(func=ast.Name("range"), args=[start, stop, step], keywords=[]):
            return start, stop, step
    return None


def root_name(node: ast.AST | None) -> ast.Name | None:
    """The name that a chain of attributes, subscripts and method calls starts from."""
    while True:
        match node:
            case ast.Name():
                return node
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
                node = inner
            case _:
                return None


def names_in(node: ast.AST) -> set[str]:
    """The identifiers of all names in `node`."""
    return {name.id for name in walk(node) if isinstance(name, ast.Name)}


def targets_of(node: ast.For | ast.AsyncFor | ast.comprehension) -> set[str]:
    """The names that a loop binds on every pass."""
    return names_in(node.target)


def sole_statement(block: list[ast.stmt]) -> ast.stmt | None:
    """The one statement of a block; None if there are more."""
    return block[0] if len(block) == 1 else None


def walk_block(block: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield every node of the statements, without going into nested functions and classes."""
    stack: list[ast.AST] = [*reversed(block)]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            push_children(node, stack)


def always_leaves(block: list[ast.stmt]) -> bool:
    """Whether the block surely ends the pass: return, raise, break or continue on every path."""
    if not block:
        return False
    match block[-1]:
        case ast.Return() | ast.Raise() | ast.Break() | ast.Continue():
            return True
        case ast.If(body=body, orelse=orelse):
            return always_leaves(body) and always_leaves(orelse)
    return False


def operand_text(node: ast.expr, text: str) -> str:
    """The source text of `node`, in parentheses where it needs them as an operand or argument."""
    if isinstance(node, ast.Tuple | ast.GeneratorExp):
        return text if _is_bracketed(text) else f"({text})"
    return text if isinstance(node, _CLOSED) else f"({text})"


_CLOSED = (
    *(ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.JoinedStr),
    *(ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp),
)


def _is_bracketed(text: str) -> bool:
    """Whether the parentheses of a tuple or generator are around all of it: not `(a), (b)`."""
    if not text.startswith("("):
        return False
    match ast.parse(f"f{text}").body:
        case [ast.Expr(value=ast.Call())]:
            return True
    return False


def is_asserted(ancestors: Iterator[ast.AST]) -> bool:
    """Whether a node with these ancestors is in an `assert` or a call such as `assertEqual`."""
    for outer in ancestors:
        match outer:
            case ast.Assert():
                return True
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                if name.lower().startswith("assert"):
                    return True
            case ast.stmt():
                return False
    return False


def is_in_class_body(ancestors: Iterator[ast.AST]) -> bool:
    """Whether a node with these ancestors is run by a `class` itself, not by a method of it."""
    scope = next((o for o in ancestors if isinstance(o, (*FUNCTIONS, ast.ClassDef))), None)
    return isinstance(scope, ast.ClassDef)


def is_assertion(node: ast.AST | None) -> bool:
    """Whether `node` is `self.assertEqual(...)` or its kin: what it is given is under test."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name("self"), attr=attr)):
            return attr.startswith("assert")
    return False


def looks_at_locals(function: ast.AST) -> bool:
    """Whether the function may read variables by their names: `locals()`, `eval`, ..."""
    return any(reads_by_name(node) for node in walk(function))


def reads_by_name(node: ast.AST) -> bool:
    """Whether a node is of what reads variables by their names."""
    match node:
        case ast.Name("locals" | "eval" | "exec"):
            return True
        case ast.Call(func=ast.Name("vars" | "dir"), args=[]):
            return True
    return False


def one_line(text: str) -> str:
    """Code for a message: its line breaks and runs of blanks become single blanks."""
    return " ".join(text.split())


def unbracketed(text: str) -> str:
    """What stands between the brackets of a display or comprehension, with its line breaks."""
    inner = text[1:-1]
    return inner if "\n" in inner else inner.strip()


_COMPILERS = frozenset(("jit", "njit", "vectorize", "guvectorize", "cfunc"))


def is_compiled(ancestors: Iterator[ast.AST]) -> bool:
    """Whether a node with these ancestors is in a function that `@njit` or its kin compile."""
    for outer in ancestors:
        if isinstance(outer, FUNCTIONS) and not isinstance(outer, ast.Lambda):
            for decorator in outer.decorator_list:
                made = decorator.func if isinstance(decorator, ast.Call) else decorator
                if last_name(made) in _COMPILERS:
                    return True
    return False
