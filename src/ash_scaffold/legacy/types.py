"""The types of fields, read from the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.hints import (
    ArrayHint,
    DatetimeHint,
    EctoTypeHint,
    EnumHint,
    Maker,
    ObjectHint,
    TypeHint,
    encoded,
)
from ash_scaffold.legacy.code_base import CodeBase, macro_head
from ash_scaffold.legacy.ecto import (
    LIBRARY,
    ArrayType,
    CustomType,
    DateTimeType,
    EmbedType,
    FieldType,
    MapType,
    PlainType,
    TypeCode,
    UnknownType,
)
from ash_scaffold.legacy.evaluate import Entries, Pairs, Place, evaluate, shown
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.packages import Meaning, base_package, is_encrypting, package_of
from ash_scaffold.syntax.modules import ModuleDefinition, function_clauses
from ash_scaffold.syntax.parse import call_site, calls, walk_calls
from ash_scaffold.syntax.values import Unreadable, alias_text
from ash_scaffold.term import Atom, Keyword, Map, Module, Term

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
# The options of `field` and `belongs_to` that are Ecto's own: a type has no use for them.
_OF_FIELDS = frozenset(
    "autogenerate default define_field defaults foreign_key join_where load_in_query on_replace "
    "primary_key read_after_writes redact references skip_default_validation source virtual where "
    "writable".split()
)
_INIT = re.compile(r":(?:field|schema)\b|\b(?:field|schema):")
_EQUALITY = re.compile(
    r"equal\?\((\w+), (\w+)(?:, \w+)?\)[^=]*?\b\1 ={2,3} \2\s*(?:end)?\Z", re.DOTALL
)
_ENCRYPTS = re.compile(r"\b(?:encrypt\w*|crypto_one_time\w*|block_encrypt)\(")


class Types:
    """Reads types; each of the project's own type modules is read once."""

    def __init__(self, code: CodeBase) -> None:
        self._code = code
        self._enums: dict[str, EnumHint] | None = None
        self._stored: dict[str, FieldType | None] = {}
        self._codes: dict[str, TypeCode] = {}

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
        package = package_of(module)
        per_field = package is not None and package.per_field
        # The type of a belongs_to is an option itself.
        own = Pairs(
            tuple(
                (name, value)
                for name, value in options.items
                if (name not in _OF_FIELDS or (name == "primary_key" and per_field))
                and (name != "type" or isinstance(value, Atom))
            )
        )
        if _meaning(module) is Meaning.UUID and _is_uuid(own) and self._code.find(module) is None:
            return PlainType("uuid")
        return CustomType(module, self._stored_as(module), own, self._code_of(module))

    def _code_of(self, module: str) -> TypeCode:
        """Return the facts of the code of a type module."""
        if module not in self._codes:
            found = self._code.find(module)
            if found is not None:
                code = _type_code(self._code, *found, self._stored_as(module))
            else:
                code = self._made_by_library(module)
            self._codes[module] = code
        return self._codes[module]

    def _made_by_library(self, module: str) -> TypeCode:
        """Return the facts of a module that is not in the code: a library's, or made by one."""
        package = package_of(module)
        outer, _, last = module.rpartition(".")
        found = self._code.find(outer) if outer else None
        for used in self._code.facts(*found).uses if found is not None else ():
            base = base_package(used)
            if base is not None and base.inner == last:
                return TypeCode(is_parameterized=False, compares=False, source=outer)
        if package is None:
            return LIBRARY
        if package.plain:
            return TypeCode(is_parameterized=False, compares=False)
        return TypeCode(per_field=package.per_field)

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


def _is_uuid(options: Pairs) -> bool:
    """Whether a type of a package reads and stores UUIDs as `Ecto.UUID` does, by its options."""
    plain = options.get("format") in (None, Atom("default"))
    stored = options.get("type") in (None, Atom("uuid"), Atom("binary_id"), Atom("binary"))
    return plain and stored and options.get("dump") in (None, Atom("raw"))


def _type_code(
    code: CodeBase, file: ElixirFile, definition: ModuleDefinition, stored: FieldType | None
) -> TypeCode:
    facts = code.facts(file, definition)
    bodies = _bodies(file, definition)
    parameterized = "Ecto.ParameterizedType" in (*facts.uses, *facts.behaviours)
    dumps = " ".join(bodies["dump"])
    return TypeCode(
        is_parameterized=parameterized,
        per_field=parameterized and any(map(_INIT.search, bodies["init"])),
        adapter=_adapter(stored),
        encrypted=any(map(is_encrypting, facts.uses)) or _ENCRYPTS.search(dumps) is not None,
        compares=any(not _plain_equality(body) for body in bodies["equal?"]),
        source=definition.name,
    )


def _bodies(file: ElixirFile, definition: ModuleDefinition) -> dict[str, list[str]]:
    """Return the text of each clause of the functions that decide how a type is used."""
    found: dict[str, list[str]] = {"init": [], "dump": [], "equal?": []}
    for clause in calls(file.tree, definition.body, "def", "defp"):
        head = macro_head(file, clause) if clause.args else None
        if head is not None and head.name in found:
            found[head.name].append(file.tree.text(clause.node))
    return found


def _plain_equality(clause: str) -> bool:
    return (
        re.search(r"equal\?\((\w+), (\w+)(?:, \w+)?\).*?\b\1 ={2,3} \2\s*(?:end)?\Z", clause, re.S)
        is not None
    )


def _adapter(stored: FieldType | None) -> str | None:
    """Return what Ecto's adapter makes of values before a type loads them, as in `EctoTypeHint`.

    The source is `Ecto.Adapters.Postgres.loaders/2`.
    """
    if isinstance(stored, MapType):
        return "json"
    return "uuid" if stored == PlainType("binary_id") else None if stored is None else ""


def unread(type_: FieldType) -> str | None:
    """Return the unreadable part of a type, `None` when all of it is read."""
    while isinstance(type_, ArrayType):
        type_ = type_.item
    return type_.text if isinstance(type_, UnknownType) else None


def maker(
    type_: FieldType, options: Pairs, *, key: bool, foreign: bool, written: object = None
) -> tuple[Maker, str]:
    """Return the maker of a field's value by `Ecto.Schema.field/3`'s rules, and its generator.

    The generator is code that is not Ecto's, or the options of a UUID, as written; `written` is
    the type as evaluated. `key` and `foreign` mark a primary and a foreign key. Ecto sends the
    value of a key without `autogenerate` as it is; keys of the type `:id` alone are left to the
    database when they have none.
    """
    by = options.get("autogenerate")
    if by is None or by is False:
        if options.get("read_after_writes") is True:
            return Maker.DATABASE, ""
        by_caller = key and not foreign and type_ != PlainType("id")
        return (Maker.CALLER if by_caller else Maker.UNSAID), ""
    if isinstance(by, tuple):
        return _made_by_call(by)
    if isinstance(type_, CustomType):
        return Maker.OTHER, type_.module
    if isinstance(type_, PlainType) and type_.name in ("binary_id", "uuid"):
        version = shown(by) if isinstance(by, Pairs) else ""
        return _uuid_maker(_version(written, by if isinstance(by, Pairs) else options), version)
    if type_ == PlainType("id"):
        return Maker.DATABASE, ""
    return Maker.OTHER, shown(by)


def _version(written: object, options: Pairs) -> object:
    """Return the version of the UUIDs that a type makes."""
    module = written[0] if isinstance(written, tuple) and written else written
    package = package_of(module.name) if isinstance(module, Module) else None
    default = 4 if package is None else package.version or 4
    return options.get("version", default) if package is None or not package.version else default


def with_generator(written: object, options: Pairs) -> Pairs:
    """Name the function of a UUID that is made in no way that Ecto or Ash know."""
    version = _version(written, options)
    if options.get("autogenerate") is not True or version not in (1, 6):
        return options
    made: tuple[object, ...] = (Module("Uniq.UUID"), Atom(f"uuid{version}"), [])
    others = (item for item in options.items if item[0] != "autogenerate")
    return Pairs((*others, ("autogenerate", made)))


def _uuid_maker(version: object, options: str) -> tuple[Maker, str]:
    if version in (4, 7):
        return (Maker.UUID_V7 if version == 7 else Maker.UUID), options
    return Maker.OTHER, f"UUIDs of version {shown(version)}"


def _made_by_call(call: tuple[object, ...]) -> tuple[Maker, str]:
    """Return the maker for `{module, function, arguments}`."""
    text = shown(call)
    if len(call) != 3 or not isinstance(call[0], Module) or not isinstance(call[1], Atom):
        return Maker.OTHER, text
    module, function, arguments = call[0].name, call[1].name, call[2]
    package = package_of(module)
    if function == "generate" and arguments == [] and package is not None and package.version:
        return (Maker.UUID_V7 if package.version == 7 else Maker.UUID), ""
    if function in _UUID_FUNCTIONS.get(module, ()) and arguments == []:
        return (Maker.UUID_V7 if function.endswith("7") else Maker.UUID), ""
    if module == "Ecto.UUID" and function == "generate" and isinstance(arguments, list):
        if not arguments:
            return Maker.UUID, ""
        if len(arguments) == 1 and isinstance(arguments[0], Pairs):
            return _uuid_maker(arguments[0].get("version", 4), shown(arguments[0]))
    return Maker.OTHER, text


# The functions without arguments that make UUIDs of version 4 and 7 as text.
_UUID_FUNCTIONS = {
    "Uniq.UUID": frozenset({"uuid4", "uuid7"}),
    "UUID": frozenset({"uuid4"}),
    "Ash.UUID": frozenset({"generate"}),
}


def type_hint(type_: FieldType, schema: str = "", field: str = "") -> TypeHint | None:
    """Return the facts of a type that the catalog lacks, `None` for none.

    `schema` and `field` name the place, which types with parameters are told.
    """
    match type_:
        case CustomType():
            return _ecto_type_hint(type_, schema, field)
        case MapType(value=CustomType() as inner):
            hint = _ecto_type_hint(inner, schema, field)
            if isinstance(hint, EctoTypeHint):
                return msgspec.structs.replace(hint, of_map=True, otherwise=ObjectHint())
            return ObjectHint()
        case DateTimeType():
            return DatetimeHint(naive=not type_.utc)
        case EnumHint():
            return type_
        case MapType() | EmbedType(many=False) | PlainType(name="map"):
            return ObjectHint()
        case ArrayType():
            item = type_hint(type_.item, schema, field)
            return None if item is None else ArrayHint(item)
    return None


def _ecto_type_hint(type_: CustomType, schema: str, field: str) -> TypeHint | None:
    otherwise = type_hint(type_.stored) if isinstance(type_.stored, DateTimeType) else None
    code, options = type_.code, _options_text(type_)
    if _meaning(type_.module) in (Meaning.COLUMN, Meaning.JSON) or options is None:
        return otherwise
    plain = code.is_parameterized is False
    return EctoTypeHint(
        module=type_.module,
        is_parameterized=code.is_parameterized if options == "" else True,
        options="" if plain else options,
        schema="" if plain else schema,
        field="" if plain else field,
        per_field=code.per_field,
        adapter=code.adapter,
        encrypted=code.encrypted,
        compares=code.compares,
        source=code.source,
        otherwise=otherwise,
    )


def _meaning(module: str) -> Meaning:
    package = package_of(module)
    return Meaning.TYPE if package is None else package.types[module]


def _options_text(type_: CustomType) -> str | None:
    """Return the options for the snapshot, "" for none, None where one of them can't be read."""
    if type_.code.is_parameterized is False or not type_.options.items:
        return ""
    try:
        return encoded(Keyword(tuple((name, _term(v)) for name, v in type_.options.items)))
    except ValueError:
        return None


def _term(value: object) -> Term:
    """Return a value as a term. Raises `ValueError` where a part of it can't be read."""
    if isinstance(value, Pairs):
        return Keyword(tuple((name, _term(item)) for name, item in value.items))
    if isinstance(value, list):
        return [_term(item) for item in value]
    if isinstance(value, tuple):
        return tuple(_term(item) for item in value)
    if isinstance(value, Entries) and all(isinstance(key, str) for key, _ in value.items):
        return Map(tuple((str(key), _term(item)) for key, item in value.items))
    if isinstance(value, Unreadable | Entries):
        raise ValueError(shown(value))
    return cast("Term", value)


def custom_module(type_: FieldType) -> str:
    """Return the module of a custom type or of the items of a collection of them.

    "" for Ecto's own types, and for those that hold what the column's own Ash type does.
    """
    while isinstance(type_, ArrayType | MapType):
        type_ = type_.item if isinstance(type_, ArrayType) else type_.value
    if not isinstance(type_, CustomType) or _meaning(type_.module) is Meaning.COLUMN:
        return ""
    return type_.module


def why_apart(type_: FieldType) -> str:
    """Return why an attribute can't be of a custom type, "" where it can."""
    while isinstance(type_, ArrayType | MapType):
        type_ = type_.item if isinstance(type_, ArrayType) else type_.value
    if not isinstance(type_, CustomType):
        return ""
    if _meaning(type_.module) is Meaning.JSON:
        return "which of its structs a value is only its own code says"
    if _options_text(type_) is None:
        unread_ = [name for name, value in type_.options.items if _unreadable(value)]
        return f"its option {', '.join(unread_)} can't be read"
    return ""


def _unreadable(value: object) -> bool:
    try:
        _term(value)
    except ValueError:
        return True
    return False


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
