"""What Ecto schemas say, as planning takes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.ash.hints import (
    ArrayHint,
    DatetimeHint,
    EnumHint,
    LegacyAssociation,
    LegacyField,
    LegacySchema,
    Maker,
    ObjectHint,
    Role,
    TypeHint,
)
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.legacy import ecto


def legacy_facts(hints: ecto.Hints, kept: Iterable[LegacySchema] = ()) -> tuple[LegacySchema, ...]:
    """Say what the schemas say in neutral terms, in their order.

    `kept` is what they said before: an association with a schema that is gone is taken from it.
    """
    first = hints.by_name()
    before = {(schema.module, each.name): each for schema in kept for each in schema.associations}
    schemas = {schema.module: schema for schema in hints.schemas}
    return tuple(
        LegacySchema(
            module=schema.module,
            table=schema.name,
            context=schema.context,
            path=schema.path,
            line=schema.line,
            first=first[schema.name] is schema,
            fields=tuple(_field(schema, field) for field in schema.fields),
            primary_key=schema.primary_key,
            associations=tuple(_associations(schema, schemas, before)),
        )
        for schema in hints.schemas
    )


def _field(schema: ecto.LegacySchema, field: ecto.Field) -> LegacyField:
    maker, generator = _maker(field)
    return LegacyField(
        name=field.name,
        column=field.column,
        path=schema.path,
        line=field.line,
        type=_type(field.type),
        custom=_custom(field.type),
        redact=field.redact,
        role=_role(schema.timestamps, field.column),
        maker=maker,
        generator=generator,
    )


def _type(type_: ecto.FieldType) -> TypeHint | None:
    match type_:
        case ecto.DateTimeType():
            return DatetimeHint(naive=not type_.utc)
        case ecto.EnumType():
            return EnumHint(type_.values)
        case ecto.MapType() | ecto.EmbedType(many=False) | ecto.PlainType(name="map"):
            return ObjectHint()
        case ecto.ArrayType():
            item = _type(type_.item)
            return None if item is None else ArrayHint(item)
        case ecto.CustomType(stored=ecto.DateTimeType() as stored):
            return _type(stored)
    return None


def _custom(type_: ecto.FieldType) -> str:
    while isinstance(type_, ecto.ArrayType):
        type_ = type_.item
    return type_.module if isinstance(type_, ecto.CustomType) else ""


def _role(timestamps: ecto.Timestamps | None, column: str) -> Role:
    if timestamps is None:
        return Role.NONE
    return {timestamps.created: Role.CREATED, timestamps.updated: Role.UPDATED}.get(
        column, Role.NONE
    )


def _maker(field: ecto.Field) -> tuple[Maker, str]:
    """Say who makes a value, and by which code that is not Ecto's.

    Ecto sends the value of a key without `autogenerate` as it is; keys of the type `:id` alone
    are left to the database when they have none.
    """
    match field.autogenerate:
        case ecto.Autogenerate.DATABASE:
            return Maker.DATABASE, ""
        case ecto.Autogenerate.UUID:
            seventh = "version: 7" in field.generator
            return (Maker.UUID_V7 if seventh else Maker.UUID), field.generator
        case ecto.Autogenerate.CUSTOM | ecto.Autogenerate.FUNCTION:
            return Maker.OTHER, field.generator
    if field.read_after_writes:
        return Maker.DATABASE, ""
    given = field.primary_key and field.belongs_to is None and field.type != ecto.PlainType("id")
    return (Maker.CALLER if given else Maker.UNSAID), ""


def _associations(
    schema: ecto.LegacySchema,
    schemas: Mapping[str, ecto.LegacySchema],
    before: Mapping[tuple[str, str], LegacyAssociation],
) -> Iterator[LegacyAssociation]:
    for association in schema.associations:
        found = _association(schema, association, schemas)
        was = before.get((schema.module, association.name))
        if found is None and was is not None and _leads_nowhere(schema, association, schemas):
            found = msgspec.structs.replace(was, path=schema.path, line=association.line)
        if found is not None:
            yield found


def _leads_nowhere(
    schema: ecto.LegacySchema,
    association: ecto.Association,
    schemas: Mapping[str, ecto.LegacySchema],
) -> bool:
    """Whether a schema that an association names, or one on its way, is not there."""
    at: ecto.LegacySchema | None = schema
    for name in association.through or (association.name,):
        step = _named(at, name) if at is not None else None
        at = schemas.get(step.module or "") if step is not None else None
        if step is not None and step.module is not None and at is None:
            return True
    return False


def _association(
    schema: ecto.LegacySchema,
    association: ecto.Association,
    schemas: Mapping[str, ecto.LegacySchema],
) -> LegacyAssociation | None:
    kind = RelationshipKind(association.kind.value)
    if association.through:
        return _through(schema, association, schemas)
    if association.table is None or association.own_column is None:
        return None
    if association.target_column is None:
        return None
    join = association.join_table
    if kind is RelationshipKind.MANY_TO_MANY and not (
        join and association.join_own_column and association.join_target_column
    ):
        return None
    return LegacyAssociation(
        name=association.name,
        kind=kind,
        table=association.table,
        own=association.own_column,
        target=association.target_column,
        path=schema.path,
        line=association.line,
        filtered=association.filtered,
        through=join if kind is RelationshipKind.MANY_TO_MANY else None,
        through_own=association.join_own_column or "",
        through_target=association.join_target_column or "",
    )


def _through(
    schema: ecto.LegacySchema,
    association: ecto.Association,
    schemas: Mapping[str, ecto.LegacySchema],
) -> LegacyAssociation | None:
    """Read `has_many through: [:post_tags, :tag]` as a many_to_many, where it leads that way.

    That is over the rows of a table of its own, and then to what those belong to.
    """
    if len(association.through) != 2 or association.kind is not ecto.AssociationKind.HAS_MANY:
        return None
    first = _named(schema, association.through[0])
    join = schemas.get(first.module or "") if first is not None else None
    second = _named(join, association.through[1]) if join is not None else None
    if first is None or join is None or second is None or first.own_column is None:
        return None
    if first.kind is not ecto.AssociationKind.HAS_MANY or first.target_column is None:
        return None
    if second.kind is not ecto.AssociationKind.BELONGS_TO or second.table is None:
        return None
    if second.own_column is None or second.target_column is None:
        return None
    return LegacyAssociation(
        name=association.name,
        kind=RelationshipKind.MANY_TO_MANY,
        table=second.table,
        own=first.own_column,
        target=second.target_column,
        path=schema.path,
        line=association.line,
        filtered=first.filtered or second.filtered,
        through=join.name,
        through_own=first.target_column,
        through_target=second.own_column,
    )


def _named(schema: ecto.LegacySchema, name: str) -> ecto.Association | None:
    return next((a for a in schema.associations if a.name == name), None)
