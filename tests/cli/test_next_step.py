"""What `ash-scaffold` says without a command: where the project stands, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]

TWO_DOMAINS = """[domains."Shop.Sales"]
tables = ["customers"]

[domains."Shop.Later"]
tables = ["orders"]
"""
DEV = """import Config

config :shop, Shop.Repo,
  username: "me",
  password: "s3cret",
  hostname: "db.local",
  port: 5433,
  database: "shop_dev"
"""


def step(done: Done) -> str:
    """Return the command that is to be run next."""
    assert (done.code, done.err) == (0, "")
    return done.out.split("\nNext:\n  ash-scaffold ")[1].splitlines()[0]


def test_outside_of_a_project_it_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run()
    assert (done.code, done.out, done.err) == (
        2,
        "",
        f"error [not-a-mix-project] {tmp_path}: There is no mix.exs here or in a folder above.\n"
        "    Run this in the folder of a mix project. `ash-scaffold demo` shows the main job on a "
        "sample project, `ash-scaffold --help` lists all commands.\n"
        "`ash-scaffold explain not-a-mix-project` says more.\n",
    )


@pytest.mark.usefixtures("project")
def test_in_a_project_without_configuration_it_is_init(run: Run) -> None:
    assert run().out == (
        "shop: there is no ash_scaffold.toml yet.\n"
        "\n"
        "Next:\n"
        "  ash-scaffold init\n"
        "      proposes ash_scaffold.toml: a domain for every table (--dry-run: only shown)\n"
        "\n"
        "Also:\n"
        "  ash-scaffold plan\n"
        "      the slices that the application moves in, and which to begin with\n"
        "  ash-scaffold inspect\n"
        "      every table, and what its columns become\n"
        "  ash-scaffold demo\n"
        "      the main job on a sample project\n"
        "  ash-scaffold --help\n"
        "      all commands; each has a --help of its own\n"
        "\n"
        "No database is named yet: --url postgres://user@host/database or --dump FILE, or "
        "$DATABASE_URL.\n"
    )


def test_the_dump_and_the_database_that_the_project_names_are_told_without_a_password(
    project: Path, add: Add, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(project, {"priv/repo/structure.sql": "", "config/dev.exs": DEV})
    done = run()
    assert step(done) == "init --dump priv/repo/structure.sql"
    assert done.out.splitlines()[-1] == (
        "No database is named yet: --dump priv/repo/structure.sql or --url "
        "postgres://me@db.local:5433/shop_dev (config/dev.exs, but for a password), or "
        "$DATABASE_URL."
    )
    monkeypatch.chdir(project / "lib")
    assert step(run()) == f"init --dump {project}/priv/repo/structure.sql"
    monkeypatch.setenv("DATABASE_URL", "postgres://me:s3cret@localhost/shop")
    done = run()
    assert (step(done), "No database" in done.out) == ("init", False)
    assert "s3cret" not in done.out


def test_a_command_without_a_database_names_them_too(project: Path, add: Add, run: Run) -> None:
    add(project, {"priv/repo/structure.sql": "", "config/dev.exs": DEV})
    assert run("check").err == (
        "error [no-database] No database is given.\n"
        "    Give --dump priv/repo/structure.sql or --url postgres://me@db.local:5433/shop_dev ("
        "config/dev.exs, but for a password), set $DATABASE_URL, or put url = … in "
        "ash_scaffold.toml.\n"
        "`ash-scaffold explain no-database` says more.\n"
    )


def test_a_dump_below_a_folder_with_a_space_is_named_as_a_shell_takes_it(
    project: Path, add: Add, run: Run
) -> None:
    add(project, {"priv/old repo/structure.sql": ""})
    done = run()
    assert step(done) == "init --dump 'priv/old repo/structure.sql'"
    assert "No database is named yet: --dump 'priv/old repo/structure.sql', or" in done.out


def test_with_a_configuration_and_no_resource_it_is_the_first_domain(
    project: Path, add: Add, run: Run
) -> None:
    add(project, {"ash_scaffold.toml": 'dump = "structure.sql"\n\n' + TWO_DOMAINS})
    done = run()
    assert done.out.startswith("shop: no resource; ash_scaffold.toml has 2 domains.\n")
    assert step(done) == "resources --domain Shop.Sales --dry-run"
    assert "No database" not in done.out


def test_a_configuration_without_a_domain_still_needs_init(
    project: Path, add: Add, run: Run
) -> None:
    add(project, {"ash_scaffold.toml": 'exclude = ["tags"]\n'})
    done = run()
    assert done.out.startswith("shop: no resource.\n")
    assert step(done) == "init"


def test_with_resources_it_is_check_and_the_next_domain_is_named(
    project: Path, add: Add, run: Run, resources: Run, shop: str, files_of: Callable[..., object]
) -> None:
    add(project, {"ash_scaffold.toml": TWO_DOMAINS})
    assert resources("--domain", "Shop.Sales", "--url", shop).code == 0
    before = files_of(project)
    done = run()
    assert done.out.startswith("shop: 1 resource in 1 domain; ash_scaffold.toml has 2 domains.\n")
    assert step(done) == "check"
    also = done.out.split("\nAlso:\n")[1]
    assert "  ash-scaffold resources --domain Shop.Later --dry-run\n" in also
    assert "  ash-scaffold plan --next\n" in also
    assert "  ash-scaffold brief TABLE\n" in also
    assert files_of(project) == before

    add(project, {"config/config.exs": "import Config\n"})
    done = run()
    assert step(done) == "doctor"
    assert done.out.count("  ash-scaffold doctor\n") == 1
    assert "  ash-scaffold check\n" in done.out


def test_a_conflict_of_the_last_run_comes_first(
    project: Path, run: Run, resources: Run, database: Callable[..., str]
) -> None:
    ddl = "CREATE TABLE tags (id bigserial PRIMARY KEY, name varchar(20) NOT NULL)"
    assert resources("--domain", "Shop.Sales", "--url", database(ddl)).code == 0
    tag = project / "lib/shop/sales/tag.ex"
    tag.write_text(tag.read_text().replace("max_length: 20", "max_length: 12"))
    changed = database(ddl, "ALTER TABLE tags ALTER name TYPE varchar(40)")
    assert resources("--url", changed).code == 1
    done = run()
    assert step(done) == "resources --dry-run"
    assert "1 conflict of the last run: the three versions of each" in done.out


def test_a_broken_configuration_is_told(project: Path, add: Add, run: Run) -> None:
    add(project, {"ash_scaffold.toml": "domains = 1\n"})
    done = run()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error [config-invalid] ash_scaffold.toml:")


@pytest.mark.usefixtures("project")
def test_it_is_the_same_by_the_entry_point(process: Run, run: Run) -> None:
    assert process().out == run().out
