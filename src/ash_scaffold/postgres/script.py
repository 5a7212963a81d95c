r"""The text of a SQL dump, taken apart into statements that can be sent one by one.

A dump is a script for psql: it holds backslash commands and the data of COPY between statements.
To know where those are, this module follows the same lexical rules as psql
(src/fe_utils/psqlscan.l): quotations, dollar quotes, nested comments, parentheses and
`BEGIN ATOMIC` bodies, inside which a semicolon ends nothing. Nothing depends on it for safety: a
statement that is cut in the wrong place is one that the server refuses.

It works on bytes: in every encoding a server can have, an ASCII byte is that character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto

import msgspec

# A server may lack it as it may lack extensions. No extension has such a name.
ICU = "(icu)"

_HEAD_LENGTH = 400
_FIRST_WORDS = 60  # characters, CREATE OR REPLACE PROCEDURE and comments among them

_HEADER = re.compile(rb"^-- Dumped from database version (\d+)", re.MULTILINE)
_HEADER_BYTES = 10_000
# The first and the last line that pg_dump and pg_dumpall write, the latter around the former's.
_FRAME = re.compile(
    rb"^-- PostgreSQL database (?P<cluster>cluster )?dump(?P<end> complete)?\r?$", re.MULTILINE
)
_FRAME_START = b"-- PostgreSQL database "
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


# An INSERT of values as pg_dump writes it, read in one go where strings are standard conforming: a
# dump may have millions.
_PLAIN_INSERT = re.compile(
    rb"""INSERT[ ]INTO[ ](?:[^'"$\\;/\-eE&]|[eE&](?!')|-(?!-)|/(?!\*)|'(?:[^']++|'')*+'
    |"(?:[^"]++|"")*+")*+;""",
    re.VERBOSE,
)
_INSERT_HEAD = 200  # characters, the table's name among them

# By (whether strings are standard conforming, whether words matter in the statement).
_TOKENS = {
    (True, False): _tokens(_PLAIN, b""),
    (True, True): _tokens(_PLAIN, _WORD),
    (False, False): _tokens(_ESCAPED, b""),
    (False, True): _tokens(_ESCAPED, _WORD),
}
_WORDS_MATTER = re.compile(r"COPY\b|CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b", re.IGNORECASE)
# Comments, and what may hold something that looks like one.
_HEAD_COMMENTS = re.compile(
    rb"""(?P<kept>'(?:[^']|'')*'|"(?:[^"]|"")*")|--[^\n]*|/\*.*?\*/""", re.DOTALL
)
_BLOCK_EDGE = re.compile(rb"/\*|\*/")
_END_OF_DATA = re.compile(rb"\\\.\r?(?=\n|\Z)")
_META = re.compile(rb"\\(\S*)[^\n]*")
# psql's commands that send what stands before them, as a semicolon does.
_SENDS = re.compile(rb"\\g(?:x|set|exec|desc)?(?![a-z])")
# psql's documentation, `\connect`: a database's name, plain or quoted, or a connection string.
_CONNECT = re.compile(
    rb"""\\c(?:onnect)?\s+(?:-reuse-previous=\w+\s+)?(?P<name>"(?:[^"]|"")*"|'(?:[^']|'')*'|\S+)"""
)
_IN_CONNINFO = re.compile(r"dbname\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))")
_MAKES = re.compile(
    r"CREATE (?!DATABASE|ROLE|USER|GROUP|TABLESPACE)|ALTER TABLE|COPY |INSERT ", re.IGNORECASE
)

_DROPS_SCHEMA = re.compile(r"DROP SCHEMA\b", re.IGNORECASE)
_FILLS_SCHEMA = re.compile(
    r"CREATE (?!SCHEMA\b|EXTENSION\b)|DO\b|SELECT (?!(pg_catalog\.)?set_config\()", re.IGNORECASE
)
_STRINGS = re.compile(
    r"SET (?:SESSION |LOCAL )?standard_conforming_strings\s*(?:=|TO)\s*'?(\w+)", re.IGNORECASE
)
_EXTENSION = re.compile(
    r'CREATE EXTENSION (?:IF NOT EXISTS )?(?:"(?P<quoted>[^"]+)"|(?P<name>\w+))', re.IGNORECASE
)
_EXTENSION_SCHEMA = re.compile(r' SCHEMA (?:"([^"]+)"|(\w+))', re.IGNORECASE)
_EXTENSION_VERSION = re.compile(r""" VERSION (?:'([^']+)'|"([^"]+)"|(\w+))""", re.IGNORECASE)
_ICU_COLLATION = re.compile(r"CREATE COLLATION .*\bprovider = '?icu\b", re.IGNORECASE)
# What is made before the script runs, or has no bearing on what the tables are: other databases,
# roles, who owns what, who may do what.
_ROLES = re.compile(r"(CREATE|ALTER|DROP) (ROLE|USER(?! MAPPING\b)|GROUP)\b", re.IGNORECASE)
_OWNER = re.compile(
    r"ALTER (?!(FOREIGN )?TABLE\b)|ALTER (FOREIGN )?TABLE (IF EXISTS )?(ONLY )?\S+ OWNER TO\b",
    re.IGNORECASE,
)
_OWNER_END = re.compile(
    rb"\sOWNER\s+TO\s+(?:\"(?:[^\"]|\"\")+\"|[\w$\x80-\xff]+)\s*;?\s*\Z", re.IGNORECASE
)
_LONGEST_OWNER = 200  # characters of OWNER TO and a role's name
_BESIDE = re.compile(
    r"(CREATE|ALTER|DROP) (DATABASE|TABLESPACE)\b"
    r"|(CREATE|ALTER|DROP)( OR REPLACE)?( TRUSTED)?( PROCEDURAL)? LANGUAGE\b"
    r"|(CREATE|ALTER) FOREIGN DATA WRAPPER\b"
    r"|COMMENT ON (EXTENSION|(PROCEDURAL )?LANGUAGE|FOREIGN DATA WRAPPER|ROLE|DATABASE|TABLESPACE"
    r"|EVENT TRIGGER|PUBLICATION|SUBSCRIPTION)\b"
    r"|(GRANT|REVOKE|REASSIGN OWNED|DROP OWNED|ALTER DEFAULT PRIVILEGES)\b"
    r"|SET (SESSION |LOCAL )?(ROLE|SESSION AUTHORIZATION)\b|RESET (ROLE|SESSION AUTHORIZATION)\b",
    re.IGNORECASE,
)
# What only a superuser or a server with others beside it can do.
_BEYOND = re.compile(
    r"ALTER SYSTEM\b|SECURITY LABEL\b|(CREATE|ALTER) (EVENT TRIGGER|PUBLICATION|SUBSCRIPTION)\b",
    re.IGNORECASE,
)
_ROWS = re.compile(
    r"INSERT INTO |SELECT (pg_catalog\.)?(setval|lo_\w+|lowrite|pg_restore_\w+)\s*\("
    r"|SELECT \* FROM (pg_catalog\.)?pg_restore_\w+\s*\(",
    re.IGNORECASE,
)
# What runs code that may read rows and make something by them.
_CODE = re.compile(r"(DO|CALL|EXECUTE)\b|SELECT (?!(pg_catalog\.)?set_config\()", re.IGNORECASE)
_HOOK = re.compile(r"CREATE (OR REPLACE )?((CONSTRAINT )?TRIGGER|RULE)\b", re.IGNORECASE)
_TARGET = re.compile(
    r"(?:COPY|INSERT INTO) (?:(?:\"(?:[^\"]|\"\")+\"|[^\s\".]+) ?\. ?)?"
    r"(?:\"((?:[^\"]|\"\")+)\"|([^\s\"(;]+))",
    re.IGNORECASE,
)
# Commands that pg_dump and psql users write into every script, and that need no report.
_SILENT_COMMANDS = ("restrict", "unrestrict", ".", "echo")
_INCLUDES = ("i", "ir", "include", "include_relative", "gexec")
_HARMLESS_COMMANDS = ("connect", "c", "encoding", "set", "unset", "pset", "timing")


class Part(Enum):
    """What a statement has to do with the schema.

    `SCHEMA` is part of it, or may be. `ROWS` fills what is made: data, the values of sequences,
    statistics. `BESIDE` is what the schema is the same without: roles, owners, rights. So is
    `BEYOND`, which a plain role may not do, and `REFUSED`.
    """

    SCHEMA = auto()
    ROWS = auto()
    BESIDE = auto()
    BEYOND = auto()
    REFUSED = auto()


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement: where it is, and its first characters with the white space collapsed.

    `last_line` is the line of its semicolon, counted from 1: the line psql names in an error.
    `cuts` are the places of psql's commands inside it. `data` is the place of a COPY's data.
    With `needs` it is of no use where that is missing: an extension's name, or `ICU`.
    """

    start: int
    end: int
    last_line: int
    head: str
    part: Part = Part.SCHEMA
    cuts: tuple[tuple[int, int], ...] = ()
    data: tuple[int, int] | None = None
    needs: str = ""

    @property
    def filled_table(self) -> str:
        """The table, without its schema, that a COPY or INSERT is about; else empty."""
        match = _TARGET.match(self.head)
        if match is None:
            return ""
        return match[1].replace('""', '"') if match[1] else match[2].lower()


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
    """An extension that the script creates, and the schema for its objects (`""`: none named).

    `version` is empty where the script names none; `cascade` brings those that it needs.
    """

    name: str
    schema: str
    version: str = ""
    cascade: bool = False


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
    extensions: tuple[Extension, ...]
    refused: tuple[Refused, ...]
    sections: tuple[Section, ...]

    @property
    def databases(self) -> tuple[str, ...]:
        """The databases that it makes something in, in order; `""` for those without a name."""
        return tuple(dict.fromkeys(each.database for each in self.sections if not each.is_empty))

    @property
    def without_rows(self) -> list[Statement]:
        """The statements that are no rows, which a dump may have very many of."""
        return [each for each in self.statements if each.part is not Part.ROWS]

    @property
    def runs_code(self) -> bool:
        """Whether it runs code that may make something by the rows that are there."""
        hooks = False
        for each in self.statements:
            if each.part is Part.SCHEMA and _CODE.match(each.head):
                return True
            if each.part is Part.ROWS and hooks and _TARGET.match(each.head):
                return True
            hooks = hooks or _HOOK.match(each.head) is not None
        return False


def read_script(text: bytes) -> Script:
    """Take a plain-text dump apart."""
    reader = _Reader(text)
    reader.read()
    header = _HEADER.search(text, 0, _HEADER_BYTES)
    frame = _FRAME.search(text, 0, _HEADER_BYTES)
    frames = _frames(text) if frame else []
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
        extensions=tuple(reader.extensions),
        refused=tuple(reader.refused),
        sections=_sections(reader.statements, reader.connections, len(text)),
    )


def _frames(text: bytes) -> list[re.Match[bytes]]:
    """Find all frames; the data between them is not searched line by line."""
    found = []
    position = text.find(_FRAME_START)
    while position >= 0:
        match = _FRAME.match(text, position)
        if match is not None and (position == 0 or text[position - 1 : position] == b"\n"):
            found.append(match)
        position = text.find(_FRAME_START, position + 1)
    return found


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


def statement_text(text: bytes, statement: Statement) -> bytes:
    """Return what of a statement is sent to a server: its text without psql's commands."""
    if not statement.cuts:
        return text[statement.start : statement.end]
    parts, position = [], statement.start
    for start, end in statement.cuts:
        parts.append(text[position:start])
        position = end
    return b"".join((*parts, text[position : statement.end]))


class _Reader:
    """Goes through the text once, statement by statement."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.statements: list[Statement] = []
        self.cuts: list[tuple[int, int]] = []
        self.extensions: list[Extension] = []
        self.refused: list[Refused] = []
        self.unfinished: Unfinished | None = None
        self.connections: list[tuple[int, str]] = []
        self._standard_strings = True
        self._makes = False
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
        self.cuts.append((start, end))
        if name in ("connect", "c"):
            self._connect(start)
        if name not in _SILENT_COMMANDS:
            what = f"the psql command \\{name}"
            harmless = name in _HARMLESS_COMMANDS
            includes = name in _INCLUDES
            self.refused.append(Refused(self._line_at(start), what, harmless, includes))
        return end

    def _statement(self, start: int) -> int:
        if self._standard_strings and (insert := _PLAIN_INSERT.match(self.text, start)):
            end = insert.end()
            head = " ".join(
                self.text[start : min(end, start + _INSERT_HEAD)].decode("latin-1").split()
            )
            line = self._line_at(end - 1)
            self.statements.append(
                Statement(start=start, end=end, last_line=line, head=head, part=Part.ROWS)
            )
            return end
        self.cuts = []
        end, from_stdin = self._end_of_statement(start, self._head(start, start + _FIRST_WORDS))
        head = self._head(start, min(end, start + _HEAD_LENGTH))
        return self._classify(start, end, head, from_stdin=from_stdin)

    def _head(self, start: int, end: int) -> str:
        """Return the characters without comments, so that words stand beside each other."""
        raw = self.text[start:end]
        if b"--" in raw or b"/*" in raw:
            raw = _HEAD_COMMENTS.sub(lambda match: match["kept"] or b" ", raw)
        return " ".join(raw.decode("latin-1").split())

    def _end_of_statement(self, start: int, head: str) -> tuple[int, bool]:
        """Return where the statement ends, and whether it is a COPY from `stdin`."""
        tokens = _TOKENS[self._standard_strings, _WORDS_MATTER.match(head) is not None]
        is_copy = head[:4].upper() == "COPY"
        parentheses = 0
        blocks = 0
        stdin = False
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
                    if _SENDS.match(token.string, token.start()):
                        return position, stdin
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
                    stdin = is_copy
                elif parentheses == 0 and not is_copy:
                    blocks = _depth(blocks, word)
                previous = word

    def _classify(self, start: int, end: int, head: str, *, from_stdin: bool) -> int:
        """Note the statement and what it needs, and return where reading goes on."""
        part, needs, data = Part.SCHEMA, "", None
        line, position = self._line_at(end - 1), end
        command = head[:5].upper()
        if command == "COPY ":
            part = Part.ROWS if from_stdin else Part.REFUSED
            if from_stdin:
                data, position = self._copy_data(start, end)
            else:
                self.refused.append(Refused(line, "COPY with a file or a program"))
        elif command == "INSER":
            part = Part.ROWS if _ROWS.match(head) else Part.SCHEMA
        elif command.startswith("SET ") and (setting := _STRINGS.match(head)):
            self._standard_strings = setting.group(1).lower() not in ("off", "false", "0", "no")
        elif _ROWS.match(head):
            part = Part.ROWS
        elif _BEYOND.match(head):
            part = Part.BEYOND
        elif _BESIDE.match(head) or _ROLES.match(head) or self._gives_away(start, end, head):
            part = Part.BESIDE
        elif created := _EXTENSION.match(head):
            extension = _extension(created)
            needs = extension.name
            self.extensions.append(extension)
        elif _ICU_COLLATION.match(head):
            needs = ICU
        elif not self._makes and _DROPS_SCHEMA.match(head):
            # With the extensions in it, which are there already.
            part = Part.BESIDE
        self._makes = self._makes or (part is Part.SCHEMA and _FILLS_SCHEMA.match(head) is not None)
        self.statements.append(
            Statement(
                start=start,
                end=end,
                last_line=line,
                head=head,
                part=part,
                cuts=tuple(self.cuts),
                data=data,
                needs=needs,
            )
        )
        return position

    def _gives_away(self, start: int, end: int, head: str) -> bool:
        """Whether the statement does nothing but to give an object to a role."""
        if not _OWNER.match(head):
            return False
        return _OWNER_END.search(self.text, max(start, end - _LONGEST_OWNER), end) is not None

    def _end_of_data(self, start: int) -> re.Match[bytes] | None:
        """Find the line that ends a COPY's data, which may be its first one."""
        position = start - 1
        while True:
            position = self.text.find(b"\n\\.", position)
            if position < 0:
                return None
            match = _END_OF_DATA.match(self.text, position + 1)
            if match is not None:
                return match
            position += 1

    def _copy_data(self, start: int, end: int) -> tuple[tuple[int, int], int]:
        """Return the place of a COPY's data, and of what follows its last line."""
        newline = self.text.find(b"\n", end)
        data_start = len(self.text) if newline < 0 else newline + 1
        close = self._end_of_data(data_start)
        if close is None:
            self._break_off(start, "the data of a COPY")
            return (data_start, len(self.text)), len(self.text)
        return (data_start, close.start()), close.end()


def _extension(match: re.Match[str]) -> Extension:
    options = match.string[match.end() :]
    schema, version = _EXTENSION_SCHEMA.search(options), _EXTENSION_VERSION.search(options)
    return Extension(
        name=match["quoted"] or match["name"].lower(),
        schema="" if schema is None else schema[1] or schema[2].lower(),
        version="" if version is None else version[1] or version[2] or version[3],
        cascade=" CASCADE" in options.upper(),
    )


def _depth(blocks: int, word: bytes) -> int:
    """Follow `BEGIN ATOMIC … END` and the `CASE … END` inside it, as psql does."""
    if word == b"begin" or (word == b"case" and blocks > 0):
        return blocks + 1
    if word == b"end" and blocks > 0:
        return blocks - 1
    return blocks
