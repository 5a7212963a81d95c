"""What a table has that its resource can't say, or that its users should know."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.hint_report import in_config
from ash_scaffold.ash.naming import attribute_name
from ash_scaffold.postgres.catalog import RelationKind
from ash_scaffold.problem import Code, Problem, Severity


def table_problems(draft: Draft) -> Iterator[Problem]:
    """Give one problem for every such thing of a table."""
    table, where = draft.table, str(draft.name)

    def problem(severity: Severity, code: Code, what: str, todo: str = "") -> Problem:
        return Problem(severity=severity, code=code, where=where, what=what, todo=todo)

    if not table.readable:
        yield problem(
            Severity.WARNING,
            Code.TABLE_UNREADABLE,
            "The role may not read the table.",
            "Grant SELECT to the role that the application uses.",
        )
    if draft.key is not None and draft.key.chosen_from is not None:
        yield problem(
            Severity.NOTE,
            Code.KEY_CHOSEN,
            f"It has no primary key; the unique index {draft.key.chosen_from} serves as Ash's.",
            f"Choose another: {in_config(draft.name, 'primary_key = […]')}.",
        )
    if draft.key is not None and draft.key.legacy:
        yield problem(
            Severity.NOTE,
            Code.KEY_CHOSEN,
            "It has no primary key; the key of its Ecto schema serves as Ash's: "
            f"{', '.join(draft.key.columns)}.",
            f"Choose another: {in_config(draft.name, 'primary_key = […]')}.",
        )
    if draft.key is None and not draft.is_view:
        yield problem(
            Severity.NOTE,
            Code.NO_PRIMARY_KEY,
            "It has no primary key: rows can't be updated or destroyed.",
            f"Name columns that identify a row: {in_config(draft.name, 'primary_key = […]')}.",
        )
    if table.row_security:
        yield problem(
            Severity.NOTE,
            Code.ROW_SECURITY,
            "Row-level security decides which rows the role sees; Ash's policies know nothing "
            "of it.",
            "Use the role and the settings that the policies of the table expect.",
        )
    for rule in table.rules:
        yield problem(
            Severity.NOTE,
            Code.REWRITE_RULE,
            f"The rule {rule} rewrites statements: a write may do something else than it says.",
            "Leave out the actions that it changes: "
            + in_config(draft.name, 'actions = "read"')
            + ".",
        )
    if table.inherits and table.kind is RelationKind.TABLE and table.partition_of is None:
        parents = ", ".join(map(str, table.inherits))
        yield problem(
            Severity.NOTE,
            Code.INHERITANCE,
            f"It inherits from {parents}, whose resource shows its rows too.",
            "Read through the one that has the columns you need, and write there.",
        )
    yield from _trigger_problems(draft)
    for attribute in draft.columns.attributes:
        stem, _, number = attribute.name.rpartition("_")
        if stem == attribute_name(attribute.column) and number.isdigit():
            yield Problem(
                severity=Severity.NOTE,
                code=Code.NAME_CHANGED,
                where=f"{where}.{attribute.column}",
                what=f"Its attribute is {attribute.name}, because another has the plain name.",
                todo="Choose a name: "
                + in_config(draft.name, 'name = "…"', attribute.column)
                + ".",
            )


def _trigger_problems(draft: Draft) -> Iterator[Problem]:
    for trigger in draft.table.triggers:
        events = [
            event
            for event, fires in (("insert", trigger.on_insert), ("update", trigger.on_update))
            if fires
        ]
        yield Problem(
            severity=Severity.NOTE,
            code=Code.TRIGGER,
            where=str(draft.name),
            what=f"The trigger {trigger.name} may change a row before {' or '.join(events)}: "
            "a record may not show what was stored.",
            todo="Reload a record after a write that the trigger changes.",
        )
