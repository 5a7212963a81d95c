"""The type map: what each PostgreSQL type becomes in Ash, in one table.

A new type is one row of `BASE_TYPES` (and a template, when it needs a module of its own). Sources:
PostgreSQL's documentation, chapter "Data Types", and `pg_type`; Ash's built-in types; Postgrex's
extensions, which decide what can be read at all.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ash_scaffold.ash.rule import (
    Constraints,
    Effect,
    Family,
    Risk,
    Rule,
    Support,
    bound_values,
    range_risks,
)
from ash_scaffold.postgres.catalog import TypeUse
from ash_scaffold.term import Atom, Keyword, Module, Term

__all__ = [
    "BASE_TYPES",
    "EXTENSION_TYPES",
    "GEO_POSTGIS",
    "Constraints",
    "Effect",
    "Family",
    "Risk",
    "Rule",
    "Support",
    "bound_values",
    "range_risks",
    "rule_for",
]

STRING_CONSTRAINTS: Constraints = (("trim?", False), ("allow_empty?", True))


def length_of(typmod: int) -> int | None:
    """Return n of `varchar(n)` and `char(n)`: `atttypmod` holds it plus a header of 4."""
    return typmod - 4 if typmod >= 4 else None


def precision_of(typmod: int) -> int:
    """Return the fractional digits of a time type: `atttypmod`, or 6 when there is none."""
    return typmod if typmod >= 0 else 6


def numeric_limits(typmod: int) -> Constraints:
    """Return the bounds of `numeric(p,s)`: plus and minus 10^(p-s) - 10^-s.

    `atttypmod` - 4 holds p in its upper 16 bits and s in its lower 11, signed (15+).
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


def _geometry(name: str) -> Rule:
    rule = _opaque(name.capitalize(), name, name)
    return msgspec.structs.replace(rule, risks=(Risk.GEOMETRY_SPECIAL,))


def _whole_number(name: str, pg_type: str, low: int, high: int) -> Rule:
    return _opaque(name, pg_type, "whole_number", min=low, max=high)


def _bit(typmod: int) -> Rule:
    size = max(typmod, 1)
    pg_type = f"bit({size})"
    return _opaque(f"Bit{size}", pg_type, "bit", size=size, varying=False)


def _varbit(typmod: int) -> Rule:
    size = typmod if typmod > 0 else None
    return _opaque(f"Varbit{size or ''}", "varbit", "bit", size=size, varying=True)


def _reported(why: str, todo: str = "") -> Rule:
    return Rule(unsupported=why, todo=todo or "Cast it in a view, or leave it to the legacy code.")


_NAIVE = Module("AshPostgres.Timestamptz")
_USEC = Module("AshPostgres.TimestamptzUsec")

_INTEGER = Rule(
    family=Family.INTEGER, storage="bigint", type=Atom("integer"), bound=Atom("integer")
)
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
        bound=Atom("naive_datetime_usec"),
        risks=(Risk.INFINITE_TIME,),
        why="taken for UTC, as Ecto's timestamps are",
        naive=_naive_timestamp(second=second),
    )


def _naive_timestamp(*, second: bool) -> Rule:
    """Map a `timestamp` that the legacy code reads as `NaiveDateTime`.

    Ash's own type takes nil in an array, and drops microseconds.
    """
    support = Support("NaiveDatetimeUsec", "naive_datetime_usec")
    return Rule(
        family=Family.DATETIME,
        storage="naive_datetime" if second else "naive_datetime_usec",
        type=Atom("naive_datetime") if second else None,
        support=None if second else support,
        bound=Atom("naive_datetime_usec"),
        risks=(Risk.INFINITE_TIME,),
        why="the Ecto schema takes it for a time of no zone",
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
        bound=Atom("utc_datetime_usec"),
        risks=(Risk.INFINITE_TIME,),
        why="casts name timestamptz, so that no session time zone shifts it",
    )


def _time(typmod: int) -> Rule:
    if precision_of(typmod) == 0:
        return Rule(
            family=Family.TIME,
            storage="time",
            type=Atom("time"),
            bound=Atom("time_usec"),
            risks=(Risk.HOUR_24,),
        )
    return Rule(
        family=Family.TIME,
        storage="time_usec",
        type=Atom("time_usec"),
        nil_item=_nil_item("TimeUsec", Atom("time_usec"), "A `time` whose arrays may hold NULL."),
        bound=Atom("time_usec"),
        risks=(Risk.HOUR_24,),
    )


def _range(name: str, pg_type: str, subtype: str) -> Rule:
    rule = BASE_TYPES[subtype]
    if rule.by_typmod is not None:
        rule = rule.by_typmod(-1)
    template = "multirange" if pg_type.endswith("multirange") else "range"
    return msgspec.structs.replace(
        _opaque(name, pg_type, template, **dict(bound_values(rule, rule.type, ()))),
        family=Family.RANGE,
        by_name=template == "multirange",  # looked up by the type's own oid
        risks=range_risks(rule.risks),
    )


def _core_range(name: str, inner: str, subtype: str, *more: tuple[str, Term], storage: str) -> Rule:
    own = _range(name, storage, subtype)
    return msgspec.structs.replace(
        own,
        support=None,
        type=Atom("range"),
        constraints=(("inner_type", Atom(inner)), *more, ("allow_empty?", True)),
        domain_base=own.support,
    )


_JSONB = Rule(
    family=Family.JSON,
    storage="jsonb",
    support=Support("Json", "json"),
    item=Support("JsonItem", "json_item"),
    is_list=True,
    by_name=True,
    risks=(Risk.JSON_NULL, Risk.JSON_NUMBER),
    why="`:map` would fail the read of a list or a scalar",
)
_JSON = msgspec.structs.replace(_JSONB, risks=(*_JSONB.risks, Risk.JSON_TEXT))
_FLOAT = Rule(
    family=Family.FLOAT,
    storage="float",
    type=Atom("float"),
    tolerant=Support("Float", "float"),
    bound=Atom("float"),
    risks=(Risk.FLOAT_SPECIAL,),
)
_STRING = Rule(
    family=Family.STRING,
    storage="string",
    type=Atom("string"),
    constraints=STRING_CONSTRAINTS,
    bound=Atom("string"),
)

BASE_TYPES: dict[str, Rule] = {
    "text": _STRING,
    "varchar": msgspec.structs.replace(_STRING, constraints=_string),
    "name": _STRING,
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
    "float8": _FLOAT,
    "float4": _FLOAT,
    "numeric": Rule(
        family=Family.DECIMAL,
        storage="decimal",
        type=Atom("decimal"),
        constraints=numeric_limits,
        tolerant=Support("Decimal", "decimal"),
        bound=Atom("decimal"),
        risks=(Risk.NUMERIC_SPECIAL,),
    ),
    "bool": Rule(family=Family.BOOLEAN, storage="boolean", type=Atom("boolean")),
    "date": Rule(
        family=Family.DATETIME,
        storage="date",
        type=Atom("date"),
        bound=Atom("date"),
        risks=(Risk.INFINITE_TIME,),
    ),
    "bytea": Rule(family=Family.BINARY, storage="binary", type=Atom("binary")),
    "uuid": Rule(family=Family.UUID, storage="uuid", type=Atom("uuid")),
    "timestamp": Rule(by_typmod=_timestamp),
    "timestamptz": Rule(by_typmod=_timestamptz),
    "time": Rule(by_typmod=_time),
    "interval": msgspec.structs.replace(
        _opaque("Interval", "interval", "interval"), risks=(Risk.INFINITE_TIME,)
    ),
    "json": _JSON,
    "jsonb": _JSONB,
    "inet": _opaque("Inet", "inet", "inet", network=False),
    "cidr": _opaque("Cidr", "cidr", "inet", network=True),
    "macaddr": _opaque("Macaddr", "macaddr", "macaddr"),
    "bit": Rule(by_typmod=_bit),
    "varbit": Rule(by_typmod=_varbit),
    **{
        name: _geometry(name)
        for name in ("point", "line", "lseg", "box", "circle", "path", "polygon")
    },
    "tsvector": Rule(
        storage="tsvector",
        type=Module("AshPostgres.Tsvector"),
        is_list=True,
        no_array="Postgrex takes a tsvector's list for one more dimension of an array",
    ),
    "pg_lsn": _opaque("PgLsn", "pg_lsn", "pg_lsn"),
    "xid8": _whole_number("Xid8", "xid8", 0, 2**64 - 1),
    **{
        name: _whole_number(name.capitalize(), name, *_OID)
        for name in (
            *("xid", "cid", "regclass", "regtype", "regproc", "regprocedure"),
            *("regoper", "regoperator", "regconfig"),
        )
    },
    "tid": _opaque("Tid", "tid", "tid"),
    "refcursor": _opaque("Refcursor", "refcursor", "text"),
    "timetz": msgspec.structs.replace(
        _reported("Postgrex drops the offset"), risks=(Risk.TIMETZ_OFFSET,)
    ),
    "money": _reported("Postgrex can't read it", "Migrate the column to numeric in legacy code."),
    "xml": _reported("Postgrex can't read it", "Migrate the column to text in legacy code."),
    **dict.fromkeys(
        (
            *("tsquery", "macaddr8", "jsonpath", "pg_snapshot", "txid_snapshot", "aclitem"),
            *("regrole", "regnamespace", "regcollation", "regdictionary"),
            *("int2vector", "oidvector", "pg_node_tree", "gtsvector"),
        ),
        _reported("Postgrex can't read it"),
    ),
}
BASE_TYPES |= {
    "int8range": _core_range("Int8Range", "integer", "int8", storage="int8range"),
    "daterange": _core_range("DateRange", "date", "date", storage="daterange"),
    "tstzrange": _core_range(
        "TstzRange",
        "datetime",
        "timestamptz",
        ("inner_constraints", Keyword((("precision", Atom("microsecond")),))),
        storage="tstzrange",
    ),
    "int4range": _range("Int4Range", "int4range", "int4"),
    "numrange": _range("NumRange", "numrange", "numeric"),
    "tsrange": _range("TsRange", "tsrange", "timestamp"),
    "int4multirange": _range("Int4Multirange", "int4multirange", "int4"),
    "int8multirange": _range("Int8Multirange", "int8multirange", "int8"),
    "nummultirange": _range("NumMultirange", "nummultirange", "numeric"),
    "datemultirange": _range("DateMultirange", "datemultirange", "date"),
    "tsmultirange": _range("TsMultirange", "tsmultirange", "timestamp"),
    "tstzmultirange": _range("TstzMultirange", "tstzmultirange", "timestamptz"),
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
    "hstore": msgspec.structs.replace(
        _opaque("Hstore", "hstore", "hstore"), extension="hstore", by_name=True
    ),
    "ltree": Rule(
        storage="ltree", type=Module("AshPostgres.Ltree"), is_list=True, extension="ltree"
    ),
    **{
        name: msgspec.structs.replace(
            _opaque(name.capitalize(), name, "text"),
            extension="ltree",
            by_name=name == "ltxtquery",
        )
        for name in ("lquery", "ltxtquery")
    },
    "cube": _reported("Postgrex can't read it"),
    "seg": _reported("Postgrex can't read it"),
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
