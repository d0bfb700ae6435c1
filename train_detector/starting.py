"""What training starts from: a checkpoint of RoBERTa's kind, or an encoder of our own, in a folder.

A folder of our own has the settings (`config.json`, as transformers writes them), the weights
(`encoder.safetensors`), the tokenizer, and in `reader.json` how programs are read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoTokenizer, RobertaConfig, RobertaModel

from effilint.detectors.encoding import Encoder
from effilint.train_detector.model import Detector, GraphEncoder, Shape, compact

_WEIGHTS, _READER, _TOKENIZER = "encoder.safetensors", "reader.json", "tokenizer.json"


class Start(NamedTuple):
    """A model with new heads, and how programs are read for it."""

    model: Detector
    tokenizer: Tokenizer
    keeps_names: bool

    @property
    def encoder(self) -> Encoder:
        """What turns programs into what the model takes."""
        return Encoder(self.tokenizer, keeps_names=self.keeps_names)


def start(name: str, *, seed: int = 0, is_new: bool = False) -> Start:
    """Return what is in a folder, or on the hub, such as `microsoft/graphcodebert-base`.

    Heads are drawn by the seed, and, if it `is_new`, the encoder of the same shape too. Raises
    `OSError` where there is nothing, and `ValueError` for what is no checkpoint of RoBERTa's kind
    or does not fit its tokenizer.
    """
    torch.manual_seed(seed)
    folder = Path(name)
    is_own = (folder / _WEIGHTS).exists()
    try:
        config = RobertaConfig.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise OSError(f"{name}: {_first_line(error)}") from None
    if config.model_type != "roberta":
        raise ValueError(f"{name} is a checkpoint of {config.model_type}, not of RoBERTa's kind")
    if is_own:
        tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        keeps_names = bool(json.loads((folder / _READER).read_bytes())["keeps_names"])
        encoder = GraphEncoder(RobertaModel(config, add_pooling_layer=False))
        _load(encoder, folder / _WEIGHTS)
    else:
        tokenizer = _tokenizer_of(name)
        keeps_names = True
        encoder = GraphEncoder(RobertaModel.from_pretrained(name, add_pooling_layer=False))
    known = tokenizer.get_vocab_size()
    if known > config.vocab_size:
        raise ValueError(f"{name}: its tokenizer has {known} pieces, its model {config.vocab_size}")
    if is_new:
        encoder = GraphEncoder(RobertaModel(config, add_pooling_layer=False))
    return Start(Detector(encoder), tokenizer, keeps_names)


def from_nothing(tokenizer: Tokenizer, shape: Shape, *, seed: int = 0) -> Start:
    """Return a compact model that knows nothing, and reads programs with numbered names."""
    torch.manual_seed(seed)
    return Start(compact(shape), tokenizer, keeps_names=False)


def save(given: Start, folder: Path) -> None:
    """Write the encoder, and how programs are read for it, to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    given.tokenizer.save(str(folder / _TOKENIZER))
    (folder / _READER).write_text(json.dumps({"keeps_names": given.keeps_names}) + "\n")
    given.model.encoder.roberta.config.save_pretrained(folder)
    weights = given.model.encoder.state_dict()
    save_file({name: one.cpu().contiguous() for name, one in weights.items()}, folder / _WEIGHTS)


def _load(encoder: GraphEncoder, path: Path) -> None:
    try:
        encoder.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError) as error:
        raise ValueError(
            f"{path} has not the weights of config.json: {_first_line(error)}"
        ) from None


def _tokenizer_of(name: str) -> Tokenizer:
    try:
        found = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError, KeyError) as error:
        raise OSError(f"{name}: {_first_line(error)}") from None
    backend = getattr(found, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer):
        raise ValueError(f"{name} has no tokenizer that the package tokenizers can read")
    return backend


def _first_line(error: Exception) -> str:
    line, *_ = str(error).strip().split("\n", 1)
    return line or type(error).__name__
