"""Bad input gets a clear error, and nothing is written."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import msgspec
import psycopg
import pytest
from tests.databases import as_uri

from ash_scaffold import session
from ash_scaffold.generate import run as resources_run
from ash_scaffold.postgres import reflect
from ash_scaffold.postgres.installation import Installation
from ash_scaffold.postgres.server import Server, throwaway_server


class Done(Protocol):
    code: int
    out: str
    err: str

    @property
    def failure(self) -> tuple[int, str, str]: ...


Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]

LEGACY = """defmodule Shop.Old.Order do
  use Ecto.Schema

  schema "orders" do
  end
end
"""


@pytest.fixture(autouse=True)
def _nothing_is_written(
    project: Path, files_of: Callable[[Path], dict[str, bytes]]
) -> Iterator[None]:
    """Every test here: the project stays as the test prepared it, byte for byte."""
    states: list[dict[str, bytes]] = []
    original = resources_run.prepare

    def remember(*arguments: object) -> object:
        states.append(files_of(project))
        return original(*arguments)  # type: ignore[arg-type]

    patch = pytest.MonkeyPatch()
    patch.setattr(resources_run, "prepare", remember)
    yield
    patch.undo()
    assert states[-1:] in ([], [files_of(project)])


def failed(text: str) -> tuple[int, str, str]:
    return (2, "", text)


def test_no_database_is_named(resources: Run) -> None:
    assert resources("--domain", "Shop.Sales").failure == failed(
        "error [no-database] No database is given.\n"
        "    Give --url postgres://user@host/database or --dump priv/repo/structure.sql, set "
        "$DATABASE_URL, or put url = … in ash_scaffold.toml.\n"
        "`ash-scaffold explain no-database` says more.\n"
    )


def test_no_server(resources: Run) -> None:
    done = resources("--domain", "Shop.Sales", "--url", "postgres://me:s3cret@127.0.0.1:1/shop")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error [connection-failed] ")
    assert "127.0.0.1" in done.err
    assert "s3cret" not in done.err


def test_no_such_database(shop: str, resources: Run) -> None:
    done = resources("--domain", "Shop.Sales", "--url", re.sub(r"/test_\d+", "/nowhere", shop))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error [no-database] ")
    assert 'database "nowhere" does not exist' in done.err


@pytest.fixture(scope="module")
def guarded(installation: Installation) -> Iterator[Server]:
    """A server that asks `ann` for a password, and lets `bob` read nothing."""
    with throwaway_server(installation) as server:
        with psycopg.connect(as_uri(server.url("postgres")), autocommit=True) as connection:
            connection.execute("CREATE ROLE ann LOGIN PASSWORD 'right'")
            connection.execute("CREATE ROLE bob LOGIN")
            connection.execute("CREATE TABLE orders (id bigint PRIMARY KEY)")
            connection.execute("CREATE DATABASE closed")
            connection.execute("REVOKE CONNECT ON DATABASE closed FROM public")
            rules = server.folder / "data" / "pg_hba.conf"
            rules.write_text(f"local all ann scram-sha-256\n{rules.read_text()}")
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)
        yield server


def test_a_wrong_password_is_not_repeated(guarded: Server, resources: Run) -> None:
    url = f"postgres://ann:s3cret@/postgres?host={guarded.socket}"
    done = resources("--domain", "Shop.Sales", "--url", url, "-v")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error [access-denied] ")
    assert "The server did not accept the password" in done.err
    assert "s3cret" not in done.err


def test_no_right_to_connect(guarded: Server, resources: Run) -> None:
    url = f"postgres://bob@/closed?host={guarded.socket}"
    done = resources("--domain", "Shop.Sales", "--url", url)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error [access-denied] ")
    assert "closed" in done.err


def test_a_server_older_than_13(shop: str, resources: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reflect, "OLDEST_SERVER", 990000)
    done = resources("--domain", "Shop.Sales", "--url", shop)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error [server-too-old] ")
    assert "13 is the oldest that can be read" in done.err


def test_an_unknown_table(shop: str, resources: Run) -> None:
    done = resources("--domain", "Shop.Sales", "--url", shop, "--table", "order")
    assert done.failure == failed(
        "error [unknown-name] --table: No table fits order.\n    Did you mean orders?\n"
    )


def test_an_unknown_table_to_leave_out(shop: str, resources: Run) -> None:
    done = resources("--domain", "Shop.Sales", "--url", shop, "--exclude", "custmers")
    assert done.failure == failed(
        "error [unknown-name] --exclude: No table fits custmers.\n    Did you mean customers?\n"
    )


def test_a_table_of_another_domain(project: Path, shop: str, resources: Run, add: Add) -> None:
    add(project, {"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["orders"]\n'})
    done = resources("--domain", "Shop.People", "--url", shop, "--table", "orders")
    assert done.failure == failed(
        "error [no-tables] --table: orders is in Shop.Sales, not in Shop.People.\n"
        "    Run it with --domain Shop.Sales.\n"
        "`ash-scaffold explain no-tables` says more.\n"
    )


def test_a_table_that_is_asked_for_and_left_out(shop: str, resources: Run) -> None:
    done = resources(
        *("--domain", "Shop.Sales", "--url", shop, "--table", "orders", "--exclude", "orders")
    )
    assert done.failure == failed(
        "error [no-tables] --table: All that fits orders is left out by --exclude or the "
        "configuration.\n"
        "`ash-scaffold explain no-tables` says more.\n"
    )


@pytest.mark.parametrize("option", [("--schema", "pubilc"), ("--table", "pubilc.orders")])
def test_an_unknown_schema(shop: str, resources: Run, option: tuple[str, str]) -> None:
    done = resources("--domain", "Shop.Sales", "--url", shop, *option)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error [unknown-name] pubilc: ")
    assert "did you mean 'public'?" in done.err.lower()


def test_an_unknown_domain(project: Path, shop: str, resources: Run, add: Add) -> None:
    add(project, {"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["orders"]\n'})
    done = resources("--domain", "Shop.Sale", "--url", shop)
    assert done.failure == failed(
        "error [no-tables] Shop.Sale: No table belongs to Shop.Sale: there is "
        "none in the configuration, no resource, and no Ecto schema in a context of that name.\n"
        "    Did you mean Shop.Sales? Otherwise:\n"
        "    Add this to ash_scaffold.toml, with the tables you want:\n"
        '    [domains."Shop.Sale"]\n'
        '    tables = ["customers"]\n'
        "`ash-scaffold explain no-tables` says more.\n"
    )


def test_no_domain_at_all(shop: str, resources: Run) -> None:
    assert resources("--url", shop).failure == failed(
        "error [no-tables] No domain has a table: none is configured and none is in the "
        "project.\n"
        "    Name one: --domain App.Accounts, or [domains] in ash_scaffold.toml.\n"
        "`ash-scaffold explain no-tables` says more.\n"
    )


def test_an_empty_database(database: Callable[..., str], resources: Run) -> None:
    url = database("CREATE SCHEMA audit; CREATE TABLE audit.events (id int)")
    assert resources("--domain", "Shop.Sales", "--url", url).failure == failed(
        "error [no-tables] There are no tables in public.\n"
        "    Read other schemas with --schema: audit (1).\n"
        "`ash-scaffold explain no-tables` says more.\n"
    )


@pytest.mark.parametrize("name", ["shop.sales", "Shop.", "Shop Sales", "", "Shöp"])
def test_an_invalid_module_name_of_a_domain(resources: Run, name: str) -> None:
    assert resources("--domain", name).failure == failed(
        f'error [invalid-module-name] --domain: "{name}" is not a module\'s name.\n'
        "    Each part starts with a capital letter, as in App.Accounts.\n"
        "`ash-scaffold explain invalid-module-name` says more.\n"
    )


def test_an_invalid_module_name_of_a_repo(resources: Run) -> None:
    assert resources("--domain", "Shop.Sales", "--repo", "repo").failure == failed(
        'error [invalid-module-name] --repo: "repo" is not a module\'s name.\n'
        "    Each part starts with a capital letter, as in App.Repo.\n"
        "`ash-scaffold explain invalid-module-name` says more.\n"
    )


def test_not_a_mix_project(tmp_path: Path, resources: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert resources("--domain", "Shop.Sales").failure == failed(
        f"error [not-a-mix-project] {tmp_path}: There is no mix.exs here or in a folder above.\n"
        "    Run this in the folder of a mix project.\n"
        "`ash-scaffold explain not-a-mix-project` says more.\n"
    )


def test_a_project_without_a_repo(project: Path, shop: str, resources: Run) -> None:
    (project / "lib/shop/repo.ex").unlink()
    done = resources("--domain", "Shop.Sales", "--url", shop)
    assert done.failure == failed(
        f"error [not-a-mix-project] {project}: The project has no repo: no module with "
        "`use AshPostgres.Repo` or `use Ecto.Repo`.\n"
        '    Name it: --repo App.Repo, or repo = "App.Repo" in ash_scaffold.toml.\n'
        "`ash-scaffold explain not-a-mix-project` says more.\n"
    )


def test_two_tables_that_the_configuration_gives_one_module(
    project: Path, shop: str, resources: Run, add: Add
) -> None:
    config = '[tables.orders]\nresource = "Thing"\n[tables.customers]\nresource = "Thing"\n'
    add(project, {"ash_scaffold.toml": config})
    assert resources("--domain", "Shop.Sales", "--url", shop).failure == failed(
        "error [module-collision] customers, orders: These tables would all get the module "
        "Shop.Sales.Thing.\n"
        '    Give each its own: [tables.…] resource = "…".\n'
        "`ash-scaffold explain module-collision` says more.\n"
    )


def test_a_module_that_the_legacy_code_has(
    project: Path, shop: str, resources: Run, add: Add
) -> None:
    config = (
        '[domains."Shop.Sales"]\ntables = ["orders"]\n'
        '[tables.orders]\nresource = "Shop.Old.Order"\n'
    )
    add(project, {"ash_scaffold.toml": config, "lib/shop/old/order.ex": LEGACY})
    assert resources("--url", shop).failure == failed(
        "error [legacy-collision] lib/shop/old/order.ex: The configuration gives orders the "
        "module Shop.Old.Order, which the legacy code already has.\n"
        '    Choose another: [tables."orders"] resource = "…", or a resource_namespace for the '
        "domain.\n"
        "`ash-scaffold explain legacy-collision` says more.\n"
    )


def test_unknown_keys_of_the_configuration(
    project: Path, shop: str, resources: Run, add: Add
) -> None:
    add(project, {"ash_scaffold.toml": 'repos = "Shop.Repo"\n[tables.orders]\nexlude = true\n'})
    assert resources("--domain", "Shop.Sales", "--url", shop).failure == failed(
        "error [config-invalid] ash_scaffold.toml:1: repos is not an option of the file\n"
        "    Did you mean repo?\n"
        "error [config-invalid] ash_scaffold.toml:3: tables.orders.exlude is not an option of "
        "tables.orders\n"
        "    Did you mean exclude?\n"
        "`ash-scaffold explain config-invalid` says more.\n"
    )


def test_a_table_of_the_configuration_that_is_not_there(
    project: Path, shop: str, resources: Run, add: Add
) -> None:
    add(project, {"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["ordrs"]\n'})
    assert resources("--domain", "Shop.Sales", "--url", shop).failure == failed(
        'error [unknown-name] ash_scaffold.toml: domains."Shop.Sales".tables names ordrs, but '
        "there is no table of that name\n"
        "    Did you mean orders?\n"
    )


def test_a_folder_for_modules_outside_the_project(resources: Run) -> None:
    assert resources("--domain", "Shop.Sales", "--out", "../elsewhere").failure == failed(
        'error [not-writable] --out: "../elsewhere" is not a folder inside the project.\n'
        "    Give a path relative to the folder of mix.exs, without `..`.\n"
        "`ash-scaffold explain not-writable` says more.\n"
    )


def test_a_file_where_a_folder_is_needed(
    project: Path, shop: str, resources: Run, add: Add
) -> None:
    add(project, {"lib/shop/sales": "not a folder\n"})
    assert resources("--domain", "Shop.Sales", "--url", shop).failure == failed(
        "error [not-writable] lib/shop/sales/customer.ex: The file can't be read: Not a "
        "directory.\n"
        "    Make way for it, or choose another place with --out.\n"
        "`ash-scaffold explain not-writable` says more.\n"
    )


def test_a_folder_where_a_file_is_needed(
    project: Path, shop: str, resources: Run, add: Add
) -> None:
    add(project, {"lib/shop/sales/order.ex/readme": ""})
    assert resources("--domain", "Shop.Sales", "--url", shop).failure == failed(
        "error [not-writable] lib/shop/sales/order.ex: The file can't be read: it is a folder, no "
        "regular file.\n"
        "    Make way for it, or choose another place with --out.\n"
        "`ash-scaffold explain not-writable` says more.\n"
    )


def test_a_snapshot_folder_that_is_a_file(
    project: Path, shop: str, resources: Run, add: Add
) -> None:
    add(project, {"priv/ash_scaffold": "not a folder\n"})
    done = resources("--domain", "Shop.Sales", "--url", shop, "-v")
    assert (done.code, done.out) == (2, "")
    assert "error [not-writable] 5 times: priv/ash_scaffold is not a folder.\n" in done.err
    assert "    priv/ash_scaffold/public.orders.json\n" in done.err


def test_a_target_that_is_not_elixir(project: Path, shop: str, resources: Run, add: Add) -> None:
    add(
        project,
        {"lib/shop/sales/order.ex": "defmodule Shop.Sales.Order do\n  use Ash.Resource, [\nend\n"},
    )
    done = resources("--domain", "Shop.Sales", "--url", shop)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "error [unparsable-file] lib/shop/sales/order.ex: The file is not valid Elixir: line 2"
    )
    assert "\n    Fix it, or move it away to have it written anew.\n" in done.err


def test_a_generated_file_that_is_no_longer_elixir(
    project: Path, shop: str, resources: Run, add: Add
) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    text = (project / "lib/shop/sales/order.ex").read_text()
    add(project, {"lib/shop/sales/order.ex": text.removesuffix("end\n")})
    # Nothing is to be written into it: no reason to stop.
    done = resources("--domain", "Shop.Sales", "--url", shop)
    assert (done.code, done.err) == (
        0,
        "warning [unparsable-file] lib/shop/sales/order.ex:31: The file is not valid Elixir, so "
        "what it defines is not known.\n    Fix it, and run the command again.\n"
        "`ash-scaffold explain unparsable-file` says more.\n",
    )
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("ALTER TABLE orders ADD note text")
    assert resources("--domain", "Shop.Sales", "--url", shop).failure == failed(
        "error [unparsable-file] lib/shop/sales/order.ex: The file is not valid Elixir: line 31, "
        "column 1, at end\n    Fix it, or move it away to have it written anew.\n"
        "`ash-scaffold explain unparsable-file` says more.\n"
    )


def test_a_target_that_is_not_text(project: Path, shop: str, resources: Run) -> None:
    (project / "lib/shop/sales").mkdir()
    (project / "lib/shop/sales/order.ex").write_bytes(b"\xff\xfe")
    assert resources("--domain", "Shop.Sales", "--url", shop).failure == failed(
        "error [unparsable-file] lib/shop/sales/order.ex: The file is not UTF-8, so it is no "
        "Elixir source.\n"
        "    Fix it, or move it away to have it written anew.\n"
        "`ash-scaffold explain unparsable-file` says more.\n"
    )


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--legacy", "error [config-invalid] --legacy: There is no folder "),
        ("--templates", "There is no such folder of templates."),
        ("--dump", "The file can't be read: File name too long."),
    ],
)
def test_a_name_that_is_too_long_for_a_file(
    project: Path, shop: str, resources: Run, option: str, said: str
) -> None:
    before = sorted(project.rglob("*"))
    source = () if option == "--dump" else ("--url", shop)
    done = resources("--domain", "Shop.Sales", *source, option, "a" * 300)
    assert (done.code, said in done.err) == (2, True)
    assert sorted(project.rglob("*")) == before


def test_a_folder_of_templates_that_is_not_there(shop: str, resources: Run) -> None:
    assert resources(
        *("--domain", "Shop.Sales", "--url", shop, "--templates", "mine")
    ).failure == failed(
        "error [template-error] mine: There is no such folder of templates.\n"
        "    Name a folder laid out as templates/elixir of ash-scaffold.\n"
        "`ash-scaffold explain template-error` says more.\n"
    )


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("{% if %}", "Expected an expression, got 'end of statement block'"),
        ("{{ resource.nonsense }}", "has no attribute 'nonsense'"),
        ("{{ nonsense }}", "'nonsense' is undefined"),
        ("{{ 1 // 0 }}", "by zero"),
    ],
)
def test_a_template_that_fails(
    project: Path, shop: str, resources: Run, add: Add, template: str, complaint: str
) -> None:
    add(project, {"mine/resource.ex.j2": template})
    done = resources("--domain", "Shop.Sales", "--url", shop, "--templates", "mine")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "error [template-error] mine/resource.ex.j2:1: The template can't be rendered: "
    )
    assert complaint in done.err
    assert "\n    Compare it with the packaged template of that name.\n" in done.err


@pytest.mark.parametrize("flag", ["--dry-run", "--no-format"])
def test_templates_of_a_repository_run_no_code(
    project: Path, shop: str, resources: Run, add: Add, flag: str
) -> None:
    code = "{{ cycler.__init__.__globals__.os.popen('touch made').read() }}"
    add(project, {"mine/resource.ex.j2": code, "ash_scaffold.toml": 'templates = "mine"\n'})
    assert resources("--domain", "Shop.Sales", "--url", shop, flag).failure == failed(
        "error [template-error] mine/resource.ex.j2:1: The template can't be rendered: access to "
        "attribute '__init__' of 'type' object is unsafe.\n"
        "    Compare it with the packaged template of that name.\n"
        "`ash-scaffold explain template-error` says more.\n"
    )
    assert not (project / "made").exists()


def test_a_link_to_templates_outside_of_the_project(
    project: Path, shop: str, resources: Run, add: Add, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (project / "mine").symlink_to(tmp_path_factory.mktemp("outside"))
    add(project, {"ash_scaffold.toml": 'templates = "mine"\n'})
    assert resources("--domain", "Shop.Sales", "--url", shop).failure == failed(
        f"error [template-error] {project}/mine: The configuration's folder of templates is a "
        "link that leaves the project.\n"
        "    Put the templates into the project, or give the folder with --templates.\n"
        "`ash-scaffold explain template-error` says more.\n"
    )


def test_a_dump_that_is_not_there(resources: Run) -> None:
    done = resources("--domain", "Shop.Sales", "--dump", "nowhere.sql")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error [dump-unreadable] nowhere.sql: ")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "Input data was truncated"),
        (b'{"x": ' + b"[" * 1_000_000, "it is nested too deeply"),
        (b'{"version": 1, "module": "\xff"}', "byte 0 of a name or a text is not UTF-8"),
    ],
)
def test_a_broken_snapshot(
    project: Path, shop: str, resources: Run, add: Add, content: bytes, why: str
) -> None:
    add(project, {"priv/ash_scaffold/public.orders.json": ""})
    (project / "priv/ash_scaffold/public.orders.json").write_bytes(content)
    done = resources("--domain", "Shop.Sales", "--url", shop)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "error [snapshot-invalid] priv/ash_scaffold/public.orders.json: "
        f"The snapshot can't be read: {why}"
    )


def test_an_error_as_json(shop: str, resources: Run) -> None:
    done = resources("--domain", "Shop.Sales", "--url", shop, "--table", "order", "--json")
    assert (done.code, done.err) == (2, "")
    assert json.loads(done.out) == {
        "version": 1,
        "problems": [
            {
                "severity": "error",
                "code": "unknown-name",
                "where": "--table",
                "what": "No table fits order.",
                "todo": "Did you mean orders?",
            }
        ],
    }


def test_a_wrong_option_as_json(process: Run) -> None:
    done = process("resources", "--json", "--tabel", "x")
    assert done.code == 2
    [problem] = json.loads(done.out)["problems"]
    assert (problem["code"], problem["what"][:23]) == ("usage", "No such option: --tabel")


def test_what_nobody_thought_of_is_no_traceback(
    shop: str, resources: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("postgres://me:s3cret@host/db")

    monkeypatch.setattr(session, "plan", broken)
    done = resources("--domain", "Shop.Sales", "--url", shop)
    assert done.failure == failed(
        "error [internal-error] This should not happen: RuntimeError.\n"
        "    Run it again with ASH_SCAFFOLD_DEBUG=1 for the details, and report them.\n"
    )


@pytest.mark.parametrize(
    "command",
    [("resources", "--domain", "Shop.Sales"), ("document",), ("init",), ("doctor", "--fix")],
)
def test_a_journal_that_came_with_the_repository(
    project: Path, shop: str, run: Run, add: Add, command: tuple[str, ...]
) -> None:
    outside = project.parent / "outside.ex"
    entry = {"path": "../outside.ex", "before": None, "after": b"x", "mode": 0o777}
    add(project, {"priv/ash_scaffold/.write/undo.ready": ""})
    journal = project / "priv/ash_scaffold/.write/journal"
    journal.write_bytes(bytes(32) + msgspec.msgpack.encode([entry]))
    done = run(*command, "--url", shop)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error [journal-invalid] priv/ash_scaffold/.write/journal: The ")
    assert "rm -r priv/ash_scaffold/.write\n" in done.err
    assert not outside.exists()
    for reader in (("check",), ("inspect",)):
        assert "journal-invalid" not in run(*reader, "--url", shop).err


def test_a_working_folder_that_was_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for command in ("resources", "check", "inspect", "document", "init", "doctor", "verify"):
        assert run(command, "--url", "postgres://x@localhost/x").failure == failed(
            "error [not-a-mix-project] The folder that this was called in is not there any more.\n"
            "    Change into the project's folder again: cd PATH.\n"
            "`ash-scaffold explain not-a-mix-project` says more.\n"
        )
