"""`owned_by_ash` of `ash_scaffold.toml` as text: tables put in and taken out.

An edit touches the list alone: comments, order and layout stay, and taking out what was put in
gives the bytes back. It is made on the text and then read as TOML; one that would mean anything
else is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable

from ash_scaffold.config.options import FILE_NAME
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.toml_text import quoted

_KEY = "owned_by_ash"
_ASSIGNMENT = re.compile(rf"^[ \t]*{_KEY}[ \t]*=[ \t]*\[", re.MULTILINE)
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_TOKEN = re.compile(r""" "(?:\\.|[^"\\\n])*" | '[^'\n]*' | \#[^\n]* | , | \] """, re.VERBOSE)
_WILD = re.compile(r"[*?]")
_STRING = "\"'"


def owned_text(table: Name) -> str:
    """Return how the list names a table.

    Where a character of the name means something else in a pattern, `?` stands for it: the text
    may then fit another table as well.
    """
    schema, name = _WILD.sub("?", table.schema).replace(".", "?"), _WILD.sub("?", table.name)
    return name if table.schema == DEFAULT_SCHEMA and "." not in name else f"{schema}.{name}"


def with_owned(text: str | None, names: Iterable[str]) -> str:
    """Return the file (None where there is none) with names at the end of the list.

    Raises `ScaffoldError` (`CONFIG_INVALID`) where the list can't be found.
    """
    out = text or ""
    for name in names:
        before = tomllib.loads(out)
        wanted = {**before, _KEY: [*before.get(_KEY, []), name]}
        out = _checked(_put(out, name), wanted, name)
    return out


def without_owned(text: str, names: Iterable[str]) -> str | None:
    """Return the file without names in the list, None where nothing else is in it.

    Raises `ScaffoldError` (`CONFIG_INVALID`) where the list can't be found.
    """
    out = text
    for name in names:
        wanted = tomllib.loads(out)
        left = [each for each in wanted.get(_KEY, []) if each != name]
        wanted[_KEY] = left
        if not left:
            del wanted[_KEY]
        out = _checked(_take(out, name), wanted, name)
    return out or None


def _checked(text: str | None, wanted: dict[str, object], name: str) -> str:
    try:
        if text is not None and tomllib.loads(text) == wanted:
            return text
    except tomllib.TOMLDecodeError:
        pass
    raise _unclear(name)


def _unclear(name: str) -> ScaffoldError:
    return fail(
        Code.CONFIG_INVALID,
        f"The place of {quoted(name)} in {_KEY} is not clear.",
        where=FILE_NAME,
        todo=f"Write the list as {_KEY} = [{quoted(name)}], above all tables of the file.",
    )


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _put(text: str, name: str) -> str | None:
    found = _list(text)
    if found is None:
        return _new_key(text, f"{_KEY} = [{quoted(name)}]")
    start, end, tokens = found
    last = max((stop for first, stop, kind in tokens if kind in _STRING), default=None)
    if last is None:
        return text[:start] + quoted(name) + text[end:]
    comma = next((stop for first, stop, kind in tokens if kind == "," and first >= last), None)
    line = text.rfind("\n", 0, last) + 1
    first = next(first for first, stop, kind in tokens if stop == last)
    if line > start and not text[line:first].strip():
        gap = f"{_line_end(text)}{text[line:first]}"
    else:
        gap = " "
    if comma is None:
        return f"{text[:last]},{gap}{quoted(name)}{text[last:]}"
    return f"{text[:comma]}{gap}{quoted(name)},{text[comma:]}"


def _new_key(text: str, line: str) -> str:
    """Put a line behind the last key above all tables, else at the very beginning."""
    newline = _line_end(text)
    header = _HEADER.search(text)
    above = text if header is None else text[: header.start()]
    position = 0
    for match in re.finditer(r"[^\n]*\n|[^\n]+\Z", above):
        if match[0].strip() and not match[0].lstrip().startswith("#"):
            position = match.end()
    if position:
        gap = "" if text[:position].endswith("\n") else newline
        return f"{text[:position]}{gap}{line}{newline}{text[position:]}"
    return f"{line}{newline}{newline if text else ''}{text}"


def _take(text: str, name: str) -> str | None:
    found = _list(text)
    if found is None:
        return None
    start, end, tokens = found
    strings = [(first, stop) for first, stop, kind in tokens if kind in _STRING]
    mine = [n for n, (first, stop) in enumerate(strings) if _value(text[first:stop]) == name]
    if len(mine) != 1:
        return None
    number = mine[0]
    first, stop = strings[number]
    if len(strings) == 1:
        line = text.rfind("\n", 0, start) + 1
        after = text.find("\n", end)
        rest = "" if after < 0 else text[after + 1 :]
        if line == 0:
            rest = rest.removeprefix("\r\n" if rest.startswith("\r\n") else "\n")
        return text[:line] + rest
    commas = [(a, b) for a, b, kind in tokens if kind == ","]
    if number == len(strings) - 1:
        before = strings[number - 1][1]
        trailing = next((b for a, b in commas if a >= stop), None)
        if trailing is None:
            return text[:before] + text[stop:]
        comma = next(b for a, b in commas if a >= before)
        return text[:comma] + text[trailing:]
    following = strings[number + 1][0]
    return text[:first] + text[following:]


def _value(token: str) -> str:
    value = tomllib.loads(f"x = {token}")["x"]
    return str(value)


def _list(text: str) -> tuple[int, int, list[tuple[int, int, str]]] | None:
    """Return where the content of the list begins and ends, and its tokens, comments left out."""
    header = _HEADER.search(text)
    match = _ASSIGNMENT.search(text, 0, len(text) if header is None else header.start())
    if match is None:
        return None
    tokens: list[tuple[int, int, str]] = []
    for token in _TOKEN.finditer(text, match.end()):
        kind = token[0][0]
        if kind == "]":
            return match.end(), token.start(), tokens
        if kind != "#":
            tokens.append((token.start(), token.end(), kind))
    return None
