"""The Elixir sources of a project: its modules, repos, resources and domains.

Most files only give their module's name, by a scan of the bytes; those that may define a repo, a
resource or a domain are parsed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from tree_sitter import Node

from ash_scaffold.elixir.hand_edits import Edits, edits_of
from ash_scaffold.elixir.read import FRAGMENT, Declaration, ModuleSource, read_declaration
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.project.mix_project import (
    UNREAD_TODO,
    Domain,
    Generated,
    ModuleEntry,
    Repo,
    Resource,
    Unparsed,
)
from ash_scaffold.regular_file import read_file
from ash_scaffold.syntax.modules import ModuleDefinition, function_clauses, modules
from ash_scaffold.syntax.parse import (
    CallSite,
    Tree,
    call_site,
    calls,
    key_text,
    pairs,
    parse,
    walk_calls,
)
from ash_scaffold.term import Atom, Module

# Words without which a file defines no repo, resource, fragment or domain: sections count beside
# `use`, because a project may have its own base module in place of Ash's.
_PARSED = (b"Ash.", b"AshPostgres", b"Ecto.Repo", b"Spark.Dsl", b"postgres do", b"resources do")
_PLAIN_MODULE = re.compile(
    rb"^def(?:module|protocol)[ \t]+(?P<name>[A-Z]\w*(?:\.[A-Z]\w*)*)[ \t]+do\b", re.MULTILINE
)
_TOP_ALIAS = re.compile(rb"^(?:alias|require)\b", re.MULTILINE)
_SCHEMA = re.compile(rb"\bschema\b[^\n]*\bdo\b")
_REPOS = ("AshPostgres.Repo", "Ecto.Repo")
_TYPES = ("Ash.Type", "Ash.Type.Enum", "Ash.Type.NewType")


# Files larger than this are no source that a person wrote.
MAX_BYTES = 8_000_000


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """The definitions in the sources of a project, sorted by name, paths relative to its root."""

    modules: dict[str, ModuleEntry]
    repos: tuple[Repo, ...]
    resources: tuple[Resource, ...]
    domains: tuple[Domain, ...]
    schema_paths: tuple[str, ...]
    unparsed: tuple[Unparsed, ...]
    texts: Mapping[str, bytes]
    edits: Mapping[str, Edits]


class _Found:
    def __init__(self) -> None:
        self.modules: list[ModuleEntry] = []
        self.repos: list[Repo] = []
        self.resources: list[Resource] = []
        self.fragments: dict[str, Declaration] = {}
        self.domains: list[Domain] = []
        self.schema_paths: list[str] = []
        self.unparsed: list[Unparsed] = []
        self.texts: dict[str, bytes] = {}
        self.edits: dict[str, Edits] = {}


def read_source(path: Path) -> bytes | None:
    """Return a source file's bytes, `None` when there is none.

    Raises `ScaffoldError` for one that can't be read: what it says is not known then.
    """
    try:
        return read_file(path, MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise fail(
            Code.UNPARSABLE_FILE,
            f"The file can't be read: {error.strerror}.",
            where=str(path),
            todo=UNREAD_TODO,
        ) from error


def files_in(folder: Path, ending: str) -> list[Path]:
    """Return the entries of a folder whose names end so, none where there is no folder.

    Raises `ScaffoldError` for a folder that can't be read: what is in it is not known then.
    """
    try:
        paths = list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unread_folder(error) from error
    return [path for path in paths if path.suffix == ending and not path.name.startswith(".")]


def walk_sources(
    start: Path, left_out: Collection[str] = (), *, ending: str = ".ex"
) -> Iterator[str]:
    """Give the path of every `.ex` file below a folder; names with a dot in front are left out.

    `left_out` are names of folders. Raises `ScaffoldError` for a folder that can't be read.
    """
    for parent, directories, names in os.walk(start, onerror=_raise_unread):
        directories[:] = [n for n in directories if not n.startswith(".") and n not in left_out]
        for name in names:
            if name.endswith(ending) and not name.startswith("."):
                yield f"{parent}/{name}"


def _raise_unread(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise _unread_folder(error) from error


def _unread_folder(error: OSError) -> ScaffoldError:
    return fail(
        Code.UNPARSABLE_FILE,
        f"The folder can't be read: {error.strerror}. What is in it is not known.",
        where=str(error.filename),
        todo="Give yourself the right to read it.",
    )


def read_sources(
    root: Path, folders: Sequence[str], generated: Mapping[str, Generated] | None = None
) -> Sources:
    """Read every `.ex` file below the folders (relative to the root).

    `generated` are files that the tool wrote, by path: those that are unchanged since need no
    parsing, which is most of the time that reading a large project takes, and those of which a
    person edited some statements need little.
    """
    found = _Found()
    unchanged = generated or {}
    for path in sorted(set(_files(root, folders))):
        try:
            source = read_file(root / path, MAX_BYTES)
        except FileNotFoundError:
            continue
        except OSError as error:
            found.unparsed.append(Unparsed(path, 0, error.strerror or str(error)))
            continue
        found.texts[path] = source
        written = unchanged.get(path)
        if written is not None and _holds_only(path, source, written, found):
            found.modules.append(ModuleEntry(written.resource.module, path, 1))
            found.resources.append(written.resource)
        else:
            _read_file(path, source, found)
    entries: dict[str, ModuleEntry] = {}
    for entry in found.modules:
        entries.setdefault(entry.name, entry)
    return Sources(
        modules=dict(sorted(entries.items())),
        repos=tuple(sorted(found.repos, key=lambda repo: repo.module)),
        resources=tuple(
            _with_fragments(resource, found.fragments)
            for resource in sorted(found.resources, key=lambda resource: resource.module)
        ),
        domains=tuple(sorted(found.domains, key=lambda domain: domain.module)),
        schema_paths=tuple(found.schema_paths),
        unparsed=tuple(found.unparsed),
        texts=found.texts,
        edits=found.edits,
    )


def _holds_only(path: str, source: bytes, written: Generated, found: _Found) -> bool:
    """Whether a file still defines the generated resource alone, whatever was edited inside.

    What was edited is noted.
    """
    if written.digest == hashlib.sha256(source).hexdigest():
        return True
    try:
        text = source.decode()
    except UnicodeDecodeError:
        return False
    edits = edits_of(text, written.resource.module, written.entities)
    if edits is None or any(_SCHEMA.search(each.text.encode()) for each in edits.added):
        return False
    found.edits[path] = edits
    return True


def _files(root: Path, folders: Sequence[str]) -> Iterator[str]:
    prefix = f"{root}/"
    for folder in folders:
        for path in walk_sources(root / folder):
            yield path[len(prefix) :]


def _read_file(path: str, source: bytes, found: _Found) -> None:
    definitions = source.count(b"defmodule") + source.count(b"defprotocol")
    if not definitions:
        return
    if b"schema" in source and _SCHEMA.search(source):
        found.schema_paths.append(path)
    relevant = any(word in source for word in _PARSED)
    if not relevant and definitions == 1 and not _TOP_ALIAS.search(source):
        plain = _plain_modules(path, source)
        if plain:
            found.modules.extend(plain)
            return
    tree = parse(source)
    defined = modules(tree)
    fault = tree.fault
    if fault is not None:
        found.unparsed.append(Unparsed(path, fault.line, fault.text))
        if not defined:
            # An error can swallow the module around it: its name is taken all the same.
            found.modules.extend(_plain_modules(path, source))
    for module in defined:
        is_type = module.use(*_TYPES) is not None
        found.modules.append(ModuleEntry(module.name, path, module.span.line, is_type))
        _read_module(path, tree, module, found)


def _plain_modules(path: str, source: bytes) -> list[ModuleEntry]:
    return [
        ModuleEntry(match["name"].decode(), path, source.count(b"\n", 0, match.start()) + 1)
        for match in _PLAIN_MODULE.finditer(source)
    ]


def _read_module(path: str, tree: Tree, module: ModuleDefinition, found: _Found) -> None:
    repo = module.use(*_REPOS)
    if repo is not None:
        found.repos.append(_repo(path, tree, module, repo.module, repo.call))
        return
    sections = calls(tree, module.body, "postgres")
    is_fragment = module.use(FRAGMENT) is not None
    if is_fragment or sections or module.use("Ash.Resource") is not None:
        declared = read_declaration(ModuleSource(tree, module, path))
        if is_fragment:
            found.fragments[module.name] = declared
            return
        found.resources.append(
            Resource(
                module=module.name,
                path=path,
                line=module.span.line,
                table=declared.table,
                schema=declared.schema,
                repo=declared.repo,
                domain=declared.domain,
                fragments=declared.fragments,
            )
        )
    elif module.use("Ash.Domain") is not None or _lists_resources(tree, module):
        found.domains.append(
            Domain(
                module=module.name,
                path=path,
                line=module.span.line,
                resources=_resources(tree, module),
            )
        )


def _with_fragments(resource: Resource, fragments: Mapping[str, Declaration]) -> Resource:
    """Add the table, schema and repo of a fragment where the resource itself has none."""
    for name in resource.fragments:
        fragment = fragments.get(name)
        if fragment is not None:
            resource = msgspec.structs.replace(
                resource,
                table=resource.table or fragment.table,
                schema=resource.schema or fragment.schema,
                repo=resource.repo or fragment.repo,
            )
    return resource


def _lists_resources(tree: Tree, module: ModuleDefinition) -> bool:
    """Whether `resources do … resource X` stands there: a router's `resources` has a path."""
    return any(
        not section.values and calls(tree, section.body or (), "resource")
        for section in calls(tree, module.body, "resources")
    )


def _resources(tree: Tree, module: ModuleDefinition) -> tuple[str, ...]:
    names = []
    for section in calls(tree, module.body, "resources"):
        for call in calls(tree, section.body or (), "resource"):
            value = module.read(tree, call.args[0]) if call.args else None
            if isinstance(value, Module):
                names.append(value.name)
    return tuple(names)


def _repo(path: str, tree: Tree, module: ModuleDefinition, kind: str, use: CallSite) -> Repo:
    extensions = _result_of(tree, module, "installed_extensions")
    migrate = _result_of(tree, module, "migrate_extensions?")
    warn = use.option("warn_on_missing_ash_functions?")
    return Repo(
        module=module.name,
        path=path,
        line=module.span.line,
        kind=kind,
        installed_extensions=_extensions(tree, module, extensions),
        has_installed_extensions=extensions is not None,
        migrate_extensions=_boolean(tree, module, migrate),
        min_pg_version=_version(tree, _result_of(tree, module, "min_pg_version")),
        warn_on_missing_ash_functions=_boolean(tree, module, warn) is not False,
        own_init=_own_init(tree, module),
    )


def _extensions(tree: Tree, module: ModuleDefinition, node: Node | None) -> tuple[str, ...] | None:
    """Return the names in a list of extensions, a module's own for one of the project."""
    value = None if node is None else module.read(tree, node)
    if not isinstance(value, list):
        return None
    names = [each.name if isinstance(each, Atom | Module) else each for each in value]
    found = [name for name in names if isinstance(name, str)]
    return tuple(found) if len(found) == len(names) else None


def _own_init(tree: Tree, module: ModuleDefinition) -> int | None:
    """Return the line of the first clause of `init/2`, none of whose clauses calls `super`."""
    clauses = [
        clause
        for clause in calls(tree, module.body, "def")
        if clause.args and _is_init(tree, clause.args[0])
    ]
    for clause in clauses:
        if any(True for _ in walk_calls(tree, clause.node, "super")):
            return None
    return clauses[0].span.line if clauses else None


def _is_init(tree: Tree, head: Node) -> bool:
    """Whether a clause's head, which may have a guard, is that of `init/2`."""
    guarded = head.child_by_field_name("left") if head.type == "binary_operator" else None
    site = call_site(tree, head if guarded is None else guarded)
    return site is not None and site.name == "init" and len(site.values) == len(("type", "config"))


def _result_of(tree: Tree, module: ModuleDefinition, function: str) -> Node | None:
    """Return the last expression of a function that has a single clause."""
    clauses = list(function_clauses(tree, module.body, function))
    body = clauses[0].body if len(clauses) == 1 else None
    return body[-1] if body else None


def _boolean(tree: Tree, module: ModuleDefinition, node: Node | None) -> bool | None:
    value = module.read(tree, node) if node is not None else None
    return value if isinstance(value, bool) else None


def _version(tree: Tree, node: Node | None) -> str | None:
    """Read `%Version{major: 16, minor: 0, patch: 0}`."""
    if node is None or node.type != "map":
        return None
    parts: dict[str, str] = {}
    for content in node.named_children:
        for keywords in content.named_children if content.type == "map_content" else ():
            for pair in pairs(keywords):
                key, value = key_text(tree, pair), pair.child_by_field_name("value")
                if key is not None and value is not None and value.type == "integer":
                    parts[key] = tree.text(value)
    numbers = [parts.get(name) for name in ("major", "minor", "patch")]
    given = [number for number in numbers if number is not None]
    return ".".join(given) if len(given) == len(numbers) else None
