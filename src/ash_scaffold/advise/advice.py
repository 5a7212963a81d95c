"""A piece of advice, and the report of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from ash_scaffold.config.options import Accept
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Problem


class Kind(StrEnum):
    """The kinds of advice, the most pressing first."""

    PRIMARY_KEY = "primary key missing"
    NOT_NULL = "NOT NULL missing"
    INDEX_MISSING = "index missing"
    INDEX_DOUBLED = "index doubled"
    TABLE_UNUSED = "table unused"
    COLUMN_UNUSED = "column unused"
    UPDATED_AT = "updated_at missing"


class Confirmed(StrEnum):
    """By what a piece of advice on an index is known to be true."""

    PLAN = "plan"
    """PostgreSQL's plan of the very SQL, over an emptied copy without sequential scans."""
    CATALOG = "catalog"
    """The catalog says it for certain."""
    NOT = "not confirmed"
    """The catalog says it, and the plan could not be asked."""


class Reason(msgspec.Struct, frozen=True, order=True):
    """Why, as a clause without its subject; `path` and `line` where that is written, if it is."""

    why: str
    path: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """The file and line, empty where there is none."""
        return f"{self.path}:{self.line}" if self.path else ""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """One change to make.

    `what` is a sentence. `elixir` are the lines of the resource `module` in `path` that are to be
    added (`add`) or deleted, without indentation; `section` is where. `sql` is the same for the
    database, as long as legacy code owns the schema. `owned` says whether Ash migrates the table.
    """

    kind: Kind
    table: Name
    columns: tuple[str, ...] = ()
    index: str = ""
    what: str
    reasons: tuple[Reason, ...] = ()
    module: str = ""
    path: str = ""
    line: int = 0
    section: str = ""
    add: bool = True
    elixir: tuple[str, ...] = ()
    sql: str = ""
    owned: bool = False
    confirmed: Confirmed | None = None
    remark: str = ""
    rank: int = 0

    @property
    def subject(self) -> str:
        """The table with its column, its columns or its index."""
        if self.index:
            return f"{self.table}.{self.index}"
        if len(self.columns) == 1:
            return f"{self.table}.{self.columns[0]}"
        return f"{self.table} ({', '.join(self.columns)})" if self.columns else str(self.table)

    @property
    def accept(self) -> str:
        """The name by which `[[accept]]` may mean it."""
        return f"{self.subject}: {self.kind.value}"

    def sort_key(self) -> tuple[int, int, str, str, tuple[str, ...], str]:
        """Order the most pressing first, then by name."""
        kinds = list(Kind)
        return (kinds.index(self.kind), self.rank, *self.table, self.columns, self.index)


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """Where names were looked for.

    `files` counts the files below `folders`; `remarks` say what could not be looked through, and
    what was not judged for that reason.
    """

    files: int = 0
    folders: tuple[str, ...] = ()
    resources: int = 0
    stored: int = 0
    remarks: tuple[str, ...] = ()


class AdviceReport(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of `advise`; `tables` counts those that were looked at."""

    source: str
    tables: int
    advice: tuple[Advice, ...]
    accepted: tuple[tuple[Advice, str], ...] = ()
    looked: Looked = Looked()
    problems: tuple[Problem, ...] = ()


def split_accepted(
    advice: Iterable[Advice], entries: Iterable[Accept]
) -> tuple[tuple[Advice, ...], tuple[tuple[Advice, str], ...]]:
    """Part the advice into what stays and what an `[[accept]]` names, with its reason."""
    reasons = {entry.object: entry.reason for entry in entries}
    left, accepted = [], []
    for each in advice:
        if each.accept in reasons:
            accepted.append((each, reasons[each.accept]))
        else:
            left.append(each)
    return tuple(left), tuple(accepted)
