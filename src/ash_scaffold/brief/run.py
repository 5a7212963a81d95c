"""The run of `ash-scaffold brief`: reads what `check` reads, and collects what is of one table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import msgspec

from ash_scaffold.ash.changesets import Changeset as LegacyChangeset
from ash_scaffold.ash.changesets import ContextFunction as LegacyContextFunction
from ash_scaffold.ash.changesets import ContextKind
from ash_scaffold.ash.plan import Plan
from ash_scaffold.ash.secrets import is_secret_name
from ash_scaffold.brief.excerpts import Excerpt, Excerpts, FunctionPlace, without_credentials
from ash_scaffold.brief.model import (
    Brief,
    Changeset,
    ChangesetState,
    Column,
    ContextFunction,
    CustomType,
    Definition,
    Left,
    LostField,
    Reason,
    Relationship,
    Use,
    User,
)
from ash_scaffold.brief.tasks import TaskSources, commands_of_proof, tasks_of
from ash_scaffold.check.run import load_whole
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.config.match import table_pattern
from ash_scaffold.counted import counted
from ash_scaffold.cutover.refusals import is_finding
from ash_scaffold.document.build import Sources, build, proposed_attributes
from ash_scaffold.document.ddl import create_table
from ash_scaffold.document.model import Column as DocumentColumn
from ash_scaffold.document.model import Table as DocumentTable
from ash_scaffold.generate.options import ResourcesOptions
from ash_scaffold.legacy.usage import User as LegacyUser
from ash_scaffold.legacy.usage import UserKind, first_places, unread_problems, usage
from ash_scaffold.move.facts import ChangesetMove, MoveFacts, TableMove
from ash_scaffold.move.read import facts_of
from ash_scaffold.move.steps import is_used
from ash_scaffold.postgres.catalog import Name, Table, Trigger
from ash_scaffold.problem import Code, Problem, Severity, fail
from ash_scaffold.session import Phases, Session, SourceOptions, read_code_base


class BriefOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The brief, and the problems of reading database and code."""

    brief: Brief
    problems: tuple[Problem, ...]


def make_brief(
    options: SourceOptions,
    table: str,
    announce: Callable[[str], None] = lambda _sentence: None,
) -> BriefOutcome:
    """Collect all that somebody needs to port a table, which is named as in the configuration.

    `announce` gets each phase as it begins. Nothing is written, and nothing of the project is run.
    Raises `ScaffoldError` where there is no such table, with the nearest names, and for whatever
    makes the run impossible.
    """
    phases = Phases(announce)
    session, tenants = load_whole(ResourcesOptions(source=options), phases)
    name = _chosen(session, table)
    names = [each.name for each in session.database.tables]
    every: dict[Name, tuple[LegacyUser, ...]] = dict.fromkeys(names, ())
    if session.hints.enabled:
        every |= usage(session.project, session.hints, names, every_place=True)
    users = {each: first_places(found) for each, found in every.items()}
    facts = facts_of(session, phases, tenants, users=users)
    phases.begin("brief", "Collecting what is of the table")
    return BriefOutcome(
        brief=_Collector(session, facts, name, every[name]).brief(), problems=facts.problems
    )


def _chosen(session: Session, text: str) -> Name:
    """Return the table that is meant. Raises `ScaffoldError` for none, or more than one."""
    names = [table.name for table in session.database.tables]
    exact = [name for name in names if str(name) == text]
    found = exact or [name for name in names if table_pattern(text).matches(name)]
    if not found:
        # A name alone may be of a table in another schema.
        found = [name for name in names if name.name == text]
    if len(found) == 1:
        return found[0]
    if not found:
        raise fail(
            Code.UNKNOWN_NAME,
            f"There is no table {text}.",
            where=text,
            todo=did_you_mean(text, map(str, names)),
        )
    raise fail(
        Code.UNKNOWN_NAME,
        f"{len(found)} tables fit, and a brief is of one.",
        where=text,
        todo=f"Name one: {', '.join(map(str, found[:_SHOWN]))}"
        + (" …" if len(found) > _SHOWN else "."),
    )


_HIDDEN = "***"
_KINDS = {
    ContextKind.QUERY: "needs a read action with a filter",
    ContextKind.OTHER: "no plain call of a repo",
}
_UNIQUE = {"unique": "UNIQUE "}
_SHOWN = 5  # names that a message has


class _Collector:
    """Collects what is of one table."""

    def __init__(
        self, session: Session, facts: MoveFacts, table: Name, users: Iterable[LegacyUser]
    ) -> None:
        self._session = session
        self._facts = facts
        self._users = tuple(users)
        self._accepted = {entry.object: entry.reason for entry in session.config.accept}
        self._is_outside = table not in facts.tables
        self._move = facts.tables.get(table) or self._outside(table)
        # Copies of legacy functions in generated modules go by those.
        generated = {snapshot.path for snapshot in session.snapshots.values()}
        self._functions = tuple(
            each for each in self._move.context_functions if each.path not in generated
        )
        self._excerpts = Excerpts(session.project, read_code_base(session))
        shown = set(map(_place_of, self._functions))
        shown |= {_place_of(each.of) for each in self._move.changesets}
        self._writers = [
            of
            for of in self._excerpts.writers(
                (user.module, user.path, user.line)
                for user in self._users
                if user.kind is not UserKind.SCHEMA and user.path not in generated
            )
            if of not in shown
        ]

    def brief(self) -> Brief:
        """Return all of it."""
        session, move, facts = self._session, self._move, self._facts
        document = self._document()
        resource = move.resource
        changesets = tuple(
            sorted(map(self._changeset, move.changesets), key=lambda c: (c.state.rank, c.place))
        )
        functions = tuple(self._context_functions())
        called, besides = self._called()
        users = tuple(self._grouped_users())
        return Brief(
            table=str(move.table),
            application=facts.application,
            source=facts.source,
            outside=self._why_outside(),
            owned_by_ash=move.owned,
            domain=self._domain(document),
            is_proposed=move.is_proposed,
            tenancy=document.tenancy,
            resource=None if resource is None else resource.module,
            resource_path="" if resource is None else resource.path,
            by_hand=resource is not None and resource.by_hand,
            with_legacy=session.hints.enabled,
            tasks=() if self._is_outside else tuple(tasks_of(self._task_sources(users))),
            commands=()
            if self._is_outside
            else tuple(commands_of_proof(move, facts, with_legacy=session.hints.enabled)),
            definition=self._definition(document),
            code=tuple(self._code()),
            schemas=tuple(self._schemas()),
            changesets=changesets,
            context_functions=functions,
            called=tuple(called),
            called_besides=tuple(besides),
            users=users,
            by_association=tuple(self._excerpts.by_association(self._associations())),
            custom_types=tuple(
                CustomType(
                    column=each.column,
                    module=each.module,
                    place=f"{each.path}:{each.line}",
                    what=_of_type(handed_over=each.handed_over, apart=each.apart),
                )
                for each in move.custom_types
            ),
            without_column=tuple(
                LostField(
                    name=field.name,
                    column=field.column,
                    schema=schema.module,
                    place=f"{field.path or schema.path}:{field.line or schema.line}",
                )
                for schema, field in move.without_column
            ),
            refusals=len(move.refusals) + len(facts.refusals),
            refused_for=tuple(self._refused_for()),
            remarks=tuple(self._remarks()),
            unread=tuple(self._unread()),
        )

    def _task_sources(self, users: Sequence[User]) -> TaskSources:
        return TaskSources(
            move=self._move,
            facts=self._facts,
            users=users,
            accepted=self._accepted,
            comment=self._excerpts.comment,
        )

    def _outside(self, table: Name) -> TableMove:
        """Return the facts of a table that the configuration or the tool leaves out."""
        session = self._session
        today = session.schema_changes.renames.table
        return TableMove(
            table=table,
            definition=session.database.table(table),
            referring=tuple(
                key
                for other in session.database.tables
                for key in other.foreign_keys
                if key.target == table != other.name
            ),
            schemas=tuple(s for s in session.hints.schemas if today(s.table) == table),
            users=first_places(self._users),
        )

    def _why_outside(self) -> str:
        if not self._is_outside:
            return ""
        if self._session.resolver.excludes(self._move.table):
            return "the configuration leaves it out (exclude)"
        return "it is another tool's table, which gets no resource"

    def _document(self) -> DocumentTable:
        """Return the table as the schema document has it, with what becomes of each column."""
        session, name = self._session, self._move.table
        decided = _with_table(session.plan(), name)
        database = session.database
        document = build(
            Sources(
                database=database,
                plan=decided,
                hints=session.hints,
                users={name: self._move.users},
                project=session.project,
                repo=session.repo,
                owned=session.owned_by_ash,
                proposed=proposed_attributes(database, decided, session.state, session.resolver),
            )
        )
        return next(each for each in document.tables if each.name == name)

    def _domain(self, document: DocumentTable) -> str | None:
        resource = self._move.resource
        if resource is not None and resource.is_there:
            return document.domain
        return self._move.domain

    def _definition(self, document: DocumentTable) -> Definition:
        table = self._move.definition
        secret = {each.name for each in document.columns if _is_secret(each)}
        referring = [f"{key.table} ({', '.join(key.columns)})" for key in self._move.referring]
        referring += [
            each.definition for each in document.constraints if each.kind == "referred to by"
        ]
        return Definition(
            kind=document.kind,
            comment=document.comment and without_credentials(document.comment),
            sql=without_credentials(
                create_table(_without_secrets(table, secret), self._session.database.types)
            ),
            indexes=tuple(
                without_credentials(f"{_UNIQUE.get(each.kind, '')}{each.name}: {each.definition}")
                for each in document.indexes
                if each.kind in ("index", "unique")
            ),
            triggers=tuple(map(_trigger, table.triggers)),
            referring=tuple(dict.fromkeys(referring)),
            columns=tuple(map(_column, document.columns)),
            relationships=tuple(
                Relationship(kind=each.kind, name=each.name, destination=each.destination)
                for each in document.relationships
            ),
        )

    def _code(self) -> Iterator[Excerpt]:
        """Yield the resource, and the fragments that its actions are in."""
        resource = self._move.resource
        if resource is None or not resource.is_there:
            return
        project = self._session.project
        found = self._excerpts.module(resource.module, resource.path)
        if found is not None:
            yield found
        for domain in project.domains:
            entry = self._excerpts.in_domain(domain.module, domain.path, resource.module)
            if entry is not None:
                yield entry
        for path in sorted({action.path for action in self._move.actions} - {resource.path}):
            for module in sorted(m.name for m in project.modules.values() if m.path == path):
                fragment = self._excerpts.module(module, path)
                if fragment is not None:
                    yield fragment

    def _schemas(self) -> Iterator[Excerpt]:
        for schema in self._move.schemas:
            found = self._excerpts.schema(schema.module, schema.path)
            if found is not None:
                yield found

    def _changeset(self, move: ChangesetMove) -> Changeset:
        of = move.of
        writes = [("creates", of.creates), ("updates", of.updates), ("deletes", of.deletes)]
        return Changeset(
            label=move.label,
            place=f"{of.path}:{of.line}",
            state=_state(move),
            reason="" if _state(move) is ChangesetState.UNUSED else move.refused,
            actions=tuple(f":{each.name} ({each.path}:{each.line})" for each in move.actions),
            writes=tuple(f"{place} ({word})" for word, places in writes for place in places),
            calls=of.calls,
            left=tuple(
                Left(
                    source=without_credentials(each.source),
                    reason=each.reason,
                    place=f"{each.path}:{each.line}",
                )
                for each in move.left
            ),
            source=self._excerpts.function(_place_of(of)),
        )

    def _called(self) -> tuple[list[Excerpt], list[str]]:
        """Return what the functions of the page call, and the attributes that they name."""
        names = {schema.module.rpartition(".")[2] for schema in self._move.schemas}
        names |= {self._session.repo.rpartition(".")[2], self._move.table.name}
        return self._excerpts.called(
            [_place_of(each.of) for each in self._move.changesets],
            [*map(_place_of, self._functions), *self._writers],
            names,
        )

    def _context_functions(self) -> Iterator[ContextFunction]:
        """Yield the functions of the contexts, those that are more than a call of a repo first.

        Of these the schemas' own contexts come first.
        """
        contexts = {schema.context for schema in self._move.schemas}
        found = sorted(
            self._functions,
            key=lambda each: (
                not each.reason,
                each.module not in contexts,
                each.path,
                each.line,
            ),
        )
        callers = self._excerpts.calls([*map(_place_of, found), *self._writers])
        for of in self._writers:
            source = self._excerpts.function(of)
            yield ContextFunction(
                label=f"{of.module}.{of.name}/{of.arity}",
                place=of.path if source is None else source.place,
                kind="names the table and writes, maybe to another",
                reason="",
                source=source,
                callers=tuple(callers.get(of, ())),
            )
        for each in found:
            place = _place_of(each)
            yield ContextFunction(
                label=f"{each.module}.{each.function}/{each.arity}",
                place=f"{each.path}:{each.line}",
                kind=_KINDS.get(each.kind, f"one call of a repo ({each.kind.value})"),
                reason=each.reason,
                source=self._excerpts.function(place),
                callers=tuple(callers.get(place, ())),
            )

    def _associations(self) -> Iterator[str]:
        """Yield the names of the associations of other schemas that lead to the table."""
        own = {schema.module for schema in self._move.schemas}
        for schema in self._session.hints.schemas:
            if schema.module not in own:
                yield from (each.name for each in schema.declared if each.module in own)

    def _grouped_users(self) -> Iterator[User]:
        """Yield the modules that use the table, its own schemas left out: those with SQL first."""
        groups: defaultdict[tuple[str, UserKind, str], dict[int, Use]] = defaultdict(dict)
        for user in self._users:
            if user.how.value != "schema":
                text = self._excerpts.line(user.path, user.line)
                use = Use(line=user.line, how=user.how.value, via=user.via, text=text)
                groups[user.module, user.kind, user.path].setdefault(user.line, use)
        found = [
            User(
                module=module,
                kind=kind.value,
                path=path,
                uses=tuple(sorted(uses.values(), key=lambda use: use.line)),
            )
            for (module, kind, path), uses in groups.items()
        ]
        yield from sorted(found, key=_user_order)

    def _refused_for(self) -> Iterator[Reason]:
        """Yield why `cutover` would refuse: what other lines of the page tell is only counted."""
        move = self._move
        users = {f"{user.path}:{user.line}" for user in move.user_modules}
        findings = [each for each in move.refusals if is_finding(each)]
        others = [each for each in move.refusals if not is_finding(each)]
        legacy = sum(each.where in users for each in others)
        if legacy:
            modules = counted(legacy, "legacy module")
            refer = "refers" if legacy == 1 else "refer"
            own = ", its own schemas counted" if move.schemas else ""
            yield Reason(what=f"{modules} still {refer} to it{own}")
        if findings:
            yield Reason(what=f"check has {counted(len(findings), 'finding')} of it")
        for each in (*others, *self._facts.refusals):
            if each.where not in users:
                yield Reason(where=each.where, what=without_credentials(each.what))

    def _unread(self) -> Iterator[str]:
        """Yield what of the legacy code may be about the table and can't be told."""
        for problem in unread_problems(self._session.hints):
            yield f"{problem.where}: {problem.what}"
        names = {each.of.function for each in self._move.changesets}
        for place in self._excerpts.dynamic_calls(names):
            yield f"{place}: It calls a changeset function of a struct that is known at run time."

    def _remarks(self) -> Iterator[str]:
        """Yield what planning notes of the table, and what the team accepts in it."""
        for problem in self._move.remarks:
            if problem.severity is Severity.NOTE:
                yield without_credentials(f"{problem.where}: {problem.what} {problem.todo}".strip())
        table = str(self._move.table)
        for name, reason in self._accepted.items():
            if name == table or name.startswith(f"{table}."):
                yield f"{name} is accepted: {without_credentials(reason)}"


def _place_of(of: LegacyChangeset | LegacyContextFunction) -> FunctionPlace:
    return FunctionPlace(of.module, of.path, of.function, of.arity)


def _with_table(decided: Plan, name: Name) -> Plan:
    """Return a plan that shows a table which it leaves out, as one in no domain."""
    scope = decided.scope
    if name not in scope.skipped:
        return decided
    scope = msgspec.structs.replace(
        scope,
        skipped=tuple(each for each in scope.skipped if each != name),
        unassigned=(*scope.unassigned, name),
    )
    return msgspec.structs.replace(decided, scope=scope)


def _is_secret(column: DocumentColumn) -> bool:
    return "sensitive" in column.notes or is_secret_name(column.name)


def _without_secrets(table: Table, secret: Collection[str]) -> Table:
    """Return a table without the defaults of columns whose values are secrets."""
    columns = tuple(
        msgspec.structs.replace(each, default=_HIDDEN)
        if each.name in secret and each.default is not None
        else each
        for each in table.columns
    )
    return msgspec.structs.replace(table, columns=columns)


def _column(column: DocumentColumn) -> Column:
    return Column(
        name=column.name,
        type=column.type,
        nullable=column.nullable,
        default=_HIDDEN
        if column.default is not None and _is_secret(column)
        else column.default and without_credentials(column.default),
        attribute=column.attribute,
        ash_type=column.ash_type,
        constraints=column.constraints,
        notes=tuple(
            without_credentials(note)
            for note in column.notes
            if not (note.startswith("default ") and _is_secret(column))
        ),
    )


def _trigger(trigger: Trigger) -> str:
    """Say when a trigger runs what, and which columns it is seen to change."""
    columns = f" OF {', '.join(trigger.columns)}" if trigger.columns else ""
    events = ["INSERT"] * trigger.on_insert + [f"UPDATE{columns}"] * trigger.on_update
    changes = f", sets {', '.join(trigger.assigns)}" if trigger.assigns else ""
    return f"{trigger.name}: before {' or '.join(events)}, runs {trigger.function}(){changes}"


def _state(move: ChangesetMove) -> ChangesetState:
    if not is_used(move) and not move.of.deletes:
        return ChangesetState.UNUSED
    if move.actions:
        return ChangesetState.TODO if move.todos else ChangesetState.DONE
    return ChangesetState.OPEN if move.planned else ChangesetState.REFUSED


def _of_type(*, handed_over: bool, apart: str) -> str:
    if handed_over:
        return "the attribute's type calls it: it stays, or moves with the table"
    if apart:
        return f"the attribute is of the column's own type: {apart}"
    return "the attribute is of the column's own type"


def _user_order(user: User) -> tuple[bool, bool, int, str]:
    """The hardest first: those that name the table itself, then those with the most places."""
    by_name = any(use.how in ("query", "sql") for use in user.uses)
    return not by_name, user.is_pattern, -len(user.uses), user.module
