"""What may become of a record that is kept for a user, so that it counts for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

SPOILT: dict[str, Callable[[Path], object]] = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "changed": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"),
    "empty": lambda path: path.write_bytes(b""),
    "readable for others": lambda path: path.chmod(0o644),
    "a link": lambda path: path.symlink_to(path.rename(path.with_name("else"))),
    "of another key": lambda path: (path.parents[1] / "journal.key").unlink(),
}
