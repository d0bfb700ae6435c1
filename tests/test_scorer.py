"""Bc: what it says of programs, what does not change it, and what cannot hide from it."""

from __future__ import annotations

import math
import pickle
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effilint import Scorer
from effilint.analyzer.extras import ModelError
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.scorer.score import Score, Status

LINEAR = """\
def pairs(xs, k):
    seen = set()
    for x in xs:
        if k - x in seen:
            return True
        seen.add(x)
    return False
"""
NESTED = """\
def pairs(xs, k):
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] + xs[j] == k:
                return True
    return False
"""
SEARCHED = """\
def common(xs: list[int], ys: list[int]):
    found = []
    for x in xs:
        if x in ys:
            found.append(x)
    return found
"""
WORDS = """\
def joined(words: list[str]):
    text = ""
    for word in words:
        text += word + ","
    return text
"""
PROGRAMS = [LINEAR, NESTED, SEARCHED, WORDS]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(learned=False)


def test_a_score_has_all_parts(scorer: Scorer) -> None:
    score = scorer.score(SEARCHED)
    assert score.status == "static"
    assert list(score.behaviours) == list(BEHAVIOURS)
    assert all(0 <= part <= score.bc for part in score.behaviours.values())
    assert 0 < score.bc < 1
    left = math.prod(1 - part for part in score.behaviours.values())
    assert score.bc == pytest.approx(1 - left)
    assert [one.code for one in score.findings] == ["DST101"]
    assert score.behaviours["DST1"] > 0


def test_more_growth_and_more_findings_are_worse(scorer: Scorer) -> None:
    assert scorer.score(LINEAR).bc < scorer.score(NESTED).bc
    found = SEARCHED.replace("in ys", "in set(ys)")
    assert scorer.score("def f(x):\n    return x + 1\n").bc < 0.02
    better = SEARCHED.replace("found = []", "found, known = [], set(ys)").replace(
        "in ys", "in known"
    )
    assert scorer.score(better).bc < scorer.score(SEARCHED).bc
    assert scorer.score(better).bc < scorer.score(found).bc


def test_answers_to_one_problem_are_ordered(scorer: Scorer) -> None:
    assert scorer.compare(NESTED, LINEAR) > 0.6
    assert scorer.compare(NESTED, LINEAR) + scorer.compare(LINEAR, NESTED) == pytest.approx(1)
    assert scorer.compare(LINEAR, LINEAR) == 0.5
    assert scorer.rank([NESTED, "def f(:", LINEAR, ""]) == [2, 0, 1, 3]
    assert scorer.rank([]) == []
    assert scorer.slower([LINEAR]) == [0.5]
    assert scorer.compare("def f(:", LINEAR) == 1


# What does not change it.


def _split(text: str) -> str:
    """The same with the body of the function in a helper."""
    head, _, body = text.partition("\n")
    name = head.removeprefix("def ").partition("(")[0]
    names = head.partition("(")[2].rpartition(")")[0]
    given = ", ".join(one.partition(":")[0] for one in names.split(", "))
    return f"def {name}({names}):\n    return _rest({given})\n\ndef _rest({names}):\n{body}"


SAME: dict[str, Callable[[str], str]] = {
    "comments": lambda t: "# uses heapq and numpy\n" + t.replace(":\n", ":  # O(1)\n"),
    "docstring": lambda t: t.replace("):\n", '):\n    """Fast, by a dict and bisect."""\n', 1),
    "blank lines": lambda t: t.replace("\n", "\n\n"),
    "noqa": lambda t: t.replace("\n", "  # noqa\n"),
    "ignore": lambda t: "# effilint: ignore-file\n" + t.replace(":\n", ":  # effilint: ignore\n"),
    "names": lambda t: t.replace("xs", "numbers").replace("words", "s").replace("found", "cache"),
    "unused helper": lambda t: t + "\n\ndef helper(value):\n    return value + 1\n",
    "unused class": lambda t: "class Node:\n    def __init__(self):\n        self.x = 1\n\n\n" + t,
    "unused imports": lambda t: "import heapq\nfrom collections import deque\n" + t,
    "split": _split,
    "method": lambda t: (
        "class Solution:\n"
        + "".join(f"    {line}\n" for line in t.replace("(", "(self, ", 1).splitlines())
    ),
    "annotations": lambda t: t.replace("):\n", ") -> object:\n", 1),
}


@pytest.mark.parametrize("text", PROGRAMS)
@pytest.mark.parametrize("name", SAME)
def test_what_costs_nothing_changes_nothing(scorer: Scorer, name: str, text: str) -> None:
    changed = SAME[name](text)
    assert changed != text
    assert scorer.score(changed).bc == pytest.approx(scorer.score(text).bc)
    assert scorer.compare(changed, text) == pytest.approx(0.5)


ADDED = [
    "    if sorted(xs)[0] == 3:\n        xs = xs\n",
    "    for a in xs:\n        for b in xs:\n            print(a, b)\n",
    "    while 7 in xs:\n        xs.remove(7)\n",
    "    total = 0\n    for a in range(len(xs)):\n        total = total + xs[a]\n",
]


def _codes(score: Score) -> Counter[str]:
    return Counter(one.code for one in score.findings)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([LINEAR, NESTED, SEARCHED]), st.permutations(ADDED))
def test_what_is_added_never_lowers_it(text: str, added: list[str]) -> None:
    scorer = Scorer(learned=False)
    head, _, body = text.partition("\n")
    before = scorer.score(text)
    for number in range(len(added)):
        after = scorer.score(f"{head}\n{''.join(added[: number + 1])}{body}")
        # A rule may not be sure any more of what it found before.
        if _codes(before) <= _codes(after):
            assert after.bc >= before.bc - 1e-9
        before = after
    assert _codes(scorer.score(text)) < _codes(before)


# What cannot hide.

HIDDEN = {
    "map": "def pairs(xs, k):\n    return any(any(map(lambda y: x + y == k, xs)) for x in xs)\n",
    "lambda": "pairs = lambda xs, k: any(x + y == k for x in xs for y in xs)\n",
    "nested lambdas": (
        "def pairs(xs, k):\n    f = lambda x: [y for y in xs if x + y == k]\n"
        "    return any(map(f, xs))\n"
    ),
    "recursion": (
        "def pairs(xs, k, i=0, j=0):\n    if i == len(xs):\n        return False\n"
        "    if j == len(xs):\n        return pairs(xs, k, i + 1, 0)\n"
        "    return xs[i] + xs[j] == k or pairs(xs, k, i, j + 1)\n"
    ),
    "while": (
        "def pairs(xs, k):\n    i = 0\n    while i < len(xs):\n        j = 0\n"
        "        while j < len(xs):\n            if xs[i] + xs[j] == k:\n"
        "                return True\n            j += 1\n        i += 1\n    return False\n"
    ),
    "helper": (
        "def has(xs, y):\n    for x in xs:\n        if x == y:\n            return True\n"
        "    return False\n\ndef pairs(xs, k):\n    for x in xs:\n        if has(xs, k - x):\n"
        "            return True\n    return False\n"
    ),
    "sort key": "def pairs(xs, k):\n    return sorted(xs, key=lambda x: xs.index(x))[0] == k\n",
    "sort key by name": (
        "def place(x):\n    return sum(range(x))\n\ndef pairs(xs, k):\n"
        "    xs.sort(key=lambda x: xs.count(x))\n    return xs[0] == k\n"
    ),
    "comparison": (
        "from functools import cmp_to_key\n\ndef pairs(xs, k):\n"
        "    return sorted(xs, key=cmp_to_key(lambda a, b: xs.index(a) - xs.index(b)))[0] == k\n"
    ),
    "reduce": (
        "from functools import reduce\n\ndef pairs(xs, k):\n"
        "    return reduce(lambda t, x: t or sum(y + x == k for y in xs), xs, False)\n"
    ),
    "product": (
        "import itertools\n\ndef pairs(xs, k):\n"
        "    return any(x + y == k for x, y in itertools.product(xs, xs))\n"
    ),
    "__call__": (
        "class Has:\n    def __call__(self, xs, y):\n        return [x for x in xs if x == y]\n\n"
        "def pairs(xs, k):\n    has = Has()\n    return any(has(xs, k - x) for x in xs)\n"
    ),
    "constructor": (
        "class Has:\n    def __init__(self, xs, y):\n        self.it = [x for x in xs if x == y]\n"
        "def pairs(xs, k):\n    return any(Has(xs, k - x).it for x in xs)\n"
    ),
    "decorator": (
        "def each(f):\n    def run(xs, k):\n        for x in xs:\n            if f(xs, k - x):\n"
        "                return True\n        return False\n    return run\n\n"
        "@each\ndef pairs(xs, y):\n    return [x for x in xs if x == y]\n"
    ),
    "generator": (
        "def sums(xs):\n    for x in xs:\n        for y in xs:\n            yield x + y\n\n"
        "def pairs(xs, k):\n    return k in sums(xs)\n"
    ),
    "default": "def pairs(xs, k, f=lambda xs, k: [1 for x in xs for y in xs if x + y == k]):\n"
    "    return bool(f(xs, k))\n",
    "made when loaded": (
        "def slow(n):\n    return sum(i * j for i in range(n) for j in range(n))\n\n"
        "TABLE = [slow(n) for n in range(500)]\n\ndef pairs(xs, k):\n    return TABLE[k]\n"
    ),
    "worked out when loaded": (
        "def slow(n):\n    return sum(i * j for i in range(n) for j in range(n))\n\n"
        "ALL = slow(5000)\n\ndef pairs(xs, k):\n    return ALL + k\n"
    ),
    "made by a class": (
        "class Table:\n    def slow(n):\n        return [i * j for i in range(n) for j in range(n)]"
        "\n    rows = slow(3000)\n\ndef pairs(xs, k):\n    return Table.rows[k]\n"
    ),
    "made for a default": (
        "def slow(n):\n    return [i * j for i in range(n) for j in range(n)]\n\n"
        "def pairs(xs, k, table=slow(2000)):\n    return table[k]\n"
    ),
    "regex": 'import re\n\ndef pairs(xs, k):\n    return re.match(r"^(..+?)\\1+$", xs)\n',
    "slices": "def pairs(xs: list[int], k):\n"
    "    return any(k - xs[i] in xs[i:] for i in range(len(xs)))\n",
    "string of zeros": (
        "def pairs(xs: list[int], k):\n    return any(xs.count(k - x) for x in xs)\n"
    ),
    "nested function": (
        "def pairs(xs, k):\n    def has(y):\n        return any(x == y for x in xs)\n"
        "    return any(has(k - x) for x in xs)\n"
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_loops_are_no_better_than_efficient_code(scorer: Scorer, name: str) -> None:
    text = HIDDEN[name]
    score = scorer.score(text)
    assert score.bc > 2 * scorer.score(LINEAR).bc, (score.bc, scorer.score(LINEAR).bc)
    assert scorer.compare(text, LINEAR) > 0.6


EMPTY = {
    "nothing": "",
    "space": " \n\t\n",
    "comment": "# return sorted(xs)\n",
    "docstring": '"""Solved."""\n',
    "pass": "def f(xs):\n    pass\n",
    "ellipsis": "def f(xs): ...\n",
    "none": "def f(xs):\n    return None\n",
    "constant": "def f(xs):\n    return -1\n",
    "empty list": "class Solution:\n    def f(self, xs):\n        return []\n",
    "assigned": "def f(xs):\n    answer = {}\n    return {}\n",
    "not written": "def f(xs):\n    raise NotImplementedError('soon')\n",
    "imports": "import heapq\nfrom collections import deque\n",
}
UNPARSABLE = {
    "syntax": "def f(:\n    return 1\n",
    "truncated": "def f(xs):\n    for x in xs:\n",
    "half a string": 'def f(xs):\n    return "abc\n',
    "prose": "The answer is to sort the list.",
    "python 2": "def f(x):\n    print x\n",
    "null": "def f():\n    return 1\x00\n",
    "indent": "  def f():\n return 1\n",
}
OPAQUE = {
    "exec": "def f(xs):\n    exec('for x in xs: print(x)')\n",
    "exec by name": "run = exec\n\ndef f(xs):\n    run('print(1)')\n",
    "builtins": "import builtins\n\ndef f(xs):\n    return builtins.eval('sum(xs)')\n",
    "eval": "def f(xs):\n    return eval('sum(x for x in xs for y in xs)')\n",
    "eval by map": "def f(xs):\n    return list(map(eval, ['xs', 'sorted(xs)']))[1]\n",
    "compile": "def f(xs):\n    return compile('1 + 1', '', 'eval')\n",
    "getattr": "def f(xs):\n    return getattr(__builtins__, 'ev' + 'al')('sum(xs)')\n",
    "getattr of a list": "def f(xs):\n    return getattr(xs, 'so' + 'rt')()\n",
    "import": "def f(xs):\n    return __import__('heapq').nlargest(1, xs)\n",
    "importlib": "import importlib\n\ndef f(xs):\n    return importlib.import_module('heapq')\n",
    "from importlib": "from importlib import import_module as get\n\ndef f():\n    get('x').f()\n",
    "base64": (
        "import base64\n\ndef f(xs):\n    return base64.b64decode('cHJpbnQoMSkgIyBub3RoaW5n')\n"
    ),
    "zlib": "import zlib\nTEXT = b'x' * 40 + b'0123456789abcdef'\n\ndef f():\n"
    "    return zlib.decompress(TEXT)\n",
    "rot13": "import codecs\n\ndef f():\n    return codecs.decode('cevag(1)', 'rot13')\n",
    "marshal": "import marshal\n\ndef f(b):\n    return marshal.loads(b)\n",
    "pickle": "import pickle\n\ndef f(b):\n    return pickle.loads(b)\n",
    "subprocess": "import subprocess\n\ndef f(xs):\n    return subprocess.run(['sort'])\n",
    "system": "import os\n\ndef f(xs):\n    return os.system('sort')\n",
    "frames": "import sys\n\ndef f(xs):\n    return sys._getframe(1).f_locals['expected']\n",
    "stack": "import inspect\n\ndef f(xs):\n    return inspect.stack()[1]\n",
    "globals of a function": "def f(xs):\n    return f.__globals__['expected']\n",
    "subclasses": "def f(xs):\n    return object.__subclasses__()\n",
    "timeit": "import timeit\n\ndef f(xs):\n    timeit.timeit('slow()', number=1)\n",
    "sqlite": "import sqlite3\n\ndef f(xs):\n    return sqlite3.connect(':memory:')\n",
    "table": "ANSWERS = {(1, 2): 3, (2, 5): 7}\n\ndef f(a, b):\n    return ANSWERS[a, b]\n",
    "table by text": "def f(xs):\n    return {'[1, 2]': 3, '[]': 0}.get(str(xs), 0)\n",
    "table by texts": "def f(a, b):\n    return {'[1]2': 3, '[]0': 1}[str(a) + repr(b)]\n",
    "table by a template": "def f(a, b):\n    return {'[1],2': 3}[f'{a},{b}' + '']\n",
    "chain": "def f(x):\n    if x == 1:\n        return 5\n    elif x == [2, 3]:\n"
    "        return 7\n    return 0\n",
    "match": "def f(x):\n    match x:\n        case [1, 2]:\n            return 3\n"
    "        case _:\n            return 0\n",
    "places": "def f(x):\n    return [5, 7, 9][[1, 2, 3].index(x)]\n",
    "loop over a table": "def f(x):\n    for key, value in [(1, 5), (2, 7)]:\n"
    "        if key == x:\n            return value\n",
    "table in a helper": "def known(x):\n    return {1: 5, 2: 7}.get(x)\n\ndef f(x):\n"
    "    return known(x)\n",
    "added up": "def f(x):\n    total = 0\n    if x == 3:\n        total += 5\n    return total\n",
    "deep": "x = " + "(" * 3000 + "1" + ")" * 3000,
    "long": "x = 1\n" * 40_000,
}


@pytest.mark.parametrize(
    ("status", "text"),
    [
        pytest.param(status, text, id=f"{status}: {name}")
        for status, found in (
            (Status.EMPTY, EMPTY),
            (Status.UNPARSABLE, UNPARSABLE),
            (Status.OPAQUE, OPAQUE),
        )
        for name, text in found.items()
    ],
)
def test_what_cannot_be_seen_scores_worst(scorer: Scorer, status: Status, text: str) -> None:
    score = scorer.score(text)
    if text.startswith("x = (("):  # how deep Python itself reads is a matter of its version
        assert score.status in (Status.OPAQUE, Status.UNPARSABLE, Status.EMPTY)
    else:
        assert score.status == status, score.why
    assert score.bc == 1
    assert score.band == "inefficient"
    assert score.why
    assert "\n" not in score.why
    assert not score.is_seen
    assert scorer.compare(text, NESTED) == 1


SEEN = {
    "literal_eval": "import ast\n\ndef f(t):\n    return sum(ast.literal_eval(t))\n",
    "eval of the input": "n = eval(input())\nprint(n * 2)\n",
    "map eval": "a, b = map(eval, input().split())\nprint(a * b)\n",
    "re.compile": "import re\n\ndef f(t):\n    return re.compile('a+').findall(t)\n",
    "dispatch": "class A:\n    def f(self, k):\n        return getattr(self, 'do_' + k)(1)\n",
    "digits": "NUMBERS = {'I': 1, 'V': 5}\n\ndef f(t):\n    return sum(NUMBERS[c] for c in t)\n",
    "parity": "def f(n):\n    return 'even' if n % 2 == 0 else 'odd'\n",
    "first": "def f(xs):\n    return xs[0]\n",
    "own eval": "class A:\n    def eval(self, x):\n        return x * 2\n\n"
    "def f(a):\n    return a.eval(3)\n",
    "answers by recursion": "def f(n):\n    return 1 if n == 0 else n * f(n - 1)\n",
    "in place": "def f(xs):\n    xs.reverse()\n",
    "watch": "def f(k):\n    return [h for h in range(12) if bin(h).count('1') == k]\n",
}


@pytest.mark.parametrize("name", SEEN)
def test_honest_code_is_seen(scorer: Scorer, name: str) -> None:
    score = scorer.score(SEEN[name])
    assert score.status == Status.STATIC, score.why


def test_only_the_entry_counts_as_doing_something(scorer: Scorer) -> None:
    text = "def f(xs):\n    return 0\n\n\ndef other(xs):\n    return sorted(xs)\n"
    assert scorer.score(text).is_seen
    assert scorer.score(text, entry="f").status == Status.OPAQUE
    assert scorer.score(text, entry="other").is_seen
    assert scorer.score(text, entry="nowhere").is_seen


# Spans.


def test_spans_earn_what_there_is(scorer: Scorer) -> None:
    score = scorer.score(SEARCHED)
    assert sum(span.weight for span in score.spans) == pytest.approx(score.bc)
    assert "x in ys" in {SEARCHED[span.start : span.end] for span in score.spans}
    for text in (*PROGRAMS, *HIDDEN.values()):
        score = scorer.score(text)
        assert sum(span.weight for span in score.spans) == pytest.approx(score.bc)
        assert all(0 <= span.start < span.end <= len(text) for span in score.spans)


@pytest.mark.parametrize("seed", range(5))
def test_tokens_share_what_their_text_earned(scorer: Scorer, seed: int) -> None:
    rng = random.Random(seed)
    text = SEARCHED.replace("found", "gefundené")
    cuts = sorted({0, len(text), *(rng.randrange(len(text)) for _ in range(40))})
    tokens = list(pairwise(cuts))
    score = scorer.score(text)
    weights = score.token_weights([*tokens, (0, 0)])
    assert len(weights) == len(tokens) + 1
    assert sum(weights) == pytest.approx(score.bc)
    assert weights[-1] == 0
    place = text.index("x in ys")
    most = max(range(len(tokens)), key=lambda n: weights[n] / (tokens[n][1] - tokens[n][0]))
    assert tokens[most][0] < place + len("x in ys")
    assert place < tokens[most][1]
    assert score.token_weights([]) == []


# The scorer as a thing.


def test_batches_and_threads_say_the_same(scorer: Scorer) -> None:
    texts = [*PROGRAMS, "", "def f(:", *HIDDEN.values()] * 2
    alone = [Scorer(learned=False).score(text).bc for text in texts]
    assert [one.bc for one in scorer.score_batch(texts)] == alone
    with ThreadPoolExecutor(4) as pool:
        assert [one.bc for one in pool.map(Scorer(learned=False).score, texts)] == alone


def test_it_can_be_sent_to_another_process(scorer: Scorer) -> None:
    again = pickle.loads(pickle.dumps(scorer))
    assert again.score(NESTED) == scorer.score(NESTED)
    score = scorer.score(SEARCHED)
    assert pickle.loads(pickle.dumps(score)) == score


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=80), st.binary(max_size=40).map(lambda b: b.decode("latin-1"))))
def test_any_text_has_a_score(text: str) -> None:
    score = Scorer(learned=False).score(text)
    assert 0 <= score.bc <= 1
    assert math.isfinite(score.bc)


@pytest.mark.parametrize("text", ["\ud800 = 1", "\ufeffx = 1", "x = 1\r\n", "é = 1\n", "\f", "\\"])
def test_odd_texts_have_a_score(scorer: Scorer, text: str) -> None:
    assert 0 <= scorer.score(text).bc <= 1


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"No such file"):
        Scorer(model=tmp_path / "nowhere")
