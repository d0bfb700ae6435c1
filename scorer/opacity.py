"""Code that nobody can see through: what it does is in texts, frames, or somewhere else.

What a program reads and evaluates, `eval(input())`, is the input's and no part of the program.
"""

from __future__ import annotations

import ast

from effilint.analyzer.context import Context
from effilint.analyzer.tree import walk

_RUNS_TEXT = frozenset((
    "exec eval compile __import__ __builtins__ __loader__ __spec__ globals breakpoint "
    "sys.modules sys._getframe sys._current_frames sys.settrace sys.setprofile sys.meta_path "
    "sys.path_hooks types.FunctionType types.CodeType types.LambdaType "
    "os.system os.popen os.fork os.forkpty os.startfile pty.spawn timeit.timeit timeit.repeat "
    "timeit.Timer cProfile.run cProfile.runctx profile.run profile.runctx pdb.run pdb.runeval "
    "pandas.eval numexpr.evaluate sympy.sympify sympy.parse_expr asyncio.create_subprocess_exec "
    "asyncio.create_subprocess_shell inspect.currentframe inspect.stack inspect.getsource "
    "inspect.trace inspect.getframeinfo"
).split())  # fmt: skip
_MODULES = frozenset((
    "importlib imp pkgutil zipimport subprocess ctypes cffi marshal pickle cPickle _pickle "
    "cloudpickle dill jsonpickle shelve runpy code codeop sqlite3 pty doctest bdb cython Cython "
    "pyximport llvmlite"
).split())  # fmt: skip
_BARE = frozenset(name for name in _RUNS_TEXT if "." not in name)  # built-ins
_PREFIXES = ("os.exec", "os.spawn", "os.posix_spawn")
_DECODES = frozenset((
    "base64 binascii bz2 gzip lzma zlib codecs quopri uu zipfile tarfile"
).split())  # fmt: skip
_ATTRIBUTES = frozenset((
    "__globals__ __code__ __closure__ __subclasses__ __builtins__ __bases__ __base__ __mro__ "
    "__getattribute__ __import__ __loader__ __spec__ f_globals f_locals f_back f_code f_builtins "
    "gi_frame gi_code cr_frame ag_frame tb_frame co_code co_consts"
).split())  # fmt: skip
_BY_NAME = frozenset(("getattr", "operator.attrgetter", "operator.methodcaller"))
_READERS = frozenset(("input", "open", "sys.stdin", "raw_input"))
_CODECS = ("rot13", "hex", "base6", "zlib", "bz2", "uu", "quopr", "unico", "idna", "punyc")
_HIDES = 12  # characters of a text that is worth decoding


def opaque_at(context: Context) -> list[ast.expr]:
    """Return what makes the program opaque, in no particular order; nothing if it is not."""
    suspects = _imported(context) | _BARE
    found: list[ast.expr] = [
        node
        for node in context.index.get(ast.Name, ())
        if isinstance(node, ast.Name) and node.id in suspects and _is_hiding(node, context)
    ]
    found += [
        node
        for node in context.index.get(ast.Attribute, ())
        if isinstance(node, ast.Attribute) and _is_hiding(node, context)
    ]
    for call in context.index.get(ast.Call, ()):
        assert isinstance(call, ast.Call)
        if _is_by_name(call, context) or _decodes(call, context):
            found.append(call)
    return found


def _imported(context: Context) -> set[str]:
    """The names that the file gives to what it imports."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for kind in (ast.Import, ast.ImportFrom)
        for statement in context.index.get(kind, ())
        for alias in getattr(statement, "names", ())
    }


def _is_hiding(node: ast.expr, context: Context) -> bool:
    if isinstance(node, ast.Attribute) and node.attr in _ATTRIBUTES:
        return True
    name = context.resolve(node)
    if name is None:
        return False
    name = name.removeprefix("builtins.")
    if name == "eval" and _is_of_input(node, context):
        return False
    if name in _RUNS_TEXT or name.startswith(_PREFIXES):
        return True
    return name.partition(".")[0] in _MODULES


def _is_of_input(node: ast.expr, context: Context) -> bool:
    """Whether it evaluates what is read: `eval(input())`, `map(eval, input().split())`."""
    match context.parent(node):
        case ast.Call(func=func, args=[given]) if func is node:
            return _is_read(given, context)
        case ast.Call(func=ast.Name("map"), args=[first, given]) if first is node:
            return _is_read(given, context)
    return False


def _is_read(node: ast.expr, context: Context) -> bool:
    """Whether a text comes from the input, cut into pieces perhaps."""
    while True:
        match node:
            case ast.Call(func=func) if context.resolve(func) in _READERS:
                return True
            case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner):
                node = inner
            case ast.Attribute():
                return context.resolve(node) in _READERS
            case _:
                return False


def _is_by_name(call: ast.Call, context: Context) -> bool:
    """Whether something is looked up by a name that is no literal, but of the program's own."""
    name = context.resolve(call.func)
    if name not in _BY_NAME or not call.args:
        return False
    if name == "getattr":
        owner, wanted = call.args[0], call.args[1:2]
        if isinstance(owner, ast.Name) and owner.id in ("self", "cls"):
            return False
    else:
        wanted = call.args[:1]
    return not all(_is_plain(one) for one in wanted)


def _is_plain(node: ast.expr) -> bool:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return node.value not in _ATTRIBUTES and node.value not in _RUNS_TEXT


def _decodes(call: ast.Call, context: Context) -> bool:
    """Whether a text of the program itself is decoded."""
    name = context.resolve(call.func) or ""
    match call.func:
        case ast.Attribute(attr="decode" | "encode") if _names_a_codec(call):
            return True
        case ast.Attribute(attr="fromhex", value=ast.Name("bytes" | "bytearray")):
            pass
        case _ if name.partition(".")[0] not in _DECODES:
            return False
    return any(_is_text(argument, context) for argument in call.args)


def _names_a_codec(call: ast.Call) -> bool:
    """Whether it turns the letters of a text into others: `"cevag".decode("rot13")`."""
    texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
    return any(isinstance(one, str) and one.replace("_", "")[:5] in _CODECS for one in texts)


def _is_text(node: ast.expr, context: Context) -> bool:
    """Whether a long text of the program stands in an expression, or in what it names."""
    for part in walk(node):
        value = context.sole_value(part) if isinstance(part, ast.Name) else part
        for inner in walk(value) if value is not None else ():
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str | bytes):
                if len(inner.value) >= _HIDES:
                    return True
    return False
