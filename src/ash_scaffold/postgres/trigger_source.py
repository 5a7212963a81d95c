"""Which columns a trigger function fills, as far as its source shows it."""

from __future__ import annotations

import re

# Source: PostgreSQL documentation, "Text Search: Triggers for Automatic Updates": the first
# argument is the column. Arguments are kept in pg_trigger.tgargs, each ended by a NUL.
_BUILT_IN = frozenset({"tsvector_update_trigger", "tsvector_update_trigger_column"})
_ASSIGNMENT = re.compile(
    r"\bNEW\s*\.\s*(?:\"((?:[^\"]|\"\")+)\"|([A-Za-z_][\w$]*))\s*:?=(?!=)", re.IGNORECASE
)
_STATEMENT_START = re.compile(r";|\b(?:BEGIN|THEN|ELSE|LOOP)\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def assigned_columns(function: str, source: str | None) -> tuple[str, ...]:
    """Return the columns that a PL/pgSQL trigger function assigns, in order of appearance.

    A comparison in a condition (`IF NEW.a = …`) is no assignment: only a statement's start is.
    """
    if source is None:
        return ()
    if function in _BUILT_IN:
        return (source.split("\\000")[0],)
    found: dict[str, None] = {}
    for statement in _STATEMENT_START.split(_COMMENT.sub(" ", source)):
        match = _ASSIGNMENT.match(statement.strip())
        if match is not None:
            quoted, plain = match.groups()
            name = quoted.replace('""', '"') if quoted else plain.lower()
            found[name] = None
    return tuple(found)
