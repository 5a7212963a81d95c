"""Attributes of columns: names, keys, timestamps, defaults, and reports on hints of legacy code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.ash.column_types import ColumnTypes
from ash_scaffold.ash.defaults import (
    is_null,
    legacy_default,
    literal_default,
    same_default,
    shown_default,
)
from ash_scaffold.ash.draft import TableAttributes
from ash_scaffold.ash.hints import EmbedHint, Legacy, LegacyField, Maker, Role, Writable
from ash_scaffold.ash.keys import Keys, PrimaryKey
from ash_scaffold.ash.model import ABSENT, Absent, Attribute, AttributeKind
from ash_scaffold.ash.naming import Names, attribute_name
from ash_scaffold.ash.project_state import NO_NAMES, ResourceNames
from ash_scaffold.ash.secrets import looks_secret
from ash_scaffold.ash.type_mapper import Mapped, Unmapped
from ash_scaffold.ash.types import Family
from ash_scaffold.config.match import Resolver
from ash_scaffold.config.options import ColumnConfig
from ash_scaffold.postgres.catalog import Column, Generated, Identity, Name, Table
from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.term import Atom, Capture, Term


class AttributePlanner:
    """Plans the attributes of one table after another."""

    def __init__(
        self,
        types: ColumnTypes,
        keys: Keys,
        config: Resolver,
        names: Mapping[Name, ResourceNames],
        legacy: Legacy,
    ) -> None:
        self._file_names = names
        self._types = types
        self._keys = keys
        self._config = config
        self._legacy = legacy

    def plan(self, table: Table, key: PrimaryKey | None) -> TableAttributes:
        """Plan the attributes of a table whose resource has the given key."""
        problems: list[Problem] = []
        dropped: list[Column] = []
        removed: dict[str, Attribute | None] = {}
        file_names = self._file_names.get(table.name, NO_NAMES)
        usable: list[tuple[Column, ColumnConfig, Mapped]] = []
        for column in table.columns:
            config = self._config.for_column(table.name, column.name)
            found = self._type(table, column, config)
            if column.name in file_names.removed and not config.exclude:
                problems.append(_taken_out(table, column))
                dropped.append(column)
                name = attribute_name(column.name)
                removed[column.name] = (
                    self._attribute(table, key, column, config, found, name)
                    if isinstance(found, Mapped)
                    else None
                )
                continue
            if isinstance(found, Problem):
                problems.append(found)
                dropped.append(column)
                continue
            usable.append((column, config, found))
            if not column.readable and table.readable:
                problems.append(_unreadable(table, column))
        has_fields = bool(self._legacy.schemas(table.name))
        names = self._names(table.name, [(column, config) for column, config, _ in usable])
        attributes = []
        filled: list[tuple[Column, Mapped, LegacyField, Attribute]] = []
        for column, config, mapped in usable:
            attribute = self._attribute(table, key, column, config, mapped, names[column.name])
            attributes.append(attribute)
            field = self._legacy.field(table.name, column.name) if has_fields else None
            if field is not None:
                wanted = self._config.legacy_type_for(table.name, column.name)
                said = config.type is not None or not wanted
                problems += field_problems(table.name, field, attribute, mapped, said=said)
                filled.append((column, mapped, field, attribute))
        problems += default_problems(table.name, filled)
        return TableAttributes(
            attributes=tuple(attributes),
            mapped={column.name: mapped for column, _, mapped in usable},
            dropped=tuple(dropped),
            supports=tuple(support for _, _, mapped in usable for support in mapped.supports),
            removed=removed,
            problems=tuple(problems),
        )

    def _type(self, table: Table, column: Column, config: ColumnConfig) -> Mapped | Problem:
        where = f"{table.name}.{column.name}"
        if config.exclude:
            return Code.COLUMN_EXCLUDED.at(where, "The configuration leaves the column out.")
        if '"' in column.name or column.name == "nil":
            return Code.NAME_UNSUPPORTED.at(
                where,
                "Ecto can't say a column of this name, so it has no attribute.",
                todo="Rename the column in a legacy migration, or read it through a view.",
            )
        mapped = self._types.map(table, column, config)
        if isinstance(mapped, Unmapped):
            return Code.COLUMN_UNSUPPORTED.at(
                where, f"The column has no attribute: {mapped.reason}.", todo=mapped.todo
            )
        return mapped

    def _names(self, table: Name, columns: list[tuple[Column, ColumnConfig]]) -> dict[str, str]:
        file_names = self._file_names.get(table, NO_NAMES)
        legacy = {}
        if self._legacy.schemas(table):
            fields = {column.name: self._legacy.field(table, column.name) for column, _ in columns}
            legacy = {
                column: field.name
                for column, field in fields.items()
                if field is not None and attribute_name(field.name) == field.name
            }
        return _names(columns, file_names.attributes, legacy, file_names.taken)

    def _attribute(
        self,
        table: Table,
        key: PrimaryKey | None,
        column: Column,
        config: ColumnConfig,
        mapped: Mapped,
        name: str,
    ) -> Attribute:
        is_key = key is not None and column.name in key.columns
        foreign = (table.name, column.name) in self._keys.foreign
        field = self._legacy.field(table.name, column.name)
        sensitive = config.sensitive
        if sensitive is None:
            redacted = field is not None and field.redact
            plain = not is_key and not foreign
            # The column's name too: a secret stays one, whatever a person calls it.
            secret = looks_secret(name, mapped) or (
                name != column.name and looks_secret(attribute_name(column.name), mapped)
            )
            sensitive = (redacted and not is_key) or (plain and secret) or not mapped.comparable
        public = config.public if config.public is not None else not sensitive
        attribute = Attribute(
            name=name,
            column=column.name,
            type=mapped.type,
            constraints=mapped.constraints,
            description=column.comment,
            primary_key=is_key,
            allow_nil=not column.not_null and not is_key,
            sensitive=sensitive,
            public=public,
            filterable=mapped.comparable,
            sortable=mapped.comparable,
        )
        attribute = _filled(attribute, column, mapped)
        if attribute.default is ABSENT and table.filled_by_trigger(column.name):
            attribute = msgspec.structs.replace(attribute, generated=True)
        made = None if field is None else made_by_code(mapped, field)
        if is_key and key is not None:
            alone = len(key.columns) == 1 and not foreign
            attribute = key_attribute(attribute, column, mapped, field, made, alone=alone)
        else:
            if field is not None:
                attribute = generated_by_client(attribute, mapped, field, made)
            attribute = timestamp(attribute, table, mapped, field)
        if field is None:
            return attribute
        attribute = with_legacy_default(attribute, table, column, mapped, field)
        return with_field_options(attribute, field)


def of_tenant(attributes: TableAttributes, column: str) -> TableAttributes:
    """Return the attributes of a table whose rows belong to the tenant that the column names.

    Ash sets it from the tenant of the action. As long as it can be written, an update moves a row
    to another tenant, and a create takes a value only to override it; with a default, a create
    without a tenant would give the row to whom nobody named. Source: `Ash.Changeset`.
    """
    plain = {
        "kind": AttributeKind.ATTRIBUTE,
        "allow_nil": False,
        "sensitive": False,
        "public": True,
        "generated": False,
        "writable": False,
        "default": ABSENT,
        "update_default": ABSENT,
    }
    return msgspec.structs.replace(
        attributes,
        attributes=tuple(
            msgspec.structs.replace(each, **plain) if each.column == column else each
            for each in attributes.attributes
        ),
    )


def _names(
    columns: list[tuple[Column, ColumnConfig]],
    file_names: Mapping[str, str],
    legacy: Mapping[str, str],
    taken: Iterable[str],
) -> dict[str, str]:
    """Name attributes by the configuration, then the file, the Ecto schema and the column.

    None gets the name of a field of another kind in the file (`taken`).
    """
    names, found = Names(), {}
    plain = {column.name.casefold(): column.name for column, config in columns}
    if len(plain) == len(columns) and not (file_names or legacy or taken):
        own = [column.name for column, config in columns if config.name is None]
        if len(own) == len(columns) and all(attribute_name(each) == each for each in own):
            return {each: each for each in own}
    for column, config in columns:
        if config.name is not None:
            found[column.name] = names.take(config.name)
    for field in sorted(taken):
        if names.free(field):
            names.take(field)
    for source in (file_names, legacy):
        for column, _ in columns:
            name = source.get(column.name)
            if column.name not in found and name is not None and names.free(name):
                found[column.name] = names.take(name)
    for column, _ in columns:
        if column.name not in found and attribute_name(column.name) == column.name:
            found[column.name] = names.take(column.name)
    for column, _ in columns:
        if column.name not in found:
            found[column.name] = names.take(attribute_name(column.name))
    return found


def _taken_out(table: Table, column: Column) -> Problem:
    return Code.COLUMN_REMOVED.at(
        f"{table.name}.{column.name}",
        "Its attribute was removed from the resource, so nothing is generated for the column.",
    )


def _unreadable(table: Table, column: Column) -> Problem:
    return Code.COLUMN_UNREADABLE.at(
        f"{table.name}.{column.name}", "The role may not read the column."
    )


def _filled(attribute: Attribute, column: Column, mapped: Mapped) -> Attribute:
    """Take over a default that Elixir can express; mark as generated what the database fills."""
    replace = msgspec.structs.replace
    if column.generated is not Generated.NONE:
        return replace(attribute, generated=True, writable=False)
    if column.identity is Identity.ALWAYS:
        return replace(attribute, generated=True, writable=False)
    if column.identity is Identity.BY_DEFAULT:
        return replace(attribute, generated=True)
    if column.default is None or is_null(column.default):
        return attribute
    default = literal_default(column.default, mapped)
    if default is ABSENT:
        return replace(attribute, generated=True)
    return replace(attribute, default=default)


# Timestamps that the application fills.
CREATION_COLUMNS = frozenset({"inserted_at", "created_at"})
UPDATE_COLUMNS = frozenset({"updated_at", "modified_at"})
_RANDOM_UUID = re.compile(r"(?:\w+\.)?(?:gen_random_uuid|uuid_generate_v4|uuidv4)\(\)\Z")
_SEQUENCE = re.compile(r"nextval\(")
# The length of a default in a note.
_SHOWN = 60
_NOW = Capture("DateTime", "utc_now", 0)
_UUIDS: dict[Maker, Term] = {
    Maker.UUID: Capture("Ash.UUID", "generate", 0),
    Maker.UUID_V7: Capture("Ash.UUIDv7", "generate", 0),
}


def key_attribute(
    attribute: Attribute,
    column: Column,
    mapped: Mapped,
    field: LegacyField | None,
    made: Capture | None,
    *,
    alone: bool,
) -> Attribute:
    """Give a single key of its own Ash's short form where Ash has one.

    A key that the legacy code generates is generated the same way; one that it makes by code of
    its own, or takes from the caller, has to come from the caller of Ash too, unless its type
    makes it (`made`).
    """
    replace = msgspec.structs.replace
    if not alone:
        return attribute
    if made is not None and column.generated is Generated.NONE:
        return replace(attribute, generated=False, writable=False, default=made)
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


def generated_by_client(
    attribute: Attribute, mapped: Mapped, field: LegacyField | None, made: Capture | None
) -> Attribute:
    """Generate the value as the legacy code does, where the database does not."""
    if field is None or attribute.generated or attribute.default is not ABSENT:
        return attribute
    default: Term | None = made
    if field.maker in _UUIDS and mapped.type == Atom("uuid"):
        default = _UUIDS[field.maker]
    return attribute if default is None else msgspec.structs.replace(attribute, default=default)


def made_by_code(mapped: Mapped, field: LegacyField | None) -> Capture | None:
    """Return the function by which a field's own type makes its value."""
    if field is None or field.maker is not Maker.OTHER or field.generator != mapped.ecto_type:
        return None
    return mapped.autogenerate


def timestamp(
    attribute: Attribute, table: Table, mapped: Mapped, field: LegacyField | None
) -> Attribute:
    """Make a timestamp that the application maintains one of Ash's; leave one of the database.

    The legacy code sets its timestamps on every write, whatever the column's default; a trigger
    takes precedence.
    """
    replace = msgspec.structs.replace
    if mapped.family is not Family.DATETIME or mapped.is_array or mapped.type == Atom("date"):
        return attribute
    role = field.role if field is not None else Role.NONE
    if role is not Role.NONE:
        if _database_fills(attribute, table):
            return attribute
        kind = AttributeKind.CREATE_TIMESTAMP
        if role is Role.UPDATED:
            kind = AttributeKind.UPDATE_TIMESTAMP
        return replace(attribute, kind=kind, writable=False, generated=False, default=ABSENT)
    if attribute.generated or attribute.default is not ABSENT:
        return attribute
    # The column's name: a person may call the attribute as they like.
    name = attribute_name(attribute.column)
    if name in CREATION_COLUMNS:
        return replace(attribute, kind=AttributeKind.CREATE_TIMESTAMP, writable=False)
    if name in UPDATE_COLUMNS and not attribute.allow_nil:
        return replace(attribute, kind=AttributeKind.UPDATE_TIMESTAMP, writable=False)
    if name in UPDATE_COLUMNS:
        return replace(attribute, update_default=_NOW, writable=False)
    return attribute


def with_legacy_default(
    attribute: Attribute,
    table: Table,
    column: Column,
    mapped: Mapped,
    field: LegacyField | None,
) -> Attribute:
    """Give an attribute the default of its Ecto field, which the legacy code sends.

    The column's own stays where it means the same. A trigger may change what is sent.
    """
    replace = msgspec.structs.replace
    if field is None or not _is_client_filled(column):
        return attribute
    short = attribute.kind in (AttributeKind.UUID_PRIMARY_KEY, AttributeKind.INTEGER_PRIMARY_KEY)
    short = short or (field.maker in _UUIDS and attribute.default == _UUIDS[field.maker])
    named = attribute.kind is not AttributeKind.ATTRIBUTE and field.role is Role.NONE
    default = legacy_default(field, mapped)
    if isinstance(default, Absent) or short or (named and _is_clock(default)):
        return attribute
    if column.default is not None and same_default(default, column.default, mapped):
        return attribute
    if field.role is Role.UPDATED:
        attribute = replace(attribute, update_default=default)
    fills = table.filled_by_trigger(column.name)
    return replace(attribute, default=default, generated=fills)


def with_field_options(attribute: Attribute, field: LegacyField) -> Attribute:
    """Follow the options of an Ecto field about reading and writing it.

    What the legacy code never sends, and what it reads back after a write, the database makes.
    """
    replace = msgspec.structs.replace
    if attribute.primary_key:
        return attribute
    if not field.selected:
        attribute = replace(attribute, select_by_default=False)
    if field.writable is Writable.NEVER:
        return replace(attribute, writable=False, generated=True)
    if field.returned and attribute.default is ABSENT:
        return replace(attribute, generated=attribute.kind is AttributeKind.ATTRIBUTE)
    return attribute


def _is_client_filled(column: Column) -> bool:
    """Whether an insert may send a value of its own."""
    return column.generated is Generated.NONE and column.identity is not Identity.ALWAYS


def _is_clock(default: Term | Absent) -> bool:
    return isinstance(default, Capture) and default.function == "utc_now"


def _database_fills(attribute: Attribute, table: Table) -> bool:
    """Whether a trigger sets the column of a new row, or no client may."""
    fills = table.filled_by_trigger(attribute.column)
    return fills or not attribute.writable


def in_config(table: Name, setting: str, column: str | None = None) -> str:
    """Write a setting of a table or column as it stands in `ash_scaffold.toml`."""
    keys = [str(table)] if column is None else [str(table), "columns", column]
    quoted = [key if key == "columns" else json.dumps(key, ensure_ascii=False) for key in keys]
    return f"[tables.{'.'.join(quoted)}] {setting}"


def field_problems(
    table: Name, field: LegacyField, attribute: Attribute, mapped: Mapped, *, said: bool
) -> Iterator[Problem]:
    """Give a note for a custom type, and for a value that code of the project's own makes.

    `said` means that the configuration decides the type.
    """
    where = f"{table}.{field.column}"
    place = f" ({field.path}:{field.line})" if field.path else ""
    if field.custom and not mapped.ecto_type and not said:
        why = f": {mapped.apart}" if mapped.apart else ""
        yield Code.LEGACY_CUSTOM_TYPE.at(
            where,
            f"The Ecto schema reads it by {field.custom}{place}; the attribute "
            f"{attribute.name} holds what the column does{why}.",
            todo="Write an Ash.Type that does the same and name it: "
            + in_config(table, 'type = "…"', field.column)
            + ".",
        )
    if mapped.ecto_type and mapped.apart:
        yield Code.LEGACY_CUSTOM_TYPE.at(
            where,
            f"The type of the attribute {attribute.name} hands over to {mapped.ecto_type}: "
            f"{mapped.apart}.",
            todo="Write in the type's own module what that did, or bring it back.",
            severity=Severity.WARNING,
        )
    if isinstance(field.type, EmbedHint) and mapped.apart and not said:
        yield Code.LEGACY_CUSTOM_TYPE.at(
            where,
            f"The embed {field.name}{place} makes no embedded resource: {mapped.apart}.",
            todo="Say that it stays JSON: "
            + in_config(table, 'embeds = "json"', field.column)
            + ".",
        )
    made = attribute.generated or attribute.default is not ABSENT
    if field.maker is Maker.OTHER and not made and attribute.kind is AttributeKind.ATTRIBUTE:
        yield Code.LEGACY_GENERATOR.at(
            where,
            f"The legacy code makes its value by {field.generator}{place}, "
            "which Ash is not told of: a create has to give it.",
            todo=f"Add a default to the attribute {attribute.name}.",
        )


def default_problems(
    table: Name, fields: Iterable[tuple[Column, Mapped, LegacyField, Attribute]]
) -> Iterator[Problem]:
    """Give a note for the defaults that outweigh the column's, and one for those not taken over."""
    unequal, unread = [], []
    for column, mapped, field, attribute in fields:
        told = field.maker is Maker.OTHER and not attribute.generated
        if field.default is None or (told and attribute.default is ABSENT):
            continue
        shown = f"{field.name} ({shown_default(field.default)}"
        place = f", {field.path}:{field.line})" if field.path else ")"
        default = legacy_default(field, mapped)
        if isinstance(default, Absent):
            unread.append(shown + place)
        elif (
            attribute.default == default
            and column.default is not None
            and not mapped.ecto_type
            and not is_null(column.default)
            and not same_default(default, column.default, mapped)
        ):
            unequal.append(f"{shown}, the column has {_short(column.default)}{place}")
    if unequal:
        yield Code.LEGACY_DEFAULT.at(
            str(table),
            "The Ecto schema's default differs from the column's, and is the one that the legacy "
            f"code writes, so Ash does too: {'; '.join(unequal)}.",
        )
    if unread:
        yield Code.LEGACY_DEFAULT_UNREAD.at(
            str(table),
            "A default of the Ecto schema is known only when the legacy code runs, or has no form "
            f"in the attribute's type: {'; '.join(unread)}.",
        )


def _short(sql: str) -> str:
    line = " ".join(sql.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
