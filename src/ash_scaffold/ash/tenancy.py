"""Which tables hold rows of tenants, and why the others don't: decided once, for all commands.

With the strategy `attribute` a row is of the tenant that its column names. The column has to be NOT
NULL, since a row without a tenant is in no tenant's answers; and a key has to lead from it to the
tenants, directly or by way of another table of tenants, unless the configuration says of the very
table that it is the column. With the strategy `context` a row is of the tenant whose schema it is
in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

import msgspec

from ash_scaffold.ash.model import Multitenancy, Strategy
from ash_scaffold.config.match import Resolver, table_pattern
from ash_scaffold.postgres.catalog import Column, Database, ForeignKey, Generated, Name, Table


class Global(StrEnum):
    """Why the rows of a table belong to no tenant. The value is what users see."""

    NO_COLUMN = "no column"
    NULLABLE = "nullable"
    NO_KEY = "no key"
    GENERATED = "generated"
    EXCEPTED = "excepted"
    TENANTS = "the tenants"
    VIEW = "view"
    OUTSIDE = "other schema"
    NO_ATTRIBUTE = "no attribute"


class TableTenancy(msgspec.Struct, frozen=True, kw_only=True):
    """The decision about one table: `reason` says why it is global, None where it is a tenant's.

    `column` is the one that says whose a row is, None with the strategy `context`. A global table
    has it where it has the column all the same.
    """

    strategy: Strategy
    column: str | None = None
    reason: Global | None = None

    @property
    def is_tenant(self) -> bool:
        """Whether its rows belong to tenants."""
        return self.reason is None

    @property
    def tenant_column(self) -> str | None:
        """The column that says whose a row is, None for global tables and schemas per tenant."""
        return self.column if self.is_tenant else None

    @property
    def text(self) -> str:
        """What users see of it: `tenant`, or `global` and why."""
        return "tenant" if self.reason is None else f"global: {self.reason}"


class Tenancy(msgspec.Struct, frozen=True, kw_only=True):
    """The decision about all tables; `tenants` is the table of the tenants themselves."""

    strategy: Strategy
    tenants: Name | None = None
    tables: Mapping[Name, TableTenancy] = {}

    def column_of(self, table: Name) -> str | None:
        """Return the column that says whose a row of a table is, None where there is none."""
        found = self.tables.get(table)
        return None if found is None else found.tenant_column

    def is_tenant(self, table: Name) -> bool:
        """Whether the rows of a table belong to tenants."""
        found = self.tables.get(table)
        return found is not None and found.is_tenant


def plan_tenancy(
    database: Database, config: Resolver, virtual: Iterable[ForeignKey] = ()
) -> Tenancy | None:
    """Decide for every table of a database; None without `[tenancy]`.

    `virtual` are keys that only the configuration or the legacy code has.
    """
    said = config.config.tenancy
    if said is None:
        return None
    if said.strategy == "context":
        return Tenancy(
            strategy=Strategy.CONTEXT,
            tables={table.name: _by_schema(table) for table in database.tables},
        )
    tenants = table_pattern(said.tenants or "").names[0]
    found = {table.name: _by_column(table, tenants, config) for table in database.tables}
    columns = {name: each.column for name, each in found.items() if each.is_tenant}
    keyed = _keyed(columns, tenants, (*database.foreign_keys(), *virtual))
    for name in columns:
        if name not in keyed and not isinstance(config.for_table(name).tenancy, str):
            found[name] = msgspec.structs.replace(found[name], reason=Global.NO_KEY)
    return Tenancy(strategy=Strategy.ATTRIBUTE, tenants=tenants, tables=found)


def of_attributes(tenancy: TableTenancy, columns: Collection[str]) -> TableTenancy:
    """Return the decision about a table of whose columns only these have an attribute."""
    if tenancy.tenant_column is None or tenancy.tenant_column in columns:
        return tenancy
    return msgspec.structs.replace(tenancy, reason=Global.NO_ATTRIBUTE)


# Source: `AshPostgres.MigrationGenerator`, which also names the indexes of identities anew.
NOT_MIGRATED = (
    "Its rows belong to tenants: Ash's migrations would put the column of the tenant first in its "
    "indexes, whatever the order in the database."
)


def multitenancy(tenancy: TableTenancy | None, attribute: str | None) -> Multitenancy | None:
    """Return the section of a table's resource; `attribute` is that of the tenant's column."""
    if tenancy is None or not tenancy.is_tenant:
        return None
    if tenancy.strategy is Strategy.CONTEXT:
        return Multitenancy(strategy=Strategy.CONTEXT)
    return Multitenancy(strategy=Strategy.ATTRIBUTE, attribute=attribute)


def _by_schema(table: Table) -> TableTenancy:
    reason = None if table.per_tenant else Global.OUTSIDE
    return TableTenancy(strategy=Strategy.CONTEXT, reason=reason)


def _by_column(table: Table, tenants: Name, config: Resolver) -> TableTenancy:
    """Decide by a table's own column, as if there were a key where there has to be one."""
    own = config.for_table(table.name).tenancy
    said = config.config.tenancy
    name = own if isinstance(own, str) else said.column if said is not None else None
    column = next((each for each in table.columns if each.name == name), None)
    return TableTenancy(
        strategy=Strategy.ATTRIBUTE,
        column=None if column is None else column.name,
        reason=_reason(table, column, tenants, own, excepted=config.excepted(table.name)),
    )


def _reason(
    table: Table,
    column: Column | None,
    tenants: Name,
    own: str | bool | None,
    *,
    excepted: bool,
) -> Global | None:
    if table.name == tenants:
        return Global.TENANTS
    if own is False or (own is None and excepted):
        return Global.EXCEPTED
    if column is None:
        return Global.NO_COLUMN
    if table.kind.is_view:
        # Nothing of a view is NOT NULL, nor has it a key: only a person can vouch for it.
        return None if own is not None else Global.VIEW
    if not column.not_null:
        return Global.NULLABLE
    return Global.GENERATED if column.generated is not Generated.NONE else None


def _keyed(
    columns: Mapping[Name, str | None], tenants: Name, keys: Iterable[ForeignKey]
) -> frozenset[Name]:
    """Return the tables from whose column a key leads to the tenants.

    A key over several columns may lead there by way of the same column of another such table.
    """
    leads: dict[Name, set[Name]] = {}
    for key in keys:
        own = columns.get(key.table)
        for column, target in zip(key.columns, key.target_columns, strict=True):
            led = key.target == tenants or columns.get(key.target) == target
            if own is not None and column == own and led:
                leads.setdefault(key.target, set()).add(key.table)
    found: set[Name] = set()
    open_ = [tenants]
    while open_:
        more = leads.get(open_.pop(), set()) - found
        found |= more
        open_ += more
    return frozenset(found)
