"""What stands in for the result of a function, and notes what it is compared with."""

from __future__ import annotations

import math
from typing import Any

from effilint.measure.wire import NotPlainError, dump


class CannotTellError(BaseException):
    """What the test does with a result is no comparison; no `Exception`, so that few catch it."""


class Call:
    """One call of the stand-in: its input, or why there is none, and whether it is told of."""

    def __init__(self, line: int, arguments: Any, named: Any) -> None:
        self.line, self.is_told = line, False
        self.input, self.problem = _encoded([list(arguments), named], "an argument")


def _encoded(value: Any, what: str) -> tuple[str, str]:
    """The value as text, or why there is none."""
    try:
        return dump(value).decode(), ""
    except NotPlainError as found:
        return "", f"{what} is {found}"
    except (RecursionError, MemoryError, AttributeError, TypeError, ValueError):
        return "", f"{what} cannot be told"


class Result:
    """What a call returned, after some views; with `less`, its distance from that number."""

    __slots__ = ("call", "is_distance", "less", "target", "views")  # so that it is no data

    def __init__(
        self, call: Call, views: tuple[str, ...] = (), less: Any = None, target: int | None = None
    ) -> None:
        self.call, self.views, self.less, self.target = call, views, less, target
        self.is_distance = False

    def seen(self, view: str) -> Result:
        """The same after one more view."""
        if self.less is not None:
            raise cannot(self, "a difference is not compared with a bound")
        return Result(self.call, (*self.views, view), target=self.target)

    def claim(self, wanted: Any, **rule: Any) -> Claim:
        """What is claimed by a comparison with `wanted`."""
        if self.less is not None or isinstance(wanted, Result):
            raise cannot(self, "a result is compared with something that is not known")
        return Claim(self, wanted, rule)

    def __eq__(self, other: Any) -> Any:
        return self.claim(other)

    def __sub__(self, other: Any) -> Any:
        if self.less is not None or type(other) not in (int, float):
            raise cannot(self, "something else than a number is subtracted from a result")
        return Result(self.call, self.views, other, self.target)

    __rsub__ = __sub__  # of use only for a distance, which is the same

    def __abs__(self) -> Any:
        if self.less is None:
            return self.seen("abs")
        distance = Result(self.call, self.views, self.less, self.target)
        distance.is_distance = True
        return distance

    def __le__(self, bound: Any) -> Any:
        if not self.is_distance or type(bound) not in (int, float):
            raise cannot(self, "a result is compared by size")
        known = Result(self.call, self.views, target=self.target)
        return known.claim(self.less, tolerance=float(bound), relative=0.0)

    def __lt__(self, bound: Any) -> Any:
        is_number = type(bound) in (int, float)
        return self.__le__(math.nextafter(float(bound), -math.inf) if is_number else bound)

    def __round__(self, digits: int | None = None) -> Any:
        return self.seen("round" if digits is None else f"round {int(digits)}")

    def __getitem__(self, key: Any) -> Any:
        if type(key) not in (int, str):
            raise cannot(self, "a part of a result is taken")
        return self.seen(f"item {dump(key).decode()}")

    def _anything_else(self, *_: Any) -> Any:
        raise cannot(self, "more is done with a result than to compare it")

    __bool__ = __iter__ = __len__ = __int__ = __float__ = __index__ = __str__ = __contains__ = (
        _anything_else
    )
    __add__ = __radd__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __mod__ = __rmod__ = (
        _anything_else
    )
    __ne__ = __gt__ = __ge__ = __neg__ = __call__ = __format__ = __repr__ = _anything_else
    __getattr__ = __reversed__ = __next__ = __pow__ = __rpow__ = __and__ = __or__ = _anything_else
    __hash__ = None  # type: ignore[assignment]


class Claim:
    """A comparison of a result, as a rule with what is wanted."""

    def __init__(self, result: Result, wanted: Any, rule: dict[str, Any]) -> None:
        self.result, self.wanted, self.rule = result, wanted, rule

    def __bool__(self) -> bool:
        raise cannot(self.result, "what the test does depends on a result")

    def note(self, line: int) -> dict[str, Any]:
        """Return what is noted of it."""
        call = self.result.call
        call.is_told = True
        expected, problem = _encoded(self.wanted, "the expected result")
        if call.problem or problem:
            return {"line": line, "why": call.problem or problem}
        rule = self.rule | {"views": list(self.result.views), "target": self.result.target}
        return {"line": line, "input": call.input, "expected": expected, "rule": rule}


def cannot(result: Result, why: str) -> CannotTellError:
    """Return the error that says why what is done with a result cannot be told."""
    result.call.is_told = True
    return CannotTellError(why)
