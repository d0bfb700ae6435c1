"""What a program gives on some inputs, as what others must give there."""

from __future__ import annotations

from typing import Any

from effilint.measure.equality import Rule, expected_from
from effilint.measure.sandbox import Order, Run


def results_of(run: Run, order: Order) -> list[Any] | None:
    """Return the expected results for other programs; None where some input has none.

    The order's own rule tells what of a result counts.
    """
    if len(run.calls) < len(order.inputs) or any(call.raised for call in run.calls):
        return None
    if order.program.entry is None:
        return [(call.value or b"").decode("utf-8", "replace") for call in run.calls]
    rules = [order.rule] * len(run.calls) if isinstance(order.rule, Rule) else order.rule
    try:
        pairs = zip(run.calls, rules, strict=True)
        return [expected_from(call.value or b"", rule) for call, rule in pairs]
    except ValueError:
        return None
