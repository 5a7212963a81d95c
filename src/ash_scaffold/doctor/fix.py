"""The edits of `--fix`, computed without touching a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.generate.needs import Need
from ash_scaffold.project.format import format_files, formatter_calls
from ash_scaffold.project.mix import read_source
from ash_scaffold.project.model import Project
from ash_scaffold.project.settings import put


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    """The files to write, what they held before, and the needs that they meet."""

    files: Mapping[str, bytes]
    seen: Mapping[str, bytes | None]
    met: tuple[Need, ...]


def edits(project: Project, wanted: Iterable[Need]) -> Edits:
    """Put every setting into its file that can be put there safely."""
    seen: dict[str, bytes | None] = {}
    texts: dict[str, bytes] = {}
    met = []
    for need in wanted:
        if need.path not in seen:
            seen[need.path] = _read(project.root / need.path)
        before = texts.get(need.path, seen[need.path])
        if before is None and (project.root / need.path).exists():
            continue
        after = put(before, need.setting)
        if after is not None and after != before:
            texts[need.path] = after
            met.append(need)
    return Edits(files=texts, seen={path: seen[path] for path in texts}, met=tuple(met))


def _read(path: Path) -> bytes | None:
    return read_source(path) if path.is_file() else None


def formatted(project: Project, wanted: Edits) -> Edits:
    """Format the files that are new, and those that `mix format` would have left alone before."""
    texts = {path: text for path, text in wanted.files.items() if path.endswith((".ex", ".exs"))}
    staged: dict[str, str] = {}
    for path, after in texts.items():
        before = wanted.seen[path]
        try:
            pair = (after if before is None else before).decode(), after.decode()
        except UnicodeDecodeError:
            continue
        staged[f"{path} before"], staged[f"{path} after"] = pair
    done = format_files(staged, project, locals_without_parens=formatter_calls())
    found = dict(wanted.files)
    for path in texts:
        before_text = staged.get(f"{path} before")
        new = wanted.seen[path] is None
        if before_text is not None and (new or done.texts[f"{path} before"] == before_text):
            found[path] = done.texts[f"{path} after"].encode()
    return msgspec.structs.replace(wanted, files=found)
