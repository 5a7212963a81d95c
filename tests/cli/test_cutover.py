"""`ash-scaffold cutover`, with a `mix` that makes snapshots as Ash does, of what it finds there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from msgspec.structs import replace
from tests.project.test_write import killed

from ash_scaffold.cutover.compare import (
    Comparison,
    Count,
    Difference,
    Limit,
    ObjectKind,
    TableComparison,
)
from ash_scaffold.cutover.proof import Proof, ProofQuestion
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.project.write import locked, recover

# What it is given: the snapshots in --snapshot-path. It makes one of each resource that migrates
# and has none, a migration of the extensions, and with --check the empty folders of Ash's.
MIX = """#!/bin/sh
echo "$*" >> "$FAKE_MIX/called"
case "$1" in
  format) exit 0 ;;
  compile) cat "$FAKE_MIX/compile" 2>/dev/null && exit 1; exit 0 ;;
  ash_postgres.generate_migrations) ;;
  *) exit 1 ;;
esac
cat ash_scaffold.toml > "$FAKE_MIX/seen.toml"
test -f "$FAKE_MIX/hang" && { echo $$ > "$FAKE_MIX/hanging"; exec sleep 60; }
folder="$4/repo"
mkdir -p "$6" "$folder"
echo "defmodule X do end" > "$6/20260101000000_extensions.exs"
second=10
for file in $(grep -rl "postgres do" lib); do
  grep -q "migrate? false" "$file" && continue
  table=$(sed -n 's/^ *table "\\(.*\\)"$/\\1/p' "$file")
  schema=$(sed -n 's/^ *schema "\\(.*\\)"$/\\1/p' "$file")
  name="${schema:+$schema.}$table"
  mkdir -p "$folder/$name"
  ls "$folder/$name" | grep -q json && continue
  test "$2" = --check && { echo "pending: $name"; exit 1; }
  test -n "$schema" && schema="\\"$schema\\"" || schema=null
  content="{\\"table\\": \\"$table\\", \\"schema\\": $schema}"
  echo "$content" > "$folder/$name/202601010000$second.json"
  second=$((second + 1))
done
test "$2" = --check && test -f "$FAKE_MIX/pending" && { echo "password of $DATABASE_URL"; exit 1; }
exit 0
"""
DDL = """
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE customers (id bigserial PRIMARY KEY, email varchar(80) NOT NULL UNIQUE);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  state state NOT NULL DEFAULT 'open'
);
CREATE VIEW open_orders AS SELECT id FROM orders WHERE state = 'open';
CREATE SCHEMA billing;
CREATE TABLE billing.orders (id bigserial PRIMARY KEY, order_id bigint REFERENCES orders)
"""
CONFIG = """# ours
[domains."Shop.Sales"]
tables = ["customers", "orders", "open_orders"] # all

[domains."Shop.Billing"]
tables = ["billing.*"]
"""
ORDER = "lib/shop/sales/order.ex"
SNAPSHOT = "priv/resource_snapshots/repo/public.orders/20260101000010.json"


class Done(Protocol):
    code: int
    out: str
    err: str
    failure: tuple[int, str, str]


Run = Callable[..., Done]
FilesOf = Callable[[Path], dict[str, bytes]]
Add = Callable[[Path, dict[str, str]], None]


def over(run: Run, *arguments: str) -> Done:
    """Cut over without the proof, which this mix can't make."""
    return run("cutover", "--no-prove", *arguments)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that says what the fake mix does."""
    folder = tmp_path / "fake"
    folder.mkdir()
    (folder / "mix").write_text(MIX)
    (folder / "mix").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE_MIX", str(folder))
    monkeypatch.delenv("MIX_ENV", raising=False)
    return folder


@pytest.fixture
def url(project: Path, fake: Path, database: Callable[..., str], run: Run, add: Add) -> str:
    """The URL of a database, beside a project that has its resources."""
    assert fake.exists()
    found = database(DDL)
    add(project, {"ash_scaffold.toml": CONFIG})
    assert run("resources", "--url", found).code == 0
    return found


def test_it_takes_a_table_over_and_gives_it_back(
    url: str, project: Path, fake: Path, run: Run, files_of: FilesOf
) -> None:
    before = files_of(project)
    done = over(run, "orders", "--url", url)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Are Ash's: orders\n")
    config = (project / "ash_scaffold.toml").read_text()
    assert config == f'owned_by_ash = ["orders"]\n\n{CONFIG}'
    assert "migrate? false" not in (project / ORDER).read_text()
    assert (
        "installed_extensions, do: [Shop.LegacyObjects]"
        in (project / "lib/shop/repo.ex").read_text()
    )
    assert json.loads((project / SNAPSHOT).read_text()) == {"table": "orders", "schema": "public"}
    changed = {path for path, content in files_of(project).items() if before.get(path) != content}
    assert changed == {
        "ash_scaffold.toml",
        "lib/shop/legacy_objects.ex",
        "lib/shop/repo.ex",
        ORDER,
        "priv/ash_scaffold/modules/Shop.LegacyObjects.json",
        "priv/ash_scaffold/public.orders.json",
        SNAPSHOT,
    }
    assert (fake / "seen.toml").read_text() == config
    assert run("check", "--url", url).failure == (0, "", "")
    assert over(run, "--undo", "orders", "--url", url).code == 0
    assert files_of(project) == before


def test_all_tables_go_over_at_once_but_views(
    url: str, project: Path, run: Run, files_of: FilesOf
) -> None:
    before = files_of(project)
    assert over(run, "--all", "--url", url).code == 0
    snapshots = {path.parent.name for path in (project / "priv/resource_snapshots").rglob("*.json")}
    assert snapshots == {"customers", "public.orders", "billing.orders"} or snapshots == {
        "public.customers",
        "public.orders",
        "billing.orders",
    }
    times = {path.name for path in (project / "priv/resource_snapshots").rglob("*.json")}
    assert times == {"20260101000010.json"}
    assert run("check", "--url", url).failure == (0, "", "")
    whole = files_of(project)
    again = over(run, "--all", "--url", url)
    assert again.out.startswith("Ash's already: billing.orders, customers, orders")
    assert files_of(project) == whole
    assert over(run, "--undo", "--all", "--url", url).code == 0
    assert files_of(project) == before


def test_in_any_order_it_comes_to_the_same(
    url: str, project: Path, run: Run, files_of: FilesOf
) -> None:
    assert over(run, "customers", "orders", "billing.*", "--url", url).code == 0
    at_once = files_of(project)
    assert over(run, "--undo", "--all", "--url", url).code == 0
    for table in ("billing.orders", "orders", "customers"):
        assert over(run, table, "--url", url).code == 0

    def without_order(files: dict[str, bytes]) -> dict[str, bytes]:
        return {
            path: b"".join(sorted(text.split())) if path == "ash_scaffold.toml" else text
            for path, text in files.items()
            if "resource_snapshots" not in path
        }

    found = without_order(files_of(project))
    del found["ash_scaffold.toml"]
    wanted = without_order(at_once)
    del wanted["ash_scaffold.toml"]
    assert found == wanted


def test_an_edit_stays_in_both_forms(url: str, project: Path, run: Run) -> None:
    path = project / ORDER
    text = path.read_text().replace("  actions do\n", "  # Ours.\n  actions do\n", 1)
    state = "attribute :state, Shop.Types.State do\n"
    status = "attribute :status, Shop.Types.State do\n      source :state\n"
    assert state in text
    path.write_text(text.replace(state, status))
    assert run("resources", "--url", url).code == 0
    before = path.read_text()
    assert over(run, "orders", "--url", url).code == 0
    text = path.read_text()
    assert "# Ours.\n" in text
    assert "migrate? false" not in text
    assert "migration_defaults status:" in text
    assert run("check", "--url", url).failure == (0, "", "")
    assert over(run, "--undo", "orders", "--url", url).code == 0
    assert path.read_text() == before


def test_dry_run_writes_nothing_and_calls_no_generator(
    url: str, project: Path, fake: Path, run: Run, files_of: FilesOf
) -> None:
    (fake / "called").unlink(missing_ok=True)
    before = files_of(project)
    done = over(run, "orders", "--dry-run", "--url", url)
    assert done.code == 0
    assert '+owned_by_ash = ["orders"]' in done.out
    assert "-    migrate? false" in done.out
    assert files_of(project) == before
    called = fake / "called"
    assert not called.exists() or {line.split()[0] for line in called.read_text().splitlines()} == {
        "format"
    }


def test_all_that_stands_against_it_is_listed_at_once(
    url: str, project: Path, run: Run, add: Add, files_of: FilesOf
) -> None:
    add(
        project,
        {
            "lib/shop/legacy/order.ex": "defmodule Shop.Legacy.Order do\n  use Ecto.Schema\n\n"
            '  schema "orders" do\n    field :state, :string\n  end\nend\n',
            "priv/repo/migrations/20260101000000_x_dev.exs": "defmodule X do\nend\n",
            ORDER: (project / ORDER).read_text().replace("allow_nil? false", "allow_nil? true"),
        },
    )
    before = files_of(project)
    done = over(run, "orders", "open_orders", "--url", url)
    assert (done.code, done.out) == (2, "")
    assert (
        "lib/shop/legacy/order.ex:1: Shop.Legacy.Order (schema) still refers to orders." in done.err
    )
    assert 'object = "orders.Shop.Legacy.Order"' in done.err
    assert "open_orders: It is a view, which Ash does not migrate." in done.err
    assert "priv/repo/migrations/20260101000000_x_dev.exs: It is a migration of" in done.err
    assert f"{ORDER}:" in done.err
    assert "check finds (differs" in done.err
    assert files_of(project) == before


def test_a_table_of_tenants_stays_where_it_is(
    url: str, project: Path, run: Run, files_of: FilesOf
) -> None:
    tenancy = '[tenancy]\nstrategy = "attribute"\ncolumn = "customer_id"\ntenants = "customers"\n'
    (project / "ash_scaffold.toml").write_text(f"{CONFIG}\n{tenancy}")
    assert run("resources", "--url", url).code == 0
    before = files_of(project)

    done = over(run, "orders", "--url", url)

    assert (done.code, done.out) == (2, "")
    assert "orders: Its rows belong to tenants: Ash's migrations would put the column" in done.err
    assert files_of(project) == before
    assert over(run, "customers", "--url", url).code == 0


def test_a_table_that_ash_migrates_gets_no_tenants(
    url: str, project: Path, run: Run, files_of: FilesOf
) -> None:
    assert over(run, "orders", "--url", url).code == 0
    tenancy = '[tenancy]\nstrategy = "attribute"\ncolumn = "customer_id"\ntenants = "customers"\n'
    with (project / "ash_scaffold.toml").open("a") as file:
        file.write(f"\n{tenancy}")
    before = files_of(project)

    done = run("resources", "--url", url)

    assert done.code == 1
    assert "orders: Its rows belong to tenants: Ash's migrations would put the column" in done.err
    assert files_of(project)[ORDER] == before[ORDER]
    assert run("cutover", "--undo", "orders", "--url", url).code == 0


def test_a_user_that_is_accepted_does_not_stand_against_it(
    url: str, project: Path, run: Run, add: Add
) -> None:
    accept = '[[accept]]\nobject = "orders.Shop.Report"\nreason = "reads only"\n'
    add(
        project,
        {
            "lib/shop/report.ex": "defmodule Shop.Report do\n"
            '  def all, do: Shop.Repo.query!("SELECT * FROM orders")\nend\n',
        },
    )
    done = over(run, "orders", "--url", url)
    assert done.code == 2
    assert "Shop.Report" in done.err
    (project / "ash_scaffold.toml").write_text(f"{CONFIG}\n{accept}")
    assert over(run, "orders", "--url", url).code == 0


def test_a_resource_that_was_written_by_hand_is_brought_in_line_first(
    url: str, project: Path, run: Run, add: Add
) -> None:
    change(url, "CREATE TABLE notes (id bigserial PRIMARY KEY, text varchar(9) NOT NULL)")
    note = """defmodule Shop.Sales.Note do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "notes"
    repo Shop.Repo
    migrate? false
  end

  attributes do
    integer_primary_key :id

    attribute :text, :string, allow_nil?: false, public?: true,
      constraints: [max_length: 9, trim?: false, allow_empty?: true]
  end
end
"""
    config = CONFIG.replace('"orders", "open', '"orders", "notes", "open')
    add(project, {"lib/shop/sales/note.ex": note, "ash_scaffold.toml": config})
    done = over(run, "notes", "--url", url)
    assert done.code == 2
    assert "lib/shop/sales/note.ex:1: Shop.Sales.Note was written by hand, and no run" in done.err
    assert run("resources", "--url", url).code == 0
    before = (project / "lib/shop/sales/note.ex").read_text()
    assert over(run, "notes", "--url", url).code == 0
    text = (project / "lib/shop/sales/note.ex").read_text()
    assert 'migration_types text: :"varchar(9)"' in text
    assert "attribute :text, :string, allow_nil?: false, public?: true,\n" in text
    assert over(run, "--undo", "notes", "--url", url).code == 0
    assert (project / "lib/shop/sales/note.ex").read_text() == before


def test_a_name_that_leads_out_of_the_folder_of_snapshots_stands_against_it(
    url: str, project: Path, run: Run
) -> None:
    config = CONFIG.replace('"orders", "open', '"orders", "public.../../x", "open')
    (project / "ash_scaffold.toml").write_text(config)
    change(url, 'CREATE TABLE "../../x" (id bigserial PRIMARY KEY)')
    assert run("resources", "--url", url).code == 0
    for prove in ("--no-prove", "--prove"):
        done = run("cutover", prove, "public.../../x", "--url", url)
        assert done.code == 2
        assert "../../x: Ash makes the path of its snapshot of the table's name" in done.err


def test_a_schema_that_ash_would_write_as_code_stands_against_it(
    url: str, project: Path, run: Run
) -> None:
    schema = "x#{exit(1)}"
    config = CONFIG.replace('["billing.*"]', f'["billing.*", "{schema}.*"]')
    (project / "ash_scaffold.toml").write_text(config)
    change(
        url, f'CREATE SCHEMA "{schema}"', f'CREATE TABLE "{schema}".t (id bigserial PRIMARY KEY)'
    )
    assert run("resources", "--url", url).code == 0
    done = run("cutover", "--prove", f"{schema}.t", "--url", url)
    assert done.code == 2
    assert "Ash writes the name of a schema into its migrations as it is" in done.err


def test_without_a_look_at_legacy_code_nothing_goes_over(url: str, project: Path, run: Run) -> None:
    (project / "ash_scaffold.toml").write_text(f"legacy = false\n{CONFIG}")
    done = over(run, "orders", "--url", url)
    assert done.code == 2
    assert "whether legacy code still refers to the tables is not looked at." in done.err


def test_a_domain_goes_over(url: str, project: Path, run: Run) -> None:
    assert over(run, "--domain", "Shop.Billing", "--url", url).code == 0
    config = (project / "ash_scaffold.toml").read_text()
    assert config.startswith('owned_by_ash = ["billing.orders"]\n')
    assert run("check", "--url", url).failure == (0, "", "")


def test_a_key_to_a_table_without_resource_stands_against_it(
    url: str, project: Path, run: Run
) -> None:
    config = CONFIG.replace(
        'tables = ["customers", "orders", "open_orders"]', 'tables = ["orders"]'
    )
    (project / "ash_scaffold.toml").write_text(f'exclude = ["customers"]\n{config}')
    done = over(run, "orders", "--url", url)
    assert done.code == 2
    assert "orders.orders_customer_id_fkey: The key points at customers, which has no" in done.err


def test_a_key_to_a_table_of_another_tool_is_to_be_dropped(url: str, run: Run) -> None:
    change(
        url,
        "CREATE TABLE schema_migrations (version bigint PRIMARY KEY)",
        "ALTER TABLE orders ADD COLUMN version bigint REFERENCES schema_migrations (version)",
    )
    done = over(run, "orders", "--url", url)
    assert done.code == 2
    assert (
        "orders.orders_version_fkey: The key points at schema_migrations, which has no resource, "
        "so Ash can't make the key.\n"
        "    Another tool keeps that table: drop the key in a legacy migration.\n"
    ) in done.err


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("compile", "error: undefined variable", "compile-failed"),
        ("pending", "", "cutover-failed"),
    ],
)
def test_where_mix_fails_all_is_as_it_was(
    url: str, project: Path, fake: Path, run: Run, files_of: FilesOf, file: str, content: str,
    said: str,
) -> None:  # fmt: skip
    (fake / file).write_text(content)
    before = files_of(project)
    done = over(run, "orders", "--url", url)
    assert (done.code, done.out) == (2, "")
    assert f"error [{said}]" in done.err
    assert url not in done.err
    assert files_of(project) == before


def test_changes_that_wait_in_another_resource_are_not_taken_for_done(
    url: str, project: Path, run: Run, files_of: FilesOf
) -> None:
    assert over(run, "orders", "--url", url).code == 0
    (project / SNAPSHOT).unlink()
    before = files_of(project)
    done = over(run, "customers", "--url", url)
    assert "Ash has migrations to make for orders. Nothing was written." in done.err
    assert files_of(project) == before


def test_without_mix_the_commands_are_printed_and_a_later_run_does_the_rest(
    url: str, project: Path, fake: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(fake / "nothing"))
    done = over(run, "orders", "--url", url)
    assert done.code == 0
    assert done.out.endswith(
        "  mix ash_postgres.generate_migrations --snapshots-only\n  mix ash.codegen --check\n"
    )
    assert not (project / SNAPSHOT).exists()
    monkeypatch.setenv("PATH", path)
    assert over(run, "orders", "--url", url).code == 0
    assert (project / SNAPSHOT).exists()


def test_a_kill_while_mix_runs_leaves_it_as_it_was(
    url: str, project: Path, fake: Path, run: Run, files_of: FilesOf
) -> None:
    (fake / "hang").touch()
    before = files_of(project)
    main = "from ash_scaffold.__main__ import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", main, "cutover", "--no-prove", "orders", "--url", url],
        start_new_session=True,
    )
    while not (fake / "hanging").exists():
        assert process.poll() is None
    assert "migrate? false" not in (project / ORDER).read_text()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    os.kill(int((fake / "hanging").read_text()), signal.SIGKILL)
    (fake / "hang").unlink()
    assert run("resources", "--url", url).code == 0
    assert files_of(project) == before


def change(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def findings(run: Run, url: str) -> list[str]:
    document = json.loads(run("check", "--url", url, "--format", "json").out)
    return [f"{each['severity']} {each['kind']} {each['table']}" for each in document["findings"]]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("ALTER TABLE orders ADD extra text", "column added"),
        ("ALTER TABLE customers ALTER email TYPE varchar(90)", "type changed"),
        ("CREATE INDEX sneaky ON orders (state)", "index added"),
        ("ALTER TABLE orders ALTER state DROP DEFAULT", "default changed"),
    ],
)
def test_what_something_else_changes_in_a_table_of_ash_breaks(
    url: str, project: Path, run: Run, files_of: FilesOf, statement: str, kind: str
) -> None:
    assert over(run, "orders", "customers", "--url", url).code == 0
    before = files_of(project / "lib")
    change(url, statement)
    table = statement.split()[2] if statement.startswith("ALTER") else "orders"
    assert findings(run, url) == [f"breaks {kind} {table}"]
    done = run("resources", "--url", url)
    assert done.code == 1
    assert "error [not-by-ash]" in done.err
    assert files_of(project / "lib") == before


def test_what_ash_changes_is_clean(
    url: str, project: Path, run: Run, add: Add, files_of: FilesOf
) -> None:
    assert over(run, "orders", "--url", url).code == 0
    text = (project / ORDER).read_text()
    new = "    attribute :extra, :string, public?: true\n\n    attribute :state,"
    add(
        project,
        {
            ORDER: text.replace("    attribute :state,", new),
            "priv/repo/migrations/20270101000000_extra.exs": "defmodule Extra do\n"
            '  @moduledoc "autogenerated with `mix ash_postgres.generate_migrations`"\n'
            "  def up do\n    alter table(:orders) do\n      add :extra, :text\n    end\n  end\n"
            "end\n",
        },
    )
    assert findings(run, url) == ["breaks attribute without column orders"]
    change(url, "ALTER TABLE orders ADD extra text", "CREATE INDEX mine ON orders (extra)")
    before = files_of(project)
    assert run("check", "--url", url).failure == (0, "", "")
    done = run("resources", "--url", url)
    assert (done.code, done.err) == (0, "")
    assert files_of(project / "lib") == {
        path.removeprefix("lib/"): text for path, text in before.items() if path[:4] == "lib/"
    }
    undone = over(run, "--undo", "orders", "--url", url)
    assert "20270101000000_extra.exs:4: Ash has changed orders since." in undone.err


def test_a_later_migration_that_is_not_by_ash_breaks(
    url: str, project: Path, run: Run, add: Add
) -> None:
    change(
        url,
        "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0))",
        "INSERT INTO schema_migrations VALUES (20260101000000), (20270101000000)",
    )
    alter = "defmodule X do\n  use Ecto.Migration\n\n  def change do\n    alter table(:orders)\n"
    add(project, {"priv/repo/migrations/20260101000000_old.exs": f"{alter}  end\nend\n"})
    assert over(run, "orders", "--url", url).code == 0
    assert run("check", "--url", url).failure == (0, "", "")
    add(project, {"priv/repo/migrations/20280101000000_new.exs": f"{alter}  end\nend\n"})
    change(url, "INSERT INTO schema_migrations VALUES (20280101000000)")
    assert findings(run, url) == ["breaks migration beside Ash orders"]


def test_a_migration_that_has_not_run_stands_against_it(
    url: str, project: Path, run: Run, add: Add
) -> None:
    change(
        url,
        "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0))",
        "INSERT INTO schema_migrations VALUES (20250101000000)",
    )
    path = "priv/repo/migrations/20260101000000_new.exs"
    add(project, {path: "defmodule X do\n  use Ecto.Migration\n\n  def change, do: nil\nend\n"})
    done = over(run, "orders", "--url", url)
    assert done.code == 2
    assert f"[cutover-refused] {path}: The migration is not in the database." in done.err


def test_a_snapshot_of_ash_that_is_missing_breaks(url: str, project: Path, run: Run) -> None:
    assert over(run, "orders", "--url", url).code == 0
    (project / SNAPSHOT).unlink()
    assert findings(run, url) == ["breaks no snapshot by Ash orders"]
    assert over(run, "orders", "--url", url).code == 0
    assert run("check", "--url", url).failure == (0, "", "")


def test_every_command_knows_the_tables_that_ash_owns(url: str, project: Path, run: Run) -> None:
    assert over(run, "orders", "--url", url).code == 0
    assert "1 owned by Ash, " in run("document", "--url", url).out
    text = (project / "docs/database_schema.md").read_text()
    assert (
        "| Schema changes | Ecto migrations of the legacy code; Ash makes those of 1 table |"
        in text
    )
    assert "3 are used by Ash alone, 1 is owned by Ash |" in text
    assert (
        "| Domain | Tables | Legacy only | Shared | Ash only | Owned by Ash | Neither |\n" in text
    )
    assert "| Shop.Sales | 3 | 0 | 0 | 2 | 1 | 0 |\n" in text
    assert "| `Shop.Sales.Order` | owned by Ash |" in text
    assert "Tables in a domain: 4, owned by Ash: 1." in run("doctor", "--url", url).out
    assert ", owned by Ash\n" in run("inspect", "--table", "orders", "--url", url).out
    shown = json.loads(run("inspect", "--url", url, "--json").out)["tables"]
    assert [each["name"] for each in shown if each["owned_by_ash"]] == ["orders"]
    assert "  orders (owned_by_ash)" in run("check", "--hand-over", "--url", url).out
    (project / "ash_scaffold.toml").write_text(CONFIG)
    told = run("doctor", "--url", url).out
    assert "orders was cut over, so Ash migrates it, and owned_by_ash does not name it." in told


def comparison(*differences: Difference) -> Comparison:
    table = TableComparison(
        table=Name("public", "orders"),
        counts={ObjectKind.COLUMN: Count(3, 3)},
        differences=differences,
    )
    return Comparison(tables=(table,))


Prove = Callable[[Comparison | ScaffoldError], None]


@pytest.fixture
def proof(monkeypatch: pytest.MonkeyPatch) -> Prove:
    """Give `proof(outcome)`: what a proof comes to, or fails with."""

    def give(outcome: Comparison | ScaffoldError) -> None:
        def prove(question: ProofQuestion, _say: object) -> Proof:
            assert question.tables == (Name("public", "orders"),)
            if isinstance(outcome, ScaffoldError):
                raise outcome
            return Proof(server="PostgreSQL 18.1", comparison=outcome)

        monkeypatch.setattr("ash_scaffold.cutover.run.prove", prove)

    return give


def test_the_proof_is_a_part_of_it(url: str, run: Run, proof: Prove) -> None:
    order = Difference(
        kind=ObjectKind.TABLE, name="", field="columns", limit=Limit.COLUMN_ORDER,
        legacy="b, a", made="a, b",
    )  # fmt: skip
    proof(comparison(order))
    done = run("cutover", "orders", "--url", url)
    assert (done.code, done.err) == (0, "")
    assert " ".join(done.out.split()).endswith(
        "Made by Ash from nothing in PostgreSQL 18.1: 0 of 1 tables are identical. "
        "Can't be reached: place of a column without an attribute. A column of which Ash has no "
        "attribute is added by a statement, which runs when the table is there: it is the last "
        "one. "
        "orders: table: columns is b, a, and is made as a, b"
    )


def test_what_tables_need_and_nobody_can_make_is_told(url: str, run: Run, proof: Prove) -> None:
    operator = Difference(
        kind=ObjectKind.NEED,
        name="OPERATOR public.===(integer,integer)",
        legacy="OPERATOR public.===(integer,integer)",
        limit=Limit.NO_DEFINITION,
    )
    proof(replace(comparison(), needs=Count(2, 1), need_differences=(operator,)))
    out = " ".join(run("cutover", "--prove", "orders", "--url", url).out.split())
    assert "PostgreSQL has no function that writes its definition" in out
    assert (
        "needed object OPERATOR public.===(integer,integer) is missing: "
        "OPERATOR public.===(integer,integer)"
    ) in out
    data = json.loads(run("cutover", "--prove", "orders", "--url", url, "--json").out)
    assert (data["proof"]["needs"]["total"], data["proof"]["needs"]["same"]) == (2, 1)
    assert data["proof"]["needs"]["differences"][0]["limit"] == operator.limit


def test_a_difference_that_should_not_be_ends_it(
    url: str, project: Path, run: Run, proof: Prove, files_of: FilesOf
) -> None:
    proof(comparison(Difference(kind=ObjectKind.CHECK, name="total", legacy="total > 0")))
    before = files_of(project)
    done = run("cutover", "orders", "--url", url)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "error [not-proven] orders: check total is missing: total > 0.\n    Report it."
    )
    assert files_of(project) == before
    alone = run("cutover", "--prove", "orders", "--url", url)
    assert alone.code == 1
    assert alone.out.startswith("Would be Ash's: orders\n")
    assert files_of(project) == before


def test_the_proof_alone_asks_nothing_of_legacy_code(
    url: str, project: Path, run: Run, proof: Prove, add: Add, files_of: FilesOf
) -> None:
    add(
        project,
        {
            "lib/shop/legacy.ex": "defmodule Shop.Legacy do\n  use Ecto.Schema\n\n"
            '  schema "orders" do\n  end\nend\n'
        },
    )
    proof(comparison())
    before = files_of(project)
    done = run("cutover", "--prove", "orders", "--url", url)
    assert (done.code, done.err) == (0, "")
    assert "1 of 1 tables are identical." in done.out
    assert files_of(project) == before


def test_without_a_server_it_is_not_proven(url: str, run: Run, proof: Prove) -> None:
    proof(fail(Code.NO_LOCAL_SERVER, "There is no PostgreSQL."))
    done = run("cutover", "orders", "--url", url)
    assert done.code == 0
    assert done.err == (
        "warning [no-local-server] It is not proven: There is no PostgreSQL.\n"
        "`ash-scaffold explain no-local-server` says more.\n"
    )


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_it_as_it_was_or_done(
    url: str, project: Path, run: Run, files_of: FilesOf, tmp_path: Path
) -> None:
    before = files_of(project)
    assert over(run, "orders", "--url", url).code == 0
    after = files_of(project)
    assert over(run, "--undo", "orders", "--url", url).code == 0
    outcomes = []
    for number in range(1, 10_000, 9):
        root = tmp_path / f"{number}/shop"
        shutil.copytree(project, root)
        os.chdir(root)
        dead = killed(root, number, lambda: over(run, "orders", "--url", url))
        with locked(root) as lock:
            recover(lock)
        found = files_of(root)
        assert found in (before, after), f"killed before step {number}"
        if not dead:
            assert found == after
            break
        outcomes.append(found == after)
    assert outcomes == sorted(outcomes)
    assert {True, False} == set(outcomes)


def test_an_option_that_says_nothing_is_refused(url: str, run: Run) -> None:
    assert "It has to be said which tables are meant" in over(run, "--url", url).err
    assert "No table fits order." in over(run, "order", "--url", url).err
    assert "None of the tables was cut over." in over(run, "--undo", "orders", "--url", url).err


def test_json(url: str, run: Run) -> None:
    done = over(run, "orders", "--json", "--url", url)
    document = json.loads(done.out)
    assert document["tables"] == ["orders"]
    assert document["snapshots"] == [SNAPSHOT]
    assert {"path": ORDER, "status": "changed"} in document["files"]


@pytest.mark.parametrize("name", ["odd name", "$(id)"])
def test_the_commands_it_names_are_for_a_shell_whatever_a_table_is_called(
    project: Path, run: Run, database: Callable[..., str], name: str
) -> None:
    url = database(f'CREATE TABLE "{name}" (id bigint PRIMARY KEY)')
    config = f'[domains."Shop.Sales"]\ntables = ["{name}"]\n'
    (project / "ash_scaffold.toml").write_text(config)
    refused = run("cutover", name, "--dry-run", "--url", url)
    assert f"Write it first: ash-scaffold resources --table '{name}'" in " ".join(
        refused.err.split()
    )
    (project / "lib/shop/odd.ex").write_text(
        "defmodule Shop.Odd do\n  use Ash.Resource, data_layer: AshPostgres.DataLayer\n\n"
        f'  postgres do\n    table "{name}"\n    repo Shop.Repo\n  end\nend\n'
    )
    checked = run("check", "--url", url)
    assert f"ash-scaffold cutover '{name}'" in " ".join(checked.out.split())
