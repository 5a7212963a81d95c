r"""The text of a SQL dump, taken apart far enough to be run safely.

psql obeys backslash commands wherever it is not inside a quotation or COPY data: `\!` would run a
shell. And when a COPY fails, psql goes on to read its data as commands. So the script that psql
gets holds no backslash command and no COPY data. To know where those are, this module follows the
same lexical rules as psql (src/fe_utils/psqlscan.l): quotations, dollar quotes, nested comments,
parentheses and `BEGIN ATOMIC` bodies, inside which a semicolon ends nothing.

It works on bytes: in every encoding a server can have, an ASCII byte is that character.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence

import msgspec

# A server may lack it as it may lack extensions. No extension has such a name.
ICU = "(icu)"

_HEAD_LENGTH = 400

_HEADER = re.compile(rb"^-- Dumped from database version (\d+)", re.MULTILINE)
_HEADER_BYTES = 10_000
# The first and the last line that pg_dump and pg_dumpall write, the latter around the former's.
_FRAME = re.compile(
    rb"^-- PostgreSQL database (?P<cluster>cluster )?dump(?P<end> complete)?\r?$", re.MULTILINE
)
_BLANKS = re.compile(rb"(?:\s+|--[^\n]*)*")
# Possessive, so that a quotation without an end costs no time.
_PLAIN = rb"'(?:[^']++|'')*+'"
_ESCAPED = rb"'(?:[^'\\]++|''|\\.)*+'(?:\s*\n\s*'(?:[^'\\]++|''|\\.)*+')*+"
_NOT_IN_WORD = rb"(?<![A-Za-z0-9_$\x80-\xff])"
_COMMON = rb"""
    | (?P<quoted>"(?:[^"]++|"")*+")
    | (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<dollar>%(start)s\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$)
    | (?P<mark>[;()\\'"])
""" % {b"start": _NOT_IN_WORD}
_WORD = rb"| (?P<word>[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*)"
_ESCAPE_STRING = b"(?P<escape>" + _NOT_IN_WORD + rb"[eE]" + _ESCAPED + b")"
_FLAGS = re.VERBOSE | re.DOTALL


def _tokens(string: bytes, words: bytes) -> re.Pattern[bytes]:
    return re.compile(_ESCAPE_STRING + b"| (?P<string>" + string + b")" + _COMMON + words, _FLAGS)


# By (whether strings are standard conforming, whether words matter in the statement).
_TOKENS = {
    (True, False): _tokens(_PLAIN, b""),
    (True, True): _tokens(_PLAIN, _WORD),
    (False, False): _tokens(_ESCAPED, b""),
    (False, True): _tokens(_ESCAPED, _WORD),
}
_WORDS_MATTER = re.compile(r"COPY\b|CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b", re.IGNORECASE)
_BLOCK_EDGE = re.compile(rb"/\*|\*/")
_END_OF_DATA = re.compile(rb"^\\\.\r?$", re.MULTILINE)
_META = re.compile(rb"\\(\S*)[^\n]*")
# psql's documentation, `\connect`: a database's name, plain or quoted, or a connection string.
_CONNECT = re.compile(
    rb"""\\c(?:onnect)?\s+(?:-reuse-previous=\w+\s+)?(?P<name>"(?:[^"]|"")*"|'(?:[^']|'')*'|\S+)"""
)
_IN_CONNINFO = re.compile(r"dbname\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))")
_MAKES = re.compile(
    r"CREATE (?!DATABASE|ROLE|USER|GROUP|TABLESPACE)|ALTER TABLE|COPY |INSERT ", re.IGNORECASE
)

_STRINGS = re.compile(
    r"SET (?:SESSION |LOCAL )?standard_conforming_strings\s*(?:=|TO)\s*'?(\w+)", re.IGNORECASE
)
_EXTENSION = re.compile(
    r'CREATE EXTENSION (?:IF NOT EXISTS )?(?:"([^"]+)"|(\w+))(?: WITH)?'
    r'(?: SCHEMA (?:"([^"]+)"|(\w+)))?',
    re.IGNORECASE,
)
_EXTENSION_COMMENT = re.compile(r'COMMENT ON EXTENSION (?:"([^"]+)"|(\w+))', re.IGNORECASE)
_ICU_COLLATION = re.compile(r"CREATE COLLATION .*\bprovider = '?icu\b", re.IGNORECASE)
# They are about other databases, servers or the cluster, not about the schema.
_ELSEWHERE = re.compile(
    r"(CREATE|ALTER|DROP) (DATABASE|SUBSCRIPTION|TABLESPACE)\b|ALTER SYSTEM\b", re.IGNORECASE
)
# Commands that pg_dump and psql users write into every script, and that need no report.
_SILENT_COMMANDS = ("restrict", "unrestrict", ".", "echo")
_INCLUDES = ("i", "ir", "include", "include_relative", "gexec")
_HARMLESS_COMMANDS = ("connect", "c", "encoding", "set", "unset", "pset", "timing")


class Statement(msgspec.Struct, frozen=True):
    """A statement: where it is, and its first characters with the white space collapsed.

    `last_line` is the line of its semicolon, counted from 1: the line psql names in an error.
    """

    start: int
    end: int
    last_line: int
    head: str


class CopyBlock(msgspec.Struct, frozen=True):
    """A `COPY … FROM stdin`: the place of the word `stdin`, and of the data after it."""

    stdin_start: int
    stdin_end: int
    data_start: int
    data_end: int
    block_end: int


class Refused(msgspec.Struct, frozen=True):
    r"""Something that is not run: a psql command, or a COPY with a file or a program.

    It is `harmless` where dumps hold it by themselves, as `pg_dump --create` does `\connect`.
    `includes` marks a command that would have run another script, whose statements are
    unknown.
    """

    line: int
    what: str
    harmless: bool = False
    includes: bool = False


class Extension(msgspec.Struct, frozen=True):
    """An extension that the script creates, and the schema for its objects (`""`: none named)."""

    name: str
    schema: str


class Edit(msgspec.Struct, frozen=True):
    """Bytes of the script to leave out (`copy` is None), or a COPY block to take the data of.

    With `needs`, they are left out only where that is missing: an extension's name, or `ICU`.
    """

    start: int
    end: int
    copy: CopyBlock | None = None
    needs: str = ""


class Section(msgspec.Struct, frozen=True):
    r"""The part of a script between one `\connect` and the next: its database, and its bytes.

    The part before the first one has no database's name. `is_empty` is true for one that makes
    nothing, as pg_dumpall writes them for `template1` and `postgres`.
    """

    database: str
    start: int
    end: int
    is_empty: bool


class Unfinished(msgspec.Struct, frozen=True):
    """What a script breaks off in, and the line it begins at."""

    line: int
    what: str


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """The statements of a dump. `major` is its server's, from the header of the dump.

    `by_pg_dump` says that it has the first line of a dump, `complete` that it has the last one as
    well. `unfinished` is set where the text ends inside of a quotation, a comment, parentheses or
    the data of a COPY.
    """

    major: int | None
    lines: int
    by_pg_dump: bool
    complete: bool
    unfinished: Unfinished | None
    statements: tuple[Statement, ...]
    edits: tuple[Edit, ...]
    extensions: tuple[Extension, ...]
    refused: tuple[Refused, ...]
    sections: tuple[Section, ...]

    @property
    def databases(self) -> tuple[str, ...]:
        """The databases that it makes something in, in order; `""` for those without a name."""
        return tuple(dict.fromkeys(each.database for each in self.sections if not each.is_empty))

    def statement_at(self, line: int) -> Statement | None:
        """Return the statement in which psql was when it named this line."""
        index = bisect_left(self.statements, line, key=lambda one: one.last_line)
        return self.statements[index] if index < len(self.statements) else None


def read_script(text: bytes) -> Script:
    """Take a plain-text dump apart."""
    reader = _Reader(text)
    reader.read()
    header = _HEADER.search(text, 0, _HEADER_BYTES)
    frame = _FRAME.search(text, 0, _HEADER_BYTES)
    frames = list(_FRAME.finditer(text)) if frame else []
    open_frames = sum(-1 if each["end"] else 1 for each in frames)
    # The first line of pg_dumpall alone is somebody's own extract: pg_dump's lines are missing too.
    extract = len(frames) == 1 and frames[0]["cluster"] is not None
    return Script(
        major=int(header.group(1)) if header else None,
        lines=text.count(b"\n") + (not text.endswith(b"\n")),
        by_pg_dump=frame is not None and not extract,
        complete=frame is not None and open_frames == 0,
        unfinished=reader.unfinished,
        statements=tuple(reader.statements),
        edits=tuple(reader.edits),
        extensions=tuple(reader.extensions),
        refused=tuple(reader.refused),
        sections=_sections(reader.statements, reader.connections, len(text)),
    )


def text_of(text: bytes, script: Script, database: str) -> bytes:
    """Return the text with the sections of other databases blank, its line numbers kept."""
    parts = []
    for section in script.sections:
        mine = section.database == database or section.is_empty
        part = text[section.start : section.end]
        parts.append(part if mine else b"\n" * part.count(b"\n"))
    return b"".join(parts)


def _sections(
    statements: Sequence[Statement], connections: Sequence[tuple[int, str]], length: int
) -> tuple[Section, ...]:
    starts = [(0, ""), *connections]
    ends = [*(start for start, _ in connections), length]
    found = []
    for (start, database), end in zip(starts, ends, strict=True):
        inside = (one for one in statements if start <= one.start < end)
        found.append(Section(database, start, end, not any(map(_makes, inside))))
    return tuple(found)


def _makes(statement: Statement) -> bool:
    return _MAKES.match(statement.head) is not None


def safe_parts(
    text: bytes, script: Script, missing: Collection[str]
) -> Iterator[tuple[bytes, CopyBlock | None]]:
    """Yield the script for psql, piece by piece, with its line numbers.

    Statements that need one of `missing` are left out too. A piece with a `CopyBlock` ends
    where the name of a file with that block's data has to stand in place of `stdin`.
    """
    position = 0
    for edit in sorted(script.edits, key=lambda one: one.start):
        if edit.needs and edit.needs not in missing:
            continue
        if edit.copy is not None:
            block = edit.copy
            yield text[position : block.stdin_start], block
            yield text[block.stdin_end : block.data_start], None
            yield _newlines(text, block.data_start, block.block_end), None
            position = block.block_end
        else:
            yield text[position : edit.start], None
            yield _newlines(text, edit.start, edit.end), None
            position = edit.end
    yield text[position:], None


def _newlines(text: bytes, start: int, end: int) -> bytes:
    return b"\n" * text.count(b"\n", start, end)


class _Reader:
    """Goes through the text once, statement by statement."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.statements: list[Statement] = []
        self.edits: list[Edit] = []
        self.extensions: list[Extension] = []
        self.refused: list[Refused] = []
        self.unfinished: Unfinished | None = None
        self.connections: list[tuple[int, str]] = []
        self._standard_strings = True
        self._line = 1
        self._counted = 0

    def read(self) -> None:
        position = 0
        while True:
            start = self._after_blanks(position)
            if start >= len(self.text):
                return
            if self.text[start : start + 1] == b"\\":
                position = self._meta_command(start)
            else:
                position = self._statement(start)

    def _line_at(self, position: int) -> int:
        self._line += self.text.count(b"\n", self._counted, position)
        self._counted = position
        return self._line

    def _connect(self, start: int) -> None:
        match = _CONNECT.match(self.text, start)
        if match is None:
            return
        name = match["name"].decode("utf-8", "replace")
        if name[:1] in "\"'":
            name = name[1:-1].replace(name[0] * 2, name[0])
        inside = _IN_CONNINFO.search(name)
        if inside is not None:
            name = inside[1] or inside[2] or ""
        # A hyphen stands for the database of the connection before.
        if name != "-":
            self.connections.append((start, name))

    def _break_off(self, start: int, what: str) -> None:
        if self.unfinished is None:
            line = self.text.count(b"\n", 0, start) + 1
            self.unfinished = Unfinished(line, what)

    def _after_blanks(self, position: int) -> int:
        while True:
            match = _BLANKS.match(self.text, position)
            position = match.end() if match else position
            if self.text[position : position + 2] != b"/*":
                return position
            position = self._after_block_comment(position + 2)

    def _after_block_comment(self, position: int) -> int:
        depth = 1
        while depth:
            edge = _BLOCK_EDGE.search(self.text, position)
            if edge is None:
                self._break_off(position, "a comment")
                return len(self.text)
            depth += 1 if edge.group() == b"/*" else -1
            position = edge.end()
        return position

    def _meta_command(self, start: int) -> int:
        match = _META.match(self.text, start)
        end = match.end() if match else len(self.text)
        name = match.group(1).decode("ascii", "replace") if match else ""
        self.edits.append(Edit(start, end))
        if name in ("connect", "c"):
            self._connect(start)
        if name not in _SILENT_COMMANDS:
            what = f"the psql command \\{name}"
            harmless = name in _HARMLESS_COMMANDS
            includes = name in _INCLUDES
            self.refused.append(Refused(self._line_at(start), what, harmless, includes))
        return end

    def _statement(self, start: int) -> int:
        head = " ".join(self.text[start : start + _HEAD_LENGTH].decode("latin-1").split())
        end, stdin = self._end_of_statement(start, head)
        self.statements.append(Statement(start, end, self._line_at(end - 1), head))
        return self._classify(start, end, head, stdin)

    def _end_of_statement(self, start: int, head: str) -> tuple[int, re.Match[bytes] | None]:
        """Return where the statement ends, and the word `stdin` after `FROM`."""
        tokens = _TOKENS[self._standard_strings, _WORDS_MATTER.match(head) is not None]
        is_copy = head[:4].upper() == "COPY"
        parentheses = 0
        blocks = 0
        stdin: re.Match[bytes] | None = None
        previous = b""
        position = start
        while True:
            token = tokens.search(self.text, position)
            if token is None:
                if parentheses or blocks:
                    self._break_off(start, "a statement")
                return len(self.text), stdin
            position = token.end()
            kind = token.lastgroup
            if kind == "mark":
                mark = token.group()
                if mark == b";" and parentheses == 0 and blocks == 0:
                    return position, stdin
                if mark == b"\\":
                    position = self._meta_command(token.start())
                elif mark in (b"'", b'"'):
                    self._break_off(token.start(), "a quotation")
                    return len(self.text), stdin
                elif mark == b"(":
                    parentheses += 1
                elif mark == b")":
                    parentheses = max(0, parentheses - 1)
            elif kind == "dollar":
                close = self.text.find(token.group(), position)
                if close < 0:
                    self._break_off(token.start(), "a quotation")
                position = len(self.text) if close < 0 else close + len(token.group())
            elif kind == "block":
                position = self._after_block_comment(position)
            elif kind == "word":
                word = token.group().lower()
                if word == b"stdin" and previous == b"from":
                    stdin = token
                elif parentheses == 0 and not is_copy:
                    blocks = _depth(blocks, word)
                previous = word

    def _classify(self, start: int, end: int, head: str, stdin: re.Match[bytes] | None) -> int:
        """Note the needs of the statement, and return where reading goes on."""
        command = head[:5].upper()
        if command == "COPY ":
            if stdin is not None:
                return self._copy_data(start, end, stdin)
            self.edits.append(Edit(start, end))
            self.refused.append(Refused(self._line, "COPY with a file or a program"))
        elif command.startswith("SET "):
            setting = _STRINGS.match(head)
            if setting:
                self._standard_strings = setting.group(1).lower() not in ("off", "false", "0")
        elif _ELSEWHERE.match(head):
            self.edits.append(Edit(start, end))
        elif created := _EXTENSION.match(head):
            name = created.group(1) or created.group(2).lower()
            schema = created.group(3) or (created.group(4) or "").lower()
            self.extensions.append(Extension(name, schema))
            self.edits.append(Edit(start, end, needs=name))
        elif commented := _EXTENSION_COMMENT.match(head):
            name = commented.group(1) or commented.group(2).lower()
            self.edits.append(Edit(start, end, needs=name))
        elif _ICU_COLLATION.match(head):
            self.edits.append(Edit(start, end, needs=ICU))
        return end

    def _copy_data(self, start: int, end: int, stdin: re.Match[bytes]) -> int:
        newline = self.text.find(b"\n", end)
        data_start = len(self.text) if newline < 0 else newline + 1
        close = _END_OF_DATA.search(self.text, data_start)
        if close is None:
            self._break_off(start, "the data of a COPY")
        data_end = close.start() if close else len(self.text)
        block_end = close.end() if close else len(self.text)
        block = CopyBlock(stdin.start(), stdin.end(), data_start, data_end, block_end)
        self.edits.append(Edit(start, end, copy=block))
        return block_end


def _depth(blocks: int, word: bytes) -> int:
    """Follow `BEGIN ATOMIC … END` and the `CASE … END` inside it, as psql does."""
    if word == b"begin" or (word == b"case" and blocks > 0):
        return blocks + 1
    if word == b"end" and blocks > 0:
        return blocks - 1
    return blocks
