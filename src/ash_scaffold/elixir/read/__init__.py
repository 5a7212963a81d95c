"""Resources read from Elixir source: the counterpart of `elixir.render`."""

from __future__ import annotations

from ash_scaffold.ash.model import Place, ReadResource
from ash_scaffold.elixir.read.names import columns_of, known_names, names_of
from ash_scaffold.elixir.read.resource import Source, read_resource, read_resources

__all__ = [
    "Place",
    "ReadResource",
    "Source",
    "columns_of",
    "known_names",
    "names_of",
    "read_resource",
    "read_resources",
]
