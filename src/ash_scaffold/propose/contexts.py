"""The domain that legacy code speaks of: the context of a table's Ecto schema."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.postgres.catalog import Name

# Last parts of names that tell what the modules are and not what they are about.
_GENERIC = frozenset(
    "Data Database Db DB Ecto Entities Entity Model Models Schema Schemas Table Tables".split()
)


class Claim(msgspec.Struct, frozen=True):
    """The domain that a schema's name gives its table; `context` is the legacy module."""

    domain: str
    context: str
    schema: EctoSchema


def claims(hints: Hints, namespace: str) -> Mapping[Name, Claim]:
    """Return what the legacy code claims, by table; a schema outside of any context claims none.

    `Legacy.Blog` becomes `App.Blog`: a domain stands in the application's own namespace.
    """
    schemas = {schema.module for schema in hints.schemas}
    found: dict[Name, Claim] = {}
    for table, schema in sorted(hints.by_table().items()):
        context = _context(schema.context, schemas)
        domain = _domain(context, namespace)
        if domain:
            found[table] = Claim(domain, context, schema)
    return found


def _context(context: str, schemas: set[str]) -> str:
    """Go up past schemas (`App.Accounts.User` holds `App.Accounts.User.Token`) and mere kinds."""
    while context and (context in schemas or context.rpartition(".")[2] in _GENERIC):
        context = context.rpartition(".")[0]
    return context


def _domain(context: str, namespace: str) -> str:
    if context.startswith(f"{namespace}."):
        return context
    inner = context.partition(".")[2]
    return f"{namespace}.{inner}" if inner and context != namespace else ""
