"""The blocks of code on the pages are what they say: configuration, Elixir, command lines."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from tests.docs.pages import LEFT_OUT, Block, blocks, pages, read, tokens

from ash_scaffold.cli.app import application
from ash_scaffold.cli.arguments import COMMANDS
from ash_scaffold.config import parse_config
from ash_scaffold.syntax.parse import parse

PAGES = pages()
LANGUAGES = set(
    "console css diff dockerfile elixir jinja json mermaid sh sql text toml xml yaml".split()
)
# A line of a shell, of a block of a terminal, or of a job in YAML.
_LINE = re.compile(r"^(?:\$ |\s*-? ?run: |\s*)(ash-scaffold(?: .*)?)$")


def of_language(*languages: str) -> list[Block]:
    found = [each for page in PAGES for each in blocks(page) if each.language in languages]
    return [block for block in found if block.told("other") is None]


def command_lines(text: str) -> Iterator[str]:
    """Give the command lines of ash-scaffold in a text, those over several lines as one."""
    joined = re.sub(r"\\\n(> )?\s*", "", text)
    for line in joined.splitlines():
        match = _LINE.match(line)
        if match is not None:
            yield match[1]


def fault(line: str) -> str:
    """Return what is wrong with a command line, "" where the tool would take it."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words = list(lexer)
    ends = [number for number, word in enumerate(words) if word and set(word) <= set("|&;<>")]
    words = words[1 : ends[0] if ends else None]
    try:
        _read(words)
    except SystemExit:
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {getattr(error, 'message', error)}"
    return ""


def _read(words: list[str]) -> None:
    """Parse the words as the program does, up to where the command would begin."""
    options = {"--help", "-h", "--version", "--install-completion", "--show-completion"}
    if not words or words[0] in options:
        return
    assert words[0] in COMMANDS, f"no command {words[0]}"
    if not options.intersection(words):
        command(words[0]).make_context(words[0], words[1:])


def command(name: str) -> Any:
    """Return a command as typer's parser has it."""
    group = typer.main.get_command(application())
    context = group.make_context("ash-scaffold", [name, "--help"], resilient_parsing=True)
    return group.get_command(context, name)  # type: ignore[attr-defined]


def test_each_block_has_a_language_that_is_known() -> None:
    assert {
        f"{block.place} {block.language}"
        for page in PAGES
        for block in blocks(page)
        if block.language not in LANGUAGES
    } == set()


@pytest.mark.parametrize("block", of_language("toml"), ids=lambda block: block.place)
def test_toml_is_a_valid_configuration(block: Block) -> None:
    parse_config(block.text)


@pytest.mark.parametrize("block", of_language("elixir"), ids=lambda block: block.place)
def test_elixir_can_be_parsed(block: Block) -> None:
    text = "\n".join(
        "" if line.strip() == LEFT_OUT else line.replace(LEFT_OUT, "x")
        for line in block.text.splitlines()
    )
    assert not parse(text.encode()).root.has_error


@pytest.mark.parametrize(
    "block", of_language("sh", "console", "yaml"), ids=lambda block: block.place
)
def test_command_lines_are_valid(block: Block) -> None:
    text = block.text
    if block.language == "console":
        text = "\n".join(re.findall(r"^\$ .*(?:\n> .*)*", text, re.MULTILINE))
    assert [(line, fault(line)) for line in command_lines(text) if fault(line)] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_command_in_the_text_has_the_options_that_it_is_shown_with(page: str) -> None:
    spans = [
        child.content.replace("\n", " ")
        for token in tokens(read(page))
        for child in token.children or ()
        if child.type == "code_inline" and child.content.startswith("ash-scaffold ")
    ]
    assert [span for span in spans if unknown_flags(span)] == []


def unknown_flags(span: str) -> list[str]:
    """Return the options of a command in a text that the tool hasn't; its name, if it has not."""
    _, name, *words = span.split()
    flags = [word.partition("=")[0] for word in words if word.startswith("-")]
    if name.startswith("-") or not name.isalpha() or name.isupper():
        return []
    if name not in COMMANDS:
        return [name]
    parameters = command(name).params
    known = {flag for each in parameters for flag in (*each.opts, *each.secondary_opts)}
    return [flag for flag in flags if flag not in known | {"--help", "-h"}]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("ash-scaffold check --dump a.sql --fail-on breaks | less  # so", ""),
        ("ash-scaffold resources --table users --table 'user_*'", ""),
        ("ash-scaffold cutover orders --dry-run", ""),
        ("ash-scaffold", ""),
        ("ash-scaffold check --help", ""),
        ("ash-scaffold check --fail-on nothing", "BadParameter"),
        ("ash-scaffold check --dumb a.sql", "NoSuchOption"),
        ("ash-scaffold check --dump", "BadOptionUsage"),
        ("ash-scaffold chek", "AssertionError"),
    ],
)
def test_a_wrong_command_line_is_found(line: str, complaint: str) -> None:
    assert fault(line).partition(":")[0] == complaint


def test_a_line_is_put_together_again() -> None:
    text = (
        "$ ash-scaffold check \\\n>   --dump a.sql\n  - run: ash-scaffold check\nUse ash-scaffold"
    )
    assert list(command_lines(text)) == ["ash-scaffold check --dump a.sql", "ash-scaffold check"]
    assert unknown_flags("ash-scaffold check --dump F --nope") == ["--nope"]
    assert unknown_flags("ash-scaffold nope") == ["nope"]
    assert unknown_flags("ash-scaffold COMMAND --help") == []
