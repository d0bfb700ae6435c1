"""What the learned detector finds in a file: functions that show a behaviour, as a rule would say.

Its findings have the code of a behaviour and `00`. Only behaviours for which a probability is known
from which on enough of the findings are right are reported at all (`calibration.threshold`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.context import Context, FunctionNode
from effilint.analyzer.model import Finding, Gain, Rule, Tier
from effilint.analyzer.taxonomy import BEHAVIOURS, Behaviour
from effilint.detectors.functions import outermost_functions, text_alone
from effilint.detectors.learned import Learned, Sight

_FEWEST = 25  # nodes of a function that is worth a look
_LONGEST = 20_000  # characters of one


class LearnedFindings(Rule):
    """Asks a model about each outermost function of a file, and each method."""

    calls = frozenset[str]()

    def __init__(self, model: Learned, codes: frozenset[str], min_gain: float = 0.0) -> None:
        promised = model.card["calibration"]["behaviours"]
        self._model = model
        self._known = {
            name: how
            for name, how in promised.items()
            if how["threshold"] is not None and f"{name}00" in codes and how["ratio"] >= min_gain
        }

    def visit_Module(self, node: ast.Module, context: Context) -> Iterator[Finding]:
        """Yield a finding for each behaviour that a function shows for sure enough."""
        if not self._known:
            return
        texts = {one: text_alone(one, context) for one in outermost_functions(node)}
        worth = {one: text for one, text in texts.items() if _is_worth(one, text)}
        sights = self._model.see(list(worth.values()))
        for function, sight in zip(worth, sights, strict=True):
            yield from self._found(function, sight)

    def _found(self, function: FunctionNode, sight: Sight) -> Iterator[Finding]:
        for name, how in self._known.items():
            sure = sight.behaviours[name]
            if sure < how["threshold"]:
                continue
            rule = _rule(name, round(sure, 2), how["ratio"])
            lines = [str(function.lineno + line - 1) for line in sorted(sight.places[name])]
            where = f" in line{'s' if len(lines) > 1 else ''} {', '.join(lines)}" if lines else ""
            message = f"`{function.name}` looks like {_short(BEHAVIOURS[name])}{where}"
            advice = f"{rule.message} The efficient dual: {rule.advice}."
            yield Finding(rule, function, message, advice)


def _rule(behaviour: str, confidence: float, ratio: float) -> Rule:
    """The rule that a finding of the model stands for; its confidence is that of the finding."""
    known = BEHAVIOURS[behaviour]
    attributes = {
        "code": f"{behaviour}00",
        "name": _short(known).replace(" ", "-"),
        "message": known.description,
        "advice": known.dual,
        "gain": Gain("", "", {1000: ratio}, Tier.CONSTANT),
        "confidence": confidence,
        "examples": (),
    }
    made: Rule = type("ByModel", (Rule,), attributes)()
    return made


def _short(behaviour: Behaviour) -> str:
    return behaviour.name.split(" (")[0]


def _is_worth(function: FunctionNode, text: str) -> bool:
    return len(text) <= _LONGEST and sum(1 for _ in ast.walk(function)) >= _FEWEST
