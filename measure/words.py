"""What a program says, made fit to be shown to people and written to files."""

from __future__ import annotations

_LONGEST = 500  # characters


def readable(text: str) -> str:
    """Return a text as one line that is not too long, as `visible`."""
    return visible(" ".join(text[: 4 * _LONGEST].split())[:_LONGEST])


def visible(text: str) -> str:
    """Return a text with escapes in place of what is not seen, but for the ends of lines.

    A terminal would obey control characters, and lone surrogates cannot even be written.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
