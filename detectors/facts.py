"""What can be said of a program's cost without running it, as numbers.

A model takes them beside the tokens. They are of syntax (how often a construct or a call of a known
name stands in the program, and how often inside of loops), of structure (loops by depth,
recursion), of estimated growth (time and space of the costliest function), of operations (how much
is done of which kind, and what is done most often), and of findings (by behaviour). No name that
the program gives itself, no comment and no layout changes them.
"""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from effilint.analyzer.context import Context
from effilint.analyzer.engine import Linter
from effilint.analyzer.facts.cost import Cost, is_decorated_cache
from effilint.analyzer.facts.growth import Growth, Term
from effilint.analyzer.facts.scopes import COMPREHENSIONS
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.detectors.operations import (
    KINDS,
    Operation,
    Scale,
    Table,
    called,
    opened,
    plain_name,
    summed_bits,
)
from effilint.rules import all_rules

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_DEEPEST = 4
_NODES = (
    "For While If IfExp ListComp SetComp DictComp GeneratorExp Lambda FunctionDef ClassDef Return "
    "Yield YieldFrom Break Continue Try Raise With Assert Delete Global Nonlocal Assign AugAssign "
    "NamedExpr Call Attribute Subscript Slice Starred List Tuple Dict Set Constant JoinedStr Name "
    "Compare BoolOp And Or Not USub In NotIn Is IsNot Eq NotEq Lt LtE Gt GtE Add Sub Mult Div "
    "FloorDiv Mod Pow LShift RShift BitAnd BitOr BitXor Invert Match"
).split()
_CALLS = dict.fromkeys((
    "len range enumerate zip map filter sorted reversed sum min max any all abs divmod pow round "
    "int str float bool list tuple dict set frozenset iter next print input open isinstance ord "
    "chr bin hash sort append extend insert pop remove index count reverse copy deepcopy clear add "
    "discard update union intersection difference issubset get setdefault keys values items "
    "popitem split join replace strip find rfind startswith endswith lower upper isdigit isalpha "
    "isalnum format translate zfill deque popleft appendleft rotate Counter most_common "
    "defaultdict OrderedDict heappush heappop heapify heappushpop heapreplace nlargest nsmallest "
    "merge bisect bisect_left bisect_right insort insort_left SortedList SortedDict cache "
    "lru_cache reduce partial cmp_to_key accumulate chain combinations permutations product "
    "groupby islice count cycle repeat starmap takewhile pairwise compress zip_longest gcd lcm "
    "sqrt isqrt floor ceil log log2 comb perm factorial match search findall sub compile array "
    "zeros ones arange dot sleep write read readline readlines"
).split())  # fmt: skip
_KNOWN_NODES, _KNOWN_CALLS = frozenset(_NODES), frozenset(_CALLS)
_OPERATORS = "Add Sub Mult Div FloorDiv Mod Pow LShift RShift BitAnd BitOr BitXor".split()
_PLAIN = (
    "Name.Load Name.Store Attribute.Load Attribute.Store Constant If IfExp For While BoolOp Not "
    "USub Invert Tuple List Dict Set ListComp SetComp DictComp GeneratorExp JoinedStr Return Break "
    "Continue Delete Yield Raise Try With Assign own() unknown()"
).split()
_SCALES = {
    "few": Scale(30, 8, 8, 16),
    "some": Scale(1_000, 30, 30, 22),
    "many": Scale(100_000, 200, 200, 30),
}
_NEAR = 1.5  # bits below what is done most often, and counted with it
_SIGNS = ("time", "space")
_NONE = 0.0


def _operation_names() -> Iterator[str]:
    yield from _PLAIN
    yield from (f"{name}()" for name in _CALLS)
    for kind in KINDS:
        yield from (f"{kind} {operator}" for operator in _OPERATORS)
        yield from (f"compare {kind}", f"in {kind}")
        for use in ("Load", "Store", "Del"):
            yield from (f"{kind}[].{use}", f"{kind}[:].{use}")


_OPERATIONS = tuple(_operation_names())


def _names() -> Iterator[str]:
    yield from ("is_parsed", "nodes", "deepest_loop", "functions", "recursive", "cached")
    yield from (f"loops_{depth}" for depth in range(1, _DEEPEST + 1))
    for where in ("all", "hot", "deep"):
        yield from (f"{where}_{node}" for node in _NODES)
        yield from (f"{where}_{name}()" for name in _CALLS)
    for sign in _SIGNS:
        parts = ("degree", "logs", "exponential", "factorial", "unknown", "terms")
        yield from (f"{sign}_{part}" for part in parts)
    for scale in _SCALES:
        yield from (f"{part}_{scale}" for part in ("cost", "runs", "spared"))
    yield from ("passes", "constant_passes", "busy")
    yield from (f"cost_of_{name}" for name in _OPERATIONS)
    yield from (f"busy_{name}" for name in _OPERATIONS)
    yield from (f"finds_{prefix}" for prefix in BEHAVIOURS)
    yield from ("finds_asymptotic", "finds_constant", "finds_other")


FACTS: tuple[str, ...] = tuple(_names())


def facts_of(text: str) -> dict[str, float]:
    """Return the facts of a program by name, those of `FACTS` that are not zero.

    Counts are natural logarithms of one more than the count. Of what cannot be parsed nothing is
    known.
    """
    with opened(text) as table:
        return {} if table is None else facts_in(table)


def facts_in(table: Table) -> dict[str, float]:
    """Return the facts of a program that is open."""
    found: dict[str, float] = {"is_parsed": 1.0}
    counts = Counter(_counted(table.context))
    counts.update(_found(table.context))
    found |= {name: math.log1p(count) for name, count in counts.items()}
    found |= _growth(table.context)
    found |= _done(_operations(table))
    return {name: value for name, value in found.items() if value}


def costliest(text: str) -> Cost | None:
    """Return the cost of the function that grows most; None if nothing can be told."""
    with opened(text) as table:
        costs = list(_costs(table.context)) if table is not None else []
    return max(costs, key=lambda cost: _rank(cost.time), default=None)


def vector(facts: dict[str, float]) -> list[float]:
    """Return the facts in the order of `FACTS`."""
    return [facts.get(name, _NONE) for name in FACTS]


def _counted(context: Context) -> Iterator[str]:
    """The name of a count for each time that it goes up."""
    yield from _constructs(context)
    for function in context.circles.functions:
        yield "functions"
        if context.calls.self_calls(function):
            yield "recursive"
        if is_decorated_cache(function, context):
            yield "cached"


def _constructs(context: Context) -> Iterator[str]:
    """Nodes, loops and calls of known names, by how deep in loops they are."""
    left: list[tuple[ast.AST, int]] = [(context.tree, 0)]
    deepest = 0
    while left:
        node, depth = left.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        yield "nodes"
        for label in _labels(node, context):
            yield f"all_{label}"
            if depth:
                yield f"hot_{label}"
            if depth > 1:
                yield f"deep_{label}"
        if isinstance(node, (*_LOOPS, *COMPREHENSIONS)):
            depth += 1
            yield f"loops_{min(depth, _DEEPEST)}"
            if depth > deepest:
                deepest = depth
                yield "deepest_loop"
        left.extend((child, depth) for child in _parts(node))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node, without annotations."""
    match node:
        case ast.arg():
            return
        case ast.AnnAssign(target=target, value=value):
            yield target
            yield from (part for part in (value,) if part is not None)
        case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns):
            yield from (child for child in ast.iter_child_nodes(node) if child is not returns)
        case _:
            yield from ast.iter_child_nodes(node)


def _labels(node: ast.AST, context: Context) -> Iterator[str]:
    kind = plain_name(node)
    if kind in _KNOWN_NODES and not (isinstance(node, ast.AnnAssign) and node.value is None):
        yield kind
    if isinstance(node, ast.Call):
        name = called(node, context)
        if name in _KNOWN_CALLS:
            yield f"{name}()"


@cache
def _linter() -> Linter:
    return Linter(all_rules().values())


def _found(context: Context) -> Iterator[str]:
    """The counts of findings, once for each place and behaviour."""
    seen = set()
    for finding in _linter().findings(context):
        behaviour = finding.rule.behaviour.prefix
        place = (behaviour, finding.node.lineno, finding.node.col_offset)
        if place in seen:
            continue
        seen.add(place)
        yield f"finds_{behaviour}"
        tier = finding.rule.gain.tier.value
        yield f"finds_{tier if tier in ('asymptotic', 'constant') else 'other'}"


def _growth(context: Context) -> dict[str, float]:
    """How the costliest function grows."""
    costs = list(_costs(context))
    found: dict[str, float] = {}
    for sign in _SIGNS:
        growths = [getattr(cost, sign) for cost in costs]
        if not growths:
            continue
        largest = max(growths, key=_rank)
        degree, logs, exponential, factorial, unknown = _measures(largest)
        parts = (degree, logs, exponential, factorial, unknown, len(largest.terms))
        names = ("degree", "logs", "exponential", "factorial", "unknown", "terms")
        found |= {f"{sign}_{name}": float(v) for name, v in zip(names, parts, strict=True)}
    return found


def _costs(context: Context) -> Iterator[Cost]:
    for function in context.circles.functions:
        try:
            yield context.cost(function)
        except RecursionError:  # nested too deep to follow
            continue


def _operations(table: Table) -> Counter[Operation]:
    try:
        return table.of_run()
    except RecursionError:  # nested too deep to follow
        return Counter()


def _done(done: Counter[Operation]) -> dict[str, float]:
    """What the operations take: in all at each scale, of each kind, and what is done most often."""
    found: dict[str, float] = {}
    found["constant_passes"] = max((math.log2(one.repeats) for one in done), default=0.0)
    for name, scale in _SCALES.items():
        runs = {one: _runs(one, count, scale) for one, count in done.items()}
        costs = [runs[one] + scale.bits(one.price) for one in done]
        least = [cost - scale.bits(one.spared) for one, cost in zip(done, costs, strict=True)]
        found[f"runs_{name}"] = summed_bits(runs.values())
        found[f"cost_{name}"] = summed_bits(costs)
        found[f"spared_{name}"] = found[f"cost_{name}"] - summed_bits(least)
    return found | _by_kind(done, _SCALES["some"])


def _by_kind(done: Counter[Operation], scale: Scale) -> dict[str, float]:
    often = {one: _runs(one, 1, scale) for one in done}
    most = max(often.values(), default=0.0)
    costs: dict[str, list[float]] = {}
    busy: Counter[str] = Counter()
    for one, count in done.items():
        costs.setdefault(one.name, []).append(_runs(one, count, scale) + scale.bits(one.price))
        if often[one] > most - _NEAR:
            busy[one.name] += count
    found = {"passes": most, "busy": math.log1p(busy.total())}
    for name in _OPERATIONS:
        if name in costs:
            found[f"cost_of_{name}"] = summed_bits(costs[name])
        if name in busy:
            found[f"busy_{name}"] = math.log1p(busy[name])
    return found


def _runs(one: Operation, count: int, scale: Scale) -> float:
    """The logarithm (base 2) of how often an operation runs that stands at so many places."""
    return math.log2(count * one.repeats) + scale.bits(one.times)


def _rank(growth: Growth) -> tuple[float, ...]:
    degree, logs, exponential, factorial, _ = _measures(growth)
    return (factorial, exponential, degree, logs)


def _measures(growth: Growth) -> Sequence[float]:
    """The degree, logarithms, exponentials, factorials and unknown passes of the largest term."""
    return max(map(_of_term, growth.terms), default=(0.0, 0.0, 0.0, 0.0, 0.0))


def _of_term(term: Term) -> tuple[float, ...]:
    shapes = [factor.exponential for factor in term]
    degree = float(sum(factor.power for factor in term))
    unknown = sum(factor.symbol.startswith("passes@") for factor in term)
    is_factorial = any("!" in shape for shape in shapes)
    is_exponential = any(shape and "!" not in shape for shape in shapes)
    logs = sum(factor.logs for factor in term)
    return (degree, float(logs), float(is_exponential), float(is_factorial), float(unknown))
