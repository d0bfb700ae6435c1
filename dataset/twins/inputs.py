"""Input and output of scripts go item by item."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class InputPerLine(Inverse):
    """Lines are read by the built-in `input`, which does more for each of them."""

    name = "input-per-line"
    codes = ("OTH211",)
    examples = (
        Example(
            """
            import sys
            input = sys.stdin.readline
            n = int(input())
            rows = [input().split() for _ in range(n)]
            """,
            """
            import sys
            n = int(«input()»)
            rows = [«input()».split() for _ in range(n)]
            """,
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Assign):
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                    original.is_alone(statement)
                    and original.context.resolve(value) == "sys.stdin.readline"
                ):
                    pass
                case _:
                    continue
            calls = [
                c
                for c in original.nodes(ast.Call)
                if isinstance(c.func, ast.Name) and c.func.id == name and not c.args
            ]
            puts = [] if name == "input" else [original.put(c.func, "input") for c in calls]
            if calls:
                yield Site((original.delete(statement), *puts), tuple(map(original.span, calls)))
        calls = [c for c in original.nodes(ast.Call) if original.text(c) == "sys.stdin.readline()"]
        if calls:
            yield Site(tuple(original.put(c, "input()") for c in calls))


class FlushPerPrint(Inverse):
    """What is printed is written out at once, each time."""

    name = "flush-per-print"
    codes = ("OTH202",)
    examples = (
        Example(
            """
            for i in range(3):
                print(i * i)
            """,
            """
            for i in range(3):
                «print(i * i, flush=True)»
            """,
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if original.context.resolve(call.func) != "print" or not original.context.loops(call):
                continue
            if any(k.arg in ("flush", None) for k in call.keywords):
                continue
            _, end = original.span(call)
            glue = ", " if call.args or call.keywords else ""
            change = Change(end - 1, end - 1, f"{glue}flush=True")
            if original.program[: end - 1].rstrip()[-1:] != ",":
                yield Site((change,), (original.span(call),))


class PrintPerItem(Inverse):
    """Each item is printed on its own in place of all together."""

    name = "print-per-item"
    prefix = "OTH2"
    examples = (
        Example(
            """
            found = [1, 2]
            print("\\n".join(map(str, found)))
            """,
            """
            found = [1, 2]
            «for answer in map(str, found):
                print(answer)»
            """,
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Expr):
            match statement.value:
                case (
                    ast.Call(
                        args=[
                            ast.Call(
                                func=ast.Attribute(
                                    value=ast.Constant(value="\n" | " " as glue), attr="join"
                                ),
                                args=[items],
                            )
                        ],
                        keywords=[],
                    ) as call
                ) if original.context.resolve(call.func) in ("print", "sys.stdout.write"):
                    pass
                case (
                    ast.Call(
                        args=[ast.Starred(value=items)],
                        keywords=[ast.keyword(arg="sep", value=ast.Constant(value="\n" as glue))],
                    ) as call
                ) if original.context.resolve(call.func) == "print":
                    pass
                case ast.Call(args=[ast.Starred(value=items)], keywords=[]) as call if (
                    original.context.resolve(call.func) == "print"
                ):
                    glue = " "
                case _:
                    continue
            if not original.is_alone(statement) or "\n" in original.text(items):
                continue
            item = original.fresh("answer", "item", "line", "value")
            end = "" if glue == "\n" else ', end=" "'
            text = original.text(items)
            if isinstance(items, ast.GeneratorExp) and not text.startswith("("):
                text = f"({text})"
            lines = [f"for {item} in {text}:", f"\tprint({item}{end})"]
            if end:
                lines.append("print()")
            yield Site((original.rewrite(statement, *lines),), (), frozenset((item,)))


class CharByChar(Inverse):
    """The whole input is read character by character."""

    name = "char-by-char"
    codes = ("OTH206",)
    examples = (
        Example(
            """
            import sys
            data = sys.stdin.read().split()
            """,
            """
            import sys
            data = «"".join(iter(lambda: sys.stdin.read(1), ""))».split()
            """,
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if not call.args and original.context.resolve(call.func) == "sys.stdin.read":
                name = original.text(call.func)
                yield Site((original.put(call, f'"".join(iter(lambda: {name}(1), ""))'),))


class PrintAtOnce(Inverse):
    """Answers that are collected are printed one by one, at once."""

    name = "print-at-once"
    codes = ("OTH202",)
    examples = (
        Example(
            """
            found = []
            for i in range(3):
                found.append(i * i)
            print(*found, sep="\\n")
            """,
            """
            for i in range(3):
                «print(i * i, flush=True)»
            """,
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Assign):
            match statement:
                case ast.Assign(targets=[ast.Name() as target], value=ast.List(elts=[])):
                    symbol = original.local(target)
                case _:
                    continue
            if symbol is None or len(symbol.bindings) != 1 or not original.is_alone(statement):
                continue
            changes: list[Change] = [original.delete(statement)]
            marks = []
            printed = 0
            for use in original.loads(symbol):
                outer = original.context.statement(use)
                match outer:
                    case ast.Expr(
                        value=ast.Call(func=ast.Attribute(value=owner, attr="append"), args=[item])
                    ) if owner is use:
                        put = original.put(outer, f"print({original.text(item)}, flush=True)")
                        changes.append(put)
                        marks.append((put.start, put.end))
                    case ast.Expr(value=ast.Call() as call) if _prints_lines(original, call):
                        if not original.is_alone(outer) or len(original.context.block(outer)) < 2:
                            break
                        changes.append(original.delete(outer))
                        printed += 1
                    case _:
                        break
            else:
                if printed == 1 and marks:
                    yield Site(tuple(changes), tuple(marks))


def _prints_lines(original: Original, call: ast.Call) -> bool:
    if original.context.resolve(call.func) not in ("print", "sys.stdout.write"):
        return False
    text = original.text(call)
    return '"\\n"' in text or "'\\n'" in text
