"""The reward: right first, then efficient; whoever calls it, whatever a completion is."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.measure import Sandbox, Tests
from effilint.scorer.answers import answer_in
from effilint.scorer.rewards import EfficiencyReward, Item, Outcome

FAST = "def pairs(xs, k):\n    seen = set()\n    for x in xs:\n        if k - x in seen:\n"
FAST += "            return True\n        seen.add(x)\n    return False\n"
SLOW = "def pairs(xs, k):\n    for i in range(len(xs)):\n        for j in range(i + 1, len(xs)):\n"
SLOW += "            if xs[i] + xs[j] == k:\n                return True\n    return False\n"
HALF = "def pairs(xs, k):\n    return len(xs) > k\n"
STUB = "def pairs(xs, k):\n    return True\n"
ENDLESS = "def pairs(xs, k):\n    while True:\n        pass\n"
TABLE = "def pairs(xs, k):\n    return {'[1, 2, 3]5': True, '[4]8': False}.get(str(xs) + str(k))\n"
TESTS = {
    "entry": "pairs",
    "cases": [
        {"arguments": [[1, 2, 3], 5], "expected": True},
        {"arguments": [[4], 8], "expected": False},
        {"arguments": [[], 0], "expected": False},
        {"arguments": [[5, 5], 10], "expected": True},
    ],
    "limits": {"cpu": 1.0},
}


def fenced(code: str) -> str:
    return f"Let us use two indices.\n\n```python\n{code}```\nIt is O(1)."


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2) as made:
        yield made


@pytest.fixture(scope="module")
def reward(sandbox: Sandbox) -> EfficiencyReward:
    return EfficiencyReward(TESTS, learned=False, sandbox=sandbox)


# What a completion says.


@pytest.mark.parametrize(
    ("completion", "code"),
    [
        ("x = 1", "x = 1"),
        ("```python\nx = 1\n```", "x = 1\n"),
        ("```py\nx = 1\n```\n```bash\nls\n```", "x = 1\n"),
        ("```\nx = 1\n```", "x = 1\n"),
        ("```python\nx = 1\n```\nor\n```python\nx = 2\n```", "x = 2\n"),
        ("```\nx = 1\n```\n```Python3\nx = 2\n```\n```\nx = 3\n```", "x = 2\n"),
        ("```python\nx = 1\n```\nNow\n```python\nx = 2", "x = 2"),
        ("~~~python\nx = '```'\n~~~", "x = '```'\n"),
        ("````python\nx = '''\n```\n'''\n````", "x = '''\n```\n'''\n"),
        ("<think>```python\nx = 1\n```</think>\n```python\nx = 2\n```", "x = 2\n"),
        ("<think>```python\nx = 1\n```</think>\nx = 3", "\nx = 3"),
        ("<think>```python\nx = 1\n```", ""),
        ("```bash\nls\n```", "```bash\nls\n```"),
        ([{"role": "assistant", "content": "```python\nx = 1\n```"}], "x = 1\n"),
        ([{"role": "user", "content": "y"}, {"role": "assistant", "content": "x = 1"}], "x = 1"),
        ([{"role": "assistant", "content": [{"type": "text", "text": "x = 1"}]}], "x = 1"),
        ({"content": "x = 1"}, "x = 1"),
        ([], ""),
        (None, ""),
        (7, ""),
        ([{"content": None}], ""),
    ],
)
def test_the_last_program_is_the_answer(completion: object, code: str) -> None:
    found = answer_in(completion)
    assert found.code == code
    if isinstance(completion, str):
        assert completion[found.start : found.start + len(code)] == code


# What it is worth.


def test_right_answers_come_first_and_efficient_ones_before_them(reward: EfficiencyReward) -> None:
    found = reward([fenced(code) for code in (FAST, SLOW, HALF, STUB, ENDLESS, "def f(:", "")])
    fast, slow, half, stub, endless, broken, nothing = found
    assert all(one is not None for one in found)
    assert 1.0 >= fast > slow >= 0.4 > 0.1 > half > 0  # type: ignore[operator]
    assert stub == pytest.approx(0.05)
    assert endless == broken == nothing == 0


def test_nothing_right_is_below_anything_wrong(reward: EfficiencyReward) -> None:
    worst = f"{SLOW}\nexec('pass')\n"
    best, table = reward([HALF, TABLE])
    (right,) = reward([worst])
    assert right == pytest.approx(0.4)
    assert best is not None
    assert table is not None
    assert right is not None
    assert max(best, table) <= 0.1 < right


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 1), st.floats(0, 1), st.floats(0.11, 1), st.floats(0.01, 1), st.floats(0, 0.999)
)
def test_the_shape_keeps_right_above_wrong(
    bc: float, best: float, floor: float, step: float, passed: float
) -> None:
    reward = EfficiencyReward(learned=False, floor=floor, step=step)
    right = reward._right(bc)
    assert floor - 1e-9 <= right <= 1 + 1e-9
    assert right > 0.1 * passed
    assert (reward._right(best) >= right) or best >= bc - step


def test_without_tests_nobody_judges(sandbox: Sandbox) -> None:
    reward = EfficiencyReward(learned=False, sandbox=sandbox)
    assert reward([FAST, "def f(:"]) == [None, 0.0]
    assert reward([FAST], tests=[{"cases": []}]) == [None]
    assert reward([FAST], tests=["nowhere.json"]) == [None]
    assert reward([FAST], tests=[["assert pairs([1, 2], 3)"]]) == [None]  # nobody says what to call
    (one,) = reward.judge([Item(FAST, tests=7)])
    assert one.outcome is Outcome.NOT_JUDGED
    assert one.why == "the tests cannot be used: nobody knows what int means"


@pytest.mark.parametrize(
    "columns",
    [
        {"tests": [TESTS, TESTS]},
        {"tests": [json.dumps(TESTS)] * 2},
        {"tests": TESTS},
        {
            "test_list": [["assert pairs([1, 2], 3)", "assert not pairs([], 0)"]] * 2,
            "entry": "pairs",
        },
        {
            "test": ["def check(candidate):\n    assert candidate([1, 2], 3)\n"] * 2,
            "entry_point": ["pairs", "pairs"],
        },
    ],
)
def test_tests_come_as_columns(sandbox: Sandbox, columns: dict[str, Any]) -> None:
    reward = EfficiencyReward(learned=False, sandbox=sandbox)
    fast, slow = reward(completions=[FAST, SLOW], prompts=["a", "a"], **columns)
    assert fast is not None
    assert slow is not None
    assert fast > slow >= 0.4


def test_tests_come_as_a_file_or_read(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "tests.json"
    path.write_text(json.dumps(TESTS))
    for tests in (path, str(path), Tests.load(path)):
        (found,) = EfficiencyReward(tests, learned=False, sandbox=sandbox)([FAST])
        assert found is not None
        assert found > 0.8


def test_groups_are_compared(sandbox: Sandbox) -> None:
    reward = EfficiencyReward(TESTS, mode="relative", learned=False, sandbox=sandbox)
    fast, slow, wrong, other = reward([FAST, SLOW, STUB, SLOW], prompts=["a", "a", "a", "b"])
    assert fast > 0.7 > slow  # type: ignore[operator]
    assert wrong == pytest.approx(0.05)
    assert other == pytest.approx(0.7)
    alone, than = reward([SLOW, SLOW], prompts=["a", "b"], reference=[FAST, SLOW])
    assert alone < than  # type: ignore[operator]
    assert than == pytest.approx(0.7)


def test_without_tests_the_score_alone_counts() -> None:
    reward = EfficiencyReward(mode="static", learned=False)
    fast, slow, stub, hidden, broken, table = reward(
        [FAST, SLOW, STUB, "exec('x')", "def f(:", TABLE]
    )
    assert 1 >= fast > slow > 0  # type: ignore[operator]
    assert stub == hidden == broken == table == 0


def test_behaviours_have_weights(sandbox: Sandbox) -> None:
    none = dict.fromkeys(["API", "ALG", "DST", "LNG", "MEM", "OTH"], 0.0)
    (free,) = EfficiencyReward(TESTS, weights=none, learned=False, sandbox=sandbox)([SLOW])
    assert free == 1.0
    (usual,) = EfficiencyReward(TESTS, learned=False, sandbox=sandbox)([SLOW])
    nested = EfficiencyReward(TESTS, weights={**none, "ALG5": 3.0}, learned=False, sandbox=sandbox)
    (more,) = nested([SLOW])
    assert more < 1  # type: ignore[operator]
    assert usual < 1  # type: ignore[operator]


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "best"},
        {"floor": 0.05},
        {"step": 0},
        {"timeout": 0},
        {"weights": {"ALG9": 1}},
        {"weights": {"ALG": -1}},
        {"weights": {"ALG": math.nan}},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w+ "):
        EfficiencyReward(learned=False, **wrong)


def test_a_measured_bonus_is_one_sided(sandbox: Sandbox) -> None:
    text = "def f(n):\n    return sum(i * i for i in range(n))\n"
    quick = "def f(n):\n    return (n - 1) * n * (2 * n - 1) // 6\n"
    tests = {"entry": "f", "cases": [{"arguments": [30000], "expected": 8999550005000}]}
    plain = EfficiencyReward(tests, learned=False, sandbox=sandbox)
    reward = EfficiencyReward(tests, bonus=0.1, learned=False, sandbox=sandbox)
    (usual,), (faster,) = plain([quick]), reward([quick], reference=[text])
    assert faster == pytest.approx(usual + 0.1)  # type: ignore[operator]
    assert reward([text], reference=[quick]) == plain([text])
    assert reward([quick]) == plain([quick])
    assert reward([quick], reference=["def f(:"]) == plain([quick])


# Whoever calls it.


def test_it_logs_what_it_sees(reward: EfficiencyReward) -> None:
    metrics: dict[str, float] = {}
    extra: dict[str, list[Any]] = {}
    reward(
        [FAST, HALF, "", "def f(:"],
        log_metric=metrics.__setitem__,
        log_extra=extra.__setitem__,
        trainer_state=None,
        completion_ids=[[1]] * 4,
    )
    assert extra["outcome"] == ["passed", "failed", "no code", "unparsable"]
    assert extra["bc"][2:] == [1.0, 1.0]
    assert metrics["efficiency/passed"] == metrics["efficiency/no_code"] == 0.25
    assert metrics["efficiency/pass_rate"] == 0.5
    assert {f"efficiency/bc/{name}" for name in BEHAVIOURS} <= set(metrics)
    again: dict[str, float] = {}
    reward([FAST], log_metric=again.__setitem__)
    assert set(again) == set(metrics)


def test_it_is_sent_to_other_processes_and_called_by_threads(sandbox: Sandbox) -> None:
    reward = EfficiencyReward(TESTS, learned=False)
    assert reward.__name__ == "efficiency_reward"
    expected = reward([FAST, SLOW, STUB])
    assert pickle.loads(pickle.dumps(reward))([FAST, SLOW, STUB]) == expected
    shared = EfficiencyReward(TESTS, learned=False, sandbox=sandbox)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(shared, [[FAST, SLOW, STUB]] * 8))
    assert found == [expected] * 8


def test_what_takes_too_long_is_given_up(sandbox: Sandbox) -> None:
    tests = {**TESTS, "limits": {"cpu": 30.0, "wall": 30.0}}
    reward = EfficiencyReward(tests, timeout=1.0, learned=False, sandbox=sandbox)
    assert reward([ENDLESS, ENDLESS + "\n", ENDLESS]) == [0.0, 0.0, 0.0]
    (after,) = reward([FAST])
    assert after is not None
    assert after > 0.8


def test_a_sandbox_that_fails_is_nobodys_fault() -> None:
    closed = Sandbox(workers=1)
    closed.close()
    assert EfficiencyReward(TESTS, learned=False, sandbox=closed)([FAST, ""]) == [None, 0.0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=60), st.integers(), st.binary(max_size=9))))
def test_any_completion_has_a_reward(completions: list[object]) -> None:
    found = EfficiencyReward(mode="static", learned=False)(completions)
    assert len(found) == len(completions)
    assert all(one is not None and 0 <= one <= 1 for one in found)
