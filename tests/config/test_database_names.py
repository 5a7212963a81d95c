"""A name in the configuration that the database lacks is an error with the nearest real names."""

from __future__ import annotations

import pytest

from ash_scaffold.config import (
    check_names,
    parse_config,
    require_names,
    schemas_named,
    valid_alias,
    valid_identifier,
    valid_type,
)
from ash_scaffold.postgres.catalog import Column, Database, Name, Table, Type, TypeKind, TypeUse
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity

TEXT = Name("pg_catalog", "text")
STATUS = Name("billing", "status")


def table(name: Name, *columns: str) -> Table:
    """A table whose columns are all text."""
    return Table(
        name=name, columns=tuple(Column(name=column, type=TypeUse(TEXT)) for column in columns)
    )


DATABASE = Database(
    server_version=170000,
    schemas=("billing", "public"),
    tables=(
        table(Name("billing", "invoices"), "id", "state"),
        table(Name("public", "posts"), "id", "editor_id"),
        table(Name("public", "users"), "id", "email", "state"),
    ),
    types={
        TEXT: Type(name=TEXT, kind=TypeKind.BASE),
        STATUS: Type(name=STATUS, kind=TypeKind.ENUM, labels=("a",)),
    },
    other_schemas=(("archive", 3),),
)

ATTRIBUTE = """
[tenancy]
strategy = "attribute"
column = "{column}"
tenants = "{tenants}"
"""

ALL_THERE = """
schemas = ["billing", "archive"]
exclude = ["po*", "schema_migrations"]
owned_by_ash = ["users"]
[domains."App.Accounts"]
tables = ["users", "billing.*"]
[tables.users]
primary_key = ["id"]
columns.email.public = false
columns."sta*".enum = true
[tables.posts.relationships.editor]
columns = ["editor_id"]
target = "users"
target_columns = ["id"]
[columns."*.state"]
enum = true
[columns."billing.*.state"]
public = true
[types]
text = ":string"
"billing.status" = ":atom"
"""


def test_a_configuration_whose_names_are_all_there() -> None:
    config = parse_config(ALL_THERE)
    assert check_names(config, DATABASE, left_out={Name("public", "schema_migrations")}) == ()


@pytest.mark.parametrize(
    ("text", "what", "todo"),
    [
        (
            'schemas = ["biling"]',
            "schemas names biling, but there is no schema of that name",
            "Did you mean billing?",
        ),
        (
            "[tables.usres]",
            "tables.usres names usres, but there is no table of that name",
            "Did you mean users?",
        ),
        (
            '[domains."App.A"]\ntables = ["invoices"]',
            'domains."App.A".tables names invoices, but there is no table of that name',
            "Did you mean billing.invoices?",
        ),
        ('exclude = ["zz*"]', "exclude names zz*, but no table matches it", ""),
        (
            'owned_by_ash = ["Posts"]',
            "owned_by_ash names Posts, but there is no table of that name",
            "Did you mean posts?",
        ),
        (
            "[tables.users.columns.emial]",
            "tables.users.columns.emial names emial, but users has no such column",
            "Did you mean email?",
        ),
        (
            '[tables.users]\nprimary_key = ["id", "states"]',
            "tables.users.primary_key names states, but users has no such column",
            "Did you mean state?",
        ),
        (
            '[tables.posts.relationships.editor]\ncolumns = ["edit_id"]\ntarget = "users"',
            "tables.posts.relationships.editor.columns names edit_id, but posts has no such column",
            "Did you mean editor_id?",
        ),
        (
            '[tables.posts.relationships.editor]\ncolumns = ["id"]\ntarget = "user"',
            "tables.posts.relationships.editor.target names user, but there is no table of that"
            " name",
            "Did you mean users?",
        ),
        (
            '[tables.posts.relationships.editor]\ncolumns = ["id"]\ntarget = "users"\n'
            'target_columns = ["emails"]',
            "tables.posts.relationships.editor.target_columns names emails, but users has no such"
            " column",
            "Did you mean email?",
        ),
        (
            '[columns."*.stat"]',
            'columns."*.stat" names *.stat, but no column matches it',
            "Did you mean state?",
        ),
        (
            '[columns."users.emails"]',
            'columns."users.emails" names users.emails, but no column matches it',
            "Did you mean email?",
        ),
        (
            '[columns."usres.email"]',
            'columns."usres.email" names usres, but there is no table of that name',
            "Did you mean users?",
        ),
        (
            '[types]\nstatus = ":atom"',
            "types.status names status, but no column has a type of that name",
            "Did you mean billing.status?",
        ),
        (
            ATTRIBUTE.format(column="edit_id", tenants="users"),
            "tenancy.column names edit_id, but no table has such a column",
            "Did you mean editor_id?",
        ),
        (
            ATTRIBUTE.format(column="state", tenants="invoices"),
            "tenancy.tenants names invoices, but there is no table of that name",
            "Did you mean billing.invoices?",
        ),
        (
            ATTRIBUTE.format(column="state", tenants="users") + 'except = ["post"]',
            "tenancy.except names post, but there is no table of that name",
            "Did you mean posts?",
        ),
        (
            ATTRIBUTE.format(column="state", tenants="users")
            + '[tables.posts]\ntenancy = "editor"',
            "tables.posts.tenancy names editor, but posts has no such column",
            "Did you mean editor_id?",
        ),
        (
            '[tenancy]\nstrategy = "context"\nschema = "biling"',
            "tenancy.schema names biling, but no schema has that name",
            "Did you mean billing?",
        ),
        (
            '[tenancy]\nstrategy = "context"\nschema = "billing"\nschemas = ["archi_*"]',
            "tenancy.schemas names archi_*, but no schema matches it",
            "Did you mean archive?",
        ),
    ],
)
def test_a_name_that_is_not_there(text: str, what: str, todo: str) -> None:
    assert check_names(parse_config(text), DATABASE) == (
        Problem(
            severity=Severity.ERROR,
            code=Code.UNKNOWN_NAME,
            where="ash_scaffold.toml",
            what=what,
            todo=todo,
        ),
    )


def test_all_unknown_names_end_the_run_together() -> None:
    config = parse_config("[tables.usres]\n[types]\nxml = 'skip'")
    with pytest.raises(ScaffoldError) as raised:
        require_names(config, DATABASE)
    assert raised.value.problems == check_names(config, DATABASE)
    assert len(raised.value.problems) == 2


def test_the_schemas_that_a_configuration_names() -> None:
    config = parse_config(
        'schemas = ["a"]\nexclude = ["b.*", "users", "*.x"]\n'
        '[domains."App.A"]\ntables = ["c.users"]\n'
        '[tables."d.users".relationships.r]\ncolumns = ["x"]\ntarget = "e.users"\n'
        '[columns."f.*.state"]\n[columns."users.state"]\n[types]\n"g.status" = "skip"\n'
    )
    assert schemas_named(config) == ("a", "b", "c", "d", "e", "f")


def test_the_schemas_that_tenancy_names() -> None:
    by_column = ATTRIBUTE.format(column="x", tenants="a.teams") + 'except = ["b.*"]'
    by_schema = '[tenancy]\nstrategy = "context"\nschema = "t1"\nschemas = ["t2", "t_*"]'

    assert schemas_named(parse_config(by_column)) == ("a", "b")
    assert schemas_named(parse_config(by_schema)) == ("t1",)


@pytest.mark.parametrize("text", ["App", "App.Accounts.User", "App.V2.User_1"])
def test_an_alias(text: str) -> None:
    assert valid_alias(text)


@pytest.mark.parametrize(
    "text", ["", "app", "App.", ".App", "App..A", "App.user", "Äpp", "App\n", "App.A-B", ":app"]
)
def test_not_an_alias(text: str) -> None:
    assert not valid_alias(text)


@pytest.mark.parametrize("text", ["name", "_name", "active?", "straße", "reset!"])
def test_an_identifier(text: str) -> None:
    assert valid_identifier(text)


@pytest.mark.parametrize("text", ["", "Name", "1st", "a-b", "a b", "a?b", "name\n"])
def test_not_an_identifier(text: str) -> None:
    assert not valid_identifier(text)


@pytest.mark.parametrize("text", [":string", "App.Types.X", "{:array, {:array, :map}}"])
def test_an_ash_type(text: str) -> None:
    assert valid_type(text)


@pytest.mark.parametrize("text", ["", "string", ":String", "{:array}", "{:array, x}", ":a b"])
def test_not_an_ash_type(text: str) -> None:
    assert not valid_type(text)
