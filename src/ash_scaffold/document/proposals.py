"""Schema changes to consider once the legacy code is removed, from code and catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ash_scaffold.advise.advice import Advice, Kind
from ash_scaffold.advise.indexes import MissingIndex
from ash_scaffold.ash.keys import primary_key
from ash_scaffold.document.model import Proposal, ProposalKind
from ash_scaffold.legacy.disagreements import Disagreement
from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.postgres.catalog import Generated, Name, Table
from ash_scaffold.problem import Code

# The end of what is said of an association of legacy code that no foreign key keeps.
_GOES_BY = " goes by it"


def proposals(
    tables: Iterable[Table],
    hints: Hints,
    findings: Iterable[Disagreement],
    unsupported: Mapping[Name, tuple[str, ...]],
    advice: Iterable[Advice] = (),
    missing: Iterable[MissingIndex] = (),
) -> tuple[Proposal, ...]:
    """Return the proposals by kind, table and columns.

    `findings` are the disagreements of legacy code and database; `unsupported` are the columns
    that no attribute can hold. `advice` and `missing` are what `advise` finds, without plans.
    """
    by_name = {table.name: table for table in tables}
    found = [*_needed(by_name, findings, unsupported)]
    found += [each for each in map(_advised, advice) if each is not None and each.table in by_name]
    found += [*_deprecated(by_name, hints)]
    found += [_missing_index(each) for each in missing if each.table in by_name]
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


def _advised(advice: Advice) -> Proposal | None:
    """Say a piece of advice as a line of the list; None where the list says it by other words.

    Without lines of code, which change with every edit.
    """
    kind, columns, why = ProposalKind.COLUMN_NEEDED, advice.columns, ""
    match advice.kind:
        case Kind.NOT_NULL:
            why = f"takes NULL, and {' and '.join(each.why for each in advice.reasons)}"
        case Kind.UPDATED_AT:
            columns, why = ("updated_at",), "is missing, so that nothing says when a row changed"
        case Kind.COLUMN_UNUSED:
            kind, why = ProposalKind.COLUMN_DEPRECATED, _unused(advice)
        case Kind.TABLE_UNUSED:
            kind, why = ProposalKind.COLUMN_DEPRECATED, "is a table that no code names"
        case Kind.INDEX_DOUBLED:
            kind, columns = ProposalKind.INDEX, (advice.index,)
            why = f"is not needed: {_small(advice.what)}"
        case _:
            return None
    return Proposal(kind=kind, table=advice.table, columns=columns, why=why)


def _unused(advice: Advice) -> str:
    if advice.module:
        return f"is named by no code but its attribute in {advice.module}"
    return _small(advice.what).removeprefix("it ")


def _small(sentence: str) -> str:
    """Return a sentence as the end of another one."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _missing_index(missing: MissingIndex) -> Proposal:
    """Say why an index is missing: by its foreign key, where there is one."""
    key = next((each.key for each in missing.lookups if each.key is not None), None)
    if key is not None and key.columns == missing.columns:
        why = f"refers to {key.target}, and no index begins with it"
    else:
        first = missing.reasons[0].why
        why = f"has no index that serves it: {first}"
        if first.endswith(_GOES_BY):
            why = f"is what {first.removesuffix(_GOES_BY)} goes by, and no index begins with it"
    return Proposal(kind=ProposalKind.INDEX, table=missing.table, columns=missing.columns, why=why)
