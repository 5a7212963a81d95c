"""The type of a column: by the configuration, else by the legacy code, else by the catalog."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from ash_scaffold.ash.hints import ArrayHint, DatetimeHint, EnumHint, Legacy, ObjectHint, TypeHint
from ash_scaffold.ash.keys import Keys
from ash_scaffold.ash.naming import camelize, singular_name, underscore
from ash_scaffold.ash.predicate import listed_values
from ash_scaffold.ash.schema_names import schema_name
from ash_scaffold.ash.type_mapper import Mapped, TypeMapper, Unmapped, configured_type
from ash_scaffold.ash.type_modules import ColumnId, enum_segments
from ash_scaffold.ash.types import Family, Risk, rule_for
from ash_scaffold.config.match import Resolver
from ash_scaffold.config.options import ColumnConfig
from ash_scaffold.config.rules import SPECIAL_TYPES
from ash_scaffold.postgres.catalog import Check, Column, Database, Name, Table, TypeKind, TypeUse
from ash_scaffold.postgres.sql import Constant, read_constant
from ash_scaffold.problem import Code, fail
from ash_scaffold.term import Atom, Term


class ColumnTypes:
    """Answers for the columns of one database."""

    def __init__(self, types: TypeMapper, keys: Keys, config: Resolver, legacy: Legacy) -> None:
        self._types = types
        self._keys = keys
        self._config = config
        self._legacy = legacy

    def map(self, table: Table, column: Column, config: ColumnConfig) -> Mapped | Unmapped:
        """Map a column. Raises `ScaffoldError` where the configuration can't be followed."""
        option = config.type if config.type in SPECIAL_TYPES else None
        if config.type is not None and option is None:
            return _with_constraints(configured_type(config.type), config)
        if config.enum:
            return self._types.listed(table.name, column.name, _labels(table, column, config))
        at = (table.name, column.name)
        shared = self._keys.shared.get(at)
        is_key = at in self._keys.columns and shared is None
        if self._types.is_default_json(column.type) and _says_object(table, column):
            return _object("a check says object")
        hint = None if option is not None else self._hint(table, column, config)
        if hint is not None and not isinstance(hint, DatetimeHint):
            return self._hinted(table, column, hint, config)
        if isinstance(hint, DatetimeHint):
            option = "naive"
        mapped = self._types.map(shared or column.type, key=is_key, option=option)
        return mapped if isinstance(mapped, Unmapped) else _with_constraints(mapped, config)

    def _hint(self, table: Table, column: Column, config: ColumnConfig) -> TypeHint | None:
        """Return the hint of the legacy code that the column can follow.

        Not of a column that joins to another: the two must have one type.
        """
        field = self._legacy.field(table.name, column.name)
        if field is None or field.type is None or (table.name, column.name) in self._keys.joined:
            return None
        if self._config.type_for(column.type.name) is not None:
            return None
        hint = _fitting(field.type, column.type)
        if isinstance(hint, EnumHint | ArrayHint) and config.enum is False:
            return None
        if isinstance(hint, ObjectHint) and not _may_be_object(column):
            return None
        return hint

    def _hinted(self, table: Table, column: Column, hint: TypeHint, config: ColumnConfig) -> Mapped:
        item = hint.item if isinstance(hint, ArrayHint) else hint
        if not isinstance(item, EnumHint):
            return _with_constraints(_object("the Ecto schema says object"), config)
        values, is_open = _values(table, column, item)
        mapped = self._types.stored_enum(table.name, column.name, values, is_open=is_open)
        mapped = msgspec.structs.replace(mapped, why="the Ecto schema says which values it holds")
        if isinstance(hint, ArrayHint):
            mapped = msgspec.structs.replace(
                mapped,
                type=(Atom("array"), mapped.type),
                constraints=(("nil_items?", True),),
                storage=f"{mapped.storage}[]",
                risks=(Risk.TWO_DIMENSIONS, Risk.ARRAY_BOUNDS),
                is_array=True,
            )
        return _with_constraints(mapped, config)


def type_mapper(
    database: Database,
    namespace: str,
    config: Resolver,
    legacy: Legacy,
    *,
    geo_postgis: bool,
    renamed: Mapping[str, str] | None = None,
    enums: Mapping[ColumnId, str] = {},
) -> TypeMapper:
    """Make the mapper for a database, with the modules of single columns' enums named.

    `renamed` are the names that people gave to modules of types; `enums` are the last segments of
    the modules that the project has for enums of single columns.
    """
    bare = TypeMapper(database.types, namespace)
    columns = _enum_columns(database, config, legacy)
    return TypeMapper(
        database.types,
        namespace,
        config.type_for,
        geo_postgis=geo_postgis,
        enums=enum_segments(columns, bare.taken(), enums, _spelled(legacy)),
        labels=_label_names(database, legacy),
        renamed=renamed,
    )


def _spelled(legacy: Legacy) -> dict[Name, str]:
    """Return the names of tables in the singular as Ecto schemas spell them: `BigQueryJob`."""
    found = {}
    for table in legacy.tables():
        plain = camelize(singular_name(underscore(table.name)))
        named = schema_name(legacy.schemas(table), plain, ()).choices[:1]
        if named and named[0].casefold() == plain.casefold():
            found[table] = named[0]
    return found


def _label_names(database: Database, legacy: Legacy) -> dict[Name, Mapping[str, str]]:
    """Return the names that the legacy code has for the labels of enum types, by label.

    A type whose columns it reads by different names keeps its labels.
    """
    found: dict[Name, dict[str, str]] = {}
    torn: set[Name] = set()
    for table in database.tables:
        for column in table.columns:
            field = legacy.field(table.name, column.name)
            type_ = database.types.get(column.type.name)
            if field is None or type_ is None or type_.kind is not TypeKind.ENUM:
                continue
            hint = field.type.item if isinstance(field.type, ArrayHint) else field.type
            if not isinstance(hint, EnumHint):
                continue
            names = found.setdefault(type_.name, {})
            for name, stored in hint.values:
                if names.setdefault(str(stored), name) != name:
                    torn.add(type_.name)
    return {name: names for name, names in found.items() if name not in torn}


def _enum_columns(database: Database, config: Resolver, legacy: Legacy) -> Iterator[ColumnId]:
    """Give the columns that may get an enum of their own, those of tables without a domain too.

    What their modules are called must not depend on which tables a run plans.
    """
    for table in database.tables:
        for column in table.columns:
            entry = config.for_column(table.name, column.name)
            field = legacy.field(table.name, column.name)
            hint = _fitting(field.type, column.type) if field is not None and field.type else None
            hinted = isinstance(hint, EnumHint | ArrayHint) and entry.enum is not False
            if entry.type is None and (entry.enum or hinted):
                yield table.name, column.name


def _fitting(hint: TypeHint, use: TypeUse) -> TypeHint | None:
    """Return a hint that a column of the type can follow; the type decides what is stored."""
    rule = rule_for(use, "")
    if rule is None:
        return None
    item = hint.item if isinstance(hint, ArrayHint) else hint
    if isinstance(hint, ArrayHint) is not use.is_array:
        return None
    match item:
        case DatetimeHint():
            return item if item.naive and rule.variants.naive is not None else None
        case EnumHint():
            numbers = any(isinstance(stored, int) for _, stored in item.values)
            family = Family.INTEGER if numbers else Family.STRING
            return hint if rule.facts.lists_values and rule.family is family else None
        case ObjectHint():
            return item if rule.family is Family.JSON and not use.is_array else None
    return None


def _may_be_object(column: Column) -> bool:
    """Whether the column's default is none of JSON's other values."""
    default = read_constant(column.default) if column.default is not None else None
    return not isinstance(default, Constant) or (default.text or "{").lstrip().startswith("{")


def _values(
    table: Table, column: Column, hint: EnumHint
) -> tuple[tuple[tuple[str, str | int], ...], bool]:
    """Return the values of an enum, and whether rows may hold others.

    What a check allows belongs to them, though the schema can't read it; without one, nothing
    restricts a column to the values of the schema.
    """
    check = _listing(table, column)
    listed = {str(stored) for _, stored in hint.values} | {name for name, _ in hint.values}
    numbers = any(isinstance(stored, int) for _, stored in hint.values)
    extra = [text for text in (check[1] if check else ()) if text not in listed]
    enforced = check is not None and check[0].validated and check[0].enforced
    if numbers:
        return hint.values, not enforced or bool(extra)
    return (*hint.values, *((text, text) for text in extra)), not enforced


def _listing(table: Table, column: Column) -> tuple[Check, tuple[str, ...]] | None:
    """Return the check that lists the values of a column, and those."""
    for check in table.checks:
        if check.columns == (column.name,):
            values = listed_values(check.expression, column.name)
            if values is not None:
                return check, values
    return None


def _object(why: str) -> Mapped:
    return Mapped(type=Atom("map"), family=Family.JSON, storage="map", why=why)


def _with_constraints(mapped: Mapped, config: ColumnConfig) -> Mapped:
    if config.constraints is None:
        return mapped
    configured: dict[str, Term] = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in config.constraints.items()
    }
    merged = {**dict(mapped.constraints), **configured}
    return msgspec.structs.replace(mapped, constraints=tuple(merged.items()))


def _labels(table: Table, column: Column, config: ColumnConfig) -> tuple[str, ...]:
    """Return the values of a column that the configuration calls an enum."""
    if isinstance(config.enum, tuple):
        return config.enum
    check = _listing(table, column)
    if check is not None:
        return check[1]
    raise fail(
        Code.CONFIG_INVALID,
        "enum = true, but no check lists the values that the column may have.",
        where=f"{table.name}.{column.name}",
        todo='List them: enum = ["…", "…"].',
    )


def _says_object(table: Table, column: Column) -> bool:
    """Whether a check restricts the column to JSON objects, and does nothing else."""
    pattern = rf'\(?jsonb_typeof\("?{re.escape(column.name)}"?\) = \'object\'::text\)?'
    return any(
        check.columns == (column.name,) and re.fullmatch(pattern, check.expression)
        for check in table.checks
    )
