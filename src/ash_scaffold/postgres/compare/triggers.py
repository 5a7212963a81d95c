"""Row triggers, and rewrite rules."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import Trigger
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.compare.objects import Kinds, compare_objects
from ash_scaffold.postgres.facts import TableFacts

_KINDS = Kinds(Kind.TRIGGER_ADDED, Kind.TRIGGER_DROPPED, Kind.TRIGGER_CHANGED, Kind.TRIGGER_RENAMED)


def compare_triggers(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed in events and functions, also in what those assign to."""
    return compare_objects(new.name, old.triggers, new.triggers, _content, _KINDS)


def compare_rules(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield the rules that came and went; only their names are known."""
    for name in set(new.rules) - set(old.rules):
        yield Change(kind=Kind.RULE_ADDED, table=new.name, object=name, after=name)
    for name in set(old.rules) - set(new.rules):
        yield Change(kind=Kind.RULE_DROPPED, table=new.name, object=name, before=name)


def _content(trigger: Trigger) -> Trigger:
    return replace(trigger, name="")
