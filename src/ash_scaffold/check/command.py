"""The commands that mend what was found, as one types them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import msgspec

from ash_scaffold.postgres.catalog import Name

_MANY = 5


class Commands(msgspec.Struct, frozen=True):
    """`options` say where the database is; a URL is never shown, because it may hold a password."""

    options: tuple[str, ...] = ()

    def write(self, *tables: Name) -> str:
        """Return the command that writes the resources of tables; of all when they are many."""
        named = dict.fromkeys(tables)
        chosen = [word for table in named for word in ("--table", str(table))]
        return self._command(chosen if len(named) <= _MANY else ())

    def prune(self) -> str:
        """Return the command that deletes the resources of tables that are gone."""
        return self._command(["--prune"])

    def _command(self, options: Iterable[str]) -> str:
        return shlex.join(["ash-scaffold", "resources", *self.options, *options])
