"""The Dockerfile: built where a daemon answers, else held against the files and packages in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from ash_scaffold import __version__

ROOT = Path(__file__).resolve().parents[1]
INSTRUCTIONS = {"FROM", "RUN", "COPY", "ENV", "USER", "WORKDIR", "ENTRYPOINT"}
INSTALL = re.compile(r"apt-get install --yes --no-install-recommends ([^&]+)")
IMAGE = "ash-scaffold-test"


def instructions() -> Iterator[tuple[str, str]]:
    """Give the instructions with their arguments, lines that go on joined."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if line and not line.startswith("#"))
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        yield word, " ".join(rest.split())


def ignored(path: str) -> bool:
    """Whether the path is left out of what the daemon gets: the last pattern that fits decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = [path, *(parent.as_posix() for parent in Path(path).parents)]
        ends = [each.rpartition("/")[2] for each in parts] if "**/" in line else []
        if any(fnmatchcase(each, pattern) for each in (*parts, *ends) if each != "."):
            out = not line.startswith("!")
    return out


def copied() -> list[str]:
    sources = []
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from="):
            sources += rest.split()[:-1]
    return sources


def test_every_line_is_an_instruction_and_the_last_two_stages_are_whole() -> None:
    words = [word for word, _ in instructions()]
    assert set(words) == INSTRUCTIONS
    stages = [rest for word, rest in instructions() if word == "FROM"]
    assert stages == ["debian:trixie-slim AS build", "debian:trixie-slim"]
    assert words[-1] == "ENTRYPOINT"
    assert dict(instructions())["ENTRYPOINT"] == '["ash-scaffold"]'
    assert dict(instructions())["USER"] == "ash"


def test_what_is_copied_is_there_and_is_not_ignored() -> None:
    assert len(copied()) == 7
    assert [path for path in copied() if not (ROOT / path).exists() or ignored(path)] == []


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".env",
        "docs/design.md",
        "src/x/__pycache__/a.pyc",
        "sample_project/deps/a.ex",
    ],
)
def test_what_the_image_is_not_made_of_is_ignored(path: str) -> None:
    assert ignored(path)


def test_all_that_the_wheel_is_built_of_is_copied() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wheel = re.search(r'^only-include = \["src/ash_scaffold", (.*)\]$', settings, re.MULTILINE)
    assert wheel is not None
    assert {"src", *re.findall(r'"(\w+)"', wheel[1])} <= set(copied())


@pytest.mark.skipif(shutil.which("apt-cache") is None, reason="there is no apt")
def test_every_package_is_one_of_debian() -> None:
    runs = " ".join(rest for word, rest in instructions() if word == "RUN")
    packages = sorted({name for found in INSTALL.findall(runs) for name in found.split()})
    assert len(packages) == 8
    known = subprocess.run(
        ["apt-cache", "pkgnames"], capture_output=True, text=True, check=True
    ).stdout.split()
    if "elixir" not in known:
        pytest.skip("apt has no lists")
    assert [name for name in packages if name not in known] == []


def test_the_scripts_are_scripts() -> None:
    for word, rest in instructions():
        if word == "RUN":
            subprocess.run(["sh", "-n", "-c", rest], check=True)


def docker() -> bool:
    """Whether a daemon answers."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not docker(), reason="no Docker daemon answers")
def test_the_image_checks_the_sample(tmp_path: Path) -> None:
    subprocess.run(["docker", "build", "--quiet", "--tag", IMAGE, str(ROOT)], check=True)
    done = subprocess.run(
        ["docker", "run", "--rm", IMAGE, "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"ash-scaffold {__version__}\n"
    sample = shutil.copytree(ROOT / "sample_project", tmp_path / "sample")
    mounted = ["docker", "run", "--rm", "--volume", f"{sample}:/project:ro", IMAGE]
    command = [*mounted, "check", "--dump", "priv/repo/structure.sql"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
