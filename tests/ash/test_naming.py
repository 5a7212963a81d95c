from __future__ import annotations

import json

import pytest
from tests.dsl import DSL_FILE

from ash_scaffold.ash.naming import (
    RESERVED,
    Names,
    attribute_name,
    camelize,
    module_path,
    module_segment,
    plural_name,
    short_name,
    singular_name,
    underscore,
)

TABLES = frozenset("users posts tags companies orders people statuses sms".split())


@pytest.mark.parametrize(
    ("table", "module"),
    [
        ("users", "User"),
        ("users_tokens", "UserToken"),
        ("posts_tags", "PostTag"),
        ("news_items", "NewsItem"),
        ("people", "Person"),
        ("categories", "Category"),
        ("addresses", "Address"),
        ("statuses", "Status"),
        ("settings", "Settings"),
        ("user_settings", "UserSettings"),
        ("series", "Series"),
        ("sms", "Sms"),
        ("data", "Data"),
        ("analyses", "Analysis"),
        ("criteria", "Criterion"),
        ("caches", "Cache"),
        ("OrderItem", "OrderItem"),
        ("orderItems", "OrderItem"),
        ("ORDERS", "Order"),
        ("HTTPRequests", "HttpRequest"),
        ("audit_log", "AuditLog"),
        ("bus", "Bus"),
        ("audit-log entries", "AuditLogEntry"),
        ("2fa_codes", "N2faCode"),
        ("__tmp", "Tmp"),
        ("größen", "Grossen"),
        ("日本", "U65e5672c"),
        ("../../etc/passwd", "EtcPasswd"),
        ("#{x}", "X"),
        ("v2_users", "V2User"),
    ],
)
def test_a_table_gives_its_module(table: str, module: str) -> None:
    assert module_segment(table, TABLES) == module


@pytest.mark.parametrize(
    ("column", "attribute"),
    [
        ("email", "email"),
        ("publishedAt", "published_at"),
        ("HTMLBody", "html_body"),
        ("userID", "user_id"),
        ("weird-col", "weird_col"),
        ("two words", "two_words"),
        ("a.b", "a_b"),
        ("_private", "_private"),
        ("trailing_", "trailing_"),
        ("double__score", "double__score"),
        ("active?", "active?"),
        ("save!", "save!"),
        ("what?now", "what_now"),
        ("2nd", "n2nd"),
        ("as", "as_"),
        ("calculations", "calculations_"),
        ("and", "and_"),
        ("or", "or_"),
        ("not", "not_"),
        ("fragment", "fragment_"),
        ("in", "in"),
        ("do", "do"),
        ("true", "true"),
        ("*", "u2a"),
        ("größe", "grosse"),
        ("Ñandú", "nandu"),
        ("日本", "u65e5_672c"),
    ],
)
def test_a_column_gives_its_attribute(column: str, attribute: str) -> None:
    assert attribute_name(column) == attribute


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("users", "user"),
        ("order_items", "order_item"),
        ("companies", "company"),
        ("statuses", "status"),
        ("boxes", "box"),
        ("heroes", "hero"),
        ("movies", "movie"),
        ("cookies", "cookie"),
        ("buses", "bus"),
        ("children", "child"),
        ("indices", "index"),
        ("aliases", "alias"),
        ("archives", "archive"),
    ],
)
def test_singular_and_plural_are_each_others(plural: str, singular: str) -> None:
    assert (singular_name(plural), plural_name(singular)) == (singular, plural)


@pytest.mark.parametrize("word", ["settings", "series", "news", "data", "sms", "metadata", "staff"])
def test_a_word_that_is_its_own_plural_stays(word: str) -> None:
    assert (singular_name(word), plural_name(word)) == (word, word)


def test_a_plural_is_not_made_plural_again() -> None:
    assert [plural_name(name) for name in ("users", "user_posts", "children")] == [
        "users",
        "user_posts",
        "children",
    ]


def test_underscore_and_camelize() -> None:
    assert [underscore(x) for x in ("UserID", "XMLHttp", "a  b", "ABC")] == [
        "user_id",
        "xml_http",
        "a_b",
        "abc",
    ]
    assert [camelize(x) for x in ("user_id", "_x", "2fa", "a")] == ["UserId", "X", "N2fa", "A"]


@pytest.mark.parametrize(
    ("module", "path", "name"),
    [
        ("App.Accounts.User", "app/accounts/user.ex", "user"),
        ("App.Accounts.UserToken", "app/accounts/user_token.ex", "user_token"),
        ("MyApp.OAuth2.HTTPClient", "my_app/o_auth2/http_client.ex", "http_client"),
        ("App.Types.Int4Range", "app/types/int4_range.ex", "int4_range"),
        ("App.V2.N2fa", "app/v2/n2fa.ex", "n2fa"),
    ],
)
def test_a_module_has_its_file_and_its_short_name(module: str, path: str, name: str) -> None:
    assert (module_path(module), short_name(module)) == (path, name)


def test_the_first_candidate_that_is_free_is_taken() -> None:
    names = Names(["user"])
    taken = [names.take("user", "user_record"), names.take("user", "user_record"), names.take("x")]
    assert taken == ["user_record", "user_record_2", "x"]


def test_names_that_differ_in_case_only_are_alike() -> None:
    names = Names(["App.User", "active?"])
    assert [names.take("App.USER"), names.take("App.user"), names.take("active?")] == [
        "App.USER2",
        "App.user3",
        "active_2?",
    ]
    assert not names.free("app.user2")


def test_the_reserved_names_are_those_of_the_dsl_listing() -> None:
    names = json.loads(DSL_FILE.read_text())["reserved_names"].strip("[]").split(", ")
    assert {name.removeprefix(":") for name in names} == RESERVED
