"""Proposes `[tenancy]` where the rows of a database seem to belong to tenants."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from ash_scaffold.ash.tenant_signs import TenantSigns, tenant_signs
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.propose.domains import Member


class TenancyProposal(msgspec.Struct, frozen=True):
    """What speaks for tenants, in a sentence without a full stop, and the keys of `[tenancy]`.

    Without keys it is worth a word, but no proposal.
    """

    reason: str
    entries: tuple[tuple[str, str], ...] = ()


def propose_tenancy(
    database: Database, left_out: Collection[Name], repo: tuple[str, str] | None
) -> TenancyProposal | None:
    """Return what speaks for tenants in a database, None where nothing does.

    `left_out` are tables that are none of the application's, `repo` is the path and the source of
    the repo.
    """
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
