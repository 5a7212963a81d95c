"""Who uses a table: the modules of the legacy code that name its schema, or the table itself.

A static reference graph: a module uses a table when its source names a schema of it (directly or
by an alias, in a `~H` template too), or the table in a query or in SQL. Uses through another
module, and names put together at run time, are not found. Migrations, tests, scripts
(`.exs`), templates in files of their own, and the Ash side of the project are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec
from tree_sitter import Node

from ash_scaffold.legacy.associations import ends
from ash_scaffold.legacy.code_base import CodeBase, ModuleFacts, modules_in
from ash_scaffold.legacy.ecto import EctoAssociation, EctoSchema, Hints
from ash_scaffold.legacy.files import ElixirFile, implementation, source_files
from ash_scaffold.legacy.table_names import TableNames, named_tables
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, Problem
from ash_scaffold.project.mix_project import Project
from ash_scaffold.syntax.values import alias_text

_ALIAS = re.compile(rb"[A-Z]\w*")
# A call of a function of a module, or a struct of it, in the markup of a template.
_IN_TEMPLATE = re.compile(
    rb"(?<![\w.:])(?:%(?P<struct>[A-Z]\w*(?:\.[A-Z]\w*)*)\{"
    rb"|(?P<module>[A-Z]\w*(?:\.[A-Z]\w*)*)\.[a-z_])"
)
_TEMPLATES = (b"~H", b"~L", b"~E")
# Domains count: one may be an adopted legacy context, which is legacy code as before.
_LEFT_OUT = frozenset({"Ecto.Migration", "Ash.Resource"})


class UserKind(StrEnum):
    """The kinds of modules in a Phoenix application."""

    SCHEMA = "schema"
    CONTEXT = "context"
    CONTROLLER = "controller"
    LIVE_VIEW = "live view"
    LIVE_COMPONENT = "live component"
    COMPONENT = "component"
    VIEW = "view"
    CHANNEL = "channel"
    PLUG = "plug"
    WORKER = "worker"
    MAILER = "mailer"
    GRAPHQL = "graphql"
    TASK = "mix task"
    PROCESS = "process"
    MODULE = "module"


# By the modules in `use`; of several the first in this order, from special to general.
_USES: tuple[tuple[UserKind, str], ...] = (
    (UserKind.LIVE_COMPONENT, r"Phoenix\.LiveComponent"),
    (UserKind.LIVE_VIEW, r"Phoenix\.LiveView"),
    (UserKind.CONTROLLER, r"Phoenix\.Controller"),
    (UserKind.CHANNEL, r"Phoenix\.Channel|Phoenix\.Socket"),
    (UserKind.VIEW, r"Phoenix\.View"),
    (UserKind.MAILER, r"Swoosh\.Mailer|Bamboo\.Mailer|Phoenix\.Swoosh|Bamboo\.Phoenix"),
    (UserKind.WORKER, r"Oban(\.Pro)?\.(Workers?(\..*)?)|Broadway|Exq.*|Que\.Worker|Quantum"),
    (UserKind.GRAPHQL, r"Absinthe\..*"),
    (UserKind.TASK, r"Mix\.Task"),
    (UserKind.PLUG, r"Plug\.(Builder|Router|ErrorHandler)|Phoenix\.(Router|Endpoint)"),
    (UserKind.COMPONENT, r"Phoenix\.Component"),
    (UserKind.CONTEXT, r"(.*\.)?Context"),
    (UserKind.PROCESS, r"GenServer|GenStage|Agent|Supervisor|DynamicSupervisor|Task|Application"),
)
# The atoms that Phoenix's generators and people give to `use AppWeb, …`.
_ROLES = {
    "controller": UserKind.CONTROLLER,
    "live_view": UserKind.LIVE_VIEW,
    "surface_live_view": UserKind.LIVE_VIEW,
    "live_component": UserKind.LIVE_COMPONENT,
    "component": UserKind.COMPONENT,
    "html": UserKind.COMPONENT,
    "view": UserKind.VIEW,
    "channel": UserKind.CHANNEL,
    "plug": UserKind.PLUG,
    "router": UserKind.PLUG,
    "worker": UserKind.WORKER,
    "mailer": UserKind.MAILER,
}
_IMPORTS: tuple[tuple[UserKind, str], ...] = (
    (UserKind.MAILER, r"Swoosh\.Email|Bamboo\.Email"),
    (UserKind.PLUG, r"Plug\.Conn"),
)
_BEHAVIOURS = {"Plug": UserKind.PLUG, "Oban.Worker": UserKind.WORKER, "Mix.Task": UserKind.TASK}
_PATHS: tuple[tuple[UserKind, str], ...] = (
    (UserKind.CONTROLLER, r"_controller\.ex$|/controllers/[^/]*_controller"),
    (UserKind.LIVE_COMPONENT, r"(^|/)live/.*_component\.ex$"),
    (UserKind.LIVE_VIEW, r"_live\.ex$"),
    (UserKind.CHANNEL, r"_(channel|socket)\.ex$"),
    (UserKind.COMPONENT, r"_components?\.ex$|/components/|_html\.ex$"),
    (UserKind.VIEW, r"_(view|json|xml)\.ex$"),
    (UserKind.PLUG, r"_plug\.ex$|/plugs/"),
    (UserKind.WORKER, r"_(worker|job)\.ex$|/(workers?|jobs?)/"),
    (UserKind.MAILER, r"_(mailer|email|notifier)\.ex$|/(mailers?|emails?)/"),
    (UserKind.GRAPHQL, r"/(graphql|resolvers)/|_resolver\.ex$"),
    (UserKind.TASK, r"/mix/tasks/"),
)


def user_kind(
    module: str,
    path: str,
    facts: ModuleFacts,
    *,
    schemas: Collection[str],
    contexts: Collection[str],
) -> UserKind:
    """Return the kind of a module.

    `schemas` are the legacy schemas and `contexts` the modules above them; both are such whatever
    they use. Then the modules it uses, macros expanded, count before its path.
    """
    if module in schemas:
        return UserKind.SCHEMA
    if module in contexts:
        return UserKind.CONTEXT
    for kind, pattern in _USES:
        if any(re.fullmatch(pattern, used) for used in facts.uses):
            return kind
    for role in facts.roles:
        if role in _ROLES:
            return _ROLES[role]
    for behaviour in facts.behaviours:
        if behaviour in _BEHAVIOURS:
            return _BEHAVIOURS[behaviour]
    for kind, pattern in _PATHS:
        if re.search(pattern, path):
            return kind
    for kind, pattern in _IMPORTS:
        if any(re.fullmatch(pattern, imported) for imported in facts.imports):
            return kind
    return UserKind.MODULE


_NO_FACTS = ModuleFacts(
    uses=(), roles=(), imports=(), behaviours=(), opaque=(), schemas=(), derive=()
)


class How(StrEnum):
    """The ways to use a table: to be its schema, to name that, or to name the table."""

    SCHEMA = "schema"
    ASSOCIATION = "association"
    REFERENCE = "reference"
    QUERY = "query"
    SQL = "sql"


class User(msgspec.Struct, frozen=True, order=True):
    """A module that uses a table: its kind, and the first place where it does so.

    `via` is the schema's module that it names, `schema` where it is that schema, or the call that
    takes the table's name or the SQL (`from`, `Repo.query!`, `SQL` for a text of its own).
    """

    module: str
    kind: UserKind
    path: str
    line: int
    via: str
    how: How = How.REFERENCE


def unread_problems(hints: Hints) -> Iterator[Problem]:
    """Yield the parts of the legacy code that could not be read, so that users may be missing."""
    schemas = {schema.module for schema in hints.schemas}
    schemas |= {embedded.module for embedded in hints.embedded}
    for item in hints.unparsed:
        yield _unread(item.where, "The file can't be read completely.")
    for unread in hints.unread:
        if unread.module not in schemas:
            what = f"{unread.module} does not count as a schema: {unread.what}."
            yield _unread(f"{unread.path}:{unread.line}", what)


def _unread(where: str, what: str) -> Problem:
    return Code.LEGACY_UNREAD.at(
        where, what, todo="Modules that use a table there, or by it, are not shown."
    )


def usage(
    project: Project, hints: Hints, tables: Iterable[Name], *, every_place: bool = False
) -> Mapping[Name, tuple[User, ...]]:
    """Return the users of each table, its schemas first, then by kind and module.

    Every table is a key. A module is there once for each schema or call that it names, with the
    first place; with `every_place` once for each line that does so. The code that `hints` were
    read from is searched. Raises nothing on any content of the files.
    """
    wanted = tuple(tables)
    code = CodeBase(source_files(project, hints.folder))
    finder = _Finder(code, hints, wanted, every_place=every_place)
    ash = {resource.module for resource in project.resources}
    for file in finder.code.files.values():
        finder.search(file, ash)
        finder.code.release(file)
    return {table: finder.users(table) for table in wanted}


def first_places(users: Iterable[User]) -> tuple[User, ...]:
    """Return, of the users with every place, those that `usage` gives without."""
    found: dict[tuple[str, str], User] = {}
    for user in users:
        found.setdefault((user.module, user.via), user)
    return tuple(found.values())


class _Finder:
    def __init__(
        self, code: CodeBase, hints: Hints, tables: tuple[Name, ...], *, every_place: bool
    ) -> None:
        self.code = code
        self._every_place = every_place
        self._schemas = {schema.module: schema for schema in hints.schemas}
        self._contexts = {schema.context for schema in hints.schemas if schema.context}
        self._last = {module.rpartition(".")[2].encode() for module in self._schemas}
        self._names = TableNames(tables)
        self._found: defaultdict[Name, dict[tuple[str, str, int], User]] = defaultdict(dict)
        for schema in hints.schemas:
            self._note(schema, schema.table, schema.line, "schema", How.SCHEMA)
        for schema in hints.schemas:
            for association in schema.declared:
                self._associated(schema, association)

    def users(self, table: Name) -> tuple[User, ...]:
        """Return who uses a table."""
        found = self._found[table].values()
        order = list(UserKind)
        return tuple(
            sorted(found, key=lambda u: (u.via != "schema", order.index(u.kind), u.module, u.via))
        )

    def _associated(self, schema: EctoSchema, association: EctoAssociation) -> None:
        """Note the tables that an association of a schema is with: its target's, and the join's."""
        line, way = association.line, f"{association.kind.value} {association.name}"
        found = ends(schema, association, self._schemas)
        target = self._schemas.get(association.module or "")
        if target is not None and target is not schema:
            self._note(schema, target.table, line, target.module, How.ASSOCIATION)
        if found.table is not None and (target is None or found.table != target.table):
            self._note(schema, found.table, line, way, How.ASSOCIATION)
        join = self._schemas.get(association.join_module or "")
        if join is not None:
            self._note(schema, join.table, line, join.module, How.ASSOCIATION)
        elif found.through is not None:
            self._note(schema, found.through, line, way, How.ASSOCIATION)

    def _note(self, schema: EctoSchema, table: Name, line: int, via: str, how: How) -> None:
        user = User(schema.module, UserKind.SCHEMA, schema.path, line, via, how)
        self._found[table].setdefault(self._key(schema.module, via, line), user)

    def _key(self, module: str, via: str, line: int) -> tuple[str, str, int]:
        return module, via, line if self._every_place else 0

    def search(self, file: ElixirFile, left_out: set[str]) -> None:
        """Find the tables that the modules of a file use."""
        if b"defmodule" not in file.source and b"defimpl" not in file.source:
            return
        if left_out.issuperset(modules_in(file.source)) and b"defimpl" not in file.source:
            return
        names_schema = not self._last.isdisjoint(_ALIAS.findall(file.source))
        if not names_schema and not self._names.may_be_in(file.source):
            return
        facts = {}
        for module in file.modules:
            of_module = self.code.facts(file, module)
            if module.name not in left_out and not _LEFT_OUT.intersection(of_module.uses):
                facts[module.name] = of_module
        if names_schema:
            for node, written, position, line in _written(file):
                schema = self._schemas.get(file.resolve(written, position))
                if schema is not None:
                    self._add(schema.table, file, facts, node, (line, schema.module, How.REFERENCE))
        for named in named_tables(file, self._names):
            how = How.SQL if named.is_sql else How.QUERY
            line = named.node.start_point.row + 1
            self._add(named.table, file, facts, named.node, (line, named.via, how))

    def _add(
        self,
        table: Name,
        file: ElixirFile,
        facts: Mapping[str, ModuleFacts],
        node: Node,
        place: tuple[int, str, How],
    ) -> None:
        line, via, how = place
        around = file.module_at(node.start_byte)
        users = {around: facts.get(around)}
        if not around:
            users = dict.fromkeys(implementation(file, node), _NO_FACTS)
        found = self._found[table]
        for module, of_module in users.items():
            key = self._key(module, via, line)
            if of_module is None or module == via or key in found:
                continue
            kind = user_kind(
                module, file.path, of_module, schemas=self._schemas, contexts=self._contexts
            )
            found[key] = User(module, kind, file.path, line, via, how)


def _written(file: ElixirFile) -> Iterator[tuple[Node, str, int, int]]:
    """Yield each module name of a file as written: its node, the name, its position and line.

    `alias` calls are left out: giving a module a name is no use of it.
    """
    tree = file.tree
    directives = [(node.start_byte, node.end_byte) for node in file.alias_calls()]
    for node in file.names():
        start = node.start_byte
        if any(begin <= start < end for begin, end in directives):
            continue
        written = alias_text(tree, node)
        if written is not None:
            yield node, written, start, node.start_point.row + 1
    if not any(sigil in file.source for sigil in _TEMPLATES):
        return
    for node in file.strings():
        if not file.source.startswith(_TEMPLATES, node.start_byte):
            continue
        text = file.source[node.start_byte : node.end_byte]
        for match in _IN_TEMPLATE.finditer(text):
            written = (match["struct"] or match["module"]).decode()
            line = node.start_point.row + 1 + text.count(b"\n", 0, match.start())
            yield node, written, node.start_byte, line
