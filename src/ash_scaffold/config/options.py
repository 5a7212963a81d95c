"""The options of `ash_scaffold.toml`, as frozen structs: one per kind of table in the file.

`None` means that the file leaves the option out, so that entries can be merged option by
option. Names of tables and columns are patterns here; `match.Resolver` applies them.

The text below a field says what it means. The reference of the configuration is made of these texts
and of the structs' own.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

FILE_NAME = "ash_scaffold.toml"

Actions: TypeAlias = Literal["crud", "read", "none"]
Layout: TypeAlias = Literal["inline", "fragment"]
Embeds: TypeAlias = Literal["json", "resources"]
Messages: TypeAlias = Literal["ecto", "ash"]
RelationshipKind: TypeAlias = Literal["belongs_to", "has_one", "has_many"]
Writes: TypeAlias = Literal["create", "update", "both"]
TenancyStrategy: TypeAlias = Literal["attribute", "context"]
Scalar: TypeAlias = str | bool | int | float


class ColumnConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column: `[tables.users.columns.email]`, or by a pattern `[columns."*.state"]`."""

    name: str | None = None
    """The attribute's name."""

    type: str | None = None
    """An Ash type: `":string"`, `"App.Types.X"`, `"{:array, :map}"`; or `"tolerant"` (a float or
    numeric that holds NaN and infinity), `"limits"` (the limits of the machine as constraints),
    `"nested"` (an array of any number of dimensions)."""

    legacy_type: bool | None = None
    """`false`: the column's own type, not the custom Ecto type of the legacy code; `true` where
    `legacy_types` of the file is `false`."""

    constraints: dict[str, Scalar | tuple[Scalar, ...]] | None = None
    """The constraints of the Ash type, as in `{ max_length = 5 }`."""

    public: bool | None = None
    """Whether the attribute is public."""

    sensitive: bool | None = None
    """Whether the attribute is sensitive."""

    exclude: bool | None = None
    """`true`: no attribute for it."""

    enum: bool | tuple[str, ...] | None = None
    """The values of a text column; or `true` to take them from the list in its check, `false` not
    to."""

    embeds: Embeds | None = None
    """As in the file, for this column."""

    renamed_from: str | None = None
    """What the column was called before, `""` if it is new."""


class RelationshipConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A relationship without a foreign key: `[tables.orders.relationships.clerk]`."""

    columns: tuple[str, ...]
    """The table's own columns."""

    target: str
    """The other table, `schema.table` outside `public`."""

    kind: RelationshipKind = "belongs_to"
    """The relationship; `"belongs_to"` by default."""

    target_columns: tuple[str, ...] = ()
    """The other table's columns, paired with `columns` in order; by default its primary key."""

    inverse: str | None = None
    """The relationship's name on the other side, where one is to be made."""


class TableConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table: `[tables.orders]`, or several by a pattern, `[tables."billing.*"]`."""

    resource: str | None = None
    """The last part of the module's name, or all of it with a dot."""

    exclude: bool | None = None
    """`true`: leave it out."""

    actions: Actions | None = None
    """As in the file, for this table."""

    primary_key: tuple[str, ...] | None = None
    """The columns that identify a row, where the table has no key."""

    use: str | None = None
    """As in the file, for this table."""

    extensions: tuple[str, ...] | None = None
    """As in the file, for this table."""

    partitions: bool | None = None
    """`true`: read its partitions as tables of their own."""

    description: str | None = None
    """The resource's description, in place of the table's comment."""

    embeds: Embeds | None = None
    """As in the file, for its columns."""

    tenancy: str | Literal[False] | None = None
    """`false`: its rows belong to no tenant; or the column that says whose they are."""

    renamed_from: str | None = None
    """What the table was called before, `""` if it is new."""

    columns: dict[str, ColumnConfig] = {}
    """Options of its columns, by their names."""

    relationships: dict[str, RelationshipConfig] = {}
    """Relationships without a foreign key, by their names."""


class DomainConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A domain: `[domains."App.Accounts"]`."""

    tables: tuple[str, ...] = ()
    """Names and patterns of its tables."""

    resource_namespace: str | None = None
    """Where its resources go."""

    actions: Actions | None = None
    """As in the file, for its tables."""

    adopt_context: bool | None = None
    """`true` makes the legacy context of that name the domain itself, as `--adopt-context`; `false`
    never does."""

    embeds: Embeds | None = None
    """As in the file, for its tables."""


class TenancyConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tenants: `[tenancy]`."""

    strategy: TenancyStrategy
    """`"attribute"`: a column says whose a row is; `"context"`: each tenant has a schema."""

    column: str | None = None
    """The column that has the tenant's key (`attribute`)."""

    tenants: str | None = None
    """The table of the tenants (`attribute`)."""

    except_tables: tuple[str, ...] = msgspec.field(name="except", default=())
    """Patterns of tables that belong to no tenant though they have the column (`attribute`)."""

    schema: str | None = None
    """The schema of one tenant, which is read for all (`context`)."""

    schemas: tuple[str, ...] = ()
    """Patterns of the schemas of the other tenants (`context`)."""


class Accept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Accepted differences: `[[accept]]`, once for each that the team has decided to live with."""

    object: str
    """What is accepted, as the run names it: `"orders.total.type"`, `"orders"`."""

    reason: str
    """Why. Reports show it."""


class VerifyConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The command verify: `[verify]`."""

    writable: tuple[str, ...] = ()
    """Databases that `--write` and `--behaviour` may use, as `host/name` or `host:port/name`."""


class BehaviourConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A changeset function: `[behaviour."users.registration"]`.

    The name is the table's, with that of the function or of its action.
    """

    writes: Writes | None = None
    """What the function is for, where no call of the legacy code says it."""

    arguments: dict[str, str] = {}
    """By the name of a parameter after the attributes, what `verify --behaviour` calls the function
    with, as Elixir: `{ opts = "[hash_password: false]" }`. An Ecto schema stands for its first
    row."""

    struct: dict[str, str] = {}
    """By the name of a field, what the struct has that the function starts from, as Elixir: `{
    state = '"draft"' }`."""

    leave_out: tuple[str, ...] = ()
    """Fields that are neither set nor compared."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: `ash_scaffold.toml`.

    Paths are relative to the folder of `mix.exs`.
    """

    repo: str | None = None
    """The repo's module."""

    url: str | None = None
    """The database that the schema is read from. It may hold `${VARIABLE}`."""

    dump: str | None = None
    """The SQL dump that the schema is read from."""

    out: str | None = None
    """The folder for new modules."""

    templates: str | None = None
    """The folder of your own templates."""

    schemas: tuple[str, ...] = ()
    """PostgreSQL schemas to read beside `public`; `["*"]` for all, as `--schema`."""

    exclude: tuple[str, ...] = ()
    """Patterns of tables to leave out."""

    actions: Actions | None = None
    """The default actions of resources; `"crud"` by default."""

    use: str | None = None
    """Your own base module in place of `Ash.Resource`."""

    extensions: tuple[str, ...] = ()
    """Ash extensions of every resource."""

    resource_namespace: str | None = None
    """Where resources go."""

    layout: Layout | None = None
    """Whether what is generated goes into the resource itself, or into a fragment of it; `"inline"`
    by default."""

    legacy: str | Literal[False] | None = None
    """The folder of the Ecto schemas, `false` for none; looked for by default."""

    legacy_types: bool | None = None
    """`false`: no attribute is handed over to a custom Ecto type."""

    messages: Messages | None = None
    """The texts of violated constraints where legacy code gives none; `"ecto"` by default for a
    table with an Ecto schema."""

    embeds: Embeds | None = None
    """`"resources"`: embeds of Ecto schemas are embedded resources; `"json"` (the default):
    JSON."""

    owned_by_ash: tuple[str, ...] = ()
    """Tables that Ash migrates. `cutover` writes it, and a table that was not cut over is an
    error."""

    tenancy: TenancyConfig | None = None
    """Whose a row is."""

    domains: dict[str, DomainConfig] = {}
    """Options of domains, by their modules."""

    tables: dict[str, TableConfig] = {}
    """Options of tables, by their names or patterns."""

    columns: dict[str, ColumnConfig] = {}
    """Options of columns, by `table.column` or patterns of it."""

    types: dict[str, str] = {}
    """The Ash type of each PostgreSQL type that is named."""

    accept: tuple[Accept, ...] = ()
    """Differences that are accepted: what a conflict, a finding or a table that is gone is
    about."""

    verify: VerifyConfig = VerifyConfig()
    """Options of `ash-scaffold verify`."""

    behaviour: dict[str, BehaviourConfig] = {}
    """What is to be known of changeset functions."""
