from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    AddImport,
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    replacement,
)  # fmt: skip
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.scopes import arguments
from effilint.analyzer.patterns import constant_int, is_constant, is_name

_ENDLESS = ("str", "bytes", "float", "complex", "tuple", "frozenset")
_FEW = 3  # letters: 26 ** 3 is a bound
_OF_TEXT = frozenset(
    "strip lstrip rstrip split splitlines lower upper casefold startswith endswith encode".split()
)
_LIMITED = "use `functools.lru_cache(maxsize=1024)`"
_ON_THE_OBJECT = "keep them on the object, with `functools.cached_property` or in a dict of its own"


class UnboundedCache(Rule):
    """A cache without a limit keeps every argument and result until the program ends.

    With texts, floats or objects as arguments it grows as long as new ones arrive. The fix limits
    it to 1,024 results; it assumes that forgotten ones may be computed again.
    """

    code = "OTH104"
    name = "unbounded-cache"
    message = "The cache of `{name}` keeps every `{argument}` it ever gets"
    advice = "Let old results go: {how}"
    safety = Safety.UNSAFE
    # Of 19 findings on code not seen before, 7: most texts that are cached are one of a few.
    confidence = 0.4
    gain = Gain(
        "O(calls) memory", "O(1) memory", {1_000: 0.71, 10_000: 4.8, 50_000: 28.0}, Tier.MEMORY
    )
    examples = (
        Bad(
            """
            import functools

            @functools.cache  # OTH104
            def normalised(name: str) -> str:
                return " ".join(name.lower().split())
            """,
            fixed="""
            import functools

            @functools.lru_cache(maxsize=1024)
            def normalised(name: str) -> str:
                return " ".join(name.lower().split())
            """,
            workload=(
                "[normalised.cache_clear(), sum(len(normalised(f'A {i}')) for i in range(n))][1]"
            ),
        ),
        # No annotation, but only texts have this method.
        Bad(
            """
            from functools import lru_cache

            @lru_cache(maxsize=None)  # OTH104
            def tokens(line, sep=","):
                return tuple(line.strip().split(sep))
            """,
            fixed="""
            from functools import lru_cache

            @lru_cache(maxsize=1024)
            def tokens(line, sep=","):
                return tuple(line.strip().split(sep))
            """,
        ),
        # A method: every object stays alive, however small its result.
        Bad(
            """
            from functools import cache

            class Report:
                def __init__(self, rows):
                    self.rows = rows

                @cache  # OTH104
                def total(self):
                    return sum(self.rows)
            """
        ),
        # It has a limit, or goes with the call that made it.
        Good(
            """
            from functools import cache, lru_cache

            @lru_cache(maxsize=256)
            def lowered(text: str) -> str:
                return text.lower()

            def distance(one: str, other: str) -> int:
                @cache
                def rest(i, j):
                    return 0 if i == len(one) or j == len(other) else rest(i + 1, j + 1)

                return rest(0, 0)
            """
        ),
        # Somebody empties it.
        Good(
            """
            import functools

            class Registry:
                @functools.cache
                def models(self):
                    return list(self.all_models())

                def register(self, model):
                    self.names.append(model.name)
                    self.models.cache_clear()
            """
        ),
        # There is one result; or one for each class, of which there are few.
        Good(
            """
            import functools

            @functools.cache
            def settings():
                return load()

            @functools.cache
            def fields_of(kind: type):
                return tuple(kind.__annotations__)
            """
        ),
        # Short codes only: there are not many.
        Good(
            """
            from functools import cache

            @cache
            def column(letters: str) -> int:
                if len(letters) > 3:
                    raise ValueError(letters)
                return sum(ord(letter) for letter in letters)
            """
        ),
        # It needs all earlier results, and is called with small numbers.
        Good(
            """
            from functools import cache

            @cache
            def paths(rows: int, columns: int) -> int:
                if rows == 0 or columns == 0:
                    return 1
                return paths(rows - 1, columns) + paths(rows, columns - 1)
            """
        ),
    )

    def visit_FunctionDef(self, node: ast.FunctionDef, context: Context) -> Iterator[Finding]:
        if not node.decorator_list or context.function(node) is not None:
            return
        caches = [d for d in node.decorator_list if _is_endless(d, context)]
        if not caches or node in context.calls.recursive or _is_cleared(node, context):
            return
        is_method = context.calls.is_method(node) and not _is_of_class(node)
        if is_method and _is_frozen(node, context):
            return
        name = "self" if is_method else _endless_argument(node, context)
        if name is None:
            return
        edits = () if is_method else _limit(caches[0], context)
        how = _ON_THE_OBJECT if is_method else _LIMITED
        yield self.report(caches[0], *edits, name=node.name, argument=name, how=how)


def _is_endless(decorator: ast.expr, context: Context) -> bool:
    match decorator:
        case ast.Call(func=function, args=args, keywords=keywords):
            if context.resolve(function) != "functools.lru_cache":
                return False
            sizes = [*args[:1], *(k.value for k in keywords if k.arg == "maxsize")]
            return len(sizes) == 1 and is_constant(sizes[0], None) and len(keywords) < 2
    return context.resolve(decorator) == "functools.cache"


def _limit(decorator: ast.expr, context: Context) -> tuple[Edit | AddImport, ...]:
    if isinstance(decorator, ast.Name):
        limited = replacement("lru_cache(maxsize=1024)")
        return Edit(decorator, limited), AddImport("functools", "lru_cache")
    if isinstance(decorator, ast.Call):
        function = context.segment(decorator.func)
    else:
        function = context.segment(decorator).removesuffix("cache") + "lru_cache"
    return (Edit(decorator, replacement(f"{function}(maxsize=1024)")),)


def _is_cleared(function: ast.FunctionDef, context: Context) -> bool:
    """Whether the file empties the cache at some time."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "cache_clear"
        and function.name in (getattr(node.value, "id", ""), getattr(node.value, "attr", ""))
        for node in context.index.get(ast.Attribute, ())
    )


def _is_of_class(function: ast.FunctionDef) -> bool:
    if function.args.args and function.args.args[0].arg in ("cls", "mcs"):
        return True
    return any(isinstance(d, ast.Name) and d.id == "classmethod" for d in function.decorator_list)


def _is_frozen(function: ast.FunctionDef, context: Context) -> bool:
    """Whether the class compares by value, so that equal objects share results."""
    owner = context.parent(function)
    return isinstance(owner, ast.ClassDef) and any(
        isinstance(s, ast.FunctionDef) and s.name == "__hash__" for s in owner.body
    )


def _endless_argument(function: FunctionNode, context: Context) -> str | None:
    """An argument that may have any number of values: a text, a float."""
    for argument, _ in arguments(function.args):
        uses = context.uses(argument)
        if any(_is_kept_short(use, context) for use in uses):
            continue
        if uses and context.type_of(uses[0]).name in _ENDLESS:
            return argument.arg
        if any(_is_text_method(context.parent(use)) for use in uses):
            return argument.arg
    return None


def _is_kept_short(use: ast.Name, context: Context) -> bool:
    """Whether it must be a few characters long: `if len(text) > 3: raise ...`."""
    measured = context.parent(use)
    match context.parent(measured) if measured is not None else None:
        case ast.Compare(left=left, ops=[op], comparators=[size]) as test if left is measured:
            pass
        case _:
            return False
    choice = context.parent(test)
    is_limit = isinstance(op, ast.Gt | ast.GtE | ast.NotEq) and (constant_int(size) or 99) <= _FEW
    is_refused = isinstance(choice, ast.If) and isinstance(choice.body[0], ast.Raise)
    return (
        isinstance(measured, ast.Call) and is_name(measured.func, "len") and is_limit and is_refused
    )


def _is_text_method(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _OF_TEXT
