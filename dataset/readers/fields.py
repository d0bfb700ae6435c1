"""Fields of a row of somebody else's file: there and of the right kind, or the row is broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from effilint.dataset.problems import BadRowError


def text(row: Mapping[str, Any], *keys: str) -> str:
    """Return the first of these fields that is there; `BadRowError` if none is a text."""
    found = optional_text(row, *keys)
    if not found.strip():
        raise BadRowError(f"there is no {keys[0]}")
    return found


def optional_text(row: Mapping[str, Any], *keys: str) -> str:
    """Return the first of these fields that is there, or an empty text."""
    for key in keys:
        if (value := row.get(key)) is None:
            continue
        if not isinstance(value, str):
            raise BadRowError(f"{key} must be a text")
        return value
    return ""


def texts(row: Mapping[str, Any], key: str) -> list[str]:
    """Return a field that is a list of texts, or an empty list if it is not there."""
    value = row.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadRowError(f"{key} must be a list of texts")
    return value


def number(row: Mapping[str, Any], *keys: str) -> int | None:
    """Return the first of these fields that is there as a whole number, or None."""
    for key in keys:
        if (value := row.get(key)) is None:
            continue
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        raise BadRowError(f"{key} must be a whole number")
    return None


def mapping(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a field that is an object; `BadRowError` for anything else, or if it is not there."""
    value = row.get(key)
    if not isinstance(value, dict):
        raise BadRowError(f"{key} must be an object")
    return value
