"""Time and memory of each line, watched inside the sandbox and read outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import dedent

import pytest

from effilint.measure import Limits, Program, Sandbox, call
from effilint.measure.profile import CannotProfileError, Line, Profile, profile, profiling_sandbox
from effilint.measure.profile_text import like_line_profiler, like_memory_profiler, table

pytest.importorskip("line_profiler")
pytest.importorskip("memray")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with profiling_sandbox() as made:
        yield made


def function(text: str, entry: str = "f") -> Program:
    return Program(dedent(text).lstrip(), entry)


def hits(found: Profile) -> list[int | None]:
    return [line.hits for line in found.lines]


def line_with(found: Profile, part: str) -> Line:
    return next(line for line in found.lines if part in line.text)


COUNTED = {
    "loops": (
        """
        def f(n):
            total = 0
            for i in range(n):
                if i % 2:
                    total += i
            while total > 0:
                total -= 10
            return total
        """,
        [0, 1, 11, 10, 5, 4, 3, 1],
    ),
    "a function inside": (
        """
        def f(n):
            def inner(k):
                return k + 1
            for i in range(n):
                inner(i)
        """,
        [0, 1, 10, 11, 10],
    ),
    "a function inside one inside": (
        """
        def f(n):
            def outer(k):
                def inner():
                    nonlocal k
                    k += 1
                inner()
                inner()
            outer(n)
        """,
        [0, 1, 1, 0, 2, 1, 1, 1],
    ),
    "recursion": (
        """
        def f(n):
            if n < 2:
                return n
            return f(n - 1) + f(n - 2)
        """,
        [0, 177, 89, 88],
    ),
    "a loop in one line": ("def f(n):\n    for i in range(n): pass\n", [0, 11]),
    "a lambda": (
        """
        def f(n):
            key = lambda x: -x
            return sorted(range(n), key=key)
        """,
        [0, 11, 1],
    ),
    "a generator": (
        """
        def f(n):
            for i in range(n):
                yield i * i
        """,
        [0, 11, 10],
    ),
    "a decorated function": (
        """
        from functools import lru_cache
        def f(n):
            return sum(g(i % 3) for i in range(n))
        @lru_cache
        def g(k):
            return k + 1
        """,
        [0, 0, 12, 0, 0, 3],
    ),
    "two functions alike": (
        """
        def f(n):
            for i in range(n):
                g(i)
            return h(n)
        def g(k):
            return k + 1
        def h(k):
            return k + 1
        """,
        [0, 11, 10, 1, 0, 10, 0, 1],
    ),
}


@pytest.mark.parametrize(("text", "expected"), COUNTED.values(), ids=COUNTED)
def test_hits_are_exact(sandbox: Sandbox, text: str, expected: list[int]) -> None:
    found = profile(function(text), [call(10)], sandbox=sandbox, of=["time"])
    assert (found.end, found.words) == ("finished", "")
    assert hits(found) == expected


def test_what_a_comprehension_does_counts_in_its_line(sandbox: Sandbox) -> None:
    text = """
    def f(n):
        a = [i for i in range(n)]
        b = {i: i for i in a}
        return sum(i for i in b)
    """
    found = profile(function(text), [call(1000)], sandbox=sandbox, of=["time"])
    for line in found.lines[1:]:
        assert line.hits in (1001, 1002)  # before Python 3.12 some were functions of their own
        assert line.share is not None
        assert 0 < line.share <= 1  # not the inside and the outside together


def test_methods_of_a_solution_class(sandbox: Sandbox) -> None:
    text = """
    class Solution:
        def solve(self, numbers):
            return [self.double(x) for x in numbers]

        def double(self, x):
            return 2 * x
    """
    inputs = [call([1, 2, 3]), call([4])]
    found = profile(function(text, "Solution.solve"), inputs, sandbox=sandbox, of=["time"])
    assert line_with(found, "2 * x").hits == 4
    assert found.seconds is not None
    assert found.seconds > 0


def test_a_script_with_standard_input(sandbox: Sandbox) -> None:
    text = dedent("""
    def main():
        for _ in range(int(input())):
            print("x")
    main()
    """).lstrip()
    found = profile(text, [b"3\n", b"4\n"], sandbox=sandbox)
    assert hits(found) == [2, 9, 7, 2]
    assert found.end == "finished"


def test_threads_are_watched_too(sandbox: Sandbox) -> None:
    text = dedent("""
    import threading
    def main():
        for _ in range(5):
            pass
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
    """).lstrip()
    found = profile(text, [b""], sandbox=sandbox, of=["time"])
    assert hits(found) == [1, 1, 6, 5, 1, 1, 1]


@pytest.mark.parametrize("start", ["t.start()\n    for t in ts: t.join()", "t.start(); t.join()"])
@pytest.mark.parametrize("count", [2, 5])
def test_the_hits_of_all_threads_count(sandbox: Sandbox, start: str, count: int) -> None:
    text = f"""
import threading
class Other(threading.Thread):
    def run(self):
        for i in range(10):
            pass
def f(k):
    def work():
        for i in range(10):
            pass
    ts = [threading.Thread(target=work) for _ in range(k)] + [Other()]
    for t in ts: {start}
"""
    found = profile(function(text), [call(count)], sandbox=sandbox, of=["time"])
    assert found.end == "finished"
    assert [line.hits for line in found.lines[3:5]] == [11, 10]
    assert [line.hits for line in found.lines[7:9]] == [11 * count, 10 * count]


def test_recursive_functions_are_marked(sandbox: Sandbox) -> None:
    text = """
    def f(n):
        return even(n) + plain(n)
    def even(n):
        return 1 if n == 0 else odd(n - 1)
    def odd(n):
        return 0 if n == 0 else even(n - 1)
    def plain(n):
        return n.bit_length()
    class Tree:
        def depth(self, n):
            return n and self.depth(n - 1)
    """
    found = profile(function(text), [call(10)], sandbox=sandbox, of=["time"])
    assert [line.number for line in found.lines if line.is_recursive] == [3, 4, 5, 6, 10, 11]


def test_growth_with_the_size(sandbox: Sandbox) -> None:
    text = """
    def f(n):
        total = 0
        for i in range(n):
            for j in range(n):
                total += 1
        return total
    """
    inputs = {size: [call(size)] for size in (50, 100, 200)}
    found = profile(function(text), inputs, sandbox=sandbox, of=["time"])
    assert found.sizes == (50, 100, 200)
    growth = [line.hits_growth for line in found.lines]
    assert growth[0] is None
    assert growth[1:] == pytest.approx([0, 1, 2, 2, 0], abs=0.03)
    assert found.lines[4].hits == 200 * 200
    assert profile(function(text), [call(50)], sandbox=sandbox, of=["time"]).sizes == ()


def test_memory_of_lines(sandbox: Sandbox) -> None:
    text = """
    def f(n):
        kept = [0] * n
        for _ in range(4):
            passing = bytearray(1_000_000)
            del passing
        small = [1.5 * i for i in range(1000)]
        return len(kept)
    """
    found = profile(function(text), [call(2_500_000)], sandbox=sandbox, of=["memory"])
    kept, passing = line_with(found, "kept ="), line_with(found, "passing =")
    assert kept.held == pytest.approx(20_000_000, rel=0.001)
    assert kept.allocated == pytest.approx(20_000_000, rel=0.001)
    assert passing.held == pytest.approx(1_000_000, rel=0.001)
    assert passing.allocated == pytest.approx(4_000_000, rel=0.001)
    assert (line_with(found, "small").allocated or 0) > 24_000  # small objects count as well
    assert found.peak == pytest.approx(21_000_000, rel=0.01)
    assert kept.hits is None
    assert found.seconds is None


def test_memory_that_a_library_takes_is_that_of_the_line_that_calls_it(sandbox: Sandbox) -> None:
    text = """
    import collections
    def f(n):
        return len(collections.Counter(range(n)))
    """
    found = profile(function(text), [call(100_000)], sandbox=sandbox, of=["memory"])
    assert (found.lines[2].held or 0) > 5_000_000


def test_an_error_leaves_the_lines_until_then(sandbox: Sandbox) -> None:
    text = """
    def f(n):
        for i in range(n):
            pass
        return 1 // 0
    """
    found = profile(function(text), [call(4)], sandbox=sandbox)
    assert (found.end, hits(found)) == ("raised", [0, 5, 4, 1])
    assert found.words.startswith("ZeroDivisionError in line 4: ")


def test_too_little_memory_leaves_the_lines_until_then(sandbox: Sandbox) -> None:
    text = """
    def f(n):
        kept = []
        while True:
            kept.append(bytearray(10_000_000))
    """
    limits = Limits(memory=200 << 20)
    found = profile(function(text), [call(1)], sandbox=sandbox, limits=limits, of=["time"])
    assert found.end in ("raised", "memory")
    if found.end == "raised":
        assert (found.lines[3].hits or 0) > 5


@pytest.mark.parametrize("how", ["pass", "try:\n            pass\n        except Exception: pass"])
def test_a_program_that_is_too_slow_still_says_where(sandbox: Sandbox, how: str) -> None:
    text = f"def f(n):\n    x = 1\n    while True:\n        {how}\n"
    limits = Limits(cpu=0.4, wall=10)
    found = profile(Program(text, "f"), [call(1)], sandbox=sandbox, limits=limits, of=["time"])
    assert found.end == "time"
    assert (found.lines[1].hits, found.lines[0].hits) == (1, 0)
    assert (found.lines[2].hits or 0) > 1000


def test_one_long_step_says_nothing(sandbox: Sandbox) -> None:
    text = "def f(n):\n    return sum(range(10**12))\n"
    limits = Limits(cpu=0.3, wall=10)
    found = profile(Program(text, "f"), [call(1)], sandbox=sandbox, limits=limits, of=["time"])
    assert (found.end, found.seconds, hits(found)) == ("time", None, [None, None])
    assert "nothing was said" in table(found)


def test_a_text_that_is_no_program(sandbox: Sandbox) -> None:
    found = profile("def f(:\n", [b""], sandbox=sandbox)
    assert (found.end, found.seconds, found.peak) == ("problem", None, None)
    assert found.words.startswith("SyntaxError: ")


FORGERIES = {
    "no report": "1 // 0",
    "no figures": "type('S', (), {'timings': {('<solution>', 1, 'f'): [('x', 'y', 'z')]}})()",
    "no whole figures": "type('S', (), {'timings': {('<solution>', 1, 'f'): [(1, 5.5, 9)]}})()",
    "too large": "type('S', (), {'timings': {('<solution>', 1, 'f'): [(1, 10**80, 9)]}})()",
    "too many": "type('S', (), {'timings': {1: [(i, 1, 1) for i in range(10**5)]}})()",
    "endless": "(lambda: [0 for _ in iter(int, 1)])()",
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_forged_reports_are_none(sandbox: Sandbox, forged: str) -> None:
    text = f"""
    import line_profiler, sys
    line_profiler.LineProfiler.get_stats = lambda self: {forged}
    def f(n):
        print('[["returned",[],null,[[1,[[1,1,1]]]]]]' * 100)
        return n
    """
    limits = Limits(cpu=0.5, wall=10)
    found = profile(function(text), [call(1)], sandbox=sandbox, limits=limits, of=["time"])
    assert found.seconds is None
    assert set(hits(found)) == {None}
    honest = profile(function("def f(n):\n    return n\n"), [call(1)], sandbox=sandbox, of=["time"])
    assert hits(honest) == [0, 1]


@pytest.mark.parametrize(
    "trick",
    [
        "sys.settrace(None)",
        "sys.setprofile(None)",
        "sys.modules.clear()",
        "open('.memory', 'wb').write(b'x' * 1000)",
        "os.chdir('/')",
        "os._exit(0)",
        "signal.signal(signal.SIGPROF, signal.SIG_IGN)",
        "memray.FileReader = None",
        "gc.get_objects().clear()",
    ],
)
def test_tricks_harm_only_their_own_profile(sandbox: Sandbox, trick: str) -> None:
    text = f"""
    import contextlib, gc, os, signal, sys, memray
    def f(n):
        with contextlib.suppress(Exception):
            {trick}
        return n
    """
    found = profile(function(text), [call(1)], sandbox=sandbox)
    assert len(found.lines) == 5
    honest = profile(function("def f(n):\n    return [0] * n\n"), [call(10**6)], sandbox=sandbox)
    assert (honest.lines[1].hits, honest.end) == (1, "finished")
    assert honest.lines[1].held == pytest.approx(8_000_000, rel=0.01)


def test_forms(sandbox: Sandbox) -> None:
    text = "def f(n):\n    kept = [0] * n\n    return len(kept)\n"
    found = profile(
        Program(text, "f"), {n: [call(n)] for n in (1_000_000, 2_000_000)}, sandbox=sandbox
    )
    data = json.loads(found.to_json())
    assert data["lines"][1]["number"] == 2
    assert data["lines"][1]["hits"] == 1
    assert data["sizes"] == [1_000_000, 2_000_000]
    shown = table(found).splitlines()
    assert shown[2].split() == "line hits time share hits ~ time ~ at peak allocated".split()
    assert "16 MB" in shown[5]
    assert shown[5].endswith("|     kept = [0] * n")
    times = like_line_profiler(found).splitlines()
    assert times[4] == "Line #      Hits         Time  Per Hit   % Time  Line Contents"
    assert times[7].split()[:2] == ["2", "1"]
    memory = like_memory_profiler(found).splitlines()
    assert "15.3 MiB" in memory[5]


def test_where_there_can_be_no_profile(sandbox: Sandbox) -> None:
    with pytest.raises(CannotProfileError, match="at least one input"):
        profile("x = 1\n", [], sandbox=sandbox)
    with (
        Sandbox(workers=1) as bare,
        pytest.raises(CannotProfileError, match=r"effilint\[measure\]"),
    ):
        profile("x = 1\n", [b""], sandbox=bare)


def test_a_sandbox_of_its_own() -> None:
    assert hits(profile("x = 1\ny = 2\n", [b""], of=["time"])) == [1, 1]
