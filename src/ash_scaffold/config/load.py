"""Reads `ash_scaffold.toml`.

msgspec stops at the first fault and leaves the keys of mappings out of its message, so the walk
over the structs of `options` is done here; msgspec still judges every single value.
"""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Union, get_args, get_origin

import msgspec

from ash_scaffold.config.faults import Fault, did_you_mean, either, line_of
from ash_scaffold.config.options import FILE_NAME, Config
from ash_scaffold.config.rules import rule_faults
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.regular_file import read_file
from ash_scaffold.toml_text import KeyPath, dotted, quoted

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_QUOTES_NEEDED = 'Names with a star or a space need quotes, as in [tables."billing.*"].'
# Python's parser takes the square of the time for such a key: minutes for a few thousand parts.
_LONG_KEY = re.compile(r"""(?:^|[^\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){64}""", re.MULTILINE)
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load_config(path: Path) -> Config:
    """Read the configuration at `path`, a file or the folder it lies in.

    A file that isn't there gives the defaults. Raises `ScaffoldError` with every fault found
    (`CONFIG_INVALID`, `INVALID_MODULE_NAME`), each with the file, the key, and the line where
    it is found.
    """
    file = path / FILE_NAME if path.is_dir() else path
    try:
        content = read_file(file)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise fail(
            Code.CONFIG_INVALID,
            f"can't be read: {reason}",
            where=file.name,
            todo="Make it a regular file that you may read, or move it away.",
        ) from error
    return parse_config(_decoded(content, file.name), file.name)


def parse_config(text: str, file_name: str = FILE_NAME) -> Config:
    """Read the configuration from TOML text. Raises as `load_config` does."""
    text = text.replace("\r\n", "\n")
    if _LONG_KEY.search(text):
        raise _unreadable("has a key of more than 64 parts", file_name)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(error, text, file_name) from None
    except RecursionError:
        raise _unreadable("is nested too deeply", file_name) from None
    except ValueError:
        # Python reads no integer of thousands of digits.
        raise _unreadable("has a number of too many digits", file_name) from None
    if faults := list(shape_faults(raw, Config)):
        raise _error(faults, text, file_name)
    config = msgspec.convert(raw, Config)
    if faults := list(rule_faults(config)):
        raise _error(faults, text, file_name)
    return config


def database_url(config: Config, environment: Mapping[str, str]) -> str | None:
    """Return the `url` with every `${VARIABLE}` filled in, None when there is none.

    Raises `ScaffoldError` (`CONFIG_INVALID`) for a variable that is not set; the URL itself is
    never part of a message.
    """
    if config.url is None:
        return None
    for name in _VARIABLE.findall(config.url):
        if not environment.get(name):
            raise fail(
                Code.CONFIG_INVALID,
                f"url needs the environment variable {name}, which is not set",
                where=FILE_NAME,
                todo=f"Set {name}, or pass --url.",
            )
    return _VARIABLE.sub(lambda match: environment[match[1]], config.url)


def _decoded(content: bytes, file_name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise fail(
            Code.CONFIG_INVALID,
            "is not UTF-8 text",
            where=f"{file_name}:{line}",
            todo="Save the file as UTF-8, as TOML asks.",
        ) from None


def _syntax_error(error: tomllib.TOMLDecodeError, text: str, file_name: str) -> ScaffoldError:
    message = str(error)
    place = _TOML_PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
    header = text.split("\n")[line - 1].lstrip().startswith("[")
    return fail(
        Code.CONFIG_INVALID,
        f"is not valid TOML: {_TOML_PLACE.sub('', message)}",
        where=f"{file_name}:{line}",
        todo=_QUOTES_NEEDED if header else "",
    )


def _unreadable(what: str, file_name: str) -> ScaffoldError:
    todo = "No option is like that: take it out."
    return fail(Code.CONFIG_INVALID, what, where=file_name, todo=todo)


def _error(faults: list[Fault], text: str, file_name: str) -> ScaffoldError:
    problems = []
    for fault in faults:
        line = line_of(text, fault.path)
        problems.append(fault.problem(f"{file_name}:{line}" if line else file_name))
    return ScaffoldError(*problems)


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
            yield Fault(path, f"lacks {name}", f"Give {name}: {expected}.")


def _unknown_key(key: str, value: object, options: tuple[str, ...], path: KeyPath) -> Fault:
    place = f"of {dotted(path)}" if path else "of the file"
    # TOML reads [tables.billing.invoices] as a table inside tables.billing.
    if isinstance(value, Mapping) and len(path) == 2 and path[0] in ("tables", "domains"):
        quoted = dotted((path[0], f"{path[1]}.{key}"))
        near = did_you_mean(key, options)
        todo = near or f"A name with a dot needs quotes: [{quoted}]."
    else:
        todo = did_you_mean(key, options) or f"Options here: {', '.join(sorted(options))}."
    return Fault((*path, key), f"is not an option {place}", todo)


def _wrong_value(value: object, expected: object, path: KeyPath) -> Fault:
    choices = _choices(expected)
    if isinstance(value, str) and choices:
        todo = did_you_mean(value, choices)
        return Fault(path, f"is {quoted(value)}; expected {_expected(expected)}", todo)
    todo = ""
    if isinstance(value, Mapping) and path[0] == "types":
        todo = f'A name with a dot needs quotes: "{path[-1]}.{next(iter(value), "name")}" = "…".'
    kind = _NAMES_OF_TYPES.get(type(value), "a date or time")
    kind = str(value).lower() if isinstance(value, bool) else kind
    return Fault(path, f"is {kind}; expected {_expected(expected)}", todo)


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
