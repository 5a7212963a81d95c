"""A compiled resource: as `ash.model`, and how its attributes are stored.

The script names columns, the model attributes: an attribute takes the name that the plan gives to
its column. Facts that the script doesn't answer are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum

import msgspec

from ash_scaffold.ash.constraint_messages import INVALID
from ash_scaffold.ash.equivalence import plain_type
from ash_scaffold.ash.model import (
    Attribute,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Multitenancy,
    Path,
    ReadResource,
    Relationship,
    RelationshipKind,
    Resource,
    Strategy,
)
from ash_scaffold.ash.types import WHOLE_SECONDS, Family, row_of
from ash_scaffold.postgres.catalog import Database, Name, TypeUse
from ash_scaffold.term import Atom, Expr, Keyword, Module, Term
from ash_scaffold.verify.answers import (
    AttributeAnswer,
    IdentityAnswer,
    NameAnswer,
    RelationshipAnswer,
    ResourceAnswer,
)

_ARRAY = re.compile(r"\{:array, (.*)\}")
_OWN_KEY = frozenset({"foreign_key", "own_key"})
_POINTING_KEY = frozenset({"foreign_key", "pointing_key"})
# What limits the values of Ash's own types. Other options are given with their defaults as well.
_LIMITS = ("max_length", "min_length", "max", "min", "match")
_KINDS = frozenset(kind.value for kind in RelationshipKind)
_UNANSWERED = ("on_delete", "on_update", "deferrable", "match_type")
_SOME_CONDITION = Expr(Atom("some_condition"))


def read_compiled(
    answer: ResourceAnswer,
    expected: Resource,
    attributes: Mapping[Name, Mapping[str, str]],
    own_keys: Collection[str],
) -> ReadResource:
    """Return a compiled resource, to be compared with the one that was planned for its table.

    `attributes` are the planned names by table and column, `own_keys` the names of the table's own
    foreign keys.
    """
    names = attributes.get(Name(answer.schema, answer.table), {})
    unknown: set[Path] = {("require_primary_key",)}
    read = Resource(
        module=answer.module,
        domain=answer.domain,
        repo=answer.repo,
        table=answer.table,
        schema=answer.schema,
        migrate=answer.migrate,
        multitenancy=_multitenancy(answer, names),
        attributes=tuple(_attributes(answer, expected, names, unknown)),
        relationships=tuple(_relationships(answer, expected, attributes, unknown)),
        identities=tuple(_identity(each, expected, names, unknown) for each in answer.identities),
    )
    return ReadResource(
        resource=msgspec.structs.replace(read, **_constraints(answer, expected, own_keys)),
        unknown=frozenset(unknown),
        queries=frozenset(each.name for each in answer.relationships if _is_query(each)),
    )


def _multitenancy(answer: ResourceAnswer, names: Mapping[str, str]) -> Multitenancy | None:
    if answer.strategy is None:
        return None
    attribute = None if answer.tenant is None else names.get(answer.tenant, answer.tenant)
    return Multitenancy(strategy=Strategy(answer.strategy), attribute=attribute)


def _attributes(
    answer: ResourceAnswer, expected: Resource, names: Mapping[str, str], unknown: set[Path]
) -> Iterator[Attribute]:
    planned = {attribute.column: attribute for attribute in expected.attributes}
    for each in answer.attributes:
        name = names.get(each.source, each.name)
        unknown.add(("attributes", name, "update_default"))
        if each.default:
            unknown.add(("attributes", name, "default"))
        yield Attribute(
            name=name,
            column=each.source,
            type=_type(each.type),
            constraints=_type_constraints(each, planned.get(each.source)),
            primary_key=each.primary_key,
            allow_nil=each.allow_nil,
            sensitive=each.sensitive,
            generated=each.generated,
            writable=each.writable,
        )


def _type(text: str) -> Term:
    array = _ARRAY.fullmatch(text)
    return (Atom("array"), _type(array[1])) if array is not None else Module(text)


def _type_constraints(
    answer: AttributeAnswer, planned: Attribute | None
) -> tuple[tuple[str, Term], ...]:
    """Return the constraints that the plan has as well, and further limits of Ash's own types.

    The script also gives the options that Ash fills in by itself.
    """
    wanted = dict(planned.constraints) if planned is not None else {}
    found = {
        name: _like(value, answer.constraints[name])
        for name, value in wanted.items()
        if name in answer.constraints
    }
    if answer.type.startswith("Ash.Type."):
        for name in _LIMITS:
            value = answer.constraints.get(name)
            if name not in wanted and isinstance(value, int | str):
                found[name] = value
    return tuple(found.items())


def _like(expected: Term, answer: object) -> Term:
    """Return an answered value as the kind of term that is expected in its place.

    A list or a map comes as text in no comparable form, and is taken as expected.
    """
    match expected:
        case Keyword(items=items):
            values = answer if isinstance(answer, Mapping) else {}
            return Keyword(
                tuple((key, _like(value, values[key])) for key, value in items if key in values)
            )
        case Decimal():
            try:
                return Decimal(str(answer))
            except InvalidOperation:
                return str(answer)
        case Atom() | Module():
            text = str(answer)
            if not text.startswith(":"):
                return expected if plain_type(Module(text)) == plain_type(expected) else text
            return Atom(text.removeprefix(":"))
        case bool() | int() | str() | None:
            return answer if isinstance(answer, bool | int | str) else None
        case _:
            return expected


def _is_query(answer: RelationshipAnswer) -> bool:
    """Whether a relationship doesn't simply follow a key: manual, or one of many rows."""
    return answer.no_attributes or (answer.kind == "has_one" and answer.filtered)


def _relationships(
    answer: ResourceAnswer,
    expected: Resource,
    attributes: Mapping[Name, Mapping[str, str]],
    unknown: set[Path],
) -> Iterator[Relationship]:
    own = attributes.get(Name(answer.schema, answer.table), {})
    for each in answer.relationships:
        if each.kind not in _KINDS:
            continue
        path = ("relationships", each.name)
        unknown |= {(*path, field) for field in _UNANSWERED}
        if each.filtered:
            unknown.add((*path, "filter"))
        if each.no_attributes:
            unknown |= {(*path, field) for field in Relationship.__struct_fields__}
        yield _relationship(each, expected, own, attributes)


def _relationship(
    answer: RelationshipAnswer,
    expected: Resource,
    own: Mapping[str, str],
    attributes: Mapping[Name, Mapping[str, str]],
) -> Relationship:
    table = answer.destination_table
    theirs = attributes.get(Name(*table), {}) if table is not None else {}
    source, destination = answer.source_column or "", answer.destination_column or ""
    # The script does not answer the attributes of a join table.
    joined = min(
        (
            each
            for each in expected.relationships
            if each.through is not None
            and (each.through, each.destination) == (answer.through, answer.destination)
        ),
        key=lambda each: each.name != answer.name,
        default=None,
    )
    return Relationship(
        name=answer.name,
        kind=RelationshipKind(answer.kind),
        destination=answer.destination,
        source_attribute=own.get(source, source),
        destination_attribute=theirs.get(destination, destination),
        through=answer.through,
        source_attribute_on_join=joined.source_attribute_on_join if joined else None,
        destination_attribute_on_join=joined.destination_attribute_on_join if joined else None,
    )


def _identity(
    answer: IdentityAnswer, expected: Resource, names: Mapping[str, str], unknown: set[Path]
) -> IdentityDef:
    keys = tuple(names.get(column, column) for column in answer.columns if column is not None)
    for field in ("where_sql", "nils_distinct"):
        unknown.add(("identities", answer.name, field))
    planned = {each.index: each for each in expected.identities}
    same = planned.get(answer.index) or next(
        (each for each in expected.identities if set(each.keys) == set(keys)), None
    )
    where = same.where if same is not None else None
    return IdentityDef(
        name=answer.name,
        keys=keys,
        index=answer.index,
        where=(where or _SOME_CONDITION) if answer.where else None,
        all_tenants=answer.all_tenants,
    )


def _constraints(
    answer: ResourceAnswer, expected: Resource, own_keys: Collection[str]
) -> dict[str, tuple[ConstraintName, ...] | tuple[CheckConstraint, ...]]:
    """Return the expected names that the resource recognises, also by suffix, prefix or pattern."""

    def known(names: Iterable[str], kinds: Collection[str]) -> tuple[ConstraintName, ...]:
        found = {
            name: [e for e in answer.names if e.kind in kinds and _recognises(e, name)]
            for name in dict.fromkeys(names)
        }
        return tuple(
            ConstraintName(attributes=(), name=name, message=each[-1].message)
            for name, each in found.items()
            if each
        )

    indexes = [each.index for each in expected.identities]
    indexes += [each.name for each in expected.unique_index_names]
    keys = [each.name for each in expected.foreign_key_names]
    belonging = [
        key
        for each in expected.relationships
        if each.kind is RelationshipKind.BELONGS_TO
        for _table, key in each.foreign_keys
    ]
    return {
        "unique_index_names": known(indexes, {"unique"}),
        "exclusion_constraint_names": known(
            (each.name for each in expected.exclusion_constraint_names), {"exclusion"}
        ),
        "foreign_key_names": (
            *known((*belonging, *(key for key in keys if key in own_keys)), _OWN_KEY),
            *known((key for key in keys if key not in own_keys), _POINTING_KEY),
        ),
        "check_constraints": tuple(
            CheckConstraint(attributes=(), name=each.name, message=each.message or INVALID)
            for each in known((check.name for check in expected.check_constraints), {"check"})
        ),
    }


def _recognises(known: NameAnswer, name: str) -> bool:
    match known.match:
        case "suffix":
            return name.endswith(known.name)
        case "prefix":
            return name.startswith(known.name)
        case "regex":
            return re.search(known.name, name) is not None
        case _:
            return name == known.name


_CATALOG = "pg_catalog"
_WHOLE_SECONDS = frozenset(
    f":{type_.name}" if isinstance(type_, Atom) else type_.name for type_ in WHOLE_SECONDS
)


class Fit(Enum):
    """How well a storage type fits a column."""

    FITS = ""
    UNKNOWN = "PostgreSQL knows no type of that name"
    OTHER = "reads and writes fail"
    PADDING = "filters miss values that differ in padding or case"
    TIME_ZONE = "filters miss and writes shift when the session's time zone is not UTC"
    SECONDS = "fractions of a second are lost"


def fit(database: Database, column: TypeUse, attribute: AttributeAnswer) -> Fit:
    """Compare the storage type of an attribute, as the server resolved it, with a column's."""
    if attribute.pg_type is None:
        return Fit.UNKNOWN
    schema, name, dimensions = attribute.pg_type
    wanted = database.base_type(column)
    stored = database.base_type(TypeUse(Name(schema, name), dimensions=dimensions))
    if wanted.is_array != stored.is_array:
        return Fit.OTHER
    one, other = wanted.name, stored.name
    own = database.types.get(one)
    if own is not None and own.per_tenant and row_of(other.name).family is Family.STRING:
        # No SQL can name a type that each tenant's schema has: PostgreSQL reads it from a text.
        return Fit.FITS
    rule, other_rule = row_of(one.name), row_of(other.name)
    builtin = one.schema == other.schema == _CATALOG
    alike = rule.facts.alike if builtin else ""
    if one == other or (alike and alike == other_rule.facts.alike):
        return Fit.SECONDS if _loses_fractions(wanted, attribute) else Fit.FITS
    families = {rule.family, other_rule.family}
    if families == {Family.STRING}:
        return Fit.PADDING
    if families == {Family.DATETIME} and rule.facts.fraction and other_rule.facts.fraction:
        return Fit.TIME_ZONE
    return Fit.OTHER


def _loses_fractions(column: TypeUse, attribute: AttributeAnswer) -> bool:
    if not row_of(column.name.name).facts.fraction or column.typmod == 0:
        return False
    storage = attribute.storage.removeprefix("{:array, ").removesuffix("}")
    return not _WHOLE_SECONDS.isdisjoint({storage, attribute.type})
