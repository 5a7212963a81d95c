"""Makes the plan of a move out of its facts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ash_scaffold.config import table_pattern
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.counted import counted
from ash_scaffold.legacy.usage import User, UserKind
from ash_scaffold.move.blockers import TENANCY, blockers, undecided_tenancy
from ash_scaffold.move.facts import ChangesetMove, MoveFacts, TableMove
from ash_scaffold.move.model import Module, MovePlan, Part, Size, Slice, StepKind
from ash_scaffold.move.slices import Group, slices
from ash_scaffold.move.steps import Others, can_be_owned, is_past, is_used, steps_of
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, fail

_FEW = 5


def make_plan(facts: MoveFacts) -> MovePlan:
    """Return the plan of a move."""
    groups = slices(facts, lambda table: _is_done(table, facts))
    numbers = {group.lead: number for number, group in enumerate(groups, 1)}
    makers = [_Slice(facts, group, numbers) for group in groups]
    live = {maker.number for maker in makers if maker.is_live()}
    home = {name: maker.number for maker in makers for name in maker.group.tables}
    schemas = {
        schema.module: home[name]
        for name, table in facts.tables.items()
        for schema in table.schemas
    }
    found = tuple(maker.made(schemas, live) for maker in makers)
    following = next((each.number for each in found if each.open_step is not None), None)
    begun = tuple(
        each.number
        for each in found
        if not each.is_live and each.number != following and _is_begun(each)
    )
    return MovePlan(
        application=facts.application,
        source=facts.source,
        with_legacy=facts.with_legacy,
        checked=facts.checked,
        slices=found,
        next=following,
        begun=begun,
        left_out=facts.left_out,
        first=tuple(_first(facts, found)),
        refusals=facts.refusals,
        problems=facts.problems,
        timings=facts.timings,
    )


def _first(facts: MoveFacts, found: Collection[Slice]) -> Iterator[str]:
    """Yield what is to be settled before any slice, or before any of them is cut over."""
    proposed = sorted(
        {table.domain for table in facts.tables.values() if table.is_proposed and table.domain}
    )
    if proposed:
        names = [str(name) for name, table in facts.tables.items() if table.is_proposed]
        are = "is" if len(names) == 1 else "are"
        which = counted(len(names), "table") if len(names) > _FEW else ", ".join(names)
        before = "First"
        if len(names) < len(facts.tables):
            numbers = [str(each.number) for each in found if each.proposed]
            before = f"Before slice{'s' * (len(numbers) > 1)} {_few(numbers)}"
        yield f"{before}: {which} {are} in no domain: ash-scaffold init proposes {_few(proposed)}"
    signs = undecided_tenancy(facts)
    if signs is not None and any(b.kind == TENANCY for each in found for b in each.blockers):
        yield (
            f"First: rows seem to belong to tenants ({signs.text}), and ash_scaffold.toml says "
            "nothing of that: decide on [tenancy] before the first resource, as ash-scaffold init "
            "proposes it"
        )
    if facts.without_table:
        lacking = [f"{schema.table} of {schema.module}" for schema in facts.without_table]
        yield (
            f"First: the database has no table for {counted(len(lacking), 'Ecto schema')} "
            f"({_few(lacking)}): see whether it is the one that this code uses"
        )
    if facts.settings:
        are = "is" if facts.settings == 1 else "are"
        yield (
            f"Before a resource compiles: {counted(facts.settings, 'setting')} of the project "
            f"{are} missing: ash-scaffold doctor says which, and --fix adds them"
        )
    if facts.refusals:
        first, *rest = facts.refusals
        more = f" (and {len(rest)} more)" if rest else ""
        what = first.what.removesuffix(".")
        yield f"Before any cut-over: {first.where}: {what}{more}"


def _is_begun(each: Slice) -> bool:
    """Whether somebody works at a slice: a function of it is an action, or a table is Ash's."""
    return any(part.done for part in each.parts if part.name in ("changesets", "owned by Ash"))


def _is_done(table: TableMove, facts: MoveFacts) -> bool:
    """Whether nothing is left to do for a table."""
    if not table.has_resource or table.drift:
        return False
    if can_be_owned(table):
        return table.owned
    return facts.with_legacy and not table.users


class _Slice:
    """Makes one slice."""

    def __init__(self, facts: MoveFacts, group: Group, numbers: Mapping[Name, int]) -> None:
        self._facts = facts
        self.group = group
        self.number = numbers[group.lead]
        self._numbers = numbers
        self._tables = [facts.tables[name] for name in group.tables]
        # All of an application is inside of its own namespace, which tells nothing.
        schemas = [schema for table in self._tables for schema in table.schemas]
        self._contexts = {each.context for each in schemas if "." in each.context}
        self._own = self._contexts | {each.module for each in schemas}
        self._modules = tuple(self._found_modules())

    def is_live(self) -> bool:
        """Whether nothing is left before the Ecto schemas of its tables can be deleted."""
        steps = steps_of(self._facts, self._tables, self._modules)
        return all(is_past(s) or s.kind in (StepKind.DELETE, StepKind.CUTOVER) for s in steps)

    def made(self, schemas: Mapping[str, int], live: Collection[int]) -> Slice:
        """Return it. `schemas` has the slices of Ecto schemas, `live` are those that are live."""
        named = {schemas[m.module] for m in self._modules if m.module in schemas} - {self.number}
        others = Others(
            waiting=tuple(sorted(named.difference(live))),
            live=tuple(sorted(named.intersection(live))),
        )
        steps = steps_of(self._facts, self._tables, self._modules, others)
        group, modules = self.group, self._modules
        return Slice(
            number=self.number,
            name=group.lead,
            tables=group.tables,
            domains=tuple(sorted({table.domain for table in self._tables if table.domain})),
            proposed=any(table.is_proposed for table in self._tables),
            why=group.why,
            reasons=group.reasons,
            needs=tuple(sorted(self._numbers[lead] for lead in group.needs)),
            later=group.later,
            size=self._size(),
            modules=modules,
            blockers=tuple(blockers(self._facts, self._tables, modules, self._contexts)),
            steps=steps,
            stage=next((s.kind for s in steps if not is_past(s)), None),
            parts=tuple(self._parts()),
        )

    # ---- what is to be ported ----

    def _found_modules(self) -> Iterator[Module]:
        found: dict[str, list[Name]] = {}
        first: dict[str, User] = {}
        for table in self._tables:
            for user in table.user_modules:
                first.setdefault(user.module, user)
                found.setdefault(user.module, []).append(table.table)
        order = list(UserKind)
        for user in sorted(first.values(), key=lambda u: (order.index(u.kind), u.module)):
            yield Module(
                module=user.module,
                kind=user.kind.value,
                path=user.path,
                line=user.line,
                tables=tuple(found[user.module]),
                elsewhere=not any(_is_inside(user.module, each) for each in self._own),
            )

    def _changesets(self) -> list[ChangesetMove]:
        return [each for table in self._tables for each in table.changesets]

    def _size(self) -> Size:
        changesets = [each for each in self._changesets() if is_used(each)]
        read = [each for each in changesets if not each.refused]
        return Size(
            schemas=sum(len(table.schemas) for table in self._tables),
            changesets=len(changesets),
            refused=len(changesets) - len(read),
            unused=len(self._changesets()) - len(changesets),
            calls=sum(each.calls for each in read),
            counterparts=sum(each.counterparts for each in read),
            copied=sum(each.copied for each in read),
            left=sum(len(each.left) for each in read),
            context_functions=sum(len(table.context_functions) for table in self._tables),
            queries=sum(len(table.queries) for table in self._tables),
            custom_types=sum(len(table.custom_types) for table in self._tables),
            triggers=sum(len(table.triggers) for table in self._tables),
        )

    # ---- how far it is ----

    def _parts(self) -> Iterator[Part]:
        tables, facts = self._tables, self._facts
        yield Part("resources", sum(table.has_resource for table in tables), len(tables))
        if facts.checked:
            clean = [table for table in tables if table.has_resource and not table.drift]
            yield Part("clean in check", len(clean), len(tables))
        changesets = [each for each in self._changesets() if is_used(each)]
        if changesets:
            done = [each for each in changesets if each.actions and not each.todos]
            yield Part("changesets", len(done), len(changesets))
        if facts.with_legacy:
            free = [table for table in tables if table.has_resource and not table.users]
            yield Part("free of legacy code", len(free), len(tables))
        ownable = [table for table in tables if can_be_owned(table)]
        if ownable:
            yield Part("owned by Ash", sum(table.owned for table in ownable), len(ownable))


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _is_inside(module: str, context: str) -> bool:
    return module == context or module.startswith(f"{context}.")


def selected(
    plan: MovePlan, patterns: Collection[str] = (), domain: str | None = None
) -> tuple[Slice, ...]:
    """Return the slices with a table that a pattern fits, and of a domain; all without either.

    Raises `ScaffoldError` for a pattern that fits no table, and a domain that no table is in.
    """
    chosen = plan.slices
    if patterns:
        names = [name for each in plan.slices for name in each.tables]
        wanted: set[Name] = set()
        for text in patterns:
            pattern = table_pattern(text)
            fitting = {name for name in names if pattern.matches(name)}
            if not fitting:
                raise fail(
                    Code.UNKNOWN_NAME,
                    f"No table of the plan fits {text}.",
                    where=f"--table {text}",
                    todo=did_you_mean(text, map(str, names)),
                )
            wanted |= fitting
        chosen = tuple(each for each in chosen if not wanted.isdisjoint(each.tables))
    if domain is not None:
        known = {name for each in plan.slices for name in each.domains}
        own = {domain, domain.removesuffix(".Domain")}
        if known.isdisjoint(own):
            raise fail(
                Code.UNKNOWN_NAME,
                f"No table of the plan is in {domain}.",
                where=f"--domain {domain}",
                todo=did_you_mean(domain, known),
            )
        chosen = tuple(each for each in chosen if not own.isdisjoint(each.domains))
    return chosen
