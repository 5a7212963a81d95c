"""The schema document as frozen structs, whatever it is written as.

Texts are plain: names, comments and SQL as the catalog has them, to be escaped by whoever writes
Markdown or HTML. Nothing in it depends on the machine, the clock or the server that was asked,
except `Overview.version`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Problem

_MODIFIER = re.compile(r"\(.*?\)|\[\]")


class Status(StrEnum):
    """How far a table is in the move: which code uses it."""

    LEGACY_ONLY = "legacy only"
    SHARED = "shared"
    ASH_ONLY = "Ash only"
    NEITHER = "neither"


class KeyMark(StrEnum):
    """What keys a column is part of, as Mermaid's entity diagrams mark them."""

    PRIMARY = "PK"
    FOREIGN = "FK"
    UNIQUE = "UK"


class Cardinality(StrEnum):
    """How many rows are on each side of a relationship."""

    ONE_TO_MANY = "1--*"
    ONE_TO_ONE = "1--1"
    MANY_TO_MANY = "*--*"


class ProposalKind(StrEnum):
    """What a proposal is about: the parts of the check list for schema changes."""

    COLUMN_NEEDED = "column needed"
    COLUMN_DEPRECATED = "column deprecated"
    INDEX = "index"


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column and the attribute it becomes.

    `default` is the SQL of the default or of the generation expression; `generated` is `""`,
    `"always as identity"`, `"by default as identity"`, `"stored"` or `"virtual"`. `attribute` and
    `ash_type` are None where there is no attribute; `constraints` are the type's, as Elixir
    keywords without brackets; `why` says why the type is what it is, where that is no matter of
    course; its backticks make code spans. `notes` say what a reader has to know of the mapping,
    one sentence each; those that begin with `beware: ` are values that the attribute can't read
    or keep.
    """

    name: str
    type: str
    nullable: bool
    default: str | None = None
    generated: str = ""
    comment: str | None = None
    marks: tuple[KeyMark, ...] = ()
    attribute: str | None = None
    ash_type: str | None = None
    constraints: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """An index, those of constraints included.

    `kind` is `"primary key"`, `"unique"`, `"exclusion"` or `"index"`; `keys` are columns and
    expressions with their order; `definition` is all of it on one line, close to its DDL.
    """

    name: str
    kind: str
    method: str
    keys: tuple[str, ...]
    include: tuple[str, ...] = ()
    predicate: str | None = None
    definition: str


class Constraint(msgspec.Struct, frozen=True, kw_only=True):
    """A check or an exclusion constraint: its columns, and its definition on one line."""

    name: str
    columns: tuple[str, ...]
    definition: str


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key of `table`. `definition` is what follows FOREIGN KEY, on one line."""

    name: str
    table: Name
    columns: tuple[str, ...]
    target: Name
    target_columns: tuple[str, ...]
    definition: str


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A module of the legacy code that uses a table: its kind, and the first place it does.

    `kind` is one of `legacy.usage.UserKind`'s values; `via` says how, once for each way: `schema`
    where it is the table's own schema, a schema's module, or a call that names the table.
    """

    module: str
    kind: str
    path: str
    line: int
    via: tuple[str, ...]

    @property
    def is_own_schema(self) -> bool:
        """Whether the module is an Ecto schema of the table itself."""
        return "schema" in self.via


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """An Ash resource pinned to a table; `path` is None where it is planned and not written."""

    module: str
    domain: str | None
    path: str | None = None


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """A relationship of a table's resource; `kind` is Ash's (`belongs_to` …).

    `through` is the join table of a many_to_many.
    """

    name: str
    kind: str
    destination: str
    table: Name | None
    source_attribute: str
    destination_attribute: str
    through: Name | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A relation with all that is known of it.

    `domain` is the module of the Ash domain that it is, or would be, in; None for none. `create`
    is its CREATE TABLE (or a comment that says what a view is) with keys, checks and comments,
    ending in a newline. `foreign_keys` are its own, `incoming` those that point at it. `uses` are
    the legacy schemas first; `contexts` the modules above those. `resources` are those of the
    project, or the one that a run would write. `shape` is the same for two tables that differ in
    nothing but their names, and their neighbours'.
    """

    name: Name
    kind: str
    comment: str | None = None
    domain: str | None = None
    columns: tuple[Column, ...] = ()
    create: str = ""
    primary_key: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Constraint, ...] = ()
    exclusions: tuple[Constraint, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    incoming: tuple[ForeignKey, ...] = ()
    uses: tuple[Use, ...] = ()
    contexts: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    status: Status = Status.NEITHER
    problems: tuple[Problem, ...] = ()
    shape: str = ""

    @property
    def schemas(self) -> tuple[Use, ...]:
        """The Ecto schemas of the table."""
        return tuple(use for use in self.uses if use.is_own_schema)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A relationship between two tables: `source` is the parent, `target` the child.

    Of a many-to-many both are parents, `through` is the join table and `columns` are its own, as
    are a child's otherwise. `optional` says that a row of the child needs no parent.
    `foreign_keys` are the names of the keys that make it.
    """

    cardinality: Cardinality
    source: Name
    target: Name
    columns: tuple[str, ...]
    foreign_keys: tuple[str, ...]
    through: Name | None = None
    optional: bool = False

    @property
    def is_self_reference(self) -> bool:
        """Whether both ends are one table."""
        return self.source == self.target


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How many tables are how far in the move to Ash."""

    legacy_only: int = 0
    shared: int = 0
    ash_only: int = 0
    neither: int = 0

    @property
    def total(self) -> int:
        """All tables."""
        return self.legacy_only + self.shared + self.ash_only + self.neither

    @property
    def with_resource(self) -> int:
        """Those that have a resource in the project."""
        return self.shared + self.ash_only


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A domain and its tables by name. `module` is None for the tables that are in no domain."""

    module: str | None
    tables: tuple[Name, ...]
    progress: Progress


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A schema change to think of once the legacy code is gone, and why."""

    kind: ProposalKind
    table: Name
    columns: tuple[str, ...]
    why: str


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The database as a whole.

    `version` is PostgreSQL's major version, None when a dump doesn't say from which it is.
    `migrations` is who changes the schema. `tables` counts tables of any kind but views;
    `relationships` are foreign keys; `left_out` are tables that nobody models.
    """

    application: str
    repo: str
    version: str | None
    migrations: str
    schemas: tuple[str, ...]
    extensions: tuple[str, ...]
    tables: int
    views: int
    relationships: int
    left_out: tuple[Name, ...] = ()
    other_schemas: tuple[tuple[str, int], ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the document says.

    `tables` are in order of their names, those of `public` first; `domains` by module, the tables
    of none last. `problems` are the run's that are about the schema, those of tables included.
    """

    overview: Overview
    domains: tuple[Domain, ...]
    tables: tuple[Table, ...]
    links: tuple[Link, ...]
    proposals: tuple[Proposal, ...]
    problems: tuple[Problem, ...]
    progress: Progress

    def table(self, name: Name) -> Table:
        """Return the table of that name. Raises `KeyError` when there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(str(name))


def reasons(tables: Iterable[Table]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return PostgreSQL's types, without length and brackets, each group with its reason.

    They are in order of the types. A reason is a text of the tool's own: backticks make code
    spans of it.
    """
    types: dict[str, set[str]] = {}
    for table in tables:
        for column in table.columns:
            if column.why:
                types.setdefault(column.why, set()).add(_MODIFIER.sub("", column.type))
    return tuple(sorted((tuple(sorted(names)), why) for why, names in types.items()))
