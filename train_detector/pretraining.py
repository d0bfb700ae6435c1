"""Pre-training: hidden pieces, hidden edges of the data flow, hidden spellings of variables.

The three tasks of Guo et al., "GraphCodeBERT: Pre-training Code Representations with Data Flow",
2021, sections 4.2 to 4.4.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from effilint.detectors.encoding import Encoder
from effilint.detectors.reading import Inputs, Reading, batch
from effilint.train_detector import corpus, resuming
from effilint.train_detector.features import readings
from effilint.train_detector.model import GraphEncoder, Shape
from effilint.train_detector.starting import Start, from_nothing, save
from effilint.train_detector.tokenizing import MARKS, tokenizer_of
from effilint.train_detector.training import Told, on_what_there_is, tensors

Whole = NDArray[np.int64]
_HIDDEN = 0.15  # of the pieces
_MASKED, _CHANGED = 0.8, 0.1  # of what is hidden; the rest is shown as it is
_VARIABLES = 0.2  # whose edges, and whose spellings, are hidden
_STATE = "state.pt"
_POOL = 20  # batches that are sorted by length together


@dataclass(frozen=True)
class PreTraining(resuming.Pace):
    """How an encoder is pre-trained."""

    epochs: int = 1
    programs: int = 24
    rate: float = 1e-3
    warm: float = 0.1
    decay: float = 0.01
    seed: int = 0


class PreTrainer:
    """Trains an encoder on readings that nothing is known of."""

    def __init__(
        self,
        encoder: GraphEncoder,
        reader: Encoder,
        readings: Sequence[Reading],
        *,
        mask: int,
        plan: PreTraining = PreTraining(),
        accelerator: Accelerator | None = None,
    ) -> None:
        """`mask` is the number of the piece that stands for a hidden one."""
        self._reader, self._readings, self._mask, self._plan = reader, readings, mask, plan
        self._accelerator = accelerator or on_what_there_is()
        self._model = _WithHeads(encoder).to(self._accelerator.device)
        self.steps, self.epoch = -(-len(readings) // plan.programs), 0
        self._optimizer, self._schedule = resuming.learning(self._model, plan, self.steps)

    def run_epoch(self, told: Told) -> None:
        """Go through all readings once; `told` gets each step's number and losses."""
        rng = np.random.default_rng((self._plan.seed, self.epoch))
        torch.manual_seed(self._plan.seed * 1000 + self.epoch)
        self._model.train()
        for number, chosen in enumerate(self._batches()):
            inputs = batch([self._readings[n] for n in chosen], self._reader)
            with self._accelerator.autocast():
                found = self._losses(hidden(inputs, rng, self._mask, self._model.vocabulary))
            torch.stack(list(found.values())).sum().backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
            self._optimizer.step()
            self._optimizer.zero_grad()
            self._schedule.step()
            step = self.epoch * self.steps + number
            told(step, {name: float(loss.detach()) for name, loss in found.items()})
        self.epoch += 1

    def save(self, path: Path) -> None:
        """Write where pre-training stands, all or nothing."""
        resuming.save(path, self._plan, self.epoch, self._parts_of_state)

    def load(self, path: Path) -> None:
        """Go on from where pre-training stood; `ValueError` if that was another plan's."""
        device, parts = self._accelerator.device, self._parts_of_state
        self.epoch = resuming.load(path, self._plan, parts, device, "pre-training")

    @property
    def _parts_of_state(self) -> dict[str, Any]:
        return {
            "model": self._model,
            "optimizer": self._optimizer,
            "schedule": self._schedule,
        }

    def _batches(self) -> Iterator[list[int]]:
        """The readings in another order each epoch, those of about the same length together."""
        rng = random.Random(f"{self._plan.seed} {self.epoch}")
        order = list(range(len(self._readings)))
        rng.shuffle(order)
        size, found = self._plan.programs, []
        for first in range(0, len(order), size * _POOL):
            pool = order[first : first + size * _POOL]
            pool.sort(key=lambda n: self._readings[n].encoded.length)
            found += [pool[start : start + size] for start in range(0, len(pool), size)]
        rng.shuffle(found)
        yield from found

    def _losses(self, task: Hidden) -> dict[str, Tensor]:
        device = self._accelerator.device
        ids, positions, mask, heat, _ = tensors(task.inputs, device)
        states = self._model.encoder(ids, positions, mask, heat)
        found = {}
        if len(task.pieces[0]):
            rows, places = (torch.from_numpy(one).to(device) for one in task.pieces)
            logits = self._model.spell(states[rows, places])
            answers = torch.from_numpy(task.answers).to(device)
            found["pieces"] = functional.cross_entropy(logits, answers)
        for name, links in (("edges", task.edges), ("spellings", task.spellings)):
            if len(links):
                rows, one, other, answers = torch.from_numpy(links).to(device).T
                logits = self._model.links[name](states[rows, one], states[rows, other])[:, 0]
                found[name] = functional.binary_cross_entropy_with_logits(
                    logits, answers.to(logits.dtype)
                )
        return found


@dataclass(frozen=True)
class Hidden:
    """What is shown of programs, and what is asked.

    `pieces`: rows and places of the hidden ones, whose ids are `answers`. `edges` and `spellings`
    have rows (program, position of a variable, position, 1 or 0): whether the value comes from the
    variable there, and whether the piece there spells it.
    """

    inputs: Inputs
    pieces: tuple[Whole, Whole]
    answers: Whole
    edges: Whole
    spellings: Whole


def hidden(inputs: Inputs, rng: np.random.Generator, mask: int, vocabulary: int) -> Hidden:
    """Return programs with some of what they are hidden; `mask` stands for a hidden piece."""
    nodes, tokens = inputs.positions == 0, inputs.positions > 1
    asked = tokens & (rng.random(tokens.shape) < _HIDDEN)
    asked[:, 0] = False
    rows, places = np.nonzero(asked)
    ids = inputs.ids.copy()
    how = rng.random(len(rows))
    ids[rows[how < _MASKED], places[how < _MASKED]] = mask
    changed = (how >= _MASKED) & (how < _MASKED + _CHANGED)
    ids[rows[changed], places[changed]] = rng.integers(5, vocabulary, changed.sum())
    between_nodes = nodes[:, :, None] & nodes[:, None, :]
    spelled = nodes[:, :, None] & tokens[:, None, :]
    spelled[:, :, 0] = False  # the mark at the start sees all
    seen = inputs.mask.copy()
    edges = _hide(seen, between_nodes, nodes & (rng.random(nodes.shape) < _VARIABLES), rng)
    spellings = _hide(seen, spelled, nodes & (rng.random(nodes.shape) < _VARIABLES), rng)
    shown = inputs._replace(ids=ids, mask=seen)
    return Hidden(shown, (rows, places), inputs.ids[rows, places], edges, spellings)


def _hide(
    seen: NDArray[np.bool_],
    possible: NDArray[np.bool_],
    chosen: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Whole:
    """Hide the links of the chosen variables; ask for them, and for as many that are none."""
    asked = possible & chosen[:, :, None]
    there = np.argwhere(asked & seen)
    absent = np.argwhere(asked & ~seen)
    if len(absent) > len(there):
        absent = absent[rng.choice(len(absent), len(there), replace=False)]
    hidden_links = asked & seen
    seen &= ~(hidden_links | hidden_links.transpose(0, 2, 1) & ~possible)
    answers = np.repeat([1, 0], [len(there), len(absent)])
    return np.column_stack([np.concatenate([there, absent]), answers])


class _WithHeads(nn.Module):
    def __init__(self, encoder: GraphEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.width
        self.spelled = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.links = nn.ModuleDict(
            {name: nn.Bilinear(width, width, 1) for name in ("edges", "spellings")}
        )

    @property
    def vocabulary(self) -> int:
        return int(self.encoder.roberta.config.vocab_size)

    def spell(self, states: Tensor) -> Tensor:
        """The logits of pieces, by their own embeddings."""
        words = self.encoder.roberta.embeddings.word_embeddings.weight
        return functional.linear(self.spelled(states), words)


def prepared(
    folder: Path,
    *,
    programs: Sequence[str],
    functions: int,
    epochs: int,
    width: int,
    layers: int,
    pieces: int,
    jobs: int | None,
    seed: int,
    told: Told,
    doing: Callable[[str], AbstractContextManager[None]],
) -> Start:
    """Pre-train an encoder in a folder, from where it stands there, and return it.

    The tokenizer of `pieces` pieces is made of `programs` and of the `functions` of what is
    installed; the encoder reads the latter. `doing` is told what takes long. Raises `ValueError`
    for a folder where pre-training was started in another way, and `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with doing("collecting functions"):
        texts = list(corpus.functions(limit=functions, seed=seed))
    with doing("making a tokenizer"):
        made = tokenizer_of([*programs, *texts], size=pieces)
    vocabulary, heads = made.get_vocab_size(), max(1, width // 32)
    shape = Shape(vocabulary, width=width, layers=layers, heads=heads, inner=4 * width)
    begun = from_nothing(made, shape, seed=seed)
    if epochs:
        with doing(f"reading {len(texts)} functions"):
            found = readings(texts, made, jobs=jobs, cache=folder / "functions.npz")
        plan = PreTraining(epochs=epochs, seed=seed)
        mask = MARKS.index("<mask>")
        trainer = PreTrainer(begun.model.encoder, begun.encoder, found, mask=mask, plan=plan)
        if (folder / _STATE).exists():
            trainer.load(folder / _STATE)
        while trainer.epoch < epochs:
            with doing(f"epoch {trainer.epoch + 1} of {epochs}"):
                trainer.run_epoch(told)
            trainer.save(folder / _STATE)
    begun.model.cpu()
    save(begun, folder)
    return begun
