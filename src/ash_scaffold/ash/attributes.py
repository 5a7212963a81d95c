"""Columns become attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.ash.column_types import ColumnTypes
from ash_scaffold.ash.defaults import is_null, literal_default
from ash_scaffold.ash.hint_report import field_problems
from ash_scaffold.ash.hints import Legacy
from ash_scaffold.ash.keys import NO_LEGACY, Keys, PrimaryKey
from ash_scaffold.ash.makers import key_attribute, made_by_client, timestamp
from ash_scaffold.ash.model import ABSENT, Attribute, SupportType
from ash_scaffold.ash.naming import Names, attribute_name
from ash_scaffold.ash.project_state import NO_NAMES, ResourceNames
from ash_scaffold.ash.secrets import looks_secret
from ash_scaffold.ash.type_mapper import Mapped, TypeMapper, Unmapped
from ash_scaffold.config.match import Resolver
from ash_scaffold.config.options import ColumnConfig
from ash_scaffold.postgres.catalog import Column, Generated, Identity, Name, Table
from ash_scaffold.problem import Code, Problem, Severity


class TableAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The attributes of a table in column order, and what was found on the way.

    `mapped` gives each attribute's type by column; `dropped` are columns without an attribute.
    `removed` are those of them whose attribute a person took out, with what it would be (None
    where Ash can't read the column).
    """

    attributes: tuple[Attribute, ...]
    mapped: Mapping[str, Mapped]
    dropped: tuple[Column, ...]
    supports: tuple[SupportType, ...]
    removed: Mapping[str, Attribute | None] = {}
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
        known: Mapping[Name, ResourceNames] | None = None,
        legacy: Legacy = NO_LEGACY,
    ) -> None:
        self._known = known or {}
        self._types = ColumnTypes(types, keys, config, legacy)
        self._keys = keys
        self._config = config
        self._legacy = legacy

    def plan(self, table: Table, key: PrimaryKey | None) -> TableAttributes:
        """Plan the attributes of a table whose resource has the given key."""
        problems: list[Problem] = []
        dropped: list[Column] = []
        removed: dict[str, Attribute | None] = {}
        known = self._known.get(table.name, NO_NAMES)
        kept: list[tuple[Column, ColumnConfig, Mapped]] = []
        for column in table.columns:
            config = self._config.for_column(table.name, column.name)
            found = self._type(table, column, config)
            if column.name in known.removed and not config.exclude:
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
            kept.append((column, config, found))
            if not column.readable and table.readable:
                problems.append(_unreadable(table, column))
        names = self._names(table.name, [(column, config) for column, config, _ in kept])
        attributes = []
        for column, config, mapped in kept:
            attribute = self._attribute(table, key, column, config, mapped, names[column.name])
            attributes.append(attribute)
            field = self._legacy.field(table.name, column.name)
            if field is not None:
                problems += field_problems(table.name, field, attribute, config)
        return TableAttributes(
            attributes=tuple(attributes),
            mapped={column.name: mapped for column, _, mapped in kept},
            dropped=tuple(dropped),
            supports=tuple(support for _, _, mapped in kept for support in mapped.supports),
            removed=removed,
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
        mapped = self._types.map(table, column, config)
        if isinstance(mapped, Unmapped):
            return Problem(
                severity=Severity.WARNING,
                code=Code.COLUMN_UNSUPPORTED,
                where=where,
                what=f"The column has no attribute: {mapped.reason}.",
                todo=mapped.todo,
            )
        return mapped

    def _names(self, table: Name, columns: list[tuple[Column, ColumnConfig]]) -> dict[str, str]:
        known = self._known.get(table, NO_NAMES)
        fields = {column.name: self._legacy.field(table, column.name) for column, _ in columns}
        legacy = {
            column: field.name
            for column, field in fields.items()
            if field is not None and attribute_name(field.name) == field.name
        }
        return _names(columns, known.attributes, legacy, known.taken)

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
        if attribute.default is ABSENT and _trigger_fills(table, column):
            attribute = msgspec.structs.replace(attribute, generated=True)
        if is_key and key is not None:
            alone = len(key.columns) == 1 and not foreign
            return key_attribute(attribute, column, mapped, field, alone=alone)
        return timestamp(made_by_client(attribute, mapped, field), table, mapped, field)


def _names(
    columns: list[tuple[Column, ColumnConfig]],
    known: Mapping[str, str],
    legacy: Mapping[str, str],
    taken: Iterable[str],
) -> dict[str, str]:
    """Name attributes: as the configuration says, as the file does, as the Ecto schema does.

    Then as the column is, then any other way; never as a field of another kind in the file.
    """
    names, found = Names(), {}
    for column, config in columns:
        if config.name is not None:
            found[column.name] = names.take(config.name)
    for field in sorted(taken):
        if names.free(field):
            names.take(field)
    for said in (known, legacy):
        for column, _ in columns:
            name = said.get(column.name)
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
    return Problem(
        severity=Severity.NOTE,
        code=Code.COLUMN_REMOVED,
        where=f"{table.name}.{column.name}",
        what="Somebody took its attribute out of the resource, so nothing is generated for the "
        "column.",
        todo="To have it back, write the attribute into the resource again: the rest follows.",
    )


def _unreadable(table: Table, column: Column) -> Problem:
    return Problem(
        severity=Severity.WARNING,
        code=Code.COLUMN_UNREADABLE,
        where=f"{table.name}.{column.name}",
        what="The role may not read the column.",
        todo="Grant SELECT to the role that the application uses, or exclude the column.",
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
