"""A mix project, as frozen structs.

Every path is relative to `Project.root`, with `/`; every module name is full, without `Elixir.`;
lines count from 1. Sequences are sorted by module name or path, whatever the disk's order.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name
from ash_scaffold.regular_file import read_file

if TYPE_CHECKING:
    from ash_scaffold.elixir.hand_edits import Edits

UNREAD_TODO = "Make it a regular file that you may read, or move it away."


class ModuleEntry(msgspec.Struct, frozen=True):
    """Where a module is defined, and whether it is an Ash type."""

    name: str
    path: str
    line: int
    is_type: bool = False


class Repo(msgspec.Struct, frozen=True, kw_only=True):
    """A module with `use AshPostgres.Repo` or `use Ecto.Repo` (`kind`).

    `own_init` is the line of an `init/2` of its own, if that does not call `super`.
    `installed_extensions` has the names of extensions and of modules that define one. It and
    `min_pg_version` are `None` when the callback is missing or not a literal;
    `has_installed_extensions` distinguishes the two. `migrate_extensions` is false when
    `def migrate_extensions?, do: false` stands there, `None` when nothing readable does.
    """

    module: str
    path: str
    line: int
    kind: str
    installed_extensions: tuple[str, ...] | None = None
    has_installed_extensions: bool = False
    migrate_extensions: bool | None = None
    min_pg_version: str | None = None
    warn_on_missing_ash_functions: bool = True
    own_init: int | None = None

    @property
    def is_ash(self) -> bool:
        """Whether AshPostgres can use it."""
        return self.kind == "AshPostgres.Repo"


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """An Ash resource. `table` and `schema` are those its `postgres` section pins.

    `schema` is `None` for the default one. `domain` is the one it names itself.
    """

    module: str
    path: str
    line: int
    table: str | None = None
    schema: str | None = None
    domain: str | None = None
    repo: str | None = None
    fragments: tuple[str, ...] = ()

    @property
    def table_name(self) -> Name | None:
        """The qualified name of its table, `None` without one."""
        return None if self.table is None else Name(self.schema or DEFAULT_SCHEMA, self.table)


class Generated(msgspec.Struct, frozen=True):
    """A resource file as the tool wrote it: its SHA-256, and the resource that is all it holds.

    `entities` are its text, none where they are in several files.
    """

    digest: str
    resource: Resource
    entities: tuple[EntityLines, ...] = ()


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """An Ash domain and the modules that its `resources` section lists, in its order."""

    module: str
    path: str
    line: int
    resources: tuple[str, ...] = ()


class Unparsed(msgspec.Struct, frozen=True):
    """A source file that is not Elixir: where it stops being so.

    One that can't be read at all has line 0, and why not as its text.
    """

    path: str
    line: int
    text: str

    @property
    def where(self) -> str:
        """The path, with the line where there is one."""
        return f"{self.path}:{self.line}" if self.line else self.path

    @property
    def what(self) -> str:
        """A sentence for people, without what follows from it and without a full stop."""
        if not self.line:
            return f"The file can't be read: {self.text}"
        return f"The file is not valid Elixir at {self.text}"

    @property
    def todo(self) -> str:
        """What helps."""
        return "Correct it." if self.line else UNREAD_TODO


class AppConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the application in `config/*.exs`, as far as they are literal.

    `domains_path` is the file that sets `ash_domains`, `None` when no file does. `merge_upserts`
    is false when `config :ash_postgres, upsert_with_merge?: false` stands there.
    """

    ash_domains: tuple[str, ...] = ()
    ecto_repos: tuple[str, ...] = ()
    domains_path: str | None = None
    domains_line: int | None = None
    domains_readable: bool = True
    merge_upserts: bool = True


class Formatter(msgspec.Struct, frozen=True, kw_only=True):
    """The content of `.formatter.exs`, as far as it is literal. `path` is `None` without one."""

    path: str | None = None
    import_deps: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    line_length: int | None = None


class App(msgspec.Struct, frozen=True, kw_only=True):
    """One mix application: `path` is its folder ("" for the root), `lib` its source folders.

    `requirements` are the versions that mix.exs asks for, by dependency, where it has some.
    """

    name: str
    path: str
    namespace: str
    lib: tuple[str, ...]
    dependencies: tuple[str, ...] = ()
    requirements: Mapping[str, str] = {}


class Project(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A mix project, read without running anything.

    `app` is the application that resources go to, `apps` all of an umbrella's (just the one
    otherwise). `modules`, `repos`, `resources` and `domains` cover all of them.
    `schema_paths` are the files that may define Ecto schemas. `versions` are the Hex packages of
    mix.lock; `root` is the folder of the outermost mix.exs, absolute. `sources` are the `.ex` files
    by path, each read once: all that a run says of them then goes by the same bytes. `edits`
    are those of generated resources by path, where most of the file is as it was generated.
    """

    root: Path
    app: App
    apps: tuple[App, ...]
    umbrella: bool = False
    modules: Mapping[str, ModuleEntry]
    repos: tuple[Repo, ...] = ()
    resources: tuple[Resource, ...] = ()
    domains: tuple[Domain, ...] = ()
    schema_paths: tuple[str, ...] = ()
    unparsed: tuple[Unparsed, ...] = ()
    config: AppConfig = AppConfig()
    formatter: Formatter = Formatter()
    versions: Mapping[str, str] = {}
    sources: Mapping[str, bytes] = {}
    edits: Mapping[str, Edits] = {}

    def source(self, path: str) -> bytes:
        """Return the bytes of a file: of a source file those that were read with the project.

        Raises `OSError`.
        """
        found = self.sources.get(path)
        return read_file(self.root / path) if found is None else found

    @property
    def app_root(self) -> Path:
        """The folder of the application that resources go to, absolute."""
        return self.root / self.app.path

    @property
    def repo(self) -> Repo | None:
        """The repo to use when none is named, `None` when there is none.

        One of the application before another's, then the first of `ecto_repos`, then one that
        Ash can use, then by name.
        """
        order = {name: rank for rank, name in enumerate(self.config.ecto_repos)}
        inside = f"{self.app.path}/" if self.app.path else ""

        def rank(repo: Repo) -> tuple[bool, int, bool, str]:
            own = repo.path.startswith(inside)
            return (not own, order.get(repo.module, len(order)), not repo.is_ash, repo.module)

        return min(self.repos, key=rank, default=None)

    def domain(self, module: str) -> Domain | None:
        """Return the domain of that name."""
        return next((domain for domain in self.domains if domain.module == module), None)

    def resource(self, module: str) -> Resource | None:
        """Return the resource of that name."""
        return self._by_module.get(module)

    @cached_property
    def _by_module(self) -> Mapping[str, Resource]:
        return {resource.module: resource for resource in reversed(self.resources)}
