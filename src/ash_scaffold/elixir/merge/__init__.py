"""Three-way merge of generated modules into the files of a person."""

from __future__ import annotations

from ash_scaffold.elixir.merge.entities import (
    assemble,
    entities,
    names_in,
    units_of,
    untouched,
    with_texts_of,
)
from ash_scaffold.elixir.merge.merge import (
    USE,
    Merged,
    Part,
    Spread,
    merge,
    merge_narrow,
    merge_spread,
)
from ash_scaffold.elixir.merge.resolve import Adoption, Conflict, MergeContext, Note, NoteKind
from ash_scaffold.elixir.merge.units import DatabaseObjects, TableRenames

__all__ = [
    "USE",
    "Adoption",
    "Conflict",
    "DatabaseObjects",
    "MergeContext",
    "Merged",
    "Note",
    "NoteKind",
    "Part",
    "Spread",
    "TableRenames",
    "assemble",
    "entities",
    "merge",
    "merge_narrow",
    "merge_spread",
    "names_in",
    "units_of",
    "untouched",
    "with_texts_of",
]
