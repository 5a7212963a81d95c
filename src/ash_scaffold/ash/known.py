"""What the project already has, as far as planning needs to know it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ash_scaffold.postgres.catalog import Name


class KnownResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that is in the project: found by the table it is pinned to."""

    module: str
    table: Name
    domain: str | None
    path: str


class LegacySchema(msgspec.Struct, frozen=True, kw_only=True):
    """An Ecto schema of the legacy code. `context` is the module above it."""

    module: str
    table: Name
    context: str
    path: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The project's modules. `app` is its namespace, such as `App`.

    `modules` maps every module that is no Ash resource, domain or generated type to its file;
    `domains` maps Ash domains to theirs; `resources` are by the table they are pinned to.
    `repo_extensions` is None when the repo doesn't say them readably.
    """

    app: str
    repo: str
    modules: Mapping[str, str] = {}
    domains: Mapping[str, str] = {}
    resources: Mapping[Name, KnownResource] = {}
    legacy: tuple[LegacySchema, ...] = ()
    geo_postgis: bool = False
    repo_extensions: tuple[str, ...] | None = None
