"""Drift of the code: resources, types and domains that are not as the database demands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from ash_scaffold.ash.compare import Difference, Kind
from ash_scaffold.ash.model import Relationship, SupportType
from ash_scaffold.check.parsed_resource import ParsedProject, ParsedResource
from ash_scaffold.check.report import Commands, Source
from ash_scaffold.generate.module_versions import ModuleVersions, Settings
from ash_scaffold.generate.regenerate import regenerate
from ash_scaffold.generate.run import PlannedRun
from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.legacy.types import described
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Severity
from ash_scaffold.report.differences import Families, accept_names, sentence
from ash_scaffold.report.finding import Finding
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse
from ash_scaffold.term import Atom, Keyword
from ash_scaffold.toml_text import quoted

OF_ASH = (
    "Ash migrates the table: say it in the resource and let mix ash.codegen make the migration, "
    "or take it back in the database."
)
_TYPES = frozenset({Kind.TYPE, Kind.CONSTRAINTS})


def code_drift(
    resources: Iterable[ParsedResource],
    explained: Mapping[Name, Collection[Difference]],
    families: Families,
    hints: Hints,
    commands: Commands,
) -> Iterator[Finding]:
    """Yield a finding for every difference that no change of the schema stands for.

    Whether Ash may migrate is the guard's to tell, and so is a resource that is not there: that of
    others no relationship leads to it follows from that.
    """
    schemas, parsed_resources = hints.by_table(), tuple(resources)
    absent = {p.item.resource.module for p in parsed_resources if p.resource is None}
    for parsed in parsed_resources:
        for difference in parsed.differences:
            guarded = difference.kind is Kind.MIGRATE and not parsed.item.resource.migrate
            guarded |= not absent.isdisjoint(_needed(difference))
            if not guarded and difference not in explained.get(parsed.table, ()):
                yield _difference(parsed, difference, families, schemas.get(parsed.table), commands)


def _needed(difference: Difference) -> set[str | None]:
    """Return the resources that a missing relationship would lead to and through, else none."""
    expected = difference.expected
    if difference.kind is Kind.RELATIONSHIP_MISSING and isinstance(expected, Relationship):
        return {expected.destination, expected.through}
    return set()


def _difference(
    parsed: ParsedResource,
    difference: Difference,
    families: Families,
    schema: EctoSchema | None,
    commands: Commands,
) -> Finding:
    table = str(parsed.table)
    place = parsed.place(*difference.path)
    accept = accept_names(table, difference)
    followed = not (parsed.settled or parsed.owned)
    return Finding(
        severity=families.severity(difference),
        source=Source.CODE,
        kind=difference.kind.value,
        table=table,
        object=difference.object,
        module=parsed.item.resource.module,
        path=place.path if place is not None else "",
        line=place.line if place is not None else None,
        what=sentence(difference) + _legacy(difference, schema),
        todo=_of_ash(difference) if parsed.owned else "" if followed else _accept_it(accept[0]),
        command=commands.write(parsed.table) if followed else "",
        accept=accept,
    )


def _of_ash(difference: Difference) -> str:
    """Say what to do in a resource whose table is Ash's; other tables may have come or gone."""
    if difference.path[0] in ("relationships", "foreign_key_names"):
        return "Ash migrates the table, so no run writes the resource any more: say it there."
    return OF_ASH


def _accept_it(name: str) -> str:
    return f"It is a hand edit, which no run undoes: edit it, or accept it as {quoted(name)}."


def _legacy(difference: Difference, schema: EctoSchema | None) -> str:
    """Return a sentence with the type in the legacy schema, where a type differs."""
    if schema is None or difference.kind not in _TYPES:
        return ""
    field = schema.by_column().get(difference.object)
    if field is None:
        return ""
    return f" The legacy schema {schema.module} has {described(field.ecto_type)}."


def module_drift(
    run: PlannedRun, code: ParsedProject, found: Iterable[Finding], commands: Commands
) -> Iterator[Finding]:
    """Yield findings about domains, type modules and conflicts that no other finding covers."""
    found = list(found)
    yield from _unlisted(run)
    yield from enum_drift(run, code)
    yield from _unresolved(run, found)
    tables = {finding.table for finding in found}
    named = {finding.module for finding in found}
    for versions in code.unsettled:
        table = versions.module.table
        known = str(table) in tables if table is not None else versions.module.name in named
        if known or _is_new(versions, run) or _follows(versions, run, tables):
            continue
        if _changes(versions, run, code.settings):
            yield _stale(versions, commands)


def _follows(versions: ModuleVersions, run: PlannedRun, tables: set[str]) -> bool:
    """Whether a domain or a type only follows resources that already have a finding."""
    module, project = versions.module.name, run.session.project
    for item in run.plan.resources:
        new = item.written and project.resource(item.resource.module) is None
        uses = any(support.module == module for support in item.draft.columns.supports)
        if uses and (new or str(item.draft.name) in tables):
            return True
        if new and item.resource.domain == module:
            return True
    return any(snapshot.domain == module for snapshot in run.session.schema_changes.dropped)


def _is_new(versions: ModuleVersions, run: PlannedRun) -> bool:
    """Whether there is no resource yet, which is a finding of the guard."""
    return (
        versions.module.table is not None
        and run.session.project.resource(versions.module.name) is None
    )


def _changes(versions: ModuleVersions, run: PlannedRun, settings: Settings) -> bool:
    """Whether another run would change the text: hand edits may already agree with it."""
    if versions.is_pure or versions.base is None or versions.ours is None:
        return True
    files = regenerate([versions.module], run.session.project, run.session.schema_changes, settings)
    return any(file.before != file.after or file.conflicts for file in files.files)


def _stale(versions: ModuleVersions, commands: Commands) -> Finding:
    module = versions.module
    missing = versions.ours is None
    if missing:
        what = f"{module.name} is not there."
    elif module.adopts:
        what = f"The configuration makes {module.name} the domain, and no run has done so yet."
    elif versions.base is None:
        what = (
            f"{module.name} has no snapshot: its hand edits can't be distinguished from generated "
            "text."
        )
    else:
        what = f"Another run would bring {module.name} up to date."
    needed = missing and versions.base is not None
    return Finding(
        severity=Severity.ERROR if needed else Severity.NOTE,
        source=Source.CODE,
        kind="module missing" if missing else "text",
        table=str(module.table) if module.table is not None else "",
        module=module.name,
        path=module.path,
        line=None if missing else 1,
        what=what,
        command=commands.write(*(() if module.table is None else (module.table,))),
        accept=(module.scope,),
    )


def _unlisted(run: PlannedRun) -> Iterator[Finding]:
    """Yield resources that their domain does not list; a domain that lists none is unknown."""
    project = run.session.project
    for item in run.plan.resources:
        module, domain = item.resource.module, project.domain(item.resource.domain)
        if domain is None or not domain.resources or project.resource(module) is None:
            continue
        if item.written and module not in domain.resources:
            yield Finding(
                severity=Severity.ERROR,
                source=Source.CODE,
                kind="resource not listed",
                table=str(item.draft.name),
                module=module,
                path=domain.path,
                line=domain.line,
                what=f"The domain {domain.module} does not list {module}.",
                todo=f"Add `resource {module}` to its `resources`.",
                accept=(f"{domain.module}.{module}",),
            )


def _unresolved(run: PlannedRun, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield conflicts of the last run that no difference covers."""
    accepted = {name for finding in found for name in finding.accept}
    for table, snapshot in run.session.schema_changes.resources.items():
        for name in snapshot.unresolved:
            if name not in accepted and not any(name.startswith(f"{each}.") for each in accepted):
                yield Finding(
                    severity=Severity.WARNING,
                    source=Source.CODE,
                    kind="conflict",
                    table=str(table),
                    object=name.removeprefix(f"{table}."),
                    module=snapshot.module,
                    path=snapshot.path,
                    line=1,
                    what="The schema now calls for different code here, where it was edited by "
                    "hand.",
                    todo="`ash-scaffold resources --dry-run` shows the versions.",
                    accept=(name,),
                )


_ENUM = "Ash.Type.Enum"


def enum_drift(run: PlannedRun, code: ParsedProject) -> Iterator[Finding]:
    """Yield the labels that a module lacks, and the values that the database lacks.

    Values that are not a literal list are unknown.
    """
    supports = {support.module: support for support in run.plan.supports}
    for versions in code.all_versions:
        support = supports.get(versions.module.name)
        if support is not None and support.template == "enum" and not versions.is_pure:
            yield from _labels(versions, support)


def _labels(versions: ModuleVersions, support: SupportType) -> Iterator[Finding]:
    found = _values(versions.ours or "", support.module)
    labels = support.values.get("labels")
    if found is None or not isinstance(labels, list):
        return
    values, line = found
    wanted = [_value_name(label) for label in labels]

    def finding(kind: str, label: str, what: str) -> Finding:
        return Finding(
            severity=Severity.ERROR,
            source=Source.CODE,
            kind=kind,
            object=label,
            module=support.module,
            path=versions.module.path,
            line=line,
            what=what,
            accept=(f"{support.module}.{label}", support.module),
        )

    for label in wanted:
        if label not in values:
            what = f'{support.module} lacks the label "{label}": a row that has it can\'t be read.'
            yield finding("enum label missing", label, what)
    for value in values:
        if value not in wanted:
            what = f'{support.module} has "{value}", which the database refuses.'
            yield finding("enum label unknown", value, what)


def _values(text: str, module: str) -> tuple[tuple[str, ...], int] | None:
    """Return the values of an enum module and the line of its `use`."""
    tree = parse(text.encode())
    for defined in modules(tree):
        use = defined.use(_ENUM) if defined.name == module else None
        node = use.call.option("values") if use is not None else None
        if use is None or node is None:
            continue
        value = defined.read(tree, node)
        if isinstance(value, Keyword):
            return tuple(name for name, _ in value.items), use.call.span.line
        if isinstance(value, list):
            names = tuple(_value_name(each) for each in value)
            return (names, use.call.span.line) if all(names) else None
    return None


def _value_name(value: object) -> str:
    """Return the name of a value, described (`{name, …}`) or not; "" for what is none."""
    if isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, Atom):
        return value.name
    return value if isinstance(value, str) else ""
