"""What resources were rendered as, so that one that is planned the same is not rendered again.

The text of a resource hangs on nothing but the planned resource, the layout and this program with
its packaged templates. So what an earlier run found out holds wherever these are the same, whatever
else has changed since: that this resource gives the text with that digest. Where it is the digest
in the snapshot, the module is as it was generated last, and the text itself is not needed.

A record of one project is kept for its user (`project/kept_records.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from ash_scaffold.ash.model import Resource
from ash_scaffold.config.options import Layout
from ash_scaffold.project.kept_records import (
    program_digest,
    read_record,
    record_path,
    write_record,
)

FOLDER = "rendered"
_KEY_BYTES = 32
# How many times the resources of a run: those of other branches and domains are kept, too.
_MOST_TIMES = 4


class _Record(msgspec.Struct, frozen=True):
    """The keys that a program has found, one after the other."""

    program: bytes
    keys: bytes


class RenderedBefore(msgspec.Struct, frozen=True):
    """The keys of resources and texts that belong together, known before and found in this run.

    `path` is the file that holds them, None where nothing is kept.
    """

    path: Path | None = None
    program: bytes = b""
    known: frozenset[bytes] = frozenset()
    found: frozenset[bytes] = frozenset()

    def with_found(self, keys: Iterable[bytes]) -> RenderedBefore:
        """Return it with the keys of a run."""
        return msgspec.structs.replace(self, found=frozenset(keys))

    def keep(self) -> None:
        """Keep the keys of the run beside those that were known. What can't be kept is not."""
        if self.path is None or self.found <= self.known:
            return
        keys = self.known | self.found
        if len(keys) > _MOST_TIMES * len(self.found):
            keys = self.found
        record = _Record(self.program, b"".join(sorted(keys)))
        with suppress(OSError):
            write_record(self.path, msgspec.msgpack.encode(record))


def rendered_before(root: Path, environment: Mapping[str, str]) -> RenderedBefore:
    """Read what earlier runs of this program have found of a project."""
    path = record_path(FOLDER, bytes(root.absolute()), environment)
    if path is None:
        return RenderedBefore()
    program = program_digest()
    body = read_record(path)
    with suppress(msgspec.DecodeError):
        record = None if body is None else msgspec.msgpack.decode(body, type=_Record)
        if record is not None and record.program == program:
            keys, size = record.keys, _KEY_BYTES
            known = frozenset(keys[at : at + size] for at in range(0, len(keys), size))
            return RenderedBefore(path, program, known)
    return RenderedBefore(path, program)


class Subject(msgspec.Struct, frozen=True):
    """All that decides the text of a resource, as a text: different ones differ in it."""

    text: str

    @classmethod
    def of(cls, resource: Resource, layout: Layout) -> Subject:
        """Return the subject of a resource."""
        # JSON would not do: it takes a tuple for a list and a decimal for a text.
        return cls(repr((layout, resource)))

    def key(self, rendered: str) -> bytes:
        """Return the key of a subject with the digest of its text."""
        return hashlib.blake2b(f"{rendered} {self.text}".encode(), digest_size=_KEY_BYTES).digest()

    def names_any(self, modules: Collection[str]) -> bool:
        """Whether the text may name one of some modules."""
        return any(module in self.text for module in modules)
