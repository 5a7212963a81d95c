"""The brief of a table: whole pages, and what holds for every page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from tests.actions.acting import ACTIONS, CONTEXT, DDL, LEGACY, SCHEMA, USER, act
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

from ash_scaffold.brief.markdown import brief_page
from ash_scaffold.brief.model import Brief, ChangesetState, Reason, Task, Weight
from ash_scaffold.brief.run import make_brief
from ash_scaffold.problem import ScaffoldError
from ash_scaffold.session import SourceOptions

GOLDEN = Path(__file__).parent / "golden"
# A caller, SQL of its own, another schema's association, a TODO, and an address with a password.
MORE = {
    CONTEXT: LEGACY[CONTEXT].replace(
        "user |> User.rename_changeset(attrs) |> Repo.update()",
        "user |> User.rename_changeset(attrs) |> Ecto.Changeset.put_change(:age, 1)"
        " |> Repo.update()",
    ),
    "lib/legacy/tag.ex": """\
defmodule Legacy.Tag do
  use Ecto.Schema

  schema "tags" do
    field :label, :string
    has_one :user, Legacy.User, foreign_key: :id
  end
end
""",
    "lib/web/card.ex": """\
defmodule Web.Card do
  @spec name(Legacy.User.t()) :: String.t()
  def name(%Legacy.User{name: name}) do
    name
  end

  # preload :user
  def owner(tag), do: Shop.Repo.preload(tag, [:user, :label])
  def users(tag), do: Ecto.assoc(tag, :users)
end
""",
    "lib/web/user_controller.ex": """\
defmodule Web.UserController do
  alias Legacy.Users

  @mirror "postgres://deploy:hunter2@mirror.internal/app"

  def show(id), do: Users.get_user!(id)

  def count do
    Shop.Repo.query!(\"\"\"
    SELECT count(*)
    FROM users -- of postgres://deploy:hunter2@mirror.internal/app
    \"\"\")
  end
end
""",
}
DETAILS = """
COMMENT ON TABLE users IS 'people who signed up';
COMMENT ON COLUMN users.name IS 'as ``` they | write it <b>';
CREATE TABLE posts (id bigserial PRIMARY KEY, author_id bigint REFERENCES users);
CREATE FUNCTION fold() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN NEW.email := lower(NEW.email); RETURN NEW; END';
CREATE TRIGGER fold_email BEFORE INSERT OR UPDATE OF email ON users
  FOR EACH ROW EXECUTE FUNCTION fold();
CREATE INDEX users_by_age ON users (age) WHERE age > 18;
"""


def brief(shop: Shop, table: str = "users", **options: object) -> Brief:
    source = SourceOptions(folder=Path(shop.root), url=shop.url, environment={}, **options)  # type: ignore[arg-type]
    return msgspec.structs.replace(make_brief(source, table).brief, source="app_dev")


def shop_of(make_shop: MakeShop, files: Mapping[str, str] | None = None) -> Shop:
    return make_shop(DDL + DETAILS, {**LEGACY, **MORE, **(files or {})})


def is_golden(name: str, page: str) -> bool:
    path = GOLDEN / f"{name}.md"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(page, encoding="utf-8")
    return path.read_text(encoding="utf-8") == page


def test_a_table_before_anything_was_done(make_shop: MakeShop) -> None:
    assert is_golden("before", brief_page(brief(shop_of(make_shop))))


def test_a_table_with_its_resource_and_actions(make_shop: MakeShop) -> None:
    shop = shop_of(make_shop)
    shop.run()
    act(shop)
    shop.sql("ALTER TABLE users ALTER age SET NOT NULL")
    assert is_golden("after", brief_page(brief(shop)))


def test_a_table_that_the_configuration_leaves_out(make_shop: MakeShop) -> None:
    config = LEGACY["ash_scaffold.toml"].replace('"users", ', "")
    shop = shop_of(make_shop, {"ash_scaffold.toml": f'exclude = ["users"]\n{config}'})
    assert is_golden("left_out", brief_page(brief(shop)))


def test_a_table_of_another_tool_is_shown_as_well(make_shop: MakeShop) -> None:
    shop = make_shop(f"{DDL}CREATE TABLE schema_migrations (version bigint PRIMARY KEY);", LEGACY)
    found = brief(shop, "schema_migrations")
    assert found.outside == "it is another tool's table, which gets no resource"
    assert (found.tasks, found.commands, found.resource) == ((), (), None)
    assert [each.name for each in found.definition.columns] == ["version"]


def test_without_legacy_code_it_says_so(make_shop: MakeShop) -> None:
    found = brief(shop_of(make_shop), use_legacy=False)
    assert (found.with_legacy, found.schemas, found.users, found.changesets) == (False, (), (), ())
    assert "- Legacy code was not looked at" in brief_page(found)
    assert not any("--hand-over" in each.line for each in found.commands)


@pytest.mark.parametrize("limit", [50, 51, 60, 75, 100, 150, 220])
def test_a_page_has_no_more_lines_than_it_may(make_shop: MakeShop, limit: int) -> None:
    shop = shop_of(make_shop)
    shop.run()
    act(shop)
    found = brief(shop)
    whole = brief_page(found).splitlines()
    page = brief_page(found, limit).splitlines()
    assert len(whole) > limit >= len(page)
    assert page[:4] != whole[:4]
    assert f"It has at most {limit} lines" in page[2]
    assert any("eft out" in line for line in page[4:])
    assert page.count("```sql") + page.count("```elixir") + page.count("```text") + page.count(
        "```sh"
    ) == page.count("```")


def test_a_page_that_has_room_for_all_lacks_nothing(make_shop: MakeShop) -> None:
    found = brief(shop_of(make_shop))
    whole = brief_page(found).splitlines()
    page = brief_page(found, len(whole)).splitlines()
    assert (page[:2], page[3:]) == (whole[:2], whole[3:])


def test_the_worst_comes_first(make_shop: MakeShop) -> None:
    shop = shop_of(make_shop)
    shop.run()
    act(shop)
    shop.sql("ALTER TABLE users ADD COLUMN born date NOT NULL")
    tasks = brief(shop).tasks
    assert [task.weight for task in tasks] == sorted(task.weight for task in tasks)
    assert (tasks[0].weight, tasks[0].label) == (Weight.BREAKS, "column added")
    assert [task.place for task in tasks if task.label == "TODO"] != []


def test_no_page_has_a_password(make_shop: MakeShop) -> None:
    shop = shop_of(make_shop)
    shop.sql("ALTER TABLE users ADD home text DEFAULT 'https://me:hunter2@host/x'")
    shop.sql("COMMENT ON COLUMN users.age IS 'see ftp://me:hunter2@host'")
    shop.run()
    act(shop)
    found = brief(shop)
    for text in (brief_page(found), msgspec.json.encode(found).decode()):
        assert "hunter2" not in text
        assert "://***@mirror.internal/app" in text
        assert "https://***@host/x" in text.replace("&#58;", ":")


def test_an_accepted_todo_is_a_note_with_its_reason(make_shop: MakeShop) -> None:
    accept = '[[accept]]\nobject = "users.actions.rename.todo"\nreason = "seen is gone"\n'
    config = LEGACY["ash_scaffold.toml"] + accept
    shop = shop_of(make_shop, {"ash_scaffold.toml": config})
    shop.run()
    act(shop)
    [task] = [each for each in brief(shop).tasks if each.label == "TODO"]
    assert (task.weight, task.todo) == (Weight.NOTE, "The team accepts it: seen is gone")
    assert task.place.startswith(ACTIONS)


def test_changesets_and_callers_are_those_of_the_facts(make_shop: MakeShop) -> None:
    found = brief(shop_of(make_shop))
    assert [(each.label, each.state) for each in found.changesets] == [
        ("Legacy.User.changeset/2", ChangesetState.OPEN),
        ("Legacy.User.rename_changeset/2", ChangesetState.OPEN),
        ("Legacy.User.unused_changeset/2", ChangesetState.UNUSED),
    ]
    [get] = [each for each in found.context_functions if each.label.endswith("get_user!/1")]
    assert [(each.path, each.line, each.text) for each in get.callers] == [
        ("lib/web/user_controller.ex", 6, "def show(id), do: Users.get_user!(id)")
    ]
    assert [(each.module, [use.line for use in each.uses]) for each in found.users] == [
        ("Web.UserController", [9]),
        ("Legacy.Users", [5, 8, 11, 12, 15, 16]),
        ("Legacy.Tag", [6]),
        ("Web.Card", [2, 3]),
    ]
    assert [user.is_pattern for user in found.users] == [False, False, False, True]
    assert [(each.place, each.text) for each in found.by_association] == [
        ("lib/web/card.ex:8", "def owner(tag), do: Shop.Repo.preload(tag, [:user, :label])")
    ]
    assert [task.what for task in found.tasks if task.label == "struct"] == [
        "1 module names its struct in types and heads of functions alone: Web.Card."
    ]


@pytest.mark.parametrize(
    ("name", "what", "todo"),
    [
        ("user", "There is no table user.", "Did you mean users?"),
        ("sales.users", "There is no table sales.users.", "Did you mean users?"),
        ("*", "3 tables fit, and a brief is of one.", "Name one: posts, tags, users."),
    ],
)
def test_a_name_of_no_table_ends_with_the_nearest(
    make_shop: MakeShop, name: str, what: str, todo: str
) -> None:
    with pytest.raises(ScaffoldError) as caught:
        brief(shop_of(make_shop), name)
    [problem] = caught.value.problems
    assert (problem.code, problem.what, problem.todo) == ("unknown-name", what, todo)


def test_a_name_may_be_that_of_a_table_in_another_schema(make_shop: MakeShop) -> None:
    shop = make_shop(
        f"{DDL}CREATE SCHEMA billing; CREATE TABLE billing.invoices (id bigserial PRIMARY KEY);",
        {"ash_scaffold.toml": 'schemas = ["billing"]\n'},
    )
    assert brief(shop, "invoices").table == "billing.invoices"
    assert brief(shop, "billing.invoices").table == "billing.invoices"


def test_nothing_is_written(make_shop: MakeShop) -> None:
    shop = shop_of(make_shop)
    shop.run()
    before = shop.tree(local=True)
    assert brief(shop).resource_path == USER
    assert brief(shop).context_functions[0].place.startswith(CONTEXT)
    assert shop.tree(local=True) == before


def test_legacy_code_may_stand_beside_the_project(make_shop: MakeShop) -> None:
    shop = make_shop(
        DDL, {"ash_scaffold.toml": f'legacy = "../old"\n{LEGACY["ash_scaffold.toml"]}'}
    )
    for path in (SCHEMA, CONTEXT):
        target = Path(shop.root).parent / "old" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(LEGACY[path])
    found = brief(shop)
    assert [each.place for each in found.schemas] == [f"../old/{SCHEMA}:1"]
    assert [user.path for user in found.users] == [f"../old/{CONTEXT}"]
    assert all(each.source is not None for each in found.changesets)


def test_what_is_generated_is_no_function_of_a_context(make_shop: MakeShop) -> None:
    shop = shop_of(make_shop)
    shop.run()
    act(shop)
    before = brief(shop)
    generated = {each.path for each in before.code}
    assert ACTIONS in generated
    assert {each.place.partition(":")[0] for each in before.context_functions} == {CONTEXT}


def test_names_and_code_end_no_fence_and_begin_no_heading(make_shop: MakeShop) -> None:
    name = 'a``` `b`\n# "c"'
    quoted = '"' + name.replace('"', '""') + '"'
    shop = make_shop(
        f"{DDL}CREATE TABLE {quoted} (id bigserial PRIMARY KEY, {quoted} text);"
        f"COMMENT ON TABLE {quoted} IS '# head\n```\n- [x](http://evil) <script>'",
        {
            "lib/legacy/odd.ex": 'defmodule Legacy.Odd do\n  use Ecto.Schema\n  schema "a``` `b`\\n'
            '# \\"c\\"" do\n    field :x, :string # ``````\n  end\nend\n'
        },
    )
    page = brief_page(brief(shop, name))
    headings, fence = [], ""
    for line in page.splitlines():
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if fence:
            fence = "" if line == fence else fence
        elif len(ticks) > 2:
            fence = ticks
        elif line.startswith("#"):
            headings.append(line)
    assert fence == ""
    assert [line for line in headings if line.startswith("# ")] == headings[:1]
    assert {line for line in headings if line.startswith("## ")} <= {
        f"## {title}"
        for title in (
            "Where it stands",
            "What is left to do",
            "What proves it done",
            "The table in the database",
            "What becomes of each column",
            "The Ecto schema",
            "Who uses it",
        )
    }
    assert "<script>" not in page
    assert "](http:" not in page


def test_the_default_of_a_sensitive_column_is_left_out(make_shop: MakeShop) -> None:
    shop = shop_of(make_shop)
    shop.sql("ALTER TABLE users ADD api_key text DEFAULT 'sk_live_1234'")
    found = brief(shop)
    assert "sk_live_1234" not in brief_page(found)
    assert "api_key text DEFAULT ***" in found.definition.sql
    assert found.definition.columns[-1].default == "***"


def test_a_call_by_a_struct_that_is_not_known_is_named(make_shop: MakeShop) -> None:
    code = """\
defmodule Legacy.Migrator do
  def run(%module{} = struct, attrs) do
    struct.__struct__.changeset(struct, attrs) |> Shop.Repo.update!()
  end
end
"""
    found = brief(shop_of(make_shop, {"lib/legacy/migrator.ex": code}))
    assert found.unread == (
        "lib/legacy/migrator.ex:3: It calls a changeset function of a struct that is known at run "
        "time.",
    )


def of_changeset(found: Brief, function: str) -> list[Task]:
    return [each for each in found.tasks if each.label == "changeset" and function in each.what]


def test_a_function_that_is_given_a_changeset_says_whose(make_shop: MakeShop) -> None:
    checked = """\
  def validate_word(changeset, word) do
    if word == "", do: add_error(changeset, :name, "no"), else: changeset
  end

  def validate_nothing(changeset), do: validate_required(changeset, [:name])

  defp trim("""
    context = """\
  def look(%User{} = user, attrs, word) do
    user
    |> User.rename_changeset(attrs)
    |> User.validate_word(word)
    |> Ecto.Changeset.apply_action(:update)
  end

  def rename_user("""
    files = {
        SCHEMA: LEGACY[SCHEMA].replace("  defp trim(", checked),
        CONTEXT: LEGACY[CONTEXT].replace("  def rename_user(", context),
    }
    found = brief(shop_of(make_shop, files))
    [task] = of_changeset(found, "validate_word")
    assert (task.weight, task.what, task.todo) == (
        Weight.LEFT,
        "Legacy.User.validate_word/2 makes no action: it is called on the changeset of another "
        f"function ({CONTEXT}:18).",
        "Do what it does in the actions of the functions whose changeset it is given.",
    )
    [unused] = of_changeset(found, "validate_nothing")
    assert (unused.weight, unused.what) == (
        Weight.NOTE,
        "Nothing that was read writes with Legacy.User.validate_nothing/1, and no call of it was "
        "found.",
    )


def test_fields_without_a_column_are_named(make_shop: MakeShop) -> None:
    schema = LEGACY[SCHEMA].replace(
        "    field :age, :integer\n",
        "    field :age, :integer\n    field :theme, :string\n"
        "    field :look, :string, source: :ui\n    field :word, :string, virtual: true\n",
    )
    theme = (
        "  def theme_changeset(user, attrs), do: cast(user, attrs, [:theme, :look])\n\n  defp trim("
    )
    context = "  def paint(u, a), do: Repo.update(User.theme_changeset(u, a))\n\n  def rename_user("
    files = {
        SCHEMA: schema.replace("  defp trim(", theme),
        CONTEXT: LEGACY[CONTEXT].replace("  def rename_user(", context),
    }
    found = brief(shop_of(make_shop, files))
    assert [(each.name, each.column, each.place) for each in found.without_column] == [
        ("theme", "theme", f"{SCHEMA}:9"),
        ("look", "ui", f"{SCHEMA}:10"),
    ]
    assert (
        "- Fields of its Ecto schemas without a column (is the database migrated?): `theme` "
        f"(`{SCHEMA}:9`), `look` (column `ui`, `{SCHEMA}:10`)\n"
    ) in brief_page(found)
    [task] = of_changeset(found, "theme_changeset")
    assert (task.weight, task.what, task.todo) == (
        Weight.LEFT,
        "Legacy.User.theme_changeset/2 makes no action: none of the fields that it casts (theme, "
        "look) is one of the table users.",
        "The table has no column for theme, look: if the database is not behind the code, it "
        "can't write, and goes with the Ecto schema.",
    )


@pytest.mark.parametrize(
    ("form", "called", "goes"),
    [
        ("", ", and no call of it was found.", "It goes with the Ecto schema. "),
        (
            "  def form(user), do: User.changeset(user, %{})\n",
            f"; it is called at {CONTEXT}:5.",
            "It goes with the Ecto schema, once what calls it is ported. ",
        ),
    ],
)
def test_what_nothing_writes_with_goes_with_the_schema(
    make_shop: MakeShop, form: str, called: str, goes: str
) -> None:
    files = {
        **LEGACY,
        SCHEMA: LEGACY[SCHEMA].replace("def unused_changeset", "defp no_changeset"),
        CONTEXT: "defmodule Legacy.Users do\n  alias Legacy.User\n  alias Shop.Repo\n\n"
        f"{form}end\n",
    }
    found = brief(make_shop(DDL, files))
    [task] = of_changeset(found, "User.changeset/2")
    assert task.weight is Weight.NOTE
    assert task.what == f"Nothing that was read writes with Legacy.User.changeset/2{called}"
    assert task.todo.startswith(goes)
    assert {each.state for each in found.changesets} == {ChangesetState.UNUSED}
    assert not any("--behaviour" in each.line for each in found.commands)


def test_what_stands_against_the_cut_over_is_named(make_shop: MakeShop) -> None:
    shop = shop_of(make_shop)
    shop.run()
    shop.sql("ALTER TABLE users ALTER age SET NOT NULL")
    found = brief(shop)
    assert [(each.where, each.what) for each in found.refused_for] == [
        ("", "5 legacy modules still refer to it, its own schemas counted"),
        ("", "check has 1 finding of it"),
        (
            "lib/shop/repo.ex:1",
            "check finds (differs: repo migrates extensions): Shop.Repo lets Ash migrate "
            "extensions: `mix ash.codegen` writes a migration for each one that Ash has not "
            "installed itself.",
        ),
    ]
    assert found.refusals == 7
    page = brief_page(found)
    assert (
        "- `cutover` would refuse it today, for 7 reasons:\n"
        "  - 5 legacy modules still refer to it, its own schemas counted\n"
        "  - check has 1 finding of it\n"
        "  - `lib/shop/repo.ex:1`: check finds "
    ) in page
    many = msgspec.structs.replace(
        found, refused_for=tuple(Reason(what=str(n)) for n in range(1, 8))
    )
    assert "  - 5\n  - and 2 more\n" in brief_page(many)


def test_a_table_that_nothing_names_is_said_to_be_so(make_shop: MakeShop) -> None:
    shop = shop_of(make_shop)
    page = brief_page(brief(shop, "posts"))
    assert (
        "- No Ecto schema of the table was found.\n"
        "- Nothing in the legacy code names it, so see whether it is still used\n"
    ) in page
    assert "its own schemas" not in page
    assert "No module of the legacy code but its own schemas" not in page


def test_a_function_that_is_one_query_needs_a_read_action(make_shop: MakeShop) -> None:
    context = (
        "  def adults, do: Repo.exists?(from u in User, where: u.age > 17)\n\n  def rename_user("
    )
    files = {CONTEXT: LEGACY[CONTEXT].replace("  def rename_user(", context)}
    found = brief(shop_of(make_shop, files))
    [adults] = [each for each in found.context_functions if each.label.endswith("adults/0")]
    assert (adults.kind, adults.reason) == (
        "needs a read action with a filter",
        "it reads by a query",
    )
    assert "- needs a read action with a filter: it reads by a query\n" in brief_page(found)
    [task] = [each for each in found.tasks if each.what.startswith("Legacy.Users ")]
    assert task.what == (
        "Legacy.Users uses the table in 7 lines; adults/0 needs a read action with a filter."
    )


def test_what_rows_are_deleted_with_is_ported_where_it_is_called(make_shop: MakeShop) -> None:
    context = (
        "  def drop(u), do: u |> User.unused_changeset(%{}) |> Repo.delete()\n\n  def rename_user("
    )
    files = {CONTEXT: LEGACY[CONTEXT].replace("  def rename_user(", context)}
    found = brief(shop_of(make_shop, files))
    [task] = of_changeset(found, "unused_changeset")
    assert (task.weight, task.what, task.place) == (
        Weight.PORT,
        "Rows are deleted with Legacy.User.unused_changeset/2.",
        f"{CONTEXT}:15",
    )
    [state] = [each for each in found.changesets if "unused" in each.label]
    assert (state.state, state.writes) == (ChangesetState.REFUSED, (f"{CONTEXT}:15 (deletes)",))
