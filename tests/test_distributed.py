"""The pool on many machines, tried on a cluster of this one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from effilint.measure import Order, Program, SandboxError, call
from effilint.measure.distributed import RayPool


def test_without_ray_one_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SandboxError, match=r"effilint\[distributed\]"):
        RayPool(actors=1)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    yield ray
    ray.shutdown()


@pytest.mark.slow
def test_programs_run_on_all_machines(cluster: Any) -> None:
    assert cluster.is_initialized()
    program = Program("def f(n):\n    return n + 1\n", "f")
    with RayPool(actors=2) as pool:
        assert len(pool.levels) == 2
        futures = [pool.submit(Order(program, [call(n)], [n + 1])) for n in range(20)]
        assert all(future.result().calls[0].is_right for future in futures)
        stopped = pool.run(Program("import os\nos._exit(3)\n"), [b""])
        assert stopped.stop.how == "ended"


@pytest.mark.slow
def test_an_actor_that_is_lost_is_reported(cluster: Any) -> None:
    endless = Order(Program("while True: pass\n"), [b""])
    with RayPool(actors=1) as pool:
        future = pool.submit(endless)
        cluster.kill(pool._homes[0], no_restart=True)
        assert future.result(60).stop.how == "failed"


@pytest.mark.slow
def test_a_sandbox_that_cannot_be_had_is_one_line(cluster: Any) -> None:
    assert cluster.is_initialized()
    with pytest.raises(SandboxError, match="is no Python that runs") as raised:
        RayPool(actors=1, python="/no/python")
    assert "\n" not in str(raised.value)
