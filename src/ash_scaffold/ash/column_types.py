"""The type of a column: by the configuration, else by the legacy code, else by the catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from ash_scaffold.ash.ecto_types import (
    CallableCode,
    Delegation,
    NamedDelegation,
    delegation,
    ecto_type_part,
)
from ash_scaffold.ash.ecto_types import segments as ecto_type_segments
from ash_scaffold.ash.embeds import custom_types_in, embed_segments
from ash_scaffold.ash.hints import (
    ArrayHint,
    DatetimeHint,
    EctoTypeHint,
    EmbedHint,
    EnumHint,
    Legacy,
    LegacyField,
    Maker,
    ObjectHint,
    Role,
    TypeHint,
)
from ash_scaffold.ash.keys import Keys
from ash_scaffold.ash.naming import camelize, singular_name, underscore
from ash_scaffold.ash.predicate import listed_values
from ash_scaffold.ash.schema_names import schema_name
from ash_scaffold.ash.type_mapper import JSONB, Mapped, TypeMapper, Unmapped, configured_type
from ash_scaffold.ash.type_modules import ColumnId, enum_segments
from ash_scaffold.ash.types import Family, Risk, row_of, rule_for
from ash_scaffold.config.match import NO_COLUMN, Resolver
from ash_scaffold.config.options import ColumnConfig
from ash_scaffold.config.rules import SPECIAL_TYPES
from ash_scaffold.postgres.catalog import Check, Column, Database, Name, Table, TypeKind, TypeUse
from ash_scaffold.postgres.sql import Constant, read_constant
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Code, fail
from ash_scaffold.term import Atom, Term


class ColumnTypes:
    """Answers for the columns of one database."""

    def __init__(
        self,
        types: TypeMapper,
        keys: Keys,
        config: Resolver,
        legacy: Legacy,
        code: CallableCode,
    ) -> None:
        self._code = code
        self._types = types
        self._keys = keys
        self._config = config
        self._legacy = legacy
        self._ecto_types: dict[ColumnId, tuple[EctoTypeHint | None, ...]] = {}

    def map(self, table: Table, column: Column, config: ColumnConfig) -> Mapped | Unmapped:
        """Map a column. Raises `ScaffoldError` where the configuration can't be followed."""
        at = (table.name, column.name)
        if (
            config is NO_COLUMN
            and at not in self._keys.joined
            and self._legacy.field(*at) is None
            and not self._types.is_default_json(column.type)
        ):
            return self._types.map(column.type, key=at in self._keys.columns)
        option = config.type if config.type in SPECIAL_TYPES else None
        if config.type is not None and option is None:
            return _with_constraints(configured_type(config.type), config)
        if config.enum:
            return self._types.listed(table.name, column.name, _labels(table, column, config))
        shared = self._keys.shared.get(at)
        embed = self._embed(table, column, config)
        if isinstance(embed, Mapped):
            return _with_constraints(embed, config)
        own = self._ecto_type(table, column, config, shared or column.type)
        if isinstance(own, Mapped):
            return _with_constraints(own, config)
        mapped = self._without_ecto_type(table, column, config, option)
        if isinstance(mapped, Unmapped) or mapped.apart == (own or embed):
            return mapped
        return replace(mapped, apart=own or embed)

    def _without_ecto_type(
        self, table: Table, column: Column, config: ColumnConfig, option: str | None
    ) -> Mapped | Unmapped:
        at = (table.name, column.name)
        shared = self._keys.shared.get(at)
        is_key = at in self._keys.columns and shared is None
        if self._types.is_default_json(column.type) and _says_object(table, column):
            return _object(column, "a check says object")
        hint = None if option is not None else self._hint(table, column, config)
        if hint is not None and not isinstance(hint, DatetimeHint):
            return self._hinted(table, column, hint, config)
        if isinstance(hint, DatetimeHint):
            option = "naive"
        mapped = self._types.map(shared or column.type, key=is_key, option=option)
        return mapped if isinstance(mapped, Unmapped) else _with_constraints(mapped, config)

    def _ecto_type(
        self, table: Table, column: Column, config: ColumnConfig, use: TypeUse
    ) -> Mapped | str:
        """Map to the custom Ecto type of the legacy code, or say why not, "" for no reason."""
        hint, apart = self._ecto_type_hint(table.name, column.name)
        item = hint.item if isinstance(hint, ArrayHint) else hint
        if not isinstance(item, EctoTypeHint) or config.type is not None:
            return apart
        if not self._config.legacy_type_for(table.name, column.name):
            return ""
        configured = self._config.type_for(column.type.name)
        if configured is not None:
            return f"[types] maps {type_text(use)}"
        of_items = isinstance(hint, ArrayHint)
        part = ecto_type_part(use, self._types.base_type(use), of_items=of_items)
        if part is None:
            return f"the column is no array, but {type_text(use)}"
        named = self._types.ecto_type(item, part.use, is_list=part.is_list)
        why = self._code.why_not(item, named.type)
        if self._code.is_gone(item, named.type):
            named = replace(named, apart=f"the project has no module {item.source} any more")
        if why or not of_items:
            return why or named
        if part.is_list:
            return replace(named, autogenerate=None)
        return replace(
            named,
            type=(Atom("array"), named.type),
            constraints=(("nil_items?", True),),
            storage=f"{named.storage}[]",
            risks=(Risk.TWO_DIMENSIONS, Risk.ARRAY_BOUNDS),
            is_array=True,
            autogenerate=None,
        )

    def _embed(self, table: Table, column: Column, config: ColumnConfig) -> Mapped | str:
        """Map to the embedded resource of an Ecto embed, or say why not, "" for no reason."""
        field = self._legacy.field(table.name, column.name)
        hint = None if field is None else field.type
        if not isinstance(hint, EmbedHint) or config.type is not None or config.embeds == "json":
            return ""
        base = self._types.base_type(column.type)
        configured = self._config.type_for(column.type.name) is not None
        if configured:
            return f"[types] maps {type_text(column.type)}"
        if row_of(base.name.name).family is not Family.JSON or (base.is_array and not hint.many):
            # What code and database disagree on is said of all columns alike.
            return ""
        mapped = self._types.embed(hint, of_items=base.is_array, storage="jsonb")
        for custom in custom_types_in(hint):
            why = self._code.why_not(custom, self._types.ecto_type_in_json(custom).type)
            if why:
                return why
        return replace(mapped, risks=row_of(base.name.name).risks)

    def _ecto_type_hint(self, table: Name, column: str) -> tuple[TypeHint | None, str]:
        """Return the hint of a column, and why its custom type can't be the attribute's.

        Columns that join have one type: one without a field of its own has that of the others.
        """
        at = (table, column)
        field = self._legacy.field(table, column)
        if field is not None and field.role is not Role.NONE and field.custom:
            return None, "Ash fills the time of a timestamp itself"
        own = None if field is None else field.type
        if at not in self._keys.joined:
            return own, "" if field is None else field.apart
        found = self._ecto_types_of(self._keys.groups[at])
        if not found:
            return own, "" if field is None else field.apart
        if len({None if h is None else (h.module, h.of_map) for h in found}) > 1:
            return None, "columns that it joins to are of other types"
        return own if isinstance(own, EctoTypeHint) else found[0], ""

    def _ecto_types_of(self, group: tuple[ColumnId, ...]) -> tuple[EctoTypeHint | None, ...]:
        """Return the custom types of joined columns, that of what the others refer to first.

        None at their end stands for fields of other types. Each group is looked at once: hundreds
        of columns may refer to one.
        """
        known = self._ecto_types.get(group[0])
        if known is None:
            fields = ((each, self._legacy.field(*each)) for each in group)
            hints = {each: field.type for each, field in fields if field is not None}
            order = sorted(hints, key=lambda each: (each in self._keys.foreign, each))
            custom = [h for h in (hints[each] for each in order) if isinstance(h, EctoTypeHint)]
            is_mixed = 0 < len(custom) < len(hints)
            known = self._ecto_types[group[0]] = (*custom, *((None,) if is_mixed else ()))
        return known

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
            return _with_constraints(_object(column, "the Ecto schema says object"), config)
        values, is_open = _values(table, column, item)
        mapped = self._types.stored_enum(table.name, column.name, values, is_open=is_open)
        mapped = replace(mapped, why="the Ecto schema says which values it holds")
        if isinstance(hint, ArrayHint):
            mapped = replace(
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
    own: Iterable[str] = (),
) -> TypeMapper:
    """Make the mapper for a database, with the modules of single columns' enums named.

    `renamed` are the names that people gave to modules of types; `enums` are the last segments of
    the modules that the project has for enums of single columns, `own` the modules of types that
    people wrote.
    """
    bare = TypeMapper(database.types, namespace)
    columns = _enum_columns(database, config, legacy)
    segments = enum_segments(columns, bare.taken(), enums, _spelled(legacy))
    written = (each.removeprefix(f"{namespace}.") for each in own)
    taken = (*bare.taken(), *segments.values(), *written)
    ecto_types = _ecto_types(database, config, legacy, taken)
    taken = (*taken, *(named.segment for named in ecto_types.values()))
    return TypeMapper(
        database.types,
        namespace,
        config.type_for,
        geo_postgis=geo_postgis,
        enums=segments,
        ecto_types=ecto_types,
        embeds=embed_segments(_embed_hints(database, legacy), taken),
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


def _ecto_types(
    database: Database, config: Resolver, legacy: Legacy, taken: Iterable[str]
) -> dict[Delegation, NamedDelegation]:
    """Name the modules that hand over to Ecto types, whichever tables a run plans.

    The schema and field that a module gives to its type are the first by name that need it.
    """
    hints: dict[Delegation, EctoTypeHint] = {}
    generating: set[Delegation] = set()
    for table, column, field in _fields(database, legacy):
        hint = field.type
        item = hint.item if isinstance(hint, ArrayHint) else hint
        if not isinstance(item, EctoTypeHint):
            continue
        base = database.base_type(column.type)
        part = ecto_type_part(column.type, base, of_items=isinstance(hint, ArrayHint))
        if part is None or not config.legacy_type_for(table, column.name):
            continue
        of = delegation(item, database.base_type(part.use), is_list=part.is_list)
        if field.maker is Maker.OTHER and field.generator == item.module:
            generating.add(of)
        first = hints.setdefault(of, item)
        if (item.schema, item.field) < (first.schema, first.field):
            hints[of] = item
    for embed in _embed_hints(database, legacy):
        for custom in custom_types_in(embed):
            of = delegation(custom, JSONB)
            if all(each[:-1] != of[:-1] for each in hints):
                hints[of] = replace(custom, in_embeds=True)
    return {
        of: NamedDelegation(segment, hints[of], of in generating)
        for of, segment in ecto_type_segments(hints, taken).items()
    }


def _embed_hints(database: Database, legacy: Legacy) -> Iterator[EmbedHint]:
    """Yield the embeds that are to become resources, whichever tables a run plans."""
    for _, _, field in _fields(database, legacy):
        if isinstance(field.type, EmbedHint):
            yield field.type


def _fields(database: Database, legacy: Legacy) -> Iterator[tuple[Name, Column, LegacyField]]:
    """Yield the columns that have a field in an Ecto schema, table by table."""
    for table in database.tables:
        if legacy.schemas(table.name):
            for column in table.columns:
                field = legacy.field(table.name, column.name)
                if field is not None:
                    yield table.name, column, field


def _label_names(database: Database, legacy: Legacy) -> dict[Name, Mapping[str, str]]:
    """Return the names that the legacy code has for the labels of enum types, by label.

    A type whose columns it reads by different names keeps its labels.
    """
    found: dict[Name, dict[str, str]] = {}
    torn: set[Name] = set()
    for _, column, field in _fields(database, legacy):
        type_ = database.types.get(column.type.name)
        if type_ is None or type_.kind is not TypeKind.ENUM:
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
        if not (config.says_columns or legacy.schemas(table.name)):
            continue
        for column in table.columns:
            entry = config.for_column(table.name, column.name)
            field = legacy.field(table.name, column.name)
            hint = _fitting(field.type, column.type) if field is not None and field.type else None
            hinted = isinstance(hint, EnumHint | ArrayHint) and entry.enum is not False
            if entry.type is None and (entry.enum or hinted):
                yield table.name, column.name


def _fitting(hint: TypeHint, use: TypeUse) -> TypeHint | None:
    """Return a hint that a column of the type can follow; the type decides what is stored.

    Of a custom Ecto type that is what holds without its code.
    """
    if isinstance(hint, EctoTypeHint | EmbedHint):
        return None if hint.otherwise is None else _fitting(hint.otherwise, use)
    if isinstance(hint, ArrayHint) and isinstance(hint.item, EctoTypeHint):
        inner = hint.item.otherwise
        return None if inner is None else _fitting(ArrayHint(inner), use)
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


def _object(column: Column, why: str) -> Mapped:
    """Map to `:map`, which keeps and loses what any JSON does."""
    risks = row_of(column.type.name.name).risks
    return Mapped(type=Atom("map"), family=Family.JSON, storage="map", risks=risks, why=why)


def _with_constraints(mapped: Mapped, config: ColumnConfig) -> Mapped:
    if config.constraints is None:
        return mapped
    configured: dict[str, Term] = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in config.constraints.items()
    }
    merged = {**dict(mapped.constraints), **configured}
    return replace(mapped, constraints=tuple(merged.items()))


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
