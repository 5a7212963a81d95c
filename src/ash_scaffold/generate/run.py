"""The run of `resources`: planned, rendered, compared with the files, written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import msgspec

from ash_scaffold import __version__
from ash_scaffold.ash.hints import LegacySchema, memorable
from ash_scaffold.ash.plan import Plan, PlannedResource, plan
from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.ash.scope import Options
from ash_scaffold.ash.tenant_signs import TenantSigns, tenant_signs
from ash_scaffold.config import Config, table_pattern
from ash_scaffold.config.options import Layout
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.adoption import (
    FormerDomains,
    adoption_problems,
    leave_former_domains,
    require_adoptable,
)
from ash_scaffold.generate.dropped import (
    Dropped,
    find_dropped,
    require_deletable,
    unused_types,
)
from ash_scaffold.generate.files import File, Files, contents
from ash_scaffold.generate.missing_settings import Advice, advise
from ash_scaffold.generate.module_versions import Settings
from ash_scaffold.generate.modules import (
    Module,
    SnapshotContent,
    config_digest,
    domains_and_types,
    render_modules,
    resource_module,
)
from ash_scaffold.generate.options import (
    ResourcesOptions,
    open_with,
    require_tables,
    templates_of,
)
from ash_scaffold.generate.owned_tables import owned_problems
from ash_scaffold.generate.regenerate import regenerate
from ash_scaffold.generate.rendered_before import RenderedBefore, Subject, rendered_before
from ash_scaffold.generate.rendered_resources import Resources
from ash_scaffold.legacy.disagreements import disagreement_problems
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.compare import Change, Kind
from ash_scaffold.postgres.facts import CatalogFacts, database_of, facts_of
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail
from ash_scaffold.project.hand_given_names import hand_given_names, without_hand_given_names
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.read_state import find_repo
from ash_scaffold.project.resource_names import (
    PlannedNames,
    names_of_plan,
    names_snapshot,
    with_names,
)
from ash_scaffold.project.schema_changes import SchemaChanges, rename_problems
from ash_scaffold.project.snapshot import FOLDER as SNAPSHOTS
from ash_scaffold.project.snapshot import Ownership, Snapshot, file_stamp
from ash_scaffold.project.write import Lock, Written, write_files
from ash_scaffold.session import Phases, Session, load_session, source_problems

_Layouts: TypeAlias = Callable[[Name], Layout]


class PlannedRun(msgspec.Struct, frozen=True, kw_only=True):
    """What there should be, and the modules whose table was dropped."""

    session: Session
    options: ResourcesOptions
    plan: Plan
    dropped: Dropped


class RenderedRun(msgspec.Struct, frozen=True, kw_only=True):
    """The text of what there should be, before it is compared with the files.

    `old_texts` are modules as this version renders them from the facts of the snapshots, for
    those that another version wrote; `stale` are resources outside the scope that another run
    would change. `before` is what earlier runs have rendered, and this one.
    """

    modules: tuple[Module, ...] = ()
    old_texts: Mapping[str, str] = {}
    stale: tuple[str, ...] = ()
    before: RenderedBefore = RenderedBefore()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found and would write. `timings` are seconds by phase.

    `changes` are those of the database since the snapshots, in the tables that the run writes.
    `with_changesets` are those of these tables whose schema has changesets, in domains that have no
    actions that were made of such. `tenant_signs` are set on a first run, where rows seem to
    belong to tenants and the configuration says nothing of them.
    """

    session: Session
    plan: Plan
    changes: tuple[Change, ...]
    with_changesets: tuple[Name, ...] = ()
    tenant_signs: TenantSigns | None = None
    files: Files
    stale: tuple[str, ...]
    before: RenderedBefore
    advice: tuple[Advice, ...]
    problems: tuple[Problem, ...]
    timings: Mapping[str, float]


def plan_run(session: Session, options: ResourcesOptions) -> PlannedRun:
    """Plan a run. Raises `ScaffoldError` where it has no tables, or a pattern fits none."""
    decided = session.plan(options.planning)
    require_tables(session, decided.scope, options)
    dropped = find_dropped(
        session, decided, _dropped_in_scope(session.schema_changes, options), prune=options.prune
    )
    return PlannedRun(session=session, options=options, plan=decided, dropped=dropped)


def render_run(run: PlannedRun) -> RenderedRun:
    """Render what a run writes. Raises `ScaffoldError` for a template that can't be used."""
    session, changes = run.session, run.session.schema_changes
    renderer = Renderer(templates_of(run.options, session))
    layout = _layouts(session.config, changes)
    old_texts = _old_texts(session, renderer, layout)
    before = (
        rendered_before(session.project.root, session.options.environment)
        if renderer.packaged
        else RenderedBefore()
    )
    modules, keys = _modules(run, renderer, layout, before)
    stale, of_others = _stale(run.plan, changes, old_texts, renderer, layout, before)
    return RenderedRun(
        modules=tuple(modules),
        old_texts=old_texts,
        stale=stale,
        before=before.with_found([*keys, *of_others]),
    )


def prepare(
    options: ResourcesOptions, announce: Callable[[str], None] = lambda _sentence: None
) -> Outcome:
    """Compute everything that a run writes. `announce` gets each phase as it begins.

    Raises `ScaffoldError` for whatever makes the run impossible, also for a table that may have
    been renamed, and for a context that can't be adopted.
    """
    phases = Phases(announce)
    phases.begin("project", "Reading the project")
    opened = open_with(options)
    session = load_session(opened, phases, tables=options.tables, keep_pending=not options.behind)
    with source_problems((*session.behind, *session.problems)):
        return prepare_session(session, options, phases)


def prepare_session(
    session: Session,
    options: ResourcesOptions,
    phases: Phases,
    revise: Callable[[PlannedRun], PlannedRun] = lambda run: run,
    more: Callable[[Renderer, str], Iterable[Module]] = lambda _renderer, _lib: (),
    old_texts: Mapping[str, str] = {},
) -> Outcome:
    """Do as `prepare` with a project and a database that were read.

    `revise` is given the planned run before it is rendered; `more` gives further modules, for the
    folder of new ones, and `old_texts` are those of them that another version wrote, as
    `RenderedRun` has them. A resource whose table Ash owns is left as it is.
    """
    changes, project = session.schema_changes, session.project
    if options.prune and session.unread:
        raise fail(
            Code.USAGE,
            "--prune deletes the modules of dropped tables, and the dump does not say which those "
            "are.",
            where="--prune",
            todo="Read the whole schema first, or leave --prune out.",
        )
    _require_decided(changes)
    run = revise(plan_run(session, options))
    require_adoptable(session, run.plan, options)
    phases.begin("rendering", "Rendering")
    rendered = render_run(run)
    phases.begin("comparing", "Comparing")
    left = {change.table for change in changes.unclear} | session.owned_by_ash
    renderer = Renderer(templates_of(options, session))
    modules = [m for m in rendered.modules if m.table is None or m.table not in left]
    files = regenerate(
        (*modules, *more(renderer, new_modules_folder(session))),
        project,
        changes,
        Settings(
            accepted=session.accepted,
            old_texts={**rendered.old_texts, **old_texts},
            refresh_style=options.refresh_style,
            use_formatter=options.use_formatter,
            run_project=options.run_project,
            planned={item.resource.module: item for item in run.plan.resources},
            names=session.names,
        ),
    )
    written = (*files.files, *run.dropped.files)
    former = leave_former_domains(changes, project, run.plan, written, prune=options.prune)
    unused = unused_types(changes, run.plan, project, written) if options.prune else ()
    every = _all_files(files, run.dropped.files, former.files, unused)
    require_deletable(every.files, project, new_modules_folder(session))
    return Outcome(
        session=session,
        plan=run.plan,
        changes=_changes_in_scope(run),
        files=every,
        stale=rendered.stale,
        before=rendered.before,
        with_changesets=_with_changesets(session, run.plan),
        tenant_signs=_tenant_signs(session, run.plan),
        advice=_advice(session, run.plan, former),
        problems=_sorted(
            _unparsed(project, session.hints),
            disagreement_problems(session.hints, session.database, run.plan),
            session.behind,
            session.problems,
            run.plan.problems,
            rename_problems(changes.unclear),
            run.dropped.problems,
            adoption_problems(session, run.plan, options),
            former.problems,
            owned_problems(session, run.plan),
            files.problems,
        ),
        timings=phases.timings,
    )


def write(lock: Lock, outcome: Outcome) -> Written:
    """Write what `prepare` computed. Raises `ScaffoldError`, with nothing written."""
    files = outcome.files.files
    wanted = all_contents(outcome)
    require_snapshots(outcome, wanted)
    before = {file.path: None if file.before is None else file.before.encode() for file in files}
    written = write_files(lock, wanted, expected=before)
    outcome.before.keep()
    return written


def require_snapshots(outcome: Outcome, wanted: Iterable[str]) -> None:
    """Refuse to go by snapshots when one was changed since, or came, as with `git pull`."""
    session = outcome.session
    read = session.snapshot_stamps
    own = (path for path in wanted if path.startswith(f"{SNAPSHOTS}/") and "/." not in path)
    problems = [
        Code.EDITED_FILE.at(
            path,
            "The snapshot was changed while the run was under way: it stays so, and nothing is "
            "written.",
            todo="Run the command again.",
        )
        for path in sorted({*read, *own})
        if file_stamp(f"{session.project.root}/{path}") != read.get(path)
    ]
    if problems:
        raise ScaffoldError(*problems)


def all_contents(outcome: Outcome) -> dict[str, bytes | None]:
    """Return the bytes of every file to write, None for one to delete."""
    files, session = outcome.files.files, outcome.session
    tables = [file.module.table for file in files if file.module.table is not None]
    return {**contents(files), **session.stored_identity.files(session.database, tables)}


def _require_decided(changes: SchemaChanges) -> None:
    """Stop where a table may have been renamed: the other tables' relationships hang on it."""
    tables = [change for change in changes.unclear if not change.object]
    if tables:
        raise ScaffoldError(*rename_problems(tables))


def _changes_in_scope(run: PlannedRun) -> tuple[Change, ...]:
    """Return the changes in what the run writes, new tables among them but on a first run."""
    session, changes, decided = run.session, run.session.schema_changes, run.plan
    tables = {*decided.scope.written, *(file.module.table for file in run.dropped.files)}
    tables -= session.owned_by_ash
    found = [c for c in changes.changes if c.table is None or c.table in tables]
    if changes.resources:
        there = {*changes.resources, *session.state.resources}
        new = (item for item in decided.resources if item.draft.name not in there)
        found += [
            Change(
                kind=Kind.VIEW_ADDED if item.draft.is_view else Kind.TABLE_ADDED,
                table=item.draft.name,
                after=facts_of(item.draft.table, session.database.types),
            )
            for item in new
            if item.written and item.draft.name in tables
        ]
    return tuple(sorted(found, key=Change.sort_key))


def _all_files(files: Files, *others: Iterable[File]) -> Files:
    every = [*files.files, *(file for group in others for file in group)]
    return Files(
        files=tuple(sorted(every, key=lambda file: (file.path, file.module.name))),
        problems=files.problems,
    )


def _sorted(*groups: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted((p for group in groups for p in group), key=Problem.sort_key))


def _advice(session: Session, decided: Plan, former: FormerDomains) -> tuple[Advice, ...]:
    return advise(
        session.project,
        find_repo(session.project, session.repo),
        decided,
        # A throw-away server's version is not that of the server that the team runs.
        None if session.server else session.database.server_version,
        former.obsolete,
    )


def _unparsed(project: Project, hints: Hints) -> Iterable[Problem]:
    """Give a warning for every source file that can't be parsed."""
    for fault in {file.path: file for file in (*project.unparsed, *hints.unparsed)}.values():
        what = "The file is not valid Elixir" if fault.line else fault.what
        yield Code.UNPARSABLE_FILE.at(
            fault.where,
            f"{what}, so what it defines is not known.",
            todo="Fix it, and run the command again." if fault.line else fault.todo,
            severity=Severity.WARNING,
        )


def _modules(
    run: PlannedRun, renderer: Renderer, layout: _Layouts, before: RenderedBefore
) -> tuple[list[Module], list[bytes]]:
    """Render what the run writes, and add the content of the snapshots of resources.

    Return also what to know of the resources that were rendered.
    """
    session, decided = run.session, run.plan
    paths = {module: entry.path for module, entry in session.project.modules.items()}
    lib, bases = new_modules_folder(session), session.schema_changes.resources
    modules = domains_and_types(decided, renderer, lib, paths, run.dropped.listed)
    resources = Resources(
        renderer=renderer,
        lib=lib,
        paths=paths,
        layout=layout,
        bases=bases,
        is_new=lambda item: _is_new(item, session),
        content=_Contents(run).of,
        before=before,
        new_modules=[module.name for module in modules if module.name not in paths],
    )
    found, keys = resources.modules([item for item in decided.resources if item.written])
    return sorted([*modules, *found], key=lambda module: (module.path, module.name)), keys


def _is_new(item: PlannedResource, session: Session) -> bool:
    """Whether a resource was never generated, and nobody has written it."""
    name = item.draft.name
    return (
        name not in session.schema_changes.resources
        and name not in session.state.names
        and item.resource.module not in session.project.modules
    )


class _Contents:
    """The contents of the snapshots of resources, beside what was rendered."""

    def __init__(self, run: PlannedRun) -> None:
        self._session, self._scope = run.session, run.plan.scope
        self._names = PlannedNames(run.plan)
        self._facts = CatalogFacts(self._session.database, run.plan.scope.domains.keys())
        self._legacy: dict[Name, list[LegacySchema]] = defaultdict(list)
        for schema in self._session.state.legacy:
            self._legacy[schema.table].append(schema)
        changes = self._session.schema_changes
        known = changes.resources.keys() | self._session.state.names.keys()
        self._hand_given = hand_given_names(
            {
                item.draft.name: self._names.of(item)
                for item in run.plan.resources
                if item.draft.name in known
            },
            self._session.names,
            changes,
            lambda: _names_without_hand_given_names(run),
        )

    def of(self, item: PlannedResource) -> SnapshotContent:
        """Return the content of a resource's snapshot."""
        session, name = self._session, item.draft.name
        facts, legacy = self._facts.of(item.draft.table), self._legacy.get(name, ())
        domain = self._scope.domains[name]
        return SnapshotContent(
            planned=_planned(item, session),
            config_digest=config_digest(facts, domain, session.state, session.resolver, legacy),
            names=names_snapshot(self._names.of(item), self._hand_given.get(name, {})),
            facts=facts,
            owned=_ownership(name, session),
            legacy=tuple(map(memorable, legacy)),
        )


def _ownership(table: Name, session: Session) -> Ownership | None:
    """Return what the snapshot of a table says of its owner: since when, where it is Ash."""
    if not session.resolver.owned_by_ash(table):
        return None
    old = session.schema_changes.resources.get(table)
    if old is not None and old.owned is not None:
        return old.owned
    return Ownership(since=max(session.database.versions or (), default=0))


def _planned(item: PlannedResource, session: Session) -> str:
    """Return the generated name of a resource's module, "" where it has that name."""
    old = session.schema_changes.resources.get(item.draft.name)
    if old is None:
        return ""
    own = old.planned or old.module
    configured = session.resolver.for_table(item.draft.name).resource is not None
    return "" if configured or own == item.resource.module else own


def _names_without_hand_given_names(run: PlannedRun) -> Mapping[Name, ResourceNames]:
    """Return the names that the plan would have if people's files gave none."""
    session = run.session
    fields = {
        table: ResourceNames(taken=each.taken, removed=each.removed)
        for table, each in session.names.items()
    }
    snapshots = map(without_hand_given_names, session.snapshots.values())
    state = with_names(session.bare_state, snapshots, fields, session.schema_changes.renames)
    return names_of_plan(plan(session.database, state, session.resolver, run.options.planning))


def _old_texts(session: Session, renderer: Renderer, layout: _Layouts) -> dict[str, str]:
    """Render the facts of the snapshots anew, where another version has written some of them."""
    snapshots = session.snapshots.values()
    if all(each.tool == __version__ for each in snapshots):
        return {}
    facts = [each.facts for each in snapshots if each.facts is not None]
    state = with_names(session.bare_state, snapshots, session.names)
    before = plan(database_of(facts), state, session.resolver, Options(adopt_context=False))
    modules = render_modules(before, renderer, "", {}, layout=layout)
    return {name: text for module in modules for name, text in module.texts.items()}


def _stale(
    decided: Plan,
    changes: SchemaChanges,
    old_texts: Mapping[str, str],
    renderer: Renderer,
    layout: _Layouts,
    before: RenderedBefore,
) -> tuple[tuple[str, ...], list[bytes]]:
    """Return the resources outside the run's scope that another run would change.

    Return also what to know of the others.
    """
    found, keys = [], []
    for item in decided.resources:
        old = changes.resources.get(item.draft.name)
        if item.written or old is None or old.owned is not None:
            continue
        key = Subject.of(item.resource, layout(item.draft.name)).key(old.rendered)
        if key in before.known:
            keys.append(key)
            continue
        module = resource_module(item, renderer, "", {}, layout(item.draft.name))
        same = all(old_texts.get(name) == text for name, text in module.texts.items())
        if old.rendered == module.digest:
            keys.append(key)
        elif old.rendered not in module.earlier_digests and not same:
            found.append(item.resource.module)
    return tuple(found), keys


def _layouts(config: Config, changes: SchemaChanges) -> _Layouts:
    """Say the layout of each table: the configuration's, else the one that it has."""

    def layout(table: Name) -> Layout:
        old = changes.resources.get(table)
        was: Layout = "fragment" if old is not None and old.fragment is not None else "inline"
        return config.layout or was

    return layout


def _dropped_in_scope(changes: SchemaChanges, options: ResourcesOptions) -> list[Snapshot]:
    """Return the resources without a table that the run is about."""
    patterns = [table_pattern(text) for text in options.tables]
    return [
        each
        for each in changes.dropped
        if each.table is not None
        and (options.domain is None or each.domain in (options.domain, f"{options.domain}.Domain"))
        and (not patterns or any(pattern.matches(each.table) for pattern in patterns))
    ]


def _with_changesets(session: Session, decided: Plan) -> tuple[Name, ...]:
    """Return the tables of the run with changesets, but for domains that have actions of such.

    Who has these knows the command; and of some functions no action can be made.
    """
    renames = session.schema_changes.renames
    domains = decided.scope.domains
    found = {renames.table(each.table) for each in session.hints.schemas if each.casts}
    known = {domains.get(table) for table in session.state.carried}
    there = found & set(decided.scope.written)
    return tuple(sorted(table for table in there if domains[table] not in known))


def _tenant_signs(session: Session, decided: Plan) -> TenantSigns | None:
    """Return the signs of tenants that `init` would propose, on the first run alone."""
    if session.config.tenancy is not None or session.schema_changes.resources:
        return None
    signs = tenant_signs(session.database, decided.scope.skipped)
    return signs if signs is not None and signs.is_proposed else None


def new_modules_folder(session: Session) -> str:
    """Return the folder of new modules."""
    app = session.project.app
    if session.config.out:
        return session.config.out
    if app.lib:
        return app.lib[0]
    return f"{app.path}/lib" if app.path else "lib"
