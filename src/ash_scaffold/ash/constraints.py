"""Every constraint that can reject a write, known to its resource by its real name.

An unknown name raises; a known one becomes a field error. Source: AshPostgres' data layer, which
turns `identities`, `unique_index_names`, `references`, `foreign_key_names`, `check_constraints`
and `exclusion_constraint_names` into Ecto changeset constraints, matched by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.identities import plan_unique, temporal_keys
from ash_scaffold.ash.keys import all_foreign_keys
from ash_scaffold.ash.model import CheckConstraint, ConstraintName, IdentityDef, Reference
from ash_scaffold.ash.partition_constraints import partition_names
from ash_scaffold.postgres.catalog import (
    Action,
    ConstraintKind,
    Database,
    ForeignKey,
    Match,
    Name,
)
from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.term import Atom, Term

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
# SET DEFAULT stops it where the default has no row to point at.
_STOPPING = frozenset({Action.NO_ACTION, Action.RESTRICT, Action.SET_DEFAULT})


class Constraints(msgspec.Struct, frozen=True, kw_only=True):
    """What a resource says about the constraints of its table."""

    identities: tuple[IdentityDef, ...] = ()
    references: tuple[Reference, ...] = ()
    check_constraints: tuple[CheckConstraint, ...] = ()
    unique_index_names: tuple[ConstraintName, ...] = ()
    exclusion_constraint_names: tuple[ConstraintName, ...] = ()
    foreign_key_names: tuple[ConstraintName, ...] = ()
    problems: tuple[Problem, ...] = ()


class ParentKeys:
    """Which foreign keys can stop the delete, or a change of the key, of a row."""

    def __init__(self, database: Database) -> None:
        self._pointing: dict[Name, list[ForeignKey]] = defaultdict(list)
        for key in all_foreign_keys(database):
            if key.enforced:
                self._pointing[key.target].append(key)

    def stopping(self, draft: Draft) -> list[tuple[str, str]]:
        """Return `(attribute, name)` of the keys that can stop a write to this table's rows.

        Those that point at it, or at a table whose rows go with it through ON DELETE CASCADE.
        """
        anchor = draft.anchor()
        if anchor is None or draft.is_view:
            return []
        found: dict[str, str] = {}
        own = draft.name
        reached, queue = {own}, [own]
        while queue:
            table = queue.pop()
            for key in self._pointing.get(table, ()):
                direct = table == own
                if key.on_delete in _STOPPING or (direct and _stops_update(key, draft)):
                    field = draft.attribute(key.target_columns[0]) if direct else None
                    for name in (key.name, *key.clone_names):
                        if direct or name not in found:
                            found[name] = field or anchor
                if key.on_delete is Action.CASCADE and key.table not in reached:
                    reached.add(key.table)
                    queue.append(key.table)
        return sorted((field, name) for name, field in found.items())


def _stops_update(key: ForeignKey, draft: Draft) -> bool:
    """Whether changing the referenced columns is possible through Ash, and refused by the key."""
    if key.on_update not in _STOPPING:
        return False
    referenced = [draft.by_column.get(column) for column in key.target_columns]
    return any(attribute is not None and attribute.writable for attribute in referenced)


def plan_constraints(
    draft: Draft,
    belongs_to: Mapping[tuple[Name, str], str],
    parents: ParentKeys,
    identity_names: Mapping[str, str],
) -> Constraints:
    """Plan everything a resource has to say about constraints.

    `identity_names` are those that its file gives, by index.
    """
    unique = plan_unique(draft, identity_names)
    if draft.is_view:
        # A materialized view's unique indexes say what identifies a row, and reject no write.
        return Constraints(identities=unique.identities, problems=unique.problems)
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
    known = {key.name for key in draft.table.foreign_keys}
    own += partition_names(draft, ConstraintKind.FOREIGN_KEY, known)
    table_own = [c for c in own if c.name not in {s.name for s in stopping}]
    return Constraints(
        identities=unique.identities,
        references=references,
        check_constraints=_checks(draft),
        unique_index_names=unique.names,
        exclusion_constraint_names=_exclusions(draft),
        foreign_key_names=tuple(sorted((*table_own, *stopping), key=lambda c: c.name)),
        problems=(*unique.problems, *_deferred(draft)),
    )


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
    computed = f"{draft.table.name.name}_{field}_fkey"
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
    said = (
        reference.name,
        reference.on_delete,
        reference.on_update,
        reference.deferrable,
        reference.match_type,
    )
    return reference if any(option is not None for option in said) else None


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
    known = {each.name for each in found}
    return (*found, *partition_names(draft, ConstraintKind.EXCLUSION, known))


def _deferred(draft: Draft) -> Iterable[Problem]:
    table = draft.table
    keys = [*table.unique_keys, *([table.primary_key] if table.primary_key else [])]
    deferred = [key.name for key in keys if key.deferred]
    deferred += [key.name for key in table.foreign_keys if key.deferred]
    deferred += [exclusion.name for exclusion in table.exclusions if exclusion.deferred]
    for name in sorted(deferred):
        yield Problem(
            severity=Severity.NOTE,
            code=Code.DEFERRED_CONSTRAINT,
            where=f"{table.name}.{name}",
            what="It is initially deferred: a violation fails at COMMIT, where Ash can't make "
            "a field error of it.",
            todo="Check it before the write, or make it INITIALLY IMMEDIATE in legacy code.",
        )
