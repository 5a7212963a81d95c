"""Support types that hand over to an Ecto type of the legacy code: names, and what fills them.

Old and new code then read and write the same values. One module serves all columns that have the
same Ecto type, options and storage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ash_scaffold.ash.hints import EctoTypeHint, decoded
from ash_scaffold.ash.model import SupportType
from ash_scaffold.ash.naming import Names, camelize, underscore
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.types import Family, Mapped, row_of
from ash_scaffold.postgres.catalog import TypeUse
from ash_scaffold.postgres.sql import quote_name
from ash_scaffold.term import Atom, Capture, Keyword, Module, Term

# What PostgreSQL compares with itself as text; `char(n)` is not among them, as it pads.
_TEXTS = frozenset({"text", "varchar", "name"})
# Last segments that say nothing of the type without the one before.
_GENERAL = frozenset(
    "Any Amount Atom Base Binary Boolean Composite Custom Date DateTime Decimal Field Float Id "
    "Integer IntegerList Json JSON Keyword List Map NaiveDateTime Param String StringList Struct "
    "Term Text Time Tuple Unit Value".split()
)
_LEFT_OUT = frozenset({"Type", "Types", "Ecto", "EctoType"})
_LONGEST_OPTION = 24
# The documentation of a module; `%s` becomes the PostgreSQL type.
_TEXT = "A PostgreSQL `%s` as the Ecto type `{}` has it."
_ENCRYPTED = """

What is stored differs from write to write, so that the database can't compare it: attributes of
this type are `filterable? false` and `sortable? false`, and Ash refuses a filter on them.
"""


class Delegation(NamedTuple):
    """The identity of a module that hands over: what two columns must have alike to share it.

    `whole` is "" for the type itself, `array` or `map` for a collection of it in one value.
    `place` is the schema and field of a type that makes use of them. `storage` is the PostgreSQL
    type, "" where the Ecto type's own `type` decides.
    """

    module: str
    options: str
    whole: str
    place: tuple[str, str]
    storage: str


class NamedDelegation(NamedTuple):
    """The last segment of a module that hands over, and the hint of the first column it is for.

    `generates` asks for a function that makes values.
    """

    segment: str
    hint: EctoTypeHint
    generates: bool


class Part(NamedTuple):
    """What an Ecto type is for in a column: the whole value, or an item of an array.

    `use` is the type of that part; `is_list` says that it is a value that holds a list.
    """

    use: TypeUse
    is_list: bool


def ecto_type_part(use: TypeUse, base: TypeUse, *, of_items: bool) -> Part | None:
    """Return what a type is for in a column of a type; `base` is that with domains resolved.

    `of_items` is for `{:array, type}`: an array of PostgreSQL, or JSON. None for other columns.
    """
    if not of_items:
        return Part(use, is_list=False)
    if base.is_array:
        element = use if use.is_array else base
        return Part(TypeUse(element.name, element.typmod), is_list=False)
    json = row_of(base.name.name).family is Family.JSON
    return Part(use, is_list=True) if json else None


def delegation(hint: EctoTypeHint, use: TypeUse, *, is_list: bool = False) -> Delegation:
    """Return what hands over for a column of a type, domains resolved.

    `is_list` says that one value, not an array of PostgreSQL, holds a list of the type.
    """
    place = (hint.schema, hint.field) if hint.per_field else ("", "")
    whole = "map" if hint.of_map else "array" if is_list else ""
    unknown = hint.adapter is None and row_of(use.name.name).family is Family.UUID
    own = not whole and (hint.adapter == "uuid" or unknown)
    storage = "" if own else _storage(use)
    return Delegation(hint.module, hint.options, whole, place, storage)


def _storage(use: TypeUse) -> str:
    name = use.name.name
    if use.name.schema != "pg_catalog":
        name = quote_name(use.name)
    elif name in _TEXTS:
        name = "text"
    elif name == "char":
        name = '"char"'
    elif name == "bit":
        name = f"bit({max(use.typmod, 1)})"
    return name + "[]" * use.is_array


def segments(found: Iterable[Delegation], taken: Iterable[str]) -> dict[Delegation, str]:
    """Name the modules of all delegations, no two alike, below the types' namespace."""
    names = Names(taken)
    named: dict[Delegation, str] = {}
    seen: set[tuple[object, ...]] = set()
    for each in sorted(set(found)):
        # Of one type over several types of PostgreSQL the first has the plain name.
        plain = each[:-1] not in seen
        seen.add(each[:-1])
        named[each] = names.take(*_candidates(each, plain=plain))
    return named


def _candidates(of: Delegation, *, plain: bool) -> list[str]:
    parts = [part for part in of.module.split(".") if part not in _LEFT_OUT] or ["Ecto"]
    length = 2 if parts[-1] in _GENERAL else 1
    end = _of_options(of) + {"": "", "array": "List", "map": "Map"}[of.whole]
    found = [
        "".join(parts[-number:]) + end for number in range(min(length, len(parts)), len(parts) + 1)
    ]
    stored = camelize(underscore(re.sub(r"\W+", "_", of.storage).strip("_"))) or "Own"
    suffixed = [f"{name}{stored}" for name in found]
    return [*found, *suffixed] if plain else suffixed


def _of_options(of: Delegation) -> str:
    """Return what options add to a name: their words, and the keys of those that are true."""
    words = []
    for name, value in decoded(of.options).items:
        text = value.name if isinstance(value, Atom | Module) else value
        if value is True:
            words.append(name)
        elif isinstance(text, str) and re.search(r"[a-zA-Z]", text) and len(text) < _LONGEST_OPTION:
            words.append(re.sub(r"\W+", "_", text).strip("_"))
        elif isinstance(value, int) and not isinstance(value, bool):
            words.append(str(value).lstrip("-"))
    place = (of.place[0].rpartition(".")[2], of.place[1]) if of.place[1] else ()
    return "".join(camelize(underscore(word)) for word in (*words, *place) if word)


class CallableCode:
    """The code that modules may hand over to: the project's own, and that of its libraries.

    Without a state all code is.
    """

    def __init__(self, state: ProjectState | None) -> None:
        self._state = state

    def is_gone(self, hint: EctoTypeHint, module: Term) -> bool:
        """Whether a module that is there hands over to a type that is no longer."""
        state = self._state
        if state is None or not isinstance(module, Module) or hint.source in state.modules:
            return False
        return hint.source in state.generated_types.get(module.name, ())

    def why_not(self, hint: EctoTypeHint, module: Term) -> str:
        """Return why a module can't hand over to an Ecto type, "" where it can.

        A module that does and is there stays, whatever a person has made of it.
        """
        state = self._state
        if state is None or (isinstance(module, Module) and module.name in state.generated_types):
            return ""
        if hint.source and hint.source not in state.modules:
            return f"the project has no module {hint.source}"
        if not hint.source and state.legacy_apart:
            return "the legacy code is another project's, with dependencies of its own"
        return ""


def delegated(
    module: str, of: Delegation, hint: EctoTypeHint, *, pg_type: str, generates: bool
) -> Mapped:
    """Map to the module that hands over to an Ecto type.

    `hint` is that of the column whose schema and field the module gives to the type; `generates`
    asks for a function that makes values.
    """
    options = Keyword(
        (
            *decoded(of.options).items,
            ("field", Atom(hint.field)),
            ("schema", Module(hint.schema)),
        )
    )
    values: dict[str, Term] = {
        "text": _TEXT.format(f"{{:{of.whole}, {of.module}}}" if of.whole else of.module)
        + (_ENCRYPTED if hint.encrypted else ""),
        "ecto": Module(of.module),
        "options": None if hint.is_parameterized is False else options,
        "either": hint.is_parameterized is None,
        "whole": Atom(of.whole) if of.whole else None,
        "storage": Atom(of.storage) if of.storage else None,
        "embedded": hint.of_map or hint.adapter == "json",
        "compares": hint.compares,
        "in_embeds": hint.in_embeds,
        "encrypted": hint.encrypted,
        "generates": generates,
    }
    support = SupportType(module=module, template="ecto", pg_type=pg_type, values=values)
    # A plain type makes its own values; of one with parameters the module here knows them.
    plain = hint.is_parameterized is False and not of.whole
    return Mapped(
        type=Module(module),
        family=Family.OTHER,
        storage=of.storage or of.module,
        supports=(support,),
        ecto_type=of.module,
        comparable=not hint.encrypted,
        autogenerate=Capture(of.module if plain else module, "autogenerate", 0),
        why=f"handed over to {of.module}"
        + (", which the database can't compare" if hint.encrypted else ""),
    )
