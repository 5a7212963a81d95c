"""Read the Ecto schemas of the legacy code, as hints: which module stands for which table.

Nothing is run. A schema is a module with `schema "table" do`, whichever base module it uses: a
project's own `use App.Schema` counts as much as `use Ecto.Schema`.
"""

from __future__ import annotations

from collections import defaultdict

import msgspec

from ash_scaffold.project.mix import read_source
from ash_scaffold.project.model import ModuleEntry, Project, Unparsed
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import Tree, calls, parse


class LegacySchema(msgspec.Struct, frozen=True, kw_only=True):
    """An Ecto schema: a module over a table.

    `schema` is its `@schema_prefix`, `None` for the default schema. `context` is the module that
    its name says it belongs to (`App.Accounts` of `App.Accounts.User`, "" for none);
    `context_module` is where that module is defined, when it is.
    """

    module: str
    table: str
    schema: str | None
    path: str
    line: int
    context: str
    context_module: ModuleEntry | None = None


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What the legacy code says: its schemas by module name, and the files that do not parse."""

    schemas: tuple[LegacySchema, ...] = ()
    unparsed: tuple[Unparsed, ...] = ()

    def by_table(self) -> dict[tuple[str | None, str], tuple[LegacySchema, ...]]:
        """Return the schemas of each table, keyed by prefix and table name."""
        found: defaultdict[tuple[str | None, str], list[LegacySchema]] = defaultdict(list)
        for schema in self.schemas:
            found[schema.schema, schema.table].append(schema)
        return {table: tuple(schemas) for table, schemas in found.items()}


def read_legacy(project: Project) -> Hints:
    """Read every Ecto schema of the project, all applications of an umbrella included."""
    schemas: dict[str, LegacySchema] = {}
    unparsed = []
    for path in project.schema_paths:
        source = read_source(project.root / path)
        if source is None:
            continue
        tree = parse(source)
        fault = tree.fault
        if fault is not None:
            unparsed.append(Unparsed(path, fault.line, fault.text))
        for module in modules(tree):
            schema = _schema(tree, module, path, project)
            if schema is not None:
                schemas.setdefault(schema.module, schema)
    return Hints(schemas=tuple(schemas[name] for name in sorted(schemas)), unparsed=tuple(unparsed))


def _schema(
    tree: Tree, module: ModuleDefinition, path: str, project: Project
) -> LegacySchema | None:
    call = next(
        (call for call in calls(tree, module.body, "schema") if call.body is not None), None
    )
    table = module.read(tree, call.args[0]) if call is not None and call.args else None
    if not isinstance(table, str):
        return None
    prefix = module.attributes.get("schema_prefix")
    schema = module.read(tree, prefix) if prefix is not None else None
    context = module.name.rpartition(".")[0]
    return LegacySchema(
        module=module.name,
        table=table,
        schema=schema if isinstance(schema, str) else None,
        path=path,
        line=module.span.line,
        context=context,
        context_module=project.modules.get(context),
    )
