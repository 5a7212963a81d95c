"""What is in a database and what it maps to, whether or not there is a mix project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from ash_scaffold.ash.attributes import AttributePlanner
from ash_scaffold.ash.column_types import ColumnTypes, type_mapper
from ash_scaffold.ash.draft import TableAttributes
from ash_scaffold.ash.ecto_types import CallableCode
from ash_scaffold.ash.hints import Legacy
from ash_scaffold.ash.keys import Keys, PrimaryKey, find_keys, table_key
from ash_scaffold.ash.model import Attribute
from ash_scaffold.ash.module_names import NamedResource, named_resources
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.scope import Options, plan_scope
from ash_scaffold.ash.type_mapper import TypeMapper
from ash_scaffold.ash.virtual_keys import configured_keys, legacy_keys
from ash_scaffold.config import Config, Resolver, load_config
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.legacy.files import source_files
from ash_scaffold.legacy.usage import User, unread_problems
from ash_scaffold.legacy.usage import usage as table_users
from ash_scaffold.postgres.catalog import Column, Database, Name, Table
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.migrations import NO_MIGRATIONS, find_migrations
from ash_scaffold.project.mix_project import App, Project
from ash_scaffold.project.read import read_project
from ash_scaffold.project.read_state import choose_repo, has_geo_postgis, project_state
from ash_scaffold.project.snapshot import Snapshot, owned_tables, read_snapshots
from ash_scaffold.session import (
    OpenProject,
    SourceOptions,
    behind_problems,
    matching_tables,
    open_database,
    read_database,
    read_hints,
    refused_problems,
    schemas_in,
    source_problems,
)
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Keyword

# The namespace that support types are shown in where there is no project.
_APP = "App"
_NAME_IT = "To look elsewhere, name the folder of the legacy code: --legacy DIR."


class ColumnView(msgspec.Struct, frozen=True, kw_only=True):
    """A column and what it becomes. `attribute` and `ash_type` are None where it has none.

    `why` is the reason for the type, or for there being none; `risks` are values that would
    not survive.
    """

    name: str
    type: str
    nullable: bool
    default: str | None = None
    attribute: str | None = None
    ash_type: str | None = None
    constraints: str = ""
    primary_key: bool = False
    why: str = ""
    risks: tuple[str, ...] = ()


class TableView(msgspec.Struct, frozen=True, kw_only=True):
    """A relation with its columns in order; `usage` is unset without `--usage`.

    `resource` is the module that it has or would get, the last segment alone where no domain is
    known for it, None where the configuration leaves it out; `resource_why` says how it is
    named. `owned_by_ash` says whether Ash migrates the table, `per_tenant` whether the schema of
    each tenant has one.
    """

    schema: str
    name: str
    kind: str
    resource: str | None = None
    resource_why: str = ""
    owned_by_ash: bool = False
    per_tenant: bool = False
    primary_key: tuple[str, ...]
    columns: tuple[ColumnView, ...]
    usage: tuple[User, ...] | msgspec.UnsetType = msgspec.UNSET


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """The tables that were asked for, and the problems of mapping them to Ash.

    `reading` are those of the problems that the reading of database and legacy code met. `template`
    is the schema that tables of each tenant were read from, `tenant_schemas` are the others.
    """

    source: str
    tables: tuple[TableView, ...]
    problems: tuple[Problem, ...]
    reading: tuple[Problem, ...]
    other_schemas: tuple[tuple[str, int], ...]
    template: str = ""
    tenant_schemas: tuple[str, ...] = ()


def inspect(
    options: SourceOptions,
    *,
    tables: tuple[str, ...] = (),
    usage: bool = False,
    announce: Callable[[str], None] = lambda _sentence: None,
) -> Inspection:
    """Read a database and map it, with the project's configuration if there is one.

    `tables` are patterns, all tables without one. With `usage` each table has its users too.
    `announce` gets each phase as it begins.
    Raises `ScaffoldError` when the database can't be read, no table is meant, or usage is asked for
    where there is no legacy code.
    """
    project = _project(options, usage=usage)
    config = Config() if project is None else load_config(project.root)
    if usage:
        _require_enabled(options, config)
    code = _outside(options) if project is None else project
    hints = _hints(options, code, config, mix_project=project is not None)
    if usage:
        _require_code(code, hints)
    repo = choose_repo(code, options.repo, config)
    opened = OpenProject(
        options=options,
        project=code,
        config=config,
        snapshots={},
        hints=hints,
        migrations=NO_MIGRATIONS if repo is None else find_migrations(code, repo),
    )
    announce("Reading the database")
    with open_database(opened, announce) as source:
        database = read_database(opened, source, schemas_in(tables))
    refused, _unknown = refused_problems(source, database, config)
    problems = (*behind_problems(opened, database), *source.problems, *refused)
    with source_problems(problems):
        names = (
            matching_tables(tables, database) if tables else [each.name for each in database.tables]
        )
    geo = project is not None and has_geo_postgis(project)
    app = _APP if project is None else project.app.namespace
    views, found = inspect_database(
        database, Resolver(config), app, names, Legacy(hints.schemas), geo_postgis=geo
    )
    snapshots = {} if project is None else _snapshots(project)
    resources = _resources(
        database,
        Resolver(config),
        _state(code, hints, repo, snapshots, mix_project=project is not None),
    )
    owned = owned_tables(snapshots.values())
    views = tuple(_with_resource(view, resources, owned) for view in views)
    if usage:
        # Every table is looked for: a name without its schema may mean one that is not shown.
        users = table_users(code, hints, (table.name for table in database.tables))
        views = tuple(
            msgspec.structs.replace(view, usage=users[Name(view.schema, view.name)])
            for view in views
        )
        problems = (*problems, *unread_problems(hints))
    return Inspection(
        source=source.description,
        tables=views,
        problems=tuple(sorted((*problems, *found), key=Problem.sort_key)),
        reading=tuple(sorted(problems, key=Problem.sort_key)),
        other_schemas=database.other_schemas,
        template=database.template,
        tenant_schemas=database.tenant_schemas,
    )


def _snapshots(project: Project) -> Mapping[str, Snapshot]:
    """Read the snapshots; the run of `resources` says what is wrong with them."""
    try:
        return read_snapshots(project.root)
    except ScaffoldError:
        return {}


def _state(
    project: Project,
    hints: Hints,
    repo: str | None,
    snapshots: Mapping[str, Snapshot],
    *,
    mix_project: bool,
) -> ProjectState:
    """Return the state of the project, as far as the names of resources need it."""
    if not mix_project:
        return ProjectState(app=_APP, repo="", legacy=hints.schemas)
    return project_state(project, hints.schemas, repo or "", snapshots)


def _resources(
    database: Database, config: Resolver, state: ProjectState
) -> dict[Name, NamedResource]:
    """Name the resource of each table that the configuration does not leave out.

    A table that is in no domain is named as in the context of its Ecto schema, which gives only
    the last segment.
    """
    scope = plan_scope(database, state, config, Options())
    legacy = Legacy(state.legacy)
    contexts = {
        name: next((each.context for each in legacy.schemas(name)), "") or state.app
        for name in scope.unassigned
    }
    tables = [table.name for table in database.tables]
    try:
        found = named_resources({**contexts, **scope.domains}, state, config, tables)
    except ScaffoldError:
        # The run of `resources` says what is wrong with the configuration.
        return {}
    return {
        name: msgspec.structs.replace(each, module=each.module.rpartition(".")[2])
        if name in contexts
        else each
        for name, each in found.items()
    }


def _with_resource(
    view: TableView, resources: Mapping[Name, NamedResource], owned: Collection[Name]
) -> TableView:
    name = Name(view.schema, view.name)
    found = resources.get(name)
    if found is None:
        return view
    return msgspec.structs.replace(
        view, resource=found.module, resource_why=found.why, owned_by_ash=name in owned
    )


def _project(options: SourceOptions, *, usage: bool) -> Project | None:
    try:
        return read_project(options.folder)
    except ScaffoldError as error:
        if error.problems[0].code is not Code.NOT_A_MIX_PROJECT:
            raise
        if usage:
            _require_option(options, error)
        return None


def _outside(options: SourceOptions) -> Project:
    """Stand in for a project where there is none."""
    app = App(name="", path="", namespace=_APP, lib=())
    return Project(root=options.folder.absolute(), app=app, apps=(app,), modules={})


def _hints(options: SourceOptions, project: Project, config: Config, *, mix_project: bool) -> Hints:
    """Read the legacy code, outside of a mix project only where the option names it."""
    if options.legacy is None and not mix_project:
        return Hints()
    return read_hints(project, config, options)


def _require_enabled(options: SourceOptions, config: Config) -> None:
    """Refuse usage where the options or the configuration leave the legacy code out.

    Raises `ScaffoldError`.
    """
    if not options.use_legacy:
        raise fail(
            Code.USAGE,
            "--usage looks through the legacy code, which --no-legacy leaves out.",
            where="--usage",
            todo="Take one of the two away.",
        )
    if options.legacy is None and config.legacy is False:
        raise fail(
            Code.USAGE,
            "--usage looks through the legacy code, which the configuration leaves out.",
            where="legacy of ash_scaffold.toml",
            todo=_NAME_IT,
        )


def _require_option(options: SourceOptions, error: ScaffoldError) -> None:
    """Refuse usage outside of a mix project, unless an option names the code.

    `error` has the problems of the project. Raises `ScaffoldError`.
    """
    _require_enabled(options, Config())
    if options.legacy is None:
        raise ScaffoldError(
            *(
                msgspec.structs.replace(problem, todo=f"{problem.todo} {_NAME_IT}".lstrip())
                for problem in error.problems
            )
        )


def _require_code(project: Project, hints: Hints) -> None:
    """Refuse usage without any source file.

    Raises `ScaffoldError`.
    """
    if next(source_files(project, hints.folder), None) is None:
        raise fail(
            Code.USAGE,
            "There is no legacy code to look through: no .ex file was found.",
            where="--usage",
            todo=_NAME_IT,
        )


def inspect_database(
    database: Database,
    config: Resolver,
    app: str,
    tables: Iterable[Name],
    legacy: Legacy,
    *,
    geo_postgis: bool,
) -> tuple[tuple[TableView, ...], list[Problem]]:
    """Map every column of the given tables as a run for the application would."""
    wanted = set(tables)
    types = type_mapper(database, f"{app}.Types", config, legacy, geo_postgis=geo_postgis)
    keys = _keys(database, types, config, legacy)
    code = CallableCode(None)
    planner = AttributePlanner(
        ColumnTypes(types, keys, config, legacy, code), keys, config, {}, legacy
    )
    views: list[TableView] = []
    problems: list[Problem] = []
    for table in database.tables:
        if table.name in wanted:
            key = table_key(table, config, legacy)
            planned = planner.plan(table, key)
            views.append(_table(table, key, planned))
            problems += planned.problems
    return tuple(views), problems


def _keys(database: Database, types: TypeMapper, config: Resolver, legacy: Legacy) -> Keys:
    configured = configured_keys(database, config)
    configured += legacy_keys(database, legacy, configured)
    return find_keys(database, types, config, [each.key for each in configured], legacy)


def _table(table: Table, key: PrimaryKey | None, planned: TableAttributes) -> TableView:
    by_column = planned.by_column()
    problems = {problem.where: problem for problem in planned.problems}
    return TableView(
        schema=table.name.schema,
        name=table.name.name,
        kind=table.kind.value,
        per_tenant=table.per_tenant,
        primary_key=key.columns if key is not None else (),
        columns=tuple(
            _column(column, by_column.get(column.name), planned, problems, table.name)
            for column in table.columns
        ),
    )


def _column(
    column: Column,
    attribute: Attribute | None,
    planned: TableAttributes,
    problems: dict[str, Problem],
    table: Name,
) -> ColumnView:
    view = ColumnView(
        name=column.name,
        type=type_text(column.type),
        nullable=not column.not_null,
        default=column.default,
    )
    problem = problems.get(f"{table}.{column.name}")
    if attribute is None:
        why = f"{problem.what} {problem.todo}".strip() if problem is not None else ""
        return msgspec.structs.replace(view, why=why)
    mapped = planned.mapped[column.name]
    return msgspec.structs.replace(
        view,
        attribute=attribute.name,
        ash_type=flat(attribute.type),
        constraints=flat(Keyword(attribute.constraints))[1:-1],
        primary_key=attribute.primary_key,
        why=mapped.why,
        risks=tuple(risk.value for risk in mapped.risks),
    )
