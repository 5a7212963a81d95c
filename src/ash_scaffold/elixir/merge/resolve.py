"""The decisions of a merge for a unit that three versions have, or two, or one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from ash_scaffold.ash.dsl import RELATIONSHIP_ENTITIES
from ash_scaffold.elixir.merge.edits import Edit, Style, indented, lines_of
from ash_scaffold.elixir.merge.pairing import Triple, pair
from ash_scaffold.elixir.merge.unit_edits import Change, pad_of, text_lines, value_text, write_parts
from ash_scaffold.elixir.merge.units import NO_RENAMES, Form, TableRenames, Unit, same
from ash_scaffold.syntax.literal import atom

Path = tuple[str, ...]
_IDENTITIES = "identities"
_ATTRIBUTES = "attributes"


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
        """Its name in `[[accept]]`: `table.object`, or `table.object.option`."""
        return self.object if self.option is None else f"{self.object}.{self.option}"


class NoteKind(StrEnum):
    """The reasons for a note on a unit that was left as it is, and is no conflict."""

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


_TYPE, _CONSTRAINTS = "#1", "option constraints"


class Adoption(msgspec.Struct, frozen=True):
    """What there is to say of a resource that was written by hand, and is merged the first time.

    `missing` is put in and `differing` is noted, each by its section and the key of the unit
    (`attributes column email`), a relationship and its reference by the name in place of the key.
    """

    missing: frozenset[str] = frozenset()
    differing: frozenset[str] = frozenset()


def _mark(unit: Unit, section: str) -> str:
    """Return the section of a unit and its key, or its name."""
    if unit.word in RELATIONSHIP_ENTITIES or unit.word == "reference":
        return f"{section} {unit.name}"
    return f"{section} {unit.key}"


class MergeContext(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a merge that is the same for all modules of a table's resource.

    `scope`, the table's name, stands in front of the objects in conflicts and in `accepted`, the
    conflicts that are settled in the person's favour (`users.email`, `users.email.type`). `renames`
    are those of the database since the base. `hand_given_names` are the names in the base that a
    person gave, by section, each with the one that was generated: an entity with such a name
    counts as edited, even when its text is that of the base. `present` are the columns that have
    an attribute, also one that a belongs_to or an extension defines. `adoption` is set for a
    resource that was written by hand: nothing else of it is put in or noted.
    """

    scope: str = ""
    accepted: frozenset[str] = frozenset()
    renames: TableRenames = NO_RENAMES
    hand_given_names: Mapping[str, Mapping[str, str]] = {}
    present: frozenset[str] = frozenset()
    adoption: Adoption | None = None

    def full_name(self, object_: str) -> str:
        """Return the name of an object with the scope in front."""
        return f"{self.scope}.{object_}" if self.scope else object_


NO_CONTEXT = MergeContext()


class Place(msgspec.Struct, frozen=True):
    """A place in a module, by keys of the base, and its name in messages."""

    path: Path = ()
    section: str = ""
    object: str = ""
    option: str | None = None

    def inside(self, unit: Unit, key: str) -> Place:
        """Return the place of a unit inside this one; `key` is the one in the base."""
        object_, option = self._names(unit)
        section = (self.section or unit.word) if unit.is_section else self.section
        return Place((*self.path, key), section, object_, option)

    def _names(self, unit: Unit) -> tuple[str, str | None]:
        if unit.is_section or not self.path:
            return unit.label, None
        if self.path[-1].startswith("section "):
            is_option = unit.key.startswith("option ")
            return (f"{self.object}.{unit.label}" if is_option else unit.label), None
        return self.object, unit.label if self.option is None else f"{self.option}.{unit.label}"


class Resolver:
    """Resolves the units of one module, and collects conflicts and notes.

    `only` limits the merge to units at or under one of these paths.
    """

    def __init__(
        self, style: Style, context: MergeContext, only: frozenset[Path] | None = None
    ) -> None:
        self.style = style
        self.context = context
        self.only = only
        self.conflicts: list[Conflict] = []
        self.notes: list[Note] = []
        self.held: set[Path] = set()
        self._staying: dict[str, bool] = {}

    def module(self, base: Unit, theirs: Unit, ours: Unit) -> list[Edit]:
        """Merge a whole module."""
        self._staying = {
            unit.key: self.context.full_name(unit.label) in self.context.accepted
            for unit in self._staying_identities(base, theirs, ours)
        }
        return self.parts(base.parts or (), theirs.parts or (), ours, Place())[0]

    def parts(
        self, base: Sequence[Unit], theirs: Sequence[Unit], ours: Unit, place: Place
    ) -> tuple[list[Edit], bool]:
        """Merge the parts of a unit; also return whether nothing of its inside is left."""
        changes = []
        for triple in pair(base, theirs, ours.parts or ()):
            # A merge limited to paths has the base in place of `theirs`.
            old = triple.base if self.only is None else triple.theirs
            key = (old or triple.any).key
            inner = place.inside(triple.any, key)
            changes.append(self._resolve(triple, inner))
        return write_parts(ours, changes, self.style, _generated(base))

    def _resolve(self, triple: Triple, place: Place) -> Change:
        base, theirs, ours = triple.base, triple.theirs, triple.ours
        if ours is None and self._is_elsewhere(triple, place):
            return Change(triple)
        if not self._is_active(place) and (base is None or theirs is None or ours is None):
            return self._some(triple, place)
        if base is not None and theirs is not None and base.content == theirs.content:
            if ours is None:
                self._note(NoteKind.REMOVED, triple, place)
            elif theirs.open and ours.parts is not None:
                # There is nothing to edit, but parts that the person took out are noted.
                self.parts(base.parts or (), theirs.parts or (), ours, place)
            return Change(triple)
        if ours is None:
            return self._missing(triple, place)
        if theirs is None:
            return self._dropped(triple, place)
        if ours.content == theirs.content:
            return Change(triple)
        if base is None:
            if theirs.open and ours.parts is not None:
                return Change(triple, self.parts((), theirs.parts or (), ours, place)[0])
            self._note(NoteKind.DIFFERS, triple, place)
            return Change(triple)
        return self._changed(triple, base, theirs, ours, place)

    def _some(self, triple: Triple, place: Place) -> Change:
        """Put in those parts of a missing section that the merge is limited to."""
        theirs = triple.theirs
        if theirs is None or triple.ours is not None or not theirs.open:
            return Change(triple)
        parts = [u for u in theirs.parts or () if self._is_active(place.inside(u, u.key))]
        return Change(triple, insert=theirs, only=tuple(parts)) if parts else Change(triple)

    def _missing(self, triple: Triple, place: Place) -> Change:
        """Put in a new unit; one that the person took out stays out."""
        base, theirs = triple.base, triple.theirs
        if theirs is None:
            return Change(triple)
        if base is None:
            return self._new(triple, theirs, place)
        self._note(NoteKind.REMOVED, triple, place)
        if not theirs.open:
            return Change(triple)
        pairs = pair(base.parts or (), theirs.parts or (), ())
        new = [t.theirs for t in pairs if t.theirs is not None and t.base is None]
        return Change(triple, insert=theirs, only=tuple(new)) if new else Change(triple)

    def _is_elsewhere(self, triple: Triple, place: Place) -> bool:
        """Whether the resource has an attribute by other means than an entity of it."""
        is_there = triple.any.key.removeprefix("column ") in self.context.present
        if place.section != _ATTRIBUTES or not is_there:
            return False
        base, theirs = triple.base, triple.theirs
        if base is not None and theirs is not None and base.content != theirs.content:
            self._note(NoteKind.DIFFERS, triple, place)
        return True

    def _new(self, triple: Triple, theirs: Unit, place: Place) -> Change:
        """Put in a unit, of a resource that was written by hand only what is missing."""
        if self.context.adoption is None or place.path[0] == "use":
            return Change(triple, insert=theirs)
        if not theirs.open:
            return Change(triple, insert=theirs if self._is_missing(theirs, place) else None)
        parts = [
            part
            for part in theirs.parts or ()
            if not self._is_present(part) and self._has_missing(part, place.inside(part, part.key))
        ]
        if not parts:
            return Change(triple)
        return Change(triple, insert=theirs, only=tuple(parts))

    def _is_present(self, unit: Unit) -> bool:
        return unit.key.removeprefix("column ") in self.context.present

    def _is_missing(self, unit: Unit, place: Place) -> bool:
        adoption = self.context.adoption
        return adoption is not None and _mark(unit, place.section) in adoption.missing

    def _has_missing(self, unit: Unit, place: Place) -> bool:
        if not unit.open:
            return self._is_missing(unit, place)
        return any(
            self._has_missing(part, place.inside(part, part.key)) for part in unit.parts or ()
        )

    def _dropped(self, triple: Triple, place: Place) -> Change:
        base, ours = triple.base, triple.ours
        if base is None or ours is None:
            return Change(triple)
        if place.section == "postgres" and ours.key in self._staying:
            # Without its index's name and predicate the identity would be another one.
            if not self._staying[ours.key]:
                self.held.add(place.path)
            return Change(triple)
        staying = any(part.key in self._staying for part in ours.parts or ())
        untouched = same(ours, base) and not self._is_named(base, place.section)
        if untouched and not staying and "# opened again" not in ours.inner:
            return Change(triple, remove=True)
        if ours.open and ours.parts is not None:
            edits, empty = self.parts(base.parts or (), (), ours, place)
            if empty and not set(ours.comments) - set(base.comments):
                return Change(triple, remove=True)
            return Change(triple, edits)
        self._conflict(triple, place)
        return Change(triple)

    def _changed(
        self, triple: Triple, base: Unit, theirs: Unit, ours: Unit, place: Place
    ) -> Change:
        active = self._is_active(place)
        whole = _whole(base, theirs, ours, self.style)
        if whole is not None and active:
            return Change(triple, [whole])
        if base.parts is not None and theirs.parts is not None and _can_take(ours):
            edits = self._head(triple, base, theirs, ours, place)
            wanted = theirs.parts
            if _keeps_type(base, theirs, ours):
                # Constraints belong to the type: they wait for its decision.
                wanted = _without_change(base.parts, wanted, _CONSTRAINTS)
                if (*place.path, _TYPE) in self.held:
                    self.held.add((*place.path, _CONSTRAINTS))
            inner, empty = self.parts(base.parts, wanted, ours, place)
            if empty and not ours.is_section and not ours.head and ours.value is not None:
                return Change(triple, remove=True)
            return Change(triple, [*edits, *inner])
        if not active:
            return Change(triple)
        if ours.content == base.content and set(ours.inner) <= set(base.inner):
            return Change(triple, [_replaced(theirs, ours, self.style)])
        self._conflict(triple, place)
        return Change(triple)

    def _head(
        self, triple: Triple, base: Unit, theirs: Unit, ours: Unit, place: Place
    ) -> list[Edit]:
        """Merge an entity's own word and its arguments."""
        moved = base.word != theirs.word and ours.word != theirs.word
        slots = list(zip(base.head, theirs.head, ours.head, strict=False))
        if not moved:
            found = []
            for old, new, own in slots:
                change = self._resolve(Triple(old, new, own), place.inside(new, old.key))
                found += change.edits
            return found
        here = msgspec.structs.replace(place, path=(*place.path, "#word"), option="kind")
        if not self._is_active(here):
            return []
        rest = [unit.content for unit in ours.head[1:]] == [unit.content for unit in base.head[1:]]
        if ours.word != base.word or not rest or not ours.head:
            self._conflict(triple, here)
            return []
        renamed = theirs.head[0] if ours.head[0].content == base.head[0].content else ours.head[0]
        args = [renamed, *theirs.head[1:]]
        opening = ours.source[ours.start + len(ours.word.encode()) : ours.head[0].start]
        text = (
            theirs.word.encode()
            + opening
            + b", ".join(arg.source[arg.start : arg.end] for arg in args)
        )
        return [Edit(ours.start, ours.head[-1].end, text)]

    def _is_active(self, place: Place) -> bool:
        if self.only is None:
            return True
        return any(path == place.path[: len(path)] for path in self.only)

    def _conflict(self, triple: Triple, place: Place) -> None:
        if self._is_accepted(place):
            self._note(NoteKind.ACCEPTED, triple, place)
            return
        self.held.add(place.path)
        self.conflicts.append(
            Conflict(
                section=place.section,
                object=self.context.full_name(place.object),
                option=place.option,
                base=self._as_generated(triple.base, place.section),
                ours=text_lines(triple.ours),
                theirs=text_lines(triple.theirs),
            )
        )

    def _staying_identities(self, base: Unit, theirs: Unit, ours: Unit) -> list[Unit]:
        """Return the identities that stay although their index was dropped: edited ones."""
        old, new, own = (_identities(unit) for unit in (base, theirs, ours))
        return [
            triple.base
            for triple in pair(old, new, own)
            if triple.base is not None and triple.theirs is None and triple.ours is not None
            if not same(triple.ours, triple.base) or self._is_named(triple.base, _IDENTITIES)
        ]

    def _is_named(self, base: Unit, section: str) -> bool:
        """Whether a person has named an entity, or one of those in a section."""
        entities = (base.parts or ()) if base.is_section else (base,)
        return any(self._own_name(each, section) is not None for each in entities)

    def _own_name(self, base: Unit, section: str) -> str | None:
        """Return the name that an entity was generated with, where a person has named it."""
        names = self.context.hand_given_names.get(section, {})
        return names.get(base.name) if base.name else None

    def _as_generated(self, base: Unit | None, section: str) -> tuple[str, ...]:
        """Return the lines of a base, with the name that it was generated with."""
        lines = text_lines(base)
        own = None if base is None else self._own_name(base, section)
        if base is None or not own:
            return lines
        return tuple(line.replace(atom(base.name), atom(own), 1) for line in lines)

    def _note(self, kind: NoteKind, triple: Triple, place: Place) -> None:
        if kind is not NoteKind.ACCEPTED and self._is_accepted(place):
            return
        adoption = self.context.adoption
        if adoption is not None and _mark(triple.any, place.section) not in adoption.differing:
            return
        self.notes.append(
            Note(
                kind=kind,
                section=place.section,
                object=self.context.full_name(place.object),
                option=place.option,
                ours=text_lines(triple.ours),
                theirs=text_lines(triple.theirs),
            )
        )

    def _is_accepted(self, place: Place) -> bool:
        """Whether the object is accepted, or its option, or one that the option is inside of."""
        full = self.context.full_name(place.object)
        if full in self.context.accepted:
            return True
        names = place.option.split(".") if place.option is not None else []
        return any(
            f"{full}.{'.'.join(names[: end + 1])}" in self.context.accepted
            for end in range(len(names))
        )


def _identities(module: Unit) -> Sequence[Unit]:
    sections = (part for part in module.parts or () if part.key == f"section {_IDENTITIES}")
    return next((section.parts or () for section in sections), ())


def _keeps_type(base: Unit, theirs: Unit, ours: Unit) -> bool:
    """Whether an attribute's type changed, and the person has another one that stays."""
    types = [unit.head[1].content for unit in (base, theirs, ours) if len(unit.head) > 1]
    return theirs.word == "attribute" and len(set(types)) == 3


def _without_change(base: Sequence[Unit], theirs: Sequence[Unit], key: str) -> tuple[Unit, ...]:
    """Return the parts of `theirs` with that one as it is in `base`."""
    rest = [unit for unit in theirs if unit.key != key]
    return (*rest, *(unit for unit in base if unit.key == key))


def _can_take(ours: Unit) -> bool:
    """Whether a unit can be merged part by part."""
    if ours.parts is None:
        return False
    return ours.cells is not None or ours.is_section or bool(ours.head)


def _whole(base: Unit, theirs: Unit, ours: Unit, style: Style) -> Edit | None:
    """Take the generated text as it is where the person's is still that of the base.

    So an unedited unit keeps the formatter's layout. None where it is edited.
    """
    if ours.is_section or ours.key == "" or ours.form is not Form.STATEMENT:
        return None
    if lines_of(base) != lines_of(ours):
        return None
    start, new = ours.start, theirs.start
    if lines_of(base, base.lead) == lines_of(ours, ours.lead):
        start, new = ours.lead, theirs.lead
    return Edit(start, ours.end, indented(lines_of(theirs, new), pad_of(ours), style))


def _replaced(theirs: Unit, ours: Unit, style: Style) -> Edit:
    start, end = ours.value_range
    text = value_text(theirs, pad_of(ours), style, pair=ours.form is Form.PAIR)
    return Edit(start, end, text)


def _generated(base: Sequence[Unit]) -> frozenset[str]:
    """Return the comments that were generated with these units, around them and inside."""
    found: set[str] = set()
    for unit in base:
        found.update(unit.comments)
        above = unit.source[unit.lead : unit.start].split(b"\n")
        found.update(line.decode("utf-8", "replace").strip() for line in above)
    return frozenset(found - {""})
