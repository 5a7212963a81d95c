from __future__ import annotations

from pathlib import Path

import pytest
from tests.dsl import faults, load_dsl

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*/*.ex"))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_modules_say_only_what_ash_knows(golden: Path) -> None:
    assert faults(golden.read_text(), load_dsl()) == []


def test_what_ash_does_not_know_is_found() -> None:
    source = """
    defmodule App.Post do
      use Ash.Resource, data_layer: AshPostgres.DataLayer

      postgres do
        table "posts", "public"
        tabel "posts"

        references do
          referenc :user
        end
      end

      atributes do
      end

      attributes do
        attribute :x

        attribute :y, :strin do
          nullable? true
        end

        attribute :z, {:array, :string} do
          constraints nil_item?: true, items: [max_len: 1]
        end
      end
    end
    """
    assert faults(source, load_dsl()) == [
        "App.Post: the option table has 2 values",
        "App.Post: no section tabel",
        "App.Post: no section referenc",
        "App.Post: no section atributes",
        "App.Post: attribute has 1 arguments",
        "App.Post: attribute has no option nullable?",
        "App.Post: string has no constraint max_len",
        "App.Post: an array has no constraint nil_item?",
    ]
