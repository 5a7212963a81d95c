"""What `ash-scaffold brief` prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Tree = Callable[[Path], dict[str, bytes]]


def test_it_prints_a_page_and_writes_nothing(
    project: Path, shop: str, run: Run, files_of: Tree
) -> None:
    before = files_of(project)
    done = run("brief", "orders", "--url", shop)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("# Port the table `orders` to Ash\n")
    headings = [line for line in done.out.splitlines() if line.startswith("## ")]
    assert headings == [
        "## Where it stands",
        "## What is left to do",
        "## What proves it done",
        "## The table in the database",
        "## What becomes of each column",
        "## Who uses it",
    ]
    assert files_of(project) == before


@pytest.mark.usefixtures("project")
def test_the_lines_may_have_a_limit(shop: str, run: Run) -> None:
    whole = run("brief", "orders", "--url", shop).out.splitlines()
    done = run("brief", "orders", "--url", shop, "--max-lines", "50")
    lines = done.out.splitlines()
    assert done.code == 0
    assert len(lines) <= 50 < len(whole)
    assert "## Left out of this page" in lines
    refused = run("brief", "orders", "--url", shop, "--max-lines", "49")
    assert (refused.code, refused.out) == (2, "")


@pytest.mark.usefixtures("project")
def test_as_json_it_has_all_that_the_page_has(shop: str, run: Run) -> None:
    done = run("brief", "customers", "--url", shop, "--json")
    found = json.loads(done.out)
    assert (done.code, found["version"], found["table"]) == (0, 1, "customers")
    assert [each["attribute"] for each in found["definition"]["columns"]] == ["id", "email"]
    assert [each["label"] for each in found["tasks"]] == ["resource"]
    assert found["definition"]["referring"] == ["orders (customer_id)"]
    assert found["commands"][0] == {
        "line": "mix compile --warnings-as-errors",
        "says": "nothing",
    }
    assert found["problems"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("custmers",), "error [unknown-name] custmers: There is no table custmers.\n"
         "    Did you mean customers?\n"),
        (("customers", "--json", "--max-lines", "60"), "--max-lines bounds the page"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("project")
def test_what_it_can_not_do_ends_with_2(
    shop: str, run: Run, words: tuple[str, ...], said: str
) -> None:
    done = run("brief", *words, "--url", shop)
    assert (done.code, said in done.out + done.err) == (2, True)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_without_a_table_it_says_what_is_missing(process: Run, words: tuple[str, ...]) -> None:
    done = process("brief", *words)
    assert (done.code, "TABLE" in done.out + done.err) == (2, True)
    assert "Traceback" not in done.err


def test_a_page_has_an_end_where_nobody_bounds_it(
    project: Path, shop: str, run: Run, add: Callable[[Path, Mapping[str, str]], None]
) -> None:
    uses = "\n".join(f"  def f{n}, do: Shop.Repo.all(Shop.Order)" for n in range(600))
    schema = 'defmodule Shop.Order do\n  use Ecto.Schema\n  schema "orders" do\n  end\nend\n'
    module = f"defmodule Shop.Uses do\n{uses}\nend\n"
    add(project, {"lib/order.ex": schema, "lib/uses.ex": module})
    page = run("brief", "orders", "--url", shop).out.splitlines()
    assert 1000 < len(page) <= 1500
    assert "It has at most 1500 lines; what was left out is named." in page[2]
    more = run("brief", "orders", "--url", shop, "--max-lines", "90000").out.splitlines()
    assert len(more) > 2000
    assert "It has at most" not in more[2]
