"""Settings of a server, a database or a role change nothing in what is read."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import sql
from tests.support import reflect

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.url import URL

SCHEMA = r"""
CREATE SCHEMA "Odd";
CREATE TYPE label AS ENUM ('a\b', 'c''d');
CREATE DOMAIN path AS text DEFAULT 'C:\d' CHECK (VALUE <> 'D:\x');
CREATE TABLE bookings (
  id bigserial PRIMARY KEY,
  slot text NOT NULL,
  path text DEFAULT 'C:\temp' CHECK (path <> 'D:\x'),
  label label DEFAULT 'a\b',
  at timestamptz NOT NULL DEFAULT '2024-03-01 00:00:00+00' CHECK (at < '2100-01-01 12:00:00+00'),
  day date DEFAULT '2024-02-03',
  local timestamp DEFAULT '2024-02-03 04:05:06.7',
  pause interval DEFAULT '1 year 2 days -3 hours',
  raw bytea DEFAULT '\x00ff41',
  ratio double precision DEFAULT 0.1234567890123456 CHECK (ratio < 1e30),
  price money DEFAULT 1234.5,
  "Odd" integer
);
CREATE UNIQUE INDEX bookings_slot_new ON bookings (slot) WHERE at >= '2024-03-01 00:00:00+00';
CREATE INDEX bookings_raw ON bookings ((raw || '\x5c'::bytea)) WHERE pause > '1 mon'::interval;
CREATE VIEW late AS SELECT id, at AT TIME ZONE 'Asia/Tokyo' AS at FROM bookings WHERE path ~ '\d';
"""

SETTINGS = {
    "TimeZone": ["UTC", "America/New_York", "Asia/Kathmandu"],
    "DateStyle": ["ISO, MDY", "German", "SQL, DMY", "Postgres, MDY"],
    "IntervalStyle": ["postgres", "sql_standard", "iso_8601", "postgres_verbose"],
    "bytea_output": ["hex", "escape"],
    "standard_conforming_strings": ["on", "off"],
    "backslash_quote": ["on", "off", "safe_encoding"],
    "escape_string_warning": ["on", "off"],
    "quote_all_identifiers": ["on", "off"],
    "extra_float_digits": ["-15", "0", "3"],
    "lc_monetary": ["C", "C.UTF-8", "POSIX"],
    "lc_numeric": ["C", "C.UTF-8"],
    "lc_time": ["C", "C.UTF-8"],
    "search_path": ["public", "pg_catalog", "Odd"],
    "xmlbinary": ["base64", "hex"],
    "xmloption": ["content", "document"],
    "array_nulls": ["on", "off"],
    "transform_null_equals": ["on", "off"],
    "default_transaction_isolation": ["read committed", "serializable"],
    "default_transaction_read_only": ["on", "off"],
    "default_transaction_deferrable": ["on", "off"],
    "row_security": ["on", "off"],
    "statement_timeout": ["0", "600000"],
    "client_encoding": ["UTF8", "LATIN1", "SQL_ASCII"],
    "plan_cache_mode": ["auto", "force_generic_plan"],
    "enable_seqscan": ["on", "off"],
    "constraint_exclusion": ["on", "off"],
}
DRAWN = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in SETTINGS.items()}
)


def read(url: URL) -> Database:
    with read_only(url) as connection:
        return reflect(connection, schemas=("Odd", "public"))


@pytest.fixture
def url(make_database: Callable[..., URL]) -> URL:
    return make_database(SCHEMA)


def set_all(url: URL, owner: str, drawn: Mapping[str, str]) -> None:
    """Give a database or a role these settings, and no others."""
    uri = url.uri
    writable = "-c default_transaction_read_only=off -c search_path=pg_catalog"
    name = url.database if owner == "DATABASE" else url.username
    altered = sql.SQL(f"ALTER {owner} {{}} ").format(sql.Identifier(str(name)))
    with psycopg.connect(uri, autocommit=True, options=writable) as connection:
        connection.execute(altered + sql.SQL("RESET ALL"))
        for setting, value in drawn.items():
            connection.execute(
                altered
                + sql.SQL("SET {} TO {}").format(sql.Identifier(setting), sql.Literal(value))
            )


@pytest.mark.parametrize("owner", ["DATABASE", "ROLE"])
def test_no_setting_changes_what_is_read(url: URL, owner: str) -> None:
    expected = read(url)
    assert len(expected.tables) == 2

    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @example({"TimeZone": "America/New_York", "DateStyle": "German"})
    @example({"standard_conforming_strings": "off", "quote_all_identifiers": "on"})
    @example({name: values[-1] for name, values in SETTINGS.items()})
    @given(DRAWN)
    def run(drawn: Mapping[str, str]) -> None:
        set_all(url, owner, drawn)
        assert read(url) == expected

    try:
        run()
    finally:
        set_all(url, owner, {})


def test_a_session_that_may_not_be_idle_is_read(url: URL) -> None:
    set_all(url, "DATABASE", {"idle_in_transaction_session_timeout": "200"})
    with read_only(url) as connection:
        time.sleep(0.4)
        assert len(reflect(connection, schemas=("Odd", "public")).tables) == 2
