"""A mix project, read without running anything: its applications, sources, settings and versions.

mix.exs, mix.lock, the config files and `.formatter.exs` are parsed; a value that is not literal
counts as missing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.naming import camelize
from ash_scaffold.problem import Code, fail
from ash_scaffold.project.mix_project import App, AppConfig, Formatter, Generated, Project, Repo
from ash_scaffold.project.sources import (
    MAX_BYTES,
    Sources,
    files_in,
    read_source,
    read_sources,
)
from ash_scaffold.regular_file import read_file
from ash_scaffold.syntax.modules import ModuleDefinition, function_clauses, modules
from ash_scaffold.syntax.parse import (
    CallSite,
    Tree,
    call_site,
    expressions,
    pairs,
    parse,
    walk_calls,
)
from ash_scaffold.syntax.values import read, read_strings
from ash_scaffold.term import Atom, Keyword, Module, Term

# Files that set things for every environment come first, then the ones that may override them.
_CONFIG_ORDER = ("config.exs", "runtime.exs")
_MERGE = "upsert_with_merge?"
_LOCKED = re.compile(
    r'^\s*"(?P<name>[^"]+)":\s*\{:hex,\s*:"?[^,"]+"?,\s*"(?P<version>[^"]+)"', re.MULTILINE
)


def read_project(
    start: Path, *, domain: str | None = None, generated: Mapping[str, Generated] | None = None
) -> Project:
    """Read the mix project that `start` is in; in an umbrella also choose the application.

    `generated` are the files that the tool wrote: see `read_sources`.

    The application is the one that `start` is in, else the one whose namespace holds the `domain`,
    else the only one with a repo. Raises `ScaffoldError` (`NOT_A_MIX_PROJECT`) when no mix.exs is
    found at or above `start`, it names no application, or nothing decides between several.
    """
    here = _require_mix(start)
    root = _umbrella_root(here) or here
    mix_file = _mix_file(root)
    folders = _app_folders(root, mix_file)
    files = {each: _mix_file(root / each) if each else mix_file for each in folders}
    lib = {folder: _lib(root, folder, file) for folder, file in files.items()}
    sources = read_sources(root, [path for paths in lib.values() for path in paths], generated)
    apps = tuple(
        _app(folder, file, lib[folder], sources, root) for folder, file in sorted(files.items())
    )
    app = _choose(apps, sources, domain, root, here)
    return Project(
        root=root,
        app=app,
        apps=apps,
        umbrella=mix_file.apps_path is not None,
        modules=sources.modules,
        repos=sources.repos,
        resources=sources.resources,
        domains=sources.domains,
        schema_paths=sources.schema_paths,
        unparsed=sources.unparsed,
        sources=sources.texts,
        edits=sources.edits,
        config=_config(root, app),
        formatter=_formatter(root, app),
        versions=_read_lock(read_source(root / "mix.lock") or b""),
    )


def find_root(start: Path) -> Path:
    """Return the folder of the outermost mix.exs that `start` is in.

    Raises `ScaffoldError` (`NOT_A_MIX_PROJECT`) when there is none.
    """
    here = _require_mix(start)
    return _umbrella_root(here) or here


def _require_mix(start: Path) -> Path:
    here = _find_mix(start.absolute())
    if here is None:
        raise fail(
            Code.NOT_A_MIX_PROJECT,
            "There is no mix.exs here or in a folder above.",
            where=str(start),
            todo="Run this in the folder of a mix project.",
        )
    return here


def _find_mix(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        if _has_mix_file(folder):
            return folder
    return None


def _has_mix_file(folder: Path) -> bool:
    """Whether there is one, also one that can't be read."""
    path = folder / "mix.exs"
    return os.path.lexists(path) and not path.is_dir()


def _mix_file(folder: Path) -> _MixFile:
    path = folder / "mix.exs"
    try:
        return _read_mix_file(read_file(path, MAX_BYTES))
    except OSError as error:
        raise fail(
            Code.NOT_A_MIX_PROJECT,
            f"mix.exs can't be read: {error.strerror}.",
            where=str(path),
            todo="Make it a regular file that you may read: it names the application.",
        ) from error


def _umbrella_root(here: Path) -> Path | None:
    """Return the umbrella that the project is an application of."""
    for folder in list(here.parents)[:3]:
        if _has_mix_file(folder):
            apps_path = _mix_file(folder).apps_path
            if apps_path is not None and (folder / apps_path) == here.parent:
                return folder
    return None


def _app_folders(root: Path, mix_file: _MixFile) -> list[str]:
    if mix_file.apps_path is None:
        return [""]
    apps = root / mix_file.apps_path
    found = sorted(path.parent.relative_to(root).as_posix() for path in apps.glob("*/mix.exs"))
    if not found:
        raise fail(
            Code.NOT_A_MIX_PROJECT,
            f"The umbrella has no application in {mix_file.apps_path}/.",
            where=str(root / "mix.exs"),
        )
    return found


def _lib(root: Path, folder: str, mix_file: _MixFile) -> tuple[str, ...]:
    """Return the source folders of an application, relative to the root, inside of it."""
    inside = root / folder
    paths = [path for path in mix_file.paths if not Path(path).is_absolute() and ".." not in path]
    return tuple((inside / path).relative_to(root).as_posix() for path in paths)


def _app(
    folder: str, mix_file: _MixFile, lib: tuple[str, ...], sources: Sources, root: Path
) -> App:
    if mix_file.app is None:
        raise fail(
            Code.NOT_A_MIX_PROJECT,
            "The name of the application can't be read: `app: :name` is not in `project/0`.",
            where=str(root / folder / "mix.exs"),
        )
    repo = next((repo for repo in _own(sources.repos, folder)), None)
    return App(
        name=mix_file.app,
        path=folder,
        namespace=_namespace(mix_file.app, mix_file.namespace, repo),
        lib=lib,
        dependencies=tuple(sorted(mix_file.dependencies)),
        requirements={name: text for name, text in mix_file.dependencies.items() if text},
    )


def _own(repos: tuple[Repo, ...], folder: str) -> tuple[Repo, ...]:
    return tuple(repo for repo in repos if not folder or repo.path.startswith(f"{folder}/"))


def _namespace(app: str, mix_namespace: str | None, repo: Repo | None) -> str:
    """Return the namespace of the application's modules.

    The mix project's own where the repo stands in it, else the repo's first segment: mix.exs is
    often left behind when an application is renamed.
    """
    if repo is not None and "." in repo.module:
        if mix_namespace and repo.module.startswith(f"{mix_namespace}."):
            return mix_namespace
        return repo.module.partition(".")[0]
    return mix_namespace or camelize(app)


def _choose(
    apps: tuple[App, ...], sources: Sources, domain: str | None, root: Path, here: Path
) -> App:
    inside = [app for app in apps if root / app.path == here]
    if len(apps) == 1 or inside:
        return (inside or list(apps))[0]
    with_repo = [app for app in apps if _own(sources.repos, app.path)]
    if domain is not None:
        entry = sources.modules.get(domain)
        if entry is not None:
            return next(app for app in apps if entry.path.startswith(f"{app.path}/"))
        holding = [app for app in apps if f"{domain}.".startswith(f"{app.namespace}.")]
        longest = max((len(app.namespace) for app in holding), default=0)
        nearest = [app for app in holding if len(app.namespace) == longest]
        both = [app for app in nearest if app in with_repo] or nearest
        if len(both) == 1:
            return both[0]
    if len(with_repo) == 1:
        return with_repo[0]
    names = ", ".join(app.path for app in with_repo or apps)
    raise fail(
        Code.NOT_A_MIX_PROJECT,
        f"This is an umbrella, and no application is chosen: {names}.",
        where=str(root / "mix.exs"),
        todo="Run this in the folder of one of them.",
    )


def _config(root: Path, app: App) -> AppConfig:
    """Read the config files of the project and, in an umbrella, of the application."""
    found: list[tuple[str, bytes]] = []
    for folder in dict.fromkeys(("", app.path)):
        paths = sorted(files_in(root / folder / "config", ".exs"), key=_config_rank)
        for path in paths:
            source = read_source(path)
            if source is not None:
                found.append((path.relative_to(root).as_posix(), source))
    return _read_config(tuple(found), app.name)


def _config_rank(path: Path) -> tuple[int, str]:
    known = _CONFIG_ORDER.index(path.name) if path.name in _CONFIG_ORDER else len(_CONFIG_ORDER)
    return (known, path.name)


def _formatter(root: Path, app: App) -> Formatter:
    for folder in (app.path, ""):
        path = (root / folder / ".formatter.exs").relative_to(root).as_posix()
        source = read_source(root / path)
        if source is not None:
            return _read_formatter(source, path)
    return Formatter()


class _MixFile(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a mix.exs, as far as it is literal.

    `namespace` is the part before `.MixProject` (or `.Mixfile`); `apps_path` is set for an
    umbrella; `paths` are `elixirc_paths`, those for tests left out.
    """

    app: str | None = None
    namespace: str | None = None
    apps_path: str | None = None
    paths: tuple[str, ...] = ("lib",)
    dependencies: Mapping[str, str] = {}


def _read_mix_file(source: bytes) -> _MixFile:
    """Read a mix.exs."""
    tree = parse(source)
    for module in modules(tree):
        project = _function(tree, module.body, "project")
        if project is None:
            continue
        keywords = _result(project)
        values = {} if keywords is None else _pairs(tree, keywords)
        app, apps_path = (
            module.read(tree, values[name]) if name in values else None
            for name in ("app", "apps_path")
        )
        head, _, last = module.name.rpartition(".")
        return _MixFile(
            app=app.name if isinstance(app, Atom) else None,
            namespace=head if head and last in ("MixProject", "Mixfile") else None,
            apps_path=apps_path if isinstance(apps_path, str) else None,
            paths=_source_paths(tree, module, values.get("elixirc_paths")),
            dependencies=_dependencies(tree, module, values.get("deps")),
        )
    return _MixFile()


def _read_lock(source: bytes) -> dict[str, str]:
    """Return package and version of every Hex entry of a mix.lock."""
    text = source.decode("utf-8", "replace")
    return {match["name"]: match["version"] for match in _LOCKED.finditer(text)}


def _read_formatter(source: bytes, path: str) -> Formatter:
    """Read a .formatter.exs: its last expression, when that is a keyword list."""
    tree = parse(source)
    if not tree.expressions:
        return Formatter(path=path)
    values = _pairs(tree, tree.expressions[-1])
    line_length = read(tree, values["line_length"]) if "line_length" in values else None
    return Formatter(
        path=path,
        import_deps=read_strings(tree, values.get("import_deps")) or (),
        plugins=_module_names(tree, values.get("plugins")) or (),
        line_length=line_length if isinstance(line_length, int) else None,
    )


def _read_config(sources: tuple[tuple[str, bytes], ...], app: str) -> AppConfig:
    """Read the settings of an application in config files (path and bytes, in precedence order).

    Both forms count: `config :app, key: value` and `config :app, :key, value`. Of several files
    the first that sets a key wins.
    """
    domains: tuple[str, ...] | None = None
    repos: tuple[str, ...] | None = None
    path: str | None = None
    line: int | None = None
    merge: bool | None = None
    for name, source in sources:
        has_app, has_merge = f":{app}".encode() in source, _MERGE.encode() in source
        if not has_app and not has_merge:
            continue
        tree = parse(source)
        for key, node in config_settings(tree, "ash_postgres") if has_merge else ():
            if key == _MERGE and merge is None:
                merge = read(tree, node) is not False
        for key, node in config_settings(tree, app):
            if key == "ash_domains" and path is None:
                path, line = name, tree.span(node).line
                domains = _module_names(tree, node)
            elif key == "ecto_repos" and repos is None:
                repos = _module_names(tree, node)
    return AppConfig(
        ash_domains=domains or (),
        ecto_repos=repos or (),
        domains_path=path,
        domains_line=line,
        domains_readable=path is None or domains is not None,
        merge_upserts=merge is not False,
    )


def _function(tree: Tree, body: tuple[Node, ...], name: str) -> CallSite | None:
    return next(function_clauses(tree, body, name), None)


def _result(clause: CallSite) -> Node | None:
    return clause.body[-1] if clause.body else None


def _pairs(tree: Tree, node: Node) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for pair in pairs(node):
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None:
            found.setdefault(tree.text(key).rstrip().removesuffix(":").strip('"'), value)
    return found


def _source_paths(tree: Tree, module: ModuleDefinition, node: Node | None) -> tuple[str, ...]:
    """Return `elixirc_paths`, a literal or a function with clauses per environment."""
    if node is None:
        return ("lib",)
    found = list(read_strings(tree, node) or ())
    site = call_site(tree, node)
    if site is not None:
        for clause in function_clauses(tree, module.body, site.name):
            result = _result(clause)
            found += read_strings(tree, result) or ()
    kept = [path.strip("/") for path in found if path.partition("/")[0] != "test"]
    return tuple(dict.fromkeys(path for path in kept if path)) or ("lib",)


def _dependencies(tree: Tree, module: ModuleDefinition, listed: Node | None) -> dict[str, str]:
    """Return the applications in `deps`, listed in the project or named in `deps/0`.

    They are the first element of every tuple there; their requirement is the second, empty
    where that is no text.
    """
    found: dict[str, str] = {}
    stack = [] if listed is None else [listed]
    for clause in function_clauses(tree, module.body, "deps"):
        stack.extend(clause.body or ())
    while stack:
        node = stack.pop()
        if node.type != "tuple":
            stack.extend(node.named_children)
            continue
        first, second = (*expressions(node)[:2], None, None)[:2]
        name = None if first is None else read(tree, first)
        version = None if second is None else read(tree, second)
        if isinstance(name, Atom):
            found.setdefault(name.name, version if isinstance(version, str) else "")
    return found


def config_settings(tree: Tree, app: str) -> Iterator[tuple[str, Node]]:
    """Yield key and value of everything that a config file sets for an application."""
    for site in walk_calls(tree, tree.root, "config"):
        target = read(tree, site.args[0]) if site.args else None
        if target != Atom(app):
            continue
        if len(site.args) == 1:
            for option in site.options:
                yield option.name, option.value
        elif len(site.values) == 3:
            key = read(tree, site.args[1])
            if isinstance(key, Atom):
                yield key.name, site.values[2]


def _module_names(tree: Tree, node: Node | None) -> tuple[str, ...] | None:
    value = None if node is None else read(tree, node)
    items: list[Term] = value if isinstance(value, list) else []
    if not isinstance(value, list) or isinstance(value, Keyword):
        return None
    names = [item.name for item in items if isinstance(item, Module)]
    return tuple(names) if len(names) == len(items) else None
