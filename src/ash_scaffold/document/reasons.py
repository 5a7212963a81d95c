"""Why types are mapped as they are, said once for all columns of a type."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ash_scaffold.document.model import Table

_MODIFIER = re.compile(r"\(.*?\)|\[\]")


def reasons(tables: Iterable[Table]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return PostgreSQL's types, without length and brackets, each group with its reason.

    They are in order of the types. A reason is a text of the tool's own: backticks make code
    spans of it.
    """
    types: dict[str, set[str]] = {}
    for table in tables:
        for column in table.columns:
            if column.why:
                types.setdefault(column.why, set()).add(_MODIFIER.sub("", column.type))
    return tuple(sorted((tuple(sorted(names)), why) for why, names in types.items()))
