"""Making the text of a twin, and where its inefficient parts stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from effilint.dataset.twins.inverse import Change, Site, Span


class OverlapError(ValueError):
    """Two changes touch the same text."""


@dataclass(frozen=True)
class Applied:
    """The text of a twin, and for each of its sites the spans that are inefficient."""

    text: str
    spans: tuple[tuple[Span, ...], ...]


def applied(text: str, sites: Sequence[Site]) -> Applied:
    """Return the text with the changes of all sites; `OverlapError` if they do not fit together."""
    changes = sorted({c for site in sites for c in site.changes}, key=lambda c: (c.start, c.end))
    if len(changes) < sum(len(site.changes) for site in sites) and len(sites) > 1:
        raise OverlapError
    parts: list[str] = []
    places: dict[Change, Span] = {}
    done = length = 0
    for change in changes:
        if change.start < done:
            raise OverlapError
        kept = text[done : change.start]
        parts += [kept, change.text]
        length += len(kept)
        places[change] = (length, length + len(change.text))
        length += len(change.text)
        done = change.end
    made = "".join(parts) + text[done:]
    spans = [tuple(sorted(set(_spans(made, site, places)))) for site in sites]
    return Applied(made, tuple(spans))


def _spans(made: str, site: Site, places: dict[Change, Span]) -> Iterator[Span]:
    """The labelled spans of a site, without the white space at their ends."""
    found = [places[change] for change in site.changes if change.text.strip()]
    if site.marks:
        own = {(change.start, change.end): places[change] for change in site.changes}
        found = [
            own.get(mark) or (_start(mark[0], places), _end(mark[1], places)) for mark in site.marks
        ]
    for start, end in found:
        content = made[start:end]
        start += len(content) - len(content.lstrip())
        yield start, start + len(content.strip())


def _start(offset: int, places: dict[Change, Span]) -> int:
    """Where the start of a span is after the changes; that of a change which it stands in."""
    moved = 0
    for change, (_, end) in places.items():
        if change.end <= offset:
            moved = end - change.end
        elif change.start < offset:
            return places[change][0]
    return offset + moved


def _end(offset: int, places: dict[Change, Span]) -> int:
    """Where the end of a span is after the changes; that of a change which it stands in."""
    moved = 0
    for change, (_, end) in places.items():
        if change.end <= offset and change.start < offset:
            moved = end - change.end
        elif change.start < offset:
            return end
    return offset + moved
