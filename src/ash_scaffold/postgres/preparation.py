"""The database that a dump is loaded into, and what a superuser makes in it before.

A dump is code: whoever wrote it decides what the server runs. So its statements run as a plain
role, `PLAIN_ROLE`, which owns the database and all that the dump makes. What such a role can't
make is here before the first statement of the dump: the roles that it names, the extensions that
are known. After it no superuser connects again.

What gives power over the machine or the network is taken from those extensions by rights: nobody
may call the functions of `POWERFUL`, a foreign-data wrapper has no handler, a language that can
do everything becomes one of that name that runs nothing.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
import psycopg
from psycopg import errors, sql

from ash_scaffold.postgres.script import Extension, Part, Script, Statement
from ash_scaffold.postgres.server import PLAIN_ROLE, SUPERUSER
from ash_scaffold.postgres.sql import unquote_identifier

Connection = psycopg.Connection[tuple[object, ...]]

# Extensions that a superuser makes when a dump names them and the server has them: those of
# PostgreSQL itself, and others that databases of applications hold.
_HARMLESS = frozenset(
    "address_standardizer address_standardizer_data_us amcheck autoinc bloom bool_plperl "
    "btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance "
    "first_last_agg fuzzystrmatch h3 h3_postgis hashtypes hll hstore hstore_plperl hypopg icu_ext "
    "insert_username intagg intarray ip4r isn jsonb_plperl jsquery lo ltree moddatetime numeral "
    "orioledb pg_bigm pg_freespacemap pg_graphql pg_hashids pg_hint_plan pg_idkit pg_ivm "
    "pg_jsonschema pg_partman pg_prewarm pg_qualstats pg_rational pg_repack pg_search "
    "pg_similarity pg_stat_kcache pg_stat_monitor pg_stat_statements pg_textsearch_bm25 pg_trgm "
    "pg_ulid pg_uuidv7 pg_visibility pg_wait_sampling pgaudit pgcrypto pgjwt pgmq pgroonga "
    "pgrouting pgrowlocks pgsodium pgstattuple pgtap pguint pgx_ulid plpgsql pltcl plperl plv8 "
    "plls plcoffee postgis postgis_raster postgis_sfcgal postgis_tiger_geocoder postgis_topology "
    "prefix q3c refint roaringbitmap rum seg semver smlar sslinfo supabase_vault tablefunc tcn "
    "tdigest temporal_tables timescaledb timescaledb_toolkit timetravel topn tsm_system_rows "
    "tsm_system_time ulid unaccent unit uint uuid-ossp vchord vector vectorscale xml2 "
    "zhparser".split()
)
# Those that reach files, programs, the network, other databases or the server's memory.
POWERFUL = frozenset(
    "adminpack age aws_commons aws_lambda aws_s3 azure_storage citus citus_columnar dblink emaj "
    "file_fdw hstore_plpython3u http jsonb_plpython3u log_fdw ltree_plpython3u mongo_fdw multicorn "
    "mysql_fdw ogr_fdw old_snapshot oracle_fdw orafce pageinspect pg_buffercache pg_cron "
    "pg_duckdb pg_logicalinspect pg_net pg_surgery pg_walinspect pglogical plperlu plpython2u "
    "plpython3u plpythonu plr plsh pltclu postgres_fdw redis_fdw set_user sqlite_fdw tds_fdw "
    "wrappers".split()
)
KNOWN = _HARMLESS | POWERFUL
# Names of languages that come as extensions, with and without `u`.
LANGUAGES = frozenset(
    "pljava pljavau plls plcoffee pllua plluau plperl plperlu plpython2u plpython3u plpythonu plr "
    "plruby plsh pltcl pltclu plv8 plxslt".split()
)
# The languages of every server: those without rights for others, and those that anybody may use.
_BUILT_IN = frozenset(("c", "internal", "sql", "plpgsql"))
_NO_ROLES = frozenset(
    "public none all current_user session_user current_role user role group if not exists".split()
)
_RESERVED = ("public", "none")  # even in quotes
_LONGEST_NAME = 63  # bytes

_IDENTIFIER = r'"(?:[^"]|"")+"|[^\W\d][\w$]*'
_NAMES_ROLES = re.compile(
    r"CREATE SCHEMA\b|(?:CREATE|ALTER) POLICY\b|(?:CREATE|ALTER|DROP) (?:USER|ROLE|GROUP)\b|DO\b"
    r"|GRANT\b|ALTER\b|SET (?:SESSION |LOCAL )?(?:ROLE|SESSION)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    rf"\b(?:OWNER\s+TO|AUTHORIZATION|ROLE|USER|GROUP|MAPPING\s+FOR)\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    rf"({_IDENTIFIER})",
    re.IGNORECASE,
)
_GRANTED_TO = re.compile(
    r"(?:CREATE|ALTER) POLICY\b|GRANT\b|DO\b|ALTER DEFAULT PRIVILEGES\b", re.IGNORECASE
)
_TO = re.compile(rf"\bTO\s+((?:{_IDENTIFIER})(?:\s*,\s*(?:{_IDENTIFIER}))*)", re.IGNORECASE)
_PART = re.compile(_IDENTIFIER)
_MAKES_FUNCTION = re.compile(
    r"(?:CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)|DO)\b", re.IGNORECASE
)
_LANGUAGE = re.compile(
    r"""\bLANGUAGE\s+(?:'([^']+)'|("(?:[^"]|"")+")|([^\W\d][\w$]*))""", re.IGNORECASE
)
# Between types that the plain role owns neither of; one through their texts is harmless.
_CAST = re.compile(
    r"CREATE CAST \(([\w. ]+) AS ([\w. ]+)\) WITH INOUT( AS (?:IMPLICIT|ASSIGNMENT))?",
    re.IGNORECASE,
)
_WRAPPER = re.compile(rf"CREATE FOREIGN DATA WRAPPER ({_IDENTIFIER})", re.IGNORECASE)

# It may own what a database holds, sees all rows, and makes nothing of the server's.
_MAKE_PLAIN_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS;
  END IF;
END $$
"""
_OPEN = """
ALTER SCHEMA public OWNER TO {role};
GRANT ALL ON SCHEMA public TO PUBLIC
"""
# Of what extensions have made, a superuser owns nothing after it that would run with its rights.
_DISARM = """
DO $$ DECLARE each record; BEGIN
  FOR each IN SELECT lanname AS name FROM pg_catalog.pg_language
    WHERE NOT lanpltrusted AND lanname NOT IN ('internal', 'c')
  LOOP
    EXECUTE format('CREATE OR REPLACE TRUSTED LANGUAGE %I HANDLER pg_catalog.plpgsql_call_handler',
      each.name);
  END LOOP;
  FOR each IN SELECT fdwname AS name FROM pg_catalog.pg_foreign_data_wrapper LOOP
    EXECUTE format('ALTER FOREIGN DATA WRAPPER %I NO HANDLER NO VALIDATOR', each.name);
    EXECUTE format('GRANT USAGE ON FOREIGN DATA WRAPPER %I TO {role}', each.name);
  END LOOP;
  FOR each IN SELECT nspname AS name FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspowner <> '{role}'::regrole
  LOOP
    EXECUTE format('ALTER SCHEMA %I OWNER TO {role}', each.name);
  END LOOP;
  FOR each IN SELECT c.oid::regclass AS name, c.relkind AS kind
    FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_class AS c ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
    WHERE d.deptype = 'e' AND (c.relkind IN ('r', 'p', 'v', 'm', 'f') OR c.relkind = 'S'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS o WHERE o.classid = d.classid
        AND o.objid = c.oid AND o.deptype IN ('a', 'i') AND o.refobjsubid > 0))
  LOOP
    EXECUTE format('ALTER %s %s OWNER TO {role}', CASE each.kind WHEN 'S' THEN 'SEQUENCE'
      WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
      ELSE 'TABLE' END, each.name);
  END LOOP;
  FOR each IN SELECT p.oid::regprocedure AS name
    FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_proc AS p ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
    JOIN pg_catalog.pg_extension AS e ON d.refobjid = e.oid
    WHERE d.deptype = 'e' AND e.extname = ANY ({powerful})
  LOOP
    EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', each.name);
  END LOOP;
  FOR each IN SELECT oid::regprocedure AS name FROM pg_catalog.pg_proc
    WHERE prosecdef AND oid >= 16384
  LOOP
    EXECUTE format('ALTER ROUTINE %s SECURITY INVOKER', each.name);
  END LOOP;
  FOR each IN SELECT evtname AS name FROM pg_catalog.pg_event_trigger LOOP
    EXECUTE format('ALTER EVENT TRIGGER %I DISABLE', each.name);
  END LOOP;
END $$
"""


class Made(msgspec.Struct, frozen=True):
    """What was made for scripts.

    `refused` has the server's words by the extension that it could not make, `unknown` the names
    of those that are installed there, but not made since they are none of the known ones.
    """

    schemas: frozenset[str]
    refused: Mapping[str, str]
    unknown: frozenset[str]


def create_database(connection: Connection, name: str) -> None:
    """Create an empty database that belongs to the plain role, unless it is there."""
    role = sql.Identifier(PLAIN_ROLE)
    connection.execute(sql.SQL(_MAKE_PLAIN_ROLE.format(role=PLAIN_ROLE)))
    found = connection.execute("SELECT 1 FROM pg_catalog.pg_database WHERE datname = %s", (name,))
    if found.fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                sql.Identifier(name), role
            )
        )


def drop_database(connection: Connection, name: str) -> None:
    """Drop a database."""
    connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def prepare(
    connection: Connection,
    texts: Sequence[tuple[bytes, Script]],
    *,
    available: Collection[str],
    allowed: Collection[str],
) -> Made:
    """Make what the scripts need and a plain role can't make, in a database of theirs.

    The connection is a superuser's in autocommit mode. `available` are the extensions that the
    server has, `allowed` those beside the known ones that may be made.
    """
    roles = {name for text, script in texts for name in _roles(text, script)} - {SUPERUSER}
    _create_roles(connection, roles)
    role = PLAIN_ROLE
    connection.execute(sql.SQL(_OPEN.format(role=role)))
    # A role that is given an object needs the right to make some in its schema.
    connection.execute(
        sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT ALL ON SCHEMAS TO PUBLIC").format(
            sql.SQL(", ").join(map(sql.Identifier, sorted({*roles, role})))
        )
    )
    schemas = {"public"}
    refused: dict[str, str] = {}
    unknown: set[str] = set()
    for extension in (each for _, script in texts for each in script.extensions):
        schema = extension.schema
        if schema and schema not in schemas and not schema.startswith("pg_"):
            schemas.add(schema)
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema))
            )
        if extension.name not in available:
            continue
        if extension.name in KNOWN or extension.name in allowed:
            try:
                connection.execute(_creation(extension))
            except psycopg.Error as error:
                refused[extension.name] = error.diag.message_primary or str(error)
        elif not _is_trusted(connection, extension.name):
            unknown.add(extension.name)
    wrappers = {name for _, script in texts for name in _wrappers(script)}
    for name in sorted(wrappers):
        try:
            connection.execute(
                sql.SQL("CREATE FOREIGN DATA WRAPPER {}").format(sql.Identifier(name))
            )
        except errors.DuplicateObject:
            continue
    _create_casts(connection, (script for _, script in texts))
    languages = {name for text, script in texts for name in _languages(text, script)}
    for name in sorted(languages - _existing(connection, "lanname", "pg_language")):
        connection.execute(
            sql.SQL("CREATE TRUSTED LANGUAGE {} HANDLER pg_catalog.plpgsql_call_handler").format(
                sql.Identifier(name)
            )
        )
    if schemas != {"public"} or wrappers or any(script.extensions for _, script in texts):
        powerful = "ARRAY[" + ", ".join(f"'{name}'" for name in sorted(POWERFUL)) + "]"
        connection.execute(sql.SQL(_DISARM.format(role=role, powerful=powerful)))
    return Made(frozenset(schemas), refused, frozenset(unknown))


def _creation(extension: Extension) -> sql.Composed:
    parts: list[sql.Composable] = [
        sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension.name))
    ]
    if extension.schema:
        parts.append(sql.SQL("SCHEMA {}").format(sql.Identifier(extension.schema)))
    if extension.version:
        parts.append(sql.SQL("VERSION {}").format(sql.Identifier(extension.version)))
    if extension.cascade:
        parts.append(sql.SQL("CASCADE"))
    return sql.SQL(" ").join(parts)


def _is_trusted(connection: Connection, extension: str) -> bool:
    """Whether a plain role may make it, since its author says that it is harmless."""
    found = connection.execute(
        "SELECT FROM pg_catalog.pg_available_extension_versions WHERE name = %s AND trusted",
        (extension,),
    )
    return found.fetchone() is not None


def _existing(connection: Connection, column: str, table: str) -> set[str]:
    query = sql.SQL("SELECT {} FROM pg_catalog.{}")
    rows = connection.execute(query.format(sql.Identifier(column), sql.Identifier(table)))
    return {str(row[0]) for row in rows}


def _create_roles(connection: Connection, names: set[str]) -> None:
    """Create roles that nobody can log in as, each with the plain role as a member."""
    new = names - _existing(connection, "rolname", "pg_roles")
    creation = sql.SQL("CREATE ROLE {} NOLOGIN ROLE {}")
    statements = [
        creation.format(sql.Identifier(name), sql.Identifier(PLAIN_ROLE)) for name in sorted(new)
    ]
    if statements:
        connection.execute(sql.SQL("; ").join(statements))


def _create_casts(connection: Connection, scripts: Iterable[Script]) -> None:
    """Create the casts through texts whose types are there before the scripts."""
    for each in (each for script in scripts for each in script.without_rows):
        match = _CAST.match(each.head)
        if match is not None:
            statement = f"CREATE CAST ({match[1]} AS {match[2]}) WITH INOUT{match[3] or ''}"
            with contextlib.suppress(psycopg.Error):
                connection.execute(statement.encode())


def _roles(text: bytes, script: Script) -> Iterator[str]:
    """Yield the names that stand where a role may, and some that are none."""
    for each in script.without_rows:
        if not _NAMES_ROLES.match(each.head):
            continue
        statement = _text(text, each)
        found = _ROLE.findall(statement)
        if _GRANTED_TO.match(each.head):
            found += [name for names in _TO.findall(statement) for name in _PART.findall(names)]
        for written in found:
            name = unquote_identifier(written, fold=True)
            quoted = written.startswith('"')
            if (
                (quoted or name not in _NO_ROLES)
                and name not in _RESERVED
                and not name.startswith("pg_")
                and "\ufffd" not in name
                and len(name.encode()) <= _LONGEST_NAME
            ):
                yield name


def _languages(text: bytes, script: Script) -> Iterator[str]:
    """Yield the languages of functions, and those of extensions that the script makes."""
    for each in script.without_rows:
        if each.part is Part.SCHEMA and _MAKES_FUNCTION.match(each.head):
            for string, quoted, plain in _LANGUAGE.findall(_text(text, each)):
                name = string or (unquote_identifier(quoted) if quoted else plain.lower())
                if name.lower() not in _BUILT_IN and len(name.encode()) <= _LONGEST_NAME:
                    yield name
    yield from (each.name for each in script.extensions if each.name in LANGUAGES)


def _wrappers(script: Script) -> Iterator[str]:
    for each in script.without_rows:
        match = _WRAPPER.match(each.head)
        if match is not None:
            yield unquote_identifier(match[1], fold=True)


def _text(text: bytes, statement: Statement) -> str:
    return text[statement.start : statement.end].decode("utf-8", "replace")


# How a function may be planned, not what it returns; a superuser's word alone is taken for it.
_PROMISES = re.compile(
    r"(?P<kept>'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    rf"|(?<!NOT )\bLEAKPROOF\b|\bSUPPORT\s+(?:(?:{_IDENTIFIER})\s*\.\s*)?(?:{_IDENTIFIER})",
    re.IGNORECASE | re.DOTALL,
)


def without_promises(statement: bytes, refused_setting: str = "") -> bytes:
    """Return the statement of a function without what only a superuser may say of it.

    That is also the setting that it runs with, where the server has refused one.
    """
    text = _PROMISES.sub(lambda match: match["kept"] or " ", statement.decode("latin-1"))
    if refused_setting:
        setting = rf"\bSET\s+\"?{re.escape(refused_setting)}\"?\s*(?:=|TO)\s*(?:'[^']*'|\S+)"
        text = re.sub(setting, " ", text, count=1, flags=re.IGNORECASE)
    return text.encode("latin-1")
