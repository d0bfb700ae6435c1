"""Places in arguments: the sizes and the items at some indexes, None for any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class UnknownError(Exception):
    """A term that means nothing here, or whose value nobody knows yet."""


class Sized:
    """An argument of which only the sizes are known yet; `are_nodes`: a linked list or a tree."""

    def __init__(self, lengths: tuple[int, ...], *, are_nodes: bool = False) -> None:
        self.lengths, self.are_nodes = lengths, are_nodes


def is_linked(value: Any) -> bool:
    """Whether a value is a linked list or a binary tree, or will be one."""
    if isinstance(value, Sized):
        return value.are_nodes
    return type(value).__name__ in ("ListNode", "TreeNode")


def size_of(value: Any, indexes: tuple[int | None, ...]) -> Any:
    """Return the size of what is at some indexes; a list of sizes if there are any.

    `UnknownError` for what has no size.
    """
    if isinstance(value, Sized):
        if len(indexes) >= len(value.lengths):
            raise UnknownError
        return value.lengths[len(indexes)]
    if not indexes:
        return _length(value)
    return [_length(item) for item in items_of(value, indexes)]


def _length(value: Any) -> int:
    if is_linked(value):
        return len(list(nodes(value)))
    if not hasattr(value, "__len__"):
        raise UnknownError
    return len(value)


def items_of(value: Any, indexes: tuple[int | None, ...]) -> Iterator[Any]:
    """Yield what is at these indexes; `UnknownError` if nobody knows that yet."""
    if isinstance(value, Sized):
        raise UnknownError
    if not indexes:
        yield value
        return
    inside = list(nodes(value)) if is_linked(value) else value
    if not isinstance(inside, list | tuple | str):
        raise UnknownError
    if indexes[0] is None:
        for item in inside:
            yield from items_of(item, indexes[1:])
    elif indexes[0] < len(inside):
        yield from items_of(inside[indexes[0]], indexes[1:])


def nodes(root: Any) -> Iterator[Any]:
    """Yield the values of a linked list or a binary tree, in no order that matters."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node is None:
            continue
        yield node.val
        if type(node).__name__ == "ListNode":
            waiting.append(node.next)
        else:
            waiting += (node.right, node.left)
