"""What training shows: a bar on a terminal, lines in a log, and TensorBoard where it is there."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from effilint.progress import waiting

_EVERY = 30.0  # seconds between lines


class Progress:
    """Tells on stderr how training goes, and writes each step's losses to `losses.jsonl`.

    Of several processes the first one does.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_first = os.environ.get("RANK", "0") == "0"
        self._recent: defaultdict[str, list[float]] = defaultdict(list)
        self._said = 0.0
        self._board: Any = None

    def __enter__(self) -> Progress:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "losses.jsonl" if self._is_first else Path(os.devnull)
        self._log = path.open("a", encoding="utf-8")
        if self._is_first:
            from effilint.train_detector.training import board

            self._board = board(self._folder / "tensorboard")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._log.close()
        if self._board is not None:
            self._board.close()

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Say what is done, and how long it took."""
        start = time.monotonic()
        with waiting(what):
            yield
        if self._is_first:
            click.echo(f"{what}: {time.monotonic() - start:.0f} s", err=True)

    def told(self, step: int, losses: Mapping[str, float]) -> None:
        """Take note of the losses of a step."""
        if not self._is_first:
            return
        self._log.write(json.dumps({"step": step, **losses}) + "\n")
        for name, loss in losses.items():
            self._recent[name].append(loss)
            if self._board is not None:
                self._board.add_scalar(name, loss, step)
        if time.monotonic() - self._said > _EVERY:
            self._said = time.monotonic()
            self._log.flush()
            means = (f"{name} {sum(row) / len(row):.3f}" for name, row in self._recent.items())
            click.echo(f"step {step}: {', '.join(means)}", err=True)
            self._recent.clear()
