"""Where something is read: a module of a file, with its DSL sections."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ash_scaffold.ash.model import Place
from ash_scaffold.syntax.entities import Entity, body, entity
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import CallSite, Tree, call_site, module_attribute


class Scope(msgspec.Struct, frozen=True):
    """A module that is read, and the path of its file."""

    tree: Tree
    module: ModuleDefinition
    path: str

    def place(self, call: CallSite) -> Place:
        """Return where a call stands."""
        return Place(self.path, call.span.line)


def statements(where: Scope, section: CallSite) -> Iterator[Entity | None]:
    """Yield the entities and options of a section; None for what has to be run to be known."""
    holder = body(where.tree, section)
    for node in holder.statements if holder is not None else ():
        if module_attribute(where.tree, node) is not None:
            continue
        call = call_site(where.tree, node)
        yield None if call is None else entity(where.tree, call)
