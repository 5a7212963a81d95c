"""Values that fail the read and that the schema names are reported, column by column."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support import generate

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.problem import Code, Severity

REFLECT = Callable[..., Database]
FAILS = ": one such value fails the read of all rows that are read with it."
DAYS = (
    ": Postgrex reads it as a day of the year 5881610, and fails the read of all rows that are "
    "read with a -infinity."
)


def told(database: Database, config: str = "") -> list[tuple[str, str]]:
    """Return place and sentence of each warning, without the effect of the value."""
    problems = [p for p in generate(database, config).plan.problems if p.code is Code.VALUE_RISK]
    assert all(p.severity is Severity.WARNING and p.what.endswith((FAILS, DAYS)) for p in problems)
    assert all(p.todo for p in problems)
    return [(p.where, p.what.removesuffix(FAILS).removesuffix(DAYS)) for p in problems]


def test_a_temporal_table_is_reported_by_column(reflect_scratch: REFLECT) -> None:
    database = reflect_scratch("""
        CREATE DOMAIN day AS date DEFAULT 'infinity' CONSTRAINT bounded CHECK (value <= 'infinity');
        CREATE TABLE prices (
          id bigserial PRIMARY KEY,
          valid_from timestamptz NOT NULL DEFAULT '-infinity',
          valid_to date NOT NULL DEFAULT 'infinity',
          during tstzrange DEFAULT '[2020-01-01,infinity)',
          spans datemultirange DEFAULT '{[2020-01-01,infinity)}',
          built daterange DEFAULT daterange('2020-01-01', 'infinity'),
          many timestamp[] DEFAULT '{infinity}',
          ends time DEFAULT '24:00',
          last day,
          CONSTRAINT open CHECK (valid_to = 'infinity' OR valid_to > '2000-01-01')
        );
        CREATE UNIQUE INDEX prices_current ON prices (valid_from) WHERE valid_to = 'infinity';
    """)
    assert told(database) == [
        ("prices.built", "Its default names infinity"),
        ("prices.during", "Its default names infinity"),
        ("prices.ends", "Its default names 24:00"),
        ("prices.last", "The default of day and the check bounded of day name infinity"),
        ("prices.many", "Its default names infinity"),
        ("prices.spans", "Its default names infinity"),
        ("prices.valid_from", "Its default names infinity"),
        (
            "prices.valid_to",
            "Its default, the check open and the index prices_current name infinity",
        ),
    ]


def test_an_exclusion_constraint_may_name_it(reflect_scratch: REFLECT) -> None:
    database = reflect_scratch("""
        CREATE TABLE stays (
          id bigserial PRIMARY KEY, from_day date, to_day date, note text,
          CONSTRAINT apart EXCLUDE USING gist
            (daterange(from_day, to_day) WITH &&) WHERE (to_day = 'infinity')
        );
    """)
    assert told(database) == [
        ("stays.from_day", "The exclusion constraint apart names infinity"),
        ("stays.to_day", "The exclusion constraint apart names infinity"),
    ]


def test_numbers_have_their_tolerant_type(reflect_scratch: REFLECT) -> None:
    database = reflect_scratch("""
        CREATE TABLE sums (
          id bigserial PRIMARY KEY, f float8 DEFAULT 'inf', n numeric DEFAULT 'NaN', g float8
        );
    """)
    assert told(database) == [
        ("sums.f", "Its default names NaN or infinity"),
        ("sums.n", "Its default names NaN or infinity"),
    ]
    (first, _) = [p for p in generate(database).plan.problems if p.code is Code.VALUE_RISK]
    assert first.todo == 'Map it: [tables."sums".columns."f"] type = "tolerant".'
    tolerant = (
        '[tables.sums.columns.f]\ntype = "tolerant"\n[tables.sums.columns.n]\ntype = "tolerant"\n'
    )
    assert told(database, tolerant) == []


@pytest.mark.parametrize(
    "column",
    [
        "d date DEFAULT '2020-01-01'",
        "d date DEFAULT NULL CHECK (d < 'infinity')",
        "d date CHECK (d <> 'infinity' AND d > '-infinity')",
        "d date CHECK (isfinite(d))",
        "d text DEFAULT 'infinity'",
        "d time DEFAULT '23:59' CHECK (d <> '22:24:00')",
        "d tstzrange DEFAULT '[2020-01-01,)'",
        "d date, note text DEFAULT 'to infinity, and beyond'",
    ],
)
def test_nothing_is_said_where_no_such_value_can_be_expected(
    reflect_scratch: REFLECT, column: str
) -> None:
    assert told(reflect_scratch(f"CREATE TABLE t (id bigserial PRIMARY KEY, {column})")) == []


def test_the_advice_says_what_works(reflect_scratch: REFLECT) -> None:
    database = reflect_scratch("""
        CREATE DOMAIN day AS date DEFAULT 'infinity';
        CREATE TABLE t (
          id bigserial PRIMARY KEY, at timestamptz DEFAULT 'infinity',
          during tsrange DEFAULT '[2020-01-01,infinity)', e time DEFAULT '24:00',
          d date DEFAULT 'infinity', dd day, dr daterange DEFAULT '(,infinity]',
          da date[] DEFAULT '{infinity}'
        )
    """)
    problems = [p for p in generate(database).plan.problems if p.code is Code.VALUE_RISK]
    by_column = {p.where.removeprefix("t."): p for p in problems}
    for column in ("at", "during"):
        problem = by_column.pop(column)
        assert problem.what.endswith(FAILS)
        assert problem.todo.startswith("Store NULL in its place (in a range, no bound).")
        assert "allow_infinite_timestamps: true" in problem.todo
        assert f'[tables."t".columns."{column}"] type = "…"' in problem.todo
    hours = by_column.pop("e")
    assert hours.what.endswith(FAILS)
    assert hours.todo.endswith('[tables."t".columns."e"] exclude = true.')
    # No option of Postgrex helps with dates.
    assert sorted(by_column) == ["d", "da", "dd", "dr"]
    for column, problem in by_column.items():
        assert problem.what.endswith(DAYS)
        assert "allow_infinite_timestamps" not in problem.todo
        assert problem.todo.endswith(f'[tables."t".columns."{column}"] exclude = true.')
