"""The names of secrets, whose attributes are marked sensitive and kept private.

In doubt a name is taken for a secret: what is private by mistake is seen at once and fixed by
`public? true`, what is public by mistake is not.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from ash_scaffold.ash.type_mapper import Mapped
from ash_scaffold.ash.types import Family

_SECRET_WORDS = frozenset(
    "password passwords passwd passphrase passcode pwd pw secret secrets token tokens ssn salt "
    "cvv cvv2 cvc cvc2 otp totp pin credential credentials creds hmac mnemonic csrf xsrf jwt psk "
    "ciphertext "
    # Names that were folded to lower case, or never had an underscore.
    "passwordhash passwordsalt passworddigest passwdhash pwdhash pwhash apikey apikeys apisecret "
    "authtoken accesstoken refreshtoken sessiontoken clientsecret secretkey privatekey "
    "encryptionkey".split()
)
# No other word ends like this: `userpassword`, `htpasswd`.
_SECRET_ENDINGS = ("password", "passwd", "passphrase")
# Two words that are a secret together, wherever they stand in a name.
_SECRET_PAIRS = frozenset(
    (first, second)
    for firsts, seconds in (
        ("pass", "crypt crypted hash salt digest md5 sha1 sha256 enc encrypted"),
        ("backup recovery scratch", "code codes phrase"),
        ("reset activation unlock login verification mfa device", "code codes"),
        ("seed", "phrase"),
        ("code", "verifier"),
        ("security", "answer"),
        ("social", "security"),
        ("api private encryption signing access master", "key keys"),
    )
    for first in firsts.split()
    for second in seconds.split()
)
# `pass` at the end is a password's after these; `boarding_pass` is none.
_BEFORE_PASS = frozenset(
    "user admin login auth db database smtp imap mail ftp sftp ldap proxy http root".split()
)
# Ends of names of columns about a secret that hold none.
_ABOUT = frozenset(
    "type kind name hint context id ids status scope scopes policy algorithm algo method format "
    "length strength label title description question count counts used usage version issuer "
    "endpoint address symbol prefix at on by date expiry santa color colour icon location".split()
)
_HARMLESS_PAIRS = frozenset({("design", "tokens")})
# `key` at the end of a name is a secret unless the word before it names a kind of key that is none.
_HARMLESS_KEYS = frozenset(
    "public sort sorting cache primary foreign partition natural lookup translation i18n locale "
    "dedup deduplication unique order group grouping routing config configuration setting settings "
    "permission feature object file storage s3 blob map sub job event parent external legacy "
    "import idempotency issue project search shard surrogate composite alternate business lock "
    "label message metric category".split()
)
# Only a value can be a secret; `password_changed_at` and `token_count` are not.
_FAMILIES = frozenset({Family.STRING, Family.BINARY, Family.UUID, Family.JSON})


def looks_secret(name: str, mapped: Mapped) -> bool:
    """Whether an attribute's name and type are those of a password, a token, a key and so on."""
    return mapped.family in _FAMILIES and is_secret_name(name)


@cache
def is_secret_name(name: str) -> bool:
    """Whether a text of that name is a password, a token, a key and so on."""
    words = name.strip("_?!").lower().split("_")
    if words[-1] in ("key", "keys"):
        kind = words[-2] if len(words) > 1 else ""
        if kind not in _HARMLESS_KEYS or kind == "public":
            return kind != "public"
    if words[-1] in _ABOUT or not _HARMLESS_PAIRS.isdisjoint(pairwise(words)):
        return False
    return (
        any(word in _SECRET_WORDS or word.endswith(_SECRET_ENDINGS) for word in words)
        or not _SECRET_PAIRS.isdisjoint(pairwise(words))
        or _is_pass(words)
        or (words[0] == "encrypted" and len(words) > 1)
    )


def _is_pass(words: list[str]) -> bool:
    return words[-1] == "pass" and (len(words) == 1 or words[-2] in _BEFORE_PASS)
