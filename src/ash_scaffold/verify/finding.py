"""What `verify` finds, as values: each says what is the case and what to do about it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ash_scaffold.problem import Problem, Severity


class Kind(StrEnum):
    """Every kind of finding. The value is what users see and may search for."""

    TABLE = "table"
    MIGRATE = "migrate"
    REPO = "repo"
    SOURCE = "source"
    COLUMN = "column"
    TYPE = "type"
    CONSTRAINTS = "constraints"
    ENUM_LABEL = "enum-label"
    NULLABLE = "nullable"
    GENERATED = "generated"
    WRITABLE = "writable"
    PRIMARY_KEY = "primary-key"
    RELATIONSHIP = "relationship"
    IDENTITY = "identity"
    CONSTRAINT_NAME = "constraint-name"
    RESERVED_NAME = "reserved-name"
    EXTENSION = "extension"
    SERVER_VERSION = "server-version"
    COMPILE_WARNING = "compile-warning"
    CODEGEN = "codegen"
    LISTED_VALUE = "listed-value"
    ROW_LOAD = "row-load"
    ROW_VALUE = "row-value"
    ROW_COUNT = "row-count"
    WRITE_BACK = "write-back"
    VIOLATION = "violation"
    NOT_CHECKED = "not-checked"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was found.

    `table` is as the catalog names it, without `public`; `column` may be empty. A note is worth
    knowing and fails nothing.
    """

    kind: Kind
    severity: Severity
    resource: str = ""
    table: str = ""
    column: str = ""
    what: str
    todo: str = ""

    def sort_key(self) -> tuple[int, str, str, str, str, str]:
        """Errors first, then by place: the same order on every machine."""
        rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}[self.severity]
        return (rank, self.table, self.column, self.kind.value, self.resource, self.what)

    @property
    def place(self) -> str:
        """Where it is: the column, the table, else the resource."""
        if self.table:
            return f"{self.table}.{self.column}" if self.column else self.table
        return self.resource


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that was looked at: how many rows, values and written rows."""

    resource: str
    table: str
    rows: int = 0
    values: int = 0
    written: int = 0
    violations: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a run. `source` names the database without credentials."""

    source: str
    ash: str
    ash_postgres: str
    checked: tuple[Checked, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether there is nothing but notes."""
        return all(finding.severity is Severity.NOTE for finding in self.findings)
