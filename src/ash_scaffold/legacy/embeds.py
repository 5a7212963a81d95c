"""The embeds of Ecto schemas as hints that embedded resources are made of.

Only an embed of which every field is known becomes one: its JSON has to be read and written as
Ecto does it. Any other stays JSON, for a reason that names file and line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from ash_scaffold.ash.hints import (
    CallDefault,
    EctoTypeHint,
    EmbedField,
    EmbedHint,
    EnumHint,
    Maker,
    Role,
    UnreadDefault,
)
from ash_scaffold.legacy.ecto import (
    ArrayType,
    CustomType,
    DateTimeType,
    EctoField,
    EctoSchema,
    EmbeddedSchema,
    EmbedType,
    FieldType,
    Hints,
    MapType,
    PlainType,
    Unread,
)
from ash_scaffold.legacy.types import type_hint

# Ecto's types whose values JSON holds; `Ecto.UUID` is `uuid`.
_IN_JSON = frozenset(
    "any binary binary_id boolean date decimal float id integer map string time time_usec "
    "uuid".split()
)


class _StaysJsonError(Exception):
    """The reason why an embed stays JSON."""


def with_embeds(hints: Hints, wanted: Callable[[EctoSchema, str], bool]) -> Hints:
    """Return the hints with the embeds that are to become resources.

    `wanted` says so of a schema's column.
    """
    embedded = {each.module: each for each in hints.embedded}
    unread: list[Unread] = []
    schemas = tuple(
        msgspec.structs.replace(
            schema,
            fields=tuple(
                _with_embed(schema, field, embedded, unread)
                if isinstance(field.ecto_type, EmbedType) and wanted(schema, field.column)
                else field
                for field in schema.fields
            ),
        )
        for schema in hints.schemas
    )
    found = tuple(sorted({*hints.unread, *unread}))
    return msgspec.structs.replace(hints, schemas=schemas, unread=found)


def _with_embed(
    schema: EctoSchema,
    field: EctoField,
    embedded: Mapping[str, EmbeddedSchema],
    unread: list[Unread],
) -> EctoField:
    assert isinstance(field.ecto_type, EmbedType)
    try:
        hint = _embed(field.ecto_type, embedded, ())
    except _StaysJsonError as error:
        what = f"the embed {field.name} stays JSON: {error}"
        unread.append(Unread(field.path, field.line, schema.module, what))
        return field
    return msgspec.structs.replace(field, type=msgspec.structs.replace(hint, otherwise=field.type))


def _embed(
    type_: EmbedType, embedded: Mapping[str, EmbeddedSchema], around: tuple[str, ...]
) -> EmbedHint:
    schema = embedded.get(type_.module)
    if schema is None:
        raise _StaysJsonError(f"{type_.module} is no embedded schema that was read")
    if type_.module in around:
        raise _StaysJsonError(f"{type_.module} embeds itself")
    if schema.partial:
        where = f"{schema.path}:{schema.line}"
        raise _StaysJsonError(f"a part of {type_.module} can't be read ({where})")
    inside = (*around, type_.module)
    return EmbedHint(
        module=type_.module,
        many=type_.many,
        fields=tuple(_field(schema, field, embedded, inside) for field in schema.fields),
    )


def _field(
    schema: EmbeddedSchema,
    field: EctoField,
    embedded: Mapping[str, EmbeddedSchema],
    around: tuple[str, ...],
) -> EmbedField:
    try:
        reason = next(_obstacles(field), "")
        if reason:
            raise _StaysJsonError(reason)
        found = EmbedField(
            name=field.name,
            key=field.column,
            primary_key=field.column in schema.primary_key,
            redact=field.redact,
            role=field.role,
            maker=field.maker,
            default=field.default,
        )
        return _typed(found, field, field.ecto_type, embedded, around)
    except _StaysJsonError as error:
        if around[-1] != schema.module or str(error).endswith(")"):
            raise
        place = f"{field.path}:{field.line}"
        raise _StaysJsonError(f"{schema.module}.{field.name}: {error} ({place})") from error


def _obstacles(field: EctoField) -> Iterator[str]:
    if field.maker is Maker.OTHER and field.role is Role.NONE:
        yield f"its value is made by {field.generator}"
    elif isinstance(field.default, CallDefault | UnreadDefault) and field.role is Role.NONE:
        yield "its default is what running the code shows"


def _typed(
    found: EmbedField,
    field: EctoField,
    type_: FieldType,
    embedded: Mapping[str, EmbeddedSchema],
    around: tuple[str, ...],
) -> EmbedField:
    """Add the type of a field. Raises `_StaysJsonError` for one that JSON can't hold."""
    replace = msgspec.structs.replace
    match type_:
        case PlainType(name=name) if name in _IN_JSON:
            return replace(found, base=name)
        case DateTimeType(utc=utc, usec=usec):
            kind = "utc_datetime" if utc else "naive_datetime"
            return replace(found, base=f"{kind}_usec" if usec else kind)
        case EnumHint():
            return replace(found, base="enum", values=type_.values, dumped=field.dumped)
        case EmbedType():
            return replace(found, embed=_embed(type_, embedded, around), many=type_.many)
        case ArrayType(item=item) if not isinstance(item, ArrayType | MapType | EmbedType):
            return replace(_typed(found, field, item, embedded, around), many=True)
        case MapType(value=PlainType() | DateTimeType() as value):
            return replace(_typed(found, field, value, embedded, around), of_map=True)
        case CustomType():
            hint = type_hint(type_, around[-1], field.name)
            if isinstance(hint, EctoTypeHint):
                return replace(found, custom=hint)
    raise _StaysJsonError("it is not known how JSON holds its type")
