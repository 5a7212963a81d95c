"""Runs the templates of a user's folder as data: no code, no other file, an end in time and memory.

A folder of templates comes with a repository, and `check` runs in CI on branches of anyone. So its
templates run in Jinja's immutable sandbox, see no file outside of their folder, and are stopped
when they need more than any module can. Imports Jinja2: to be imported where it is used.
"""

from __future__ import annotations

import os
import resource
import signal
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.exceptions import SecurityError
from jinja2.loaders import split_template_path
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ash_scaffold.regular_file import read_file

_SECONDS = 10.0  # of processor time, for a text that takes milliseconds
_MEMORY = 512 * 1024 * 1024  # bytes beside what the process has already
_LARGEST = 4_000_000  # bytes of a template, characters of a text
_BITS = 4096
# Filters that are of no use for Elixir: one reaches for attributes by name, the others give
# another text on each run, or HTML.
_WITHHELD_FILTERS = ("attr", "pprint", "random", "urlize", "xmlattr")
_WITHHELD_GLOBALS = ("lipsum",)


class TemplateLimitError(Exception):
    """A template that needs more time, memory or text than any module."""


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment in which a template reads what it is given, and nothing else."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            autoescape=False,
            auto_reload=False,
        )
        for name in _WITHHELD_FILTERS:
            del self.filters[name]
        for name in _WITHHELD_GLOBALS:
            del self.globals[name]

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Multiply where the result stays small: one such step can't be stopped once it runs."""
        if _size(operator, left, right) > _BITS:
            raise TemplateLimitError("a product is too large")
        return super().call_binop(context, operator, left, right)


def _size(operator: str, left: object, right: object) -> int:
    """About how many bits a product or a power has; of text, how often it is repeated."""
    if isinstance(left, int) and isinstance(right, int):
        if operator == "**":
            return left.bit_length() * abs(right)
        return left.bit_length() + right.bit_length()
    return max((abs(each) for each in (left, right) if isinstance(each, int)), default=0)


def _read(folder: Path, name: str) -> tuple[str, str, None] | None:
    """Return text and path of a template that is a regular file in the folder, None without one.

    Raises `SecurityError` or `TemplateLimitError` for a file that is not to be read.
    """
    path = folder.joinpath(*split_template_path(name))
    if not os.path.lexists(path):
        return None
    if not path.resolve().is_relative_to(folder.resolve()):
        raise SecurityError(f"{name} is a link that leaves the folder of templates")
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise SecurityError(f"{name} is no regular file")
    if found.st_size > _LARGEST:
        raise TemplateLimitError(f"{name} has {found.st_size} bytes")
    return read_file(path, _LARGEST).decode("utf-8"), str(path), None


def sandbox(folder: Path, packaged: Path) -> Sandbox:
    """Return the environment for a user's folder; what it lacks is in the packaged one."""
    own = FunctionLoader(lambda name: _read(folder, name))
    return Sandbox(ChoiceLoader([own, FileSystemLoader(packaged)]))


def render(environment: Sandbox, name: str, values: Mapping[str, object]) -> str:
    """Render a template within the limits. Raises whatever the template does."""
    with _limited_time(), _limited_memory():
        text = environment.get_template(name).render(values)
    if len(text) > _LARGEST:
        raise TemplateLimitError(f"its text has {len(text)} characters")
    return text


def reason(error: BaseException) -> str:
    """Say why a template failed."""
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name}"
    if isinstance(error, TemplateLimitError):
        return f"{error}, more than any module needs"
    if isinstance(error, MemoryError):
        return "it needs more memory than any module"
    if isinstance(error, RecursionError):
        return "it calls itself without end"
    if isinstance(error, TemplateError):
        return str(error.message or error).rstrip(".")
    return str(error).rstrip(".") or type(error).__name__


def place(error: BaseException, name: str, folder: Path) -> str:
    """Return file and line of the folder's template where an error is from.

    Without a line where the file as a whole is at fault; the template's name alone where it is
    not in the folder.
    """
    where: tuple[Path, int] | None = None
    if isinstance(error, TemplateSyntaxError) and error.filename:
        where = Path(error.filename), error.lineno
    for path, line in _frames(error.__traceback__) if where is None else ():
        if path.is_relative_to(folder):
            where = path, line
    if where is not None and where[0].is_relative_to(folder):
        return f"{_shown(where[0])}:{where[1]}"
    path = folder / name
    return _shown(path) if os.path.lexists(path) else name


def _frames(traceback: TracebackType | None) -> Iterator[tuple[Path, int]]:
    while traceback is not None:
        yield Path(traceback.tb_frame.f_code.co_filename), traceback.tb_lineno
        traceback = traceback.tb_next


def _shown(path: Path) -> str:
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


@contextmanager
def _limited_time() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread only
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TemplateLimitError(f"it runs for more than {_SECONDS:.0f} seconds")

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _limited_memory() -> Iterator[None]:
    used = _address_space()
    if used is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = used + _MEMORY
    if soft != resource.RLIM_INFINITY:
        limit = min(limit, soft)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int | None:
    """Return the bytes of address space of this process, None where the system does not say."""
    try:
        pages = read_file("/proc/self/statm").split()[0]
    except OSError:
        return None
    return int(pages) * resource.getpagesize()
