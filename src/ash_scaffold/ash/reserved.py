"""Names that Ash refuses for attributes, relationships, calculations and aggregates."""

from __future__ import annotations

# Ash.Resource.reserved_names/0.
RESERVED: frozenset[str] = frozenset(
    {
        "__struct__",
        "__meta__",
        "__metadata__",
        "__order__",
        "__lateral_join_source__",
        "*",
        "calculations",
        "aggregates",
        "relationships",
        "as",
    }
)
