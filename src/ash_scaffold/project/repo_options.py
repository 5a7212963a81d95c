"""A database in the terms of an Ecto repo, and what tells it from every other."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from ash_scaffold.term import Atom, Keyword, Term

if TYPE_CHECKING:
    from ash_scaffold.postgres.connect import Connection
    from ash_scaffold.postgres.url import URL

_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})


def repo_options(url: URL) -> tuple[tuple[str, Term], ...]:
    """Return a database's URL as the options of an Ecto repo."""
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

    def quoted_option(name: str, default: str = "") -> str:
        return quote(str(options.get(name, default)), safe="")

    user = quoted_option("username")
    if "password" in options:
        user += f":{quoted_option('password')}"
    host = str(options.get("hostname", "localhost"))
    place = f"[{host}]" if ":" in host else quote(host, safe="")
    if "port" in options:
        place += f":{quoted_option('port')}"
    query = {name: str(options[name]) for name in ("socket_dir",) if name in options}
    if "ssl" in options:
        query["ssl"] = "true"
    text = f"ecto://{user}{'@' if user else ''}{place}/{quoted_option('database')}"
    return f"{text}?{urlencode(query)}" if query else text


# The script runs the same on the repo's connection; it needs no privilege.
WHERE = """
SELECT (SELECT oid FROM pg_catalog.pg_database
        WHERE datname = pg_catalog.current_database())::text
  || '/' || extract(epoch FROM pg_catalog.pg_postmaster_start_time())::text
"""


def whereabouts(connection: Connection) -> str:
    """Return what no other database has: its OID, and when its server was started."""
    [(found,)] = connection.execute(WHERE).fetchall()
    return str(found)
