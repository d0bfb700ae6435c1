"""How a function of a file may be called from outside: its name, its parameters, examples.

Types come as text (`dict[str, list[int]]`), from annotations, from what callers pass, from
defaults and from what the body does with a parameter. Unknown means None.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from effilint.analyzer.facts.lattice import NOTHING, Type, join
from effilint.analyzer.handling import handled
from effilint.analyzer.typetext import annotation_text, type_text, value_text

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode

_MOST_EXAMPLES = 3
_DOCTEST = ">>> "
_UNCALLABLE = ("property", "setter", "getter", "deleter", "cached_property", "overload", "fixture")


class NotCallableError(Exception):
    """The place is in no function that can be called from outside; `str` says why."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that a call has to fill, and the text of its type if there is evidence."""

    name: str
    type: str | None
    is_keyword: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """How to call a function: `f`, or `Class.f` on an object made without arguments.

    Each of the `examples` gives the parameters of one call found in the file.
    """

    name: str
    parameters: tuple[Parameter, ...]
    examples: tuple[dict[str, Any], ...]
    first: int
    last: int


def signature(context: Context, line: int) -> Signature:
    """Return how to call the function that line `line` is in; raises `NotCallableError`."""
    function, owner = _function(context, line)
    if isinstance(function, ast.AsyncFunctionDef):
        raise NotCallableError(f"`{function.name}` is async")
    for decorator in function.decorator_list:
        if any(_is_named(decorator, name) for name in _UNCALLABLE):
            raise NotCallableError(f"`{function.name}` is not called like a function")
    required = _required(function, is_method=owner is not None)
    examples = tuple(_examples(function, context))[:_MOST_EXAMPLES]
    names = {argument.arg for argument, _ in required}
    complete = tuple(example for example in examples if names <= example.keys())
    parameters = tuple(
        Parameter(argument.arg, _type(argument, function, context, complete), is_keyword)
        for argument, is_keyword in required
    )
    name = f"{owner.name}.{function.name}" if owner else function.name
    first = min((d.lineno for d in function.decorator_list), default=function.lineno)
    return Signature(name, parameters, complete, first, function.end_lineno or function.lineno)


def _function(context: Context, line: int) -> tuple[FunctionNode, ast.ClassDef | None]:
    """The function around a line that can be reached from the module, and its class."""
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef):
        for node in context.index.get(kind, ()):
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if not node.lineno <= line <= (node.end_lineno or node.lineno):
                continue
            owner = context.parent(node)
            if isinstance(owner, ast.Module):
                return node, None
            if isinstance(owner, ast.ClassDef) and isinstance(context.parent(owner), ast.Module):
                _require_plain(owner)
                return node, owner
    raise NotCallableError("it is in no function that can be called from outside")


def _require_plain(owner: ast.ClassDef) -> None:
    for statement in owner.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in ("__init__", "__new__"):
            for argument, _ in _required(statement, is_method=True):
                raise NotCallableError(
                    f"no inputs for parameter `{argument.arg}` of `{owner.name}`"
                )


def _required(function: FunctionNode, is_method: bool) -> list[tuple[ast.arg, bool]]:
    """The parameters that have no default, and whether they go by keyword only."""
    args = function.args
    positional = [*args.posonlyargs, *args.args]
    without = len(positional) - len(args.defaults)
    is_static = any(_is_named(d, "staticmethod") for d in function.decorator_list)
    first = 1 if is_method and not is_static else 0
    found = [(argument, False) for argument in positional[first:without]]
    pairs = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    return found + [(argument, True) for argument, default in pairs if default is None]


def _is_named(node: ast.expr, name: str) -> bool:
    if isinstance(node, ast.Call):
        return _is_named(node.func, name)
    return (isinstance(node, ast.Name) and node.id == name) or (
        isinstance(node, ast.Attribute) and node.attr == name
    )


def _type(
    argument: ast.arg,
    function: FunctionNode,
    context: Context,
    examples: tuple[dict[str, Any], ...],
) -> str | None:
    if argument.annotation is not None:
        written = annotation_text(argument.annotation, context)
        if written is not None or not examples:
            return written
    if examples:
        texts = {value_text(example[argument.arg]) for example in examples}
        return texts.pop() if len(texts) == 1 else None
    return type_text(_passed(argument, function, context)) or handled(argument, context)


def _passed(argument: ast.arg, function: FunctionNode, context: Context) -> Type:
    """The type of what the callers in this file pass."""
    found = NOTHING
    for call in context.index.get(ast.Call, ()):
        assert isinstance(call, ast.Call)
        if context.callee(call) is not function:
            continue
        value = _bound(call, function).get(argument.arg)
        if value is not None:
            found = join(found, context.type_of(value), prefer_known=True)
    return found


def _examples(function: FunctionNode, context: Context) -> Iterator[dict[str, Any]]:
    """Yield the arguments of calls that are written out: in doctests, then in the module."""
    for call in [*_doctests(function), *context.index.get(ast.Call, ())]:
        assert isinstance(call, ast.Call)
        if not _is_named(call.func, function.name) or context.parents.get(call) is function:
            continue
        try:
            values = _bound(call, function)
            example = {name: ast.literal_eval(value) for name, value in values.items()}
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        if example:
            yield example


def _doctests(function: FunctionNode) -> Iterator[ast.Call]:
    for line in (ast.get_docstring(function) or "").splitlines():
        text = line.strip()
        if not text.startswith(_DOCTEST):
            continue
        try:
            tree = ast.parse(text.removeprefix(_DOCTEST))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _bound(call: ast.Call, function: FunctionNode) -> dict[str, ast.expr]:
    """The arguments of a call by the names of the parameters; empty if that is not certain."""
    args = function.args
    names = [argument.arg for argument in (*args.posonlyargs, *args.args)]
    if names[:1] == ["self"] or names[:1] == ["cls"]:
        names = names[1:]
    starred = any(isinstance(value, ast.Starred) for value in call.args)
    if starred or len(call.args) > len(names) or any(k.arg is None for k in call.keywords):
        return {}
    found = dict(zip(names, call.args, strict=False))
    return found | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
