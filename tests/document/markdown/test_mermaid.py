"""The entity diagrams, held to Mermaid's own parser."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.document.documents import document, fresh, link, table
from tests.document.markdown.test_hostile import HOSTILE

from ash_scaffold.document.markdown import mermaid
from ash_scaffold.document.model import Cardinality, Document, Link, Slice
from ash_scaffold.packaged import data_path
from ash_scaffold.postgres.catalog import Name

PARSER = Path(__file__).parents[1] / "support" / "parse_mermaid.mjs"
# Where continuous integration installs the npm packages `mermaid` and `jsdom`.
FOLDER = Path(os.environ.get("ASH_SCAFFOLD_MERMAID", "/var/tmp/ash-scaffold-mermaid"))
needs_parser = pytest.mark.skipif(
    shutil.which("node") is None or not (FOLDER / "node_modules" / "mermaid").is_dir(),
    reason=f"Mermaid's parser needs node, and `npm install --prefix {FOLDER} mermaid jsdom`",
)
WORDS = (
    "title direction accTitle accDescr style class classDef erDiagram one many only zero to end "
    "optionally u o subgraph TB LR click default as id entity note"
).split()


def complaints(texts: list[str]) -> list[str]:
    """Return what Mermaid says against the diagrams."""
    done = subprocess.run(
        ["node", str(PARSER), str(FOLDER)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [
        f"{said}\n{text}" for text, said in zip(texts, json.loads(done.stdout), strict=True) if said
    ]


def diagrams(markdown: str) -> list[str]:
    """Return the diagrams of a document."""
    parts = markdown.split("```mermaid\n")[1:]
    return [part.partition("\n```\n")[0] for part in parts]


def chain(count: int, *, domains: int = 1) -> Document:
    """A table that all others refer to, and a chain of those, in so many domains."""
    names = [f"t{number:03}" for number in range(count)]
    tables = [
        table(name, "id", "t_id", domain=f"App.D{number % domains}")
        for number, name in enumerate(names)
    ]
    links = [link("t000", name, "t_id") for name in names[1:]]
    links += [link(a, b, "next_id") for a, b in itertools.pairwise(names[1:])]
    return document(*tables, links=links)


def test_a_diagram_has_tables_keys_and_links() -> None:
    links = [
        link("users", "posts", "author_id"),
        Link(
            cardinality=Cardinality.ONE_TO_ONE,
            source=Name("public", "users"),
            target=Name("public", "Odd one"),
            columns=("user_id",),
            optional=True,
        ),
        Link(
            cardinality=Cardinality.MANY_TO_MANY,
            source=Name("public", "posts"),
            target=Name("public", "posts"),
            through=Name("public", "related"),
            columns=("a_id", "b_id"),
        ),
    ]
    tables = [table("Odd one", "user_id"), table("posts", "id", "author_id"), table("users", "id")]

    assert mermaid.diagram(tables, links, own={each.name for each in tables}) == (
        "erDiagram\n"
        '    T1_Odd_one["Odd one"] {\n'
        "        text user_id FK\n"
        "    }\n"
        "    posts {\n"
        "        text author_id FK\n"
        "    }\n"
        "    users\n"
        '    users ||--o{ posts : "author_id"\n'
        '    users |o--o| T1_Odd_one : "user_id"\n'
        '    posts }o--o{ posts : "related"'
    )


def test_few_tables_are_one_picture_and_many_are_neighbourhoods() -> None:
    few, many = chain(mermaid.OVERVIEW_LIMIT), chain(mermaid.OVERVIEW_LIMIT + 1, domains=2)

    assert [picture.title for picture in mermaid.overview(few).pictures] == [None]
    found = mermaid.overview(many)
    assert found.pictures[0].title == Name("public", "t000")
    assert 1 < len(found.pictures) <= mermaid.MOST_PICTURES
    assert all(
        picture.text.count("\n    t") - picture.text.count("--") <= mermaid.NEIGHBOURHOOD + 1
        for picture in found.pictures
    )


def test_what_no_picture_shows_is_counted() -> None:
    count = 400
    found = mermaid.of_domain(chain(count), {Name("public", f"t{n:03}") for n in range(count)})

    assert len(found.pictures) == mermaid.MOST_PICTURES
    drawn = {
        line.split()[0]
        for picture in found.pictures
        for line in picture.text.split("\n")
        if line.startswith("    t")
    }
    assert found.left == count - len(drawn)


def test_a_domain_shows_what_it_refers_to_and_not_what_refers_to_it() -> None:
    tables = [
        table("posts", "user_id", domain="App.Blog"),
        table("tokens", "user_id", domain="App.Other"),
        table("users", "id", domain="App.Accounts"),
    ]
    links = [link("users", "posts", "user_id"), link("users", "tokens", "user_id")]
    found = mermaid.of_domain(document(*tables, links=links), {Name("public", "posts")})

    assert [picture.text for picture in found.pictures] == [
        "erDiagram\n"
        "    posts {\n"
        "        text user_id FK\n"
        "    }\n"
        "    users\n"
        '    users ||--o{ posts : "user_id"'
    ]


def slice_of(name: str, *needs: str, more: int = 0) -> Slice:
    tables = tuple(Name("public", each) for each in (name, *(f"{name}_{n}" for n in range(more))))
    before = tuple(Name("public", need) for need in needs)
    return Slice(name=tables[0], tables=tables, needs=before, state="live")


def test_a_picture_of_slices_leaves_out_what_other_arrows_say() -> None:
    found = [
        slice_of("plans"),
        slice_of("users", more=2),
        slice_of("Order", "plans", "users"),
        slice_of("lines", "users", "Order"),
    ]
    assert mermaid.slices(found).split("\n") == [
        "flowchart LR",
        '    s_plans["plans"]',
        '    s_users["users and 2 more"]',
        '    s_T3_Order["Order"]',
        "    s_plans --> s_T3_Order",
        "    s_users --> s_T3_Order",
        '    s_lines["lines"]',
        "    s_T3_Order --> s_lines",
    ]


@needs_parser
def test_mermaid_takes_slices_of_all_names() -> None:
    names = [*HOSTILE, *WORDS, "été", "日本語", "_x", "9lives", "a-b", "x y", "graph", "flowchart"]
    found = [slice_of(name, *names[:number][-2:]) for number, name in enumerate(names)]
    assert complaints([mermaid.slices(found)]) == []


@needs_parser
def test_mermaid_refuses_what_is_no_diagram() -> None:
    assert len(complaints(["erDiagram\n    a |", "erDiagram\n    one\n"])) == 2


@needs_parser
def test_mermaid_takes_names_of_all_kinds() -> None:
    texts = [
        text
        for name in (*HOSTILE, *WORDS, "été", "日本語", "_x", "9lives", "a-b", "x y")
        for text in diagrams(
            fresh(
                document(
                    table(name, "id", "some_id", f"{name}_id", domain=None),
                    table(Name("other", name), "id"),
                    links=[link(name, name, "some_id"), link(name, name, name)],
                )
            )
        )
    ]
    assert len(texts) >= 2 * (len(HOSTILE) + len(WORDS))
    assert complaints(texts) == []


@needs_parser
def test_mermaid_takes_the_diagrams_of_the_sample_project_and_of_large_schemas() -> None:
    sample = (data_path("sample_project") / "docs/database_schema.md").read_text(encoding="utf-8")
    texts = [*diagrams(sample), *diagrams(fresh(chain(120, domains=3)))]
    assert len(texts) > 5
    assert complaints(texts) == []
