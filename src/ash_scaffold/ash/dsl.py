"""The DSL of Ash and AshPostgres: the options of its entities, and their defaults.

Sources: `Ash.Resource.Attribute`, `Ash.Resource.Relationships`, `AshPostgres.DataLayer`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ash_scaffold.ash.model import Attribute, AttributeKind, RelationshipKind
from ash_scaffold.ash.naming import short_name
from ash_scaffold.term import Atom, Capture

# The options of each entity; any other word in their place is a macro of the project.
ATTRIBUTE_OPTIONS = frozenset(
    "allow_nil? always_select? constraints default description filterable? generated? "
    "match_other_defaults? name primary_key? public? select_by_default? sensitive? sortable? "
    "source type update_default writable?".split()
)
# Options that make a relationship a query of its own.
QUERY_OPTIONS = frozenset(
    "from_many? limit manual no_attributes? offset read_action read_action_arguments sort".split()
)
# `filter` is an entity inside of the relationship.
RELATIONSHIP_OPTIONS = QUERY_OPTIONS | frozenset(
    "allow_forbidden_field? allow_nil? attribute_always_select? attribute_public? attribute_type "
    "attribute_writable? authorize_read_with could_be_related_at_creation? default_sort "
    "define_attribute? description destination destination_attribute "
    "destination_attribute_on_join_resource domain filter filterable? join_relationship name "
    "not_found_message primary_key? public? relationship_context sortable? source_attribute "
    "source_attribute_on_join_resource through validate_destination_attribute? "
    "violation_message writable?".split()
)
IDENTITY_OPTIONS = frozenset(
    "all_tenants? description eager_check? eager_check_with field_names keys message name "
    "nils_distinct? pre_check? pre_check_with where".split()
)
REFERENCE_OPTIONS = frozenset(
    "deferrable ignore? index? index_where match_tenant? match_type match_with name on_delete "
    "on_update relationship".split()
)
CHECK_OPTIONS = frozenset({"attribute", "check", "message", "name"})
RESOURCE_OPTIONS = frozenset(
    "atomic_validation_default_target_attribute base_filter default_context description "
    "hide_inspect_fields inspect_private_fields? plural_name require_primary_key? short_name "
    "show_inspect_fields trace_name".split()
)
# The options of `postgres`, and its sections.
POSTGRES_OPTIONS = frozenset(
    "base_filter_sql calculations_to_sql check_constraints create_table_options custom_indexes "
    "custom_statements exclusion_constraint_names foreign_key_names identity_index_names "
    "identity_wheres_to_sql manage_tenant migrate? migration_defaults "
    "migration_ignore_attributes migration_types polymorphic? references repo schema "
    "simple_join_first_aggregates skip_unique_indexes storage_types table "
    "unique_index_names".split()
)
# The options of `postgres` that list constraints beside the identities, references and checks.
CONSTRAINT_NAME_OPTIONS = ("unique_index_names", "exclusion_constraint_names", "foreign_key_names")
# The attributes of `timestamps`: the entity of each, the option of its name, and its default name.
TIMESTAMPS = (
    ("create_timestamp", "inserted_at_field", "inserted_at"),
    ("update_timestamp", "updated_at_field", "updated_at"),
)


def _timestamp(kind: AttributeKind) -> Attribute:
    usec = Atom("utc_datetime_usec")
    return Attribute(
        name="", column="", kind=kind, type=usec, allow_nil=False, public=False, writable=False
    )


def _key(type_: str, kind: AttributeKind = AttributeKind.ATTRIBUTE) -> Attribute:
    return Attribute(
        name="",
        column="",
        kind=kind,
        type=Atom(type_),
        primary_key=True,
        allow_nil=False,
        writable=False,
        generated=kind is AttributeKind.INTEGER_PRIMARY_KEY,
    )


# Each entity of `attributes` without an option. The default of a short form is part of its kind, as
# it is in the model.
ATTRIBUTE_DEFAULTS: Mapping[str, Attribute] = {
    "attribute": Attribute(name="", column="", type=None, public=False),
    "uuid_primary_key": _key("uuid", AttributeKind.UUID_PRIMARY_KEY),
    "uuid_v7_primary_key": msgspec.structs.replace(
        _key("uuid_v7"), default=Capture("Ash.UUIDv7", "generate", 0)
    ),
    "integer_primary_key": _key("integer", AttributeKind.INTEGER_PRIMARY_KEY),
    "create_timestamp": _timestamp(AttributeKind.CREATE_TIMESTAMP),
    "update_timestamp": _timestamp(AttributeKind.UPDATE_TIMESTAMP),
}

ATTRIBUTE_ENTITIES = frozenset(ATTRIBUTE_DEFAULTS)
RELATIONSHIP_ENTITIES = {kind.value: kind for kind in RelationshipKind}


def default_source_attribute(kind: RelationshipKind, name: str) -> str:
    """Return the source attribute of the relationship `name`."""
    return f"{name}_id" if kind is RelationshipKind.BELONGS_TO else "id"


def default_destination_attribute(kind: RelationshipKind, module: str) -> str:
    """Return the destination attribute of a relationship of the resource `module`."""
    has = kind in (RelationshipKind.HAS_MANY, RelationshipKind.HAS_ONE)
    return default_join_attribute(module) if has else "id"


def default_join_attribute(module: str) -> str:
    """Return the attribute of another resource that leads to the resource `module`."""
    return f"{short_name(module)}_id"


def default_join_relationship(name: str) -> str:
    """Return the relationship to the join resource that Ash adds for the many_to_many `name`."""
    return f"{name}_join_assoc"


def default_index_name(table: str, identity: str) -> str:
    """Return the name that AshPostgres expects of an identity's unique index."""
    return f"{table}_{identity}_index"


def default_foreign_key_name(table: str, attribute: str) -> str:
    """Return the name that AshPostgres expects of the foreign key of a belongs_to."""
    return f"{table}_{attribute}_fkey"
