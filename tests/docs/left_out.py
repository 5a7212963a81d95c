"""Texts with parts that are left out: whether one is the whole of another, and how to cut it."""

from __future__ import annotations

import re
from itertools import pairwise

from tests.docs.pages import LEFT_OUT


def agree(shown: str, whole: str) -> bool:
    """Whether a text is another, but for what it leaves out.

    A line of `…` alone stands for one line or more, `…` in a line for some of that line.
    """
    pattern = "".join(_line_pattern(line) for line in shown.splitlines())
    lines = whole.splitlines()
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None


def _line_pattern(line: str) -> str:
    if line.strip() == LEFT_OUT:
        return r"(?:[^\n]*\n)+?"
    return "[^\n]+?".join(re.escape(part) for part in line.split(LEFT_OUT)) + r"\n"


def cut_alike(shown: str, whole: str) -> str:
    """Return a new text with the parts left out that were left out of the old one.

    What is shown goes from the line that its first one was to the line that its last one was.
    Where these are not there, or not once, the whole text comes, for a person to cut.
    """
    lines = whole.splitlines()
    parts = _parts(shown.splitlines())
    if len(parts) == 1:
        return whole
    ranges = []
    for number, part in enumerate(parts):
        start = 0 if number == 0 else _only(lines, part[:1])
        end = len(lines) if number == len(parts) - 1 else _only(lines, part[-1:]) + 1
        if not part:
            start, end = (0, 0) if number == 0 else (len(lines), len(lines))
        ranges.append((start, end))
    apart = all(0 <= a[0] <= a[1] < b[0] <= b[1] for a, b in pairwise(ranges))
    if not apart:
        return whole
    indents = [line[: len(line) - len(line.lstrip())] for line in shown.splitlines() if _cut(line)]
    kept = lines[slice(*ranges[0])]
    for indent, each in zip(indents, ranges[1:], strict=True):
        kept += [f"{indent}{LEFT_OUT}", *lines[slice(*each)]]
    return "\n".join(kept) + "\n"


def _cut(line: str) -> bool:
    return line.strip() == LEFT_OUT


def _parts(lines: list[str]) -> list[list[str]]:
    """Return the runs of lines between those that stand for what is left out."""
    parts = list[list[str]]([[]])
    for line in lines:
        if _cut(line):
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _only(lines: list[str], wanted: list[str]) -> int:
    """Return the number of the one line that is meant, a large negative one where there is none."""
    found = [number for number, line in enumerate(lines) if [line] == wanted]
    return found[0] if len(found) == 1 else -(len(lines) + 2)
