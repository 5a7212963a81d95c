"""Keys and strings as TOML writes them."""

from __future__ import annotations

import re
from typing import TypeAlias

import msgspec

KeyPath: TypeAlias = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


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
