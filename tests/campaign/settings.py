"""Settings of server, database and role: none of them changes a byte of what is generated."""

from __future__ import annotations

from random import Random

from tests.campaign.ground import ROLE, Ground, Tried, tried
from tests.campaign.oracle import changes, wrong_run, wrong_world
from tests.campaign.projects import DDL, first_run
from tests.databases import run_ddl

_SETTINGS: dict[str, tuple[str, ...]] = {
    "standard_conforming_strings": ("off",),
    "quote_all_identifiers": ("on",),
    "search_path": ("''", "pg_catalog, public", "nowhere", "public, pg_catalog", '"$user"'),
    "DateStyle": ("'SQL, DMY'", "'German'", "'Postgres, MDY'"),
    "IntervalStyle": ("sql_standard", "iso_8601", "postgres_verbose"),
    "bytea_output": ("escape",),
    "extra_float_digits": ("-15", "0", "3"),
    "TimeZone": ("'Asia/Kathmandu'", "'<+23:59>-23:59'"),
    "client_encoding": ("LATIN1", "SJIS", "GB18030", "SQL_ASCII"),
    "client_min_messages": ("debug5", "error"),
    "lock_timeout": ("1",),
    "statement_timeout": ("1",),
    "idle_in_transaction_session_timeout": ("500",),
    "default_transaction_isolation": ("serializable", "'read committed'"),
    "default_transaction_read_only": ("on", "off"),
    "default_transaction_deferrable": ("on",),
    "xmlbinary": ("hex",),
    "xmloption": ("document",),
    "row_security": ("off",),
    "array_nulls": ("off",),
    "enable_seqscan": ("off",),
    "enable_hashjoin": ("off",),
    "from_collapse_limit": ("1",),
    "join_collapse_limit": ("1",),
    "work_mem": ("64",),
    "geqo_threshold": ("2",),
    "jit_above_cost": ("0",),
    "plan_cache_mode": ("force_generic_plan",),
    "transform_null_equals": ("on",),
    "escape_string_warning": ("off",),
    "backslash_quote": ("on",),
    "lc_messages": ("'C'",),
    "lc_monetary": ("'C.UTF-8'",),
    "log_statement": ("'all'",),
    "debug_print_plan": ("on",),
    "application_name": ("'x'",),
    "synchronous_commit": ("off",),
}
_VARYING = "priv/ash_scaffold/.local/"


def attempt(ground: Ground, dice: Random) -> Tried:
    """Set some of them for the database or the role in it, and run as on a plain one."""
    chosen = {name: dice.choice(_SETTINGS[name]) for name in dice.sample([*_SETTINGS], 6)}
    known = ground.known(first_run)
    url = ground.new_url(DDL)
    role = dice.random() < 0.4
    try:
        for name, value in chosen.items():
            _set(url, name, value, role=role)
        with ground.box(first_run) as box:
            world = box.world()
            command = [url if "://" in each else each for each in ground.arguments(
                first_run.command, DDL
            )]  # fmt: skip
            ran = box.run(*command)
            found = {p: each for p, each in box.tree().items() if not p.startswith(_VARYING)}
            meant = {p: each for p, each in known.after.items() if not p.startswith(_VARYING)}
            return tried(
                f"{'role' if role else 'database'} with "
                + ", ".join(f"{name} = {value}" for name, value in chosen.items()),
                wrong_run(ran, (known.code,)),
                [f"generated otherwise: {each}" for each in changes(meant, found)],
                wrong_world(box, world),
            )
    finally:
        ground.give_back(url)


def _set(url: str, name: str, value: str, *, role: bool) -> None:
    from ash_scaffold.postgres.url import parse_url

    made = parse_url(url).url
    whose = f"ROLE {ROLE} IN DATABASE {made.database}" if role else f"DATABASE {made.database}"
    admin = made.set(database="postgres")
    run_ddl(admin, f"ALTER {whose} SET {name} = {value}")
