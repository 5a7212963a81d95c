"""The type map: for each PostgreSQL type its Ash type, the reason, and values that don't survive.

A new type is one row of `BASE_TYPES` (and a template, when it needs a module of its own). Sources:
PostgreSQL's documentation, chapter "Data Types", `pg_type` and `atttypmod`; Ash's built-in types;
Postgrex's extensions, which decide what can be read at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum

import msgspec

from ash_scaffold.ash.model import SupportType
from ash_scaffold.postgres.catalog import Check, TypeUse
from ash_scaffold.term import Atom, Keyword, Module, Term

Constraints = tuple[tuple[str, Term], ...]


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


class Effect(StrEnum):
    """What becomes of a value that Ash can't hold."""

    FAILS_READ = "fails the read"
    NOT_KEPT = "not kept"


class Risk(StrEnum):
    """The closed list of values that do not survive, each with its effect."""

    FLOAT_SPECIAL = "NaN or infinity in a float fails the read"
    NUMERIC_SPECIAL = "NaN or infinity in a numeric fails the read"
    GEOMETRY_SPECIAL = "NaN or infinity as a coordinate fails the read"
    INFINITE_TIME = "infinity fails the read"
    INFINITE_BOUND = "infinity as a bound fails the read"
    NUMBER_BOUND = "NaN or infinity as a bound is not kept: no range with it can be written"
    HOUR_24 = "24:00 fails the read"
    TIMETZ_OFFSET = "the offset is not kept"
    TWO_DIMENSIONS = "a value of two dimensions fails the read"
    ARRAY_BOUNDS = "lower bounds other than 1 are not kept"
    JSON_NULL = "JSON null as a value is not kept"
    JSON_NUMBER = "a JSON number's trailing zeros and digits beyond a double's are not kept"
    JSON_TEXT = "the JSON text's layout and repeated keys are not kept"

    @property
    def effect(self) -> Effect:
        """Whether the value fails the read, or reads as something else."""
        return Effect.FAILS_READ if Effect.FAILS_READ in self.value else Effect.NOT_KEPT


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
    nil in one, or `item` because the type's own support type can't stand in one; `no_array` says
    why there can be none, `is_list` that a value is a list itself. `storage` is the type Ecto
    casts to, which two related columns must share. `bound` is the Ecto type of what Postgrex
    reads, where a range has such bounds. `by_name` marks what Postgrex finds only by the type's
    own name or oid, so not under a domain's. `domain_base` is the support type that a domain is
    made over, where AshPostgres knows the type itself only by its own name. `naive` is the row
    for a time that the legacy code takes for one of no zone.
    """

    family: Family = Family.OTHER
    storage: str = ""
    type: Term = None
    support: Support | Callable[[int], Support] | None = None
    constraints: Constraints | Callable[[int], Constraints] = ()
    key: Support | None = None
    nil_item: Support | Callable[[int], Support] | None = None
    item: Support | None = None
    no_array: str = ""
    is_list: bool = False
    by_name: bool = False
    domain_base: Support | None = None
    tolerant: Support | None = None
    naive: Rule | None = None
    bound: Term = None
    limits: Constraints = ()
    by_typmod: Callable[[int], Rule] | None = None
    risks: tuple[Risk, ...] = ()
    why: str = ""
    unsupported: str = ""
    todo: str = ""
    extension: str = ""


def bound_values(
    rule: Rule | None, subtype: Term, constraints: Constraints
) -> tuple[tuple[str, Term], ...]:
    """Return what the templates of ranges say of a bound.

    `ecto` is the Ecto type that casts one; without it, `subtype` does. Only where Elixir orders
    values as PostgreSQL does are the bounds compared (`ordered`).
    """
    ecto = rule.bound if rule is not None else None
    return (
        ("ecto", ecto),
        ("subtype", subtype),
        ("constraints", Keyword(constraints)),
        ("limits", rule.limits and (rule.limits[0][1], rule.limits[1][1]) if rule else ()),
        ("ordered", ecto is not None and ecto != Atom("string")),
    )


def range_risks(risks: tuple[Risk, ...]) -> tuple[Risk, ...]:
    """Return the risks of a range whose bounds have the given ones."""
    bounds = {
        Risk.INFINITE_TIME: Risk.INFINITE_BOUND,
        Risk.FLOAT_SPECIAL: Risk.NUMBER_BOUND,
        Risk.NUMERIC_SPECIAL: Risk.NUMBER_BOUND,
    }
    return tuple(bounds.get(risk, risk) for risk in risks)


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


def string_constraints(typmod: int) -> Constraints:
    """Return the constraints of `text` and `varchar(n)`."""
    length = length_of(typmod)
    return (*((("max_length", length),) if length is not None else ()), *STRING_CONSTRAINTS)


def bpchar_constraints(typmod: int) -> Constraints:
    """Return the constraints of `char(n)`."""
    length = length_of(typmod)
    return (("max_length", length),) if length is not None else ()


def integer_key(name: str, pg_type: str, low: int, high: int) -> Support:
    """Name the type of a key column that is no int8: storage and limits are its own."""
    return Support(
        name,
        "integer",
        (("type", pg_type), ("storage", Atom(pg_type)), ("min", low), ("max", high)),
    )


def _nil_item(name: str, subtype: Term, text: str) -> Support:
    return Support(name, "nil_item", (("text", text), ("subtype", subtype)))


def own_type(name: str, pg_type: str, template: str, **values: Term) -> Rule:
    """A type of its own, named after the PostgreSQL type it stores."""
    fill: Constraints = (("type", pg_type), ("storage", Atom(pg_type)), *values.items())
    return Rule(storage=pg_type, support=Support(name, template, fill))


def geometry_rule(name: str) -> Rule:
    """Map a geometric type, whose coordinates may be NaN or infinite."""
    rule = own_type(name.capitalize(), name, name)
    return msgspec.structs.replace(rule, risks=(Risk.GEOMETRY_SPECIAL,))


def whole_number(name: str, pg_type: str, low: int, high: int) -> Rule:
    """Map a type of whole numbers within bounds that is compared with its own kind only."""
    return own_type(name, pg_type, "whole_number", min=low, max=high)


def bit_rule(typmod: int) -> Rule:
    """Map `bit(n)`: without n it holds one bit."""
    size = max(typmod, 1)
    pg_type = f"bit({size})"
    return own_type(f"Bit{size}", pg_type, "bit", size=size, varying=False)


def varbit_rule(typmod: int) -> Rule:
    """Map `varbit` and `varbit(n)`."""
    size = typmod if typmod > 0 else None
    return own_type(f"Varbit{size or ''}", "varbit", "bit", size=size, varying=True)


def reported(why: str, todo: str = "") -> Rule:
    """Give the row of a type that gets no attribute: why, and what to do."""
    return Rule(unsupported=why, todo=todo or "Cast it in a view, or leave it to the legacy code.")


_NAIVE = Module("AshPostgres.Timestamptz")
_USEC = Module("AshPostgres.TimestamptzUsec")


def machine_limits(bounds: tuple[int, int]) -> Constraints:
    """Return bounds as constraints."""
    return (("min", bounds[0]), ("max", bounds[1]))


def timestamp_rule(typmod: int) -> Rule:
    """Map a `timestamp`, which is taken for UTC."""
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


def timestamptz_rule(typmod: int) -> Rule:
    """Map a `timestamptz`: Ash's plain types would leave the cast to the session's time zone."""
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


def time_rule(typmod: int) -> Rule:
    """Map a `time`."""
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


_TYPE_TEXT = re.compile(r"\{\s*:array\s*,\s*(.+)\}\s*\Z", re.DOTALL)


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """What a type becomes.

    `storage` is the type that Ecto casts to; `supports` are the modules to write for it, those
    they use included. `checks` are a domain's, whose names an error may carry. `labels` are an
    enum's values by label.
    """

    type: Term
    constraints: Constraints = ()
    family: Family = Family.OTHER
    storage: str = ""
    supports: tuple[SupportType, ...] = ()
    risks: tuple[Risk, ...] = ()
    checks: tuple[Check, ...] = ()
    labels: Mapping[str, Term] = {}
    is_array: bool = False
    extension: str = ""
    why: str = ""


class Unmapped(msgspec.Struct, frozen=True, kw_only=True):
    """A type that can't be an attribute: why, and what can be done."""

    reason: str
    todo: str = ""


def parse_type(text: str) -> Term:
    """Read an Ash type from the configuration: `:string`, `App.Types.X`, `{:array, :map}`."""
    text = text.strip()
    array = _TYPE_TEXT.match(text)
    if array:
        return (Atom("array"), parse_type(array[1]))
    return Atom(text[1:].strip('"')) if text.startswith(":") else Module(text)


def configured_type(text: str) -> Mapped:
    """Map to the Ash type that the configuration names."""
    type_ = parse_type(text)
    return Mapped(type=type_, is_array=isinstance(type_, tuple), why="the configuration says so")


def ash_families() -> dict[Term, Family]:
    """Return the family of each type of Ash and AshPostgres that a row maps to.

    A wrong type of the right family stores alike, with other limits. A date is left out: it is no
    time of day's stand-in.
    """
    rows = [*BASE_TYPES.values(), *EXTENSION_TYPES.values()]
    rows += [row.by_typmod(typmod) for row in rows if row.by_typmod for typmod in (-1, 0)]
    rows += [row.naive for row in rows if row.naive is not None]
    found: dict[Term, Family] = {
        row.type: row.family
        for row in rows
        if isinstance(row.type, Atom | Module) and row.family is not Family.OTHER
    }
    found.pop(Atom("date"))
    return {**found, Atom("datetime"): Family.DATETIME, Atom("map"): Family.JSON}
