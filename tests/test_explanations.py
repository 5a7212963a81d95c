"""The texts of the problem codes: one for each, with examples that are what they seem."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlglot
import typer

from ash_scaffold.cli.app import application
from ash_scaffold.cli.arguments import COMMANDS
from ash_scaffold.config import parse_config
from ash_scaffold.explanations import EXPLANATIONS, groups
from ash_scaffold.problem import Code
from ash_scaffold.syntax.parse import parse

SOURCE = Path(__file__).parents[1] / "src"
# Said by the frame of every command, or by what reads its line.
OF_THE_FRAME = {Code.USAGE, Code.INTERRUPTED, Code.OUTPUT_FAILED, Code.INTERNAL}


def test_each_code_is_explained_once() -> None:
    grouped = [code for _, codes in groups() for code in codes]
    assert sorted(grouped) == sorted(Code)
    assert list(EXPLANATIONS) == grouped


@pytest.mark.parametrize("code", Code)
def test_cause_and_cure_are_a_few_sentences(code: Code) -> None:
    found = EXPLANATIONS[code]
    for text in (found.cause, found.cure):
        assert text.endswith(".")
        assert text == " ".join(text.split())
        assert len(re.findall(r"[.:](?: |$)", text)) <= 5
    assert len(found.cause) <= 320
    assert bool(found.example) == bool(found.language)


def examples(language: str) -> list[str]:
    found = [each.example for each in EXPLANATIONS.values() if each.language == language]
    assert len(found) > 2
    return found


@pytest.mark.parametrize("text", examples("toml"))
def test_an_example_of_the_configuration_is_valid(text: str) -> None:
    parse_config(text)


@pytest.mark.parametrize("text", examples("elixir"))
def test_an_example_of_elixir_is_valid(text: str) -> None:
    assert parse(text.encode()).fault is None


@pytest.mark.parametrize("text", examples("sql"))
def test_an_example_of_sql_is_a_statement(text: str) -> None:
    assert text.endswith(";")
    assert len(sqlglot.parse(text, dialect="postgres")) == 1


@pytest.mark.parametrize(
    "line", [line for text in examples("console") for line in text.split("\n")]
)
def test_an_example_of_a_command_has_options_that_are_there(line: str) -> None:
    words = [word for word in shlex.split(line) if "=" not in word.partition(" ")[0]]
    if words[0] != "ash-scaffold":
        assert words[0] in {"mix", "pg_dump", "psql", "pip", "git", "rm"}
        return
    group = typer.main.get_command(application())
    context = group.make_context("ash-scaffold", words[1:])
    command = group.get_command(context, words[1])  # type: ignore[attr-defined]
    assert command is not None
    if "--help" not in words:
        command.make_context(words[1], words[2:], parent=context)


def test_what_every_command_may_say_names_every_command() -> None:
    for code in OF_THE_FRAME:
        assert set(EXPLANATIONS[code].commands) == set(COMMANDS)


def test_what_reading_a_database_may_say_names_each_command_that_has_a_url() -> None:
    group = typer.main.get_command(application())
    context = group.make_context("ash-scaffold", [], resilient_parsing=True)
    with_url = {
        name
        for name in COMMANDS
        if any(
            "--url" in parameter.opts
            for parameter in group.get_command(context, name).params  # type: ignore[attr-defined]
        )
    }
    assert set(EXPLANATIONS[Code.CONNECTION_FAILED].commands) == with_url


@pytest.mark.parametrize("code", [code for code in Code if code not in OF_THE_FRAME])
def test_each_command_that_says_a_code_reaches_a_module_that_names_it(code: Code) -> None:
    naming = {module for module, names in sources().items() if code.name in names.codes}
    assert naming
    found = EXPLANATIONS[code]
    assert found.commands
    assert {c for c in found.commands if not reached(f"ash_scaffold.cli.{c}") & naming} == set()


class Names:
    """What a module imports, and the codes that it names."""

    def __init__(self, module: str, text: str) -> None:
        tree = ast.parse(text)
        self.imports = set(_imports(tree))
        self.codes = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "Code"
        }
        if module.endswith((".problem", ".explanations")):
            self.codes = set()


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def sources() -> dict[str, Names]:
    found = {}
    for path in SOURCE.rglob("*.py"):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        found[module] = Names(module, path.read_text())
    return found


@cache
def reached(module: str) -> frozenset[str]:
    """Return the modules that a module imports, directly or by way of others."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found and name in sources():
            found.add(name)
            waiting += sources()[name].imports
    return frozenset(found)
