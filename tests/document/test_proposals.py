"""The check list has what `advise` finds, in words that an edit of the code does not change."""

from __future__ import annotations

from ash_scaffold.advise.advice import Advice, Kind, Reason
from ash_scaffold.advise.indexes import MissingIndex
from ash_scaffold.advise.lookups import SORT, Lookup
from ash_scaffold.document.proposals import proposals
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.postgres.catalog import Column, Key, Name, Table, TypeUse

T = Name("public", "orders")
TABLE = Table(
    name=T,
    columns=(Column(name="id", type=TypeUse(Name("pg_catalog", "int8")), not_null=True),),
    primary_key=Key(name="orders_pkey", columns=("id",), index_name="orders_pkey"),
)


def test_each_kind_of_advice_is_a_line() -> None:
    reason = Reason("App.Order.email has allow_nil? false", "lib/order.ex", 7)
    advice = [
        Advice(
            kind=Kind.NOT_NULL, table=T, columns=("email",), what="It takes NULL.",
            reasons=(reason,),
        ),
        Advice(kind=Kind.UPDATED_AT, table=T, what="No column says when."),
        Advice(
            kind=Kind.COLUMN_UNUSED, table=T, columns=("fax",), what="No code names it.",
            module="App.Order", path="lib/order.ex", line=3,
        ),
        Advice(
            kind=Kind.COLUMN_UNUSED, table=T, columns=("pager",),
            what="It is no field of App.Legacy, and no code names it.",
        ),
        Advice(kind=Kind.TABLE_UNUSED, table=T, what="No code names it."),
        Advice(
            kind=Kind.INDEX_DOUBLED, table=T, columns=("a",), index="short",
            what="The index long has the same keys, and serves whatever it serves.",
        ),
    ]  # fmt: skip
    page = Lookup(
        table=T,
        sort=(("at", "desc"),),
        rank=SORT,
        reason=Reason("App.Order.recent is paginated and sorts by it", "lib/order.ex", 9),
    )
    missing = MissingIndex(table=T, columns=("at",), keys=("at",), name="i", lookups=(page,))

    found = proposals([TABLE], Hints(), (), {}, advice, [missing])

    assert [(each.kind.value, each.columns, each.why) for each in found] == [
        ("column needed", ("email",), "takes NULL, and App.Order.email has allow_nil? false"),
        ("column needed", ("updated_at",), "is missing, so that nothing says when a row changed"),
        ("column deprecated", (), "is a table that no code names"),
        ("column deprecated", ("fax",), "is named by no code but its attribute in App.Order"),
        ("column deprecated", ("pager",), "is no field of App.Legacy, and no code names it"),
        (
            "index",
            ("at",),
            "has no index that serves it: App.Order.recent is paginated and sorts by it",
        ),
        (
            "index",
            ("short",),
            "is not needed: the index long has the same keys, and serves whatever it serves",
        ),
    ]
