"""Loops that only visit the items of something, and what of them is needed elsewhere."""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Iterator
from typing import TYPE_CHECKING

from effilint.analyzer.facts.loops import TINY, Loop
from effilint.analyzer.facts.ordering import runs_other_code
from effilint.analyzer.facts.purity import CHANGING_METHODS, makes_object
from effilint.analyzer.facts.scopes import FUNCTIONS, Kind, Symbol
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_NAMED: dict[type[ast.AST], str] = {
    ast.Name: "id",
    ast.arg: "arg",
    ast.FunctionDef: "name",
    ast.ClassDef: "name",
    ast.alias: "name",
}
_SEQUENCES = ("list", "tuple", "str", "bytes", "bytearray", "range")


def is_tiny(context: Context, loop: Loop) -> bool:
    """Whether the loop makes few passes, or goes from a variable up to a small number."""
    count = context.trip_count(loop)
    if count is None and isinstance(loop, ast.For | ast.comprehension):
        match loop.iter:
            case ast.Call(func=ast.Name("range"), args=[ast.Name(), ast.Constant(value=int(stop))]):
                return stop <= TINY
    return count is not None and count <= TINY


def is_read_outside(context: Context, name: ast.Name, loop: ast.stmt) -> bool:
    """Whether a value that the loop leaves in the variable may be read outside of the loop.

    By its name, too, as `eval` and `locals` do.
    """
    symbol = context.symbol(name)
    if symbol is None or _is_global(context, symbol, loop) or _is_touched(context, symbol, loop):
        return True
    if context.looks_at_locals(context.function(loop) or context.tree):
        return True
    repeated = bool(context.loops(loop))
    home = context.function(loop)
    for load in context.uses(name):
        if context.inside(load, loop) or _is_bound_by_other_loop(context, load, loop):
            continue
        if repeated or context.function(load) is not home or load.lineno >= loop.lineno:
            return True
    return False


def _is_global(context: Context, symbol: Symbol, loop: ast.stmt) -> bool:
    """Whether a function binds a variable of the module, where everyone may read it."""
    return symbol.scope is context.scopes.module and context.function(loop) is not None


def _is_touched(context: Context, symbol: Symbol, loop: ast.stmt) -> bool:
    """Whether `del` or `+=` outside of the loop need the variable to be bound."""
    return any(
        binding.kind in (Kind.DELETE, Kind.AUGMENTED) and not context.inside(binding.node, loop)
        for binding in symbol.bindings
    )


def _is_bound_by_other_loop(context: Context, load: ast.Name, loop: ast.stmt) -> bool:
    """Whether a `for` around the read, but not around `loop`, binds the variable."""
    child: ast.AST = load
    for outer in context.ancestors(load):
        if isinstance(outer, ast.For) and child is not outer.iter and child not in outer.orelse:
            if not context.inside(loop, outer) and _binds(outer.target, load.id):
                return True
        child = outer
    return False


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in walk(target))


def measured_length(context: Context, node: ast.expr) -> ast.expr | None:
    """The sequence `a`, if `node` is `len(a)` with `a` a name or a dotted name."""
    match node:
        case ast.Call(
            func=ast.Name("len") as function, args=[ast.Name() | ast.Attribute() as a], keywords=[]
        ):
            return a if context.resolve(function) == "len" else None
    return None


def kept_length(context: Context, node: ast.expr, region: ast.AST) -> ast.expr | None:
    """The sequence `a`, if `node` is a variable set to `len(a)` that still holds in `region`.

    The variable is bound once, and nothing between there and the end of the statement around
    `region` changes the sequence.
    """
    value = context.sole_value(node) if isinstance(node, ast.Name) else None
    sequence = None if value is None else measured_length(context, value)
    if value is None or sequence is None or context.function(value) is not context.function(region):
        return None
    for statement in context.following(context.statement(value)):
        if context.changes(sequence, statement):
            return None
        if context.inside(region, statement):
            return sequence
    return None


def prints(region: ast.AST) -> bool:
    """Whether the loop prints: that takes far longer than going from item to item."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        for node in walk(region)
    )


def item_reads(
    context: Context, index: ast.Name, sequence: ast.expr, region: ast.AST, *, besides: int
) -> list[ast.Subscript]:
    """Every read `sequence[index]` in `region`; none if the variable is read in another way.

    `besides` is how many other reads are known and allowed. The sequence must be of a built-in
    type and stay as it is in the region, and be read in no nested function.
    """
    loads = [use for use in context.uses(index) if context.inside(use, region)]
    reads = []
    for load in loads:
        parent = context.parent(load)
        if isinstance(parent, ast.Subscript) and parent.slice is load:
            if isinstance(parent.ctx, ast.Load) and same(parent.value, sequence):
                reads.append(parent)
    if not reads or len(loads) != len(reads) + besides:
        return []
    if context.type_of(sequence).name not in _SEQUENCES or context.changes(sequence, region):
        return []
    return [] if any(_is_deferred(context, read, region) for read in reads) else reads


def _is_deferred(context: Context, node: ast.expr, region: ast.AST) -> bool:
    """Whether the node is in a function or generator that may run when the loop has gone on."""
    for outer in context.ancestors(node):
        if outer is region:
            return False
        if isinstance(outer, (*FUNCTIONS, ast.GeneratorExp)):
            return True
    return False


def may_change_meanwhile(context: Context, sequence: ast.expr, region: ast.AST) -> bool:
    """Whether other code, or the region under another name, may change the sequence meanwhile."""
    if not context.type_of(sequence).is_mutable:
        return False
    if any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Await) for node in walk(region)):
        return True
    if _is_own(context, sequence):
        return False
    return runs_other_code(region, context) or any(
        _may_be_the_same(context, changed, sequence)
        for node in walk(region)
        for changed in _changed_by(node)
    )


def _changed_by(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in CHANGING_METHODS:
            yield owner
        case ast.Subscript(value=owner, ctx=ast.Store() | ast.Del()):
            yield owner
        case ast.AugAssign(target=target):
            yield target


def _may_be_the_same(context: Context, one: ast.expr, other: ast.expr) -> bool:
    """Whether two expressions may stand for one object: two arguments, for instance."""
    if _is_own(context, one):
        return False
    kinds = context.type_of(one), context.type_of(other)
    return not all(kind.is_known for kind in kinds) or kinds[0].name == kinds[1].name


def _is_own(context: Context, node: ast.expr) -> bool:
    """Whether it is a variable that only ever holds containers made here."""
    if not isinstance(node, ast.Name):
        return False
    bindings = context.bindings(node)
    return bool(bindings) and all(b.kind is Kind.ASSIGN and makes_object(b.value) for b in bindings)


def item_name(context: Context, sequence: ast.expr, index: ast.Name) -> str:
    """A name for an item of `sequence` that the file does not use: `price` for `prices`.

    In a nested loop it ends with the name of the index, to differ from that of the outer loop.
    """
    text = sequence.id if isinstance(sequence, ast.Name) else getattr(sequence, "attr", "")
    name = _singular(text.lstrip("_"))
    if not name.isidentifier() or keyword.iskeyword(name) or hasattr(builtins, name):
        name = "item"
    if len(context.loops(index)) > 1:
        name += f"_{index.id}"
    taken = set(context.scopes.module.symbols)
    for kind, field in _NAMED.items():
        taken |= {getattr(node, field) for node in context.index.get(kind, ())}
    while name in taken:
        name += "_"
    return name


def _singular(text: str) -> str:
    if text.endswith("ies"):
        return text[:-3] + "y"
    if text.endswith(("xes", "ches", "shes", "sses")):
        return text[:-2]
    return text[:-1] if text.endswith("s") and not text.endswith("ss") and len(text) > 3 else "item"


def is_number(context: Context, target: ast.expr) -> bool:
    """Whether a variable or attribute that grows by `+=` starts as a number."""
    if not isinstance(target, ast.Name):
        return context.type_of(target).is_number
    starts = [b for b in context.bindings(target) if b.kind is not Kind.AUGMENTED]
    return bool(starts) and all(
        b.kind is Kind.ASSIGN and b.value is not None and _is_start(context, target, b.value)
        for b in starts
    )


def _is_start(context: Context, target: ast.Name, value: ast.expr) -> bool:
    """Whether `value` is a number, or what stands for `target += ...`."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        if same(value.left, target) or same(value.right, target):
            return True
    return context.type_of(value).is_number


def visiting_region(context: Context, node: ast.expr) -> ast.AST | None:
    """The loop or comprehension that goes once through `node`; None if it is used otherwise.

    It may be wrapped in `enumerate`, or be assigned to a variable that only the loop right after
    it reads.
    """
    value, parent = node, context.parent(node)
    if isinstance(parent, ast.Call) and parent.args and parent.args[0] is value:
        if context.resolve(parent.func) != "enumerate":
            return None
        value, parent = parent, context.parent(parent)
    if isinstance(parent, ast.Assign) and value is node:
        return _next_loop(context, parent)
    if isinstance(parent, ast.For) and parent.iter is value:
        return parent
    if isinstance(parent, ast.comprehension) and parent.iter is value:
        whole = context.parents[parent]
        is_first = whole.generators[0] is parent  # type: ignore[attr-defined]
        if isinstance(whole, ast.GeneratorExp) and not is_used_at_once(context, whole):
            return None  # it may run when the file is closed
        return whole if is_first and not parent.is_async else None
    return None


def _next_loop(context: Context, assignment: ast.Assign) -> ast.AST | None:
    target = assignment.targets[0]
    after = context.following(assignment)
    if len(assignment.targets) != 1 or not isinstance(target, ast.Name) or not after:
        return None
    uses = context.uses(target)
    if len(uses) != 1 or len(context.bindings(target)) != 1:
        return None
    region = visiting_region(context, uses[0])
    return region if region is not None and context.inside(region, after[0]) else None


_EAGER = frozenset(
    """list tuple set frozenset dict sorted sum min max any all bytes bytearray
    collections.deque collections.Counter math.prod math.fsum""".split()
)
_EAGER_METHODS = frozenset(["join", "extend", "update", "writelines", "extendleft"])


def is_used_at_once(context: Context, generator: ast.GeneratorExp) -> bool:
    """Whether the call that is handed the generator expression surely goes through it."""
    parent = context.parent(generator)
    if not isinstance(parent, ast.Call) or generator not in parent.args:
        return False
    if isinstance(parent.func, ast.Attribute) and parent.func.attr in _EAGER_METHODS:
        return True
    return context.resolve(parent.func) in _EAGER


_OPENING = frozenset(["open", "write_text", "write_bytes", "rename", "replace", "unlink", "remove"])


def file_of(context: Context, file: ast.expr, region: ast.AST) -> bool:
    """Whether `file` is a file that only the loop or comprehension `region` still uses.

    The region must not open, rename or remove files either, for one may be this one.
    """
    if context.type_of(file).name != "file":
        return False
    uses = context.uses(file) if isinstance(file, ast.Name) else []
    home = context.statement(region)
    uses = [use for use in uses if use is not file and not _closes(context, use, home)]
    if any(context.inside(use, region) or _follows(context, use, home) for use in uses):
        return False
    if any(file.lineno < use.lineno < home.lineno for use in uses):
        return False
    if any(context.function(use) is not context.function(region) for use in uses):
        return False
    for part in walk(region):
        if isinstance(part, ast.Call) and part is not file:
            name = getattr(part.func, "attr", getattr(part.func, "id", ""))
            if name in _OPENING and not _is_str_method(part):
                return False
    return True


def _closes(context: Context, use: ast.Name, statement: ast.stmt) -> bool:
    """Whether the file is closed after the statement, whatever happened there."""
    method = context.parent(use)
    is_last = use.lineno > (statement.end_lineno or statement.lineno)
    return is_last and isinstance(method, ast.Attribute) and method.attr == "close"


def _is_str_method(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr == "replace" and len(call.args) == 2


def _follows(context: Context, use: ast.Name, statement: ast.stmt) -> bool:
    """Whether a read comes after `statement` in a block around it, but for other `with` blocks."""
    if use.lineno <= (statement.end_lineno or statement.lineno):
        return (
            bool(context.loops(statement))
            and context.inside(use, context.statement(context.parents[statement]))
            and not context.inside(use, statement)
            and use.lineno > statement.lineno
        )
    manager = next((o for o in context.ancestors(statement) if isinstance(o, ast.With)), None)
    return manager is None or context.inside(use, manager)


def is_guarded(context: Context, node: ast.expr) -> bool:
    """Whether `StopIteration` would not do as an exception: it is caught here, or swallowed."""
    for outer in context.ancestors(node):
        if isinstance(outer, ast.Try | ast.TryStar | ast.GeneratorExp):
            return True
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
            return context.calls.outcome(outer).is_generator
    return False
