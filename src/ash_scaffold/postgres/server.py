"""A PostgreSQL server that lives as long as a `with` block, and leaves nothing behind.

PostgreSQL refuses to run as root. A run as root (a container, a CI machine) therefore starts the
server's programs as an unprivileged user, who has to be able to reach them and its own files.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import msgspec

from ash_scaffold.postgres import kept_cluster
from ash_scaffold.postgres.installation import Installation
from ash_scaffold.postgres.kept_cluster import Account
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code, ScaffoldError, fail

SUPERUSER = "ash_scaffold_superuser"
# Most dumps name it as the owner. Here it is no superuser.
PLAIN_ROLE = "postgres"
PREFIX = "ash-scaffold-pg-"

_PORT = "5432"
_MEMORY = Path("/dev/shm")
_START_TIMEOUT = 30.0  # seconds
_STOP_TIMEOUT = 5.0  # seconds
_POLL = 0.005  # seconds
_REMOVE_ATTEMPTS = 20
_KILL_ATTEMPTS = 200
_LONGEST_ROOT = 70  # a unix socket's path has at most 103 bytes on macOS
_STATUS_LINE = 7  # of postmaster.pid, see src/include/utils/pidfile.h

# Nothing in it has to survive a crash, and one client at a time uses it.
_SETTINGS = {
    "listen_addresses": "",
    "port": _PORT,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "25",  # of which some are for superusers
    "max_locks_per_transaction": "1024",
    "max_worker_processes": "0",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "128MB",
    "logging_collector": "off",
    "lc_messages": "C",
    "TimeZone": "UTC",
}


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A running throw-away server. `socket` is the folder of its unix socket.

    `programs` is the folder of its programs, `account` who runs them, `folder` a place for files
    that the server can read. The superuser needs the `password`, so that nothing that runs in the
    server can connect as one; all other roles that may log in need none.
    """

    installation: Installation
    folder: Path
    socket: Path
    programs: Path
    password: str
    account: Account | None = None

    @property
    def version_text(self) -> str:
        """The server's version, for example `18.1`."""
        return self.installation.version_text

    @property
    def description(self) -> str:
        """Its name in messages."""
        kind = "embedded " if self.installation.embedded else ""
        return f"{kind}PostgreSQL {self.version_text}"

    def url(self, database: str) -> URL:
        """Return the URL of one of its databases, for the superuser, through the unix socket."""
        return self.plain_url(database).set(username=SUPERUSER, password=self.password)

    def plain_url(self, database: str) -> URL:
        """Return the URL of a database for the role that dumps run as, and are read as."""
        query = {"host": str(self.socket), "port": _PORT}
        return URL(username=PLAIN_ROLE, database=database, query=query)


@contextlib.contextmanager
def throwaway_server(installation: Installation, *, largest: int | None = None) -> Iterator[Server]:
    """Give a new, empty server of that installation; stop and remove it when the context ends.

    It listens on a unix socket only, in a folder that no other user can enter. Where its files get
    no larger than `largest` bytes and there is room for them, they lie in memory. The end may be an
    error, Ctrl-C, or SIGTERM and SIGHUP, which leave the block as `SystemExit`. The leftovers of a
    killed run are removed by the next one.

    Raises `ScaffoldError` (`no-local-server`) when it can't be made or does not start.
    """
    _remove_leftovers()
    account = server_account()
    root = _memory(largest) or _root(account)
    with _signals_as_exceptions(), _temporary_folder(account, root) as folder:
        programs = programs_for(installation, account, folder)
        server = Server(
            installation=installation,
            folder=folder,
            socket=folder,
            programs=programs,
            password=secrets.token_hex(32),
            account=account,
        )
        _initialise(server)
        with _running(server):
            yield server


def _initialise(server: Server) -> None:
    """Make the server's cluster: a copy of the one that is kept, or the first of its kind."""
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", f"--username={SUPERUSER}"]
    if server.installation.major >= 18:
        options.append("--no-data-checksums")
    account, data = server.account, _data(server.folder)
    owner = account or Account(os.geteuid(), os.getegid())
    made_by = kept_cluster.identity(server.installation, options)
    if not kept_cluster.restore(data, made_by, server.password, owner):
        word = server.folder / "password"
        word.touch(mode=0o600)
        give(word, account)
        word.write_text(server.password)
        options += [f"--pwfile={word}", "--no-sync", "-D", str(data)]
        done = _run([str(server.programs / "initdb"), *options], server.folder, account)
        if done.returncode != 0:
            raise _cannot(server.installation, "make a database cluster", done.stderr)
        word.unlink()
        kept_cluster.keep(data, made_by, owner)
    rules = f"local all {SUPERUSER} scram-sha-256\nlocal all all trust\n"
    (data / "pg_hba.conf").write_text(rules)


@contextlib.contextmanager
def _running(server: Server) -> Iterator[None]:
    """Run the server itself, in a session of its own: a Ctrl-C is meant for us alone."""
    settings = dict(_SETTINGS, unix_socket_directories=str(server.socket))
    if server.installation.major >= 18:
        settings["io_method"] = "sync"
    command = [str(server.programs / "postgres"), "-D", str(_data(server.folder))]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = server.folder / "log"
    process: subprocess.Popen[bytes] | None = None
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=server.folder,
                env=_environment(),
                start_new_session=True,
                user=server.account.uid if server.account else None,
                group=server.account.gid if server.account else None,
                extra_groups=[] if server.account else None,
            )
        _wait_until_ready(process, server, log)
        yield
    finally:
        if process is not None:
            with _interrupts_ignored():
                _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], server: Server, log: Path) -> None:
    """Wait for the line of `postmaster.pid` by which the server takes connections."""
    pid_file = _data(server.folder) / "postmaster.pid"
    deadline = time.monotonic() + _START_TIMEOUT
    while True:
        with contextlib.suppress(OSError):
            lines = pid_file.read_text().splitlines()
            if len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready":
                return
        if process.poll() is not None or time.monotonic() > deadline:
            raise _cannot(server.installation, "start a server", log.read_bytes())
        time.sleep(_POLL)


def _stop(process: subprocess.Popen[bytes]) -> None:
    # An immediate shutdown: no checkpoint, the files are thrown away.
    for number in (signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_TIMEOUT)
            return


@contextlib.contextmanager
def _temporary_folder(account: Account | None, root: Path) -> Iterator[Path]:
    """Give a folder with a locked file in it, by which other runs see that it is in use."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    try:
        # Others see the file when it is locked already.
        with (folder / "new").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / "new").rename(folder / "lock")
            give(folder, account)
            yield folder
    finally:
        with _interrupts_ignored():
            _remove(folder)


def _memory(largest: int | None) -> Path | None:
    """Return the folder whose files Linux has in memory, if so many bytes leave it half empty.

    A file system on a disk takes longer to make and to remove the thousands of files of a schema
    than the server to fill them. `TMPDIR` decides where it is set.
    """
    if largest is None or any(name in os.environ for name in ("TMPDIR", "TEMP", "TMP")):
        return None
    try:
        status = os.statvfs(_MEMORY)
        available = Path("/proc/meminfo").read_bytes().split(b"MemAvailable:", 1)[1].split(None, 1)
        free = min(status.f_bavail * status.f_frsize, int(available[0]) * 1024)
    except (OSError, ValueError, IndexError):
        return None
    runs_programs = not status.f_flag & os.ST_NOEXEC
    return _MEMORY if runs_programs and 2 * largest < free and reachable(_MEMORY) else None


def _root(account: Account | None) -> Path:
    """Return the temporary directory, or /tmp when that is too deep or closed to the account."""
    root = Path(tempfile.gettempdir())
    too_deep = len(os.fsencode(root)) > _LONGEST_ROOT
    if too_deep or (account is not None and not reachable(root)):
        return Path("/tmp")
    return root


def _remove_leftovers() -> None:
    """Stop and remove the servers of runs that were killed without a chance to do so.

    Theirs are the folders of this user whose lock is free: the kernel drops a lock when its
    process dies.
    """
    roots = {Path(tempfile.gettempdir()), Path("/tmp"), _MEMORY}
    for folder in (path for root in roots for path in root.glob(f"{PREFIX}*")):
        try:
            lock_owner = (folder / "lock").stat().st_uid
            if lock_owner != os.geteuid():
                continue
            with (folder / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _kill_postmaster(folder)
                _remove(folder)
        except OSError:
            continue


def _remove(folder: Path) -> None:
    """Remove the folder, with files that a program killed a moment ago may still put there."""
    for _ in range(_REMOVE_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_POLL * 10)


def _kill_postmaster(folder: Path) -> None:
    """Stop the server of a data directory, if the process of that number is really it."""
    try:
        pid = int((_data(folder) / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    try:
        shown = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        shown = subprocess.run(command, capture_output=True, check=False).stdout
    if os.fsencode(_data(folder)) in shown:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
            for _ in range(_KILL_ATTEMPTS):
                time.sleep(_POLL)
                os.kill(pid, 0)


def _run(
    command: Sequence[str], folder: Path, account: Account | None
) -> subprocess.CompletedProcess[bytes]:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=_environment(),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except OSError as error:
        raise fail(
            Code.NO_LOCAL_SERVER,
            f"{command[0]} can't be run: {error.strerror}.",
            where="--dump",
            todo="Repair that PostgreSQL installation, or read a running server with --url.",
        ) from error
    try:
        output = process.communicate()[1]
    except BaseException:
        # With its children: initdb has some.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return subprocess.CompletedProcess(command, process.returncode, b"", output or b"")


def _environment() -> dict[str, str]:
    """Return an environment without the caller's `PG…` variables, and with English messages."""
    passed_on = {
        name: os.environ[name]
        for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH")
        if name in os.environ
    }
    return {**passed_on, "LC_ALL": "C"}


def _data(folder: Path) -> Path:
    return folder / "data"


def _cannot(installation: Installation, do: str, output: bytes) -> ScaffoldError:
    lines = output.decode(errors="replace").strip().splitlines()
    reason = f": {lines[-1].strip()}" if lines else ""
    return fail(
        Code.NO_LOCAL_SERVER,
        f"PostgreSQL {installation.version_text} in {installation.bin} could not {do}{reason}.",
        where="--dump",
        todo="Repair that installation, or read a running server with --url.",
    )


@contextlib.contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack, where they would end the process at once.

    Only in the main thread, and only where no other handler is set.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    changed = []
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, leave)
                changed.append(number)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Finish cleaning up when an impatient person presses Ctrl-C again."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


_USERS = ("postgres", "nobody")
_UNUSED = shutil.ignore_patterns("*.a", "include", "pgxs", "pkgconfig", "doc", "__pycache__")


def server_account() -> Account | None:
    """Return who the server's programs run as; `None` for the user of this process.

    Raises `ScaffoldError` (`no-local-server`) as root on a machine without another user.
    """
    if os.geteuid() != 0:
        return None
    for name in _USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise fail(
        Code.NO_LOCAL_SERVER,
        f"PostgreSQL refuses to run as root, and there is no user {' or '.join(_USERS)} here.",
        where="--dump",
        todo="Run it as an ordinary user, or read a running server with --url.",
    )


def give(path: Path, account: Account | None) -> None:
    """Make the account the owner of a file or folder."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def reachable(path: Path) -> bool:
    """Whether every user may enter all folders on the way to `path`, and itself."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def programs_for(installation: Installation, account: Account | None, folder: Path) -> Path:
    """Return a folder with the installation's programs that the account can run.

    The embedded one often lies in root's home, which other users may not enter: then it is copied
    into `folder` together with the libraries beside it, which it finds by their relative place.
    """
    if account is None or not installation.embedded or reachable(installation.bin):
        return installation.bin
    package = installation.bin.parent.parent
    libraries = package.parent / f"{package.name}.libs"
    for source in (package, libraries):
        if source.is_dir():
            shutil.copytree(source, folder / source.name, symlinks=True, ignore=_UNUSED)
            _open_up(folder / source.name)
    return folder / installation.bin.relative_to(package.parent)


def _open_up(folder: Path) -> None:
    """Let every user read the files of a copied folder, and run those that its owner can run."""
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        execute = stat.S_IXGRP | stat.S_IXOTH if mode & stat.S_IXUSR else 0
        path.chmod(mode | stat.S_IRGRP | stat.S_IROTH | execute)
