"""What `check` and `split` find out about problems before they judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from effilint.commands.dataset.showing import complain, passed_on

if TYPE_CHECKING:
    from effilint.dataset.splits import Near

Command = Callable[..., Any]


def border_options(command: Command) -> Command:
    """Give a command the options about parts and about what is nearly the same."""
    command = click.option(
        "--near",
        type=click.FloatRange(0.3, 1),
        default=0.8,
        show_default=True,
        help="From which similarity on two texts are nearly the same.",
    )(command)
    return click.option(
        "--weights",
        type=click.FloatRange(0),
        nargs=3,
        default=(80, 10, 10),
        show_default=True,
        metavar="TRAIN VALIDATION TEST",
        help="How much of the problems is in each part.",
    )(command)


@dataclass
class Found:
    """The problems of files: whether each is in EffiBench's pool, and the file it is in.

    `repeated` holds problems that are there again, with the file of each.
    """

    in_pool: dict[str, bool] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    repeated: list[tuple[str, str]] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)


def found_in(paths: Iterable[Path], threshold: float) -> Found:
    """Read the problems of files; broken rows are named and left out."""
    from effilint.dataset import store
    from effilint.dataset.rows import Broken
    from effilint.dataset.splits import Alike

    alike, found = Alike(threshold), Found()
    for path in paths:
        for item in passed_on(store.read(path), f"reading {path.name}"):
            if isinstance(item, Broken):
                complain(item)
            elif item.id in found.in_pool:
                found.repeated.append((item.id, str(path)))
            else:
                found.in_pool[item.id] = item.in_effibench
                found.files[item.id] = str(path)
                found.near.extend(alike.to(item))
    if not found.in_pool:
        raise click.UsageError("there are no problems")
    return found
