"""Changeset functions of the legacy code as steps, in neutral terms: what actions are made of.

Names of fields are those of the Ecto schema, not of columns. Source is Elixir as written, with
aliases in full and literal module attributes put in, so that it means the same in another module.
Paths are relative to the project's root, lines count from 1.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from ash_scaffold.postgres.catalog import Name


class Cast(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="cast"):
    """`cast(params, fields, options)`: the fields that parameters may set.

    `options` is the source of the keyword list (`empty_values`, `force_changes`, `message`).
    `prepared` is the name of a copied function that makes the parameters that are cast, given
    `arguments` (as those of `Copied`); "" where they are cast as they come.
    """

    line: int
    path: str = ""
    fields: tuple[str, ...]
    options: str = ""
    prepared: str = ""
    arguments: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="rule"):
    """A call of `Ecto.Changeset` whose arguments after the changeset are literals.

    `call` is its name (`validate_length`, `put_change` …), `arguments` the source of each.
    """

    line: int
    path: str = ""
    call: str
    arguments: tuple[str, ...] = ()


class Constraint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="constraint"):
    """A call that names a constraint of the database (`unique_constraint` …).

    `fields` are its fields or association. `name` is None where Ecto derives it, `message` where it
    has Ecto's own text. `options` is the source of the others (`match`, `error_key` …).
    """

    line: int
    path: str = ""
    call: str
    fields: tuple[str, ...]
    name: str | None = None
    message: str | None = None
    options: str = ""


class Copied(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="copied"):
    """A step that a function copied from the legacy code takes: of `Changeset.functions`.

    `arguments` is the source of what it is given after the changeset; names in it are parameters of
    the changeset function, of any role. `position` is that of the changeset among its arguments.
    `casts` are the fields that it casts itself from the parameters.
    """

    line: int
    path: str = ""
    function: str
    arguments: tuple[str, ...] = ()
    position: int = 0
    casts: tuple[str, ...] = ()


class Nested(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="nested"):
    """`cast_assoc` or `cast_embed`. `module` and `function` are of the `with`, or the default's.

    `embed` is the module that the schema holds there, `many` is set for a list. `on_replace` is
    that of the association or embed, "" for Ecto's default, which is to raise. `copied` names a
    copied function, given the struct, the parameters and `arguments`, where the `with` is more
    than the name of a function. `source` is the call as written.
    """

    line: int
    path: str = ""
    call: str
    field: str
    module: str = ""
    function: str = "changeset"
    embed: str = ""
    many: bool = False
    on_replace: str = ""
    copied: str = ""
    arguments: tuple[str, ...] = ()
    options: str = ""
    source: str = ""


class Todo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="todo"):
    """A step that is left to a person, as written, and the reason."""

    line: int
    path: str = ""
    source: str
    reason: str


Step: TypeAlias = Cast | Rule | Constraint | Copied | Nested | Todo


class ParameterRole(StrEnum):
    """The use of a parameter: the struct that is changed, the attributes that are cast, another."""

    STRUCT = "struct"
    ATTRIBUTES = "attributes"
    OTHER = "other"


class Parameter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parameter of a changeset function, at its place in the list of them.

    `name` is what steps refer to it by. `default` is its source, None for one that has to be given.
    """

    name: str
    role: ParameterRole = ParameterRole.OTHER
    default: str | None = None


class CopiedFunction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A function to copy: all of its clauses.

    `source` is the text as written, with `def` where a step calls it (`called`) and `defp` where
    only other copied functions do. A conditional step, or a call whose arguments are no literals,
    is put into a function of its own (`made`): its body is the text as written. `aliases` (name,
    module), `imports` (source) and `attributes` (name, source) are those that the text uses.
    """

    name: str
    arity: int
    path: str
    line: int
    source: str
    called: bool = True
    made: bool = False
    aliases: tuple[tuple[str, str], ...] = ()
    imports: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


class VirtualField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of a schema without a column. `type` is its source, `default` too."""

    name: str
    type: str
    default: str | None = None
    redact: bool = False


class Added(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step that a place that writes with a changeset function takes after it, as written."""

    path: str
    line: int
    source: str
    creates: bool = False
    updates: bool = False


class Changeset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A changeset function: what it casts, checks and changes, and which writes it serves.

    `arity` counts parameters with a default too. `schema` is the Ecto schema it changes, of the
    table; a step that was read in another file than `path` has that as its own. `creates` and
    `updates` say whether a call site was found that inserts or updates with it, as `path:line`;
    `deletes` are those that delete, `added` are steps that such places take after the function.
    `reads` are the keys of the attributes that copied functions read themselves, as literals.
    With `refused`, the reason, nothing can be made of it.
    `is_step` is one that is given the changeset of another function and adds to it. Of that, and of
    one that nothing writes with, `calls` are the places that call or capture it.
    `digest` is of all the source that was read for it.
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
    reads: tuple[str, ...] = ()
    creates: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    added: tuple[Added, ...] = ()
    refused: str = ""
    is_step: bool = False
    calls: tuple[str, ...] = ()
    digest: str = ""


class ContextKind(StrEnum):
    """What a function of a context does with the rows of one table."""

    GET = "get"
    LIST = "list"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    QUERY = "query"
    OTHER = "other"


class ContextFunction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public function of the legacy code around one call of a repo, such as `get_user!(id)`.

    `parameters` are the names in order; `by` are, for `GET`, the fields that are compared with
    parameters of the names `given`. `raises` marks one that raises instead of returning nil or an
    error. `changeset` (module, name, arity) is the function that `CREATE` and `UPDATE` write with.
    `schema` is the Ecto schema. `QUERY`, which reads by a query, and `OTHER` are not plain:
    `reason` says why, and of several schemas they have the first that their code names.
    """

    module: str
    function: str
    arity: int
    path: str
    line: int
    kind: ContextKind
    schema: str = ""
    table: Name | None = None
    parameters: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    raises: bool = False
    changeset: tuple[str, str, int] | None = None
    reason: str = ""
