"""Which attributes look like secrets: they are marked sensitive and kept private."""

from __future__ import annotations

from ash_scaffold.ash.type_mapper import Mapped
from ash_scaffold.ash.types import Family

_SECRET_WORDS = frozenset(
    "password passwd passphrase passcode pwd secret secrets token tokens ssn salt cvv cvc otp totp "
    "pin credential credentials hmac mnemonic".split()
)
# `key` at the end of a name is a secret unless the word before it says what kind of key it is.
_HARMLESS_KEYS = frozenset(
    "public sort sorting cache primary foreign partition natural lookup translation i18n locale "
    "dedup deduplication unique order group grouping routing config configuration setting settings "
    "permission feature object file storage s3 blob map sub job event parent external legacy "
    "import idempotency issue project".split()
)
# Only a value can be a secret; `password_changed_at` and `token_count` are not.
_FAMILIES = frozenset({Family.STRING, Family.BINARY, Family.UUID, Family.JSON})


def looks_secret(name: str, mapped: Mapped) -> bool:
    """Whether an attribute's name and type are those of a password, a token, a key and so on."""
    if mapped.family not in _FAMILIES:
        return False
    words = name.strip("_?!").lower().split("_")
    if _SECRET_WORDS.intersection(words):
        return words[-1] not in ("type", "kind", "name", "hint", "context")
    return words[-1] in ("key", "keys") and (len(words) == 1 or words[-2] not in _HARMLESS_KEYS)
