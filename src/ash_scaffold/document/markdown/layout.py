"""Which file holds what, and how they refer to each other."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping

import msgspec

from ash_scaffold.document.markdown.blocks import digest
from ash_scaffold.document.markdown.escape import table_key
from ash_scaffold.document.model import Document, Domain, Table
from ash_scaffold.postgres.catalog import Name

NO_DOMAIN = "In no domain"
# A page of more tables than these is one nobody reads: each gets its own.
TABLES_ON_A_PAGE = 60


class To(msgspec.Struct, frozen=True, kw_only=True):
    """A link: its text, and where it leads from the page that it is for."""

    title: str
    link: str


class Layout:
    """Where the parts of one document are: `index` is its first file, `split` says by domain."""

    def __init__(self, document: Document, index: str, *, split: bool) -> None:
        self.index = index
        self.folder = index.removesuffix(".md")
        self.split = split
        self._pages: dict[str | None, str] = {}
        self._tables: dict[Name, str] = {}
        names = _file_names([domain.module for domain in document.domains])
        for domain in document.domains:
            page = f"{self.folder}/{names[domain.module]}.md" if split else index
            self._pages[domain.module] = page
            alone = split and len(domain.tables) > TABLES_ON_A_PAGE
            for name in domain.tables:
                own = f"{page.removesuffix('.md')}/{table_key(name)}.md"
                self._tables[name] = own if alone else page

    def domain_page(self, domain: Domain) -> str:
        """Return the path of a domain's file."""
        return self._pages[domain.module]

    def table_page(self, table: Name) -> str:
        """Return the path of the file that a table is in."""
        return self._tables[table]

    def to_domain(self, domain: Domain, page: str) -> To:
        """Link to a domain from a page."""
        target = self.domain_page(domain)
        return To(title=title(domain), link=_link(page, target, domain_anchor(domain)))

    def to_table(self, table: Table | Name, page: str) -> To:
        """Link to a table from a page."""
        name = table if isinstance(table, Name) else table.name
        link = _link(page, self.table_page(name), table_anchor(name))
        return To(title=str(name), link=link)

    def to_index(self, page: str) -> To:
        """Link to the first file from a page."""
        return To(title="Current Database Schema", link=_link(page, self.index, ""))


def title(domain: Domain) -> str:
    """Return what a domain is called."""
    return domain.module or NO_DOMAIN


def domain_anchor(domain: Domain) -> str:
    """Return the id of a domain's heading."""
    return f"domain-{domain.module or 'none'}"


def table_anchor(name: Name) -> str:
    """Return the id of a table's heading."""
    return f"table-{table_key(name)}"


def _file_names(modules: list[str | None]) -> Mapping[str | None, str]:
    plain = {module: re.sub(r"\W+", "_", module or "no_domain").lower() for module in modules}
    count = Counter(plain.values())
    return {
        module: name if count[name] == 1 else f"{name}_{digest(module or '', 8)}"
        for module, name in plain.items()
    }


def _link(page: str, target: str, anchor: str) -> str:
    path = "" if page == target else posixpath.relpath(target, posixpath.dirname(page))
    return f"{path}#{anchor}" if anchor else path
