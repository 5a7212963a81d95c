"""What a person wrote in a generated module, found line by line.

Most edits of a generated file are statements between those that were generated, and a few of
these that are other ones now. Where the rest stands as it was written, in its order, and every run
of other lines is a piece of Elixir on its own, the file is known without a parse of it: only those
lines are parsed. That is what makes reading a thousand edited files cheap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from ash_scaffold.elixir.entity import Block, EntityLines, blocks_of
from ash_scaffold.syntax.parse import CallSite, Tree, call_site, module_attribute, parse

# Sections and definitions at the top of a module that name nothing a table has.
_HARMLESS = frozenset(
    "actions aggregates calculations changes code_interface field_policies policies preparations "
    "pub_sub validations def defp".split()
)
# The sections inside of which an edit is understood.
_OPEN = frozenset(
    "actions attributes identities relationships resource postgres/check_constraints "
    "postgres/references".split()
)
# The options of `use` by which a resource stays the one that it is.
_USE_OPTIONS = frozenset("authorizers data_layer domain extensions notifiers".split())
# Those that name what a table has.
_NAMED_IN = frozenset({"", "attributes", "identities", "relationships"})
# Statements of a module that name nothing of a table, and options of `use` that may add to it.
_NAMELESS = re.compile(
    r"(?:actions|changes|code_interface|field_policies|policies|preparations|pub_sub|validations) "
    r"do$|defp? |@|use Ash\.Resource,"
)
_FOREIGN = re.compile(r"\b(?:extensions|fragments|of):")
# What reaches beyond the lines that it stands in.
_FAR_REACHING = re.compile(
    r"\b(?:alias|import|require|use)\s*\(?\s*[A-Z_]|\bdef(?:delegate|guard|impl|macro|module|"
    r"overridable|protocol|struct)|\bquote\b"
)
_NAMED = re.compile(r'\w+[\s(]\s*:("?)([^\s",()]+)\1')
# The generated entities by which the names in a resource are understood.
_NAMING = ("identity_index_names ", "schema ", "table ")
_IDENTIFYING = frozenset({"identities", "multitenancy"})


class Addition(msgspec.Struct, frozen=True):
    """Lines that a person wrote, and the section that they are in, "" for the module itself.

    They stand before the block of that index in `Layout.places`. `statements` are the first lines
    of the statements, without their indent.
    """

    section: str
    text: str
    before: int
    statements: tuple[str, ...]


class Edits(msgspec.Struct, frozen=True):
    """What a person wrote, and the generated entities that do not stand there as they were.

    Those were edited, and so are in what the person wrote, or moved or taken out.
    """

    added: tuple[Addition, ...]
    changed: tuple[EntityLines, ...]


class Layout(msgspec.Struct, frozen=True):
    """The lines of a file, the first line of each generated block in it, and the edits."""

    lines: list[str]
    places: list[tuple[Block, int]]
    edits: Edits


def laid_out(text: str, module: str, generated: Sequence[EntityLines]) -> Layout | None:
    """Find the blocks of a generated module in a file, in their order.

    None where more was done than to add and to change statements, each within its section, that
    leave those around them as they are.
    """
    lines = text.split("\n")
    if lines[0] != f"defmodule {module} do":
        return None
    places: list[tuple[Block, int]] = []
    added: list[Addition] = []
    changed: list[EntityLines] = []
    # Where the sections end that are open.
    ends: list[int] = []
    start = 0
    for block in blocks_of(module, generated):
        closes = block.entity is None and block.opens is None
        place = ends.pop() if closes else _find(lines, block.lines, start, ends)
        if place is None or place < start:
            if block.entity is None or not (block.section in _OPEN or _is_use(block.entity)):
                return None
            changed.append(block.entity)
            continue
        own = lines[start:place]
        if any(own):
            use = next(filter(_is_use, changed), None)
            statements = _statements(block.section, "\n".join(own), use)
            if statements is None:
                return None
            added.append(Addition(block.section, "\n".join(own), len(places), statements))
        places.append((block, place))
        start = place + len(block.lines)
        if block.opens is not None:
            end = _end_of(lines, place)
            if end is None:
                return None
            ends.append(end)
    uses = sum(line.startswith("use ") for each in added for line in each.statements)
    if lines[start:] != [""] or uses != sum(map(_is_use, changed)):
        return None
    return Layout(lines, places, Edits(tuple(added), tuple(changed)))


def edits_of(text: str, module: str, generated: Sequence[EntityLines]) -> Edits | None:
    """Return what a file has beside the generated module, as `laid_out` finds it."""
    layout = laid_out(text, module, generated)
    return None if layout is None else layout.edits


def named(*lines: str) -> str:
    """Return the Elixir name of an entity by its lines, "" where none is its first argument."""
    match = next(filter(None, map(_NAMED.match, lines)), None)
    return "" if match is None else match[2]


def with_edits(
    module: str, generated: Sequence[EntityLines], edits: Edits, *, identities: bool = True
) -> str:
    """Return a module of what a person wrote, and of the generated entities that tell its names.

    Of the generated ones that are the `use`, and with `identities` those, their indexes, the table
    and its tenants; what stands in sections that name nothing of a table is left out.
    """
    bodies: dict[str, list[str]] = {"": []}
    for item in generated:
        names = item.section == "postgres" and item.lines[0].startswith(_NAMING)
        tells = item.section == "" or (identities and (names or item.section in _IDENTIFYING))
        if tells and item not in edits.changed:
            bodies.setdefault(item.section, []).extend(item.lines)
    for each in edits.added:
        if each.section in _NAMED_IN:
            bodies.setdefault(each.section, []).append(each.text)
    lines = [f"defmodule {module} do", *bodies.pop("")]
    for section, body in bodies.items():
        lines += [f"{section} do", *body, "end"]
    return "\n".join([*lines, "end", ""])


def name_nothing(edits: Edits, generated: Sequence[EntityLines]) -> bool:
    """Whether edits have to do with nothing that a table has: names are those of the snapshot."""
    texts = [line for item in generated if item.section == "" for line in item.lines]
    for each in edits.added:
        if each.section == "":
            texts.append(each.text)
            if not all(map(_NAMELESS.match, each.statements)):
                return False
        elif each.section in _NAMED_IN and each.statements:
            return False
    if any(_FOREIGN.search(text) for text in texts):
        return False
    return not any(item.section in _NAMED_IN and not _is_use(item) for item in edits.changed)


def _find(lines: list[str], block: list[str], start: int, ends: Sequence[int]) -> int | None:
    """Return where a block stands in the innermost open section."""
    end = ends[-1] if ends else len(lines)
    while True:
        try:
            start = lines.index(block[0], start, end)
        except ValueError:
            return None
        if lines[start : start + len(block)] == block:
            return start
        start += 1


def _end_of(lines: list[str], place: int) -> int | None:
    """Return the line that ends the section which a line begins."""
    line = lines[place]
    indent = line[: len(line) - len(line.lstrip())]
    try:
        return lines.index(f"{indent}end", place)
    except ValueError:
        return None


def _is_use(item: EntityLines) -> bool:
    return item.section == "" and item.lines[0].startswith("use Ash.Resource,")


def _statements(section: str, text: str, use: EntityLines | None) -> tuple[str, ...] | None:
    """Return the first line of each statement that a person wrote into a section.

    None unless the text means the same wherever it stands in its section. `use` is the generated
    one, if it may be among them with more options.
    """
    if section and section not in _OPEN:
        return None
    if use is None and _FAR_REACHING.search(text):
        return None
    tree = parse(text.encode())
    if tree.root.has_error:
        return None
    for node in tree.expressions:
        call = call_site(tree, node)
        if call is None:
            if module_attribute(tree, node) is None:
                return None
        elif call.name == "use" and use is not None:
            if not _has_options_of(tree, call, use):
                return None
            text = text.replace(tree.text(node), "", 1)
        elif not section and call.name not in _HARMLESS:
            return None
    if _FAR_REACHING.search(text):
        return None
    return tuple(tree.text(node).partition("\n")[0] for node in tree.expressions)


def _has_options_of(tree: Tree, call: CallSite, use: EntityLines) -> bool:
    """Whether a `use` is the generated one, but for options that move the resource nowhere."""
    names = [option.name for option in call.options]
    generated = " ".join(use.lines)
    return (
        [tree.text(each) for each in call.args] == ["Ash.Resource"]
        and call.body is None
        and len({*names}) == len(names)
        and {"domain", "data_layer"} <= {*names} <= _USE_OPTIONS
        and all(
            re.search(rf"\b{each.name}: {re.escape(tree.text(each.value))}(?:,|$)", generated)
            for each in call.options
            if each.name in ("domain", "data_layer")
        )
    )
