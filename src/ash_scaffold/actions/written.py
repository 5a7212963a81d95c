"""The actions that people have written into a resource: their names are nobody else's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ash_scaffold.ash.actions import Taken
from ash_scaffold.elixir.adopt import defined_functions
from ash_scaffold.elixir.merge import assemble
from ash_scaffold.elixir.read.values import (
    ModuleSource,
    argument_name,
    entities_of,
    name_at,
    read_term,
)
from ash_scaffold.generate.files import read_text
from ash_scaffold.project.mix_project import Project, Resource
from ash_scaffold.project.snapshot import Snapshot
from ash_scaffold.syntax.entities import Entity
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse
from ash_scaffold.term import Atom, Term

_SECTION = "actions"
_KINDS = frozenset({"create", "read", "update", "destroy", "action"})
_DEFAULTS = "defaults"


def taken_actions(
    project: Project, resource: Resource, snapshot: Snapshot, fragment: str, carried: Iterable[str]
) -> Taken:
    """Return the actions of a resource that nothing generated may have the names of.

    `fragment` is the module of carried-over actions, `carried` are those that came of functions.
    Default actions count where they are not as `snapshot` has them.
    """
    own = frozenset(carried)
    generated = () if snapshot.hand_written else tuple(_generated_defaults(snapshot))
    names: set[str] = set()
    primary: set[str] = set()
    for where in _sources(project, resource, fragment):
        for item in entities_of(where, _SECTION):
            if item.word == _DEFAULTS:
                for name, value in _defaults(where, item):
                    if (name, value) not in generated:
                        names.add(name)
                        primary.add(name)
            elif item.word in _KINDS and item.args:
                name = argument_name(where, item, 0)
                if where.module.name == fragment and name in own:
                    continue
                names.add(name)
                if _is_primary(where, item):
                    primary.add(item.word)
    return Taken(frozenset(names), frozenset(primary))


def domain_names(project: Project, domain: str, generated: Collection[str]) -> frozenset[str]:
    """Return the names of functions that people have given a domain's module.

    `generated` are those of its code interface that a run has written into it.
    """
    entry = project.modules.get(domain)
    text = None if entry is None else read_text(project, entry.path)
    tree = parse((text or "").encode())
    names: set[str] = set()
    for module in modules(tree):
        if module.name != domain:
            continue
        names |= {name for name, _ in defined_functions(tree, module)}
        where = ModuleSource(tree, module)
        for item in entities_of(where, "resources"):
            for each in item.settings:
                name = name_at(where, each.values[0])
                if each.name.startswith("define") and name not in generated:
                    names.add(name)
    return frozenset(names)


def _sources(project: Project, resource: Resource, fragment: str) -> Iterator[ModuleSource]:
    """Yield the modules of a resource, that of carried-over actions too."""
    for name in dict.fromkeys((resource.module, *resource.fragments, fragment)):
        entry = project.modules.get(name)
        text = None if entry is None else read_text(project, entry.path)
        tree = parse((text or "").encode())
        yield from (ModuleSource(tree, each) for each in modules(tree) if each.name == name)


def _generated_defaults(snapshot: Snapshot) -> Iterator[tuple[str, Term]]:
    found = [e for e in snapshot.entities if (e.section, e.object) == (_SECTION, "option defaults")]
    tree = parse(assemble("Base", found).encode())
    for each in modules(tree):
        where = ModuleSource(tree, each)
        for item in entities_of(where, _SECTION):
            yield from _defaults(where, item)


def _defaults(where: ModuleSource, item: Entity) -> Iterator[tuple[str, Term]]:
    """Yield the default actions that write, each with what it accepts."""
    for node in item.args or item.call.values:
        value = read_term(where, node)
        for each in value if isinstance(value, list) else ():
            match each:
                case (Atom(name=name), accepted):
                    yield name, accepted
                case Atom(name=name):
                    yield name, True


def _is_primary(where: ModuleSource, item: Entity) -> bool:
    return any(
        each.name == "primary?" and where.tree.text(each.values[-1]) == "true"
        for each in item.settings
    )
