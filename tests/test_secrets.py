"""What a program could learn or hide: inputs before its time, other programs, measured runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from effilint.measure import (
    CannotCompareError,
    Case,
    Limits,
    Program,
    Rule,
    Sandbox,
    Tests,
    Verdict,
    call,
    contest,
    ladder,
    measure,
    run_tests,
)

LIMITS = Limits(cpu=5.0, wall=20.0)
HONEST = """
def f(xs):
    return sum(1 for x in xs for _ in range(5))
"""
# Scans its own memory for a mark; pipes refuse addresses that are not mapped. The mark is given
# with each letter moved on by one, or the scan would find what it looks for in itself.
SCAN = """
import ctypes, os
table = bytes((n + 1) % 256 for n in range(256))
def scan(mark):
    c = ctypes.CDLL(None, use_errno=True)
    c.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
    ends = os.pipe()
    base = id(object()) >> 20 << 20
    for start in range(base - (48 << 20), base + (48 << 20), 4096):
        if c.write(ends[1], start, 4096) == 4096:
            if mark in os.read(ends[0], 4096).translate(table):
                return True
    return False
"""


@pytest.fixture(scope="module", params=["L3", "L2", "L1"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    from effilint.measure.isolation import Level
    from effilint.measure.probe import failing

    if problem := failing(Level(int(request.param[1]))):
        pytest.skip(problem)
    with Sandbox(request.param, workers=1) as one:
        yield one


def test_a_program_cannot_see_its_inputs_while_it_is_loaded(sandbox: Sandbox) -> None:
    text = """
import gc, sys
seen = []
frame = sys._getframe()
while frame:
    seen += [repr(value)[:100_000] for value in [*frame.f_locals.values()]]
    frame = frame.f_back
seen += [repr(thing) for thing in gc.get_objects() if isinstance(thing, (bytes, list, dict))]
def f(word):
    return any("_".join(["input", "to", "be", "found"]) in text for text in seen)
"""
    case = call("input_to_be_found")
    run = sandbox.run(Program(text, "f"), [case])
    assert run.calls[0].decoded() is False


def moved(mark: str) -> str:
    return repr(bytes(letter + 1 for letter in mark.encode()))


def test_a_scan_finds_what_is_there(sandbox: Sandbox) -> None:
    kept = "kept = b'-'.join([b'some', b'thing'])"
    text = f"{SCAN}\n{kept}\ndef f(x): return scan({moved('some-thing')})\n"
    assert sandbox.run(Program(text, "f"), [call(1)]).calls[0].decoded() is True


def test_a_program_cannot_find_its_inputs_in_memory(sandbox: Sandbox) -> None:
    text = f"{SCAN}\nfound = scan({moved('input_of_mine')})\ndef f(x): return found\n"
    run = sandbox.run(Program(text, "f"), [call("input_of_mine" * 50)])
    assert run.calls[0].decoded() is False


def test_a_program_finds_nothing_of_the_one_before_it(sandbox: Sandbox) -> None:
    before = "def f(x): return 'answer_' + 'of_another'  # text_of_another"
    for _ in range(3):
        sandbox.run(Program(before, "f"), [call("input_of_another")])
    for mark in ("text", "answer", "input"):
        text = f"{SCAN}\ndef f(x): return scan({moved(f'{mark}_of_another')})\n"
        run = sandbox.run(Program(text, "f"), [call(1)], limits=LIMITS)
        assert run.calls[0].decoded() is False


def test_what_is_worked_out_while_loading_is_charged(sandbox: Sandbox) -> None:
    text = "table = [i for i in range(2_000_000)]\ndef f(x): return table[x]\n"
    (one,) = sandbox.run(Program(text, "f"), [call(3)], limits=LIMITS).calls
    assert not one.is_honest
    assert one.charged > 10 * one.figures.cpu
    assert one.figures.net > 50 << 20


def test_what_a_call_leaves_behind_is_not_charged_to_the_next(sandbox: Sandbox) -> None:
    text = "kept = []\ndef f(n):\n    kept.append(bytearray(n))\n    return len(kept[-1])\n"
    calls = sandbox.run(Program(text, "f"), [call(n) for n in (12 << 20, 1, 1)]).calls
    first, *others = (one.figures.net for one in calls)
    assert first > 11 << 20
    assert max(others) < 1 << 20


def test_what_is_hidden_in_reading_the_input_is_charged(sandbox: Sandbox) -> None:
    text = """
import json, random
old = json.loads
def seed(*_):
    for _ in range(2_000_000): pass
def loads(*a):
    seed()
    return old(*a)
random.seed = seed
json.loads = loads
def f(x): return x
"""
    (one,) = sandbox.run(Program(text, "f"), [call([1, 2])], limits=LIMITS).calls
    around = one.figures.before + one.figures.after
    assert one.charged > 0.5 * around or around < 0.005


def test_a_limit_holds_for_all_of_a_case(sandbox: Sandbox) -> None:
    text = """
import json, time
def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end: pass
old, older = json.loads, json.dumps
def loads(*a, **k):
    burn(0.7)
    return old(*a, **k)
def dumps(*a, **k):
    burn(0.7)
    return older(*a, **k)
json.loads, json.dumps = loads, dumps
def f(x):
    burn(0.7)
    return x
"""
    run = sandbox.run(Program(text, "f"), [call(1)], limits=Limits(cpu=1.0, wall=20.0))
    assert run.stop.how == "time"


def in_place(work: str) -> str:
    return f"def f(xs):\n    {work}\n"


def test_every_measured_run_is_judged(sandbox: Sandbox) -> None:
    xs = list(range(3000, 0, -1))
    tests = Tests((Case(call(xs), sorted(xs)),), "f", rule=Rule(target=0), limits=LIMITS)
    cheat = """
import os
def f(xs):
    if os.urandom(1)[0] < 200:
        xs.sort()
"""
    report = next(r for r in (run_tests(cheat, tests, sandbox=sandbox) for _ in range(50)) if r)
    assert report.verdict in (Verdict.ACCEPTED, Verdict.WRONG_ANSWER)
    found = [measure(cheat, tests, sandbox=sandbox, repetitions=20) for _ in range(3)]
    assert all(one.samples is None for one in found)
    honest = measure(in_place("xs.sort()"), tests, sandbox=sandbox, repetitions=2)
    assert honest.samples is not None


def test_a_program_cannot_tell_that_it_is_watched(sandbox: Sandbox) -> None:
    text = """
import sys
def f(xs):
    frame, seen = sys._getframe(), []
    while frame:
        seen += [value for value in frame.f_locals.values() if isinstance(value, dict)]
        frame = frame.f_back
    orders = [repr(sorted(one)) for one in seen if "program" in one]
    return any("sample" in text for text in orders)
"""
    run = sandbox.run(Program(text, "f"), [call([])])
    assert run.calls[0].decoded() is False


def test_programs_that_differ_are_not_compared(sandbox: Sandbox) -> None:
    a, b = (Program(f"def f(n): return n + {k}", "f") for k in (1, 2))
    with pytest.raises(CannotCompareError, match="program a gives other results"):
        contest(a, b, [call(1)], sandbox, limits=LIMITS)


def test_a_ladder_with_a_reference_is_judged(sandbox: Sandbox) -> None:
    lazy = Program("def f(xs): return 0 if len(xs) > 50 else sum(xs)", "f")
    honest = Program("def f(xs): return sum(xs)", "f")
    found = ladder(lazy, [{"xs": [3, 1, 2]}], sandbox, reference=honest)
    assert "another result than the reference" in found.end
    assert max(point.n for point in found.points) <= 50
