"""The associations of a schema, as they are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.legacy.functions import Pairs, shown, underscored
from ash_scaffold.legacy.model import AssociationKind
from ash_scaffold.syntax.parse import CallSite
from ash_scaffold.term import Atom, Module

if TYPE_CHECKING:
    from ash_scaffold.legacy.schema import BodyReader


class RawAssociation(msgspec.Struct, frozen=True, kw_only=True):
    """An association as it is written: keys are names of fields, not of columns."""

    name: str
    kind: AssociationKind
    line: int
    module: str | None = None
    table: str | None = None
    foreign_key: str | None = None
    references: str | None = None
    through: tuple[str, ...] = ()
    join_module: str | None = None
    join_table: str | None = None
    join_keys: tuple[tuple[str, str], ...] = ()
    filtered: bool = False


def _read_belongs_to(reader: BodyReader, site: CallSite) -> RawAssociation | None:
    name = reader.named(site)
    if name is None:
        return None
    options = reader.options(site, 2)
    module, table = reader.target(site)
    key = _atom(options.get("foreign_key")) or f"{name}_id"
    if options.get("define_field") is not False:
        said = options.get("type") or reader.attributes.get("foreign_key_type") or Atom("id")
        reader.field(key, said, options, site.node, shown(said), belongs_to=name)
    return RawAssociation(
        name=name,
        kind=AssociationKind.BELONGS_TO,
        line=reader.line(site.node),
        module=module,
        table=table,
        foreign_key=key,
        references=_atom(options.get("references")) or "id",
        filtered=_filtered(options),
    )


def _read_has(reader: BodyReader, site: CallSite) -> RawAssociation | None:
    name = reader.named(site)
    if name is None:
        return None
    options = reader.options(site, 2 if len(site.args) > 1 else 1)
    kind = AssociationKind(site.name.removeprefix("Ecto.Schema."))
    through = options.get("through")
    if through is not None:
        path = through if isinstance(through, list) else []
        names = tuple(atom for atom in map(_atom, path) if atom)
        if not names or len(names) != len(path):
            reader.miss(site.node, f"through can't be read: {shown(through)}", partial=False)
        return RawAssociation(name=name, kind=kind, line=reader.line(site.node), through=names)
    module, table = reader.target(site)
    references = _atom(options.get("references")) or _key_name(reader)
    key = _atom(options.get("foreign_key"))
    if key is None and references is not None:
        key = f"{underscored(reader.module.rpartition('.')[2])}_{references}"
    return RawAssociation(
        name=name,
        kind=kind,
        line=reader.line(site.node),
        module=module,
        table=table,
        foreign_key=key,
        references=references,
        filtered=_filtered(options),
    )


def _key_name(reader: BodyReader) -> str | None:
    """Return the name of `@primary_key`, which has_one and has_many refer to."""
    said = reader.attributes.get("primary_key")
    if said is None:
        return "id"
    return _atom(said[0]) if isinstance(said, tuple) and said else None


def _read_many_to_many(reader: BodyReader, site: CallSite) -> RawAssociation | None:
    name = reader.named(site)
    if name is None:
        return None
    options = reader.options(site, 2)
    module, table = reader.target(site)
    through, keys = options.get("join_through"), options.get("join_keys")
    if not isinstance(through, str | Module):
        reader.miss(site.node, f"join_through can't be read: {shown(through)}", partial=False)
    own = underscored(reader.module.rpartition(".")[2])
    related = underscored((module or "").rpartition(".")[2])
    pairs: tuple[tuple[str, str], ...] = ((f"{own}_id", "id"), (f"{related}_id", "id"))
    if keys is not None:
        items = keys.items if isinstance(keys, Pairs) else ()
        pairs = tuple((key, value.name) for key, value in items if isinstance(value, Atom))
    return RawAssociation(
        name=name,
        kind=AssociationKind.MANY_TO_MANY,
        line=reader.line(site.node),
        module=module,
        table=table,
        join_module=through.name if isinstance(through, Module) else None,
        join_table=through if isinstance(through, str) else None,
        join_keys=pairs if len(pairs) == 2 else (),
        filtered=_filtered(options),
    )


def _atom(value: object) -> str | None:
    return value.name if isinstance(value, Atom) else None


def _filtered(options: Pairs) -> bool:
    return options.get("where") not in (None, [])


ASSOCIATIONS: dict[str, Callable[[BodyReader, CallSite], RawAssociation | None]] = {
    "belongs_to": _read_belongs_to,
    "has_one": _read_has,
    "has_many": _read_has,
    "many_to_many": _read_many_to_many,
}
