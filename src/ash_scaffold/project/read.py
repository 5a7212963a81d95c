"""Read a mix project: application, namespace, repos, resources, domains, settings.

Nothing is run: mix.exs and the rest are parsed, and what is not literal counts as not said.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ash_scaffold.problem import Code, fail
from ash_scaffold.project.mix import (
    MixFile,
    camelize,
    read_config,
    read_formatter,
    read_lock,
    read_mix_file,
    read_source,
)
from ash_scaffold.project.model import App, AppConfig, Formatter, Generated, Project, Repo
from ash_scaffold.project.sources import Sources, read_sources

# Files that set things for every environment come first, then the ones that may override them.
_CONFIG_ORDER = ("config.exs", "runtime.exs")


def read_project(
    start: Path, *, domain: str | None = None, generated: Mapping[str, Generated] | None = None
) -> Project:
    """Read the mix project that `start` is in; in an umbrella also choose the application.

    `generated` are the files that the tool wrote: see `read_sources`.

    That is the one `start` is in, else the one whose namespace holds the `domain`, else the only
    one with a repo. Raises `ScaffoldError` (`NOT_A_MIX_PROJECT`) when no mix.exs is found at or
    above `start`, it names no application, or nothing decides between several.
    """
    here = _require_mix(start)
    root = _umbrella_root(here) or here
    mix_file = _mix_file(root)
    folders = _app_folders(root, mix_file)
    files = {folder: _mix_file(root / folder) for folder in folders}
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
        config=_config(root, app),
        formatter=_formatter(root, app),
        versions=read_lock(read_source(root / "mix.lock") or b""),
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
        if (folder / "mix.exs").is_file():
            return folder
    return None


def _mix_file(folder: Path) -> MixFile:
    return read_mix_file(read_source(folder / "mix.exs") or b"")


def _umbrella_root(here: Path) -> Path | None:
    """Return the umbrella that the project is an application of."""
    for folder in list(here.parents)[:3]:
        if (folder / "mix.exs").is_file():
            apps_path = _mix_file(folder).apps_path
            if apps_path is not None and (folder / apps_path) == here.parent:
                return folder
    return None


def _app_folders(root: Path, mix_file: MixFile) -> list[str]:
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


def _lib(root: Path, folder: str, mix_file: MixFile) -> tuple[str, ...]:
    """Return the source folders of an application, relative to the root, inside of it."""
    inside = root / folder
    paths = [path for path in mix_file.paths if not Path(path).is_absolute() and ".." not in path]
    return tuple((inside / path).relative_to(root).as_posix() for path in paths)


def _app(folder: str, mix_file: MixFile, lib: tuple[str, ...], sources: Sources, root: Path) -> App:
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
        dependencies=mix_file.dependencies,
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
        f"This is an umbrella, and nothing says which application is meant: {names}.",
        where=str(root / "mix.exs"),
        todo="Run this in the folder of one of them.",
    )


def _config(root: Path, app: App) -> AppConfig:
    """Read the config files of the project and, in an umbrella, of the application."""
    found: list[tuple[str, bytes]] = []
    for folder in dict.fromkeys(("", app.path)):
        paths = sorted((root / folder / "config").glob("*.exs"), key=_config_rank)
        for path in paths:
            source = read_source(path)
            if source is not None:
                found.append((path.relative_to(root).as_posix(), source))
    return read_config(tuple(found), app.name)


def _config_rank(path: Path) -> tuple[int, str]:
    known = _CONFIG_ORDER.index(path.name) if path.name in _CONFIG_ORDER else len(_CONFIG_ORDER)
    return (known, path.name)


def _formatter(root: Path, app: App) -> Formatter:
    for folder in (app.path, ""):
        path = (root / folder / ".formatter.exs").relative_to(root).as_posix()
        source = read_source(root / path)
        if source is not None:
            return read_formatter(source, path)
    return Formatter()
