"""The foreign keys that the delete of a row meets, and that can stop it.

Source: PostgreSQL documentation, "Foreign Keys", and `ri_triggers.c`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from ash_scaffold.postgres.catalog import Action, ForeignKey, Name

# SET DEFAULT stops a write where the default has no row to point at.
STOPPING = frozenset({Action.NO_ACTION, Action.RESTRICT, Action.SET_DEFAULT})


def by_target(keys: Iterable[ForeignKey]) -> Mapping[Name, list[ForeignKey]]:
    """Group foreign keys by the table that they point at."""
    found: defaultdict[Name, list[ForeignKey]] = defaultdict(list)
    for key in keys:
        found[key.target].append(key)
    return found


def met_by_delete(
    table: Name, keys: Mapping[Name, list[ForeignKey]], without: Collection[Name] = ()
) -> Iterator[ForeignKey]:
    """Give the keys that the delete of a row of `table` meets, each once.

    They point at the table itself, or at one whose rows go with it through ON DELETE CASCADE.
    `keys` is from `by_target`. Keys of the tables `without` are left out, and not followed.
    """
    reached, queue = {table}, [table]
    while queue:
        for key in keys.get(queue.pop(), ()):
            if key.table in without:
                continue
            yield key
            if key.on_delete is Action.CASCADE and key.table not in reached:
                reached.add(key.table)
                queue.append(key.table)
