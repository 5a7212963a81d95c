"""What `ash-scaffold init` proposes, and that `resources` takes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest
from tests.cli.conftest import MIX
from tests.corpus.corpus import DUMPS

from ash_scaffold.cli.demo import copy_sample
from ash_scaffold.config import load_config


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]
Tree = Callable[[Path], dict[str, bytes]]

HEAD = (
    "# What ash-scaffold writes, and where. Proposed by `ash-scaffold init`: change what\n"
    "# you like. Another run adds entries for tables that are in no domain, and leaves\n"
    "# the others as they are.\n\n"
    'repo = "Shop.Repo" # lib/shop/repo.ex\n'
)
DDL = """
CREATE TABLE users (id bigserial PRIMARY KEY);
CREATE TABLE sessions (id bigserial PRIMARY KEY, user_id bigint REFERENCES users);
CREATE TABLE orders (id bigserial PRIMARY KEY, user_id bigint REFERENCES users);
CREATE TABLE order_items (id bigserial PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE);
CREATE TABLE flags (name text PRIMARY KEY);
CREATE TABLE schema_migrations (version bigint PRIMARY KEY);
CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id bigserial PRIMARY KEY);
"""
SCHEMA = """defmodule Shop.Sales.Order do
  use Ecto.Schema

  schema "orders" do
    field :note, :string
  end
end
"""
PROPOSED = (
    HEAD
    + """
[domains."Shop.Accounts"]
# Tables that foreign keys and names tie to users.
tables = [
  "sessions", # foreign key to users
  "users", # sessions has a foreign key to it
]

[domains."Shop.Billing"]
# The tables of the PostgreSQL schema billing.
tables = [
  "billing.invoices", # schema billing
]

[domains."Shop.Other"]
# Tables that no foreign key and no name ties to others.
tables = [
  "flags", # nothing ties it to another table
]

[domains."Shop.Sales"]
# The legacy context Shop.Sales: 1 Ecto schema.
tables = [
  "order_items", # foreign key to orders
  "orders", # Ecto schema Shop.Sales.Order
]
"""
)


@pytest.fixture
def text(project: Path) -> Callable[[], str]:
    """Give `text()`: the file as it is."""
    return lambda: (project / "ash_scaffold.toml").read_bytes().decode()


def test_proposes_a_domain_for_every_table_with_its_reason(
    project: Path, database: Callable[..., str], run: Run, add: Add, text: Callable[[], str]
) -> None:
    add(project, {"lib/shop/sales/order.ex": SCHEMA})
    url = database(DDL)
    done = run("init", "--url", url, "--schema", "billing")
    assert (done.code, done.err, text()) == (0, "", PROPOSED)
    assert done.out.splitlines()[1:] == [
        "",
        " domain          tables   why",
        " ───────────────────────────────────────────────────────────────────────────────",
        " Shop.Accounts   2        Tables that foreign keys and names tie to users.",
        " Shop.Billing    1        The tables of the PostgreSQL schema billing.",
        " Shop.Other      1        Tables that no foreign key and no name ties to others.",
        " Shop.Sales      2        The legacy context Shop.Sales: 1 Ecto schema.",
        "Left out: schema_migrations",
        "ash_scaffold.toml created. Look it over, then run, a domain at a time: "
        "ash-scaffold resources --domain Shop.Accounts --dry-run (with that --url, or "
        "$DATABASE_URL set to it)",
    ]
    assert run("resources", "--no-format", "--url", url).code == 0


def test_a_dry_run_shows_the_file_and_writes_nothing(
    project: Path, shop: str, run: Run, files_of: Tree
) -> None:
    before = files_of(project)
    done = run("init", "--url", shop, "--dry-run")
    assert (done.code, files_of(project)) == (0, before)
    assert '+[domains."Shop.Customers"]\n' in done.out
    assert done.out.endswith("ash_scaffold.toml would be created.\n")


def test_json_holds_every_proposal(project: Path, shop: str, run: Run, files_of: Tree) -> None:
    before = files_of(project)
    document = json.loads(run("init", "--url", shop, "--dry-run", "--json").out)
    diff, source = document.pop("diff"), document.pop("source")
    assert (diff.startswith("--- /dev/null\n"), "/" in source) == (True, True)
    assert document == {
        "version": 1,
        "dry_run": True,
        "file": "ash_scaffold.toml",
        "status": "created",
        "domains": [
            {
                "domain": "Shop.Customers",
                "reason": "Tables that foreign keys and names tie to customers.",
                "tables": [
                    {"table": "customers", "reason": "orders has a foreign key to it"},
                    {"table": "orders", "reason": "foreign key to customers"},
                ],
            }
        ],
        "additions": [],
        "left_out": [],
        "tenancy": None,
        "problems": [],
    }
    assert files_of(project) == before


def test_a_second_run_adds_what_is_new_and_keeps_every_byte(
    project: Path,
    database: Callable[..., str],
    run: Run,
    add: Add,
    text: Callable[[], str],
) -> None:
    own = (
        '# ours\n[domains."Shop.Sales"]   # mine\ntables = [ "orders",\t"customers" ]\n\n# the end'
    )
    add(project, {"ash_scaffold.toml": own})
    url = database(
        "CREATE TABLE customers (id bigserial PRIMARY KEY); CREATE TABLE orders (id bigint);"
        "CREATE TABLE posts (id bigserial PRIMARY KEY);"
        "CREATE TABLE comments (id bigint, post_id bigint REFERENCES posts);"
    )
    done = run("init", "--url", url)
    added = (
        '\n\n[domains."Shop.Posts"]\n# Tables that foreign keys and names tie to posts.\n'
        'tables = [\n  "comments", # foreign key to posts\n'
        '  "posts", # comments has a foreign key to it\n]\n'
    )
    assert (done.code, text()) == (0, own + added)
    status = (project / "ash_scaffold.toml").stat()
    again = run("init", "--url", url)
    assert again.out.endswith("ash_scaffold.toml unchanged: every table is in a domain.\n")
    assert (project / "ash_scaffold.toml").stat() == status


def test_a_table_that_belongs_to_a_configured_domain_is_named_and_not_added(
    project: Path, shop: str, run: Run, add: Add, text: Callable[[], str]
) -> None:
    own = '[domains."Shop.Sales"]\ntables = ["customers"]\n'
    add(project, {"ash_scaffold.toml": own})
    done = run("init", "--url", shop)
    assert (done.code, text()) == (0, own)
    assert done.err == (
        "note [table-skipped] orders: It seems to belong to Shop.Sales (foreign key to customers), "
        "whose entry is yours to change.\n"
        '    Add "orders" to the tables of [domains."Shop.Sales"].\n'
        "`ash-scaffold explain table-skipped` says more.\n"
    )
    assert done.out.endswith(
        "unchanged: what is in no domain belongs to one that is yours to change.\n"
    )


def test_domains_that_cannot_be_added_are_shown(
    project: Path, shop: str, run: Run, add: Add, text: Callable[[], str]
) -> None:
    own = "domains = {}\n"
    add(project, {"ash_scaffold.toml": own})
    done = run("init", "--url", shop)
    assert (done.code, done.out, text()) == (2, "", own)
    assert "`domains` is written in a way that takes no more." in done.err
    assert '[domains."Shop.Customers"]' in done.err


def test_a_dump_of_the_project_is_written_down(
    project: Path, run: Run, add: Add, text: Callable[[], str], tmp_path: Path
) -> None:
    ddl = "CREATE TABLE public.a (id bigint PRIMARY KEY);\n"
    add(project, {"priv/repo/structure.sql": ddl})
    assert run("init", "--dump", "priv/repo/structure.sql").code == 0
    assert 'dump = "priv/repo/structure.sql" # read where no URL' in text()
    assert run("resources", "--no-format").code == 0
    (project / "ash_scaffold.toml").unlink()
    add(tmp_path, {"else.sql": ddl})
    assert run("init", "--dump", str(tmp_path / "else.sql")).code == 0
    assert "dump" not in text()


@pytest.mark.parametrize("absolute", [False, True])
def test_the_folder_of_the_legacy_code_is_written_down(
    project: Path, shop: str, run: Run, add: Add, text: Callable[[], str], absolute: bool
) -> None:
    old = project.parent / "old"
    add(old, {"lib/order.ex": SCHEMA})
    folder = str(old / "lib") if absolute else "../old/lib"
    assert run("init", "--url", shop, "--legacy", folder).code == 0
    assert 'legacy = "../old/lib" # as init was told\n' in text()
    assert "../old/lib/order.ex" in run("inspect", "--url", shop, "--usage").out


def test_no_legacy_code_is_written_down_too(
    project: Path, shop: str, run: Run, add: Add, text: Callable[[], str]
) -> None:
    add(project, {"lib/shop/sales/order.ex": SCHEMA})
    assert run("init", "--url", shop, "--no-legacy").code == 0
    assert "legacy = false # as init was told\n" in text()


def test_a_new_table_joins_the_domain_whose_resources_are_there(
    shop: str,
    resources: Run,
    run: Run,
    text: Callable[[], str],
) -> None:
    resources("--domain", "Shop.Sales", "--url", shop, "--table", "customers")
    assert run("init", "--url", shop).code == 0
    assert text() == HEAD + (
        '\n[domains."Shop.Sales"]\n# Tables that belong to the resources there.\n'
        'tables = [\n  "orders", # foreign key to customers\n]\n'
    )


def test_a_context_that_has_a_domain_module_of_its_own_gets_one_beside_it(
    project: Path, shop: str, run: Run, add: Add, text: Callable[[], str]
) -> None:
    add(
        project,
        {
            "lib/shop/sales/order.ex": SCHEMA,
            "lib/shop/sales.ex": "defmodule Shop.Sales do\nend\n",
            "lib/shop/sales/domain.ex": "defmodule Shop.Sales.Domain do\nend\n",
        },
    )
    assert run("init", "--url", shop).code == 0
    assert '[domains."Shop.SalesDomain"]' in text()
    assert run("resources", "--no-format", "--url", shop).code == 0


def test_a_context_gets_the_domain_that_is_there_without_resources(
    project: Path, shop: str, run: Run, add: Add, text: Callable[[], str]
) -> None:
    domain = "defmodule Shop.Sales.Domain do\n  use Ash.Domain\n\n  resources do\n  end\nend\n"
    add(project, {"lib/shop/sales/order.ex": SCHEMA, "lib/shop/sales/domain.ex": domain})
    assert run("init", "--url", shop).code == 0
    assert '[domains."Shop.Sales"]\n# The legacy context Shop.Sales: 1 Ecto schema.\n' in text()


@pytest.mark.usefixtures("project")
def test_an_empty_database_has_nothing_to_propose(database: Callable[..., str], run: Run) -> None:
    done = run("init", "--url", database("SELECT 1"))
    assert (done.code, done.out) == (2, "")
    assert "There are no tables in public." in done.err


def test_a_project_without_a_repo_is_told_of(
    project: Path, shop: str, run: Run, add: Add, text: Callable[[], str]
) -> None:
    add(project, {"lib/shop/repo.ex": ""})
    done = run("init", "--url", shop)
    assert (done.code, "The project has no repo" in done.err, "repo =" in text()) == (
        0,
        True,
        False,
    )


@pytest.mark.slow
def test_the_sample_s_contexts_become_domains_that_resources_writes(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_sample(tmp_path / "sample")
    (root / "ash_scaffold.toml").unlink()
    monkeypatch.chdir(root)
    assert run("init", "--dump", "priv/repo/structure.sql").code == 0
    domains = load_config(root).domains
    assert {name: len(domain.tables) for name, domain in domains.items()} == {
        "App.Accounts": 6,
        "App.Billing": 13,
        "App.Blog": 5,
    }
    assert run("resources", "--no-format").code == 0


@pytest.mark.slow
@pytest.mark.parametrize(("name", "domains"), [("boats", 3), ("records", 5), ("registry", 4)])
def test_resources_takes_what_is_proposed_for_real_schemas(
    project: Path, run: Run, name: str, domains: int
) -> None:
    shutil.copy(DUMPS[name].path, project / "structure.sql")
    assert run("init", "--dump", "structure.sql").code == 0
    assert len(load_config(project).domains) == domains
    done = run("resources", "--no-format", "--json")
    assert (done.code, json.loads(done.out)["unassigned"]) == (0, [])


OF_TENANTS = ";".join(
    [
        "CREATE TABLE organizations (id bigint PRIMARY KEY)",
        *(
            f"CREATE TABLE t{number} (id bigint PRIMARY KEY, name text, organization_id bigint "
            "NOT NULL REFERENCES organizations, UNIQUE (organization_id, name))"
            for number in range(8)
        ),
    ]
)
SIGNS = (
    "8 of 8 tables have organization_id, a foreign key to organizations: NOT NULL in 8, in a "
    "unique index or key of 8"
)
TENANCY = """
# The rows seem to belong to tenants: 8 of 8 tables have organization_id, a foreign
# key to organizations: NOT NULL in 8, in a unique index or key of 8; lib/shop/repo.ex
# demands it of queries (prepare_query).
# Where they do, take the signs before these lines away, before the first run:
#
# [tenancy]
# strategy = "attribute"
# column = "organization_id"
# tenants = "organizations"
"""


def test_tenants_are_proposed_as_comments_alone(
    project: Path, database: Callable[..., str], run: Run, add: Add, text: Callable[[], str]
) -> None:
    repo = (project / "lib/shop/repo.ex").read_text().rstrip().removesuffix("end")
    repo += "\n  def prepare_query(_, query, _), do: {where(query, organization_id: 1), []}\nend"
    add(project, {"lib/shop/repo.ex": repo})
    url = database(OF_TENANTS)
    done = run("init", "--url", url)
    assert done.code == 0
    assert text().endswith(TENANCY)
    assert load_config(project).tenancy is None
    assert (
        f"The rows seem to belong to tenants: {SIGNS}; lib/shop/repo.ex demands it of queries "
        "(prepare_query). Where they do, say so in [tenancy] of ash_scaffold.toml.\n"
    ) in done.out
    before = text()
    assert (run("init", "--url", url).code, text()) == (0, before)
    # The lines are those that it takes.
    taken = TENANCY.partition("#\n")[2].replace("# ", "")
    add(project, {"ash_scaffold.toml": before + taken})
    tenancy = load_config(project).tenancy
    assert tenancy is not None
    assert (tenancy.strategy, tenancy.column, tenancy.tenants) == (
        "attribute",
        "organization_id",
        "organizations",
    )
    assert "tenants" not in run("init", "--url", url).out


@pytest.mark.usefixtures("project")
def test_what_may_be_tenants_is_worth_a_word(
    database: Callable[..., str], run: Run, text: Callable[[], str]
) -> None:
    url = database(OF_TENANTS, "DROP TABLE t6, t7")
    done = run("init", "--url", url, "--json")
    assert json.loads(done.out)["tenancy"] == {
        "reason": SIGNS.replace("8", "6"),
        "proposed": None,
    }
    assert "tenan" not in text()


@pytest.mark.usefixtures("project")
def test_the_first_run_of_resources_says_it_once(database: Callable[..., str], run: Run) -> None:
    url = database(OF_TENANTS)
    said = f"The rows seem to belong to tenants: {SIGNS}."
    arguments = ("resources", "--no-format", "--domain", "Shop.Sales", "--url", url)
    assert said in run(*arguments, "--dry-run").out
    done = run(*arguments)
    assert (done.code, said in done.out) == (0, True)
    assert "tenants" not in run(*arguments).out
    assert json.loads(run(*arguments, "--json").out)["tenant_signs"] is None


OF_SCHEMA = "CREATE SCHEMA {0};" + "".join(
    f"CREATE TABLE {{0}}.t{number} (id bigint PRIMARY KEY);" for number in range(9)
)
BY_SCHEMA = """
# The rows seem to belong to tenants: 4 schemas have the same 9 tables, or nearly:
# client_b, client_c, client_d and 1 more.
# Where they do, take the signs before these lines away, before the first run:
#
# [tenancy]
# strategy = "context"
# schema = "client_b"
# schemas = ["client_*"]
"""


def of_schemas(*names: str) -> str:
    return "CREATE TABLE plans (id bigint PRIMARY KEY);" + "".join(map(OF_SCHEMA.format, names))


def test_schemas_that_are_alike_are_proposed_as_those_of_tenants(
    project: Path, database: Callable[..., str], run: Run, add: Add, text: Callable[[], str]
) -> None:
    url = database(
        of_schemas("client_a", "client_b", "client_c", "client_d", "other"),
        "CREATE TABLE client_a.more (id int); CREATE TABLE client_b.schema_migrations ()",
        "DROP TABLE other.t1; CREATE TABLE other.a (id int)",
    )
    done = run("init", "--url", url)
    assert done.code == 0
    assert text().endswith(BY_SCHEMA)
    assert load_config(project).tenancy is None
    assert "The rows seem to belong to tenants: 4 schemas have the same 9 tables" in done.out
    add(project, {"ash_scaffold.toml": BY_SCHEMA.partition("#\n")[2].replace("# ", "")})
    done = run("init", "--url", url, "--json")
    assert (done.code, json.loads(done.out)["tenancy"]) == (0, None)
    domains = json.loads(done.out)["domains"]
    tables = sorted(each["table"] for domain in domains for each in domain["tables"])
    assert tables == ["plans", *(f"t{number}" for number in range(9))]


@pytest.mark.parametrize(
    ("names", "files", "tenancy"),
    [
        (("a", "b"), {}, None),
        (
            ("a", "b"),
            {"priv/repo/tenant_migrations/1_a.exs": ""},
            {
                "reason": "2 schemas have the same 9 tables, or nearly: a, b; "
                "priv/repo/tenant_migrations",
                "proposed": {"strategy": "context", "schema": "a", "schemas": ["b"]},
            },
        ),
        (
            (),
            {"mix.exs": MIX.replace("deps: [", 'deps: [{:triplex, "~> 1.3"}, ')},
            {"reason": "mix.exs has triplex", "proposed": None},
        ),
    ],
)
def test_two_schemas_are_those_of_tenants_where_the_code_says_so(
    project: Path,
    database: Callable[..., str],
    run: Run,
    add: Add,
    names: tuple[str, ...],
    files: dict[str, str],
    tenancy: object,
) -> None:
    add(project, files)
    done = run("init", "--url", database(of_schemas(*names)), "--json", "--dry-run")
    assert (done.code, json.loads(done.out)["tenancy"]) == (0, tenancy)


@pytest.mark.usefixtures("project")
def test_where_all_tables_are_those_of_tenants_it_says_so(
    database: Callable[..., str], run: Run
) -> None:
    done = run("init", "--url", database("".join(map(OF_SCHEMA.format, ("a1", "a2", "a3")))))
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error [no-tables] There are no tables in public.\n"
        "    They seem to be in a schema per tenant (3 schemas have the same 9 tables, or nearly: "
        "a1, a2, a3): say so in [tenancy] of ash_scaffold.toml.\n"
        "`ash-scaffold explain no-tables` says more.\n"
    )
