"""The `identities` section."""

from __future__ import annotations

from ash_scaffold.ash.model import Absent, IdentityDef
from ash_scaffold.elixir.read.found import Found
from ash_scaffold.elixir.read.options import Options, name_of, names_in
from ash_scaffold.elixir.read.scope import Scope, statements
from ash_scaffold.elixir.read.words import IDENTITY
from ash_scaffold.syntax.parse import CallSite
from ash_scaffold.term import Expr


def read_identities(where: Scope, section: CallSite, found: Found) -> None:
    """Read a section of identities; their indexes are said in `postgres`."""
    for item in statements(where, section):
        if item is None or item.word != "identity":
            found.open("identities")
            continue
        options = Options(where, item, IDENTITY, 2)
        name = name_of(options.argument(0))
        if name is None:
            found.open("identities")
        elif name not in found.identities:
            found.identities[name] = _identity(options, name)
            found.note("identities", name, where.place(item.call), options.unknown)


def _identity(options: Options, name: str) -> IdentityDef:
    keys = names_in(options.argument(1, "keys"))
    condition = options.term("where")
    if keys is None:
        options.unknown.add("keys")
    if not isinstance(condition, Expr | Absent):
        options.unknown.add("where")
    return IdentityDef(
        name=name,
        keys=keys or (),
        index="",
        where=condition if isinstance(condition, Expr) else None,
        nils_distinct=options.flag("nils_distinct?", True),
    )
