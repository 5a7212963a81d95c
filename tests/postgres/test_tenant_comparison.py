"""Other tenants' schemas beside the template: what differs, and that it takes few queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.postgres.test_reflect_queries import sent

from ash_scaffold.ash.scope import is_skipped
from ash_scaffold.postgres.compare import text
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.tenant_comparison import compare_tenants
from ash_scaffold.postgres.url import URL

SHARED = """
    CREATE TABLE plans (id bigint PRIMARY KEY);
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
"""
# A tenant's schema, `{schema}`: each kind of thing that names others of the same schema.
TENANT = """
    CREATE SCHEMA "{schema}";
    CREATE TYPE "{schema}".status AS ENUM ('open', 'closed');
    CREATE DOMAIN "{schema}".zip AS text DEFAULT '0' CONSTRAINT digits CHECK (VALUE ~ '^[0-9]+$');
    CREATE TYPE "{schema}".place AS (street text, zip "{schema}".zip);
    CREATE FUNCTION "{schema}".next() RETURNS text LANGUAGE sql AS 'SELECT ''a''::text';
    CREATE TABLE "{schema}".users (
      id bigserial PRIMARY KEY, email text NOT NULL UNIQUE DEFAULT "{schema}".next(),
      plan_id bigint REFERENCES plans, place "{schema}".place
    );
    CREATE TABLE "{schema}".posts (
      id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES "{schema}".users,
      status "{schema}".status NOT NULL DEFAULT 'open', title varchar(20), zip "{schema}".zip,
      CONSTRAINT titled CHECK (status <> 'closed' OR title IS NOT NULL)
    );
    CREATE UNIQUE INDEX posts_title ON "{schema}".posts (lower(title)) WHERE status = 'open';
    CREATE TRIGGER stamp BEFORE INSERT ON "{schema}".posts FOR EACH ROW EXECUTE FUNCTION stamp();
    CREATE VIEW "{schema}".emails AS SELECT email FROM "{schema}".users;
    CREATE TABLE "{schema}".schema_migrations (version bigint PRIMARY KEY);
"""
CHECK = (
    "posts: constraint titled added: check ((status <> 'closed'::status) OR (title IS NOT NULL))"
)
INDEX = "index posts_title added: unique btree (lower((title)::text)) "
INDEX = f"posts: {INDEX}where (status = 'open'::tenant.status)"
# What is done to the schema `b` of a tenant, and what the template then has otherwise.
DIFFERENCES = {
    "ALTER TABLE b.posts ADD body text": ["posts.body dropped"],
    "ALTER TABLE b.posts DROP title CASCADE": [
        "posts.title added: varchar(20)",
        CHECK,
        INDEX,
    ],
    "ALTER TABLE b.posts ALTER zip TYPE text": ["posts.zip: text → zip"],
    "ALTER TABLE b.posts ALTER title SET NOT NULL": ["posts.title: nullable"],
    "ALTER TABLE b.users ALTER email DROP DEFAULT": ["users.email: default none → next()"],
    "ALTER TYPE b.status ADD VALUE 'lost'": ['enum status: label "lost" removed'],
    "ALTER TABLE b.posts DROP CONSTRAINT titled": [CHECK],
    "ALTER TABLE b.posts DROP CONSTRAINT posts_user_id_fkey": [
        "posts: foreign key posts_user_id_fkey added: (user_id) → users(id)"
    ],
    "ALTER TABLE b.posts DROP CONSTRAINT posts_user_id_fkey, ADD CONSTRAINT posts_user_id_fkey "
    "FOREIGN KEY (user_id) REFERENCES a.users": [
        "posts: foreign key posts_user_id_fkey: (user_id) → a.users(id) → (user_id) → users(id)"
    ],
    "DROP INDEX b.posts_title": [INDEX],
    "ALTER INDEX b.posts_title RENAME TO titles": [
        "posts: index titles renamed to posts_title",
    ],
    "DROP TRIGGER stamp ON b.posts": ["posts: trigger stamp added: on insert: stamp"],
    "ALTER DOMAIN b.zip DROP CONSTRAINT digits": [
        "domain zip: check digits added: check (VALUE ~ '^[0-9]+$'::text)"
    ],
    "ALTER TYPE b.place ADD ATTRIBUTE town text": ["composite place: field town dropped"],
    "ALTER TABLE b.posts ENABLE ROW LEVEL SECURITY": ["posts: row security off"],
    "DROP VIEW b.emails": ["view emails added"],
    "CREATE TABLE b.extras (id int)": ["table extras dropped"],
    "DROP TABLE b.posts": ["table posts added"],
    "ALTER TABLE b.users RENAME email TO mail": [
        "users.email added: text, not null, default next()",
        "users.mail dropped",
        "users: constraint users_email_key: unique (mail) → unique (email)",
    ],
    # no difference
    "SELECT 1": [],
    "ALTER TABLE b.users DROP plan_id; ALTER TABLE b.users ADD plan_id bigint REFERENCES plans": [],
    "COMMENT ON TABLE b.posts IS 'of b'": [],
    "CREATE TABLE b.oban_jobs (id int); DROP TABLE b.schema_migrations": [],
    "INSERT INTO b.users (email) VALUES ('x')": [],
}


def tenants(*names: str) -> str:
    return "".join(TENANT.format(schema=name) for name in names)


def differences(url: URL, template: str, *others: str) -> list[tuple[str, tuple[str, ...]]]:
    with read_only(url) as connection:
        found = compare_tenants(connection, template, others, is_skipped)
    return [(text(each.change), each.schemas) for each in found.changes]


def test_what_a_tenant_has_otherwise_is_a_difference(make_database: Callable[..., URL]) -> None:
    names = [f"b{number}" for number in range(len(DIFFERENCES))]
    done = [ddl.replace("b.", f"{name}.") for name, ddl in zip(names, DIFFERENCES, strict=True)]
    url = make_database(SHARED, tenants("a", *names), *done)
    found: dict[str, list[str]] = {ddl: [] for ddl in done}
    for said, schemas in differences(url, "a", *names):
        for schema in schemas:
            found[done[names.index(schema)]].append(said)
    assert found == dict(zip(done, DIFFERENCES.values(), strict=True))


def test_the_name_of_a_schema_makes_no_difference(make_database: Callable[..., URL]) -> None:
    url = make_database(SHARED, tenants("tenant_a", 'Te\'n""ant', "with.dot", "public2"))
    assert differences(url, "Te'n\"ant", "tenant_a", "with.dot", "public2") == []
    run = make_database(SHARED, tenants('Te\'n""ant', "b"), "ALTER TABLE b.users DROP place")
    assert differences(run, "Te'n\"ant", "b") == [("users.place added: place", ("b",))]


def test_a_difference_of_several_tenants_is_said_once(make_database: Callable[..., URL]) -> None:
    url = make_database(
        SHARED,
        tenants("a", "b", "c", "d"),
        "ALTER TABLE a.posts ADD body text NOT NULL",
        "ALTER TABLE c.users ADD more int",
    )
    assert differences(url, "a", "b", "c", "d", "gone") == [
        ("posts.body added: text, not null", ("b", "c", "d")),
        ("users.more dropped", ("c",)),
    ]


@pytest.mark.slow
def test_500_tenants_take_as_many_queries_as_two(
    make_database: Callable[..., URL], run_ddl: Callable[..., None]
) -> None:
    names = [f"tenant_{number:03}" for number in range(500)]
    parts = [tenants(*names[start : start + 20]) for start in range(0, 500, 20)]
    two, many = make_database(SHARED, tenants(*names[:2])), make_database(SHARED, *parts)

    def compared(url: URL, *others: str) -> tuple[int, list[tuple[str, tuple[str, ...]]]]:
        with read_only(url) as connection, sent(connection) as texts:
            found = compare_tenants(connection, names[0], others, is_skipped)
        return len(texts), [(text(each.change), each.schemas) for each in found.changes]

    assert compared(two, names[1]) == compared(many, *names[1:]) == (1, [])
    run_ddl(two, f"ALTER TABLE {names[1]}.posts DROP zip")
    for name in (names[7], names[301]):
        run_ddl(many, f"ALTER TABLE {name}.posts DROP zip")
    run_ddl(many, f"ALTER TABLE {names[9]}.posts ADD body text")
    queries, found = compared(two, names[1])
    assert found == [("posts.zip added: zip", (names[1],))]
    assert compared(many, *names[1:]) == (
        queries,
        [("posts.zip added: zip", (names[7], names[301])), ("posts.body dropped", (names[9],))],
    )
