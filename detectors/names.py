"""Names that say nothing: what a program calls its own things is not a matter of its cost.

`func1`, `type1`, `attr1` and `var1` are the functions, classes, attributes and variables of the
program, by scope and in the order in which they come; a method's object is `self`. Names of others
stay: built-ins, modules, attributes that types of others have too, unless they are those of a
method's object. What is imported under another name has its real one.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Iterator, Sequence

from effilint.detectors.foreign import ATTRIBUTES
from effilint.detectors.syntax import Leaf, Scope, Syntax

_PREFIXES = {"function": "func", "class": "type", "bind": "var", "store": "attr"}
_OURS = re.compile(r"_*(func|type|var|attr)\d+")
_Key = tuple[int, str]
_ATTRIBUTE = -1  # in place of a scope: attributes are the same everywhere


def normalised(syntax: Syntax) -> list[Leaf]:
    """Return the leaves with the names of the program numbered."""
    attributes = _attributes(syntax)
    names = _Names(syntax, attributes)
    return [leaf._replace(text=names.of(leaf)) for leaf in syntax.leaves]


def _attributes(syntax: Syntax) -> dict[str, str]:
    """What classes of the program bind, and objects are given, to how it is bound."""
    found: dict[str, str] = {}
    for scope in syntax.scopes:
        if scope.kind == "class":
            found |= {name: "store" if how == "bind" else how for name, how in scope.bound.items()}
    for leaf in syntax.leaves:
        if leaf.role == "store" or (leaf.role == "given" and leaf.text not in ATTRIBUTES):
            found.setdefault(leaf.text, "store")
    return found


def _apart(name: str) -> str:
    """A name of others, which is none of ours."""
    return f"_{name}" if _OURS.fullmatch(name) else name


class _Names:
    def __init__(self, syntax: Syntax, attributes: dict[str, str]) -> None:
        self._scopes: Sequence[Scope] = syntax.scopes
        self._calls, self._owners = syntax.calls, syntax.owners
        self._outer = {name for scope in syntax.scopes for name in scope.outer}
        self._attributes = attributes
        self._labels: dict[_Key, str] = {}
        self._counts: collections.Counter[str] = collections.Counter()
        self._by_name: dict[str, list[int]] = {}
        for number, scope in enumerate(syntax.scopes):
            if scope.kind in ("function", "class"):
                is_constructor = scope.name in ("__init__", "__new__")
                name = syntax.scopes[scope.parent].name if is_constructor else scope.name
                self._by_name.setdefault(name, []).append(number)

    def of(self, leaf: Leaf) -> str:
        """Return the text that stands for a leaf."""
        if leaf.kind != "identifier" or (leaf.text[:2] == "__" == leaf.text[-2:]):
            return leaf.text
        if leaf.role in ("own", "store"):
            return self._attribute(leaf.text)
        if leaf.role in ("attribute", "given"):
            is_foreign = leaf.text in ATTRIBUTES or self._is_module(leaf)
            return leaf.text if is_foreign else self._attribute(leaf.text)
        if leaf.role == "keyword":
            return self._keyword(leaf)
        return leaf.text if leaf.role == "import" else self._plain(leaf.text, leaf.scope)

    def _around(self, at: int) -> Iterator[tuple[int, Scope]]:
        """A scope and those around it, with their numbers."""
        while at:
            yield at, self._scopes[at]
            at = self._scopes[at].parent
        yield 0, self._scopes[0]

    def _plain(self, name: str, own: int) -> str:
        """A name that stands alone, in this scope."""
        for at, scope in self._around(own):
            if name in scope.imported:
                return scope.imported[name]
            if name == scope.itself:
                return "self"
            is_seen = scope.kind != "class" or at == own
            if is_seen and name in scope.bound and name not in scope.outer:
                is_attribute = scope.kind == "class"
                how = scope.bound[name]
                return self._attribute(name) if is_attribute else self._label((at, name), how)
        return self._label((0, name), "bind") if name in self._outer else _apart(name)

    def _is_module(self, leaf: Leaf) -> bool:
        """Whether an attribute is of a name that the program does not bind, or imports."""
        owner = self._owners.get(leaf.start)
        if owner is None:
            return False
        for _, scope in self._around(leaf.scope):
            if owner in scope.imported:
                return True
            if owner in scope.bound or owner in scope.outer:
                return False
        return True

    def _attribute(self, name: str) -> str:
        how = self._attributes.get(name)
        return name if how is None else self._label((_ATTRIBUTE, name), how)

    def _keyword(self, leaf: Leaf) -> str:
        """A keyword of a call is a parameter, where a function of the program is called."""
        for number in self._by_name.get(self._calls.get(leaf.start, ""), ()):
            scope = self._scopes[number]
            if leaf.text in scope.bound and scope.kind == "class":
                return self._attribute(leaf.text)
            if leaf.text in scope.bound:
                return self._label((number, leaf.text), "bind")
        return leaf.text

    def _label(self, key: _Key, how: str) -> str:
        if key not in self._labels:
            prefix = _PREFIXES[how]
            self._counts[prefix] += 1
            self._labels[key] = f"{prefix}{self._counts[prefix]}"
        return self._labels[key]
