"""Rows whose foreign key leads to a row of another tenant: Ash loads nothing by it.

A key over a single column takes whatever row the other table has, and no application has to know
the tenant of what it writes: only the rows say whether all did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.postgres.catalog import Database, ForeignKey, Name
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answers import Answers
from ash_scaffold.verify.report import Kind
from ash_scaffold.verify.rows import quoted

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


class TenantKey(msgspec.Struct, frozen=True):
    """A foreign key between tables of tenants, and the columns that say whose their rows are."""

    key: ForeignKey
    tenant: str
    target_tenant: str
    module: str

    @property
    def sql(self) -> str:
        """The number of rows that refer to one of another tenant."""
        pairs = zip(self.key.columns, self.key.target_columns, strict=True)
        joined = " AND ".join(f"c.{quoted(own)} = p.{quoted(other)}" for own, other in pairs)
        return (
            f"SELECT count(*) FROM {_table(self.key.table)} c JOIN {_table(self.key.target)} p "
            f"ON {joined} WHERE c.{quoted(self.tenant)} <> p.{quoted(self.target_tenant)}"
        )


def _table(name: Name) -> str:
    return f"{quoted(name.schema)}.{quoted(name.name)}"


def tenant_keys(answers: Answers, database: Database) -> Iterator[TenantKey]:
    """Yield the keys between tables whose compiled resources say whose a row is by a column.

    One that has the tenant among its columns leads to no other.
    """
    tenants = {each.table_name: each for each in answers.resources if each.tenant is not None}
    for table in database.tables:
        answer = tenants.get(table.name)
        if answer is None or answer.tenant is None or not table.readable:
            continue
        for key in table.foreign_keys:
            other = tenants.get(key.target)
            if other is None or other.tenant is None:
                continue
            pairs = zip(key.columns, key.target_columns, strict=True)
            if (answer.tenant, other.tenant) not in pairs:
                yield TenantKey(key, answer.tenant, other.tenant, answer.module)


def count_other_tenants(connection: Connection, keys: Iterable[TenantKey]) -> Iterator[Finding]:
    """Count the rows, one query a key; `connection` is in a read-only transaction.

    A key that can't be counted is a note.
    """
    from sqlalchemy.exc import DBAPIError

    for each in keys:
        try:
            with connection.begin_nested():
                sql = each.sql.replace("%", "%%")
                (number,) = connection.exec_driver_sql(sql).one()
        except DBAPIError as error:
            yield _finding(
                each,
                Kind.NOT_CHECKED,
                Severity.NOTE,
                f"Rows that refer to those of another tenant were not counted by the foreign key "
                f"{each.key.name} ({type(error.orig).__name__}).",
            )
            continue
        if number:
            refer = "1 row refers" if number == 1 else f"{number} rows refer"
            yield _finding(
                each,
                Kind.OTHER_TENANT,
                Severity.WARNING,
                f"{refer} to a row of another tenant by the foreign key {each.key.name} to "
                f"{each.key.target}: Ash loads nothing by it.",
                "Correct the rows, or accept them.",
            )


def _finding(each: TenantKey, kind: Kind, severity: Severity, what: str, todo: str = "") -> Finding:
    return Finding(
        kind=kind,
        severity=severity,
        module=each.module,
        table=str(each.key.table),
        object=each.key.columns[0],
        what=what,
        todo=todo,
    )
