"""Reports as JSON documents; their forms are documented in the README under each command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.problem import Severity

VERSION = 1


def document(**parts: object) -> dict[str, object]:
    """Return a versioned document of the parts, in their order, as builtins."""
    return {"version": VERSION, **{name: msgspec.to_builtins(part) for name, part in parts.items()}}


def objects(
    items: Iterable[msgspec.Struct], keys: Mapping[str, str], words: Mapping[Severity, str] = {}
) -> list[dict[str, object]]:
    """Return each item as an object: key → name of its field, in the order of `keys`.

    `words` replaces the severities' own.
    """
    return [
        {key: _value(getattr(item, field), words) for key, field in keys.items()} for item in items
    ]


def _value(value: object, words: Mapping[Severity, str]) -> object:
    if isinstance(value, Severity):
        return words.get(value, value.value)
    return msgspec.to_builtins(value)
