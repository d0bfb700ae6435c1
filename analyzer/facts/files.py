"""Which calls open a file, and whether a piece of code opens the same one again and again."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.purity import CHANGING_METHODS, READING_METHODS
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

# Calls that change neither files nor what they are given, whatever that is.
_HARMLESS = frozenset(
    """print next open io.open json.load json.dump yaml.safe_load yaml.load yaml.dump pickle.load
    pickle.loads pickle.dump pickle.dumps tomllib.load tomllib.loads csv.reader csv.DictReader
    csv.writer csv.DictWriter marshal.load pathlib.Path str.encode time.time time.perf_counter
    datetime.datetime.now random.random random.randint random.choice
    contextlib.suppress""".split()
)
_HARMLESS_METHODS = READING_METHODS | CHANGING_METHODS | {
    "flush", "writerow", "writerows", "read_text", "read_bytes", "open", "lower", "get", "date",
}  # fmt: skip
_WAITING = frozenset(("sleep", "input", "wait", "recv", "select", "poll", "join_thread", "accept"))
_READING_FILES = {"read_text": "r", "read_bytes": "rb"}


@dataclass(frozen=True, slots=True)
class Opening:
    """A call that opens a file: the path it names, the mode, and all that it depends on."""

    path: ast.expr
    mode: str
    inputs: tuple[ast.expr, ...]

    @property
    def is_reading(self) -> bool:
        """Whether the file is only read."""
        return self.mode in ("r", "rt", "rb")

    @property
    def is_appending(self) -> bool:
        """Whether writing goes on at the end of the file."""
        return self.mode in ("a", "at", "ab", "a+", "a+b", "ab+")


def opening(context: Context, call: ast.Call) -> Opening | None:
    """What `call` opens: `open(...)`, `path.open(...)`, `path.read_text()`; None if nothing."""
    inputs = (*call.args, *(keyword.value for keyword in call.keywords))
    if isinstance(call.func, ast.Attribute):
        owner, attr = call.func.value, call.func.attr
        if attr in _READING_FILES and _is_path(context, owner):
            return Opening(owner, _READING_FILES[attr], (owner, *inputs))
        if attr == "open" and _is_path(context, owner):
            mode = _mode(call, 0)
            return Opening(owner, mode, (owner, *inputs)) if mode else None
    if not call.args or context.resolve(call.func) not in ("open", "io.open"):
        return None
    mode = _mode(call, 1)
    return Opening(call.args[0], mode, inputs) if mode else None


def _mode(call: ast.Call, place: int) -> str | None:
    given = call.args[place] if len(call.args) > place else None
    for keyword in call.keywords:
        if keyword.arg == "mode":
            given = keyword.value
    if given is None:
        return "r"
    is_text = isinstance(given, ast.Constant) and isinstance(given.value, str)
    return str(given.value) if is_text else None  # type: ignore[attr-defined]


def _is_path(context: Context, node: ast.expr) -> bool:
    value = context.sole_value(node) if isinstance(node, ast.Name) else node
    match value:
        case ast.Call(func=func):
            return context.resolve(func) == "pathlib.Path"
        case ast.BinOp(op=ast.Div(), left=left):
            return _is_path(context, left)
    for binding in context.bindings(node):
        annotation = getattr(binding.node, "annotation", None)
        if annotation is not None and context.resolve(annotation) == "pathlib.Path":
            return True
    return False


def is_fixed(context: Context, node: ast.expr, region: ast.AST) -> bool:
    """Whether a path or other plain value stays the same all through `region`."""
    if any(isinstance(n, ast.Starred | ast.Await | ast.NamedExpr) for n in walk(node)):
        return False
    for inner in walk(node):
        if isinstance(inner, ast.Call) and context.resolve(inner.func) != "pathlib.Path":
            if not context.is_pure(inner):
                return False
        elif isinstance(inner, ast.Attribute):
            if any(_is_store_of(other, inner.attr) for other in walk(region)):
                return False
        elif isinstance(inner, ast.Name):
            if not context.bindings(inner) and context.resolve(inner) is None:
                return False
            for binding in context.bindings(inner):
                is_argument = isinstance(binding.node, ast.arg)
                if not is_argument and context.inside(binding.node, region):
                    return False
    return True


def _is_store_of(node: ast.AST, attr: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == attr and isinstance(node.ctx, ast.Store)


def is_named_elsewhere(node: ast.expr, region: ast.AST) -> bool:
    """Whether `region` uses the path (or what it is made of) a second time."""
    own = {id(inner) for inner in walk(node)}
    names = {n.id for n in walk(node) if isinstance(n, ast.Name) and n.id not in ("os", "Path")}
    for inner in walk(region):
        if id(inner) in own:
            continue
        if isinstance(inner, ast.Name) and inner.id in names and inner.id != "self":
            if isinstance(inner.ctx, ast.Load):
                return True
        if isinstance(inner, ast.Attribute | ast.Constant) and same(inner, node):
            return True
    return False


def is_tight(context: Context, loop: ast.AST, apart: ast.Call | None = None) -> bool:
    """Whether all that `loop` calls, apart from one call, is quick and touches no other file."""
    for node in walk(loop):
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom):
            return False
        if isinstance(node, ast.Call) and node is not apart and not _is_harmless(context, node):
            return False
    return True


def _is_harmless(context: Context, call: ast.Call) -> bool:
    name = context.resolve(call.func)
    if name in _HARMLESS or context.purity.only_reads(call):
        return True
    if name is not None or not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr in _HARMLESS_METHODS and context.callee(call) is None


def waits(loop: ast.AST) -> bool:
    """Whether the loop sleeps or waits for somebody."""
    return any(
        isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) or getattr(node.func, "attr", None)) in _WAITING
        for node in walk(loop)
    )


def runs_once(context: Context, node: ast.AST, loop: ast.AST) -> bool:
    """Whether the loop ends, or its function returns, in the pass that reaches `node`."""
    child: ast.AST = node
    for outer in context.ancestors(node):
        if isinstance(child, ast.stmt):
            for later in (child, *context.following(child)):
                if isinstance(later, ast.Return | ast.Break | ast.Raise):
                    return True
        if outer is loop:
            return False
        child = outer
    return False


def repeating_loop(context: Context, node: ast.AST) -> Loop | None:
    """The innermost loop that runs `node` more than a few times."""
    for loop in context.hot_loops(node):
        count = context.trip_count(loop)
        if count is None or count > 16:
            return loop
    return None
