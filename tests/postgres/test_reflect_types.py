from __future__ import annotations

from collections.abc import Callable

import pytest

from ash_scaffold.postgres.catalog import (
    Check,
    Column,
    Database,
    Field,
    Name,
    Type,
    TypeKind,
    TypeUse,
)


def builtin(name: str) -> Name:
    return Name("pg_catalog", name)


def mine(name: str) -> Name:
    return Name("public", name)


def base(name: str) -> tuple[Name, Type]:
    return builtin(name), Type(name=builtin(name), kind=TypeKind.BASE)


def test_arrays_are_uses_of_their_element(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl("""
        CREATE TABLE t (a varchar(5)[], b numeric(10,2)[][], c int2vector, d name, e point,
          f integer ARRAY[3]);
    """)

    (table,) = database.tables
    assert table.columns == (
        Column(name="a", type=TypeUse(builtin("varchar"), typmod=9, dimensions=1)),
        Column(name="b", type=TypeUse(builtin("numeric"), typmod=655366, dimensions=2)),
        Column(name="c", type=TypeUse(builtin("int2vector"))),
        Column(name="d", type=TypeUse(builtin("name"))),
        Column(name="e", type=TypeUse(builtin("point"))),
        Column(name="f", type=TypeUse(builtin("int4"), dimensions=1)),
    )
    assert database.types == dict(
        base(name) for name in ("varchar", "numeric", "int2vector", "name", "point", "int4")
    )


def test_an_array_that_a_query_made_has_one_dimension(
    reflect_ddl: Callable[..., Database],
) -> None:
    (view,) = reflect_ddl(
        "CREATE VIEW v AS SELECT array_agg(x) AS a FROM (VALUES (1)) t (x)"
    ).tables

    assert view.columns == (Column(name="a", type=TypeUse(builtin("int4"), dimensions=1)),)


def test_enums_keep_the_order_of_their_labels(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl("""
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'a"b,{c}');
        ALTER TYPE mood ADD VALUE 'fine' BEFORE 'ok';
        COMMENT ON TYPE mood IS 'how it goes';
        CREATE TYPE unused AS ENUM ('x');
        CREATE TABLE t (a mood, b mood[]);
    """)

    assert database.types == {
        mine("mood"): Type(
            name=mine("mood"),
            kind=TypeKind.ENUM,
            comment="how it goes",
            labels=("sad", "fine", "ok", 'a"b,{c}'),
        )
    }


def test_domains_over_domains_and_over_arrays(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl("""
        CREATE DOMAIN name_ AS varchar(20) NOT NULL CONSTRAINT long CHECK (length(VALUE) > 2);
        CREATE DOMAIN nick AS name_ DEFAULT 'none';
        ALTER DOMAIN nick ADD CONSTRAINT b CHECK (VALUE <> 'x') NOT VALID;
        ALTER DOMAIN nick ADD CONSTRAINT a CHECK (VALUE <> 'y');
        CREATE DOMAIN pair AS int[] CHECK (array_length(VALUE, 1) = 2);
        CREATE TABLE t (a nick, b pair, c nick[]);
    """)

    (table,) = database.tables
    assert table.columns == (
        Column(name="a", type=TypeUse(mine("nick")), not_null=True),
        Column(name="b", type=TypeUse(mine("pair"))),
        Column(name="c", type=TypeUse(mine("nick"), dimensions=1)),
    )
    assert database.types == {
        **dict((base("varchar"), base("int4"))),
        mine("name_"): Type(
            name=mine("name_"),
            kind=TypeKind.DOMAIN,
            base=TypeUse(builtin("varchar"), typmod=24),
            not_null=True,
            checks=(Check("long", (), "(length((VALUE)::text) > 2)"),),
        ),
        mine("nick"): Type(
            name=mine("nick"),
            kind=TypeKind.DOMAIN,
            base=TypeUse(mine("name_")),
            default="'none'::character varying",
            checks=(
                Check("a", (), "((VALUE)::text <> 'y'::text)"),
                Check("b", (), "((VALUE)::text <> 'x'::text)", validated=False),
            ),
        ),
        mine("pair"): Type(
            name=mine("pair"),
            kind=TypeKind.DOMAIN,
            base=TypeUse(builtin("int4"), dimensions=1),
            checks=(Check("pair_check", (), "(array_length(VALUE, 1) = 2)"),),
        ),
    }


def test_composites_in_composites_and_row_types(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl("""
        CREATE TYPE geo AS (lat float8, gone int, lon float8);
        ALTER TYPE geo DROP ATTRIBUTE gone;
        CREATE TYPE place AS (street varchar(50), spots geo[]);
        CREATE TABLE seen (id int, place place);
        CREATE TABLE log (row_before seen);
    """)

    assert database.types == {
        **dict((base("float8"), base("varchar"), base("int4"))),
        mine("geo"): Type(
            name=mine("geo"),
            kind=TypeKind.COMPOSITE,
            fields=(
                Field("lat", TypeUse(builtin("float8"))),
                Field("lon", TypeUse(builtin("float8"))),
            ),
        ),
        mine("place"): Type(
            name=mine("place"),
            kind=TypeKind.COMPOSITE,
            fields=(
                Field("street", TypeUse(builtin("varchar"), typmod=54)),
                Field("spots", TypeUse(mine("geo"), dimensions=1)),
            ),
        ),
        mine("seen"): Type(
            name=mine("seen"),
            kind=TypeKind.COMPOSITE,
            fields=(
                Field("id", TypeUse(builtin("int4"))),
                Field("place", TypeUse(mine("place"))),
            ),
        ),
    }


def test_ranges(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl("""
        CREATE DOMAIN meters AS float8;
        CREATE TYPE span AS RANGE (subtype = meters);
        CREATE TABLE t (a span, b tstzrange);
    """)

    assert database.types == {
        **dict((base("float8"), base("timestamptz"))),
        mine("meters"): Type(
            name=mine("meters"), kind=TypeKind.DOMAIN, base=TypeUse(builtin("float8"))
        ),
        mine("span"): Type(name=mine("span"), kind=TypeKind.RANGE, subtype=TypeUse(mine("meters"))),
        builtin("tstzrange"): Type(
            name=builtin("tstzrange"),
            kind=TypeKind.RANGE,
            subtype=TypeUse(builtin("timestamptz")),
        ),
    }


def test_multiranges(reflect_ddl: Callable[..., Database], postgres_major: int) -> None:
    if postgres_major < 14:
        pytest.skip("multiranges came with PostgreSQL 14")
    database = reflect_ddl("CREATE TABLE t (a datemultirange)")

    assert database.types == {
        **dict((base("date"),)),
        builtin("datemultirange"): Type(
            name=builtin("datemultirange"),
            kind=TypeKind.MULTIRANGE,
            subtype=TypeUse(builtin("daterange")),
        ),
        builtin("daterange"): Type(
            name=builtin("daterange"), kind=TypeKind.RANGE, subtype=TypeUse(builtin("date"))
        ),
    }


def test_types_of_extensions_name_them(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl("""
        CREATE SCHEMA ext;
        CREATE EXTENSION citext SCHEMA ext;
        CREATE TABLE t (a ext.citext, b ext.citext[]);
    """)

    (table,) = database.tables
    citext = Name("ext", "citext")
    assert [column.type for column in table.columns] == [
        TypeUse(citext),
        TypeUse(citext, dimensions=1),
    ]
    assert database.types == {citext: Type(name=citext, kind=TypeKind.BASE, extension="citext")}
