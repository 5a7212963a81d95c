"""The page in a real browser: what a reader does, and what is then on the screen.

Each test is a list of steps for `drive.mjs`, and the whole of what they found. The browser is
Debian's chromium, driven by the npm package playwright-core, whose folder
`ASH_SCAFFOLD_PLAYWRIGHT` names.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.document.browser.samples import (
    HOSTILE,
    document,
    hostile,
    key,
    large,
    public,
    small,
    table,
)

from ash_scaffold.document.html import page
from ash_scaffold.document.model import Document, Earlier, Progress, Resource, Slice, Use
from ash_scaffold.postgres.catalog import Name

Drive = Callable[..., list[object]]

NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium")
PLAYWRIGHT = os.environ.get("ASH_SCAFFOLD_PLAYWRIGHT", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NODE is None, reason="node is not installed"),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.skipif(
        not (Path(PLAYWRIGHT) / "package.json").is_file(),
        reason="ASH_SCAFFOLD_PLAYWRIGHT names no folder of playwright-core",
    ),
]


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    """Give `drive(document, *steps)`: what the steps found, with no complaint of the page."""

    def run(document: Document, *steps: tuple[object, ...]) -> list[object]:
        file = tmp_path / "page.html"
        file.write_bytes(page(document).encode())
        script = Path(__file__).with_name("drive.mjs")
        done = subprocess.run(
            [str(NODE), str(script), PLAYWRIGHT, str(CHROMIUM), str(file)],
            input=json.dumps(steps),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert said["complaints"] == []
        found: list[object] = said["found"]
        return found

    return run


def test_from_search_to_a_table_and_on_to_its_neighbour_by_keyboard_alone(drive: Drive) -> None:
    assert drive(
        small(),
        ("open", ""),
        ("press", "/"),
        ("focused",),
        ("type", "email"),
        ("texts", "#list [role=option]"),
        ("texts", "#found"),
        ("press", "ArrowDown", "Enter"),
        ("texts", "h1"),
        ("ask", "location.hash"),
        ("texts", ".is-chosen .column-name"),
        ("click", ".drawing .middle"),
        ("press", "ArrowRight"),
        ("focused",),
        ("press", "Enter"),
        ("texts", "h1"),
        ("focused",),
        ("texts", ".trail li"),
        ("press", "ArrowRight", "ArrowDown", "Enter"),
        ("texts", "h1"),
        ("texts", ".trail li"),
    ) == [
        "search",
        ["users▲", "emailcitext"],
        ["1 table, 1 column"],
        ["users"],
        "#users/email",
        ["emailUK"],
        "posts author_id, refers here, Legacy only",
        ["posts"],
        "posts, in the middle",
        ["users", "posts"],
        ["tags"],
        ["users", "posts", "tags"],
    ]


def test_a_click_walks_on_and_the_way_back_is_the_browsers(drive: Drive) -> None:
    middle = ("texts", ".drawing .middle .card-name, .drawing .middle .card-row")
    assert drive(
        small(),
        ("open", "#/table/posts"),
        middle,
        ("texts", ".drawing .caption"),
        ("texts", ".drawing a .card-name"),
        ("texts", ".drawing .edge title"),
        ("click", ".drawing a.pair"),
        ("ask", "location.hash"),
        ("click", ".drawing a.in"),
        middle,
        ("ask", "history.go(-2)"),
        ("ask", "new Promise((done) => setTimeout(() => done(location.hash), 200))"),
        ("texts", "h1"),
        ("texts", ".trail li"),
    ) == [
        ["posts", "id", "author_id", "parent_id"],
        ["refers to", "is referred to by", "many to many"],
        ["users", "posts_tags", "tags"],
        [
            "posts (author_id) → users (id): on delete cascade, posts_author_id_fkey",
            "posts_tags (post_id) → posts (id): posts_tags_post_id_fkey",
            "posts (parent_id) → posts (id): posts_parent_id_fkey",
        ],
        "#tags",
        ["posts_tags", "id", "post_id", "tag_id"],
        None,
        "#/table/posts",
        ["posts"],
        [],
    ]


ODD = (
    Name("public", "billing.lines"),
    Name("billing", "lines"),
    Name("sales", "a/b #1 100%"),
    Name("public", "columns"),
    Name("public", "main"),
)


def test_each_table_has_an_address_of_its_own(drive: Drive) -> None:
    names = sorted(ODD, key=lambda name: (name.schema != "public", name.schema, name.name))
    odd = document(tuple(table(name) for name in names))
    address = ("ask", "model.tables.map((table) => tableHash(table, 'a.b'))")
    kinds: list[tuple[object, ...]] = []
    for name in names:
        index = names.index(name)
        kinds += [
            ("open", ""),
            ("click", f"#list #row-{index}"),
            ("ask", f"[location.hash, model.tables.indexOf(route().table) === {index}]"),
            ("open", "#main"),
            ("ask", f"void (location.hash = tableHash(model.tables[{index}]))"),
            ("ask", f"model.tables.indexOf(route().table) === {index}"),
        ]
    addresses, *found = drive(odd, ("open", ""), address, *kinds)
    hashes = ["#billing%2Elines", "#columns", "#main", "#billing.lines"]
    hashes.append("#sales.a%2Fb%20%231%20100%25")
    assert addresses == [f"{hash_}/a%2Eb" for hash_ in hashes]
    assert found == [each for hash_ in hashes for each in ([hash_, True], None, True)]


@pytest.mark.parametrize(
    ("written", "opened"),
    [
        ("#billing.lines", "billing.lines"),
        ("#public.main", "main"),
        ("#sales.a%2fb%20%231%20100%25", "sales.a/b #1 100%"),
        ("#/table/sales.a%2Fb%20%231%20100%25", "sales.a/b #1 100%"),
        ("#/table/main/id", "main"),
    ],
)
def test_a_link_that_was_written_otherwise_opens_its_table(
    drive: Drive, written: str, opened: str
) -> None:
    odd = document(tuple(table(name) for name in ODD[1:]))
    assert drive(odd, ("open", written), ("texts", "h1"), ("ask", "document.title")) == [
        [opened],
        f"{opened} · Shop",
    ]


@pytest.mark.parametrize(
    ("written", "name", "near"),
    [
        ("#user", "user", ["users"]),
        ("#/table/blog_tags", "blog_tags", ["tags"]),
        ("#old_posts", "old_posts", ["posts", "posts_tags"]),
        ("#nothing.like%20it%", "nothing.like%20it%", []),
        ("#/elsewhere", "/elsewhere", []),
    ],
)
def test_an_address_without_a_table_says_so(
    drive: Drive, written: str, name: str, near: list[str]
) -> None:
    assert drive(
        small(),
        ("open", written),
        ("texts", "h1"),
        ("texts", "#announcer"),
        ("ask", "document.title"),
        ("texts", "[data-part=near] li"),
        ("click", ".onward a"),
        ("texts", "h1"),
        ("ask", "history.back()"),
        ("ask", "new Promise((done) => setTimeout(done, 200))"),
        ("texts", "h1"),
    ) == [
        [f"There is no {name}"],
        [f"There is no {name}"],
        f"There is no {name} · Shop",
        near,
        ["Shop"],
        *(None, None),
        [f"There is no {name}"],
    ]


def test_a_link_to_a_column_scrolls_to_it_or_says_that_it_is_gone(drive: Drive) -> None:
    in_sight = (
        "(() => { const { top, bottom } = document.querySelector('.is-chosen')"
        ".getBoundingClientRect(); return 0 <= top && bottom <= innerHeight; })()"
    )
    wide = large(3, columns=80)
    name, last = wide.tables[1].name.name, wide.tables[1].columns[-1].name
    assert drive(
        wide,
        ("open", f"#{name}/{last}"),
        ("texts", "h1"),
        ("texts", ".is-chosen .column-name"),
        ("ask", in_sight),
        ("open", "#accounts/gone"),
        ("texts", "h1, [data-part=columns] .aside, #announcer"),
        ("count", ".is-chosen"),
    ) == [
        [name],
        [last],
        True,
        ["accounts", "There is no column gone in this table.", "accounts: there is no column gone"],
        0,
    ]


def test_a_table_of_the_name_of_a_heading_opens_at_its_top(drive: Drive) -> None:
    columns = large(2, columns=80).tables[1].columns[2:]
    named = document((table(public("columns"), columns=columns),))
    assert drive(
        named,
        ("open", "#columns"),
        ("texts", "h1"),
        ("ask", "[scrollY, document.documentElement.scrollHeight > 2 * innerHeight]"),
    ) == [["columns"], [0, True]]


def test_a_link_to_a_table_can_be_copied(drive: Drive) -> None:
    assert drive(
        small(),
        ("open", "#/table/users/email"),
        ("click", ".copy"),
        ("texts", ".copy, #announcer"),
        ("press", "/", "Control+v"),
        ("ask", "input.value === location.href.split('#')[0] + '#users'"),
    ) == [["Copied", "The link to users is copied"], True]


def test_the_skip_link_leads_to_the_content_of_the_same_page(drive: Drive) -> None:
    assert drive(
        small(),
        ("open", "#users"),
        ("press", "Tab"),
        ("focused",),
        ("press", "Enter"),
        ("focused",),
        ("texts", "h1"),
        ("ask", "location.hash"),
    ) == ["Skip to the content", "main", ["users"], "#users"]


def test_what_a_word_names_comes_before_what_mentions_it(drive: Drive) -> None:
    def found(query: str) -> tuple[str, str]:
        row = "[each.table.id, each.columns.map((column) => column.name)]"
        return "ask", f"search(model, {query!r}).map((each) => {row})"

    assert drive(
        small(),
        ("open", ""),
        found("posts"),
        found("TAG"),
        found("author"),
        found("post id"),
        found("posts_tags.tag_id"),
        found("citext"),
        found("sign in"),
        found("Blog.Post"),
        found("users nothing"),
    ) == [
        [["posts", []], ["posts_tags", []]],
        [["tags", []], ["posts_tags", []]],
        [["posts", ["author_id"]]],
        [["posts_tags", ["post_id"]], ["posts", ["id"]]],
        [["posts_tags", ["tag_id"]]],
        [["users", ["email"]]],
        [["users", []]],
        [["posts", []]],
        [],
    ]


def test_a_column_is_shown_with_table_type_attribute_and_users(drive: Drive) -> None:
    found = small()
    *others, users = found.tables
    identifier, email = users.columns
    uses = tuple(
        Use(module=f"Shop.{name}", kind="context", path=f"lib/{name}.ex", line=1, via=("from",))
        for name in "ABCDEF"
    )
    named = msgspec.structs.replace(email, named_by=(1, 5))
    secret = msgspec.structs.replace(email, name="e_mail", attribute=None, ash_type=None)
    columns = (identifier, named, msgspec.structs.replace(secret, nullable=True))
    used = msgspec.structs.replace(users, columns=columns, uses=uses)
    posts = msgspec.structs.replace(
        others[0],
        columns=(*others[0].columns, msgspec.structs.replace(email, name="reply_email")),
        resources=(Resource(module="Shop.Blog.Article", domain="Shop.Blog"),),
        uses=(),
    )
    assert drive(
        msgspec.structs.replace(found, tables=(posts, *others[1:], used)),
        ("open", ""),
        ("visible", "#found-columns"),
        ("press", "/"),
        ("type", "citext"),
        ("texts", "#found"),
        ("press", "Tab"),
        ("focused",),
        ("press", "Enter"),
        ("ask", "location.hash"),
        ("texts", "h1, .page-head .comment, #announcer"),
        ("texts", ".found-columns tbody tr > :not(.found-users)"),
        ("texts", ".found-users"),
        ("attributes", ".found-users a, .found-users span[aria-label]", "aria-label"),
        ("click", ".found-users a"),
        ("texts", "h1, .is-chosen .column-name"),
        ("ask", "history.back()"),
        ("ask", "new Promise((done) => setTimeout(done, 200))"),
        ("click", ".found-columns tbody tr:last-child a"),
        ("ask", "location.hash"),
        ("texts", ".is-chosen .column-notes"),
        ("open", "#users/email"),
        ("texts", ".column-notes"),
        ("open", "#/columns/nothing%20at%20all"),
        ("texts", ".page-head .comment"),
        ("count", ".found-columns, .page-head .aside"),
    ) == [
        False,
        ["2 tables, 3 columns"],
        "found-columns",
        "#/columns/citext",
        ["Columns: citext", "3 columns in 2 tables.", "Columns: citext"],
        [
            *("reply_email", "posts", "citext not null"),
            "email :ci_stringplanned in Shop.Blog.Article",
            *("email", "users", "citext not null", "email :ci_stringof Shop.Accounts.User"),
            *("e_mail", "users", "citext", "no attribute"),
        ],
        [
            "–",
            "named by Shop.B, Shop.Fits table used by 4 others",
            "its table used by Shop.A, Shop.B, Shop.C, Shop.D and 2 more",
        ],
        ["no legacy code", None],
        ["users", "e_mailUK"],
        *(None, None),
        "#users/e_mail",
        ["Where we write to.its table used by " + ", ".join(each.module for each in uses)],
        [
            "",
            "Where we write to.named by Shop.B, Shop.Fits table used by 4 others",
            "Where we write to.",
        ],
        ["No column answers to that."],
        0,
    ]


def test_a_table_that_many_refer_to_has_them_on_both_sides(drive: Drive) -> None:
    hub = large(40)
    sides = (
        "(() => { const boxes = [...document.querySelectorAll('.drawing .node:not(.middle)')]"
        ".map((node) => node.getBoundingClientRect().left);"
        "const middle = document.querySelector('.drawing .middle').getBoundingClientRect().left;"
        "return [boxes.filter((x) => x < middle).length, boxes.filter((x) => x > middle).length];"
        "})()"
    )
    assert drive(
        hub,
        ("open", "#/table/accounts"),
        ("ask", sides),
        ("texts", ".more"),
        ("click", ".more"),
        ("ask", sides),
        ("count", ".more"),
        ("focused",),
    ) == [[9, 8], ["show 23 more"], [20, 19], 0, "accounts, in the middle"]


def test_escape_empties_the_search_and_then_leaves_it(drive: Drive) -> None:
    assert drive(
        small(),
        ("open", ""),
        ("press", "/"),
        ("type", "nothing like that"),
        ("texts", "#found"),
        ("count", "#list [role=option]"),
        ("press", "Enter"),
        ("texts", "h1"),
        ("press", "Escape"),
        ("ask", "document.getElementById('search').value"),
        ("count", "#list [role=option]"),
        ("focused",),
        ("press", "Escape"),
        ("focused",),
    ) == [["Nothing found"], 0, ["Shop"], "", 4, "search", "main"]


def test_the_active_row_is_told_to_a_screen_reader(drive: Drive) -> None:
    assert drive(
        small(),
        ("open", ""),
        ("press", "/", "ArrowDown", "ArrowDown"),
        ("texts", "#list [aria-selected=true]"),
        (
            "ask",
            "document.getElementById(input.getAttribute('aria-activedescendant')).textContent",
        ),
        ("attributes", "#list [aria-selected=true]", "aria-posinset"),
        ("attributes", "#list [aria-selected=true]", "aria-setsize"),
    ) == [["posts"], "posts", ["2"], ["4"]]


def test_the_overview_counts_and_the_matrix_can_be_narrowed(drive: Drive) -> None:
    assert drive(
        small(),
        ("open", ""),
        ("texts", ".lead"),
        ("texts", ".domains li"),
        ("attributes", ".domains .meter", "aria-label"),
        ("texts", ".matrix tbody tr"),
        ("click", ".chip[value=legacy]"),
        ("texts", ".matrix tbody tr"),
        ("attributes", ".chip", "aria-pressed"),
        ("texts", ".tally"),
    ) == [
        ["50% of the tables have an Ash resource: 2 of 4."],
        ["Shop.Accounts1 of 1", "Shop.Blog1 of 2", "In no domain0 of 1"],
        [
            "Shop.Accounts: 1 Ash only",
            "Shop.Blog: 1 Shared, 1 Legacy only",
            "In no domain: 1 Neither",
        ],
        [
            "postsShop.Blog.Post–Legacy only",
            "posts_tags––Neither",
            "tags––Shared",
            "users–Shop.Accounts.UserAsh only",
        ],
        ["postsShop.Blog.Post–Legacy only"],
        ["false", "false", "false", "true", "false"],
        ["1 warning. See them all"],
    ]


def test_the_progress_over_time_is_a_chart_and_a_table(drive: Drive) -> None:
    history = (
        Earlier(on="2026-01-05", progress=Progress(legacy_only=2)),
        Earlier(on="2026-01-15", progress=Progress(legacy_only=2, shared=1, owned=1)),
        Earlier(on="2026-02-04", progress=Progress(legacy_only=1, shared=2, owned=2)),
    )
    chart = (
        "[...document.querySelectorAll('.history .part')].map((part) => [part.classList[1],"
        "...['x', 'y', 'width', 'height'].map((name) => Math.round(part.getAttribute(name)))])"
    )
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert drive(
        msgspec.structs.replace(small(), history=history),
        ("open", ""),
        ("attributes", ".history svg", "role"),
        ("attributes", ".history svg", "aria-label"),
        ("ask", chart),
        ("texts", ".history title"),
        ("texts", ".history-days span, .history-now"),
        ("visible", ".past"),
        ("ask", "document.querySelector('[data-part=history] summary').focus()"),
        ("press", "Enter"),
        ("visible", ".past"),
        ("press", "Tab"),
        ("focused",),
        ("texts", ".past tr"),
        ("size", 360, 740),
        ("ask", wide),
        ("ask", "document.querySelector('.history svg').getBoundingClientRect().width > 200"),
    ) == [
        ["img", "img"],
        [
            "From 2026-01-05, 0 of 2 tables with an Ash resource: 2 Legacy only, to 2026-02-04, "
            "4 of 5 tables with an Ash resource: 2 Owned by Ash, 2 Shared, 1 Legacy only",
            "Now, 2 of 4 tables with an Ash resource: 1 Ash only, 1 Shared, 1 Legacy only, "
            "1 Neither",
        ],
        [
            *(["legacy", 0, 90, 320, 60],),
            *(["owned", 320, 120, 640, 30], ["shared", 320, 90, 640, 30]),
            ["legacy", 320, 30, 640, 60],
            *(["owned", 960, 90, 40, 60], ["shared", 960, 30, 40, 60]),
            ["legacy", 960, 0, 40, 30],
            *(["ash", 0, 120, 1000, 30], ["shared", 0, 90, 1000, 30]),
            *(["legacy", 0, 60, 1000, 30], ["neither", 0, 30, 1000, 30]),
        ],
        [
            "2026-01-05: 0 of 2 tables with an Ash resource: 2 Legacy only",
            "2026-01-15: 2 of 4 tables with an Ash resource: 1 Owned by Ash, 1 Shared, "
            "2 Legacy only",
            "2026-02-04: 4 of 5 tables with an Ash resource: 2 Owned by Ash, 2 Shared, "
            "1 Legacy only",
            "Now: 2 of 4 tables with an Ash resource: 1 Ash only, 1 Shared, 1 Legacy only, "
            "1 Neither",
        ],
        ["2026-01-05", "2026-02-04", "now"],
        *(False, None, True),
        "Progress by day",
        [
            "DayOwned by AshAsh onlySharedLegacy onlyNeitherAll",
            *("2026-01-05000202", "2026-01-15101204", "2026-02-04202105", "now011114"),
        ],
        *(False, True),
    ]


def test_a_document_without_history_has_no_chart(drive: Drive) -> None:
    one = Earlier(on="2026-01-05", progress=Progress(legacy_only=4))
    chart = (("open", ""), ("count", ".history .part"), ("count", "[data-part=history]"))
    assert drive(small(), *chart) == [0, 0]
    assert drive(msgspec.structs.replace(small(), history=(one,)), *chart) == [5, 1]


@pytest.mark.parametrize(
    ("carried", "said"), [(0, "0 carried over, 3 open"), (2, "2 carried over, 1 open")]
)
def test_a_table_says_how_many_of_its_changesets_are_carried_over(
    drive: Drive, carried: int, said: str
) -> None:
    document = small()
    first, *others = document.tables
    table = msgspec.structs.replace(first, changesets=3, carried_over=carried)
    counted = msgspec.structs.replace(document, tables=(table, *others))
    facts = (("open", f"#/table/{table.name}"), ("texts", ".facts span"))
    without, with_counts = str(drive(document, *facts)), str(drive(counted, *facts))
    assert "changeset" not in without
    assert with_counts == without.replace("']]", f"', '3 changesets: {said}']]")


def test_the_facts_of_the_overview_leave_out_what_is_not_known(drive: Drive) -> None:
    full = small()
    bare = msgspec.structs.replace(
        full.overview, version=None, extensions=(), repo="", views=1, schemas=("a", "b")
    )
    facts = (("open", "#/"), ("texts", ".facts span"))
    assert drive(full, *facts) == [
        [
            "PostgreSQL 17",
            "migrations: Ecto",
            "4 tables",
            "4 relationships",
            "extensions citext",
            "repo Shop.Repo",
        ]
    ]
    assert drive(msgspec.structs.replace(full, overview=bare), *facts) == [
        [
            "PostgreSQL",
            "migrations: Ecto",
            "4 tables",
            "1 view",
            "4 relationships",
            "schemas a, b",
        ]
    ]


def test_a_use_shows_the_tables_own_schema_and_how_others_name_it(drive: Drive) -> None:
    def use(module: str, *via: str) -> Use:
        return Use(module=module, kind="schema", path="lib/a.ex", line=7, via=via)

    users = table(public("users"), uses=(use("User", "schema"), use("Post", "User", "from")))
    assert drive(
        document((users,)),
        ("open", "#/table/users"),
        ("texts", "[data-part=used] li"),
        ("open", "#/"),
        ("texts", ".matrix-old"),
    ) == [["Userits schemalib/a.ex:7", "Postschemalib/a.ex:7 by User, from"], ["User"]]


def test_a_unique_key_gives_at_most_one_child(drive: Drive) -> None:
    users, profiles = public("users"), public("profiles")
    one = msgspec.structs.replace(key(profiles, "user_id", users), unique=True, optional=False)
    assert drive(
        document((table(profiles, one), table(users))),
        ("open", "#/table/users"),
        ("attributes", ".links .cardinality", "aria-hidden"),
        ("texts", ".links .cardinality"),
    ) == [["true"], ["1–1"]]


def test_reasons_show_code_as_code(drive: Drive) -> None:
    assert drive(
        small(),
        ("open", "#/"),
        ("texts", "[data-part=types] li"),
        ("texts", "[data-part=types] li code"),
    ) == [["citext: :string would tell a from A"], [":string"]]


def test_problems_lead_to_their_table(drive: Drive) -> None:
    assert drive(
        small(),
        ("open", "#/problems"),
        ("texts", ".problem p"),
        ("click", ".problem a"),
        ("texts", "h1"),
        ("texts", "[data-part=problems] h2, [data-part=problems] .problem-what"),
    ) == [
        ["▲users.scorevalue-risk", "NaN fails the read.", "Look for it with verify."],
        ["users"],
        ["1 problem", "NaN fails the read."],
    ]


def test_colours_follow_the_system_until_the_reader_chooses(drive: Drive) -> None:
    paper = ("style", "html", "backgroundColor")
    light, dark = "rgb(250, 249, 247)", "rgb(23, 22, 20)"
    assert drive(
        small(),
        ("open", ""),
        ("media", {"colorScheme": "light"}),
        paper,
        ("media", {"colorScheme": "dark"}),
        paper,
        ("click", "#theme label:has([value=light])"),
        paper,
        ("open", "#/table/users"),
        paper,
        ("click", "#theme label:has([value=dark])"),
        ("media", {"colorScheme": "light"}),
        paper,
        ("click", "#theme label:has([value=auto])"),
        paper,
    ) == [light, dark, light, light, dark, light]


def test_a_narrow_screen_keeps_the_list_in_a_drawer(drive: Drive) -> None:
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert drive(
        small(),
        ("size", 360, 740),
        ("open", "#/table/posts"),
        ("visible", "#side"),
        ("ask", wide),
        ("click", "#open-list"),
        ("visible", "#side"),
        ("focused",),
        ("press", "Escape"),
        ("visible", "#side"),
        ("press", "/"),
        ("type", "tags"),
        ("press", "Enter"),
        ("visible", "#side"),
        ("texts", "h1"),
        ("open", "#/"),
        ("ask", wide),
    ) == [False, False, True, "search", False, False, ["tags"], False]


def test_print_is_light_without_the_list_and_whole(drive: Drive) -> None:
    rows = ("count", ".matrix tbody tr")
    assert drive(
        large(300),
        ("open", ""),
        ("media", {"colorScheme": "dark"}),
        rows,
        ("media", {"media": "print", "colorScheme": "dark"}),
        ("visible", "#side"),
        ("style", "html", "backgroundColor"),
        ("ask", "dispatchEvent(new Event('beforeprint'))"),
        rows,
    ) == [60, False, "rgb(255, 255, 255)", True, 300]


def test_all_tables_are_printed_though_few_were_looked_at(drive: Drive) -> None:
    tables = ("count", ".whole-table")
    before, pages, after = drive(large(60), ("open", "#/all"), tables, ("pdf",), tables)
    assert after == 60
    assert isinstance(before, int)
    assert before < 20
    assert isinstance(pages, int)
    assert 20 < pages <= 60


PROBLEMS = [
    "○1,000 timesno-relationship",
    "A relationship of the same name is there.",
    "and 997 more",
]


def test_of_a_thousand_tables_only_what_is_in_sight_is_in_the_page(drive: Drive) -> None:
    nodes = ("ask", "document.querySelectorAll('body *').length < 1600")
    options = ("ask", "document.querySelectorAll('#list [role=option]').length < 50")
    found = drive(
        large(1000),
        ("open", ""),
        nodes,
        options,
        ("attributes", "#list #row-1", "aria-setsize"),
        ("count", ".matrix tbody tr"),
        ("ask", "document.getElementById('list').scrollTop = 20000"),
        options,
        ("press", "/"),
        ("type", "account"),
        ("texts", "#found"),
        options,
        nodes,
        ("press", "Enter"),
        ("texts", "h1"),
        ("texts", ".more"),
        ("count", ".drawing a.node"),
        nodes,
        ("open", "#/problems"),
        ("count", ".problem"),
        ("texts", ".problem-group > .problem-head, .problem-group > .problem-what, summary"),
        ("click", ".problem-group summary"),
        ("ask", "new Promise((done) => setTimeout(done, 200))"),
        ("ask", "document.querySelectorAll('.problem').length"),
        ("open", "#/all"),
        ("ask", "document.querySelectorAll('.whole-table').length < 10"),
        ("ask", "void scrollTo(0, document.body.scrollHeight)"),
        ("ask", "new Promise((done) => setTimeout(done, 200))"),
        ("ask", "document.querySelectorAll('.whole-table').length > 3"),
    )
    assert found == [
        *(True, True, ["1000"], 60, 20000, True),
        *(["1,000 tables, 999 columns"], True, True, ["accounts"], ["show 983 more"], 16, True),
        *(3, PROBLEMS, None, 43, True, None, None, True),
    ]


def test_the_plan_is_a_picture_and_a_list_of_slices(drive: Drive) -> None:
    names = {name: Name("public", name) for name in ("users", "tags", "posts", "posts_tags")}
    users, tags = (
        Slice(name=names[each], tables=(names[each],), state=state, done=done, total=4, why="first")
        for each, state, done in (("users", "live", 2), ("tags", "next: resources", 0))
    )
    posts = Slice(
        name=names["posts"],
        tables=(names["posts"], names["posts_tags"]),
        needs=(names["users"], names["tags"]),
        state="next: resources",
        why="comes once those are there",
        reasons=("posts_tags: joins posts and tags",),
    )
    found = msgspec.structs.replace(small(), slices=(users, tags, posts))
    assert drive(
        found,
        ("open", ""),
        ("click", "#pages a:nth-of-type(2)"),
        ("texts", "h1"),
        ("texts", ".page-head .aside"),
        ("attributes", ".plan-drawing .node", "aria-label"),
        ("texts", ".plan-drawing .edge title"),
        ("texts", ".slices > li"),
        ("ask", "document.querySelector('.plan-drawing .node').focus()"),
        ("press", "ArrowRight", "Enter"),
        ("texts", "h1"),
        ("size", 390, 844),
        ("open", "#/plan"),
        ("ask", "document.documentElement.scrollWidth <= 390"),
    ) == [
        ["Plan"],
        [
            "3 slices, 2 not live yet. A slice is tables that go live together, and alone; it is "
            "live when only Ash works with them. Those whose tables others refer to come first. "
            "What check finds is no part of it here: ash-scaffold plan counts that too, and says "
            "the steps of each slice. Next: 2. tags."
        ],
        [
            "1. users; live",
            "2. tags; next: resources",
            "3. posts and 1 more, after users, tags; next: resources",
        ],
        ["users before posts", "tags before posts"],
        [
            "userslive2 of 4 partsfirst",
            "tagsnext: resources0 of 4 partsfirst",
            "posts, posts_tagsnext: resourcesafter users, tagscomes once those are there"
            "posts_tags: joins posts and tags",
        ],
        None,
        ["posts"],
        True,
    ]


def test_a_page_without_a_plan_has_no_link_to_one(drive: Drive) -> None:
    assert drive(small(), ("open", ""), ("texts", "#pages a")) == [
        ["Overview", "Problems1", "All tables"]
    ]


def test_hostile_names_are_text_wherever_they_are_shown(drive: Drive) -> None:
    one_line = [" ".join(name.split()) for name in HOSTILE]
    steps: list[tuple[object, ...]] = [("open", ""), ("texts", "#list [role=option] .list-text")]
    for index in range(len(HOSTILE)):
        hash_ = f"location.hash = document.querySelectorAll('.matrix-table a')[{index}].hash"
        steps += [
            ("open", "#/"),
            ("ask", f"void ({hash_})"),
            ("ask", "new Promise((done) => setTimeout(done, 100))"),
            ("ask", "document.querySelector('h1').textContent"),
        ]
    steps += [
        ("open", "#/all"),
        ("open", "#/plan"),
        ("open", "#/problems"),
        ("count", ".problem"),
        ("count", "img, iframe, object, body script:not([src]) ~ script ~ p"),
        ("ask", "window.injected === undefined"),
    ]
    found = drive(hostile(), *steps)
    named = [found[index] for index in range(3, 3 * len(HOSTILE) + 3, 3)]
    assert found[0] == one_line
    # A paragraph separator would let the text after it take its direction from outside.
    assert named == [name.replace("\u2029", "\n") for name in HOSTILE]
    assert found[-3:] == [1, 0, True]


def test_the_policy_refuses_what_is_not_packaged(drive: Drive) -> None:
    add = (
        "(() => { const script = document.createElement('script');"
        "try { script.textContent = 'window.injected = 1'; } catch (error) { return error.name; }"
        "document.body.append(script); return window.injected; })()"
    )
    with pytest.raises(AssertionError, match=r"TrustedScript|Content Security Policy"):
        drive(small(), ("open", ""), ("ask", add))
