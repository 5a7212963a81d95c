"""The rows of the catalog: one SQL file in `queries/` and one row type per query.

Each file states its question in a comment and runs in psql as it stands. Object ids serve to join
the rows; attribute numbers are those of `pg_attribute.attnum`.
"""

from __future__ import annotations

from typing import NamedTuple

RELATION, KEY, TYPE = 0, -1, -2


class ServerRow(NamedTuple):
    """`server.sql`."""

    server_version: int
    name: str
    database_oid: int
    identity_permitted: bool


class IdentityRow(NamedTuple):
    """`identity.sql`."""

    system_identifier: str


class SchemaRow(NamedTuple):
    """`schemas.sql`."""

    schema: str
    relations: int
    of_extension: bool


class ExtensionRow(NamedTuple):
    """`extensions.sql`."""

    name: str
    version: str
    schema: str


class VersionTableRow(NamedTuple):
    """`version_tables.sql`."""

    schema: str


class RelationRow(NamedTuple):
    """`relations.sql`. `events` is None where rights alone decide."""

    oid: int
    schema: str
    name: str
    kind: str
    is_partition: bool
    row_security: bool
    is_populated: bool
    of_extension: bool
    schema_usable: bool
    may_select: bool
    may_insert: bool
    may_update: bool
    events: int | None


class ColumnRow(NamedTuple):
    """`columns.sql`."""

    relation: int
    attnum: int
    name: str
    type: int
    typmod: int
    dimensions: int
    not_null: bool
    identity: str
    generated: str
    default: str | None
    collation: str | None


class ReadableColumnRow(NamedTuple):
    """`readable_columns.sql`."""

    relation: int
    attnum: int


class TypeRow(NamedTuple):
    """`types.sql`. `element`, `base` and `subtype` are type oids, 0 for none."""

    oid: int
    schema: str
    name: str
    kind: str
    element: int
    base: int
    base_typmod: int
    base_dimensions: int
    not_null: bool
    default: str | None
    subtype: int
    extension: str
    field_names: list[str] | None
    field_types: list[int] | None
    field_typmods: list[int] | None
    field_dimensions: list[int] | None


class EnumLabelsRow(NamedTuple):
    """`enum_labels.sql`."""

    type: int
    labels: list[str]


class DomainCheckRow(NamedTuple):
    """`domain_checks.sql`."""

    domain: int
    name: str
    expression: str
    validated: bool
    enforced: bool


class KeyRow(NamedTuple):
    """`keys.sql`."""

    relation: int
    oid: int
    name: str
    is_primary: bool
    index_oid: int
    columns: list[int]
    deferrable: bool
    deferred: bool
    without_overlaps: bool


class CheckRow(NamedTuple):
    """`checks.sql`."""

    relation: int
    name: str
    columns: list[int] | None
    expression: str
    validated: bool
    enforced: bool


class ExclusionRow(NamedTuple):
    """`exclusions.sql`. An expression has the attribute number 0."""

    relation: int
    name: str
    index_oid: int
    columns: list[int]
    definition: str
    deferrable: bool
    deferred: bool


class ForeignKeyRow(NamedTuple):
    """`foreign_keys.sql`. `parent` is the key that it is a clone of, 0 for none."""

    oid: int
    parent: int
    name: str
    relation: int
    target: int
    columns: list[int]
    target_columns: list[int]
    on_delete: str
    on_update: str
    set_null_columns: list[int] | None
    match: str
    deferrable: bool
    deferred: bool
    validated: bool
    enforced: bool
    period: bool


class OutsideColumnRow(NamedTuple):
    """`outside_columns.sql`."""

    relation: int
    schema: str
    name: str
    attnum: int
    column: str


class IndexRow(NamedTuple):
    """`indexes.sql`. `columns` holds the keys, 0 for an expression, then the INCLUDE columns."""

    relation: int
    oid: int
    name: str
    method: str
    is_unique: bool
    is_valid: bool
    key_count: int
    columns: list[int]
    options: list[int]
    predicate: str | None
    nulls_not_distinct: bool
    expressions: list[str | None] | None
    variables: list[int] | None


class IndexPartitionRow(NamedTuple):
    """`index_partitions.sql`."""

    parent: int
    oid: int
    name: str


class PartitionConstraintRow(NamedTuple):
    """`partition_constraints.sql`."""

    relation: int
    type: str
    name: str
    columns: list[str]


class ParentRow(NamedTuple):
    """`parents.sql`."""

    relation: int
    schema: str
    name: str


class TriggerRow(NamedTuple):
    """`triggers.sql`."""

    relation: int
    name: str
    on_insert: bool
    on_update: bool
    function_schema: str
    function_name: str
    columns: list[int]
    source: str | None


class RuleRow(NamedTuple):
    """`rules.sql`."""

    relation: int
    name: str


class CommentRow(NamedTuple):
    """`comments.sql`. `attnum` is that of a column, or `RELATION`, `KEY` or `TYPE`."""

    oid: int
    attnum: int
    comment: str


class TenantDigestRow(NamedTuple):
    """`tenants/digests.sql`, which only `check` asks."""

    schema: str
    digest: str


class TenantTablesRow(NamedTuple):
    """`tenants/tables.sql`, which only `init` asks."""

    schema: str
    tables: list[str]


ROWS: dict[str, type[NamedTuple]] = {
    "server": ServerRow,
    "schemas": SchemaRow,
    "extensions": ExtensionRow,
    "relations": RelationRow,
    "columns": ColumnRow,
    "readable_columns": ReadableColumnRow,
    "types": TypeRow,
    "enum_labels": EnumLabelsRow,
    "domain_checks": DomainCheckRow,
    "keys": KeyRow,
    "checks": CheckRow,
    "exclusions": ExclusionRow,
    "foreign_keys": ForeignKeyRow,
    "outside_columns": OutsideColumnRow,
    "indexes": IndexRow,
    "index_partitions": IndexPartitionRow,
    "partition_constraints": PartitionConstraintRow,
    "parents": ParentRow,
    "triggers": TriggerRow,
    "rules": RuleRow,
    "comments": CommentRow,
    "version_tables": VersionTableRow,
    "identity": IdentityRow,
}
