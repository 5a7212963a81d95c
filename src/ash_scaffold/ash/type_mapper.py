"""Maps the types that columns use to Ash types, with the support modules they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from ash_scaffold.ash.ecto_types import Delegation, NamedDelegation, delegated, delegation, segments
from ash_scaffold.ash.embeds import Parts, embed_segments, embedded
from ash_scaffold.ash.hints import EctoTypeHint, EmbedHint
from ash_scaffold.ash.model import SupportType
from ash_scaffold.ash.naming import Names, attribute_name
from ash_scaffold.ash.type_modules import (
    SupportModules,
    enum_of,
    enum_segment,
    enum_values,
    labels_of,
    renamed_labels,
)
from ash_scaffold.ash.types import (
    BASE_TYPES,
    GEO_POSTGIS,
    Constraints,
    Family,
    InArray,
    Mapped,
    Risk,
    Rule,
    Unmapped,
    bound_values,
    configured_type,
    parse_type,
    range_risks,
    rule_for,
)
from ash_scaffold.postgres.catalog import Check, Name, Type, TypeKind, TypeUse
from ash_scaffold.postgres.sql import quote_name
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.term import Atom, Keyword, Module, Term

__all__ = ["JSONB", "Mapped", "TypeMapper", "Unmapped", "configured_type", "parse_type"]

# What Postgrex looks up of these by the type's own oid, a domain over one does not have.
_OPAQUE_IN_DOMAIN = frozenset({TypeKind.COMPOSITE, TypeKind.RANGE, TypeKind.MULTIRANGE})
JSONB = TypeUse(Name("pg_catalog", "jsonb"))
_TIMESTAMP = TypeUse(Name("pg_catalog", "timestamp"))
_OPTIONS = ("tolerant", "limits", "nested")
_RANGES = frozenset(name for name, rule in BASE_TYPES.items() if rule.family is Family.RANGE)


class TypeMapper:
    """Answers for one database; remembers every answer.

    `configured` gives the `[types]` entry for a type, or None. `namespace` is where support
    modules go, such as `App.Types`; `enums` names those of single columns.
    `labels` are the names that the legacy code has for the labels of enum types, `renamed` those
    that a person gave to modules, by what they would be called. `ecto_types` are the Ecto types
    that modules hand over to, `embeds` name the modules of embedded schemas.
    """

    def __init__(
        self,
        types: Mapping[Name, Type],
        namespace: str,
        configured: Callable[[Name], str | None] = lambda _name: None,
        *,
        geo_postgis: bool = False,
        enums: Mapping[tuple[Name, str], str] | None = None,
        labels: Mapping[Name, Mapping[str, str]] | None = None,
        renamed: Mapping[str, str] | None = None,
        ecto_types: Mapping[Delegation, NamedDelegation] | None = None,
        embeds: Mapping[str, str] | None = None,
    ) -> None:
        self._labels = labels or {}
        self._enums = enums or {}
        self._ecto_types = ecto_types or {}
        self._embeds = embeds or {}
        self._types = types
        self._configured = configured
        self._geo_postgis = geo_postgis
        self._memo: dict[tuple[TypeUse, bool, str | None], Mapped | Unmapped] = {}
        self._modules = SupportModules(types, namespace, renamed or {})

    def map(
        self, use: TypeUse, *, key: bool = False, option: str | None = None
    ) -> Mapped | Unmapped:
        """Map a type. `key` asks for a key column's type.

        `option` is a word of the configuration in place of a type: `tolerant` takes NaN and
        infinity, `limits` adds the machine's limits, `nested` takes arrays of any dimensions.
        `naive`, which only the legacy code has, takes a `timestamp` for a time of no zone.
        """
        at = (use, key, option)
        if at not in self._memo:
            self._memo[at] = self._map(use, key, option)
        return self._memo[at]

    def listed(self, table: Name, column: str, labels: tuple[str, ...]) -> Mapped:
        """Map a text column that holds one of a list of values to an enum of its own."""
        return self.stored_enum(table, column, tuple((label, label) for label in labels))

    def stored_enum(
        self,
        table: Name,
        column: str,
        values: tuple[tuple[str, str | int], ...],
        *,
        is_open: bool = False,
    ) -> Mapped:
        """Map a text or integer column that stores something for each of a list of values.

        `values` pairs the name of each with the stored one; `is_open` allows others.
        """
        segment = self._enums.get((table, column)) or enum_segment(table, column, self.taken())
        return enum_of(self._modules.called(segment), values, is_open=is_open)

    def ecto_type(self, hint: EctoTypeHint, use: TypeUse, *, is_list: bool = False) -> Mapped:
        """Map to a module that hands over to an Ecto type.

        `is_list` says that one value, not an array of PostgreSQL, holds a list of the type.
        """
        base = self.base_type(use)
        of = delegation(hint, base, is_list=is_list)
        named = self._ecto_types.get(of)
        if named is None:
            named = NamedDelegation(segments([of], self.taken())[of], hint, generates=False)
        module = self._modules.called(named.segment)
        return delegated(module, of, named.hint, pg_type=type_text(use), generates=named.generates)

    def ecto_type_in_json(self, hint: EctoTypeHint) -> Mapped:
        """Map to the module that hands over to an Ecto type, for a field of an embedded resource.

        That of a column where there is one, whatever it stores: the module converts to JSON itself.
        """
        of = delegation(hint, TypeUse(Name("pg_catalog", "text")))
        alike = sorted(each for each in self._ecto_types if each[:-1] == of[:-1])
        of = alike[0] if alike else of
        named = self._ecto_types.get(of)
        if named is None:
            named = NamedDelegation(segments([of], self.taken())[of], hint, generates=False)
        module = self._modules.called(named.segment)
        used = msgspec.structs.replace(named.hint, in_embeds=True)
        return delegated(module, of, used, pg_type=of.storage or "text", generates=named.generates)

    def embed(self, hint: EmbedHint, *, of_items: bool, storage: str) -> Mapped:
        """Map to the embedded resource of an embed; for the options see `embeds.embedded`."""
        found = {
            "any": self.map(JSONB),
            "naive_datetime_usec": self.map(_TIMESTAMP, option="naive"),
        }
        parts = Parts(
            called=self._modules.called,
            segments=self._embeds or embed_segments([hint], self.taken()),
            types={name: each for name, each in found.items() if isinstance(each, Mapped)},
            ecto_type=self.ecto_type_in_json,
        )
        return embedded(hint, parts, of_items=of_items, storage=storage)

    def base_type(self, use: TypeUse) -> TypeUse:
        """Return what a domain is over, which its values are stored as; else `use`."""
        type_ = self._types.get(use.name)
        if type_ is None or type_.kind is not TypeKind.DOMAIN:
            return use
        base, _ = self._ultimate(type_)
        return TypeUse(base.name, base.typmod, base.dimensions + use.dimensions)

    def taken(self) -> list[str]:
        """Return the names that modules of types have, enums of single columns left out."""
        return self._modules.taken()

    def is_default_json(self, use: TypeUse) -> bool:
        """Whether a column is a plain jsonb that the configuration does not map otherwise."""
        jsonb = use.name == Name("pg_catalog", "jsonb") and not use.is_array
        return jsonb and self._configured(use.name) is None

    def _map(self, use: TypeUse, key: bool, option: str | None) -> Mapped | Unmapped:
        if use.is_array:
            return self._array(use, option)
        if option == "nested":
            return Unmapped(
                reason='"nested" is for arrays only', todo="Take it out of the configuration."
            )
        configured = self._configured(use.name)
        if configured is not None and configured not in _OPTIONS:
            if configured == "skip":
                return Unmapped(reason="[types] says to leave it out")
            return configured_type(configured)
        option = option or configured
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
        return self._range(type_)

    def _base(self, use: TypeUse, rule: Rule, key: bool, option: str | None) -> Mapped | Unmapped:
        if rule.unsupported is not None:
            return rule.unsupported
        rule = _with_option(rule, option)
        constraints = rule.constraints
        if callable(constraints):
            constraints = constraints(use.typmod)
        support, storage, risks = rule.support, rule.storage, rule.risks
        if option == "tolerant" and rule.variants.tolerant is not None:
            support, constraints, risks = rule.variants.tolerant, (), ()
        elif option == "limits":
            constraints = constraints or rule.variants.limits
        elif constraints and rule.variants.limited is not None:
            support = rule.variants.limited
        if key and rule.variants.key is not None:
            support, constraints, storage = rule.variants.key, (), use.name.name
        supports = (self._modules.of(support),) if support is not None else ()
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
        nested = option == "nested" or self._configured(use.name) == "nested"
        item = self.map(element, option=None if option == "nested" else option)
        if isinstance(item, Unmapped):
            return item
        if self._hidden_in_domain(element):
            return Unmapped(reason=f"Postgrex can't read an array of {quote_name(use.name)}")
        rule = self._rule(element)
        if rule is not None:
            rule = _with_option(rule, option)
        if rule is not None and rule.in_array.refused:
            return Unmapped(reason=rule.in_array.refused)
        if nested:
            own = self._types.get(use.name)
            if own is not None and own.per_tenant:
                return Unmapped(
                    reason=f"{quote_name(use.name)} is in each tenant's schema, so an array of any "
                    "number of dimensions can't be named",
                    todo='Take "nested" out of the configuration.',
                )
            inner = self._inner(element)
            return inner if isinstance(inner, Unmapped) else self._nested(use, inner, rule)
        item_type, supports = self._item(item, rule)
        constraints: Constraints = (("nil_items?", True),)
        if item.constraints:
            constraints = (*constraints, ("items", Keyword(item.constraints)))
        if item.is_array:
            return Unmapped(reason="the configuration gives its elements an array type")
        return msgspec.structs.replace(
            item,
            type=(Atom("array"), item_type),
            constraints=constraints,
            storage=f"{item.storage}[]",
            supports=supports,
            risks=(*item.risks, Risk.TWO_DIMENSIONS, Risk.ARRAY_BOUNDS),
            is_array=True,
        )

    def _item(self, item: Mapped, rule: Rule | None) -> tuple[Term, tuple[SupportType, ...]]:
        """Return the type of an array's items, which must take nil and be no list to Postgrex."""
        array = rule.in_array if rule is not None else InArray()
        support = array.item if item.supports else None if array.item else array.nil_item
        if support is None:
            return item.type, item.supports
        supports = (self._modules.of(support),)
        return Module(supports[0].module), supports

    def _nested(self, use: TypeUse, item: Mapped, rule: Rule | None) -> Mapped | Unmapped:
        if item.is_array or (rule is not None and rule.in_array.is_list):
            return Unmapped(reason="its values are lists themselves, so they can't be nested")
        support = self._modules.nested(use, item)
        return msgspec.structs.replace(
            item,
            type=Module(support.module),
            constraints=(),
            family=Family.OTHER,
            storage=support.pg_type,
            supports=(*item.supports, support),
            risks=(*item.risks, Risk.ARRAY_BOUNDS),
            why="the configuration says that it may have several dimensions",
        )

    def _hidden_in_domain(self, use: TypeUse) -> bool:
        """Whether a type is a domain that Postgrex reads only as a column's own type."""
        type_ = self._types.get(use.name)
        if use.is_array or type_ is None or type_.kind is not TypeKind.DOMAIN:
            return False
        base, _ = self._ultimate(type_)
        below = self._types.get(base.name)
        return (
            base.is_array
            or (below is not None and below.kind in _OPAQUE_IN_DOMAIN)
            or (base.name.schema == "pg_catalog" and base.name.name in _RANGES)
        )

    def _range(self, type_: Type) -> Mapped | Unmapped:
        """Map a range or a multirange that the database defines, by what its bounds are."""
        template, subtype = "range", type_.subtype
        if type_.kind is TypeKind.MULTIRANGE and subtype is not None:
            template, subtype = "multirange", self._types[subtype.name].subtype
        if subtype is None:
            raise ValueError(f"the range {type_.name} has no subtype")
        mapped = self.map(subtype)
        if isinstance(mapped, Unmapped):
            return Unmapped(reason=f"its bounds: {mapped.reason}")
        if self._hidden_in_domain(subtype):
            return Unmapped(reason=f"Postgrex can't read a range of {quote_name(subtype.name)}")
        values = dict(bound_values(self._rule(subtype), mapped.type, mapped.constraints))
        own = self._own(type_, template, Family.RANGE, **values)
        used = () if values["ecto"] is not None else mapped.supports
        return msgspec.structs.replace(
            own, supports=(*used, *own.supports), risks=range_risks(mapped.risks)
        )

    def _own(self, type_: Type, template: str, family: Family, **values: Term) -> Mapped:
        # What every tenant has a type of can't be named: as a string it is not converted in SQL.
        storage = "string" if type_.per_tenant else quote_name(type_.name)
        if type_.per_tenant:
            values["per_tenant"] = True
        support = self._modules.own(type_, template, {"storage": Atom(storage), **values})
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
        values = renamed_labels(type_.labels, self._labels.get(type_.name, {}))
        mapped = self._own(type_, "enum", Family.ENUM, **enum_values(values))
        return msgspec.structs.replace(mapped, labels=labels_of(values))

    def _domain(self, type_: Type) -> Mapped | Unmapped:
        base, checks = self._ultimate(type_)
        rule = self._rule(base)
        below = self._types.get(base.name)
        multirange = below is not None and below.kind is TypeKind.MULTIRANGE
        if not base.is_array and (multirange or (rule is not None and rule.facts.by_name)):
            return Unmapped(
                reason=f"Postgrex can't write a domain over {base.name.name}",
                todo="Read it through a view, or move the domain's check to the table.",
            )
        mapped = self._inner(base)
        if isinstance(mapped, Unmapped):
            return mapped
        if mapped.is_array or self._is_composite(base):
            return msgspec.structs.replace(mapped, checks=checks)
        values: dict[str, Term] = {
            "subtype": mapped.type,
            "constraints": Keyword(mapped.constraints),
            "base": base.name.name if base.name.schema == "pg_catalog" else quote_name(base.name),
            "integer_storage": None,
        }
        storage = mapped.storage
        if mapped.family is Family.INTEGER and rule is not None and rule.variants.key is not None:
            storage = base.name.name
            values["integer_storage"] = Atom(storage)
        support = self._modules.own(type_, "domain", values)
        return msgspec.structs.replace(
            mapped,
            type=Module(support.module),
            constraints=(),
            storage=storage,
            supports=(*mapped.supports, support),
            checks=checks,
            why="",
        )

    def _rule(self, use: TypeUse) -> Rule | None:
        type_ = self._types.get(use.name)
        return rule_for(use, type_.extension if type_ else "")

    def _inner(self, base: TypeUse) -> Mapped | Unmapped:
        """Map what a domain is over, or a field of a composite type.

        AshPostgres knows some types only as the type of an attribute.
        """
        mapped = self.map(base)
        rule = None if base.is_array else self._rule(base)
        if rule is None or rule.variants.domain_base is None or isinstance(mapped, Unmapped):
            return mapped
        support = self._modules.of(rule.variants.domain_base)
        return msgspec.structs.replace(
            mapped, type=Module(support.module), constraints=(), supports=(support,)
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
        risks: tuple[Risk, ...] = ()
        for field in type_.fields:
            mapped = self._inner(field.type)
            if isinstance(mapped, Unmapped):
                return Unmapped(reason=f"its field {field.name}: {mapped.reason}")
            if self._hidden_in_domain(field.type):
                return Unmapped(
                    reason=f"its field {field.name}: Postgrex can't read "
                    f"{quote_name(field.type.name)} there"
                )
            supports += mapped.supports
            risks += mapped.risks
            name = names.take(attribute_name(field.name))
            fields.append((Atom(name), mapped.type, Keyword(mapped.constraints)))
        mapped = self._own(type_, "composite", Family.OTHER, fields=list[Term](fields))
        return msgspec.structs.replace(
            mapped, supports=(*supports, *mapped.supports), risks=tuple(dict.fromkeys(risks))
        )


def _with_option(rule: Rule, option: str | None) -> Rule:
    naive = rule.variants.naive
    return naive if option == "naive" and naive is not None else rule
