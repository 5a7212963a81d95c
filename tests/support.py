"""What several test modules share: from a database to the text of the modules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import msgspec

from ash_scaffold.ash.managed import managed_form, prerequisites, unsayable_needs
from ash_scaffold.ash.plan import Plan, plan
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import Config, Resolver
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.modules import render_modules
from ash_scaffold.generate.options import ResourcesOptions
from ash_scaffold.postgres.answers import Question
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.connect import Connection, read_only
from ash_scaffold.postgres.read_inventory import read_inventory
from ash_scaffold.postgres.reflect import database_of_answers, read_catalog
from ash_scaffold.postgres.source import Source
from ash_scaffold.postgres.tenant_schemas import TenantSchemas
from ash_scaffold.postgres.url import URL
from ash_scaffold.session import SourceOptions

PROJECT = ProjectState(app="App", repo="App.Repo")
_RENDERER = Renderer()


class Output(msgspec.Struct, frozen=True):
    """What a database gives: the plan, and the text of each module by its name."""

    plan: Plan
    modules: dict[str, str]

    def problems(self) -> list[tuple[str, str, str]]:
        return [(p.code.value, p.where, p.what) for p in self.plan.problems]

    def section(self, module: str, name: str) -> str:
        """Return the inside of a section, with its two levels of indent taken off."""
        text = self.modules[module]
        start = text.find(f"\n  {name} do\n")
        if start < 0:
            return ""
        body = text[start + len(f"\n  {name} do\n") : text.index("\n  end\n", start) + 1]
        return "".join(line.removeprefix("    ") for line in body.splitlines(keepends=True))


def reflect(
    connection: Connection,
    *,
    schemas: tuple[str, ...] = ("public",),
    partitions: bool = False,
    tenants: TenantSchemas | None = None,
) -> Database:
    """Read the relations of schemas, and all that their keys and columns refer to."""
    question = Question(schemas=schemas, partitions=partitions)
    return database_of_answers(read_catalog(connection, question), tenants=tenants)


def generate(
    database: Database,
    config: str = "",
    *,
    domain: str | None = "App.Core",
    state: ProjectState = PROJECT,
) -> Output:
    """Plan and render; `config` is the text of `ash_scaffold.toml`."""
    said = msgspec.convert(tomllib.loads(config), Config)
    decided = plan(database, state, Resolver(said), Options(domain=domain))
    modules = render_modules(decided, _RENDERER, "lib", {})
    return Output(decided, {module.name: module.text for module in modules})


def managed(output: Output, database: Database, url: URL) -> Output:
    """Bring all resources of tables into managed form."""
    planned = [item for item in output.plan.resources if item.draft.table.kind.is_table]
    with read_only(url) as connection:
        inventory = read_inventory(connection, [item.draft.name for item in planned])
    modules = dict(output.modules)
    unsayable = [*unsayable_needs(inventory)]
    for item in planned:
        form = managed_form(item, inventory, [*database.foreign_keys()])
        modules[form.resource.module] = _RENDERER.resource(form.resource)
        unsayable += form.unsayable
    needed = prerequisites(inventory, PROJECT.app)
    if needed is not None:
        modules[needed.module] = _RENDERER.prerequisites(needed)
    if unsayable:
        said = "".join(f"# {each.object}: {each.what}\n" for each in unsayable)
        modules["unsayable"] = said
    return Output(output.plan, modules)


def resources_options(**options: object) -> ResourcesOptions:
    """Return the options of `resources`, those of the source among them."""
    fields = {name: options.pop(name) for name in [*options] if name in _SOURCE}
    return ResourcesOptions(source=SourceOptions(**fields), **options)  # type: ignore[arg-type]


_SOURCE = SourceOptions.__struct_fields__


@contextmanager
def instead_of_a_server(database: Database) -> Iterator[None]:
    """Let every command inside read this database, and use one renderer.

    The configuration may name tables that a change of the schema took away.
    """

    @contextmanager
    def opened(*_arguments: object) -> Iterator[Source]:
        yield Source(url=URL(), description="")

    with (
        mock.patch("ash_scaffold.session.open_database", opened),
        mock.patch("ash_scaffold.session.read_database", return_value=database),
        mock.patch("ash_scaffold.session.require_names"),
        mock.patch("ash_scaffold.generate.run.Renderer", return_value=_RENDERER),
    ):
        yield
