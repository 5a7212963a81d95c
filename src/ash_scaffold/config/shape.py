"""Compares what the TOML parser gave with the structs of `model`, and says all that differs.

msgspec stops at the first fault and leaves the keys of mappings out of its message, so the walk
over the structs is done here; msgspec still judges every single value.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Literal, Union, get_args, get_origin

import msgspec

from ash_scaffold.config.fault import Fault, KeyPath, did_you_mean, dotted, either, quoted

_NAMES_OF_TYPES: dict[object, str] = {
    str: "a string",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    list: "a list",
    dict: "a table",
}


def shape_faults(value: object, expected: object, path: KeyPath = ()) -> Iterator[Fault]:
    """Yield a fault for every unknown key, missing key and wrong type under `path`."""
    expected = _without_none(expected)
    origin, args = get_origin(expected), get_args(expected)
    if isinstance(expected, type) and issubclass(expected, msgspec.Struct):
        yield from _struct_faults(value, expected, path)
    elif origin is dict and isinstance(value, dict):
        for key, item in value.items():
            yield from shape_faults(item, args[1], (*path, key))
    elif origin is tuple and isinstance(value, list):
        for position, item in enumerate(value):
            yield from shape_faults(item, args[0], (*path, position))
    elif not _converts(value, expected):
        yield _wrong_value(value, expected, path)


def _struct_faults(value: object, struct: type[msgspec.Struct], path: KeyPath) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _wrong_value(value, struct, path)
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for key, item in value.items():
        if key in fields:
            yield from shape_faults(item, fields[key].type, (*path, key))
        else:
            yield _unknown_key(key, item, tuple(fields), path)
    for name, field in fields.items():
        if field.required and name not in value:
            expected = _expected(field.type)
            yield Fault(path=path, what=f"lacks {name}", todo=f"Give {name}: {expected}.")


def _unknown_key(key: str, value: object, known: tuple[str, ...], path: KeyPath) -> Fault:
    place = f"of {dotted(path)}" if path else "of the file"
    # TOML reads [tables.billing.invoices] as a table inside tables.billing.
    if isinstance(value, Mapping) and len(path) == 2 and path[0] in ("tables", "domains"):
        quoted = dotted((path[0], f"{path[1]}.{key}"))
        near = did_you_mean(key, known)
        todo = near or f"A name with a dot needs quotes: [{quoted}]."
    else:
        todo = did_you_mean(key, known) or f"Options here: {', '.join(sorted(known))}."
    return Fault(path=(*path, key), what=f"is not an option {place}", todo=todo)


def _wrong_value(value: object, expected: object, path: KeyPath) -> Fault:
    choices = _choices(expected)
    if isinstance(value, str) and choices:
        todo = did_you_mean(value, choices)
        return Fault(
            path=path, what=f"is {quoted(value)}; expected {_expected(expected)}", todo=todo
        )
    todo = ""
    if isinstance(value, Mapping) and path[0] == "types":
        todo = f'A name with a dot needs quotes: "{path[-1]}.{next(iter(value), "name")}" = "…".'
    kind = _NAMES_OF_TYPES.get(type(value), "a date or time")
    kind = str(value).lower() if isinstance(value, bool) else kind
    return Fault(path=path, what=f"is {kind}; expected {_expected(expected)}", todo=todo)


def _converts(value: object, expected: object) -> bool:
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError:
        return False
    return True


def _expected(expected: object) -> str:
    """Say in words what a type takes: `a string`, `a list of strings`, `"crud" or "read"`."""
    expected = _without_none(expected)
    origin, args = get_origin(expected), get_args(expected)
    if origin is Literal:
        return either(["false" if choice is False else quoted(choice) for choice in args])
    if _is_union(origin):
        return either(list(dict.fromkeys(_expected(arg) for arg in args)))
    if origin is tuple:
        return "a list of strings" if args[0] is str else "a list"
    if origin is dict or (isinstance(expected, type) and issubclass(expected, msgspec.Struct)):
        return "a table"
    return _NAMES_OF_TYPES[expected]


def _choices(expected: object) -> tuple[str, ...]:
    if get_origin(expected) is not Literal:
        return ()
    return tuple(choice for choice in get_args(expected) if isinstance(choice, str))


def _is_union(origin: object) -> bool:
    return origin is Union or origin is types.UnionType


def _without_none(expected: object) -> object:
    if not _is_union(get_origin(expected)):
        return expected
    left = tuple(arg for arg in get_args(expected) if arg is not type(None))
    return left[0] if len(left) == 1 else Union[left]  # noqa: UP007 - built at run time
