from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.collect import collected
from effilint.analyzer.facts.accumulators import accumulation, reads
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.rebinding import is_concatenation, rebinding
from effilint.analyzer.facts.short_loops import has_few_passes, stays_short
from effilint.analyzer.patterns import membership, same


class BytesConcat(Rule):
    """A bytes object grows by `+=` in a loop.

    Bytes are immutable and CPython never appends to them in place: every `+=` copies all of it.
    The fix assumes that nothing reads the object while the loop runs, and that the loop does not
    end by an exception after which the part built so far is wanted.
    """

    code = "DST304"
    name = "bytes-concat"
    message = "Every pass of the loop copies all of the bytes in `{target}`"
    advice = "Collect the chunks in a list and `join` them after the loop, or use a `bytearray`"
    gain = Gain("O(n^2)", "O(n)", {10: 1.1, 1_000: 2.2, 100_000: 56.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def packed(numbers):
                data = b""
                for number in numbers:
                    data += number.to_bytes(4, "big")  # DST304
                return data
            """,
            fixed="""
            def packed(numbers):
                data_chunks = []
                for number in numbers:
                    data_chunks.append(number.to_bytes(4, "big"))
                data = b"".join(data_chunks)
                return data
            """,
            workload="packed(range(n))",
        ),
        # The received bytes are asked for their length: no fix.
        Bad(
            """
            def receive(sock, size):
                data = b""
                while len(data) < size:
                    chunk = sock.recv(4096)
                    if not chunk:
                        raise EOFError
                    data = data + chunk  # DST304
                return data
            """
        ),
        Bad(
            """
            class Reader:
                def __init__(self, file):
                    self.file = file
                    self.data = b"head"

                def read(self):
                    while chunk := self.file.read(512):
                        self.data += chunk  # DST304
            """,
            fixed="""
            class Reader:
                def __init__(self, file):
                    self.file = file
                    self.data = b"head"

                def read(self):
                    data_chunks = []
                    while chunk := self.file.read(512):
                        data_chunks.append(chunk)
                    self.data += b"".join(data_chunks)
            """,
        ),
        Bad(
            """
            def frames(blocks):
                out = bytes()
                for block in blocks:
                    for row in block:
                        out = out + b"\\0" + row  # DST304
                return out
            """
        ),
        # A bytearray grows in place.
        Good(
            """
            def packed(numbers):
                data = bytearray()
                for number in numbers:
                    data += number.to_bytes(4, "big")
                return bytes(data)
            """
        ),
        # A buffer that is emptied again stays short.
        Good(
            """
            def lines(chunks):
                rest = b""
                for chunk in chunks:
                    rest += chunk
                    *whole, rest = rest.split(b"\\n")
                    yield from whole
            """
        ),
        # Each pass looks at all lines so far; the beginning is enough.
        Good(
            """
            def greeting(sock):
                heard = b""
                while True:
                    heard += sock.recv(1024)
                    if any(line.startswith(b"hello") for line in heard.splitlines()):
                        return heard

            def magic(chunks):
                head = b""
                for chunk in chunks:
                    head += chunk
                    if len(head) >= 16:
                        break
                return head
            """
        ),
        # As many bytes as a struct has, or a few.
        Good(
            """
            import os
            import struct

            SIGNED_STRUCT = struct.Struct("q")

            def read_signed(fd):
                data = b""
                length = SIGNED_STRUCT.size
                while len(data) < length:
                    part = os.read(fd, length - len(data))
                    if not part:
                        raise EOFError
                    data += part
                return SIGNED_STRUCT.unpack(data)[0]

            def read_magic(sock, head=b""):
                length = 8
                data = b""
                while len(data) != length:
                    data += sock.recv(length - len(data))
                while len(head) < struct.calcsize(">IIQ"):
                    head += sock.recv(1)
                return data, head
            """
        ),
        # Four passes.
        Good(
            """
            def header(values):
                data = b""
                for place in range(4):
                    data += values[place]
                return data
            """
        ),
    )

    def visit_AugAssign(self, node: ast.AugAssign, context: Context) -> Iterator[Finding]:
        if isinstance(node.op, ast.Add):
            yield from self._check(node, context)

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        if isinstance(node.value, ast.BinOp):
            yield from self._check(node, context)

    def _check(self, node: ast.stmt, context: Context) -> Iterator[Finding]:
        found = accumulation(context, node, "bytes", is_concatenation)
        if found is None:
            return
        target, loops = found
        if has_few_passes(context, loops):
            return
        if any(stays_short(context, loop, target) for loop in loops[:1]):
            return
        if any(_is_read(context, loop, target) for loop in loops[:1]):
            return
        whole = 'b"".join({parts})'
        edits = collected(context, target, loops[-1], "chunks", 'b""', whole) if loops else []
        yield self.report(node, *edits, target=context.segment(target))


def _is_read(context: Context, loop: Loop, target: ast.expr) -> bool:
    """Whether the pass goes through all of the bytes anyway, to find something in them."""
    for read in reads(target, loop):
        parts = rebinding(context.statement(read))
        if parts is not None and same(parts[0], target):
            continue
        parent = context.parent(read)
        match parent:
            case ast.Compare(comparators=[container]) if container is read:
                return membership(parent) is not None
            case ast.Attribute(attr=name) if name in _GOING_THROUGH:
                return True
    return False


_GOING_THROUGH = frozenset("count decode find index partition replace split splitlines".split())
