"""The three-way merge of one module, and of a resource that is spread over several.

`merge` merges a generated module into a person's file. `merge_spread` does so for a resource with
Spark fragments: an entity is merged where it stands, and a new one goes to the module that is home
to generated entities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.dsl import ATTRIBUTE_ENTITIES, CONSTRAINT_NAME_OPTIONS
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.hand_edits import laid_out
from ash_scaffold.elixir.merge.by_lines import merged_by_lines
from ash_scaffold.elixir.merge.edits import Edit, apply, style_of
from ash_scaffold.elixir.merge.entities import (
    assemble,
    entities,
    units_by_entity,
)
from ash_scaffold.elixir.merge.narrow import Short, kept_of, key_of
from ash_scaffold.elixir.merge.resolve import (
    NO_CONTEXT,
    Conflict,
    MergeContext,
    Note,
    Path,
    Resolver,
)
from ash_scaffold.elixir.merge.units import (
    NO_OBJECTS,
    NO_RENAMES,
    DatabaseObjects,
    Form,
    TableRenames,
    Unit,
    module_units,
    objects_of,
    same,
)
from ash_scaffold.elixir.read.values import ModuleSource
from ash_scaffold.problem import Code, fail
from ash_scaffold.syntax.entities import comments
from ash_scaffold.syntax.literal import atom, string
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse

_NO_BASE = "defmodule Base do\nend\n"
# The options of `postgres` whose entries hold names of constraints and indexes.
_NAMING = frozenset({"identity_index_names", *CONSTRAINT_NAME_OPTIONS})
USE = ("", "use")
_Key = tuple[str, str]


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The merged text, and the part of the merge that a snapshot keeps.

    `base` is the next base: `theirs`, but with the old base of the units in conflict, so that the
    next run reports them again. `unresolved` names those units.
    """

    text: bytes
    base: str
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()
    unresolved: tuple[str, ...] = ()


class OtherModules(msgspec.Struct, frozen=True):
    """The database objects of a resource's other modules, in the three versions."""

    base: DatabaseObjects = NO_OBJECTS
    theirs: DatabaseObjects = NO_OBJECTS
    ours: DatabaseObjects = NO_OBJECTS


NO_OTHER_MODULES = OtherModules()


def merge(
    ours: bytes,
    base: str | None,
    theirs: str,
    *,
    module: str,
    context: MergeContext = NO_CONTEXT,
    others: OtherModules = NO_OTHER_MODULES,
) -> Merged:
    """Merge a generated module into a person's file, by edits of byte ranges.

    `ours` is the file, `base` the text of the module that was generated last (None: never) and
    `theirs` the one of today, each of one module; `module` is its name in `ours`. `others` is for
    one of several modules of a resource.

    Raises `ScaffoldError` when `ours` is no Elixir or lacks the module.
    """
    source = parsed(ours, module)
    if context.renames != NO_RENAMES:
        source = parsed(follow_renames(source, context.renames), module)
        if base is not None:
            base = follow_renames(_parsed_text(base), context.renames).decode()
        followed = msgspec.structs.replace(context.renames, followed=True)
        context = msgspec.structs.replace(context, renames=followed)
    resolver = Resolver(style_of(source.tree.source), context)
    text = _merged_text(source, base, theirs, resolver, others)
    if text != source.tree.source and parse(text).fault is not None:
        return _unmerged(ours, base, theirs, context.scope)
    held = frozenset(resolver.held)
    return Merged(
        text=text,
        base=_with_held(base, theirs, held, context.renames, others) if held else theirs,
        conflicts=tuple(resolver.conflicts),
        notes=tuple(resolver.notes),
        unresolved=tuple(dict.fromkeys(conflict.name for conflict in resolver.conflicts)),
    )


def merge_narrow(
    ours: str,
    base: Sequence[EntityLines],
    theirs: Sequence[EntityLines],
    text: str,
    *,
    module: str,
    context: MergeContext = NO_CONTEXT,
) -> Merged | None:
    """Merge as `merge` does, if most of the file is as it was and nothing is in conflict.

    `text` is the module of today, which has the entities `theirs`. None where `merge` has to do it.
    """
    own, new = laid_out(ours, module, base), laid_out(text, module, theirs)
    if own is None or new is None or context.renames != NO_RENAMES:
        return None
    lines = merged_by_lines(own, new, base, context.present)
    if lines is not None:
        return Merged(text=lines.encode(), base=text)
    kept = kept_of(own, base, theirs)
    if kept is None:
        return None
    short = Short(own, kept)
    source = parsed(short.text.encode(), module)
    resolver = Resolver(style_of(ours.encode()), context)
    before = assemble(module, [item for item in base if key_of(item) in kept])
    edits = _merge_edits(source, before, Short(new, kept).text, resolver, NO_OTHER_MODULES)
    if resolver.conflicts or resolver.held:
        return None
    after = apply(source.tree.source, edits)
    found = [short.edit(edit) for edit in edits]
    whole = [edit for edit in found if edit is not None]
    if len(whole) < len(edits) or (edits and parse(after).fault is not None):
        return None
    return Merged(text=apply(ours.encode(), whole), base=text, notes=tuple(resolver.notes))


def _merged_text(
    ours: ModuleSource, base: str | None, theirs: str, resolver: Resolver, others: OtherModules
) -> bytes:
    edits = _merge_edits(ours, base, theirs, resolver, others)
    return apply(ours.tree.source, edits)


def _merge_edits(
    ours: ModuleSource, base: str | None, theirs: str, resolver: Resolver, others: OtherModules
) -> list[Edit]:
    renames = resolver.context.renames
    old = _generated(base or _NO_BASE, renames, others.base)
    new = _generated(theirs, NO_RENAMES, others.theirs)
    return resolver.module(old, new, _own(ours, old, new, renames, others))


def _own(
    ours: ModuleSource, old: Unit, new: Unit, renames: TableRenames, others: OtherModules
) -> Unit:
    uses = [part.name for unit in (old, new) for part in unit.parts or () if part.key == "use"]
    return module_units(ours.tree, ours.module, renames, uses or ("Ash.Resource",), others.ours)


def _with_held(
    base: str | None,
    theirs: str,
    held: frozenset[Path],
    renames: TableRenames,
    others: OtherModules,
) -> str:
    """Return `theirs` with the old base of some units in place of theirs.

    This is a merge as well: the base is merged into `theirs`, for those units alone.
    """
    source = _parsed_text(theirs)
    today = _generated(theirs, NO_RENAMES, others.theirs)
    # The renames are those since the base, so here `theirs` of the merge has them.
    old = _generated(base or _NO_BASE, renames, others.base)
    own = _own(source, today, old, NO_RENAMES, OtherModules(ours=others.theirs))
    resolver = Resolver(style_of(source.tree.source), NO_CONTEXT, held)
    return apply(source.tree.source, resolver.module(today, old, own)).decode()


def _parsed_text(text: str) -> ModuleSource:
    """Return the one module of a generated text."""
    tree = parse(text.encode())
    return ModuleSource(tree, modules(tree)[0])


def _generated(text: str, renames: TableRenames, others: DatabaseObjects) -> Unit:
    source = _parsed_text(text)
    return module_units(source.tree, source.module, renames, others=others)


def parsed(source: bytes, module: str) -> ModuleSource:
    """Return a module in a file. Raises `ScaffoldError` when it is no Elixir or lacks it."""
    tree = parse(source)
    fault = tree.fault
    if fault is not None:
        raise fail(
            Code.UNPARSABLE_FILE,
            f"The file is not valid Elixir: line {fault.line}, column {fault.column}, "
            f"at {fault.text}",
            todo="Fix it, or move it away to have it written anew.",
        )
    for found in modules(tree):
        if found.name == module:
            return ModuleSource(tree, found)
    raise fail(
        Code.UNPARSABLE_FILE,
        f"The file does not define the module {module}.",
        todo="Move the module back into it, or move the file away to have the module written anew.",
    )


def _unmerged(ours: bytes, base: str | None, theirs: str, scope: str) -> Merged:
    """Leave the file alone: a text that does not parse is never returned."""
    conflict = Conflict(
        section="",
        object=scope,
        option=None,
        base=tuple((base or "").splitlines()),
        ours=tuple(ours.decode("utf-8", "replace").splitlines()),
        theirs=tuple(theirs.splitlines()),
    )
    return Merged(text=ours, base=base or theirs, conflicts=(conflict,), unresolved=(scope,))


def follow_renames(source: ModuleSource, renames: TableRenames) -> bytes:
    """Return the source with renamed database objects under today's names.

    Where a text names a column, a constraint or an index that was renamed since, the name alone is
    changed, whoever wrote it: the merge then finds the same object in all three versions. A name
    that is not written as a plain atom or string is left as it is.
    """
    if not renames.columns and not renames.constraints:
        return source.tree.source
    return apply(source.tree.source, _edits(module_units(source.tree, source.module), renames))


def _edits(section: Unit, renames: TableRenames) -> Iterator[Edit]:
    for part in section.parts or ():
        if part.is_section:
            yield from _edits(part, renames)
        elif part.word in ATTRIBUTE_ENTITIES:
            yield from _option(part, "source", renames.columns)
        elif part.word == "reference":
            yield from _option(part, "name", renames.constraints)
        elif part.word == "check_constraint" and len(part.head) > 1:
            yield from _named(part.head[1], renames.constraints)
        elif part.word in _NAMING:
            for entry in part.parts or ():
                yield from _named(entry, renames.constraints)


def _option(entity: Unit, name: str, renames: Mapping[str, str]) -> Iterator[Edit]:
    for option in entity.parts or ():
        if option.word == name:
            yield from _named(option, renames)


def _named(unit: Unit, renames: Mapping[str, str]) -> Iterator[Edit]:
    """Yield the edit of the old name in a unit's value; in a tuple it is the first string."""
    start, end = unit.value_range
    text = unit.source[start:end]
    for old, new in renames.items():
        for form in (string, atom):
            literal, place = form(old).encode(), -1
            if text == literal:
                place = 0
            elif unit.form is Form.ELEMENT and form is string:
                place = text.find(literal) if text.find(b'"') == text.find(literal) else -1
            if place >= 0:
                yield Edit(start + place, start + place + len(literal), form(new).encode())
                return


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One module of a resource, and the file that it is in.

    `use` is its own `use` as it was generated and as it would be, "" for a module of the
    person's own. Unedited entities leave a module that `leaves`; a `fresh` one is as it was
    generated, just now and whole.
    """

    module: str
    path: str
    use: tuple[str, str] = ("", "")
    leaves: bool = False
    fresh: bool = False


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a merge into several modules: the texts by path, the rest as in `Merged`.

    `base` are the entities of the next base, `uses` the next base of each module's own `use`.
    `conflicts` and `notes` come with the path of their file; `empty` are the modules that are
    left with their `use` alone.
    """

    texts: Mapping[str, bytes]
    base: tuple[EntityLines, ...]
    uses: Mapping[str, str] = {}
    conflicts: tuple[tuple[str, Conflict], ...] = ()
    notes: tuple[tuple[str, Note], ...] = ()
    empty: frozenset[str] = frozenset()


def merge_spread(
    texts: Mapping[str, bytes],
    home: Part,
    guests: Sequence[Part],
    base: Sequence[EntityLines],
    theirs: Sequence[EntityLines],
    *,
    resource: str,
    context: MergeContext,
) -> Spread:
    """Merge the entities of a resource into its modules. `texts` are their files by path.

    `base` (none: never generated) and `theirs` are entities without any `use`. Raises
    `ScaffoldError` for a text that is no Elixir or lacks its module.
    """
    return _SpreadMerge(texts, resource, context, base, theirs).run(home, guests)


class _SpreadMerge:
    def __init__(
        self,
        texts: Mapping[str, bytes],
        resource: str,
        context: MergeContext,
        base: Sequence[EntityLines],
        theirs: Sequence[EntityLines],
    ) -> None:
        self._texts = dict(texts)
        self._resource = resource
        self._context = context
        self._theirs = list(theirs)
        before = assemble("Base", base)
        self._others = OtherModules(
            objects_of(resource, [_parsed_text(before)]),
            objects_of(resource, [_parsed_text(assemble("Theirs", theirs))]),
        )
        units = _generated(before, context.renames, self._others.base)
        # The entities of the base by their keys of today.
        self._olds = units_by_entity(units)
        self._stored = dict(zip(self._olds, base, strict=True))
        self._kept: dict[_Key, EntityLines] = {}
        self._uses: dict[str, str] = {}
        self._conflicts: list[tuple[str, Conflict]] = []
        self._notes: list[tuple[str, Note]] = []

    def run(self, home: Part, guests: Sequence[Part]) -> Spread:
        sources = [parsed(self._texts[each.path], each.module) for each in (*guests, home)]
        self._others = msgspec.structs.replace(
            self._others, ours=objects_of(self._resource, sources)
        )
        empty: set[str] = set()
        taken: set[_Key] = set()
        for guest in guests:
            here, untouched = self._standing(guest)
            stays = here - untouched if guest.leaves else here
            old = [item for key, item in self._stored.items() if key in here]
            new = [item for item in self._theirs if _key(item) in stays]
            self._merge(guest, old, new, leaving=here - stays)
            taken |= stays
            self._stored = {k: item for k, item in self._stored.items() if k not in here}
            if self._is_empty(guest):
                empty.add(guest.module)
        use = home.use
        if use[0] and any(g.leaves and g.module not in empty for g in guests):
            # Edited entities stay in their fragment, so the fragment stays in `use`.
            home = msgspec.structs.replace(home, use=(use[0], use[0]))
        new = [item for item in self._theirs if _key(item) not in taken]
        old = self._theirs if home.fresh else list(self._stored.values())
        self._merge(home, old, new, leaving=set())
        if home.use != use:
            self._uses[home.module] = use[1]
        order = {_key(item): place for place, item in enumerate(self._theirs)}
        return Spread(
            texts=self._texts,
            base=tuple(
                sorted(self._kept.values(), key=lambda item: order.get(_key(item), len(order)))
            ),
            uses=self._uses,
            conflicts=tuple(self._conflicts),
            notes=tuple(self._notes),
            empty=frozenset(empty),
        )

    def _standing(self, guest: Part) -> tuple[set[_Key], set[_Key]]:
        """Return the generated entities in a module, and those of them without an edit."""
        source = parsed(self._texts[guest.path], guest.module)
        own = units_by_entity(
            module_units(
                source.tree, source.module, self._context.renames, others=self._others.ours
            )
        )
        generated = {*self._stored, *map(_key, self._theirs)} - {USE}
        here = own.keys() & generated
        untouched = {key for key in here if key in self._olds and same(own[key], self._olds[key])}
        return here, untouched

    def _merge(
        self, part: Part, old: list[EntityLines], new: list[EntityLines], leaving: set[_Key]
    ) -> None:
        before, after = (EntityLines(*USE, tuple(use.split("\n"))) for use in part.use)
        context = msgspec.structs.replace(
            self._context, hand_given_names=self._hand_given_names_but(leaving)
        )
        if part.fresh:
            context = msgspec.structs.replace(context, renames=NO_RENAMES)
        merged = merge(
            self._texts[part.path],
            assemble(part.module, [before, *old] if part.use[0] else old),
            assemble(part.module, [after, *new] if part.use[1] else new),
            module=part.module,
            context=context,
            others=self._others,
        )
        self._texts[part.path] = merged.text
        self._conflicts += [(part.path, each) for each in merged.conflicts]
        self._notes += [(part.path, each) for each in merged.notes]
        for item in entities(merged.base, self._others.theirs):
            if _key(item) != USE:
                self._kept[_key(item)] = item
            elif part.use[1]:
                self._uses[part.module] = "\n".join(item.lines)

    def _hand_given_names_but(self, leaving: set[_Key]) -> Mapping[str, Mapping[str, str]]:
        """Leave out the names of entities that only move to another module."""
        moving = {_key(item) for item in self._theirs} & leaving
        moved = {(section, self._olds[section, object_].name) for section, object_ in moving}
        return {
            section: {name: own for name, own in names.items() if (section, name) not in moved}
            for section, names in self._context.hand_given_names.items()
        }

    def _is_empty(self, part: Part) -> bool:
        """Whether a file holds nothing but the module, and that nothing but its `use`."""
        source = parsed(self._texts[part.path], part.module)
        tree, module = source.tree, source.module
        is_alone = len(modules(tree)) == 1 and len(module.body) == len(module.uses)
        return is_alone and not comments(tree, tree.root)


def _key(item: EntityLines) -> _Key:
    return item.section, item.object
