"""A line that is as it should be is read as typer reads it; all others are left to typer."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import typer

from ash_scaffold.cli import app as app_module
from ash_scaffold.cli.arguments import (
    COMMANDS,
    Option,
    command_function,
    needs_word,
    read_arguments,
)
from ash_scaffold.cli.check import FailOn, Format, check
from ash_scaffold.cli.document import document
from ash_scaffold.cli.resources import resources

VALUES = {
    str: ["App.A=b", "ü ' \"", "0"],
    float: ["0", "12.5", "007"],
    int: ["1", "12", "007"],
    Path: ["a/../b", "/tmp"],
}

# Those with a flag for yes and one for no.
FOR_TYPER = {"--split", "--no-split", "--prove", "--no-prove"}


def options(command: str) -> dict[str, tuple[Any, Option]]:
    """The type and the declaration of each option, by each flag."""
    hints = get_type_hints(command_function(command), include_extras=True)
    found = {}
    for name, hint in hints.items():
        option = hint.__metadata__[0] if hasattr(hint, "__metadata__") else None
        if isinstance(option, Option):
            flags = option.flags or (f"--{name.replace('_', '-')}",)
            for flag in (each for declared in flags for each in declared.split("/")):
                found[flag] = (hint.__origin__, option)
    return found


def given(kind: Any) -> list[str]:
    """Values of the type that an option has, none for a flag."""
    kinds = [each for each in get_args(kind) or (kind,) if each is not type(None)]
    [kind] = kinds
    if get_origin(kind) is list:
        [kind] = get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [each.value for each in kind]
    return [] if kind is bool else VALUES[kind]


@pytest.fixture
def by_typer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[str]], dict[str, Any]]:
    """Give `by_typer(words)`: what the command is called with, but for what its signature says."""
    calls: list[dict[str, Any]] = []

    def recording(name: str) -> Callable[..., None]:
        function = command_function(name)

        @functools.wraps(function)
        def record(**arguments: Any) -> None:
            parameters = inspect.signature(function).parameters
            calls.append(
                {
                    name: value
                    for name, value in arguments.items()
                    if value != parameters[name].default and value != []
                }
            )

        return record

    monkeypatch.setattr(app_module, "command_function", recording)

    group = functools.cache(lambda name: typer.main.get_command(app_module.application(name)))

    def call(words: Sequence[str]) -> dict[str, Any]:
        calls.clear()
        group(words[0])(list(words), standalone_mode=False)
        return calls[0]

    return call


NEED_WORD = [name for name in COMMANDS if needs_word(command_function(name))]


@pytest.mark.parametrize("command", NEED_WORD)
@pytest.mark.parametrize("words", [[], ["--json"], ["users"], ["users", "--json"]])
def test_a_command_that_needs_a_word_is_left_to_typer(command: str, words: list[str]) -> None:
    assert read_arguments(command_function(command), words) is None


def test_the_commands_that_need_a_word_are_known() -> None:
    assert NEED_WORD == ["brief"]


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in NEED_WORD])
def test_each_option_means_what_it_means_to_typer(
    by_typer: Callable[[Sequence[str]], dict[str, Any]], command: str
) -> None:
    everything: list[str] = []
    for flag, (kind, _) in options(command).items():
        values = given(kind)
        lines = [[flag, value] for value in values] + [[f"{flag}={value}"] for value in values]
        for words in lines or [[flag]]:
            read = read_arguments(command_function(command), words)
            if flag in FOR_TYPER:
                assert read is None
            else:
                assert read is not None
                assert without_defaults(command, read) == by_typer([command, *words])
        if flag.startswith("--") and flag not in FOR_TYPER:
            everything += [flag, *values[:1]]
    read = read_arguments(command_function(command), everything)
    assert read is not None
    assert without_defaults(command, read) == by_typer([command, *everything])


def without_defaults(command: str, read: dict[str, Any]) -> dict[str, Any]:
    parameters = inspect.signature(command_function(command)).parameters
    return {name: value for name, value in read.items() if value != parameters[name].default}


def test_the_common_lines_are_read() -> None:
    assert read_arguments(check, ["--url", "postgres://a@b/c?d=e", "--format=json", "-v"]) == {
        "url": "postgres://a@b/c?d=e",
        "format_": Format.JSON,
        "verbose": True,
    }
    assert read_arguments(check, ["--fail-on", "breaks", "--dump", "x.sql", "--timeout", "3"]) == {
        "fail_on": FailOn.BREAKS,
        "dump": Path("x.sql"),
        "timeout": 3.0,
    }
    assert read_arguments(resources, ["--table", "a", "-q", "--table=b=c", "--no-format"]) == {
        "table": ["a", "b=c"],
        "quiet": True,
        "no_format": True,
    }
    assert read_arguments(document, []) == {}


@pytest.mark.parametrize(
    "line",
    [
        "--help",
        "-h",
        "--nope",
        "--ur postgres://a/b",
        "postgres://a/b",
        "--url",
        "--url=",
        "--url --verbose",
        "--url -x",
        "--url a --url b",
        "--verbose --verbose",
        "--verbose -v",
        "--verbose=true",
        "-vv",
        "-v=1",
        "--format xml",
        "--format JSON",
        "--timeout x",
        "--timeout -1",
        "--timeout 1e3",
        "--timeout nan",
        "--timeout ٣",
        "--",
        "-",
        "--schema a -- b",
    ],
)
def test_all_others_are_left_to_typer(line: str) -> None:
    assert read_arguments(check, line.split(" ")) is None
