"""A mix project's own files, read without running them: mix.exs, mix.lock, config, formatter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from tree_sitter import Node

from ash_scaffold.project.model import AppConfig, Formatter
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import (
    CallSite,
    Tree,
    call_site,
    calls,
    expressions,
    pairs,
    parse,
    walk_calls,
)
from ash_scaffold.syntax.values import read, read_strings
from ash_scaffold.term import Atom, Keyword, Module, Term

# Files larger than this are no source that a person wrote.
MAX_BYTES = 4_000_000

_LOCKED = re.compile(
    r'^\s*"(?P<name>[^"]+)":\s*\{:hex,\s*:"?[^,"]+"?,\s*"(?P<version>[^"]+)"', re.MULTILINE
)


class MixFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a mix.exs says as far as it is literal.

    `namespace` is what stands before `.MixProject` (or `.Mixfile`); `apps_path` is set for an
    umbrella; `paths` are `elixirc_paths`, those for tests left out.
    """

    app: str | None = None
    namespace: str | None = None
    apps_path: str | None = None
    paths: tuple[str, ...] = ("lib",)
    dependencies: tuple[str, ...] = ()


def read_source(path: Path) -> bytes | None:
    """Return a source file's bytes, `None` when it can't be read or is no source."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        return path.read_bytes()
    except OSError:
        return None


def read_mix_file(source: bytes) -> MixFile:
    """Read a mix.exs."""
    tree = parse(source)
    for module in modules(tree):
        project = _function(tree, module.body, "project")
        if project is None:
            continue
        keywords = _result(project)
        values = {} if keywords is None else _pairs(tree, keywords)
        app, apps_path = (
            module.read(tree, values[name]) if name in values else None
            for name in ("app", "apps_path")
        )
        head, _, last = module.name.rpartition(".")
        return MixFile(
            app=app.name if isinstance(app, Atom) else None,
            namespace=head if head and last in ("MixProject", "Mixfile") else None,
            apps_path=apps_path if isinstance(apps_path, str) else None,
            paths=_source_paths(tree, module, values.get("elixirc_paths")),
            dependencies=_dependencies(tree, module, values.get("deps")),
        )
    return MixFile()


def read_lock(source: bytes) -> dict[str, str]:
    """Return package and version of every Hex entry of a mix.lock."""
    text = source.decode("utf-8", "replace")
    return {match["name"]: match["version"] for match in _LOCKED.finditer(text)}


def read_formatter(source: bytes, path: str) -> Formatter:
    """Read a .formatter.exs: its last expression, when that is a keyword list."""
    tree = parse(source)
    if not tree.expressions:
        return Formatter(path=path)
    values = _pairs(tree, tree.expressions[-1])
    line_length = read(tree, values["line_length"]) if "line_length" in values else None
    return Formatter(
        path=path,
        import_deps=read_strings(tree, values.get("import_deps")) or (),
        plugins=_module_names(tree, values.get("plugins")) or (),
        line_length=line_length if isinstance(line_length, int) else None,
    )


def read_config(sources: tuple[tuple[str, bytes], ...], app: str) -> AppConfig:
    """Read what config files (path and bytes, in order of precedence) set for an application.

    Both forms count: `config :app, key: value` and `config :app, :key, value`. Of several files
    the first that sets a key wins.
    """
    domains: tuple[str, ...] | None = None
    repos: tuple[str, ...] | None = None
    path: str | None = None
    line: int | None = None
    for name, source in sources:
        if f":{app}".encode() not in source:
            continue
        tree = parse(source)
        for key, node in config_settings(tree, app):
            if key == "ash_domains" and path is None:
                path, line = name, tree.span(node).line
                domains = _module_names(tree, node)
            elif key == "ecto_repos" and repos is None:
                repos = _module_names(tree, node)
    return AppConfig(
        ash_domains=domains or (),
        ecto_repos=repos or (),
        domains_path=path,
        domains_line=line,
        domains_readable=path is None or domains is not None,
    )


def camelize(name: str) -> str:
    """Return the module name of an application's name, as `Macro.camelize/1` gives it."""
    words = re.sub(r"[^A-Za-z0-9_]", "_", name).split("_")
    return "".join(word[:1].upper() + word[1:] for word in words if word)


def function_clauses(tree: Tree, body: tuple[Node, ...], name: str) -> Iterator[CallSite]:
    """Yield the `def` and `defp` clauses of a function, whatever its arguments."""
    for clause in calls(tree, body, "def", "defp"):
        if not clause.args:
            continue
        head = clause.args[0]
        site = call_site(tree, head)
        if (site.name if site is not None else tree.text(head)) == name:
            yield clause


def _function(tree: Tree, body: tuple[Node, ...], name: str) -> CallSite | None:
    return next(function_clauses(tree, body, name), None)


def _result(clause: CallSite) -> Node | None:
    return clause.body[-1] if clause.body else None


def _pairs(tree: Tree, node: Node) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for pair in pairs(node):
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None:
            found.setdefault(tree.text(key).rstrip().removesuffix(":").strip('"'), value)
    return found


def _source_paths(tree: Tree, module: ModuleDefinition, node: Node | None) -> tuple[str, ...]:
    """Return `elixirc_paths`, a literal or a function with clauses per environment."""
    if node is None:
        return ("lib",)
    found = list(read_strings(tree, node) or ())
    site = call_site(tree, node)
    if site is not None:
        for clause in function_clauses(tree, module.body, site.name):
            result = _result(clause)
            found += read_strings(tree, result) or ()
    kept = [path.strip("/") for path in found if path.partition("/")[0] != "test"]
    return tuple(dict.fromkeys(path for path in kept if path)) or ("lib",)


def _dependencies(tree: Tree, module: ModuleDefinition, listed: Node | None) -> tuple[str, ...]:
    """Return the applications in `deps`, listed in the project or named in `deps/0`.

    They are the first element of every tuple there.
    """
    names: set[str] = set()
    stack = [] if listed is None else [listed]
    for clause in function_clauses(tree, module.body, "deps"):
        stack.extend(clause.body or ())
    while stack:
        node = stack.pop()
        if node.type != "tuple":
            stack.extend(node.named_children)
            continue
        first = next(iter(expressions(node)), None)
        value = read(tree, first) if first is not None else None
        if isinstance(value, Atom):
            names.add(value.name)
    return tuple(sorted(names))


def config_settings(tree: Tree, app: str) -> Iterator[tuple[str, Node]]:
    """Yield key and value of everything that a config file sets for an application."""
    for site in walk_calls(tree, tree.root, "config"):
        target = read(tree, site.args[0]) if site.args else None
        if target != Atom(app):
            continue
        if len(site.args) == 1:
            for option in site.options:
                yield option.name, option.value
        elif len(site.values) == 3:
            key = read(tree, site.args[1])
            if isinstance(key, Atom):
                yield key.name, site.values[2]


def _module_names(tree: Tree, node: Node | None) -> tuple[str, ...] | None:
    value = None if node is None else read(tree, node)
    items: list[Term] = value if isinstance(value, list) else []
    if not isinstance(value, list) or isinstance(value, Keyword):
        return None
    names = [item.name for item in items if isinstance(item, Module)]
    return tuple(names) if len(names) == len(items) else None
