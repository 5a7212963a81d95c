"""Names of the database in a text of yesterday, brought to what they are today.

Where a text names a column, a constraint or an index that was renamed since, the name alone is
changed, whoever wrote it: the merge then sees the same object in all three versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ash_scaffold.elixir.merge import keys
from ash_scaffold.elixir.merge.build import module_units
from ash_scaffold.elixir.merge.edits import Edit, apply
from ash_scaffold.elixir.merge.units import Form, Renames, Unit
from ash_scaffold.syntax.literal import atom, string
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import Tree

# The options of `postgres` whose entries hold names of constraints and indexes.
_NAMING = frozenset(
    "identity_index_names foreign_key_names unique_index_names exclusion_constraint_names".split()
)


def follow(tree: Tree, module: ModuleDefinition, renames: Renames) -> bytes:
    """Return the source with the renamed objects that the module names under today's names.

    A name that is not written as a plain atom or string is left as it is.
    """
    if not renames.columns and not renames.constraints:
        return tree.source
    return apply(tree.source, _edits(module_units(tree, module), renames))


def _edits(section: Unit, renames: Renames) -> Iterator[Edit]:
    for part in section.parts or ():
        if part.section:
            yield from _edits(part, renames)
        elif part.word in keys.ATTRIBUTES:
            yield from _option(part, "source", renames.columns)
        elif part.word == "reference":
            yield from _option(part, "name", renames.constraints)
        elif part.word == "check_constraint" and len(part.head) > 1:
            yield from _named(part.head[1], renames.constraints)
        elif part.word in _NAMING:
            for entry in part.parts or ():
                yield from _named(entry, renames.constraints)


def _option(entity: Unit, name: str, renames: Mapping[str, str]) -> Iterator[Edit]:
    for option in entity.parts or ():
        if option.word == name:
            yield from _named(option, renames)


def _named(unit: Unit, renames: Mapping[str, str]) -> Iterator[Edit]:
    """Give the edit of the old name in what a unit says; in a tuple it is the first string."""
    start, end = unit.value_range
    text = unit.source[start:end]
    for old, new in renames.items():
        for form in (string, atom):
            literal, place = form(old).encode(), -1
            if text == literal:
                place = 0
            elif unit.form is Form.ELEMENT and form is string:
                place = text.find(literal) if text.find(b'"') == text.find(literal) else -1
            if place >= 0:
                yield Edit(start + place, start + place + len(literal), form(new).encode())
                return
