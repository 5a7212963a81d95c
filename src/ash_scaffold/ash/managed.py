"""The managed form of a resource: what it must say so that Ash's migrations make its very table.

A resource that shares its table with legacy code has `migrate? false`. After the cut-over Ash
migrates the table, from what the resource says: `migration_types` and `migration_defaults` where
Ash's own would differ, `references`, `custom_indexes`, checks, and `custom_statements` for all that
no option says. A database made by these migrations from nothing has the same catalog.

Sources: `AshPostgres.MigrationGenerator` and its `Operation` (what they make of each option, in
which order), Ecto's PostgreSQL connection (how types are written), PostgreSQL's `makeObjectName`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from ash_scaffold.ash.dsl import default_foreign_key_name
from ash_scaffold.ash.model import (
    ABSENT,
    Attribute,
    AttributeKind,
    CheckConstraint,
    CustomIndex,
    CustomStatement,
    IdentityDef,
    ManagedTable,
    Prerequisites,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
    SupportType,
)
from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.ash.relationship_id import follows_a_key
from ash_scaffold.postgres.catalog import (
    DEFAULT_SCHEMA,
    Action,
    ForeignKey,
    Generated,
    Identity,
    Match,
    Name,
    RelationKind,
)
from ash_scaffold.postgres.definitions import read_index
from ash_scaffold.postgres.inventory import (
    ColumnEntry,
    ConstraintEntry,
    ConstraintKind,
    Enabled,
    IndexEntry,
    Inventory,
    Need,
    Persistence,
    PolicyEntry,
    ReplicaIdentity,
    RuleEntry,
    SequenceEntry,
    TableEntry,
    TriggerEntry,
    quote_literal,
)
from ash_scaffold.postgres.sql import quote_identifier, quote_name, unquote_identifier
from ash_scaffold.term import Atom, Keyword, Module, Term

Commented: TypeAlias = ConstraintEntry | TriggerEntry | RuleEntry | PolicyEntry


class Unsayable(msgspec.Struct, frozen=True, order=True):
    """What neither an option nor a statement says: the object, and what will differ."""

    object: str
    what: str


class ManagedForm(msgspec.Struct, frozen=True, kw_only=True):
    """A resource in managed form, and what its migrations will make differently."""

    resource: Resource
    unsayable: tuple[Unsayable, ...] = ()


def managed_form(
    planned: PlannedResource, inventory: Inventory, foreign_keys: Iterable[ForeignKey]
) -> ManagedForm:
    """Return the managed form of a planned resource of a table that Ash takes over.

    `planned` is of the shared form. `inventory` has its table, partitions included;
    `foreign_keys` are all of the database: those that point at the table decide how its keys are
    made. Raises `KeyError` where the inventory lacks the table.
    """
    entry = inventory.table(planned.draft.name)
    if entry is None:
        raise KeyError(str(planned.draft.name))
    return _Table(planned, entry, inventory, tuple(foreign_keys)).form()


def prerequisites(inventory: Inventory, namespace: str) -> Prerequisites | None:
    """Return what the tables of an inventory need before they can be made, None for nothing.

    `namespace` is the project's, such as `App`: the module is `App.LegacyObjects`. Types, domains,
    functions, free sequences and collations belong to it; what needs a table is in a statement of
    that table.
    """
    needs = [need for need in inventory.needs if need.definition and not need.after]
    if not needs:
        return None
    install = ["SET LOCAL check_function_bodies = off"]
    for need in needs:
        install.append(_if_missing(need.definition))
        install += [f"COMMENT ON {on} IS {quote_literal(text)}" for on, text in need.comments]
    return Prerequisites(
        module=f"{namespace}.LegacyObjects",
        name="legacy_objects",
        version=len(needs),
        install=tuple(install),
        uninstall=tuple(_drop(need.identity) for need in reversed(needs)),
    )


def unsayable_needs(inventory: Inventory) -> tuple[Unsayable, ...]:
    """Return what tables need that no statement can make."""
    return tuple(
        Unsayable(need.identity, "it has to be there before the first migration of Ash")
        for need in inventory.needs
        if not need.definition
    )


# AshPostgres inspects some texts, which Elixir cuts after 4096 characters; an atom has 255.
_LONGEST_TEXT = 4000
_LONGEST_ATOM = 255
# The characters of an index's name that `custom_indexes` takes.
_INDEX_NAME = re.compile(r"[0-9a-zA-Z_]+\Z")
_LOWER_CASE = re.compile(r"[a-z_][a-z0-9_]*\Z")
_ARRAY = "[]"
# Types as `format_type` writes them, by Ash's types: what Ash's migrations make of an attribute.
_OWN_TYPES: Mapping[Term, str] = {
    Atom("string"): "text",
    Atom("ci_string"): "citext",
    Atom("integer"): "bigint",
    Atom("boolean"): "boolean",
    Atom("date"): "date",
    Atom("uuid"): "uuid",
    Atom("binary"): "bytea",
    Atom("utc_datetime"): "timestamp(0) without time zone",
    Atom("utc_datetime_usec"): "timestamp without time zone",
    Atom("naive_datetime"): "timestamp(0) without time zone",
    Atom("time"): "time(0) without time zone",
    Atom("float"): "double precision",
    Atom("decimal"): "numeric",
    Atom("map"): "jsonb",
    Module("AshPostgres.Ltree"): "ltree",
    Module("AshPostgres.Tsvector"): "tsvector",
    Module("AshPostgres.Timestamptz"): "timestamp with time zone",
    Module("AshPostgres.TimestamptzUsec"): "timestamp(6) with time zone",
}
_RANGES = {"integer": "int8range", "date": "daterange", "datetime": "tstzrange"}
# The types of support modules that say their storage by the template alone.
_TEMPLATES = {"json": "jsonb", "json_item": "jsonb", "float": "double precision"}
_TEMPLATES |= {"decimal": "numeric", "naive_datetime_usec": "timestamp without time zone"}
# Names of a storage for what `format_type` calls otherwise.
_STORAGES = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "float4": "real",
    "varbit": "bit varying",
    "map": "jsonb",
}
# The short words that Ecto and DDL have for types.
_WORDS = {
    "character varying": "varchar",
    "timestamp without time zone": "utc_datetime_usec",
    "timestamp(0) without time zone": "utc_datetime",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time_usec",
    "time(0) without time zone": "time",
    "double precision": "float",
    "numeric": "decimal",
    "bytea": "binary",
    "bit varying": "varbit",
}
_SIZED = re.compile(r"(character varying|character)\((\d+)\)\Z")
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)\Z")
_TIMES = re.compile(r"(timestamp|time)(\(\d\))? (with|without) time zone(.*)\Z")
_SERIALS = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}
_LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
_DELETE = {
    Action.CASCADE: Atom("delete"),
    Action.RESTRICT: Atom("restrict"),
    Action.SET_NULL: Atom("nilify"),
}
_UPDATE = {**_DELETE, Action.CASCADE: Atom("update")}
# The longest name in PostgreSQL, in bytes.
_NAME_BYTES = 63


class _Table:
    """One table on its way to the managed form."""

    def __init__(
        self,
        planned: PlannedResource,
        entry: TableEntry,
        inventory: Inventory,
        foreign_keys: tuple[ForeignKey, ...],
    ) -> None:
        self._resource = planned.resource
        self._draft = planned.draft
        self._entry = entry
        self._inventory = inventory
        self._sql = quote_name(entry.name)
        self._attributes = {each.column: each for each in planned.resource.attributes}
        self._supports = {each.module: each for each in planned.draft.columns.supports}
        self._pointing = [key for key in foreign_keys if key.target == entry.name]
        self._own_keys = {key.name: key for key in planned.draft.table.foreign_keys}
        self._lost = {each.name for each in entry.columns if each.name not in self._attributes}
        self._native_keys = self._find_native_keys()
        self._keyed = {key.columns[0] for key in self._native_keys.values()}
        self._skipped: list[str] = []
        self._taken: set[tuple[tuple[str, ...], str | None]] = set()
        self._unsayable: list[Unsayable] = []

    def form(self) -> ManagedForm:
        """Put all parts together; statements in the order in which they depend on each other."""
        if not _LOWER_CASE.match(self._entry.name.schema):
            self._cannot("its schema", "migrations of Ash name a schema without quotes")
        columns = list(self._added_columns())
        primary = list(self._primary_key())
        columns_after = [*self._null_statements(), *self._sequence_statements()]
        constraints = list(self._constraints())
        indexes, index_statements = self._indexes()
        checks, check_statements = self._checks()
        references, key_statements = self._references()
        statements = [
            *columns,
            *primary,
            *columns_after,
            *constraints,
            *index_statements,
            *check_statements,
            *key_statements,
            *self._statistics(),
            *self._needed_functions(),
            *self._triggers(),
            *self._rules(),
            *self._policies(),
            *self._storage(),
            *self._partitions(),
            *self._comments(),
        ]
        if self._entry.partition_of is not None:
            self._cannot("a partition", "its partitioned table makes it")
        clones = [each for each in self._entry.constraints if each.parent]
        if len(clones) > 1 and self._entry.partition_of is None:
            self._cannot(
                ", ".join(each.name for each in clones),
                "PostgreSQL names the parts of a key to a partitioned table itself",
            )
        managed = ManagedTable(
            names_schema=self._entry.name.schema == DEFAULT_SCHEMA
            and any(key.table.schema != DEFAULT_SCHEMA for key in self._pointing),
            types=tuple(self._types()),
            defaults=tuple(self._defaults()),
            create_table_options=self._create_table_options(),
            skip_unique_indexes=tuple(self._skipped),
            indexes=tuple(indexes),
            statements=_told_apart(statements),
        )
        resource = replace(
            self._resource,
            migrate=True,
            references=references,
            check_constraints=checks,
            managed=managed,
        )
        return ManagedForm(resource=resource, unsayable=tuple(sorted(self._unsayable)))

    # Columns

    def _types(self) -> Iterator[tuple[str, Term]]:
        for column in self._columns():
            attribute = self._attributes[column.name]
            type_ = self._type(column, attribute)
            if type_ is None:
                continue
            if isinstance(type_, Atom) and len(type_.name) > _LONGEST_ATOM:
                self._cannot(f"column {column.name}", "its type has more than 255 characters")
                type_ = self._written(column.type, verbatim=True)
            yield attribute.name, type_

    def _type(self, column: ColumnEntry, attribute: Attribute) -> Term | None:
        """Return the type that has to be said, None where Ash's own is the same."""
        text = _without_public(column.type)
        keyed = column.name in self._keyed
        if column.generated is not Generated.NONE:
            kind = column.generated.value.upper()
            return Atom(f"{_ddl_type(text)} GENERATED ALWAYS AS ({column.default}) {kind}")
        if column.identity is not Identity.NONE:
            kind = column.identity.value.upper()
            return Atom(f"{_ddl_type(text)} GENERATED {kind} AS IDENTITY")
        if column.collation is not None:
            return Atom(f"{_ddl_type(text)} COLLATE {column.collation}")
        own = _own_type(attribute.type, dict(attribute.constraints), self._supports)
        if self._serial(column) is not None:
            if text == "bigint" == own and attribute.generated and not keyed:
                return None
            if text == "integer" and attribute.generated and not keyed:
                return Atom("integer")
            return Atom(_SERIALS[text])
        if attribute.generated and text in ("bigint", "integer") and column.default is None:
            # Ash would take it for a serial column.
            return Atom("int8" if text == "bigint" else "int4")
        if own == text:
            return None
        return self._written(text, verbatim=keyed)

    def _written(self, text: str, *, verbatim: bool) -> Term:
        sized, number = _SIZED.match(text), _NUMERIC.match(text)
        if sized is not None and not verbatim:
            return (Atom("varchar" if "varying" in sized[1] else "char"), int(sized[2]))
        if number is not None and not verbatim:
            return (Atom("decimal"), int(number[1]), int(number[2]))
        return Atom(_WORDS.get(text) or _ddl_type(text))

    def _defaults(self) -> Iterator[tuple[str, str | None]]:
        for column in self._columns():
            attribute = self._attributes[column.name]
            default = column.default
            if column.generated is not Generated.NONE or self._serial(column) is not None:
                default = None
            if default is not None or _has_default(attribute):
                yield attribute.name, default

    def _columns(self) -> Iterator[ColumnEntry]:
        """Give the columns that have an attribute, in the order of the attributes."""
        entries = {column.name: column for column in self._entry.columns}
        for attribute in self._resource.attributes:
            if attribute.column in entries:
                yield entries[attribute.column]

    def _serial(self, column: ColumnEntry) -> SequenceEntry | None:
        """Return the sequence of a column that a serial type makes as it is."""
        sequence = self._sequence(column)
        if sequence is None or sequence.identity or column.type not in _SERIALS:
            return None
        plain = quote_identifier(sequence.name.name)
        schema = quote_identifier(sequence.name.schema)
        named = f"nextval({quote_literal(f'{schema}.{plain}')}::regclass)"
        return sequence if column.default == named else None

    def _sequence(self, column: ColumnEntry) -> SequenceEntry | None:
        own = (each for each in self._entry.sequences if each.column == column.name)
        return next(own, None)

    def _added_columns(self) -> Iterator[CustomStatement]:
        """Add the columns that have no attribute: they come last."""
        last = False
        for column in reversed(self._entry.columns):
            if column.name not in self._lost:
                last = True
            elif last:
                self._cannot(
                    f"column {column.name}", "it has no attribute, so it comes behind the others"
                )
        for column in self._entry.columns:
            if column.name not in self._lost:
                continue
            name = quote_identifier(column.name)
            text = f"ALTER TABLE {self._sql} ADD COLUMN {name} {_column_rest(column)}"
            drop = f"ALTER TABLE {self._sql} DROP COLUMN {name}"
            yield CustomStatement(name=f"column_{column.name}", up=(text,), down=(drop,))

    def _null_statements(self) -> Iterator[CustomStatement]:
        for column in self._columns():
            attribute = self._attributes[column.name]
            counted = column.identity is not Identity.NONE or self._serial(column) is not None
            keyed = attribute.primary_key or column.name in self._primary_columns()
            expected = counted or keyed or not attribute.allow_nil
            if expected == column.not_null:
                continue
            head = f"ALTER TABLE {self._sql} ALTER COLUMN {quote_identifier(column.name)}"
            up, down = f"{head} DROP NOT NULL", f"{head} SET NOT NULL"
            if column.not_null:
                up, down = down, up
            yield CustomStatement(name=f"null_{column.name}", up=(up,), down=(down,))

    def _sequence_statements(self) -> Iterator[CustomStatement]:
        for column in self._columns():
            sequence = self._sequence(column)
            if sequence is None or not (sequence.identity or self._serial(column)):
                continue
            made = Name(self._entry.name.schema, _made_name(self._entry.name.name, column.name))
            up, down = [], []
            if sequence.name != made:
                new, old = quote_identifier(sequence.name.name), quote_identifier(made.name)
                up.append(f"ALTER SEQUENCE {quote_name(made)} RENAME TO {new}")
                down.append(f"ALTER SEQUENCE {quote_name(sequence.name)} RENAME TO {old}")
            options = _sequence_options(sequence, column)
            if options:
                up.append(f"ALTER SEQUENCE {quote_name(sequence.name)} {options}")
            if up:
                # The table takes the sequence with it, so the name alone is worth taking back.
                down = down or [f"ALTER SEQUENCE {quote_name(sequence.name)} NO CYCLE"]
                yield CustomStatement(
                    name=f"sequence_{sequence.name.name}", up=tuple(up), down=tuple(down)
                )

    # Keys and constraints

    def _key_columns(self) -> tuple[str, ...]:
        """Return the columns of the key that Ash makes: those of its attributes, in their order."""
        return tuple(each.column for each in self._resource.attributes if each.primary_key)

    def _made_key(self) -> str:
        """Return the name of the key that Ash makes, empty for none."""
        return _made_name(self._entry.name.name, "", "pkey") if self._key_columns() else ""

    def _primary_columns(self) -> tuple[str, ...]:
        primary = self._one(ConstraintKind.PRIMARY_KEY)
        return primary.columns if primary is not None else ()

    def _primary_key(self) -> Iterator[CustomStatement]:
        """Bring the key that Ash makes to the table's: its name, its columns' order, or none."""
        made = self._made_key()
        primary = self._one(ConstraintKind.PRIMARY_KEY)
        head = f"ALTER TABLE {self._sql}"
        if primary is None:
            if made:
                yield self._replaced_key(made, None)
            return
        name = quote_identifier(primary.name)
        same = _is_plain_key(primary) and primary.columns == self._key_columns()
        if not same:
            yield self._replaced_key(made, primary)
        elif primary.name != made:
            yield CustomStatement(
                name="primary_key",
                up=(f"{head} RENAME CONSTRAINT {quote_identifier(made)} TO {name}",),
                down=(f"{head} RENAME CONSTRAINT {name} TO {quote_identifier(made)}",),
            )

    def _replaced_key(self, made: str, primary: ConstraintEntry | None) -> CustomStatement:
        """Drop the key that Ash made, and make the table's own, or none.

        Keys of other tables that lean on it are dropped with it and made anew.
        """
        head = f"ALTER TABLE {self._sql}"
        up, down = [], []
        leaning = [
            key
            for key in self._pointing
            if made and set(key.target_columns) == set(self._key_columns())
        ]
        if made:
            cascade = " CASCADE" if leaning else ""
            up.append(f"{head} DROP CONSTRAINT {quote_identifier(made)}{cascade}")
        if primary is not None:
            up.append(
                f"{head} ADD CONSTRAINT {quote_identifier(primary.name)} {primary.definition}"
            )
            down.append(f"{head} DROP CONSTRAINT {quote_identifier(primary.name)} CASCADE")
        for key in leaning:
            entry = self._inventory.table(key.table)
            found = [] if entry is None else [e for e in entry.constraints if e.name == key.name]
            if key.table.schema != self._entry.name.schema:
                found = []
            if not found:
                self._cannot(
                    f"foreign key {key.name} of {key.table}",
                    "it leans on a primary key that a statement replaces",
                )
            up += [_add_constraint(key.table, each) for each in found]
        if made:
            columns = ", ".join(map(quote_identifier, self._key_columns()))
            down.append(f"{head} ADD CONSTRAINT {quote_identifier(made)} PRIMARY KEY ({columns})")
        others = sorted({key.table.name for key in leaning if key.table != self._entry.name})
        return CustomStatement(
            name="primary_key", up=tuple(up), down=tuple(down), after_tables=tuple(others)
        )

    def _constraints(self) -> Iterator[CustomStatement]:
        """Make UNIQUE and exclusion constraints."""
        identities = {each.index: each for each in self._resource.identities}
        for constraint in self._made_here(ConstraintKind.UNIQUE, ConstraintKind.EXCLUSION):
            identity = identities.get(constraint.name)
            name, word = quote_identifier(constraint.name), constraint.kind.value
            text = constraint.definition
            if identity is not None and self._is_native(identity, constraint):
                # A key that points at it needs the index before any statement runs.
                text = text[: text.index("(")] + f"USING INDEX {name}"
                text += _behind_columns(constraint.definition)
            elif identity is not None:
                self._skipped.append(identity.name)
            yield CustomStatement(
                name=f"{word}_{constraint.name}",
                up=(f"ALTER TABLE {self._sql} ADD CONSTRAINT {name} {text}",),
                down=(f"ALTER TABLE {self._sql} DROP CONSTRAINT {name}",),
            )

    def _is_native(self, identity: IdentityDef, constraint: ConstraintEntry) -> bool:
        """Whether Ash makes the index of a UNIQUE constraint, which a key needs."""
        pointed_at = any(set(k.target_columns) == set(constraint.columns) for k in self._pointing)
        return pointed_at and self._take(identity, _entry_of(self._entry, constraint.name))

    def _take(self, identity: IdentityDef, index: IndexEntry | None) -> bool:
        """Whether Ash is left to make an index: of several over the same columns it makes one."""
        same = identity.keys, identity.where_sql
        if same in self._taken or not self._makes(identity, index):
            return False
        self._taken.add(same)
        return True

    def _makes(self, identity: IdentityDef, index: IndexEntry | None) -> bool:
        """Whether the index that Ash makes for an identity is the table's."""
        text = read_index(index.definition) if index is not None else None
        if text is None or index is None or index.statistics or '"' in index.name:
            return False
        columns = [self._column_of(name) for name in identity.keys]
        if identity.where is None and self._cuts_key(columns):
            return False
        keys = [_plain_key(key) for key in text.keys]
        plain = not text.include and text.storage is None and text.method == "btree"
        same = keys == columns and text.nulls_not_distinct != identity.nils_distinct
        where = _unwrapped(text.where) == _unwrapped(identity.where_sql)
        hostile = any(char in index.name for char in "\\#\n\r")
        return plain and same and where and index.valid and not hostile and _short(text.where)

    def _column_of(self, attribute: str) -> str:
        found = (each.column for each in self._resource.attributes if each.name == attribute)
        return next(found, attribute)

    def _indexes(self) -> tuple[list[CustomIndex], list[CustomStatement]]:
        """Say each index that is neither a constraint's nor an identity's."""
        identities = {each.index: each for each in self._resource.identities}
        native: list[CustomIndex] = []
        statements: list[CustomStatement] = []
        for index in self._entry.indexes:
            if index.constraint or index.parent:
                continue
            identity = identities.get(index.name)
            taken = index.name == self._made_key()
            if identity is not None and not taken and self._take(identity, index):
                continue
            if identity is not None:
                self._skipped.append(identity.name)
            custom = self._custom_index(index)
            if custom is not None and taken:
                # Ash's own key has the name until a statement drops it.
                native.append(replace(custom, name=_made_name(index.name, "", "index")))
                statements.append(self._renamed_index(native[-1].name, index.name))
            elif custom is not None:
                native.append(custom)
            else:
                up = [index.definition, *_expression_statistics(index, self._entry.name)]
                drop = f"DROP INDEX {quote_name(Name(self._entry.name.schema, index.name))}"
                statements.append(
                    CustomStatement(name=f"index_{index.name}", up=tuple(up), down=(drop,))
                )
                if not index.valid:
                    self._cannot(f"index {index.name}", "it is invalid")
        return native, statements

    def _renamed_index(self, old: str, new: str) -> CustomStatement:
        schema = self._entry.name.schema
        first, last = (
            f"ALTER INDEX {quote_name(Name(schema, one))} RENAME TO {quote_identifier(other)}"
            for one, other in ((old, new), (new, old))
        )
        return CustomStatement(name=f"index_{new}", up=(first,), down=(last,))

    def _custom_index(self, index: IndexEntry) -> CustomIndex | None:
        """Say an index as `custom_indexes` does, None where a statement has to."""
        text = read_index(index.definition)
        sayable = (
            text is not None
            and text.storage is None
            and text.tablespace is None
            and index.valid
            and not index.statistics
            and _INDEX_NAME.match(index.name) is not None
            and not self._names_lost(index)
            and all(map(_short, (*text.keys, *text.include, text.where)))
        )
        if text is None or not sayable:
            return None
        return CustomIndex(
            name=index.name,
            keys=tuple(_index_key(key) for key in text.keys),
            unique=text.unique,
            using=None if text.method == "btree" else text.method,
            include=text.include,
            nulls_distinct=not text.nulls_not_distinct,
            where=text.where,
        )

    def _names_lost(self, index: IndexEntry) -> bool:
        """Whether an index has a column that only a statement adds."""
        if not self._lost:
            return False
        for each in self._draft.table.indexes:
            if each.name == index.name:
                keys = {key.column for key in each.keys}
                return bool(self._lost & (keys | {*each.include, *each.columns_in_expressions}))
        return True

    def _checks(self) -> tuple[tuple[CheckConstraint, ...], list[CustomStatement]]:
        """Give checks their SQL, or a statement where Ash would change or can't say it."""
        native: dict[str, str] = {}
        statements = []
        known = {check.name for check in self._resource.check_constraints}
        for entry in self._made_here(ConstraintKind.CHECK):
            plain = entry.validated and entry.enforced and not entry.no_inherit
            text = entry.expression or ""
            if (
                plain
                and entry.name in known
                and _survives_heredoc(text)
                and '"' not in entry.name
                and not self._lost & set(entry.columns)
            ):
                native[entry.name] = text
            else:
                statements.append(self._constraint_statement(entry))
        return (
            tuple(
                replace(check, check=native.get(check.name))
                for check in self._resource.check_constraints
            ),
            statements,
        )

    def _constraint_statement(
        self, entry: ConstraintEntry, after_tables: tuple[str, ...] = ()
    ) -> CustomStatement:
        name = quote_identifier(entry.name)
        return CustomStatement(
            name=f"{entry.kind.value.replace(' ', '_')}_{entry.name}",
            up=(_add_constraint(self._entry.name, entry),),
            down=(f"ALTER TABLE {self._sql} DROP CONSTRAINT {name}",),
            after_tables=after_tables,
        )

    # Foreign keys

    def _find_native_keys(self) -> dict[str, ForeignKey]:
        """Return the foreign keys that Ash makes of a belongs_to, by the relationship's name."""
        found: dict[str, ForeignKey] = {}
        taken: set[str] = set()
        for relationship in self._belongs_to():
            for key in self._keys_of(relationship):
                source = self._column_of(relationship.source_attribute)
                if source in taken or not self._sayable_key(relationship, key):
                    continue
                if key in found.values() or not follows_a_key(relationship.filter):
                    continue
                found[relationship.name] = key
                taken.add(source)
        return found

    def _belongs_to(self) -> Iterator[Relationship]:
        kind = RelationshipKind.BELONGS_TO
        return (each for each in self._resource.relationships if each.kind is kind)

    def _keys_of(self, relationship: Relationship) -> Iterator[ForeignKey]:
        for table, name in relationship.foreign_keys:
            if table == self._entry.name and name in self._own_keys:
                yield self._own_keys[name]

    def _sayable_key(self, relationship: Relationship, key: ForeignKey) -> bool:
        """Whether `references` makes the key, or makes one that a statement corrects.

        Nothing makes a statement wait for a table of another schema, but a key does wait.
        """
        apart = key.target.schema != self._entry.name.schema
        return self._has_sayable_columns(relationship, key) and (apart or self._is_exact(key))

    def _has_sayable_columns(self, relationship: Relationship, key: ForeignKey) -> bool:
        """Whether `references` makes a key of the same columns, in the same order."""
        source = self._column_of(relationship.source_attribute)
        column = next((each for each in self._entry.columns if each.name == source), None)
        if column is None or column.generated is not Generated.NONE or self._lost & {*key.columns}:
            return False
        smallserial = column.type == "smallint" and self._serial(column) is not None
        if column.identity is not Identity.NONE or smallserial:
            return False
        pairs = list(zip(key.columns, key.target_columns, strict=True))
        if pairs[0][0] != source or pairs[1:] != sorted(pairs[1:]):
            return False
        if len(pairs) > 1 and self._cuts_key(key.columns):
            return False
        names = (*key.columns, *key.target_columns, self._entry.name.name, key.name)
        if len(pairs) > 1 and not all(map(_LOWER_CASE.match, (*key.columns, *key.target_columns))):
            return False
        return not any('"' in each for each in names)

    def _is_exact(self, key: ForeignKey) -> bool:
        """Whether `references` says all that a key does."""
        nilified = [self._attributes.get(each) for each in key.set_null_columns]
        return (
            Action.SET_DEFAULT not in (key.on_delete, key.on_update)
            and key.validated
            and key.enforced
            and not key.period
            # AshPostgres may alter it before it is there.
            and not key.deferrable
            and key.match is not Match.PARTIAL
            and all(each is None or each.name == each.column for each in nilified)
        )

    def _references(self) -> tuple[tuple[Reference, ...], list[CustomStatement]]:
        written = {each.relationship: each for each in self._resource.references}
        found: list[Reference] = []
        for relationship in self._belongs_to():
            name = relationship.name
            key = self._native_keys.get(name)
            reference = written.get(name) or Reference(relationship=name, foreign_key="")
            if key is None:
                found.append(replace(reference, ignore=True))
                continue
            source = self._column_of(relationship.source_attribute)
            names = {
                default_foreign_key_name(self._entry.name.name, each)
                for each in (source, relationship.source_attribute)
            }
            reference = replace(
                reference,
                foreign_key=key.name,
                name=None if names == {key.name} else key.name,
                deferrable=None,
                match_with=tuple(
                    (column, Atom(target))
                    for column, target in list(zip(key.columns, key.target_columns, strict=True))[
                        1:
                    ]
                ),
            )
            if reference != Reference(relationship=name, foreign_key=key.name):
                found.append(reference)
        native = {key.name: key for key in self._native_keys.values()}
        statements = []
        for entry in self._made_here(ConstraintKind.FOREIGN_KEY):
            if entry.name not in native:
                statements.append(self._constraint_statement(entry, self._after(entry)))
            elif not self._is_exact(native[entry.name]):
                statements.append(self._corrected_key(entry, native[entry.name]))
        order = [*written, *(each.relationship for each in found)]
        return tuple(sorted(found, key=lambda each: order.index(each.relationship))), statements

    def _corrected_key(self, entry: ConstraintEntry, key: ForeignKey) -> CustomStatement:
        """Make a key anew that Ash made without all of its rules."""
        name = quote_identifier(entry.name)
        drop = f"ALTER TABLE {self._sql} DROP CONSTRAINT {name}"
        columns, targets = (
            ", ".join(map(quote_identifier, each)) for each in (key.columns, key.target_columns)
        )
        plain = f"FOREIGN KEY ({columns}) REFERENCES {quote_name(key.target)} ({targets})"
        return CustomStatement(
            name=f"foreign_key_{entry.name}",
            up=(drop, _add_constraint(self._entry.name, entry)),
            down=(drop, f"ALTER TABLE {self._sql} ADD CONSTRAINT {name} {plain}"),
        )

    def _after(self, entry: ConstraintEntry) -> tuple[str, ...]:
        """Return the table that a key made by a statement has to wait for."""
        target = entry.target
        if target is None or target == self._entry.name:
            return ()
        if target.schema != self._entry.name.schema:
            self._cannot(
                f"foreign key {entry.name}",
                f"nothing makes its statement wait for {target}, a table of another schema",
            )
            return ()
        return (target.name,)

    # What only statements say

    def _statistics(self) -> Iterator[CustomStatement]:
        for each in self._entry.statistics:
            up = [each.definition]
            if each.target is not None:
                up.append(f"ALTER STATISTICS {quote_name(each.name)} SET STATISTICS {each.target}")
            yield CustomStatement(
                name=f"statistics_{each.name.name}",
                up=tuple(up),
                down=(f"DROP STATISTICS {quote_name(each.name)}",),
            )

    def _needed_functions(self) -> Iterator[CustomStatement]:
        """Make what needs a table itself, and so can't be made before all of them."""
        for need in self._needs():
            others = {name.name for name in need.after if name.schema == self._entry.name.schema}
            yield CustomStatement(
                name=f"{need.kind.value}_{need.name.name}",
                up=(
                    "SET LOCAL check_function_bodies = off",
                    _if_missing(need.definition),
                    *(f"COMMENT ON {on} IS {quote_literal(text)}" for on, text in need.comments),
                ),
                down=(_drop(need.identity),),
                after_tables=tuple(sorted(others - {self._entry.name.name})),
            )

    def _needs(self) -> Iterator[Need]:
        for need in self._inventory.needs:
            if need.after and need.definition and self._entry.name in need.used_by:
                yield need

    def _triggers(self) -> Iterator[CustomStatement]:
        for each in self._entry.triggers:
            if each.parent:
                continue
            name = quote_identifier(each.name)
            up = [each.definition]
            if each.enabled is not Enabled.ORIGIN:
                up.append(f"ALTER TABLE {self._sql} {_enabling(each.enabled, 'TRIGGER', name)}")
            yield CustomStatement(
                name=f"trigger_{each.name}",
                up=tuple(up),
                down=(f"DROP TRIGGER {name} ON {self._sql}",),
            )

    def _rules(self) -> Iterator[CustomStatement]:
        for each in self._entry.rules:
            name = quote_identifier(each.name)
            up = [each.definition.rstrip(";")]
            if each.enabled is not Enabled.ORIGIN:
                up.append(f"ALTER TABLE {self._sql} {_enabling(each.enabled, 'RULE', name)}")
            yield CustomStatement(
                name=f"rule_{each.name}",
                up=tuple(up),
                down=(f"DROP RULE {name} ON {self._sql}",),
            )

    def _policies(self) -> Iterator[CustomStatement]:
        for each in self._entry.policies:
            yield CustomStatement(
                name=f"policy_{each.name}",
                up=(_create_policy(each, self._sql),),
                down=(f"DROP POLICY {quote_identifier(each.name)} ON {self._sql}",),
            )
        words = [
            (self._entry.row_security, "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
            (
                self._entry.force_row_security,
                "FORCE ROW LEVEL SECURITY",
                "NO FORCE ROW LEVEL SECURITY",
            ),
        ]
        said = [(up, down) for wanted, up, down in words if wanted]
        if said:
            yield CustomStatement(
                name="row_security",
                up=tuple(f"ALTER TABLE {self._sql} {up}" for up, _ in said),
                down=tuple(f"ALTER TABLE {self._sql} {down}" for _, down in reversed(said)),
            )

    def _storage(self) -> Iterator[CustomStatement]:
        """Say what concerns how a table is stored."""
        head = f"ALTER TABLE {self._sql}"
        found = list(_table_storage(self._entry, head))
        for column in self._entry.columns:
            found += _column_storage(column, head)
        for parent in self._entry.inherits:
            found.append((f"{head} INHERIT {quote_name(parent)}", f"{head} NO INHERIT {parent}"))
            self._cannot(f"table {self._entry.name}", "its columns are inherited and its own, too")
        if self._entry.of_type is not None:
            found.append((f"{head} OF {self._entry.of_type}", f"{head} NOT OF"))
        if found:
            same_schema = (
                each.name for each in self._entry.inherits if each.schema == self._entry.name.schema
            )
            yield CustomStatement(
                name="storage",
                up=tuple(up for up, _ in found),
                down=tuple(down for _, down in reversed(found)),
                after_tables=tuple(same_schema),
            )

    def _create_table_options(self) -> str | None:
        key = self._entry.partition_key
        return f"PARTITION BY {key}" if key is not None else None

    def _partitions(self) -> Iterator[CustomStatement]:
        """Make the partitions, each with its own constraints and indexes, then attach it."""
        if self._draft.table.kind is not RelationKind.PARTITIONED:
            return
        for each in self._inventory.tables:
            if each.partition_of == self._entry.name:
                yield from _partition(each, self._inventory)

    def _comments(self) -> Iterator[CustomStatement]:
        """Say all comments of the table and what belongs to it, in one statement."""
        found = list(_comments(self._entry))
        if found:
            yield CustomStatement(
                name="comments",
                up=tuple(f"COMMENT ON {on} IS {quote_literal(text)}" for on, text in found),
                down=tuple(f"COMMENT ON {on} IS NULL" for on, _ in reversed(found)),
            )

    def _one(self, kind: ConstraintKind) -> ConstraintEntry | None:
        return next((each for each in self._entry.constraints if each.kind is kind), None)

    def _cuts_key(self, columns: Collection[str]) -> bool:
        """Whether what Ash makes as soon as these columns are there cuts the table's key in two.

        Ash then adds the other columns to a table that is there, those of the key among them.
        """
        names = [each.column for each in self._resource.attributes]
        key = self._key_columns()
        if len(key) < 2:
            return False
        return max(names.index(each) for each in columns) < max(names.index(each) for each in key)

    def _made_here(self, *kinds: ConstraintKind) -> Iterator[ConstraintEntry]:
        """Give the constraints that the table does not have from another one."""
        for each in self._entry.constraints:
            if each.kind in kinds and not each.parent and each.local:
                yield each

    def _cannot(self, object_: str, what: str) -> None:
        self._unsayable.append(Unsayable(f"{self._entry.name}: {object_}", what))


def _told_apart(statements: Iterable[CustomStatement]) -> tuple[CustomStatement, ...]:
    """Give each statement a name of its own."""
    found: dict[str, CustomStatement] = {}
    for statement in statements:
        name, number = statement.name, 2
        while name in found:
            name, number = f"{statement.name}_{number}", number + 1
        found[name] = replace(statement, name=name)
    return tuple(found.values())


def _own_type(
    type_: Term, constraints: Mapping[str, Term], supports: Mapping[str, SupportType]
) -> str | None:
    """Return the type that Ash makes of an attribute, None where that isn't known."""
    if isinstance(type_, tuple):
        item = constraints.get("items")
        inner = dict(item.items) if isinstance(item, Keyword) else {}
        own = _own_type(type_[-1], inner, supports) if len(type_) == 2 else None
        return None if own is None else own + _ARRAY
    if type_ == Atom("range"):
        inner_type = constraints.get("inner_type")
        return _RANGES.get(inner_type.name) if isinstance(inner_type, Atom) else None
    if type_ == Atom("decimal") and {"precision", "scale"} & constraints.keys():
        return None
    if isinstance(type_, Atom | Module) and type_ in _OWN_TYPES:
        return _OWN_TYPES[type_]
    support = supports.get(type_.name) if isinstance(type_, Module) else None
    if support is None:
        return None
    storage = support.values.get("storage")
    if isinstance(storage, Atom):
        return _STORAGES.get(storage.name, storage.name)
    return _TEMPLATES.get(support.template)


def _has_default(attribute: Attribute) -> bool:
    """Whether Ash would give the column a default of its own."""
    if attribute.default is not ABSENT and attribute.default is not None:
        return True
    return attribute.kind in (
        AttributeKind.UUID_PRIMARY_KEY,
        AttributeKind.CREATE_TIMESTAMP,
        AttributeKind.UPDATE_TIMESTAMP,
    )


def _without_public(type_: str) -> str:
    """Return a type without the schema that a migration's search path has."""
    return type_.removeprefix(f"{DEFAULT_SCHEMA}.")


def _ddl_type(text: str) -> str:
    """Write a type of `format_type` in fewer words, so that it means the same to SQL."""
    time = _TIMES.match(text)
    if time is not None:
        return f"{time[1]}{'tz' if time[3] == 'with' else ''}{time[2] or ''}{time[4]}"
    return text.replace("character varying", "varchar")


def _column_rest(column: ColumnEntry) -> str:
    """Write a column's definition from its type on."""
    text = column.type
    if column.collation is not None:
        text += f" COLLATE {column.collation}"
    if column.generated is not Generated.NONE:
        text += f" GENERATED ALWAYS AS ({column.default}) {column.generated.value.upper()}"
    elif column.identity is not Identity.NONE:
        text += f" GENERATED {column.identity.value.upper()} AS IDENTITY"
    elif column.default is not None:
        text += f" DEFAULT {column.default}"
    return text + (" NOT NULL" if column.not_null else "")


def _made_name(table: str, column: str, label: str = "seq") -> str:
    """Return the name that PostgreSQL makes of a table, a column and a label, cut to fit."""
    parts = [table.encode(), column.encode()]
    room = _NAME_BYTES - len(label) - 1 - (1 if column else 0)
    while len(parts[0]) + len(parts[1]) > room:
        longer = 0 if len(parts[0]) > len(parts[1]) else 1
        parts[longer] = parts[longer][:-1]
    texts = [part.decode("utf-8", "ignore") for part in parts if part]
    return "_".join([*texts, label])


def _sequence_options(sequence: SequenceEntry, column: ColumnEntry) -> str:
    """Write the options of a column's sequence that are not those it is made with."""
    type_ = column.type if column.type in _LARGEST else "bigint"
    largest = _LARGEST.get(sequence.type, _LARGEST["bigint"])
    upwards = sequence.increment > 0
    minimum, maximum = (1, largest) if upwards else (-largest - 1, -1)
    words = []
    if sequence.type != type_:
        words.append(f"AS {sequence.type}")
    if sequence.increment != 1:
        words.append(f"INCREMENT BY {sequence.increment}")
    if sequence.minimum != minimum or not upwards:
        words.append(f"MINVALUE {sequence.minimum}")
    if sequence.maximum != maximum or not upwards:
        words.append(f"MAXVALUE {sequence.maximum}")
    if sequence.start != 1:
        words.append(f"START WITH {sequence.start} RESTART")
    if sequence.cache != 1:
        words.append(f"CACHE {sequence.cache}")
    if sequence.cycle:
        words.append("CYCLE")
    return " ".join(words)


def _is_plain_key(primary: ConstraintEntry) -> bool:
    columns = ", ".join(map(quote_identifier, primary.columns))
    return primary.definition == f"PRIMARY KEY ({columns})"


def _entry_of(table: TableEntry, constraint: str) -> IndexEntry | None:
    return next((each for each in table.indexes if each.constraint == constraint), None)


def _behind_columns(definition: str) -> str:
    """Return what a UNIQUE constraint's definition has behind its columns."""
    for word in (" DEFERRABLE INITIALLY DEFERRED", " DEFERRABLE"):
        if definition.endswith(word):
            return word
    return ""


def _plain_key(key: str) -> str | None:
    """Return the column that a key of an index is, None for anything more."""
    text = unquote_identifier(key)
    return text if key in (text, quote_identifier(text)) or key.startswith('"') else None


def _index_key(key: str) -> Term:
    """Write a key as an atom where it is a column of a plain name."""
    return Atom(key) if _LOWER_CASE.match(key) else key


def _unwrapped(text: str | None) -> str | None:
    return text[1:-1] if text and text.startswith("(") and text.endswith(")") else text


def _short(text: str | None) -> bool:
    return text is None or len(text) <= _LONGEST_TEXT


def _survives_heredoc(sql: str) -> bool:
    """Whether the heredoc of a migration leaves a check's SQL as it is."""
    special = "\\" in sql or "#{" in sql or '"""' in sql
    return not special and all(char.isprintable() or char == "\n" for char in sql)


def _add_constraint(table: Name, entry: ConstraintEntry) -> str:
    name = quote_identifier(entry.name)
    return f"ALTER TABLE {quote_name(table)} ADD CONSTRAINT {name} {entry.definition}"


def _expression_statistics(index: IndexEntry, table: Name) -> Iterator[str]:
    name = quote_name(Name(table.schema, index.name))
    for number, target in index.statistics:
        yield f"ALTER INDEX {name} ALTER COLUMN {number} SET STATISTICS {target}"


def _enabling(enabled: Enabled, kind: str, name: str) -> str:
    words = {
        Enabled.DISABLED: f"DISABLE {kind}",
        Enabled.REPLICA: f"ENABLE REPLICA {kind}",
        Enabled.ALWAYS: f"ENABLE ALWAYS {kind}",
    }
    return f"{words.get(enabled, f'ENABLE {kind}')} {name}"


def _create_policy(policy: PolicyEntry, table: str) -> str:
    text = f"CREATE POLICY {quote_identifier(policy.name)} ON {table}"
    if not policy.permissive:
        text += " AS RESTRICTIVE"
    text += f" FOR {policy.command.upper()}"
    if policy.roles:
        text += f" TO {', '.join(map(quote_identifier, policy.roles))}"
    if policy.using is not None:
        text += f" USING ({policy.using})"
    if policy.with_check is not None:
        text += f" WITH CHECK ({policy.with_check})"
    return text


def _table_storage(entry: TableEntry, head: str) -> Iterator[tuple[str, str]]:
    """Give what the storage of a table needs, and what takes that back."""
    options = [*entry.options, *(f"toast.{each}" for each in entry.toast_options)]
    if options:
        names = ", ".join(each.partition("=")[0] for each in options)
        yield f"{head} SET ({', '.join(map(_setting, options))})", f"{head} RESET ({names})"
    if entry.persistence is Persistence.UNLOGGED:
        yield f"{head} SET UNLOGGED", f"{head} SET LOGGED"
    if entry.access_method not in ("", "heap"):
        yield (
            f"{head} SET ACCESS METHOD {quote_identifier(entry.access_method)}",
            f"{head} SET ACCESS METHOD heap",
        )
    if entry.tablespace:
        yield (
            f"{head} SET TABLESPACE {quote_identifier(entry.tablespace)}",
            f"{head} SET TABLESPACE pg_default",
        )
    back = f"{head} REPLICA IDENTITY DEFAULT"
    if entry.replica_identity in (ReplicaIdentity.NOTHING, ReplicaIdentity.FULL):
        yield f"{head} REPLICA IDENTITY {entry.replica_identity.value.upper()}", back
    for index in entry.indexes:
        name = quote_identifier(index.name)
        if index.replica_identity:
            yield f"{head} REPLICA IDENTITY USING INDEX {name}", back
        if index.clustered:
            yield f"{head} CLUSTER ON {name}", f"{head} SET WITHOUT CLUSTER"


def _setting(option: str) -> str:
    name, _, value = option.partition("=")
    return f"{name} = {quote_literal(value)}"


def _column_storage(column: ColumnEntry, head: str) -> Iterator[tuple[str, str]]:
    part = f"{head} ALTER COLUMN {quote_identifier(column.name)}"
    if column.statistics is not None:
        yield f"{part} SET STATISTICS {column.statistics}", f"{part} SET STATISTICS -1"
    if column.storage is not None:
        yield f"{part} SET STORAGE {column.storage.upper()}", f"{part} SET STORAGE EXTENDED"
    if column.compression is not None:
        yield f"{part} SET COMPRESSION {column.compression}", f"{part} SET COMPRESSION DEFAULT"
    if column.options:
        names = ", ".join(each.partition("=")[0] for each in column.options)
        settings = ", ".join(map(_setting, column.options))
        yield f"{part} SET ({settings})", f"{part} RESET ({names})"


def _partition(entry: TableEntry, inventory: Inventory) -> Iterator[CustomStatement]:
    """Make a partition as `pg_dump` does: a table of its own first, so that all names are its."""
    name, parent = quote_name(entry.name), quote_name(entry.partition_of or entry.name)
    columns = [f"{quote_identifier(each.name)} {_column_rest(each)}" for each in entry.columns]
    columns += [
        f"CONSTRAINT {quote_identifier(each.name)} {each.definition}"
        for each in entry.constraints
        if each.kind is ConstraintKind.CHECK
    ]
    text = f"CREATE TABLE {name} ({', '.join(columns)})"
    if entry.partition_key is not None:
        text += f" PARTITION BY {entry.partition_key}"
    first = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE, ConstraintKind.EXCLUSION)
    up = [text]
    up += [_add_constraint(entry.name, each) for each in entry.constraints if each.kind in first]
    up += [each.definition for each in entry.indexes if not each.constraint]
    up.append(f"ALTER TABLE {parent} ATTACH PARTITION {name} {entry.bound}")
    up += [
        _add_constraint(entry.name, each)
        for each in entry.constraints
        if each.kind is ConstraintKind.FOREIGN_KEY and not each.parent
    ]
    for trigger in entry.triggers:
        if not trigger.parent:
            up.append(trigger.definition)
    up += [statement for statement, _ in _table_storage(entry, f"ALTER TABLE {name}")]
    up += [f"COMMENT ON {on} IS {quote_literal(said)}" for on, said in _comments(entry)]
    targets = {each.target for each in entry.constraints if each.target is not None}
    yield CustomStatement(
        name=f"partition_{entry.name.name}",
        up=tuple(up),
        down=(f"DROP TABLE {name}",),
        after_tables=tuple(
            sorted(each.name for each in targets if each.schema == entry.name.schema)
        ),
    )
    for each in inventory.tables:
        if each.partition_of == entry.name:
            yield from _partition(each, inventory)


def _comments(entry: TableEntry) -> Iterator[tuple[str, str]]:
    """Give what has a comment, as `COMMENT ON` calls it, and the comment."""
    table, schema = quote_name(entry.name), entry.name.schema
    if entry.comment is not None:
        yield f"TABLE {table}", entry.comment
    for column in entry.columns:
        if column.comment is not None:
            yield f"COLUMN {table}.{quote_identifier(column.name)}", column.comment
    kinds: tuple[tuple[str, Collection[Commented]], ...] = (
        ("CONSTRAINT", entry.constraints),
        ("TRIGGER", entry.triggers),
        ("RULE", entry.rules),
        ("POLICY", entry.policies),
    )
    for kind, entries in kinds:
        for each in entries:
            if each.comment is not None:
                yield f"{kind} {quote_identifier(each.name)} ON {table}", each.comment
    for index in entry.indexes:
        if index.comment is not None:
            yield f"INDEX {quote_name(Name(schema, index.name))}", index.comment
    for sequence in entry.sequences:
        if sequence.comment is not None:
            yield f"SEQUENCE {quote_name(sequence.name)}", sequence.comment
    for statistics in entry.statistics:
        if statistics.comment is not None:
            yield f"STATISTICS {quote_name(statistics.name)}", statistics.comment


def _if_missing(definition: str) -> str:
    """Run a statement, and pass over it where the object is there."""
    if definition.startswith("CREATE OR REPLACE"):
        return definition
    tag = "$make$"
    number = 1
    while tag in definition:
        tag, number = f"$make{number}$", number + 1
    found = "duplicate_object OR duplicate_schema OR duplicate_table OR duplicate_function"
    return f"DO {tag}\nBEGIN\n{definition};\nEXCEPTION WHEN {found} THEN NULL;\nEND\n{tag}"


def _drop(identity: str) -> str:
    kind, _, name = identity.partition(" ")
    return f"DROP {kind} IF EXISTS {name}"
