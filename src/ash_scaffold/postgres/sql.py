"""Identifiers and constants of SQL, written and read.

`pg_get_expr` writes a string in single quotes with quotes doubled, always followed by a cast for
types other than text-like ones, a number bare or quoted with a cast, and never an `E''` string
(see `simple_quote_literal` in ruleutils.c).
"""

from __future__ import annotations

import re

import msgspec

from ash_scaffold.postgres.catalog import Name

# PostgreSQL documentation, appendix "SQL Key Words": those reserved, and those that can't be a
# type's name.
_RESERVED = frozenset(
    "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit "
    "boolean both case cast char character check coalesce collate collation column concurrently "
    "constraint create cross current_catalog current_date current_role current_schema "
    "current_time current_timestamp current_user dec decimal default deferrable desc distinct do "
    "else end except exists extract false fetch float for foreign freeze from full grant greatest "
    "group grouping having ilike in initially inner inout int integer intersect interval into is "
    "isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query "
    "json_scalar json_serialize json_table json_value lateral leading least left like limit "
    "localtime localtimestamp merge_action national natural nchar none normalize not notnull null "
    "nullif numeric offset on only or order out outer overlaps overlay placing position precision "
    "primary real references returning right row select session_user setof similar smallint some "
    "substring symmetric system_user table tablesample then time timestamp to trailing treat trim "
    "true union unique user using values varchar variadic verbose when where window with "
    "xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot "
    "xmlserialize xmltable".split()
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")


def quote_identifier(name: str) -> str:
    """Quote an identifier where SQL needs it."""
    if _PLAIN.match(name) and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def unquote_identifier(text: str, *, fold: bool = False) -> str:
    """Read an identifier that may be quoted.

    One without quotes stays as it is written, or with `fold` gets small letters, as in a script
    that people write.
    """
    if text.startswith('"'):
        return text[1:-1].replace('""', '"')
    return text.lower() if fold else text


def quote_name(name: Name) -> str:
    """Write a qualified name for SQL; objects in `public` stand without their schema."""
    if name.schema in ("public", "pg_catalog"):
        return quote_identifier(name.name)
    return f"{quote_identifier(name.schema)}.{quote_identifier(name.name)}"


def refresh_statement(view: Name) -> str:
    """Return the statement that populates a materialized view."""
    return f"REFRESH MATERIALIZED VIEW {quote_name(view)};"


# A type's name as `format_type` writes it; operators and keywords, which are in capitals, are none.
_CAST = (
    r"(?:::(?P<cast>(?:\"(?:[^\"]|\"\")*\"|[a-z0-9_$. ])+(?:\([\d, ]+\))?(?:[a-z ]|\(\d\)|\[\])*))?"
)
_QUOTED = re.compile(rf"'(?P<text>(?:[^']|'')*)'{_CAST}\Z", re.DOTALL)
_NUMBER = re.compile(rf"\(?(?P<text>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\)?{_CAST}\Z")
_WORD = re.compile(rf"(?P<text>true|false|NULL){_CAST}\Z")
_ARRAY = re.compile(
    r"\(?ARRAY\[(?P<items>.*?)\]\)?(?:::[\w .\"]+(?:\(\d+\))?(?:\[\])*)*\Z", re.DOTALL
)
_PLAIN_ITEM = r"('(?:[^']|'')*'|-?\d+(?:\.\d+)?|true|false|NULL)(?:::[^',()]+(?:\(\d+\))?)?"
# An item may be cast twice, as in `('a'::character varying)::text`.
_ITEM = re.compile(
    rf"\s*(?:{_PLAIN_ITEM}|\({_PLAIN_ITEM}\)::(?:text|character varying))\s*(?:,|\Z)"
)


class Constant(msgspec.Struct, frozen=True):
    """A constant: its text as PostgreSQL's input function would read it, None for NULL."""

    text: str | None


class ArrayConstant(msgspec.Struct, frozen=True):
    """An array of one dimension: the text of each element, None for NULL."""

    items: tuple[str | None, ...]


def read_constant(sql: str) -> Constant | ArrayConstant | None:
    """Read a default; None when it is anything else than a constant."""
    sql = sql.strip()
    while sql.startswith("(") and sql.endswith(")") and _balanced(sql[1:-1]):
        sql = sql[1:-1].strip()
    quoted = _QUOTED.match(sql)
    if quoted:
        return Constant(quoted["text"].replace("''", "'"))
    number = _NUMBER.match(sql)
    if number:
        return Constant(number["text"])
    word = _WORD.match(sql)
    if word:
        return Constant(None if word["text"] == "NULL" else word["text"])
    array = _ARRAY.match(sql)
    return _items(array["items"]) if array else None


def _balanced(text: str) -> bool:
    depth, quoted = 0, False
    for char in text:
        if char == "'":
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1
            if depth < 0:
                return False
    return depth == 0


def _items(text: str) -> ArrayConstant | None:
    items: list[str | None] = []
    position = 0
    while text[position:].strip():
        item = _ITEM.match(text, position)
        if item is None:
            return None
        word = item[1] or item[2]
        if word.startswith("'"):
            items.append(word[1:-1].replace("''", "'"))
        else:
            items.append(None if word == "NULL" else word)
        position = item.end()
    return ArrayConstant(tuple(items))


def read_array(text: str) -> tuple[str | None, ...] | None:
    """Read an array's text form (`{a,"b c",NULL}`); None for more dimensions or lower bounds.

    Source: PostgreSQL documentation, "Array Input and Output Syntax".
    """
    text = text.strip()
    if not (text.startswith("{") and text.endswith("}")):
        return None
    body = text[1:-1]
    if not body.strip():
        return ()
    items: list[str | None] = []
    position, end = 0, len(body)
    while position <= end:
        match = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]+))\s*(,|\Z)', re.DOTALL).match(
            body, position
        )
        if match is None:
            return None
        if match[1] is not None:
            items.append(re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL))
        else:
            word = match[2].strip()
            items.append(None if word.upper() == "NULL" else word)
        position = match.end()
        if match[3] == "":
            break
    return tuple(items)


_SKIPPED = re.compile(r"""[^'"(),]+|'(?:[^']|'')*'|"(?:[^"]|"")*\"""")


def split_list(sql: str, start: int) -> tuple[tuple[str, ...], int] | None:
    """Split a list in parentheses at its commas; `start` is behind the opening one.

    Returns the items and the position behind the closing parenthesis, None where the list doesn't
    end. String constants have no escapes, as PostgreSQL writes them.
    """
    items: list[str] = []
    depth, begin, position = 0, start, start
    while position < len(sql):
        skipped = _SKIPPED.match(sql, position)
        if skipped is not None:
            position = skipped.end()
            continue
        char = sql[position]
        if char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif char in "),":
            if depth == 0:
                items.append(sql[begin:position].strip())
                begin = position + 1
            if char == ")":
                return tuple(items), position + 1
        position += 1
    return None
