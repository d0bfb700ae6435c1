"""The gains that rules claim are of the order that is measured here and now."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from effilint.analyzer import Rule
from effilint.rules import all_rules

GAINS = Path(__file__).parents[1] / "benchmarks" / "gains.py"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("rule", all_rules().values(), ids=list(all_rules()))
def test_claimed_gain_is_of_the_measured_order(rule: Rule) -> None:
    """Not a test of speed: a claim ten times above what a busy machine shows is a wrong number."""
    size = list(rule.gain.measured)[1]
    measured = load(GAINS).measure(rule, [size])[size]
    assert measured * 10 > rule.gain.ratio
