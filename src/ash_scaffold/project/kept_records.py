"""What the tool keeps for its user to save work: signed files in the user's state folder.

They are a convenience: one that is missing, broken, of another program or somebody else's counts
for nothing, and the run does all of its work. Since they are signed for the place that they lie in,
no repository brings one along. Their names are keyed digests, which tell nobody what they are of.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from ash_scaffold.packaged import data_path
from ash_scaffold.project.machine_key import (
    SIGNATURE_BYTES,
    UNSIGNED,
    is_signed,
    sign,
    state_folder,
)
from ash_scaffold.project.watched_files import watch
from ash_scaffold.regular_file import read_file

NO_RECORD = "ASH_SCAFFOLD_NO_RECORD"
_KEPT = 100
_MOST_BYTES = 4_000_000


def record_path(folder: str, subject: bytes, environment: Mapping[str, str]) -> Path | None:
    """Return the file of what is kept of a subject; `folder` is that of its kind.

    None where nothing can be kept, or is to be: with `ASH_SCAFFOLD_NO_RECORD`.
    """
    state = state_folder()
    if state is None or environment.get(NO_RECORD):
        return None
    name = sign(folder, subject)
    return None if name == UNSIGNED else state / folder / name.hex()


def read_record(path: Path) -> bytes | None:
    """Return what was kept, None where it is nothing that `write_record` has written here."""
    try:
        status = path.lstat()
        if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) != 0o600:
            return None
        content = read_file(path, _MOST_BYTES)
    except OSError:
        return None
    signature, body = content[:SIGNATURE_BYTES], content[SIGNATURE_BYTES:]
    return body if is_signed(str(path), body, signature) else None


def write_record(path: Path, body: bytes) -> None:
    """Keep bytes, and of its kind no more than the last hundred. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{os.getpid()}.{time.monotonic_ns()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(sign(str(path), body) + body)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink()
    kept = sorted(path.parent.iterdir(), key=lambda each: each.lstat().st_mtime_ns)
    for old in kept[:-_KEPT]:
        old.unlink(missing_ok=True)


def program_digest() -> bytes:
    """Return a digest of this program, its templates, and the versions of what it runs on."""
    package = Path(__file__).parents[1]
    libraries = Path(msgspec.__file__).parents[1].stat()
    watched = watch([str(package), str(data_path("templates"))])
    return repr((watched and watched.digest, libraries.st_mtime_ns, sys.version)).encode()
