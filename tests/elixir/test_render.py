from __future__ import annotations

import os
import resource
import signal
import time
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
from ash_scaffold.elixir import template_sandbox
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.problem import Code, Exit, Problem, ScaffoldError
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
    ("template", "what"),
    [
        ("{{ modul }}", "'modul' is undefined"),
        ("{% for %}", "Expected an expression, got 'end of statement block'"),
        ("{{ module | no_such_filter }}", "No filter named 'no_such_filter'"),
        (
            "{{ resource.tabel }}",
            "'ash_scaffold.ash.model.Resource object' has no attribute 'tabel'",
        ),
        ("{{ 1 / 0 }}", "division by zero"),
        ('{% include "gone.j2" %}', "there is no template gone.j2"),
        ("{{ resource | literal }}", "no Elixir literal for Resource"),
    ],
)
def test_a_template_that_fails_is_a_problem_with_file_and_line(
    tmp_path: Path, template: str, what: str
) -> None:
    (tmp_path / "resource.ex.j2").write_text(f"defmodule {{{{ module }}}} do\n{template}\nend\n")
    problem = failure(tmp_path)
    assert problem.where == f"{tmp_path}/resource.ex.j2:2"
    assert problem.what == f"The template can't be rendered: {what}."


def test_the_line_is_that_of_the_file_that_is_included(tmp_path: Path) -> None:
    (tmp_path / "resource.ex.j2").write_text('{% include "head.j2" %}')
    (tmp_path / "head.j2").write_text("\n\n{{ nothing }}")
    assert failure(tmp_path).where == f"{tmp_path}/head.j2:3"


def test_a_template_that_is_no_text_is_a_problem_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "resource.ex.j2").write_bytes(b"\xff\xfe\x00")
    assert failure(tmp_path).where == f"{tmp_path}/resource.ex.j2"


ESCAPES = {
    "class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "subscript": "{{ ''['__class__'] }}",
    "globals of a function": "{{ use.__globals__ }}",
    "globals of a lambda": "{{ keyword.__globals__['os'] }}",
    "globals of a method": "{{ resource.__init__.__globals__ }}",
    "code of a function": "{{ use.__code__.co_consts }}",
    "init of a class": "{{ atom.__init__.__globals__ }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('touch %s').read() }}",
    "joiner": "{{ joiner.__init__.__globals__.os.popen('touch %s').read() }}",
    "namespace": "{{ namespace.__init__.__globals__.os.popen('touch %s').read() }}",
    "lipsum": "{{ lipsum.__globals__.os.popen('touch %s').read() }}",
    "self": "{{ self._TemplateReference__context.cycler.__init__.__globals__.os }}",
    "self, init": "{{ self.__init__.__globals__.__builtins__.open('%s', 'w') }}",
    "macro": "{% macro a() %}{% endmacro %}{{ a.__init__.__globals__ }}",
    "loop": "{% for a in [1] %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "imported": '{% import "types/_shared.j2" as s %}{{ s.__init__.__globals__ }}',
    "undefined": "{{ gone.__init__.__globals__ }}",
    "format": "{{ '{0.__class__.__mro__}'.format(module) }}",
    "format_map": "{{ '{a.__class__}'.format_map({'a': module}) }}",
    "format of an item": "{{ '{0[__class__]}'.format(resource) }}",
    "format by reference": "{% set f = '{0.__class__}'.format %}{{ f(module) }}",
    "format by a filter": "{{ ['{0.__class__}'] | map(attribute='format') | first }}"
    "{{ (['{0.__class__}'] | map(attribute='format') | first)(module) }}",
    "attr": "{{ '' | attr('__class__') }}",
    "attr, put together": "{{ '' | attr('_' ~ '_class_' ~ '_') }}",
    "attr of format": "{{ ('{0.__class__}' | attr('format'))(module) }}",
    "map": "{{ [''] | map('attr', '__class__') | list }}",
    "map attribute": "{{ [''] | map(attribute='__class__') | first }}",
    "sort attribute": "{{ [use, use] | sort(attribute='__globals__') }}",
    "groupby": "{{ ([use] | groupby('__globals__') | first).grouper }}",
    "a set of values": "{{ sections.append(1) }}",
    "clear": "{{ sections.clear() }}",
    "pop": "{{ sections[0].pop('body') }}",
    "generator": "{{ ([1] | map('string')).gi_frame.f_globals }}",
    "error": "{{ (1 / 0).__traceback__ }}",
    "parent": '{% include "../secret" %}',
    "parent, import": '{% import "../secret" as s %}',
    "parent, extends": '{% extends "types/../../secret" %}',
    "absolute": "{% include '%s' %}",
    "link": '{% include "link.j2" %}',
    "link, folder": '{% include "outside/secret" %}',
    "device": '{% include "zero.j2" %}',
    "pipe": '{% include "pipe.j2" %}',
    "folder": '{% include "types" %}',
    "statement": "{% do open('%s', 'w') %}",
    "debug": "{% debug %}",
}


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES)
def test_no_template_leaves_the_sandbox(tmp_path: Path, escape: str) -> None:
    folder, secret = tmp_path / "templates", tmp_path / "secret"
    (folder / "types").mkdir(parents=True)
    (folder / "outside").symlink_to(tmp_path)
    (folder / "link.j2").symlink_to(secret)
    (folder / "zero.j2").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.j2")
    secret.write_text("the secret")
    target = secret if "include" in escape else tmp_path / "made"
    (folder / "resource.ex.j2").write_text(escape.replace("%s", str(target)))
    problem = failure(folder)
    assert problem.where.startswith(f"{folder}/resource.ex.j2")
    assert not (tmp_path / "made").exists()
    assert "the secret" not in problem.what
    assert Renderer().resource(USER).startswith("defmodule App.Accounts.User do")


ENDLESS = {
    "range": "{% for a in range(10 ** 9) %}{% endfor %}",
    "loops": "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}",
    "recursion": "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "include": '{% include "resource.ex.j2" %}',
    "two calls each": "{% macro a(n) %}{% if n %}{{ a(n - 1) }}{{ a(n - 1) }}{% endif %}"
    "{% endmacro %}{{ a(60) }}",
    "power": "{{ 10 ** (10 ** 10) }}",
    "constant": "{% set a = 9 ** 999999999 %}",
    "square": "{% set n = namespace(a=9) %}{% for i in range(60) %}{% set n.a = n.a * n.a %}"
    "{% endfor %}",
    "repeated": "{{ 'a' * 10 ** 11 }}",
    "repeated, right": "{{ 100000000000 * 'a' }}",
    "repeated, list": "{{ [1] * 10 ** 11 }}",
    "padded": "{{ 'a'.ljust(99999999999) }}",
    "centred": "{{ 'a' | center(99999999999) }}",
    "indented": "{{ 'a\n' | indent(99999999999) }}",
    "printed": "{{ '%099999999999d' | format(1) }}",
    "percent": "{{ '%0999999999d' % 1 }}",
    "formatted": "{{ '{:>99999999999}'.format(1) }}",
    "doubled": "{% set n = namespace(a='a') %}{% for i in range(60) %}{% set n.a = n.a ~ n.a %}"
    "{% endfor %}",
    "replaced": "{% set a = 'aaaaaaaaaa'.replace('a', 'aaaaaaaaaa') %}"
    "{% for i in range(9) %}{% endfor %}{% set b = a.ljust(9999999).replace(' ', a * 100) %}",
    "output": "{% for i in range(90000) %}{{ module.ljust(100) }}{% endfor %}",
    "batch": "{{ [1] | batch(99999999999, 2) | list }}",
    "nested": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "nested lists": "{{ " + "[" * 300 + "]" * 300 + " }}",
}


@pytest.mark.parametrize("template", ENDLESS.values(), ids=ENDLESS)
def test_a_template_without_end_is_stopped(
    tmp_path: Path, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_sandbox, "_SECONDS", 0.5)
    (tmp_path / "resource.ex.j2").write_text(template)
    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGVTALRM)
    began = time.process_time()
    assert failure(tmp_path).where.startswith(f"{tmp_path}/resource.ex.j2")
    assert time.process_time() - began < 5
    assert before == (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGVTALRM))
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_what_templates_need_works_in_the_sandbox(tmp_path: Path) -> None:
    (tmp_path / "resource.ex.j2").write_text(
        "{% set first = cycler('a', 'b') %}{% set n = namespace(total=0) %}"
        "{% for a in resource.attributes %}{% set n.total = n.total + a.name | length %}"
        "{{ loop.index }} {{ a.name.upper() }} {{ first.next() }} {{ '{:>3}'.format(a.name) }}"
        "{% endfor %} {{ n.total * 2 }} {{ '-' * 3 }} {{ atom('x y') | literal }}\n"
    )
    assert Renderer(tmp_path).resource(USER) == '1 ID a  id 4 --- :"x y"\n'


def failure(folder: Path) -> Problem:
    """Return the one problem of a user's template for resources."""
    with pytest.raises(ScaffoldError) as error:
        Renderer(folder).resource(USER)
    assert error.value.exit_code == Exit.FAILED
    (problem,) = error.value.problems
    assert problem.code is Code.TEMPLATE_ERROR
    return problem
