"""The `postgres` section: the table, and the constraints by their real names."""

from __future__ import annotations

from collections.abc import Callable

from ash_scaffold.ash.model import Absent, CheckConstraint, ConstraintName, Reference
from ash_scaffold.elixir.read.found import Found
from ash_scaffold.elixir.read.options import Options, name_of, names_in
from ash_scaffold.elixir.read.scope import Scope, statements
from ash_scaffold.elixir.read.terms import read_term
from ash_scaffold.elixir.read.words import CHECK, POSTGRES, REFERENCE
from ash_scaffold.syntax.entities import Entity, cells
from ash_scaffold.syntax.parse import CallSite
from ash_scaffold.syntax.values import Unreadable
from ash_scaffold.term import Keyword, Term

_SETTINGS = {"table": "table", "schema": "schema", "repo": "repo", "migrate?": "migrate"}
_CONSTRAINTS = ("unique_index_names", "exclusion_constraint_names", "foreign_key_names")


def read_postgres(where: Scope, section: CallSite, found: Found) -> None:
    """Read a `postgres` section."""
    for item in statements(where, section):
        if item is None:
            found.open("postgres", *_CONSTRAINTS, "references", "check_constraints")
        elif item.word in _SETTINGS:
            _setting(where, item, found)
        elif item.word == "identity_index_names":
            _strings(where, item, found, found.index_names)
        elif item.word == "identity_wheres_to_sql":
            _strings(where, item, found, found.wheres)
        elif item.word in _CONSTRAINTS:
            _constraint_names(where, item, found)
        elif item.word == "references":
            _each(where, item, found, "reference", _reference)
        elif item.word == "check_constraints":
            _each(where, item, found, "check_constraint", _check)
        elif item.word not in POSTGRES:
            found.open("postgres", *_CONSTRAINTS, "references", "check_constraints")


def _setting(where: Scope, item: Entity, found: Found) -> None:
    field = _SETTINGS[item.word]
    values = item.call.values
    value = read_term(where, values[0]) if len(values) == 1 else Unreadable("")
    if field == "migrate":
        known = isinstance(value, bool)
    elif isinstance(value, Unreadable):
        known = False
    else:
        value = name_of(value)
        known = value is not None
    found.places[field,] = where.place(item.call)
    if known and not isinstance(value, Unreadable):
        found.settings[field] = value
    else:
        found.unknown.add((field,))


def _strings(where: Scope, item: Entity, found: Found, into: dict[str, str | None]) -> None:
    """Read `name: "text"` pairs; None for a text that can't be known."""
    values = item.call.values
    inside = cells(where.tree, values[0]) if len(values) == 1 else None
    if inside is None:
        found.open("postgres")
        return
    for cell in inside.cells:
        node = cell.node.child_by_field_name("value")
        value = read_term(where, node) if node is not None else None
        if cell.key is None:
            found.open("postgres")
        else:
            into.setdefault(cell.key, value if isinstance(value, str) else None)


def _constraint_names(where: Scope, item: Entity, found: Found) -> None:
    values = item.call.values
    inside = cells(where.tree, values[0]) if len(values) == 1 else None
    if inside is None:
        found.open(item.word)
        return
    names = found.constraints.setdefault(item.word, {})
    for cell in inside.cells:
        node = cell.node.child_by_field_name("value") if cell.key is not None else cell.node
        value = read_term(where, node) if node is not None else Unreadable("")
        name = None
        if not isinstance(value, Unreadable):
            name = _constraint_name(value if cell.key is None else (cell.key, value))
        if name is None:
            found.open(item.word)
        else:
            names.setdefault(name.name, name)
            place = where.place(item.call)
            line = cell.node.start_point.row + 1
            found.note(item.word, name.name, type(place)(place.path, line), ())


def _constraint_name(value: Term) -> ConstraintName | None:
    """Read `{attributes, name}` or `{attributes, name, message}`."""
    if isinstance(value, Keyword) and len(value.items) == 1:
        value = value.items[0]
    if not isinstance(value, tuple) or len(value) not in (2, 3):
        return None
    attributes, name = names_in(value[0]), name_of(value[1])
    message = value[2] if len(value) == 3 else None
    if attributes is None or name is None:
        return None
    return ConstraintName(
        attributes=attributes, name=name, message=message if isinstance(message, str) else None
    )


def _each(
    where: Scope,
    section: Entity,
    found: Found,
    word: str,
    read: Callable[[Scope, Entity, Found], bool],
) -> None:
    for item in statements(where, section.call):
        if item is not None and item.word.startswith("polymorphic_"):
            continue
        if item is None or item.word != word or not read(where, item, found):
            found.open(section.word)


def _reference(where: Scope, item: Entity, found: Found) -> bool:
    options = Options(where, item, REFERENCE, 1)
    relationship = name_of(options.argument(0))
    if relationship is None:
        return False
    found.references.setdefault(
        relationship,
        Reference(
            relationship=relationship,
            foreign_key="",
            name=options.text("name"),
            on_delete=_said(options.term("on_delete")),
            on_update=_said(options.term("on_update")),
            deferrable=_said(options.term("deferrable")),
            match_type=_said(options.term("match_type")),
            match_with=options.keywords("match_with"),
        ),
    )
    found.note("references", relationship, where.place(item.call), options.unknown)
    return True


def _said(value: Term | Absent) -> Term:
    return None if isinstance(value, Absent) or value is False else value


def _check(where: Scope, item: Entity, found: Found) -> bool:
    options = Options(where, item, CHECK, 2)
    attributes, name = names_in(options.argument(0)), name_of(options.argument(1))
    if name is None:
        return False
    if attributes is None:
        options.unknown.add("attributes")
    message = options.text("message")
    check = CheckConstraint(attributes=attributes or (), name=name)
    if message is not None:
        check = CheckConstraint(attributes=attributes or (), name=name, message=message)
    found.checks.setdefault(name, check)
    found.note("check_constraints", name, where.place(item.call), options.unknown)
    return True
