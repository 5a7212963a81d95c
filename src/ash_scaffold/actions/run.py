"""The run of `ash-scaffold actions`: changeset functions of the legacy code become actions.

It is a run of `resources` for the tables concerned, with their actions: the fragments that hold
those, the functions that they call and the modules that support them. So resources are brought up
to date with it, all is written or nothing, and each file is merged as any other.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.actions.fragments import (
    Before,
    Wanted,
    action_key,
    defined_names,
    managed_module,
    renamed_by_hand,
    wanted_modules,
)
from ash_scaffold.actions.written import domain_names, taken_actions
from ash_scaffold.ash.actions import (
    ResourceActions,
    Taken,
    only,
    plan_actions,
    written_together,
)
from ash_scaffold.ash.changesets import Changeset
from ash_scaffold.ash.code_interface import code_interface
from ash_scaffold.ash.naming import module_path
from ash_scaffold.ash.plan import Plan
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.config.options import FILE_NAME
from ash_scaffold.elixir.actions import Style, define_line, left_steps, unplaced
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.elixir.support_modules import support_modules
from ash_scaffold.generate.files import File, read_text
from ash_scaffold.generate.modules import Module, extra_module
from ash_scaffold.generate.options import (
    ResourcesOptions,
    open_with,
    require_tables,
    templates_of,
)
from ash_scaffold.generate.run import Outcome, new_modules_folder, prepare_session
from ash_scaffold.legacy.changesets import read_changesets
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.context_functions import read_context_functions
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.behaviour import require_behaviour_names, with_configured_writes
from ash_scaffold.project.carried_actions import (
    action_names,
    action_snapshots,
    key_of,
    steps_left,
)
from ash_scaffold.project.snapshot import CarriedOver, Snapshot
from ash_scaffold.session import (
    Phases,
    Session,
    SourceOptions,
    load_session,
    read_code_base,
    source_problems,
)
from ash_scaffold.toml_text import quoted

# The last parts of the names of a fragment of actions, and of the functions that they call.
ACTIONS, STEPS = "Actions", "Steps"
_SHOWN = 120


class ActionsOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of `actions`; `tables` are patterns, `functions` names of changeset functions.

    Without a `style` a fragment keeps the one it has. `run_project` is that of `resources`.
    """

    source: SourceOptions
    domain: str | None = None
    tables: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    style: str | None = None
    use_formatter: bool = True
    run_project: bool = True


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A changeset function that nothing was made of, and the reason."""

    changeset: Changeset
    reason: str
    todo: str = ""


class CarriedTable(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the changeset functions of one table.

    `actions` are those that there are now, `kept` those of them whose function could not be read
    any more; `changesets` is the number of functions, `left_steps` that of the steps of an action,
    by its name, that are left to a person.
    """

    table: Name
    resource: str
    fragment: str
    changesets: int
    actions: tuple[CarriedOver, ...] = ()
    kept: tuple[CarriedOver, ...] = ()
    refused: tuple[Refused, ...] = ()
    left_steps: Mapping[str, int] = {}


class ActionsOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found and would write: the outcome of `resources`, and the tables with actions.

    `outcome` is None where there was nothing to make actions of.
    """

    tables: tuple[CarriedTable, ...]
    outcome: Outcome | None
    problems: tuple[Problem, ...]


def prepare(
    options: ActionsOptions, announce: Callable[[str], None] = lambda _sentence: None
) -> ActionsOutcome:
    """Compute everything that a run writes. `announce` gets each phase as it begins.

    Raises `ScaffoldError` for whatever makes the run impossible.
    """
    phases = Phases(announce)
    phases.begin("project", "Reading the project")
    whole = _resources_options(options)
    session = load_session(open_with(whole), phases, tables=options.tables, keep_pending=True)
    with source_problems((*session.behind, *session.problems)):
        if not session.hints.enabled:
            raise fail(
                Code.USAGE,
                "Actions are made of changeset functions, and legacy code is not looked at.",
                todo="Leave --no-legacy out, and legacy = false in ash_scaffold.toml.",
            )
        phases.begin("changesets", "Reading the changesets")
        code = read_code_base(session)
        changesets = _changesets(session, code)
        return _Run(session, options, whole, phases, code, changesets).outcome()


def _resources_options(options: ActionsOptions) -> ResourcesOptions:
    return ResourcesOptions(
        source=options.source,
        domain=options.domain,
        tables=options.tables,
        use_formatter=options.use_formatter,
        run_project=options.run_project,
    )


def _changesets(session: Session, code: CodeBase) -> tuple[Changeset, ...]:
    """Read the changeset functions, their tables under the names that they have today.

    Raises `ScaffoldError` where the configuration names one that isn't there.
    """
    renames = session.schema_changes.renames
    found = tuple(
        msgspec.structs.replace(each, table=renames.table(each.table))
        for each in read_changesets(code, session.hints)
    )
    carried = [one for each in session.snapshots.values() for one in each.changesets]
    require_behaviour_names(session.config, found, carried)
    return with_configured_writes(found, session.config, carried)


class _Run:
    """One run: what it has read, and its steps."""

    def __init__(
        self,
        session: Session,
        options: ActionsOptions,
        whole: ResourcesOptions,
        phases: Phases,
        code: CodeBase,
        changesets: Sequence[Changeset],
    ) -> None:
        self.session = session
        self.options = options
        self.whole = whole
        self.phases = phases
        self.code = code
        self.changesets = changesets
        renames = session.schema_changes.renames
        self.fragments = {
            renames.table(table): each
            for table, each in action_snapshots(session.project, session.snapshots.values()).items()
        }
        self.renderer = Renderer(templates_of(whole, session))
        self.app = _support_namespace(session)

    def outcome(self) -> ActionsOutcome:
        """Plan the actions, and all that a run of `resources` for their tables writes."""
        session = self.session
        bare = msgspec.structs.replace(
            session, state=msgspec.structs.replace(session.state, carried={})
        )
        decided = bare.plan(self.whole.planning)
        chosen = self._chosen(decided)
        before = {table: self._before(each) for table, each in self.fragments.items()}
        planned, problems = self._planned(decided, chosen, before)
        interface, left = self._interface(decided, planned)
        problems += left
        wanted = [
            self._wanted(each, before.get(each.table, Before()), interface.get(each.table, ()))
            for each in planned
        ]
        writing = [each for each in wanted if each.modules]
        outcome = self._run(writing, before) if writing else None
        texts = {} if outcome is None else _texts(outcome)
        tables = tuple(self._table(each, texts) for each in wanted)
        problems += [*_refusals(tables), *self._kept_problems(wanted), *self._removed_notes(wanted)]
        for each in planned:
            problems += _left_steps(each, texts.get(each.module, ""))
        return ActionsOutcome(
            tables=tables,
            outcome=outcome,
            problems=_sorted(problems if outcome is None else {*problems, *outcome.problems}),
        )

    def _chosen(self, decided: Plan) -> frozenset[tuple[str, str]]:
        """Return module and name of the functions that the run is about.

        Raises `ScaffoldError` for a pattern that fits no table, and a name that no function has.
        """
        require_tables(self.session, decided.scope, self.whole)
        there = [each for each in self.changesets if each.table in decided.scope.written]
        known = {name: each for each in there for name in (each.function, _short(each.function))}
        unknown = [name for name in self.options.functions if name not in known]
        if unknown:
            raise ScaffoldError(
                *(
                    Code.UNKNOWN_NAME.at(
                        f"--function {name}",
                        "No changeset function of these tables has that name.",
                        todo=did_you_mean(name, known),
                    )
                    for name in unknown
                )
            )
        wanted = set(self.options.functions)
        return frozenset(
            (each.module, each.function)
            for each in there
            if not wanted or wanted & {each.function, _short(each.function)}
        )

    def _before(self, snapshot: Snapshot) -> Before:
        names = action_names(self.session.project, snapshot)
        if names is None:
            return Before()
        steps = f"{snapshot.module.rpartition('.')[0]}.{STEPS}"
        return Before(
            fragment=renamed_by_hand(snapshot, names),
            steps=self.session.schema_changes.modules.get(steps),
            names=names,
        )

    def _planned(
        self,
        decided: Plan,
        chosen: frozenset[tuple[str, str]],
        before: Mapping[Name, Before],
    ) -> tuple[list[ResourceActions], list[Problem]]:
        """Plan the actions of the chosen functions, and of those that they need."""
        session, project = self.session, self.session.project
        items = {item.draft.name: item.resource for item in decided.resources}
        taken: dict[Name, Taken] = {}
        unknown: dict[Name, str] = {}
        for table, resource in items.items():
            there = project.resource(resource.module)
            snapshot = session.schema_changes.resources.get(table)
            old = before.get(table, Before())
            if there is not None and snapshot is None:
                unknown[table] = there.path
            elif there is not None and snapshot is not None:
                fragment = "" if old.fragment is None else old.fragment.module
                own = () if old.names is None else old.names.carried.values()
                mine = taken_actions(project, there, snapshot, fragment, own)
                # An action of that kind stays the primary one, whatever its name is by now.
                kinds = {key.partition(" ")[0] for key in old.primary & old.changesets.keys()}
                taken[table] = msgspec.structs.replace(mine, primary=mine.primary | kinds)
        pinned = {of: name for old in before.values() for of, name in old.names_by_id.items()}
        every = plan_actions(
            self.changesets,
            items,
            {schema.module: schema for schema in session.state.legacy},
            taken=taken,
            pinned=pinned,
        )
        every = tuple(_with_primary(each, before.get(each.table, Before())) for each in every)
        found = {each.table: each for each in only(every, chosen)}
        if not self.options.functions:
            for table in decided.scope.written:
                if before.get(table, Before()).changesets and table not in found:
                    module = items[table].module
                    found[table] = ResourceActions(
                        resource=items[table],
                        table=table,
                        module=f"{module}.{ACTIONS}",
                        steps_module=f"{module}.{STEPS}",
                    )
        problems = [
            Code.RESOURCE_UNKNOWN.at(
                unknown[table],
                f"{found[table].resource.module} was written by hand, and was never compared with "
                f"the table {table}: it gets no actions.",
                todo=f"Run ash-scaffold resources --table {shlex.quote(str(table))} first.",
            )
            for table in sorted(unknown.keys() & found.keys())
        ]
        return [
            self._named(each, before.get(table, Before()))
            for table, each in sorted(found.items())
            if table not in unknown
        ], problems

    def _named(self, planned: ResourceActions, before: Before) -> ResourceActions:
        """Give the modules of a resource's actions names that no other module has."""
        modules, snapshots = self.session.project.modules, self.session.schema_changes.modules

        def free(ending: str) -> str:
            names = (f"{planned.resource.module}.{start}{ending}" for start in ("", "Generated"))
            return next((n for n in names if n not in modules or n in snapshots), "")

        fragment, steps = free(ACTIONS), free(STEPS)
        if before.fragment is not None:
            fragment = before.fragment.module
            steps = f"{fragment.rpartition('.')[0]}.{STEPS}"
        if not fragment or not steps:
            raise fail(
                Code.MODULE_COLLISION,
                f"{planned.resource.module} can't get actions: modules that are there have the "
                "names that theirs would have.",
                where=planned.resource.module,
                todo="Rename one of them.",
            )
        return msgspec.structs.replace(planned, module=fragment, steps_module=steps)

    def _interface(
        self, decided: Plan, planned: Sequence[ResourceActions]
    ) -> tuple[Mapping[Name, tuple[str, ...]], list[Problem]]:
        """Return the lines of the code interface by table, and what is left of contexts."""
        session = self.session
        renames = session.schema_changes.renames
        items = {item.draft.name: item.resource for item in decided.resources}
        generated = defined_names(self.fragments.values())
        domains = {resource.domain for resource in items.values()}
        found = code_interface(
            [
                msgspec.structs.replace(each, table=each.table and renames.table(each.table))
                for each in read_context_functions(self.code, session.hints, self.changesets)
            ],
            items,
            planned,
            {schema.module: schema for schema in session.state.legacy},
            {domain: domain_names(session.project, domain, generated) for domain in domains},
        )
        lines = {
            table: tuple(define_line(each) for each in defines)
            for table, defines in found.defines.items()
        }
        tables = {each.table for each in planned}
        problems = [
            Code.CONTEXT_FUNCTION_LEFT.at(
                f"{of.path}:{of.line}",
                f"{of.module}.{of.function}/{of.arity} is not in the code interface: {reason}.",
            )
            for of, reason in found.left
            if of.table in tables
        ]
        return lines, [] if self.options.functions else problems

    def _wanted(self, planned: ResourceActions, before: Before, interface: Iterable[str]) -> Wanted:
        style = self.options.style or (before.fragment.style if before.fragment else "")
        stem = self._resource_path(planned.resource.module).removesuffix(".ex")
        modules = self.session.project.modules

        def path(name: str, file: str) -> str:
            return modules[name].path if name in modules else f"{stem}/{file}.ex"

        return wanted_modules(
            planned,
            before,
            self.renderer,
            app=self.app,
            style=Style(style or Style.ECTO),
            paths={
                planned.module: path(planned.module, "actions"),
                planned.steps_module: path(planned.steps_module, "steps"),
            },
            interface=interface,
        )

    def _resource_path(self, module: str) -> str:
        resource = self.session.project.resource(module)
        if resource is not None:
            return resource.path
        return f"{new_modules_folder(self.session)}/{module_path(module)}"

    def _run(self, wanted: Sequence[Wanted], before: Mapping[Name, Before]) -> Outcome:
        """Run `resources` for the tables, with the actions."""
        session = self.session
        carried = {each.planned.table: each.carried for each in wanted}
        state = msgspec.structs.replace(session.state, carried={**session.state.carried, **carried})
        changes, original = session.schema_changes, dict(session.schema_changes.modules)
        named = {
            each.fragment.module: each.fragment
            for each in before.values()
            if each.fragment is not None
        }
        changes = msgspec.structs.replace(changes, modules={**changes.modules, **named})
        session = msgspec.structs.replace(session, state=state, schema_changes=changes)
        modules = [module for each in wanted for module in each.modules]
        old_texts = {name: text for each in wanted for name, text in each.old_texts.items()}
        support = self._support(wanted)
        if all(each.old_texts for each in wanted):
            old_texts |= {each.name: each.text for each in support}
        options = msgspec.structs.replace(
            self.whole,
            domain=self._new_domain(),
            tables=tuple(str(table) for table in carried),
        )
        modules += self._owned(session, options, carried.keys())
        outcome = prepare_session(
            session,
            options,
            self.phases,
            more=lambda _renderer, _lib: (*modules, *support),
            old_texts=old_texts,
        )
        files = tuple(_file(each, original) for each in outcome.files.files)
        files_ = msgspec.structs.replace(outcome.files, files=files)
        return msgspec.structs.replace(outcome, files=files_, session=self.session)

    def _owned(
        self, session: Session, options: ResourcesOptions, tables: Collection[Name]
    ) -> list[Module]:
        """Return the resources whose table Ash owns, which `resources` leaves as they are."""
        owned = session.owned_by_ash & set(tables)
        if not owned:
            return []
        found = []
        for item in session.plan(options.planning).resources:
            base = session.schema_changes.resources.get(item.draft.name)
            if item.draft.name not in owned or base is None:
                continue
            paths = [base.path] if base.fragment is None else [base.path, base.fragment.path]
            texts = {path: read_text(session.project, path) for path in paths}
            found.append(managed_module(item.resource, base, texts, self.renderer))
        return [each for each in found if each is not None]

    def _new_domain(self) -> str | None:
        """Return the domain of the options where nothing but them says that there is one."""
        domain = self.options.domain
        known = domain in self.session.config.domains or any(
            each.domain in (domain, f"{domain}.Domain")
            for each in self.session.state.resources.values()
        )
        return None if known else domain

    def _support(self, wanted: Sequence[Wanted]) -> list[Module]:
        """Return the support modules that the actions use."""
        lib = new_modules_folder(self.session)
        paths = {name: entry.path for name, entry in self.session.project.modules.items()}
        texts = [module.text for each in wanted for module in each.modules]
        return [
            extra_module(name, self.renderer.bridge(name, template, self.app), lib, paths)
            for name, template in support_modules(self.app, texts)
        ]

    def _kept_problems(self, wanted: Sequence[Wanted]) -> Iterator[Problem]:
        """Yield a note for each action whose function is not there any more."""
        there = {(each.module, each.function, each.arity) for each in self.changesets}
        for each in wanted:
            for kept in each.kept:
                if (kept.module, kept.function, kept.arity) not in there:
                    yield Code.CHANGESET_GONE.at(
                        each.modules[0].path if each.modules else each.planned.module,
                        f"{kept.module}.{kept.function}/{kept.arity} is not found any more: the "
                        f"action :{kept.action} of {each.planned.resource.module} stays as it is.",
                    )

    def _removed_notes(self, wanted: Sequence[Wanted]) -> Iterator[Problem]:
        """Yield a note for each action that a person took out."""
        for each in wanted:
            for name in each.removed:
                yield Code.REMOVED_BY_HAND.at(
                    f"{each.modules[0].path}: {each.planned.table}.actions.{name}",
                    "It was removed by hand, so it stays out.",
                )

    def _table(self, wanted: Wanted, texts: Mapping[str, str]) -> CarriedTable:
        planned = wanted.planned
        left = steps_left(texts.get(planned.module, ""))
        return CarriedTable(
            table=planned.table,
            resource=planned.resource.module,
            fragment=planned.module,
            changesets=sum(each.table == planned.table for each in self.changesets),
            actions=wanted.modules[0].content.changesets if wanted.modules else (),
            kept=wanted.kept,
            refused=tuple(_refused(*each) for each in planned.refused),
            left_steps={name: len(lines) for name, lines in left.items()},
        )


def _with_primary(planned: ResourceActions, before: Before) -> ResourceActions:
    """Return actions of which those of an earlier run are primary where they were so."""
    there, primary = before.changesets, before.primary
    actions = (
        msgspec.structs.replace(each, primary=key in primary)
        if (key := action_key(each)) in there
        else each
        for each in planned.actions
    )
    ordered = sorted(actions, key=lambda each: (not each.primary, each.name))
    return msgspec.structs.replace(planned, actions=tuple(ordered))


def _support_namespace(session: Session) -> str:
    """Return the module that support modules are in: the application's, unless it has such names.

    Those that were generated stay where they are.
    """
    app, snapshots = session.state.app, session.schema_changes.modules
    for name in (app, f"{app}.Ash"):
        own = [module for module, _ in support_modules(name)]
        if all(each in snapshots or each not in session.project.modules for each in own):
            return name
    raise fail(
        Code.MODULE_COLLISION,
        f"Modules that are there have the names of support modules, below {app} and {app}.Ash.",
        where=app,
        todo="Rename one of them.",
    )


def _short(function: str) -> str:
    return function.removesuffix("_changeset")


def _refused(changeset: Changeset, reason: str) -> Refused:
    todo = ""
    if not changeset.refused and not changeset.creates and not changeset.updates:
        key = f"{changeset.table}.{changeset.function}"
        todo = f'Say it in {FILE_NAME}:\n[behaviour.{quoted(key)}]\nwrites = "create"'
    return Refused(changeset=changeset, reason=reason, todo=todo)


def _function(changeset: Changeset) -> str:
    return f"{changeset.module}.{changeset.function}/{changeset.arity}"


def _refusals(tables: Iterable[CarriedTable]) -> Iterator[Problem]:
    """Yield a warning for each function that nothing was made of."""
    for each in (one for table in tables for one in table.refused):
        yield Code.CHANGESET_LEFT.at(
            f"{each.changeset.path}:{each.changeset.line}",
            f"No action is made of {_function(each.changeset)}: {each.reason}.",
            todo=each.todo,
        )


def _texts(outcome: Outcome) -> dict[str, str]:
    """Return the files of a run as they will be, by their modules."""
    return {each.module.name: each.after or "" for each in outcome.files.files}


def _left_steps(planned: ResourceActions, text: str) -> Iterator[Problem]:
    """Yield a warning for each step that is left to a person, and a note for what else there is.

    `text` is the file of the actions: a person may have done what a TODO says.
    """
    there = steps_left(text)
    todos = set(unplaced(line.strip() for line in text.split("\n") if "# TODO " in line))
    for each in left_steps(planned):
        if each.action.name not in there or not todos.intersection(unplaced([each.todo])):
            continue
        yield Code.CHANGESET_STEP_LEFT.at(
            f"{each.path}:{each.line}",
            f"`{_one_line(each.source)}` of {_function(each.action.changeset)} is a TODO in the "
            f"action :{each.action.name} of {planned.resource.module}: {each.reason}.",
        )
    for place, actions in written_together(planned):
        *others, last = [f":{each.name}" for each in actions]
        yield Code.CHANGESETS_TOGETHER.at(
            place,
            f"The functions of {', '.join(others)} and {last} of {planned.resource.module} write "
            "here, by turns or together; each is an action of its own.",
        )
    for note in planned.notes:
        yield Code.ACTION_NAMED.at(f"{note.path}:{note.line}", f"{note.function}: {note.text}.")


def _one_line(source: str) -> str:
    text = " ".join(source.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _file(file: File, original: Mapping[str, Snapshot]) -> File:
    """Give a fragment the snapshot that it had, whose names of actions people may have changed.

    An action in conflict keeps the digest of the function that it was made of.
    """
    snapshot, base = file.snapshot, file.base
    if not isinstance(snapshot, Snapshot) or base is None or snapshot.actions_of is None:
        return file
    held = set(snapshot.unresolved)
    old = {key_of(each): each for each in base.changesets}
    changesets = tuple(
        old.get(key_of(each), each)
        if f"{file.module.scope}.actions.{each.action}" in held
        else each
        for each in snapshot.changesets
    )
    return msgspec.structs.replace(
        file,
        snapshot=msgspec.structs.replace(snapshot, changesets=changesets),
        base=original.get(snapshot.module, base),
    )


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=Problem.sort_key))
