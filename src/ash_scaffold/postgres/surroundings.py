"""What a run depends on in a server beside the catalog of its tables: the role, some functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_QUESTION = text("""
SELECT
  current_user AS role,
  ARRAY(
    SELECT DISTINCT CAST(p.proname AS text)
    FROM pg_catalog.pg_proc AS p
    WHERE p.proname = ANY (CAST(:functions AS name[]))
    ORDER BY 1
  ) AS functions
""")


class Surroundings(msgspec.Struct, frozen=True):
    """The role that is connected, and those of the functions asked for that are there."""

    role: str
    functions: tuple[str, ...]


def look_around(connection: Connection, functions: Iterable[str]) -> Surroundings:
    """Ask who is connected, and which functions are there, in whichever schema.

    Raises what SQLAlchemy raises.
    """
    row = connection.execute(_QUESTION, {"functions": sorted(functions)}).one()
    return Surroundings(row.role, tuple(row.functions))
