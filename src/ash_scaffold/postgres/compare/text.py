"""A change as one line for people: `users.email: varchar(255) → citext`."""

from __future__ import annotations

from ash_scaffold.postgres.catalog import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Generated,
    Identity,
    Index,
    Key,
    Name,
    PartitionConstraint,
    Trigger,
    Type,
    TypeUse,
)
from ash_scaffold.postgres.compare.change import EVERY_TENANT, Change, Evidence, Kind, Value
from ash_scaffold.postgres.definitions import (
    PLAIN,
    check_definition,
    exclusion_definition,
    foreign_key_rules,
    index_definition,
    key_definition,
)
from ash_scaffold.postgres.facts import TableFacts
from ash_scaffold.postgres.type_text import type_text

_LONGEST = 80
_NOTHING = "none"


def text(change: Change) -> str:
    """Return the line. Names and texts of the database stand in it as they are, but on one line.

    Whoever shows it on a terminal takes control characters out, as from all text of a database.
    """
    return _one_line(_text(change))


def _text(change: Change) -> str:
    if change.kind is Kind.RENAME_UNCLEAR:
        return _unclear(change)
    if change.kind is Kind.COMMENT_CHANGED:
        return f"{_where(change)}: comment {_quoted(change.before)} → {_quoted(change.after)}"
    if change.type is not None:
        return _of_type(change)
    if change.kind.value.startswith(("table ", "view ")):
        return _of_presence(change)
    if change.kind in _OF_TABLE:
        return _of_table(change)
    if change.kind in _OF_COLUMN:
        return _of_column(change)
    return _of_object(change)


_OF_TABLE = frozenset(
    {
        Kind.RELATION_KIND_CHANGED,
        Kind.INHERITANCE_CHANGED,
        Kind.PARTITIONS_CHANGED,
        Kind.ROW_SECURITY_CHANGED,
        Kind.RIGHTS_CHANGED,
        Kind.COLUMN_ORDER_CHANGED,
    }
)
_OF_COLUMN = frozenset(
    {
        Kind.COLUMN_RENAMED,
        Kind.COLUMN_ADDED,
        Kind.COLUMN_DROPPED,
        Kind.COLUMN_TYPE_CHANGED,
        Kind.NULLABILITY_CHANGED,
        Kind.DEFAULT_CHANGED,
        Kind.IDENTITY_CHANGED,
        Kind.GENERATED_CHANGED,
        Kind.COLLATION_CHANGED,
    }
)


def _where(change: Change) -> str:
    if change.type is not None:
        return f"type {change.type}"
    if change.detail == "key":
        return f"{change.table}: constraint {change.object}"
    return f"{change.table}.{change.object}" if change.object else str(change.table)


def _unclear(change: Change) -> str:
    names = _names(change.after)
    dropped = _names(change.before)
    table = f"{change.table}." if change.object else ""
    return (
        f"{table}{names[0]} is new"
        + (f" (as are {', '.join(names[1:])})" if names[1:] else "")
        + f", and {' and '.join(dropped)} {'was' if len(dropped) == 1 else 'were'} dropped: "
        + "a rename? Set "
        + f'{change.detail}, or "" if it is new'
    )


def _names(value: Value) -> list[str]:
    return [str(each) for each in value] if isinstance(value, tuple) else []


def _of_presence(change: Change) -> str:
    kind = change.kind.value
    noun, verb = kind.split(" ")
    if verb in ("added", "dropped"):
        return f"{noun} {change.table} {verb}"
    if change.detail == EVERY_TENANT:
        return f"{noun} {change.before} is read for every tenant"
    return f"{noun} {change.before} {verb} to {_target(change)}{_evidence(change)}"


def _target(change: Change) -> str:
    """Name the schema where only that is new, `public` too."""
    if isinstance(change.after, Name) and change.kind.value.endswith("moved"):
        return f"schema {change.after.schema}"
    return str(change.after)


def _evidence(change: Change) -> str:
    return " (taken for a rename)" if change.evidence is Evidence.LIKELY else ""


def _of_table(change: Change) -> str:
    before, after = change.before, change.after
    table = str(change.table)
    match change.kind:
        case Kind.RELATION_KIND_CHANGED:
            return f"{table}: {before} → {after}"
        case Kind.INHERITANCE_CHANGED:
            return f"{table} {change.detail}: {_value(before)} → {_value(after)}"
        case Kind.PARTITIONS_CHANGED:
            return f"{table}: names of partitions' objects: {_partition_names(change)}"
        case Kind.ROW_SECURITY_CHANGED:
            return f"{table}: row security {'on' if after else 'off'}"
        case Kind.RIGHTS_CHANGED:
            doing = change.detail or "read"
            return f"{_where(change)}: {doing} {'permitted' if after else 'no longer permitted'}"
        case _:
            return f"{table}: columns are in another order: {', '.join(_names(after))}"


def _partition_names(change: Change) -> str:
    new = [f"{name} added" for name in _names(change.after)]
    return ", ".join([*new, *(f"{name} dropped" for name in _names(change.before))])


def _of_column(change: Change) -> str:
    before, after = change.before, change.after
    where = _where(change)
    match change.kind:
        case Kind.COLUMN_RENAMED:
            return f"{change.table}.{before} renamed to {after}{_evidence(change)}"
        case Kind.COLUMN_ADDED:
            return f"{where} added: {_value(after)}"
        case Kind.COLUMN_DROPPED:
            return f"{where} dropped"
        case Kind.NULLABILITY_CHANGED:
            return f"{where}: {'nullable' if after else 'not null'}"
        case Kind.DEFAULT_CHANGED:
            return f"{where}: default {_value(before)} → {_value(after)}"
        case Kind.IDENTITY_CHANGED:
            return f"{where}: identity {_value(before)} → {_value(after)}"
        case Kind.COLLATION_CHANGED:
            return f"{where}: collation {_value(before)} → {_value(after)}"
        case Kind.GENERATED_CHANGED:
            return f"{where}: {_generation(before)} → {_generation(after)}"
        case _:
            return f"{where}: {_value(before)} → {_value(after)}"


def _generation(value: Value) -> str:
    return _generation_of(value) if isinstance(value, Column) else _NOTHING


def _of_object(change: Change) -> str:
    noun, _, verb = change.kind.value.rpartition(" ")
    what = f"{change.table}: {noun} {change.object}"
    primary = noun == "primary key"
    if verb == "renamed":
        return f"{change.table}: {noun} {change.before} renamed to {change.after}"
    if verb == "dropped":
        return f"{what} dropped"
    if verb == "added":
        definition = _value(change.after, primary=primary)
        return f"{what} added" + (f": {definition}" if noun != "rule" else "")
    return f"{what}: {_value(change.before, primary=primary)} → " + _value(
        change.after, primary=primary
    )


def _of_type(change: Change) -> str:
    type_, name = change.type, change.object
    before, after = change.before, change.after
    match change.kind:
        case Kind.TYPE_RENAMED | Kind.TYPE_MOVED:
            verb = change.kind.value.removeprefix("type ")
            return f"type {before} {verb} to {_target(change)}"
        case Kind.TYPE_REDEFINED:
            return f"type {type_}: {_value(before)} → {_value(after)}"
        case Kind.ENUM_LABEL_ADDED:
            return f"enum {type_}: label {_quoted(name)} added"
        case Kind.ENUM_LABEL_REMOVED:
            return f"enum {type_}: label {_quoted(name)} removed"
        case Kind.ENUM_LABEL_RENAMED:
            return f"enum {type_}: label {_quoted(before)} renamed to {_quoted(after)}"
        case Kind.ENUM_LABELS_REORDERED:
            labels = ", ".join(_quoted(label) for label in _names(after))
            return f"enum {type_}: labels are in another order: {labels}"
        case Kind.DOMAIN_CHANGED:
            return f"domain {type_}: {_of_domain(change)}"
        case _:
            return f"composite {type_}: {_of_composite(change)}"


def _of_domain(change: Change) -> str:
    before, after = change.before, change.after
    match change.detail:
        case "check" if before is None:
            return f"check {change.object} added: {_value(after)}"
        case "check" if after is None:
            return f"check {change.object} dropped"
        case "check" if isinstance(before, Check) and before.name != change.object:
            return f"check {before.name} renamed to {change.object}"
        case "check":
            return f"check {change.object}: {_value(before)} → {_value(after)}"
        case "type":
            return f"{_value(before)} → {_value(after)}"
        case "nullability":
            return "nullable" if after else "not null"
        case _:
            return f"default {_value(before)} → {_value(after)}"


def _of_composite(change: Change) -> str:
    match change.detail:
        case "field renamed":
            return f"field {change.before} renamed to {change.after}"
        case "field added":
            return f"field {change.object} added: {_value(change.after)}"
        case "field dropped":
            return f"field {change.object} dropped"
        case "field type":
            return f"field {change.object}: {_value(change.before)} → {_value(change.after)}"
        case _:
            return f"fields are in another order: {', '.join(_names(change.after))}"


def _value(value: Value, *, primary: bool = False) -> str:
    """Write a value as the line shows it."""
    match value:
        case None | "" | ():
            return _NOTHING
        case TypeUse():
            return type_text(value)
        case Column():
            return _column(value)
        case Key():
            return key_definition(value, PLAIN, primary=primary)
        case ForeignKey():
            return _foreign_key(value)
        case Check():
            return check_definition(value, PLAIN)
        case Exclusion():
            return exclusion_definition(value, PLAIN)
        case PartitionConstraint():
            return f"{value.kind.value} ({', '.join(value.columns)}) of a partition"
        case Index():
            return _index(value)
        case Trigger():
            return _trigger(value)
        case Type():
            return value.kind.value
        case TableFacts() | Name():
            return str(value.name) if isinstance(value, TableFacts) else str(value)
        case Identity():
            return value.value
        case tuple():
            return ", ".join(str(each) for each in value)
        case _:
            return str(value)


def _column(facts: Column) -> str:
    """Describe a column, its name apart."""
    words = [type_text(facts.type)]
    if facts.not_null:
        words.append("not null")
    if facts.identity is not Identity.NONE:
        words.append(f"generated {facts.identity.value} as identity")
    if facts.generated is not Generated.NONE or facts.default is not None:
        words.append(_generation_of(facts))
    return ", ".join(words)


def _generation_of(facts: Column) -> str:
    """Describe the source of a column's value when a write doesn't give it."""
    if facts.generated is not Generated.NONE:
        return f"generated {facts.generated.value} as {facts.default}"
    return "no default" if facts.default is None else f"default {facts.default}"


def _foreign_key(key: ForeignKey) -> str:
    period = " with period" if key.period else ""
    columns, target_columns = PLAIN.names(key.columns), PLAIN.names(key.target_columns)
    return f"{columns} → {key.target}{target_columns}{period}{foreign_key_rules(key, PLAIN)}"


def _index(index: Index) -> str:
    words = "unique " if index.unique else ""
    return f"{words}{index_definition(index, PLAIN)}{'' if index.valid else ' invalid'}"


def _trigger(facts: Trigger) -> str:
    """Describe a row trigger that fires before or instead of a write."""
    events = ["insert"] if facts.on_insert else []
    if facts.on_update:
        events.append("update" + (f" of {', '.join(facts.columns)}" if facts.columns else ""))
    words = f"on {' or '.join(events)}: {facts.function}"
    return words + (f", assigns {', '.join(facts.assigns)}" if facts.assigns else "")


def _quoted(value: Value) -> str:
    if value is None:
        return _NOTHING
    shown = " ".join(str(value).split())
    if len(shown) > _LONGEST:
        shown = f"{shown[: _LONGEST - 1]}…"
    return f'"{shown}"'


def _one_line(line: str) -> str:
    return line if line.isprintable() else " ".join(line.split())
