"""The leaves of a program's syntax tree: tokens, and what its names stand for.

The tree is tree-sitter's, which has one for anything, also for what is no Python.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Tree

LOOPS = ("for_statement", "while_statement")
_COMPREHENSIONS = (
    "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression",
)  # fmt: skip
_LAYOUT = ("comment", "line_continuation")
_PARAMETERS = ("parameters", "lambda_parameters")
_PATTERNS = (
    "pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "tuple", "list",
    "dictionary_splat_pattern", "as_pattern_target", "parenthesized_expression", "splat_pattern",
    "dict_pattern", "union_pattern",
)  # fmt: skip
# The field that is bound, of nodes that bind something.
_BOUND = {
    "assignment": "left", "augmented_assignment": "left", "for_statement": "left",
    "for_in_clause": "left", "named_expression": "name", "default_parameter": "name",
    "typed_default_parameter": "name", "as_pattern": "alias",
}  # fmt: skip


class Leaf(NamedTuple):
    """A token: its text, its kind in the grammar, its first byte, and the loops around it.

    `role`: what a name does where it stands: `use`, `bind`, `function`, `class`, `attribute`, `own`
    (an attribute of the object itself), `store` (it is given one), `given` (another object is),
    `keyword`, `outer`, `import`, `alias`.
    `scope`: the number of the function, class or comprehension that it stands in.
    """

    text: str
    kind: str
    start: int
    loops: int = 0
    role: str = "use"
    scope: int = 0

    @property
    def is_variable(self) -> bool:
        """Whether values flow to or from it."""
        return self.kind != self.text


@dataclass
class Scope:
    """Where names are bound: `kind` is `module`, `function`, `class` or `comprehension`.

    `itself` is what a method calls its object.
    """

    kind: str
    parent: int
    name: str = ""
    itself: str = ""
    has_itself: bool = False
    bound: dict[str, str] = field(default_factory=dict)  # to the role in which it is bound
    outer: set[str] = field(default_factory=set)
    imported: dict[str, str] = field(default_factory=dict)  # from other names to the real ones


class Function(NamedTuple):
    """An outermost function, or a method: its leaves are those from `first` to before `end`."""

    name: str
    first: int
    end: int


@dataclass
class Syntax:
    """A program's tree, its leaves in order, its scopes (the first is the module), its functions.

    `calls` says for the leaf of a keyword, by its first byte, what is called, `owners` for that of
    an attribute which name it is of.
    """

    tree: Tree
    leaves: list[Leaf]
    scopes: list[Scope]
    functions: list[Function]
    calls: dict[int, str]
    owners: dict[int, str]


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_python.language()))


def parsed(text: str) -> Syntax:
    """Return the leaves of a program, without comments and docstrings."""
    data = text.encode("utf-8", "replace")
    tree = _parser().parse(data)
    walk = _Walk(data)
    walk.go(tree.root_node)
    starts = [leaf.start for leaf in walk.leaves]
    functions = [
        Function(name, bisect_left(starts, first), bisect_left(starts, end))
        for name, first, end in walk.spans
    ]
    return Syntax(tree, walk.leaves, walk.scopes, functions, walk.calls, walk.owners)


class _Place(NamedTuple):
    """A node, and what is known of where it stands."""

    node: Node
    loops: int
    scope: int
    role: str
    is_inside: bool  # a function


class _Walk:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.leaves: list[Leaf] = []
        self.scopes = [Scope("module", 0)]
        self.spans: list[tuple[str, int, int]] = []  # of functions, in bytes
        self.calls: dict[int, str] = {}
        self.owners: dict[int, str] = {}

    def go(self, root: Node) -> None:
        """Visit all nodes, in the order of the text."""
        left = [_Place(root, 0, 0, "use", False)]
        while left:
            place = left.pop()
            node, kind = place.node, place.node.type
            if kind in _LAYOUT:
                continue
            children = node.children
            if is_leaf(kind, children):
                self._leaf(place, kind)
            elif not _is_docstring(kind, children):
                left.extend(reversed(list(self._below(place, kind, children))))

    def _text(self, node: Node | None) -> str:
        if node is None:
            return ""
        return self._data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _leaf(self, place: _Place, kind: str) -> None:
        node = place.node
        if node.end_byte == node.start_byte:  # what the parser adds to go on
            return
        text = self._text(node)
        if kind != "identifier":
            self.leaves.append(Leaf(text, kind, node.start_byte, place.loops, "use", place.scope))
            return
        role = place.role
        scope = self.scopes[place.scope]
        if role.startswith("keyword "):
            role, _, self.calls[node.start_byte] = role.partition(" ")
        elif role.startswith("alias "):
            role, _, scope.imported[text] = role.partition(" ")
        if role == "outer":
            scope.outer.add(text)
        elif role in ("bind", "function", "class", "parameter"):
            if role == "parameter" and not scope.bound:
                scope.itself = text if scope.has_itself else ""
            role = "bind" if role == "parameter" else role
            scope.bound.setdefault(text, role)
        self.leaves.append(Leaf(text, kind, node.start_byte, place.loops, role, place.scope))

    def _opened(self, kind: str, place: _Place, name: str = "") -> int:
        self.scopes.append(Scope(kind, place.scope, name))
        return len(self.scopes) - 1

    def _below(self, place: _Place, kind: str, children: list[Node]) -> Iterator[_Place]:
        """The children with their places."""
        node, loops, scope, role, is_inside = place
        plain = _Place(node, loops, scope, "use", is_inside)
        if kind in ("function_definition", "class_definition"):
            yield from self._defined(plain, kind, children)
        elif kind == "lambda" or kind in _COMPREHENSIONS:
            is_function = kind == "lambda"
            inner = self._opened("function" if is_function else "comprehension", plain)
            at = plain._replace(scope=inner, loops=loops + (not is_function))
            yield from (at._replace(node=child) for child in children)
        elif kind in _PARAMETERS:
            yield from (plain._replace(node=child, role="parameter") for child in children)
        elif kind in _BOUND:
            yield from self._binding(place, kind, children)
        elif kind == "attribute":
            yield from self._attribute(place, children)
        elif kind == "call":
            called = self._text(_last(children[0]))
            yield plain._replace(node=children[0])
            yield from (plain._replace(node=c, role=f"of {called}") for c in children[1:])
        elif kind == "argument_list":
            for child in children:
                passed = role if child.type == "keyword_argument" else "use"
                yield plain._replace(node=child, role=passed)
        elif kind == "aliased_import":
            name = self._text(children[0]).rpartition(".")[2]
            yield plain._replace(node=children[0], role="import")
            yield from (plain._replace(node=c, role=f"alias {name}") for c in children[1:])
        elif kind == "keyword_argument":
            called = role.partition(" ")[2]
            yield plain._replace(node=children[0], role=f"keyword {called}")
            yield from (plain._replace(node=child) for child in children[1:])
        elif kind == "keyword_pattern":
            yield plain._replace(node=children[0], role="attribute")
            yield from (plain._replace(node=child, role="bind") for child in children[1:])
        else:
            deeper = plain._replace(loops=loops + (kind in LOOPS))
            passed = _passed(kind, role, len(children))
            yield from (deeper._replace(node=child, role=passed) for child in children)

    def _is_static(self, node: Node) -> bool:
        """Whether a method has no object."""
        around = node.parent
        if around is None or around.type != "decorated_definition":
            return False
        return any(self._text(child) == "@staticmethod" for child in around.children)

    def _defined(self, at: _Place, kind: str, children: list[Node]) -> Iterator[_Place]:
        node, is_function = at.node, kind == "function_definition"
        name = node.child_by_field_name("name")
        label = self._text(name)
        if is_function and not at.is_inside:
            self.spans.append((label, node.start_byte, node.end_byte))
        inner = self._opened("function" if is_function else "class", at, label)
        self.scopes[inner].has_itself = (
            is_function and self.scopes[at.scope].kind == "class" and not self._is_static(node)
        )
        inside = {"parameters", "body"} if is_function else {"body"}
        for number, child in enumerate(children):
            part = node.field_name_for_child(number)
            below = at._replace(node=child, is_inside=at.is_inside or is_function)
            if part == "name":
                yield below._replace(role="function" if is_function else "class")
            else:
                yield below._replace(scope=inner) if part in inside else below

    def _binding(self, place: _Place, kind: str, children: list[Node]) -> Iterator[_Place]:
        node, role = place.node, "parameter" if place.role == "parameter" else "bind"
        deeper = place.loops + (kind in LOOPS)
        outer = self.scopes[place.scope].parent
        is_first = kind == "for_in_clause" and _is_first_clause(node)
        is_default = kind in ("default_parameter", "typed_default_parameter")
        bound, once = node.child_by_field_name(_BOUND[kind]), node.child_by_field_name("right")
        if bound is None and kind == "as_pattern":  # of a `case`
            bound = children[-1]
        for child in children:
            is_bound = child == bound
            passed = role if is_bound else "bind" if child.type == "case_pattern" else "use"
            loops = place.loops if child == once else deeper
            scope = place.scope
            if (is_first and child == once) or (is_default and not is_bound):
                scope = outer  # before the new one is there
            elif kind == "named_expression" and is_bound:
                scope = self._beyond_comprehensions(scope)
            yield place._replace(node=child, role=passed, loops=loops, scope=scope)

    def _beyond_comprehensions(self, scope: int) -> int:
        while self.scopes[scope].kind == "comprehension":
            scope = self.scopes[scope].parent
        return scope

    def _attribute(self, place: _Place, children: list[Node]) -> Iterator[_Place]:
        owner = self._text(children[0]) if children[0].type == "identifier" else ""
        role = "given" if place.role == "bind" else "attribute"
        if owner and owner in self._itself(place.scope):
            role = "store" if place.role == "bind" else "own"
        elif owner:
            self.owners[children[-1].start_byte] = owner
        yield place._replace(node=children[0], role="use")
        yield from (place._replace(node=child, role=role) for child in children[1:])

    def _itself(self, scope: int) -> set[str]:
        """What the methods around call their objects."""
        found = set()
        while scope:
            found.add(self.scopes[scope].itself)
            scope = self.scopes[scope].parent
        return found - {""}


def _passed(kind: str, role: str, count: int) -> str:
    """The role of the children of a node that is none of the special ones."""
    if kind in ("global_statement", "nonlocal_statement"):
        return "outer"
    if kind in ("import_statement", "import_from_statement", "future_import_statement"):
        return "import"
    if kind == "typed_parameter":
        return "parameter"
    if kind == "case_pattern":
        return "bind"
    if kind == "dotted_name" and role != "import":  # of a `case`: a name alone is bound
        return "bind" if role == "bind" and count == 1 else "use"
    is_passed = kind in _PATTERNS and role in ("bind", "parameter")
    return role if is_passed or kind == "dotted_name" else "use"


def _last(node: Node) -> Node | None:
    """The name that a callee ends with: that of the method, or of the function."""
    if node.type == "attribute":
        return node.child_by_field_name("attribute")
    return node if node.type == "identifier" else None


def _is_first_clause(node: Node) -> bool:
    before = node.prev_named_sibling
    return before is None or before.type not in ("for_in_clause", "if_clause")


def is_leaf(kind: str, children: list[Node]) -> bool:
    """Return whether a node is one token: texts are, unless they have expressions in them."""
    if kind == "string":
        return all(child.type != "interpolation" for child in children)
    return not children


def _is_docstring(kind: str, children: list[Node]) -> bool:
    """Whether a statement is a text alone: nothing is done with it."""
    if kind != "expression_statement" or len(children) != 1:
        return False
    return children[0].type == "string" and is_leaf("string", children[0].children)
