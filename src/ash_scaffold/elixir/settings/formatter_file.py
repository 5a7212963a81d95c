"""`import_deps` in a `.formatter.exs`."""

from __future__ import annotations

from ash_scaffold.elixir.settings.model import ImportDeps, items, lines
from ash_scaffold.elixir.settings.place import extend, put_cells
from ash_scaffold.syntax.entities import cells
from ash_scaffold.syntax.parse import parse

_INPUTS = 'inputs: ["{mix,.formatter}.exs", "{config,lib,test}/**/*.{ex,exs}"]'


def put_import_deps(source: bytes | None, setting: ImportDeps) -> bytes | None:
    """Put dependencies into the list that is there, or a new list in front of the keywords.

    None when the file's last expression is no keyword list in brackets.
    """
    if source is None or not source.strip():
        (line,) = lines(setting)
        return f"[\n  {line},\n  {_INPUTS}\n]\n".encode()
    tree = parse(source)
    found = cells(tree, tree.expressions[-1]) if tree.expressions else None
    if found is None or found.bare or any(cell.key is None for cell in found.cells):
        return None
    there = [cell.node for cell in found.cells if cell.key == "import_deps"]
    if not there:
        return put_cells(tree, found, -1, lines(setting))
    value = there[0].child_by_field_name("value")
    if value is None or len(there) > 1:
        return None
    return extend(tree, value, items(setting))
