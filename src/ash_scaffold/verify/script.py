"""The script that asks the compiled resources: its request, and its run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from ash_scaffold.packaged import data_path
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.mix import Mix, run_script, script_failed
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Atom, Keyword, Term
from ash_scaffold.verify.answers import Answer, EndAnswer, FailedAnswer, decode


class Argument(msgspec.Struct, frozen=True):
    """An argument that a changeset function is called with.

    `role` is the parameter's; `value` is Elixir, None for struct and attributes, and for one that
    is missing.
    """

    role: str
    name: str
    value: str | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An action and the changeset function that it is compared with. `struct` are its fields."""

    resource: str
    table: Name
    action: str
    kind: str
    module: str
    function: str
    schema: str
    call: tuple[Argument, ...]
    struct: tuple[tuple[str, str], ...] = ()
    leave_out: tuple[str, ...] = ()


class BehaviourQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of actions: how many inputs of which kinds, and whether they are written."""

    inputs: int
    seed: int
    modes: tuple[str, ...]
    dry: bool
    show_values: bool = False
    cases: bool = False
    actions: tuple[Asked, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The request to the script.

    `rows` is None for all. `tables` is None for all. `database` are the options that the repo is
    started with in place of its own, None to leave those; `where` identifies the one database that
    may be used. `tenant` is the schema that is read where each tenant has one. `risks` are table,
    column and the condition of values that don't count. With `behaviour` nothing else is asked.
    """

    answer: str
    domains: tuple[str, ...] = ()
    tables: tuple[Name, ...] | None = None
    rows: int | None = 100
    show_values: bool = False
    write: bool = False
    database: tuple[tuple[str, Term], ...] | None = None
    where: str
    tenant: str | None = None
    risks: Sequence[tuple[Name, str, str]] = ()
    behaviour: BehaviourQuestion | None = None


def question_text(question: Question) -> str:
    """Write the question as an Elixir keyword list."""
    tables: Term = None
    if question.tables is not None:
        tables = [(name.schema, name.name) for name in question.tables]
    risks: list[Term] = [
        ((name.schema, name.name), column, sql) for name, column, sql in question.risks
    ]
    return flat(
        Keyword(
            (
                ("answer", question.answer),
                ("domains", list(question.domains)),
                ("tables", tables),
                ("rows", Atom("all") if question.rows is None else question.rows),
                ("show_values", question.show_values),
                ("write", question.write),
                ("database", None if question.database is None else Keyword(question.database)),
                ("where", question.where),
                ("tenant", question.tenant),
                ("risks", risks),
                ("behaviour", _behaviour(question.behaviour)),
            )
        )
    )


def _behaviour(question: BehaviourQuestion | None) -> Term:
    if question is None:
        return None
    return Keyword(
        (
            ("inputs", question.inputs),
            ("seed", question.seed),
            ("modes", [Atom(mode) for mode in question.modes]),
            ("dry", question.dry),
            ("show_values", question.show_values),
            ("cases", question.cases),
            # In tuples: a keyword list at the end of a list is written without its brackets.
            ("actions", [(each.action, _asked(each)) for each in question.actions]),
        )
    )


def _asked(each: Asked) -> Keyword:
    call: list[Term] = [(argument.role, argument.name, argument.value) for argument in each.call]
    struct: list[Term] = [*each.struct]
    return Keyword(
        (
            ("resource", each.resource),
            ("table", (each.table.schema, each.table.name)),
            ("action", each.action),
            ("kind", each.kind),
            ("module", each.module),
            ("function", each.function),
            ("schema", each.schema),
            ("call", call),
            ("struct", struct),
            ("leave_out", list(each.leave_out)),
        )
    )


def ask(mix: Mix, question: Callable[[Path], str], say: Callable[[Answer], None]) -> list[Answer]:
    """Run the script and return its answers, each passed to `say` as it comes.

    `question` gives the text of the request for the path that answers go to. The script may end
    early: the answers say why. Raises `ScaffoldError` (`script-failed`) when it dies or says
    nothing.
    """
    script = data_path("templates") / "verify" / "verify.exs"
    events: list[Answer] = []

    def heard(line: bytes) -> None:
        events.append(_decoded(line))
        say(events[-1])

    ended = run_script(mix, script, question, heard)
    failed = next((event for event in events if isinstance(event, FailedAnswer)), None)
    if failed is not None:
        raise script_failed(f"It stopped with {failed.error} in {failed.at}.", ended.output)
    if not events:
        raise script_failed("It gave no answer.", ended.output)
    if not isinstance(events[-1], EndAnswer):
        raise script_failed(f"It died with exit code {ended.code}.", ended.output)
    return events


def _decoded(line: bytes) -> Answer:
    try:
        return decode(line)
    except msgspec.DecodeError as error:
        what = f"Its answer can't be read: {error}."
        raise script_failed(what, "") from None
