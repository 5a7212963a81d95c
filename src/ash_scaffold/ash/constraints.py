"""Every constraint that can reject a write, known to its resource by its real name.

An unknown name raises; a known one becomes a field error. Source: AshPostgres' data layer, which
turns `identities`, `unique_index_names`, `references`, `foreign_key_names`, `check_constraints`
and `exclusion_constraint_names` into Ecto changeset constraints, matched by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.dsl import default_foreign_key_name, default_index_name
from ash_scaffold.ash.keys import plain_columns
from ash_scaffold.ash.model import CheckConstraint, ConstraintName, IdentityDef, Reference, Resource
from ash_scaffold.ash.naming import Names, attribute_name, underscore
from ash_scaffold.ash.predicate import Operand, UntranslatableError, translate
from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.postgres.catalog import (
    Action,
    ConstraintKind,
    Database,
    ForeignKey,
    Index,
    Key,
    Match,
    Name,
)
from ash_scaffold.postgres.referring_keys import STOPPING, by_target, met_by_delete
from ash_scaffold.problem import Code, Problem
from ash_scaffold.term import Atom, Expr, Term

_LEAVES_BEHIND = "would leave records behind"
_DELETE: dict[Action, Term] = {
    Action.CASCADE: Atom("delete"),
    Action.RESTRICT: Atom("restrict"),
    Action.SET_NULL: Atom("nilify"),
}
_UPDATE: dict[Action, Term] = {
    Action.CASCADE: Atom("update"),
    Action.RESTRICT: Atom("restrict"),
    Action.SET_NULL: Atom("nilify"),
}


class ParentKeys:
    """Which foreign keys can stop the delete, or a change of the key, of a row."""

    def __init__(self, database: Database) -> None:
        self._pointing = by_target(key for key in database.foreign_keys() if key.enforced)

    def stopping(self, draft: Draft) -> list[tuple[str, str]]:
        """Return `(attribute, name)` of the keys that can stop a write to this table's rows.

        Those that point at it, or at a table whose rows go with it through ON DELETE CASCADE.
        """
        anchor = draft.anchor()
        if anchor is None or draft.is_view:
            return []
        found: dict[str, str] = {}
        for key in met_by_delete(draft.name, self._pointing):
            direct = key.target == draft.name
            if key.on_delete in STOPPING or (direct and _stops_update(key, draft)):
                field = draft.attribute(key.target_columns[0]) if direct else None
                for name in (key.name, *key.clone_names):
                    if direct or name not in found:
                        found[name] = field or anchor
        return sorted((field, name) for name, field in found.items())


def _stops_update(key: ForeignKey, draft: Draft) -> bool:
    """Whether changing the referenced columns is possible through Ash, and refused by the key."""
    if key.on_update not in STOPPING:
        return False
    referenced = [draft.by_column.get(column) for column in key.target_columns]
    return any(attribute is not None and attribute.writable for attribute in referenced)


def with_constraints(
    resource: Resource,
    draft: Draft,
    belongs_to: Mapping[tuple[Name, str], str],
    parents: ParentKeys,
    given: ResourceNames,
) -> tuple[Resource, tuple[Problem, ...]]:
    """Add the entries for the constraints of its table to a resource, and report problems.

    `given` are the names of its file.
    """
    unique = plan_unique(draft, _identity_names(draft, given))
    if draft.is_view:
        # A materialized view's unique indexes say what identifies a row, and reject no write.
        return msgspec.structs.replace(resource, identities=unique.identities), unique.problems
    references, own = _own_keys(draft, belongs_to)
    # Ash itself knows a belongs_to of a resource to itself on both of its sides.
    to_itself = {
        key.name
        for key in draft.table.foreign_keys
        if key.target == draft.name and (draft.name, key.name) in belongs_to
    }
    stopping = [
        ConstraintName(attributes=(field,), name=name, message=_LEAVES_BEHIND)
        for field, name in parents.stopping(draft)
        if name not in to_itself
    ]
    names = {key.name for key in draft.table.foreign_keys}
    own += partition_names(draft, ConstraintKind.FOREIGN_KEY, names)
    table_own = [c for c in own if c.name not in {s.name for s in stopping}]
    planned = msgspec.structs.replace(
        resource,
        identities=unique.identities,
        references=references,
        check_constraints=_checks(draft),
        unique_index_names=unique.names,
        exclusion_constraint_names=_exclusions(draft),
        foreign_key_names=tuple(sorted((*table_own, *stopping), key=lambda c: c.name)),
    )
    return planned, (*unique.problems, *_deferred(draft))


def _identity_names(draft: Draft, names: ResourceNames) -> Mapping[str, str]:
    """Return the names of the file's identities by index.

    An identity that names no index of the table is the one over the columns of the only unique
    index that has none.
    """
    indexes = {index.name: index for index in draft.table.indexes if index.unique}
    found = {index: name for index, name in names.identities.items() if index in indexes}
    free = {name: columns for name, columns in names.identity_columns.items() if columns}
    free = {name: columns for name, columns in free.items() if name not in found.values()}
    open_ = {
        name: frozenset(_columns_of(index))
        for name, index in indexes.items()
        if name not in found and not index.columns_in_expressions
    }
    for index, columns in open_.items():
        alike = [name for name, own in free.items() if own == columns]
        if len(alike) == 1 and list(open_.values()).count(columns) == 1:
            found[index] = alike[0]
    others = {i: name for i, name in names.identities.items() if name not in found.values()}
    return {**found, **others}


def _own_keys(
    draft: Draft, belongs_to: Mapping[tuple[Name, str], str]
) -> tuple[tuple[Reference, ...], list[ConstraintName]]:
    """Say each own foreign key: in `references` where a belongs_to stands for it, else by name."""
    references: list[Reference] = []
    names: list[ConstraintName] = []
    anchor = draft.anchor()
    for key in draft.table.foreign_keys:
        relationship = belongs_to.get((draft.name, key.name))
        fields = draft.attributes_of(key.columns)
        field = fields[0] if fields else anchor
        if field is None:
            continue
        if relationship is not None:
            reference = _reference(draft, key, relationship, field)
            if reference is not None:
                references.append(reference)
        else:
            names.append(ConstraintName(attributes=(field,), name=key.name))
        names += [ConstraintName(attributes=(field,), name=clone) for clone in key.clone_names]
    return tuple(references), names


def _reference(draft: Draft, key: ForeignKey, relationship: str, field: str) -> Reference | None:
    computed = default_foreign_key_name(draft.table.name.name, field)
    on_delete = _DELETE.get(key.on_delete)
    if key.on_delete is Action.SET_NULL and key.set_null_columns:
        nilified = draft.attributes_of(key.set_null_columns)
        on_delete = (Atom("nilify"), [Atom(name) for name in nilified])
    reference = Reference(
        relationship=relationship,
        foreign_key=key.name,
        name=None if computed == key.name else key.name,
        on_delete=on_delete,
        on_update=_UPDATE.get(key.on_update),
        deferrable=(Atom("initially") if key.deferred else True) if key.deferrable else None,
        match_type=Atom("full") if key.match is Match.FULL else None,
    )
    options = (
        reference.name,
        reference.on_delete,
        reference.on_update,
        reference.deferrable,
        reference.match_type,
    )
    return reference if any(option is not None for option in options) else None


def _checks(draft: Draft) -> tuple[CheckConstraint, ...]:
    anchor = draft.anchor()
    if anchor is None:
        return ()
    found = [
        CheckConstraint(attributes=draft.attributes_of(check.columns) or (anchor,), name=check.name)
        for check in draft.table.checks
    ]
    by_domain: dict[str, list[str]] = defaultdict(list)
    for column, attribute in draft.by_column.items():
        for check in draft.columns.mapped[column].checks:
            by_domain[check.name].append(attribute.name)
    found += [
        CheckConstraint(attributes=tuple(names), name=name) for name, names in by_domain.items()
    ]
    found += [
        CheckConstraint(attributes=each.attributes, name=each.name)
        for each in partition_names(draft, ConstraintKind.CHECK, ())
    ]
    unique = {check.name: check for check in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda check: check.name))


def _exclusions(draft: Draft) -> tuple[ConstraintName, ...]:
    anchor = draft.anchor()
    found = []
    for key in temporal_keys(draft):
        if key.name in {exclusion.name for exclusion in draft.table.exclusions}:
            continue
        field = next(reversed(draft.attributes_of(key.columns)), anchor)
        if field is not None:
            found += [
                ConstraintName(attributes=(field,), name=name)
                for name in (key.name, *key.partition_index_names)
            ]
    for exclusion in draft.table.exclusions:
        fields = draft.attributes_of(exclusion.columns)
        field = fields[-1] if fields else anchor
        if field is None:
            continue
        found += [
            ConstraintName(attributes=(field,), name=name)
            for name in (exclusion.name, *exclusion.partition_index_names)
        ]
    names = {each.name for each in found}
    return (*found, *partition_names(draft, ConstraintKind.EXCLUSION, names))


def _deferred(draft: Draft) -> Iterable[Problem]:
    table = draft.table
    keys = [*table.unique_keys, *([table.primary_key] if table.primary_key else [])]
    deferred = [key.name for key in keys if key.deferred]
    deferred += [key.name for key in table.foreign_keys if key.deferred]
    deferred += [exclusion.name for exclusion in table.exclusions if exclusion.deferred]
    for name in sorted(deferred):
        yield Code.DEFERRED_CONSTRAINT.at(
            f"{table.name}.{name}",
            "It is initially deferred: a violation fails at COMMIT, where Ash can't make "
            "a field error of it.",
        )


# Ash refuses an identity whose name makes the computed index name longer than this.
_LONGEST = 63


class Unique(msgspec.Struct, frozen=True, kw_only=True):
    """Identities in the order of their indexes, and the names of all other unique indexes."""

    identities: tuple[IdentityDef, ...]
    names: tuple[ConstraintName, ...]
    problems: tuple[Problem, ...]


def plan_unique(draft: Draft, file_names: Mapping[str, str]) -> Unique:
    """Sort unique indexes into identities, and names that Ash can only recognise.

    `file_names` are those of the identities in the resource's file, by index; of two that are equal
    the first counts.
    """
    first = {name: index for index, name in reversed([*file_names.items()])}
    identities: list[IdentityDef] = []
    names: list[ConstraintName] = []
    problems: list[Problem] = []
    taken = Names(file_names.values())
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
        name = file_names.get(index.name)
        own = name if name is not None and first[name] == index.name else None
        identity = _identity(draft, index, _naming(own, taken), problems)
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


def _naming(own: str | None, taken: Names) -> Callable[..., str]:
    """Return the function that chooses a name: the file's own, else the first free candidate."""
    return taken.take if own is None else lambda *_candidates: own


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
                Code.PREDICATE_UNTRANSLATED.at(
                    f"{draft.name}.{index.name}",
                    f"Its predicate can't be expressed in Ash ({error}), so it is no identity; "
                    "a violation is a field error all the same.",
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
    computed = default_index_name(table, name)
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


def partition_names(
    draft: Draft, kind: ConstraintKind, registered: Collection[str]
) -> list[ConstraintName]:
    """Name those of one kind that are not `registered` yet, each once.

    A row that is written through the partitioned table meets them where it ends up.
    """
    anchor = draft.anchor()
    found: dict[str, ConstraintName] = {}
    for constraint in draft.table.partition_constraints:
        fields = draft.attributes_of(constraint.columns) or ((anchor,) if anchor else ())
        if constraint.kind is kind and constraint.name not in registered and fields:
            name = ConstraintName(attributes=fields, name=constraint.name)
            found.setdefault(constraint.name, name)
    return list(found.values())
