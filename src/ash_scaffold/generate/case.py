"""One module of a run: what was generated of it last, and the files that it is in today."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ash_scaffold import __version__
from ash_scaffold.generate.modules import Module
from ash_scaffold.project.model import Project
from ash_scaffold.project.schema_changes import SchemaChanges
from ash_scaffold.project.snapshot import Snapshot, digest


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a run regenerates.

    `accepted` are the objects of `[[accept]]`. `old_texts` are modules as this version renders
    them from the facts of the snapshots, for those that another version wrote; without
    `refresh_style` a difference that is only the version's is not written.
    """

    accepted: frozenset[str] = frozenset()
    old_texts: Mapping[str, str] = {}
    refresh_style: bool = False
    use_formatter: bool = True


class Place(msgspec.Struct, frozen=True):
    """Another module of a resource, a fragment that somebody wrote, and its file."""

    module: str
    path: str


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One module, what was generated of it, and the texts of its files (None: there is none).

    `others` are modules of the resource that are not generated, or no longer.
    """

    module: Module
    old: Snapshot | None
    before: str | None
    fragment_before: str | None = None
    others: tuple[Place, ...] = ()

    @property
    def is_spread(self) -> bool:
        """Whether the resource has more modules than its own."""
        return self.module.fragment is not None or bool(self.others)

    @property
    def is_pure(self) -> bool:
        """Whether its files are as they were generated, with no name that somebody gave."""
        old, fragment = self.old, self.module.fragment
        if old is None or not _is(self.before, old.written) or self.others or old.names.by_hand:
            return False
        if fragment is None or old.fragment is None:
            return fragment is None and old.fragment is None
        return _is(self.fragment_before, old.fragment.written)

    def by_other_version(self, settings: Settings) -> bool:
        """Whether another version wrote the module, and nobody has chosen otherwise since."""
        old = self.old
        return (
            old is not None
            and old.tool != __version__
            and self.module.texts.keys() <= settings.old_texts.keys()
            and old.choices == self.module.choices
        )

    def is_settled(self, settings: Settings) -> bool:
        """Whether what is generated is what was generated last, so that any edit may stay."""
        old = self.old
        missing = self.module.fragment is not None and self.fragment_before is None
        if old is None or self.before is None or missing or old.unresolved:
            return False
        if old.rendered == self.module.digest:
            return True
        if settings.refresh_style or not self.by_other_version(settings):
            return False
        return all(settings.old_texts[name] == text for name, text in self.module.texts.items())


def make_case(
    module: Module, changes: SchemaChanges, project: Project, texts: Mapping[str, str | None]
) -> Case:
    """Put together what there is of a module. `texts` are the files of the run by path."""
    if module.table is not None:
        old = changes.resources.get(module.table)
    else:
        # A context that is adopted is the person's, also where it was adopted once before.
        old = None if module.adopts else changes.modules.get(module.name)
    fragment = module.fragment
    return Case(
        module=module,
        old=old,
        before=texts[module.path],
        fragment_before=None if fragment is None else texts[fragment.path],
        others=other_modules(module, project),
    )


def other_modules(module: Module, project: Project) -> tuple[Place, ...]:
    """Return the fragments of a resource that are in the project, but for the generated one."""
    resource = project.resource(module.name) if module.table is not None else None
    generated = None if module.fragment is None else module.fragment.name
    return tuple(
        Place(name, project.modules[name].path)
        for name in (resource.fragments if resource is not None else ())
        if name in project.modules and name != generated
    )


def _is(text: str | None, written: str) -> bool:
    return text is not None and digest(text) == written
