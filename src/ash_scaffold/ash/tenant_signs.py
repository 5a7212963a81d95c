"""Signs that the rows of a database belong to tenants, as `[tenancy]` could say it.

Nothing follows from them but words: only a person knows whether a column parts rows for good.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from ash_scaffold.ash.english import singularize
from ash_scaffold.ash.naming import underscore
from ash_scaffold.ash.scope import is_skipped
from ash_scaffold.postgres.catalog import Database, Name, RelationKind, Table

# A column is proposed from this many tables and this share of all of them (in percent); where the
# name of the tenants is one for tenants, it is worth a word earlier.
_TABLES, _SHARE = 8, 60
_TABLES_BY_NAME, _SHARE_BY_NAME = 5, 30

# The last word of the names of tables that hold tenants, and of those that hold people.
_TENANTS = frozenset(
    "account agency business company enterprise firm merchant namespace org "
    "organisation organization practice school shop site store team tenant workspace".split()
)
_PEOPLE = frozenset(
    "actor admin administrator agent author candidate child client contact contributor customer "
    "doctor donor driver employee guest human identity individual lead login member owner "
    "participant patient people person player profile staff student subscriber teacher "
    "user worker".split()
)


class TenantSigns(msgspec.Struct, frozen=True, kw_only=True):
    """A column that many tables have, with a foreign key to one table, the tenants.

    `tables` is how many have it of the `of` tables of the application (without the tenants);
    in `not_null` of them it is NOT NULL, in `unique` it is in a unique index or the primary key.
    `is_proposed` says that the signs are strong enough to propose it.
    """

    column: str
    tenants: Name
    tables: int
    of: int
    not_null: int
    unique: int
    is_proposed: bool

    @property
    def text(self) -> str:
        """The signs in words, without a full stop."""
        return (
            f"{self.tables} of {self.of} tables have {self.column}, a foreign key to "
            f"{self.tenants}: NOT NULL in {self.not_null}, in a unique index or key of "
            f"{self.unique}"
        )


def tenant_signs(database: Database, left_out: Collection[Name] = ()) -> TenantSigns | None:
    """Return the column by which most tables seem to be parted, None where none stands out.

    Bookkeeping of other tools, partitions, views and what is `left_out` are no tables of the
    application.
    """
    tables = [
        table
        for table in database.tables
        if table.kind in (RelationKind.TABLE, RelationKind.PARTITIONED)
        and table.partition_of is None
        and table.name not in left_out
        and not is_skipped(table.name)
    ]
    having: dict[tuple[str, Name], list[Table]] = {}
    for table in tables:
        pairs = {
            (key.columns[0], key.target) for key in table.foreign_keys if len(key.columns) == 1
        }
        for column, target in pairs:
            if target != table.name:
                having.setdefault((column, target), []).append(table)
    found = (_signs(*pair, own, len(tables)) for pair, own in having.items())
    return min(
        (each for each in found if each is not None),
        key=lambda each: (not each.is_proposed, -each.tables, each.column, each.tenants),
        default=None,
    )


def _signs(column: str, tenants: Name, tables: Iterable[Table], all_: int) -> TenantSigns | None:
    own = [table for table in tables if table.name != tenants]
    count, others = len(own), all_ - 1
    last = singularize(underscore(tenants.name).strip("_").rpartition("_")[2])
    if last in _PEOPLE:
        return None
    not_null = sum(any(c.name == column and c.not_null for c in table.columns) for table in own)
    unique = sum(_is_in_unique(table, column) for table in own)
    proposed = (
        count >= _TABLES
        and count * 100 >= others * _SHARE
        and not_null * 3 >= count * 2
        and unique > 0
    )
    named = last in _TENANTS and count >= _TABLES_BY_NAME and count * 100 >= others * _SHARE_BY_NAME
    if not proposed and not named:
        return None
    return TenantSigns(
        column=column,
        tenants=tenants,
        tables=count,
        of=others,
        not_null=not_null,
        unique=unique,
        is_proposed=proposed,
    )


def _is_in_unique(table: Table, column: str) -> bool:
    key = table.primary_key
    if key is not None and column in key.columns:
        return True
    return any(
        index.unique and any(each.column == column for each in index.keys)
        for index in table.indexes
    )
