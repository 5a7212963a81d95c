"""What the Elixir script is asked, as the text of an Elixir term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Atom, Keyword, Term

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What the script is to do.

    `rows` is None for all. `tables` is None for all. `database` are the options that the repo is
    started with in place of its own, None to leave those; `where` tells the one database that
    may be used. `risks` are table, column and the condition of values that don't count.
    """

    answer: str
    domains: tuple[str, ...] = ()
    tables: tuple[Name, ...] | None = None
    rows: int | None = 100
    show_values: bool = False
    write: bool = False
    database: tuple[tuple[str, Term], ...] | None = None
    where: str
    risks: Sequence[tuple[Name, str, str]] = ()


def question_text(question: Question) -> str:
    """Write the question as an Elixir keyword list."""
    tables: Term = None
    if question.tables is not None:
        tables = [(name.schema, name.name) for name in question.tables]
    risks: list[Term] = [
        ((name.schema, name.name), column, sql) for name, column, sql in question.risks
    ]
    return flat(
        Keyword(
            (
                ("answer", question.answer),
                ("domains", list(question.domains)),
                ("tables", tables),
                ("rows", Atom("all") if question.rows is None else question.rows),
                ("show_values", question.show_values),
                ("write", question.write),
                ("database", None if question.database is None else Keyword(question.database)),
                ("where", question.where),
                ("risks", risks),
            )
        )
    )


def repo_options(url: URL) -> tuple[tuple[str, Term], ...]:
    """Say a database's URL as the options of an Ecto repo."""
    host = url.query.get("host") or url.host
    host = host[0] if isinstance(host, tuple) else host
    port = url.port or url.query.get("port")
    port = port[0] if isinstance(port, tuple) else port
    options: list[tuple[str, Term]] = []
    if host:
        options.append(("socket_dir" if host.startswith("/") else "hostname", host))
    if port:
        options.append(("port", int(port)))
    for name, value in (
        ("username", url.username),
        ("password", url.password),
        ("database", url.database),
    ):
        if value is not None:
            options.append((name, str(value)))
    if url.query.get("sslmode") in _ENCRYPTED:
        options.append(("ssl", Keyword((("verify", Atom("verify_none")),))))
    return tuple(options)


def ecto_url(url: URL) -> str:
    """Write a database's URL as Ecto reads it from `$DATABASE_URL`."""
    options = dict(repo_options(url))

    def said(name: str, default: str = "") -> str:
        return quote(str(options.get(name, default)), safe="")

    user = said("username")
    if "password" in options:
        user += f":{said('password')}"
    host = str(options.get("hostname", "localhost"))
    place = f"[{host}]" if ":" in host else quote(host, safe="")
    if "port" in options:
        place += f":{said('port')}"
    query = {name: str(options[name]) for name in ("socket_dir",) if name in options}
    if "ssl" in options:
        query["ssl"] = "true"
    text = f"ecto://{user}{'@' if user else ''}{place}/{said('database')}"
    return f"{text}?{urlencode(query)}" if query else text
