"""The gains that rules claim are of the order that is measured here and now."""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path
from types import ModuleType

import pytest

from effilint.analyzer import Gain, Rule, Tier
from effilint.rules import all_rules

ROOT = Path(__file__).parents[1]
RULE_FILE = '''
class One(Rule):
    """Größer."""

    code = "DST198"
    gain = Gain("O(n)", "O(1)", {10: 1.0, 1_000: 20.0}, Tier.CONSTANT)


class Two(Rule):
    code = "DST199"
    gain = Gain(
        "O(größer)", "O(1)", measured={
            10: 1.0,  # small
            1_000: 20.0, 100_000: 3e5,
        }
    )
'''


@pytest.fixture(autouse=True)
def benchmarks_are_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts in benchmarks/ import each other by their bare names."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])


def script(name: str) -> ModuleType:
    return importlib.import_module(name)


def test_claims_are_rewritten_in_place_and_nothing_else() -> None:
    with_claim = script("claims").with_claim
    changed = with_claim(RULE_FILE, "DST198", {10: 0.8149, 1_000: 23.4})
    assert changed == RULE_FILE.replace("{10: 1.0, 1_000: 20.0}", "{10: 0.81, 1_000: 23.0}")
    changed = with_claim(RULE_FILE, "DST199", {10: 1.04, 1_000: 2.0, 100_000: 123_456.7})
    assert "10: 1.0,  # small\n            1_000: 2.0, 100_000: 120000.0," in changed
    assert "{10: 1.0, 1_000: 20.0}" in changed


def test_claims_at_other_sizes_or_of_other_rules_are_refused() -> None:
    with_claim = script("claims").with_claim
    with pytest.raises(ValueError, match="DST198 states its gain at"):
        with_claim(RULE_FILE, "DST198", {10: 1.0, 2_000: 2.0})
    with pytest.raises(ValueError, match="DST197"):
        with_claim(RULE_FILE, "DST197", {10: 1.0})


def test_rule_file_keeps_its_line_endings_and_survives_a_refusal(tmp_path: Path) -> None:
    write_claim = script("gains").write_claim
    file = tmp_path / "one.py"
    file.write_bytes(RULE_FILE.replace("\n", "\r\n").encode())
    write_claim(file, "DST198", {10: 2.0, 1_000: 3.0})
    expected = RULE_FILE.replace("{10: 1.0, 1_000: 20.0}", "{10: 2.0, 1_000: 3.0}")
    assert file.read_bytes() == expected.replace("\n", "\r\n").encode()
    with pytest.raises(ValueError, match="DST198"):
        write_claim(file, "DST198", {1: 2.0})
    assert file.read_bytes() == expected.replace("\n", "\r\n").encode()
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("rule", all_rules().values(), ids=list(all_rules()))
def test_every_rule_file_can_be_rewritten(rule: Rule, tmp_path: Path) -> None:
    copy = tmp_path / "rule.py"
    copy.write_bytes(Path(inspect.getfile(type(rule))).read_bytes())
    script("gains").write_claim(copy, rule.code, dict.fromkeys(rule.gain.measured, 7.77))
    assert copy.read_text(encoding="utf-8").count(": 7.8") == 3


def test_page_holds_a_row_for_each_rule_and_keeps_the_others() -> None:
    gains_page, rules = script("gains_page"), all_rules()
    memory = next(rule for rule in rules.values() if rule.gain.tier is Tier.MEMORY)
    first = rules["API101"]
    measured = dict.fromkeys(first.gain.measured, 12.6)
    rows = {
        "API101": gains_page.row(first, measured),
        memory.code: gains_page.row(memory, memory.gain.measured, {1: 0.5, 2: 0.5, 3: 0.5}),
    }
    page = gains_page.page(rows)
    assert gains_page.rows_in(page) == rows
    assert "n=1,000: 13x" in rows["API101"]
    time, memory_table = page.split("## Memory")
    assert "[API101]" in time
    assert f"[{memory.code}]" in memory_table


def test_a_rule_that_gains_nothing_is_named() -> None:
    is_worthless = script("gains").is_worthless
    assert is_worthless({1: 0.5, 2: 1.0, 3: 1.004})
    assert not is_worthless({1: 0.5, 2: 0.9, 3: 1.2})


@pytest.mark.parametrize(
    ("ratios", "said"),
    [
        ((1.0, 2.0, 3.0), ""),
        ((2.0, 0.9, 3.0), "LOSES"),
        ((1.0, 1.2, 3.0), "LITTLE"),
        ((1.0, 2.0, 9.5), "FAR"),
    ],
)
def test_ratios_that_do_not_fit_are_remarked_on(
    ratios: tuple[float, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = all_rules()["API101"]
    gain = Gain("O(n)", "O(n)", {1: 1.0, 2: 2.0, 3: 3.0}, Tier.CONSTANT)
    monkeypatch.setattr(type(rule), "gain", gain)
    remark = script("gains").remark(rule, dict(zip((1, 2, 3), ratios, strict=True)))
    assert said in remark
    assert bool(remark) == bool(said)


@pytest.mark.slow
def test_every_rule_is_on_the_page_with_what_it_states() -> None:
    """`python benchmarks/gains.py --write CODE` puts a rule there."""
    gains_page = script("gains_page")
    rows = gains_page.rows_in((ROOT / "docs" / "gains.md").read_text(encoding="utf-8"))
    sizes = {
        code: [f"n={size:,}: {gains_page.figure(ratio)}" for size, ratio in measured.items()]
        for code, measured in ((code, rule.gain.measured) for code, rule in all_rules().items())
    }
    wrong = [code for code, cells in sizes.items() if " | ".join(cells) not in rows.get(code, "")]
    assert wrong == []
    assert set(rows) == set(all_rules())


@pytest.mark.slow
@pytest.mark.parametrize("rule", all_rules().values(), ids=list(all_rules()))
def test_claimed_gain_is_of_the_measured_order(rule: Rule) -> None:
    """Not a test of speed: a claim ten times above what a busy machine shows is a wrong number."""
    size = list(rule.gain.measured)[1]
    measured = script("gains").measure(rule, [size])[size]
    assert measured * 10 > rule.gain.ratio
