"""Changeset functions as actions: their names and kinds, and what they accept.

The steps of an action are those of its changeset function, in order: `elixir.actions` writes each
as Elixir. Names are decided over all functions at once, so that they don't depend on which of them
are asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

import msgspec

from ash_scaffold.ash.action_errors import ConstraintMessage, constraint_messages
from ash_scaffold.ash.action_inputs import (
    Argument,
    Fields,
    any_argument,
    cast_fields,
    companions,
    in_struct,
    parameter_argument,
    read_argument,
    used_parameters,
    virtual_argument,
    words,
)
from ash_scaffold.ash.changesets import (
    Cast,
    Changeset,
    Constraint,
    Nested,
    Todo,
    VirtualField,
)
from ash_scaffold.ash.hints import LegacyAssociation, LegacySchema
from ash_scaffold.ash.model import (
    Attribute,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.ash.naming import macro_underscore
from ash_scaffold.postgres.catalog import Name


class ActionKind(StrEnum):
    """The kinds of action that a changeset function is written for."""

    CREATE = "create"
    UPDATE = "update"


class ActionId(NamedTuple):
    """The changeset function that an action is of, and its kind: what it is known by in a merge."""

    module: str
    function: str
    arity: int
    kind: str


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """What the nested changeset of a field writes: rows of `resource`, by its two actions.

    They are those of `relationship`. Of an embed `attribute` is set, and the module of its schema,
    `embed`. `on_replace` is that of the association, "" for Ecto's default.
    """

    line: int
    field: str
    relationship: str = ""
    many: bool = False
    on_replace: str = ""
    embed: str = ""
    resource: str = ""
    create: str = ""
    update: str = ""
    attribute: str = ""


class Missing(msgspec.Struct, frozen=True, order=True):
    """A field or an association that a step names, and the reason why the action can't have it."""

    line: int
    name: str
    reason: str


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """An action that is to be written for a changeset function.

    `accept` are attributes; `allow_nil_input` are those of them that the table requires, so that
    Ecto's own checks speak first. `names` maps a field that the function names to its attribute,
    where that has another name, `parameters` a parameter to an argument of another name. `fields`
    are all that its steps may name. `children` are of the nested steps, by their line. `missing`
    can't be carried over. `given` are the attributes that the function finds in its struct, and an
    argument of the same name sets. `tenant` is the field of the tenant where the function names it:
    no input has it, since Ash sets it.
    """

    name: str
    kind: ActionKind
    changeset: Changeset
    primary: bool = False
    accept: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    allow_nil_input: tuple[str, ...] = ()
    names: Mapping[str, str] = {}
    parameters: Mapping[str, str] = {}
    messages: tuple[ConstraintMessage, ...] = ()
    fields: frozenset[str] = frozenset()
    children: tuple[Child, ...] = ()
    missing: tuple[Missing, ...] = ()
    given: tuple[str, ...] = ()
    tenant: str | None = None

    @property
    def id(self) -> ActionId:
        """The function and the kind."""
        of = self.changeset
        return ActionId(of.module, of.function, of.arity, self.kind.value)


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a person should know of a function: of which none or another action was made."""

    path: str
    line: int
    function: str
    text: str


class ResourceActions(msgspec.Struct, frozen=True, kw_only=True):
    """The actions of one resource: those that replace defaults, then in order of their names.

    `module` is the fragment that holds them, `steps_module` holds the functions they call.
    `refused` are the changeset functions that nothing is made of, each with the reason.
    """

    resource: Resource
    table: Name
    module: str
    steps_module: str
    actions: tuple[Action, ...] = ()
    refused: tuple[tuple[Changeset, str], ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def replaces(self) -> frozenset[str]:
        """The default actions that give way, of `create` and `update`."""
        return frozenset(action.name for action in self.actions if action.primary)


class Taken(msgspec.Struct, frozen=True):
    """The actions that a person has written: their names, and the kinds of the primary ones."""

    names: frozenset[str] = frozenset()
    primary: frozenset[str] = frozenset()


_NOTHING_TAKEN = Taken()
# A default of `read` and `destroy` stays whatever else there is.
_RESERVED = frozenset({"read", "destroy"})
_SUFFIX = re.compile(r"(?P<stem>.+)_changeset\Z|changeset_(?:for_)?(?P<tail>.+)\Z")


def plan_actions(
    changesets: Sequence[Changeset],
    resources: Mapping[Name, Resource],
    schemas: Mapping[str, LegacySchema],
    *,
    taken: Mapping[Name, Taken] | None = None,
    pinned: Mapping[ActionId, str] | None = None,
) -> tuple[ResourceActions, ...]:
    """Decide the actions of each resource whose table has changeset functions, by table.

    `schemas` are by module. `pinned` are the names of an earlier run, which stay.
    """
    nested = _nested_uses(changesets, schemas)
    by_table: defaultdict[Name, list[Changeset]] = defaultdict(list)
    for changeset in changesets:
        by_table[changeset.table].append(changeset)
    names: dict[ActionId, str] = {}
    drafts = []
    for table in sorted(by_table):
        resource = resources.get(table)
        if resource is None:
            continue
        own = _Table(resource, schemas, (taken or {}).get(table, _NOTHING_TAKEN), pinned or {})
        drafts.append(own.draft(by_table[table], nested))
        names |= own.names
    known = _Known(resources, schemas, names)
    return tuple(
        ResourceActions(
            resource=draft.resource,
            table=Name(draft.resource.schema, draft.resource.table),
            module=f"{draft.resource.module}.Actions",
            steps_module=f"{draft.resource.module}.Steps",
            actions=tuple(known.action(draft, each) for each in draft.chosen),
            refused=tuple(draft.refused),
            notes=tuple(draft.notes),
        )
        for draft in drafts
    )


def only(
    planned: Iterable[ResourceActions], chosen: Collection[tuple[str, str]]
) -> tuple[ResourceActions, ...]:
    """Keep the actions of functions (module and name), and those that they need for children."""
    everything = tuple(planned)
    by_name = {
        (each.resource.module, action.name): action
        for each in everything
        for action in each.actions
    }
    wanted: set[ActionId] = set()
    waiting = [
        action
        for action in by_name.values()
        if (action.changeset.module, action.changeset.function) in chosen
    ]
    while waiting:
        action = waiting.pop()
        if action.id in wanted:
            continue
        wanted.add(action.id)
        waiting += [
            by_name[child.resource, name]
            for child in action.children
            for name in (child.create, child.update)
            if (child.resource, name) in by_name
        ]
    kept = []
    for each in everything:
        actions = tuple(action for action in each.actions if action.id in wanted)
        refused = tuple(r for r in each.refused if (r[0].module, r[0].function) in chosen)
        if actions or refused:
            kept.append(msgspec.structs.replace(each, actions=actions, refused=refused))
    return tuple(kept)


def written_together(planned: ResourceActions) -> tuple[tuple[str, tuple[Action, ...]], ...]:
    """Return the places (`path:line`) of legacy code that write with several of the functions.

    They may stand in one pipeline there, whose row no single action makes.
    """
    found: defaultdict[tuple[str, ActionKind], list[Action]] = defaultdict(list)
    for action in planned.actions:
        is_create = action.kind is ActionKind.CREATE
        for place in action.changeset.creates if is_create else action.changeset.updates:
            # The configuration, which may say what a function writes, has no line.
            if ":" in place:
                found[place, action.kind].append(action)
    return tuple((key[0], tuple(each)) for key, each in sorted(found.items()) if len(each) > 1)


def _nested_uses(
    changesets: Iterable[Changeset], schemas: Mapping[str, LegacySchema]
) -> frozenset[tuple[str, str]]:
    """Return the functions that nested steps call: each writes new rows and old ones."""
    return frozenset(
        _with(changeset, step, schemas)
        for changeset in changesets
        if not changeset.refused
        for step in changeset.steps
        if isinstance(step, Nested) and step.call == "cast_assoc"
    )


def _with(
    changeset: Changeset, step: Nested, schemas: Mapping[str, LegacySchema]
) -> tuple[str, str]:
    """Return module and name of the function that a nested step calls."""
    if step.module:
        return step.module, step.function
    association = _association(schemas.get(changeset.schema), step.field)
    targets = (
        []
        if association is None
        else [schema.module for schema in schemas.values() if schema.table == association.table]
    )
    return (targets[0] if targets else ""), step.function


def _association(schema: LegacySchema | None, name: str) -> LegacyAssociation | None:
    return next((a for a in schema.associations if a.name == name), None) if schema else None


class _Chosen(NamedTuple):
    """A function with a kind of action, and the name that it gets."""

    changeset: Changeset
    kind: ActionKind
    name: str
    primary: bool


class _Draft(msgspec.Struct, kw_only=True):
    """What is decided of a table's functions before their children are looked up."""

    resource: Resource
    chosen: list[_Chosen] = []
    refused: list[tuple[Changeset, str]] = []
    notes: list[Note] = []


class _Table:
    """The functions of one table: which become actions, and their names."""

    def __init__(
        self,
        resource: Resource,
        schemas: Mapping[str, LegacySchema],
        taken: Taken,
        pinned: Mapping[ActionId, str],
    ) -> None:
        self.names: dict[ActionId, str] = {}
        self._schemas = schemas
        self._resource = resource
        self._taken = taken
        self._pinned = pinned
        self._used: dict[str, str] = {}

    def draft(self, changesets: Sequence[Changeset], nested: frozenset[tuple[str, str]]) -> _Draft:
        draft = _Draft(resource=self._resource)
        wanted: list[tuple[Changeset, ActionKind, bool]] = []
        for changeset in sorted(changesets, key=self._order):
            kinds, reason = self._kinds(changeset, (changeset.module, changeset.function) in nested)
            if reason:
                draft.refused.append((changeset, reason))
            wanted += [(changeset, kind, len(kinds) > 1) for kind in kinds]
        wanted.sort(key=lambda each: _claim(each[0].function, each[1]))
        # A name of an earlier run is nobody else's.
        for changeset, kind, _ in wanted:
            old = self._pinned.get(_id(changeset, kind))
            if old is not None:
                self._used.setdefault(old, _label(changeset))
        chosen = [self._name(draft, *each) for each in wanted]
        draft.chosen = sorted(chosen, key=lambda each: (not each.primary, each.name))
        self.names = {_id(each.changeset, each.kind): each.name for each in chosen}
        return draft

    def _order(self, changeset: Changeset) -> tuple[object, ...]:
        """Order functions independent of where they stand, those of the table's schema first."""
        schema = self._schemas.get(changeset.schema)
        leading = schema is not None and schema.first and schema.module == changeset.module
        return not leading, changeset.module, changeset.function, changeset.arity

    def _kinds(self, changeset: Changeset, nested: bool) -> tuple[list[ActionKind], str]:
        """Return the kinds of action that a function is for, or why there are none."""
        if changeset.refused:
            return [], changeset.refused
        creates, updates = bool(changeset.creates) or nested, bool(changeset.updates) or nested
        if not creates and not updates and changeset.deletes:
            return [], "rows are deleted with it, which is a matter of a destroy action"
        if not creates and not updates:
            return [], (
                "no call was found that inserts or updates with it, so the kind of its action is"
                " not known"
            )
        fields = Fields(
            self._resource, self._schemas.get(changeset.schema), changeset.virtual
        ).names
        cast = [name for step in changeset.steps for name in cast_fields(step)]
        if cast and fields.isdisjoint(cast):
            table = self._resource.table
            named = ", ".join(dict.fromkeys(cast))
            return [], f"none of the fields that it casts ({named}) is one of the table {table}"
        left = _left(changeset)
        if left:
            return [], f"no step of it can be carried over ({'; '.join(left)})"
        actions = self._resource.actions
        kinds = []
        if creates and actions is not None and actions.create:
            kinds.append(ActionKind.CREATE)
        if updates and actions is not None and actions.update:
            kinds.append(ActionKind.UPDATE)
        if not kinds:
            return [], "the resource of its table takes no such writes"
        return kinds, ""

    def _name(self, draft: _Draft, changeset: Changeset, kind: ActionKind, both: bool) -> _Chosen:
        label = _label(changeset)
        names = _names(changeset, kind, both)
        first = next(names)
        name = self._pinned.get(_id(changeset, kind))
        if name is None:
            held = self._holder(first)
            name = next(each for each in chain((first,), names) if not self._holder(each))
            if held:
                draft.notes.append(
                    Note(
                        path=changeset.path,
                        line=changeset.line,
                        function=label,
                        text=f"its {kind.value} action is named :{name}, since :{first} is {held}",
                    )
                )
        self._used.setdefault(name, label)
        primary = name == kind.value and kind.value not in self._taken.primary
        return _Chosen(changeset, kind, name, primary)

    def _holder(self, name: str) -> str:
        """Return what has a name already, "" for nothing."""
        if name in self._used:
            return f"that of {self._used[name]}"
        if name in self._taken.names:
            return "written by hand"
        return "a default action" if name in _RESERVED else ""


def _id(changeset: Changeset, kind: ActionKind) -> ActionId:
    return ActionId(changeset.module, changeset.function, changeset.arity, kind.value)


def _label(changeset: Changeset) -> str:
    return f"{changeset.module}.{changeset.function}/{changeset.arity}"


def _stem(function: str) -> str | None:
    """Return what a function's name says of its purpose, None for a plain `changeset`."""
    if function == "changeset":
        return None
    match = _SUFFIX.match(function)
    return (match["stem"] or match["tail"]) if match else function.rstrip("!?")


def _left(changeset: Changeset) -> list[str]:
    """Return the steps of a function of which a person has to write all, none of any other.

    An action without a step would do nothing, and say that all went well.
    """
    found = []
    for step in changeset.steps:
        match step:
            case Todo():
                found.append(f"{step.path or changeset.path}:{step.line}: {step.reason}")
            case Constraint() | Cast(fields=(), options="", prepared=""):
                pass
            case _:
                return []
    return found


def _claim(function: str, kind: ActionKind) -> int:
    """Return the place of a function in the order of claims to the name of a kind."""
    stem = _stem(function)
    if stem == kind.value:
        return 0
    return 1 if stem is None else 2 if stem in ("create", "update") else 3


def _names(changeset: Changeset, kind: ActionKind, both: bool) -> Iterator[str]:
    """Give the names of an action, the best first; the last of them has no end."""
    stem = _stem(changeset.function)
    if stem is None or stem in ("create", "update"):
        # `create_changeset` of an update is told by the kind: an action `create` updates nothing.
        yield kind.value
    elif both and kind is ActionKind.CREATE:
        yield f"create_{stem}"
    else:
        yield stem
        yield f"{kind.value}_{stem}"
    by = f"{kind.value}_by_{changeset.function}".rstrip("!?")
    yield by
    by = f"{by}_of_{macro_underscore(changeset.module.rsplit('.', 1)[-1])}"
    yield by
    by = f"{by}_{changeset.arity}"
    yield by
    number = 2
    while True:
        yield f"{by}_{number}"
        number += 1


class _Known:
    """All that is known once each action has its name."""

    def __init__(
        self,
        resources: Mapping[Name, Resource],
        schemas: Mapping[str, LegacySchema],
        names: Mapping[ActionId, str],
    ) -> None:
        self._resources = resources
        self._schemas = schemas
        self._names = {
            (each.module, each.function, each.kind): name for each, name in names.items()
        }

    def action(self, draft: _Draft, chosen: _Chosen) -> Action:
        """Return the action with what it accepts."""
        changeset, resource = chosen.changeset, draft.resource
        schema = self._schemas.get(changeset.schema)
        fields = Fields(resource, schema, changeset.virtual)
        accept: dict[str, Attribute] = {}
        arguments: dict[str, Argument] = {}
        missing: list[Missing] = []
        for step in changeset.steps:
            for name in cast_fields(step):
                found = fields.get(name)
                match found:
                    case Attribute(writable=True):
                        accept[found.name] = found
                    case Attribute() if found.name == resource.tenant:
                        pass
                    case Attribute():
                        reason = f"attribute :{found.name} is not writable"
                        missing.append(Missing(step.line, name, reason))
                    case VirtualField():
                        arguments[name] = virtual_argument(found)
                    case None:
                        missing.append(Missing(step.line, name, "no attribute has this field"))
        children = []
        for step in changeset.steps:
            if isinstance(step, Nested):
                child = self._child(changeset, step, resource, schema, fields)
                if isinstance(child, Child):
                    children.append(child)
                    name = child.attribute or child.relationship
                    accept.pop(name, None)
                    arguments[name] = any_argument(name)
                else:
                    missing.append(Missing(step.line, step.field, child))
        for name in companions(changeset):
            arguments.setdefault(name, any_argument(name))
        nested = {step.field for step in changeset.steps if isinstance(step, Nested)}
        for name in changeset.reads:
            found = fields.get(name)
            if isinstance(found, Attribute) and found.name in accept.keys() | {resource.tenant}:
                continue
            if name not in arguments.keys() | accept.keys() | nested:
                arguments[name] = read_argument(name, found)
        for name in sorted(words(changeset) & (fields.virtual.keys() - arguments.keys())):
            field = virtual_argument(fields.virtual[name])
            arguments[name] = msgspec.structs.replace(field, public=False)
        held = accept.keys() | arguments.keys()
        renamed: dict[str, str] = {}
        for parameter in used_parameters(changeset):
            name = parameter.name.lstrip("_")
            if name in held:
                name = f"{name}_argument"
            if name != parameter.name:
                renamed[parameter.name] = name
            arguments[name] = parameter_argument(name, parameter)
        given: list[Attribute] = []
        if chosen.kind is ActionKind.CREATE:
            given = [
                each
                for each in in_struct(changeset, resource, fields)
                if each.name not in accept and each.name not in arguments
            ]
        for each in given:
            arguments[each.name] = Argument(
                name=each.name,
                type=each.type,
                constraints=each.constraints,
                sensitive=each.sensitive,
                public=False,
            )
        return Action(
            name=chosen.name,
            kind=chosen.kind,
            changeset=changeset,
            primary=chosen.primary,
            accept=tuple(accept),
            arguments=tuple(arguments.values()),
            allow_nil_input=tuple(
                name for name, each in accept.items() if not each.allow_nil and not each.generated
            ),
            names=fields.renamed(words(changeset)),
            parameters=renamed,
            messages=tuple(constraint_messages(changeset, resource, fields)),
            fields=fields.names | arguments.keys() | {each.name for each in resource.relationships},
            children=tuple(children),
            missing=tuple(sorted(missing)),
            given=tuple(each.name for each in given),
            tenant=next(
                (
                    name
                    for each in resource.attributes
                    if each.name == resource.tenant
                    for name in (fields.field(each),)
                    if name in words(changeset)
                ),
                None,
            ),
        )

    def _child(
        self,
        changeset: Changeset,
        step: Nested,
        resource: Resource,
        schema: LegacySchema | None,
        fields: Fields,
    ) -> Child | str:
        """Return what a nested step writes, or why it can't be carried over."""
        if step.call == "cast_embed":
            attribute = fields.get(step.field)
            if not isinstance(attribute, Attribute):
                return "no attribute has this embed"
            if not step.embed:
                return "the module of its schema can't be read"
            if step.copied and step.arguments:
                return "its function takes more than the struct and the parameters"
            return Child(
                line=step.line,
                field=step.field,
                attribute=attribute.name,
                embed=step.embed,
                many=step.many,
                on_replace=step.on_replace,
            )
        association = _association(schema, step.field)
        target = None if association is None else self._resources.get(association.table)
        if association is None or target is None:
            return "the table of this association has no resource"
        relationship = _relationship(resource, association, target)
        if relationship is None:
            return f"no relationship of the resource is this association to {target.module}"
        if step.copied:
            return "its function is written out, and actions are made of named ones"
        module, function = _with(changeset, step, self._schemas)
        create = self._names.get((module, function, "create"))
        update = self._names.get((module, function, "update"))
        if create is None or update is None:
            return f"no actions could be made of {module}.{function}"
        many = relationship.kind in (RelationshipKind.HAS_MANY, RelationshipKind.MANY_TO_MANY)
        return Child(
            line=step.line,
            field=step.field,
            relationship=relationship.name,
            many=many,
            on_replace=step.on_replace,
            resource=target.module,
            create=create,
            update=update,
        )


def _relationship(
    resource: Resource, association: LegacyAssociation, target: Resource
) -> Relationship | None:
    """Return the relationship that is an association: of its name, else the only one by its key."""
    same = [
        each
        for each in resource.relationships
        if each.destination == target.module
        and (each.kind is RelationshipKind.MANY_TO_MANY)
        == (association.kind is RelationshipKind.MANY_TO_MANY)
    ]
    columns = {each.name: each.column for each in resource.attributes}
    far = {each.name: each.column for each in target.attributes}
    by_key = [
        each
        for each in same
        if columns.get(each.source_attribute) == association.own
        and far.get(each.destination_attribute) == association.target
    ]
    named = [each for each in same if each.name == association.name]
    if named:
        return named[0]
    return by_key[0] if len(by_key) == 1 else None
