"""Programs as the learned detector reads them: heat of positions, facts, what is remembered."""

from __future__ import annotations

import random
from importlib.metadata import Distribution
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("tree_sitter_python")
pytest.importorskip("tokenizers")

from tokenizers import Tokenizer  # noqa: E402

from effilint.detectors.encoding import Encoder  # noqa: E402
from effilint.detectors.facts import FACTS, facts_of, vector  # noqa: E402
from effilint.detectors.heat import heat_of  # noqa: E402
from effilint.detectors.reading import KNOWN, TOTAL, WARMTHS, Reading, batch, read  # noqa: E402
from effilint.train_detector.batches import damaged, without_facts, without_flow  # noqa: E402
from effilint.train_detector.corpus import (  # noqa: E402
    functions,
    functions_of,
    is_permissive,
)
from effilint.train_detector.features import facts_array, readings  # noqa: E402
from effilint.train_detector.tokenizing import MARKS, tokenizer_of  # noqa: E402

PAIRS = """def pairs(xs):
    count = 0
    for x in xs:
        for y in xs:
            count += x < y
    return count
"""
TEXTS = [PAIRS, "def f(xs):\n    return sorted(xs)\n", "def f(:\n    for x in xs:\n", ""]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return tokenizer_of(TEXTS * 3, size=320)


@pytest.fixture(scope="module")
def encoder(tokenizer: Tokenizer) -> Encoder:
    return Encoder(tokenizer)


def same(one: Reading, other: Reading) -> bool:
    arrays = (one.heat == other.heat).all() and (one.facts == other.facts).all()
    return one.encoded == other.encoded and bool(arrays)


def test_the_tokenizer_has_the_marks_of_roberta_and_every_byte(tokenizer: Tokenizer) -> None:
    assert [tokenizer.token_to_id(mark) for mark in MARKS] == [0, 1, 2, 3, 4]
    assert tokenizer.get_vocab_size() <= 320
    pieces = tokenizer.encode(" ünheard", add_special_tokens=False)
    assert pieces.ids
    assert 3 not in pieces.ids
    again = tokenizer_of(TEXTS * 3, size=320)
    assert again.to_str() == tokenizer.to_str()


def test_each_position_is_as_hot_as_its_token(encoder: Encoder) -> None:
    reading = read(PAIRS, encoder)
    encoded = reading.encoded
    assert reading.heat.shape == (encoded.length, WARMTHS)
    starts = sorted({start for start in encoded.leaves if start >= 0})
    heats = dict(zip(starts, heat_of(PAIRS, starts) or [], strict=True))
    inner = PAIRS.index("count +=")
    place = encoded.leaves.index(inner)
    assert reading.heat[place, :4] == pytest.approx(np.array(heats[inner]) / 10)
    assert reading.heat[place, TOTAL] == pytest.approx(sum(heats[inner][:3]) / 10)
    assert reading.heat[place, KNOWN] == 1
    assert reading.heat[place, KNOWN - 1] == 1  # two loops around it
    hottest = reading.heat[: len(encoded.ids), TOTAL].max()
    assert reading.heat[place, TOTAL + 1] == pytest.approx(reading.heat[place, TOTAL] - hottest)
    assert not reading.heat[0].any()
    for number, (first, _) in enumerate(encoded.spans):
        assert (reading.heat[len(encoded.ids) + number] == reading.heat[first]).all()


def test_facts_are_those_of_the_program(encoder: Encoder) -> None:
    assert read(PAIRS, encoder).facts == pytest.approx(vector(facts_of(PAIRS)))


def test_what_cannot_be_parsed_has_tokens_and_loops(encoder: Encoder) -> None:
    reading = read(TEXTS[2], encoder)
    assert len(reading.encoded.ids) > 5
    assert not reading.facts.any()
    assert not reading.heat[:, KNOWN].any()
    assert reading.heat[:, KNOWN - 1].any()


def test_a_batch_is_padded_with_nothing(encoder: Encoder) -> None:
    found = [read(text, encoder) for text in TEXTS]
    inputs = batch(found, encoder)
    longest = max(one.encoded.length for one in found)
    assert inputs.heat.shape == (4, longest, WARMTHS)
    assert inputs.facts.shape == (4, len(FACTS))
    for row, one in enumerate(found):
        assert (inputs.heat[row, : one.encoded.length] == one.heat).all()
        assert not inputs.heat[row, one.encoded.length :].any()
    assert batch([], encoder).facts.shape == (0, len(FACTS))


def test_readings_of_many_programs_are_those_of_each(
    tokenizer: Tokenizer, encoder: Encoder, tmp_path: Path
) -> None:
    cache = tmp_path / "readings.npz"
    made = readings(TEXTS, tokenizer, jobs=1, cache=cache)
    assert all(same(one, read(text, encoder)) for one, text in zip(made, TEXTS, strict=True))
    before = cache.read_bytes()
    again = readings(TEXTS[::-1], tokenizer, jobs=1, cache=cache)
    assert all(same(*pair) for pair in zip(again[::-1], made, strict=True))
    assert cache.read_bytes() == before
    more = readings([*TEXTS, "x = 1\n"], tokenizer, jobs=1, cache=cache)
    assert all(same(*pair) for pair in zip(more[:4], made, strict=True))
    assert cache.read_bytes() != before


def test_readings_are_the_same_whatever_the_number_of_processes(tokenizer: Tokenizer) -> None:
    texts = [f"def f(x):\n    return x[{n}:]\n" for n in range(70)]
    pairs = zip(readings(texts, tokenizer, jobs=2), readings(texts, tokenizer, jobs=1), strict=True)
    assert all(same(*pair) for pair in pairs)


def test_a_cache_that_is_broken_or_of_another_tokenizer_is_made_anew(
    tokenizer: Tokenizer, tmp_path: Path
) -> None:
    cache = tmp_path / "readings.npz"
    good = readings(TEXTS, tokenizer, jobs=1)
    readings(TEXTS, tokenizer, jobs=1, cache=cache)
    whole = cache.read_bytes()
    flipped = [
        whole[:n] + bytes([whole[n] ^ 255]) + whole[n + 1 :] for n in range(0, len(whole), 97)
    ]
    for content in (b"", b"PK broken", b"\0" * 100, *flipped[:40]):
        cache.write_bytes(content)
        found = readings(TEXTS, tokenizer, jobs=1, cache=cache)
        assert all(same(*pair) for pair in zip(found, good, strict=True))
    other = tokenizer_of(["x = y\n"] * 3, size=270)
    found = readings(TEXTS, other, jobs=1, cache=cache)
    assert found[0].encoded.ids != good[0].encoded.ids
    named = readings(TEXTS, other, keeps_names=True, jobs=1, cache=cache)
    assert named[0].encoded.ids != found[0].encoded.ids


def test_no_programs_have_no_facts() -> None:
    assert facts_array([]).shape == (0, len(FACTS))


def test_facts_as_one_array(tokenizer: Tokenizer) -> None:
    found = readings(TEXTS, tokenizer, jobs=1)
    assert (facts_array(found)[1] == found[1].facts).all()


def test_a_damaged_program_has_lost_a_fifth_and_its_links_still_hold(encoder: Encoder) -> None:
    reading = read(PAIRS * 4, encoder)
    broken = damaged(reading, random.Random(1))
    whole, left = reading.encoded, broken.encoded
    assert 0.65 < len(left.ids) / len(whole.ids) < 0.95
    assert (left.ids[0], left.ids[-1]) == (whole.ids[0], whole.ids[-1])
    assert len(left.loops) == len(left.leaves) == len(left.ids)
    assert broken.heat.shape == (left.length, WARMTHS)
    assert not broken.heat[:, KNOWN].any()
    assert not broken.facts.any()
    there = set(zip(whole.leaves, whole.ids, strict=True))
    assert set(zip(left.leaves, left.ids, strict=True)) <= there

    def links(encoded: object) -> set[tuple[int, int]]:
        assert isinstance(encoded, type(whole))
        at = [encoded.leaves[first] for first, _ in encoded.spans]
        return {(at[n], at[one]) for n, row in enumerate(encoded.sources) for one in row}

    assert links(left) <= links(whole)
    assert links(left)
    encoder.batch([left])


def test_views_without_facts_and_without_flow(encoder: Encoder) -> None:
    reading = read(PAIRS, encoder)
    blind = without_facts(reading)
    assert blind.encoded == reading.encoded
    assert not blind.facts.any()
    assert not blind.heat[:, :TOTAL].any()
    assert (blind.heat[:, KNOWN - 1] == reading.heat[:, KNOWN - 1]).all()
    flat = without_flow(reading)
    assert flat.encoded.length == len(reading.encoded.ids) == len(flat.heat)
    assert flat.encoded.sources == ()


def test_functions_are_those_of_files_without_what_is_around_them(tmp_path: Path) -> None:
    body = "".join(f"        total += values[{n}] * {n}\n" for n in range(5))
    path = tmp_path / "module.py"
    path.write_text(
        "import os\n\nclass A:\n    @property\n    def sum(self, values):\n        'Text.'\n"
        f"        total = 0\n{body}        return total\n\ndef short():\n    pass\n",
        encoding="utf-8",
    )
    (found,) = functions_of(path)
    assert found.startswith("def sum(self, values):\n    'Text.'\n    total = 0\n")
    assert found.endswith("    return total\n")
    compile(found, "found", "exec")
    path.write_bytes(b"\xff\xfe\0")
    assert list(functions_of(path)) == []
    assert list(functions_of(tmp_path / "nowhere.py")) == []


def test_only_permissive_licences_count(tmp_path: Path) -> None:
    def kept(*lines: str) -> bool:
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}.dist-info"
        folder.mkdir()
        text = "Metadata-Version: 2.1\nName: x\nVersion: 1\n" + "".join(f"{one}\n" for one in lines)
        (folder / "METADATA").write_text(text)
        return is_permissive(Distribution.at(folder))

    assert kept("License-Expression: MIT")
    assert kept("License: BSD-3-Clause")
    assert kept("Classifier: License :: OSI Approved :: Apache Software License")
    assert not kept("License-Expression: GPL-3.0-only")
    assert not kept("License: MIT", "Classifier: License :: OSI Approved :: GNU LGPL (LGPLv3)")
    assert not kept("License: Proprietary")
    assert not kept()


def test_functions_are_drawn_by_the_seed_and_all_different() -> None:
    one, again, other = (list(functions(limit=30, seed=seed)) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert len(set(one)) == 30
