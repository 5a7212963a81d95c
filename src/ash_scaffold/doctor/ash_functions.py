"""The SQL functions behind `"ash-functions"`, as a migration of the legacy application's.

AshPostgres calls them by these names and argument types (`AshPostgres.MigrationGenerator.
AshFunctions`); its own migration generator is what must not be used on shared tables.
"""

from __future__ import annotations

_ERROR = "RAISE EXCEPTION 'ash_error: %',"

# Signature, result, and definition.
_FUNCTIONS = (
    (
        "ash_elixir_or(boolean, anycompatible)",
        "anycompatible LANGUAGE sql IMMUTABLE",
        ("SELECT CASE WHEN $1 THEN $1 ELSE $2 END",),
    ),
    (
        "ash_elixir_or(anycompatible, anycompatible)",
        "anycompatible LANGUAGE sql IMMUTABLE",
        ("SELECT coalesce($1, $2)",),
    ),
    (
        "ash_elixir_and(boolean, anycompatible)",
        "anycompatible LANGUAGE sql IMMUTABLE",
        ("SELECT CASE WHEN $1 THEN $2 ELSE $1 END",),
    ),
    (
        "ash_elixir_and(anycompatible, anycompatible)",
        "anycompatible LANGUAGE sql IMMUTABLE",
        ("SELECT CASE WHEN $1 IS NULL THEN $1 ELSE $2 END",),
    ),
    (
        "ash_trim_whitespace(text[])",
        "text[] LANGUAGE sql IMMUTABLE",
        (
            "SELECT coalesce(($1)[min(n)::int:max(n)::int], '{}')",
            "FROM unnest($1) WITH ORDINALITY AS part (word, n)",
            "WHERE word IS DISTINCT FROM ''",
        ),
    ),
    (
        "ash_raise_error(jsonb)",
        "boolean LANGUAGE plpgsql STABLE",
        ("BEGIN", f"  {_ERROR} $1;", "END"),
    ),
    (
        "ash_raise_error(jsonb, anycompatible)",
        "anycompatible LANGUAGE plpgsql STABLE",
        ("BEGIN", f"  {_ERROR} $1;", "END"),
    ),
    (
        "ash_required(anycompatible, jsonb)",
        "anycompatible LANGUAGE plpgsql STABLE",
        (
            "BEGIN",
            "  IF $1 IS NULL THEN",
            f"    {_ERROR} $2;",
            "  END IF;",
            "  RETURN $1;",
            "END",
        ),
    ),
)

# `ash_required` came later, and what Ash sends does without it so far.
CALLED = frozenset(signature.partition("(")[0] for signature, _, _ in _FUNCTIONS) - {"ash_required"}


def statements() -> tuple[str, ...]:
    """Return the SQL statements that make the functions."""
    return tuple("\n".join(_create(*function)) for function in _FUNCTIONS)


def migration(repo: str) -> tuple[str, ...]:
    """Return the lines of an Ecto migration that makes the functions for a repo."""
    lines = [f"defmodule {repo}.Migrations.AddAshFunctions do", "  use Ecto.Migration", ""]
    lines.append("  def up do")
    for function in _FUNCTIONS:
        lines.append('    execute("""')
        lines += [f"    {line}" for line in _create(*function)]
        lines += ['    """)', ""]
    lines[-1:] = ["  end", "", "  def down do"]
    lines += [f'    execute("DROP FUNCTION {signature}")' for signature, _, _ in _FUNCTIONS]
    return (*lines, "  end", "end")


def _create(signature: str, returns: str, body: tuple[str, ...]) -> tuple[str, ...]:
    if len(body) == 1:
        return (
            f"CREATE OR REPLACE FUNCTION {signature}",
            f"RETURNS {returns} AS $$ {body[0]} $$",
        )
    return (
        f"CREATE OR REPLACE FUNCTION {signature}",
        f"RETURNS {returns} AS $$",
        *(f"  {line}" for line in body),
        "$$",
    )
