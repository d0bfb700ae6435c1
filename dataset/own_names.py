"""Which names are a program's own, so that other ones could stand in their places.

Names that others know are not: built-ins, imports and what they bring, attributes of any type that
is not the program's own, keywords of calls of others, and all words in texts where the program
looks names up by text. Whether a name is the program's own is told for the whole program at once:
where it is not in one place, it is in none.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator

from effilint.detectors.foreign import ATTRIBUTES

_WORD = re.compile(r"[^\W\d]\w*")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BY_TEXT = frozenset(
    "getattr setattr delattr hasattr globals locals vars eval exec compile namedtuple format "
    "format_map attrgetter methodcaller make_dataclass TypedDict NamedTuple __slots__ __dict__ "
    "__match_args__ partial".split()
)
# What cached functions and files have.
_KEPT_ATTRIBUTES = ATTRIBUTES.union("cache_clear cache_info read readline write".split())
_KEPT_NAMES = frozenset(dir(builtins)) | {"self", "cls"}


def own_names(tree: ast.Module, code: str) -> tuple[set[str], set[str]]:
    """Return the own names where they stand alone, and those after a dot, of a program.

    `tree` is that of `code`.
    """
    table = symtable.symtable(code, "<program>", "exec")
    kept = _KEPT_NAMES | set(_imported(tree)) | set(_of_others(table)) | _loose_keywords(tree)
    if _looks_up(tree):
        kept |= set(_words_in_texts(tree))
    methods = set(_in_classes(tree))
    foreign = set(_of_heirs(tree))
    after_dot = _attributes_of_modules(tree) | _KEPT_ATTRIBUTES | foreign
    attributes = (
        {name for name in methods | set(_stored(tree)) if not _is_special(name)} - after_dot - kept
    )
    names = {name for name in _bound(tree) if not _is_special(name)} - kept
    # A name of a class body stands alone there, and after a dot elsewhere.
    return names - (methods - attributes), attributes


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)


def _of_others(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that some scope takes from outside the program: from its judge, or a star import."""
    own = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_namespace()}
    own |= set(_declared(table))
    for scope in _scopes(table):
        for symbol in scope.get_symbols():
            is_outside = symbol.is_global() or (scope is table and not symbol.is_assigned())
            if is_outside and symbol.is_referenced() and symbol.get_name() not in own:
                yield symbol.get_name()


def _declared(table: symtable.SymbolTable) -> Iterator[str]:
    for scope in _scopes(table):
        for symbol in scope.get_symbols():
            if symbol.is_declared_global() and symbol.is_assigned():
                yield symbol.get_name()


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def callables(tree: ast.Module) -> set[str]:
    """Return the functions and classes of a program whose names nobody else has."""
    own = {n.name for n in ast.walk(tree) if isinstance(n, (*_FUNCTIONS, ast.ClassDef))}
    return own - _KEPT_NAMES - _KEPT_ATTRIBUTES - set(_imported(tree))


def _loose_keywords(tree: ast.Module) -> set[str]:
    """Keywords of calls of which nobody knows whether they call a function of the program."""
    own, imported = callables(tree), set(_imported(tree))
    takes_any = any(isinstance(n, ast.arguments) and n.kwarg for n in ast.walk(tree))
    bound = set(_bound(tree)) - own
    found = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        match call.func:
            case ast.Name(id=name):
                is_clear = name not in bound
            case ast.Attribute(value=ast.Name(id=name)) if name in imported:
                is_clear = True
            case ast.Attribute(attr=name):
                is_clear = name in own or (name in _KEPT_ATTRIBUTES and name not in bound)
            case _:
                is_clear = False
        if takes_any or not is_clear:
            found |= {keyword.arg for keyword in call.keywords if keyword.arg}
    return found


def _looks_up(tree: ast.Module) -> bool:
    """Whether the program finds names by texts, or gives keywords as a dict."""
    return any(
        (isinstance(node, ast.Name) and node.id in _BY_TEXT)
        or (isinstance(node, ast.Attribute) and node.attr in _BY_TEXT)
        or (isinstance(node, ast.keyword) and node.arg is None)
        for node in ast.walk(tree)
    )


def _words_in_texts(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _WORD.findall(node.value)
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg


def words_of(tree: ast.Module) -> set[str]:
    """Return all that looks like a name in a program, in texts too."""
    return set(_WORD.findall(ast.unparse(tree)))


def _in_classes(tree: ast.Module) -> Iterator[str]:
    """The names of methods and of what else the body of a class binds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _names_of(node)


def _names_of(owner: ast.ClassDef) -> Iterator[str]:
    left: list[ast.AST] = list(owner.body)
    while left:
        node = left.pop()
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node.name
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        left.extend(ast.iter_child_nodes(node))


def _of_heirs(tree: ast.Module) -> Iterator[str]:
    """The names in classes that inherit from others', which may call them."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)} | {"object"}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        bases = {base.id if isinstance(base, ast.Name) else "" for base in node.bases}
        if bases - own or node.keywords:
            yield from _names_of(node)


def _stored(tree: ast.Module) -> Iterator[str]:
    """Attributes that the program gives to an object of its own."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name


def _attributes_of_modules(tree: ast.Module) -> set[str]:
    imported = set(_imported(tree))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in imported
    }
