"""What can't be known without running the source is unknown: nothing is guessed."""

from __future__ import annotations

import pytest
from tests.elixir.reading import read, read_all, resource

from ash_scaffold.ash.model import Path, Place, ReadResource
from ash_scaffold.elixir.read import Source, read_resource
from ash_scaffold.postgres.catalog import Name

SECTIONS = {
    ("attributes",),
    ("relationships",),
    ("identities",),
    ("references",),
    ("check_constraints",),
    ("unique_index_names",),
    ("exclusion_constraint_names",),
    ("foreign_key_names",),
}
RESOURCE = {("description",), ("require_primary_key",)}
# `table`, `repo` and `migrate?` are stated by the modules of these tests.
EVERYTHING = SECTIONS | RESOURCE | {("schema",), ("multitenancy",)}


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        ("attribute :a, type()", {("attributes", "a", "type")}),
        ("attribute :a, :string, default: &next/0", {("attributes", "a", "default")}),
        ("attribute :a, :string, default: fn -> 1 end", {("attributes", "a", "default")}),
        ("attribute :a, :string, source: column(:a)", {("attributes", "a", "column")}),
        (
            "attribute :a, :string do\n  allow_nil? @strict\nend",
            {("attributes", "a", "allow_nil")},
        ),
        (
            "attribute :a, :string, constraints: [max_length: @longest]",
            {("attributes", "a", "constraints")},
        ),
        ("attribute @name, :string", {("attributes",)}),
        ("attribute unquote(name), :string", {("attributes",)}),
        ("money()", {("attributes",)}),
        ("money", {("attributes",)}),
        ("for name <- [:a, :b], do: attribute(name, :string)", {("attributes",)}),
        ("if @x do\n  attribute :a, :string\nend", {("attributes",)}),
    ],
)
def test_of_attributes(body: str, unknown: set[Path]) -> None:
    found = read(resource(f"attributes do\n  attribute :known, :integer\n{body}\nend"))

    assert found.unknown == unknown
    assert found.resource.attributes[0].name == "known"


@pytest.mark.parametrize("text", ["common()", "common :b", "common", "unquote(more)"])
def test_a_macro_in_an_entity_leaves_only_what_is_stated(text: str) -> None:
    body = f"attribute :a, :string do\n  allow_nil? false\n  default 1\n  {text}\nend"

    found = read(resource(f"attributes do\n{body}\nend"))

    fields = (
        "column type constraints description primary_key sensitive public filterable sortable "
        "generated writable select_by_default update_default"
    )
    assert found.unknown == {("attributes", "a", field) for field in fields.split()}


@pytest.mark.parametrize(
    ("section", "unknown"),
    [
        (
            "relationships do\n  belongs_to :a, target(), define_attribute?: false\nend",
            {("relationships", "a", "destination")},
        ),
        (
            "relationships do\n  has_many :a, App.A, filter: [b: 1]\nend",
            {("relationships", "a", "filter")},
        ),
        (
            "relationships do\n  has_many :a, App.A do\n"
            "    filter expr(b)\n    filter expr(c)\n  end\nend",
            {("relationships", "a", "filter")},
        ),
        (
            "relationships do\n  belongs_to :a, App.A, define_attribute?: @own\nend",
            {("attributes",)},
        ),
        ("relationships do\n  common()\nend", {("relationships",)}),
        (
            "relationships do\n  many_to_many :a, App.A, join_relationship: :b\nend",
            {("relationships", "a", "through")},
        ),
        (
            "relationships do\n  many_to_many :a, App.A, join_relationship: :b\n"
            "  has_many :b, target(), destination_attribute: :c\nend",
            {("relationships", "a", "through"), ("relationships", "b", "destination")},
        ),
        (
            "identities do\n  identity :a, keys(), where: expr(b == ^arg(:c))\nend",
            {("identities", "a", "keys"), ("identities", "a", "where")},
        ),
        ("identities do\n  identity name(), [:a]\nend", {("identities",)}),
        (
            "postgres do\n  identity_index_names a: index()\nend\n"
            "identities do\n  identity :a, [:a]\n  identity :b, [:b]\nend",
            {("identities", "a", "index"), ("identities", "a", "index_name")},
        ),
        (
            "postgres do\n  identity_index_names names()\nend\n"
            "identities do\n  identity :a, [:a]\nend",
            {("schema",)}
            | {("identities", "a", field) for field in ("index", "index_name", "where_sql")},
        ),
        ("postgres do\n  foreign_key_names names()\nend", {("foreign_key_names",)}),
        (
            "postgres do\n  unique_index_names [{[:a], name()}]\nend",
            {("unique_index_names",)},
        ),
        ("postgres do\n  references do\n    common()\n  end\nend", {("references",)}),
        (
            "postgres do\n  references do\n    reference :a, on_delete: action()\n  end\nend",
            {("references", "a", "on_delete"), ("references", "a", "foreign_key")},
        ),
        (
            "postgres do\n  check_constraints do\n    check_constraint :a, name()\n  end\nend",
            {("check_constraints",)},
        ),
        (
            "postgres do\n  schema prefix()\nend",
            {("schema",)},
        ),
        (
            "postgres do\n  common()\nend",
            {
                ("schema",),
                ("references",),
                ("check_constraints",),
                ("unique_index_names",),
                ("exclusion_constraint_names",),
                ("foreign_key_names",),
            },
        ),
        ("resource do\n  common()\nend", RESOURCE),
    ],
)
def test_of_other_sections(section: str, unknown: set[Path]) -> None:
    assert read(resource(section)).unknown == unknown


@pytest.mark.parametrize(
    "statement",
    [
        "use App.Auditable",
        "App.Macros.common()",
        "common :posts",
        "common",
        "if Mix.env() == :test do\n  attributes do\n  end\nend",
        "unquote(sections)",
    ],
)
def test_what_a_module_calls_may_add_anything(statement: str) -> None:
    assert read(resource(statement)).unknown == EVERYTHING


@pytest.mark.parametrize(
    "statement",
    [
        "alias App.User",
        "import Ecto.Query",
        "require Logger",
        "@moduledoc false",
        '@doc """\nText.\n"""',
        "def name(post), do: post.name",
        "defmodule Inner do\n  common()\nend",
        "graphql do\n  type :post\nend",
        "code_interface do\n  define :read\nend",
        "actions do\n  common()\nend",
        "policies do\n  common()\nend",
        "changes do: []",
    ],
)
def test_what_adds_nothing_leaves_everything_known(statement: str) -> None:
    assert read(resource(statement)).unknown == frozenset()


def test_a_base_module_may_say_what_the_resource_does_not() -> None:
    found = read(
        """
        defmodule App.Post do
          use App.Resource, domain: App.Blog

          postgres do
            table "posts"
            migrate? false
          end

          attributes do
            attribute :title, :string
          end
        end
        """
    )

    assert found.unknown == EVERYTHING | {("repo",)}
    assert (found.resource.base, found.resource.domain) == ("App.Resource", "App.Blog")
    assert [a.name for a in found.resource.attributes] == ["title"]


BASE = """
defmodule App.Resource do
  {head}
    quote location: :keep do
      {statements}
    end
  end
end
"""
USER = """
defmodule App.Post do
  use App.Resource, domain: App.Blog

  postgres do
    table "posts"
    repo App.Repo
    migrate? false
  end

  attributes do
    attribute :title, :string
  end
end
"""


def with_base(
    *statements: str, head: str = "defmacro __using__(opts) do", user: str = USER
) -> ReadResource:
    base = BASE.replace("{head}", head).replace("{statements}", "\n".join(statements))
    return read_all(user, base, modules=("App.Post",))["App.Post"]


def test_a_base_module_at_hand_is_read() -> None:
    found = with_base(
        "use Ash.Resource, unquote(opts)",
        "import Ash.Expr",
        "@derive {Jason.Encoder, only: []}",
        "attributes do\n  timestamps()\nend",
        "relationships do\n  has_many :versions, __MODULE__.Version\nend",
    )

    assert found.unknown == frozenset()
    assert (found.resource.base, found.resource.domain) == ("App.Resource", "App.Blog")
    assert [a.name for a in found.resource.attributes] == ["inserted_at", "updated_at", "title"]
    assert [(r.destination, r.destination_attribute) for r in found.resource.relationships] == [
        ("App.Post.Version", "post_id")
    ]
    assert found.place("attributes", "inserted_at") == Place("lib/2.ex", 9)
    assert found.place("attributes", "title") == Place("lib/1.ex", 12)


@pytest.mark.parametrize(
    "statement",
    [
        "use Ash.Resource, Keyword.merge([extensions: []], unquote(opts))",
        "use Ash.Resource, extensions: unquote(extensions)",
        "use Ash.Resource, unquote(opts)\ncommon()",
        "use Ash.Resource, unquote(opts)\nuse App.More",
        "use Ash.Resource, unquote(opts)\nunquote(sections)",
        "use App.Resource",
    ],
)
def test_what_a_base_module_computes_is_unknown(statement: str) -> None:
    assert with_base(statement).unknown >= {("attributes",), ("relationships",), ("identities",)}


@pytest.mark.parametrize(
    "head",
    [
        "defmacro other(opts) do",
        "defmacro __using__(opts) when is_list(opts) do",
        "defmacro __using__(opts) do\n    opts = Keyword.put(opts, :extensions, [])",
        "defmacro __using__([]), do: nil\n  defmacro __using__(opts) do",
    ],
)
def test_only_a_macro_that_is_a_quote_is_read(head: str) -> None:
    assert with_base("use Ash.Resource, unquote(opts)", head=head).unknown == EVERYTHING


def test_a_module_that_only_adds_sections_is_read() -> None:
    user = USER.replace("use App.Resource", "use App.Resource\n  use Ash.Resource")

    found = with_base("attributes do\n  timestamps()\nend", user=user)

    assert found.unknown == frozenset()
    assert found.resource.base == "Ash.Resource"
    assert [a.name for a in found.resource.attributes] == ["inserted_at", "updated_at", "title"]


def test_fragments_that_name_each_other_end() -> None:
    text = """
        defmodule App.Post do
          use Ash.Resource, domain: App.Blog, fragments: [App.A]
        end

        defmodule App.A do
          use Spark.Dsl.Fragment, of: Ash.Resource, fragments: [App.A, App.B]
        end

        defmodule App.B do
          use Spark.Dsl.Fragment, of: Ash.Resource, fragments: [App.A]
        end
    """

    assert read(text).unknown == frozenset()


@pytest.mark.parametrize(
    ("options", "unknown"),
    [
        ("extensions: [AshGraphql.Resource, AshJsonApi.Resource]", set()),
        (
            "extensions: [AshAuthentication]",
            {("attributes",), ("relationships",), ("identities",)},
        ),
        (
            "extensions: extensions()",
            {("attributes",), ("relationships",), ("identities",), ("extensions",)},
        ),
        ("fragments: [App.Elsewhere]", EVERYTHING | {
            ("table",), ("repo",), ("migrate",),
        }),
        ("fragments: @fragments", EVERYTHING | {
            ("table",), ("repo",), ("migrate",),
        }),
    ],
)  # fmt: skip
def test_of_use(options: str, unknown: set[Path]) -> None:
    text = f"defmodule App.Post do\n  use Ash.Resource, domain: App.Blog, {options}\nend\n"

    assert read(text).unknown == unknown


def test_a_table_that_is_not_stated_can_be_given() -> None:
    text = """
        defmodule App.Post do
          use Ash.Resource, domain: App.Blog

          postgres do
            table name()
          end

          identities do
            identity :a, [:a]
          end
        end
    """
    source = Source("lib/post.ex", text.encode())

    alone = read_resource([source], "App.Post")
    given = read_resource([source], "App.Post", {"App.Post": Name("blog", "posts")})

    assert alone.table is None
    assert alone.unknown == {("table",), ("identities", "a", "index")}
    assert given.table == Name("blog", "posts")
    assert given.unknown == frozenset()
    assert given.resource.identities[0].index == "posts_a_index"


def test_nothing_is_known_of_a_module_that_is_not_there() -> None:
    found = read_all("defmodule App.Other do\nend\n", modules=("App.Post",))["App.Post"]

    assert found.unknown == EVERYTHING | {
        ("domain",),
        ("table",),
        ("repo",),
        ("migrate",),
    }
    assert found.place("attributes", "id") is None


def test_what_does_not_parse_hides_what_else_is_there() -> None:
    broken = resource("attributes do\n  attribute :a, :string\n  attribute :b, [\nend")

    found = read(broken)

    assert found.unknown >= SECTIONS


@pytest.mark.parametrize("depth", [50, 3000])
def test_deep_nesting_is_unknown_and_no_crash(depth: int) -> None:
    text = "not (" * depth + "a" + ")" * depth

    found = read(resource(f"identities do\n  identity :a, [:a], where: expr({text})\nend"))

    assert found.resource.identities[0].where is None
    assert ("identities", "a", "where") in found.unknown
