"""What was renamed in the database since the snapshots: old names to new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.compare import Change, Kind, Pairing

_CONSTRAINTS = frozenset(
    {
        Kind.PRIMARY_KEY_RENAMED,
        Kind.CONSTRAINT_RENAMED,
        Kind.FOREIGN_KEY_RENAMED,
        Kind.INDEX_RENAMED,
    }
)


class Renamed(msgspec.Struct, frozen=True):
    """Tables by old name; columns and constraints (indexes too) by the table's new name."""

    tables: Mapping[Name, Name] = {}
    columns: Mapping[Name, Mapping[str, str]] = {}
    constraints: Mapping[Name, Mapping[str, str]] = {}

    def table(self, old: Name) -> Name:
        """Return what a table is called now."""
        return self.tables.get(old, old)

    def column(self, table: Name, old: str) -> str:
        """Return what a column of a table (by its new name) is called now."""
        return self.columns.get(table, {}).get(old, old)

    def constraint(self, table: Name, old: str) -> str:
        """Return what a constraint or index of a table (by its new name) is called now."""
        return self.constraints.get(table, {}).get(old, old)

    def constraints_for(self, table: Name) -> Mapping[str, str]:
        """Return the renamed constraints that a table's resource may name.

        They are its own, and those of other tables whose keys point at it.
        """
        found: dict[str, str] = {}
        for names in self.constraints.values():
            found |= names
        return {**found, **self.constraints.get(table, {})}

    def columns_of(self, table: Name) -> Mapping[str, str]:
        """Return the renamed columns of a table (by its new name)."""
        return self.columns.get(table, {})


NOTHING_RENAMED = Renamed()


def renamed_by(pairing: Pairing, changes: Iterable[Change]) -> Renamed:
    """Gather the renames of tables and columns from the pairing, of the rest from the changes."""
    constraints: dict[Name, dict[str, str]] = {}
    for change in changes:
        if change.kind in _CONSTRAINTS and change.table is not None:
            found = constraints.setdefault(change.table, {})
            found[str(change.before)] = str(change.after)
    return Renamed(
        tables={old: new for old, new in pairing.tables.items() if old != new},
        columns=pairing.columns,
        constraints=constraints,
    )
