"""From tables, legacy code and what is configured to a proposal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ash_scaffold.ash.naming import camelize, underscore
from ash_scaffold.postgres.catalog import Name, Table
from ash_scaffold.propose.contexts import Claim
from ash_scaffold.propose.groups import groups
from ash_scaffold.propose.model import DomainProposal, Member, Proposal
from ash_scaffold.propose.names import DomainNames, candidates, centre
from ash_scaffold.propose.ties import Tie, ties

_PUBLIC = "public"
_REST = "Other"


class Given:
    """What is settled before: the tables to place, and where the others are.

    `placed` are the tables of domains that exist or are configured; `configured` those domains
    that have an entry in the configuration.
    """

    def __init__(
        self,
        tables: Iterable[Table],
        placed: Mapping[Name, str],
        unplaced: Collection[Name],
        claims: Mapping[Name, Claim],
        configured: Collection[str],
    ) -> None:
        wanted = {*placed, *unplaced}
        self.tables = [table for table in tables if table.name in wanted]
        self.placed = placed
        self.unplaced = frozenset(unplaced)
        self.claims = {name: claim for name, claim in claims.items() if name in self.unplaced}
        self.configured = frozenset(configured)


def propose(given: Given, names: DomainNames) -> Proposal:
    """Propose a domain for every table that has none.

    A legacy context comes first, then the PostgreSQL schema where it is not `public`, then the
    domain or the group that foreign keys and names tie the table to.
    """
    found = ties(given.tables)
    seeds = _seeds(given, names)
    grouped = groups([table.name for table in given.tables], found, seeds.domains)
    members: dict[str, set[Name]] = {}
    rest: list[Name] = []
    for group in grouped:
        new = [name for name in group if name in given.unplaced]
        seed = next((seeds.domains[name] for name in group if name in seeds.domains), None)
        if new and seed is None and len(group) == 1:
            rest += new
        elif new:
            order = centre(group, found)
            domain = seed if seed is not None else names.take(*candidates(order))
            members.setdefault(domain, set()).update(new)
            if seed is None:
                seeds.reasons[domain] = f"Tables that foreign keys and names tie to {order[0]}."
    if rest:
        domain = names.take(_REST)
        members[domain] = set(rest)
        seeds.reasons[domain] = "Tables that no foreign key and no name ties to others."
    return _proposal(given, members, seeds, found)


class _Seeds:
    """Domains that are known before grouping, by table, and the reasons for the new ones."""

    def __init__(self) -> None:
        self.domains: dict[Name, str] = {}
        self.reasons: dict[str, str] = {}


def _seeds(given: Given, names: DomainNames) -> _Seeds:
    seeds = _Seeds()
    seeds.domains.update(given.placed)
    there = set(given.placed.values()) | given.configured
    modules: dict[str, str] = {}
    for name, claim in given.claims.items():
        if claim.domain not in modules:
            known = claim.domain in there
            modules[claim.domain] = claim.domain if known else names.of_context(claim.domain)
        seeds.domains[name] = modules[claim.domain]
    for domain, module in modules.items():
        seeds.reasons[module] = _context_reason(domain, given.claims.values())
    _schema_seeds(given, seeds, names)
    return seeds


def _context_reason(domain: str, claims: Iterable[Claim]) -> str:
    own = [claim for claim in claims if claim.domain == domain]
    contexts = " and ".join(sorted({claim.context for claim in own}))
    count = f"{len(own)} Ecto schema{'' if len(own) == 1 else 's'}"
    return f"The legacy context {contexts}: {count}."


def _schema_seeds(given: Given, seeds: _Seeds, names: DomainNames) -> None:
    """Give what is left of a schema other than public to the one domain that is in it, or a new."""
    schemas = sorted({name.schema for name in given.unplaced} - {_PUBLIC})
    for schema in schemas:
        inside = {domain for name, domain in seeds.domains.items() if name.schema == schema}
        free = [n for n in given.unplaced if n.schema == schema and n not in seeds.domains]
        if not free or len(inside) > 1:
            continue
        if inside:
            (domain,) = inside
        else:
            domain = names.take(camelize(underscore(schema)))
            seeds.reasons[domain] = f"The tables of the PostgreSQL schema {schema}."
        seeds.domains.update(dict.fromkeys(free, domain))


def _proposal(
    given: Given, members: Mapping[str, set[Name]], seeds: _Seeds, found: Iterable[Tie]
) -> Proposal:
    homes = {**given.placed}
    for domain, tables in members.items():
        homes.update(dict.fromkeys(tables, domain))
    by_table: dict[Name, list[Tie]] = {}
    for tie in found:
        by_table.setdefault(tie.source, []).append(tie)
        by_table.setdefault(tie.target, []).append(tie)
    proposals = [
        DomainProposal(
            domain,
            seeds.reasons.get(domain, "Tables that belong to the resources there."),
            tuple(
                Member(name, _reason(name, given, homes, by_table.get(name, ())))
                for name in sorted(tables, key=lambda name: (name.schema != _PUBLIC, name))
            ),
        )
        for domain, tables in sorted(members.items())
    ]
    return Proposal(
        new=tuple(p for p in proposals if p.module not in given.configured),
        additions=tuple(p for p in proposals if p.module in given.configured),
    )


def _reason(name: Name, given: Given, homes: Mapping[Name, str], ties_of: Iterable[Tie]) -> str:
    claim = given.claims.get(name)
    if claim is not None:
        return f"Ecto schema {claim.schema.module}"
    own = [tie for tie in ties_of if homes.get(tie.source) == homes.get(tie.target) == homes[name]]
    if own:
        # Its own keys say more about a table than those of others that refer to it.
        best = max(own, key=lambda tie: (tie.source == name, tie.weight))
        return best.said if best.source == name else best.said_of_target
    return f"schema {name.schema}" if name.schema != _PUBLIC else "nothing ties it to another table"
