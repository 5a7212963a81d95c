"""DDL beside a run: it reads one state of the schema, or says that it could not."""

from __future__ import annotations

import contextlib
import os
import signal
from random import Random

import psycopg
from psycopg import sql
from tests.campaign.ground import URL_OPTION, Ground, Tried, command_of, tried
from tests.campaign.oracle import wrong_refusal, wrong_run, wrong_world
from tests.campaign.projects import AGAIN, DDL, generated

_LOOPS = {
    "a table dropped and made": (
        "DROP TABLE notes",
        "CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), order_id bigint "
        "REFERENCES orders, body text DEFAULT 'x' || 'y' CHECK (length(body) > 1), "
        "size int GENERATED ALWAYS AS (length(body)) STORED); "
        "CREATE UNIQUE INDEX ON notes (lower(body)) WHERE size > 1; "
        "COMMENT ON COLUMN notes.body IS 'x'",
    ),
    "all of them dropped and made": (
        "".join(f"DROP TABLE more_{n};" for n in range(0, 40, 4)),
        "".join(
            f"CREATE TABLE more_{n} (id serial PRIMARY KEY, b text DEFAULT upper('x') "
            f"CHECK (lower(b) <> 'x')); CREATE INDEX ON more_{n} (lower(b)) WHERE id > 1;"
            for n in range(0, 40, 4)
        ),
    ),
    "a column dropped and made": (
        "ALTER TABLE orders DROP total",
        "ALTER TABLE orders ADD total numeric CHECK (total > 0) DEFAULT 1",
    ),
    "an index dropped and made": ("CREATE INDEX one ON orders (total, id)", "DROP INDEX one"),
    "a type dropped and made": (
        "ALTER TABLE orders ALTER state DROP DEFAULT, ALTER state TYPE text; DROP TYPE order_state",
        "CREATE TYPE order_state AS ENUM ('open'); ALTER TABLE orders ALTER state TYPE order_state "
        "USING 'open'::order_state",
    ),
    "a view and a function dropped and made": (
        "CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT 2'; "
        "CREATE VIEW twos AS SELECT id, two() FROM orders; "
        "ALTER TABLE orders ADD second int DEFAULT two() CHECK (second < two())",
        "ALTER TABLE orders DROP second; DROP VIEW twos; DROP FUNCTION two()",
    ),
    "a schema dropped and made": (
        "CREATE SCHEMA later; CREATE TABLE later.things (id int PRIMARY KEY, note text)",
        "DROP SCHEMA later CASCADE",
    ),
    "a table renamed": ("ALTER TABLE notes RENAME TO papers", "ALTER TABLE papers RENAME TO notes"),
    "a partition attached and dropped": (
        "CREATE TABLE IF NOT EXISTS parts (id int, at date) PARTITION BY RANGE (at); "
        "CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        "DROP TABLE part_1",
    ),
}
# Reading takes long enough for changes to fall into it.
_LARGE = DDL + "".join(
    f"CREATE TABLE more_{n} (id int PRIMARY KEY, {columns}, "
    f"order_id bigint REFERENCES orders, UNIQUE (c1, c2), CHECK (c3 <> 'x'));\n"
    for n in range(40)
    for columns in [", ".join(f"c{m} text DEFAULT 'a'" for m in range(12))]
)
_COMMANDS = (
    (*AGAIN, "--schema", "*"),
    (*AGAIN, "--dry-run"),
    ("check", "--url", URL_OPTION),
    ("inspect", "--schema", "*", "--url", URL_OPTION),
    ("document", "--url", URL_OPTION),
    ("init", "--schema", "*", "--url", URL_OPTION),
)


def attempt(ground: Ground, dice: Random) -> Tried:
    """Change the schema again and again beside a run."""
    names, command = dice.sample([*_LOOPS], 3), dice.choice(_COMMANDS)
    url = ground.new_url(_LARGE)
    with ground.box(generated) as box:
        world, before = box.world(), box.tree()
        changing = [_change(url, _LOOPS[name]) for name in names]
        try:
            ran = box.run(*(url if each == URL_OPTION else each for each in command))
        finally:
            for each in changing:
                os.kill(each, signal.SIGKILL)
                os.waitpid(each, 0)
            ground.give_back(url)
        return tried(
            f"{', '.join(names)}, {command_of(ran)}",
            wrong_run(ran),
            wrong_refusal(ran, before, box.tree()),
            wrong_world(box, world),
        )


def _change(url: str, statements: tuple[str, ...]) -> int:
    """Start a process that runs the statements in a circle, and return its number."""
    child = os.fork()
    if child:
        return child
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            while True:
                for statement in statements:
                    # A run that reads may hold a lock for too long, or make it a deadlock.
                    with contextlib.suppress(psycopg.Error):
                        connection.execute(sql.SQL(statement))
    finally:
        os._exit(1)
