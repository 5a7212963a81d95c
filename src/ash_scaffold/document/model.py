"""The schema document as frozen structs: Markdown is written from them, the page reads their JSON.

Texts are plain: names, comments and SQL as the catalog has them, to be escaped by the writer of
Markdown or HTML. Nothing in it depends on the machine, the clock or the server, except
`Overview.version`. In the JSON a field that has its default is left out, because the page of a
thousand tables is one file, and a `Name` is `[schema, name]`.
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
    """How far the move of a table to Ash is, by the code that uses it, and by who migrates it."""

    LEGACY_ONLY = "legacy only"
    SHARED = "shared"
    ASH_ONLY = "Ash only"
    OWNED = "owned by Ash"
    NEITHER = "neither"


class KeyMark(StrEnum):
    """The kinds of keys that a column is part of, as Mermaid's entity diagrams mark them."""

    PRIMARY = "PK"
    FOREIGN = "FK"
    UNIQUE = "UK"


class Cardinality(StrEnum):
    """How many rows are on each side of a relationship."""

    ONE_TO_MANY = "1--*"
    ONE_TO_ONE = "1--1"
    MANY_TO_MANY = "*--*"


class ProposalKind(StrEnum):
    """The parts of the check list for schema changes."""

    COLUMN_NEEDED = "column needed"
    COLUMN_DEPRECATED = "column deprecated"
    INDEX = "index"


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column and the attribute it becomes.

    `default` is the SQL of the default or of the generation expression; `generated` is `""`,
    `"always as identity"`, `"by default as identity"`, `"stored"` or `"virtual"`. `attribute` and
    `ash_type` are None where there is no attribute; `constraints` are the type's, as Elixir
    keywords without brackets; `reason` is the place in `Document.reasons` of the one for the
    type, where it is no matter of course. `notes` are what a reader has to know of the mapping,
    one sentence each; those that begin with `beware: ` are values that the attribute can't read
    or keep. `named_by` are the places, in the table's `uses`, of those that name the column; only
    the page has them.
    """

    name: str
    type: str
    nullable: bool = False
    default: str | None = None
    generated: str = ""
    comment: str | None = None
    marks: tuple[KeyMark, ...] = ()
    attribute: str | None = None
    ash_type: str | None = None
    constraints: str = ""
    reason: int | None = None
    notes: tuple[str, ...] = ()
    named_by: tuple[int, ...] = ()


class Index(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An index, those of constraints included.

    `kind` is `"primary key"`, `"unique"`, `"exclusion"` or `"index"`; `definition` is all of it
    on one line, close to its DDL.
    """

    name: str
    kind: str
    definition: str
    partial: bool = False


class Constraint(msgspec.Struct, frozen=True, kw_only=True):
    """A constraint that is neither an index nor a `ForeignKey`.

    `kind` is `"check"`, `"exclusion"`, `"foreign key"` (to a relation that is not in the
    document) or `"referred to by"` (from one); `definition` is on one line, of the last kind
    the referring relation and its columns.
    """

    name: str
    kind: str
    definition: str


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A foreign key of a table to a table of the document.

    `rule` is the SQL of what happens on delete and update, in small letters. `unique` means that
    a row of the target has at most one of the table, `optional` that a row of the table needs
    no target; neither is set for the keys of a pure join table.
    """

    name: str
    columns: tuple[str, ...]
    target: Name
    target_columns: tuple[str, ...]
    rule: str = ""
    unique: bool = False
    optional: bool = False


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A module of the legacy code that uses a table: its kind, and the first place.

    `kind` is one of `legacy.usage.UserKind`'s values; `via` has each way once: `schema` for the
    table's own schema, a schema's module, or a call that names the table.
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


class Resource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An Ash resource pinned to a table; `path` is None where it is planned and not written."""

    module: str
    domain: str | None
    path: str | None = None


class Relationship(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A relationship of a table's resource; `kind` is Ash's (`belongs_to` …).

    `destination` is a module, `table` the one that it is pinned to.
    """

    name: str
    kind: str
    destination: str
    table: Name | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A relation.

    `domain` is the module of the Ash domain that it is, or would be, in; None for none. `create`
    is its CREATE TABLE (of a view without the query) with keys, checks and comments,
    ending in a newline. `uses` has the legacy schemas first; `contexts` are the modules above
    those. `resources` are those of the project, or the one that a run would write. `changesets` are
    the changeset functions of legacy code, `carried_over` those that have an action. `tenancy` says
    whose its rows are, empty where nothing is said of tenants. `remarks` are
    the texts of problems of the table as a whole. `shape` is the same for two tables that differ
    in nothing but their names, and their neighbours'.
    """

    name: Name
    kind: str
    comment: str | None = None
    domain: str | None = None
    columns: tuple[Column, ...] = ()
    create: str = ""
    indexes: tuple[Index, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    uses: tuple[Use, ...] = ()
    contexts: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    status: Status = Status.NEITHER
    changesets: int = 0
    carried_over: int = 0
    tenancy: str = ""
    remarks: tuple[str, ...] = ()
    shape: str = ""

    @property
    def schemas(self) -> tuple[Use, ...]:
        """The Ecto schemas of the table."""
        return tuple(use for use in self.uses if use.is_own_schema)


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A relationship between two tables: `source` is the parent, `target` the child.

    Of a many-to-many both are parents, `through` is the join table and `columns` are its own, as
    are a child's otherwise. `optional` means that a row of the child needs no parent.
    """

    cardinality: Cardinality = Cardinality.ONE_TO_MANY
    source: Name
    target: Name
    columns: tuple[str, ...]
    through: Name | None = None
    optional: bool = False

    @property
    def is_self_reference(self) -> bool:
        """Whether both ends are one table."""
        return self.source == self.target


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The number of tables by `Status`."""

    legacy_only: int = 0
    shared: int = 0
    ash_only: int = 0
    owned: int = 0
    neither: int = 0

    @property
    def total(self) -> int:
        """All tables."""
        return self.legacy_only + self.with_resource + self.neither

    @property
    def with_resource(self) -> int:
        """Those that have a resource in the project."""
        return self.shared + self.ash_only + self.owned


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A domain and its tables by name. `module` is None for the tables that are in no domain."""

    module: str | None
    tables: tuple[Name, ...]
    progress: Progress


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A schema change to consider once the legacy code is removed, and its reason."""

    kind: ProposalKind
    table: Name
    columns: tuple[str, ...]
    why: str


class Slice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A slice of the move: tables that go live together. `name` is its leading table.

    `needs` are the leading tables of the slices that it refers to. `state` is `done`, `live` (only
    Ash works with its tables), or `next: ` and the step to take, in words. Of `total` parts `done`
    are.
    `reasons` say why the tables are one slice, `why` why it comes at its place.
    """

    name: Name
    tables: tuple[Name, ...]
    domains: tuple[str, ...] = ()
    needs: tuple[Name, ...] = ()
    state: str
    done: int = 0
    total: int = 0
    why: str = ""
    reasons: tuple[str, ...] = ()


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """The reason for the Ash type of some PostgreSQL types.

    `types` are PostgreSQL's, without length and brackets, in order; `why` is a text of the
    tool's own: backticks make code spans of it.
    """

    types: tuple[str, ...]
    why: str


class LocatedProblem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem, and the table of the document that it is about, if it is about one."""

    problem: Problem
    table: Name | None = None


class Overview(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The database as a whole.

    `version` is PostgreSQL's major version, None when a dump doesn't say from which it is.
    `migrations` is the tool that changes the schema. `tables` counts tables of any kind but
    views; `relationships` are foreign keys; `left_out` are tables that are skipped. `tenancy` says
    by what rows belong to tenants, and of how many tables, empty without any.
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
    tenancy: str = ""


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """How far the move was on a day, in UTC: its ISO date."""

    on: str
    progress: Progress


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole document.

    `tables` are in order of their names, those of `public` first; `domains` by module, the tables
    of none last; `reasons` by type. `problems` are all of the run that are about the schema.
    `slices` is the plan of the move, in order. `history` is how `progress` came about, the
    earliest first; only the page has it.
    """

    overview: Overview
    domains: tuple[Domain, ...]
    tables: tuple[Table, ...]
    links: tuple[Link, ...]
    proposals: tuple[Proposal, ...]
    slices: tuple[Slice, ...] = ()
    reasons: tuple[Reason, ...] = ()
    problems: tuple[LocatedProblem, ...]
    progress: Progress
    history: tuple[Earlier, ...] = ()


def group_reasons(types: Iterable[tuple[str, str]]) -> tuple[Reason, ...]:
    """Group pairs of a reason and a PostgreSQL type by the reason."""
    found: dict[str, set[str]] = {}
    for why, type_ in types:
        found.setdefault(why, set()).add(_MODIFIER.sub("", type_))
    grouped = sorted((tuple(sorted(names)), why) for why, names in found.items())
    return tuple(Reason(types=names, why=why) for names, why in grouped)
