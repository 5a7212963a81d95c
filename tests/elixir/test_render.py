from __future__ import annotations

from pathlib import Path

import pytest

from ash_scaffold.ash.model import (
    Actions,
    Attribute,
    AttributeKind,
    Domain,
    Resource,
    SupportType,
)
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.problem import Code, ScaffoldError
from ash_scaffold.term import Atom

KEY = Attribute(
    name="id", column="id", kind=AttributeKind.INTEGER_PRIMARY_KEY, type=Atom("integer"),
    primary_key=True, allow_nil=False, generated=True, writable=False,
)  # fmt: skip
USER = Resource(
    module="App.Accounts.User",
    domain="App.Accounts",
    repo="App.Repo",
    table="users",
    schema="public",
    actions=Actions(),
    attributes=(KEY,),
)


def test_a_resource() -> None:
    assert Renderer().resource(USER) == (
        "defmodule App.Accounts.User do\n"
        "  use Ash.Resource,\n"
        "    domain: App.Accounts,\n"
        "    data_layer: AshPostgres.DataLayer\n"
        "\n"
        "  postgres do\n"
        '    table "users"\n'
        "    repo App.Repo\n"
        "    migrate? false\n"
        "  end\n"
        "\n"
        "  actions do\n"
        "    defaults [:read]\n"
        "  end\n"
        "\n"
        "  attributes do\n"
        "    integer_primary_key :id\n"
        "  end\n"
        "end\n"
    )


def test_a_domain() -> None:
    domain = Domain(module="App.Accounts", resources=("App.Accounts.Token", "App.Accounts.User"))
    assert Renderer().domain(domain) == (
        "defmodule App.Accounts do\n"
        "  use Ash.Domain\n"
        "\n"
        "  resources do\n"
        "    resource App.Accounts.Token\n"
        "    resource App.Accounts.User\n"
        "  end\n"
        "end\n"
    )


def test_a_users_template_stands_in_for_the_packaged_one_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "json.ex.j2").write_text("{{ module }} of {{ pg_type }}\n")
    renderer = Renderer(tmp_path)
    json = SupportType(module="App.Types.Json", template="json", pg_type="jsonb")
    assert renderer.support(json) == "App.Types.Json of jsonb\n"
    assert renderer.resource(USER) == Renderer().resource(USER)


def test_a_users_template_may_use_the_packaged_macros(tmp_path: Path) -> None:
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "json.ex.j2").write_text(
        '{% import "types/_shared.j2" as shared %}{{ shared.storage(values.storage) }}\n'
    )
    json = SupportType(
        module="App.Types.Json", template="json", pg_type="", values={"storage": Atom("a b")}
    )
    assert Renderer(tmp_path).support(json) == (
        '@impl true\n  def storage_type(_constraints), do: :"a b"\n'
    )


@pytest.mark.parametrize(
    "template",
    [
        "{{ modul }}",
        "{% for %}",
        "{{ module | no_such_filter }}",
        "{{ resource.tabel }}",
        "{{ 1 / 0 }}",
        '{% include "gone.j2" %}',
        "{{ resource | literal }}",
    ],
)
def test_a_template_that_fails_is_a_problem_that_names_it(tmp_path: Path, template: str) -> None:
    (tmp_path / "resource.ex.j2").write_text(template)
    with pytest.raises(ScaffoldError) as error:
        Renderer(tmp_path).resource(USER)
    (problem,) = error.value.problems
    assert (problem.code, problem.where) == (Code.TEMPLATE_ERROR, "resource.ex.j2")


def test_a_template_that_is_no_text_is_a_problem_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "domain.ex.j2").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScaffoldError) as error:
        Renderer(tmp_path).domain(Domain(module="App", resources=()))
    (problem,) = error.value.problems
    assert (problem.code, problem.where) == (Code.TEMPLATE_ERROR, "domain.ex.j2")
