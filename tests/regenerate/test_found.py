"""What the properties have found, each as the smallest case."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.elixir.merging import Dice
from tests.regenerate.project import MixProject
from tests.regenerate.schemas import MOOD, PLAN, Schema, base_types, draw_table, schema_with

from ash_scaffold.postgres.catalog import Column, Name, Table
from ash_scaffold.postgres.type_text import read_type

USER, POST = "lib/app/core/user.ex", "lib/app/core/post.ex"
CONFIG = 'repo = "App.Repo"\nlegacy = false\n\n[domains."App.Core"]\ntables = ["*"]\n'


def a_table(name: str, *columns: Column) -> Table:
    """Return a table of the plan with its keys, and these columns besides."""
    others = {each.name.name: each for each in (a_table("users"),)} if name == "posts" else {}
    table = draw_table(Dice(1), Name("public", name), others, "int8")
    keys = (*PLAN[table.name][0], *PLAN[table.name][1])
    own = tuple(
        replace(table.column(key), comment=None)
        for key in keys
        if any(column.name == key for column in table.columns)
    )
    index = tuple(each for each in table.indexes if each.constraint)
    added = {column.name: column for column in (*own, *columns)}
    return replace(table, columns=tuple(added.values()), indexes=index, checks=(), comment=None)


def a_column(name: str, kind: str = "text") -> Column:
    return Column(name=name, type=read_type(kind))


def a_schema(*tables: Table) -> Schema:
    return schema_with(tables, base_types())


BOTH = a_schema(a_table("users"), a_table("posts"))


@pytest.fixture
def project(tmp_path: Path) -> MixProject:
    return MixProject(tmp_path, CONFIG)


def edit(project: MixProject, path: str, *changes: tuple[str, str]) -> None:
    text = project.sources[path]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    project.put({path: text.encode()})


def assert_at_rest(project: MixProject, schema: Schema, **options: bool) -> None:
    assert dict(project.look(schema.database, **options).written) == {}


def test_a_column_of_another_name_is_no_choice_that_the_second_run_makes_anew(
    project: MixProject,
) -> None:
    schema = a_schema(a_table("users", a_column("camelCase")))
    project.run(schema.database)
    assert "source :camelCase" in project.sources[USER]
    assert_at_rest(project, schema)


def test_a_relationship_is_known_while_its_attribute_is_renamed_in_another_file(
    project: MixProject,
) -> None:
    project.run(BOTH.database)
    edit(project, USER, ("has_many :author_posts,", "has_many :written,"))
    edit(
        project,
        POST,
        ("attribute :author_id, :integer do", "attribute :writer, :integer do"),
        ("    belongs_to :author, App.Core.User do",
         "    belongs_to :author, App.Core.User do\n      source_attribute :writer"),
    )  # fmt: skip
    edit(project, POST, ("attribute :writer, :integer do\n",
                         "attribute :writer, :integer do\n      source :author_id\n"))  # fmt: skip
    project.run(BOTH.database)
    assert (
        "has_many :written, App.Core.Post do\n      destination_attribute :writer\n"
        in (project.sources[USER])
    )
    assert project.sources[USER].count("has_many :written,") == 1
    assert_at_rest(project, BOTH)


def test_a_relationship_is_known_while_its_module_is_renamed(project: MixProject) -> None:
    posts = a_table("posts")
    key = replace(posts.foreign_keys[0], name="posts_user_id_fkey", columns=("user_id",))
    column = replace(posts.column(posts.foreign_keys[0].columns[0]), name="user_id")
    rest = tuple(c for c in posts.columns if not c.name.endswith("_id"))
    schema = a_schema(
        a_table("users"), replace(posts, columns=(*rest, column), foreign_keys=(key,))
    )
    project.run(schema.database)
    edit(
        project,
        USER,
        ("defmodule App.Core.User do", "defmodule App.Core.Person do"),
        ("has_many :posts,", "has_many :written,"),
    )
    project.run(schema.database)
    assert (
        "has_many :written, App.Core.Post do\n      destination_attribute :user_id\n"
        in (project.sources[USER])
    )
    assert_at_rest(project, schema)


def test_a_type_is_pruned_with_the_last_column_that_has_it(project: MixProject) -> None:
    moody = a_schema(a_table("users", a_column("mood", f"{MOOD.schema}.{MOOD.name}")))
    project.run(moody.database)
    assert "lib/app/types/mood.ex" in project.sources
    plain = a_schema(a_table("users"))
    project.run(plain.database, prune=True)
    assert "lib/app/types/mood.ex" not in project.sources
    assert_at_rest(project, plain, prune=True)
