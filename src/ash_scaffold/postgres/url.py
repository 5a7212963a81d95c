"""PostgreSQL connection URLs, as libpq and Ecto write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote, unquote, urlencode

import msgspec

from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail

_FORM = "postgres://user:password@host:5432/database"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_SCHEMES = re.compile(r"(postgres|postgresql|ecto)(\+[a-z0-9]+)?", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?", re.DOTALL)
_MAX_PORT = 65535

# Parameters that Ecto and Postgrex take from a URL's query, and libpq does not know: Ecto's
# `Ecto.Repo.Supervisor.parse_url/1` and the options of `Postgrex.start_link/1`.
_ECTO_PARAMETER = re.compile(
    "after_connect|backoff_(max|min|type)|disconnect_on_error_codes|handshake_timeout"
    "|idle_(interval|limit)|log|migration_\\w+|ownership_timeout|parameters|pool|pool_\\w+|prepare"
    "|priv|queue_(interval|target)|search_path|show_sensitive_data_on_connection_error"
    "|socket_options|ssl_opts|telemetry_prefix|timeout|types"
)


# What every libpq has taken for long: for others it has to be loaded and asked.
_ACCEPTED = frozenset(
    "host hostaddr port dbname user password passfile connect_timeout client_encoding options"
    " application_name sslmode sslcert sslkey sslrootcert".split()
)


class URL(msgspec.Struct, frozen=True, kw_only=True):
    """Where a database is, as far as its URL says so: libpq finds the rest in its own ways.

    `query` are libpq's parameters; a unix socket and a list of hosts (`name:port`) are its `host`.
    """

    username: str | None = None
    password: str | None = None
    host: str | None = None
    port: int | None = None
    database: str | None = None
    query: Mapping[str, str | tuple[str, ...]] = {}

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"URL({describe_url(self)!r})"

    def set(self, **changes: str | int | None) -> URL:
        """Return it with other parts."""
        return msgspec.structs.replace(self, **changes)

    @property
    def uri(self) -> str:
        """All of it as libpq reads it, the password included."""
        user = quote(self.username or "", safe="")
        if self.password is not None:
            user += f":{quote(self.password, safe='')}"
        host = self.host or ""
        place = f"[{host}]" if ":" in host else quote(host, safe="")
        port = "" if self.port is None else f":{self.port}"
        parameters = dict(self.query)
        if "host" in parameters:
            names, ports = _hosts_and_ports(parameters["host"])
            parameters |= {"host": names} | ({"port": ports} if ports else {})
        query = f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""
        return (
            f"postgresql://{user}{'@' if user else ''}{place}{port}/"
            f"{quote(self.database or '', safe='')}{query}"
        )

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of a connection by libpq's names, the password included."""
        hosts, ports = _hosts_and_ports(self.query.get("host", self.host or ""))
        found = {
            **self.query,
            "host": hosts or None,
            "user": self.username,
            "password": self.password,
            "dbname": self.database,
        }
        if ports or self.port is not None:
            found["port"] = ports or str(self.port)
        return {name: str(value) for name, value in found.items() if value is not None}


def _hosts_and_ports(hosts: str | tuple[str, ...]) -> tuple[str, str]:
    """Return the hosts and ports of a query as libpq lists them, no ports where none is named."""
    if isinstance(hosts, str):
        return hosts, ""
    pairs = [_HOST_AND_PORT.fullmatch(each) for each in hosts]
    names = ",".join(pair[1].strip("[]") for pair in pairs if pair)
    ports = ",".join(pair[2] or "" for pair in pairs if pair)
    return names, ports if ports.strip(",") else ""


class ParsedUrl(msgspec.Struct, frozen=True):
    """A URL, and notes on the parameters that were dropped."""

    url: URL
    problems: tuple[Problem, ...] = ()


def parse_url(text: str, *, where: str = "") -> ParsedUrl:
    """Read a connection URL with the scheme `postgres`, `postgresql` or `ecto`.

    Percent-encoding is undone in every part; several hosts, IPv6 addresses and unix sockets (as
    a percent-encoded host, as `?host=/dir`, or as Ecto's `?socket_dir=/dir`) are understood.
    Parts that the URL leaves out (password, port, database …) stay out, so that libpq finds them
    in its own ways. `ssl=true` becomes `sslmode=require`; parameters that libpq doesn't know are
    dropped, with a note where Ecto doesn't know them either. `where` names the option that held
    the text.

    Raises `ScaffoldError` (`bad-url`) without repeating the text: it may hold a password.
    """
    scheme, rest = _split_scheme(text, where)
    if scheme.lower() == "jdbc" or not _SCHEMES.fullmatch(scheme):
        raise _bad(f"The scheme {scheme}:// is not one of PostgreSQL's.", where)
    rest, _, query_text = rest.partition("?")
    authority, _, database = rest.partition("/")
    userinfo, _, hosts_text = authority.rpartition("@")
    user, has_password, password = userinfo.partition(":")
    hosts = tuple(_hosts(hosts_text, where))
    parameters, problems = _libpq_parameters(_query(query_text, where), where)
    host, port, query = _place(hosts, parameters, where)
    url = URL(
        username=unquote(user) or parameters.get("user") or None,
        password=unquote(password) if has_password else parameters.get("password"),
        host=host,
        port=port,
        database=unquote(database) or parameters.get("dbname") or None,
        query=query,
    )
    return ParsedUrl(url, problems)


def describe_url(url: URL) -> str:
    """Return `user@host:port/database` as far as the URL has them; never the password."""
    query_host = url.query.get("host")
    hosts = (query_host,) if isinstance(query_host, str) else query_host
    host = ",".join(hosts) if hosts else url.host or ""
    if ":" in host and not query_host:
        host = f"[{host}]"
    port = url.port or url.query.get("port")
    place = f"{host}:{port}" if port else host
    if url.username:
        place = f"{url.username}@{place}"
    return f"{place}/{url.database}" if url.database else place or "libpq's default database"


def _place(
    hosts: tuple[tuple[str, int | None], ...], parameters: dict[str, str], where: str
) -> tuple[str | None, int | None, dict[str, str | tuple[str, ...]]]:
    """Return host, port and query: unix sockets, lists of hosts and their port are in that."""
    own = ("user", "password", "dbname", "port")
    query: dict[str, str | tuple[str, ...]] = {
        name: value for name, value in parameters.items() if name not in own
    }
    host, port = hosts[0]
    if "port" in parameters:
        port = _port(parameters["port"], where)
    if "host" not in query and len(hosts) > 1:
        query["host"] = tuple(_host_and_port(*each) for each in hosts)
        return None, None, query
    if host.startswith("/"):
        query.setdefault("host", host)
    if "host" not in query:
        return host or None, port, query
    if port is not None:
        query["port"] = str(port)
    return None, None, query


def _host_and_port(name: str, port: int | None) -> str:
    name = f"[{name}]" if ":" in name else name
    return f"{name}:{port}" if port else name


def _query(text: str, where: str) -> dict[str, str]:
    # In a libpq URL a plus sign is a plus sign.
    encoded = text.replace("+", "%2B")
    try:
        return dict(parse_qsl(encoded, keep_blank_values=True, strict_parsing=bool(text)))
    except ValueError:
        what = "What follows the ? in the URL is not a list of name=value pairs."
        raise _bad(what, where) from None


def _split_scheme(text: str, where: str) -> tuple[str, str]:
    match = _SCHEME.fullmatch(text.strip())
    if match is None:
        raise _bad("The database URL has no scheme.", where)
    return match.group(1), match.group(2)


def _hosts(text: str, where: str) -> Iterator[tuple[str, int | None]]:
    for part in text.split(","):
        match = _HOST_AND_PORT.fullmatch(part)
        if match is None:
            raise _bad("The host in the URL can't be read.", where)
        port = _port(match.group(2), where) if match.group(2) else None
        yield unquote(match.group(1)).strip("[]"), port


def _port(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _MAX_PORT):
        raise _bad("The port in the URL is not a number between 1 and 65535.", where)
    return int(text)


def _libpq_parameters(
    query: dict[str, str], where: str
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Translate Ecto's parameters to libpq's, and drop those that libpq would refuse."""
    translated = {"ssl", "socket_dir", "socket", "hostname", "username", "database"}
    accepted = _ACCEPTED if query.keys() <= _ACCEPTED | translated else _libpq_accepts()
    parameters = {name: value for name, value in query.items() if name in accepted}
    if query.get("ssl", "").lower() in ("true", "1"):
        parameters.setdefault("sslmode", "require")
    if "socket_dir" in query:
        parameters["host"] = query["socket_dir"]
    if "socket" in query:
        parameters["host"], _, socket = query["socket"].rpartition("/")
        parameters.setdefault("port", socket.rpartition(".")[2])
    for ecto, libpq in (("hostname", "host"), ("username", "user"), ("database", "dbname")):
        if ecto in query:
            parameters.setdefault(libpq, query[ecto])
    unknown = sorted(query.keys() - accepted - translated)
    return parameters, tuple(
        Code.BAD_URL.at(
            where,
            f"The URL's parameter {name!r} is not known to libpq and was left out.",
            severity=Severity.NOTE,
        )
        for name in unknown
        if not _ECTO_PARAMETER.fullmatch(name)
    )


def _libpq_accepts() -> frozenset[str]:
    from psycopg.pq import Conninfo

    return frozenset(option.keyword.decode() for option in Conninfo.get_defaults())


def _bad(what: str, where: str) -> ScaffoldError:
    todo = (
        f"Write it as {_FORM}; characters such as @ : / ? # % in the user or the password are"
        " percent-encoded (@ is %40)."
    )
    return fail(Code.BAD_URL, what, where=where, todo=todo)
