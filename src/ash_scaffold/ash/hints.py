"""Facts of the legacy code about tables, in neutral terms: those that the catalog doesn't hold.

Columns are the database's, lines count from 1. The catalog alone decides which columns there are
and which of them may be NULL; a hint adds their meaning and their names.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar, cast

import msgspec

from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.term import Atom, Capture, Keyword, Map, Module, Sigil, Term

StructT = TypeVar("StructT", bound=msgspec.Struct)


class DatetimeHint(msgspec.Struct, frozen=True, omit_defaults=True, tag="datetime"):
    """A `timestamp` is taken for UTC, or for a time of no zone (`naive`)."""

    naive: bool


class EnumHint(msgspec.Struct, frozen=True, tag="enum"):
    """The column holds one of a list: each value's name and its stored form, in order."""

    values: tuple[tuple[str, str | int], ...]


class ObjectHint(msgspec.Struct, frozen=True, tag="object"):
    """The JSON is an object."""


class ArrayHint(msgspec.Struct, frozen=True, tag="array"):
    """A hint about the items of an array."""

    item: TypeHint


class EctoTypeHint(msgspec.Struct, frozen=True, omit_defaults=True, tag="ecto_type"):
    """The values are those of an Ecto type, a module of code.

    `of_map` means a map whose values are of the type. `is_parameterized` is None where the
    module can't be read. `options` are those of a parameterized type as `encoded` gives them;
    `schema` and `field` are given to it as well, and `per_field` means that it makes use of them.
    `adapter` is what Ecto's adapter makes of values before the type loads them: text of a `uuid`,
    or values of `json`; "" for nothing, None where the module's `type` can't be read.
    `encrypted` marks values that are stored otherwise with each write, `compares` an equality of
    its own, `in_embeds` a type that an embedded schema uses as well. `source` is the module of the
    legacy code that has to be there, "" for a library's.
    `otherwise` is the hint for when the type is not to be used.
    """

    module: str
    of_map: bool = False
    is_parameterized: bool | None = None
    options: str = ""
    schema: str = ""
    field: str = ""
    per_field: bool = False
    adapter: str | None = None
    encrypted: bool = False
    compares: bool = False
    in_embeds: bool = False
    source: str = ""
    otherwise: TypeHint | None = None


class EmbedHint(msgspec.Struct, frozen=True, omit_defaults=True, tag="embed"):
    """The JSON is that of an embedded schema of Ecto, the module, or a list of it (`many`).

    `otherwise` is the hint for when the column can't hold it.
    """

    module: str
    many: bool = False
    fields: tuple[EmbedField, ...] = ()
    otherwise: TypeHint | None = None


TypeHint: TypeAlias = DatetimeHint | EnumHint | ObjectHint | ArrayHint | EctoTypeHint | EmbedHint


class DecimalDefault(msgspec.Struct, frozen=True, tag="decimal"):
    """A number as `Decimal` writes it."""

    text: str


class ListDefault(msgspec.Struct, frozen=True, tag="list"):
    """A list."""

    items: tuple[LegacyDefault, ...] = ()


class MapDefault(msgspec.Struct, frozen=True, tag="map"):
    """A map, whose keys are texts or atoms."""

    items: tuple[tuple[str | Atom, LegacyDefault], ...] = ()


class CallDefault(msgspec.Struct, frozen=True, tag="call"):
    """What a function returns, called for every row."""

    module: str
    function: str
    args: tuple[LegacyDefault, ...] = ()


class UnreadDefault(msgspec.Struct, frozen=True, tag="unread"):
    """A value that only running the legacy code would show, as written."""

    text: str


# The value of a field in a row that is inserted without one; `None` where the schema has none.
LegacyDefault: TypeAlias = (
    str
    | bool
    | int
    | float
    | Atom
    | Module
    | Sigil
    | DecimalDefault
    | ListDefault
    | MapDefault
    | CallDefault
    | UnreadDefault
    | None
)


class Maker(StrEnum):
    """The source of a field's value in a row that is inserted without one.

    `CALLER` applies to keys only: the caller of the insert passes it. `OTHER` is code of the
    project's or of a library, named in `LegacyField.generator`.
    """

    UNSAID = ""
    DATABASE = "database"
    UUID = "uuid"
    UUID_V7 = "uuid_v7"
    CALLER = "caller"
    OTHER = "other"


class Writable(StrEnum):
    """The writes that may send a field's value."""

    ALWAYS = ""
    INSERT = "insert"
    NEVER = "never"


class Role(StrEnum):
    """The columns that the legacy code keeps as timestamps of a row."""

    NONE = ""
    CREATED = "created"
    UPDATED = "updated"


class LegacyField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of an Ecto schema.

    `type` is None where it adds nothing to the catalog. `custom` is the Ecto type's module where
    that is code of its own; `apart` says why the attribute can't be of that type, "" where it can.
    `path` and `line` are its place. `default` is what an insert sends that was given no value,
    whatever the column's own default is. `selected` is false where a query has to ask for it,
    `returned` means that it is read back after each write, since the database makes or changes it.
    """

    name: str
    column: str
    path: str = ""
    line: int = 0
    type: TypeHint | None = None
    custom: str = ""
    apart: str = ""
    redact: bool = False
    role: Role = Role.NONE
    maker: Maker = Maker.UNSAID
    generator: str = ""
    default: LegacyDefault = None
    writable: Writable = Writable.ALWAYS
    selected: bool = True
    returned: bool = False


class Comparison(StrEnum):
    """How a column is compared, or that it is NULL or not."""

    IS = "=="
    IN = "in"
    NULL = "is null"
    NOT_NULL = "is not null"


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A condition on a column of an association's target. `value` is a list for `Comparison.IN`."""

    column: str
    test: Comparison
    value: LegacyDefault = None


class EmbedField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of an embedded schema; `key` is its key in the JSON.

    It is of `base`, one of Ecto's own types by its name or `enum`, of the type `custom`, or an
    `embed`. `many` means a list, `of_map` a map whose values are of the type. An enum has `values`
    and writes their stored forms only where it is `dumped`.
    """

    name: str
    key: str
    base: str = ""
    many: bool = False
    of_map: bool = False
    values: tuple[tuple[str, str | int], ...] = ()
    dumped: bool = False
    custom: EctoTypeHint | None = None
    embed: EmbedHint | None = None
    primary_key: bool = False
    redact: bool = False
    role: Role = Role.NONE
    maker: Maker = Maker.UNSAID
    default: LegacyDefault = None


class LegacyAssociation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An association of an Ecto schema, both ends as columns.

    `own` is on the schema's table, `target` on `table`. A many_to_many goes through the table
    `through`, whose columns `through_own` and `through_target` refer to those. `filtered` marks
    one over only some of the rows, `where` are its conditions where they can be read. `sort` are
    columns of the target, each with a direction of Ash's.
    """

    name: str
    kind: RelationshipKind
    table: Name
    own: str
    target: str
    path: str = ""
    line: int = 0
    filtered: bool = False
    where: tuple[Condition, ...] = ()
    sort: tuple[tuple[str, str], ...] = ()
    through: Name | None = None
    through_own: str = ""
    through_target: str = ""


class ConstraintCall(StrEnum):
    """The functions of `Ecto.Changeset` that name a constraint."""

    UNIQUE = "unique_constraint"
    CHECK = "check_constraint"
    EXCLUSION = "exclusion_constraint"
    FOREIGN_KEY = "foreign_key_constraint"
    ASSOC = "assoc_constraint"
    NO_ASSOC = "no_assoc_constraint"


class NameMatch(StrEnum):
    """How the name of a violated constraint is compared with the one that is given."""

    EXACT = ""
    SUFFIX = "suffix"
    PREFIX = "prefix"
    REGEX = "regex"


class LegacyConstraint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a changeset says on the violation of a constraint.

    The error is of the field of `column`, or of `key` where no column is meant. `message` is None
    where the call gives none. `single` marks a `no_assoc_constraint` of a has_one.
    """

    call: ConstraintCall
    name: str
    match: NameMatch = NameMatch.EXACT
    column: str = ""
    key: str = ""
    message: str | None = None
    single: bool = False
    path: str = ""
    line: int = 0


class LegacySchema(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An Ecto schema of the legacy code. `context` is the module above it.

    `first` marks the leading one where a table has several; the others add the columns and
    associations that it lacks. `primary_key` holds columns; `constraints` are in the order of the
    code.
    """

    module: str
    table: Name
    context: str
    path: str = ""
    line: int = 0
    first: bool = True
    fields: tuple[LegacyField, ...] = ()
    primary_key: tuple[str, ...] = ()
    associations: tuple[LegacyAssociation, ...] = ()
    constraints: tuple[LegacyConstraint, ...] = ()


def encoded(options: Keyword) -> str:
    """Return options as a line of JSON, in which `decoded` finds every kind of literal.

    Raises `ValueError` for a term that is no literal.
    """
    return json.dumps(_as_json(options), ensure_ascii=False, separators=(",", ":"))


def decoded(text: str) -> Keyword:
    """Return the options that `encoded` gave, none for an empty text or another JSON value."""
    try:
        found = _from_json(json.loads(text)) if text else None
    except (ValueError, TypeError, KeyError):
        found = None
    return found if isinstance(found, Keyword) else Keyword(())


def _as_json(term: Term) -> object:
    match term:
        case None | bool() | int() | float() | str():
            return term
        case list():
            return [_as_json(item) for item in term]
        case tuple():
            return {"tuple": [_as_json(item) for item in term]}
        case Atom(name=name):
            return {"atom": name}
        case Module(name=name):
            return {"module": name}
        case Decimal():
            return {"decimal": str(term)}
        case Keyword(items=items):
            return {"keyword": [[name, _as_json(item)] for name, item in items]}
        case Map(items=items):
            return {"map": [[name, _as_json(item)] for name, item in items]}
        case Capture():
            return {"capture": [term.module, term.function, term.arity]}
    raise ValueError(f"{term!r} is no literal")


def _from_json(value: Any) -> Term:
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    if not isinstance(value, dict):
        return cast("Term", value)
    ((kind, inner),) = value.items()
    match kind:
        case "tuple":
            return tuple(_from_json(item) for item in inner)
        case "atom":
            return Atom(inner)
        case "module":
            return Module(inner)
        case "decimal":
            return Decimal(inner)
        case "keyword":
            return Keyword(tuple((name, _from_json(item)) for name, item in inner))
        case "map":
            return Map(tuple((name, _from_json(item)) for name, item in inner))
        case "capture":
            return Capture(*inner)
    raise ValueError(kind)


class Legacy:
    """The facts of all schemas, by table."""

    def __init__(self, schemas: Iterable[LegacySchema] = ()) -> None:
        self._schemas: dict[Name, list[LegacySchema]] = {}
        self._fields: dict[tuple[Name, str], LegacyField] = {}
        for schema in sorted(schemas, key=lambda s: (s.table, not s.first, s.module)):
            self._schemas.setdefault(schema.table, []).append(schema)
            for field in schema.fields:
                self._fields.setdefault((schema.table, field.column), field)

    def field(self, table: Name, column: str) -> LegacyField | None:
        """Return the field of a column."""
        return self._fields.get((table, column))

    def primary_key(self, table: Name) -> tuple[str, ...]:
        """Return the columns of the key that the table's schema has."""
        return next((s.primary_key for s in self._schemas.get(table, ()) if s.primary_key), ())

    def associations(self, table: Name) -> list[LegacyAssociation]:
        """Return the associations of a table's schemas, those of the leading one first."""
        return [a for schema in self._schemas.get(table, ()) for a in schema.associations]

    def schemas(self, table: Name) -> Sequence[LegacySchema]:
        """Return the schemas of a table, the leading one first."""
        return self._schemas.get(table, ())

    def constraints(self, table: Name) -> list[LegacyConstraint]:
        """Return what changesets say on constraints, that of the leading schema first."""
        return [each for schema in self._schemas.get(table, ()) for each in schema.constraints]

    def contexts(self) -> frozenset[str]:
        """Return the modules directly below which several schemas stand."""
        count = Counter(each.context for found in self._schemas.values() for each in found)
        return frozenset(context for context, schemas in count.items() if schemas > 1)

    def tables(self) -> list[Name]:
        """Return the tables that have a schema, in the order of their names."""
        return list(self._schemas)


def memorable(schema: LegacySchema) -> LegacySchema:
    """Return the part of a schema to keep for when the legacy code is removed.

    These are the facts that the catalog doesn't hold as well, without the places, which move with
    every edit, and without any that only a kind of legacy code has. A default that could not be
    read is nothing to remember.
    """
    without_place: dict[str, object] = {"path": "", "line": 0}
    unread: dict[str, object] = {"default": None}
    fields = (
        _base(
            LegacyField,
            field,
            without_place | (unread if isinstance(field.default, UnreadDefault) else {}),
        )
        for field in schema.fields
    )
    associations = (_base(LegacyAssociation, each, without_place) for each in schema.associations)
    constraints = (_base(LegacyConstraint, each, without_place) for each in schema.constraints)
    changed = without_place | {
        "constraints": tuple(constraints),
        "fields": tuple(f for f in fields if f != LegacyField(name=f.column, column=f.column)),
        "associations": tuple(associations),
    }
    return _base(LegacySchema, schema, changed)


def _base(kind: type[StructT], value: StructT, changed: dict[str, object]) -> StructT:
    """Return a value as one of `kind` itself: without the fields that a subclass adds."""
    return kind(**{name: getattr(value, name) for name in kind.__struct_fields__} | changed)


def with_remembered(
    now: Iterable[LegacySchema], remembered: Iterable[LegacySchema]
) -> tuple[LegacySchema, ...]:
    """Add the remembered schemas of tables that the legacy code no longer has one for."""
    found = tuple(now)
    tables = {schema.table for schema in found}
    return (*found, *(schema for schema in remembered if schema.table not in tables))


def renamed(
    schema: LegacySchema, table: Callable[[Name], Name], column: Callable[[Name, str], str]
) -> LegacySchema:
    """Return a schema under the names that the database has today.

    `table` takes an old name, `column` a table's new name and a column's old one.
    """
    replace = msgspec.structs.replace
    own = table(schema.table)

    def follow(each: LegacyAssociation) -> LegacyAssociation:
        other = table(each.table)
        through = None if each.through is None else table(each.through)
        return replace(
            each,
            table=other,
            own=column(own, each.own),
            where=tuple(replace(e, column=column(other, e.column)) for e in each.where),
            sort=tuple((column(other, name), order) for name, order in each.sort),
            target=column(other, each.target),
            through=through,
            through_own=column(through, each.through_own) if through else "",
            through_target=column(through, each.through_target) if through else "",
        )

    return replace(
        schema,
        table=own,
        fields=tuple(replace(each, column=column(own, each.column)) for each in schema.fields),
        primary_key=tuple(column(own, each) for each in schema.primary_key),
        associations=tuple(map(follow, schema.associations)),
        constraints=tuple(
            replace(each, column=column(own, each.column)) if each.column else each
            for each in schema.constraints
        ),
    )
