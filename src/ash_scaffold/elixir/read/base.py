"""The base modules of a project: what their `__using__` puts into a resource.

Only a macro that is one `quote` can be read: its statements are the resource's then, as if they
stood there. Where it computes what it quotes, nothing is known.
"""

from __future__ import annotations

import msgspec
from tree_sitter import Node

from ash_scaffold.elixir.read.scope import Scope
from ash_scaffold.syntax.modules import Aliases
from ash_scaffold.syntax.parse import CallSite, call_site, calls


class Quoted(msgspec.Struct, frozen=True):
    """The statements that `use` puts into a module, and where they are read.

    `options` is what the macro calls those that `use` is given.
    """

    where: Scope
    nodes: tuple[Node, ...]
    options: str

    def gives_options(self, node: Node) -> bool:
        """Whether an argument hands on the options of the `use`."""
        text = "".join(self.where.tree.text(node).split())
        return bool(self.options) and text in (self.options, f"unquote({self.options})")


def quoted(base: Scope, module: str) -> Quoted | None:
    """Return what a base module puts into a resource's module, None when that has to be run."""
    heads = [
        (macro, head)
        for macro in calls(base.tree, base.module.body, "defmacro")
        for head in [_head(base, macro)]
        if head is not None
    ]
    if len(heads) != 1:
        return None
    macro, head = heads[0]
    inside = calls(base.tree, macro.body or ())
    if len(macro.body or ()) != 1 or len(inside) != 1 or inside[0].name != "quote":
        return None
    if inside[0].body is None or inside[0].args:
        return None
    # `__MODULE__` in a quote is the module that it is put into.
    aliases = Aliases(base.module.aliases.names, module)
    where = msgspec.structs.replace(
        base, module=msgspec.structs.replace(base.module, aliases=aliases)
    )
    options = base.tree.text(head.args[0]) if len(head.args) == 1 else ""
    return Quoted(where, inside[0].body, options if options.isidentifier() else "")


def _head(base: Scope, macro: CallSite) -> CallSite | None:
    """Return the head of a macro that is `__using__` without a guard."""
    head = call_site(base.tree, macro.args[0]) if macro.args else None
    return head if head is not None and head.name == "__using__" else None
