"""Custom Ecto types over the life of a project: runs, hand edits, check, and when the code goes."""

from __future__ import annotations

from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, told

from ash_scaffold.check.run import check
from ash_scaffold.session import SourceOptions

DDL = """
CREATE TABLE packages (
  id bigserial PRIMARY KEY,
  version text NOT NULL,
  code text,
  secret bytea
);
"""
DOMAIN = '[domains."Shop.Sales"]\ntables = ["*"]\n'
OLD, PACKAGE = "lib/shop/old/package.ex", "lib/shop/sales/package.ex"
TYPES, VERSION = "lib/shop/ecto_types.ex", "lib/shop/types/version.ex"
SCHEMA = """\
defmodule Shop.Old.Package do
  use Ecto.Schema

  schema "packages" do
    field :version, Shop.Version
    field :code, Shop.Prefixed, prefix: "pk_"
    field :secret, Shop.Encrypted.Binary
  end
end
"""
CODE = """\
defmodule Shop.Version do
  use Ecto.Type
  def type, do: :string
  def cast(text), do: Version.parse(text)
  def load(text), do: Version.parse(text)
  def dump(version), do: {:ok, to_string(version)}
end

defmodule Shop.Prefixed do
  use Ecto.ParameterizedType
  def type(_prefix), do: :string
  def init(options), do: options[:prefix]
  def cast(text, _prefix), do: {:ok, text}
  def load(text, _loader, prefix), do: {:ok, prefix <> text}
  def dump(text, _dumper, prefix), do: {:ok, String.trim_leading(text, prefix)}
end

defmodule Shop.Encrypted.Binary do
  use Cloak.Ecto.Binary, vault: Shop.Vault
end
"""
FILES = {"ash_scaffold.toml": DOMAIN, OLD: SCHEMA, TYPES: CODE}


def source(shop: Shop) -> SourceOptions:
    return SourceOptions(folder=shop.root, url=shop.url)


def findings(shop: Shop) -> list[tuple[str, str]]:
    found = check(source(shop)).findings
    return [(each.kind, each.object) for each in found if each.table]


def types(shop: Shop) -> list[str]:
    folder = shop.root / "lib/shop/types"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_run_hands_the_fields_over_without_a_note(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, FILES)
    assert shop.run().problems == []
    assert types(shop) == ["encrypted_binary.ex", "prefixed_pk.ex", "version.ex"]
    assert "attribute :version, Shop.Types.Version do" in shop.read(PACKAGE)
    assert "filterable? false\n      sortable? false" in shop.read(PACKAGE)
    before = shop.times()
    done = shop.run()
    assert (done.problems, done.diff) == ([], "")
    assert {path: time for path, time in shop.times().items() if ".local" not in path} == {
        path: time for path, time in before.items() if ".local" not in path
    }
    assert findings(shop) == []


def test_another_type_in_the_code_changes_the_attribute_beside_an_edit(
    make_shop: MakeShop,
) -> None:
    shop = make_shop(DDL, {**FILES, OLD: SCHEMA.replace("Shop.Version", ":string")})
    shop.run()
    shop.edit(
        PACKAGE, ("attribute :version, :string do", "# Mine.\n    attribute :version, :string do")
    )
    shop.write({OLD: SCHEMA})
    done = shop.run()
    assert done.errors == []
    assert "# Mine.\n    attribute :version, Shop.Types.Version do" in shop.read(PACKAGE)


def test_an_edit_of_the_module_stays(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, FILES)
    shop.run()
    shop.edit(VERSION, ("use Ash.Type\n", "use Ash.Type\n\n  def mine, do: true\n"))
    shop.write({OLD: SCHEMA.replace('prefix: "pk_"', 'prefix: "pa_"')})
    done = shop.run()
    assert done.errors == []
    assert "def mine" in shop.read(VERSION)
    assert "PrefixedPa" in shop.read(PACKAGE)
    assert shop.run().diff == ""


def test_the_types_stay_when_the_schema_is_gone(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, FILES)
    shop.run()
    (shop.root / OLD).unlink()
    assert shop.run().diff == ""
    assert findings(shop) == []
    shop.write({TYPES: CODE.replace("defmodule Shop.Version", "defmodule Shop.Other")})
    done = shop.run()
    assert done.diff == ""
    assert done.problems == [
        "warning [legacy-custom-type] packages.version: The type of the attribute version hands "
        "over to Shop.Version: the project has no module Shop.Version any more.\n"
        "    Write in the type's own module what that did, or bring it back."
    ]
    # A person writes it anew.
    text = shop.read(VERSION).replace("Shop.Version", "Shop.Other")
    shop.write({VERSION: text})
    done = shop.run()
    assert (done.diff, done.problems) == ("", [])
    assert shop.read(VERSION) == text


def test_the_hand_over_names_the_ecto_types_that_are_still_called(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, FILES)
    shop.run()
    (table,) = check(source(shop), with_hand_over=True).hand_over or ()
    assert [(each.attribute, each.function, each.path) for each in table.calls] == [
        ("version", "Shop.Version", PACKAGE),
        ("code", "Shop.Prefixed", PACKAGE),
        ("secret", "Shop.Encrypted.Binary", PACKAGE),
    ]
    shop.edit(PACKAGE, ("Shop.Types.Version", "Shop.Own.Version"))
    shop.write({"lib/shop/types/prefixed_pk.ex": "defmodule Shop.Types.PrefixedPk do\nend\n"})
    (table,) = check(source(shop), with_hand_over=True).hand_over or ()
    assert [each.attribute for each in table.calls] == ["secret"]


def test_the_configuration_switches_it_off(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, {**FILES, "ash_scaffold.toml": f"legacy_types = false\n{DOMAIN}"})
    assert shop.run().problems == []
    assert types(shop) == []
    column = "[tables.packages.columns]\nversion.legacy_type = true\n"
    shop.write({"ash_scaffold.toml": f"legacy_types = false\n{DOMAIN}{column}"})
    shop.run()
    assert types(shop) == ["version.ex"]
    shop.write({"ash_scaffold.toml": f"{DOMAIN}{column.replace('true', 'false')}"})
    shop.run()
    assert "attribute :version, :string do" in shop.read(PACKAGE)
    assert "attribute :code, Shop.Types.PrefixedPk do" in shop.read(PACKAGE)


def test_the_types_of_another_repository_are_noted(make_shop: MakeShop) -> None:
    elsewhere = {
        "ash_scaffold.toml": f'legacy = "old"\n{DOMAIN}',
        "old/lib/package.ex": SCHEMA.replace("Shop.Encrypted.Binary", "Ecto.ULID"),
        "old/lib/types.ex": CODE,
    }
    shop = make_shop(DDL, elsewhere)
    assert [told(each).splitlines()[0] for each in shop.prepare().problems] == [
        "note [legacy-custom-type] packages.code: The Ecto schema reads it by Shop.Prefixed "
        "(old/lib/package.ex:6); the attribute code holds what the column does: the project has "
        "no module Shop.Prefixed.",
        "note [legacy-custom-type] packages.secret: The Ecto schema reads it by Ecto.ULID "
        "(old/lib/package.ex:7); the attribute secret holds what the column does: the legacy code "
        "is another project's, with dependencies of its own.",
        "note [legacy-custom-type] packages.version: The Ecto schema reads it by Shop.Version "
        "(old/lib/package.ex:5); the attribute version holds what the column does: the project has "
        "no module Shop.Version.",
    ]
    shop.run()
    assert types(shop) == []


def test_a_type_that_a_person_wrote_keeps_its_name_and_its_text(make_shop: MakeShop) -> None:
    mine = "defmodule Shop.Types.Version do\n  use Ash.Type.NewType, subtype_of: :string\nend\n"
    config = f'{DOMAIN}[columns]\n"old.version".type = "Shop.Types.Version"\n'
    ddl = f"{DDL} CREATE TABLE old (id bigserial PRIMARY KEY, version text);"
    shop = make_shop(ddl, {**FILES, "ash_scaffold.toml": config, VERSION: mine})
    for _ in range(2):
        assert shop.run().errors == []
        assert shop.read(VERSION) == mine
        assert "attribute :version, Shop.Types.ShopVersion do" in shop.read(PACKAGE)
    # Without the snapshots the generated ones are known by what they do.
    lost = list((shop.root / "priv/ash_scaffold").rglob("*ShopVersion*"))
    assert len(lost) == 1
    lost[0].unlink()
    assert shop.run().diff == ""
