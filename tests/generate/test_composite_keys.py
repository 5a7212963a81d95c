"""Composite keys that share a column: each has the name that the file gives it."""

from __future__ import annotations

from tests.generate.conftest import MakeShop
from tests.generate.running import conflict, rests

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
    ("belongs_to :user,", "belongs_to :author,"),
    ("reference :user do", "reference :author do"),
    ("belongs_to :tenant_user,", "belongs_to :editor,"),
    ("reference :tenant_user do", "reference :editor do"),
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

       reference :editor do
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
       {:tenant_id, "by_author", "would leave records behind"},
-      {:tenant_id, "by_editor", "would leave records behind"}
+      {:tenant_id, "by_reader", "would leave records behind"}
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
    assert done.problems == [conflict(POST, "posts.author", gone=True)]
    text = shop.read(POST)
    assert "belongs_to :author, Shop.Sales.User do" in text
    assert "reference :author do" not in text
    assert "belongs_to :editor, Shop.Sales.User do" in text
    rests(shop, done)


def test_a_key_that_goes_takes_only_its_own_relationship(make_shop: MakeShop) -> None:
    shop = make_shop(TENANTS)
    shop.run()
    shop.sql("ALTER TABLE posts DROP CONSTRAINT by_author")
    done = shop.run()
    assert done.problems == []
    text = shop.read(POST)
    assert "belongs_to :user," not in text
    assert "belongs_to :tenant_user, Shop.Sales.User do" in text
    rests(shop, done)
