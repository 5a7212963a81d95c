"""Indexes that are missing for what is looked up, and indexes that another one makes needless."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ash_scaffold.advise.advice import Advice, AdviceReport, Confirmed, Kind, Reason
from ash_scaffold.advise.indexes import missing_indexes
from ash_scaffold.advise.lookups import LOAD, Lookup
from ash_scaffold.advise.plans import is_served, statement
from ash_scaffold.postgres.catalog import Action, ForeignKey, Name, Table
from ash_scaffold.problem import Code, fail

Advised = Callable[..., AdviceReport]


def resource(name: str, table: str, body: str, head: str = "") -> Mapping[str, str]:
    module = f"""defmodule Shop.Sales.{name} do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "{table}"
    repo Shop.Repo
    migrate? false
  end
{head}
  attributes do
    integer_primary_key :id
{body}
end
"""
    return {f"lib/shop/sales/{name.lower()}.ex": module}


def of(report: AdviceReport, kind: Kind) -> list[Advice]:
    return [each for each in report.advice if each.kind is kind]


def said(report: AdviceReport) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """The subject of each missing index, why, and the lines to add; all confirmed by plans."""
    found = of(report, Kind.INDEX_MISSING)
    assert {each.confirmed for each in found} <= {Confirmed.PLAN}
    return [(each.subject, tuple(r.why for r in each.reasons), each.elixir) for each in found]


CUSTOMERS = "CREATE TABLE customers (id bigint PRIMARY KEY);"


@pytest.mark.parametrize(
    "index",
    [
        "CREATE INDEX ON orders (customer_id)",
        "CREATE INDEX ON orders (customer_id DESC, id)",
        "CREATE INDEX ON orders USING hash (customer_id)",
        "CREATE INDEX ON orders (customer_id) WHERE customer_id IS NOT NULL",
        "CREATE UNIQUE INDEX ON orders (customer_id, id)",
        "CREATE INDEX ON orders USING brin (id, customer_id)",
    ],
)
def test_a_foreign_key_that_an_index_serves_needs_none(advised: Advised, index: str) -> None:
    ddl = f"{CUSTOMERS} CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint"
    assert said(advised(f"{ddl} REFERENCES customers); {index}")) == []


@pytest.mark.parametrize(
    "index",
    [
        "SELECT 1",
        "CREATE INDEX ON orders (id, customer_id)",
        "CREATE INDEX ON orders (customer_id) WHERE id > 5",
        "CREATE INDEX ON orders ((customer_id + 1))",
    ],
)
def test_a_foreign_key_without_an_index_that_serves_it(advised: Advised, index: str) -> None:
    ddl = f"{CUSTOMERS} CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint"
    report = advised(f"{ddl} REFERENCES customers ON DELETE CASCADE); {index}")
    assert said(report) == [
        (
            "orders.customer_id",
            ("a delete in customers looks for it (orders_customer_id_fkey ON DELETE CASCADE)",),
            ('index [:customer_id], name: "orders_customer_id_index"',),
        )
    ]
    assert of(report, Kind.INDEX_MISSING)[0].sql == (
        "CREATE INDEX CONCURRENTLY orders_customer_id_index ON orders (customer_id);"
    )


def test_one_index_is_for_all_that_begin_with_its_columns(advised: Advised) -> None:
    report = advised(
        """
        CREATE TABLE parts (org int, id int, PRIMARY KEY (org, id));
        CREATE TABLE orgs (id int PRIMARY KEY);
        CREATE TABLE uses (
          id int PRIMARY KEY, org int REFERENCES orgs, part int,
          FOREIGN KEY (org, part) REFERENCES parts ON DELETE SET NULL
        )
        """
    )
    assert said(report) == [
        (
            "uses (org, part)",
            (
                "a delete in orgs looks for it (uses_org_fkey)",
                "a delete in parts looks for it (uses_org_part_fkey ON DELETE SET NULL)",
            ),
            ('index [:org, :part], name: "uses_org_part_index"',),
        )
    ]


def test_what_resources_look_up(advised: Advised) -> None:
    """A tenant, a relationship without a key, get_by, and the sort of a page."""
    ticket = resource(
        "Ticket",
        "tickets",
        """    attribute :org_id, :integer, allow_nil?: false
    attribute :number, :string
    attribute :state, :string
    attribute :opened_at, :utc_datetime, source: :opened
    attribute :shelf_id, :integer
  end

  actions do
    defaults [:read]

    read :recent do
      pagination keyset?: true, required?: false
      filter expr(state == ^arg(:state))
      prepare build(sort: [opened_at: :desc])
      argument :state, :string
    end

    read :by_number do
      get_by :number
    end

    read :unpaged do
      prepare build(sort: [shelf_id: :asc])
    end
  end""",
        """
  multitenancy do
    strategy :attribute
    attribute :org_id
  end
""",
    )
    shelf = resource(
        "Shelf",
        "shelves",
        """  end

  relationships do
    has_many :tickets, Shop.Sales.Ticket do
      destination_attribute :shelf_id
    end
  end""",
    )
    report = advised(
        """
        CREATE TABLE shelves (id bigint PRIMARY KEY);
        CREATE TABLE tickets (
          id bigint PRIMARY KEY, org_id bigint NOT NULL, number text, state text,
          opened timestamp(0), shelf_id bigint
        )
        """,
        {**ticket, **shelf},
    )
    assert said(report) == [
        (
            "tickets (org_id, state, opened)",
            (
                "every query of Shop.Sales.Ticket asks for one tenant",
                "Shop.Sales.Ticket.recent is paginated and sorts by it",
            ),
            ('index [:state, :opened], name: "tickets_org_id_state_opened_index"',),
        ),
        (
            "tickets (org_id, number)",
            ("Shop.Sales.Ticket.by_number gets a row by it",),
            ('index [:number], name: "tickets_org_id_number_index"',),
        ),
        (
            "tickets.shelf_id",
            ("Shop.Sales.Shelf.tickets is loaded by it",),
            ('index [:shelf_id], name: "tickets_shelf_id_index", all_tenants?: true',),
        ),
    ]


def test_a_sort_that_reads_an_index_backwards_needs_none(advised: Advised) -> None:
    body = """    attribute :at, :utc_datetime
  end

  actions do
    read :recent do
      pagination keyset?: true
      prepare build(sort: [at: :SORT])
    end
  end"""
    ddl = "CREATE TABLE posts (id bigint PRIMARY KEY, at timestamp); CREATE INDEX ON posts (at"
    found = {
        (direction, order): said(
            advised(f"{ddl} {order})", resource("Post", "posts", body.replace("SORT", direction)))
        )
        for direction in ("desc", "desc_nils_last")
        for order in ("", "DESC NULLS LAST")
    }
    line = 'index ["at DESC NULLS LAST"], name: "posts_at_index_2"'
    assert {key: [lines for _, _, lines in each] for key, each in found.items()} == {
        ("desc", ""): [],
        ("desc", "DESC NULLS LAST"): [('index [:at], name: "posts_at_index"',)],
        ("desc_nils_last", ""): [(line.replace("_2", ""),)],
        ("desc_nils_last", "DESC NULLS LAST"): [],
    }


def test_a_preparation_that_has_to_be_run_says_nothing(advised: Advised) -> None:
    body = """    attribute :at, :utc_datetime
  end

  actions do
    read :recent do
      pagination keyset?: true
      prepare Shop.Recent
      prepare build(sort: [at: :desc])
    end
  end"""
    ddl = "CREATE TABLE posts (id bigint PRIMARY KEY, at timestamp)"
    assert said(advised(ddl, resource("Post", "posts", body))) == []


def test_an_association_that_no_key_keeps(advised: Advised) -> None:
    files = {
        "lib/shop/order.ex": """defmodule Shop.Order do
  use Ecto.Schema

  schema "orders" do
    belongs_to :customer, Shop.Customer
  end
end
""",
        "lib/shop/customer.ex": """defmodule Shop.Customer do
  use Ecto.Schema

  schema "customers" do
    has_many :orders, Shop.Order
  end
end
""",
    }
    ddl = f"{CUSTOMERS} CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint)"
    assert [(subject, lines) for subject, _, lines in said(advised(ddl, files))] == [
        ("orders.customer_id", ('index [:customer_id], name: "orders_customer_id_index"',))
    ]


def test_without_a_server_it_is_said_that_no_plan_was_asked_for(
    advised: Advised, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_major: int | None) -> None:
        raise fail(Code.NO_LOCAL_SERVER, "None is installed here.")

    monkeypatch.setattr("ash_scaffold.postgres.installation.choose_installations", none)
    ddl = f"{CUSTOMERS} CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint"
    report = advised(f"{ddl} REFERENCES customers)", copied=True)
    assert [(each.subject, each.confirmed) for each in of(report, Kind.INDEX_MISSING)] == [
        ("orders.customer_id", Confirmed.NOT)
    ]
    assert report.looked.remarks[1:] == (
        "no plan was asked for, because there is no throw-away server: None is installed here",
    )


def test_types_extensions_functions_and_schemas_are_in_the_copy(advised: Advised) -> None:
    report = advised(
        """
        CREATE SCHEMA "Odd schema";
        CREATE TYPE "Odd schema".mood AS ENUM ('it''s', 'ok');
        CREATE DOMAIN "Odd schema"."Key" AS int CHECK (VALUE > 0);
        CREATE TYPE pair AS (a "Odd schema"."Key", b text);
        CREATE FUNCTION low(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
        CREATE TABLE "Parent" (id int PRIMARY KEY);
        CREATE TABLE child (
          id int PRIMARY KEY, "parent Id" "Odd schema"."Key" REFERENCES "Parent",
          mood "Odd schema".mood, pair pair, name text COLLATE "C"
        );
        CREATE INDEX ON child (low(name));
        """,
        copied=True,
    )
    assert [each.confirmed for each in of(report, Kind.INDEX_MISSING)] == [Confirmed.PLAN]
    assert said(report)[0][2] == ('index [:"parent Id"], name: "child_parent_Id_index"',)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("(a)", "(a, b)"),
        ("(a DESC)", "(a DESC, b)"),
        ("(a) WHERE b > 0", "(a, b) WHERE b > 0"),
        ("(lower(t))", "(lower(t), a)"),
        ("(a) INCLUDE (b)", "(a, b)"),
        ("USING gin (j)", "USING gin (j)"),
    ],
)
def test_an_index_that_another_begins_with(advised: Advised, first: str, second: str) -> None:
    report = advised(
        f"""
        CREATE TABLE t (id int PRIMARY KEY, a int, b int, t text, j jsonb);
        CREATE INDEX z_short ON t {first};
        CREATE INDEX long ON t {second};
        """
    )
    assert [(each.subject, each.sql) for each in of(report, Kind.INDEX_DOUBLED)] == [
        ("t.z_short", "DROP INDEX CONCURRENTLY z_short;")
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("INDEX short ON t (b)", "INDEX ON t (a, b)"),
        ("INDEX short ON t (a DESC)", "INDEX ON t (a, b)"),
        ("INDEX short ON t (a)", "INDEX ON t (a, b) WHERE b > 0"),
        ("INDEX short ON t (a) WHERE b > 0", "INDEX ON t (a, b)"),
        ("INDEX short ON t (t text_pattern_ops)", "INDEX ON t (t, b)"),
        ('INDEX short ON t (t COLLATE "C")', "INDEX ON t (t, b)"),
        ("INDEX short ON t USING hash (a)", "INDEX ON t (a, b)"),
        ("INDEX short ON t (a) INCLUDE (t)", "INDEX ON t (a, b)"),
        ("UNIQUE INDEX short ON t (a)", "INDEX ON t (a, b)"),
    ],
)
def test_an_index_that_does_more_than_another(advised: Advised, first: str, second: str) -> None:
    ddl = "CREATE TABLE t (id int PRIMARY KEY, a int, b int, t text)"
    report = advised(f"{ddl}; CREATE {first}; CREATE {second}")
    assert of(report, Kind.INDEX_DOUBLED) == []


@pytest.mark.parametrize(
    "keep", ["ALTER TABLE t REPLICA IDENTITY USING INDEX short", "ALTER TABLE t CLUSTER ON short"]
)
def test_what_a_table_goes_by_is_never_needless(advised: Advised, keep: str) -> None:
    unique = "UNIQUE" if "REPLICA" in keep else ""
    report = advised(
        f"""
        CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int);
        CREATE {unique} INDEX short ON t (a); CREATE INDEX ON t (a, b); {keep};
        """
    )
    assert of(report, Kind.INDEX_DOUBLED) == []


def test_of_equal_indexes_one_stays(advised: Advised) -> None:
    report = advised(
        """
        CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, b int);
        CREATE INDEX one ON t (b); CREATE INDEX two ON t (b); CREATE INDEX three ON t (b);
        CREATE INDEX four ON t (a);
        """
    )
    assert [(each.index, each.what) for each in of(report, Kind.INDEX_DOUBLED)] == [
        ("four", "The constraint t_a_key has the same keys, and serves whatever it serves."),
        ("three", "The index one has the same keys, and serves whatever it serves."),
        ("two", "The index one has the same keys, and serves whatever it serves."),
    ]


def test_a_name_is_free_and_no_longer_than_postgresql_takes_it() -> None:
    table = Name("public", "t" * 50)
    lookup = Lookup(table=table, equal=("some_column_of_it",), rank=LOAD, reason=Reason("x"))
    (made,) = missing_indexes([lookup], [])
    (other,) = missing_indexes([lookup], [Table(name=Name("public", made.name))])
    assert (len(made.name), len(other.name) <= 63, other.name != made.name) == (63, True, True)


def test_the_sql_of_a_look_up() -> None:
    """What Ash sends for a load, and PostgreSQL for a delete."""
    orders, customers = Name("public", "orders"), Name("public", "customers")

    def of_key(action: Action) -> str:
        key = ForeignKey(
            name="k", table=orders, columns=("c",), target=customers, target_columns=("id",),
            on_delete=action,
        )  # fmt: skip
        return statement(Lookup(table=orders, equal=("c",), rank=LOAD, reason=Reason("x"), key=key))

    load = Lookup(table=orders, equal=("c",), rank=LOAD, reason=Reason("x"))
    page = Lookup(table=orders, equal=("c",), sort=(("at", "desc"),), rank=LOAD, reason=Reason("x"))
    assert [statement(load), statement(page), *map(of_key, Action)] == [
        "SELECT * FROM public.orders AS t0 WHERE t0.c = ANY ($1)",
        "SELECT * FROM public.orders AS t0 WHERE t0.c = $1 ORDER BY t0.at DESC LIMIT 20",
        "SELECT 1 FROM ONLY public.orders AS t0 WHERE t0.c = $1 FOR KEY SHARE OF t0",
        "SELECT 1 FROM ONLY public.orders AS t0 WHERE t0.c = $1 FOR KEY SHARE OF t0",
        "DELETE FROM ONLY public.orders AS t0 WHERE t0.c = $1",
        "UPDATE ONLY public.orders AS t0 SET c = NULL WHERE t0.c = $1",
        "UPDATE ONLY public.orders AS t0 SET c = DEFAULT WHERE t0.c = $1",
    ]


def test_a_scan_of_a_whole_index_serves_nothing() -> None:
    lookup = Lookup(table=Name("public", "t"), equal=("a",), rank=LOAD, reason=Reason("x"))
    scan = {"Node Type": "Index Scan", "Index Name": "i", "Filter": "(a = $1)"}
    asked = {**scan, "Index Cond": "(a = $1)"}
    assert [
        is_served(scan, lookup, {"i": ("a",)}),
        is_served({**scan, "Index Cond": "(aa = $1)"}, lookup, {"i": ("aa",)}),
        is_served(asked, lookup, {"i": ("b", "a")}),
        is_served(asked, lookup, {"i": ("a", "b")}),
    ] == [False, False, False, True]


@pytest.mark.parametrize(
    "written",
    [
        'index [:a], name: "short"',
        'index [:a] do\n  name "short"\nend',
    ],
)
def test_the_lines_of_a_needless_index_are_found(advised: Advised, written: str) -> None:
    """As a cut-over writes them, or a person does."""
    lines = "\n".join(f"      {line}" for line in written.split("\n"))
    head = f"""
  postgres do
    custom_indexes do
      index [:b], name: "other"
{lines}
    end
  end
"""
    body = "    attribute :a, :integer, source: :a\n  end"
    ddl = """
    CREATE TABLE t (id int PRIMARY KEY, a int, b int);
    CREATE INDEX short ON t (a); CREATE INDEX long ON t (a, b);
    """
    (found,) = of(advised(ddl, resource("T", "t", body, head)), Kind.INDEX_DOUBLED)
    assert (found.path, found.line, found.add, found.elixir) == (
        "lib/shop/sales/t.ex",
        13,
        False,
        tuple(written.split("\n")),
    )
