"""The benchmark of advice that does not hold compares code that gives equal results."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from effilint.rules import all_rules

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def folklore(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Scripts in benchmarks/ import each other by their bare names."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    return importlib.import_module("folklore")


def test_both_versions_give_equal_results(folklore: ModuleType) -> None:
    for pair in (*folklore.LINTERS, *folklore.TIPS):
        for n in pair.sizes[:2]:
            before, after = (
                folklore.compiled(f"{pair.setup}\n{folklore.dedent(code)}", pair.workload, n)
                for code in (pair.before, pair.after)
            )
            assert before() == after(), pair.key


def test_remarks_name_rules_that_exist(folklore: ModuleType) -> None:
    remarks = " ".join(pair.remark for pair in (*folklore.LINTERS, *folklore.TIPS))
    assert set(re.findall(folklore.OWN_CODE, remarks)) <= set(all_rules())


@pytest.mark.parametrize(
    ("ratios", "said"),
    [
        ((0.5, 0.9), "slower"),
        ((0.5, 1.0), "slower at some sizes"),
        ((1.2, 1.0), "faster at some sizes"),
        ((1.2, 2.0), "faster"),
        ((0.97, 1.03), "no difference"),
        ((0.5, 2.0), "depends on the size"),
    ],
)
def test_outcome_follows_from_the_figures(
    folklore: ModuleType, ratios: tuple[float, ...], said: str
) -> None:
    assert folklore.outcome(dict(enumerate(ratios))) == said
