"""Problems as values: the case, its place, and the way out of it.

Nothing below the command line prints. Whatever goes wrong, or has no equivalent in Ash, becomes a
`Problem`; the run collects them and shows them together at the end. A problem that makes the
whole run impossible travels as a `ScaffoldError`.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

import msgspec


class Severity(StrEnum):
    """How much a problem matters."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


class Exit(IntEnum):
    """The exit codes of every command. The text below a code stands in the reference, too."""

    OK = 0
    """Done."""

    FINDINGS = 1
    """Done, and something needs your attention: a conflict, a finding, a table that is gone, an
    unclear rename, an object that is unknown after a dump, output that could not be written."""

    FAILED = 2
    """Could not do it; nothing was written."""

    INTERRUPTED = 130
    """Interrupted; nothing was left half done."""


_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


class Code(StrEnum):
    """The table of every kind of problem: its value, its usual severity, and what helps.

    Users see the value and may search for it. `help` is the `todo` of a problem that has none of
    its own.
    """

    _value_: str
    severity: Severity
    help: str

    def __new__(cls, value: str, severity: Severity, help_: str = "") -> Code:
        """Make a member of a row."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.severity = severity
        member.help = help_
        return member

    def at(
        self, where: str, what: str, *, todo: str | None = None, severity: Severity | None = None
    ) -> Problem:
        """Return the problem of this kind; without `todo` and `severity` those of the table."""
        return Problem(
            severity=self.severity if severity is None else severity,
            code=self,
            where=where,
            what=what,
            todo=self.help if todo is None else todo,
        )

    # the database
    NO_DATABASE = "no-database", _ERROR
    BAD_URL = "bad-url", _ERROR
    CONNECTION_FAILED = "connection-failed", _ERROR
    ACCESS_DENIED = "access-denied", _ERROR
    SERVER_TOO_OLD = "server-too-old", _ERROR
    DATABASE_ERROR = "database-error", _ERROR
    NO_LOCAL_SERVER = "no-local-server", _ERROR
    DUMP_UNREADABLE = "dump-unreadable", _ERROR
    DUMP_ERROR = "dump-error", _ERROR
    UNKNOWN_OBJECT = (
        "unknown-object",
        _ERROR,
        "Read the database itself with --url, or repair the dump. To live with it, name the object "
        "under [[accept]].",
    )
    OTHER_REPO = (
        "other-repo",
        _NOTE,
        "Run again with its --repo and its database for what has changed there.",
    )
    EXTENSION_MISSING = "extension-missing", _ERROR
    DATABASE_BEHIND = "database-behind", _ERROR
    MIGRATION_WITHOUT_FILE = (
        "migration-without-file",
        _NOTE,
        "Nothing where old migrations were removed; else fetch the branch that they are on.",
    )
    # the project and its configuration
    NOT_A_MIX_PROJECT = "not-a-mix-project", _ERROR
    CONFIG_INVALID = "config-invalid", _ERROR
    UNKNOWN_NAME = "unknown-name", _ERROR
    INVALID_MODULE_NAME = "invalid-module-name", _ERROR
    NO_TABLES = "no-tables", _ERROR
    NO_CHANGESETS = "no-changesets", _ERROR
    MODULE_COLLISION = "module-collision", _ERROR
    LEGACY_COLLISION = "legacy-collision", _ERROR
    UNPARSABLE_FILE = "unparsable-file", _ERROR
    NOT_WRITABLE = "not-writable", _ERROR
    JOURNAL_INVALID = "journal-invalid", _ERROR
    SNAPSHOT_INVALID = "snapshot-invalid", _ERROR
    CUTOVER_REFUSED = "cutover-refused", _ERROR
    CUTOVER_FAILED = "cutover-failed", _ERROR
    NOT_SAID = "not-said", _WARNING
    NOT_PROVEN = (
        "not-proven",
        _ERROR,
        "Report it. With --no-prove Ash gets the table all the same: the database stays as it is, "
        "and one that Ash's migrations make is different.",
    )
    NOT_BY_ASH = (
        "not-by-ash",
        _ERROR,
        "Say it in the resource and let mix ash.codegen make the migration, or take it back in the "
        "database.",
    )
    NOT_CUT_OVER = (
        "not-cut-over",
        _ERROR,
        "Run ash-scaffold cutover for it, or take it out of owned_by_ash.",
    )
    TEMPLATE_ERROR = "template-error", _ERROR
    EDITED_FILE = "edited-file", _ERROR
    CONFLICT = "conflict", _ERROR
    DIFFERS = "differs", _WARNING
    REMOVED_BY_HAND = "removed-by-hand", _NOTE
    ATTRIBUTES_UNKNOWN = (
        "attributes-unknown",
        _NOTE,
        "Write those that are missing into the resource.",
    )
    RENAME_UNCLEAR = "rename-unclear", _ERROR
    TABLE_GONE = "table-gone", _ERROR
    FILE_TAKEN = "file-taken", _NOTE
    CONTEXT_ADOPTED = "context-adopted", _NOTE
    DOMAIN_OBSOLETE = "domain-obsolete", _WARNING
    FORMATTER_MISSING = "formatter-missing", _WARNING
    FORMATTER_FAILED = "formatter-failed", _WARNING
    USAGE = "usage", _ERROR
    INTERRUPTED = "interrupted", _ERROR
    OUTPUT_FAILED = (
        "output-failed",
        _ERROR,
        "Make room, or send it elsewhere, and run it again.",
    )
    INTERNAL = "internal-error", _ERROR
    # the legacy code
    LEGACY_TABLE_MISSING = (
        "legacy-table-missing",
        _WARNING,
        "Take the schema out, or run again with the --schema it is in.",
    )
    LEGACY_FIELD_WITHOUT_COLUMN = (
        "legacy-field-without-column",
        _WARNING,
        "Every query of the legacy code for it fails: take the field out, or migrate.",
    )
    LEGACY_COLUMN_UNKNOWN = (
        "legacy-column-unknown",
        _WARNING,
        "The legacy code can't make a row: add the field, or a default.",
    )
    LEGACY_LABEL_UNKNOWN = (
        "legacy-label-unknown",
        _WARNING,
        "Add it to the schema's values. Ash reads it.",
    )
    LEGACY_VALUE_UNKNOWN = (
        "legacy-value-unknown",
        _WARNING,
        "Add it in a legacy migration, or take it out of the schema.",
    )
    LEGACY_TYPE_DISAGREES = (
        "legacy-type-disagrees",
        _WARNING,
        "The column's own type holds; fix the schema.",
    )
    LEGACY_PRECISION = ("legacy-precision", _NOTE, "The column's own precision holds.")
    LEGACY_NO_FOREIGN_KEY = "legacy-no-foreign-key", _NOTE
    LEGACY_TABLE_SHARED = "legacy-table-shared", _NOTE
    LEGACY_CUSTOM_TYPE = "legacy-custom-type", _NOTE
    LEGACY_GENERATOR = "legacy-generator", _NOTE
    LEGACY_DEFAULT = (
        "legacy-default",
        _NOTE,
        "Nothing, where the legacy code is right; else correct it there, or in a migration.",
    )
    LEGACY_DEFAULT_UNREAD = (
        "legacy-default-unread",
        _NOTE,
        "Add a default to each of these attributes; until then the column's own holds, or a create "
        "has to give a value.",
    )
    LEGACY_OPTION = "legacy-option", _NOTE
    LEGACY_MESSAGE = "legacy-message", _NOTE
    LEGACY_UNREAD = "legacy-unread", _NOTE
    # changeset functions that become actions
    CHANGESET_LEFT = "changeset-left", _WARNING
    CHANGESET_STEP_LEFT = (
        "changeset-step-left",
        _WARNING,
        "Write it by hand where the TODO stands; the action then counts as edited, and stays.",
    )
    CHANGESETS_TOGETHER = (
        "changesets-together",
        _NOTE,
        "Where they stand in one pipeline, write an action that has the steps of all.",
    )
    CHANGESET_GONE = (
        "changeset-gone",
        _NOTE,
        "Nothing, where the action is to stay; else take it out.",
    )
    CONTEXT_FUNCTION_LEFT = (
        "context-function-left",
        _NOTE,
        "Write a function that does the same through Ash, where it is called.",
    )
    ACTION_NAMED = (
        "action-named",
        _NOTE,
        "Rename the action in its file, if you like: it is known by the comment above it.",
    )
    RESOURCE_UNKNOWN = "resource-unknown", _ERROR
    # what keeps verify from asking the project
    MIX_MISSING = "mix-missing", _ERROR
    COMPILE_FAILED = "compile-failed", _ERROR
    ASH_MISSING = "ash-missing", _ERROR
    ASH_TOO_OLD = "ash-too-old", _ERROR
    DOMAIN_UNLISTED = "domain-unlisted", _ERROR
    PLAIN_REPO = "plain-repo", _ERROR
    OTHER_DATABASE = "other-database", _ERROR
    REPO_UNREACHABLE = "repo-unreachable", _ERROR
    SCRIPT_FAILED = "script-failed", _ERROR
    OTHER_SERVER = "other-server", _NOTE
    WRITE_REFUSED = "write-refused", _ERROR
    # the limits of Ash
    COLUMN_UNSUPPORTED = "column-unsupported", _WARNING
    NAME_UNSUPPORTED = "name-unsupported", _WARNING
    COLUMN_EXCLUDED = "column-excluded", _NOTE
    COLUMN_REMOVED = (
        "column-removed",
        _NOTE,
        "To have it back, write the attribute into the resource again: the rest follows.",
    )
    COLUMN_UNREADABLE = (
        "column-unreadable",
        _WARNING,
        "Grant SELECT to the role that the application uses, or exclude the column.",
    )
    TABLE_UNREADABLE = (
        "table-unreadable",
        _WARNING,
        "Grant SELECT to the role that the application uses.",
    )
    NO_COLUMNS = (
        "no-columns",
        _WARNING,
        "Leave it to the legacy code, or map the types of its columns in [types].",
    )
    NO_PRIMARY_KEY = "no-primary-key", _NOTE
    KEY_CHOSEN = "key-chosen", _NOTE
    NO_CREATE = "no-create", _WARNING
    TENANT_NEEDED = (
        "tenant-needed",
        _NOTE,
        "Give the tenant whose rows are meant to each action that loads or filters by them.",
    )
    TYPE_PER_TENANT = (
        "type-per-tenant",
        _NOTE,
        "Nothing where no action filters by it; else make one type in public for all tenants.",
    )
    NO_RELATIONSHIP = "no-relationship", _WARNING
    PREDICATE_UNTRANSLATED = (
        "predicate-untranslated",
        _NOTE,
        "Upsert by another identity, or change the predicate in legacy code.",
    )
    DEFERRED_CONSTRAINT = (
        "deferred-constraint",
        _NOTE,
        "Check it before the write, or make it INITIALLY IMMEDIATE in legacy code.",
    )
    ROW_SECURITY = (
        "row-security",
        _NOTE,
        "Use the role and the settings that the policies of the table expect.",
    )
    REWRITE_RULE = "rewrite-rule", _NOTE
    TRIGGER = ("trigger", _NOTE, "Reload a record after a write that the trigger changes.")
    INHERITANCE = (
        "inheritance",
        _NOTE,
        "Read through the one that has the columns you need, and write there.",
    )
    NAME_CHANGED = "name-changed", _NOTE
    TABLE_SKIPPED = "table-skipped", _NOTE
    VALUE_RISK = "value-risk", _WARNING
    NOT_POPULATED = "not-populated", _WARNING


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One message to the user.

    `where` names the table, file or option it is about (empty when it is the whole run);
    `what` is the case; `todo` is what the user can do, and may be empty.
    """

    severity: Severity
    code: Code
    where: str = ""
    what: str
    todo: str = ""

    def sort_key(self) -> tuple[int, str, int, str, str]:
        """Errors first, then by place, lines by their number: the same order on every machine."""
        place, colon, line = self.where.rpartition(":")
        if not (colon and line.isascii() and line.isdigit()):
            place, line = self.where, "0"
        return (self.severity.rank, place, int(line), self.code.value, self.what)


class ScaffoldError(Exception):
    """Ends the run before anything is written. Carries the problems that say why."""

    def __init__(self, *problems: Problem, exit_code: Exit = Exit.FAILED) -> None:
        super().__init__("; ".join(problem.what for problem in problems))
        self.problems = problems
        self.exit_code = exit_code


def fail(code: Code, what: str, *, where: str = "", todo: str | None = None) -> ScaffoldError:
    """Build the error for a single fatal problem, to be raised by the caller."""
    return ScaffoldError(code.at(where, what, todo=todo, severity=Severity.ERROR))
