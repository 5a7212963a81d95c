"""Where people's text goes: one case after the other."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.document.documents import INDEX, again, document, fresh, link, table

from ash_scaffold.document.markdown.render import render_markdown
from ash_scaffold.document.model import Document, Proposal, ProposalKind
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import ScaffoldError

USERS = table("users", "id", "email", uses=["App.Mailer"])
POSTS = table("posts", "id", "user_id")
BOTH = document(POSTS, USERS, links=[link("users", "posts", "user_id")])
END = "<!-- ash-scaffold:end -->\n"


def after_block(text: str, block: str, said: str) -> str:
    """Write something after a block."""
    end = text.index(END, text.index(f"<!-- ash-scaffold:begin {block} ")) + len(END)
    return f"{text[:end]}\n{said}\n{text[end:]}"


def following(text: str, block: str) -> str:
    """What stands between a block and the next one."""
    end = text.index(END, text.index(f"<!-- ash-scaffold:begin {block} ")) + len(END)
    return text[end:].partition("<!-- ash-scaffold:begin")[0].strip()


def body(text: str, block: str) -> str:
    """What stands in a block."""
    start = text.index(f"<!-- ash-scaffold:begin {block} ")
    return text[text.index("\n", start) + 1 : text.index(END, start)]


def test_the_sections_are_in_the_order_of_the_template() -> None:
    headings = [line for line in fresh(BOTH).splitlines() if line.startswith(("# ", "## "))]
    assert headings == [
        "# Current Database Schema",
        "## Overview",
        "## Core Tables",
        "## Relationships",
        "## Migration Strategy",
        "## Ash Resource Mapping",
        "## Notes",
    ]


def test_a_title_and_a_description_are_peoples_from_the_first_run_on() -> None:
    text = fresh(BOTH)
    mine = text.replace("# Current Database Schema\n", "# Our Tables\n", 1)
    mine = mine.replace(following(text, "overview"), "A shop.", 1)
    assert again(BOTH, mine) == mine


def test_text_of_a_dropped_table_is_archived_and_comes_back() -> None:
    text = after_block(fresh(BOTH), "table.posts", "About posts.\n\n##### More\n\nDetails.")
    text = after_block(text, "used-by.posts", "The export reads them.")

    without = again(document(USERS), text)

    archived = without.partition("## Archived\n")[2].partition("## Notes")[0]
    assert following(without, "archived.table.posts") == "About posts.\n\n##### More\n\nDetails."
    assert following(without, "archived.used-by.posts") == "The export reads them."
    assert "### posts\n" in archived
    assert "### posts: used by\n" in archived
    assert "posts" not in without.partition("## Archived\n")[0]
    assert again(BOTH, without) == text


def test_a_section_of_ones_own_stays_when_the_table_before_it_goes() -> None:
    text = after_block(fresh(BOTH), "used-by.posts", "Of posts.\n\n## Operations\n\nBackups.")

    without = again(document(USERS), text)

    assert following(without, "archived.used-by.posts") == "Of posts."
    assert "\n## Operations\n\nBackups.\n" in without
    assert without.index("## Operations") < without.index("## Relationships")


def test_text_goes_with_a_renamed_table() -> None:
    text = after_block(fresh(BOTH), "table.posts", "About posts.")
    text = text.replace(
        "| `user_id` | `text` | `user_id` | `:string` |  |",
        "| `user_id` | `text` | `user_id` | `:string` | the author |",
    )
    text = text.replace(
        "- `users 1--* posts` by `user_id`", "- `users 1--* posts` by `user_id`, see below"
    )
    articles = replace(POSTS, name=Name("public", "articles"))
    renamed = document(articles, USERS, links=[link("users", "articles", "user_id")])

    after = again(renamed, text)

    assert following(after, "table.articles") == "About posts."
    assert "| `user_id` | `text` | `user_id` | `:string` | the author |" in after
    assert "- `users 1--* articles` by `user_id`, see below" in after
    assert "## Archived" not in after
    assert again(BOTH, after) == text


def test_two_tables_of_one_shape_are_not_taken_for_a_rename() -> None:
    text = after_block(fresh(BOTH), "table.posts", "About posts.")
    twins = [replace(POSTS, name=Name("public", name)) for name in ("articles", "pages")]

    after = again(document(*twins, USERS), text)

    assert following(after, "archived.table.posts") == "About posts."


def test_what_is_said_outweighs_the_shape() -> None:
    text = after_block(fresh(BOTH), "table.posts", "About posts.")
    articles = replace(POSTS, name=Name("public", "articles"))
    pages = table("pages", "id", shape="another")
    now = document(articles, pages, USERS)

    said = render_markdown(
        now, INDEX, {INDEX: text}, renamed={Name("public", "pages"): Name("public", "posts")}
    )
    new = render_markdown(now, INDEX, {INDEX: text}, fresh=frozenset({Name("public", "articles")}))

    assert following(str(said.files[INDEX]), "table.pages") == "About posts."
    assert following(str(new.files[INDEX]), "archived.table.posts") == "About posts."


def test_text_goes_with_a_table_into_another_domain() -> None:
    text = after_block(fresh(BOTH), "table.posts", "About posts.")
    moved = document(replace(POSTS, domain="App.Blog"), USERS)

    after = again(moved, text)

    assert following(after, "table.posts") == "About posts."
    assert after.index("### App.Blog") < after.index("About posts.") < after.index("### App.Core")


def proposed(*columns: str, why: str = "because") -> Document:
    proposals = [
        Proposal(kind=ProposalKind.INDEX, table=USERS.name, columns=(column,), why=why)
        for column in columns
    ]
    return document(USERS, proposals=proposals)


def test_ticks_and_remarks_stay_with_their_line() -> None:
    text = fresh(proposed("a", "b", "c"))
    text = text.replace("- [ ] `users.a`: because", "- [x] `users.a`: because (done in May)")
    text = text.replace("- [ ] `users.b`: because", "- [ ] `users.b`: because\n- [x] one of ours")

    assert body(again(proposed("a", "b", "c"), text), "changes.index") == body(
        text, "changes.index"
    )
    assert body(again(proposed("0", "a", "c", why="of late"), text), "changes.index") == (
        "#### Indexes for Ash's Queries\n"
        "\n"
        "- [ ] `users.0`: of late\n"
        "- [x] `users.a`: of late (done in May)\n"
        "- [x] one of ours\n"
        "- [ ] `users.c`: of late\n"
    )
    assert body(again(proposed(), text), "changes.index") == (
        "#### Indexes for Ash's Queries\n"
        "\n"
        "- [x] `users.a`: because (done in May)\n"
        "- [x] one of ours\n"
        "Nothing is proposed.\n"
    )


def test_remarks_on_who_uses_a_table_stay() -> None:
    text = fresh(document(USERS))
    text = text.replace("- `App.Mailer`: context", "- `App.Mailer`: context; nightly")
    more = table("users", "id", "email", uses=["App.Jobs", "App.Mailer"])

    assert body(again(document(more), text), "used-by.users") == (
        "**Used By**\n"
        "\n"
        "- `App.Jobs`: context\n"
        "- `App.Mailer`: context; nightly\n"
        "- `App.Core.Users`: Ash resource of `App.Core`\n"
    )


def test_text_of_a_page_that_goes_is_kept() -> None:
    files = render_markdown(BOTH, INDEX, {}, split=True).files
    page = "docs/database_schema/app_core.md"
    mine = {
        path: after_block(str(text), "table.users", "About users.") if path == page else str(text)
        for path, text in files.items()
    }

    joined = render_markdown(BOTH, INDEX, mine, split=False)

    assert joined.files[page] is None
    assert following(str(joined.files[INDEX]), "table.users") == "About users."
    back = render_markdown(BOTH, INDEX, {INDEX: str(joined.files[INDEX])}, split=True)
    assert back.files == mine


def test_large_domains_have_a_page_for_each_table() -> None:
    tables = [table(f"t{number:03}", "id") for number in range(61)]
    files = render_markdown(document(*tables), INDEX, {}, split=True).files
    assert len(files) == 2 + 61
    assert "# t007\n" in str(files["docs/database_schema/app_core/t007.md"])
    assert "[t007](app_core/t007.md#table-t007)" in str(files["docs/database_schema/app_core.md"])


def test_line_ends_of_a_file_stay_as_they_are() -> None:
    text = after_block(fresh(BOTH), "table.posts", "About posts.").replace("\n", "\r\n")
    assert again(BOTH, text) == text
    changed = again(document(POSTS), text)
    assert changed.count("\n") == changed.count("\r\n")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (END, "", "<!-- ash-scaffold:begin diagram"),
        ("begin notes", "begin overview", "overview is there twice"),
        ("<!-- ash-scaffold:begin notes", "<!-- ash-scaffold: begin notes", "begin notes"),
    ],
)
def test_damaged_marks_are_told_by_their_line(old: str, new: str, line: str) -> None:
    text = fresh(BOTH).replace(old, new, 1)
    with pytest.raises(ScaffoldError) as caught:
        render_markdown(BOTH, INDEX, {INDEX: text})
    (problem,) = caught.value.problems
    assert problem.code.value == "edited-file"
    assert problem.where.startswith(f"{INDEX}:")
    assert line in problem.what


def test_a_version_that_is_not_known_stays_the_one_that_is_written() -> None:
    text = fresh(BOTH)
    other = replace(BOTH, overview=replace(BOTH.overview, version="18"))
    unknown = replace(BOTH, overview=replace(BOTH.overview, version=None))

    assert "| Database | PostgreSQL 18 |" in again(other, text)
    assert again(unknown, text) == text
    kept = render_markdown(other, INDEX, {INDEX: text}, keep_version=True)
    assert kept.files[INDEX] == text
