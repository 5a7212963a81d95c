"""A difference between a resource and the database: severity, sentence, names for `[[accept]]`."""

from __future__ import annotations

from collections.abc import Iterable

from ash_scaffold.ash.compare import Difference, Kind, Value
from ash_scaffold.ash.equivalence import plain_type
from ash_scaffold.ash.model import (
    ABSENT,
    Absent,
    Attribute,
    AttributeKind,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Relationship,
)
from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.ash.types import Family, ash_families
from ash_scaffold.problem import Severity
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Atom, Keyword, Module, Term

# As `check` words them.
_BREAKS, _DIFFERS, _STALE = Severity.ERROR, Severity.WARNING, Severity.NOTE

_DIFFERENCES: dict[Kind, Severity] = {
    Kind.TABLE: _BREAKS,
    Kind.SCHEMA: _BREAKS,
    Kind.REPO: _DIFFERS,
    Kind.MIGRATE: _DIFFERS,
    Kind.REQUIRE_PRIMARY_KEY: _BREAKS,
    # Whoever reads it sees the rows of all tenants.
    Kind.MULTITENANCY: _BREAKS,
    Kind.TENANT_NULLABLE: _DIFFERS,
    Kind.ATTRIBUTE_MISSING: _DIFFERS,
    Kind.ATTRIBUTE_EXTRA: _BREAKS,
    Kind.SOURCE: _BREAKS,
    Kind.TYPE: _BREAKS,
    Kind.CONSTRAINTS: _DIFFERS,
    Kind.PRIMARY_KEY: _BREAKS,
    Kind.ALLOW_NIL: _DIFFERS,
    Kind.GENERATED: _DIFFERS,
    Kind.WRITABLE: _DIFFERS,
    Kind.DEFAULT: _DIFFERS,
    Kind.UPDATE_DEFAULT: _DIFFERS,
    Kind.RELATIONSHIP_MISSING: _DIFFERS,
    Kind.RELATIONSHIP_KIND: _DIFFERS,
    Kind.DESTINATION: _DIFFERS,
    Kind.SOURCE_ATTRIBUTE: _DIFFERS,
    Kind.DESTINATION_ATTRIBUTE: _DIFFERS,
    Kind.FILTER: _DIFFERS,
    Kind.THROUGH: _DIFFERS,
    Kind.JOIN_ATTRIBUTE: _DIFFERS,
    Kind.IDENTITY_MISSING: _DIFFERS,
    # An upsert names columns and condition that no unique index has.
    Kind.IDENTITY_EXTRA: _BREAKS,
    Kind.INDEX_NAME: _DIFFERS,
    Kind.KEYS: _BREAKS,
    Kind.ALL_TENANTS: _BREAKS,
    Kind.WHERE: _BREAKS,
    Kind.WHERE_SQL: _BREAKS,
    Kind.NILS_DISTINCT: _DIFFERS,
    Kind.REFERENCE_NAME: _DIFFERS,
    # Only Ash's own migrations go by these, and there are none for a shared table.
    Kind.ON_DELETE: _STALE,
    Kind.ON_UPDATE: _STALE,
    Kind.DEFERRABLE: _STALE,
    Kind.MATCH_TYPE: _STALE,
    Kind.CONSTRAINT_UNKNOWN: _DIFFERS,
    Kind.CONSTRAINT_EXTRA: _STALE,
    Kind.MESSAGE: _STALE,
}
# A field of the model as the DSL calls it, where that is not its name.
_OPTIONS = {
    "column": "source",
    "migrate": "migrate?",
    "require_primary_key": "require_primary_key?",
    "primary_key": "primary_key?",
    "allow_nil": "allow_nil?",
    "generated": "generated?",
    "writable": "writable?",
    "nils_distinct": "nils_distinct?",
    "all_tenants": "all_tenants?",
}
_ENTITIES = {
    "attributes": "attribute",
    "relationships": "relationship",
    "identities": "identity",
    "references": "reference",
}


def option_of(field: str) -> str:
    """Return the DSL's name of a field of the model."""
    return _OPTIONS.get(field, field)


def sentence(difference: Difference) -> str:
    """Return a sentence: what the code has, and what the database demands."""
    expected, actual = difference.expected, difference.actual
    match difference.kind:
        case Kind.ATTRIBUTE_MISSING if isinstance(expected, Attribute):
            return (
                f"No attribute has the column {difference.object}, {flat(expected.type)} for Ash."
            )
        case Kind.ATTRIBUTE_EXTRA if isinstance(actual, Attribute):
            return (
                f"The attribute {actual.name} has the source {actual.column}, which is no column."
            )
        case Kind.RELATIONSHIP_MISSING if isinstance(expected, Relationship):
            keys = " and ".join(name for _table, name in expected.foreign_keys)
            return (
                f"No {expected.kind.value} {expected.name} to {expected.destination}, which the "
                f"foreign key {keys} gives."
            )
        case Kind.IDENTITY_MISSING if isinstance(expected, IdentityDef):
            return (
                f"No identity for the unique index {expected.index} on {', '.join(expected.keys)}: "
                "a violation raises."
            )
        case Kind.IDENTITY_EXTRA if isinstance(actual, IdentityDef):
            return (
                f"Nothing makes the identity {actual.name} unique: there is no index "
                f"{actual.index} on {', '.join(actual.keys)}."
            )
        case Kind.MULTITENANCY:
            says = f"says {_shown(actual)}"
            if isinstance(actual, Absent):
                says = "says nothing of them: it shows the rows of all"
            return f"The rows belong to tenants by {_shown(expected)}, and the resource {says}."
        case Kind.TENANT_NULLABLE:
            return (
                f"The rows belong to tenants by {difference.object}, which may be NULL: a row "
                "without a tenant is in no tenant's answers."
            )
        case Kind.ALL_TENANTS:
            return (
                f"The identity {difference.path[1]} is over one tenant, and its index "
                f"{difference.object} over all: an upsert by it fails without all_tenants? true."
            )
        case Kind.CONSTRAINT_UNKNOWN:
            return (
                f"{difference.path[0]} does not name {difference.object}: a violation raises in "
                "place of giving a field error."
            )
        case Kind.CONSTRAINT_EXTRA:
            return f"{difference.path[0]} names {difference.object}, which the database lacks."
        case _:
            return (
                f"{_subject(difference)}{option_of(difference.path[-1])} is {_shown(actual)}; "
                f"it should be {_shown(expected)}."
            )


def accept_names(table: str, difference: Difference) -> tuple[str, ...]:
    """Return the names by which `[[accept]]` may mean a difference, the narrowest first.

    They are those that a merge uses for the same thing.
    """
    path, object_ = difference.path, difference.object
    if len(path) == 1 and path[0] not in _ENTITIES and not object_:
        section = "resource" if path[0] == "require_primary_key" else "postgres"
        return (f"{table}.{section}.{option_of(path[0])}",)
    entity = _entity(difference)
    names = [f"{table}.{entity}"]
    if len(path) == 3:
        names.insert(0, f"{names[0]}.{option_of(path[2])}")
    by_object = f"{table}.{object_}"
    return tuple(dict.fromkeys((*names, *((by_object,) if object_ else ()))))


def _entity(difference: Difference) -> str:
    path, object_ = difference.path, difference.object
    name = path[1] if len(path) > 1 else object_
    match path[0]:
        case "attributes":
            return object_ or name
        case "identities":
            missing = difference.expected
            return f"identities.{missing.name if isinstance(missing, IdentityDef) else name}"
        case "references":
            return f"references.{name}"
        case "unique_index_names" | "exclusion_constraint_names" | "foreign_key_names":
            return f"postgres.{path[0]}.{object_}"
        case _:
            return name


def _subject(difference: Difference) -> str:
    path = difference.path
    if len(path) < 2:
        return ""
    return f"{_ENTITIES.get(path[0], path[0])} {path[1]}: "


def _shown(value: Value) -> str:
    match value:
        case Absent():
            return "not set"
        case Attribute() | Relationship() | IdentityDef() | CheckConstraint() | ConstraintName():
            return value.name
        case list():
            return _constraints(value)
        case tuple() if all(isinstance(each, str) for each in value):
            return ", ".join(str(each) for each in value) or "nothing"
        case _:
            return shown_term(value)


def _constraints(value: list[Term]) -> str:
    """Write pairs as options, any other list as it is."""
    pairs = [
        (each[0], each[1])
        for each in value
        if isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], str)
    ]
    if len(pairs) < len(value):
        return flat(value)
    items = tuple((str(name), term) for name, term in pairs)
    return flat(Keyword(items))[1:-1] or "nothing"


def shown_term(value: Term) -> str:
    """Return a value as Elixir has it, for a sentence."""
    return "not set" if value is None else flat(value)


# Types of these families may be stored each in another way.
_UNLIKE = frozenset({Family.OTHER, Family.BINARY, Family.RANGE})


class Families:
    """The families of Ash's own types, and of those that a plan uses."""

    def __init__(self, planned: Iterable[PlannedResource]) -> None:
        self._known: dict[Term, Family] = dict(ash_families())
        for item in planned:
            for mapped in item.draft.columns.mapped.values():
                if isinstance(mapped.type, Atom | Module) and mapped.family not in _UNLIKE:
                    self._known.setdefault(plain_type(mapped.type), mapped.family)

    def severity(self, difference: Difference) -> Severity:
        """Return how bad a difference of a resource is."""
        if difference.kind is not Kind.TYPE:
            return difference_severity(difference, None, None)
        expected, actual = difference.expected, difference.actual
        while _is_array(expected) and _is_array(actual):
            expected, actual = _item(expected), _item(actual)
        return difference_severity(difference, self._family(expected), self._family(actual))

    def _family(self, type_: object) -> Family | None:
        if isinstance(type_, Atom | Module):
            return self._known.get(plain_type(type_))
        return None


def _is_array(type_: object) -> bool:
    return isinstance(type_, tuple) and len(type_) == 2 and type_[0] == Atom("array")


def _item(array: Value) -> Value:
    return array[1] if isinstance(array, tuple) else array


def difference_severity(
    difference: Difference, family: Family | None, other: Family | None
) -> Severity:
    """Return how bad a difference is. The families are those of the types, None where unknown."""
    expected, actual = difference.expected, difference.actual
    if difference.kind is Kind.ATTRIBUTE_MISSING and isinstance(expected, Attribute):
        required = not expected.allow_nil and not expected.generated and expected.default is ABSENT
        given = expected.kind in (AttributeKind.ATTRIBUTE, AttributeKind.CREATE_TIMESTAMP)
        return _BREAKS if expected.primary_key or (required and given) else _DIFFERS
    if difference.kind is Kind.WRITABLE:
        return _BREAKS if actual is True else _DIFFERS
    if difference.kind is Kind.TYPE and family is not None and family is other:
        return _DIFFERS
    return _DIFFERENCES[difference.kind]
