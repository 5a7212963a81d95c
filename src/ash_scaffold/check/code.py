"""Drift of the code: where a resource is not what the database demands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from ash_scaffold.ash.compare import Difference, Kind
from ash_scaffold.check.command import Commands
from ash_scaffold.check.families import Families
from ash_scaffold.check.look import Look
from ash_scaffold.check.report import Source
from ash_scaffold.check.words import accept_names, sentence
from ash_scaffold.config.faults import quoted
from ash_scaffold.legacy.agree import described
from ash_scaffold.legacy.model import Hints, LegacySchema
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.report.finding import Finding

_TYPES = frozenset({Kind.TYPE, Kind.CONSTRAINTS})


def code_drift(
    looks: Iterable[Look],
    told: Mapping[Name, Collection[Difference]],
    families: Families,
    hints: Hints,
    commands: Commands,
) -> Iterator[Finding]:
    """Yield a finding for every difference that no change of the schema stands for.

    Whether Ash may migrate is the guard's to tell.
    """
    schemas = hints.by_name()
    for look in looks:
        for difference in look.differences:
            guarded = difference.kind is Kind.MIGRATE and not look.item.resource.migrate
            if not guarded and difference not in told.get(look.table, ()):
                yield _finding(look, difference, families, schemas.get(look.table), commands)


def _finding(
    look: Look,
    difference: Difference,
    families: Families,
    schema: LegacySchema | None,
    commands: Commands,
) -> Finding:
    table = str(look.table)
    place = look.place(*difference.path)
    accept = accept_names(table, difference)
    followed = not look.settled
    return Finding(
        severity=families.severity(difference),
        source=Source.CODE,
        kind=difference.kind.value,
        table=table,
        object=difference.object,
        module=look.item.resource.module,
        path=place.path if place is not None else "",
        line=place.line if place is not None else None,
        what=sentence(difference) + _legacy(difference, schema),
        todo="" if followed else _accept_it(accept[0]),
        command=commands.write(look.table) if followed else "",
        accept=accept,
    )


def _accept_it(name: str) -> str:
    return f"It is a hand edit, which no run undoes: edit it, or accept it as {quoted(name)}."


def _legacy(difference: Difference, schema: LegacySchema | None) -> str:
    """Say what the legacy code takes the column for, where a type is at issue."""
    if schema is None or difference.kind not in _TYPES:
        return ""
    field = schema.by_column().get(difference.object)
    if field is None:
        return ""
    return f" The legacy schema {schema.module} has {described(field.type)}."
