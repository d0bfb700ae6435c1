"""What constructors, methods and operators of built-in types return."""

from __future__ import annotations

import ast
from collections.abc import Callable

from effilint.analyzer.facts.lattice import NOTHING, UNKNOWN, Type, item_type, join

Of = Callable[[ast.expr], Type]
Result = Callable[[ast.Call, Of], Type]

STR, BYTES, INT, FLOAT, BOOL = Type("str"), Type("bytes"), Type("int"), Type("float"), Type("bool")


def _always(result: Type) -> Result:
    return lambda _call, _of: result


def _first(call: ast.Call, of: Of) -> Type:
    return of(call.args[0]) if call.args else UNKNOWN


def _container(name: str) -> Result:
    """A container of the items of the first argument; empty without one."""

    def build(call: ast.Call, of: Of) -> Type:
        return Type(name, item_type(_first(call, of)) if call.args else NOTHING)

    return build


def _dict(call: ast.Call, of: Of) -> Type:
    if not call.args:
        return Type("dict", NOTHING, NOTHING) if not call.keywords else Type("dict", STR)
    given = _first(call, of)
    return Type("dict", given.element, given.value) if given.is_mapping else Type("dict")


def _defaultdict(call: ast.Call, of: Of) -> Type:
    match call.args:
        case [ast.Name(id="list" | "set" | "dict" | "int" | "str" | "float" as name), *_]:
            return Type("defaultdict", None, Type(name))
        case [ast.Lambda(body=body), *_]:
            return Type("defaultdict", None, of(body))
    return Type("defaultdict")


def _enumerate(call: ast.Call, of: Of) -> Type:
    item = item_type(_first(call, of))
    return Type("iterator", Type("tuple", items=(INT, item)))


def _zip(call: ast.Call, of: Of) -> Type:
    if any(isinstance(arg, ast.Starred) for arg in call.args):
        return Type("iterator", Type("tuple"))
    items = tuple(item_type(of(arg)) for arg in call.args)
    return Type("iterator", Type("tuple", items=items))


def _map(call: ast.Call, _: Of) -> Type:
    match call.args:
        case [ast.Name(id="int" | "str" | "float" | "len" | "ord" as name), _]:
            return Type("iterator", Type({"len": "int", "ord": "int"}.get(name, name)))
        case [ast.Name(id="list" | "tuple" | "set" as name), _]:
            return Type("iterator", Type(name))
    return Type("iterator")


def _filter(call: ast.Call, of: Of) -> Type:
    return Type("iterator", item_type(of(call.args[1])) if len(call.args) == 2 else None)


def _sum(call: ast.Call, of: Of) -> Type:
    item = item_type(_first(call, of))
    return item if item.is_number and item.name != "bool" else INT if item == BOOL else UNKNOWN


def _extreme(call: ast.Call, of: Of) -> Type:
    if len(call.args) == 1:
        return item_type(_first(call, of))
    found = NOTHING
    for arg in call.args:
        found = join(found, of(arg))
    return found


def _absolute(call: ast.Call, of: Of) -> Type:
    given = _first(call, of)
    return given if given.is_number else UNKNOWN


def _input_lines(call: ast.Call, _: Of) -> Type:
    mode = call.args[1] if len(call.args) > 1 else None
    for keyword in call.keywords:
        if keyword.arg == "mode":
            mode = keyword.value
    if mode is None:
        return Type("file", STR)
    if isinstance(mode, ast.Constant) and isinstance(mode.value, str):
        return Type("file", BYTES if "b" in mode.value else STR)
    return Type("file")


CONSTRUCTORS: dict[str, Result] = {
    "list": _container("list"),
    "sorted": _container("list"),
    "set": _container("set"),
    "frozenset": _container("frozenset"),
    "tuple": _container("tuple"),
    "collections.deque": _container("deque"),
    "reversed": _container("iterator"),
    "iter": _container("iterator"),
    "dict": _dict,
    "dict.fromkeys": lambda call, of: Type("dict", item_type(_first(call, of))),
    "vars": _always(Type("dict", STR)),
    "globals": _always(Type("dict", STR)),
    "collections.Counter": lambda call, of: Type("Counter", item_type(_first(call, of)), INT),
    "collections.defaultdict": _defaultdict,
    "collections.OrderedDict": _always(Type("OrderedDict")),
    "range": _always(Type("range", INT)),
    "enumerate": _enumerate,
    "zip": _zip,
    "map": _map,
    "filter": _filter,
    "sum": _sum,
    "min": _extreme,
    "max": _extreme,
    "abs": _absolute,
    "open": _input_lines,
    "bytearray": _always(Type("bytearray")),
    "bytes": _always(BYTES),
    **dict.fromkeys(("str", "repr", "input", "chr", "format"), _always(STR)),
    **dict.fromkeys(("hex", "bin", "oct", "ascii"), _always(STR)),
    **dict.fromkeys(("int", "len", "ord", "id", "hash"), _always(INT)),
    **dict.fromkeys(("math.gcd", "math.isqrt", "math.floor", "math.ceil"), _always(INT)),
    **dict.fromkeys(("math.comb", "math.factorial", "math.perm", "math.lcm"), _always(INT)),
    **dict.fromkeys(("math.sqrt", "math.log", "math.exp", "math.sin", "math.cos"), _always(FLOAT)),
    **dict.fromkeys(("random.randint", "random.randrange"), _always(INT)),
    **dict.fromkeys(("time.time", "time.perf_counter", "random.random"), _always(FLOAT)),
    **dict.fromkeys(("bool", "isinstance", "issubclass", "callable", "hasattr"), _always(BOOL)),
    **dict.fromkeys(("any", "all"), _always(BOOL)),
    **dict.fromkeys(("os.path.exists", "os.path.isfile", "os.path.isdir"), _always(BOOL)),
    "float": _always(FLOAT),
    "divmod": _always(Type("tuple", INT, items=(INT, INT))),
    "os.listdir": _always(Type("list", STR)),
    **dict.fromkeys(("os.path.join", "os.path.basename", "os.path.dirname"), _always(STR)),
    "glob.glob": _always(Type("list", STR)),
    "re.split": _always(Type("list", STR)),
    "re.findall": _always(Type("list")),
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "heapq.nsmallest": _always(Type("list")),
    "heapq.nlargest": _always(Type("list")),
    **dict.fromkeys(
        ("itertools.chain", "itertools.product", "itertools.permutations", "itertools.combinations",
         "itertools.islice", "itertools.accumulate", "itertools.chain.from_iterable",
         "itertools.groupby", "itertools.count", "itertools.zip_longest", "itertools.repeat"),
        _always(Type("iterator")),
    ),
    **dict.fromkeys(
        ("numpy.array", "numpy.zeros", "numpy.ones", "numpy.arange", "numpy.empty", "numpy.asarray",
         "numpy.linspace", "numpy.concatenate", "numpy.append", "numpy.full"),
        _always(Type("ndarray")),
    ),
}  # fmt: skip

_STR_METHODS: dict[str, Type] = {
    **dict.fromkeys(
        ("strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "swapcase",
         "casefold", "replace", "join", "format", "format_map", "center", "ljust", "rjust", "zfill",
         "expandtabs", "translate", "removeprefix", "removesuffix"),
        STR,
    ),
    **dict.fromkeys(("split", "rsplit", "splitlines"), Type("list", STR)),
    **dict.fromkeys(("partition", "rpartition"), Type("tuple", STR, items=(STR, STR, STR))),
    **dict.fromkeys(("find", "rfind", "index", "rindex", "count"), INT),
    **dict.fromkeys(
        ("startswith", "endswith", "isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower",
         "isdecimal", "isnumeric", "isidentifier", "istitle", "isprintable", "isascii"),
        BOOL,
    ),
    "encode": BYTES,
}  # fmt: skip


def method_result(owner: Type, call: ast.Call, of: Of) -> Type:
    """What a method call returns on a receiver of type `owner`."""
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    if owner.name == "str":
        return _STR_METHODS.get(name, UNKNOWN)
    if owner.name == "bytes":
        found = _STR_METHODS.get(name, UNKNOWN)
        if name == "decode":
            return STR
        return _as_bytes(found)
    if owner.is_mapping:
        return _mapping_result(owner, name, call, of)
    if owner.name in ("list", "deque") and name in ("pop", "popleft"):
        return item_type(owner)
    if owner.name == "file":
        return _file_result(owner, name)
    if name in ("copy", "union", "intersection", "difference", "symmetric_difference"):
        return (
            owner if owner.name in ("list", "set", "frozenset", "deque", "bytearray") else UNKNOWN
        )
    if owner.is_sequence and name in ("index", "count"):
        return INT
    if owner.is_set and name == "pop":
        return item_type(owner)
    return UNKNOWN


def _as_bytes(found: Type) -> Type:
    if found == STR:
        return BYTES
    if found.element == STR:
        return Type(found.name, BYTES)
    return found


def _mapping_result(owner: Type, name: str, call: ast.Call, of: Of) -> Type:
    key, value = owner.element or UNKNOWN, owner.value or UNKNOWN
    if name == "keys":
        return Type("dict_keys", key)
    if name == "values":
        return Type("dict_values", value)
    if name == "items":
        return Type("dict_items", Type("tuple", items=(key, value)))
    if name in ("get", "pop", "setdefault"):
        return join(value, of(call.args[1])) if len(call.args) > 1 else value
    if name == "copy":
        return owner
    if name == "most_common" and owner.name == "Counter":
        return Type("list", Type("tuple", items=(key, INT)))
    return UNKNOWN


def _file_result(owner: Type, name: str) -> Type:
    content = owner.element or UNKNOWN
    if name in ("read", "readline"):
        return content
    if name == "readlines":
        return Type("list", content)
    return INT if name in ("tell", "seek", "write", "fileno") else UNKNOWN


def operator_result(operator: ast.operator, left: Type, right: Type) -> Type:
    """What a binary operator returns; UNKNOWN unless both sides are known to allow it."""
    if left.name == "str" and isinstance(operator, ast.Mod):
        return left
    if isinstance(operator, ast.Add):
        return _added(left, right)
    if left is NOTHING or right is NOTHING:
        return NOTHING
    if left.is_number and right.is_number:
        if isinstance(operator, ast.Div):
            return FLOAT
        if isinstance(operator, ast.Pow) and left.name == right.name == "int":
            return INT  # or float for a negative exponent, which no rule minds
        joined = join(left, right)
        return INT if joined == BOOL else joined
    if isinstance(operator, ast.Mult):
        for sequence, count in ((left, right), (right, left)):
            if sequence.name in ("list", "tuple", "str", "bytes") and count.name in ("int", "bool"):
                return Type(sequence.name, sequence.element)
    if left.is_set and right.is_set:
        return left
    if left.is_mapping and right.is_mapping and isinstance(operator, ast.BitOr):
        return Type(left.name)
    return UNKNOWN


def _added(left: Type, right: Type) -> Type:
    if left is NOTHING or right is NOTHING:
        return right if left is NOTHING else left
    if left.is_number and right.is_number:
        joined = join(left, right)
        return INT if joined == BOOL else joined
    if left.name == right.name and left.name in ("list", "tuple", "str", "bytes"):
        return Type(left.name, join(left.element or NOTHING, right.element or NOTHING))
    if "str" in (left.name, right.name):
        return STR  # nothing else can be added to a str
    if left.name in ("bytes", "bytearray"):
        return left  # nor to bytes, but for what has a buffer
    return UNKNOWN
