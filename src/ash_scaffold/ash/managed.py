"""The managed form of a resource: what it must say so that Ash's migrations make its very table.

A resource that shares its table with legacy code has `migrate? false`. After the cut-over Ash
migrates the table, from what the resource says: `migration_types` and `migration_defaults` where
Ash's own would differ, `references`, `custom_indexes`, checks, and `custom_statements` for all that
no option says. A database made by these migrations from nothing has the same catalog.

Sources: `AshPostgres.MigrationGenerator` and its `Operation` and `OperationDeps`: what they make of
each option, and in which order.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

import msgspec
from msgspec.structs import replace

from ash_scaffold.ash.dsl import default_foreign_key_name
from ash_scaffold.ash.migration_types import ddl_type, own_type, without_public, written_type
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
)
from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.ash.relationship_id import follows_a_key
from ash_scaffold.ash.table_statements import (
    add_constraint,
    column_definition,
    drop_if_there,
    if_missing,
    keep_leaning_keys,
    table_statements,
)
from ash_scaffold.postgres.catalog import (
    DEFAULT_SCHEMA,
    Action,
    ForeignKey,
    Generated,
    Identity,
    Match,
    Name,
)
from ash_scaffold.postgres.constraints import object_name
from ash_scaffold.postgres.definitions import read_index
from ash_scaffold.postgres.inventory import (
    ColumnEntry,
    ConstraintEntry,
    ConstraintKind,
    IndexEntry,
    Inventory,
    SequenceEntry,
    TableEntry,
    quote_literal,
)
from ash_scaffold.postgres.sql import quote_identifier, quote_name, unquote_identifier
from ash_scaffold.term import Atom, Term


class Unsayable(msgspec.Struct, frozen=True, order=True):
    """What neither an option nor a statement says: an object of the table, and what will differ."""

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
        install.append(if_missing(need.definition))
        install += [f"COMMENT ON {on} IS {quote_literal(text)}" for on, text in need.comments]
    return Prerequisites(
        module=f"{namespace}.LegacyObjects",
        name="legacy_objects",
        version=len(needs),
        install=tuple(install),
        uninstall=tuple(drop_if_there(need.identity) for need in reversed(needs)),
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
_SERIALS = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}
_LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
_DELETE = {
    Action.CASCADE: Atom("delete"),
    Action.RESTRICT: Atom("restrict"),
    Action.SET_NULL: Atom("nilify"),
}
_UPDATE = {**_DELETE, Action.CASCADE: Atom("update")}


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
            *table_statements(self._entry, self._inventory),
        ]
        if self._entry.partition_of is not None:
            self._cannot("a partition", "its partitioned table makes it")
        if self._entry.inherits:
            self._cannot("inheritance", "its inherited columns are its own, too")
        key = self._entry.partition_key
        managed = ManagedTable(
            names_schema=self._entry.name.schema == DEFAULT_SCHEMA
            and any(key.table.schema != DEFAULT_SCHEMA for key in self._pointing),
            types=tuple(self._types()),
            defaults=tuple(self._defaults()),
            create_table_options=None if key is None else f"PARTITION BY {key}",
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
                type_ = written_type(column.type)
            yield attribute.name, type_

    def _type(self, column: ColumnEntry, attribute: Attribute) -> Term | None:
        """Return the type that has to be said, None where Ash's own is the same."""
        text = without_public(column.type)
        keyed = column.name in self._keyed
        if column.generated is not Generated.NONE:
            kind = column.generated.value.upper()
            return Atom(f"{ddl_type(text)} GENERATED ALWAYS AS ({column.default}) {kind}")
        if column.identity is not Identity.NONE:
            kind = column.identity.value.upper()
            return Atom(f"{ddl_type(text)} GENERATED {kind} AS IDENTITY")
        if column.collation is not None:
            return Atom(f"{ddl_type(text)} COLLATE {column.collation}")
        own = own_type(attribute.type, dict(attribute.constraints), self._supports)
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
        return written_type(text)

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
            text = f"ALTER TABLE {self._sql} ADD COLUMN {name} {column_definition(column)}"
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
            made = Name(
                self._entry.name.schema, object_name(self._entry.name.name, column.name, "seq")
            )
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
        return object_name(self._entry.name.name, "", "pkey") if self._key_columns() else ""

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
        """Drop the key that Ash made, and make the table's own, or none."""
        head = f"ALTER TABLE {self._sql}"
        own, plain = [], []
        drop_own, drop_plain = [], []
        if primary is not None:
            name = quote_identifier(primary.name)
            own.append(f"{head} ADD CONSTRAINT {name} {primary.definition}")
            drop_own.append(f"{head} DROP CONSTRAINT {name}")
        if made:
            name, columns = quote_identifier(made), map(quote_identifier, self._key_columns())
            plain.append(f"{head} ADD CONSTRAINT {name} PRIMARY KEY ({', '.join(columns)})")
            drop_plain.append(f"{head} DROP CONSTRAINT {name}")
        up, down = [*drop_plain, *own], [*drop_own, *plain]
        if made and self._leaning(self._key_columns()):
            up = self._kept(made, up)
            down = self._kept(primary.name, down) if primary is not None else down
        return CustomStatement(name="primary_key", up=tuple(up), down=tuple(down))

    def _leaning(self, columns: Collection[str]) -> bool:
        """Whether a foreign key points at these columns."""
        return any(set(key.target_columns) == set(columns) for key in self._pointing)

    def _kept(self, index: str, statements: Iterable[str]) -> list[str]:
        """Replace a key's index, its first statement drops it, and keep what leans on it."""
        drop, *others = statements
        name = Name(self._entry.name.schema, index)
        return [keep_leaning_keys(name, [f"{drop} CASCADE", *others])]

    def _constraints(self) -> Iterator[CustomStatement]:
        """Make UNIQUE and exclusion constraints."""
        identities = {each.index: each for each in self._resource.identities}
        for constraint in self._made_here(ConstraintKind.UNIQUE, ConstraintKind.EXCLUSION):
            identity = identities.get(constraint.name)
            name, word = quote_identifier(constraint.name), constraint.kind.value
            text = constraint.definition
            down = [f"ALTER TABLE {self._sql} DROP CONSTRAINT {name}"]
            if identity is not None and self._is_native(identity, constraint):
                # A key that points at it needs the index before any statement runs.
                columns = text[text.index("(") :].removesuffix(_deferral(text))
                text = f"{text[: text.index('(')]}USING INDEX {name}{_deferral(text)}"
                index = f"CREATE UNIQUE INDEX {name} ON {self._sql} {columns}"
                down = self._kept(constraint.name, [*down, index])
            elif identity is not None:
                self._skipped.append(identity.name)
            yield CustomStatement(
                name=f"{word}_{constraint.name}",
                up=(f"ALTER TABLE {self._sql} ADD CONSTRAINT {name} {text}",),
                down=tuple(down),
            )

    def _is_native(self, identity: IdentityDef, constraint: ConstraintEntry) -> bool:
        """Whether Ash makes the index of a UNIQUE constraint, which a key needs."""
        index = _entry_of(self._entry, constraint.name)
        return self._leaning(constraint.columns) and self._take(identity, index)

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
                native.append(replace(custom, name=object_name(index.name, "", "index")))
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
            up=(add_constraint(self._entry.name, entry),),
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
            up=(drop, add_constraint(self._entry.name, entry)),
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
        self._unsayable.append(Unsayable(object_, what))


def _told_apart(statements: Iterable[CustomStatement]) -> tuple[CustomStatement, ...]:
    """Give each statement a name of its own."""
    found: dict[str, CustomStatement] = {}
    for statement in statements:
        name, number = statement.name, 2
        while name in found:
            name, number = f"{statement.name}_{number}", number + 1
        found[name] = replace(statement, name=name)
    return tuple(found.values())


def _has_default(attribute: Attribute) -> bool:
    """Whether Ash would give the column a default of its own."""
    if attribute.default is not ABSENT and attribute.default is not None:
        return True
    return attribute.kind in (
        AttributeKind.UUID_PRIMARY_KEY,
        AttributeKind.CREATE_TIMESTAMP,
        AttributeKind.UPDATE_TIMESTAMP,
    )


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


def _deferral(definition: str) -> str:
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


def _expression_statistics(index: IndexEntry, table: Name) -> Iterator[str]:
    name = quote_name(Name(table.schema, index.name))
    for number, target in index.statistics:
        yield f"ALTER INDEX {name} ALTER COLUMN {number} SET STATISTICS {target}"
