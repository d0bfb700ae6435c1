"""The model: GraphCodeBERT's input through RoBERTa, heat and facts beside it, and its training."""

from __future__ import annotations

import math
import random
import re
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("tree_sitter_python")
np = pytest.importorskip("numpy")

from effilint.analyzer.taxonomy import BEHAVIOURS  # noqa: E402
from effilint.dataset.time_data import Times  # noqa: E402
from effilint.detectors.encoding import Encoder  # noqa: E402
from effilint.detectors.reading import Reading, batch, read  # noqa: E402
from effilint.train_detector import losses  # noqa: E402
from effilint.train_detector.answering import answers, order_logits  # noqa: E402
from effilint.train_detector.batches import Course  # noqa: E402
from effilint.train_detector.examples import Comparison, Examples, Program, Span  # noqa: E402
from effilint.train_detector.model import Detector, Shape, compact  # noqa: E402
from effilint.train_detector.pretraining import PreTrainer, PreTraining, hidden  # noqa: E402
from effilint.train_detector.resuming import pace  # noqa: E402
from effilint.train_detector.starting import from_nothing, save, start  # noqa: E402
from effilint.train_detector.tokenizing import tokenizer_of  # noqa: E402
from effilint.train_detector.training import (  # noqa: E402
    Plan,
    Trainer,
    labels_of,
    mark_places,
    tensors,
)

CPU = torch.device("cpu")
SLOW = """def f{n}(xs, k):
    found = {n}
    for x in xs:
        for y in xs:
            if x + y == k{n}:
                found += {m}
    return found
"""
FAST = """def f{n}(xs, k):
    seen = set()
    for x in xs:
        if k - x in seen:
            return {n} + {m}
        seen.add(x)
    return None
"""
TEXTS = [form.format(n=n, m=n % 3) for n in range(8) for form in (SLOW, FAST)]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(tokenizer_of(TEXTS, size=400))


@pytest.fixture(scope="module")
def found(encoder: Encoder) -> list[Reading]:
    return [read(text, encoder) for text in TEXTS]


def small(seed: int = 0) -> Detector:
    torch.manual_seed(seed)
    made = compact(Shape(400, width=32, layers=2, heads=2, inner=64))
    for layer in made.encoder.warmth:  # so that heat says something
        if isinstance(layer, torch.nn.Linear):
            torch.nn.init.normal_(layer.weight, std=0.5)
    return made.eval()


def learnable() -> Examples:
    """Problems with a slow and a fast solution each; the last two are for validation."""
    programs, comparisons, times = [], [], []
    for n in range(8):
        part = "train" if n < 6 else "validation"
        slow, fast = TEXTS[2 * n : 2 * n + 2]
        spans = (Span("ALG5", 4, 5),)
        programs += [
            Program(f"p{n}", "slow", part, slow, "quadratic", frozenset({"ALG5"}), spans),
            Program(f"p{n}", "fast", part, fast, "linear", frozenset()),
        ]
        of_time = Comparison(2 * n, 2 * n + 1, 50.0, "time", "measured")
        of_memory = Comparison(2 * n + 1, 2 * n, 3.0, "memory", "measured")
        comparisons += [of_time, of_memory]
        times += [
            Times(f"p{n}", "slow", part, size, 0.1 * size**2, 100.0, True) for size in (10, 1000)
        ]
        times += [Times(f"p{n}", "fast", part, size, 0.1 * size, None, True) for size in (10, 1000)]
    return Examples(programs, comparisons, times, {(2 * n, 2 * n + 1) for n in range(8)})


def said(model: Detector, readings: list[Reading], encoder: Encoder, **more: int) -> Any:
    with torch.inference_mode():
        return model(*tensors(batch(readings, encoder, **more), CPU))


def test_what_is_padded_changes_nothing(encoder: Encoder, found: list[Reading]) -> None:
    model = small()
    alone = said(model, found[:1], encoder)
    padded = said(model, found[:3], encoder, length=200)
    for name in ("program", "cost", "growth", "behaviours"):
        assert torch.allclose(getattr(alone, name)[0], getattr(padded, name)[0], atol=1e-5)
    length = found[0].encoded.length
    assert torch.allclose(alone.shares[0], padded.shares[0, :length], atol=1e-6)
    assert padded.shares[0, len(found[0].encoded.ids) :].sum() == 0
    assert padded.shares.sum(1).tolist() == pytest.approx([1.0] * 3, abs=1e-5)
    assert padded.places.shape == (3, 200, len(BEHAVIOURS))


def test_a_variable_is_the_mean_of_its_pieces_and_sees_what_it_should(
    encoder: Encoder, found: list[Reading]
) -> None:
    """The same numbers, worked out one position at a time, without the model's arrays."""
    model = small().encoder
    torch.nn.init.zeros_(model.warmth[2].weight)
    inputs = batch(found[:1], encoder)
    encoded = found[0].encoded
    words = model.roberta.embeddings.word_embeddings
    rows = [words(torch.tensor(piece)) for piece in encoded.ids]
    rows += [torch.stack(rows[first:end]).mean(0) for first, end in encoded.spans]
    mask = torch.full((encoded.length, encoded.length), -1e4)
    mask[torch.from_numpy(inputs.mask[0])] = 0.0
    with torch.inference_mode():
        expected = model.roberta(
            inputs_embeds=torch.stack(rows)[None],
            attention_mask=mask[None, None],
            position_ids=torch.from_numpy(inputs.positions),
        ).last_hidden_state
        got = model(*list(tensors(inputs, CPU))[:4])
    assert torch.allclose(got, expected, atol=1e-5)
    # What a variable does not see is no matter to it in one layer.
    one_layer = compact(Shape(400, width=32, layers=1, heads=2, inner=64)).encoder.eval()
    place = len(encoded.ids)
    unseen = [n for n in range(len(encoded.ids)) if not inputs.mask[0, place, n]]
    changed = inputs.ids.copy()
    changed[0, unseen[0]] = 7
    with torch.inference_mode():
        before = one_layer(*list(tensors(inputs, CPU))[:4])
        after = one_layer(*list(tensors(inputs._replace(ids=changed), CPU))[:4])
    assert torch.equal(before[0, place], after[0, place])
    assert not torch.equal(before[0, unseen[0]], after[0, unseen[0]])


def test_a_comparison_the_other_way_round_says_the_opposite(
    encoder: Encoder, found: list[Reading]
) -> None:
    model = small()
    seen = said(model, found[:2], encoder)
    a, b = ((seen.program[n : n + 1], seen.cost[n : n + 1]) for n in (0, 1))
    with torch.inference_mode():
        one, other = model.compare(*a, *b), model.compare(*b, *a)
        same = model.compare(*a, *a)
        times = model.take(*a, torch.tensor([[3.0]]))
    assert torch.allclose(one, -other, atol=1e-6)
    assert one.abs().min() > 0
    assert same.abs().max() < 1e-6
    assert times[0, 0] <= times[0, 1] <= times[0, 2]


def test_a_checkpoint_of_graphcodeberts_kind_is_read_and_written(
    encoder: Encoder, found: list[Reading], tmp_path: Path
) -> None:
    """Weights, settings and tokenizer are those of the folder, as the hub has them."""
    torch.manual_seed(1)
    config = Shape(400, width=48, layers=3, heads=4, inner=96, positions=514).config()
    transformers.RobertaModel(config, add_pooling_layer=False).save_pretrained(tmp_path)
    tokenizer = tokenizer_of(TEXTS, size=400)
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )
    wrapped.save_pretrained(tmp_path)
    given = start(str(tmp_path))
    assert given.keeps_names
    model = given.model.eval()
    assert model.encoder.width == 48
    inputs = batch([found[0]], encoder)
    plain = inputs._replace(heat=np.zeros_like(inputs.heat))
    with torch.inference_mode():
        got = model.encoder(*list(tensors(plain, CPU))[:4])
        heated = model.encoder(*list(tensors(inputs, CPU))[:4])
    assert torch.equal(got, heated)  # at first the checkpoint is what it was
    torch.nn.init.ones_(model.encoder.warmth[2].weight)
    save(given, tmp_path / "own")
    again = start(str(tmp_path / "own"))
    assert again.keeps_names
    assert again.encoder.encode(TEXTS[0]) == given.encoder.encode(TEXTS[0])
    with torch.inference_mode():
        before = model.encoder(*list(tensors(inputs, CPU))[:4])
        after = again.model.eval().encoder(*list(tensors(inputs, CPU))[:4])
    assert torch.equal(before, after)
    assert not torch.equal(before, got)


def test_what_is_no_checkpoint_is_told_in_a_line(tmp_path: Path) -> None:
    def refused(kind: type[Exception], name: Path, words: str) -> None:
        with pytest.raises(kind, match=words) as caught:
            start(str(name))
        assert "\n" not in str(caught.value)

    refused(OSError, tmp_path / "nowhere", "nowhere")
    refused(OSError, tmp_path, re.escape(str(tmp_path)))
    other = tmp_path / "bert"
    transformers.BertConfig(hidden_size=32, num_attention_heads=2).save_pretrained(other)
    refused(ValueError, other, "checkpoint of bert, not of RoBERTa")
    own = tmp_path / "own"
    shape = Shape(400, width=32, layers=1, heads=2, inner=64)
    tokenizer = tokenizer_of(TEXTS, size=400)
    save(from_nothing(tokenizer, shape), own)
    assert start(str(own)).model.encoder.width == 32
    Shape(300, width=32, layers=1, heads=2, inner=64).config().save_pretrained(own)
    refused(ValueError, own, "has not the weights of config.json")
    (own / "encoder.safetensors").write_bytes(b"broken")
    refused(ValueError, own, "has not the weights of config.json")
    save(from_nothing(tokenizer, Shape(300, width=32, layers=1, heads=2, inner=64)), own)
    refused(ValueError, own, "pieces, its model 300")


def test_losses_by_hand() -> None:
    one = torch.tensor
    logits = one([0.0, 2.0])
    weights = one([1.0, 3.0])
    expected = (math.log(2) + 3 * math.log1p(math.exp(-2))) / 4
    assert float(losses.ranking(logits, weights)) == pytest.approx(expected)
    sure = losses.ordinal(one([[0.0, 9.0, 0.0]]), one([1]))
    near = losses.ordinal(one([[9.0, 0.0, 0.0]]), one([1]))
    far = losses.ordinal(one([[9.0, 0.0, 0.0]]), one([2]))
    assert sure < near < far
    assert float(losses.quantiles(one([[0.0, 1.0, 2.0]]), one([1.0]))) == pytest.approx(0.1 / 3)
    nothing = losses.share_of_others(one([0.0, 5.0]), one([0.5, math.nan]))
    assert float(nothing) == pytest.approx(math.log(2))
    apart = losses.contrast(one([[1.0, 0.0]]), one([[1.0, 0.0]]), one([[-1.0, 0.0]]))
    alike = losses.contrast(one([[1.0, 0.0]]), one([[0.0, 1.0]]), one([[1.0, 0.0]]))
    assert apart < 0.01 < 1 < alike
    inside, known = one([[[1.0], [0.0], [0.0]]]), one([[[1.0], [1.0], [0.0]]])
    right = losses.places(one([[[9.0], [-9.0], [9.0]]]), inside, known)
    wrong = losses.places(one([[[-9.0], [9.0], [0.0]]]), inside, known)
    assert right < 0.01 < 8 < wrong


def test_places_are_those_of_the_lines(found: list[Reading]) -> None:
    program, reading = learnable().programs[0], found[0]
    shape = (reading.encoded.length, len(BEHAVIOURS))
    inside, known = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    mark_places(program, reading, inside, known)
    column = list(BEHAVIOURS).index("ALG5")
    lines = [1 + TEXTS[0][:place].count("\n") for place in reading.encoded.leaves]
    pieces = range(1, len(lines) - 1)
    assert {lines[n] for n in pieces if inside[n, column]} == {4, 5}
    assert {lines[n] for n in pieces if not inside[n, column]} == {1, 2, 3, 6, 7}
    assert known[1 : len(lines) - 1, column].all()
    assert known.sum() == len(lines) - 2
    assert labels_of(program)[column] == 1.0
    assert sum(labels_of(program)) == 1.0


def test_an_epoch_shows_every_problem_once() -> None:
    course = Course(learnable(), ["train"])
    shown = list(course.lessons(5, random.Random(0)))
    assert sorted(place for lesson in shown for place in lesson.programs) == list(range(12))
    assert [len(lesson.programs) for lesson in shown] == [6, 6]
    for lesson in shown:
        assert len(lesson.comparisons) == 6
        assert len(lesson.opinions) == 3
        for one in lesson.comparisons:
            slow, fast = (lesson.programs[place] for place in (one.more, one.less))
            if one.of == "time":
                assert (slow % 2, fast) == (0, slow + 1)
    assert {one.n for one in course.times[0]} == {10, 1000}
    assert 14 not in course.times


def test_training_learns_and_is_the_same_again(
    encoder: Encoder, found: list[Reading], tmp_path: Path
) -> None:
    examples = learnable()
    plan = Plan(epochs=12, programs=4, rate=3e-3, damaged=0.2, seed=3)
    told: list[dict[str, float]] = []

    def trainer() -> Trainer:
        return Trainer(small(), encoder, examples, found, plan=plan)

    whole = trainer()
    for _ in range(plan.epochs):
        whole.run_epoch(lambda _, said: told.append(dict(said)))
    first, last = told[: whole.steps], told[-whole.steps :]
    for name in ("order", "growth", "behaviours", "beside", "time"):
        assert sum(one[name] for one in last) < sum(one[name] for one in first)
    assert {"cost", "places", "share"} <= set(told[0])

    held_out = examples.in_part("validation")
    logits = order_logits(whole.trained, answers(whole.trained, encoder, found), held_out)
    assert (logits > 0).all()

    half = trainer()
    half.run_epoch(lambda *_: None)
    half.save(tmp_path / "state.pt")
    rest = trainer()
    rest.load(tmp_path / "state.pt")
    assert rest.epoch == 1
    for _ in range(plan.epochs - 1):
        rest.run_epoch(lambda *_: None)
    for one, other in zip(whole.model.parameters(), rest.model.parameters(), strict=True):
        assert torch.equal(one, other)
    for one, other in zip(whole.trained.parameters(), rest.trained.parameters(), strict=True):
        assert torch.equal(one, other)
    another = Trainer(small(), encoder, examples, found, plan=Plan(seed=9))
    with pytest.raises(ValueError, match="another training"):
        another.load(tmp_path / "state.pt")


def test_facts_are_scaled_by_what_is_trained_on(encoder: Encoder, found: list[Reading]) -> None:
    trained = Trainer(small(), encoder, learnable(), found).model
    facts = np.stack([one.facts for one in found[:12]])
    varied = facts.std(axis=0) > 0
    scaled = (facts - trained.mean.numpy()) / trained.spread.numpy()
    assert scaled[:, varied].std(axis=0) == pytest.approx(1.0, abs=1e-3)


def test_twins_are_held_apart(encoder: Encoder, found: list[Reading]) -> None:
    examples = learnable()
    examples.comparisons = [one._replace(source="twin") for one in examples.comparisons]
    trainer = Trainer(small(), encoder, examples, found, plan=Plan(programs=4))
    told: list[Any] = []
    trainer.run_epoch(lambda _, said: told.append(said))
    assert all("contrast" in one for one in told)


def test_loops_alone_are_shown_in_some_steps(encoder: Encoder, found: list[Reading]) -> None:
    def losses_with(loops: dict[int, Reading]) -> list[float]:
        plan = Plan(programs=4, damaged=0.0, looped=1.0)
        trainer = Trainer(small(), encoder, learnable(), found, loops=loops, plan=plan)
        told: list[Any] = []
        trainer.run_epoch(lambda _, said: told.append(said["order"]))
        return told

    alone = read("for x in xs:\n    pass\n", encoder)
    assert losses_with({}) == losses_with(dict(enumerate(found)))
    assert losses_with({}) != losses_with(dict.fromkeys(range(16), alone))


def test_the_rate_rises_and_falls() -> None:
    rates = [pace(step, 100, 0.1) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[10] == 1.0
    assert rates[100] == pytest.approx(0.0)
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_what_is_hidden_is_not_shown(encoder: Encoder, found: list[Reading]) -> None:
    inputs = batch(found[:6], encoder)
    task = hidden(inputs, np.random.default_rng(0), 4, 400)
    rows, places = task.pieces
    assert 0.05 < len(rows) / (inputs.positions > 1).sum() < 0.3
    assert (task.answers == inputs.ids[rows, places]).all()
    shown = task.inputs.ids[rows, places]
    assert 0.6 < (shown == 4).mean() < 0.95
    untouched = np.ones_like(inputs.ids, bool)
    untouched[rows, places] = False
    assert (task.inputs.ids[untouched] == inputs.ids[untouched]).all()
    for rows_of in (task.edges, task.spellings):
        assert len(rows_of) > 10
        assert 0.45 < rows_of[:, 3].mean() < 0.55
        for row, variable, other, answer in rows_of.tolist():
            assert inputs.positions[row, variable] == 0
            assert inputs.mask[row, variable, other] == answer
            assert not task.inputs.mask[row, variable, other]
    for row, variable, piece, _ in task.spellings.tolist():
        assert not task.inputs.mask[row, piece, variable]
    kept = task.inputs.mask | ~inputs.mask
    hidden_links = [(row, one, two) for row, one, two in np.argwhere(~kept).tolist()]
    asked = {
        (row, one, two) for row, one, two, _ in (*task.edges.tolist(), *task.spellings.tolist())
    }
    assert all((r, a, b) in asked or (r, b, a) in asked for r, a, b in hidden_links)


def test_pre_training_learns_and_goes_on_where_it_stood(
    encoder: Encoder, found: list[Reading], tmp_path: Path
) -> None:
    plan = PreTraining(epochs=6, programs=4, rate=3e-3)
    told: list[dict[str, float]] = []

    def trainer() -> tuple[Detector, PreTrainer]:
        model = small()
        return model, PreTrainer(model.encoder, encoder, found, mask=4, plan=plan)

    model, whole = trainer()
    for _ in range(plan.epochs):
        whole.run_epoch(lambda _, said: told.append(dict(said)))
    for name in ("pieces", "edges", "spellings"):
        assert sum(one[name] for one in told[-4:]) < sum(one[name] for one in told[:4])
    _, half = trainer()
    half.run_epoch(lambda *_: None)
    half.save(tmp_path / "state.pt")
    other, rest = trainer()
    rest.load(tmp_path / "state.pt")
    for _ in range(plan.epochs - 1):
        rest.run_epoch(lambda *_: None)
    for one, two in zip(model.encoder.parameters(), other.encoder.parameters(), strict=True):
        assert torch.equal(one, two)
    another = PreTrainer(small().encoder, encoder, found, mask=4)
    with pytest.raises(ValueError, match="another pre-training"):
        another.load(tmp_path / "state.pt")
