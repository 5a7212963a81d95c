"""The page of types: the rows of the type map with their reasons, and values that don't survive."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import msgspec
from tests.docs.reference.words import cell, first_lines, page, table

from ash_scaffold.ash.types import (
    BASE_TYPES,
    EXTENSION_TYPES,
    Constraints,
    Risk,
    Rule,
    Support,
)
from ash_scaffold.packaged import data_path
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Keyword

# A typmod as `pg_attribute` has it, for types that depend on one: the text, and the number.
_TYPMODS = {
    "varchar": ("varchar(20)", 24),
    "bpchar": ("char(20)", 24),
    "numeric": ("numeric(12,2)", (12 << 16 | 2) + 4),
    "timestamp": ("timestamp(0)", 0),
    "timestamptz": ("timestamptz(0)", 0),
    "time": ("time(0)", 0),
    "bit": ("bit(8)", 8),
    "varbit": ("varbit(8)", 8),
}
_MODULEDOC = re.compile(r'@moduledoc (?:\{\{ doc\()?"(.*?)"(?:\) \}\})?$', re.MULTILINE)
# As one writes them in SQL, where the catalog has another name.
_SHOWN = {"char": '"char"', "bool": "boolean"}
_ABOUT = """\
Each PostgreSQL type with the Ash type that its columns get. `App.Types.…` are support types:
small modules that are written into the project where a column needs one. `type` of [a column's
options](configuration.md#a-column) chooses another, `[types]` for all columns of a type."""
_SUPPORTS = """\
The modules that a project gets, each only where a column needs it. Their source is in
`templates/elixir/types` of this repository."""
_OTHERS = """\
Of types that a schema makes itself, an enum, a domain and a composite become a module each,
named after the type, and so does a range. An array is `{:array, …}` of what its items are, where
that can be."""
_RISKS = """\
Every value reads through Ash and can be written back unchanged, but for this closed list. One
value that fails the read fails it for all rows that are read with it. `ash-scaffold verify`
counts those that are there; `type = "tolerant"` on a float or numeric column reads NaN and
infinity, too."""
_LEFT_OUT = """\
A column of one of these types gets no attribute, since that would break every read of its table.
The run reports it, and so it does for any other type that is not named on this page."""


class _Row(msgspec.Struct, frozen=True):
    """A row but for the names of its types."""

    cells: tuple[str, ...]


def types() -> str:
    """Return the page."""
    lines = first_lines("Types", "the type map in `ash/types.py`")
    lines += [_ABOUT, ""]
    lines += table(("PostgreSQL", "Ash", "Why"), _merged(_mapped(BASE_TYPES)))
    lines += ["## Types of extensions", ""]
    lines += table(("PostgreSQL", "Ash", "Why"), _merged(_mapped(EXTENSION_TYPES)))
    lines += ["## Support types", "", _SUPPORTS, ""]
    lines += table(("Module", "What it is"), _supports())
    lines += ["## Types of your own", "", _OTHERS, ""]
    lines += ["## Types without an attribute", "", _LEFT_OUT, ""]
    lines += table(("PostgreSQL", "Why", "What to do"), _merged(_refused()))
    lines += ["## Values that don't survive", "", _RISKS, ""]
    lines += table(("Value", "Types"), _risks())
    return page(lines)


def _mapped(rules: dict[str, Rule]) -> Iterator[tuple[str, _Row]]:
    for name, rule in rules.items():
        if rule.unsupported is not None:
            continue
        plain = _row(rule, -1)
        yield _SHOWN.get(name, name), plain
        text, typmod = _TYPMODS.get(name, ("", -1))
        with_typmod = _row(rule.by_typmod(typmod) if rule.by_typmod else rule, typmod)
        if text and with_typmod != plain:
            yield text, with_typmod


def _row(rule: Rule, typmod: int) -> _Row:
    constraints = rule.constraints(typmod) if callable(rule.constraints) else rule.constraints
    if typmod >= 0 and rule.variants.limited is not None:
        main = _module(rule.variants.limited)
    else:
        main = _module(rule.support) if rule.support else f"`{flat(rule.type)}`"
    parts = [main + _constraints(constraints), *_variants(rule)]
    return _Row((cell("; ".join(parts)), cell(rule.why)))


def _variants(rule: Rule) -> Iterator[str]:
    """Give the alternatives of a row, each with the columns that get it."""
    other = rule.variants
    if other.key is not None:
        yield f"{_module(other.key)} in a key"
    if other.naive is not None:
        naive = other.naive
        shown = _module(naive.support) if naive.support else f"`{flat(naive.type)}`"
        yield f"{shown} where {naive.why}"
    if other.tolerant is not None:
        yield f'{_module(other.tolerant)} by `type = "tolerant"`'


def _module(support: Support) -> str:
    return f"`App.Types.{support.name}`"


def _constraints(constraints: Constraints) -> str:
    return f" with `{flat(Keyword(constraints))[1:-1]}`" if constraints else ""


def _supports() -> Iterator[tuple[str, str]]:
    """Give each support type with the first sentences of its module, as its template has them."""
    found: dict[str, Support] = {}
    for name, rule in (BASE_TYPES | EXTENSION_TYPES).items():
        for typmod in (-1, _TYPMODS.get(name, ("", -1))[1]):
            row = rule.by_typmod(typmod) if rule.by_typmod else rule
            found |= {support.name: support for support in row.supports()}
    for _, support in sorted(found.items()):
        yield _module(support), cell(_moduledoc(support))


def _moduledoc(support: Support) -> str:
    values = dict(support.values)
    if "text" in values:
        return str(values["text"])
    template = data_path("templates") / "elixir" / "types" / f"{support.template}.ex.j2"
    [text] = _MODULEDOC.findall(template.read_text(encoding="utf-8"))
    said: str = ast.literal_eval(f'"{text}"')
    return said.replace("%s", str(values.get("type", "")))


def _refused() -> Iterator[tuple[str, _Row]]:
    for name, rule in (BASE_TYPES | EXTENSION_TYPES).items():
        if rule.unsupported is not None:
            yield name, _Row((cell(rule.unsupported.reason), cell(rule.unsupported.todo)))


def _merged(rows: Iterator[tuple[str, _Row]]) -> list[tuple[str, ...]]:
    """Return rows that say the same as one, with the names of all their types."""
    names: dict[_Row, list[str]] = {}
    for name, row in rows:
        names.setdefault(row, []).append(f"`{name}`")
    return [(", ".join(each), *row.cells) for row, each in names.items()]


def _risks() -> Iterator[tuple[str, str]]:
    for risk in Risk:
        having = [
            f"`{name}`"
            for name, rule in (BASE_TYPES | EXTENSION_TYPES).items()
            if risk in rule.risks
        ]
        yield cell(risk.value), ", ".join(having) or "arrays"
