"""Disagreements between the legacy schemas and the database, as values and as problems of a run.

A field's type agrees with a column's when Ecto can load and dump it: by the loaders of `Ecto.Type`
and the Postgrex extensions that decode PostgreSQL's types.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.hints import EnumHint, Role
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.ash.module_names import Modules
from ash_scaffold.ash.plan import Plan
from ash_scaffold.ash.predicate import listed_values
from ash_scaffold.ash.types import Family, all_rules, row_of
from ash_scaffold.ash.virtual_keys import legacy_key_name
from ash_scaffold.legacy.associations import ends
from ash_scaffold.legacy.ecto import (
    ArrayType,
    CustomType,
    DateTimeType,
    EctoAssociation,
    EctoField,
    EctoSchema,
    EmbedType,
    FieldType,
    Hints,
    MapType,
    OtherRepo,
    PlainType,
    UnknownType,
    Unread,
)
from ash_scaffold.legacy.schema_options import ADVICE, Remark
from ash_scaffold.legacy.types import described, of_integers
from ash_scaffold.postgres.catalog import (
    Action,
    Column,
    Database,
    ForeignKey,
    Name,
    Table,
    TypeKind,
    TypeUse,
)
from ash_scaffold.problem import Code, Problem

# The types of Ecto's own that load some type of PostgreSQL.
_PLAIN = frozenset(name for rule in all_rules() for name in rule.facts.ecto)
# A domain over a domain over … : PostgreSQL has no limit, people do.
_MAX_DOMAINS = 20
# The number of schemas that a note about many names.
_NAMED = 3


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """One disagreement, at the place in the legacy code that it is about.

    `code` is one of the `LEGACY_…` codes. `column` is "" for a disagreement about the table.
    `association` names the one without a foreign key, which would refer to `refers_to`.
    """

    code: Code
    table: Name
    column: str
    module: str
    path: str
    line: int
    what: str
    association: str = ""
    refers_to: tuple[Name, str] | None = None


def disagreements(hints: Hints, database: Database) -> tuple[Disagreement, ...]:
    """Return every disagreement, by file and line.

    Schemas of PostgreSQL schemas that were not read are left out. A column that a schema doesn't
    know counts only for the leading schema of its table (`Hints.by_table`), and not where parts of
    that could not be read.
    """
    tables = {table.name: table for table in database.tables}
    leading = hints.by_table()
    found: list[Disagreement] = []
    for schema in hints.schemas:
        if schema.table.schema not in database.schemas:
            continue
        table = tables.get(schema.table)
        if table is None:
            what = f"The database has no table {schema.table}."
            found.append(_disagreement(Code.LEGACY_TABLE_MISSING, schema, schema.line, what))
            continue
        found += _fields(schema, table, database)
        found += _precisions(schema, table, database)
        if leading[schema.table] is schema:
            found += _unknown_columns(schema, table)
    found += _shared(hints, leading)
    found += _without_key(hints, tables)
    return tuple(sorted(found, key=lambda f: (f.path, f.line, f.code, f.column, f.what)))


def _disagreement(
    code: Code,
    schema: EctoSchema,
    line: int,
    what: str,
    *,
    column: str = "",
) -> Disagreement:
    return Disagreement(
        code=code,
        table=schema.table,
        column=column,
        module=schema.module,
        path=schema.path,
        line=line,
        what=what,
    )


def _fields(schema: EctoSchema, table: Table, database: Database) -> Iterator[Disagreement]:
    columns = {column.name: column for column in table.columns}
    for field in schema.fields:
        column = columns.get(field.column)
        if column is None:
            what = f"{schema.table} has no column {field.column}, which {field.name} needs."
            yield _disagreement(
                Code.LEGACY_FIELD_WITHOUT_COLUMN, schema, field.line, what, column=field.column
            )
            continue
        yield from _type(schema, table, field, column, database)


def _type(
    schema: EctoSchema, table: Table, field: EctoField, column: Column, database: Database
) -> Iterator[Disagreement]:
    stored = _stored_type(column.type, database)
    if not _agrees(field.ecto_type, stored):
        what = f"{field.name} is {described(field.ecto_type)}, the column is {stored.text}."
        yield _disagreement(
            Code.LEGACY_TYPE_DISAGREES, schema, field.line, what, column=column.name
        )
        return
    type_ = field.ecto_type.item if isinstance(field.ecto_type, ArrayType) else field.ecto_type
    if isinstance(type_, EnumHint):
        yield from _labels(schema, table, field, type_, stored)


def _precisions(schema: EctoSchema, table: Table, database: Database) -> Iterator[Disagreement]:
    """Find times of another precision than the column's, those of one type together.

    Timestamps that the schema reads without their fraction are left out: it makes no use of it.
    """
    columns = {column.name: column for column in table.columns}
    alike: defaultdict[str, list[EctoField]] = defaultdict(list)
    for field in schema.fields:
        column = columns.get(field.column)
        of_field = _says_usec(field.ecto_type)
        if column is None or of_field is None:
            continue
        of_column = _usec_of(column.type)
        agree = _agrees(field.ecto_type, _stored_type(column.type, database))
        if of_column and field.role is not Role.NONE:
            continue
        if agree and of_column is not None and of_field is not of_column:
            what = (
                "the column keeps microseconds, which the schema drops as it reads them."
                if of_column
                else "the column keeps whole seconds: the database rounds what the schema writes."
            )
            alike[f"{described(field.ecto_type)}, but {what}"].append(field)
    for what, fields in alike.items():
        first = fields[0]
        names = (
            each.column if each.line == first.line else f"{each.column} (line {each.line})"
            for each in fields
        )
        text = f"{', '.join(names)}: {what}"
        yield _disagreement(Code.LEGACY_PRECISION, schema, first.line, text, column=first.column)


def _labels(
    schema: EctoSchema, table: Table, field: EctoField, type_: EnumHint, stored: _Stored
) -> Iterator[Disagreement]:
    """Compare an enum's values with the labels, or with the values that a check allows."""
    labels = stored.labels
    if stored.kind is not TypeKind.ENUM:
        labels = _checked(table, field.column)
    if not labels:
        return
    values = tuple(str(value) for _, value in type_.values)
    unknown = tuple(label for label in labels if label not in values)
    missing = tuple(value for value in values if value not in labels)
    if unknown:
        what = f"{field.name} can't be read where it is {_listed(unknown)}: the schema lacks it."
        yield _disagreement(
            Code.LEGACY_LABEL_UNKNOWN,
            schema,
            field.line,
            what,
            column=field.column,
        )
    if missing:
        what = f"The database does not take {_listed(missing)}, which {field.name} may be."
        yield _disagreement(
            Code.LEGACY_VALUE_UNKNOWN,
            schema,
            field.line,
            what,
            column=field.column,
        )


def _checked(table: Table, column: str) -> tuple[str, ...]:
    for check in table.checks:
        if check.columns == (column,):
            values = listed_values(check.expression, column)
            if values is not None:
                return values
    return ()


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def _unknown_columns(schema: EctoSchema, table: Table) -> Iterator[Disagreement]:
    """Find the required columns that the schema lacks, so that it can't insert a row."""
    if schema.partial or not table.kind.is_table:
        return
    fields = schema.by_column()
    for column in table.columns:
        required = column.required and not table.filled_by_trigger(column.name)
        if required and column.name not in fields:
            what = (
                f"{schema.table}.{column.name} is NOT NULL without a default, and the schema does "
                "not know it."
            )
            yield _disagreement(
                Code.LEGACY_COLUMN_UNKNOWN, schema, schema.line, what, column=column.name
            )


def _shared(hints: Hints, leading: Mapping[Name, EctoSchema]) -> Iterator[Disagreement]:
    """Find tables with several schemas, reported for all but the leading one."""
    by_name: defaultdict[Name, list[EctoSchema]] = defaultdict(list)
    for schema in hints.schemas:
        by_name[schema.table].append(schema)
    for name, schemas in by_name.items():
        first = leading[name]
        for schema in schemas:
            if schema is first:
                continue
            count, most = len(schema.fields), len(first.fields)
            why = f"has more fields ({most} against {count})"
            if count == most:
                why = "comes first of those with as many fields"
            what = f"{name} is also the table of {first.module}, which {why} and takes precedence."
            yield _disagreement(
                Code.LEGACY_TABLE_SHARED,
                schema,
                schema.line,
                what,
            )


class _Edge(msgspec.Struct, frozen=True):
    """The foreign key that an association stands for: from a child's column to a parent's."""

    child: Name
    column: str
    parent: Name
    target: str


def _without_key(hints: Hints, tables: Mapping[Name, Table]) -> Iterator[Disagreement]:
    """Find associations without a foreign key; of several that need the same one the first.

    A belongs_to comes before the other side of it.
    """
    keys: defaultdict[Name, list[ForeignKey]] = defaultdict(list)
    for table in tables.values():
        for key in table.foreign_keys:
            keys[table.name].append(key)
    schemas = {schema.module: schema for schema in hints.schemas}
    seen: set[_Edge] = set()
    for wanted in (True, False):
        for schema in hints.schemas:
            for association in schema.declared:
                if (association.kind is RelationshipKind.BELONGS_TO) is not wanted:
                    continue
                for edge in _edges(schema, association, schemas):
                    if edge in seen or not _possible(edge, tables):
                        continue
                    seen.add(edge)
                    if not _has_key(edge, keys[edge.child]):
                        yield _no_key(schema, association, edge, keys[edge.child])


def _edges(
    schema: EctoSchema, association: EctoAssociation, schemas: Mapping[str, EctoSchema]
) -> Iterator[_Edge]:
    found = ends(schema, association, schemas)
    own, target, table = found.own, found.target, found.table
    if association.kind is RelationshipKind.MANY_TO_MANY:
        join, left, right = found.through, found.through_own, found.through_target
        if join is not None and left is not None and own is not None:
            yield _Edge(join, left, schema.table, own)
        if join is not None and right is not None and table is not None and target is not None:
            yield _Edge(join, right, table, target)
    elif own is not None and target is not None and table is not None:
        if association.kind is RelationshipKind.BELONGS_TO:
            yield _Edge(schema.table, own, table, target)
        else:
            yield _Edge(table, target, schema.table, own)


def _possible(edge: _Edge, tables: Mapping[Name, Table]) -> bool:
    """Whether both ends are columns of tables: views have no keys, others are reported already."""
    for name, column in ((edge.child, edge.column), (edge.parent, edge.target)):
        table = tables.get(name)
        if table is None or not table.kind.is_table:
            return False
        if all(each.name != column for each in table.columns):
            return False
    return True


def _has_key(edge: _Edge, keys: Iterable[ForeignKey]) -> bool:
    """Whether a foreign key, perhaps of several columns, pairs the two columns."""
    return any(
        key.target == edge.parent
        and (edge.column, edge.target) in zip(key.columns, key.target_columns, strict=True)
        for key in keys
    )


def _no_key(
    schema: EctoSchema, association: EctoAssociation, edge: _Edge, keys: Iterable[ForeignKey]
) -> Disagreement:
    what = (
        f"{association.kind} {association.name} has no foreign key: {edge.child}.{edge.column} "
        f"does not refer to {edge.parent}.{edge.target}"
    )
    others = sorted({str(key.target) for key in keys if key.columns == (edge.column,)})
    what += f", but to {', '.join(others)}." if others else "."
    return Disagreement(
        code=Code.LEGACY_NO_FOREIGN_KEY,
        table=edge.child,
        column=edge.column,
        module=schema.module,
        path=schema.path,
        line=association.line,
        what=what,
        association=association.name,
        refers_to=(edge.parent, edge.target),
    )


def disagreement_problems(hints: Hints, database: Database, plan: Plan) -> tuple[Problem, ...]:
    """Return the problems of the tables that a run writes, each with file and line.

    A schema without a table belongs to the run that writes its context, or to every run when no
    table of its context exists. Schemas that could not be read are part of every run; files that
    are not Elixir are reported elsewhere.
    """
    written = plan.scope.written
    existing = {table.name for table in database.tables}
    of_run = {schema.context for schema in hints.schemas if schema.table in written}
    of_others = {schema.context for schema in hints.schemas if schema.table in existing} - of_run
    others = {
        schema.module
        for schema in hints.schemas
        if schema.table not in written and (schema.table in existing or schema.context in of_others)
    }
    broken = {file.path for file in hints.unparsed}
    found = (f for f in disagreements(hints, database) if f.path not in broken)
    unread = (item for item in hints.unread if item.path not in broken)
    relationships = _relationships(plan)
    return (
        *(
            _problem(each, relationships, plan.modules)
            for each in found
            if each.module not in others
        ),
        *map(_of_another_database, hints.other_repos),
        *_all_unread(item for item in unread if item.module not in others),
        *_remarks([s for s in hints.schemas if s.module not in others], hints, database),
    )


def _problem(
    item: Disagreement, relationships: Mapping[tuple[Name, str], list[str]], modules: Modules
) -> Problem:
    what = item.what
    if item.code is Code.LEGACY_TABLE_SHARED and item.table in modules.resources:
        resource, why = modules.resources[item.table], modules.reasons[item.table]
        what += f" Its resource, {resource}, is named {why}."
    if item.refers_to is not None:
        key = legacy_key_name(item.column, *item.refers_to)
        names = relationships.get((item.table, key), ())
        made = f"It still becomes a relationship: {', '.join(names)}."
        what += " " + (made if names else "It becomes no relationship.")
    return item.code.at(f"{item.path}:{item.line}", what)


def _relationships(plan: Plan) -> dict[tuple[Name, str], list[str]]:
    """Index the relationships by the foreign keys they come from: table and name."""
    found: defaultdict[tuple[Name, str], list[str]] = defaultdict(list)
    for item in plan.resources:
        for relationship in item.resource.relationships:
            for key in relationship.foreign_keys:
                found[key].append(f"{item.resource.module}.{relationship.name}")
    return found


def _of_another_database(item: OtherRepo) -> Problem:
    return Code.LEGACY_UNREAD.at(
        f"{item.path}:{item.line}",
        f"{item.app} has a repo of its own, {item.repo}: its Ecto schemas are of another database, "
        "and left out.",
        todo="Nothing; where they are of this database, name the folder that holds them and all "
        "others: --legacy apps.",
    )


def _all_unread(items: Iterable[Unread]) -> Iterator[Problem]:
    """Give a note for each part that was not read; one for all associations to one module."""
    targets: defaultdict[str, list[Unread]] = defaultdict(list)
    for item in items:
        if item.target:
            targets[item.target].append(item)
        else:
            yield _unread(item)
    for target, found in targets.items():
        if len(found) == 1:
            yield _unread(found[0])
            continue
        shown = ", ".join(f"{each.module} ({each.path}:{each.line})" for each in found[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        yield Code.LEGACY_UNREAD.at(
            f"{found[0].path}:{found[0].line}",
            f"{target} is no schema that was read, and {len(found)} associations refer to it: "
            f"those of {shown}{more}.",
            todo="They are left out; check the resources.",
        )


def _unread(item: Unread) -> Problem:
    return Code.LEGACY_UNREAD.at(
        f"{item.path}:{item.line}",
        f"{item.module} was not read completely: {item.what}.",
        todo="That part is left out; check the resources.",
    )


def _remarks(schemas: Sequence[EctoSchema], hints: Hints, database: Database) -> Iterator[Problem]:
    """Give a note for each kind of option of a schema that a resource does not follow.

    Of a kind that concerns only actions which the team writes it is one for all schemas.
    """
    by_module = {schema.module: schema for schema in hints.schemas}
    of_all: defaultdict[str, list[tuple[EctoSchema, Remark]]] = defaultdict(list)
    for schema in schemas:
        kinds: defaultdict[str, list[Remark]] = defaultdict(list)
        for remark in (*schema.remarks, *_left_out(schema, by_module)):
            if ADVICE[remark.option].once:
                of_all[remark.option].append((schema, remark))
            elif remark.option != "on_delete" or not _key_follows(
                schema, remark, by_module, database
            ):
                kinds[remark.option].append(remark)
        for option, found in kinds.items():
            places = ", ".join(f"{each.name} ({each.value}, line {each.line})" for each in found)
            yield _remark(option, f"{schema.path}:{found[0].line}", places)
    for option, spread in of_all.items():
        schema, first = spread[0]
        places = ", ".join(
            f"{each.module}.{remark.name} ({remark.value}, {each.path}:{remark.line})"
            for each, remark in spread
        )
        yield _remark(option, f"{schema.path}:{first.line}", places)
    yield from _derived(schemas)


def _remark(option: str, where: str, places: str) -> Problem:
    advice = ADVICE[option]
    return Code.LEGACY_OPTION.at(where, f"{advice.what}: {places}.", todo=advice.todo)


def _left_out(schema: EctoSchema, schemas: Mapping[str, EctoSchema]) -> Iterator[Remark]:
    """Yield the associations that become no relationship of their own.

    They go through others, are over some rows only, or join what another one of their kind joins.
    """
    made = {each.name for each in schema.associations}
    names: dict[object, str] = {}
    for each in schema.declared:
        edges = () if each.filtered or each.through else tuple(_edges(schema, each, schemas))
        first = names.setdefault((each.kind, edges), each.name) if edges else each.name
        if first != each.name:
            value = f"as {first}"
            yield Remark(
                option="twin", macro=each.kind.value, name=each.name, value=value, line=each.line
            )
        if each.filtered and not each.where:
            yield Remark(
                option="where", macro=each.kind.value, name=each.name, value="where", line=each.line
            )
        if each.through and each.name not in made:
            path = f"[{', '.join(f':{name}' for name in each.through)}]"
            yield Remark(
                option="through", macro=each.kind.value, name=each.name, value=path, line=each.line
            )


def _derived(schemas: Iterable[EctoSchema]) -> Iterator[Problem]:
    """Give one note for each protocol that structs of schemas implement, and records don't."""
    users: defaultdict[str, list[EctoSchema]] = defaultdict(list)
    for schema in schemas:
        for protocol in schema.derived:
            users[protocol].append(schema)
    for protocol, found in sorted(users.items()):
        if protocol == "Inspect":
            continue
        names = ", ".join(each.module for each in found[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        yield Code.LEGACY_OPTION.at(
            f"{found[0].path}:{found[0].line}",
            f"The structs of {names}{more} implement {protocol} by `@derive`; the records of their "
            "resources don't.",
            todo="Where records meet that protocol, write the same `@derive` into the resource.",
        )


# How the end of a parent is passed on by a foreign key, for what the legacy code does.
_ON_DELETE = {":delete_all": Action.CASCADE, ":nilify_all": Action.SET_NULL}


def _key_follows(
    schema: EctoSchema, remark: Remark, schemas: Mapping[str, EctoSchema], database: Database
) -> bool:
    """Whether the foreign key of an association does what its `on_delete` says."""
    association = schema.association(remark.name)
    if association is None:
        return False
    found = ends(schema, association, schemas)
    child, column = found.table, found.target
    if association.kind is RelationshipKind.MANY_TO_MANY:
        child, column = found.through, found.through_own
    return any(
        key.columns == (column,)
        and key.target == schema.table
        and key.on_delete is _ON_DELETE.get(remark.value)
        for table in database.tables
        if table.name == child
        for key in table.foreign_keys
    )


class _Stored(msgspec.Struct, frozen=True):
    """The type of a column, domains resolved. `text` is its name in the catalog."""

    name: str
    kind: TypeKind
    array: bool
    text: str
    labels: tuple[str, ...] = ()


def _stored_type(use: TypeUse, database: Database) -> _Stored:
    """Return the type of a column, domains resolved."""
    text = str(use.name) if use.name.schema != "pg_catalog" else use.name.name
    array = use.is_array
    for _ in range(_MAX_DOMAINS):
        type_ = database.types.get(use.name)
        if type_ is None or type_.kind is not TypeKind.DOMAIN or type_.base is None:
            break
        use = type_.base
        array = array or use.is_array
    type_ = database.types.get(use.name)
    kind = TypeKind.BASE if type_ is None else type_.kind
    labels = () if type_ is None else type_.labels
    return _Stored(use.name.name, kind, array, text + "[]" * array, labels)


def _agrees(type_: FieldType, stored: _Stored) -> bool:
    """Whether the two agree. An unknown type counts as agreeing."""
    rule = row_of(stored.name)
    if isinstance(type_, UnknownType):
        return True
    if isinstance(type_, CustomType):
        # A custom type may convert any type: only one of Ecto's own names settles its storage.
        plain = isinstance(type_.stored, PlainType) and type_.stored.name in _PLAIN
        dated = isinstance(type_.stored, DateTimeType)
        return _agrees(type_.stored, stored) if type_.stored and (plain or dated) else True
    if isinstance(type_, ArrayType):
        if not stored.array:
            return rule.family is Family.JSON
        return _agrees(type_.item, msgspec.structs.replace(stored, array=False))
    if isinstance(type_, EmbedType):
        return rule.family is Family.JSON and (type_.many or not stored.array)
    if stored.array:
        return False
    if isinstance(type_, MapType):
        return "map" in rule.facts.ecto
    if isinstance(type_, DateTimeType):
        return f"{'utc' if type_.utc else 'naive'}_datetime" in rule.facts.ecto
    if isinstance(type_, EnumHint):
        if of_integers(type_):
            return "integer" in rule.facts.ecto
        return stored.kind is TypeKind.ENUM or "string" in rule.facts.ecto
    if type_.name == "string" and stored.kind is TypeKind.ENUM:
        return True
    return type_.name not in _PLAIN or type_.name in rule.facts.ecto


def _usec_of(use: TypeUse) -> bool | None:
    """Whether a column keeps fractions of a second; None when it holds no time of day."""
    if use.name.schema != "pg_catalog" or not row_of(use.name.name).facts.fraction:
        return None
    return use.typmod != 0


def _says_usec(type_: FieldType) -> bool | None:
    """Whether a field is read with microseconds; None when it is no time of day."""
    while isinstance(type_, ArrayType):
        type_ = type_.item
    if isinstance(type_, DateTimeType):
        return type_.usec
    if isinstance(type_, PlainType) and type_.name in ("time", "time_usec"):
        return type_.name == "time_usec"
    return None
