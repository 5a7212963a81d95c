"""Reads an inventory: one query a kind of object, whatever the number of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ash_scaffold.postgres.answers import named_rows
from ash_scaffold.postgres.catalog import Generated, Identity, Name
from ash_scaffold.postgres.connect import Connection
from ash_scaffold.postgres.inventory import (
    ColumnEntry,
    ConstraintEntry,
    ConstraintKind,
    Enabled,
    IndexEntry,
    Inventory,
    Need,
    NeedKind,
    Persistence,
    PolicyEntry,
    ReplicaIdentity,
    RuleEntry,
    SequenceEntry,
    StatisticsEntry,
    TableEntry,
    TriggerEntry,
    qualified,
    quote_literal,
    sequence_definition,
)
from ash_scaffold.postgres.sql import quote_identifier, unquote_identifier

# The system catalog that an object stands in, and its OID.
_Object = tuple[str, int]
# A named tuple with the columns of its question.
_Row = Any
_Rows = Sequence[_Row]

_CONSTRAINTS = {
    "p": ConstraintKind.PRIMARY_KEY,
    "u": ConstraintKind.UNIQUE,
    "f": ConstraintKind.FOREIGN_KEY,
    "c": ConstraintKind.CHECK,
    "x": ConstraintKind.EXCLUSION,
    "n": ConstraintKind.NOT_NULL,
}
_ENABLED = {
    "O": Enabled.ORIGIN,
    "D": Enabled.DISABLED,
    "R": Enabled.REPLICA,
    "A": Enabled.ALWAYS,
}
_PERSISTENCE = {
    "p": Persistence.PERMANENT,
    "u": Persistence.UNLOGGED,
    "t": Persistence.TEMPORARY,
}
_REPLICA_IDENTITY = {
    "d": ReplicaIdentity.DEFAULT,
    "n": ReplicaIdentity.NOTHING,
    "f": ReplicaIdentity.FULL,
    "i": ReplicaIdentity.INDEX,
}
_GENERATED = {"": Generated.NONE, "s": Generated.STORED, "v": Generated.VIRTUAL}
_IDENTITY = {"": Identity.NONE, "a": Identity.ALWAYS, "d": Identity.BY_DEFAULT}
_STORAGE = {"p": "plain", "e": "external", "m": "main", "x": "extended"}
_COMPRESSION = {"p": "pglz", "l": "lz4"}
_COMMANDS = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}
_TYPES = {
    "e": NeedKind.ENUM,
    "d": NeedKind.DOMAIN,
    "c": NeedKind.COMPOSITE,
    "r": NeedKind.RANGE,
}
_LONGEST_NAME = 63  # bytes


def read_inventory(connection: Connection, tables: Iterable[Name]) -> Inventory:
    """Read the given tables, their partitions and what they depend on; an unknown name is left out.

    The connection is one of `read_only`, whose search path is empty. The number of queries is
    fixed. Raises `psycopg.Error`.
    """

    def rows(question: str, **parameters: object) -> _Rows:
        return named_rows(connection, f"inventory/{question}", parameters)

    names = sorted(set(tables))
    found = rows(
        "tables", schemas=[each.schema for each in names], names=[each.name for each in names]
    )
    relations = [row.oid for row in found]
    graph = _Graph(rows("dependencies"), relations)
    objects = sorted({oid for _, oid in graph.needs})
    parts = {each: rows(each, relations=relations) for each in _PARTS}
    parts["sequences"] = rows("sequences", relations=relations, objects=objects)
    needed = {each: rows(each, objects=objects) for each in _NEEDED}
    outside = rows("relations", objects=sorted(graph.tables))
    identified = sorted({*graph.needs, *graph.extensions})
    identities = rows(
        "identities",
        classes=[catalog for catalog, _ in identified],
        objects=[oid for _, oid in identified],
    )
    described = {
        *relations,
        *objects,
        *(row.oid for each in ("constraints", "indexes", *_DESCRIBED) for row in parts[each]),
        *(row.oid for row in needed["domain_constraints"]),
        *(row.relation for row in needed["fields"]),
    }
    comments = _comments(rows("descriptions", objects=sorted(described)))
    names_of = {row.oid: Name(row.schema, row.name) for row in (*outside, *found)}
    return Inventory(
        server_version=connection.info.server_version,
        tables=tuple(sorted(_tables(found, parts, comments), key=lambda table: table.name)),
        needs=_Needs(graph, needed, parts["sequences"], identities, comments).in_order(names_of),
        extensions=tuple(
            sorted(
                unquote_identifier(row.name)
                for row in identities
                if (row.catalog, row.oid) in graph.extensions
            )
        ),
    )


_DESCRIBED = ("triggers", "rules", "policies", "statistics", "sequences")
_PARTS = ("columns", "constraints", "indexes", "triggers", "rules", "policies", "statistics")
_NEEDED = ("types", "fields", "domain_constraints", "functions", "collations")
# The comments of objects, and of columns by their names.
_Comments = Mapping[tuple[str, int, str], str]


def _comments(rows: _Rows) -> _Comments:
    return {(row.catalog, row.oid, row.column or ""): row.comment for row in rows}


def _tables(found: _Rows, parts: Mapping[str, _Rows], comments: _Comments) -> Iterator[TableEntry]:
    of: dict[tuple[str, int], list[_Row]] = defaultdict(list)
    for kind, rows in parts.items():
        for row in rows:
            of[kind, row.relation].append(row)

    def comment(catalog: str, row: _Row) -> str | None:
        return comments.get((catalog, row.oid, ""))

    for row in found:
        name = Name(row.schema, row.name)
        parents = tuple(map(Name, row.parent_schemas or (), row.parent_names or ()))
        yield TableEntry(
            name=name,
            persistence=_PERSISTENCE[row.persistence],
            access_method=row.access_method or "",
            tablespace=row.tablespace or "",
            options=tuple(row.options or ()),
            toast_options=tuple(row.toast_options or ()),
            partition_key=row.partition_key,
            partition_of=parents[0] if row.is_partition else None,
            bound=row.bound,
            inherits=() if row.is_partition else parents,
            of_type=row.of_type,
            replica_identity=_REPLICA_IDENTITY[row.replica_identity],
            row_security=row.row_security,
            force_row_security=row.force_row_security,
            comment=comment("pg_class", row),
            columns=tuple(
                _column(each, comments.get(("pg_class", row.oid, each.name)))
                for each in of["columns", row.oid]
            ),
            constraints=tuple(
                _constraint(each, comment("pg_constraint", each))
                for each in of["constraints", row.oid]
                if not _is_usual_not_null(each, name)
            ),
            indexes=tuple(
                _index(each, comment("pg_class", each)) for each in of["indexes", row.oid]
            ),
            triggers=tuple(
                TriggerEntry(
                    name=each.name,
                    definition=each.definition,
                    enabled=_ENABLED[each.enabled],
                    parent=each.parent or "",
                    comment=comment("pg_trigger", each),
                )
                for each in of["triggers", row.oid]
            ),
            rules=tuple(
                RuleEntry(
                    name=each.name,
                    definition=each.definition,
                    enabled=_ENABLED[each.enabled],
                    comment=comment("pg_rewrite", each),
                )
                for each in of["rules", row.oid]
            ),
            policies=tuple(
                PolicyEntry(
                    name=each.name,
                    command=_COMMANDS[each.command],
                    permissive=each.permissive,
                    roles=() if each.for_everybody else tuple(each.roles),
                    using=each.using,
                    with_check=each.with_check,
                    comment=comment("pg_policy", each),
                )
                for each in of["policies", row.oid]
            ),
            sequences=tuple(
                _sequence(each, comment("pg_class", each)) for each in of["sequences", row.oid]
            ),
            statistics=tuple(
                StatisticsEntry(
                    name=Name(each.schema, each.name),
                    definition=each.definition,
                    target=each.target,
                    comment=comment("pg_statistic_ext", each),
                )
                for each in of["statistics", row.oid]
            ),
        )


def _column(row: _Row, comment: str | None) -> ColumnEntry:
    return ColumnEntry(
        name=row.name,
        type=row.type,
        collation=row.collation,
        not_null=row.not_null,
        default=row.default,
        generated=_GENERATED[row.generated],
        identity=_IDENTITY[row.identity],
        statistics=row.statistics,
        compression=_COMPRESSION.get(row.compression),
        storage=_STORAGE.get(row.storage),
        options=tuple(row.options or ()),
        local=row.local,
        comment=comment,
    )


def _constraint(row: _Row, comment: str | None) -> ConstraintEntry:
    return ConstraintEntry(
        name=row.name,
        kind=_CONSTRAINTS[row.kind],
        definition=row.definition,
        columns=tuple(row.columns),
        expression=row.expression,
        target=Name(row.target_schema, row.target_name) if row.target_name else None,
        target_columns=tuple(row.target_columns),
        validated=row.validated,
        enforced=row.enforced,
        no_inherit=row.no_inherit,
        deferrable=row.deferrable,
        deferred=row.deferred,
        local=row.local,
        parent=row.parent or "",
        derived=row.derived,
        comment=comment,
    )


def _is_usual_not_null(row: _Row, table: Name) -> bool:
    """Whether a column's NOT NULL is called and made as PostgreSQL does it by itself.

    Source of the name: `makeObjectName` and `ChooseConstraintName`.
    """
    if row.kind != "n" or not row.validated or row.no_inherit:
        return False
    names = [table.name.encode(), row.columns[0].encode()]
    while sum(map(len, names)) > _LONGEST_NAME - len("__not_null"):
        longer = 0 if len(names[0]) > len(names[1]) else 1
        names[longer] = names[longer][:-1]
    first, second = (name.decode(errors="ignore") for name in names)
    return bool(row.name == f"{first}_{second}_not_null")


def _index(row: _Row, comment: str | None) -> IndexEntry:
    return IndexEntry(
        name=row.name,
        definition=row.definition,
        method=row.method,
        unique=row.is_unique,
        valid=row.is_valid,
        constraint=row.constraint or "",
        parent=row.parent or "",
        options=tuple(row.options or ()),
        tablespace=row.tablespace or "",
        clustered=row.clustered,
        replica_identity=row.replica_identity,
        statistics=tuple(zip(row.statistics_columns, row.statistics_targets, strict=True)),
        comment=comment,
    )


def _sequence(row: _Row, comment: str | None) -> SequenceEntry:
    return SequenceEntry(
        name=Name(row.schema, row.name),
        type=row.type,
        start=row.start,
        increment=row.increment,
        minimum=row.minimum,
        maximum=row.maximum,
        cache=row.cache,
        cycle=row.cycle,
        persistence=_PERSISTENCE[row.persistence],
        column=row.column or "",
        identity=row.is_identity,
        comment=comment,
    )


# What makes an object a part of another, and goes with it: `pg_depend.deptype`.
_PART = frozenset("aiPS")
_PART_CATALOGS = frozenset(
    "pg_class pg_type pg_constraint pg_attrdef pg_trigger pg_rewrite pg_policy "
    "pg_statistic_ext".split()
)
# Parts of other tables, and what stands for no object that is needed.
_NO_NEED = frozenset(
    "pg_constraint pg_attrdef pg_trigger pg_rewrite pg_policy pg_statistic_ext".split()
)
_ROWS = frozenset("rpvmf")  # `pg_class.relkind` of what has rows


class _Graph:
    """What depends on what: `needs` by table and by need, `tables` that needs refer to."""

    def __init__(self, dependencies: _Rows, relations: Sequence[int]) -> None:
        self._kinds: dict[_Object, str] = {}
        self._forward: dict[_Object, set[_Object]] = defaultdict(set)
        self._parts: dict[_Object, set[_Object]] = defaultdict(set)
        self._owner: dict[_Object, _Object] = {}
        self._extension: dict[_Object, _Object] = {}
        for row in dependencies:
            source, target = (row.catalog, row.oid), (row.target_catalog, row.target)
            if row.relation_kind:
                self._kinds[source] = row.relation_kind
            if row.target_relation_kind:
                self._kinds[target] = row.target_relation_kind
            if row.kind == "e":
                self._extension[source] = target
                continue
            self._forward[source].add(target)
            if row.kind in _PART and row.catalog in _PART_CATALOGS:
                self._parts[target].add(source)
            if row.kind == "i":
                self._owner[source] = target
        self._wanted = {("pg_class", oid) for oid in relations}
        self._direct: dict[_Object, set[_Object]] = {}
        self._after: dict[_Object, set[int]] = defaultdict(set)
        self.extensions: set[_Object] = set()
        self._owned_sequences = {
            part
            for table in self._wanted
            for part in self._parts[table]
            if self._kinds.get(part) == "S"
        }
        waiting = [*self._wanted]
        while waiting:
            each = waiting.pop()
            if each not in self._direct:
                self._direct[each] = self._direct_needs(each)
                waiting += self._direct[each]
        self.needs = {each for each in self._direct if each not in self._wanted}

    @property
    def tables(self) -> set[int]:
        """The OIDs of the relations that needs refer to."""
        return {oid for each in self.needs for oid in self._after[each]}

    def direct(self, need: _Object) -> set[_Object]:
        """Return the needs of a need."""
        return self._direct[need]

    def after(self, need: _Object) -> set[int]:
        """Return the relations that a need refers to itself."""
        return self._after[need]

    def users(self) -> dict[_Object, set[int]]:
        """Return the wanted tables that each need is for, also by way of others."""
        found: dict[_Object, set[int]] = defaultdict(set)
        for table in self._wanted:
            waiting = [*self._direct[table]]
            while waiting:
                each = waiting.pop()
                if table[1] not in found[each]:
                    found[each].add(table[1])
                    waiting += self._direct[each]
        return found

    def _direct_needs(self, start: _Object) -> set[_Object]:
        """Follow the dependencies of an object and its parts up to the next needs."""
        found: set[_Object] = set()
        parts, waiting = {start}, [start]
        while waiting:
            for part in self._parts[waiting.pop()]:
                if part not in parts and self._kinds.get(part, "") not in _ROWS:
                    parts.add(part)
                    waiting.append(part)
        for part in parts:
            for target in self._forward[part]:
                need = self._need(start, target)
                if need is not None and need != start:
                    found.add(need)
        return found

    def _need(self, start: _Object, target: _Object) -> _Object | None:
        while True:
            if target in self._extension:
                self.extensions.add(self._extension[target])
                return None
            if target[0] == "pg_extension":
                self.extensions.add(target)
                return None
            kind = self._kinds.get(target, "")
            if kind in _ROWS:
                if start not in self._wanted:
                    self._after[start].add(target[1])
                return None
            if target in self._owned_sequences or target[0] in _NO_NEED or (kind in "iI" and kind):
                return None
            # An array, a multirange, a row's type and a range's constructor belong to another.
            if target in self._owner and kind != "S":
                target = self._owner[target]
                continue
            return target


class _Needs:
    """Makes the entries of what is needed."""

    def __init__(
        self,
        graph: _Graph,
        rows: Mapping[str, _Rows],
        sequences: _Rows,
        identities: _Rows,
        comments: _Comments,
    ) -> None:
        self._graph = graph
        self._comments = comments
        self._identities = {(row.catalog, row.oid): row for row in identities}
        self._fields: dict[int, list[_Row]] = defaultdict(list)
        for row in rows["fields"]:
            self._fields[row.type].append(row)
        self._constraints: dict[int, list[_Row]] = defaultdict(list)
        for row in rows["domain_constraints"]:
            self._constraints[row.type].append(row)
        self._made: dict[_Object, Need] = {}
        for row in rows["types"]:
            self._made["pg_type", row.oid] = self._type(row)
        for row in rows["functions"]:
            self._made["pg_proc", row.oid] = self._function(row)
        for row in rows["collations"]:
            self._made["pg_collation", row.oid] = self._collation(row)
        for row in sequences:
            self._made["pg_class", row.oid] = self._free_sequence(row)

    def in_order(self, names: Mapping[int, Name]) -> tuple[Need, ...]:
        """Return them in an order in which they can be made, equal ones by kind and name."""
        users = self._graph.users()
        made = {each: self._made.get(each) or self._other(each) for each in self._graph.needs}
        # Each database has it from the start.
        made = {each: need for each, need in made.items() if need.identity != "SCHEMA public"}
        order = {
            each: (_ORDER.index(need.kind), need.name, need.identity) for each, need in made.items()
        }
        waiting = set(made)
        out: list[_Object] = []
        while waiting:
            ready = [each for each in waiting if not (self._graph.direct(each) & waiting)]
            # Functions and domains may need each other: any order is as good there.
            batch = sorted(ready, key=order.__getitem__) or [min(waiting, key=order.__getitem__)]
            out += batch
            waiting -= set(batch)
        return tuple(
            msgspec.structs.replace(
                made[each],
                after=tuple(sorted(names[oid] for oid in self._graph.after(each))),
                used_by=tuple(sorted(names[oid] for oid in users[each])),
            )
            for each in out
        )

    def _type(self, row: _Row) -> Need:
        name = Name(row.schema, row.name)
        kind = _TYPES.get(row.kind, NeedKind.OTHER)
        identity = f"{'DOMAIN' if kind is NeedKind.DOMAIN else 'TYPE'} {qualified(name)}"
        comments = self._comment("pg_type", row.oid, identity)
        definition = ""
        if kind is NeedKind.ENUM:
            labels = ", ".join(map(quote_literal, row.labels))
            definition = f"CREATE {identity} AS ENUM ({labels})"
        elif kind is NeedKind.DOMAIN:
            definition = f"CREATE {identity} AS {row.base}"
            if row.collation:
                definition += f" COLLATE {row.collation}"
            if row.default is not None:
                definition += f" DEFAULT {row.default}"
            if row.not_null:
                definition += " NOT NULL"
            for each in self._constraints[row.oid]:
                constraint = f"CONSTRAINT {quote_identifier(each.name)}"
                definition += f" {constraint} {each.definition}"
                comments += self._comment("pg_constraint", each.oid, f"{constraint} ON {identity}")
        elif kind is NeedKind.COMPOSITE:
            fields = []
            for each in self._fields[row.oid]:
                collation = f" COLLATE {each.collation}" if each.collation else ""
                fields.append(f"{quote_identifier(each.name)} {each.field_type}{collation}")
                column = f"COLUMN {qualified(name)}.{quote_identifier(each.name)}"
                comments += self._comment("pg_class", each.relation, column, each.name)
            definition = f"CREATE {identity} AS ({', '.join(fields)})"
        elif kind is NeedKind.RANGE:
            options = {
                "subtype": row.subtype,
                "subtype_opclass": row.operator_class,
                "collation": row.range_collation,
                "canonical": row.canonical,
                "subtype_diff": row.difference,
            }
            if row.multirange and row.multirange != _multirange_name(row.name):
                options["multirange_type_name"] = qualified(Name(row.schema, row.multirange))
            given = ", ".join(f"{key} = {value}" for key, value in options.items() if value)
            definition = f"CREATE {identity} AS RANGE ({given})"
        return Need(
            kind=kind, name=name, identity=identity, definition=definition, comments=comments
        )

    def _function(self, row: _Row) -> Need:
        name = Name(row.schema, row.name)
        word = {"a": "AGGREGATE", "p": "PROCEDURE"}.get(row.kind, "FUNCTION")
        identity = f"{word} {qualified(name)}({row.arguments})"
        return Need(
            kind=NeedKind.FUNCTION if row.definition else NeedKind.OTHER,
            name=name,
            identity=identity,
            definition=(row.definition or "").rstrip("\n"),
            comments=self._comment("pg_proc", row.oid, identity),
        )

    def _collation(self, row: _Row) -> Need:
        name = Name(row.schema, row.name)
        identity = f"COLLATION {qualified(name)}"
        return Need(
            kind=NeedKind.COLLATION,
            name=name,
            identity=identity,
            definition=f"CREATE {identity} ({_collation_options(row.properties)})",
            comments=self._comment("pg_collation", row.oid, identity),
        )

    def _free_sequence(self, row: _Row) -> Need:
        entry = _sequence(row, None)
        entry = msgspec.structs.replace(entry, column="", identity=False)
        identity = f"SEQUENCE {qualified(entry.name)}"
        return Need(
            kind=NeedKind.SEQUENCE,
            name=entry.name,
            identity=identity,
            definition=f"CREATE {sequence_definition(entry)}",
            comments=self._comment("pg_class", row.oid, identity),
            sequence=entry,
        )

    def _other(self, each: _Object) -> Need:
        # PostgreSQL gives these names as SQL has them.
        row = self._identities[each]
        own = unquote_identifier(row.name or "")
        if each[0] == "pg_namespace":
            name = Name("", own)
            identity = f"SCHEMA {quote_identifier(own)}"
            return Need(
                kind=NeedKind.SCHEMA,
                name=name,
                identity=identity,
                definition=f"CREATE {identity}",
                comments=self._comment("pg_namespace", each[1], identity),
            )
        name = Name(unquote_identifier(row.schema or ""), own)
        return Need(kind=NeedKind.OTHER, name=name, identity=f"{row.type.upper()} {row.identity}")

    def _comment(
        self, catalog: str, oid: int, identity: str, column: str = ""
    ) -> tuple[tuple[str, str], ...]:
        text = self._comments.get((catalog, oid, column))
        return ((identity, text),) if text is not None else ()


_ORDER = tuple(NeedKind)
_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin"}


def _collation_options(properties: Mapping[str, Any]) -> str:
    """Write what stands in the parentheses of CREATE COLLATION.

    The columns of `pg_collation` are called otherwise from version to version: ICU's locale stood
    in `collcollate` before 15, in `colliculocale` before 17.
    """
    provider = str(properties["collprovider"])
    locale = properties.get("colllocale") or properties.get("colliculocale")
    first, second = properties.get("collcollate"), properties.get("collctype")
    options = [f"provider = {_PROVIDERS.get(provider, provider)}"]
    if provider != "c" or first == second:
        options.append(f"locale = {quote_literal(str(locale or first))}")
    else:
        options.append(f"lc_collate = {quote_literal(str(first))}")
        options.append(f"lc_ctype = {quote_literal(str(second))}")
    if not properties["collisdeterministic"]:
        options.append("deterministic = false")
    if properties.get("collicurules"):
        options.append(f"rules = {quote_literal(str(properties['collicurules']))}")
    return ", ".join(options)


def _multirange_name(range_name: str) -> str:
    """Return the name that PostgreSQL gives by itself (`makeMultirangeTypeName`), if it is free."""
    before, found, behind = range_name.partition("range")
    return f"{before}multirange{behind}" if found else f"{range_name}_multirange"
