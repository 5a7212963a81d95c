"""What a merge gives: the text, and what it could not or would not do."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ash_scaffold.elixir.entity_lines import EntityLines


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that both sides changed: the person's text stays.

    `object` is the database object as `[[accept]]` names it, `option` the option of it when the
    conflict is about one. The lines are those of each side, none where it lacks the unit.
    """

    section: str
    object: str
    option: str | None
    base: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def name(self) -> str:
        """What `[[accept]]` calls it: `table.object`, or `table.object.option`."""
        return self.object if self.option is None else f"{self.object}.{self.option}"


class NoteKind(StrEnum):
    """What there is to say about a unit that was left as it is, and is no conflict."""

    REMOVED = "removed by hand"
    DIFFERS = "differs"
    ACCEPTED = "accepted"


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that the person took out, or has in another form than would be generated."""

    kind: NoteKind
    section: str
    object: str
    option: str | None
    ours: tuple[str, ...]
    theirs: tuple[str, ...]


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The merged text and what is to be remembered of it.

    `base` is the generated text to keep as the next base: `theirs`, but with the old base of what
    is in conflict, so that the next run says it again. `unresolved` names those units, and `held`
    are the entities of `base` that they are in: `overlay` puts them into a base rendered anew.
    """

    text: bytes
    base: str
    held: tuple[EntityLines, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()
    unresolved: tuple[str, ...] = ()
