"""The project's own files: configuration, dependencies, domains, formatter settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ash_scaffold.doctor.checks.missing import missing
from ash_scaffold.doctor.facts import Facts
from ash_scaffold.doctor.model import Check, Group, Status, from_problem
from ash_scaffold.doctor.needs import dependencies, needs, own_domains
from ash_scaffold.project.settings import AshDomains, ImportDeps

# The versions whose behaviour the generated modules are made for.
_MADE_FOR = {"ash": (3, 32), "ash_postgres": (2, 12)}
_REQUIREMENTS = {"ash": "~> 3.32", "ash_postgres": "~> 2.12"}
_NUMBERS = re.compile(r"(\d+)\.(\d+)")


def project_checks(facts: Facts) -> Iterator[Check]:
    """Judge what lies beside mix.exs."""
    yield from _config_file(facts)
    for package in _MADE_FOR:
        yield _dependency(facts, package)
    yield from _sources(facts)
    yield from _domains(facts)
    yield from _formatter(facts)


def _check(name: str, status: Status, what: str, todo: str = "", path: str = "") -> Check:
    return Check(group=Group.PROJECT, name=name, status=status, what=what, todo=todo, path=path)


def _config_file(facts: Facts) -> Iterator[Check]:
    name = "config-file"
    if facts.config_problems:
        for problem in facts.config_problems:
            yield from_problem(Group.PROJECT, name, problem)
    elif facts.config_there:
        yield _check(name, Status.OK, "ash_scaffold.toml is valid.")
    else:
        yield _check(
            name,
            Status.OK,
            "There is no ash_scaffold.toml; the defaults hold.",
            "`ash-scaffold init` proposes one.",
        )


def _dependency(facts: Facts, package: str) -> Check:
    name = f"{package}-version".replace("_", "-")
    locked = facts.project.versions.get(package)
    if locked is not None:
        found = _NUMBERS.match(locked)
        made_for = _MADE_FOR[package]
        if found is not None and (int(found[1]), int(found[2])) < made_for:
            wanted = ".".join(map(str, made_for))
            return _check(
                name,
                Status.WARNING,
                f"{package} is {locked}; what is generated is made for {wanted} and newer.",
                f"Run `mix deps.update {package}`.",
                "mix.lock",
            )
        return _check(name, Status.OK, f"{package} {locked}.")
    there = dependencies(facts.project)
    if not there:
        return _check(
            name,
            Status.WARNING,
            f"Whether {package} is a dependency is not known: mix.exs lists none readably.",
        )
    if package not in there:
        mix_file = f"{facts.project.app.path}/mix.exs".lstrip("/")
        return Check(
            group=Group.PROJECT,
            name=name,
            status=Status.ERROR,
            what=f"{package} is not among the dependencies.",
            todo="Add it to `deps`, and run `mix deps.get`; only then can --fix add the rest.",
            path=mix_file,
            lines=(f'{{:{package}, "{_REQUIREMENTS[package]}"}}',),
        )
    if facts.lock_there:
        return _check(name, Status.OK, f"{package} is a dependency, not one of Hex's versions.")
    return _check(
        name,
        Status.WARNING,
        f"The version of {package} is not known: there is no mix.lock.",
        "Run `mix deps.get`, and commit mix.lock.",
    )


def _sources(facts: Facts) -> Iterator[Check]:
    for broken in facts.project.unparsed:
        yield _check(
            "sources",
            Status.WARNING,
            f"Line {broken.line} is not Elixir, so what the file defines is not known: "
            f"{broken.text}",
            "Mend it.",
            broken.path,
        )


def _domains(facts: Facts) -> Iterator[Check]:
    name, config, own = "ash-domains", facts.project.config, own_domains(facts.project)
    need = next((n for n in needs(facts) if isinstance(n.setting, AshDomains)), None)
    if need is not None and isinstance(need.setting, AshDomains):
        names = ", ".join(need.setting.missing)
        yield missing(Group.PROJECT, name, Status.WARNING, f"ash_domains lacks {names}", need)
    elif not config.domains_readable:
        yield _check(
            name,
            Status.WARNING,
            "ash_domains is not a list of modules as it stands, so it could not be looked at.",
            f"Make sure that it has {', '.join(own)}." if own else "",
            config.domains_path or "",
        )
    elif own:
        said = "the one domain" if len(own) == 1 else f"all {len(own)} domains"
        yield _check(name, Status.OK, f"ash_domains has {said}.")
    else:
        yield _check(name, Status.OK, "There are no domains yet.")


def _formatter(facts: Facts) -> Iterator[Check]:
    name = "import-deps"
    need = next((n for n in needs(facts) if isinstance(n.setting, ImportDeps)), None)
    if need is not None and isinstance(need.setting, ImportDeps):
        names = " and ".join(f":{dep}" for dep in need.setting.missing)
        yield missing(Group.PROJECT, name, Status.WARNING, f"import_deps lacks {names}", need)
    else:
        yield _check(name, Status.OK, "import_deps has :ash and :ash_postgres.")
