"""An Ash resource as a value, in Ash's own terms.

The plan, a source file and a compiled module all become these structs. They hold every fact
explicitly, also where it equals Ash's default; leaving defaults out is for who writes text. Only
`repr` leaves them out (the default itself, no value like it): what a run has rendered before is
known by that (`generate/rendered_before.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.term import Expr, Term


class AttributeKind(StrEnum):
    """The entities of `attributes` that define one attribute."""

    ATTRIBUTE = "attribute"
    UUID_PRIMARY_KEY = "uuid_primary_key"
    INTEGER_PRIMARY_KEY = "integer_primary_key"
    CREATE_TIMESTAMP = "create_timestamp"
    UPDATE_TIMESTAMP = "update_timestamp"


class RelationshipKind(StrEnum):
    """The entities of `relationships`."""

    BELONGS_TO = "belongs_to"
    HAS_ONE = "has_one"
    HAS_MANY = "has_many"
    MANY_TO_MANY = "many_to_many"


class Strategy(StrEnum):
    """The strategies of `multitenancy`."""

    ATTRIBUTE = "attribute"
    CONTEXT = "context"


class Absent(msgspec.Struct, frozen=True, tag=True):
    """No default is set, which is not the same as a default of `nil`."""


ABSENT = Absent()


class Attribute(msgspec.Struct, frozen=True, kw_only=True, gc=False, repr_omit_defaults=True):
    """An attribute and the column it is pinned to (`source`).

    `type` is the type as written: an `Atom`, a `Module`, or `{:array, type}`; `constraints` are
    its keyword options in order.
    """

    name: str
    column: str
    kind: AttributeKind = AttributeKind.ATTRIBUTE
    type: Term
    constraints: tuple[tuple[str, Term], ...] = ()
    description: str | None = None
    primary_key: bool = False
    allow_nil: bool = True
    sensitive: bool = False
    public: bool = True
    filterable: bool = True
    sortable: bool = True
    generated: bool = False
    writable: bool = True
    select_by_default: bool = True
    default: Term | Absent = ABSENT
    update_default: Term | Absent = ABSENT


class Relationship(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """A relationship between attributes of two resources.

    `foreign_keys` has the keys it comes from (two for a many_to_many), each as its table and name,
    since a constraint's name is unique within its table only (`pg_constraint`). `filter` holds the
    pairs of a composite key after the first, or the conditions of one over only some rows. `sort`
    are attributes of the destination, each with its direction.
    """

    name: str
    kind: RelationshipKind
    destination: str
    source_attribute: str
    destination_attribute: str
    allow_nil: bool = True
    public: bool = True
    filter: Expr | None = None
    sort: tuple[tuple[str, str], ...] = ()
    through: str | None = None
    source_attribute_on_join: str | None = None
    destination_attribute_on_join: str | None = None
    join_relationship: str | None = None
    foreign_keys: tuple[tuple[Name, str], ...] = ()
    description: str | None = None


class IdentityDef(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """An identity: a set of attributes that is unique, and the index that makes it so.

    `index_name` is None where Ash's computed name is the real one. `where_sql` is the predicate
    as PostgreSQL has it. A violation gives the text `message`, None for Ash's own, and an error of
    each of `field_names`, which are the keys where it is empty.

    `keys` are all attributes of the index, that of the tenant included, which Ash adds by itself
    unless the identity is over `all_tenants`: `own_keys` are those that are written.
    """

    name: str
    keys: tuple[str, ...]
    index: str
    index_name: str | None = None
    where: Expr | None = None
    where_sql: str | None = None
    nils_distinct: bool = True
    message: str | None = None
    field_names: tuple[str, ...] = ()
    all_tenants: bool = False

    def own_keys(self, tenant: str | None) -> tuple[str, ...]:
        """Return the keys without the attribute of the tenant, where Ash adds that."""
        if self.all_tenants or tenant is None:
            return self.keys
        return tuple(key for key in self.keys if key != tenant)


class Reference(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """The entry of `references` for one belongs_to: the options that differ from Ash's default.

    `on_delete`/`on_update` are terms such as `:delete` or `{:nilify, [:a]}`. With `ignore` Ash's
    migrations make no key of it.
    """

    relationship: str
    foreign_key: str
    name: str | None = None
    ignore: bool = False
    on_delete: Term | None = None
    on_update: Term | None = None
    deferrable: Term | None = None
    match_type: Term | None = None
    match_with: tuple[tuple[str, Term], ...] = ()


class CheckConstraint(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """A check constraint that Ash should recognise by name.

    `check` is the SQL that Ash's migrations make it of, None where they don't.
    """

    attributes: tuple[str, ...]
    name: str
    message: str = "is invalid"
    check: str | None = None


class ConstraintName(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """A constraint's name with the attributes its error lands on.

    `note` is a comment for the reader where Ash can't express the constraint.
    """

    attributes: tuple[str, ...]
    name: str
    message: str | None = None
    note: str | None = None


class CustomIndex(msgspec.Struct, frozen=True, kw_only=True):
    """An index that Ash's migrations make: all but `name` as `custom_indexes` has them.

    A key is an atom for a column, else SQL.
    """

    name: str
    keys: tuple[Term, ...]
    unique: bool = False
    using: str | None = None
    include: tuple[str, ...] = ()
    nulls_distinct: bool = True
    where: str | None = None


class CustomStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Statements that Ash's migrations run for what no other option says.

    `name` is made of the database object's, so it identifies the object. `up` makes it and `down`
    takes it back, each one statement of SQL or several. Before `up`, Ash makes the tables of
    `after_tables` (their columns, keys and indexes, but no statements).
    """

    name: str
    up: tuple[str, ...]
    down: tuple[str, ...]
    after_tables: tuple[str, ...] = ()


class ManagedTable(msgspec.Struct, frozen=True, kw_only=True):
    """The options by which Ash's migration generator makes exactly the table that is there.

    Types are by attribute, as `migration_types` has them. A default is SQL, None for no default.
    `skip_unique_indexes` are identities. With `names_schema` the option `schema` is written also
    for the default schema: a key from another schema would be taken for one within that.
    """

    names_schema: bool = False
    types: tuple[tuple[str, Term], ...] = ()
    defaults: tuple[tuple[str, str | None], ...] = ()
    create_table_options: str | None = None
    skip_unique_indexes: tuple[str, ...] = ()
    indexes: tuple[CustomIndex, ...] = ()
    statements: tuple[CustomStatement, ...] = ()


class Multitenancy(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows of a resource are divided by tenants.

    `attribute` says whose a row is, None where each tenant has a schema. With `is_global` the
    resource can be used without a tenant, too.
    """

    strategy: Strategy
    attribute: str | None = None
    is_global: bool = False


class Actions(msgspec.Struct, frozen=True, kw_only=True):
    """The default actions; a tuple of accepted private attributes for create and update.

    `update_only` are all that an update accepts, where that is not every public attribute.
    """

    read: bool = True
    destroy: bool = False
    create: bool = False
    update: bool = False
    create_accept: tuple[str, ...] = ()
    update_accept: tuple[str, ...] = ()
    update_only: tuple[str, ...] | None = None
    primary: bool = True


class Resource(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """A resource pinned to one table. `managed` is set for one whose table Ash migrates.

    `fragments` are modules that hold further parts of it.
    """

    module: str
    domain: str
    repo: str
    table: str
    schema: str
    base: str = "Ash.Resource"
    extensions: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()
    migrate: bool = False
    description: str | None = None
    require_primary_key: bool = True
    actions: Actions | None = None
    multitenancy: Multitenancy | None = None
    attributes: tuple[Attribute, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    identities: tuple[IdentityDef, ...] = ()
    references: tuple[Reference, ...] = ()
    check_constraints: tuple[CheckConstraint, ...] = ()
    unique_index_names: tuple[ConstraintName, ...] = ()
    exclusion_constraint_names: tuple[ConstraintName, ...] = ()
    foreign_key_names: tuple[ConstraintName, ...] = ()
    managed: ManagedTable | None = None

    @property
    def tenant(self) -> str | None:
        """The attribute that says whose a row is, None where there is none."""
        return None if self.multitenancy is None else self.multitenancy.attribute


class Prerequisites(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be there before the first table: one `AshPostgres.CustomExtension`.

    `install` and `uninstall` are statements of SQL, in order; `install` passes over what is there.
    `version` grows with each object.
    """

    module: str
    name: str
    version: int
    install: tuple[str, ...]
    uninstall: tuple[str, ...]


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A domain and its resources, in name order.

    `interface` are the definitions of its code interface (`define …`), each in one line, by
    resource.
    """

    module: str
    resources: tuple[str, ...]
    interface: Mapping[str, tuple[str, ...]] = {}


class SupportType(msgspec.Struct, frozen=True, kw_only=True):
    """A type module to be written into the project, made from one template.

    `template` is the file's stem under `templates/elixir/types`; `values` are what it fills in.
    `pg_type` is the PostgreSQL type it stands for. `attributes` are those of an embedded resource.
    """

    module: str
    template: str
    pg_type: str
    values: dict[str, Term] = {}
    attributes: tuple[Attribute, ...] = ()


# `("attributes", "email", "type")`: a field of `ash.model.Resource`, an entity's name, its field.
Path: TypeAlias = tuple[str, ...]


class Place(msgspec.Struct, frozen=True, order=True):
    """A line of a file, from 1; the path is the reader's."""

    path: str
    line: int


class ReadAction(msgspec.Struct, frozen=True, kw_only=True):
    """What a read action looks rows up and sorts by, by names of attributes.

    `sort` has each with its direction (`asc`, `desc_nils_last` …). `equal` are compared by equality
    in every case; with `filtered` there are further conditions. `known` is false where only running
    the action would show what it does. `get_by` are those of the option of that name.
    """

    name: str
    path: str = ""
    line: int = 0
    paginated: bool = False
    sort: tuple[tuple[str, str], ...] = ()
    equal: tuple[str, ...] = ()
    filtered: bool = False
    known: bool = True
    get_by: tuple[str, ...] = ()


class ReadResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource as it was read from a source file or a compiled module.

    `resource` holds what was read, and Ash's default where nothing is written (`actions` is never
    read). `unknown` are the paths below it that could not be read, so that no conclusion may be
    drawn from the value: `(field,)` of a single value, or of a section that may hold more than
    what was read; `(section, name, field)` of an entity's field. Entities go by their Elixir name,
    constraints by theirs. `places` are those of the resource `()`, of fields and of entities.

    `fields` are the names of what is no attribute or relationship: calculations and aggregates.
    `queries` are the relationships that don't simply follow a key: sorted, limited, manual.
    `reads` are the read actions that are written out. `updates` is true when an update action is
    written out.
    """

    resource: Resource
    unknown: frozenset[Path] = frozenset()
    places: Mapping[Path, Place] = {}
    fields: frozenset[str] = frozenset()
    queries: frozenset[str] = frozenset()
    reads: tuple[ReadAction, ...] = ()
    updates: bool = False

    @property
    def tenant(self) -> str | None:
        """The attribute that rows are divided by, "" for none, None where it is unknown."""
        return (self.resource.tenant or "") if self.knows("multitenancy") else None

    @property
    def module(self) -> str:
        """The resource's module."""
        return self.resource.module

    @property
    def table(self) -> Name | None:
        """The table it is pinned to, None when that is unknown or not written."""
        if not self.resource.table or not (self.knows("table") and self.knows("schema")):
            return None
        return Name(self.resource.schema, self.resource.table)

    def knows(self, *path: str) -> bool:
        """Whether the value at the path was read."""
        return path not in self.unknown

    def place(self, *path: str) -> Place | None:
        """Return the place at a path, that of the nearest thing around it when it has none."""
        for length in range(len(path), -1, -1):
            found = self.places.get(path[:length])
            if found is not None:
                return found
        return None
