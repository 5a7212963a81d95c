"""Small documents without a database, for tests of how they are written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ash_scaffold.document.markdown.render import render_markdown
from ash_scaffold.document.model import (
    Cardinality,
    Column,
    Document,
    Domain,
    Index,
    KeyMark,
    Link,
    Overview,
    Progress,
    Proposal,
    Resource,
    Status,
    Table,
    Use,
)
from ash_scaffold.postgres.catalog import Name

INDEX = "docs/database_schema.md"


def table(
    name: str | Name,
    *columns: str,
    domain: str | None = "App.Core",
    uses: Iterable[str] = (),
    comment: str | None = None,
    note: str = "",
    shape: str | None = None,
) -> Table:
    """Make a table of text columns; those that end in `_id` are foreign keys.

    Its shape is that of its columns, unless it is given.
    """
    full = name if isinstance(name, Name) else Name("public", name)
    found = tuple(
        Column(
            name=column,
            type="text",
            nullable=True,
            marks=(KeyMark.FOREIGN,) if column.endswith("_id") else (),
            attribute=column,
            ash_type=":string",
            notes=(note,) if note else (),
        )
        for column in columns
    )
    used = tuple(
        Use(module=module, kind="context", path="lib/a.ex", line=1, via=("from",))
        for module in uses
    )
    module = "App.Core." + full.name.title().replace("_", "")
    return Table(
        name=full,
        kind="table",
        comment=comment,
        domain=domain,
        columns=found,
        create=f"CREATE TABLE {full} ({', '.join(columns)});\n".replace("\n", " ").strip() + "\n",
        indexes=(Index(name="some_index", kind="index", definition=f"btree ({columns[0]})"),)
        if columns
        else (),
        uses=used,
        resources=(Resource(module=module, domain=domain, path="lib/x.ex"),) if domain else (),
        status=Status.SHARED if used and domain else Status.NEITHER,
        shape=hashlib.sha256(repr(columns).encode()).hexdigest()[:12] if shape is None else shape,
    )


def link(source: str, target: str, column: str) -> Link:
    """Make a one-to-many relationship between two tables of `public`."""
    return Link(
        cardinality=Cardinality.ONE_TO_MANY,
        source=Name("public", source),
        target=Name("public", target),
        columns=(column,),
    )


def document(
    *tables: Table, links: Iterable[Link] = (), proposals: Iterable[Proposal] = ()
) -> Document:
    """Make a document of tables, their domains among them."""
    modules = sorted({t.domain for t in tables}, key=lambda module: (module is None, module or ""))
    return Document(
        overview=Overview(
            application="app",
            repo="App.Repo",
            version="16",
            migrations="Ecto",
            schemas=("public",),
            extensions=(),
            tables=len(tables),
            views=0,
            relationships=0,
        ),
        domains=tuple(
            Domain(
                module=module,
                tables=tuple(t.name for t in tables if t.domain == module),
                progress=Progress(shared=sum(t.domain == module for t in tables)),
            )
            for module in modules
        ),
        tables=tables,
        links=tuple(links),
        proposals=tuple(proposals),
        problems=(),
        progress=Progress(shared=len(tables)),
    )


def fresh(found: Document) -> str:
    """Render a document into one file of which there is nothing yet."""
    text = render_markdown(found, INDEX, {}).files[INDEX]
    assert text is not None
    return text


def again(found: Document, text: str) -> str:
    """Render a document into the one file that there is, which has nothing to complain of."""
    merged = render_markdown(found, INDEX, {INDEX: text})
    assert merged.problems == ()
    result = merged.files[INDEX]
    assert result is not None
    return result
