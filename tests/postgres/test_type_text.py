from __future__ import annotations

from collections.abc import Callable

import pytest

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.type_text import type_text

WRITTEN_AS_READ = [
    "boolean",
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "numeric",
    "numeric(12,2)",
    "numeric(5,-2)",
    "text",
    "varchar",
    "varchar(255)",
    "char(8)",
    "bpchar",
    '"char"',
    "bit(3)",
    "bit varying",
    "bit varying(8)",
    "date",
    "time",
    "time(0)",
    "timestamp",
    "timestamp(3)",
    "timestamptz(0)",
    "interval",
    "interval(3)",
    "interval year to month",
    "interval day to second(2)",
    "uuid",
    "jsonb",
    "varchar(5)[]",
    "numeric(4,1)[]",
    "int4range",
    "public.mood[]",
    'public."Odd Type"',
    'other."Odd Type"[]',
]


def test_a_type_is_written_as_ddl_reads_it(reflect_ddl: Callable[..., Database]) -> None:
    columns = ", ".join(f"c{index} {text}" for index, text in enumerate(WRITTEN_AS_READ))
    database = reflect_ddl(
        "CREATE SCHEMA other; CREATE TYPE mood AS ENUM ('a');"
        "CREATE TYPE \"Odd Type\" AS ENUM ('a'); CREATE TYPE other.\"Odd Type\" AS ENUM ('a');"
        f"CREATE TABLE t ({columns})"
    )

    found = [type_text(column.type) for column in database.tables[0].columns]

    assert found == [text.removeprefix("public.") for text in WRITTEN_AS_READ]


@pytest.mark.parametrize("declared", ["int[][]", "int[3][3]"])
def test_an_array_keeps_its_declared_dimensions(
    reflect_ddl: Callable[..., Database], declared: str
) -> None:
    (column,) = reflect_ddl(f"CREATE TABLE t (c {declared})").tables[0].columns

    assert type_text(column.type) == "integer[][]"
