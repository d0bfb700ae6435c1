"""Memory of each line, told by memray in the process that runs the code.

To be imported before code under test is around: `effilint.measure.allocations` is among the imports
of the sandbox.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from types import CodeType
from typing import Any

import memray

from effilint.measure.deadline import Deadline

_FORMATS = {
    "memory": memray.FileFormat.AGGREGATED_ALLOCATIONS,
    "allocations": memray.FileFormat.ALL_ALLOCATIONS,
}
_RELEASES = tuple(
    int(kind)
    for kind in (
        memray.AllocatorType.FREE,
        memray.AllocatorType.PYMALLOC_FREE,
        memray.AllocatorType.MUNMAP,
    )
)
_LAST = 1000  # bytes of the last block: if it is in the file, so are all before it
_DEPTHS = (1, 8, 1_000_000)  # of a stack, to look for a line of the program in

_Rows = list[list[int]]


class Watch:
    """Looks on while a program runs, which is the `with` body.

    What memray writes lies in the working folder, where the program could change it: it is read
    here, in the process of the program, and nowhere else.
    """

    def __init__(self, order: dict[str, Any]) -> None:
        self._kind: str = order["profile"]
        self._filename: str = order["program"]["filename"]
        self._deadline = Deadline(order["limits"])
        self._path = os.path.join(os.getcwd(), f".{self._kind}")

    def prepared(self, code: CodeType) -> CodeType:
        """Return the code as it is."""
        return code

    def __enter__(self) -> None:
        self._tracker = memray.Tracker(
            destination=memray.FileDestination(self._path, overwrite=True, compress_on_exit=False),
            trace_python_allocators=True,
            file_format=_FORMATS[self._kind],
        )
        self._tracker.__enter__()
        self._deadline.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._deadline.__exit__(*error)
        _allocate_last()
        self._tracker.__exit__(None, None, None)

    def report(self) -> list[Any]:
        """Return a total, and of each line its number, bytes and blocks.

        For `memory`: what was held when the program held most, and how much that was. For
        `allocations`: all that was asked for in the run; None if that was too much to write down.
        """
        reader = _reader(self._path)
        if self._kind == "memory":
            records = reader.get_high_watermark_allocation_records(merge_threads=True)
            held = [(record, record.size, record.n_allocations) for record in records]
            return [[reader.metadata.peak_memory, self._by_line(held)]]
        found = _by_stack(reader.get_allocation_records())
        if not any(_is_last(record) for record, _, _ in found):
            return [None]
        rows = self._by_line(found)
        return [[sum(row[1] for row in rows), rows]]

    def _by_line(self, found: list[_Found]) -> _Rows:
        lines: dict[int, list[int]] = {}
        for record, size, blocks in found:
            line = self._line(record)
            if line is not None:
                row = lines.setdefault(line, [line, 0, 0])
                row[1] += size
                row[2] += blocks
        return sorted(lines.values())

    def _line(self, record: memray.AllocationRecord) -> int | None:
        """The innermost line of the program on the stack."""
        for depth in _DEPTHS:
            stack = record.stack_trace(max_stacks=depth)
            for _, filename, line in stack:
                if filename == self._filename:
                    return line
            if len(stack) < depth:
                return None
        return None


_Found = tuple[memray.AllocationRecord, int, int]  # one of a stack, bytes, blocks


def _by_stack(records: Iterable[memray.AllocationRecord]) -> list[_Found]:
    """What was allocated in each place: there are millions of records, but few places."""
    found: dict[int, list[Any]] = {}
    for record in records:
        if record.allocator in _RELEASES:
            continue
        entry = found.get(record.stack_id)
        if entry is None:
            found[record.stack_id] = [record, record.size, 1]
            continue
        entry[1] += record.size
        entry[2] += 1
    return [(record, size, blocks) for record, size, blocks in found.values()]


def _reader(path: str) -> memray.FileReader:
    # On Linux memray opens what it reads through /proc, which is covered in here.
    system, platform.system = platform.system, str
    try:
        return memray.FileReader(path)
    finally:
        platform.system = system


def _allocate_last() -> None:
    bytearray(_LAST)


def _is_last(record: memray.AllocationRecord) -> bool:
    code = _allocate_last.__code__
    place = [(name, filename) for name, filename, _ in record.stack_trace(max_stacks=1)]
    return place == [(code.co_name, code.co_filename)]
