"""The typed differences between the resource that fits a database and the one that is there.

The latter is a source file or a compiled module, read into `ReadResource`. What is unknown of it
gives no difference, nor does what a team decides for itself: names, order, actions, descriptions,
`public?`, `sensitive?`, messages, own relationships, calculations and aggregates.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

import msgspec

from ash_scaffold.ash.constraint_messages import DEFAULTS
from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.dsl import default_foreign_key_name
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
    Multitenancy,
    Path,
    ReadResource,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.ash.relationship_id import filter_pairs, follows_a_key
from ash_scaffold.ash.types import OF_APPLICATIONS, Family, ash_families, earlier_type
from ash_scaffold.postgres.catalog import Generated, Identity
from ash_scaffold.term import Atom, Capture, Keyword, Module, Term

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
    MULTITENANCY = "multitenancy differs"
    TENANT_NULLABLE = "tenant column is nullable"
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
    ALL_TENANTS = "all_tenants? differs"
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
    MESSAGE = "message differs"


_ORDER = {kind: position for position, kind in enumerate(Kind)}


class Difference(msgspec.Struct, frozen=True):
    """One difference.

    `path` is where it stands in the resource that was compared, as `ReadResource.place` takes it:
    of what is missing, the section that it belongs to. `object` is the database object: the
    column, index or constraint; for a relationship its name, for the table itself nothing.
    `expected` and `actual` are the values that differ, whole structs for what is missing or extra,
    `ABSENT` for what is not there.
    """

    kind: Kind
    path: Path
    expected: Value
    actual: Value
    object: str = ""

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
    expected: Resource,
    actual: ReadResource | Resource,
    *,
    columns: Collection[str] = (),
    types: Collection[str] = (),
    filled: Mapping[str, Term | Absent] | None = None,
    nullable: Collection[str] = (),
) -> tuple[Difference, ...]:
    """Return where a resource differs from the one that was planned for its table.

    `expected` is planned with the names that `actual` gives: a source file or a compiled module.

    `columns` are those of the table that have no attribute in `expected` (excluded, or of a type
    that Ash can't read), which an own attribute may use. `types` are the type modules that the
    tool writes; an attribute with a type of the team's own is taken to fit its column. `filled` are
    the columns that the database fills by itself, each with its default where that has a form in
    Elixir: such a default is right as well. Without it, which columns these are is unknown.
    `nullable` are those of a table in which a row may have NULL.
    """
    read = actual if isinstance(actual, ReadResource) else ReadResource(resource=actual)
    found = [
        *_pinned_to(expected, read),
        *_multitenancy(expected, read, nullable),
        *compare_attributes(expected, read, columns, types, filled),
        *compare_relationships(expected, read),
        *compare_identities(expected, read),
        *compare_constraints(expected, read),
    ]
    return tuple(sorted(found, key=Difference.sort_key))


# What Ash makes of input before it is stored; no column demands or refuses it.
_OF_INPUT = frozenset("trim? allow_empty? nil_items? remove_nil_items? casing match".split())
_UPPER, _LOWER = frozenset({"max_length", "max"}), frozenset({"min_length", "min"})


def demanded(differences: Iterable[Difference], draft: Draft) -> tuple[Difference, ...]:
    """Leave out what a person decides in a resource that was written by hand.

    The database demands that its values can be read, and that what it refuses is refused before:
    stricter rules, defaults of the application and what Ash makes of input are no concern of its.
    """
    return tuple(each for each in differences if _is_demanded(each, draft))


def _is_demanded(difference: Difference, draft: Draft) -> bool:
    expected, actual = difference.expected, difference.actual
    match difference.kind:
        case Kind.TYPE:
            mapped = draft.columns.mapped.get(difference.object)
            return not _holds(expected, actual, None if mapped is None else mapped.family)
        case Kind.CONSTRAINTS:
            return not _at_least(_pairs(expected), _pairs(actual))
        case Kind.ALLOW_NIL:
            return actual is True
        case Kind.WRITABLE:
            return actual is True and difference.object in _written_by_database(draft)
        case Kind.DEFAULT:
            decided = isinstance(expected, Absent | Capture)
            return not decided and _plain_default(expected) != _plain_default(actual)
        case Kind.UPDATE_DEFAULT | Kind.MESSAGE:
            return False
        case _:
            return True


def _written_by_database(draft: Draft) -> set[str]:
    """Return the columns whose value an INSERT may not name."""
    return {
        column.name
        for column in draft.table.columns
        if column.generated is not Generated.NONE or column.identity is Identity.ALWAYS
    }


def _plain_default(value: Value) -> Value:
    """Return a default as it is stored: an atom is a text, the list of such one of texts."""
    if isinstance(value, list):
        return [item.name if isinstance(item, Atom) else item for item in value]
    return value.name if isinstance(value, Atom) else value


def _holds(expected: Value, actual: Value, family: Family | None) -> bool:
    """Whether a type of Ash that a person chose is one for what the application itself stores.

    Which atoms a text may be, and which shape JSON has, is known to the application alone.
    """
    if isinstance(expected, tuple) and isinstance(actual, tuple):
        return _holds(expected[-1], actual[-1], family)
    if not isinstance(actual, Atom | Module) or not isinstance(expected, Atom | Module):
        return False
    stored = OF_APPLICATIONS.get(plain_type(actual))
    return stored is not None and stored is ash_families().get(plain_type(expected), family)


def _pairs(value: Value) -> dict[str, Term]:
    """Return constraints by name; of what a person wrote, only what is a pair."""
    items = value.items if isinstance(value, Keyword) else value
    if not isinstance(items, list | tuple):
        return {}
    pairs = (each for each in items if isinstance(each, tuple) and len(each) == 2)
    return {name: term for name, term in pairs if isinstance(name, str)}


def _at_least(expected: Mapping[str, Term], actual: Mapping[str, Term]) -> bool:
    """Whether constraints refuse whatever those that a column needs refuse."""
    return all(
        name in _OF_INPUT or _is_as_strict(name, wanted, actual.get(name))
        for name, wanted in expected.items()
    )


def _is_as_strict(name: str, wanted: Term, own: Term) -> bool:
    if name == "items":
        return _at_least(_pairs(wanted), _pairs(own))
    if isinstance(own, int | Decimal) and isinstance(wanted, int | Decimal):
        if name in _UPPER:
            return own <= wanted
        if name in _LOWER:
            return own >= wanted
    return own == wanted


def _pinned_to(expected: Resource, actual: ReadResource) -> Iterator[Difference]:
    for field, kind in _PINNED_FIELDS.items():
        left, right = getattr(expected, field), getattr(actual.resource, field)
        if left != right and actual.knows(field):
            yield Difference(kind, (field,), left, right)
    keyed = any(attribute.primary_key for attribute in actual.resource.attributes)
    required = actual.resource.require_primary_key and not expected.require_primary_key
    if required and not keyed and actual.knows("require_primary_key"):
        yield Difference(Kind.REQUIRE_PRIMARY_KEY, ("require_primary_key",), False, True)


_MULTITENANCY = "multitenancy"


def _multitenancy(
    expected: Resource, actual: ReadResource, nullable: Collection[str]
) -> Iterator[Difference]:
    """Compare whose a row is. Without a word of the configuration any section is right.

    A row without a tenant is in no tenant's answers.
    """
    if not actual.knows(_MULTITENANCY):
        return
    left, right = expected.multitenancy, actual.resource.multitenancy
    if left is not None:
        if right is None or (left.strategy, left.attribute) != (right.strategy, right.attribute):
            yield Difference(
                Kind.MULTITENANCY, (_MULTITENANCY,), _divided_by(left), _divided_by(right)
            )
        return
    for attribute in actual.resource.attributes:
        if attribute.name == actual.tenant and attribute.column in nullable:
            yield Difference(Kind.TENANT_NULLABLE, (_MULTITENANCY,), False, True, attribute.column)


def _divided_by(multitenancy: Multitenancy | None) -> Value:
    if multitenancy is None:
        return ABSENT
    return Atom(multitenancy.attribute or multitenancy.strategy.value)


_ATTRIBUTES = "attributes"
_OWNERS = ("Ash.", "AshPostgres.")


def compare_attributes(
    expected: Resource,
    actual: ReadResource,
    columns: Collection[str],
    types: Collection[str],
    filled: Mapping[str, Term | Absent] | None = None,
) -> Iterator[Difference]:
    """Compare the attributes.

    `columns` have no attribute in `expected`, but an own one may use them; `types` are the type
    modules that the tool writes. What any other module stores is unknown. `filled` is as in
    `compare`.
    """
    pairs = _pair_attributes(expected, actual)
    paired = {each.name for each in pairs.values() if each is not None}
    # What can't be read may be what is missing.
    sure = actual.knows(_ATTRIBUTES) and all(
        actual.knows(_ATTRIBUTES, each.name, "column") or each.name in paired
        for each in actual.resource.attributes
    )
    for attribute in expected.attributes:
        found = pairs[attribute.column]
        if found is not None:
            yield from _attribute_options(attribute, found, actual, types, filled)
        elif sure:
            yield Difference(
                Kind.ATTRIBUTE_MISSING, (_ATTRIBUTES,), attribute, ABSENT, attribute.column
            )
    for extra in actual.resource.attributes:
        known = actual.knows(_ATTRIBUTES, extra.name, "column")
        if extra.name not in paired and known and extra.column not in columns:
            if extra.column in pairs:
                continue
            yield Difference(
                Kind.ATTRIBUTE_EXTRA, (_ATTRIBUTES, extra.name), ABSENT, extra, extra.column
            )


def _pair_attributes(expected: Resource, actual: ReadResource) -> dict[str, Attribute | None]:
    """Pair by column; then by name what has no column, or one that is not in the table."""
    planned = {attribute.column for attribute in expected.attributes}
    by_column: dict[str, Attribute] = {}
    by_name: dict[str, Attribute] = {}
    for attribute in actual.resource.attributes:
        known = actual.knows(_ATTRIBUTES, attribute.name, "column")
        if known and attribute.column in planned:
            by_column.setdefault(attribute.column, attribute)
        else:
            by_name.setdefault(attribute.name, attribute)
    return {
        attribute.column: by_column.get(attribute.column) or by_name.get(attribute.name)
        for attribute in expected.attributes
    }


def _attribute_options(
    expected: Attribute,
    found: Attribute,
    actual: ReadResource,
    types: Collection[str],
    filled: Mapping[str, Term | Absent] | None,
) -> Iterator[Difference]:
    def knows(*fields: str) -> bool:
        return all(actual.knows(_ATTRIBUTES, found.name, field) for field in fields)

    def differ(kind: Kind, field: str, left: Value, right: Value) -> Difference:
        return Difference(kind, (_ATTRIBUTES, found.name, field), left, right, expected.column)

    if knows("column") and expected.column != found.column:
        yield differ(Kind.SOURCE, "column", expected.column, found.column)
    if knows("type") and not _is_own(found.type, expected.type, types):
        if plain_type(found.type) not in (
            plain_type(expected.type),
            plain_type(earlier_type(expected.type, types)),
        ):
            yield differ(Kind.TYPE, "type", expected.type, found.type)
        elif knows("constraints") and not same_constraints(expected.constraints, found.constraints):
            yield differ(
                Kind.CONSTRAINTS, "constraints", list(expected.constraints), list(found.constraints)
            )
    if knows("primary_key") and expected.primary_key != found.primary_key:
        yield differ(Kind.PRIMARY_KEY, "primary_key", expected.primary_key, found.primary_key)
    key = expected.primary_key and found.primary_key
    # Ash gives it the tenant: whether it may be NULL is told as such, and nobody else writes it.
    of_tenant = found.name == actual.tenant
    if (
        not key
        and not (of_tenant and not found.allow_nil)
        and knows("allow_nil")
        and expected.allow_nil != found.allow_nil
    ):
        yield differ(Kind.ALLOW_NIL, "allow_nil", expected.allow_nil, found.allow_nil)
    if of_tenant and not found.writable:
        return
    if knows("writable") and expected.writable != found.writable:
        yield differ(Kind.WRITABLE, "writable", expected.writable, found.writable)
    if knows("default", "generated"):
        left, right = default_of(expected), default_of(found)
        # Whether Ash gives the default or leaves it to the database comes to the same.
        may_fill = filled is None or expected.column in filled
        left_to_database = right is ABSENT and found.generated and may_fill
        own = (filled or {}).get(expected.column, ABSENT)
        is_own = own is not ABSENT and same(own, right)
        if not same(left, right) and not left_to_database and not is_own:
            yield differ(Kind.DEFAULT, "default", left, right)
        elif left is ABSENT and right is ABSENT and expected.generated != found.generated:
            yield differ(Kind.GENERATED, "generated", expected.generated, found.generated)
    left, right = update_default_of(expected), update_default_of(found)
    if knows("update_default") and not same(left, right):
        yield differ(Kind.UPDATE_DEFAULT, "update_default", left, right)


def _is_own(type_: Term, expected: Term, types: Collection[str]) -> bool:
    """Whether a type is a module of the team's own, in an array or not."""
    if isinstance(type_, tuple):
        inner = expected[-1] if isinstance(expected, tuple) and expected else expected
        return any(_is_own(part, inner, types) for part in type_)
    return (
        isinstance(type_, Module)
        and type_ != expected
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


def compare_relationships(expected: Resource, actual: ReadResource) -> Iterator[Difference]:
    """Compare the relationships that the foreign keys give."""
    pairs = pair_relationships(expected, actual)
    taken = {found.name for found in pairs.values() if found is not None}
    # What can't be read may be what is missing.
    sure = actual.knows(_RELATIONSHIPS) and all(
        each.name in taken
        or all(actual.knows(_RELATIONSHIPS, each.name, field) for field in _RELATIONSHIP_FIELDS)
        for each in actual.resource.relationships
    )
    for relationship in expected.relationships:
        found = pairs[relationship.name]
        if found is not None:
            yield from _relationship_options(relationship, found, actual)
        elif sure:
            yield Difference(
                Kind.RELATIONSHIP_MISSING,
                (_RELATIONSHIPS,),
                relationship,
                ABSENT,
                relationship.name,
            )


def pair_relationships(expected: Resource, actual: ReadResource) -> dict[str, Relationship | None]:
    """Pair by what they join, then by name; by the names in `expected`.

    Of several that join the same, one of the name comes first, then one that is no query.
    """
    free = {relationship.name: relationship for relationship in actual.resource.relationships}
    pairs: dict[str, Relationship | None] = {each.name: None for each in expected.relationships}
    for each in expected.relationships:
        alike = [other for other in free.values() if _joins_alike(each, other, actual)]
        found = min(
            alike,
            key=lambda other: (other.name != each.name, other.name in actual.queries),
            default=None,
        )
        if found is not None:
            pairs[each.name] = free.pop(found.name)
    for each in expected.relationships:
        if pairs[each.name] is None:
            pairs[each.name] = free.pop(each.name, None)
    return pairs


def _is_belongs_to(relationship: Relationship) -> bool:
    return relationship.kind is RelationshipKind.BELONGS_TO


def _joins_alike(expected: Relationship, other: Relationship, actual: ReadResource) -> bool:
    joins = expected.kind is RelationshipKind.MANY_TO_MANY
    return (
        _is_belongs_to(expected) == _is_belongs_to(other)
        and joins == (other.kind is RelationshipKind.MANY_TO_MANY)
        and (
            all(getattr(expected, field) == getattr(other, field) for field in _RELATIONSHIP_FIELDS)
            or _follows_same_key(expected, other, actual)
        )
    )


def _follows_same_key(expected: Relationship, other: Relationship, actual: ReadResource) -> bool:
    """Whether a relationship follows a key of several columns, whichever of them is its source.

    The pair of the tenant may be left out: both sides are read as one tenant.
    """
    if expected.filter is None or expected.destination != other.destination:
        return False
    own, needed = _all_pairs(other), _all_pairs(expected)
    if not actual.knows(_RELATIONSHIPS, other.name, "filter"):
        return own <= needed
    return follows_a_key(other.filter) and (
        own == needed or {pair for pair in needed if pair[0] != actual.tenant} == own
    )


def _all_pairs(relationship: Relationship) -> set[tuple[str, str]]:
    first = (relationship.source_attribute, relationship.destination_attribute)
    return {first, *filter_pairs(relationship.filter)}


def _relationship_options(
    expected: Relationship, found: Relationship, actual: ReadResource
) -> Iterator[Difference]:
    path = (_RELATIONSHIPS, found.name)
    if expected.kind is not found.kind:
        yield Difference(
            Kind.RELATIONSHIP_KIND, path, expected.kind.value, found.kind.value, expected.name
        )
    if _follows_same_key(expected, found, actual):
        return
    for field, kind in _RELATIONSHIP_FIELDS.items():
        left, right = getattr(expected, field), getattr(found, field)
        if left != right and actual.knows(*path, field):
            yield Difference(kind, (*path, field), left, right, expected.name)
    # A filter of the team's own narrows what follows the key; that of a composite key is needed.
    needed = expected.filter is not None and actual.knows(*path, "filter")
    if needed and not same(expected.filter, found.filter):
        yield Difference(
            Kind.FILTER, (*path, "filter"), expected.filter, found.filter, expected.name
        )


_IDENTITIES = "identities"


def compare_identities(expected: Resource, actual: ReadResource) -> Iterator[Difference]:
    """Compare the identities.

    An index that is no identity but a registered name still gives a field error.
    """
    pairs = _pair_identities(expected, actual)
    paired = {found.name for found in pairs.values() if found is not None}
    registered = {each.name: each for each in actual.resource.unique_index_names}
    sure = actual.knows(_IDENTITIES) and actual.knows("unique_index_names")
    sure = sure and all(
        each.name in paired or _is_known(each, actual) for each in actual.resource.identities
    )
    for identity in expected.identities:
        found = pairs[identity.index]
        if found is not None:
            yield from _identity_options(identity, found, actual, registered.get(identity.index))
        elif sure and identity.index not in registered:
            yield Difference(
                Kind.IDENTITY_MISSING, (_IDENTITIES,), identity, ABSENT, identity.index
            )
    yield from _extra_identities(expected, actual, paired)


def _is_known(identity: IdentityDef, actual: ReadResource) -> bool:
    return all(actual.knows(_IDENTITIES, identity.name, field) for field in ("index", "keys"))


def _pair_identities(expected: Resource, actual: ReadResource) -> dict[str, IdentityDef | None]:
    """Pair by index, then by the keys and the condition, then by name; by index in `expected`."""
    free = {identity.name: identity for identity in actual.resource.identities}
    pairs: dict[str, IdentityDef | None] = {each.index: None for each in expected.identities}
    for alike in (_has_index, _is_equivalent, _has_name):
        for identity in expected.identities:
            if pairs[identity.index] is None:
                matching = (n for n, other in free.items() if alike(identity, other, actual))
                pairs[identity.index] = free.pop(next(matching, ""), None)
    return pairs


def _has_index(expected: IdentityDef, other: IdentityDef, actual: ReadResource) -> bool:
    return actual.knows(_IDENTITIES, other.name, "index") and other.index == expected.index


def _is_equivalent(expected: IdentityDef, other: IdentityDef, actual: ReadResource) -> bool:
    known = actual.knows(_IDENTITIES, other.name, "keys") and actual.knows(
        _IDENTITIES, other.name, "where"
    )
    alike = set(expected.keys) == set(other.keys) and same(expected.where, other.where)
    return known and alike


def _has_name(expected: IdentityDef, other: IdentityDef, _has: ReadResource) -> bool:
    return other.name == expected.name


def _identity_options(
    expected: IdentityDef,
    found: IdentityDef,
    actual: ReadResource,
    registered: ConstraintName | None,
) -> Iterator[Difference]:
    path = (_IDENTITIES, found.name)

    def differ(kind: Kind, field: str, left: Value, right: Value) -> Difference:
        return Difference(kind, (*path, field), left, right, expected.index)

    if actual.knows(*path, "index") and expected.index != found.index and registered is None:
        yield differ(Kind.INDEX_NAME, "index_name", expected.index, found.index)
    if actual.knows(*path, "keys") and set(expected.keys) != set(found.keys):
        if {*expected.keys} == {*found.own_keys(actual.tenant)}:
            # Ash adds the tenant, and no index is over both.
            yield differ(Kind.ALL_TENANTS, "all_tenants", True, False)
        else:
            yield differ(Kind.KEYS, "keys", expected.keys, found.keys)
    if actual.knows(*path, "where") and not same(expected.where, found.where):
        yield differ(Kind.WHERE, "where", expected.where, found.where)
    elif actual.knows(*path, "where_sql") and _plain_sql(expected.where_sql) != _plain_sql(
        found.where_sql
    ):
        yield differ(Kind.WHERE_SQL, "where_sql", expected.where_sql, found.where_sql)
    if actual.knows(*path, "nils_distinct") and expected.nils_distinct != found.nils_distinct:
        yield differ(
            Kind.NILS_DISTINCT, "nils_distinct", expected.nils_distinct, found.nils_distinct
        )
    # The text of a registered name outweighs that of the identity.
    own = found.message if registered is None else registered.message
    if registered is not None or actual.knows(*path, "message"):
        yield from _message((*path, "message"), expected.message, own, expected.index)


def _message(
    path: Path, expected: str | None, found: str | None, object_: str
) -> Iterator[Difference]:
    """Compare texts, where the one that is expected is none of Ash's or Ecto's own."""
    if expected not in (None, found, *DEFAULTS):
        yield Difference(Kind.MESSAGE, path, expected, found, object_)


def _plain_sql(text: str | None) -> str:
    """Return a condition without what servers of different versions write differently."""
    return re.sub(r"[\s()]", "", text or "")


def _extra_identities(
    expected: Resource, actual: ReadResource, paired: set[str]
) -> Iterator[Difference]:
    """Give identities that no unique index makes so: an upsert by them fails."""
    indexes = {each.name for each in expected.unique_index_names}
    key = {attribute.name for attribute in expected.attributes if attribute.primary_key}
    for identity in actual.resource.identities:
        path = (_IDENTITIES, identity.name)
        if identity.name in paired or not _is_known(identity, actual) or identity.index in indexes:
            continue
        if key and key <= set(identity.keys):
            continue
        yield Difference(Kind.IDENTITY_EXTRA, path, ABSENT, identity, identity.index)


_REFERENCE_FIELDS = {
    "on_delete": Kind.ON_DELETE,
    "on_update": Kind.ON_UPDATE,
    "deferrable": Kind.DEFERRABLE,
    "match_type": Kind.MATCH_TYPE,
}


def compare_constraints(expected: Resource, actual: ReadResource) -> Iterator[Difference]:
    """Compare the references of belongs_to, and the constraints that go by their names."""
    own = actual.resource
    identities = {identity.index for identity in own.identities}
    planned = {identity.index for identity in expected.identities}
    if any(attribute.primary_key for attribute in expected.attributes):
        # Ash knows it by itself; a name of its own puts the error on another attribute.
        planned.add(f"{expected.table}_pkey")
    indexes_known = all(
        actual.knows("identities", each.name, "index") for each in own.identities
    ) and actual.knows("identities")
    keys = {reference.foreign_key for reference in own.references}
    yield from _references(expected, actual)
    yield from _compare_names(
        actual,
        "unique_index_names",
        expected.unique_index_names,
        own.unique_index_names,
        identities if indexes_known else {each.name for each in expected.unique_index_names},
        planned,
    )
    yield from _compare_names(
        actual,
        "exclusion_constraint_names",
        expected.exclusion_constraint_names,
        own.exclusion_constraint_names,
    )
    yield from _compare_names(
        actual,
        "foreign_key_names",
        expected.foreign_key_names,
        own.foreign_key_names,
        keys,
        {name for _, name in _key_names(expected)},
    )
    yield from _compare_names(
        actual, "check_constraints", expected.check_constraints, own.check_constraints
    )


def _compare_names(
    actual: ReadResource,
    section: str,
    expected: Iterable[ConstraintName] | Iterable[CheckConstraint],
    own: Iterable[ConstraintName] | Iterable[CheckConstraint],
    otherwise: Iterable[str] = (),
    real: Iterable[str] = (),
) -> Iterator[Difference]:
    """Compare names; `otherwise` are registered by other means, `real` are of other sections."""
    left = {each.name: each for each in expected}
    right = {each.name: each for each in own}
    registered = {*right, *otherwise}
    if actual.knows(section):
        for name, each in left.items():
            if name not in registered:
                yield Difference(Kind.CONSTRAINT_UNKNOWN, (section,), each, ABSENT, name)
    for name, found in right.items():
        if name in left:
            if actual.knows(section, name, "message"):
                path = (section, name, "message")
                yield from _message(path, left[name].message, found.message, name)
        elif name not in real:
            yield Difference(Kind.CONSTRAINT_EXTRA, (section, name), ABSENT, found, name)


def _key_names(expected: Resource) -> Iterator[tuple[Relationship, str]]:
    """Give the foreign key behind each belongs_to, by its real name."""
    names = {reference.relationship: reference.foreign_key for reference in expected.references}
    for relationship in expected.relationships:
        if relationship.kind is RelationshipKind.BELONGS_TO:
            computed = _computed(expected.table, relationship)
            yield relationship, names.get(relationship.name, computed)


def _computed(table: str, relationship: Relationship) -> str:
    """Return the name that AshPostgres gives to a key by itself."""
    return default_foreign_key_name(table, relationship.source_attribute)


def _references(expected: Resource, actual: ReadResource) -> Iterator[Difference]:
    pairs = pair_relationships(expected, actual)
    planned = {reference.relationship: reference for reference in expected.references}
    written = {reference.relationship: reference for reference in actual.resource.references}
    registered = {each.name for each in actual.resource.foreign_key_names}
    for relationship, name in _key_names(expected):
        found = pairs[relationship.name]
        if found is None or (found.name not in written and not actual.knows("references")):
            continue
        computed = _computed(expected.table, found)
        nothing = Reference(relationship=found.name, foreign_key=computed)
        reference = written.get(found.name, nothing)
        path = ("references" if found.name in written else "relationships", found.name)
        known = actual.knows(*path, "name") and actual.knows(
            "relationships", found.name, "source_attribute"
        )
        own = reference.name or computed
        if known and own != name and name not in registered and actual.knows("foreign_key_names"):
            yield Difference(Kind.REFERENCE_NAME, (*path, "name"), name, own, name)
        yield from _reference_options(
            planned.get(relationship.name, nothing), reference, actual, path, name
        )


def _reference_options(
    expected: Reference, found: Reference, actual: ReadResource, path: Path, name: str
) -> Iterator[Difference]:
    for field, kind in _REFERENCE_FIELDS.items():
        left, right = _action(getattr(expected, field)), _action(getattr(found, field))
        if actual.knows(*path, field) and not same(left, right):
            yield Difference(kind, (*path, field), left, right, name)


def _action(value: Term) -> Term:
    """Return an option's value, None for Ash's default."""
    return None if value in (Atom("nothing"), Atom("simple")) or value is False else value
