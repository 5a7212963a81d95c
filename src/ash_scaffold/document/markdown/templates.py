"""The document's templates, which hold layout and no decisions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ash_scaffold.document.markdown.escape import code, code_cell, fence, plain
from ash_scaffold.resources import data_path

if TYPE_CHECKING:
    from jinja2 import Environment


def render(name: str, /, **values: object) -> str:
    """Render `<name>.md.j2`, to end in one newline."""
    text: str = _environment().get_template(f"{name}.md.j2").render(values)
    return text


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(data_path("templates") / "document"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters.update(plain=plain, code=code, code_cell=code_cell, fence=fence)
    return environment
