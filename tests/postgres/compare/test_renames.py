"""What is taken for a rename: always, by evidence, by configuration, and what is asked."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping

import msgspec
import pytest
from tests.postgres.compare.comparing import compare_databases

from ash_scaffold.config import Config, Resolver
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.compare import (
    Evidence,
    Kind,
    RenamedFrom,
    compare,
    detect_renames,
    text,
    with_constraints,
)
from ash_scaffold.postgres.facts import facts_of_database
from ash_scaffold.project.local_identity import NO_IDENTITY, earlier_names, updated

Tweaked = Callable[..., tuple[Database, ...]]

SCHEMA = """
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  state text NOT NULL,
  kind text NOT NULL,
  note text,
  size integer,
  weight integer,
  CONSTRAINT known CHECK (state <> kind)
);
CREATE UNIQUE INDEX orders_note ON orders (lower(note), size);
CREATE TABLE tags (id bigint, name text);
"""

ASK = (
    "orders.{new} is new{more}, and {dropped} dropped: a rename? Set [tables.orders.columns.{new}] "
    'renamed_from = "{was}", or "" if it is new'
)


def ask(new: str, was: str, *, dropped: str = "", more: str = "") -> str:
    return ASK.format(new=new, was=was, dropped=dropped or f"{was} was", more=more)


class Case(msgspec.Struct, frozen=True):
    """A tweak, what is said of it without a past, and with one."""

    tweak: str
    likely: list[str]
    seen: list[str]


CASES = {
    "in the middle": Case(
        "ALTER TABLE orders RENAME state TO status",
        ["orders.state renamed to status (taken for a rename)"],
        ["orders.state renamed to status"],
    ),
    "at the end": Case(
        "ALTER TABLE orders RENAME weight TO mass",
        [ask("mass", "weight"), "orders.mass added: integer", "orders.weight dropped"],
        ["orders.weight renamed to mass"],
    ),
    "at the end, with a similar name": Case(
        "ALTER TABLE orders RENAME weight TO order_weight",
        ["orders.weight renamed to order_weight (taken for a rename)"],
        ["orders.weight renamed to order_weight"],
    ),
    "dropped and added at the end, alike": Case(
        "ALTER TABLE orders DROP weight, ADD mass integer",
        [ask("mass", "weight"), "orders.mass added: integer", "orders.weight dropped"],
        ["orders.mass added: integer", "orders.weight dropped"],
    ),
    "dropped and added at the end, unlike": Case(
        "ALTER TABLE orders DROP weight, ADD mass text",
        ["orders.mass added: text", "orders.weight dropped"],
        ["orders.mass added: text", "orders.weight dropped"],
    ),
    "dropped and added at the end, of one type": Case(
        "ALTER TABLE orders DROP weight, ADD mass integer NOT NULL",
        [
            ask("mass", "weight"),
            "orders.mass added: integer, not null",
            "orders.weight dropped",
        ],
        ["orders.mass added: integer, not null", "orders.weight dropped"],
    ),
    "dropped in the middle, added at the end": Case(
        "ALTER TABLE orders DROP kind, ADD sort text",
        ["orders.sort added: text", "orders.kind dropped", "orders: constraint known dropped"],
        ["orders.sort added: text", "orders.kind dropped", "orders: constraint known dropped"],
    ),
    "renamed with its type": Case(
        "ALTER TABLE orders RENAME note TO remark;ALTER TABLE orders ALTER remark TYPE varchar(9)",
        [
            ask("remark", "note"),
            "orders.remark added: varchar(9)",
            "orders.note dropped",
            "orders: index orders_note: unique btree (lower(note), size) → "
            "unique btree (lower((remark)::text), size)",
        ],
        [
            "orders.note renamed to remark",
            "orders.remark: text → varchar(9)",
            "orders: index orders_note: unique btree (lower(remark), size) → "
            "unique btree (lower((remark)::text), size)",
        ],
    ),
    "two neighbours that are told apart by their types": Case(
        "ALTER TABLE orders RENAME note TO remark; ALTER TABLE orders RENAME size TO length",
        [
            ask("remark", "note", dropped="note and size were", more=" (as are length)"),
            "orders.length added: integer",
            "orders.remark added: text",
            "orders.note dropped",
            "orders.size dropped",
            "orders: index orders_note: unique btree (lower(note), size) → "
            "unique btree (lower(remark), length)",
        ],
        ["orders.size renamed to length", "orders.note renamed to remark"],
    ),
    "two neighbours of one type": Case(
        "ALTER TABLE orders RENAME state TO a; ALTER TABLE orders RENAME kind TO b",
        [
            ask("a", "state", dropped="state and kind were", more=" (as are b)"),
            "orders.a added: text, not null",
            "orders.b added: text, not null",
            "orders.kind dropped",
            "orders.state dropped",
            "orders: constraint known: check (state <> kind) → check (a <> b)",
        ],
        ["orders.state renamed to a", "orders.kind renamed to b"],
    ),
    "one gone, two new": Case(
        "ALTER TABLE orders DROP weight, ADD mass integer, ADD depth integer",
        [
            ask("mass", "weight", more=" (as are depth)"),
            "orders.depth added: integer",
            "orders.mass added: integer",
            "orders.weight dropped",
        ],
        ["orders.depth added: integer", "orders.mass added: integer", "orders.weight dropped"],
    ),
    "swapped": Case(
        "ALTER TABLE orders RENAME state TO x; ALTER TABLE orders RENAME kind TO state;"
        "ALTER TABLE orders RENAME x TO kind",
        [
            "orders: columns are in another order: id, kind, state, note, size, weight",
            "orders: constraint known: check (state <> kind) → check (kind <> state)",
        ],
        ["orders.state renamed to kind", "orders.kind renamed to state"],
    ),
    "table, with a column more": Case(
        "ALTER TABLE tags RENAME TO labels; ALTER TABLE labels ADD color text",
        [
            "table labels added",
            "labels is new, and tags was dropped: a rename? Set [tables.labels] "
            'renamed_from = "tags", or "" if it is new',
            "table tags dropped",
        ],
        ["table tags renamed to labels", "labels.color added: text"],
    ),
    "table, of which another looks the same": Case(
        "ALTER TABLE tags RENAME TO labels; CREATE TABLE marks (id bigint, name text)",
        [
            "table labels added",
            "labels is new, and tags was dropped: a rename? Set [tables.labels] "
            'renamed_from = "tags", or "" if it is new',
            "table marks added",
            "marks is new, and tags was dropped: a rename? Set [tables.marks] "
            'renamed_from = "tags", or "" if it is new',
            "table tags dropped",
        ],
        ["table tags renamed to labels", "table marks added"],
    ),
    "table dropped and made again": Case(
        "DROP TABLE tags; CREATE TABLE tags (id bigint, name varchar(9))",
        ["tags.name: text → varchar(9)"],
        ["tags.name: text → varchar(9)"],
    ),
    "table dropped and another made of the same columns": Case(
        "DROP TABLE tags; CREATE TABLE labels (id bigint, name text)",
        [
            "table labels added",
            "labels is new, and tags was dropped: a rename? Set [tables.labels] "
            'renamed_from = "tags", or "" if it is new',
            "table tags dropped",
        ],
        ["table labels added", "table tags dropped"],
    ),
    "tables swapped": Case(
        "ALTER TABLE tags RENAME TO x; ALTER TABLE orders RENAME TO tags;"
        "ALTER TABLE x RENAME TO orders; ALTER TABLE tags DROP weight",
        [
            ask("name", "state", dropped="state and kind and note were"),
            "orders.name added: text",
            "orders.kind dropped",
            "orders.note dropped",
            "orders.size dropped",
            "orders.state dropped",
            "orders.weight dropped",
            "orders.id: nullable",
            "orders: primary key orders_pkey dropped",
            "orders: constraint known dropped",
            "orders: index orders_note dropped",
            ask("state", "name", more=" (as are kind, note)").replace("orders", "tags"),
            "tags.kind added: text, not null",
            "tags.note added: text",
            "tags.size added: integer",
            "tags.state added: text, not null",
            "tags.name dropped",
            "tags.id: not null",
            "tags: primary key orders_pkey added: primary key (id)",
            "tags: constraint known added: check (state <> kind)",
            "tags: index orders_note added: unique btree (lower(note), size)",
        ],
        [
            "table tags renamed to orders",
            "table orders renamed to tags",
            "tags.weight dropped",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_without_a_past_only_an_unmistakable_pair_is_a_rename(name: str, tweaked: Tweaked) -> None:
    before, after = tweaked(SCHEMA, CASES[name].tweak)
    assert [text(change) for change in compare_databases(before, after)] == CASES[name].likely


@pytest.mark.parametrize("name", CASES)
def test_in_a_database_seen_before_renames_are_certain(name: str, tweaked: Tweaked) -> None:
    before, after = tweaked(SCHEMA, CASES[name].tweak)
    earlier = earlier_names(updated(NO_IDENTITY, before), after)
    changes = compare_databases(before, after, earlier=earlier)
    assert [text(change) for change in changes] == CASES[name].seen


PEOPLE = "CREATE TABLE people (id bigint PRIMARY KEY, {}, name text NOT NULL, fax {})"
FAX = PEOPLE.format("code text", "text")

# Rename or not, in a database that was never seen; the last column is `fax`.
EVIDENCE: dict[str, tuple[str, str, bool]] = {
    "nothing but type and place": (FAX, "RENAME fax TO biography", False),
    "nothing but type and place, dropped and added": (FAX, "DROP fax, ADD biography text", False),
    "nothing but type and place, in the middle": (FAX, "RENAME code TO motto", False),
    "a similar name": (FAX, "RENAME fax TO fax_number", True),
    "a similar name, in the middle": (FAX, "RENAME code TO people_code", True),
    "the same default": (
        PEOPLE.format("code text", "text DEFAULT ''"),
        "DROP fax, ADD biography text DEFAULT ''",
        False,
    ),
    "another default": (FAX, "DROP fax, ADD fax_number text DEFAULT '-'", False),
    "the same comment": (
        f"{FAX}; COMMENT ON COLUMN people.fax IS 'As on the card'",
        "RENAME fax TO biography",
        True,
    ),
    "a comment that is gone": (
        f"{FAX}; COMMENT ON COLUMN people.fax IS 'As on the card'",
        "DROP fax, ADD fax_number text",
        False,
    ),
    "an index that kept its name": (
        f"{FAX}; CREATE INDEX people_fax ON people (fax)",
        "RENAME fax TO biography",
        True,
    ),
    "an index of the new one's name": (
        f"{FAX}; CREATE INDEX ON people (fax)",
        "DROP fax, ADD biography text; CREATE INDEX ON people (biography)",
        False,
    ),
    "a check that kept its name": (
        f"{FAX}; ALTER TABLE people ADD CHECK (fax <> '')",
        "RENAME fax TO biography",
        True,
    ),
    "a primary key, which is named after the table": (
        FAX,
        "DROP id, ADD number bigint PRIMARY KEY",
        False,
    ),
    "its own sequence": (
        "CREATE TABLE people (id bigserial PRIMARY KEY)",
        "RENAME id TO number",
        True,
    ),
}


@pytest.mark.parametrize(("schema", "tweak", "renamed"), EVIDENCE.values(), ids=EVIDENCE)
def test_type_and_place_alone_make_no_rename(
    schema: str, tweak: str, renamed: bool, tweaked: Tweaked
) -> None:
    before, after = tweaked(schema, f"ALTER TABLE people {tweak}")
    changes = compare_databases(before, after)
    assert [c.evidence for c in changes if c.kind is Kind.COLUMN_RENAMED] == (
        [Evidence.LIKELY] if renamed else []
    )


@pytest.mark.parametrize(
    ("answer", "tweak", "renamed"),
    [
        (True, "RENAME fax TO biography", True),
        (None, "RENAME fax TO biography", False),
        (False, "RENAME fax TO fax_number", False),
    ],
)
def test_code_that_knows_the_columns_is_evidence(
    answer: bool | None, tweak: str, renamed: bool, tweaked: Tweaked
) -> None:
    before, after = map(facts_of_database, tweaked(FAX, f"ALTER TABLE people {tweak}"))
    detection = detect_renames(before, after, code=lambda _table, _dropped, _new: answer)
    assert bool(detection.renames.columns) == renamed
    assert bool(detection.unclear) != renamed


TABLES: dict[str, tuple[str, str, bool]] = {
    "nothing but columns": (
        "CREATE TABLE colors (id int, name text)",
        "DROP TABLE colors; CREATE TABLE countries (id int, name text)",
        False,
    ),
    "a similar name": (
        "CREATE TABLE colors (id int, name text)",
        "ALTER TABLE colors RENAME TO colours",
        True,
    ),
    "a key that kept its name": (
        "CREATE TABLE colors (id int PRIMARY KEY, name text)",
        "ALTER TABLE colors RENAME TO paints",
        True,
    ),
    "the same comment": (
        "CREATE TABLE colors (id int); COMMENT ON TABLE colors IS 'RAL'",
        "ALTER TABLE colors RENAME TO paints",
        True,
    ),
    "another comment": (
        "CREATE TABLE colors (id int); COMMENT ON TABLE colors IS 'RAL'",
        "ALTER TABLE colors RENAME TO colours; COMMENT ON TABLE colours IS 'ISO 3166'",
        False,
    ),
}


@pytest.mark.parametrize(("schema", "tweak", "renamed"), TABLES.values(), ids=TABLES)
def test_equal_columns_alone_make_no_rename_of_a_table(
    schema: str, tweak: str, renamed: bool, tweaked: Tweaked
) -> None:
    before, after = tweaked(schema, tweak)
    changes = compare_databases(before, after)
    found = [c.evidence for c in changes if c.kind in (Kind.TABLE_RENAMED, Kind.TABLE_MOVED)]
    assert found == ([Evidence.LIKELY] if renamed else [])
    assert any(c.kind is Kind.RENAME_UNCLEAR for c in changes) != renamed


TYPES: dict[str, tuple[str, str, bool]] = {
    "a column whose type has another name now": (
        "CREATE DOMAIN mail AS text; CREATE TABLE people (id int, address mail)",
        "ALTER DOMAIN mail RENAME TO phone",
        True,
    ),
    "nothing but what they are made of": (
        "CREATE DOMAIN mail AS text; CREATE TABLE people (id int, address mail)",
        "DROP DOMAIN mail CASCADE; CREATE DOMAIN phone AS text; ALTER TABLE people ADD tel phone",
        False,
    ),
    "a similar name": (
        "CREATE DOMAIN mail AS text; CREATE TABLE people (id int, address mail)",
        "ALTER DOMAIN mail RENAME TO email; ALTER TABLE people RENAME address TO electronic",
        True,
    ),
    "labels": (
        "CREATE TYPE mood AS ENUM ('sad', 'gay'); CREATE TABLE people (id int, feels mood)",
        "ALTER TYPE mood RENAME TO temper; ALTER TABLE people RENAME feels TO humor",
        True,
    ),
}


@pytest.mark.parametrize(("schema", "tweak", "renamed"), TYPES.values(), ids=TYPES)
def test_types_made_alike_are_not_one_type_by_that_alone(
    schema: str, tweak: str, renamed: bool, tweaked: Tweaked
) -> None:
    before, after = tweaked(schema, tweak)
    kinds = [change.kind for change in compare_databases(before, after)]
    assert (Kind.TYPE_RENAMED in kinds) == renamed


def configured(config: str) -> RenamedFrom:
    return Resolver(msgspec.convert(tomllib.loads(config), Config)).renamed_from


@pytest.mark.parametrize(
    ("tweak", "config", "expected"),
    [
        (
            CASES["two neighbours of one type"].tweak,
            '[tables.orders.columns]\na.renamed_from = "state"\nb.renamed_from = "kind"',
            [("state", "a"), ("kind", "b")],
        ),
        (
            CASES["renamed with its type"].tweak,
            '[tables.orders.columns.remark]\nrenamed_from = "note"',
            [("note", "remark")],
        ),
        (
            CASES["in the middle"].tweak,
            '[tables.orders.columns.status]\nrenamed_from = ""',
            [],
        ),
        (
            CASES["table, with a column more"].tweak,
            '[tables.labels]\nrenamed_from = "tags"',
            [("tags", "labels")],
        ),
        (
            CASES["table dropped and another made of the same columns"].tweak,
            '[tables.labels]\nrenamed_from = ""',
            [],
        ),
    ],
)
def test_the_configuration_decides(
    tweak: str, config: str, expected: list[tuple[str, str]], tweaked: Tweaked
) -> None:
    before, after = tweaked(SCHEMA, tweak)
    changes = compare_databases(before, after, renamed_from=configured(config))
    assert [
        (str(change.before), str(change.after))
        for change in changes
        if change.evidence is Evidence.CONFIGURED
    ] == expected
    assert [each for each in changes if each.evidence not in (None, Evidence.CONFIGURED)] == []
    assert [each for each in changes if each.kind.value == "rename unclear"] == []


def test_a_line_that_was_done_long_ago_does_no_harm(tweaked: Tweaked) -> None:
    config = configured(
        '[tables.orders]\nrenamed_from = "tags"\ncolumns.state.renamed_from = "kind"'
    )
    before, after = tweaked(SCHEMA, "ALTER TABLE orders DROP note")
    assert [text(change) for change in compare_databases(before, after, renamed_from=config)] == [
        "orders.note dropped",
        "orders: index orders_note dropped",
    ]


def test_a_past_that_is_younger_than_the_snapshot_leaves_evidence_to_decide(
    tweaked: Tweaked,
) -> None:
    before, after = tweaked(SCHEMA, "ALTER TABLE orders RENAME state TO status")
    earlier = earlier_names(updated(NO_IDENTITY, after), after)
    assert [text(change) for change in compare_databases(before, after, earlier=earlier)] == [
        "orders.state renamed to status (taken for a rename)"
    ]


CONSTRAINTS = """
CREATE TABLE users (id int PRIMARY KEY, CONSTRAINT positive CHECK (id > 0));
CREATE TABLE logs (id int PRIMARY KEY,
  user_id int CONSTRAINT logs_user REFERENCES users ON DELETE CASCADE,
  CONSTRAINT positive CHECK (id > 0));
CREATE TABLE lines (log_id int CONSTRAINT lines_log REFERENCES logs,
  before int CONSTRAINT logs_user CHECK (before > 0));
"""


def constraints_for(before: Database, after: Database) -> dict[str, Mapping[str, str]]:
    old, new = facts_of_database(before), facts_of_database(after)
    detection = detect_renames(old, new)
    changes = compare(old, new, detection)
    renames = with_constraints(detection.renames, changes, new.values())
    return {name.name: renames.constraints_for(name) for name in new}


def test_a_resource_gets_the_renames_of_its_own_constraints_and_of_keys_that_can_refuse_a_delete(
    tweaked: Tweaked,
) -> None:
    """A constraint of the same name on another table is another one."""
    renames = {"logs_user": "logs_user_fk", "lines_log": "lines_log_fk", "positive": "above_zero"}
    before, after = tweaked(
        CONSTRAINTS,
        "ALTER TABLE logs RENAME CONSTRAINT positive TO above_zero;"
        "ALTER TABLE logs RENAME CONSTRAINT logs_user TO logs_user_fk;"
        "ALTER TABLE lines RENAME CONSTRAINT lines_log TO lines_log_fk;",
    )
    assert constraints_for(before, after) == {
        "users": {name: renames[name] for name in ("logs_user", "lines_log")},
        "logs": renames,
        "lines": {"lines_log": "lines_log_fk"},
    }


def test_a_key_of_the_same_name_elsewhere_does_not_rename_a_tables_own_constraint(
    tweaked: Tweaked,
) -> None:
    before, after = tweaked(
        """
        CREATE TABLE users (id int PRIMARY KEY, CONSTRAINT positive CHECK (id > 0));
        CREATE TABLE logs (user_id int CONSTRAINT positive REFERENCES users);
        """,
        "ALTER TABLE logs RENAME CONSTRAINT positive TO logs_user",
    )
    assert constraints_for(before, after) == {"users": {}, "logs": {"positive": "logs_user"}}
