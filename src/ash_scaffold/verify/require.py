"""What has to be so for the project's answers to mean anything; each lack has its message."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.project.model import Repo
from ash_scaffold.verify.answer import (
    Answer,
    Answers,
    DomainsAnswer,
    ProjectAnswer,
    RepoAnswer,
    collect,
)

# What the script asks is there since these; the generated modules want newer ones still.
OLDEST_ASH = (3, 5)
OLDEST_ASH_POSTGRES = (2, 5)


def require_ash_repo(repo: Repo | None, app: str) -> None:
    """Refuse a repo that AshPostgres can't use. Raises `ScaffoldError` (`plain-repo`)."""
    if repo is not None and not repo.is_ash:
        raise _plain_repo(repo.module, f"{repo.path}:{repo.line}", app)


def require_answers(events: list[Answer], domains: Sequence[str], source: str) -> Answers:
    """Put a run's answers together, when nothing kept the script from asking all it should.

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
    try:
        return collect(events)
    except LookupError as error:
        raise fail(
            Code.SCRIPT_FAILED, f"The script did not answer everything: {error} is missing."
        ) from None


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
