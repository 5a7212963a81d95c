"""Every kind of change and of difference has a severity."""

from __future__ import annotations

import pytest

from ash_scaffold.ash.compare import Difference
from ash_scaffold.ash.compare import Kind as Differs
from ash_scaffold.ash.model import ABSENT
from ash_scaffold.ash.types import Family, ash_families, parse_type
from ash_scaffold.check.schema_drift import change_severity
from ash_scaffold.postgres.catalog import Column, Index, Name
from ash_scaffold.postgres.compare import Change, Kind
from ash_scaffold.postgres.type_text import read_type
from ash_scaffold.problem import Severity
from ash_scaffold.report.differences import Families, difference_severity
from ash_scaffold.report.finding import DRIFT_WORDS
from ash_scaffold.term import Atom, Module

TABLE = Name("public", "users")


def index(*, unique: bool) -> Index:
    return Index(name="i", method="btree", unique=unique, keys=())


def test_every_kind_has_one() -> None:
    changes = {change_severity(Change(kind=kind, table=TABLE)) for kind in Kind}
    differences = {
        difference_severity(
            Difference(kind=kind, path=(), expected=ABSENT, actual=ABSENT), None, None
        )
        for kind in Differs
    }
    assert changes == differences == set(Severity)


@pytest.mark.parametrize(
    ("kind", "after", "severity"),
    [
        (Kind.COLUMN_ADDED, Column(name="x", type=read_type("text")), "differs"),
        (Kind.COLUMN_ADDED, Column(name="x", type=read_type("text"), not_null=True), "breaks"),
        (
            Kind.COLUMN_ADDED,
            Column(name="x", type=read_type("text"), not_null=True, default="now()"),
            "differs",
        ),
        (Kind.INDEX_ADDED, index(unique=False), "stale"),
        (Kind.INDEX_ADDED, index(unique=True), "differs"),
        (Kind.RIGHTS_CHANGED, False, "breaks"),
        (Kind.RIGHTS_CHANGED, True, "differs"),
    ],
)
def test_what_a_change_brings_counts(kind: Kind, after: object, severity: str) -> None:
    change = Change(kind=kind, table=TABLE, object="x", after=after)  # type: ignore[arg-type]
    assert DRIFT_WORDS[change_severity(change)] == severity


@pytest.mark.parametrize(
    ("families", "severity"),
    [
        ((Family.STRING, Family.STRING), "differs"),
        ((Family.STRING, Family.INTEGER), "breaks"),
        ((None, None), "breaks"),
    ],
)
def test_a_type_that_stores_alike_only_differs(
    families: tuple[Family | None, Family | None], severity: str
) -> None:
    difference = Difference(kind=Differs.TYPE, path=(), expected=ABSENT, actual=ABSENT)
    assert DRIFT_WORDS[difference_severity(difference, *families)] == severity


def test_the_family_of_a_type_of_ash_comes_from_its_row() -> None:
    families = ash_families()
    assert families[Atom("utc_datetime")] is families[Module("AshPostgres.TimestamptzUsec")]
    assert families[Atom("string")] is families[Atom("ci_string")] is Family.STRING
    assert families[Atom("map")] is Family.JSON
    assert Atom("date") not in families


@pytest.mark.parametrize(
    ("column", "type_", "severity"),
    [
        (":string", ":atom", "differs"),
        (":string", ":module", "differs"),
        (":string", ":duration_name", "differs"),
        (":string", ":ci_string", "differs"),
        (":map", ":keyword", "differs"),
        (":map", ":union", "differs"),
        (":map", ":struct", "differs"),
        (":map", ":tuple", "differs"),
        (":binary", ":term", "differs"),
        (":binary", ":url_encoded_binary", "differs"),
        (":uuid", ":uuid_v7", "differs"),
        (":utc_datetime_usec", ":datetime", "differs"),
        ("{:array, :string}", "{:array, :atom}", "differs"),
        ("{:array, :string}", "{:array, :integer}", "breaks"),
        ("{:array, :string}", ":atom", "breaks"),
        (":integer", ":atom", "breaks"),
        (":date", ":utc_datetime", "breaks"),
        (":string", ":map", "breaks"),
    ],
)
def test_a_type_of_ash_that_works_over_the_column_only_differs(
    column: str, type_: str, severity: str
) -> None:
    difference = Difference(
        kind=Differs.TYPE, path=(), expected=parse_type(column), actual=parse_type(type_)
    )
    assert DRIFT_WORDS[Families(()).severity(difference)] == severity
