"""Columns that a legacy schema takes for another type than the database and its resource do."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.check.guard.kinds import Kind
from ash_scaffold.check.look import Code
from ash_scaffold.check.report import Source
from ash_scaffold.generate.decision import Decision
from ash_scaffold.legacy.findings import FindingKind, compare
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.syntax.literal import flat


def guard_legacy(decision: Decision, code: Code) -> Iterator[Finding]:
    """Yield a finding for each column of a resource whose type legacy code takes for another."""
    hints = decision.read.hints
    if not hints.schemas:
        return
    for found in compare(hints, decision.read.database):
        look = code.looks.get(found.table)
        if found.kind is not FindingKind.TYPE_DISAGREES or look is None or look.resource is None:
            continue
        attribute = look.item.draft.by_column.get(found.column)
        if attribute is None:
            continue
        yield Finding(
            severity=Severity.WARNING,
            source=Source.GUARD,
            kind=Kind.LEGACY_TYPE.value,
            table=str(found.table),
            object=found.column,
            module=found.module,
            path=found.path,
            line=found.line,
            what=f"{found.what} {look.item.resource.module} has {flat(attribute.type)}.",
            todo="The column's own type holds; mend the legacy schema.",
            accept=(f"{found.table}.{found.column}.legacy", f"{found.table}.{found.column}"),
        )
