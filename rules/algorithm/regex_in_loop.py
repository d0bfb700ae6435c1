from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.hoist import fresh_name, region_of
from effilint.analyzer.patterns import is_assertion
from effilint.analyzer.rewrite import around

_PLACE_OF_FLAGS = {
    "match": 2,
    "search": 2,
    "fullmatch": 2,
    "findall": 2,
    "finditer": 2,
    "sub": 4,
    "subn": 4,
    "split": 3,
}


class RegexInLoop(Rule):
    """A regular expression that never changes is handed to the `re` module on every pass.

    `re.match` and its kin look the compiled pattern up in a cache on every call, which takes
    longer than matching a short text; `re.compile` before the loop does so once.
    """

    code = "ALG703"
    name = "regex-in-loop"
    message = "`re.{function}` looks the same pattern up again on every pass"
    advice = "Compile the pattern once before the loop"
    gain = Gain("O(n)", "O(n)", {10: 1.8, 1_000: 2.3, 100_000: 1.9}, Tier.CONSTANT)
    calls = frozenset((*_PLACE_OF_FLAGS, "compile"))
    examples = (
        Bad(
            r"""
            import re

            def numbers(lines):
                found = []
                for line in lines:
                    match = re.match(r"(\d+):", line)  # ALG703
                    if match:
                        found.append(match[1])
                return found
            """,
            fixed=r"""
            import re

            def numbers(lines):
                found = []
                match_pattern = re.compile(r"(\d+):")
                for line in lines:
                    match = match_pattern.match(line)
                    if match:
                        found.append(match[1])
                return found
            """,
            workload='numbers([f"{i}: text" for i in range(n)])',
        ),
        Bad(
            r"""
            import re

            def squeeze(texts):
                return [re.sub(r"\s+", " ", text, flags=re.ASCII) for text in texts]  # ALG703
            """,
            fixed=r"""
            import re

            def squeeze(texts):
                sub_pattern = re.compile(r"\s+", flags=re.ASCII)
                return [sub_pattern.sub(" ", text) for text in texts]
            """,
        ),
        Bad(
            r"""
            import re

            def words(file):
                while line := file.readline():
                    pattern = re.compile("[a-z]+", re.IGNORECASE)  # ALG703
                    yield from pattern.findall(line)
            """,
            fixed=r"""
            import re

            def words(file):
                compile_pattern = re.compile("[a-z]+", re.IGNORECASE)
                while line := file.readline():
                    pattern = compile_pattern
                    yield from pattern.findall(line)
            """,
        ),
        Bad(
            r"""
            from re import fullmatch

            DATE = r"\d{4}-\d\d-\d\d"

            def dates(rows):
                for row in rows:
                    yield [cell for cell in row if fullmatch(DATE, cell)]  # ALG703
            """,
        ),
        # Another pattern on every pass.
        # Without a fix: the pattern has its name in the loop only.
        Bad(
            r"""
            import re

            def words(lines):
                for line in lines:
                    word = r"\w+"
                    yield re.match(word, line)  # ALG703
            """
        ),
        Good(
            r"""
            import re

            def matching(patterns, text):
                return [pattern for pattern in patterns if re.search(pattern, text)]
            """
        ),
        # Once is not often.
        Good(
            r"""
            import re

            def first(lines):
                for line in lines:
                    return re.match(r"\w+", line)
            """
        ),
        # Already compiled.
        Good(
            r"""
            import re

            WORD = re.compile(r"\w+")

            def words(lines):
                return [WORD.match(line) for line in lines]
            """
        ),
        # Five texts only.
        Good(
            r"""
            import re

            def small():
                return [re.sub("a", "b", text) for text in ("abc", "bca", "cab")]
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not node.args or any(isinstance(arg, ast.Starred) for arg in node.args):
            return
        if is_assertion(context.parent(node)):
            return
        full_name = context.resolve(node.func) or ""
        function = full_name.removeprefix("re.")
        if full_name != f"re.{function}" or _constant_text(node.args[0], context) is None:
            return
        loops = context.hot_loops(node)
        if not loops:
            return
        flags = _flags(node, function)
        if flags is not None and not context.is_invariant(flags, region_of(loops[-1], context)):
            return
        yield self.report(node, *_edits(node, function, flags, context), function=function)


def _constant_text(node: ast.expr, context: Context) -> str | bytes | None:
    if isinstance(node, ast.Name):
        node = context.sole_value(node) or node
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return node.value
    return None


def _flags(node: ast.Call, function: str) -> ast.expr | None:
    place = _PLACE_OF_FLAGS.get(function, 1)
    if len(node.args) > place:
        return node.args[place]
    return next((k.value for k in node.keywords if k.arg == "flags"), None)


def _edits(
    node: ast.Call, function: str, flags: ast.expr | None, context: Context
) -> tuple[Edit, ...]:
    """Compile before the outermost loop; nothing where the pattern or the way in is unusual."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    pattern = _constant_text(node.args[0], context)
    place = context.statement(region_of(context.hot_loops(node)[-1], context))
    is_simple = not isinstance(place, ast.If | ast.With | ast.FunctionDef | ast.ClassDef)
    in_class = isinstance(context.parent(place), ast.ClassDef)
    if owner is None or pattern is None or not is_simple or in_class or not _is_valid(pattern):
        return ()
    if not _are_plain(flags, context):
        return ()
    names = [name for name in (owner, node.args[0]) if isinstance(name, ast.Name)]
    if not all(_is_bound_before(name, place, context) for name in names):
        return ()
    arguments = context.segment(node.args[0])
    keyword = any(k.arg == "flags" for k in node.keywords)
    if flags is not None:
        arguments += f", {'flags=' * keyword}{context.segment(flags)}"
    name = fresh_name(f"{function}_pattern", context)
    compiled = f"{name} = {context.segment(owner)}.compile({arguments})\n"
    use = name if function == "compile" else f"{name}.{function}({_rest(node, flags, context)})"
    return Edit(place, around(compiled, "")), Edit(node, replacement(use))


def _are_plain(flags: ast.expr | None, context: Context) -> bool:
    """Whether the flags are those of `re`, so that reading them early cannot fail."""
    match flags:
        case None | ast.Constant(value=int()):
            return True
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _are_plain(left, context) and _are_plain(right, context)
    return (context.resolve(flags) or "").startswith("re.")


def _is_bound_before(name: ast.Name, place: ast.stmt, context: Context) -> bool:
    """Whether the one assignment or import of the name is surely run before `place`."""
    symbol = context.symbol(name)
    if symbol is None or len(symbol.bindings) != 1:
        return False
    if symbol.scope is not context.scopes.scope_of(place):
        return True  # of the module or a function around
    home = context.statement(symbol.bindings[0].node)
    outer = [place, *(node for node in context.ancestors(place) if isinstance(node, ast.stmt))]
    return any(home in _before(statement, context) for statement in outer)


def _before(statement: ast.stmt, context: Context) -> list[ast.stmt]:
    block = context.block(statement)
    return block[: block.index(statement)]


def _rest(node: ast.Call, flags: ast.expr | None, context: Context) -> str:
    parts = [context.segment(arg) for arg in node.args[1:] if arg is not flags]
    for keyword in node.keywords:
        if keyword.value is not flags:
            prefix = f"{keyword.arg}=" if keyword.arg else "**"
            parts.append(prefix + context.segment(keyword.value))
    return ", ".join(parts)


def _is_valid(pattern: str | bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            re.compile(pattern)
        except (re.error, Warning, OverflowError, RecursionError):
            return False
    return True
