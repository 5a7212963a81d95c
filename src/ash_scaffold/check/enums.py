"""The values of enum modules that people have edited, beside the labels of the database."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.ash.model import SupportType
from ash_scaffold.check.look import Code
from ash_scaffold.check.report import Source
from ash_scaffold.generate.case import Case
from ash_scaffold.generate.decision import Decision
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse
from ash_scaffold.term import Atom, Keyword

_ENUM = "Ash.Type.Enum"


def enum_drift(decision: Decision, code: Code) -> Iterator[Finding]:
    """Yield the labels that a module lacks, and the values that the database lacks.

    Values that are not a literal list are unknown.
    """
    supports = {support.module: support for support in decision.plan.supports}
    for case in code.cases:
        support = supports.get(case.module.name)
        if support is not None and support.template == "enum" and not case.is_pure:
            yield from _compare(case, support)


def _compare(case: Case, support: SupportType) -> Iterator[Finding]:
    found = _values(case.before or "", support.module)
    labels = support.values.get("labels")
    if found is None or not isinstance(labels, list):
        return
    values, line = found
    wanted = [_name(label) for label in labels]

    def finding(kind: str, label: str, what: str) -> Finding:
        return Finding(
            severity=Severity.ERROR,
            source=Source.CODE,
            kind=kind,
            object=label,
            module=support.module,
            path=case.module.path,
            line=line,
            what=what,
            accept=(f"{support.module}.{label}", support.module),
        )

    for label in wanted:
        if label not in values:
            what = f'{support.module} lacks the label "{label}": a row that has it can\'t be read.'
            yield finding("enum label missing", label, what)
    for value in values:
        if value not in wanted:
            what = f'{support.module} has "{value}", which the database refuses.'
            yield finding("enum label unknown", value, what)


def _values(text: str, module: str) -> tuple[tuple[str, ...], int] | None:
    """Return the values of an enum module and the line of its `use`."""
    tree = parse(text.encode())
    for defined in modules(tree):
        use = defined.use(_ENUM) if defined.name == module else None
        node = use.call.option("values") if use is not None else None
        if use is None or node is None:
            continue
        value = defined.read(tree, node)
        if isinstance(value, Keyword):
            return tuple(name for name, _ in value.items), use.call.span.line
        if isinstance(value, list):
            names = tuple(_name(each) for each in value)
            return (names, use.call.span.line) if all(names) else None
    return None


def _name(value: object) -> str:
    """Return the name of a value, described (`{name, …}`) or not; "" for what is none."""
    if isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, Atom):
        return value.name
    return value if isinstance(value, str) else ""
