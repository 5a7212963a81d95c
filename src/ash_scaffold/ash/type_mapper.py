"""Maps the types that columns use to Ash types, with the support modules they need."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from ash_scaffold.ash.model import SupportType
from ash_scaffold.ash.naming import Names, attribute_name, camelize, singular_name, underscore
from ash_scaffold.ash.types import (
    BASE_TYPES,
    EXTENSION_TYPES,
    GEO_POSTGIS,
    Constraints,
    Family,
    Risk,
    Rule,
    Support,
    rule_for,
)
from ash_scaffold.postgres.catalog import Check, Name, Type, TypeKind, TypeUse
from ash_scaffold.postgres.identifier import quote_name
from ash_scaffold.term import Atom, Keyword, Module, Term

_BOOLEAN_OR_NIL = frozenset({"nil", "true", "false"})
_TYPE_TEXT = re.compile(r"\{\s*:array\s*,\s*(.+)\}\s*\Z", re.DOTALL)
_SUFFIXES = {TypeKind.ENUM: "Enum", TypeKind.DOMAIN: "Domain", TypeKind.COMPOSITE: "Composite"}


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """What a type becomes.

    `storage` is the type that Ecto casts to; `supports` are the modules to write for it, those
    they use included. `checks` are a domain's, whose names an error may carry. `labels` are an
    enum's values by label.
    """

    type: Term
    constraints: Constraints = ()
    family: Family = Family.OTHER
    storage: str = ""
    supports: tuple[SupportType, ...] = ()
    risks: tuple[Risk, ...] = ()
    checks: tuple[Check, ...] = ()
    labels: Mapping[str, Term] = {}
    is_array: bool = False
    extension: str = ""
    why: str = ""


class Unmapped(msgspec.Struct, frozen=True, kw_only=True):
    """A type that can't be an attribute: why, and what can be done."""

    reason: str
    todo: str = ""


def parse_type(text: str) -> Term:
    """Read an Ash type from the configuration: `:string`, `App.Types.X`, `{:array, :map}`."""
    text = text.strip()
    array = _TYPE_TEXT.match(text)
    if array:
        return (Atom("array"), parse_type(array[1]))
    return Atom(text[1:].strip('"')) if text.startswith(":") else Module(text)


class TypeMapper:
    """Answers for one database; remembers every answer.

    `configured` gives the `[types]` entry for a type, or None. `namespace` is where support
    modules go, such as `App.Types`.
    """

    def __init__(
        self,
        types: Mapping[Name, Type],
        namespace: str,
        configured: Callable[[Name], str | None] = lambda _name: None,
        *,
        geo_postgis: bool = False,
    ) -> None:
        self._types = types
        self._namespace = namespace
        self._configured = configured
        self._geo_postgis = geo_postgis
        self._memo: dict[tuple[TypeUse, bool, str | None], Mapped | Unmapped] = {}
        self._modules = self._name_modules()

    def _name_modules(self) -> dict[Name, str]:
        """Name the modules of the types that the database defines; support types come first."""
        names = Names(_support_names())
        found: dict[Name, str] = {}
        for name in sorted(self._types):
            kind = self._types[name].kind
            if kind is TypeKind.BASE or name.schema == "pg_catalog":
                continue
            segment = camelize(underscore(name.name))
            prefix = "" if name.schema == "public" else camelize(underscore(name.schema))
            suffixed = prefix + segment + _SUFFIXES.get(kind, "Type")
            found[name] = names.take(prefix + segment, suffixed)
        return found

    def map(
        self, use: TypeUse, *, key: bool = False, option: str | None = None
    ) -> Mapped | Unmapped:
        """Map a type. `key` asks for a key column's type, `option` is `tolerant` or `limits`."""
        at = (use, key, option)
        if at not in self._memo:
            self._memo[at] = self._map(use, key, option)
        return self._memo[at]

    def listed(self, table: Name, column: str, labels: tuple[str, ...]) -> Mapped:
        """Map a text column that holds one of a list of values to an enum of its own."""
        segment = camelize(singular_name(underscore(table.name))) + camelize(underscore(column))
        as_text = bool(_BOOLEAN_OR_NIL & set(labels))
        values: dict[str, Term] = {x: x if as_text else Atom(x) for x in labels}
        support = SupportType(
            module=f"{self._namespace}.{segment}",
            template="enum",
            pg_type="",
            values={"storage": None, "labels": list(values.values())},
        )
        return Mapped(
            type=Module(support.module),
            family=Family.ENUM,
            storage="string",
            supports=(support,),
            labels=values,
        )

    def is_default_json(self, use: TypeUse) -> bool:
        """Whether a column is a plain jsonb that the configuration does not map otherwise."""
        jsonb = use.name == Name("pg_catalog", "jsonb") and not use.is_array
        return jsonb and self._configured(use.name) is None

    def _map(self, use: TypeUse, key: bool, option: str | None) -> Mapped | Unmapped:
        if use.is_array:
            return self._array(use, option)
        said = self._configured(use.name)
        if said is not None and said not in ("tolerant", "limits"):
            if said == "skip":
                return Unmapped(reason="[types] says to leave it out")
            return configured_type(said)
        option = option or said
        type_ = self._types.get(use.name)
        kind = TypeKind.BASE if type_ is None else type_.kind
        rule = rule_for(use, type_.extension if type_ else "")
        if rule is not None and self._geo_postgis and use.name.name in ("geometry", "geography"):
            rule = GEO_POSTGIS
        if rule is not None:
            return self._base(use, rule, key, option)
        if type_ is None or kind is TypeKind.BASE:
            return Unmapped(
                reason=f"Ash has no type for {quote_name(use.name)}",
                todo="Write an Ash.Type and map it: "
                f'[types] "{use.name.schema}.{use.name.name}" = "App.Types.…".',
            )
        if kind is TypeKind.ENUM:
            return self._enum(type_)
        if kind is TypeKind.DOMAIN:
            return self._domain(type_)
        if kind is TypeKind.COMPOSITE:
            return self._composite(type_)
        template = "range" if kind is TypeKind.RANGE else "multirange"
        return self._own(type_, template, Family.RANGE)

    def _support(self, support: Support) -> SupportType:
        values = dict(support.values)
        pg_type = values.pop("type", None)
        return SupportType(
            module=f"{self._namespace}.{support.name}",
            template=support.template,
            pg_type=pg_type if isinstance(pg_type, str) else "",
            values=values,
        )

    def _base(self, use: TypeUse, rule: Rule, key: bool, option: str | None) -> Mapped | Unmapped:
        if rule.unsupported:
            return Unmapped(reason=rule.unsupported, todo=rule.todo)
        constraints = rule.constraints
        if callable(constraints):
            constraints = constraints(use.typmod)
        support = rule.support(use.typmod) if callable(rule.support) else rule.support
        storage, risks = rule.storage, rule.risks
        if option == "tolerant" and rule.tolerant is not None:
            support, constraints, risks = rule.tolerant, (), ()
        elif option == "limits":
            constraints = constraints or rule.limits
        if key and rule.key is not None:
            support, constraints, storage = rule.key, (), use.name.name
        supports = (self._support(support),) if support is not None else ()
        return Mapped(
            type=Module(supports[0].module) if supports else rule.type,
            constraints=constraints,
            family=rule.family,
            storage=storage,
            supports=supports,
            risks=risks,
            extension=rule.extension,
            why=rule.why,
        )

    def _array(self, use: TypeUse, option: str | None) -> Mapped | Unmapped:
        element = TypeUse(name=use.name, typmod=use.typmod)
        item = self.map(element, option=option)
        if isinstance(item, Unmapped):
            return item
        type_ = self._types.get(use.name)
        rule = rule_for(element, type_.extension if type_ else "")
        item_type, supports = item.type, item.supports
        if rule is not None and rule.nil_item is not None and not supports:
            nil_item = rule.nil_item(use.typmod) if callable(rule.nil_item) else rule.nil_item
            supports = (self._support(nil_item),)
            item_type = Module(supports[0].module)
        constraints: Constraints = (("nil_items?", True),)
        if item.constraints:
            constraints = (*constraints, ("items", Keyword(item.constraints)))
        if item.is_array:
            return Unmapped(reason="an array of a domain over an array has no Ash type")
        return Mapped(
            type=(Atom("array"), item_type),
            constraints=constraints,
            family=item.family,
            storage=f"{item.storage}[]",
            supports=supports,
            risks=(*item.risks, Risk.TWO_DIMENSIONS, Risk.ARRAY_BOUNDS),
            checks=item.checks,
            labels=item.labels,
            is_array=True,
            extension=item.extension,
            why=item.why,
        )

    def _own(self, type_: Type, template: str, family: Family, **values: Term) -> Mapped:
        storage = quote_name(type_.name)
        support = SupportType(
            module=f"{self._namespace}.{self._modules[type_.name]}",
            template=template,
            pg_type=storage,
            values={"storage": Atom(storage), **values},
        )
        return Mapped(
            type=Module(support.module),
            family=family,
            storage=storage,
            supports=(support,),
            extension=type_.extension,
        )

    def _enum(self, type_: Type) -> Mapped | Unmapped:
        if not type_.labels:
            return Unmapped(reason="the enum has no labels", todo="Add a label in legacy code.")
        as_text = bool(_BOOLEAN_OR_NIL & set(type_.labels))
        labels: dict[str, Term] = {
            label: label if as_text else Atom(label) for label in type_.labels
        }
        mapped = self._own(type_, "enum", Family.ENUM, labels=list(labels.values()))
        return msgspec.structs.replace(mapped, labels=labels)

    def _domain(self, type_: Type) -> Mapped | Unmapped:
        base, checks = self._ultimate(type_)
        mapped = self.map(base)
        if isinstance(mapped, Unmapped):
            return mapped
        if mapped.is_array or self._is_composite(base):
            return msgspec.structs.replace(mapped, checks=checks)
        values: dict[str, Term] = {
            "subtype": mapped.type,
            "constraints": Keyword(mapped.constraints),
            "base": quote_name(base.name),
            "integer_storage": None,
        }
        storage = mapped.storage
        if mapped.family is Family.INTEGER and base.name.name != "int8":
            storage = base.name.name
            values["integer_storage"] = Atom(storage)
        support = SupportType(
            module=f"{self._namespace}.{self._modules[type_.name]}",
            template="domain",
            pg_type=quote_name(type_.name),
            values=values,
        )
        return msgspec.structs.replace(
            mapped,
            type=Module(support.module),
            constraints=(),
            storage=storage,
            supports=(*mapped.supports, support),
            checks=checks,
            why="",
        )

    def _ultimate(self, type_: Type) -> tuple[TypeUse, tuple[Check, ...]]:
        """Follow a domain to what it is made of, gathering the checks on the way."""
        checks = type_.checks
        base = type_.base
        while base is not None and not base.is_array:
            below = self._types.get(base.name)
            if below is None or below.kind is not TypeKind.DOMAIN:
                break
            checks += below.checks
            base = below.base
        if base is None:
            raise ValueError(f"the domain {type_.name} has no base type")
        return base, checks

    def _is_composite(self, use: TypeUse) -> bool:
        type_ = self._types.get(use.name)
        return type_ is not None and type_.kind is TypeKind.COMPOSITE

    def _composite(self, type_: Type) -> Mapped | Unmapped:
        if not type_.fields:
            return Unmapped(reason="the composite type has no fields")
        names, fields = Names(), []
        supports: tuple[SupportType, ...] = ()
        for field in type_.fields:
            mapped = self.map(field.type)
            if isinstance(mapped, Unmapped):
                return Unmapped(reason=f"its field {field.name}: {mapped.reason}")
            supports += mapped.supports
            name = names.take(attribute_name(field.name))
            fields.append((Atom(name), mapped.type, Keyword(mapped.constraints)))
        mapped = self._own(type_, "composite", Family.OTHER, fields=list[Term](fields))
        return msgspec.structs.replace(mapped, supports=(*supports, *mapped.supports))


def configured_type(text: str) -> Mapped:
    """Map to the Ash type that the configuration names."""
    type_ = parse_type(text)
    return Mapped(type=type_, is_array=isinstance(type_, tuple), why="the configuration says so")


def _support_names() -> list[str]:
    names = []
    for rule in (*BASE_TYPES.values(), *EXTENSION_TYPES.values()):
        for support in (rule.support, rule.key, rule.tolerant, rule.nil_item):
            if isinstance(support, Support):
                names.append(support.name)
    return [*names, "UtcDatetime", "UtcDatetimeUsec", "Timestamptz", "TimestamptzUsec", "TimeUsec"]
