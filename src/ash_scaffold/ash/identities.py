"""Unique indexes become identities, or names that Ash recognises."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.keys import plain_columns
from ash_scaffold.ash.model import ConstraintName, IdentityDef
from ash_scaffold.ash.naming import Names, attribute_name, underscore
from ash_scaffold.ash.partition_constraints import partition_names
from ash_scaffold.ash.predicate import Operand, UntranslatableError, translate
from ash_scaffold.postgres.catalog import ConstraintKind, Index, Key
from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.term import Expr

# Ash refuses an identity whose name makes the computed index name longer than this.
_LONGEST = 63


class Unique(msgspec.Struct, frozen=True, kw_only=True):
    """Identities in the order of their indexes, and the names of all other unique indexes."""

    identities: tuple[IdentityDef, ...]
    names: tuple[ConstraintName, ...]
    problems: tuple[Problem, ...]


def plan_unique(draft: Draft, known: Mapping[str, str]) -> Unique:
    """Sort unique indexes into identities, and names that Ash can only recognise.

    `known` are the names of identities that the resource's file gives, by index: of two alike the
    first counts.
    """
    first = {name: index for index, name in reversed([*known.items()])}
    identities: list[IdentityDef] = []
    names: list[ConstraintName] = []
    problems: list[Problem] = []
    taken = Names(known.values())
    primary = draft.table.primary_key
    temporal = {key.index_name for key in temporal_keys(draft)}
    for index in draft.table.indexes:
        if index.name in temporal:
            continue
        partitions = _partition_names(draft, index)
        names += partitions
        if not index.unique:
            continue
        if primary is not None and index.name == primary.index_name:
            names += _primary_name(draft, index)
            continue
        name = known.get(index.name)
        given = name if name is not None and first[name] == index.name else None
        identity = _identity(draft, index, _naming(given, taken), problems)
        if identity is not None:
            identities.append(identity)
        else:
            names.append(_unique_name(draft, index))
    known_names = {each.name for each in names} | {each.index for each in identities}
    names += partition_names(draft, ConstraintKind.UNIQUE, known_names)
    return Unique(
        identities=tuple(identities),
        names=tuple(sorted(names, key=lambda name: name.name)),
        problems=tuple(problems),
    )


def _naming(given: str | None, taken: Names) -> Callable[..., str]:
    """Return what chooses a name: the one that is given, else the first that is free."""
    return taken.take if given is None else lambda *_candidates: given


def _columns_of(index: Index) -> tuple[str, ...]:
    """Return the columns an index is about: its plain keys, then those of its expressions."""
    plain = [key.column for key in index.keys if key.column is not None]
    return tuple(dict.fromkeys([*plain, *index.columns_in_expressions]))


def _fields(draft: Draft, index: Index) -> tuple[str, ...]:
    found = draft.attributes_of(_columns_of(index))
    anchor = draft.anchor()
    return found or ((anchor,) if anchor is not None else ())


def _primary_name(draft: Draft, index: Index) -> list[ConstraintName]:
    """Ash knows `<table>_pkey`, over the attributes of its own key."""
    if index.name == f"{draft.table.name.name}_pkey" and draft.key is not None:
        return []
    return [ConstraintName(attributes=_fields(draft, index), name=index.name)]


def _partition_names(draft: Draft, index: Index) -> list[ConstraintName]:
    if not index.unique or not index.partition_index_names:
        return []
    fields = _fields(draft, index)
    return [ConstraintName(attributes=fields, name=name) for name in index.partition_index_names]


def _unique_name(draft: Draft, index: Index) -> ConstraintName:
    keys = ", ".join(key.column or key.expression or "" for key in index.keys)
    note = f"{index.name}: {keys}"
    if index.predicate is not None:
        note += f" WHERE {index.predicate}"
    return ConstraintName(attributes=_fields(draft, index), name=index.name, note=note)


def _identity(
    draft: Draft, index: Index, name: Callable[..., str], problems: list[Problem]
) -> IdentityDef | None:
    columns = plain_columns(index)
    if columns is None or not index.valid:
        return None
    keys = draft.attributes_of(columns)
    if len(keys) < len(columns):
        return None
    where: Expr | None = None
    if index.predicate is not None:
        try:
            where = translate(index.predicate, _operands(draft))
        except UntranslatableError as error:
            problems.append(
                Problem(
                    severity=Severity.NOTE,
                    code=Code.PREDICATE_UNTRANSLATED,
                    where=f"{draft.name}.{index.name}",
                    what=f"Its predicate can't be said in Ash ({error}), so it is no identity; "
                    "a violation is a field error all the same.",
                    todo="Upsert by another identity, or change the predicate in legacy code.",
                )
            )
            return None
    return _named_identity(draft, index, keys, where, name)


def _named_identity(
    draft: Draft,
    index: Index,
    keys: tuple[str, ...],
    where: Expr | None,
    choose: Callable[..., str],
) -> IdentityDef:
    table = draft.table.name.name
    by_keys = "_".join(key.strip("_") for key in keys)
    by_index = attribute_name(underscore(index.name))
    short = len(f"{table}_{by_keys}_index") <= _LONGEST
    name = choose(by_keys, by_index) if short else choose(by_index)
    computed = f"{table}_{name}_index"
    return IdentityDef(
        name=name,
        keys=keys,
        index=index.name,
        index_name=None if computed == index.name else index.name,
        where=where,
        where_sql=index.predicate,
        nils_distinct=not index.nulls_not_distinct,
    )


def _operands(draft: Draft) -> dict[str, Operand]:
    return {
        column: Operand(attribute.name, draft.columns.mapped[column])
        for column, attribute in draft.by_column.items()
    }


def temporal_keys(draft: Draft) -> list[Key]:
    """Keys WITHOUT OVERLAPS (18+): PostgreSQL enforces and reports them as exclusions."""
    table = draft.table
    keys = [*([table.primary_key] if table.primary_key else []), *table.unique_keys]
    return [key for key in keys if key.without_overlaps]
