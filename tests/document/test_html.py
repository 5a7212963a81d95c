"""The page as text: what is in it, what can't get into it, and that it needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import msgspec
import pytest
from tests.document.browser.samples import HOSTILE, hostile, large, small

from ash_scaffold.document.html import page
from ash_scaffold.document.model import Document, Proposal, ProposalKind
from ash_scaffold.packaged import data_path
from ash_scaffold.postgres.catalog import Name

DOCUMENTS = {"small": small(), "hostile": hostile(), "large": large(30)}


class Page(HTMLParser):
    """The elements of a page, and what stands in its styles and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in self.texts:
            self._inside = tag
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside][-1] += data

    def attributes(self, name: str) -> list[tuple[str, str]]:
        return [(tag, values[name]) for tag, values in self.elements if name in values]

    @property
    def policy(self) -> dict[str, list[str]]:
        (content,) = (
            values["content"]
            for tag, values in self.elements
            if tag == "meta" and values.get("http-equiv") == "Content-Security-Policy"
        )
        parts = (part.split() for part in content.split(";"))
        return {name: values for name, *values in parts}


@pytest.fixture(params=list(DOCUMENTS))
def document(request: pytest.FixtureRequest) -> Document:
    return DOCUMENTS[str(request.param)]


def data_of(read: Page) -> str:
    """Return the data block, which is the first of the scripts."""
    assert next(values for tag, values in read.elements if tag == "script") == {
        "type": "application/json",
        "id": "data",
    }
    return read.texts["script"][0]


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_same_document_gives_the_same_bytes(document: Document) -> None:
    again = msgspec.json.decode(msgspec.json.encode(document), type=Document)
    assert page(again).encode() == page(document).encode()


def test_the_data_of_the_document_comes_back_whole(document: Document) -> None:
    data = data_of(Page(page(document)))
    assert msgspec.json.decode(data, type=Document) == document


def test_a_table_is_in_the_data_without_what_is_empty() -> None:
    data = json.loads(data_of(Page(page(small()))))
    (users,) = (each for each in data["tables"] if each["name"] == ["public", "users"])
    assert users == {
        "name": ["public", "users"],
        "kind": "table",
        "status": "Ash only",
        "comment": "People who can sign in.",
        "domain": "Shop.Accounts",
        "resources": [
            {"module": "Shop.Accounts.User", "domain": "Shop.Accounts", "path": "lib/user.ex"}
        ],
        "columns": [
            {
                "name": "id",
                "type": "bigint",
                "marks": ["PK"],
                "attribute": "id",
                "ash_type": ":integer",
            },
            {
                "name": "email",
                "type": "citext",
                "marks": ["UK"],
                "comment": "Where we write to.",
                "attribute": "email",
                "ash_type": ":ci_string",
                "constraints": "trim?: false",
                "reason": 0,
            },
        ],
        "indexes": [
            {"name": "users_email_index", "kind": "unique", "definition": "UNIQUE btree (email)"}
        ],
    }


def test_proposals_name_their_table() -> None:
    proposal = Proposal(
        kind=ProposalKind.INDEX,
        table=Name("public", "tags"),
        columns=("id",),
        why="It is looked up.",
    )
    found = msgspec.structs.replace(small(), proposals=(proposal,))
    assert json.loads(data_of(Page(page(found))))["proposals"] == [
        {
            "kind": "index",
            "table": ["public", "tags"],
            "columns": ["id"],
            "why": "It is looked up.",
        }
    ]


def test_whatever_the_names_are_the_elements_are_the_same() -> None:
    expected = [tag for tag, _ in Page(page(small())).elements]
    assert [tag for tag, _ in Page(page(hostile())).elements] == expected
    assert expected.count("script") == 12


def test_no_character_of_the_data_can_end_its_block_or_a_line() -> None:
    data = data_of(Page(page(hostile())))
    assert set(data) & set("<>&`\n\r\t\u2028\u2029") == set()
    names = [each["name"] for each in json.loads(data)["tables"]]
    assert names == [["public", name] for name in HOSTILE]


def test_the_title_is_text_on_one_line() -> None:
    (title,) = Page(page(hostile())).texts["title"]
    assert title == " ".join("".join(HOSTILE).split()) + ": database schema"


def test_only_the_packaged_scripts_and_style_may_run(document: Document) -> None:
    read = Page(page(document))
    (style,) = read.texts["style"]
    assert read.policy == {
        "default-src": ["'none'"],
        "script-src": [sha256(script) for script in read.texts["script"][1:]],
        "style-src": [sha256(style)],
        "img-src": ["data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }


def test_the_policy_stands_before_what_it_rules() -> None:
    tags = [
        tag if "http-equiv" not in values else "policy"
        for tag, values in Page(page(small())).elements
    ]
    assert tags[:4] == ["html", "head", "meta", "policy"]


def test_nothing_is_loaded_from_elsewhere(document: Document) -> None:
    read = Page(page(document))
    assert read.attributes("src") == read.attributes("srcset") == read.attributes("action") == []
    assert {where for _, where in read.attributes("href")} == {"data:,", "#main", "#/"}
    (style,) = read.texts["style"]
    assert re.findall(r"@import|url\(|@font-face", style) == []


def test_no_attribute_holds_script_or_style(document: Document) -> None:
    names = {name for _, values in Page(page(document)).elements for name in values}
    assert {name for name in names if name.startswith("on") or name == "style"} == set()


def test_the_packaged_files_hold_nothing_that_ends_their_element() -> None:
    files = sorted((data_path("templates") / "document").glob("page*"))
    assert [file.name for file in files] == [
        "page.columns.js",
        "page.css",
        "page.diagram.js",
        "page.dom.js",
        "page.history.js",
        "page.html.j2",
        "page.js",
        "page.layout.js",
        "page.list.js",
        "page.model.js",
        "page.plan.js",
        "page.table.js",
        "page.views.js",
    ]
    for file in files:
        text = file.read_text(encoding="utf-8")
        if file.suffix != ".j2":
            assert re.findall(r"</script|</style|<!--|\]\]>", text, re.IGNORECASE) == []
            assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text) == []
