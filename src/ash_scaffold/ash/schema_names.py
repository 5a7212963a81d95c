"""The names that Ecto schemas give to the resources of their tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from ash_scaffold.ash.english import singularize
from ash_scaffold.ash.hints import LegacySchema
from ash_scaffold.ash.naming import macro_underscore

# Last segments that say that a module is a schema, and not of what.
_SAYS_NOTHING = frozenset({"Model", "Schema", "Record", "Entity"})
_SEGMENT = re.compile(r"[A-Z][A-Za-z0-9_]*\Z")
# The share of a table's columns that are most of them.
_MOST = 2 / 3
# The last word of a segment: `Entries` of `LogEntries`, `APIs`, `SMS`.
_LAST_WORD = re.compile(r"[A-Z]?[a-z0-9]+\Z|[A-Z]+s\Z")


class SchemaName(msgspec.Struct, frozen=True, kw_only=True):
    """The names for the resource of a table, the preferred first, and the schema they are of.

    Each further one has one more of the module's segments before it. There are none where the
    table's own name has to do. `why` goes on from "named".
    """

    choices: tuple[str, ...] = ()
    schema: LegacySchema | None = None
    why: str = ""


NO_SCHEMA = SchemaName()


def schema_name(schemas: Sequence[LegacySchema], table: str, contexts: Iterable[str]) -> SchemaName:
    """Name the resource of a table by its schemas, the leading one first.

    `table` is the name that the table alone would give, `contexts` are the modules directly below
    which several schemas stand: these say nothing of one of them.
    """
    usable = [each for each in schemas if _SEGMENT.match(each.module.rpartition(".")[2])]
    if not usable:
        return NO_SCHEMA
    # Web code has schemas over a few columns, for a form of its own.
    inner = [each for each in usable if not _is_web(each.module)] or usable
    several = frozenset(contexts)
    names = {each.module: _choices(each.module, several) for each in inner}
    firsts = {names[each.module][0] if names[each.module] else table for each in inner}
    leading = inner[0] if len(firsts) == 1 else _leading(inner, names, table)
    if leading is None:
        listed = ", ".join(sorted(each.module for each in inner))
        return SchemaName(why=f"after its table, since none of its Ecto schemas leads: {listed}")
    choices = names[leading.module]
    if not choices:
        why = f"after its table, since {leading.module} does not say of what it is the schema"
        return SchemaName(schema=leading, why=why)
    return SchemaName(choices=choices, schema=leading, why=f"as its Ecto schema, {leading.module}")


def _leading(
    schemas: Sequence[LegacySchema], names: dict[str, tuple[str, ...]], table: str
) -> LegacySchema | None:
    """Return the schema of several that stands for the whole table.

    That is the one that is named as the table, that has the columns of all others, or that alone
    has most of all columns: where each has its own part of the table, none of them leads.
    """
    same = [s for s in schemas if [n.casefold() for n in names[s.module][:1]] == [table.casefold()]]
    if len(same) == 1:
        return same[0]
    columns = {each.module: {field.column for field in each.fields} for each in schemas}
    every = set().union(*columns.values())
    for share in (1, _MOST):
        wide = [s for s in schemas if len(columns[s.module]) >= share * len(every)]
        if wide:
            return wide[0] if len(wide) == 1 else None
    return None


def _is_web(module: str) -> bool:
    return module.partition(".")[0].endswith("Web")


def _choices(module: str, contexts: frozenset[str]) -> tuple[str, ...]:
    """Return a module's last segment, then each with one more segment before it.

    What only says that it is a schema gives way to the segment before it, unless that is a
    context: of several schemas, or by its plural.
    """
    parts = module.split(".")
    if parts[-1] in _SAYS_NOTHING and len(parts) > 2:
        before = ".".join(parts[:-1])
        if before in contexts or parts[-2] != _singular(parts[-2]):
            return ()
        parts = parts[:-1]
    elif parts[-1] in _SAYS_NOTHING:
        return ()
    choices = [parts[-1]]
    # The first segment is the application's.
    for part in reversed(parts[1:-1]):
        before = _singular(part)
        longer = choices[-1] if before in _SAYS_NOTHING else _joined(before, choices[-1])
        if longer != choices[-1]:
            choices.append(longer)
    return tuple(choices)


def _joined(before: str, name: str) -> str:
    """Put a segment before a name, unless the one has the other at its end or beginning."""
    if before.endswith(name):
        return before
    return name if name.startswith(before) else f"{before}{name}"


def _singular(segment: str) -> str:
    """Return a segment with its last word in the singular: `LogEntries` gives `LogEntry`."""
    found = _LAST_WORD.search(segment)
    if found is None:
        return segment
    word = found[0]
    head = segment[: found.start()]
    if word[:-1].isupper() and len(word) > 2:
        return head + word.removesuffix("s")
    singular = singularize(macro_underscore(word))
    return head + (singular.capitalize() if word[0].isupper() else singular)
