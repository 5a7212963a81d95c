"""What the configuration says of changeset functions (`[behaviour]`), and whether it can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.ash.changesets import Changeset
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.config.options import FILE_NAME, BehaviourConfig, Config
from ash_scaffold.problem import Code, Problem, ScaffoldError
from ash_scaffold.project.snapshot import CarriedOver

_SUFFIX = "_changeset"


def behaviour_of(
    changeset: Changeset, config: Config, actions: Iterable[str] = ()
) -> BehaviourConfig | None:
    """Return what the configuration says of a changeset function, by its name or an action's.

    `actions` are the names of its actions, beside the function's name without `_changeset`.
    """
    for name in (changeset.function, changeset.function.removesuffix(_SUFFIX), *actions):
        found = config.behaviour.get(f"{changeset.table}.{name}")
        if found is not None:
            return found
    return None


def with_configured_writes(
    changesets: Iterable[Changeset], config: Config, carried: Iterable[CarriedOver] = ()
) -> tuple[Changeset, ...]:
    """Return the functions with the writes that the configuration says they serve."""
    if not config.behaviour:
        return tuple(changesets)
    names = _action_names(carried)
    return tuple(_with_writes(each, config, names) for each in changesets)


def _with_writes(
    changeset: Changeset, config: Config, names: Mapping[tuple[str, str], list[str]]
) -> Changeset:
    actions = names.get((changeset.module, changeset.function), ())
    found = behaviour_of(changeset, config, actions)
    if found is None or found.writes is None:
        return changeset
    said = (FILE_NAME,)
    return msgspec.structs.replace(
        changeset,
        creates=said if found.writes in ("create", "both") else (),
        updates=said if found.writes in ("update", "both") else (),
    )


def _action_names(carried: Iterable[CarriedOver]) -> Mapping[tuple[str, str], list[str]]:
    names: dict[tuple[str, str], list[str]] = {}
    for each in carried:
        names.setdefault((each.module, each.function), []).append(each.action)
    return names


def require_behaviour_names(
    config: Config, changesets: Iterable[Changeset], carried: Iterable[CarriedOver] = ()
) -> None:
    """Raise `ScaffoldError` for an entry of `[behaviour]` that no function or action has."""
    if not config.behaviour:
        return
    functions = tuple(changesets)
    names = _action_names(carried)
    known = {
        f"{each.table}.{name}"
        for each in functions
        for name in (
            each.function,
            each.function.removesuffix(_SUFFIX),
            *names.get((each.module, each.function), ()),
        )
    }
    problems = tuple(_unknown(config, known))
    if problems:
        raise ScaffoldError(*problems)


def _unknown(config: Config, known: set[str]) -> Iterator[Problem]:
    for key in config.behaviour:
        if key in known:
            continue
        table = key.rpartition(".")[0]
        alike = sorted(each for each in known if each.rpartition(".")[0] == table)
        yield Code.UNKNOWN_NAME.at(
            f"behaviour.{key} in {FILE_NAME}",
            "There is no changeset function or action of that name.",
            todo=did_you_mean(key, alike or sorted(known)) or "Take the entry out.",
        )
