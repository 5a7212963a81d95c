"""Changeset functions of the legacy code as steps, in neutral terms: what actions are made of.

Names of fields are those of the Ecto schema, not of columns. Source is Elixir as written, with
aliases in full and literal module attributes put in, so that it means the same in another module.
Paths are relative to the project's root, lines count from 1.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from ash_scaffold.postgres.catalog import Name


class Cast(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="cast"):
    """`cast(params, fields, options)`: the fields that parameters may set.

    `options` is the source of the keyword list (`empty_values`, `force_changes`, `message`).
    """

    line: int
    fields: tuple[str, ...]
    options: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="rule"):
    """A call of `Ecto.Changeset` whose arguments after the changeset are literals.

    `call` is its name (`validate_length`, `put_change` …), `arguments` the source of each.
    """

    line: int
    call: str
    arguments: tuple[str, ...] = ()


class Constraint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="constraint"):
    """A call that names a constraint of the database (`unique_constraint` …).

    `fields` are its fields or association. `name` is None where Ecto derives it, `message` where it
    has Ecto's own text. `options` is the source of the others (`match`, `error_key` …).
    """

    line: int
    call: str
    fields: tuple[str, ...]
    name: str | None = None
    message: str | None = None
    options: str = ""


class Copied(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="copied"):
    """A step that a function copied from the legacy code takes: of `Changesets.functions`.

    `arguments` is the source of what it is given after the changeset; names in it are parameters of
    the changeset function.
    """

    line: int
    function: str
    arguments: tuple[str, ...] = ()


class Nested(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="nested"):
    """`cast_assoc` or `cast_embed`. `module` and `function` are of the `with`, or the default's."""

    line: int
    call: str
    field: str
    module: str = ""
    function: str = "changeset"
    options: str = ""


class Todo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="todo"):
    """A step that is left to a person, as written, and the reason."""

    line: int
    source: str
    reason: str


Step: TypeAlias = Cast | Rule | Constraint | Copied | Nested | Todo


class Parameter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parameter of a changeset function after the struct and the attributes.

    `default` is its source, None for one that has to be given.
    """

    name: str
    default: str | None = None


class CopiedFunction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A function to copy: all of its clauses, and the functions and attributes it needs with it.

    `source` is the text as written; `name` is what steps call it by. `aliases` (name, module),
    `imports` (source) and `attributes` (name, source) are those that the text uses.
    """

    name: str
    arity: int
    path: str
    line: int
    source: str
    aliases: tuple[tuple[str, str], ...] = ()
    imports: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


class VirtualField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of a schema without a column. `type` is its source, `default` too."""

    name: str
    type: str
    default: str | None = None
    redact: bool = False


class Changeset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A changeset function: what it casts, checks and changes, and which writes it serves.

    `schema` is the Ecto schema it changes, of the table. `creates` and `updates` say whether a call
    site was found that inserts or updates with it, as `path:line` each. With `refused`, the reason,
    nothing can be made of it. `digest` is of all the source that was read for it.
    """

    module: str
    function: str
    arity: int
    path: str
    line: int
    table: Name
    schema: str
    private: bool = False
    parameters: tuple[Parameter, ...] = ()
    steps: tuple[Step, ...] = ()
    functions: tuple[CopiedFunction, ...] = ()
    virtual: tuple[VirtualField, ...] = ()
    creates: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    refused: str = ""
    digest: str = ""
