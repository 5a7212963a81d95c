from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsl import faults, load_dsl

from ash_scaffold.ash.model import (
    ABSENT,
    Actions,
    Attribute,
    AttributeKind,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.elixir.entity import Entity, layout
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.elixir.sections import sections
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.format import formatter_calls
from ash_scaffold.term import Atom, Call, Expr, Module, Operator, Ref, Term

T = TypeVar("T")


def resource(**said: object) -> Resource:
    fields: dict[str, object] = {
        "module": "App.Blog.Post",
        "domain": "App.Blog",
        "repo": "App.Repo",
        "table": "posts",
        "schema": "public",
    }
    return Resource(**(fields | said))  # type: ignore[arg-type]


def section(name: str, **said: object) -> list[tuple[str, tuple[str, ...]]]:
    """Return the entities of one section: the database object, and the lines."""
    found = {part.name: part for part in sections(resource(**said))}
    return [(e.object, e.lines) for group in found[name].groups for e in group]


STRING = Atom("string")


@pytest.mark.parametrize(
    ("attribute", "lines"),
    [
        (Attribute(name="a", column="a", type=STRING, public=False), ("attribute :a, :string",)),
        (
            Attribute(
                name="name",
                column="Name",
                type=(Atom("array"), STRING),
                constraints=(("max_length", 5),),
                description='Say "hi"',
                primary_key=True,
                allow_nil=False,
                sensitive=True,
                generated=True,
                writable=False,
                default="x",
            ),
            (
                "attribute :name, {:array, :string} do",
                '  description "Say \\"hi\\""',
                "  source :Name",
                "  primary_key? true",
                "  allow_nil? false",
                "  sensitive? true",
                "  public? true",
                "  generated? true",
                "  writable? false",
                '  default "x"',
                "  constraints max_length: 5",
                "end",
            ),
        ),
        (
            Attribute(name="a", column="a", type=STRING, public=False, default=None),
            ("attribute :a, :string do", "  default nil", "end"),
        ),
        (
            Attribute(
                name="id", column="id", kind=AttributeKind.UUID_PRIMARY_KEY, type=Atom("uuid"),
                primary_key=True, allow_nil=False, writable=False,
            ),
            ("uuid_primary_key :id",),
        ),
        (
            Attribute(
                name="id", column="ID", kind=AttributeKind.INTEGER_PRIMARY_KEY,
                type=Atom("integer"), primary_key=True, allow_nil=False, generated=True,
                writable=False, public=False,
            ),
            ("integer_primary_key :id do", "  source :ID", "  public? false", "end"),
        ),
        (
            Attribute(
                name="inserted_at", column="inserted_at", kind=AttributeKind.CREATE_TIMESTAMP,
                type=Atom("utc_datetime_usec"), allow_nil=False, writable=False, public=False,
            ),
            ("create_timestamp :inserted_at",),
        ),
        (
            Attribute(
                name="updated_at", column="updated_at", kind=AttributeKind.UPDATE_TIMESTAMP,
                type=Atom("utc_datetime"), allow_nil=True, writable=False,
            ),
            (
                "update_timestamp :updated_at do",
                "  type :utc_datetime",
                "  allow_nil? true",
                "  public? true",
                "end",
            ),
        ),
    ],
)  # fmt: skip
def test_an_attribute_says_what_is_not_ashs_default(
    attribute: Attribute, lines: tuple[str, ...]
) -> None:
    assert section("attributes", attributes=(attribute,)) == [(f"column {attribute.column}", lines)]


def test_sections_stand_in_the_formatters_order_and_empty_ones_are_left_out() -> None:
    full = resource(
        description="Posts.",
        actions=Actions(),
        attributes=(Attribute(name="a", column="a", type=STRING),),
        relationships=(
            Relationship(
                name="b", kind=RelationshipKind.BELONGS_TO, destination="App.B",
                source_attribute="b_id", destination_attribute="id",
            ),
        ),
        identities=(IdentityDef(name="a", keys=("a",), index="posts_a_index"),),
    )  # fmt: skip
    names = "postgres resource actions attributes relationships identities".split()
    assert [part.name for part in sections(full)] == names
    assert [part.name for part in sections(resource())] == ["postgres"]


def test_the_place_of_a_table() -> None:
    assert section("postgres", schema="billing", migrate=True) == [
        ("option table", ('table "posts"',)),
        ("option schema", ('schema "billing"',)),
        ("option repo", ("repo App.Repo",)),
    ]


def test_one_constraint_name_stands_on_its_line_several_on_one_each() -> None:
    one = ConstraintName(attributes=("slug", "id"), name="lower_slug", note="lower(slug)\nx")
    two = ConstraintName(attributes=("id",), name="fk", message="would leave records behind")
    found = section("postgres", unique_index_names=(one,), foreign_key_names=(two, two))[3:]
    assert found == [
        (
            "option unique_index_names",
            ("# lower(slug)\\nx", 'unique_index_names [{[:slug, :id], "lower_slug"}]'),
        ),
        (
            "option foreign_key_names",
            (
                "foreign_key_names [",
                '  {:id, "fk", "would leave records behind"},',
                '  {:id, "fk", "would leave records behind"}',
                "]",
            ),
        ),
    ]


def test_references_and_checks_are_nested() -> None:
    reference = Reference(
        relationship="user", foreign_key="fk", name="fk", on_delete=(Atom("nilify"), [Atom("a")])
    )
    checks = (CheckConstraint(attributes=("a", "b"), name="c1"),)
    assert section("postgres", references=(reference,), check_constraints=checks)[3:] == [
        (
            "references",
            (
                "references do",
                "  reference :user do",
                '    name "fk"',
                "    on_delete {:nilify, [:a]}",
                "  end",
                "end",
            ),
        ),
        (
            "check_constraints",
            (
                "check_constraints do",
                '  check_constraint [:a, :b], "c1" do',
                '    message "is invalid"',
                "  end",
                "end",
            ),
        ),
    ]


@pytest.mark.parametrize(
    ("actions", "text"),
    [
        (Actions(), "defaults [:read]"),
        (Actions(create=True), "defaults [:read, create: :*]"),
        (
            Actions(destroy=True, create=True, update=True),
            "defaults [:read, :destroy, create: :*, update: :*]",
        ),
        (
            Actions(create=True, update=True, create_accept=("a",), update_accept=()),
            "defaults [:read, create: [:*, :a], update: :*]",
        ),
        (Actions(destroy=True, update=True), "defaults [:read, :destroy, update: :*]"),
    ],
)
def test_the_default_actions(actions: Actions, text: str) -> None:
    assert section("actions", actions=actions) == [("option defaults", (text,))]


def test_a_many_to_many_says_what_ash_would_not_guess() -> None:
    found = section(
        "relationships",
        relationships=(
            Relationship(
                name="friends",
                kind=RelationshipKind.MANY_TO_MANY,
                destination="App.Blog.Tag",
                source_attribute="uid",
                destination_attribute="id",
                through="App.Blog.PostTag",
                source_attribute_on_join="post_id",
                destination_attribute_on_join="label_id",
                join_relationship="friends_join",
                foreign_keys=((Name("public", "t"), "fk_a"), (Name("public", "t"), "fk_b")),
            ),
        ),
    )
    assert found == [
        (
            "relationship many_to_many App.Blog.Tag through App.Blog.PostTag by uid",
            (
                "many_to_many :friends, App.Blog.Tag do",
                "  through App.Blog.PostTag",
                "  destination_attribute_on_join_resource :label_id",
                "  join_relationship :friends_join",
                "  source_attribute :uid",
                "  public? true",
                "end",
            ),
        )
    ]


def test_a_blank_line_stands_around_what_has_many_lines() -> None:
    one, many = Entity("", ("a",)), Entity("", ("b do", "end"))
    assert layout([[one, one, many, one], [one]], 2) == ("  a\n  a\n\n  b do\n  end\n\n  a\n\n  a")


def made(build: Callable[..., T], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[T]:
    return st.fixed_dictionaries(fields).map(lambda said: build(**said))


NAMES = st.text("abcdefghij_", min_size=1, max_size=50).map(lambda name: "x" + name)
TEXTS = st.text("abc def\"'#{}\\\n", max_size=90)
TYPES: st.SearchStrategy[Term] = st.sampled_from([STRING, Module("App.Types.Json")])
ATTRIBUTES = made(
    Attribute,
    name=NAMES,
    column=NAMES,
    type=TYPES,
    constraints=st.just((("max_length", 5), ("trim?", False), ("allow_empty?", True))),
    description=st.none() | TEXTS,
    default=st.just(ABSENT) | TEXTS | st.lists(TEXTS, max_size=4) | st.lists(NAMES.map(Atom)),
)
CONDITIONS = st.builds(
    lambda name, text: Expr(
        Operator("and", (Call("is_nil", (Ref(name),)), Operator("==", (Ref(name), text))))
    ),
    NAMES,
    TEXTS,
)
KEYS = st.lists(NAMES, min_size=1, max_size=5).map(tuple)
IDENTITIES = made(
    IdentityDef,
    name=NAMES,
    keys=KEYS,
    index=NAMES,
    index_name=st.none() | NAMES,
    where=st.none() | CONDITIONS,
    where_sql=st.none() | TEXTS,
    nils_distinct=st.booleans(),
)
CONSTRAINTS = made(
    ConstraintName, attributes=KEYS, name=NAMES, message=TEXTS, note=st.none() | TEXTS
)
RELATIONSHIPS = made(
    Relationship,
    name=NAMES,
    kind=st.sampled_from(RelationshipKind),
    destination=st.sampled_from(["App.Blog.Tag", "App.A.Namespace.WithAModule.OfALongName"]),
    source_attribute=NAMES,
    destination_attribute=NAMES,
    filter=st.none() | CONDITIONS,
    through=st.just("App.Blog.PostTag"),
    source_attribute_on_join=NAMES,
    destination_attribute_on_join=NAMES,
    join_relationship=NAMES,
)
REFERENCES = made(
    Reference,
    relationship=NAMES,
    foreign_key=NAMES,
    name=NAMES,
    on_delete=st.none() | KEYS.map(lambda names: (Atom("nilify"), [Atom(n) for n in names])),
)
CHECKS = made(CheckConstraint, attributes=KEYS, name=NAMES)


def few(items: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, max_size=3).map(tuple)


RESOURCES = made(
    resource,
    actions=made(Actions, create=st.booleans(), create_accept=KEYS, update=st.booleans()),
    attributes=few(ATTRIBUTES),
    relationships=few(RELATIONSHIPS),
    identities=few(IDENTITIES),
    references=few(REFERENCES),
    check_constraints=few(CHECKS),
    unique_index_names=few(CONSTRAINTS),
    exclusion_constraint_names=few(CONSTRAINTS),
    foreign_key_names=few(CONSTRAINTS),
    description=st.none() | TEXTS,
    extensions=st.sampled_from([(), ("A.B", "C")]),
)


@pytest.fixture(scope="module")
def rendered() -> list[str]:
    """A few hundred resources of all kinds, the same every time."""
    texts: list[str] = []
    renderer = Renderer()

    @given(RESOURCES)
    @settings(derandomize=True, max_examples=150, deadline=None, database=None)
    def collect(made: Resource) -> None:
        texts.append(renderer.resource(made))

    collect()
    return texts


@pytest.mark.skipif(shutil.which("mix") is None, reason="no mix on the PATH")
def test_the_formatter_changes_nothing(rendered: list[str], tmp_path: Path) -> None:
    settings_text = f"[locals_without_parens: [{', '.join(formatter_calls())}]]"
    (tmp_path / ".formatter.exs").write_text(settings_text)
    source = "\n".join(rendered)
    (tmp_path / "all.ex").write_text(source)
    subprocess.run(["mix", "format", "all.ex"], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "all.ex").read_text() == source


def test_a_resource_says_only_what_ash_knows(rendered: list[str]) -> None:
    dsl = load_dsl()
    assert [fault for text in rendered for fault in faults(text, dsl)] == []
