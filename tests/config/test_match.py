"""The most specific entry wins, option by option."""

from __future__ import annotations

import pytest

from ash_scaffold.config import (
    NO_COLUMN,
    ColumnConfig,
    Config,
    DomainConfig,
    RelationshipConfig,
    Resolver,
    TableConfig,
)
from ash_scaffold.postgres.catalog import Name

USERS = Name("public", "users")


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("users", [USERS], [Name("billing", "users"), Name("public", "Users")]),
        ("billing.users", [Name("billing", "users")], [USERS]),
        ("*.users", [USERS, Name("billing", "users")], [Name("public", "users_x")]),
        ("users_*", [Name("public", "users_tokens")], [USERS, Name("x", "users_tokens")]),
        ("user?", [USERS], [Name("public", "user")]),
        ("*", [USERS], [Name("billing", "users")]),
        ("public.a.b", [Name("public", "a.b")], [Name("public", "axb")]),
        ("a[bc]", [Name("public", "a[bc]")], [Name("public", "ab")]),
    ],
)
def test_what_a_table_pattern_stands_for(
    pattern: str, matching: list[Name], others: list[Name]
) -> None:
    resolver = Resolver(Config(exclude=(pattern,)))
    assert [resolver.excludes(name) for name in matching] == [True] * len(matching)
    assert [resolver.excludes(name) for name in others] == [False] * len(others)


def test_the_more_specific_table_entry_wins_for_each_option() -> None:
    config = Config(
        tables={
            "*": TableConfig(use="App.Wide", actions="none", extensions=("A",)),
            "users": TableConfig(resource="Member", extensions=()),
            "us*": TableConfig(use="App.Near", resource="Other"),
            "billing.*": TableConfig(use="App.Elsewhere"),
        }
    )
    assert Resolver(config).for_table(USERS) == TableConfig(
        resource="Member", use="App.Near", actions="none", extensions=()
    )


def test_entries_of_a_table_share_their_columns_and_relationships() -> None:
    near = RelationshipConfig(columns=("a",), target="x")
    far = RelationshipConfig(columns=("b",), target="y")
    config = Config(
        tables={
            "u*": TableConfig(
                columns={"a": ColumnConfig(public=False, name="far")},
                relationships={"one": far, "two": far},
            ),
            "users": TableConfig(
                columns={"a": ColumnConfig(name="near")}, relationships={"one": near}
            ),
        }
    )
    assert Resolver(config).for_table(USERS) == TableConfig(
        columns={"a": ColumnConfig(public=False, name="near")},
        relationships={"one": near, "two": far},
    )


def test_a_table_of_which_nothing_is_said() -> None:
    resolver = Resolver(Config(tables={"posts": TableConfig(use="App.Base")}))
    assert resolver.for_table(USERS) == TableConfig()
    assert resolver.for_column(USERS, "id") is NO_COLUMN


def test_the_more_specific_column_entry_wins_for_each_option() -> None:
    config = Config(
        tables={
            "users": TableConfig(
                columns={
                    "*": ColumnConfig(name="any", public=False),
                    "state": ColumnConfig(name="own"),
                }
            ),
            "u*": TableConfig(columns={"state": ColumnConfig(name="pattern", sensitive=True)}),
        },
        columns={
            "*.state": ColumnConfig(name="all", sensitive=False, type=":atom"),
            "users.state": ColumnConfig(type=":string", enum=True),
        },
    )
    resolver = Resolver(config)
    assert resolver.for_column(USERS, "state") == ColumnConfig(
        name="own", public=False, sensitive=True, type=":string", enum=True
    )
    assert resolver.for_column(USERS, "id") == ColumnConfig(name="any", public=False)
    assert resolver.for_column(Name("billing", "invoices"), "state") == ColumnConfig(
        name="all", sensitive=False, type=":atom"
    )


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("*.state", (Name("billing", "invoices"), "state"), (USERS, "states")),
        ("users.*_at", (USERS, "inserted_at"), (Name("billing", "users"), "inserted_at")),
        ("billing.*.state", (Name("billing", "invoices"), "state"), (USERS, "state")),
    ],
)
def test_what_a_column_pattern_stands_for(
    pattern: str, matching: tuple[Name, str], other: tuple[Name, str]
) -> None:
    resolver = Resolver(Config(columns={pattern: ColumnConfig(public=False)}))
    assert resolver.for_column(*matching) == ColumnConfig(public=False)
    assert resolver.for_column(*other) is NO_COLUMN


def test_entries_that_say_the_same_stay_apart() -> None:
    private = ColumnConfig(public=False)
    resolver = Resolver(Config(columns={"users.email": private, "posts.title": private}))
    posts = Name("public", "posts")
    columns = ((USERS, "email"), (USERS, "title"), (posts, "email"), (posts, "title"))
    answers = [resolver.for_column(*column) for column in columns]
    assert answers == [private, NO_COLUMN, NO_COLUMN, private]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("float8", Name("pg_catalog", "float8")),
        ("double precision", Name("pg_catalog", "float8")),
        ("timestamp with time zone", Name("pg_catalog", "timestamptz")),
        ("citext", Name("public", "citext")),
        ("public.citext", Name("public", "citext")),
        ("*.citext", Name("extensions", "citext")),
    ],
)
def test_a_type_is_known_by_its_names(key: str, name: Name) -> None:
    resolver = Resolver(Config(types={key: "tolerant"}))
    assert resolver.type_for(name) == "tolerant"
    assert resolver.type_for(Name("other", "thing")) is None


def test_a_table_belongs_to_the_domain_that_names_it_most_closely() -> None:
    resolver = Resolver(
        Config(
            domains={
                "App.Rest": DomainConfig(tables=("*", "*.*")),
                "App.Accounts": DomainConfig(tables=("users", "users_*")),
                "App.Audit": DomainConfig(tables=("*_versions",)),
            }
        )
    )
    names = [USERS, *(Name("public", name) for name in ("users_versions", "a_versions", "posts"))]
    assert [resolver.domain_of(name) for name in (*names, Name("billing", "x"))] == [
        "App.Accounts",
        "App.Audit",
        "App.Audit",
        "App.Rest",
        "App.Rest",
    ]
    assert [pattern.text for pattern in resolver.domain_patterns("App.Accounts")] == [
        "users",
        "users_*",
    ]
    assert resolver.domain_patterns("App.None") == ()


def test_the_entry_of_a_table_outweighs_the_list_of_exclusions() -> None:
    resolver = Resolver(
        Config(
            exclude=("legacy_*",),
            tables={
                "legacy_users": TableConfig(exclude=False),
                "posts": TableConfig(exclude=True),
            },
        )
    )
    names = ("legacy_users", "legacy_posts", "posts", "tags")
    assert [resolver.excludes(Name("public", name)) for name in names] == [
        False,
        True,
        True,
        False,
    ]


def test_the_table_then_its_domain_then_the_file_gives_the_options() -> None:
    resolver = Resolver(
        Config(
            actions="none",
            use="App.Base",
            extensions=("A",),
            owned_by_ash=("audits",),
            domains={"App.Accounts": DomainConfig(actions="read")},
            tables={"users": TableConfig(actions="crud", use="App.User", extensions=())},
        )
    )
    posts = Name("public", "posts")
    assert [
        resolver.actions_for(USERS, "App.Accounts"),
        resolver.actions_for(posts, "App.Accounts"),
        resolver.actions_for(posts),
        Resolver(Config()).actions_for(posts),
    ] == ["crud", "read", "none", None]
    assert [resolver.use_for(USERS), resolver.use_for(posts)] == ["App.User", "App.Base"]
    assert [resolver.extensions_for(USERS), resolver.extensions_for(posts)] == [(), ("A",)]
    assert [resolver.owned_by_ash(Name("public", "audits")), resolver.owned_by_ash(posts)] == [
        True,
        False,
    ]
