"""The public functions of the legacy code that read or write rows with one plain call of a repo.

`get_user!(id)` around `Repo.get!(User, id)`, `create_user(attrs)` around a changeset function and
`Repo.insert`. One that does more, with the rows of a schema, is there with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from tree_sitter import Node

from ash_scaffold.ash.changesets import Changeset, ContextFunction, ContextKind
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.legacy.functions import Clause, Function, Module, Modules, operator_of
from ash_scaffold.syntax.parse import CallSite, call_site, expressions, is_keywords, key_text, pairs
from ash_scaffold.syntax.values import alias_text

_CALL = re.compile(rb"[Rr]epo\s*\.\s*[a-z]|Multi\s*\.\s*[a-z]")
_REPO = re.compile(r"(?:^|\.|_)(?:\w*Repo|repo)$")
_PRIMITIVE_GUARD = re.compile(r"is_(?:binary|integer|map|list|atom)\(\w+\)")
Key: TypeAlias = tuple[str, str, int]


class _NotPlainError(Exception):
    """The function does more: what."""

    kind = ContextKind.OTHER


class _QueryError(_NotPlainError):
    """The function is one call that reads by a query."""

    kind = ContextKind.QUERY

    def __init__(self) -> None:
        super().__init__("it reads by a query")


def read_context_functions(
    code: CodeBase, hints: Hints, changesets: Iterable[Changeset]
) -> tuple[ContextFunction, ...]:
    """Return the functions around calls of a repo, by module, name and arity.

    `changesets` are those of the code base. Nothing is raised on any content of it.
    """
    reader = _Reader(code, hints, {(c.module, c.function, c.arity): c for c in changesets})
    found: list[ContextFunction] = []
    for file in code.files.values():
        if _CALL.search(file.source):
            for definition in file.modules:
                found += reader.functions(reader.modules.of(file, definition))
    return tuple(sorted(found, key=lambda f: (f.module, f.function, f.arity)))


class _Reader:
    def __init__(self, code: CodeBase, hints: Hints, changesets: Mapping[Key, Changeset]) -> None:
        self.modules = Modules(code)
        self._schemas = {schema.module: schema for schema in hints.schemas}
        self._changesets = changesets

    def functions(self, module: Module) -> Iterator[ContextFunction]:
        """Yield the functions of a module that call a repo."""
        if _REPO.search(module.name) or "Ecto.Repo" in module.facts.uses:
            return
        for function in module.functions.values():
            bodies = function.bodies
            if function.private or not any(_calls_repo(module, each) for each in bodies):
                continue
            try:
                if len(bodies) != 1:
                    raise _NotPlainError(f"it has {len(bodies)} clauses")
                yield self._plain(module, function, bodies[0])
            except _NotPlainError as error:
                other = self._other(module, function, error)
                if other is not None:
                    yield other

    def _other(
        self, module: Module, function: Function, error: _NotPlainError
    ) -> ContextFunction | None:
        """Return one that is not plain, None where it names no schema that is known.

        It is about the first one in its bodies: parameters may be rows that these belong to.
        """
        bodies = [node for clause in function.bodies for node in clause.body or ()]
        heads = [clause.site.node for clause in function.bodies]
        named = next(self._named(module, [*bodies, *heads]), module.name)
        schema = self._schemas.get(named)
        if schema is None:
            return None
        clause = function.bodies[0]
        return self._made(module, function, clause, error.kind, schema, reason=str(error))

    def _named(self, module: Module, nodes: Sequence[Node]) -> Iterator[str]:
        """Yield the schemas that code names, in order."""
        stack = [*reversed(nodes)]
        while stack:
            node = stack.pop()
            written = alias_text(module.file.tree, node)
            if written is None:
                stack.extend(reversed(node.named_children))
                continue
            full = module.file.resolve(written, node.start_byte, module.name)
            if full in self._schemas:
                yield full

    def _made(
        self,
        module: Module,
        function: Function,
        clause: Clause,
        kind: ContextKind,
        schema: EctoSchema | None,
        *,
        by: Sequence[tuple[str, str]] = (),
        raises: bool = False,
        changeset: Key | None = None,
        reason: str = "",
    ) -> ContextFunction:
        return ContextFunction(
            module=module.name,
            function=function.name,
            arity=function.arity,
            path=module.file.path,
            line=function.clauses[0].site.span.line,
            kind=kind,
            schema="" if schema is None else schema.module,
            table=None if schema is None else schema.table,
            parameters=tuple(_parameter(module, each.pattern) for each in clause.parameters),
            by=tuple(field for field, _ in by),
            given=tuple(name for _, name in by),
            raises=raises,
            changeset=changeset,
            reason=reason,
        )

    def _plain(self, module: Module, function: Function, clause: Clause) -> ContextFunction:
        if clause.rescued:
            raise _NotPlainError("it has a rescue")
        if clause.guard is not None:
            guard = module.file.tree.text(clause.guard)
            if _PRIMITIVE_GUARD.sub("", guard).replace("and", "").strip():
                raise _NotPlainError("it has a guard")
        steps = _steps(module, clause)
        last = steps[-1]
        site = call_site(module.file.tree, last)
        if site is None or len(steps) == 0 or not self._is_repo(module, site):
            raise _NotPlainError("more follows on the call of the repo")
        name = site.name.rpartition(".")[2]
        raises = name.endswith("!")
        plain = name.removesuffix("!")
        first = steps[:-1]
        arguments = list(site.values)
        if not first:
            if not arguments:
                raise _NotPlainError("it is not read")
            first, arguments = _pipeline(module, arguments[0]), arguments[1:]
        names = {n for n in (_parameter(module, p.pattern) for p in clause.parameters) if n}
        if plain in ("get", "get_by", "all"):
            schema = self._schema_of(module, first)
            if plain == "all":
                if arguments:
                    raise _NotPlainError("it has options")
                return self._made(module, function, clause, ContextKind.LIST, schema)
            by = self._compared(module, schema, plain, arguments, names)
            return self._made(
                module, function, clause, ContextKind.GET, schema, by=by, raises=raises
            )
        if plain in ("insert", "update"):
            if arguments:
                raise _NotPlainError("the write has options")
            return self._written(module, function, clause, first, plain, raises=raises)
        if plain == "delete":
            text = module.file.tree.text(first[0])
            if arguments:
                raise _NotPlainError("the delete has options")
            if text not in names:
                raise _NotPlainError("it deletes something else than what it is given")
            if len(first) > 1:
                raise _NotPlainError("it takes other steps before the delete")
            schema = self._of_parameter(module, clause, text)
            return self._made(module, function, clause, ContextKind.DELETE, schema, raises=raises)
        if plain in ("one", "exists?"):
            raise _QueryError
        raise _NotPlainError(f"it calls {name}")

    def _is_repo(self, module: Module, site: CallSite) -> bool:
        owner = site.name.rpartition(".")[0]
        if owner[:1].isupper():
            owner = module.file.resolve("".join(owner.split()), site.node.start_byte, module.name)
        return bool(_REPO.search(owner))

    def _schema_of(self, module: Module, first: Sequence[Node]) -> EctoSchema:
        written = alias_text(module.file.tree, first[0]) if len(first) == 1 else None
        if written is None:
            raise _QueryError
        full = module.file.resolve(written, first[0].start_byte, module.name)
        schema = self._schemas.get(full)
        if schema is None:
            raise _NotPlainError(f"{full} is no schema that was read")
        return schema

    def _compared(
        self,
        module: Module,
        schema: EctoSchema,
        call: str,
        arguments: Sequence[Node],
        names: set[str],
    ) -> list[tuple[str, str]]:
        """Return the fields that a row is looked for by, and the parameters they are given by."""
        if len(arguments) != 1:
            raise _NotPlainError("it has options")
        text = module.file.tree.text(arguments[0])
        if call == "get":
            keys = [f.name for f in schema.fields if f.column in schema.primary_key]
            if text not in names or len(keys) != 1:
                raise _NotPlainError("it is not read by a parameter alone")
            return [(keys[0], text)]
        holder = arguments[0]
        if holder.type == "map":
            content = next((c for c in holder.named_children if c.type == "map_content"), holder)
            inner = expressions(content)
            holder = inner[0] if len(inner) == 1 else holder
        if not is_keywords(holder):
            raise _NotPlainError("it is not read by fields and parameters alone")
        found: list[tuple[str, str]] = []
        for pair in pairs(holder):
            key, value = key_text(module.file.tree, pair), pair.child_by_field_name("value")
            given = None if value is None else module.file.tree.text(value)
            if key is None or given is None or given not in names:
                raise _NotPlainError("it is not read by fields and parameters alone")
            found.append((key, given))
        return found

    def _written(
        self,
        module: Module,
        function: Function,
        clause: Clause,
        steps: Sequence[Node],
        plain: str,
        *,
        raises: bool,
    ) -> ContextFunction:
        """Return one that writes with a changeset function and nothing else."""
        if len(steps) not in (1, 2):
            raise _NotPlainError("it does more than to write with a changeset function")
        site = call_site(module.file.tree, steps[-1])
        if site is None:
            raise _NotPlainError("it does not write with a changeset function")
        values = (*steps[:-1], *site.values)
        found = self._changeset(module, site, len(values))
        if found is None:
            raise _NotPlainError("it does not write with a changeset function that is known")
        texts = {_parameter(module, each.pattern) for each in clause.parameters}
        for value in values:
            text = module.file.tree.text(value)
            if text not in texts and not re.fullmatch(r"%[\w.]+\{\}", text):
                raise _NotPlainError("it changes what it is given")
        kind = ContextKind.CREATE if plain == "insert" else ContextKind.UPDATE
        key = found.module, found.function, found.arity
        schema = self._schemas.get(found.schema)
        return self._made(module, function, clause, kind, schema, raises=raises, changeset=key)

    def _changeset(self, module: Module, site: CallSite, count: int) -> Changeset | None:
        owner, _, plain = site.name.rpartition(".")
        found: Function | None
        if owner:
            written = "".join(owner.split())
            full = module.file.resolve(written, site.node.start_byte, module.name)
            other = self.modules.get(full)
            found = None if other is None else other.function(plain, count)
        else:
            found = module.function(plain, count)
        return None if found is None else self._changesets.get(found.key)

    def _of_parameter(self, module: Module, clause: Clause, name: str) -> EctoSchema:
        """Return the schema that a parameter's pattern asks for, else the one it is named after."""
        for parameter in clause.parameters:
            if _parameter(module, parameter.pattern) != name:
                continue
            stack = [parameter.pattern]
            while stack:
                node = stack.pop()
                written = alias_text(module.file.tree, node)
                if written is None:
                    stack.extend(node.named_children)
                    continue
                full = module.file.resolve(written, node.start_byte, module.name)
                if full in self._schemas:
                    return self._schemas[full]
        if module.name in self._schemas:
            return self._schemas[module.name]
        raise _NotPlainError("the schema of what it deletes is not said")


def _calls_repo(module: Module, clause: Clause) -> bool:
    span = clause.site.span
    return _CALL.search(module.file.source, span.start, span.end) is not None


def _steps(module: Module, clause: Clause) -> list[Node]:
    """Return the pipeline that a body is; variables that are set before it are put in their place.

    Raises `_NotPlainError` for a body of any other form.
    """
    body = list(clause.body or ())
    set_before: dict[str, Node] = {}
    for node in body[:-1]:
        parts = operator_of(module.file, node, "=")
        if parts is None or parts[0].type != "identifier":
            raise _NotPlainError("it has several statements")
        set_before[module.file.tree.text(parts[0])] = parts[1]
    if not body:
        raise _NotPlainError("it is empty")
    found = _pipeline(module, body[-1])
    name = module.file.tree.text(found[0])
    if set_before and list(set_before) != [name]:
        raise _NotPlainError("it has several statements")
    if name in set_before:
        found = [*_pipeline(module, set_before[name]), *found[1:]]
    return found


def _pipeline(module: Module, node: Node) -> list[Node]:
    """Return the parts of a pipe, the expression itself for any other."""
    found: list[Node] = []
    parts = operator_of(module.file, node, "|>")
    while parts is not None:
        found.append(parts[1])
        node = parts[0]
        parts = operator_of(module.file, node, "|>")
    return [node, *reversed(found)]


def _parameter(module: Module, node: Node) -> str:
    """Return the name of a parameter, "" for one that is taken apart."""
    parts = operator_of(module.file, node, "=")
    if parts is not None:
        return _parameter(module, parts[0]) or _parameter(module, parts[1])
    return module.file.tree.text(node) if node.type == "identifier" else ""
