"""The code interface of domains: the plain reads and writes that contexts of legacy code have.

Each becomes a `define` of the same name, without the mark of those that raise: Ash makes both. What
does more than one plain read or write is left to its author.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from ash_scaffold.ash.actions import Action, ResourceActions
from ash_scaffold.ash.changesets import ContextFunction, ContextKind
from ash_scaffold.ash.hints import LegacySchema
from ash_scaffold.ash.model import Resource
from ash_scaffold.ash.naming import macro_underscore
from ash_scaffold.postgres.catalog import Name

# Names that say nothing of what they are about, as the context's does: a domain has many contexts.
_VERBS = frozenset(
    "all add build count create delete destroy fetch find first get get_by insert last list load "
    "new one read remove save show update upsert".split()
)


class Define(msgspec.Struct, frozen=True, kw_only=True):
    """A function of a domain: `define name, action: action` within the resource's entry.

    `get_by` are the attributes that it looks one row up by. With `optional` it returns nil, not an
    error, where there is none.
    """

    name: str
    action: str
    get_by: tuple[str, ...] = ()
    optional: bool = False


class CodeInterface(msgspec.Struct, frozen=True, kw_only=True):
    """What domains define, by table, and the functions that nothing was defined for, with why."""

    defines: Mapping[Name, tuple[Define, ...]] = {}
    left: tuple[tuple[ContextFunction, str], ...] = ()


def code_interface(
    functions: Iterable[ContextFunction],
    resources: Mapping[Name, Resource],
    planned: Sequence[ResourceActions],
    schemas: Mapping[str, LegacySchema],
    taken: Mapping[str, Collection[str]] | None = None,
) -> CodeInterface:
    """Decide what the domains define for functions of contexts.

    `schemas` are by module. `taken` are the names that a domain's module has already, by domain: a
    context that is the domain has all of its own.
    """
    decision = _Decision(resources, planned, schemas, taken or {})
    # One that raises says what is expected of the name; the other is a variant of it.
    for each in sorted(functions, key=lambda f: (f.module, f.function.rstrip("!"), not f.raises)):
        decision.take(each)
    return CodeInterface(
        defines={
            table: tuple(sorted(found, key=lambda define: define.name))
            for table, found in sorted(decision.defines.items())
        },
        left=tuple(decision.left),
    )


class _Decision:
    def __init__(
        self,
        resources: Mapping[Name, Resource],
        planned: Sequence[ResourceActions],
        schemas: Mapping[str, LegacySchema],
        taken: Mapping[str, Collection[str]],
    ) -> None:
        self.defines: defaultdict[Name, list[Define]] = defaultdict(list)
        self.left: list[tuple[ContextFunction, str]] = []
        self._resources = resources
        self._schemas = schemas
        self._used = {
            domain: {name.rstrip("!?"): f"{domain} has one already" for name in names}
            for domain, names in taken.items()
        }
        self._actions = {action.id: action for each in planned for action in each.actions}

    def take(self, function: ContextFunction) -> None:
        """Define a function, or note why that can't be."""
        resource = self._resources.get(function.table) if function.table is not None else None
        if function.reason:
            if resource is not None:
                self.left.append((function, function.reason))
            return
        if resource is None or function.table is None:
            return
        found = self._define(function, resource)
        if isinstance(found, Define):
            self.defines[function.table].append(found)
        else:
            self.left.append((function, found))

    def _define(self, function: ContextFunction, resource: Resource) -> Define | str:
        name = _name(function, resource)
        if name.endswith("?"):
            return "a function of a domain has no name with a question mark"
        made = self._made(name, function, resource)
        if isinstance(made, str):
            return made
        used = self._used.setdefault(resource.domain, {})
        held = used.get(name)
        if held is not None:
            return held
        used[name] = f"{function.module}.{function.function}/{function.arity} has its name"
        return made

    def _made(self, name: str, function: ContextFunction, resource: Resource) -> Define | str:
        actions = resource.actions
        match function.kind:
            case ContextKind.LIST:
                return Define(name=name, action="read")
            case ContextKind.GET:
                return self._get(name, function, resource)
            case ContextKind.DELETE:
                if actions is None or not actions.destroy:
                    return f"{resource.module} has no destroy"
                return Define(name=name, action="destroy")
            case _:
                action = self._action(function)
                if action is None:
                    return "no action was made of its changeset"
                needed = [
                    each.name for each in action.arguments if not each.public and not each.allow_nil
                ]
                if needed:
                    return f"its action needs :{needed[0]}, which is given as a private argument"
                return Define(name=name, action=action.name)

    def _get(self, name: str, function: ContextFunction, resource: Resource) -> Define | str:
        schema = self._schemas.get(function.schema)
        columns = {each.name: each.column for each in schema.fields} if schema is not None else {}
        attributes = {each.column: each.name for each in resource.attributes}
        given = dict(zip(function.given, function.by, strict=True))
        found = []
        # The arguments of what is defined are in the order of its fields.
        for parameter in function.parameters:
            field = given.get(parameter)
            attribute = None if field is None else attributes.get(columns.get(field, field))
            if attribute is None:
                return "it is not read by attributes alone"
            found.append(attribute)
        if len(found) != len(function.by):
            return "it is not read by its parameters alone"
        return Define(name=name, action="read", get_by=tuple(found), optional=not function.raises)

    def _action(self, function: ContextFunction) -> Action | None:
        if function.changeset is None:
            return None
        return next(
            (
                action
                for of, action in self._actions.items()
                if of[:3] == function.changeset and of.kind == function.kind.value
            ),
            None,
        )


def _name(function: ContextFunction, resource: Resource) -> str:
    name = function.function.rstrip("!")
    if name in _VERBS:
        many = function.kind is ContextKind.LIST
        module = resource.module.rsplit(".", 1)[-1]
        return f"{name}_{resource.table if many else macro_underscore(module)}"
    return name
