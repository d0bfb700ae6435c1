"""Places in arguments: the sizes and the items at some indexes, None for any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def items_of(value: Any, indexes: tuple[int | None, ...]) -> list[Any]:
    """Return what is at these indexes; `UnknownError` if nobody knows that yet."""
    found = [value]
    for index in indexes:
        found = [item for one in found for item in _inside(one, index)]
    if any(isinstance(item, Sized) for item in found):
        raise UnknownError
    return found


def _inside(value: Any, index: int | None) -> Sequence[Any]:
    """All items of a container, or the one at an index."""
    if isinstance(value, Sized):
        raise UnknownError
    inside = list(nodes(value)) if is_linked(value) else value
    if not isinstance(inside, list | tuple | str):
        raise UnknownError
    return inside if index is None else inside[index : index + 1]


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
