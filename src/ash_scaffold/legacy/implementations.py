"""The modules that `defimpl` makes: `Protocol.Type` for each type that it is for."""

from __future__ import annotations

from tree_sitter import Node

from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.syntax.parse import CallSite, call_site, expressions
from ash_scaffold.syntax.values import alias_text


def implementation(file: ElixirFile, node: Node) -> tuple[str, ...]:
    """Return the modules of the implementation around a node, in order; none around, none.

    Named as `Protocol.__impl__/4` does, `defimpl P, for: [A, B]` makes `P.A` and `P.B`.
    """
    current: Node | None = node
    while current is not None:
        site = call_site(file.tree, current) if current.type == "call" else None
        if site is not None and site.name == "defimpl":
            return _modules(file, site)
        current = current.parent
    return ()


def _modules(file: ElixirFile, site: CallSite) -> tuple[str, ...]:
    given = site.option("for")
    if not site.args or given is None:
        return ()
    targets = expressions(given) if given.type == "list" else (given,)
    protocol, *names = (_full(file, node) for node in (site.args[0], *targets))
    return tuple(f"{protocol}.{name}" for name in names if protocol and name)


def _full(file: ElixirFile, node: Node) -> str | None:
    written = alias_text(file.tree, node)
    return None if written is None else file.resolve(written, node.start_byte)
