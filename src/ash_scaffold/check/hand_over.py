"""Which tables legacy code still refers to, and which nobody but Ash does."""

from __future__ import annotations

from collections.abc import Mapping

from ash_scaffold.check.finding import HandOver, LegacyUser
from ash_scaffold.check.look import Look
from ash_scaffold.config import Resolver
from ash_scaffold.legacy.model import Hints
from ash_scaffold.legacy.usage import usage
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.model import Project


def hand_over(
    project: Project, hints: Hints, looks: Mapping[Name, Look], config: Resolver
) -> tuple[HandOver, ...]:
    """Return every table that has a resource, with the legacy modules that name it."""
    tables = sorted(table for table, look in looks.items() if look.resource is not None)
    users = usage(project, hints, tables)
    return tuple(
        HandOver(
            table=str(table),
            module=looks[table].item.resource.module,
            owned_by_ash=config.owned_by_ash(table),
            legacy=tuple(
                LegacyUser(user.module, user.kind.value, user.path, user.line)
                for user in {user.module: user for user in reversed(users.get(table, ()))}.values()
            )[::-1],
        )
        for table in tables
    )
