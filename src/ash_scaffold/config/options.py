"""The options of `ash_scaffold.toml`, as frozen structs: one per kind of table in the file.

`None` means that the file leaves the option out, so that entries can be merged option by
option. Names of tables and columns are patterns here; `match.Resolver` applies them.
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
    """The options of a column: `[tables.users.columns.email]` or `[columns."*.state"]`.

    `type` is an Ash type as Elixir text (`:string`, `App.Types.X`, `{:array, :map}`), or
    `tolerant`, `limits`, or `nested` for an array of any number of dimensions. `constraints` are
    those of the Ash type, as in `{max_length = 5}`.
    `enum` is true to take the values from the column's list check, false not to, or the values.
    `embeds` is `resources` where the JSON of an Ecto embed is to be an embedded resource, `json`
    where it is not.
    `legacy_type` is false where the attribute is to have the column's own type, not the custom
    Ecto type of the legacy code. `renamed_from` is the name that the column had, empty for a column
    that is new.
    """

    name: str | None = None
    type: str | None = None
    legacy_type: bool | None = None
    constraints: dict[str, Scalar | tuple[Scalar, ...]] | None = None
    public: bool | None = None
    sensitive: bool | None = None
    exclude: bool | None = None
    enum: bool | tuple[str, ...] | None = None
    embeds: Embeds | None = None
    renamed_from: str | None = None


class RelationshipConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A relationship without a foreign key in the database: `[tables.x.relationships.name]`.

    `columns` are the table's own, paired with `target_columns` in order; without those, with the
    target's primary key. `target` is a table's name, `schema.table` outside `public`. `inverse`
    names the relationship on the other side, without it there is none.
    """

    columns: tuple[str, ...]
    target: str
    kind: RelationshipKind = "belongs_to"
    target_columns: tuple[str, ...] = ()
    inverse: str | None = None


class TableConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options of a table: `[tables.users]`, `[tables."billing.*"]`.

    `resource` is the last part of the module's name, or the whole of it when it has a dot.
    `embeds` is that of its columns. `tenancy` is false for a table whose rows belong to no tenant,
    or the column that says whose they are. `renamed_from` is the name that the table had, empty for
    a table that is new.
    """

    resource: str | None = None
    exclude: bool | None = None
    actions: Actions | None = None
    primary_key: tuple[str, ...] | None = None
    use: str | None = None
    extensions: tuple[str, ...] | None = None
    partitions: bool | None = None
    description: str | None = None
    embeds: Embeds | None = None
    tenancy: str | Literal[False] | None = None
    renamed_from: str | None = None
    columns: dict[str, ColumnConfig] = {}
    relationships: dict[str, RelationshipConfig] = {}


class DomainConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options of a domain: `[domains."App.Accounts"]`.

    `adopt_context` makes the legacy context of that name the domain itself, `embeds` is that of
    its tables.
    """

    tables: tuple[str, ...] = ()
    resource_namespace: str | None = None
    actions: Actions | None = None
    adopt_context: bool | None = None
    embeds: Embeds | None = None


class TenancyConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How rows are divided by tenants: `[tenancy]`.

    With the strategy `attribute` a tenant's rows have its key in `column`, a key to the table
    `tenants`; `except_tables` are patterns of tables that belong to no tenant all the same. With
    `context` each tenant has a schema: `schema` is the one that is read for all, `schemas` are
    patterns of the others.
    """

    strategy: TenancyStrategy
    column: str | None = None
    tenants: str | None = None
    except_tables: tuple[str, ...] = msgspec.field(name="except", default=())
    schema: str | None = None
    schemas: tuple[str, ...] = ()


class Accept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A difference that the team has decided to live with, and why."""

    object: str
    reason: str


class VerifyConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options of `ash-scaffold verify`: `[verify]`.

    `writable` are the databases that `--write` may use, as `host/name` or `host:port/name`.
    """

    writable: tuple[str, ...] = ()


class BehaviourConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be known of a changeset function: `[behaviour."users.registration"]`.

    The key is a table with the name of the function or of its action. `writes` says what the
    function serves, where no call site tells. `arguments` are, by the name of a parameter after the
    attributes, and `struct`, by the name of a field, literals of Elixir as text that
    `verify --behaviour` calls the function with. `leave_out` are fields that it neither sets nor
    compares.
    """

    writes: Writes | None = None
    arguments: dict[str, str] = {}
    struct: dict[str, str] = {}
    leave_out: tuple[str, ...] = ()


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. Paths are as written, relative to the folder of `mix.exs`.

    `embeds` makes embedded resources of the embeds of Ecto schemas, else they are JSON.
    `layout` puts what is generated into the resource itself, or into a fragment of it.
    `url` may hold `${VARIABLE}`: see `load.database_url`. `legacy` is the folder of the legacy
    code, False for none, None to look for it; with `legacy_types` False no attribute is of a custom
    Ecto type of it. `messages` are the texts of violated constraints where legacy code gives none,
    None for Ecto's where the table has an Ecto schema.
    """

    repo: str | None = None
    url: str | None = None
    dump: str | None = None
    out: str | None = None
    templates: str | None = None
    schemas: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    actions: Actions | None = None
    use: str | None = None
    extensions: tuple[str, ...] = ()
    resource_namespace: str | None = None
    layout: Layout | None = None
    legacy: str | Literal[False] | None = None
    legacy_types: bool | None = None
    messages: Messages | None = None
    embeds: Embeds | None = None
    owned_by_ash: tuple[str, ...] = ()
    tenancy: TenancyConfig | None = None
    domains: dict[str, DomainConfig] = {}
    tables: dict[str, TableConfig] = {}
    columns: dict[str, ColumnConfig] = {}
    types: dict[str, str] = {}
    accept: tuple[Accept, ...] = ()
    verify: VerifyConfig = VerifyConfig()
    behaviour: dict[str, BehaviourConfig] = {}
