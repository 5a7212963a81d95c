"""What a merge could not do, and what it left as it is, as problems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ash_scaffold.config.faults import quoted
from ash_scaffold.elixir.merge.resolve import Conflict, Note, NoteKind
from ash_scaffold.problem import Code, Problem

_SHOWN = 160


def conflict_problems(path: str, conflicts: Iterable[Conflict]) -> list[Problem]:
    """Return an error for every conflict in a file."""
    return [
        Code.CONFLICT.at(
            f"{path}: {each.name}",
            _what(each),
            todo="Edit it to what you want, or say that it stays, in ash_scaffold.toml:\n"
            f'[[accept]]\nobject = {quoted(each.name)}\nreason = "…"',
        )
        for each in conflicts
    ]


def note_problems(path: str, notes: Sequence[Note]) -> list[Problem]:
    """Return what there is to say about what people took out, or wrote otherwise."""
    found = []
    for note in notes:
        name = note.object if note.option is None else f"{note.object}.{note.option}"
        if note.kind is NoteKind.DIFFERS:
            found.append(
                Code.DIFFERS.at(
                    f"{path}: {name}",
                    f"It says {_one_line(note.ours)}; the database has "
                    f"{_one_line(note.theirs)}. The hand-written text stays.",
                )
            )
        elif note.kind is NoteKind.REMOVED:
            found.append(
                Code.REMOVED_BY_HAND.at(f"{path}: {name}", "Somebody took it out, so it stays out.")
            )
    return found


def _what(each: Conflict) -> str:
    if not each.section and each.option is None and each.ours and len(each.ours) > 1:
        return "The file can't be merged, so it is left as it is."
    if not each.theirs:
        return (
            "It is gone from the database, and somebody has edited it here: it stays, "
            "and points at nothing."
        )
    return "The database wants another text, and somebody has edited it here: the edit stays."


def _one_line(lines: Sequence[str]) -> str:
    text = " ".join(line.strip() for line in lines)
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN]}…"
    return f"`{text}`" if text else "nothing"
