"""Documents for the page's tests: a small one, one of hostile names, and one of many tables."""

from __future__ import annotations

from collections import defaultdict
from itertools import cycle

import msgspec

from ash_scaffold.document.model import (
    Cardinality,
    Column,
    Document,
    Domain,
    ForeignKey,
    Index,
    KeyMark,
    Link,
    LocatedProblem,
    Overview,
    Progress,
    Reason,
    Resource,
    Slice,
    Status,
    Table,
    Use,
)
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, Problem, Severity

HOSTILE = (
    "</script><script>window.injected = 1</script>",
    "<!-- --> ]]> <img src=x onerror='window.injected = 1'>",
    "`${window.injected = 1}` \"'\\",
    "line\nbreak\u2028\u2029tab\tend",
    "right\u202eto left\u200f",
)


def key(child: Name, column: str, parent: Name, *, name: str = "", rule: str = "") -> ForeignKey:
    return ForeignKey(
        name=name or f"{child.name}_{column}_fkey",
        columns=(column,),
        target=parent,
        target_columns=("id",),
        rule=rule,
        optional=True,
    )


def table(name: Name, *keys: ForeignKey, columns: tuple[Column, ...] = (), **more: object) -> Table:
    """Make a table with an id, a column for each of its keys, and further columns."""
    identifier = Column(
        name="id",
        type="bigint",
        nullable=False,
        marks=(KeyMark.PRIMARY,),
        attribute="id",
        ash_type=":integer",
    )
    own = (
        Column(
            name=column,
            type="bigint",
            nullable=True,
            marks=(KeyMark.FOREIGN,),
            attribute=column,
            ash_type=":integer",
        )
        for each in keys
        for column in each.columns
    )
    made = Table(
        name=name,
        kind="table",
        columns=(identifier, *own, *columns),
        foreign_keys=keys,
    )
    return msgspec.structs.replace(made, **more)


def document(
    tables: tuple[Table, ...],
    *,
    application: str = "Shop",
    problems: tuple[LocatedProblem, ...] = (),
    pairs: tuple[Link, ...] = (),
    reasons: tuple[Reason, ...] = (),
    slices: tuple[Slice, ...] = (),
) -> Document:
    """Put tables together with the links of their keys, and count how far they are."""
    links: list[Link] = []
    by_domain: dict[str | None, list[Table]] = defaultdict(list)
    for each in tables:
        by_domain[each.domain].append(each)
        links += [
            Link(source=key.target, target=each.name, columns=key.columns, optional=True)
            for key in each.foreign_keys
        ]
    return Document(
        overview=Overview(
            application=application,
            repo=f"{application}.Repo",
            version="17",
            migrations="Ecto",
            schemas=("public",),
            extensions=("citext",),
            tables=len(tables),
            views=0,
            relationships=len(links),
        ),
        domains=tuple(
            Domain(module=module, tables=tuple(each.name for each in own), progress=progress(own))
            for module, own in sorted(by_domain.items(), key=lambda item: (not item[0], item[0]))
        ),
        tables=tables,
        links=(*links, *pairs),
        proposals=(),
        reasons=reasons,
        slices=slices,
        problems=problems,
        progress=progress(tables),
    )


def progress(tables: list[Table] | tuple[Table, ...]) -> Progress:
    counts = {status: sum(each.status is status for each in tables) for status in Status}
    return Progress(
        legacy_only=counts[Status.LEGACY_ONLY],
        shared=counts[Status.SHARED],
        ash_only=counts[Status.ASH_ONLY],
        neither=counts[Status.NEITHER],
    )


def public(name: str) -> Name:
    return Name("public", name)


def small() -> Document:
    """Give users, posts that belong to them and to each other, tags, and the join table."""
    users, posts, tags, joins = map(public, ("users", "posts", "tags", "posts_tags"))
    warning = Problem(
        severity=Severity.WARNING,
        code=Code.VALUE_RISK,
        where="users.score",
        what="NaN fails the read.",
        todo="Look for it with verify.",
    )
    email = Column(
        name="email",
        type="citext",
        nullable=False,
        comment="Where we write to.",
        marks=(KeyMark.UNIQUE,),
        attribute="email",
        ash_type=":ci_string",
        constraints="trim?: false",
        reason=0,
    )
    schema = Use(
        module="Shop.Blog.Post",
        kind="schema",
        path="lib/shop/blog/post.ex",
        line=1,
        via=("schema",),
    )
    return document(
        (
            table(
                posts,
                key(posts, "author_id", users, rule="on delete cascade"),
                key(posts, "parent_id", posts),
                domain="Shop.Blog",
                status=Status.LEGACY_ONLY,
                uses=(schema,),
                contexts=("Shop.Blog",),
                create="CREATE TABLE posts (\n  id bigint PRIMARY KEY\n);\n",
            ),
            table(joins, key(joins, "post_id", posts), key(joins, "tag_id", tags)),
            table(tags, domain="Shop.Blog", status=Status.SHARED),
            table(
                users,
                columns=(email,),
                comment="People who can sign in.",
                domain="Shop.Accounts",
                status=Status.ASH_ONLY,
                resources=(
                    Resource(
                        module="Shop.Accounts.User", domain="Shop.Accounts", path="lib/user.ex"
                    ),
                ),
                indexes=(
                    Index(
                        name="users_email_index", kind="unique", definition="UNIQUE btree (email)"
                    ),
                ),
            ),
        ),
        reasons=(Reason(types=("citext",), why="`:string` would tell a from A"),),
        problems=(LocatedProblem(problem=warning, table=users),),
        pairs=(
            Link(
                cardinality=Cardinality.MANY_TO_MANY,
                source=posts,
                target=tags,
                columns=("post_id", "tag_id"),
                through=joins,
            ),
        ),
    )


def hostile() -> Document:
    """Give a document in which whatever can be a text from the database is an attack."""
    names = [public(text) for text in HOSTILE]
    text = "".join(HOSTILE)
    column = Column(
        name=text,
        type=text,
        nullable=True,
        default=text,
        comment=text,
        attribute=text,
        ash_type=text,
        constraints=text,
        reason=0,
        notes=(text,),
    )
    problem = Problem(
        severity=Severity.ERROR, code=Code.NAME_UNSUPPORTED, where=text, what=text, todo=text
    )
    return document(
        tuple(
            table(
                name,
                key(name, "up", names[0], name=text, rule=f"on delete {text}".lower()),
                columns=(column,),
                comment=text,
                domain=text,
                create=text,
                resources=(Resource(module=text, domain=text, path=text),),
                uses=(Use(module=text, kind=text, path=text, line=1, via=("schema",)),),
                indexes=(Index(name=text, kind=text, definition=text),),
            )
            for name in names
        ),
        application=text,
        reasons=(Reason(types=(text,), why=f"`{text}` {text}"),),
        problems=(LocatedProblem(problem=problem, table=names[0]),),
        slices=tuple(
            Slice(
                name=name,
                tables=(name,),
                domains=(text,),
                needs=tuple(names[:number]),
                state=text,
                why=text,
                reasons=(text,),
            )
            for number, name in enumerate(names)
        ),
    )


def large(count: int, columns: int = 15) -> Document:
    """Give so many tables: all refer to the first, and each to the one before it."""
    hub = public("accounts")
    names = [hub, *(public(f"{_WORDS[i % 7]}_{_WORDS[i % 11 + 7]}_{i}") for i in range(1, count))]
    statuses = cycle(Status)
    types = cycle((("text", ":string"), ("timestamp", ":utc_datetime_usec"), ("jsonb", ":map")))
    tables = []
    for index, (name, status) in enumerate(zip(names, statuses, strict=False)):
        keys = [key(name, "account_id", hub)] if index else []
        keys += [key(name, "previous_id", names[index - 1])] if index > 1 else []
        filler = tuple(
            Column(
                name=f"{_WORDS[(index + n) % 18]}_{n}",
                type=pg,
                nullable=True,
                comment="What it is for, said in a short sentence." if n % 4 == 0 else None,
                attribute=f"{_WORDS[(index + n) % 18]}_{n}",
                ash_type=ash,
                constraints="trim?: false, allow_empty?: true" if pg == "text" else "",
            )
            for n, (pg, ash) in zip(range(columns - 1 - len(keys)), types, strict=False)
        )
        domain = f"Shop.{_WORDS[index // 40 % 18].title()}" if index % 9 else None
        tables.append(table(name, *keys, columns=filler, status=status, domain=domain))
    problems = tuple(
        LocatedProblem(
            problem=Problem(
                severity=Severity.NOTE,
                code=Code.NO_RELATIONSHIP,
                where=str(name),
                what="A relationship of the same name is there.",
            )
        )
        for name in names
    )
    return document(tuple(tables), problems=problems)


_WORDS = (
    "billing order user stock mail audit report line item entry event "
    "address token rate price label batch share"
).split()
