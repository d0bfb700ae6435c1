"""Running code: two versions of a function, isolated, on the same inputs."""

from effilint.measure.difference import Differs
from effilint.measure.inputs import Argument, Inputs
from effilint.measure.launcher import CannotRun, Program
from effilint.measure.trials import Pair
from effilint.measure.verify import Comparison, compare

__all__ = [
    "Argument",
    "CannotRun",
    "Comparison",
    "Differs",
    "Inputs",
    "Pair",
    "Program",
    "compare",
]
