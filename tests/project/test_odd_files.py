"""Files of a project that are none, endless, or closed to the user: each is named, none is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ash_scaffold.config import Config, load_config
from ash_scaffold.document.run import _read_files
from ash_scaffold.generate.files import with_free_paths
from ash_scaffold.generate.modules import Module
from ash_scaffold.legacy.read import read_legacy
from ash_scaffold.postgres.dump import read_dump
from ash_scaffold.problem import Code, Exit, ScaffoldError
from ash_scaffold.project.local_identity import read_stored_identity
from ash_scaffold.project.migrations import find_migrations
from ash_scaffold.project.mix_project import Project, Unparsed
from ash_scaffold.project.read import read_project
from ash_scaffold.project.read_state import require_repo
from ash_scaffold.project.snapshot import read_snapshots
from ash_scaffold.project.write import locked, write_files

MIX = """defmodule Shop.MixProject do
  use Mix.Project
  def project, do: [app: :shop, version: "0.1.0", deps: []]
end
"""
REPO = "defmodule Shop.Repo do\n  use AshPostgres.Repo, otp_app: :shop\nend\n"

Make = Callable[[Path], str]


def pipe(path: Path) -> str:
    os.mkfifo(path)
    return "it is a pipe, no regular file"


def device(path: Path) -> str:
    path.symlink_to("/dev/zero")
    return "it is a device, no regular file"


def huge(path: Path) -> str:
    with path.open("wb") as file:
        file.truncate(3_000_000_000)
    return "it is larger than "


KINDS = [pipe, device, huge]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in {"mix.exs": MIX, "lib/shop/repo.ex": REPO}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def all_of(root: Path) -> Project:
    """Read everything that a run reads without a database."""
    snapshots = read_snapshots(root)
    assert not snapshots
    project = read_project(root)
    load_config(root)
    find_migrations(project, "Shop.Repo").pending(frozenset())
    _read_files(root, "docs/database_schema.md")
    return project


def put(root: Path, path: str, make: Make) -> str:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).unlink(missing_ok=True)
    return make(root / path)


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize(
    "path",
    ["mix.exs", "mix.lock", ".formatter.exs", "config/config.exs", "config/runtime.exs",
     "ash_scaffold.toml", "priv/ash_scaffold/public.orders.json",
     "priv/ash_scaffold/modules/Shop.Sales.json", "docs/database_schema.md",
     "docs/database_schema/page.md"],
)  # fmt: skip
def test_a_file_that_decides_ends_the_run_by_name(root: Path, path: str, make: Make) -> None:
    reason = put(root, path, make)
    with pytest.raises(ScaffoldError) as caught:
        all_of(root)
    (problem,) = caught.value.problems
    assert caught.value.exit_code is Exit.FAILED
    assert problem.where.endswith(path)
    assert reason in problem.what
    assert problem.todo
    assert "or delete it" not in problem.todo


@pytest.mark.parametrize("make", KINDS)
def test_a_source_is_named_and_the_others_are_read(root: Path, make: Make) -> None:
    reason = put(root, "lib/shop/odd.ex", make)
    project = all_of(root)
    (odd,) = project.unparsed
    assert (odd.path, odd.line) == ("lib/shop/odd.ex", 0)
    assert reason in odd.text
    assert (odd.where, odd.what) == ("lib/shop/odd.ex", f"The file can't be read: {odd.text}")
    assert list(project.modules) == ["Shop.Repo"]
    assert read_legacy(project, None).unparsed == (odd,)


@pytest.mark.parametrize("make", KINDS)
def test_legacy_code_elsewhere_is_named_too(root: Path, tmp_path: Path, make: Make) -> None:
    put(root, "other/old.ex", make)
    project = read_project(root)
    (odd,) = read_legacy(project, tmp_path / "other").unparsed
    assert odd == Unparsed("other/old.ex", 0, odd.text)


@pytest.mark.parametrize("make", KINDS)
def test_a_dump_is_named(tmp_path: Path, make: Make) -> None:
    reason = make(tmp_path / "structure.sql")
    with pytest.raises(ScaffoldError) as caught:
        read_dump(tmp_path / "structure.sql")
    (problem,) = caught.value.problems
    assert problem.where == str(tmp_path / "structure.sql")
    assert reason in problem.what


def test_a_dump_may_come_through_a_pipe_that_was_given_open() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "wb") as file:
        file.write(b"CREATE TABLE orders (id bigint PRIMARY KEY);")
        file.close()
        dump = read_dump(Path(f"/dev/fd/{reading}"))
    assert len(dump.script.statements) == 1


@pytest.mark.parametrize("make", KINDS)
def test_no_file_is_written_over_another_kind(root: Path, make: Make) -> None:
    put(root, "lib/shop/order.ex", make)
    with locked(root) as lock, pytest.raises(ScaffoldError):
        write_files(lock, {"lib/shop/order.ex": b"x", "lib/shop/new.ex": b"x"})
    assert not (root / "lib/shop/new.ex").exists()


@pytest.fixture
def deny(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Give a function that closes a path: root may read anything, so that modes show nothing."""
    closed: list[str] = []

    def denying(real: Callable[..., object]) -> Callable[..., object]:
        def call(path: object, *arguments: object, **options: object) -> object:
            if str(path) in closed:
                raise PermissionError(13, os.strerror(13), str(path))
            return real(path, *arguments, **options)

        return call

    for name in ("open", "scandir", "listdir"):
        monkeypatch.setattr(os, name, denying(getattr(os, name)))
    return lambda path: closed.append(str(path))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("mix.exs", "mix.exs can't be read: Permission denied."),
        ("priv/ash_scaffold/public.a.json", "The snapshot can't be read: Permission denied."),
        ("priv/ash_scaffold", "The folder of snapshots can't be read: Permission denied."),
        ("lib", "The folder can't be read: Permission denied. What is in it is not known."),
        ("config", "The folder can't be read: Permission denied. What is in it is not known."),
        ("ash_scaffold.toml", "can't be read: Permission denied"),
    ],
)
def test_what_is_closed_to_the_user_has_its_own_words(
    root: Path, deny: Callable[[Path], None], path: str, said: str
) -> None:
    snapshots = ["priv/ash_scaffold/public.a.json"] if path.startswith("priv") else []
    for name in (*snapshots, "config/config.exs", "ash_scaffold.toml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    deny(root / path)
    with pytest.raises(ScaffoldError) as caught:
        all_of(root)
    (problem,) = caught.value.problems
    assert problem.what == said
    assert "read" in problem.todo
    assert "or delete it" not in problem.todo


def test_the_folder_of_the_document_may_be_closed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.stat

    def closed(path: object, *arguments: object, **options: object) -> object:
        if str(path).startswith(f"{root}/docs/"):
            raise PermissionError(13, os.strerror(13), str(path))
        return real(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", closed)
    with pytest.raises(ScaffoldError) as caught:
        _read_files(root, "docs/database_schema.md")
    (problem,) = caught.value.problems
    assert (problem.where, problem.what) == (
        "docs/database_schema",
        "The folder can't be read: Permission denied.",
    )


def test_a_write_protected_folder_is_one_problem(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = {str(root / "lib/shop")}
    monkeypatch.setattr(os, "access", lambda path, _mode: str(path) not in closed)
    with locked(root) as lock, pytest.raises(ScaffoldError) as caught:
        write_files(lock, {f"lib/shop/sales/{number}.ex": b"x" for number in range(300)})
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == (Code.NOT_WRITABLE, "lib/shop")
    assert problem.what == "The folder is write-protected, and 300 files would change in it."
    assert problem.todo == "Give yourself the right to write there."


def test_the_local_identity_is_a_convenience(root: Path) -> None:
    from ash_scaffold.postgres.catalog import Database, ServerIdentity
    from ash_scaffold.project.local_identity import identity_path

    server = ServerIdentity(system_identifier="7", database_oid=1)
    reason = put(root, identity_path(server), pipe)
    database = Database(
        name="", server_version=160000, schemas=("public",), tables=(), types={}, identity=server
    )
    (problem,) = read_stored_identity(root, database, throwaway=False).problems
    assert reason in problem.what


def test_a_repo_that_can_not_be_read_is_not_just_missing(root: Path) -> None:
    reason = put(root, "lib/shop/repo.ex", pipe)
    with pytest.raises(ScaffoldError) as caught:
        require_repo(read_project(root), None, Config())
    unread, missing = caught.value.problems
    assert (unread.where, unread.what) == (
        "lib/shop/repo.ex",
        f"The file can't be read: {reason}.",
    )
    assert missing.what.startswith("The project has no repo")


def test_a_closed_folder_keeps_the_places_in_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = read_project(root)
    real = os.lstat

    def closed(path: object, *arguments: object, **options: object) -> object:
        if "sales" in str(path):
            raise PermissionError(13, os.strerror(13), str(path))
        return real(path, *arguments, **options)  # type: ignore[arg-type]

    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, closed)
    module = Module(name="Shop.Sales.Order", path="lib/shop/sales/order.ex", text="")
    (placed,), _ = with_free_paths([module], project)
    assert placed.path == "lib/shop/sales/order.ex"
