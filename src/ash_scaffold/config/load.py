"""Reads `ash_scaffold.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ash_scaffold.config.fault import Fault
from ash_scaffold.config.locate import line_of
from ash_scaffold.config.model import FILE_NAME, Config
from ash_scaffold.config.rules import rule_faults
from ash_scaffold.config.shape import shape_faults
from ash_scaffold.problem import Code, ScaffoldError, fail

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_QUOTES_NEEDED = 'Names with a star or a space need quotes, as in [tables."billing.*"].'
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load_config(path: Path) -> Config:
    """Read the configuration at `path`, a file or the folder it lies in.

    A file that isn't there gives the defaults. Raises `ScaffoldError` with every fault found
    (`CONFIG_INVALID`, `INVALID_MODULE_NAME`), each naming the file, the line where it can be
    told, and the key.
    """
    file = path / FILE_NAME if path.is_dir() else path
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Config()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise fail(Code.CONFIG_INVALID, f"can't be read: {reason}", where=file.name) from error
    return parse_config(_decoded(content, file.name), file.name)


def parse_config(text: str, file_name: str = FILE_NAME) -> Config:
    """Read the configuration from TOML text. Raises as `load_config` does."""
    text = text.replace("\r\n", "\n")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(error, text, file_name) from None
    if faults := list(shape_faults(raw, Config)):
        raise _error(faults, text, file_name)
    config = msgspec.convert(raw, Config)
    if faults := list(rule_faults(config)):
        raise _error(faults, text, file_name)
    return config


def database_url(config: Config, environment: Mapping[str, str]) -> str | None:
    """Return the `url` with every `${VARIABLE}` filled in, None when there is none.

    Raises `ScaffoldError` (`CONFIG_INVALID`) for a variable that is not set; the URL itself is
    never part of a message.
    """
    if config.url is None:
        return None
    for name in _VARIABLE.findall(config.url):
        if not environment.get(name):
            raise fail(
                Code.CONFIG_INVALID,
                f"url needs the environment variable {name}, which is not set",
                where=FILE_NAME,
                todo=f"Set {name}, or pass --url.",
            )
    return _VARIABLE.sub(lambda match: environment[match[1]], config.url)


def _decoded(content: bytes, file_name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise fail(
            Code.CONFIG_INVALID,
            "is not UTF-8 text",
            where=f"{file_name}:{line}",
            todo="Save the file as UTF-8, as TOML asks.",
        ) from None


def _syntax_error(error: tomllib.TOMLDecodeError, text: str, file_name: str) -> ScaffoldError:
    message = str(error)
    place = _TOML_PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
    header = text.split("\n")[line - 1].lstrip().startswith("[")
    return fail(
        Code.CONFIG_INVALID,
        f"is not valid TOML: {_TOML_PLACE.sub('', message)}",
        where=f"{file_name}:{line}",
        todo=_QUOTES_NEEDED if header else "",
    )


def _error(faults: list[Fault], text: str, file_name: str) -> ScaffoldError:
    problems = []
    for fault in faults:
        line = line_of(text, fault.path)
        problems.append(fault.problem(f"{file_name}:{line}" if line else file_name))
    return ScaffoldError(*problems)
