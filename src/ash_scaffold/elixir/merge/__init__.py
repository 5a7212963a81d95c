"""Three-way merge of generated modules into the files of a person."""

from __future__ import annotations

from ash_scaffold.elixir.merge.base import assemble, entities
from ash_scaffold.elixir.merge.merge import merge, overlay
from ash_scaffold.elixir.merge.result import Conflict, EntityLines, Merged, Note, NoteKind

__all__ = [
    "Conflict",
    "EntityLines",
    "Merged",
    "Note",
    "NoteKind",
    "assemble",
    "entities",
    "merge",
    "overlay",
]
