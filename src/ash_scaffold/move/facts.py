"""The facts of a table for its move to Ash: what is there, what is ported, and what is left.

They are those of the catalog, the legacy code, the project and `check`, put together by table.
Paths are relative to the project's root, lines count from 1.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ash_scaffold.ash.changesets import Changeset, ContextFunction
from ash_scaffold.ash.keys import PrimaryKey
from ash_scaffold.ash.tenancy import TableTenancy
from ash_scaffold.ash.tenant_signs import TenantSigns
from ash_scaffold.check.changeset_drift import LEFT
from ash_scaffold.legacy.ecto import EctoField, EctoSchema
from ash_scaffold.legacy.usage import How, User, UserKind
from ash_scaffold.postgres.catalog import ForeignKey, Name, Table
from ash_scaffold.problem import Problem, Severity
from ash_scaffold.report.finding import Finding


class ResourceState(msgspec.Struct, frozen=True, kw_only=True):
    """The resource of a table: its module, and where it stands, "" while it is only planned.

    `by_hand` is one that a person wrote and that no run has brought in line with the table.
    """

    module: str
    path: str = ""
    line: int = 0
    by_hand: bool = False

    @property
    def is_there(self) -> bool:
        """Whether it is in the project."""
        return bool(self.path)


class CarriedAction(msgspec.Struct, frozen=True, kw_only=True):
    """An action that is there, made of a changeset function.

    `left` are the lines of the steps that it leaves to a person as TODOs.
    """

    name: str
    kind: str
    path: str
    line: int
    left: tuple[int, ...] = ()


class StepLeft(msgspec.Struct, frozen=True, order=True):
    """A step of a changeset function that no action takes over: its place, its source and why."""

    path: str
    line: int
    source: str
    reason: str


class ChangesetMove(msgspec.Struct, frozen=True, kw_only=True):
    """A changeset function of the legacy code, and how far it is an action.

    `actions` are there; `planned` is how many `ash-scaffold actions` makes of it today. `left` are
    the steps that these leave to a person. `refused` says why none is made, else "".
    """

    of: Changeset
    actions: tuple[CarriedAction, ...] = ()
    planned: int = 0
    left: tuple[StepLeft, ...] = ()
    refused: str = ""
    copied: int = 0

    @property
    def label(self) -> str:
        """The function as Elixir names it."""
        return f"{self.of.module}.{self.of.function}/{self.of.arity}"

    @property
    def is_carried_over(self) -> bool:
        """Whether an action of it is there."""
        return bool(self.actions)

    @property
    def calls(self) -> int:
        """The calls that were read in it, with those that places which write with it add."""
        return len(self.of.steps) + len(self.of.added)

    @property
    def counterparts(self) -> int:
        """The calls that an action has a counterpart of; of copied code and TODOs it has none."""
        return 0 if self.refused else max(0, self.calls - self.copied - len(self.left))

    @property
    def todos(self) -> int:
        """The TODOs in its actions, as they stand in the files."""
        return sum(len(action.left) for action in self.actions)


class CustomTypeUse(msgspec.Struct, frozen=True, kw_only=True):
    """A field of an Ecto type of the application's own.

    `handed_over` says that the attribute's type calls it, so that it stays or moves with the
    table; `apart` says why the attribute can't be of that type.
    """

    column: str
    module: str
    path: str
    line: int
    handed_over: bool = False
    apart: str = ""


class TableMove(msgspec.Struct, frozen=True, kw_only=True):
    """All facts of one table. `MoveFacts` has those of the application.

    `domain` is the logical name; `is_proposed` says that nothing but the proposal of `init` gives
    it. `key` is the one that its resource has, None for none. `referring` are the foreign keys of
    other tables to it. `users` are the legacy modules that use it, its schemas first.
    `changesets` and `context_functions` are those of the legacy code that are about it. `actions`
    are all that were made of changeset functions, also of such as are gone. `findings` are those
    of `check`, `refusals` what `cutover` would say today. `remarks` are the problems that planning
    its resource has. `owned` is set once it was cut over.
    """

    table: Name
    definition: Table
    domain: str | None = None
    is_proposed: bool = False
    resource: ResourceState | None = None
    key: PrimaryKey | None = None
    referring: tuple[ForeignKey, ...] = ()
    tenancy: TableTenancy | None = None
    schemas: tuple[EctoSchema, ...] = ()
    users: tuple[User, ...] = ()
    changesets: tuple[ChangesetMove, ...] = ()
    actions: tuple[CarriedAction, ...] = ()
    context_functions: tuple[ContextFunction, ...] = ()
    custom_types: tuple[CustomTypeUse, ...] = ()
    findings: tuple[Finding, ...] = ()
    refusals: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    owned: bool = False

    @property
    def has_resource(self) -> bool:
        """Whether its resource is in the project."""
        return self.resource is not None and self.resource.is_there

    @property
    def drift(self) -> tuple[Finding, ...]:
        """The findings that are more than a text which another run would change.

        Steps that an action leaves to a person are no drift: `actions` has them.
        """
        return tuple(
            each
            for each in self.findings
            if each.severity is not Severity.NOTE and each.kind != LEFT
        )

    @property
    def without_column(self) -> tuple[tuple[EctoSchema, EctoField], ...]:
        """The fields of its Ecto schemas whose column the table lacks; a virtual one has none."""
        columns = {column.name for column in self.definition.columns}
        return tuple(
            (schema, field)
            for schema in self.schemas
            for field in schema.fields
            if field.column not in columns
        )

    @property
    def user_modules(self) -> tuple[User, ...]:
        """Each legacy module that uses the table once, by its first use; its schemas first."""
        return tuple({user.module: user for user in reversed(self.users)}.values())[::-1]

    @property
    def callers(self) -> tuple[User, ...]:
        """The modules that use the table and are no Ecto schemas."""
        return tuple(user for user in self.user_modules if user.kind is not UserKind.SCHEMA)

    @property
    def queries(self) -> tuple[User, ...]:
        """The modules that name the table itself, in a query or in SQL."""
        return tuple(user for user in self.users if user.how in (How.QUERY, How.SQL))

    @property
    def open_changesets(self) -> tuple[ChangesetMove, ...]:
        """The changeset functions without an action, of which `ash-scaffold actions` makes one."""
        return tuple(each for each in self.changesets if each.planned and not each.actions)

    @property
    def triggers(self) -> tuple[str, ...]:
        """The names of the triggers that change rows as they are written."""
        return tuple(each.name for each in self.definition.triggers)


class WrittenTogether(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A function of the legacy code that writes rows of several tables, by their changesets."""

    tables: tuple[Name, ...]
    function: str
    path: str
    line: int


class MoveFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of an application's move.

    `tables` are in order of their names, without those of other tools and those that the
    configuration excludes (`left_out`). `settings` counts the settings and dependencies that the
    project lacks for its resources to compile. `source` describes the database, `options` are those
    that a command needs to read it again. `with_legacy` is false where legacy code is not looked
    at. `checked` is false where `check` was not run. `together` are functions that write several
    of the tables. `refusals` stand against any cut-over. `tenant_signs` are set where rows seem
    to belong to tenants and the configuration says nothing of them. `without_table` are the Ecto
    schemas over tables that the database lacks, in a schema that was read.
    """

    application: str
    source: str
    options: tuple[str, ...] = ()
    tables: Mapping[Name, TableMove]
    left_out: tuple[Name, ...] = ()
    with_legacy: bool = True
    checked: bool = True
    together: tuple[WrittenTogether, ...] = ()
    refusals: tuple[Problem, ...] = ()
    settings: int = 0
    tenant_signs: TenantSigns | None = None
    without_table: tuple[EctoSchema, ...] = ()
    problems: tuple[Problem, ...] = ()
    timings: Mapping[str, float] = {}
