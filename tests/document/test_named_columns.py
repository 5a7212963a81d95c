"""Which users of a table name which of its columns."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.document.browser.samples import document, public, table

from ash_scaffold.document.model import Column, Document, Use
from ash_scaffold.document.named_columns import with_named_columns
from ash_scaffold.legacy.read import read_legacy
from ash_scaffold.project.read import read_project

FILES = {
    "mix.exs": """
        defmodule Shop.MixProject do
          use Mix.Project
          def project, do: [app: :shop, version: "0.1.0"]
        end
        """,
    "lib/shop/user.ex": """
        defmodule Shop.User do
          use Ecto.Schema
          schema "users" do
            field :mail, :string, source: :email
            timestamps()
          end
        end
        """,
    "lib/shop/mailer.ex": """
        defmodule Shop.Mailer do
          def to(user), do: [address: user.mail, größe: 1]
        end
        """,
    "lib/shop/other.ex": """
        defmodule Shop.Other do
          @text "emails, userName and größer"
        end
        """,
}


@pytest.fixture
def found(tmp_path: Path) -> Document:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    uses = tuple(
        Use(module=module, kind="module", path=path, line=1, via=via)
        for module, path, via in (
            ("Shop.User", "lib/shop/user.ex", ("schema",)),
            ("Shop.Mailer", "lib/shop/mailer.ex", ("Shop.User",)),
            ("Shop.Other", "lib/shop/other.ex", ("Shop.User",)),
            ("Shop.Gone", "lib/shop/gone.ex", ("Shop.User",)),
        )
    )
    columns = tuple(
        Column(name=name, type="text", attribute=attribute)
        for name, attribute in (
            ("email", "electronic_address"),
            ("updated_at", "updated_at"),
            ("größe", None),
            ("user_name", None),
            ("address", "street"),
        )
    )
    tables = (
        table(public("users"), columns=columns, uses=uses),
        table(public("orders"), columns=columns),
    )
    project = read_project(tmp_path)
    return with_named_columns(document(tables), project, read_legacy(project))


def test_a_column_is_named_by_its_field_and_by_words_of_files(found: Document) -> None:
    (users, _) = found.tables
    assert {each.name: each.named_by for each in users.columns} == {
        "id": (0,),
        "email": (0, 1),
        "updated_at": (0,),
        "größe": (1,),
        "user_name": (2,),
        "address": (1,),
    }


def test_a_table_without_users_has_columns_that_nobody_names(found: Document) -> None:
    (_, orders) = found.tables
    assert {each.named_by for each in orders.columns} == {()}


def test_nothing_but_the_columns_users_changes(found: Document) -> None:
    def without(each: Column) -> Column:
        return msgspec.structs.replace(each, named_by=())

    tables = tuple(
        msgspec.structs.replace(each, columns=tuple(map(without, each.columns)))
        for each in found.tables
    )
    assert tables[0].columns == tables[1].columns
    assert document(tables) == msgspec.structs.replace(found, tables=tables)
