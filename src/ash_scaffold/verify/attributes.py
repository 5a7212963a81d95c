"""Compiled attributes against the columns of their table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

import msgspec

from ash_scaffold.ash.model import Attribute
from ash_scaffold.ash.model import Resource as Planned
from ash_scaffold.ash.naming import camelize
from ash_scaffold.postgres.catalog import (
    Column,
    Database,
    Generated,
    Identity,
    Table,
    TypeKind,
)
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.term import Atom, Keyword, Module, Term
from ash_scaffold.verify.answer import AttributeAnswer, ResourceAnswer
from ash_scaffold.verify.report import Kind
from ash_scaffold.verify.types import Fit, fit

_MODULES = {
    "uuid": "Ash.Type.UUID",
    "uuid_v7": "Ash.Type.UUIDv7",
    "datetime": "Ash.Type.DateTime",
}


def check_attributes(
    answer: ResourceAnswer, table: Table, planned: Planned | None, database: Database
) -> Iterator[Finding]:
    """Compare every attribute with its column, and find columns without one.

    What the database says of a column that Ash says in several ways (nullable, generated,
    writable, constraints) is taken from the plan, when the table has one.
    """
    columns = {column.name: column for column in table.columns}
    wanted = {attribute.column: attribute for attribute in planned.attributes} if planned else {}
    for attribute in answer.attributes:
        at = _At(answer, table, attribute.source)
        column = columns.get(attribute.source)
        if column is None:
            yield _no_column(at, attribute, list(columns))
            continue
        yield from _type(at, attribute, column, database)
        yield from _labels(at, attribute, column, database)
        expected = wanted.get(column.name)
        if expected is not None:
            yield from _against_plan(at, attribute, column, expected)
    sources = {attribute.source for attribute in answer.attributes}
    for name in columns.keys() - sources:
        if name in wanted:
            yield _no_attribute(_At(answer, table, name), columns[name])


class _At(msgspec.Struct, frozen=True):
    """Where a finding is."""

    answer: ResourceAnswer
    table: Table
    column: str

    def finding(self, kind: Kind, severity: Severity, what: str, todo: str = "") -> Finding:
        return Finding(
            kind=kind,
            severity=severity,
            module=self.answer.module,
            table=str(self.table.name),
            object=self.column,
            what=what,
            todo=todo,
        )


def _no_column(at: _At, attribute: AttributeAnswer, columns: list[str]) -> Finding:
    close = get_close_matches(attribute.source, columns, n=1)
    hint = f" Is {close[0]} meant?" if close else ""
    return at.finding(
        Kind.SOURCE,
        Severity.ERROR,
        f"The attribute {attribute.name} has the source {attribute.source}, "
        f"and the table has no such column: every read fails.{hint}",
        "Correct `source`, or run `ash-scaffold resources` after the column went.",
    )


def _no_attribute(at: _At, column: Column) -> Finding:
    return at.finding(
        Kind.COLUMN,
        Severity.ERROR,
        f"The column ({type_text(column.type)}) has no attribute.",
        "Run `ash-scaffold resources`, or exclude the column in ash_scaffold.toml.",
    )


def _type(
    at: _At, attribute: AttributeAnswer, column: Column, database: Database
) -> Iterator[Finding]:
    found = fit(database, column.type, attribute)
    if found is Fit.FITS:
        return
    weak = found in (Fit.PADDING, Fit.TIME_ZONE)
    yield at.finding(
        Kind.TYPE,
        Severity.WARNING if weak else Severity.ERROR,
        f"The attribute {attribute.name} is {attribute.type}, stored as {attribute.storage}, "
        f"and the column is {type_text(column.type)}: {found.value}.",
        "Give it the type that `ash-scaffold inspect` names for the column.",
    )


def _labels(
    at: _At, attribute: AttributeAnswer, column: Column, database: Database
) -> Iterator[Finding]:
    type_ = database.types.get(column.type.name)
    if attribute.labels is None or type_ is None or type_.kind is not TypeKind.ENUM:
        return
    missing = [label for label in type_.labels if label not in attribute.labels]
    surplus = [label for label in attribute.labels if label not in type_.labels]
    if missing:
        yield at.finding(
            Kind.ENUM_LABEL,
            Severity.ERROR,
            f"{attribute.type} does not list {_quoted(missing)}, which {type_.name} has: "
            "a row that holds it can't be read.",
            "Add it to the type's values.",
        )
    if surplus:
        yield at.finding(
            Kind.ENUM_LABEL,
            Severity.WARNING,
            f"{attribute.type} lists {_quoted(surplus)}, which {type_.name} does not have: "
            "writing it raises.",
            "Take it out of the type's values, or add it to the enum in legacy code.",
        )


def _quoted(labels: list[str]) -> str:
    return ", ".join(f"'{label}'" for label in labels)


def _against_plan(
    at: _At, attribute: AttributeAnswer, column: Column, expected: Attribute
) -> Iterator[Finding]:
    yield from _nullable(at, attribute, column, expected)
    yield from _generated(at, attribute, column, expected)
    yield from _writable(at, attribute, column, expected)
    yield from _constraints(at, attribute, expected)


def _nullable(
    at: _At, attribute: AttributeAnswer, column: Column, expected: Attribute
) -> Iterator[Finding]:
    if attribute.allow_nil == expected.allow_nil:
        return
    if column.not_null:
        what = "The column is NOT NULL and the attribute allows nil: writing nil raises."
        todo = f"Set allow_nil? false on {attribute.name}."
    else:
        what = "The column takes NULL and the attribute does not allow nil: a row that holds it "
        what += "can't be updated."
        todo = f"Take allow_nil? false off {attribute.name}, or make the column NOT NULL."
    yield at.finding(Kind.NULLABLE, Severity.WARNING, what, todo)


def _generated(
    at: _At, attribute: AttributeAnswer, column: Column, expected: Attribute
) -> Iterator[Finding]:
    if attribute.generated == expected.generated:
        return
    if expected.generated:
        if attribute.default:
            return
        yield at.finding(
            Kind.GENERATED,
            Severity.WARNING,
            "The database fills the column, and Ash does not know it: the value is not read back "
            "after a write, and a create demands one.",
            f"Set generated? true on {attribute.name}.",
        )
    else:
        required = column.not_null and column.default is None
        yield at.finding(
            Kind.GENERATED,
            Severity.WARNING if required else Severity.NOTE,
            "The attribute is generated, and the database does not fill the column.",
            f"Take generated? true off {attribute.name}.",
        )


def _writable(
    at: _At, attribute: AttributeAnswer, column: Column, expected: Attribute
) -> Iterator[Finding]:
    refused = column.generated is not Generated.NONE or column.identity is Identity.ALWAYS
    if attribute.writable and refused:
        yield at.finding(
            Kind.WRITABLE,
            Severity.ERROR,
            "The column is GENERATED ALWAYS and the attribute is writable: every write of it "
            "raises.",
            f"Set writable? false on {attribute.name}.",
        )
    elif attribute.writable != expected.writable:
        said = "can" if attribute.writable else "can't"
        yield at.finding(
            Kind.WRITABLE,
            Severity.NOTE,
            f"The attribute {said} be written, which is not what its column suggests.",
        )


def _constraints(at: _At, attribute: AttributeAnswer, expected: Attribute) -> Iterator[Finding]:
    """Compare what limits the values, where the type is the one that the column suggests."""
    if _type_name(expected.type) != attribute.type:
        return
    for option, value in expected.constraints:
        said = attribute.constraints.get(option)
        if not _says(value, said):
            yield at.finding(
                Kind.CONSTRAINTS,
                Severity.WARNING,
                f"The constraint {option} of the attribute {attribute.name} is {_shown(said)}, "
                f"and the column wants {_shown(_plain(value))}.",
                f"Set constraints {option}: {_shown(_plain(value))} on {attribute.name}.",
            )


def _type_name(type_: Term) -> str:
    if isinstance(type_, tuple):
        return f"{{:array, {_type_name(type_[1])}}}"
    if isinstance(type_, Atom):
        return _MODULES.get(type_.name, f"Ash.Type.{camelize(type_.name)}")
    return type_.name if isinstance(type_, Module) else ""


def _says(value: Term, said: object) -> bool:
    if isinstance(value, Keyword):
        return isinstance(said, Mapping) and all(_says(v, said.get(k)) for k, v in value.items)
    if isinstance(value, Decimal):
        try:
            return Decimal(str(said)) == value
        except InvalidOperation:
            return False
    if isinstance(value, Atom):
        return said in (f":{value.name}", _type_name(value))
    if isinstance(value, bool | int | str) or value is None:
        return said == value
    return True  # a list, a map: nothing that the script gives in a form to compare


def _plain(value: Term) -> object:
    if isinstance(value, Keyword):
        return {key: _plain(item) for key, item in value.items}
    return f":{value.name}" if isinstance(value, Atom) else value


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return f"[{', '.join(f'{key}: {_shown(item)}' for key, item in value.items())}]"
    return str(value)
