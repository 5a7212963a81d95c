"""Proposes domains for tables: from legacy contexts, PostgreSQL schemas, foreign keys and names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.ash.naming import Names, camelize, plural_name, underscore
from ash_scaffold.counted import counted
from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name, Table
from ash_scaffold.propose.ties import Tie, groups, ties, words

if TYPE_CHECKING:
    from ash_scaffold.ash.scope import Scope
    from ash_scaffold.session import Session

_REST = "Other"
# Last parts of names for the kind of the modules, not their subject.
_GENERIC = frozenset(
    "Data Database Db DB Ecto Entities Entity Model Models Schema Schemas Table Tables".split()
)
# Modules that an application has under its namespace anyway.
_TAKEN = frozenset(
    "Application AshTypes Domain Domains Mailer PubSub Release Repo Resources Types Web".split()
)
# Phoenix's name for the context around the users.
_CUSTOMARY = {"users": "Accounts"}


class Member(msgspec.Struct, frozen=True):
    """A table of a domain, with the reason."""

    table: Name
    reason: str

    @property
    def pattern(self) -> str:
        """The table as the configuration names it: `users`, `billing.invoices`."""
        if self.table.schema == DEFAULT_SCHEMA and "." not in self.table.name:
            return self.table.name
        return f"{self.table.schema}.{self.table.name}"


class DomainProposal(msgspec.Struct, frozen=True):
    """A domain with the reason for it, and its tables by name."""

    module: str
    reason: str
    members: tuple[Member, ...]


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """`new` are entries to add to the configuration.

    `additions` are tables for domains that have an entry: it is the person's to change.
    """

    new: tuple[DomainProposal, ...] = ()
    additions: tuple[DomainProposal, ...] = ()


class Claim(msgspec.Struct, frozen=True):
    """The domain that a schema's name gives its table; `context` is the legacy module."""

    domain: str
    context: str
    schema: EctoSchema


def claims(hints: Hints, namespace: str) -> Mapping[Name, Claim]:
    """Return the claims of the legacy code by table; a schema outside of any context has none.

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


class DomainNames:
    """Hands out names of domains, none of them twice.

    `modules` are those of the legacy code: a domain can stand beside one of its name, unless
    that has a `Domain` in it as well.
    """

    def __init__(self, namespace: str, taken: Iterable[str], modules: Collection[str]) -> None:
        self._namespace = namespace
        folded = {module.casefold() for module in modules}
        blocked = {module for module in modules if f"{module}.domain".casefold() in folded}
        reserved = {f"{namespace}.{word}" for word in _TAKEN}
        self._names = Names({*taken, *blocked, *reserved})

    def take(self, *candidates: str) -> str:
        """Take the first of the last segments that is free, else a numbered one."""
        return self._names.take(*(f"{self._namespace}.{segment}" for segment in candidates))

    def of_context(self, domain: str) -> str:
        """Take the name that a context gives, or one beside it where the legacy code is full."""
        return self._names.take(domain, f"{domain}Domain", f"{domain}Resources")


def centre(group: Iterable[Name], ties: Iterable[Tie]) -> list[Name]:
    """Return the tables of a group, the one that most others are tied to first."""
    members = set(group)
    weight: Counter[Name] = Counter()
    for tie in ties:
        if tie.source in members and tie.target in members:
            weight[tie.target] += tie.weight
    return sorted(members, key=lambda name: (-weight[name], len(words(name)), name))


def candidates(order: list[Name]) -> Iterator[str]:
    """Yield names for a group: the words that all begin with, then its tables from the centre."""
    shared = _shared([words(name) for name in order])
    if len(order) > 1 and shared:
        whole = next((name for name in order if words(name) == shared), None)
        yield camelize(_plural(whole) if whole is not None else _as_written(order[0], len(shared)))
    for name in order:
        plural = _plural(name)
        if plural in _CUSTOMARY:
            yield _CUSTOMARY[plural]
        yield camelize(plural)


def _plural(name: Name) -> str:
    return plural_name(underscore(name.name).strip("_"))


def _shared(words_of: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words that all begin with."""
    found = []
    for column in zip(*words_of, strict=False):
        if len(set(column)) > 1:
            break
        found.append(column[0])
    return tuple(found)


def _as_written(name: Name, count: int) -> str:
    return "_".join(underscore(name.name).strip("_").split("_")[:count])


class ProposalInput:
    """The tables to place, and the domains of the others.

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


def propose(inputs: ProposalInput, names: DomainNames) -> Proposal:
    """Propose a domain for every table that has none.

    A legacy context comes first, then the PostgreSQL schema where it is not `public`, then the
    domain or the group that foreign keys and names tie the table to.
    """
    found = ties(inputs.tables)
    seeds = _seeds(inputs, names)
    grouped = groups([table.name for table in inputs.tables], found, seeds.domains)
    members: dict[str, set[Name]] = {}
    rest: list[Name] = []
    for group in grouped:
        new = [name for name in group if name in inputs.unplaced]
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
    return _proposal(inputs, members, seeds, found)


def proposed_domains(session: Session, scope: Scope) -> Proposal:
    """Propose a domain for every table that has none."""
    project, config = session.project, session.config
    inputs = ProposalInput(
        session.database.tables,
        scope.domains,
        scope.unassigned,
        claims(session.hints, project.app.namespace),
        config.domains,
    )
    taken = {*scope.domains.values(), *config.domains}
    return propose(inputs, DomainNames(project.app.namespace, taken, session.state.modules))


class _Seeds:
    """Domains that are known before grouping, by table, and the reasons for the new ones."""

    def __init__(self) -> None:
        self.domains: dict[Name, str] = {}
        self.reasons: dict[str, str] = {}


def _seeds(inputs: ProposalInput, names: DomainNames) -> _Seeds:
    seeds = _Seeds()
    seeds.domains.update(inputs.placed)
    there = set(inputs.placed.values()) | inputs.configured
    modules: dict[str, str] = {}
    for name, claim in inputs.claims.items():
        if claim.domain not in modules:
            known = claim.domain in there
            modules[claim.domain] = claim.domain if known else names.of_context(claim.domain)
        seeds.domains[name] = modules[claim.domain]
    for domain, module in modules.items():
        seeds.reasons[module] = _context_reason(domain, inputs.claims.values())
    _schema_seeds(inputs, seeds, names)
    return seeds


def _context_reason(domain: str, claims: Iterable[Claim]) -> str:
    own = [claim for claim in claims if claim.domain == domain]
    contexts = " and ".join(sorted({claim.context for claim in own}))
    return f"The legacy context {contexts}: {counted(len(own), 'Ecto schema')}."


def _schema_seeds(inputs: ProposalInput, seeds: _Seeds, names: DomainNames) -> None:
    """Give what is left of a schema other than public to the one domain that is in it, or a new."""
    schemas = sorted({name.schema for name in inputs.unplaced} - {DEFAULT_SCHEMA})
    for schema in schemas:
        inside = {domain for name, domain in seeds.domains.items() if name.schema == schema}
        free = [n for n in inputs.unplaced if n.schema == schema and n not in seeds.domains]
        if not free or len(inside) > 1:
            continue
        if inside:
            (domain,) = inside
        else:
            domain = names.take(camelize(underscore(schema)))
            seeds.reasons[domain] = f"The tables of the PostgreSQL schema {schema}."
        seeds.domains.update(dict.fromkeys(free, domain))


def _proposal(
    inputs: ProposalInput, members: Mapping[str, set[Name]], seeds: _Seeds, found: Iterable[Tie]
) -> Proposal:
    homes = {**inputs.placed}
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
                Member(name, _reason(name, inputs, homes, by_table.get(name, ())))
                for name in sorted(tables, key=lambda name: (name.schema != DEFAULT_SCHEMA, name))
            ),
        )
        for domain, tables in sorted(members.items())
    ]
    return Proposal(
        new=tuple(p for p in proposals if p.module not in inputs.configured),
        additions=tuple(p for p in proposals if p.module in inputs.configured),
    )


def _reason(
    name: Name, inputs: ProposalInput, homes: Mapping[Name, str], ties_of: Iterable[Tie]
) -> str:
    claim = inputs.claims.get(name)
    if claim is not None:
        return f"Ecto schema {claim.schema.module}"
    own = [tie for tie in ties_of if homes.get(tie.source) == homes.get(tie.target) == homes[name]]
    if own:
        # Its own keys say more about a table than those of others that refer to it.
        best = max(own, key=lambda tie: (tie.source == name, tie.weight))
        return best.reason if best.source == name else best.reason_of_target
    return (
        f"schema {name.schema}"
        if name.schema != DEFAULT_SCHEMA
        else "nothing ties it to another table"
    )
