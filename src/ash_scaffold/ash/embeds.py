"""Embedded resources for the embeds of Ecto schemas: names, and what fills them.

The JSON of an embed is read and written by Ecto's own types (`Ecto.Type.embedded_load/3` and
`embedded_dump/3`), so that old and new code agree on each value. A module stands for one embedded
schema, and another for the list of it that one JSON value holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.ash.defaults import legacy_default
from ash_scaffold.ash.dsl import ATTRIBUTE_DEFAULTS
from ash_scaffold.ash.hints import (
    EctoTypeHint,
    EmbedField,
    EmbedHint,
    EnumHint,
    LegacyField,
    Maker,
    Role,
)
from ash_scaffold.ash.model import ABSENT, Absent, Attribute, SupportType
from ash_scaffold.ash.naming import Names, attribute_name
from ash_scaffold.ash.types import Family, Mapped
from ash_scaffold.term import Atom, Capture, Keyword, Module, Term

HELPER = "EctoEmbed"
_LIST = "List"
_TEXT = "The JSON of `{}`, as Ecto reads and writes it."
_LIST_TEXT = "A list of `{}`, in one JSON value."
_HELPER_TEXT = "The JSON of embedded resources, read and written as `Ecto.Schema` does it."
_STRING = (("trim?", False), ("allow_empty?", True))
# The Ash type of the values that Ecto has for each of its types, and their family.
_TYPES: Mapping[str, tuple[str, Family]] = {
    "binary": ("binary", Family.BINARY),
    "binary_id": ("uuid", Family.UUID),
    "boolean": ("boolean", Family.BOOLEAN),
    "date": ("date", Family.DATETIME),
    "decimal": ("decimal", Family.DECIMAL),
    "enum": ("atom", Family.ENUM),
    "float": ("float", Family.FLOAT),
    "id": ("integer", Family.INTEGER),
    "integer": ("integer", Family.INTEGER),
    "map": ("map", Family.JSON),
    "naive_datetime": ("naive_datetime", Family.DATETIME),
    "string": ("string", Family.STRING),
    "time": ("time", Family.TIME),
    "time_usec": ("time_usec", Family.TIME),
    "utc_datetime": ("utc_datetime", Family.DATETIME),
    "utc_datetime_usec": ("utc_datetime_usec", Family.DATETIME),
    "uuid": ("uuid", Family.UUID),
}
_UUIDS: Mapping[Maker, Term] = {
    Maker.UUID: Capture("Ash.UUID", "generate", 0),
    Maker.UUID_V7: Capture("Ash.UUIDv7", "generate", 0),
}


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What embeds are built of.

    `called` gives the module of a segment and `segments` those of embedded schemas. `types` has
    the types for what no type of Ash holds: `any` and `naive_datetime_usec`; `ecto_type` hands a
    custom Ecto type over.
    """

    called: Callable[[str], str]
    segments: Mapping[str, str]
    types: Mapping[str, Mapped]
    ecto_type: Callable[[EctoTypeHint], Mapped]


def embeds_in(hint: EmbedHint) -> Iterator[EmbedHint]:
    """Yield an embed and those inside of it."""
    yield hint
    for field in hint.fields:
        if field.embed is not None:
            yield from embeds_in(field.embed)


def custom_types_in(hint: EmbedHint) -> Iterator[EctoTypeHint]:
    """Yield the custom Ecto types of an embed's fields, and of those inside of it."""
    for each in embeds_in(hint):
        yield from (field.custom for field in each.fields if field.custom is not None)


def embed_segments(hints: Iterable[EmbedHint], taken: Iterable[str]) -> dict[str, str]:
    """Name the modules of all embedded schemas, by their Ecto modules; no two are alike."""
    modules = sorted({each.module for hint in hints for each in embeds_in(hint)})
    names = Names((*taken, HELPER))
    found = {}
    for module in modules:
        parts = module.split(".")
        candidates = ["".join(parts[-number:]) for number in range(1, len(parts) + 1)]
        free = [each for each in candidates if names.free(f"{each}{_LIST}")]
        found[module] = names.take(*(free or candidates))
        names.take(f"{found[module]}{_LIST}")
    return found


def embedded(hint: EmbedHint, parts: Parts, *, of_items: bool, storage: str) -> Mapped:
    """Map a column to the embedded resource of an embed.

    `of_items` is for an array of PostgreSQL; any other column holds one JSON value, `storage`.
    """
    supports = _supports(hint, parts)
    item = Module(_module(hint, parts))
    mapped = Mapped(
        type=item,
        family=Family.OTHER,
        storage="map",
        supports=supports,
        why=f"the embedded schema {hint.module}",
    )
    if of_items:
        return msgspec.structs.replace(
            mapped,
            type=(Atom("array"), item),
            constraints=(("nil_items?", True),),
            is_array=True,
        )
    if not hint.many:
        return mapped
    listed = SupportType(
        module=parts.called(f"{parts.segments[hint.module]}{_LIST}"),
        template="embed_list",
        pg_type=storage,
        values={
            "text": _LIST_TEXT.format(item.name),
            "item": item,
            "storage": Atom(storage),
        },
    )
    return msgspec.structs.replace(
        mapped, type=Module(listed.module), supports=(*supports, listed), storage=storage
    )


def _module(hint: EmbedHint, parts: Parts) -> str:
    return parts.called(parts.segments[hint.module])


def _supports(hint: EmbedHint, parts: Parts) -> tuple[SupportType, ...]:
    """Return the modules of an embed, what they use before them."""
    helper = SupportType(
        module=parts.called(HELPER),
        template="ecto_embed",
        pg_type="jsonb",
        values={"text": _HELPER_TEXT},
    )
    inner: list[SupportType] = [helper]
    attributes: list[Attribute] = []
    types: list[tuple[str, Term]] = []
    names = Names()
    for field in hint.fields:
        if field.embed is not None:
            inner += _supports(field.embed, parts)
        mapped = _mapped(field, parts)
        inner += mapped.supports
        attribute = _attribute(field, mapped, names.take(attribute_name(field.name)), parts)
        attributes.append(attribute)
        if field.embed is None:
            types.append((attribute.name, _ecto_type(field, mapped)))
    own = SupportType(
        module=_module(hint, parts),
        template="embed",
        pg_type="jsonb",
        values={
            "text": _TEXT.format(hint.module),
            "helper": Module(parts.called(HELPER)),
            "types": Keyword(tuple(types)),
        },
        attributes=tuple(attributes),
    )
    unique = {each.module: each for each in (*inner, own)}
    return tuple(unique.values())


def _mapped(field: EmbedField, parts: Parts) -> Mapped:
    if field.embed is not None:
        return Mapped(type=Module(_module(field.embed, parts)), family=Family.OTHER)
    if field.custom is not None:
        return parts.ecto_type(field.custom)
    if field.of_map:
        return Mapped(type=Atom("map"), family=Family.JSON)
    own = parts.types.get(field.base)
    if own is not None:
        return own
    name, family = _TYPES[field.base]
    constraints: tuple[tuple[str, Term], ...] = ()
    labels: dict[str, Term] = {}
    if field.base == "string":
        constraints = _STRING
    elif field.base == "enum":
        constraints = (("one_of", [Atom(value) for value, _ in field.values]),)
        labels = {str(stored): Atom(value) for value, stored in field.values}
    return Mapped(type=Atom(name), constraints=constraints, family=family, labels=labels)


def _attribute(field: EmbedField, mapped: Mapped, name: str, parts: Parts) -> Attribute:
    type_, constraints = mapped.type, mapped.constraints
    if field.many:
        type_ = (Atom("array"), type_)
        constraints = () if field.embed is not None else (("nil_items?", True),)
        if field.embed is None and mapped.constraints:
            constraints = (*constraints, ("items", Keyword(mapped.constraints)))
    attribute = Attribute(
        name=name,
        column=field.key,
        type=type_,
        constraints=constraints,
        primary_key=field.primary_key,
        allow_nil=not field.primary_key,
        sensitive=field.redact,
        public=not field.redact,
    )
    replace = msgspec.structs.replace
    if field.primary_key and field.maker is Maker.UUID and type_ == Atom("uuid"):
        short = ATTRIBUTE_DEFAULTS["uuid_primary_key"]
        return replace(short, name=name, column=field.key, public=True)
    if field.role is not Role.NONE and not field.many:
        # In a list Ash drops the time that `create_timestamp` makes.
        now = (Module(parts.called(HELPER)), Atom("now"), [Atom(field.base)])
        updated = now if field.role is Role.UPDATED else ABSENT
        return replace(attribute, writable=False, default=now, update_default=updated)
    if field.maker in _UUIDS:
        return replace(attribute, default=_UUIDS[field.maker])
    if field.embed is not None and field.many:
        return replace(attribute, default=[])
    return replace(attribute, default=_default(field, mapped))


def _default(field: EmbedField, mapped: Mapped) -> Term | Absent:
    """Return the default of a field; `ABSENT` for none."""
    hint = EnumHint(field.values) if field.values else None
    of_legacy = LegacyField(name=field.name, column=field.key, type=hint, default=field.default)
    whole = msgspec.structs.replace(mapped, is_array=field.many)
    return legacy_default(of_legacy, whole)


def _ecto_type(field: EmbedField, mapped: Mapped) -> Term:
    """Return the Ecto type of a field, as `EctoEmbed.types/1` takes it."""
    found: Term = Atom(field.base)
    if field.custom is not None:
        found = mapped.type
    elif field.base == "uuid":
        found = Module("Ecto.UUID")
    elif field.base == "enum":
        options: list[tuple[str, Term]] = [("values", Keyword(field.values))]
        if field.dumped:
            options.append(("embed_as", Atom("dumped")))
        found = (Module("Ecto.Enum"), Keyword(tuple(options)))
    if field.of_map:
        found = (Atom("map"), found)
    return (Atom("array"), found) if field.many else found
