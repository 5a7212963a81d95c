"""The type map: for each PostgreSQL type its Ash type, the reason, and values that don't survive.

A new type is one row of `BASE_TYPES` (and a template, when it needs a module of its own). Sources:
PostgreSQL's documentation, chapter "Data Types", `pg_type` and `atttypmod`; Ash's built-in types;
Postgrex's extensions, which decide what can be read at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace

from ash_scaffold.ash.model import SupportType
from ash_scaffold.postgres.catalog import Check, TypeUse
from ash_scaffold.postgres.type_text import NUMERIC_HEADER, numeric_modifiers
from ash_scaffold.term import Atom, Capture, Keyword, Module, Term

Constraints = tuple[tuple[str, Term], ...]


class Family(StrEnum):
    """The kind of value that a type holds: decides defaults, keys and what it may join to."""

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
    """The effect of a value that Ash can't hold."""

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


class Unmapped(msgspec.Struct, frozen=True, kw_only=True):
    """A type that can't be an attribute: why, and what can be done."""

    reason: str
    todo: str = ""


class Variants(msgspec.Struct, frozen=True, kw_only=True):
    """The alternatives of a row, for columns whose use asks for another type.

    `key` is for a column of a key; `tolerant` holds NaN and infinity; `limits` are the machine's
    limits as constraints, `limited` is for a column whose typmod gives some. `naive` is the row for
    a time that the legacy code takes for one of no zone. `domain_base` is what a domain is made
    over, where AshPostgres knows the type itself only by its own name.
    """

    key: Support | None = None
    tolerant: Support | None = None
    limited: Support | None = None
    limits: Constraints = ()
    naive: Rule | None = None
    domain_base: Support | None = None


class InArray(msgspec.Struct, frozen=True, kw_only=True):
    """The behaviour of a type as the item of an array.

    `item` stands for the type's own support type, which can't be there; `nil_item` for the type
    itself, which refuses nil there. `is_list` marks a value that is a list itself, `refused` is
    the reason why there is no array of it.
    """

    item: Support | None = None
    nil_item: Support | None = None
    is_list: bool = False
    refused: str = ""


class PgFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Facts about the PostgreSQL type, whatever it maps to.

    `ecto` are Ecto's types that load and dump it (`Ecto.Type`, Postgrex' extensions). Types that
    PostgreSQL casts into each other without loss, in a filter and in a write, have the same
    `alike`. `comparable` is false without a default operator class of btree or hash
    (`pg_opclass`); an operator `=` is not enough. `fraction` means that the typmod is the number
    of digits of a second's fraction, `lists_values` that a column may hold the values of an
    `Ecto.Enum`. Postgrex finds a `by_name` type only by its own name or oid, so not under a
    domain's.
    """

    ecto: frozenset[str] = frozenset()
    alike: str = ""
    comparable: bool = True
    fraction: bool = False
    lists_values: bool = False
    by_name: bool = False


_NO_FACTS = PgFacts()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the type map.

    Either `type` (a built-in or a module of AshPostgres) or `support`; neither where the type
    can't be an attribute (`unsupported`). `constraints` may depend on the typmod, and so may the
    whole row (`by_typmod`), which is the one for a column without a typmod then. `storage` is the
    type Ecto casts to, which two related columns must share. `bound` is the Ecto type of what
    Postgrex reads, where a range has such bounds. `why` is the reason for the choice.
    """

    family: Family = Family.OTHER
    storage: str = ""
    type: Term = None
    support: Support | None = None
    constraints: Constraints | Callable[[int], Constraints] = ()
    bound: Term = None
    by_typmod: Callable[[int], Rule] | None = None
    variants: Variants = Variants()
    in_array: InArray = InArray()
    facts: PgFacts = _NO_FACTS
    risks: tuple[Risk, ...] = ()
    why: str = ""
    unsupported: Unmapped | None = None
    extension: str = ""

    def supports(self) -> Iterator[Support]:
        """Yield every support type that columns of this row may need."""
        own, array, other = self.support, self.in_array, self.variants
        each = (own, other.key, other.tolerant, other.limited, other.domain_base)
        yield from (s for s in (*each, array.item, array.nil_item) if s is not None)
        if other.naive is not None:
            yield from other.naive.supports()


def _facts(ecto: str = "", **facts: Any) -> PgFacts:
    return PgFacts(ecto=frozenset(ecto.split()), **facts)


def bound_values(
    rule: Rule | None, subtype: Term, constraints: Constraints
) -> tuple[tuple[str, Term], ...]:
    """Return the values for the templates of ranges.

    `ecto` is the Ecto type that casts one; without it, `subtype` does. Only where Elixir orders
    values as PostgreSQL does are the bounds compared (`ordered`).
    """
    ecto = rule.bound if rule is not None else None
    limits = rule.variants.limits if rule is not None else ()
    return (
        ("ecto", ecto),
        ("subtype", subtype),
        ("constraints", Keyword(constraints)),
        ("limits", limits and (limits[0][1], limits[1][1])),
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
    """Return the bounds of `numeric(p,s)`: plus and minus 10^(p-s) - 10^-s."""
    if typmod < NUMERIC_HEADER:
        return ()
    precision, scale = numeric_modifiers(typmod)
    largest = Decimal((0, (9,) * precision, -scale))
    text = Decimal(f"{largest:f}")
    # The minus operator rounds to the digits of Python's decimal context (28).
    return (("min", text.copy_negate()), ("max", text))


def string_constraints(typmod: int) -> Constraints:
    """Return the constraints of `text` and `varchar(n)`."""
    length = length_of(typmod)
    return (*((("max_length", length),) if length is not None else ()), *STRING_CONSTRAINTS)


def bpchar_constraints(typmod: int) -> Constraints:
    """Return the constraints of `char(n)`."""
    length = length_of(typmod)
    return (("max_length", length),) if length is not None else ()


def _integer(
    pg_type: str, low: int, high: int, *, key: bool = True, lists_values: bool = True
) -> Rule:
    """Map whole numbers; the support type of a key has the storage of its column."""
    fill: Constraints = (("type", pg_type), ("storage", Atom(pg_type)), ("min", low), ("max", high))
    return Rule(
        family=Family.INTEGER,
        storage="bigint",
        type=Atom("integer"),
        bound=Atom("integer"),
        variants=Variants(
            key=Support(pg_type.capitalize(), "integer", fill) if key else None,
            limits=(("min", low), ("max", high)),
        ),
        facts=_facts("id integer", alike="integer", lists_values=lists_values),
    )


def _nil_item(name: str, subtype: Term, text: str) -> InArray:
    return InArray(nil_item=Support(name, "nil_item", (("text", text), ("subtype", subtype))))


def own_type(
    name: str, pg_type: str, template: str, facts: PgFacts = _NO_FACTS, **values: Term
) -> Rule:
    """A type of its own, named after the PostgreSQL type it stores."""
    fill: Constraints = (("type", pg_type), ("storage", Atom(pg_type)), *values.items())
    return Rule(storage=pg_type, support=Support(name, template, fill), facts=facts)


def _geometry(name: str) -> Rule:
    """Map a geometric type, whose coordinates may be NaN or infinite."""
    rule = own_type(name.capitalize(), name, name, _facts(comparable=False))
    return replace(rule, risks=(Risk.GEOMETRY_SPECIAL,))


def _whole_number(name: str, pg_type: str, low: int, high: int, ecto: str = "") -> Rule:
    """Map a type of whole numbers within bounds that is compared with its own kind only."""
    return own_type(name, pg_type, "whole_number", _facts(ecto), min=low, max=high)


_BITS = _facts("bitstring", alike="bits")


def _bit(typmod: int) -> Rule:
    """Map `bit(n)`: without n it holds one bit."""
    size = max(typmod, 1)
    return own_type(f"Bit{size}", f"bit({size})", "bit", _BITS, size=size, varying=False)


def _varbit(typmod: int) -> Rule:
    """Map `varbit` and `varbit(n)`."""
    size = typmod if typmod > 0 else None
    return own_type(f"Varbit{size or ''}", "varbit", "bit", _BITS, size=size, varying=True)


def _unsupported(reason: str, todo: str = "", **facts: Any) -> Rule:
    """Give the row of a type that gets no attribute: why, and what to do."""
    todo = todo or "Cast it in a view, or leave it to the legacy code."
    return Rule(unsupported=Unmapped(reason=reason, todo=todo), facts=PgFacts(**facts))


def _timestamp(typmod: int) -> Rule:
    """Map a `timestamp`, which is taken for UTC."""
    second = precision_of(typmod) == 0
    name = "utc_datetime" if second else "utc_datetime_usec"
    module = "UtcDatetime" if second else "UtcDatetimeUsec"
    # Ash's own naive type takes nil in an array, and drops microseconds.
    naive = Rule(
        family=Family.DATETIME,
        storage="naive_datetime" if second else "naive_datetime_usec",
        type=Atom("naive_datetime") if second else None,
        support=None if second else Support("NaiveDatetimeUsec", "naive_datetime_usec"),
        bound=Atom("naive_datetime_usec"),
        facts=_facts(fraction=True),
        risks=(Risk.INFINITE_TIME,),
        why="the Ecto schema takes it for a time of no zone",
    )
    return Rule(
        family=Family.DATETIME,
        storage=name,
        type=Atom(name),
        in_array=_nil_item(module, Atom(name), "A `timestamp` whose arrays may hold NULL."),
        bound=Atom("naive_datetime_usec"),
        variants=Variants(naive=naive),
        facts=_facts("naive_datetime utc_datetime", fraction=True),
        risks=(Risk.INFINITE_TIME,),
        why="taken for UTC, as Ecto's timestamps are",
    )


def _timestamptz(typmod: int) -> Rule:
    """Map a `timestamptz`: Ash's plain types would leave the cast to the session's time zone."""
    second = precision_of(typmod) == 0
    name = "Timestamptz" if second else "TimestamptzUsec"
    module = Module(f"AshPostgres.{name}")
    return Rule(
        family=Family.DATETIME,
        storage="timestamptz" if second else "timestamptz(6)",
        type=module,
        in_array=_nil_item(name, module, "A `timestamptz` whose arrays may hold NULL."),
        bound=Atom("utc_datetime_usec"),
        facts=_facts("utc_datetime", fraction=True),
        risks=(Risk.INFINITE_TIME,),
        why="casts name timestamptz, so that no session time zone shifts it",
    )


def _time(typmod: int) -> Rule:
    """Map a `time`."""
    second = precision_of(typmod) == 0
    text = "A `time` whose arrays may hold NULL."
    name = "time" if second else "time_usec"
    return Rule(
        family=Family.TIME,
        storage=name,
        type=Atom(name),
        in_array=InArray() if second else _nil_item("TimeUsec", Atom(name), text),
        bound=Atom("time_usec"),
        facts=_facts("time time_usec", fraction=True),
        risks=(Risk.HOUR_24,),
    )


def _varying(by_typmod: Callable[[int], Rule]) -> Rule:
    return replace(by_typmod(-1), by_typmod=by_typmod)


_OID = (0, 2**32 - 1)
_UNREAD = "Postgrex can't read it"


def _range(name: str, pg_type: str, subtype: str) -> Rule:
    rule = BASE_TYPES[subtype]
    template = "multirange" if pg_type.endswith("multirange") else "range"
    values = dict(bound_values(rule, rule.type, ()))
    # A multirange is looked up by the type's own oid.
    facts = _facts(by_name=template == "multirange")
    return replace(
        own_type(name, pg_type, template, facts, **values),
        family=Family.RANGE,
        risks=range_risks(rule.risks),
    )


def _core_range(name: str, inner: str, subtype: str, *more: tuple[str, Term], storage: str) -> Rule:
    own = _range(name, storage, subtype)
    return replace(
        own,
        support=None,
        type=Atom("range"),
        constraints=(("inner_type", Atom(inner)), *more, ("allow_empty?", True)),
        variants=Variants(domain_base=own.support),
    )


_JSON_FACTS = _facts("map", alike="json", by_name=True)
_JSONB = Rule(
    family=Family.JSON,
    storage="jsonb",
    support=Support("Json", "json"),
    in_array=InArray(item=Support("JsonItem", "json_item"), is_list=True),
    facts=_JSON_FACTS,
    risks=(Risk.JSON_NULL, Risk.JSON_NUMBER),
    why="`:map` would fail the read of a list or a scalar",
)
_JSON = replace(
    _JSONB, facts=replace(_JSON_FACTS, comparable=False), risks=(*_JSONB.risks, Risk.JSON_TEXT)
)
_FLOAT = Rule(
    family=Family.FLOAT,
    storage="float",
    type=Atom("float"),
    variants=Variants(tolerant=Support("Float", "float")),
    bound=Atom("float"),
    facts=_facts("float", alike="float"),
    risks=(Risk.FLOAT_SPECIAL,),
)
_STRING = Rule(
    family=Family.STRING,
    storage="string",
    type=Atom("string"),
    constraints=STRING_CONSTRAINTS,
    bound=Atom("string"),
    facts=_facts("string binary", alike="text", lists_values=True),
)

# Ash.Type.Decimal compares NaN with the limits, which raises.
_NUMERIC = Support("Numeric", "numeric")
# The types that earlier versions wrote in place of support types, and that hold the same values.
EARLIER: Mapping[str, Term] = {"Numeric": Atom("decimal")}


def earlier_type(term: Term, types: Collection[str]) -> Term:
    """Return a term with what earlier versions wrote in place of support types, one of `types`."""
    if isinstance(term, tuple):
        return tuple(earlier_type(part, types) for part in term)
    if isinstance(term, list):
        return [earlier_type(part, types) for part in term]
    if isinstance(term, Module) and term.name in types:
        return EARLIER.get(term.name.rpartition(".")[2], term)
    return term


BASE_TYPES: dict[str, Rule] = {
    "text": _STRING,
    "varchar": replace(_STRING, constraints=string_constraints),
    "name": _STRING,
    "bpchar": Rule(
        family=Family.STRING,
        storage="bpchar",
        support=Support("Bpchar", "bpchar"),
        constraints=bpchar_constraints,
        facts=_facts("string binary"),
        why="comparisons have to ignore the padding",
    ),
    "char": Rule(family=Family.BINARY, storage='"char"', support=Support("Char", "char")),
    "int8": _integer("int8", -(2**63), 2**63 - 1, key=False),
    "int4": _integer("int4", -(2**31), 2**31 - 1),
    "int2": _integer("int2", -(2**15), 2**15 - 1),
    "oid": _integer("oid", *_OID, lists_values=False),
    "float8": _FLOAT,
    "float4": _FLOAT,
    "numeric": Rule(
        family=Family.DECIMAL,
        storage="decimal",
        type=Atom("decimal"),
        constraints=numeric_limits,
        variants=Variants(tolerant=Support("Decimal", "decimal"), limited=_NUMERIC),
        bound=Atom("decimal"),
        facts=_facts("decimal"),
        risks=(Risk.NUMERIC_SPECIAL,),
    ),
    "bool": Rule(
        family=Family.BOOLEAN, storage="boolean", type=Atom("boolean"), facts=_facts("boolean")
    ),
    "date": Rule(
        family=Family.DATETIME,
        storage="date",
        type=Atom("date"),
        bound=Atom("date"),
        facts=_facts("date"),
        risks=(Risk.INFINITE_TIME,),
    ),
    "bytea": Rule(
        family=Family.BINARY, storage="binary", type=Atom("binary"), facts=_facts("binary")
    ),
    "uuid": Rule(
        family=Family.UUID, storage="uuid", type=Atom("uuid"), facts=_facts("binary binary_id uuid")
    ),
    "timestamp": _varying(_timestamp),
    "timestamptz": _varying(_timestamptz),
    "time": _varying(_time),
    "interval": replace(
        own_type("Interval", "interval", "interval", _facts("duration")),
        risks=(Risk.INFINITE_TIME,),
    ),
    "json": _JSON,
    "jsonb": _JSONB,
    "inet": own_type("Inet", "inet", "inet", network=False),
    "cidr": own_type("Cidr", "cidr", "inet", network=True),
    "macaddr": own_type("Macaddr", "macaddr", "macaddr"),
    "bit": _varying(_bit),
    "varbit": _varying(_varbit),
    **{
        name: _geometry(name)
        for name in ("point", "line", "lseg", "box", "circle", "path", "polygon")
    },
    "tsvector": Rule(
        storage="tsvector",
        type=Module("AshPostgres.Tsvector"),
        in_array=InArray(
            is_list=True,
            refused="Postgrex takes a tsvector's list for one more dimension of an array",
        ),
    ),
    "pg_lsn": own_type("PgLsn", "pg_lsn", "pg_lsn"),
    "xid8": _whole_number("Xid8", "xid8", 0, 2**64 - 1, "id integer"),
    **{
        name: _whole_number(name.capitalize(), name, *_OID, "id integer") for name in ("xid", "cid")
    },
    **{
        name: _whole_number(name.capitalize(), name, *_OID)
        for name in (
            *("regclass", "regtype", "regproc", "regprocedure"),
            *("regoper", "regoperator", "regconfig"),
        )
    },
    "tid": own_type("Tid", "tid", "tid"),
    "refcursor": own_type("Refcursor", "refcursor", "text", _facts(comparable=False)),
    "timetz": replace(_unsupported("Postgrex drops the offset"), risks=(Risk.TIMETZ_OFFSET,)),
    "money": _unsupported(_UNREAD, "Migrate the column to numeric in legacy code."),
    "xml": _unsupported(_UNREAD, "Migrate the column to text in legacy code.", comparable=False),
    **dict.fromkeys(
        ("jsonpath", "pg_snapshot", "txid_snapshot", "gtsvector"),
        _unsupported(_UNREAD, comparable=False),
    ),
    **dict.fromkeys(
        (
            *("tsquery", "macaddr8", "aclitem"),
            *("regrole", "regnamespace", "regcollation", "regdictionary"),
            *("int2vector", "oidvector", "pg_node_tree"),
        ),
        _unsupported(_UNREAD),
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
        facts=_facts("string binary"),
        extension="citext",
    ),
    "hstore": replace(
        own_type("Hstore", "hstore", "hstore", _facts("map", by_name=True)), extension="hstore"
    ),
    "ltree": Rule(
        storage="ltree",
        type=Module("AshPostgres.Ltree"),
        in_array=InArray(is_list=True),
        facts=_facts("string binary"),
        extension="ltree",
    ),
    **{
        name: replace(
            own_type(
                name.capitalize(),
                name,
                "text",
                _facts("string binary", comparable=False, by_name=name == "ltxtquery"),
            ),
            extension="ltree",
        )
        for name in ("lquery", "ltxtquery")
    },
    "cube": _unsupported(_UNREAD),
    "seg": _unsupported(_UNREAD),
    "vector": _unsupported(
        "Postgrex reads it only with AshPostgres' vector extension",
        'Add it to the repo\'s `types:` and map it: [types] vector = ":vector".',
    ),
    **dict.fromkeys(
        ("geometry", "geography"),
        _unsupported(
            "Postgrex reads it only with geo_postgis",
            "Add geo_postgis to mix.exs, then run this again.",
        ),
    ),
}

_UNKNOWN = Rule()
GEO_POSTGIS = Rule(type=Module("Geo.PostGIS.Geometry"), storage="geometry")


# The extensions with types that resources may use.
TYPE_EXTENSIONS = tuple(
    dict.fromkeys(rule.extension for rule in EXTENSION_TYPES.values() if rule.extension)
)


def all_rules() -> Iterator[Rule]:
    """Yield every row, those that depend on a typmod without one and for whole seconds."""
    for rule in (*BASE_TYPES.values(), *EXTENSION_TYPES.values()):
        yield rule
        if rule.by_typmod is not None:
            yield rule.by_typmod(0)


def rule_for(use: TypeUse, extension: str) -> Rule | None:
    """Return the row for a base type, with its typmod taken into account; None when unknown."""
    if use.name.schema == "pg_catalog":
        rule = BASE_TYPES.get(use.name.name)
    else:
        rule = EXTENSION_TYPES.get(use.name.name) if extension else None
    return rule if rule is None or rule.by_typmod is None else rule.by_typmod(use.typmod)


def row_of(name: str) -> Rule:
    """Return the row of a type without a typmod, by its bare name; an empty one if unknown."""
    return BASE_TYPES.get(name) or EXTENSION_TYPES.get(name) or _UNKNOWN


def _ash_families() -> Iterator[tuple[Term, Family]]:
    alike = set(Family) - {Family.OTHER, Family.BINARY, Family.RANGE}
    for rule in all_rules():
        for each in (rule, rule.variants.naive):
            if each is None or each.type is None or each.family not in alike:
                continue
            if each.family is not Family.DATETIME or each.facts.fraction:
                yield each.type, each.family


# The families of the types that rows map to. A date is left out, as it stands for no time of day.
ASH_FAMILIES: Mapping[Term, Family] = dict(_ash_families())
# Ash's types that drop the fraction of a second.
WHOLE_SECONDS: frozenset[Atom | Module] = frozenset(
    each.type
    for rule in all_rules()
    if rule.facts.fraction and rule.by_typmod is None
    for each in (rule, rule.variants.naive)
    if each is not None and isinstance(each.type, Atom | Module)
)


_TYPE_TEXT = re.compile(r"\{\s*:array\s*,\s*(.+)\}\s*\Z", re.DOTALL)


class Mapped(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The outcome of mapping a type.

    `storage` is the type that Ecto casts to; `supports` are the modules to write for it, those
    they use included. `checks` are a domain's, whose names an error may carry. `labels` are an
    enum's values by label. `ecto_type` is the Ecto type that is handed over to, which makes values
    by `autogenerate`; `apart` is why a column's own one is not, "" where there is none.
    `comparable` is false where the database can't compare what is stored.
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
    ecto_type: str = ""
    autogenerate: Capture | None = None
    apart: str = ""
    comparable: bool = True
    why: str = ""


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


# Types of Ash for what an application itself writes into a column of the family: `storage_type/1`
# of each (Ash.Type.*).
OF_APPLICATIONS: Mapping[Term, Family] = {
    Atom(name): family
    for family, names in {
        Family.STRING: "atom duration_name module",
        Family.JSON: "keyword map struct tuple union",
        Family.BINARY: "binary term url_encoded_binary",
        Family.UUID: "uuid_v7",
    }.items()
    for name in names.split()
}


def ash_families() -> dict[Term, Family]:
    """Return the family of each type of Ash: a wrong one of the right family stores alike."""
    return {**ASH_FAMILIES, **OF_APPLICATIONS, Atom("datetime"): Family.DATETIME}
