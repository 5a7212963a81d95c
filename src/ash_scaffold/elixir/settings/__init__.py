"""What Ash needs to be told in files that a person wrote: as lines to show, and as edits."""

from __future__ import annotations

from ash_scaffold.elixir.settings.edit import put
from ash_scaffold.elixir.settings.model import (
    AshDomains,
    ImportDeps,
    InstalledExtensions,
    MigrateExtensions,
    MinPgVersion,
    Setting,
    UseAshRepo,
    lines,
)

__all__ = [
    "AshDomains",
    "ImportDeps",
    "InstalledExtensions",
    "MigrateExtensions",
    "MinPgVersion",
    "Setting",
    "UseAshRepo",
    "lines",
    "put",
]
