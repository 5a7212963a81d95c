"""Brings what the project knows under the names that its tables have today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.ash.hints import renamed as under
from ash_scaffold.ash.project_state import NO_NAMES, ProjectState, ResourceNames
from ash_scaffold.generate.names import followed, known_names, overlaid, pinned_columns
from ash_scaffold.generate.past import Past
from ash_scaffold.generate.renamed import NOTHING_RENAMED, Renamed
from ash_scaffold.postgres.catalog import Database, Name, ServerIdentity
from ash_scaffold.postgres.compare import NOTHING_SEEN, Seen
from ash_scaffold.problem import Problem
from ash_scaffold.project.local_identity import (
    NOTHING_KNOWN,
    LocalIdentity,
    identity_path,
    local_files,
    read_identity,
    seen_in,
    updated,
)
from ash_scaffold.project.snapshot import Snapshot


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of this very database, on this machine alone.

    `server` is None for a database that is thrown away: nothing of it is worth keeping.
    """

    server: ServerIdentity | None = None
    identity: LocalIdentity = NOTHING_KNOWN
    seen: Seen = NOTHING_SEEN
    problems: tuple[Problem, ...] = ()

    def files(self, database: Database, written: Iterable[Name]) -> dict[str, bytes | None]:
        """Return the files to write after a run that wrote the snapshots of those tables."""
        if self.server is None:
            return {}
        now = updated(self.identity, database, frozenset(written))
        return dict(local_files(now, self.server))


def remember(root: Path, database: Database, *, kept: bool) -> Memory:
    """Read what is remembered of a database; nothing when it is not to be kept."""
    server = database.identity
    if server is None or not kept:
        return Memory()
    path = identity_path(server)
    try:
        content: bytes | None = (root / path).read_bytes()
    except OSError:
        content = None
    reading = read_identity(content, path)
    return Memory(
        server=server,
        identity=reading.identity,
        seen=seen_in(reading.identity, database),
        problems=reading.problems,
    )


def known_today(
    state: ProjectState,
    past: Past,
    snapshots: Iterable[Snapshot],
    read: Mapping[Name, ResourceNames],
) -> ProjectState:
    """Return what is known of the project under the names of today.

    `read` are the names in files that people have edited, by the table that the file pins.
    """
    return _under(state, snapshots, read, past.renamed)


def known_before(
    state: ProjectState, snapshots: Iterable[Snapshot], read: Mapping[Name, ResourceNames]
) -> ProjectState:
    """Return what is known of the project under the names that the snapshots have."""
    return _under(state, snapshots, read, NOTHING_RENAMED)


def _under(
    state: ProjectState,
    snapshots: Iterable[Snapshot],
    read: Mapping[Name, ResourceNames],
    renamed: Renamed,
) -> ProjectState:
    kept = {each.table: known_names(each.names) for each in snapshots if each.table is not None}
    names: dict[Name, ResourceNames] = {}
    for table in {**kept, **read}:
        both = overlaid(kept.get(table, NO_NAMES), read.get(table, NO_NAMES))
        both = pinned_columns(table, both, renamed)
        names[renamed.table(table)] = followed(table, both, renamed)
    return msgspec.structs.replace(
        state,
        resources={
            renamed.table(name): msgspec.structs.replace(each, table=renamed.table(name))
            for name, each in state.resources.items()
        },
        names=names,
        legacy=tuple(under(each, renamed.table, renamed.column) for each in state.legacy),
    )
