"""A number with its noun, as messages have it."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return `1 table`, `2 tables`. The plural of the noun has to be that with an `s`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
