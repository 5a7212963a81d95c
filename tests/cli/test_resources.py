"""What `ash-scaffold resources` does and prints when all goes well."""

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


pytestmark = pytest.mark.usefixtures("project")
Run = Callable[..., Done]
Tree = Callable[[Path], dict[str, bytes]]

IDENTITY = "priv/ash_scaffold/.local/*-*.json"
SUMMARY = """
 table       module                columns   relationships   file
 ────────────────────────────────────────────────────────────{rule}
 customers   Shop.Sales.Customer   2         1               {status}
 orders      Shop.Sales.Order      2         1               {status}

domain {status}: Shop.Sales
"""


def without_source(text: str) -> list[str]:
    """The lines after the first, which names the database and the server."""
    return text.splitlines()[1:]


def summary(status: str) -> list[str]:
    rule = "─" * len(status)
    return SUMMARY.replace("{status}", status).replace("{rule}", rule).splitlines()


def test_writes_resources_domain_and_snapshots(
    project: Path, shop: str, resources: Run, files_of: Tree
) -> None:
    before = files_of(project)
    done = resources("--domain", "Shop.Sales", "--url", shop)

    assert (done.code, done.err, without_source(done.out)) == (0, "", summary("created"))
    assert sorted(set(files_of(project)) - set(before)) == [
        "lib/shop/sales.ex",
        "lib/shop/sales/customer.ex",
        "lib/shop/sales/order.ex",
        "priv/ash_scaffold/.local/.gitignore",
        *(path.relative_to(project).as_posix() for path in project.glob(IDENTITY)),
        "priv/ash_scaffold/modules/Shop.Sales.json",
        "priv/ash_scaffold/public.customers.json",
        "priv/ash_scaffold/public.orders.json",
    ]
    assert len(list(project.glob(IDENTITY))) == 1
    assert {path: files_of(project)[path] for path in before} == before
    assert (project / "lib/shop/sales.ex").read_text() == (
        "defmodule Shop.Sales do\n  use Ash.Domain\n\n  resources do\n"
        "    resource Shop.Sales.Customer\n    resource Shop.Sales.Order\n  end\nend\n"
    )


def test_says_of_each_table_whether_its_rows_are_of_tenants(
    project: Path, database: Callable[..., str], resources: Run
) -> None:
    url = database(
        "CREATE TABLE teams (id bigserial PRIMARY KEY);"
        "CREATE TABLE users (id bigserial PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);"
        "CREATE TABLE plans (id bigserial PRIMARY KEY);"
        "CREATE TABLE notes (id bigserial PRIMARY KEY, team_id bigint REFERENCES teams)"
    )
    (project / "ash_scaffold.toml").write_text(
        '[tenancy]\nstrategy = "attribute"\ncolumn = "team_id"\ntenants = "teams"\n'
    )
    run = ("--domain", "Shop.Sales", "--url", url, "--dry-run")

    rows = [line.split() for line in resources(*run).out.splitlines() if " Shop.Sales." in line]
    document = json.loads(resources(*run, "--json").out)

    assert [(row[0], " ".join(row[4:-3])) for row in rows if len(row) > 6] == [
        ("notes", "global: nullable"),
        ("plans", "global: no column"),
        ("teams", "global: the tenants"),
        ("users", "tenant"),
    ]
    assert [each["tenancy"] for each in document["resources"]] == [
        "global: nullable",
        "global: no column",
        "global: the tenants",
        "tenant",
    ]


def test_names_the_database_and_its_version(shop: str, resources: Run) -> None:
    first = resources("--domain", "Shop.Sales", "--url", shop).out.splitlines()[0]
    name = shop.rsplit("/", 1)[1].split("?")[0]
    assert first.startswith("Read ")
    assert name in first
    assert "(PostgreSQL 1" in first


def test_a_second_run_writes_nothing(
    project: Path, shop: str, resources: Run, files_of: Tree
) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    times = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    before = files_of(project)

    done = resources("--domain", "Shop.Sales", "--url", shop)

    assert (done.code, without_source(done.out)) == (0, summary("unchanged"))
    assert files_of(project) == before
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == times


def test_without_a_domain_it_writes_those_that_exist(shop: str, resources: Run) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    done = resources("--url", shop)
    assert (done.code, without_source(done.out)) == (0, summary("unchanged"))


def test_the_database_may_come_from_the_environment_or_the_configuration(
    project: Path, shop: str, resources: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", shop)
    assert resources("--domain", "Shop.Sales", "--dry-run").code == 0
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("OTHER", shop)
    (project / "ash_scaffold.toml").write_text('url = "${OTHER}"\n')
    assert resources("--domain", "Shop.Sales", "--dry-run").code == 0


def test_a_dry_run_shows_the_diff_and_writes_nothing(
    project: Path, database: Callable[..., str], resources: Run, files_of: Tree
) -> None:
    url = database("CREATE TABLE tags (name text PRIMARY KEY)")
    before = files_of(project)
    done = resources("--domain", "Shop.Sales", "--url", url, "--dry-run")

    assert done.code == 0
    assert files_of(project) == before
    lines = done.out.splitlines()
    assert lines[:9] == [
        "--- /dev/null",
        "+++ b/lib/shop/sales.ex",
        "@@ -0,0 +1,7 @@",
        "+defmodule Shop.Sales do",
        "+  use Ash.Domain",
        "+",
        "+  resources do",
        "+    resource Shop.Sales.Tag",
        "+  end",
    ]
    assert lines[-1] == "domain would be created: Shop.Sales"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("resources", "--no-format", "--domain", "Shop.Sales", "--dry-run"), 0),
        (("init", "--dry-run", "--quiet"), 0),
        (("document", "--check", "--quiet"), 1),
    ],
)
def test_a_command_that_does_not_write_leaves_an_interrupted_write_as_it_is(
    project: Path, shop: str, run: Run, files_of: Tree, command: tuple[str, ...], code: int
) -> None:
    journal = project / "priv/ash_scaffold/.write/journal"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"whatever an interrupted run left")
    before = files_of(project)
    done = run(*command, "--url", shop)
    assert (done.code, done.err, files_of(project)) == (
        code,
        "An earlier run was interrupted; the next one finishes its write.\n",
        before,
    )


def test_a_diff_is_coloured_on_a_terminal(
    shop: str, process: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    done = process("resources", "--no-format", "--domain", "Shop.Sales", "--url", shop, "--dry-run")
    assert "\x1b[32m+defmodule Shop.Sales do\x1b[0m" in done.out.splitlines()


def test_quiet_prints_nothing_when_nothing_is_wrong(shop: str, resources: Run) -> None:
    done = resources("--domain", "Shop.Sales", "--url", shop, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_verbose_says_where_the_time_went(shop: str, resources: Run) -> None:
    done = resources("--domain", "Shop.Sales", "--url", shop, "-v")
    phases = [line.split()[0] for line in done.out.splitlines() if line.endswith(" s")]
    assert phases == ["project", "reflection", "planning", "rendering", "comparing", "writing"]


def test_json_is_all_of_standard_output(shop: str, resources: Run) -> None:
    done = resources("--domain", "Shop.Sales", "--url", shop, "--json")
    document: dict[str, Any] = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert sorted(document) == [
        "advice",
        "changes",
        "dry_run",
        "files",
        "left_out",
        "problems",
        "resources",
        "server_version",
        "source",
        "stale",
        "tenant_signs",
        "timings",
        "unassigned",
        "version",
        "with_changesets",
    ]
    assert document["resources"][1] == {
        "table": "orders",
        "module": "Shop.Sales.Order",
        "domain": "Shop.Sales",
        "columns": 2,
        "attributes": 2,
        "relationships": 1,
        "tenancy": None,
        "file": "lib/shop/sales/order.ex",
        "status": "created",
    }
    assert [(file["path"], file["status"]) for file in document["files"]] == [
        ("lib/shop/sales.ex", "created"),
        ("lib/shop/sales/customer.ex", "created"),
        ("lib/shop/sales/order.ex", "created"),
    ]


def test_says_what_is_left_out_and_ends_with_what_the_project_lacks(
    project: Path,
    database: Callable[..., str],
    resources: Run,
    add: Callable[[Path, Mapping[str, str]], None],
) -> None:
    url = database(
        "CREATE TABLE logs (line text); CREATE TABLE tags (name text PRIMARY KEY);"
        "CREATE TABLE schema_migrations (version bigint PRIMARY KEY);"
        "CREATE SCHEMA audit; CREATE TABLE audit.events (id int)"
    )
    add(
        project,
        {
            "lib/shop/repo.ex": (
                "defmodule Shop.Repo do\n  use Ecto.Repo, otp_app: :shop,"
                " adapter: Ecto.Adapters.Postgres\nend\n"
            ),
            "config/config.exs": "import Config\n\nconfig :shop, ash_domains: [Shop.Other]\n",
            ".formatter.exs": "[import_deps: [:ecto]]\n",
            "ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["tags"]\n',
        },
    )
    done = resources("--url", url)
    text = done.out[done.out.index("In no domain") :]
    major = done.out.split("(PostgreSQL ")[1].split(".")[0]
    assert text == (
        "In no domain: logs\n"
        "Left out: schema_migrations\n"
        "Schemas that were not read: audit (1)\n"
        "\n"
        "Still missing in the project:\n"
        "  config/config.exs: a domain that is not listed is a compile warning\n"
        "      config :shop, ash_domains: [Shop.Other, Shop.Sales]\n"
        "  .formatter.exs: `mix format` would put parentheses around Ash's calls\n"
        "      import_deps: [:ecto, :ash, :ash_postgres]\n"
        "  lib/shop/repo.ex: Shop.Repo is a plain Ecto.Repo; AshPostgres.Repo serves the legacy "
        "code as well\n"
        "      use AshPostgres.Repo, otp_app: :shop\n"
        "  lib/shop/repo.ex: `mix ash.codegen` would write migrations for extensions that are "
        "there\n"
        "      @impl true\n"
        "      def migrate_extensions?, do: false\n"
        "  lib/shop/repo.ex: AshPostgres chooses its SQL by the server's version\n"
        "      @impl true\n"
        f"      def min_pg_version, do: %Version{{major: {major}, minor: 0, patch: 0}}\n"
    )


MIX_WITHOUT_ASH = """defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "0.1.0", deps: [{:ecto_sql, "~> 3.10"}]]
  end
end
"""


def test_says_which_packages_the_project_lacks(
    project: Path, database: Callable[..., str], resources: Run, add: Callable[..., None]
) -> None:
    add(project, {"mix.exs": MIX_WITHOUT_ASH})
    url = database("CREATE TABLE tags (id bigint PRIMARY KEY, during int8range)")
    assert (
        "Still missing in the project:\n"
        "  mix.exs: nothing that is generated compiles without it\n"
        '      {:ash, "~> 3.32"}\n'
        '      {:ash_postgres, "~> 2.13"}\n'
    ) in resources("--domain", "Shop.Sales", "--url", url).out


def test_says_nothing_of_packages_where_the_list_cannot_be_read(
    project: Path, database: Callable[..., str], resources: Run, add: Callable[..., None]
) -> None:
    add(project, {"mix.exs": MIX_WITHOUT_ASH.replace('[{:ecto_sql, "~> 3.10"}]', "Deps.all()")})
    url = database("CREATE TABLE tags (id bigint PRIMARY KEY)")
    assert "mix.exs" not in resources("--domain", "Shop.Sales", "--url", url).out


def test_names_the_domains_whose_files_became_out_of_date(
    project: Path,
    shop: str,
    resources: Run,
    add: Callable[[Path, Mapping[str, str]], None],
) -> None:
    config = (
        '[domains."Shop.People"]\ntables = ["customers"]\n'
        '[domains."Shop.Sales"]\ntables = ["orders"]\n'
    )
    add(project, {"ash_scaffold.toml": config})
    assert "out of date" not in resources("--domain", "Shop.People", "--url", shop).out
    lines = resources("--domain", "Shop.Sales", "--url", shop).out.splitlines()
    assert (
        "Files of Shop.People are now out of date; this writes them: "
        "ash-scaffold resources --domain Shop.People"
    ) in lines


@pytest.mark.parametrize("order", ["schema", "table"])
def test_reads_another_schema_that_an_option_names(
    database: Callable[..., str], resources: Run, order: str
) -> None:
    url = database(
        "CREATE TABLE a (id bigint PRIMARY KEY);"
        "CREATE SCHEMA audit; CREATE TABLE audit.b (id bigint PRIMARY KEY)"
    )
    options = {"schema": ("--schema", "audit"), "table": ("--table", "audit.*")}[order]
    done = resources("--domain", "Shop.Sales", "--url", url, "--json", *options)
    tables = [each["table"] for each in json.loads(done.out)["resources"]]
    assert tables == {"schema": ["audit.b", "a"], "table": ["audit.b"]}[order]


@pytest.mark.parametrize(
    "arguments",
    [
        ("resources", "--no-format", "--domain", "Shop.Sales"),
        ("resources", "--no-format", "--domain", "Shop.Sales", "--json"),
    ],
)
def test_a_closed_pipe_is_no_error(shop: str, process: Run, arguments: tuple[str, ...]) -> None:
    closed = "import os; reader, writer = os.pipe(); os.close(reader); os.dup2(writer, 1)"
    done = process(*arguments, program=f"{closed}; os.environ['DATABASE_URL'] = {shop!r}")
    assert (done.code, done.err) == (0, "")


def test_a_source_that_never_ends_is_named(project: Path, shop: str, resources: Run) -> None:
    (project / "lib/shop/odd.ex").symlink_to("/dev/zero")
    done = resources("--domain", "Shop.Sales", "--url", shop)
    assert done.code == 0
    assert (
        "warning [unparsable-file] lib/shop/odd.ex: The file can't be read: it is a device, no "
        "regular file, so what it defines is not known.\n"
        "    Make it a regular file that you may read, or move it away.\n"
        "`ash-scaffold explain unparsable-file` says more.\n"
    ) in done.out + done.err
