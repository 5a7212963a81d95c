"""The proof: Ash makes the tables from nothing, and the catalog is the legacy one.

Ash's own generator writes the migrations, from the compiled resources, into a folder of the run;
they run in an empty database of a throw-away server. Neither the project nor the legacy database is
changed: the script has a repo of its own, which knows the throw-away server alone, and it looks
where it is before it migrates anything.

Tables that keys point at and that stay with legacy code are made beside them, as bare as keys need
them: in the project Ash does not make them either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ash_scaffold.cutover.compare import Comparison, compare_inventories
from ash_scaffold.packaged import data_path
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.inventory import (
    Inventory,
    TableEntry,
    qualified,
    sequence_definition,
)
from ash_scaffold.postgres.sql import quote_identifier
from ash_scaffold.postgres.time_limit import TimeLimit
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail
from ash_scaffold.project.mix import Mix, run_script, scratch_folder, script_failed
from ash_scaffold.project.repo_options import WHERE, ecto_url, repo_options, whereabouts
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Keyword, Module, Term

if TYPE_CHECKING:
    from ash_scaffold.postgres.installation import Installation
    from ash_scaffold.postgres.server import Server

WHERE_IT_IS = "cutover --prove"
_DATABASE = "proof"
_LIMIT = 900.0  # seconds that mix may take


class ProofQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be proven: tables of a database, which the project's `repo` migrates.

    The project is compiled, with the tables' resources in managed form. `owned` are others that it
    migrates: they are made as well, since statements of the tables may refer to them.
    """

    mix: Mix
    repo: str
    url: URL
    tables: tuple[Name, ...]
    owned: tuple[Name, ...] = ()
    limit: TimeLimit = TimeLimit()


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `server` made the tables; `problems` say what it had to do without."""

    server: str
    comparison: Comparison
    problems: tuple[Problem, ...] = ()


def prove(question: ProofQuestion, say: Callable[[str], None] = lambda _phase: None) -> Proof:
    """Let Ash make the tables from nothing, and compare them with the legacy ones.

    Raises `ScaffoldError` when that can't be done: `mix-missing`, `script-failed` with the end of
    what mix printed, `no-local-server`, `extension-missing`.
    """
    say("Reading the tables")
    legacy, beside = _read_legacy(question)
    from ash_scaffold.postgres.installation import choose_installations
    from ash_scaffold.postgres.server import throwaway_server

    major = legacy.server_version // 10000
    installation = choose_installations(major)[0]
    say("Starting an empty server")
    with throwaway_server(installation) as server, scratch_folder() as folder:
        problems = [*_version_problems(installation, major)]
        problems += _prepare(server, folder, [legacy, beside.inventory], beside.extensions)
        url = server.plain_url(_DATABASE)
        say("Letting Ash make the tables")
        answers = _run(question, url, folder, [*_statements(legacy, beside)])
        _require_resources(question.tables, answers)
        say("Comparing the tables")
        made = _read(url, question.tables)
    legacy = _only(legacy, question.tables)
    held = {
        (Name(each.schema, each.table), column)
        for each in answers
        if isinstance(each, ResourceAnswer)
        for column in each.columns
    }
    without = [
        (table.name, column.name)
        for table in legacy.tables
        for column in table.columns
        if (table.name, column.name) not in held
    ]
    return Proof(
        server=server.description,
        comparison=compare_inventories(legacy, made, without),
        problems=tuple(problems),
    )


def _made(question: ProofQuestion) -> list[Name]:
    return sorted({*question.tables, *question.owned})


def _only(inventory: Inventory, tables: Iterable[Name]) -> Inventory:
    """Leave the tables, their partitions, and what these need."""
    names = set(tables)
    partitions = {table.name: table.partition_of for table in inventory.tables}
    kept = []
    for table in inventory.tables:
        root: Name | None = table.name
        while root is not None and root not in names:
            root = partitions.get(root)
        if root is not None:
            kept.append(table)
    there = {table.name for table in kept}
    needs = tuple(need for need in inventory.needs if not there.isdisjoint(need.used_by))
    return msgspec.structs.replace(inventory, tables=tuple(kept), needs=needs)


class _Beside(msgspec.Struct, frozen=True):
    """Tables that others point at: what they are, and the columns wanted of them.

    `extensions` are the schemas of the database's extensions, by name.
    """

    inventory: Inventory
    wanted: Mapping[Name, Mapping[tuple[str, ...], bool]]
    extensions: Mapping[str, str]


def _read_legacy(question: ProofQuestion) -> tuple[Inventory, _Beside]:
    from ash_scaffold.postgres.connect import read_only
    from ash_scaffold.postgres.read_inventory import read_inventory

    with read_only(question.url, question.limit) as connection:
        legacy = read_inventory(connection, _made(question))
        there = {table.name for table in legacy.tables}
        wanted: dict[Name, dict[tuple[str, ...], bool]] = {}
        for table in legacy.tables:
            for key in table.constraints:
                if key.target is not None and not key.derived and key.target not in there:
                    wanted.setdefault(key.target, {})[key.target_columns] = True
            for parent in table.inherits:
                if parent not in there:
                    wanted.setdefault(parent, {})[()] = True
        for need in legacy.needs:
            for name in need.after:
                if name not in there:
                    wanted.setdefault(name, {})[()] = True
        inventory = read_inventory(connection, wanted)
        found = connection.execute(_EXTENSIONS).fetchall()
        return legacy, _Beside(inventory, wanted, {str(row[0]): str(row[1]) for row in found})


_EXTENSIONS = """
SELECT CAST(e.extname AS text), CAST(n.nspname AS text)
FROM pg_catalog.pg_extension AS e
JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
"""


def _read(url: URL, tables: Iterable[Name]) -> Inventory:
    from ash_scaffold.postgres.connect import read_only
    from ash_scaffold.postgres.read_inventory import read_inventory

    with read_only(url) as connection:
        return read_inventory(connection, tables)


def _version_problems(installation: Installation, major: int) -> Iterator[Problem]:
    if installation.major != major:
        yield Code.OTHER_SERVER.at(
            WHERE_IT_IS,
            f"The database is of PostgreSQL {major}, and the tables were made by "
            f"{installation.major}, the nearest that is installed here.",
        )


def _prepare(
    server: Server,
    folder: Path,
    inventories: Sequence[Inventory],
    schemas: Mapping[str, str],
) -> Iterator[Problem]:
    """Make the empty database with what a plain role can't make: extensions, roles, tablespaces."""
    from ash_scaffold.postgres.dump import LoadOptions, load, read_dump

    extensions = {name for each in inventories for name in each.extensions} - {"plpgsql"}
    roles = {
        role
        for inventory in inventories
        for table in inventory.tables
        for policy in table.policies
        for role in policy.roles
    }
    lines = [f"CREATE ROLE {quote_identifier(role)};" for role in sorted(roles)]
    for name in sorted(extensions):
        schema = quote_identifier(schemas.get(name, "public"))
        lines.append(f"CREATE EXTENSION {quote_identifier(name)} WITH SCHEMA {schema};")
    # Those of the operating system and of ICU are another server's own.
    for number, name in enumerate(sorted({*_system_collations(inventories)})):
        lines.append(f"CREATE TEMPORARY TABLE collated_{number} (a text COLLATE {name});")
    script = folder / "needed.sql"
    script.write_text("\n".join(["SELECT 1;", *lines]), encoding="utf-8")
    # They are the database's own, and no file's.
    options = LoadOptions(extensions=frozenset(extensions))
    loaded = load(server, _DATABASE, [read_dump(script)], options)
    for each in loaded.problems:
        if each.code is Code.EXTENSION_MISSING and each.severity is not Severity.NOTE:
            raise fail(
                Code.EXTENSION_MISSING,
                f"The tables can't be made in {server.description}: {each.what}",
                where=WHERE_IT_IS,
                todo="Install the extension for a PostgreSQL on this machine, or leave the proof "
                "out: --no-prove.",
            )
        yield msgspec.structs.replace(each, where=WHERE_IT_IS)
    _make_tablespaces(server, inventories)


def _system_collations(inventories: Iterable[Inventory]) -> Iterator[str]:
    for inventory in inventories:
        texts = [need.definition for need in inventory.needs]
        for table in inventory.tables:
            texts += [f"COLLATE {each.collation}" for each in table.columns if each.collation]
            texts += [each.definition for each in table.indexes]
            texts += [each.definition for each in table.constraints]
            texts += [each.default for each in table.columns if each.default]
        for text in texts:
            yield from {f"pg_catalog.{name}" for name in _SYSTEM_COLLATION.findall(text)}


# PostgreSQL's own schema may be left out; all others are said.
_SYSTEM_COLLATION = re.compile(r'\bCOLLATE (?:pg_catalog\.)?("(?:[^"]|"")+"|\w+)(?![\w.])')


def _make_tablespaces(server: Server, inventories: Iterable[Inventory]) -> None:
    names = {
        name
        for inventory in inventories
        for table in inventory.tables
        for name in (table.tablespace, *(index.tablespace for index in table.indexes))
        if name
    }
    if not names:
        return
    import psycopg
    from psycopg import sql

    from ash_scaffold.postgres.server import PLAIN_ROLE, give

    with psycopg.connect(server.url("postgres").uri, autocommit=True) as connection:
        for number, name in enumerate(sorted(names)):
            place = server.folder / f"space{number}"
            place.mkdir(mode=0o700)
            give(place, server.account)
            connection.execute(
                sql.SQL("CREATE TABLESPACE {} OWNER {} LOCATION {}").format(
                    sql.Identifier(name), sql.Identifier(PLAIN_ROLE), sql.Literal(str(place))
                )
            )


def _statements(legacy: Inventory, beside: _Beside) -> Iterator[tuple[str, bool]]:
    """Give what makes the tables beside, each with whether the rest can't do without it.

    Not every type that such a table has is one of the columns that are wanted. A sequence of its
    own may be needed, and then be there already.
    """
    own = {need.identity for need in legacy.needs}
    for need in beside.inventory.needs:
        if need.identity not in own and need.definition and not need.after:
            yield need.definition, False
    for table in beside.inventory.tables:
        for sequence in table.sequences:
            if not sequence.identity and f"SEQUENCE {qualified(sequence.name)}" in own:
                yield f"CREATE {sequence_definition(sequence)}", False
    waiting = [table for table in beside.inventory.tables if table.name in beside.wanted]
    while waiting:
        table = waiting.pop()
        yield _bare_table(table, beside.wanted.get(table.name, {})), True
        waiting += [each for each in beside.inventory.tables if each.partition_of == table.name]


def _bare_table(table: TableEntry, wanted: Mapping[tuple[str, ...], bool]) -> str:
    """Write a table with the columns that keys point at, or all where its rows are wanted.

    A partitioned one is so here as well: a key to it has a part for each of its partitions.
    """
    by = f" PARTITION BY {table.partition_key}" if table.partition_key else ""
    if table.partition_of is not None and not wanted:
        parent = qualified(table.partition_of)
        return f"CREATE TABLE {qualified(table.name)} PARTITION OF {parent} {table.bound}{by}"
    names = {name for columns in wanted for name in columns}
    whole = () in wanted or bool(by)
    parts = []
    for column in table.columns:
        if whole or column.name in names:
            collation = f" COLLATE {column.collation}" if column.collation else ""
            not_null = " NOT NULL" if whole and column.not_null else ""
            parts.append(f"{quote_identifier(column.name)} {column.type}{collation}{not_null}")
    parts += [_unique(table, columns) for columns in wanted if columns]
    return f"CREATE TABLE {qualified(table.name)} ({', '.join(parts)}){by}"


def _unique(table: TableEntry, columns: tuple[str, ...]) -> str:
    """Write what makes columns unique, as the table does it."""
    for constraint in table.constraints:
        if {*constraint.columns} == {*columns} and "WITHOUT OVERLAPS" in constraint.definition:
            return constraint.definition
    return f"UNIQUE ({', '.join(map(quote_identifier, columns))})"


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """An answer of the script; `event` is its kind."""


class ResourceAnswer(_Event, frozen=True, kw_only=True, tag="resource"):
    """A resource that is migrated: its table, and the columns that attributes have."""

    schema: str
    table: str
    columns: tuple[str, ...]


class InstalledAnswer(_Event, frozen=True, kw_only=True, tag="installed"):
    """A module of the repo's extensions that was run."""

    name: str


class MigratedAnswer(_Event, frozen=True, kw_only=True, tag="migrated"):
    """How many of Ash's migrations were run."""

    files: int


class FailedAnswer(_Event, frozen=True, kw_only=True, tag="failed"):
    """What went wrong while the step `at` was done."""

    message: str
    at: str


class EndAnswer(_Event, frozen=True, kw_only=True, tag="end"):
    """All was done."""


_Answer = ResourceAnswer | InstalledAnswer | MigratedAnswer | FailedAnswer | EndAnswer


def _run(
    question: ProofQuestion, url: URL, folder: Path, statements: list[tuple[str, bool]]
) -> list[_Answer]:
    from ash_scaffold.postgres.connect import read_only

    with read_only(url) as connection:
        where = whereabouts(connection)
    work = folder / "work"
    work.mkdir()
    mix = msgspec.structs.replace(
        question.mix,
        variables={**question.mix.variables, "DATABASE_URL": ecto_url(url)},
        limit=question.mix.limit or _LIMIT,
    )
    asked: tuple[tuple[str, Term], ...] = (
        ("repo", Module(question.repo)),
        ("tables", [(name.schema, name.name) for name in _made(question)]),
        ("database", Keyword(repo_options(url))),
        ("identity", WHERE),
        ("where", where),
        ("folder", str(work)),
        ("statements", [*statements]),
    )
    answers: list[_Answer] = []
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Answer)
    ended = run_script(
        mix,
        data_path("templates") / "cutover" / "prove.exs",
        lambda path: flat(Keyword((("answer", str(path)), *asked))),
        lambda line: answers.append(decoder.decode(line)),
    )
    failed = next((each for each in answers if isinstance(each, FailedAnswer)), None)
    if failed is not None:
        raise _failed(f"While {failed.at}: {failed.message}", ended.output)
    if not answers or not isinstance(answers[-1], EndAnswer):
        raise _failed(f"mix ended with exit code {ended.code}.", ended.output)
    return answers


def _failed(what: str, output: str) -> ScaffoldError:
    """Return the error of a proof that can't be made: what mix printed, and the way round it."""
    (problem,) = script_failed(what, output).problems
    return ScaffoldError(
        msgspec.structs.replace(
            problem,
            what=f"Ash could not make the tables from nothing. {what}",
            todo=f"A cut-over without the proof: --no-prove. {problem.todo}",
        )
    )


def _require_resources(tables: Iterable[Name], answers: Iterable[_Answer]) -> None:
    found = {Name(each.schema, each.table) for each in answers if isinstance(each, ResourceAnswer)}
    missing = sorted(set(tables) - found)
    if missing:
        raise ScaffoldError(
            *(
                Code.SCRIPT_FAILED.at(
                    str(name),
                    f"No resource of a domain in ash_domains lets Ash migrate {name}.",
                    todo="Is its domain listed in ash_domains, and is `migrate? false` gone?",
                )
                for name in missing
            )
        )
