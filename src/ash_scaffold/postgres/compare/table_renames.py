"""Which table of the new schema is which of the old one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import msgspec
from msgspec.structs import replace

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.compare.change import Evidence
from ash_scaffold.postgres.compare.renames import Pairing, Said, Seen, Unclear
from ash_scaffold.postgres.compare.rewrite import under_new_names
from ash_scaffold.postgres.facts import VERSION, TableFacts

_ANY = Name("", "")
# Less than this part of two tables' columns in common, and nobody takes one for the other.
_LIKE = 2 / 3


class TablePairs(msgspec.Struct, frozen=True):
    """New names by old ones of all tables on both sides, how renames are known, what is unclear."""

    tables: Mapping[Name, Name]
    evidence: Mapping[Name, Evidence]
    unclear: tuple[Unclear, ...]


def pair_tables(
    old: Mapping[Name, TableFacts],
    new: Mapping[Name, TableFacts],
    seen: Seen,
    said: Said,
    types: Mapping[Name, Name],
) -> TablePairs:
    """Pair the tables.

    A table that was there when the database was last seen is what its oid says. Beyond that a
    table that is gone and a new one are one if they are each other's only candidate: of the same
    columns, and of keys, checks and indexes of the same names, which a rename leaves as they are.
    """
    told = _told(old, new, said)
    certain = {
        known.name: name
        for name, known in sorted(seen.tables.items())
        if name in new and known.name in old and known.name not in told
        if name not in told.values()
    }
    pairs = told | certain
    taken = set(pairs.values())
    pairs |= {name: name for name in old if name not in pairs and name in new and name not in taken}
    gone = [
        name
        for name in sorted(old)
        if name not in pairs and name not in seen.gone
        if all(name != known.name for known in seen.tables.values())
    ]
    taken = set(pairs.values())
    fresh = [name for name in sorted(new) if name not in taken and said.table(name) != ""]
    likely, unclear = _likely(old, new, gone, fresh, Pairing(tables=pairs, types=types))
    evidence = (
        dict.fromkeys(told, Evidence.SAID)
        | dict.fromkeys(certain, Evidence.SEEN)
        | dict.fromkeys(likely, Evidence.LIKELY)
    )
    tables = pairs | likely
    return TablePairs(
        tables=tables,
        evidence={tables[name]: how for name, how in evidence.items() if tables[name] != name},
        unclear=unclear,
    )


def _told(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts], said: Said
) -> dict[Name, Name]:
    """Take from the configuration what is news: a line may stay there when it has been done."""
    found: dict[Name, Name] = {}
    for name in sorted(new):
        text = said.table(name) if name not in old else None
        if not text:
            continue
        schema, dot, rest = text.partition(".")
        written = Name(schema, rest) if dot else Name("public", text)
        for was in (Name(name.schema, text), written):
            if was in old and was not in new and was not in found:
                found[was] = name
                break
    return found


def _likely(
    old: Mapping[Name, TableFacts],
    new: Mapping[Name, TableFacts],
    gone: Collection[Name],
    fresh: Collection[Name],
    pairing: Pairing,
) -> tuple[dict[Name, Name], tuple[Unclear, ...]]:
    if not gone or not fresh:
        return {}, ()
    kept = set(pairing.tables.values())
    before = {name: _shape(under_new_names(old[name], pairing), kept) for name in gone}
    after = {name: _shape(new[name], kept) for name in fresh}
    olds: defaultdict[TableFacts, list[Name]] = defaultdict(list)
    news: defaultdict[TableFacts, list[Name]] = defaultdict(list)
    for name, shape in before.items():
        olds[shape].append(name)
    for name, shape in after.items():
        news[shape].append(name)
    found = {
        names[0]: news[shape][0]
        for shape, names in olds.items()
        if len(names) == 1 and len(news.get(shape, ())) == 1
    }
    left = [name for name in gone if name not in found]
    unclear = []
    for name in fresh:
        if name in found.values():
            continue
        candidates = tuple(was for was in left if _alike(before[was], after[name]))
        if candidates:
            unclear.append(Unclear(None, candidates, (name,)))
    return found, tuple(unclear)


def _shape(facts: TableFacts, kept: Collection[Name]) -> TableFacts:
    """Return the facts without the table's own name, and those of tables that may be renamed."""

    def target(name: Name) -> Name:
        return name if name in kept else _ANY

    return replace(
        facts,
        version=VERSION,
        name=_ANY,
        comment=None,
        columns=tuple(
            replace(
                column,
                comment=None,
                default=column.default and column.default.replace(f"'{facts.name.schema}.", "'"),
            )
            for column in facts.columns
        ),
        foreign_keys=tuple(
            replace(key, table=_ANY, target=target(key.target)) for key in facts.foreign_keys
        ),
        # A schema that is renamed takes its functions with it.
        triggers=tuple(
            replace(each, function=Name("", each.function.name)) for each in facts.triggers
        ),
        inherits=tuple(target(name) for name in facts.inherits),
        partition_of=facts.partition_of and target(facts.partition_of),
        types=(),
        incoming=(),
    )


def _alike(before: TableFacts, after: TableFacts) -> bool:
    if before.kind is not after.kind:
        return False
    ours = {(column.name, column.type) for column in before.columns}
    theirs = {(column.name, column.type) for column in after.columns}
    return len(ours & theirs) >= _LIKE * max(len(ours), len(theirs), 1)
