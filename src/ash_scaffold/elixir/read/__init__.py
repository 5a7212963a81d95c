"""Resources read from Elixir source: the counterpart of `elixir.render`."""

from __future__ import annotations

from ash_scaffold.elixir.read.names import columns_of, identity_columns_of, names_of, resource_names
from ash_scaffold.elixir.read.resource import (
    FRAGMENT,
    Declaration,
    Source,
    read_declaration,
    read_resource,
    read_resources,
)
from ash_scaffold.elixir.read.values import ModuleSource

__all__ = [
    "FRAGMENT",
    "Declaration",
    "ModuleSource",
    "Source",
    "columns_of",
    "identity_columns_of",
    "names_of",
    "read_declaration",
    "read_resource",
    "read_resources",
    "resource_names",
]
