"""Compares every module with its file, and merges where a person has edited it.

Of each module there are three versions: the base (its snapshot), theirs (as rendered now) and ours
(the file). A file that is byte for byte as it was generated follows; any other is merged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from ash_scaffold import __version__
from ash_scaffold.ash.model import ReadResource
from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.elixir.adopt import adopt
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.merge import (
    USE,
    Adoption,
    Conflict,
    DatabaseObjects,
    MergeContext,
    Merged,
    Note,
    NoteKind,
    Part,
    Spread,
    TableRenames,
    assemble,
    entities,
    merge,
    merge_narrow,
    merge_spread,
    with_texts_of,
)
from ash_scaffold.generate.files import File, Files, Status, read_text, with_free_paths
from ash_scaffold.generate.hand_written import (
    adoption_of,
    as_written,
    differences_of,
    present_columns,
    read_files,
    unneeded_types,
    unsure_problems,
)
from ash_scaffold.generate.module_versions import (
    FRAGMENT_USE,
    ModuleVersions,
    Settings,
    all_entities,
    entities_of,
    in_old_style,
    merged_uses,
    module_versions,
    new_snapshot,
    other_modules,
    resource_entities,
    settled_snapshot,
    use_of,
)
from ash_scaffold.generate.modules import Module, earlier_types, generated_entities
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.format import format_files, formatter_calls
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.schema_changes import SchemaChanges
from ash_scaffold.project.snapshot import EncodedSnapshot, Snapshot, digest, is_hand_written
from ash_scaffold.syntax.modules import modules as modules_of
from ash_scaffold.syntax.parse import parse
from ash_scaffold.toml_text import quoted

_ACTIONS = "actions"
# How an action begins that came of a changeset function.
_CARRIED = ("create :", "update :")
_DOMAIN_USE = re.compile(r"^  use Ash\.Domain\b", re.MULTILINE)
_MODULE = re.compile(r"[A-Z]\w*(?:\.[A-Z]\w*)*")
_SHOWN = 160
_FUNCTION = re.compile(r"\.defp? [\w?!]+/\d+\Z")


def regenerate(
    modules: Iterable[Module], project: Project, changes: SchemaChanges, settings: Settings
) -> Files:
    """Compare every module with its file, and merge where it was edited.

    A new module whose file holds another one gets a file of its own. Raises `ScaffoldError` for a
    file that is no Elixir.
    """
    ordered, moved = with_free_paths(modules, project)
    before = _texts(ordered, project, changes)
    all_versions = [module_versions(module, changes, project, before) for module in ordered]
    settled = {each.module.name for each in all_versions if each.is_settled(settings)}
    read = _read_edited(all_versions, settled, project, settings)
    if any(each.is_new and each.module.table is None for each in all_versions):
        unneeded = unneeded_types(settings.planned.values(), read, changes.resources)
        unneeded |= _of_other_style(all_versions, settled)
        all_versions = [v for v in all_versions if not (v.is_new and v.module.name in unneeded)]
        ordered = [each.module for each in all_versions]
    wanted = {
        name: text
        for module in ordered
        if module.name not in settled
        for name, text in module.texts.items()
    }
    formatted, problems = _format(wanted, project, settings)
    trusted = {
        part.name
        for each in ordered
        for part in each.parts
        if part.sections or each.encoded is not None
    }
    for name, text in formatted.items():
        if name not in trusted:
            _require_module(name, text)
    writer = Writer(changes, settings, formatted, before, read)
    files: list[File] = []
    for versions in all_versions:
        is_settled = versions.module.name in settled
        files += writer.leave(versions) if is_settled else writer.write(versions)
    files = [file for file in files if not _is_unnamed(file, writer.texts.values())]
    tidied, more = _tidy(writer.merged, before, writer.texts, project, settings)
    files = [_final(file, tidied.get(file.path, writer.texts[file.path])) for file in files]
    said = [moved[part.name] for each in ordered for part in each.parts if part.name in moved]
    return Files(files=tuple(files), problems=(*said, *problems, *more, *writer.problems))


def _of_other_style(
    all_versions: Sequence[ModuleVersions], settled: Collection[str]
) -> frozenset[str]:
    """Return the new modules that only modules name which stay as another version wrote them."""
    if not settled:
        return frozenset()
    new = {each.module.name for each in all_versions if each.is_new and each.module.table is None}
    wanted: set[str] = set()
    there: set[str] = set()
    for each in all_versions:
        named = _modules_in(*each.module.texts.values()) & new - {each.module.name}
        if named and each.module.name in settled:
            in_file = named & _modules_in(each.ours or "", each.fragment_ours or "")
            there |= in_file
            wanted |= named - in_file
        else:
            there |= named
    return frozenset(wanted - there)


def _is_unnamed(file: File, texts: Iterable[str | None]) -> bool:
    """Whether a new type would be named by none of the files, which have what was there before."""
    name = file.module.name
    if file.base is not None or not earlier_types([name]):
        return False
    named = (_modules_in(text) for text in texts if text is not None and name in text)
    return sum(name in each for each in named) < 2


def _modules_in(*texts: str) -> set[str]:
    """Return the modules that texts name, and what stands before the dots of their names."""
    found: set[str] = set()
    for name in {each for text in texts for each in _MODULE.findall(text)}:
        while name and name not in found:
            found.add(name)
            name = name.rpartition(".")[0]
    return found


def _read_edited(
    all_versions: Sequence[ModuleVersions],
    settled: Collection[str],
    project: Project,
    settings: Settings,
) -> dict[str, ReadResource]:
    """Read the resources that are merged as they are in their files, and hand-written ones.

    The latter only where a type is new, which they may not need. Of a resource of which most is as
    it was generated the names in its file tell all that a merge asks of it.
    """
    any_new = any(each.is_new and each.module.table is None for each in all_versions)
    names = [
        each.module.name
        for each in all_versions
        if each.module.table is not None and each.ours is not None and not each.is_pure
        if each.module.name not in settled or (any_new and is_hand_written(each.base))
        if _names_of(each, settings) is None or not each.is_known_by_edits(project)
    ]
    resources = (project.resource(name) for name in names)
    return read_files(project, [each for each in resources if each is not None])


def _texts(
    modules: list[Module], project: Project, changes: SchemaChanges
) -> dict[str, str | None]:
    """Read the files of all modules. Raises `ScaffoldError` for one that can't be read."""
    parts = [part for each in modules for part in each.parts]
    paths = {part.path for part in parts}
    snapshots = changes.modules
    paths |= {other.path for each in modules for other in other_modules(each, project, snapshots)}
    return {path: read_text(project, path) for path in sorted(paths)}


def _final(file: File, after: str | None) -> File:
    """Give a file the text that all its modules came to."""
    snapshot = file.snapshot
    if isinstance(snapshot, Snapshot) and file.status is Status.CHANGED and after is not None:
        snapshot = msgspec.structs.replace(snapshot, written=digest(after))
    return msgspec.structs.replace(file, after=after, snapshot=snapshot)


def _format(
    texts: Mapping[str, str], project: Project, settings: Settings
) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    if not settings.use_formatter or not texts:
        return texts, ()
    result = format_files(
        texts,
        project,
        locals_without_parens=formatter_calls(),
        run_project=settings.run_project,
    )
    return result.texts, result.problems


def _tidy(
    paths: Iterable[str],
    before: Mapping[str, str | None],
    after: Mapping[str, str | None],
    project: Project,
    settings: Settings,
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Format merged files, but only those that were formatted before."""
    texts = {}
    for path in sorted(paths):
        old, new = before[path], after[path]
        if old is not None and new is not None:
            texts[f"{path} before"], texts[path] = old, new
    formatted, problems = _format(texts, project, settings)
    clean = {
        path: formatted[path]
        for path in sorted(paths)
        if formatted.get(f"{path} before") == before[path] and path in formatted
    }
    return clean, problems


def _require_module(name: str, text: str) -> None:
    """Refuse the text of a user's template that does not define the module."""
    tree = parse(text.encode())
    if tree.fault is None and [each.name for each in modules_of(tree)][:1] == [name]:
        return
    what = "is not valid Elixir" if tree.fault is not None else "does not define it first"
    raise fail(
        Code.TEMPLATE_ERROR,
        f"What the templates give for {name} {what}.",
        where=name,
        todo="Fix the template in your folder of templates.",
    )


class Writer:
    """Writes one module after another; several may share a file.

    `texts` are the files as they will be, `merged` the paths of those that were merged; `read` are
    the resources in edited files by module.
    """

    def __init__(
        self,
        changes: SchemaChanges,
        settings: Settings,
        formatted: Mapping[str, str],
        texts: Mapping[str, str | None],
        read: Mapping[str, ReadResource],
    ) -> None:
        self._changes = changes
        self._settings = settings
        self._formatted = formatted
        self._read = read
        self._types = {
            *changes.modules,
            *(s.module for p in settings.planned.values() for s in p.draft.columns.supports),
        }
        self._earlier = earlier_types(self._types)
        self._before = dict(texts)
        self.texts = dict(texts)
        self.merged: set[str] = set()
        self.problems: list[Problem] = []

    def leave(self, versions: ModuleVersions) -> list[File]:
        """Keep a module's text; only the content of its snapshot may change."""
        assert versions.base is not None
        snapshot = settled_snapshot(versions.module, versions.base)
        path = versions.module.path
        return [
            File(
                module=versions.module,
                status=Status.UNCHANGED,
                before=self._before[path],
                after=self.texts[path],
                snapshot=snapshot,
                base=versions.base,
            )
        ]

    def write(self, versions: ModuleVersions) -> list[File]:
        """Give a module its new text."""
        module = versions.module
        theirs, tool = self._theirs(versions)
        texts = {each.path: theirs[each.name] for each in module.parts}
        new = all(self.texts[path] is None for path in texts)
        if new and versions.is_as_encoded and theirs == module.texts:
            return self._files(versions, texts, tool, (), status=None, encoded=module.encoded)
        if new or texts.items() <= self.texts.items() or (versions.is_pure and tool == __version__):
            found = all_entities(module, theirs)
            return self._files(versions, texts, tool, found, status=None)
        if versions.is_spread:
            return self._spread(versions, theirs, tool)
        return self._merge(versions, theirs[module.name], tool)

    def _theirs(self, versions: ModuleVersions) -> tuple[dict[str, str], str]:
        """Return the module's new texts, and the version in whose style they are."""
        module, base = versions.module, versions.base
        texts = {name: self._formatted[name] for name in module.texts}
        if base is None or self._settings.refresh_style:
            return texts, __version__
        if versions.by_other_version(self._settings):
            return self._in_old_style(versions), base.tool
        for each in module.parts:
            text = texts[each.name]
            known = generated_entities(each, text) if each.sections else None
            texts[each.name] = with_texts_of(
                entities_of(each, module, base.entities),
                text,
                DatabaseObjects(each.owner),
                self._earlier,
                known,
            )
        return texts, __version__

    def _in_old_style(self, versions: ModuleVersions) -> dict[str, str]:
        """Return the module's new texts with what only the version changed as it was."""
        base = versions.base.entities if versions.base is not None else ()
        return {
            each.name: in_old_style(
                each.name,
                entities_of(each, versions.module, base),
                self._settings.old_texts[each.name],
                each.text,
                self._formatted[each.name],
                owner=each.owner,
            )
            for each in versions.module.parts
        }

    def _merge(self, versions: ModuleVersions, theirs: str, tool: str) -> list[File]:
        module = versions.module
        text = self._ours(versions, theirs)
        accepted = self._settings.accepted | self._of_style(versions, text)
        found = generated_entities(module, theirs)
        merged = self._merged_narrow(versions, text, theirs, found, accepted) or self._merged(
            versions, text, theirs, accepted
        )
        notes = [each for each in merged.notes if not _is_adopted(versions, each)]
        self.problems += self._unsure(versions)
        self.problems += conflict_problems(module.path, merged.conflicts)
        self.problems += note_problems(module.path, notes)
        return self._files(
            versions,
            {module.path: merged.text.decode()},
            tool,
            found if merged.base == theirs else entities(merged.base),
            status=_status_of(merged.conflicts),
            conflicts=merged.conflicts,
        )

    def _ours(self, versions: ModuleVersions, theirs: str) -> str:
        """Return the file, a legacy context that is adopted as the domain that it is to be."""
        module = versions.module
        text = self.texts[module.path]
        assert text is not None
        if not module.adopts:
            return text
        use = use_of(entities(theirs), USE[1])
        try:
            return adopt(text.encode(), module.name, use).decode()
        except ScaffoldError as error:
            raise _placed(error, module.path) from error

    def _merged(
        self, versions: ModuleVersions, text: str, theirs: str, accepted: frozenset[str]
    ) -> Merged:
        module = versions.module
        try:
            return merge(
                text.encode(),
                _base(versions, theirs),
                theirs,
                module=module.name,
                context=self._context(versions, accepted),
            )
        except ScaffoldError as error:
            raise _placed(error, module.path) from error

    def _merged_narrow(
        self,
        versions: ModuleVersions,
        text: str,
        theirs: str,
        found: Sequence[EntityLines],
        accepted: frozenset[str],
    ) -> Merged | None:
        """Merge without a parse of the whole file; None where it takes one. `found` are theirs."""
        module, base = versions.module, versions.base
        if base is None or base.unresolved or base.hand_written or base.names.hand_given:
            return None
        return merge_narrow(
            text,
            entities_of(module, module, base.entities),
            found,
            theirs,
            module=module.name,
            context=self._context(versions, accepted),
        )

    def _of_style(self, versions: ModuleVersions, text: str) -> frozenset[str]:
        """Return the edited objects that a new style alone would change: the edit stays."""
        if not (self._settings.refresh_style and versions.by_other_version(self._settings)):
            return frozenset()
        name, accepted = versions.module.name, self._settings.accepted
        both = self._merged(versions, text, self._formatted[name], accepted)
        if not both.conflicts:
            return frozenset()
        schema = self._merged(versions, text, self._in_old_style(versions)[name], accepted)
        return frozenset(both.unresolved) - frozenset(schema.unresolved)

    def _spread(self, versions: ModuleVersions, theirs: Mapping[str, str], tool: str) -> list[File]:
        module = versions.module
        found = all_entities(module, theirs)
        home, guests = self._places(versions, found)
        paths = {part.path for part in (home, *guests)}
        current = {path: self.texts[path] for path in paths}
        if home.fresh:
            current[home.path] = theirs[home.module]
        try:
            spread = merge_spread(
                {path: text.encode() for path, text in current.items() if text is not None},
                home,
                guests,
                resource_entities(versions.base.entities if versions.base is not None else ()),
                resource_entities(found),
                resource=module.name,
                context=self._context(versions, self._settings.accepted),
            )
        except ScaffoldError as error:
            raise _placed(error, module.path) from error
        self.problems += self._unsure(versions)
        for path, conflict in spread.conflicts:
            self.problems += conflict_problems(path, [conflict])
        for path, note in spread.notes:
            if not _is_adopted(versions, note):
                self.problems += note_problems(path, [note])
        uses = merged_uses(found, module, spread)
        conflicts = tuple(each for _, each in spread.conflicts)
        return self._files(
            versions,
            self._left(spread, guests),
            tool,
            (*uses, *spread.base),
            status=_status_of(conflicts),
            conflicts=conflicts,
        )

    def _places(
        self, versions: ModuleVersions, found: Sequence[EntityLines]
    ) -> tuple[Part, list[Part]]:
        """Say what of a resource is home to what is generated, and what else there is of it."""
        module, base = versions.module, versions.base
        before = use_of(base.entities if base is not None else (), USE[1])
        main = Part(module=module.name, path=module.path, use=(before, use_of(found, USE[1])))
        was = base.fragment if base is not None else None
        others = [
            Part(
                module=each.module,
                path=each.path,
                # The fragment of a layout that was given up.
                leaves=was is not None and each.module == was.module,
                use=(use_of(base.entities, FRAGMENT_USE),) * 2
                if base is not None and was is not None and each.module == was.module
                else ("", ""),
            )
            for each in versions.others
        ]
        if module.fragment is None:
            return main, others
        use = use_of(found, FRAGMENT_USE)
        home = Part(
            module=module.fragment.name,
            path=module.fragment.path,
            use=(use_of(base.entities if base is not None else (), FRAGMENT_USE), use),
            fresh=versions.fragment_ours is None,
        )
        if home.fresh:
            home = msgspec.structs.replace(home, use=(use, use))
        inline = before or use_of(entities(module.inline), USE[1])
        main = msgspec.structs.replace(
            main, use=(inline, main.use[1]), leaves=base is not None and was is None
        )
        return home, [main, *others] if self.texts[module.path] is not None else others

    def _left(self, spread: Spread, guests: Iterable[Part]) -> dict[str, str | None]:
        """Take the fragments away that are left with nothing."""
        texts: dict[str, str | None] = {path: t.decode() for path, t in spread.texts.items()}
        for guest in guests:
            is_fragment = bool(guest.use[0]) and guest.use[0] == guest.use[1]
            if guest.leaves and guest.module in spread.empty and is_fragment:
                texts[guest.path] = None
        return texts

    def _files(
        self,
        versions: ModuleVersions,
        texts: Mapping[str, str | None],
        tool: str,
        found: Sequence[EntityLines],
        *,
        status: Status | None,
        conflicts: tuple[Conflict, ...] = (),
        encoded: EncodedSnapshot | None = None,
    ) -> list[File]:
        """Take over the texts; the first file is the module's own, with its snapshot.

        That is the `encoded` one, if there is one, else made of the entities that were `found`.
        """
        module = versions.module
        merged = status is not None
        for path, text in texts.items():
            if merged and text != self.texts[path]:
                self.merged.add(path)
            self.texts[path] = text
        if module.path not in texts:
            # A fragment is there and the resource's own file is not.
            self.texts[module.path] = self._formatted[module.name]
        written = {each.name: self._formatted[each.name] for each in module.parts}
        if versions.is_pure:
            written = {each.name: texts[each.path] or "" for each in module.parts}
        unresolved = tuple(dict.fromkeys(each.name for each in conflicts))
        base = versions.base
        snapshot = encoded or new_snapshot(
            module,
            base,
            tool,
            written,
            found,
            unresolved,
            hand_written=(merged and module.table is not None)
            if base is None
            else base.hand_written,
        )
        files = []
        for path in dict.fromkeys((module.path, *texts)):
            own = path == module.path
            name = next((each.name for each in module.parts if each.path == path), path)
            files.append(
                File(
                    module=module if own else Module(name=name, path=path, text=""),
                    status=self._status(
                        path, status if own else None, merged=merged, pure=versions.is_pure
                    ),
                    before=self._before[path],
                    after=self.texts[path],
                    snapshot=snapshot if own else None,
                    base=versions.base if own else None,
                    conflicts=conflicts if own else (),
                )
            )
        return files

    def _status(self, path: str, status: Status | None, *, merged: bool, pure: bool) -> Status:
        before, after = self._before[path], self.texts[path]
        if status is Status.CONFLICT:
            return status
        if before == after:
            return Status.UNCHANGED
        if before is None:
            return Status.CREATED
        if after is None:
            return Status.DELETED
        return Status.MERGED if merged and not pure else Status.CHANGED

    def _context(self, versions: ModuleVersions, accepted: frozenset[str]) -> MergeContext:
        table, changes = versions.module.table, self._changes.renames
        found, names = self._read.get(versions.module.name), _names_of(versions, self._settings)
        present = frozenset(names.attributes) if names is not None else frozenset()
        renames = TableRenames()
        if table is not None:
            renames = TableRenames(changes.columns_of(table), changes.constraints_for(table))
        return MergeContext(
            scope=versions.module.scope,
            accepted=accepted,
            renames=renames,
            hand_given_names={} if versions.base is None else versions.base.names.hand_given,
            present=present if found is None else present_columns(found),
            adoption=self._adoption(versions, found),
        )

    def _unsure(self, versions: ModuleVersions) -> list[Problem]:
        found = self._read.get(versions.module.name)
        item = self._settings.planned.get(versions.module.name)
        if versions.base is not None or found is None or item is None:
            return []
        return list(unsure_problems(item, found))

    def _adoption(self, versions: ModuleVersions, found: ReadResource | None) -> Adoption | None:
        """Return what a resource lacks that was written by hand, None for any other module."""
        item = self._settings.planned.get(versions.module.name)
        if versions.base is not None or found is None or item is None:
            return None
        return adoption_of(
            item.resource,
            differences_of(item, as_written(found), self._types, hand_written=True),
        )


def _names_of(versions: ModuleVersions, settings: Settings) -> ResourceNames | None:
    """Return the names in the file of a resource, None where it is as it was generated."""
    base = versions.base
    return None if base is None or base.table is None else settings.names.get(base.table)


def _base(versions: ModuleVersions, theirs: str) -> str:
    """Return the text that was generated of a module that has no others.

    Of a hand-written module that is only the actions: the person decides which there are, and two
    of one name would not compile.
    """
    module, base = versions.module, versions.base
    if base is None:
        return assemble(module.name, [e for e in entities(theirs) if e.section == _ACTIONS])
    return assemble(module.name, entities_of(module, module, base.entities))


def _is_adopted(versions: ModuleVersions, note: Note) -> bool:
    """Whether a note is about text that a run itself left out: default actions, a `use`.

    What a hand-written domain says beside its entries is the team's own.
    """
    if versions.module.adopts and not note.section:
        return True
    if versions.base is not None:
        # What nobody ever wrote was not removed, and what a belongs_to says is the person's.
        return versions.base.hand_written and not note.ours
    if note.kind is NoteKind.REMOVED:
        return note.section == _ACTIONS
    return _DOMAIN_USE.search(versions.module.text) is not None


def _status_of(conflicts: Sequence[Conflict]) -> Status:
    return Status.CONFLICT if conflicts else Status.MERGED


def _placed(error: ScaffoldError, path: str) -> ScaffoldError:
    return ScaffoldError(*(msgspec.structs.replace(each, where=path) for each in error.problems))


def conflict_problems(path: str, conflicts: Iterable[Conflict]) -> list[Problem]:
    """Return an error for every conflict in a file."""
    return [
        Code.CONFLICT.at(
            f"{path}: {each.name}",
            _what(each),
            todo="Edit it to what you want, or say that it stays, in ash_scaffold.toml:\n"
            f'[[accept]]\nobject = {quoted(each.name)}\nreason = "…"',
        )
        for each in conflicts
    ]


def note_problems(path: str, notes: Iterable[Note]) -> list[Problem]:
    """Return the problems of what people took out, or wrote otherwise."""
    found = []
    for note in notes:
        name = note.object if note.option is None else f"{note.object}.{note.option}"
        where = f"{path}: {name}"
        if note.kind is NoteKind.DIFFERS:
            what = (
                f"It says {_one_line(note.ours)}; the database has {_one_line(note.theirs)}. "
                "The hand-written text stays."
            )
            found.append(Code.DIFFERS.at(where, what))
        elif note.kind is NoteKind.REMOVED:
            what = "It was removed by hand, so it stays out."
            found.append(Code.REMOVED_BY_HAND.at(where, what))
    return found


def _what(each: Conflict) -> str:
    if each.section == _ACTIONS and each.base and each.base[0].startswith(_CARRIED):
        return (
            "Its changeset function has changed since, and it was edited here by hand: the edit "
            "stays."
        )
    if not each.section and each.theirs and _FUNCTION.search(each.object):
        return (
            "What is generated here has changed since, and it was edited by hand: the edit stays."
        )
    if not each.section and each.option is None and each.ours and len(each.ours) > 1:
        return "The file can't be merged, so it is left as it is."
    if not each.theirs:
        return (
            "It was dropped from the database, and it was edited here by hand: it stays, "
            "but has nothing to refer to."
        )
    return (
        "The schema now calls for different code here, where it was edited by hand: the edit stays."
    )


def _one_line(lines: Sequence[str]) -> str:
    text = " ".join(line.strip() for line in lines)
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN]}…"
    return f"`{text}`" if text else "nothing"
