from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, Tier
from effilint.analyzer.patterns import is_constant, is_name
from effilint.analyzer.rewrite import statements
from effilint.analyzer.tree import same

_QUIET = ast.Name | ast.Constant | ast.Attribute
_FINDERS = {"index": "find", "rindex": "rfind"}


class ExceptionAsDefault(Rule):
    """An exception is caught only to give the default that the call itself could give.

    `str.find`, `set.discard`, `next(it, None)`, `dict.pop(key, None)` and `getattr` with a third
    argument do the same without raising. A hit costs the same; a miss pays for an exception. The
    fix is not right where a subclass of `str`, `set` or `dict` does something else.
    """

    code = "OTH307"
    name = "exception-as-default"
    message = "Every miss raises and catches a `{error}`"
    advice = "Write `{better}`"
    gain = Gain("O(n) exceptions", "O(1)", {10: 1.8, 1_000: 2.7, 100_000: 2.5}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def forget(known: set[int], gone):
                for number in gone:
                    try:  # OTH307
                        known.remove(number)
                    except KeyError:
                        pass
                return known
            """,
            fixed="""
            def forget(known: set[int], gone):
                for number in gone:
                    known.discard(number)
                return known
            """,
            workload="sorted(forget(set(range(0, n, 2)), range(n)))",
        ),
        Bad(
            """
            def comment_start(line: str) -> int:
                try:  # OTH307
                    place = line.index("#")
                except ValueError:
                    place = -1
                return place
            """,
            fixed="""
            def comment_start(line: str) -> int:
                place = line.find("#")
                return place
            """,
            workload="[comment_start(x) for x in ['a#b' if k % 2 else 'ab' for k in range(n)]]",
        ),
        Bad(
            """
            def first(rows):
                rest = iter(rows)
                try:  # OTH307
                    return next(rest)
                except StopIteration:
                    return None
            """,
            fixed="""
            def first(rows):
                rest = iter(rows)
                return next(rest, None)
            """,
            workload="[first(x) for x in [[1], []] * n]",
        ),
        Bad(
            """
            def take(keys):
                left = {"a": 1, "b": 2}
                found = []
                for key in keys:
                    try:  # OTH307
                        value = left.pop(key)
                    except KeyError:
                        value = 0
                    found.append(value)
                return found
            """,
            fixed="""
            def take(keys):
                left = {"a": 1, "b": 2}
                found = []
                for key in keys:
                    value = left.pop(key, 0)
                    found.append(value)
                return found
            """,
            workload="take(['a', 'x', 'y'] * n)",
        ),
        Bad(
            """
            def label(shape, field):
                try:  # OTH307
                    return getattr(shape, field)
                except AttributeError:
                    return ""
            """,
            fixed="""
            def label(shape, field):
                return getattr(shape, field, "")
            """,
            workload="[label(k, f) for k in range(n) for f in ('real', 'title')]",
        ),
        # A list has no `find`.
        Good(
            """
            def place_of(rows: list, row):
                try:
                    return rows.index(row)
                except ValueError:
                    return -1
            """
        ),
        # The handler does more.
        Good(
            """
            def forget(known: set[int], number, log):
                try:
                    known.remove(number)
                except KeyError:
                    log(number)
            """
        ),
        # Working out the argument may raise, too.
        Good(
            """
            def forget(known: set[int], table, name):
                try:
                    known.remove(table[name])
                except KeyError:
                    pass
            """
        ),
        # So may a property.
        Good(
            """
            class Open:
                def __init__(self, names):
                    self.names, self.numbers = set(names), {}

                @property
                def first(self):
                    return self.numbers["first"]

                def close(self):
                    try:
                        self.names.remove(self.first)
                    except KeyError:
                        pass
            """
        ),
        # -1 and None are not the same.
        Good(
            """
            def comment_start(line: str):
                try:
                    return line.index("#")
                except ValueError:
                    return None
            """
        ),
        # What happens without the exception is more than the call.
        Good(
            """
            def first(rows, found):
                rest = iter(rows)
                try:
                    row = next(rest)
                    found.append(row)
                except StopIteration:
                    row = None
                return row
            """
        ),
    )

    def visit_Try(self, node: ast.Try, context: Context) -> Iterator[Finding]:
        if node.orelse or node.finalbody or len(node.body) != 1 or len(node.handlers) != 1:
            return
        handler = node.handlers[0]
        if handler.name or not isinstance(handler.type, ast.Name) or len(handler.body) != 1:
            return
        parts = _parts(node.body[0], handler.body[0])
        if parts is None:
            return
        call, default = parts
        better = _better(call, default, handler.type.id, context)
        if better is None or context.resolve(handler.type) != handler.type.id:
            return
        whole, old = context.segment(node.body[0]), context.segment(call)
        edit = Edit(node, statements(whole.replace(old, better)))
        yield self.report(node, edit, error=handler.type.id, better=better)


def _parts(attempt: ast.stmt, fallback: ast.stmt) -> tuple[ast.Call, ast.expr | None] | None:
    """The call, and the constant that stands for its value where it raises, if any."""
    match attempt, fallback:
        case ast.Expr(value=ast.Call() as call), ast.Pass():
            return call, None
        case ast.Return(value=ast.Call() as call), ast.Return(value=ast.Constant() as default):
            return call, default
        case ast.Return(value=ast.Call() as call), ast.Return(value=ast.UnaryOp() as default):
            return call, default
        case (
            ast.Assign(targets=[target], value=ast.Call() as call),
            ast.Assign(targets=[other], value=(ast.Constant() | ast.UnaryOp()) as default),
        ) if isinstance(target, ast.Name) and same(target, other):
            return call, default
    return None


def _better(call: ast.Call, default: ast.expr | None, error: str, context: Context) -> str | None:
    """The call that does not raise, as source text."""
    if call.keywords or not call.args or not all(_is_quiet(arg, context) for arg in call.args):
        return None
    given = ", ".join(context.segment(arg) for arg in call.args)
    otherwise = context.segment(default) if default is not None else "None"
    match call.func, error:
        case ast.Name(id="next"), "StopIteration":
            if len(call.args) == 1 and default and context.resolve(call.func) == "next":
                return f"next({given}, {otherwise})"
        case ast.Name(id="getattr"), "AttributeError":
            if len(call.args) == 2 and default and context.resolve(call.func) == "getattr":
                return f"getattr({given}, {otherwise})"
        case ast.Attribute(value=owner, attr=("index" | "rindex") as attr), "ValueError":
            is_missing = isinstance(default, ast.UnaryOp) and ast.unparse(default) == "-1"
            if is_missing and context.type_of(owner).name in ("str", "bytes"):
                return f"{context.segment(owner)}.{_FINDERS[attr]}({given})"
        case ast.Attribute(value=owner, attr="remove"), "KeyError":
            if (
                default is None
                and context.type_of(owner).name == "set"
                and _is_quiet(owner, context)
            ):
                return f"{context.segment(owner)}.discard({given})"
        case ast.Attribute(value=owner, attr="pop"), "KeyError":
            is_dict = context.type_of(owner).name in ("dict", "defaultdict", "OrderedDict")
            if is_dict and len(call.args) == 1 and _is_quiet(owner, context):
                return f"{context.segment(owner)}.pop({given}, {otherwise})"
    return None


def _is_quiet(node: ast.expr, context: Context) -> bool:
    """Whether evaluating it surely raises none of the errors: a name, a constant, `self.x`."""
    if isinstance(node, ast.Attribute):
        return is_name(node.value, "self") and not _is_property(node.attr, context)
    if isinstance(node, ast.Call):
        return is_name(node.func, "iter") and all(_is_quiet(arg, context) for arg in node.args)
    return isinstance(node, _QUIET) and not is_constant(node, ...)


def _is_property(name: str, context: Context) -> bool:
    return any(
        isinstance(node, ast.FunctionDef) and node.name == name and bool(node.decorator_list)
        for node in context.index.get(ast.FunctionDef, ())
    )
