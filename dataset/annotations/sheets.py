"""What one source says of one solution: its annotations, one line of JSON for each solution."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.annotations.locating import Place
from effilint.dataset.problems import BadRowError
from effilint.dataset.rows import Broken, read_rows

Side = Literal["inefficient", "efficient"]
SIDES: tuple[Side, ...] = ("inefficient", "efficient")
DECISIONS = ("accept", "reject")
_SHORT = 16


@dataclass(frozen=True)
class Review:
    """What a reviewer decided about an annotation: `accept` or `reject`, and why."""

    decision: str
    comment: str = ""


@dataclass(frozen=True)
class Annotation:
    """A behaviour that is seen in a solution, or, on the side `efficient`, its dual.

    `behaviour` is a code of the taxonomy. `place` is where the snippet is in the code; None if it
    could not be located. `source` is the rule (`static:DST101`), or the same as the sheet's.
    `confidence`, from 0 to 1, is there if the source states one. `reviews` are by reviewer.
    """

    behaviour: str
    side: Side
    snippet: str
    place: Place | None
    source: str
    explanation: str = ""
    mechanism: str = ""
    confidence: float | None = None
    reviews: Mapping[str, Review] | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether it was reviewed and nobody rejected it."""
        reviews = (self.reviews or {}).values()
        return bool(reviews) and all(review.decision == "accept" for review in reviews)

    @property
    def is_rejected(self) -> bool:
        """Whether somebody rejected it."""
        return any(review.decision == "reject" for review in (self.reviews or {}).values())


@dataclass(frozen=True)
class Sheet:
    """All that one source says of one solution.

    `source` is `static`, `llm:<model>` or `behaviour_pairs:<id>:<side>`. `failed` says why there
    is nothing. `tokens` are those of the requests and of the replies, if the endpoint counts them.
    """

    problem: str
    solution: str
    source: str
    annotations: tuple[Annotation, ...] = ()
    summary: str = ""
    failed: str = ""
    tokens: tuple[int, int] | None = None

    def to_json(self) -> str:
        """Return the sheet as one line of JSON."""
        row = asdict(self)
        for annotation, written in zip(self.annotations, row["annotations"], strict=True):
            written["id"] = self.id_of(annotation)
        return json.dumps(row, ensure_ascii=False)

    def id_of(self, annotation: Annotation) -> str:
        """Return a name for an annotation of the sheet that no other annotation has."""
        start = annotation.place.start if annotation.place else None
        said = [annotation.behaviour, annotation.side, annotation.snippet, annotation.explanation]
        text = json.dumps([self.solution, self.source, annotation.source, start, *said])
        return hashlib.sha256(text.encode()).hexdigest()[:_SHORT]

    def reviewed(self, reviews: Mapping[str, Mapping[str, Review]]) -> Sheet:
        """Return the sheet with reviews, by reviewer, of annotations, by id."""
        return replace(
            self,
            annotations=tuple(
                replace(a, reviews={**(a.reviews or {}), **reviews.get(self.id_of(a), {})})
                for a in self.annotations
            ),
        )

    @classmethod
    def from_row(cls, row: object) -> Sheet:
        """Return the sheet that a row stands for; `BadRowError` if it is none."""
        if not isinstance(row, Mapping):
            raise BadRowError("a sheet of annotations must be an object")
        for key in ("problem", "solution", "source"):
            if not isinstance(row.get(key), str) or not row[key]:
                raise BadRowError(f"a sheet of annotations has a text {key}")
        try:
            found = tuple(_annotation(dict(one)) for one in row.get("annotations") or ())
            tokens = tuple(row["tokens"]) if row.get("tokens") else None
            return cls(**{**row, "annotations": found, "tokens": tokens})
        except (TypeError, ValueError) as error:
            raise BadRowError(f"annotations do not fit: {error}") from None


def _annotation(row: dict[str, Any]) -> Annotation:
    row.pop("id", None)
    if row.get("behaviour") not in BEHAVIOURS or row.get("side") not in SIDES:
        raise ValueError(f"{row.get('side')} {row.get('behaviour')} is no behaviour")
    place, reviews = row.pop("place", None), row.pop("reviews", None)
    return Annotation(
        **row,
        place=Place(**place) if place else None,
        reviews={name: Review(**review) for name, review in reviews.items()} if reviews else None,
    )


def read_sheets(path: Path) -> Iterator[Sheet | Broken]:
    """Yield the sheets of a file, with a note in the place of each row that is none.

    Raises `OSError` for a file that cannot be opened.
    """
    return read_rows(path, Sheet.from_row)
