"""Which table, column and type of the new schema is which of the old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.compare.change import Evidence
from ash_scaffold.postgres.facts import TableFacts


class SeenTable(msgspec.Struct, frozen=True):
    """What a table was when this database was last seen: its name, and its columns' names.

    `columns` pairs names now with names then; `gone` are the columns that are no longer there.
    """

    name: Name
    columns: Mapping[str, str]
    gone: frozenset[str] = frozenset()


class Seen(msgspec.Struct, frozen=True):
    """What is known of this very database from a time before, by its object ids.

    `tables` has, by their names now, those that were there then; `gone` are the names of those
    that are no longer there.
    """

    tables: Mapping[Name, SeenTable] = {}
    gone: frozenset[Name] = frozenset()


class Said(Protocol):
    """What the configuration says of renames: the old name, empty for new, None for nothing."""

    def table(self, name: Name) -> str | None:
        """Say what a table was called, `schema.name` or a name in the same schema."""

    def column(self, table: Name, column: str) -> str | None:
        """Say what a column was called."""


class NothingSaid:
    """A configuration that is silent."""

    def table(self, name: Name) -> str | None:  # noqa: ARG002 - the protocol's
        """Say nothing."""
        return None

    def column(self, table: Name, column: str) -> str | None:  # noqa: ARG002 - the protocol's
        """Say nothing."""
        return None


NOTHING_SEEN = Seen()
NOTHING_SAID = NothingSaid()


class Unclear(msgspec.Struct, frozen=True):
    """Names that are gone and new ones that may be theirs: of columns of `table`, or of tables."""

    table: Name | None
    gone: tuple[str, ...] | tuple[Name, ...]
    new: tuple[str, ...] | tuple[Name, ...]


class Pairing(msgspec.Struct, frozen=True):
    """Old names and new ones for what is on both sides, how renames are known, what is unclear.

    Column pairs are by the table's new name, and only those that differ.
    """

    tables: Mapping[Name, Name] = {}
    columns: Mapping[Name, Mapping[str, str]] = {}
    types: Mapping[Name, Name] = {}
    table_evidence: Mapping[Name, Evidence] = {}
    column_evidence: Mapping[tuple[Name, str], Evidence] = {}
    unclear: tuple[Unclear, ...] = ()


def paired(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts], tables: Mapping[Name, Name]
) -> Iterator[tuple[TableFacts, TableFacts]]:
    """Give the tables that are on both sides, `tables` by old name."""
    for before, after in tables.items():
        yield old[before], new[after]
