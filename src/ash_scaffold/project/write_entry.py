"""One file of a write, and which files a run may write at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import PurePosixPath

import msgspec

JOURNAL_FOLDER = "priv/ash_scaffold/.write"
IGNORE_FILE = ".gitignore"
PERMISSIONS = 0o777
_NO_NAMES = frozenset({"", ".", ".."})
_ENDINGS = frozenset({".ex", ".exs", ".htm", ".html", ".json", ".md", ".toml"})


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file: its path below the root, and its bytes before and after (`None`: no file).

    `mode`, `uid` and `gid` are those of the file before, `None` when there was none. `folders`
    are those that have to be made for it, the outermost first.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    folders: tuple[str, ...] = ()


def refusal(path: str) -> str:
    """Return why no run may write a path below the root, "" for one that it may."""
    # As text, not as paths: thousands of files pass here in each run.
    parts = path.lower().split("/")
    if "\0" in path or not _NO_NAMES.isdisjoint(parts):
        return "The path leaves the project."
    if ".git" in parts:
        return "It belongs to git."
    if f"{path}/".startswith(f"{JOURNAL_FOLDER}/"):
        return "It belongs to the journal of a write."
    name = parts[-1]
    if name != IGNORE_FILE and name[name.rfind(".") :] not in _ENDINGS:
        return f"A run only writes files that end in {', '.join(sorted(_ENDINGS))}."
    return ""


def faults(root: str, entries: Iterable[Entry]) -> Iterator[str]:
    """Give a sentence for each entry that a write to the root (absolute, resolved) can't have."""
    real: dict[str, str] = {}
    seen: set[str] = set()
    for entry in entries:
        folder = entry.path.rpartition("/")[0]
        if folder not in real:
            real[folder] = os.path.realpath(f"{root}/{folder}")
        fault = refusal(entry.path)
        if not fault and real[folder] != (f"{root}/{folder}" if folder else root):
            fault = "It lies behind a link."
        fault = fault or _fault(root, entry) or ("It is there twice." if entry.path in seen else "")
        seen.add(entry.path)
        if fault:
            yield f"{entry.path!a}: {fault}"


def _fault(root: str, entry: Entry) -> str:
    with suppress(FileNotFoundError, NotADirectoryError):
        mode = os.lstat(f"{root}/{entry.path}").st_mode
        if stat.S_ISLNK(mode) or stat.S_ISDIR(mode):
            return "It is a link or a folder."
    above = {str(parent) for parent in PurePosixPath(entry.path).parents} - {"."}
    if not above.issuperset(entry.folders):
        return "It has folders that it does not lie in."
    if entry.mode is not None and entry.mode & ~PERMISSIONS:
        return "It would be more than readable, writable and executable."
    if any(number is not None and number < 0 for number in (entry.uid, entry.gid)):
        return "It has an owner that nobody is."
    return ""
