"""The brief of a table as frozen structs: what is there, what is left to do, how it is proven.

Texts are those of database and code as they stand there, to be escaped by the writer; addresses in
them have neither user nor password. Paths are relative to the project's root, lines count from 1.
"""

from __future__ import annotations

import re
from enum import IntEnum, StrEnum

import msgspec

from ash_scaffold.brief.excerpts import Excerpt

# A type, or the head of a function that matches a struct and has its body below.
_PATTERN = re.compile(r"@(spec|type|typep|opaque|callback)\b|defp? (?!.*\bdo:).*%[\w.]+\{")


class Weight(IntEnum):
    """How bad it is to leave a task undone, the worst first."""

    BREAKS = 0
    """A read or write through Ash fails."""
    BLOCKS = 1
    """Nothing else can be done before."""
    DIFFERS = 2
    LEFT = 3
    """The tool can't do it: a person has to."""
    COMMAND = 4
    """A command does it."""
    PORT = 5
    """Code that uses the table goes over to Ash."""
    NOTE = 6


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is left to do: what is the case, where, and what to do or which command.

    `quoted` is the text that stands there.
    """

    weight: Weight
    label: str
    what: str
    place: str = ""
    quoted: str = ""
    todo: str = ""
    command: str = ""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column, and the attribute that it is or would be; None where there is none."""

    name: str
    type: str
    nullable: bool
    default: str | None
    attribute: str | None
    ash_type: str | None
    constraints: str
    notes: tuple[str, ...]


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """A relationship of the resource, as it is or would be."""

    kind: str
    name: str
    destination: str


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """The table in the database.

    `sql` is its CREATE TABLE for reading, `indexes` and `triggers` are a line each, `referring` are
    the tables and columns whose keys lead here.
    """

    kind: str
    comment: str | None
    sql: str
    indexes: tuple[str, ...]
    triggers: tuple[str, ...]
    referring: tuple[str, ...]
    columns: tuple[Column, ...]
    relationships: tuple[Relationship, ...]


class ChangesetState(StrEnum):
    """How far a changeset function is an action, the worst first."""

    REFUSED = "no action can be made of it"
    TODO = "an action with steps left to a person"
    OPEN = "not yet an action"
    DONE = "carried over"
    UNUSED = "unused: nothing writes with it"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(ChangesetState).index(self)


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a changeset function that no action takes over: its source, and why."""

    source: str
    reason: str
    place: str


class Changeset(msgspec.Struct, frozen=True, kw_only=True):
    """A changeset function.

    `actions` are those made of it, with their places; `writes` the places that write with it,
    `calls` those that call one that nothing writes with, or that is given a changeset.
    `left` are the steps without a counterpart, each with the reason. `source` is None where the
    file can't be read.
    """

    label: str
    place: str
    state: ChangesetState
    reason: str
    actions: tuple[str, ...]
    writes: tuple[str, ...]
    calls: tuple[str, ...]
    left: tuple[Left, ...]
    source: Excerpt | None


class ContextFunction(msgspec.Struct, frozen=True, kw_only=True):
    """A function of legacy code over the table: its `kind`, and the `reason` why it isn't plain.

    `callers` are the lines of other modules that call a function of its name.
    """

    label: str
    place: str
    kind: str
    reason: str
    source: Excerpt | None
    callers: tuple[Excerpt, ...]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A line that uses the table: how, by what name, and its text."""

    line: int
    how: str
    via: str
    text: str


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A module of the legacy code that uses the table, with each line that does so."""

    module: str
    kind: str
    path: str
    uses: tuple[Use, ...]

    @property
    def is_association(self) -> bool:
        """Whether it is a schema of another table that does no more than refer to this one."""
        return all(use.how == "association" for use in self.uses)

    @property
    def is_pattern(self) -> bool:
        """Whether it does no more than name the struct, in types and in heads of functions."""
        return all(_PATTERN.match(use.text) for use in self.uses)


class CustomType(msgspec.Struct, frozen=True, kw_only=True):
    """A field of an Ecto type of the application's own, and what became of it."""

    column: str
    module: str
    place: str
    what: str


class LostField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of an Ecto schema whose column the table does not have."""

    name: str
    column: str
    schema: str
    place: str


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A reason against a cut-over: where, "" for several that are counted, and what."""

    where: str = ""
    what: str


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command, and what it says once the table is ported."""

    line: str
    says: str


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.

    `outside` says why the table gets no resource, where the configuration or another tool has it.
    `domain` is the module of its Ash domain, `is_proposed` one that nothing but `init` would give
    it. `resource` is the module that is there or would be, `resource_path` empty while it is not.
    `code` are the resource, the fragments of its actions, and its entry in the domain. `called` is
    what changeset and context functions call of their own modules, `called_besides` the names of
    what neither names the table nor asks a repo. `by_association` are lines that
    may reach the table by an association of another schema, found by its name. `with_legacy` is
    false where legacy code was not looked at, `unread` says what of it can't be read.
    `without_column` are fields of its Ecto schemas. `refusals` counts what `cutover` would say
    today, `refused_for` tells it, its legacy users and the findings of `check` in a line each.
    `remarks` are the notes of planning, and what the team accepts.
    """

    table: str
    application: str
    source: str
    outside: str
    owned_by_ash: bool
    domain: str | None
    is_proposed: bool
    tenancy: str
    resource: str | None
    resource_path: str
    by_hand: bool
    with_legacy: bool
    tasks: tuple[Task, ...]
    commands: tuple[Command, ...]
    definition: Definition
    code: tuple[Excerpt, ...]
    schemas: tuple[Excerpt, ...]
    changesets: tuple[Changeset, ...]
    context_functions: tuple[ContextFunction, ...]
    called: tuple[Excerpt, ...]
    called_besides: tuple[str, ...]
    users: tuple[User, ...]
    by_association: tuple[Excerpt, ...]
    custom_types: tuple[CustomType, ...]
    without_column: tuple[LostField, ...]
    refusals: int
    refused_for: tuple[Reason, ...]
    remarks: tuple[str, ...]
    unread: tuple[str, ...]
