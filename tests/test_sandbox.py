"""The pool: it serves whoever asks, survives what is done to its processes, and leaves nothing."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from effilint.measure import (
    Limits,
    Order,
    Program,
    Run,
    Sandbox,
    SandboxError,
    SandboxFullError,
    call,
)
from effilint.measure.isolation import Level
from effilint.measure.probe import Found, failing
from effilint.measure.worker_process import WorkerProcess

NEXT = Program("def f(n):\n    return n + 1", "f")
ENDLESS = Program("def f(n):\n    while True:\n        pass", "f")
LONG = Limits(cpu=120, wall=120)
TWO = [call(1), call(2)]


def _outside() -> ModuleType:
    path = Path(__file__).parent / "hostile" / "outside.py"
    spec = importlib.util.spec_from_file_location("outside", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OUTSIDE = _outside()


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where pools put their folders; in the end there is none, and no process."""
    before = OUTSIDE.family()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert not OUTSIDE.left_of(OUTSIDE.family() - before)
    assert not list(tmp_path.glob("effilint-*"))


def _is_fine(run: Run) -> bool:
    return run.stop.how == "finished" and [c.is_right for c in run.calls] == [True, True]


def _next(sandbox: Sandbox) -> bool:
    return _is_fine(sandbox.run(NEXT, TWO, expected=[2, 3]))


def _processes(sandbox: Sandbox, word: str) -> list[int]:
    """The processes of a pool whose command line holds a word, those that started last at the end.

    Programs are forked from the first process inside, and have its command line.
    """
    found = []
    workers = {hand.pid for hand in sandbox._crew.hands if isinstance(hand, WorkerProcess)}
    for pid, _ in sorted(OUTSIDE.family()):
        if workers.isdisjoint(_line_of(pid)):
            continue  # of another pool of this process
        program, *line = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
        if word in (program if program.endswith("bwrap") else " ".join(line)):
            found.append(pid)
    assert found, sandbox.level
    return found


def _line_of(pid: int) -> list[int]:
    """A process, its parent, and so on."""
    found = []
    while pid > 1:
        found.append(pid)
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        pid = int(stat.rpartition(")")[2].split()[1])
    return found


def _running(sandbox: Sandbox) -> Future[Run]:
    """The future of a program that runs and does not end."""
    future = sandbox.submit(Order(ENDLESS, [call(1)], limits=LONG))
    while not future.running():
        threading.Event().wait(0.01)
    threading.Event().wait(0.3)
    return future


def test_threads_share_a_pool() -> None:
    with Sandbox(workers=2) as sandbox, ThreadPoolExecutor(8) as threads:
        assert all(threads.map(_next, [sandbox] * 40))


def test_asyncio_awaits_runs() -> None:
    async def runs(sandbox: Sandbox) -> list[Run]:
        futures = [sandbox.submit(Order(NEXT, TWO, [2, 3])) for _ in range(20)]
        return await asyncio.gather(*map(asyncio.wrap_future, futures))

    with Sandbox(workers=2) as sandbox:
        assert all(map(_is_fine, asyncio.run(runs(sandbox))))


def test_who_must_not_wait_is_told_that_the_queue_is_full() -> None:
    with Sandbox(workers=1, waiting=2) as sandbox:
        running = _running(sandbox)
        waiting = [sandbox.submit(Order(NEXT, TWO, [2, 3]), block=False) for _ in range(2)]
        with pytest.raises(SandboxFullError, match="2 orders wait already"):
            sandbox.submit(Order(NEXT, TWO), block=False)
        sandbox.stop(running)
        assert all(_is_fine(future.result()) for future in waiting)
        assert _is_fine(sandbox.submit(Order(NEXT, TWO, [2, 3]), block=False).result())


def test_a_callback_may_submit_however_many_wait() -> None:
    more: list[Future[Run]] = []
    done = threading.Event()
    with Sandbox(workers=1, waiting=1) as sandbox:

        def submit(_: Future[Run]) -> None:
            more.extend(sandbox.submit(Order(NEXT, TWO, [2, 3])) for _ in range(3))
            done.set()

        sandbox.submit(Order(NEXT, TWO)).add_done_callback(submit)
        assert done.wait(60)
        assert all(_is_fine(future.result(60)) for future in more)


def test_a_callback_must_not_wait_for_a_run() -> None:
    said: Future[str] = Future()
    with Sandbox(workers=1) as sandbox:

        def run(_: Future[Run]) -> None:
            try:
                sandbox.run(NEXT, TWO)
            except SandboxError as error:
                said.set_result(str(error))

        sandbox.submit(Order(NEXT, TWO)).add_done_callback(run)
        assert said.result(60) == "the callback of a future must not wait for a run: submit it"


def test_a_callback_may_close_the_pool() -> None:
    closed = threading.Event()
    sandbox = Sandbox(workers=2)

    def close(_: Future[Run]) -> None:
        sandbox.close()
        closed.set()

    other = _running(sandbox)
    sandbox.submit(Order(NEXT, TWO)).add_done_callback(close)
    assert closed.wait(60)
    assert other.result(60).stop.how == "failed"
    with pytest.raises(SandboxError, match="closed"):
        sandbox.submit(Order(NEXT, TWO))
    sandbox.close()


def test_a_callback_that_exits_ends_no_thread_of_the_pool() -> None:
    with Sandbox(workers=1) as sandbox:
        for _ in range(3):
            sandbox.submit(Order(NEXT, TWO)).add_done_callback(lambda _: sys.exit(1))
        assert _next(sandbox)


def test_what_is_too_large_to_be_sent_is_refused_in_a_line() -> None:
    large = "x" * (61 << 20)
    with Sandbox(workers=1) as sandbox:
        with pytest.raises(SandboxError, match="an input has 61 MB, and 60 are the most"):
            sandbox.run(NEXT, [call(large)])
        with pytest.raises(SandboxError, match="a result has 61 MB, and 60 are the most"):
            sandbox.run(NEXT, [call(1)], expected=[large])
        with pytest.raises(SandboxError, match="the program has 61 MB, and 60 are the most"):
            sandbox.run(Program(large), [b""])
        with pytest.raises(SandboxError, match="the order has 1037 MB, and 1024 are the most"):
            sandbox.run(NEXT, [large.encode()[: 60 << 20]] * 17 + [large.encode()[: 17 << 20]])
        with pytest.raises(SandboxError, match=r"`Limits.output` allows 100"):
            sandbox.run(NEXT, [call(1)], limits=Limits(output=100 << 20))
        assert _next(sandbox)


@pytest.mark.slow
def test_what_is_just_small_enough_is_sent() -> None:
    text = "x" * ((60 << 20) - 100)
    limits = Limits(output=60 << 20, memory=2 << 30)
    echo = Program("def f(text): return text", "f")
    with Sandbox(workers=1) as sandbox:
        run = sandbox.run(echo, [call(text)] * 2, expected=[text] * 2, limits=limits)
    assert _is_fine(run), run.stop


def test_pools_share_no_user() -> None:
    program = Program("import os\ndef f(): return os.getuid()", "f")
    with Sandbox(workers=1) as one, Sandbox(workers=1) as other:
        if one.level < 3 or os.getuid():
            pytest.skip("programs have no users of their own here")
        users = {pool.run(program, [call()]).calls[0].decoded() for pool in (one, other)}
    assert len(users) == 2
    assert min(users) > 60_000


def test_projects_beside_the_system_are_not_to_be_seen() -> None:
    text = """
import os
def f(folder):
    try: return os.listdir(folder)
    except OSError: return None
"""
    with Sandbox(workers=1) as sandbox:
        run = sandbox.run(Program(text, "f"), [call("/usr/src"), call("/usr/local")])
    src, local = (one.decoded() for one in run.calls)
    assert src is None
    assert set(local or ()) <= {"bin", "lib", "lib64"}


def test_folders_of_killed_owners_are_taken_away(scratch: Path) -> None:
    with Sandbox(workers=1) as living:
        (mine,) = scratch.glob("effilint-pool-*")
        for name in ("effilint-pool-old", "effilint-pool-new", "effilint-probe-old", "others"):
            (scratch / name / "0").mkdir(parents=True)
            (scratch / name).chmod(0o777 if "probe" in name else 0o700)
        for folder in scratch.iterdir():
            if folder.name != "effilint-pool-new":
                os.utime(folder, (0, 0))
        with Sandbox(workers=1):
            pass
        left = {folder.name for folder in scratch.iterdir()}
        assert left == {mine.name, "effilint-pool-new", "others"}
        assert _next(living)
    shutil.rmtree(scratch / "effilint-pool-new")


def test_what_cannot_be_had_is_said_in_a_line() -> None:
    with pytest.raises(SandboxError, match="isolation must be one of"):
        Sandbox("L9")  # type: ignore[arg-type]
    with pytest.raises(SandboxError, match="is no Python that runs"):
        Sandbox(python="/no/python")
    with pytest.raises(SandboxError, match="no_such_module"):
        Sandbox(workers=1, imports=["no_such_module"])


def test_orders_that_make_no_sense_are_refused_at_once() -> None:
    with Sandbox(workers=1) as sandbox:
        with pytest.raises(ValueError, match="object"):
            sandbox.submit(Order(NEXT, [call(1)], [object()]))
        assert _next(sandbox)
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run(NEXT, TWO)


def test_orders_are_taken_back() -> None:
    with Sandbox(workers=1) as sandbox:
        running = _running(sandbox)
        waiting = sandbox.submit(Order(NEXT, TWO, [2, 3]))
        kept = sandbox.submit(Order(NEXT, TWO, [2, 3]))
        assert waiting.cancel()
        sandbox.stop(running)
        assert running.result().stop.how == "failed"
        assert _is_fine(kept.result())
        with pytest.raises(CancelledError):
            waiting.result()


def test_an_order_is_taken_back_at_the_moment_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    began = threading.Event()
    begin = Future.set_running_or_notify_cancel

    def slowly(future: Future[Run]) -> bool:
        can_run = begin(future)
        began.set()
        threading.Event().wait(0.3)
        return can_run

    with Sandbox(workers=1) as sandbox:
        monkeypatch.setattr(Future, "set_running_or_notify_cancel", slowly)
        future = sandbox.submit(Order(ENDLESS, [call(1)], limits=LONG))
        assert began.wait(60)
        sandbox.stop(future)
        assert future.result(60).stop.how == "failed"


def test_no_more_orders_wait_than_may() -> None:
    with Sandbox(workers=1, waiting=2) as sandbox, ThreadPoolExecutor(1) as other:
        running = _running(sandbox)
        waiting = [sandbox.submit(Order(NEXT, TWO, [2, 3])) for _ in range(2)]
        late = other.submit(sandbox.submit, Order(NEXT, TWO, [2, 3]))
        threading.Event().wait(0.3)
        assert not late.done()
        sandbox.stop(running)
        assert all(_is_fine(future.result()) for future in [*waiting, late.result()])


def test_who_waits_to_order_learns_of_the_close() -> None:
    sandbox = Sandbox(workers=1, waiting=1)
    running = _running(sandbox)
    waiting = sandbox.submit(Order(NEXT, TWO))
    with ThreadPoolExecutor(4) as others:
        late = [others.submit(sandbox.submit, Order(NEXT, TWO)) for _ in range(4)]
        threading.Event().wait(0.2)
        sandbox.close()
        assert all(isinstance(future.exception(), SandboxError) for future in late)
    assert waiting.cancelled()
    assert running.result().stop.how == "failed"
    sandbox.close()


@pytest.mark.parametrize("word", ["measure.worker", "measure.keeper", "bwrap"])
def test_a_killed_process_costs_its_order_and_no_other(word: str) -> None:
    with Sandbox(workers=2) as sandbox:
        if word == "bwrap" and sandbox.level < 3:
            pytest.skip("no bubblewrap here")
        both = [_running(sandbox), _running(sandbox)]
        waiting = [sandbox.submit(Order(NEXT, TWO, [2, 3])) for _ in range(6)]
        os.kill(_processes(sandbox, word)[0], signal.SIGKILL)
        assert all(_is_fine(future.result()) for future in waiting)
        hit = [future for future in both if future.done()]
        assert [future.result().stop.how for future in hit] == ["failed"]


@pytest.mark.parametrize("word", ["measure.worker", "measure.keeper"])
def test_a_process_killed_while_it_is_idle_is_replaced(word: str) -> None:
    with Sandbox(workers=1) as sandbox:
        assert _next(sandbox)
        os.kill(_processes(sandbox, word)[0], signal.SIGKILL)
        assert sandbox.run(NEXT, TWO).stop.how in ("failed", "finished")
        assert all(_next(sandbox) for _ in range(3))


@pytest.mark.slow
@pytest.mark.parametrize("word", ["measure.worker", "measure.keeper"])
def test_a_process_that_hangs_is_replaced(word: str) -> None:
    with Sandbox(workers=1) as sandbox:
        os.kill(_processes(sandbox, word)[0], signal.SIGSTOP)
        limits = Limits(cpu=0.2, wall=0.2)
        assert sandbox.run(NEXT, TWO, limits=limits).stop.how == "failed"
        assert _next(sandbox)


def test_closing_ends_what_runs() -> None:
    sandbox = Sandbox(workers=2)
    futures = [_running(sandbox), _running(sandbox)]
    futures += [sandbox.submit(Order(NEXT, TWO)) for _ in range(3)]
    sandbox.close()
    assert [future.cancelled() for future in futures] == [False] * 2 + [True] * 3
    assert [future.result().stop.how for future in futures[:2]] == ["failed"] * 2


def test_a_forgotten_pool_ends_by_itself() -> None:
    others = OUTSIDE.family()
    sandbox = Sandbox(workers=1)
    assert _next(sandbox)
    processes = OUTSIDE.family() - others
    assert processes
    del sandbox
    assert not OUTSIDE.left_of(processes)


_SCRIPT = """
import json, multiprocessing, os, signal, sys, time
from effilint.measure import Limits, Order, Program, Sandbox, SandboxError, call
NEXT = Program("def f(n): return n + 1", "f")
ENDLESS = Program("def f(n):\\n    while True: pass", "f")

def works(sandbox):
    with sandbox:
        return sandbox.run(NEXT, [call(1)], expected=[2]).calls[0].is_right

def spawned(sandbox):
    sys.exit(0 if works(sandbox) else 7)
"""


def _script(tmp_path: Path, text: str) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "script.py"
    path.write_text(f"{_SCRIPT}\nif __name__ == '__main__':\n    {text}", encoding="utf-8")
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, str(path)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.slow
def test_a_spawned_process_gets_a_pool_of_its_own(tmp_path: Path) -> None:
    done = _script(
        tmp_path,
        """with Sandbox(workers=1) as sandbox:
        process = multiprocessing.get_context("spawn").Process(target=spawned, args=(sandbox,))
        process.start()
        process.join()
        print(process.exitcode, works(sandbox))""",
    )
    assert done.stdout.split() == ["0", "True"], done.stderr


def test_a_forked_process_is_told_to_make_its_own(tmp_path: Path) -> None:
    done = _script(
        tmp_path,
        """sandbox = Sandbox(workers=1)
    if os.fork() == 0:
        try:
            sandbox.run(NEXT, [call(1)])
        except SandboxError as error:
            print(error, flush=True)
        sandbox.close()
        sys.exit()
    os.wait()
    print(works(sandbox))""",
    )
    words = "a sandbox belongs to the process that made it: make one here"
    assert done.stdout.splitlines() == [words, "True"], done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("end", ["sys.exit()", "os._exit(1)", "os.kill(os.getpid(), 9)"])
def test_a_process_that_ends_leaves_nothing(end: str, tmp_path: Path) -> None:
    path = Path(__file__).parent / "hostile"
    done = _script(
        tmp_path,
        f"""sys.path.insert(0, {str(path)!r})
    from outside import family
    sandbox = Sandbox(workers=2)
    for _ in range(5):
        sandbox.submit(Order(ENDLESS, [call(1)], limits=Limits(120, 120)))
    time.sleep(2)  # until all have begun
    print(json.dumps(sorted(family())), flush=True)
    {end}""",
    )
    processes = {(pid, start) for pid, start in json.loads(done.stdout)}
    assert len(processes) >= 4
    assert not OUTSIDE.left_of(processes)
    assert not list(tmp_path.glob("effilint-*"))


@pytest.mark.parametrize("fork", ["os.fork()", "ctypes.PyDLL(None).fork()"])
def test_a_forked_process_keeps_nothing_alive(fork: str, tmp_path: Path) -> None:
    path = Path(__file__).parent / "hostile"
    done = _script(
        tmp_path,
        f"""import ctypes
    sys.path.insert(0, {str(path)!r})
    from outside import family
    sandbox = Sandbox(workers=2)
    sandbox.submit(Order(ENDLESS, [call(1)], limits=Limits(120, 120)))
    time.sleep(2)  # until all have begun
    started = sorted(family())
    child = {fork}
    if child == 0:
        os.setsid()
        for file in (1, 2):
            os.close(file)
        time.sleep(60)
        os._exit(0)
    print(json.dumps([child, started]), flush=True)
    os.kill(os.getpid(), 9)""",
    )
    child, started = json.loads(done.stdout)
    try:
        assert len(started) >= 4
        assert not OUTSIDE.left_of({(pid, start) for pid, start in started}, 10)
        assert not list(tmp_path.glob("effilint-*"))
        os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_process_forked_while_the_sandbox_is_made_gets_its_own(tmp_path: Path) -> None:
    done = _script(
        tmp_path,
        """from effilint.measure import shared
    with shared._lock:
        child = os.fork()
    if child == 0:
        print(works(shared.shared_sandbox()), flush=True)
        sys.exit()
    os.wait()""",
    )
    assert done.stdout.split() == ["True"], done.stderr


@pytest.mark.slow
def test_another_interpreter_runs_the_programs(tmp_path: Path) -> None:
    home = tmp_path / "other"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    text = "import sys\ndef f(): return sys.executable"
    with Sandbox(workers=1, python=str(home / "bin" / "python")) as sandbox:
        run = sandbox.run(Program(text, "f"), [call()])
        assert run.calls[0].decoded() == str(home / "bin" / "python")


def test_modules_are_there_beforehand() -> None:
    program = Program("import sys\ndef f(*names): return [n in sys.modules for n in names]", "f")
    names = ("decimal", "xml.dom.minidom", "wave")
    with Sandbox(workers=1, imports=names[:2]) as sandbox:
        run = sandbox.run(program, [call(*names)])
    assert run.calls[0].decoded() == [True, True, False]


def test_a_program_does_not_pay_for_the_library_that_it_names() -> None:
    text = "import sys\nbefore = {*sys.modules}\nfrom fractions import Fraction\n"
    text += "print(*sorted({'fractions', 'decimal', 'asyncio'} & before), Fraction(2, 4))"
    with Sandbox(workers=1) as sandbox:
        run = sandbox.run(Program(text), [b""], expected=["decimal fractions 1/2\n"])
    assert run.calls[0].is_right


@pytest.mark.parametrize("level", [Level.NAMESPACES, Level.LANDLOCK, Level.SECCOMP])
def test_arguments_of_the_library_cost_a_program_nothing(
    level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    if why := failing(level):
        pytest.skip(why)
    monkeypatch.setattr("effilint.measure.sandbox.best_level", lambda *_: Found(level, ""))
    text = "import sys\nbefore = sorted(sys.modules)\ndef f(x): return before"
    with Sandbox(workers=1) as sandbox:
        for number, name in ((Decimal("1.5"), "decimal"), (Fraction(1, 3), "fractions")):
            assert name in sandbox.run(Program(text, "f"), [call(number)]).calls[0].decoded()
        traced = Order(Program("def f(): return 1", "f"), [call()], [1], tracks_memory=True)
        assert sandbox.submit(traced).result().calls[0].is_right


def test_modules_of_a_project_come_before_those_of_the_library(tmp_path: Path) -> None:
    (tmp_path / "csv.py").write_text("MINE = 1", encoding="utf-8")
    program = Program("from csv import MINE\ndef f(): return MINE", "f", path=(str(tmp_path),))
    with Sandbox(workers=1, readable=[str(tmp_path)]) as sandbox:
        assert sandbox.run(program, [call()], expected=[1]).calls[0].is_right


def test_a_submodule_that_is_not_named_is_not_there() -> None:
    program = Program("import urllib\ndef f(): return urllib.parse.quote('a')", "f")
    with Sandbox(workers=1) as sandbox:
        assert sandbox.run(program, [call()]).calls[0].raised == "AttributeError"


def test_chance_is_another_each_time() -> None:
    program = Program("import random\nx = random.random()\ndef f(): return x", "f")
    with Sandbox(workers=1) as sandbox:
        found = {sandbox.run(program, [call()]).calls[0].decoded() for _ in range(3)}
    assert len(found) == 3


def test_hashes_are_the_same_every_time() -> None:
    program = Program("def f(text):\n    return hash(text)", "f")
    seen = set()
    for _ in range(3):
        with Sandbox(workers=1) as sandbox:
            seen.add(sandbox.run(program, [call("effilint")]).calls[0].decoded())
    assert len(seen) == 1


def test_numpy_is_warm() -> None:
    pytest.importorskip("numpy")
    program = Program("import numpy\ndef f(n): return int(numpy.arange(n).sum())", "f")
    with Sandbox(workers=1, imports=["numpy"]) as sandbox:
        run = sandbox.run(program, [call(5)], expected=[10])
    assert run.calls[0].is_right


def test_a_call_is_charged_with_what_it_does_outside_its_run() -> None:
    text = """
import json, time
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
true_dumps = json.dumps
def dumps(*arguments, **named):
    burn(0.1)
    return true_dumps(*arguments, **named)
def late(n):
    json.dumps = dumps
    return n
def fair(n):
    burn(0.1)
    return n
"""
    with Sandbox(workers=1) as sandbox:
        late = sandbox.run(Program(text, "late"), [call(1)]).calls[0]
        fair = sandbox.run(Program(text, "fair"), [call(1)] * 5).calls
    assert late.figures.cpu < 0.1 <= late.charged
    assert not late.is_honest
    assert all(one.charged >= 0.1 for one in fair)
    assert any(one.is_honest and one.charged == one.figures.cpu for one in fair)


def test_large_inputs_and_answers_are_no_dishonesty() -> None:
    values = [list(range(20_000)), {str(n): (n, n) for n in range(5_000)}, "x" * 10**6]
    program = Program("def f(value): return value", "f")
    with Sandbox(workers=1) as sandbox:
        for value in values:
            run = sandbox.run(program, [call(value)] * 3, expected=[value] * 3)
            assert all(one.is_right for one in run.calls)
            assert any(one.is_honest for one in run.calls)


def test_what_is_built_for_a_call_belongs_to_its_run() -> None:
    text = """
class S:
    def __init__(self): self.x = sum(range(3 * 10**6))
    def f(self): return 1
"""
    with Sandbox(workers=1) as sandbox:
        one = sandbox.run(Program(text, "S.f"), [call()]).calls[0]
        broken = sandbox.run(Program("class S:\n    def __init__(self): 1 / 0", "S.f"), [call()])
    assert one.figures.cpu > one.figures.before
    assert broken.stop.how != "failed"
