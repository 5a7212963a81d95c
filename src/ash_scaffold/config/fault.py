"""A fault at a key of the file, and the words for keys and near misses that all checks share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TypeAlias

import msgspec

from ash_scaffold.problem import Code, Problem, Severity

KeyPath: TypeAlias = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong at one key; `what` follows the key's name in the message."""

    path: KeyPath
    what: str
    todo: str = ""
    code: Code = Code.CONFIG_INVALID

    def problem(self, where: str) -> Problem:
        """Give it as an error at `where`, which names the file and, if known, the line."""
        what = f"{dotted(self.path)} {self.what}" if self.path else self.what
        return Problem(
            severity=Severity.ERROR, code=self.code, where=where, what=what, todo=self.todo
        )


def dotted(path: KeyPath) -> str:
    """Write a key path as TOML does: `tables."billing.*".columns.email`, `accept[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        text += "." if text else ""
        text += part if _BARE_KEY.fullmatch(part) else quoted(part)
    return text


def quoted(value: str) -> str:
    """Write a string of the file as TOML would."""
    return msgspec.json.encode(value).decode()


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Ask for the nearest of the known names, three at most; empty when none is near."""
    by_folded: dict[str, str] = {}
    for candidate in sorted(known):
        by_folded.setdefault(candidate.casefold(), candidate)
    near = get_close_matches(name.casefold(), by_folded, n=3, cutoff=0.6)
    return f"Did you mean {either([by_folded[key] for key in near])}?" if near else ""


def either(words: list[str]) -> str:
    """Join alternatives: `a`, `a or b`, `a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
