"""The hand-over: who still refers to a table, and the legacy code that its resource calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.check.parsed_resource import ParsedResource
from ash_scaffold.config import Resolver
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.mix_project import Project
from ash_scaffold.term import Atom, Capture, Module

if TYPE_CHECKING:
    from ash_scaffold.legacy.usage import User

_USERS = 3


class LegacyUser(msgspec.Struct, frozen=True):
    """A module of the legacy code that uses a table, and where it first does."""

    module: str
    kind: str
    path: str
    line: int


class LegacyCall(msgspec.Struct, frozen=True):
    """A function of the legacy code that an attribute's default calls, and where that stands.

    Or the Ecto type that the attribute's own type hands over to.
    """

    attribute: str
    function: str
    path: str
    line: int


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """A table with a resource, and the legacy modules that still refer to it.

    Without any, only Ash does. `owned_by_ash` is as configured. `calls` are the functions of the
    legacy code that the resource itself needs: they have to stay, or move.
    """

    table: str
    module: str
    owned_by_ash: bool
    legacy: tuple[LegacyUser, ...] = ()
    calls: tuple[LegacyCall, ...] = ()


def hand_over(
    project: Project,
    hints: Hints,
    resources: Mapping[Name, ParsedResource],
    config: Resolver,
    users: Mapping[Name, tuple[User, ...]] | None = None,
) -> tuple[HandOver, ...]:
    """Return every table that has a resource, with the legacy modules that name it.

    `users` are those modules, None where they are not known yet.
    """
    tables = sorted(table for table, parsed in resources.items() if parsed.resource is not None)
    if users is None:
        from ash_scaffold.legacy.usage import usage

        users = usage(project, hints, tables)
    return tuple(
        HandOver(
            table=str(table),
            module=resources[table].item.resource.module,
            owned_by_ash=config.owned_by_ash(table),
            legacy=tuple(
                LegacyUser(user.module, user.kind.value, user.path, user.line)
                for user in {user.module: user for user in reversed(users.get(table, ()))}.values()
            )[::-1],
            calls=tuple(_calls(project, resources[table])),
        )
        for table in tables
    )


def _calls(project: Project, parsed: ParsedResource) -> Iterator[LegacyCall]:
    """Find the types and defaults that the plan has of the legacy code, where they still stand."""
    read = None if parsed.read is None else parsed.read.resource
    written = {} if read is None else {each.column: each.default for each in read.attributes}
    yield from _ecto_types(project, parsed)
    types = {each.module for each in parsed.item.draft.columns.supports}
    for attribute in parsed.item.resource.attributes:
        match attribute.default:
            case Capture(module=module, function=name, arity=arity):
                called = f"{module}.{name}/{arity}"
            case (Module(name=module), Atom(name=name), list() as args):
                called = f"{module}.{name}/{len(args)}"
            case _:
                continue
        if module not in project.modules or module in types:
            continue
        if read is not None and written.get(attribute.column) != attribute.default:
            continue
        place = parsed.place_of(attribute.column)
        at = ("", 0) if place is None else (place.path, place.line)
        yield LegacyCall(attribute.name, called, *at)


def _ecto_types(project: Project, parsed: ParsedResource) -> Iterator[LegacyCall]:
    """Find the attributes whose type still hands over to an Ecto type."""
    read = None if parsed.read is None else parsed.read.resource
    written = {} if read is None else {each.column: each.type for each in read.attributes}
    for attribute in parsed.item.resource.attributes:
        mapped = parsed.item.draft.columns.mapped[attribute.column]
        if not mapped.ecto_type or written.get(attribute.column, attribute.type) != attribute.type:
            continue
        if any(_names(project, each.module, mapped.ecto_type) for each in mapped.supports):
            place = parsed.place_of(attribute.column)
            at = ("", 0) if place is None else (place.path, place.line)
            yield LegacyCall(attribute.name, mapped.ecto_type, *at)


def _names(project: Project, module: str, other: str) -> bool:
    """Whether the file of a module names another one."""
    entry = project.modules.get(module)
    if entry is None:
        return False
    try:
        return other.encode() in project.source(entry.path)
    except OSError:
        return False


def hand_over_lines(tables: Sequence[HandOver]) -> Iterator[str]:
    """Yield the lines that list the tables, those with legacy users first."""
    if not tables:
        return
    used = [each for each in tables if each.legacy]
    free = [each for each in tables if not each.legacy]
    if used:
        yield "Legacy code still refers to"
        for each in used:
            names = [user.module for user in each.legacy]
            more = f" and {len(names) - _USERS} more" if len(names) > _USERS else ""
            yield f"  {each.table}{_owned(each)}: {', '.join(names[:_USERS])}{more}"
    calling = [each for each in tables if each.calls]
    if calling:
        yield "Resources still call legacy code"
        for each in calling:
            calls = ", ".join(f"{call.attribute} {call.function}" for call in each.calls)
            yield f"  {each.table}: {calls}"
    if free:
        yield "Only Ash refers to"
        for each in free:
            yield f"  {each.table}{_owned(each)}"


def _owned(each: HandOver) -> str:
    return " (owned_by_ash)" if each.owned_by_ash else ""
