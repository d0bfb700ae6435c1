"""Running code: isolated, on the clock of the kernel, compared outside."""

from effilint.measure.contest import CannotCompareError, Comparison, Samples, contest
from effilint.measure.difference import Differs
from effilint.measure.equality import Rule
from effilint.measure.extraction import Untold
from effilint.measure.growth import Growth, Point, growth
from effilint.measure.inputs import Argument, Inputs
from effilint.measure.ladder import (
    Ladder,
    call_on,
    examples_of,
    ladder,
    names_of,
    parameters_of,
)
from effilint.measure.larger import CannotGrowError, larger
from effilint.measure.measurement import Measurement, compare, measure
from effilint.measure.sandbox import (
    Call,
    Limits,
    Order,
    Program,
    Run,
    Sandbox,
    SandboxError,
    SandboxFullError,
    Stop,
    call,
)
from effilint.measure.scaling import Grown, Scaler, scale_inputs
from effilint.measure.shared import shared_sandbox
from effilint.measure.testing import Pending, run_tests, submit_tests
from effilint.measure.tests import Case, Tests
from effilint.measure.tests_file import BadTestsError
from effilint.measure.trials import CannotRun, Pair
from effilint.measure.verdicts import Outcome, Report, Verdict
from effilint.measure.verify import Proven, prove

__all__ = [
    "Argument",
    "BadTestsError",
    "Call",
    "CannotCompareError",
    "CannotGrowError",
    "CannotRun",
    "Case",
    "Comparison",
    "Differs",
    "Grown",
    "Growth",
    "Inputs",
    "Ladder",
    "Limits",
    "Measurement",
    "Order",
    "Outcome",
    "Pair",
    "Pending",
    "Point",
    "Program",
    "Proven",
    "Report",
    "Rule",
    "Run",
    "Samples",
    "Sandbox",
    "SandboxError",
    "SandboxFullError",
    "Scaler",
    "Stop",
    "Tests",
    "Untold",
    "Verdict",
    "call",
    "call_on",
    "compare",
    "contest",
    "examples_of",
    "growth",
    "ladder",
    "larger",
    "measure",
    "names_of",
    "parameters_of",
    "prove",
    "run_tests",
    "scale_inputs",
    "shared_sandbox",
    "submit_tests",
]
