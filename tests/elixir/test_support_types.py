"""The modules for PostgreSQL types that Ash has no type for."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ash_scaffold.ash.hints import EctoTypeHint, EmbedField, EmbedHint, Maker, Role
from ash_scaffold.ash.model import SupportType
from ash_scaffold.ash.type_mapper import Mapped, TypeMapper
from ash_scaffold.ash.types import BASE_TYPES, EXTENSION_TYPES
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.packaged import data_path
from ash_scaffold.postgres.catalog import Check, Field, Name, Type, TypeKind, TypeUse
from ash_scaffold.project.format import formatter_calls
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse

MOOD = Name("public", "mood")
# `atttypmod` of numeric(12,2).
NUMERIC_12_2 = TypeUse(name=Name("pg_catalog", "numeric"), typmod=(12 << 16 | 2) + 4)
OWN = {
    MOOD: Type(name=MOOD, kind=TypeKind.ENUM, labels=("sad", 'so "so"', "#{happy}")),
    Name("public", "flag"): Type(
        name=Name("public", "flag"), kind=TypeKind.ENUM, labels=("true", "nil")
    ),
    Name("odd", "The Email"): Type(
        name=Name("odd", "The Email"),
        kind=TypeKind.DOMAIN,
        base=TypeUse(name=Name("pg_catalog", "varchar"), typmod=204),
        checks=(Check("the_email", (), "(VALUE ~ '@'::text)"),),
    ),
    Name("public", "positive"): Type(
        name=Name("public", "positive"),
        kind=TypeKind.DOMAIN,
        base=TypeUse(name=Name("pg_catalog", "int4")),
    ),
    Name("public", "spot"): Type(
        name=Name("public", "spot"),
        kind=TypeKind.COMPOSITE,
        fields=(
            Field("Mood", TypeUse(name=MOOD)),
            Field("a long name of a field", NUMERIC_12_2),
            Field("moods", TypeUse(name=MOOD, dimensions=1)),
            Field("place", TypeUse(name=Name("pg_catalog", "point"))),
        ),
    ),
    Name("public", "floats"): Type(
        name=Name("public", "floats"),
        kind=TypeKind.RANGE,
        subtype=TypeUse(name=Name("pg_catalog", "float8")),
    ),
    Name("public", "spots"): Type(
        name=Name("public", "spots"),
        kind=TypeKind.RANGE,
        subtype=TypeUse(name=Name("pg_catalog", "point")),
    ),
    Name("public", "many_floats"): Type(
        name=Name("public", "many_floats"),
        kind=TypeKind.MULTIRANGE,
        subtype=TypeUse(name=Name("public", "floats")),
    ),
    **{
        Name("public", name): Type(name=Name("public", name), kind=TypeKind.BASE, extension=name)
        for name in EXTENSION_TYPES
    },
}


ECTO_TYPES = (
    EctoTypeHint(module="App.Plain", is_parameterized=False),
    EctoTypeHint(module="App.Mapped", of_map=True, is_parameterized=False),
    EctoTypeHint(module="App.Secret", is_parameterized=False, encrypted=True),
    EctoTypeHint(module="App.Prefixed", is_parameterized=True, schema="App.A", field="b"),
    EctoTypeHint(module="Some.Library", schema="App.A", field="b", compares=True),
)

INSIDE = EctoTypeHint(module="App.Inside", is_parameterized=False, in_embeds=True)

EMBED = EmbedHint(
    module="App.Address",
    many=True,
    fields=(
        EmbedField(name="id", key="id", base="binary_id", primary_key=True, maker=Maker.UUID),
        EmbedField(name="zip", key="zipCode", base="integer", default=1),
        EmbedField(name="at", key="at", base="naive_datetime_usec"),
        EmbedField(name="made", key="made", base="utc_datetime", role=Role.UPDATED),
        EmbedField(name="kind", key="kind", base="enum", values=(("a", 1),), dumped=True),
        EmbedField(name="tags", key="tags", base="string", many=True),
        EmbedField(name="plain", key="plain", custom=INSIDE),
        EmbedField(
            name="inner",
            key="inner",
            embed=EmbedHint(
                module="App.Inner", fields=(EmbedField(name="any", key="any", base="any"),)
            ),
        ),
    ),
)


def every_support() -> Iterator[SupportType]:
    """Map every type of the type map in each way that a column may use it."""
    mapper = TypeMapper(OWN, "App.Types")
    uses = [TypeUse(name=name, typmod=typmod) for name in OWN for typmod in (-1,)]
    uses += [TypeUse(name=Name("pg_catalog", n), typmod=t) for n in BASE_TYPES for t in (-1, 0, 6)]
    for use in uses:
        array = TypeUse(name=use.name, typmod=use.typmod, dimensions=1)
        for mapped in (
            mapper.map(use),
            mapper.map(use, key=True),
            mapper.map(use, option="tolerant"),
            mapper.map(use, option="naive"),
            mapper.map(array),
            mapper.map(array, option="nested"),
        ):
            if isinstance(mapped, Mapped):
                yield from mapped.supports
    jobs = Name("public", "jobs")
    yield from mapper.listed(jobs, "state", ("new", "in progress")).supports
    yield from mapper.stored_enum(jobs, "priority", (("low", 1), ("high", 5))).supports
    yield from mapper.stored_enum(jobs, "plan", (("free", "F"), ("pro", "P"))).supports
    yield from mapper.stored_enum(jobs, "level", (("first", 1),), is_open=True).supports
    yield from mapper.stored_enum(jobs, "mode", (("on", "on"),), is_open=True).supports
    for hint in ECTO_TYPES:
        yield from mapper.ecto_type(hint, TypeUse(name=Name("pg_catalog", "jsonb"))).supports
    yield from mapper.embed(EMBED, of_items=False, storage="jsonb").supports


SUPPORTS = {support.module: support for support in every_support()}
TEXTS = {module: Renderer().support(support) for module, support in SUPPORTS.items()}


def test_one_module_has_one_meaning() -> None:
    for support in every_support():
        assert SUPPORTS[support.module] == support


def test_every_template_has_its_type() -> None:
    folder = data_path("templates") / "elixir" / "types"
    templates = {path.name.removesuffix(".ex.j2") for path in folder.glob("*.ex.j2")}
    assert {support.template for support in SUPPORTS.values()} == templates


@pytest.mark.parametrize("module", sorted(SUPPORTS))
def test_a_module_parses_and_uses_a_type(module: str) -> None:
    tree = parse(TEXTS[module].encode())
    assert tree.fault is None
    (found,) = modules(tree)
    assert found.name == module
    kinds = ("Ash.Type", "Ash.Type.NewType", "Ash.Type.Enum", "Ash.Resource")
    assert found.use(*kinds) is not None or SUPPORTS[module].template == "ecto_embed"


@pytest.mark.skipif(shutil.which("mix") is None, reason="no mix on the PATH")
def test_the_formatter_changes_nothing(tmp_path: Path) -> None:
    calls = ", ".join(formatter_calls())
    (tmp_path / ".formatter.exs").write_text(
        f'[inputs: ["*.ex"], locals_without_parens: [{calls}]]'
    )
    for module, text in TEXTS.items():
        (tmp_path / f"{module}.ex").write_text(text)
    subprocess.run(["mix", "format"], cwd=tmp_path, check=True, timeout=60)
    assert {module: (tmp_path / f"{module}.ex").read_text() for module in TEXTS} == TEXTS


@pytest.mark.parametrize(
    ("module", "storage"),
    [
        ("Int2", ":int2"),
        ("Int4", ":int4"),
        ("Oid", ":oid"),
        ("Bpchar", ":bpchar"),
        ("Char", ':"\\"char\\""'),
        ("Json", ":jsonb"),
        ("Float", ":float"),
        ("Decimal", ":decimal"),
        ("Interval", ":interval"),
        ("Bit1", ':"bit(1)"'),
        ("Bit6", ':"bit(6)"'),
        ("Varbit", ":varbit"),
        ("Cidr", ":cidr"),
        ("Int4Range", ":int4range"),
        ("TstzMultirange", ":tstzmultirange"),
        ("Hstore", ":hstore"),
        ("Spot", ":spot"),
        ("Floats", ":floats"),
        ("ManyFloats", ":many_floats"),
        ("Positive", ":int4"),
    ],
)
def test_a_type_is_stored_as_postgresqls(module: str, storage: str) -> None:
    line = f"  @impl true\n  def storage_type(_constraints), do: {storage}\n"
    assert line in TEXTS[f"App.Types.{module}"]


def test_an_enum_holds_its_labels_as_literals() -> None:
    head = TEXTS["App.Types.Mood"].split("\n\n")[:2]
    assert head == [
        "defmodule App.Types.Mood do\n"
        '  use Ash.Type.Enum, values: [:sad, :"so \\"so\\"", :"\\#{happy}"]',
        "  @impl true\n  def storage_type, do: :mood",
    ]


def test_labels_that_read_as_other_atoms_make_all_of_them_strings() -> None:
    assert '  use Ash.Type.Enum, values: ["true", "nil"]\n' in TEXTS["App.Types.Flag"]


def test_an_enum_of_the_configuration_has_no_type_in_the_database() -> None:
    text = TEXTS["App.Types.JobState"]
    assert '  use Ash.Type.Enum, values: [:new, :"in progress"]\n' in text
    assert "storage_type" not in text


def test_a_domain_takes_its_bases_constraints() -> None:
    assert TEXTS["App.Types.OddTheEmail"].startswith(
        "defmodule App.Types.OddTheEmail do\n"
        '  @moduledoc "The domain `odd.\\"The Email\\"` over `varchar`."\n'
        "  use Ash.Type.NewType,\n"
        "    subtype_of: :string,\n"
        "    constraints: [max_length: 200, trim?: false, allow_empty?: true]\n"
    )


def test_a_composite_lists_its_fields() -> None:
    text = TEXTS["App.Types.Spot"]
    assert text[text.index("  @fields") : text.index("  ]\n") + 4] == (
        "  @fields [\n"
        "    {:mood, App.Types.Mood, []},\n"
        "    {:a_long_name_of_a_field, App.Types.Numeric,\n"
        '     [min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")]},\n'
        "    {:moods, {:array, App.Types.Mood}, [nil_items?: true]},\n"
        "    {:place, App.Types.Point, []}\n"
        "  ]\n"
    )
