"""What Ecto schemas say, in the terms that planning has for it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec import structs

from ash_scaffold.ash.hints import (
    ArrayHint,
    Comparison,
    Condition,
    ConstraintCall,
    DatetimeHint,
    DecimalDefault,
    EctoTypeHint,
    EnumHint,
    LegacyAssociation,
    LegacyConstraint,
    LegacyField,
    LegacySchema,
    ListDefault,
    Maker,
    MapDefault,
    NameMatch,
    ObjectHint,
    Role,
    TypeHint,
    Writable,
    memorable,
    renamed,
    with_remembered,
)
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.legacy.associations import with_removed_targets
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import EctoField, EctoSchema, PlainType
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.term import Atom

PATH = "lib/app.ex"
USERS, POSTS, TAGS = (Name("public", table) for table in ("users", "posts", "tags"))


def facts(*schemas: str, kept: Iterable[LegacySchema] = ()) -> dict[str, LegacySchema]:
    """Read schemas, each given as its module and what stands in it."""
    text = "\n".join(
        f"defmodule {schema.split(maxsplit=1)[0]} do\n  use Ecto.Schema\n"
        f"{schema.split(maxsplit=1)[1]}\nend\n"
        for schema in schemas
    )
    read = read_code(CodeBase([ElixirFile(PATH, text.encode())]))
    found = with_removed_targets(read.schemas, tuple(kept))
    return {schema.module: schema for schema in found}


def field(line: str, before: str = "@primary_key false") -> LegacyField:
    """Read the last field of a schema."""
    read = facts(f'App.Thing {before}\nschema "things" do\n{line}\nend')
    return read["App.Thing"].fields[-1]


def test_a_schema() -> None:
    read = facts(
        'App.Accounts.User schema "users" do\n'
        "  field :login, :string, source: :email, redact: true\n"
        "end"
    )
    assert read["App.Accounts.User"] == EctoSchema(
        module="App.Accounts.User",
        table=USERS,
        context="App.Accounts",
        path=PATH,
        line=1,
        fields=(
            EctoField(
                name="id",
                column="id",
                path=PATH,
                line=3,
                maker=Maker.DATABASE,
                ecto_type=PlainType("id"),
            ),
            EctoField(
                name="login",
                column="email",
                path=PATH,
                line=4,
                redact=True,
                ecto_type=PlainType("string"),
            ),
        ),
        primary_key=("id",),
    )


def _library(module: str) -> EctoTypeHint:
    return EctoTypeHint(module=module, schema="App.Thing", field="x", compares=True)


@pytest.mark.parametrize(
    ("line", "type_"),
    [
        ("field :x, :string", None),
        ("field :x, :naive_datetime", DatetimeHint(naive=True)),
        ("field :x, :utc_datetime_usec", DatetimeHint(naive=False)),
        ("field :x, {:array, :naive_datetime}", ArrayHint(DatetimeHint(naive=True))),
        ("field :x, :map", ObjectHint()),
        ("field :x, {:map, :string}", ObjectHint()),
        ("field :x, {:array, :map}", ArrayHint(ObjectHint())),
        ("embeds_one :x, App.X", ObjectHint()),
        ("embeds_many :x, App.X", None),
        ("field :x, Ecto.Enum, values: [a: 1]", EnumHint((("a", 1),))),
        ("field :x, {:array, Ecto.Enum}, values: [:a]", ArrayHint(EnumHint((("a", "a"),)))),
        (
            "field :x, App.X",
            _library("App.X"),
        ),
        ("field :x, EctoNetwork.INET", None),
        ("polymorphic_embeds_one :x, types: []", None),
        ("field :x, something()", None),
    ],
)
def test_types(line: str, type_: TypeHint | None) -> None:
    assert field(line).type == type_


def test_a_custom_type_is_named() -> None:
    assert field("field :x, App.X").custom == "App.X"
    assert field("field :x, {:array, App.X}").custom == "App.X"
    assert field("field :x, Ecto.Enum, values: [:a]").custom == ""


@pytest.mark.parametrize(
    ("key", "maker", "generator"),
    [
        ("{:id, :id, autogenerate: true}", Maker.DATABASE, ""),
        ("{:id, :id, []}", Maker.UNSAID, ""),
        ("{:id, :binary_id, autogenerate: true}", Maker.UUID, ""),
        ("{:id, Ecto.UUID, autogenerate: [version: 7]}", Maker.UUID_V7, "[version: 7]"),
        ("{:id, Ecto.UUID, autogenerate: [version: 4]}", Maker.UUID, "[version: 4]"),
        ("{:id, Ecto.ULID, autogenerate: true}", Maker.OTHER, "Ecto.ULID"),
        ("{:id, :binary_id, read_after_writes: true}", Maker.DATABASE, ""),
        ("{:id, :binary_id, autogenerate: false}", Maker.CALLER, ""),
        ("{:code, :string, []}", Maker.CALLER, ""),
    ],
)
def test_who_makes_a_key(key: str, maker: Maker, generator: str) -> None:
    found = field("", before=f"@primary_key {key}")
    assert (found.maker, found.generator) == (maker, generator)


def test_timestamps_have_their_roles() -> None:
    read = facts(
        'App.Thing schema "things" do\n'
        "  field :at, :utc_datetime\n"
        "  timestamps(inserted_at: :made_at, inserted_at_source: :made, updated_at: :changed)\n"
        "end"
    )
    roles = {each.column: each.role for each in read["App.Thing"].fields}
    assert roles == {
        "id": Role.NONE,
        "at": Role.NONE,
        "made": Role.CREATED,
        "changed": Role.UPDATED,
    }


def test_of_two_schemas_on_a_table_the_one_with_more_fields_is_first() -> None:
    read = facts(
        'App.A schema "users" do\nfield :name, :string\nend',
        'App.B schema "users" do\nfield :name, :string\nfield :mail, :string\nend',
    )
    assert {module: schema.first for module, schema in read.items()} == {
        "App.A": False,
        "App.B": True,
    }


def test_associations_are_told_in_columns() -> None:
    read = facts(
        'App.User schema "users" do\n'
        "  has_many :posts, App.Post, foreign_key: :author_id, where: [live: true]\n"
        "end",
        'App.Post schema "posts" do\n'
        "  belongs_to :author, App.User, source: :author_ref\n"
        '  many_to_many :tags, App.Tag, join_through: "posts_tags"\n'
        "  belongs_to :gone, App.Gone\n"
        "end",
        'App.Tag schema "tags" do\nend',
    )
    assert read["App.User"].associations == (
        LegacyAssociation(
            name="posts",
            kind=RelationshipKind.HAS_MANY,
            table=POSTS,
            own="id",
            target="author_ref",
            path=PATH,
            line=4,
            filtered=True,
            where=(Condition(column="live", test=Comparison.IS, value=True),),
        ),
    )
    assert read["App.Post"].associations == (
        LegacyAssociation(
            name="author",
            kind=RelationshipKind.BELONGS_TO,
            table=USERS,
            own="author_ref",
            target="id",
            path=PATH,
            line=11,
        ),
        LegacyAssociation(
            name="tags",
            kind=RelationshipKind.MANY_TO_MANY,
            table=TAGS,
            own="id",
            target="id",
            path=PATH,
            line=12,
            through=Name("public", "posts_tags"),
            through_own="post_id",
            through_target="tag_id",
        ),
    )


def test_has_many_through_the_rows_of_a_join_table_is_a_many_to_many() -> None:
    read = facts(
        'App.Post schema "posts" do\n'
        "  has_many :taggings, App.Tagging\n"
        "  has_many :tags, through: [:taggings, :tag]\n"
        "  has_many :others, through: [:tags, :posts]\n"
        "  has_one :first_tag, through: [:taggings, :tag]\n"
        "end",
        'App.Tagging schema "taggings" do\n'
        "  belongs_to :post, App.Post\n  belongs_to :tag, App.Tag\nend",
        'App.Tag schema "tags" do\nend',
    )
    assert [each.name for each in read["App.Post"].associations] == ["taggings", "tags"]
    assert read["App.Post"].associations[1] == LegacyAssociation(
        name="tags",
        kind=RelationshipKind.MANY_TO_MANY,
        table=TAGS,
        own="id",
        target="id",
        path=PATH,
        line=5,
        through=Name("public", "taggings"),
        through_own="post_id",
        through_target="tag_id",
    )


def test_what_a_schema_that_is_gone_had_to_do_with_others_holds_on() -> None:
    user = 'App.User schema "users" do\n  has_many :posts, App.Post\nend'
    post = (
        'App.Post schema "posts" do\n'
        "  belongs_to :user, App.User\n"
        "  has_many :marks, App.Mark\n"
        "  has_many :fans, through: [:marks, :user]\n"
        "  has_many :dropped, App.Mark\n"
        "end"
    )
    mark = (
        'App.Mark schema "marks" do\n'
        "  belongs_to :user, App.User\n  belongs_to :post, App.Post\nend"
    )
    before = facts(user, post, mark)
    kept = [memorable(schema) for schema in before.values()]
    today = post.replace("  has_many :dropped, App.Mark\n", "")

    assert names(facts(today)) == {"App.Post": []}
    now = facts(today, kept=kept)

    assert names(now) == {"App.Post": ["user", "marks", "fans"]}
    was = memorable(before["App.Post"]).associations
    assert memorable(now["App.Post"]).associations == was[:3]
    remembered = with_remembered(now.values(), kept)
    assert [schema.module for schema in remembered] == ["App.Post", "App.Mark", "App.User"]


def names(read: dict[str, LegacySchema]) -> dict[str, list[str]]:
    return {module: [each.name for each in read[module].associations] for module in read}


def test_what_is_kept_says_no_more_than_the_catalog_does_not() -> None:
    read = facts(
        'App.User schema "users" do\n'
        "  field :name, :string\n  field :login, :string, source: :email\nend"
    )
    assert memorable(read["App.User"]) == LegacySchema(
        module="App.User",
        table=USERS,
        context="App",
        fields=(
            LegacyField(name="id", column="id", maker=Maker.DATABASE),
            LegacyField(name="login", column="email"),
        ),
        primary_key=("id",),
    )


def test_every_fact_but_the_place_is_kept() -> None:
    field = EctoField(
        name="state",
        column="status",
        path=PATH,
        line=3,
        type=ObjectHint(),
        custom="App.State",
        apart="its option can't be read",
        redact=True,
        role=Role.CREATED,
        maker=Maker.OTHER,
        generator="App.State.new/0",
        writable=Writable.INSERT,
        selected=False,
        returned=True,
        default=ListDefault((MapDefault(((Atom("a"), DecimalDefault("1")),)),)),
        ecto_type=PlainType("string"),
    )
    association = LegacyAssociation(
        name="tags",
        kind=RelationshipKind.MANY_TO_MANY,
        table=TAGS,
        own="id",
        target="id",
        path=PATH,
        line=4,
        filtered=True,
        where=(Condition(column="state", test=Comparison.IS, value="open"),),
        sort=(("position", "asc"),),
        through=Name("public", "posts_tags"),
        through_own="post_id",
        through_target="tag_id",
    )
    constraint = LegacyConstraint(
        call=ConstraintCall.NO_ASSOC,
        name="_fkey",
        match=NameMatch.SUFFIX,
        column="status",
        key="tags",
        message="is there",
        single=True,
        path=PATH,
        line=5,
    )
    schema = EctoSchema(
        module="App.Post",
        table=POSTS,
        context="App",
        path=PATH,
        line=1,
        first=False,
        constraints=(constraint,),
        fields=(field,),
        primary_key=("status",),
        associations=(association,),
    )
    kept = memorable(schema)
    for kind, all_of_it, remembered in (
        (LegacySchema, schema, kept),
        (LegacyField, field, kept.fields[0]),
        (LegacyAssociation, association, kept.associations[0]),
        (LegacyConstraint, constraint, kept.constraints[0]),
    ):
        defaults = {each.name: each.default for each in structs.fields(kind)}
        unfilled = {
            name for name, default in defaults.items() if getattr(all_of_it, name) == default
        }
        assert unfilled == set(), "give each new field a value here"
        assert type(remembered) is kind
        lost = {name for name in defaults if getattr(remembered, name) == defaults[name]}
        assert lost == {"path", "line"}


def test_renames_are_followed() -> None:
    read = facts(
        'App.Post schema "posts" do\n'
        "  field :title, :string\n"
        "  belongs_to :user, App.User\n"
        '  many_to_many :tags, App.Tag, join_through: "posts_tags"\n'
        "end",
        'App.User schema "users" do\nend',
        'App.Tag schema "tags" do\nend',
    )
    tables = {POSTS: Name("public", "articles"), Name("public", "posts_tags"): Name("x", "labels")}
    columns = {
        (Name("public", "articles"), "title"): "heading",
        (Name("public", "articles"), "user_id"): "author_id",
        (Name("x", "labels"), "tag_id"): "label_id",
        (USERS, "id"): "key",
    }

    found = renamed(
        read["App.Post"],
        lambda table: tables.get(table, table),
        lambda table, column: columns.get((table, column), column),
    )

    assert found.table == Name("public", "articles")
    assert [each.column for each in found.fields] == ["id", "heading", "author_id"]
    assert [
        (a.table, a.own, a.target, a.through, a.through_own, a.through_target)
        for a in found.associations
    ] == [
        (USERS, "author_id", "key", None, "", ""),
        (TAGS, "id", "id", Name("x", "labels"), "post_id", "label_id"),
    ]
