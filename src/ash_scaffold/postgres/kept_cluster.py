"""What initdb makes, kept in the user's cache folder, since making it takes longer than most dumps.

Each throw-away server gets a copy of its own. The file is one that only this user can write and
read: what lies in it decides what a server runs. It holds no password that is of any use: that of
the superuser was random, nobody has kept it, and each copy gets another one.

Nothing here fails: where the cache can't be read or written, a server is made without it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import re
import secrets
import stat
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ash_scaffold.postgres.installation import Installation

_FORMAT = b"ash-scaffold cluster 1\n"
_DIGEST_BYTES = 32
_PREFIX = "cluster-"
_DRAFT = "draft-"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_BYTES = 64_000_000  # of a file; an empty cluster has about 9 MB without copies and zeros
_MOST_FILES = 4  # versions of PostgreSQL
_DAYS = 30 * 86_400  # seconds: locales and libraries change without a trace in the programs
_DRAFT_SECONDS = 3_600
# Where the system keeps the locales that become collations: Linux, macOS.
_LOCALES = ("/usr/lib/locale", "/usr/lib/locale/locale-archive", "/usr/share/locale")

_ITERATIONS = 4096
# As PostgreSQL stores a password, always of this length (src/common/scram-common.c).
_VERIFIER = re.compile(
    rb"SCRAM-SHA-256\$%d:[\w+/]{22}==\$[\w+/]{43}=:[\w+/]{43}=" % _ITERATIONS, re.ASCII
)


class _Folder(msgspec.Struct, array_like=True):
    """A folder: its path in the cluster, and its files by name, size and number of the content."""

    path: str
    files: list[tuple[str, int, int]]


class _Cluster(msgspec.Struct, array_like=True):
    """A cluster. Contents are without the zeros at their end; of equal ones there is one."""

    made_by: list[str]
    made_at: float
    folders: list[_Folder]
    contents: list[bytes]


class Account(msgspec.Struct, frozen=True):
    """A user and its group, by number: who runs a server, and whom its files belong to."""

    uid: int
    gid: int


def identity(installation: Installation, options: Sequence[str]) -> list[str]:
    """Return all that decides what initdb makes with those options.

    These are the version, place and files of the programs, the machine, its locales, the user.
    """
    system = os.uname()
    places = [*(str(installation.bin / name) for name in ("initdb", "postgres")), *_LOCALES]
    return [
        installation.version_text,
        str(installation.bin),
        *(f"{place} {_state(place)}" for place in places),
        f"{system.sysname} {system.machine}",
        str(os.geteuid()),
        *options,
    ]


def restore(data: Path, made_by: Sequence[str], password: str, owner: Account) -> bool:
    """Make the folder `data` a copy of the kept cluster; the superuser gets the password.

    Return whether there was one that could be used; else there is no such folder after it.
    """
    try:
        kept = _read(made_by)
    except (OSError, msgspec.MsgspecError):
        return False
    if kept is None or not _set_password(kept, password):
        return False
    try:
        _write_folders(data, kept, owner)
    except OSError:
        _remove(data)
        return False
    return True


def keep(data: Path, made_by: Sequence[str], owner: Account) -> None:
    """Keep the cluster that initdb has just made in `data`, for the runs that follow."""
    with contextlib.suppress(OSError, ValueError):
        folder = _folder(make=True)
        if folder is None:
            return
        folders, contents = _read_folders(data, owner)
        kept = _Cluster(list(made_by), time.time(), folders, contents)
        text = msgspec.msgpack.encode(kept)
        if len(text) < _MOST_BYTES - len(_FORMAT) - _DIGEST_BYTES:
            _replace(folder / _file_name(made_by), _FORMAT + _digest(text) + text)
            _clear(folder)


def _state(place: str) -> str:
    try:
        status = os.stat(place)
    except OSError:
        return "-"
    return f"{status.st_size} {status.st_mtime_ns}"


def _folder(*, make: bool = False) -> Path | None:
    """Return the folder of the cache if it is this user's alone."""
    home = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not home.is_absolute():
        try:
            home = Path.home() / ".cache"
        except RuntimeError:
            return None
    folder = home / "ash-scaffold"
    if make and not folder.exists():
        # Not in the home of another one, as under sudo.
        there = next(each for each in (home, *home.parents) if each.exists())
        if there.stat().st_uid != os.geteuid():
            return None
        home.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    mine = status.st_uid == os.geteuid() and not status.st_mode & _OTHERS
    return folder if mine and stat.S_ISDIR(status.st_mode) else None


def _file_name(made_by: Sequence[str]) -> str:
    return _PREFIX + hashlib.blake2b("\0".join(made_by).encode(), digest_size=12).hexdigest()


def _digest(text: bytes | memoryview) -> bytes:
    return hashlib.blake2b(text, digest_size=_DIGEST_BYTES).digest()


def _read(made_by: Sequence[str]) -> _Cluster | None:
    folder = _folder()
    if folder is None:
        return None
    descriptor = os.open(
        folder / _file_name(made_by), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    )
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if (
            not stat.S_ISREG(status.st_mode)
            or status.st_uid != os.geteuid()
            or status.st_mode & _OTHERS
            or status.st_size > _MOST_BYTES
        ):
            return None
        text = memoryview(file.read(_MOST_BYTES))
        # The least recently used are those that are cleared.
        with contextlib.suppress(OSError):
            os.utime(descriptor)
    head, found = len(_FORMAT), text[len(_FORMAT) + _DIGEST_BYTES :]
    if text[:head] != _FORMAT or text[head : head + _DIGEST_BYTES] != _digest(found):
        return None
    kept = msgspec.msgpack.decode(found, type=_Cluster)
    fresh = 0 <= time.time() - kept.made_at < _DAYS
    return kept if kept.made_by == list(made_by) and fresh else None


def _set_password(kept: _Cluster, password: str) -> bool:
    """Put another password in the place of the superuser's; return whether it has one place."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    served = hmac.digest(salted, b"Server Key", "sha256")
    a, b, c = (base64.b64encode(each) for each in (salt, stored, served))
    verifier = b"SCRAM-SHA-256$%d:%s$%s:%s" % (_ITERATIONS, a, b, c)
    places = 0
    shared = (each.files for each in kept.folders if each.path == "global")
    for number in {number for files in shared for *_, number in files}:
        content, found = _VERIFIER.subn(verifier, kept.contents[number])
        kept.contents[number] = content
        places += found
    return places == 1


def _write_folders(data: Path, kept: _Cluster, owner: Account) -> None:
    """Write the folders below `data`, which must be new, through descriptors alone.

    The folder that it lies in may belong to the server's user, and this process may be root.
    """
    os.mkdir(data, 0o700)
    root = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    made = [root]
    try:
        for folder in kept.folders:
            if folder.path:
                os.mkdir(folder.path, 0o700, dir_fd=root)
                place = os.open(
                    folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root
                )
                made.append(place)
            for name, size, number in folder.files:
                _write_file(name, size, kept.contents[number], made[-1], owner)
        if owner.uid != os.geteuid():
            for each in reversed(made):
                os.fchown(each, owner.uid, owner.gid)
    finally:
        for each in made:
            os.close(each)


def _write_file(name: str, size: int, content: bytes, folder: int, owner: Account) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        if size > len(content):
            os.truncate(descriptor, size)
        if owner.uid != os.geteuid():
            os.fchown(descriptor, owner.uid, owner.gid)
    finally:
        os.close(descriptor)


def _read_folders(data: Path, owner: Account) -> tuple[list[_Folder], list[bytes]]:
    """Read a cluster. Raises `ValueError` for what no initdb has made."""
    folders: list[_Folder] = []
    numbers: dict[bytes, int] = {}
    for path, names, files, place in os.fwalk(data):
        names.sort()
        if any(os.path.islink(os.path.join(path, name)) for name in names):
            raise ValueError(path)
        relative = os.path.relpath(path, data)
        found = []
        for name in sorted(files):
            content = _read_file(name, place, owner)
            text = content.rstrip(b"\0")
            found.append((name, len(content), numbers.setdefault(text, len(numbers))))
        folders.append(_Folder("" if relative == "." else relative, found))
    return folders, list(numbers)


def _read_file(name: str, folder: int, owner: Account) -> bytes:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(name, flags, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        ordinary = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
        if not ordinary or status.st_uid != owner.uid or status.st_size > _MOST_BYTES:
            raise ValueError(name)
        return file.read()


def _replace(path: Path, text: bytes) -> None:
    draft = path.with_name(f"{_DRAFT}{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as file:
            file.write(text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    """Remove the clusters that were not used for longest, and what killed runs have left."""
    now = time.time()
    used = sorted(folder.glob(f"{_PREFIX}*"), key=lambda each: -each.lstat().st_mtime)
    drafts = folder.glob(f"{_DRAFT}*")
    old = [each for each in drafts if now - each.lstat().st_mtime > _DRAFT_SECONDS]
    for path in (*used[_MOST_FILES:], *old):
        path.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
