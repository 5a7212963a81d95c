"""The document's files as they are: which ones belong to it, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ash_scaffold.document.markdown.blocks import is_marker
from ash_scaffold.problem import Code, fail

INDEX = "docs/database_schema.md"


def read_files(root: Path, index: str) -> Mapping[str, bytes]:
    """Return the bytes of the document's files by path: the first, and its pages beside it.

    A file in the folder of the pages belongs to it when it has a generated block. Raises
    `ScaffoldError` when one can't be read.
    """
    folder = root / index.removesuffix(".md")
    found: dict[str, bytes] = {}
    for path in [root / index, *sorted(folder.rglob("*.md"))]:
        where = path.relative_to(root).as_posix()
        try:
            content = path.read_bytes() if path.exists() else None
        except OSError as error:
            raise fail(
                Code.NOT_WRITABLE, f"It can't be read: {error.strerror}.", where=where
            ) from error
        if content is not None and (where == index or _has_block(content)):
            found[where] = content
    return found


def decode(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """Read files as UTF-8. Raises `ScaffoldError` for one that is not."""
    texts: dict[str, str] = {}
    for path, content in files.items():
        try:
            texts[path] = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise fail(
                Code.NOT_WRITABLE,
                "The file is not UTF-8, so what people wrote into it can't be kept.",
                where=f"{path}:{line}",
                todo="Save it as UTF-8, or name another: --out FILE.",
            ) from error
    return texts


def _has_block(content: bytes) -> bool:
    return any(is_marker(line) for line in content.decode("utf-8", "replace").split("\n"))
