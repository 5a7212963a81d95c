"""The `attributes` section."""

from __future__ import annotations

import msgspec

from ash_scaffold.ash.model import Absent, Attribute, AttributeKind
from ash_scaffold.elixir.read.found import Found
from ash_scaffold.elixir.read.options import Options, name_of
from ash_scaffold.elixir.read.scope import Scope, statements
from ash_scaffold.elixir.read.words import ATTRIBUTE
from ash_scaffold.syntax.entities import Entity
from ash_scaffold.syntax.parse import CallSite
from ash_scaffold.term import Atom, Capture

_TIMESTAMPS = (
    ("create_timestamp", "inserted_at_field", "inserted_at"),
    ("update_timestamp", "updated_at_field", "updated_at"),
)


def _stamp(kind: AttributeKind) -> Attribute:
    usec = Atom("utc_datetime_usec")
    return Attribute(
        name="", column="", kind=kind, type=usec, allow_nil=False, public=False, writable=False
    )


def _key(type_: str, kind: AttributeKind = AttributeKind.ATTRIBUTE) -> Attribute:
    return Attribute(
        name="",
        column="",
        kind=kind,
        type=Atom(type_),
        primary_key=True,
        allow_nil=False,
        writable=False,
        generated=kind is AttributeKind.INTEGER_PRIMARY_KEY,
    )


# What each word says by itself (`Ash.Resource.Attribute`). The default of a short form is part of
# its kind, as it is in the model.
_WORDS = {
    "attribute": Attribute(name="", column="", type=None, public=False),
    "uuid_primary_key": _key("uuid", AttributeKind.UUID_PRIMARY_KEY),
    "uuid_v7_primary_key": msgspec.structs.replace(
        _key("uuid_v7"), default=Capture("Ash.UUIDv7", "generate", 0)
    ),
    "integer_primary_key": _key("integer", AttributeKind.INTEGER_PRIMARY_KEY),
    "create_timestamp": _stamp(AttributeKind.CREATE_TIMESTAMP),
    "update_timestamp": _stamp(AttributeKind.UPDATE_TIMESTAMP),
}


def read_attributes(where: Scope, section: CallSite, found: Found) -> None:
    """Read a section of attributes; one that is stated again stays as it was read first."""
    for item in statements(where, section):
        if item is not None and item.word == "timestamps":
            _timestamps(where, item, found)
        elif item is None or item.word not in _WORDS:
            found.open("attributes")
        else:
            _attribute(where, item, found)


def _attribute(where: Scope, item: Entity, found: Found) -> None:
    plain = item.word == "attribute"
    options = Options(where, item, ATTRIBUTE, 2 if plain else 1)
    name = name_of(options.argument(0))
    if name is None:
        found.open("attributes")
        return
    start = _WORDS[item.word]
    if plain:
        type_ = options.argument(1, "type")
        start = msgspec.structs.replace(start, type=None if isinstance(type_, Absent) else type_)
    _keep(where, item, found, _stated(options, start, name), options)


def _timestamps(where: Scope, item: Entity, found: Found) -> None:
    """Read `timestamps`, which is two attributes with the same options."""
    for word, option, default in _TIMESTAMPS:
        options = Options(where, item, ATTRIBUTE | {each[1] for each in _TIMESTAMPS}, 0)
        name = options.name(option, default, "name")
        _keep(where, item, found, _stated(options, _WORDS[word], name), options)


def _keep(where: Scope, item: Entity, found: Found, attribute: Attribute, options: Options) -> None:
    if attribute.name not in found.attributes:
        found.attributes[attribute.name] = attribute
        found.note("attributes", attribute.name, where.place(item.call), options.unknown)


def _stated(options: Options, start: Attribute, name: str) -> Attribute:
    type_ = options.term("type") if start.type is not None else start.type
    default, update = options.term("default"), options.term("update_default")
    return msgspec.structs.replace(
        start,
        name=name,
        column=options.name("source", name, "column"),
        type=start.type if isinstance(type_, Absent | None) else type_,
        constraints=options.keywords("constraints"),
        description=options.text("description"),
        primary_key=options.flag("primary_key?", start.primary_key),
        allow_nil=options.flag("allow_nil?", start.allow_nil),
        sensitive=options.flag("sensitive?", start.sensitive),
        public=options.flag("public?", start.public),
        generated=options.flag("generated?", start.generated),
        writable=options.flag("writable?", start.writable),
        default=start.default if isinstance(default, Absent) else default,
        update_default=start.update_default if isinstance(update, Absent) else update,
    )
