"""Functions of contexts become functions of domains, where both do the same."""

from __future__ import annotations

from typing import Any

import msgspec

from ash_scaffold.ash.actions import plan_actions
from ash_scaffold.ash.changesets import Changeset, ContextFunction, ContextKind
from ash_scaffold.ash.code_interface import code_interface
from ash_scaffold.ash.model import Actions, Attribute, Resource
from ash_scaffold.elixir.actions import define_line
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.term import Atom

USERS = Name("public", "users")
USER = Resource(
    module="App.Accounts.User",
    domain="App.Accounts",
    repo="App.Repo",
    table="users",
    schema="public",
    actions=Actions(destroy=True, create=True, update=True),
    attributes=tuple(
        Attribute(name=name, column=column, type=Atom("string"))
        for name, column in (("id", "id"), ("email", "email"), ("team", "team_no"))
    ),
)


def function(name: str, kind: ContextKind, **options: Any) -> ContextFunction:
    parameters = options.pop("parameters", ())
    return ContextFunction(
        module="Legacy.Accounts",
        function=name,
        arity=len(parameters),
        path="lib/a.ex",
        line=1,
        kind=kind,
        schema="Legacy.Accounts.User",
        table=USERS,
        parameters=parameters,
        **options,
    )


def get(name: str, *by: str, raises: bool = False) -> ContextFunction:
    return function(name, ContextKind.GET, parameters=by, by=by, given=by, raises=raises)


def defined(
    *functions: ContextFunction, taken: dict[str, list[str]] | None = None
) -> tuple[list[str], list[str]]:
    """Return the lines, and the reasons for what is left."""
    planned = plan_actions(
        [
            Changeset(
                module="Legacy.Accounts.User",
                function="registration_changeset",
                arity=2,
                path="lib/u.ex",
                line=1,
                table=USERS,
                schema="Legacy.Accounts.User",
                creates=("lib/a.ex:1",),
            )
        ],
        {USERS: USER},
        {},
    )
    found = code_interface(functions, {USERS: USER}, planned, {}, taken)
    return (
        [define_line(each) for each in found.defines.get(USERS, ())],
        [f"{each.function}: {reason}" for each, reason in found.left],
    )


def test_a_write_is_called_as_before() -> None:
    key = ("Legacy.Accounts.User", "registration_changeset", 2)
    assert defined(function("register_user", ContextKind.CREATE, changeset=key)) == (
        ["define :register_user, action: :registration"],
        [],
    )


def test_a_write_without_an_action_is_left() -> None:
    key = ("Legacy.Accounts.User", "registration_changeset", 2)
    assert defined(function("update_user", ContextKind.UPDATE, changeset=key)) == (
        [],
        ["update_user: no action was made of its changeset"],
    )


def test_reads_are_by_attributes_in_the_order_of_the_parameters() -> None:
    by_both = msgspec.structs.replace(
        get("get_user_by", "email", "id"), by=("id", "email"), given=("id", "email")
    )
    assert defined(get("get_user!", "id", raises=True), by_both) == (
        [
            "define :get_user, action: :read, get_by: [:id]",
            "define :get_user_by, action: :read, get_by: [:email, :id], not_found_error?: false",
        ],
        [],
    )


def test_of_two_with_one_name_that_which_raises_is_defined() -> None:
    assert defined(get("get_user", "id"), get("get_user!", "id", raises=True)) == (
        ["define :get_user, action: :read, get_by: [:id]"],
        ["get_user: Legacy.Accounts.get_user!/1 has its name"],
    )


def test_a_context_that_is_the_domain_keeps_its_functions() -> None:
    assert defined(get("get_user!", "id", raises=True), taken={"App.Accounts": ["get_user!"]}) == (
        [],
        ["get_user!: App.Accounts has one already"],
    )


def test_a_verb_alone_gets_what_it_is_about() -> None:
    lines, _ = defined(
        get("get", "id"), function("all", ContextKind.LIST), function("delete", ContextKind.DELETE)
    )
    assert lines == [
        "define :all_users, action: :read",
        "define :delete_user, action: :destroy",
        "define :get_user, action: :read, get_by: [:id], not_found_error?: false",
    ]


def test_a_name_of_capitals_is_written_as_elixir_does() -> None:
    resource = msgspec.structs.replace(USER, module="App.Accounts.ShortURL")
    found = code_interface([get("get", "id")], {USERS: resource}, (), {})
    assert [each.name for each in found.defines[USERS]] == ["get_short_url"]


def test_what_is_not_plain_is_left_with_its_reason() -> None:
    assert defined(
        function("sync", ContextKind.OTHER, reason="it has several statements"),
        get("get_user_of", "nothing"),
        function("user?", ContextKind.LIST),
    ) == (
        [],
        [
            "get_user_of: it is not read by attributes alone",
            "sync: it has several statements",
            "user?: a function of a domain has no name with a question mark",
        ],
    )
