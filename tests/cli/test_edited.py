"""What the command shows of a run over files that people have edited."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from psycopg import sql


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
ORDER = "lib/shop/sales/order.ex"


def alter(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


@pytest.fixture
def edited(project: Path, shop: str, resources: Run) -> str:
    """A generated project whose order.ex a person edited; then the table gets a column."""
    resources("--domain", "Shop.Sales", "--url", shop)
    edit(project / ORDER, "  actions do\n", "  # Mine\n  actions do\n")
    alter(shop, "ALTER TABLE orders ADD note text")
    return shop


@pytest.fixture
def disputed(project: Path, shop: str, resources: Run) -> str:
    """A generated project in which a person and the database both retyped a column."""
    resources("--domain", "Shop.Sales", "--url", shop)
    edit(project / ORDER, ":customer_id, :integer do", ":customer_id, Shop.Key do")
    alter(
        shop,
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
        "ALTER TABLE orders ALTER customer_id TYPE boolean USING true",
    )
    return shop


DIFF = """\
--- a/lib/shop/sales/order.ex
+++ b/lib/shop/sales/order.ex
@@ -21,6 +21,11 @@
       allow_nil? false
       public? true
     end
+
+    attribute :note, :string do
+      public? true
+      constraints trim?: false, allow_empty?: true
+    end
   end
·
   relationships do
""".replace("·", " ")

SUMMARY = """
 table       module                columns   relationships   file
 ────────────────────────────────────────────────────────────{rule}
 customers   Shop.Sales.Customer   2         {n}               {customers}
 orders      Shop.Sales.Order      {columns}         {n}               {orders}

domain unchanged: Shop.Sales
"""
CONFLICT = """\
lib/shop/sales/order.ex: orders.customer_id.type

generated before   yours, kept   the database wants
───────────────────────────────────────────────────
:integer           Shop.Key      :boolean

"""
REPORT = """\
error [conflict] lib/shop/sales/order.ex: orders.customer_id.type: The schema now calls for \
different code here, where it was edited by hand: the edit stays.
    Edit it to what you want, or say that it stays, in ash_scaffold.toml:
    [[accept]]
    object = "orders.customer_id.type"
    reason = "…"
"""
MORE = "`ash-scaffold explain conflict` says more.\n"


def summary(customers: str, orders: str, columns: int = 3, n: int = 1) -> str:
    widest = max(len(customers), len(orders))
    return SUMMARY.format(
        rule="─" * widest, customers=customers, orders=orders, columns=columns, n=n
    )


def shown(text: str) -> str:
    """The output without the line that names the database, spaces around tables cut."""
    lines = [line.strip() for line in text.split("\n") if not line.startswith("Read ")]
    return "\n".join(lines)


def stripped(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))


def test_a_dry_run_says_what_changed_in_the_schema_and_then_the_diff(
    project: Path, edited: str, resources: Run
) -> None:
    kept = (project / ORDER).read_bytes()
    done = resources("--url", edited, "--dry-run")
    before, _, after = done.out.partition("Read ")
    assert (done.code, done.err) == (0, "")
    assert before == f"Changed in the database:\n  orders.note added: text\n\n{DIFF}"
    assert after.partition("\n")[2] == summary("unchanged", "would be changed, hand edits kept")
    assert (project / ORDER).read_bytes() == kept


def test_a_run_writes_the_change_and_keeps_the_edit(
    project: Path, edited: str, resources: Run
) -> None:
    kept = (project / ORDER).read_text()
    done = resources("--url", edited)
    before, _, after = done.out.partition("Read ")
    assert (done.code, done.err) == (0, "")
    assert before == "Changed in the database:\n  orders.note added: text\n\n"
    assert after.partition("\n")[2] == summary("unchanged", "changed, hand edits kept")
    added = [line for line in DIFF.splitlines(keepends=True)[3:] if line[0] == "+"]
    assert (project / ORDER).read_text() == kept.replace(
        "    end\n  end\n\n  relationships",
        "    end\n" + "".join(line[1:] for line in added) + "  end\n\n  relationships",
    )


def test_what_both_changed_is_shown_side_by_side(
    project: Path, disputed: str, resources: Run
) -> None:
    kept = (project / ORDER).read_text()
    done = resources("--url", disputed)
    assert (done.code, done.err) == (1, REPORT + MORE)
    assert shown(done.out) == (
        "Changed in the database:\n"
        "orders.customer_id: bigint → boolean\n"
        "orders: foreign key orders_customer_id_fkey dropped\n\n"
        + CONFLICT
        + stripped(summary("changed", "needs your eye", columns=2, n=0))
    )
    assert "attribute :customer_id, Shop.Key do" in kept
    assert (project / ORDER).read_text() == kept.replace(
        "\n  relationships do\n    belongs_to :customer, Shop.Sales.Customer do\n"
        "      define_attribute? false\n      public? true\n    end\n  end\n",
        "",
    )


def test_every_run_says_it_again_quietly_too(disputed: str, resources: Run) -> None:
    resources("--url", disputed)
    again = resources("--url", disputed)
    quiet = resources("--url", disputed, "--quiet")
    assert (again.code, again.err) == (1, REPORT + MORE)
    assert shown(again.out) == CONFLICT + stripped(
        summary("unchanged", "needs your eye", columns=2, n=0)
    )
    assert (quiet.code, shown(quiet.out), quiet.err) == (1, CONFLICT, REPORT)


def test_json_has_the_changes_the_diff_and_the_three_versions(
    disputed: str, resources: Run
) -> None:
    alter(disputed, "ALTER TABLE customers ADD note boolean")
    done = resources("--url", disputed, "--json")
    document = json.loads(done.out)
    assert (done.code, done.err) == (1, "")
    assert document["changes"] == [
        {
            "kind": "column added",
            "table": "customers",
            "type": None,
            "object": "note",
            "text": "customers.note added: boolean",
            "evidence": None,
        },
        {
            "kind": "type changed",
            "table": "orders",
            "type": None,
            "object": "customer_id",
            "text": "orders.customer_id: bigint → boolean",
            "evidence": None,
        },
        {
            "kind": "foreign key dropped",
            "table": "orders",
            "type": None,
            "object": "orders_customer_id_fkey",
            "text": "orders: foreign key orders_customer_id_fkey dropped",
            "evidence": None,
        },
    ]
    domain, customer, order = document["files"]
    assert domain == {
        "path": "lib/shop/sales.ex",
        "module": "Shop.Sales",
        "status": "unchanged",
        "diff": None,
        "conflicts": [],
    }
    assert (customer["status"], customer["conflicts"]) == ("changed", [])
    assert "+    attribute :note, :boolean do\n" in customer["diff"]
    assert order["status"] == "conflict"
    assert order["diff"].startswith(f"--- a/{ORDER}\n+++ b/{ORDER}\n")
    assert order["conflicts"] == [
        {
            "object": "orders.customer_id.type",
            "base": [":integer"],
            "yours": ["Shop.Key"],
            "database": [":boolean"],
        }
    ]
    assert [problem["code"] for problem in document["problems"]] == ["conflict"]


def test_accepting_ends_it(project: Path, disputed: str, resources: Run) -> None:
    resources("--url", disputed)
    kept = (project / ORDER).read_bytes()
    (project / "ash_scaffold.toml").write_text(
        '[[accept]]\nobject = "orders.customer_id.type"\nreason = "our own key"\n'
    )
    done = resources("--url", disputed)
    assert (done.code, done.err) == (0, "")
    assert shown(done.out) == stripped(summary("unchanged", "unchanged", columns=2, n=0))
    assert (project / ORDER).read_bytes() == kept


def test_doing_as_the_database_does_ends_it(project: Path, disputed: str, resources: Run) -> None:
    resources("--url", disputed)
    edit(project / ORDER, ":customer_id, Shop.Key do", ":customer_id, :boolean do")
    done = resources("--url", disputed)
    assert (done.code, done.err) == (0, "")
    assert shown(done.out) == stripped(summary("unchanged", "unchanged", columns=2, n=0))


def test_a_file_is_written_anew_when_it_is_moved_away(
    project: Path, edited: str, resources: Run
) -> None:
    (project / ORDER).unlink()
    done = resources("--url", edited)
    assert done.code == 0
    assert done.out.partition("\n\n")[2].partition("\n")[2] == summary("unchanged", "created")
    text = (project / ORDER).read_text()
    assert (":note" in text, "# Mine" in text) == (True, False)


def test_line_ends_of_the_persons_own_stay(project: Path, shop: str, resources: Run) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    order = project / ORDER
    order.write_bytes(order.read_bytes().replace(b"\n", b"\r\n"))
    kept = order.read_bytes()
    assert resources("--url", shop).code == 0
    assert order.read_bytes() == kept

    alter(shop, "ALTER TABLE orders ADD paid boolean")
    assert resources("--url", shop).code == 0
    assert order.read_bytes() == kept.replace(
        b"    end\r\n  end\r\n\r\n  relationships",
        b"    end\r\n\r\n    attribute :paid, :boolean do\r\n      public? true\r\n"
        b"    end\r\n  end\r\n\r\n  relationships",
    )


def test_a_missing_last_line_end_stays_missing(project: Path, shop: str, resources: Run) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    domain = project / "lib/shop/sales.ex"
    domain.write_text(domain.read_text().removesuffix("\n"))
    alter(shop, "CREATE TABLE tags (name text PRIMARY KEY)")
    assert resources("--url", shop, "--domain", "Shop.Sales").code == 0
    assert domain.read_text() == (
        "defmodule Shop.Sales do\n  use Ash.Domain\n\n  resources do\n"
        "    resource Shop.Sales.Customer\n    resource Shop.Sales.Order\n"
        "    resource Shop.Sales.Tag\n  end\nend"
    )


def test_a_table_that_is_gone_is_named_and_pruned_when_asked_to(
    project: Path, shop: str, resources: Run
) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    alter(shop, "DROP TABLE orders")
    done = resources("--url", shop)
    assert (done.code, done.err) == (
        1,
        "error [table-gone] lib/shop/sales/order.ex: The table orders is no longer in the "
        "database; Shop.Sales.Order can't read it.\n"
        "    Delete it and its line in the domain, or have that done: "
        "ash-scaffold resources --prune\n"
        "`ash-scaffold explain table-gone` says more.\n",
    )
    assert done.out.startswith("Changed in the database:\n  table orders dropped\n\nRead ")
    assert (project / ORDER).exists()

    dry = resources("--url", shop, "--prune", "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert dry.out.endswith(
        "\ndomain would be changed: Shop.Sales\nwould be deleted: lib/shop/sales/order.ex\n"
    )
    assert (project / ORDER).exists()

    pruned = resources("--url", shop, "--prune")
    assert (pruned.code, pruned.err) == (0, "")
    assert pruned.out.endswith("\ndomain changed: Shop.Sales\ndeleted: lib/shop/sales/order.ex\n")
    assert not (project / ORDER).exists()
