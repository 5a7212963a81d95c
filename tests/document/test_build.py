"""The document of a database: every part of it, from the catalog and the code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from ash_scaffold.advise.indexes import missing_indexes
from ash_scaffold.advise.lookups import find_lookups
from ash_scaffold.ash.plan import plan
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import Config, Resolver, TenancyConfig
from ash_scaffold.document.build import Sources, build, links
from ash_scaffold.document.ddl import create_table
from ash_scaffold.document.markdown.render import render_markdown
from ash_scaffold.document.model import (
    Constraint,
    Document,
    ForeignKey,
    KeyMark,
    Link,
    Reason,
    Status,
    Table,
    group_reasons,
)
from ash_scaffold.legacy.ecto import EctoField, EctoSchema, Hints, PlainType
from ash_scaffold.legacy.usage import User, UserKind
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.problem import Problem
from ash_scaffold.project.mix_project import App, ModuleEntry, Project, Resource

Reflect = Callable[..., Database]

DDL = """
CREATE TYPE mood AS ENUM ('ok', 'not so, "well"');
CREATE DOMAIN score AS smallint CHECK (VALUE >= 0);
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  mood mood DEFAULT 'ok',
  balance money
);
COMMENT ON TABLE users IS 'Who can sign in.';
COMMENT ON COLUMN users.email IS E'Lower case,\\n  always.';
CREATE TABLE profiles (
  user_id bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  points score,
  CONSTRAINT profiles_points_check CHECK (points < 100)
);
CREATE TABLE posts (
  id bigserial PRIMARY KEY,
  author_id bigint NOT NULL REFERENCES users,
  parent_id bigint REFERENCES posts,
  title text,
  length integer GENERATED ALWAYS AS (length(title)) STORED
);
CREATE INDEX posts_author_id_index ON posts (author_id) WHERE title IS NOT NULL;
CREATE TABLE tags (id bigserial PRIMARY KEY);
CREATE TABLE posts_tags (
  post_id bigint NOT NULL REFERENCES posts,
  tag_id bigint NOT NULL REFERENCES tags,
  inserted_at timestamp NOT NULL,
  UNIQUE (tag_id, post_id)
);
CREATE VIEW titles AS SELECT title FROM posts;
CREATE TABLE schema_migrations (version bigint PRIMARY KEY);
"""


def field(name: str) -> EctoField:
    return EctoField(name=name, column=name, ecto_type=PlainType("string"), line=3)


USER = EctoSchema(
    module="App.Accounts.User",
    table=Name("public", "users"),
    path="lib/app/accounts/user.ex",
    line=1,
    context="App.Accounts",
    context_module=ModuleEntry("App.Accounts", "lib/app/accounts.ex", 1),
    fields=tuple(field(name) for name in ("id", "email", "mood", "nickname")),
)
RESOURCE = Resource(
    module="App.Blog.Post", path="lib/app/blog/post.ex", line=1, table="posts", domain="App.Blog"
)
PROJECT = Project(
    root=Path("/project"),
    app=App(name="app", path="", namespace="App", lib=("lib",)),
    apps=(),
    modules={},
    resources=(RESOURCE,),
)


@pytest.fixture(scope="module")
def made() -> dict[str, Document]:
    return {}


@pytest.fixture
def found(reflect_ddl: Reflect, made: dict[str, Document]) -> Document:
    """The document of the database above, its posts and profiles in a domain."""
    if not made:
        made["it"] = make(reflect_ddl(DDL))
    return made["it"]


def make(
    database: Database,
    config: Config | None = None,
    tables: tuple[str, ...] = ("posts", "profiles", "users"),
) -> Document:
    decided = plan(
        database,
        ProjectState(app="App", repo="App.Repo"),
        Resolver(config or Config()),
        Options(domain="App.Blog", tables=tables),
    )
    users = {
        Name("public", "users"): (
            User("App.Accounts.User", UserKind.SCHEMA, USER.path, 1, "schema"),
            User("App.Mailer", UserKind.MAILER, "lib/app/mailer.ex", 9, "App.Accounts.User"),
            User("App.Mailer", UserKind.MAILER, "lib/app/mailer.ex", 12, "from"),
        ),
        Name("public", "posts"): (User("App.Export", UserKind.TASK, "lib/x.ex", 5, "SQL"),),
    }
    return build(
        Sources(
            database=database,
            plan=decided,
            hints=Hints(schemas=(USER,)),
            users=users,
            project=PROJECT,
            repo="App.Repo",
            version="16",
            missing=missing_indexes(find_lookups(database, (), ()), database.tables),
        )
    )


def table_of(document: Document, name: Name) -> Table:
    return next(table for table in document.tables if table.name == name)


def test_the_overview_counts(found: Document) -> None:
    seen = found.overview
    assert (seen.version, seen.repo, seen.migrations) == ("16", "App.Repo", "Ecto")
    assert (seen.tables, seen.views, seen.relationships) == (5, 1, 5)
    assert seen.left_out == (Name("public", "schema_migrations"),)
    assert [str(table.name) for table in found.tables] == [
        "posts",
        "posts_tags",
        "profiles",
        "tags",
        "titles",
        "users",
    ]


def test_whose_the_rows_are_is_said_where_the_configuration_says_it(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        "CREATE TABLE orgs (id bigint PRIMARY KEY);"
        "CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint NOT NULL REFERENCES orgs);"
        "CREATE TABLE drafts (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs)"
    )
    config = Config(tenancy=TenancyConfig(strategy="attribute", column="org_id", tenants="orgs"))
    document = make(database, config, ("*",))
    assert document.overview.tenancy == ("rows of orgs by a column; 1 table is theirs, 2 global")
    assert {str(table.name): table.tenancy for table in document.tables} == {
        "orgs": "Its rows are the tenants.",
        "users": "Its rows belong to tenants, by org_id.",
        "drafts": "Its rows belong to no tenant (nullable).",
    }
    (text,) = render_markdown(document, "docs/schema.md", {}).files.values()
    assert text is not None
    assert "| Tenants | rows of orgs by a column; 1 table is theirs, 2 global |\n" in text
    assert "\n- Its rows belong to tenants, by org_id.\n" in text
    plain = make(database, None, ("*",))
    assert (plain.overview.tenancy, {table.tenancy for table in plain.tables}) == ("", {""})


def test_the_status_is_what_code_there_is(found: Document) -> None:
    assert {str(table.name): table.status for table in found.tables} == {
        "posts": Status.SHARED,
        "posts_tags": Status.NEITHER,
        "profiles": Status.NEITHER,
        "tags": Status.NEITHER,
        "titles": Status.NEITHER,
        "users": Status.LEGACY_ONLY,
    }
    assert [(d.module, len(d.tables), d.progress.total) for d in found.domains] == [
        ("App.Blog", 3, 3),
        (None, 3, 3),
    ]
    assert (found.progress.shared, found.progress.legacy_only, found.progress.neither) == (1, 1, 4)


def test_the_users_of_a_table_are_joined_by_module(found: Document) -> None:
    users = table_of(found, Name("public", "users"))
    assert [(use.module, use.kind, use.line, use.via) for use in users.uses] == [
        ("App.Accounts.User", "schema", 1, ("schema",)),
        ("App.Mailer", "mailer", 9, ("App.Accounts.User", "from")),
    ]
    assert [use.module for use in users.schemas] == ["App.Accounts.User"]
    assert users.contexts == ("App.Accounts",)
    assert [(r.module, r.domain, r.path) for r in users.resources] == [
        ("App.Blog.User", "App.Blog", None)
    ]
    posts = table_of(found, Name("public", "posts"))
    assert [(r.module, r.path) for r in posts.resources] == [
        ("App.Blog.Post", "lib/app/blog/post.ex")
    ]


def test_a_column_has_its_keys_and_its_attribute(found: Document) -> None:
    users = table_of(found, Name("public", "users"))
    assert [(c.name, c.type, c.nullable, c.generated, c.marks) for c in users.columns] == [
        ("id", "bigint", False, "always as identity", (KeyMark.PRIMARY,)),
        ("email", "text", False, "", (KeyMark.UNIQUE,)),
        ("mood", "mood", True, "", ()),
        ("balance", "money", True, "", ()),
    ]
    assert [(c.attribute, c.ash_type) for c in users.columns] == [
        ("id", ":integer"),
        ("email", ":string"),
        ("mood", "App.Types.Mood"),
        (None, None),
    ]
    assert users.columns[3].notes == (
        "The column has no attribute: Postgrex can't read it. Migrate the column to numeric in "
        "legacy code.",
    )
    assert [each.problem.where for each in found.problems if each.table == users.name] == [
        "users.balance"
    ]


def test_a_column_says_who_fills_it(reflect_ddl: Reflect) -> None:
    made = make(
        reflect_ddl(
            "CREATE TABLE posts (id int PRIMARY KEY DEFAULT 1, title text DEFAULT 'new',"
            " length int GENERATED ALWAYS AS (1) STORED, made date DEFAULT now(),"
            " inserted_at timestamp NOT NULL, updated_at timestamp,"
            " modified_at timestamp NOT NULL);"
            " CREATE TABLE profiles (id int); CREATE TABLE users (id int)"
        )
    )
    posts = table_of(made, Name("public", "posts"))
    notes = {c.name: [n for n in c.notes if not n.startswith("beware: ")] for c in posts.columns}
    assert notes == {
        "id": ["primary key", "default 1"],
        "title": ['default "new"'],
        "length": ["read only"],
        "made": ["filled by the database"],
        "inserted_at": ["create_timestamp"],
        "updated_at": ["set by Ash on every update (&DateTime.utc_now/0)"],
        "modified_at": ["update_timestamp"],
    }


def test_relationships_are_what_the_keys_make(found: Document) -> None:
    assert [said(link) for link in found.links] == [
        "posts 1--* posts (parent_id) optional",
        "posts *--* tags (post_id, tag_id) via posts_tags",
        "users 1--* posts (author_id)",
        "users 1--1 profiles (user_id)",
    ]
    assert found.links[0].is_self_reference


def test_a_foreign_key_has_its_rules_and_what_the_rows_are_to_each_other(found: Document) -> None:
    users, posts = Name("public", "users"), Name("public", "posts")

    def key(table: str, column: str, target: Name, **more: object) -> ForeignKey:
        plain = ForeignKey(
            name=f"{table}_{column}_fkey", columns=(column,), target=target, target_columns=("id",)
        )
        return msgspec.structs.replace(plain, **more)

    assert {str(table.name): table.foreign_keys for table in found.tables} == {
        "posts": (
            key("posts", "author_id", users),
            key("posts", "parent_id", posts, optional=True),
        ),
        "posts_tags": (
            key("posts_tags", "post_id", posts),
            key("posts_tags", "tag_id", Name("public", "tags")),
        ),
        "profiles": (key("profiles", "user_id", users, unique=True, rule="on delete cascade"),),
        "tags": (),
        "titles": (),
        "users": (),
    }


def test_the_rules_of_a_key_are_what_follows_its_columns(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE profiles (id int);"
        'CREATE TABLE posts (a bigint, "on delete cascade)" bigint REFERENCES users MATCH FULL'
        " ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED)"
    )
    posts = database.table(Name("public", "posts"))
    # Only PostgreSQL 15 and later take the columns.
    keys = [msgspec.structs.replace(key, set_null_columns=("a",)) for key in posts.foreign_keys]
    changed = msgspec.structs.replace(posts, foreign_keys=tuple(keys))
    tables = [changed if table is posts else table for table in database.tables]
    made = make(msgspec.structs.replace(database, tables=tuple(tables)))
    (key,) = table_of(made, posts.name).foreign_keys
    assert key.rule == (
        "match full on delete set null (a) on update cascade deferrable initially deferred"
    )


def test_keys_to_and_from_tables_that_are_not_shown_are_constraints(reflect_ddl: Reflect) -> None:
    made = make(
        reflect_ddl(
            "CREATE TABLE oban_jobs (id bigint PRIMARY KEY);"
            "CREATE TABLE users (id bigint PRIMARY KEY, job_id bigint REFERENCES oban_jobs,"
            " CONSTRAINT positive CHECK (id > 0), EXCLUDE USING btree (id WITH =));"
            "CREATE TABLE oban_logs (user_id bigint REFERENCES users);"
            "CREATE TABLE posts (id int); CREATE TABLE profiles (id int)"
        )
    )
    users = table_of(made, Name("public", "users"))
    assert (users.foreign_keys, made.links) == ((), ())
    assert users.constraints == (
        Constraint(name="positive", kind="check", definition="CHECK (id > 0)"),
        Constraint(
            name="users_id_excl", kind="exclusion", definition="EXCLUDE USING btree (id WITH =)"
        ),
        Constraint(
            name="users_job_id_fkey",
            kind="foreign key",
            definition="(job_id) REFERENCES oban_jobs (id)",
        ),
        Constraint(
            name="oban_logs_user_id_fkey", kind="referred to by", definition="oban_logs (user_id)"
        ),
    )


def test_every_problem_is_there_once_in_order_with_its_table(found: Document) -> None:
    problems = [each.problem for each in found.problems]
    assert problems == sorted(set(problems), key=Problem.sort_key)
    assert [(each.problem.where, str(each.table)) for each in found.problems if each.table] == [
        ("users.balance", "users")
    ]


def test_a_reason_is_there_once_for_all_columns_of_a_type() -> None:
    assert group_reasons(
        (
            ("taken for UTC", "timestamp(0)"),
            ("`:map` would fail", "jsonb"),
            ("taken for UTC", "timestamp"),
            ("`:map` would fail", "json[]"),
        )
    ) == (
        Reason(types=("json", "jsonb"), why="`:map` would fail"),
        Reason(types=("timestamp",), why="taken for UTC"),
    )


def test_a_column_refers_to_the_reason_for_its_type(reflect_ddl: Reflect) -> None:
    made = make(
        reflect_ddl(
            "CREATE TABLE posts (id bigint PRIMARY KEY, at timestamp(0), data jsonb);"
            "CREATE TABLE users (id int, at timestamp); CREATE TABLE profiles (id int)"
        )
    )
    posts, users = (table_of(made, Name("public", name)) for name in ("posts", "users"))
    whys = [None if c.reason is None else made.reasons[c.reason] for c in posts.columns]
    assert whys[0] is None
    assert whys[2] is not None
    assert whys[2].types == ("jsonb",)
    assert users.columns[1].reason == posts.columns[1].reason


def said(link: Link) -> str:
    via = f" via {link.through}" if link.through else ""
    columns = ", ".join(link.columns)
    optional = " optional" if link.optional else ""
    return f"{link.source} {link.cardinality.value} {link.target} ({columns}){via}{optional}"


def test_what_to_think_of_is_proposed(found: Document) -> None:
    assert [(p.kind.value, str(p.table), p.columns, p.why) for p in found.proposals] == [
        ("column needed", "users", ("balance",), "is of a type that Ash can't read"),
        (
            "column needed",
            "users",
            ("nickname",),
            "is a field of App.Accounts.User, and the database has no such column",
        ),
        ("column deprecated", "users", ("balance",), "is no field of App.Accounts.User"),
        ("index", "posts", ("author_id",), "refers to users, and no index begins with it"),
        ("index", "posts", ("parent_id",), "refers to posts, and no index begins with it"),
        ("index", "posts_tags", ("post_id",), "refers to posts, and no index begins with it"),
    ]


def test_a_definition_reads_as_sql(found: Document) -> None:
    assert {str(table.name): table.create for table in found.tables if table.domain} == {
        "users": """\
CREATE TABLE users (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  email text NOT NULL, -- Lower case, always.
  mood mood DEFAULT 'ok'::public.mood, -- enum: ok, not so, "well"
  balance money,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_email_key UNIQUE (email)
);
""",
        "profiles": """\
CREATE TABLE profiles (
  user_id bigint NOT NULL,
  points score, -- domain over smallint CHECK (VALUE >= 0)
  CONSTRAINT profiles_pkey PRIMARY KEY (user_id),
  CONSTRAINT profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT profiles_points_check CHECK ((points)::smallint < 100)
);
""",
        "posts": """\
CREATE TABLE posts (
  id bigint NOT NULL DEFAULT nextval('public.posts_id_seq'::regclass),
  author_id bigint NOT NULL,
  parent_id bigint,
  title text,
  length integer GENERATED ALWAYS AS (length(title)) STORED,
  CONSTRAINT posts_pkey PRIMARY KEY (id),
  CONSTRAINT posts_author_id_fkey FOREIGN KEY (author_id) REFERENCES users (id),
  CONSTRAINT posts_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES posts (id)
);
""",
    }
    assert table_of(found, Name("public", "titles")).create == (
        "CREATE VIEW titles (\n  title -- text\n) AS …;\n"
    )


def test_indexes_have_their_kind(found: Document) -> None:
    posts, users = (table_of(found, Name("public", name)) for name in ("posts", "users"))
    assert [(i.name, i.kind, i.definition) for i in (*posts.indexes, *users.indexes)] == [
        ("posts_pkey", "primary key", "btree (id)"),
        ("posts_author_id_index", "index", "btree (author_id) WHERE (title IS NOT NULL)"),
        ("users_pkey", "primary key", "btree (id)"),
        ("users_email_key", "unique", "btree (email)"),
    ]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("PRIMARY KEY (a_id, b_id)", ["a *--* b (a_id, b_id) via joins"]),
        ("id serial PRIMARY KEY, UNIQUE (b_id, a_id)", ["a *--* b (a_id, b_id) via joins"]),
        ("PRIMARY KEY (a_id, b_id), at date DEFAULT now()", ["a *--* b (a_id, b_id) via joins"]),
        ("PRIMARY KEY (a_id, b_id), note text", ["a 1--* joins (a_id)", "b 1--* joins (b_id)"]),
        ("UNIQUE (a_id)", ["a 1--1 joins (a_id) optional", "b 1--* joins (b_id) optional"]),
        ("id serial", ["a 1--* joins (a_id) optional", "b 1--* joins (b_id) optional"]),
    ],
)
def test_only_a_pure_join_table_is_a_many_to_many(
    reflect_ddl: Reflect, columns: str, expected: list[str]
) -> None:
    database = reflect_ddl(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);"
        f"CREATE TABLE joins (a_id int REFERENCES a, b_id int REFERENCES b, {columns})"
    )
    assert [said(link) for link in links(database.tables)] == expected


@pytest.mark.parametrize(
    ("ddl", "line"),
    [
        ('CREATE TABLE t ("order" text COLLATE "C")', '  "order" text COLLATE "C"'),
        ("CREATE TABLE t (a int UNIQUE DEFERRABLE)", "  CONSTRAINT t_a_key UNIQUE (a) DEFERRABLE"),
        (
            "CREATE TABLE t (a int, EXCLUDE USING btree (a WITH =))",
            "  CONSTRAINT t_a_excl EXCLUDE USING btree (a WITH =)",
        ),
        (
            "CREATE TABLE t (a int, b text GENERATED ALWAYS AS "
            "(CASE WHEN a > 1 THEN E'x\\ny' ELSE '' END) STORED)",
            "  b text GENERATED ALWAYS AS (CASE WHEN (a > 1) THEN 'x\\ny'::text ELSE ''::text END) "
            "STORED",
        ),
        (
            "CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0)); "
            "ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
            "  CONSTRAINT c CHECK (a > 0) NOT VALID",
        ),
        ("CREATE TABLE p (a int); CREATE TABLE t () INHERITS (p)", ") INHERITS (p);"),
        ("CREATE TABLE t (a int) PARTITION BY LIST (a)", ") PARTITION BY …;"),
        ("CREATE MATERIALIZED VIEW t AS SELECT 1 AS a", "CREATE MATERIALIZED VIEW t ("),
    ],
)
def test_what_a_definition_says(reflect_ddl: Reflect, ddl: str, line: str) -> None:
    database = reflect_ddl(ddl)
    table = database.table(Name("public", "t"))
    assert line in create_table(table, database.types).splitlines()


def test_a_shape_is_what_a_rename_leaves(reflect_ddl: Reflect) -> None:
    first = table_of(make(reflect_ddl(DDL)), Name("public", "users"))
    renamed = make(
        reflect_ddl(f"{DDL}; ALTER TABLE posts RENAME TO articles; COMMENT ON TABLE users IS 'x'")
    )
    changed = make(reflect_ddl(f"{DDL}; ALTER TABLE users ADD note text"))
    assert table_of(renamed, Name("public", "users")).shape == first.shape
    assert table_of(changed, Name("public", "users")).shape != first.shape
    articles = table_of(renamed, Name("public", "articles")).shape
    assert articles == table_of(make(reflect_ddl(DDL)), Name("public", "posts")).shape
