"""Three-way merge of generated modules into the files of a person."""

from __future__ import annotations

from ash_scaffold.elixir.entity_lines import EntityLines
from ash_scaffold.elixir.merge.base import assemble, entities
from ash_scaffold.elixir.merge.merge import merge, overlay
from ash_scaffold.elixir.merge.result import Conflict, Merged, Note, NoteKind
from ash_scaffold.elixir.merge.spread import USE, Part, Spread, merge_spread
from ash_scaffold.elixir.merge.units import Around, Renames
from ash_scaffold.elixir.merge.untouched import names_in, units_of, untouched

__all__ = [
    "USE",
    "Around",
    "Conflict",
    "EntityLines",
    "Merged",
    "Note",
    "NoteKind",
    "Part",
    "Renames",
    "Spread",
    "assemble",
    "entities",
    "merge",
    "merge_spread",
    "names_in",
    "overlay",
    "units_of",
    "untouched",
]
