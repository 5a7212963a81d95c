"""Steps, and what a step is appended to: how the parts of the reader add to a changeset."""

from __future__ import annotations

from collections.abc import Collection

from tree_sitter import Node

from ash_scaffold.ash.changesets import Copied, CopiedFunction, Step, Todo
from ash_scaffold.legacy.changesets.copied_text import is_piped, text_of
from ash_scaffold.legacy.changesets.copies import Copies, Inside
from ash_scaffold.legacy.changesets.values import Arguments, Findings, Flow, Frame, Value
from ash_scaffold.syntax.parse import CallSite


class StepMaker:
    """Makes the steps of one changeset function, which stands in the file `path`.

    While `probing` is set only what is returned is asked for, no step.
    """

    def __init__(self, copies: Copies, findings: Findings, path: str) -> None:
        self.copies = copies
        self.findings = findings
        self._path = path
        self.probing = False

    def copied(
        self,
        frame: Frame,
        node: Node,
        function: CopiedFunction,
        given: tuple[str, ...],
        casts: tuple[str, ...] = (),
    ) -> Copied:
        """Return a step that calls a copied function, `given` arguments after the changeset."""
        return Copied(
            line=line_of(node),
            path=self.path_of(frame),
            function=function.name,
            arguments=given,
            casts=casts,
        )

    def todo(self, frame: Frame, node: Node, reason: str, skip: Node | None = None) -> Todo:
        """Return a step that is left to a person; `skip` is what the changeset stands for."""
        text = text_of(frame.module, node)
        if skip is not None and not is_piped(node) and skip.type != "identifier":
            text = text_of(frame.module, node, {skip: "changeset"})
        return Todo(line=line_of(node), path=self.path_of(frame), source=text, reason=reason)

    def added(self, flow: Flow, *steps: Step, touches: frozenset[str] | None = None) -> Flow:
        """Return the changeset with further steps; `touches` are the fields that they change."""
        more = (touches,) * len(steps)
        return Flow((*flow.steps, *steps), flow.data, flow.started, (*flow.touched, *more))

    def path_of(self, frame: Frame) -> str:
        """Return the file of a step, "" for that of the changeset function."""
        path = frame.module.file.path
        return "" if path == self._path else path

    def around(
        self,
        frame: Frame,
        flow: Flow,
        node: Node,
        hint: str,
        replaced: Collection[Node] = (),
        touches: frozenset[str] | None = None,
        *,
        own_casts: bool = False,
    ) -> Flow:
        """Let a step call a function that is made around an expression."""
        if self.probing:
            return self.added(flow, Todo(line=0, source="", reason=""))
        self.findings.own = self.findings.own or frame.depth == 0
        if all(isinstance(variable(frame, each), Flow) for each in replaced):
            replaced = ()
        function, given, inside = self.copies.made(frame, flow, node, hint, replaced)
        if own_casts:
            inside = Inside(inside.steps)
        step = self.copied(frame, node, function, given, inside.casts)
        found = self.added(flow, step, touches=touches)
        return self.added(found, *inside.steps, touches=frozenset()) if inside.steps else found


def variable(frame: Frame, node: Node) -> Value | None:
    """Return the value of a variable, None for any other expression."""
    return frame.variables.get(frame.text(node)) if node.type == "identifier" else None


def first_argument(site: CallSite, arguments: Arguments, position: int = 0) -> tuple[Node, ...]:
    """Return the argument that the changeset is, none where a pipe gives it."""
    return () if is_piped(site.node) else (arguments.nodes[position],)


def line_of(node: Node) -> int:
    """Return the line of a node, from 1."""
    return node.start_point.row + 1
