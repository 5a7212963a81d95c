"""A project of hand-written resources is adopted, and told only what the database demands."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

from ash_scaffold.check.run import check
from ash_scaffold.session import SourceOptions

HERE = Path(__file__).parent / "hand_written"
LIB = {path.relative_to(HERE).as_posix(): path.read_text() for path in sorted(HERE.rglob("*.ex"))}


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    ddl = f"CREATE EXTENSION citext; {(HERE / 'schema.sql').read_text()}"
    return make_shop(ddl, LIB)


def found_by_check(shop: Shop) -> list[str]:
    report = check(SourceOptions(folder=shop.root, url=shop.url))
    # The settings of the project are none of the resources.
    findings = [each for each in report.findings if each.table]
    return [f"{each.kind} {each.table} {each.object}" for each in findings]


def test_what_people_write_is_no_difference(shop: Shop) -> None:
    done = shop.run()

    assert done.problems == []
    assert [line for line in done.diff.splitlines() if line.startswith("-")] == []
    assert found_by_check(shop) == []


def test_it_gets_what_the_database_demands_and_no_more(shop: Shop) -> None:
    done = shop.run()

    added = [line[1:].strip() for line in done.diff.splitlines() if line.startswith("+")]
    # Nothing is generated beside the resources: no type that only they would use.
    assert set(shop.elixir()) == set(LIB)
    assert sorted({line.split(" ")[0] for line in added if line}) == [
        "foreign_key_names",
        "identity_index_names",
        "migrate?",
    ]
    assert added.count("migrate? false") == 11
    assert 'identity_index_names unique_code: "tickets_code_key"' in added


def test_another_run_has_nothing_to_do(shop: Shop) -> None:
    shop.run()
    kept = shop.tree()

    done = shop.run()

    assert (done.diff, done.problems) == ("", [])
    assert shop.tree() == kept


def test_a_later_tweak_says_nothing_of_what_was_never_there(shop: Shop) -> None:
    shop.run()
    shop.sql(
        "ALTER TABLE tokens ADD more jsonb", "ALTER TABLE tickets ALTER event_id DROP NOT NULL"
    )

    done = shop.run()

    assert done.problems == []
    assert (
        done.diff.partition("lib/shop/types/")[0]
        == """\
lib/shop/sales/token.ex
@@
     attribute :payload, :term
     attribute :expires_at, :utc_datetime, allow_nil?: false
     attribute :extra, :map
+
+    attribute :more, Shop.Types.Json do
+      public? true
+    end
   end
 end
"""
    )
    assert found_by_check(shop) == []


BREAKS = [
    (
        "ALTER TABLE events ALTER title TYPE varchar(40)",
        "constraints differ events title",
        "warning [differs] lib/shop/sales/event.ex: events.title: It says `attribute :title, ",
    ),
    (
        "ALTER TABLE tokens ALTER extra SET NOT NULL",
        "allow_nil? differs tokens extra",
        "warning [differs] lib/shop/sales/token.ex: tokens.extra: It says `attribute :extra, :map`",
    ),
    (
        "ALTER TABLE events ALTER starts_at TYPE date",
        "type differs events starts_at",
        "warning [differs] lib/shop/sales/event.ex: events.starts_at: It says `attribute",
    ),
    (
        "ALTER TABLE orgs ALTER plan SET DEFAULT 'team'",
        "default differs orgs plan",
        "warning [differs] lib/shop/sales/org.ex: orgs.plan: It says `attribute :plan, Shop.Types",
    ),
    (
        "DROP INDEX tickets_seat_of_event_index;"
        "CREATE UNIQUE INDEX tickets_seat_of_event_index ON tickets (event_id, seat)",
        "where differs tickets tickets_seat_of_event_index",
        "warning [differs] lib/shop/sales/ticket.ex: tickets.identities.seat_of_event: It says",
    ),
]


@pytest.mark.parametrize(("ddl", "finding", "problem"), BREAKS, ids=[each[1] for each in BREAKS])
def test_what_the_database_demands_otherwise_is_said_by_both(
    shop: Shop, ddl: str, finding: str, problem: str
) -> None:
    shop.sql(*ddl.split(";"))

    done = shop.run()

    assert [each[: len(problem)] for each in done.problems] == [problem]
    assert found_by_check(shop) == [finding]


def test_a_column_without_an_attribute_gets_one(shop: Shop) -> None:
    shop.sql("ALTER TABLE tags ADD colour text")

    done = shop.run()

    assert "+    attribute :colour, :string do" in done.diff.splitlines()
    assert done.problems == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer",
            "use Ash.Resource,\n    domain: Shop.Sales,\n    data_layer: AshPostgres.DataLayer,\n"
            "    extensions: [Shop.Coloured]",
        ),
        (
            "use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer",
            "use Shop.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer",
        ),
    ],
    ids=["extension", "base"],
)
def test_where_code_that_is_not_read_may_add_attributes_none_is_written(
    shop: Shop, old: str, new: str
) -> None:
    shop.edit("lib/shop/sales/tag.ex", (old, new))
    shop.sql("ALTER TABLE tags ADD colour text")

    done = shop.run()

    added = [line for line in done.diff.splitlines() if line.startswith("+")]
    assert not [line for line in added if "attribute" in line]
    assert done.diff.count("+    migrate? false") == 11
    assert done.problems == [
        "note [attributes-unknown] Shop.Sales.Tag: An extension or macro that can't be read may "
        "define the attributes of colour.\n    Write those that are missing into the resource."
    ]


@pytest.mark.parametrize("items", ["[:odd]", ":odd", "[max_length: 9, odd: [1]]"])
def test_constraints_of_items_in_any_form_are_read(make_shop: MakeShop, items: str) -> None:
    tag = (
        "defmodule Shop.Sales.Tag do\n"
        "  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer\n\n"
        '  postgres do\n    table "tags"\n    repo Shop.Repo\n    migrate? false\n  end\n\n'
        "  attributes do\n    integer_primary_key :id\n"
        f"    attribute :words, {{:array, :string}}, constraints: [items: {items}]\n  end\nend\n"
    )
    domain = "defmodule Shop.Sales do\n  use Ash.Domain\n\n  resources do\n"
    shop = make_shop(
        "CREATE TABLE tags (id serial PRIMARY KEY, words varchar(9)[]);",
        {
            "lib/shop/sales/tag.ex": tag,
            "lib/shop/sales.ex": f"{domain}    resource Shop.Sales.Tag\n  end\nend\n",
        },
    )
    whole = "max_length" in items

    problems = shop.run().problems

    assert any("words" in each and "constraints" in each for each in problems) is not whole
