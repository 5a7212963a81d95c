"""The Ash side of sample_project is what the tool writes today, on every server."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support import resources_options

from ash_scaffold.actions.run import ActionsOptions
from ash_scaffold.actions.run import prepare as prepare_actions
from ash_scaffold.cli.demo import copy_sample
from ash_scaffold.generate.run import prepare, write
from ash_scaffold.packaged import data_path
from ash_scaffold.postgres import installation as installations
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Problem
from ash_scaffold.project.write import locked
from ash_scaffold.session import SourceOptions

DOMAINS = ("App.Accounts", "App.Blog", "App.Billing")
DUMP = Path("priv/repo/structure.sql")
BUILD = {"_build", "deps", ".elixir_ls", ".local"}
HOW = (
    "What is committed is not what the tool writes. In a copy without the Ash side "
    "(ash-scaffold demo --folder new) it is; take it over from there."
)


def generate(
    project: Path, domain: str | None, *, url: str | None = None, dump: Path | None = None
) -> bool:
    """Run the main job, without the formatter; return whether it had anything to write.

    What the templates write is in the formatter's form already, which another test holds them to.
    """
    options = resources_options(
        folder=project, url=url, dump=dump, domain=domain, use_formatter=False
    )
    with locked(project) as lock:
        written = write(lock, prepare(options))
    return bool(written.created or written.changed or written.deleted)


def carry_over(
    project: Path, domain: str | None = None, *, url: str | None = None, dump: Path | None = None
) -> bool:
    """Make actions of the changesets, without the formatter; return whether any file changed."""
    source = SourceOptions(folder=project, url=url, dump=dump)
    options = ActionsOptions(source=source, domain=domain, use_formatter=False)
    with locked(project) as lock:
        found = prepare_actions(options)
        assert found.outcome is not None
        written = write(lock, found.outcome)
    return bool(written.created or written.changed or written.deleted)


def generate_to_rest(project: Path, domains: tuple[str, ...], url: str) -> int:
    """Run one domain after the other until nothing changes; return the number of rounds."""
    for rounds in range(1, 5):
        if sum(generate(project, domain, url=url) for domain in domains) == 0:
            return rounds
    raise AssertionError("the runs don't come to rest")


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not BUILD.intersection(path.parts)
    }


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return [path for path in sorted({*one, *other}) if one.get(path) != other.get(path)]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The sample project as it was before ash-scaffold came."""
    return copy_sample(tmp_path / "sample")


@pytest.fixture
def sample_url(make_database: Callable[..., URL]) -> str:
    """A database made by the sample's dump, without the lines that are psql's own."""
    dump = (data_path("sample_project") / DUMP).read_text()
    lines = [line for line in dump.splitlines() if not line.startswith("\\")]
    url = make_database("\n".join(lines))
    return url.uri


def test_the_copy_has_no_ash_side(sample: Path) -> None:
    committed = files(data_path("sample_project"))
    missing = sorted(set(committed) - set(files(sample)))
    assert differing({path: committed[path] for path in files(sample)}, files(sample)) == []
    assert [path for path in missing if path.startswith("lib/")] != []
    assert all(path.startswith(("lib/app/", "priv/ash_scaffold/")) for path in missing)
    assert not any(b"use Ash." in text for path, text in files(sample).items() if "lib/" in path)


def test_what_is_committed_is_what_the_tool_writes(sample: Path, sample_url: str) -> None:
    generate_to_rest(sample, DOMAINS, sample_url)
    assert carry_over(sample, url=sample_url)
    assert differing(files(sample), files(data_path("sample_project"))) == [], HOW


def test_one_run_over_all_domains_is_enough_once_they_are_known(
    sample: Path, sample_url: str
) -> None:
    generate(sample, "App.Accounts", url=sample_url)
    generate(sample, None, url=sample_url)
    carry_over(sample, url=sample_url)
    assert differing(files(sample), files(data_path("sample_project"))) == [], HOW
    assert not generate(sample, None, url=sample_url)
    assert not carry_over(sample, url=sample_url)


@pytest.mark.slow
@pytest.mark.parametrize("order", list(itertools.permutations(DOMAINS)))
def test_every_order_of_single_domains_comes_to_the_same(
    sample: Path, sample_url: str, order: tuple[str, ...]
) -> None:
    assert generate_to_rest(sample, order, sample_url) <= 3
    assert [carry_over(sample, domain, url=sample_url) for domain in order] == [True] * len(order)
    assert generate_to_rest(sample, order, sample_url) == 1
    assert differing(files(sample), files(data_path("sample_project"))) == [], HOW


def _installations() -> list[installations.Installation]:
    embedded = installations.embedded_installation()
    return [*installations.local_installations(), *([embedded] if embedded else [])]


@pytest.mark.slow
@pytest.mark.parametrize("server", _installations(), ids=lambda each: each.version_text)
def test_the_dump_gives_the_same_on_every_server(
    sample: Path, monkeypatch: pytest.MonkeyPatch, server: installations.Installation
) -> None:
    monkeypatch.setattr(installations, "choose_installations", lambda _major: (server,))
    generate(sample, "App.Accounts", dump=sample / DUMP)
    generate(sample, None, dump=sample / DUMP)
    carry_over(sample, dump=sample / DUMP)
    assert differing(files(sample), files(data_path("sample_project"))) == [], HOW


def test_a_run_says_what_its_users_should_know(sample: Path, sample_url: str) -> None:
    generate(sample, "App.Accounts", url=sample_url)
    outcome = prepare(resources_options(folder=sample, url=sample_url, use_formatter=False))
    assert [said(problem) for problem in outcome.problems] == [
        ("note", "legacy-message", "lib/app/accounts/user.ex:91"),
        ("note", "legacy-message", "lib/legacy/billing.ex:117"),
        ("note", "legacy-option", "lib/legacy/billing/customer.ex:14"),
        ("note", "legacy-message", "lib/legacy/billing/customer.ex:44"),
        ("note", "legacy-option", "lib/legacy/billing/order.ex:29"),
        ("note", "legacy-message", "lib/legacy/billing/order.ex:53"),
        ("note", "legacy-message", "lib/legacy/billing/order_line.ex:27"),
        ("note", "no-primary-key", "login_attempts"),
        ("note", "key-chosen", "users_followed_tags"),
    ]
    assert outcome.advice == ()
    assert [str(name) for name in outcome.plan.scope.unassigned] == ["support_tickets"]


def said(problem: Problem) -> tuple[str, str, str]:
    return (problem.severity.value, problem.code.value, problem.where)
