"""A legacy context that becomes the Ash domain itself, its functions and the rest kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tree_sitter import Node

from ash_scaffold.elixir.merge import merge
from ash_scaffold.elixir.merge.edits import Edit, apply, put_behind, style_of
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.syntax.entities import indentation, leading_start, line_start
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import (
    CallSite,
    Tree,
    call_site,
    calls,
    module_attribute,
    parse,
    walk_calls,
)

_DOMAIN = "Ash.Domain"
_USE = f"use {_DOMAIN}"
# Ash puts count, get, read and some more into a domain by default; a context has its own.
_INTERFACE = "backwards_compatible_interface?"
_SECTION = "resources"
_DEFINITIONS = ("def", "defp", "defmacro", "defmacrop", "defdelegate")
_CODE = frozenset({*_DEFINITIONS, "defguard", "defimpl", "defmodule", "defprotocol"})
# The macros of a domain's sections, which `use Ash.Domain` imports.
_SECTIONS = frozenset({"authorization", "domain", "execution", _SECTION})
# The functions that `use Ash.Domain` defines, by name and arity.
_DEFINED = frozenset(
    {
        ("default_short_name", 0),
        ("domain?", 0),
        ("entities", 1),
        ("fetch_opt", 2),
        ("fetch_persisted", 1),
        ("opt_anno", 2),
        ("opts_anno", 1),
        ("persisted", 0),
        ("persisted", 2),
        ("section_anno", 1),
        ("section_opts", 1),
        ("spark_dsl_config", 0),
        ("spark_is", 0),
    }
)
# The module attributes that `use Ash.Domain` reads again at the end of the module.
_ATTRIBUTES = ("extensions", "opts", "persist")
_CAPTURE = re.compile(r"&\s*(\w+)\s*/\s*1")


def adopt(source: bytes, module: str, use: str = "") -> bytes:
    """Return the file with the module as a domain that lists no resource yet.

    `use` as it is generated (`use Ash.Domain` when there is none) and a `resources` section go
    in front of the module's own code, behind its `@moduledoc`. No byte of the file goes.

    Raises `ScaffoldError`: `UNPARSABLE_FILE` for a file that is no Elixir or lacks the module,
    `LEGACY_COLLISION` for a module that can't be both.
    """
    tree, found = _parsed(source, module)
    reason = _obstacle(tree, found)
    if reason:
        raise _refused(module, reason)
    lines = [*_without_interface(use or _USE).split("\n"), "", f"{_SECTION} do", "end"]
    text = _put(tree, found, lines)
    if text is None or parse(text).fault is not None:
        raise _refused(module, "its body does not stand on lines of its own")
    return text


def without_entries(source: bytes, module: str, resources: Iterable[str], use: str = "") -> bytes:
    """Return the file without the domain's entries of those resources; the rest of it stays.

    `use` is the domain's as it was generated. Raises `ScaffoldError` (`LEGACY_COLLISION`) where
    somebody has written settings of the resources that would be lost: in an entry, as an option of
    the `use`, as another section.
    """
    names = tuple(resources)
    merged = merge(source, _domain(module, names), _domain(module, ()), module=module)
    tree, found = _parsed(source, module)
    own = [" ".join(each.ours[0].split()) for each in merged.conflicts]
    own += _settings(tree, found, use or _USE)
    if own:
        raise fail(
            Code.LEGACY_COLLISION,
            f"{module} has settings of its resources beside their entries: {'; '.join(own)}.",
            where=module,
            todo="Make the context the domain by hand: move `use Ash.Domain` and these settings "
            "into it. Then run it again.",
        )
    return merged.text


def _settings(tree: Tree, module: ModuleDefinition, use: str) -> Iterator[str]:
    """Yield the settings of a domain's resources beside their entries, each by its first line."""
    found = module.use(_DOMAIN)
    if found is not None and tree.text(found.call.node).split() != use.split():
        yield _first_line(tree, found.call.node)
    for site in calls(tree, module.body):
        if site.name == _SECTION:
            inner = calls(tree, site.body or ())
            yield from (_first_line(tree, each.node) for each in inner if each.name != "resource")
        elif site.name not in _CODE and any(c.type == "do_block" for c in site.node.children):
            yield _first_line(tree, site.node)


def _first_line(tree: Tree, node: Node) -> str:
    return " ".join(tree.text(node).split("\n", 1)[0].split())


def _parsed(source: bytes, name: str) -> tuple[Tree, ModuleDefinition]:
    tree = parse(source)
    fault = tree.fault
    found = next((module for module in modules(tree) if module.name == name), None)
    if fault is not None or found is None:
        line = "" if fault is None else f" It is not valid Elixir: line {fault.line}."
        raise fail(
            Code.UNPARSABLE_FILE,
            f"The file does not define {name} readably.{line}",
            todo="Fix it, or keep the domain in a module of its own.",
        )
    return tree, found


def _obstacle(tree: Tree, module: ModuleDefinition) -> str:
    """Return why the module can't be a domain as well, "" when it can."""
    if module.call.name != "defmodule":
        return "it is a protocol"
    if module.use("Ecto.Schema") is not None:
        return "it is an Ecto schema, which goes when its resource takes its place"
    for name, arity in defined_functions(tree, module):
        if (name, arity) == (_SECTION, 1):
            return f"it has a function {_SECTION}/1, which a domain imports"
        if (name, arity) in _DEFINED:
            return f"it has a function {name}/{arity}, which a domain defines itself"
    for attribute in _ATTRIBUTES:
        if attribute in module.attributes:
            return f"it has an attribute @{attribute}, which a domain uses itself"
    called = _called_section(tree, module)
    if called is not None:
        return f"it calls {called}/1, which a domain imports as the macro of a section"
    return ""


def defined_functions(tree: Tree, module: ModuleDefinition) -> Iterator[tuple[str, int]]:
    """Yield the functions and macros of a module, by name and every arity they can have."""
    for definition in calls(tree, module.body, *_DEFINITIONS):
        head = _head(tree, definition)
        if head is not None:
            _, name, parameters = head
            optional = sum(_has_default(tree, each) for each in parameters)
            for arity in range(len(parameters) - optional, len(parameters) + 1):
                yield name, arity


def _head(tree: Tree, definition: CallSite) -> tuple[Node, str, tuple[Node, ...]] | None:
    """Return the head behind `def`, without its guard: the node, the name, the parameters."""
    head = definition.args[0] if definition.args else None
    if head is not None and head.type == "binary_operator":
        head = head.child_by_field_name("left")
    if head is None:
        return None
    if head.type == "identifier":
        return head, tree.text(head), ()
    site = call_site(tree, head)
    return None if site is None else (head, site.name, site.values)


def _has_default(tree: Tree, parameter: Node) -> bool:
    operator = parameter.child_by_field_name("operator")
    return operator is not None and tree.text(operator) == "\\\\"


def _called_section(tree: Tree, module: ModuleDefinition) -> str | None:
    """Return a section that the module calls as a function of one argument."""
    found = walk_calls(tree, module.call.node, *_DEFINITIONS)
    heads = {head[0].id for head in (_head(tree, each) for each in found) if head is not None}
    stack = [*module.body]
    while stack:
        node = stack.pop()
        if node.id in heads or (node.type == "unary_operator" and tree.text(node)[:1] == "@"):
            continue
        stack.extend(node.named_children)
        captured = _CAPTURE.fullmatch(tree.text(node)) if node.type == "unary_operator" else None
        site = call_site(tree, node)
        if captured is not None and captured[1] in _SECTIONS:
            return captured[1]
        if site is not None and site.name in _SECTIONS and _arity(tree, site) == 1:
            return site.name
    return None


def _arity(tree: Tree, site: CallSite) -> int:
    """Count the arguments of a call, a piped one among them."""
    parent = site.node.parent
    operator = parent.child_by_field_name("operator") if parent is not None else None
    piped = (
        parent is not None
        and operator is not None
        and tree.text(operator) == "|>"
        and parent.child_by_field_name("right") == site.node
    )
    block = any(child.type == "do_block" for child in site.node.children)
    return len(site.values) + piped + block


def _without_interface(use: str) -> str:
    """Add to `use Ash.Domain` that the domain gets no functions of Ash's beside its own."""
    own = use.replace(",", " ").split()[:2] == _USE.split() and _INTERFACE not in use
    return f"{use}, {_INTERFACE}: false" if own else use


def _put(tree: Tree, module: ModuleDefinition, lines: Sequence[str]) -> bytes | None:
    """Put lines to the top of a module, behind its `@moduledoc`; None where they find no place."""
    if not any(child.type == "do_block" for child in module.call.node.children):
        return None
    for node in module.body:
        attribute = module_attribute(tree, node)
        if attribute is not None and attribute.name == "moduledoc":
            return put_behind(tree, node, lines)
    return _in_front(tree, module.body[0], lines) if module.body else _inside(tree, module, lines)


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


def _inside(tree: Tree, module: ModuleDefinition, lines: Sequence[str]) -> bytes | None:
    """Put lines into a module that has nothing in it but comments."""
    source, block = tree.source, module.call.block
    if block is None:
        return None
    end = line_start(source, block.end)
    if end <= block.start or source[end : block.end].strip():
        return None
    newline = style_of(source).newline
    pad = indentation(source, module.span.start) + b"  "
    text = b"".join((pad + line.encode() if line else b"") + newline for line in lines)
    return apply(source, [Edit(end, end, text)])


def _domain(module: str, resources: Sequence[str]) -> str:
    entries = "".join(f"    resource {name}\n" for name in resources)
    return f"defmodule {module} do\n  {_USE}\n\n  {_SECTION} do\n{entries}  end\nend\n"


def _refused(module: str, why: str) -> ScaffoldError:
    return fail(
        Code.LEGACY_COLLISION,
        f"{module} can't be the domain itself: {why}.",
        where=module,
        todo="Keep the domain beside it: leave --adopt-context out, or say so in "
        f'ash_scaffold.toml:\n[domains."{module}"]\nadopt_context = false',
    )
