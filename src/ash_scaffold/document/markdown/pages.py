"""The document's blocks, in the order of the template that teams begin from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ash_scaffold.document.columns import note_of
from ash_scaffold.document.markdown import lines, mermaid
from ash_scaffold.document.markdown.blocks import Block
from ash_scaffold.document.markdown.escape import table_key
from ash_scaffold.document.markdown.layout import Layout, domain_anchor, table_anchor, title
from ash_scaffold.document.markdown.merge import ARCHIVED, Heading, Page, Part
from ash_scaffold.document.markdown.templates import render
from ash_scaffold.document.model import Document, Domain, ProposalKind, Table
from ash_scaffold.document.reasons import reasons

# The kinds of blocks that a table has; the id of each is the kind and the table's key.
TABLE_KINDS = {
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


def table_id(kind: str, table: Table) -> str:
    """Return the id of a table's block."""
    return f"{kind}.{table_key(table.name)}"


def pages(document: Document, layout: Layout) -> tuple[Page, ...]:
    """Return the files of the document, the first one first."""
    return _Pages(document, layout).all()


def archived_heading() -> Heading:
    """Return how the part *Archived* begins, and each of its own."""

    def of(name: str) -> str:
        kind, _, rest = name.partition(".")
        part = TABLE_KINDS.get(kind, kind)
        return render("archived_part", name=rest or kind, part=part if rest else "")

    return Heading(section=Block(id=ARCHIVED, head=render("archived")), of=of)


class _Pages:
    def __init__(self, document: Document, layout: Layout) -> None:
        self._document = document
        self._layout = layout
        self._tables = {table.name: table for table in document.tables}

    def all(self) -> tuple[Page, ...]:
        found = [Page(path=self._layout.index, top=render("top"), parts=tuple(self._index()))]
        if self._layout.split:
            for domain in self._document.domains:
                found += self._domain_pages(domain)
        return tuple(found)

    def _index(self) -> Iterator[Part]:
        document, page, split = self._document, self._layout.index, self._layout.split
        yield Part(
            block=Block(
                id="overview",
                head=render("overview", overview=document.overview, progress=document.progress),
                words={"version": document.overview.version or ""},
            ),
            text=render("description"),
        )
        drawn = mermaid.overview(document)
        if drawn.pictures:
            text = render("pictures", pictures=drawn, heading=True)
            yield Part(block=Block(id="diagram", head=text))
        groups = [self._group(domain, page) for domain in document.domains]
        yield _whole("tables", render("tables", groups=groups))
        if not split:
            for domain in document.domains:
                yield self._domain(domain, page)
                for table in self._of(domain):
                    yield from self._table(table, page, level=4)
        yield from self._relationships()
        yield from self._strategy(page)
        text = self._mappings(groups if split else (), document.tables)
        yield _whole("mappings", text)
        if not split:
            yield from map(self._mapping, document.tables)
        yield _whole("notes", render("notes"))

    def _group(self, domain: Domain, page: str) -> dict[str, object]:
        to = self._layout.to_domain(domain, page)
        tables = [self._layout.to_table(name, page) for name in domain.tables]
        return {"title": to.title, "link": to.link, "tables": tables}

    def _of(self, domain: Domain) -> Iterable[Table]:
        return (self._tables[name] for name in domain.tables)

    def _domain_pages(self, domain: Domain) -> Iterator[Page]:
        """Give a domain's page, and those of its tables when they have their own."""
        page = self._layout.domain_page(domain)
        parts = [self._domain(domain, page)]
        here = [t for t in self._of(domain) if self._layout.table_page(t.name) == page]
        for table in here:
            parts += self._table(table, page, level=2)
        if here:
            text = self._mappings((), here)
            parts.append(_whole(f"mappings.{domain.module or 'none'}", text))
            parts += map(self._mapping, here)
        yield Page(path=page, top="", parts=tuple(parts))
        for table in self._of(domain):
            own = self._layout.table_page(table.name)
            if own != page:
                found = [*self._table(table, own, level=1, up=domain), self._mapping(table)]
                yield Page(path=own, top="", parts=tuple(found))

    def _domain(self, domain: Domain, page: str) -> Part:
        layout = self._layout
        drawn = mermaid.of_domain(self._document, domain.tables)
        alone = any(layout.table_page(name) != page for name in domain.tables)
        text = render(
            "domain",
            domain=domain,
            title=title(domain),
            anchor=domain_anchor(domain),
            level=1 if layout.split else 3,
            up=layout.to_index(page) if layout.split else None,
            said=lines.statuses(domain.progress),
            links=[layout.to_table(name, page) for name in domain.tables] if alone else (),
            pictures=drawn,
            heading=False,
        )
        return _whole(f"domain.{domain.module or 'none'}", text)

    def _table(
        self, table: Table, page: str, *, level: int, up: Domain | None = None
    ) -> Iterator[Part]:
        text = render(
            "table",
            table=table,
            anchor=table_anchor(table.name),
            level=level,
            up=self._layout.to_domain(up, page) if up is not None else None,
        )
        words = {"shape": table.shape}
        yield Part(block=Block(id=table_id("table", table), head=text, words=words))
        yield _whole(table_id("definition", table), render("definition", table=table))
        if table.indexes:
            yield _list(table_id("indexes", table), "indexes", map(lines.index, table.indexes))
        yield _list(table_id("used-by", table), "used_by", lines.users(table))

    def _relationships(self) -> Iterator[Part]:
        rows = map(lines.relationship, self._document.links)
        yield _list("relationships", "relationships", rows, names_tables=True)

    def _strategy(self, page: str) -> Iterator[Part]:
        document = self._document
        text = render(
            "strategy",
            overview=document.overview,
            domains=document.domains,
            progress=document.progress,
        )
        yield _whole("strategy", text)
        rows = (
            lines.shared(table, self._layout.to_table(table, page).link)
            for table in document.tables
        )
        yield _list("shared-tables", "shared_tables", rows, names_tables=True)
        yield _whole("schema-changes", render("schema_changes"))
        for kind, heading in _CHANGES.items():
            rows = (lines.proposal(each) for each in document.proposals if each.kind is kind)
            name = f"changes.{kind.value.replace(' ', '-')}"
            yield _list(name, "change_list", rows, names_tables=True, title=heading)

    def _mappings(self, groups: Iterable[object], tables: Iterable[Table]) -> str:
        return render(
            "mappings",
            groups=groups,
            reasons=[lines.reason(*each) for each in reasons(tables)],
            unmapped=any(not table.resources for table in tables),
        )

    def _mapping(self, table: Table) -> Part:
        resource = next(iter(table.resources), None)
        return _list(
            table_id("mapping", table),
            "mapping",
            map(lines.mapping, table.columns),
            table=table,
            resource=resource,
            remarks=[note_of(each) for each in table.problems if each.where == str(table.name)],
        )


def _whole(name: str, text: str) -> Part:
    return Part(block=Block(id=name, head=text))


def _list(
    name: str,
    template: str,
    rows: Iterable[str],
    /,
    *,
    names_tables: bool = False,
    **values: object,
) -> Part:
    found = tuple(rows)
    head = render(template, rows=found, **values)
    if not found:
        head = f"{head.rstrip()}\n"
    return Part(block=Block(id=name, head=head, rows=found, names_tables=names_tables))
