"""Programs as GraphCodeBERT's input: tokens, data flow, names, layout, and what is kept."""

from __future__ import annotations

import keyword
import random
import re
import threading
import tracemalloc
from itertools import pairwise

import pytest

pytest.importorskip("tree_sitter_python")
pytest.importorskip("tokenizers")
np = pytest.importorskip("numpy")

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: E402

from effilint.detectors.dataflow import flow_of  # noqa: E402
from effilint.detectors.encoding import Encoded, Encoder  # noqa: E402
from effilint.detectors.names import normalised  # noqa: E402
from effilint.detectors.syntax import parsed  # noqa: E402

SUM = """def f(xs, k=3):
    # a comment
    "a docstring"
    total = 0
    for x in xs:
        if x > k:
            total = total + x
        else:
            k += 1
    return total
"""
METHOD = """import numpy as np

class Finder:
    def __init__(this, items, size=4):
        this.items, this.table = items, {}
        this.size = size

    def find(this, wanted):
        for n, item in enumerate(this.items):
            if item == wanted and n < this.size:
                return this.closest(item, near=[x for x in this.table if x])
        return np.zeros(len(wanted))

    def closest(this, item, near):
        near.append(item)
        return sorted(near, key=lambda one: one, reverse=True)
"""


def flow(text: str) -> list[tuple[str, int, list[tuple[str, int]], bool]]:
    """Each variable with its line, the names and lines it has its value from, and how."""
    syntax = parsed(text)
    lines = [text[: leaf.start].count("\n") + 1 for leaf in syntax.leaves]
    return [
        (
            syntax.leaves[one.leaf].text,
            lines[one.leaf],
            [(syntax.leaves[s].text, lines[s]) for s in one.sources],
            one.is_computed,
        )
        for one in flow_of(syntax, syntax.leaves)
    ]


def computed(text: str) -> dict[str, list[tuple[str, int]]]:
    """What each variable that is assigned is computed from."""
    return {name: sources for name, _, sources, is_computed in flow(text) if is_computed}


def words(text: str) -> list[str]:
    return [leaf.text for leaf in parsed(text).leaves]


def renamed(text: str) -> str:
    return " ".join(leaf.text for leaf in normalised(parsed(text)))


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.decoder = decoders.ByteLevel()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    made.train_from_iterator([SUM, METHOD] * 5, trainer)
    return made


def test_tokens_are_leaves_without_comments_and_docstrings() -> None:
    assert words(SUM)[:16] == "def f ( xs , k = 3 ) : total = 0 for x in".split()
    assert words('x = f"a"  # y') == ["x", "=", 'f"a"']
    assert words('x = f"a {b} c"') == ["x", "=", 'f"', "a ", "{", "b", "}", " c", '"']
    assert ("b", 2, [("b", 1)], False) in flow('b = 1\nprint(f"{b}")\n')
    assert words("x = '''a\nb'''\n'''alone'''\n") == ["x", "=", "'''a\nb'''"]


def test_values_flow_as_worked_out_by_hand() -> None:
    assert flow(SUM) == [
        ("xs", 1, [], False),
        ("k", 1, [("3", 1)], False),
        ("3", 1, [], False),
        ("total", 4, [("0", 4)], True),
        ("0", 4, [], False),
        ("x", 5, [("xs", 5)], True),
        ("xs", 5, [("xs", 1)], False),
        ("x", 6, [("x", 5)], False),
        ("k", 6, [("k", 1), ("k", 9)], False),  # of the round before
        ("total", 7, [("total", 7), ("x", 7)], True),
        ("total", 7, [("total", 4), ("total", 7)], False),
        ("x", 7, [("x", 5)], False),
        ("k", 9, [("1", 9)], True),
        ("1", 9, [], False),
        ("total", 10, [("total", 4), ("total", 7)], False),
    ]


def test_branches_are_merged() -> None:
    text = "a = 1\nif c:\n    a = 2\nelif d:\n    a = 3\nprint(a)\n"
    assert flow(text)[-1] == ("a", 6, [("a", 1), ("a", 3), ("a", 5)], False)
    text = "a = 1\nif c:\n    a = 2\nelse:\n    a = 3\nprint(a)\n"
    assert flow(text)[-1] == ("a", 6, [("a", 3), ("a", 5)], False)


def test_what_is_assigned_is_paired_where_it_can_be() -> None:
    assert computed("a, b = c, d\n") == {"a": [("c", 1)], "b": [("d", 1)]}
    assert computed("a, b = c\n") == {"a": [("c", 1)], "b": [("c", 1)]}
    assert computed("t[i] = v\n") == {"t": [("v", 1)], "i": [("v", 1)]}


def test_comprehensions_bind_before_they_read() -> None:
    text = "[\n x\n for x\n in xs\n]\n"
    assert ("x", 2, [("x", 3)], False) in flow(text)
    assert ("x", 3, [("xs", 4)], True) in flow(text)


def test_loops_with_an_else_have_both() -> None:
    text = "a = 0\nfor x in xs:\n    a = x\nelse:\n    b = a\n"
    assert ("a", 5, [("a", 3)], False) in flow(text)
    text = "a = 0\nwhile a < n:\n    a = a + 1\nelse:\n    b = a\n"
    assert ("a", 2, [("a", 1), ("a", 3)], False) in flow(text)
    assert ("a", 5, [("a", 3)], False) in flow(text)


def test_an_assignment_inside_an_expression_counts() -> None:
    assert ("b", 1, [("a", 1)], True) in flow("while b := a:\n    print(b)\n")
    assert ("b", 2, [("b", 1)], False) in flow("while b := a:\n    print(b)\n")


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "\x00\ufffe", "}{)(", "def f(:\n  for in"])
def test_anything_has_leaves(text: str) -> None:
    syntax = parsed(text)
    assert all(leaf.text for leaf in normalised(syntax))
    flow_of(syntax, syntax.leaves)


def test_code_with_tokens_missing_has_nearly_all_of_its_flow() -> None:
    rng = random.Random(0)
    tokens = re.findall(r"\s+|\w+|[^\w\s]", SUM)
    kept = "".join(t for t in tokens if t.isspace() or rng.random() > 0.2)
    with pytest.raises(SyntaxError):
        compile(kept, "f", "exec")
    assert len(flow(kept)) > len(flow(SUM)) / 2


def test_deep_and_nested_code_takes_no_time() -> None:
    sum_of_many = "x = " + "a + " * 5000 + "a\n"
    assert len(flow(sum_of_many)) > 5000
    loops = "".join(f"{' ' * n}for i{n} in x{n}:\n" for n in range(40))
    assert len(flow(f"{loops}{' ' * 40}y = y + i0\n")) > 80
    assert flow(f"x = {'(' * 3000}a{')' * 3000}\n")


def test_names_of_the_program_are_numbered() -> None:
    text = renamed(METHOD)
    assert text.startswith("import numpy as numpy class type1 : def __init__ ( self , var1 ,")
    assert "self . attr1 , self . attr2 = var1 , { } self . attr3 = var2" in text
    assert "def func1 ( self , var3 ) : for var4 , var5 in enumerate ( self . attr1 )" in text
    assert "self . func2 ( var5 , var6 = [ var7 for var7 in self . attr2 if var7 ] )" in text
    assert "numpy . zeros ( len ( var3 ) )" in text
    assert "var6 . append ( var8 ) return sorted ( var6 , key = lambda var9 : var9" in text


def test_names_do_not_matter() -> None:
    """Also where two functions have variables of one name, and others get another each."""
    for old, new in (
        ("this", "self"),
        ("item", "thing"),
        ("near", "others"),
        ("np", "num"),
        ("find", "seek"),
    ):
        assert renamed(re.sub(rf"\b{old}\b", new, METHOD)) == renamed(METHOD)
    one = "def f(a):\n    return a\ndef g(a):\n    return f(a)\n"
    other = "def first(one):\n    return one\ndef second(two):\n    return first(two)\n"
    assert renamed(one) == renamed(other)


def test_names_of_other_scopes() -> None:
    assert renamed("x = 1\ndef f():\n    global x\n    x = len(x)\n") == (
        "var1 = 1 def func1 ( ) : global var1 var1 = len ( var1 )"
    )
    assert renamed("def f():\n    global x\n    x = 1\n").endswith("var1 = 1")
    text = "def f(a):\n    def g():\n        nonlocal a\n        a += b\n"
    assert renamed(text).endswith("def func2 ( ) : nonlocal var1 var1 += b")
    assert renamed('def f(a):\n    return f"{a!r} {len(a)}"\n').endswith(
        'return f" { var1 !r }   { len ( var1 ) } "'
    )
    text = "class A:\n    n = 1\n    m = n\n    def f(self):\n        return n, self.n\n"
    assert renamed(text).endswith("return n , self . attr1")


def test_names_in_patterns() -> None:
    text = "match x:\n  case [a, *b]: a, b\n  case {'k': c, **d}: c, d\n  case P(e=f) as g: f, g\n"
    found = renamed(f"{text}  case Color.RED: pass\n")
    assert "[ var1 , * var2 ] : var1 , var2" in found
    assert "{ 'k' : var3 , ** var4 } : var3 , var4" in found
    assert "P ( e = var5 ) as var6 : var5 , var6" in found
    assert "case Color . RED" in found


def seen(encoded: Encoded, encoder: Encoder, length: int) -> list[set[int]]:
    mask = encoder.batch([encoded], length=length).mask[0]
    return [set(np.flatnonzero(row).tolist()) for row in mask]


def test_the_layout_is_that_of_graphcodebert(tokenizer: Tokenizer) -> None:
    encoder = Encoder(tokenizer, keeps_names=True)
    one = encoder.encode("a = b\nc = a\n")
    count = len(one.ids)
    assert (one.ids[0], one.ids[-1]) == (0, 2)
    assert tokenizer.decode(one.ids).split() == "a = b c = a".split()
    batch = encoder.batch([one, encoder.encode("x")])
    assert batch.ids.shape == batch.positions.shape == (2, count + 4)
    assert batch.mask.shape == (2, count + 4, count + 4)
    assert batch.ids[0, count:].tolist() == [3] * 4  # a, b, c, a
    assert batch.positions[0].tolist() == [*range(2, count + 2), 0, 0, 0, 0]
    short = encoder.encode("x").length
    assert batch.ids[1, short:].tolist() == [1] * (count + 4 - short)
    assert batch.positions[1, short:].tolist() == [1] * (count + 4 - short)
    rows = seen(one, encoder, count + 6)
    spans = [set(range(*span)) for span in one.spans]
    assert one.sources == ((1,), (), (3,), (0,))
    assert rows[0] == rows[count - 1] == set(range(count + 4))
    assert rows[count] == spans[0] | {count + 1}
    assert rows[count + 1] == spans[1]
    assert rows[count + 2] == spans[2] | {count + 3}
    assert rows[count + 3] == spans[3] | {count}
    (piece,) = spans[0]
    assert rows[piece] == set(range(count)) | {count}
    assert rows[count + 4 :] == [{count + 4}, {count + 5}]


def test_pieces_know_their_place_in_the_text(tokenizer: Tokenizer) -> None:
    encoder = Encoder(tokenizer)
    one = encoder.encode(SUM)
    assert one.leaves[0] == one.leaves[-1] == -1
    inner = one.leaves[1:-1]
    assert all(a <= b for a, b in pairwise(inner))
    assert {SUM[n:].split()[0].rstrip(",:()") for n in inner} >= {"total", "for", "return", "k"}


def test_of_long_programs_the_hottest_function_is_kept(tokenizer: Tokenizer) -> None:
    cold = "".join(f"def cold{n}(a):\n    return a + {n}\n" for n in range(40))
    hot = "def hot(xs):\n    for x in xs:\n        for y in xs:\n            print(x, y)\n"
    encoder = Encoder(tokenizer, keeps_names=True, pieces=80)
    text = tokenizer.decode(encoder.encode(cold + hot + cold).ids)
    assert "for y in xs" in text
    assert "print ( x , y )" in text
    assert encoder.encode(cold + hot + cold).length <= 80 + 64
    steps = "".join(f"    step{n}(xs)\n" for n in range(60))
    inner = "    for x in xs:\n        while x:\n            x = g(x)\n"
    text = tokenizer.decode(encoder.encode(f"def f(xs):\n{steps}{inner}{steps}").ids)
    assert "while x : x = g ( x )" in text


def test_there_are_no_more_variables_than_may_be(tokenizer: Tokenizer) -> None:
    encoder = Encoder(tokenizer, variables=5)
    one = encoder.encode(SUM)
    assert len(one.spans) == len(one.sources) == 5
    assert all(source < 5 for sources in one.sources for source in sources)


def test_a_batch_that_is_too_short_is_refused(tokenizer: Tokenizer) -> None:
    encoder = Encoder(tokenizer)
    with pytest.raises(ValueError, match=r"takes \d+ positions, and not 5"):
        encoder.batch([encoder.encode(SUM)], length=5)
    assert encoder.batch([]).ids.shape == (0, 0)
    assert encoder.batch([encoder.encode("")]).ids.tolist() == [[0, 2]]


def test_a_tokenizer_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks of RoBERTa"):
        Encoder(Tokenizer(models.BPE()))


def test_threads_share_an_encoder(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("effilint.detectors.encoding._MOST_KNOWN", 5)
    encoder = Encoder(tokenizer)
    texts = [f"def f{n}(a):\n    return a + {n} * '{keyword.kwlist[n % 30]}'\n" for n in range(60)]
    expected = [Encoder(tokenizer).encode(text) for text in texts]
    found: list[list[Encoded]] = [[] for _ in range(4)]

    def work(into: list[Encoded]) -> None:
        into += [encoder.encode(text) for text in texts]

    threads = [threading.Thread(target=work, args=(into,)) for into in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_attributes_of_modules_and_of_judges_keep_their_names() -> None:
    text = (
        "class A:\n def heappush(self): pass\n def f(self, h):\n  self.deque = collections.deque()"
    )
    found = renamed(f"import heapq\n{text}\n  heapq.heappush(h, 1)\n  h.heappush()\n")
    assert "heapq . heappush ( var1 , 1 ) var1 . func1 ( )" in found
    assert "self . attr1 = collections . deque ( )" in found


def test_defaults_and_first_iterables_are_of_the_scope_outside() -> None:
    text = "def f(n):\n    g = lambda n=n: n\n    return [n for n in n if n for n in n]\n"
    assert renamed(text) == (
        "def func1 ( var1 ) : var2 = lambda var3 = var1 : var3 "
        "return [ var4 for var4 in var1 if var4 for var4 in var4 ]"
    )
    text = "def f(xs):\n    print([(y := x) for x in xs])\n    return y\n"
    assert renamed(text).endswith("( var2 := var3 ) for var3 in var1 ] ) return var2")


def test_names_that_are_bound_elsewhere() -> None:
    text = "def f():\n    global n\n    n = 1\ndef g():\n    return n\n"
    assert renamed(text).endswith("return var1")
    text = (
        "class C:\n    def __init__(self, depth):\n        self.d = depth\nC(depth=2).later = 1\n"
    )
    assert renamed(text).endswith("type1 ( var1 = 2 ) . attr2 = 1")
    text = "class P:\n    x: int = 0\nP(x=1).x\n"
    assert renamed(text).endswith("type1 ( attr1 = 1 ) . attr1")
    text = "class A:\n    @staticmethod\n    def f(x):\n        return x\n"
    assert renamed(text).endswith("def func1 ( var1 ) : return var1")
    assert renamed("def f(x):\n    return var1 + x\n").endswith("return _var1 + var1")


def test_layout_does_not_matter() -> None:
    assert words("x = a + \\\n    b\n") == words("x = a + b\n")
    assert words("x = (a\n    + b)  # c\n") == words("x = (a + b)\n")


def test_a_statement_that_is_a_text_with_expressions_is_there() -> None:
    assert "xs" in words('f"{[a for a in xs for b in xs]}"\n')


def test_a_long_literal_hides_nothing(tokenizer: Tokenizer) -> None:
    text = f'def f(z):\n    x = "{"漢" * 300}"\n    return sorted(z)[0]\n'
    encoder = Encoder(tokenizer, keeps_names=True, pieces=60)
    assert "return sorted ( z ) [ 0 ]" in tokenizer.decode(encoder.encode(text).ids)


@pytest.mark.parametrize(
    "text",
    [
        "x = 0\n" + "if c: x = x + 1\n" * 4000,
        "x = 0\nif c: x = 0\n" + "elif c: x = x + 1\n" * 4000 + "x\n" * 4000,
        "".join(f"if c: x{n} = 1\n" for n in range(4000)),
        "f" + "()" * 20_000,
        "a" + ".b" * 20_000,
    ],
)
def test_odd_code_takes_little_memory(tokenizer: Tokenizer, text: str) -> None:
    tracemalloc.start()
    try:
        assert Encoder(tokenizer).encode(text).length <= 256 + 64
        assert tracemalloc.get_traced_memory()[1] < 500 << 20
    finally:
        tracemalloc.stop()
