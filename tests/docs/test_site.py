"""The site: built with warnings as errors, which are links and anchors that lead nowhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, pages, read, tokens

URL = re.compile(r"https?://[^\s)>\"'`]+")
# Places on other servers that a page may send a reader to; nothing is loaded from them.
OUTSIDE = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?")


def build(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder), *options],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once."""
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_each_page_is_on_the_site(site: Path) -> None:
    ours = [name.removeprefix("docs/") for name in pages() if name.startswith("docs/")]
    built = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    wanted = {name.replace(".md", ".html") for name in (*ours, "contributing.md", "changelog.md")}
    assert built == wanted | {"404.html"}


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loads = re.compile(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["']?(https?:|//)[^>]*>""")
    found = {
        (path.name, match[0])
        for path in site.rglob("*.html")
        for match in loads.finditer(path.read_text())
    }
    assert found == set()


def test_what_is_for_the_tests_is_not_on_the_site(site: Path) -> None:
    assert [path for path in site.rglob("*.html") if "<!-- docs:" in path.read_text()] == []
    assert list(site.rglob("*.py")) == []


def test_a_choice_in_a_table_has_its_pipes(site: Path) -> None:
    text = (site / "reference/commands.html").read_text()
    assert "--style ecto|ash" in text
    assert "\\|" not in text


def test_a_link_that_leads_nowhere_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# One\n\n[a](gone.md)\n")
    (tmp_path / "docs/two.md").write_text("# Two\n\n[b](index.md#gone)\n")
    settings = re.sub("\n  - docs/hooks.*", "", read("mkdocs.yml").partition("\nnav:")[0])
    settings = (
        settings.replace("\nhooks:\n", "\n").replace("  - site.css", "  []") + "\nnav: [index.md]\n"
    )
    (tmp_path / "mkdocs.yml").write_text(settings)
    done = build(tmp_path / "site", "--config-file", str(tmp_path / "mkdocs.yml"))
    assert done.returncode == 1
    warnings = [line for line in done.stderr.splitlines() if line.startswith("WARNING")]
    assert len(warnings) == 3, done.stderr


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    found = list[str]()
    for token, before in zip(tokens(text)[1:], tokens(text), strict=False):
        if before.type == "heading_open":
            words = "".join(child.content for child in token.children or ())
            slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return set(found)


@pytest.mark.parametrize("page", [*pages(), "CHANGELOG.md"])
def test_links_lead_somewhere_for_a_reader_of_the_repository(page: str) -> None:
    lost = []
    for token in (child for each in tokens(read(page)) for child in each.children or ()):
        link = str(token.attrGet("href") or token.attrGet("src") or "")
        if not link or ":" in link:
            continue
        path, _, anchor = link.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text())):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", pages())
def test_addresses_elsewhere_are_well_formed(page: str) -> None:
    found = [url.rstrip(".,;:") for url in URL.findall(read(page))]
    assert [url for url in found if not OUTSIDE.fullmatch(url)] == []
