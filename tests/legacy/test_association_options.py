"""The rows that an association shows, and their order."""

from __future__ import annotations

import pytest

from ash_scaffold.ash.hints import Comparison, Condition, LegacyAssociation, ListDefault
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.term import Atom


def association(options: str) -> LegacyAssociation:
    text = (
        'defmodule A do\n  use Ecto.Schema\n  schema "as" do\n'
        f"    has_many :bs, B, {options}\n  end\nend\n"
        'defmodule B do\n  use Ecto.Schema\n  schema "bs" do\n'
        "    field :state, :string, source: :status\n    belongs_to :a, A\n  end\nend\n"
    )
    found = read_code(CodeBase([ElixirFile("lib/app.ex", text.encode())]))
    (read,) = next(each for each in found.schemas if each.module == "A").associations
    return read


def status(test: Comparison, value: object = None) -> Condition:
    return Condition(column="status", test=test, value=value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("where", "conditions"),
    [
        ('[state: "open"]', (status(Comparison.IS, "open"),)),
        ("[state: :open]", (status(Comparison.IS, Atom("open")),)),
        ("[state: nil]", (status(Comparison.NULL),)),
        ("[state: {:not, nil}]", (status(Comparison.NOT_NULL),)),
        ('[state: {:not, "a"}]', ()),
        ('[state: {:in, ["a", "b"]}]', (status(Comparison.IN, ListDefault(("a", "b"))),)),
        (
            "[state: nil, other: 1]",
            (status(Comparison.NULL), Condition(column="other", test=Comparison.IS, value=1)),
        ),
        ('[state: {:fragment, "length(?) > 1"}]', ()),
        ("[state: Some.where()]", ()),
        ("[state: {:in, Some.where()}]", ()),
        ("{Some, :where, []}", ()),
    ],
)
def test_conditions(where: str, conditions: tuple[Condition, ...]) -> None:
    found = association(f"where: {where}")
    assert (found.where, found.filtered) == (conditions, True)


@pytest.mark.parametrize(
    ("order", "sort"),
    [
        ("[asc: :state]", (("status", "asc"),)),
        ("[:state, :id]", (("status", "asc"), ("id", "asc"))),
        ("[desc: :state, asc: :id]", (("status", "desc"), ("id", "asc"))),
        ("[desc_nulls_last: :state]", (("status", "desc_nils_last"),)),
        ("[asc_nulls_first: :state]", (("status", "asc_nils_first"),)),
        ("{Some, :order, []}", ()),
        ("&Some.order/0", ()),
    ],
)
def test_the_order(order: str, sort: tuple[tuple[str, str], ...]) -> None:
    found = association(f"preload_order: {order}")
    assert (found.sort, found.filtered) == (sort, False)
