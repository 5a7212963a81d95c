"""The options of `resources`, and the errors for those that can't be followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.scope import Options, Scope
from ash_scaffold.config import table_pattern
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.regular_file import is_folder
from ash_scaffold.session import (
    OpenProject,
    Session,
    SourceOptions,
    invalid_module_names,
    open_project,
)
from ash_scaffold.toml_text import quoted

_WIDE = 80  # characters: a longer list of tables is written one a line


class ResourcesOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of `resources`; `tables` and `exclude` are patterns.

    `behind` takes a database as it is that lacks migrations of the project. `run_project` lets
    the formatter run code of the project, where its settings can't be read. `begun` leaves out
    domains of which the project has nothing yet.
    """

    source: SourceOptions
    domain: str | None = None
    tables: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    actions: str | None = None
    layout: str | None = None
    out: str | None = None
    templates: Path | None = None
    use_formatter: bool = True
    run_project: bool = True
    adopt_context: bool = False
    prune: bool = False
    refresh_style: bool = False
    behind: bool = False
    begun: bool = False

    @property
    def planning(self) -> Options:
        """The options of the plan."""
        return Options(
            domain=self.domain,
            tables=self.tables,
            exclude=self.exclude,
            adopt_context=True if self.adopt_context else None,
            begun=self.begun,
        )


def open_with(options: ResourcesOptions) -> OpenProject:
    """Open the project, its configuration with the options of the command line.

    Raises `ScaffoldError` for options that are wrong whatever the database holds.
    """
    _require_options(options)
    opened = open_project(options.source, domain=options.domain)
    given = {"actions": options.actions, "out": options.out, "layout": options.layout}
    changes = {name: value for name, value in given.items() if value is not None}
    config = msgspec.structs.replace(opened.config, **changes)
    opened = msgspec.structs.replace(opened, config=config)
    templates = templates_of(options, opened)
    if templates is not None and not is_folder(templates):
        raise fail(
            Code.TEMPLATE_ERROR,
            "There is no such folder of templates.",
            where=str(templates),
            todo="Name a folder laid out as templates/elixir of ash-scaffold.",
        )
    if options.templates is None and templates is not None:
        _require_inside(templates, opened.project.root)
    return opened


def _require_inside(templates: Path, root: Path) -> None:
    """Refuse a folder that a repository's configuration names, and that leads out of it."""
    if not templates.resolve().is_relative_to(root.resolve()):
        raise fail(
            Code.TEMPLATE_ERROR,
            "The configuration's folder of templates is a link that leaves the project.",
            where=str(templates),
            todo="Put the templates into the project, or give the folder with --templates.",
        )


def templates_of(options: ResourcesOptions, opened: OpenProject | Session) -> Path | None:
    """Return the folder of templates, None for the packaged ones alone."""
    if options.templates is not None or not opened.config.templates:
        return options.templates
    return opened.project.root / opened.config.templates


def _require_options(options: ResourcesOptions) -> None:
    problems = invalid_module_names(
        ("--domain", options.domain, "App.Accounts"), ("--repo", options.source.repo, "App.Repo")
    )
    if options.out is not None and not _stays_inside(options.out):
        problems.append(
            Code.NOT_WRITABLE.at(
                "--out",
                f"{quoted(options.out)} is not a folder inside the project.",
                todo="Give a path relative to the folder of mix.exs, without `..`.",
            )
        )
    if problems:
        raise ScaffoldError(*problems)


def _stays_inside(text: str) -> bool:
    path = PurePosixPath(text)
    return bool(text) and not path.is_absolute() and ".." not in path.parts


def require_tables(session: Session, scope: Scope, options: ResourcesOptions) -> None:
    """Raise `ScaffoldError` for a pattern that fits no table, and when there is nothing to do."""
    database, state = session.database, session.state
    if not database.tables:
        raise fail(
            Code.NO_TABLES,
            f"There are no tables in {' or '.join(database.schemas)}.",
            todo=_other_schemas(database),
        )
    unknown = [
        *(("--table", pattern) for pattern in options.tables if _fits_none(pattern, database)),
        *(("--exclude", pattern) for pattern in options.exclude if _fits_none(pattern, database)),
    ]
    if unknown:
        raise ScaffoldError(*(_unmatched(option, p, database) for option, p in unknown))
    if scope.unmatched:
        left = ", ".join(scope.unmatched)
        raise fail(
            Code.NO_TABLES,
            f"All that fits {left} is left out by --exclude or the configuration.",
            where="--table",
        )
    if scope.written:
        return
    if options.tables and scope.domains.keys() >= _matching(options.tables, database):
        owners = sorted({scope.domains[name] for name in _matching(options.tables, database)})
        raise fail(
            Code.NO_TABLES,
            f"{', '.join(options.tables)} is in {' and '.join(owners)}, not in {options.domain}.",
            where="--table",
            todo=f"Run it with --domain {owners[0]}.",
        )
    if options.domain is None:
        raise fail(
            Code.NO_TABLES,
            "No domain has a table: none is configured and none is in the project.",
            todo="Name one: --domain App.Accounts, or [domains] in ash_scaffold.toml.",
        )
    raise fail(
        Code.NO_TABLES,
        f"No table belongs to {options.domain}: there is none in the configuration, "
        "no resource, and no Ecto schema in a context of that name.",
        where=options.domain,
        todo=_similar_domain(options.domain, scope, state)
        + _proposal(options.domain, scope.unassigned, state),
    )


def _similar_domain(domain: str, scope: Scope, state: ProjectState) -> str:
    contexts = {schema.context for schema in state.legacy if schema.context}
    similar = did_you_mean(domain, {*scope.domains.values(), *contexts})
    return f"{similar} Otherwise:\n" if similar else ""


def _matching(patterns: Iterable[str], database: Database) -> set[Name]:
    compiled = [table_pattern(pattern) for pattern in patterns]
    return {t.name for t in database.tables if any(p.matches(t.name) for p in compiled)}


def _fits_none(pattern: str, database: Database) -> bool:
    return not _matching((pattern,), database)


def _other_schemas(database: Database) -> str:
    if not database.other_schemas:
        return "Is it the right database?"
    names = ", ".join(f"{name} ({count})" for name, count in database.other_schemas)
    return f"Read other schemas with --schema: {names}."


def _unmatched(option: str, pattern: str, database: Database) -> Problem:
    names = [str(table.name) for table in database.tables]
    hint = did_you_mean(pattern, names) or _other_schemas(database)
    return Code.UNKNOWN_NAME.at(option, f"No table fits {pattern}.", todo=hint)


def _proposal(domain: str, tables: Sequence[Name], state: ProjectState) -> str:
    """Propose the lines for ash_scaffold.toml: the tables that no domain has."""
    context = domain.rsplit(".", 1)[-1]
    alike = [s.table for s in state.legacy if s.context.rsplit(".", 1)[-1] == context]
    chosen = [name for name in tables if name in alike] or list(tables)
    if not chosen:
        return "Every table is in a domain already: move some in [domains] of ash_scaffold.toml."
    names = [quoted(str(name)) for name in chosen]
    listed = f"[{', '.join(names)}]"
    if len(listed) > _WIDE:
        listed = "\n".join(("[", *(f"  {name}," for name in names), "]"))
    return (
        "Add this to ash_scaffold.toml, with the tables you want:\n"
        f'[domains."{domain}"]\ntables = {listed}'
    )
