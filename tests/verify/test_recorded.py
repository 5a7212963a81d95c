"""Resources as real Ash described them, clean and with one fault each."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from tests.verify.recording import SCHEMA, answers, expected, found, told

from ash_scaffold.config.options import Accept
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.verify.report import with_accepted
from ash_scaffold.verify.resources import check_resources

FAULTS = {
    "wrong_type": [
        (
            "error",
            "row-load",
            "customers.name",
            "1 row can't be read through Ash, key 1: varchar(40) in PostgreSQL, "
            "Ash.Type.Integer in Ash.",
        ),
        (
            "error",
            "type",
            "customers.name",
            "The attribute name is Ash.Type.Integer, stored as :integer, and the column is "
            "varchar(40): reads and writes fail.",
        ),
    ],
    "wrong_source": [
        (
            "error",
            "source",
            "customers.nam",
            "The attribute name has the source nam, and the table has no such column: every read "
            "fails. Is name meant?",
        ),
        ("error", "column", "customers.name", "The column (varchar(40)) has no attribute."),
    ],
    "missing_name": [
        (
            "error",
            "constraint-name",
            "orders",
            "The unique index orders_number_index is not known to the resource: a violation "
            "raises instead of giving a field error.",
        ),
        (
            "error",
            "violation",
            "orders",
            "A violation of orders_number_index (unique) comes out as Ash.Error.Unknown, not as "
            "Ash.Error.Invalid.",
        ),
    ],
    "migrates": [
        (
            "error",
            "codegen",
            "",
            "`mix ash.codegen --check` would not pass: it wants to write to priv/repo/migrations, "
            "priv/resource_snapshots/repo/orders.",
        ),
        (
            "error",
            "migrate",
            "orders",
            "The resource does not say `migrate? false`: Ash would write migrations for the table.",
        ),
    ],
    "allows_nil": [
        (
            "warning",
            "nullable",
            "orders.number",
            "The column is NOT NULL and the attribute allows nil: writing nil raises.",
        ),
    ],
    "missing_label": [
        (
            "error",
            "enum-label",
            "orders.state",
            "Shop.Types.OrderState does not list 'void', which order_state has: a row that holds "
            "it can't be read.",
        ),
        (
            "error",
            "row-load",
            "orders.state",
            "1 row can't be read through Ash, key 3: order_state in PostgreSQL, "
            "Shop.Types.OrderState in Ash.",
        ),
    ],
    "scalar_under_map": [
        (
            "error",
            "row-load",
            "customers.settings",
            "1 row can't be read through Ash, key 2: jsonb in PostgreSQL, Ash.Type.Map in Ash.",
        ),
        (
            "warning",
            "type",
            "customers.settings",
            "attribute settings: type is Ash.Type.Map; it should be Shop.Types.Json.",
        ),
    ],
    "trims": [
        (
            "warning",
            "constraints",
            "customers.name",
            "The constraint allow_empty? of the attribute name is false, and the column wants "
            "true.",
        ),
        (
            "warning",
            "constraints",
            "customers.name",
            "The constraint trim? of the attribute name is true, and the column wants false.",
        ),
    ],
    "half_seconds": [
        (
            "error",
            "row-value",
            "orders.placed_at",
            "1 row with a value that is another one when Ash dumps it back, key 1: timestamptz in "
            "PostgreSQL, AshPostgres.Timestamptz in Ash. PostgreSQL has "
            "~U[2024-03-01 12:00:00.123456Z], Ash ~U[2024-03-01 12:00:00Z].",
        ),
        (
            "error",
            "type",
            "orders.placed_at",
            "The attribute placed_at is AshPostgres.Timestamptz, stored as :timestamptz, and the "
            "column is timestamptz: fractions of a second are lost.",
        ),
    ],
    "compile_warning": [
        (
            "warning",
            "compile-warning",
            "orders",
            'order.ex:21: variable "x" is unused (if the variable is not meant to be used, prefix '
            "it with an underscore)",
        ),
    ],
}


@pytest.fixture
def database(reflect_ddl: Callable[..., Database]) -> Database:
    return reflect_ddl(SCHEMA)


@pytest.mark.parametrize("name", ["clean", "written"])
def test_generated_resources_give_nothing_to_report(name: str, database: Database) -> None:
    assert [(row.module, row.read, row.values) for row in answers(name).rows] == [
        ("Shop.Sales.Customer", 2, 11),
        ("Shop.Sales.Order", 3, 21),
    ]
    assert found(name, database) == []


def test_names_that_elixir_has_as_values_are_text(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(
        'CREATE TABLE words ("true" integer PRIMARY KEY, "false" text NOT NULL UNIQUE, "do" text);'
        'CREATE TABLE uses (id bigint PRIMARY KEY, "true" integer NOT NULL REFERENCES words,'
        ' UNIQUE ("true", id));'
    )
    assert [[each.name for each in row.attributes] for row in answers("words").resources] == [
        ["id", "true"],
        ["true", "false", "do"],
    ]
    assert found("words", database) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_named(name: str, database: Database) -> None:
    assert found(name, database) == FAULTS[name]


@pytest.mark.parametrize(
    ("ddl", "expected"),
    [
        (
            "ALTER TABLE customers DROP COLUMN name;",
            [
                (
                    "error",
                    "source",
                    "customers.name",
                    "The attribute name has the source name, and the table has no such column: "
                    "every read fails.",
                )
            ],
        ),
        (
            "ALTER TABLE orders ALTER placed_at SET DEFAULT now(); UPDATE orders SET placed_at = "
            "now(); ALTER TABLE orders ALTER placed_at SET NOT NULL;",
            [
                (
                    "warning",
                    "generated",
                    "orders.placed_at",
                    "The database fills the column, and Ash does not know it: the value is not "
                    "read back after a write, and a create demands one.",
                ),
                (
                    "warning",
                    "nullable",
                    "orders.placed_at",
                    "The column is NOT NULL and the attribute allows nil: writing nil raises.",
                ),
            ],
        ),
        (
            "ALTER TABLE orders ADD CONSTRAINT orders_number_check CHECK (number <> '');",
            [
                (
                    "error",
                    "constraint-name",
                    "orders",
                    "The check constraint orders_number_check is not known to the resource: a "
                    "violation raises instead of giving a field error.",
                )
            ],
        ),
        (
            "CREATE TABLE refunds (order_id bigint CONSTRAINT refunds_fk REFERENCES orders);",
            [
                (
                    "error",
                    "constraint-name",
                    "orders",
                    "The foreign key refunds_fk of refunds, which points here, is not known to "
                    "the resource: a delete that it stops raises instead of giving a field error.",
                )
            ],
        ),
        (
            "CREATE TABLE refunds (order_id bigint DEFAULT 0 CONSTRAINT refunds_fk REFERENCES "
            "orders ON DELETE SET DEFAULT);",
            [
                (
                    "error",
                    "constraint-name",
                    "orders",
                    "The foreign key refunds_fk of refunds, which points here, is not known to "
                    "the resource: a delete that it stops raises instead of giving a field error.",
                )
            ],
        ),
        (
            "ALTER TABLE customers ALTER name TYPE varchar(60), ALTER name SET DEFAULT 'x'; "
            "ALTER TABLE orders ALTER number TYPE text;",
            [
                (
                    "warning",
                    "constraints",
                    "customers.name",
                    "The constraint max_length of the attribute name is 40, and the column wants "
                    "60.",
                ),
                (
                    "warning",
                    "default",
                    "customers.name",
                    'attribute name: default is not set; it should be "x".',
                ),
                (
                    "warning",
                    "constraints",
                    "orders.number",
                    "The constraint max_length of the attribute number is 20, and the column "
                    "wants not set.",
                ),
            ],
        ),
        (
            "DELETE FROM orders WHERE id = 2; ALTER TABLE orders ADD UNIQUE (customer_id);",
            [
                (
                    "error",
                    "constraint-name",
                    "orders",
                    "The unique index orders_customer_id_key is not known to the resource: a "
                    "violation raises instead of giving a field error.",
                ),
                (
                    "warning",
                    "relationship",
                    "customers",
                    'relationship orders: orders is "has_many"; it should be "has_one".',
                ),
            ],
        ),
        (
            "DROP INDEX orders_number_index; CREATE UNIQUE INDEX orders_number_index ON orders "
            "(number); ALTER TABLE customers DROP CONSTRAINT customers_email_key; CREATE UNIQUE "
            "INDEX customers_email_key ON customers (email) WHERE name IS NULL;",
            [
                (
                    "error",
                    "identity",
                    "customers",
                    "The identity email and its index customers_email_key cover different rows: "
                    "only the index has a condition.",
                )
            ],
        ),
        (
            "ALTER TABLE orders ALTER twice DROP EXPRESSION;",
            [
                (
                    "note",
                    "generated",
                    "orders.twice",
                    "The attribute is generated, and the database does not fill the column.",
                ),
                (
                    "note",
                    "writable",
                    "orders.twice",
                    "The attribute can't be written, which is not what its column suggests.",
                ),
            ],
        ),
        (
            "ALTER TABLE customers DROP CONSTRAINT customers_email_key;",
            [
                (
                    "error",
                    "identity",
                    "customers",
                    "The identity email stands for the unique index customers_email_key, which is "
                    "not there.",
                )
            ],
        ),
        (
            "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey; CREATE TABLE agents (id "
            "bigint PRIMARY KEY); INSERT INTO agents VALUES (1), (2); ALTER TABLE orders ADD "
            "CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES agents;",
            [
                (
                    "error",
                    "relationship",
                    "customers",
                    "orders joins orders.customer_id to customers, and its foreign key leads to "
                    "agents.",
                ),
                (
                    "error",
                    "relationship",
                    "orders",
                    "customer joins orders.customer_id to customers, and its foreign key leads to "
                    "agents.",
                ),
            ],
        ),
        (
            "ALTER TABLE orders RENAME TO old_orders; CREATE SCHEMA sales; "
            "ALTER TABLE old_orders SET SCHEMA sales;",
            [("error", "table", "orders", "There is no such table.")],
        ),
    ],
)
def test_a_change_of_the_database_is_found(
    ddl: str, expected: list[tuple[str, str, str, str]], reflect_ddl: Callable[..., Database]
) -> None:
    database = reflect_ddl(f"{SCHEMA}\n{ddl}")
    static = [f for f in found("clean", database) if f[1] != "row-load"]
    assert static == expected


def test_a_table_that_the_configuration_leaves_out_still_wants_its_constraints_known(
    database: Database,
) -> None:
    whole = expected(database)
    orders = Name("public", "orders")
    without = msgspec.structs.replace(
        whole,
        planned={table: each for table, each in whole.planned.items() if table != orders},
        unplanned={orders: whole.planned[orders]},
    )
    assert told(check_resources(answers("missing_name"), without)) == FAULTS["missing_name"][:1]
    assert told(check_resources(answers("half_seconds"), without)) == FAULTS["half_seconds"][1:]
    assert told(check_resources(answers("allows_nil"), without)) == []


@pytest.mark.parametrize(
    "name", ["orders.postgres.unique_index_names.orders_number_index", "orders"]
)
def test_a_constraint_is_accepted_by_its_name_and_with_its_table(
    name: str, database: Database
) -> None:
    findings = check_resources(answers("missing_name"), expected(database))
    entries = [Accept(object=name, reason="meant")]
    assert [each.todo for each in with_accepted(findings, entries)] == ["Accepted: meant"]


def test_a_table_of_ash_whose_resource_does_not_migrate_it_is_a_warning(database: Database) -> None:
    whole = expected(database)
    orders = Name("public", "orders")
    owned = msgspec.structs.replace(
        whole,
        planned={
            **whole.planned,
            orders: msgspec.structs.replace(whole.planned[orders], migrate=True),
        },
        owned_by_ash=frozenset({orders}),
    )
    assert told(check_resources(answers("migrates"), owned)) == []
    assert told(check_resources(answers("clean"), owned)) == [
        ("warning", "migrate", "orders", "migrate? is false; it should be true.")
    ]
