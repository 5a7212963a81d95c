"""The options that Ash has; any other word in their place is a macro of the project."""

from __future__ import annotations

ATTRIBUTE = frozenset(
    "allow_nil? always_select? constraints default description filterable? generated? "
    "match_other_defaults? name primary_key? public? select_by_default? sensitive? sortable? "
    "source type update_default writable?".split()
)
# Options with which a relationship is a query of its own.
QUERY = frozenset(
    "from_many? limit manual no_attributes? offset read_action read_action_arguments sort".split()
)
# `filter` is an entity inside of the relationship.
RELATIONSHIP = QUERY | frozenset(
    "allow_forbidden_field? allow_nil? attribute_always_select? attribute_public? attribute_type "
    "attribute_writable? authorize_read_with could_be_related_at_creation? default_sort "
    "define_attribute? description destination destination_attribute "
    "destination_attribute_on_join_resource domain filter filterable? join_relationship name "
    "not_found_message primary_key? public? relationship_context sortable? source_attribute "
    "source_attribute_on_join_resource through validate_destination_attribute? "
    "violation_message writable?".split()
)
IDENTITY = frozenset(
    "all_tenants? description eager_check? eager_check_with field_names keys message name "
    "nils_distinct? pre_check? pre_check_with where".split()
)
REFERENCE = frozenset(
    "deferrable ignore? index? index_where match_tenant? match_type match_with name on_delete "
    "on_update relationship".split()
)
CHECK = frozenset({"attribute", "check", "message", "name"})
RESOURCE = frozenset(
    "atomic_validation_default_target_attribute base_filter default_context description "
    "hide_inspect_fields inspect_private_fields? plural_name require_primary_key? short_name "
    "show_inspect_fields trace_name".split()
)
# What `postgres` holds, its own sections with it.
POSTGRES = frozenset(
    "base_filter_sql calculations_to_sql check_constraints create_table_options custom_indexes "
    "custom_statements exclusion_constraint_names foreign_key_names identity_index_names "
    "identity_wheres_to_sql manage_tenant migrate? migration_defaults "
    "migration_ignore_attributes migration_types polymorphic? references repo schema "
    "simple_join_first_aggregates skip_unique_indexes storage_types table "
    "unique_index_names".split()
)
