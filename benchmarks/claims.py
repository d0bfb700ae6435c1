"""The gains that rule files state, rewritten in place."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping


def rounded(ratio: float) -> float:
    """Round to two significant digits: the clock gives no more."""
    return float(f"{ratio:.2g}")


def with_claim(source: str, code: str, measured: Mapping[int, float]) -> str:
    """Return the text of a rule file with the ratios of the rule `code` set to `measured`.

    Only the numbers in `Gain(..., {n: ratio})` change; layout and how sizes are written stay.
    `ValueError` if the file has no such rule or states other sizes.
    """
    stated = _stated(ast.parse(source), code)
    if stated is None:
        raise ValueError(f"no `gain = Gain(..., {{n: ratio}})` of {code} here")
    sizes = [ast.literal_eval(key) for key in stated.keys if key is not None]
    if sizes != list(measured):
        raise ValueError(f"{code} states its gain at {sizes}, not at {list(measured)}")
    lines = source.split("\n")
    for value, ratio in reversed(list(zip(stated.values, measured.values(), strict=True))):
        _replace(lines, value, repr(rounded(ratio)))
    return "\n".join(lines)


def _stated(module: ast.Module, code: str) -> ast.Dict | None:
    """Return the dict of ratios in the class of the rule `code`."""
    for node in ast.walk(module):
        if not isinstance(node, ast.ClassDef):
            continue
        attributes = dict(_attributes(node))
        match attributes.get("code"), attributes.get("gain"):
            case ast.Constant(value=str(own)), ast.Call() as gain if own == code:
                named = [word.value for word in gain.keywords if word.arg == "measured"]
                candidates = [*gain.args[2:3], *named]
                return next((one for one in candidates if isinstance(one, ast.Dict)), None)
    return None


def _attributes(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _replace(lines: list[str], node: ast.expr, text: str) -> None:
    """Put `text` in place of a node that is on one line; columns of the tree count bytes."""
    assert node.end_col_offset is not None
    row = node.lineno - 1
    line = lines[row].encode()
    changed = line[: node.col_offset] + text.encode() + line[node.end_col_offset :]
    lines[row] = changed.decode()
