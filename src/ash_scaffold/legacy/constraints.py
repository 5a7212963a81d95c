"""The constraints that legacy changesets name: `unique_constraint` and its like.

A call in the module of a schema is about that schema's table. In another module it is about the
schema whose struct is the only one of the function around it; where there are several or none, the
call is left out. What a changeset does otherwise is not looked at, so that little is parsed.
Source of the default names and texts: `Ecto.Changeset` 3.14.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.hints import ConstraintCall, LegacyConstraint, NameMatch
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import EctoSchema
from ash_scaffold.legacy.evaluate import Pairs, Place, evaluate
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import CallSite, call_name
from ash_scaffold.syntax.values import Unreadable
from ash_scaffold.term import Atom

_MENTION = b"_constraint"
_CALL = re.compile(
    rb"\b(?:unique|check|exclusion|foreign_key|assoc|no_assoc)_constraint(?=[ \t]*\()"
)
_STRUCT = re.compile(rb"%(?P<name>(?:__MODULE__|[A-Z]\w*)(?:\.[A-Z]\w*)*)\{")
_DEFINITIONS = frozenset({"def", "defp"})
_TRANSLATORS: Mapping[str, int] = {"gettext": 0, "dgettext": 1}
_SIGIL = re.compile(
    r'~[rR](?P<open>[/|"\'(\[{<])(?P<text>.*)[/|"\')\]}>](?P<flags>[a-zA-Z]*)', re.DOTALL
)


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A call as written: `fields` are names of fields, or an association.

    `name` is None where Ecto derives it, `message` where the call gives none that can be read.
    """

    call: ConstraintCall
    fields: tuple[str, ...]
    name: str | None = None
    match: NameMatch = NameMatch.EXACT
    message: str | None = None
    error_key: str | None = None
    path: str = ""
    line: int = 0


def has_mentions(source: bytes) -> bool:
    """Whether a file may have calls that name constraints."""
    return _MENTION in source and _CALL.search(source) is not None


def mentions(code: CodeBase, file: ElixirFile, module: ModuleDefinition) -> Iterator[Mention]:
    """Yield the calls in a schema's module, in the order of the source."""
    place: Place | None = None
    for match in _CALL.finditer(file.source, module.span.start, module.span.end):
        if file.module_at(match.start()) == module.name:
            place = place or code.place(file, module)
            found = _mention(place, match.start(), match[0].decode())
            if found is not None:
                yield found


def mentions_elsewhere(
    code: CodeBase, file: ElixirFile, is_schema: Callable[[str], bool]
) -> Iterator[tuple[str, Mention]]:
    """Yield the calls of a file in modules that are no schemas, each with the schema it is about.

    `is_schema` tells a schema's module by its name.
    """
    for match in _CALL.finditer(file.source):
        around = file.module_at(match.start())
        module = next((each for each in file.modules if each.name == around), None)
        if module is None or is_schema(around):
            continue
        schema = _only_struct(file, match.start(), is_schema)
        if schema is not None:
            found = _mention(code.place(file, module), match.start(), match[0].decode())
            if found is not None:
                yield schema, found


def _only_struct(file: ElixirFile, position: int, is_schema: Callable[[str], bool]) -> str | None:
    """Return the only schema whose struct stands in the function around a place."""
    node: Node | None = file.tree.root.descendant_for_byte_range(position, position)
    while node is not None and call_name(file.tree, node) not in _DEFINITIONS:
        node = node.parent
    if node is None:
        return None
    found = {
        file.resolve(match["name"].decode(), match.start())
        for match in _STRUCT.finditer(file.source, node.start_byte, node.end_byte)
    }
    schemas = [name for name in found if is_schema(name)]
    return schemas[0] if len(schemas) == 1 else None


def _mention(place: Place, position: int, call: str) -> Mention | None:
    node: Node | None = place.file.tree.root.descendant_for_byte_range(position, position)
    if node is None or node.type != "identifier":
        return None
    while node is not None and node.type != "call":
        node = node.parent
    site = place.site(node) if node is not None else None
    if site is None or site.name.rpartition(".")[2] != call or not site.values:
        return None
    piped = _names(evaluate(place, site.values[0]))
    fields = piped or (_names(evaluate(place, site.values[1])) if len(site.values) > 1 else None)
    if not fields:
        return None
    rest = site.values[1:] if piped else site.values[2:]
    options = (evaluate(place, rest[0]) if rest else None) or Pairs()
    if not isinstance(options, Pairs):
        return None
    match = _atom(options.get("match"))
    name, is_pattern = _constraint_name(options.get("name"))
    if options.has("name") and name is None:
        return None
    return Mention(
        call=ConstraintCall(call),
        fields=fields,
        name=name,
        match=NameMatch.REGEX
        if is_pattern
        else NameMatch(match if match in ("suffix", "prefix") else ""),
        message=_message(place, site, options),
        error_key=_atom(options.get("error_key")),
        path=place.file.path,
        line=site.span.line,
    )


def _message(place: Place, site: CallSite, options: Pairs) -> str | None:
    """Return the text, of a call of Gettext's the one that it translates."""
    value = options.get("message")
    if isinstance(value, str):
        return value
    node = site.option("message")
    inner = place.site(node) if node is not None else None
    position = _TRANSLATORS.get(inner.name.rpartition(".")[2]) if inner is not None else None
    if inner is None or position is None or len(inner.args) <= position:
        return None
    text = evaluate(place, inner.args[position])
    return text if isinstance(text, str) else None


def _constraint_name(value: object) -> tuple[str | None, bool]:
    """Return a name, and whether it is the text of a regular expression."""
    if isinstance(value, Atom):
        return value.name, False
    if isinstance(value, str):
        return value, False
    pattern = _SIGIL.fullmatch(value.text) if isinstance(value, Unreadable) else None
    return (
        (pattern["text"], True) if pattern is not None and not pattern["flags"] else (None, False)
    )


def _atom(value: object) -> str | None:
    return value.name if isinstance(value, Atom) else None


def _names(value: object) -> tuple[str, ...] | None:
    if isinstance(value, Atom):
        return (value.name,)
    if isinstance(value, list) and value and all(isinstance(each, Atom) for each in value):
        return tuple(each.name for each in value)
    return None


def resolved(
    schema: EctoSchema, found: Mention, schemas: Mapping[str, EctoSchema]
) -> LegacyConstraint | None:
    """Return what a call says, None where the name that Ecto derives isn't known.

    `schemas` are all, by module.
    """
    source, first = schema.table.name, found.fields[0]
    column = schema.column(first)
    association = schema.association(first)
    is_single = association is not None and association.kind is RelationshipKind.HAS_ONE
    match found.call:
        case ConstraintCall.UNIQUE:
            derived = "_".join((source, *(schema.column(each) for each in found.fields), "index"))
        case ConstraintCall.EXCLUSION:
            derived = f"{source}_{column}_exclusion"
        case ConstraintCall.FOREIGN_KEY:
            derived = f"{source}_{column}_fkey"
        case ConstraintCall.ASSOC if association is not None:
            derived = f"{source}_{association.foreign_key}_fkey"
        case ConstraintCall.NO_ASSOC if association is not None:
            target = schemas.get(association.module or "")
            table = association.table or (target.table.name if target is not None else None)
            derived = f"{table}_{association.foreign_key}_fkey" if table is not None else ""
        case _:
            derived = ""
    key = found.error_key or first
    columns = {field.name: field.column for field in schema.fields}
    name = found.name or derived
    if not name:
        return None
    return LegacyConstraint(
        call=found.call,
        name=name,
        match=found.match,
        column=columns.get(key, ""),
        key="" if key in columns else key,
        message=found.message,
        single=is_single and found.call is ConstraintCall.NO_ASSOC,
        path=found.path,
        line=found.line,
    )
