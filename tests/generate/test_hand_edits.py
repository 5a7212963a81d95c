"""Edited files: what is known of them by the text that was generated is what a parse tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop
from tree_sitter import Language, Parser, Tree

from ash_scaffold.ash.model import ReadResource
from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project import resource_names
from ash_scaffold.project.mix_project import Resource
from ash_scaffold.project.read import read_project
from ash_scaffold.project.resource_names import names_in_files
from ash_scaffold.project.snapshot import generated_files, read_snapshots
from ash_scaffold.syntax import parse as parsing

DDL = """
    CREATE TABLE teams (id bigserial PRIMARY KEY, "shortName" text NOT NULL UNIQUE);
    CREATE TABLE users (
        id bigserial PRIMARY KEY, team_id bigint REFERENCES teams, boss_id bigint REFERENCES users,
        email varchar(80) NOT NULL UNIQUE, age integer CHECK (age > 0)
    );
    CREATE TABLE teams_users (
        team_id bigint REFERENCES teams, user_id bigint REFERENCES users,
        PRIMARY KEY (team_id, user_id)
    );
    CREATE TABLE posts (
        team_id bigint, user_id bigint, body text, PRIMARY KEY (team_id, user_id),
        FOREIGN KEY (team_id, user_id) REFERENCES teams_users
    )
"""
USER = "lib/shop/sales/user.ex"
ATTRIBUTES = "  attributes do\n"
RELATIONSHIPS = "  relationships do\n"
IDENTITIES = "  identities do\n"
ACTIONS = "  actions do\n"
LAST = "  end\nend\n"


def after(anchor: str, text: str) -> Callable[[str], str]:
    return lambda content: content.replace(anchor, anchor + text, 1)


def before(anchor: str, text: str) -> Callable[[str], str]:
    return lambda content: content.replace(anchor, text + anchor, 1)


def instead(old: str, new: str) -> Callable[[str], str]:
    return lambda content: content.replace(old, new, 1)


USES = "  use Ash.Resource,\n    domain: Shop.Sales,\n    data_layer: AshPostgres.DataLayer\n"
AGE = "    attribute :age, :integer do\n      public? true\n    end\n"
TEAM = "    belongs_to :team, Shop.Sales.Team do\n"
PEOPLE = (
    "    has_many :boss_users, Shop.Sales.User do\n"
    "      destination_attribute :boss_id\n      public? true\n    end\n"
)
# Known without a parse of the whole file.
KNOWN = {
    "a comment": after(ATTRIBUTES, "    # Ours.\n"),
    "an attribute": after(ATTRIBUTES, "    attribute :draft, :string\n\n"),
    "a block": after(ATTRIBUTES, "    attribute :draft, :string do\n      public? true\n    end\n"),
    "a source": after(ATTRIBUTES, "    attribute :draft, :string, source: :draft_text\n"),
    "a calculation": before(
        ACTIONS, "  calculations do\n    calculate :n, :integer, expr(1)\n  end\n\n"
    ),
    "an action": after(ACTIONS, "    read :recent do\n      filter expr(age > 3)\n    end\n"),
    "a function": before("  postgres do\n", '  @doc "One."\n  def one(x), do: x + 1\n\n'),
    "a heredoc": before("  postgres do\n", '  @moduledoc """\n  end\n    end\n  """\n\n'),
    "an identity": after(IDENTITIES, "    identity :by_age, [:age, :team_id]\n"),
    "a relationship": after(
        RELATIONSHIPS,
        "    has_many :peers, Shop.Sales.User do\n"
        "      source_attribute :team_id\n      destination_attribute :team_id\n    end\n",
    ),
    "a stranger": after(RELATIONSHIPS, "    has_many :things, Other.Thing\n"),
    "an authorizer": instead(
        "data_layer: AshPostgres.DataLayer\n",
        "data_layer: AshPostgres.DataLayer,\n    authorizers: [Ash.Policy.Authorizer]\n\n"
        "  policies do\n    policy always() do\n      authorize_if always()\n    end\n  end\n",
    ),
    "a use on one line": instead(
        USES, "  use Ash.Resource, data_layer: AshPostgres.DataLayer, domain: Shop.Sales\n"
    ),
    "a query": after(
        RELATIONSHIPS, "    has_many :posts2, Shop.Sales.Post, no_attributes?: true\n"
    ),
    "an option": instead(AGE, AGE.replace("public? true", "sortable? false")),
    "a comment inside": instead(AGE, AGE.replace("      public?", "      # Ours.\n      public?")),
    "another type": instead(AGE, "    attribute(:age, :decimal, public?: true)\n"),
    "a text with words": instead(
        AGE, AGE.replace("public? true", 'description """\n    end\n  end \n      """')
    ),
    "an attribute elsewhere": lambda text: text.replace(AGE, "").replace(
        "    attribute :email", f"{AGE}\n    attribute :email"
    ),
    "a relationship's option": instead(TEAM, TEAM + "      allow_nil? false\n"),
    "a relationship's layout": instead(TEAM, TEAM + "\n"),
    "another name of a relationship": instead(
        TEAM, TEAM.replace(":team", ":crew") + "      source_attribute :team_id\n"
    ),
    "another destination": instead(TEAM, TEAM.replace("Sales.Team", "Sales.Post")),
    "no relationship": instead(PEOPLE, ""),
    "another relationship": instead(PEOPLE, PEOPLE.replace("has_many", "has_one")),
    "a filter": instead(PEOPLE, PEOPLE.replace("public? true", "filter expr(age > 3)")),
    "a join table": instead(
        "      through Shop.Sales.TeamUser\n",
        "      through Shop.Sales.TeamUser\n      sort [:id]\n",
    ),
    "another name of an identity": instead("identity :email,", "identity :by_email,"),
    "other columns of an identity": instead("[:email]", "[:email, :age]"),
    "no identity": instead("    identity :email, [:email]\n", ""),
}
# Not of the kind that is known without a parse, or in the way of what was generated.
PARSED = {
    "another name": lambda text: text.replace("attribute :age,", "attribute :years,"),
    "a removed attribute": instead(AGE, ""),
    "another column": instead(AGE, "    attribute :age, :integer, source: :years\n"),
    "an attribute twice": instead(AGE, AGE + AGE.replace("true", "false")),
    "a key that defines its attribute": instead(TEAM + "      define_attribute? false\n", TEAM),
    "a join relationship": after(
        RELATIONSHIPS,
        "    many_to_many :crews, Shop.Sales.Team, through: Shop.Sales.TeamUser, "
        "join_relationship: :boss_users\n",
    ),
    "an end within the section": instead(AGE, "  end\n\n  attributes do\n"),
    "a use with more": instead("data_layer:", "extensions: [Ash.Thing],\n    data_layer:"),
    "another domain": instead("domain: Shop.Sales,", "domain: Shop.Other,"),
    "a fragment": instead("data_layer:", "fragments: [Shop.Sales.More],\n    data_layer:"),
    "no use": instead(USES, ""),
    "two uses": instead(
        USES, f"{USES}\n  use Ash.Resource, authorizers: [Ash.Policy.Authorizer]\n"
    ),
    "options by name": instead(
        USES, "  @options [domain: Shop.Sales]\n  use Ash.Resource, @options\n"
    ),
    "an index of another name": instead('"users_email_key"', '"users_email_index"'),
    "the same column": after(ATTRIBUTES, "    attribute :years, :integer, source: :age\n"),
    "the same name": after(ATTRIBUTES, "    attribute :age, :string, source: :years\n"),
    "the same relationship": after(
        RELATIONSHIPS, "    belongs_to :crew, Shop.Sales.Team, source_attribute: :team_id\n"
    ),
    "a macro": after(ATTRIBUTES, "    more_of_it()\n"),
    "an unknown": after(ATTRIBUTES, "    for name <- [:a, :b], do: attribute(name, :string)\n"),
    "an alias": before("  postgres do\n", "  alias Other.Shop\n\n"),
    "a use": before("  postgres do\n", "  use Other.Thing\n\n"),
    "an extension": before("  postgres do\n", "  archive do\n    attribute :gone_at\n  end\n\n"),
    "a tenant": before(
        ACTIONS, "  multitenancy do\n    strategy :attribute\n    attribute :team_id\n  end\n\n"
    ),
    "more of it": before(ACTIONS, "  attributes do\n    attribute :draft, :string\n  end\n\n"),
    "a module": before("  postgres do\n", "  defmodule Inner do\n  end\n\n"),
    "a module behind": lambda text: text + "\ndefmodule Other do\nend\n",
    "a block around": lambda text: text.replace(ATTRIBUTES, "  if true do\n" + ATTRIBUTES).replace(
        RELATIONSHIPS, "  end\n\n" + RELATIONSHIPS
    ),
    "a string around": lambda text: text.replace(
        "    attribute :age", '    """\n    attribute :age'
    ).replace("  end\n\n" + RELATIONSHIPS, '    """\n  end\n\n' + RELATIONSHIPS),
    "no Elixir": after(ATTRIBUTES, "    attribute :draft, [\n"),
    "a table": lambda text: text.replace('table "users"', 'table "people"'),
    "other line ends": lambda text: text.replace("\n", "\r\n"),
}


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    made = make_shop(DDL)
    made.run()
    return made


def known(shop: Shop, changed: frozenset[Name]) -> Mapping[Name, ResourceNames]:
    """Return the names in files; all that the project is read as comes from parsed files first."""
    snapshots = read_snapshots(shop.root)
    project = read_project(shop.root, generated=generated_files(snapshots))
    assert project.resources == read_project(shop.root).resources
    assert project.modules == read_project(shop.root).modules
    return names_in_files(project, snapshots, changed)


def test_names_are_those_of_a_whole_parse(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    content = shop.read(USER)
    users = Name("public", "users")
    reads: list[str] = []
    read_whole = resource_names._read_whole

    def counted(resources: Iterable[Resource], *rest: Any) -> dict[str, ReadResource]:
        found = read_whole(resources, *rest)
        reads.extend(found)
        return found

    monkeypatch.setattr(resource_names, "_read_whole", counted)
    for kind, edits in (("known", KNOWN), ("parsed", PARSED)):
        for what, edit in edits.items():
            edited = edit(content)
            assert edited != content, what
            shop.write({USER: edited})
            for changed in (frozenset(), frozenset({users})):
                with monkeypatch.context() as patch:
                    patch.setattr(resource_names, "_extended", lambda *_: {})
                    whole = known(shop, changed)
                reads.clear()
                assert known(shop, changed) == whole, what
                assert bool(reads) is (kind == "parsed"), what


class Recorded:
    """A parser that keeps what it was given, from nothing that was parsed before on."""

    def __init__(self, given: list[bytes]) -> None:
        self.given = given
        parsing._kept.cache_clear()

    def __call__(self, _language: Language) -> Recorded:
        return self

    def parse(self, source: bytes) -> Tree:
        self.given.append(source)
        return Parser(parsing._language()).parse(source)


def test_edits_that_name_nothing_are_not_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    content = shop.read(USER)
    given: list[bytes] = []
    monkeypatch.setattr(parsing, "Parser", Recorded(given))
    for what in ("a comment", "an action", "a function", "a heredoc", "an authorizer"):
        shop.write({USER: KNOWN[what](content)})
        given.clear()
        snapshots = read_snapshots(shop.root)
        project = read_project(shop.root, generated=generated_files(snapshots))
        names_in_files(project, snapshots, frozenset())
        assert [each for each in given if b"Shop.Sales.User do" in each] == [], what


def test_resources_that_nobody_edited_are_not_parsed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[bytes] = []
    monkeypatch.setattr(parsing, "Parser", Recorded(given))
    assert shop.run().diff == ""
    assert [each for each in given if b"defmodule Shop.Sales." in each] == []


def test_a_clean_merge_parses_no_whole_file(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.edit(
        USER,
        (ATTRIBUTES, f"{ATTRIBUTES}    # Ours.\n    attribute :draft, :string\n\n"),
        ("attribute :email, :string do", "attribute :email, :string do\n      sensitive? true"),
    )
    shop.sql("ALTER TABLE users ADD height integer")
    given: list[bytes] = []
    monkeypatch.setattr(parsing, "Parser", Recorded(given))
    done = shop.run()
    assert (done.problems, "+    attribute :height, :integer do" in done.diff) == ([], True)
    text = shop.read(USER)
    # What a person wrote is read with the names, and the new column put in without a parse.
    (of_it,) = [each for each in given if b"Shop.Sales.User do" in each]
    assert len(of_it) < len(text) // 2
    assert [each for each in given if b":height" in each] == []
    assert [each for each in given if b"Shop.Sales.Team do" in each] == []


def test_a_clean_merge_by_units_parses_a_file_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not known by its lines: what it defines, its names and the merge need it."""
    shop.edit(USER, (ATTRIBUTES, f"  require Logger\n\n{ATTRIBUTES}"))
    shop.sql("ALTER TABLE users ADD height integer")
    text, given = shop.read(USER).encode(), list[bytes]()
    monkeypatch.setattr(parsing, "Parser", Recorded(given))
    done = shop.run()
    assert (done.problems, "+    attribute :height, :integer do" in done.diff) == ([], True)
    assert given.count(text) == 1
    # What it came to is parsed as well, so that no file is written that is no Elixir.
    assert given.count(shop.read(USER).encode()) == 1
