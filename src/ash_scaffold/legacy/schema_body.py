"""One `schema … do` of the legacy code, read into fields and associations.

The rules are those of `Ecto.Schema`: its defaults, what `@primary_key`, `@foreign_key_type`,
`@timestamps_opts`, `@schema_redact` and `@field_source_mapper` change, the names it derives.
A further call is understood by a row of `_CALLS` at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.hints import Role, Writable
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.ash.naming import macro_underscore
from ash_scaffold.legacy.association_options import conditions, preload_order
from ash_scaffold.legacy.code_base import CodeBase, SchemaCall
from ash_scaffold.legacy.defaults import field_default, is_clock
from ash_scaffold.legacy.ecto import (
    ArrayType,
    CustomType,
    EctoAssociation,
    EctoField,
    EmbeddedSchema,
    EmbedType,
    FieldType,
    PlainType,
    UnknownType,
    Unread,
)
from ash_scaffold.legacy.evaluate import Pairs, Place, apply, evaluate, shown
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.packages import base_package, macro_text
from ash_scaffold.legacy.schema_options import Remark, remarks
from ash_scaffold.legacy.types import (
    Types,
    custom_module,
    maker,
    type_hint,
    unread,
    why_apart,
    with_generator,
)
from ash_scaffold.syntax.parse import CallSite, call_site, module_attribute
from ash_scaffold.syntax.values import Unreadable, alias_text
from ash_scaffold.term import Atom, Module

# Macros that call macros: Python's own stack is the limit otherwise.
_MAX_DEPTH = 10
_POLYMORPHIC = "PolymorphicEmbed"
# The options whose value decides what a field is.
_SWITCHES = frozenset(
    "virtual primary_key redact read_after_writes load_in_query writable define_field".split()
)


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a schema. `primary_key` holds columns."""

    fields: tuple[EctoField, ...]
    primary_key: tuple[str, ...]
    associations: tuple[EctoAssociation, ...]
    embedded: tuple[EmbeddedSchema, ...]
    unread: tuple[Unread, ...]
    remarks: tuple[Remark, ...]
    partial: bool


def read_body(
    code: CodeBase,
    types: Types,
    schema: SchemaCall,
    module: str,
    *,
    visible: tuple[str, ...] = (),
    hidden: frozenset[str] = frozenset(),
    at: tuple[str, int] | None = None,
) -> Body:
    """Read a schema's body.

    `visible` are the modules whose macros it may call by name; `hidden` are the fields that the
    module keeps out of `inspect`. `at` is the file and line to name for all of it, where a macro
    puts the schema into the module.
    """
    reader = _BodyReader(code, types, schema.place, module, visible, hidden, at)
    embedded = "embedded" in schema.call.name
    reader.read_primary_key("binary_id" if embedded else "id", schema.call)
    reader.read(schema.call.body or ())
    if schema.call.node.has_error:
        reader.miss(schema.call.node, "a part of the schema is not valid Elixir")
    return reader.body()


class _BodyReader:
    """Reads the expressions of one schema, and gathers their fields and associations."""

    def __init__(
        self,
        code: CodeBase,
        types: Types,
        place: Place,
        module: str,
        visible: tuple[str, ...],
        hidden: frozenset[str],
        at: tuple[str, int] | None,
    ) -> None:
        self._code = code
        self._types = types
        self._attributes: dict[str, object] = dict(place.attributes)
        self._place = msgspec.structs.replace(place, attributes=self._attributes)
        self._module = module
        self._visible = visible
        self._hidden = hidden
        self._at = at
        self._depth = 0
        self._fields: dict[str, EctoField] = {}
        self._keys: set[str] = set()
        self._roles: dict[str, Role] = {}
        self._associations: list[EctoAssociation] = []
        self._embedded: list[EmbeddedSchema] = []
        self._unread: list[Unread] = []
        self._remarks: list[Remark] = []
        self._partial = False

    def body(self) -> Body:
        """Return what was read; of several fields of a name the last counts."""
        fields = [
            msgspec.structs.replace(field, role=self._roles[field.column])
            if field.column in self._roles
            else field
            for field in self._fields.values()
        ]
        return Body(
            fields=tuple(fields),
            primary_key=tuple(field.column for field in fields if field.name in self._keys),
            associations=tuple(self._associations),
            embedded=tuple(self._embedded),
            unread=tuple(self._unread),
            remarks=tuple(self._remarks),
            partial=self._partial,
        )

    def miss(self, node: Node, what: str, *, partial: bool = True) -> None:
        """Note what can't be read; `partial` when fields may be missing for it."""
        self._unread.append(Unread(self._path(), self._line(node), self._module, what))
        self._partial = self._partial or partial

    def _path(self) -> str:
        return self._place.file.path if self._at is None else self._at[0]

    def _line(self, node: Node) -> int:
        """Return the line to name for a node: in the quote of a macro that of the macro's call."""
        return self._place.line(node) if self._at is None else self._at[1]

    def read_primary_key(self, default: str, call: CallSite) -> None:
        """Add the key that `@primary_key` sets, or the default one."""
        key = self._attributes.get("primary_key")
        if key is False:
            return
        if key is None:
            key = (Atom("id"), Atom(default), Pairs((("autogenerate", True),)))
        if not (isinstance(key, tuple) and len(key) == 3 and isinstance(key[0], Atom)):
            text = key.text if isinstance(key, Unreadable) else shown(key)
            self.miss(call.node, f"@primary_key can't be read: {_short(text)}")
            return
        name, type_, options = key
        options = options if isinstance(options, Pairs) else Pairs()
        of_type = not _is_plain(type_)
        self._note_options("field", name.name, options, call.node, of_type=of_type)
        options = Pairs((("primary_key", True), *options.items))
        self._add_typed(name.name, type_, options, call.node, shown(type_))

    def read(self, nodes: tuple[Node, ...]) -> None:
        """Read the expressions of a body."""
        for node in nodes:
            attribute = module_attribute(self._place.file.tree, node)
            if attribute is not None:
                self._attributes[attribute.name] = evaluate(self._place, attribute.value)
                continue
            # typed_ecto_schema: `field(:age, :integer) :: non_neg_integer()`.
            left = node.child_by_field_name("left") if node.type == "binary_operator" else None
            site = call_site(self._place.file.tree, left if left is not None else node)
            if node.type == "identifier":
                # Older code writes `timestamps` without parentheses.
                site = CallSite(self._text(node), node, self._place.file.tree.span(node))
            if site is not None:
                self._call(site)
            elif node.type not in ("nil", "atom", "string"):
                self.miss(node, f"not a field or an association: {_short(self._text(node))}")

    def _call(self, site: CallSite) -> None:
        read = _CALLS.get(site.name.removeprefix("Ecto.Schema."))
        if read is not None:
            read(self, site)
            return
        inner = None
        if self._depth < _MAX_DEPTH:
            inner = self._code.macro(self._place, site, self._visible)
        if inner is None:
            inner = self._of_package(site)
        if inner is None:
            text = _short(self._text(site.node))
            self.miss(site.node, f"a macro that can't be expanded: {text}")
            return
        outer, at = self._place, self._at
        self._at = at or (outer.file.path, outer.line(site.node))
        self._place = msgspec.structs.replace(inner[0], attributes=self._attributes)
        self._depth += 1
        self.read(inner[1])
        self._depth -= 1
        self._place, self._at = outer, at

    def _of_package(self, site: CallSite) -> tuple[Place, tuple[Node, ...]] | None:
        """Return what the macro of a known package adds, without the fields that are there."""
        options: dict[str, str] = {}
        extensions: list[str] = []
        found = self._code.find(self._module)
        for use in found[1].uses if found is not None else ():
            if base_package(use.module) is None:
                continue
            for option in use.call.options:
                value = evaluate(self._place, option.value)
                if option.name == "extensions" and isinstance(value, list):
                    extensions += [each.name for each in value if isinstance(each, Module)]
                elif not isinstance(value, Unreadable):
                    options[option.name] = shown(value)
        text = macro_text(site.name.rpartition(".")[2], options, extensions)
        if text is None:
            return None
        file = ElixirFile(self._path(), text.encode())
        place = msgspec.structs.replace(self._place, file=file)
        return place, tuple(
            node
            for node in file.tree.expressions
            if (inner := call_site(file.tree, node)) is not None
            and not (inner.args and file.tree.text(inner.args[0])[1:] in self._fields)
        )

    def _text(self, node: Node) -> str:
        return self._place.text(node)

    def _name(self, site: CallSite) -> str | None:
        """Return the name of a field or association, its call's first argument."""
        if site.args:
            value = evaluate(self._place, site.args[0])
            if isinstance(value, Atom):
                return value.name
            if isinstance(value, str) or value is None or isinstance(value, bool):
                return shown(value).strip('"')
        self.miss(site.node, f"its name can't be read: {_short(self._text(site.node))}")
        return None

    def _options(self, site: CallSite, position: int) -> Pairs:
        """Return the options of a call, whose keywords may also be given as a value."""
        items = tuple((o.name, evaluate(self._place, o.value)) for o in site.options)
        if len(site.args) > position:
            value = evaluate(self._place, site.args[position])
            if isinstance(value, Pairs):
                items += value.items
            elif value != []:
                text = _short(self._text(site.args[position]))
                self.miss(site.node, f"options that can't be read: {text}", partial=False)
        return Pairs(items)

    def _note_options(
        self, macro: str, name: str, options: Pairs, node: Node, *, of_type: bool = False
    ) -> None:
        """Note the options that a resource does not follow, and those that can't be read."""
        if options.get("virtual") is True:
            return
        line = self._line(node)
        self._remarks.extend(remarks(macro, name, options, line, of_type=of_type))
        for option in _SWITCHES & {key for key, _ in options.items}:
            value = options.get(option)
            if isinstance(value, Unreadable):
                what = f"the option {option} of {name} can't be read: {_short(value.text)}"
                self.miss(node, what, partial=False)

    def skip(self, site: CallSite) -> None:
        """Read nothing of a call that adds neither field nor association."""

    def read_field(self, site: CallSite) -> None:
        """Read `field :name, type, options`."""
        name = self._name(site)
        if name is None:
            return
        options = self._options(site, 2)
        type_: object = Atom("string")
        text = ":string"
        if len(site.args) > 1:
            type_, text = evaluate(self._place, site.args[1]), self._text(site.args[1])
        self._note_options("field", name, options, site.node, of_type=not _is_plain(type_))
        self._add_typed(name, type_, options, site.node, text)

    def _add_typed(
        self,
        name: str,
        value: object,
        options: Pairs,
        node: Node,
        text: str,
        *,
        foreign: bool = False,
    ) -> EctoField | None:
        """Add a field of a type as evaluated; `None` when it has no column that is known."""
        if options.get("virtual") is True:
            return None
        type_ = self._types.read(value, options, text, within=self._module)
        options = with_generator(value, options)
        unknown = unread(type_)
        if unknown is not None:
            self.miss(node, f"the type of {name} can't be read: {_short(unknown)}", partial=False)
        return self._add(name, type_, options, node, foreign=foreign, written=value)

    def _add(
        self,
        name: str,
        type_: FieldType,
        options: Pairs,
        node: Node,
        *,
        foreign: bool = False,
        written: object = None,
    ) -> EctoField | None:
        column = self._column(name, options, node)
        if column is None:
            return None
        key = options.get("primary_key") is True
        by, generator = maker(type_, options, key=key, foreign=foreign, written=written)
        field = EctoField(
            name=name,
            column=column,
            path=self._path(),
            line=self._line(node),
            type=type_hint(type_, self._module, name),
            custom=custom_module(type_),
            apart=why_apart(type_),
            redact=self._redacted(name, options, key=key),
            maker=by,
            generator=generator,
            default=field_default(options),
            writable=_writable(options),
            selected=options.get("load_in_query") is not False,
            returned=options.get("read_after_writes") is True,
            ecto_type=type_,
            dumped=options.get("embed_as") == Atom("dumped"),
        )
        self._fields[name] = field
        (self._keys.add if key else self._keys.discard)(name)
        return field

    def _redacted(self, name: str, options: Pairs, *, key: bool) -> bool:
        redact = options.get("redact")
        general = self._attributes.get("schema_redact")
        if redact is None and general == Atom("all_except_primary_keys"):
            redact = not key
        return redact is True or name in self._hidden

    def _column(self, name: str, options: Pairs, node: Node) -> str | None:
        """Return the column of a field: its `source`, else its name as the mapper converts it."""
        source = options.get("source")
        mapper = self._attributes.get("field_source_mapper")
        if source is None and mapper is not None:
            source = apply(mapper, Atom(name))
        if source is None:
            return name
        if isinstance(source, Atom):
            return source.name
        if isinstance(source, bool):
            return shown(source)
        self.miss(node, f"the column of {name} can't be read")
        return None

    def read_timestamps(self, site: CallSite) -> None:
        """Read `timestamps`: a field for each of the two that is not switched off."""
        own = self._options(site, 0)
        general = self._attributes.get("timestamps_opts")
        if isinstance(general, Unreadable):
            self.miss(site.node, "@timestamps_opts can't be read", partial=False)
        merged = Pairs(own.items + (general.items if isinstance(general, Pairs) else ()))
        self._note_options("timestamps", "timestamps", merged, site.node)
        type_ = merged.get("type", Atom("naive_datetime"))
        self._roles = {}
        for which, role in (("inserted_at", Role.CREATED), ("updated_at", Role.UPDATED)):
            name = merged.get(which, Atom(which))
            if name is False or name is None:
                continue
            if not isinstance(name, Atom):
                self.miss(site.node, f"the name of {which} can't be read: {shown(name)}")
                continue
            source, by = merged.get(f"{which}_source"), merged.get("autogenerate")
            options = Pairs((("source", source),)) if source is not None else Pairs()
            if by is not None and not is_clock(by):
                options = Pairs((*options.items, ("autogenerate", by)))
            field = self._add_typed(name.name, type_, options, site.node, shown(type_))
            if field is not None:
                self._roles[field.column] = role

    def read_belongs_to(self, site: CallSite) -> None:
        """Read `belongs_to`, which adds the foreign key as a field as well."""
        name = self._name(site)
        if name is None:
            return
        options = self._options(site, 2)
        module, table = self._target(site)
        key = _atom(options.get("foreign_key")) or f"{name}_id"
        of_type = isinstance(options.get("type"), Module)
        self._note_options("belongs_to", name, options, site.node, of_type=of_type)
        if options.get("define_field") is not False:
            type_ = options.get("type") or self._attributes.get("foreign_key_type") or Atom("id")
            self._add_typed(key, type_, options, site.node, shown(type_), foreign=True)
        self._associations.append(
            EctoAssociation(
                name=name,
                kind=RelationshipKind.BELONGS_TO,
                line=self._line(site.node),
                module=module,
                table=table,
                foreign_key=key,
                references=_atom(options.get("references")) or "id",
                filtered=_filtered(options),
                where=conditions(options.get("where")),
            )
        )

    def read_has(self, site: CallSite) -> None:
        """Read `has_one` and `has_many`, with or without `through`."""
        name = self._name(site)
        if name is None:
            return
        options = self._options(site, 2 if len(site.args) > 1 else 1)
        kind = RelationshipKind(site.name.removeprefix("Ecto.Schema."))
        line = self._line(site.node)
        self._note_options(kind.value, name, options, site.node)
        through = options.get("through")
        if through is not None:
            path = through if isinstance(through, list) else []
            names = tuple(atom for atom in map(_atom, path) if atom)
            if not names or len(names) != len(path):
                self.miss(site.node, f"through can't be read: {shown(through)}", partial=False)
            self._associations.append(
                EctoAssociation(name=name, kind=kind, line=line, through=names)
            )
            return
        module, table = self._target(site)
        references = _atom(options.get("references")) or self._key_name()
        key = _atom(options.get("foreign_key"))
        if key is None and references is not None:
            key = f"{macro_underscore(self._module.rpartition('.')[2])}_{references}"
        self._associations.append(
            EctoAssociation(
                name=name,
                kind=kind,
                line=line,
                module=module,
                table=table,
                foreign_key=key,
                references=references,
                filtered=_filtered(options),
                where=conditions(options.get("where")),
                sort=self._sort(site, options),
            )
        )

    def _sort(self, site: CallSite, options: Pairs) -> tuple[tuple[str, str], ...]:
        """Return the fields and directions of `preload_order`."""
        value = options.get("preload_order")
        found = preload_order(value)
        if found is None:
            what = f"the preload_order can't be read: {_short(shown(value))}"
            self.miss(site.node, what, partial=False)
        return found or ()

    def _key_name(self) -> str | None:
        """Return the name of `@primary_key`, which has_one and has_many refer to."""
        key = self._attributes.get("primary_key")
        if key is None:
            return "id"
        return _atom(key[0]) if isinstance(key, tuple) and key else None

    def read_many_to_many(self, site: CallSite) -> None:
        """Read `many_to_many` with its join table or schema."""
        name = self._name(site)
        if name is None:
            return
        options = self._options(site, 2)
        self._note_options("many_to_many", name, options, site.node)
        module, table = self._target(site)
        through, keys = options.get("join_through"), options.get("join_keys")
        if not isinstance(through, str | Module):
            self.miss(site.node, f"join_through can't be read: {shown(through)}", partial=False)
        own = macro_underscore(self._module.rpartition(".")[2])
        related = macro_underscore((module or "").rpartition(".")[2])
        pairs: tuple[tuple[str, str], ...] = ((f"{own}_id", "id"), (f"{related}_id", "id"))
        if keys is not None:
            items = keys.items if isinstance(keys, Pairs) else ()
            pairs = tuple((key, value.name) for key, value in items if isinstance(value, Atom))
        self._associations.append(
            EctoAssociation(
                name=name,
                kind=RelationshipKind.MANY_TO_MANY,
                line=self._line(site.node),
                module=module,
                table=table,
                join_module=through.name if isinstance(through, Module) else None,
                join_table=through if isinstance(through, str) else None,
                join_keys=pairs if len(pairs) == 2 else (),
                filtered=_filtered(options),
                where=conditions(options.get("where")),
                sort=self._sort(site, options),
            )
        )

    def _target(self, site: CallSite) -> tuple[str | None, str | None]:
        """Return the module, and the table when it is given too, of an association."""
        value = evaluate(self._place, site.args[1]) if len(site.args) > 1 else None
        table = None
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
            table, value = value
        if isinstance(value, Module):
            return value.name, table
        text = _short(self._text(site.node))
        self.miss(site.node, f"the schema of an association can't be read: {text}", partial=False)
        return None, table

    def read_embed(self, site: CallSite) -> None:
        """Read `embeds_one` and `embeds_many`, of a module or with the fields in place."""
        name = self._name(site)
        if name is None:
            return
        options = self._options(site, 2)
        many = site.name.endswith("many")
        self._note_options("embeds_many" if many else "embeds_one", name, options, site.node)
        if site.body is None or len(site.args) < 2:
            module, _ = self._target(site)
            type_: FieldType = UnknownType(self._text(site.node))
            if module is not None:
                type_ = EmbedType(module, many)
            self._add(name, type_, options, site.node)
            return
        written = alias_text(self._place.file.tree, site.args[1]) or ""
        # A schema in place stands in the namespace of its owner, whatever is aliased
        # (`expand_nested_module_alias` in Ecto.Schema), unless it says so itself.
        head, _, rest = written.partition(".")
        inner = rest if head == "Elixir" else f"{self._module}.{written}"
        if head == "__MODULE__":
            inner = self._place.resolve(site.node, written)
        self._add(name, EmbedType(inner, many), options, site.node)
        attributes = {"primary_key": options.get("primary_key")}
        place = msgspec.structs.replace(self._place, attributes=attributes)
        call = msgspec.structs.replace(site, name="embedded_schema")
        body = read_body(self._code, self._types, SchemaCall(call, place), inner, at=self._at)
        self._embedded.append(
            EmbeddedSchema(
                module=inner,
                path=self._path(),
                line=self._line(site.node),
                fields=body.fields,
                primary_key=body.primary_key,
                partial=body.partial,
            )
        )
        self._embedded.extend(body.embedded)
        self._unread.extend(body.unread)

    def read_polymorphic(self, site: CallSite) -> None:
        """Read the embeds of the library PolymorphicEmbed."""
        name = self._name(site)
        if name is None:
            return
        type_: FieldType = CustomType(_POLYMORPHIC, PlainType("map"))
        if site.name.endswith("many"):
            type_ = ArrayType(type_)
        self._add(name, type_, self._options(site, 1), site.node)


def _is_plain(type_: object) -> bool:
    """Whether a type is Ecto's own, which takes no parameters."""
    while isinstance(type_, tuple) and len(type_) == 2:
        type_ = type_[1]
    return isinstance(type_, Atom)


def _atom(value: object) -> str | None:
    return value.name if isinstance(value, Atom) else None


def _writable(options: Pairs) -> Writable:
    value = options.get("writable")
    named = isinstance(value, Atom) and value.name in set(Writable)
    return Writable(value.name) if named and isinstance(value, Atom) else Writable.ALWAYS


def _filtered(options: Pairs) -> bool:
    return options.get("where") not in (None, [])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


# The calls that are understood in the body of a schema; any other is taken for a macro.
_CALLS: Mapping[str, Callable[[_BodyReader, CallSite], None]] = {
    "alias": _BodyReader.skip,
    "import": _BodyReader.skip,
    "require": _BodyReader.skip,
    "field": _BodyReader.read_field,
    "timestamps": _BodyReader.read_timestamps,
    "belongs_to": _BodyReader.read_belongs_to,
    "has_one": _BodyReader.read_has,
    "has_many": _BodyReader.read_has,
    "many_to_many": _BodyReader.read_many_to_many,
    "embeds_one": _BodyReader.read_embed,
    "embeds_many": _BodyReader.read_embed,
    "polymorphic_embeds_one": _BodyReader.read_polymorphic,
    "polymorphic_embeds_many": _BodyReader.read_polymorphic,
}
