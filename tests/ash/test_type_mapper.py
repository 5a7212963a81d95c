"""Types of columns become Ash types, with the support modules they need."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from ash_scaffold.ash.type_mapper import Mapped, TypeMapper, Unmapped
from ash_scaffold.ash.types import BASE_TYPES, Effect, Risk, numeric_limits
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.postgres.catalog import Field, Name, Type, TypeKind, TypeUse
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Keyword


def builtin(name: str, typmod: int = -1, dimensions: int = 0) -> TypeUse:
    return TypeUse(name=Name("pg_catalog", name), typmod=typmod, dimensions=dimensions)


def own(name: str, dimensions: int = 0) -> TypeUse:
    return TypeUse(name=Name("public", name), dimensions=dimensions)


def type_(name: str, kind: TypeKind, **facts: object) -> tuple[Name, Type]:
    key = Name("public", name)
    return key, Type(name=key, kind=kind, **facts)  # type: ignore[arg-type]


def domain(name: str, base: TypeUse) -> tuple[Name, Type]:
    return type_(name, TypeKind.DOMAIN, base=base)


def span(name: str, subtype: TypeUse) -> tuple[Name, Type]:
    return type_(name, TypeKind.RANGE, subtype=subtype)


TYPES = dict(
    [
        type_("mood", TypeKind.ENUM, labels=("sad",)),
        type_("bit3", TypeKind.ENUM, labels=("x",)),
        type_("mood_array", TypeKind.ENUM, labels=("x",)),
        type_("job_state", TypeKind.ENUM, labels=("x",)),
        type_("citext", TypeKind.BASE, extension="citext"),
        type_("ltree", TypeKind.BASE, extension="ltree"),
        type_("hstore", TypeKind.BASE, extension="hstore"),
        type_("geometry", TypeKind.BASE, extension="postgis"),
        type_("vector", TypeKind.BASE, extension="vector"),
        domain("small", builtin("int2")),
        domain("email", own("citext")),
        domain("tags", builtin("text", dimensions=1)),
        domain("days", builtin("daterange")),
        domain("doc", builtin("jsonb")),
        domain("pairs", own("hstore")),
        domain("spans", builtin("int4multirange")),
        domain("cost", own("price")),
        domain("stamp", builtin("timestamptz")),
        type_("price", TypeKind.COMPOSITE, fields=(Field("days", builtin("daterange")),)),
        type_("tagged", TypeKind.COMPOSITE, fields=(Field("tags", own("tags")),)),
        type_("paid", TypeKind.COMPOSITE, fields=(Field("by", builtin("money")),)),
        span("floats", builtin("float8")),
        span("moods", own("mood")),
        span("monies", builtin("money")),
        span("domains", own("days")),
        type_("many_floats", TypeKind.MULTIRANGE, subtype=own("floats")),
        type_("many_monies", TypeKind.MULTIRANGE, subtype=own("monies")),
    ]
)


def mapper(configured: dict[str, str] | None = None, *, geo_postgis: bool = False) -> TypeMapper:
    said = configured or {}
    return TypeMapper(TYPES, "App.Types", lambda name: said.get(name.name), geo_postgis=geo_postgis)


def shown(mapped: Mapped | Unmapped) -> str:
    """Write what a type becomes: type and constraints, or the reason why there is none."""
    if isinstance(mapped, Unmapped):
        return f"# {mapped.reason}"
    constraints = flat(Keyword(mapped.constraints))[1:-1]
    return flat(mapped.type) + (f", {constraints}" if constraints else "")


LISTS = "# its values are lists themselves, so they can't be nested"
STRING = "trim?: false, allow_empty?: true"


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (builtin("varchar", 9), f":string, max_length: 5, {STRING}"),
        (
            builtin("varchar", 9, 1),
            f"{{:array, :string}}, nil_items?: true, items: [max_length: 5, {STRING}]",
        ),
        (builtin("bit", 3), "App.Types.Bit3"),
        (builtin("bit", 3, 1), "{:array, App.Types.Bit3}, nil_items?: true"),
        (builtin("varbit", 8), "App.Types.Varbit8"),
        (builtin("varbit"), "App.Types.Varbit"),
        (builtin("time", dimensions=1), "{:array, App.Types.TimeUsec}, nil_items?: true"),
        (builtin("time", 0, 1), "{:array, :time}, nil_items?: true"),
        (builtin("timestamp", 0, 1), "{:array, App.Types.UtcDatetime}, nil_items?: true"),
        (builtin("timestamptz", -1, 1), "{:array, App.Types.TimestamptzUsec}, nil_items?: true"),
        (builtin("jsonb"), "App.Types.Json"),
        (builtin("jsonb", dimensions=1), "{:array, App.Types.JsonItem}, nil_items?: true"),
        (builtin("regclass"), "App.Types.Regclass"),
        (builtin("regrole"), "# Postgrex can't read it"),
        (
            builtin("tsvector", dimensions=1),
            "# Postgrex takes a tsvector's list for one more dimension of an array",
        ),
        (builtin("money"), "# Postgrex can't read it"),
        (builtin("money", dimensions=1), "# Postgrex can't read it"),
        (own("bit3"), "App.Types.Bit3Enum"),
        (own("small"), "App.Types.Small"),
        (own("email"), "App.Types.Email"),
        (own("tags"), f"{{:array, :string}}, nil_items?: true, items: [{STRING}]"),
        (own("tags", 1), "# Postgrex can't read an array of tags"),
        (own("days"), "App.Types.Days"),
        (own("days", 1), "# Postgrex can't read an array of days"),
        (own("cost"), "App.Types.Price"),
        (own("cost", 1), "# Postgrex can't read an array of cost"),
        (own("stamp", 1), "{:array, App.Types.Stamp}, nil_items?: true"),
        (own("doc"), "# Postgrex can't write a domain over jsonb"),
        (own("doc", 1), "# Postgrex can't write a domain over jsonb"),
        (own("pairs"), "# Postgrex can't write a domain over hstore"),
        (own("spans"), "# Postgrex can't write a domain over int4multirange"),
        (own("tagged"), "# its field tags: Postgrex can't read tags there"),
        (own("paid"), "# its field by: Postgrex can't read it"),
        (own("floats"), "App.Types.Floats"),
        (own("moods"), "App.Types.Moods"),
        (own("monies"), "# its bounds: Postgrex can't read it"),
        (own("domains"), "# Postgrex can't read a range of days"),
        (own("many_monies"), "# its bounds: Postgrex can't read it"),
        (own("vector"), "# Postgrex reads it only with AshPostgres' vector extension"),
        (own("geometry"), "# Postgrex reads it only with geo_postgis"),
    ],
)
def test_a_type_becomes(use: TypeUse, expected: str) -> None:
    assert shown(mapper().map(use)) == expected


def test_geometry_needs_geo_postgis_and_a_vector_its_entry() -> None:
    assert shown(mapper(geo_postgis=True).map(own("geometry"))) == "Geo.PostGIS.Geometry"
    said = mapper({"vector": ":vector"})
    assert shown(said.map(own("vector"))) == ":vector"
    assert shown(said.map(own("vector", 1))) == "{:array, :vector}, nil_items?: true"


@pytest.mark.parametrize(
    ("use", "expected", "storage"),
    [
        (builtin("int4", dimensions=2), "App.Types.Int4Array", ":\"int4[]\""),
        (builtin("varchar", 9, 1), "App.Types.Varchar5Array", ":\"varchar[]\""),
        (builtin("bit", 3, 1), "App.Types.Bit3Array", ":\"bit(3)[]\""),
        (own("mood", 1), "App.Types.NestedMoodArray", ":\"mood[]\""),
        (builtin("jsonb", dimensions=1), LISTS, ""),
        (own("ltree", 1), LISTS, ""),
        (builtin("int4"), '# "nested" is for arrays only', ""),
    ],
)  # fmt: skip
def test_an_array_of_any_dimensions_is_a_type_of_its_own(
    use: TypeUse, expected: str, storage: str
) -> None:
    mapped = mapper().map(use, option="nested")
    assert shown(mapped) == expected
    if isinstance(mapped, Mapped):
        text = Renderer().support(mapped.supports[-1])
        assert f"def storage_type(_constraints), do: {storage}\n" in text


def test_all_arrays_of_a_type_may_be_nested_by_its_entry() -> None:
    said = mapper({"int4": "nested"})
    assert shown(said.map(builtin("int4", dimensions=1))) == "App.Types.Int4Array"
    assert shown(said.map(builtin("int4"))) == ":integer"


def test_a_list_of_values_takes_a_name_that_no_type_has() -> None:
    listed = mapper().listed
    assert shown(listed(Name("public", "jobs"), "state", ("a",))) == "App.Types.JobStateEnum"
    assert shown(listed(Name("public", "jobs"), "kind", ("a",))) == "App.Types.JobKind"


@pytest.mark.parametrize(
    ("mapped", "risks"),
    [
        (lambda m: m.map(builtin("float8")), [Risk.FLOAT_SPECIAL]),
        (lambda m: m.map(builtin("float8"), option="tolerant"), []),
        (
            lambda m: m.map(builtin("numeric", dimensions=1)),
            [Risk.NUMERIC_SPECIAL, Risk.TWO_DIMENSIONS, Risk.ARRAY_BOUNDS],
        ),
        (lambda m: m.map(builtin("int4", dimensions=1), option="nested"), [Risk.ARRAY_BOUNDS]),
        (lambda m: m.map(builtin("json")), [Risk.JSON_NULL, Risk.JSON_NUMBER, Risk.JSON_TEXT]),
        (lambda m: m.map(builtin("daterange")), [Risk.INFINITE_BOUND]),
        (lambda m: m.map(own("floats")), [Risk.NUMBER_BOUND]),
        (lambda m: m.map(builtin("numrange")), [Risk.NUMBER_BOUND]),
        (lambda m: m.map(own("price")), [Risk.INFINITE_BOUND]),
        (lambda m: m.map(builtin("point")), [Risk.GEOMETRY_SPECIAL]),
        (lambda m: m.map(builtin("time")), [Risk.HOUR_24]),
    ],
)
def test_the_values_that_do_not_survive_are_known(
    mapped: Callable[[TypeMapper], Mapped], risks: list[Risk]
) -> None:
    assert list(mapped(mapper()).risks) == risks


def test_every_risk_says_what_becomes_of_the_value() -> None:
    assert [risk for risk in Risk if risk.effect is Effect.NOT_KEPT] == [
        *(Risk.NUMBER_BOUND, Risk.TIMETZ_OFFSET, Risk.ARRAY_BOUNDS),
        *(Risk.JSON_NULL, Risk.JSON_NUMBER, Risk.JSON_TEXT),
    ]
    assert BASE_TYPES["timetz"].risks == (Risk.TIMETZ_OFFSET,)


def numeric(precision: int, scale: int) -> int:
    """Return the `atttypmod` of `numeric(precision, scale)`."""
    return (precision << 16 | scale & 0x7FF) + 4


@pytest.mark.parametrize(
    ("precision", "scale"),
    [(10, 2), (28, 0), (29, 0), (30, 2), (38, 18), (28, 28), (1000, 500), (2, -30)],
)
def test_the_bounds_of_a_numeric_are_exact_at_any_precision(precision: int, scale: int) -> None:
    largest = dict(numeric_limits(numeric(precision, scale)))
    digits = Fraction(10**precision - 1) / Fraction(10) ** scale
    assert {name: Fraction(str(value)) for name, value in largest.items()} == {
        "min": -digits,
        "max": digits,
    }
