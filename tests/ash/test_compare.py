"""A resource held against the one that fits the database: what differs."""

from __future__ import annotations

import pytest
from msgspec import structs
from tests.ash.comparing import (
    EXTRA,
    NOT_DELETED,
    NOW,
    OPEN,
    POST,
    STRING,
    TYPES,
    Edit,
    entity,
    found,
    of,
    on,
    plus,
    without,
)

from ash_scaffold.ash.compare import Difference, Kind, compare
from ash_scaffold.ash.model import (
    ABSENT,
    Absent,
    ConstraintName,
    IdentityDef,
    Multitenancy,
    Path,
    ReadResource,
    RelationshipKind,
    Resource,
    Strategy,
)
from ash_scaffold.term import Atom, Expr, Module, Operator, Parent, Ref, Term


def differs(
    kind: Kind, path: str, object_: str, expected: object, actual: object
) -> tuple[Kind, Path, str, object, object]:
    return (kind, tuple(path.split(".")), object_, expected, actual)


DEVIATIONS: list[tuple[Edit, tuple[Kind, Path, str, object, object]]] = [
    (of(table="articles"), differs(Kind.TABLE, "table", "", "posts", "articles")),
    (of(schema="blog"), differs(Kind.SCHEMA, "schema", "", "public", "blog")),
    (of(repo="App.Other"), differs(Kind.REPO, "repo", "", "App.Repo", "App.Other")),
    (of(migrate=True), differs(Kind.MIGRATE, "migrate", "", False, True)),
    (
        without("attributes", "title"),
        differs(
            Kind.ATTRIBUTE_MISSING, "attributes", "title", entity("attributes", "title"), ABSENT
        ),
    ),
    (
        plus("attributes", EXTRA),
        differs(Kind.ATTRIBUTE_EXTRA, "attributes.old", "old_col", ABSENT, EXTRA),
    ),
    (
        on("attributes", "rank", column="rank"),
        differs(Kind.SOURCE, "attributes.rank.column", "Rank", "Rank", "rank"),
    ),
    (
        on("attributes", "number", type=Atom("string")),
        differs(Kind.TYPE, "attributes.number.type", "number", Atom("integer"), Atom("string")),
    ),
    (
        on("attributes", "tags", type=(Atom("array"), Atom("integer"))),
        differs(
            Kind.TYPE,
            "attributes.tags.type",
            "tags",
            (Atom("array"), Atom("string")),
            (Atom("array"), Atom("integer")),
        ),
    ),
    (
        on("attributes", "rank", type=Module("App.Types.Int2")),
        differs(
            Kind.TYPE,
            "attributes.rank.type",
            "Rank",
            Module("App.Types.Int4"),
            Module("App.Types.Int2"),
        ),
    ),
    (
        on("attributes", "title", constraints=(("allow_empty?", True),)),
        differs(
            Kind.CONSTRAINTS,
            "attributes.title.constraints",
            "title",
            list(STRING),
            [("allow_empty?", True)],
        ),
    ),
    (
        on("attributes", "id", primary_key=False),
        differs(Kind.PRIMARY_KEY, "attributes.id.primary_key", "id", True, False),
    ),
    (
        on("attributes", "title", allow_nil=True),
        differs(Kind.ALLOW_NIL, "attributes.title.allow_nil", "title", False, True),
    ),
    (
        on("attributes", "author_id", allow_nil=False),
        differs(Kind.ALLOW_NIL, "attributes.author_id.allow_nil", "author_id", True, False),
    ),
    (
        on("attributes", "number", generated=False),
        differs(Kind.GENERATED, "attributes.number.generated", "number", True, False),
    ),
    (
        on("attributes", "number", writable=False),
        differs(Kind.WRITABLE, "attributes.number.writable", "number", True, False),
    ),
    (
        on("attributes", "rank", default=2),
        differs(Kind.DEFAULT, "attributes.rank.default", "Rank", 1, 2),
    ),
    (
        on("attributes", "rank", default=True),
        differs(Kind.DEFAULT, "attributes.rank.default", "Rank", 1, True),
    ),
    (
        on("attributes", "rank", default=ABSENT),
        differs(Kind.DEFAULT, "attributes.rank.default", "Rank", 1, ABSENT),
    ),
    (
        on("attributes", "number", default=7),
        differs(Kind.DEFAULT, "attributes.number.default", "number", ABSENT, 7),
    ),
    (
        on("attributes", "inserted_at", update_default=NOW),
        differs(
            Kind.UPDATE_DEFAULT,
            "attributes.inserted_at.update_default",
            "inserted_at",
            ABSENT,
            NOW,
        ),
    ),
    (
        on("relationships", "author", destination="App.Person"),
        differs(
            Kind.DESTINATION,
            "relationships.author.destination",
            "author",
            "App.User",
            "App.Person",
        ),
    ),
    (
        on("relationships", "author", source_attribute="number"),
        differs(
            Kind.SOURCE_ATTRIBUTE,
            "relationships.author.source_attribute",
            "author",
            "author_id",
            "number",
        ),
    ),
    (
        on("relationships", "comments", destination_attribute="article_id"),
        differs(
            Kind.DESTINATION_ATTRIBUTE,
            "relationships.comments.destination_attribute",
            "comments",
            "post_id",
            "article_id",
        ),
    ),
    (
        on("relationships", "comments", kind=RelationshipKind.HAS_ONE),
        differs(
            Kind.RELATIONSHIP_KIND, "relationships.comments", "comments", "has_many", "has_one"
        ),
    ),
    (
        on("relationships", "comments", filter=None),
        differs(
            Kind.FILTER,
            "relationships.comments.filter",
            "comments",
            Expr(Operator("==", (Ref("year"), Parent("year")))),
            None,
        ),
    ),
    (
        without("relationships", "comments"),
        differs(
            Kind.RELATIONSHIP_MISSING,
            "relationships",
            "comments",
            entity("relationships", "comments"),
            ABSENT,
        ),
    ),
    (
        on("relationships", "labels", through="App.Tagging"),
        differs(
            Kind.THROUGH,
            "relationships.labels.through",
            "labels",
            "App.PostLabel",
            "App.Tagging",
        ),
    ),
    (
        on("relationships", "labels", destination_attribute_on_join="tag_id"),
        differs(
            Kind.JOIN_ATTRIBUTE,
            "relationships.labels.destination_attribute_on_join",
            "labels",
            "label_id",
            "tag_id",
        ),
    ),
    (
        without("identities", "open"),
        differs(
            Kind.IDENTITY_MISSING, "identities", "posts_open", entity("identities", "open"), ABSENT
        ),
    ),
    (
        plus("identities", IdentityDef(name="rank", keys=("rank",), index="posts_rank_index")),
        differs(
            Kind.IDENTITY_EXTRA,
            "identities.rank",
            "posts_rank_index",
            ABSENT,
            IdentityDef(name="rank", keys=("rank",), index="posts_rank_index"),
        ),
    ),
    (
        on("identities", "open", index="posts_open_index", index_name=None),
        differs(
            Kind.INDEX_NAME,
            "identities.open.index_name",
            "posts_open",
            "posts_open",
            "posts_open_index",
        ),
    ),
    (
        on("identities", "title", keys=("title", "rank")),
        differs(
            Kind.KEYS,
            "identities.title.keys",
            "posts_title_index",
            ("title",),
            ("title", "rank"),
        ),
    ),
    (
        on("identities", "title", message=None),
        differs(
            Kind.MESSAGE,
            "identities.title.message",
            "posts_title_index",
            "is a title already",
            None,
        ),
    ),
    (
        on("exclusion_constraint_names", "posts_rank_excl", message="is too close"),
        differs(
            Kind.MESSAGE,
            "exclusion_constraint_names.posts_rank_excl.message",
            "posts_rank_excl",
            "is in use",
            "is too close",
        ),
    ),
    (
        on("identities", "open", where=Expr(OPEN)),
        differs(
            Kind.WHERE,
            "identities.open.where",
            "posts_open",
            Expr(Operator("and", (NOT_DELETED, OPEN))),
            Expr(OPEN),
        ),
    ),
    (
        on("identities", "open", where_sql=None),
        differs(
            Kind.WHERE_SQL,
            "identities.open.where_sql",
            "posts_open",
            "((deleted_at IS NULL) AND (state = 'open'::text))",
            None,
        ),
    ),
    (
        on("identities", "title", nils_distinct=False),
        differs(
            Kind.NILS_DISTINCT,
            "identities.title.nils_distinct",
            "posts_title_index",
            True,
            False,
        ),
    ),
    (
        on("references", "author", name=None, foreign_key="posts_author_id_fkey"),
        differs(
            Kind.REFERENCE_NAME,
            "references.author.name",
            "posts_author_fk",
            "posts_author_fk",
            "posts_author_id_fkey",
        ),
    ),
    (
        on("references", "author", on_delete=None),
        differs(
            Kind.ON_DELETE,
            "references.author.on_delete",
            "posts_author_fk",
            Atom("delete"),
            None,
        ),
    ),
    (
        on("references", "author", on_update=Atom("update")),
        differs(
            Kind.ON_UPDATE,
            "references.author.on_update",
            "posts_author_fk",
            None,
            Atom("update"),
        ),
    ),
    (
        on("references", "author", deferrable=Atom("initially")),
        differs(
            Kind.DEFERRABLE,
            "references.author.deferrable",
            "posts_author_fk",
            None,
            Atom("initially"),
        ),
    ),
    (
        on("references", "author", match_type=Atom("full")),
        differs(
            Kind.MATCH_TYPE,
            "references.author.match_type",
            "posts_author_fk",
            None,
            Atom("full"),
        ),
    ),
    *[
        (
            without(section, name),
            differs(Kind.CONSTRAINT_UNKNOWN, section, name, entity(section, name), ABSENT),
        )
        for section, name in (
            ("check_constraints", "posts_title_check"),
            ("unique_index_names", "posts_lower_title"),
            ("exclusion_constraint_names", "posts_rank_excl"),
            ("foreign_key_names", "comments_post_fk"),
        )
    ],
    *[
        (
            plus(section, ConstraintName(attributes=("id",), name="gone")),
            differs(
                Kind.CONSTRAINT_EXTRA,
                f"{section}.gone",
                "gone",
                ABSENT,
                ConstraintName(attributes=("id",), name="gone"),
            ),
        )
        for section in (
            "unique_index_names",
            "exclusion_constraint_names",
            "foreign_key_names",
        )
    ],
]


@pytest.mark.parametrize(
    ("edit", "difference"), DEVIATIONS, ids=[f"{d[0]}: {d[2]}" for _, d in DEVIATIONS]
)
def test_one_deviation_is_one_difference(
    edit: Edit, difference: tuple[Kind, Path, str, object, object]
) -> None:
    assert found(edit(POST)) == [difference]


def test_what_no_reference_says_differs_where_the_relationship_stands() -> None:
    assert found(structs.replace(POST, references=())) == [
        differs(
            Kind.REFERENCE_NAME,
            "relationships.author.name",
            "posts_author_fk",
            "posts_author_fk",
            "posts_author_id_fkey",
        ),
        differs(
            Kind.ON_DELETE,
            "relationships.author.on_delete",
            "posts_author_fk",
            Atom("delete"),
            None,
        ),
    ]


def test_every_kind_is_shown() -> None:
    shown = {difference[0] for _, difference in DEVIATIONS}

    elsewhere = {Kind.REQUIRE_PRIMARY_KEY, Kind.MULTITENANCY, Kind.TENANT_NULLABLE}
    assert set(Kind) - shown == {*elsewhere, Kind.ALL_TENANTS}


BY_AUTHOR = structs.replace(
    POST, multitenancy=Multitenancy(strategy=Strategy.ATTRIBUTE, attribute="author_id")
)


@pytest.mark.parametrize(
    ("expected", "actual", "kinds"),
    [
        pytest.param(BY_AUTHOR, BY_AUTHOR, [], id="as planned"),
        pytest.param(BY_AUTHOR, POST, [(Kind.MULTITENANCY, "")], id="no section"),
        pytest.param(
            BY_AUTHOR,
            structs.replace(POST, multitenancy=Multitenancy(strategy=Strategy.CONTEXT)),
            [(Kind.MULTITENANCY, "")],
            id="another strategy",
        ),
        pytest.param(POST, BY_AUTHOR, [(Kind.TENANT_NULLABLE, "author_id")], id="by hand"),
        pytest.param(
            POST,
            on("attributes", "author_id", writable=False, allow_nil=False)(BY_AUTHOR),
            [(Kind.TENANT_NULLABLE, "author_id")],
            id="by hand, unwritable",
        ),
        pytest.param(
            POST,
            on("identities", "title", keys=("author_id", "title"))(BY_AUTHOR),
            [(Kind.TENANT_NULLABLE, "author_id"), (Kind.ALL_TENANTS, "posts_title_index")],
            id="an identity of one tenant",
        ),
        pytest.param(
            POST,
            on("identities", "title", keys=("author_id", "title"), all_tenants=True)(BY_AUTHOR),
            [(Kind.TENANT_NULLABLE, "author_id"), (Kind.KEYS, "posts_title_index")],
            id="an identity of all tenants over other columns",
        ),
    ],
)
def test_whose_a_row_is(
    expected: Resource, actual: Resource, kinds: list[tuple[Kind, str]]
) -> None:
    differences = compare(expected, actual, nullable={"author_id", "title"})
    assert [(each.kind, each.object) for each in differences] == kinds


def test_a_section_that_can_t_be_read_says_nothing() -> None:
    unknown = ReadResource(resource=POST, unknown=frozenset({("multitenancy",)}))
    assert compare(BY_AUTHOR, unknown) == ()


def test_a_resource_without_a_key_has_to_say_so() -> None:
    plain = structs.replace(POST, attributes=(EXTRA,), relationships=(), references=())
    expected = structs.replace(plain, require_primary_key=False, identities=())

    assert compare(expected, structs.replace(plain, identities=())) == (
        Difference(
            kind=Kind.REQUIRE_PRIMARY_KEY,
            path=("require_primary_key",),
            expected=False,
            actual=True,
        ),
    )


def test_what_is_the_same_differs_in_nothing() -> None:
    assert compare(POST, POST) == ()


def test_differences_come_in_one_order() -> None:
    actual = POST
    for edit, _ in DEVIATIONS:
        try:
            actual = edit(actual)
        except AssertionError:
            continue

    differences = compare(POST, actual, types=TYPES)

    assert len(differences) > 10
    assert list(differences) == sorted(differences, key=Difference.sort_key)
    shuffled = structs.replace(
        actual, attributes=actual.attributes[::-1], relationships=actual.relationships[::-1]
    )
    assert compare(POST, shuffled, types=TYPES) == differences


@pytest.mark.parametrize(
    ("edit", "filled", "differs"),
    [
        # What the database gives by itself is as right as what the legacy code writes.
        (on("attributes", "rank", default=0), {"Rank": 0}, False),
        (on("attributes", "rank", default=2), {"Rank": 0}, True),
        (on("attributes", "rank", default=ABSENT, generated=True), {"Rank": 0}, False),
        (on("attributes", "rank", default=ABSENT, generated=True), {"Rank": ABSENT}, False),
        # Nothing would fill it.
        (on("attributes", "rank", default=ABSENT, generated=True), {}, True),
    ],
)
def test_a_default_is_the_legacy_codes_or_the_databases(
    edit: Edit, filled: dict[str, Term | Absent], differs: bool
) -> None:
    differences = compare(POST, edit(POST), filled=filled)
    assert [each.kind for each in differences] == [Kind.DEFAULT] * differs
