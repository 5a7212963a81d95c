"""Snapshots of the last generation, committed by the team under `priv/ash_scaffold`.

A module's snapshot holds its path, the table's facts, its entities as lines, and hashes that show
whether a person has edited the file since. Two copies of one schema give the same snapshot.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec

from ash_scaffold.ash.changesets import Parameter
from ash_scaffold.ash.hints import LegacySchema
from ash_scaffold.ash.relationship_id import RelationshipId
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name
from ash_scaffold.postgres.facts import VERSION as FACTS_VERSION
from ash_scaffold.postgres.facts import TableFacts, one_a_line, write_facts
from ash_scaffold.postgres.type_text import decode_type
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.project.mix_project import Generated, Resource
from ash_scaffold.regular_file import read_file

FOLDER = "priv/ash_scaffold"
# The format of a table that Ash owns is one of its own: older versions of the tool would take such
# a snapshot for one of a shared table, and write `migrate? false` again.
VERSION = 1
OWNED_VERSION = 2
T = TypeVar("T")
_PLAIN = re.compile(r"[a-z0-9_]+\Z")
_FRAGMENTS = re.compile(r"\bfragments: \[([^\]]*)\]")


class RelationshipName(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A relationship's name, with the fields of its `RelationshipId`."""

    name: str
    many: bool = False
    table: Name
    source: str
    destination: str
    through: Name | None = None
    rest: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, name: str, relationship: RelationshipId) -> RelationshipName:
        """Return the name of that relationship."""
        return cls(name=name, **relationship._asdict())

    @property
    def id(self) -> RelationshipId:
        """The identity of the relationship."""
        return RelationshipId(
            self.many, self.table, self.source, self.destination, self.through, self.rest
        )


FileStamp: TypeAlias = tuple[int, int, int] | None


# The names that people gave, by section, each with the one that would have been generated. What is
# generated uses them, so a file with such a name is an edited one, also where it equals that.
HandGivenNames: TypeAlias = Mapping[str, Mapping[str, str]]


class NamesSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The names that a table's objects have: they stay, whatever is added beside them.

    `attributes` are by column, where they differ from its name; `identities` by index. `removed`
    are the columns whose attribute a person took out, `hand_given` the names that a person gave.
    """

    attributes: dict[str, str] = {}
    relationships: tuple[RelationshipName, ...] = ()
    identities: dict[str, str] = {}
    removed: tuple[str, ...] = ()
    hand_given: HandGivenNames = msgspec.field(default={}, name="by_hand")


class FragmentSnapshot(msgspec.Struct, frozen=True):
    """The fragment that holds the generated part of a resource; `written` as in `Snapshot`."""

    module: str
    path: str
    written: str


class Ownership(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That a table was cut over: Ash migrates it.

    `since` is the version of the last migration that had run by then, 0 where none was recorded.
    """

    since: int = 0


class CarriedOver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An action that was made of a changeset function of the legacy code.

    `action` is the name that was generated, `kind` is `create` or `update`; `module`, `function`
    and `arity` are the changeset function's, `parameters` all of its own. `schema` is the Ecto
    schema that it changes.
    `digest` is of all the source that was read for it: another one means that it has changed since.
    """

    action: str
    kind: str
    module: str
    function: str
    arity: int
    schema: str = ""
    parameters: tuple[Parameter, ...] = ()
    digest: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last generation of one module.

    `path` is relative to the project; `planned` is the name that the module would have, had a
    person not renamed it; `table`, `domain`, `repo`, `names` and `facts` are set for a resource.
    `tool` is the version of ash-scaffold that wrote `entities`, `config_digest` a digest of the
    configuration and the legacy code then. `rendered` and `written` are SHA-256 of the text before
    and after the formatter. `fragment` is set for a resource with the layout of that name:
    `entities` are those of both modules then. `unresolved` names the objects in conflict with the
    person's text: `entities` has their older form. `legacy` are the Ecto schemas of the table,
    which hold on when they are gone. `hand_written` is set for a resource whose file a person wrote
    before anything was generated of it. `owned` is set for a resource in managed form, whose table
    Ash migrates: the version is `OWNED_VERSION` then, and only then. `changesets` are the actions
    of a fragment that holds those of the resource `resource`, which is pinned to `actions_of`;
    `interface` are the lines of the domain's code interface for them, `attributes` is a digest of
    the resource that they were made for, and `style` the one of `actions --style`.
    """

    version: int
    module: str
    path: str
    planned: str = ""
    table: Name | None = None
    domain: str | None = None
    repo: str | None = None
    tool: str = ""
    config_digest: str = msgspec.field(default="", name="choices")
    rendered: str
    written: str
    fragment: FragmentSnapshot | None = None
    unresolved: tuple[str, ...] = ()
    hand_written: bool = False
    owned: Ownership | None = None
    names: NamesSnapshot = NamesSnapshot()
    facts: TableFacts | None = None
    legacy: tuple[LegacySchema, ...] = ()
    resource: str = ""
    actions_of: Name | None = None
    attributes: str = ""
    style: str = ""
    interface: tuple[str, ...] = ()
    changesets: tuple[CarriedOver, ...] = ()
    entities: tuple[EntityLines, ...] = ()


class EncodedSnapshot(msgspec.Struct, frozen=True):
    """A snapshot as the `content` of its file, at `path`.

    `files` are those of the module and of its fragment.
    """

    path: str
    files: tuple[str, ...]
    content: bytes

    def decode(self) -> Snapshot:
        """Return the snapshot."""
        return _decode(self.content, self.path)


_FIELDS = msgspec.structs.fields(Snapshot)


class _Header(msgspec.Struct):
    version: int


def generated_files(snapshots: Mapping[str, Snapshot]) -> dict[str, Generated]:
    """Return the resource files that were generated, by path."""
    return {
        snapshot.path: Generated(
            snapshot.written,
            Resource(
                module=snapshot.module,
                path=snapshot.path,
                line=1,
                table=snapshot.table.name,
                schema=None if snapshot.table.schema == DEFAULT_SCHEMA else snapshot.table.schema,
                domain=snapshot.domain,
                repo=snapshot.repo,
                fragments=_fragments(snapshot),
            ),
            snapshot.entities if snapshot.fragment is None else (),
        )
        for snapshot in snapshots.values()
        if snapshot.table is not None
    }


def _fragments(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the fragments that a resource's `use` was generated with."""
    use = next((e.lines for e in snapshot.entities if (e.section, e.object) == ("", "use")), ())
    found = _FRAGMENTS.search(" ".join(use))
    return () if found is None else tuple(name.strip() for name in found[1].split(","))


def owned_tables(snapshots: Iterable[Snapshot]) -> frozenset[Name]:
    """Return the tables that were cut over."""
    return frozenset(
        each.table for each in snapshots if each.owned is not None and each.table is not None
    )


def is_hand_written(snapshot: Snapshot | None) -> bool:
    """Whether a resource that is in the project was written before anything was generated of it."""
    return snapshot is None or snapshot.hand_written


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _slug(name: str) -> str:
    """Make a file name of any name; names that a disk could confuse get a hash."""
    if _PLAIN.match(name):
        return name
    safe = re.sub(r"[^A-Za-z0-9_]+", "_", name)[:40]
    return f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def table_path(name: Name) -> str:
    """Return the path of a table's snapshot, relative to the project."""
    return f"{FOLDER}/{_slug(name.schema)}.{_slug(name.name)}.json"


def module_path(module: str) -> str:
    """Return the path of the snapshot of a domain or a support type."""
    return f"{FOLDER}/modules/{module}.json"


def snapshot_path(snapshot: Snapshot) -> str:
    """Return the path of a snapshot, relative to the project."""
    if snapshot.table is not None:
        return table_path(snapshot.table)
    return module_path(snapshot.module)


def encode(snapshot: Snapshot) -> bytes:
    """Write a snapshot as JSON, in lines so that a small change is a small diff."""
    members = []
    for field in _FIELDS:
        value = getattr(snapshot, field.name)
        if value == field.default:
            continue
        if isinstance(value, TableFacts):
            text = write_facts(value, "  ")
        elif isinstance(value, NamesSnapshot):
            text = _names(value)
        elif field.name == "entities":
            text = _json(value, 2).replace("\n", "\n  ")
        else:
            text = _json(value, 0)
        members.append(f'  "{field.encode_name}": {text}')
    return ("{\n" + ",\n".join(members) + "\n}\n").encode()


def _names(names: NamesSnapshot) -> str:
    members = []
    for kind, found in (("attributes", names.attributes), ("identities", names.identities)):
        if found:
            lines = (f"      {_json(key, 0)}: {_json(name, 0)}" for key, name in found.items())
            members.append(f'    "{kind}": {{\n' + ",\n".join(lines) + "\n    }")
    if names.relationships:
        listed = one_a_line(names.relationships, "      ")
        members.append(f'    "relationships": [\n{listed}\n    ]')
    if names.removed:
        members.append(f'    "removed": {_json(names.removed, 0)}')
    if names.hand_given:
        members.append(f'    "by_hand": {_json(names.hand_given, 0)}')
    return "{\n" + ",\n".join(members) + "\n  }"


def _json(value: object, indent: int) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=indent).decode()


def read_snapshots(root: Path) -> Mapping[str, Snapshot]:
    """Read all snapshots of a project, by module.

    Raises `ScaffoldError` for one that is broken, or of a newer version of the tool.
    """
    snapshots = (_read(f"{root}/{path}", path) for path in _paths(root))
    return {snapshot.module: snapshot for snapshot in snapshots}


def file_stamps(root: Path) -> Mapping[str, FileStamp]:
    """Return what tells each snapshot's file from one that was saved later, by its path.

    Raises `ScaffoldError` for a folder that can't be read.
    """
    return {path: file_stamp(f"{root}/{path}") for path in _paths(root)}


def file_stamp(path: str) -> FileStamp:
    """Return inode, size and time of a file, None when there is none."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _paths(root: Path) -> list[str]:
    """Return the paths of all snapshots below the root, in the order of folders and names."""
    found: list[str] = []
    # As text: a path object for each of thousands would take as long as to read them.
    for folder in (FOLDER, f"{FOLDER}/modules"):
        place = f"{root}/{folder}"
        try:
            names = os.listdir(place)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise _unread(place, "folder of snapshots", error) from error
        found += [
            f"{folder}/{name}" for name in names if name.endswith(".json") and name[:1] != "."
        ]
    return sorted(found, key=lambda path: path.split("/"))


def _unread(where: str, what: str, error: OSError) -> ScaffoldError:
    return fail(
        Code.SNAPSHOT_INVALID,
        f"The {what} can't be read: {error.strerror}.",
        where=where,
        todo="Give yourself the right to read it. What it says is needed, so don't delete it; if "
        "it is something else by now, restore it from version control.",
    )


def _read(path: str, where: str) -> Snapshot:
    try:
        snapshot = _decode(read_file(path), where)
    except OSError as error:
        raise _unread(where, "snapshot", error) from error
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise fail(
            Code.SNAPSHOT_INVALID,
            f"The snapshot can't be read: {error}",
            where=where,
            todo="Restore it from version control, or delete it: the next run then takes the "
            "module for one that was written by hand.",
        ) from error
    if snapshot.facts is not None and snapshot.facts.version > FACTS_VERSION:
        raise _newer(where, snapshot.facts.version, FACTS_VERSION)
    if (snapshot.owned is not None) != (snapshot.version == OWNED_VERSION) or (
        snapshot.owned is not None and snapshot.table is None
    ):
        raise fail(
            Code.SNAPSHOT_INVALID,
            "The snapshot does not say clearly whether Ash owns the table: `owned` goes with "
            f"version {OWNED_VERSION}, and with a table.",
            where=where,
            todo="Restore it from version control.",
        )
    return snapshot


def _decode(content: bytes, where: str) -> Snapshot:
    try:
        snapshot = decode_json(content, Snapshot, decode_type)
    except msgspec.ValidationError:
        # A misfit may be of a later version, which is the better reason.
        header = decode_json(content, _Header)
        if header.version > OWNED_VERSION:
            raise _newer(where, header.version, OWNED_VERSION) from None
        raise
    if snapshot.version > OWNED_VERSION:
        raise _newer(where, snapshot.version, OWNED_VERSION)
    return snapshot


def decode_json(
    content: bytes, type_: type[T], dec_hook: Callable[[type, Any], Any] | None = None
) -> T:
    """Decode JSON that somebody may have edited.

    Raises `msgspec.DecodeError` for whatever is wrong with it, also for bytes that are no text and
    for lists in lists without end, of which msgspec has errors of other kinds.
    """
    try:
        return msgspec.json.decode(content, type=type_, dec_hook=dec_hook)
    except UnicodeDecodeError as error:
        what = f"byte {error.start} of a name or a text is not UTF-8"
    except RecursionError:
        what = "it is nested too deeply"
    raise msgspec.DecodeError(what)


def _newer(where: str, version: int, known: int) -> ScaffoldError:
    return fail(
        Code.SNAPSHOT_INVALID,
        f"The snapshot is of version {version}; this ash-scaffold reads up to {known}.",
        where=where,
        todo="Install the version of ash-scaffold that your team uses.",
    )
