"""The CREATE TABLE of a relation, made from the catalog: for reading, with comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ash_scaffold.postgres.catalog import (
    Column,
    Generated,
    Identity,
    Name,
    RelationKind,
    Table,
    Type,
    TypeKind,
    TypeUse,
)
from ash_scaffold.postgres.definitions import (
    SQL,
    check_definition,
    exclusion_definition,
    foreign_key_definition,
    key_definition,
    one_line,
)
from ash_scaffold.postgres.sql import quote_identifier, quote_name
from ash_scaffold.postgres.type_text import type_text

_WORDS = {
    RelationKind.TABLE: "TABLE",
    RelationKind.PARTITIONED: "TABLE",
    RelationKind.VIEW: "VIEW",
    RelationKind.MATERIALIZED_VIEW: "MATERIALIZED VIEW",
    RelationKind.FOREIGN: "FOREIGN TABLE",
}


def create_table(table: Table, types: Mapping[Name, Type]) -> str:
    """Write the relation's definition as SQL, ending in a newline.

    Names in `public` stand without their schema. A column's comment follows it, with a
    description of its type if that is the database's own. A view has its columns and their
    types, without the query; a partitioned table lacks its partition key.
    """
    lines = _view(table, types) if table.kind.is_view else _table(table, types)
    return "".join(f"{one_line(line)}\n" for line in lines)


def _table(table: Table, types: Mapping[Name, Type]) -> Iterator[str]:
    items = [
        (_column(column), [column.comment, _about(column.type, types)]) for column in table.columns
    ]
    items += [(constraint, []) for constraint in _constraints(table)]
    yield f"CREATE {_WORDS[table.kind]} {quote_name(table.name)} ("
    yield from _items(items)
    yield f"){_ending(table)};"


def _view(table: Table, types: Mapping[Name, Type]) -> Iterator[str]:
    yield f"CREATE {_WORDS[table.kind]} {quote_name(table.name)} ("
    yield from _items(
        (
            quote_identifier(column.name),
            [type_text(column.type), column.comment, _about(column.type, types)],
        )
        for column in table.columns
    )
    yield ") AS …;"


def _items(items: Iterable[tuple[str, Sequence[str | None]]]) -> Iterator[str]:
    """Yield the lines between the parentheses: a comma after all but the last, then comments."""
    listed = list(items)
    for number, (text, comments) in enumerate(listed, 1):
        comma = "," if number < len(listed) else ""
        remark = "; ".join(" ".join(comment.split()) for comment in comments if comment)
        yield f"  {text}{comma}" + (f" -- {remark}" if remark else "")


def _about(use: TypeUse, types: Mapping[Name, Type]) -> str | None:
    """Describe a type of the database's own, None for others."""
    type_ = types.get(use.name)
    if type_ is None or type_.extension or use.name.schema == "pg_catalog":
        return None
    if type_.kind is TypeKind.ENUM:
        return f"enum: {', '.join(type_.labels)}"
    if type_.kind is TypeKind.DOMAIN and type_.base is not None:
        checks = " ".join(check_definition(check) for check in type_.checks)
        return f"domain over {type_text(type_.base)} {checks}".rstrip()
    if type_.kind is TypeKind.COMPOSITE:
        fields = (f"{field.name} {type_text(field.type)}" for field in type_.fields)
        return f"composite: {', '.join(fields)}"
    return None


def _ending(table: Table) -> str:
    words = ""
    if table.partition_of is not None:
        words += f" /* a partition of {_in_comment(str(table.partition_of))} */"
    elif table.inherits:
        words += f" INHERITS ({', '.join(map(quote_name, table.inherits))})"
    if table.kind is RelationKind.PARTITIONED:
        words += " PARTITION BY …"
    return words


def _in_comment(text: str) -> str:
    return text.replace("*/", "* /").replace("/*", "/ *")


def _column(column: Column) -> str:
    words = [quote_identifier(column.name), type_text(column.type)]
    if column.collation is not None:
        words.append(f"COLLATE {quote_identifier(column.collation)}")
    if column.not_null:
        words.append("NOT NULL")
    if column.identity is not Identity.NONE:
        words.append(f"GENERATED {column.identity.value.upper()} AS IDENTITY")
    elif column.generated is not Generated.NONE:
        words.append(f"GENERATED ALWAYS AS ({column.default}) {column.generated.value.upper()}")
    elif column.default is not None:
        words.append(f"DEFAULT {column.default}")
    return " ".join(words)


def _constraints(table: Table) -> Iterator[str]:
    if table.primary_key is not None:
        definition = key_definition(table.primary_key, SQL, primary=True)
        yield _named(table.primary_key.name, definition)
    for key in table.unique_keys:
        yield _named(key.name, key_definition(key, SQL, primary=False))
    for foreign in table.foreign_keys:
        yield _named(foreign.name, f"FOREIGN KEY {foreign_key_definition(foreign)}")
    for check in table.checks:
        yield _named(check.name, check_definition(check))
    for exclusion in table.exclusions:
        yield _named(exclusion.name, exclusion_definition(exclusion))


def _named(name: str, definition: str) -> str:
    return f"CONSTRAINT {quote_identifier(name)} {definition}"
