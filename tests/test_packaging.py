"""The wheel carries all that a run needs, and nothing that lies about in a working folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from ash_scaffold.packaged import data_path

ROOT = Path(__file__).resolve().parents[1]

# The folders of the source tree, and where the wheel has them.
CARRIED = {
    "src/ash_scaffold": "ash_scaffold",
    "templates": "ash_scaffold/templates",
    "sample_project": "ash_scaffold/sample_project",
}
LEFTOVERS = {"__pycache__", "_build", "deps", ".elixir_ls"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new virtual environment that has the wheel.

    Its dependencies are the ones of this environment, reached through a `.pth` file, so that no
    package index is needed. A `.pth` in a folder reached that way is not read, so that an
    editable installation of the source tree stays out.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    names = {"base": str(folder), "platbase": str(folder)}
    python = Path(sysconfig.get_path("scripts", "venv", names)) / "python"
    run(
        *(sys.executable, "-m", "pip", "--python", str(python), "install"),
        *("--quiet", "--no-index", "--no-deps", str(wheel)),
        cwd=folder,
    )
    site = Path(sysconfig.get_path("purelib", "venv", names))
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "dependencies.pth").write_text("\n".join(sorted(here)))
    return python.parent


def run(*command: str, cwd: Path) -> str:
    """Run a command as a user's shell would, outside the source tree; return its output."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_below(folder: Path) -> Iterator[Path]:
    """The files of a folder of the source tree, without what tools leave there."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not LEFTOVERS.intersection(path.parts):
            yield path


@pytest.mark.slow
def test_the_wheel_has_the_files_of_the_source_tree_and_no_others(wheel: Path) -> None:
    expected = {
        f"{target}/{path.relative_to(ROOT / source).as_posix()}"
        for source, target in CARRIED.items()
        for path in files_below(ROOT / source)
    }
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_build_products_of_the_sample_stay_out(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = tmp_path_factory.mktemp("source")
    for name in (".gitignore", "pyproject.toml", "LICENSE", "src/ash_scaffold/__init__.py"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    wanted = ("README.md", "templates/elixir/a.jinja", "sample_project/mix.exs")
    for name in (*wanted, "sample_project/_build/x.beam", "sample_project/deps/ash/mix.exs"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path), cwd=source)
    (built,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(built).namelist()
    assert sorted(name for name in names if ".dist-info/" not in name) == [
        "ash_scaffold/__init__.py",
        "ash_scaffold/sample_project/mix.exs",
        "ash_scaffold/templates/elixir/a.jinja",
    ]


@pytest.mark.slow
def test_the_installed_wheel_finds_its_own_folders(installed: Path, tmp_path: Path) -> None:
    program = (
        "import ash_scaffold\n"
        "from ash_scaffold.packaged import data_path\n"
        "for place in (ash_scaffold.__path__[0], *map(data_path, ('templates', 'sample_project'))):"
        " print(place)\n"
    )
    package, templates, sample = run(str(installed / "python"), "-c", program, cwd=tmp_path).split()
    assert installed.parent in Path(package).parents
    assert [templates, sample] == [f"{package}/templates", f"{package}/sample_project"]


@pytest.mark.slow
def test_the_installed_command_says_what_it_does(installed: Path, tmp_path: Path) -> None:
    output = run(str(installed / "ash-scaffold"), "--help", cwd=tmp_path)
    assert [name for name in ("resources", "demo") if name not in output] == []


@pytest.mark.slow
def test_the_installed_command_does_the_main_job_on_the_sample(
    installed: Path, tmp_path: Path
) -> None:
    output = run(str(installed / "ash-scaffold"), "demo", cwd=tmp_path)
    domains = ("App.Accounts", "App.Blog", "App.Billing")
    assert [name for name in domains if name not in output] == []
    assert list(tmp_path.iterdir()) == []


def test_a_checkout_uses_its_own_folders() -> None:
    assert data_path("templates") == ROOT / "templates"
    assert data_path("sample_project") == ROOT / "sample_project"


def test_the_versions_for_development_are_for_the_oldest_python_too() -> None:
    root = Path(__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = re.fullmatch(r">=(3\.\d+)", project["requires-python"])
    assert oldest is not None
    refused, asked = {}, 0
    for line in (root / "constraints-dev.txt").read_text(encoding="utf-8").splitlines():
        try:
            wanted = metadata(line.partition("==")[0])
        except PackageNotFoundError:  # for another Python or system
            continue
        asked += 1
        pythons = SpecifierSet(wanted["Requires-Python"] or "")
        if not pythons.contains(f"{oldest[1]}.0"):
            refused[line] = str(pythons)
    assert refused == {}
    assert asked > 20
