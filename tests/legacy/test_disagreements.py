"""Where the legacy schemas and the database disagree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs
from tests.support import PROJECT, generate

from ash_scaffold.ash.plan import Plan
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.disagreements import Disagreement, disagreement_problems, disagreements
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.problem import Code


def schema(module: str, table: str, body: str, before: str = "") -> str:
    return (
        f'defmodule {module} do\n  use Ecto.Schema\n{before}  schema "{table}" do\n{body}  end\n'
        "end\n"
    )


def found(database: Database, *sources: str) -> tuple[Disagreement, ...]:
    files = [ElixirFile(f"lib/f{n}.ex", text.encode()) for n, text in enumerate(sources)]
    return disagreements(read_code(CodeBase(files)), database)


def told(findings: tuple[Disagreement, ...]) -> list[tuple[str, str, int, str]]:
    return [(f.code.value, f.path, f.line, f.what) for f in findings]


def test_fields_and_columns(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(
        "CREATE TABLE users (id bigserial PRIMARY KEY, name text, must text NOT NULL,"
        " filled text NOT NULL DEFAULT 'x', made int GENERATED ALWAYS AS IDENTITY,"
        " twice text NOT NULL GENERATED ALWAYS AS (name || name) STORED)"
    )
    findings = found(
        database,
        schema("User", "users", "    field :name\n    field :nick\n"),
        schema("Gone", "gone", ""),
        schema("Far", "far", "", before='  @schema_prefix "elsewhere"\n'),
    )
    users = Name("public", "users")
    assert findings == (
        Disagreement(
            code=Code.LEGACY_COLUMN_UNKNOWN,
            table=users,
            column="must",
            module="User",
            path="lib/f0.ex",
            line=1,
            what="users.must is NOT NULL without a default, and the schema does not know it.",
        ),
        Disagreement(
            code=Code.LEGACY_FIELD_WITHOUT_COLUMN,
            table=users,
            column="nick",
            module="User",
            path="lib/f0.ex",
            line=5,
            what="users has no column nick, which nick needs.",
        ),
        Disagreement(
            code=Code.LEGACY_TABLE_MISSING,
            table=Name("public", "gone"),
            column="",
            module="Gone",
            path="lib/f1.ex",
            line=1,
            what="The database has no table gone.",
        ),
    )


def test_a_schema_that_was_not_read_whole_may_know_a_column(
    reflect_ddl: Callable[..., Database],
) -> None:
    database = reflect_ddl("CREATE TABLE users (id bigserial PRIMARY KEY, must text NOT NULL)")
    assert found(database, schema("User", "users", "    more_fields()\n")) == ()


def test_enums(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');"
        "CREATE TABLE t (id bigserial PRIMARY KEY, a mood, b mood[], d text,"
        " c text CHECK (c IN ('on', 'off')))"
    )
    findings = found(
        database,
        schema(
            "T",
            "t",
            "    field :a, Ecto.Enum, values: [:sad, :ok, :glad]\n"
            "    field :b, {:array, Ecto.Enum}, values: [:sad, :ok, :happy]\n"
            '    field :c, Ecto.Enum, values: [on: "on", of: "of"]\n'
            "    field :d, Ecto.Enum, values: [:any]\n",
        ),
    )
    lacks, refuses = "the schema lacks it.", "The database does not take"
    assert [(f.code, f.column, f.line, f.what) for f in findings] == [
        (Code.LEGACY_LABEL_UNKNOWN, "a", 4, f'a can\'t be read where it is "happy": {lacks}'),
        (Code.LEGACY_VALUE_UNKNOWN, "a", 4, f'{refuses} "glad", which a may be.'),
        (Code.LEGACY_LABEL_UNKNOWN, "c", 6, f'c can\'t be read where it is "off": {lacks}'),
        (Code.LEGACY_VALUE_UNKNOWN, "c", 6, f'{refuses} "of", which c may be.'),
    ]


@pytest.mark.parametrize(
    ("column", "type_", "what"),
    [
        ("int4", ":string", "x is :string, the column is int4."),
        ("text", ":integer", "x is :integer, the column is text."),
        ("text", ":binary_id", "x is :binary_id, the column is text."),
        ("uuid", ":string", "x is :string, the column is uuid."),
        ("numeric", ":float", "x is :float, the column is numeric."),
        ("jsonb[]", ":map", "x is :map, the column is jsonb[]."),
        ("text[]", "{:array, :integer}", "x is {:array, :integer}, the column is text[]."),
        ("timestamptz", ":naive_datetime", "x is :naive_datetime, the column is timestamptz."),
        ("text", "Ecto.Enum, values: [a: 1]", "x is an Ecto.Enum of integers, the column is text."),
        ("whole", ":string", "x is :string, the column is whole."),
        ("int8", ":integer", None),
        ("citext_like", ":string", None),
        ("mood", ":string", None),
        ("whole", ":integer", None),
        ("jsonb", ":map", None),
        ("jsonb", "{:array, :map}", None),
        ("jsonb[]", "{:array, :map}", None),
        ("jsonb", "{:map, :integer}", None),
        ("timestamp", ":naive_datetime_usec", None),
        ("timestamp(0)", ":utc_datetime", None),
        ("timestamptz", ":utc_datetime_usec", None),
        ("int2", "Ecto.Enum, values: [a: 1]", None),
        ("varchar(20)", "Ecto.Enum, values: [:a]", None),
        ("int4range", "App.Range", None),
        ("text", "unknown()", None),
    ],
)
def test_types(
    reflect_ddl: Callable[..., Database], column: str, type_: str, what: str | None
) -> None:
    database = reflect_ddl(
        "CREATE TYPE mood AS ENUM ('ok'); CREATE DOMAIN whole AS int4 CHECK (value > 0);"
        f"CREATE DOMAIN citext_like AS text; CREATE TABLE t (id bigserial PRIMARY KEY, x {column})"
    )
    findings = found(database, schema("T", "t", f"    field :x, {type_}\n"))
    assert [f.what for f in findings] == ([] if what is None else [what])


def test_embeds_are_json(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(
        "CREATE TABLE t (id bigserial PRIMARY KEY, a jsonb, b jsonb, c jsonb[], d jsonb[], e text)"
    )
    body = "".join(
        f"    embeds_{kind} :{name}, Note\n"
        for name, kind in zip("abcde", ("one", "many", "one", "many", "one"), strict=True)
    )
    assert [f.what for f in found(database, schema("T", "t", body))] == [
        "c is embeds_one Note, the column is jsonb[].",
        "e is embeds_one Note, the column is text.",
    ]


ASSOCIATED = """
CREATE TABLE users (id bigserial PRIMARY KEY);
CREATE TABLE teams (id bigserial PRIMARY KEY);
CREATE TABLE posts (
  id bigserial PRIMARY KEY, user_id bigint, editor_id bigint REFERENCES teams,
  team_id bigint REFERENCES teams);
CREATE TABLE users_teams (user_id bigint REFERENCES users, team_id bigint);
CREATE VIEW news AS SELECT id, user_id FROM posts;
"""


def test_associations_without_a_foreign_key(reflect_ddl: Callable[..., Database]) -> None:
    findings = found(
        reflect_ddl(ASSOCIATED),
        schema(
            "User",
            "users",
            "    has_many :posts, Post\n"
            '    many_to_many :teams, Team, join_through: "users_teams"\n',
        ),
        schema(
            "Post",
            "posts",
            "    belongs_to :user, User\n    belongs_to :editor, User\n"
            "    belongs_to :team, Team\n",
        ),
        schema("Team", "teams", "    has_many :posts, Post\n"),
        schema("News", "news", "    belongs_to :user, User\n"),
    )
    assert told(findings) == [
        (
            "legacy-no-foreign-key",
            "lib/f0.ex",
            5,
            "many_to_many teams has no foreign key: users_teams.team_id does not refer to"
            " teams.id.",
        ),
        (
            "legacy-no-foreign-key",
            "lib/f1.ex",
            4,
            "belongs_to user has no foreign key: posts.user_id does not refer to users.id.",
        ),
        (
            "legacy-no-foreign-key",
            "lib/f1.ex",
            5,
            "belongs_to editor has no foreign key: posts.editor_id does not refer to users.id,"
            " but to teams.",
        ),
    ]
    assert [(f.table.name, f.column, f.association) for f in findings] == [
        ("users_teams", "team_id", "teams"),
        ("posts", "user_id", "user"),
        ("posts", "editor_id", "editor"),
    ]


def test_a_foreign_key_of_several_columns_counts(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(
        "CREATE TABLE users (id bigserial PRIMARY KEY, org int, UNIQUE (org, id));"
        "CREATE TABLE posts (id bigserial PRIMARY KEY, org int, user_id bigint,"
        " FOREIGN KEY (org, user_id) REFERENCES users (org, id))"
    )
    post = schema("Post", "posts", "    field :org, :integer\n    belongs_to :user, User\n")
    assert found(database, post, schema("User", "users", "    field :org, :integer\n")) == ()


def test_of_two_schemas_on_a_table_the_one_with_more_fields_wins(
    reflect_ddl: Callable[..., Database],
) -> None:
    database = reflect_ddl("CREATE TABLE users (id bigserial PRIMARY KEY, a text NOT NULL, b text)")
    findings = found(
        database,
        schema("Slim", "users", "    field :b\n"),
        schema("User", "users", "    field :a\n    field :b\n"),
    )
    assert told(findings) == [
        (
            "legacy-table-shared",
            "lib/f0.ex",
            1,
            "users is also the table of User, which has more fields (3 against 2) and takes "
            "precedence.",
        )
    ]


def test_precisions(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(
        "CREATE TABLE t (id bigserial PRIMARY KEY, a timestamp, b timestamp(0), c timestamptz(3),"
        " d time(0), e timestamptz, f timestamp, inserted_at timestamp, updated_at timestamp(0))"
    )
    findings = found(
        database,
        schema(
            "T",
            "t",
            "    field :a, :utc_datetime_usec\n"
            "    field :b, :naive_datetime_usec\n"
            "    field :c, :utc_datetime\n"
            "    field :d, :time_usec\n"
            "    field :e, :naive_datetime\n"
            "    field :f, :utc_datetime\n"
            "    timestamps(type: :utc_datetime_usec)\n",
        ),
    )
    drops = "but the column keeps microseconds, which the schema drops as it reads them."
    rounds = "but the column keeps whole seconds: the database rounds what the schema writes."
    assert told(findings) == [
        ("legacy-precision", "lib/f0.ex", 5, f"b: :naive_datetime_usec, {rounds}"),
        ("legacy-precision", "lib/f0.ex", 6, f"c, f (line 9): :utc_datetime, {drops}"),
        ("legacy-precision", "lib/f0.ex", 7, f"d: :time_usec, {rounds}"),
        (
            "legacy-type-disagrees",
            "lib/f0.ex",
            8,
            "e is :naive_datetime, the column is timestamptz.",
        ),
        ("legacy-precision", "lib/f0.ex", 10, f"updated_at: :utc_datetime_usec, {rounds}"),
    ]


def test_timestamps_read_without_their_fraction_are_no_matter(
    reflect_ddl: Callable[..., Database],
) -> None:
    database = reflect_ddl(
        "CREATE TABLE t (id bigserial PRIMARY KEY, inserted_at timestamp, updated_at timestamp)"
    )
    assert found(database, schema("T", "t", "    timestamps(type: :utc_datetime)\n")) == ()


DDL = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE users (
    id bigserial PRIMARY KEY, mood mood, size text, must text NOT NULL, at timestamp
);
CREATE TABLE posts (id bigserial PRIMARY KEY, writer_id bigint, subject_id bigint);
CREATE TABLE posts_tags (post_id bigint NOT NULL, tag_id bigint NOT NULL, UNIQUE (post_id, tag_id));
CREATE TABLE tags (id bigserial PRIMARY KEY);
CREATE TABLE elsewhere (id bigserial PRIMARY KEY);
"""

SOURCE = """\
defmodule App.Core.Person do
  use Ecto.Schema

  schema "users" do
    field :mood, Ecto.Enum, values: [:happy, :glad]
    field :size, :integer
    field :gone, :string
    field :at, :naive_datetime
    has_many :posts, App.Core.Entry, foreign_key: :writer_id
    unheard_of()
  end
end

defmodule App.Core.Visitor do
  use Ecto.Schema

  schema "users" do
  end
end

defmodule App.Core.Entry do
  use Ecto.Schema

  schema "posts" do
    belongs_to :writer, App.Core.Person
    belongs_to :subject, App.Core.Person, where: [size: 1]
    many_to_many :tags, App.Core.Label,
      join_through: "posts_tags",
      join_keys: [post_id: :id, tag_id: :id]
  end
end

defmodule App.Core.Label do
  use Ecto.Schema

  schema "tags" do
    field :name, :string
  end
end

defmodule App.Core.Lost do
  use Ecto.Schema

  schema "lost" do
  end
end

defmodule App.Other.Lost do
  use Ecto.Schema

  schema "lost_too" do
  end
end

defmodule App.Other.Thing do
  use Ecto.Schema

  schema "elsewhere" do
    field :nothing, :string
  end
end
"""


def planned(database: Database, config: str = "", source: str = SOURCE) -> tuple[Hints, Plan]:
    hints = read_code(CodeBase([ElixirFile("lib/app.ex", source.encode())]))
    known = structs.replace(PROJECT, legacy=hints.schemas)
    return hints, generate(database, config, state=known).plan


def test_everything_is_told_with_file_and_line(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(DDL)
    hints, plan = planned(database, '[domains."App.Core"]\ntables = ["users", "*s", "posts_tags"]')

    found = disagreement_problems(hints, database, plan)

    assert [(p.severity.value, p.code.value, p.where, p.what) for p in found] == [
        (
            "warning",
            "legacy-label-unknown",
            "lib/app.ex:5",
            'mood can\'t be read where it is "sad": the schema lacks it.',
        ),
        (
            "warning",
            "legacy-value-unknown",
            "lib/app.ex:5",
            'The database does not take "glad", which mood may be.',
        ),
        (
            "warning",
            "legacy-type-disagrees",
            "lib/app.ex:6",
            "size is :integer, the column is text.",
        ),
        (
            "warning",
            "legacy-field-without-column",
            "lib/app.ex:7",
            "users has no column gone, which gone needs.",
        ),
        (
            "note",
            "legacy-precision",
            "lib/app.ex:8",
            "at: :naive_datetime, but the column keeps microseconds, which the schema drops as it "
            "reads them.",
        ),
        (
            "note",
            "legacy-table-shared",
            "lib/app.ex:14",
            "users is also the table of App.Core.Person, which has more fields (5 against 1) and "
            "takes precedence. Its resource, App.Core.Person, is named as its Ecto schema, "
            "App.Core.Person.",
        ),
        (
            "note",
            "legacy-no-foreign-key",
            "lib/app.ex:25",
            "belongs_to writer has no foreign key: posts.writer_id does not refer to users.id. "
            "It still becomes a relationship: App.Core.Entry.writer, App.Core.Person.posts.",
        ),
        (
            "note",
            "legacy-no-foreign-key",
            "lib/app.ex:26",
            "belongs_to subject has no foreign key: posts.subject_id does not refer to users.id. "
            "It becomes no relationship.",
        ),
        (
            "note",
            "legacy-no-foreign-key",
            "lib/app.ex:27",
            "many_to_many tags has no foreign key: posts_tags.post_id does not refer to posts.id. "
            "It still becomes a relationship: App.Core.Entry.tags, App.Core.Label.posts.",
        ),
        (
            "note",
            "legacy-no-foreign-key",
            "lib/app.ex:27",
            "many_to_many tags has no foreign key: posts_tags.tag_id does not refer to tags.id. "
            "It still becomes a relationship: App.Core.Entry.tags, App.Core.Label.posts.",
        ),
        (
            "warning",
            "legacy-field-without-column",
            "lib/app.ex:37",
            "tags has no column name, which name needs.",
        ),
        (
            "warning",
            "legacy-table-missing",
            "lib/app.ex:41",
            "The database has no table lost.",
        ),
        (
            "note",
            "legacy-unread",
            "lib/app.ex:10",
            "App.Core.Person was not read completely: a macro that can't be expanded: "
            "unheard_of().",
        ),
    ]


def test_tables_of_other_runs_are_left_to_those(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(DDL)
    hints, plan = planned(database, '[domains."App.Core"]\ntables = ["elsewhere"]')

    found = disagreement_problems(hints, database, plan)

    assert [(p.code.value, p.where) for p in found] == [
        ("legacy-table-missing", "lib/app.ex:48"),
        ("legacy-field-without-column", "lib/app.ex:59"),
    ]


def test_a_schema_that_was_not_read_is_one_note_for_all_that_refer_to_it(
    reflect_ddl: Callable[..., Database],
) -> None:
    source = "\n".join(
        schema(f"App.Core.{name}", table, f"belongs_to :owner, App.Core.Gone{more}")
        for name, table, more in (
            ("Post", "posts", ""),
            ("Tag", "tags", "\n    belongs_to :once, App.Core.Other"),
            ("Person", "users", ""),
            ("Thing", "elsewhere", ""),
        )
    )
    database = reflect_ddl(DDL)
    hints, plan = planned(database, '[domains."App.Core"]\ntables = ["*"]', source)

    found = disagreement_problems(hints, database, plan)

    unread = [p for p in found if p.code is Code.LEGACY_UNREAD]
    assert [(p.where, p.what) for p in unread] == [
        (
            "lib/app.ex:4",
            "App.Core.Gone is no schema that was read, and 4 associations refer to it: those of "
            "App.Core.Post (lib/app.ex:4), App.Core.Tag (lib/app.ex:10), App.Core.Person "
            "(lib/app.ex:17) and 1 more.",
        ),
        (
            "lib/app.ex:11",
            "App.Core.Tag was not read completely: belongs_to once: App.Core.Other is no schema "
            "that was read.",
        ),
    ]
