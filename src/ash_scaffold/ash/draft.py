"""A resource in the making: the decisions about a table before those about relationships."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import msgspec

from ash_scaffold.ash.defaults import is_null, literal_default
from ash_scaffold.ash.keys import PrimaryKey
from ash_scaffold.ash.model import ABSENT, Absent, Attribute, SupportType
from ash_scaffold.ash.tenancy import TableTenancy
from ash_scaffold.ash.types import Mapped
from ash_scaffold.postgres.catalog import Column, Generated, Identity, Name, Table
from ash_scaffold.problem import Problem
from ash_scaffold.term import Term


class TableAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The attributes of a table in column order, and what was found on the way.

    `mapped` gives each attribute's type by column; `dropped` are columns without an attribute.
    `removed` are those of them whose attribute a person took out, with what it would be (None
    where Ash can't read the column).
    """

    attributes: tuple[Attribute, ...]
    mapped: Mapping[str, Mapped]
    dropped: tuple[Column, ...]
    supports: tuple[SupportType, ...]
    removed: Mapping[str, Attribute | None] = {}
    problems: tuple[Problem, ...]

    def by_column(self) -> dict[str, Attribute]:
        """Index the attributes by the column they are pinned to."""
        return {attribute.column: attribute for attribute in self.attributes}


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A table with the module, domain, key and attributes that its resource gets.

    `by_column` indexes the attributes by column. `tenancy` is None where the configuration says
    nothing of tenants. `reachable` is false for a resource that is
    neither in the project nor written by this run: no other may refer to it yet.
    """

    table: Table
    module: str
    domain: str
    key: PrimaryKey | None
    columns: TableAttributes
    by_column: dict[str, Attribute]
    tenancy: TableTenancy | None = None
    reachable: bool = True

    @property
    def name(self) -> Name:
        """The table's qualified name."""
        return self.table.name

    @property
    def is_view(self) -> bool:
        """Whether it is only ever read."""
        return self.table.kind.is_view

    @property
    def is_tenant(self) -> bool:
        """Whether its rows belong to tenants."""
        return self.tenancy is not None and self.tenancy.is_tenant

    @property
    def tenant_column(self) -> str | None:
        """The column that says which tenant a row belongs to, None where there is none."""
        return None if self.tenancy is None else self.tenancy.tenant_column

    @property
    def tenant(self) -> str | None:
        """The attribute of `tenant_column`."""
        return None if self.tenant_column is None else self.attribute(self.tenant_column)

    def attribute(self, column: str) -> str | None:
        """Return the name of a column's attribute, None when it has none."""
        attribute = self.by_column.get(column)
        return attribute.name if attribute is not None else None

    def attributes_of(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the attributes of those columns that have one, in order."""
        return tuple(self.by_column[c].name for c in columns if c in self.by_column)

    def filled(self) -> dict[str, Term | Absent]:
        """Return the columns that the database fills, with the default that Elixir can express."""
        found: dict[str, Term | Absent] = {}
        for column in self.table.columns:
            mapped = self.columns.mapped.get(column.name)
            default = column.default
            made = column.identity is not Identity.NONE or column.generated is not Generated.NONE
            if default is not None and mapped is not None and not is_null(default):
                found[column.name] = literal_default(default, mapped)
            elif made or self.table.filled_by_trigger(column.name):
                found[column.name] = ABSENT
        return found

    def anchor(self) -> str | None:
        """Return the attribute an error lands on when its own has none: the key's first.

        That of the tenant only where there is no other: no caller gives it.
        """
        key = () if self.key is None else self.attributes_of(self.key.columns)
        names = chain(key, (attribute.name for attribute in self.by_column.values()))
        first, tenant = next(names, None), self.tenant
        return first if first != tenant else next((n for n in names if n != tenant), first)

    def told(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the attributes of columns that an error is of, without that of the tenant.

        No caller gives it, so it is told of only where it stands alone.
        """
        found = self.attributes_of(columns)
        return tuple(name for name in found if name != self.tenant) or found
