"""Columns become attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from ash_scaffold.ash.defaults import is_null, literal_default
from ash_scaffold.ash.keys import Keys, PrimaryKey
from ash_scaffold.ash.known import NO_NAMES, KnownNames
from ash_scaffold.ash.model import ABSENT, Attribute, AttributeKind, SupportType
from ash_scaffold.ash.naming import Names, attribute_name
from ash_scaffold.ash.predicate import listed_values
from ash_scaffold.ash.secrets import looks_secret
from ash_scaffold.ash.type_mapper import Mapped, TypeMapper, Unmapped, configured_type
from ash_scaffold.ash.types import Family
from ash_scaffold.config.elixir_names import SPECIAL_TYPES
from ash_scaffold.config.match import Resolver
from ash_scaffold.config.model import ColumnConfig
from ash_scaffold.postgres.catalog import Column, Generated, Identity, Name, Table
from ash_scaffold.problem import Code, Problem, Severity, fail
from ash_scaffold.term import Atom, Capture, Term

_CREATED = frozenset({"inserted_at", "created_at"})
_UPDATED = frozenset({"updated_at", "modified_at"})
_RANDOM_UUID = re.compile(r"(?:\w+\.)?(?:gen_random_uuid|uuid_generate_v4|uuidv4)\(\)\Z")
_SEQUENCE = re.compile(r"nextval\(")
_NOW = Capture("DateTime", "utc_now", 0)


class TableAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The attributes of a table in column order, and what was found on the way.

    `mapped` gives each attribute's type by column; `dropped` are columns without an attribute.
    """

    attributes: tuple[Attribute, ...]
    mapped: Mapping[str, Mapped]
    dropped: tuple[Column, ...]
    supports: tuple[SupportType, ...]
    problems: tuple[Problem, ...]

    def by_column(self) -> dict[str, Attribute]:
        """Index the attributes by the column they are pinned to."""
        return {attribute.column: attribute for attribute in self.attributes}


class AttributePlanner:
    """Plans the attributes of one table after another."""

    def __init__(
        self,
        types: TypeMapper,
        keys: Keys,
        config: Resolver,
        known: Mapping[Name, KnownNames] | None = None,
    ) -> None:
        self._known = known or {}
        self._types = types
        self._keys = keys
        self._config = config

    def plan(self, table: Table, key: PrimaryKey | None) -> TableAttributes:
        """Plan the attributes of a table whose resource has the given key."""
        problems: list[Problem] = []
        dropped: list[Column] = []
        kept: list[tuple[Column, ColumnConfig, Mapped]] = []
        for column in table.columns:
            config = self._config.for_column(table.name, column.name)
            found = self._type(table, column, config)
            if isinstance(found, Problem):
                problems.append(found)
                dropped.append(column)
                continue
            kept.append((column, config, found))
            if not column.readable and table.readable:
                problems.append(_unreadable(table, column))
        known = self._known.get(table.name, NO_NAMES).attributes
        names = _names([(column, config) for column, config, _ in kept], known)
        attributes = []
        for column, config, mapped in kept:
            attributes.append(
                self._attribute(table, key, column, config, mapped, names[column.name])
            )
        return TableAttributes(
            attributes=tuple(attributes),
            mapped={column.name: mapped for column, _, mapped in kept},
            dropped=tuple(dropped),
            supports=tuple(support for _, _, mapped in kept for support in mapped.supports),
            problems=tuple(problems),
        )

    def _type(self, table: Table, column: Column, config: ColumnConfig) -> Mapped | Problem:
        where = f"{table.name}.{column.name}"
        if config.exclude:
            return Problem(
                severity=Severity.NOTE,
                code=Code.COLUMN_EXCLUDED,
                where=where,
                what="The configuration leaves the column out.",
            )
        if '"' in column.name or column.name == "nil":
            return Problem(
                severity=Severity.WARNING,
                code=Code.NAME_UNSUPPORTED,
                where=where,
                what="Ecto can't say a column of this name, so it has no attribute.",
                todo="Rename the column in a legacy migration, or read it through a view.",
            )
        mapped = self._map(table, column, config)
        if isinstance(mapped, Unmapped):
            return Problem(
                severity=Severity.WARNING,
                code=Code.COLUMN_UNSUPPORTED,
                where=where,
                what=f"The column has no attribute: {mapped.reason}.",
                todo=mapped.todo,
            )
        return mapped

    def _map(self, table: Table, column: Column, config: ColumnConfig) -> Mapped | Unmapped:
        option = config.type if config.type in SPECIAL_TYPES else None
        if config.type is not None and option is None:
            return _with_constraints(configured_type(config.type), config)
        if config.enum:
            return self._types.listed(table.name, column.name, _labels(table, column, config))
        at = (table.name, column.name)
        shared = self._keys.shared.get(at)
        is_key = at in self._keys.columns and shared is None
        if self._types.is_default_json(column.type) and _says_object(table, column):
            return Mapped(
                type=Atom("map"), family=Family.JSON, storage="map", why="a check says object"
            )
        mapped = self._types.map(shared or column.type, key=is_key, option=option)
        return mapped if isinstance(mapped, Unmapped) else _with_constraints(mapped, config)

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
        sensitive = config.sensitive
        if sensitive is None:
            sensitive = not is_key and not foreign and looks_secret(name, mapped)
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
        if attribute.default is ABSENT and _trigger_fills(table, column):
            attribute = msgspec.structs.replace(attribute, generated=True)
        if is_key and key is not None:
            return _key_attribute(
                attribute, column, mapped, alone=len(key.columns) == 1 and not foreign
            )
        return _timestamp(attribute, mapped)


def _with_constraints(mapped: Mapped, config: ColumnConfig) -> Mapped:
    if config.constraints is None:
        return mapped
    said: dict[str, Term] = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in config.constraints.items()
    }
    merged = {**dict(mapped.constraints), **said}
    return msgspec.structs.replace(mapped, constraints=tuple(merged.items()))


def _names(columns: list[tuple[Column, ColumnConfig]], known: Mapping[str, str]) -> dict[str, str]:
    """Name attributes: as the configuration says, as the file does, as the column is, any other."""
    names, found = Names(), {}
    for column, config in columns:
        if config.name is not None:
            found[column.name] = names.take(config.name)
    for column, _ in columns:
        name = known.get(column.name)
        if column.name not in found and name is not None and names.free(name):
            found[column.name] = names.take(name)
    for column, _ in columns:
        if column.name not in found and attribute_name(column.name) == column.name:
            found[column.name] = names.take(column.name)
    for column, _ in columns:
        if column.name not in found:
            found[column.name] = names.take(attribute_name(column.name))
    return found


def _labels(table: Table, column: Column, config: ColumnConfig) -> tuple[str, ...]:
    """Return the values of a column that the configuration calls an enum."""
    if isinstance(config.enum, tuple):
        return config.enum
    for check in table.checks:
        if check.columns == (column.name,):
            values = listed_values(check.expression, column.name)
            if values is not None:
                return values
    raise fail(
        Code.CONFIG_INVALID,
        "enum = true, but no check lists the values that the column may have.",
        where=f"{table.name}.{column.name}",
        todo='List them: enum = ["…", "…"].',
    )


def _unreadable(table: Table, column: Column) -> Problem:
    return Problem(
        severity=Severity.WARNING,
        code=Code.COLUMN_UNREADABLE,
        where=f"{table.name}.{column.name}",
        what="The role may not read the column.",
        todo="Grant SELECT to the role that the application uses, or exclude the column.",
    )


def _says_object(table: Table, column: Column) -> bool:
    """Whether a check keeps the column to JSON objects, and says nothing else."""
    pattern = rf'\(?jsonb_typeof\("?{re.escape(column.name)}"?\) = \'object\'::text\)?'
    return any(
        check.columns == (column.name,) and re.fullmatch(pattern, check.expression)
        for check in table.checks
    )


def _filled(attribute: Attribute, column: Column, mapped: Mapped) -> Attribute:
    """Take over a default that Elixir can say; mark what the database fills as generated."""
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


def _trigger_fills(table: Table, column: Column) -> bool:
    """Whether a trigger gives a new row its value, so that an INSERT need not."""
    return any(trigger.on_insert and column.name in trigger.assigns for trigger in table.triggers)


def _key_attribute(
    attribute: Attribute, column: Column, mapped: Mapped, *, alone: bool
) -> Attribute:
    """A single key of its own gets Ash's short form where Ash has one."""
    replace = msgspec.structs.replace
    if not alone:
        return attribute
    random = column.default is None or _RANDOM_UUID.match(column.default) is not None
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


def _timestamp(attribute: Attribute, mapped: Mapped) -> Attribute:
    """Timestamps that the application keeps become Ash's; those the database fills stay its own."""
    replace = msgspec.structs.replace
    if mapped.family is not Family.DATETIME or mapped.is_array or mapped.type == Atom("date"):
        return attribute
    if attribute.generated or attribute.default is not ABSENT:
        return attribute
    if attribute.name in _CREATED:
        return replace(attribute, kind=AttributeKind.CREATE_TIMESTAMP, writable=False)
    if attribute.name in _UPDATED and not attribute.allow_nil:
        return replace(attribute, kind=AttributeKind.UPDATE_TIMESTAMP, writable=False)
    if attribute.name in _UPDATED:
        return replace(attribute, update_default=_NOW, writable=False)
    return attribute
