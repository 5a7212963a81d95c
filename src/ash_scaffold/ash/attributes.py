"""Attributes of columns: names, keys, timestamps, defaults, and reports on hints of legacy code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

import msgspec

from ash_scaffold.ash.column_types import ColumnTypes
from ash_scaffold.ash.draft import TableAttributes
from ash_scaffold.ash.hints import Legacy, LegacyField, Maker, Role
from ash_scaffold.ash.keys import Keys, PrimaryKey
from ash_scaffold.ash.model import ABSENT, Absent, Attribute, AttributeKind
from ash_scaffold.ash.naming import Names, attribute_name
from ash_scaffold.ash.project_state import NO_NAMES, ResourceNames
from ash_scaffold.ash.secrets import looks_secret
from ash_scaffold.ash.type_mapper import Mapped, TypeMapper, Unmapped
from ash_scaffold.ash.types import Family
from ash_scaffold.config.match import Resolver
from ash_scaffold.config.options import ColumnConfig
from ash_scaffold.postgres.catalog import Column, Generated, Identity, Name, Table
from ash_scaffold.postgres.sql import ArrayConstant, Constant, read_array, read_constant
from ash_scaffold.problem import Code, Problem
from ash_scaffold.term import Atom, Capture, Map, Term


class AttributePlanner:
    """Plans the attributes of one table after another."""

    def __init__(
        self,
        types: TypeMapper,
        keys: Keys,
        config: Resolver,
        names: Mapping[Name, ResourceNames],
        legacy: Legacy,
    ) -> None:
        self._file_names = names
        self._types = ColumnTypes(types, keys, config, legacy)
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
        names = self._names(table.name, [(column, config) for column, config, _ in usable])
        attributes = []
        for column, config, mapped in usable:
            attribute = self._attribute(table, key, column, config, mapped, names[column.name])
            attributes.append(attribute)
            field = self._legacy.field(table.name, column.name)
            if field is not None:
                problems += field_problems(table.name, field, attribute, config)
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
            secret = any(looks_secret(each, mapped) for each in (name, attribute_name(column.name)))
            sensitive = (redacted and not is_key) or (plain and secret)
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
        )
        attribute = _filled(attribute, column, mapped)
        if attribute.default is ABSENT and table.filled_by_trigger(column.name):
            attribute = msgspec.structs.replace(attribute, generated=True)
        if is_key and key is not None:
            alone = len(key.columns) == 1 and not foreign
            return key_attribute(attribute, column, mapped, field, alone=alone)
        return timestamp(generated_by_client(attribute, mapped, field), table, mapped, field)


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
_NOW = Capture("DateTime", "utc_now", 0)
_UUIDS: dict[Maker, Term] = {
    Maker.UUID: Capture("Ash.UUID", "generate", 0),
    Maker.UUID_V7: Capture("Ash.UUIDv7", "generate", 0),
}


def key_attribute(
    attribute: Attribute, column: Column, mapped: Mapped, field: LegacyField | None, *, alone: bool
) -> Attribute:
    """Give a single key of its own Ash's short form where Ash has one.

    A key that the legacy code generates is generated the same way; one that it makes by code of
    its own, or takes from the caller, has to come from the caller of Ash too.
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


def generated_by_client(
    attribute: Attribute, mapped: Mapped, field: LegacyField | None
) -> Attribute:
    """Generate the uuid as the legacy code does, where the database does not."""
    if field is None or field.maker not in _UUIDS or mapped.type != Atom("uuid"):
        return attribute
    if attribute.generated or attribute.default is not ABSENT:
        return attribute
    return msgspec.structs.replace(attribute, default=_UUIDS[field.maker])


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


def _database_fills(attribute: Attribute, table: Table) -> bool:
    """Whether a trigger sets the column of a new row, or no client may."""
    fills = table.filled_by_trigger(attribute.column)
    return fills or not attribute.writable


_TRUE = frozenset({"true", "t", "yes", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "off", "0"})
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?\Z")
# Beyond it a term would be longer than anyone wants to read in a resource.
_LONGEST = 400


def is_null(sql: str) -> bool:
    """Whether the default is NULL, as good as none."""
    return read_constant(sql) == Constant(None)


def literal_default(sql: str, mapped: Mapped) -> Term | Absent:
    """Return the value of a default, `ABSENT` when only PostgreSQL can express it."""
    constant = read_constant(sql)
    if constant is None or len(sql) > _LONGEST:
        return ABSENT
    if mapped.is_array:
        return _array(constant)
    if isinstance(constant, ArrayConstant) or constant.text is None:
        return ABSENT
    return _scalar(constant.text, mapped)


def _array(constant: Constant | ArrayConstant) -> Term | Absent:
    """Return an empty list; AshPostgres has no other as a default, and warns about it."""
    items = (
        constant.items
        if isinstance(constant, ArrayConstant)
        else read_array(constant.text or "NULL")
    )
    return [] if items == () else ABSENT


def _scalar(text: str, mapped: Mapped) -> Term | Absent:
    match mapped.family:
        case Family.STRING:
            # `char(n)` pads what it stores; its trailing blanks mean nothing.
            return text.rstrip(" ") if mapped.storage == "bpchar" else text
        case Family.BOOLEAN:
            word = text.strip().lower()
            return True if word in _TRUE else False if word in _FALSE else ABSENT
        case Family.INTEGER:
            return int(text) if re.fullmatch(r"\s*[+-]?\d+\s*", text) else ABSENT
        case Family.FLOAT:
            return _finite(text.strip())
        case Family.DECIMAL:
            return _decimal(text.strip())
        case Family.ENUM:
            return mapped.labels.get(text, ABSENT)
        case Family.JSON:
            return _json(text)
        case _:
            return ABSENT


def _finite(text: str) -> float | Absent:
    return float(text) if _NUMBER.match(text) else ABSENT


def _decimal(text: str) -> Decimal | Absent:
    try:
        return Decimal(text) if _NUMBER.match(text) else ABSENT
    except InvalidOperation:
        return ABSENT


def _json(text: str) -> Term | Absent:
    """Return a scalar, an empty list or an empty object.

    A number with a fraction may differ from jsonb's; AshPostgres can't express other
    lists and objects as a default, and warns about them.
    """
    try:
        value = json.loads(text, parse_float=_no_float)
    except ValueError:
        return ABSENT
    if isinstance(value, str | bool | int):
        return value
    if value == []:
        return []
    return Map() if value == {} else ABSENT


def _no_float(text: str) -> float:
    raise ValueError(text)


def in_config(table: Name, setting: str, column: str | None = None) -> str:
    """Write a setting of a table or column as it stands in `ash_scaffold.toml`."""
    keys = [str(table)] if column is None else [str(table), "columns", column]
    quoted = [key if key == "columns" else json.dumps(key, ensure_ascii=False) for key in keys]
    return f"[tables.{'.'.join(quoted)}] {setting}"


def field_problems(
    table: Name, field: LegacyField, attribute: Attribute, config: ColumnConfig
) -> Iterator[Problem]:
    """Give a note for a custom type, and for a value that code of the project's own makes."""
    where = f"{table}.{field.column}"
    place = f" ({field.path}:{field.line})" if field.path else ""
    if field.custom and config.type is None:
        yield Code.LEGACY_CUSTOM_TYPE.at(
            where,
            f"The Ecto schema reads it by {field.custom}{place}; the attribute "
            f"{attribute.name} holds what the column does.",
            todo="Write an Ash.Type that does the same and name it: "
            + in_config(table, 'type = "…"', field.column)
            + ".",
        )
    if field.maker is Maker.OTHER and attribute.default is ABSENT and not attribute.generated:
        yield Code.LEGACY_GENERATOR.at(
            where,
            f"The legacy code makes its value by {field.generator}{place}, "
            "which Ash is not told of: a create has to give it.",
            todo=f"Add a default to the attribute {attribute.name}.",
        )
