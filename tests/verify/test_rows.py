"""Values of the closed list are counted by column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
import pytest
from tests.support import reflect
from tests.verify.recording import planned

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.engine import sqlalchemy_connection
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answers import (
    Answers,
    CompiledAnswer,
    ProjectAnswer,
    ResourceAnswer,
    RowFailure,
    RowsAnswer,
)
from ash_scaffold.verify.report import Kind
from ash_scaffold.verify.rows import check_rows, conditions, count

DDL = """
CREATE DOMAIN amounts AS numeric[];
CREATE TABLE odd (
  id bigserial PRIMARY KEY,
  f float8, n numeric, d date, ts timestamptz, t time, ia int[], f_list float4[],
  j jsonb, text_json json, r daterange, nr numrange, p point, am amounts, "100%" float8
);
INSERT INTO odd (f, n, d, ts, t, ia, f_list, j, text_json, r, nr, p, am, "100%") VALUES
  (1, 1, '2024-01-01', now(), '23:59', '{1,2}', '{1}', '{"a": "null 1.50"}', '{"a":"b c"}',
   '[2024-01-01,)', '[1,2)', '(1,2)', '{1}', 1),
  ('NaN', 'NaN', 'infinity', '-infinity', '24:00', '{{1,2},{3,4}}', '{NaN}', 'null', '{ "a": 1}',
   '[2024-01-01,infinity)', '[1,NaN)', '(NaN,1)', '{NaN}', '-Infinity'),
  ('Infinity', NULL, NULL, NULL, NULL, '[0:1]={1,2}', NULL, '{"a": 1.50}', NULL,
   NULL, NULL, NULL, NULL, NULL);
"""


def counted(url: URL) -> list[Finding]:
    with read_only(url) as connection:
        database = reflect(connection, schemas=("public",))
        found = [c for item in planned(database).resources for c in conditions(item, database)]
        with sqlalchemy_connection(connection) as counting:
            return list(count(counting, found))


def test_each_kind_of_value_is_counted_where_it_is(make_database: Callable[..., URL]) -> None:
    assert [(finding.subject, finding.what) for finding in counted(make_database(DDL))] == [
        ("odd.f", "2 rows: NaN or infinity in a float fails the read."),
        ("odd.n", "1 row: NaN or infinity in a numeric fails the read."),
        ("odd.d", "1 row: infinity fails the read."),
        ("odd.ts", "1 row: infinity fails the read."),
        ("odd.t", "1 row: 24:00 fails the read."),
        ("odd.ia", "1 row: a value of two dimensions fails the read."),
        ("odd.ia", "1 row: lower bounds other than 1 are not kept."),
        ("odd.f_list", "1 row: NaN or infinity in a float fails the read."),
        ("odd.j", "1 row: JSON null as a value is not kept."),
        (
            "odd.j",
            "1 row: a JSON number's trailing zeros and digits beyond a double's are not kept.",
        ),
        ("odd.text_json", "1 row: the JSON text's layout and repeated keys are not kept."),
        ("odd.r", "1 row: infinity as a bound fails the read."),
        (
            "odd.nr",
            "1 row: NaN or infinity as a bound is not kept: no range with it can be written.",
        ),
        ("odd.p", "1 row: NaN or infinity as a coordinate fails the read."),
        ("odd.am", "1 row: NaN or infinity in a numeric fails the read."),
        ("odd.100%", "1 row: NaN or infinity in a float fails the read."),
    ]


def test_a_database_without_such_values_gives_nothing(make_database: Callable[..., URL]) -> None:
    clean = DDL.split("  ('NaN'")[0].rstrip().rstrip(",")
    assert counted(make_database(clean)) == []


VIEW = """
CREATE TABLE odd (id bigserial PRIMARY KEY, f float8);
CREATE MATERIALIZED VIEW "Sums" AS SELECT sum(f) AS total FROM odd WITH NO DATA;
"""


@pytest.mark.parametrize(
    ("has_rows", "what", "todo"),
    [
        (
            True,
            "No row was compared: the materialized view is not populated.",
            'Run REFRESH MATERIALIZED VIEW "Sums";',
        ),
        (False, "No row was compared: the dump holds none.", ""),
    ],
)
def test_a_view_that_is_not_populated_is_no_failure(
    make_database: Callable[..., URL], *, has_rows: bool, what: str, todo: str
) -> None:
    url = make_database(VIEW)
    assert counted(url) == []
    with read_only(url) as connection:
        database = reflect(connection, schemas=("public",))
    database = msgspec.structs.replace(database, has_rows=has_rows)
    sums = ResourceAnswer(
        module="App.Sum",
        domain="App",
        file="sum.ex",
        schema="public",
        table="Sums",
        repo="App.Repo",
        migrate=False,
        attributes=(),
    )
    failure = RowFailure(kind="load", column=None, count=1)
    rows = RowsAnswer(module="App.Sum", read=0, values=0, failures=(failure,))
    project = ProjectAnswer(elixir="1.18.3", otp="27", ash="3.32.0", ash_postgres="2.12.0")
    answers = Answers(
        project=project,
        compiled=CompiledAnswer(status="ok"),
        domains=(),
        resources=(sums,),
        rows=(rows,),
    )
    (found,) = check_rows(answers, database)
    assert (found.kind, found.severity) == (Kind.NOT_CHECKED, Severity.NOTE)
    assert (found.table, found.what, found.todo) == ("Sums", what, todo)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "delegate",
            (
                Kind.ROW_VALUE,
                Severity.ERROR,
                "2 rows with a value that the Ecto type reads otherwise, keys 1, 4.",
                "",
            ),
        ),
        (
            "ecto",
            (
                Kind.ROW_LOAD,
                Severity.WARNING,
                "2 rows can't be read through Ash, nor by the Ecto type itself, keys 1, 4.",
                "Its code may need a process that `verify` does not start.",
            ),
        ),
    ],
)
def test_a_value_of_an_ecto_type_is_held_to_what_that_loads(
    kind: Literal["delegate", "ecto"], expected: tuple[Kind, Severity, str, str]
) -> None:
    resource = ResourceAnswer(
        module="App.Sum",
        domain="App",
        file="sum.ex",
        schema="public",
        table="sums",
        repo="App.Repo",
        migrate=False,
        attributes=(),
    )
    failure = RowFailure(kind=kind, column="version", count=2, keys=(("1",), ("4",)))
    answers = Answers(
        project=ProjectAnswer(elixir="1.18.3", otp="27", ash="3.32.0", ash_postgres="2.12.0"),
        compiled=CompiledAnswer(status="ok"),
        domains=(),
        resources=(resource,),
        rows=(RowsAnswer(module="App.Sum", read=4, values=8, failures=(failure,)),),
    )
    (found,) = check_rows(
        answers, Database(server_version=150000, schemas=("public",), tables=(), types={})
    )
    assert (found.kind, found.severity, found.what, found.todo) == expected
