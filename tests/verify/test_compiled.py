"""A compiled resource becomes the model that the comparison takes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ash_scaffold.ash.compare import Kind, compare
from ash_scaffold.ash.model import (
    Attribute,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Multitenancy,
    ReadResource,
    Relationship,
    RelationshipKind,
    Resource,
    Strategy,
)
from ash_scaffold.postgres.catalog import Database, Name, Type, TypeKind, TypeUse
from ash_scaffold.term import Atom, Call, Expr, Keyword, Ref, Term
from ash_scaffold.verify.answers import (
    AttributeAnswer,
    IdentityAnswer,
    NameAnswer,
    RelationshipAnswer,
    ResourceAnswer,
)
from ash_scaffold.verify.compiled import Fit, fit, read_compiled

TABLE = Name("public", "users")
PAID = Expr(Call("is_nil", (Ref("paid_at"),)))


def planned(**more: Any) -> Resource:
    return Resource(
        module="App.User", domain="App", repo="App.Repo", table="users", schema="public", **more
    )


def attribute(name: str, type_: str = "Ash.Type.String", **more: Any) -> AttributeAnswer:
    given: dict[str, Any] = {
        "source": name,
        "storage": ":string",
        "allow_nil": True,
        "primary_key": False,
        "generated": False,
        "writable": True,
        "sensitive": False,
        "default": False,
    }
    return AttributeAnswer(name=name, type=type_, **(given | more))


def compiled(
    expected: Resource, *attributes: AttributeAnswer, own_keys: tuple[str, ...] = (), **more: Any
) -> ReadResource:
    answer = ResourceAnswer(
        module="App.User",
        domain="App",
        file="/app/lib/user.ex",
        schema="public",
        table="users",
        repo="App.Repo",
        migrate=False,
        attributes=attributes,
        **more,
    )
    names = {each.column: each.name for each in expected.attributes}
    return read_compiled(answer, expected, {TABLE: names}, own_keys)


def differences(expected: Resource, actual: ReadResource) -> list[tuple[str, str]]:
    return [(each.kind.value, each.object) for each in compare(expected, actual)]


@pytest.mark.parametrize(
    ("type_", "constraints", "answered", "given"),
    [
        (Atom("string"), (("trim?", False),), "Ash.Type.String", {"trim?": False}),
        (
            (Atom("array"), Atom("string")),
            (("nil_items?", True), ("items", Keyword((("trim?", False),)))),
            "{:array, Ash.Type.String}",
            {"nil_items?": True, "items": {"trim?": False, "allow_empty?": False}},
        ),
        (
            Atom("decimal"),
            (("max", Decimal("9.9")),),
            "Ash.Type.Decimal",
            {"max": "9.90", "precision": ":arbitrary", "scale": ":arbitrary"},
        ),
        (
            Atom("range"),
            (("inner_type", Atom("datetime")), ("allow_empty?", True)),
            "Ash.Type.Range",
            {"inner_type": "Ash.Type.DateTime", "allow_empty?": True},
        ),
    ],
)
def test_an_attribute_of_the_planned_type_is_no_difference(
    type_: Term, constraints: tuple[tuple[str, Term], ...], answered: str, given: dict[str, object]
) -> None:
    expected = planned(
        attributes=(Attribute(name="a", column="a", type=type_, constraints=constraints),)
    )
    actual = compiled(expected, attribute("a", answered, constraints=given))
    assert differences(expected, actual) == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"trim?": False}, []),
        ({"trim?": True}, [("constraints differ", "a")]),
        ({"trim?": False, "max_length": 9}, [("constraints differ", "a")]),
        ({"trim?": False, "casing": ":upper"}, []),
    ],
)
def test_limits_of_a_built_in_type_count_and_options_that_ash_fills_in_do_not(
    given: dict[str, object], found: list[tuple[str, str]]
) -> None:
    expected = planned(
        attributes=(
            Attribute(name="a", column="a", type=Atom("string"), constraints=(("trim?", False),)),
        )
    )
    assert differences(expected, compiled(expected, attribute("a", constraints=given))) == found


def test_an_attribute_goes_by_the_planned_name_of_its_column() -> None:
    expected = planned(
        attributes=(Attribute(name="login", column="email", type=Atom("string")),),
        identities=(IdentityDef(name="login", keys=("login",), index="users_email_index"),),
    )
    actual = compiled(
        expected,
        attribute("address", source="email"),
        identities=(IdentityAnswer(name="login", columns=("email",), index="users_email_index"),),
    )
    assert [each.name for each in actual.resource.attributes] == ["login"]
    assert differences(expected, actual) == []


@pytest.mark.parametrize(
    ("planned_where", "has_where", "found"),
    [
        (None, False, []),
        (PAID, True, []),
        (PAID, False, [("where differs", "i")]),
        (None, True, [("where differs", "i")]),
    ],
)
def test_of_a_condition_only_its_presence_is_known(
    planned_where: Expr | None, has_where: bool, found: list[tuple[str, str]]
) -> None:
    expected = planned(
        identities=(IdentityDef(name="a", keys=("a",), index="i", where=planned_where),)
    )
    answer = IdentityAnswer(name="a", columns=("a",), index="i", where=has_where)
    assert differences(expected, compiled(expected, identities=(answer,))) == found


NAMES = planned(
    unique_index_names=(ConstraintName(attributes=("a",), name="users_lower_index"),),
    exclusion_constraint_names=(ConstraintName(attributes=("a",), name="users_during_excl"),),
    foreign_key_names=(
        ConstraintName(attributes=("a",), name="posts_fk"),
        ConstraintName(attributes=("a",), name="users_fk"),
    ),
    check_constraints=(CheckConstraint(attributes=("a",), name="users_age_check"),),
)
ALL = {
    "unique": "users_lower_index",
    "exclusion": "users_during_excl",
    "pointing_key": "posts_fk",
    "own_key": "users_fk",
    "check": "users_age_check",
}


def names(known: dict[str, str], match: str = "exact") -> list[tuple[str, str]]:
    answers = tuple(
        NameAnswer(kind=kind, name=name, match=match)  # type: ignore[arg-type]
        for kind, name in known.items()
    )
    return differences(NAMES, compiled(NAMES, own_keys=("users_fk",), names=answers))


@pytest.mark.parametrize("kind", ALL)
def test_a_constraint_is_known_by_its_name_among_those_of_its_kind(kind: str) -> None:
    assert names(ALL) == []
    assert names(ALL | {kind: "another"}) == [("constraint unknown", ALL[kind])]


def test_a_pointing_key_is_no_own_one() -> None:
    swapped = ALL | {"own_key": "posts_fk", "pointing_key": "users_fk"}
    assert names(swapped) == [
        ("constraint unknown", "posts_fk"),
        ("constraint unknown", "users_fk"),
    ]


@pytest.mark.parametrize(
    ("match", "part"),
    [
        ("suffix", lambda name: name[2:]),
        ("prefix", lambda name: name[:-2]),
        ("regex", lambda name: f"^{name[0]}.*{name[-1]}$"),
    ],
)
def test_a_name_is_recognised_in_the_way_that_the_repo_compares(
    match: str, part: Callable[[str], str]
) -> None:
    assert names({kind: part(name) for kind, name in ALL.items()}, match) == []
    assert names(dict.fromkeys(ALL, "x"), match) != []


def test_the_attributes_of_a_join_table_are_not_answered() -> None:
    joined = Relationship(
        name="tags",
        kind=RelationshipKind.MANY_TO_MANY,
        destination="App.Tag",
        source_attribute="id",
        destination_attribute="id",
        through="App.UserTag",
        source_attribute_on_join="user_id",
        destination_attribute_on_join="tag_id",
    )
    expected = planned(relationships=(joined,))
    answer = RelationshipAnswer(
        name="labels",
        kind="many_to_many",
        destination="App.Tag",
        destination_table=("public", "tags"),
        source_column="id",
        destination_column="id",
        through="App.UserTag",
    )
    assert differences(expected, compiled(expected, relationships=(answer,))) == []


def test_one_of_many_rows_does_not_stand_for_all_of_them() -> None:
    orders = Relationship(
        name="orders",
        kind=RelationshipKind.HAS_MANY,
        destination="App.Order",
        source_attribute="id",
        destination_attribute="user_id",
    )
    expected = planned(relationships=(orders,))
    answers = [
        RelationshipAnswer(
            name=name,
            kind=kind,
            destination="App.Order",
            destination_table=("public", "orders"),
            source_column="id",
            destination_column="user_id",
            filtered=kind == "has_one",
        )
        for name, kind in (("latest", "has_one"), ("purchases", "has_many"))
    ]
    assert differences(expected, compiled(expected, relationships=tuple(answers))) == []


@pytest.mark.parametrize("all_tenants", [False, True])
def test_an_identity_has_the_column_of_the_tenant_unless_it_is_over_all(all_tenants: bool) -> None:
    expected = Resource(
        module="App.User",
        domain="App",
        repo="App.Repo",
        table="users",
        schema="public",
        multitenancy=Multitenancy(strategy=Strategy.ATTRIBUTE, attribute="org"),
        attributes=(
            Attribute(name="org", column="org_id", type=Atom("integer"), writable=False),
            Attribute(name="email", column="email", type=Atom("string")),
        ),
        identities=(IdentityDef(name="email", keys=("org", "email"), index="users_email_index"),),
    )
    columns = ("email",) if all_tenants else ("org_id", "email")
    actual = compiled(
        expected,
        attribute("org", "Ash.Type.Integer", source="org_id", writable=False),
        attribute("email"),
        strategy="attribute",
        tenant="org_id",
        identities=(
            IdentityAnswer(
                name="email",
                columns=columns,
                index="users_email_index",
                all_tenants=all_tenants,
            ),
        ),
    )
    assert actual.tenant == "org"
    found = [each.kind for each in compare(expected, actual)]
    assert found == ([Kind.KEYS] if all_tenants else [])


def test_a_compiled_resource_without_multitenancy_shows_the_rows_of_all() -> None:
    expected = Resource(
        module="App.User",
        domain="App",
        repo="App.Repo",
        table="users",
        schema="public",
        multitenancy=Multitenancy(strategy=Strategy.CONTEXT),
    )
    assert [each.kind for each in compare(expected, compiled(expected))] == [Kind.MULTITENANCY]
    there = compiled(expected, strategy="context")
    assert compare(expected, there) == ()


@pytest.mark.parametrize(("per_tenant", "expected"), [(True, Fit.FITS), (False, Fit.OTHER)])
def test_a_type_of_each_tenant_s_schema_is_stored_as_text(per_tenant: bool, expected: Fit) -> None:
    status = Name("public", "status")
    database = Database(
        server_version=150000,
        schemas=("public",),
        tables=(),
        types={status: Type(name=status, kind=TypeKind.ENUM, per_tenant=per_tenant)},
    )
    stored = attribute("status", "App.Types.Status", pg_type=("pg_catalog", "varchar", 0))
    assert fit(database, TypeUse(name=status), stored) is expected
