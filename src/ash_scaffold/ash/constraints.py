"""Every constraint that can reject a write, known to its resource by its real name.

An unknown name raises; a known one becomes a field error. Source: AshPostgres' data layer, which
turns `identities`, `unique_index_names`, `references`, `foreign_key_names`, `check_constraints`
and `exclusion_constraint_names` into Ecto changeset constraints, matched by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.ash.constraint_messages import (
    ABSENT_KEY,
    CHECK,
    EXCLUDED,
    EXCLUSION,
    INVALID,
    LEAVES_BEHIND,
    NOTHING_SAID,
    OWN_KEY,
    POINTING_KEY,
    TAKEN,
    UNIQUE,
    ConstraintMessages,
    Said,
)
from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.dsl import default_foreign_key_name, default_index_name
from ash_scaffold.ash.keys import is_unique, plain_columns
from ash_scaffold.ash.model import (
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Reference,
    Relationship,
    Resource,
)
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
from ash_scaffold.postgres.tenant_schemas import sql_of_every_tenant
from ash_scaffold.problem import Code, Problem
from ash_scaffold.term import Atom, Expr, Term

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


class StoppingKey(msgspec.Struct, frozen=True):
    """A foreign key that can stop a write to the rows of a table, by one of its names.

    `attribute` is the one that the error lands on. `is_direct` means that it points at the table
    itself, `is_single` that at most one row does. `is_derived` marks a name that Ash finds by the
    belongs_to of the other resource.
    """

    attribute: str
    name: str
    key: ForeignKey
    is_direct: bool
    is_single: bool = False
    is_derived: bool = False


class ParentKeys:
    """Which foreign keys can stop the delete, or a change of the key, of a row."""

    def __init__(
        self,
        database: Database,
        drafts: Mapping[Name, Draft],
        belongs_to: Mapping[tuple[Name, str], Relationship],
    ) -> None:
        self._pointing = by_target(key for key in database.foreign_keys() if key.enforced)
        self._tables = {table.name: table for table in database.tables}
        self._drafts = drafts
        self._belongs_to = belongs_to

    def stopping(self, draft: Draft, related: Collection[str]) -> list[StoppingKey]:
        """Return the keys that can stop a write to this table's rows, by attribute and name.

        Those that point at it, or at a table whose rows go with it through ON DELETE CASCADE.
        `related` are the modules that its resource has relationships to.
        """
        anchor = draft.anchor()
        if anchor is None or draft.is_view:
            return []
        found: dict[str, StoppingKey] = {}
        for key in met_by_delete(draft.name, self._pointing):
            direct = key.target == draft.name
            if key.on_delete in STOPPING or (direct and _stops_update(key, draft)):
                field = self._referred(key, draft) if direct else None
                table = self._tables.get(key.table)
                single = direct and table is not None and is_unique(table, key.columns)
                for name in (key.name, *key.clone_names):
                    if direct or name not in found:
                        derived = direct and self._is_derived(key, name, related)
                        found[name] = StoppingKey(
                            field or anchor, name, key, direct, single, derived
                        )
        return sorted(found.values(), key=lambda each: (each.attribute, each.name))

    def _referred(self, key: ForeignKey, draft: Draft) -> str | None:
        """Return the attribute that a key refers to: that of its belongs_to, else the first."""
        found = self._belongs_to.get((key.table, key.name))
        return (
            draft.attribute(key.target_columns[0]) if found is None else found.destination_attribute
        )

    def _is_derived(self, key: ForeignKey, name: str, related: Collection[str]) -> bool:
        """Whether AshPostgres registers a name by itself, with a text that nothing replaces.

        It does for the belongs_to of each resource that the parent has a relationship to.
        """
        child, found = self._drafts.get(key.table), self._belongs_to.get((key.table, key.name))
        if child is None or child.module not in related or found is None:
            return False
        return default_foreign_key_name(key.table.name, found.source_attribute) == name


def _stops_update(key: ForeignKey, draft: Draft) -> bool:
    """Whether changing the referenced columns is possible through Ash, and refused by the key."""
    if key.on_update not in STOPPING:
        return False
    referenced = [draft.by_column.get(column) for column in key.target_columns]
    return any(attribute is not None and attribute.writable for attribute in referenced)


def with_constraints(
    resource: Resource,
    draft: Draft,
    belongs_to: Mapping[tuple[Name, str], Relationship],
    parents: ParentKeys,
    given: ResourceNames,
    messages: ConstraintMessages,
) -> tuple[Resource, tuple[Problem, ...]]:
    """Add the entries for the constraints of its table to a resource, and report problems.

    `given` are the names of its file, `messages` what legacy code says on the constraints.
    """
    unique = plan_unique(draft, _identity_names(draft, given), messages)
    if draft.is_view:
        # A materialized view's unique indexes say what identifies a row, and reject no write.
        return msgspec.structs.replace(resource, identities=unique.identities), unique.problems
    references, own = _own_keys(draft, belongs_to, messages)
    # Ash itself knows a belongs_to of a resource to itself on both of its sides.
    to_itself = {
        key.name
        for key in draft.table.foreign_keys
        if key.target == draft.name and (draft.name, key.name) in belongs_to
    }
    related = {relationship.destination for relationship in resource.relationships}
    stopping = [
        _stopping(each, messages)
        for each in parents.stopping(draft, related)
        if each.name not in to_itself
    ]
    names = {key.name for key in draft.table.foreign_keys}
    own += partition_names(draft, ConstraintKind.FOREIGN_KEY, names)
    table_own = [c for c in own if c.name not in {s.name for s in stopping}]
    planned = msgspec.structs.replace(
        resource,
        identities=unique.identities,
        references=references,
        check_constraints=_checks(draft, messages),
        unique_index_names=unique.names,
        exclusion_constraint_names=_exclusions(draft, messages),
        foreign_key_names=tuple(sorted((*table_own, *stopping), key=lambda c: c.name)),
    )
    return planned, (*unique.problems, *_deferred(draft), *messages.problems())


def _stopping(found: StoppingKey, messages: ConstraintMessages) -> ConstraintName:
    if found.is_derived:
        messages.shadowed(POINTING_KEY, found.name, LEAVES_BEHIND)
        return ConstraintName(attributes=(found.attribute,), name=found.name, message=LEAVES_BEHIND)
    said = messages.on(POINTING_KEY, (found.key.name, found.name), LEAVES_BEHIND)
    return ConstraintName(
        attributes=(said.field or found.attribute,),
        name=found.name,
        message=messages.left_behind(found.key.name, single=found.is_single),
    )


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
    draft: Draft,
    belongs_to: Mapping[tuple[Name, str], Relationship],
    messages: ConstraintMessages,
) -> tuple[tuple[Reference, ...], list[ConstraintName]]:
    """Say each own foreign key: in `references` where a belongs_to stands for it, else by name.

    A key with a text of its own goes by name, too: that of a reference always has Ash's.
    """
    references: list[Reference] = []
    names: list[ConstraintName] = []
    anchor = draft.anchor()
    for key in draft.table.foreign_keys:
        relationship = belongs_to.get((draft.name, key.name))
        field = next(iter(draft.attributes_of(key.columns)), anchor)
        if relationship is not None:
            field = relationship.source_attribute
        if field is None:
            continue
        said = messages.on(OWN_KEY, (key.name, *key.clone_names), ABSENT_KEY)
        attributes = (said.field or field,)
        computed = default_foreign_key_name(draft.table.name.name, field)
        # Of a table to itself, the name of the reference is that of the other side as well.
        by_name = computed != key.name and key.target != draft.name
        by_name = by_name and (said.message is not None or said.field not in (None, field))
        if relationship is not None:
            reference = _reference(draft, key, relationship.name, None if by_name else field)
            if reference is not None:
                references.append(reference)
        if relationship is not None and not by_name:
            messages.shadowed(OWN_KEY, key.name, ABSENT_KEY)
        else:
            names.append(ConstraintName(attributes=attributes, name=key.name, message=said.message))
        names += [
            ConstraintName(attributes=attributes, name=clone, message=said.message)
            for clone in key.clone_names
        ]
    return tuple(references), names


def _reference(
    draft: Draft, key: ForeignKey, relationship: str, field: str | None
) -> Reference | None:
    """Return the entry of a key; without `field`, that of the belongs_to, it gets no name."""
    computed = key.name
    if field is not None:
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


def _checks(draft: Draft, messages: ConstraintMessages) -> tuple[CheckConstraint, ...]:
    anchor = draft.anchor()
    if anchor is None:
        return ()
    own = {attribute.name for attribute in draft.by_column.values()}

    def check(attributes: tuple[str, ...], name: str) -> CheckConstraint:
        said = messages.on(CHECK, (name,), INVALID)
        if said.field in own:
            attributes = (said.field,)
        return CheckConstraint(attributes=attributes, name=name, message=said.message or INVALID)

    found = [check(draft.told(each.columns) or (anchor,), each.name) for each in draft.table.checks]
    by_domain: dict[str, list[str]] = defaultdict(list)
    for column, attribute in draft.by_column.items():
        for domain_check in draft.columns.mapped[column].checks:
            by_domain[domain_check.name].append(attribute.name)
    found += [check(tuple(names), name) for name, names in by_domain.items()]
    found += [
        check(each.attributes, each.name)
        for each in partition_names(draft, ConstraintKind.CHECK, ())
    ]
    unique = {each.name: each for each in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda each: each.name))


def _exclusions(draft: Draft, messages: ConstraintMessages) -> tuple[ConstraintName, ...]:
    anchor = draft.anchor()
    found: list[ConstraintName] = []
    for key in temporal_keys(draft):
        if key.name in {exclusion.name for exclusion in draft.table.exclusions}:
            continue
        field = next(reversed(draft.told(key.columns)), anchor)
        if field is not None:
            found += _excluded(field, (key.name, *key.partition_index_names), messages)
    for exclusion in draft.table.exclusions:
        fields = draft.told(exclusion.columns)
        field = fields[-1] if fields else anchor
        if field is not None:
            found += _excluded(field, (exclusion.name, *exclusion.partition_index_names), messages)
    names = {each.name for each in found}
    return (*found, *partition_names(draft, ConstraintKind.EXCLUSION, names))


def _excluded(
    field: str, names: tuple[str, ...], messages: ConstraintMessages
) -> Iterator[ConstraintName]:
    said = messages.on(EXCLUSION, names, EXCLUDED)
    for name in names:
        yield ConstraintName(attributes=(said.field or field,), name=name, message=said.message)


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
    """Identities, and the names of all other unique indexes.

    Identities are in the order of their indexes, those of partial indexes last: `Ash.get` takes the
    first whose keys it is given (`get_identity_filter` of `Ash.Filter`), and heeds no condition.
    """

    identities: tuple[IdentityDef, ...]
    names: tuple[ConstraintName, ...]
    problems: tuple[Problem, ...]


def plan_unique(
    draft: Draft, file_names: Mapping[str, str], messages: ConstraintMessages
) -> Unique:
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
        if not index.unique:
            continue
        said = messages.on(UNIQUE, (index.name, *index.partition_index_names), TAKEN)
        names += _partition_names(draft, index, said)
        if primary is not None and index.name == primary.index_name:
            names += _primary_name(draft, index, said)
            continue
        name = file_names.get(index.name)
        own = name if name is not None and first[name] == index.name else None
        identity = _identity(draft, index, _naming(own, taken), problems)
        if identity is None:
            names.append(_unique_name(draft, index, said))
            continue
        first_key = identity.own_keys(draft.tenant)[0]
        if identity.index_name is not None and said.field not in (None, first_key):
            # AshPostgres heeds `field_names` only where the index has the name that it expects.
            names.append(_unique_name(draft, index, said, note=False))
        elif said != NOTHING_SAID:
            identity = _with_message(identity, first_key, said)
        identities.append(identity)
    known_names = {each.name for each in names} | {each.index for each in identities}
    names += partition_names(draft, ConstraintKind.UNIQUE, known_names)
    return Unique(
        identities=tuple(sorted(identities, key=lambda each: each.where is not None)),
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
    found = draft.told(_columns_of(index))
    anchor = draft.anchor()
    return found or ((anchor,) if anchor is not None else ())


def _with_message(identity: IdentityDef, first: str, said: Said) -> IdentityDef:
    """Return an identity with the text, and the field that the error is of, where that differs."""
    field_names = () if said.field in (None, first) else (str(said.field),)
    return msgspec.structs.replace(identity, message=said.message, field_names=field_names)


def _error_fields(draft: Draft, index: Index, said: Said) -> tuple[str, ...]:
    """Return the attributes of an index; the error is of the first."""
    fields = _fields(draft, index)
    return fields if said.field in (None, *fields[:1]) else (str(said.field),)


def _primary_name(draft: Draft, index: Index, said: Said) -> list[ConstraintName]:
    """Ash knows `<table>_pkey`, over the attributes of its own key."""
    fields = _error_fields(draft, index, said)
    is_known = index.name == f"{draft.table.name.name}_pkey" and draft.key is not None
    if is_known and said.message is None and fields == draft.attributes_of(_columns_of(index)):
        return []
    return [ConstraintName(attributes=fields, name=index.name, message=said.message)]


def _partition_names(draft: Draft, index: Index, said: Said) -> list[ConstraintName]:
    if not index.partition_index_names:
        return []
    fields = _error_fields(draft, index, said)
    return [
        ConstraintName(attributes=fields, name=name, message=said.message)
        for name in index.partition_index_names
    ]


def _unique_name(draft: Draft, index: Index, said: Said, *, note: bool = True) -> ConstraintName:
    attributes = _error_fields(draft, index, said)
    if not note:
        return ConstraintName(attributes=attributes, name=index.name, message=said.message)
    keys = ", ".join(key.column or key.expression or "" for key in index.keys)
    text = f"{index.name}: {keys}"
    if index.predicate is not None:
        text += f" WHERE {index.predicate}"
    return ConstraintName(attributes=attributes, name=index.name, message=said.message, note=text)


def _identity(
    draft: Draft, index: Index, name: Callable[..., str], problems: list[Problem]
) -> IdentityDef | None:
    columns = plain_columns(index)
    if columns is None or not index.valid:
        return None
    keys = draft.attributes_of(columns)
    if len(keys) < len(columns):
        return None
    if set(keys) == {draft.tenant}:
        # Without a key, Ash looks a row up by no condition at all.
        return None
    where: Expr | None = None
    where_sql = index.predicate
    if where_sql is not None:
        try:
            if draft.table.per_tenant:
                where_sql = _of_every_tenant(where_sql)
            where = translate(where_sql, _operands(draft))
        except UntranslatableError as error:
            problems.append(
                Code.PREDICATE_UNTRANSLATED.at(
                    f"{draft.name}.{index.name}",
                    f"Its predicate can't be expressed in Ash ({error}), so it is no identity; "
                    "a violation is a field error all the same.",
                )
            )
            return None
    return _named_identity(draft, index, keys, (where, where_sql), name)


def _of_every_tenant(predicate: str) -> str:
    sql = sql_of_every_tenant(predicate)
    if sql is None:
        raise UntranslatableError("it names an object of the tenant's schema")
    return sql


def _named_identity(
    draft: Draft,
    index: Index,
    keys: tuple[str, ...],
    where: tuple[Expr | None, str | None],
    choose: Callable[..., str],
) -> IdentityDef:
    """Make the identity of an index; `where` is its predicate, in Ash and in SQL."""
    table = draft.table.name.name
    all_tenants = draft.tenant is not None and draft.tenant not in keys
    own = tuple(key for key in keys if key != draft.tenant)
    by_keys = "_".join(key.strip("_") for key in own)
    by_index = attribute_name(underscore(index.name))
    short = len(f"{table}_{by_keys}_index") <= _LONGEST
    name = choose(by_keys, by_index) if short else choose(by_index)
    computed = default_index_name(table, name)
    return IdentityDef(
        name=name,
        keys=keys,
        index=index.name,
        index_name=None if computed == index.name else index.name,
        where=where[0],
        where_sql=where[1],
        nils_distinct=not index.nulls_not_distinct,
        all_tenants=all_tenants,
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
        fields = draft.told(constraint.columns) or ((anchor,) if anchor else ())
        if constraint.kind is kind and constraint.name not in registered and fields:
            name = ConstraintName(attributes=fields, name=constraint.name)
            found.setdefault(constraint.name, name)
    return list(found.values())
