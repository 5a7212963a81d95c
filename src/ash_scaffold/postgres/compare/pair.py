"""The pairing of two schemas, and what the configuration and a database's past say of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ash_scaffold.config.match import Resolver
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.compare.change import Evidence
from ash_scaffold.postgres.compare.column_renames import pair_columns
from ash_scaffold.postgres.compare.renames import (
    NOTHING_SAID,
    NOTHING_SEEN,
    Pairing,
    Said,
    Seen,
)
from ash_scaffold.postgres.compare.table_renames import pair_tables
from ash_scaffold.postgres.compare.type_renames import pair_types
from ash_scaffold.postgres.facts import TableFacts


class SaidByConfig:
    """The `renamed_from` options of the configuration."""

    def __init__(self, config: Resolver) -> None:
        self._config = config

    def table(self, name: Name) -> str | None:
        """Return `renamed_from` of the table's entry."""
        return self._config.for_table(name).renamed_from

    def column(self, table: Name, column: str) -> str | None:
        """Return `renamed_from` of the column's entry."""
        return self._config.for_column(table, column).renamed_from


def pair(
    old: Mapping[Name, TableFacts],
    new: Mapping[Name, TableFacts],
    *,
    seen: Seen = NOTHING_SEEN,
    said: Said = NOTHING_SAID,
) -> Pairing:
    """Find which table, column and type is which.

    The configuration comes first, then what was seen of this database before, then evidence. What
    evidence leaves open is in `unclear`.
    """
    types = pair_types(old.values(), new.values())
    tables = pair_tables(old, new, seen, said, types)
    columns: dict[Name, Mapping[str, str]] = {}
    evidence: dict[tuple[Name, str], Evidence] = {}
    unclear = list(tables.unclear)
    pairing = Pairing(tables=tables.tables, types=types)
    for before, after in tables.tables.items():
        known = seen.tables.get(after)
        renamed = known is not None and any(now != was for now, was in known.columns.items())
        if old[before].columns == new[after].columns and not renamed:
            continue
        found = pair_columns(old[before], new[after], known, said, pairing)
        unclear += found.unclear
        if found.renamed:
            columns[after] = found.renamed
            evidence |= {(after, name): how for name, how in found.evidence.items()}
            pairing = replace(pairing, columns=dict(columns))
    return replace(
        pairing,
        table_evidence=tables.evidence,
        column_evidence=evidence,
        unclear=tuple(unclear),
    )
