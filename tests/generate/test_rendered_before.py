"""A resource that is planned as before is not rendered again, and nothing is missed for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop
from tests.generate.test_growth import schema
from tests.records import SPOILT

from ash_scaffold.ash.model import Attribute, Resource
from ash_scaffold.generate import rendered_before, rendered_resources, run
from ash_scaffold.generate.files import contents
from ash_scaffold.generate.rendered_before import FOLDER, Subject
from ash_scaffold.project.kept_records import NO_RECORD, program_digest, write_record
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Atom, Keyword, Map, Ref, Term

TABLES = 12


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Count in this process, with nothing kept of other tests."""
    monkeypatch.setattr(rendered_resources, "_LEAST", 1_000)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the tables whose resources were rendered, in a list that may be emptied."""
    found: list[str] = []
    for module in (rendered_resources, run):
        real = module.resource_module

        def counted(item: object, *rest: object, real: Callable[..., object] = real) -> object:
            found.append(item.draft.name.name)  # type: ignore[attr-defined]
            return real(item, *rest)

        monkeypatch.setattr(module, "resource_module", counted)
    return found


@pytest.fixture
def shop(make_shop: MakeShop, rendered: list[str]) -> Shop:
    """Give a project that was generated once."""
    made = make_shop(schema(TABLES))
    made.run()
    assert len(rendered) == TABLES + 1
    rendered.clear()
    return made


def without_memory(shop: Shop, **options: object) -> dict[str, bytes | None]:
    return contents(shop.prepare(environment={NO_RECORD: "1"}, **options).files.files)


def record() -> Path:
    (path,) = Path(os.environ["XDG_STATE_HOME"], "ash-scaffold", FOLDER).iterdir()
    return path


def test_a_column_more_renders_one_resource(shop: Shop, rendered: list[str]) -> None:
    shop.sql("ALTER TABLE things_003 ADD size int")
    outcome = shop.prepare()
    assert rendered == ["things_003"]
    assert contents(outcome.files.files) == without_memory(shop)
    rendered.clear()
    shop.run()
    assert shop.run().diff == ""
    assert rendered == ["things_003"]


def test_a_key_more_renders_all_whose_rows_it_holds(shop: Shop, rendered: list[str]) -> None:
    shop.sql("ALTER TABLE things_001 ADD other_id bigint REFERENCES things_010")
    outcome = shop.prepare()
    # Rows of things_010 go with those of accounts, unless the new key stops that.
    assert rendered == ["accounts", "things_001", "things_010"]
    assert contents(outcome.files.files) == without_memory(shop)


def test_what_another_column_is_called_counts_where_it_is_named(
    shop: Shop, rendered: list[str]
) -> None:
    shop.edit("lib/shop/sales/account.ex", (":name, :string", ":title, :string"))
    outcome = shop.prepare()
    assert rendered == ["accounts"]
    assert contents(outcome.files.files) == without_memory(shop)


def test_a_file_that_is_gone_is_written_again(shop: Shop, rendered: list[str]) -> None:
    path = "lib/shop/sales/things003.ex"
    before = shop.read(path)
    (shop.root / path).unlink()
    shop.run()
    assert rendered == ["things_003"]
    assert shop.read(path) == before


@pytest.mark.parametrize("layout", ["inline", "fragment"])
def test_a_fragment_that_is_gone_is_written_again(
    make_shop: MakeShop, rendered: list[str], layout: str
) -> None:
    shop = make_shop(schema(TABLES))
    shop.run(layout=layout)
    rendered.clear()
    assert shop.run(layout=layout).diff == ""
    assert rendered == []
    if layout == "fragment":
        (shop.root / "lib/shop/sales/things003/generated.ex").unlink()
        shop.run(layout=layout)
        assert rendered == ["things_003"]
        assert (shop.root / "lib/shop/sales/things003/generated.ex").exists()


def test_another_layout_is_another_text(shop: Shop, rendered: list[str]) -> None:
    outcome = shop.prepare(layout="fragment")
    assert len(rendered) == TABLES + 1
    assert contents(outcome.files.files) == without_memory(shop, layout="fragment")


def test_a_conflict_is_found_by_each_run(shop: Shop, rendered: list[str]) -> None:
    shop.edit(
        "lib/shop/sales/things003.ex", (":state, Shop.Types.State do", ":state, Shop.State do")
    )
    shop.sql("ALTER TABLE things_003 ALTER state TYPE text")
    assert len(shop.run().errors) == 1
    rendered.clear()
    assert len(shop.run().errors) == 1
    assert rendered == ["things_003"]


def test_who_names_a_new_type_is_found(shop: Shop, rendered: list[str]) -> None:
    shop.sql("CREATE TYPE size AS ENUM ('s', 'm')", "ALTER TABLE things_003 ADD size size")
    outcome = shop.prepare()
    assert rendered == ["things_003"]
    assert contents(outcome.files.files) == without_memory(shop)


def test_a_type_whose_file_is_gone_is_written_again(shop: Shop, rendered: list[str]) -> None:
    (path,) = shop.root.glob("lib/shop/types/state.ex")
    path.unlink()
    (shop.root / "priv/ash_scaffold/modules/Shop.Types.State.json").unlink()
    outcome = shop.prepare()
    # All that name it, and those of types whose names begin like its own.
    assert len(rendered) == TABLES
    assert contents(outcome.files.files) == without_memory(shop)
    shop.run()
    assert path.exists()


def test_resources_beside_the_scope_are_not_rendered_either(
    shop: Shop, rendered: list[str]
) -> None:
    shop.run(tables=("things_001",))
    assert rendered == []
    shop.sql("ALTER TABLE things_003 ADD size int")
    assert shop.prepare(tables=("things_001",)).stale == ("Shop.Sales.Things003",)
    assert rendered == ["things_003"]


def test_templates_of_ones_own_are_asked_every_time(
    shop: Shop, rendered: list[str], tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    shop.prepare(templates=tmp_path / "templates")
    assert len(rendered) == TABLES + 1


def test_the_next_run_after_another_branch_renders_what_differs(
    shop: Shop, rendered: list[str]
) -> None:
    before = shop.tree(local=True)
    shop.sql("ALTER TABLE things_003 ADD size int")
    shop.run()
    shop.write({path: body.decode() for path, body in before.items()})
    shop.sql("ALTER TABLE things_003 DROP size")
    rendered.clear()
    assert shop.run().diff == ""
    assert rendered == []


FAULTS: dict[str, Callable[[Path], object]] = {
    **SPOILT,
    "gone": lambda path: path.unlink(),
    "of another form": lambda path: write_record(path, b"\x93\x01\x02\x03"),
    "of another program": lambda path: write_record(path, msgspec.msgpack.encode([b"x", b""])),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_record_that_does_not_hold_counts_for_nothing(
    shop: Shop, rendered: list[str], fault: str
) -> None:
    shop.sql("ALTER TABLE things_003 ADD size int")
    wanted = without_memory(shop)
    rendered.clear()
    FAULTS[fault](record())
    assert contents(shop.prepare().files.files) == wanted
    assert len(rendered) == TABLES + 1


def test_a_changed_program_renders_all_itself(
    shop: Shop, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendered_before, "program_digest", lambda: program_digest() + b"!")
    shop.run()
    assert len(rendered) == TABLES + 1
    rendered.clear()
    shop.run()
    assert rendered == []


def test_where_nothing_can_be_kept_all_is_rendered(
    shop: Shop, rendered: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    for _ in range(2):
        rendered.clear()
        assert shop.run().diff == ""
        assert len(rendered) == TABLES + 1


def test_nothing_new_writes_no_record(shop: Shop) -> None:
    before = record().stat().st_ino
    shop.run()
    assert record().stat().st_ino == before


PAIRS: tuple[tuple[Term, Term], ...] = (
    ((1, 2), [1, 2]),
    (Decimal("1.5"), "1.5"),
    (Decimal("1.5"), 1.5),
    (Decimal("1.0"), Decimal("1.00")),
    (True, 1),
    (1, 1.0),
    (None, "nil"),
    (Atom("a"), "a"),
    (Atom("a"), Ref("a")),
    (Keyword((("a", 1),)), Map((("a", 1),))),
)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_values_that_are_written_differently_are_told_apart(one: Term, other: Term) -> None:
    assert flat(one) != flat(other) or one == other
    assert subject_of(one).key("") != subject_of(other).key("")
    assert subject_of(one).key("a") != subject_of(one).key("b")


@pytest.mark.parametrize("like", [0, 0.0, None, ""])
def test_a_value_like_a_default_is_told_apart_from_it(like: object) -> None:
    attribute = Attribute(name="a", column="a", type=Atom("string"))
    assert attribute.primary_key is False
    other = msgspec.structs.replace(attribute, primary_key=like)
    assert repr(other) != repr(attribute)
    assert repr(msgspec.structs.replace(attribute, constraints=[])) != repr(attribute)


def subject_of(default: Term) -> Subject:
    attribute = Attribute(name="a", column="a", type=Atom("string"), default=default)
    made = Resource(
        module="App.Thing",
        domain="App",
        repo="App.Repo",
        table="things",
        schema="public",
        attributes=(attribute,),
    )
    return Subject.of(made, "inline")
