"""Which types store alike: a wrong one of the same family works, with other limits."""

from __future__ import annotations

from ash_scaffold.ash.compare import Difference, Kind
from ash_scaffold.ash.equivalence import plain_type
from ash_scaffold.ash.plan import Plan
from ash_scaffold.ash.types import Family
from ash_scaffold.check.severity import difference_severity
from ash_scaffold.problem import Severity
from ash_scaffold.term import Atom, Module, Term

_BUILT_IN: dict[Term, Family] = {
    Atom("string"): Family.STRING,
    Atom("ci_string"): Family.STRING,
    Atom("integer"): Family.INTEGER,
    Atom("float"): Family.FLOAT,
    Atom("decimal"): Family.DECIMAL,
    Atom("boolean"): Family.BOOLEAN,
    Atom("uuid"): Family.UUID,
    Atom("utc_datetime"): Family.DATETIME,
    Atom("utc_datetime_usec"): Family.DATETIME,
    Atom("naive_datetime"): Family.DATETIME,
    Atom("datetime"): Family.DATETIME,
    Module("AshPostgres.Timestamptz"): Family.DATETIME,
    Module("AshPostgres.TimestamptzUsec"): Family.DATETIME,
    Atom("time"): Family.TIME,
    Atom("time_usec"): Family.TIME,
    Atom("map"): Family.JSON,
}


class Families:
    """The families of Ash's own types, and of those that a plan uses."""

    def __init__(self, plan: Plan) -> None:
        self._known: dict[Term, Family] = dict(_BUILT_IN)
        for item in plan.resources:
            for mapped in item.draft.columns.mapped.values():
                if isinstance(mapped.type, Atom | Module) and mapped.family is not Family.OTHER:
                    self._known.setdefault(plain_type(mapped.type), mapped.family)

    def severity(self, difference: Difference) -> Severity:
        """Return what a difference of a resource means."""
        if difference.kind is not Kind.TYPE:
            return difference_severity(difference, None, None)
        wanted, has = self._family(difference.expected), self._family(difference.actual)
        return difference_severity(difference, wanted, has)

    def _family(self, type_: object) -> Family | None:
        if isinstance(type_, Atom | Module):
            return self._known.get(plain_type(type_))
        return None
