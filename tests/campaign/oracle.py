"""What must hold of every run, whatever it was given. Each function returns what is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection

from tests.campaign.box import KILLED_FOR_TIME, PRIVATE, SECRET, Box, Ran, Tree

DOCUMENTED = (0, 1, 2)
_INTERNAL = re.compile(r"This should not happen: (.*)")
_TERMINAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SHOWN = 5
_STAGING = "priv/ash_scaffold/.write"
# Where a try itself may have put a secret: `.write` is a forged journal.
_OWN = (_STAGING, "ash_scaffold.toml")


def wrong_run(ran: Ran, codes: Collection[int] = DOCUMENTED) -> list[str]:
    """Judge how a run ended, and what it printed."""
    said = ran.out + ran.err
    wrong = []
    if ran.code == KILLED_FOR_TIME:
        wrong.append("it did not end")
    elif ran.code not in codes:
        wrong.append(f"exit code {ran.code}")
    if "Traceback (most recent call last)" in said or "Exception ignored" in said:
        wrong.append(f"a traceback: {_last_line(said)}")
    internal = _INTERNAL.search(said)
    if internal is not None:
        wrong.append(f"an unexpected error: {internal[1]}")
    if SECRET in said:
        wrong.append("the password in its output")
    if PRIVATE in said:
        wrong.append("a file outside of the project in its output")
    control = _TERMINAL.search(said)
    if control is not None:
        around = said[max(0, control.start() - 20) : control.end() + 10]
        wrong.append(f"a control character in its output: {around!r}")
    return wrong


def wrong_world(box: Box, before: Tree) -> list[str]:
    """Judge what is around the project, and what code from outside has left."""
    after = box.world()
    marks = [path for path in after if path.startswith("canary/")]
    wrong = [f"code ran: {path}" for path in marks]
    wrong += [
        f"outside of the project: {each}"
        for each in changes(before, {k: v for k, v in after.items() if k not in marks})
    ]
    leaked = [
        path
        for path, (kind, _, content) in box.tree().items()
        if kind == "file"
        and not path.startswith(_OWN)
        and (PRIVATE.encode() in content or SECRET.encode() in content)
    ]
    wrong += [f"a secret in {path}" for path in leaked]
    return wrong


def wrong_files(found: Tree, *allowed: Tree) -> list[str]:
    """Judge the project: it has to be one of these, whole."""
    if any(not changes(tree, found) for tree in allowed):
        return []
    fewest = min((changes(tree, found) for tree in allowed), key=len)
    return [f"the project is neither as before nor as after: {'; '.join(fewest[:_SHOWN])}"]


def wrong_refusal(ran: Ran, before: Tree, after: Tree) -> list[str]:
    """Judge a run that ended with exit code 2: it has written nothing."""
    written = changes(before, after)
    if ran.code != 2 or not written:
        return []
    return [f"exit code 2, and written: {'; '.join(written[:_SHOWN])}"]


def without_staging(found: Tree) -> Tree:
    """Leave out what a write that could not even be undone has staged: no file of anybody."""
    return {path: each for path, each in found.items() if not path.startswith(_STAGING)}


def changes(before: Tree, after: Tree) -> list[str]:
    """Return the paths that differ, each with how. Empty folders don't count, as in git."""
    before, after = _with_content(before), _with_content(after)
    found = []
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old != new:
            how = "new" if old is None else "gone" if new is None else "changed"
            found.append(f"{path} {how}")
    return found


def _with_content(found: Tree) -> Tree:
    return {path: each for path, each in found.items() if each[0] != "folder"}


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")
