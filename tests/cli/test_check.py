"""What `ash-scaffold check` prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol
from xml.etree import ElementTree

import pytest
from tests.cli.conftest import DDL


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]
Tree = Callable[[Path], dict[str, bytes]]

CUSTOMER = "lib/shop/sales/customer.ex"
ADDED = "ALTER TABLE customers ADD COLUMN age integer NOT NULL"


@pytest.fixture
def made(project: Path, resources: Run, shop: str) -> Path:
    """The project after its resources were written."""
    assert resources("--domain", "Shop.Sales", "--url", shop).code == 0
    return project


def test_nothing_is_printed_when_all_agree(made: Path, run: Run, shop: str, files_of: Tree) -> None:
    before = files_of(made)
    done = run("check", "--url", shop)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert files_of(made) == before


TWO_DOMAINS = """[domains."Shop.People"]
tables = ["customers"]

[domains."Shop.Sales"]
tables = ["orders"]
"""


def test_a_domain_that_has_not_begun_is_no_finding(
    project: Path, add: Add, resources: Run, run: Run, shop: str
) -> None:
    add(project, {"ash_scaffold.toml": TWO_DOMAINS})
    assert resources("--domain", "Shop.Sales", "--url", shop).code == 0
    done = run("check", "--url", shop)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert "Not begun: Shop.People (customers)\n" in run("check", "--url", shop, "-v").err
    document = json.loads(run("check", "--url", shop, "--format", "json").out)
    assert document["clean"]
    assert document["not_begun"] == [{"domain": "Shop.People", "tables": ["customers"]}]

    assert resources("--domain", "Shop.People", "--url", shop).code == 0
    done = run("check", "--url", shop)
    assert (done.code, done.out) == (
        1,
        """orders
  differs  relationship missing: No belongs_to customer to Shop.People.Customer, which the foreign \
key orders_customer_id_fkey gives.
           lib/shop/sales/order.ex:1
  fix it:  ash-scaffold resources --table orders

1 finding: 1 differs.
""",
    )
    assert resources("--url", shop).code == 0
    assert run("check", "--url", shop).code == 0


def test_what_is_missing_of_a_domain_that_has_begun_is_a_finding(
    project: Path, add: Add, resources: Run, run: Run, shop: str
) -> None:
    add(project, {"ash_scaffold.toml": TWO_DOMAINS})
    assert resources("--url", shop).code == 0
    for path in ("lib/shop/people/customer.ex", "lib/shop/people.ex"):
        (project / path).unlink()
    done = run("check", "--url", shop)
    assert (done.code, "no resource: The table is in a domain" in done.out) == (1, True)


def test_a_relationship_to_a_resource_that_is_not_there_is_no_finding_of_its_own(
    project: Path, add: Add, resources: Run, run: Run, shop: str
) -> None:
    add(project, {"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["*"]\n'})
    assert resources("--table", "customers", "--url", shop).code == 0
    found = json.loads(run("check", "--url", shop, "--format", "json").out)["findings"]
    assert [(each["table"], each["kind"], each["severity"]) for each in found] == [
        ("customers", "text", "stale"),
        ("orders", "no resource", "differs"),
    ]


def test_nor_is_one_through_a_resource_that_is_not_there(
    project: Path, add: Add, resources: Run, run: Run, database: Callable[..., str]
) -> None:
    url = database(
        "CREATE TABLE posts (id bigserial PRIMARY KEY);"
        "CREATE TABLE tags (id bigserial PRIMARY KEY);"
        "CREATE TABLE posts_tags (post_id bigint REFERENCES posts, tag_id bigint REFERENCES tags,"
        " PRIMARY KEY (post_id, tag_id))"
    )
    add(project, {"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["*"]\n'})
    assert resources("--table", "posts", "--table", "tags", "--url", url).code == 0
    found = json.loads(run("check", "--url", url, "--format", "json").out)["findings"]
    assert [(each["table"], each["kind"]) for each in found if each["severity"] != "stale"] == [
        ("posts_tags", "no resource")
    ]


def test_before_anything_is_generated_all_that_is_configured_is_missing(
    project: Path, add: Add, run: Run, shop: str
) -> None:
    add(project, {"ash_scaffold.toml": TWO_DOMAINS})
    done = run("check", "--url", shop)
    assert (done.code, done.out.count("no resource:")) == (1, 2)


def test_a_name_that_a_missing_migration_may_make_is_not_taken_for_a_slip(
    project: Path, add: Add, run: Run, database: Callable[..., str]
) -> None:
    url = database(
        DDL,
        "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0))",
        "INSERT INTO schema_migrations VALUES (20240101000000)",
    )
    migration = "defmodule Shop.Repo.Migrations.A do\n  use Ecto.Migration\n  {}\nend\n"
    add(
        project,
        {
            "ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["order", "tags"]\n',
            "priv/repo/migrations/20240101000000_a.exs": migration.format("def change, do: nil"),
            "priv/repo/migrations/20250101000000_b.exs": migration.format(
                "def change, do: create(table(:tags))"
            ),
        },
    )
    done = run("check", "--url", url)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(
        "error [unknown-name] 2 times:\n"
        '    ash_scaffold.toml: domains."Shop.Sales".tables names order, but there is no table of '
        "that name\n"
        '    ash_scaffold.toml: domains."Shop.Sales".tables names tags, but there is no table of '
        "that name\n"
        "    A migration that is missing may make it: migrate first. Else correct the name.\n"
        "`ash-scaffold explain database-behind` says more.\n"
    )


@pytest.mark.usefixtures("made")
def test_findings_are_grouped_with_the_command_that_mends_them(
    run: Run, resources: Run, database: Callable[..., str]
) -> None:
    changed = database(DDL, ADDED, "CREATE INDEX orders_by ON orders (customer_id)")
    done = run("check", "--url", changed)
    assert (done.code, done.out) == (
        1,
        f"""customers
  breaks   column added: customers.age added: integer, not null
           {CUSTOMER}:1
  fix it:  ash-scaffold resources --table customers

orders
  stale    index added: orders: index orders_by added: btree (customer_id)
           lib/shop/sales/order.ex:1
  fix it:  ash-scaffold resources --table orders

2 findings: 1 breaks, 1 stale.
""",
    )
    resources("--url", changed)
    assert run("check", "--url", changed).code == 0


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("ddl", "threshold", "code"),
    [
        (ADDED, "breaks", 1),
        ("ALTER TABLE customers ALTER email DROP NOT NULL", "breaks", 0),
        ("ALTER TABLE customers ALTER email DROP NOT NULL", "differs", 1),
        ("COMMENT ON TABLE customers IS 'x'", "differs", 0),
        ("COMMENT ON TABLE customers IS 'x'", "stale", 1),
    ],
)
def test_the_threshold_decides_the_exit_code(
    run: Run, database: Callable[..., str], ddl: str, threshold: str, code: int
) -> None:
    done = run("check", "--url", database(DDL, ddl), "--fail-on", threshold)
    assert (done.code, "1 finding" in done.out) == (code, True)


@pytest.mark.usefixtures("made")
def test_json_is_versioned_and_says_who_uses_a_table(run: Run, shop: str) -> None:
    done = run("check", "--url", shop, "--format", "json")
    document = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert [document[key] for key in ("version", "clean", "fail_on", "tables", "findings")] == [
        1,
        True,
        "stale",
        2,
        [],
    ]
    assert [each["table"] for each in document["hand_over"]] == ["customers", "orders"]


def test_annotations_name_the_file_in_the_checkout(
    made: Path, run: Run, database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(made.parent))
    done = run("check", "--url", database(DDL, ADDED), "--format", "github")
    assert (done.code, done.out) == (
        1,
        f"::error file=shop/{CUSTOMER},line=1,title=customers%3A column added"
        "::customers.age added: integer, not null%0A"
        "ash-scaffold resources --table customers\n",
    )


@pytest.mark.usefixtures("made")
def test_junit_is_one_document(run: Run, shop: str) -> None:
    done = run("check", "--url", shop, "--format", "junit")
    suite = ElementTree.fromstring(done.out).find("testsuite")
    assert done.code == 0
    assert suite is not None
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("1", "0")


def test_what_is_accepted_is_listed(made: Path, run: Run, shop: str, add: Add) -> None:
    text = (made / CUSTOMER).read_text()
    add(
        made,
        {
            CUSTOMER: text.replace("allow_nil? false", "allow_nil? true"),
            "ash_scaffold.toml": "[[accept]]\n"
            'object = "customers.email.allow_nil?"\nreason = "imports come without"\n',
        },
    )
    done = run("check", "--url", shop)
    assert (done.code, done.out) == (
        0,
        "Accepted\n  customers.email.allow_nil?: allow_nil? differs. imports come without\n\n"
        "0 findings; 1 accepted.\n",
    )


def test_the_hand_over_is_printed_when_asked_for(made: Path, run: Run, shop: str, add: Add) -> None:
    add(
        made,
        {
            "lib/shop/legacy/order.ex": "defmodule Shop.Legacy.Order do\n  use Ecto.Schema\n\n"
            '  schema "orders" do\n    field :customer_id, :integer\n  end\nend\n'
        },
    )
    done = run("check", "--url", shop, "--hand-over")
    assert (done.code, done.out) == (
        0,
        "Legacy code still refers to\n  orders: Shop.Legacy.Order\n"
        "Only Ash refers to\n  customers\n",
    )


@pytest.mark.usefixtures("made")
def test_what_can_not_be_checked_is_no_finding(run: Run) -> None:
    done = run("check", "--dump", "nowhere.sql")
    assert (done.code, done.out) == (2, "")
    assert "[dump-unreadable] nowhere.sql: There is no such file." in done.err


@pytest.mark.usefixtures("made")
def test_what_can_not_be_checked_is_json_too(run: Run) -> None:
    done = run("check", "--dump", "nowhere.sql", "--format", "json")
    problems = json.loads(done.out)["problems"]
    assert (done.code, [each["code"] for each in problems]) == (2, ["dump-unreadable"])
