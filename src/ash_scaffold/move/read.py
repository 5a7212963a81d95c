"""Reads the facts of a move: those of catalog, legacy code and project, and what `check` says."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.actions import ResourceActions, plan_actions
from ash_scaffold.ash.changesets import Changeset, ContextFunction, Copied, Todo
from ash_scaffold.ash.hints import Legacy
from ash_scaffold.ash.keys import table_key
from ash_scaffold.ash.model import Resource
from ash_scaffold.ash.plan import Plan, PlannedResource, plan
from ash_scaffold.ash.project_state import CarriedActions
from ash_scaffold.ash.scope import Options
from ash_scaffold.ash.tenancy import plan_tenancy
from ash_scaffold.ash.tenant_signs import tenant_signs
from ash_scaffold.check.report import CheckReport
from ash_scaffold.check.run import check_run, commands_of, load_whole
from ash_scaffold.check.tenant_drift import TenantSchemasRead
from ash_scaffold.config import Resolver
from ash_scaffold.config.options import Config, DomainConfig
from ash_scaffold.cutover.refusals import refusals_by_table, refusals_of_project
from ash_scaffold.elixir.actions import left_steps
from ash_scaffold.generate.missing_settings import needs_of
from ash_scaffold.generate.options import ResourcesOptions
from ash_scaffold.generate.run import PlannedRun, plan_run
from ash_scaffold.legacy.changesets import read_changesets
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.context_functions import read_context_functions
from ash_scaffold.legacy.ecto import EctoSchema
from ash_scaffold.legacy.functions import Modules
from ash_scaffold.legacy.usage import User, unread_problems, usage
from ash_scaffold.move.facts import (
    CarriedAction,
    ChangesetMove,
    CustomTypeUse,
    MoveFacts,
    ResourceState,
    StepLeft,
    TableMove,
    WrittenTogether,
)
from ash_scaffold.postgres.catalog import ForeignKey, Name, Table
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail
from ash_scaffold.project.carried_actions import action_names, action_snapshots, key_of
from ash_scaffold.project.read_state import find_repo
from ash_scaffold.project.snapshot import owned_tables
from ash_scaffold.propose.domains import DomainProposal, Proposal, proposed_domains
from ash_scaffold.report.finding import Finding
from ash_scaffold.session import (
    Phases,
    Session,
    SourceOptions,
    read_code_base,
    source_problems,
)

_PACKAGES = frozenset({"ash", "ash_postgres"})


def read_facts(
    options: SourceOptions, announce: Callable[[str], None] = lambda _sentence: None
) -> MoveFacts:
    """Read project and database, do what `check` does, and put all together by table.

    `announce` gets each phase as it begins. Nothing is written, and nothing of the project is run.
    Raises `ScaffoldError` for whatever makes the run impossible.
    """
    phases = Phases(announce)
    whole = ResourcesOptions(source=options)
    session, tenants = load_whole(whole, phases)
    return facts_of(session, phases, tenants)


def facts_of(
    session: Session,
    phases: Phases,
    tenants: Iterable[TenantSchemasRead] = (),
    *,
    users: Mapping[Name, tuple[User, ...]] | None = None,
    decided: Plan | None = None,
    checked: bool = True,
) -> MoveFacts:
    """Do as `read_facts` with a project and a database that were read.

    `tenants` are the schemas of other tenants; `users` those of each table, and `decided` the plan
    of all resources, where they are known.
    Without `checked` the resources are not compared with what the database demands.
    """
    with source_problems((*session.behind, *session.problems)):
        return _Reader(session, phases).facts(tuple(tenants), users, decided, checked=checked)


class _Reader:
    """One reading: what it has of the project, and its steps."""

    def __init__(self, session: Session, phases: Phases) -> None:
        self.session = session
        self.phases = phases
        self.legacy = Legacy(session.state.legacy)

    def facts(
        self,
        tenants: Sequence[TenantSchemasRead],
        users: Mapping[Name, tuple[User, ...]] | None,
        decided: Plan | None,
        *,
        checked: bool,
    ) -> MoveFacts:
        """Put all facts together."""
        session, database = self.session, self.session.database
        if not database.tables:
            raise fail(
                Code.NO_TABLES,
                f"There are no tables in {' or '.join(database.schemas)}.",
                where=session.source,
                todo="Name the database that the application uses.",
            )
        run = self._planned() if checked else None
        # What has not begun is planned otherwise where check is to say nothing of it.
        if decided is None and run is not None and not run.plan.scope.not_begun:
            decided = run.plan
        if decided is None:
            decided = session.plan()
        self.phases.begin("proposal", "Proposing domains")
        wanted, proposed = self._with_proposals(decided)
        self.phases.begin("code", "Reading the legacy code")
        names = [table.name for table in database.tables]
        if users is None:
            users = usage(session.project, session.hints, names)
        changesets, functions, together = self._code()
        report = CheckReport(findings=(), tables=0)
        if run is not None:
            report = check_run(run, self.phases, tenants, with_hand_over=True, users=users)
        self.phases.begin("facts", "Putting the facts together")
        left_out = frozenset(wanted.scope.skipped)
        shown = [table for table in database.tables if table.name not in left_out]
        tables = _Tables(self, wanted, proposed, report, users, changesets, functions)
        signs = None
        if session.config.tenancy is None:
            signs = tenant_signs(database, wanted.scope.skipped)
        return MoveFacts(
            application=session.project.app.name,
            source=session.source,
            options=commands_of(session.options).options,
            tables={table.name: tables.table(table) for table in sorted(shown, key=_by_name)},
            left_out=tuple(sorted(left_out)),
            with_legacy=session.hints.enabled and bool(session.hints.schemas),
            checked=checked,
            together=together,
            refusals=tuple(refusals_of_project(session, report)),
            settings=self._settings_missing(decided),
            tenant_signs=signs,
            without_table=tuple(self._without_table()),
            problems=tuple(sorted(self._problems(report), key=Problem.sort_key)),
            timings=self.phases.timings,
        )

    def _without_table(self) -> Iterator[EctoSchema]:
        """Yield the Ecto schemas whose table the database lacks, in a schema that was read."""
        session = self.session
        there = {table.name for table in session.database.tables}
        today = session.schema_changes.renames.table
        for schema in sorted(session.hints.schemas, key=lambda each: each.module):
            table = today(schema.table)
            if table.schema in session.database.schemas and table not in there:
                yield schema

    def _settings_missing(self, decided: Plan) -> int:
        """Return how many settings and packages the resources of today need and there aren't."""
        project = self.session.project
        domains = [domain.module for domain in project.domains]
        repo = find_repo(project, self.session.repo)
        needs = needs_of(project, repo, domains, decided.extensions, None)
        packages = {name for app in project.apps for name in app.dependencies}
        return len(needs) + (len(_PACKAGES - packages) if packages else 0)

    def _planned(self) -> PlannedRun | None:
        """Plan the run that `check` compares with; None where there is nothing to compare."""
        if not self.session.state.resources:
            return None
        options = ResourcesOptions(source=self.session.options, begun=True)
        try:
            return plan_run(self.session, options)
        except ScaffoldError as error:
            # The resources that are there may be in no domain, or over tables that are left out.
            if {problem.code for problem in error.problems} != {Code.NO_TABLES}:
                raise
            return None

    def _with_proposals(self, decided: Plan) -> tuple[Plan, frozenset[Name]]:
        """Return the plan with the domains that `init` would propose, and the tables in those."""
        if not decided.scope.unassigned:
            return decided, frozenset()
        session = self.session
        proposal = proposed_domains(session, decided.scope)
        members = {m.table for each in _all(proposal) for m in each.members}
        resolver = Resolver(_extended(session.config, proposal))
        return plan(session.database, session.state, resolver, Options()), frozenset(members)

    def _code(
        self,
    ) -> tuple[tuple[Changeset, ...], tuple[ContextFunction, ...], tuple[WrittenTogether, ...]]:
        """Read changesets and context functions, under the names that tables have today."""
        session = self.session
        if not session.hints.enabled or not session.hints.schemas:
            return (), (), ()
        today = session.schema_changes.renames.table
        code = read_code_base(session)
        casts = any(schema.casts for schema in session.hints.schemas)
        read = read_changesets(code, session.hints) if casts else ()
        functions = tuple(
            msgspec.structs.replace(each, table=today(each.table)) if each.table else each
            for each in read_context_functions(code, session.hints, read)
        )
        changesets = tuple(msgspec.structs.replace(each, table=today(each.table)) for each in read)
        return changesets, functions, written_together(code, changesets)

    def _problems(self, report: CheckReport) -> Iterator[Problem]:
        session = self.session
        yield from session.behind
        yield from (p for p in session.problems if p.severity is not Severity.NOTE)
        yield from unread_problems(session.hints)
        seen = {*session.behind, *session.problems}
        yield from (p for p in report.problems if p not in seen)


def _by_name(table: Table) -> tuple[bool, Name]:
    return table.name.schema != "public", table.name


def _all(proposal: Proposal) -> Iterator[DomainProposal]:
    yield from proposal.new
    yield from proposal.additions


def _extended(config: Config, proposal: Proposal) -> Config:
    """Return the configuration with the proposed entries."""
    domains = dict(config.domains)
    for each in _all(proposal):
        old = domains.get(each.module, DomainConfig())
        patterns = tuple(member.pattern for member in each.members)
        domains[each.module] = msgspec.structs.replace(old, tables=(*old.tables, *patterns))
    return msgspec.structs.replace(config, domains=domains)


class _Tables:
    """Makes the facts of each table out of what was read."""

    def __init__(
        self,
        reader: _Reader,
        wanted: Plan,
        proposed: frozenset[Name],
        report: CheckReport,
        users: Mapping[Name, tuple[User, ...]],
        changesets: Sequence[Changeset],
        functions: Sequence[ContextFunction],
    ) -> None:
        session = reader.session
        self._session = session
        self._legacy = reader.legacy
        self._scope = wanted.scope
        self._items = {item.draft.name: item for item in wanted.resources}
        self._proposed = proposed
        self._users = users
        self._owned = owned_tables(session.snapshots.values()) | session.owned_by_ash
        tenancy = wanted.tenancy or plan_tenancy(session.database, session.resolver)
        self._tenancy = {} if tenancy is None else tenancy.tables
        self._schemas: defaultdict[Name, list[EctoSchema]] = defaultdict(list)
        today = session.schema_changes.renames.table
        for schema in session.hints.schemas:
            self._schemas[today(schema.table)].append(schema)
        self._functions: defaultdict[Name, list[ContextFunction]] = defaultdict(list)
        for function in functions:
            if function.table is not None:
                self._functions[function.table].append(function)
        self._referring: defaultdict[Name, list[ForeignKey]] = defaultdict(list)
        for table in session.database.tables:
            for key in table.foreign_keys:
                if key.target != table.name:
                    self._referring[key.target].append(key)
        self._findings: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in report.findings:
            self._findings[finding.table].append(finding)
        there = [name for name, item in self._items.items() if self._is_there(item)]
        self._refusals = refusals_by_table(session, wanted, report, there)
        self._remarks = _remarks(wanted.problems, self._items)
        self._carried = dict(_carried(session))
        self._changesets = _changeset_moves(session, changesets, self._items, self._carried)

    def _is_there(self, item: PlannedResource) -> bool:
        return self._session.project.resource(item.resource.module) is not None

    def table(self, table: Table) -> TableMove:
        """Return the facts of one table."""
        name = table.name
        item = self._items.get(name)
        schemas = sorted(self._schemas.get(name, ()), key=lambda s: (not s.first, s.module))
        return TableMove(
            table=name,
            definition=table,
            domain=self._scope.domains.get(name),
            is_proposed=name in self._proposed,
            resource=None if item is None else self._resource(item),
            key=table_key(table, self._session.resolver, self._legacy),
            referring=tuple(sorted(self._referring.get(name, ()), key=_key_order)),
            tenancy=self._tenancy.get(name),
            schemas=tuple(schemas),
            users=self._users.get(name, ()),
            changesets=tuple(self._changesets.get(name, ())),
            actions=tuple(action for _, action in self._carried.get(name, ())),
            context_functions=tuple(self._functions.get(name, ())),
            custom_types=tuple(_custom_types(schemas, item)),
            findings=tuple(self._findings.get(str(name), ())),
            refusals=self._refusals.get(name, ()),
            remarks=self._remarks.get(name, ()),
            owned=name in self._owned,
        )

    def _resource(self, item: PlannedResource) -> ResourceState:
        found = self._session.project.resource(item.resource.module)
        if found is None:
            return ResourceState(module=item.resource.module)
        return ResourceState(
            module=found.module,
            path=found.path,
            line=found.line,
            by_hand=item.draft.name not in self._session.schema_changes.resources,
        )


def _key_order(key: ForeignKey) -> tuple[Name, str]:
    return key.table, key.name


def _remarks(
    problems: Iterable[Problem], items: Mapping[Name, PlannedResource]
) -> dict[Name, tuple[Problem, ...]]:
    """Return the problems of planning by the table that they are about."""
    names = {str(name): name for name in items}
    found: defaultdict[Name, list[Problem]] = defaultdict(list)
    for problem in problems:
        where = problem.where
        while where and where not in names:
            where = where.rpartition(".")[0]
        if where:
            found[names[where]].append(problem)
    return {name: tuple(each) for name, each in found.items()}


def _custom_types(
    schemas: Iterable[EctoSchema], item: PlannedResource | None
) -> Iterator[CustomTypeUse]:
    mapped = {} if item is None else item.draft.columns.mapped
    seen: set[tuple[str, str]] = set()
    for schema in schemas:
        for field in schema.fields:
            if field.custom and (field.column, field.custom) not in seen:
                seen.add((field.column, field.custom))
                own = mapped.get(field.column)
                yield CustomTypeUse(
                    column=field.column,
                    module=field.custom,
                    path=field.path or schema.path,
                    line=field.line or schema.line,
                    handed_over=own is not None and own.ecto_type == field.custom,
                    apart=field.apart,
                )


# ---- changeset functions ----

_Function = tuple[str, str, int]


def _carried(session: Session) -> Iterator[tuple[Name, list[tuple[_Function, CarriedAction]]]]:
    """Yield, by table, the actions that were made of changeset functions and are still there."""
    project, today = session.project, session.schema_changes.renames.table
    for table, snapshot in sorted(action_snapshots(project, session.snapshots.values()).items()):
        names = action_names(project, snapshot)
        if names is None:
            continue
        path = project.modules[snapshot.module].path
        found = []
        for of in snapshot.changesets:
            name = names.carried.get(key_of(of))
            if name is not None:
                action = CarriedAction(
                    name=name,
                    kind=of.kind,
                    path=path,
                    line=names.lines.get(name, 1),
                    left=names.left.get(name, ()),
                )
                found.append(((of.module, of.function, of.arity), action))
        yield today(table), found


def _changeset_moves(
    session: Session,
    changesets: Sequence[Changeset],
    items: Mapping[Name, PlannedResource],
    carried: Mapping[Name, list[tuple[_Function, CarriedAction]]],
) -> dict[Name, list[ChangesetMove]]:
    """Return how far each changeset function is an action, by table."""
    planned = plan_actions(
        changesets,
        {
            name: _without_carried(item.resource, session.state.carried.get(name))
            for name, item in items.items()
        },
        {schema.module: schema for schema in session.state.legacy},
    )
    outcomes: dict[_Function, _Outcome] = {}
    for each in planned:
        outcomes |= _outcomes(each)
    found: defaultdict[Name, list[ChangesetMove]] = defaultdict(list)
    for changeset in changesets:
        key = changeset.module, changeset.function, changeset.arity
        outcome = outcomes.get(key, _Outcome(refused="its table has no resource"))
        copied = sum(isinstance(step, Copied) for step in changeset.steps)
        found[changeset.table].append(
            ChangesetMove(
                of=changeset,
                actions=tuple(a for of, a in carried.get(changeset.table, ()) if of == key),
                planned=outcome.planned,
                left=outcome.left,
                refused=outcome.refused,
                copied=copied,
            )
        )
    return found


def _without_carried(resource: Resource, carried: CarriedActions | None) -> Resource:
    """Return a resource with the default actions that gave way to those of changeset functions."""
    actions = resource.actions
    if carried is None or actions is None:
        return resource
    actions = msgspec.structs.replace(
        actions,
        create=actions.create or "create" in carried.replaced,
        update=actions.update or "update" in carried.replaced,
    )
    return msgspec.structs.replace(resource, actions=actions)


class _Outcome(msgspec.Struct, frozen=True):
    planned: int = 0
    left: tuple[StepLeft, ...] = ()
    refused: str = ""


def _outcomes(planned: ResourceActions) -> dict[_Function, _Outcome]:
    """Return what `ash-scaffold actions` makes of the functions of a table."""
    left: defaultdict[_Function, dict[StepLeft, None]] = defaultdict(dict)
    counts: defaultdict[_Function, int] = defaultdict(int)
    for action in planned.actions:
        of = action.changeset
        counts[of.module, of.function, of.arity] += 1
    for step in left_steps(planned):
        of = step.action.changeset
        own = StepLeft(step.path, step.line, step.source, step.reason)
        left[of.module, of.function, of.arity][own] = None
    found = {key: _Outcome(count, tuple(sorted(left[key]))) for key, count in counts.items()}
    for of, reason in planned.refused:
        todos = tuple(
            sorted(
                StepLeft(step.path or of.path, step.line, step.source, step.reason)
                for step in of.steps
                if isinstance(step, Todo)
            )
        )
        found.setdefault((of.module, of.function, of.arity), _Outcome(0, todos, reason))
    return found


def written_together(
    code: CodeBase, changesets: Iterable[Changeset]
) -> tuple[WrittenTogether, ...]:
    """Return the functions that write rows of several tables, as far as changesets tell."""
    places: defaultdict[str, defaultdict[int, set[Name]]] = defaultdict(lambda: defaultdict(set))
    for each in changesets:
        for place in (*each.creates, *each.updates, *each.deletes):
            path, _, line = place.rpartition(":")
            if path in code.files and line.isdecimal():
                places[path][int(line)].add(each.table)
    modules = Modules(code)
    found = []
    for path, lines in sorted(places.items()):
        if len({table for tables in lines.values() for table in tables}) < 2:
            continue
        file = code.files[path]
        breaks = [at for at, byte in enumerate(file.source) if byte == ord("\n")]
        for definition in file.modules:
            for function in modules.of(file, definition).functions.values():
                tables: set[Name] = set()
                for clause in function.clauses:
                    span = clause.site.span
                    last = bisect_right(breaks, span.end - 1) + 1
                    for number in range(span.line, last + 1):
                        tables |= lines.get(number, set())
                if len(tables) > 1:
                    found.append(
                        WrittenTogether(
                            tables=tuple(sorted(tables)),
                            function=f"{function.module}.{function.name}/{function.arity}",
                            path=path,
                            line=function.clauses[0].site.span.line,
                        )
                    )
    return tuple(sorted(found))
