"""Brings modules to their new text: whole where nobody has touched them, merged elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ash_scaffold import __version__
from ash_scaffold.elixir.adopt import adopt
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.merge import (
    USE,
    MergeContext,
    Merged,
    Part,
    Renames,
    Spread,
    assemble,
    entities,
    merge,
    merge_spread,
)
from ash_scaffold.elixir.merge.resolve import Conflict, Note, NoteKind
from ash_scaffold.generate.case import Case, Settings
from ash_scaffold.generate.files import File, Status
from ash_scaffold.generate.kept import (
    FRAGMENT_USE,
    all_entities,
    content,
    entities_of,
    kept_snapshot,
    merged_uses,
    new_snapshot,
    use_of,
)
from ash_scaffold.generate.modules import Module
from ash_scaffold.generate.style import in_old_style
from ash_scaffold.generate.told import conflict_problems, note_problems
from ash_scaffold.problem import Problem, ScaffoldError
from ash_scaffold.project.schema_changes import SchemaChanges
from ash_scaffold.project.snapshot import Snapshot

_ACTIONS = "actions"


class Writer:
    """Writes one case after another; several may share a file.

    `texts` are the files as they will be, `merged` the paths of those that were merged.
    """

    def __init__(
        self,
        changes: SchemaChanges,
        settings: Settings,
        formatted: Mapping[str, str],
        texts: Mapping[str, str | None],
    ) -> None:
        self._changes = changes
        self._settings = settings
        self._formatted = formatted
        self._before = dict(texts)
        self.texts = dict(texts)
        self.merged: set[str] = set()
        self.problems: list[Problem] = []

    def leave(self, case: Case) -> list[File]:
        """Keep a module's text: nothing is to change but what the snapshot says of it."""
        assert case.old is not None
        snapshot = kept_snapshot(case.module, case.old)
        return [self._file(case.module, Status.UNCHANGED, snapshot, case.old)]

    def write(self, case: Case) -> list[File]:
        """Give a module its new text."""
        module = case.module
        theirs, tool = self._theirs(case)
        texts = {each.path: theirs[each.name] for each in module.parts}
        new = all(self.texts[path] is None for path in texts)
        if new or texts.items() <= self.texts.items() or (case.is_pure and tool == __version__):
            found = all_entities(module, theirs)
            return self._files(case, texts, tool, found, status=None)
        if case.is_spread:
            return self._spread(case, theirs, tool)
        return self._merge(case, theirs[module.name], tool)

    def _theirs(self, case: Case) -> tuple[dict[str, str], str]:
        """Return the module's new texts, and the version in whose style they are."""
        module, old = case.module, case.old
        texts = {name: self._formatted[name] for name in module.texts}
        by_other = case.by_other_version(self._settings)
        if old is None or self._settings.refresh_style or not by_other:
            return texts, __version__
        return self._in_old_style(case), old.tool

    def _in_old_style(self, case: Case) -> dict[str, str]:
        """Return the module's new texts with what only the version changed as it was."""
        kept = case.old.entities if case.old is not None else ()
        return {
            each.name: in_old_style(
                each.name,
                entities_of(each, case.module, kept),
                self._settings.old_texts[each.name],
                each.text,
                self._formatted[each.name],
                owner=each.owner,
            )
            for each in case.module.parts
        }

    def _merge(self, case: Case, theirs: str, tool: str) -> list[File]:
        module = case.module
        text = self._ours(case, theirs)
        merged = self._merged(
            case, text, theirs, self._settings.accepted | self._of_style(case, text)
        )
        self._tell([(module.path, each) for each in merged.conflicts])
        self._note([(module.path, each) for each in merged.notes if not _is_adopted(case, each)])
        return self._files(
            case,
            {module.path: merged.text.decode()},
            tool,
            entities(merged.base),
            status=_status_of(merged.conflicts),
            conflicts=merged.conflicts,
        )

    def _ours(self, case: Case, theirs: str) -> str:
        """Return the file, a legacy context that is adopted as the domain that it is to be."""
        module = case.module
        text = self.texts[module.path]
        assert text is not None
        if not module.adopts:
            return text
        use = use_of(entities(theirs), USE[1])
        try:
            return adopt(text.encode(), module.name, use).decode()
        except ScaffoldError as error:
            raise _placed(error, module.path) from error

    def _merged(self, case: Case, text: str, theirs: str, accepted: frozenset[str]) -> Merged:
        module = case.module
        try:
            return merge(
                text.encode(),
                _base(case, theirs),
                theirs,
                module=module.name,
                context=self._context(case, accepted),
            )
        except ScaffoldError as error:
            raise _placed(error, module.path) from error

    def _of_style(self, case: Case, text: str) -> frozenset[str]:
        """Name what somebody has edited and a new style alone would change: the edit stays."""
        if not (self._settings.refresh_style and case.by_other_version(self._settings)):
            return frozenset()
        name, accepted = case.module.name, self._settings.accepted
        both = self._merged(case, text, self._formatted[name], accepted)
        if not both.conflicts:
            return frozenset()
        schema = self._merged(case, text, self._in_old_style(case)[name], accepted)
        return frozenset(both.unresolved) - frozenset(schema.unresolved)

    def _spread(self, case: Case, theirs: Mapping[str, str], tool: str) -> list[File]:
        module = case.module
        found = all_entities(module, theirs)
        home, guests = self._places(case, found)
        paths = {part.path for part in (home, *guests)}
        current = {path: self.texts[path] for path in paths}
        if home.fresh:
            current[home.path] = theirs[home.module]
        try:
            spread = merge_spread(
                {path: text.encode() for path, text in current.items() if text is not None},
                home,
                guests,
                content(case.old.entities if case.old is not None else ()),
                content(found),
                resource=module.name,
                context=self._context(case, self._settings.accepted),
            )
        except ScaffoldError as error:
            raise _placed(error, module.path) from error
        self._tell(spread.conflicts)
        self._note(spread.notes)
        uses = merged_uses(found, module, spread)
        conflicts = tuple(each for _, each in spread.conflicts)
        return self._files(
            case,
            self._left(spread, guests),
            tool,
            (*uses, *spread.base),
            status=_status_of(conflicts),
            conflicts=conflicts,
        )

    def _places(self, case: Case, found: Sequence[EntityLines]) -> tuple[Part, list[Part]]:
        """Say what of a resource is home to what is generated, and what else there is of it."""
        module, old = case.module, case.old
        before = use_of(old.entities if old is not None else (), USE[1])
        main = Part(module=module.name, path=module.path, use=(before, use_of(found, USE[1])))
        was = old.fragment if old is not None else None
        others = [
            Part(
                module=each.module,
                path=each.path,
                # The fragment of a layout that was given up.
                leaves=was is not None and each.module == was.module,
                use=(use_of(old.entities, FRAGMENT_USE),) * 2
                if old is not None and was is not None and each.module == was.module
                else ("", ""),
            )
            for each in case.others
        ]
        if module.fragment is None:
            return main, others
        use = use_of(found, FRAGMENT_USE)
        home = Part(
            module=module.fragment.name,
            path=module.fragment.path,
            use=(use_of(old.entities if old is not None else (), FRAGMENT_USE), use),
            fresh=case.fragment_before is None,
        )
        if home.fresh:
            home = msgspec.structs.replace(home, use=(use, use))
        inline = before or use_of(entities(module.inline), USE[1])
        main = msgspec.structs.replace(
            main, use=(inline, main.use[1]), leaves=old is not None and was is None
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
        case: Case,
        texts: Mapping[str, str | None],
        tool: str,
        found: Sequence[EntityLines],
        *,
        status: Status | None,
        conflicts: tuple[Conflict, ...] = (),
    ) -> list[File]:
        """Take over the texts; the first file is the module's own, with its snapshot."""
        module = case.module
        merged = status is not None
        for path, text in texts.items():
            if merged and text != self.texts[path]:
                self.merged.add(path)
            self.texts[path] = text
        if module.path not in texts:
            # A fragment is there and the resource's own file is not.
            self.texts[module.path] = self._formatted[module.name]
        written = {each.name: self._formatted[each.name] for each in module.parts}
        if case.is_pure:
            written = {each.name: texts[each.path] or "" for each in module.parts}
        unresolved = tuple(dict.fromkeys(each.name for each in conflicts))
        snapshot = new_snapshot(module, case.old, tool, written, found, unresolved)
        files = []
        for path in dict.fromkeys((module.path, *texts)):
            part = next((each for each in module.parts if each.path == path), None)
            shown = part or Module(name=path, path=path, text="")
            own = path == module.path
            files.append(
                self._file(
                    shown if not own else module,
                    self._status(path, status if own else None, merged=merged, pure=case.is_pure),
                    snapshot if own else None,
                    case.old if own else None,
                    conflicts if own else (),
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

    def _file(
        self,
        module: Module,
        status: Status,
        snapshot: Snapshot | None,
        old: Snapshot | None,
        conflicts: tuple[Conflict, ...] = (),
    ) -> File:
        return File(
            module=module,
            status=status,
            before=self._before[module.path],
            after=self.texts[module.path],
            snapshot=snapshot,
            old=old,
            conflicts=conflicts,
        )

    def _context(self, case: Case, accepted: frozenset[str]) -> MergeContext:
        table, renamed = case.module.table, self._changes.renamed
        renames = Renames()
        if table is not None:
            renames = Renames(renamed.columns_of(table), renamed.constraints_for(table))
        return MergeContext(
            scope=case.module.scope,
            accepted=accepted,
            renames=renames,
            hand_given_names={} if case.old is None else case.old.names.by_hand,
        )

    def _tell(self, conflicts: Iterable[tuple[str, Conflict]]) -> None:
        for path, each in conflicts:
            self.problems += conflict_problems(path, [each])

    def _note(self, notes: Iterable[tuple[str, Note]]) -> None:
        for path, each in notes:
            self.problems += note_problems(path, [each])


def _base(case: Case, theirs: str) -> str:
    """Return what was generated of a module that has no others.

    Of a module that was written by hand that is only the actions: which there are is the
    person's to say, and a default one beside one of the same name would not compile.
    """
    if case.old is None:
        return assemble(case.module.name, [e for e in entities(theirs) if e.section == _ACTIONS])
    return assemble(case.module.name, entities_of(case.module, case.module, case.old.entities))


def _is_adopted(case: Case, note: Note) -> bool:
    """Whether a note tells of what nobody did: take default actions out, or write another `use`."""
    if case.module.adopts and not note.section:
        return True
    return case.old is None and note.kind is NoteKind.REMOVED and note.section == _ACTIONS


def _status_of(conflicts: Sequence[Conflict]) -> Status:
    return Status.CONFLICT if conflicts else Status.MERGED


def _placed(error: ScaffoldError, path: str) -> ScaffoldError:
    return ScaffoldError(*(msgspec.structs.replace(each, where=path) for each in error.problems))
