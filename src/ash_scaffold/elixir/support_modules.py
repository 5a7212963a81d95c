"""The modules by which actions call Ecto, each made of one template when it is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# The module below the application's, its template, and whether it goes with every action.
_MODULES: tuple[tuple[str, str, bool], ...] = (
    ("Changes.Bridge", "bridge", True),
    ("Changes.Cast", "cast", False),
    ("Changes.Errors", "errors", False),
    ("Changes.Fields", "fields", True),
    ("Changes.Nested", "nested", False),
    ("Changes.Step", "step", False),
    ("Changes.Tenant", "tenant", False),
    ("Changes.Todo", "todo", False),
    ("Validations.Changed", "changed", False),
    ("Validations.Ecto", "ecto", False),
)


def support_modules(app: str, texts: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield the support modules that texts of fragments name, with their templates; else all.

    `app` is the module that they are below.
    """
    code = None if texts is None else "\n".join(texts)
    for name, template, always in _MODULES:
        module = f"{app}.{name}"
        if code is None or always or re.search(rf"\b{re.escape(module)}\b", code):
            yield module, template
