"""Commands on a database in which each tenant has a schema."""

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
    failure: tuple[int, str, str]


Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]
Tree = Callable[[Path], dict[str, bytes]]
Database = Callable[..., str]

SHARED = "CREATE TABLE plans (id bigint PRIMARY KEY);"
TENANT = """
CREATE SCHEMA {0};
CREATE TYPE {0}.status AS ENUM ('open', 'paid');
CREATE TABLE {0}.schema_migrations (version bigint PRIMARY KEY);
CREATE TABLE {0}.customers (
  id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, plan_id bigint REFERENCES plans
);
CREATE TABLE {0}.orders (
  id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES {0}.customers,
  status {0}.status NOT NULL DEFAULT 'open'
);
CREATE UNIQUE INDEX orders_open ON {0}.orders (customer_id) WHERE status = 'open';
"""
AUDITS = "CREATE TABLE audits (id bigint PRIMARY KEY, order_id bigint REFERENCES {0}.orders);"
DDL = "".join([SHARED, *(TENANT.format(f"tenant_{name}") for name in ("acme", "b", "c"))])
CONFIG = '[tenancy]\nstrategy = "context"\nschema = "tenant_acme"\nschemas = ["tenant_*"]\n'
ORDER = "lib/shop/sales/order.ex"
WARNED = """\
warning [tenant-needed] plans: Its relationship customers leads from a table of all tenants to \
tables of each: a filter by a path (customers.id == 1) may run in the schema of another tenant, \
which Ecto's query cache remembers.
    Write exists(customers, id == 1) in its place, and give the tenant; loads and aggregates are \
right.
`ash-scaffold explain tenant-needed` says more.
"""
TODO = "Run the migrations of {}; to leave one out of the comparison, accept its name."


def per_schema(schema: str) -> str:
    return CONFIG.replace('"tenant_acme"', f'"{schema}"')


@pytest.fixture
def tenants(project: Path, add: Add, database: Database) -> str:
    """The URL of a database with three tenants, beside a project that says so."""
    add(project, {"ash_scaffold.toml": CONFIG})
    return database(DDL)


def test_the_tables_of_one_schema_stand_for_those_of_all(
    project: Path, resources: Run, tenants: str
) -> None:
    done = resources("--domain", "Shop.Sales", "--url", tenants)
    assert (done.code, done.err) == (0, WARNED)
    assert "tenant_" not in done.out
    assert [line.split()[0:1] + line.split()[4:6] for line in done.out.splitlines()[4:7]] == [
        ["customers", "tenant", "created"],
        ["orders", "tenant", "created"],
        ["plans", "global:", "other"],
    ]
    files = [path for path in project.rglob("*") if path.is_file() and ".local" not in str(path)]
    assert [path.name for path in files if "tenant_" in path.name + path.read_text()] == [
        "ash_scaffold.toml"
    ]
    order = (project / ORDER).read_text()
    assert "  multitenancy do\n    strategy :context\n  end\n" in order
    assert "schema" not in order


def test_another_template_writes_nothing(
    project: Path, resources: Run, run: Run, tenants: str, add: Add, files_of: Tree
) -> None:
    assert resources("--domain", "Shop.Sales", "--url", tenants).code == 0
    add(project, {"ash_scaffold.toml": per_schema("tenant_c")})
    before = {path: text for path, text in files_of(project).items() if ".local" not in path}
    done = resources("--url", tenants)
    assert (done.code, done.err) == (0, WARNED)
    after = {path: text for path, text in files_of(project).items() if ".local" not in path}
    assert after == before
    assert run("check", "--url", tenants).code == 0


def test_tenancy_is_turned_on_and_off_like_any_other_change(
    project: Path, resources: Run, database: Database, add: Add, files_of: Tree
) -> None:
    url = database(DDL, AUDITS.format("tenant_acme"))
    add(project, {"ash_scaffold.toml": 'schemas = ["tenant_acme"]\n'})
    assert resources("--domain", "Shop.Sales", "--url", url).code == 0
    order = project / ORDER
    comment = "    # Whose it is.\n    belongs_to :customer"
    order.write_text(order.read_text().replace("    belongs_to :customer", comment))
    pinned = order.read_text()
    before = files_of(project)

    add(project, {"ash_scaffold.toml": CONFIG})
    done = resources("--url", url)
    assert done.code == 0
    assert done.out.startswith(
        "Changed in the database:\n"
        "  table tenant_acme.customers is read for every tenant\n"
        "  table tenant_acme.orders is read for every tenant\n\n"
    )
    shared = order.read_text()
    assert comment in shared
    assert "  multitenancy do\n    strategy :context\n  end\n" in shared
    assert "tenant_acme" not in shared
    assert (project / "priv/ash_scaffold/public.orders.json").exists()
    assert not (project / "priv/ash_scaffold/tenant_acme.orders.json").exists()
    assert resources("--url", url).out.count("changed") == resources("--url", url).out.count(
        "unchanged"
    )

    add(project, {"ash_scaffold.toml": 'schemas = ["tenant_acme"]\n'})
    assert resources("--url", url).code == 0
    assert order.read_text() == pinned
    now = {path: text for path, text in files_of(project).items() if ".local" not in path}
    before = {path: text for path, text in before.items() if ".local" not in path}
    added = {path for path in now if "Types.Status." in path or path.endswith("/status.ex")}
    assert {path: text for path, text in now.items() if path not in added} == before


def test_check_says_which_tenants_lag_behind(
    project: Path, resources: Run, run: Run, database: Database, add: Add, files_of: Tree
) -> None:
    add(project, {"ash_scaffold.toml": CONFIG})
    url = database(
        DDL,
        "ALTER TABLE tenant_acme.orders ADD note text",
        "ALTER TYPE tenant_c.status ADD VALUE 'lost'",
        "DROP TABLE tenant_b.schema_migrations",
    )
    assert resources("--domain", "Shop.Sales", "--url", url).code == 0
    before = files_of(project)
    done = run("check", "--url", url)
    assert (done.code, done.err) == (1, "")
    assert (
        done.out
        == f"""\
The project
  breaks   tenants differ: In tenant_acme and not in tenant_c: enum status: label "lost" removed
           {TODO.format("this schema")}

orders
  breaks   tenants differ: In tenant_acme and not in tenant_b, tenant_c: orders.note added: text
           {ORDER}:1
           {TODO.format("these schemas")}

2 findings: 2 breaks.
"""
    )
    assert files_of(project) == before
    (found,) = [
        each
        for each in json.loads(run("check", "--url", url, "--format", "json").out)["findings"]
        if each["table"] == "orders"
    ]
    assert (found["source"], found["object"]) == ("tenants", "note")
    assert found["accept"] == ["tenants.orders.note"]

    accept = '\n[[accept]]\nobject = "{}"\nreason = "being moved"\n'
    accepted = CONFIG + accept.format("tenant_c") + accept.format("tenants.orders.note")
    add(project, {"ash_scaffold.toml": accepted})
    done = run("check", "--url", url)
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
Accepted
  tenants.orders.note: tenants differ. being moved

0 findings; 1 accepted.
"""
    )


def test_check_compares_the_schemas_of_a_dump(
    project: Path, resources: Run, run: Run, add: Add
) -> None:
    dump = "-- Dumped from database version 17.0\n" + DDL
    add(project, {"ash_scaffold.toml": CONFIG, "one.sql": dump})
    assert resources("--domain", "Shop.Sales", "--dump", "one.sql").code == 0
    assert run("check", "--dump", "one.sql").code == 0
    add(project, {"two.sql": dump + "ALTER TABLE tenant_b.orders DROP status CASCADE;\n"})
    done = run("check", "--dump", "two.sql")
    assert done.code == 1
    assert [line.strip() for line in done.out.splitlines() if "tenants differ" in line] == [
        "breaks   tenants differ: In tenant_acme and not in tenant_b: orders.status added: status, "
        "not null, default 'open'::status",
        "differs  tenants differ: In tenant_acme and not in tenant_b: orders: index orders_open "
        "added: unique btree (customer_id) where (status = 'open'::tenant.status)",
    ]
    # What the dump does not tell of a tenant is no difference.
    refused = "ALTER TABLE tenant_b.orders ADD broken missing.type;\n"
    add(project, {"three.sql": dump + "ALTER TABLE tenant_b.orders DROP status;\n" + refused})
    done = run("check", "--dump", "three.sql")
    assert (done.code, done.out) == (0, "")
    assert "tenant_b.orders.broken: not compared with tenant_acme" in done.err


def test_an_object_of_the_template_that_a_dump_does_not_tell_stays(
    project: Path, resources: Run, add: Add, files_of: Tree
) -> None:
    dump = "-- Dumped from database version 17.0\n" + DDL
    add(project, {"ash_scaffold.toml": CONFIG, "one.sql": dump})
    assert resources("--domain", "Shop.Sales", "--dump", "one.sql").code == 0
    broken = dump.replace(
        "CREATE TABLE tenant_acme.orders (", "CREATE TABLE tenant_acme.orders (x y.z,"
    )
    broken = broken.replace(
        "CREATE UNIQUE INDEX orders_open ON tenant_acme.orders (customer_id) "
        "WHERE status = 'open';",
        "",
    )
    add(project, {"one.sql": broken})
    before = files_of(project)
    done = resources("--dump", "one.sql")
    assert done.code == 1
    assert "orders: unknown, because the server refused a statement about it" in done.err
    assert "It stays as the last run has read it." in done.err
    assert files_of(project) == before


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            per_schema("tenant_acne"),
            "error [unknown-name] tenant_acne: there is no schema 'tenant_acne' in the database\n"
            "    did you mean 'tenant_acme'",
        ),
        (
            CONFIG.replace("tenant_*", "client_*"),
            "error [unknown-name] ash_scaffold.toml: tenancy.schemas names client_*, but no schema "
            "matches it\n",
        ),
        (
            CONFIG + '[tables."tenant_acme.orders"]\nresource = "Purchase"\n',
            'error [unknown-name] ash_scaffold.toml: tables."tenant_acme.orders" names '
            "tenant_acme.orders, whose schema stands for those of all tenants\n"
            "    Write orders.\n",
        ),
    ],
)
def test_names_that_are_not_there_are_errors(
    project: Path, resources: Run, tenants: str, add: Add, files_of: Tree, config: str, message: str
) -> None:
    add(project, {"ash_scaffold.toml": config})
    before = files_of(project)
    done = resources("--domain", "Shop.Sales", "--url", tenants)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)
    assert files_of(project) == before


def test_a_table_of_public_with_the_name_of_a_tenants_is_an_error(
    project: Path, resources: Run, database: Database, add: Add
) -> None:
    add(project, {"ash_scaffold.toml": CONFIG})
    done = resources("--domain", "Shop.Sales", "--url", database(DDL, "CREATE TABLE orders ()"))
    assert done.failure == (
        2,
        "",
        "error [unknown-name] schema of [tenancy]: The table orders is both in tenant_acme and in "
        "public: code that names no schema can't tell them apart.\n"
        "    Drop or rename the one that is left over, or move that of public to another schema.\n",
    )


def test_inspect_shows_one_set_of_tables(run: Run, tenants: str) -> None:
    done = run("inspect", "--url", tenants)
    assert (done.code, done.err) == (0, "")
    assert "orders (table of each tenant, key: id)" in done.out
    assert "plans (table, key: id)" in done.out
    assert done.out.endswith(
        "Schema of tenants that was read: tenant_acme, in place of tenant_b, tenant_c\n"
    )
    found = json.loads(run("inspect", "--url", tenants, "--json").out)
    assert {each["name"]: each["per_tenant"] for each in found["tables"]} == {
        "customers": True,
        "orders": True,
        "plans": False,
    }
    assert found["tenant_schemas"] == {"read": "tenant_acme", "others": ["tenant_b", "tenant_c"]}


def test_the_document_has_one_set_of_tables_and_no_tenants_name(
    project: Path, run: Run, resources: Run, tenants: str, database: Database, add: Add
) -> None:
    assert resources("--domain", "Shop.Sales", "--url", tenants).code == 0
    assert run("document", "--url", tenants, "--html", "docs/schema.html").code == 0
    page = project / "docs/database_schema.md"
    text = page.read_text()
    assert "| Tenants | a schema for each; 2 tables are theirs, 1 global |" in text
    assert "tenant_" not in text
    assert "tenant_" not in (project / "docs/schema.html").read_text()
    assert run("document", "--url", tenants, "--check").code == 0
    # A further tenant, or another one that is read, changes nothing in it.
    add(project, {"ash_scaffold.toml": per_schema("tenant_b")})
    more = database(DDL, TENANT.format("tenant_new"))
    assert run("document", "--url", more, "--check").code == 0
