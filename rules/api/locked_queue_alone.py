from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.facts.scopes import Kind, Symbol
from effilint.analyzer.patterns import is_name, walk

_INSTEAD = {
    "queue.PriorityQueue": "a list with `heapq.heappush` and `heapq.heappop`",
    "queue.Queue": "a `collections.deque` with `append` and `popleft`",
    "queue.LifoQueue": "a list with `append` and `pop`",
    "queue.SimpleQueue": "a `collections.deque` with `append` and `popleft`",
}
_METHODS = frozenset(("put", "get", "empty", "qsize", "put_nowait", "get_nowait", "queue"))
_THREADS = frozenset("threading concurrent multiprocessing asyncio _thread gevent trio".split())


class LockedQueueAlone(Rule):
    """A queue made for threads is used by one function alone.

    Each of its calls takes a lock and wakes up waiting threads, though no other thread ever sees
    the queue.
    """

    code = "API113"
    name = "locked-queue-alone"
    message = "`{queue}` takes locks for every item, and no other thread ever sees it"
    advice = "Use {instead}"
    gain = Gain("O(n) locks", "O(n)", {10: 9.1, 1_000: 7.8, 10_000: 6.5}, Tier.CONSTANT)
    calls = frozenset({"PriorityQueue", "Queue", "LifoQueue", "SimpleQueue"})
    examples = (
        Bad(
            """
            from queue import Queue

            def reachable(graph, start):
                waiting = Queue()  # API113
                waiting.put(start)
                seen = {start}
                while not waiting.empty():
                    for node in graph[waiting.get()]:
                        if node not in seen:
                            seen.add(node)
                            waiting.put(node)
                return seen
            """,
            fixed="""
            from collections import deque

            def reachable(graph, start):
                waiting = deque()
                waiting.append(start)
                seen = {start}
                while waiting:
                    for node in graph[waiting.popleft()]:
                        if node not in seen:
                            seen.add(node)
                            waiting.append(node)
                return seen
            """,
            workload="reachable({i: [i + 1, i // 2] for i in range(n)} | {n: []}, 0)",
        ),
        # Through the module, with a helper inside.
        Bad(
            """
            import queue

            def cheapest(jobs, k):
                best: queue.PriorityQueue = queue.PriorityQueue()  # API113

                def add(job):
                    best.put((-job.price, job))
                    if best.qsize() > k:
                        best.get()

                for job in jobs:
                    add(job)
                return [job for _, job in best.queue]
            """
        ),
        # It is handed on.
        Good(
            """
            import queue

            def start(workers):
                jobs = queue.Queue()
                for worker in workers:
                    worker.listen(jobs)
                return jobs
            """
        ),
        # There are threads.
        Good(
            """
            import queue
            import threading

            def collect(sources):
                found = queue.Queue()
                for source in sources:
                    threading.Thread(target=lambda s=source: found.put(s.read())).start()
                while not found.empty():
                    yield found.get()
            """
        ),
        # It waits.
        Good(
            """
            import queue

            def events(device):
                arrived = queue.Queue()
                device.on_event(lambda event: arrived.put(event))
                while True:
                    yield arrived.get(timeout=5)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        instead = _INSTEAD.get(context.resolve(node.func) or "")
        statement = context.parent(node)
        if instead is None or node.args or node.keywords:
            return
        match statement:
            case (
                ast.Assign(targets=[ast.Name() as name]) | ast.AnnAssign(target=ast.Name() as name)
            ):
                pass
            case _:
                return
        symbol = context.symbol(name)
        if symbol is None or symbol.scope is context.scopes.module or _has_threads(context):
            return
        if isinstance(symbol.scope.node, ast.ClassDef) or not _is_alone(symbol, name, context):
            return
        if any(is_name(node_, "input") for node_ in walk(symbol.scope.node)):
            return  # it waits for somebody to type
        yield self.report(node, queue=name.id, instead=instead)


def _has_threads(context: Context) -> bool:
    for kind in (ast.Import, ast.ImportFrom):
        for node in context.index.get(kind, ()):
            names = [getattr(node, "module", None) or "", *(a.name for a in node.names)]  # type: ignore[attr-defined]
            if any(name.partition(".")[0] in _THREADS for name in names):
                return True
    return False


def _is_alone(symbol: Symbol, name: ast.Name, context: Context) -> bool:
    """Whether items are only put in and taken out, without waiting, by code that runs here."""
    if len(symbol.bindings) != 1 or symbol.bindings[0].kind is not Kind.ASSIGN:
        return False
    uses = context.uses(name)
    is_hot = False
    for use in uses:
        method = context.parent(use)
        if not isinstance(method, ast.Attribute) or method.attr not in _METHODS:
            return False
        call = context.parent(method)
        is_called = isinstance(call, ast.Call) and call.func is method
        if is_called == (method.attr == "queue") or _is_handed_on(use, name, context):
            return False
        if isinstance(call, ast.Call) and is_called:
            if call.keywords or len(call.args) != (1 if method.attr.startswith("put") else 0):
                return False
            is_hot = is_hot or _is_hot(call, name, context)
    return is_hot


def _is_hot(call: ast.Call, name: ast.Name, context: Context) -> bool:
    inner = context.function(call)
    if inner is None or inner is context.function(name):
        return bool(context.hot_loops(call))
    return bool(context.hot_loops(call)) or context.calls.called_in_loop(inner) is not None


def _is_handed_on(use: ast.Name, name: ast.Name, context: Context) -> bool:
    """Whether the use is in a function inside that is not merely called."""
    inner = context.function(use)
    if inner is context.function(name):
        lambdas = (o for o in context.ancestors(use) if isinstance(o, ast.Lambda))
        return any(context.function(outer) is inner for outer in lambdas)
    if inner is None:
        return True
    return any(
        not isinstance(call := context.parent(load), ast.Call) or call.func is not load
        for load in context.uses(inner)
    )
