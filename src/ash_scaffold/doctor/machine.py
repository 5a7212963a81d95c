"""The machine: Elixir, and git's view of the snapshots."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec

from ash_scaffold.project.git import find_repository
from ash_scaffold.project.local_identity import FOLDER as LOCAL
from ash_scaffold.project.programs import ask_program
from ash_scaffold.project.snapshot import FOLDER as SNAPSHOTS
from ash_scaffold.project.write_entry import JOURNAL_FOLDER

_MIX_VERSION = re.compile(r"^Mix (\d+\.\d+\.\d+\S*)", re.MULTILINE)
_PROBE = f"{LOCAL}/1-1.json"


class Elixir(msgspec.Struct, frozen=True):
    """`version` is None when mix is not there (`fault` empty) or does not answer (why not)."""

    version: str | None = None
    fault: str = ""


class Snapshots(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the folder of snapshots in git; paths as git gives them, sorted.

    `ignored` is true when git ignores all of it, `local_ignored` when it does so with the files
    that belong to one machine; `local_tracked` are those of them that are committed.
    """

    untracked: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    ignored: bool = False
    local_ignored: bool = True
    local_tracked: tuple[str, ...] = ()


def find_elixir(folder: Path) -> Elixir:
    """Return the version of mix, which is Elixir's, in the folder that version managers go by."""
    mix = shutil.which("mix")
    if mix is None:
        return Elixir()
    done = ask_program((mix, "--version"), folder)
    if done is None:
        return Elixir(fault="it does not answer")
    found = _MIX_VERSION.search(done.stdout)
    if found is None:
        output = (done.stderr or done.stdout).strip().splitlines()
        return Elixir(fault=output[-1] if output else f"it ends with code {done.returncode}")
    return Elixir(version=found[1])


def ask_git(root: Path) -> Snapshots | None:
    """Return the state of the snapshots in git; None without git or outside of a repository."""
    git = find_repository(root)
    if git is None:
        return None
    status = git.ask("status", "--porcelain", "-z", "-uall", "--ignored=matching", "--", SNAPSHOTS)
    tracked = git.ask("ls-files", "-z", "--", LOCAL)
    ignored = git.ask("check-ignore", "-q", "--no-index", _PROBE)
    whole = git.ask("check-ignore", "-q", "--no-index", f"{SNAPSHOTS}/a.b.json")
    entries = _entries(status.stdout) if status is not None else []
    return Snapshots(
        untracked=tuple(path for code, path in entries if code == "??"),
        changed=tuple(path for code, path in entries if code not in ("??", "!!")),
        ignored=whole is not None and whole.returncode == 0,
        local_ignored=ignored is not None and ignored.returncode == 0,
        local_tracked=tuple(sorted(_split(tracked.stdout))) if tracked is not None else (),
    )


def _entries(output: str) -> list[tuple[str, str]]:
    """Return code and path of each entry that is a snapshot."""
    found = []
    parts = iter(_split(output))
    for part in parts:
        code, path = part[:2], part[3:]
        if code.startswith(("R", "C")):
            next(parts, None)  # the path it had before
        own = f"/{path}"
        if f"/{LOCAL}/" not in own and f"/{JOURNAL_FOLDER}/" not in own:
            found.append((code, path))
    return sorted(found)


def _split(output: str) -> list[str]:
    return [part for part in output.split("\0") if part]
