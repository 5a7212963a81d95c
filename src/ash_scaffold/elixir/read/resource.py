"""A resource from its source: its module and its fragments, read and never run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ash_scaffold.ash.model import (
    Attribute,
    ConstraintName,
    IdentityDef,
    Path,
    ReadResource,
    Reference,
    Resource,
)
from ash_scaffold.elixir.read.found import SECTIONS, Found
from ash_scaffold.elixir.read.modules import read_module
from ash_scaffold.elixir.read.relationships import joined
from ash_scaffold.elixir.read.scope import Scope
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse
from ash_scaffold.term import Term

_DEFAULT_SCHEMA = "public"
_FIELDS = {
    "postgres": ("table", "schema", "repo", "migrate"),
    "resource": ("description", "require_primary_key"),
}


class Source(msgspec.Struct, frozen=True):
    """A file: its path, as places shall name it, and its bytes."""

    path: str
    text: bytes


def read_resource(
    sources: Sequence[Source], module: str, tables: Mapping[str, Name] | None = None
) -> ReadResource:
    """Read one resource from the files that define it and its fragments.

    `tables` gives the table of a module whose own source doesn't say it readably. A module that no
    source defines is a resource of which nothing is known.
    """
    return read_resources(sources, [module], tables)[module]


def read_resources(
    sources: Sequence[Source], wanted: Iterable[str], tables: Mapping[str, Name] | None = None
) -> dict[str, ReadResource]:
    """Read several resources, each file parsed once; by module, in the order asked for."""
    at_hand: dict[str, Scope] = {}
    for source in sources:
        tree = parse(source.text)
        for defined in modules(tree):
            at_hand.setdefault(defined.name, Scope(tree, defined, source.path))
    return {name: _read(name, at_hand, (tables or {}).get(name)) for name in wanted}


def _read(module: str, at_hand: Mapping[str, Scope], table: Name | None) -> ReadResource:
    found = Found(module)
    where = at_hand.get(module)
    if where is None:
        found.open()
    else:
        found.places[()] = where.place(where.module.call)
        read_module(where, found, at_hand)
        if where.tree.root.has_error:
            # What does not parse hides what else is there.
            found.open()
    _pin(found, table)
    attributes = _attributes(found)
    resource = _resource(found, attributes)
    return ReadResource(
        resource=resource,
        unknown=frozenset(found.unknown | {(name,) for name in SECTIONS if name in found.opened}),
        places=found.places,
        fields=frozenset(found.fields),
        queries=frozenset(found.queries),
    )


def _pin(found: Found, table: Name | None) -> None:
    """Settle what the `postgres` section leaves open."""
    if table is not None and ("table" not in found.settings or ("schema",) in found.unknown):
        found.settings |= {"table": table.name, "schema": table.schema}
        found.unknown -= {("table",), ("schema",)}
    for section, fields in _FIELDS.items():
        if section in found.opened:
            found.unknown |= {(field,) for field in fields if field not in found.settings}


def _attributes(found: Found) -> tuple[Attribute, ...]:
    """Return the attributes; those that a belongs_to defines stand last, as Ash adds them."""
    added = {n: a for n, a in found.defined.items() if n not in found.attributes}
    for name in found.defined:
        old = ("attributes of relationships", name)
        place = found.places.pop(old)
        unknown = {path for path in found.unknown if path[:2] == old}
        found.unknown -= unknown
        if name in added:
            found.note("attributes", name, place, [path[2] for path in unknown])
    return (*found.attributes.values(), *added.values())


def _resource(found: Found, attributes: tuple[Attribute, ...]) -> Resource:
    def text(field: str, default: str = "") -> str:
        value = found.settings.get(field)
        return value if isinstance(value, str) else default

    def listed(option: str) -> tuple[ConstraintName, ...]:
        return tuple(found.constraints.get(option, {}).values())

    table = text("table")
    schema = text("schema", _DEFAULT_SCHEMA)
    description: Term = found.settings.get("description")
    if "domain" not in found.settings:
        found.unknown.add(("domain",))
    return Resource(
        module=found.module,
        domain=text("domain"),
        repo=text("repo"),
        table=table,
        schema=_DEFAULT_SCHEMA if schema == "nil" else schema,
        base=text("base"),
        extensions=tuple(found.extensions),
        migrate=found.settings.get("migrate", True) is True,
        description=description if isinstance(description, str) else None,
        require_primary_key=found.settings.get("require_primary_key", True) is not False,
        attributes=attributes,
        relationships=tuple(joined(each, found) for each in found.relationships.values()),
        identities=tuple(_identity(i, table, found) for i in found.identities.values()),
        references=tuple(_reference(r, table, found) for r in found.references.values()),
        check_constraints=tuple(found.checks.values()),
        unique_index_names=listed("unique_index_names"),
        exclusion_constraint_names=listed("exclusion_constraint_names"),
        foreign_key_names=listed("foreign_key_names"),
    )


def _identity(identity: IdentityDef, table: str, found: Found) -> IdentityDef:
    """Add what `postgres` says of an identity; AshPostgres names its index by the table."""
    given, sql = found.index_names.get(identity.name), found.wheres.get(identity.name)
    fields = {
        "index_name": (identity.name, found.index_names),
        "where_sql": (identity.name, found.wheres),
    }
    unknown: set[Path] = set()
    for field, (name, stated) in fields.items():
        if stated.get(name) is None and (name in stated or "postgres" in found.opened):
            unknown.add(("identities", name, field))
    if ("identities", identity.name, "index_name") in unknown or (given is None and not table):
        unknown.add(("identities", identity.name, "index"))
    found.unknown |= unknown
    return msgspec.structs.replace(
        identity,
        index=given or f"{table}_{identity.name}_index",
        index_name=given,
        where_sql=sql,
    )


def _reference(reference: Reference, table: str, found: Found) -> Reference:
    """Add the name of the key: AshPostgres' own, `<table>_<attribute>_fkey`, if none is stated."""
    relationship = found.relationships.get(reference.relationship)
    path = ("references", reference.relationship)
    if (*path, "name") in found.unknown or relationship is None or not table:
        found.unknown.add((*path, "foreign_key"))
    attribute = relationship.source_attribute if relationship is not None else ""
    computed = f"{table}_{attribute}_fkey"
    return msgspec.structs.replace(reference, foreign_key=reference.name or computed)
