"""How long the learned detector takes: parts of it, lengths of programs, and a fresh process.

    python benchmarks/learned_speed.py [MODEL]

Milliseconds of processor time for one program on one thread, the least of some runs. Programs are
functions of the standard library of about so many pieces.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean

from effilint.analyzer.source import Source, SourceError
from effilint.detectors.facts import facts_in
from effilint.detectors.heat import heat_in
from effilint.detectors.learned import Learned, folder_of
from effilint.detectors.operations import opened
from effilint.detectors.reading import read
from effilint.train_detector.corpus import functions_of

LENGTHS = (64, 128, 256)  # pieces, the marks at both ends among them
NEAR = 0.1
PROGRAMS, RUNS = 20, 5


def least(function: Callable[[], object]) -> float:
    """Milliseconds of processor time, the least of some runs."""
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        function()
        taken.append(time.process_time() - start)
    return min(taken) * 1e3


def programs(model: Learned) -> dict[int, list[str]]:
    """Functions of the standard library by how many pieces they are."""
    found: dict[int, list[str]] = {length: [] for length in LENGTHS}
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        try:
            Source.read(path)
        except SourceError:
            continue
        for text in functions_of(path):
            size = len(model.encoder.encode(text).ids)
            for length in LENGTHS:
                is_near = abs(size - length) <= NEAR * length
                if is_near and len(found[length]) < PROGRAMS:
                    found[length].append(text)
        if all(len(texts) == PROGRAMS for texts in found.values()):
            break
    return found


def parts(model: Learned, text: str) -> dict[str, float]:
    """What each part takes for a program."""
    with opened(text) as table:
        assert table is not None
        starts = sorted({one for one in model.encoder.encode(text).leaves if one >= 0})

    def reopened(use: Callable[..., object], *arguments: object) -> None:
        with opened(text) as fresh:
            use(fresh, *arguments)

    return {
        "tokens and data flow": least(lambda: model.encoder.encode(text)),
        "facts": least(lambda: reopened(facts_in)),
        "heat": least(lambda: reopened(heat_in, starts)),
        "all that is read": least(lambda: read(text, model.encoder)),
        "all": least(lambda: model.see([text])),
    }


def fresh_process(model: str) -> float:
    """Milliseconds of wall time from nothing to the first score of a small program."""
    code = (
        "from effilint.detectors.learned import Learned, folder_of\n"
        f"Learned(folder_of({model!r})).see(['def f(xs):\\n    return sorted(xs)[0]\\n'])\n"
    )
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        taken.append(time.perf_counter() - start)
    return min(taken) * 1e3


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="embedded")
    name = parser.parse_args().model
    model = Learned(folder_of(name))
    size = sum(path.stat().st_size for path in folder_of(name).iterdir() if path.is_file())
    print(f"files of the model: {size / 1e6:.1f} MB, weights of {model.card['bits']} bits")
    print(f"first score in a fresh process: {fresh_process(name):.0f} ms")
    for length, texts in programs(model).items():
        rows = [parts(model, text) for text in texts]
        cells = ", ".join(f"{part} {mean(row[part] for row in rows):.1f}" for part in rows[0])
        print(f"{length} pieces ({len(texts)} functions), ms: {cells}")


if __name__ == "__main__":
    main()
