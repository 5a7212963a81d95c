"""`--adopt-context` on the command line, and what the other commands make of the project then."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]
Tree = Callable[[Path], dict[str, bytes]]

CONTEXT = "lib/shop/sales.ex"
BEFORE = "defmodule Shop.Sales do\n  def orders, do: []\nend\n"
ADDED = """\
  use Ash.Domain, backwards_compatible_interface?: false

  resources do
    resource Shop.Sales.Resources.Customer
    resource Shop.Sales.Resources.Order
  end

"""
AFTER = f"defmodule Shop.Sales do\n{ADDED}  def orders, do: []\nend\n"
CONFIG = '[domains."Shop.Sales"]\ntables = ["*"]\nadopt_context = true\n'


@pytest.fixture
def legacy(project: Path, add: Add) -> Path:
    """The project with a legacy context, none of whose tables have an Ecto schema."""
    add(project, {CONTEXT: BEFORE, "ash_scaffold.toml": CONFIG.replace("adopt_context = true", "")})
    return project


def test_a_dry_run_shows_what_the_context_gets(
    legacy: Path, shop: str, resources: Run, files_of: Tree
) -> None:
    before = files_of(legacy)
    done = resources("--url", shop, "--adopt-context", "--dry-run")
    assert (done.code, files_of(legacy)) == (0, before)
    added = "".join(f"+{line}\n" for line in ADDED.splitlines())
    assert (
        f"--- a/{CONTEXT}\n+++ b/{CONTEXT}\n@@ -1,3 +1,10 @@\n defmodule Shop.Sales do\n{added}"
        "   def orders, do: []\n end\n"
    ) in done.out
    assert "domain would be changed, hand edits kept: Shop.Sales\n" in done.out
    assert "so the domain is" not in done.out


def test_json_has_the_context_as_any_file(legacy: Path, shop: str, resources: Run) -> None:
    done = resources("--url", shop, "--adopt-context", "--json")
    document: dict[str, Any] = json.loads(done.out)
    files = {file["path"]: (file["module"], file["status"]) for file in document["files"]}
    assert files[CONTEXT] == ("Shop.Sales", "merged")
    assert {each["domain"] for each in document["resources"]} == {"Shop.Sales"}
    assert (legacy / CONTEXT).read_text() == AFTER


def test_check_tells_what_the_configuration_asks_for_until_it_is_done(
    legacy: Path, shop: str, resources: Run, run: Run, add: Add
) -> None:
    assert resources("--url", shop).code == 0
    assert (legacy / "lib/shop/sales/domain.ex").exists()
    add(legacy, {"ash_scaffold.toml": CONFIG})
    before = run("check", "--url", shop)
    assert before.code == 1
    assert (
        "The configuration makes Shop.Sales the domain, and no run has done so yet." in before.out
    )
    assert resources("--url", shop, "--prune").code == 0
    assert (legacy / CONTEXT).read_text() == AFTER
    after = run("check", "--url", shop)
    assert (after.code, after.out, after.err) == (0, "", "")


def test_doctor_and_document_take_it_for_the_domain(
    legacy: Path, shop: str, resources: Run, run: Run
) -> None:
    assert resources("--url", shop, "--adopt-context").code == 0
    checks = json.loads(run("doctor", "--url", shop, "--json").out)["checks"]
    assert [each["what"] for each in checks if each["name"] == "ash-domains"] == [
        "ash_domains has the one domain."
    ]
    assert run("document", "--url", shop).code == 0
    text = next((legacy / "docs").rglob("*.md")).read_text()
    assert "Shop.Sales.Resources.Order" in text
    assert "Shop.Sales.Domain" not in text
