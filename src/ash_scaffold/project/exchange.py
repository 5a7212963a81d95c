"""Putting a file in the place of another without losing what stood there.

`os.replace` destroys what it replaces, also what an editor saved a moment before. Linux and macOS
can exchange two files in one step: what stood at the target is then under the other name, to be
looked at in peace.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TypeAlias

_AT_FDCWD = -100
_NO_REPLACE, _EXCHANGE = 1, 2  # renameat2(2)
_SWAP, _EXCLUSIVE = 2, 4  # renamex_np(2)
# The file system or the kernel does not know the flag, or forbids the call.
_NOT_THERE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM})
_NO_LINKS = _NOT_THERE | {errno.EMLINK}
_Rename: TypeAlias = Callable[[str, str, bool], int]


def exchange(waiting: str, target: str) -> None:
    """Put the file `waiting` in the place of `target`, and what stood there under its name.

    Where the system can't do so in one step, a save that replaces the file between two of its
    calls is lost; one that writes into the file is not. Raises `OSError`.
    """
    if _renamed(waiting, target, exchanged=True):
        return
    held = f"{waiting}.held"
    with suppress(FileNotFoundError):
        os.unlink(held)
    try:
        os.link(target, held)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(target, held)
    os.replace(waiting, target)
    os.replace(held, waiting)


def place(waiting: str, target: str) -> None:
    """Give the file `waiting` the name `target`. Raises `FileExistsError` where that is taken."""
    if _renamed(waiting, target, exchanged=False):
        return
    try:
        os.link(waiting, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from None
        os.replace(waiting, target)
    else:
        os.unlink(waiting)


def _renamed(source: str, target: str, *, exchanged: bool) -> bool:
    """Whether the system did it in one step. Raises `OSError` where it can, and failed."""
    rename = _system_call()
    if rename is None:
        return False
    sys.audit("os.rename", source, target, -1, -1)
    number = rename(source, target, exchanged)
    if number == 0:
        return True
    if number in _NOT_THERE:
        return False
    raise OSError(number, os.strerror(number), source, None, target)


@cache
def _system_call() -> _Rename | None:
    """Return the system's call, which gives an error number; `None` where there is none."""
    import ctypes

    try:
        library = ctypes.CDLL(None, use_errno=True)
    except (OSError, TypeError):
        return None
    if hasattr(library, "renameat2"):

        def rename(source: str, target: str, exchanged: bool) -> int:
            flag = _EXCHANGE if exchanged else _NO_REPLACE
            names = os.fsencode(source), os.fsencode(target)
            done = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], flag)
            return ctypes.get_errno() if done else 0

        return rename
    if hasattr(library, "renamex_np"):

        def renamex(source: str, target: str, exchanged: bool) -> int:
            flag = _SWAP if exchanged else _EXCLUSIVE
            done = library.renamex_np(os.fsencode(source), os.fsencode(target), flag)
            return ctypes.get_errno() if done else 0

        return renamex
    return None
