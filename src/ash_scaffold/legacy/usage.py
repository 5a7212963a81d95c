"""Who uses a table: the modules of the legacy code that name its schema, or the table itself.

A static reference graph: a module uses a table when its source names a schema of it (directly or
by an alias, in a `~H` template too), or the table in a query or in SQL. What is only called through
another module, and what is put together at run time, is not seen. Migrations, tests, scripts
(`.exs`), templates in files of their own, and the Ash side of the project are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec
from tree_sitter import Node

from ash_scaffold.legacy.code import Code, ModuleFacts
from ash_scaffold.legacy.files import ElixirFile, source_files
from ash_scaffold.legacy.implementations import implementation
from ash_scaffold.legacy.kinds import UserKind, user_kind
from ash_scaffold.legacy.model import Association, Hints, LegacySchema
from ash_scaffold.legacy.tables_named import TableNames, named_tables
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.model import Project
from ash_scaffold.syntax.values import alias_text

__all__ = ["How", "User", "UserKind", "usage"]

_ALIAS = re.compile(rb"[A-Z]\w*")
# What calls a function of a module, or makes a struct of it, in the markup of a template.
_IN_TEMPLATE = re.compile(
    rb"(?<![\w.:])(?:%(?P<struct>[A-Z]\w*(?:\.[A-Z]\w*)*)\{"
    rb"|(?P<module>[A-Z]\w*(?:\.[A-Z]\w*)*)\.[a-z_])"
)
_TEMPLATES = (b"~H", b"~L", b"~E")
# A domain may be a legacy context that was adopted: what it calls is legacy code as before.
_LEFT_OUT = frozenset({"Ecto.Migration", "Ash.Resource"})
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
    """A module that uses a table: what it is, and the first place where it does so.

    `via` is the schema's module that it names, `schema` where it is that schema, or the call that
    takes the table's name or the SQL (`from`, `Repo.query!`, `SQL` for a text of its own).
    """

    module: str
    kind: UserKind
    path: str
    line: int
    via: str
    how: How = How.REFERENCE


def usage(
    project: Project, hints: Hints, tables: Iterable[Name]
) -> Mapping[Name, tuple[User, ...]]:
    """Return the users of each table, its schemas first, then by kind and module.

    Every table is a key. The code that `hints` were read from is looked through. Raises nothing on
    any content of the files.
    """
    wanted = tuple(tables)
    finder = _Finder(Code(source_files(project, hints.folder)), hints, wanted)
    ash = {resource.module for resource in project.resources}
    for file in finder.code.files.values():
        finder.look_through(file, ash)
        finder.code.release(file)
    return {table: finder.users(table) for table in wanted}


class _Finder:
    def __init__(self, code: Code, hints: Hints, tables: tuple[Name, ...]) -> None:
        self.code = code
        self._schemas = {schema.module: schema for schema in hints.schemas}
        self._contexts = {schema.context for schema in hints.schemas if schema.context}
        self._last = {module.rpartition(".")[2].encode() for module in self._schemas}
        self._names = TableNames(tables)
        self._found: defaultdict[Name, dict[tuple[str, str], User]] = defaultdict(dict)
        for schema in hints.schemas:
            self._note(schema, schema.name, schema.line, "schema", How.SCHEMA)
        for schema in hints.schemas:
            for association in schema.associations:
                self._associated(schema, association)

    def users(self, table: Name) -> tuple[User, ...]:
        """Return who uses a table."""
        found = self._found[table].values()
        order = list(UserKind)
        return tuple(
            sorted(found, key=lambda u: (u.via != "schema", order.index(u.kind), u.module, u.via))
        )

    def _associated(self, schema: LegacySchema, association: Association) -> None:
        """Note the tables that an association of a schema is with: its target's, and the join's."""
        line, way = association.line, f"{association.kind.value} {association.name}"
        target = self._schemas.get(association.module or "")
        if target is not None and target is not schema:
            self._note(schema, target.name, line, target.module, How.ASSOCIATION)
        if association.table is not None and (target is None or association.table != target.name):
            self._note(schema, association.table, line, way, How.ASSOCIATION)
        through = self._schemas.get(association.join_module or "")
        if through is not None:
            self._note(schema, through.name, line, through.module, How.ASSOCIATION)
        elif association.join_table is not None:
            self._note(schema, association.join_table, line, way, How.ASSOCIATION)

    def _note(self, schema: LegacySchema, table: Name, line: int, via: str, how: How) -> None:
        user = User(schema.module, UserKind.SCHEMA, schema.path, line, via, how)
        self._found[table].setdefault((schema.module, via), user)

    def look_through(self, file: ElixirFile, left_out: set[str]) -> None:
        """Find what the modules of a file use."""
        if b"defmodule" not in file.source and b"defimpl" not in file.source:
            return
        names_schema = not self._last.isdisjoint(_ALIAS.findall(file.source))
        if not names_schema and not self._names.may_be_in(file.source):
            return
        facts = {}
        for module in file.modules:
            said = self.code.facts(file, module)
            if module.name not in left_out and not _LEFT_OUT.intersection(said.uses):
                facts[module.name] = said
        if names_schema:
            for node, written, position, line in _written(file):
                schema = self._schemas.get(file.resolve(written, position))
                if schema is not None:
                    self._add(schema.name, file, facts, node, (line, schema.module, How.REFERENCE))
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
        for module, said in users.items():
            if said is None or module == via or (module, via) in found:
                continue
            kind = user_kind(
                module, file.path, said, schemas=self._schemas, contexts=self._contexts
            )
            found[module, via] = User(module, kind, file.path, line, via, how)


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
