"""Literals of one word: strings, atoms, keys, numbers, and comments.

Whatever a string holds (quotes, `#{}`, newlines, right-to-left marks), the literal written for it
reads back as exactly that string.

Source of the rules: Elixir's syntax reference (strings, atoms, keywords) and Unicode TS 39.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache

from ash_scaffold.term import Term

# `Decimal.new/1` refuses a text of more digits (decimal 3, after IEEE 754 decimal128).
_DECIMAL_TEXT_DIGITS = 34
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_@]*[?!]?\Z")
_PLAIN = re.compile(r"[ !$-\[\]-~]*\Z")
_SPECIAL = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e"}
# Operators are atoms without quotes; these can be columns, the rest of them nobody names so.
_OPERATOR_ATOMS = frozenset("* + - / ! & | < > = == != <= >= && || ++ -- <> . .. @ ^".split())
# Scripts that Elixir lets stand together in one identifier (Unicode TS 39, highly restrictive).
_SCRIPT_SETS = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)


def width(text: str) -> int:
    """Columns that the formatter counts for a text: its graphemes, marks not counted."""
    if text.isascii():
        return len(text)
    return sum(not unicodedata.combining(char) for char in text)


def _escape(text: str) -> str:
    if _PLAIN.match(text):
        return text
    out: list[str] = []
    for index, char in enumerate(text):
        if char in _SPECIAL:
            out.append(_SPECIAL[char])
        elif char == "#" and text[index + 1 : index + 2] == "{":
            out.append("\\#")
        elif char.isprintable():
            out.append(char)
        else:
            out.append(f"\\u{{{ord(char):X}}}")
    return "".join(out)


def string(text: str) -> str:
    """Write a binary literal."""
    return f'"{_escape(text)}"'


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0].split("-")[0]


def _bare(name: str) -> bool:
    """Whether a name is an identifier to Elixir: then its atom has no quotes."""
    if name.isascii():
        return _IDENTIFIER.match(name) is not None
    stem = name.rstrip("?!")
    if len(name.rstrip("?!")) < len(name) - 1 or not stem.isidentifier():
        return False
    if unicodedata.normalize("NFKC", name) != name:
        return False
    scripts = {_script(char) for char in stem if char.isalpha() or not char.isascii()}
    return len(scripts) == 1 or any(scripts <= allowed for allowed in _SCRIPT_SETS)


@cache
def atom(name: str) -> str:
    """Write an atom literal, quoted only where the formatter keeps the quotes."""
    if name in ("true", "false", "nil"):
        return name
    if _bare(name) or name in _OPERATOR_ATOMS:
        return f":{name}"
    return f':"{_escape(name)}"'


@cache
def key(name: str) -> str:
    """Write a keyword's key, colon included."""
    return f"{name}:" if _bare(name) else f'"{_escape(name)}":'


def comment(text: str) -> str:
    """Write a comment of one line."""
    return f"# {' '.join(text.split())}" if text.isprintable() else f"# {_escape(text)}"


def _digits(number: str) -> str:
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    if len(digits) < 6:
        return number
    head = len(digits) % 3
    groups = [digits[:head]] if head else []
    groups += [digits[i : i + 3] for i in range(head, len(digits), 3)]
    return sign + "_".join(groups)


def integer(number: int) -> str:
    """Write an integer literal, long ones in groups of three digits."""
    return _digits(str(number))


def floating(value: float) -> str:
    """Write a float literal. Raises `ValueError` for NaN and infinity, which have none."""
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("Elixir has no literal for NaN or infinity")
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    text = f"{_digits(whole)}.{fraction or '0'}"
    return f"{text}e{int(exponent)}" if exponent else text


def decimal_arguments(number: Decimal) -> tuple[Term, ...]:
    """Return the arguments of `Decimal.new`: a text, or sign, coefficient and exponent.

    Raises `ValueError` for NaN and infinity.
    """
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("no literal for a number that is not finite")
    if len(digits) <= _DECIMAL_TEXT_DIGITS:
        return (str(number),)
    return (-1 if sign else 1, int("".join(map(str, digits))), exponent)
