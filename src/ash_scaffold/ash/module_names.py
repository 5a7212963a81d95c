"""Names of the modules of domains and resources, apart from those that the project has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.ash.naming import Names, camelize, module_segment, underscore
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.scope import Options
from ash_scaffold.config.match import Resolver
from ash_scaffold.config.rules import valid_alias
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, ScaffoldError, fail


class Modules(msgspec.Struct, frozen=True, kw_only=True):
    """`resources` by table; `domains` by logical name; `types` is the support types' namespace.

    `moved` are logical domains whose modules could not take the plain names, with the reason;
    `adopted` are those whose legacy context becomes the domain, with its file;
    `renamed` are the modules of types that people have renamed, by what they would be called.
    """

    resources: Mapping[Name, str]
    domains: Mapping[str, str]
    types: str
    moved: Mapping[str, str]
    adopted: Mapping[str, str] = {}
    renamed: Mapping[str, str] = {}


def plan_modules(
    domains: Mapping[Name, str],
    state: ProjectState,
    config: Resolver,
    tables: Iterable[Name] = (),
    options: Options | None = None,
) -> Modules:
    """Name every module. Raises `ScaffoldError` for names that the configuration can't have.

    `tables` are all of the database, in a domain or not: a name must not depend on which domains
    exist yet.

    A resource that is in the project keeps its name. A domain keeps to `Domain.Table`, unless a
    module of the legacy code is in the way: then the whole domain goes to
    `Domain.Resources.Table`, with `Domain.Domain` as its domain, or the legacy module itself
    where `options` or the configuration have that adopted. Resources that are there keep the
    others in their namespace.
    """
    by_domain: dict[str, list[Name]] = {}
    for name in sorted(domains):
        by_domain.setdefault(domains[name], []).append(name)
    words = frozenset(underscore(name.name) for name in (*domains, *tables))
    resources: dict[Name, str] = {}
    domain_modules: dict[str, str] = {}
    moved: dict[str, str] = {}
    options = options or Options()
    adopted: dict[str, str] = {}
    namer = _Namer(state, config, words)
    for domain in sorted(by_domain):
        _require_name(domain)
        adopts = domain in state.modules and options.adopts(domain, config)
        module = domain if adopts else namer.domain_module(domain)
        domain_modules[domain] = module
        namespace, reason = namer.namespace(domain, by_domain[domain])
        if adopts:
            adopted[domain] = state.modules[domain]
        elif reason:
            moved[domain] = reason
        resources.update(namer.resources(by_domain[domain], namespace))
    _no_two_alike(resources)
    return Modules(
        resources=resources,
        domains=domain_modules,
        types=_types_namespace(state),
        moved=moved,
        adopted=adopted,
        renamed=state.types,
    )


def _require_name(domain: str) -> None:
    if not valid_alias(domain):
        raise fail(
            Code.INVALID_MODULE_NAME,
            f"{domain!r} is no name for a module.",
            where="--domain",
            todo="Write it as in App.Accounts.",
        )


class _Namer:
    def __init__(self, state: ProjectState, config: Resolver, tables: frozenset[str]) -> None:
        self._state = state
        self._config = config
        self._tables = tables
        self._taken = Names(state.modules)
        self._foreign = {module.casefold() for module in state.modules}

    def domain_module(self, domain: str) -> str:
        for module in (domain, f"{domain}.Domain"):
            if module in self._state.domains:
                return module
        if domain.casefold() not in self._foreign:
            return domain
        module = f"{domain}.Domain"
        if module.casefold() in self._foreign:
            raise fail(
                Code.LEGACY_COLLISION,
                f"{domain} and {module} are both modules of the legacy code.",
                where=self._state.modules.get(module, ""),
                todo="Choose another name: --domain App.….",
            )
        return module

    def namespace(self, domain: str, tables: Iterable[Name]) -> tuple[str, str]:
        """Return where a domain's resources go, and why when that is not the domain itself."""
        configured = self._config.config.domains.get(domain)
        namespace = (configured.resource_namespace if configured else None) or (
            self._config.config.resource_namespace
        )
        if namespace is not None:
            return namespace, ""
        if domain.casefold() in self._foreign:
            return f"{domain}.Resources", f"{domain} is a module of the legacy code"
        for name in tables:
            module = f"{domain}.{module_segment(name.name, self._tables)}"
            fixed = self._config.for_table(name).resource is not None
            if not fixed and module.casefold() in self._foreign:
                return f"{domain}.Resources", f"{module} is a module of the legacy code"
        return (f"{domain}.Resources" if self._stand_apart(domain, tables) else domain), ""

    def _stand_apart(self, domain: str, tables: Iterable[Name]) -> bool:
        """Whether existing resources made way for legacy code, which may have been removed since.

        A context that has become the domain is no legacy code any more either.
        """
        there = [
            self._state.resources[name].module
            for name in tables
            if name in self._state.resources and self._config.for_table(name).resource is None
        ]
        return bool(there) and all(name.startswith(f"{domain}.Resources.") for name in there)

    def resources(self, tables: list[Name], namespace: str) -> dict[Name, str]:
        found: dict[Name, str] = {}
        for name in tables:
            configured = self._config.for_table(name).resource
            existing = self._state.resources.get(name)
            if configured is not None:
                found[name] = self._configured(name, configured, namespace)
            elif existing is not None:
                found[name] = existing.module
            if name in found:
                self._taken.take(found[name])
        for name in sorted(tables, key=self._precedence):
            if name not in found:
                found[name] = self._taken.take(*self._choices(name, namespace))
        return found

    def _precedence(self, name: Name) -> tuple[bool, bool, Name]:
        """`person` has its own name before `people`, which can be called a plural as well."""
        singular = module_segment(name.name, self._tables)
        changed = singular != module_segment(name.name, self._tables, singular=False)
        return name.schema != "public", changed, name

    def _choices(self, name: Name, namespace: str) -> list[str]:
        """Tell tables apart by schema, then by leaving the name a plural."""
        singular = module_segment(name.name, self._tables)
        plural = module_segment(name.name, self._tables, singular=False)
        schema = camelize(underscore(name.schema))
        choices = [singular, schema + singular, plural, schema + plural]
        if name.schema == "public":
            choices = [singular, plural, schema + singular, schema + plural]
        return [f"{namespace}.{choice}" for choice in choices]

    def _configured(self, name: Name, resource: str, namespace: str) -> str:
        module = resource if "." in resource else f"{namespace}.{resource}"
        path = self._state.modules.get(module)
        if path is not None:
            raise fail(
                Code.LEGACY_COLLISION,
                f"The configuration gives {name} the module {module}, "
                "which the legacy code already has.",
                where=path,
                todo=f'Choose another: [tables."{name}"] resource = "…", or a resource_namespace '
                "for the domain.",
            )
        return module


def _no_two_alike(resources: Mapping[Name, str]) -> None:
    by_module: dict[str, list[Name]] = {}
    for name, module in resources.items():
        by_module.setdefault(module.casefold(), []).append(name)
    problems = [
        Code.MODULE_COLLISION.at(
            ", ".join(str(name) for name in names),
            f"These tables would all get the module {resources[names[0]]}.",
            todo='Give each its own: [tables.…] resource = "…".',
        )
        for names in by_module.values()
        if len(names) > 1
    ]
    if problems:
        raise ScaffoldError(*problems)


def _types_namespace(state: ProjectState) -> str:
    """Choose where support types go: `App.Types`, unless the legacy code has modules there."""
    for last in ("Types", "AshTypes", "ScaffoldTypes"):
        namespace = f"{state.app}.{last}"
        prefix = f"{namespace}.".casefold()
        if not any(module.casefold().startswith(prefix) for module in state.modules):
            return namespace
    return f"{state.app}.AshScaffold.Types"
