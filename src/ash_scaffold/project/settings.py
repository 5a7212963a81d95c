"""Settings that Ash needs in a project's files, as values, as lines, and put into the files.

Files are changed by edits of byte ranges. Nothing that a person wrote is removed, except the words
`Ecto.Repo` that become `AshPostgres.Repo`. A file in which the place for a setting is not certain
is left to the person.
"""

from __future__ import annotations

import re
from typing import TypeAlias, assert_never

import msgspec
from tree_sitter import Node

from ash_scaffold.elixir.merge.edits import Edit, apply, extend, put_behind, put_cells
from ash_scaffold.project.read import config_settings
from ash_scaffold.syntax.entities import cells
from ash_scaffold.syntax.literal import LINE_LENGTH, fit, flat, width
from ash_scaffold.syntax.modules import ModuleDefinition, function_clauses, modules
from ash_scaffold.syntax.parse import Tree, call_site, calls, parse
from ash_scaffold.syntax.values import read
from ash_scaffold.term import Atom, Module, Term

# What is no name of PostgreSQL's: a module with `use AshPostgres.CustomExtension`.
EXTENSION_MODULE = re.compile(r"[A-Z]\w*(\.[A-Z]\w*)*")
_IMPLEMENTATION = "@impl true"
_KEY = "ash_domains"
_INPUTS = 'inputs: ["{mix,.formatter}.exs", "{config,lib,test}/**/*.{ex,exs}"]'
_ECTO = "Ecto.Repo"
# The options of Ecto.Repo that AshPostgres.Repo hands on.
_HANDED_ON = frozenset({"otp_app", "adapter"})


class AshDomains(msgspec.Struct, frozen=True, kw_only=True):
    """`ash_domains` of an application: those that a config file has, and those it lacks."""

    app: str
    present: tuple[str, ...]
    missing: tuple[str, ...]


class ImportDeps(msgspec.Struct, frozen=True, kw_only=True):
    """`import_deps` of a `.formatter.exs`."""

    present: tuple[str, ...]
    missing: tuple[str, ...]


class UseAshRepo(msgspec.Struct, frozen=True, kw_only=True):
    """`use AshPostgres.Repo` in place of `use Ecto.Repo`, in the module `repo`."""

    repo: str
    app: str


class InstalledExtensions(msgspec.Struct, frozen=True, kw_only=True):
    """`installed_extensions/0` of the module `repo`."""

    repo: str
    present: tuple[str, ...]
    missing: tuple[str, ...]


class ExtensionModule(msgspec.Struct, frozen=True, kw_only=True):
    """A module of the project in `installed_extensions/0` of the module `repo`."""

    repo: str
    module: str


class MigrateExtensions(msgspec.Struct, frozen=True, kw_only=True):
    """`migrate_extensions?/0` of the module `repo`: false."""

    repo: str


class MinPgVersion(msgspec.Struct, frozen=True, kw_only=True):
    """`min_pg_version/0` of the module `repo`; `major` is None while no server is known."""

    repo: str
    major: int | None


Setting: TypeAlias = (
    AshDomains | ImportDeps | UseAshRepo | InstalledExtensions | MigrateExtensions | MinPgVersion
)


def items(setting: AshDomains | ImportDeps | InstalledExtensions) -> tuple[str, ...]:
    """Return the missing elements of a list, each as it is written."""
    return tuple(flat(_term(setting, name)) for name in setting.missing)


def lines(setting: Setting) -> tuple[str, ...]:
    """Return the lines that a person would write for it, present elements included.

    A list too long for a line is broken as `mix format` does.
    """
    match setting:
        case AshDomains():
            return tuple(_statement(setting))
        case ImportDeps():
            return tuple(_import_deps(setting, indent=0).split("\n"))
        case UseAshRepo():
            return (f"use AshPostgres.Repo, otp_app: {flat(Atom(setting.app))}",)
        case InstalledExtensions():
            return (_IMPLEMENTATION, f"def installed_extensions, do: {_all(setting)}")
        case MigrateExtensions():
            return (_IMPLEMENTATION, "def migrate_extensions?, do: false")
        case MinPgVersion():
            major = "…" if setting.major is None else setting.major
            version = f"%Version{{major: {major}, minor: 0, patch: 0}}"
            return (_IMPLEMENTATION, f"def min_pg_version, do: {version}")
        case _:
            assert_never(setting)


def _all(setting: AshDomains | ImportDeps | InstalledExtensions) -> str:
    return flat(_list(setting))


def _list(setting: AshDomains | ImportDeps | InstalledExtensions) -> Term:
    return [_term(setting, name) for name in (*setting.present, *setting.missing)]


def _import_deps(setting: ImportDeps, *, indent: int) -> str:
    key = "import_deps: "
    return key + fit(_list(setting), indent, indent + len(key), tail=1)


def _term(setting: AshDomains | ImportDeps | InstalledExtensions, name: str) -> Term:
    match setting:
        case AshDomains():
            return Module(name)
        case ImportDeps():
            return Atom(name)
        case InstalledExtensions():
            return Module(name) if EXTENSION_MODULE.fullmatch(name) else name


def put(source: bytes | None, setting: Setting) -> bytes | None:
    """Return the file with the setting in it, None where that can't be done safely.

    `source` is None for a file that isn't there; a repo is never made.
    """
    if source is not None and parse(source).fault is not None:
        return None
    after = _put(source, setting)
    return None if after is None or parse(after).fault is not None else after


def _put(source: bytes | None, setting: Setting) -> bytes | None:
    match setting:
        case AshDomains():
            return put_domains(source, setting)
        case ImportDeps():
            return put_import_deps(source, setting)
        case UseAshRepo():
            return None if source is None else put_use(source, setting)
        case InstalledExtensions():
            return None if source is None else put_extensions(source, setting)
        case MigrateExtensions():
            return None if source is None else put_function(source, setting, "migrate_extensions?")
        case MinPgVersion():
            if source is None or setting.major is None:
                return None
            return put_function(source, setting, "min_pg_version")
        case _:
            assert_never(setting)


def put_domains(source: bytes | None, setting: AshDomains) -> bytes | None:
    """Put domains into the list that is there, or a new setting behind the application's others.

    None where several places set it, or one that doesn't always hold does.
    """
    if source is None or not source.strip():
        return "\n".join(("import Config", "", *_statement(setting), "")).encode()
    tree = parse(source)
    found = [node for key, node in config_settings(tree, setting.app) if key == _KEY]
    if not found:
        anchor = _anchor(tree, setting.app)
        return None if anchor is None else put_behind(tree, anchor, _statement(setting))
    if len(found) > 1 or not _always_holds(tree, found[0]):
        return None
    return extend(tree, found[0], items(setting))


def _statement(setting: AshDomains) -> list[str]:
    """Write the setting as `mix format` does: broken into lines where it is too long for one."""
    line = f"config {flat(Atom(setting.app))}, ash_domains: {_all(setting)}"
    if width(line) <= LINE_LENGTH:
        return [line]
    head, tail = line.split(" ash_domains: ", 1)
    second = f"  ash_domains: {tail}"
    if width(second) <= LINE_LENGTH:
        return [head, second]
    names = (*setting.present, *setting.missing)
    return [
        head,
        "  ash_domains: [",
        *(f"    {name}," for name in names[:-1]),
        f"    {names[-1]}",
        "  ]",
    ]


def _always_holds(tree: Tree, node: Node) -> bool:
    return any(
        site.span.start <= node.start_byte and node.end_byte <= site.span.end
        for site in calls(tree, tree.expressions, "config")
    )


def _anchor(tree: Tree, app: str) -> Node | None:
    """Return the application's last `config :app, …` before other files come in, else the import.

    Those with a module or a key of its own (`config :app, App.Repo, …`) stand further down.
    """
    anchor: Node | None = None
    for node in tree.expressions:
        site = call_site(tree, node)
        if site is None:
            continue
        if site.name == "import_config":
            break
        own = (
            site.name == "config" and len(site.args) == 1 and read(tree, site.args[0]) == Atom(app)
        )
        if own or (anchor is None and site.name in ("import", "use")):
            anchor = node
    return anchor


def put_import_deps(source: bytes | None, setting: ImportDeps) -> bytes | None:
    """Put dependencies into the list that is there, or a new list in front of the keywords.

    None when the file's last expression is no keyword list in brackets.
    """
    if source is None or not source.strip():
        return f"[\n  {_import_deps(setting, indent=2)},\n  {_INPUTS}\n]\n".encode()
    tree = parse(source)
    found = cells(tree, tree.expressions[-1]) if tree.expressions else None
    if found is None or found.bare or any(cell.key is None for cell in found.cells):
        return None
    there = [cell.node for cell in found.cells if cell.key == "import_deps"]
    if not there:
        return put_cells(tree, found, -1, (_import_deps(setting, indent=2),))
    value = there[0].child_by_field_name("value")
    if value is None or len(there) > 1:
        return None
    return extend(tree, value, items(setting))


Callback: TypeAlias = InstalledExtensions | MigrateExtensions | MinPgVersion


def put_use(source: bytes, setting: UseAshRepo) -> bytes | None:
    """Put `AshPostgres.Repo` in the place of `Ecto.Repo` in the `use` of the module.

    None where an option would be lost by it, or the database is not PostgreSQL's.
    """
    tree, module = _module(source, setting.repo)
    use = module.use(_ECTO) if module is not None else None
    if module is None or use is None:
        return None
    name = use.call.args[0]
    options = {option.name: option.value for option in use.call.options}
    if tree.text(name) != _ECTO or "otp_app" not in options or not options.keys() <= _HANDED_ON:
        return None
    adapter = options.get("adapter")
    if adapter is not None and module.read(tree, adapter) != Module("Ecto.Adapters.Postgres"):
        return None
    return apply(source, [Edit(name.start_byte, name.end_byte, b"AshPostgres.Repo")])


def put_extensions(source: bytes, setting: InstalledExtensions) -> bytes | None:
    """Put extensions into the list that the function gives, or the function into the module."""
    tree, module = _module(source, setting.repo)
    if module is None:
        return None
    clauses = list(function_clauses(tree, module.body, "installed_extensions"))
    if not clauses:
        return put_function(source, setting, "installed_extensions")
    body = clauses[0].body
    if len(clauses) > 1 or not body:
        return None
    return extend(tree, body[-1], items(setting))


def put_function(source: bytes, setting: Callback, function: str) -> bytes | None:
    """Put a callback at the end of the module, None when it has a function of that name."""
    tree, module = _module(source, setting.repo)
    if module is None or not module.body:
        return None
    if any(True for _ in function_clauses(tree, module.body, function)):
        return None
    return put_behind(tree, module.body[-1], lines(setting))


def put_extension_module(source: bytes, setting: ExtensionModule) -> bytes | None:
    """Put a module into the list that the function gives, or the function into the repo's module.

    None where that can't be done safely.
    """
    tree, module = _module(source, setting.repo)
    if tree.fault is not None or module is None or not module.body:
        return None
    clauses = list(function_clauses(tree, module.body, "installed_extensions"))
    if not clauses:
        return put_behind(tree, module.body[-1], extension_module_lines(setting))
    body = clauses[0].body
    if len(clauses) > 1 or not body:
        return None
    after = extend(tree, body[-1], (setting.module,))
    return None if after is None or parse(after).fault is not None else after


def extension_module_lines(setting: ExtensionModule) -> tuple[str, ...]:
    """Return the lines of a repo that has no other extension."""
    return (_IMPLEMENTATION, f"def installed_extensions, do: [{setting.module}]")


def take_extension_module(source: bytes, setting: ExtensionModule) -> bytes | None:
    """Return the file as it was before the module was put into it, None where that is not clear."""
    name, tree = setting.module.encode(), parse(source)
    found: list[bytes] = []
    lines = b"\n".join(line.encode() for line in extension_module_lines(setting))
    block = re.compile(
        rb"\s*\n[ \t]*" + rb"\s*\n[ \t]*".join(map(re.escape, lines.split(b"\n"))) + rb"(?=\r?\n)"
    )
    patterns = (
        block,
        re.compile(rb",\s*" + re.escape(name) + rb"\b"),
        re.compile(re.escape(name) + rb"\b\s*,?\s*"),
    )
    if tree.fault is not None:
        return None
    for pattern in patterns:
        found += [source[: m.start()] + source[m.end() :] for m in pattern.finditer(source)]
    return next((each for each in found if put_extension_module(each, setting) == source), None)


def _module(source: bytes, name: str) -> tuple[Tree, ModuleDefinition | None]:
    tree = parse(source)
    return tree, next((module for module in modules(tree) if module.name == name), None)
