"""What crosses between processes: values as JSON, in frames with their length in front.

What comes from code under test is data and nothing else: never a pickle, never evaluated.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import Any

_LARGEST = 64 << 20  # bytes of a frame
_DEEPEST = 200
_ATOMS = frozenset({int, float, str, bool, type(None)})
_BOXES: dict[type, str] = {tuple: "t", deque: "q"}
_SETS: dict[type, str] = {set: "s", frozenset: "z"}
_BASES: tuple[Any, ...] = (tuple, list, dict, set, frozenset, str, int, float)
_DICTS: dict[type, str] = {dict: "d", defaultdict: "dd", Counter: "c", OrderedDict: "o"}
_LAZY = frozenset(
    "generator map filter zip enumerate reversed list_iterator tuple_iterator set_iterator "
    "dict_keyiterator dict_valueiterator dict_itemiterator str_ascii_iterator range_iterator "
    "list_reverseiterator islice chain dict_keys dict_values dict_items".split()
)
_LONGEST = 2_000_000  # items that are taken out of an iterator


class NotPlainError(ValueError):
    """A value holds something that cannot be compared from outside; `str` names its type."""


class BrokenFrameError(Exception):
    """The other side ended, or what it sent is no frame."""


class Channel:
    """Frames over a socket; every wait has a deadline (of `time.monotonic`)."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def send(self, data: bytes, deadline: float) -> None:
        """Send one frame; `TimeoutError` if the other side does not take it in time."""
        left = _left(deadline)
        try:
            self._socket.settimeout(left)
            self._socket.sendall(len(data).to_bytes(8, "big") + data)
        except TimeoutError:
            raise
        except OSError as error:
            raise BrokenFrameError from error

    def receive(self, deadline: float) -> bytes:
        """Return the next frame; `BrokenFrameError` at the end, `TimeoutError` at the deadline."""
        size = int.from_bytes(self._exactly(8, deadline), "big")
        if size > _LARGEST:
            raise BrokenFrameError
        return self._exactly(size, deadline)

    def is_ready(self, seconds: float) -> bool:
        """Wait so long at most; whether there is something to receive, or the other side ended."""
        return bool(select.select([self._socket], [], [], seconds)[0])

    def fileno(self) -> int:
        """Return the descriptor of the socket."""
        return self._socket.fileno()

    def hang_up(self) -> None:
        """Tell the other side that it is over, even if a forked process has the socket too."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def _exactly(self, size: int, deadline: float) -> bytes:
        parts, missing = [], size
        while missing:
            left = _left(deadline)
            try:
                self._socket.settimeout(left)
                part = self._socket.recv(min(missing, 1 << 20))
            except TimeoutError:
                raise
            except OSError as error:
                raise BrokenFrameError from error
            if not part:
                raise BrokenFrameError
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def dump(value: object) -> bytes:
    """Return a value as bytes that are equal for equal values of the same exact types.

    The order of sets does not count, that of everything else does; nan is nan, -0.0 is not 0.0.
    Raises `NotPlainError`.
    """
    return json.dumps(_encoded(value, 0), separators=(",", ":")).encode()


def load(data: bytes, classes: Mapping[str, Any] = types.MappingProxyType({})) -> Any:
    """Return the value that `dump` made `data` of; `BrokenFrameError` if none did.

    Linked lists and trees are made of the `ListNode` and `TreeNode` among `classes`, or of plain
    ones.
    """
    try:
        return decoded(json.loads(data), classes)
    except (ValueError, LookupError, TypeError, RecursionError, MemoryError) as error:
        raise BrokenFrameError from error


def _encoded(value: object, depth: int) -> object:
    kind = type(value)
    if kind in _ATOMS:
        return value
    if depth > _DEEPEST:
        raise NotPlainError("something nested very deep")
    if kind is list:
        return _items(value, depth)  # type: ignore[arg-type]
    if kind in _BOXES:
        return {_BOXES[kind]: _items(value, depth)}  # type: ignore[arg-type]
    if kind in _SETS:
        return {_SETS[kind]: _sorted(_items(value, depth))}  # type: ignore[arg-type]
    if kind in _DICTS:
        pairs = value.items()  # type: ignore[attr-defined]
        return {_DICTS[kind]: [_items(pair, depth) for pair in pairs]}
    if isinstance(value, bytes | bytearray) and kind in (bytes, bytearray):
        return {"b" if kind is bytes else "ba": value.hex()}
    if kind in (complex, range):
        return {"r": repr(value)}
    if kind.__name__ == "ListNode":
        return {"ln": _items(_nodes_of_list(value), depth)}
    if kind.__name__ == "TreeNode":
        return {"tn": _items(_nodes_of_tree(value), depth)}
    if kind.__module__ in ("builtins", "itertools") and kind.__name__ in _LAZY:
        return {"it": [kind.__name__, _items(taken(value), depth)]}
    return _object(value, kind, depth)


def _object(value: object, kind: type, depth: int) -> object:
    """Instances of somebody's class are what their attributes are, or their items."""
    if kind.__module__ in ("builtins", "_io", "functools", "threading", "_thread"):
        raise NotPlainError(kind.__name__)
    fields = getattr(value, "__dict__", None)
    parts: list[object] = [kind.__qualname__]
    for base in _BASES:
        if isinstance(value, base):
            parts.append(_encoded(base(value), depth + 1))
            break
    if type(fields) is dict:
        parts.append(_encoded(fields, depth + 1))
    if len(parts) == 1 and not isinstance(value, BaseException):
        raise NotPlainError(kind.__name__)
    return {"x": parts}


def _nodes_of_list(head: Any) -> list[object]:
    """The values of a linked list; `NotPlainError` for a ring."""
    values, seen = [], set()
    while head is not None:
        if id(head) in seen:
            raise NotPlainError("a ring of ListNode")
        seen.add(id(head))
        values.append(head.val)
        head = head.next
    return values


def _nodes_of_tree(root: Any) -> list[object]:
    """The values of a binary tree level by level, None where a child is missing."""
    values: list[object] = []
    level, seen = deque([root]), set()
    while level:
        node = level.popleft()
        if node is None:
            values.append(None)
            continue
        if id(node) in seen:
            raise NotPlainError("a TreeNode that is in two places")
        seen.add(id(node))
        values.append(node.val)
        level += (node.left, node.right)
    while values and values[-1] is None:
        values.pop()
    return values


class ListNode:
    """An item of a linked list, for programs that bring no class of this name."""

    def __init__(self, val: Any = 0, next: Any = None) -> None:  # noqa: A002 - its known name
        self.val, self.next = val, next


class TreeNode:
    """A node of a binary tree, for programs that bring no class of this name."""

    def __init__(self, val: Any = 0, left: Any = None, right: Any = None) -> None:
        self.val, self.left, self.right = val, left, right


def _list_of_nodes(values: list[Any], make: Any) -> Any:
    head = None
    for value in reversed(values):
        node = make(value)
        node.next = head
        head = node
    return head


def _tree_of_nodes(values: list[Any], make: Any) -> Any:
    nodes = [None if value is None else make(value) for value in values]
    children = iter(nodes[1:])
    for node in nodes:
        if node is not None:
            node.left, node.right = next(children, None), next(children, None)
    return nodes[0] if nodes else None


def _items(values: Iterable[object], depth: int) -> list[object]:
    values = list(values)
    if all(type(value) in _ATOMS for value in values):
        return values
    return [_encoded(value, depth + 1) for value in values]


def taken(values: Any) -> list[object]:
    """Return what an iterator yields; `NotPlainError` if that takes no end."""
    found: list[object] = []
    for value in values:
        found.append(value)
        if len(found) > _LONGEST:
            raise NotPlainError("an iterator without end")
    return found


def _sorted(items: list[object]) -> list[object]:
    if all(type(item) is int for item in items) or all(type(item) is str for item in items):
        return sorted(items)  # type: ignore[type-var]
    return sorted(items, key=json.dumps)


def decoded(data: Any, classes: Mapping[str, Any] = types.MappingProxyType({})) -> Any:
    """Return the value that stands in JSON data; `ValueError` or `TypeError` for other data.

    An object of a class of its own is a `NotPlainError`.
    """
    if type(data) is list:
        if all(type(item) in _ATOMS for item in data):
            return data
        return [decoded(item, classes) for item in data]
    if type(data) is not dict:
        return data
    ((tag, content),) = data.items()
    if tag in ("b", "ba"):
        return bytes.fromhex(content) if tag == "b" else bytearray.fromhex(content)
    if tag == "it" or (tag == "x" and content[0] == "_Consumed"):
        return iter(decoded(content[1], classes))
    if tag == "x":
        raise NotPlainError(content[0])
    if tag == "r":
        is_range = content.startswith("range")
        return range(*map(int, content[6:-1].split(","))) if is_range else complex(content)
    if tag == "ln":
        return _list_of_nodes(decoded(content, classes), classes.get("ListNode", ListNode))
    if tag == "tn":
        return _tree_of_nodes(decoded(content, classes), classes.get("TreeNode", TreeNode))
    items = decoded(content, classes) if tag in ("t", "q", "s", "z") else None
    for kind, name in (_BOXES | _SETS).items():
        if name == tag:
            return kind(items)
    for kind, name in _DICTS.items():
        if name == tag:
            pairs = {decoded(k, classes): decoded(v, classes) for k, v in content}
            return defaultdict(int, pairs) if kind is defaultdict else kind(pairs)
    raise ValueError(tag)
