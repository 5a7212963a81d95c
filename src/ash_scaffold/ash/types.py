"""The type map: what each PostgreSQL type becomes in Ash, in one table.

A new type is one row of `BASE_TYPES` (and a template, when it needs a module of its own). Sources:
PostgreSQL's documentation, chapter "Data Types", and `pg_type`; Ash's built-in types; Postgrex's
extensions, which decide what can be read at all.
"""

from __future__ import annotations

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
from ash_scaffold.ash.type_rules import (
    STRING_CONSTRAINTS,
    bit_rule,
    bpchar_constraints,
    geometry_rule,
    integer_key,
    machine_limits,
    numeric_limits,
    own_type,
    reported,
    string_constraints,
    time_rule,
    timestamp_rule,
    timestamptz_rule,
    varbit_rule,
    whole_number,
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

_INTEGER = Rule(
    family=Family.INTEGER, storage="bigint", type=Atom("integer"), bound=Atom("integer")
)
_INT2 = (-(2**15), 2**15 - 1)
_INT4 = (-(2**31), 2**31 - 1)
_OID = (0, 2**32 - 1)


def _range(name: str, pg_type: str, subtype: str) -> Rule:
    rule = BASE_TYPES[subtype]
    if rule.by_typmod is not None:
        rule = rule.by_typmod(-1)
    template = "multirange" if pg_type.endswith("multirange") else "range"
    return msgspec.structs.replace(
        own_type(name, pg_type, template, **dict(bound_values(rule, rule.type, ()))),
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
    "varchar": msgspec.structs.replace(_STRING, constraints=string_constraints),
    "name": _STRING,
    "bpchar": Rule(
        family=Family.STRING,
        storage="bpchar",
        support=Support("Bpchar", "bpchar"),
        constraints=bpchar_constraints,
        why="comparisons have to ignore the padding",
    ),
    "char": Rule(family=Family.BINARY, storage='"char"', support=Support("Char", "char")),
    "int8": msgspec.structs.replace(_INTEGER, limits=machine_limits((-(2**63), 2**63 - 1))),
    "int4": msgspec.structs.replace(
        _INTEGER, limits=machine_limits(_INT4), key=integer_key("Int4", "int4", *_INT4)
    ),
    "int2": msgspec.structs.replace(
        _INTEGER, limits=machine_limits(_INT2), key=integer_key("Int2", "int2", *_INT2)
    ),
    "oid": msgspec.structs.replace(
        _INTEGER, limits=machine_limits(_OID), key=integer_key("Oid", "oid", *_OID)
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
    "timestamp": Rule(by_typmod=timestamp_rule),
    "timestamptz": Rule(by_typmod=timestamptz_rule),
    "time": Rule(by_typmod=time_rule),
    "interval": msgspec.structs.replace(
        own_type("Interval", "interval", "interval"), risks=(Risk.INFINITE_TIME,)
    ),
    "json": _JSON,
    "jsonb": _JSONB,
    "inet": own_type("Inet", "inet", "inet", network=False),
    "cidr": own_type("Cidr", "cidr", "inet", network=True),
    "macaddr": own_type("Macaddr", "macaddr", "macaddr"),
    "bit": Rule(by_typmod=bit_rule),
    "varbit": Rule(by_typmod=varbit_rule),
    **{
        name: geometry_rule(name)
        for name in ("point", "line", "lseg", "box", "circle", "path", "polygon")
    },
    "tsvector": Rule(
        storage="tsvector",
        type=Module("AshPostgres.Tsvector"),
        is_list=True,
        no_array="Postgrex takes a tsvector's list for one more dimension of an array",
    ),
    "pg_lsn": own_type("PgLsn", "pg_lsn", "pg_lsn"),
    "xid8": whole_number("Xid8", "xid8", 0, 2**64 - 1),
    **{
        name: whole_number(name.capitalize(), name, *_OID)
        for name in (
            *("xid", "cid", "regclass", "regtype", "regproc", "regprocedure"),
            *("regoper", "regoperator", "regconfig"),
        )
    },
    "tid": own_type("Tid", "tid", "tid"),
    "refcursor": own_type("Refcursor", "refcursor", "text"),
    "timetz": msgspec.structs.replace(
        reported("Postgrex drops the offset"), risks=(Risk.TIMETZ_OFFSET,)
    ),
    "money": reported("Postgrex can't read it", "Migrate the column to numeric in legacy code."),
    "xml": reported("Postgrex can't read it", "Migrate the column to text in legacy code."),
    **dict.fromkeys(
        (
            *("tsquery", "macaddr8", "jsonpath", "pg_snapshot", "txid_snapshot", "aclitem"),
            *("regrole", "regnamespace", "regcollation", "regdictionary"),
            *("int2vector", "oidvector", "pg_node_tree", "gtsvector"),
        ),
        reported("Postgrex can't read it"),
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
        own_type("Hstore", "hstore", "hstore"), extension="hstore", by_name=True
    ),
    "ltree": Rule(
        storage="ltree", type=Module("AshPostgres.Ltree"), is_list=True, extension="ltree"
    ),
    **{
        name: msgspec.structs.replace(
            own_type(name.capitalize(), name, "text"),
            extension="ltree",
            by_name=name == "ltxtquery",
        )
        for name in ("lquery", "ltxtquery")
    },
    "cube": reported("Postgrex can't read it"),
    "seg": reported("Postgrex can't read it"),
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
