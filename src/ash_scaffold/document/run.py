"""The run of `ash-scaffold document`: from project and database to the files to be written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath

import msgspec

from ash_scaffold.advise.run import CatalogDetails, gather, read_details
from ash_scaffold.config import Resolver
from ash_scaffold.document.build import Sources, build, proposed_attributes
from ash_scaffold.document.markdown.blocks import is_marker
from ash_scaffold.document.markdown.escape import table_key
from ash_scaffold.document.markdown.render import render_markdown
from ash_scaffold.document.model import Document
from ash_scaffold.document.move_plan import slices_of
from ash_scaffold.document.named_columns import with_named_columns
from ash_scaffold.legacy.usage import usage
from ash_scaffold.move.facts import MoveFacts
from ash_scaffold.move.plan import make_plan
from ash_scaffold.move.read import facts_of
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.compare import EarlierNames
from ash_scaffold.postgres.source import Source
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.carried_actions import CarryState
from ash_scaffold.project.outside import read_outside
from ash_scaffold.regular_file import read_file, read_start
from ash_scaffold.session import (
    Phases,
    Session,
    SourceOptions,
    load_session,
    open_project,
    source_problems,
)
from ash_scaffold.text_diff import unified_diff

INDEX = "docs/database_schema.md"
_DUMPED = re.compile(rb"^-- Dumped from database version (\d+)", re.MULTILINE)
_HEADER_BYTES = 10_000
_TABLE_BLOCK = re.compile(rb"<!-- ash-scaffold:begin table\.([^\s:]+)")


class LoadedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document with what its writing needs.

    `source` describes the database. `renamed` has the old names of tables by their new ones,
    where the configuration or an earlier run on this database has them; `fresh` are tables that
    are new by the configuration. `problems` are those of the reading, such as errors in a dump:
    the document's own are not among them.
    """

    document: Document
    source: str
    renamed: Mapping[Name, Name]
    fresh: frozenset[Name]
    problems: tuple[Problem, ...]


def load_document(
    options: SourceOptions,
    announce: Callable[[str], None] = lambda _sentence: None,
    *,
    for_page: bool = False,
) -> LoadedDocument:
    """Read project and database, and make the document. `announce` gets each phase as it begins.

    `for_page` adds what only the page says.

    Raises `ScaffoldError` for whatever makes the run impossible.
    """
    phases = Phases(announce)
    phases.begin("project", "Reading the project")
    details = CatalogDetails({}, ())

    def read_more(source: Source, database: Database) -> None:
        nonlocal details
        details = read_details(source, database)
        if options.on_read is not None and details.answers is not None:
            options.on_read(opened, details.answers)

    opened = open_project(options)
    session = load_session(opened, phases, read_more=read_more)
    problems = (*session.behind, *session.problems)
    if session.unread:
        # A table that the document has, and no snapshot, would count as dropped.
        raise ScaffoldError(*session.unread)
    with source_problems(problems):
        _require_tables(session)
        decided = session.plan()
    database = session.database
    phases.begin("code", "Reading the code")
    users = usage(session.project, session.hints, (table.name for table in database.tables))
    facts = facts_of(session, phases, users=users, decided=decided, checked=False)
    phases.begin("document", "Putting the document together")
    gathered = gather(session, details, users)
    document = build(
        Sources(
            database=database,
            plan=decided,
            hints=session.hints,
            users=users,
            project=session.project,
            repo=session.repo,
            owned=session.owned_by_ash,
            carried=_carried(facts),
            version=_version(database, session.dump),
            proposed=proposed_attributes(database, decided, session.state, session.resolver),
            advice=tuple(gathered.advice(session)),
            missing=gathered.missing,
        )
    )
    document = msgspec.structs.replace(document, slices=slices_of(make_plan(facts)))
    if for_page:
        document = with_named_columns(document, session.project, session.hints)
    return LoadedDocument(
        document=document,
        source=session.source,
        renamed=_renamed(database, session.stored_identity.earlier, session.resolver),
        fresh=_fresh(database, session.resolver),
        problems=problems,
    )


def _carried(facts: MoveFacts) -> Mapping[Name, CarryState]:
    """Return how many changeset functions each table has, and how many of them have an action."""
    return {
        name: CarryState(
            changesets=len(table.changesets),
            carried=sum(each.is_carried_over for each in table.changesets),
            open=tuple(each.of for each in table.changesets if not each.is_carried_over),
        )
        for name, table in facts.tables.items()
        if table.changesets
    }


def _require_tables(session: Session) -> None:
    """Refuse to empty a document because a database is, or is the wrong one."""
    if not session.database.tables:
        raise fail(
            Code.NO_TABLES,
            f"There are no tables in {' or '.join(session.database.schemas)}.",
            where=session.source,
            todo="Name the database that the application uses.",
        )


def _version(database: Database, dump: Path | None) -> str | None:
    """Return the major version of the database, or of the one that the dump is from.

    A throw-away server's own version is not the database's.
    """
    if dump is None:
        return str(database.server_version // 10_000)
    try:
        version = _DUMPED.search(read_start(dump, _HEADER_BYTES))
    except OSError:
        # A pipe has been read to its end.
        return None
    return version[1].decode() if version else None


def _renamed(database: Database, earlier: EarlierNames, config: Resolver) -> Mapping[Name, Name]:
    """Return the old names of renamed tables: as configured, or from an earlier run."""
    found = {name: table.name for name, table in earlier.tables.items() if table.name != name}
    for table in database.tables:
        text = config.renamed_from(table.name)
        if text:
            schema, dot, rest = text.partition(".")
            found[table.name] = Name(schema, rest) if dot else Name(table.name.schema, text)
    return found


def _fresh(database: Database, config: Resolver) -> frozenset[Name]:
    return frozenset(t.name for t in database.tables if config.renamed_from(t.name) == "")


class OutputOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the output: `out` is relative to the project, `html` to the present folder.

    `split` is None for the present layout; `check` writes nothing.
    """

    out: str | None = None
    split: bool | None = None
    html: Path | None = None
    check: bool = False


class FileStatus(StrEnum):
    """The effect of a run on a file."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    UNCHANGED = "unchanged"


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the document: its bytes before (None: not there) and after (None: deleted)."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def status(self) -> FileStatus:
        """The effect of the run on it."""
        if self.before == self.after:
            return FileStatus.UNCHANGED
        if self.before is None:
            return FileStatus.CREATED
        return FileStatus.DELETED if self.after is None else FileStatus.CHANGED

    def diff(self) -> str:
        """Return the unified diff from before to after."""
        before, after = (
            None if content is None else content.decode("utf-8", "replace")
            for content in (self.before, self.after)
        )
        return unified_diff(before, after, self.path, self.path)


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """All files in order of their paths, and the problems of the existing ones.

    `outside` is the page where it is not in the project; its path is as it was given.
    """

    files: tuple[File, ...]
    problems: tuple[Problem, ...]
    outside: File | None = None

    @property
    def all_files(self) -> tuple[File, ...]:
        """The files, that outside of the project last."""
        return self.files if self.outside is None else (*self.files, self.outside)

    @property
    def contents(self) -> Mapping[str, bytes | None]:
        """The bytes to be written into the project, for `project.write`."""
        return {file.path: file.after for file in self.files}

    @property
    def before(self) -> Mapping[str, bytes | None]:
        """The bytes that were loaded."""
        return {file.path: file.before for file in self.files}


def make_output(loaded: LoadedDocument, root: Path, options: OutputOptions) -> Output:
    """Make the files. Raises `ScaffoldError` for a file that can't be merged or may not be."""
    index = _index(options.out)
    before = dict(_read_files(root, index))
    _require_own(loaded, before.values())
    merged = render_markdown(
        loaded.document,
        index,
        _decode(before),
        split=options.split,
        keep_version=options.check,
        renamed=loaded.renamed,
        fresh=loaded.fresh,
    )
    after: dict[str, bytes | None] = {
        path: None if text is None else text.encode() for path, text in merged.files.items()
    }
    outside = None
    if options.html is not None:
        place = _followed(options.html)
        if place.is_relative_to(root.resolve()):
            path = place.relative_to(root.resolve()).as_posix()
            _require_html(path, options.html)
            content_before = _read(place, path)
            if content_before is not None:
                before[path] = content_before
            after[path] = _page(loaded.document, root, index, content_before, options)
        else:
            name = str(options.html)
            content_before = read_outside(place, f"--html {name}")
            content = _page(loaded.document, root, index, content_before, options)
            outside = File(path=name, before=content_before, after=content)
    files = tuple(
        File(path=path, before=before.get(path), after=after[path]) for path in sorted(after)
    )
    return Output(files=files, outside=outside, problems=merged.problems)


def _page(
    document: Document, root: Path, index: str, before: bytes | None, options: OutputOptions
) -> bytes:
    """Return the page, with the history of the document at `index`.

    What the page had of it stays where git doesn't tell, and for a check: whether a page is up to
    date depends on no commit, and not on how much of its history a clone has.
    """
    from ash_scaffold.document.history import read_history
    from ash_scaffold.document.html import kept_history, page

    history = None if options.check else read_history(root, index, document.progress)
    if history is None:
        history = () if before is None else kept_history(before)
    return page(msgspec.structs.replace(document, history=history)).encode()


def _require_own(loaded: LoadedDocument, before: Iterable[bytes]) -> None:
    """Refuse to empty a document of several tables of which the database has none."""
    old = {name.decode() for content in before for name in _TABLE_BLOCK.findall(content)}
    names = {table.name for table in loaded.document.tables} | {*loaded.renamed.values()}
    if len(old) > 1 and old.isdisjoint(map(table_key, names)):
        raise fail(
            Code.NO_TABLES,
            f"None of the {len(old)} tables of the document is in this database.",
            where=loaded.source,
            todo="Name the database that the application uses. If the tables were dropped indeed, "
            "move the document away first.",
        )


def _require_html(path: str, given: Path) -> None:
    """Refuse to write the page of a project over a file that is none."""
    if not path.lower().endswith((".html", ".htm")):
        raise fail(
            Code.USAGE,
            "The page is HTML: its file has to end in .html.",
            where=f"--html {given}",
            todo="For the Markdown: --out FILE.",
        )


def _followed(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        what = "The path can't be followed."
        raise fail(Code.NOT_WRITABLE, what, where=f"--html {path}") from error


def _read_files(root: Path, index: str) -> Mapping[str, bytes]:
    """Return the bytes of the document's files by path: the first, and the pages in its folder.

    A file in the folder of the pages belongs to it when it has a generated block. Raises
    `ScaffoldError` when one can't be loaded.
    """
    folder = root / index.removesuffix(".md")
    found: dict[str, bytes] = {}
    try:
        pages = sorted(folder.rglob("*.md"))
    except OSError as error:
        raise fail(
            Code.NOT_WRITABLE,
            f"The folder can't be read: {error.strerror}.",
            where=folder.relative_to(root).as_posix(),
            todo="Give yourself the right to read it, or name another place: --out FILE.",
        ) from error
    for path in [root / index, *pages]:
        where = path.relative_to(root).as_posix()
        content = _read(path, where)
        if content is not None and (where == index or _has_block(content)):
            found[where] = content
    return found


def _read(path: Path, where: str) -> bytes | None:
    try:
        return read_file(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise fail(
            Code.NOT_WRITABLE,
            f"The file can't be read: {error.strerror}.",
            where=where,
            todo="Make it a regular file that you may read, or name another: --out FILE.",
        ) from error


def _decode(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """Read files as UTF-8. Raises `ScaffoldError` for one that is not."""
    texts: dict[str, str] = {}
    for path, content in files.items():
        try:
            texts[path] = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise fail(
                Code.NOT_WRITABLE,
                "The file is not UTF-8, so what people wrote into it can't be kept.",
                where=f"{path}:{line}",
                todo="Save it as UTF-8, or name another: --out FILE.",
            ) from error
    return texts


def _has_block(content: bytes) -> bool:
    return any(is_marker(line) for line in content.decode("utf-8", "replace").split("\n"))


def _index(out: str | None) -> str:
    if out is None:
        return INDEX
    if not out.endswith(".md"):
        raise fail(
            Code.USAGE,
            "The document is Markdown: its file has to end in .md.",
            where=f"--out {out}",
            todo="For the page to look at: --html FILE.",
        )
    path = PurePosixPath(out)
    if path.is_absolute() or ".." in path.parts:
        raise fail(
            Code.NOT_WRITABLE,
            "The document has to be inside of the project.",
            where=f"--out {out}",
            todo="Name a file relative to mix.exs, such as docs/database_schema.md.",
        )
    return path.as_posix()
