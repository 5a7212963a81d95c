"""Whether `--write` and `--behaviour` may use a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ash_scaffold.config.options import FILE_NAME
from ash_scaffold.problem import Code, fail

if TYPE_CHECKING:
    from ash_scaffold.postgres.url import URL


_PORT = "5432"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})


def require_writable(
    url: URL, writable: tuple[str, ...], *, own_server: bool, behaviour: bool = False
) -> None:
    """Refuse `--write`, or `--behaviour`, on a database neither the tool's own nor listed for it.

    Raises `ScaffoldError` (`write-refused`).
    """
    if own_server or place(url) in {_normal(entry) for entry in writable}:
        return
    option = "--behaviour" if behaviour else "--write"
    other = "Use --dump, or --dry to write nothing" if behaviour else "Use --dump"
    what = "--behaviour writes rows, which" if behaviour else "--write"
    raise fail(
        Code.WRITE_REFUSED,
        f"{what} is for throw-away databases and those listed in [verify] writable, and "
        f"{place(url)} is neither.",
        where=option,
        todo=f'{other}, or list it in {FILE_NAME}: [verify] writable = ["{place(url)}"].',
    )


def place(url: URL) -> str:
    """Return `host:port/database` of a URL, the loopback address always as `localhost`."""
    host = url.query.get("host") or url.host or "localhost"
    host = host[0] if isinstance(host, tuple) else host
    port = url.port or url.query.get("port") or _PORT
    return _normal(f"{host}:{port}/{url.database or url.username or ''}")


def _normal(entry: str) -> str:
    server, _, database = entry.rpartition("/")
    host, colon, port = server.rpartition(":")
    if not colon or not port.isdigit():
        host, port = server, _PORT
    return f"{'localhost' if host in _LOCAL else host}:{port}/{database}"
