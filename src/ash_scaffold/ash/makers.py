"""Attributes whose value somebody makes: keys, timestamps, what the client generates."""

from __future__ import annotations

import re

import msgspec

from ash_scaffold.ash.hints import LegacyField, Maker, Role
from ash_scaffold.ash.model import ABSENT, Attribute, AttributeKind
from ash_scaffold.ash.naming import attribute_name
from ash_scaffold.ash.type_mapper import Mapped
from ash_scaffold.ash.types import Family
from ash_scaffold.postgres.catalog import Column, Generated, Identity, Table
from ash_scaffold.term import Atom, Capture, Term

_CREATED = frozenset({"inserted_at", "created_at"})
_UPDATED = frozenset({"updated_at", "modified_at"})
_RANDOM_UUID = re.compile(r"(?:\w+\.)?(?:gen_random_uuid|uuid_generate_v4|uuidv4)\(\)\Z")
_SEQUENCE = re.compile(r"nextval\(")
_NOW = Capture("DateTime", "utc_now", 0)
_UUIDS: dict[Maker, Term] = {
    Maker.UUID: Capture("Ash.UUID", "generate", 0),
    Maker.UUID_V7: Capture("Ash.UUIDv7", "generate", 0),
}


def key_attribute(
    attribute: Attribute, column: Column, mapped: Mapped, field: LegacyField | None, *, alone: bool
) -> Attribute:
    """Give a single key of its own Ash's short form where Ash has one.

    A key that the legacy code makes is made the same way; one that it makes by rules of its own,
    or is given by whoever makes the row, has to be given through Ash too.
    """
    replace = msgspec.structs.replace
    if not alone:
        return attribute
    maker = field.maker if field is not None else Maker.UNSAID
    by_client = maker in (Maker.UUID, Maker.UUID_V7, Maker.CALLER, Maker.OTHER)
    random = column.default is None or _RANDOM_UUID.match(column.default) is not None
    if mapped.type == Atom("uuid") and by_client and column.generated is Generated.NONE:
        if maker is Maker.UUID:
            kind = AttributeKind.UUID_PRIMARY_KEY
            return replace(attribute, kind=kind, generated=False, writable=False, default=ABSENT)
        if maker is Maker.UUID_V7:
            return replace(
                attribute, generated=False, writable=False, default=_UUIDS[Maker.UUID_V7]
            )
        return attribute
    if mapped.type == Atom("uuid") and random and attribute.default is ABSENT:
        kind = AttributeKind.UUID_PRIMARY_KEY
        return replace(attribute, kind=kind, generated=False, writable=False)
    if not attribute.generated:
        return attribute
    counted = column.identity is not Identity.NONE or _SEQUENCE.match(column.default or "")
    if counted and mapped.type == Atom("integer"):
        kind = AttributeKind.INTEGER_PRIMARY_KEY
        return replace(attribute, kind=kind, generated=True, writable=False)
    return replace(attribute, writable=False)


def made_by_client(attribute: Attribute, mapped: Mapped, field: LegacyField | None) -> Attribute:
    """Make the uuid that the legacy code makes for a column that nobody else fills."""
    if field is None or field.maker not in _UUIDS or mapped.type != Atom("uuid"):
        return attribute
    if attribute.generated or attribute.default is not ABSENT:
        return attribute
    return msgspec.structs.replace(attribute, default=_UUIDS[field.maker])


def timestamp(
    attribute: Attribute, table: Table, mapped: Mapped, field: LegacyField | None
) -> Attribute:
    """Timestamps that the application keeps become Ash's; those the database fills stay its own.

    What the legacy code keeps as a timestamp it sets on every write, whatever the column's
    default; but what a trigger sets is the trigger's.
    """
    replace = msgspec.structs.replace
    if mapped.family is not Family.DATETIME or mapped.is_array or mapped.type == Atom("date"):
        return attribute
    role = field.role if field is not None else Role.NONE
    if role is not Role.NONE:
        if _database_keeps(attribute, table):
            return attribute
        kind = AttributeKind.CREATE_TIMESTAMP
        if role is Role.UPDATED:
            kind = AttributeKind.UPDATE_TIMESTAMP
        return replace(attribute, kind=kind, writable=False, generated=False, default=ABSENT)
    if attribute.generated or attribute.default is not ABSENT:
        return attribute
    # The column's name: a person may call the attribute as they like.
    name = attribute_name(attribute.column)
    if name in _CREATED:
        return replace(attribute, kind=AttributeKind.CREATE_TIMESTAMP, writable=False)
    if name in _UPDATED and not attribute.allow_nil:
        return replace(attribute, kind=AttributeKind.UPDATE_TIMESTAMP, writable=False)
    if name in _UPDATED:
        return replace(attribute, update_default=_NOW, writable=False)
    return attribute


def _database_keeps(attribute: Attribute, table: Table) -> bool:
    """Whether a trigger sets the column of a new row, or nobody may."""
    fills = any(t.on_insert and attribute.column in t.assigns for t in table.triggers)
    return fills or not attribute.writable
