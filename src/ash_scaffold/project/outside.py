"""A file outside of the project, where a person has asked for it by its path: read and written."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.regular_file import read_file


def read_outside(path: Path, where: str) -> bytes | None:
    """Return the bytes of a file, `None` where there is none.

    `where` is the option that names it. Raises `ScaffoldError` for what is no file, can't be read,
    or could not be written: its folder has to be there.
    """
    try:
        return read_file(path)
    except FileNotFoundError:
        if path.parent.is_dir():
            return None
        raise _fail(where, f"There is no folder {path.parent}.") from None
    except (OSError, ValueError) as error:
        raise _refused(where, error) from error


@contextmanager
def replacing_outside(path: Path, content: bytes, where: str) -> Iterator[None]:
    """Replace a file at the end of the block, and leave it as it is where the block raises.

    The new content waits beside it, so that the file is the old or the new one at every moment.
    It keeps its mode and, when run as root, its owner. Raises `ScaffoldError`, before the block
    where that can be known.
    """
    target = path.resolve()
    staged = target.parent / f".ash-scaffold-{secrets.token_hex(6)}"
    try:
        try:
            _stage(staged, target, content)
        except OSError as error:
            raise _refused(where, error) from error
        yield
        try:
            staged.replace(target)
        except OSError as error:
            raise _refused(where, error) from error
    finally:
        with suppress(OSError):
            staged.unlink()


def _stage(staged: Path, target: Path, content: bytes) -> None:
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        with suppress(FileNotFoundError):
            status = target.stat()
            if os.geteuid() == 0:
                os.fchown(descriptor, status.st_uid, status.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _fail(where: str, what: str) -> ScaffoldError:
    return fail(Code.NOT_WRITABLE, what, where=where, todo="")


def _refused(where: str, error: OSError | ValueError) -> ScaffoldError:
    reason = error.strerror if isinstance(error, OSError) else None
    return _fail(where, f"It can't be written: {reason or error}.")
