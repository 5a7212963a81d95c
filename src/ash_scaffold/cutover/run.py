"""The run of `ash-scaffold cutover` and of its way back, step by step, without a word of output."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from ash_scaffold.ash.managed import managed_form, prerequisites, unsayable_needs
from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.check.run import check_session
from ash_scaffold.config import Resolver, require_names, table_pattern
from ash_scaffold.config.options import FILE_NAME, Config
from ash_scaffold.config.owned_tables import owned_text, with_owned, without_owned
from ash_scaffold.cutover.ash import COMMANDS, Contents, ash_snapshots_of, compiled
from ash_scaffold.cutover.compare import describe
from ash_scaffold.cutover.proof import Proof, ProofQuestion, prove
from ash_scaffold.cutover.refusals import (
    dev_migrations,
    notes,
    refusals,
    refusals_of_tables,
)
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.files import File, Status, read_text
from ash_scaffold.generate.modules import Module, extra_module
from ash_scaffold.generate.options import ResourcesOptions, open_with
from ash_scaffold.generate.owned_tables import migrations_of
from ash_scaffold.generate.run import (
    Outcome,
    PlannedRun,
    all_contents,
    prepare_session,
    require_snapshots,
)
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.inventory import Inventory
from ash_scaffold.postgres.source import Source
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail
from ash_scaffold.project.mix import Mix
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.ownership import ash_snapshots
from ash_scaffold.project.read_state import find_repo
from ash_scaffold.project.settings import (
    ExtensionModule,
    extension_module_lines,
    put_extension_module,
    take_extension_module,
)
from ash_scaffold.project.snapshot import digest, owned_tables, snapshot_path
from ash_scaffold.project.write import Lock, Written, write_files
from ash_scaffold.regular_file import read_file
from ash_scaffold.session import (
    OpenProject,
    Phases,
    Session,
    SourceOptions,
    make_session,
    open_database,
    read_database,
    schemas_in,
    source_problems,
)
from ash_scaffold.verify.answers import require_ash_repo
from ash_scaffold.verify.run import mix_of

# Without a server of its own the proof can't be made; that says nothing about the tables.
_NO_SERVER = frozenset({Code.NO_LOCAL_SERVER, Code.EXTENSION_MISSING})


class CutoverOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of `cutover`; `tables` are patterns, one of the three says which are meant.

    `undo` goes the way back. With `dry_run` nothing is written, and no code of the project is run;
    with `prove_only` nothing is written, and whatever the code refers to, the tables are proven:
    those that were cut over where none are named. Without `prove` that is left out.
    """

    source: SourceOptions
    tables: tuple[str, ...] = ()
    domain: str | None = None
    everything: bool = False
    undo: bool = False
    dry_run: bool = False
    prove: bool = True
    prove_only: bool = False
    mix_env: str | None = None

    @property
    def writes(self) -> bool:
        """Whether the project is changed."""
        return not self.dry_run and not self.prove_only


class CutoverReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a cut-over came to. `tables` went over, `already` had done so before.

    `edits` are texts of files beside the modules, before and after. `snapshots` are those that Ash
    has made, or that were taken away; `commands` are left to run where there is no mix. `proof` is
    None where it was not made.
    """

    tables: tuple[Name, ...]
    already: tuple[Name, ...] = ()
    outcome: Outcome
    edits: tuple[File, ...] = ()
    snapshots: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    proof: Proof | None = None
    problems: tuple[Problem, ...] = ()
    written: Written = Written()


def cut_over(
    lock: Lock,
    options: CutoverOptions,
    announce: Callable[[str], None] = lambda _sentence: None,
) -> CutoverReport:
    """Give tables to Ash, or with `undo` back to both, all or none of them.

    `announce` gets each phase as it begins. Raises `ScaffoldError`, with nothing written, for
    everything that stands against it.
    """
    _require_tables(options)
    phases = Phases(announce)
    phases.begin("project", "Reading the project")
    opened = open_with(ResourcesOptions(source=options.source, domain=options.domain))
    repo = opened.require_repo()
    require_ash_repo(find_repo(opened.project, repo), opened.project.app.name)
    phases.begin("reflection", "Reading the database")
    with open_database(opened, announce) as source:
        database = read_database(opened, source, schemas_in(options.tables))
        session = make_session(
            _as_it_is(opened), repo, source, database, keep_pending=not options.undo
        )
        with source_problems((*session.behind, *session.problems)):
            require_names(opened.config, session.database, ())
            if session.unread:
                raise ScaffoldError(*session.unread)
            run = _Run(lock, options, opened.config, session, source, phases)
            return run.back() if options.undo else run.over()


def _require_tables(options: CutoverOptions) -> None:
    given = (bool(options.tables), options.domain is not None, options.everything)
    if options.prove_only and (options.undo or options.dry_run or not options.prove):
        raise fail(
            Code.USAGE,
            "--prove writes nothing, and goes with none of --undo, --dry-run and --no-prove.",
            where="--prove",
        )
    if sum(given) > 1 or (not sum(given) and not options.prove_only):
        raise fail(
            Code.USAGE,
            "It has to be said which tables are meant: their names, --domain or --all.",
            todo="Try it with one table first: ash-scaffold cutover orders --dry-run",
        )


def _as_it_is(opened: OpenProject) -> OpenProject:
    """Give `owned_by_ash` exactly the tables that were cut over, whatever the file says."""
    return _owning(opened, owned_tables(opened.snapshots.values()))


def _owning(opened: OpenProject, tables: Collection[Name]) -> OpenProject:
    names = tuple(map(owned_text, sorted(tables)))
    config = msgspec.structs.replace(opened.config, owned_by_ash=names)
    return msgspec.structs.replace(opened, config=config)


class _Run:
    """One run: what it has read, and its steps."""

    def __init__(
        self,
        lock: Lock,
        options: CutoverOptions,
        config: Config,
        session: Session,
        source: Source,
        phases: Phases,
    ) -> None:
        self.lock = lock
        self.options = options
        self.config = config
        self.session = session
        self.source = source
        self.phases = phases
        self.owned = owned_tables(session.snapshots.values())
        self.root = session.project.root

    def over(self) -> CutoverReport:
        """Give the tables to Ash."""
        session, options = self.session, self.options
        chosen, already = self._chosen()
        new = chosen - already
        found = tuple(self._refusals(new))
        if any(problem.severity is Severity.ERROR for problem in found):
            raise ScaffoldError(*found)
        inventory = self._inventory(self.owned | chosen)
        problems: list[Problem] = list(found)
        outcome = self._outcome(chosen, self.owned | chosen, inventory, problems)
        self._require_merged(outcome, chosen)
        edits = [*self._config(with_owned, new), *self._repo(inventory, problems)]
        contents = self._contents(outcome, edits)
        known = ash_snapshots(session.project)
        missing = new | {table for table in already if table not in known}
        made: Mapping[str, bytes] = {}
        commands: tuple[str, ...] = ()
        proof: Proof | None = None
        if not options.dry_run and (missing or options.prove_only):
            if shutil.which("mix") is None and not options.prove_only:
                commands = COMMANDS
            else:
                self.phases.begin("mix", "Compiling the project")
                mix = mix_of(session.project, self.source.url, options.source, options.mix_env)
                with compiled(self.lock, mix, contents):
                    self.phases.begin("mix", "Letting Ash write its snapshots")
                    if missing:
                        made = ash_snapshots_of(mix, session.project, session.repo, missing)
                    if options.prove:
                        proof = self._proof(mix, chosen, problems)
        return self._written(
            CutoverReport(
                tables=tuple(sorted(new)),
                already=tuple(sorted(already)),
                outcome=outcome,
                edits=tuple(edits),
                snapshots=tuple(sorted(made)),
                commands=commands,
                proof=proof,
                problems=tuple(problems),
            ),
            Contents({**contents.files, **made}, contents.expected),
        )

    def _refusals(self, tables: Collection[Name]) -> Iterable[Problem]:
        """Return what stands against it, for a proof what stands against that."""
        session = self.session
        if self.options.prove_only:
            yield from refusals_of_tables(session, session.plan(), tables)
            yield from dev_migrations(session.project)
            return
        if tables:
            whole = ResourcesOptions(source=self.options.source)
            report = check_session(session, whole, self.phases, with_hand_over=True)
            yield from refusals(session, session.plan(), report, tables)
        else:
            yield from dev_migrations(session.project)
        yield from notes(session)

    def _proof(self, mix: Mix, tables: Collection[Name], problems: list[Problem]) -> Proof | None:
        """Let Ash make the tables from nothing. Raises `ScaffoldError` where they differ.

        Where there is no server to do it in, a warning says so.
        """
        question = ProofQuestion(
            mix=mix,
            repo=self.session.repo,
            url=self.source.url,
            tables=tuple(sorted(tables)),
            owned=tuple(sorted(self.owned)),
            limit=self.source.limit,
        )
        try:
            proof = prove(question, lambda phase: self.phases.begin("proof", phase))
        except ScaffoldError as error:
            codes = {problem.code for problem in error.problems}
            if self.options.prove_only or not codes <= _NO_SERVER:
                raise
            problems.extend(
                msgspec.structs.replace(
                    each, severity=Severity.WARNING, what=f"It is not proven: {each.what}"
                )
                for each in error.problems
            )
            return None
        problems.extend(proof.problems)
        faults = tuple(
            Code.NOT_PROVEN.at(str(table or ""), f"{describe(fault)}.")
            for table, fault in proof.comparison.faults
        )
        if faults and not self.options.prove_only:
            raise ScaffoldError(*faults)
        problems.extend(faults)
        return proof

    def back(self) -> CutoverReport:
        """Give tables of Ash's back to both."""
        chosen, already = self._chosen()
        if not already:
            raise fail(
                Code.NO_TABLES,
                "None of the tables was cut over.",
                todo="Ash owns: " + (", ".join(map(str, sorted(self.owned))) or "none") + ".",
            )
        left = self.owned - already
        inventory = self._inventory(left)
        problems = list(_migrated(self.session, already))
        outcome = self._outcome(already, left, inventory, problems)
        edits = [
            *self._config(without_owned, already),
            *self._repo(inventory, problems),
            *self._extension_gone(inventory, problems),
        ]
        contents = self._contents(outcome, edits)
        kept = ash_snapshots(self.session.project)
        gone = sorted(path for table in already for path in kept.get(table, ()))
        report = self._written(
            CutoverReport(
                tables=tuple(sorted(already)),
                already=tuple(sorted(chosen - already)),
                outcome=outcome,
                edits=tuple(edits),
                snapshots=tuple(gone),
                problems=tuple(problems),
            ),
            Contents({**contents.files, **dict.fromkeys(gone)}, contents.expected),
        )
        if not self.options.dry_run:
            _remove_empty(self.root, gone)
        return report

    def _chosen(self) -> tuple[frozenset[Name], frozenset[Name]]:
        """Return the tables that are meant, and those of them that Ash owns already.

        Views are only meant by name. Raises `ScaffoldError` for a pattern that fits none.
        """
        options, database, plan = self.options, self.session.database, self.session.plan()
        planned = {item.draft.name: item for item in plan.resources}
        found: set[Name] = set()
        if not (options.tables or options.domain or options.everything):
            found |= self.owned
        for text in options.tables:
            pattern = table_pattern(text)
            fitting = {
                table.name
                for table in database.tables
                if pattern.matches(table.name) and (pattern.exact or table.kind.is_table)
            }
            if not fitting:
                raise fail(Code.UNKNOWN_NAME, f"No table fits {text}.", where=text)
            found |= fitting
        if options.everything or options.domain is not None:
            for name, item in planned.items():
                domains = (options.domain, f"{options.domain}.Domain")
                if options.everything or item.resource.domain in domains:
                    found |= {name} if item.draft.table.kind.is_table else set()
            if not found:
                raise fail(
                    Code.NO_TABLES, "No domain has a table.", where=options.domain or "--all"
                )
        return frozenset(found), frozenset(found & self.owned)

    def _inventory(self, tables: Collection[Name]) -> Inventory:
        from ash_scaffold.postgres.connect import read_only
        from ash_scaffold.postgres.read_inventory import read_inventory

        with read_only(self.source.url, self.source.limit) as connection:
            return read_inventory(connection, tables)

    def _outcome(
        self,
        tables: Collection[Name],
        owned: Collection[Name],
        inventory: Inventory,
        problems: list[Problem],
    ) -> Outcome:
        """Compute what the run writes into the modules of the tables; `owned` are Ash's then."""
        config = _owning(self.session, owned).config
        session = msgspec.structs.replace(self.session, config=config, resolver=Resolver(config))
        keys = [key for table in session.database.tables for key in table.foreign_keys]
        keys += session.database.outside_foreign_keys

        def managed(item: PlannedResource) -> PlannedResource:
            if item.draft.name not in owned or inventory.table(item.draft.name) is None:
                return item
            form = managed_form(item, inventory, keys)
            if item.draft.name in tables:
                problems.extend(
                    Code.NOT_SAID.at(f"{item.draft.name}: {each.object}", f"{each.what}.")
                    for each in form.unsayable
                )
            return msgspec.structs.replace(item, resource=form.resource)

        def revise(run: PlannedRun) -> PlannedRun:
            resources = tuple(map(managed, run.plan.resources))
            plan = msgspec.structs.replace(run.plan, resources=resources)
            return msgspec.structs.replace(run, plan=plan)

        def more(renderer: Renderer, lib: str) -> Iterable[Module]:
            needed = prerequisites(inventory, session.project.app.namespace)
            if needed is not None:
                paths = {name: each.path for name, each in session.project.modules.items()}
                yield extra_module(needed.module, renderer.prerequisites(needed), lib, paths)

        problems.extend(
            Code.NOT_SAID.at(each.object, f"{each.what}.") for each in unsayable_needs(inventory)
        )
        texts = tuple(map(owned_text, sorted(tables)))
        return prepare_session(
            session,
            ResourcesOptions(
                source=self.options.source,
                tables=texts,
                run_project=not self.options.dry_run,
            ),
            self.phases,
            revise,
            more,
        )

    def _require_merged(self, outcome: Outcome, tables: Collection[Name]) -> None:
        """Refuse where a hand edit keeps a resource from saying all that its table has."""
        for file in outcome.files.files:
            if file.status is Status.CONFLICT and file.module.table in tables:
                raise ScaffoldError(
                    *(each for each in outcome.files.problems if each.code is Code.CONFLICT)
                )

    def _config(self, edit: Callable[..., str | None], tables: Collection[Name]) -> Iterable[File]:
        """Edit `owned_by_ash`, where the list has to change."""
        path = self.root / FILE_NAME
        before = None
        with suppress(FileNotFoundError):
            before = read_file(path).decode("utf-8")
        there = set(self.config.owned_by_ash)
        config = Resolver(self.config)
        if edit is with_owned:
            names = [owned_text(t) for t in sorted(tables) if not config.owned_by_ash(t)]
        else:
            names = [owned_text(table) for table in sorted(tables) if owned_text(table) in there]
            _require_no_pattern(self.config, tables)
        if names:
            yield _file(FILE_NAME, before, edit(before, names))

    def _repo(self, inventory: Inventory, problems: list[Problem]) -> Iterable[File]:
        """Put the generated extension into the repo, or take it out where it is needed no more."""
        session = self.session
        repo = find_repo(session.project, session.repo)
        name = _extension(session.project)
        needed = prerequisites(inventory, session.project.app.namespace) is not None
        if repo is None:
            return
        setting = ExtensionModule(repo=repo.module, module=name)
        source = read_file(self.root / repo.path)
        there = name.encode() in source
        if needed == there:
            return
        change = put_extension_module if needed else take_extension_module
        after = change(source, setting)
        if after is not None:
            yield _file(repo.path, source.decode(), after.decode())
            return
        problems.append(
            Code.NOT_SAID.at(
                f"{repo.path}:{repo.line}",
                f"{name} has to go into installed_extensions, and the place is not clear."
                if needed
                else f"{name} is needed no more in installed_extensions.",
                todo="\n".join(extension_module_lines(setting)) if needed else "Take it out.",
            )
        )

    def _extension_gone(self, inventory: Inventory, problems: list[Problem]) -> Iterable[File]:
        """Delete the generated extension and its snapshot where no table needs it any more."""
        project = self.session.project
        name = _extension(project)
        entry, snapshot = project.modules.get(name), self.session.snapshots.get(name)
        if entry is None or snapshot is None or prerequisites(inventory, project.app.namespace):
            return
        text = read_text(project, entry.path) or ""
        others = [each.name for each in project.modules.values() if each.path == entry.path]
        if digest(text) != snapshot.written or others != [name]:
            problems.append(
                Code.REMOVED_BY_HAND.at(entry.path, f"{name} was edited, so it stays.", todo="")
            )
            return
        yield _file(entry.path, text, None)
        path = snapshot_path(snapshot)
        yield _file(path, read_text(project, path), None)

    def _contents(self, outcome: Outcome, edits: Iterable[File]) -> Contents:
        wanted = all_contents(outcome)
        require_snapshots(outcome, wanted)
        files = [*outcome.files.files, *edits]
        return Contents(
            {**wanted, **{each.path: _bytes(each.after) for each in edits}},
            {each.path: _bytes(each.before) for each in files},
        )

    def _written(self, report: CutoverReport, contents: Contents) -> CutoverReport:
        if not self.options.writes:
            return report
        written = write_files(self.lock, contents.files, expected=contents.expected)
        return msgspec.structs.replace(report, written=written)


def _extension(project: Project) -> str:
    """Return the module of what tables need before they are made, as `prerequisites` names it."""
    return f"{project.app.namespace}.LegacyObjects"


def _require_no_pattern(config: Config, tables: Collection[Name]) -> None:
    own = set(map(owned_text, tables))
    for text in config.owned_by_ash:
        pattern = table_pattern(text)
        if not pattern.exact and text not in own and any(map(pattern.matches, tables)):
            raise fail(
                Code.CONFIG_INVALID,
                f"owned_by_ash has the pattern {text}, which stands for more than the tables.",
                where=FILE_NAME,
                todo="Write the tables that stay Ash's in its place.",
            )


def _migrated(session: Session, tables: Collection[Name]) -> Iterable[Problem]:
    """Warn of what Ash has migrated since: it stays in the database, and its migrations too."""
    known = [table.name for table in session.database.tables]
    found = migrations_of(session.project, frozenset(tables), known, by_ash=True)
    for table, path, line in found:
        yield Code.CUTOVER_REFUSED.at(
            f"{path}:{line}",
            f"Ash has changed {table} since. What it changed stays, and so does the migration.",
            todo="Accept it where check finds it.",
            severity=Severity.WARNING,
        )


def _file(path: str, before: str | None, after: str | None) -> File:
    status = Status.CHANGED if before is not None else Status.CREATED
    return File(
        module=Module(name=path, path=path, text=""),
        status=status if after is not None else Status.DELETED,
        before=before,
        after=after,
        snapshot=None,
    )


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _remove_empty(root: Path, paths: Iterable[str]) -> None:
    """Remove the folders of snapshots that are empty now."""
    for folder in sorted({(root / path).parent for path in paths}):
        for each in (folder, folder.parent, folder.parent.parent):
            with suppress(OSError):
                each.rmdir()
