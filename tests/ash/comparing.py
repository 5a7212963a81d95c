"""A resource to compare others with, and edits of it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from ash_scaffold.ash.compare import Kind, compare
from ash_scaffold.ash.model import (
    Attribute,
    AttributeKind,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Path,
    ReadResource,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.term import Atom, Call, Capture, Expr, Module, Operator, Parent, Ref

NOW = Capture("DateTime", "utc_now", 0)
STRING = (("trim?", False), ("allow_empty?", True))
OPEN = Operator("==", (Ref("state"), Atom("open")))
NOT_DELETED = Call("is_nil", (Ref("deleted_at"),))

POST = Resource(
    module="App.Post",
    domain="App.Blog",
    repo="App.Repo",
    table="posts",
    schema="public",
    attributes=(
        Attribute(
            name="id",
            column="id",
            kind=AttributeKind.UUID_PRIMARY_KEY,
            type=Atom("uuid"),
            primary_key=True,
            allow_nil=False,
            writable=False,
        ),
        Attribute(
            name="title", column="title", type=Atom("string"), constraints=STRING, allow_nil=False
        ),
        Attribute(
            name="secret", column="secret", type=Atom("string"), sensitive=True, public=False
        ),
        Attribute(name="rank", column="Rank", type=Module("App.Types.Int4"), default=1),
        Attribute(name="number", column="number", type=Atom("integer"), generated=True),
        Attribute(name="tags", column="tags", type=(Atom("array"), Atom("string"))),
        Attribute(name="author_id", column="author_id", type=Atom("integer")),
        Attribute(
            name="inserted_at",
            column="inserted_at",
            kind=AttributeKind.CREATE_TIMESTAMP,
            type=Atom("utc_datetime_usec"),
            allow_nil=False,
            writable=False,
        ),
    ),
    relationships=(
        Relationship(
            name="author",
            kind=RelationshipKind.BELONGS_TO,
            destination="App.User",
            source_attribute="author_id",
            destination_attribute="id",
        ),
        Relationship(
            name="comments",
            kind=RelationshipKind.HAS_MANY,
            destination="App.Comment",
            source_attribute="id",
            destination_attribute="post_id",
            filter=Expr(Operator("==", (Ref("year"), Parent("year")))),
        ),
        Relationship(
            name="labels",
            kind=RelationshipKind.MANY_TO_MANY,
            destination="App.Label",
            source_attribute="id",
            destination_attribute="id",
            through="App.PostLabel",
            source_attribute_on_join="post_id",
            destination_attribute_on_join="label_id",
        ),
    ),
    identities=(
        IdentityDef(
            name="title", keys=("title",), index="posts_title_index", message="is a title already"
        ),
        IdentityDef(
            name="open",
            keys=("author_id", "rank"),
            index="posts_open",
            index_name="posts_open",
            where=Expr(Operator("and", (NOT_DELETED, OPEN))),
            where_sql="((deleted_at IS NULL) AND (state = 'open'::text))",
        ),
    ),
    references=(
        Reference(
            relationship="author",
            foreign_key="posts_author_fk",
            name="posts_author_fk",
            on_delete=Atom("delete"),
        ),
    ),
    check_constraints=(CheckConstraint(attributes=("title",), name="posts_title_check"),),
    unique_index_names=(ConstraintName(attributes=("title",), name="posts_lower_title"),),
    exclusion_constraint_names=(
        ConstraintName(attributes=("rank",), name="posts_rank_excl", message="is in use"),
    ),
    foreign_key_names=(ConstraintName(attributes=("id",), name="comments_post_fk"),),
)

Edit = Callable[[Resource], Resource]


def on(section: str, name: str, /, **fields: object) -> Edit:
    """Change fields of one entity."""

    def edit(resource: Resource) -> Resource:
        entities = getattr(resource, section)
        key = "relationship" if section == "references" else "name"
        changed = tuple(
            structs.replace(each, **fields) if getattr(each, key) == name else each
            for each in entities
        )
        # Python takes 1, 1.0 and true for the same.
        assert repr(changed) != repr(entities)
        return structs.replace(resource, **{section: changed})

    return edit


def without(section: str, name: str) -> Edit:
    """Take one entity out."""

    def edit(resource: Resource) -> Resource:
        key = "relationship" if section == "references" else "name"
        kept = tuple(e for e in getattr(resource, section) if getattr(e, key) != name)
        assert len(kept) == len(getattr(resource, section)) - 1
        return structs.replace(resource, **{section: kept})

    return edit


def plus(section: str, entity: object) -> Edit:
    """Add one entity."""

    def edit(resource: Resource) -> Resource:
        return structs.replace(resource, **{section: (*getattr(resource, section), entity)})

    return edit


def of(**fields: object) -> Edit:
    """Change fields of the resource itself."""

    def edit(resource: Resource) -> Resource:
        return structs.replace(resource, **fields)

    return edit


def entity(section: str, name: str) -> object:
    return next(each for each in getattr(POST, section) if each.name == name)


EXTRA = Attribute(name="old", column="old_col", type=Atom("string"))
TYPES = frozenset({"App.Types.Int2", "App.Types.Int4"})


def found(actual: Resource | ReadResource) -> list[tuple[Kind, Path, str, object, object]]:
    differences = compare(POST, actual, types=TYPES)
    return [(d.kind, d.path, d.object, d.expected, d.actual) for d in differences]
