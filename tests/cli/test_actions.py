"""`ash-scaffold actions`, as people and programs read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.actions.acting import ACTIONS, DDL, LEGACY, SCHEMA, USER
from tests.cli.conftest import Done

Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]
SUMMARY = """
 table   module                    changesets   actions   with TODO   left   file
 ───────────────────────────────────────────────────────────────────────────────────
 users   Shop.Sales.User.Actions   3            3         0           1      created
"""


@pytest.fixture
def url(project: Path, database: Callable[..., str], run: Run, add: Add) -> str:
    """The URL of the database of a project with resources and changesets."""
    add(project, LEGACY)
    found = database(DDL)
    assert run("resources", "--url", found, "--no-format").code == 0
    return found


def test_it_says_what_became_of_each_table(url: str, run: Run) -> None:
    done = run("actions", "--url", url, "--no-format")
    assert done.code == 0
    assert done.out.startswith(SUMMARY.removeprefix("\n"))
    assert "\nchanged: Shop.Sales, Shop.Sales.User\n" in done.out
    assert (
        "lib/legacy/user.ex:25: No action is made of Legacy.User.unused_changeset/2: no call was "
        "found that inserts or updates with it" in done.err
    )
    again = run("actions", "--url", url, "--no-format")
    assert "unchanged" in again.out
    assert "changed: " not in again.out.replace("unchanged", "")


def test_a_dry_run_shows_the_diff_and_writes_nothing(url: str, run: Run, project: Path) -> None:
    done = run("actions", "--url", url, "--no-format", "--dry-run")
    assert done.code == 0
    assert f"+++ b/{ACTIONS}\n" in done.out
    assert "+    fragments: [Shop.Sales.User.Actions]\n" in done.out
    assert "would be created" in done.out
    assert not (project / ACTIONS).exists()


def test_json_is_all_of_standard_output(url: str, run: Run) -> None:
    done = run("actions", "--url", url, "--no-format", "--json")
    document: dict[str, Any] = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    (table,) = document["tables"]
    assert table["table"] == "users"
    assert [(each["name"], each["kind"], each["function"]) for each in table["actions"]] == [
        ("create", "create", "Legacy.User.changeset/2"),
        ("rename", "update", "Legacy.User.rename_changeset/2"),
        ("update", "update", "Legacy.User.changeset/2"),
    ]
    assert [(each["function"], each["line"]) for each in table["left"]] == [
        ("Legacy.User.unused_changeset/2", 25)
    ]
    assert {each["path"] for each in document["files"]} >= {ACTIONS, USER}


def test_a_conflict_ends_with_1_and_is_shown(url: str, run: Run, project: Path) -> None:
    run("actions", "--url", url, "--no-format")
    for path, old, new in (
        (ACTIONS, "accept [:name]\n", "accept [:name, :age]\n"),
        (SCHEMA, "validate_required([:name])", "validate_required([:name, :age])"),
    ):
        text = (project / path).read_text()
        (project / path).write_text(text.replace(old, new))
    done = run("actions", "--url", url, "--no-format")
    assert done.code == 1
    assert f"{ACTIONS}: users.actions.rename" in done.out
    assert "the changeset wants" in done.out
    check = run("check", "--url", url)
    assert check.code == 1
    assert (
        "changeset changed: Legacy.User.rename_changeset/2 (lib/legacy/user.ex:19) has changed "
        "since the action :rename was made of it.\n" in check.out
    )
    assert f"{ACTIONS}:" in check.out
    assert "ash-scaffold actions --table users" in check.out


def test_an_action_with_a_todo_is_said_by_the_run_and_by_check(
    url: str, run: Run, project: Path
) -> None:
    text = (project / SCHEMA).read_text()
    more = "    |> validate_required([:name])\n    |> put_assoc(:friends, [])\n"
    (project / SCHEMA).write_text(text.replace("    |> validate_required([:name])\n", more))
    done = run("actions", "--url", url, "--no-format", "--json")
    (table,) = json.loads(done.out)["tables"]
    assert {each["name"]: each["todo"] for each in table["actions"]} == {
        "create": 0,
        "rename": 1,
        "update": 0,
    }
    warning = "put_assoc(:friends, [])` of Legacy.User.rename_changeset/2 is a TODO in the action"
    assert warning in run("actions", "--url", url, "--no-format").err
    said = "action not complete: The action :rename succeeds without 1 step of Legacy.User.rename"
    check = run("check", "--url", url)
    assert (check.code, said in check.out) == (1, True)
    actions = (project / ACTIONS).read_text()
    line = next(n for n, each in enumerate(actions.split("\n"), 1) if "# TODO" in each)
    assert f"{ACTIONS}:{line}" in check.out
    head, _, rest = actions.partition("      # TODO")
    written = "      change relate_actor(:friends)\n"
    (project / ACTIONS).write_text(head + written + rest.partition("\n")[2].partition("\n")[2])
    again = run("actions", "--url", url, "--no-format")
    assert (again.code, "put_assoc" in again.err) == (0, False)
    assert "action not complete" not in run("check", "--url", url).out


def test_check_says_nothing_of_a_function_that_is_as_it_was(url: str, run: Run) -> None:
    run("actions", "--url", url, "--no-format")
    done = run("check", "--url", url)
    assert "changeset" not in done.out


def test_without_legacy_code_there_is_nothing_to_carry_over(
    project: Path, database: Callable[..., str], run: Run, add: Add
) -> None:
    add(
        project, {"ash_scaffold.toml": 'legacy = false\n\n[domains."Shop.Sales"]\ntables = ["*"]\n'}
    )
    done = run("actions", "--url", database(DDL))
    assert (done.code, done.out) == (2, "")
    assert "legacy code is not looked at" in done.err


def test_tables_without_changesets_are_no_error(
    project: Path, database: Callable[..., str], run: Run, add: Add
) -> None:
    add(project, {"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["*"]\n'})
    done = run("actions", "--url", database(DDL))
    assert (done.code, done.err) == (0, "")
    assert done.out == "The legacy code has no changeset functions for these tables.\n"


def test_resources_says_once_that_there_are_changesets(url: str, run: Run) -> None:
    line = (
        "The legacy code of 1 table has changesets; this makes actions of them: ash-scaffold "
        "actions --domain Shop.Sales\n"
    )
    assert run("resources", "--url", url, "--no-format").out.endswith(line)
    run("actions", "--url", url, "--no-format")
    assert line not in run("resources", "--url", url, "--no-format").out


def test_help_says_what_it_does(run: Run) -> None:
    done = run("actions", "--help")
    assert done.code == 0
    assert "Write Ash actions for the changeset functions of the legacy code." in done.out
