"""The dumps that several tests load: own ones, and those of a folder of your choice.

Each of the own dumps keeps the constructs of one kind of application: a schema of DBAs (`boats`),
quoted names (`records`), Prisma (`signing`), Ecto (`registry`), Rails (`survey`).
`ASH_SCAFFOLD_CORPUS` names a folder with further dumps, `*.sql`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

_FOLDERS = (
    Path(__file__).with_name("dumps"),
    *(Path(f) for f in [os.environ.get("ASH_SCAFFOLD_CORPUS")] if f),
)
_SCHEMA = re.compile(r"^CREATE SCHEMA (\w+);$", re.MULTILINE)


class Dump(msgspec.Struct, frozen=True):
    """A dump, and the schemas that are read of it: `public` and those that it makes."""

    path: Path
    schemas: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of its file, without the ending."""
        return self.path.stem


def _dump(path: Path) -> Dump:
    return Dump(path, tuple(sorted({"public", *_SCHEMA.findall(path.read_text())})))


DUMPS = {path.stem: _dump(path) for folder in _FOLDERS for path in sorted(folder.glob("*.sql"))}
