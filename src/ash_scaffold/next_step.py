"""What to do next in a project, by its files alone: no database is asked and no code is run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ash_scaffold.config import FILE_NAME, Config, load_config
from ash_scaffold.counted import counted
from ash_scaffold.generate.missing_settings import needs_of
from ash_scaffold.project.database_places import database_places, how_from, how_to_name_it
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.read import find_root, read_project
from ash_scaffold.project.snapshot import Snapshot, generated_files, read_snapshots


class Step(msgspec.Struct, frozen=True):
    """A command line, and what it is for."""

    command: str
    why: str


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """Where a project stands: the step to take now, and others that make sense in it.

    `database` says how to name one, where neither environment nor configuration does.
    """

    standing: str
    step: Step
    others: tuple[Step, ...]
    database: str = ""


_CHECK = Step("check", "whether database, snapshots and resources still agree")
_SHARED = (
    Step("brief TABLE", "all that somebody needs to port one table"),
    Step("document", "the schema document, brought up to date"),
    Step("verify", "rows read through the compiled resources (runs mix)"),
    Step("doctor", "what Elixir, project, repo and database still lack"),
)
_PLAN = Step("plan", "the slices that the application moves in, and which to begin with")
_UNSEEN = Step("inspect", "every table, and what its columns become")
_DEMO = Step("demo", "the main job on a sample project")


def next_step(folder: Path, environment: Mapping[str, str]) -> NextStep:
    """Return what to do next in the project that `folder` is in.

    Raises `ScaffoldError` where there is no project, and where its configuration or a snapshot
    can't be read.
    """
    root = find_root(folder)
    snapshots = read_snapshots(root)
    project = read_project(folder, generated=generated_files(snapshots))
    config = load_config(root)
    configured = (root / FILE_NAME).exists()
    known = bool(environment.get("DATABASE_URL") or config.url or config.dump)
    repo = config.repo or (project.repo.module if project.repo is not None else None)
    found = NextStep(
        standing=f"{project.app.name}: {_standing(project, config, configured=configured)}",
        step=_init(project, repo, folder, known=known),
        others=(_PLAN, _UNSEEN, _DEMO),
        database="" if known else how_to_name_it(project, repo, folder) or _ANY,
    )
    waiting = _waiting(project, config, snapshots)
    if not project.resources and not config.domains:
        return found
    if not project.resources:
        return msgspec.structs.replace(
            found, step=_first(waiting or [*config.domains]), others=(_PLAN, _UNSEEN, _DEMO)
        )
    further = [Step("plan --next", "the slice of the move that is to be done now")]
    further += [_first(waiting)] if waiting else []
    step, others = _unsettled(project, repo, snapshots), [*further, *_SHARED]
    return msgspec.structs.replace(
        found,
        step=step or _CHECK,
        others=tuple(
            each
            for each in ([_CHECK, *others] if step else others)
            if step is None or each.command != step.command
        ),
    )


_ANY = "--url postgres://user@host/database or --dump FILE"


def _standing(project: Project, config: Config, *, configured: bool) -> str:
    if not configured and not project.resources:
        return f"there is no {FILE_NAME} yet."
    resources = counted(len(project.resources), "resource") if project.resources else "no resource"
    begun = len(project.domains)
    domains = f" in {counted(begun, 'domain')}" if begun else ""
    wanted = f"; {FILE_NAME} has {counted(len(config.domains), 'domain')}" if config.domains else ""
    return f"{resources}{domains}{wanted}."


def _init(project: Project, repo: str | None, folder: Path, *, known: bool) -> Step:
    places = database_places(project, repo)
    option = ""
    if not known and places.dumps:
        option = f" --dump {shlex.quote(how_from(folder, project.root / places.dumps[0]))}"
    return Step(
        f"init{option}", f"proposes {FILE_NAME}: a domain for every table (--dry-run: only shown)"
    )


def _first(domains: Sequence[str]) -> Step:
    name = shlex.quote(domains[0])
    return Step(
        f"resources --domain {name} --dry-run",
        "the resources of one domain, as a diff; without --dry-run they are written",
    )


def _waiting(project: Project, config: Config, snapshots: Mapping[str, Snapshot]) -> list[str]:
    """Return the configured domains of which there is nothing yet, in the file's order."""
    there = {each.module for each in project.domains}
    there |= {each.domain for each in snapshots.values() if each.domain}
    there |= {name.removesuffix(".Domain") for name in there}
    return [name for name in config.domains if name not in there]


def _unsettled(
    project: Project, repo: str | None, snapshots: Mapping[str, Snapshot]
) -> Step | None:
    """Return what comes before anything else where resources are there."""
    conflicts = sum(len(each.unresolved) for each in snapshots.values())
    if conflicts:
        return Step(
            "resources --dry-run",
            f"{counted(conflicts, 'conflict')} of the last run: the three versions of each",
        )
    used = next((each for each in project.repos if each.module == repo), None)
    inside = f"{project.app.path}/" if project.app.path else ""
    domains = [each.module for each in project.domains if each.path.startswith(inside)]
    lacking = needs_of(project, used, domains, (), None)
    depends = {name for app in project.apps for name in app.dependencies}
    if lacking or (depends and not depends >= {"ash", "ash_postgres"}):
        return Step("doctor", "settings that the resources need are missing (--fix adds them)")
    return None
