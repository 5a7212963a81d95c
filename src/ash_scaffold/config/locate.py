"""Finds the line of a key in TOML text, which `tomllib` does not keep."""

from __future__ import annotations

import re
import tomllib

from ash_scaffold.config.fault import KeyPath

_KEY = r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)"""
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_KEYS})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_KEYS})\s*=")


def line_of(text: str, path: KeyPath) -> int | None:
    """Return the line, from 1, where `path` stands, or the nearest key above it.

    A key inside an inline table or a list is found at the line of the key that holds it. None
    when not even the first part is there.
    """
    best: tuple[int, int] | None = None
    for line, found in _keys_by_line(text):
        depth = _common_depth(found, path)
        if depth == len(found) and (best is None or depth > best[0]):
            best = (depth, line)
    return best[1] if best else None


def _common_depth(found: KeyPath, path: KeyPath) -> int:
    depth = 0
    while depth < min(len(found), len(path)) and found[depth] == path[depth]:
        depth += 1
    return depth


def _keys_by_line(text: str) -> list[tuple[int, KeyPath]]:
    keys: list[tuple[int, KeyPath]] = []
    header: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    for line, content in enumerate(text.split("\n"), start=1):
        if match := _HEADER.match(content):
            header = _parts(match[2])
            if match[1] == "[[":
                position = counts.get(header, 0)
                counts[header] = position + 1
                header = (*header, position)
            keys += [(line, header[:depth]) for depth in range(1, len(header) + 1)]
        elif match := _ASSIGNMENT.match(content):
            keys.append((line, (*header, *_parts(match[1]))))
    return keys


def _parts(dotted_key: str) -> KeyPath:
    """Split a dotted key as TOML does, by having the TOML parser read it."""
    try:
        value: object = tomllib.loads(f"{dotted_key} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts: list[str] = []
    while isinstance(value, dict):
        key, value = next(iter(value.items()))
        parts.append(key)
    return tuple(parts)
