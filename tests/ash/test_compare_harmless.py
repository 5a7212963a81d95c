"""What a team decides for itself, and what is unknown, is no difference."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec import structs
from tests.ash.comparing import (
    EXTRA,
    NOW,
    OPEN,
    POST,
    Edit,
    found,
    of,
    on,
    plus,
    without,
)

from ash_scaffold.ash.compare import Kind, compare
from ash_scaffold.ash.equivalence import plain_type
from ash_scaffold.ash.model import (
    ABSENT,
    Actions,
    AttributeKind,
    ConstraintName,
    IdentityDef,
    Path,
    ReadResource,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.term import Atom, Capture, Expr, Keyword, Module, Operator, Ref

OWN_RELATIONSHIP = Relationship(
    name="latest",
    kind=RelationshipKind.HAS_ONE,
    destination="App.Comment",
    source_attribute="id",
    destination_attribute="post_id",
)
HARMLESS: dict[str, Edit] = {
    "another name": on("attributes", "title", name="headline"),
    "public?": on("attributes", "title", public=False),
    "sensitive?": on("attributes", "secret", sensitive=False),
    "descriptions": on("attributes", "title", description="What it is called."),
    "the resource's description": of(description="What is written."),
    "actions": of(actions=Actions()),
    "order of attributes": of(attributes=POST.attributes[::-1]),
    "order of relationships": of(relationships=POST.relationships[::-1]),
    "order of identities": of(identities=POST.identities[::-1]),
    "order of constraints": on(
        "attributes", "title", constraints=(("allow_empty?", True), ("trim?", False))
    ),
    "a default that is stated": on(
        "attributes", "author_id", constraints=(("trim?", True), ("items", Keyword(())))
    ),
    "the long form of a short one": on(
        "attributes",
        "id",
        kind=AttributeKind.ATTRIBUTE,
        default=Capture("Ash.UUID", "generate", 0),
        type=Module("Ash.Type.UUID"),
    ),
    "the long form of a timestamp": on(
        "attributes",
        "inserted_at",
        kind=AttributeKind.ATTRIBUTE,
        default=NOW,
        type=Module("Ash.Type.UtcDatetimeUsec"),
    ),
    "a type by its module": on(
        "attributes", "tags", type=(Atom("array"), Module("Ash.Type.String"))
    ),
    "a type of the team's own": on("attributes", "title", type=Module("App.Types.Title")),
    "an own type in an array": on(
        "attributes", "tags", type=(Atom("array"), Module("App.Types.Tag"))
    ),
    "a default of nil": on("attributes", "author_id", default=None),
    "a default that is a decimal": on("attributes", "rank", default=Decimal("1.0")),
    "a default that is left to the database": on(
        "attributes", "rank", default=ABSENT, generated=True
    ),
    "nullable in a primary key": on("attributes", "id", allow_nil=True),
    "another name of a relationship": on("relationships", "labels", name="badges"),
    "an own relationship": plus("relationships", OWN_RELATIONSHIP),
    "allow_nil? of a relationship": on("relationships", "author", allow_nil=False),
    "a filter of an own": on("relationships", "author", filter=Expr(OPEN)),
    "another name of an identity": on("identities", "open", name="open_rank"),
    "order of keys": on("identities", "open", keys=("rank", "author_id")),
    "nesting of a condition": on(
        "identities",
        "open",
        where_sql="(deleted_at IS NULL) AND\n(state = 'open'::text)",
    ),
    "an identity of the primary key": plus(
        "identities", IdentityDef(name="id", keys=("id",), index="posts_id_index")
    ),
    "an identity of an index that is only known": plus(
        "identities", IdentityDef(name="lower", keys=("title",), index="posts_lower_title")
    ),
    "another message": on("check_constraints", "posts_title_check", message="no"),
    "the attribute of an error": on(
        "foreign_key_names", "comments_post_fk", attributes=("title",), message="is used"
    ),
}


@pytest.mark.parametrize("edit", HARMLESS.values(), ids=HARMLESS)
def test_what_a_team_decides_is_no_difference(edit: Edit) -> None:
    assert found(edit(POST)) == []


def test_a_chain_means_the_same_however_it_is_nested() -> None:
    a, b, c = (Operator("==", (Ref(name), 1)) for name in "abc")
    left = Expr(Operator("and", (Operator("and", (a, b)), c)))
    right = Expr(Operator("and", (a, Operator("and", (b, c)))))
    other = Expr(Operator("or", (a, Operator("and", (b, c)))))

    def where(condition: Expr) -> Resource:
        return on("identities", "title", where=condition)(POST)

    assert compare(where(left), where(right)) == ()
    assert [each.kind for each in compare(where(left), where(other))] == [Kind.WHERE]


def test_an_index_may_be_known_by_name_in_place_of_an_identity() -> None:
    by_name = plus("unique_index_names", ConstraintName(attributes=("rank",), name="posts_open"))

    assert found(by_name(without("identities", "open")(POST))) == []


def test_a_key_may_be_known_by_name_in_place_of_its_reference() -> None:
    name = ConstraintName(attributes=("author_id",), name="posts_author_fk")
    own = on("references", "author", name=None, foreign_key="posts_author_id_fkey")

    assert found(plus("foreign_key_names", name)(own(POST))) == []


def test_the_default_name_of_a_key_is_not_stated() -> None:
    wanted = structs.replace(POST, references=())
    stated = Reference(
        relationship="author",
        foreign_key="posts_author_id_fkey",
        name="posts_author_id_fkey",
        on_delete=Atom("nothing"),
        deferrable=False,
        match_type=Atom("simple"),
    )

    assert compare(wanted, structs.replace(POST, references=(stated,))) == ()


def test_an_own_attribute_may_use_a_column_that_is_not_planned() -> None:
    own = plus("attributes", EXTRA)(POST)

    assert compare(POST, own, columns={"old_col"}) == ()


UNKNOWN: list[tuple[Edit, set[Path]]] = [
    (of(table="", schema="x"), {("table",), ("schema",)}),
    (of(repo="", migrate=True), {("repo",), ("migrate",)}),
    (without("attributes", "title"), {("attributes",)}),
    (
        on("attributes", "title", name="headline", column="headline"),
        {("attributes", "headline", "column")},
    ),
    (on("attributes", "title", column="headline"), {("attributes", "title", "column")}),
    (
        on("attributes", "title", type=None, constraints=(), allow_nil=True, writable=False),
        {("attributes", "title", f) for f in ("type", "constraints", "allow_nil", "writable")},
    ),
    (on("attributes", "rank", default=ABSENT), {("attributes", "rank", "default")}),
    (on("attributes", "number", generated=False), {("attributes", "number", "default")}),
    (without("relationships", "labels"), {("relationships",)}),
    (
        on("relationships", "labels", name="badges", destination=""),
        {("relationships", "badges", "destination")},
    ),
    (
        on("relationships", "comments", filter=None),
        {("relationships", "comments", "filter")},
    ),
    (without("identities", "title"), {("identities",)}),
    (without("identities", "title"), {("unique_index_names",)}),
    (
        on("identities", "open", index="", index_name=None, keys=(), where=None),
        {("identities", "open", f) for f in ("index", "index_name", "keys", "where")}
        | {("identities", "open", "where_sql")},
    ),
    (without("references", "author"), {("references",)}),
    (
        on("references", "author", name=None, on_delete=None, foreign_key=""),
        {("references", "author", f) for f in ("name", "on_delete", "foreign_key")},
    ),
    (without("check_constraints", "posts_title_check"), {("check_constraints",)}),
    (without("unique_index_names", "posts_lower_title"), {("unique_index_names",)}),
    (
        without("exclusion_constraint_names", "posts_rank_excl"),
        {("exclusion_constraint_names",)},
    ),
    (without("foreign_key_names", "comments_post_fk"), {("foreign_key_names",)}),
]


@pytest.mark.parametrize(("edit", "unknown"), UNKNOWN, ids=[str(sorted(u)) for _, u in UNKNOWN])
def test_what_is_unknown_gives_no_difference(edit: Edit, unknown: set[Path]) -> None:
    has = edit(POST)

    assert found(has) != []
    assert found(ReadResource(resource=has, unknown=frozenset(unknown))) == []


@pytest.mark.parametrize(
    ("module", "short"),
    [("UUID", "uuid"), ("UUIDv7", "uuid_v7"), ("DateTime", "datetime"), ("CiString", "ci_string")],
)
def test_a_built_in_type_goes_by_its_short_name(module: str, short: str) -> None:
    assert plain_type(Module(f"Ash.Type.{module}")) == Atom(short)
