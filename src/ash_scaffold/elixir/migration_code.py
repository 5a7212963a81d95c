"""SQL as the Elixir code that a migration has of it.

AshPostgres copies some options of a resource into its migrations as they are: a default and the
`up` and `down` of a statement with `code? true` are code. Its other options go into strings that
Elixir reads once more, where a backslash or `#{` changes the SQL. What is written here is read
back as exactly the SQL.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ash_scaffold.syntax.literal import string

# Pairs of delimiters of a sigil, in the order of preference.
_DELIMITERS = (("|", "|"), ("/", "/"), ("'", "'"), ("{", "}"), ("[", "]"), ("<", ">"), ("(", ")"))
# Literals that mean the same to Ecto, where a fragment says no more.
_PLAIN_DEFAULT = re.compile(r"(?:true|false|0|-?[1-9][0-9]{0,17})\Z")


def execute(statements: Sequence[str]) -> str:
    """Write statements of SQL as calls of `execute`, one a line."""
    return "\n".join(f"execute({_exact(sql)})" for sql in statements)


def default(sql: str | None) -> str:
    """Write a column's default as the migration's `default:` has it, `nil` for none."""
    if sql is None:
        return "nil"
    return sql if _PLAIN_DEFAULT.match(sql) else f"fragment({string(sql)})"


def _exact(sql: str) -> str:
    """Write SQL as a sigil without escapes, else as a string."""
    if not sql.endswith("\\") and all(char.isprintable() or char == "\n" for char in sql):
        for opening, closing in _DELIMITERS:
            if closing not in sql:
                return f"~S{opening}{sql}{closing}"
    return string(sql)
