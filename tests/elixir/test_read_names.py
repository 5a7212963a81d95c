"""The names that files give, by the database objects that they stand for."""

from __future__ import annotations

from tests.elixir.reading import read_all, resource

from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.ash.relationship_id import RelationshipId
from ash_scaffold.elixir.read import names_of
from ash_scaffold.postgres.catalog import Name

USERS, POSTS, TAGS, POSTS_TAGS = (
    Name("public", table) for table in ("users", "posts", "tags", "posts_tags")
)

USER = resource(
    """
    attributes do
      integer_primary_key :number, source: :id
      attribute :login, :string, source: :email
    end

    relationships do
      has_one :latest_post, App.Post do
        source_attribute :number
        destination_attribute :writer_id
        sort inserted_at: :desc
      end

      has_many :published, App.Post do
        source_attribute :number
        destination_attribute :writer_id
        filter expr(published)
      end

      has_many :articles, App.Post do
        source_attribute :number
        destination_attribute :writer_id
      end

      has_many :elsewhere, App.Unknown, source_attribute: :number
    end

    identities do
      identity :unique_login, [:login]
    end

    calculations do
      calculate :initials, :string, App.Initials
    end
    """,
    "App.User",
    "users",
)
POST = resource(
    """
    attributes do
      integer_primary_key :id
      attribute :writer_id, :integer, source: :author_id
    end

    relationships do
      belongs_to :writer, App.User, destination_attribute: :number
      belongs_to :reviewer, App.User, destination_attribute: :number
      many_to_many :labels, App.Tag, through: App.PostTag
    end
    """
)
TAG = resource(
    """
    attributes do
      integer_primary_key :id
    end

    relationships do
      has_many :links, App.PostTag

      many_to_many :posts, App.Post do
        join_relationship :links
        destination_attribute_on_join_resource :article_id
      end
    end
    """,
    "App.Tag",
    "tags",
)
POST_TAG = resource(
    """
    attributes do
      attribute :article_id, :integer, source: :post_id
      attribute :post_id, :integer, source: :former_id
      attribute :tag_id, :integer, source: :label
    end

    relationships do
      belongs_to :post, App.Post, source_attribute: :article_id
    end
    """,
    "App.PostTag",
    "posts_tags",
)


def names(*texts: str, modules: tuple[str, ...]) -> dict[Name, ResourceNames]:
    return names_of(read_all(*texts, modules=modules).values())


def test_names_by_column_key_and_index() -> None:
    found = names(
        USER, POST, TAG, POST_TAG, modules=("App.User", "App.Post", "App.Tag", "App.PostTag")
    )

    assert found == {
        USERS: ResourceNames(
            attributes={"id": "number", "email": "login"},
            relationships={RelationshipId(True, POSTS, "id", "author_id"): "articles"},
            identities={"users_unique_login_index": "unique_login"},
            taken=frozenset({"latest_post", "published", "elsewhere", "initials"}),
            more=frozenset({"latest_post", "published"}),
        ),
        POSTS: ResourceNames(
            # A belongs_to defines the attribute of its key.
            attributes={"id": "id", "author_id": "writer_id", "reviewer_id": "reviewer_id"},
            relationships={
                RelationshipId(False, USERS, "author_id", "id"): "writer",
                RelationshipId(False, USERS, "reviewer_id", "id"): "reviewer",
                RelationshipId(True, TAGS, "former_id", "label", POSTS_TAGS): "labels",
            },
        ),
        TAGS: ResourceNames(
            attributes={"id": "id"},
            relationships={
                RelationshipId(True, POSTS_TAGS, "id", "label"): "links",
                RelationshipId(True, POSTS, "label", "post_id", POSTS_TAGS): "posts",
            },
        ),
        POSTS_TAGS: ResourceNames(
            attributes={"post_id": "article_id", "former_id": "post_id", "label": "tag_id"},
            relationships={RelationshipId(False, POSTS, "post_id", "id"): "post"},
        ),
    }


def test_what_leads_to_an_unknown_table_only_takes_its_name() -> None:
    found = names(POST, modules=("App.Post",))

    assert found[POSTS].relationships == {}
    assert found[POSTS].taken == {"writer", "reviewer", "labels"}


def test_the_first_of_several_resources_on_a_table_counts() -> None:
    other = resource(
        "attributes do\n  attribute :address, :string, source: :email\nend", "App.Account", "users"
    )

    found = names(USER, other, modules=("App.User", "App.Account"))

    assert found[USERS].attributes == {"email": "address"}


def test_what_is_not_known_gives_no_name() -> None:
    text = resource(
        """
        postgres do
          identity_index_names by_name: index()
        end

        attributes do
          integer_primary_key :id
          attribute :name, :string, source: column()
        end

        relationships do
          belongs_to :parent, module()
        end

        identities do
          identity :by_name, [:name]
        end
        """
    )

    assert names(text, modules=("App.Post",)) == {
        POSTS: ResourceNames(
            attributes={"id": "id", "parent_id": "parent_id"}, taken=frozenset({"parent"})
        )
    }


def test_a_filter_on_the_rest_of_a_composite_key_is_the_key() -> None:
    text = resource(
        """
        attributes do
          integer_primary_key :id
          attribute :post_id, :integer
          attribute :year, :integer
        end

        relationships do
          has_many :open, App.Post, filter: expr(open)
          has_many :posts, App.Post, filter: expr(year == parent(year))
        end
        """
    )

    found = names(text, modules=("App.Post",))[POSTS]

    key = RelationshipId(True, POSTS, "id", "post_id", rest=(("year", "year"),))
    assert found.relationships == {key: "posts"}
    assert found.taken == {"open"}


def test_composite_keys_that_start_alike_are_told_apart() -> None:
    text = resource(
        """
        attributes do
          attribute :tenant_id, :integer, primary_key?: true
          attribute :id, :integer, primary_key?: true
          attribute :first_id, :integer
          attribute :last_id, :integer
        end

        relationships do
          belongs_to :first, App.Post do
            source_attribute :tenant_id
            destination_attribute :tenant_id
            filter expr(id == parent(first_id))
          end

          belongs_to :last, App.Post do
            source_attribute :tenant_id
            destination_attribute :tenant_id
            filter expr(id == parent(last_id))
          end
        end
        """
    )

    found = names(text, modules=("App.Post",))[POSTS]

    first, last = (
        RelationshipId(False, POSTS, column, "id", rest=(("tenant_id", "tenant_id"),))
        for column in ("first_id", "last_id")
    )
    assert found.relationships == {first: "first", last: "last"}
    assert found.taken == frozenset()
