"""The values that a struct is made with, which are no changes of the changeset.

Steps set them as changes, since a new row has both. Where a later step looks at what has changed
they would be checked and changed as input is, which Ecto does not do: they are left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

import msgspec

from ash_scaffold.ash.changesets import Copied, CopiedFunction, Rule, Step, Todo

# The calls of Ecto.Changeset that look at changes: `validate_required` looks at the struct as well.
_OF_CHANGES = re.compile(
    r"(?:validate_(?!required\b)\w+|unsafe_validate_unique|(?:update|delete|get|fetch)_change!?"
    r"|changed\?)(?![\w?!])"
)
# All changes at once, and other modules that are given the changeset.
_OF_ALL = re.compile(
    r"\bchanges\b|(?<![\w.])(?!Ecto\.Changeset\.|Changeset\.)[A-Z][\w.]*\.\w+[!?]?\(\s*changeset\b"
    r"|\bchangeset\s*\|>\s*(?!Ecto\.Changeset\.|Changeset\.)[A-Z]"
)
_FIELD = re.compile(r":([a-z_]\w*)")
_NAME = re.compile(r"[a-z_]\w*[?!]?")


class StructValues(msgspec.Struct, frozen=True):
    """The fields of a struct that have a value, and the struct as a step for a person."""

    fields: tuple[str, ...]
    todo: Todo


def kept_from_changes(
    steps: tuple[Step, ...],
    filled: Mapping[Step, StructValues],
    functions: Collection[CopiedFunction],
) -> tuple[Step, ...]:
    """Leave steps that set a struct's values to a person where a later one looks at changes.

    `filled` are those steps.
    """
    found: list[Step] = []
    for index, step in enumerate(steps):
        values = filled.get(step)
        seen = [] if values is None else _seen(values.fields, steps[index + 1 :], functions)
        if values is not None and seen:
            reason = (
                f"values of a struct are no changes, and a later step looks at that of"
                f" {', '.join(seen)}"
            )
            step = msgspec.structs.replace(values.todo, reason=reason)
        found.append(step)
    return tuple(found)


def _seen(
    fields: Iterable[str], steps: Collection[Step], functions: Collection[CopiedFunction]
) -> list[str]:
    return [field for field in fields if any(_looks_at(field, step, functions) for step in steps)]


def _looks_at(field: str, step: Step, functions: Collection[CopiedFunction]) -> bool:
    """Whether a step does something else where a field has a change than where it has none."""
    match step:
        case Rule(call=call, arguments=(first, *_)):
            return _OF_CHANGES.fullmatch(call) is not None and field in _FIELD.findall(first)
        case Copied():
            reached = _reached(step.function, functions)
            names = {each.name for each in reached}
            text = "\n".join([*step.arguments, *(each.source for each in reached)])
            if not reached or _OF_ALL.search(text):
                return True
            calls = set(re.findall(rf"(?<![\w:])(?:{_OF_CHANGES.pattern})", text)) - names
            return bool(calls) and re.search(rf"\b{field}\b", text) is not None
        case _:
            return False


def _reached(name: str, functions: Collection[CopiedFunction]) -> list[CopiedFunction]:
    """Return the functions of a name, and those that they name."""
    found = [each for each in functions if each.name == name]
    for each in found:
        names = set(_NAME.findall(each.source))
        found += [other for other in functions if other.name in names and other not in found]
    return found
