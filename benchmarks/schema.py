"""DDL for a schema of any number of tables: plain, rich, or of the shape of GitLab's.

A plain table is that of an ordinary application: about ten columns, a serial or identity key, one
or two foreign keys, unique indexes, enums, jsonb, arrays, timestamps with time zone. A rich schema
has the measure of GitLab's structure.sql, per thousand tables: 14,000 columns, 4,000 indexes of
which 600 are partial or over expressions, 2,500 checks, most of a text's length or of NOT NULL,
2,400 foreign keys (some tables are the target of hundreds), 950 sequences, 200 row triggers with
a function each, 288 partitions, few comments. The style `GITLAB` is about what that schema was when
the tool was first measured on it: 988 tables with 400 partitions, 2,300 indexes, 1,500 checks, 400
row triggers. The same number of tables gives the same text on every machine.

    python -m benchmarks.schema 1000 > schema.sql
    python -m benchmarks.schema 1000 rich > schema.sql
    python -m benchmarks.schema 988 gitlab > schema.sql
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple, TypeVar

T = TypeVar("T")

HUBS = ("organizations", "users", "namespaces", "projects", "issues", "merge_requests")


class Style(NamedTuple):
    """How much a table has: ranges for its columns and keys, and chances of the rest.

    `key_index` is the chance that a foreign key has an index of its own.
    """

    columns: tuple[int, int]
    foreign_keys: tuple[int, int]
    partitioned: float
    partitions: int
    length_check: float
    not_null_check: float
    partial_index: float
    trigger: float
    comment: float
    key_index: float = 1


PLAIN = Style(
    columns=(3, 8),
    foreign_keys=(0, 2),
    partitioned=0,
    partitions=0,
    length_check=0,
    not_null_check=0,
    partial_index=0.1,
    trigger=0,
    comment=0.05,
)
RICH = Style(
    columns=(5, 12),
    foreign_keys=(1, 4),
    partitioned=0.025,
    partitions=16,
    length_check=0.95,
    not_null_check=0.1,
    partial_index=0.5,
    trigger=0.3,
    comment=0.01,
)
GITLAB = Style(
    columns=(4, 11),
    foreign_keys=(1, 3),
    partitioned=0.038,
    partitions=10,
    length_check=0.63,
    not_null_check=0.05,
    partial_index=0.5,
    trigger=0.65,
    comment=0.01,
    key_index=0.62,
)
STYLES = {"plain": PLAIN, "rich": RICH, "gitlab": GITLAB}


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    "abuse approval audit board build bulk_import ci cluster container dependency deploy design"
    " epic environment error_tracking external feature geo group import integration iteration job"
    " key label licence member metric milestone note package page pipeline plan pool protected"
    " release remote requirement resource review runner security service snippet statistic"
    " subscription system terraform todo token upload user verification vulnerability web_hook"
    " wiki work_item zoekt"
)
_SECOND = _words(
    "action agent artifact assignment attribute bridge cache change comment config"
    " connection counter data_point detail diff event export failure file finding flag"
    " instance invite item limit link list location log mapping mention message"
    " namespace note option parameter participant permission preference project"
    " protection queue reason record request reset rule schedule scope"
    " session setting slot source stage state step tag task template token tracker"
    " transition trigger type upload url usage value variable version widget"
)
_ROLES = ("author", "closed_by", "updated_by", "assignee", "source", "previous")

# What a table's columns are drawn from: name, type with default, whether the length is checked.
_COLUMNS = (
    ("name", "text NOT NULL", 255),
    ("title", "character varying(255)", 0),
    ("description", "text", 4096),
    ("path", "text NOT NULL DEFAULT ''::text", 510),
    ("url", "text", 2048),
    ("sha", "bytea", 0),
    ("uuid", "uuid", 0),
    ("token_encrypted", "text", 255),
    ("state", "smallint NOT NULL DEFAULT 0", 0),
    ("position", "integer", 0),
    ("relative_position", "bigint", 0),
    ("attempts", "integer NOT NULL DEFAULT 0", 0),
    ("size_bytes", "bigint NOT NULL DEFAULT 0", 0),
    ("enabled", "boolean NOT NULL DEFAULT true", 0),
    ("active", "boolean NOT NULL DEFAULT false", 0),
    ("archived", "boolean", 0),
    ("settings", "jsonb NOT NULL DEFAULT '{}'::jsonb", 0),
    ("payload", "jsonb", 0),
    ("tag_names", "text[] NOT NULL DEFAULT '{}'::text[]", 0),
    ("target_ids", "bigint[]", 0),
    ("amount", "numeric(12,2)", 0),
    ("ratio", "double precision", 0),
    ("due_date", "date", 0),
    ("started_at", "timestamp with time zone", 0),
    ("finished_at", "timestamp with time zone", 0),
    ("last_error", "text", 1024),
    ("ip_address", "inet", 0),
    ("external_id", "character varying", 255),
)


class Draw:
    """Choices that come out the same on every machine and Python version."""

    def __init__(self, seed: int) -> None:
        # Of all methods only random() is promised to give the same sequence for ever.
        self._random = Random(seed).random

    def chance(self, probability: float) -> bool:
        """Whether an event of that probability happens."""
        return self._random() < probability

    def between(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def one(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.between(0, len(items) - 1)]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """Different items, in the order in which they stand."""
        weights = sorted((self._random(), position) for position in range(len(items)))
        return [items[position] for position in sorted(place for _, place in weights[:count])]


class Column(NamedTuple):
    """A column's name, its definition, and the length that a check allows (0: none)."""

    name: str
    definition: str
    max_length: int = 0


def statements(tables: int, style: Style = PLAIN) -> Iterator[str]:
    """Yield the statements, without semicolons, that make a schema of that many tables.

    Partitions come on top of the number. Tables refer only to those made before them.
    """
    draw = Draw(tables)
    enums = [f"status_kind_{number}" for number in range(max(3, tables // 30))]
    for enum in enums:
        labels = ", ".join(f"'{label}'" for label in ("created", "running", "done", "failed"))
        yield f"CREATE TYPE {enum} AS ENUM ({labels})"
    names: list[str] = []
    for name in _names(tables):
        partitioned = len(names) > len(HUBS) and draw.chance(style.partitioned)
        yield from _table(name, names, enums, draw, style, partitioned=partitioned)
        # Nothing refers to a partitioned table: the target would need the partition key too.
        if not partitioned:
            names.append(name)


def _names(count: int) -> Iterator[str]:
    """Yield different plural names: the hubs, then pairs of words, then numbered pairs."""
    pairs = [f"{first}_{second}s" for second in _SECOND for first in _FIRST]
    for number in range(count):
        if number < len(HUBS):
            yield HUBS[number]
            continue
        turn, position = divmod(number - len(HUBS), len(pairs))
        yield pairs[position] if not turn else f"{pairs[position][:-1]}_v{turn + 1}s"


def _table(
    name: str,
    targets: Sequence[str],
    enums: Sequence[str],
    draw: Draw,
    style: Style,
    *,
    partitioned: bool,
) -> Iterator[str]:
    foreign = _foreign_columns(targets, draw, style)
    if not partitioned and draw.chance(0.04):
        foreign.append(("parent_id", name, ""))
    columns = [Column(*column) for column in draw.some(_COLUMNS, draw.between(*style.columns))]
    if draw.chance(0.2):
        columns.append(Column("status", f"{draw.one(enums)} NOT NULL DEFAULT 'created'"))
    stamps = ("created_at", "updated_at") if draw.chance(0.85) else ("created_at",)
    lines = [_key_column(draw, partitioned=partitioned)]
    lines += [f"{stamp} timestamp with time zone NOT NULL" for stamp in stamps]
    lines += [f"{column} bigint{null}" for column, _, null in foreign]
    lines += [f"{column.name} {column.definition}" for column in columns]
    lines += _checks(name, columns, draw, style)
    key = "id, partition_id" if partitioned else "id"
    lines.append(f"CONSTRAINT {name}_pkey PRIMARY KEY ({key})")
    body = ",\n  ".join(lines)
    tail = " PARTITION BY LIST (partition_id)" if partitioned else ""
    yield f"CREATE TABLE {name} (\n  {body}\n){tail}"
    if partitioned:
        for number in range(100, 100 + style.partitions):
            yield f"CREATE TABLE {name}_{number} PARTITION OF {name} FOR VALUES IN ({number})"
    yield from _foreign_keys(name, foreign, draw)
    keys = [column for column, _, _ in foreign]
    # No draw without need: the other styles are to stay what they were.
    indexed = [key for key in keys if style.key_index == 1 or draw.chance(style.key_index)]
    yield from _indexes(name, keys, indexed, columns, draw, partitioned=partitioned)
    if draw.chance(style.partial_index):
        yield _partial_index(name, keys, columns, draw, partitioned=partitioned)
    if len(foreign) > 1 and draw.chance(style.trigger):
        yield from _trigger(name, foreign[0][0], foreign[1])
    yield from _comments(name, columns, draw, style)


def _checks(name: str, columns: Sequence[Column], draw: Draw, style: Style) -> Iterator[str]:
    for column in columns:
        if column.max_length and draw.chance(style.length_check):
            check = _constraint("check", name, column.name)
            limit = f"char_length({column.name}) <= {column.max_length}"
            yield f"CONSTRAINT {check} CHECK (({limit}))"
        if "NOT NULL" not in column.definition and draw.chance(style.not_null_check):
            check = _constraint("check_null", name, column.name)
            yield f"CONSTRAINT {check} CHECK (({column.name} IS NOT NULL))"


def _key_column(draw: Draw, *, partitioned: bool) -> str:
    if partitioned:
        return "id bigint NOT NULL,\n  partition_id bigint DEFAULT 100 NOT NULL"
    if draw.chance(0.5):
        return "id bigserial NOT NULL"
    return f"id bigint NOT NULL GENERATED {draw.one(('BY DEFAULT', 'ALWAYS'))} AS IDENTITY"


def _foreign_columns(
    targets: Sequence[str], draw: Draw, style: Style
) -> list[tuple[str, str, str]]:
    """Draw keys: column, target, and whether it may be null; hubs are drawn more."""
    chosen: dict[str, tuple[str, str]] = {}
    for _ in range(draw.between(*style.foreign_keys) if targets else 0):
        hub = draw.chance(0.6)
        target = draw.one([one for one in HUBS if one in targets] if hub else targets)
        column = f"{target[:-1]}_id"
        if column in chosen:
            column = f"{draw.one(_ROLES)}_id"
        chosen.setdefault(column, (target, " NOT NULL" if draw.chance(0.6) else ""))
    return [(column, target, null) for column, (target, null) in chosen.items()]


def _foreign_keys(name: str, foreign: Sequence[tuple[str, str, str]], draw: Draw) -> Iterator[str]:
    for column, target, null in foreign:
        actions = ["CASCADE"] * 6 + ["NO ACTION"] + ([] if null else ["SET NULL"] * 3)
        yield (
            f"ALTER TABLE {name} ADD CONSTRAINT {_constraint('fk', name, column)}"
            f" FOREIGN KEY ({column}) REFERENCES {target}(id) ON DELETE {draw.one(actions)}"
        )


def _indexes(
    name: str,
    foreign: Sequence[str],
    indexed: Sequence[str],
    columns: Sequence[Column],
    draw: Draw,
    *,
    partitioned: bool,
) -> Iterator[str]:
    by_name = {column.name for column in columns}
    for column in indexed:
        yield f"CREATE INDEX {_constraint('index', name, column)} ON {name} ({column})"
    text = next((column for column in ("name", "path", "title") if column in by_name), None)
    if text and not partitioned:
        keys = f"{foreign[0]}, {text}" if foreign else text
        if draw.chance(0.5):
            yield f"CREATE UNIQUE INDEX {_constraint('uniq', name, keys)} ON {name} ({keys})"
        if draw.chance(0.15):
            index = _constraint("uniq_lower", name, text)
            yield f"CREATE UNIQUE INDEX {index} ON {name} (lower({text}::text))"
    if "uuid" in by_name and not partitioned and draw.chance(0.7):
        index = _constraint("uniq", name, "uuid")
        yield f"CREATE UNIQUE INDEX {index} ON {name} (uuid)"
    if "settings" in by_name and draw.chance(0.2):
        yield f"CREATE INDEX {_constraint('gin', name, 'settings')} ON {name} USING gin (settings)"


# What a partial index may be limited to, by the column that its predicate is about.
_PREDICATES = {
    "state": "(state = ANY (ARRAY[0, 1, 4]))",
    "uuid": "(uuid IS NOT NULL)",
    "finished_at": "(finished_at IS NULL)",
    "enabled": "(enabled = true)",
    "archived": "((archived IS NULL) OR (archived = false))",
    "external_id": "((external_id)::text <> ''::text)",
    "position": '("position" > 0)',
    "attempts": "((attempts < 10) AND (created_at IS NOT NULL))",
}


def _partial_index(
    name: str, foreign: Sequence[str], columns: Sequence[Column], draw: Draw, *, partitioned: bool
) -> str:
    """Limit an index to some rows, a few of them unique; or put it on an expression."""
    about = next((column.name for column in columns if column.name in _PREDICATES), None)
    keys = foreign[0] if foreign else "created_at"
    index = _constraint("partial", name, keys)
    if about is None:
        return f"CREATE INDEX {index} ON {name} (date_trunc('day', created_at, 'UTC'), {keys})"
    unique = "UNIQUE " if foreign and not partitioned and draw.chance(0.2) else ""
    return f"CREATE {unique}INDEX {index} ON {name} ({keys}) WHERE {_PREDICATES[about]}"


def _trigger(name: str, column: str, source: tuple[str, str, str]) -> Iterator[str]:
    """Fill a column from the row that another key refers to, as gitlab does for sharding keys."""
    through, target, _ = source
    function = _constraint("trigger", name, column)
    yield (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
        f'  IF NEW."{column}" IS NULL THEN\n'
        f'    SELECT "id" INTO NEW."{column}" FROM "{target}"'
        f' WHERE "{target}"."id" = NEW."{through}";\n'
        "  END IF;\n  RETURN NEW;\nEND\n$$"
    )
    yield (
        f"CREATE TRIGGER {function} BEFORE INSERT OR UPDATE ON {name}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


def _comments(name: str, columns: Sequence[Column], draw: Draw, style: Style) -> Iterator[str]:
    if draw.chance(style.comment):
        yield f"COMMENT ON TABLE {name} IS 'Holds one row for each of the team''s {name}.'"
    for column in columns:
        if draw.chance(style.comment / 3):
            yield f"COMMENT ON COLUMN {name}.{column.name} IS 'Filled by the importer'"


def _constraint(kind: str, table: str, columns: str) -> str:
    """Name a constraint by its table and columns within PostgreSQL's 63 bytes, as Rails does."""
    name = f"{kind}_{table}_on_{columns.replace(', ', '_and_')}"
    if len(name) <= 63:
        return name
    digest = 0
    for char in name:
        digest = (digest * 31 + ord(char)) % 0xFFFFFFFFFF
    return f"{name[:52]}_{digest:010x}"


def main() -> None:
    """Print the schema of as many tables as the first argument says, in the style of the second."""
    style = STYLES[sys.argv[2] if len(sys.argv) > 2 else "plain"]
    for statement in statements(int(sys.argv[1]), style):
        sys.stdout.write(f"{statement};\n")


if __name__ == "__main__":
    main()
