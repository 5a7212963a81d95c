"""`ash_domains` in a file such as config/config.exs."""

from __future__ import annotations

from tree_sitter import Node

from ash_scaffold.elixir.settings.model import AshDomains, items, lines
from ash_scaffold.elixir.settings.place import extend, put_behind
from ash_scaffold.project.mix import config_settings
from ash_scaffold.syntax.literal import LINE_LENGTH, width
from ash_scaffold.syntax.parse import Tree, call_site, calls, parse
from ash_scaffold.syntax.values import read
from ash_scaffold.term import Atom

_KEY = "ash_domains"


def put_domains(source: bytes | None, setting: AshDomains) -> bytes | None:
    """Put domains into the list that is there, or a new setting behind the application's others.

    None where several places set it, or one that doesn't always hold does.
    """
    if source is None or not source.strip():
        return "\n".join(("import Config", "", *_statement(setting), "")).encode()
    tree = parse(source)
    found = [node for key, node in config_settings(tree, setting.app) if key == _KEY]
    if not found:
        anchor = _anchor(tree, setting.app)
        return None if anchor is None else put_behind(tree, anchor, _statement(setting))
    if len(found) > 1 or not _always_holds(tree, found[0]):
        return None
    return extend(tree, found[0], items(setting))


def _statement(setting: AshDomains) -> list[str]:
    """Write the setting as `mix format` does: broken into lines where it is too long for one."""
    (line,) = lines(setting)
    if width(line) <= LINE_LENGTH:
        return [line]
    head, tail = line.split(" ash_domains: ", 1)
    second = f"  ash_domains: {tail}"
    if width(second) <= LINE_LENGTH:
        return [head, second]
    names = (*setting.present, *setting.missing)
    return [
        head,
        "  ash_domains: [",
        *(f"    {name}," for name in names[:-1]),
        f"    {names[-1]}",
        "  ]",
    ]


def _always_holds(tree: Tree, node: Node) -> bool:
    return any(
        site.span.start <= node.start_byte and node.end_byte <= site.span.end
        for site in calls(tree, tree.expressions, "config")
    )


def _anchor(tree: Tree, app: str) -> Node | None:
    """Return the application's last `config :app, …` before other files come in, else the import.

    Those with a module or a key of its own (`config :app, App.Repo, …`) stand further down.
    """
    anchor: Node | None = None
    for node in tree.expressions:
        site = call_site(tree, node)
        if site is None:
            continue
        if site.name == "import_config":
            break
        own = (
            site.name == "config" and len(site.args) == 1 and read(tree, site.args[0]) == Atom(app)
        )
        if own or (anchor is None and site.name in ("import", "use")):
            anchor = node
    return anchor
