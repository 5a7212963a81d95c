"""One row of the type map, and the closed list of values that Ash can't hold."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from ash_scaffold.term import Atom, Keyword, Term

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
