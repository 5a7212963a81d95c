"""The cluster that is kept for the next server: used where it is sound, else made anew."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from tests.databases import as_uri

from ash_scaffold.postgres import kept_cluster, server
from ash_scaffold.postgres.installation import Installation, embedded_installation
from ash_scaffold.postgres.kept_cluster import Account
from ash_scaffold.postgres.server import Server, throwaway_server

RUN = """
from ash_scaffold.postgres.installation import embedded_installation
from ash_scaffold.postgres.server import throwaway_server
with throwaway_server(embedded_installation()) as server:
    print(server.folder)
"""
KILLED = (
    """
import os, signal
from pathlib import Path
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""
    + RUN
)


@pytest.fixture
def embedded() -> Installation:
    found = embedded_installation()
    assert found is not None
    return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of a user who has none of ours yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The programs that are run to make clusters."""
    run: list[str] = []
    original: Callable[..., Any] = server._run

    def counted(command: list[str], *given: Any) -> Any:
        run.append(Path(command[0]).name)
        return original(command, *given)

    monkeypatch.setattr(server, "_run", counted)
    return run


def kept(home: Path) -> list[Path]:
    return sorted((home / "ash-scaffold").glob("*"))


def start(installation: Installation) -> Server:
    """Start a server, ask it something as its superuser and as the plain role, and stop it."""
    with throwaway_server(installation) as started:
        with psycopg.connect(as_uri(started.url("postgres")), autocommit=True) as connection:
            connection.execute("CREATE ROLE postgres LOGIN")
            names = connection.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()
            assert names == [("postgres",), ("template0",), ("template1",)]
            connection.execute("CREATE DATABASE new TEMPLATE template0")
        with psycopg.connect(as_uri(started.plain_url("new"))) as connection:
            connection.execute("CREATE TABLE pg_temp.a AS SELECT * FROM pg_class")
        return started


def test_the_first_run_keeps_what_initdb_makes_and_the_second_one_copies_it(
    embedded: Installation, home: Path, programs: list[str]
) -> None:
    start(embedded)
    assert programs == ["initdb"]
    [path] = kept(home)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.stat().st_size < 20_000_000

    before = path.read_bytes()
    start(embedded)
    assert programs == ["initdb"]
    assert (kept(home), path.read_bytes()) == ([path], before)


def test_each_copy_has_a_password_of_its_own(embedded: Installation, home: Path) -> None:
    first = start(embedded)
    [path] = kept(home)
    with throwaway_server(embedded) as second:
        assert second.password != first.password
        for password in (first.password, "", "x"):
            url = second.url("postgres").set(password=password)
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(as_uri(url), passfile="/dev/null")
    assert first.password.encode() not in path.read_bytes()


class Cluster:
    """A cluster as initdb has made it, and where its copies are kept."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.made_by = kept_cluster.identity(installation, ["--locale=C"])
        self.data = folder / "data"
        self.account = Account(os.geteuid(), os.getegid())
        words = folder / "words"
        words.write_text("of initdb")
        account = server.server_account()
        folder.chmod(0o755)
        server.give(folder, account)
        server.give(words, account)
        options = ["--auth=scram-sha-256", f"--pwfile={words}", "--no-sync", "-D", str(self.data)]
        programs = server.programs_for(installation, account, folder)
        done = server._run([str(programs / "initdb"), *options], folder, account)
        assert done.returncode == 0, done.stderr
        self.account = account or self.account

    def keep(self) -> None:
        kept_cluster.keep(self.data, self.made_by, self.account)

    def is_restored(self, data: Path) -> bool:
        """Whether there is a copy; it is compared, and removed."""
        restored = kept_cluster.restore(data, self.made_by, "secret", self.account)
        assert restored == data.exists()
        if restored:
            assert contents(data) == contents(self.data)
            shutil.rmtree(data)
        return restored


def contents(data: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Return owner, mode, size and bytes by path; of files that hold passwords, no bytes."""
    return {
        str(path.relative_to(data)): (
            (status := path.stat()).st_uid,
            stat.S_IMODE(status.st_mode),
            status.st_size if path.is_file() else 0,
            path.read_bytes() if path.is_file() and path.name != "1260" else b"",
        )
        for path in data.rglob("*")
    }


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    found = embedded_installation()
    assert found is not None
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    yield Cluster(found, folder)
    shutil.rmtree(folder)


@pytest.fixture
def cluster(made: Cluster, home: Path) -> Cluster:
    assert not home.exists()
    made.keep()
    return made


def damage_a_byte(path: Path) -> None:
    text = bytearray(path.read_bytes())
    text[len(text) // 2] ^= 1
    path.write_bytes(text)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_another_format(path: Path) -> None:
    text = path.read_bytes()
    path.write_bytes(text.replace(b"cluster 1", b"cluster 0", 1))


def with_another_place_for_the_password(path: Path) -> None:
    """A sound file, but of a cluster in which the superuser's password can't be set."""
    head = len(kept_cluster._FORMAT) + kept_cluster._DIGEST_BYTES
    text = path.read_bytes()[head:].replace(b"SCRAM-SHA-256$", b"SCRAM-SHA-257$")
    path.write_bytes(kept_cluster._FORMAT + kept_cluster._digest(text) + text)


def of_last_month(path: Path) -> None:
    head = len(kept_cluster._FORMAT) + kept_cluster._DIGEST_BYTES
    cluster = msgspec.msgpack.decode(path.read_bytes()[head:], type=kept_cluster._Cluster)
    cluster.made_at -= 31 * 86_400
    text = msgspec.msgpack.encode(cluster)
    path.write_bytes(kept_cluster._FORMAT + kept_cluster._digest(text) + text)


def readable_for_others(path: Path) -> None:
    path.chmod(0o640)


def a_link(path: Path) -> None:
    path.rename(path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


@pytest.mark.parametrize(
    "change",
    [
        damage_a_byte,
        cut,
        empty,
        of_another_format,
        with_another_place_for_the_password,
        of_last_month,
        readable_for_others,
        a_link,
        *([lambda path: os.chown(path, 1, 1)] if os.geteuid() == 0 else []),
    ],
)
def test_one_that_is_damaged_old_or_of_others_is_made_anew(
    change: Callable[[Path], None], cluster: Cluster, home: Path, tmp_path: Path
) -> None:
    assert cluster.is_restored(tmp_path / "data")
    [path] = kept(home)
    change(path)
    assert not cluster.is_restored(tmp_path / "data")
    cluster.keep()
    assert [stat.S_IMODE(each.lstat().st_mode) for each in kept(home)] == [0o600]
    assert cluster.is_restored(tmp_path / "data")


def test_another_version_has_its_own(cluster: Cluster, home: Path, tmp_path: Path) -> None:
    other = [*cluster.made_by, "18.0 (of another packager)"]
    assert not kept_cluster.restore(tmp_path / "data", other, "secret", cluster.account)
    kept_cluster.keep(cluster.data, other, cluster.account)
    assert len(kept(home)) == 2


def test_programs_that_were_replaced_are_another_installation(
    tmp_path: Path, embedded: Installation
) -> None:
    for name in ("initdb", "postgres"):
        (tmp_path / name).write_text("1")
    installation = msgspec.structs.replace(embedded, bin=tmp_path)
    before = kept_cluster.identity(installation, [])
    assert kept_cluster.identity(installation, []) == before
    os.utime(tmp_path / "initdb", (1, 1))
    assert kept_cluster.identity(installation, []) != before
    assert kept_cluster.identity(installation, ["--locale=C"])[:-1] != before


def test_nothing_is_kept_where_others_may_write(made: Cluster, home: Path, tmp_path: Path) -> None:
    (home / "ash-scaffold").mkdir(parents=True)
    (home / "ash-scaffold").chmod(0o770)
    made.keep()
    assert kept(home) == []
    (home / "ash-scaffold").chmod(0o700)
    made.keep()
    assert made.is_restored(tmp_path / "data")
    (home / "ash-scaffold").chmod(0o770)
    assert not made.is_restored(tmp_path / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a folder of another user")
def test_nothing_is_kept_in_the_home_of_another_user(made: Cluster, home: Path) -> None:
    home.mkdir()
    os.chown(home, 1, 1)
    made.keep()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("place", ["file/cache", "file", "relative"])
def test_a_cache_that_cannot_be_written_is_no_fault(
    place: str, tmp_path: Path, made: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    cache = place if place == "relative" else str(tmp_path / place)
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    made.keep()
    assert not made.is_restored(tmp_path / "data")


def test_a_full_disk_is_no_fault_of_the_cache(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_cluster, "_write_file", full)
    assert not cluster.is_restored(tmp_path / "data")


@pytest.mark.parametrize("kind", ["link", "linked folder", "pipe", "second name"])
def test_what_no_initdb_makes_is_not_kept(
    kind: str, made: Cluster, home: Path, tmp_path: Path
) -> None:
    """The server's user could put it there, to have a file of root's read."""
    data = tmp_path / "data"
    shutil.copytree(made.data, data)
    secret = tmp_path / "secret"
    match kind:
        case "link":
            (data / "global" / "1").symlink_to(secret)
        case "linked folder":
            (data / "base" / "99").symlink_to(tmp_path)
        case "pipe":
            os.mkfifo(data / "global" / "1")
        case _:
            secret.write_text("secret")
            os.link(secret, data / "global" / "1")
    owner = Account(os.geteuid(), os.getegid())
    kept_cluster.keep(data, made.made_by, owner)
    assert kept(home) == []


def test_only_the_latest_are_kept(home: Path, made: Cluster) -> None:
    (home / "ash-scaffold").mkdir(mode=0o700, parents=True)
    old = [home / "ash-scaffold" / f"cluster-{number}" for number in range(6)]
    for number, path in enumerate(old):
        path.write_text("")
        os.utime(path, (1000 + number,) * 2)
    made.keep()
    assert [path for path in old if path.exists()] == old[3:]
    assert len(kept(home)) == 4


def run(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_runs_at_once_keep_one(home: Path, embedded: Installation, programs: list[str]) -> None:
    runs = [run(RUN) for _ in range(3)]
    assert [each.communicate(timeout=60)[1] for each in runs] == ["", "", ""]
    assert len(kept(home)) == 1
    start(embedded)
    assert programs == []


def test_a_run_that_is_killed_while_it_keeps_one_leaves_a_draft_for_an_hour(
    home: Path, embedded: Installation, programs: list[str]
) -> None:
    killed = run(KILLED)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    [draft] = kept(home)
    assert draft.name.startswith("draft-")

    start(embedded)
    assert programs == ["initdb"]
    assert draft in kept(home)
    os.utime(draft, (time.time() - 3700,) * 2)
    [made] = (path for path in kept(home) if path != draft)
    made.unlink()
    start(embedded)
    assert kept(home) == [made]


@pytest.fixture(autouse=True)
def _no_leftovers() -> Iterator[None]:
    yield
    server._remove_leftovers()
