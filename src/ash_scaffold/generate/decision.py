"""What there should be: the plan and its text, before it is held against the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from ash_scaffold import __version__
from ash_scaffold.ash.hints import memorable
from ash_scaffold.ash.plan import Plan, plan
from ash_scaffold.ash.project_state import ProjectState, ResourceNames
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import (
    Config,
    table_pattern,
)
from ash_scaffold.config.options import Layout
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.adoption import require_adoptable
from ash_scaffold.generate.by_hand import names_by_hand, without_hands
from ash_scaffold.generate.choices import choices
from ash_scaffold.generate.file_names import file_names
from ash_scaffold.generate.gone import Gone, find_gone
from ash_scaffold.generate.history import known_before, known_today
from ash_scaffold.generate.modules import Module, render_modules, resource_module
from ash_scaffold.generate.names import kept_names, names_of_plan
from ash_scaffold.generate.past import Past, near_changes, read_past, unclear_problems
from ash_scaffold.generate.reading import Clock, Read, Request
from ash_scaffold.generate.reading import read as read_all
from ash_scaffold.generate.refuse import require_tables
from ash_scaffold.generate.renamed_types import with_renamed_types
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.facts import database_of, facts_of_database
from ash_scaffold.problem import ScaffoldError
from ash_scaffold.project.model import Project
from ash_scaffold.project.snapshot import Snapshot

_Layouts: TypeAlias = Callable[[Name], Layout]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What there should be, before it is held against the files.

    `names` are those in the files of people, `project_state` the project under today's names of
    tables. `old_texts` are modules as this version renders them from the facts of the snapshots,
    for those that another version wrote; `stale` are resources outside the scope that another run
    would change. When nothing had to be rendered it is `skipped`, and there are none of these.
    """

    read: Read
    past: Past
    names: Mapping[Name, ResourceNames]
    project_state: ProjectState
    options: Options
    plan: Plan
    gone: Gone
    modules: tuple[Module, ...] = ()
    old_texts: Mapping[str, str] = {}
    stale: tuple[str, ...] = ()
    skipped: bool = False

    @property
    def accepted(self) -> frozenset[str]:
        """The objects of `[[accept]]`."""
        return frozenset(entry.object for entry in self.read.config.accept)


def decide(
    request: Request,
    clock: Clock,
    say: Callable[[str], None] = lambda _phase: None,
    *,
    ask: bool = True,
    skip: Callable[[Read, Past, Mapping[Name, ResourceNames], ProjectState, Plan], bool]
    | None = None,
) -> Decision:
    """Read everything, and decide what there should be.

    `skip` may say that nothing has to be rendered. Raises `ScaffoldError` for whatever makes the
    run impossible; with `ask` also for a table that may have been renamed, and for a context that
    can't be adopted.
    """
    read = read_all(request, clock, say)
    say("Planning")
    past = read_past(read.snapshots.values(), read.database, read.resolver, read.memory.seen)
    past = with_renamed_types(past, read.project_state.types)
    if ask:
        _require_told(past)
    names = file_names(read.project, read.snapshots, near_changes(past, read.database))
    state = known_today(read.project_state, past, read.snapshots.values(), names)
    options = Options(
        domain=request.domain,
        tables=request.tables,
        exclude=request.exclude,
        adopt_context=True if request.adopt_context else None,
    )
    decided = plan(read.database, state, read.resolver, options)
    require_tables(decided.scope, read.database, request, state)
    if ask:
        require_adoptable(read, past, decided)
    accepted = frozenset(entry.object for entry in read.config.accept)
    gone = find_gone(
        past, read.project, decided, _gone_in_scope(past, request), accepted, prune=request.prune
    )
    clock.lap("planning")
    decision = Decision(
        read=read,
        past=past,
        names=names,
        project_state=state,
        options=options,
        plan=decided,
        gone=gone,
    )
    if skip is not None and skip(read, past, names, state, decided):
        return msgspec.structs.replace(decision, skipped=True)
    say("Rendering")
    renderer = Renderer(read.templates)
    layout = _layouts(read.config, past)
    before = _old_texts(read, names, renderer, layout)
    modules = _modules(decision, renderer, layout)
    stale = _stale(decided, past, before, renderer, layout)
    clock.lap("rendering")
    return msgspec.structs.replace(decision, modules=tuple(modules), old_texts=before, stale=stale)


def _require_told(past: Past) -> None:
    """Stop where a table may have been renamed: the other tables' relationships hang on it."""
    tables = [change for change in past.unclear if not change.object]
    if tables:
        raise ScaffoldError(*unclear_problems(tables))


def _modules(decision: Decision, renderer: Renderer, layout: _Layouts) -> list[Module]:
    """Render what the run writes, and add what the snapshots of resources keep beside the text."""
    read, decided, state = decision.read, decision.plan, decision.project_state
    paths = {module: entry.path for module, entry in read.project.modules.items()}
    modules = render_modules(decided, renderer, _lib_of(read), paths, decision.gone.listed, layout)
    names = names_of_plan(decided)
    by_hand = names_by_hand(
        names, decision.names, decision.past, lambda: _names_without_hands(decision)
    )
    facts = facts_of_database(read.database, decided.scope.domains.keys())
    return [
        module
        if module.table is None
        else msgspec.structs.replace(
            module,
            planned=_planned(module, decision),
            names=kept_names(names[module.table], by_hand.get(module.table, {})),
            facts=facts[module.table],
            legacy=tuple(memorable(each) for each in state.legacy if each.table == module.table),
            choices=choices(
                facts[module.table],
                decided.scope.domains[module.table],
                state,
                read.resolver,
            ),
        )
        for module in modules
    ]


def _planned(module: Module, decision: Decision) -> str:
    """Return what a resource would be called, "" where nobody has renamed it."""
    old = None if module.table is None else decision.past.resources.get(module.table)
    if module.table is None or old is None:
        return ""
    own = old.planned or old.module
    configured = decision.read.resolver.for_table(module.table).resource is not None
    return "" if configured or own == module.name else own


def _names_without_hands(decision: Decision) -> Mapping[Name, ResourceNames]:
    """Return the names that the plan would have if people's files gave none."""
    read, past = decision.read, decision.past
    fields = {
        table: ResourceNames(taken=each.taken, removed=each.removed)
        for table, each in decision.names.items()
    }
    state = known_today(
        read.project_state, past, map(without_hands, read.snapshots.values()), fields
    )
    return names_of_plan(plan(read.database, state, read.resolver, decision.options))


def _old_texts(
    read: Read, names: Mapping[Name, ResourceNames], renderer: Renderer, layout: _Layouts
) -> dict[str, str]:
    """Render the facts of the snapshots anew, where another version has written some of them."""
    snapshots = read.snapshots.values()
    if all(each.tool == __version__ for each in snapshots):
        return {}
    facts = [each.facts for each in snapshots if each.facts is not None]
    state = known_before(read.project_state, snapshots, names)
    before = plan(database_of(facts), state, read.resolver, Options(adopt_context=False))
    modules = render_modules(before, renderer, "", {}, layout=layout)
    return {name: text for module in modules for name, text in module.texts.items()}


def _stale(
    decided: Plan, past: Past, before: Mapping[str, str], renderer: Renderer, layout: _Layouts
) -> tuple[str, ...]:
    """Return the resources outside the run's scope that another run would change."""
    found = []
    for item in decided.resources:
        old = past.resources.get(item.draft.name)
        if item.written or old is None:
            continue
        module = resource_module(item, renderer, "", {}, layout(item.draft.name))
        same = all(before.get(name) == text for name, text in module.texts.items())
        if module.digest != old.rendered and not same:
            found.append(item.resource.module)
    return tuple(found)


def _layouts(config: Config, past: Past) -> _Layouts:
    """Say the layout of each table: the configuration's, else the one that it has."""

    def layout(table: Name) -> Layout:
        old = past.resources.get(table)
        was: Layout = "fragment" if old is not None and old.fragment is not None else "inline"
        return config.layout or was

    return layout


def _gone_in_scope(past: Past, request: Request) -> list[Snapshot]:
    """Return the resources without a table that the run is about."""
    patterns = [table_pattern(text) for text in request.tables]
    return [
        each
        for each in past.gone
        if each.table is not None
        and (request.domain is None or each.domain in (request.domain, f"{request.domain}.Domain"))
        and (not patterns or any(pattern.matches(each.table) for pattern in patterns))
    ]


def _lib_of(read: Read) -> str:
    return read.config.out or _lib(read.project)


def _lib(project: Project) -> str:
    if project.app.lib:
        return project.app.lib[0]
    return f"{project.app.path}/lib" if project.app.path else "lib"
