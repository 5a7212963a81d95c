"""The modules of one resource's carried-over actions: the fragment, and the functions it calls.

What the functions of today give meets what was generated before: an action whose function can't be
read any more stays, and a line that only a moved place of legacy code would change stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from ash_scaffold import __version__
from ash_scaffold.ash.actions import Action, ActionId, ResourceActions
from ash_scaffold.ash.model import Resource
from ash_scaffold.ash.project_state import CarriedActions
from ash_scaffold.elixir.actions import Style, action_section, copied_functions, unplaced
from ash_scaffold.elixir.entity import Entity, EntityLines, Section, indented
from ash_scaffold.elixir.merge import USE, assemble, entities
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.module_versions import entities_of
from ash_scaffold.generate.modules import Module, ModuleText, SnapshotContent
from ash_scaffold.project.carried_actions import (
    REPLACEABLE,
    ActionNames,
    function_key,
    key_of,
)
from ash_scaffold.project.snapshot import CarriedOver, Snapshot, digest

_SECTION = "actions"
_PRIMARY = "  primary? true"
_HEAD = re.compile(r"(?P<kind>create|update) :(?P<name>[a-z_]\w*[?!]?)")
_KEY = re.compile(r"(?P<kind>create|update) (?P<module>.+)\.(?P<function>\w+[?!]?)/(?P<arity>\d+)")
_DEFINED_FOR = re.compile(r"\baction: :([a-z_]\w*[?!]?)")
_DEFINED = re.compile(r"define :([a-z_]\w*)")
_ENCODER = msgspec.json.Encoder(order="deterministic")


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What was generated of a resource's actions before, with the names that people gave since.

    `fragment` and `steps` are the snapshots of the two modules, `names` those in the files.
    """

    fragment: Snapshot | None = None
    steps: Snapshot | None = None
    names: ActionNames | None = None

    @property
    def primary(self) -> frozenset[str]:
        """The identities of the actions that were made primary ones of their kind."""
        found = () if self.fragment is None else self.fragment.entities
        return frozenset(each.object for each in found if _PRIMARY in each.lines)

    @property
    def changesets(self) -> dict[str, CarriedOver]:
        """The actions by their identity."""
        found = () if self.fragment is None else self.fragment.changesets
        return {key_of(each): each for each in found}

    @property
    def names_by_id(self) -> dict[ActionId, str]:
        """The names of the actions, of those too that a person took out."""
        found = () if self.fragment is None else self.fragment.entities
        keys = ((_KEY.fullmatch(each.object), _name_of(each.lines)) for each in found)
        return {
            ActionId(key["module"], key["function"], int(key["arity"]), key["kind"]): name
            for key, name in keys
            if key is not None and name
        }


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The modules of a resource's actions as they should be.

    `old_texts` are those of them that only another version of the tool would write otherwise;
    `kept` are the actions that no function of today gave, `removed` are the names of those that a
    person took out. `carried` is what the resource and its domain have to know.
    """

    planned: ResourceActions
    modules: tuple[Module, ...]
    carried: CarriedActions
    kept: tuple[CarriedOver, ...] = ()
    removed: tuple[str, ...] = ()
    old_texts: Mapping[str, str] = {}


def defined_names(snapshots: Iterable[Snapshot]) -> frozenset[str]:
    """Return the names in the code interface that runs have written."""
    lines = (line for each in snapshots for line in each.interface)
    return frozenset(found[1] for line in lines if (found := _DEFINED.match(line)) is not None)


def action_key(action: Action) -> str:
    """Return the identity of an action: its kind and its changeset function."""
    return function_key(
        action.kind.value,
        action.changeset.module,
        action.changeset.function,
        action.changeset.arity,
    )


def renamed_by_hand(snapshot: Snapshot, names: ActionNames) -> Snapshot:
    """Return the snapshot of a fragment with its actions under the names that people gave them."""
    now = {
        key_of(each): names.carried.get(key_of(each), each.action) for each in snapshot.changesets
    }
    actions = {each.action: now[key_of(each)] for each in snapshot.changesets}
    return msgspec.structs.replace(
        snapshot,
        interface=tuple(
            _DEFINED_FOR.sub(lambda m: f"action: :{actions.get(m[1], m[1])}", line)
            for line in snapshot.interface
        ),
        changesets=tuple(
            msgspec.structs.replace(each, action=now[key_of(each)]) for each in snapshot.changesets
        ),
        entities=tuple(
            _named(each, now[each.object]) if each.object in now else each
            for each in snapshot.entities
        ),
    )


def _named(entity: EntityLines, name: str) -> EntityLines:
    lines = list(entity.lines)
    for index, line in enumerate(lines):
        head = _HEAD.match(line)
        if head is not None:
            lines[index] = f"{head['kind']} :{name}{line[head.end() :]}"
            break
    return EntityLines(entity.section, entity.object, tuple(lines))


def wanted_modules(
    planned: ResourceActions,
    before: Before,
    renderer: Renderer,
    *,
    app: str,
    style: Style,
    paths: Mapping[str, str],
    interface: Iterable[str] = (),
) -> Wanted:
    """Return what there should be of a resource's actions.

    `paths` are the files of the modules, `interface` the lines of the domain's code interface.
    """
    base = before.fragment
    old = before.changesets
    new = {action_key(each): each for each in planned.actions}
    attributes = _attributes(planned, style)
    kept = tuple(each for key, each in old.items() if key not in new)
    written = {} if base is None else _by_object(base.entities)
    found: dict[str, Entity] = {}
    same_as_before = base is not None and not kept
    for entity in _section(action_section(planned, app, style)):
        lines, was = entity.lines, written.get(entity.object)
        if was is not None and base is not None:
            by_version = base.tool != __version__ and base.attributes == attributes
            unchanged = by_version and _digest_of(new, entity) == old[entity.object].digest
            if unchanged or unplaced(was.lines) == unplaced(lines):
                lines = was.lines
        same_as_before &= was is not None and was.lines == lines
        found[entity.object] = Entity(entity.object, lines)
    for key, was in written.items():
        # One that a person took out is held as well: its function may be found again.
        if key not in new:
            found[key] = Entity(key, was.lines)
    names = {key: action.name for key, action in new.items()}
    names |= {key_of(each): each.action for each in kept}
    removed = _removed(before, written)
    ordered = sorted(
        found.values(),
        key=lambda each: (_PRIMARY not in each.lines, _name_of(each.lines), each.object),
    )
    section = Section(_SECTION, tuple((each,) for each in ordered))
    carried = [_carried_over(action) for action in new.values()] + list(kept)
    own = before.names or ActionNames()
    out = {names[key] for key in removed if key in names}
    defined = _interface(interface, base, out, own.names | own.elsewhere)
    fragment = Module(
        name=planned.module,
        path=paths[planned.module],
        text=renderer.actions(planned, section),
        content=SnapshotContent(
            resource=planned.resource.module,
            actions_of=planned.table,
            attributes=attributes,
            style=style.value,
            interface=defined,
            changesets=tuple(
                sorted(
                    (each for each in carried if key_of(each) not in removed),
                    key=lambda each: (each.action, key_of(each)),
                )
            ),
        ),
    )
    if not found:
        return Wanted(planned=planned, modules=(), carried=CarriedActions(fragment=""))
    modules = [fragment]
    steps = _steps(planned, before, renderer, paths, bool(kept))
    if steps is not None:
        modules.append(steps)
    is_old = base is not None and base.tool != __version__ and same_as_before
    there = {name for key, name in names.items() if key not in removed}
    there |= {new[key].kind.value for key in new if new[key].primary and key not in removed}
    there |= own.primary | (own.names - set(names.values()))
    return Wanted(
        planned=planned,
        modules=tuple(modules),
        carried=CarriedActions(
            fragment=planned.module,
            replaced=REPLACEABLE & there,
            interface=defined,
        ),
        kept=kept,
        removed=tuple(sorted(name for key, name in names.items() if key in removed)),
        old_texts={each.name: each.text for each in modules} if is_old else {},
    )


def managed_module(
    resource: Resource, base: Snapshot, texts: Mapping[str, str | None], renderer: Renderer
) -> Module | None:
    """Return a resource whose table Ash owns, with its `use` and its default actions anew.

    `base` is its snapshot: all else stays as it is there. `texts` are the files of its modules by
    path. None where there is nothing to do.
    """
    fragment = base.fragment
    new = {(each.section, each.object): each for each in entities(renderer.resource(resource))}
    if fragment is not None:
        holder = entities(renderer.holder(resource, [fragment.module]))
        new |= {(each.section, each.object): each for each in holder if each.object == USE[1]}
    anew = [
        (each, new[key])
        for each in base.entities
        if (key := (each.section, each.object)) in (USE, (_SECTION, "option defaults"))
        if key in new and new[key] != each
    ]
    if not anew:
        return None
    found = tuple(dict(anew).get(each, each) for each in base.entities)
    module = Module(
        name=resource.module,
        path=base.path,
        text="",
        table=base.table,
        domain=base.domain,
        repo=base.repo,
        fragment=None
        if fragment is None
        else ModuleText(name=fragment.module, path=fragment.path, text="", owner=resource.module),
        content=SnapshotContent(
            planned=base.planned,
            config_digest=base.config_digest,
            names=base.names,
            facts=base.facts,
            legacy=base.legacy,
            owned=base.owned,
        ),
    )

    def text(part: ModuleText, written: str) -> str:
        there = texts.get(part.path)
        if there is None or digest(there) != written:
            return assemble(part.name, entities_of(part, module, found))
        # An unedited file keeps its layout.
        for old, now in anew:
            depth = 2 * (1 + bool(old.section))
            before, after = ("\n".join(indented(each.lines, depth)) for each in (old, now))
            there = there.replace(before, after)
        return there

    if fragment is not None and module.fragment is not None:
        inside = text(module.fragment, fragment.written)
        part = msgspec.structs.replace(module.fragment, text=inside)
        module = msgspec.structs.replace(module, fragment=part)
    return msgspec.structs.replace(module, text=text(module, base.written))


def _name_of(lines: Iterable[str]) -> str:
    return next((head["name"] for line in lines if (head := _HEAD.match(line))), "")


def _section(section: Section) -> Iterator[Entity]:
    for group in section.groups:
        yield from group


def _by_object(found: Iterable[EntityLines]) -> dict[str, EntityLines]:
    return {each.object: each for each in found if each.section == _SECTION}


def _digest_of(new: Mapping[str, Action], entity: Entity) -> str:
    return new[entity.object].changeset.digest


def _removed(before: Before, written: Collection[str]) -> set[str]:
    """Return the actions that a person took out of the fragment."""
    if before.names is None:
        return set()
    return {key for key in written if key not in before.names.carried}


def _attributes(planned: ResourceActions, style: Style) -> str:
    """Return a digest of all but the functions that decides the text of the actions."""
    resource = planned.resource
    content = (style.value, resource.module, resource.attributes, resource.relationships)
    return digest(_ENCODER.encode(content).decode())


def _carried_over(action: Action) -> CarriedOver:
    of = action.changeset
    return CarriedOver(
        action=action.name,
        kind=action.kind.value,
        module=of.module,
        function=of.function,
        arity=of.arity,
        schema=of.schema,
        parameters=of.parameters,
        digest=of.digest,
    )


def _interface(
    today: Iterable[str], base: Snapshot | None, removed: Collection[str], there: Collection[str]
) -> tuple[str, ...]:
    """Return the lines of the domain's code interface, without those for actions that are out.

    A function that is not found any more takes no line with it, and an action that a person has
    moved to another module of the resource is still `there`.
    """
    lines: dict[str, str] = {}
    for line in (*today, *(() if base is None else base.interface)):
        name, action = _DEFINED.match(line), _DEFINED_FOR.search(line)
        if name is None:
            continue
        if action is None or action[1] not in removed or action[1] in there:
            lines.setdefault(name[1], line)
    return tuple(line for _, line in sorted(lines.items()))


def _steps(
    planned: ResourceActions,
    before: Before,
    renderer: Renderer,
    paths: Mapping[str, str],
    with_old: bool,
) -> Module | None:
    """Return the module of the functions that the actions call, None where they call none.

    With `with_old` those stay that other actions may call.
    """
    name = planned.steps_module
    copied = copied_functions(planned)
    text = renderer.steps(planned, copied) if copied.functions else None
    if with_old and before.steps is not None:
        new = () if text is None else entities(text)
        there = {(each.section, each.object) for each in new}
        old = [e for e in before.steps.entities if (e.section, e.object) not in there]
        if old:
            found = _in_order((*new, *old))
            if set(found) == set(before.steps.entities):
                return None  # the file is as it should be
            text = assemble(name, found)
    if text is None:
        return None
    return Module(name=name, path=paths[name], text=text)


_ORDER = ("@moduledoc", USE[1], "import ", "alias ", "require ", "@")


def _in_order(found: Iterable[EntityLines]) -> list[EntityLines]:
    """Put directives before module attributes, and those before functions."""

    def rank(each: EntityLines) -> int:
        ranks = (i for i, start in enumerate(_ORDER) if each.object.startswith(start))
        return next(ranks, len(_ORDER))

    return sorted(found, key=rank)
