"""Turns data into Elixir source: terms, expressions, statements. No other module does.

The output is already in the form of Elixir's formatter at 98 columns: a container that doesn't fit
is broken one element a line. Whatever a string holds (quotes, `#{}`, newlines, right-to-left
marks), the literal written for it reads back as exactly that string.

Source of the rules: Elixir's syntax reference (strings, atoms, operators, keywords),
`Code.format_string!/2` and Unicode TS 39.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from ash_scaffold.term import (
    Atom,
    Call,
    Capture,
    Expr,
    Keyword,
    Map,
    Module,
    Operator,
    Parent,
    Ref,
    Sigil,
    Source,
    Term,
)

LINE_LENGTH = 98

# `Decimal.new/1` refuses a text of more digits (decimal 3, after IEEE 754 decimal128).
_DECIMAL_TEXT_DIGITS = 34
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_@]*[?!]?\Z")
_PLAIN = re.compile(r"[ !$-\[\]-~]*\Z")
# Three quotes end a heredoc.
_QUOTES = re.compile(r'"{3,}')
_SPECIAL = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e"}
# Operators are atoms without quotes; these can be columns, the rest are unlikely names.
_OPERATOR_ATOMS = frozenset("* + - / ! & | < > = == != <= >= && || ++ -- <> . .. @ ^".split())
# The letters, marks and digits that stand in an atom without quotes, by script. Unicode's
# Scripts.txt has the ranges; Elixir takes no others of them but the recommended ones of its
# IdentifierType.txt (UAX 31, UTS 39). Only what Unicode 3.2 had is taken of them: what is newer, or
# of another script, is put in quotes, which are never wrong.
_SCRIPTS = {
    "Latin": "41-5A 61-7A C0-D6 D8-F6 F8-17E 18F 1A0-1A1 1AF-1B0 1CD-1DC 1DE-1E3 1E6-1F5 1F8-21B "
    "21E-21F 226-233 259 1E00-1EF9",
    "Greek": "386-3CE 1F00-1FFC",
    "Cyrillic": "400-45F 48A-4F9",
    "Armenian": "531-586",
    "Hebrew": "5B4 5D0-5F2",
    "Arabic": "621-63A 641-669 670-672 674-68D 68F-6A0 6A2-6D5 6E5-6E6 6FA-6FC",
    "Thaana": "780-7B1",
    "Devanagari": "901-950 960-96F",
    "Bengali": "981-9F1",
    "Gurmukhi": "A02-A74",
    "Gujarati": "A81-AEF",
    "Oriya": "B01-B6F",
    "Tamil": "B82-BEF",
    "Telugu": "C01-C6F",
    "Kannada": "C82-CD6 CE0-CEF",
    "Malayalam": "D02-D6F",
    "Sinhala": "D82-D8E D91-DA5 DA7-DDE DF2",
    "Thai": "E01-E59",
    "Lao": "E81-ED9",
    "Tibetan": "F00 F20-F37 F3E-FC6",
    "Myanmar": "1000-1059",
    "Georgian": "10D0-10F0 10F7-10F8",
    "Ethiopic": "1200-135A",
    "Khmer": "1780-17A2 17A5-17A7 17A9-17B3 17B6-17CD 17D0 17D2 17D7-17E9",
    "Hiragana": "3041-309E",
    "Katakana": "30A1-30FE",
    "Bopomofo": "3105-312C 31A0-31B7",
    "Han": "3400-4DB5 4E00-9FA5 20000-2A6D6",
    "Hangul": "AC00-D7A3",
}
# Scripts that one identifier may have together (UTS 39); Elixir takes no Latin beside them.
_SCRIPT_SETS = (
    frozenset({"Han", "Hiragana", "Katakana"}),
    frozenset({"Han", "Hangul"}),
    frozenset({"Han", "Bopomofo"}),
)
_NEUTRAL = frozenset("0123456789_")
_VARIABLE = re.compile(r"[a-z_][A-Za-z0-9_]*[?!]?\Z")
# Words that can't stand as a variable in an expression; `^ref(:name)` is written for them.
_RESERVED_WORDS = frozenset(
    "true false nil when and or not in fn do end catch rescue after else __MODULE__ __DIR__ "
    "__ENV__ __CALLER__ __STACKTRACE__ ref parent fragment exists type".split()
)
# Elixir's operator table, tightest last; operands that bind looser get parentheses.
_PRECEDENCE = {"or": 1, "and": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4}
_PRECEDENCE |= {"in": 5, "not in": 5}


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


def heredoc(text: str, *, short: bool = False) -> list[str] | None:
    """Write a text of several lines as the lines of a heredoc, None for one that is a single line.

    With `short` also a single line is written so, if it has a line break at its end.

    No line carries an indent of its own place; each must get that of the closing quotes. White
    space at the end of a line is escaped, so that no editor and no layout takes it away, and a
    text without a last line break ends in an escaped one.
    """
    *rows, last = text.split("\n")
    if not any(rows) or (len(rows) == 1 and not last and not short):
        return None
    lines = [_heredoc_line(row) for row in rows]
    if last:
        lines.append(_heredoc_line(last) + "\\")
    return ['"""', *lines, '"""']


def _heredoc_line(row: str) -> str:
    text = _escape(row).replace('\\"', '"')
    text = _QUOTES.sub(lambda match: '\\"' * len(match[0]), text)
    return text[:-1] + "\\s" if text.endswith(" ") else text


@cache
def _script_ranges() -> list[tuple[int, int, str]]:
    """Return first and last character and the script of each range, in order."""
    ranges = []
    for script, text in _SCRIPTS.items():
        for part in text.split():
            first, _, last = part.partition("-")
            ranges.append((int(first, 16), int(last or first, 16), script))
    return sorted(ranges)


@cache
def _script(char: str) -> str:
    """Return the script of a character that needs no quotes, empty for any other."""
    ranges = _script_ranges()
    at = bisect_right(ranges, ord(char), key=lambda each: each[0]) - 1
    if at < 0 or ord(char) > ranges[at][1]:
        return ""
    # Unicode 3.2 is in every Python: what it has is the same on each machine.
    return ranges[at][2] if unicodedata.ucd_3_2_0.category(char)[0] in "LMN" else ""


def _bare(name: str) -> bool:
    """Whether a name is an identifier to Elixir 1.14 and later: then its atom has no quotes."""
    if name.isascii():
        return _IDENTIFIER.match(name) is not None
    stem = name.rstrip("?!")
    if len(stem) < len(name) - 1 or not stem.isidentifier():
        return False
    if unicodedata.normalize("NFKC", name) != name:
        return False
    scripts = {_script(char) for char in stem if char not in _NEUTRAL}
    if len(scripts) == 1:
        return "" not in scripts
    return any(scripts <= allowed for allowed in _SCRIPT_SETS)


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


def _needs_parens(operand: Term, parent: Operator, *, left: bool) -> bool:
    if not isinstance(operand, Operator):
        return False
    operand = _joined(operand)
    if operand.name == "not":
        return False
    if parent.name == "not":
        return True
    own, inner = _PRECEDENCE[parent.name], _PRECEDENCE[operand.name]
    if parent.name in ("and", "or"):
        # The formatter parenthesises `and` inside `or`; the same operator chains to the left.
        same = operand.name == parent.name
        return not left if same else inner < 3
    return inner <= own


def _joined(term: Operator) -> Operator:
    """`not (a in b)` is `a not in b`, which Elixir reads the same."""
    operand = term.operands[0]
    if term.name == "not" and isinstance(operand, Operator) and operand.name == "in":
        return Operator("not in", operand.operands)
    return term


def _operator(term: Operator) -> str:
    term = _joined(term)
    if term.name == "not":
        operand = term.operands[0]
        text = flat(operand)
        # The formatter parenthesises one unary operator inside another.
        pinned = isinstance(operand, Ref) and text.startswith("^")
        apart = pinned or _needs_parens(operand, term, left=False)
        return f"not ({text})" if apart else f"not {text}"
    texts = [
        f"({flat(operand)})" if _needs_parens(operand, term, left=left) else flat(operand)
        for left, operand in zip((True, False), term.operands, strict=True)
    ]
    return f"{texts[0]} {term.name} {texts[1]}"


def _ref(name: str) -> str:
    if _VARIABLE.match(name) and name not in _RESERVED_WORDS:
        return name
    return f"^ref({atom(name)})"


def _pairs(items: Iterable[tuple[str, Term]]) -> list[tuple[str, Term]]:
    return [(key(name) + " ", value) for name, value in items]


def _map_pairs(term: Map) -> list[tuple[str, Term]]:
    return [(string(name) + " => ", value) for name, value in term.items]


def _list_items(term: list[Term]) -> list[tuple[str, Term]]:
    """Elements with their prefix; a keyword at the end of a list needs no brackets."""
    items: list[tuple[str, Term]] = [("", item) for item in term]
    if items and isinstance(term[-1], Keyword):
        items[-1:] = _pairs(term[-1].items)
    return items


def _scalar(term: Term) -> str | None:
    match term:
        case None:
            return "nil"
        case bool():
            return "true" if term else "false"
        case int():
            return integer(term)
        case float():
            return floating(term)
        case str():
            return string(term)
        case Atom(name=name):
            return atom(name)
        case Module(name=name):
            return name
        case Capture():
            return f"&{term.module}.{term.function}/{term.arity}"
        case Sigil(name=name, text=text):
            return f"~{name}[{text}]"
        case Source(text=text):
            return text
        case Ref(name=name):
            return _ref(name)
        case Parent(name=name):
            return f"parent({_ref(name)})"
        case Operator():
            return _operator(term)
        case _:
            return None


def _container(term: Term) -> tuple[str, list[tuple[str, Term]], str]:
    match term:
        case Keyword(items=items):
            return "[", _pairs(items), "]"
        case Map():
            return "%{", _map_pairs(term), "}"
        case tuple():
            return "{", [("", item) for item in term], "}"
        case list():
            return "[", _list_items(term), "]"
        case Expr(body=body):
            return "expr(", [("", body)], ")"
        case Decimal():
            return "Decimal.new(", [("", argument) for argument in decimal_arguments(term)], ")"
        case Call(name=name, args=args):
            return f"{name}(", [("", item) for item in args], ")"
        case _:
            raise TypeError(f"no Elixir literal for {type(term).__name__}")


def flat(term: Term) -> str:
    """Write a term on one line."""
    write = _COMMON.get(type(term))
    if write is not None:
        return write(term)
    scalar = _scalar(term)
    if scalar is not None:
        return scalar
    opening, items, closing = _container(term)
    return opening + ", ".join(prefix + flat(item) for prefix, item in items) + closing


def _last_column(text: str, column: int) -> int:
    """Column behind a text that starts at `column` and may have several lines."""
    head, newline, last = text.rpartition("\n")
    return width(last) if newline else column + width(head + last)


def _operand(term: Term, parent: Operator, column: int, *, left: bool) -> str:
    if _needs_parens(term, parent, left=left):
        return f"({fit(term, column + 1, column + 1, 1)})"
    return fit(term, column, column)


def _chain(term: Operator) -> list[Term]:
    """Operands of a chain of one operator, which associates to the left."""
    operands: list[Term] = list(term.operands)
    if term.name in ("and", "or"):
        while isinstance(operands[0], Operator) and operands[0].name == term.name:
            operands[:1] = operands[0].operands
    return operands


# The terms that resources are full of; the rest goes through `_scalar` and `_container`.
_COMMON: dict[type, Callable[[Any], str]] = {
    str: string,
    bool: lambda term: "true" if term else "false",
    Atom: lambda term: atom(term.name),
    Module: lambda term: str(term.name),
}


def _broken_operator(term: Operator, column: int, tail: int) -> str:
    """Fill lines with operands, later lines nested by two more than the chain's start."""
    term = _joined(term)
    if term.name == "not":
        return "not " + _operand(term.operands[0], term, column + 4, left=False)
    operands = _chain(term)
    text = _operand(operands[0], term, column, left=True)
    for index, operand in enumerate(operands[1:], 1):
        text += f" {term.name}"
        at = _last_column(text, column)
        one_line = flat(operand)
        if _needs_parens(operand, term, left=False):
            one_line = f"({one_line})"
        behind = tail if index == len(operands) - 1 else width(term.name) + 1
        if at + 1 + width(one_line) + behind <= LINE_LENGTH:
            text += " " + one_line
        elif isinstance(operand, list):
            text += " " + _broken(operand, column)
        else:
            text += "\n" + " " * (column + 2) + _operand(operand, term, column + 2, left=False)
    return text


def fit(term: Term, indent: int, column: int, tail: int = 0) -> str:
    """Write a term that starts at `column` of a line indented by `indent`.

    `tail` columns are needed behind it. A container that doesn't fit is broken, its elements
    indented by two more; what can't be broken stays as long as it is.
    """
    text = flat(term)
    if column + width(text) + tail <= LINE_LENGTH:
        return text
    if isinstance(term, Operator):
        return _broken_operator(term, column, tail)
    if isinstance(term, tuple):
        return _filled_tuple(term, column)
    if _scalar(term) is not None:
        return text
    return _broken(term, indent)


def _filled_tuple(term: tuple[Term, ...], column: int) -> str:
    """A tuple's elements are filled into lines, aligned behind its brace."""
    text = "{"
    for index, item in enumerate(term):
        end = "}" if index == len(term) - 1 else ","
        at = _last_column(text, column)
        gap = " " if index else ""
        if at + len(gap) + width(flat(item)) + 1 <= LINE_LENGTH:
            text += gap + flat(item) + end
        elif index:
            text += "\n" + " " * (column + 1) + fit(item, column + 1, column + 1, 1) + end
        else:
            text += fit(item, column + 1, column + 1, 1) + end
    return text


def _entry(prefix: str, value: Term, column: int, tail: int) -> str:
    """Write an element with its key.

    A value too long for the line, which is no list or map, goes to a line of its own.
    """
    fits = column + width(prefix) + width(flat(value)) + tail <= LINE_LENGTH
    if not prefix or fits or (isinstance(value, list | Keyword | Map) and value != []):
        return prefix + fit(value, column, column + width(prefix), tail)
    inner = column + 2
    return f"{prefix.rstrip()}\n{' ' * inner}{fit(value, inner, inner, tail)}"


def _broken(term: Term, indent: int) -> str:
    opening, items, closing = _container(term)
    if not items:
        return opening + closing
    inner = indent + 2
    lines = []
    for index, (prefix, item) in enumerate(items):
        comma = "" if index == len(items) - 1 else ","
        lines.append(" " * inner + _entry(prefix, item, inner, len(comma)) + comma)
    return opening + "\n" + "\n".join(lines) + "\n" + " " * indent + closing


def statement(name: str, args: tuple[Term, ...], indent: int, *, spread: bool = False) -> str:
    """Write a call without parentheses, such as `constraints max_length: 5`, without its indent.

    `args` that end in a `Keyword` are written without brackets. `spread` breaks a container of
    several elements even where it would fit, so that a later change is a change of one line.
    Lines after the first carry their indent.
    """
    if not args:
        return name
    plain = []
    for arg in args:
        write = _COMMON.get(type(arg))
        if write is None:
            break
        plain.append(write(arg))
    else:
        line = f"{name} {', '.join(plain)}"
        if indent + width(line) <= LINE_LENGTH:
            return line
    flat_args = ", ".join(
        ", ".join(prefix + flat(value) for prefix, value in _pairs(arg.items))
        if isinstance(arg, Keyword) and arg is args[-1]
        else flat(arg)
        for arg in args
    )
    line = f"{name} {flat_args}"
    start = indent + width(name) + 1
    only = args[0] if len(args) == 1 else None
    if spread and isinstance(only, list) and len(only) > 1:
        return f"{name} {_broken(only, indent)}"
    many = isinstance(only, Keyword) and len(only.items) > 1
    if indent + width(line) <= LINE_LENGTH and not (spread and many):
        return line
    if isinstance(only, Keyword):
        rows = [
            _entry(prefix, value, start, 0 if index == len(only.items) - 1 else 1)
            for index, (prefix, value) in enumerate(_pairs(only.items))
        ]
        return f"{name} " + (",\n" + " " * start).join(rows)
    if only is not None:
        nest = start if isinstance(only, Expr | Call | Decimal) else indent
        return f"{name} {fit(only, nest, start)}"
    return f"{name} " + (",\n" + " " * start).join(fit(arg, start, start, 1) for arg in args)
