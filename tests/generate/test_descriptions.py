"""Comments of several lines become heredocs, and no file is written for the form alone."""

from __future__ import annotations

import msgspec
import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests
from tests.generate.test_hand_edits import Recorded

from ash_scaffold.check.run import check
from ash_scaffold.elixir import entity
from ash_scaffold.generate import rendered_before
from ash_scaffold.project.snapshot import encode, read_snapshots, snapshot_path
from ash_scaffold.session import SourceOptions
from ash_scaffold.syntax import parse as parsing
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse
from ash_scaffold.syntax.values import read

DDL = """
CREATE TABLE users (id bigserial PRIMARY KEY, email text, age integer);
COMMENT ON TABLE users IS E'People.\\n  - of all kinds';
COMMENT ON COLUMN users.email IS E'Where they are written to.\\nNot checked.\\n';
COMMENT ON COLUMN users.age IS 'In years.';
CREATE TABLE logs (line text);
COMMENT ON TABLE logs IS E'No key:\\n\\nrows are only added.'
"""
LOG, USER = "lib/shop/sales/log.ex", "lib/shop/sales/user.ex"
TABLE_TEXT = '''\
    description """
    People.
      - of all kinds\\
    """
'''
EMAIL_TEXT = '''\
    attribute :email, :string do
      description """
      Where they are written to.
      Not checked.
      """

      public? true
'''


@pytest.fixture
def old_shop(make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A project with its texts on one line, as they were written before."""
    shop = make_shop(DDL)
    with monkeypatch.context() as patch:
        patch.setattr(entity, "heredoc", lambda _text, **_: None)
        patch.setattr(rendered_before, "program_digest", lambda: b"the program of then")
        shop.run()
    assert '"""' not in shop.read(USER) + shop.read(LOG)
    return shop


def descriptions(shop: Shop, path: str) -> list[object]:
    """Return the descriptions of a file in order, as our own reader reads them."""
    tree = parse(shop.read(path).encode())
    assert tree.fault is None
    found, nodes = [], [tree.root]
    while nodes:
        node = nodes.pop(0)
        if node.type == "call" and tree.text(node).startswith("description "):
            arguments = next(child for child in node.children if child.type == "arguments")
            found.append((node.start_byte, read(tree, arguments.named_children[0])))
        nodes += node.children
    assert modules(tree)
    return [value for _, value in sorted(found)]


def test_a_text_of_several_lines_is_a_heredoc(make_shop: MakeShop) -> None:
    shop = make_shop(DDL)
    done = shop.run()
    text = shop.read(USER)
    assert TABLE_TEXT in text
    assert EMAIL_TEXT in text
    assert '      description "In years."\n' in text
    assert '''\
    description """
    No key:

    rows are only added.\\
    """

    require_primary_key? false
''' in shop.read(LOG)
    assert descriptions(shop, USER) == [
        "People.\n  - of all kinds",
        "Where they are written to.\nNot checked.\n",
        "In years.",
    ]
    rests(shop, done)


@pytest.mark.parametrize("formatter", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_files_with_the_text_on_one_line_stay(old_shop: Shop, *, formatter: bool) -> None:
    shop = msgspec.structs.replace(old_shop, use_formatter=formatter)
    before = shop.tree()
    done = shop.run()
    assert (done.diff, done.errors) == ("", [])
    assert shop.tree() == before
    rests(shop, done)


def test_a_change_of_the_schema_leaves_the_form_of_other_texts(old_shop: Shop) -> None:
    old_shop.sql("ALTER TABLE users ALTER age SET NOT NULL", "ALTER TABLE logs ADD at date")
    done = old_shop.run()
    assert (
        done.diff
        == """\
lib/shop/sales/log.ex
@@
       public? true
       constraints trim?: false, allow_empty?: true
     end
+
+    attribute :at, :date do
+      public? true
+    end
   end
 end
lib/shop/sales/user.ex
@@

     attribute :age, :integer do
       description "In years."
+      allow_nil? false
       public? true
     end
   end
"""
    )
    rests(old_shop, done)


def test_a_text_that_stays_is_not_parsed(
    make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop(DDL)
    shop.run()
    shop.sql("ALTER TABLE users ADD height integer")
    given: list[bytes] = []
    monkeypatch.setattr(parsing, "Parser", Recorded(given))
    assert "+    attribute :height, :integer do" in shop.run().diff
    assert [each for each in given if b"Where they are written to" in each] == []


def test_edited_files_and_older_versions_stay_too(old_shop: Shop) -> None:
    old_shop.edit(USER, ("  actions do\n", "  # Mine.\n  actions do\n"))
    for snapshot in read_snapshots(old_shop.root).values():
        if snapshot.path == LOG:
            old = msgspec.structs.replace(snapshot, tool="0.0.9")
            old_shop.write({snapshot_path(old): encode(old).decode()})
    before = old_shop.tree()
    done = old_shop.run()
    assert (done.diff, done.errors) == ("", [])
    assert old_shop.tree() == before
    rests(old_shop, done)


def test_refreshing_the_style_writes_heredocs(old_shop: Shop) -> None:
    done = old_shop.run(refresh_style=True)
    assert TABLE_TEXT in old_shop.read(USER)
    assert EMAIL_TEXT in old_shop.read(USER)
    rests(old_shop, done)
    rests(old_shop, done, refresh_style=True)


def test_a_person_may_write_either_form(make_shop: MakeShop) -> None:
    shop = make_shop(DDL)
    shop.run()
    shop.edit(USER, (TABLE_TEXT, '    description "People.\\n  - of all kinds"\n'))
    done = shop.run()
    assert (done.diff, done.errors) == ("", [])
    rests(shop, done)


def test_a_new_text_comes_into_an_edited_file(old_shop: Shop) -> None:
    old_shop.edit(USER, ("  actions do\n", "  # Mine.\n  actions do\n"))
    old_shop.sql("COMMENT ON COLUMN users.age IS E'In years.\\n\\tFull ones.'")
    done = old_shop.run()
    assert (
        done.diff
        == '''\
lib/shop/sales/user.ex
@@
     end

     attribute :age, :integer do
-      description "In years."
+      description """
+      In years.
+      \\tFull ones.\\
+      """
+
       public? true
     end
   end
'''
    )
    rests(old_shop, done)


@pytest.mark.parametrize(("newline", "step"), [("\r\n", "  "), ("\n", "\t"), ("\r\n", "\t")])
def test_where_a_heredoc_would_hold_tabs_or_crlf_the_text_is_on_one_line(
    make_shop: MakeShop, newline: str, step: str
) -> None:
    shop = make_shop("CREATE TABLE users (id bigserial PRIMARY KEY, age integer)")
    shop.run()
    lines = shop.read(USER).split("\n")
    lines = [
        step * ((len(line) - len(line.lstrip())) // 2) + line.lstrip() if line else line
        for line in lines
    ]
    shop.write({USER: newline.join(lines)})
    shop.sql(
        "ALTER TABLE users ADD email text",
        "COMMENT ON COLUMN users.email IS E'Two\\n    lines\\n'",
        "COMMENT ON COLUMN users.age IS E'Some\\n    more'",
        "COMMENT ON TABLE users IS E'One\\n\\n    two'",
    )
    done = shop.run()
    assert descriptions(shop, USER) == ["One\n\n    two", "Some\n    more", "Two\n    lines\n"]
    assert '"""' not in shop.read(USER)
    rests(shop, done)


def test_as_a_pair_the_text_is_on_one_line(make_shop: MakeShop) -> None:
    shop = make_shop("CREATE TABLE users (id bigserial PRIMARY KEY, age integer)")
    shop.run()
    shop.edit(
        USER,
        (
            "attribute :age, :integer do\n      public? true\n    end",
            "attribute :age, :integer, public?: true",
        ),
    )
    shop.sql("COMMENT ON COLUMN users.age IS E'Some\\n    more'")
    done = shop.run()
    assert 'attribute :age, :integer, description: "Some\\n    more", public?: true\n' in shop.read(
        USER
    )
    rests(shop, done)


def test_check_finds_nothing_where_only_the_form_differs(old_shop: Shop) -> None:
    for new in ("  actions do\n", "  # Mine.\n  actions do\n"):
        old_shop.edit(USER, ("  actions do\n", new))
        report = check(SourceOptions(folder=old_shop.root, url=old_shop.url))
        assert [each for each in report.findings if "sales/" in each.path] == []
