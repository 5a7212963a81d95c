"""Read the Ecto schemas of the legacy code, as hints.

Nothing is run. A schema is a module with `schema "table" do` that uses `Ecto.Schema`, by itself or
by a base module of the project; the attributes that such a base sets (`@primary_key` …) are looked
up there. A base outside of the code base may be one of Ecto's. Many other libraries have a `schema`
of their own, which is none of this module's business.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeGuard

import msgspec

from ash_scaffold.ash.defaults import shown_default
from ash_scaffold.ash.hints import (
    ArrayHint,
    CallDefault,
    EctoTypeHint,
    LegacyConstraint,
    LegacyDefault,
    UnreadDefault,
)
from ash_scaffold.legacy.associations import resolve
from ash_scaffold.legacy.code_base import CodeBase, ModuleFacts, SchemaCall
from ash_scaffold.legacy.constraints import (
    Mention,
    has_mentions,
    mentions,
    mentions_elsewhere,
    resolved,
)
from ash_scaffold.legacy.ecto import (
    EctoField,
    EctoSchema,
    EmbeddedSchema,
    Hints,
    OtherRepo,
    Unread,
)
from ash_scaffold.legacy.evaluate import Pairs, evaluate
from ash_scaffold.legacy.files import ElixirFile, source_files
from ash_scaffold.legacy.schema_body import read_body
from ash_scaffold.legacy.types import Types
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name
from ash_scaffold.project.mix_project import App, ModuleEntry, Project, Repo, Unparsed
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import CallSite, call_site
from ash_scaffold.syntax.values import Unreadable
from ash_scaffold.term import Atom, Module

# Ecto's own base, and libraries with the same `schema` that set nothing else.
_BASES = frozenset({"Ecto.Schema", "TypedEctoSchema", "TypedSchema", "PolymorphicEmbed"})
# What makes no schema in the body of a module, as anything else might.
_PLAIN_CALLS = frozenset(
    "alias def defdelegate defexception defguard defguardp defmacro defmacrop defmodule defp "
    "import require use".split()
)
_CAST = re.compile(rb"\bcast\(")
_SCHEMA = re.compile(rb"\b(?:typed_)?(?:embedded_)?schema\b[^\n]*|\bEcto\.Schema\b")


def read_legacy(
    project: Project, folder: str | Path | None = None, repo: str | None = None
) -> Hints:
    """Read every Ecto schema of the project, all applications of an umbrella included.

    Those of an application are left out that has repos, but not `repo`, and depends on no
    application that has it: its tables are of another database. `folder` is where to look
    instead: relative to the project's root, or absolute, such as another repository. Raises
    nothing on any content of the files.
    """
    code = CodeBase(source_files(project, folder))
    others = () if folder is not None or repo is None else _other_repos(project, repo)
    hints = read_code(code, project.modules, tuple(f"{each.app}/" for each in others))
    if others:
        hints = msgspec.structs.replace(hints, other_repos=others)
    if folder is not None:
        schemas = (_without_calls_elsewhere(each, code, project) for each in hints.schemas)
        hints = msgspec.structs.replace(hints, schemas=tuple(schemas))
    return msgspec.structs.replace(hints, folder=None if folder is None else str(folder))


def _other_repos(project: Project, repo: str) -> tuple[OtherRepo, ...]:
    having = {app.name for app in project.apps if _repo_of(project, app, repo) is not None}
    found = []
    for app in project.apps:
        own = _repo_of(project, app)
        if app.name in having or own is None or having.intersection(_needed(project, app)):
            continue
        found.append(OtherRepo(app.path, own.module, own.path, own.line))
    return tuple(found) if having else ()


def _repo_of(project: Project, app: App, repo: str | None = None) -> Repo | None:
    inside = f"{app.path}/" if app.path else ""
    own = (each for each in project.repos if each.path.startswith(inside))
    return next((each for each in own if repo in (None, each.module)), None)


def _needed(project: Project, app: App) -> frozenset[str]:
    """Return the dependencies of an application, and those of the umbrella's among them."""
    by_name = {each.name: each for each in project.apps}
    needed: set[str] = set()
    waiting = [*app.dependencies]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += by_name[name].dependencies if name in by_name else ()
    return frozenset(needed)


def read_code(
    code: CodeBase,
    modules: Mapping[str, ModuleEntry] | None = None,
    left_out: tuple[str, ...] = (),
) -> Hints:
    """Read the schemas of a code base, but for folders that are `left_out`.

    `modules` are others of the project.
    """
    reader = _Reader(code, modules or {})
    for file in code.files.values():
        if file.unread:
            reader.unparsed.append(Unparsed(file.path, 0, file.unread))
        elif file.path.startswith(left_out):
            continue
        elif b"chema" in file.source and _SCHEMA.search(file.source):
            reader.read_file(file)
    for file in code.files.values():
        # A resource names constraints as well, and is not parsed for that.
        if has_mentions(file.source):
            reader.read_mentions(file)
    return reader.hints()


def _without_calls_elsewhere(schema: EctoSchema, code: CodeBase, project: Project) -> EctoSchema:
    """Leave out the functions of another repository, which the project can't call."""

    def is_elsewhere(default: LegacyDefault) -> TypeGuard[CallDefault]:
        if not isinstance(default, CallDefault) or default.module in project.modules:
            return False
        return code.find(default.module) is not None

    fields = tuple(
        msgspec.structs.replace(field, default=UnreadDefault(shown_default(field.default)))
        if is_elsewhere(field.default)
        else field
        for field in schema.fields
    )
    return msgspec.structs.replace(schema, fields=fields)


class _Reader:
    def __init__(self, code: CodeBase, modules: Mapping[str, ModuleEntry]) -> None:
        self._code = code
        self._types = Types(code)
        self._modules = modules
        self._schemas: dict[str, EctoSchema] = {}
        self._embedded: dict[str, EmbeddedSchema] = {}
        self._mentions: defaultdict[str, list[Mention]] = defaultdict(list)
        self.unparsed: list[Unparsed] = []
        self._unread: list[Unread] = []

    def hints(self) -> Hints:
        """Return all that was read, by module name."""
        leading: dict[Name, EctoSchema] = {}
        for schema in sorted(self._schemas.values(), key=_rank):
            leading.setdefault(schema.table, schema)
            self._unread += _targets_unread(schema, self._schemas)
        used = {f.custom for each in self._embedded.values() for f in each.fields if f.custom}
        return Hints(
            schemas=tuple(
                msgspec.structs.replace(
                    schema,
                    fields=tuple(_in_embeds(field, used) for field in schema.fields),
                    first=leading[schema.table] is schema,
                    associations=resolve(schema, self._schemas),
                    constraints=self._constraints(schema),
                )
                for _, schema in sorted(self._schemas.items())
            ),
            embedded=tuple(
                msgspec.structs.replace(
                    each, fields=tuple(_in_embeds(field, used) for field in each.fields)
                )
                for _, each in sorted(self._embedded.items())
            ),
            unparsed=tuple(self.unparsed),
            unread=tuple(sorted(set(self._unread))),
        )

    def _constraints(self, schema: EctoSchema) -> tuple[LegacyConstraint, ...]:
        found = (resolved(schema, each, self._schemas) for each in self._mentions[schema.module])
        return tuple(each for each in found if each is not None)

    def read_mentions(self, file: ElixirFile) -> None:
        """Read what the changesets of a file say on constraints, once all schemas are known."""
        if file.tree.fault is not None:
            return
        for module in file.modules:
            if module.name in self._schemas:
                own = [*mentions(self._code, file, module)]
                self._mentions[module.name] = own + self._mentions[module.name]
        for schema, found in mentions_elsewhere(self._code, file, self._schemas.__contains__):
            self._mentions[schema].append(found)
        if not any(module.name in self._schemas for module in file.modules):
            self._code.release(file)

    def read_file(self, file: ElixirFile) -> None:
        """Read the schemas of a file; an outer module's macros serve the inner ones too."""
        fault = file.tree.fault
        if fault is not None:
            self.unparsed.append(Unparsed(file.path, fault.line, fault.text))
        for module in file.modules:
            facts = self._code.facts(file, module)
            if facts.schemas and _may_be_ecto(facts):
                self._read_module(file, module, facts)
            elif "Ecto.Schema" in {use.module for use in module.uses} and _may_have_more(
                file, module
            ):
                self._miss(file, module.span.line, module, "no schema that can be read")

    def _miss(self, file: ElixirFile, line: int, module: ModuleDefinition, what: str) -> None:
        self._unread.append(Unread(file.path, line, module.name, what))

    def _read_module(self, file: ElixirFile, module: ModuleDefinition, facts: ModuleFacts) -> None:
        # The module's own schema outweighs one that a macro puts there.
        own = [schema for schema in facts.schemas if schema.place.file is file]
        schema = (own or list(facts.schemas))[-1]
        if not _is_ecto(facts):
            used = ", ".join(dict.fromkeys(facts.opaque))
            what = f"no `use Ecto.Schema` was found ({used} is used): its defaults are assumed"
            self._miss(file, module.span.line, module, what)
        body = read_body(
            self._code,
            self._types,
            schema,
            module.name,
            visible=(*facts.imports, *facts.uses),
            hidden=_hidden(facts.derive),
            at=None if schema.place.file is file else (file.path, module.span.line),
        )
        self._unread += body.unread
        for embedded in body.embedded:
            self._embedded.setdefault(embedded.module, embedded)
        line = module.span.line
        if "embedded" in schema.call.name:
            self._embedded.setdefault(
                module.name,
                EmbeddedSchema(
                    module=module.name,
                    path=file.path,
                    line=line,
                    fields=body.fields,
                    primary_key=body.primary_key,
                    partial=body.partial,
                ),
            )
            return
        table = _table(schema)
        if table is None:
            self._miss(file, schema.call.span.line, module, "the name of its table can't be read")
            return
        prefix = schema.place.attributes.get("schema_prefix")
        if isinstance(prefix, Unreadable):
            self._miss(file, line, module, f"@schema_prefix can't be read: {prefix.text}")
        context = module.name.rpartition(".")[0]
        self._schemas.setdefault(
            module.name,
            EctoSchema(
                module=module.name,
                table=Name(prefix if isinstance(prefix, str) and prefix else DEFAULT_SCHEMA, table),
                path=file.path,
                line=line,
                context=context,
                context_module=self._modules.get(context) or self._code.entry(context),
                fields=body.fields,
                primary_key=body.primary_key,
                declared=body.associations,
                partial=body.partial,
                remarks=body.remarks,
                derived=_derived(facts.derive),
                casts=_CAST.search(file.source) is not None,
            ),
        )


def _is_ecto(facts: ModuleFacts) -> bool:
    return bool(_BASES.intersection((*facts.uses, *facts.imports)))


def _may_be_ecto(facts: ModuleFacts) -> bool:
    """Whether the `schema` of a module is Ecto's: known to be, or like it and from unknown code."""
    if _is_ecto(facts):
        return True
    alike = any("embedded" in each.call.name or _table(each) is not None for each in facts.schemas)
    return alike and bool(facts.opaque)


def _in_embeds(field: EctoField, used: Collection[str]) -> EctoField:
    """Mark the custom type of a field where an embedded schema uses it as well."""
    if field.custom not in used:
        return field
    hint = field.type
    if isinstance(hint, EctoTypeHint):
        hint = msgspec.structs.replace(hint, in_embeds=True)
    elif isinstance(hint, ArrayHint) and isinstance(hint.item, EctoTypeHint):
        hint = ArrayHint(msgspec.structs.replace(hint.item, in_embeds=True))
    return msgspec.structs.replace(field, type=hint)


def _may_have_more(file: ElixirFile, module: ModuleDefinition) -> bool:
    """Whether something else in a module than its functions may make a schema: a macro, a `use`."""
    if {use.module for use in module.uses} != {"Ecto.Schema"}:
        return True
    sites = (call_site(file.tree, node) for node in module.body if node.type == "call")
    return any(site is not None and site.name not in _PLAIN_CALLS for site in sites)


def _rank(schema: EctoSchema) -> tuple[int, bool, str]:
    """Sort key of a table's schemas: most fields first, then those whose context is defined."""
    return (-len(schema.fields), schema.context_module is None, schema.module)


def _targets_unread(schema: EctoSchema, schemas: Mapping[str, EctoSchema]) -> Iterator[Unread]:
    for each in schema.declared:
        if each.module is not None and each.module not in schemas:
            what = f"{each.kind} {each.name}: {each.module} is no schema that was read"
            yield Unread(schema.path, each.line, schema.module, what, each.module)


def _table(schema: SchemaCall) -> str | None:
    call: CallSite = schema.call
    value = evaluate(schema.place, call.args[0]) if call.args else None
    return value if isinstance(value, str) else None


def _derived(derive: Iterable[object]) -> tuple[str, ...]:
    """Return the protocols that `@derive` names, alone or in a list, with options or without."""
    items = [item for value in derive for item in (value if isinstance(value, list) else [value])]
    heads = [item[0] if isinstance(item, tuple) and item else item for item in items]
    return tuple(dict.fromkeys(head.name for head in heads if isinstance(head, Module)))


def _hidden(derive: Iterable[object]) -> frozenset[str]:
    """Return the fields of `@derive {Inspect, except: […]}`, alone or in a list."""
    found: set[str] = set()
    items = [item for value in derive for item in (value if isinstance(value, list) else [value])]
    for item in items:
        if isinstance(item, tuple) and len(item) == 2 and item[0] == Module("Inspect"):
            options = item[1]
            names = options.get("except") if isinstance(options, Pairs) else None
            if isinstance(names, list):
                found |= {name.name for name in names if isinstance(name, Atom)}
    return frozenset(found)
