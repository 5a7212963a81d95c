"""Ecto's migrations: the files of a repo, those that a database lacks, and what they change.

A version is the number that a file's name begins with (`Ecto.Migrator`). The table that records
them is set by `migration_source` and `migration_default_prefix`, the folder by `priv` of the
repo's configuration (`Ecto.Migration`, `Ecto.Migrator.migrations_path/2`). Migrations are read as
text, not run: one that does more than the functions of `Ecto.Migration` may change anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.naming import underscore
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.unknown import Kind, Unknown, unknown_objects
from ash_scaffold.project.mix_project import App, Project
from ash_scaffold.project.sources import files_in, read_source, walk_sources
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import (
    CallSite,
    Tree,
    call_site,
    module_attribute,
    parse,
    walk_calls,
)
from ash_scaffold.syntax.values import read
from ash_scaffold.term import Atom, Module, Term

_SOURCE = "schema_migrations"
_FILE = re.compile(r"(\d+)_.*\.exs")


class Migration(msgspec.Struct, frozen=True):
    """A file of a migration: its version, and its path relative to the project."""

    version: int
    path: str


class Migrations(msgspec.Struct, frozen=True, kw_only=True):
    """The migrations of a repo by version, and where it records which have run.

    `prefix` is the schema of the table `source`, None where it is not configured. `folders` are
    relative to the project. `all_versions` are those of every repo: several may share a database.
    """

    source: str = _SOURCE
    prefix: str | None = None
    folders: tuple[str, ...] = ()
    files: tuple[Migration, ...] = ()
    all_versions: frozenset[int] = frozenset()

    def pending(self, versions: frozenset[int] | None) -> tuple[Migration, ...]:
        """Return those that have not run; `versions` have, None where nothing is recorded."""
        if versions is None:
            return ()
        return tuple(each for each in self.files if each.version not in versions)

    def without_file(self, versions: frozenset[int] | None) -> tuple[int, ...]:
        """Return the versions that have run and have no file, none for a repo without files."""
        if versions is None or not self.files:
            return ()
        return tuple(sorted(versions - self.all_versions))


NO_MIGRATIONS = Migrations()


def find_migrations(project: Project, repo: str) -> Migrations:
    """Return the migrations of a repo, from the folder of its application.

    Nothing is known of those that another repo records (`migration_repo`).
    """
    app, settings = _settings(project, repo)
    if "migration_repo" in settings:
        return NO_MIGRATIONS
    priv = _text(settings.get("priv")) or f"priv/{underscore(repo.rpartition('.')[2])}"
    apps = _apps(project, repo, app)
    folders = [Path(each.path, priv, "migrations").as_posix() for each in apps]
    found = [file for folder in folders for file in _files(project.root, project.root / folder)]
    others = [
        file
        for each in project.apps
        for folder in sorted((project.root / each.path / "priv").glob("*/*migrations"))
        if folder.relative_to(project.root).as_posix() not in folders
        for file in _files(project.root, folder)
    ]
    return Migrations(
        source=_text(settings.get("migration_source")) or _SOURCE,
        prefix=_text(settings.get("migration_default_prefix")),
        folders=tuple(folder for folder in folders if (project.root / folder).is_dir()),
        files=tuple(sorted(found, key=lambda each: (each.version, each.path))),
        all_versions=frozenset(each.version for each in (*found, *others)),
    )


def _files(root: Path, folder: Path) -> Iterator[Migration]:
    for name in walk_sources(folder, ending=".exs"):
        path = Path(name)
        match = _FILE.fullmatch(path.name)
        if match is not None:
            yield Migration(int(match[1]), path.relative_to(root).as_posix())


def _apps(project: Project, repo: str, otp_app: str | None) -> tuple[App, ...]:
    """Return the application whose `priv` holds a repo's migrations, all where none is known."""
    named = [app for app in project.apps if app.name == otp_app]
    path = next((each.path for each in project.repos if each.module == repo), None)
    around = [
        app
        for app in project.apps
        if path is not None and (not app.path or path.startswith(f"{app.path}/"))
    ]
    return tuple(named or around) or project.apps


def _settings(project: Project, repo: str) -> tuple[str | None, Mapping[str, Term]]:
    """Return the application of a repo, and its literal settings, those of config.exs first."""
    otp_app = _otp_app(project, repo)
    found: dict[str, Term] = {}
    for app, name, value in _repo_settings(project, repo):
        otp_app = otp_app or app
        if isinstance(value, str | Atom | Module):
            found.setdefault(name, value)
    return otp_app, found


def literal_settings(project: Project, repo: str, file: str) -> Mapping[str, Term]:
    """Return what the config files of that name set for a repo, as far as it is literal."""
    found: dict[str, Term] = {}
    for _, name, value in _repo_settings(project, repo, file):
        if isinstance(value, str | int):
            found.setdefault(name, value)
    return found


def _repo_settings(
    project: Project, repo: str, file: str | None = None
) -> Iterator[tuple[str | None, str, object]]:
    """Yield application, name and value of each setting of a repo, those of config.exs first."""
    word = repo.rpartition(".")[2].encode()
    folders = dict.fromkeys(("", *(app.path for app in project.apps)))
    paths = [path for each in folders for path in files_in(project.root / each / "config", ".exs")]
    for path in sorted(paths, key=lambda path: (path.name != "config.exs", path)):
        source = read_source(path) if file in (None, path.name) else None
        if source is None or word not in source:
            continue
        tree = parse(source)
        for site in walk_calls(tree, tree.root, "config"):
            if len(site.args) < 2 or read(tree, site.args[1]) != Module(repo):
                continue
            app = read(tree, site.args[0])
            for option in site.options:
                name = app.name if isinstance(app, Atom) else None
                yield name, option.name, read(tree, option.value)


def _otp_app(project: Project, repo: str) -> str | None:
    entry = next((each for each in project.repos if each.module == repo), None)
    tree = parse(b"" if entry is None else project.source(entry.path))
    for module in modules(tree):
        use = module.use("AshPostgres.Repo", "Ecto.Repo")
        if module.name == repo and use is not None:
            node = use.call.option("otp_app")
            value = None if node is None else module.read(tree, node)
            return value.name if isinstance(value, Atom) else None
    return None


def _text(value: object) -> str | None:
    """Return a literal name: a string, or an atom other than nil."""
    return value if isinstance(value, str) else value.name if isinstance(value, Atom) else None


class Touched(msgspec.Struct, frozen=True):
    """An object that a migration changes; without a schema it may be in any.

    `Kind.PARTITION` is a table that the migration takes away, `Kind.INDEX` an index of any table.
    """

    kind: Kind
    name: str = ""
    schema: str | None = None


_ANYTHING = Touched(Kind.ANYTHING)
_PLACES = frozenset("table index unique_index constraint references".split())
_COMMANDS = frozenset("create create_if_not_exists drop drop_if_exists alter rename".split())
# Calls that change no table beside those that their arguments name.
_HARMLESS = (
    _PLACES
    | frozenset(
        "add add_if_not_exists modify remove remove_if_exists timestamps fragment flush repo "
        "prefix direction if unless case cond for with fn when not and or in is_nil is_binary "
        "is_atom to_string inspect raise import alias require from where select order_by limit "
        "join update sigil_w defmodule".split()
    )
)  # fmt: skip
_PURE = frozenset(
    "Enum String Map Keyword List MapSet Stream Integer Date DateTime NaiveDateTime Time Logger IO "
    "Ecto.Query Ecto.UUID".split()
)
_DATA = frozenset(
    "all one one! get get! get_by get_by! exists? aggregate stream insert insert! update update! "
    "delete delete! insert_all update_all delete_all transaction config".split()
)
_BLOCKS = frozenset("do_block body block else_block after_block rescue_block catch_block".split())
_ABOUT_TYPES = frozenset("spec type typep opaque doc moduledoc typedoc".split())

_IDENTIFIER = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_QUALIFIED = rf"(?:({_IDENTIFIER})\s*\.\s*)?({_IDENTIFIER})"
_DROP = re.compile(
    rf"DROP\s+(?:TABLE|VIEW|MATERIALIZED\s+VIEW)\s+(?:IF\s+EXISTS\s+)?{_QUALIFIED}"
    r"(?:\s+(?:CASCADE|RESTRICT))?\s*;?\s*$",
    re.IGNORECASE,
)
_RENAME = re.compile(
    rf"ALTER\s+(?:TABLE|VIEW|MATERIALIZED\s+VIEW)\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?{_QUALIFIED}"
    rf"\s+RENAME\s+TO\s+({_IDENTIFIER})",
    re.IGNORECASE,
)
_DROP_INDEX = re.compile(
    rf"DROP\s+INDEX\s+(?:CONCURRENTLY\s+)?(?:IF\s+EXISTS\s+)?{_QUALIFIED}"
    r"(?:\s+(?:CASCADE|RESTRICT))?\s*;?\s*$",
    re.IGNORECASE,
)
_DROP_TRIGGER = re.compile(
    rf"DROP\s+TRIGGER\s+(?:IF\s+EXISTS\s+)?{_IDENTIFIER}\s+ON\s+{_QUALIFIED}", re.IGNORECASE
)
_OTHER_DROP = re.compile(r"DROP\b", re.IGNORECASE)


def touched(source: bytes) -> tuple[Touched, ...]:
    """Return what a migration changes on its way up."""
    tree = parse(source)
    defined = modules(tree)
    if tree.fault is not None or not defined:
        return (_ANYTHING,)
    found = {each for module in defined for each in _Reader(tree, module).read()}
    return tuple(sorted(found, key=lambda each: (each.kind.value, each.name, each.schema or "")))


class _Reader:
    """Goes through one module."""

    def __init__(self, tree: Tree, module: ModuleDefinition) -> None:
        self.tree = tree
        self.module = module
        self.own: dict[str, list[Node]] = {}
        for node in module.body:
            name = self._defined(node)
            if name is not None:
                self.own.setdefault(name, []).append(node)

    def _defined(self, node: Node) -> str | None:
        call = call_site(self.tree, node)
        if call is None or call.name not in ("def", "defp") or not call.args:
            return None
        head = self._head(call)
        site = call_site(self.tree, head)
        return site.name if site is not None else self.tree.text(head)

    def _head(self, call: CallSite) -> Node:
        """Return the head of a clause without its guard."""
        head = call.args[0]
        left = head.child_by_field_name("left")
        return left if head.type == "binary_operator" and left is not None else head

    def read(self) -> Iterator[Touched]:
        """Yield what `up` and `change` do, with the module's own functions that they call."""
        if any(use.module != "Ecto.Migration" for use in self.module.uses):
            yield _ANYTHING
        waiting = dict(self.own)
        stack = [node for node in self.module.body if self._defined(node) is None]
        for name in ("up", "change"):
            stack += self._bodies(waiting.pop(name, []))
        while stack:
            node = stack.pop()
            attribute = module_attribute(self.tree, node)
            if attribute is not None:
                if attribute.name not in _ABOUT_TYPES:
                    stack.append(attribute.value)
                continue
            if node.type == "identifier":
                stack += self._bodies(waiting.pop(self.tree.text(node), []))
            if node.type == "call":
                if self.tree.text(node).startswith("use "):
                    continue
                yield from self._call(node)
            elif node.type == "identifier" and self._is_called(node):
                yield from self._named(self.tree.text(node))
            elif node.type == "dot" and self._is_captured(node):
                yield from self._named("".join(self.tree.text(node).split()))
            stack += node.named_children

    def _bodies(self, clauses: Iterable[Node]) -> list[Node]:
        """Return the bodies of a function's clauses, without the heads."""
        found: list[Node] = []
        for node in clauses:
            blocks = [child for child in node.named_children if child.type == "do_block"]
            call = call_site(self.tree, node)
            found += blocks or (call.body if call is not None and call.body is not None else ())
        return found

    def _is_captured(self, node: Node) -> bool:
        """Whether it is the function of `&name/1`."""
        parent = node.parent
        around = parent.parent if parent is not None else None
        return (
            parent is not None
            and around is not None
            and parent.type == "binary_operator"
            and around.type == "unary_operator"
            and self.tree.text(around).startswith("&")
        )

    def _is_called(self, node: Node) -> bool:
        """Whether an identifier may be a call without parentheses, and not only a variable."""
        parent = node.parent
        if parent is None:
            return False
        if parent.type == "binary_operator":
            operator = parent.child_by_field_name("operator")
            right = parent.child_by_field_name("right")
            piped = operator is not None and self.tree.text(operator) == "|>" and right == node
            return piped or self._is_captured(node)
        if parent.type == "pair":
            return self.tree.text(parent).startswith(("do:", "else:"))
        return parent.type in _BLOCKS

    def _call(self, node: Node) -> Iterator[Touched]:
        call = call_site(self.tree, node)
        if call is None:
            target = node.child_by_field_name("target")
            right = None if target is None else target.child_by_field_name("right")
            if right is None or self.tree.text(right) not in _DATA:
                yield _ANYTHING
            return
        if call.name in _PLACES:
            yield self._place(call)
        elif call.name == "execute":
            yield from self._execute(call)
        elif call.name in _COMMANDS:
            yield from self._command(call)
        else:
            yield from self._named(call.name)

    def _named(self, name: str) -> Iterator[Touched]:
        """Yield what a call of a function by its name may change."""
        module, _, function = name.rpartition(".")
        if module:
            full = self.module.aliases.resolve(module)
            if full in _PURE or (full.rpartition(".")[2] == "Repo" and function in _DATA):
                return
        elif name in _HARMLESS or name in _COMMANDS or name in self.own:
            return
        yield _ANYTHING

    def _place(self, call: CallSite) -> Touched:
        name = _text(self.module.read(self.tree, call.args[0])) if call.args else None
        node = call.option("prefix")
        prefix = _text(self.module.read(self.tree, node)) if node is not None else None
        return _ANYTHING if name is None else Touched(Kind.TABLE, name, prefix)

    def _command(self, call: CallSite) -> Iterator[Touched]:
        """Yield what is not in the table or index that it is called with."""
        if not call.args:
            parent = call.node.parent
            if parent is None or parent.type != "binary_operator":
                yield _ANYTHING
            return
        first = call_site(self.tree, call.args[0])
        if first is None or first.name not in _PLACES:
            yield _ANYTHING
            return
        renamed = call.option("to") if call.name == "rename" and len(call.args) == 1 else None
        if first.name == "table" and (call.name.startswith("drop") or renamed is not None):
            place = self._place(first)
            if place.kind is Kind.TABLE:
                yield msgspec.structs.replace(place, kind=Kind.PARTITION)
        if renamed is not None:
            to = call_site(self.tree, renamed)
            if to is None or to.name != "table":
                yield _ANYTHING

    def _execute(self, call: CallSite) -> Iterator[Touched]:
        sql = self.module.read(self.tree, call.args[0]) if call.args else None
        if not isinstance(sql, str):
            yield _ANYTHING
            return
        raw = sql.encode()
        from ash_scaffold.postgres.script import read_script

        for statement in read_script(raw).statements:
            yield from _in_sql(raw[statement.start : statement.end].decode())


def _in_sql(statement: str) -> Iterator[Touched]:
    drop, rename = _DROP.match(statement), _RENAME.match(statement)
    for match in (drop, rename):
        if match is not None:
            schema = _unquoted(match[1]) if match[1] else None
            yield Touched(Kind.PARTITION, _unquoted(match[2]), schema)
            if match is rename:
                yield Touched(Kind.TABLE, _unquoted(match[3]), schema)
            return
    for pattern, kind in ((_DROP_INDEX, Kind.INDEX), (_DROP_TRIGGER, Kind.TABLE)):
        match = pattern.match(statement)
        if match is not None:
            yield Touched(kind, _unquoted(match[2]), _unquoted(match[1]) if match[1] else None)
            return
    if _OTHER_DROP.match(statement):
        yield _ANYTHING
        return
    for each in unknown_objects(statement, ""):
        if each.kind is Kind.ANYTHING or each.relation is None:
            if each.kind is not Kind.NOTHING:
                yield _ANYTHING
            continue
        kind = each.kind if each.kind in (Kind.TYPE, Kind.PARTITIONS) else Kind.TABLE
        yield Touched(kind, each.relation.name, each.relation.schema or None)


def _unquoted(identifier: str) -> str:
    return identifier[1:-1].replace('""', '"') if identifier[0] == '"' else identifier.lower()


def unknown_by(
    root: Path, pending: tuple[Migration, ...], database: Database, last: Database
) -> tuple[Unknown, ...]:
    """Return the objects that migrations would have changed, whole tables, wherever they may be.

    `last` is what the snapshots have. One that neither has is of no concern.
    """
    relations = {table.name for table in (*database.tables, *last.tables)}
    types = {*database.types, *last.types}
    tables_of: dict[str, set[Name]] = {}
    for table in (*database.tables, *last.tables):
        for index in table.indexes:
            tables_of.setdefault(index.name, set()).add(table.name)
    found: dict[Unknown, None] = {}
    for migration in pending:
        for each in touched(read_source(root / migration.path) or b""):
            if each.kind in (Kind.ANYTHING, Kind.PARTITIONS):
                found[Unknown(kind=each.kind, statement=migration.path)] = None
                continue
            if each.kind is Kind.INDEX:
                for name in sorted(tables_of.get(each.name, ())):
                    found[Unknown(kind=Kind.TABLE, relation=name)] = None
                continue
            names: set[Name] = types if each.kind is Kind.TYPE else relations
            for name in sorted(names):
                if name.name == each.name and each.schema in (None, name.schema):
                    found[Unknown(kind=each.kind, relation=name)] = None
    return tuple(found)
