"""The actions that came of changeset functions, as snapshots and files have them.

An action is known by its function, which the comment above it names, so that people may rename it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.ash.changesets import Changeset
from ash_scaffold.ash.project_state import CarriedActions
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.mix_project import Project, Resource
from ash_scaffold.project.snapshot import CarriedOver, Snapshot

_NAME = r"[a-z_]\w*[?!]?"
_ACTION = re.compile(rf"^[ \t]*(create|update|read|destroy|action)[ (]\s*:({_NAME})", re.MULTILINE)
_CARRIED = re.compile(
    rf"^[ \t]*#[ \t]*((?:[A-Z]\w*\.)+{_NAME}/\d+)\b[^\n]*\n(?:[ \t]*#[^\n]*\n)*"
    rf"[ \t]*(create|update)[ (]\s*:({_NAME})",
    re.MULTILINE,
)
_DEFINED_FOR = re.compile(rf"\baction: :({_NAME})")
# What may say more of a resource than its actions, in a fragment of those.
_MORE = re.compile(
    r"^[ \t]*(?:postgres|resource|attributes|relationships|identities|multitenancy|"
    r"use(?![ \t(]+Spark\.Dsl\.Fragment\b)|require|import)\b",
    re.MULTILINE,
)
# What a step that is left to a person begins with.
_TODO = re.compile(r"^[ \t]*# TODO \S+:\d+: ", re.MULTILINE)
_PRIMARY = re.compile(r"^[ \t]*primary\? true\b", re.MULTILINE)
# The default actions that give way to an action of their name, and to a primary one of the kind.
REPLACEABLE = frozenset({"create", "update"})


class ActionNames(msgspec.Struct, frozen=True):
    """The names of the actions in the files of a resource.

    `carried` are those of actions that came of changeset functions, by `function_key`; `names` are
    all that are in the fragment of those, `elsewhere` those of the resource's other modules.
    `primary` are the kinds of which the fragment has the primary action, `lines` those of the
    actions in its file, `left` the lines of the steps that an action leaves to a person.
    """

    carried: Mapping[str, str] = {}
    names: frozenset[str] = frozenset()
    primary: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    lines: Mapping[str, int] = {}
    left: Mapping[str, tuple[int, ...]] = {}


class CarryState(msgspec.Struct, frozen=True, kw_only=True):
    """How many changeset functions a table has, and how many of them have an action by now.

    `open` are the others.
    """

    changesets: int = 0
    carried: int = 0
    open: tuple[Changeset, ...] = ()


def carry_states(
    project: Project,
    snapshots: Iterable[Snapshot],
    changesets: Iterable[Changeset],
    today: Callable[[Name], Name] = lambda table: table,
) -> dict[Name, CarryState]:
    """Return how far each table with changeset functions is. `today` gives a table its name of now.

    A function counts as carried over for as long as a fragment has an action of it.
    """
    there: set[tuple[str, str, int]] = set()
    for each in action_snapshots(project, snapshots).values():
        names = action_names(project, each)
        if names is not None:
            there |= {
                (of.module, of.function, of.arity)
                for of in each.changesets
                if key_of(of) in names.carried
            }
    by_table: dict[Name, list[Changeset]] = {}
    for changeset in changesets:
        by_table.setdefault(today(changeset.table), []).append(changeset)
    found = {}
    for table, functions in sorted(by_table.items()):
        left = [f for f in functions if (f.module, f.function, f.arity) not in there]
        found[table] = CarryState(
            changesets=len(functions), carried=len(functions) - len(left), open=tuple(left)
        )
    return found


def function_key(kind: str, module: str, function: str, arity: int) -> str:
    """Return the identity of an action: its kind and its changeset function."""
    return f"{kind} {module}.{function}/{arity}"


def key_of(carried: CarriedOver) -> str:
    """Return the identity of an action that a snapshot has."""
    return function_key(carried.kind, carried.module, carried.function, carried.arity)


def action_snapshots(project: Project, snapshots: Iterable[Snapshot]) -> dict[Name, Snapshot]:
    """Return the snapshots of the fragments that hold carried-over actions, by table.

    The table is the one that the resource with the fragment is pinned to: `resources` may have
    followed a rename since.
    """
    found = {}
    for each in snapshots:
        if each.actions_of is not None:
            resource = _with_fragment(project, each.module)
            table = None if resource is None else resource.table_name
            found[table or each.actions_of] = each
    return found


def carried_actions(
    project: Project, snapshots: Mapping[str, Snapshot]
) -> dict[Name, CarriedActions]:
    """Return the carried-over actions of all tables; of one whose fragment is gone there are none.

    Tables have the names of the snapshots.
    """
    return {
        table: CarriedActions(
            fragment=each.module,
            replaced=REPLACEABLE & (names.names | names.primary),
            interface=tuple(_interface(each, names)),
        )
        for table, each in action_snapshots(project, snapshots.values()).items()
        if (names := action_names(project, each)) is not None
    }


def holds_only_actions(project: Project, snapshot: Snapshot | None) -> bool:
    """Whether a snapshot is of a fragment that has nothing of a resource but actions.

    What else people may have written into it is looked for by the words that begin it.
    """
    if snapshot is None or snapshot.actions_of is None:
        return False
    entry = project.modules.get(snapshot.module)
    return entry is not None and _MORE.search(_text(project, entry.path)) is None


def action_names(project: Project, snapshot: Snapshot) -> ActionNames | None:
    """Return the names of actions as people have them by now; None where the fragment is gone."""
    entry = project.modules.get(snapshot.module)
    if entry is None:
        return None
    text = _text(project, entry.path)
    resource = project.resource(snapshot.resource) or _with_fragment(project, snapshot.module)
    paths = set() if resource is None else {resource.path}
    paths |= {
        project.modules[name].path
        for name in (resource.fragments if resource is not None else ())
        if name in project.modules
    }
    return ActionNames(
        carried={f"{found[2]} {found[1]}": found[3] for found in _CARRIED.finditer(text)},
        names=frozenset(name for _, name in _ACTION.findall(text)),
        primary=frozenset(_primary(text)),
        lines={found[2]: _line(text, found.start(2)) for found in _ACTION.finditer(text)},
        left=steps_left(text),
        elsewhere=frozenset(
            name
            for path in sorted(paths - {entry.path})
            for _, name in _ACTION.findall(_text(project, path))
        ),
    )


def _actions(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield each action in a text with the end of what belongs to it."""
    found = list(_ACTION.finditer(text))
    starts = [each.start() for each in found]
    yield from zip(found, [*starts[1:], len(text)][: len(found)], strict=True)


def steps_left(text: str) -> dict[str, tuple[int, ...]]:
    """Return the actions in a text that leave steps to a person, with the lines of the TODOs."""
    found = {}
    for each, end in _actions(text):
        lines = tuple(_line(text, todo.start()) for todo in _TODO.finditer(text, each.end(), end))
        if lines:
            found[each[2]] = lines
    return found


def _primary(text: str) -> Iterator[str]:
    """Yield the kinds of the actions in a text that are primary."""
    for each, end in _actions(text):
        if _PRIMARY.search(text, each.end(), end):
            yield each[1]


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _with_fragment(project: Project, fragment: str) -> Resource | None:
    return next((each for each in project.resources if fragment in each.fragments), None)


def _interface(snapshot: Snapshot, names: ActionNames) -> Iterator[str]:
    """Yield the definitions of the code interface for the actions that are there, as they are."""
    generated = {each.action: names.carried.get(key_of(each)) for each in snapshot.changesets}
    for line in snapshot.interface:
        found = _DEFINED_FOR.search(line)
        name = None if found is None else found[1]
        if name is None or name not in generated or name in names.names | names.elsewhere:
            yield line
        elif (now := generated[name]) is not None:
            yield line.replace(f"action: :{name}", f"action: :{now}")


def _text(project: Project, path: str) -> str:
    try:
        return project.source(path).decode("utf-8", "replace")
    except OSError:
        return ""
