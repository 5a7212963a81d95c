"""The README says what is the case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec
import pytest
import typer

from ash_scaffold.cli.app import app
from ash_scaffold.config import (
    Accept,
    ColumnConfig,
    Config,
    DomainConfig,
    RelationshipConfig,
    TableConfig,
    parse_config,
)
from ash_scaffold.problem import Exit

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
STRUCTS: dict[str, type[msgspec.Struct]] = {
    "Key of the file": Config,
    'Key of `[domains."App.Sales"]`': DomainConfig,
    'Key of `[tables.orders]`, `[tables."billing.*"]`': TableConfig,
    'Key of `[tables.orders.columns.total]`, `[columns."*.state"]`': ColumnConfig,
    "Key of `[tables.orders.relationships.clerk]`": RelationshipConfig,
    "Key of `[[accept]]`": Accept,
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


@pytest.mark.parametrize("command", ["resources", "inspect", "demo"])
def test_it_lists_the_options_of_each_command(command: str) -> None:
    group = typer.main.get_command(app)
    context = group.make_context("ash-scaffold", [command, "--help"], resilient_parsing=True)
    parameters = group.get_command(context, command).params  # type: ignore[attr-defined]
    known = {name for parameter in parameters for name in parameter.opts}
    rows = [row for row in section(f"`ash-scaffold {command}`").splitlines() if row[:3] == "| `"]
    listed = words([row.split(" | ")[0] for row in rows])
    assert sorted(listed) == sorted(known - {"--help", "-h"})


@pytest.mark.parametrize("header", STRUCTS)
def test_it_lists_the_keys_of_the_configuration(header: str) -> None:
    fields = STRUCTS[header].__struct_fields__
    assert sorted(words(first_column(header))) == sorted(fields)


def test_its_configuration_is_valid() -> None:
    [text] = blocks("toml")
    assert parse_config(text).repo == "App.Repo"


def test_it_lists_the_exit_codes() -> None:
    rows = section("Exit codes").splitlines()
    assert [int(row.split(" ")[1]) for row in rows if re.match(r"\| \d", row)] == list(Exit)


def test_its_example_is_what_the_tool_writes(
    project: Path,
    database: Callable[..., str],
    resources: Callable[..., Done],
    add: Callable[[Path, Mapping[str, str]], None],
) -> None:
    add(project, {"lib/shop/repo.ex": "defmodule App.Repo do\n  use AshPostgres.Repo\nend\n"})
    [ddl], [module] = blocks("sql"), blocks("elixir")
    done = resources("--domain", "App.Sales", "--url", database(ddl))
    assert done.code == 0
    assert (project / "lib/app/sales/order.ex").read_text() == module
