"""A setting that is missing, as a check."""

from __future__ import annotations

from ash_scaffold.doctor.model import Check, Group, Status
from ash_scaffold.generate.needs import Need
from ash_scaffold.project.settings import lines


def missing(group: Group, name: str, status: Status, what: str, need: Need) -> Check:
    """Say what a file lacks, why it matters, and the lines that it wants."""
    return Check(
        group=group,
        name=name,
        status=status,
        what=f"{what}: {need.why}.",
        path=need.path,
        lines=lines(need.setting),
    )
