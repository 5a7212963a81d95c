"""Enums, domains, composites and ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import Check, Field, Name, Type, TypeKind
from ash_scaffold.postgres.compare.change import Change, Kind, Value
from ash_scaffold.postgres.compare.objects import pair_named
from ash_scaffold.postgres.facts import TableFacts


def compare_types(
    old: Mapping[Name, TableFacts],
    new: Mapping[Name, TableFacts],
    renamed: Mapping[Name, Name],
) -> Iterator[Change]:
    """Yield the changes of the types that a table has used before and after, each change once.

    The old facts are under the new names already. A type that only one side uses is reported with
    the columns that changed to it or from it.
    """
    for was, now in renamed.items():
        kind = Kind.TYPE_MOVED if was.name == now.name else Kind.TYPE_RENAMED
        yield Change(kind=kind, type=now, before=was, after=now)
    done: set[tuple[Type, Type]] = set()
    for name in sorted(old.keys() & new.keys()):
        if old[name].types == new[name].types:
            continue
        before = {type_.name: type_ for type_ in old[name].types}
        for type_ in new[name].types:
            pair = (before.get(type_.name, type_), type_)
            if pair[0] != type_ and pair not in done:
                done.add(pair)
                yield from _compare(*pair)


def _compare(old: Type, new: Type) -> Iterator[Change]:
    if old.comment != new.comment:
        yield Change(
            kind=Kind.COMMENT_CHANGED,
            type=new.name,
            before=old.comment,
            after=new.comment,
            detail="type",
        )
    if (old.kind, old.extension, old.subtype) != (new.kind, new.extension, new.subtype):
        yield Change(kind=Kind.TYPE_REDEFINED, type=new.name, before=old, after=new)
    elif new.kind is TypeKind.ENUM:
        yield from _labels(new.name, old.labels, new.labels)
    elif new.kind is TypeKind.DOMAIN:
        yield from _domain(old, new)
    elif old.fields != new.fields:
        yield from _fields(old, new)


def _labels(type_: Name, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Change]:
    """Recognise a renamed label by its place: its neighbours are still its neighbours."""
    renamed = _renamed_labels(old, new)
    for was, now in renamed.items():
        yield Change(kind=Kind.ENUM_LABEL_RENAMED, type=type_, object=now, before=was, after=now)
    for label in old:
        if label not in new and label not in renamed:
            yield Change(kind=Kind.ENUM_LABEL_REMOVED, type=type_, object=label, before=label)
    for label in new:
        if label not in old and label not in renamed.values():
            yield Change(kind=Kind.ENUM_LABEL_ADDED, type=type_, object=label, after=label)
    before = tuple(renamed.get(label, label) for label in old if label in new or label in renamed)
    after = tuple(label for label in new if label in before)
    if before != after:
        yield Change(kind=Kind.ENUM_LABELS_REORDERED, type=type_, before=old, after=new)


def _renamed_labels(old: tuple[str, ...], new: tuple[str, ...]) -> dict[str, str]:
    """PostgreSQL can't drop a label: as many labels, and some at their place, mean renames."""
    if len(old) != len(new):
        return {}
    pairs = [(was, now) for was, now in zip(old, new, strict=True) if was != now]
    another_enum = len(pairs) == len(old) > 1
    if another_enum or any(was in new or now in old for was, now in pairs):
        return {}
    return dict(pairs)


def _domain(old: Type, new: Type) -> Iterator[Change]:
    def change(aspect: str, before: Value, after: Value) -> Change:
        return Change(
            kind=Kind.DOMAIN_CHANGED, type=new.name, before=before, after=after, detail=aspect
        )

    if old.base != new.base:
        yield change("type", old.base, new.base)
    if old.not_null != new.not_null:
        yield Change(
            kind=Kind.DOMAIN_CHANGED,
            type=new.name,
            before=not old.not_null,
            after=not new.not_null,
            detail="nullability",
        )
    if old.default != new.default:
        yield change("default", old.default, new.default)
    for before, after in pair_named(old.checks, new.checks, _check_content):
        if before != after:
            yield Change(
                kind=Kind.DOMAIN_CHANGED,
                type=new.name,
                object=(after or before or _NO_CHECK).name,
                before=before,
                after=after,
                detail="check",
            )


_NO_CHECK = Check("", (), "")


def _check_content(check: Check) -> Check:
    return replace(check, name="")


def _fields(old: Type, new: Type) -> Iterator[Change]:
    """Compare fields by name; a dropped and a new one of the same type in one place are one."""
    olds = {field.name: field.type for field in old.fields}
    news = {field.name: field.type for field in new.fields}
    renamed = _renamed_fields(old.fields, new.fields)

    def change(field: str, before: Value, after: Value, aspect: str) -> Change:
        return Change(
            kind=Kind.COMPOSITE_CHANGED,
            type=new.name,
            object=field,
            before=before,
            after=after,
            detail=aspect,
        )

    for was, now in renamed.items():
        yield change(now, was, now, "field renamed")
    for name, use in olds.items():
        if name not in news and name not in renamed:
            yield change(name, use, None, "field dropped")
    for name, use in news.items():
        if name not in olds and name not in renamed.values():
            yield change(name, None, use, "field added")
        elif name in olds and olds[name] != use:
            yield change(name, olds[name], use, "field type")
    if [name for name in olds if name in news] != [name for name in news if name in olds]:
        yield Change(
            kind=Kind.COMPOSITE_CHANGED,
            type=new.name,
            before=tuple(olds),
            after=tuple(news),
            detail="field order",
        )


def _renamed_fields(old: tuple[Field, ...], new: tuple[Field, ...]) -> dict[str, str]:
    if len(old) != len(new):
        return {}
    pairs = [(was, now) for was, now in zip(old, new, strict=True) if was.name != now.name]
    before, after = {field.name for field in old}, {field.name for field in new}
    if any(was.name in after or now.name in before or was.type != now.type for was, now in pairs):
        return {}
    return {was.name: now.name for was, now in pairs}
