"""The lines of the document's lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ash_scaffold.document.markdown.escape import code, code_cell, plain, prose
from ash_scaffold.document.model import (
    Column,
    Index,
    Link,
    Progress,
    Proposal,
    Status,
    Table,
)

# Said once above the mapping, because every string has it.
_EVERY_STRING = re.compile(r",? ?trim\?: false, allow_empty\?: true")
_EMPTY_ITEMS = re.compile(r",? ?items: \[\]")
_RISK = "beware: "
_SCHEMA = "schema"
_SAID = {Status.NEITHER: "in no code that can be seen"}


def users(table: Table) -> Iterator[str]:
    """Give who uses a table: the old code, then the resources."""
    listed = {use.module for use in table.uses}
    for use in table.uses:
        kind = "schema that refers to it" if use.kind == _SCHEMA else use.kind
        kind = "Ecto schema" if "schema" in use.via else kind
        yield f"- {code(use.module)}: {kind}"
    for context in table.contexts:
        if context not in listed:
            yield f"- {code(context)}: context"
    for resource in table.resources:
        domain = f" of {code(resource.domain)}" if resource.domain else ""
        planned = "" if resource.path else ", not written yet"
        yield f"- {code(resource.module)}: Ash resource{domain}{planned}"


def index(shown: Index) -> str:
    """Write an index: its name, kind and definition."""
    partial = ", partial" if shown.predicate is not None else ""
    return f"- {code(shown.name)}: {shown.kind}{partial}, {code(shown.definition)}"


def relationship(link: Link) -> str:
    """Write one relationship: `users 1--* posts`."""
    text = f"{link.source} {link.cardinality.value} {link.target}"
    if link.through is not None:
        return f"- {code(f'{text} via {link.through}')}"
    columns = ", ".join(map(code, link.columns))
    said = ", self-reference" if link.is_self_reference else ""
    return f"- {code(text)} by {columns}{said}{', optional' if link.optional else ''}"


def shared(table: Table, link: str) -> str:
    """Write the row of a table in the matrix."""
    schemas = ", ".join(code_cell(use.module) for use in table.schemas)
    resources = ", ".join(
        code_cell(resource.module) + ("" if resource.path else " (planned)")
        for resource in table.resources
    )
    name = code_cell(str(table.name))
    return f"| [{name}]({link}) | {schemas or '–'} | {resources or '–'} | {table.status.value} |"


def proposal(proposed: Proposal) -> str:
    """Write a line of the check list."""
    columns = ", ".join(proposed.columns)
    what = f"{proposed.table}.{columns}" if len(proposed.columns) == 1 else str(proposed.table)
    if len(proposed.columns) > 1:
        what += f" ({columns})"
    return f"- [ ] {code(what)}: {plain(proposed.why)}"


def mapping(column: Column) -> str:
    """Write the row of a column."""
    attribute = code_cell(column.attribute) if column.attribute is not None else "–"
    shown = [note for note in column.notes if not note.startswith(_RISK)]
    words = "; ".join(plain(note) for note in shown if not note.endswith("."))
    sentences = [plain(note) for note in shown if note.endswith(".")]
    notes = " ".join([f"{words}." if words and sentences else words, *sentences]).strip()
    cells = (code_cell(column.name), code_cell(column.type), attribute, _ash_type(column), notes)
    return f"| {' | '.join(cells)} |"


def _ash_type(column: Column) -> str:
    if column.ash_type is None:
        return "–"
    constraints = _EMPTY_ITEMS.sub("", _EVERY_STRING.sub("", column.constraints))
    constraints = constraints.removeprefix(", ")
    text = f"{column.ash_type}, {constraints}" if constraints else column.ash_type
    return code_cell(text)


def reason(types: Iterable[str], why: str) -> str:
    """Write why types are mapped as they are."""
    return f"{', '.join(map(code, types))}: {prose(why)}"


def statuses(progress: Progress) -> tuple[str, ...]:
    """Say how many tables are how far, leaving out what no table is."""
    counts = (
        (progress.legacy_only, Status.LEGACY_ONLY),
        (progress.shared, Status.SHARED),
        (progress.ash_only, Status.ASH_ONLY),
        (progress.neither, Status.NEITHER),
    )
    return tuple(f"{count} {_SAID.get(status, status.value)}" for count, status in counts if count)
