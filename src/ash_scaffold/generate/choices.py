"""A digest of what people chose for a table: to tell their doing from a new version's.

What was generated differs from what would be generated because the schema changed, because
somebody chose otherwise (configuration, legacy code), or because the tool is another
version. The first is known from the facts; the digest tells the second from the third.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ash_scaffold.ash.hints import memorable
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.config.match import NO_COLUMN, Resolver
from ash_scaffold.postgres.facts import TableFacts
from ash_scaffold.postgres.type_notation import read_type
from ash_scaffold.project.snapshot import digest

_encoder = msgspec.json.Encoder(order="deterministic")


def choices(facts: TableFacts, domain: str, state: ProjectState, config: Resolver) -> str:
    """Return the digest for one table of a (logical) domain.

    Names in people's files are not in it: what is generated from the old facts has them as well.
    """
    table = facts.name
    said = (
        msgspec.structs.replace(config.for_table(table), renamed_from=None),
        config.actions_for(table, domain),
        config.use_for(table),
        config.extensions_for(table),
        config.owned_by_ash(table),
        domain,
        state.repo,
        list(_columns(facts, config)),
        [(str(each.name), config.type_for(each.name)) for each in facts.types],
        [memorable(schema) for schema in state.legacy if schema.table == table],
    )
    return digest(_encoder.encode(said).decode())


def _columns(facts: TableFacts, config: Resolver) -> Iterable[object]:
    for column in facts.columns:
        entry = config.for_column(facts.name, column.name)
        kind = config.type_for(read_type(column.type).name)
        if entry is not NO_COLUMN or kind is not None:
            yield column.name, msgspec.structs.replace(entry, renamed_from=None), kind
