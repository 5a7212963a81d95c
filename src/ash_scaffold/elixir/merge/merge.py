"""The three-way merge of one module, and of a resource that is spread over several.

`merge` merges what is generated into a file of a person's. `merge_spread` does so for a resource
with Spark fragments: an entity is merged where it stands, and what stands nowhere yet goes to the
module that is home to what is generated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.dsl import ATTRIBUTE_ENTITIES
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.merge.edits import Edit, apply, style_of
from ash_scaffold.elixir.merge.entities import (
    assemble,
    entities,
    units_by_entity,
)
from ash_scaffold.elixir.merge.resolve import ByHand, Conflict, Note, Path, Resolver
from ash_scaffold.elixir.merge.units import (
    NO_OBJECTS,
    NO_RENAMES,
    DatabaseObjects,
    Form,
    Renames,
    Unit,
    module_units,
    objects_of,
    same,
)
from ash_scaffold.problem import Code, fail
from ash_scaffold.syntax.entities import comments
from ash_scaffold.syntax.literal import atom, string
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import Tree, parse


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The merged text and what is to be remembered of it.

    `base` is the generated text to keep as the next base: `theirs`, but with the old base of what
    is in conflict, so that the next run says it again. `unresolved` names those units.
    """

    text: bytes
    base: str
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()
    unresolved: tuple[str, ...] = ()


_NO_BASE = "defmodule Base do\nend\n"
NONE_BY_HAND: ByHand = {}


class OtherModules(msgspec.Struct, frozen=True):
    """What a resource's other modules say, in the three versions."""

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
    scope: str = "",
    accepted: frozenset[str] = frozenset(),
    renames: Renames = NO_RENAMES,
    others: OtherModules = NO_OTHER_MODULES,
    by_hand: ByHand = NONE_BY_HAND,
) -> Merged:
    """Merge what is generated into a person's file, by edits of byte ranges.

    `ours` is the file, `base` the text of the module that was generated last (None: never) and
    `theirs` the one of today, each of one module; `module` is its name in `ours`. `scope`, a
    table's name, stands in front of the objects in conflicts and in `accepted`
    (`users.email`, `users.email.type`). `renames` are those of the database since `base`; `around`
    is for a part of a resource: what its other modules say in each version. `by_hand` are the names
    in `base` that a person gave, by section, each with the one that was generated: what bears
    them is not taken out without a word.

    Raises `ScaffoldError` when `ours` is no Elixir or lacks the module.
    """
    there = parsed(ours, module)
    if renames != NO_RENAMES:
        there = parsed(follow(*there, renames), module)
        base = None if base is None else _followed(base, renames)
        renames = msgspec.structs.replace(renames, followed=True)
    text, resolver = _run(there, base, theirs, scope, accepted, renames, None, others, by_hand)
    if parse(text).fault is not None:
        return _unmerged(ours, base, theirs, scope)
    held = frozenset(resolver.held)
    next_base = _hold(base, theirs, held, renames, others) if held else theirs
    return Merged(
        text=text,
        base=next_base,
        conflicts=tuple(resolver.conflicts),
        notes=tuple(resolver.notes),
        unresolved=tuple(dict.fromkeys(conflict.name for conflict in resolver.conflicts)),
    )


def _followed(base: str, renames: Renames) -> str:
    tree = parse(base.encode())
    return follow(tree, modules(tree)[0], renames).decode()


def _run(
    there: tuple[Tree, ModuleDefinition],
    base: str | None,
    theirs: str,
    scope: str,
    accepted: frozenset[str],
    renames: Renames,
    only: frozenset[Path] | None,
    others: OtherModules = NO_OTHER_MODULES,
    by_hand: ByHand = NONE_BY_HAND,
) -> tuple[bytes, Resolver]:
    tree, found = there
    old = _generated(base or _NO_BASE, renames, others.base)
    new = _generated(theirs, NO_RENAMES, others.theirs)
    uses = [*_uses(old), *_uses(new)]
    own = module_units(tree, found, renames, uses or ("Ash.Resource",), others.ours)
    resolver = Resolver(style_of(tree.source), scope, accepted, only, by_hand)
    return apply(tree.source, resolver.module(old, new, own)), resolver


def _hold(
    base: str | None,
    theirs: str,
    held: frozenset[Path],
    renames: Renames,
    others: OtherModules,
) -> str:
    """Put the old base of some units in place of what would be generated.

    This is a merge as well: the base is merged into `theirs`, for those units alone.
    """
    tree = parse(theirs.encode())
    there = tree, modules(tree)[0]
    turned = OtherModules(others.theirs, others.base, others.theirs)
    text, _ = _run(there, theirs, base or _NO_BASE, "", frozenset(), renames, held, turned)
    return text.decode()


def _uses(unit: Unit) -> list[str]:
    """Return the module of the generated `use`."""
    return [part.name for part in unit.parts or () if part.key == "use"]


def _generated(text: str, renames: Renames, others: DatabaseObjects) -> Unit:
    tree = parse(text.encode())
    return module_units(tree, modules(tree)[0], renames, others=others)


def parsed(source: bytes, module: str) -> tuple[Tree, ModuleDefinition]:
    """Return a file's tree and a module in it. Raises `ScaffoldError` without either."""
    tree = parse(source)
    fault = tree.fault
    if fault is not None:
        raise fail(
            Code.UNPARSABLE_FILE,
            f"The file is not valid Elixir: line {fault.line}, column {fault.column}, "
            f"at {fault.text}",
            todo="Mend it, or move it away to have it written anew.",
        )
    for found in modules(tree):
        if found.name == module:
            return tree, found
    raise fail(
        Code.UNPARSABLE_FILE,
        f"The file does not define the module {module}.",
        todo="Move the module back into it, or move the file away to have the module written anew.",
    )


def _unmerged(ours: bytes, base: str | None, theirs: str, scope: str) -> Merged:
    """Leave the file alone: a text that does not parse is never given."""
    conflict = Conflict(
        section="",
        object=scope,
        option=None,
        base=tuple((base or "").splitlines()),
        ours=tuple(ours.decode("utf-8", "replace").splitlines()),
        theirs=tuple(theirs.splitlines()),
    )
    return Merged(text=ours, base=base or theirs, conflicts=(conflict,), unresolved=(scope,))


# The options of `postgres` whose entries hold names of constraints and indexes.
_NAMING = frozenset(
    "identity_index_names foreign_key_names unique_index_names exclusion_constraint_names".split()
)


def follow(tree: Tree, module: ModuleDefinition, renames: Renames) -> bytes:
    """Return the source with renamed database objects under today's names.

    Where a text names a column, a constraint or an index that was renamed since, the name alone is
    changed, whoever wrote it: the merge then sees the same object in all three versions.

    A name that is not written as a plain atom or string is left as it is.
    """
    if not renames.columns and not renames.constraints:
        return tree.source
    return apply(tree.source, _edits(module_units(tree, module), renames))


def _edits(section: Unit, renames: Renames) -> Iterator[Edit]:
    for part in section.parts or ():
        if part.section:
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
    """Give the edit of the old name in what a unit says; in a tuple it is the first string."""
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


USE = ("", "use")
_Key = tuple[str, str]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One module of a resource, and the file that it is in.

    `use` is what its own `use` was generated as and would be, "" for a module of the person's
    own. Untouched entities leave a module that `leaves`; a `fresh` one is as it was generated,
    just now and whole.
    """

    module: str
    path: str
    use: tuple[str, str] = ("", "")
    leaves: bool = False
    fresh: bool = False


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """The texts by path, and of all modules together what `Merged` says of one.

    `base` are the entities to be kept, `uses` what is to be kept of each module's own `use`.
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
    scope: str,
    accepted: frozenset[str] = frozenset(),
    renames: Renames = NO_RENAMES,
    by_hand: ByHand = NONE_BY_HAND,
) -> Spread:
    """Merge the entities of a resource into its modules. `texts` are their files by path.

    `base` (none: never generated) and `theirs` are entities without any `use`. The rest is as in
    `merge`. Raises `ScaffoldError` for a text that is no Elixir or lacks its module.
    """
    worker = _Worker(texts, resource, scope, accepted, renames, by_hand, base, theirs)
    return worker.run(home, guests)


class _Worker:
    def __init__(
        self,
        texts: Mapping[str, bytes],
        resource: str,
        scope: str,
        accepted: frozenset[str],
        renames: Renames,
        by_hand: ByHand,
        base: Sequence[EntityLines],
        theirs: Sequence[EntityLines],
    ) -> None:
        self._texts = dict(texts)
        self._resource = resource
        self._scope = scope
        self._accepted = accepted
        self._renames = renames
        self._by_hand = by_hand
        self._theirs = list(theirs)
        before = assemble("Base", base)
        self._others = OtherModules(
            _objects_of(resource, before), _objects_of(resource, assemble("Theirs", theirs))
        )
        tree = parse(before.encode())
        units = module_units(tree, modules(tree)[0], renames, others=self._others.base)
        # The entities of the base by what they are called today.
        self._olds = units_by_entity(units)
        self._stored = dict(zip(self._olds, base, strict=True))
        self._kept: dict[_Key, EntityLines] = {}
        self._uses: dict[str, str] = {}
        self._conflicts: list[tuple[str, Conflict]] = []
        self._notes: list[tuple[str, Note]] = []

    def run(self, home: Part, guests: Sequence[Part]) -> Spread:
        there = [parsed(self._texts[each.path], each.module) for each in (*guests, home)]
        self._others = msgspec.structs.replace(self._others, ours=objects_of(self._resource, there))
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
            # What somebody has edited stays in its fragment, so the fragment stays in `use`.
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
        """Return the entities that stand in a module, and those that nobody has touched."""
        tree, found = parsed(self._texts[guest.path], guest.module)
        units = module_units(tree, found, self._renames, others=self._others.ours)
        own = units_by_entity(units)
        known = {*self._stored, *map(_key, self._theirs)} - {USE}
        here = own.keys() & known
        untouched = {key for key in here if key in self._olds and same(own[key], self._olds[key])}
        return here, untouched

    def _merge(
        self, part: Part, old: list[EntityLines], new: list[EntityLines], leaving: set[_Key]
    ) -> None:
        before, after = (EntityLines(*USE, tuple(use.split("\n"))) for use in part.use)
        merged = merge(
            self._texts[part.path],
            assemble(part.module, [before, *old] if part.use[0] else old),
            assemble(part.module, [after, *new] if part.use[1] else new),
            module=part.module,
            scope=self._scope,
            accepted=self._accepted,
            renames=NO_RENAMES if part.fresh else self._renames,
            others=self._others,
            by_hand=self._by_hand_but(leaving),
        )
        self._texts[part.path] = merged.text
        self._conflicts += [(part.path, each) for each in merged.conflicts]
        self._notes += [(part.path, each) for each in merged.notes]
        for item in entities(merged.base, self._others.theirs):
            if _key(item) != USE:
                self._kept[_key(item)] = item
            elif part.use[1]:
                self._uses[part.module] = "\n".join(item.lines)

    def _by_hand_but(self, leaving: set[_Key]) -> ByHand:
        """Leave out the names of what only moves to another module."""
        goes = {_key(item) for item in self._theirs} & leaving
        moved = {(section, self._olds[section, object_].name) for section, object_ in goes}
        return {key: own for key, own in self._by_hand.items() if key not in moved}

    def _is_empty(self, part: Part) -> bool:
        """Whether a file holds nothing but the module, and that nothing but its `use`."""
        tree, found = parsed(self._texts[part.path], part.module)
        alone = len(modules(tree)) == 1 and len(found.body) == len(found.uses)
        return alone and not comments(tree, tree.root)


def _objects_of(resource: str, text: str) -> DatabaseObjects:
    tree = parse(text.encode())
    return objects_of(resource, [(tree, modules(tree)[0])])


def _key(item: EntityLines) -> _Key:
    return item.section, item.object
