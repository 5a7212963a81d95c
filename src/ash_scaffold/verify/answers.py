"""The answers of the Elixir script: JSON lines, each an event, and what a run of it must have.

The script is `templates/verify/verify.exs`; names are Ash's and AshPostgres' own. Columns, tables
and constraints are named as PostgreSQL has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Literal, TypeAlias, TypeVar

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.project.mix_project import Repo

Scalar: TypeAlias = str | int | bool | None


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """An answer; `event` is its kind."""


class ProjectAnswer(_Event, frozen=True, kw_only=True, tag="project"):
    """The versions of the project. `ash` and `ash_postgres` are None where they aren't there."""

    elixir: str
    otp: str
    ash: str | None
    ash_postgres: str | None


class CompilerWarning(msgspec.Struct, frozen=True, kw_only=True):
    """A diagnostic of the compiler. `file` is absolute."""

    severity: str
    message: str
    file: str | None = None
    line: int | None = None


class CompiledAnswer(_Event, frozen=True, kw_only=True, tag="compiled"):
    """The diagnostics of the compiler for the whole project."""

    status: str
    warnings: tuple[CompilerWarning, ...] = ()


class DomainsAnswer(_Event, frozen=True, kw_only=True, tag="domains"):
    """The domains of `ash_domains`, in its order."""

    listed: tuple[str, ...]


class OtherAnswer(_Event, frozen=True, kw_only=True, tag="other"):
    """A resource that is kept in no table of AshPostgres."""

    module: str
    domain: str


class RepoAnswer(_Event, frozen=True, kw_only=True, tag="repo"):
    """A repo, and the server it is connected to.

    `place` is where its configuration leads, `error` why there is no connection.
    """

    module: str
    ash: bool
    installed_extensions: tuple[str, ...] = ()
    min_pg_version: str | None = None
    migrate_extensions: bool = False
    place: str = ""
    error: str | None = None
    same_database: bool = False
    server_version: int = 0
    ash_functions: bool = False
    extensions: tuple[str, ...] = ()


class AttributeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute of a compiled resource.

    `pg_type` is the PostgreSQL type that its storage type names on the server, as schema, name
    and number of dimensions; None when the server knows no such type. `labels` are an enum's.
    """

    name: str
    source: str
    type: str
    storage: str
    constraints: Mapping[str, Scalar | Mapping[str, object]] = {}
    pg_type: tuple[str, str, int] | None = None
    allow_nil: bool
    primary_key: bool
    generated: bool
    writable: bool
    sensitive: bool
    default: bool
    labels: tuple[str, ...] | None = None


class RelationshipAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A relationship: the columns of its first pair, and the table it leads to."""

    name: str
    kind: str
    destination: str
    destination_table: tuple[str, str] | None = None
    source_column: str | None = None
    destination_column: str | None = None
    through: str | None = None
    filtered: bool = False
    no_attributes: bool = False


class IdentityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An identity, its columns, and the name of the index that Ash takes for it.

    The columns have that of the tenant among them, unless it is one over `all_tenants`.
    """

    name: str
    columns: tuple[str | None, ...]
    index: str
    where: bool = False
    all_tenants: bool = False


class NameAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A constraint's name that becomes a field error.

    `own_key` and `pointing_key` come from relationships; `match` is Ecto's way to compare.
    `message` is the resource's own text, None for Ash's; of several answers for a name that of the
    last one holds.
    """

    kind: Literal["unique", "check", "exclusion", "foreign_key", "own_key", "pointing_key"]
    name: str
    match: str = "exact"
    message: str | None = None


class ResourceAnswer(_Event, frozen=True, kw_only=True, tag="resource"):
    """A compiled resource. `file` is the source it was compiled from, absolute.

    `strategy` is that of its multitenancy, None without any; `tenant` the column that says whose a
    row is.
    """

    module: str
    domain: str
    file: str
    schema: str
    table: str
    repo: str
    migrate: bool
    strategy: Literal["attribute", "context"] | None = None
    tenant: str | None = None
    attributes: tuple[AttributeAnswer, ...]
    primary_key: tuple[str, ...] = ()
    relationships: tuple[RelationshipAnswer, ...] = ()
    identities: tuple[IdentityAnswer, ...] = ()
    names: tuple[NameAnswer, ...] = ()
    reserved: tuple[str, ...] = ()

    @property
    def table_name(self) -> Name:
        """The table."""
        return Name(self.schema, self.table)


class CodegenAnswer(_Event, frozen=True, kw_only=True, tag="codegen"):
    """The files that `mix ash.codegen` would write for these domains, or what stopped it."""

    pending: tuple[str, ...] = ()
    error: str | None = None


class RowFailure(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that fail in the same way in the same column: how many, and the first keys.

    `load`: the row doesn't load; `ecto`: nor does the Ecto type load it that is handed over to;
    `delegate`: Ash loads something else than that; `differs`: the value dumped back is another;
    `dump`: it can't be dumped; `rows`: the number of rows differs. The values are there only when
    asked for.
    """

    kind: Literal["load", "ecto", "delegate", "differs", "dump", "rows"]
    column: str | None
    count: int
    keys: tuple[tuple[str | None, ...], ...] = ()
    database_value: str | None = None
    ash_value: str | None = None


class RowsAnswer(_Event, frozen=True, kw_only=True, tag="rows"):
    """The rows of a resource that were read and compared.

    `listed` counts, by column, the failures of values of the closed list.
    """

    module: str
    read: int
    values: int
    failures: tuple[RowFailure, ...] = ()
    listed: tuple[tuple[str, int], ...] = ()
    note: str | None = None


class WriteFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A row that writing back changed or could not write; `error` is the kind of error."""

    column: str | None
    count: int
    keys: tuple[tuple[str | None, ...], ...] = ()
    error: str | None = None


class Provoked(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of violating a constraint. `fired` is the constraint that PostgreSQL named."""

    kind: str
    constraint: str
    outcome: Literal["invalid", "escaped", "refused", "not provoked"]
    error: str | None = None
    fired: str | None = None
    why: str | None = None


class WritesAnswer(_Event, frozen=True, kw_only=True, tag="writes"):
    """The outcome of writing to a resource; all of it was rolled back."""

    module: str
    written: int
    failures: tuple[WriteFailure, ...] = ()
    provoked: tuple[Provoked, ...] = ()
    note: str | None = None


class DifferingValue(msgspec.Struct, frozen=True, kw_only=True):
    """A column in which the two sides would write, or wrote, different values."""

    column: str
    legacy: str
    ash: str


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """The inputs on which function and action differ in one way, and the simplest of them.

    `input` and `row` are Elixir for people, without secrets.
    """

    kind: str = msgspec.field(name="class")
    fields: tuple[str, ...]
    count: int
    input: str
    row: str | None = None
    legacy: tuple[str, ...] = ()
    ash: tuple[str, ...] = ()
    values: tuple[DifferingValue, ...] = ()


class TestCase(msgspec.Struct, frozen=True, kw_only=True):
    """An input with the function's answer: errors as field and message, values as Elixir.

    `row` is what an update starts from, `struct` what a create does, both Elixir.
    """

    __test__ = False

    mode: str
    params: dict[str, object]
    accepted: bool
    row: str | None = None
    struct: str | None = None
    arguments: str | None = None
    errors: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()


class UnknownField(msgspec.Struct, frozen=True, kw_only=True):
    """A field that the configuration names and the schema does not have."""

    what: str
    schema: str
    known: tuple[str, ...]


class BegunAnswer(_Event, frozen=True, kw_only=True, tag="begun"):
    """The script begins with an action."""

    resource: str
    action: str


class BehaviourAnswer(_Event, frozen=True, kw_only=True, tag="behaviour"):
    """An action beside the function that it was made of, in one mode.

    `skipped` says why it was not asked, `stopped` why it did not come to its end.
    """

    resource: str
    action: str
    table: tuple[str, str]
    kind: str = "create"
    function: str = ""
    legacy_file: str | None = None
    legacy_line: int | None = None
    action_file: str | None = None
    action_line: int | None = None
    skipped: str | None = None
    stopped: str | None = None
    unknown: UnknownField | None = None
    mode: str = ""
    milliseconds: int = 0
    inputs: int = 0
    accepted: int = 0
    agreed: int = 0
    unsteady: tuple[str, ...] = ()
    groups: tuple[Disagreement, ...] = ()
    cases: tuple[TestCase, ...] = ()

    @property
    def name(self) -> str:
        """The table and the action."""
        return f"{Name(*self.table)}.{self.action}"


class FailedAnswer(_Event, frozen=True, kw_only=True, tag="failed"):
    """The script stopped: the kind of error, and where in it."""

    error: str
    at: str = ""


class EndAnswer(_Event, frozen=True, kw_only=True, tag="end"):
    """The script came to its end."""


Answer: TypeAlias = (
    ProjectAnswer
    | CompiledAnswer
    | DomainsAnswer
    | OtherAnswer
    | RepoAnswer
    | ResourceAnswer
    | CodegenAnswer
    | RowsAnswer
    | WritesAnswer
    | BegunAnswer
    | BehaviourAnswer
    | FailedAnswer
    | EndAnswer
)
_E = TypeVar("_E", bound=_Event)
_DECODER: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run of the script answered, in its order."""

    project: ProjectAnswer
    compiled: CompiledAnswer
    domains: tuple[str, ...]
    repos: tuple[RepoAnswer, ...] = ()
    resources: tuple[ResourceAnswer, ...] = ()
    codegen: CodegenAnswer = CodegenAnswer()
    rows: tuple[RowsAnswer, ...] = ()
    writes: tuple[WritesAnswer, ...] = ()
    others: tuple[OtherAnswer, ...] = ()


def decode(line: bytes) -> Answer:
    """Decode one line. Raises `msgspec.DecodeError` for anything else than an answer."""
    return _DECODER.decode(line)


def _all(events: list[Answer], kind: type[_E]) -> tuple[_E, ...]:
    return tuple(event for event in events if isinstance(event, kind))


def collect(events: list[Answer]) -> Answers:
    """Collect the events of a whole run. Raises `LookupError` when an essential one is missing."""

    def first(kind: type[_E]) -> _E:
        found = _all(events, kind)
        if not found:
            raise LookupError(kind.__name__)
        return found[0]

    return Answers(
        project=first(ProjectAnswer),
        compiled=first(CompiledAnswer),
        domains=first(DomainsAnswer).listed,
        repos=_all(events, RepoAnswer),
        resources=_all(events, ResourceAnswer),
        codegen=next(iter(_all(events, CodegenAnswer)), CodegenAnswer()),
        rows=_all(events, RowsAnswer),
        writes=_all(events, WritesAnswer),
        others=_all(events, OtherAnswer),
    )


# What the script asks is there since these; the generated modules want newer ones still.
OLDEST_ASH = (3, 5)
OLDEST_ASH_POSTGRES = (2, 5)


def require_ash_repo(repo: Repo | None, app: str) -> None:
    """Refuse a repo that AshPostgres can't use. Raises `ScaffoldError` (`plain-repo`)."""
    if repo is not None and not repo.is_ash:
        raise _plain_repo(repo.module, f"{repo.path}:{repo.line}", app)


def require_answers(events: list[Answer], domains: Sequence[str], source: str) -> Answers:
    """Put a run's answers together. Raises `ScaffoldError` as `require_run` does."""
    require_run(events, domains, source)
    try:
        return collect(events)
    except LookupError as error:
        raise fail(
            Code.SCRIPT_FAILED, f"The script did not answer everything: {error} is missing."
        ) from None


def require_run(events: list[Answer], domains: Sequence[str], source: str) -> None:
    """Refuse a run in which something kept the script from asking all it should.

    `source` describes the database that was to be used. Raises `ScaffoldError`: `ash-missing`,
    `ash-too-old`, `domain-unlisted`, `plain-repo`, `repo-unreachable`, `other-database`.
    """
    for event in events:
        if isinstance(event, ProjectAnswer):
            _require_versions(event)
        elif isinstance(event, DomainsAnswer):
            _require_domains(event.listed, domains)
        elif isinstance(event, RepoAnswer):
            _require_connection(event, source)


def _require_versions(project: ProjectAnswer) -> None:
    for name, version, oldest in (
        ("ash", project.ash, OLDEST_ASH),
        ("ash_postgres", project.ash_postgres, OLDEST_ASH_POSTGRES),
    ):
        wanted = ".".join(map(str, oldest))
        if version is None:
            raise fail(
                Code.ASH_MISSING,
                f"The project does not have {name}.",
                where="mix.exs",
                todo=f'Add {{:{name}, "~> {wanted}"}} to deps, and run `mix deps.get`.',
            )
        numbers = tuple(int(part) for part in version.split("-")[0].split(".")[:2])
        if numbers < oldest:
            raise fail(
                Code.ASH_TOO_OLD,
                f"The project has {name} {version}, and verify needs {wanted} or newer.",
                where="mix.exs",
                todo=f"Run `mix deps.update {name}`.",
            )


def _require_domains(listed: Sequence[str], domains: Sequence[str]) -> None:
    for domain in domains:
        if domain not in listed:
            close = get_close_matches(domain, listed, n=1)
            hint = f" Is {close[0]} meant?" if close else ""
            wanted = ", ".join((*listed, domain))
            raise fail(
                Code.DOMAIN_UNLISTED,
                f"{domain} is not among the application's ash_domains.{hint}",
                where=f"--domain {domain}",
                todo=f"List it in config/config.exs: ash_domains: [{wanted}].",
            )
    if not listed:
        raise fail(
            Code.DOMAIN_UNLISTED,
            "The application lists no ash_domains, so there is nothing to ask.",
            where="config/config.exs",
            todo="List the domains: config :my_app, ash_domains: [MyApp.Accounts].",
        )


def _require_connection(repo: RepoAnswer, source: str) -> None:
    if not repo.ash:
        raise _plain_repo(repo.module, repo.module, "my_app")
    if repo.error is not None:
        raise fail(
            Code.REPO_UNREACHABLE,
            f"{repo.module} can't connect to {repo.place}: {repo.error}.",
            where=repo.module,
            todo="Start the server or correct the repo's configuration; --reconnect starts the "
            f"repo with {source} instead.",
        )
    if not repo.same_database:
        raise fail(
            Code.OTHER_DATABASE,
            f"{repo.module} uses {repo.place}, which is not the database that was read: {source}.",
            where=repo.module,
            todo="Give the one that the repo uses, or --reconnect to start the repo with the "
            "other.",
        )


def _plain_repo(module: str, where: str, app: str) -> ScaffoldError:
    return fail(
        Code.PLAIN_REPO,
        f"{module} is a plain Ecto.Repo, which AshPostgres can't use.",
        where=where,
        todo=f"Say `use AshPostgres.Repo, otp_app: :{app}` in place of `use Ecto.Repo`: it serves "
        "the legacy code as well.",
    )
