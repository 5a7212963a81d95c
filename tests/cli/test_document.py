"""`ash-scaffold document`."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

INDEX = "docs/database_schema.md"
DDL = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers
);
"""
SALES = """defmodule Shop.Sales.Order do
  use Ecto.Schema

  schema "orders" do
    field :customer_id, :integer
  end
end
"""


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Files = Callable[[Path], dict[str, bytes]]


def test_it_writes_the_document_once(project: Path, run: Run, shop: str, files_of: Files) -> None:
    first = run("document", "--url", shop)
    written = files_of(project)
    times = (project / INDEX).stat().st_mtime_ns
    second = run("document", "--url", shop)

    said = "2 tables: 0 legacy only, 0 shared, 0 Ash only, 2 neither"
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines()[1:] == [said, f"{INDEX} created"]
    assert second.out.splitlines()[1:] == [said, f"{INDEX} unchanged"]
    assert files_of(project) == written
    assert (project / INDEX).stat().st_mtime_ns == times


def test_it_says_who_uses_a_table(
    project: Path, run: Run, shop: str, add: Callable[..., None]
) -> None:
    add(project, {"lib/shop/sales/order.ex": SALES})
    run("resources", "--no-format", "--domain", "Shop.Store", "--table", "customers", "--url", shop)

    run("document", "--url", shop)

    lines = (project / INDEX).read_text().splitlines()
    assert [line for line in lines if line.startswith("| [`")] == [
        "| [`customers`](#table-customers) | – | `Shop.Store.Customer` | Ash only |",
        "| [`orders`](#table-orders) | `Shop.Sales.Order` | – | legacy only |",
    ]
    assert "- `Shop.Sales.Order`: Ecto schema" in lines
    assert "- `Shop.Store.Customer`: Ash resource of `Shop.Store`" in lines
    assert "- `customers 1--* orders` by `customer_id`" in lines


def test_a_tick_on_what_is_advised_stays(
    project: Path, run: Run, database: Callable[..., str], add: Callable[..., None]
) -> None:
    ddl = f"{DDL}; CREATE INDEX short ON orders (customer_id); ALTER TABLE orders ADD fax text;"
    long = "CREATE INDEX long ON orders (customer_id, id)"
    add(project, {"lib/shop/sales/order.ex": SALES})
    run("document", "--url", database(ddl, long))
    text = (project / INDEX).read_text()
    line = "- [ ] `orders.short`: is not needed: the index long begins"
    fax = "- [ ] `orders.fax`: is no field of Shop.Sales.Order, and no code names it\n"
    assert line in text
    assert fax in text
    (project / INDEX).write_text(text.replace(line, line.replace("[ ]", "[x]")))

    run("document", "--url", database(ddl, long, "ALTER TABLE orders ADD pager text"))

    after = (project / INDEX).read_text()
    assert line.replace("[ ]", "[x]") in after
    assert fax.replace("fax", "pager") in after


def test_check_says_whether_it_is_up_to_date_and_writes_nothing(
    project: Path, run: Run, database: Callable[..., str], shop: str, files_of: Files
) -> None:
    missing = run("document", "--url", shop, "--check")
    assert (missing.code, files_of(project).get(INDEX)) == (1, None)
    run("document", "--url", shop)
    assert run("document", "--url", shop, "--check").code == 0

    before = files_of(project)
    changed = run(
        "document", "--check", "--url", database(DDL, "ALTER TABLE orders ADD paid boolean")
    )

    assert changed.code == 1
    assert f"{INDEX} is out of date" in changed.out
    assert "+  paid boolean," in changed.out
    assert files_of(project) == before


def test_what_people_wrote_goes_with_a_renamed_table(
    project: Path, run: Run, database: Callable[..., str], shop: str
) -> None:
    run("document", "--url", shop)
    text = (project / INDEX).read_text()
    heading = "#### orders\n<!-- ash-scaffold:end -->\n"
    (project / INDEX).write_text(text.replace(heading, f"{heading}\nWhat people order.\n"))

    done = run(
        "document", "--url", database(DDL, "ALTER TABLE orders RENAME TO purchases"), "--json"
    )

    assert (done.code, json.loads(done.out)["files"]) == (
        0,
        [{"path": INDEX, "status": "changed"}],
    )
    after = (project / INDEX).read_text()
    renamed = heading.replace("orders", "purchases")
    assert f"{renamed}\nWhat people order.\n" in after
    assert "## Archived" not in after


def test_the_configuration_says_what_a_table_was(
    project: Path, run: Run, database: Callable[..., str], shop: str
) -> None:
    run("document", "--url", shop)
    text = (project / INDEX).read_text()
    heading = "#### orders\n<!-- ash-scaffold:end -->\n"
    (project / INDEX).write_text(text.replace(heading, f"{heading}\nWhat people order.\n"))
    changes = "ALTER TABLE orders RENAME TO purchases; ALTER TABLE purchases ADD paid boolean"
    url = database(DDL, changes)
    (project / "ash_scaffold.toml").write_text('[tables.purchases]\nrenamed_from = "orders"\n')

    assert run("document", "--url", url).code == 0

    renamed = heading.replace("orders", "purchases")
    assert f"{renamed}\nWhat people order.\n" in (project / INDEX).read_text()


def test_an_edited_block_is_left_alone_and_said_until_it_is_mended(
    project: Path, run: Run, shop: str
) -> None:
    run("document", "--url", shop)
    path = project / INDEX
    text = path.read_text()
    edited = text.replace("  email text NOT NULL,", "  email text NOT NULL, -- lower case", 1)
    assert edited != text
    path.write_text(edited)

    for arguments in ((), ("--check",)):
        done = run("document", "--url", shop, *arguments)
        assert done.code == 1
        assert path.read_text() == edited
        line = edited[: edited.index("begin definition.customers")].count("\n") + 1
        assert done.err.startswith(
            f"error [edited-file] {INDEX}:{line}: The generated block definition.customers was "
            "edited, and is left as it is.\n"
        )
        assert "    -  email text NOT NULL, -- lower case\n" in done.err

    start = edited.index("<!-- ash-scaffold:begin definition.customers")
    end = edited.index("<!-- ash-scaffold:end -->\n", start) + len("<!-- ash-scaffold:end -->\n\n")
    path.write_text(edited[:start] + edited[end:])
    assert run("document", "--url", shop).code == 0
    assert path.read_text() == text


def test_damaged_marks_stop_the_run(project: Path, run: Run, shop: str) -> None:
    run("document", "--url", shop)
    path = project / INDEX
    broken = path.read_text().replace("<!-- ash-scaffold:end -->\n", "", 1)
    path.write_text(broken)

    done = run("document", "--url", shop)

    assert (done.code, done.out, path.read_text()) == (2, "", broken)
    assert done.err.startswith(f"error [edited-file] {INDEX}:")


def test_pages_can_be_split_and_joined_again(
    project: Path, run: Run, shop: str, files_of: Files
) -> None:
    run("document", "--url", shop)
    whole = files_of(project)[INDEX]

    split = run("document", "--url", shop, "--split")
    assert split.out.splitlines()[2:] == [
        f"{INDEX} changed",
        "docs/database_schema/no_domain.md created",
    ]
    assert run("document", "--url", shop, "--check").code == 0  # it stays so

    joined = run("document", "--url", shop, "--no-split")
    assert joined.out.splitlines()[2:] == [
        f"{INDEX} changed",
        "docs/database_schema/no_domain.md deleted",
    ]
    assert files_of(project)[INDEX] == whole


def test_the_links_of_split_pages_lead_somewhere(project: Path, run: Run, shop: str) -> None:
    import re

    run("document", "--url", shop, "--split")
    links = 0
    for page in sorted(project.glob("docs/**/*.md")):
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            path, _, anchor = target.partition("#")
            place = (page.parent / path).resolve() if path else page
            assert place.is_file(), target
            if anchor:
                assert f'<a id="{anchor}"></a>' in place.read_text(), target
            links += 1
    assert links >= 6


def test_the_page_is_written_beside_it(project: Path, run: Run, shop: str) -> None:
    done = run("document", "--url", shop, "--html", "docs/schema.html")
    assert done.out.splitlines()[2:] == [f"{INDEX} created", "docs/schema.html created"]
    assert (project / "docs/schema.html").read_text().startswith("<!doctype html>")
    assert run("document", "--url", shop, "--html", "docs/schema.html", "--check").code == 0


@pytest.mark.parametrize("absolute", [True, False])
def test_the_page_may_be_outside_of_the_project(
    project: Path, run: Run, shop: str, *, absolute: bool
) -> None:
    page = project.parent / "pages" / "schema.html"
    page.parent.mkdir()
    name = str(page) if absolute else "../pages/schema.html"
    arguments = ("document", "--url", shop, "--html", name)
    done = run(*arguments, "--check")
    assert (done.code, page.exists()) == (1, False)
    assert f"{name} is out of date\n" in done.out
    done = run(*arguments)
    assert (done.code, done.out.splitlines()[2:]) == (0, [f"{INDEX} created", f"{name} created"])
    text = page.read_text()
    assert text.startswith("<!doctype html>")
    assert [each.name for each in page.parent.iterdir()] == ["schema.html"]
    before = page.stat()
    assert run(*arguments).out.splitlines()[2:] == [f"{INDEX} unchanged", f"{name} unchanged"]
    assert page.stat().st_mtime_ns == before.st_mtime_ns
    page.write_text("old")
    page.chmod(0o600)
    done = run(*arguments, "--json")
    assert {each["path"]: each["status"] for each in json.loads(done.out)["files"]} == {
        INDEX: "unchanged",
        name: "changed",
    }
    assert (page.read_text(), page.stat().st_mode & 0o777) == (text, 0o600)
    assert run(*arguments, "--check").code == 0


def test_a_page_that_cannot_be_written_leaves_the_project_as_it_is(
    project: Path, run: Run, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("ash_scaffold.project.outside._stage", full)
    done = run("document", "--url", shop, "--html", "../x.html")
    assert (done.code, done.err) == (
        2,
        "error [not-writable] --html ../x.html: It can't be written: No space left on device.\n"
        "`ash-scaffold explain not-writable` says more.\n",
    )
    assert not (project / "docs").exists()
    assert not (project.parent / "x.html").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--out", "schema.txt"),
            "error [usage] --out schema.txt: The document is Markdown: its file has to end in "
            ".md.\n    For the page to look at: --html FILE.\n",
        ),
        (
            ("--out", "../schema.md"),
            "error [not-writable] --out ../schema.md: The document has to be inside of the "
            "project.\n    Name a file relative to mix.exs, such as docs/database_schema.md.\n"
            "`ash-scaffold explain not-writable` says more.\n",
        ),
        (
            ("--html", "mix.exs"),
            "error [usage] --html mix.exs: The page is HTML: its file has to end in .html.\n"
            "    For the Markdown: --out FILE.\n",
        ),
        (
            ("--html", "/elsewhere/x.html"),
            "error [not-writable] --html /elsewhere/x.html: There is no folder /elsewhere.\n"
            "`ash-scaffold explain not-writable` says more.\n",
        ),
        (
            ("--html", "/dev/null"),
            "error [not-writable] --html /dev/null: It can't be written: it is a device, no "
            "regular file.\n"
            "`ash-scaffold explain not-writable` says more.\n",
        ),
        (
            ("--html", "/tmp"),
            "error [not-writable] --html /tmp: It can't be written: it is a folder, no regular "
            "file.\n"
            "`ash-scaffold explain not-writable` says more.\n",
        ),
        (
            ("--html", "/etc/hosts/x"),
            "error [not-writable] --html /etc/hosts/x: It can't be written: Not a directory.\n"
            "`ash-scaffold explain not-writable` says more.\n",
        ),
    ],
)
def test_it_writes_nowhere_else(
    project: Path, run: Run, shop: str, arguments: tuple[str, ...], said: str
) -> None:
    done = run("document", "--url", shop, *arguments)
    assert (done.code, done.out, done.err) == (2, "", said)
    assert not (project / "docs").exists()


def test_a_file_that_is_not_utf8_is_left_alone(project: Path, run: Run, shop: str) -> None:
    run("document", "--url", shop)
    path = project / INDEX
    content = path.read_bytes() + b"\nMot\xf6rhead\n"
    path.write_bytes(content)

    done = run("document", "--url", shop)

    line = content.count(b"\n")
    assert done.code == 2
    assert done.err.startswith(f"error [not-writable] {INDEX}:{line}: The file is not UTF-8")
    assert path.read_bytes() == content


def test_json_and_quiet(project: Path, run: Run, shop: str) -> None:
    found = json.loads(run("document", "--url", shop, "--json").out)
    assert found["files"] == [{"path": INDEX, "status": "created"}]
    assert found["progress"] == {
        "legacy_only": 0,
        "shared": 0,
        "ash_only": 0,
        "owned": 0,
        "neither": 2,
    }
    assert (found["version"], found["check"], found["problems"]) == (1, False, [])
    quiet = run("document", "--url", shop, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert project.is_dir()


REFUSED = (
    "CREATE TABLE public.customers (id bigint PRIMARY KEY);\nCREATE TABLE public.orders (x no);\n"
)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("resources", "--domain", "Shop.Sales", "--no-format"), 1),
        (("check",), 2),
        (("document",), 2),
        (("init", "--dry-run"), 1),
        (("inspect",), 1),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_no_command_takes_a_dump_with_refused_statements_for_whole(
    arguments: tuple[str, ...], code: int, project: Path, run: Run
) -> None:
    (project / "structure.sql").write_text(REFUSED)
    done = run(*arguments, "--dump", "structure.sql")
    assert done.code == code
    assert "[unknown-object] " in done.err
    assert 'type "no" does not exist' in done.err


def test_a_document_is_left_alone_where_a_table_of_it_is_unknown(project: Path, run: Run) -> None:
    whole = DDL.replace("CREATE TABLE ", "CREATE TABLE public.").replace(
        "REFERENCES ", "REFERENCES public."
    )
    (project / "structure.sql").write_text(whole)
    assert run("document", "--dump", "structure.sql").code == 0
    written = (project / INDEX).read_bytes()

    (project / "structure.sql").write_text(whole.replace("customer_id bigint", "customer_id no"))
    assert run("document", "--dump", "structure.sql").code == 2
    assert (project / INDEX).read_bytes() == written


def test_a_document_is_not_emptied_by_another_database(
    project: Path, run: Run, shop: str, database: Callable[..., str]
) -> None:
    assert run("document", "--url", shop).code == 0
    written = (project / INDEX).read_bytes()

    done = run("document", "--url", database("CREATE TABLE other (id int PRIMARY KEY)"))
    assert (done.code, done.out) == (2, "")
    assert "None of the 2 tables of the document is in this database." in done.err
    assert run("document", "--url", database("")).code == 2
    assert (project / INDEX).read_bytes() == written
