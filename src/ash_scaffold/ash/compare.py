"""The typed differences between the resource that fits a database and the one that is there.

The latter is a source file or a compiled module, read into `ReadResource`. What is unknown of it
gives no difference, nor does what a team decides for itself: names, order, actions, descriptions,
`public?`, `sensitive?`, messages, own relationships, calculations and aggregates.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from typing import TypeAlias

import msgspec

from ash_scaffold.ash.equivalence import (
    default_of,
    plain_type,
    same,
    same_constraints,
    update_default_of,
)
from ash_scaffold.ash.model import (
    ABSENT,
    Absent,
    Attribute,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Path,
    ReadResource,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.term import Atom, Module, Term

Value: TypeAlias = (
    "Term | Absent | Attribute | Relationship | IdentityDef | CheckConstraint | ConstraintName"
)


class Kind(StrEnum):
    """Every kind of difference. The value is what users see; the order is that of reports."""

    TABLE = "table differs"
    SCHEMA = "schema differs"
    REPO = "repo differs"
    MIGRATE = "migrate? differs"
    REQUIRE_PRIMARY_KEY = "require_primary_key? differs"
    ATTRIBUTE_MISSING = "attribute missing"
    ATTRIBUTE_EXTRA = "attribute without column"
    SOURCE = "source differs"
    TYPE = "type differs"
    CONSTRAINTS = "constraints differ"
    PRIMARY_KEY = "primary_key? differs"
    ALLOW_NIL = "allow_nil? differs"
    GENERATED = "generated? differs"
    WRITABLE = "writable? differs"
    DEFAULT = "default differs"
    UPDATE_DEFAULT = "update_default differs"
    RELATIONSHIP_MISSING = "relationship missing"
    RELATIONSHIP_KIND = "relationship kind differs"
    DESTINATION = "destination differs"
    SOURCE_ATTRIBUTE = "source_attribute differs"
    DESTINATION_ATTRIBUTE = "destination_attribute differs"
    FILTER = "filter differs"
    THROUGH = "through differs"
    JOIN_ATTRIBUTE = "join attribute differs"
    IDENTITY_MISSING = "identity missing"
    IDENTITY_EXTRA = "identity without index"
    INDEX_NAME = "index name differs"
    KEYS = "keys differ"
    WHERE = "where differs"
    WHERE_SQL = "where as SQL differs"
    NILS_DISTINCT = "nils_distinct? differs"
    REFERENCE_NAME = "reference name differs"
    ON_DELETE = "on_delete differs"
    ON_UPDATE = "on_update differs"
    DEFERRABLE = "deferrable differs"
    MATCH_TYPE = "match_type differs"
    CONSTRAINT_UNKNOWN = "constraint unknown"
    CONSTRAINT_EXTRA = "no such constraint"


_ORDER = {kind: position for position, kind in enumerate(Kind)}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference.

    `path` is where it stands in the resource that was compared, as `ReadResource.place` takes it:
    of what is missing, the section that it belongs to. `object` is the database object: the
    column, index or constraint; for a relationship its name, for the table itself nothing.
    `wanted` and `has` are the values that differ, whole structs for what is missing or extra,
    `ABSENT` for what is not there.
    """

    kind: Kind
    path: Path
    object: str = ""
    wanted: Value
    has: Value

    def sort_key(self) -> tuple[int, str, int, Path]:
        """By the kind of entity, its object and the option: the same order on every machine."""
        order = _ORDER[self.kind]
        return (_first(order), self.object, order, self.path)


_GROUPS = [
    _ORDER[kind]
    for kind in (
        Kind.TABLE,
        Kind.ATTRIBUTE_MISSING,
        Kind.RELATIONSHIP_MISSING,
        Kind.IDENTITY_MISSING,
        Kind.REFERENCE_NAME,
        Kind.CONSTRAINT_UNKNOWN,
    )
]


def _first(order: int) -> int:
    """Return where the group of a kind starts."""
    return max(start for start in _GROUPS if start <= order)


_PINNED_FIELDS = {
    "table": Kind.TABLE,
    "schema": Kind.SCHEMA,
    "repo": Kind.REPO,
    "migrate": Kind.MIGRATE,
}


def compare(
    wanted: Resource,
    has: ReadResource | Resource,
    *,
    columns: Collection[str] = (),
    types: Collection[str] = (),
) -> tuple[Difference, ...]:
    """Return where a resource differs from the one that was planned for its table.

    `wanted` is planned with the names that `has` gives. What is unknown gives no difference, nor
    does what a team decides for itself: names, order, actions, descriptions, `public?`,
    `sensitive?`, messages, own relationships, calculations and aggregates.

    `columns` are those of the table that have no attribute in `wanted` (excluded, or of a type
    that Ash can't read), which an own attribute may use. `types` are the type modules that the
    tool writes; an attribute with a type of the team's own is taken to fit its column.
    """
    read = has if isinstance(has, ReadResource) else ReadResource(resource=has)
    found = [
        *_pinned_to(wanted, read),
        *compare_attributes(wanted, read, columns, types),
        *compare_relationships(wanted, read),
        *compare_identities(wanted, read),
        *compare_constraints(wanted, read),
    ]
    return tuple(sorted(found, key=Difference.sort_key))


def _pinned_to(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    for field, kind in _PINNED_FIELDS.items():
        left, right = getattr(wanted, field), getattr(has.resource, field)
        if left != right and has.knows(field):
            yield Difference(kind=kind, path=(field,), wanted=left, has=right)
    keyed = any(attribute.primary_key for attribute in has.resource.attributes)
    required = has.resource.require_primary_key and not wanted.require_primary_key
    if required and not keyed and has.knows("require_primary_key"):
        yield Difference(
            kind=Kind.REQUIRE_PRIMARY_KEY,
            path=("require_primary_key",),
            wanted=False,
            has=True,
        )


_ATTRIBUTES = "attributes"
_OWNERS = ("Ash.", "AshPostgres.")


def compare_attributes(
    wanted: Resource, has: ReadResource, columns: Collection[str], types: Collection[str]
) -> Iterator[Difference]:
    """Compare the attributes.

    `columns` have no attribute in `wanted`, but an own one may use them; `types` are the type
    modules that the tool writes. Of any other module nobody knows what it stores.
    """
    pairs = _pair_attributes(wanted, has)
    paired = {each.name for each in pairs.values() if each is not None}
    # What can't be read may be what is missing.
    sure = has.knows(_ATTRIBUTES) and all(
        has.knows(_ATTRIBUTES, each.name, "column") or each.name in paired
        for each in has.resource.attributes
    )
    for attribute in wanted.attributes:
        found = pairs[attribute.column]
        if found is not None:
            yield from _attribute_options(attribute, found, has, types)
        elif sure:
            yield Difference(
                kind=Kind.ATTRIBUTE_MISSING,
                path=(_ATTRIBUTES,),
                object=attribute.column,
                wanted=attribute,
                has=ABSENT,
            )
    for extra in has.resource.attributes:
        known = has.knows(_ATTRIBUTES, extra.name, "column")
        if extra.name not in paired and known and extra.column not in columns:
            if extra.column in pairs:
                continue
            yield Difference(
                kind=Kind.ATTRIBUTE_EXTRA,
                path=(_ATTRIBUTES, extra.name),
                object=extra.column,
                wanted=ABSENT,
                has=extra,
            )


def _pair_attributes(wanted: Resource, has: ReadResource) -> dict[str, Attribute | None]:
    """Pair by column; then by name what has no column, or one that is not in the table."""
    planned = {attribute.column for attribute in wanted.attributes}
    by_column: dict[str, Attribute] = {}
    by_name: dict[str, Attribute] = {}
    for attribute in has.resource.attributes:
        known = has.knows(_ATTRIBUTES, attribute.name, "column")
        if known and attribute.column in planned:
            by_column.setdefault(attribute.column, attribute)
        else:
            by_name.setdefault(attribute.name, attribute)
    return {
        attribute.column: by_column.get(attribute.column) or by_name.get(attribute.name)
        for attribute in wanted.attributes
    }


def _attribute_options(
    wanted: Attribute, found: Attribute, has: ReadResource, types: Collection[str]
) -> Iterator[Difference]:
    def knows(*fields: str) -> bool:
        return all(has.knows(_ATTRIBUTES, found.name, field) for field in fields)

    def differ(kind: Kind, field: str, left: Value, right: Value) -> Difference:
        return Difference(
            kind=kind,
            path=(_ATTRIBUTES, found.name, field),
            object=wanted.column,
            wanted=left,
            has=right,
        )

    if knows("column") and wanted.column != found.column:
        yield differ(Kind.SOURCE, "column", wanted.column, found.column)
    if knows("type") and not _is_own(found.type, wanted.type, types):
        if plain_type(wanted.type) != plain_type(found.type):
            yield differ(Kind.TYPE, "type", wanted.type, found.type)
        elif knows("constraints") and not same_constraints(wanted.constraints, found.constraints):
            yield differ(
                Kind.CONSTRAINTS, "constraints", list(wanted.constraints), list(found.constraints)
            )
    if knows("primary_key") and wanted.primary_key != found.primary_key:
        yield differ(Kind.PRIMARY_KEY, "primary_key", wanted.primary_key, found.primary_key)
    key = wanted.primary_key and found.primary_key
    if not key and knows("allow_nil") and wanted.allow_nil != found.allow_nil:
        yield differ(Kind.ALLOW_NIL, "allow_nil", wanted.allow_nil, found.allow_nil)
    if knows("writable") and wanted.writable != found.writable:
        yield differ(Kind.WRITABLE, "writable", wanted.writable, found.writable)
    if knows("default", "generated"):
        left, right = default_of(wanted), default_of(found)
        # Whether Ash gives the default or leaves it to the database comes to the same.
        if not same(left, right) and not (right is ABSENT and found.generated):
            yield differ(Kind.DEFAULT, "default", left, right)
        elif left is ABSENT and right is ABSENT and wanted.generated != found.generated:
            yield differ(Kind.GENERATED, "generated", wanted.generated, found.generated)
    left, right = update_default_of(wanted), update_default_of(found)
    if knows("update_default") and not same(left, right):
        yield differ(Kind.UPDATE_DEFAULT, "update_default", left, right)


def _is_own(type_: Term, wanted: Term, types: Collection[str]) -> bool:
    """Whether a type is a module of the team's own, in an array or not."""
    if isinstance(type_, tuple):
        inner = wanted[-1] if isinstance(wanted, tuple) and wanted else wanted
        return any(_is_own(part, inner, types) for part in type_)
    return (
        isinstance(type_, Module)
        and type_ != wanted
        and type_.name not in types
        and not type_.name.startswith(_OWNERS)
    )


_RELATIONSHIPS = "relationships"
# What makes a relationship the one that it is, and how each is called when it differs.
_RELATIONSHIP_FIELDS = {
    "destination": Kind.DESTINATION,
    "source_attribute": Kind.SOURCE_ATTRIBUTE,
    "destination_attribute": Kind.DESTINATION_ATTRIBUTE,
    "through": Kind.THROUGH,
    "source_attribute_on_join": Kind.JOIN_ATTRIBUTE,
    "destination_attribute_on_join": Kind.JOIN_ATTRIBUTE,
}


def compare_relationships(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    """Compare the relationships that the foreign keys give."""
    pairs = pair_relationships(wanted, has)
    taken = {found.name for found in pairs.values() if found is not None}
    # What can't be read may be what is missing.
    sure = has.knows(_RELATIONSHIPS) and all(
        each.name in taken
        or all(has.knows(_RELATIONSHIPS, each.name, field) for field in _RELATIONSHIP_FIELDS)
        for each in has.resource.relationships
    )
    for relationship in wanted.relationships:
        found = pairs[relationship.name]
        if found is not None:
            yield from _relationship_options(relationship, found, has)
        elif sure:
            yield Difference(
                kind=Kind.RELATIONSHIP_MISSING,
                path=(_RELATIONSHIPS,),
                object=relationship.name,
                wanted=relationship,
                has=ABSENT,
            )


def pair_relationships(wanted: Resource, has: ReadResource) -> dict[str, Relationship | None]:
    """Pair by what they join, then by name; by the names in `wanted`.

    Of several that join the same, one of the name comes first, then one that is no query.
    """
    free = {relationship.name: relationship for relationship in has.resource.relationships}
    pairs: dict[str, Relationship | None] = {each.name: None for each in wanted.relationships}
    for each in wanted.relationships:
        alike = [other for other in free.values() if _joins_alike(each, other)]
        found = min(
            alike,
            key=lambda other: (other.name != each.name, other.name in has.queries),
            default=None,
        )
        if found is not None:
            pairs[each.name] = free.pop(found.name)
    for each in wanted.relationships:
        if pairs[each.name] is None:
            pairs[each.name] = free.pop(each.name, None)
    return pairs


def _is_belongs_to(relationship: Relationship) -> bool:
    return relationship.kind is RelationshipKind.BELONGS_TO


def _joins_alike(wanted: Relationship, other: Relationship) -> bool:
    joins = wanted.kind is RelationshipKind.MANY_TO_MANY
    return (
        _is_belongs_to(wanted) == _is_belongs_to(other)
        and joins == (other.kind is RelationshipKind.MANY_TO_MANY)
        and all(getattr(wanted, field) == getattr(other, field) for field in _RELATIONSHIP_FIELDS)
    )


def _relationship_options(
    wanted: Relationship, found: Relationship, has: ReadResource
) -> Iterator[Difference]:
    path = (_RELATIONSHIPS, found.name)
    if wanted.kind is not found.kind:
        yield Difference(
            kind=Kind.RELATIONSHIP_KIND,
            path=path,
            object=wanted.name,
            wanted=wanted.kind.value,
            has=found.kind.value,
        )
    for field, kind in _RELATIONSHIP_FIELDS.items():
        left, right = getattr(wanted, field), getattr(found, field)
        if left != right and has.knows(*path, field):
            yield Difference(
                kind=kind, path=(*path, field), object=wanted.name, wanted=left, has=right
            )
    # A filter of the team's own narrows what follows the key; that of a composite key is needed.
    needed = wanted.filter is not None and has.knows(*path, "filter")
    if needed and not same(wanted.filter, found.filter):
        yield Difference(
            kind=Kind.FILTER,
            path=(*path, "filter"),
            object=wanted.name,
            wanted=wanted.filter,
            has=found.filter,
        )


_IDENTITIES = "identities"


def compare_identities(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    """Compare the identities.

    An index that is no identity but a registered name still gives a field error.
    """
    pairs = _pair_identities(wanted, has)
    paired = {found.name for found in pairs.values() if found is not None}
    registered = {each.name for each in has.resource.unique_index_names}
    sure = has.knows(_IDENTITIES) and has.knows("unique_index_names")
    sure = sure and all(
        each.name in paired or _is_known(each, has) for each in has.resource.identities
    )
    for identity in wanted.identities:
        found = pairs[identity.index]
        if found is not None:
            yield from _identity_options(identity, found, has, identity.index in registered)
        elif sure and identity.index not in registered:
            yield Difference(
                kind=Kind.IDENTITY_MISSING,
                path=(_IDENTITIES,),
                object=identity.index,
                wanted=identity,
                has=ABSENT,
            )
    yield from _extra_identities(wanted, has, paired)


def _is_known(identity: IdentityDef, has: ReadResource) -> bool:
    return all(has.knows(_IDENTITIES, identity.name, field) for field in ("index", "keys"))


def _pair_identities(wanted: Resource, has: ReadResource) -> dict[str, IdentityDef | None]:
    """Pair by index, then by the keys and the condition, then by name; by index in `wanted`."""
    free = {identity.name: identity for identity in has.resource.identities}
    pairs: dict[str, IdentityDef | None] = {each.index: None for each in wanted.identities}
    for alike in (_has_index, _says_the_same, _has_name):
        for identity in wanted.identities:
            if pairs[identity.index] is None:
                matching = (n for n, other in free.items() if alike(identity, other, has))
                pairs[identity.index] = free.pop(next(matching, ""), None)
    return pairs


def _has_index(wanted: IdentityDef, other: IdentityDef, has: ReadResource) -> bool:
    return has.knows(_IDENTITIES, other.name, "index") and other.index == wanted.index


def _says_the_same(wanted: IdentityDef, other: IdentityDef, has: ReadResource) -> bool:
    known = has.knows(_IDENTITIES, other.name, "keys") and has.knows(
        _IDENTITIES, other.name, "where"
    )
    alike = set(wanted.keys) == set(other.keys) and same(wanted.where, other.where)
    return known and alike


def _has_name(wanted: IdentityDef, other: IdentityDef, _has: ReadResource) -> bool:
    return other.name == wanted.name


def _identity_options(
    wanted: IdentityDef, found: IdentityDef, has: ReadResource, registered: bool
) -> Iterator[Difference]:
    path = (_IDENTITIES, found.name)

    def differ(kind: Kind, field: str, left: Value, right: Value) -> Difference:
        return Difference(
            kind=kind, path=(*path, field), object=wanted.index, wanted=left, has=right
        )

    if has.knows(*path, "index") and wanted.index != found.index and not registered:
        yield differ(Kind.INDEX_NAME, "index_name", wanted.index, found.index)
    if has.knows(*path, "keys") and set(wanted.keys) != set(found.keys):
        yield differ(Kind.KEYS, "keys", wanted.keys, found.keys)
    if has.knows(*path, "where") and not same(wanted.where, found.where):
        yield differ(Kind.WHERE, "where", wanted.where, found.where)
    elif has.knows(*path, "where_sql") and _normalized_sql(wanted.where_sql) != _normalized_sql(
        found.where_sql
    ):
        yield differ(Kind.WHERE_SQL, "where_sql", wanted.where_sql, found.where_sql)
    if has.knows(*path, "nils_distinct") and wanted.nils_distinct != found.nils_distinct:
        yield differ(Kind.NILS_DISTINCT, "nils_distinct", wanted.nils_distinct, found.nils_distinct)


def _normalized_sql(text: str | None) -> str:
    """Return a condition without what servers of different versions write differently."""
    return re.sub(r"[\s()]", "", text or "")


def _extra_identities(
    wanted: Resource, has: ReadResource, paired: set[str]
) -> Iterator[Difference]:
    """Give identities that no unique index makes so: an upsert by them fails."""
    indexes = {each.name for each in wanted.unique_index_names}
    key = {attribute.name for attribute in wanted.attributes if attribute.primary_key}
    for identity in has.resource.identities:
        path = (_IDENTITIES, identity.name)
        if identity.name in paired or not _is_known(identity, has) or identity.index in indexes:
            continue
        if key and key <= set(identity.keys):
            continue
        yield Difference(
            kind=Kind.IDENTITY_EXTRA,
            path=path,
            object=identity.index,
            wanted=ABSENT,
            has=identity,
        )


_REFERENCE_FIELDS = {
    "on_delete": Kind.ON_DELETE,
    "on_update": Kind.ON_UPDATE,
    "deferrable": Kind.DEFERRABLE,
    "match_type": Kind.MATCH_TYPE,
}


def compare_constraints(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    """Compare the references of belongs_to, and the constraints that go by their names."""
    own = has.resource
    identities = {identity.index for identity in own.identities}
    planned = {identity.index for identity in wanted.identities}
    indexes_known = all(
        has.knows("identities", each.name, "index") for each in own.identities
    ) and has.knows("identities")
    keys = {reference.foreign_key for reference in own.references}
    yield from _references(wanted, has)
    yield from _compare_names(
        has,
        "unique_index_names",
        wanted.unique_index_names,
        own.unique_index_names,
        identities if indexes_known else {each.name for each in wanted.unique_index_names},
        planned,
    )
    yield from _compare_names(
        has,
        "exclusion_constraint_names",
        wanted.exclusion_constraint_names,
        own.exclusion_constraint_names,
    )
    yield from _compare_names(
        has,
        "foreign_key_names",
        wanted.foreign_key_names,
        own.foreign_key_names,
        keys,
        {name for _, name in _key_names(wanted)},
    )
    yield from _compare_names(
        has, "check_constraints", wanted.check_constraints, own.check_constraints
    )


def _compare_names(
    has: ReadResource,
    section: str,
    wanted: Iterable[ConstraintName] | Iterable[CheckConstraint],
    own: Iterable[ConstraintName] | Iterable[CheckConstraint],
    otherwise: Iterable[str] = (),
    real: Iterable[str] = (),
) -> Iterator[Difference]:
    """Compare names; some are known `otherwise`, and some are `real` though not wanted here."""
    left = {each.name: each for each in wanted}
    right = {each.name: each for each in own}
    known = {*right, *otherwise}
    if has.knows(section):
        for name, each in left.items():
            if name not in known:
                yield Difference(
                    kind=Kind.CONSTRAINT_UNKNOWN,
                    path=(section,),
                    object=name,
                    wanted=each,
                    has=ABSENT,
                )
    for name, found in right.items():
        if name not in left and name not in real:
            yield Difference(
                kind=Kind.CONSTRAINT_EXTRA,
                path=(section, name),
                object=name,
                wanted=ABSENT,
                has=found,
            )


def _key_names(wanted: Resource) -> Iterator[tuple[Relationship, str]]:
    """Give the foreign key behind each belongs_to, by its real name."""
    names = {reference.relationship: reference.foreign_key for reference in wanted.references}
    for relationship in wanted.relationships:
        if relationship.kind is RelationshipKind.BELONGS_TO:
            computed = _computed(wanted.table, relationship)
            yield relationship, names.get(relationship.name, computed)


def _computed(table: str, relationship: Relationship) -> str:
    """Return the name that AshPostgres gives to a key by itself."""
    return f"{table}_{relationship.source_attribute}_fkey"


def _references(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    pairs = pair_relationships(wanted, has)
    said = {reference.relationship: reference for reference in wanted.references}
    stated = {reference.relationship: reference for reference in has.resource.references}
    registered = {each.name for each in has.resource.foreign_key_names}
    for relationship, name in _key_names(wanted):
        found = pairs[relationship.name]
        if found is None or (found.name not in stated and not has.knows("references")):
            continue
        computed = _computed(wanted.table, found)
        nothing = Reference(relationship=found.name, foreign_key=computed)
        reference = stated.get(found.name, nothing)
        path = ("references" if found.name in stated else "relationships", found.name)
        known = has.knows(*path, "name") and has.knows(
            "relationships", found.name, "source_attribute"
        )
        own = reference.name or computed
        if known and own != name and name not in registered and has.knows("foreign_key_names"):
            yield Difference(
                kind=Kind.REFERENCE_NAME,
                path=(*path, "name"),
                object=name,
                wanted=name,
                has=own,
            )
        yield from _reference_options(
            said.get(relationship.name, nothing), reference, has, path, name
        )


def _reference_options(
    wanted: Reference, found: Reference, has: ReadResource, path: Path, name: str
) -> Iterator[Difference]:
    for field, kind in _REFERENCE_FIELDS.items():
        left, right = _action(getattr(wanted, field)), _action(getattr(found, field))
        if has.knows(*path, field) and not same(left, right):
            yield Difference(kind=kind, path=(*path, field), object=name, wanted=left, has=right)


def _action(value: Term) -> Term:
    """Return an option's value; what says Ash's default is none."""
    return None if value in (Atom("nothing"), Atom("simple")) or value is False else value
