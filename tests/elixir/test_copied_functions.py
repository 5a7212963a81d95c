"""Functions that are copied into one module: their names, and what they bring along."""

from __future__ import annotations

from typing import Any

from ash_scaffold.ash.changesets import CopiedFunction
from ash_scaffold.elixir.copied_functions import CopiedModule, copied_module


def copied(name: str, arity: int, source: str, path: str = "lib/a.ex", **more: Any) -> Any:
    return CopiedFunction(name=name, arity=arity, path=path, line=1, source=source, **more)


def with_names(name: str, source: str, module: str, value: str) -> Any:
    return copied(name, 0, source, aliases=(("X", module),), attributes=(("n", value),))


def texts(module: CopiedModule) -> list[str]:
    return ["\n".join(each.lines) for each in module.functions]


def test_a_function_of_two_changesets_is_copied_once() -> None:
    one = copied("trim", 1, "defp trim(c), do: c", called=False)
    module = copied_module([[one], [copied("trim", 1, "def trim(c), do: c")]])
    assert texts(module) == ["def trim(c), do: c"]
    assert [each.object for each in module.functions] == ["def trim/1"]


def test_functions_of_one_name_are_told_apart_by_their_files() -> None:
    first = [
        copied("put", 1, "def put(c), do: c |> help() |> Enum.map(&help/1)"),
        copied("help", 1, "defp help(x), do: x", called=False),
    ]
    second = [
        copied("put", 1, "def put(c), do: c |> help() |> Enum.map(&help/1)", "lib/b_c.ex"),
        copied("help", 1, "defp help(x) when x != :help, do: help.(x.help)", "lib/b_c.ex"),
    ]
    assert texts(copied_module([first, second])) == [
        "def put(c), do: c |> help() |> Enum.map(&help/1)",
        "defp help(x), do: x",
        "def put_of_b_c(c), do: c |> help_of_b_c() |> Enum.map(&help_of_b_c/1)",
        "defp help_of_b_c(x) when x != :help, do: help.(x.help)",
    ]


def test_names_do_not_depend_on_the_order_of_changesets() -> None:
    one = [copied("put", 1, "def put(c), do: c")]
    two = [copied("put", 1, "def put(c), do: {c}", "lib/b.ex")]
    assert copied_module([one, two]).names == copied_module([two, one]).names


def test_aliases_and_attributes_of_one_name_are_told_apart() -> None:
    module = copied_module(
        [
            [
                copied(
                    "a",
                    0,
                    "def a, do: {X.f(), @n}",
                    aliases=(("X", "A.X"),),
                    attributes=(("n", "1"),),
                )
            ],
            [
                copied(
                    "b",
                    0,
                    "def b, do: {X.Y.f(), Z.X, @n}",
                    aliases=(("X", "B.W"),),
                    attributes=(("n", "2"),),
                )
            ],
        ]
    )
    assert module.aliases == ("alias A.X",)
    assert module.attributes == ("@n 1", "@n_2 2")
    assert texts(module) == ["def a, do: {X.f(), @n}", "def b, do: {B.W.Y.f(), Z.X, @n_2}"]


def test_defaults_that_no_copied_call_needs_are_left_out() -> None:
    module = copied_module(
        [
            [
                copied("put", 1, "def put(c), do: c |> slug([]) |> again()"),
                copied(
                    "slug",
                    2,
                    "defp slug(c, opts \\\\ []) when c != nil, do: {c, opts}",
                    called=False,
                ),
                copied("again", 2, "defp again(c, opts \\\\ []), do: {c, opts}", called=False),
            ]
        ]
    )
    assert texts(module)[1:] == [
        "defp slug(c, opts) when c != nil, do: {c, opts}",
        "defp again(c, opts \\\\ []), do: {c, opts}",
    ]


def test_a_guard_stands_where_the_formatter_has_it() -> None:
    module = copied_module(
        [[copied("a", 1, "def a(x)\n     when x > 1 and\n            x < 2 do\n  x\nend")]]
    )
    assert texts(module) == ["def a(x)\n    when x > 1 and\n           x < 2 do\n  x\nend"]


def test_a_head_of_many_lines_stands_where_the_formatter_has_it() -> None:
    source = "defp a(\n       x\n     )\n     when x do\n  x\nend"
    module = copied_module([[copied("a", 1, source.replace("defp", "def"))]])
    assert texts(module) == ["def a(\n      x\n    )\n    when x do\n  x\nend"]


def test_expressions_of_many_lines_stand_apart() -> None:
    source = "def a(c) do\n  x = 1\n  y = 2\n  c\n  |> put(x, y)\nend"
    (text,) = texts(copied_module([[copied("a", 1, source, made=True)]]))
    assert text == "def a(c) do\n  x = 1\n  y = 2\n\n  c\n  |> put(x, y)\nend"


def test_of_an_import_that_names_functions_those_that_are_used_are_left() -> None:
    only = "import A.B, only: [\n    put: 2,\n    get: 1,\n    drop: 2\n  ]"
    first = copied("a", 1, "def a(x), do: put(x, 1)", imports=(only, "import C, only: [no: 1]"))
    second = copied("b", 1, "def b(x), do: get(x)", imports=("import A.B, only: [get: 1]",))
    assert copied_module([[first], [second]]).imports == ("import A.B, only: [get: 1, put: 2]",)
    third = copied("c", 1, "def c(x), do: drop(x, 1)", imports=("import A.B",))
    assert copied_module([[first], [third]]).imports == ("import A.B",)
