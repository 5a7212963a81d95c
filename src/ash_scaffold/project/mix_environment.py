"""The environment of a mix that formats: what it needs to run, and no secrets.

Formatting may evaluate a project's mix.exs, configuration and `.formatter.exs`, which can be a
branch of anyone. None of that needs a database or a credential.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# What programs, version managers and the two languages go by.
_KEPT = frozenset(
    "PATH HOME USER LOGNAME SHELL PWD OLDPWD TERM TZ TMPDIR TMP TEMP LANG LANGUAGE SSL_CERT_FILE "
    "SSL_CERT_DIR HEX_HOME HEX_OFFLINE".split()
)
_KEPT_PREFIXES = ("LC_", "MIX_", "ELIXIR_", "ERL_", "ERLANG_", "ASDF_", "MISE_", "XDG_", "NIX_")
_DATABASE = re.compile(
    r"PG[A-Z]|POSTGRES|DATABASE|(.*_)?(DB|SQL|MYSQL|REDIS|MONGO|ECTO)(_.*)?$|.*(DATABASE|POSTGRES)"
)
_SECRET = re.compile(
    r"SECRET|TOKEN|PASS|PWD|CRED|KEY|AUTH|PRIVATE|COOKIE|SALT|SIGN|CERT|DSN|WEBHOOK|JWT|OTP|PIN$"
    r"|^(AWS|AZURE|GOOGLE|GCP|GCLOUD|VAULT|STRIPE|SENTRY|TWILIO|GH|HEX)_"
)
# An address with a user's name and a password, or with a token in place of both.
_ADDRESS_WITH_SECRET = re.compile(r"://[^/?#\s]+@")
# Values that are keys by their form alone, whatever they are called.
_KEY = re.compile(
    r"-----BEGIN|\b(sk|pk|rk)_(live|test)_|\b(gh[pousr]|xox[abprs]|glpat|npm)[_-]\w|\bAKIA[0-9A-Z]"
    r"|\beyJ[\w-]+\.eyJ"
)


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out what names a database or looks like a secret, by name or by value."""
    return {name: value for name, value in environment.items() if _harmless(name, value)}


def _harmless(name: str, value: str) -> bool:
    if _ADDRESS_WITH_SECRET.search(value) or _KEY.search(value):
        return False
    upper = name.upper()
    if upper in _KEPT:
        return True
    # MIX_EXS and ERL_AFLAGS are no secrets; MISE_GITHUB_TOKEN is one.
    if _SECRET.search(upper):
        return False
    return upper.startswith(_KEPT_PREFIXES) or _DATABASE.match(upper) is None
