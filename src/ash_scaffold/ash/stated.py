"""A resource as somebody else states it: what could be read of it, and what could not.

Whoever reads a resource (its source as text, a compiled module) fills a `ReadResource`. What it
can't tell is named in `unknown`; nobody may conclude anything from the value that stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from ash_scaffold.ash.model import Resource
from ash_scaffold.postgres.catalog import Name

# `("attributes", "email", "type")`: a field of `ash.model.Resource`, an entity's name, its field.
Path: TypeAlias = tuple[str, ...]


class Place(msgspec.Struct, frozen=True, order=True):
    """A line of a file, from 1; the path is the one that the reader was given."""

    path: str
    line: int


class ReadResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource as it was read.

    `resource` holds what is stated, and Ash's default where nothing is (`actions` is never read).
    `unknown` tells the paths below it that can't be known: `(field,)` of a single value, or of a
    section that may hold more than what was read; `(section, name, field)` of an entity's field.
    Entities go by their Elixir name, constraints by theirs. `places` tells where the resource
    `()`, a field and an entity stand.

    `fields` are the names of what is no attribute or relationship: calculations and aggregates.
    `queries` are the relationships that don't simply follow a key: sorted, limited, manual.
    """

    resource: Resource
    unknown: frozenset[Path] = frozenset()
    places: Mapping[Path, Place] = {}
    fields: frozenset[str] = frozenset()
    queries: frozenset[str] = frozenset()

    @property
    def module(self) -> str:
        """The resource's module."""
        return self.resource.module

    @property
    def table(self) -> Name | None:
        """The table it is pinned to, None when that is not known or not stated."""
        if not self.resource.table or not (self.knows("table") and self.knows("schema")):
            return None
        return Name(self.resource.schema, self.resource.table)

    def knows(self, *path: str) -> bool:
        """Whether what stands at the path is what holds."""
        return path not in self.unknown

    def place(self, *path: str) -> Place | None:
        """Return where something stands: the nearest thing around it when it has no place."""
        for length in range(len(path), -1, -1):
            found = self.places.get(path[:length])
            if found is not None:
                return found
        return None
