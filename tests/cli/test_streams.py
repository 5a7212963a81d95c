"""Standard output and error that are closed, full, no longer read, or of another encoding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

Tree = Callable[[Path], dict[str, bytes]]
Add = Callable[[Path, Mapping[str, str]], None]

COMMANDS = {
    "resources": ("resources", "--no-format", "--domain", "Shop.Sales"),
    "resources --json": ("resources", "--no-format", "--domain", "Shop.Sales", "--json"),
    "dry run": ("resources", "--no-format", "--domain", "Shop.Sales", "--dry-run"),
    "failure": ("resources", "--no-format", "--domain", "shop"),
    "failure --json": ("resources", "--no-format", "--domain", "shop", "--json"),
    "check": ("check",),
    "check --json": ("check", "--format", "json"),
    "inspect": ("inspect",),
    "inspect --json": ("inspect", "--json"),
    "init": ("init",),
    "document": ("document",),
    "doctor": ("doctor",),
}
WITHOUT_DATABASE = {"help": ("--help",), "version": ("--version",), "usage": ("resources", "--no")}
# What a shell does with the streams, and whether the output goes nowhere.
STREAMS = {
    "full output": (">/dev/full", True),
    "closed output": (">&-", True),
    "closed errors": ("2>&-", False),
    "full errors": ("2>/dev/full", False),
    "both closed": (">&- 2>&-", True),
    "both full": (">/dev/full 2>&1", True),
    "all closed": ("<&- >&- 2>&-", True),
    "a reader that has gone": ("| true", False),
    "a reader of one line": ("| head -1", False),
}
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


class Ended(msgspec.Struct, frozen=True):
    code: int
    out: str
    err: str


def shell(arguments: tuple[str, ...], streams: str = "", **variables: str) -> Ended:
    """Run the command line in a shell that redirects; the exit code is the tool's own."""
    command = f'set -o pipefail; "$@" {streams}'
    program = [sys.executable, "-m", "ash_scaffold", *arguments]
    done = subprocess.run(
        ["bash", "-c", command, "bash", *program],
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, **variables},
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode())


@pytest.fixture
def called(project: Path, add: Add) -> Path:
    """A project with a domain, whose name no locale but UTF-8 holds in a comment."""
    add(project, {"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["*"]\n'})
    return project


# One command that writes and one that does not meet all of it, the others what matters most.
MOST = ("full output", "closed output", "all closed", "a reader of one line")


@pytest.mark.parametrize(
    ("command", "streams"),
    [
        *(("resources", streams) for streams in MOST),
        *(
            pytest.param(command, streams, marks=pytest.mark.slow)
            for command in COMMANDS
            for streams in (STREAMS if command in ("resources", "inspect --json") else MOST)
            if command != "resources" or streams not in MOST
        ),
    ],
)
def test_a_run_ends_well_whatever_its_streams_are(
    called: Path, shop: str, files_of: Tree, command: str, streams: str
) -> None:
    redirected, nowhere = STREAMS[streams]
    arguments = (*COMMANDS[command], "--url", shop)
    before = files_of(called)
    done = shell(arguments, redirected)
    assert "Traceback" not in done.out + done.err
    assert "Exception ignored" not in done.err
    assert "internal-error" not in done.out + done.err
    after = files_of(called)
    if done.code == 2:
        assert after == before
    ended = shell(arguments)
    if "full" in streams and "errors" not in streams and ended.out:
        assert done.code in (1, 2)
    assert done.code == 2 if ended.code == 2 else done.code in (0, 1, 2)
    if not nowhere and command not in {"init", "document", "resources"}:
        assert done.code == ended.code
    # What a run that could not print wrote is whole: another one writes nothing.
    if after != before:
        assert files_of(called) == after


@pytest.mark.slow
@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("command", WITHOUT_DATABASE)
def test_help_ends_well_whatever_its_streams_are(command: str, streams: str) -> None:
    done = shell(WITHOUT_DATABASE[command], STREAMS[streams][0])
    assert "Traceback" not in done.out + done.err
    assert "Exception ignored" not in done.err
    assert done.code == 2 if command == "usage" else done.code in (0, 2)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_error_while_printing_is_no_failure_of_what_is_written(
    called: Path, shop: str, run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
) -> None:  # fmt: skip
    def broken(*_arguments: object, **_options: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr("ash_scaffold.cli.summary.print_outcome", broken)
    monkeypatch.setattr("ash_scaffold.cli.summary.print_json", broken)
    dry = run(*COMMANDS["dry run"], *options, "--url", shop)
    assert dry.code == 2
    assert "internal-error" in dry.out + dry.err
    assert not (called / "lib/shop/sales").exists()
    done = run(*COMMANDS["resources"], *options, "--url", shop)
    assert done.code == 1
    assert "internal-error" in done.out + done.err
    assert (called / "lib/shop/sales/order.ex").exists()


def test_errors_are_said_at_once() -> None:
    program = (
        "import sys; from ash_scaffold.cli.streams import prepare_streams; prepare_streams();"
        "sys.stderr.write('said\\n'); import os; os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stderr == b"said\n"


def test_lost_output_is_said(called: Path, shop: str) -> None:
    lost = (
        "error [output-failed] The output could not be written: {why}.{rest}\n"
        "    Make room, or send it elsewhere, and run it again.\n"
    )
    read = ("inspect", "--url", shop)
    assert shell(read, ">/dev/full") == Ended(
        2, "", lost.format(why="No space left on device", rest="")
    )
    assert shell(read, ">&-") == Ended(2, "", lost.format(why="Bad file descriptor", rest=""))
    assert shell(("init", "--url", shop, "--quiet"), ">&-") == Ended(0, "", "")
    written = (*COMMANDS["resources"], "--url", shop)
    done = shell(written, ">/dev/full")
    assert done.code == 1
    said = lost.format(why="No space left on device", rest=" The run itself came to its end.")
    assert done.err.endswith(said)
    assert (called / "lib/shop/sales/order.ex").exists()


@pytest.mark.parametrize(
    ("command", "encoding"),
    [
        ("resources", ""),
        ("inspect --json", "ascii:strict"),
        *(
            pytest.param(command, encoding, marks=pytest.mark.slow)
            for command in ("resources", "inspect", "check --json", "inspect --json")
            for encoding in ("", "ascii", "ascii:strict", "latin-1", "utf-8:strict")
        ),
    ],
)
@pytest.mark.usefixtures("called")
def test_a_locale_that_lacks_a_letter_gets_backslashes(
    database: Callable[..., str], command: str, encoding: str
) -> None:
    url = database(
        'CREATE TABLE "größe" (id int PRIMARY KEY, "名前" text)',
        """COMMENT ON TABLE "größe" IS '→ 名前'""",
    )
    variables = {**ASCII, "PYTHONIOENCODING": encoding} if encoding else ASCII
    done = shell((*COMMANDS[command], "--url", url), **variables)
    assert "Traceback" not in done.out + done.err
    assert done.code in (0, 1)
    if "json" in command:
        json.loads(done.out)
        assert "größe" in done.out
    elif encoding in ("", "ascii", "ascii:strict"):
        assert "gr\\xf6\\xdfe" in done.out


@pytest.mark.slow
def test_file_names_that_are_no_utf8(called: Path, shop: str) -> None:
    folder = os.fsencode(called / "lib/shop")
    schema = b'defmodule Shop.Odd do\n  use Ecto.Schema\n  schema "gone" do\n  end\nend\n'
    for name, text in ((b"odd\xff.ex", schema), (b"broken\xfe.ex", b"defmodule Shop.B do")):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(text)
    for command in COMMANDS.values():
        done = shell((*command, "--url", shop))
        assert "Traceback" not in done.out + done.err
        assert "internal-error" not in done.out + done.err, command
        assert done.code in (0, 1) or "shop" in command
        if "json" in command:
            json.loads(done.out)
