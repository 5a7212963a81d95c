"""The README says what is the case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec
import psycopg
import pytest
import typer
from psycopg import sql

from ash_scaffold.ash.types import BASE_TYPES
from ash_scaffold.cli.app import application
from ash_scaffold.cli.arguments import COMMANDS
from ash_scaffold.config import (
    Accept,
    ColumnConfig,
    Config,
    DomainConfig,
    RelationshipConfig,
    TableConfig,
    parse_config,
)
from ash_scaffold.config.options import BehaviourConfig, TenancyConfig, VerifyConfig
from ash_scaffold.problem import Exit

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
STRUCTS: dict[str, type[msgspec.Struct]] = {
    "Key of the file": Config,
    'Key of `[domains."App.Sales"]`': DomainConfig,
    'Key of `[tables.orders]`, `[tables."billing.*"]`': TableConfig,
    'Key of `[tables.orders.columns.total]`, `[columns."*.state"]`': ColumnConfig,
    "Key of `[tables.orders.relationships.clerk]`": RelationshipConfig,
    "Key of `[tenancy]`": TenancyConfig,
    "Key of `[[accept]]`": Accept,
    "Key of `[verify]`": VerifyConfig,
    'Key of `[behaviour."users.registration"]`': BehaviourConfig,
}


class Done(Protocol):
    code: int
    out: str
    err: str


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def first_column(header: str) -> list[str]:
    """The cells of the first column of the table under that header."""
    rows = README[README.index(f"| {header} | |\n") :].partition("\n\n")[0].splitlines()[2:]
    return [re.split(r"(?<!\\) \| ", row.removeprefix("| "))[0] for row in rows]


def words(cells: list[str]) -> list[str]:
    """What stands in backquotes, up to the first space."""
    return [word for cell in cells for word in re.findall(r"`([^` ]+)[^`]*`", cell)]


def section(title: str) -> str:
    return README.split(f"### {title}\n")[1].split("\n##")[0]


def test_it_begins_with_the_two_commands() -> None:
    assert blocks("sh")[0].split("\n")[0].startswith("make demo ")
    assert blocks("sh")[0].split("\n")[1].startswith("make test ")
    assert README.index("```") < 700


@pytest.mark.parametrize("command", COMMANDS)
def test_it_lists_the_options_of_each_command(command: str) -> None:
    group = typer.main.get_command(application())
    context = group.make_context("ash-scaffold", [command, "--help"], resilient_parsing=True)
    parameters = group.get_command(context, command).params  # type: ignore[attr-defined]
    known = {
        name
        for p in parameters
        if p.param_type_name == "option"
        for name in (*p.opts, *p.secondary_opts)
    }
    rows = [row for row in section(f"`ash-scaffold {command}`").splitlines() if row[:4] == "| `-"]
    listed = words([row.split(" | ")[0] for row in rows])
    assert sorted(listed) == sorted(known - {"--help", "-h"})


@pytest.mark.parametrize("header", STRUCTS)
def test_it_lists_the_keys_of_the_configuration(header: str) -> None:
    keys = [field.encode_name for field in msgspec.structs.fields(STRUCTS[header])]
    assert sorted(words(first_column(header))) == sorted(keys)


def test_its_lists_of_types_are_those_of_the_map() -> None:
    rows = [row.split(" | ")[0] for row in section("Types in short").splitlines()[3:]]
    left_out = section("What is reported and not generated").partition("every read:")[2]
    generated, refused = (
        {BASE_TYPES[word].unsupported is None for word in named if word in BASE_TYPES}
        for named in (
            re.findall(r"\w+", " ".join(rows)),
            re.findall(r"\w+", left_out.partition(".")[0]),
        )
    )
    assert (generated, refused) == ({True}, {False})


def test_its_configuration_is_valid() -> None:
    texts = [parse_config(block) for block in blocks("toml")]
    accept, by_column, by_schema, writes, of_check, text = texts
    assert writes.behaviour["users.registration_changeset"].writes == "create"
    assert [entry.object for entry in of_check.accept] == ["users.email.allow_nil?"]
    assert by_column.tables["invoices"].tenancy == "account_id"
    assert by_schema.tenancy is not None
    assert by_schema.tenancy.schemas == ("tenant_*",)
    assert text.repo == "App.Repo"
    assert [entry.object for entry in accept.accept] == ["orders.code.constraints.max_length"]


def test_it_lists_the_exit_codes() -> None:
    rows = section("Exit codes").splitlines()
    assert [int(row.split(" ")[1]) for row in rows if re.match(r"\| \d", row)] == list(Exit)


@pytest.fixture
def example(
    project: Path,
    database: Callable[..., str],
    resources: Callable[..., Done],
    add: Callable[[Path, Mapping[str, str]], None],
) -> str:
    """The URL of the database of the example, for which the project has been generated."""
    repo = "defmodule App.Repo do\n  use AshPostgres.Repo\n"
    config = "import Config\n\nconfig :shop, ash_domains: [App.Sales]\n"
    add(project, {"lib/shop/repo.ex": f"{repo}{SETTINGS}end\n", "config/config.exs": config})
    url = database(blocks("sql")[0])
    assert resources("--domain", "App.Sales", "--url", url).code == 0
    return url


ORDER = "lib/app/sales/order.ex"
SETTINGS = """
  def migrate_extensions?, do: false
  def min_pg_version, do: %Version{major: 16, minor: 0, patch: 0}
"""


def alter(url: str, ddl: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(ddl))


def as_in_the_readme(output: str) -> str:
    """The output without blanks at the end of lines, and as read from another database."""
    text = re.sub(
        r"^Read .*$", "Read me@localhost:5432/app_dev (PostgreSQL 18.1)", output, flags=re.M
    )
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n")) + "\n"


def test_its_example_is_what_the_tool_writes(project: Path, example: str) -> None:
    assert example
    assert (project / ORDER).read_text() == blocks("elixir")[0]


def test_its_walk_through_is_what_the_tool_shows(
    project: Path, example: str, resources: Callable[..., Done]
) -> None:
    order = project / ORDER
    _, described, _ = blocks("elixir")
    plain = described.replace('      description "What the customer pays"\n', "")
    assert order.read_text().count(plain) == 1
    order.write_text(order.read_text().replace(plain, described))
    alter(example, blocks("sql")[1])
    dry, real, conflict = blocks("console")

    done = resources("--url", example, "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert dry == "$ ash-scaffold resources --dry-run\n" + as_in_the_readme(done.out)
    done = resources("--url", example)
    assert (done.code, done.err) == (0, "")
    assert real == "$ ash-scaffold resources\n" + as_in_the_readme(done.out)

    order.write_text(order.read_text().replace("max_length: 20", "max_length: 12"))
    alter(example, "ALTER TABLE orders ALTER code TYPE varchar(40)")
    done = resources("--url", example)
    assert done.code == 1
    shown = as_in_the_readme(done.out) + done.err
    assert conflict == "$ ash-scaffold resources\n" + shown

    accept = blocks("toml")[0]
    (project / "ash_scaffold.toml").write_text(accept)
    assert resources("--url", example).code == 0
