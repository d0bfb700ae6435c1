"""No program breaks the linter: generated ones, mangled ones, and rules' examples out of place.

The generated programs draw on a small pool of names, so that their parts speak about the same
things, which is what rules look for. They parse; they need not mean anything, nor even compile.
"""

from __future__ import annotations

import ast
import codecs
import os
import tempfile
import textwrap
from pathlib import Path

from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import effilint
from effilint.analyzer.model import Bad
from effilint.main import main
from effilint.rules import all_rules

NAMES = ["a", "b", "i", "n", "s", "d", "xs", "ys", "self.items", "self.text", "f", "g", "größe"]
METHODS = [
    "add", "append", "clear", "commit", "copy", "count", "endswith", "execute", "extend", "find",
    "format", "get", "index", "insert", "items", "join", "keys", "lower", "pop", "popleft", "read",
    "readlines", "remove", "replace", "reverse", "setdefault", "sort", "split", "startswith",
    "strip", "update", "values", "write",
]  # fmt: skip
FUNCTIONS = [
    "all", "any", "bool", "deque", "dict", "enumerate", "filter", "float", "frozenset", "f", "g",
    "int", "isinstance", "iter", "len", "list", "map", "math.sqrt", "max", "min", "next", "open",
    "print", "range", "re.compile", "re.match", "reversed", "set", "sorted", "str", "sum", "tuple",
    "zip", "Counter", "copy.deepcopy", "functools.reduce", "heapq.heappop", "itertools.product",
    "json.loads",
]  # fmt: skip
CONSTANTS = [
    "0", "1", "2", "10", "1.5", "2**70", "'x'", "''", '"äö\\n"', "b'y'", "None", "True", "...",
    "[]", "{}", "()", "set()", "''' a\n b '''", "'a' 'b'", "f'{a}:{b!r:>{n}}'",
]  # fmt: skip
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"]
COMPARISONS = ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"]
COMMENTS = ["", "", "", "  # why", "  # noqa", "  # effilint: ignore[DST]", "  # ü", "\t"]
PATTERNS = [
    "0", "'x'", "None", "[a, *b]", "{'k': s, **d}", "list(a)", "dict() | set()", "(a, b)", "-1",
    "f(n=1)", "str() as s", "i if n", "re.M",
]  # fmt: skip
IMPORTS = ["import os", "import re.sub as f", "from os import *", "from . import a"]
IDIOMS = [
    "xs = []", "s = ''", "d = {}", "n = 0", "self.items = []", "self.text = ''", "b = b''",
    "if n in xs: break", "if n not in xs: xs.append(n)", "i = xs.pop(0)", "xs.insert(0, n)",
    "s += str(n)", "s = s + str(n) + 'x'", "self.text += s", "d[n] += s", "b += b'x'", "a += (n,)",
    "xs = xs + [n]", "xs = xs[1:]", "self.items = [*self.items, n]", "d = {**d, n: s}", "n += i",
    "n = sorted(xs)[0]", "n = sorted(xs)[-1]", "ys = sorted(xs)[:3]", "n = max(n, i)", "i += 1",
    "n = max(xs)", "n = sum(xs[i:i + 5])", "n = xs.count(n)", "n = xs.index(n)", "xs.remove(n)",
    "if n in d.keys(): n = d[n]", "f = re.compile(s)", "a = s.split(',')[0]", "return f(n - 1)",
    "g = copy.deepcopy(xs)", "return f(n - 1) + f(n - 2)", "return [n] + f(xs[1:])", "a = ()",
    "for a in f.readlines(): n += 1", "for i in range(len(xs)): n += xs[i]", "while xs: xs.pop(0)",
    "ys = [a for a in xs]", "n = len([a for a in xs if a]) > 0", "n = sum([a for a in xs])",
    "while i < len(xs): i += 1", "for a in xs:\n    for b in ys:\n        if a == b: s.append(a)",
    "if n == 1: s = 'a'\nelif n == 2: s = 'b'\nelif n == 3: s = 'c'\nelse: s = 'd'",
    "pass", "break", "continue", "raise", "return", '"""Doc."""', "a = 1; b = 2",
]  # fmt: skip

Texts = st.SearchStrategy[str]
name = st.sampled_from(NAMES)
plain = st.sampled_from([name for name in NAMES if "." not in name])
operator = st.sampled_from(OPERATORS)
comparison = st.sampled_from(COMPARISONS)


def one_of(*templates: tuple[str | Texts, ...]) -> Texts:
    """Return one of the templates with its strategies' texts in the braces."""
    return st.one_of(*(st.builds(str.format, *map(_always, template)) for template in templates))


def _always(part: str | Texts) -> Texts:
    return st.just(part) if isinstance(part, str) else part


targets = one_of(
    ("{}", name),
    ("{}", plain),
    ("{}, {}", plain, plain),
    ("({}, *{})", plain, plain),
    ("{}[{}]", name, name),
)


def _larger(e: Texts) -> Texts:
    """Return expressions that have expressions from `e` in them."""
    clause = one_of(("for {} in {}", targets, e), ("for {} in {} if {}", targets, e, e))
    clauses = one_of(("{}", clause), ("{} {}", clause, clause))
    arguments = one_of(
        ("",),
        ("{}", e),
        ("{}, {}", e, e),
        ("*{}, **{}", e, e),
        ("{}, key=lambda {}: {}", e, plain, e),
        ("{} {}", e, clauses),
        ("{}, reverse=True", e),
    )
    function, method = st.sampled_from(FUNCTIONS), st.sampled_from(METHODS)
    return one_of(
        ("({} {} {})", e, operator, e),
        ("({} {} {})", e, comparison, e),
        ("({} {} {} {} {})", e, comparison, e, comparison, e),
        ("({} {} {})", e, st.sampled_from(["and", "or"]), e),
        ("{}({})", function, arguments),
        ("{}({})", function, arguments),
        ("{}.{}({})", e, method, arguments),
        ("{}.{}({})", e, method, arguments),
        ("{}[{}]", e, e),
        ("{}[{}:{}]", e, e, e),
        ("{}[:{}]", e, e),
        ("{}[::-1]", e),
        ("[{} {}]", e, clauses),
        ("{{{} {}}}", e, clauses),
        ("{{{}: {} {}}}", e, e, clauses),
        ("({} {})", e, clauses),
        ("[{}, *{}]", e, e),
        ("({}, {})", e, e),
        ("{{{}: {}, **{}}}", e, e, e),
        ("{{{}, {}}}", e, e),
        ("({} if {} else {})", e, e, e),
        ("(lambda {}=1, *args: {})", plain, e),
        ("(not {})", e),
        ("(-{})", e),
        ("({} := {})", plain, e),
        ("(yield {})", e),
        ("(await {})", e),
        ("({}  # in brackets\n + {})", e, e),
    )


atoms = one_of(("{}", name), ("{}", name), ("({})", st.sampled_from(CONSTANTS)))
expressions = st.recursive(atoms, _larger, max_leaves=6)
conditions = one_of(("{} {} {}", expressions, comparison, expressions), ("{}", expressions))
idioms = st.sampled_from(IDIOMS)
simple = one_of(
    ("{}", idioms),
    ("{}", idioms),
    ("{}", expressions),
    ("{} = {}", targets, expressions),
    ("{} = {}", name, expressions),
    ("{} = {} = {}", name, plain, expressions),
    ("{} {}= {}", name, operator, expressions),
    ("{}: {} = {}", plain, st.sampled_from(["list[int]", "str", "'dict'"]), expressions),
    ("return {}", expressions),
    ("del {}", name),
    ("assert {}, {}", conditions, expressions),
    ("raise {} from {}", expressions, expressions),
    ("{} {}", st.sampled_from(["global", "nonlocal"]), plain),
    ("{}", st.sampled_from(IMPORTS)),
)


def _indented(block: str) -> str:
    return textwrap.indent(block, "    ")


def _compound(statements: Texts) -> Texts:
    """Return compound statements with blocks of statements from `statements` in them."""
    body = st.lists(statements, min_size=1, max_size=3).map("\n".join).map(_indented)
    loop = one_of(
        ("for {} in {}:\n{}", targets, expressions, body),
        ("for {} in range(len({})):\n{}", plain, name, body),
        ("while {}:\n{}", conditions, body),
    )
    caught = one_of(
        ("try:\n{}\nexcept* (KeyError, IndexError) as {}:\n{}", body, plain, body),
        ("try:\n{}\nexcept (KeyError, IndexError) as {}:\n{}", body, plain, body),
        ("try:\n{}\nexcept:\n{}", body, body),
    )
    default = one_of(("{}, {}=[], *, n: int = {}", plain, plain, expressions))
    parameters = one_of(("{}", plain), ("{}", default), ("self",), ("",))
    prefix = st.sampled_from(["", "", "", "async "])
    case = body.map(_indented)
    pattern = st.sampled_from(PATTERNS)
    return one_of(
        ("{}", loop),
        ("{}", loop),
        ("{}\nelse:\n{}", loop, body),
        ("if {}:\n{}", conditions, body),
        ("if {}:\n{}\nelif {}:\n{}\nelse:\n{}", conditions, body, conditions, body, body),
        ("{}", caught),
        ("{}\nelse:\n{}\nfinally:\n{}", caught, body, body),
        ("{}with open({}) as {}, {}:\n{}", prefix, name, plain, expressions, body),
        ("{}for {} in {}:\n{}", prefix, targets, expressions, body),
        ("{}def {}({}):\n{}", prefix, plain, parameters, body),
        ("{}def {}({}):\n{}", prefix, plain, parameters, body),
        ("@functools.cache\ndef {}({}):\n{}", plain, parameters, body),
        ("class {}({}):\n{}", plain, name, body),
        ("match {}:\n    case {}:\n{}\n    case _:\n{}", expressions, pattern, case, case),
    )


def _program(parts: list[str], comments: list[str], ending: str, last: str) -> str:
    lines = "\n".join(part + comment for part, comment in zip(parts, comments, strict=False))
    return (lines + last).replace("\n", ending)


statements = st.recursive(simple, _compound, max_leaves=10)
programs = st.builds(
    _program,
    st.lists(statements, min_size=1, max_size=4),
    st.lists(st.sampled_from(COMMENTS), min_size=4, max_size=4),
    st.sampled_from(["\n", "\n", "\r\n", "\r"]),
    st.sampled_from(["\n", "", "\n\n\f\n", "\n# end"]),
)

EXAMPLES = [
    textwrap.dedent(code).strip("\n")
    for rule in all_rules().values()
    for example in rule.examples
    for code in ([example.code, example.fixed] if isinstance(example, Bad) else [example.code])
    if code
]
FRAMES = [
    "{}",
    "def outer(xs, n):\n{}",
    "class Outer:\n{}",
    "for i in range(n):\n{}",
    "async def outer():\n    while xs:\n        pass\n{}",
    "try:\n{}\nexcept ValueError:\n    pass",
    "if n:\n    pass\nelse:\n{}",
    "with open(s) as f:\n{}",
]


def _framed(frame: str, parts: list[str]) -> str:
    code = "\n\n".join(parts)
    return frame.replace("{}", code if frame == "{}" else _indented(code)) + "\n"


misplaced = st.builds(
    _framed,
    st.sampled_from(FRAMES),
    st.lists(st.sampled_from(EXAMPLES or ["pass"]), min_size=1, max_size=3),
)
sources = programs | misplaced
often = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="CI" in os.environ,  # a change is judged by what it changes, not by luck
)


@often
@given(sources)
def test_findings_lie_in_the_text_in_order(source: str) -> None:
    found = effilint.check(source, select="ALL")
    assert found == effilint.check(source, select="ALL")
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for diagnostic in found:
        start = (diagnostic.line, diagnostic.column)
        assert (1, 1) <= start < (diagnostic.end_line, diagnostic.end_column)
        assert diagnostic.column <= len(lines[diagnostic.line - 1])
        assert diagnostic.end_column <= len(lines[diagnostic.end_line - 1]) + 1
    places = [(diagnostic.line, diagnostic.column, diagnostic.code) for diagnostic in found]
    assert places == sorted(places)


@often
@given(sources)
def test_fixes_settle_on_text_that_parses(source: str) -> None:
    fixed = effilint.fix(source, select="ALL", unsafe=True)
    ast.parse(fixed)
    assert fixed == effilint.fix(fixed, select="ALL", unsafe=True)
    ast.parse(effilint.fix(source, select="ALL"))


def _mangled(source: str, at: float, junk: bytes, cut: int, head: bytes) -> bytes:
    data = head + source.encode()
    place = int(at * len(data))
    return data[:place] + junk + data[place + cut :]


mangled = st.builds(
    _mangled,
    sources,
    st.floats(0, 1),
    st.sampled_from([b"", b"\0", b"\xff\xfe", b"(" * 300, b"\t", b"'''", b"\\\n", b":\n"])
    | st.binary(max_size=4),
    st.integers(0, 40),
    st.sampled_from(
        [b"", codecs.BOM_UTF8, b"# coding: latin-1\n", b"# coding: none\n", b"# coding: rot13\n"]
    ),
)


@often
@given(mangled)
def test_a_mangled_file_gives_one_line(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mangled.py")
        path.write_bytes(data)
        options = ["--isolated", "--no-cache", "--select", "ALL", "--output-format", "concise"]
        result = CliRunner().invoke(main, ["check", *options, str(path)])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert result.exit_code in (0, 1, 2), result.output
        problems = [line for line in result.stderr.splitlines() if line.startswith(str(path))]
        assert len(problems) == (result.exit_code == 2), result.stderr
        assert path.read_bytes() == data
