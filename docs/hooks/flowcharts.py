"""Flowcharts as pictures: GitHub draws `mermaid` blocks by itself, on the site this does.

Mermaid is a script of three megabytes, which the site would have to carry or load from elsewhere.
What is understood is a part of its language: `flowchart TD`, `a & b --> c & d`, and `a[text]`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from typing import Any, NamedTuple

_BLOCK = re.compile(r"^```mermaid\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NODE = re.compile(r"(\w+)(?:\[([^\]]+)\])?")
_AND = re.compile(r" & (?![^\[]*\])")
_LETTER, _HEIGHT, _SPACE, _BETWEEN = 8, 30, 18, 46
_ROUNDS = 24


class Chart(NamedTuple):
    """The texts of the nodes, and the arrows between them."""

    texts: Mapping[str, str]
    arrows: tuple[tuple[str, str], ...]


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put pictures in place of flowcharts. Raises `ValueError` for one that is not understood."""
    try:
        return _BLOCK.sub(lambda match: draw(read(match[1])), markdown)
    except ValueError as error:
        raise ValueError(f"{page.file.src_uri}: {error}") from error


def read(text: str) -> Chart:
    """Return the chart of a block's text. Raises `ValueError` for a line that is not understood."""
    first, *lines = [line.strip() for line in text.splitlines() if line.strip()]
    texts, arrows = dict[str, str](), dict[tuple[str, str], None]()
    if first not in ("flowchart TD", "graph TD"):
        raise ValueError(f"a chart that can't be drawn: {first}")
    for line in lines:
        groups = []
        for group in line.split(" --> "):
            nodes = [_NODE.fullmatch(part.strip()) for part in _AND.split(group)]
            if None in nodes:
                raise ValueError(f"a line of a chart that can't be drawn: {line}")
            for node in filter(None, nodes):
                texts.setdefault(node[1], node[2] or node[1])
            groups.append([node[1] for node in nodes if node])
        for starts, ends in pairwise(groups):
            arrows |= dict.fromkeys(product(starts, ends))
    return Chart(texts, tuple(arrows))


def draw(chart: Chart) -> str:
    """Return a chart as SVG, from top to bottom, in the colours of the page."""
    ranks = _ranks(chart)
    paths = [_path(start, end, ranks) for start, end in chart.arrows]
    rows = _ordered(ranks, paths)
    places = _places(rows, chart.texts)
    width = max(x + _width(node, chart.texts) / 2 for node, (x, _) in places.items()) + 1
    height = len(rows) * (_HEIGHT + _BETWEEN) - _BETWEEN + 2
    shapes = [_arrow([places[node] for node in path]) for path in paths]
    for node, text in chart.texts.items():
        (x, y), wide = places[node], _width(node, chart.texts)
        shapes.append(
            f'<rect x="{x - wide / 2:.0f}" y="{y:.0f}" width="{wide}" height="{_HEIGHT}" rx="4"/>'
            f'<text x="{x:.0f}" y="{y + 20:.0f}">{html.escape(text)}</text>'
        )
    names = ", ".join(f"{start} to {end}" for start, end in chart.arrows)
    return (
        f'<div class="flowchart"><svg role="img" viewBox="0 0 {width:.0f} {height}" '
        f'width="{width:.0f}" height="{height}"><title>Arrows: {html.escape(names)}</title>'
        f"{''.join(shapes)}</svg></div>"
    )


def _ranks(chart: Chart) -> dict[str, int]:
    """Return the row of each node: one below the lowest of those that point at it."""
    ranks = dict.fromkeys(chart.texts, 0)
    for _ in ranks:
        for start, end in chart.arrows:
            ranks[end] = max(ranks[end], ranks[start] + 1)
    if any(ranks[end] <= ranks[start] for start, end in chart.arrows):
        raise ValueError("a chart with a circle can't be drawn")
    return ranks


def _path(start: str, end: str, ranks: dict[str, int]) -> list[str]:
    """Return the nodes of an arrow, with one that is not seen in each row between; rank those."""
    between = [f"{start} {end} {rank}" for rank in range(ranks[start] + 1, ranks[end])]
    ranks |= {node: int(node.split()[-1]) for node in between}
    return [start, *between, end]


def _ordered(ranks: Mapping[str, int], paths: Iterable[list[str]]) -> list[list[str]]:
    """Return the rows, each in the order of the mean place of what its nodes are tied to."""
    rows = [[n for n in ranks if ranks[n] == rank] for rank in range(max(ranks.values()) + 1)]
    ties: dict[str, list[str]] = {node: [] for node in ranks}
    for start, end in (pair for path in paths for pair in pairwise(path)):
        ties[start].append(end)
        ties[end].append(start)
    for number in range(_ROUNDS):
        place = {node: i / len(row) for row in rows for i, node in enumerate(row)}
        down = number % 2 == 0
        for row in rows if down else reversed(rows):
            near = {n: [t for t in ties[n] if (ranks[t] < ranks[n]) == down] for n in row}
            mean = {
                node: (sum(place[tied] for tied in tied_to) / len(tied_to), node)
                for node, tied_to in near.items()
                if tied_to
            }
            means = {node: mean.get(node, (place[node], node)) for node in row}
            row.sort(key=means.__getitem__)
            place |= {node: i / len(row) for i, node in enumerate(row)}
    return rows


def _width(node: str, texts: Mapping[str, str]) -> int:
    return len(texts[node]) * _LETTER + 20 if node in texts else 4


def _places(rows: list[list[str]], texts: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """Return the middle of each node's upper edge: rows are as wide as the widest."""
    wide = [sum(_width(node, texts) + _SPACE for node in row) for row in rows]
    places: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        gap = (max(wide) - wide[number]) / (len(row) + 1)
        x = gap
        for node in row:
            own = _width(node, texts) + _SPACE
            places[node] = (x + own / 2, number * (_HEIGHT + _BETWEEN) + 1)
            x += own + gap
    return places


def _arrow(places: list[tuple[float, float]]) -> str:
    """Return a line through places, from the lower edge of the first to the upper of the last."""
    (x, y), *rest = places
    y += _HEIGHT
    line = f"M{x:.0f} {y:.0f}"
    for number, (to_x, to_y) in enumerate(rest):
        half = (to_y - y) / 2
        line += f"C{x:.0f} {y + half:.0f} {to_x:.0f} {to_y - half:.0f} {to_x:.0f} {to_y:.0f}"
        x, y = to_x, to_y
        if number < len(rest) - 1:
            y += _HEIGHT
            line += f"V{y:.0f}"
    return f'<path d="{line}"/><path class="tip" d="M{x - 4:.0f} {y - 7:.0f}h8l-4 7z"/>'
