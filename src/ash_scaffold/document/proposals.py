"""Schema changes to consider once the legacy code is removed, from code and catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ash_scaffold.ash.keys import primary_key
from ash_scaffold.document.model import Proposal, ProposalKind
from ash_scaffold.legacy.disagreements import Disagreement
from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.postgres.catalog import Generated, Name, Table
from ash_scaffold.problem import Code


def proposals(
    tables: Iterable[Table],
    hints: Hints,
    findings: Iterable[Disagreement],
    unsupported: Mapping[Name, tuple[str, ...]],
) -> tuple[Proposal, ...]:
    """Return the proposals by kind, table and columns.

    `findings` are the disagreements of legacy code and database; `unsupported` are the columns
    that no attribute can hold.
    """
    by_name = {table.name: table for table in tables}
    found = [*_needed(by_name, findings, unsupported), *_deprecated(by_name, hints)]
    found += _indexes(by_name, findings)
    unique = {(each.kind, each.table, each.columns): each for each in reversed(found)}
    order = list(ProposalKind)
    return tuple(unique[key] for key in sorted(unique, key=lambda k: (order.index(k[0]), *k[1:])))


def _needed(
    tables: Mapping[Name, Table],
    findings: Iterable[Disagreement],
    unsupported: Mapping[Name, tuple[str, ...]],
) -> Iterator[Proposal]:
    for table in tables.values():
        if table.kind.is_table and primary_key(table, None) is None:
            why = "has no primary key, so that Ash can neither update nor destroy a row"
            yield _needs(table.name, (), why)
    for name, columns in unsupported.items():
        for column in columns if name in tables else ():
            yield _needs(name, (column,), "is of a type that Ash can't read")
    for finding in findings:
        if finding.code is Code.LEGACY_FIELD_WITHOUT_COLUMN and finding.table in tables:
            why = f"is a field of {finding.module}, and the database has no such column"
            yield _needs(finding.table, (finding.column,), why)


def _needs(table: Name, columns: tuple[str, ...], why: str) -> Proposal:
    return Proposal(kind=ProposalKind.COLUMN_NEEDED, table=table, columns=columns, why=why)


def _deprecated(tables: Mapping[Name, Table], hints: Hints) -> Iterator[Proposal]:
    """Find columns that no Ecto schema of their table knows, where all of those could be read."""
    by_table: dict[Name, list[EctoSchema]] = {}
    for schema in hints.schemas:
        by_table.setdefault(schema.table, []).append(schema)
    for name, schemas in by_table.items():
        table = tables.get(name)
        if table is None or not table.kind.is_table or any(each.partial for each in schemas):
            continue
        used = {column for each in schemas for column in each.by_column()}
        modules = " and ".join(sorted(each.module for each in schemas))
        for column in table.columns:
            if column.name not in used and column.generated is Generated.NONE:
                yield Proposal(
                    kind=ProposalKind.COLUMN_DEPRECATED,
                    table=name,
                    columns=(column.name,),
                    why=f"is no field of {modules}",
                )


def _indexes(tables: Mapping[Name, Table], findings: Iterable[Disagreement]) -> Iterator[Proposal]:
    """Find columns that relationships are loaded by and that no index begins with."""
    for table in tables.values():
        if not table.kind.is_table:
            continue
        for key in table.foreign_keys:
            if not _indexed(table, key.columns):
                why = f"refers to {key.target}, and no index begins with it"
                yield _index(table.name, key.columns, why)
    for finding in findings:
        found = tables.get(finding.table)
        if finding.code is Code.LEGACY_NO_FOREIGN_KEY and found is not None:
            columns = (finding.column,)
            if not _indexed(found, columns):
                association = f"{finding.module}'s {finding.association}"
                why = f"is what {association} goes by, and no index begins with it"
                yield _index(finding.table, columns, why)


def _index(table: Name, columns: tuple[str, ...], why: str) -> Proposal:
    return Proposal(kind=ProposalKind.INDEX, table=table, columns=columns, why=why)


def _indexed(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether an index over all rows begins with these columns, in any order."""
    for index in table.indexes:
        leading = {key.column for key in index.keys[: len(columns)]}
        if index.valid and index.predicate is None and leading == set(columns):
            return True
    return False
