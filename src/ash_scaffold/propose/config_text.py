"""The configuration file with the proposal in it, as text."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import Literal

import tomlkit
from tomlkit.items import Array, String, StringType, Table, Trivia

from ash_scaffold.propose.domains import DomainProposal
from ash_scaffold.propose.tenancy import TenancyProposal

_WIDTH = 84
_HEAD = (
    "What ash-scaffold writes, and where. Proposed by `ash-scaffold init`: change what",
    "you like. Another run adds entries for tables that are in no domain, and leaves",
    "the others as they are.",
)


def new_file(
    repo: tuple[str, str] | None,
    dump: str | None,
    domains: Iterable[DomainProposal],
    tenancy: TenancyProposal | None = None,
    legacy: str | Literal[False] | None = None,
) -> str:
    """Write a new file; `repo` is its module and the reason, `dump` a path in the project.

    `legacy` is the folder of the legacy code, False for none, where an option has said so.
    What speaks for tenants is a comment, lines to take over included.
    """
    document = tomlkit.document()
    for line in _HEAD:
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    if repo is not None:
        module, reason = repo
        document.add("repo", _string(module).comment(_plain(reason)))
    if dump is not None:
        document.add("dump", _string(dump).comment("read where no URL is given, as init did"))
    if legacy is not None:
        folder = tomlkit.item(False) if legacy is False else _string(legacy)
        document.add("legacy", folder.comment("as init was told"))
    return tomlkit.dumps(document) + blocks(domains) + _commented(tenancy)


def _commented(tenancy: TenancyProposal | None) -> str:
    """Write the proposal for tenants as comments, a blank line before them."""
    if tenancy is None or not tenancy.entries:
        return ""
    document, entry = tomlkit.document(), tomlkit.table()
    for key, value in tenancy.entries:
        entry.add(key, _string(value) if isinstance(value, str) else list(value))
    document.add("tenancy", entry)
    sentence = f"The rows seem to belong to tenants: {_plain(tenancy.reason)}."
    lines = [
        *wrap(sentence, _WIDTH, break_long_words=False, break_on_hyphens=False),
        "Where they do, take the signs before these lines away, before the first run:",
        "",
        *tomlkit.dumps(document).splitlines(),
    ]
    return "\n" + "".join(f"# {line}".rstrip() + "\n" for line in lines)


def blocks(domains: Iterable[DomainProposal]) -> str:
    """Write the entries of domains, a blank line before each."""
    found = []
    for proposal in domains:
        document = tomlkit.document()
        holder = tomlkit.table(is_super_table=True)
        holder.add(proposal.module, _entry(proposal))
        document.add("domains", holder)
        found.append(f"\n{tomlkit.dumps(document)}")
    return "".join(found)


def appended(text: str, domains: Iterable[DomainProposal]) -> str:
    """Add entries behind all that a person wrote, in the line breaks of the file."""
    added = blocks(domains)
    if not added:
        return text
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    gap = "" if not text or text.endswith("\n") else newline
    return text + gap + added.replace("\n", newline)


def _entry(proposal: DomainProposal) -> Table:
    entry = tomlkit.table()
    entry.add(tomlkit.comment(_plain(proposal.reason)))
    entry.add("tables", _array(proposal))
    return entry


def _array(proposal: DomainProposal) -> Array:
    array = tomlkit.array()
    for member in proposal.members:
        array.add_line(_string(member.pattern), indent="  ", comment=_plain(member.reason))
    array.add_line(indent="")
    return array


def _string(text: str) -> String:
    """Make a string in which nothing invisible stands as itself."""
    return String(StringType.SLB, text, "".join(map(_escaped, text)), Trivia())


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _plain(text: str) -> str:
    """Make text fit for a comment: on one line, nothing invisible."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)
