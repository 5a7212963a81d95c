"""A secret of this user on this machine, which tells what the tool wrote here from what came along.

A repository may hold any file, so also one that looks like a journal. It can't hold a signature by
a key that no repository has ever seen: the key lies in the user's state folder, readable for the
user alone. Where that can't be written it lies in the system's folder for temporary files.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ash_scaffold.regular_file import read_file

SIGNATURE_BYTES = 32
UNSIGNED = bytes(SIGNATURE_BYTES)
_KEY_BYTES = 32
FILE_NAME = "journal.key"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Signature:
    """The signature of bytes that are written to a place piece by piece.

    The key is made if need be. The signature is `UNSIGNED` where no key can be kept anywhere.
    """

    def __init__(self, place: str) -> None:
        keys = (_key(folder) or _make_key(folder) for folder in _folders())
        key = next((key for key in keys if key is not None), None)
        self._begun = None if key is None else _begun(key, place)

    def update(self, piece: bytes) -> None:
        """Sign the next piece as well."""
        if self._begun is not None:
            self._begun.update(piece)

    def digest(self) -> bytes:
        """Return the signature of all pieces."""
        return UNSIGNED if self._begun is None else self._begun.digest()


def sign(place: str, content: bytes) -> bytes:
    """Return the signature of bytes that are written to a place at once."""
    signature = Signature(place)
    signature.update(content)
    return signature.digest()


def is_signed(place: str, content: bytes, signature: bytes) -> bool:
    """Whether this user has signed these bytes for this place, on this machine."""
    keys = (_key(folder) for folder in _folders())
    return any(
        hmac.compare_digest(_signature(key, place, content), signature)
        for key in keys
        if key is not None
    )


def _signature(key: bytes, place: str, content: bytes) -> bytes:
    begun = _begun(key, place)
    begun.update(content)
    return begun.digest()


def _begun(key: bytes, place: str) -> hashlib.blake2b:
    # A keyed BLAKE2 is a signature of its own, and three times as fast as one made of SHA-256.
    return hashlib.blake2b(hashlib.sha256(os.fsencode(place)).digest(), key=key, digest_size=32)


def state_folder() -> Path | None:
    """Return the folder of what the tool keeps for its user, after the XDG specification."""
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():
        with suppress(RuntimeError):
            state = Path.home() / ".local" / "state"
    return state / "ash-scaffold" if state.is_absolute() else None


def _folders() -> Iterator[Path]:
    """Give the folders of the key: the user's own, then the one for temporary files."""
    state = state_folder()
    if state is not None:
        yield state
    yield Path(tempfile.gettempdir()) / f"ash-scaffold-{os.geteuid()}"


def _key(folder: Path) -> bytes | None:
    """Return the key in a folder, `None` when there is none that only this user can read."""
    path = folder / FILE_NAME
    try:
        # Anybody may make the folder for temporary files, and put a key of their own there.
        for place in (folder, path):
            status = place.lstat()
            if status.st_uid != os.geteuid() or status.st_mode & _OTHERS:
                return None
        key = read_file(path, _KEY_BYTES)
    except OSError:
        return None
    return key if len(key) == _KEY_BYTES else None


def _make_key(folder: Path) -> bytes | None:
    """Make a key and return it, or the one that another run made first; `None` if that fails."""
    draft = folder / f"{FILE_NAME}.{secrets.token_hex(6)}"
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            return None
        if status.st_mode & _OTHERS:
            folder.chmod(0o700)
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(descriptor)
            _take_place(draft, folder / FILE_NAME)
        finally:
            with suppress(OSError):
                draft.unlink()
    return _key(folder)


def _take_place(draft: Path, path: Path) -> None:
    """Give a new key its name, unless another run has made one meanwhile."""
    try:
        os.link(draft, path)
    except FileExistsError:
        if _key(path.parent) is None:
            draft.replace(path)
    except OSError:
        # A file system without links.
        draft.replace(path)
