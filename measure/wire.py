"""What crosses between processes: values as JSON, in frames with their length in front.

What comes from code under test is data and nothing else: never a pickle, never evaluated.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import sys
import time
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from effilint.measure.plain import ListNode as ListNode
from effilint.measure.plain import NotPlainError as NotPlainError
from effilint.measure.plain import TreeNode as TreeNode
from effilint.measure.plain import (
    decimal,
    fraction,
    heritage,
    is_long,
    list_of_nodes,
    nodes_of_list,
    nodes_of_tree,
    require_spread,
    tree_of_nodes,
)

try:  # `hashlib` would load OpenSSL into every program
    from _blake2 import blake2b as blake2b
except ImportError:
    from hashlib import blake2b as blake2b

_LARGEST = 64 << 20  # bytes of a frame
_HEADER = 8  # bytes in front of a frame that say how many follow
_FEW, _MANY = 1 << 14, 1 << 20  # bytes that are received at once
_DEEPEST = 200
_ATOMS = frozenset({int, float, str, bool, type(None)})
_BOXES: dict[type, str] = {tuple: "t", deque: "q"}
_SETS: dict[type, str] = {set: "s", frozenset: "z"}
_DICTS: dict[type, str] = {dict: "d", defaultdict: "dd", Counter: "c", OrderedDict: "o"}
_LAZY = frozenset(
    "generator map filter zip enumerate reversed list_iterator tuple_iterator set_iterator "
    "dict_keyiterator dict_valueiterator dict_itemiterator str_ascii_iterator range_iterator "
    "list_reverseiterator islice chain dict_keys dict_values dict_items".split()
)
_VIEWS: dict[str, Callable[[list[Any]], Any]] = {
    "dict_keys": lambda keys: _paired(keys, keys).keys(),
    "dict_values": lambda values: dict(enumerate(values)).values(),
    "dict_items": lambda items: _paired([k for k, _ in items], [v for _, v in items]).items(),
}
_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "i": lambda digits: int(digits, 16),
    "f": fraction,
    "e": decimal,
}
_DIGITS = sys.int_info.default_max_str_digits
LONGEST = 2_000_000  # items that are taken out of an iterator


class BrokenFrameError(Exception):
    """The other side ended, or what it sent is no frame."""


class Channel:
    """Frames over a socket; every wait has a deadline (of `time.monotonic`)."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._received = bytearray()  # what came with the last frame, of the next ones

    def send(self, *frames: bytes, deadline: float) -> None:
        """Send frames; `TimeoutError` if the other side does not take them in time."""
        left = _left(deadline)
        parts = [part for frame in frames for part in (len(frame).to_bytes(_HEADER, "big"), frame)]
        try:
            self._socket.settimeout(left)
            self._socket.sendall(b"".join(parts))
        except TimeoutError:
            raise
        except OSError as error:
            raise BrokenFrameError from error

    def receive(self, deadline: float) -> bytes:
        """Return the next frame; `BrokenFrameError` at the end, `TimeoutError` at the deadline."""
        received = self._received
        while len(received) < _HEADER:
            self._take(_FEW, deadline)
        size = int.from_bytes(received[:_HEADER], "big")
        if size > _LARGEST:
            raise BrokenFrameError
        end = _HEADER + size
        while (missing := end - len(received)) > 0:
            self._take(min(max(missing, _FEW), _MANY), deadline)
        frame = bytes(received[_HEADER:end])
        del received[:end]
        return frame

    def is_ready(self, seconds: float) -> bool:
        """Wait so long at most; whether there is something to receive, or the other side ended."""
        return bool(self._received or select.select([self._socket], [], [], seconds)[0])

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

    def _take(self, most: int, deadline: float) -> None:
        left = _left(deadline)
        try:
            self._socket.settimeout(left)
            part = self._socket.recv(most)
        except TimeoutError:
            raise
        except OSError as error:
            raise BrokenFrameError from error
        if not part:
            raise BrokenFrameError
        self._received += part


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
    return _text(_encoded(value, 0)).encode()


def load(data: bytes, classes: Mapping[str, Any] = types.MappingProxyType({})) -> Any:
    """Return the value that `dump` made `data` of; `BrokenFrameError` if none did.

    Linked lists and trees are made of the `ListNode` and `TreeNode` among `classes`, or of plain
    ones. What inherits from plain data is that; `is_exact` tells.
    """
    try:
        return decoded(json.loads(data), classes)
    except (ValueError, LookupError, TypeError, RecursionError, MemoryError) as error:
        raise BrokenFrameError from error


def is_exact(data: bytes) -> bool:
    """Whether `load` makes the same of what `dump` gave, down to the types."""
    return b'{"y":' not in data  # in texts, there is a backslash before each of these quotes


def _text(encoded: Any) -> str:
    """JSON, with long numbers in a form of their own.

    As decimal digits Python would not read them. That there are any is seen when it does not write
    them either; only where somebody set another limit for that is it looked for.
    """
    if sys.get_int_max_str_digits() == _DIGITS:
        with contextlib.suppress(ValueError):
            return json.dumps(encoded, separators=(",", ":"))
    return json.dumps(_without_long_numbers(encoded), separators=(",", ":"))


def _without_long_numbers(encoded: Any) -> Any:
    if type(encoded) is list:
        return [_without_long_numbers(item) for item in encoded]
    if type(encoded) is dict:
        return {tag: _without_long_numbers(content) for tag, content in encoded.items()}
    return {"i": hex(encoded)} if type(encoded) is int and is_long(encoded) else encoded


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
        return {"r": _written(value)}
    if kind.__name__ == "ListNode":
        return {"ln": _items(nodes_of_list(value), depth)}
    if kind.__name__ == "TreeNode":
        return {"tn": _items(nodes_of_tree(value), depth)}
    if kind.__module__ in ("builtins", "itertools") and kind.__name__ in _LAZY:
        return {"it": [kind.__name__, _items(taken(value), depth)]}
    return _object(value, kind, depth)


def _object(value: Any, kind: type, depth: int) -> object:
    """Instances of somebody's class are what their attributes are, or what they inherit."""
    if kind.__module__ in ("builtins", "_io", "functools", "threading", "_thread"):
        raise NotPlainError(kind.__name__)
    if (kind.__module__, kind.__name__) == ("fractions", "Fraction"):
        return {"f": _items([value.numerator, value.denominator], depth)}
    if (kind.__module__, kind.__name__) == ("decimal", "Decimal"):
        return {"e": str(value)}
    fields = getattr(value, "__dict__", None)
    has_fields = type(fields) is dict and "__objclass__" not in fields  # those of an enum say less
    attributes = [_encoded(fields, depth + 1)] if has_fields else []
    if isinstance(value, BaseException):
        return {"x": [kind.__qualname__, *attributes]}
    try:
        inherited = heritage(value, kind)
    except NotPlainError:
        if not attributes:
            raise
        return {"x": [kind.__qualname__, *attributes]}
    return {"y": [kind.__qualname__, _encoded(inherited, depth + 1), *attributes]}


def _written(value: object) -> str:
    try:
        return repr(value)
    except ValueError:
        raise NotPlainError("a range of very long numbers") from None


def _items(values: Iterable[object], depth: int) -> list[object]:
    values = list(values)
    if _ATOMS.issuperset(map(type, values)):
        return values
    return [_encoded(value, depth + 1) for value in values]


def taken(values: Any) -> list[object]:
    """Return what an iterator yields; `NotPlainError` if that takes no end."""
    found: list[object] = []
    for value in values:
        found.append(value)
        if len(found) > LONGEST:
            raise NotPlainError("an iterator without end")
    return found


def _sorted(items: list[object]) -> list[object]:
    if all(type(item) is int for item in items) or all(type(item) is str for item in items):
        return sorted(items)  # type: ignore[type-var]
    return sorted(items, key=_text)


def _paired(keys: list[Any], values: list[Any]) -> dict[Any, Any]:
    require_spread(keys)
    return dict(zip(keys, values, strict=True))


def decoded(data: Any, classes: Mapping[str, Any] = types.MappingProxyType({})) -> Any:
    """Return the value that stands in JSON data; `ValueError` or `TypeError` for other data.

    An object is the plain data that it inherits from, or a `NotPlainError`.
    """
    if type(data) is list:
        if _ATOMS.issuperset(map(type, data)):
            return data
        return [decoded(item, classes) for item in data]
    if type(data) is not dict:
        return data
    ((tag, content),) = data.items()
    if tag in ("b", "ba"):
        return bytes.fromhex(content) if tag == "b" else bytearray.fromhex(content)
    if tag == "it":
        return _VIEWS.get(content[0], iter)(decoded(content[1], classes))
    if tag == "y":
        inherited = decoded(content[1], classes)
        return iter(inherited) if content[0] == "_Consumed" else inherited
    if tag == "x":
        raise NotPlainError(content[0])
    if tag in _NUMBERS:
        return _NUMBERS[tag](decoded(content, classes))
    if tag == "r":
        is_range = content.startswith("range")
        return range(*map(int, content[6:-1].split(","))) if is_range else complex(content)
    if tag == "ln":
        return list_of_nodes(decoded(content, classes), classes.get("ListNode", ListNode))
    if tag == "tn":
        return tree_of_nodes(decoded(content, classes), classes.get("TreeNode", TreeNode))
    items: Any = decoded(content, classes) if tag in ("t", "q", "s", "z") else None
    for kind, name in (_BOXES | _SETS).items():
        if name == tag:
            if kind in _SETS:
                require_spread(items)
            return kind(items)
    for kind, name in _DICTS.items():
        if name == tag:
            keys = decoded([key for key, _ in content], classes)
            pairs = _paired(keys, decoded([value for _, value in content], classes))
            return defaultdict(int, pairs) if kind is defaultdict else kind(pairs)
    raise ValueError(tag)
