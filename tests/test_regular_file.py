"""The one place that reads files: what it reads, and that no other module does."""

from __future__ import annotations

import ast
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ash_scaffold.regular_file import UnusualFileError, read_file, read_start

SOURCE = Path(__file__).parents[1] / "src" / "ash_scaffold"
# Files that came with the package, or that the tool has made a moment before in a folder of its
# own: none of them comes from a repository.
OWN_FILES = {
    "cli/demo.py": {"read_text"},
    "document/html.py": {"read_text"},
    "postgres/answers.py": {"read_text"},
    "postgres/kept_cluster.py": {"open"},
    "postgres/server.py": {"open", "read_bytes", "read_text"},
    "project/format.py": {"read_bytes", "read_text"},
    "project/mix.py": {"open", "read_bytes"},
    "verify/test_file.py": {"read_text"},
}
READERS = {"read_bytes", "read_text", "open", "fdopen", "fromfile", "mmap", "load", "copyfileobj"}
MODULES_OF_OPEN = {"codecs", "gzip", "bz2", "lzma", "io", "os", "tarfile", "zipfile"}


def reads(source: str) -> Iterator[str]:
    """Give the calls of a module that read a file's content; those that write one are left out."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name not in READERS or (name == "read_text" and isinstance(function, ast.Name)):
            continue
        # Structs have an `open()` and a `load(…)` of their own; those of files get a mode or name.
        if name == "load" and ast.unparse(function) not in ("tomllib.load", "json.load"):
            continue
        if name == "open" and isinstance(function, ast.Attribute):
            owner = ast.unparse(function.value)
            if owner == "os":
                if "O_WRONLY" in ast.unparse(node) or "devnull" in ast.unparse(node):
                    continue
            elif owner not in MODULES_OF_OPEN and not _has_mode(node):
                continue
        if name in ("open", "fdopen") and _has_mode(node, "wax"):
            continue
        yield name


def _has_mode(node: ast.Call, letters: str = "rwaxb") -> bool:
    """Whether an argument is a mode of a file that has one of the letters."""
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    texts = [v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)]
    return any(set(text) <= set("rwaxbt+") and set(text) & set(letters) for text in texts)


def test_no_other_module_reads_files() -> None:
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        if calls := set(reads(path.read_text())):
            found[name] = calls
    assert "open" in found.pop("regular_file.py")
    # Folders, to lock or sync them.
    assert found.pop("project/write.py") == {"open"}
    assert found.pop("project/journal.py") == {"open"}
    assert found.pop("project/kept_records.py") == {"open"}  # a draft that it makes
    assert found.pop("project/run_inputs.py") == {"open"}
    found.pop("postgres/dump.py", None)  # a script that it has just written itself
    assert {name: calls - OWN_FILES.get(name, set()) for name, calls in found.items()} == {
        name: set() for name in found
    }


@pytest.mark.parametrize(
    "call",
    ["p.read_bytes()", "p.read_text()", "open(p)", "open(p, 'rb')", "p.open('rb')", "io.open(p)",
     "os.open(p, os.O_RDONLY)", "os.fdopen(n)", "gzip.open(p)", "tomllib.load(f)"],
)  # fmt: skip
def test_a_call_that_reads_is_found(call: str) -> None:
    assert list(reads(call))


@pytest.mark.parametrize(
    "call", ["open(p, 'w')", "p.open('wb')", "os.open(p, os.O_WRONLY)", "parts.open('attributes')"]
)
def test_a_call_that_writes_is_not(call: str) -> None:
    assert not list(reads(call))


def test_a_regular_file_is_read_as_it_is(tmp_path: Path) -> None:
    for content in (b"", b"a\r\n\0b", os.urandom(3_000_000)):
        (tmp_path / "file").write_bytes(content)
        assert read_file(tmp_path / "file") == content
        assert read_file(tmp_path / "file", len(content)) == content
        assert read_start(tmp_path / "file", 5) == content[:5]
    (tmp_path / "link").symlink_to("file")
    assert read_file(tmp_path / "link") == content
    with pytest.raises(UnusualFileError, match="it is larger than 2 MB"):
        read_file(tmp_path / "file", 2_999_999)


def test_a_file_without_a_size_is_read_to_its_end() -> None:
    assert read_file("/proc/self/status").startswith(b"Name:")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("pipe", "it is a pipe, no regular file"),
        ("folder", "it is a folder, no regular file"),
        ("socket", "it is a socket, no regular file"),
        ("/dev/zero", "it is a device, no regular file"),
        ("/dev/full", "it is a device, no regular file"),
        ("/dev/tty", "it is a device, no regular file"),
        ("sparse", "it is larger than 64 MB"),
    ],
)
def test_what_is_no_regular_file_is_an_error_with_words_of_its_own(
    tmp_path: Path, kind: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "file"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("file")
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(5_000_000_000)
    else:
        path.symlink_to(kind)
    for read in (read_file, lambda path: read_start(path, 5)):
        if kind == "sparse" and read is not read_file:
            continue
        with pytest.raises(UnusualFileError) as caught:
            read(path)
        assert (caught.value.strerror, caught.value.filename) == (said, str(path))


def test_a_pipe_that_was_given_open_is_read_where_it_is_asked_for(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "wb") as file:
        file.write(b"CREATE TABLE")
        file.flush()
        with pytest.raises(UnusualFileError):
            read_file(f"/dev/fd/{reading}")
        file.close()
        assert read_file(f"/dev/fd/{reading}", piped=True) == b"CREATE TABLE"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnusualFileError):
        read_file(tmp_path / "pipe", piped=True)


def test_missing_files_are_missing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("none", "link", "none/none"):
        with pytest.raises(FileNotFoundError):
            read_file(tmp_path / name)
