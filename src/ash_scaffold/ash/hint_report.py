"""What a field of an Ecto schema says that Ash can't be told."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ash_scaffold.ash.hints import LegacyField, Maker
from ash_scaffold.ash.model import ABSENT, Attribute
from ash_scaffold.config.options import ColumnConfig
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, Problem, Severity


def in_config(table: Name, setting: str, column: str | None = None) -> str:
    """Write a setting of a table or column as it stands in `ash_scaffold.toml`."""
    keys = [str(table)] if column is None else [str(table), "columns", column]
    quoted = [key if key == "columns" else json.dumps(key, ensure_ascii=False) for key in keys]
    return f"[tables.{'.'.join(quoted)}] {setting}"


def field_problems(
    table: Name, field: LegacyField, attribute: Attribute, config: ColumnConfig
) -> Iterator[Problem]:
    """Give a note for a custom type, and for a value that code of the project's own makes."""
    where = f"{table}.{field.column}"
    place = f" ({field.path}:{field.line})" if field.path else ""
    if field.custom and config.type is None:
        yield Problem(
            severity=Severity.NOTE,
            code=Code.LEGACY_CUSTOM_TYPE,
            where=where,
            what=f"The Ecto schema reads it by {field.custom}{place}; the attribute "
            f"{attribute.name} holds what the column does.",
            todo="Write an Ash.Type that does the same and name it: "
            + in_config(table, 'type = "…"', field.column)
            + ".",
        )
    if field.maker is Maker.OTHER and attribute.default is ABSENT and not attribute.generated:
        yield Problem(
            severity=Severity.NOTE,
            code=Code.LEGACY_GENERATOR,
            where=where,
            what=f"The legacy code makes its value by {field.generator}{place}, "
            "which Ash is not told of: a create has to give it.",
            todo=f"Add a default to the attribute {attribute.name}.",
        )
