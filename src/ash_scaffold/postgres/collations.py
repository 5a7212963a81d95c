"""Stand-ins for collations that a throw-away server does not have.

Which collations there are depends on the operating system's locales and on ICU. A table with a
column of an unknown one could not be made at all; its schema is the same whatever the collation
of that name does.
"""

from __future__ import annotations

import re

import psycopg
from psycopg import sql

from ash_scaffold.postgres.script import ICU, Script

# As pg_dump writes the collations of the operating system.
_SYSTEM = re.compile(rb'\bCOLLATE pg_catalog\."((?:[^"]|"")+)"')
_OWN = re.compile(
    r'CREATE COLLATION (?:IF NOT EXISTS )?(?:("[^"]+"|\w+)\.)?("[^"]+"|\w+)', re.IGNORECASE
)


def stand_in_collations(
    connection: psycopg.Connection[tuple[object, ...]], text: bytes, script: Script
) -> tuple[tuple[str, str], ...]:
    """Create what the dump names and the server lacks, sorting like `C`; return schemas and names.

    These are collations of the operating system, which go into `pg_catalog`, and those the dump
    makes with ICU when the server was built without. The connection is in autocommit mode and a
    superuser's.
    """
    rows = connection.execute("SELECT collname, collprovider FROM pg_catalog.pg_collation")
    known = [(str(name), str(provider)) for name, provider in rows]
    names = {match.decode().replace('""', '"') for match in _SYSTEM.findall(text)}
    wanted = [("pg_catalog", name) for name in sorted(names - {name for name, _ in known})]
    # A server without ICU has only the one row for `unicode`.
    if sum(provider == "i" for _, provider in known) <= 1:
        wanted += _made_with_icu(script)
    connection.execute("SET allow_system_table_mods = on")
    for schema, name in wanted:
        if schema != "pg_catalog":
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema))
            )
        connection.execute(
            sql.SQL("CREATE COLLATION IF NOT EXISTS {} (locale = 'C')").format(
                sql.Identifier(schema, name)
            )
        )
    return tuple(wanted)


def _made_with_icu(script: Script) -> list[tuple[str, str]]:
    starts = {edit.start for edit in script.edits if edit.needs == ICU}
    found = (_OWN.match(one.head) for one in script.statements if one.start in starts)
    return [
        (_unquoted(match.group(1) or "public"), _unquoted(match.group(2)))
        for match in found
        if match
    ]


def _unquoted(name: str) -> str:
    return name[1:-1] if name.startswith('"') else name.lower()
