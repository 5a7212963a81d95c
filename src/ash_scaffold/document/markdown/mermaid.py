"""Mermaid entity diagrams: small enough to be read, whatever the schema's size.

Source: mermaid's documentation, "Entity Relationship Diagrams", and its grammar
(`erDiagram.jison`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from ash_scaffold.document.model import Cardinality, Column, Document, Link, Slice, Table
from ash_scaffold.postgres.catalog import Name

OVERVIEW_LIMIT = 40
DOMAIN_LIMIT = 24
NEIGHBOURHOOD = 12
MOST_PICTURES = 12
_ENTITY = re.compile(r"[a-z][a-z0-9_]*\Z")
# Words of the grammar, and those with which a line means something else.
_RESERVED = frozenset(
    "title direction style class end subgraph one many only zero optionally to u o tb bt lr rl "
    "as click default graph interpolate accdescr acctitle classdef erdiagram".split()
)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_WORD = re.compile(r"[^A-Za-z0-9_]+")
_MODIFIER = re.compile(r"\([^)]*\)")
_SAFE = re.compile(r"[^A-Za-z0-9_.,\- ]")


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A diagram. `title` is the table in its middle, None for one of a whole."""

    title: Name | None
    text: str


class Pictures(msgspec.Struct, frozen=True, kw_only=True):
    """The diagrams of some tables, and how many tables are in none of them."""

    pictures: tuple[Picture, ...]
    left: int = 0


def overview(document: Document) -> Pictures:
    """Draw all tables that have relationships; of more than the limit, the best connected ones.

    Those are not drawn where the only domain draws them.
    """
    linked = _linked(document.links)
    tables = [table for table in document.tables if table.name in linked]
    if not tables:
        return Pictures(pictures=())
    if len(tables) <= OVERVIEW_LIMIT:
        text = diagram(tables, document.links, columns=False)
        return Pictures(pictures=(Picture(title=None, text=text),))
    if len(document.domains) == 1:
        return Pictures(pictures=())
    return _neighbourhoods(tables, document, most=MOST_PICTURES // 2, columns=False)


def of_domain(document: Document, names: Collection[Name]) -> Pictures:
    """Draw the tables of a domain with their keys, and what they refer to in other domains."""
    links = [link for link in document.links if link.source in names or link.target in names]
    if not links:
        return Pictures(pictures=())
    linked = _linked(links)
    own = [table for table in document.tables if table.name in names and table.name in linked]
    if len(own) <= DOMAIN_LIMIT:
        shown = _linked(link for link in links if _refers(link, names)) | {t.name for t in own}
        tables = [table for table in document.tables if table.name in shown]
        text = diagram(tables, [link for link in links if _refers(link, names)], own=names)
        return Pictures(pictures=(Picture(title=None, text=text),))
    return _neighbourhoods(own, document, most=MOST_PICTURES, columns=True)


def _refers(link: Link, names: Collection[Name]) -> bool:
    """Whether a relationship is drawn in this domain: the one of the referring table."""
    return (link.through or link.target) in names or {link.source, link.target} <= set(names)


def _linked(links: Iterable[Link]) -> set[Name]:
    return {name for link in links for name in (link.source, link.target)}


def _neighbourhoods(
    tables: list[Table], document: Document, *, most: int, columns: bool
) -> Pictures:
    """Draw the best connected table with its neighbours, then the next of those not drawn yet."""
    neighbours: defaultdict[Name, Counter[Name]] = defaultdict(Counter)
    for link in document.links:
        if link.source != link.target:
            neighbours[link.source][link.target] += 1
            neighbours[link.target][link.source] += 1
    names = {table.name for table in tables}
    drawn: set[Name] = set()
    links: set[Link] = set()
    pictures: list[Picture] = []
    for middle in sorted(names, key=lambda name: (-len(neighbours[name]), name)):
        if middle in drawn or len(pictures) == most or not neighbours[middle]:
            continue
        around = sorted(
            neighbours[middle], key=lambda name: (name in drawn, len(neighbours[name]), name)
        )
        shown = {middle, *around[:NEIGHBOURHOOD]}
        drawn |= shown
        fresh = [
            link
            for link in document.links
            if {link.source, link.target} <= shown
            and (middle in (link.source, link.target) or link not in links)
        ]
        links.update(fresh)
        text = diagram(
            [table for table in document.tables if table.name in shown],
            fresh,
            own={middle} if columns else (),
            columns=columns,
        )
        pictures.append(Picture(title=middle, text=text))
    return Pictures(pictures=tuple(pictures), left=len(names - drawn))


def diagram(
    tables: Iterable[Table],
    links: Iterable[Link],
    *,
    own: Collection[Name] = (),
    columns: bool = True,
) -> str:
    """Write one entity diagram: tables, with the key columns of those in `own`, and links."""
    shown = list(tables)
    ids = _ids(table.name for table in shown)
    lines = ["erDiagram"]
    for table in shown:
        keys = [c for c in table.columns if c.marks] if columns and table.name in own else []
        label = _label(table.name, ids[table.name])
        if keys:
            lines += [f"    {label} {{", *map(_attribute, keys), "    }"]
        else:
            lines.append(f"    {label}")
    drawn = (link for link in links if link.source in ids and link.target in ids)
    lines += [f"    {_link(link, ids)}" for link in drawn]
    return "\n".join(lines)


def slices(found: Sequence[Slice]) -> str:
    """Draw which slices come before which, without arrows that lead by way of others anyway.

    Source: mermaid's documentation, "Flowcharts".
    """
    ids = _ids(each.name for each in found)
    lines = ["flowchart LR"]
    before: dict[Name, frozenset[Name]] = {}
    for each in found:
        more = f" and {len(each.tables) - 1} more" if len(each.tables) > 1 else ""
        lines.append(f'    s_{ids[each.name]}["{_quoted(f"{each.name}{more}")}"]')
        farther = frozenset[Name]().union(*(before[need] for need in each.needs))
        before[each.name] = farther.union(each.needs)
        direct = (need for need in each.needs if need not in farther)
        lines += [f"    s_{ids[need]} --> s_{ids[each.name]}" for need in direct]
    return "\n".join(lines)


def _ids(names: Iterable[Name]) -> Mapping[Name, str]:
    """Name the entities: by the table's name where the grammar takes it, else by a word like it."""
    found: dict[Name, str] = {}
    for number, name in enumerate(names, 1):
        found[name] = str(name) if _is_entity(str(name)) else _word(str(name), number)
    return found


def _is_entity(text: str) -> bool:
    return _ENTITY.match(text) is not None and text not in _RESERVED


def _word(text: str, number: int) -> str:
    # No table of a plain name has a capital letter in it: the word is no other's name.
    return f"T{number}_{_WORD.sub('_', text).strip('_')[:40]}"


def _label(name: Name, entity: str) -> str:
    return entity if entity == str(name) else f'{entity}["{_quoted(str(name))}"]'


def _quoted(text: str) -> str:
    """Write a text between double quotes: whatever could be markup as a character's number."""
    return _SAFE.sub(lambda match: f"#{ord(match[0])};", text) or " "


def _attribute(column: Column) -> str:
    marks = ", ".join(mark.value for mark in column.marks)
    type_ = _WORD.sub("_", _MODIFIER.sub("", column.type)).strip("_") or "type"
    name = column.name
    if not _PLAIN.match(name):
        word = _WORD.sub("_", name).strip("_")
        return f'        {_first(type_)} {_first(word)} {marks} "{_quoted(name)}"'
    return f"        {_first(type_)} {name} {marks}"


def _first(word: str) -> str:
    """Let a word begin with a letter, as the grammar wants it."""
    return word if word[:1].isalpha() else f"c_{word}"


def _link(link: Link, ids: Mapping[Name, str]) -> str:
    source, target = ids[link.source], ids[link.target]
    if link.cardinality is Cardinality.MANY_TO_MANY:
        return f'{source} }}o--o{{ {target} : "{_quoted(str(link.through))}"'
    parent = "|o" if link.optional else "||"
    child = "o|" if link.cardinality is Cardinality.ONE_TO_ONE else "o{"
    return f'{source} {parent}--{child} {target} : "{_quoted(", ".join(link.columns))}"'
