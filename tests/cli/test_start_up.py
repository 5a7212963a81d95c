"""What the command line says of itself, without loading what only a run needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from tests.databases import run_ddl

from ash_scaffold import __version__
from ash_scaffold.postgres.url import parse_url


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]

# What typer needs itself, in one version or another.
TYPER = {"typer", "click", "typing_extensions", "annotated_doc", "shellingham", "rich"}
DATABASE = {"msgspec", "psycopg", "psycopg_binary", "typing_extensions"}
CODE = {"tree_sitter", "tree_sitter_elixir"}
TEMPLATES = {"jinja2", "markupsafe"}
# The libraries that a line may load that shows something, or that has nothing to do.
SHOWN: dict[tuple[str, ...], set[str]] = {
    ("--version",): set(),
    ("--help",): TYPER | {"msgspec"},
    ("resources", "--help"): TYPER | {"msgspec"},
}
IDLE: dict[tuple[str, ...], set[str]] = {
    ("check",): DATABASE | CODE,
    ("resources", "--no-format"): DATABASE | CODE | TEMPLATES,
    ("document",): DATABASE | CODE | TEMPLATES,
}
# Our own packages that do the job of a command, and those that each of them stands on.
JOBS = {"actions", "advise", "check", "cutover", "doctor", "document", "move", "propose", "verify"}
DECISIONS = {"ash", "config", "elixir", "generate", "legacy", "session", "syntax"}
OWN_JOBS = {
    "check": {"check"},
    "resources": set[str](),
    "document": {"document", "advise", "check", "cutover", "move", "propose"},
}
LOADED = """
import atexit, sys
before = set(sys.modules)
atexit.register(lambda: sys.stderr.write(" ".join(set(sys.modules) - before)))
"""


def libraries(done: Done) -> set[str]:
    """What was loaded beside Python's own modules and ours."""
    loaded = {name.partition(".")[0] for name in done.err.split()}
    known = sys.stdlib_module_names | {"ash_scaffold", "cython_runtime"}
    return {name for name in loaded - known if not name.startswith("_")}


def packages(done: Done) -> set[str]:
    """What was loaded of our own packages."""
    names = (name.split(".") for name in done.err.split())
    return {parts[1] for parts in names if parts[0] == "ash_scaffold" and len(parts) > 1}


@pytest.mark.parametrize("arguments", SHOWN)
def test_help_loads_what_typer_needs(process: Run, arguments: tuple[str, ...]) -> None:
    done = process(*arguments, program=LOADED)
    assert done.code == 0
    assert libraries(done) <= SHOWN[arguments]
    assert packages(done) & (JOBS | DECISIONS) == set()


@pytest.mark.parametrize("arguments", IDLE)
@pytest.mark.usefixtures("project")
def test_a_run_with_nothing_to_do_loads_what_it_needs(
    process: Run, shop: str, run: Run, arguments: tuple[str, ...]
) -> None:
    database = ("--url", shop)
    run("resources", "--no-format", "--domain", "Shop.Sales", *database)
    run("document", *database)
    done = process(*arguments, *database, program=LOADED)
    assert done.code == 0
    assert libraries(done) <= IDLE[arguments]
    assert packages(done) & JOBS == OWN_JOBS[arguments[0]]


@pytest.mark.usefixtures("project")
def test_a_first_run_prints_its_table_to_a_pipe_without_rich(process: Run, shop: str) -> None:
    words = ("resources", "--no-format", "--domain", "Shop.Sales", "--url", shop)
    done = process(*words, program=LOADED)
    assert "created" in done.out
    assert libraries(done) <= DATABASE | CODE | TEMPLATES


@pytest.mark.usefixtures("project")
def test_a_partial_index_that_tests_for_null_takes_no_parser_of_sql(
    process: Run, shop: str
) -> None:
    words = ("resources", "--no-format", "--domain", "Shop.Sales", "--url", shop)
    index = "CREATE UNIQUE INDEX one_email ON customers (email) WHERE"
    run_ddl(parse_url(shop).url, f"{index} email IS NOT NULL")
    done = process(*words, program=LOADED)
    assert "created" in done.out
    assert "sqlglot" not in libraries(done)
    run_ddl(parse_url(shop).url, f"DROP INDEX one_email; {index} email <> ''")
    assert "sqlglot" in libraries(process(*words, program=LOADED))


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux alone")
@pytest.mark.usefixtures("project")
def test_a_run_loads_no_driver_where_another_processor_asks(process: Run, shop: str) -> None:
    words = ("resources", "--no-format", "--domain", "Shop.Sales", "--url", shop)
    two = "import os; os.sched_getaffinity = lambda process: {0, 1}\n"
    done = process(*words, program=two + LOADED)
    assert "created" in done.out
    assert libraries(done) <= {"msgspec", "typing_extensions"} | CODE | TEMPLATES
    one = "import os; os.sched_getaffinity = lambda process: {0}\n"
    assert "psycopg" in libraries(process(*words, program=one + LOADED))


def test_help_lists_the_commands_and_the_exit_codes(run: Run) -> None:
    done = run("--help")
    text = " ".join(done.out.split())
    assert done.code == 0
    assert "resources" in text
    assert "demo" in text
    for said in (
        "0 done;",
        "1 done, and something needs your attention",
        "2 could not do it",
        "130 int",
    ):
        assert said in text


def test_the_help_of_the_main_command_has_examples(run: Run) -> None:
    lines = [line.strip() for line in run("resources", "--help").out.splitlines()]
    assert [line for line in lines if line.startswith("ash-scaffold ")] == [
        "ash-scaffold resources --domain App.Accounts",
        "ash-scaffold resources --dump priv/repo/structure.sql",
        "ash-scaffold resources --table users --table 'user_*' --dry-run",
        "ash-scaffold resources --url postgres://me@localhost/app_dev --json",
    ]


@pytest.mark.usefixtures("project")
def test_without_a_command_it_loads_neither_a_driver_nor_the_job_of_a_command(
    process: Run,
) -> None:
    done = process(program=LOADED)
    assert done.out.startswith("shop: there is no ash_scaffold.toml yet.\n")
    assert libraries(done) <= {"msgspec", "typing_extensions"} | CODE
    assert packages(done) & JOBS == set()


def test_version(run: Run) -> None:
    assert run("--version").out == f"ash-scaffold {__version__}\n"


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "complete -o default -F _ash_scaffold_completion ash-scaffold"),
        ("zsh", "compdef _ash_scaffold_completion ash-scaffold"),
        ("fish", "complete --command ash-scaffold"),
    ],
)
def test_completion_can_be_shown_and_completes_options(
    process: Run, monkeypatch: pytest.MonkeyPatch, shell: str, line: str
) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    shown = process("--show-completion", shell, program="import sys; sys.argv[0] = 'ash-scaffold'")
    assert (shown.code, shown.err) == (0, "")
    assert line in shown.out


def test_completion_knows_the_options(process: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ASH_SCAFFOLD_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "ash-scaffold resources --do")
    monkeypatch.setenv("COMP_CWORD", "2")
    done = process(program="import sys; sys.argv[0] = 'ash-scaffold'")
    assert done.out.split() == ["--domain"]


def test_completion_can_be_installed(
    process: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    done = process("--install-completion", "bash", program="import sys; sys.argv[0]='ash-scaffold'")
    assert done.code == 0
    assert (
        "_ash_scaffold_completion" in (tmp_path / ".bash_completions/ash-scaffold.sh").read_text()
    )
