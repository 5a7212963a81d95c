from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.corpus.corpus import DUMPS
from tests.databases import run_client
from tests.postgres.compare.comparing import compare_databases
from tests.support import reflect
from tests.torture.servers import SCHEMAS, common
from tests.torture.servers import load as load_text

from ash_scaffold.postgres.catalog import (
    Action,
    Column,
    Database,
    Field,
    ForeignKey,
    Index,
    IndexKey,
    Name,
    RelationKind,
    Table,
    Type,
    TypeKind,
    TypeUse,
)
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.dump import load, read_dump
from ash_scaffold.postgres.facts import (
    TableFacts,
    database_of,
    facts_of,
    facts_of_database,
    table_of,
    write_facts,
)
from ash_scaffold.postgres.installation import embedded_installation, local_installations
from ash_scaffold.postgres.server import Server, throwaway_server
from ash_scaffold.postgres.type_text import decode_type
from ash_scaffold.postgres.url import URL

SCHEMA = """
CREATE TYPE mood AS ENUM ('fine', 'so "so"');
CREATE DOMAIN rate AS numeric(5,2)[] CHECK (cardinality(VALUE) < 9);
CREATE TABLE owners (id int PRIMARY KEY);
CREATE TABLE pets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name varchar(40) NOT NULL DEFAULT 'Rex',
  mood mood,
  rates rate,
  grid integer[][],
  owner_id int REFERENCES owners ON DELETE CASCADE,
  CONSTRAINT named CHECK (name <> '')
);
CREATE INDEX pets_name_index ON pets (name, lower(name) DESC) WHERE mood IS NOT NULL;
COMMENT ON COLUMN pets.name IS 'as its owner calls it';
"""
WRITTEN = """\
{
  "version": 1,
  "name": ["public", "pets"],
  "columns": [
    {"name": "id", "type": "int8", "not_null": true, "identity": "always"},
    {"name": "name", "type": "varchar(40)", "not_null": true, \
"default": "'Rex'::character varying", "comment": "as its owner calls it"},
    {"name": "mood", "type": "public.mood"},
    {"name": "rates", "type": "public.rate"},
    {"name": "grid", "type": "int4[]"},
    {"name": "owner_id", "type": "int4"}
  ],
  "primary_key": {"name": "pets_pkey", "columns": ["id"], "index_name": "pets_pkey"},
  "foreign_keys": [
    {"name": "pets_owner_id_fkey", "table": ["public", "pets"], "columns": ["owner_id"], \
"target": ["public", "owners"], "target_columns": ["id"], "on_delete": "cascade"}
  ],
  "checks": [
    {"name": "named", "columns": ["name"], "expression": "((name)::text <> ''::text)"}
  ],
  "indexes": [
    {"name": "pets_name_index", "method": "btree", "unique": false, "keys": [{"column": "name"}, \
{"expression": "lower((name)::text)", "descending": true, "nulls_first": true}], \
"predicate": "(mood IS NOT NULL)", "columns_in_expressions": ["name", "mood"]},
    {"name": "pets_pkey", "method": "btree", "unique": true, "keys": [{"column": "id"}], \
"constraint": true}
  ],
  "types": [
    {"name": ["public", "mood"], "kind": "enum", "labels": ["fine", "so \\"so\\""]},
    {"name": ["public", "rate"], "kind": "domain", "base": "numeric(5,2)[]", "checks": [\
{"name": "rate_check", "columns": [], "expression": "(cardinality(VALUE) < 9)"}]}
  ]
}"""


def read(text: str, kind: Any = TableFacts) -> Any:
    return msgspec.json.decode(text, type=kind, dec_hook=decode_type)


@pytest.fixture
def pets(reflect_ddl: Callable[..., Database]) -> Database:
    return reflect_ddl(SCHEMA)


def test_facts_are_written_with_a_line_for_each_column_and_key(pets: Database) -> None:
    table = pets.table(Name("public", "pets"))
    assert write_facts(facts_of(table, pets.types)) == WRITTEN


def test_facts_are_read_back_as_they_were(pets: Database) -> None:
    facts = facts_of_database(pets)[Name("public", "pets")]
    assert read(write_facts(facts)) == facts
    indented = '{"facts": ' + write_facts(facts, "  ") + "}"
    assert read(indented, dict[str, TableFacts]) == {"facts": facts}


def test_the_table_and_its_types_come_back_but_for_declared_dimensions(pets: Database) -> None:
    table = pets.table(Name("public", "pets"))
    grid = table.columns[4]
    one_dimension = replace(grid, type=TypeUse(grid.type.name, dimensions=1))
    columns = (*table.columns[:4], one_dimension, *table.columns[5:])
    assert table_of(facts_of(table, pets.types)) == (replace(table, columns=columns), pets.types)


BUILT_IN = TypeUse(Name("pg_catalog", "int8"))


def a_table(name: str, *keys: ForeignKey, **options: object) -> Table:
    table = Table(
        name=Name("public", name), columns=(Column(name="id", type=BUILT_IN),), foreign_keys=keys
    )
    return replace(table, **options)


def a_key(owner: str, target: str, on_delete: Action = Action.NO_ACTION) -> ForeignKey:
    return ForeignKey(
        name=f"{owner}_{target}",
        table=Name("public", owner),
        columns=("id",),
        target=Name("public", target),
        target_columns=("id",),
        on_delete=on_delete,
    )


def test_the_types_of_fields_and_ranges_are_one_text_each() -> None:
    numbers = TypeUse(Name("pg_catalog", "int4"), dimensions=2)
    address = Type(
        name=Name("public", "address"), kind=TypeKind.COMPOSITE, fields=(Field("numbers", numbers),)
    )
    span = Type(
        name=Name("public", "span"),
        kind=TypeKind.RANGE,
        extension="spans",
        comment="that of a version",
        subtype=TypeUse(Name("pg_catalog", "numeric"), (12 << 16 | 2) + 4),
    )
    columns = tuple(
        Column(name=each.name.name, type=TypeUse(each.name)) for each in (address, span)
    )
    facts = facts_of(a_table("t", columns=columns), {each.name: each for each in (address, span)})
    written = write_facts(facts)
    assert (
        written.partition('"types": ')[2]
        == """[
    {"name": ["public", "address"], "kind": "composite", "fields": [["numbers", "int4[]"]]},
    {"name": ["public", "span"], "kind": "range", "extension": "spans", "subtype": "numeric(12,2)"}
  ]
}"""
    )
    assert read(written) == facts


@pytest.mark.parametrize("type_", ['"no type"', "7", "null"])
def test_facts_with_a_type_that_is_none_are_refused(type_: str) -> None:
    column = f'{{"name": "a", "type": {type_}}}'
    with pytest.raises(msgspec.ValidationError):
        read(f'{{"version": 1, "name": ["public", "t"], "columns": [{column}]}}')


def test_object_ids_are_no_facts() -> None:
    table = a_table("t")
    numbered = a_table("t", oid=17, columns=(Column(name="id", attnum=4, type=BUILT_IN),))
    assert facts_of(numbered, {}) == facts_of(table, {})


@pytest.mark.parametrize(
    ("kind", "kept"), [(RelationKind.TABLE, False), (RelationKind.PARTITIONED, True)]
)
def test_an_invalid_index_is_a_fact_where_a_dump_has_it(kind: RelationKind, kept: bool) -> None:
    index = Index(
        name="i", method="btree", unique=False, keys=(IndexKey(column="id"),), valid=False
    )
    facts = facts_of(a_table("t", kind=kind, indexes=(index,)), {})
    assert facts.indexes == ((index,) if kept else ())


def test_a_parent_keeps_the_keys_of_tables_without_facts_that_can_stop_its_delete() -> None:
    """`logs` goes with `users`, and `lines` may not lose its `logs`."""
    cascade = a_key("logs", "users", Action.CASCADE)
    stop, own = a_key("lines", "logs"), a_key("posts", "users")
    outside = a_key("audits", "users")
    database = Database(
        server_version=180000,
        schemas=("public",),
        tables=(
            a_table("lines", stop),
            a_table("logs", cascade),
            a_table("posts", own),
            a_table("users"),
        ),
        types={BUILT_IN.name: Type(name=BUILT_IN.name, kind=TypeKind.BASE)},
        outside_foreign_keys=(outside,),
    )
    kept = {Name("public", "users"), Name("public", "posts")}
    facts = facts_of_database(database, kept)

    assert {name.name: each.incoming for name, each in facts.items()} == {
        "posts": (),
        "users": (outside, stop, cascade),
    }
    again = database_of(facts.values())
    assert again == replace(
        database,
        server_version=0,
        tables=database.tables[2:],
        outside_foreign_keys=(outside, stop, cascade),
    )
    assert facts_of_database(again) == facts


@pytest.fixture(scope="module")
def older() -> Iterator[Server]:
    """Give a server of another major version than the embedded one."""
    embedded = embedded_installation()
    others = [one for one in local_installations() if embedded and one.major != embedded.major]
    if not others:
        pytest.skip("there is only one PostgreSQL here")
    with throwaway_server(others[0]) as server:
        yield server


def reflected(url: URL, schemas: tuple[str, ...]) -> Database:
    with read_only(url) as connection:
        return reflect(connection, schemas=schemas)


def dumped(server: Server, database: str) -> Path:
    path = server.folder / f"{database}.sql"
    run_client(server, "pg_dump", database, "--schema-only", f"--file={path}")
    return path


def same_facts(first: Database, *others: Database) -> None:
    facts = facts_of_database(first)
    written = {name: write_facts(each) for name, each in facts.items()}
    for other in others:
        found = facts_of_database(other)
        assert found == facts
        assert {name: write_facts(each) for name, each in found.items()} == written
        assert compare_databases(first, other) == ()
    assert facts_of_database(database_of(facts.values())) == facts


@pytest.mark.slow
@pytest.mark.parametrize("name", DUMPS)
def test_a_database_its_dump_and_another_version_have_the_same_facts(
    name: str, postgres: Server, older: Server
) -> None:
    dump = DUMPS[name]
    database = f"facts_{name}"
    load(older, database, [read_dump(dump.path)])
    again = read_dump(dumped(older, database))
    load(older, f"{database}_again", [again])
    load(postgres, database, [again])
    same_facts(
        reflected(older.url(database), dump.schemas),
        reflected(older.url(f"{database}_again"), dump.schemas),
        reflected(postgres.url(database), dump.schemas),
    )


@pytest.mark.slow
def test_a_schema_of_hard_cases_has_the_same_facts_everywhere(
    postgres: Server, older: Server
) -> None:
    url = load_text(older.url("postgres"), "facts_hard", common())
    again = read_dump(dumped(older, "facts_hard"))
    load(older, "facts_hard_again", [again])
    load(postgres, "facts_hard", [again])
    same_facts(
        reflected(url, SCHEMAS),
        reflected(older.url("facts_hard_again"), SCHEMAS),
        reflected(postgres.url("facts_hard"), SCHEMAS),
    )


def test_a_thousand_tables_are_written_and_read_in_no_time(pets: Database) -> None:
    facts = facts_of_database(pets)[Name("public", "pets")]
    start = time.perf_counter()
    for _ in range(1000):
        assert read(write_facts(facts)) == facts
    assert time.perf_counter() - start < 0.3
