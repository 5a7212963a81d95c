"""Hostile names through every command, to Elixir's parser, the terminal, Markdown and HTML."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from random import Random

from markdown_it import MarkdownIt
from tests.campaign.box import Box
from tests.campaign.ground import Ground, Tried, tried
from tests.campaign.hostile_text import hostile_name, hostile_text
from tests.campaign.oracle import changes, wrong_refusal, wrong_run, wrong_world
from tests.campaign.projects import FILES

_PAGE = "page.html"
_LINK = re.compile(r"(#|[\w./-]+\.md(#|$)|\.\./|[\w./-]+\.exs?(#|$))")
Draw = Callable[[Random], str]
# A tag of HTML with the names of its attributes.
Tags = frozenset[tuple[str, tuple[str, ...]]]


def attempt(ground: Ground, dice: Random) -> Tried:
    """Run commands over a schema of hostile names; what is written is what it seems."""
    ddl = draw_schema(dice, hostile_name, hostile_text)
    url = ground.new_url(ddl)
    wrong: list[str] = []
    try:
        with ground.empty_box() as box:
            configured = dice.random() < 0.5
            box.write(FILES if configured else _without_configuration())
            world = box.world()
            for command in _commands(dice, configured):
                before = box.tree()
                ran = box.run(*command, "--url", url)
                found = [*wrong_run(ran), *wrong_refusal(ran, before, box.tree())]
                wrong += [f"{' '.join(command)}: {each}" for each in found]
            written = box.tree()
            box.run("resources", "--no-format", "--schema", "*", "--url", url)
            wrong += [f"written again: {each}" for each in changes(written, box.tree())]
            return tried(
                repr(_names(ddl)),
                wrong,
                wrong_elixir(box),
                wrong_markdown(box),
                wrong_page(box.project / _PAGE, _plain_tags()),
                _wrong_toml(box),
                wrong_world(box, world),
            )
    finally:
        ground.give_back(url)


def _without_configuration() -> dict[str, str]:
    return {path: text for path, text in FILES.items() if path != "ash_scaffold.toml"}


def _commands(dice: Random, configured: bool) -> Iterator[tuple[str, ...]]:
    every = ("--schema", "*")
    if not configured:
        yield ("init", *every)
    layout = ("--layout", dice.choice(["inline", "fragment"]))
    form = dice.choice(["text", "json", "github", "junit"])
    more = (
        ("resources", "--no-format", "--dry-run", *every),
        ("inspect", *every, *dice.choice([(), ("--usage",), ("--json",), ("--verbose",)])),
        ("check", "--hand-over", "--format", form, *every),
        ("doctor", *every),
    )
    first, second = dice.sample(more, 2)
    yield first
    yield ("resources", "--no-format", *layout, *every)
    yield second
    yield ("document", "--html", _PAGE, *dice.choice([(), ("--split",)]), *every)


def draw_schema(dice: Random, name: Draw, text: Draw) -> str:
    """Draw a schema with a name and a text in each place that has one."""
    quoted = _Quoted(dice, name)
    schema = dice.choice(["public", quoted.new()])
    made = [] if schema == "public" else [f"CREATE SCHEMA {schema};"]
    enum, domain, composite = (f"{schema}.{quoted.new()}" for _ in range(3))
    labels = ", ".join(_literal(each) for each in sorted({name(dice) for _ in range(4)}))
    made += [
        f"CREATE TYPE {enum} AS ENUM ({labels});",
        f"CREATE DOMAIN {domain} AS text CONSTRAINT {quoted.new()} "
        f"CHECK (VALUE <> {_literal(text(dice))});",
        f"CREATE TYPE {composite} AS ({quoted.new()} int, {quoted.new()} text);",
        f"COMMENT ON TYPE {enum} IS {_literal(text(dice))};",
    ]
    tables: list[tuple[str, str]] = []
    for _ in range(dice.randint(1, 3)):
        table, key = f"{schema}.{quoted.new()}", quoted.new()
        columns = {
            key: "bigint PRIMARY KEY",
            quoted.new(): f"text NOT NULL DEFAULT {_literal(text(dice))}",
            quoted.new(): enum,
            quoted.new(): domain,
            quoted.new(): composite,
            quoted.new(): f"text UNIQUE CHECK (length({_literal(text(dice))}) > 0)",
        }
        first = [*columns][1]
        body = [f"{column} {kind}" for column, kind in columns.items()]
        body.append(f"CONSTRAINT {quoted.new()} CHECK ({first} <> {_literal(text(dice))})")
        if tables:
            target, target_key = dice.choice(tables)
            column = quoted.new()
            body.append(f"{column} bigint")
            body.append(
                f"CONSTRAINT {quoted.new()} FOREIGN KEY ({column}) REFERENCES {target} "
                f"({target_key})"
            )
        made.append(f"CREATE TABLE {table} ({', '.join(body)});")
        made.append(f"COMMENT ON TABLE {table} IS {_literal(text(dice))};")
        made.append(f"COMMENT ON COLUMN {table}.{first} IS {_literal(text(dice))};")
        made.append(
            f"CREATE UNIQUE INDEX {quoted.new()} ON {table} ({first}) "
            f"WHERE {first} = {_literal(text(dice))};"
        )
        tables.append((table, key))
    made.append(f"CREATE VIEW {schema}.{quoted.new()} AS SELECT * FROM {tables[0][0]};")
    return "\n".join(made)


class _Quoted:
    """Names in quotes, each once, also after PostgreSQL has cut it off."""

    def __init__(self, dice: Random, name: Draw) -> None:
        self._dice = dice
        self._name = name
        self._taken: set[str] = set()

    def new(self) -> str:
        while True:
            drawn = self._name(self._dice)
            if drawn not in self._taken:
                self._taken.add(drawn)
                return '"' + drawn.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _names(ddl: str) -> list[str]:
    return re.findall(r'CREATE TABLE (?:\S+?\.)?("(?:[^"]|"")*")', ddl)


def wrong_elixir(box: Box) -> list[str]:
    """Judge every Elixir file: Elixir reads it, and finds no call of `Canary` in it."""
    paths = [path for path in box.project.rglob("*") if path.suffix in (".ex", ".exs")]
    answers = _parser().answers(paths)
    return [f"{path.name}: {each}" for path, each in answers.items() if each != "ok"]


class Parser:
    """An Elixir process that reads files; without Elixir every file is in order."""

    _PROGRAM = """
    called? = fn tree ->
      {_, found} = Macro.prewalk(tree, false, fn
        {:__aliases__, _, [:Canary | _]} = node, _ -> {node, true}
        node, found -> {node, found}
      end)
      found
    end
    IO.stream(:stdio, :line) |> Enum.each(fn line ->
      answer =
        case Code.string_to_quoted(File.read!(String.trim_trailing(line, "\\n"))) do
          {:ok, tree} -> if called?.(tree), do: "it has the hostile call as code", else: "ok"
          {:error, error} -> "Elixir can't read it: " <> inspect(error)
        end
      IO.puts(String.replace(answer, "\\n", " "))
    end)
    """

    def __init__(self) -> None:
        elixir = shutil.which("elixir")
        self._process = elixir and subprocess.Popen(
            [elixir, "-e", self._PROGRAM],
            env={**os.environ, "LC_ALL": "C.UTF-8", "ELIXIR_ERL_OPTIONS": "+fnu"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def answers(self, paths: list[Path]) -> dict[Path, str]:
        """Return what Elixir says of each file: `ok`, or what is wrong."""
        if not self._process:
            return dict.fromkeys(paths, "ok")
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        found = {}
        for path in paths:
            self._process.stdin.write(f"{path}\n")
            self._process.stdin.flush()
            found[path] = self._process.stdout.readline().strip()
        return found


@functools.cache
def _parser() -> Parser:
    return Parser()


def wrong_markdown(box: Box) -> list[str]:
    """Judge every Markdown file: no HTML but anchors and folds, no link that leads out."""
    wrong = []
    for path in sorted((box.project / "docs").rglob("*.md")):
        for token in MarkdownIt("commonmark").enable("table").parse(path.read_text()):
            for inner in (token, *(token.children or ())):
                if inner.type in ("html_block", "html_inline"):
                    foreign = tags_of(inner.content) - _TAGS_OF_MARKDOWN
                    wrong += [f"{path.name}: the tag {tag}" for tag in sorted(foreign)]
                target = inner.attrGet("href") or inner.attrGet("src")
                if target is not None and not _LINK.match(str(target)):
                    wrong.append(f"{path.name}: a link to {target}")
    return wrong


_TAGS_OF_MARKDOWN: Tags = frozenset(
    {("a", ("id",)), ("a", ("name",)), ("details", ()), ("summary", ()), ("br", ())}
)


def wrong_page(page: Path, plain: Tags) -> list[str]:
    """Judge the page: it has no tag, and no attribute, that a page of plain names has not."""
    if not page.is_file():
        return []
    return [f"{page.name}: the tag {tag}" for tag in sorted(tags_of(page.read_text()) - plain)]


def tags_of(html: str) -> Tags:
    """Return the tags of a page, each with the names of its attributes."""
    found = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.add((tag, tuple(sorted(name for name, _ in attrs))))

    Reader().feed(html)
    return frozenset(found)


@functools.cache
def _plain_tags() -> Tags:
    """Return the tags of the page's template, which the page fills with data."""
    from ash_scaffold.packaged import data_path

    return tags_of((data_path("templates") / "document/page.html.j2").read_text())


def _wrong_toml(box: Box) -> list[str]:
    file = box.project / "ash_scaffold.toml"
    try:
        tomllib.loads(file.read_text() if file.is_file() else "")
    except tomllib.TOMLDecodeError as error:
        return [f"ash_scaffold.toml: {error}"]
    return []
