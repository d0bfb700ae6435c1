"""A trained model as files that ONNX Runtime reads, and the check that they say the same."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from effilint.analyzer.extras import needed
from effilint.detectors.encoding import Encoder
from effilint.detectors.reading import Inputs, Reading, batch
from effilint.train_detector.model import Detector, Seen
from effilint.train_detector.training import tensors

OPSET = 17
_SEEN = list(Seen._fields)
_DYNAMIC = {
    "ids": {0: "programs", 1: "positions"},
    "positions": {0: "programs", 1: "positions"},
    "mask": {0: "programs", 1: "positions", 2: "seen"},
    "heat": {0: "programs", 1: "positions"},
    "facts": {0: "programs"},
    "shares": {0: "programs", 1: "positions"},
    "places": {0: "programs", 1: "positions"},
}


def write_encoder(
    model: Detector, encoder: Encoder, example: Sequence[Reading], path: Path
) -> None:
    """Write what says things of programs: the inputs of `reading.Inputs`, the outputs of `Seen`.

    `example` are some programs of different lengths.
    """
    inputs = tuple(tensors(batch(example, encoder), torch.device("cpu")))
    names = list(Inputs._fields)
    _write(model.cpu().eval(), inputs, names, _SEEN, path)


def write_pair(model: Detector, path: Path) -> None:
    """Write the comparator: two programs and their costs in, `order` and `beside` out.

    `order` are the logits that the first takes more, in time and in memory; `beside` those of
    behaviours that the first shows and the second avoids.
    """
    width = model.encoder.width
    two = (torch.zeros(2, width), torch.zeros(2, 2))
    names = ["program", "cost", "other", "cost_of_other"]
    _write(_Pair(model.cpu().eval()), (*two, *two), names, ["order", "beside"], path)


def write_time(model: Detector, path: Path) -> None:
    """Write what tells times: a program, its cost and log10 of a size in, `taken` out.

    See `model.Detector.take`.
    """
    inputs = (torch.zeros(2, model.encoder.width), torch.zeros(2, 2), torch.ones(2, 1))
    _write(_Time(model.cpu().eval()), inputs, ["program", "cost", "size"], ["taken"], path)


def write_int8(path: Path, smaller: Path) -> None:
    """Write a model with weights of 8 bits, each channel with a scale of its own."""
    quantization = needed("onnxruntime.quantization", "making a model small", "learned")
    quantization.quantize_dynamic(
        path, smaller, per_channel=True, weight_type=quantization.QuantType.QInt8
    )


def largest_difference(
    model: Detector, encoder: Encoder, readings: Sequence[Reading], path: Path
) -> dict[str, float]:
    """Return for each output by how much a file differs from the model, at most."""
    runtime = needed("onnxruntime", "checking a model", "learned")
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = dict.fromkeys(_SEEN, 0.0)
    model.cpu().eval()
    for reading in readings:
        inputs = batch([reading], encoder)
        said = session.run(_SEEN, dict(zip(inputs._fields, inputs, strict=True)))
        with torch.inference_mode():
            expected = model(*tensors(inputs, torch.device("cpu")))
        for name, one, other in zip(_SEEN, said, expected, strict=True):
            found[name] = max(found[name], float(np.abs(one - other.numpy()).max()))
    return found


class _Pair(nn.Module):
    def __init__(self, model: Detector) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, program: Tensor, cost: Tensor, other: Tensor, cost_of_other: Tensor
    ) -> tuple[Tensor, Tensor]:
        order = self.model.compare(program, cost, other, cost_of_other)
        return order, self.model.show(program, other)


class _Time(nn.Module):
    def __init__(self, model: Detector) -> None:
        super().__init__()
        self.model = model

    def forward(self, program: Tensor, cost: Tensor, size: Tensor) -> Tensor:
        return self.model.take(program, cost, size)


def _write(
    model: nn.Module, inputs: tuple[Tensor, ...], names: list[str], outputs: list[str], path: Path
) -> None:
    axes = {name: _DYNAMIC.get(name, {0: "programs"}) for name in (*names, *outputs)}
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # the exporter that gives the smaller graph is the old one
        torch.onnx.export(
            model,
            inputs,
            path,
            input_names=names,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )


def checked(path: Path) -> Any:
    """Return the model of a file; raises what ONNX's checker does."""
    onnx = needed("onnx", "writing a model", "train")
    model = onnx.load(path)
    onnx.checker.check_model(model)
    return model
