"""What Ash would like of a table and it has not: a primary key, NOT NULL, the time of an update."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from ash_scaffold.advise.advice import Advice, Confirmed, Kind, Reason
from ash_scaffold.ash.attributes import UPDATE_COLUMNS
from ash_scaffold.ash.keys import primary_key
from ash_scaffold.ash.model import Absent, Attribute, AttributeKind, ReadResource
from ash_scaffold.postgres.catalog import Name, Table
from ash_scaffold.postgres.sql import quote_identifier, quote_name

# The least number of columns beside keys that make a row something that changes.
_OWN_COLUMNS = 2


def missing(
    tables: Iterable[Table],
    resources: Mapping[Name, tuple[ReadResource, ...]],
    owned: Collection[Name],
) -> Iterator[Advice]:
    """Yield what is missing of each table that is stored in the database itself."""
    for table in tables:
        if table.kind.is_table:
            is_owned = table.name in owned
            found = resources.get(table.name, ())
            yield from _key(table, found, is_owned)
            for resource in found:
                yield from _not_null(table, resource, is_owned)
            yield from _updated_at(table, found, is_owned)


def _place(resource: ReadResource, *path: str) -> tuple[str, int]:
    place = resource.place(*path)
    return ("", 0) if place is None else (place.path, place.line)


def _key(table: Table, resources: Iterable[ReadResource], owned: bool) -> Iterator[Advice]:
    if primary_key(table, None) is not None or table.partition_of is not None:
        return
    resource = next(iter(resources), None)
    free = "id" if all(column.name != "id" for column in table.columns) else ""
    path, line = ("", 0) if resource is None else _place(resource)
    yield Advice(
        kind=Kind.PRIMARY_KEY,
        table=table.name,
        what="It has no primary key, and no unique index that could be one.",
        module="" if resource is None else resource.module,
        path=path,
        line=line,
        section="attributes" if free else "",
        elixir=(f"integer_primary_key :{free}",) if free else (),
        sql=f"ALTER TABLE {quote_name(table.name)} ADD COLUMN {free} bigserial PRIMARY KEY;"
        if free
        else "",
        remark="" if free else "Make the columns that tell one row from another its key.",
        owned=owned,
        confirmed=Confirmed.CATALOG,
    )


def _not_null(table: Table, resource: ReadResource, owned: bool) -> Iterator[Advice]:
    columns = {column.name: column for column in table.columns}
    for attribute in resource.resource.attributes:
        column = columns.get(attribute.column)
        known = all(
            resource.knows("attributes", attribute.name, field) for field in ("allow_nil", "column")
        )
        if column is None or column.not_null or attribute.allow_nil or not known:
            continue
        if attribute.primary_key or not resource.knows("attributes", attribute.name, "primary_key"):
            continue
        place = _place(resource, "attributes", attribute.name)
        why = f"{resource.module}.{attribute.name} has allow_nil? false"
        name, of = quote_identifier(column.name), quote_name(table.name)
        yield Advice(
            kind=Kind.NOT_NULL,
            table=table.name,
            columns=(column.name,),
            what="The resource asks for a value, and the column takes NULL.",
            reasons=(Reason(why, *place),),
            module=resource.module,
            path=place[0],
            line=place[1],
            sql=f"ALTER TABLE {of} ALTER COLUMN {name} SET NOT NULL;",
            remark="The next migration of Ash says it, as long as no row has NULL."
            if owned
            else "Ash's first migration after the cut-over says it: no row may have NULL then.",
            owned=owned,
            confirmed=Confirmed.CATALOG,
        )


def _updated_at(table: Table, resources: tuple[ReadResource, ...], owned: bool) -> Iterator[Advice]:
    """Look for the time of the last update, where a row is more than its keys."""
    if not any(each.updates for each in resources):
        return
    if any(("attributes",) in each.unknown for each in resources):
        return
    attributes = [a for each in resources for a in each.resource.attributes]
    if any(map(_is_update_time, attributes)):
        return
    names = {column.name for column in table.columns}
    if names & UPDATE_COLUMNS or "updated_at" in {a.name for a in attributes}:
        return
    keys = {name for key in table.foreign_keys for name in key.columns}
    keys |= set(table.primary_key.columns) if table.primary_key is not None else set()
    own = [c for c in table.columns if c.name not in keys and not c.generated.value]
    if len(own) < _OWN_COLUMNS:
        return
    path, line = _place(resources[0])
    yield Advice(
        kind=Kind.UPDATED_AT,
        table=table.name,
        what="No column says when a row was last changed.",
        module=resources[0].module,
        path=path,
        line=line,
        section="attributes",
        elixir=("update_timestamp :updated_at",),
        sql=f"ALTER TABLE {quote_name(table.name)} ADD COLUMN updated_at timestamp NOT NULL "
        "DEFAULT now();",
        owned=owned,
        confirmed=Confirmed.CATALOG,
    )


def _is_update_time(attribute: Attribute) -> bool:
    """Whether an update sets it."""
    return attribute.kind is AttributeKind.UPDATE_TIMESTAMP or not isinstance(
        attribute.update_default, Absent
    )
