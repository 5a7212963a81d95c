"""The type map: what each PostgreSQL type becomes in Ash, in one table.

A new type is one row of `BASE_TYPES` (and a template, when it needs a module of its own). Sources:
PostgreSQL's documentation, chapter "Data Types", and `pg_type`; Ash's built-in types; Postgrex's
extensions, which decide what can be read at all.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

import msgspec

from ash_scaffold.postgres.catalog import TypeUse
from ash_scaffold.term import Atom, Keyword, Module, Term

Constraints = tuple[tuple[str, Term], ...]

STRING_CONSTRAINTS: Constraints = (("trim?", False), ("allow_empty?", True))


class Family(StrEnum):
    """What kind of value a type holds: decides defaults, keys and what a column may join to."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    UUID = "uuid"
    ENUM = "enum"
    JSON = "json"
    BINARY = "binary"
    DATETIME = "datetime"
    TIME = "time"
    RANGE = "range"
    OTHER = "other"


class Risk(StrEnum):
    """The closed list of values that do not survive: each fails the read, or is not kept."""

    FLOAT_SPECIAL = "NaN and infinity fail the read"
    NUMERIC_SPECIAL = "NaN and infinity fail the read"
    INFINITE_TIME = "infinity fails the read"
    HOUR_24 = "24:00 fails the read"
    TWO_DIMENSIONS = "a value of two dimensions fails the read"
    ARRAY_BOUNDS = "lower bounds other than 1 are not kept"
    JSON_NULL = "JSON null as a value is not kept"


class Support(msgspec.Struct, frozen=True):
    """A module to write below `<App>.Types`: its last segment, its template and what fills it."""

    name: str
    template: str
    values: tuple[tuple[str, Term], ...] = ()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the type map.

    Either `type` (a built-in or a module of AshPostgres) or `support`; neither means that the
    type can't be an attribute, for the reason in `unsupported`, and `todo` says what helps.
    `constraints` and `support` may depend on the typmod. `key` is the support type for a key
    column. `nil_item` is the support type that an array needs because the type itself refuses
    nil in one. `storage` is the type Ecto casts to, which two related columns must share.
    """

    family: Family = Family.OTHER
    storage: str = ""
    type: Term = None
    support: Support | Callable[[int], Support] | None = None
    constraints: Constraints | Callable[[int], Constraints] = ()
    key: Support | None = None
    nil_item: Support | Callable[[int], Support] | None = None
    tolerant: Support | None = None
    limits: Constraints = ()
    by_typmod: Callable[[int], Rule] | None = None
    risks: tuple[Risk, ...] = ()
    why: str = ""
    unsupported: str = ""
    todo: str = ""
    extension: str = ""


def length_of(typmod: int) -> int | None:
    """Return n of `varchar(n)` and `char(n)`: `atttypmod` holds it plus a header of 4."""
    return typmod - 4 if typmod >= 4 else None


def precision_of(typmod: int) -> int:
    """Return the fractional digits of a time type: `atttypmod`, or 6 when there is none."""
    return typmod if typmod >= 0 else 6


def numeric_limits(typmod: int) -> Constraints:
    """Return the bounds of `numeric(p,s)`: ±(10^(p−s) − 10^−s).

    `atttypmod` − 4 holds p in its upper 16 bits and s in its lower 11, signed (15+).
    """
    if typmod < 4:
        return ()
    precision = (typmod - 4) >> 16 & 0xFFFF
    scale = ((typmod - 4) & 0x7FF ^ 1024) - 1024
    largest = Decimal((0, (9,) * precision, -scale))
    text = Decimal(f"{largest:f}")
    return (("min", -text), ("max", text))


def _string(typmod: int) -> Constraints:
    length = length_of(typmod)
    return (*((("max_length", length),) if length is not None else ()), *STRING_CONSTRAINTS)


def _bpchar(typmod: int) -> Constraints:
    length = length_of(typmod)
    return (("max_length", length),) if length is not None else ()


def _integer_key(name: str, pg_type: str, low: int, high: int) -> Support:
    return Support(
        name,
        "integer",
        (("type", pg_type), ("storage", Atom(pg_type)), ("min", low), ("max", high)),
    )


def _nil_item(name: str, subtype: Term, text: str) -> Support:
    return Support(name, "nil_item", (("text", text), ("subtype", subtype)))


def _opaque(name: str, pg_type: str, template: str, **values: Term) -> Rule:
    """A type of its own, named after the PostgreSQL type it stores."""
    fill: Constraints = (("type", pg_type), ("storage", Atom(pg_type)), *values.items())
    return Rule(storage=pg_type, support=Support(name, template, fill))


def _struct(name: str, pg_type: str, struct: str) -> Rule:
    return _opaque(name, pg_type, "struct", struct=Module(struct))


def _bit(typmod: int) -> Support:
    size = max(typmod, 1)
    return Support(
        f"Bit{size}",
        "bit",
        (("type", f"bit({size})"), ("storage", Atom(f"bit({size})")), ("size", size)),
    )


def _reported(why: str, todo: str = "") -> Rule:
    return Rule(unsupported=why, todo=todo or "Cast it in a view, or leave it to the legacy code.")


_NAIVE = Module("AshPostgres.Timestamptz")
_USEC = Module("AshPostgres.TimestamptzUsec")

_INTEGER = Rule(family=Family.INTEGER, storage="bigint", type=Atom("integer"))
_INT2 = (-(2**15), 2**15 - 1)
_INT4 = (-(2**31), 2**31 - 1)
_OID = (0, 2**32 - 1)


def _limits(bounds: tuple[int, int]) -> Constraints:
    return (("min", bounds[0]), ("max", bounds[1]))


def _timestamp(typmod: int) -> Rule:
    second = precision_of(typmod) == 0
    name = "utc_datetime" if second else "utc_datetime_usec"
    module = "UtcDatetime" if second else "UtcDatetimeUsec"
    return Rule(
        family=Family.DATETIME,
        storage=name,
        type=Atom(name),
        nil_item=_nil_item(module, Atom(name), "A `timestamp` whose arrays may hold NULL."),
        risks=(Risk.INFINITE_TIME,),
        why="taken for UTC, as Ecto's timestamps are",
    )


def _timestamptz(typmod: int) -> Rule:
    second = precision_of(typmod) == 0
    module = _NAIVE if second else _USEC
    return Rule(
        family=Family.DATETIME,
        storage="timestamptz" if second else "timestamptz(6)",
        type=module,
        nil_item=_nil_item(
            module.name.rsplit(".", 1)[-1], module, "A `timestamptz` whose arrays may hold NULL."
        ),
        risks=(Risk.INFINITE_TIME,),
        why="casts name timestamptz, so that no session time zone shifts it",
    )


def _time(typmod: int) -> Rule:
    if precision_of(typmod) == 0:
        return Rule(family=Family.TIME, storage="time", type=Atom("time"), risks=(Risk.HOUR_24,))
    return Rule(
        family=Family.TIME,
        storage="time_usec",
        type=Atom("time_usec"),
        nil_item=_nil_item("TimeUsec", Atom("time_usec"), "A `time` whose arrays may hold NULL."),
        risks=(Risk.HOUR_24,),
    )


def _range(name: str, pg_type: str) -> Rule:
    rule = _opaque(name, pg_type, "range")
    return msgspec.structs.replace(rule, family=Family.RANGE)


def _core_range(inner: str, *more: tuple[str, Term], storage: str) -> Rule:
    constraints = (("inner_type", Atom(inner)), *more, ("allow_empty?", True))
    return Rule(family=Family.RANGE, storage=storage, type=Atom("range"), constraints=constraints)


_JSON = Rule(
    family=Family.JSON,
    storage="jsonb",
    support=Support("Json", "json"),
    risks=(Risk.JSON_NULL,),
    why="`:map` would fail the read of a list or a scalar",
)

BASE_TYPES: dict[str, Rule] = {
    "text": Rule(family=Family.STRING, storage="string", type=Atom("string"), constraints=_string),
    "varchar": Rule(
        family=Family.STRING, storage="string", type=Atom("string"), constraints=_string
    ),
    "name": Rule(
        family=Family.STRING, storage="string", type=Atom("string"), constraints=STRING_CONSTRAINTS
    ),
    "bpchar": Rule(
        family=Family.STRING,
        storage="bpchar",
        support=Support("Bpchar", "bpchar"),
        constraints=_bpchar,
        why="comparisons have to ignore the padding",
    ),
    "char": Rule(family=Family.BINARY, storage='"char"', support=Support("Char", "char")),
    "int8": msgspec.structs.replace(_INTEGER, limits=_limits((-(2**63), 2**63 - 1))),
    "int4": msgspec.structs.replace(
        _INTEGER, limits=_limits(_INT4), key=_integer_key("Int4", "int4", *_INT4)
    ),
    "int2": msgspec.structs.replace(
        _INTEGER, limits=_limits(_INT2), key=_integer_key("Int2", "int2", *_INT2)
    ),
    "oid": msgspec.structs.replace(
        _INTEGER, limits=_limits(_OID), key=_integer_key("Oid", "oid", *_OID)
    ),
    "float8": Rule(
        family=Family.FLOAT,
        storage="float",
        type=Atom("float"),
        tolerant=Support("Float", "float"),
        risks=(Risk.FLOAT_SPECIAL,),
    ),
    "float4": Rule(
        family=Family.FLOAT,
        storage="float",
        type=Atom("float"),
        tolerant=Support("Float", "float"),
        risks=(Risk.FLOAT_SPECIAL,),
    ),
    "numeric": Rule(
        family=Family.DECIMAL,
        storage="decimal",
        type=Atom("decimal"),
        constraints=numeric_limits,
        tolerant=Support("Decimal", "decimal"),
        risks=(Risk.NUMERIC_SPECIAL,),
    ),
    "bool": Rule(family=Family.BOOLEAN, storage="boolean", type=Atom("boolean")),
    "date": Rule(
        family=Family.DATETIME, storage="date", type=Atom("date"), risks=(Risk.INFINITE_TIME,)
    ),
    "bytea": Rule(family=Family.BINARY, storage="binary", type=Atom("binary")),
    "uuid": Rule(family=Family.UUID, storage="uuid", type=Atom("uuid")),
    "timestamp": Rule(by_typmod=_timestamp),
    "timestamptz": Rule(by_typmod=_timestamptz),
    "time": Rule(by_typmod=_time),
    "interval": _opaque("Interval", "interval", "interval"),
    "json": _JSON,
    "jsonb": _JSON,
    "int8range": _core_range("integer", storage="int8range"),
    "daterange": _core_range("date", storage="daterange"),
    "tstzrange": _core_range(
        "datetime",
        ("inner_constraints", Keyword((("precision", Atom("microsecond")),))),
        storage="tstzrange",
    ),
    "int4range": _range("Int4Range", "int4range"),
    "numrange": _range("NumRange", "numrange"),
    "tsrange": _range("TsRange", "tsrange"),
    "int4multirange": _opaque("Int4Multirange", "int4multirange", "multirange"),
    "int8multirange": _opaque("Int8Multirange", "int8multirange", "multirange"),
    "nummultirange": _opaque("NumMultirange", "nummultirange", "multirange"),
    "datemultirange": _opaque("DateMultirange", "datemultirange", "multirange"),
    "tsmultirange": _opaque("TsMultirange", "tsmultirange", "multirange"),
    "tstzmultirange": _opaque("TstzMultirange", "tstzmultirange", "multirange"),
    "inet": _opaque("Inet", "inet", "inet"),
    "cidr": _opaque("Cidr", "cidr", "inet"),
    "macaddr": _opaque("Macaddr", "macaddr", "macaddr"),
    "bit": Rule(by_typmod=lambda typmod: Rule(storage=f"bit({max(typmod, 1)})", support=_bit)),
    "varbit": _opaque("Varbit", "varbit", "bit"),
    "point": _struct("Point", "point", "Postgrex.Point"),
    "line": _struct("Line", "line", "Postgrex.Line"),
    "lseg": _struct("Lseg", "lseg", "Postgrex.LineSegment"),
    "box": _struct("Box", "box", "Postgrex.Box"),
    "circle": _struct("Circle", "circle", "Postgrex.Circle"),
    "path": _struct("Path", "path", "Postgrex.Path"),
    "polygon": _struct("Polygon", "polygon", "Postgrex.Polygon"),
    "tsvector": Rule(
        storage="tsvector",
        type=Module("AshPostgres.Tsvector"),
        nil_item=_nil_item(
            "Tsvector", Module("AshPostgres.Tsvector"), "A `tsvector` whose arrays may hold NULL."
        ),
    ),
    "pg_lsn": _opaque("PgLsn", "pg_lsn", "whole_number"),
    "xid": _opaque("Xid", "xid", "whole_number"),
    "xid8": _opaque("Xid8", "xid8", "whole_number"),
    "tid": _opaque("Tid", "tid", "tid"),
    "refcursor": _opaque("Refcursor", "refcursor", "text"),
    "timetz": _reported("Postgrex drops the offset"),
    "money": _reported("Postgrex can't read it", "Migrate the column to numeric in legacy code."),
    "xml": _reported("Postgrex can't read it", "Migrate the column to text in legacy code."),
    "tsquery": _reported("Postgrex can't read it"),
    "macaddr8": _reported("Postgrex can't read it"),
    "jsonpath": _reported("Postgrex can't read it"),
    "pg_snapshot": _reported("Postgrex can't read it"),
    "txid_snapshot": _reported("Postgrex can't read it"),
}

# Types of extensions, by the type's name; the extension decides where they live.
EXTENSION_TYPES: dict[str, Rule] = {
    "citext": Rule(
        family=Family.STRING,
        storage="citext",
        type=Atom("ci_string"),
        constraints=STRING_CONSTRAINTS,
        extension="citext",
    ),
    "hstore": msgspec.structs.replace(_opaque("Hstore", "hstore", "hstore"), extension="hstore"),
    "ltree": Rule(storage="ltree", type=Module("AshPostgres.Ltree"), extension="ltree"),
    "cube": _reported("Postgrex can't read it"),
    "lquery": _reported("Ash has no type for it"),
    "vector": Rule(
        storage="vector",
        unsupported="Postgrex reads it only with AshPostgres' vector extension",
        todo='Add it to the repo\'s `types:` and map it: [types] vector = ":vector".',
    ),
    "geometry": Rule(
        storage="geometry",
        unsupported="Postgrex reads it only with geo_postgis",
        todo="Add geo_postgis to mix.exs, then run this again.",
    ),
    "geography": Rule(
        storage="geography",
        unsupported="Postgrex reads it only with geo_postgis",
        todo="Add geo_postgis to mix.exs, then run this again.",
    ),
}

GEO_POSTGIS = Rule(type=Module("Geo.PostGIS.Geometry"), storage="geometry")


def rule_for(use: TypeUse, extension: str) -> Rule | None:
    """Return the row for a base type, with its typmod taken into account; None when unknown."""
    if use.name.schema == "pg_catalog":
        rule = BASE_TYPES.get(use.name.name)
    else:
        rule = EXTENSION_TYPES.get(use.name.name) if extension else None
    if rule is not None and rule.by_typmod is not None:
        return rule.by_typmod(use.typmod)
    return rule
