"""The options of Ecto's macros, and what a resource makes of each.

Every option of every macro has a row, so that none is read and dropped: one that has none is
reported as unknown. Source: `Ecto.Schema`, and typed_ecto_schema for `null` and `enforce`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec

from ash_scaffold.legacy.evaluate import Pairs, shown


class Meaning(StrEnum):
    """What a resource makes of an option.

    `USED`: it follows it, or a problem of its own says that it can't. `ALIKE`: the option is about
    no row, or Ash does so anyway. `TOLD`: Ash does otherwise, which is reported.
    """

    USED = "used"
    ALIKE = "alike"
    TOLD = "told"


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """An option that Ash does not follow, where it stands: `name` is the field or association."""

    option: str
    macro: str
    name: str
    value: str
    line: int


def _rows(used: str, alike: str = "", told: str = "") -> Mapping[str, Meaning]:
    words = {Meaning.USED: used, Meaning.ALIKE: alike, Meaning.TOLD: told}
    return {option: meaning for meaning, text in words.items() for option in text.split()}


_ASSOCIATION = "on_replace on_delete defaults"
OPTIONS: Mapping[str, Mapping[str, Meaning]] = {
    # Those of associations reach `field` through belongs_to, and mean nothing there.
    "field": _rows(
        "default source autogenerate read_after_writes virtual primary_key load_in_query redact "
        "writable values",
        "foreign_key on_replace defaults type where references skip_default_validation embed_as "
        "null enforce",
        "on_writable_violation",
    ),
    "timestamps": _rows(
        "inserted_at updated_at inserted_at_source updated_at_source type autogenerate",
        # Ash's own timestamps are no inputs at all; Ecto ignores what it does not know here.
        "inserted_at_writable inserted_at_on_writable_violation usec null enforce",
    ),
    "belongs_to": _rows(
        "foreign_key references define_field type primary_key source where",
        "null enforce",
        "on_replace defaults",
    ),
    "has_one": _rows("foreign_key references through where", "null enforce", _ASSOCIATION),
    "has_many": _rows(
        "foreign_key references through where preload_order", "null enforce", _ASSOCIATION
    ),
    "many_to_many": _rows(
        "join_through join_keys where preload_order",
        # Of changesets: what the database keeps unique is an identity.
        "unique on_join_through_conflict null enforce",
        f"{_ASSOCIATION} join_defaults join_where",
    ),
    "embeds_one": _rows(
        "source load_in_query primary_key",
        "strategy null enforce",
        "on_replace defaults_to_struct",
    ),
    "embeds_many": _rows("source load_in_query primary_key", "strategy null enforce", "on_replace"),
}
# Values by which an option asks for no more than Ash does.
_ALIKE: Mapping[str, frozenset[str]] = {
    "on_replace": frozenset({":raise"}),
    "on_delete": frozenset({":nothing"}),
    "on_writable_violation": frozenset({":raise"}),
    "defaults": frozenset({"[]"}),
    "join_defaults": frozenset({"[]"}),
    "join_where": frozenset({"[]"}),
    "defaults_to_struct": frozenset({"false"}),
}
# The value of an embed is written whole.
_WHOLE = frozenset({":delete", ":raise", ":mark_as_invalid"})

UNKNOWN = "unknown"


class Advice(msgspec.Struct, frozen=True):
    """What is the case where a schema has an option, and what to do.

    `once` is one note for the options of all schemas.
    """

    what: str
    todo: str
    once: bool = False


ADVICE: Mapping[str, Advice] = {
    "on_replace": Advice(
        "on_replace is a matter of actions that manage a relationship, and no generated one does",
        "In an action of your own: `manage_relationship` with `on_missing: :destroy` for :delete, "
        "`on_missing: :unrelate` for :nilify, `on_match: :update` for :update.",
        once=True,
    ),
    "on_replace of embeds": Advice(
        "on_replace: :update changes the keys that are given, but Ash writes the whole value",
        "Give all keys, or merge them in a change of your own.",
        once=True,
    ),
    "on_delete": Advice(
        "The legacy code deletes or unlinks these rows together with their parent, which neither "
        "Ash nor the foreign key does",
        "Add `change cascade_destroy(:…)` to the destroy action, or an ON DELETE to the key.",
    ),
    "defaults": Advice(
        "Rows made through an association get values (`defaults:`) that Ash does not give them",
        "Set them in the action that makes the rows: `change set_attribute(:…, …)`.",
    ),
    "join_defaults": Advice(
        "Rows of a join get values (`join_defaults:`) that Ash does not give them",
        "Set them in the create action of the join's resource: `change set_attribute(:…, …)`.",
    ),
    "join_where": Advice(
        "An association joins through only some rows (`join_where:`): it gets no relationship",
        "Write a has_many to the join's rows with a `filter`, and the many_to_many with it as its "
        "`join_relationship`.",
    ),
    "through": Advice(
        "An association through others becomes a relationship only where it is a many_to_many",
        "Write it into the resource: `has_many :…, Destination do through […] end`.",
    ),
    "twin": Advice(
        "An association that joins the same columns as one before it becomes no relationship",
        "Use the other one, or write this one into the resource.",
    ),
    "where": Advice(
        "An association over only some rows has a condition that Ash is not told of, so it gets no "
        "relationship",
        "Write it into the resource, with `filter expr(…)`.",
    ),
    "on_writable_violation": Advice(
        "Ecto ignores a value for a field that may not be written, where Ash gives an error",
        "Leave it out of the input, or name it in `skip_unknown_inputs` of the action.",
    ),
    "defaults_to_struct": Advice(
        "A new row gets an embed with that schema's defaults, which Ash does not store",
        "Add a default to the attribute.",
    ),
    UNKNOWN: Advice(
        "Options that are not Ecto's own are left out",
        "See what the library that they are for makes of them.",
    ),
}


def remarks(
    macro: str, name: str, options: Pairs, line: int, *, of_type: bool = False
) -> Iterator[Remark]:
    """Yield the options of a call that Ash does not follow.

    `of_type` means that those which are not Ecto's are parameters of the field's type.
    """
    known = OPTIONS[macro]
    for option, value in options.items:
        meaning = known.get(option)
        text = shown(value)
        if meaning is None and not of_type:
            yield Remark(
                option=UNKNOWN, macro=macro, name=name, value=f"{option}: {text}", line=line
            )
        if meaning is not Meaning.TOLD or text in _ALIKE.get(option, ()) or value is None:
            continue
        if option == "on_replace" and macro.startswith("embeds_"):
            if text not in _WHOLE:
                yield Remark(
                    option="on_replace of embeds", macro=macro, name=name, value=text, line=line
                )
            continue
        yield Remark(option=option, macro=macro, name=name, value=text, line=line)
