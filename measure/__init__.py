"""Running code: isolated, on the clock of the kernel, compared outside."""

from effilint.measure.difference import Differs
from effilint.measure.inputs import Argument, Inputs
from effilint.measure.sandbox import (
    Call,
    Limits,
    Order,
    Program,
    Run,
    Sandbox,
    SandboxError,
    Stop,
    call,
)
from effilint.measure.trials import CannotRun, Pair
from effilint.measure.verify import Proven, prove

__all__ = [
    "Argument",
    "Call",
    "CannotRun",
    "Differs",
    "Inputs",
    "Limits",
    "Order",
    "Pair",
    "Program",
    "Proven",
    "Run",
    "Sandbox",
    "SandboxError",
    "Stop",
    "call",
    "prove",
]
