"""The flowcharts of the pages as pictures of the site."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from docs.hooks.flowcharts import Chart, draw, read

CHART = "flowchart TD\n  a --> b & c\n  b & c --> d[Last & least]\n  a --> d\n"


def test_a_chart_is_read() -> None:
    texts = {"a": "a", "b": "b", "c": "c", "d": "Last & least"}
    arrows = (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d"))
    assert read(CHART) == Chart(texts, arrows)


def test_it_is_drawn_from_top_to_bottom() -> None:
    picture = draw(read(CHART))
    root = ET.fromstring(picture)
    texts = [(each.text, float(each.attrib["y"])) for each in root.iter("text")]
    assert [text for text, _ in texts] == ["a", "b", "c", "Last & least"]
    a, b, c, d = (y for _, y in texts)
    assert a < b == c < d
    assert len(re.findall('class="tip"', picture)) == 5


def test_no_node_lies_on_another_one() -> None:
    wide = "flowchart TD\n" + "".join(f"  root --> n{number}\n" for number in range(12))
    boxes = [
        (float(each.attrib["x"]), float(each.attrib["x"]) + float(each.attrib["width"]))
        for each in ET.fromstring(draw(read(wide))).iter("rect")
    ]
    [_, *row] = sorted(boxes, key=lambda box: (box[0] != boxes[0][0], box))
    assert all(left[1] < right[0] for left, right in pairwise(row))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sequenceDiagram\n  a --> b\n", "a chart that can't be drawn: sequenceDiagram"),
        ("flowchart TD\n  a -.-> b\n", "a line of a chart that can't be drawn: a -.-> b"),
        ("flowchart TD\n  a --> b\n  b --> a\n", "a chart with a circle can't be drawn"),
    ],
)
def test_what_is_not_understood_ends_the_build(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        draw(read(text))
