"""A file that a person edited is left as it is; the rest is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg
import pytest


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def edited(project: Path, shop: str, resources: Run) -> str:
    """A generated project whose order.ex a person edited; then both tables get a column."""
    resources("--domain", "Shop.Sales", "--url", shop)
    order = project / "lib/shop/sales/order.ex"
    order.write_text(order.read_text().replace("  actions do\n", "  # Mine\n  actions do\n"))
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("ALTER TABLE orders ADD note text")
        connection.execute("ALTER TABLE customers ADD note text")
    return shop


REPORT = """error [edited-file] lib/shop/sales/order.ex: The file is not what was last generated, \
so it is left as it is; the diff shows what the database wants.
    Take over what you need by hand, or move the file away to have it written anew.
"""
DIFF = """\
--- a/lib/shop/sales/order.ex
+++ b/lib/shop/sales/order.ex
@@ -9,7 +9,6 @@
     migrate? false
   end
·
-  # Mine
   actions do
     defaults [:read, :destroy, create: :*, update: :*]
   end
@@ -21,6 +20,11 @@
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


def test_its_diff_is_shown_and_the_others_are_written(
    project: Path, edited: str, resources: Run
) -> None:
    kept = (project / "lib/shop/sales/order.ex").read_bytes()
    done = resources("--url", edited)

    assert (done.code, done.err) == (1, REPORT)
    assert done.out.startswith(DIFF)
    assert (project / "lib/shop/sales/order.ex").read_bytes() == kept
    assert ":note" in (project / "lib/shop/sales/customer.ex").read_text()
    [row] = [line for line in done.out.splitlines() if line.startswith(" orders")]
    assert row.endswith("edited, left as it is")


def test_every_run_says_it_again_quietly_too(edited: str, resources: Run) -> None:
    resources("--url", edited)
    done = resources("--url", edited, "--quiet")
    assert (done.code, done.out, done.err) == (1, DIFF, REPORT)


def test_json_has_the_diff(edited: str, resources: Run) -> None:
    done = resources("--url", edited, "--json")
    document = json.loads(done.out)
    assert (done.code, done.err) == (1, "")
    assert {file["path"]: (file["status"], file["diff"]) for file in document["files"]} == {
        "lib/shop/sales.ex": ("unchanged", None),
        "lib/shop/sales/customer.ex": ("changed", None),
        "lib/shop/sales/order.ex": ("edited", DIFF),
    }
    assert [problem["code"] for problem in document["problems"]] == ["edited-file"]


def test_it_is_written_anew_when_it_is_moved_away(
    project: Path, edited: str, resources: Run
) -> None:
    (project / "lib/shop/sales/order.ex").unlink()
    assert resources("--url", edited).code == 0
    assert ":note" in (project / "lib/shop/sales/order.ex").read_text()


def test_a_file_with_other_line_ends_counts_as_edited(
    project: Path, shop: str, resources: Run
) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    order = project / "lib/shop/sales/order.ex"
    kept = order.read_bytes().replace(b"\n", b"\r\n")
    order.write_bytes(kept)
    done = resources("--url", shop)
    assert (done.code, order.read_bytes()) == (1, kept)
    assert done.err == REPORT


def test_a_file_without_a_last_line_end_is_shown_so(
    project: Path, shop: str, resources: Run
) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    domain = project / "lib/shop/sales.ex"
    domain.write_text(domain.read_text().removesuffix("\n"))
    done = resources("--url", shop, "--quiet")
    assert done.out == (
        "--- a/lib/shop/sales.ex\n+++ b/lib/shop/sales.ex\n@@ -5,4 +5,4 @@\n"
        "     resource Shop.Sales.Customer\n     resource Shop.Sales.Order\n   end\n"
        "-end\n\\ No newline at end of file\n+end\n"
    )
