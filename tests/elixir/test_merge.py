"""The table of cases, for every kind of unit and every form that Elixir lets it be written in."""

from __future__ import annotations

from textwrap import dedent

import pytest

from ash_scaffold.elixir.merge import MergeContext, Merged, NoteKind, TableRenames, merge
from ash_scaffold.problem import ScaffoldError

USERS = MergeContext(scope="users")


def module(body: str, header: str = "") -> str:
    inside = "\n".join("  " + line if line else line for line in dedent(body).strip().split("\n"))
    return f"defmodule App.User do\n{header}{inside}\nend\n"


def run(base: str | None, theirs: str, ours: str, accepted: frozenset[str] = frozenset()) -> Merged:
    return merge(
        module(ours).encode(),
        None if base is None else module(base),
        module(theirs),
        module="App.User",
        context=MergeContext(scope="users", accepted=accepted),
    )


def conflicts(
    merged: Merged,
) -> list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    return [(c.name, c.base, c.ours, c.theirs) for c in merged.conflicts]


def notes(merged: Merged) -> list[tuple[NoteKind, str, str | None]]:
    return [(note.kind, note.object, note.option) for note in merged.notes]


def check(base: str | None, theirs: str, ours: str, expected: str) -> Merged:
    """Check the whole text, and that a second run changes nothing."""
    merged = run(base, theirs, ours)
    assert merged.text.decode() == module(expected)
    again = merge(merged.text, merged.base, module(theirs), module="App.User", context=USERS)
    assert (again.text, again.unresolved) == (merged.text, merged.unresolved)
    return merged


# One of each kind: how it is written (x, y and z), in its section, beside a neighbour.
KINDS = {
    "attribute": (
        "attributes do\n  uuid_primary_key :id\n\n{}\nend",
        "  attribute :email, :string do\n    allow_nil? false\n  end",
        "  attribute :email, :ci_string do\n    allow_nil? false\n  end",
        "  attribute :email, :binary do\n    allow_nil? false\n  end",
        "users.email.type",
    ),
    "timestamp": (
        "attributes do\n  uuid_primary_key :id\n\n{}\nend",
        "  create_timestamp :created_at do\n    type :utc_datetime\n  end",
        "  create_timestamp :created_at do\n    type :naive_datetime\n  end",
        "  create_timestamp :created_at do\n    type App.Mine\n  end",
        "users.created_at.type",
    ),
    "relationship": (
        "relationships do\n  has_many :posts, App.Post\n\n{}\nend",
        "  belongs_to :owner, App.Owner do\n    destination_attribute :a\n  end",
        "  belongs_to :owner, App.Owner do\n    destination_attribute :b\n  end",
        "  belongs_to :owner, App.Owner do\n    destination_attribute :c\n  end",
        "users.owner.destination_attribute",
    ),
    "identity": (
        "identities do\n  identity :name, [:name]\n\n{}\nend",
        "  identity :email, [:email]",
        "  identity :email, [:email, :tenant]",
        "  identity :email, [:mine]",
        "users.identities.email.keys",
    ),
    "option": (
        'postgres do\n  table "users"\n{}\nend',
        '  schema "a"',
        '  schema "b"',
        '  schema "c"',
        "users.postgres.schema",
    ),
    "reference": (
        'postgres do\n  table "users"\n\n  references do\n    reference :a\n\n{}\n  end\nend',
        "    reference :owner do\n      on_delete :delete\n    end",
        "    reference :owner do\n      on_delete :nilify\n    end",
        "    reference :owner do\n      on_delete :restrict\n    end",
        "users.references.owner.on_delete",
    ),
    "check constraint": (
        "postgres do\n  repo R\n\n  check_constraints do\n"
        '    check_constraint :a, "a"\n\n{}\n  end\nend',
        '    check_constraint :age, "age_check" do\n      message "is invalid"\n    end',
        '    check_constraint [:age, :b], "age_check" do\n      message "is invalid"\n    end',
        '    check_constraint :mine, "age_check" do\n      message "is invalid"\n    end',
        "users.age_check.attribute",
    ),
    "constraint name": (
        "postgres do\n  foreign_key_names [\n    {{:id, \"a_fkey\"}},\n{}\n  ]\nend",
        '    {:id, "b_fkey", "x"}',
        '    {:id, "b_fkey", "y"}',
        '    {:id, "b_fkey", "z"}',
        "users.postgres.foreign_key_names.b_fkey",
    ),
}  # fmt: skip


def forms(kind: str) -> tuple[str, str, str, str, str]:
    frame, x, y, z, name = KINDS[kind]
    without = frame.format("<gone>").replace("\n\n<gone>", "").replace(",\n<gone>", "")
    without = without.replace("\n<gone>", "")
    return without, frame.format(x), frame.format(y), frame.format(z), name


every_kind = pytest.mark.parametrize("kind", list(KINDS))


@every_kind
def test_x_x_anything_is_ours(kind: str) -> None:
    none, x, y, _, _ = forms(kind)
    assert check(x, x, y, y).notes == ()
    assert [note.kind for note in check(x, x, none, none).notes] == [NoteKind.REMOVED]


@every_kind
def test_x_y_x_is_y(kind: str) -> None:
    _, x, y, _, _ = forms(kind)
    assert check(x, y, x, y).conflicts == ()


@every_kind
def test_new_is_put_after_its_neighbour(kind: str) -> None:
    none, _, y, _, _ = forms(kind)
    assert check(none, y, none, y).notes == ()
    assert check(None, y, none, y).notes == ()


@every_kind
def test_x_gone_x_is_removed(kind: str) -> None:
    none, x, _, _, _ = forms(kind)
    assert check(x, none, x, none).conflicts == ()


@every_kind
def test_x_y_z_is_ours_and_a_conflict_that_stays(kind: str) -> None:
    _, x, y, z, name = forms(kind)
    assert check(x, y, z, z).unresolved == (name,)
    accepted = run(x, y, z, accepted=frozenset({name}))
    assert (accepted.text.decode(), accepted.conflicts) == (module(z), ())
    assert [note.kind for note in accepted.notes] == [NoteKind.ACCEPTED]
    settled = run(x, y, y)
    assert (settled.text.decode(), settled.conflicts) == (module(y), ())


@every_kind
def test_x_gone_z_is_ours_and_a_conflict_that_stays(kind: str) -> None:
    none, x, _, z, _ = forms(kind)
    merged = check(x, none, z, z)
    assert len(merged.conflicts) == 1
    assert merged.conflicts[0].theirs == ()


@every_kind
def test_x_y_gone_stays_removed_and_is_noted(kind: str) -> None:
    none, x, y, _, _ = forms(kind)
    assert [note.kind for note in check(x, y, none, none).notes] == [NoteKind.REMOVED]
    assert check(x, none, none, none).notes == ()


@every_kind
def test_new_on_both_sides_is_ours_and_noted(kind: str) -> None:
    none, _, y, z, _ = forms(kind)
    assert [note.kind for note in check(none, y, z, z).notes] == [NoteKind.DIFFERS]
    assert check(none, y, y, y).notes == ()


def attributes(*lines: str) -> str:
    return "attributes do\n" + "\n".join("  " + line for line in lines) + "\nend"


EMAIL = ("attribute :email, :string do", "  allow_nil? false", "  public? true", "end")
NULLABLE = ("attribute :email, :string do", "  public? true", "end")


def test_options_of_both_sides_are_in_the_result() -> None:
    merged = check(
        attributes(*EMAIL),
        attributes(*NULLABLE),
        attributes("attribute :email, :string do", "  allow_nil? false", "  # why",
                   "  public? false # hidden", '  description """', "  Two", "  lines", '  """',
                   "end"),
        attributes("attribute :email, :string do", "  # why", "  public? false # hidden",
                   '  description """', "  Two", "  lines", '  """', "end"),
    )  # fmt: skip
    assert merged.conflicts == ()


def test_a_conflict_shows_the_three_sides() -> None:
    merged = run(
        attributes("attribute :email, :string"),
        attributes("attribute :email, :ci_string"),
        attributes("attribute :email, App.Mine"),
    )
    assert conflicts(merged) == [("users.email.type", (":string",), ("App.Mine",), (":ci_string",))]
    assert merged.base == module(attributes("attribute :email, :string"))


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        ("attribute :email, :string, allow_nil?: false, public?: true",
         "attribute :email, :ci_string, public?: true, sensitive?: true"),
        ("attribute(:email, :string, allow_nil?: false, public?: true)",
         "attribute(:email, :ci_string, public?: true, sensitive?: true)"),
        ("attribute(:email, :string, [allow_nil?: false, public?: true]) # own",
         "attribute(:email, :ci_string, [public?: true, sensitive?: true]) # own"),
        ("attribute :email, :string, allow_nil?: false, do: public?(true)",
         "attribute :email, :ci_string, sensitive?: true, do: public?(true)"),
        ("attribute :email, :string, allow_nil?: false do\n    public?(true)\n  end",
         "attribute :email, :ci_string do\n    public?(true)\n    sensitive? true\n  end"),
        ("attribute :email, :string, # mine\n    allow_nil?: false, # first\n    public?: true",
         None),
        ("attribute :email, :string,\n    allow_nil?: false,\n    public?: true # last",
         "attribute :email, :ci_string,\n    public?: true, # last\n    sensitive?: true"),
    ],
)  # fmt: skip
def test_options_merge_into_the_form_that_is_there(ours: str, expected: str | None) -> None:
    theirs = ("attribute :email, :ci_string do", "  public? true", "  sensitive? true", "end")
    merged = run(attributes(*EMAIL), attributes(*theirs), attributes(ours))
    if expected is None:
        # What would go has a comment of the person: it stays.
        assert merged.unresolved == ("users.email.allow_nil?",)
        assert b"# first" in merged.text
    else:
        assert merged.text.decode() == module(attributes(expected))
        assert merged.conflicts == ()


def test_an_entity_without_options_gets_a_block_or_keywords() -> None:
    old, new = (
        attributes("attribute :a, :b"),
        attributes("attribute :a, :b do", "  public? true", "end"),
    )
    check(
        old,
        new,
        attributes("attribute(:a, :b) # mine"),
        attributes("attribute(:a, :b) do", "  public? true", "end # mine"),
    )
    check(old, new, "attributes do: attribute(:a, :b)",
          "attributes do: attribute(:a, :b, public?: true)")  # fmt: skip


def test_a_section_on_one_line_opens_for_a_new_entity() -> None:
    old = attributes("attribute :a, :b")
    new = attributes("attribute :a, :b", "", "attribute :c, :d")
    check(
        old,
        new,
        "attributes do: attribute(:a, :b)",
        attributes("attribute(:a, :b)", "", "attribute :c, :d"),
    )
    check(
        old,
        new,
        "attributes(do: attribute(:a, :b))",
        attributes("attribute(:a, :b)", "", "attribute :c, :d"),
    )
    opened = new.replace("do\n  a", "do a", 1)
    check(old, new, "attributes do attribute :a, :b end", opened)


def test_a_generated_comment_goes_and_a_persons_stays() -> None:
    base = 'postgres do\n  # Note.\n  schema "a"\n  table "b"\nend'
    theirs = 'postgres do\n  table "b"\nend'
    check(base, theirs, base, theirs)
    check(
        base, theirs, base.replace("# Note.", "# Mine."), 'postgres do\n  # Mine.\n  table "b"\nend'
    )
    check(base, theirs, base.replace('"a"', '"a" # mine'), base.replace('"a"', '"a" # mine'))


def test_an_edited_neighbourhood_keeps_its_order_and_blank_lines() -> None:
    base = attributes("attribute :a, :x", "", "attribute :b, :x", "", "attribute :c, :x")
    theirs = attributes("attribute :a, :y", "", "attribute :n, :x", "", "attribute :c, :x")
    ours = attributes("# top", "attribute :c, :x", "", "", "attribute :b, :x", "",
                      "mine()", "attribute :a, :x", "# bottom")  # fmt: skip
    check(base, theirs, ours,
          attributes("# top", "attribute :c, :x", "", "", "mine()", "attribute :a, :y", "",
                     "attribute :n, :x", "", "# bottom"))  # fmt: skip


@pytest.mark.parametrize("present", ["postgres", "attributes"])
def test_a_missing_section_is_made_at_its_place(present: str) -> None:
    sections = {
        "postgres": 'postgres do\n  table "users"\nend',
        "actions": "actions do\n  defaults [:read]\nend",
        "attributes": "attributes do\n  uuid_primary_key :id\nend",
        "identities": "identities do\n  identity :a, [:a]\nend",
    }
    theirs = "\n\n".join(sections.values())
    own = "calculations do\n  calculate :x, :y, expr(1)\nend"
    ours = f"{sections[present]}\n\n{own}"
    parts = [sections["postgres"], sections["actions"], sections["attributes"], own]
    expected = "\n\n".join([*parts, sections["identities"]])
    assert check(sections[present], theirs, ours, expected).conflicts == ()


def test_entries_of_keywords_are_known_by_their_index() -> None:
    base = (
        'postgres do\n  table "u"\n  identity_index_names email: "a_idx", name: "b_idx"\nend\n\n'
        "identities do\n  identity :email, [:email]\n\n  identity :name, [:name]\nend"
    )
    renamed = base.replace('name: "b', 'label: "b').replace(":name, [", ":label, [")
    theirs = renamed.replace("a_idx", "c_idx")
    check(base, theirs, renamed, theirs)


EDITED_IDENTITY = (
    'postgres do\n  table "u"\n\n  identity_index_names email: "a_idx"\n'
    '  identity_wheres_to_sql email: "(x IS NULL)"\nend\n\n'
    "identities do\n  identity :email, [:email] do\n    where expr(is_nil(x)){}\n  end\nend"
)


def test_an_edited_identity_that_stays_keeps_its_index() -> None:
    """Without the index's name it would be another identity, and come twice when that is back."""
    base, ours = EDITED_IDENTITY.format(""), EDITED_IDENTITY.format('\n    message "taken"')
    gone = 'postgres do\n  table "u"\nend'
    merged = check(base, gone, ours, ours)
    assert [c.name for c in merged.conflicts] == ["users.identities.email"]
    back = merge(merged.text, merged.base, module(base), module="App.User", context=USERS)
    assert (back.text, back.conflicts) == (merged.text, ())


def test_an_accepted_identity_keeps_its_index_for_good() -> None:
    base, ours = EDITED_IDENTITY.format(""), EDITED_IDENTITY.format('\n    message "taken"')
    gone = 'postgres do\n  table "u"\nend'
    accepted = frozenset({"users.identities.email"})
    merged = run(base, gone, ours, accepted)
    assert (merged.text.decode(), merged.conflicts) == (module(ours), ())
    again = run(gone, gone, ours, accepted)
    assert (again.text.decode(), again.base) == (module(ours), merged.base)


def test_only_the_blank_line_that_came_with_it_goes() -> None:
    base = "attributes do\n  attribute :a, :string\n\n  attribute :b, :string\nend"
    theirs = "attributes do\n  attribute :a, :string\nend"
    ours = base.replace("end", "\n\n  attribute :mine, :string\nend")
    expected = "attributes do\n  attribute :a, :string\n\n\n  attribute :mine, :string\nend"
    assert run(base, theirs, ours).text.decode() == module(expected)


def test_accepted_attributes_of_the_default_actions() -> None:
    def actions(text: str) -> str:
        return f"actions do\n  defaults {text}\nend"

    base, theirs = "[:read, create: :*]", "[:read, :destroy, create: [:*, :secret]]"
    check(
        actions(base),
        actions(theirs),
        actions("[:read, create: [:*]]"),
        actions("[:read, :destroy, create: [:*, :secret]]"),
    )
    check(actions(base), actions(theirs), actions("[create: [:*, :mine]]"),
          actions("[:destroy, create: [:*, :secret, :mine]]"))  # fmt: skip


def test_labels_of_an_enum() -> None:
    base = "use Ash.Type.Enum, values: [:draft, :open]"
    theirs = "use Ash.Type.Enum, values: [:draft, :paid, :open]"
    check(
        base,
        theirs,
        'use Ash.Type.Enum, values: [open: "Open", draft: "Draft"]',
        'use Ash.Type.Enum, values: [:paid, open: "Open", draft: "Draft"]',
    )
    check(
        base,
        theirs,
        "use Ash.Type.Enum,\n  values: [\n    :draft, # first\n    :open\n  ]",
        "use Ash.Type.Enum,\n  values: [\n    :draft, # first\n    :paid,\n    :open\n  ]",
    )
    # fmt: on


def test_resources_of_a_domain() -> None:
    base = "use Ash.Domain\n\nresources do\n  resource App.A\n  resource App.B\nend"
    theirs = base.replace("resource App.B", "resource App.Aa\n  resource App.C")
    ours = ("use Ash.Domain\n\nalias App.A\n\nresources do\n  resource A do\n    define :get\n"
            "  end\n\n  resource(App.B)\nend")  # fmt: skip
    check(base, theirs, ours,
          ours.replace("resource(App.B)", "resource App.Aa\n  resource App.C"))  # fmt: skip


def test_the_header() -> None:
    base = "use Ash.Resource,\n  domain: App.D,\n  data_layer: AshPostgres.DataLayer"
    theirs = base.replace("App.D", "App.E") + ",\n  extensions: [AshJson]"
    ours = "use Ash.Resource, data_layer: AshPostgres.DataLayer, domain: App.D, fragments: [F]"
    check(base, theirs, ours,
          "use Ash.Resource, data_layer: AshPostgres.DataLayer, extensions: [AshJson], "
          "domain: App.E, fragments: [F]")  # fmt: skip


def test_a_name_of_the_persons_is_followed() -> None:
    base = attributes("attribute :email, :string")
    login = attributes("attribute :login, :string do", "  source :email", "end")
    theirs = login.replace(":string", ":ci_string")
    check(base, theirs, login, theirs)


def test_a_column_that_was_renamed() -> None:
    base = attributes("attribute :email, :string", "", "attribute :b, :string")
    theirs = attributes("attribute :email, :string do", "  source :mail", "end", "",
                        "attribute :b, :string")  # fmt: skip
    ours = attributes('attribute :email, :string, description: "x"', "", "attribute :b, :string")
    expected = ours.replace('description: "x"', 'description: "x", source: :mail')
    check(base, theirs, ours, expected)


RENAMED = {
    "column": (
        TableRenames({"email": "mail"}),
        attributes("attribute :email, :string"),
        attributes("attribute :email, :ci_string do", "  source :mail", "end"),
        attributes("attribute :email, :binary"),
        "users.mail.type",
    ),
    "option that is gone": (
        TableRenames({"inserted_at": "made_at"}),
        attributes("create_timestamp :inserted_at do", "  allow_nil? true", "end"),
        attributes("attribute :inserted_at, :utc_datetime do", "  source :made_at", "end"),
        attributes("create_timestamp :inserted_at do", "  allow_nil? false", "end"),
        "users.made_at.allow_nil?",
    ),
    "columns that changed names": (
        TableRenames({"a": "b", "b": "a"}),
        attributes("attribute :a, :string", "", "attribute :b, :string"),
        attributes("attribute :a, :ci_string, source: :b", "", "attribute :b, :string, source: :a"),
        attributes("attribute :a, :binary", "", "attribute :b, :string"),
        "users.b.type",
    ),
    "check": (
        TableRenames({}, {"old": "new"}),
        'postgres do\n  check_constraints do\n    check_constraint :a, "old", message: "x"\n'
        "  end\nend",
        'postgres do\n  check_constraints do\n    check_constraint :a, "new", message: "y"\n'
        "  end\nend",
        'postgres do\n  check_constraints do\n    check_constraint :a, "old", message: "z"\n'
        "  end\nend",
        "users.new.message",
    ),
    "identity": (
        TableRenames({}, {"users_email_index": "email_key"}),
        'identities do\n  identity :email, [:email], message: "x"\nend',
        'postgres do\n  table "users"\n  identity_index_names email: "email_key"\nend\n\n'
        'identities do\n  identity :email, [:email], message: "y"\nend',
        'identities do\n  identity :email, [:email], message: "z"\nend',
        "users.identities.email.message",
    ),
}


@pytest.mark.parametrize("kind", RENAMED)
def test_a_conflict_in_what_was_renamed_at_the_same_time_stays(kind: str) -> None:
    renames, base, theirs, ours, name = RENAMED[kind]
    merged = merge(
        module(ours).encode(),
        module(base),
        module(theirs),
        module="App.User",
        context=MergeContext(scope="users", renames=renames),
    )
    assert merged.unresolved == (name,)
    again = merge(merged.text, merged.base, module(theirs), module="App.User", context=USERS)
    assert (again.text, again.conflicts) == (merged.text, merged.conflicts)


def test_names_of_indexes_are_read_in_brackets_as_well() -> None:
    postgres = 'postgres do\n  table "users"\n  identity_index_names {}\nend\n\n'
    identity = "identities do\n  identity {}\nend"
    base = postgres.format('email: "uq"') + identity.format(":email, [:email]")
    theirs = postgres.format('email: "uq"') + identity.format(":email, [:email, :tenant]")
    own = postgres.format('[login: "uq"]')
    check(
        base,
        theirs,
        own + identity.format(":login, [:email]"),
        own + identity.format(":login, [:email, :tenant]"),
    )


def test_a_source_of_nil_is_none() -> None:
    check(
        attributes("attribute :b, :string, source: :a"),
        attributes("attribute :b, :ci_string, source: :a"),
        attributes("attribute :a, :string, source: nil"),
        attributes("attribute :a, :ci_string, source: nil"),
    )


def test_timestamps_stand_for_two_columns() -> None:
    theirs = attributes("create_timestamp :inserted_at", "", "update_timestamp :updated_at")
    ours = attributes("timestamps()")
    merged = check(None, theirs, ours, ours)
    assert notes(merged) == [
        (NoteKind.DIFFERS, "users.inserted_at", None),
        (NoteKind.DIFFERS, "users.updated_at", None),
    ]


def test_only_the_module_of_that_name_is_edited() -> None:
    base, theirs = attributes("attribute :a, :x"), attributes("attribute :a, :y")
    other = "defmodule Other do\n  attributes do\n    attribute :a, :x\n  end\nend\n"
    merged = merge((other + module(base)).encode(), module(base), module(theirs), module="App.User")
    assert merged.text.decode() == other + module(theirs)


def test_bytes_are_kept() -> None:
    base = attributes("attribute :a, :x")
    theirs = attributes("attribute :a, :y", "", "attribute :b, :z do", "  public? true", "end")
    source = "\ufeff" + module(base).replace("    ", "\t\t").replace("  ", "\t") + "# é\n"
    merged = merge(
        source.replace("\n", "\r\n").encode(), module(base), module(theirs), module="App.User"
    )
    assert merged.text.decode() == (
        "\ufeffdefmodule App.User do\r\n\tattributes do\r\n\t\tattribute :a, :y\r\n\r\n"
        "\t\tattribute :b, :z do\r\n\t\t\tpublic? true\r\n\t\tend\r\n\tend\r\nend\r\n# é\r\n"
    )


@pytest.mark.parametrize(
    ("ours", "what"),
    [
        ("defmodule App.User do\n  x(\nend", "not valid Elixir"),
        ("defmodule App.Other do\nend", "does not define the module App.User"),
    ],
)
def test_what_is_no_such_module_is_an_error(ours: str, what: str) -> None:
    with pytest.raises(ScaffoldError, match=what):
        merge(ours.encode(), None, module("x"), module="App.User")


def test_functions_of_a_support_type_are_taken_as_a_whole() -> None:
    clauses = "@impl true\ndef f(1), do: 1\ndef f(_), do: 2"
    base = f'@moduledoc "Old."\nuse Ash.Type\n\n{clauses}\n\ndef g, do: 1'
    theirs = base.replace("Old", "New").replace("do: 2", "do: 3").replace("\n\ndef g, do: 1", "")
    check(base, theirs, base + "\n\ndef own, do: 1", theirs + "\n\ndef own, do: 1")
    ours = base.replace("def f(_)", "# mine\ndef f(_)")
    merged = check(base, theirs, ours, ours.replace("Old", "New").replace("\n\ndef g, do: 1", ""))
    assert merged.unresolved == ("users.def f/1",)
