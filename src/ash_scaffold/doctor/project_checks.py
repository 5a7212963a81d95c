"""Checks of Elixir, the mix project and its snapshots: they judge facts and look at nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ash_scaffold.ash.requirements import (
    MERGE_FIXED,
    MERGE_SERVER,
    MERGE_VERSIONS,
    REQUIREMENTS,
    TENANCY_FIXES,
    Feature,
    UsedRequirement,
    lower_bound,
    named,
    parse_version,
)
from ash_scaffold.doctor.facts import Facts
from ash_scaffold.doctor.fix import dependencies, needs, own_domains, repo_of
from ash_scaffold.doctor.machine import Snapshots
from ash_scaffold.doctor.report import Check, Group, check, from_problem, missing, skipped
from ash_scaffold.problem import Severity
from ash_scaffold.project.local_identity import FOLDER as LOCAL
from ash_scaffold.project.local_identity import IGNORE_PATH
from ash_scaffold.project.settings import AshDomains, ImportDeps
from ash_scaffold.project.snapshot import FOLDER as SNAPSHOTS
from ash_scaffold.report.groups import SHOWN

# `~> 1.17`, `>= 1.15.0`: what mix.exs asks for, as far as it is a lower bound.
_BOUND = re.compile(r"\s*(?:~>|>=)\s*(\d+)\.(\d+)")
_NUMBERS = re.compile(r"(\d+)\.(\d+)")


def elixir_checks(facts: Facts) -> Iterator[Check]:
    """Check that mix can be run and formats."""
    found = facts.elixir
    if found.version is None:
        fault = f"mix can't be run: {found.fault}." if found.fault else ""
        yield check(
            Group.ELIXIR,
            "mix",
            Severity.WARNING,
            fault or "There is no mix on the PATH.",
            todo="Install Elixir, or format the files with `mix format` where it is.",
        )
        yield skipped(
            Group.ELIXIR,
            "mix-format",
            "Formatting was not tried without mix.",
        )
        return
    yield _elixir_version(found.version, facts.elixir_wanted)
    if facts.formatter:
        for problem in facts.formatter:
            yield from_problem(Group.ELIXIR, "mix-format", problem)
        return
    yield check(Group.ELIXIR, "mix-format", Severity.NOTE, "mix format works.")


def _elixir_version(version: str, wanted: str) -> Check:
    there, bound = _NUMBERS.match(version), _BOUND.match(wanted)
    if there is not None and bound is not None and _pair(there) < _pair(bound):
        return check(
            Group.ELIXIR,
            "mix",
            Severity.WARNING,
            f"Elixir is {version}, and mix.exs asks for {wanted}.",
            todo="It can format, but not compile the project.",
        )
    return check(Group.ELIXIR, "mix", Severity.NOTE, f"Elixir {version}.")


def _pair(found: re.Match[str]) -> tuple[int, int]:
    return int(found[1]), int(found[2])


def project_checks(facts: Facts) -> Iterator[Check]:
    """Check configuration, dependencies, sources and settings."""
    yield from _config_file(facts)
    for package in dict.fromkeys(each.package for each in REQUIREMENTS):
        yield _dependency(facts, package)
    yield from _upserts(facts)
    yield from _tenancy(facts)
    yield from _sources(facts)
    yield from _domains(facts)
    yield from _formatter(facts)


def _config_file(facts: Facts) -> Iterator[Check]:
    name = "config-file"
    if facts.config_problems:
        for problem in facts.config_problems:
            yield from_problem(Group.PROJECT, name, problem)
    elif facts.config_there:
        yield check(Group.PROJECT, name, Severity.NOTE, "ash_scaffold.toml is valid.")
    else:
        yield check(
            Group.PROJECT,
            name,
            Severity.NOTE,
            "There is no ash_scaffold.toml; the defaults hold.",
            "`ash-scaffold init` proposes one.",
        )


def _dependency(facts: Facts, package: str) -> Check:
    name = f"{package}-version".replace("_", "-")
    used = _needed(facts, package)
    needed = used.requirement
    special = needed.feature is not Feature.RESOURCE
    locked = facts.project.versions.get(package)
    if locked is not None:
        found = parse_version(locked)
        if found is None or found >= needed.least:
            return check(Group.PROJECT, name, Severity.NOTE, f"{package} {locked}.")
        return check(
            Group.PROJECT,
            name,
            Severity.ERROR if special else Severity.WARNING,
            f"{package} is {locked}; {needed.feature} ({named(used.columns)}) need "
            f"{needed.version} or newer: {needed.why}."
            if special
            else f"{package} is {locked}; what is generated is made for {needed.version} and "
            "newer.",
            f"Run `mix deps.update {package}`"
            + (", with this requirement in mix.exs:" if special else "."),
            path=_mix_file(facts) if special else "mix.lock",
            lines=(_line(used),) if special else (),
        )
    there = dependencies(facts.project)
    if not there:
        return check(
            Group.PROJECT,
            name,
            Severity.WARNING,
            f"Whether {package} is a dependency is unknown: the list in mix.exs can't be read.",
            _least(used),
        )
    if package not in there:
        return check(
            Group.PROJECT,
            name,
            Severity.ERROR,
            f"{package} is not among the dependencies.",
            todo="Add it to `deps`, and run `mix deps.get`; only then can --fix add the rest.",
            path=_mix_file(facts),
            lines=(_line(used),),
        )
    if facts.lock_there:
        return check(
            Group.PROJECT,
            name,
            Severity.NOTE,
            f"{package} is a dependency, not one of Hex's versions.",
            _least(used),
        )
    return _unlocked(facts, name, used)


def _unlocked(facts: Facts, name: str, used: UsedRequirement) -> Check:
    """Judge a dependency without a lock by the least version that mix.exs admits."""
    package = used.requirement.package
    bounds = [
        lower_bound(app.requirements[package])
        for app in facts.project.apps
        if package in app.requirements
    ]
    admitted = any(bound is not None and bound >= used.requirement.least for bound in bounds)
    what = f"The version of {package} is not known: there is no mix.lock."
    todo = "Run `mix deps.get`, and commit mix.lock."
    if admitted or used.requirement.feature is Feature.RESOURCE:
        return check(Group.PROJECT, name, Severity.WARNING, what, todo)
    return check(
        Group.PROJECT,
        name,
        Severity.WARNING,
        what,
        f"{_least(used)} {todo}",
        path=_mix_file(facts),
        lines=(_line(used),),
    )


def _needed(facts: Facts, package: str) -> UsedRequirement:
    return next(each for each in facts.requirements if each.requirement.package == package)


def _least(used: UsedRequirement) -> str:
    needed = used.requirement
    if needed.feature is Feature.RESOURCE:
        return ""
    return (
        f"Its version has to be {needed.version} or newer for {needed.feature} "
        f"({named(used.columns)})."
    )


def _mix_file(facts: Facts) -> str:
    return f"{facts.project.app.path}/mix.exs".lstrip("/")


def _line(used: UsedRequirement) -> str:
    return f'{{:{used.requirement.package}, "{used.requirement.constraint}"}}'


def _upserts(facts: Facts) -> Iterator[Check]:
    """Check that upserts are not sent as MERGE by a version in which that is not atomic."""
    locked, repo = facts.project.versions.get("ash_postgres"), repo_of(facts)
    version = None if locked is None else parse_version(locked)
    if version is None or not MERGE_VERSIONS[0] <= version <= MERGE_VERSIONS[1]:
        return
    server = facts.server
    major = server.database.server_version // 10000 if server is not None and server.live else 0
    stated = None if repo is None or repo.min_pg_version is None else repo.min_pg_version
    minimum = major if stated is None else int(stated.partition(".")[0])
    if max(major, minimum) < MERGE_SERVER:
        return
    name, update = "upserts", f"Update to ash_postgres {MERGE_FIXED} or newer"
    if minimum < MERGE_SERVER or not facts.project.config.merge_upserts:
        why = (
            "`upsert_with_merge?` is false"
            if minimum >= MERGE_SERVER
            else f"min_pg_version is {stated}"
        )
        yield check(
            Group.PROJECT,
            name,
            Severity.NOTE,
            f"Upserts are atomic, since {why}: ash_postgres {locked} would send them to PostgreSQL "
            f"{MERGE_SERVER} and newer as MERGE, which is not.",
            f"{update} before that changes.",
        )
        return
    yield check(
        Group.PROJECT,
        name,
        Severity.WARNING,
        f"Upserts are not atomic: ash_postgres {locked} sends them to PostgreSQL {MERGE_SERVER} "
        "and newer (by min_pg_version) as MERGE, and of two at once the second fails with a unique "
        "violation.",
        f"{update}; until then, where nothing reads the metadata `:upsert_action`:",
        "config/config.exs",
        ("config :ash_postgres, upsert_with_merge?: false",),
    )


def _tenancy(facts: Facts) -> Iterator[Check]:
    """Check that faults which concern tenants are mended, where the configuration has some."""
    if facts.config.tenancy is None:
        return
    for package in dict.fromkeys(each.package for each in TENANCY_FIXES):
        name = f"{package}-tenancy".replace("_", "-")
        locked = facts.project.versions.get(package)
        version = None if locked is None else parse_version(locked)
        needed = [each for each in TENANCY_FIXES if each.package == package]
        least = max(needed, key=lambda each: each.fixed)
        if version is None:
            yield check(
                Group.PROJECT,
                name,
                Severity.WARNING,
                f"Which version of {package} runs is not known: for tenants it has to be "
                f"{least.version} or newer ({', '.join(each.advisory for each in needed)}).",
            )
            continue
        lacking = [each for each in needed if version < each.fixed]
        if not lacking:
            what = f"{package} {locked} keeps tenants apart, as far as is known."
            yield check(Group.PROJECT, name, Severity.NOTE, what)
            continue
        faults = "".join(f": {each.fault}" for each in lacking if each.fault)
        yield check(
            Group.PROJECT,
            name,
            Severity.ERROR,
            f"{package} is {locked}, and has faults that concern tenants "
            f"({', '.join(each.advisory for each in lacking)}){faults}.",
            f"Update to {package} {least.version} or newer: `mix deps.update {package}`.",
            path="mix.lock",
        )


def _sources(facts: Facts) -> Iterator[Check]:
    for broken in facts.project.unparsed:
        yield check(
            Group.PROJECT,
            "sources",
            Severity.WARNING,
            f"Line {broken.line} is not Elixir, so what the file defines is not known: "
            f"{broken.text}"
            if broken.line
            else f"{broken.what}, so what it defines is not known.",
            broken.todo,
            broken.path,
        )


def _domains(facts: Facts) -> Iterator[Check]:
    name, config, own = "ash-domains", facts.project.config, own_domains(facts.project)
    need = next((n for n in needs(facts) if isinstance(n.setting, AshDomains)), None)
    if need is not None and isinstance(need.setting, AshDomains):
        lacking = need.setting.missing
        names = ", ".join(lacking[:SHOWN])
        if len(lacking) > SHOWN:
            names += f" and {len(lacking) - SHOWN} more"
        yield missing(Group.PROJECT, name, Severity.WARNING, f"ash_domains lacks {names}", need)
    elif not config.domains_readable:
        yield check(
            Group.PROJECT,
            name,
            Severity.WARNING,
            "ash_domains is written in a way that can't be read.",
            f"Make sure that it has {', '.join(own)}." if own else "",
            config.domains_path or "",
        )
    elif own:
        listed = "the one domain" if len(own) == 1 else f"all {len(own)} domains"
        yield check(Group.PROJECT, name, Severity.NOTE, f"ash_domains has {listed}.")
    else:
        yield check(Group.PROJECT, name, Severity.NOTE, "There are no domains yet.")


def _formatter(facts: Facts) -> Iterator[Check]:
    name = "import-deps"
    need = next((n for n in needs(facts) if isinstance(n.setting, ImportDeps)), None)
    if need is not None and isinstance(need.setting, ImportDeps):
        names = " and ".join(f":{dep}" for dep in need.setting.missing)
        yield missing(Group.PROJECT, name, Severity.WARNING, f"import_deps lacks {names}", need)
    else:
        yield check(Group.PROJECT, name, Severity.NOTE, "import_deps has :ash and :ash_postgres.")


def snapshot_checks(facts: Facts) -> Iterator[Check]:
    """Judge whether the snapshots can be read and are shared."""
    if facts.interrupted:
        yield check(
            Group.SNAPSHOTS,
            "interrupted",
            Severity.WARNING,
            "An earlier run was interrupted while it wrote.",
            "The next one that writes finishes it: ash-scaffold resources",
        )
    if facts.snapshot_problems:
        for problem in facts.snapshot_problems:
            yield from_problem(Group.SNAPSHOTS, "readable", problem)
    elif not facts.snapshots:
        yield check(
            Group.SNAPSHOTS, "readable", Severity.NOTE, f"There are none in {SNAPSHOTS} yet."
        )
        return
    else:
        yield check(
            Group.SNAPSHOTS, "readable", Severity.NOTE, f"All {facts.snapshots} can be read."
        )
    if facts.git is None:
        yield skipped(
            Group.SNAPSHOTS,
            "committed",
            "Whether they are committed was not looked at: git has no repository here.",
        )
        return
    yield _committed(facts.git)
    yield _local_identity(facts.git, there=facts.local_there)


def _committed(git: Snapshots) -> Check:
    name = "committed"
    if git.ignored:
        return check(
            Group.SNAPSHOTS,
            name,
            Severity.ERROR,
            f"git ignores {SNAPSHOTS}: others could not regenerate without losing edits.",
            "Add this behind the rule that does so:",
            ".gitignore",
            (f"!/{SNAPSHOTS}/",),
        )
    count = len(git.untracked) + len(git.changed)
    if count:
        return check(
            Group.SNAPSHOTS,
            name,
            Severity.WARNING,
            f"Not committed as they are now: {count}.",
            "Commit them with the modules that they belong to:",
            lines=(f"git add {SNAPSHOTS}",),
        )
    return check(Group.SNAPSHOTS, name, Severity.NOTE, "They are committed.")


def _local_identity(git: Snapshots, *, there: bool) -> Check:
    name = "local-identity"
    if git.local_tracked:
        return check(
            Group.SNAPSHOTS,
            name,
            Severity.ERROR,
            f"{LOCAL} is committed, though its files are of one machine's databases.",
            "Take it out of git; the files stay:",
            lines=(f"git rm -r --cached {LOCAL}",),
        )
    if there and not git.local_ignored:
        return check(
            Group.SNAPSHOTS,
            name,
            Severity.WARNING,
            f"git does not ignore {LOCAL}, whose files are of one machine's databases.",
            path=IGNORE_PATH,
            lines=("*",),
        )
    return check(
        Group.SNAPSHOTS,
        name,
        Severity.NOTE,
        f"git ignores {LOCAL}." if there else f"There is no {LOCAL}.",
    )
