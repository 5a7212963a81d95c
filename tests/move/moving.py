"""Facts of made-up applications, without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ash_scaffold.ash.changesets import Changeset, Nested
from ash_scaffold.ash.keys import PrimaryKey
from ash_scaffold.legacy.ecto import EctoSchema
from ash_scaffold.legacy.usage import How, User, UserKind
from ash_scaffold.move.facts import ChangesetMove, MoveFacts, TableMove, WrittenTogether
from ash_scaffold.postgres.catalog import (
    Action,
    Column,
    ForeignKey,
    Index,
    IndexKey,
    Key,
    Name,
    Table,
    TypeUse,
)

INT8 = TypeUse(Name("pg_catalog", "int8"))


def name(table: str) -> Name:
    return Name("public", table)


def table(
    of: str, *keys: str, unique: Sequence[str] = (), key: bool = True, cascade: Sequence[str] = ()
) -> Table:
    """A table whose keys are written `column>target`, `column?>target` for an optional one."""
    columns, foreign = [Column(name="id", type=INT8, not_null=True)] if key else [], []
    for each in keys:
        column, target = each.split(">")
        own = column.removesuffix("?")
        columns.append(Column(name=own, type=INT8, not_null=own == column))
        foreign.append(
            ForeignKey(
                name=f"{of}_{own}_fkey",
                table=name(of),
                columns=(own,),
                target=name(target),
                target_columns=("id",),
                on_delete=Action.CASCADE if own in cascade else Action.NO_ACTION,
            )
        )
    indexes = [
        Index(
            name=f"{of}_index",
            method="btree",
            unique=True,
            keys=tuple(IndexKey(column=each) for each in unique),
        )
    ]
    return Table(
        name=name(of),
        columns=tuple(columns),
        primary_key=Key(name=f"{of}_pkey", columns=("id",), index_name=f"{of}_pkey")
        if key
        else None,
        foreign_keys=tuple(foreign),
        indexes=tuple(indexes) if unique else (),
    )


def caller(module: str) -> User:
    return User(module, UserKind.CONTEXT, f"lib/{module.lower()}.ex", 7, "X", How.REFERENCE)


def changeset(of: str, *casts: str, size: int = 1) -> ChangesetMove:
    """A changeset function that casts the associations of these names with it."""
    return ChangesetMove(
        of=Changeset(
            module=of,
            function="changeset",
            arity=2,
            path="lib/x.ex",
            line=3,
            table=name(of.lower()),
            schema=of,
            steps=tuple(Nested(line=4, call="cast_assoc", field=each) for each in casts),
        ),
        planned=size,
    )


def move(
    *tables: Table,
    users: Mapping[str, Sequence[str]] | None = None,
    domains: Mapping[str, str] | None = None,
    schemas: Mapping[str, EctoSchema] | None = None,
    changesets: Mapping[str, Sequence[ChangesetMove]] | None = None,
    together: Sequence[WrittenTogether] = (),
) -> MoveFacts:
    """The facts of these tables: who uses them (every table has one user of its own), and where."""
    of = [key for each in tables for key in each.foreign_keys if key.target != each.name]
    found = {}
    for each in tables:
        own = each.name.name
        modules = (users or {}).get(own, [own.title()])
        found[each.name] = TableMove(
            table=each.name,
            definition=each,
            domain=(domains or {}).get(own, "App.Shop"),
            key=None if each.primary_key is None else PrimaryKey(("id",)),
            referring=tuple(key for key in of if key.target == each.name),
            users=tuple(map(caller, modules)),
            schemas=tuple(s for at, s in (schemas or {}).items() if at == own),
            changesets=tuple((changesets or {}).get(own, ())),
        )
    return MoveFacts(application="app", source="a dump", tables=found, together=tuple(together))
