"""An ExUnit file of actions alone, with what the changeset functions answered.

It needs no legacy code, so it holds the behaviour once that is gone. The file is a person's: it is
written again only as long as nobody has edited it, which a digest in its head tells.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ash_scaffold.packaged import data_path
from ash_scaffold.problem import Code, fail
from ash_scaffold.regular_file import read_file
from ash_scaffold.syntax.literal import fit, flat, string
from ash_scaffold.term import Map, Term

if TYPE_CHECKING:
    from ash_scaffold.verify.answers import TestCase
    from ash_scaffold.verify.behaviour import BehaviourReport

_DIGEST = re.compile(rb"^# As written: ([0-9a-f]{64})$", re.MULTILINE)
_INDENT = 6
_SCRIPT = Path("verify") / "behaviour_test.exs"


def require_unedited(path: Path) -> None:
    """Refuse a file that somebody has edited, or that is not the tool's.

    Raises `ScaffoldError` (`edited-file`, `not-writable`).
    """
    try:
        content = read_file(path)
    except FileNotFoundError:
        return
    except OSError as error:
        what = f"The file can't be read: {error.strerror}."
        raise fail(Code.NOT_WRITABLE, what, where=str(path)) from None
    found = _DIGEST.search(content)
    if found is None or _digest(_DIGEST.sub(b"", content)) != found[1].decode():
        raise fail(
            Code.EDITED_FILE,
            "The file is there, and it is not as the tool wrote it.",
            where=str(path),
            todo="Give another name with --tests: what you wrote stays.",
        )


def write_test_file(path: Path, report: BehaviourReport) -> int:
    """Write the tests, and return how many there are.

    Raises `ScaffoldError` as `require_unedited` does.
    """
    require_unedited(path)
    text, count = test_file(report, path.stem)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text.encode())
    except OSError as error:
        what = f"The file can't be written: {error.strerror}."
        raise fail(Code.NOT_WRITABLE, what, where=str(path)) from None
    return count


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_file(report: BehaviourReport, stem: str) -> tuple[str, int]:
    """Return the text of the file, and the number of its tests."""
    blocks: list[str] = []
    count = 0
    resources: dict[str, None] = {}
    by_action: dict[tuple[str, str, str], list[TestCase]] = {}
    for resource, action, kind, cases in report.cases:
        resources[resource] = None
        by_action.setdefault((resource, action, kind), []).extend(cases)
    for (resource, action, kind), found in by_action.items():
        tests = list(_tests(resource, action, kind, found))
        count += len(tests)
        blocks.append(
            f"  describe {string(f'{resource} {action}')} do\n" + "\n".join(tests) + "  end\n"
        )
    helpers = (data_path("templates") / _SCRIPT).read_text(encoding="utf-8")
    name = "".join(part.capitalize() for part in re.findall(r"[A-Za-z0-9]+", stem)) or "Behaviour"
    name = name if name[0].isalpha() else f"Test{name}"
    text = (
        helpers.replace("BehaviourTest", name)
        .replace("  # TESTS\n", "\n".join(blocks))
        .replace("RESOURCES", flat([_module(each) for each in resources]))
    )
    head = "# As written: \n"
    unsigned = text.replace("# DIGEST\n", "\n")
    return text.replace("# DIGEST", f"{head.strip()} {_digest(unsigned.encode())}"), count


def _module(name: str) -> Term:
    from ash_scaffold.term import Module

    return Module(name)


def _tests(resource: str, action: str, kind: str, cases: list[TestCase]) -> Iterator[str]:
    seen: set[str] = set()
    number = 0
    for case in cases:
        body = _test(resource, action, kind, case)
        if body in seen:
            continue
        seen.add(body)
        number += 1
        yield f"    test {string(f'{number}: {_title(case)}')} do\n{body}    end\n"


def _title(case: TestCase) -> str:
    if case.accepted:
        return f"accepts {', '.join(sorted(case.params)) or 'nothing'} ({case.mode})"[:120]
    fields = sorted({field for field, _ in case.errors})
    return f"refuses {', '.join(fields)} ({case.mode})"[:120]


def _test(resource: str, action: str, kind: str, case: TestCase) -> str:
    given = [
        (name, text)
        for name, text in (
            ("row", case.row),
            ("struct", case.struct),
            ("arguments", case.arguments),
        )
        if text is not None
    ]
    lines = [f"params = {fit(_term(case.params), _INDENT, _INDENT + len('params = '))}"]
    lines += [_indented(f"{name} = {text}") for name, text in given]
    options = f", {', '.join(f'{name}: {name}' for name, _ in given)}" if given else ""
    lines.append(f"changeset = {kind}({resource}, :{action}, params{options})")
    lines.append("")
    if case.accepted:
        lines.append("assert errors(changeset) == []")
        lines += [
            _indented(f"assert value(changeset, :{name}) == {value}") for name, value in case.values
        ]
    else:
        errors: list[Term] = [(field, message) for field, message in sorted(case.errors)]
        start = "assert errors(changeset) == "
        lines.append(f"{start}{fit(errors, _INDENT, _INDENT + len(start))}")
    spaced: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        spaced += [line, ""] if "\n" in line and following else [line]
    return "".join(f"{' ' * _INDENT}{line}\n" if line else "\n" for line in spaced)


def _indented(text: str) -> str:
    return text.replace("\n", f"\n{' ' * _INDENT}")


def _term(value: object) -> Term:
    match value:
        case dict():
            return Map(tuple((str(key), _term(item)) for key, item in sorted(value.items())))
        case list():
            return [_term(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
