"""What `mkdocs build` does beside its own: pages of the root, and no comments for the tests.

`CONTRIBUTING.md` and `CHANGELOG.md` lie in the root, where GitHub looks for them. Links are written
for a reader of the repository, and lead to the same place on the site.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
# By their path from the root, where pages of it are on the site.
OF_ROOT = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
_COMMENT = re.compile(r"<!-- docs:.*?-->\n?", re.DOTALL)
_CELL = re.compile(r"<td[^>]*>.*?</td>", re.DOTALL)
_LINK = re.compile(r"(?<=\]\()(?:\.\./)*((?:README|CONTRIBUTING|CHANGELOG)\.md)(?=[#)])")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages of the root."""
    for name, page in OF_ROOT.items():
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Take out what is for the tests, and let links into the root lead to the site's page."""
    up = "../" * page.file.src_uri.count("/")
    places = {**OF_ROOT, "README.md": "index.md"}
    return _LINK.sub(lambda match: up + places[match[1]], _COMMENT.sub("", markdown))


def on_page_content(html: str, **_: Any) -> str:
    """Take out backslashes before pipes in the cells of tables.

    GitHub needs one in code; Python-Markdown shows it.
    """
    return _CELL.sub(lambda match: match[0].replace("\\|", "|"), html)
