"""The document as Markdown files: what is generated, merged with people's text.

The templates hold the words and the layout; counts, links and the lines of lists and tables are
made here.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.counted import counted
from ash_scaffold.document.markdown import mermaid
from ash_scaffold.document.markdown.blocks import Block, OldPage, digest, parse_page
from ash_scaffold.document.markdown.escape import code, code_cell, fence, plain, prose, table_key
from ash_scaffold.document.markdown.merge import (
    ARCHIVED,
    Heading,
    MergedPages,
    Names,
    Page,
    Part,
    merge,
)
from ash_scaffold.document.model import (
    Column,
    Document,
    Domain,
    Index,
    Link,
    Progress,
    Proposal,
    ProposalKind,
    Slice,
    Status,
    Table,
    group_reasons,
)
from ash_scaffold.packaged import data_path
from ash_scaffold.postgres.catalog import Name

if TYPE_CHECKING:
    from jinja2 import Template

_NO_DOMAIN = "In no domain"
# A page of more tables than these is too long to read: each table gets its own.
_TABLES_ON_A_PAGE = 60
# The kinds of blocks that a table has; the id of each is the kind and the table's key.
_TABLE_BLOCKS = {
    "table": "",
    "definition": "",
    "indexes": "indexes",
    "used-by": "used by",
    "mapping": "mapping",
}
_CHANGES = {
    ProposalKind.COLUMN_NEEDED: "Columns That Ash Needs",
    ProposalKind.COLUMN_DEPRECATED: "Columns That Are Deprecated",
    ProposalKind.INDEX: "Indexes for Ash's Queries",
}
# Constraints that every string has; the text above the mapping names them.
_EVERY_STRING = re.compile(r",? ?trim\?: false, allow_empty\?: true")
_EMPTY_ITEMS = re.compile(r",? ?items: \[\]")
_RISK = "beware: "
_STATUS_WORDS = {Status.NEITHER: "in no code that can be seen"}


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

    `files` are the texts of the existing ones. `split` is None for the present layout.
    `keep_version` keeps the PostgreSQL version that the files name. `renamed` has the old names
    of tables by the new ones, where other sources have them; beyond that a removed table and a
    new one of the same shape are one if they are each other's only candidate, unless the new one
    is `fresh`. Raises `ScaffoldError` (`edited-file`) where the marks in a file are damaged.
    """
    old = [parse_page(path, files[path]) for path in sorted(files, key=lambda p: (p != index, p))]
    names = _names(document, old, renamed or {}, fresh)
    version = _version(old)
    if version and (keep_version or document.overview.version is None):
        overview = msgspec.structs.replace(document.overview, version=version)
        document = msgspec.structs.replace(document, overview=overview)
    if split is None:
        split = any(page.path != index and page.segments for page in old)
    pages = _Pages(document, _Layout(document, index, split=split)).all()
    return merge(pages, old, names, _archived_heading())


# ---- tables that were renamed or dropped ----


def _version(old: Iterable[OldPage]) -> str:
    """Return the PostgreSQL version that the files name, empty when they name none."""
    blocks = (segment.block for page in old for segment in page.segments)
    return next((b.words.get("version", "") for b in blocks if b.id == "overview"), "")


def _names(
    document: Document,
    old: Iterable[OldPage],
    renamed: Mapping[Name, Name],
    fresh: frozenset[Name],
) -> Names:
    """Find the tables of the files that were renamed or dropped."""
    before = {
        segment.block.id.removeprefix("table."): segment.block.words.get("shape", "")
        for page in old
        for segment in page.segments
        if segment.block.id.startswith("table.")
    }
    now = {table_key(table.name): table for table in document.tables}
    removed = [name for name in before if name not in now]
    added = {name: table for name, table in now.items() if name not in before}
    became: dict[str, str] = {}
    for name, table in added.items():
        former = renamed.get(table.name)
        if former is not None and table_key(former) in removed:
            became[table_key(former)] = name
    by_shape: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for name in removed:
        if name not in became:
            by_shape[before[name]][0].append(name)
    for name, table in added.items():
        if name not in became.values() and table.name not in fresh:
            by_shape[table.shape][1].append(name)
    for olds, news in by_shape.values():
        if len(olds) == 1 and len(news) == 1:
            became[olds[0]] = news[0]
    texts = {name: str(now[after].name) for name, after in became.items()}
    dropped = {name for name in removed if name not in became}
    return Names(
        ids={f"{kind}.{a}": f"{kind}.{b}" for a, b in became.items() for kind in _TABLE_BLOCKS},
        renamed=lambda text: " ".join(_renamed(word, texts) for word in text.split(" ")),
        dropped=lambda text: next(
            (name for word in text.split(" ") if (name := _table_in(word, dropped))), None
        ),
    )


def _renamed(word: str, texts: Mapping[str, str]) -> str:
    """Put a table's present name into `table` or `table.column`."""
    table = _table_in(word, texts)
    return word if table is None else texts[table] + word[len(table) :]


def _table_in(word: str, tables: Iterable[str]) -> str | None:
    return next((name for name in tables if word == name or word.startswith(f"{name}.")), None)


# ---- files, headings and links ----


class _Target(msgspec.Struct, frozen=True, kw_only=True):
    """A link: its title, and where it leads from the page that it is for."""

    title: str
    path: str

    def __str__(self) -> str:
        return f"[{plain(self.title)}]({self.path})"


class _Layout:
    """Where the parts of one document are: `index` is its first file, `split` means by domain."""

    def __init__(self, document: Document, index: str, *, split: bool) -> None:
        self.index = index
        self.split = split
        self._pages: dict[str | None, str] = {}
        self._tables: dict[Name, str] = {}
        folder = index.removesuffix(".md")
        names = _file_names([domain.module for domain in document.domains])
        for domain in document.domains:
            page = f"{folder}/{names[domain.module]}.md" if split else index
            self._pages[domain.module] = page
            alone = split and len(domain.tables) > _TABLES_ON_A_PAGE
            for name in domain.tables:
                own = f"{page.removesuffix('.md')}/{table_key(name)}.md"
                self._tables[name] = own if alone else page

    def domain_page(self, domain: Domain) -> str:
        """Return the path of a domain's file."""
        return self._pages[domain.module]

    def table_page(self, table: Name) -> str:
        """Return the path of the file that a table is in."""
        return self._tables[table]

    def to_domain(self, domain: Domain, page: str) -> _Target:
        """Link to a domain from a page."""
        path = _relative(page, self.domain_page(domain), _domain_anchor(domain))
        return _Target(title=_title(domain), path=path)

    def to_table(self, name: Name, page: str) -> _Target:
        """Link to a table from a page."""
        path = _relative(page, self.table_page(name), _table_anchor(name))
        return _Target(title=str(name), path=path)

    def to_index(self, page: str) -> _Target:
        """Link to the first file from a page."""
        return _Target(title="Current Database Schema", path=_relative(page, self.index, ""))


def _title(domain: Domain) -> str:
    return domain.module or _NO_DOMAIN


def _domain_anchor(domain: Domain) -> str:
    return f"domain-{domain.module or 'none'}"


def _table_anchor(name: Name) -> str:
    return f"table-{table_key(name)}"


def _file_names(modules: list[str | None]) -> Mapping[str | None, str]:
    words = {module: re.sub(r"\W+", "_", module or "no_domain").lower() for module in modules}
    count = Counter(words.values())
    return {
        module: name if count[name] == 1 else f"{name}_{digest(module or '', 8)}"
        for module, name in words.items()
    }


def _relative(page: str, target: str, anchor: str) -> str:
    path = "" if page == target else posixpath.relpath(target, posixpath.dirname(page))
    return f"{path}#{anchor}" if anchor else path


# ---- the generated blocks ----


def _archived_heading() -> Heading:
    """Return the heading of the part *Archived*, and that of each block in it."""

    def of(name: str) -> str:
        kind, _, table = name.partition(".")
        part = _TABLE_BLOCKS.get(kind, kind) if table else ""
        title = plain(table or kind) + (f": {part}" if part else "")
        return _render("document", "archived_part", title=title)

    section = Block(id=ARCHIVED, head=_render("document", "archived"))
    return Heading(section=section, of=of)


class _Pages:
    """The document's files and their blocks, in the order of the template that teams begin from."""

    def __init__(self, document: Document, layout: _Layout) -> None:
        self._document = document
        self._layout = layout
        self._tables = {table.name: table for table in document.tables}

    def all(self) -> tuple[Page, ...]:
        """Return the files, the first one first."""
        top = _render("document", "top")
        found = [Page(path=self._layout.index, top=top, parts=tuple(self._index()))]
        if self._layout.split:
            for domain in self._document.domains:
                found += self._domain_pages(domain)
        return tuple(found)

    def _index(self) -> Iterator[Part]:
        document, page, split = self._document, self._layout.index, self._layout.split
        yield Part(
            block=Block(
                id="overview",
                head=_render("document", "overview", facts=_facts(document)),
                words={"version": document.overview.version or ""},
            ),
            text=_render("document", "description"),
        )
        drawn = mermaid.overview(document)
        if drawn.pictures:
            yield _whole("diagram", _render("document", "diagram", pictures=_pictures(drawn)))
        domains = [
            {
                "link": self._layout.to_domain(domain, page),
                "tables": [self._layout.to_table(name, page) for name in domain.tables],
            }
            for domain in document.domains
        ]
        yield _whole("tables", _render("document", "tables", domains=domains))
        if not split:
            for domain in document.domains:
                yield self._domain(domain, page)
                for table in self._of(domain):
                    yield from self._table(table, page, level=4)
        rows = map(_relationship_row, document.links)
        yield _list("relationships", "document", "relationships", rows, names_tables=True)
        yield from self._strategy(page)
        links = [domain["link"] for domain in domains] if split else []
        yield _whole("mappings", self._mappings(links, document.tables))
        if not split:
            yield from map(_mapping, document.tables)
        yield _whole("notes", _render("document", "notes"))

    def _of(self, domain: Domain) -> Iterable[Table]:
        return (self._tables[name] for name in domain.tables)

    def _domain_pages(self, domain: Domain) -> Iterator[Page]:
        """Yield a domain's page, and those of its tables when they have their own."""
        page = self._layout.domain_page(domain)
        parts = [self._domain(domain, page)]
        here = [t for t in self._of(domain) if self._layout.table_page(t.name) == page]
        for table in here:
            parts += self._table(table, page, level=2)
        if here:
            parts.append(_whole(f"mappings.{domain.module or 'none'}", self._mappings((), here)))
            parts += map(_mapping, here)
        yield Page(path=page, top="", parts=tuple(parts))
        for table in self._of(domain):
            own = self._layout.table_page(table.name)
            if own != page:
                found = [*self._table(table, own, level=1, parent=domain), _mapping(table)]
                yield Page(path=own, top="", parts=tuple(found))

    def _domain(self, domain: Domain, page: str) -> Part:
        layout = self._layout
        alone = any(layout.table_page(name) != page for name in domain.tables)
        text = _render(
            "document",
            "domain",
            title=_title(domain),
            anchor=_domain_anchor(domain),
            marks="#" if layout.split else "###",
            parent=layout.to_index(page) if layout.split else None,
            summary=f"{counted(len(domain.tables), 'table')}: {_statuses(domain.progress)}",
            links=[layout.to_table(name, page) for name in domain.tables] if alone else (),
            pictures=_pictures(mermaid.of_domain(self._document, domain.tables)),
        )
        return _whole(f"domain.{domain.module or 'none'}", text)

    def _table(
        self, table: Table, page: str, *, level: int, parent: Domain | None = None
    ) -> Iterator[Part]:
        text = _render(
            "table",
            "table",
            table=table,
            anchor=_table_anchor(table.name),
            marks="#" * level,
            parent=self._layout.to_domain(parent, page) if parent is not None else None,
        )
        words = {"shape": table.shape}
        yield Part(block=Block(id=_table_id("table", table), head=text, words=words))
        definition = _render("table", "definition", table=table)
        yield _whole(_table_id("definition", table), definition)
        if table.indexes:
            rows = map(_index_row, table.indexes)
            yield _list(_table_id("indexes", table), "table", "indexes", rows)
        yield _list(_table_id("used-by", table), "table", "used_by", _user_rows(table))

    def _strategy(self, page: str) -> Iterator[Part]:
        document = self._document
        progress = [(plain(_title(domain)), domain.progress) for domain in document.domains]
        text = _render(
            "document",
            "strategy",
            overview=document.overview,
            rows=[*progress, ("**All**", document.progress)],
            owned=document.progress.owned,
        )
        yield _whole("strategy", text)
        carrying = any(table.changesets for table in document.tables)
        rows = (
            _shared_row(table, self._layout.to_table(table.name, page).path, carrying=carrying)
            for table in document.tables
        )
        yield _list(
            "shared-tables",
            "document",
            "shared_tables",
            rows,
            names_tables=True,
            carrying=carrying,
        )
        if document.slices:
            drawn = _slices_picture(document.slices)
            yield _whole("plan", _render("document", "plan", picture=drawn))
            lines = map(_slice_row, document.slices)
            yield _list("plan-slices", "document", "slices", lines, names_tables=True)
        yield _whole("schema-changes", _render("document", "schema_changes"))
        for kind, title in _CHANGES.items():
            rows = (_proposal_row(each) for each in document.proposals if each.kind is kind)
            name = f"changes.{kind.value.replace(' ', '-')}"
            yield _list(name, "document", "changes", rows, names_tables=True, title=title)

    def _mappings(self, links: Sequence[object], tables: Iterable[Table]) -> str:
        shown = list(tables)
        reasons = group_reasons(
            (self._document.reasons[column.reason].why, column.type)
            for table in shown
            for column in table.columns
            if column.reason is not None
        )
        return _render(
            "document",
            "mappings",
            links=links,
            reasons=[f"{', '.join(map(code, each.types))}: {prose(each.why)}" for each in reasons],
            unmapped=any(not table.resources for table in shown),
        )


def _table_id(kind: str, table: Table) -> str:
    return f"{kind}.{table_key(table.name)}"


def _whole(name: str, text: str) -> Part:
    return Part(block=Block(id=name, head=text))


def _list(
    name: str,
    template: str,
    block: str,
    rows: Iterable[str],
    /,
    *,
    names_tables: bool = False,
    **values: object,
) -> Part:
    found = tuple(rows)
    head = _render(template, block, rows=found, **values)
    if not found:
        head = f"{head.rstrip()}\n"
    return Part(block=Block(id=name, head=head, rows=found, names_tables=names_tables))


def _mapping(table: Table) -> Part:
    title = plain(str(table.name))
    if table.resources:
        resource = table.resources[0]
        title += f" → {plain(resource.module)}{'' if resource.path else ' (planned)'}"
    return _list(
        _table_id("mapping", table),
        "table",
        "mapping",
        map(_column_row, table.columns),
        title=title,
        remarks=[*filter(None, (table.tenancy,)), *table.remarks],
    )


def _pictures(drawn: mermaid.Pictures) -> str:
    """Return the diagrams without a newline at their end, empty when there are none."""
    if not drawn.pictures:
        return ""
    not_drawn = ""
    if drawn.left:
        verb, whose = ("is", "its") if drawn.left == 1 else ("are", "their")
        tables = counted(drawn.left, "more table")
        not_drawn = f"{tables} {verb} not drawn: {whose} keys are listed under *Relationships*."
    text = _render("document", "pictures", pictures=drawn.pictures, not_drawn=not_drawn)
    return text.removesuffix("\n")


# ---- the lines of lists and tables ----


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _facts(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the rows of the overview's table: a label and its Markdown."""
    overview, progress = document.overview, document.progress
    yield "Database", f"PostgreSQL {overview.version}" if overview.version else "PostgreSQL"
    made = f"those of {counted(progress.owned, 'table')}" if progress.owned else "none"
    migrations = f"{overview.migrations} migrations of the legacy code; Ash makes {made}"
    yield "Schema changes", migrations
    yield "Repo", code_cell(overview.repo)
    views = f", and {counted(overview.views, 'view')}" if overview.views else ""
    yield "Tables", f"{overview.tables}{views}"
    yield "Relationships", counted(overview.relationships, "foreign key")
    if len(overview.schemas) > 1:
        yield "PostgreSQL schemas", ", ".join(map(code_cell, overview.schemas))
    if overview.tenancy:
        yield "Tenants", plain(overview.tenancy)
    if overview.extensions:
        yield "Extensions", ", ".join(map(code_cell, overview.extensions))
    alone = f"{progress.ash_only} {_is(progress.ash_only)} used by Ash alone"
    owned = f", {progress.owned} {_is(progress.owned)} owned by Ash" if progress.owned else ""
    moved = f"{progress.with_resource} of {progress.total} tables have a resource, {alone}{owned}"
    yield "Moved to Ash", moved
    if overview.left_out:
        yield "Left out", ", ".join(code_cell(str(name)) for name in overview.left_out)
    if overview.other_schemas:
        others = (f"{code_cell(n)} ({counted(c, 'relation')})" for n, c in overview.other_schemas)
        yield "Not read", ", ".join(others)


def _statuses(progress: Progress) -> str:
    """Return how many tables have each status, without those that no table has."""
    counts = (
        (progress.legacy_only, Status.LEGACY_ONLY),
        (progress.shared, Status.SHARED),
        (progress.ash_only, Status.ASH_ONLY),
        (progress.owned, Status.OWNED),
        (progress.neither, Status.NEITHER),
    )
    return ", ".join(
        f"{count} {_STATUS_WORDS.get(status, status.value)}" for count, status in counts if count
    )


def _user_rows(table: Table) -> Iterator[str]:
    """Yield the users of a table: the old code, then the resources."""
    listed = {use.module for use in table.uses}
    for use in table.uses:
        kind = "schema that refers to it" if use.kind == "schema" else use.kind
        kind = "Ecto schema" if use.is_own_schema else kind
        yield f"- {code(use.module)}: {kind}"
    for context in table.contexts:
        if context not in listed:
            yield f"- {code(context)}: context"
    for resource in table.resources:
        domain = f" of {code(resource.domain)}" if resource.domain else ""
        planned = "" if resource.path else ", not written yet"
        yield f"- {code(resource.module)}: Ash resource{domain}{planned}"


def _index_row(index: Index) -> str:
    partial = ", partial" if index.partial else ""
    return f"- {code(index.name)}: {index.kind}{partial}, {code(index.definition)}"


def _relationship_row(link: Link) -> str:
    """Write one relationship: `users 1--* posts`."""
    text = f"{link.source} {link.cardinality.value} {link.target}"
    if link.through is not None:
        return f"- {code(f'{text} via {link.through}')}"
    columns = ", ".join(map(code, link.columns))
    itself = ", self-reference" if link.is_self_reference else ""
    return f"- {code(text)} by {columns}{itself}{', optional' if link.optional else ''}"


def _shared_row(table: Table, path: str, *, carrying: bool) -> str:
    """Write the row of a table in the matrix of old and new code, with its changesets."""
    schemas = ", ".join(code_cell(use.module) for use in table.schemas)
    resources = ", ".join(
        code_cell(resource.module) + ("" if resource.path else " (planned)")
        for resource in table.resources
    )
    name = code_cell(str(table.name))
    cells = [f"[{name}]({path})", schemas or "–", resources or "–"]
    if carrying and not table.changesets:
        cells += ("–", "–", "–")
    elif carrying:
        left = table.changesets - table.carried_over
        cells += map(str, (table.changesets, table.carried_over, left))
    # People write remarks behind the last cell.
    return f"| {' | '.join(cells)} | {table.status.value} |"


def _slices_picture(slices: Sequence[Slice]) -> str:
    """Draw the slices and what they refer to, "" where there is nothing to draw or too much."""
    if len(slices) > mermaid.OVERVIEW_LIMIT or not any(each.needs for each in slices):
        return ""
    return mermaid.slices(slices)


def _slice_row(each: Slice) -> str:
    """Write the line of a slice, known by its leading table."""
    rest = [code(str(name)) for name in each.tables if name != each.name]
    text = code(str(each.name)) + (f" with {', '.join(rest)}" if rest else "")
    if each.domains:
        text += f" ({', '.join(map(code, each.domains))})"
    if each.needs:
        text += f", after {', '.join(code(str(name)) for name in each.needs)}"
    return f"- [ ] {text}: {each.state}"


def _proposal_row(proposal: Proposal) -> str:
    """Write a line of the check list."""
    columns = ", ".join(proposal.columns)
    what = f"{proposal.table}.{columns}" if len(proposal.columns) == 1 else str(proposal.table)
    if len(proposal.columns) > 1:
        what += f" ({columns})"
    return f"- [ ] {code(what)}: {plain(proposal.why)}"


def _column_row(column: Column) -> str:
    """Write the row of a column in the mapping."""
    attribute = code_cell(column.attribute) if column.attribute is not None else "–"
    shown = [note for note in column.notes if not note.startswith(_RISK)]
    words = "; ".join(plain(note) for note in shown if not note.endswith("."))
    sentences = [plain(note) for note in shown if note.endswith(".")]
    notes = " ".join([f"{words}." if words and sentences else words, *sentences]).strip()
    cells = (code_cell(column.name), code_cell(column.type), attribute, _ash_type(column), notes)
    return f"| {' | '.join(cells)} |"


def _ash_type(column: Column) -> str:
    if column.ash_type is None:
        return "–"
    constraints = _EMPTY_ITEMS.sub("", _EVERY_STRING.sub("", column.constraints))
    constraints = constraints.removeprefix(", ")
    text = f"{column.ash_type}, {constraints}" if constraints else column.ash_type
    return code_cell(text)


# ---- templates ----


def _render(template: str, block: str, /, **values: object) -> str:
    """Render a block of `<template>.md.j2`, to end in a newline."""
    found = _template(template)
    return "".join(found.blocks[block](found.new_context(values)))


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(data_path("templates") / "document"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters.update(plain=plain, code=code, fence=fence)
    return environment.get_template(f"{name}.md.j2")
