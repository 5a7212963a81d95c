"""The page of `ash_scaffold.toml`: the structs that read it, and the texts below their fields."""

from __future__ import annotations

import inspect
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from tests.docs.reference.words import cell, first_lines, page, table, texts_below

from ash_scaffold.config import options

_EXAMPLE = """\
repo = "App.Repo"
url = "postgres://me:${DB_PASSWORD}@localhost/app_dev"
exclude = ["audit_*"]

[domains."App.Sales"]
tables = ["orders", "customers", "billing.*"]

[tables.orders]
resource = "Purchase"

[tables.orders.columns.total]
name = "amount"

[tables.orders.relationships.clerk]
columns = ["clerk_id"]
target = "users"
inverse = "orders"

[columns."*.state"]
public = false

[types]
"billing.money_amount" = "App.Types.Money"

[[accept]]
object = "orders.amount.constraints.max"
reason = "the new code takes no more"
"""
_ABOUT = """\
`ash_scaffold.toml` lies beside `mix.exs` and is optional. Unknown keys, wrong types and names
that match nothing in the database are errors. Where several entries fit, the most specific wins,
option by option. Names of tables and columns may be patterns, with `*` for any characters."""


def structs() -> list[type[msgspec.Struct]]:
    """Return the struct of the file, then those of its parts, in the order of their fields."""
    found: list[type[msgspec.Struct]] = [options.Config]
    for struct in found:
        found += [each for each in _structs_in(struct) if each not in found]
    return found


def _structs_in(struct: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    waiting = [hint for hint in get_type_hints(struct).values() if hint is not struct]
    found: list[type[msgspec.Struct]] = []
    while waiting:
        hint = waiting.pop(0)
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            found.append(hint)
        waiting += get_args(hint)
    return found


def configuration() -> str:
    """Return the page."""
    lines = first_lines("Configuration", "the structs of `config/options.py`")
    lines += [_ABOUT, "", "```toml", *_EXAMPLE.splitlines(), "```", ""]
    for struct in structs():
        lines += [f"## {_title(struct)}", "", *_about(struct), ""]
        lines += table(("Key", "Value", "Meaning"), _rows(struct))
    return page(lines)


def _title(struct: type[msgspec.Struct]) -> str:
    return inspect.cleandoc(struct.__doc__ or "").partition("\n")[0].partition(":")[0].rstrip(".")


def _about(struct: type[msgspec.Struct]) -> list[str]:
    first, _, rest = inspect.cleandoc(struct.__doc__ or "").partition("\n")
    _, _, place = first.partition(": ")
    return [place, *rest.splitlines()]


def _rows(struct: type[msgspec.Struct]) -> list[tuple[str, str, str]]:
    texts = texts_below(options, struct.__name__)
    hints = get_type_hints(struct)
    return [
        (f"`{field.encode_name}`", cell(_value(hints[field.name])), cell(texts[field.name]))
        for field in msgspec.structs.fields(struct)
    ]


def _value(hint: Any) -> str:
    """Return what may be written for a field of that type."""
    if hint is bool:
        return "`true`, `false`"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        title = _title(hint)
        return f"[{title.lower()}](#{title.lower().replace(' ', '-')})"
    words = {str: "text", int: "number", float: "number"}
    if hint in words:
        return words[hint]
    inner = get_args(hint)
    if get_origin(hint) is Literal:
        return ", ".join(f"`{each}`".lower() if each is False else f'`"{each}"`' for each in inner)
    if get_origin(hint) is dict:
        return f"by name: {_value(inner[1])}"
    if get_origin(hint) is tuple:
        return "list of texts" if inner[0] is str else f"list: {_value(inner[0])}"
    if get_origin(hint) in (Union, UnionType):
        each = [_value(part) for part in inner if part is not NoneType]
        return " or ".join(each) if len(each) < 3 else "any value"
    raise TypeError(f"{hint}: what is written for it is not known")
