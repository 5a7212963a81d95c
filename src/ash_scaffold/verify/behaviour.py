"""Whether actions behave as the changeset functions that they were made of: `--behaviour`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from ash_scaffold.ash.changesets import ParameterRole
from ash_scaffold.config import table_pattern
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.config.options import FILE_NAME, Accept, BehaviourConfig, Config
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.time_limit import time_limit
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail
from ash_scaffold.project.carried_actions import action_names, key_of
from ash_scaffold.project.mix import compile_project
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.read_state import find_repo
from ash_scaffold.project.repo_options import repo_options, whereabouts
from ash_scaffold.project.snapshot import CarriedOver, Snapshot
from ash_scaffold.report.finding import Accepted, Finding, Report, split_accepted
from ash_scaffold.report.formats import Case, as_junit, document
from ash_scaffold.session import SourceOptions, open_database, open_project
from ash_scaffold.verify.answers import (
    Answer,
    BehaviourAnswer,
    Disagreement,
    TestCase,
    require_ash_repo,
    require_run,
)
from ash_scaffold.verify.script import (
    Argument,
    Asked,
    BehaviourQuestion,
    Question,
    ask,
    question_text,
)
from ash_scaffold.verify.target import require_writable

if TYPE_CHECKING:
    from ash_scaffold.postgres.url import URL

DEFAULT_INPUTS = 500
DEFAULT_SEED = 1
Mode: TypeAlias = str
MODES: tuple[Mode, ...] = ("form", "json")
_SUFFIX = "_changeset"


class Kind(StrEnum):
    """How the answers of function and action differ. The value is what users see."""

    ASH_STRICTER = "ash-stricter"
    ASH_LOOSER = "ash-looser"
    RAISES = "raises"
    VALUES = "values"
    FIELDS = "fields"
    MESSAGES = "messages"
    TEMPLATES = "templates"
    LEGACY_RAISES = "legacy-raises"
    NOT_COMPARED = "not-compared"


_SEVERITIES = {
    Kind.ASH_STRICTER: Severity.ERROR,
    Kind.ASH_LOOSER: Severity.ERROR,
    Kind.RAISES: Severity.ERROR,
    Kind.VALUES: Severity.ERROR,
    Kind.FIELDS: Severity.WARNING,
    Kind.MESSAGES: Severity.WARNING,
    Kind.TEMPLATES: Severity.WARNING,
    Kind.LEGACY_RAISES: Severity.NOTE,
    Kind.NOT_COMPARED: Severity.WARNING,
}
_MEANINGS = {
    Kind.ASH_STRICTER: "the function accepts it, the action does not",
    Kind.ASH_LOOSER: "the action accepts it, the function does not",
    Kind.RAISES: "the action raises, the function does not",
    Kind.VALUES: "both accept it, and write different values",
    Kind.FIELDS: "both refuse it, with errors on different fields",
    Kind.MESSAGES: "both refuse it, with different messages",
    Kind.TEMPLATES: "the messages read the same, and would be translated differently",
    Kind.LEGACY_RAISES: "the function raises, the action does not",
}


class BehaviourOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of `verify --behaviour`.

    `inputs` are per action and mode; with `dry` nothing is written, and the values that would be
    are compared. `cases` asks for those of a test file.
    """

    source: SourceOptions
    domains: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    inputs: int = DEFAULT_INPUTS
    seed: int = DEFAULT_SEED
    modes: tuple[Mode, ...] = MODES
    dry: bool = False
    cases: bool = False
    show_values: bool = False
    reconnect: bool = False
    mix_env: str | None = None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """An action that was compared in one mode.

    `accepted` are the inputs that the function accepts, `agreed` those on which both agree.
    `unsteady` are columns that the function itself writes otherwise each time.
    """

    action: str
    resource: str
    function: str
    mode: Mode
    inputs: int
    accepted: int
    agreed: int
    seconds: float
    unsteady: tuple[str, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """The inputs on which function and action differ in one way, and the simplest of them.

    `modes` and `count` are of all of them, the rest is of that one. `legacy_place` and
    `action_place` are `path:line`.
    """

    action: str
    function: str
    kind: Kind
    fields: tuple[str, ...]
    modes: tuple[Mode, ...]
    count: int
    input: str
    row: str | None
    legacy: tuple[str, ...]
    ash: tuple[str, ...]
    values: tuple[tuple[str, str, str], ...]
    legacy_place: str
    action_place: str

    @property
    def meaning(self) -> str:
        """What the kind says, in words."""
        return _MEANINGS[self.kind]


class BehaviourReport(Report, frozen=True, kw_only=True):
    """The outcome: what was compared with which seed, and where the two differ.

    There is a finding for each difference that nobody accepts, and for each action that could not
    be compared. `cases` are those for a test file, by resource and action.
    """

    seed: int
    dry: bool
    compared: tuple[Compared, ...]
    differences: tuple[Difference, ...]
    cases: tuple[tuple[str, str, str, tuple[TestCase, ...]], ...] = ()

    @property
    def clean(self) -> bool:
        """Whether there is nothing but notes."""
        return not self.fails(Severity.WARNING)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """An action and the function that it was made of, with what the configuration says of them."""

    resource: str
    table: Name
    action: str
    carried: CarriedOver
    config: BehaviourConfig = BehaviourConfig()

    @property
    def name(self) -> str:
        """What `[behaviour]` and `[[accept]]` call it: the table and the action."""
        return f"{self.table}.{self.action}"


def behaviour(
    options: BehaviourOptions,
    say: Callable[[str], None] = lambda _phase: None,
    heard: Callable[[Answer], None] = lambda _answer: None,
) -> BehaviourReport:
    """Ask the functions and their actions, and tell where their answers differ.

    `say` gets each phase as it begins, `heard` each answer of the script. Raises `ScaffoldError`
    for whatever makes the run impossible.
    """
    from ash_scaffold.verify.run import mix_of

    say("Reading the project")
    opened = open_project(options.source)
    project = opened.project
    repo = opened.require_repo()
    require_ash_repo(find_repo(project, repo), project.app.name)
    subjects = _wanted(
        subjects_of(project, opened.snapshots.values(), opened.config), options, project
    )
    with open_database(opened, say, rows=True) as source:
        own_server = bool(source.server_version_text)
        if not options.dry:
            require_writable(
                source.url, opened.config.verify.writable, own_server=own_server, behaviour=True
            )
        mix = mix_of(project, source.url, options.source, options.mix_env)
        say("Compiling the project")
        compile_project(mix)
        question = Question(
            answer="",
            rows=0,
            database=repo_options(source.url) if own_server or options.reconnect else None,
            where=where_of(source.url, source.limit.seconds),
            behaviour=BehaviourQuestion(
                inputs=options.inputs,
                seed=options.seed,
                modes=options.modes,
                dry=options.dry,
                show_values=options.show_values,
                cases=options.cases,
                actions=tuple(map(asked, subjects)),
            ),
        )
        say("Asking functions and actions")
        events = ask(
            mix,
            lambda path: question_text(msgspec.structs.replace(question, answer=str(path))),
            heard,
        )
    require_run(events, options.domains, source.description)
    answers = [event for event in events if isinstance(event, BehaviourAnswer)]
    _require_known_fields(answers)
    return reported(
        answers,
        str(project.app_root),
        accept=opened.config.accept,
        seed=options.seed,
        dry=options.dry,
        source=source.description,
    )


def where_of(url: URL, seconds: float | None) -> str:
    """Return what identifies a database to the script; `seconds` are the time it has."""
    from ash_scaffold.postgres.connect import read_only

    with read_only(url, time_limit(seconds)) as session:
        return whereabouts(session)


# ---- what is asked


def subjects_of(
    project: Project, snapshots: Iterable[Snapshot], config: Config
) -> tuple[Subject, ...]:
    """Return every action that was carried over and is still there, by table and name.

    Raises `ScaffoldError` (`no-changesets`) where there is none, and (`unknown-name`) for
    arguments of `[behaviour]` that no function has.
    """
    found = sorted(
        (
            subject
            for snapshot in snapshots
            if snapshot.actions_of is not None
            for subject in _subjects(project, snapshot, snapshot.actions_of)
        ),
        key=lambda each: (each.table, each.action),
    )
    if not found:
        raise fail(
            Code.NO_CHANGESETS,
            "No action of the project was made of a changeset function.",
            todo="Make them with ash-scaffold actions --domain App.Accounts.",
        )
    problems = tuple(_unknown_names(config, found))
    if problems:
        raise ScaffoldError(*problems)
    return tuple(
        msgspec.structs.replace(
            each,
            config=next(
                (config.behaviour[key] for key in _keys(each) if key in config.behaviour),
                BehaviourConfig(),
            ),
        )
        for each in found
    )


def _subjects(project: Project, snapshot: Snapshot, table: Name) -> Iterator[Subject]:
    """Yield the actions of a fragment under the names that people gave them."""
    names = action_names(project, snapshot)
    for carried in snapshot.changesets:
        action = carried.action if names is None else names.carried.get(key_of(carried))
        # An action that a person took out was given up.
        if action is not None:
            yield Subject(resource=snapshot.resource, table=table, action=action, carried=carried)


def _keys(subject: Subject) -> tuple[str, ...]:
    function = subject.carried.function
    names = (subject.action, subject.carried.action, function, function.removesuffix(_SUFFIX))
    return tuple(f"{subject.table}.{name}" for name in names)


def _unknown_names(config: Config, subjects: Sequence[Subject]) -> Iterator[Problem]:
    for key, entry in config.behaviour.items():
        about = [each for each in subjects if key in _keys(each)]
        where = f"behaviour.{key} in {FILE_NAME}"
        # What a function writes may be said before it is carried over.
        if not about and (entry.arguments or entry.struct or entry.leave_out):
            known = sorted({name for each in subjects for name in _keys(each)})
            yield Code.UNKNOWN_NAME.at(
                where,
                "No action was made of such a function.",
                todo=did_you_mean(key, known) or "Take the entry out.",
            )
        names = {
            parameter.name
            for each in about
            for parameter in each.carried.parameters
            if parameter.role is ParameterRole.OTHER
        }
        for name in entry.arguments if about else ():
            if name not in names:
                yield Code.UNKNOWN_NAME.at(
                    where,
                    f"The function has no parameter {name} after the attributes.",
                    todo=did_you_mean(name, names)
                    or (f"It has {', '.join(sorted(names))}." if names else "It has none."),
                )


def _wanted(
    subjects: Sequence[Subject], options: BehaviourOptions, project: Project
) -> tuple[Subject, ...]:
    domains = {each.module: each.domain for each in project.resources}
    found = subjects
    for text in options.tables:
        if not any(table_pattern(text).matches(each.table) for each in subjects):
            raise fail(
                Code.UNKNOWN_NAME,
                f"No table with an action of a changeset function fits {text}.",
                where=f"--table {text}",
                todo=did_you_mean(text, sorted({str(each.table) for each in subjects})),
            )
    if options.tables:
        patterns = [table_pattern(text) for text in options.tables]
        found = [each for each in found if any(one.matches(each.table) for one in patterns)]
    if options.domains:
        found = [each for each in found if domains.get(each.resource) in options.domains]
    if not found:
        raise fail(
            Code.NO_CHANGESETS,
            "No action of these domains was made of a changeset function.",
            where=" ".join(f"--domain {name}" for name in options.domains),
            todo=did_you_mean(
                options.domains[0],
                {name for each in subjects if (name := domains.get(each.resource))},
            )
            or "Make them with ash-scaffold actions.",
        )
    return tuple(found)


def asked(subject: Subject) -> Asked:
    """Return what the script is asked about an action."""
    carried, config = subject.carried, subject.config
    arguments: list[Argument] = []
    missing = False
    for parameter in reversed(carried.parameters):
        given = config.arguments.get(parameter.name)
        other = parameter.role is ParameterRole.OTHER
        # A default is the function's own business, unless an argument stands behind it.
        if other and given is None and parameter.default is not None and not missing:
            continue
        missing = True
        value = given if given is not None else parameter.default
        arguments.append(Argument(parameter.role.value, parameter.name, value if other else None))
    return Asked(
        resource=subject.resource,
        table=subject.table,
        action=subject.action,
        kind=carried.kind,
        module=carried.module,
        function=carried.function,
        schema=carried.schema or carried.module,
        call=tuple(reversed(arguments)),
        struct=tuple(sorted(config.struct.items())),
        leave_out=config.leave_out,
    )


# ---- what is told


def _require_known_fields(answers: Sequence[BehaviourAnswer]) -> None:
    problems = tuple(
        Code.UNKNOWN_NAME.at(
            f"behaviour.{answer.name} in {FILE_NAME}",
            f"{answer.unknown.what} is no field of {answer.unknown.schema}.",
            todo=did_you_mean(answer.unknown.what, answer.unknown.known),
        )
        for answer in answers
        if answer.unknown is not None
    )
    if problems:
        raise ScaffoldError(*problems)


def reported(
    answers: Sequence[BehaviourAnswer],
    root: str,
    *,
    accept: Sequence[Accept] = (),
    seed: int = DEFAULT_SEED,
    dry: bool = False,
    source: str = "",
) -> BehaviourReport:
    """Make a report of the answers; paths are shown relative to the folder `root`."""
    differences = tuple(_differences(answers, f"{root}/"))
    findings = [*map(_finding, differences), *_not_compared(answers)]
    left, accepted = split_accepted(findings, accept)
    return BehaviourReport(
        source=source,
        seed=seed,
        dry=dry,
        compared=tuple(map(_compared, filter(_was_compared, answers))),
        differences=differences,
        findings=tuple(sorted(left, key=Finding.by_severity)),
        accepted=accepted,
        cases=tuple(
            (answer.resource, answer.action, answer.kind, answer.cases)
            for answer in answers
            if answer.cases
        ),
    )


def _was_compared(answer: BehaviourAnswer) -> bool:
    return answer.skipped is None and answer.stopped is None


def _compared(answer: BehaviourAnswer) -> Compared:
    return Compared(
        action=answer.name,
        resource=answer.resource,
        function=answer.function,
        mode=answer.mode,
        inputs=answer.inputs,
        accepted=answer.accepted,
        agreed=answer.agreed,
        seconds=round(answer.milliseconds / 1000, 1),
        unsteady=answer.unsteady,
    )


def _differences(answers: Iterable[BehaviourAnswer], root: str) -> Iterator[Difference]:
    """Put the two modes of an action together."""
    found: dict[tuple[str, str, tuple[str, ...]], list[tuple[BehaviourAnswer, Disagreement]]] = {}
    for answer in answers:
        for group in answer.groups:
            found.setdefault((answer.name, group.kind, group.fields), []).append((answer, group))
    for (name, kind, fields), groups in found.items():
        answer, first = groups[0]
        yield Difference(
            action=name,
            function=answer.function,
            kind=Kind(kind.replace("_", "-")),
            fields=fields,
            modes=tuple(dict.fromkeys(each.mode for each, _ in groups)),
            count=sum(group.count for _, group in groups),
            input=first.input,
            row=first.row,
            legacy=first.legacy,
            ash=first.ash,
            values=tuple((each.column, each.legacy, each.ash) for each in first.values),
            legacy_place=_place(answer.legacy_file, answer.legacy_line, root),
            action_place=_place(answer.action_file, answer.action_line, root),
        )


def _place(file: str | None, line: int | None, root: str) -> str:
    path = (file or "").removeprefix(root)
    return f"{path}:{line}" if path and line else path


def _finding(difference: Difference) -> Finding:
    path, _, line = difference.action_place.rpartition(":")
    subject = "+".join(filter(None, difference.fields))
    whole = f"{difference.action}.{subject}" if subject else difference.action
    return Finding(
        severity=_SEVERITIES[difference.kind],
        source="behaviour",
        kind=difference.kind,
        table=difference.action,
        object=subject,
        path=path or difference.action_place,
        line=int(line) if line.isdigit() else None,
        what=difference.meaning,
        todo="\n".join(details(difference)),
        accept=tuple(dict.fromkeys((f"{whole}.{difference.kind}", whole, difference.action))),
    )


def details(difference: Difference) -> Iterator[str]:
    """Yield the lines that show a difference: the input, both answers, and where both stand."""
    yield f"input ({' and '.join(difference.modes)}): {difference.input}"
    if difference.row:
        yield f"starts from: {difference.row}"
    if difference.values:
        for column, legacy, ash in difference.values:
            yield f"{column}: function {legacy}, action {ash}"
    else:
        yield f"function: {'; '.join(difference.legacy)}"
        yield f"action: {'; '.join(difference.ash)}"
    places = (difference.legacy_place, difference.action_place)
    yield f"{difference.function} in {places[0] or '?'}, the action in {places[1] or '?'}"


def _not_compared(answers: Iterable[BehaviourAnswer]) -> Iterator[Finding]:
    for answer in answers:
        why = answer.skipped or answer.stopped
        if why is None and answer.accepted == 0 and answer.inputs:
            why = f"no input ({answer.mode}) was found that the function accepts"
            todo = f'Say what it needs under [behaviour."{answer.name}"] in {FILE_NAME}.'
        elif why is not None:
            todo = (
                f'Give what it lacks under [behaviour."{answer.name}"] in {FILE_NAME}, or accept '
                "it with [[accept]]."
            )
        else:
            continue
        yield Finding(
            severity=_SEVERITIES[Kind.NOT_COMPARED],
            source="behaviour",
            kind=Kind.NOT_COMPARED,
            table=answer.name,
            what=f"{why[0].upper()}{why[1:]}.",
            todo=todo,
            accept=(f"{answer.name}.{Kind.NOT_COMPARED}", answer.name),
        )


def behaviour_document(report: BehaviourReport) -> dict[str, object]:
    """Return the JSON document as builtins."""
    accepted = {
        (each.finding.table, each.finding.object, each.finding.kind): each
        for each in report.accepted
    }
    return document(
        source=report.source,
        seed=report.seed,
        dry=report.dry,
        clean=report.clean,
        actions=report.compared,
        differences=[
            {
                **msgspec.to_builtins(each),
                "severity": _SEVERITIES[each.kind].value,
                "accepted": _reason(each, accepted),
            }
            for each in report.differences
        ],
        not_compared=[
            {"action": each.table, "what": each.what, "todo": each.todo}
            for each in report.findings
            if each.kind == Kind.NOT_COMPARED
        ],
    )


def _reason(
    difference: Difference, accepted: Mapping[tuple[str, str, str], Accepted]
) -> str | None:
    finding = _finding(difference)
    found = accepted.get((finding.table, finding.object, finding.kind))
    return found.reason if found is not None else None


def behaviour_junit(report: BehaviourReport) -> str:
    """Return JUnit XML: a test case for each action."""
    names = dict.fromkeys(
        [*(each.action for each in report.compared), *(each.table for each in report.findings)]
    )
    cases = [
        Case(
            name=name,
            findings=tuple(each for each in report.findings if each.table == name),
            notes=tuple(
                f"{each.mode}: {each.agreed} of {each.inputs} inputs agree, seed {report.seed}"
                for each in report.compared
                if each.action == name
            ),
        )
        for name in names
    ]
    return as_junit(
        "verify --behaviour",
        cases,
        Severity.WARNING,
        line=lambda finding: f"{finding.kind} {finding.object}: {finding.what}",
        details=lambda finding: finding.todo,
    )
