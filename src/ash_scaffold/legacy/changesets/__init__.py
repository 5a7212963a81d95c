"""The reading of changeset functions: what they do, and who writes with them."""

from __future__ import annotations

from ash_scaffold.legacy.changesets.read import read_changesets

__all__ = ["read_changesets"]
