from __future__ import annotations

import pytest

from ash_scaffold.ash.predicate import Operand, UntranslatableError, listed_values, translate
from ash_scaffold.ash.type_mapper import Mapped, TypeMapper
from ash_scaffold.postgres.catalog import Name, Type, TypeKind, TypeUse
from ash_scaffold.syntax.literal import flat

STATE = Name("public", "state")
_TYPES = TypeMapper(
    {
        STATE: Type(name=STATE, kind=TypeKind.ENUM, labels=("open", "in progress")),
        Name("public", "citext"): Type(
            name=Name("public", "citext"), kind=TypeKind.BASE, extension="citext"
        ),
    },
    "App.Types",
)


def operand(name: str, type_: str, *, schema: str = "pg_catalog", dimensions: int = 0) -> Operand:
    mapped = _TYPES.map(TypeUse(name=Name(schema, type_), dimensions=dimensions))
    assert isinstance(mapped, Mapped)
    return Operand(name, mapped)


OPERANDS = {
    "deleted_at": operand("deleted_at", "timestamptz"),
    "active": operand("active", "bool"),
    "hidden": operand("hidden", "bool"),
    "name": operand("name", "text"),
    "kind": operand("kind", "varchar"),
    "code": operand("code", "bpchar"),
    "email": operand("email", "citext", schema="public"),
    "age": operand("age", "int4"),
    "other": operand("other", "int8"),
    "price": operand("price", "numeric"),
    "ratio": operand("ratio", "float8"),
    "state": operand("state", "state", schema="public"),
    "tags": operand("tags", "text", dimensions=1),
    "data": operand("data", "jsonb"),
    "day": operand("day", "date"),
    "createdBy": operand("created_by", "int4"),
    "in": operand("in", "int4"),
}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("(deleted_at IS NULL)", "is_nil(deleted_at)"),
        ("(deleted_at IS NOT NULL)", "not is_nil(deleted_at)"),
        ('("in" IS NOT NULL)', "not is_nil(^ref(:in))"),
        ("(NOT (deleted_at IS NULL))", "not is_nil(deleted_at)"),
        ("(NOT (deleted_at IS NOT NULL))", "is_nil(deleted_at)"),
        ("active", "active"),
        ("(active IS UNKNOWN)", "is_nil(active)"),
        ("(active IS NOT UNKNOWN)", "not is_nil(active)"),
        ("(NOT (active AND hidden))", "not (active and hidden)"),
        ("(NOT ((kind)::text = ANY ('{a}'::text[])))", 'kind not in ["a"]'),
        ("(email = 'A'::public.citext)", 'email == "A"'),
        ("(code = 'a'::bpchar)", 'code == "a"'),
        ("((state)::text = 'open'::text)", "state == :open"),
        ("(NOT active)", "not active"),
        ("(active = true)", "active == true"),
        ("(active IS TRUE)", "active == true"),
        ("(hidden IS FALSE)", "hidden == false"),
        ("(active <> false)", "active != false"),
        ("(active AND (NOT hidden))", "active and not hidden"),
        ("((name)::text = 'a'::text)", 'name == "a"'),
        ("((kind)::text = 'it''s #{x}'::text)", 'kind == "it\'s \\#{x}"'),
        ("((kind)::text <> ''::text)", 'kind != ""'),
        ("(name = 'NULL'::text)", 'name == "NULL"'),
        ("(NOT ((kind)::text = 'a'::text))", 'kind != "a"'),
        ("(NOT (age < 3))", "age >= 3"),
        ("(age > 18)", "age > 18"),
        ("(18 < age)", "age > 18"),
        ("(age = '-1'::integer)", "age == -1"),
        ("(age <= (-1))", "age <= -1"),
        ("(price >= 9.50)", 'price >= Decimal.new("9.50")'),
        ("(price > (0)::numeric)", "price > 0"),
        ("(ratio < (0.5)::double precision)", "ratio < 0.5"),
        ("(age < age)", "age < age"),
        ("(state = 'open'::public.state)", "state == :open"),
        ("(state <> 'in progress'::public.state)", 'state != :"in progress"'),
        (
            "(state = ANY (ARRAY['open'::public.state, 'in progress'::public.state]))",
            'state in [:open, :"in progress"]',
        ),
        (
            "((kind)::text = ANY ("
            "(ARRAY['a'::character varying, 'b,c'::character varying])::text[]))",
            'kind in ["a", "b,c"]',
        ),
        ("((kind)::text = ANY ('{a,\"b,c\"}'::text[]))", 'kind in ["a", "b,c"]'),
        (
            "((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::text)::text]))",
            'kind in ["a", "b"]',
        ),
        ("(age = ANY (ARRAY[1, 2, '-3'::integer]))", "age in [1, 2, -3]"),
        (
            "((deleted_at IS NULL) AND ((name = 'a'::text) OR (name = 'b'::text)))",
            'is_nil(deleted_at) and (name == "a" or name == "b")',
        ),
        ('("createdBy" IS NULL)', "is_nil(created_by)"),
        ('("in" = 1)', "^ref(:in) == 1"),
    ],
)
def test_a_condition_becomes_an_expression(sql: str, expected: str) -> None:
    assert flat(translate(sql, OPERANDS)) == f"expr({expected})"


@pytest.mark.parametrize(
    ("sql", "text", "names"),
    [
        # NOT (x IS TRUE) and IS NOT TRUE hold for NULL too, which `not (x == true)` would not.
        ("(NOT (active IS TRUE))", "(NOT (? IS TRUE))", "active"),
        ("(active IS NOT TRUE)", "(? IS NOT TRUE)", "active"),
        ("(active IS NOT FALSE)", "(? IS NOT FALSE)", "active"),
        ("(age IS DISTINCT FROM 1)", "(? IS DISTINCT FROM 1)", "age"),
        ("(lower(name) = 'a'::text)", "(lower(?) = 'a'::text)", "name"),
        ("(name ~~ 'a%'::text)", "(? ~~ 'a%'::text)", "name"),
        # A cast to text makes citext tell case, and char(n) lose its padding.
        ("((email)::text = 'A'::text)", "((?)::text = 'A'::text)", "email"),
        ("((code)::text = 'a'::text)", "((?)::text = 'a'::text)", "code"),
        ("((name)::character(3) = 'a'::bpchar)", "((?)::character(3) = 'a'::bpchar)", "name"),
        (
            "((name)::character varying(2) = 'a'::text)",
            "((?)::character varying(2) = 'a'::text)",
            "name",
        ),
        ("((state)::text > 'open'::text)", "((?)::text > 'open'::text)", "state"),
        (
            "((name)::public.citext = 'a'::public.citext)",
            "((?)::public.citext = 'a'::public.citext)",
            "name",
        ),
        (
            "(NOT (active AND (hidden IS NOT TRUE)))",
            "(NOT (? AND (? IS NOT TRUE)))",
            "active, hidden",
        ),
        ("((age + 1) > 2)", "((? + 1) > 2)", "age"),
        ("((age)::text = '1'::text)", "((?)::text = '1'::text)", "age"),
        ("(age > 1.5)", "(? > 1.5)", "age"),
        ("(name > 'a'::text COLLATE \"C\")", "(? > 'a'::text COLLATE \"C\")", "name"),
        ("(day > '2020-01-01'::date)", "(? > '2020-01-01'::date)", "day"),
        ("(tags = '{}'::text[])", "(? = '{}'::text[])", "tags"),
        ("((data -> 'a'::text) = 'null'::jsonb)", "((? -> 'a'::text) = 'null'::jsonb)", "data"),
        ("(name <> ALL (ARRAY['a'::text]))", "(? <> ALL (ARRAY['a'::text]))", "name"),
        ("(age = ANY (ARRAY[1, NULL::integer]))", "(? = ANY (ARRAY[1, NULL::integer]))", "age"),
        ('("createdBy" > (age * 2))', "(? > (? * 2))", "created_by, age"),
        ("(age > 1 AND lower(name) = name)", "(? > 1 AND lower(?) = ?)", "age, name, name"),
        ("(name = 'C:\\x'::text || name)", "(? = 'C:\\\\x'::text || ?)", "name, name"),
        ("(length(name) > 3)", "(length(?) > 3)", "name"),
    ],
)
def test_what_ash_cannot_say_is_postgresqls_own_text(sql: str, text: str, names: str) -> None:
    escaped = text.replace('"', '\\"')
    assert flat(translate(sql, OPERANDS)) == f'expr(fragment("{escaped}", {names}))'


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("(lower(name) = '?'::text)", "a `?` in SQL can't be told from a fragment's parameter"),
        ("((data ? 'k'::text))", "a `?` in SQL can't be told from a fragment's parameter"),
        ("(lower(gone) = 'a'::text)", "the column gone has no attribute"),
        ("(gone IS NULL)", "the column gone has no attribute"),
        ("(random() > 1)", "it refers to no column"),
        ("(((", "it can't be parsed"),
    ],
)
def test_what_nobody_can_say_is_untranslatable(sql: str, reason: str) -> None:
    with pytest.raises(UntranslatableError, match=r".") as error:
        translate(sql, OPERANDS)
    assert str(error.value) == reason


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (
            "((state)::text = ANY ("
            "(ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            ("a", "b"),
        ),
        ("(state = ANY (ARRAY['a'::text, 'it''s'::text]))", ("a", "it's")),
        ("((state = 'a'::text) OR (state = 'b'::text))", ("a", "b")),
        ("(state = 'a'::text)", ("a",)),
        ("((state IS NULL) OR (state = 'a'::text))", None),
        ("(state <> 'a'::text)", None),
        ("(other = 'a'::text)", None),
        ("(lower(state) = 'a'::text)", None),
        ("((state = 'a'::text) AND (state = 'b'::text))", None),
        ("((state = 'a'::text) OR (other = 'b'::text))", None),
        ("(state = other)", None),
        ("(((", None),
    ],
)
def test_a_list_check_gives_its_values(sql: str, values: tuple[str, ...] | None) -> None:
    assert listed_values(sql, "state") == values
