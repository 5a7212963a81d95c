"""Statements that travel together, and their answers as the server writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ash_scaffold.postgres.connect import Connection

# Of a query the JSON array of each column's values, None where it has no row.
Columns: TypeAlias = tuple[bytes | None, ...]

_SETTINGS = (
    # The planner can't know a fresh catalog's size, and compiles plans that run for a moment.
    "SET LOCAL jit = off",
    # Else the rows of a large catalog come in any order: from wherever another scan has just been,
    # and from whichever of several processes has them first.
    "SET LOCAL synchronize_seqscans = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
)


def send(connection: Connection, statements: Sequence[str]) -> list[Columns]:
    """Run statements in one round trip; return of each the columns of its single row.

    Raises `psycopg.Error`.
    """
    text = "; ".join((*_SETTINGS, *statements))
    cursor = connection.execute(text.encode(connection.info.encoding))
    found: list[Columns] = []
    while cursor.nextset():
        result = cursor.pgresult
        if result is not None and result.nfields:
            found.append(tuple(result.get_value(0, column) for column in range(result.nfields)))
    return found


def digest_of(answers: Iterable[Columns]) -> bytes:
    """Return a digest of answers in their order."""
    digest = hashlib.blake2b(digest_size=32)
    for columns in answers:
        for content in columns:
            digest.update(b"%d " % (-1 if content is None else len(content)))
            digest.update(content or b"")
        digest.update(b"\n")
    return digest.digest()
