"""The learned detector: what a trained model says of programs, through ONNX Runtime."""

from __future__ import annotations

import hashlib
import json
import math
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from effilint.analyzer.extras import ModelError, needed
from effilint.detectors.encoding import Encoder
from effilint.detectors.facts import FACTS
from effilint.detectors.reading import Reading, batch, lines_of, read

EMBEDDED = Path(__file__).with_name("model")
EMBEDDED_NAME = "embedded"
CARD, FORMAT = "card.json", 1
SESSIONS = ("encoder", "pair", "time", "order", "classes", "taken")  # files of the model
UNLIKELY = -20.0  # the logit of a class of growth that there are no trees for
_TOGETHER = 8  # programs in a call
_LONGEST = 1 << 18  # characters of a program
_MOST_LINES = 5  # that a behaviour is pinned on
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sight:
    """What is seen of one program.

    `growth`: the probability of each class. `behaviours`: the probability that someone who compares
    it with a better program would name this one. `lines`: the share that each line is held to
    have in the time, which sum to 1. `places`: the lines that show a behaviour, likeliest first,
    for those that are promised. `is_parsed`: else all is from tokens alone.
    """

    growth: Mapping[str, float]
    behaviours: Mapping[str, float]
    lines: Mapping[int, float]
    places: Mapping[str, tuple[int, ...]]
    is_parsed: bool
    program: Floats
    cost: Floats
    facts: Floats
    trees: Mapping[str, float]


class Order(NamedTuple):
    """The probabilities that a program takes more time, and more memory, than another one."""

    time: float
    memory: float


class Taken(NamedTuple):
    """Microseconds of one call at a size, 90 % between `low` and `high`.

    `share`: of other programs for the same problem, how many take less.
    """

    low: float
    middle: float
    high: float
    share: float


class Learned:
    """A model in a folder, opened when it is first asked. Threads may share it, and forks.

    `threads` is how many work on one call. Everything raises `ModelError` if the folder's files are
    not those that its card names, and `MissingExtraError` without the extra.
    """

    def __init__(self, folder: Path = EMBEDDED, *, threads: int = 1) -> None:
        self._folder, self._threads = folder, threads
        self._lock = threading.Lock()
        self._card: dict[str, Any] | None = None
        self._open: _Open | None = None

    @property
    def card(self) -> Mapping[str, Any]:
        """What is known of the model: data, split, figures, calibration."""
        if self._card is None:
            needed("onnxruntime", "the learned detector", "learned")
            self._card = card_of(self._folder)
        return self._card

    @property
    def tokenizer(self) -> Tokenizer:
        """What it spells programs with."""
        return self._opened().tokenizer

    @property
    def encoder(self) -> Encoder:
        """What turns programs into what it reads."""
        return self._opened().encoder

    @property
    def device(self) -> str:
        """Where it runs: `cuda`, if the session has it, or `cpu`."""
        return self._opened().device

    def see(self, texts: Sequence[str]) -> list[Sight]:
        """Return what is seen of programs, in order; `ValueError` for one that is too long."""
        longest = max(map(len, texts), default=0)
        if longest > _LONGEST:
            raise ValueError(f"{longest} characters are too many for one program: {_LONGEST}")
        model = self._opened()
        readings = [read(text, model.encoder) for text in texts]
        order = sorted(range(len(texts)), key=lambda n: readings[n].encoded.length)
        found: dict[int, Sight] = {}
        # Numbers of 8 bits are scaled by all that is in a call: what is seen of a program would
        # depend on those beside it.
        together = 1 if self.card["bits"] == 8 else _TOGETHER
        for first in range(0, len(order), together):
            rows = order[first : first + together]
            chosen = [(texts[row], readings[row]) for row in rows]
            found.update(zip(rows, model.seen(chosen), strict=True))
        return [found[row] for row in range(len(texts))]

    def order(self, one: Sight, other: Sight) -> Order:
        """Return the probabilities that a program takes more than another for the same problem.

        The other way round they are one less these.
        """
        return self._opened().order(one, other)

    def beside(self, sight: Sight, other: Sight) -> dict[str, float]:
        """Return how sure it is that a program shows what another, better one avoids.

        Scores between 0 and 1, by behaviour, in the order in which they are to be looked at; the
        probabilities of `Sight.behaviours` are those of a program alone.
        """
        return self._opened().beside(sight, other)

    def taken(self, sight: Sight, size: float) -> Taken:
        """Return what a call takes on an input of this size, on a machine like that of the card."""
        return self._opened().taken(sight, size)

    def _opened(self) -> _Open:
        with self._lock:
            if self._open is None or self._open.process != os.getpid():
                self._open = _Open(self._folder, self.card, self._threads)
            return self._open


class _Open:
    """The files of a model, open in one process."""

    def __init__(self, folder: Path, card: Mapping[str, Any], threads: int) -> None:
        self.process = os.getpid()
        self.card = card
        runtime = needed("onnxruntime", "the learned detector", "learned")
        self.tokenizer = _tokenizer(folder)
        self.encoder = Encoder(self.tokenizer, keeps_names=self.card["keeps_names"])
        self._sessions = {
            name: _session(runtime, folder / f"{name}.onnx", threads) for name in SESSIONS
        }
        is_cuda = "CUDAExecutionProvider" in self._sessions["encoder"].get_providers()
        self.device = "cuda" if is_cuda else "cpu"

    def seen(self, programs: Sequence[tuple[str, Reading]]) -> Iterator[Sight]:
        readings = [reading for _, reading in programs]
        inputs = batch(readings, self.encoder)
        said = self._run("encoder", **inputs._asdict())
        trees = self._run("classes", facts=inputs.facts)["sums"]
        for row, (text, reading) in enumerate(programs):
            own = {name: column[row] for name, column in said.items()}
            shown = dict(zip(self.card["trees"], trees[row].tolist(), strict=True))
            yield self._sight(text, reading, own, shown)

    def order(self, one: Sight, other: Sight) -> Order:
        said = self._pair(one, other)["order"][0]
        difference = one.facts - other.facts
        sums = self._run("order", facts=np.stack([difference, -difference]))["sums"]
        trees = (sums[0] - sums[1]) * (one.is_parsed and other.is_parsed)
        weights = self.card["calibration"]["order"]
        return Order(
            *(
                _sigmoid(weights[of]["model"] * float(m) + weights[of]["trees"] * float(t))
                for of, m, t in zip(Order._fields, said, trees, strict=True)
            )
        )

    def beside(self, sight: Sight, other: Sight) -> dict[str, float]:
        said = self._pair(sight, other)["beside"][0].tolist()
        return {
            name: _sigmoid(logit + how["trees"] * sight.trees.get(name, 0.0))
            for (name, how), logit in zip(
                self.card["calibration"]["behaviours"].items(), said, strict=True
            )
        }

    def _pair(self, one: Sight, other: Sight) -> dict[str, Floats]:
        return self._run(
            "pair",
            program=one.program[None],
            cost=one.cost[None],
            other=other.program[None],
            cost_of_other=other.cost[None],
        )

    def taken(self, sight: Sight, size: float) -> Taken:
        log = math.log10(max(size, 1.0))
        (said,) = self._run(
            "time",
            program=sight.program[None],
            cost=sight.cost[None],
            size=np.array([[log]], np.float32),
        )["taken"]
        low, middle, high, share = said.tolist()
        weights = self.card["calibration"]["time"]
        guess = middle
        if sight.is_parsed:
            columns = np.append(sight.facts, np.float32(log))[None]
            trees = float(self._run("taken", facts=columns)["sums"][0, 0])
            guess = weights["model"] * middle + weights["trees"] * trees + weights["offset"]
        first = min(guess, guess - (middle - low) + weights["low"])
        last = max(guess, guess + (high - middle) + weights["high"])
        low, guess, high = (10 ** min(max(one, -9.0), 18.0) for one in (first, guess, last))
        return Taken(low, guess, high, _sigmoid(share))

    def _sight(
        self,
        text: str,
        reading: Reading,
        said: Mapping[str, Floats],
        trees: Mapping[str, float],
    ) -> Sight:
        calibration = self.card["calibration"]
        is_parsed = bool(reading.facts.any())
        weights = calibration["growth"]
        logits = weights["model"] * said["growth"]
        if is_parsed:
            grown = [trees.get(name, UNLIKELY) for name in self.card["growths"]]
            logits = logits + weights["trees"] * np.array(grown)
        behaviours = {}
        for number, (name, how) in enumerate(calibration["behaviours"].items()):
            logit = how["model"] * float(said["behaviours"][number]) + how["offset"]
            if is_parsed:
                logit += how["trees"] * trees.get(name, 0.0)
            behaviours[name] = _sigmoid(logit)
        lines = lines_of(text, reading)
        return Sight(
            growth=dict(zip(self.card["growths"], _softmax(logits), strict=True)),
            behaviours=behaviours,
            lines=_by_line(lines, said["shares"]),
            places={
                name: _placed(lines, said["places"][:, number])
                for number, (name, how) in enumerate(calibration["behaviours"].items())
                if how["threshold"] is not None
            },
            is_parsed=is_parsed,
            program=said["program"],
            cost=said["cost"],
            facts=reading.facts,
            trees=trees if is_parsed else {},
        )

    def _run(self, name: str, **inputs: Any) -> dict[str, Floats]:
        session = self._sessions[name]
        outputs = [one.name for one in session.get_outputs()]
        return dict(zip(outputs, session.run(outputs, inputs), strict=True))


def folder_of(name: str) -> Path:
    """Return the folder of a model by its name: `embedded`, or the folder itself."""
    return EMBEDDED if name == EMBEDDED_NAME else Path(name)


def card_of(folder: Path) -> dict[str, Any]:
    """Return the card of a model; `ModelError` if a file is not the one that it names."""
    try:
        card = json.loads((folder / CARD).read_bytes())
        names, form, facts = dict(card["files"]), card["format"], card["facts"]
    except OSError as error:
        raise ModelError(f"{folder / CARD}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise ModelError(f"{folder / CARD} is no card of a model") from None
    if form != FORMAT or facts != facts_digest():
        raise ModelError(f"{folder} is a model of another version of effilint")
    for name, expected in names.items():
        if digest_of(folder / name) != expected:
            raise ModelError(f"{folder / name} is not the file that the model's card names")
    assert isinstance(card, dict)
    return card


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; `ModelError` if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from None


def facts_digest() -> str:
    """Return what tells the facts of one version from those of another."""
    return hashlib.sha256("\n".join(FACTS).encode()).hexdigest()[:16]


def _tokenizer(folder: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # it raises nothing more special
        raise ModelError(f"{folder / 'tokenizer.json'}: {error}") from None


def _session(runtime: Any, path: Path, threads: int) -> Any:
    """Open a file, on a GPU where one can be had; what cannot is not complained about."""
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    wanted = ["CPUExecutionProvider"]
    if "CUDAExecutionProvider" in runtime.get_available_providers():
        runtime.set_default_logger_severity(4)  # it prints errors where the driver is missing
        wanted.insert(0, "CUDAExecutionProvider")
    try:
        return runtime.InferenceSession(path, options, providers=wanted)
    except Exception as error:  # it raises nothing more special
        what = str(error).splitlines()[0]
        raise ModelError(f"{path} cannot be opened: {what}") from None


def _by_line(lines: Sequence[int], shares: Floats) -> dict[int, float]:
    found: defaultdict[int, float] = defaultdict(float)
    for line, share in zip(lines, shares.tolist(), strict=False):
        if line:
            found[line] += share
    total = sum(found.values()) or 1.0
    return {line: share / total for line, share in found.items()}


def _placed(lines: Sequence[int], logits: Floats) -> tuple[int, ...]:
    """The lines that are likelier than not to show it, or the likeliest one."""
    best: dict[int, float] = {}
    for line, logit in zip(lines, logits.tolist(), strict=False):
        if line:
            best[line] = max(best.get(line, -math.inf), logit)
    ranked = sorted(best, key=lambda line: -best[line])
    return tuple(line for n, line in enumerate(ranked[:_MOST_LINES]) if not n or best[line] > 0)


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def _softmax(logits: Floats) -> list[float]:
    powers = np.exp(logits.astype(np.float64) - logits.max())
    found: list[float] = (powers / powers.sum()).tolist()
    return found
