"""All that tables are made of, and all that they need before they can be made.

`Database` holds what a resource is planned from. An inventory holds what the catalog says of a few
tables without a gap, each object with the text that makes it, so that a table can be made anew,
and two catalogs compared object by object. Owners, privileges, security labels and the members of
publications are left out: they belong to a server and its roles. Dropped columns are no objects.

Texts are those of PostgreSQL's own functions (`pg_get_constraintdef` and so on) with an empty
search path, so that each name in them has its schema.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ash_scaffold.postgres.catalog import Generated, Identity, Name
from ash_scaffold.postgres.sql import quote_identifier


class ConstraintKind(StrEnum):
    """`pg_constraint.contype`; NOT NULL is one since 18."""

    PRIMARY_KEY = "primary key"
    UNIQUE = "unique"
    FOREIGN_KEY = "foreign key"
    CHECK = "check"
    EXCLUSION = "exclusion"
    NOT_NULL = "not null"


class Enabled(StrEnum):
    """`pg_trigger.tgenabled` and `pg_rewrite.ev_enabled`."""

    ORIGIN = "origin"
    DISABLED = "disabled"
    REPLICA = "replica"
    ALWAYS = "always"


class Persistence(StrEnum):
    """`pg_class.relpersistence`."""

    PERMANENT = "permanent"
    UNLOGGED = "unlogged"
    TEMPORARY = "temporary"


class ReplicaIdentity(StrEnum):
    """`pg_class.relreplident`; the index has it itself."""

    DEFAULT = "default"
    NOTHING = "nothing"
    FULL = "full"
    INDEX = "index"


class ColumnEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column. Its type and collation are SQL with the schema, the collation if not the type's.

    `default` is the default's or the generation expression. `statistics`, `compression` and
    `storage` (`plain`, `external`, `main`, `extended`) are None where they are the type's or the
    server's. `options` are `n_distinct=…`. `local` is false for one that is only inherited.
    """

    name: str
    type: str
    collation: str | None = None
    not_null: bool = False
    default: str | None = None
    generated: Generated = Generated.NONE
    identity: Identity = Identity.NONE
    statistics: int | None = None
    compression: str | None = None
    storage: str | None = None
    options: tuple[str, ...] = ()
    local: bool = True
    comment: str | None = None


class ConstraintEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A constraint. `definition` is what stands behind `ADD CONSTRAINT name`.

    `columns` are in the key's order, empty texts for expressions. `expression` is a check's alone.
    `parent` is the constraint of the partitioned table that a partition has it from, empty for
    none; a `derived` one is there for a partition that a key of the same table points at. A NOT
    NULL is only here when it has a name or a state that PostgreSQL would not give it.
    """

    name: str
    kind: ConstraintKind
    definition: str
    columns: tuple[str, ...] = ()
    expression: str | None = None
    target: Name | None = None
    target_columns: tuple[str, ...] = ()
    validated: bool = True
    enforced: bool = True
    no_inherit: bool = False
    deferrable: bool = False
    deferred: bool = False
    local: bool = True
    parent: str = ""
    derived: bool = False
    comment: str | None = None


class IndexEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An index, in the table's schema. `definition` is its CREATE INDEX, tablespace apart.

    `constraint` names the constraint that owns it, empty for none; `parent` the index of the
    partitioned table that it is a part of. `statistics` are targets of expressions, by the
    number of the index's column. `options` are also in the definition.
    """

    name: str
    definition: str
    method: str
    unique: bool = False
    valid: bool = True
    constraint: str = ""
    parent: str = ""
    options: tuple[str, ...] = ()
    tablespace: str = ""
    clustered: bool = False
    replica_identity: bool = False
    statistics: tuple[tuple[int, int], ...] = ()
    comment: str | None = None


class TriggerEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A trigger. `parent` is the one of the partitioned table that a partition has it from."""

    name: str
    definition: str
    enabled: Enabled = Enabled.ORIGIN
    parent: str = ""
    comment: str | None = None


class RuleEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule."""

    name: str
    definition: str
    enabled: Enabled = Enabled.ORIGIN
    comment: str | None = None


class PolicyEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A policy of row security. `roles` are empty for everybody."""

    name: str
    command: str
    permissive: bool = True
    roles: tuple[str, ...] = ()
    using: str | None = None
    with_check: str | None = None
    comment: str | None = None


class SequenceEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sequence, without its state. `column` is the one that owns it, empty for none.

    `identity` is true for the sequence of an identity column.
    """

    name: Name
    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int = 1
    cycle: bool = False
    persistence: Persistence = Persistence.PERMANENT
    column: str = ""
    identity: bool = False
    comment: str | None = None


class StatisticsEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object of extended statistics. `target` is None for the server's."""

    name: Name
    definition: str
    target: int | None = None
    comment: str | None = None


class TableEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table. `access_method` is empty for a partitioned table without one.

    `partition_key` is what stands behind `PARTITION BY`, `bound` the text of a partition's
    (`FOR VALUES …` or `DEFAULT`). `options` and `toast_options` are storage parameters as
    `name=value`. Columns are in order, all else is by name.
    """

    name: Name
    persistence: Persistence = Persistence.PERMANENT
    access_method: str = ""
    tablespace: str = ""
    options: tuple[str, ...] = ()
    toast_options: tuple[str, ...] = ()
    partition_key: str | None = None
    partition_of: Name | None = None
    bound: str | None = None
    inherits: tuple[Name, ...] = ()
    of_type: str | None = None
    replica_identity: ReplicaIdentity = ReplicaIdentity.DEFAULT
    row_security: bool = False
    force_row_security: bool = False
    comment: str | None = None
    columns: tuple[ColumnEntry, ...] = ()
    constraints: tuple[ConstraintEntry, ...] = ()
    indexes: tuple[IndexEntry, ...] = ()
    triggers: tuple[TriggerEntry, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    policies: tuple[PolicyEntry, ...] = ()
    sequences: tuple[SequenceEntry, ...] = ()
    statistics: tuple[StatisticsEntry, ...] = ()


class NeedKind(StrEnum):
    """The kinds of objects that tables need, as SQL calls them."""

    SCHEMA = "schema"
    ENUM = "enum"
    DOMAIN = "domain"
    COMPOSITE = "composite"
    RANGE = "range"
    FUNCTION = "function"
    SEQUENCE = "sequence"
    COLLATION = "collation"
    OTHER = "other"


class Need(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object that tables depend on, directly or through others.

    `identity` is how SQL calls it, with its kind: `FUNCTION public.f(integer)`; of a schema,
    `name` has no schema. `definition` is the statement that makes it, without a semicolon; empty
    for what can't be said here (`OTHER`: an operator, an aggregate, a view). `comments` are those
    of it and its parts: what stands behind `COMMENT ON`, and the text. `after` are tables that it
    needs itself, `used_by` those of the inventory that need it. `sequence` has the options of one.
    """

    kind: NeedKind
    name: Name
    identity: str
    definition: str = ""
    comments: tuple[tuple[str, str], ...] = ()
    after: tuple[Name, ...] = ()
    used_by: tuple[Name, ...] = ()
    sequence: SequenceEntry | None = None


class Inventory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the tables are made of. `server_version` is `server_version_num`.

    `tables` are the wanted ones and all their partitions, by name. `needs` are in an order in
    which they can be made; the schema `public` is none. `extensions` are those that own something
    that is needed.
    """

    server_version: int
    tables: tuple[TableEntry, ...]
    needs: tuple[Need, ...] = ()
    extensions: tuple[str, ...] = ()

    def table(self, name: Name) -> TableEntry | None:
        """Return the table of that name."""
        return next((table for table in self.tables if table.name == name), None)


def qualified(name: Name) -> str:
    """Write a name as SQL that needs no search path."""
    return f"{quote_identifier(name.schema)}.{quote_identifier(name.name)}"


def quote_literal(text: str) -> str:
    """Write a text as a constant of SQL, also one with backslashes, which mean themselves."""
    return "'" + text.replace("'", "''") + "'"


def sequence_definition(sequence: SequenceEntry) -> str:
    """Write a sequence with all its options, as it stands behind CREATE."""
    word = "UNLOGGED SEQUENCE" if sequence.persistence is Persistence.UNLOGGED else "SEQUENCE"
    return f"{word} {qualified(sequence.name)} AS {sequence.type} {sequence_options(sequence)}"


def sequence_options(sequence: SequenceEntry) -> str:
    """Write the options of a sequence, as they stand behind ALTER SEQUENCE and AS IDENTITY."""
    cycle = "CYCLE" if sequence.cycle else "NO CYCLE"
    return (
        f"START WITH {sequence.start} INCREMENT BY {sequence.increment} "
        f"MINVALUE {sequence.minimum} MAXVALUE {sequence.maximum} CACHE {sequence.cache} {cycle}"
    )
