"""`ash_scaffold.toml` becomes a `Config`, or an error that says what to mend and on which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ash_scaffold.config import (
    Accept,
    ColumnConfig,
    Config,
    DomainConfig,
    RelationshipConfig,
    TableConfig,
    TenancyConfig,
    database_url,
    load_config,
    parse_config,
)
from ash_scaffold.problem import Code, ScaffoldError

EVERYTHING = """
repo = "App.Repo"
url = "postgres://localhost/app"
dump = "priv/repo/structure.sql"
out = "lib/app"
templates = "priv/templates"
schemas = ["public", "billing"]
exclude = ["legacy_*"]
actions = "read"
use = "App.Resource"
extensions = ["AshArchival.Resource"]
resource_namespace = "App.Resources"
legacy = false
owned_by_ash = ["audits"]

[tenancy]
strategy = "attribute"
column = "team_id"
tenants = "teams"
except = ["audits"]

[domains."App.Accounts"]
tables = ["users", "billing.*"]
resource_namespace = "App.Accounts.Resources"
actions = "crud"

[tables.users]
resource = "App.Accounts.Member"
exclude = false
actions = "none"
primary_key = ["a", "b"]
use = "App.Base"
extensions = []
partitions = true
description = "People."
tenancy = false

[tables.users.columns.email]
name = "mail"
type = "{:array, :map}"
constraints = { max_length = 5, trim = false, match = "x", items = ["a", 1.5] }
public = true
sensitive = false
exclude = false
enum = ["a", "b"]

[tables.users.relationships.editor]
kind = "has_one"
columns = ["editor_id"]
target = "billing.users"
target_columns = ["id"]
inverse = "edited_posts"

[columns."*.state"]
enum = true

[types]
"public.citext" = ":ci_string"
float8 = "tolerant"

[[accept]]
object = "users.name"
reason = "Old and new agree to differ."
"""


def complaints(text: str) -> list[tuple[str, str, str]]:
    """What `parse_config` says of a text: where, what and what to do, per problem."""
    with pytest.raises(ScaffoldError) as raised:
        parse_config(text)
    return [(one.where, one.what, one.todo) for one in raised.value.problems]


def test_every_option_is_read() -> None:
    assert parse_config(EVERYTHING) == Config(
        repo="App.Repo",
        url="postgres://localhost/app",
        dump="priv/repo/structure.sql",
        out="lib/app",
        templates="priv/templates",
        schemas=("public", "billing"),
        exclude=("legacy_*",),
        actions="read",
        use="App.Resource",
        extensions=("AshArchival.Resource",),
        resource_namespace="App.Resources",
        legacy=False,
        owned_by_ash=("audits",),
        tenancy=TenancyConfig(
            strategy="attribute", column="team_id", tenants="teams", except_tables=("audits",)
        ),
        domains={
            "App.Accounts": DomainConfig(
                tables=("users", "billing.*"),
                resource_namespace="App.Accounts.Resources",
                actions="crud",
            )
        },
        tables={
            "users": TableConfig(
                resource="App.Accounts.Member",
                exclude=False,
                actions="none",
                primary_key=("a", "b"),
                use="App.Base",
                extensions=(),
                partitions=True,
                description="People.",
                tenancy=False,
                columns={
                    "email": ColumnConfig(
                        name="mail",
                        type="{:array, :map}",
                        constraints={
                            "max_length": 5,
                            "trim": False,
                            "match": "x",
                            "items": ("a", 1.5),
                        },
                        public=True,
                        sensitive=False,
                        exclude=False,
                        enum=("a", "b"),
                    )
                },
                relationships={
                    "editor": RelationshipConfig(
                        kind="has_one",
                        columns=("editor_id",),
                        target="billing.users",
                        target_columns=("id",),
                        inverse="edited_posts",
                    )
                },
            )
        },
        columns={"*.state": ColumnConfig(enum=True)},
        types={"public.citext": ":ci_string", "float8": "tolerant"},
        accept=(Accept(object="users.name", reason="Old and new agree to differ."),),
    )


def test_an_empty_file_says_nothing() -> None:
    assert parse_config("") == Config()


def test_a_project_without_the_file_has_the_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()
    assert load_config(tmp_path / "ash_scaffold.toml") == Config()


@pytest.mark.parametrize("content", [b'\xef\xbb\xbfrepo = "A.R"\r\n', b'repo = "A.R"\n'])
def test_the_file_is_found_in_its_folder_or_by_its_path(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ash_scaffold.toml"
    file.write_bytes(content)
    assert load_config(tmp_path) == load_config(file) == Config(repo="A.R")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "ash_scaffold.toml").write_bytes(b"# one\nrepo = \xff\n")
    with pytest.raises(ScaffoldError) as raised:
        load_config(tmp_path)
    (problem,) = raised.value.problems
    assert (problem.code, problem.where, problem.what, problem.todo) == (
        Code.CONFIG_INVALID,
        "ash_scaffold.toml:2",
        "is not UTF-8 text",
        "Save the file as UTF-8, as TOML asks.",
    )


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "ash_scaffold.toml").mkdir()
    with pytest.raises(ScaffoldError) as raised:
        load_config(tmp_path)
    (problem,) = raised.value.problems
    assert (problem.where, problem.what) == (
        "ash_scaffold.toml",
        "can't be read: it is a folder, no regular file",
    )


@pytest.mark.parametrize(
    ("text", "where", "what", "todo"),
    [
        (
            "repo = 1\n[tables.billing.*]\n",
            "ash_scaffold.toml:2",
            "is not valid TOML: Invalid initial character for a key part",
            'Names with a star or a space need quotes, as in [tables."billing.*"].',
        ),
        (
            "repo = " + "[" * 100_000,
            "ash_scaffold.toml",
            "is nested too deeply",
            "No option is like that: take it out.",
        ),
        (
            "x.y" * 20_000 + " = 1",
            "ash_scaffold.toml",
            "has a key of more than 64 parts",
            "No option is like that: take it out.",
        ),
        (
            "repo = 1" + "0" * 10_000,
            "ash_scaffold.toml",
            "has a number of too many digits",
            "No option is like that: take it out.",
        ),
        (
            '\nrepo = """\n\n',
            "ash_scaffold.toml:2",
            "is not valid TOML: Unterminated string",
            "",
        ),
    ],
)
def test_text_that_is_not_toml(text: str, where: str, what: str, todo: str) -> None:
    assert complaints(text) == [(where, what, todo)]


NAME_TODO = (
    "It starts with a small letter or `_`, goes on with letters, digits and `_`, and may end with"
    " `?` or `!`."
)
MODULE_TODO = (
    "Each part starts with a capital letter and has only ASCII letters, digits and `_`:"
    " App.Accounts.User."
)


@pytest.mark.parametrize(
    ("text", "line", "what", "todo"),
    [
        ('rep = "x"', 1, "rep is not an option of the file", "Did you mean repo?"),
        (
            "[tables.users]\nexclud = true",
            2,
            "tables.users.exclud is not an option of tables.users",
            "Did you mean exclude?",
        ),
        (
            '[tables.users]\ncolumns.email = {nmae = "x"}',
            2,
            "tables.users.columns.email.nmae is not an option of tables.users.columns.email",
            "Did you mean name?",
        ),
        (
            '[domains."App.Accounts"]\nzzz = 1',
            2,
            'domains."App.Accounts".zzz is not an option of domains."App.Accounts"',
            "Options here: actions, adopt_context, embeds, resource_namespace, tables.",
        ),
        (
            "[tables.billing.invoices]\nexclude = true",
            1,
            "tables.billing.invoices is not an option of tables.billing",
            'A name with a dot needs quotes: [tables."billing.invoices"].',
        ),
        (
            "[domains.App.Accounts]\ntables = []",
            1,
            "domains.App.Accounts is not an option of domains.App",
            'A name with a dot needs quotes: [domains."App.Accounts"].',
        ),
        (
            '[types]\npublic.citext = ":ci_string"',
            1,
            "types.public is a table; expected a string",
            'A name with a dot needs quotes: "public.citext" = "…".',
        ),
        ("\nurl = 5", 2, "url is an integer; expected a string", ""),
        ("legacy = true", 1, "legacy is true; expected a string or false", ""),
        ('schemas = "public"', 1, "schemas is a string; expected a list of strings", ""),
        ('exclude = [\n  "a",\n  3,\n]', 1, "exclude[1] is an integer; expected a string", ""),
        ("tables = []", 1, "tables is a list; expected a table", ""),
        ("[tables]\nusers = 2024-01-01", 2, "tables.users is a date or time; expected a table", ""),
        (
            'actions = "crd"',
            1,
            'actions is "crd"; expected "crud", "read" or "none"',
            "Did you mean crud?",
        ),
        (
            '[columns."*.state"]\nenum = 1.5',
            2,
            'columns."*.state".enum is a number; expected true or false or a list of strings',
            "",
        ),
        (
            '[columns."*.state"]\npublic = "yes"',
            2,
            'columns."*.state".public is a string; expected true or false',
            "",
        ),
        (
            '[tables.posts.relationships.editor]\ncolumns = ["editor_id"]',
            1,
            "tables.posts.relationships.editor lacks target",
            "Give target: a string.",
        ),
        (
            '[[accept]]\nobject = "a"\nreason = "b"\n[[accept]]\nobject = "c"',
            4,
            "accept[1] lacks reason",
            "Give reason: a string.",
        ),
        ("[tenancy]", 1, "tenancy lacks strategy", 'Give strategy: "attribute" or "context".'),
        (
            '[tenancy]\nstrategy = "attribute"\ntenants = "teams"',
            1,
            "tenancy lacks column",
            "The strategy attribute needs it.",
        ),
        (
            '[tenancy]\nstrategy = "attribute"\ncolumn = ""\ntenants = "teams"',
            1,
            "tenancy has an empty column",
            "The strategy attribute needs it.",
        ),
        (
            '[tenancy]\nstrategy = "context"\nschema = "t"\nexcept = ["a"]',
            4,
            "tenancy.except is no option of the strategy context",
            "Options of it: schema, schemas.",
        ),
        (
            '[tenancy]\nstrategy = "context"\nschema = "public"',
            3,
            "tenancy.schema is public, whose tables are every tenant's",
            "Name the schema of one tenant, which stands for all.",
        ),
        (
            '[tenancy]\nstrategy = "context"\nschema = "t_*"',
            3,
            'tenancy.schema is "t_*", a pattern; expected one name',
            "",
        ),
        (
            '[tables.users]\ntenancy = "team_id"',
            2,
            "tables.users.tenancy is set, but there is no [tenancy] with the strategy attribute",
            "Add it, with `column` and `tenants`, or take this out.",
        ),
        (
            "[tables.users]\ntenancy = true",
            2,
            "tables.users.tenancy is true; expected a string or false",
            "",
        ),
        (
            '[tenancy]\nstrategy = "attribute"\ncolumn = "a"\ntenants = "t"\n'
            '[tables.users]\ntenancy = ""',
            6,
            "tables.users.tenancy is empty; expected a column, or false",
            "",
        ),
        ('dump = ""', 1, "dump is empty; expected a path", ""),
        (r'legacy = "a\u0000b"', 1, "legacy has a null character; expected a path", ""),
        (
            'out = "../x"',
            1,
            'out is "../x", which leaves the project\'s folder',
            "Give a path relative to the folder of mix.exs, without `..`.",
        ),
        (
            'templates = "/etc"',
            1,
            'templates is "/etc", which leaves the project\'s folder',
            "Give a path relative to the folder of mix.exs, without `..`, or another folder with "
            "--templates.",
        ),
        (
            "[tables.users]\nprimary_key = []",
            2,
            "tables.users.primary_key is empty; expected at least one column",
            "",
        ),
        (
            "[tables.users.columns.state]\nenum = []",
            2,
            "tables.users.columns.state.enum is empty; expected at least one value",
            "",
        ),
        (
            '[tables.users.columns.email]\nname = "Mail x"',
            2,
            'tables.users.columns.email.name is "Mail x", which can\'t name it in Elixir',
            NAME_TODO,
        ),
        (
            '[tables.users.relationships.Editor]\ncolumns = ["a"]\ntarget = "t"',
            1,
            "tables.users.relationships.Editor can't name a relationship in Elixir",
            NAME_TODO,
        ),
        (
            '[tables.users.relationships.editor]\ncolumns = ["a"]\ntarget = "t"\ninverse = ""',
            4,
            'tables.users.relationships.editor.inverse is "", which can\'t name it in Elixir',
            NAME_TODO,
        ),
        (
            '[tables.users.relationships.editor]\ncolumns = []\ntarget = "t"',
            2,
            "tables.users.relationships.editor.columns is empty; expected at least one column",
            "",
        ),
        (
            '[tables.u.relationships.e]\ncolumns = ["a"]\ntarget = "t"\n'
            'target_columns = ["a", "b"]',
            4,
            "tables.u.relationships.e.target_columns has 2 columns; expected 1, one for each of"
            " `columns`",
            "",
        ),
        (
            '[tables.users.columns.email]\ntype = "string"',
            2,
            'tables.users.columns.email.type is "string", which is not an Ash type',
            'Give ":string", "App.Types.X", "{:array, :string}", "tolerant", "limits" or "nested".',
        ),
        (
            '[types]\nfloat8 = "skipp"',
            2,
            'types.float8 is "skipp", which is not an Ash type',
            'Give ":string", "App.Types.X", "{:array, :string}", "tolerant", "limits", "nested" '
            'or "skip".',
        ),
        (
            "[columns.state]\npublic = true",
            1,
            "columns.state names no table",
            'Write columns."*.state" for all tables, or "table.column".',
        ),
        (
            "[behaviour.registration]",
            1,
            "behaviour.registration names no table and function",
            'Write the table, and the function or its action: [behaviour."users.registration"].',
        ),
        (
            '[tables.users]\n[tables."public.users"]',
            2,
            'tables."public.users" repeats it: tables.users already does',
            "Keep one.",
        ),
        (
            '[types]\nfloat8 = "tolerant"\n"double precision" = ":float"',
            3,
            'types."double precision" repeats it: types.float8 already does',
            "Keep one.",
        ),
        (
            '[domains."App.A"]\ntables = ["users"]\n[domains."App.B"]\ntables = ["public.users"]',
            4,
            'domains."App.B".tables names public.users again: domains."App.A".tables already does',
            "Keep one.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, what: str, todo: str) -> None:
    assert complaints(text) == [(f"ash_scaffold.toml:{line}", what, todo)]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('repo = "app.Repo"', 1, 'repo is "app.Repo", which is not a module\'s name'),
        ('use = "App.Ünit"', 1, 'use is "App.Ünit", which is not a module\'s name'),
        ('extensions = ["A", "b"]', 1, 'extensions[1] is "b", which is not a module\'s name'),
        (
            'resource_namespace = "App."',
            1,
            'resource_namespace is "App.", which is not a module\'s name',
        ),
        ('[domains."App.accounts"]', 1, 'domains."App.accounts" is not a module\'s name'),
        (
            '[domains."App.A"]\nresource_namespace = "A-B"',
            2,
            'domains."App.A".resource_namespace is "A-B", which is not a module\'s name',
        ),
        (
            '[tables.users]\nresource = "member"',
            2,
            'tables.users.resource is "member", which is not a module\'s name',
        ),
        (
            '[tables.users]\nuse = "App.Base\\n"',
            2,
            'tables.users.use is "App.Base\\n", which is not a module\'s name',
        ),
        (
            '[tables.users]\nextensions = [":a"]',
            2,
            'tables.users.extensions[0] is ":a", which is not a module\'s name',
        ),
    ],
)
def test_a_module_name_that_elixir_refuses(text: str, line: int, what: str) -> None:
    with pytest.raises(ScaffoldError) as raised:
        parse_config(text)
    assert [(one.code, one.where, one.what, one.todo) for one in raised.value.problems] == [
        (Code.INVALID_MODULE_NAME, f"ash_scaffold.toml:{line}", what, MODULE_TODO)
    ]


def test_all_faults_are_said_at_once() -> None:
    assert [what for _, what, _ in complaints("rep = 1\nurl = 2\n[tables.users]\nuse = 3\n")] == [
        "rep is not an option of the file",
        "url is an integer; expected a string",
        "tables.users.use is an integer; expected a string",
    ]


def test_the_url_takes_variables_from_the_environment() -> None:
    config = Config(url="postgres://${DB_USER}:${DB_PASSWORD}@localhost/app")
    environment = {"DB_USER": "me", "DB_PASSWORD": "s3cret"}
    assert database_url(config, environment) == "postgres://me:s3cret@localhost/app"
    assert database_url(Config(), environment) is None


def test_a_variable_that_is_not_set_is_named_and_the_url_is_not() -> None:
    config = Config(url="postgres://me:s3cret@${DB_HOST}/app")
    with pytest.raises(ScaffoldError) as raised:
        database_url(config, {})
    (problem,) = raised.value.problems
    assert (problem.code, problem.where, problem.what, problem.todo) == (
        Code.CONFIG_INVALID,
        "ash_scaffold.toml",
        "url needs the environment variable DB_HOST, which is not set",
        "Set DB_HOST, or pass --url.",
    )
