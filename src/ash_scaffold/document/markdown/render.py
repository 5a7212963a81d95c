"""The document's files: what is generated, merged with what people wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.document.markdown.blocks import OldPage, parse_page
from ash_scaffold.document.markdown.escape import table_key
from ash_scaffold.document.markdown.layout import Layout
from ash_scaffold.document.markdown.merge import MergedPages, Names, merge
from ash_scaffold.document.markdown.pages import TABLE_KINDS, archived_heading, pages
from ash_scaffold.document.model import Document
from ash_scaffold.postgres.catalog import Name


def render_markdown(
    document: Document,
    index: str,
    files: Mapping[str, str],
    *,
    split: bool | None = None,
    keep_version: bool = False,
    renamed: Mapping[Name, Name] | None = None,
    fresh: frozenset[Name] = frozenset(),
) -> MergedPages:
    """Return the document's files by path, None for those that are no longer part of it.

    `files` are the texts of those that are there. `split` is None for what they are so far.
    `keep_version` lets the files say which PostgreSQL it is. `renamed` has the old names of
    tables by the new ones, as far as they are known otherwise; beyond that a table that is gone
    and a new one of the same shape are one if they are each other's only candidate, unless the
    new one is `fresh`. Raises `ScaffoldError` (`edited-file`) where the marks in a file are
    damaged.
    """
    old = [parse_page(path, files[path]) for path in sorted(files, key=lambda p: (p != index, p))]
    names = _names(document, old, renamed or {}, fresh)
    known = _version(old)
    if known and (keep_version or document.overview.version is None):
        overview = msgspec.structs.replace(document.overview, version=known)
        document = msgspec.structs.replace(document, overview=overview)
    if split is None:
        split = any(page.path != index and page.segments for page in old)
    layout = Layout(document, index, split=split)
    return merge(pages(document, layout), old, names, archived_heading())


def _version(old: Iterable[OldPage]) -> str:
    """Return which PostgreSQL the files say it is, empty when they don't."""
    blocks = (segment.block for page in old for segment in page.segments)
    return next((b.words.get("version", "") for b in blocks if b.id == "overview"), "")


def _names(
    document: Document,
    old: Iterable[OldPage],
    renamed: Mapping[Name, Name],
    fresh: frozenset[Name],
) -> Names:
    """Find what became of the tables that the files speak of."""
    before = {
        segment.block.id.removeprefix("table."): segment.block.words.get("shape", "")
        for page in old
        for segment in page.segments
        if segment.block.id.startswith("table.")
    }
    now = {table_key(table.name): table for table in document.tables}
    gone = [name for name in before if name not in now]
    new = {name: table for name, table in now.items() if name not in before}
    became: dict[str, str] = {}
    for name, table in new.items():
        known = renamed.get(table.name)
        if known is not None and table_key(known) in gone:
            became[table_key(known)] = name
    by_shape: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for name in gone:
        if name not in became:
            by_shape[before[name]][0].append(name)
    for name, table in new.items():
        if name not in became.values() and table.name not in fresh:
            by_shape[table.shape][1].append(name)
    for olds, news in by_shape.values():
        if len(olds) == 1 and len(news) == 1:
            became[olds[0]] = news[0]
    texts = {name: str(now[after].name) for name, after in became.items()}
    dropped = {name for name in gone if name not in became}
    return Names(
        ids={f"{kind}.{a}": f"{kind}.{b}" for a, b in became.items() for kind in TABLE_KINDS},
        renamed=lambda text: " ".join(_renamed(word, texts) for word in text.split(" ")),
        dropped=lambda text: next(
            (name for word in text.split(" ") if (name := _table_in(word, dropped))), None
        ),
    )


def _renamed(word: str, texts: Mapping[str, str]) -> str:
    """Put a table's name of now into `table` or `table.column`."""
    table = _table_in(word, texts)
    return word if table is None else texts[table] + word[len(table) :]


def _table_in(word: str, tables: Iterable[str]) -> str | None:
    return next((name for name in tables if word == name or word.startswith(f"{name}.")), None)
