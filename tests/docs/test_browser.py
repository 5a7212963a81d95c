"""The site in a real browser: nothing comes from elsewhere, and it fits on a phone.

The browser is Debian's chromium, driven by the npm package playwright-core, whose folder
`ASH_SCAFFOLD_PLAYWRIGHT` names.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.docs.test_site import build

NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium")
PLAYWRIGHT = os.environ.get("ASH_SCAFFOLD_PLAYWRIGHT", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NODE is None, reason="node is not installed"),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.skipif(
        not (Path(PLAYWRIGHT) / "package.json").is_file(),
        reason="ASH_SCAFFOLD_PLAYWRIGHT names no folder of playwright-core",
    ),
]

Look = Callable[[Path], dict[str, Any]]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without saying so."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def look() -> Iterator[Look]:
    """Give `look(site)`: what the browser complains of, and what a search finds."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def run(site: Path) -> dict[str, Any]:
        handler = functools.partial(Quiet, directory=str(site))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
        script = str(Path(__file__).with_name("site.mjs"))
        done = subprocess.run(
            [str(NODE), script, PLAYWRIGHT, str(CHROMIUM), address, *pages],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    yield run
    for server in servers:
        server.shutdown()


def test_the_site_asks_nobody_else_and_fits_on_a_phone(tmp_path: Path, look: Look) -> None:
    done = build(tmp_path)
    assert done.returncode == 0, done.stderr
    found = look(tmp_path)
    assert found["complaints"] == []
    assert found["found"][0] == "Tenancy"


def test_a_page_that_does_otherwise_is_found(tmp_path: Path, look: Look) -> None:
    done = build(tmp_path)
    assert done.returncode == 0, done.stderr
    page = tmp_path / "design.html"
    for other in tmp_path.rglob("*.html"):
        if other not in (page, tmp_path / "index.html"):
            other.unlink()
    bad = (
        '<img src="http://127.0.0.2:9/x.png"><script src="gone.js"></script>'
        '<script>console.log("hello")</script><div style="width: 900px; height: 1px"></div>'
    )
    page.write_text(page.read_text().replace("</article>", f"{bad}</article>"))
    told = {
        re.sub(r"\d+ px", "… px", " ".join(complaint.split(": ")[:2]))
        for complaint in look(tmp_path)["complaints"]
    }
    kinds = {f"load /design.html {what}" for what in ("request", "console", "404")}
    assert told == {*kinds, "phone /design.html … px wider than the screen"}
