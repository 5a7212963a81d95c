"""The configuration lines that a project still lacks, each with its file and its reason."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from ash_scaffold.ash.plan import Plan
from ash_scaffold.generate.needs import needs_of
from ash_scaffold.project.model import Project, Repo
from ash_scaffold.project.settings import AshDomains, Setting, lines


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Lines to add to a file, and why."""

    path: str
    lines: tuple[str, ...]
    why: str


def advise(
    project: Project,
    repo: Repo | None,
    plan: Plan,
    server_version: int | None,
    obsolete: Collection[str] = (),
) -> tuple[Advice, ...]:
    """Return what is still missing for the planned resources to compile and to be left alone.

    `server_version` is as `server_version_num` has it, None when it is not the team's server's.
    `obsolete` are domains that the configuration need not list any more.
    """
    written = {item.resource.domain for item in plan.resources if item.written}
    return tuple(
        Advice(path=need.path, lines=lines(_without(need.setting, obsolete)), why=need.why)
        for need in needs_of(project, repo, written, plan.extensions, server_version)
    )


def _without(setting: Setting, obsolete: Collection[str]) -> Setting:
    if not isinstance(setting, AshDomains):
        return setting
    present = tuple(module for module in setting.present if module not in obsolete)
    return msgspec.structs.replace(setting, present=present)
