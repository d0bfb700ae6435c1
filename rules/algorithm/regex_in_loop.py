from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.records import is_over_records
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.hoist import fresh_name, region_of, runs_on_every_pass
from effilint.analyzer.patterns import is_assertion, same, walk
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
    longer than matching a short text; `re.compile` before the loop does so once. Only loops over
    lines, rows or texts count, of which there may be many.
    """

    code = "ALG703"
    name = "regex-in-loop"
    message = "`re.{function}` looks the same pattern up again on every pass"
    advice = "Compile the pattern once before the loop"
    gain = Gain("O(n)", "O(n)", {10: 1.9, 1_000: 2.3, 100_000: 2.1}, Tier.CONSTANT)
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
        # One pattern in two places is one finding.
        Bad(
            r"""
            import re

            def bare(path):
                with open(path) as file:
                    for entry in file:
                        entry = re.sub(r"\s+", " ", entry)  # ALG703
                        yield re.sub(r"\s+", " ", entry[::-1])
            """,
            fixed=r"""
            import re

            def bare(path):
                with open(path) as file:
                    sub_pattern = re.compile(r"\s+")
                    for entry in file:
                        entry = sub_pattern.sub(" ", entry)
                        yield sub_pattern.sub(" ", entry[::-1])
            """,
        ),
        # Some attributes: nothing says that there are many.
        Good(
            r"""
            import re

            def sizes(formats):
                return [re.search(r"(\d+)x(\d+)", f["url"]) for f in formats]
            """
        ),
        # One line of many.
        Good(
            r"""
            import re

            def version(lines):
                for line in lines:
                    if line.startswith("version"):
                        print(re.search(r"\d+", line))
            """
        ),
        # A machine has few processors, and one short list of defaults.
        Good(
            r"""
            import re

            def names():
                return [re.sub(r"\s+", " ", line) for line in open("/proc/cpuinfo")]

            class User:
                def masks(self):
                    with open(self.LOGIN_DEFS) as file:
                        return [re.findall(r"^UMASK +(\d+)", line) for line in file]
            """
        ),
        # Another pattern on every pass.
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
        if not _are_long(loops, node, context):
            return
        flags = _flags(node, function)
        if flags is not None and not context.is_invariant(flags, region_of(loops[-1], context)):
            return
        twins = _twins(node, function, loops[-1], context)
        if next(twin for twin in twins if runs_on_every_pass(twin, context)) is not node:
            return
        yield self.report(node, *_edits(node, twins, function, context), function=function)


def _are_long(loops: list[Loop], node: ast.Call, context: Context) -> bool:
    """Whether one of the loops goes through lines or the like, and each pass needs the call."""
    if not any(is_over_records(loop, context) for loop in loops):
        return False
    return runs_on_every_pass(node, context) and not waits(context, node)


def _twins(node: ast.Call, function: str, loop: Loop, context: Context) -> list[ast.Call]:
    """The calls of the loop with the same function, pattern and flags, in source order."""
    flags, found = _flags(node, function), []
    for call in walk(region_of(loop, context)):
        if not isinstance(call, ast.Call) or not call.args or not same(call.func, node.func):
            continue
        if any(isinstance(arg, ast.Starred) for arg in call.args):
            continue
        its = _flags(call, function)
        is_same = same(its, flags) if its is not None and flags is not None else its is flags
        if is_same and same(call.args[0], node.args[0]):
            found.append(call)
    return sorted(found, key=lambda call: (call.lineno, call.col_offset))


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
    node: ast.Call, twins: list[ast.Call], function: str, context: Context
) -> tuple[Edit, ...]:
    """Compile before the outermost loop; nothing where the pattern or the way in is unusual."""
    flags = _flags(node, function)
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
    uses = [Edit(twin, replacement(_use(name, twin, function, context))) for twin in twins]
    return Edit(place, around(compiled, "")), *uses


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


def _use(name: str, node: ast.Call, function: str, context: Context) -> str:
    return name if function == "compile" else f"{name}.{function}({_rest(node, function, context)})"


def _rest(node: ast.Call, function: str, context: Context) -> str:
    flags = _flags(node, function)
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
