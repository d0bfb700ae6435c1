"""The files of a trained model, and the choice between weights of 32 bits and of 8."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from effilint.analyzer.extras import needed
from effilint.detectors.learned import (
    CARD,
    FORMAT,
    SESSIONS,
    Learned,
    digest_of,
    facts_digest,
)
from effilint.detectors.reading import Reading
from effilint.train_detector import export
from effilint.train_detector.boosting import to_onnx
from effilint.train_detector.examples import GROWTHS, OF, Examples
from effilint.train_detector.forests import Forest
from effilint.train_detector.model import Detector
from effilint.train_detector.sights import sights
from effilint.train_detector.starting import Start

_CHECKED = 40  # programs on which a file is compared with the network
_COMPARED = 1500  # comparisons by which the sizes are chosen
_LOST = 0.003  # of the orders that were right: more is too much for a quarter of the size


def write(
    folder: Path,
    model: Detector,
    given: Start,
    forest: Forest,
    worth: Mapping[str, Any],
    found: Examples,
    read: Sequence[Reading],
    more: Mapping[str, Any],
    *,
    is_small: bool = True,
) -> dict[str, Any]:
    """Write a model to a folder, and return its card, in which `more` stands too.

    The part `validation` of `found`, whose readings are `read`, is what the files are compared with
    the network on. If it `is_small`, the encoder has weights of 8 bits where orders of that part do
    not suffer; GPUs have no use for these. The card comes last: without it the folder is no model.
    """
    onnx = needed("onnx", "writing a model", "train")
    (folder / CARD).unlink(missing_ok=True)
    held_out = [read[n] for n, one in enumerate(found.programs) if one.part == "validation"]
    encoder = given.encoder
    given.tokenizer.save(str(folder / "tokenizer.json"))
    export.write_encoder(model, encoder, held_out[:3], folder / "encoder.onnx")
    differs = export.largest_difference(
        model, encoder, held_out[:_CHECKED], folder / "encoder.onnx"
    )
    export.write_pair(model, folder / "pair.onnx")
    export.write_time(model, folder / "time.onnx")
    onnx.save(to_onnx([forest.order[of].trees for of in OF]), folder / "order.onnx")
    onnx.save(to_onnx(list(forest.shown.values())), folder / "classes.onnx")
    onnx.save(to_onnx([forest.time]), folder / "taken.onnx")
    card = {
        "format": FORMAT,
        "facts": facts_digest(),
        "keeps_names": given.keeps_names,
        "growths": list(GROWTHS),
        "trees": list(forest.shown),
        "calibration": worth,
        "differs_from_torch": differs,
        "bits": 32,
        **more,
    }
    if is_small:
        card |= _smallest(folder, card, found)
    return _carded(folder, card)


def _carded(folder: Path, card: Mapping[str, Any]) -> dict[str, Any]:
    """Write a card, with the checksums of the files that there are, and return it."""
    names = ["tokenizer.json", *(f"{name}.onnx" for name in SESSIONS)]
    whole = {**card, "files": {name: digest_of(folder / name) for name in names}}
    text = json.dumps(whole, indent=2, allow_nan=False)
    (folder / CARD).write_text(f"{text}\n", encoding="utf-8")
    return whole


def _smallest(folder: Path, card: Mapping[str, Any], found: Examples) -> dict[str, Any]:
    """Keep the encoder with weights of 8 bits if it orders as well; say what was seen."""
    with TemporaryDirectory(dir=folder) as name:
        smaller = Path(name)
        for path in folder.iterdir():
            if path.is_file():
                shutil.copy(path, smaller)
        export.write_int8(folder / "encoder.onnx", smaller / "encoder.onnx")
        shares = {}
        for bits, place in (("32", folder), ("8", smaller)):
            _carded(place, {**card, "bits": int(bits)})
            shares[bits] = _right(Learned(place), found)
        is_as_good = shares["8"] >= shares["32"] - _LOST
        if is_as_good:
            shutil.copy(smaller / "encoder.onnx", folder / "encoder.onnx")
    return {"bits": 8 if is_as_good else 32, "orders_right_by_bits": shares}


def _right(model: Learned, found: Examples) -> float:
    """The share of orders in time of the part `validation` that a model has right."""
    own = [one for one in found.in_part("validation") if one.of == "time"][:_COMPARED]
    places = sorted({place for one in own for place in (one.more, one.less)})
    seen = sights(model, {place: found.programs[place].text for place in places})
    said = [model.order(seen[one.more], seen[one.less]).time > 0.5 for one in own]
    return float(np.mean(said))
