"""Proposes `[tenancy]` where the rows of a database seem to belong to tenants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import takewhile

import msgspec

from ash_scaffold.ash.scope import is_skipped
from ash_scaffold.ash.tenant_signs import TenantSigns, tenant_signs
from ash_scaffold.config.match import is_glob
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Database, Name
from ash_scaffold.project.mix_project import Project
from ash_scaffold.propose.domains import Member


class TenancyProposal(msgspec.Struct, frozen=True):
    """What speaks for tenants, in a sentence without a full stop, and the keys of `[tenancy]`.

    Without keys it is worth a word, but no proposal.
    """

    reason: str
    entries: tuple[tuple[str, str | tuple[str, ...]], ...] = ()


# Schemas of so many tables, so many of them, whose tables are so far the same.
_TABLES, _SCHEMAS, _ALIKE = 5, 3, 0.9
_SHOWN = 3  # schemas that the reason names


class SchemaSigns(msgspec.Struct, frozen=True):
    """What speaks for a schema per tenant: schemas that are alike, and signs of the code.

    `schemas` are in order of name, those of exactly the tables of `tables` first.
    """

    schemas: tuple[str, ...] = ()
    tables: frozenset[str] = frozenset()
    code: tuple[str, ...] = ()


def schema_signs(project: Project, tables: Mapping[str, frozenset[str]]) -> SchemaSigns | None:
    """Return what speaks for a schema per tenant, None where nothing does.

    `tables` are the names of those of each schema. Two schemas that are alike are no sign, unless
    the code has one: the package Triplex, or a folder of migrations for tenants.
    """
    code = [f"mix.exs has {_TRIPLEX}"] if _TRIPLEX in project.app.dependencies else []
    folders = (project.root / project.app.path / "priv").glob("*/tenant_migrations")
    code += [folder.relative_to(project.root).as_posix() for folder in sorted(folders)]
    own = {
        schema: kept
        for schema, names in tables.items()
        if schema != DEFAULT_SCHEMA
        and len(kept := frozenset(n for n in names if not is_skipped(Name(schema, n)))) >= _TABLES
    }
    alike = [_alike(each, own) for each in dict.fromkeys(own[schema] for schema in sorted(own))]
    found = max(
        alike,
        key=lambda each: (len(each.schemas), list(own.values()).count(each.tables)),
        default=SchemaSigns(),
    )
    if len(found.schemas) < (2 if code else _SCHEMAS):
        found = SchemaSigns()
    if not found.schemas and not code:
        return None
    return msgspec.structs.replace(found, code=tuple(code))


_TRIPLEX = "triplex"


def _alike(tables: frozenset[str], own: Mapping[str, frozenset[str]]) -> SchemaSigns:
    schemas = [
        schema
        for schema, names in sorted(own.items())
        if len(names & tables) >= _ALIKE * len(names | tables)
    ]
    schemas.sort(key=lambda schema: own[schema] != tables)
    return SchemaSigns(tuple(schemas), tables)


def of_schemas(signs: SchemaSigns, schemas: Collection[str]) -> TenancyProposal:
    """Propose a schema per tenant; `schemas` are all that there are."""
    found = signs.schemas
    if not found:
        return TenancyProposal(" and ".join(signs.code))
    shown = ", ".join(found[:_SHOWN])
    rest = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    code = "".join(f"; {each}" for each in signs.code)
    template, *others = found
    return TenancyProposal(
        f"{len(found)} schemas have the same {len(signs.tables)} tables, or nearly: {shown}{rest}"
        + code,
        (
            ("strategy", "context"),
            ("schema", template),
            ("schemas", _pattern(found, schemas) or tuple(sorted(others))),
        ),
    )


def _pattern(found: Collection[str], schemas: Collection[str]) -> tuple[str, ...]:
    """Return the pattern of what the names of schemas begin with, if no other has it."""
    first, last = min(found), max(found)
    same = (a == b for a, b in zip(first, last, strict=False))
    start = first[: sum(takewhile(bool, same))]
    start = start[: max(start.rfind("_"), start.rfind("-")) + 1] or start
    alone = not any(name.startswith(start) for name in schemas if name not in found)
    return (f"{start}*",) if start and not is_glob(start) and alone else ()


def propose_tenancy(
    database: Database,
    left_out: Collection[Name],
    repo: tuple[str, str] | None,
    of_schemas: TenancyProposal | None = None,
) -> TenancyProposal | None:
    """Return what speaks for tenants in a database, None where nothing does.

    `left_out` are tables that are none of the application's, `repo` is the path and the source of
    the repo. `of_schemas` is what speaks for a schema per tenant, which comes first.
    """
    if of_schemas is not None:
        return of_schemas
    signs = tenant_signs(database, left_out)
    return None if signs is None else _of_column(signs, repo)


def _of_column(signs: TenantSigns, repo: tuple[str, str] | None) -> TenancyProposal:
    reason = signs.text
    # Ecto hands every query of a repo to this callback, where teams refuse those of no tenant.
    if repo is not None and "prepare_query" in repo[1] and signs.column in repo[1]:
        reason += f"; {repo[0]} demands it of queries (prepare_query)"
    if not signs.is_proposed:
        return TenancyProposal(reason)
    return TenancyProposal(
        reason,
        (
            ("strategy", "attribute"),
            ("column", signs.column),
            ("tenants", Member(signs.tenants, "").pattern),
        ),
    )
