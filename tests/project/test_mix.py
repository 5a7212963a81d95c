"""The first error of `mix compile`, as the versions of Elixir write it."""

from __future__ import annotations

import pytest

from ash_scaffold.project.mix import first_error

ELIXIR_1_14 = """Compiling 3 files (.ex)

== Compilation error in file lib/shop/order.ex ==
** (CompileError) lib/shop/order.ex:7: undefined function total/0
    (stdlib 4.2) lists.erl:1462: :lists.mapfoldl_1/3
"""
ELIXIR_1_18 = """Compiling 3 files (.ex)
    warning: variable "y" is unused
    │
  3 │   def a(y), do: 1
    │         ~
    │
    └─ lib/shop/a.ex:3:9: Shop.A.a/1

    error: undefined variable "x"
    │
 12 │   def b, do: x
    │              ^
    │
    └─ lib/shop/order.ex:12:14: Shop.Order.b/0

== Compilation error in file lib/shop/order.ex ==
** (CompileError) lib/shop/order.ex: cannot compile module Shop.Order
"""
TOKENS = """== Compilation error in file lib/shop/order.ex ==
** (SyntaxError) invalid syntax found on lib/shop/order.ex:4:3:
    error: syntax error before: end
    │
  4 │   end
    │   ^
    │
    └─ lib/shop/order.ex:4:3
"""
SPARK = """== Compilation error in file lib/shop/order.ex ==
** (Spark.Error.DslError) [Shop.Order]
attributes -> total:
  invalid type :strin
    (spark 2.7.2) lib/spark/dsl/entity.ex:1: Spark.Dsl.Entity.build/5
    lib/shop/order.ex:21: (file)
"""


@pytest.mark.parametrize(
    ("output", "where", "what"),
    [
        (ELIXIR_1_14, "lib/shop/order.ex:7", "undefined function total/0"),
        (ELIXIR_1_18, "lib/shop/order.ex:12", 'undefined variable "x"'),
        (TOKENS, "lib/shop/order.ex:4", "syntax error before: end"),
        (SPARK, "lib/shop/order.ex:21", "Spark.Error.DslError: [Shop.Order]"),
        ("** (Mix) Could not start application\n", "", "Mix: Could not start application"),
        ("", "", "no reason given"),
    ],
)
def test_the_first_error_has_its_file_and_line(output: str, where: str, what: str) -> None:
    assert first_error(output) == (where, what)
