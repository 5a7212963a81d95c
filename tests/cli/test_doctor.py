"""What `ash-scaffold doctor` says of a project, and what `--fix` makes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from ash_scaffold.cli.doctor import _print as print_report
from ash_scaffold.doctor import facts
from ash_scaffold.doctor.ash_functions import migration, statements
from ash_scaffold.doctor.report import DoctorReport, Group, check
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.url import parse_url
from ash_scaffold.problem import Severity


class Done(Protocol):
    code: int
    out: str
    err: str


pytestmark = pytest.mark.usefixtures("project")
Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]
Tree = Callable[[Path], dict[str, bytes]]
Check = dict[str, Any]

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")

LOCK = (
    '%{\n  "ash": {:hex, :ash, "3.32.0", "x"},\n'
    '  "ash_postgres": {:hex, :ash_postgres, "2.13.1", "x"},\n}\n'
)
QUIET_REPO = """defmodule Shop.Repo do
  use AshPostgres.Repo, otp_app: :shop, warn_on_missing_ash_functions?: false

  @impl true
  def installed_extensions, do: []

  @impl true
  def migrate_extensions?, do: false

  @impl true
  def min_pg_version, do: %Version{major: 13, minor: 0, patch: 0}
end
"""
OLD_REPO = """defmodule Shop.Repo do
  use Ecto.Repo, otp_app: :shop, adapter: Ecto.Adapters.Postgres
end
"""
FIXED_REPO = """defmodule Shop.Repo do
  use AshPostgres.Repo, otp_app: :shop, adapter: Ecto.Adapters.Postgres

  @impl true
  def installed_extensions, do: ["citext"]

  @impl true
  def migrate_extensions?, do: false

  @impl true
  def min_pg_version, do: %Version{{major: {major}, minor: 0, patch: 0}}
end
"""
CITEXT = "CREATE EXTENSION citext; CREATE TABLE customers (id bigserial PRIMARY KEY, email citext)"
CUSTOMERS = '[domains."Shop.Sales"]\ntables = ["customers"]\n'
DOMAIN = "defmodule Shop.Sales do\n  use Ash.Domain\n\n  resources do\n  end\nend\n"


@pytest.fixture(autouse=True)
def mix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mix that says its version and formats nothing, the same on every machine."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "mix"
    program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Mix 1.18.3 (compiled)"\nexit 0\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return program


@pytest.fixture
def checks(run: Run) -> Callable[..., dict[str, Check]]:
    """Give `checks(*arguments)`: every check by its name."""

    def look(*arguments: str) -> dict[str, Check]:
        document = json.loads(run("doctor", "--json", *arguments).out)
        assert document["version"] == 1
        return {check.pop("name"): check for check in document["checks"]}

    return look


def found(checks: dict[str, Check], *names: str) -> list[tuple[str, str]]:
    return [(checks[name]["status"], checks[name]["what"]) for name in names]


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_a_project_in_order_has_nothing_wrong(project: Path, shop: str, run: Run, add: Add) -> None:
    add(project, {"mix.lock": LOCK, "lib/shop/repo.ex": QUIET_REPO, "ash_scaffold.toml": CUSTOMERS})
    add(project, {"lib/shop/sales.ex": DOMAIN})
    done = run("doctor", "--url", shop)
    lines = [line for line in done.out.splitlines() if "Read " not in line]
    assert (done.code, done.err, lines) == (
        0,
        "",
        [
            "Elixir",
            "  ok      Elixir 1.18.3.",
            "  ok      mix format works.",
            "",
            "The project",
            "  ok      ash_scaffold.toml is valid.",
            "  ok      ash 3.32.0.",
            "  ok      ash_postgres 2.13.1.",
            "  ok      ash_domains has the one domain.",
            "  ok      import_deps has :ash and :ash_postgres.",
            "",
            "The repo",
            "  ok      Shop.Repo is the repo.",
            "  ok      It uses AshPostgres.Repo.",
            "  ok      installed_extensions has what the resources need.",
            "  ok      Ash migrates no extension.",
            "  ok      min_pg_version is 13.0.0.",
            '  ok      "ash-functions" is left out by choice. Without them Ash refuses `||`, `&&` '
            "and `error/2` in expressions, and string_split with trim.",
            "",
            "Snapshots",
            "  ok      There are none in priv/ash_scaffold yet.",
            "",
            "The database",
            "  ok      The database has these extensions: plpgsql.",
            "  ok      ash_scaffold_superuser may read every table.",
            "  ok      Tables in a domain: 1.",
            "",
            "Nothing is wrong.",
        ],
    )


def test_without_a_database_its_checks_are_skipped_and_say_so(
    checks: Callable[..., dict[str, Check]],
) -> None:
    skipped = {name: c["what"] for name, c in checks().items() if c["status"] == "skipped"}
    assert skipped == {
        "installed-extensions": "Which extensions the resources need was not looked at without a "
        "database.",
        "server": "No database is given.",
        "extensions": "The extensions were not looked at: no database is given.",
        "rights": "The role's rights were not looked at: no database is given.",
        "plan": "The tables and the configuration's names were not looked at: no database is "
        "given.",
    }


def test_fix_adds_every_line_and_a_second_one_writes_nothing(
    project: Path, database: Callable[..., str], run: Run, add: Add, files_of: Tree
) -> None:
    url = database(CITEXT)
    add(
        project,
        {
            "lib/shop/repo.ex": OLD_REPO,
            "lib/shop/sales.ex": DOMAIN,
            "config/config.exs": "import Config\n\nconfig :shop, ecto_repos: [Shop.Repo]\n",
            ".formatter.exs": "[inputs: []]\n",
            "ash_scaffold.toml": CUSTOMERS,
        },
    )
    before = files_of(project)
    seen = run("doctor", "--url", url)
    assert (seen.code, files_of(project)) == (1, before)
    assert seen.out.endswith("`ash-scaffold doctor --fix` adds 6 of the missing lines.\n")

    done = run("doctor", "--url", url, "--fix")
    after = files_of(project)
    assert done.code == 0
    assert [line for line in done.out.splitlines() if "fixed" in line or "written" in line] == [
        "  fixed   ash_domains has the one domain.",
        "  fixed   import_deps has :ash and :ash_postgres.",
        "  fixed   It uses AshPostgres.Repo.",
        "  fixed   installed_extensions has what the resources need.",
        "  fixed   Ash migrates no extension.",
        f"  fixed   min_pg_version is {version(after)}.0.0.",
        "written: .formatter.exs",
        "written: config/config.exs",
        "written: lib/shop/repo.ex",
    ]
    changed = {path: text.decode() for path, text in after.items() if before.get(path) != text}
    assert changed == {
        "lib/shop/repo.ex": FIXED_REPO.format(major=version(after)),
        "config/config.exs": "import Config\n\nconfig :shop, ecto_repos: [Shop.Repo]\n\n"
        "config :shop, ash_domains: [Shop.Sales]\n",
        ".formatter.exs": "[import_deps: [:ash, :ash_postgres], inputs: []]\n",
    }
    again = run("doctor", "--url", url, "--fix")
    assert (again.code, "written" in again.out, files_of(project)) == (0, False, after)


def version(files: dict[str, bytes]) -> str:
    return files["lib/shop/repo.ex"].decode().split("major: ")[1].split(",")[0]


def test_fix_formats_a_file_again_that_was_formatted_before(
    project: Path, run: Run, add: Add, mix: Path
) -> None:
    mix.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "Mix 1.18.3" && exit\n'
        'cd "$(dirname "$3")" && sed -i "s/deps: .:/deps: [ :/" *.ex\n'
    )
    add(project, {".formatter.exs": "[import_deps: [ :ash]]\n", "lib/shop/repo.ex": QUIET_REPO})
    run("doctor", "--fix")
    assert (project / ".formatter.exs").read_text() == "[import_deps: [ :ash, :ash_postgres]]\n"


def test_what_cannot_be_put_in_is_shown_and_left(
    project: Path, checks: Callable[..., dict[str, Check]], add: Add, files_of: Tree
) -> None:
    add(project, {".formatter.exs": "[import_deps: deps()]\n"})
    before = files_of(project)
    assert checks("--fix")["import-deps"] == {
        "group": "The project",
        "status": "warning",
        "what": "import_deps lacks :ash and :ash_postgres: `mix format` would put parentheses "
        "around Ash's calls.",
        "todo": "",
        "path": ".formatter.exs",
        "lines": ["import_deps: [:ash, :ash_postgres]"],
        "fixable": False,
        "fixed": False,
    }
    assert files_of(project) == before


def test_dependencies_that_are_missing_old_or_not_locked(
    project: Path, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    names = ("ash-version", "ash-postgres-version")
    assert found(checks(), *names) == [
        ("warning", "The version of ash is not known: there is no mix.lock."),
        ("warning", "The version of ash_postgres is not known: there is no mix.lock."),
    ]
    add(project, {"mix.lock": '%{\n  "ash": {:hex, :ash, "3.4.1", "x"},\n}\n'})
    add(
        project,
        {"mix.exs": (project / "mix.exs").read_text().replace(':ash_postgres, "~>', ':x, "~>')},
    )
    looked = checks()
    assert found(looked, *names) == [
        ("warning", "ash is 3.4.1; what is generated is made for 3.32 and newer."),
        ("error", "ash_postgres is not among the dependencies."),
    ]
    assert (looked["ash-postgres-version"]["path"], looked["ash-postgres-version"]["lines"]) == (
        "mix.exs",
        ['{:ash_postgres, "~> 2.12"}'],
    )


RANGES = "CREATE TABLE customers (id bigserial PRIMARY KEY, stay daterange, seen tstzrange[])"


def locked(version: str) -> str:
    return LOCK.replace("2.13.1", version)


def test_ranges_need_a_newer_ash_postgres(
    project: Path, database: Callable[..., str], checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    url = database(RANGES)
    add(project, {"mix.lock": locked("2.12.0"), "ash_scaffold.toml": CUSTOMERS})
    name = "ash-postgres-version"
    look = checks("--url", url)[name]
    assert (look["status"], look["what"]) == (
        "error",
        "ash_postgres is 2.12.0; attributes of the type :range (customers.seen, customers.stay) "
        "need 2.13 or newer: with an older one every read of a row whose range is not NULL fails.",
    )
    assert (look["path"], look["lines"]) == ("mix.exs", ['{:ash_postgres, "~> 2.13"}'])
    add(project, {"mix.lock": locked("2.13.0")})
    assert found(checks("--url", url), name) == [("ok", "ash_postgres 2.13.0.")]


def test_the_snapshots_say_what_is_needed_without_a_database(
    project: Path,
    database: Callable[..., str],
    checks: Callable[..., dict[str, Check]],
    run: Run,
    add: Add,
) -> None:
    assert run("resources", "--domain", "Shop.Sales", "--url", database(RANGES)).code == 0
    add(project, {"mix.lock": locked("2.12.0")})
    assert checks()["ash-postgres-version"]["status"] == "error"


def test_without_a_lock_mix_exs_says_which_versions_there_may_be(
    project: Path, database: Callable[..., str], checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    url = database(RANGES)
    add(project, {"ash_scaffold.toml": CUSTOMERS})
    look = checks("--url", url)["ash-postgres-version"]
    assert look["status"] == "warning"
    assert look["todo"].startswith("Its version has to be 2.13 or newer for attributes of the")
    assert look["lines"] == ['{:ash_postgres, "~> 2.13"}']
    mix = (project / "mix.exs").read_text().replace('"~> 2.0"', '"~> 2.13"')
    add(project, {"mix.exs": mix})
    assert checks("--url", url)["ash-postgres-version"]["lines"] == []


TENANCY = """[tenancy]
strategy = "attribute"
column = "organization_id"
tenants = "organizations"
"""


@pytest.mark.parametrize(
    ("ash", "ash_postgres", "faults"),
    [
        ("3.37.2", "2.15.2", ((), ())),
        ("3.40.0", "3.0.0", ((), ())),
        ("3.37.1", "2.15.1", (("CVE-2026-96581",), ("CVE-2026-115635",))),
        ("3.32.0", "2.12.9", (("CVE-2026-96581",), ("CVE-2026-78699", "CVE-2026-115635"))),
    ],
)
def test_faults_that_concern_tenants_are_told_where_there_are_some(
    project: Path,
    checks: Callable[..., dict[str, Check]],
    add: Add,
    ash: str,
    ash_postgres: str,
    faults: tuple[tuple[str, ...], tuple[str, ...]],
) -> None:
    lock = LOCK.replace("3.32.0", ash).replace("2.13.1", ash_postgres)
    add(project, {"mix.lock": lock})
    assert "ash-tenancy" not in checks()
    add(project, {"ash_scaffold.toml": TENANCY})
    found = checks()
    for name, told in zip(("ash-tenancy", "ash-postgres-tenancy"), faults, strict=True):
        assert found[name]["status"] == ("error" if told else "ok")
        assert [word.strip("():,.") for word in found[name]["what"].split() if "CVE" in word] == [
            *told
        ]


def test_without_a_lock_it_is_not_known_whether_tenants_are_apart(
    project: Path, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    add(project, {"ash_scaffold.toml": TENANCY})
    assert checks()["ash-tenancy"]["status"] == "warning"
    assert checks()["ash-tenancy"]["what"] == (
        "Which version of ash runs is not known: for tenants it has to be 3.37.2 or newer "
        "(CVE-2026-96581)."
    )


@pytest.mark.parametrize(
    ("version", "minimum", "status"),
    [
        ("2.9.1", 17, None),
        ("2.10.0", 17, "warning"),
        ("2.13.0", 18, "warning"),
        ("2.13.1", 17, None),
        ("2.12.0", 16, "ok"),
    ],
)
def test_upserts_that_are_not_atomic(
    project: Path,
    checks: Callable[..., dict[str, Check]],
    add: Add,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    minimum: int,
    status: str | None,
) -> None:
    repo = QUIET_REPO.replace("major: 13", f"major: {minimum}")
    add(project, {"mix.lock": locked(version), "lib/shop/repo.ex": repo})
    server = facts.Server(
        database=Database(server_version=170000, schemas=("public",), tables=(), types={}),
        source="",
        live=True,
    )
    monkeypatch.setattr(facts, "_server", lambda *_arguments: (server, ()))
    look = checks().get("upserts")
    assert (look and look["status"]) == status
    if status == "warning":
        assert look is not None
        assert look["lines"] == ["config :ash_postgres, upsert_with_merge?: false"]
        config = "import Config\nconfig :ash_postgres, upsert_with_merge?: false\n"
        add(project, {"config/config.exs": config})
        assert checks()["upserts"]["status"] == "ok"


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        ("def init(_type, config), do: {:ok, config}", True),
        ("def init(type, config) when is_list(config) do\n    {:ok, config}\n  end", True),
        ("def init(type, config) do\n    {:ok, config} = super(type, config)\n  end", False),
        ("def init(config), do: config", False),
    ],
)
def test_an_init_of_the_repo_s_own_has_to_call_super(
    project: Path,
    checks: Callable[..., dict[str, Check]],
    add: Add,
    body: str,
    warned: bool,
) -> None:
    repo = QUIET_REPO.replace("  @impl true\n", f"  {body}\n\n  @impl true\n", 1)
    add(project, {"lib/shop/repo.ex": repo})
    look = checks().get("init")
    assert (look is not None) == warned
    if look is not None:
        assert look["status"] == "warning"
        assert look["lines"] == ["{:ok, config} = super(type, config)"]


def test_nothing_is_added_that_a_missing_dependency_would_break(
    project: Path, checks: Callable[..., dict[str, Check]], add: Add, files_of: Tree
) -> None:
    mix_file = (project / "mix.exs").read_text().replace('{:ash, "~> 3.0"}', '{:ecto, "~> 3.0"}')
    add(project, {"mix.exs": mix_file, "lib/shop/repo.ex": OLD_REPO, ".formatter.exs": "[]\n"})
    before = files_of(project)
    looked = checks("--fix")
    assert [looked[name]["fixable"] for name in ("use", "import-deps")] == [False, False]
    assert looked["ash-version"]["todo"] == (
        "Add it to `deps`, and run `mix deps.get`; only then can --fix add the rest."
    )
    assert files_of(project) == before


def test_a_write_that_was_interrupted(
    checks: Callable[..., dict[str, Check]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "interrupted" not in checks()
    monkeypatch.setattr("ash_scaffold.project.journal.Journal.pending", True)
    assert found(checks(), "interrupted") == [
        ("warning", "An earlier run was interrupted while it wrote.")
    ]


def test_a_configuration_that_is_wrong_and_a_file_that_is_no_elixir(
    project: Path, run: Run, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    add(
        project,
        {
            "ash_scaffold.toml": "repoo = 1\n",
            "lib/shop/broken.ex": "defmodule A do\n  use Ash.Resource, [\nend\n",
        },
    )
    looked = checks()
    assert looked["config-file"]["status"] == "error"
    assert looked["config-file"]["what"].startswith("ash_scaffold.toml:1: repoo ")
    assert (looked["sources"]["status"], looked["sources"]["path"]) == (
        "warning",
        "lib/shop/broken.ex",
    )
    assert run("doctor").code == 1


def test_elixir_that_is_older_than_mix_exs_asks_for(
    project: Path, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    text = (
        (project / "mix.exs")
        .read_text()
        .replace("[app: :shop,", '[\n  elixir: "~> 1.19",\n  app: :shop,')
    )
    add(project, {"mix.exs": text})
    assert found(checks(), "mix") == [
        ("warning", "Elixir is 1.18.3, and mix.exs asks for ~> 1.19.")
    ]


def test_without_mix_formatting_is_not_tried(
    checks: Callable[..., dict[str, Check]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert found(checks(), "mix", "mix-format") == [
        ("warning", "There is no mix on the PATH."),
        ("skipped", "Formatting was not tried without mix."),
    ]


def test_a_mix_that_fails(checks: Callable[..., dict[str, Check]], mix: Path) -> None:
    mix.write_text("#!/bin/sh\necho no erlang >&2\nexit 1\n")
    assert found(checks(), "mix") == [("warning", "mix can't be run: no erlang.")]


def test_functions_that_the_repo_claims_and_the_database_lacks(
    project: Path, shop: str, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    add(project, {"lib/shop/repo.ex": QUIET_REPO.replace("do: []", 'do: ["ash-functions"]')})
    check = checks("--url", shop)["ash-functions"]
    assert (check["status"], check["lines"]) == ("error", list(migration("Shop.Repo")))


def test_functions_that_the_database_has_and_the_repo_does_not_name(
    project: Path, database: Callable[..., str], run: Run, add: Add
) -> None:
    add(project, {"lib/shop/repo.ex": QUIET_REPO, "ash_scaffold.toml": CUSTOMERS})
    url = database(CITEXT, *statements())
    done = run("doctor", "--url", url, "--fix")
    assert '  fixed   "ash-functions" is installed and the database has its functions.' in done.out
    text = (project / "lib/shop/repo.ex").read_text()
    assert 'def installed_extensions, do: ["citext", "ash-functions"]\n' in text


def test_a_repo_made_for_a_newer_server_and_for_extensions_it_lacks(
    project: Path, shop: str, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    repo = QUIET_REPO.replace("major: 13", "major: 99").replace("do: []", 'do: ["uuid-ossp"]')
    add(project, {"lib/shop/repo.ex": repo})
    looked = checks("--url", shop)
    assert looked["min-pg-version"]["status"] == "error"
    assert looked["min-pg-version"]["what"].startswith("min_pg_version is 99.0.0, and the server")
    assert found(looked, "extensions") == [
        ("warning", "installed_extensions has uuid-ossp, which the database lacks.")
    ]
    assert looked["extensions"]["lines"] == ["execute('CREATE EXTENSION \"uuid-ossp\"')"]


def test_a_project_without_a_repo(
    project: Path, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    add(project, {"lib/shop/repo.ex": ""})
    assert found(checks(), "repo") == [
        ("error", "There is no repo: no module has `use AshPostgres.Repo` or `use Ecto.Repo`.")
    ]
    assert found(checks("--repo", "Shop.Else"), "repo") == [
        ("error", "Shop.Else is not in the project, or has no `use AshPostgres.Repo`.")
    ]


def test_settings_that_are_no_literals_are_named(
    project: Path, database: Callable[..., str], checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    add(
        project,
        {
            "lib/shop/repo.ex": QUIET_REPO.replace("do: []", "do: @all"),
            "lib/shop/sales.ex": DOMAIN,
            "config/config.exs": "import Config\n\nconfig :shop, ash_domains: domains\n",
            "ash_scaffold.toml": CUSTOMERS,
        },
    )
    looked = checks("--url", database(CITEXT))
    assert [
        (looked[name]["status"], looked[name]["todo"])
        for name in ("ash-domains", "installed-extensions")
    ] == [
        ("warning", "Make sure that it has Shop.Sales."),
        ("warning", "Make sure that it has citext."),
    ]


def test_a_role_that_may_not_read_is_told_what_to_grant(
    database: Callable[..., str], checks: Callable[..., dict[str, Check]]
) -> None:
    url = database(
        'CREATE TABLE a (id int); CREATE SCHEMA b; CREATE TABLE b."T" (id int);'
        'DO $$ BEGIN CREATE ROLE "Guest" LOGIN; EXCEPTION WHEN duplicate_object THEN END $$'
    )
    guest = parse_url(url).url.set(username="Guest", password=None).uri
    check = checks("--url", guest, "--schema", "b")["rights"]
    assert (check["status"], check["what"], check["lines"]) == (
        "warning",
        "Guest may not read b.T, a: `verify` can't look at their rows, and the application can't "
        "either if it connects with this role.",
        [
            'GRANT USAGE ON SCHEMA b TO "Guest";',
            'GRANT USAGE ON SCHEMA public TO "Guest";',
            'GRANT SELECT ON b."T" TO "Guest";',
            'GRANT SELECT ON public.a TO "Guest";',
        ],
    )


def test_a_role_is_granted_the_schema_that_is_read_for_all_tenants(
    project: Path, database: Callable[..., str], checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    tenancy = '[tenancy]\nstrategy = "context"\nschema = "t1"\n'
    add(project, {"ash_scaffold.toml": tenancy})
    url = database(
        "CREATE SCHEMA t1; CREATE TABLE t1.a (id int);"
        'DO $$ BEGIN CREATE ROLE "Guest" LOGIN; EXCEPTION WHEN duplicate_object THEN END $$'
    )
    guest = parse_url(url).url.set(username="Guest", password=None).uri
    assert checks("--url", guest)["rights"]["lines"] == [
        'GRANT USAGE ON SCHEMA t1 TO "Guest";',
        'GRANT SELECT ON t1.a TO "Guest";',
    ]


def test_a_database_that_cannot_be_reached_is_an_error_without_its_password(
    run: Run, checks: Callable[..., dict[str, Check]]
) -> None:
    url = "postgres://me:secret@127.0.0.1:1/none"
    looked = checks("--url", url)
    assert looked["server"]["status"] == "error"
    assert looked["rights"]["what"] == (
        "The role's rights were not looked at: the database could not be read."
    )
    done = run("doctor", "--url", url)
    assert (done.code, "secret" in done.out + done.err) == (1, False)


def test_two_databases_are_one_too_many(run: Run) -> None:
    done = run("doctor", "--url", "postgres://a@b/c", "--dump", "x.sql")
    assert (done.code, done.out) == (2, "")
    assert "Both --url and --dump are given." in done.err


def test_names_in_the_configuration_that_the_database_lacks(
    project: Path, shop: str, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    add(project, {"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["custommers"]\n'})
    check = checks("--url", shop)["plan"]
    assert (check["status"], "custommers" in check["what"]) == ("error", True)


def test_an_umbrella_s_application_lists_its_own_domains(
    project: Path,
    checks: Callable[..., dict[str, Check]],
    add: Add,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mix_file = (project / "mix.exs").read_text()
    shutil.rmtree(project / "lib")
    (project / ".formatter.exs").unlink()
    add(
        project,
        {
            "mix.exs": 'defmodule U.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n',
            "apps/shop/mix.exs": mix_file,
            "apps/shop/lib/shop/repo.ex": QUIET_REPO,
            "apps/shop/lib/shop/sales.ex": DOMAIN,
            "apps/web/mix.exs": mix_file.replace("shop", "web"),
            "apps/web/lib/web/pages.ex": DOMAIN.replace("Shop.Sales", "Web.Pages"),
            "config/config.exs": "import Config\n",
        },
    )
    monkeypatch.chdir(project / "apps/shop")
    checks("--fix")
    assert (project / "config/config.exs").read_text() == (
        "import Config\n\nconfig :shop, ash_domains: [Shop.Sales]\n"
    )
    assert (
        (project / "apps/shop/.formatter.exs")
        .read_text()
        .startswith("[\n  import_deps: [:ash, :ash_postgres],\n")
    )


@needs_git
def test_snapshots_that_are_not_committed_or_ignored(
    project: Path, shop: str, resources: Run, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    assert found(checks(), "committed")[0][0] == "skipped"
    git(project, "init")
    look = checks()
    count = len([*(project / "priv/ash_scaffold").glob("*.json")]) + 1
    assert found(look, "committed") == [("warning", f"Not committed as they are now: {count}.")]
    assert look["committed"]["lines"] == ["git add priv/ash_scaffold"]
    git(project, "add", "priv/ash_scaffold")
    git(project, "commit", "-m", "x")
    assert found(checks(), "committed") == [("ok", "They are committed.")]
    add(project, {".gitignore": "/priv/*\n"})
    assert found(checks(), "committed")[0][0] == "error"


@needs_git
def test_files_of_one_machine_are_not_to_be_committed(
    project: Path,
    shop: str,
    resources: Run,
    run: Run,
    checks: Callable[..., dict[str, Check]],
    add: Add,
) -> None:
    resources("--domain", "Shop.Sales", "--url", shop)
    shutil.rmtree(project / "priv/ash_scaffold/.local", ignore_errors=True)
    add(project, {"priv/ash_scaffold/.local/1-2.json": "{}"})
    git(project, "init")
    assert found(checks(), "local-identity")[0][0] == "warning"
    run("doctor", "--fix")
    assert (project / "priv/ash_scaffold/.local/.gitignore").read_text() == "*\n"
    assert found(checks(), "local-identity")[0][0] == "ok"
    git(project, "add", "-f", "priv/ash_scaffold/.local/1-2.json")
    check = checks()["local-identity"]
    assert (check["status"], check["lines"]) == (
        "error",
        ["git rm -r --cached priv/ash_scaffold/.local"],
    )


def test_a_snapshot_that_is_broken(
    project: Path, checks: Callable[..., dict[str, Check]], add: Add
) -> None:
    add(project, {"priv/ash_scaffold/public.a.json": "{"})
    assert found(checks(), "readable")[0][0] == "error"


def test_outside_of_a_mix_project_it_could_not_look(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("doctor")
    assert (done.code, done.out) == (2, "")
    assert "There is no mix.exs here or in a folder above." in done.err


def test_checks_of_one_kind_are_shown_for_the_first_places(
    capsys: pytest.CaptureFixture[str],
) -> None:
    warnings = [
        check(Group.DATABASE, "rights", Severity.WARNING, f"t{n} can't be read.", "Grant SELECT.")
        for n in range(40)
    ]
    worst = check(Group.DATABASE, "rights", Severity.ERROR, "It can't be read.", "Grant it.")
    report = DoctorReport(findings=(*warnings, worst))

    print_report(report, fix=False, verbose=False)
    assert capsys.readouterr().out.splitlines() == [
        "The database",
        "  error   It can't be read.",
        "          Grant it.",
        "  warning t0 can't be read.",
        "  warning t1 can't be read.",
        "          Grant SELECT.",
        "          and 38 more (-v shows them)",
        "",
        "1 error and 40 warnings.",
    ]
    print_report(report, fix=False, verbose=True)
    assert capsys.readouterr().out.count("can't be read.") == 41
