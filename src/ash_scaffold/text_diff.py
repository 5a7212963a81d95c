"""Unified diffs of texts, as every command shows them.

A line ends at a newline only, as in the files that are written: Python's `splitlines` ends one at
a form feed and at U+2028 too.
"""

from __future__ import annotations

import difflib
import re

_LINE_END = re.compile(r"(?<=\n)")
_NO_NEWLINE = "\\ No newline at end of file"


def unified_diff(before: str | None, after: str | None, old: str, new: str) -> str:
    """Return the diff of two texts under the names of their files, None for no file."""
    lines = hunks(before or "", after or "")
    if not lines:
        return ""
    names = (
        f"--- {'/dev/null' if before is None else old}",
        f"+++ {'/dev/null' if after is None else new}",
    )
    return "\n".join((*names, *lines, ""))


def hunks(before: str, after: str, *, context: int = 3) -> list[str]:
    """Return the lines of a diff from its first `@@` on, without their newlines."""
    found: list[str] = []
    for line in list(difflib.unified_diff(_lines(before), _lines(after), n=context))[2:]:
        found.append(line.removesuffix("\n"))
        if not line.endswith("\n"):
            found.append(_NO_NEWLINE)
    return found


def _lines(text: str) -> list[str]:
    return [line for line in _LINE_END.split(text) if line]
