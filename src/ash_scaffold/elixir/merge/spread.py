"""The merge of a resource that is spread over several modules: its own, and Spark fragments.

An entity is merged where it stands. What stands nowhere yet goes to the module that is home to
what is generated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from ash_scaffold.elixir.entity_lines import EntityLines
from ash_scaffold.elixir.merge import keys
from ash_scaffold.elixir.merge.base import assemble, entities, units_by_entity
from ash_scaffold.elixir.merge.build import module_units
from ash_scaffold.elixir.merge.merge import NONE_BY_HAND, Arounds, merge, parsed
from ash_scaffold.elixir.merge.resolve import ByHand
from ash_scaffold.elixir.merge.result import Conflict, Note
from ash_scaffold.elixir.merge.units import NO_RENAMES, Around, Renames, same
from ash_scaffold.syntax.entities import comments
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse

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
        self._around = Arounds(
            _around(resource, before), _around(resource, assemble("Theirs", theirs))
        )
        tree = parse(before.encode())
        units = module_units(tree, modules(tree)[0], renames, around=self._around.base)
        # The entities of the base by what they are called today.
        self._olds = units_by_entity(units)
        self._stored = dict(zip(self._olds, base, strict=True))
        self._kept: dict[_Key, EntityLines] = {}
        self._uses: dict[str, str] = {}
        self._conflicts: list[tuple[str, Conflict]] = []
        self._notes: list[tuple[str, Note]] = []

    def run(self, home: Part, guests: Sequence[Part]) -> Spread:
        there = [parsed(self._texts[each.path], each.module) for each in (*guests, home)]
        self._around = msgspec.structs.replace(
            self._around, ours=keys.around(self._resource, there)
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
        units = module_units(tree, found, self._renames, around=self._around.ours)
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
            around=self._around,
            by_hand=self._by_hand_but(leaving),
        )
        self._texts[part.path] = merged.text
        self._conflicts += [(part.path, each) for each in merged.conflicts]
        self._notes += [(part.path, each) for each in merged.notes]
        for item in entities(merged.base, self._around.theirs):
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


def _around(resource: str, text: str) -> Around:
    tree = parse(text.encode())
    return keys.around(resource, [(tree, modules(tree)[0])])


def _key(item: EntityLines) -> _Key:
    return item.section, item.object
