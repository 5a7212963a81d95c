"""Names of the modules of domains and resources, apart from those that the project has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from ash_scaffold.ash.hints import Legacy
from ash_scaffold.ash.naming import Names, camelize, module_segment, underscore
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.schema_names import SchemaName, schema_name
from ash_scaffold.ash.scope import Options
from ash_scaffold.config.match import Resolver
from ash_scaffold.config.rules import valid_alias
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, ScaffoldError, fail

_Distance: TypeAlias = tuple[bool, bool, int]


class Modules(msgspec.Struct, frozen=True, kw_only=True):
    """`resources` by table; `domains` by logical name; `types` is the support types' namespace.

    `reasons` says how each resource is named, going on from "named". `moved` are logical domains
    whose modules could not take the plain names, with the reason; `adopted` are those whose legacy
    context becomes the domain, with its file; `renamed` are the modules of types that people have
    renamed, by what they would be called.
    """

    resources: Mapping[Name, str]
    reasons: Mapping[Name, str] = {}
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

    The last segment of a resource's name is the configuration's, else that of the resource in the
    project, else the snapshot's, else that of the table's Ecto schema, else the table's in the
    singular. A domain keeps to `Domain.Name`, unless a module of the legacy code is in the way:
    then the whole domain goes to `Domain.Resources.Name`, with `Domain.Domain` as its domain, or
    the legacy module itself where `options` or the configuration have that adopted. Resources that
    are there keep the others in their namespace.
    """
    options = options or Options()
    by_domain = _by_domain(domains)
    namer = _Namer(state, config, frozenset(underscore(n.name) for n in (*domains, *tables)))
    domain_modules: dict[str, str] = {}
    moved: dict[str, str] = {}
    adopted: dict[str, str] = {}
    places: dict[Name, _Place] = {}
    for domain, own in by_domain.items():
        _require_name(domain)
        adopts = domain in state.modules and options.adopts(domain, config)
        domain_modules[domain] = domain if adopts else namer.domain_module(domain)
        namespace, reason = namer.namespace(domain, own)
        if adopts:
            adopted[domain] = state.modules[domain]
        elif reason:
            moved[domain] = reason
        places |= dict.fromkeys(own, _Place(domain, namespace))
    namer.name(places)
    resources = {name: namer.names[name] for name in places}
    _no_two_alike(resources)
    return Modules(
        resources=resources,
        reasons={name: namer.reasons[name] for name in places},
        domains=domain_modules,
        types=_types_namespace(state),
        moved=moved,
        adopted=adopted,
        renamed=state.types,
    )


class NamedResource(msgspec.Struct, frozen=True):
    """The module of a resource, and how it is named: `why` goes on from "named"."""

    module: str
    why: str


def named_resources(
    domains: Mapping[Name, str], state: ProjectState, config: Resolver, tables: Iterable[Name]
) -> dict[Name, NamedResource]:
    """Name the resources of (logical) domains, as `plan_modules` does.

    Raises `ScaffoldError` for names that the configuration can't have.
    """
    namer = _Namer(state, config, frozenset(underscore(n.name) for n in (*domains, *tables)))
    places: dict[Name, _Place] = {}
    for domain, own in _by_domain(domains).items():
        namespace, _ = namer.namespace(domain, own)
        places |= dict.fromkeys(own, _Place(domain, namespace))
    namer.name(places)
    return {name: NamedResource(namer.names[name], namer.reasons[name]) for name in places}


def _by_domain(domains: Mapping[Name, str]) -> dict[str, list[Name]]:
    found: dict[str, list[Name]] = {}
    for name in sorted(domains, key=lambda name: (domains[name], name)):
        found.setdefault(domains[name], []).append(name)
    return found


def _require_name(domain: str) -> None:
    if not valid_alias(domain):
        raise fail(
            Code.INVALID_MODULE_NAME,
            f"{domain!r} is no name for a module.",
            where="--domain",
            todo="Write it as in App.Accounts.",
        )


class _Place(msgspec.Struct, frozen=True):
    """A logical domain, and the namespace of its resources."""

    domain: str
    namespace: str


class _Namer:
    """Names the resources: `names` and `reasons` by table."""

    def __init__(self, state: ProjectState, config: Resolver, tables: frozenset[str]) -> None:
        self.names: dict[Name, str] = {}
        self.reasons: dict[Name, str] = {}
        self._state = state
        self._config = config
        self._tables = tables
        self._taken = Names(state.modules)
        self._foreign = {module.casefold() for module in state.modules}
        self._legacy = Legacy(state.legacy)
        self._contexts = self._legacy.contexts()
        self._schema_names: dict[Name, SchemaName] = {}

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

    def namespace(self, domain: str, tables: Collection[Name]) -> tuple[str, str]:
        """Return where a domain's resources go, and why when that is not the domain itself."""
        configured = self._config.config.domains.get(domain)
        namespace = (configured.resource_namespace if configured else None) or (
            self._config.config.resource_namespace
        )
        if namespace is not None:
            return namespace, ""
        if domain.casefold() in self._foreign:
            return f"{domain}.Resources", f"{domain} is a module of the legacy code"
        for segment in self._segments(domain, tables):
            module = f"{domain}.{segment}"
            if module.casefold() in self._foreign:
                return f"{domain}.Resources", f"{module} is a module of the legacy code"
        return (f"{domain}.Resources" if self._stand_apart(domain, tables) else domain), ""

    def _segments(self, domain: str, tables: Iterable[Name]) -> Iterator[str]:
        """Give the last segments of a domain's resources, but for those that are configured."""
        place = _Place(domain, domain)
        left = [name for name in tables if self._config.for_table(name).resource is None]
        fixed = {name: found for name in left if (found := self._last_segment(name))}
        new = [name for name in left if name not in fixed]
        with_schema = [name for name in new if self._schema_name(name).choices]
        choices = {name: self._choices(name, place) for name in with_schema}
        levels = _levels(choices, {name: self._distance(name, place) for name in with_schema})
        for name in left:
            if name in fixed:
                yield fixed[name]
            elif name in levels:
                yield choices[name][levels[name]].rpartition(".")[2]
            else:
                yield self._of_table(name)

    def _last_segment(self, name: Name) -> str | None:
        """Return the last segment that a resource has in the project, or in its snapshot."""
        there = self._state.resources.get(name)
        module = self._state.generated.get(name) if there is None else there.module
        return None if module is None else module.rpartition(".")[2]

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

    def name(self, places: Mapping[Name, _Place]) -> None:
        """Name every resource: first those whose names are given, then by schema, then by table."""
        for name, place in places.items():
            self._name_given(name, place)
        left = [name for name in places if name not in self.names]
        with_schema = [name for name in left if self._schema_name(name).choices]
        choices = {name: self._choices(name, places[name]) for name in with_schema}
        distances = {name: self._distance(name, places[name]) for name in with_schema}
        levels = _levels(choices, distances, self._taken)
        for name in sorted(with_schema):
            self._take(name, choices[name][levels[name] :])
        for name in sorted(left, key=self._precedence):
            if name not in self.names:
                self._take(name, self._choices(name, places[name]))

    def _take(self, name: Name, choices: Sequence[str]) -> None:
        module = self._taken.take(*choices)
        self.names[name] = module
        found = self._schema_name(name)
        why = found.why or "after its table"
        segment = module.rpartition(".")[2]
        if found.choices and segment != found.choices[0]:
            why += f"; {found.choices[0]} alone would be the name of another resource, too"
        self.reasons[name] = why

    def _name_given(self, name: Name, place: _Place) -> None:
        """Name a resource as the configuration, the project or the snapshot has it."""
        configured = self._config.for_table(name).resource
        existing = self._state.resources.get(name)
        snapshot = self._last_segment(name)
        if configured is not None:
            self.names[name] = self._configured(name, configured, place.namespace)
            self.reasons[name] = "as the configuration says"
        elif existing is not None:
            self.names[name] = existing.module
            self.reasons[name] = f"as the resource that is there, {existing.path}"
        elif snapshot is not None and self._taken.free(f"{place.namespace}.{snapshot}"):
            self.names[name] = f"{place.namespace}.{snapshot}"
            self.reasons[name] = "as at the last run, by its snapshot"
        if name in self.names:
            self._taken.take(self.names[name])

    def _precedence(self, name: Name) -> tuple[bool, bool, Name]:
        """`person` has its own name before `people`, which can be called a plural as well."""
        changed = self._of_table(name) != module_segment(name.name, self._tables, singular=False)
        return name.schema != "public", changed, name

    def _of_table(self, name: Name) -> str:
        return module_segment(name.name, self._tables)

    def _schema_name(self, name: Name) -> SchemaName:
        found = self._schema_names.get(name)
        if found is None:
            schemas = self._legacy.schemas(name)
            found = schema_name(schemas, self._of_table(name), self._contexts)
            self._schema_names[name] = found
        return found

    def _distance(self, name: Name, place: _Place) -> _Distance:
        """Return how far a schema's name is from being that of its table in the domain.

        Nearest is a schema in the context of the domain's name, then one that is named as its
        table, then the one whose module has fewer segments.
        """
        found = self._schema_name(name)
        module = "" if found.schema is None else found.schema.module
        as_table = found.choices[:1] == (self._of_table(name),)
        return module.rpartition(".")[0] != place.domain, not as_table, module.count(".")

    def _choices(self, name: Name, place: _Place) -> list[str]:
        """Give the modules that a resource may be, the preferred one first.

        After the names of its Ecto schema come those of the table: in the singular, told apart by
        the PostgreSQL schema, and as it is.
        """
        singular = self._of_table(name)
        plural = module_segment(name.name, self._tables, singular=False)
        schema = camelize(underscore(name.schema))
        by_table = [singular, schema + singular, plural, schema + plural]
        if name.schema == "public":
            by_table = [singular, plural, schema + singular, schema + plural]
        choices = dict.fromkeys((*self._schema_name(name).choices, *by_table))
        return [f"{place.namespace}.{choice}" for choice in choices]

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


def _levels(
    choices: Mapping[Name, Sequence[str]],
    distances: Mapping[Name, _Distance],
    taken: Names | None = None,
) -> dict[Name, int]:
    """Say which of its choices each table gets, so that no two are alike, in no order of tables.

    Of those that want one name, the one keeps it for which it is an earlier choice, then the
    nearest: none where two are alike in both. The others go on to their next choice.
    """
    levels = dict.fromkeys(choices, 0)
    while True:
        wanting: dict[str, list[Name]] = {}
        for name, modules in choices.items():
            wanting.setdefault(modules[levels[name]].casefold(), []).append(name)
        going = []
        for module, names in wanting.items():
            rank = {name: (levels[name], *distances[name]) for name in names}
            first = [name for name in names if rank[name] == min(rank.values())]
            free = taken is None or taken.free(module)
            keeps = first[0] if free and len(first) == 1 else None
            going += [n for n in names if n != keeps and levels[n] + 1 < len(choices[n])]
        if not going:
            return levels
        for name in going:
            levels[name] += 1


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
