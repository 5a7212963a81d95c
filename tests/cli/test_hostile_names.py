"""Names and comments that a terminal would obey, printed by every command."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol
from xml.etree import ElementTree

import pytest

from ash_scaffold import cli
from ash_scaffold.cli import verify
from ash_scaffold.cli.arguments import COMMANDS
from ash_scaffold.problem import Code, Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.report import Checked, VerifyReport


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]

# Colour, a link, the screen cleared, the title set, a bell, a line written over, C1 controls,
# directions, Rich's markup, Python's formats, emoji names.
HOSTILE = (
    "\x1b[38;5;199m", "\x1b]8;;http://evil\x1b\\", "\x1b[2J", "\x1b]0;t\x07", "\r\b\b",
    "\x9b2J\x90", "\u202e\u2066\u200f", "[red]", "[/]", "{task}", ":smile:", "\n::error::x",
    "##vso[x]", "\x7f\x85\u2028",
)  # fmt: skip
NAMES = ["".join(pair) for pair in zip(HOSTILE, HOSTILE[1:] + HOSTILE[:1], strict=True)]
ALL = "".join(HOSTILE)

DOMAIN = ("--domain", "Shop.Sales")
NAMED = f"t0{NAMES[0]}"
VARIANTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "init": (("--dry-run",), ("--json", "--dry-run"), ()),
    "inspect": ((), ("--usage",), ("--json",), ("--json", "--usage"), ("-v",), ("--schema", ALL)),
    "plan": ((), ("-v",), ("--next",), ("--json",), ("--table", ALL), ("--domain", ALL)),
    "resources": (
        (*DOMAIN, "--dry-run", "--no-format"),
        (*DOMAIN, "--no-format", "-v"),
        (*DOMAIN, "--no-format", "--json"),
        (*DOMAIN, "--no-format", "--table", ALL),
        ("--domain", ALL),
        ("--templates", ALL, *DOMAIN),
        ("--out", ALL, *DOMAIN),
    ),
    "actions": (
        (*DOMAIN, "--dry-run", "--no-format"),
        (*DOMAIN, "--no-format", "-v"),
        (*DOMAIN, "--no-format", "--json"),
        (*DOMAIN, "--no-format", "--table", ALL),
        (*DOMAIN, "--no-format", "--function", ALL),
        ("--domain", ALL),
    ),
    "check": (
        *((), ("-v",), ("--hand-over",), ("--format", "json"), ("--format", "github")),
        *(("--format", "junit"), ("--repo", ALL), ("--legacy", ALL.replace("/", ""))),
    ),
    "document": ((), ("--check",), ("--json",), ("--out", f"docs/{NAMES[0]}.md")),
    "advise": ((), ("-v",), ("--json",), ("--table", ALL), ("--domain", ALL)),
    "cutover": (
        *(("--all", "--dry-run"), ("--all", "--dry-run", "--json"), ("--undo", "--all")),
        *((ALL,), ("--domain", ALL, "--dry-run"), ("--prove", "--all")),
    ),
    "doctor": ((), ("-v",), ("--json",)),
    "brief": (
        *((NAMED,), (NAMED, "--json"), (NAMED, "--max-lines", "60"), ("orders",), (ALL,)),
        *(("*",), (f"gone{ALL}",)),
    ),
    "explain": (("trigger",), ("trigger", "--json"), (ALL,), (NAMES[0], "--json")),
    "verify": (
        *((), ("--json",), ("--domain", ALL), ("--table", ALL), ("--rows", ALL)),
        *(("--behaviour", "--dry"), ("--behaviour", "--dry", "--table", ALL)),
    ),
    "demo": (("--folder", "lib"),),
}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def statements() -> Iterator[str]:
    """Objects of every kind under hostile names."""
    for number, name in enumerate(NAMES):
        table, column = quoted(f"t{number}{name}"), quoted(f"c{name}")
        kind, span = quoted(f"k{number}{name}"), quoted(f"d{number}{name}")
        yield f"CREATE TYPE {kind} AS ENUM ({text('l' + name)}, 'plain')"
        yield f"CREATE DOMAIN {span} AS text CONSTRAINT {quoted('ck' + name)} CHECK (VALUE <> '')"
        yield (
            f"CREATE TABLE {table} (id bigint PRIMARY KEY, {column} text DEFAULT {text(name)},"
            f" kind {kind}, span {span}, odd money, {quoted('p' + name)} bigint,"
            f" CONSTRAINT {quoted('c1' + name)} CHECK ({column} <> {text(name)}),"
            f" CONSTRAINT {quoted(f'fk{number}' + name)} FOREIGN KEY ({quoted('p' + name)})"
            f" REFERENCES {table})"
        )
        yield f"CREATE UNIQUE INDEX {quoted(f'i{number}' + name)} ON {table} (lower({column}))"
        yield f"COMMENT ON TABLE {table} IS {text(ALL)}"
        yield f"COMMENT ON COLUMN {table}.{column} IS {text(ALL)}"
        yield f"CREATE SCHEMA {quoted(f's{number}' + name)}"
        yield f"CREATE TABLE {quoted(f's{number}' + name)}.{table} (id int)"


@pytest.fixture
def hostile(project: Path, database: Callable[..., str]) -> str:
    """A project whose legacy code has hostile names, too; the URL of its database."""
    found = [f"t{number}{name}" for number, name in enumerate(NAMES)]
    schemas = "\n".join(
        f"defmodule Shop.Sales.Old{number} do\n  use Ecto.Schema\n"
        f"  schema {elixir(name)} do\n    field {elixir('f' + name, ':')}, :string\n  end\nend\n"
        for number, name in enumerate([*found, f"gone{ALL}"])
    )
    folder = project / "lib" / "shop" / f"odd {NAMES[0].replace('/', '')}"
    folder.mkdir()
    (folder / "old.ex").write_text(schemas)
    (folder / "broken.ex").write_text("defmodule Shop.Broken do\n  def (\n")
    return database(*statements())


def elixir(value: str, before: str = "") -> str:
    escaped = "".join(f"\\u{{{ord(c):x}}}" if not c.isalnum() else c for c in value)
    return f'{before}"{escaped}"'


def test_every_command_is_tried() -> None:
    assert set(COMMANDS) == set(VARIANTS)


def test_only_one_module_prints() -> None:
    folder = Path(cli.__file__).parents[1]
    printing = re.compile(r"\bprint\(|std(?:out|err)\.write|\becho\(|\bConsole\(")
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if printing.search(re.sub(r"\bout\.print\(|console\(\)\.print\(", "", path.read_text()))
    }
    # The version is the tool's own text; a record holds what the first of them has printed.
    assert found == {"cli/output.py", "cli/app.py", "__main__.py", "cli/unchanged.py"}


@pytest.mark.parametrize("command", VARIANTS)
def test_nothing_that_a_terminal_obeys_is_printed(hostile: str, run: Run, command: str) -> None:
    printed = ""
    if command in {"check", "document"}:
        assert run("resources", "--no-format", *DOMAIN, "--url", hostile).code in (0, 1)
        old = min((Path.cwd() / "lib/shop/sales/resources").glob("*.ex"))
        old.write_text(old.read_text().replace("data_layer: AshPostgres.DataLayer", ""))
    for arguments in VARIANTS[command]:
        url = () if command in {"demo", "explain"} else ("--url", hostile)
        done = run(command, *arguments, *url)
        assert_harmless(done, arguments)
        printed += done.out + done.err
        if arguments == ("--format", "junit"):
            ElementTree.fromstring(done.out)
        if arguments == ("--format", "github"):
            kinds = {line.partition(" ")[0] for line in done.out.splitlines()}
            assert kinds <= {"::error", "::warning", "::notice"}
    if command in {"inspect", "resources", "init", "check"}:
        assert "[red]" in printed


@pytest.mark.parametrize(
    "config",
    [
        f"{quoted(NAMES[0])} = 1",
        'repo = "{0}"',
        'templates = "{0}"',
        'dump = "{0}"',
        'legacy = "{0}"',
        '[domains."{0}"]',
        '[tables."{0}"]\nresource = "A.B"',
        '[types]\n"{0}" = "{0}"',
        '[[accept]]\nobject = "{0}"\nreason = "{0}"',
        '[columns."{0}"]\nname = "{0}"',
        "\x1b[2J",
    ],
)
def test_a_configuration_that_is_wrong(hostile: str, run: Run, add: Add, config: str) -> None:
    escaped = "".join(f"\\U{ord(c):08x}" if not c.isalnum() else c for c in ALL)
    add(
        Path.cwd(),
        {"ash_scaffold.toml": config.replace("{0}", escaped) if "{0}" in config else toml(config)},
    )
    for command in ("resources", "check", "document", "doctor", "init", "inspect"):
        assert_harmless(run(command, "--url", hostile), (command, config))


def toml(config: str) -> str:
    key, _, rest = config.partition(" = ")
    return "".join(f"\\u{ord(c):04x}" if not c.isprintable() else c for c in key) + f" = {rest}"


def test_what_changed_and_what_is_in_conflict(
    project: Path, database: Callable[..., str], run: Run
) -> None:
    name = NAMES[1]
    url = database(f"CREATE TABLE orders (id bigint PRIMARY KEY, {quoted('a' + name)} varchar(5))")
    assert run("resources", "--no-format", *DOMAIN, "--url", url).code in (0, 1)
    assert run("document", "--url", url).code in (0, 1)
    path = next((project / "lib/shop/sales").glob("order*.ex"))
    path.write_text(path.read_text().replace("max_length: 5", "max_length: 6"))
    change(url, f"ALTER TABLE orders ALTER COLUMN {quoted('a' + name)} TYPE varchar(7)")
    change(url, f"ALTER TABLE orders ADD COLUMN {quoted('b' + name)} text DEFAULT {text(ALL)}")
    for command in (
        *(("resources", "--no-format"), ("resources", "--no-format", "-v", "--dry-run")),
        *(("check",), ("check", "--format", "github"), ("document", "--check")),
    ):
        done = run(*command, "--url", url)
        assert_harmless(done, command)
        assert done.code == 1


def change(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def test_a_report_of_verify(capsys: pytest.CaptureFixture[str]) -> None:
    finding = Finding(
        severity=Severity.WARNING, source=ALL, kind="x", table=ALL, object=ALL, what=ALL,
        todo=ALL, path=ALL,
    )  # fmt: skip
    report = VerifyReport(
        source=ALL,
        ash=ALL,
        ash_postgres=ALL,
        checked=(Checked(resource=ALL, table=ALL, rows=1, values=1, written=1, violations=1),),
        findings=(finding,),
        problems=(Code.DIFFERS.at(ALL, ALL, todo=ALL),),
    )
    verify._print(report, quiet=False, verbose=True)
    printed = capsys.readouterr()
    assert unprintable(printed.out + printed.err) == set()


@pytest.mark.parametrize("command", ["inspect", "resources"])
def test_a_terminal_gets_only_the_colours_of_the_tool(hostile: str, command: str) -> None:
    arguments = () if command == "inspect" else (*DOMAIN, "--no-format", "--dry-run")
    printed = on_a_terminal(command, *arguments, "--url", hostile)
    own = re.sub(r"\x1b\[(?:[0-9;]{0,8}m|\?25[lh]|2K|1A|[0-9]*[ABCDG])", "", printed)
    assert unprintable(own.replace("\r", "")) == set()
    assert "38;5;199m" in own
    assert "[red]" in own


def on_a_terminal(*arguments: str) -> str:
    master, slave = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ash_scaffold", *arguments],
        stdin=slave, stdout=slave, stderr=slave,
        env={**environment, "TERM": "xterm-256color", "COLUMNS": "200"},
    )  # fmt: skip
    os.close(slave)
    read = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        read += part
    os.close(master)
    assert process.wait(60) in (0, 1)
    return read.decode()


def unprintable(printed: str) -> set[str]:
    return {char for char in printed if not char.isprintable() and char != "\n"}


def assert_harmless(done: Done, arguments: object) -> None:
    assert unprintable(done.out + done.err) == set(), (arguments, done)
    assert "internal-error" not in done.out + done.err, (arguments, done.err)
    said = done.err if "github" in str(arguments) else done.out + done.err
    assert re.search(r"^\s*::|##(vso)?\[", said, re.MULTILINE) is None
