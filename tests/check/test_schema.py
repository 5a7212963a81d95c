"""How bad a change of the schema is, and where it is told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.check.mutate import Mutated

from ash_scaffold.report.finding import DRIFT_WORDS

PERSON, ORDER = "lib/app/core/person.ex", "lib/app/core/order.ex"
WRITE = "ash-scaffold resources --table"

CHANGES: dict[str, tuple[str, list[str]]] = {
    "a column that a row needs": (
        "ALTER TABLE people ADD COLUMN age integer NOT NULL",
        [f"breaks column added people age {PERSON}:1 {WRITE} people"],
    ),
    "a column that a row may have": (
        "ALTER TABLE people ADD COLUMN age integer",
        [f"differs column added people age {PERSON}:1 {WRITE} people"],
    ),
    "a column less": (
        "ALTER TABLE people DROP COLUMN settings",
        [f"breaks column dropped people settings {PERSON}:78 {WRITE} people"],
    ),
    "a column's new name": (
        "ALTER TABLE people RENAME COLUMN settings TO settings_data",
        [f"breaks column renamed people settings_data {PERSON}:78 {WRITE} people"],
    ),
    "a longer text": (
        "ALTER TABLE people ALTER COLUMN last_name TYPE varchar(80)",
        [f"differs type changed people last_name {PERSON}:66 {WRITE} people"],
    ),
    "a type of another family": (
        "ALTER TABLE people ALTER COLUMN settings TYPE text",
        [f"breaks type changed people settings {PERSON}:78 {WRITE} people"],
    ),
    "null where there was none": (
        "ALTER TABLE people ALTER COLUMN first_name DROP NOT NULL",
        [f"differs nullability changed people first_name {PERSON}:60 {WRITE} people"],
    ),
    "an index that keeps nothing apart": (
        "CREATE INDEX people_born ON people (born)",
        [f"stale index added people people_born {PERSON}:1 {WRITE} people"],
    ),
    "an index that keeps rows apart": (
        "CREATE UNIQUE INDEX people_born ON people (born)",
        [f"differs index added people people_born {PERSON}:1 {WRITE} people"],
    ),
    "a unique key less": (
        "ALTER TABLE people DROP CONSTRAINT people_email_key",
        [f"breaks constraint dropped people people_email_key {PERSON}:94 {WRITE} people"],
    ),
    "a check's new name": (
        "ALTER TABLE people RENAME CONSTRAINT born_late TO born_after",
        [f"differs constraint renamed people born_after {PERSON}:16 {WRITE} people"],
    ),
    "a key that cascades no longer": (
        "ALTER TABLE other.orders DROP CONSTRAINT orders_person_id_fkey, "
        "ADD CONSTRAINT orders_person_id_fkey FOREIGN KEY (person_id) REFERENCES people",
        [
            "stale foreign key changed other.orders orders_person_id_fkey "
            f"{ORDER}:19 {WRITE} other.orders",
            f"differs constraint unknown people orders_person_id_fkey {PERSON}:1 {WRITE} people",
            f"stale no such constraint people lines_order_id_fkey {PERSON}:13 {WRITE} people",
        ],
    ),
    "a comment": (
        "COMMENT ON COLUMN people.born IS 'the day'",
        [f"stale comment changed people born {PERSON}:82 {WRITE} people"],
    ),
    "a label": (
        "ALTER TYPE mood ADD VALUE 'angry'",
        [f"breaks enum label added people mood lib/app/types/mood.ex:1 {WRITE} people"],
    ),
    "a table less": (
        "DROP TABLE logs",
        ["breaks table dropped logs  lib/app/core/log.ex:1 ash-scaffold resources --prune"],
    ),
    "a table's new name": (
        "ALTER TABLE logs RENAME TO old_logs",
        [f"breaks table renamed old_logs  lib/app/core/log.ex:7 {WRITE} old_logs"],
    ),
    "a table more": (
        "CREATE TABLE notes (id bigint PRIMARY KEY)",
        [f"differs no resource notes   {WRITE} notes"],
    ),
}


def told(project: Mutated, ddl: str, files: Mapping[str, str | None]) -> list[str]:
    return [
        f"{DRIFT_WORDS[f.severity]} {f.kind} {f.table} {f.object} {f.place} {f.command}".rstrip()
        for f in project.after(ddl, files).findings
    ]


@pytest.mark.parametrize(("ddl", "findings"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_told_at_its_place(odd: Mutated, ddl: str, findings: list[str]) -> None:
    assert told(odd, ddl, {}) == findings


FOLLOWED = {
    "a column's new name": (
        "ALTER TABLE people RENAME COLUMN settings TO settings_data",
        (
            "    attribute :settings, App.Types.Json do",
            "    attribute :settings_data, App.Types.Json do",
        ),
        "stale column renamed people settings_data",
    ),
    "a longer text": (
        "ALTER TABLE people ALTER COLUMN last_name TYPE varchar(80)",
        ("max_length: 40", "max_length: 80"),
        "stale type changed people last_name",
    ),
    "a column less": (
        "ALTER TABLE people DROP COLUMN settings",
        ("    attribute :settings, App.Types.Json do\n      public? true\n    end\n", ""),
        "stale column dropped people settings",
    ),
}


@pytest.mark.parametrize(("ddl", "edit", "finding"), FOLLOWED.values(), ids=FOLLOWED)
def test_what_the_code_follows_already_is_only_stale(
    odd: Mutated, ddl: str, edit: tuple[str, str], finding: str
) -> None:
    text = odd.read(PERSON)
    assert text.count(edit[0]) == 1
    (found,) = told(odd, ddl, {PERSON: text.replace(*edit)})
    assert found.startswith(finding)


def test_a_rename_that_nobody_can_tell_asks_for_the_lines_that_do(odd: Mutated) -> None:
    ddl = "CREATE TABLE records (LIKE logs); CREATE TABLE others (LIKE logs); DROP TABLE logs"
    found = odd.after(ddl, {}).findings
    assert [(DRIFT_WORDS[f.severity], f.kind, f.table) for f in found if f.source == "schema"] == [
        ("breaks", "table dropped", "logs"),
        ("breaks", "rename unclear", "others"),
        ("breaks", "rename unclear", "records"),
    ]
    unclear = next(f for f in found if f.kind == "rename unclear")
    assert '[tables.others]\nrenamed_from = "logs"' in unclear.todo


def test_a_name_that_nothing_ties_to_the_old_one_is_asked_for(odd: Mutated) -> None:
    found = odd.after("ALTER TABLE people RENAME COLUMN settings TO preferences", {}).findings
    (unclear,) = (f for f in found if f.kind == "rename unclear")
    assert '[tables.people.columns.preferences]\nrenamed_from = "settings"' in unclear.todo


def test_keys_of_a_table_without_a_resource_are_no_news(odd: Mutated) -> None:
    ddl = "CREATE TABLE visits (id bigint PRIMARY KEY, person bigint REFERENCES people)"
    config = {"ash_scaffold.toml": 'exclude = ["visits"]\n' + odd.read("ash_scaffold.toml")}
    before = odd.after(ddl, config)
    assert [(f.kind, f.table, f.object) for f in before.findings] == [
        ("constraint unknown", "people", "visits_person_fkey"),
        ("foreign key added", "visits", "visits_person_fkey"),
    ]
    assert odd.after(ddl, config, regenerated=True).findings == ()


def test_nothing_is_rendered_where_nothing_has_changed(odd: Mutated) -> None:
    assert "rendering" not in odd.with_files({}).timings
    edited = odd.read(PERSON) + "# mine\n"
    assert "rendering" in odd.with_files({PERSON: edited}).timings
    assert "rendering" in odd.after("COMMENT ON TABLE logs IS 'x'", {}).timings
    config = 'actions = "read"\n' + odd.read("ash_scaffold.toml")
    assert "rendering" in odd.with_files({"ash_scaffold.toml": config}).timings


def test_what_only_the_configuration_changes_is_stale(odd: Mutated) -> None:
    config = odd.read("ash_scaffold.toml")
    said = '\n[tables.logs]\ndescription = "What happened."\n'
    report = odd.with_files({"ash_scaffold.toml": config + said})
    assert [(DRIFT_WORDS[f.severity], f.kind, f.table, f.what) for f in report.findings] == [
        ("stale", "text", "logs", "Another run would bring App.Core.Log up to date.")
    ]


def test_the_lines_that_are_asked_for_decide_a_move_to_another_schema(odd: Mutated) -> None:
    ddl = "CREATE TABLE other.records (LIKE logs); DROP TABLE logs"
    (unclear,) = (f for f in odd.after(ddl, {}).findings if f.kind == "rename unclear")
    _, lines = unclear.todo.split("\n", 1)
    config = f"{odd.read('ash_scaffold.toml')}\n{lines}\n"
    findings = odd.after(ddl, {"ash_scaffold.toml": config}).findings
    assert [f.kind for f in findings if f.source == "schema" and not f.object] == ["table renamed"]
