"""GraphCodeBERT that reads heat and facts too, with what it is asked for at its end.

The encoder is transformers' RoBERTa with GraphCodeBERT's input (Guo et al. 2021, sections 3 and 4):
the `microsoft/graphcodebert-base` checkpoint, or a compact one that starts from nothing. To the
embedding of each position is added what its heat says. The program as a whole is read off in three
ways: the mark at the start, what learned attention finds, and the mean over tokens weighted by the
share of the cost that each is held to have. Facts join through a gate.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers import RobertaConfig, RobertaModel

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.detectors.facts import FACTS
from effilint.detectors.reading import KNOWN, TOTAL, WARMTHS
from effilint.train_detector.examples import GROWTHS, OF

_PAD = 1  # the position of what is padded, as in RoBERTa
_SCALE = 10.0  # of heat (see `reading`)
_FAR = -1e4  # in the place of minus infinity, so that a row that sees nothing is no nan
_CLIP = 5.0  # standard deviations of a fact
_BALANCE = 0.15  # of the derived cost, in natural logarithms; measured, of single weights the best
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Shape:
    """How large a model is. `dropout` is that of training."""

    vocabulary: int
    width: int = 192
    layers: int = 4
    heads: int = 6
    inner: int = 768
    positions: int = 258
    dropout: float = 0.1

    def config(self) -> RobertaConfig:
        """Return it in the words of transformers."""
        return RobertaConfig(
            vocab_size=self.vocabulary,
            hidden_size=self.width,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            intermediate_size=self.inner,
            max_position_embeddings=self.positions,
            hidden_dropout_prob=self.dropout,
            attention_probs_dropout_prob=0.0,  # without it attention is computed much faster
            type_vocab_size=1,
            pad_token_id=_PAD,
            bos_token_id=0,
            eos_token_id=2,
        )

    def to_row(self) -> dict[str, Any]:
        """Return it as what JSON holds."""
        return asdict(self)


class Seen(NamedTuple):
    """What a model says of B programs of L positions; K is the width.

    `program`: (B, K), for the comparator and for times. `cost`: (B, 2), in time and in memory,
    more is worse, on no scale. `shares`: (B, L), of the cost in time. `growth`: (B, 5) and
    `behaviours`: (B, 22), as logits. `places`: (B, L, 22), logits of a behaviour being there.
    """

    program: Tensor
    cost: Tensor
    shares: Tensor
    growth: Tensor
    behaviours: Tensor
    places: Tensor


class GraphEncoder(nn.Module):
    """RoBERTa over tokens and the variables of their data flow."""

    def __init__(self, roberta: RobertaModel) -> None:
        super().__init__()
        self.roberta = roberta
        width = roberta.config.hidden_size
        self.warmth = nn.Sequential(nn.Linear(WARMTHS, width), nn.GELU(), nn.Linear(width, width))
        last = self.warmth[2]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)  # a checkpoint is at first what it was
        nn.init.zeros_(last.bias)

    @property
    def width(self) -> int:
        """How many numbers stand for a position."""
        return int(self.roberta.config.hidden_size)

    def forward(self, ids: Tensor, positions: Tensor, mask: Tensor, heat: Tensor) -> Tensor:
        """Return what is known at each position: (B, L, K), for the arrays of `reading.Inputs`."""
        words = self.roberta.embeddings.word_embeddings(ids)
        nodes, tokens = positions == 0, positions > _PAD
        spelled = (nodes.unsqueeze(2) & tokens.unsqueeze(1) & mask).to(words.dtype)
        # A variable is the mean of the pieces that spell it; one of none is nothing.
        means = spelled @ words / spelled.sum(-1, keepdim=True).clamp(min=1.0)
        words = torch.where(nodes.unsqueeze(-1), means, words) + self.warmth(heat)
        seen = torch.zeros_like(mask, dtype=words.dtype).masked_fill(~mask, _FAR)
        found = self.roberta(
            inputs_embeds=words, attention_mask=seen.unsqueeze(1), position_ids=positions
        )
        states: Tensor = found.last_hidden_state
        return states


class Detector(nn.Module):
    """The encoder, the facts, and the heads."""

    mean: Tensor
    spread: Tensor

    def __init__(self, encoder: GraphEncoder, *, facts: int = len(FACTS)) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.width
        self.register_buffer("mean", torch.zeros(facts))
        self.register_buffer("spread", torch.ones(facts))
        self.unit = nn.Linear(width, len(OF))
        self.look = nn.Linear(width, 1)
        self.pooled = nn.Sequential(nn.Linear(3 * width, width), nn.GELU(), nn.Dropout(0.2))
        self.facts = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(facts, width), nn.GELU(), nn.Dropout(0.2)
        )
        self.gate = nn.Linear(2 * width, width)
        self.norm = nn.LayerNorm(width)
        self.cost = nn.Linear(width, len(OF))
        self.balance = nn.Parameter(torch.full((len(OF),), _BALANCE))
        self.growth = nn.Linear(width, len(GROWTHS))
        self.behaviours = nn.Linear(width, len(BEHAVIOURS))
        self.places = nn.Linear(width, len(BEHAVIOURS))
        self.comparator = _small(4 * width, width, len(OF))
        self.beside = _small(3 * width, width, len(BEHAVIOURS))
        self.time = _small(width + 3, width, len(QUANTILES) + 1)
        for last in (self.unit, self.cost, self.comparator[-1]):
            assert isinstance(last, nn.Linear)
            nn.init.zeros_(last.weight)  # at first what is derived from the code decides

    def forward(
        self, ids: Tensor, positions: Tensor, mask: Tensor, heat: Tensor, facts: Tensor
    ) -> Seen:
        """Return what it says of programs, for the arrays of `reading.Inputs`."""
        states = self.encoder(ids, positions, mask, heat)
        tokens = positions > _PAD
        # What a token takes: how often it runs, times what it takes once (which is learned).
        takes = self.unit(states) + math.log(2.0) * _SCALE * heat[..., TOTAL : TOTAL + 1]
        takes = takes.masked_fill(~tokens.unsqueeze(-1), _FAR)
        shares = torch.softmax(takes, 1)
        look = torch.softmax(self.look(states).masked_fill(~tokens.unsqueeze(-1), _FAR), 1)
        read = (states[:, 0], (shares[..., :1] * states).sum(1), (look * states).sum(1))
        tokens_say = self.pooled(torch.cat(read, -1))
        facts_say = self.facts(((facts - self.mean) / self.spread).clamp(-_CLIP, _CLIP))
        gate = torch.sigmoid(self.gate(torch.cat((tokens_say, facts_say), -1)))
        program = self.norm(gate * tokens_say + (1 - gate) * facts_say)
        is_known = (heat[..., KNOWN].amax(1) > 0).unsqueeze(-1)
        total = torch.where(is_known, torch.logsumexp(takes, 1), torch.zeros_like(takes[:, 0]))
        return Seen(
            program=program,
            cost=self.cost(program) + self.balance * total,
            shares=shares[..., 0],
            growth=self.growth(program),
            behaviours=self.behaviours(program),
            places=self.places(states),
        )

    def compare(
        self, program: Tensor, cost: Tensor, other: Tensor, cost_of_other: Tensor
    ) -> Tensor:
        """Return (B, 2): logits that a program takes more than another, in time and in memory."""
        both, turned = _side_by_side(program, other), _side_by_side(other, program)
        said: Tensor = cost - cost_of_other + self.comparator(both) - self.comparator(turned)
        return said

    def show(self, program: Tensor, other: Tensor) -> Tensor:
        """Return (B, 22): logits that a program shows a behaviour that another one avoids."""
        together = torch.cat((program, other, program - other), -1)
        shown: Tensor = self.behaviours(program) + self.beside(together)
        return shown

    def take(self, program: Tensor, cost: Tensor, size: Tensor) -> Tensor:
        """Return (B, 4): quantiles of log10 of microseconds, and the logit of a share of others.

        `size`: (B, 1), log10 of the size of the input. The quantiles are `QUANTILES`, in order; the
        share is that of other programs of the problem that take less at that size.
        """
        found = self.time(torch.cat((program, cost[:, :1] / _SCALE, size, size * size / 5), -1))
        middle = found[:, 1:2]
        low, high = nn.functional.softplus(found[:, :1]), nn.functional.softplus(found[:, 2:3])
        return torch.cat((middle - low, middle, middle + high, found[:, 3:]), -1)


def compact(shape: Shape) -> Detector:
    """Return a model of this shape that knows nothing."""
    return Detector(GraphEncoder(RobertaModel(shape.config(), add_pooling_layer=False)))


def _small(inputs: int, width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, width), nn.GELU(), nn.Dropout(0.2), nn.Linear(width, outputs)
    )


def _side_by_side(program: Tensor, other: Tensor) -> Tensor:
    return torch.cat((program, other, program - other, program * other), -1)
