"""A run that had nothing to do is remembered, and nothing that changes is missed for it."""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol
from unittest import mock

import msgspec
import psycopg
import pytest
from tests.cli.conftest import Done, as_typed, write
from tests.databases import run_ddl
from tests.records import SPOILT

from ash_scaffold import __main__ as program
from ash_scaffold.cli import unchanged
from ash_scaffold.cli.streams import Stream
from ash_scaffold.postgres import round_trip
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.url import URL, parse_url
from ash_scaffold.project import format as formatting
from ash_scaffold.project import run_inputs

RESOURCES = ("resources", "--domain", "Shop.Sales", "--no-format")
CUSTOMER = Path("lib/shop/sales/customer.ex")
SNAPSHOT = Path("priv/ash_scaffold/public.customers.json")
TICK = 0.15  # seconds, longer than that of a file system's clock


class Ran(msgspec.Struct, frozen=True):
    """How a command line ended, and whether it said what an earlier one has said."""

    code: int
    out: str
    err: str
    recalled: bool


class Line(Protocol):
    def __call__(self, *words: str) -> Ran: ...


@pytest.fixture
def line(project: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Give `line(*words) -> Ran`: the program as a process has it, without the process."""
    assert project.is_dir()
    monkeypatch.setattr(formatting, "_uses", [])

    def call(*words: str) -> Ran:
        out, err = (Stream(io.BytesIO(), "utf-8", line_buffering=True) for _ in range(2))
        with (
            mock.patch.multiple(sys, argv=["ash-scaffold", *words], stdout=out, stderr=err),
            mock.patch.object(program, "_call", wraps=program._call) as called,
        ):
            code = program._run()
        texts = []
        for stream in (out, err):
            stream.flush()
            assert isinstance(stream.buffer, io.BytesIO)
            texts.append(stream.buffer.getvalue().decode())
        return Ran(int(code), texts[0], texts[1], not called.called)

    return call


def recorded(line: Line, *words: str) -> Ran:
    """Run a line until it is recalled; return how it ended before."""
    done = line(*words)
    for _ in range(3):
        time.sleep(TICK)
        again = line(*words)
        if again.recalled:
            return done
        done = again
    raise AssertionError(done)


@pytest.fixture
def made(line: Line, shop: str) -> str:
    """The URL of the shop whose project is generated, and its document written."""
    assert line(*RESOURCES, "--url", shop).code == 0
    assert line("document", "--url", shop).code == 0
    return shop


@pytest.mark.parametrize(
    "words",
    [
        RESOURCES,
        (*RESOURCES, "--quiet"),
        (*RESOURCES, "--dry-run"),
        ("check",),
        ("check", "--format", "json"),
        ("check", "--format", "junit"),
        ("check", "--format", "github"),
        ("check", "--hand-over"),
        ("document",),
        ("document", "--check"),
        ("document", "--check", "--json"),
    ],
)
def test_it_says_the_same_again(line: Line, made: str, words: tuple[str, ...]) -> None:
    first = recorded(line, *words, "--url", made)
    again = line(*words, "--url", made)
    assert (again.code, again.err, again.recalled) == (0, first.err, True)
    assert without_times(again.out) == without_times(first.out)


def without_times(text: str) -> str:
    return re.sub(r'"timings": {[^}]*}', "", text)


def test_the_times_of_a_json_object_are_those_of_the_run(line: Line, made: str) -> None:
    first = json.loads(recorded(line, *RESOURCES, "--json", "--url", made).out)
    again = json.loads(line(*RESOURCES, "--json", "--url", made).out)
    before, now = first.pop("timings"), again.pop("timings")
    assert again == first
    assert now.keys() == before.keys()
    assert {name for name, seconds in now.items() if seconds > 0} == {"project", "reflection"}


def replace_with_link(root: Path) -> None:
    shutil.copy2(root / CUSTOMER, root / "copy.txt")
    (root / CUSTOMER).unlink()
    (root / CUSTOMER).symlink_to(root / "copy.txt")


def rewrite_with_the_same_time(root: Path) -> None:
    path = root / CUSTOMER
    status, text = path.stat(), path.read_text()
    path.write_text(text.replace("email", "EMAIL"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def append(path: Path | str, text: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        with (root / path).open("a") as file:
            file.write(text)

    return act


EDITS: dict[str, Callable[[Path], object]] = {
    "a resource is edited": append(CUSTOMER, "# mine\n"),
    "one keeps its size and time": rewrite_with_the_same_time,
    "a resource is deleted": lambda root: (root / CUSTOMER).unlink(),
    "a link stands in its place": replace_with_link,
    "its mode changes": lambda root: (root / CUSTOMER).chmod(0o600),
    "a folder's mode changes": lambda root: (root / "lib/shop").chmod(0o700),
    "a file is new": append("lib/shop/other.ex", "defmodule Shop.Other do\nend\n"),
    "a file of a new folder is": append("lib/shop/more/other.ex", "defmodule Other do\nend\n"),
    "an Ecto schema is new": append(
        "lib/shop/legacy.ex",
        'defmodule Shop.Legacy do\n  use Ecto.Schema\n  schema "orders" do\n  end\nend\n',
    ),
    "a file is renamed": lambda root: (root / CUSTOMER).rename(root / "lib/shop/sales/c.ex"),
    "a file of an odd folder is new": append(
        "lib/shop/node_modules/.x/a.ex", "defmodule A do\nend"
    ),
    "a script of the assets is new": append("assets/js/a.js", "1"),
    "a snapshot is edited": append(SNAPSHOT, "\n"),
    "a snapshot is deleted": lambda root: (root / SNAPSHOT).unlink(),
    "the identity of the database is deleted": lambda root: shutil.rmtree(
        root / "priv/ash_scaffold/.local"
    ),
    "a journal is left": append("priv/ash_scaffold/.write/journal", "x"),
    "there is a configuration": append("ash_scaffold.toml", 'exclude = ["orders"]\n'),
    "the configuration of Elixir changes": append("config/config.exs", "# x\n"),
    "mix.exs changes": append("mix.exs", "# x\n"),
    "there is a lock": append("mix.lock", "%{}\n"),
    "the formatter changes": append(".formatter.exs", "# x\n"),
    "a migration is new": append("priv/repo/migrations/20200101000000_a.exs", "defmodule A do end"),
    "a snapshot of Ash is new": append("priv/resource_snapshots/repo/orders/1.json", "{}"),
    "the document is edited": append("docs/database_schema.md", "More.\n"),
    "there is an umbrella": append("../mix.exs", "defmodule U.MixProject do\nend\n"),
}


@pytest.mark.parametrize("command", ["resources", "check", "document"])
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_seen(line: Line, made: str, project: Path, edit: str, command: str) -> None:
    words = (*(RESOURCES if command == "resources" else (command,)), "--url", made)
    recorded(line, *words)
    EDITS[edit](project)
    with mock.patch.object(program, "_call"):
        assert not line(*words).recalled


CHANGES = {
    "a column": "ALTER TABLE orders ADD total int",
    "a new schema": "CREATE SCHEMA more CREATE TABLE t (id int)",
    "an unread schema": "CREATE SCHEMA empty",
    "a comment": "COMMENT ON COLUMN orders.customer_id IS 'who'",
    "an extension": "CREATE EXTENSION citext",
    "a trigger's text": """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id = 1; END $$;
        CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f()
    """,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_database_is_seen(line: Line, made: str, change: str) -> None:
    words = (*RESOURCES, "--url", made)
    recorded(line, *words)
    run_ddl(parse_url(made).url, CHANGES[change])
    with mock.patch.object(program, "_call"):
        assert not line(*words).recalled


def test_code_that_only_the_document_reads_is_seen(line: Line, made: str) -> None:
    words = ("document", "--check", "--url", made)
    function = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT {}'"
    run_ddl(parse_url(made).url, function.format(1))
    recorded(line, *words)
    run_ddl(parse_url(made).url, function.format(2))
    assert not line(*words).recalled


def test_a_right_that_is_taken_away_is_seen(line: Line, made: str) -> None:
    url = parse_url(made).url
    run_ddl(
        url, "CREATE ROLE unchanged_guest LOGIN; GRANT ALL ON customers, orders TO unchanged_guest"
    )
    try:
        words = ("check", "--url", url.set(username="unchanged_guest", password=None).uri)
        recorded(line, *words)
        run_ddl(url, "REVOKE ALL ON customers FROM unchanged_guest")
        assert not line(*words).recalled
    finally:
        run_ddl(url, "DROP OWNED BY unchanged_guest; DROP ROLE unchanged_guest")


def test_another_database_of_the_same_name_is_seen(line: Line, made: str) -> None:
    words = (*RESOURCES, "--url", made)
    recorded(line, *words)
    url = parse_url(made).url
    other = f"{url.database}_other"
    run_ddl(
        url.set(database="postgres"),
        f"CREATE DATABASE {other} TEMPLATE {url.database}",
        f"DROP DATABASE {url.database}",
        f"ALTER DATABASE {other} RENAME TO {url.database}",
    )
    assert not line(*words).recalled


def test_rows_of_the_table_of_migrations_are_read(line: Line, made: str, project: Path) -> None:
    write(project, {"priv/repo/migrations/20200101000000_a.exs": "defmodule A do\nend\n"})
    url = parse_url(made).url
    run_ddl(url, "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at date)")
    run_ddl(url, "INSERT INTO schema_migrations VALUES (20200101000000)")
    words = (*RESOURCES, "--url", made)
    recorded(line, *words)
    run_ddl(url, "DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (1)")
    assert not line(*words).recalled


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASH_SCAFFOLD_NO_RECORD", "1"),
        ("COLUMNS", "60"),
        ("DATABASE_URL", "postgres://elsewhere"),
        ("PGOPTIONS", "-c geqo=off"),
        ("LANG", "de_DE"),
        ("GITHUB_WORKSPACE", "/"),
    ],
)
def test_another_environment_is_another_run(
    line: Line, made: str, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    words = ("check", "--url", made)
    recorded(line, *words)
    monkeypatch.setenv(name, value)
    assert not line(*words).recalled


def test_another_option_or_folder_is_another_run(
    line: Line, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("check", "--url", made)
    recorded(line, *words)
    assert not line(*words, "--hand-over").recalled
    monkeypatch.chdir("lib")
    assert not line(*words).recalled


def test_the_url_may_stand_in_the_environment_or_the_configuration(
    line: Line, made: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", made)
    recorded(line, "check")
    monkeypatch.delenv("DATABASE_URL")
    write(project, {"ash_scaffold.toml": 'url = "${SHOP}"\n'})
    monkeypatch.setenv("SHOP", made)
    recorded(line, "check")


def test_folders_beside_the_project_are_watched(
    line: Line, made: str, project: Path, tmp_path: Path
) -> None:
    write(tmp_path, {"old/a.ex": "defmodule Old do\nend\n", "looks/readme.txt": ""})
    write(project, {"ash_scaffold.toml": 'legacy = "../old"\n'})
    words = (*RESOURCES, "--templates", "../looks", "--url", made)
    recorded(line, *words)
    write(tmp_path, {"old/b.ex": "defmodule Older do\nend\n"})
    assert not line(*words).recalled
    recorded(line, *words)
    write(tmp_path, {"looks/resource.ex.j2": "{{ nothing }}"})
    assert not line(*words).recalled


def test_another_version_of_the_program_says_it_itself(
    line: Line, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("check", "--url", made)
    recorded(line, *words)
    monkeypatch.setattr(run_inputs, "program_digest", lambda: b"another")
    assert not line(*words).recalled


def test_what_is_wrong_is_said_by_every_run(line: Line, made: str, project: Path) -> None:
    append(CUSTOMER, "# mine\n")(project)
    edited = (project / CUSTOMER).read_text()
    (project / CUSTOMER).write_text(edited.replace("allow_nil? false", "allow_nil? true"))
    run_ddl(parse_url(made).url, "ALTER TABLE customers ALTER email TYPE varchar(9)")
    words = ("check", "--url", made)
    time.sleep(TICK)
    ran = [line(*words) for _ in range(3)]
    assert {(each.code, each.recalled, each.out) for each in ran} == {(1, False, ran[0].out)}


def test_a_warning_is_never_recalled(line: Line, made: str) -> None:
    run_ddl(
        parse_url(made).url, "CREATE MATERIALIZED VIEW ids AS SELECT id FROM orders WITH NO DATA"
    )
    words = (*RESOURCES, "--url", made)
    line(*words)
    time.sleep(TICK)
    ran = [line(*words) for _ in range(3)]
    assert {each.recalled for each in ran} == {False}
    assert all("not-populated" in each.err for each in ran)


def test_a_file_that_was_just_saved_may_change_again_unseen(
    line: Line, made: str, project: Path
) -> None:
    words = (*RESOURCES, "--url", made)
    line(*words)
    soon = time.time() + 3600
    os.utime(project / "mix.exs", (soon, soon))
    time.sleep(TICK)
    assert [line(*words).recalled for _ in range(3)] == [False] * 3


def test_a_file_that_is_deleted_during_a_run_leaves_no_record(
    line: Line, made: str, project: Path
) -> None:
    words = (*RESOURCES, "--url", made)
    write(project, {"lib/shop/other.ex": "defmodule Shop.Other do\nend\n"})
    line(*words)
    time.sleep(TICK)

    def delete(attempt: unchanged.Attempt, *_arguments: object) -> None:
        (project / "lib/shop/other.ex").unlink()
        keep(attempt)

    keep = unchanged.Attempt.keep
    with mock.patch.object(unchanged.Attempt, "keep", delete):
        assert line(*words).code == 0
    assert not line(*words).recalled


@contextmanager
def record() -> Iterator[Path]:
    """Give the file of the newest record."""
    folder = Path(os.environ["XDG_STATE_HOME"]) / "ash-scaffold" / unchanged.FOLDER
    yield max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)


def test_only_a_record_of_this_user_counts(line: Line, made: str, project: Path) -> None:
    words = ("check", "--url", made)
    for spoil in SPOILT.values():
        recorded(line, *words)
        with record() as path:
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.parent.stat().st_mode & 0o777 == 0o700
            assert made.encode() not in path.read_bytes()
            spoil(path)
        with mock.patch.object(program, "_call"):
            assert not line(*words).recalled
    assert list(project.rglob("unchanged")) == []


def test_without_a_folder_for_it_every_run_does_all_of_its_work(
    line: Line, made: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path, {"file": ""})
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    time.sleep(TICK)
    ran = [line("check", "--url", made) for _ in range(3)]
    assert {(each.code, each.recalled) for each in ran} == {(0, False)}


def test_beside_a_run_that_writes_it_waits(line: Line, made: str, project: Path) -> None:
    words = (*RESOURCES, "--url", made)
    recorded(line, *words)
    descriptor = os.open(project, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with mock.patch.object(program, "_call"):
            assert not line(*words).recalled
    finally:
        os.close(descriptor)
    assert line(*words).recalled


def test_a_database_that_is_gone_is_an_error(line: Line, make_database: Callable[..., URL]) -> None:
    url = make_database("CREATE TABLE customers (id bigserial PRIMARY KEY)")
    words = (*RESOURCES, "--url", as_typed(url))
    recorded(line, *words)
    gone = f"{url.database}_gone"
    admin = url.set(database="postgres")
    run_ddl(admin, f"ALTER DATABASE {url.database} RENAME TO {gone}")
    try:
        done = line(*words)
        assert (done.code, done.recalled) == (2, False)
        assert "There is no such database" in done.err
    finally:
        run_ddl(admin, f"ALTER DATABASE {gone} RENAME TO {url.database}")


@pytest.mark.parametrize(
    ("change", "times"),
    [
        ("ALTER TABLE orders ADD total int", 1),
        ("CREATE SCHEMA more CREATE TABLE t (id int)", 1),
        # A run that asks something else than the one before: it reads a table of versions.
        ("CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at date)", 2),
    ],
)
def test_a_changed_database_is_read_once(
    line: Line, made: str, project: Path, change: str, times: int
) -> None:
    write(project, {"priv/repo/migrations/20200101000000_a.exs": "defmodule A do\nend\n"})
    words = ("check", "--url", made)
    recorded(line, *words)
    run_ddl(parse_url(made).url, change)
    with mock.patch.object(psycopg, "connect", wraps=psycopg.connect) as connect:
        changed = line(*words)
    assert (changed.recalled, connect.call_count) == (False, times)
    with mock.patch.dict(os.environ, ASH_SCAFFOLD_NO_RECORD="1"):
        whole = line(*words)
    assert (changed.code, changed.out, changed.err) == (whole.code, whole.out, whole.err)


def test_what_had_nothing_to_do_with_a_changed_database_is_recorded(line: Line, made: str) -> None:
    words = ("check", "--url", made)
    recorded(line, *words)
    run_ddl(parse_url(made).url, "CREATE SCHEMA more CREATE TABLE t (id int)")
    assert not line(*words).recalled
    assert line(*words).recalled


def test_a_run_that_asks_a_database_for_more_is_not_recorded(line: Line, made: str) -> None:
    words = ("check", "--url", made)
    line(*words)
    time.sleep(TICK)
    telling = unchanged.Attempt.telling

    def asking(attempt: unchanged.Attempt) -> AbstractContextManager[None]:
        with read_only(parse_url(made).url):
            return telling(attempt)

    with mock.patch.object(unchanged.Attempt, "telling", asking):
        assert not line(*words).recalled
    assert not line(*words).recalled
    assert line(*words).recalled


def test_it_takes_one_round_trip_beside_the_start_of_the_transaction(line: Line, made: str) -> None:
    words = (*RESOURCES, "--url", made)
    recorded(line, *words)
    with mock.patch.object(round_trip, "send", wraps=round_trip.send) as sent:
        assert line(*words).recalled
    assert sent.call_count == 1


SEEN = """
import atexit, sys
opened = []
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.append(arguments[0])
sys.addaudithook(note)
def tell():
    import json, os
    names = [os.path.abspath(os.fsdecode(name)) for name in opened]
    sys.stderr.write(json.dumps([sorted(sys.modules), names]))
atexit.register(tell)
"""
NOT_WATCHED = {
    "_build/dev/lib/a.ex": "",
    "assets/node_modules/a.ex": "",
    "deps/ash/.formatter.exs": "[export: [locals_without_parens: [a: 1]]]",
    "node_modules/a.ex": "",
    ".cache/a.ex": "",
}


@pytest.mark.parametrize("words", [RESOURCES, ("check", "--hand-over"), ("document", "--check")])
def test_nothing_is_read_that_is_not_watched(
    process: Callable[..., Done], made: str, project: Path, words: tuple[str, ...]
) -> None:
    write(project, NOT_WATCHED)
    done = process(*words, "--url", made, program=SEEN)
    opened = {Path(name) for name in json.loads(done.err[done.err.rindex("[[") :])[1]}
    assert project / CUSTOMER in opened
    inside = {path.relative_to(project) for path in opened if path.is_relative_to(project)}
    folders = {parent for path in inside for parent in path.parents}
    assert folders.isdisjoint({Path(name).parent for name in NOT_WATCHED})


LIBRARIES = {"msgspec", "psycopg", "psycopg_binary", "typing_extensions"}
NOT_NEEDED = ("ash", "elixir", "generate", "legacy", "session", "syntax")


def test_it_loads_and_opens_next_to_nothing(
    process: Callable[..., Done], made: str, project: Path
) -> None:
    words = (*RESOURCES, "--url", made)
    time.sleep(TICK)
    whole = process(*words, program=SEEN)
    short = process(*words, program=SEEN)
    assert (whole.out, whole.code) == (short.out, short.code)
    before, after = (json.loads(each.err[each.err.rindex("[[") :]) for each in (whole, short))
    read = [name for name in before[1] if Path(name).is_relative_to(project)]
    assert str(project / "lib/shop/sales/customer.ex") in read
    # The folder is opened for its lock.
    assert {name for name in after[1] if Path(name).is_relative_to(project)} == {str(project)}
    state = os.environ["XDG_STATE_HOME"]
    assert len([name for name in after[1] if Path(name).is_relative_to(state)]) <= 4
    packages = {name.partition(".")[0] for name in after[0]}
    known = sys.stdlib_module_names | {"ash_scaffold", "cython_runtime", "__main__"}
    known |= {"sitecustomize", "usercustomize"}  # an interpreter's own, such as Debian's
    assert {each for each in packages - known if not each.startswith("_")} <= LIBRARIES
    own = [name.split(".")[1] for name in after[0] if name.startswith("ash_scaffold.")]
    assert set(own).isdisjoint(NOT_NEEDED)
