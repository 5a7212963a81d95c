"""Statements of SQL for what no option of `postgres` says of a table.

Each is one of Ash's custom statements, with what takes it back. The definitions are PostgreSQL's
own (`Inventory`); only what it has no function for is written here, as `pg_dump` writes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias

from ash_scaffold.ash.model import CustomStatement
from ash_scaffold.postgres.catalog import Generated, Identity, Name
from ash_scaffold.postgres.inventory import (
    ColumnEntry,
    ConstraintEntry,
    ConstraintKind,
    Enabled,
    Inventory,
    Persistence,
    PolicyEntry,
    ReplicaIdentity,
    RuleEntry,
    TableEntry,
    TriggerEntry,
    qualified,
    quote_literal,
)
from ash_scaffold.postgres.sql import quote_identifier, quote_name

Commented: TypeAlias = ConstraintEntry | TriggerEntry | RuleEntry | PolicyEntry


def table_statements(entry: TableEntry, inventory: Inventory) -> Iterator[CustomStatement]:
    """Give the statements about a table beside columns, keys, indexes and constraints, in order.

    `inventory` has what the table needs, and its partitions.
    """
    yield from _statistics(entry)
    yield from _needed(entry, inventory)
    yield from _triggers(entry)
    yield from _rules(entry)
    yield from _policies(entry)
    yield from _storage(entry)
    yield from _partitions(entry, inventory)
    yield from _all_comments(entry)


def _needed(entry: TableEntry, inventory: Inventory) -> Iterator[CustomStatement]:
    """Make what needs a table itself, and so can't be made before all of them."""
    for need in inventory.needs:
        if not (need.after and need.definition and entry.name in need.used_by):
            continue
        others = {name.name for name in need.after if name.schema == entry.name.schema}
        yield CustomStatement(
            name=f"{need.kind.value}_{need.name.name}",
            up=(
                "SET LOCAL check_function_bodies = off",
                if_missing(need.definition),
                *(f"COMMENT ON {on} IS {quote_literal(text)}" for on, text in need.comments),
            ),
            down=(drop_if_there(need.identity),),
            after_tables=tuple(sorted(others - {entry.name.name})),
        )


def _statistics(entry: TableEntry) -> Iterator[CustomStatement]:
    for each in entry.statistics:
        up = [each.definition]
        if each.target is not None:
            up.append(f"ALTER STATISTICS {quote_name(each.name)} SET STATISTICS {each.target}")
        yield CustomStatement(
            name=f"statistics_{each.name.name}",
            up=tuple(up),
            down=(f"DROP STATISTICS {quote_name(each.name)}",),
        )


def _triggers(entry: TableEntry) -> Iterator[CustomStatement]:
    table = quote_name(entry.name)
    for each in entry.triggers:
        if each.parent:
            continue
        name = quote_identifier(each.name)
        up = [each.definition]
        if each.enabled is not Enabled.ORIGIN:
            up.append(f"ALTER TABLE {table} {_enabling(each.enabled, 'TRIGGER', name)}")
        yield CustomStatement(
            name=f"trigger_{each.name}",
            up=tuple(up),
            down=(f"DROP TRIGGER {name} ON {table}",),
        )


def _rules(entry: TableEntry) -> Iterator[CustomStatement]:
    table = quote_name(entry.name)
    for each in entry.rules:
        name = quote_identifier(each.name)
        up = [each.definition.rstrip(";")]
        if each.enabled is not Enabled.ORIGIN:
            up.append(f"ALTER TABLE {table} {_enabling(each.enabled, 'RULE', name)}")
        yield CustomStatement(
            name=f"rule_{each.name}",
            up=tuple(up),
            down=(f"DROP RULE {name} ON {table}",),
        )


def _policies(entry: TableEntry) -> Iterator[CustomStatement]:
    table = quote_name(entry.name)
    for each in entry.policies:
        yield CustomStatement(
            name=f"policy_{each.name}",
            up=(_create_policy(each, table),),
            down=(f"DROP POLICY {quote_identifier(each.name)} ON {table}",),
        )
    words = [
        (entry.row_security, "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
        (
            entry.force_row_security,
            "FORCE ROW LEVEL SECURITY",
            "NO FORCE ROW LEVEL SECURITY",
        ),
    ]
    said = [(up, down) for wanted, up, down in words if wanted]
    if said:
        yield CustomStatement(
            name="row_security",
            up=tuple(f"ALTER TABLE {table} {up}" for up, _ in said),
            down=tuple(f"ALTER TABLE {table} {down}" for _, down in reversed(said)),
        )


def _storage(entry: TableEntry) -> Iterator[CustomStatement]:
    """Say what concerns how a table is stored."""
    head = f"ALTER TABLE {quote_name(entry.name)}"
    found = list(_table_storage(entry, head))
    for column in entry.columns:
        found += _column_storage(column, head)
    for parent in entry.inherits:
        found.append(
            (f"{head} INHERIT {quote_name(parent)}", f"{head} NO INHERIT {quote_name(parent)}")
        )
    if entry.of_type is not None:
        found.append((f"{head} OF {entry.of_type}", f"{head} NOT OF"))
    if found:
        same_schema = (each.name for each in entry.inherits if each.schema == entry.name.schema)
        yield CustomStatement(
            name="storage",
            up=tuple(up for up, _ in found),
            down=tuple(down for _, down in reversed(found)),
            after_tables=tuple(same_schema),
        )


def _partitions(entry: TableEntry, inventory: Inventory) -> Iterator[CustomStatement]:
    """Make the partitions, each with its own constraints and indexes, then attach it."""
    for each in inventory.tables:
        if each.partition_of == entry.name:
            yield from _partition(each, inventory)


def _all_comments(entry: TableEntry) -> Iterator[CustomStatement]:
    """Say all comments of the table and what belongs to it, in one statement."""
    found = list(_comments(entry))
    if found:
        yield CustomStatement(
            name="comments",
            up=tuple(f"COMMENT ON {on} IS {quote_literal(text)}" for on, text in found),
            down=tuple(f"COMMENT ON {on} IS NULL" for on, _ in reversed(found)),
        )


def column_definition(column: ColumnEntry) -> str:
    """Write a column from its type on."""
    text = column.type
    if column.collation is not None:
        text += f" COLLATE {column.collation}"
    if column.generated is not Generated.NONE:
        text += f" GENERATED ALWAYS AS ({column.default}) {column.generated.value.upper()}"
    elif column.identity is not Identity.NONE:
        text += f" GENERATED {column.identity.value.upper()} AS IDENTITY"
    elif column.default is not None:
        text += f" DEFAULT {column.default}"
    return text + (" NOT NULL" if column.not_null else "")


def add_constraint(table: Name, entry: ConstraintEntry) -> str:
    """Return the statement that adds a constraint."""
    name = quote_identifier(entry.name)
    return f"ALTER TABLE {quote_name(table)} ADD CONSTRAINT {name} {entry.definition}"


def _enabling(enabled: Enabled, kind: str, name: str) -> str:
    words = {
        Enabled.DISABLED: f"DISABLE {kind}",
        Enabled.REPLICA: f"ENABLE REPLICA {kind}",
        Enabled.ALWAYS: f"ENABLE ALWAYS {kind}",
    }
    return f"{words.get(enabled, f'ENABLE {kind}')} {name}"


def _create_policy(policy: PolicyEntry, table: str) -> str:
    text = f"CREATE POLICY {quote_identifier(policy.name)} ON {table}"
    if not policy.permissive:
        text += " AS RESTRICTIVE"
    text += f" FOR {policy.command.upper()}"
    if policy.roles:
        text += f" TO {', '.join(map(quote_identifier, policy.roles))}"
    if policy.using is not None:
        text += f" USING ({policy.using})"
    if policy.with_check is not None:
        text += f" WITH CHECK ({policy.with_check})"
    return text


def _table_storage(entry: TableEntry, head: str) -> Iterator[tuple[str, str]]:
    """Give what the storage of a table needs, and what takes that back."""
    options = [*entry.options, *(f"toast.{each}" for each in entry.toast_options)]
    if options:
        names = ", ".join(each.partition("=")[0] for each in options)
        yield f"{head} SET ({', '.join(map(_setting, options))})", f"{head} RESET ({names})"
    if entry.persistence is Persistence.UNLOGGED:
        yield f"{head} SET UNLOGGED", f"{head} SET LOGGED"
    if entry.access_method not in ("", "heap"):
        yield (
            f"{head} SET ACCESS METHOD {quote_identifier(entry.access_method)}",
            f"{head} SET ACCESS METHOD heap",
        )
    if entry.tablespace:
        yield (
            f"{head} SET TABLESPACE {quote_identifier(entry.tablespace)}",
            f"{head} SET TABLESPACE pg_default",
        )
    back = f"{head} REPLICA IDENTITY DEFAULT"
    if entry.replica_identity in (ReplicaIdentity.NOTHING, ReplicaIdentity.FULL):
        yield f"{head} REPLICA IDENTITY {entry.replica_identity.value.upper()}", back
    for index in entry.indexes:
        name = quote_identifier(index.name)
        if index.replica_identity:
            yield f"{head} REPLICA IDENTITY USING INDEX {name}", back
        if index.clustered:
            yield f"{head} CLUSTER ON {name}", f"{head} SET WITHOUT CLUSTER"


def _setting(option: str) -> str:
    name, _, value = option.partition("=")
    return f"{name} = {quote_literal(value)}"


def _column_storage(column: ColumnEntry, head: str) -> Iterator[tuple[str, str]]:
    part = f"{head} ALTER COLUMN {quote_identifier(column.name)}"
    if column.statistics is not None:
        yield f"{part} SET STATISTICS {column.statistics}", f"{part} SET STATISTICS -1"
    if column.storage is not None:
        yield f"{part} SET STORAGE {column.storage.upper()}", f"{part} SET STORAGE EXTENDED"
    if column.compression is not None:
        yield f"{part} SET COMPRESSION {column.compression}", f"{part} SET COMPRESSION DEFAULT"
    if column.options:
        names = ", ".join(each.partition("=")[0] for each in column.options)
        settings = ", ".join(map(_setting, column.options))
        yield f"{part} SET ({settings})", f"{part} RESET ({names})"


def _partition(entry: TableEntry, inventory: Inventory) -> Iterator[CustomStatement]:
    """Make a partition as `pg_dump` does: a table of its own first, so that all names are its."""
    name, parent = quote_name(entry.name), quote_name(entry.partition_of or entry.name)
    columns = [f"{quote_identifier(each.name)} {column_definition(each)}" for each in entry.columns]
    columns += [
        f"CONSTRAINT {quote_identifier(each.name)} {each.definition}"
        for each in entry.constraints
        if each.kind is ConstraintKind.CHECK
    ]
    text = f"CREATE TABLE {name} ({', '.join(columns)})"
    if entry.partition_key is not None:
        text += f" PARTITION BY {entry.partition_key}"
    first = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE, ConstraintKind.EXCLUSION)
    up = [text]
    up += [add_constraint(entry.name, each) for each in entry.constraints if each.kind in first]
    up += [each.definition for each in entry.indexes if not each.constraint]
    up.append(f"ALTER TABLE {parent} ATTACH PARTITION {name} {entry.bound}")
    up += [
        add_constraint(entry.name, each)
        for each in entry.constraints
        if each.kind is ConstraintKind.FOREIGN_KEY and not each.parent
    ]
    for trigger in entry.triggers:
        if not trigger.parent:
            up.append(trigger.definition)
    up += [statement for statement, _ in _table_storage(entry, f"ALTER TABLE {name}")]
    up += [f"COMMENT ON {on} IS {quote_literal(said)}" for on, said in _comments(entry)]
    targets = {each.target for each in entry.constraints if each.target is not None}
    yield CustomStatement(
        name=f"partition_{entry.name.name}",
        up=tuple(up),
        down=(f"DROP TABLE {name}",),
        after_tables=tuple(
            sorted(each.name for each in targets if each.schema == entry.name.schema)
        ),
    )
    for each in inventory.tables:
        if each.partition_of == entry.name:
            yield from _partition(each, inventory)


def _comments(entry: TableEntry) -> Iterator[tuple[str, str]]:
    """Give what has a comment, as `COMMENT ON` calls it, and the comment."""
    table, schema = quote_name(entry.name), entry.name.schema
    if entry.comment is not None:
        yield f"TABLE {table}", entry.comment
    for column in entry.columns:
        if column.comment is not None:
            yield f"COLUMN {table}.{quote_identifier(column.name)}", column.comment
    kinds: tuple[tuple[str, Collection[Commented]], ...] = (
        ("CONSTRAINT", entry.constraints),
        ("TRIGGER", entry.triggers),
        ("RULE", entry.rules),
        ("POLICY", entry.policies),
    )
    for kind, entries in kinds:
        for each in entries:
            if each.comment is not None:
                yield f"{kind} {quote_identifier(each.name)} ON {table}", each.comment
    for index in entry.indexes:
        if index.comment is not None:
            yield f"INDEX {quote_name(Name(schema, index.name))}", index.comment
    for sequence in entry.sequences:
        if sequence.comment is not None:
            yield f"SEQUENCE {quote_name(sequence.name)}", sequence.comment
    for statistics in entry.statistics:
        if statistics.comment is not None:
            yield f"STATISTICS {quote_name(statistics.name)}", statistics.comment


def keep_leaning_keys(index: Name, statements: Iterable[str]) -> str:
    """Run statements that replace a key's index, and make the foreign keys anew that lean on it.

    They are those that are there when it runs, whichever migration made them.
    """
    body = "".join(f"  {each};\n" for each in statements)
    tag = _tag(body)
    return (
        f"DO {tag}\nDECLARE\n  leaning text[];\n  one text;\nBEGIN\n"
        "  SELECT array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, "
        "conname, pg_get_constraintdef(oid)) ORDER BY conname) INTO leaning FROM pg_constraint "
        f"WHERE contype = 'f' AND conparentid = 0 AND conindid = "
        f"{quote_literal(qualified(index))}::regclass;\n"
        f"{body}"
        "  FOREACH one IN ARRAY coalesce(leaning, '{}') LOOP\n    EXECUTE one;\n  END LOOP;\n"
        f"END\n{tag}"
    )


def _tag(text: str) -> str:
    """Return a dollar quote that a text doesn't have."""
    tag, number = "$make$", 1
    while tag in text:
        tag, number = f"$make{number}$", number + 1
    return tag


def if_missing(definition: str) -> str:
    """Run a statement, and pass over it where the object is there."""
    if definition.startswith("CREATE OR REPLACE"):
        return definition
    tag = _tag(definition)
    found = "duplicate_object OR duplicate_schema OR duplicate_table OR duplicate_function"
    return f"DO {tag}\nBEGIN\n{definition};\nEXCEPTION WHEN {found} THEN NULL;\nEND\n{tag}"


def drop_if_there(identity: str) -> str:
    """Return the statement that drops an object by its identity in SQL, its kind in front."""
    kind, _, name = identity.partition(" ")
    return f"DROP {kind} IF EXISTS {name}"
