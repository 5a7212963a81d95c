"""A database that lacks migrations of the project: what they may have made is not dropped."""

from __future__ import annotations

import random

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

from ash_scaffold.check.run import check
from ash_scaffold.document.run import load_document
from ash_scaffold.generate.inspection import inspect
from ash_scaffold.postgres.url import parse_url
from ash_scaffold.problem import Code, Exit, Severity
from ash_scaffold.propose.run import prepare as prepare_init
from ash_scaffold.session import SourceOptions

VERSIONS = "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp);"
FIRST = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);
CREATE TABLE regions (id bigserial PRIMARY KEY, name text, code text);
"""
SECOND = """
ALTER TABLE customers ADD phone text;
CREATE UNIQUE INDEX customers_email ON customers (email);
CREATE TABLE invoices (
  id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, total numeric
);
"""
DROPPED = """
DROP TABLE invoices;
DROP INDEX customers_email;
ALTER TABLE customers DROP phone;
DELETE FROM schema_migrations WHERE version > 1;
"""
UP = """defmodule Shop.Repo.Migrations.Invoices do
  use Ecto.Migration

  def change do
    alter table(:customers) do
      add :phone, :text
    end

    create unique_index(:customers, [:email], name: :customers_email)

    create table(:invoices) do
      add :customer_id, references(:customers), null: false
      add :total, :decimal
    end
  end
end
"""
FILES = {
    "priv/repo/migrations/1_customers.exs": UP.replace("Invoices", "Customers"),
    "priv/repo/migrations/2_invoices.exs": UP,
    "ash_scaffold.toml": '[domains."Shop.Core"]\ntables = ["*"]\n',
}


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    """A project that was generated when both migrations had run, in a database that lacks one."""
    shop = make_shop(
        f"{VERSIONS}{FIRST}{SECOND}INSERT INTO schema_migrations VALUES (1, now()), (2, now());",
        FILES,
    )
    assert shop.run(domain=None).problems == []
    shop.sql(*DROPPED.strip().splitlines())
    return shop


def test_what_a_migration_has_still_to_make_is_not_dropped(shop: Shop) -> None:
    before = shop.tree()

    done = shop.run(domain=None)

    assert (done.diff, done.words) == ("", [])
    assert shop.tree() == before
    assert done.problems == [
        "error [database-behind] : The database lacks the migration 2_invoices of "
        "priv/repo/migrations. What it changes stays as the last run has read it: customers, "
        "invoices.\n    Run mix ecto.migrate. To take it for what it is: ash-scaffold "
        "resources --behind."
    ]
    rests(shop, done, domain=None)
    shop.sql(*[each for each in SECOND.replace("\n", " ").split(";") if each.strip()])
    shop.sql("INSERT INTO schema_migrations VALUES (2, now())")
    assert shop.run(domain=None).problems == []
    assert shop.tree() == before


def test_all_that_no_such_migration_touches_follows(shop: Shop) -> None:
    shop.sql("ALTER TABLE regions DROP code", "CREATE TABLE notes (id bigserial PRIMARY KEY)")

    done = shop.run(domain=None)

    assert done.words == ["table notes added", "regions.code dropped"]
    assert "\n+defmodule Shop.Core.Note do" in done.diff
    assert "\n-    attribute :code, :string" in done.diff
    assert "phone" not in done.diff.replace("\n ", "")


@pytest.mark.parametrize("call", ['execute "SELECT f()"', "Oban.Migration.up()", "more()"])
def test_a_migration_that_can_t_be_read_may_have_made_anything(call: str, shop: Shop) -> None:
    text = UP.replace("create table(:invoices)", f"{call}\n    create table(:invoices)")
    shop.write({"priv/repo/migrations/2_invoices.exs": text})
    shop.sql("ALTER TABLE regions DROP code")
    before = shop.tree()

    done = shop.run(domain=None, prune=True)

    assert done.diff == ""
    assert shop.tree() == before
    assert "It may change any table: all stay as the last run has read them." in done.problems[0]


def test_on_demand_the_database_is_taken_for_what_it_is(shop: Shop) -> None:
    done = shop.run(domain=None, behind=True)

    assert "customers.phone dropped" in done.words
    assert [each.split(":")[0] for each in done.problems if "database-behind" in each] == [
        "warning [database-behind] "
    ]


def test_check_finds_the_migration_and_no_drift_of_what_it_makes(shop: Shop) -> None:
    report = check(SourceOptions(folder=shop.root, url=shop.url))

    found = [each for each in report.findings if each.kind != "repo migrates extensions"]
    assert [(each.kind, each.path, each.command) for each in found] == [
        ("pending migration", "priv/repo/migrations/2_invoices.exs", "mix ecto.migrate")
    ]
    assert report.problems == ()


def test_the_commands_that_only_read_say_it_and_no_more(shop: Shop) -> None:
    options = SourceOptions(folder=shop.root, url=shop.url)
    for problems in (
        inspect(options).problems,
        load_document(options).problems,
        prepare_init(options).problems,
    ):
        (behind,) = [each for each in problems if each.code is Code.DATABASE_BEHIND]
        assert behind.severity is Severity.WARNING
        assert behind.what == "The database lacks the migration 2_invoices of priv/repo/migrations."


def test_without_a_snapshot_there_is_nothing_to_keep_and_it_is_said(make_shop: MakeShop) -> None:
    shop = make_shop(f"{VERSIONS}{FIRST}INSERT INTO schema_migrations VALUES (1, now());", FILES)

    done = shop.run(domain=None)

    assert "\n+defmodule Shop.Core.Customer do" in done.diff
    assert done.errors[0].startswith("error [database-behind] : The database lacks the migration")
    assert shop.exit_code(domain=None) is Exit.FINDINGS


def test_a_first_run_takes_tables_that_such_a_migration_drops_as_they_are(
    make_shop: MakeShop,
) -> None:
    shop = make_shop(
        f"{VERSIONS}{FIRST}INSERT INTO schema_migrations VALUES (1, now());",
        {
            **FILES,
            "priv/repo/migrations/2_invoices.exs": UP.partition("alter")[0]
            + "drop table(:regions)\nend\nend",
            "ash_scaffold.toml": '[domains."Shop.Core"]\ntables = ["customers", "regions"]\n',
        },
    )

    done = shop.run(domain=None)

    assert "\n+defmodule Shop.Core.Region do" in done.diff
    assert [each.partition("]")[0] for each in done.errors] == ["error [database-behind"]
    assert shop.exit_code(domain=None) is Exit.FINDINGS


@pytest.mark.parametrize("away", ["drop table(:invoices)", 'execute "DROP TABLE invoices"'])
def test_a_table_that_such_a_migration_takes_away_is_not_made_anew(
    away: str, make_shop: MakeShop
) -> None:
    shop = make_shop(
        f"{VERSIONS}{FIRST}INSERT INTO schema_migrations VALUES (1, now()), (2, now());", FILES
    )
    shop.write(
        {"priv/repo/migrations/2_invoices.exs": UP.partition("alter")[0] + f"{away}\nend\nend"}
    )
    shop.run(domain=None)
    shop.sql(
        "CREATE TABLE invoices (id int PRIMARY KEY)",
        "DELETE FROM schema_migrations WHERE version = 2",
    )

    assert shop.run(domain=None).diff == ""


def test_the_table_of_an_index_that_such_a_migration_drops_stays(shop: Shop) -> None:
    shop.sql("INSERT INTO schema_migrations VALUES (2, now())", SECOND)
    head = UP.partition("alter")[0]
    shop.write(
        {
            "priv/repo/migrations/3_index.exs": f'{head}execute "DROP INDEX customers_email"\n'
            'execute "CREATE UNIQUE INDEX by_mail ON customers (email)"\nend\nend'
        }
    )
    shop.sql("ALTER INDEX customers_email RENAME TO by_mail")
    shop.sql("INSERT INTO schema_migrations VALUES (3, now())")
    assert shop.run(domain=None).problems == []
    shop.sql("ALTER INDEX by_mail RENAME TO customers_email")
    shop.sql("DELETE FROM schema_migrations WHERE version = 3", "ALTER TABLE regions ADD size int")

    done = shop.run(domain=None)

    assert done.words == ["regions.size added: integer"]
    assert "customers_email" not in done.diff


def test_a_table_that_such_a_migration_renames_keeps_its_new_name(shop: Shop) -> None:
    shop.sql("INSERT INTO schema_migrations VALUES (2, now())", SECOND)
    shop.sql("ALTER TABLE regions RENAME TO areas")
    shop.write(
        {
            "priv/repo/migrations/3_areas.exs": UP.partition("alter")[0]
            + "rename table(:regions), to: table(:areas)\nend\nend"
        }
    )
    shop.sql("INSERT INTO schema_migrations VALUES (3, now())")
    shop.run(domain=None)
    shop.sql("ALTER TABLE areas RENAME TO regions")
    shop.sql("DELETE FROM schema_migrations WHERE version = 3")
    before = shop.tree()

    assert shop.run(domain=None).diff == ""
    assert shop.tree() == before


def test_a_migration_that_the_team_lives_with_is_accepted_by_its_file(shop: Shop) -> None:
    entry = '[[accept]]\nobject = "priv/repo/migrations/2_invoices.exs"\nreason = "squashed"\n'
    shop.write({"ash_scaffold.toml": FILES["ash_scaffold.toml"] + entry})

    done = shop.run(domain=None)

    assert not any("database-behind" in each for each in done.problems)
    assert "customers.phone dropped" in done.words
    report = check(SourceOptions(folder=shop.root, url=shop.url))
    assert [each.finding.kind for each in report.accepted] == ["pending migration"]


def test_versions_without_a_file_are_said_in_one_note(shop: Shop) -> None:
    shop.sql("INSERT INTO schema_migrations VALUES (2, now()), (7, now()), (9, now())", SECOND)

    done = shop.run(domain=None)

    assert done.problems == [
        "note [migration-without-file] priv/repo/migrations: The database has 2 migrations of "
        "which there is no file: from 7 to 9.\n    Nothing where old migrations were removed; "
        "else fetch the branch that they are on."
    ]


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM schema_migrations"],
        ["DROP TABLE schema_migrations"],
        ["ALTER TABLE schema_migrations ALTER version TYPE text"],
    ],
)
def test_where_no_version_is_recorded_nothing_is_known(
    statements: list[str], make_shop: MakeShop
) -> None:
    shop = make_shop(f"{VERSIONS}{FIRST}", FILES)
    shop.sql(*statements)

    assert [each for each in shop.run(domain=None).problems if "migration" in each] == []


def test_a_database_in_which_no_migration_has_run_drops_nothing(shop: Shop) -> None:
    shop.sql("DROP TABLE customers, regions", "DELETE FROM schema_migrations")

    done = shop.run(domain=None)

    assert done.diff == ""
    assert done.errors[0].startswith("error [database-behind] : The database lacks 2 migrations")


# What a migration says, and what it does.
PIECES = [
    ("create table(:a_N) do\n      add :x, :text\n    end",
     "CREATE TABLE a_N (id bigserial PRIMARY KEY, x text)"),
    ("alter table(:base) do\n      add :c_N, :text\n    end", "ALTER TABLE base ADD c_N text"),
    ("create unique_index(:base, [:k], name: :i_N)", "CREATE UNIQUE INDEX i_N ON base (k)"),
    ('create constraint(:base, :p_N, check: "k > 0")',
     "ALTER TABLE base ADD CONSTRAINT p_N CHECK (k > 0)"),
    ('execute "CREATE TABLE e_N (id int PRIMARY KEY, b bigint REFERENCES base)"',
     "CREATE TABLE e_N (id int PRIMARY KEY, b bigint REFERENCES base)"),
    ("alter table(:other) do\n      add :b_N, references(:base)\n    end",
     "ALTER TABLE other ADD b_N bigint REFERENCES base"),
    ("call_N()", "ALTER TABLE other ADD h_N text"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(20))
def test_nothing_is_lost_however_far_the_database_is_behind(
    chunk: int, make_shop: MakeShop
) -> None:
    dice = random.Random(chunk)
    base = (
        f"{VERSIONS} CREATE TABLE base (id bigserial PRIMARY KEY, k int);"
        "CREATE TABLE other (id bigserial PRIMARY KEY, note text);"
    )
    shop = make_shop(base, {"ash_scaffold.toml": FILES["ash_scaffold.toml"]})
    history = []
    for version in range(1, 9):
        body, statement = dice.choice(PIECES)
        body, statement = (each.replace("_N", f"_{version}") for each in (body, statement))
        history.append(statement)
        text = f"{UP.partition('alter')[0]}{body}\n  end\nend\n"
        shop.write({f"priv/repo/migrations/{version}_m.exs": text})
        shop.sql(statement, f"INSERT INTO schema_migrations VALUES ({version})")
    assert shop.run(domain=None).problems == []
    shop.edit("lib/shop/core/base.ex", ("attribute :k, ", "attribute  :k, "))
    before = shop.tree()
    for behind in dice.sample(range(8), 4):
        shop.sql("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", base)
        shop.sql(
            *history[:behind],
            *(f"INSERT INTO schema_migrations VALUES ({v})" for v in range(1, behind + 1)),
        )
        if not behind:
            shop.sql("INSERT INTO schema_migrations VALUES (99)")

        done = shop.run(domain=None, prune=True)

        assert done.diff == "", (chunk, behind)
        assert shop.tree() == before, (chunk, behind)
        assert done.errors[0].startswith("error [database-behind]"), (chunk, behind)


BILLING = (
    "CREATE SCHEMA billing; CREATE TABLE customers (id bigserial PRIMARY KEY);"
    "CREATE TABLE billing.invoices (id bigserial PRIMARY KEY,"
    " customer_id bigint REFERENCES customers, total numeric);"
)
INVOICE = "lib/shop/core/invoice.ex"


@pytest.fixture
def billing(make_shop: MakeShop) -> Shop:
    """A project that was generated with --schema once, and with nothing that says so."""
    shop = make_shop(BILLING)
    tables = ("customers", "billing.invoices")
    shop.run(domain="Shop.Core", schemas=("billing",), tables=tables)
    assert 'schema "billing"' in shop.read(INVOICE)
    return shop


def test_a_schema_that_the_project_has_is_read_on_every_run(billing: Shop) -> None:
    rests(billing, billing.run(domain=None), domain=None)
    billing.sql("ALTER TABLE billing.invoices ADD note text")

    assert "+    attribute :note, :string" in billing.run(domain=None).diff


def test_a_schema_that_a_database_lacks_was_dropped_with_its_tables(billing: Shop) -> None:
    billing.sql("DROP SCHEMA billing CASCADE")

    done = billing.run(domain=None)

    assert "table billing.invoices dropped" in done.words
    assert [each.split("]")[0] for each in done.errors] == ["error [table-gone"]


def test_a_schema_of_another_repo_s_tables_is_not_missing(billing: Shop) -> None:
    billing.edit(INVOICE, ("repo Shop.Repo", "repo Shop.Other"))
    path = "priv/ash_scaffold/billing.invoices.json"
    billing.edit(path, ('"repo": "Shop.Repo"', '"repo": "Shop.Other"'))
    billing.sql("DROP SCHEMA billing CASCADE")

    assert "table billing.invoices dropped" not in billing.run(domain=None).words


def test_a_schema_without_rights_is_read_all_the_same(billing: Shop) -> None:
    billing.sql("DROP ROLE IF EXISTS no_rights", "CREATE ROLE no_rights LOGIN")
    billing.sql("GRANT SELECT ON customers TO no_rights")
    url = parse_url(billing.url).url.set(username="no_rights", password=None).uri
    try:
        done = billing.run(domain=None, url=url)
    finally:
        billing.sql("DROP OWNED BY no_rights", "DROP ROLE no_rights")

    assert (done.diff, done.errors) == ("", [])


def test_all_schemas_are_read_but_postgresql_s_own(make_shop: MakeShop) -> None:
    shop = make_shop(
        "CREATE SCHEMA a; CREATE SCHEMA b; CREATE SCHEMA empty;"
        "CREATE SCHEMA _timescaledb_internal;"
        "CREATE TABLE x (id int PRIMARY KEY); CREATE TABLE a.y (id int PRIMARY KEY);"
        "CREATE TABLE b.z (id int PRIMARY KEY);"
        "CREATE TABLE _timescaledb_internal.chunk (id int PRIMARY KEY);"
    )

    outcome = shop.prepare(schemas=("*",), domain="Shop.Core")

    assert outcome.session.database.schemas == ("public", "a", "b")
    shop.write({"ash_scaffold.toml": 'schemas = ["*"]\n[domains."Shop.Core"]\ntables = ["*"]\n'})
    assert shop.prepare(domain=None).session.database.schemas == ("public", "a", "b")
