"""A legacy context that becomes the Ash domain itself, its functions and the rest kept."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from ash_scaffold.elixir.merge import merge
from ash_scaffold.elixir.merge.edits import Edit, apply, style_of
from ash_scaffold.elixir.settings.place import put_behind
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.syntax.entities import indentation, leading_start, line_start
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import Tree, call_site, calls, module_attribute, parse

_DOMAIN = "Ash.Domain"
_SECTION = "resources"
_DEFINITIONS = ("def", "defp", "defmacro", "defmacrop", "defdelegate")


def adopt(source: bytes, module: str, resources: Sequence[str]) -> bytes:
    """Return the file with the module as a domain that lists the resources, by full names.

    `use Ash.Domain` and the `resources` section go in front of the module's own code, behind its
    `@moduledoc`; a module that is a domain already gets the entries that it lacks. No byte of
    the file goes. Raises `ScaffoldError`: `UNPARSABLE_FILE` for a file that is no Elixir or lacks
    the module, `LEGACY_COLLISION` for a module that can't be both.
    """
    tree, found = _parsed(source, module)
    if found.use(_DOMAIN) is None:
        _require_room(tree, found)
        source = _begin(tree, found)
    merged = merge(source, None, _domain(module, resources), module=module)
    if merged.conflicts:
        raise _refused(module, "its body can't take a `resources` section")
    return merged.text


def _parsed(source: bytes, name: str) -> tuple[Tree, ModuleDefinition]:
    tree = parse(source)
    fault = tree.fault
    found = next((module for module in modules(tree) if module.name == name), None)
    if fault is not None or found is None:
        line = "" if fault is None else f" It is not valid Elixir: line {fault.line}."
        raise fail(
            Code.UNPARSABLE_FILE,
            f"The file does not define {name} readably.{line}",
            todo="Mend it, or keep the domain in a module of its own.",
        )
    return tree, found


def _require_room(tree: Tree, module: ModuleDefinition) -> None:
    """Refuse a module with a function `resources/1`: the section's macro has that name."""
    for definition in calls(tree, module.body, *_DEFINITIONS):
        head = definition.args[0] if definition.args else None
        site = call_site(tree, head) if head is not None else None
        guarded = head.child_by_field_name("left") if head is not None else None
        if site is None and guarded is not None:
            site = call_site(tree, guarded)
        if site is not None and site.name == _SECTION and len(site.values) == 1:
            raise _refused(module.name, "it has a function resources/1, which a domain imports")


def _begin(tree: Tree, module: ModuleDefinition) -> bytes:
    """Put `use Ash.Domain` and an empty section in, for the entries to go into."""
    lines = [f"use {_DOMAIN}", "", f"{_SECTION} do", "end"]
    for node in module.body:
        attribute = module_attribute(tree, node)
        if attribute is not None and attribute.name == "moduledoc":
            text = put_behind(tree, node, lines)
            break
    else:
        text = _in_front(tree, module.body[0], lines) if module.body else tree.source
    if text is None or not any(c.type == "do_block" for c in module.call.node.children):
        raise _refused(module.name, "its body does not stand on lines of its own")
    return text


def _in_front(tree: Tree, node: Node, lines: Sequence[str]) -> bytes | None:
    """Put lines in front of a statement and its comments; None where it shares its line."""
    source = tree.source
    lead = leading_start(source, node.start_byte)
    start = line_start(source, lead)
    if source[start:lead].strip():
        return None
    newline, pad = style_of(source).newline, indentation(source, lead)
    text = b"".join((pad + line.encode() if line else b"") + newline for line in lines)
    return apply(source, [Edit(start, start, text + newline)])


def _domain(module: str, resources: Sequence[str]) -> str:
    entries = "".join(f"    resource {name}\n" for name in resources)
    return f"defmodule {module} do\n  use {_DOMAIN}\n\n  {_SECTION} do\n{entries}  end\nend\n"


def _refused(module: str, why: str) -> ScaffoldError:
    return fail(
        Code.LEGACY_COLLISION,
        f"{module} can't be the domain itself: {why}.",
        where=module,
        todo="Keep the domain beside it, in a module of its own.",
    )
