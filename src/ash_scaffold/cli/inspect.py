"""`ash-scaffold inspect`: what is in the database, and what it maps to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ash_scaffold.cli.options import Dump, Json, Legacy, NoLegacy, Schema, Url

if TYPE_CHECKING:
    from ash_scaffold.generate.inspection import Inspection, TableView

_EXAMPLES = """[bold]Examples[/bold]

What a dump holds, and what it maps to, no server or project needed:
  ash-scaffold inspect --dump structure.sql

Two tables as JSON:
  ash-scaffold inspect --url postgres://me@localhost/app_dev --table users --table posts --json
"""


def inspect(
    table: Annotated[
        list[str] | None,
        typer.Option(help="Only this table: a name or a glob. Repeatable.", metavar="PATTERN"),
    ] = None,
    schema: Schema = None,
    url: Url = None,
    dump: Dump = None,
    legacy: Legacy = None,
    no_legacy: NoLegacy = False,
    json: Json = False,
) -> None:
    """Show tables and columns, what each column's type becomes in Ash, and why."""
    from ash_scaffold.cli.ending import told
    from ash_scaffold.generate.inspection import look
    from ash_scaffold.generate.reading import Request

    with told(as_json=json):
        found = look(
            Request(
                folder=Path.cwd(),
                url=url,
                dump=dump,
                tables=tuple(table or ()),
                schemas=tuple(schema or ()),
                legacy=None if legacy is None else str(legacy.resolve()),
                use_legacy=not no_legacy,
                environment=dict(os.environ),
            )
        )
        if json:
            _print_json(found)
        else:
            _print(found)


inspect.__doc__ = f"{inspect.__doc__}\n\n{_EXAMPLES}"


def _print(found: Inspection) -> None:
    from ash_scaffold.cli.output import console, print_problems, print_table, safe

    out = console()
    out.print(f"Read {safe(found.source)}")
    for view in found.tables:
        print_table(
            _title(view), ("column", "type", "null", "attribute", "Ash type", "why"), _rows(view)
        )
    print_problems(found.problems)
    if found.other_schemas:
        names = ", ".join(f"{safe(name)} ({count})" for name, count in found.other_schemas)
        out.print(f"Schemas that were not read: {names}")


def _title(view: TableView) -> str:
    name = view.name if view.schema == "public" else f"{view.schema}.{view.name}"
    key = f", key: {', '.join(view.primary_key)}" if view.primary_key else ", no key"
    return f"{name} ({view.kind}{key})"


def _rows(view: TableView) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for column in view.columns:
        ash_type = column.ash_type or "none"
        if column.constraints:
            ash_type += f", {column.constraints}"
        why = [column.why, *(f"beware: {risk}" for risk in column.risks)]
        rows.append(
            (
                column.name,
                column.type,
                "null" if column.nullable else "",
                column.attribute or "",
                ash_type,
                "; ".join(text for text in why if text),
            )
        )
    return rows


def _print_json(found: Inspection) -> None:
    import msgspec

    document = {
        "version": 1,
        "source": found.source,
        "tables": msgspec.to_builtins(found.tables),
        "problems": msgspec.to_builtins(found.problems),
        "other_schemas": dict(found.other_schemas),
    }
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
