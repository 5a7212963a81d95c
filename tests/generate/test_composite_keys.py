"""Composite keys that share a column: each has the name that the file gives it."""

from __future__ import annotations

from textwrap import indent

import msgspec
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, conflict, rests

from ash_scaffold.check.run import check
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.project.snapshot import digest, encode, read_snapshots, snapshot_path
from ash_scaffold.session import SourceOptions

POST = "lib/shop/sales/post.ex"
TENANTS = """
CREATE TABLE users (tenant_id bigint, id bigint, PRIMARY KEY (tenant_id, id));
CREATE TABLE posts (
    id bigint PRIMARY KEY, tenant_id bigint, author_id bigint, editor_id bigint,
    CONSTRAINT by_author FOREIGN KEY (tenant_id, author_id) REFERENCES users,
    CONSTRAINT by_editor FOREIGN KEY (tenant_id, editor_id) REFERENCES users
);
"""
RENAMED = (
    (
        "belongs_to :author, Shop.Sales.User do",
        "belongs_to :writer, Shop.Sales.User do\n      source_attribute :author_id",
    ),
    ("reference :author do", "reference :writer do"),
    (
        "belongs_to :editor, Shop.Sales.User do",
        "belongs_to :proofreader, Shop.Sales.User do\n      source_attribute :editor_id",
    ),
    ("reference :editor do", "reference :proofreader do"),
)


def test_the_names_of_the_file_stay(make_shop: MakeShop) -> None:
    shop = make_shop(TENANTS)
    shop.run()
    shop.edit(POST, *RENAMED)
    rests(shop, shop.run())
    shop.sql(
        "ALTER TABLE posts RENAME editor_id TO reader_id",
        "ALTER TABLE posts RENAME CONSTRAINT by_editor TO by_reader",
    )
    done = shop.run()
    assert done.problems == []
    assert (
        done.diff
        == """\
lib/shop/sales/post.ex
@@
       end

       reference :proofreader do
-        name "by_editor"
+        name "by_reader"
       end
     end
   end
@@
     end

     attribute :editor_id, :integer do
+      source :reader_id
       public? true
     end
   end
lib/shop/sales/user.ex
@@

     foreign_key_names [
       {:id, "by_author", "would leave records behind"},
-      {:id, "by_editor", "would leave records behind"}
+      {:id, "by_reader", "would leave records behind"}
     ]
   end

"""
    )
    rests(shop, done)


def test_a_key_that_goes_leaves_the_name_that_a_person_gave(make_shop: MakeShop) -> None:
    shop = make_shop(TENANTS)
    shop.run()
    shop.edit(POST, *RENAMED)
    shop.run()
    shop.sql("ALTER TABLE posts DROP CONSTRAINT by_author")
    done = shop.run()
    assert done.problems == [conflict(POST, "posts.writer", gone=True)]
    text = shop.read(POST)
    assert "belongs_to :writer, Shop.Sales.User do" in text
    assert "reference :writer do" not in text
    assert "belongs_to :proofreader, Shop.Sales.User do" in text
    rests(shop, done)


def test_a_key_that_goes_takes_only_its_own_relationship(make_shop: MakeShop) -> None:
    shop = make_shop(TENANTS)
    shop.run()
    shop.sql("ALTER TABLE posts DROP CONSTRAINT by_author")
    done = shop.run()
    assert done.problems == []
    text = shop.read(POST)
    assert "belongs_to :author," not in text
    assert "belongs_to :editor, Shop.Sales.User do" in text
    rests(shop, done)


ONE_KEY = """
CREATE TABLE tenants (id bigint PRIMARY KEY);
CREATE TABLE users (tenant_id bigint, id bigint, PRIMARY KEY (tenant_id, id));
CREATE TABLE posts (
    id bigint PRIMARY KEY, tenant_id bigint, author_id bigint,
    CONSTRAINT by_author FOREIGN KEY (tenant_id, author_id) REFERENCES users
);
"""


def test_the_source_follows_where_a_key_more_tells_which_column_it_is(make_shop: MakeShop) -> None:
    shop = make_shop(ONE_KEY)
    shop.run()
    shop.edit(POST, ("belongs_to :user, Shop.Sales.User do", BY_HAND))
    shop.sql("ALTER TABLE posts ADD CONSTRAINT of FOREIGN KEY (tenant_id) REFERENCES tenants")
    done = shop.run()
    assert done.problems == []
    assert (
        shop.read(POST).partition("  relationships do\n")[2]
        == """\
    belongs_to :user, Shop.Sales.User do
      description "Who wrote it."
      source_attribute :author_id
      define_attribute? false
      filter expr(tenant_id == parent(tenant_id))
      public? true
    end

    belongs_to :tenant, Shop.Sales.Tenant do
      define_attribute? false
      public? true
    end
  end
end
"""
    )
    rests(shop, done)


BY_HAND = 'belongs_to :user, Shop.Sales.User do\n      description "Who wrote it."'


def test_a_relationship_with_the_other_source_is_no_drift(make_shop: MakeShop) -> None:
    shop = make_shop(TENANTS)
    shop.run()
    shop.edit(
        POST,
        (
            "belongs_to :author, Shop.Sales.User do\n      define_attribute? false\n"
            "      filter expr(tenant_id == parent(tenant_id))",
            "belongs_to :author, Shop.Sales.User do\n      define_attribute? false\n"
            "      source_attribute :tenant_id\n      destination_attribute :tenant_id\n"
            "      filter expr(id == parent(author_id))",
        ),
    )
    rests(shop, shop.run())
    report = check(SourceOptions(folder=shop.root, url=shop.url))
    assert [each for each in report.findings if each.table == "posts"] == []


def test_another_version_that_chose_the_other_source_keeps_it_until_the_key_changes(
    make_shop: MakeShop,
) -> None:
    shop = make_shop(TENANTS)
    shop.run()
    write_as_another_version(shop, POST)
    before = shop.read(POST)
    assert (shop.run().diff, shop.read(POST)) == ("", before)
    shop.sql("ALTER TABLE posts RENAME editor_id TO reader_id")
    done = shop.run()
    assert done.problems == []
    assert (
        done.diff
        == """\
lib/shop/sales/post.ex
@@
     end

     attribute :editor_id, :integer do
+      source :reader_id
       public? true
     end
   end
@@
     end

     belongs_to :editor, Shop.Sales.User do
-      source_attribute :tenant_id
-      destination_attribute :tenant_id
       define_attribute? false
-      filter expr(id == parent(editor_id))
+      filter expr(tenant_id == parent(tenant_id))
       public? true
     end
   end
"""
    )
    rests(shop, done)


def write_as_another_version(shop: Shop, path: str) -> None:
    """Write a file and its snapshot as by a version that took the first column as the source."""
    (old,) = (each for each in read_snapshots(shop.root).values() if each.path == path)
    text = shop.read(path)
    entities = []
    for each in old.entities:
        lines = "\n".join(each.lines)
        column = each.object.rpartition(" by ")[2]
        if each.section == "relationships":
            before = lines
            lines = lines.replace(
                "  define_attribute? false\n  filter expr(tenant_id == parent(tenant_id))",
                "  source_attribute :tenant_id\n  destination_attribute :tenant_id\n"
                f"  define_attribute? false\n  filter expr(id == parent({column}))",
            )
            assert lines != before
            text = text.replace(indent(before, "    "), indent(lines, "    "))
        object_ = each.object.replace(f" by {column}", " by tenant_id")
        entities.append(EntityLines(each.section, object_, tuple(lines.split("\n"))))
    snapshot = msgspec.structs.replace(
        old,
        tool="0.0.9",
        rendered=digest(text),
        written=digest(text),
        entities=tuple(entities),
    )
    shop.write({path: text, snapshot_path(snapshot): encode(snapshot).decode()})
