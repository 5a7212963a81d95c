from __future__ import annotations

from ash_scaffold.postgres.catalog import Column, Database, Name, ServerIdentity, Table, TypeUse
from ash_scaffold.postgres.compare import EarlierNames, EarlierTable
from ash_scaffold.problem import Severity
from ash_scaffold.project.local_identity import (
    NO_IDENTITY,
    LocalIdentity,
    TableIdentity,
    earlier_names,
    encode_identity,
    identity_path,
    local_files,
    read_identity,
    updated,
)

SERVER = ServerIdentity("7301", 5)
WRITTEN = b"""{
  "version": 1,
  "tables": {
    "7": {"name":["public","users"],"columns":{"1":"id","3":"email"}},
    "20": {"name":["billing","a \\"b\\""],"columns":{"1":"id"}}
  }
}
"""
PROJECT = LocalIdentity(
    tables={
        20: TableIdentity(Name("billing", 'a "b"'), {1: "id"}),
        7: TableIdentity(Name("public", "users"), {1: "id", 3: "email"}),
    }
)


def table(oid: int, name: str, columns: dict[int, str], schema: str = "public") -> Table:
    use = TypeUse(Name("pg_catalog", "int8"))
    return Table(
        name=Name(schema, name),
        oid=oid,
        columns=tuple(
            Column(name=each, attnum=attnum, type=use) for attnum, each in columns.items()
        ),
    )


def database(*tables: Table, schemas: tuple[str, ...] = ("public",)) -> Database:
    return Database(server_version=180000, schemas=schemas, tables=tables, types={})


def test_the_file_has_a_line_for_each_table_and_is_read_back() -> None:
    assert encode_identity(PROJECT) == WRITTEN
    assert read_identity(WRITTEN, "f").identity == PROJECT
    assert read_identity(encode_identity(NO_IDENTITY), "f").identity == NO_IDENTITY


def test_the_files_stand_in_a_folder_that_git_ignores() -> None:
    assert local_files(PROJECT, SERVER) == {
        "priv/ash_scaffold/.local/.gitignore": b"*\n",
        "priv/ash_scaffold/.local/7301-5.json": WRITTEN,
    }
    assert identity_path(ServerIdentity("../x", 5)) == "priv/ash_scaffold/.local/___x-5.json"


def test_a_file_that_is_not_there_says_nothing() -> None:
    reading = read_identity(None, "f")
    assert (reading.identity, reading.problems) == (NO_IDENTITY, ())


def test_a_broken_or_a_newer_file_is_ignored_with_a_note() -> None:
    no_text = b'{"tables": {"1": {"name": ["\xff", "b"], "columns": {}}}}'
    endless = b'{"x": ' + b"[" * 10**6
    for content in (
        b"",
        b"\xff\x00",
        no_text,
        endless,
        b"[]",
        b'{"version": 2}',
        b'{"tables": {"x": 1}}',
    ):
        reading = read_identity(content, "priv/x.json")
        assert reading.identity == NO_IDENTITY
        assert [(p.severity, p.where) for p in reading.problems] == [(Severity.NOTE, "priv/x.json")]


def test_what_is_here_now_is_held_against_what_was_seen() -> None:
    here = database(table(7, "people", {1: "id", 3: "login", 4: "age"}), table(9, "new", {1: "id"}))
    known = LocalIdentity(
        tables={
            7: TableIdentity(Name("public", "users"), {1: "id", 2: "name", 3: "email"}),
            8: TableIdentity(Name("public", "posts"), {1: "id"}),
            20: TableIdentity(Name("billing", "unread"), {1: "id"}),
        }
    )
    assert earlier_names(known, here) == EarlierNames(
        tables={
            Name("public", "people"): EarlierTable(
                Name("public", "users"), {"id": "id", "login": "email"}, frozenset({"name"})
            )
        },
        dropped=frozenset({Name("public", "posts")}),
    )


def test_a_run_keeps_what_it_wrote_and_leaves_the_rest_as_it_was_seen() -> None:
    here = database(
        table(7, "people", {1: "id", 3: "login"}),
        table(8, "notes", {1: "key"}),
        table(9, "new", {1: "id"}),
    )
    known = LocalIdentity(
        tables={
            7: TableIdentity(Name("public", "users"), {1: "id", 3: "email"}),
            8: TableIdentity(Name("public", "posts"), {1: "id"}),
            6: TableIdentity(Name("public", "gone"), {1: "id"}),
            20: TableIdentity(Name("billing", "unread"), {1: "id"}),
        }
    )
    assert updated(known, here, [Name("public", "people")]).tables == {
        7: TableIdentity(Name("public", "people"), {1: "id", 3: "login"}),
        8: TableIdentity(Name("public", "posts"), {1: "id"}),
        9: TableIdentity(Name("public", "new"), {1: "id"}),
        20: TableIdentity(Name("billing", "unread"), {1: "id"}),
    }
    assert updated(known, here).tables[8] == TableIdentity(Name("public", "notes"), {1: "key"})
