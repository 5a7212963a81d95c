"""Faults of `ash_scaffold.toml`: at which key and line, and the words that all checks share."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from ash_scaffold.problem import Code, Problem
from ash_scaffold.toml_text import KeyPath, dotted


class Fault(msgspec.Struct, frozen=True):
    """A fault at one key; `what` follows the key's name in the message."""

    path: KeyPath
    what: str
    todo: str = ""
    code: Code = Code.CONFIG_INVALID

    def problem(self, where: str) -> Problem:
        """Give it as an error at `where`, which names the file and the line where there is one."""
        what = f"{dotted(self.path)} {self.what}" if self.path else self.what
        return self.code.at(where, what, todo=self.todo)


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Suggest the nearest of some names, three at most; empty when none is near."""
    by_folded: dict[str, str] = {}
    for candidate in sorted(names):
        by_folded.setdefault(candidate.casefold(), candidate)
    near = get_close_matches(name.casefold(), by_folded, n=3, cutoff=0.6)
    return f"Did you mean {either([by_folded[key] for key in near])}?" if near else ""


def either(words: list[str]) -> str:
    """Join alternatives: `a`, `a or b`, `a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


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
