"""Who uses a table: the modules of the legacy code that name its schema, or the table itself.

A static reference graph: a module uses a table when its source names a schema of it (directly or
by an alias), or the table in a query or in SQL. What is only called through another module, and
what is put together at run time, is not seen. Migrations, and the Ash side of the project, are
left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.legacy.code import Code, ModuleFacts
from ash_scaffold.legacy.files import ElixirFile, source_files
from ash_scaffold.legacy.kinds import UserKind, user_kind
from ash_scaffold.legacy.model import Hints
from ash_scaffold.legacy.tables_named import TableNames, named_tables
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.model import Project
from ash_scaffold.syntax.values import alias_text

__all__ = ["User", "UserKind", "usage"]

_ALIAS = re.compile(rb"[A-Z]\w*")
_LEFT_OUT = frozenset({"Ecto.Migration", "Ash.Resource", "Ash.Domain"})


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


def usage(
    project: Project, hints: Hints, tables: Iterable[Name]
) -> Mapping[Name, tuple[User, ...]]:
    """Return the users of each table, its schemas first, then by kind and module.

    Every table is a key. The code that `hints` were read from is looked through.
    """
    wanted = tuple(tables)
    finder = _Finder(Code(source_files(project, hints.folder)), hints, wanted)
    ash = {resource.module for resource in project.resources}
    ash |= {domain.module for domain in project.domains}
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
            user = User(schema.module, UserKind.SCHEMA, schema.path, schema.line, "schema")
            self._found[schema.name][schema.module, user.via] = user
            for association in schema.associations:
                if association.join_table is not None and association.join_module is None:
                    user = User(
                        schema.module,
                        UserKind.SCHEMA,
                        schema.path,
                        association.line,
                        f"many_to_many {association.name}",
                    )
                    self._found[association.join_table].setdefault((user.module, user.via), user)

    def users(self, table: Name) -> tuple[User, ...]:
        """Return who uses a table."""
        found = self._found[table].values()
        order = list(UserKind)
        return tuple(
            sorted(found, key=lambda u: (u.via != "schema", order.index(u.kind), u.module, u.via))
        )

    def look_through(self, file: ElixirFile, left_out: set[str]) -> None:
        """Find what the modules of a file use."""
        if b"defmodule" not in file.source:
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
            self._references(file, facts)
        for node, table, via in named_tables(file, self._names):
            around = file.module_at(node.start_byte)
            self._add(table, file, facts, around, node.start_point.row + 1, via)

    def _references(self, file: ElixirFile, facts: Mapping[str, ModuleFacts]) -> None:
        tree = file.tree
        directives = _directives(file)
        for node in file.names():
            if any(start <= node.start_byte < end for start, end in directives):
                continue
            written = alias_text(tree, node)
            full = None if written is None else file.resolve(written, node.start_byte)
            schema = self._schemas.get(full or "")
            around = file.module_at(node.start_byte)
            if schema is not None and around != schema.module:
                line = node.start_point.row + 1
                self._add(schema.name, file, facts, around, line, schema.module)

    def _add(
        self,
        table: Name,
        file: ElixirFile,
        facts: Mapping[str, ModuleFacts],
        module: str,
        line: int,
        via: str,
    ) -> None:
        said = facts.get(module)
        found = self._found[table]
        if said is None or (module, via) in found:
            return
        kind = user_kind(module, file.path, said, schemas=self._schemas, contexts=self._contexts)
        found[module, via] = User(module, kind, file.path, line, via)


def _directives(file: ElixirFile) -> tuple[tuple[int, int], ...]:
    """Return the ranges of `alias` calls: giving a module a name is no use of it."""
    return tuple((node.start_byte, node.end_byte) for node in file.alias_calls())
