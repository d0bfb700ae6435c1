"""`--verify`: fixes are proven by running the code, and the code can do no harm."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from effilint.main import main
from effilint.measure import Argument, CannotRun, Differs, Inputs, Pair, Program, Sandbox, prove

SAFE = """
def drain(xs: list[int]) -> int:
    todo = list(xs)
    total = 0
    while todo:
        total += todo.pop(0)
    return total
"""
UNSAFE = """
def common(xs: list[int], ys: list[int]) -> list[int]:
    found = list(ys)
    return [x for x in xs if x in found]
"""
DIFFERENT = """
def low(xs: list[int]) -> int:
    return sorted(xs)[0]
"""
UNKNOWN = SAFE.replace("xs: list[int]", "xs").replace("list(xs)", "list(xs.what)")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "effilint.toml").touch()
    return tmp_path


@pytest.fixture(autouse=True)
def scratch(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made; in the end nothing is left there, and no process."""
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as made:
        yield made


def run(command: str, *arguments: str, stdin: str | None = None) -> Result:
    options = ["--no-cache", "--verify-timeout", "10", *arguments]
    return CliRunner().invoke(main, [command, *options], input=stdin)


def verified(code: str, *arguments: str) -> dict[str, Any]:
    """What is said about the only finding in `code`."""
    Path("a.py").write_text(code)
    result = run("check", "--verify", "--output-format", "json", "a.py", *arguments)
    assert result.stderr == ""
    (finding,) = json.loads(result.stdout)
    found: dict[str, Any] = finding["verified"]
    return found


def is_clean(scratch: Path) -> bool:
    """Whether nothing is left of what ran below `scratch`; the kernel may take a moment."""
    end = time.monotonic() + 20
    while not (clean := _is_clean(scratch)) and time.monotonic() < end:
        time.sleep(0.1)
    return clean


def _is_clean(scratch: Path) -> bool:
    if os.path.isdir("/proc/self"):
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(scratch).encode() in process.read_bytes():
                    return False
            except OSError:
                continue
    return not list(scratch.iterdir())


def test_a_faster_fix_is_verified(scratch: Path) -> None:
    found = verified(UNSAFE)
    assert found["status"] == "verified"
    assert found["ratio"] > 2
    assert found["n"] >= 1000
    assert (found["reason"], found["metric"]) == ("", "time")
    assert found["before"] != found["after"]
    assert is_clean(scratch)


@pytest.mark.slow
def test_text_formats_say_so() -> None:
    Path("a.py").write_text(SAFE)
    output = run("check", "--verify").stdout
    assert output.startswith("DST102 [*] ")
    assert "x at n=" in output.partition("  = verified: ")[2]
    Path("a.py").write_text(DIFFERENT)
    wrong = (
        "not verified: raises ValueError where the old code raises IndexError (at n=0, distinct)"
    )
    for name in ("concise", "github", "junit", "sarif"):
        output = run("check", "--verify", "--output-format", name).stdout
        assert "raises ValueError where" in output
    assert f"({wrong})" in run("check", "--verify", "--output-format", "concise").stdout
    assert "  = not verified: raises" in run("check", "--verify").stdout


def test_memory_rules_compare_memory() -> None:
    code = "def squares(xs: list[int]) -> int:\n    return sum([x * x for x in xs])\n"
    found = verified(code, "--select", "MEM201")
    assert (found["status"], found["metric"]) == ("verified", "memory")
    assert found["ratio"] > 10


def test_a_fix_that_changes_anything_is_not_verified() -> None:
    found = verified(DIFFERENT)
    assert found["status"] == "differs"
    assert found["reason"].startswith("raises ValueError where the old code raises IndexError")
    assert found["ratio"] is None
    series = (
        "def f(n: int) -> int:\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n"
    )
    found = verified(series)
    assert found["reason"] == "returns 1, not 0 (at n=0, a negative number)"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (UNKNOWN, "no inputs for parameter `xs`"),
        ("import missing_here\n" + SAFE, "the code cannot import missing_here"),
        ("from . import sibling\n" + SAFE, "the code cannot be loaded: ImportError"),
        ("raise SystemExit(3)\n" + SAFE, "the code cannot be loaded: SystemExit: 3"),
        (SAFE.replace("def", "async def"), "`drain` is async"),
        (SAFE.replace("xs: list[int]", "xs: Thing"), "no inputs for parameter `xs`"),
        (SAFE.replace("xs: list[int]", "").replace("list(xs)", "list(range(99999))"),
         "it takes no arguments that could grow"),
        (SAFE.replace("    todo", "    raise KeyError\n    todo", 1), "no inputs: all that"),
        (SAFE.replace("return total", "return open"), "results cannot be compared: "),
        ("import time\n" + SAFE.replace("return total", "return total, time.time()"),
         "the results of the old code vary from run to run"),
        ("class Bag:\n    def __init__(self, size):\n        self.size = size\n"
         + SAFE.replace("xs: list", "self, xs: list").replace("\n", "\n    "),
         "no inputs for parameter `size` of `Bag`"),
        ("class Outer:\n    class Inner:"
         + SAFE.replace("(xs:", "(self, xs:").replace("\n", "\n        "),
         "it is in no function that can be called from outside"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_has_one_reason(code: str, reason: str, scratch: Path) -> None:
    found = verified(code)
    assert found["status"] == "unverifiable"
    assert found["reason"].startswith(reason)
    assert "\n" not in found["reason"]
    assert is_clean(scratch)


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        "import os; os._exit(0)",
        "import os; os.close(3); os.closerange(0, 99)",
        "import os; os.kill(os.getppid(), 9)",
        "import ctypes, os; ctypes.CDLL(None).kill(os.getppid(), 9)",
        "import ctypes; ctypes.string_at(0)",
        "while True: pass",
        "import time; time.sleep(1e6)",
        "xs = [0] * 10**12",
        "import os\n    while True: os.fork()",
        "import ctypes; fork = ctypes.CDLL(None).fork\n    while True: fork()",
        "import subprocess; subprocess.run(['sleep', '100'])",
        "import socket; socket.create_connection(('192.0.2.1', 80))",
        "open({path!r}, 'w')",
        "import os; os.remove({path!r})",
        "import shutil; shutil.rmtree({folder!r})",
        "import sys; sys.exit(0)",
    ],
)
def test_hostile_code_gives_one_line(statement: str, project: Path, scratch: Path) -> None:
    kept = project / "kept"
    kept.write_text("kept")
    statement = statement.format(path=str(kept), folder=str(project))
    found = verified(SAFE.replace("    todo", f"    {statement}\n    todo", 1))
    # A signal to the first process of its own world does nothing at all.
    assert found["status"] in ("unverifiable", "verified")
    assert "\n" not in found["reason"]
    assert kept.read_text() == "kept"
    assert is_clean(scratch)


HARMLESS = [
    "print('x' * 10_000_000)",
    "import os; os.write(1, b'x' * 1_000_000)",
    "import sys; sys.stdin.read()",
    "open('mine', 'w').write('in the scratch folder')",
]


@pytest.mark.slow
@pytest.mark.parametrize("statement", HARMLESS)
def test_output_and_own_files_do_no_harm(statement: str, project: Path, scratch: Path) -> None:
    found = verified(f"{statement}\n" + SAFE)
    assert found["status"] == "verified"
    assert sorted(os.listdir(project)) == ["a.py", "effilint.toml"]
    assert is_clean(scratch)


@pytest.mark.slow
def test_sockets_and_pipes_of_others_are_out_of_reach(project: Path) -> None:
    os.mkfifo(project / "pipe")
    reader = os.open(project / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(project / "socket"))
        listener.listen()
        listener.setblocking(False)
        reach = f"""
import ctypes, os, socket
libc = ctypes.CDLL(None)
place = libc.open({str(project / "pipe").encode()!r}, os.O_WRONLY | os.O_NONBLOCK)
libc.write(place, b"x", 1)
try:
    caller = socket.socket(socket.AF_UNIX)
    caller.connect({str(project / "socket")!r})
except OSError:
    pass
"""
        assert verified(reach + SAFE)["status"] == "verified"
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_what_is_proven_of_one_method_is_not_of_its_like() -> None:
    method = """
    def low(self, xs: list[float]) -> float:
        ys = [2.0, self.base()] + [x for x in xs if x == x]
        return sorted(ys)[0]
"""
    code = f"""
class One:
    def base(self):
        return 0.5
{method}

class Other:
    def base(self):
        return float("nan")
{method}"""
    Path("a.py").write_text(code)
    findings = json.loads(run("check", "--verify", "--output-format", "json", "a.py").stdout)
    assert [f["verified"]["status"] for f in findings] == ["verified", "differs"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.xs.append(n)", "self.xs.append(n + 1)"),
        ("SEEN.append(n)", "pass"),
    ],
)
def test_the_object_and_the_module_count_too(sandbox: Sandbox, old: str, new: str) -> None:
    before, after = (
        Program(
            "SEEN = []\nclass C:\n    def __init__(self):\n        self.xs = []\n"
            f"    def f(self, n):\n        {body}\n",
            "C.f",
        )
        for body in (old, new)
    )
    pair = Pair(before, after, Inputs([Argument("n", "int")]))
    with pytest.raises(Differs, match=r"^leaves its arguments, its object or the module"):
        prove(pair, sandbox)


@pytest.mark.slow
def test_no_secret_reaches_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_A_TEST", "1")
    look = """
import glob, os
seen = [dict(os.environ)]
for path in glob.glob("/proc/*/environ"):
    try:
        seen.append(open(path, "rb").read())
    except OSError:
        pass
assert "SECRET_OF_A_TEST" not in str(seen)
"""
    assert verified(look + SAFE)["status"] == "verified"


def test_the_clock_is_not_in_the_hands_of_the_code() -> None:
    forge = """
import sys, time
for name in list(sys.modules):
    if "effilint" in name:
        sys.modules[name] = None
for name in ("process_time", "perf_counter", "monotonic", "time", "clock_gettime_ns"):
    setattr(time, name, lambda *_: 0)
"""
    found = verified(forge + SAFE)
    assert found["status"] == "verified"
    assert found["ratio"] > 1.05


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("print(1)", "print(2)", "prints something else"),
        ("return 0.0", "return -0.0", "returns -0.0, not 0.0"),
        ("return 1", "return 1.0", "returns 1.0, not 1"),
        ("return 1", "return True", "returns true, not 1"),
        ("return [1]", "return (1,)", 'returns {"t": [1]}, not [1]'),
        ("return {1: 2, 3: 4}", "return {3: 4, 1: 2}", "returns "),
        ("return xs", "return list(xs)", "returns an argument itself in place of a copy"),
        ("xs.append(1)", "xs.append(2)", "leaves its arguments, its object"),
        ("raise ValueError('a')", "raise ValueError('b')", 'raises "b", not "a"'),
        ("raise KeyError", "raise LookupError", "raises LookupError where the old code raises Key"),
        ("return 1", "while True: pass", "the new code does not finish"),
        ("yield 1", "yield 2", "returns "),
    ],
)
def test_every_difference_counts(sandbox: Sandbox, old: str, new: str, difference: str) -> None:
    before, after = (Program(f"def f(xs):\n    {body}\n", "f") for body in (old, new))
    pair = Pair(before, after, Inputs([Argument("xs", "list[int]")]))
    with pytest.raises(Differs, match=f"^{re.escape(difference)}"):
        prove(pair, sandbox)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return set(xs)", "return {*reversed(xs)}"),
        ("return float('nan')", "return -float('nan')"),
        ("return xs[len(xs)]", "return [][0]"),
    ],
)
def test_what_nobody_can_tell_apart_is_equal(sandbox: Sandbox, old: str, new: str) -> None:
    before, after = (Program(f"def f(xs):\n    {body}\n", "f") for body in (old, new))
    pair = Pair(before, after, Inputs([Argument("xs", "list[int]")]))
    with contextlib.suppress(CannotRun):  # both raise, whatever the input
        assert prove(pair, sandbox).ratio > 0


@pytest.mark.slow
def test_examples_show_what_to_pass() -> None:
    documented = '''
def common(xs, ys):
    """
    >>> common([3, 1], [4, 1])
    [1]
    """
    found = list(ys)
    return [x for x in xs if x in found]
'''
    assert verified(documented)["status"] == "verified"
    called = """
def known(xs, y):
    found = list(y.values())
    return [x for x in xs if x in found]

if __name__ == "__main__":
    known(["a", "b"], {"c": "a"})
"""
    assert verified(called)["status"] == "verified"


def test_methods_of_a_class_without_arguments() -> None:
    code = "class Solution:" + SAFE.replace("(xs:", "(self, xs:").replace("\n", "\n    ")
    assert verified(code)["status"] == "verified"


def test_inputs_from_a_generator(project: Path) -> None:
    code = """
def known(xs, y):
    found = list(y.split())
    return [x for x in xs if x in found]
"""
    (project / "sizes.py").write_text(
        "import random\n\n"
        "def arguments(n):\n"
        "    words = [str(random.randrange(n + 1)) for _ in range(n)]\n"
        "    return {'xs': words, 'y': ' '.join(words)}\n"
        "def wrong(n):\n    return 3\n"
        "def raises(n):\n    raise KeyError\n"
    )
    for specification in ("sizes.py:arguments", "sizes:arguments"):
        assert verified(code, "--inputs", specification)["status"] == "verified"
    wrong = verified(code, "--inputs", "sizes:wrong")
    assert wrong["reason"] == "the generator of inputs must give a tuple or a dict of arguments"
    assert "raises KeyError" in verified(code, "--inputs", "sizes:raises")["reason"]
    assert verified(code, "--inputs", "nowhere:f")["reason"] == "the code cannot import nowhere"


@pytest.mark.parametrize(
    "options",
    [
        ["--verify", "--inputs", "sizes"],
        ["--verify", "--inputs", "gone.py:f"],
        ["--inputs", "sizes:f"],
        ["--verify", "--verify-timeout", "0"],
    ],
)
def test_wrong_options_are_refused(options: list[str]) -> None:
    Path("a.py").write_text(SAFE)
    result = CliRunner().invoke(main, ["check", *options])
    assert result.exit_code == 2
    assert "Error: Invalid value" in result.stderr


def test_nothing_runs_unless_asked(project: Path) -> None:
    Path("a.py").write_text(f"open({str(project / 'ran')!r}, 'w')\n" + SAFE)
    for arguments in (["check"], ["check", "--fix", "--diff"], ["fix", "--diff"], ["fix"]):
        assert CliRunner().invoke(main, arguments).exit_code in (0, 1)
    assert not (project / "ran").exists()


def test_fix_applies_and_lists_what_it_fixed() -> None:
    Path("a.py").write_text(SAFE + DIFFERENT)
    result = run("fix")
    assert result.stdout.startswith("Fixed a.py:6:18: DST102 ")
    assert result.stdout.endswith("Found 2 findings (1 fixed, 1 remaining).\n")
    assert "popleft()" in Path("a.py").read_text()
    assert result.exit_code == 1


def test_fix_with_verify_applies_only_what_is_proven() -> None:
    Path("a.py").write_text(SAFE + DIFFERENT + UNKNOWN.replace("drain", "other"))
    result = run("fix", "--verify", "--unsafe-fixes")
    text = Path("a.py").read_text()
    assert text.count("popleft()") == 1
    assert "sorted(xs)[0]" in text
    assert result.stdout.count("Fixed ") == 1
    assert result.stdout.count("Left ") == 2
    assert "not verified: no inputs for parameter `xs`" in result.stdout
    assert result.stdout.endswith("Found 3 findings (1 fixed, 2 remaining).\n")


@pytest.mark.slow
def test_unsafe_fixes_stay_unsafe_when_verified() -> None:
    Path("a.py").write_text(UNSAFE)
    result = run("fix", "--verify")
    assert Path("a.py").read_text() == UNSAFE
    assert "Left a.py:4:30: DST101" in result.stdout


@pytest.mark.slow
def test_diff_and_standard_input() -> None:
    result = run("check", "--diff", "--verify", "-", stdin=SAFE + DIFFERENT)
    assert "+        total += todo.popleft()" in result.stdout
    assert "min(xs)" not in result.stdout
    assert result.stderr == "Would fix 1 finding.\n"
    assert "popleft()" in run("fix", "--verify", "-", stdin=SAFE).stdout


@pytest.mark.slow
def test_what_was_proven_is_not_remembered() -> None:
    Path("a.py").write_text(SAFE)
    arguments = ["check", "--output-format", "json", "--cache-dir", "cache"]
    runner = CliRunner()
    for verify in ([], ["--verify", "--verify-timeout", "5"], []):
        (finding,) = json.loads(runner.invoke(main, [*arguments, *verify]).stdout)
        assert (finding["verified"] is not None) == bool(verify)
