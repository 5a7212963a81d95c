"""Random resources, tweaks of the database and edits of a person, for the merge's tests."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from ash_scaffold.ash.model import (
    Actions,
    Attribute,
    AttributeKind,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.elixir.merge.units import Unit, module_units
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse
from ash_scaffold.term import Atom, Call, Expr, Module, Ref, Term

T = TypeVar("T")
MODULE = "App.Shop.Order"
RENDERER = Renderer()
NAMES = ["email", "name", "state", "total", "slug", "owner_id", "paid_at", "note", "kind"]
TYPES: list[Term] = [Atom("string"), Atom("integer"), Module("App.Types.State"), [Atom("x")]]

CONSTRAINTS: list[tuple[tuple[str, Term], ...]] = [
    (),
    (("max_length", 255),),
    (("max_length", 20), ("trim?", False), ("allow_empty?", True)),
    (("match", "a" * 60), ("max_length", 1), ("trim?", False), ("allow_empty?", True)),
]


class Dice(random.Random):
    """Draws from one seed: a hundred times as quick as strategies, and the seed is printed."""

    def one(self, values: Sequence[T]) -> T:
        return self.choice(values)

    def some(self, values: Sequence[T], most: int = 9) -> list[T]:
        return self.sample(values, self.randint(0, min(most, len(values))))

    def yes(self) -> bool:
        return self.random() < 0.5


def attributes(dice: Dice, name: str) -> Attribute:
    kind = dice.one([*[AttributeKind.ATTRIBUTE] * 6, AttributeKind.CREATE_TIMESTAMP])
    return Attribute(
        name=name,
        column=dice.one([name, name, name, f"{name}_col"]),
        kind=kind,
        type=dice.one(TYPES[:3]),
        allow_nil=dice.yes(),
        public=dice.yes(),
        description=dice.one([None, None, "What it is.", 'One\n"two" #{three}']),
        constraints=dice.one(CONSTRAINTS),
    )


def relationships(dice: Dice, name: str) -> Relationship:
    kind = dice.one([RelationshipKind.BELONGS_TO, RelationshipKind.HAS_MANY])
    return Relationship(
        name=name,
        kind=kind,
        destination=dice.one(["App.Shop.User", "App.Shop.Item"]),
        source_attribute=f"{name}_key" if kind is RelationshipKind.BELONGS_TO else "id",
        destination_attribute=dice.one(["id", "order_id"]),
        public=dice.yes(),
        foreign_keys=((Name("public", "t"), f"{name}_fkey"),),
    )


def identities(dice: Dice, name: str) -> IdentityDef:
    index = dice.one([None, f"{name}_key", f"{name}_idx"])
    return IdentityDef(
        name=name,
        keys=(name,),
        index=index or f"orders_{name}_index",
        index_name=index,
        where=dice.one([None, Expr(Call("is_nil", (Ref("note"),)))]),
        where_sql=dice.one([None, "(note IS NULL)"]),
    )


def _names(dice: Dice, size: int) -> tuple[ConstraintName, ...]:
    chosen = dice.some(["a_fkey", "b_fkey", "c_fkey"], size)
    notes = [None, None, "A key of a table without a resource."]
    return tuple(
        ConstraintName(
            attributes=("id",),
            name=name,
            message="would leave records behind",
            note=dice.one(notes),
        )
        for name in sorted(chosen)
    )


def resources(dice: Dice) -> Resource:
    names = dice.some(NAMES, 6)
    own = sorted(names, key=NAMES.index)
    rels = dice.some(["owner", "items", "parts"])
    ids = dice.some(["email", "slug", "name"], 2)
    checks = dice.some(["a_check", "b_check"])
    accepted = [(), ("email",), ("email", "slug"), ("slug",)]
    actions = Actions(
        destroy=dice.yes(), create=dice.yes(), update=dice.yes(),
        create_accept=dice.one(accepted), update_accept=dice.one(accepted),
    )  # fmt: skip
    key = Attribute(
        name="id", column="id", kind=AttributeKind.UUID_PRIMARY_KEY, type=Atom("uuid"),
        primary_key=True, allow_nil=False,
    )  # fmt: skip
    related = tuple(relationships(dice, name) for name in sorted(rels))
    parents = [item.name for item in related if item.kind is RelationshipKind.BELONGS_TO]
    return Resource(
        module=MODULE,
        domain="App.Shop",
        repo="App.Repo",
        table=dice.one(["orders", "purchases"]),
        schema=dice.one(["public", "shop"]),
        extensions=dice.one([(), ("AshJson",), ("AshJson", "AshGraph")]),
        description=dice.one([None, "All orders."]),
        actions=dice.one([None, Actions(), actions]),
        attributes=(key, *(attributes(dice, name) for name in own)),
        relationships=related,
        identities=tuple(identities(dice, name) for name in sorted(ids)),
        references=tuple(
            Reference(relationship=name, foreign_key=f"{name}_fkey", on_delete=Atom("delete"))
            for name in parents
            if dice.yes()
        ),
        check_constraints=tuple(
            CheckConstraint(
                attributes=dice.one([("total",), ("total", "state")]), name=name
            )
            for name in sorted(checks)
        ),
        foreign_key_names=_names(dice, 3),
        exclusion_constraint_names=_names(dice, 1),
    )  # fmt: skip


def tweaked(dice: Dice, resource: Resource) -> Resource:
    """Change some parts of a resource to those of another one."""
    other = resources(dice)
    fields = ["table", "description", "actions", "relationships", "identities",
              "check_constraints", "foreign_key_names", "extensions"]  # fmt: skip
    chosen = dice.some(fields, 4)
    # A reference is of a relationship that is there.
    chosen += ["references"] if "relationships" in chosen else []
    changes: dict[str, object] = {name: getattr(other, name) for name in chosen}
    others = {attribute.name: attribute for attribute in other.attributes}
    kept = []
    for attribute in resource.attributes:
        fate = dice.one(["same", "same", "drop", "change"])
        if attribute.name == "id" or fate == "same":
            kept.append(attribute)
        elif fate == "change":
            kept.append(attributes(dice, attribute.name))
    names = {attribute.name for attribute in resource.attributes}
    for name in sorted(others):
        if name not in names and dice.yes():
            kept.insert(dice.randint(1, len(kept)), others[name])
    return msgspec.structs.replace(resource, attributes=tuple(kept), **changes)


def render(resource: Resource) -> str:
    return RENDERER.resource(resource)


def units(text: str | bytes) -> Unit:
    """Return the units of the generated module: a person's are called `Other.…`."""
    tree = parse(text.encode() if isinstance(text, str) else text)
    found = next(item for item in modules(tree) if not item.name.startswith("Other."))
    return module_units(tree, found)


def section(text: str, name: str) -> Unit | None:
    return next((u for u in units(text).parts or () if u.word == name and u.is_section), None)


def _entities(text: str, name: str, word: str = "") -> list[Unit]:
    found = section(text, name)
    parts = found.parts or () if found is not None else ()
    return [part for part in parts if not word or part.word == word]


def cut(text: str, start: int, end: int, new: str) -> str:
    source = text.encode()
    return (source[:start] + new.encode() + source[end:]).decode()


def comment_line(text: str, where: float, mark: str) -> str:
    """Put a comment before a line of a section (not inside a text of many lines)."""
    lines = text.split("\n")
    places = [
        index
        for index, line in enumerate(lines)
        if index > 4
        and re.match(r"\s+(attribute|end|public\?|belongs|identity|\{|reference)", line)
    ]
    if places:
        lines.insert(places[int(where * (len(places) - 1))], f"    # {mark}")
    return "\n".join(lines)


def trailing(text: str, where: float, mark: str) -> str:
    lines = text.split("\n")
    places = [i for i, line in enumerate(lines) if re.match(r"\s+(public\?|end$|\{:|table)", line)]
    if places:
        place = places[int(where * (len(places) - 1))]
        lines[place] += f" # {mark}"
    return "\n".join(lines)


def own_option(text: str, where: float, mark: str) -> str:
    found = [u for u in _entities(text, "attributes") if u.body is not None]
    if not found:
        return text
    unit = found[int(where * (len(found) - 1))]
    assert unit.body is not None
    return cut(text, unit.body.start, unit.body.start, f"\n      filterable? :{mark}")


def own_action(text: str, _where: float, mark: str) -> str:
    found = section(text, "actions")
    new = f"\n    create :{mark} do\n      accept [:{mark}_x]\n    end\n"
    if found is None or found.body is None:
        return text
    return cut(text, found.body.start, found.body.start, new)


def own_section(text: str, _where: float, mark: str) -> str:
    body = units(text).body
    assert body is not None
    new = f"\n  calculations do\n    calculate :{mark}, :string, expr(~s(x))\n  end\n"
    return cut(text, body.end, body.end, new)


def changed_option(text: str, where: float, mark: str) -> str:
    """Give options values of the person's own."""
    found = [
        option
        for unit in _entities(text, "attributes")
        for option in unit.parts or ()
        if option.word in ("public?", "description", "allow_nil?") and option.value is not None
    ]
    if not found:
        return text
    option = found[int(where * (len(found) - 1))]
    start, end = option.value_range
    return cut(text, start, end, f'"{mark}"')


def reordered(text: str, where: float, _mark: str) -> str:
    found = _entities(text, "attributes")
    if len(found) < 2:
        return text
    first, second = found[0], found[1 + int(where * (len(found) - 2))]
    source = text.encode()
    parts = [source[unit.start : unit.end].decode() for unit in (first, second)]
    text = cut(text, second.start, second.end, parts[0])
    return cut(text, first.start, first.end, parts[1])


def deleted(text: str, where: float, _mark: str) -> str:
    found = _entities(text, "attributes", "attribute")
    if not found:
        return text
    unit = found[int(where * (len(found) - 1))]
    return cut(text, unit.start, unit.end, "")


def keyword_form(text: str, where: float, _mark: str, parens: bool = False) -> str:
    """Write an entity with its options as keywords."""
    found = [
        unit
        for unit in (*_entities(text, "attributes"), *_entities(text, "relationships"))
        if unit.body is not None and unit.parts
        and all(b"\n" not in part.source[part.start : part.end] for part in unit.parts)
        and not unit.comments
    ]  # fmt: skip
    if not found:
        return text
    unit = found[int(where * (len(found) - 1))]
    source = text.encode()
    options = []
    for part in unit.parts or ():
        start, end = part.value_range
        value = source[start:end].decode()
        options.append(f"{part.word}: " + (f"[{value}]" if part.bare_value else value))
    head = [source[arg.start : arg.end].decode() for arg in unit.head]
    args = ", ".join([*head, *options])
    new = f"{unit.word}({args})" if parens else f"{unit.word} {args}"
    return cut(text, unit.start, unit.end, new)


def parenthesised(text: str, where: float, mark: str) -> str:
    return keyword_form(text, where, mark, parens=True)


def another_module(text: str, _where: float, mark: str) -> str:
    return f"defmodule Other.M{mark} do\n  attributes do\n    # {mark}\n  end\nend\n\n{text}"


Edit = Callable[[str, float, str], str]
EDITS: list[Edit] = [
    comment_line, trailing, own_option, own_action, own_section, changed_option, reordered,
    deleted, keyword_form, parenthesised, another_module,
]  # fmt: skip


def edited(dice: Dice, text: str, edits: list[Edit] = EDITS) -> str:
    """Edit a file as a person does; every line of the person's has a mark `person_N`."""
    for number in range(dice.randint(0, 6)):
        edit = dice.one(edits)
        text = edit(text, dice.random(), f"person_{number}")
    return text
