from __future__ import annotations

import pytest

from ash_scaffold.postgres.assemble import assigned_columns

SOURCES = [
    ("BEGIN NEW.updated_at = now(); RETURN NEW; END", ("updated_at",)),
    ("begin new.a := 1; new.B := 2; return new; end", ("a", "b")),
    ('BEGIN NEW."camelCase" := 1; NEW."a ""b""" := 2; RETURN NEW; END', ("camelCase", 'a "b"')),
    ("BEGIN IF NEW.slug IS NULL THEN NEW.slug := 'x'; END IF; RETURN NEW; END", ("slug",)),
    ("BEGIN IF NEW.a = 1 THEN RAISE 'no'; END IF; RETURN NEW; END", ()),
    ("BEGIN -- NEW.a := 1;\n /* NEW.b := 1; */ RETURN NEW; END", ()),
    ("BEGIN OLD.a := 1; x.new_a := 1; RETURN NEW; END", ()),
]


@pytest.mark.parametrize(("source", "columns"), SOURCES)
def test_only_a_statement_that_assigns_to_new_fills_a_column(
    source: str, columns: tuple[str, ...]
) -> None:
    assert assigned_columns("f", source) == columns


def test_the_built_in_function_names_the_column_first() -> None:
    arguments = r"search\000pg_catalog.english\000title\000"

    assert assigned_columns("tsvector_update_trigger", arguments) == ("search",)


def test_a_function_in_another_language_says_nothing() -> None:
    assert assigned_columns("f", None) == ()
