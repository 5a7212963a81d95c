"""Renders modules from the templates: resources, domains and support types.

Templates hold layout only: a section comes to them as finished text. A user's folder of templates
is looked at first, file by file, and runs in a sandbox (`template_sandbox.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ash_scaffold.ash.model import Domain, Prerequisites, Resource, SupportType
from ash_scaffold.elixir.entity import STEP, Section, indented, layout
from ash_scaffold.elixir.migration_code import execute
from ash_scaffold.elixir.sections import domain_section, embedded_sections, sections
from ash_scaffold.packaged import data_path
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.syntax.literal import LINE_LENGTH, fit, flat, heredoc, string, width
from ash_scaffold.term import Atom, Keyword, Term

if TYPE_CHECKING:
    from jinja2 import Environment

    from ash_scaffold.ash.actions import ResourceActions
    from ash_scaffold.elixir.copied_functions import CopiedModule

_INDENT = 4


class Renderer:
    """Renders one module after another; loads each template once.

    `folder` holds the user's own templates, laid out as the packaged ones; without one all of
    them are `packaged`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.packaged = folder is None
        self._render = _packaged_templates() if folder is None else _own_templates(folder)

    def resource(self, resource: Resource, parts: Sequence[Section] | None = None) -> str:
        """Render a resource's module; `parts` are its sections, when the caller has them."""
        return self._render(
            "resource.ex.j2",
            {
                "module": resource.module,
                "base": resource.base,
                "domain": resource.domain,
                "extensions": resource.extensions,
                "fragments": resource.fragments,
                "sections": _sections(resource, parts),
                "resource": resource,
            },
        )

    def fragment(
        self, module: str, resource: Resource, parts: Sequence[Section] | None = None
    ) -> str:
        """Render a `Spark.Dsl.Fragment` that holds all of a resource but its own module."""
        return self._render(
            "fragment.ex.j2",
            {"module": module, "sections": _sections(resource, parts), "resource": resource},
        )

    def holder(self, resource: Resource, fragments: Sequence[str]) -> str:
        """Render the module of a resource whose sections are in fragments."""
        return self._render(
            "holder.ex.j2",
            {
                "module": resource.module,
                "base": resource.base,
                "domain": resource.domain,
                "extensions": resource.extensions,
                "fragments": [*fragments, *resource.fragments],
                "resource": resource,
            },
        )

    def domain(self, domain: Domain) -> str:
        """Render a domain's module."""
        return self._render(
            "domain.ex.j2",
            {
                "module": domain.module,
                "resources": domain.resources,
                "body": layout(domain_section(domain).groups, _INDENT),
            },
        )

    def actions(self, planned: ResourceActions, section: Section) -> str:
        """Render the fragment that holds the actions of a resource, `section`."""
        body = layout(section.groups, _INDENT)
        return self._render(
            "actions.ex.j2",
            {
                "module": planned.module,
                "resource": planned.resource.module,
                "steps": planned.steps_module if "&Steps." in body else "",
                "body": body,
            },
        )

    def steps(self, planned: ResourceActions, copied: CopiedModule) -> str:
        """Render the module of the functions that the actions of a resource call."""
        own = ("\n".join(indented(each.lines, STEP)) for each in copied.functions)
        return self._render(
            "steps.ex.j2",
            {
                "module": planned.steps_module,
                "resource": planned.resource.module,
                "imports": copied.imports,
                "aliases": copied.aliases,
                "attributes": "\n".join(
                    line for each in copied.attributes for line in indented(each.split("\n"), STEP)
                ),
                "body": "\n\n".join(own),
            },
        )

    def prerequisites(self, needed: Prerequisites) -> str:
        """Render the `AshPostgres.CustomExtension` of what tables need before they are made."""
        return self._render(
            "legacy_objects.ex.j2",
            {
                "module": needed.module,
                "name": needed.name,
                "version": needed.version,
                "install": _code(needed.install),
                "uninstall": _code(needed.uninstall),
            },
        )

    def bridge(self, module: str, template: str, app: str) -> str:
        """Render a module by which actions call Ecto; `app` is what all of those are below."""
        return self._render(f"support/{template}.ex.j2", {"module": module, "app": app})

    def support(self, support: SupportType) -> str:
        """Render a support type's module."""
        values: dict[str, Term] = dict(support.values)
        labels = values.get("labels")
        values["as_text"] = isinstance(labels, list) and isinstance(labels[0], str)

        def doc(text: str) -> str:
            said = text % support.pg_type.replace("%", "%%") if "%s" in text else text
            lines = heredoc(said) or [string(said)]
            return "\n".join(f"  {line}".rstrip() for line in lines).strip()

        return self._render(
            f"types/{support.template}.ex.j2",
            {
                "module": support.module,
                "pg_type": support.pg_type,
                "values": values,
                "doc": doc,
                "sections": _laid_out(embedded_sections(support.attributes))
                if support.attributes
                else [],
            },
        )


def _code(statements: Sequence[str]) -> str:
    """Write SQL as the code of a migration, in a heredoc."""
    return "\n".join(indented(heredoc(execute(statements) + "\n", short=True) or (), _INDENT))


def _sections(resource: Resource, parts: Sequence[Section] | None) -> list[dict[str, str]]:
    return _laid_out(sections(resource) if parts is None else parts)


def _laid_out(parts: Sequence[Section]) -> list[dict[str, str]]:
    return [{"name": section.name, "body": layout(section.groups, _INDENT)} for section in parts]


def _packaged_templates() -> Callable[[str, Mapping[str, object]], str]:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

    environment = Environment(
        loader=FileSystemLoader(_templates_path()),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    _give_functions(environment)
    templates: dict[str, Template] = {}

    def render(name: str, values: Mapping[str, object]) -> str:
        if name not in templates:
            templates[name] = environment.get_template(name)
        return templates[name].render(values)

    return render


def _own_templates(folder: Path) -> Callable[[str, Mapping[str, object]], str]:
    from ash_scaffold.elixir import template_sandbox

    environment = template_sandbox.sandbox(folder, _templates_path())
    _give_functions(environment)

    def render(name: str, values: Mapping[str, object]) -> str:
        try:
            return template_sandbox.render(environment, name, values)
        except ScaffoldError:
            raise
        except Exception as error:
            raise fail(
                Code.TEMPLATE_ERROR,
                f"The template can't be rendered: {template_sandbox.reason(error)}.",
                where=template_sandbox.place(error, name, folder),
                todo="Compare it with the packaged template of that name.",
            ) from error

    return render


def _templates_path() -> Path:
    return data_path("templates") / "elixir"


def _give_functions(environment: Environment) -> None:
    environment.filters["literal"] = flat
    environment.filters["fitted"] = _fitted
    environment.globals.update(
        use=_use, atom=Atom, keyword=lambda **items: Keyword(tuple(items.items()))
    )


def _fitted(term: Term, indent: int, column: int | None = None, tail: int = 1) -> str:
    """Write a term that starts at a column, broken as the formatter does."""
    return fit(term, indent, indent if column is None else column, tail)


def _use(module: str, **options: Term) -> str:
    """Write `use Module, key: value` at the top level of a module, broken as the formatter does."""
    pairs = [f"{name}: {flat(value)}" for name, value in options.items()]
    line = f"use {module}, {', '.join(pairs)}"
    if 2 + width(line) <= LINE_LENGTH:
        return line
    rows = []
    for index, (name, value) in enumerate(options.items()):
        tail = 0 if index == len(options) - 1 else 1
        rows.append(f"    {name}: " + fit(value, 4, 6 + len(name), tail))
    return f"use {module},\n" + ",\n".join(rows)
