"""Problems as values: what could not be done or said, where, and what to do about it.

Nothing below the command line prints. Whatever goes wrong, or can't be said in Ash, becomes a
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


class Exit(IntEnum):
    """The exit codes of every command."""

    OK = 0
    FINDINGS = 1
    FAILED = 2
    INTERRUPTED = 130


class Code(StrEnum):
    """Every kind of problem there is. The value is what users see and may search for."""

    # the database
    NO_DATABASE = "no-database"
    BAD_URL = "bad-url"
    CONNECTION_FAILED = "connection-failed"
    ACCESS_DENIED = "access-denied"
    SERVER_TOO_OLD = "server-too-old"
    DATABASE_ERROR = "database-error"
    NO_LOCAL_SERVER = "no-local-server"
    DUMP_UNREADABLE = "dump-unreadable"
    DUMP_ERROR = "dump-error"
    EXTENSION_MISSING = "extension-missing"
    # the project and its configuration
    NOT_A_MIX_PROJECT = "not-a-mix-project"
    CONFIG_INVALID = "config-invalid"
    UNKNOWN_NAME = "unknown-name"
    INVALID_MODULE_NAME = "invalid-module-name"
    NO_TABLES = "no-tables"
    MODULE_COLLISION = "module-collision"
    LEGACY_COLLISION = "legacy-collision"
    UNPARSABLE_FILE = "unparsable-file"
    NOT_WRITABLE = "not-writable"
    SNAPSHOT_INVALID = "snapshot-invalid"
    TEMPLATE_ERROR = "template-error"
    EDITED_FILE = "edited-file"
    CONFLICT = "conflict"
    DIFFERS = "differs"
    REMOVED_BY_HAND = "removed-by-hand"
    RENAME_UNCLEAR = "rename-unclear"
    RENAMED = "renamed"
    TABLE_GONE = "table-gone"
    CONTEXT_ADOPTED = "context-adopted"
    DOMAIN_OBSOLETE = "domain-obsolete"
    FORMATTER_MISSING = "formatter-missing"
    FORMATTER_FAILED = "formatter-failed"
    USAGE = "usage"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal-error"
    # what the legacy code says
    LEGACY_TABLE_MISSING = "legacy-table-missing"
    LEGACY_FIELD_WITHOUT_COLUMN = "legacy-field-without-column"
    LEGACY_COLUMN_UNKNOWN = "legacy-column-unknown"
    LEGACY_LABEL_UNKNOWN = "legacy-label-unknown"
    LEGACY_VALUE_UNKNOWN = "legacy-value-unknown"
    LEGACY_TYPE_DISAGREES = "legacy-type-disagrees"
    LEGACY_PRECISION = "legacy-precision"
    LEGACY_NO_FOREIGN_KEY = "legacy-no-foreign-key"
    LEGACY_TABLE_SHARED = "legacy-table-shared"
    LEGACY_CUSTOM_TYPE = "legacy-custom-type"
    LEGACY_GENERATOR = "legacy-generator"
    LEGACY_UNREAD = "legacy-unread"
    # what keeps verify from asking the project
    MIX_MISSING = "mix-missing"
    COMPILE_FAILED = "compile-failed"
    ASH_MISSING = "ash-missing"
    ASH_TOO_OLD = "ash-too-old"
    DOMAIN_UNLISTED = "domain-unlisted"
    PLAIN_REPO = "plain-repo"
    OTHER_DATABASE = "other-database"
    REPO_UNREACHABLE = "repo-unreachable"
    SCRIPT_FAILED = "script-failed"
    WRITE_REFUSED = "write-refused"
    # what can't be said in Ash
    COLUMN_UNSUPPORTED = "column-unsupported"
    NAME_UNSUPPORTED = "name-unsupported"
    COLUMN_EXCLUDED = "column-excluded"
    COLUMN_REMOVED = "column-removed"
    COLUMN_UNREADABLE = "column-unreadable"
    TABLE_UNREADABLE = "table-unreadable"
    NO_COLUMNS = "no-columns"
    NO_PRIMARY_KEY = "no-primary-key"
    KEY_CHOSEN = "key-chosen"
    NO_CREATE = "no-create"
    NO_RELATIONSHIP = "no-relationship"
    PREDICATE_UNTRANSLATED = "predicate-untranslated"
    CONSTRAINT_UNREGISTERED = "constraint-unregistered"
    DEFERRED_CONSTRAINT = "deferred-constraint"
    ROW_SECURITY = "row-security"
    REWRITE_RULE = "rewrite-rule"
    TRIGGER = "trigger"
    INHERITANCE = "inheritance"
    NAME_CHANGED = "name-changed"
    TABLE_SKIPPED = "table-skipped"
    VALUE_RISK = "value-risk"
    EXTENSION_NEEDED = "extension-needed"
    REPO_SETTING = "repo-setting"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell the user.

    `where` names the table, file or option it is about (empty when it is the whole run);
    `what` says what is the case; `todo` says what the user can do, and may be empty.
    """

    severity: Severity
    code: Code
    where: str = ""
    what: str
    todo: str = ""

    def sort_key(self) -> tuple[int, str, str, str]:
        """Errors first, then by place: the same order on every machine."""
        rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}[self.severity]
        return (rank, self.where, self.code.value, self.what)


class ScaffoldError(Exception):
    """Ends the run before anything is written. Carries the problems that say why."""

    def __init__(self, *problems: Problem, exit_code: Exit = Exit.FAILED) -> None:
        super().__init__("; ".join(problem.what for problem in problems))
        self.problems = problems
        self.exit_code = exit_code


def fail(code: Code, what: str, *, where: str = "", todo: str = "") -> ScaffoldError:
    """Build the error for a single fatal problem, to be raised by the caller."""
    return ScaffoldError(
        Problem(severity=Severity.ERROR, code=code, where=where, what=what, todo=todo)
    )
