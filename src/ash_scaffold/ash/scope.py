"""Which tables a run plans, and in which domain each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import msgspec

from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.config.match import Resolver, table_pattern
from ash_scaffold.postgres.catalog import Database, Name, Table

# Bookkeeping of Ecto, Oban, Rails and others: no application models these tables as resources.
_SKIPPED = (
    "schema_migrations",
    "data_migrations",
    "oban_*",
    "ar_internal_metadata",
    "_prisma_migrations",
    "spatial_ref_sys",
    "pg_stat_statements*",
    "ash_postgres_*",
)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the command line. `domain` None means all that are configured or exist.

    `adopt_context` makes legacy contexts their domains: True that of `domain`, or all but
    those that the configuration leaves out; None those that it names; False none.
    With `begun` nothing is written of a domain of which the project has nothing yet.
    """

    domain: str | None = None
    tables: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    adopt_context: bool | None = None
    begun: bool = False

    def adopts(self, domain: str, config: Resolver) -> bool:
        """Whether a (logical) domain is to be the legacy context of its name."""
        entry = config.config.domains.get(domain)
        configured = entry.adopt_context if entry is not None else None
        if self.adopt_context is True and self.domain in (None, domain):
            return self.domain is not None or configured is not False
        return self.adopt_context is not False and configured is True


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome: the domain of each planned table, and what is written of them.

    `domains` are logical names, as the configuration writes them. `unassigned` are tables that no
    domain has; `skipped` those of other tools. `unmatched` are `--table` patterns that fit
    no table. `not_begun` are the tables that `Options.begun` leaves out, by domain.
    """

    domains: Mapping[Name, str]
    written: frozenset[Name]
    unassigned: tuple[Name, ...]
    skipped: tuple[Name, ...]
    unmatched: tuple[str, ...] = ()
    not_begun: Mapping[str, tuple[Name, ...]] = {}


def logical_domain(module: str, state: ProjectState, *, adopted: bool = False) -> str:
    """Return the name a domain goes by: `App.Accounts` for `App.Accounts.Domain`.

    Such a domain has a legacy context next to it, whose name it could not take. The context may
    have been removed since, or with `adopted` become the domain itself.
    """
    parent, _, last = module.rpartition(".")
    if last != "Domain":
        return module
    moved = parent in state.domains and (adopted or module not in state.domains)
    return parent if moved or parent in state.modules else module


def is_skipped(name: Name) -> bool:
    """Whether the table is another tool's bookkeeping."""
    return any(fnmatchcase(name.name, pattern) for pattern in _SKIPPED)


def plan_scope(
    database: Database, state: ProjectState, config: Resolver, options: Options
) -> Scope:
    """Assign tables to domains.

    The configuration comes first, then the domain of a resource that is there, then the context
    of the legacy schema. A domain without any of these, in a project without legacy
    schemas and without other domains, gets all tables. `--table` names what the domain gets
    besides, and limits what is written.

    A domain has begun where it is there, or a table of it has a resource or had one at the last
    run. Where none has, all are as if they had: what was deleted as a whole is missing.
    """
    usable, skipped = _usable(database, config, options)
    claimed = _claims(usable, state, config, options)
    domain = options.domain
    named = _matching(usable, options.tables) if options.tables else set()
    if domain is not None:
        _claim_for(domain, claimed, usable, state, config, named)
    written = {
        name
        for name, owner in claimed.items()
        if (domain is None or owner == domain) and (not options.tables or name in named)
    }
    not_begun = _not_begun(claimed, state) if options.begun else {}
    written -= {name for tables in not_begun.values() for name in tables}
    return Scope(
        domains=claimed,
        written=frozenset(written),
        unassigned=tuple(table.name for table in usable if table.name not in claimed),
        skipped=skipped,
        unmatched=tuple(p for p in options.tables if not _matching(usable, (p,))),
        not_begun=not_begun,
    )


def _not_begun(claimed: Mapping[Name, str], state: ProjectState) -> dict[str, tuple[Name, ...]]:
    begun = {logical_domain(module, state) for module in state.domains}
    begun |= {claimed[name] for name in (*state.resources, *state.generated) if name in claimed}
    waiting: dict[str, tuple[Name, ...]] = {}
    for name, domain in claimed.items():
        if domain not in begun:
            waiting[domain] = (*waiting.get(domain, ()), name)
    return waiting if begun.intersection(claimed.values()) else {}


def _usable(
    database: Database, config: Resolver, options: Options
) -> tuple[list[Table], tuple[Name, ...]]:
    excluded = [table_pattern(pattern) for pattern in options.exclude]
    wanted = {name for key in config.config.tables for name in table_pattern(key).names}
    wanted |= _matching(database.tables, options.tables) if options.tables else set()
    usable, skipped = [], []
    for table in database.tables:
        foreign = is_skipped(table.name) and table.name not in wanted
        left_out = config.excludes(table.name) or any(p.matches(table.name) for p in excluded)
        if foreign or left_out:
            skipped.append(table.name)
        else:
            usable.append(table)
    return usable, tuple(skipped)


def _matching(tables: Iterable[Table], patterns: Iterable[str]) -> set[Name]:
    compiled = [table_pattern(pattern) for pattern in patterns]
    return {t.name for t in tables if any(pattern.matches(t.name) for pattern in compiled)}


def _claims(
    usable: Iterable[Table], state: ProjectState, config: Resolver, options: Options
) -> dict[Name, str]:
    """Return the domains of tables by the configuration and the existing resources."""
    existing = {
        name: logical_domain(
            resource.domain,
            state,
            adopted=options.adopts(resource.domain.removesuffix(".Domain"), config),
        )
        for name, resource in state.resources.items()
        if resource.domain is not None
    }
    found = {}
    for table in usable:
        domain = config.domain_of(table.name) or existing.get(table.name)
        if domain is not None:
            found[table.name] = domain
    return found


def _claim_for(
    domain: str,
    claimed: dict[Name, str],
    usable: list[Table],
    state: ProjectState,
    config: Resolver,
    named: set[Name],
) -> None:
    """Add the tables that the domain of the options gets without configuration."""
    configured = bool(config.domain_patterns(domain))
    for name in named:
        if config.domain_of(name) is None:
            claimed.setdefault(name, domain)
    if configured:
        return
    of_context = {s.table for s in state.legacy if s.context == domain and s.first}
    for table in usable:
        if table.name in of_context:
            claimed.setdefault(table.name, domain)
    others = {logical_domain(module, state) for module in state.domains} - {domain}
    if named or state.legacy or others or config.config.domains:
        return
    for table in usable:
        claimed.setdefault(table.name, domain)
