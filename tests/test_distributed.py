"""The pool on many machines, tried on a cluster of this one, and on what acts like one."""

from __future__ import annotations

import pickle
import sys
import tempfile
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from effilint.measure import (
    Case,
    Limits,
    Order,
    Program,
    Run,
    SandboxError,
    Tests,
    Verdict,
    call,
    compare,
    run_tests,
    submit_tests,
)
from effilint.measure.distributed import RayPool

NEXT = Program("def f(n):\n    return n + 1\n", "f")
_SLOW = "def f(n):\n    sum(range({} * 10**6))\n    return n + 1\n"
ENDLESS = Order(Program("while True: pass\n"), [b""], limits=Limits(cpu=120, wall=120))


class _LostError(Exception):
    """What takes the place of `RayError`."""


class _StandIn(types.ModuleType):
    """As much of Ray as the pool asks for: actors are objects, with threads of their own."""

    def __init__(self) -> None:
        super().__init__("ray")
        self.exceptions = types.SimpleNamespace(RayError=_LostError)

    def remote(self, **options: Any) -> Callable[[type], Any]:
        return lambda kind: types.SimpleNamespace(
            remote=lambda *given: _Actor(kind, given, options["max_concurrency"])
        )

    def is_initialized(self) -> bool:
        return True

    def get(self, result: Future[Any], timeout: float | None = None) -> Any:
        return result.result(timeout)

    def kill(self, actor: _Actor, **_: Any) -> None:
        actor.kill()


class _Actor:
    def __init__(self, kind: type, given: Any, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads)
        self._results: list[Future[Any]] = []
        self._lives = True
        self._object = self._threads.submit(kind, *given)

    def __getattr__(self, name: str) -> Any:
        return types.SimpleNamespace(remote=lambda *given: self._call(name, pickle.dumps(given)))

    def _call(self, name: str, given: bytes) -> Future[Any]:
        result: Future[Any] = Future()
        self._results.append(result)
        if not self._lives:
            result.set_exception(_LostError("it is dead"))
            return result
        self._threads.submit(self._run, name, given, result)
        return result

    def _run(self, name: str, given: bytes, result: Future[Any]) -> None:
        try:
            found = getattr(self._object.result(), name)(*pickle.loads(given))
        except Exception as error:
            wrapped = _LostError(str(error))
            wrapped.cause = error  # type: ignore[attr-defined]
            if not result.done():
                result.set_exception(wrapped)
            return
        if not result.done():
            result.set_result(found)

    def kill(self) -> None:
        self._lives = False
        for result in self._results:
            if not result.done():
                result.set_exception(_LostError("it was killed"))
        self._threads.shutdown(wait=False)
        if not self._object.exception():
            self._object.result()._sandbox.close()


def test_without_ray_one_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SandboxError, match=r"effilint\[distributed\]"):
        RayPool(actors=1)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the machines put their folders."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[Any]:
    ray = pytest.importorskip("ray")
    environment = {"env_vars": {"TMPDIR": str(folder)}}
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        configure_logging=False,
        runtime_env=environment,
    )
    yield ray
    ray.shutdown()


@pytest.fixture(params=["stand-in", pytest.param("cluster", marks=pytest.mark.slow)])
def ray(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    if request.param == "cluster":
        return request.getfixturevalue("cluster")
    monkeypatch.setitem(sys.modules, "ray", _StandIn())
    return sys.modules["ray"]


def _is_right(run: Run) -> bool:
    return run.stop.how == "finished" and all(one.is_right for one in run.calls)


def _running(pool: RayPool) -> Future[Run]:
    future = pool.submit(ENDLESS)
    while not future.running():
        threading.Event().wait(0.01)
    threading.Event().wait(0.5)
    return future


@pytest.mark.usefixtures("ray")
def test_programs_run_on_all_machines() -> None:
    with RayPool(actors=2) as pool:
        assert len(pool.levels) == 2
        assert pool.level.label == min(pool.levels)
        futures = [pool.submit(Order(NEXT, [call(n)], [n + 1])) for n in range(20)]
        assert all(_is_right(future.result()) for future in futures)
        stopped = pool.run(Program("import os\nos._exit(3)\n"), [b""])
        assert stopped.stop.how == "ended"


@pytest.mark.usefixtures("ray")
def test_a_closed_pool_leaves_no_folder(folder: Path) -> None:
    before = set(folder.glob("effilint-*"))
    with RayPool(actors=2) as pool:
        _running(pool)
        assert set(folder.glob("effilint-pool-*")) - before
    assert not set(folder.glob("effilint-*")) - before


@pytest.mark.usefixtures("ray")
def test_it_is_spoken_to_as_to_one() -> None:
    tests = Tests((Case(call(1), 2), Case(call(5), 6)), "f")
    endless = "def f(n):\n    while True: pass"
    with RayPool(actors=1) as pool:
        assert run_tests(NEXT.text, tests, sandbox=pool).verdict is Verdict.ACCEPTED
        found = compare(_SLOW.format(4), _SLOW.format(1), tests, sandbox=pool)
        assert (found.verdict, found.level) == ("slower", pool.level.label)
        pending = submit_tests(endless, tests, sandbox=pool, limits=ENDLESS.limits)
        threading.Event().wait(0.5)
        pending.cancel()
        assert pending.result().verdict is Verdict.SYSTEM_ERROR
        assert run_tests(NEXT.text, tests, sandbox=pool).verdict is Verdict.ACCEPTED


@pytest.mark.usefixtures("ray")
def test_orders_are_taken_back() -> None:
    with RayPool(actors=1) as pool:
        running = _running(pool)
        late = [pool.submit(Order(NEXT, [call(1)], [2])) for _ in range(4)]
        assert late[-1].cancel()
        pool.stop(running)
        assert running.result(60).stop.how == "failed"
        assert all(_is_right(future.result(60)) for future in late[:-1])


@pytest.mark.usefixtures("ray")
def test_a_closed_pool_takes_no_orders_and_leaves_nobody_waiting() -> None:
    pool = RayPool(actors=1)
    running = _running(pool)
    waiting = [pool.submit(ENDLESS) for _ in range(3)]
    pool.close()
    assert running.result(60).stop.how == "failed"
    assert all(future.cancelled() or future.result(60).stop.how == "failed" for future in waiting)
    with pytest.raises(SandboxError, match="closed"):
        pool.submit(ENDLESS)


@dataclass(frozen=True)
class _Unsendable(Order):
    def __reduce__(self) -> Any:
        raise TypeError("not to be sent")


@pytest.mark.usefixtures("ray")
def test_an_error_of_any_kind_reaches_who_waits() -> None:
    with RayPool(actors=1) as pool:
        future = pool.submit(_Unsendable(NEXT, [call(1)]))
        assert "not to be sent" in str(future.exception(60))
        assert _is_right(pool.run(NEXT, [call(1)], expected=[2]))
        with pytest.raises(SandboxError, match="allows 100"):
            pool.run(NEXT, [call(1)], limits=Limits(output=100 << 20))


def test_an_actor_that_is_lost_is_reported_and_made_anew(ray: Any) -> None:
    with RayPool(actors=1) as pool:
        future = _running(pool)
        ray.kill(pool._places[0].home, no_restart=True)
        assert future.result(120).stop.how == "failed"
        assert _is_right(pool.submit(Order(NEXT, [call(1)], [2])).result(120))


@pytest.mark.usefixtures("ray")
def test_a_sandbox_that_cannot_be_had_is_one_line() -> None:
    with pytest.raises(SandboxError, match="is no Python that runs") as raised:
        RayPool(actors=1, python="/no/python")
    assert "\n" not in str(raised.value)
