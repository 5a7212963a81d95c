"""Names: from tables and columns to Elixir modules, attributes and relationships.

Every function is pure and gives the same name for the same input on every machine. `Names` hands
out names so that no two are alike, the same way every time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from ash_scaffold.ash.english import pluralize, singularize

# Ash.Resource.reserved_names/0.
RESERVED: frozenset[str] = frozenset(
    {
        "__struct__",
        "__meta__",
        "__metadata__",
        "__order__",
        "__lateral_join_source__",
        "*",
        "calculations",
        "aggregates",
        "relationships",
        "as",
    }
)


# What can't be an attribute's name besides Ash's reserved names: the operators and macros that an
# expression would read in its place.
_UNUSABLE = frozenset({"and", "or", "not", "fragment"})

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^A-Za-z0-9]+")


def ascii_text(text: str) -> str:
    """Transliterate to ASCII where a letter has a base form; the rest becomes `_`."""
    if text.isascii():
        return text
    text = text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("æ", "ae")
    text = text.replace("ł", "l").replace("Ł", "L").replace("Æ", "AE").replace("đ", "d")
    decomposed = unicodedata.normalize("NFKD", text)
    kept = (c for c in decomposed if not unicodedata.combining(c))
    return "".join(c if c.isascii() else "_" for c in kept)


def _unwritable(text: str) -> str:
    """A stable stand-in for a name of which no ASCII letter or digit is left."""
    return "u" + "_".join(f"{ord(c):x}" for c in text[:8])


@cache
def underscore(text: str) -> str:
    """Turn any identifier into `snake_case` ASCII; never empty, never starting with a digit.

    A trailing `?` or `!` stays when it is the only odd character: Elixir allows it.
    """
    tail = text[-1] if text[-1:] in ("?", "!") and re.fullmatch(r"[a-z_][a-z0-9_]*.", text) else ""
    plain = ascii_text(text[: len(text) - len(tail)])
    if not re.search(r"[A-Za-z0-9]", plain):
        return _unwritable(text)
    leading = "_" if plain.startswith("_") and re.match(r"_+[A-Za-z]", plain) else ""
    trailing = "_" if re.search(r"[A-Za-z0-9]_\Z", plain) else ""
    words = [w for w in _WORD.split(_BOUNDARY.sub("_", plain)) if w]
    name = leading + "_".join(words).lower() + trailing + tail
    return name if not name[0].isdigit() else f"n{name}"


def is_plain(column: str) -> bool:
    """Whether a column's name can be the attribute's as it is."""
    return re.fullmatch(r"[a-z_][a-z0-9_]*[?!]?", column) is not None and column.strip("_?!") != ""


@cache
def attribute_name(column: str) -> str:
    """Name the attribute of a column.

    `camelCase` becomes `camel_case`, `weird-col` becomes `weird_col`; a name that Ash reserves or
    that an expression would read otherwise gets a trailing underscore.
    """
    name = column if is_plain(column) else underscore(column)
    return f"{name}_" if name in RESERVED or name in _UNUSABLE else name


def singular_name(name: str) -> str:
    """Singularise the last word of a snake_case name."""
    head, sep, last = name.rpartition("_")
    return f"{head}{sep}{singularize(last)}"


def plural_name(name: str) -> str:
    """Pluralise the last word of a snake_case name, unless it is a plural already."""
    head, sep, last = name.rpartition("_")
    plural = last if singularize(last) != last else pluralize(last)
    return f"{head}{sep}{plural}"


def macro_underscore(name: str) -> str:
    """Return a module's last segment as `Macro.underscore/1` gives it."""
    return re.sub(r"(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def macro_camelize(name: str) -> str:
    """Return a name without dots and slashes as `Macro.camelize/1` gives it."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_") if word)


def camelize(name: str) -> str:
    """Turn a snake_case name into an Elixir alias segment."""
    text = macro_camelize(name.strip("_?!"))
    return text if text and text[0].isalpha() else f"N{text}"


def module_segment(table: str, tables: frozenset[str], *, singular: bool = True) -> str:
    """Name the last segment of a table's module: `users_tokens` gives `UserToken`.

    The last word is singularised; so is each leading part that is itself the name of a table.
    """
    name = underscore(table)
    if not singular:
        return camelize(name)
    words = name.split("_")
    parts = []
    for index, word in enumerate(words[:-1]):
        is_table = word in tables or "_".join(words[: index + 1]) in tables
        parts.append(singularize(word) if is_table else word)
    return camelize("_".join([*parts, singularize(words[-1])]))


def module_path(module: str) -> str:
    """Give the file a module belongs in, below `lib`: `App.Accounts.User` → `app/accounts/user.ex`.

    Follows `Macro.underscore/1`, segment by segment.
    """
    return "/".join(macro_underscore(part) for part in module.split(".")) + ".ex"


@cache
def short_name(module: str) -> str:
    """Give the underscored last segment, from which Ash guesses key attributes."""
    return macro_underscore(module.rsplit(".", 1)[-1])


class Names:
    """Hands out names, none of them twice.

    `taken` are names that may not be used at all. Comparison is by `str.casefold`, so that names
    that become files stay apart on disks that ignore case.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {name.casefold() for name in taken}

    def free(self, name: str) -> bool:
        """Whether the name is free."""
        return name.casefold() not in self._taken

    def take(self, *candidates: str) -> str:
        """Take the first candidate that is free, else the last one with the first free number."""
        for candidate in candidates:
            if self.free(candidate):
                self._taken.add(candidate.casefold())
                return candidate
        base, number = candidates[-1], 2
        while not self.free(_numbered(base, number)):
            number += 1
        name = _numbered(base, number)
        self._taken.add(name.casefold())
        return name


def _numbered(base: str, number: int) -> str:
    stem, mark = (base[:-1], base[-1]) if base[-1:] in ("?", "!") else (base, "")
    joint = "" if stem[:1].isupper() else "_"
    return f"{stem}{joint}{number}{mark}"
