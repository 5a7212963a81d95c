"""Names for groups of tables that no legacy context names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from ash_scaffold.ash.naming import Names, camelize, plural_name, underscore
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.propose.ties import Tie, words

# What an application has under its namespace anyway, or would be taken for.
_TAKEN = frozenset(
    "Application AshTypes Domain Domains Mailer PubSub Release Repo Resources Types Web".split()
)
# What Phoenix calls the context around its users.
_CUSTOMARY = {"users": "Accounts"}


class DomainNames:
    """Hands out names of domains, none of them twice.

    `modules` are those of the legacy code: a domain can stand beside one of its name, unless
    that has a `Domain` in it as well.
    """

    def __init__(self, namespace: str, taken: Iterable[str], modules: Collection[str]) -> None:
        self._namespace = namespace
        folded = {module.casefold() for module in modules}
        blocked = {module for module in modules if f"{module}.domain".casefold() in folded}
        reserved = {f"{namespace}.{word}" for word in _TAKEN}
        self._names = Names({*taken, *blocked, *reserved})

    def take(self, *candidates: str) -> str:
        """Take the first of the last segments that is free, else a numbered one."""
        return self._names.take(*(f"{self._namespace}.{segment}" for segment in candidates))

    def of_context(self, domain: str) -> str:
        """Take the name that a context gives, or one beside it where the legacy code is full."""
        return self._names.take(domain, f"{domain}Domain", f"{domain}Resources")


def centre(group: Iterable[Name], ties: Iterable[Tie]) -> list[Name]:
    """Return the tables of a group, the one that most others are tied to first."""
    members = set(group)
    weight: Counter[Name] = Counter()
    for tie in ties:
        if tie.source in members and tie.target in members:
            weight[tie.target] += tie.weight
    return sorted(members, key=lambda name: (-weight[name], len(words(name)), name))


def candidates(order: list[Name]) -> Iterator[str]:
    """Yield names for a group: the words that all begin with, then its tables from the centre."""
    shared = _shared([words(name) for name in order])
    if len(order) > 1 and shared:
        whole = next((name for name in order if words(name) == shared), None)
        yield camelize(_plural(whole) if whole is not None else _as_written(order[0], len(shared)))
    for name in order:
        plural = _plural(name)
        if plural in _CUSTOMARY:
            yield _CUSTOMARY[plural]
        yield camelize(plural)


def _plural(name: Name) -> str:
    return plural_name(underscore(name.name).strip("_"))


def _shared(spelt: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words that all begin with."""
    found = []
    for column in zip(*spelt, strict=False):
        if len(set(column)) > 1:
            break
        found.append(column[0])
    return tuple(found)


def _as_written(name: Name, count: int) -> str:
    return "_".join(underscore(name.name).strip("_").split("_")[:count])
