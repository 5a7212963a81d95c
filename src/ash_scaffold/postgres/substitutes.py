"""Substitutes for functions of extensions and collations that a throw-away server lacks.

Defaults, generated columns and expression indexes only need a function that exists under the
right name, with the right types and volatility. Random ones give random values, so that rows can
be inserted; a function that can't do without its extension raises an error when it is called.
Signatures: PostgreSQL's documentation of uuid-ossp, pgcrypto and unaccent.

The collations of a server depend on the operating system's locales and on ICU. A table with a
column of an unknown one could not be made at all; its schema is the same whatever the collation
of that name does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import psycopg
from psycopg import sql

from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA
from ash_scaffold.postgres.script import ICU, Part, Script
from ash_scaffold.postgres.sql import unquote_identifier

_RANDOM_UUID = "SELECT pg_catalog.gen_random_uuid()"
_RANDOM_BYTES = (
    "SELECT pg_catalog.substring(pg_catalog.decode(pg_catalog.string_agg(pg_catalog.replace("
    "pg_catalog.gen_random_uuid()::text, '-', ''), ''), 'hex'), 1, $1)"
    " FROM pg_catalog.generate_series(1, $1 / 16 + 1)"
)
_DIGEST = (
    "SELECT CASE pg_catalog.lower($2)"
    " WHEN 'md5' THEN pg_catalog.decode(pg_catalog.md5({0}), 'hex')"
    " WHEN 'sha224' THEN pg_catalog.sha224({1}) WHEN 'sha256' THEN pg_catalog.sha256({1})"
    " WHEN 'sha384' THEN pg_catalog.sha384({1}) WHEN 'sha512' THEN pg_catalog.sha512({1}) END"
)
_TEXT_BYTES = "pg_catalog.convert_to($1, 'UTF8')"


class Function(msgspec.Struct, frozen=True):
    """A function to create. Without a `body` it raises an error when called."""

    name: str
    arguments: str
    returns: str
    volatility: str
    body: str = ""


def _constant(name: str, value: str) -> Function:
    return Function(name, "", "uuid", "IMMUTABLE", f"SELECT '{value}'::pg_catalog.uuid")


_UUID_OSSP = (
    Function("uuid_generate_v1", "", "uuid", "VOLATILE", _RANDOM_UUID),
    Function("uuid_generate_v1mc", "", "uuid", "VOLATILE", _RANDOM_UUID),
    Function("uuid_generate_v3", "namespace uuid, name text", "uuid", "IMMUTABLE"),
    Function("uuid_generate_v4", "", "uuid", "VOLATILE", _RANDOM_UUID),
    Function("uuid_generate_v5", "namespace uuid, name text", "uuid", "IMMUTABLE"),
    _constant("uuid_nil", "00000000-0000-0000-0000-000000000000"),
    _constant("uuid_ns_dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    _constant("uuid_ns_url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"),
    _constant("uuid_ns_oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8"),
    _constant("uuid_ns_x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8"),
)

_PGCRYPTO = (
    Function("gen_random_bytes", "integer", "bytea", "VOLATILE", _RANDOM_BYTES),
    Function("gen_random_uuid", "", "uuid", "VOLATILE", _RANDOM_UUID),
    Function("gen_salt", "text", "text", "VOLATILE"),
    Function("gen_salt", "text, integer", "text", "VOLATILE"),
    Function("crypt", "text, text", "text", "IMMUTABLE"),
    Function("digest", "text, text", "bytea", "IMMUTABLE", _DIGEST.format("$1", _TEXT_BYTES)),
    Function("digest", "bytea, text", "bytea", "IMMUTABLE", _DIGEST.format("$1", "$1")),
    Function("hmac", "text, text, text", "bytea", "IMMUTABLE"),
    Function("hmac", "bytea, bytea, text", "bytea", "IMMUTABLE"),
    Function("encrypt", "bytea, bytea, text", "bytea", "IMMUTABLE"),
    Function("decrypt", "bytea, bytea, text", "bytea", "IMMUTABLE"),
    Function("encrypt_iv", "bytea, bytea, bytea, text", "bytea", "IMMUTABLE"),
    Function("decrypt_iv", "bytea, bytea, bytea, text", "bytea", "IMMUTABLE"),
    Function("pgp_sym_encrypt", "text, text", "bytea", "VOLATILE"),
    Function("pgp_sym_encrypt", "text, text, text", "bytea", "VOLATILE"),
    Function("pgp_sym_decrypt", "bytea, text", "text", "IMMUTABLE"),
    Function("pgp_sym_decrypt", "bytea, text, text", "text", "IMMUTABLE"),
    Function("armor", "bytea", "text", "IMMUTABLE"),
    Function("dearmor", "text", "bytea", "IMMUTABLE"),
)

_UNACCENT = (
    Function("unaccent", "text", "text", "STABLE", "SELECT $1"),
    Function("unaccent", "regdictionary, text", "text", "STABLE", "SELECT $2"),
)

SUBSTITUTES = {"uuid-ossp": _UUID_OSSP, "pgcrypto": _PGCRYPTO, "unaccent": _UNACCENT}

# The best-known types of extensions, to name the extension that a dump lacks.
TYPE_OWNERS = {
    "geometry": "postgis",
    "geography": "postgis",
    "box2d": "postgis",
    "box3d": "postgis",
    "raster": "postgis_raster",
    "topogeometry": "postgis_topology",
    "vector": "vector",
    "halfvec": "vector",
    "sparsevec": "vector",
    "hstore": "hstore",
    "citext": "citext",
    "ltree": "ltree",
    "lquery": "ltree",
    "cube": "cube",
    "isbn": "isn",
    "seg": "seg",
    "semver": "semver",
    "hll": "hll",
    "roaringbitmap": "roaringbitmap",
}


def substitute_sql(extension: str, schema: str) -> str:
    """Return the SQL that creates the extension's substitutes in a schema that exists.

    Raises `KeyError` for an extension without any.
    """
    return ";\n".join(_create(extension, schema, one) for one in SUBSTITUTES[extension])


def _create(extension: str, schema: str, function: Function) -> str:
    quoted = '"' + schema.replace('"', '""') + '"'
    language, body = "sql", function.body
    if not body:
        language = "plpgsql"
        body = (
            f"BEGIN RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE ="
            f" 'the extension {extension} is not installed, and {function.name} is part of it';"
            " END"
        )
    return (
        f"CREATE FUNCTION {quoted}.{function.name}({function.arguments})"
        f" RETURNS {function.returns} LANGUAGE {language} {function.volatility} PARALLEL SAFE"
        f" AS $substitute${body}$substitute$"
    )


# As pg_dump writes the collations of the operating system.
_SYSTEM = re.compile(rb'\bCOLLATE pg_catalog\."((?:[^"]|"")+)"')
_CREATED = re.compile(
    r'CREATE COLLATION (?:IF NOT EXISTS )?(?:("[^"]+"|\w+)\.)?("[^"]+"|\w+)', re.IGNORECASE
)


def substitute_collations(
    connection: psycopg.Connection[tuple[object, ...]], text: bytes, script: Script, owner: str
) -> tuple[tuple[str, str], ...]:
    """Create the collations that the dump names and the server lacks; return schemas and names.

    They sort like `C`. They are those of the operating system, which go into `pg_catalog`, and
    those the dump makes with ICU when the server was built without. The connection is in
    autocommit mode and a superuser's.
    """
    rows = connection.execute("SELECT collname, collprovider FROM pg_catalog.pg_collation")
    existing = [(str(name), str(provider)) for name, provider in rows]
    names = {match.decode().replace('""', '"') for match in _system_collations(text, script)}
    wanted = [("pg_catalog", name) for name in sorted(names - {name for name, _ in existing})]
    # A server without ICU has only the one row for `unicode`.
    if sum(provider == "i" for _, provider in existing) <= 1:
        wanted += _made_with_icu(script)
    for schema, name in wanted:
        if schema == "pg_catalog":
            connection.execute("SET allow_system_table_mods = on")
        else:
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
                    sql.Identifier(schema), sql.Identifier(owner)
                )
            )
        connection.execute(
            sql.SQL("CREATE COLLATION IF NOT EXISTS {} (locale = 'C')").format(
                sql.Identifier(schema, name)
            )
        )
        if schema != "pg_catalog":
            connection.execute(
                sql.SQL("ALTER COLLATION {} OWNER TO {}").format(
                    sql.Identifier(schema, name), sql.Identifier(owner)
                )
            )
    return tuple(wanted)


def _system_collations(text: bytes, script: Script) -> Iterator[bytes]:
    for each in script.without_rows:
        if each.part is Part.SCHEMA:
            for match in _SYSTEM.finditer(text, each.start, each.end):
                yield match[1]


def _made_with_icu(script: Script) -> list[tuple[str, str]]:
    found = (_CREATED.match(one.head) for one in script.without_rows if one.needs == ICU)
    return [
        (
            unquote_identifier(match[1] or DEFAULT_SCHEMA, fold=True),
            unquote_identifier(match[2], fold=True),
        )
        for match in found
        if match
    ]
