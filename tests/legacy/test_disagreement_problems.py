"""What a run tells of the legacy code and the database."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs
from tests.support import PROJECT, generate

from ash_scaffold.ash.plan import Plan
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.disagreements import disagreement_problems
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.postgres.catalog import Database

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


def planned(database: Database, config: str = "") -> tuple[Hints, Plan]:
    hints = read_code(CodeBase([ElixirFile("lib/app.ex", SOURCE.encode())]))
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
            "takes precedence.",
        ),
        (
            "note",
            "legacy-no-foreign-key",
            "lib/app.ex:25",
            "belongs_to writer has no foreign key: posts.writer_id does not refer to users.id. "
            "It still becomes a relationship: App.Core.Post.writer, App.Core.User.posts.",
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
            "It still becomes a relationship: App.Core.Post.tags, App.Core.Tag.posts.",
        ),
        (
            "note",
            "legacy-no-foreign-key",
            "lib/app.ex:27",
            "many_to_many tags has no foreign key: posts_tags.tag_id does not refer to tags.id. "
            "It still becomes a relationship: App.Core.Post.tags, App.Core.Tag.posts.",
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
