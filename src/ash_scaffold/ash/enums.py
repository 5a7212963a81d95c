"""Enums: their values as Elixir terms, and the modules for those of single columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ash_scaffold.ash.mapped import Mapped
from ash_scaffold.ash.model import SupportType
from ash_scaffold.ash.naming import Names, camelize, singular_name, underscore
from ash_scaffold.ash.types import Family
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.term import Atom, Keyword, Module, Term

# These atoms are values of their own in Elixir, so an enum with one of them holds strings.
_BOOLEAN_OR_NIL = frozenset({"nil", "true", "false"})
ColumnId = tuple[Name, str]


def terms_of(names: Sequence[str]) -> dict[str, Term]:
    """Return the values of an enum by name: atoms, unless one of them would be no plain atom."""
    as_text = bool(_BOOLEAN_OR_NIL & set(names))
    return {name: name if as_text else Atom(name) for name in names}


def enum_of(
    module: str, values: Sequence[tuple[str, str | int]], *, is_open: bool = False
) -> Mapped:
    """Map to an enum module of its own: each value's name, and what is stored for it.

    `is_open` says that there may be other values in the database.
    """
    numbers = any(isinstance(stored, int) for _, stored in values)
    fill: dict[str, Term] = {"storage": Atom("integer") if numbers else None}
    if is_open:
        fill["open"] = "integer" if numbers else "binary"
    support = SupportType(
        module=module, template="enum", pg_type="", values={**fill, **enum_values(values)}
    )
    return Mapped(
        type=Module(module),
        family=Family.ENUM,
        storage="bigint" if numbers else "string",
        supports=(support,),
        labels=labels_of(values),
    )


def enum_values(values: Sequence[tuple[str, str | int]]) -> dict[str, Term]:
    """Return what the template says of values: their terms, and what is stored if it differs."""
    terms = terms_of([name for name, _ in values])
    fill: dict[str, Term] = {"labels": list(terms.values())}
    if any(stored != name for name, stored in values):
        as_text = any(isinstance(term, str) for term in terms.values())
        pairs: list[Term] = [(terms[name], stored) for name, stored in values]
        fill["stored"] = pairs if as_text else Keyword(tuple(values))
    return fill


def labels_of(values: Sequence[tuple[str, str | int]]) -> dict[str, Term]:
    """Return the term of each value by what is stored for it."""
    terms = terms_of([name for name, _ in values])
    return {str(stored): terms[name] for name, stored in values}


def renamed_labels(labels: Sequence[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pair an enum type's labels with the names that the legacy code has for them.

    All keep the label's own name where two would get one name.
    """
    said = [names.get(label, label) for label in labels]
    chosen = said if len(set(said)) == len(said) else labels
    return list(zip(chosen, labels, strict=True))


def enum_segment(table: Name, column: str, taken: Iterable[str]) -> str:
    """Name the module of a single column's enum, below the types' namespace."""
    return Names(taken).take(*_choices(table, column))


def enum_segments(columns: Iterable[ColumnId], taken: Iterable[str]) -> dict[ColumnId, str]:
    """Name the modules of the enums of all the given columns, no two alike."""
    names = Names(taken)
    ordered = sorted(set(columns), key=lambda at: (at[0].schema != "public", at))
    return {(table, column): names.take(*_choices(table, column)) for table, column in ordered}


def _choices(table: Name, column: str) -> tuple[str, ...]:
    segment = camelize(singular_name(underscore(table.name))) + camelize(underscore(column))
    schema = camelize(underscore(table.schema))
    return segment, f"{segment}Enum", f"{schema}{segment}"
