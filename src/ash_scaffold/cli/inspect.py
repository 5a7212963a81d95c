"""`ash-scaffold inspect`: what is in the database, and what it maps to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Option
from ash_scaffold.cli.options import (
    LEGACY,
    Dump,
    DumpDatabase,
    Extension,
    Json,
    Legacy,
    NoLegacy,
    Schema,
    Timeout,
    Url,
    Verbose,
    source_options,
)
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS
from ash_scaffold.problem import Exit, Severity

if TYPE_CHECKING:
    from ash_scaffold.generate.inspection import Inspection, TableView
    from ash_scaffold.legacy.usage import User

_EXAMPLES = """[bold]Examples[/bold]

What a dump holds, and what it maps to, no server or project needed:
  ash-scaffold inspect --dump structure.sql

Two tables as JSON:
  ash-scaffold inspect --url postgres://me@localhost/app_dev --table users --table posts --json

Which schemas, contexts, controllers and workers a change of two tables may touch:
  ash-scaffold inspect --usage --table users --table "users_*"
"""


def inspect(
    table: Annotated[
        list[str] | None,
        Option(help="Only this table: a name or a glob. Repeatable.", metavar="PATTERN"),
    ] = None,
    schema: Schema = None,
    url: Url = None,
    dump: Dump = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    legacy: Legacy = None,
    no_legacy: NoLegacy = False,
    usage: Annotated[
        bool,
        Option(
            "--usage",
            help="Show who uses each table in the legacy code, in place of its columns. JSON "
            "has both.",
            panel=LEGACY,
        ),
    ] = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Show tables and columns, what each column's type becomes in Ash, and why.

    With --usage: the modules of the legacy code that use each table, where, and how.
    They are its Ecto schemas, schemas with an association to one, modules that name
    one or an alias of it, and those that name the table in a query or in SQL. What is
    called through another module is not seen; migrations, tests, scripts (.exs) and
    template files are not looked at.
    """
    from ash_scaffold.cli.command import Ended, ending, progress
    from ash_scaffold.generate import inspection

    with ending(as_json=json, verbose=verbose):
        source = source_options(
            url,
            dump,
            schema,
            database=database,
            extension=extension,
            timeout=timeout,
            legacy=legacy,
            no_legacy=no_legacy,
        )
        with progress(enabled=not json and sys.stderr.isatty()) as announce:
            found = inspection.inspect(
                source, tables=tuple(table or ()), usage=usage, announce=announce
            )
        if json:
            _print_json(found)
        elif usage:
            _print_usage(found, verbose=verbose)
        else:
            _print(found, verbose=verbose)
        if any(each.severity is Severity.ERROR for each in found.reading):
            raise Ended(Exit.FINDINGS)


inspect.__doc__ = f"{cleandoc(inspect.__doc__ or '')}\n\n{_EXAMPLES}"


def _print(found: Inspection, *, verbose: bool) -> None:
    from ash_scaffold.cli.output import (
        console,
        print_problems,
        print_table,
        print_tenant_schemas,
        print_unread_schemas,
        safe,
    )

    console().print(f"Read {safe(found.source)}")
    for view in found.tables:
        print_table(
            _title(view), ("column", "type", "null", "attribute", "Ash type", "why"), _rows(view)
        )
    print_problems(found.problems, verbose=verbose)
    print_tenant_schemas(found.template, found.tenant_schemas)
    print_unread_schemas(found.other_schemas)


def _print_usage(found: Inspection, *, verbose: bool) -> None:
    """Print the users of each table, without the problems of mapping it to Ash."""
    from ash_scaffold.cli.output import (
        console,
        print_problems,
        print_table,
        print_tenant_schemas,
        print_unread_schemas,
        safe,
    )

    out = console()
    out.print(f"Read {safe(found.source)}")
    for view in found.tables:
        users = view.usage or ()
        title = f"{_name(view)} ({view.kind})"
        if users:
            print_table(title, ("kind", "module", "where", "how"), _user_rows(users))
        else:
            out.print(f"{safe(title)}: no module of the legacy code names it.")
    print_problems(found.reading, verbose=verbose)
    print_tenant_schemas(found.template, found.tenant_schemas)
    print_unread_schemas(found.other_schemas)


def _user_rows(users: Sequence[User]) -> list[tuple[str, ...]]:
    """Say where and how each module uses a table; which schema it names only if there are more."""
    schemas = {user.module for user in users if user.how == "schema"}
    unsaid = {"schema", "SQL"} | (schemas if len(schemas) == 1 else set())
    return [
        (
            user.kind.value,
            user.module,
            f"{user.path}:{user.line}",
            user.how.value if user.via in unsaid else f"{user.how.value}: {user.via}",
        )
        for user in users
    ]


def _name(view: TableView) -> str:
    return view.name if view.schema == "public" else f"{view.schema}.{view.name}"


def _title(view: TableView) -> str:
    """Say which table it is, its key, and the name of its resource with the reason."""
    resource = f" → {view.resource}, named {view.resource_why}" if view.resource else ""
    resource += ", owned by Ash" if view.owned_by_ash else ""
    kind = f"{view.kind} of each tenant" if view.per_tenant else view.kind
    key = f", key: {', '.join(view.primary_key)}" if view.primary_key else ", no key"
    return f"{_name(view)} ({kind}{key}){resource}"


def _rows(view: TableView) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for column in view.columns:
        ash_type = column.ash_type or "none"
        if column.constraints:
            ash_type += f", {column.constraints}"
        why = [column.why, *(f"beware: {risk}" for risk in column.risks)]
        rows.append(
            (
                column.name,
                column.type,
                "null" if column.nullable else "",
                column.attribute or "",
                ash_type,
                "; ".join(text for text in why if text),
            )
        )
    return rows


def _print_json(found: Inspection) -> None:
    import msgspec

    from ash_scaffold.cli.output import write_json

    document = {
        "version": 1,
        "source": found.source,
        "tables": msgspec.to_builtins(found.tables),
        "problems": msgspec.to_builtins(found.problems),
        "other_schemas": dict(found.other_schemas),
        "tenant_schemas": {"read": found.template, "others": found.tenant_schemas}
        if found.template
        else None,
    }
    write_json(document)
