"""Singulars and plurals: over a list of English nouns, and over the tables of real applications."""

from __future__ import annotations

from pathlib import Path

import pytest

from ash_scaffold.ash.english import pluralize, singularize
from ash_scaffold.ash.naming import module_segment, underscore

DATA = Path(__file__).parent / "data"


def pairs(name: str) -> list[tuple[str, str]]:
    """Read a file of two columns."""
    lines = (DATA / name).read_text().splitlines()
    return [(left, right) for left, _, right in (line.partition("\t") for line in lines)]


NOUNS = pairs("english_plurals.tsv")
# Words with a second plural, most of them in s, which is the one that is made.
_TWO_PLURALS = frozenset(
    "amoeba antenna apex avocado bureau compendium consortium focus formula index maximum "
    "memorandum minimum persona plateau podium referendum schema stadium supernova tableau "
    "thesaurus zero".split()
)


def test_every_plural_has_its_singular() -> None:
    assert len(NOUNS) > 700
    found = {plural: singularize(plural) for plural, _ in NOUNS}
    assert found == dict(NOUNS)


def test_a_singular_stays() -> None:
    singulars = {singular for _, singular in NOUNS}
    assert {each: singularize(each) for each in singulars} == {each: each for each in singulars}


def test_every_singular_has_its_plural() -> None:
    made = {
        singular: (pluralize(singular), plural)
        for plural, singular in NOUNS
        if plural != singular and pluralize(singular) != plural
    }
    assert made.keys() == _TWO_PLURALS
    # Only "bases" is the plural of two words.
    assert {each for _, each in NOUNS if singularize(pluralize(each)) != each} == {"basis"}


def test_the_tables_of_the_corpus_give_names_that_are_words() -> None:
    tables = pairs("table_names.tsv")
    words = frozenset(underscore(table) for table, _ in tables)
    assert len(tables) > 250
    assert {table: module_segment(table, words) for table, _ in tables} == dict(tables)


def test_a_singular_is_the_one_that_the_authors_of_applications_chose() -> None:
    chosen, same = 0, []
    for table, name in pairs("schema_names.tsv"):
        plural = underscore(table).rpartition("_")[2]
        singular = _form_of(plural, underscore(name).replace("_", ""))
        if singular not in (None, plural):
            chosen += 1
            same.append(singularize(plural) == singular)
    assert chosen > 700
    assert sum(same) / chosen > 0.99


def _form_of(word: str, name: str) -> str | None:
    """Return the form of a word that a name, in one piece, ends with; None where it has another."""
    stem = word[: max(2, min(len(word) - 3, 5))]
    start = name.rfind(stem)
    form = name[start:]
    return None if start < 0 or len(form) > len(word) else form


@pytest.mark.parametrize(
    ("table", "module"),
    [
        ("saas", "Saas"),
        ("image_faves", "ImageFave"),
        ("order_statuses", "OrderStatus"),
        ("taxes", "Tax"),
        ("analysis", "Analysis"),
        ("addresses", "Address"),
        ("time_series", "TimeSeries"),
        ("metadata", "Metadata"),
        ("ios_devices", "IosDevice"),
        ("user_apis", "UserApi"),
        ("coaches", "Coach"),
        ("caches", "Cache"),
    ],
)
def test_no_word_is_invented(table: str, module: str) -> None:
    assert module_segment(table, frozenset({table})) == module
