"""The plan of the move as the document has it: without what changes from day to day."""

from __future__ import annotations

from ash_scaffold.document.model import Slice
from ash_scaffold.move.model import MovePlan, StepKind
from ash_scaffold.move.model import Slice as PlannedSlice

# Steps that are no command, and the one that begins it all.
_STEPS = {
    StepKind.INIT: "give it a domain",
    StepKind.CALLERS: "port the modules that use it",
    StepKind.DELETE: "delete its Ecto schemas",
}


def slices_of(plan: MovePlan) -> tuple[Slice, ...]:
    """Return the slices of a plan for the document."""
    names = {each.number: each.name for each in plan.slices}
    return tuple(
        Slice(
            name=each.name,
            tables=each.tables,
            domains=each.domains,
            needs=tuple(names[number] for number in each.needs),
            state=_state(each),
            done=each.done,
            total=each.total,
            why=each.why,
            reasons=each.reasons,
        )
        for each in plan.slices
    )


def _state(each: PlannedSlice) -> str:
    if each.stage is None:
        return "done"
    return "live" if each.is_live else f"next: {_STEPS.get(each.stage, each.stage.value)}"
