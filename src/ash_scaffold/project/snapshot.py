"""Snapshots: what was generated last, committed by the team under `priv/ash_scaffold`.

A module's snapshot holds where it is, its entities as lines, and hashes that tell whether a
person has edited the file since. Nothing in it differs between two copies of one schema.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.project.model import Generated, Resource

FOLDER = "priv/ash_scaffold"
VERSION = 1
_PLAIN = re.compile(r"[a-z0-9_]+\Z")


class EntitySnapshot(msgspec.Struct, frozen=True):
    """An entity of a section as it was generated: its database object and its lines."""

    section: str
    object: str
    lines: tuple[str, ...]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What was generated of one module.

    `rendered` and `written` are SHA-256 of the text before and after the formatter; `path` is
    relative to the project; `table`, `domain` and `repo` are set for a resource.
    """

    version: int = VERSION
    module: str
    path: str
    table: Name | None = None
    domain: str | None = None
    repo: str | None = None
    rendered: str
    written: str
    entities: tuple[EntitySnapshot, ...] = ()


class _Header(msgspec.Struct):
    version: int


def generated_files(snapshots: Mapping[str, Snapshot]) -> dict[str, Generated]:
    """Return the resource files that were generated, by path."""
    return {
        snapshot.path: Generated(
            snapshot.written,
            Resource(
                module=snapshot.module,
                path=snapshot.path,
                line=1,
                table=snapshot.table.name,
                schema=None if snapshot.table.schema == "public" else snapshot.table.schema,
                domain=snapshot.domain,
                repo=snapshot.repo,
            ),
        )
        for snapshot in snapshots.values()
        if snapshot.table is not None
    }


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _slug(name: str) -> str:
    """Make a file name of any name; those that a disk could mix up are told apart by a hash."""
    if _PLAIN.match(name):
        return name
    safe = re.sub(r"[^A-Za-z0-9_]+", "_", name)[:40]
    return f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def table_path(name: Name) -> str:
    """Return the path of a table's snapshot, relative to the project."""
    return f"{FOLDER}/{_slug(name.schema)}.{_slug(name.name)}.json"


def module_path(module: str) -> str:
    """Return the path of the snapshot of a domain or a support type."""
    return f"{FOLDER}/modules/{module}.json"


def encode(snapshot: Snapshot) -> bytes:
    """Write a snapshot as JSON, indented so that a small change is a small diff."""
    return msgspec.json.format(msgspec.json.encode(snapshot), indent=2) + b"\n"


def read_snapshots(root: Path) -> Mapping[str, Snapshot]:
    """Read all snapshots of a project, by module.

    Raises `ScaffoldError` for one that is broken, or of a newer version of the tool.
    """
    folder = root / FOLDER
    found: dict[str, Snapshot] = {}
    for path in sorted([*folder.glob("*.json"), *folder.glob("modules/*.json")]):
        snapshot = _read(path, path.relative_to(root).as_posix())
        found[snapshot.module] = snapshot
    return found


def _read(path: Path, where: str) -> Snapshot:
    try:
        content = path.read_bytes()
        header = msgspec.json.decode(content, type=_Header)
        if header.version > VERSION:
            raise _newer(where, header.version)
        return msgspec.json.decode(content, type=Snapshot)
    except (OSError, msgspec.DecodeError) as error:
        raise fail(
            Code.SNAPSHOT_INVALID,
            f"The snapshot can't be read: {error}",
            where=where,
            todo="Restore it from version control, or delete it: the next run then takes the "
            "module for one that was written by hand.",
        ) from error


def _newer(where: str, version: int) -> ScaffoldError:
    return fail(
        Code.SNAPSHOT_INVALID,
        f"The snapshot is of version {version}; this ash-scaffold knows up to {VERSION}.",
        where=where,
        todo="Install the version of ash-scaffold that your team uses.",
    )
