"""`effilint dataset collect`: many sources become one file, and nothing is lost in silence."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from effilint.dataset.leetcode_numbers import identity, is_held_back
from effilint.main import main
from effilint.measure import Tests, run_tests

SLOW = """\
class Solution:
    def countPairs(self, nums: List[int], goal: int) -> int:
        found = 0
        for i in range(len(nums)):
            for j in range(i):
                found += nums[i] + nums[j] == goal
        return found
"""
FAST = """\
class Solution:
    def countPairs(self, nums: List[int], goal: int) -> int:
        seen = Counter()
        found = 0
        for number in nums:
            found += seen[goal - number]
            seen[number] += 1
        return found
"""
DESCRIPTION = """\
Return _the number of pairs_ that sum to `goal`.

**Example 1:**

    **Input:** nums = [1,2,3], goal = 4
    **Output:** 1
    **Explanation:** 1 + 3 = 4.

**Example 2:**

    **Input:** nums = [_2_ ,2,2], goal = 4
    **Output:** 3
"""
PAIR = {
    "id": "7-1",
    "problem_idx": 900_001,
    "task": "count-made-up-pairs",
    "inefficient": {"code": SLOW},
    "efficient": {"code": FAST},
}
REFERENCE = {
    "task": "count-made-up-pairs",
    "question_id": 900_001,
    "entry_point": "Solution().countPairs",
    "prompt": "from typing import *\nfrom collections import *\n",
    "solution": FAST,
    "test": "def check(candidate):\n    assert candidate(nums = [1, 3], goal = 4) == 1\n",
}
TEXT = {"task": PAIR["task"], "problem_idx": PAIR["problem_idx"], "description": DESCRIPTION}
HUMAN = {
    "task_id": "Made/3",
    "prompt": 'import math\n\n\ndef twice(n):\n    """Return 2 n."""\n',
    "entry_point": "twice",
    "canonical_solution": "    return 2 * n\n",
    "test": "def check(candidate):\n    assert candidate(4) == 8\n",
}
MBPP = {
    "task_id": 5,
    "text": "Write a function to double a number.",
    "code": "def half(n):\r\n  return n / 2\r\ndef double(n):\r\n  return 2 * n",
    "test_setup_code": "from math import *",
    "test_list": ["assert double(2) == 4"],
    "challenge_test_list": ["assert double(3) == 6"],
}
EFFIBENCH = {
    "problem_idx": 900_001,
    "task_name": "Count Made-Up Pairs",
    "description": "Count them.",
    "canonical_solution": SLOW,
    "test_case": "solution = Solution()\nassert solution.countPairs([1, 3], 4) == 1\n",
}
CONTEST = {
    "id": "c0ffee",
    "description": "Print the sum.",
    "solutions": [["print(sum(map(int, input().split())))\n", True], ["print(0)\n", False]],
    "tests": [{"input": ["1 2\n"], "output": ["3\n"]}],
    "stress_generators": ["def generate_input():\n    return '1 ' * 1000\n"],
}
CODE_CONTESTS = {
    "name": "1_A. Made Up",
    "source": 2,
    "description": "Print the sum.",
    "solutions": {"language": [1, 3, 2], "solution": ["print 3", "print(3)\n", "int main() {}"]},
    "public_tests": {"input": ["1 2\n"], "output": ["3\n"]},
    "private_tests": {"input": [], "output": []},
}


TWO_CLASSES = f"""\
# Time:  O(n^2)
{SLOW.replace("range(len", "xrange(len")}

def helper(nums):
    return nums


# Time:  O(n)
@functools.lru_cache
class Solution2(object):
    def countPairs(self, numbers, goal):
        return Solution2.sum(helper(numbers), goal)

    @staticmethod
    def sum(numbers, goal):
        counts = collections.Counter(numbers)
        total = sum(a * b for a, b in itertools.izip(counts.iterkeys(), counts.itervalues()))
        return int(total == goal)
"""
ARTICLE = f"Text\n```python\n{SLOW}```\n```java\n{{}}\n```\n```python\nif x:\n```"
HTML = """\
# [1480. Running Sum](https://x)

<!-- description:start -->
<p>Return the <strong>sum</strong>.</p>
<p><strong class="example">Example 1:</strong></p>
<pre>
<strong>Input:</strong> nums = [1,3], goal = 4
<strong>Output:</strong> 1
</pre>
<ul>
	<li><code>1 &lt;= nums[i] &lt;= 10<sup>5</sup></code></li>
</ul>
<!-- description:end -->

## Solutions
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, *rows: Mapping[str, Any]) -> str:
    Path(name).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return name


def collect(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["dataset", "collect", *arguments])


def collected(*arguments: str) -> list[dict[str, Any]]:
    result = collect(*arguments, "-o", "out.jsonl")
    assert result.exit_code == 0, result.output
    return written()


def written() -> list[dict[str, Any]]:
    with Path("out.jsonl").open() as lines:
        return [json.loads(line) for line in lines]


def counted(result: Result, words: str) -> int:
    (line,) = (line for line in result.stderr.splitlines() if line.endswith(words))
    return int(line.split()[0].replace(",", ""))


def refused(result: Result, words: str) -> None:
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert not isinstance(result.exception, Exception)


def test_what_sources_say_of_a_problem_stands_together() -> None:
    pairs = write("pairs.jsonl", PAIR)
    (problem,) = collected(pairs, write("tests.jsonl", REFERENCE), write("texts.jsonl", TEXT))
    assert (problem["id"], problem["number"]) == ("leetcode/count-made-up-pairs", 900_001)
    assert problem["description"] == DESCRIPTION
    assert problem["tests"]["entry"] == "Solution.countPairs"
    slow, fast = problem["solutions"]
    assert slow["origins"] == ["behaviour_pairs:7-1:inefficient"]
    assert fast["origins"] == [
        "behaviour_pairs:7-1:efficient",
        "leetcode_tests:count-made-up-pairs",
    ]
    assert (slow["licence"], fast["licence"]) == ("", "MIT")


def test_the_order_of_sources_changes_no_set_of_solutions() -> None:
    sources = [write("pairs.jsonl", PAIR), write("tests.jsonl", REFERENCE)]
    one, other = (collected(*order)[0] for order in (sources, sources[::-1]))
    assert {s["id"] for s in one["solutions"]} == {s["id"] for s in other["solutions"]}
    assert one["number"] == other["number"]


def test_problems_held_back_are_dropped_by_number_and_by_name() -> None:
    named = {n: identity("", n)[0] for n in range(1, 1500)}
    number = next(n for n, name in named.items() if name and is_held_back(n) and n > 1000)
    by_name = {**REFERENCE, "task": named[number], "question_id": 4}  # 4 is not held back
    by_number = {**PAIR, "problem_idx": number}
    sources = (write("a.jsonl", by_name), write("b.jsonl", by_number), write("c.jsonl", MBPP))
    result = collect(*sources, "-o", "out.jsonl")
    assert [problem["id"] for problem in written()] == ["mbpp/5"]
    assert counted(result, "held back for the final test") == 1


def test_a_program_under_other_names_is_the_same_and_one_more_break_is_not() -> None:
    renamed = SLOW.replace("found", "total").replace("(i):", "( i ):  # pairs").replace(": int", "")
    stops = FAST.replace("+= 1\n", "+= 1\n            if found > 9:\n                break\n")
    pairs = [
        {**PAIR, "id": "7-2", "inefficient": {"code": renamed}, "efficient": {"code": stops}},
        {**PAIR, "id": "7-3", "inefficient": {"code": "import re\n" + SLOW}},
    ]
    (problem,) = collected(write("pairs.jsonl", PAIR, *pairs))
    assert [s["code"] for s in problem["solutions"]] == [SLOW, FAST, stops]
    assert len(problem["solutions"][0]["origins"]) == 3


def test_an_import_that_is_used_matters() -> None:
    one = SLOW.replace("class", "from math import gcd\nclass", 1).replace("== goal", "== gcd(goal)")
    other = one.replace("from math", "from fractions")
    pair = {**PAIR, "inefficient": {"code": one}, "efficient": {"code": other}}
    (problem,) = collected(write("pairs.jsonl", pair))
    assert len(problem["solutions"]) == 2


def test_near_duplicates_go_where_that_is_wanted_but_no_side_of_a_pair() -> None:
    pytest.importorskip("datasketch")
    body = "".join(f"        step_{n} = goal * {n} + len(nums)\n" for n in range(40))
    long = SLOW.replace("        found = 0\n", "        found = 0\n" + body)
    other = long.replace("goal * 7 ", "goal * 77 ")
    both = {**PAIR, "inefficient": {"code": long}, "efficient": {"code": other}}
    apart = {**PAIR, "id": "7-2", "inefficient": {"code": other.replace(" 77", " 78")}}
    source = write("pairs.jsonl", both, apart)
    (problem,) = collected(source)
    assert len(problem["solutions"]) == 4
    (problem,) = collected(source, "--near", "0.9")
    assert [s["code"] for s in problem["solutions"]] == [long, other, FAST]


def test_broken_rows_are_named_and_the_others_kept() -> None:
    rows = [
        json.dumps(PAIR).encode(),
        b'{"id": "7-2", "task": ',
        b"[1]",
        json.dumps({**PAIR, "efficient": {"code": ""}}).encode(),
        b'{"id": "\xff"}',
        json.dumps({**PAIR, "id": "\ud800"}).encode(),
        b"",
        json.dumps({**PAIR, "problem_idx": "many"}).encode(),
        b"[" * 100_000,
    ]
    Path("pairs.jsonl").write_bytes(b"\n".join(rows))
    result = collect("pairs.jsonl", "-o", "out.jsonl")
    assert result.exit_code == 0
    places = [line.split(": ")[0] for line in result.stderr.splitlines() if "pairs.jsonl" in line]
    assert places == [f"pairs.jsonl:{n}" for n in (2, 3, 4, 5, 6, 8, 9)]
    assert counted(result, "broken rows") == 7
    assert counted(result, "  solutions") == 2


def test_a_compressed_file_that_was_cut_short_is_read_as_far_as_it_goes() -> None:
    rows = "".join(
        json.dumps({**MBPP, "task_id": n, "text": f"{n * n}"}) + "\n" for n in range(400)
    )
    Path("cut.jsonl.gz").write_bytes(gzip.compress(rows.encode())[:-300])
    result = collect("cut.jsonl.gz", "-o", "out.jsonl")
    assert "ends in the middle" in result.stderr
    assert 0 < len(Path("out.jsonl").read_text().splitlines()) < 400


def test_a_list_over_many_lines_is_read_object_by_object() -> None:
    broken = {**EFFIBENCH, "test_case": "assert ("}
    Path("bench.json").write_text(json.dumps([broken, EFFIBENCH, 5], indent=2))
    result = collect("bench.json", "-o", "out.jsonl")
    first, last = (line for line in result.stderr.splitlines() if line.startswith("bench.json"))
    assert first.startswith("bench.json:2: the test_case cannot be parsed")
    assert last.startswith("bench.json:16: it is no object")
    (problem,) = written()
    tests = Tests.from_content(problem["tests"])
    assert run_tests("from typing import *\n" + SLOW, tests).passed == 1


@pytest.mark.parametrize(
    ("row", "name", "key"),
    [
        (HUMAN, "made/3", "asserts"),
        (MBPP, "mbpp/5", "asserts"),
        (CONTEST, "codeforces/c0ffee", "cases"),
        (CODE_CONTESTS, "codeforces/1-a-made-up", "cases"),
        ({**REFERENCE, "task_id": "made-up", "completion": FAST}, "leetcode/made-up", "asserts"),
    ],
    ids=["humaneval", "mbpp", "contest-programs", "code-contests", "leetcode-dataset"],
)
def test_kinds_are_recognised_and_solutions_pass_their_tests(
    row: dict[str, Any], name: str, key: str
) -> None:
    row = {k: v for k, v in row.items() if k != "task" or "task_id" not in row}
    (problem,) = collected(write("source.jsonl", row))
    assert problem["id"] == name
    assert key in problem["tests"]
    (solution,) = problem["solutions"]
    assert "\r" not in solution["code"]
    assert run_tests(solution["code"], Tests.from_content(problem["tests"])).passed == 1


def test_generators_come_along() -> None:
    (problem,) = collected(write("source.jsonl", CONTEST))
    assert problem["generators"] == CONTEST["stress_generators"]


def test_a_folder_of_solutions() -> None:
    home = Path("sums/add")
    home.mkdir(parents=True)
    head, case = {"entry": "add"}, {"arguments": [1, 2], "expected": 3}
    (home / "tests.json").write_text(f"{json.dumps(head)}\n{json.dumps(case)}\n")
    (home / "description.md").write_text("Add two numbers.")
    (home / "good.py").write_text("def add(a, b):\n    return a + b\n")
    (home / "empty.py").write_text("")
    bad = Path("sums/bad")
    bad.mkdir()
    (bad / "tests.json").write_text("{")
    result = collect("sums", "-o", "out.jsonl")
    assert "sums/add/empty.py: it is empty" in result.stderr
    assert "sums/bad/tests.json: it is no JSON" in result.stderr
    (problem,) = written()
    assert (problem["id"], problem["description"]) == ("sums/add", "Add two numbers.")
    assert problem["tests"] == {**head, "cases": [case]}
    assert problem["solutions"][0]["origins"] == ["sums:add/good.py"]


def test_a_folder_of_leetcode_solutions() -> None:
    files = {
        "clone/LICENSE": "MIT License\n\nPermission",
        "clone/Python/running-sum-of-1d-array.py": TWO_CLASSES,
        "clone/1480. Running Sum of 1d Array/1480.py": FAST.replace("found = 0", "found = -0"),
        "clone/1480. Running Sum of 1d Array/README_EN.md": HTML,
        "clone/0001.Two Sum/Solution.py": FAST,  # held back
        "clone/1480.py": FAST,
        "clone/articles/running-sum-of-1d-array.md": ARTICLE,
        "clone/tools/running.py": FAST,  # no problem
        "clone/README.md": "Example 1: all of LeetCode",
        "clone/Python/3sum.py": "print 3\n",
        "clone/0072.Edit Distance/memoize.py": FAST,  # one of the two is held back
        "clone/Permutations/0031.py": FAST,
        "clone/LICENSES/MIT.txt": "text",
        "clone/0015.3Sum/Solution.py": FAST,
        "clone/0015.3Sum/README.md": "<![foo[ x ]]>",
        "clone/132-pattern.py": f"# a\fb \u2028\n{TWO_CLASSES}",
        "clone/Python/lru-cache.py": "class LRUCache: pass\n",
    }
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content)
    result = collect("clone", "-o", "out.jsonl")
    assert "3sum.py: it is no Python 3" in result.stderr
    assert "memoize.py: its path is about edit-distance and memoize" in result.stderr
    assert "0031.py: its path is about next-permutation and permutations" in result.stderr
    assert "Solution.py: its description is no HTML" in result.stderr
    assert counted(result, "held back for the final test") == 1
    pattern, problem = written()
    assert pattern["id"] == "leetcode/132-pattern"
    assert [one["code"].count("def countPairs") for one in pattern["solutions"]] == [1, 1]
    assert (problem["id"], problem["number"]) == ("leetcode/running-sum-of-1d-array", 1480)
    assert problem["description"] == (
        "Return the **sum**.\n\n**Example 1:**\n\n**Input:** nums = [1,3], goal = 4\n"
        "**Output:** 1\n\n* `1 <= nums[i] <= 10^5`"
    )
    assert problem["tests"]["cases"] == [{"arguments": [[1, 3], 4], "expected": 1}]
    origins = {one["origins"][0]: one["code"] for one in problem["solutions"]}
    assert list(origins) == [
        "clone:1480. Running Sum of 1d Array/1480.py",
        "clone:1480.py",
        "clone:Python/running-sum-of-1d-array.py",
        "clone:Python/running-sum-of-1d-array.py:2",
        "clone:articles/running-sum-of-1d-array.md",
    ]
    assert {one["licence"] for one in problem["solutions"]} == {"MIT"}
    first, second = list(origins.values())[2:4]
    assert "range(len(nums))" in first
    assert "O(n)" not in first
    assert "class Solution(object)" in second
    assert "O(n^2)" not in second
    assert "def helper" in first
    assert "def helper" in second
    tests = Tests.from_content(problem["tests"])
    assert all(run_tests(code, tests).passed == 1 for code in origins.values())


@pytest.mark.parametrize("option", [(), ("--effibench-pool", "elsewhere.json")])
def test_problems_of_effibench_are_marked(option: tuple[str, ...]) -> None:
    path = option[1] if option else "effibench_pool_ids.json"
    Path(path).write_text(json.dumps([PAIR["problem_idx"]]))
    first, second = collected(write("a.jsonl", PAIR), write("b.jsonl", MBPP), *option)
    assert (first["in_effibench"], second["in_effibench"]) == (True, False)


def test_examples_of_the_description_become_tests() -> None:
    (problem,) = collected(write("a.jsonl", PAIR), write("b.jsonl", TEXT))
    tests = Tests.from_content(problem["tests"])
    assert [case["expected"] for case in problem["tests"]["cases"]] == [1, 3]
    for solution in problem["solutions"]:
        assert run_tests(solution["code"], tests).passed == 1
    assert run_tests(SLOW.replace("+=", "="), tests).passed == 0


def example(code: str, given: str, expected: str, text: str = "") -> dict[str, Any]:
    """The tests made of one example."""
    description = f"{text}\n\nExample 1:\n\nInput: {given}\nOutput: {expected}\n"
    pair = {**PAIR, "inefficient": {"code": code}}
    other = "class Solution:\n    def other(self, x):\n        return x\n"
    pair["efficient"] = {"code": other}
    text_row = {**TEXT, "description": description}
    (problem,) = collected(write("a.jsonl", pair), write("b.jsonl", text_row))
    tests: dict[str, Any] = problem["tests"]
    if tests:
        assert run_tests(code, Tests.from_content(tests)).passed == 1
    return tests


def method(signature: str, *lines: str) -> str:
    body = "".join(f"        {line}\n" for line in lines)
    return f"class Solution:\n    def {signature}:\n{body}"


def test_examples_with_nodes() -> None:
    code = method("last(self, head: Optional[ListNode]) -> Optional[ListNode]", "return head.next")
    tests = example(code, "head = [1,2,3]", "[2,3]")
    assert tests["cases"][0]["expected"] == {"$list_node": [2, 3]}
    code = method("prune(self, root: TreeNode) -> TreeNode", "root.left = None", "return root")
    assert example(code, "root = [1,null,2]", "[1,null,2]")
    code = method("none(self, head: ListNode) -> ListNode", "return head")
    assert example(code, "head = []", "[]")["cases"][0]["expected"] is None


def test_examples_of_methods_that_work_in_place() -> None:
    code = method("sort(self, nums: List[int]) -> None", "nums.sort()")
    assert example(code, "nums = [3,1]", "[1,3]")["rule"] == {"target": 0}


def test_examples_with_a_free_order_with_fractions_and_with_sets() -> None:
    code = method("keep(self, nums: List[int]) -> List[int]", "return set(nums)")
    told = "Return _the answer_ in **any order**."
    tests = example(code, "nums = [30,1,2]", "[30,2,1]", told)
    assert tests["rule"]["unordered"] is True
    code = method("half(self, x: int) -> float", "return x / 2 + 1e-7")
    assert example(code, "x = 3", "1.50000")["rule"] == {"tolerance": 1e-5}


@pytest.mark.parametrize(
    ("given", "expected", "text"),
    [
        ("x = 3, y = 4", "7", ""),  # another method
        ("x = 00101", "3", ""),
        ("3", "3", ""),
        ("x = 3", "4, x = [_,_]", ""),
        ("x = 3", "It cannot be done", ""),
        ("x = 3", "3", "If there are several answers, return **any** of them."),
        ('["A","f"]\n[[],[1]]', "[null,1]", ""),
    ],
)
def test_examples_that_cannot_be_read_make_no_tests(given: str, expected: str, text: str) -> None:
    code = method("same(self, x: int) -> int", "return x")
    assert example(code, given, expected, text) == {}


def test_problems_go_to_parquet_and_back() -> None:
    pytest.importorskip("pyarrow")
    sources = [write("a.jsonl", PAIR), write("b.jsonl", REFERENCE), write("c.jsonl", CONTEST)]
    assert collect(*sources, "-o", "one.jsonl.gz").exit_code == 0
    assert collect("one.jsonl.gz", "-o", "two.parquet").exit_code == 0
    assert collect("two.parquet", "-o", "three.jsonl.gz").exit_code == 0
    assert Path("one.jsonl.gz").read_bytes() == Path("three.jsonl.gz").read_bytes()
    Path("two.parquet").write_bytes(Path("two.parquet").read_bytes()[:-100])
    refused(collect("two.parquet", "-o", "three.jsonl"), "nothing is written")


def test_rows_of_parquet_are_checked() -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    row = {"id": "a/b", "solutions": [{"code": "x", "origins": ["here"]}], "tests": "{}"}
    bad = {**row, "tests": "{"}
    parquet.write_table(arrow.Table.from_pylist([row, bad]), "in.parquet")
    result = collect("in.parquet", "-o", "out.jsonl")
    assert "in.parquet:2: tests must be a text of JSON" in result.stderr
    assert counted(result, "  problems") == 1


def test_without_the_extra_one_sentence_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = collect(write("a.jsonl", MBPP), "-o", "out.parquet")
    refused(result, "pip install 'effilint[dataset]'")
    assert not list(Path().glob("*out.parquet*"))


def test_what_was_there_stays_if_something_is_wrong() -> None:
    Path("out.jsonl").write_text("kept")
    Path("strange.jsonl").write_text('{"x": 1}\n')
    refused(collect(write("a.jsonl", MBPP), "strange.jsonl", "-o", "out.jsonl"), "--as")
    assert Path("out.jsonl").read_text() == "kept"
    assert sorted(path.name for path in Path().iterdir()) == [
        "a.jsonl",
        "out.jsonl",
        "strange.jsonl",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.jsonl", "-o", "out.jsonl"), "nowhere.jsonl: No such file"),
        (("a.jsonl", "-o", "no/out.jsonl"), "no/out.jsonl: No such file"),
        (("a.jsonl", "-o", "out.csv"), "out.csv is no .jsonl"),
        (("a.jsonl", "-o", "out.jsonl", "--as", "poems"), "there is no kind 'poems'"),
        (("a.jsonl", "-o", "out.jsonl", "--as", "humaneval"), "nothing is written"),
        (("empty.jsonl", "-o", "out.jsonl"), "empty.jsonl: it is empty"),
        ((".", "-o", "out.jsonl"), "no folder in it has tests.json"),
        (("a.jsonl", "-o", "out.jsonl", "--effibench-pool", "a.jsonl"), "whole numbers"),
    ],
)
def test_bad_input_is_one_clear_line(arguments: tuple[str, ...], words: str) -> None:
    write("a.jsonl", MBPP)
    write("empty.jsonl")
    refused(collect(*arguments), words)
    assert not Path("out.jsonl").exists()


def test_a_kind_can_be_said() -> None:
    (problem,) = collected(write("a.jsonl", MBPP), "--as", "mbpp")
    assert problem["id"] == "mbpp/5"
