"""A resource read from its source: every form that says the same, as `ash.model` has it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.elixir.reading import read, read_all, resource

from ash_scaffold.ash.model import (
    Attribute,
    AttributeKind,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Place,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.term import Atom, Call, Capture, Expr, Module, Operator, Parent, Ref

WHOLE = """
defmodule App.Blog.Post do
  use Ash.Resource,
    domain: App.Blog,
    data_layer: AshPostgres.DataLayer,
    extensions: [AshJsonApi.Resource]

  alias App.Accounts.User

  postgres do
    table "posts"
    schema "blog"
    repo App.Repo
    migrate? false
    identity_index_names slug: "posts_slug_idx"
    identity_wheres_to_sql slug: "(deleted_at IS NULL)"
    unique_index_names [{[:title], "posts_lower_title"}]
    exclusion_constraint_names [{:during, "posts_during_excl"}]
    foreign_key_names [{:id, "comments_post_fk", "would leave records behind"}]

    references do
      reference :author do
        name "posts_author_fk"
        on_delete {:nilify, [:author_id]}
      end

      reference :editor, on_update: :update
    end

    check_constraints do
      check_constraint [:title, :slug], "posts_title_check" do
        message "is too long"
      end
    end
  end

  resource do
    description "What is written."
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    integer_primary_key :id

    attribute :title, :string do
      allow_nil? false
      public? true
      sensitive? true
      source :headline
      default "none"
      constraints max_length: 80, trim?: false
    end

    attribute :slug, App.Slug, public?: true, writable?: false, generated?: true
    attribute :author_id, :integer
    attribute :editor_id, :integer
  end

  relationships do
    belongs_to :author, User do
      define_attribute? false
    end

    belongs_to :editor, User, define_attribute?: false, destination_attribute: :number

    has_many :comments, App.Blog.Comment do
      filter expr(post_year == parent(year) and not is_nil(text))
      public? true
    end

    has_one :cover, __MODULE__.Cover, destination_attribute: :picture_id

    many_to_many :tags, App.Blog.Tag do
      through App.Blog.Tagging
    end
  end

  identities do
    identity :slug, [:slug] do
      where expr(is_nil(deleted_at))
      nils_distinct? false
    end

    identity :by_title, :title
  end
end
"""


def test_all_of_a_resource() -> None:
    found = read(WHOLE, "App.Blog.Post")

    assert found.unknown == frozenset()
    assert found.table == Name("blog", "posts")
    assert found.resource == Resource(
        module="App.Blog.Post",
        domain="App.Blog",
        repo="App.Repo",
        table="posts",
        schema="blog",
        extensions=("AshJsonApi.Resource",),
        migrate=False,
        description="What is written.",
        require_primary_key=False,
        attributes=(
            Attribute(
                name="id",
                column="id",
                kind=AttributeKind.INTEGER_PRIMARY_KEY,
                type=Atom("integer"),
                primary_key=True,
                allow_nil=False,
                generated=True,
                writable=False,
            ),
            Attribute(
                name="title",
                column="headline",
                type=Atom("string"),
                constraints=(("max_length", 80), ("trim?", False)),
                allow_nil=False,
                sensitive=True,
                default="none",
            ),
            Attribute(
                name="slug", column="slug", type=Module("App.Slug"), writable=False, generated=True
            ),
            Attribute(name="author_id", column="author_id", type=Atom("integer"), public=False),
            Attribute(name="editor_id", column="editor_id", type=Atom("integer"), public=False),
        ),
        relationships=(
            Relationship(
                name="author",
                kind=RelationshipKind.BELONGS_TO,
                destination="App.Accounts.User",
                source_attribute="author_id",
                destination_attribute="id",
                public=False,
            ),
            Relationship(
                name="editor",
                kind=RelationshipKind.BELONGS_TO,
                destination="App.Accounts.User",
                source_attribute="editor_id",
                destination_attribute="number",
                public=False,
            ),
            Relationship(
                name="comments",
                kind=RelationshipKind.HAS_MANY,
                destination="App.Blog.Comment",
                source_attribute="id",
                destination_attribute="post_id",
                filter=Expr(
                    Operator(
                        "and",
                        (
                            Operator("==", (Ref("post_year"), Parent("year"))),
                            Operator("not", (Call("is_nil", (Ref("text"),)),)),
                        ),
                    )
                ),
            ),
            Relationship(
                name="cover",
                kind=RelationshipKind.HAS_ONE,
                destination="App.Blog.Post.Cover",
                source_attribute="id",
                destination_attribute="picture_id",
                public=False,
            ),
            Relationship(
                name="tags",
                kind=RelationshipKind.MANY_TO_MANY,
                destination="App.Blog.Tag",
                source_attribute="id",
                destination_attribute="id",
                public=False,
                through="App.Blog.Tagging",
                source_attribute_on_join="post_id",
                destination_attribute_on_join="tag_id",
                join_relationship="tags_join_assoc",
            ),
        ),
        identities=(
            IdentityDef(
                name="slug",
                keys=("slug",),
                index="posts_slug_idx",
                index_name="posts_slug_idx",
                where=Expr(Call("is_nil", (Ref("deleted_at"),))),
                where_sql="(deleted_at IS NULL)",
                nils_distinct=False,
            ),
            IdentityDef(name="by_title", keys=("title",), index="posts_by_title_index"),
        ),
        references=(
            Reference(
                relationship="author",
                foreign_key="posts_author_fk",
                name="posts_author_fk",
                on_delete=(Atom("nilify"), [Atom("author_id")]),
            ),
            Reference(
                relationship="editor",
                foreign_key="posts_editor_id_fkey",
                on_update=Atom("update"),
            ),
        ),
        check_constraints=(
            CheckConstraint(
                attributes=("title", "slug"), name="posts_title_check", message="is too long"
            ),
        ),
        unique_index_names=(ConstraintName(attributes=("title",), name="posts_lower_title"),),
        exclusion_constraint_names=(
            ConstraintName(attributes=("during",), name="posts_during_excl"),
        ),
        foreign_key_names=(
            ConstraintName(
                attributes=("id",), name="comments_post_fk", message="would leave records behind"
            ),
        ),
    )


def test_lines_are_those_of_the_entities() -> None:
    found = read(WHOLE.removeprefix("\n"), "App.Blog.Post")

    assert {path: place.line for path, place in found.places.items()} == {
        (): 1,
        ("table",): 10,
        ("schema",): 11,
        ("repo",): 12,
        ("migrate",): 13,
        ("unique_index_names", "posts_lower_title"): 16,
        ("exclusion_constraint_names", "posts_during_excl"): 17,
        ("foreign_key_names", "comments_post_fk"): 18,
        ("references", "author"): 21,
        ("references", "editor"): 26,
        ("check_constraints", "posts_title_check"): 30,
        ("description",): 37,
        ("require_primary_key",): 38,
        ("attributes", "id"): 46,
        ("attributes", "title"): 48,
        ("attributes", "slug"): 57,
        ("attributes", "author_id"): 58,
        ("attributes", "editor_id"): 59,
        ("relationships", "author"): 63,
        ("relationships", "editor"): 67,
        ("relationships", "comments"): 69,
        ("relationships", "cover"): 74,
        ("relationships", "tags"): 76,
        ("identities", "slug"): 82,
        ("identities", "by_title"): 87,
    }
    assert found.place("attributes", "title", "type") == Place("lib/post.ex", 48)
    assert found.place("identities", "none") == Place("lib/post.ex", 1)


def stated(body: str) -> tuple[Attribute, ...]:
    found = read(resource(f"attributes do\n{body}\nend"))
    assert found.unknown == frozenset()
    return found.resource.attributes


@pytest.mark.parametrize(
    "text",
    [
        "attribute :name, :string, source: :title, allow_nil?: false",
        "attribute(:name, :string, source: :title, allow_nil?: false)",
        "attribute :name, :string, [source: :title, allow_nil?: false]",
        "attribute :name, :string, source: :title do\n  allow_nil? false\nend",
        "attribute :name, :string do\n  source :title\n  allow_nil? false\nend",
        "attribute(:name, :string) do\n  source(:title)\n  allow_nil?(false)\nend",
        "attribute :name, :string, do: (source :title; allow_nil? false)",
        'attribute :"name", :string, source: :"title", allow_nil?: false # why',
    ],
)
def test_every_form_says_the_same(text: str) -> None:
    assert stated(text) == (
        Attribute(name="name", column="title", type=Atom("string"), allow_nil=False, public=False),
    )


def test_short_forms_say_what_ash_says_of_them() -> None:
    usec = Atom("utc_datetime_usec")
    stamp = Attribute(name="", column="", type=usec, allow_nil=False, public=False, writable=False)
    created, updated = AttributeKind.CREATE_TIMESTAMP, AttributeKind.UPDATE_TIMESTAMP

    assert stated(
        "uuid_primary_key :id\nuuid_v7_primary_key :key, public?: false\n"
        "create_timestamp :made, type: :utc_datetime\nupdate_timestamp :touched, allow_nil?: true\n"
        "timestamps type: :naive_datetime"
    ) == (
        Attribute(
            name="id",
            column="id",
            kind=AttributeKind.UUID_PRIMARY_KEY,
            type=Atom("uuid"),
            primary_key=True,
            allow_nil=False,
            writable=False,
        ),
        Attribute(
            name="key",
            column="key",
            type=Atom("uuid_v7"),
            primary_key=True,
            allow_nil=False,
            public=False,
            writable=False,
            default=Capture("Ash.UUIDv7", "generate", 0),
        ),
        _with(stamp, name="made", column="made", kind=created, type=Atom("utc_datetime")),
        _with(stamp, name="touched", column="touched", kind=updated, allow_nil=True),
        _with(
            stamp,
            name="inserted_at",
            column="inserted_at",
            kind=created,
            type=Atom("naive_datetime"),
        ),
        _with(
            stamp,
            name="updated_at",
            column="updated_at",
            kind=updated,
            type=Atom("naive_datetime"),
        ),
    )


def _with(attribute: Attribute, **fields: object) -> Attribute:
    from msgspec import structs

    return structs.replace(attribute, **fields)


def test_a_source_of_false_is_ignored_as_ash_does() -> None:
    found = stated("attribute :a, :string, source: false\nattribute :b, :string, source: nil")

    assert [a.column for a in found] == ["a", "b"]


def test_decimals_are_read() -> None:
    (amount,) = stated(
        'attribute :amount, :decimal, default: Decimal.new("0.50"), '
        "constraints: [min: Decimal.new(-1, 25, -1), max: Decimal.new(9)]"
    )

    assert (amount.default, amount.constraints) == (
        Decimal("0.50"),
        (("min", Decimal("-2.5")), ("max", Decimal(9))),
    )


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ('kind in ["a", :b]', Operator("in", (Ref("kind"), ["a", Atom("b")]))),
        ("a not in [1]", Operator("not", (Operator("in", (Ref("a"), [1])),))),
        ("not a in [1]", Operator("not", (Operator("in", (Ref("a"), [1])),))),
        ("not (a)", Operator("not", (Ref("a"),))),
        ("a > -1.5", Operator(">", (Ref("a"), -1.5))),
        ("^ref(:and) == true", Operator("==", (Ref("and"), True))),
        ("is_nil(^ref(:true))", Call("is_nil", (Ref("true"),))),
        ("is_nil(^ref(false))", Call("is_nil", (Ref("false"),))),
        ('fragment("? > 1", at)', Call("fragment", ("? > 1", Ref("at")))),
        ("a == Decimal.new(1)", Operator("==", (Ref("a"), Decimal(1)))),
        ("a == parent(b)", Operator("==", (Ref("a"), Parent("b")))),
        ("a != nil or b == App.C", Operator("or", (
            Operator("!=", (Ref("a"), None)), Operator("==", (Ref("b"), Module("App.C"))),
        ))),
    ],
)  # fmt: skip
def test_expressions_are_terms(text: str, term: object) -> None:
    found = read(resource(f"identities do\n  identity :a, [:a], where: expr({text})\nend"))

    assert found.unknown == frozenset()
    assert found.resource.identities[0].where == Expr(term)  # type: ignore[arg-type]


def test_a_belongs_to_defines_its_attribute_unless_it_is_there() -> None:
    found = read(
        resource(
            """
            attributes do
              uuid_primary_key :id
              attribute :editor_id, :integer, public?: true
            end

            relationships do
              belongs_to :author, App.User, attribute_type: :integer, allow_nil?: false
              belongs_to :editor, App.User
              belongs_to :blog, App.Blog, source_attribute: :in_id, public?: true
              belongs_to :none, App.None, define_attribute?: false
            end
            """
        )
    )

    assert [(a.name, a.type, a.allow_nil, a.public) for a in found.resource.attributes] == [
        ("id", Atom("uuid"), False, True),
        ("editor_id", Atom("integer"), True, True),
        ("author_id", Atom("integer"), False, False),
        ("in_id", Atom("uuid"), True, True),
    ]
    # The application's configuration decides which type a belongs_to has by default.
    assert found.unknown == {("attributes", "in_id", "type")}
    assert found.place("attributes", "author_id") == Place("lib/post.ex", 16)


def test_fragments_are_part_of_the_resource() -> None:
    owner = """
        defmodule App.Post do
          use Ash.Resource, domain: App.Blog, fragments: [__MODULE__.Table, App.More]

          attributes do
            uuid_primary_key :id
          end
        end
    """
    fragments = """
        defmodule App.Post.Table do
          use Spark.Dsl.Fragment, of: Ash.Resource, data_layer: AshPostgres.DataLayer

          postgres do
            table "posts"
            repo App.Repo
          end
        end

        defmodule App.More do
          use Spark.Dsl.Fragment, of: Ash.Resource

          attributes do
            attribute :title, :string
          end

          relationships do
            has_many :comments, App.Comment
          end

          identities do
            identity :title, [:title]
          end
        end
    """

    found = read_all(owner, fragments, modules=("App.Post",))["App.Post"]

    assert found.unknown == frozenset()
    assert (found.table, found.resource.repo) == (Name("public", "posts"), "App.Repo")
    assert [a.name for a in found.resource.attributes] == ["id", "title"]
    assert [r.destination_attribute for r in found.resource.relationships] == ["post_id"]
    assert [i.index for i in found.resource.identities] == ["posts_title_index"]
    assert found.place("attributes", "title") == Place("lib/2.ex", 15)


def test_modules_of_one_file_are_told_apart() -> None:
    both = resource("attributes do\n  attribute :a, :string\nend", "App.A", "a") + resource(
        "attributes do\n  attribute :b, :string\nend", "App.B", "b"
    )

    found = read_all(both, modules=("App.B", "App.A"))

    assert [
        (name, each.table, [a.name for a in each.resource.attributes])
        for name, each in found.items()
    ] == [("App.B", Name("public", "b"), ["b"]), ("App.A", Name("public", "a"), ["a"])]


def test_sections_that_are_opened_again_add_up() -> None:
    found = read(
        resource(
            """
            attributes do
              attribute :a, :string
            end

            attributes do: attribute(:b, :string)
            """
        )
    )

    assert found.unknown == frozenset()
    assert [a.name for a in found.resource.attributes] == ["a", "b"]


def test_other_fields_and_queries_are_named() -> None:
    found = read(
        resource(
            """
            calculations do
              calculate :full_name, :string, expr(a <> b)
            end

            aggregates do
              count :comment_count, :comments
            end

            relationships do
              has_one :latest, App.Comment, from_many?: true, sort: [at: :desc]
              has_many :found, App.Comment, manual: App.Search
              has_many :comments, App.Comment
            end
            """
        )
    )

    assert found.fields == {"full_name", "comment_count"}
    assert found.queries == {"latest", "found"}
    assert found.unknown == frozenset()


def test_a_join_relationship_outweighs_what_a_many_to_many_says() -> None:
    found = read(
        resource(
            """
            relationships do
              has_many :taggings, App.Tagging do
                source_attribute :number
                destination_attribute :article
              end

              many_to_many :tags, App.Tag do
                join_relationship :taggings
              end
            end
            """
        )
    )

    assert found.unknown == frozenset()
    assert found.resource.relationships[1] == Relationship(
        name="tags",
        kind=RelationshipKind.MANY_TO_MANY,
        destination="App.Tag",
        source_attribute="number",
        destination_attribute="id",
        public=False,
        through="App.Tagging",
        source_attribute_on_join="article",
        destination_attribute_on_join="tag_id",
        join_relationship="taggings",
    )
