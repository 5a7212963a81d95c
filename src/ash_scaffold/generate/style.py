"""Keeps what another version of ash-scaffold wrote as it is, where the schema has not changed."""

from __future__ import annotations

from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.merge import DatabaseObjects, assemble, entities

_Key = tuple[str, str]


def in_old_style(
    module: str,
    kept: tuple[EntityLines, ...],
    before: str,
    now: str,
    formatted: str,
    *,
    owner: str = "",
) -> str:
    """Return today's module with every entity that the schema left alone as it was written.

    `kept` are the entities that the other version wrote. `before` and `now` are the module as
    this version renders it from the old facts and from those of today, `formatted` is `now` after
    the formatter; `owner` is the resource that a fragment belongs to. Where the first two agree,
    only the version could have changed the entity.
    """
    around = DatabaseObjects(owner)
    old, new, wanted = (_by_key(entities(text, around)) for text in (before, now, formatted))
    written = _by_key(kept)
    found: dict[_Key, EntityLines] = {}
    for key, item in wanted.items():
        if old.get(key) != new[key]:
            found[key] = item
        elif key in written:
            found[key] = written[key]
    last: _Key | None = None
    for key, item in written.items():
        if key not in found and key not in old and key not in new:
            found = _after(found, last, item)
        last = key if key in found else last
    return assemble(module, tuple(found.values()))


def _by_key(items: tuple[EntityLines, ...]) -> dict[_Key, EntityLines]:
    return {(item.section, item.object): item for item in items}


def _after(
    found: dict[_Key, EntityLines], last: _Key | None, item: EntityLines
) -> dict[_Key, EntityLines]:
    """Put an entity after the one that it was written after."""
    out: dict[_Key, EntityLines] = {}
    key = (item.section, item.object)
    if last is None:
        return {key: item, **found}
    for other, value in found.items():
        out[other] = value
        if other == last:
            out[key] = item
    return out
