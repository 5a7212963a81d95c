"""The operating system's account that a throw-away server runs under.

PostgreSQL refuses to run as root. A run as root (a container, a CI machine) therefore starts the
server's programs as an unprivileged user, who has to be able to reach them and its own files.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from pathlib import Path

import msgspec

from ash_scaffold.postgres.installation import Installation
from ash_scaffold.problem import Code, fail

_USERS = ("postgres", "nobody")
_UNUSED = shutil.ignore_patterns("*.a", "include", "pgxs", "pkgconfig", "doc", "__pycache__")


class Account(msgspec.Struct, frozen=True):
    """A user and its group, by number."""

    uid: int
    gid: int


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
    """Tell whether every user may enter all folders on the way to `path`, and itself."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def programs_for(installation: Installation, account: Account | None, folder: Path) -> Path:
    """Return a folder with the installation's programs that the account can run.

    The embedded one often lies in root's home, where nobody else may look: then it is copied
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
    """Let everybody read what is in a copied folder, and run what its owner can run."""
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        execute = stat.S_IXGRP | stat.S_IXOTH if mode & stat.S_IXUSR else 0
        path.chmod(mode | stat.S_IRGRP | stat.S_IROTH | execute)
