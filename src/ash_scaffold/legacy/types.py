"""The types of fields, read from the source."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ash_scaffold.ash.hints import (
    ArrayHint,
    DatetimeHint,
    EnumHint,
    Maker,
    ObjectHint,
    TypeHint,
)
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import (
    ArrayType,
    CustomType,
    DateTimeType,
    EmbedType,
    FieldType,
    MapType,
    PlainType,
    UnknownType,
)
from ash_scaffold.legacy.evaluate import Pairs, Place, evaluate, shown
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.syntax.modules import ModuleDefinition, function_clauses
from ash_scaffold.syntax.parse import call_site, walk_calls
from ash_scaffold.syntax.values import alias_text
from ash_scaffold.term import Atom, Module

# Ecto.Type's base types, datetimes apart, and `:any`, which only virtual fields may have.
ECTO_TYPES = frozenset(
    "id binary_id integer float boolean string bitstring binary decimal map date time time_usec "
    "duration any".split()
)
_DATETIMES = {
    "utc_datetime": DateTimeType(utc=True, usec=False),
    "utc_datetime_usec": DateTimeType(utc=True, usec=True),
    "naive_datetime": DateTimeType(utc=False, usec=False),
    "naive_datetime_usec": DateTimeType(utc=False, usec=True),
}
_MAX_DEPTH = 10


class Types:
    """Reads types; each of the project's own type modules is read once."""

    def __init__(self, code: CodeBase) -> None:
        self._code = code
        self._enums: dict[str, EnumHint] | None = None
        self._stored: dict[str, FieldType | None] = {}

    def read(
        self, value: object, options: Pairs, text: str, depth: int = 0, within: str = ""
    ) -> FieldType:
        """Return the type that a value stands for.

        `text` is the value as written, `within` the module that it stands in.
        """
        if depth > _MAX_DEPTH:
            return UnknownType(text)
        if isinstance(value, Atom):
            return _plain(value.name) or UnknownType(text)
        if isinstance(value, Module):
            return self._module(value.name, options, text, within)
        if isinstance(value, tuple) and len(value) == 2:
            head, inner = value
            if head == Atom("array"):
                return ArrayType(self.read(inner, options, text, depth + 1, within))
            if head == Atom("map"):
                return MapType(self.read(inner, options, text, depth + 1, within))
            if head == Atom("parameterized"):
                return self.read(inner, options, text, depth + 1, within)
            if isinstance(head, Module):
                own = inner if isinstance(inner, Pairs) else options
                return self._module(head.name, own, text, within)
        if isinstance(value, tuple) and len(value) == 3 and value[0] == Atom("parameterized"):
            return self.read(value[1:], options, text, depth + 1, within)
        return UnknownType(text)

    def _module(self, module: str, options: Pairs, text: str, within: str) -> FieldType:
        if module == "Ecto.UUID":
            return PlainType("uuid")
        if module == "Ecto.Enum":
            return enum_type(options.get("values")) or UnknownType(text)
        enums = self._ecto_enums()
        for outer in (within, ""):
            named = f"{outer}.{module}" if outer else module
            if named in enums:
                return enums[named]
        return CustomType(module, self._stored_as(module))

    def _stored_as(self, module: str) -> FieldType | None:
        """Return the result of the `type` function of a type module."""
        if module not in self._stored:
            self._stored[module] = None
            found = self._code.find(module)
            if found is not None:
                self._stored[module] = _result_type(self, self._code, *found)
        return self._stored[module]

    def _ecto_enums(self) -> dict[str, EnumHint]:
        """Return the modules that the library EctoEnum makes."""
        if self._enums is None:
            self._enums = {}
            for file in self._code.files.values():
                if b"EctoEnum" in file.source or b"defenum" in file.source:
                    self._enums.update(_enums_of(self._code, file))
        return self._enums


def _plain(name: str) -> FieldType | None:
    if name in _DATETIMES:
        return _DATETIMES[name]
    return PlainType(name) if name in ECTO_TYPES else None


def enum_type(values: object) -> EnumHint | None:
    """Return the type of an enum's values: a list of atoms, or stored values by name."""
    found: list[tuple[str, str | int]] = []
    if isinstance(values, Pairs):
        for name, stored in values.items:
            if isinstance(stored, bool) or not isinstance(stored, str | int):
                return None
            found.append((name, stored))
    elif isinstance(values, list):
        for value in values:
            word = value if isinstance(value, str) else _atom_name(value)
            if word is None:
                return None
            found.append((word, word))
    return EnumHint(tuple(found)) if found else None


def unread(type_: FieldType) -> str | None:
    """Return the unreadable part of a type, `None` when all of it is read."""
    while isinstance(type_, ArrayType):
        type_ = type_.item
    return type_.text if isinstance(type_, UnknownType) else None


def maker(type_: FieldType, options: Pairs, *, key: bool, foreign: bool) -> tuple[Maker, str]:
    """Return the maker of a field's value by `Ecto.Schema.field/3`'s rules, and its generator.

    The generator is code that is not Ecto's, or the options of a UUID, as written. `key` and
    `foreign` mark a primary and a foreign key. Ecto sends the value of a key without
    `autogenerate` as it is; keys of the type `:id` alone are left to the database when they have
    none.
    """
    by = options.get("autogenerate")
    if by is None or by is False:
        if options.get("read_after_writes") is True:
            return Maker.DATABASE, ""
        by_caller = key and not foreign and type_ != PlainType("id")
        return (Maker.CALLER if by_caller else Maker.UNSAID), ""
    if isinstance(by, tuple):
        uuid = isinstance(type_, PlainType) and type_.name in ("binary_id", "uuid")
        if uuid and by == (Module("Ecto.UUID"), Atom("generate"), []):
            return Maker.UUID, ""
        return Maker.OTHER, shown(by)
    if isinstance(type_, CustomType):
        return Maker.OTHER, type_.module
    if isinstance(type_, PlainType) and type_.name in ("binary_id", "uuid"):
        version = shown(by) if isinstance(by, Pairs) else ""
        return (Maker.UUID_V7 if "version: 7" in version else Maker.UUID), version
    if type_ == PlainType("id"):
        return Maker.DATABASE, ""
    return Maker.OTHER, shown(by)


def type_hint(type_: FieldType) -> TypeHint | None:
    """Return the facts of a type that the catalog lacks, `None` for none."""
    match type_:
        case DateTimeType():
            return DatetimeHint(naive=not type_.utc)
        case EnumHint():
            return type_
        case MapType() | EmbedType(many=False) | PlainType(name="map"):
            return ObjectHint()
        case ArrayType():
            item = type_hint(type_.item)
            return None if item is None else ArrayHint(item)
        case CustomType(stored=DateTimeType() as stored):
            return type_hint(stored)
    return None


def custom_module(type_: FieldType) -> str:
    """Return the module of a custom type or of the items of an array, "" for Ecto's own types."""
    while isinstance(type_, ArrayType):
        type_ = type_.item
    return type_.module if isinstance(type_, CustomType) else ""


def _atom_name(value: object) -> str | None:
    if isinstance(value, Atom):
        return value.name
    if isinstance(value, Module):
        return f"Elixir.{value.name}"
    words = {None: "nil", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else None


def _result_type(
    types: Types, code: CodeBase, file: ElixirFile, definition: ModuleDefinition
) -> FieldType | None:
    clauses = list(function_clauses(file.tree, definition.body, "type"))
    if len(clauses) != 1 or not clauses[0].body:
        return None
    place = Place(file, definition.name, code.attributes(file, definition), {}, code.call)
    node = clauses[0].body[-1]
    value = evaluate(place, node)
    site = call_site(file.tree, node)
    if site is not None and site.name == "Ecto.UUID.type":
        return PlainType("uuid")
    if isinstance(value, Atom):
        return _plain(value.name) or PlainType(value.name)
    read = types.read(value, Pairs(), place.text(node))
    return None if isinstance(read, UnknownType) else read


def _enums_of(code: CodeBase, file: ElixirFile) -> Iterator[tuple[str, EnumHint]]:
    """Yield the enums of a file: `defenum Name, …`, and modules with `use EctoEnum, …`."""
    for site in walk_calls(file.tree, file.tree.root, "defenum", "EctoEnum.defenum"):
        if site.args:
            found = _enum_values(code, file, site.values[1:])
            name = _defined(file, site.args[0])
            if found is not None and name is not None:
                yield name, found
    for module in file.modules:
        for use in module.uses:
            if use.module in ("EctoEnum", "EctoEnum.Postgres"):
                found = _enum_values(code, file, use.call.values[1:])
                if found is not None:
                    yield module.name, found


def _defined(file: ElixirFile, node: Node) -> str | None:
    """Return the name that `defenum` gives its module: as `defmodule` does, nested in another."""
    written = alias_text(file.tree, node)
    around = file.module_at(node.start_byte)
    return written if written is None or not around else f"{around}.{written}"


def _enum_values(code: CodeBase, file: ElixirFile, nodes: tuple[Node, ...]) -> EnumHint | None:
    for node in reversed(nodes):
        around = file.module_at(node.start_byte)
        definition = next((m for m in file.modules if m.name == around), None)
        attributes = {} if definition is None else code.attributes(file, definition)
        value = evaluate(Place(file, around, attributes, {}, code.call), node)
        if isinstance(value, Pairs) and value.has("enums"):
            value = value.get("enums")
        found = enum_type(value)
        if found is not None:
            return found
    return None


def of_integers(type_: EnumHint) -> bool:
    """Whether the stored form of some value is a number."""
    return any(isinstance(stored, int) for _, stored in type_.values)


def described(type_: FieldType) -> str:
    """Return a type as a schema writes it."""
    if isinstance(type_, PlainType):
        return "Ecto.UUID" if type_.name == "uuid" else f":{type_.name}"
    if isinstance(type_, DateTimeType):
        return f":{'utc' if type_.utc else 'naive'}_datetime{'_usec' if type_.usec else ''}"
    if isinstance(type_, ArrayType):
        return f"{{:array, {described(type_.item)}}}"
    if isinstance(type_, MapType):
        return f"{{:map, {described(type_.value)}}}"
    if isinstance(type_, EnumHint):
        return "an Ecto.Enum of integers" if of_integers(type_) else "an Ecto.Enum"
    if isinstance(type_, EmbedType):
        return f"{'embeds_many' if type_.many else 'embeds_one'} {type_.module}"
    return type_.module if isinstance(type_, CustomType) else type_.text
