"""The functions of `Ecto.Changeset` that take a changeset, and the names of Elixir's own functions.

Sources: the documentation of Ecto 3.14 (`Ecto.Changeset`), of Elixir 1.19 (`Kernel`,
`Kernel.SpecialForms`) and of `Ecto.Query`.
"""

from __future__ import annotations

from collections.abc import Mapping

CHANGESET = "Ecto.Changeset"

# Steps: the functions that return the changeset they are given, changed. The numbers are those of
# their arguments, the changeset among them.
STEPS: Mapping[str, frozenset[int]] = {
    name: frozenset(arities)
    for name, arities in {
        "add_error": (3, 4),
        "assoc_constraint": (2, 3),
        "cast_assoc": (2, 3),
        "cast_embed": (2, 3),
        "check_constraint": (2, 3),
        "delete_change": (2,),
        "exclusion_constraint": (2, 3),
        "force_change": (3,),
        "foreign_key_constraint": (2, 3),
        "merge": (2,),
        "no_assoc_constraint": (2, 3),
        "optimistic_lock": (2, 3),
        "prepare_changes": (2,),
        "put_assoc": (3, 4),
        "put_change": (3,),
        "put_embed": (3, 4),
        "unique_constraint": (2, 3),
        "unsafe_validate_unique": (3, 4),
        "update_change": (3,),
        "validate_acceptance": (2, 3),
        "validate_change": (3, 4),
        "validate_confirmation": (2, 3),
        "validate_exclusion": (3, 4),
        "validate_format": (3, 4),
        "validate_inclusion": (3, 4),
        "validate_length": (3,),
        "validate_number": (3,),
        "validate_required": (2, 3),
        "validate_subset": (3, 4),
    }.items()
}
CONSTRAINTS = frozenset(
    {
        "assoc_constraint",
        "check_constraint",
        "exclusion_constraint",
        "foreign_key_constraint",
        "no_assoc_constraint",
        "unique_constraint",
    }
)
NESTED = frozenset({"cast_assoc", "cast_embed"})
# Steps that start a changeset where they are given a struct.
STARTS: Mapping[str, frozenset[int]] = {"cast": frozenset({3, 4}), "change": frozenset({1, 2})}
# Functions that tell something of a changeset, or end it.
OTHERS: Mapping[str, frozenset[int]] = {
    name: frozenset(arities)
    for name, arities in {
        "apply_action": (2,),
        "apply_action!": (2,),
        "apply_changes": (1,),
        "changed?": (2, 3),
        "constraints": (1,),
        "empty_values": (0,),
        "fetch_change": (2,),
        "fetch_change!": (2,),
        "fetch_field": (2,),
        "fetch_field!": (2,),
        "field_missing?": (2,),
        "get_assoc": (2, 3),
        "get_change": (2, 3),
        "get_embed": (2, 3),
        "get_field": (2, 3),
        "traverse_errors": (2,),
        "traverse_validations": (2,),
        "validations": (1,),
    }.items()
}


def is_of_changeset(name: str, arity: int) -> bool:
    """Whether `Ecto.Changeset` has a function of that name and arity."""
    return any(arity in table.get(name, ()) for table in (STEPS, STARTS, OTHERS))


# Functions and macros that are there without an import.
KERNEL = frozenset(
    """
    abs alias and apply binary_part binding bit_size byte_size case catch ceil cond dbg def
    destructure div elem else exit floor fn for function_exported? get_and_update_in get_in hd if
    import in inspect is_atom is_binary is_bitstring is_boolean is_exception is_float is_function
    is_integer is_list is_map is_map_key is_nil is_non_struct_map is_number is_pid is_port
    is_reference is_struct is_tuple length macro_exported? make_ref map_size match? max min node not
    or pop_in put_elem put_in quote raise receive rem require reraise round self send spawn
    spawn_link spawn_monitor sigil_D sigil_N sigil_T sigil_U sigil_c sigil_r sigil_s sigil_w struct
    struct! super tap then throw tl to_charlist to_string to_timeout trunc try tuple_size unless
    unquote unquote_splicing update_in use var! when with __MODULE__ __ENV__ __DIR__ __STACKTRACE__
    __CALLER__ nil true false do end rescue after _
    """.split()
)
# The functions of `Ecto` itself that are called by a bare name.
ECTO: Mapping[str, frozenset[int]] = {
    "assoc": frozenset({2, 3}),
    "assoc_loaded?": frozenset({1}),
    "build_assoc": frozenset({2, 3}),
    "embedded_dump": frozenset({2}),
    "embedded_load": frozenset({3}),
    "get_meta": frozenset({2}),
    "primary_key": frozenset({1}),
    "primary_key!": frozenset({1}),
    "put_meta": frozenset({2}),
    "reset_fields": frozenset({2}),
}
# The macros and functions that make a query, and what may stand inside of one, which needs no
# import of its own.
QUERIES = frozenset(
    """
    from where or_where select select_merge join order_by group_by having or_having limit offset
    distinct update dynamic subquery exclude preload lock union union_all except except_all
    intersect intersect_all windows with_cte first last reverse_order has_named_binding?
    put_query_prefix recursive_ctes with_named_binding
    """.split()
)
QUERY = QUERIES | frozenset(
    """
    ago all any as assoc avg coalesce count date_add datetime_add exists field filter fragment
    from_now identifier ilike in is_nil json_extract_path like literal map max merge min not over
    parent_as selected_as splice struct sum type values constant
    """.split()
)
