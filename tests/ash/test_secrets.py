"""Which columns are taken for secrets by their name and type, and which are not."""

from __future__ import annotations

import pytest

from ash_scaffold.ash.naming import attribute_name
from ash_scaffold.ash.secrets import looks_secret
from ash_scaffold.ash.types import Family, Mapped
from ash_scaffold.term import Atom

SECRETS = {
    "passwords": """
        password crypted_password encrypted_password hashed_password password_hash password_digest
        password_salt userpassword passwordhash passwd htpasswd pwd pwd_hash user_pwd pw pw_hash
        pass pass_crypt pass_hash pass_salt pass_md5 user_pass db_pass smtp_pass passphrase
        key_passphrase passcode old_password password_confirmation password_encrypted
        """,
    "second factors": """
        otp_secret totp_secret encrypted_otp_secret encrypted_otp_secret_iv otp_auth_url
        twoFactorSecret twoFactorBackupCodes otp_backup_codes backup_codes backup_code
        recovery_codes recovery_code scratch_codes recovery_phrase seed_phrase mfa_code pin
        security_answer secret_answer
        """,
    "tokens": """
        token tokens access_token refresh_token previous_refresh_token refresh_token_hash id_token
        session_token sessionToken reset_password_token confirmation_token unlock_token
        authentication_token invitation_token serviceTokenCiphertext qrToken authtoken csrf
        csrf_token xsrf jwt code_verifier device_code reset_code activation_code
        verification_code
        """,
    "keys": """
        key api_key apiKey apikey api_keys api_key_hash private_key privateKey private_key_pem
        privatekey secret_key secretkey secret_key_base encryption_key encryption_key_iv
        signing_key access_key session_key secret_lookup_key verification_key hidden_image_key psk
        """,
    "other secrets": """
        secret secrets client_secret webhook_secret secret_first secret_second secret_hash
        shared_secret credentials creds salt hmac mnemonic encryptedSad encrypted_iban
        message_ciphertext
        """,
    "numbers of people and cards": "ssn ssn_last4 social_security_number cvv cvv2 cvc",
}
HARMLESS = {
    "words that only begin or end alike": """
        passed passes bypass compass passport passport_number passenger pass_count pass_rate
        season_pass boarding_pass keyboard keywords monkey turkey spin pinned secretary
        tokenized saltwater otpauth keynote
        """,
    "what is said of a secret": """
        password_changed_at password_type password_hint password_strength password_algorithm
        password_policy password_expires_at secret_name secret_question secret_santa
        token_type token_kind token_name token_context token_id token_count token_counts
        token_status token_scope token_scopes token_address token_symbol token_endpoint
        token_issuer token_prefix tokens_used token_usage token_expiry otp_method pin_color
        pin_icon pin_location credentialId credential_type access_key_id api_key_id api_key_name
        api_key_prefix encryption_key_id encrypted_at encrypted_by design_tokens
        """,
    "keys that open nothing": """
        public_key publicKey publickey credentialPublicKey ssh_public_key primary_key foreign_key
        sort_key cache_key partition_key lookup_key natural_key translation_key i18n_key order_key
        idempotency_key search_key shard_key business_key lock_key keyType key_data
        """,
    "codes that open nothing": """
        code zip_code country_code promo_code user_code code_challenge postal_code error_code
        pass_code_count
        """,
}


def _cases(table: dict[str, str]) -> list[str]:
    return [name for names in table.values() for name in names.split()]


def _taken(name: str, family: Family = Family.STRING) -> bool:
    return looks_secret(attribute_name(name), Mapped(type=Atom("string"), family=family))


@pytest.mark.parametrize("name", _cases(SECRETS))
def test_is_a_secret(name: str) -> None:
    assert _taken(name)


@pytest.mark.parametrize("name", _cases(HARMLESS))
def test_is_no_secret(name: str) -> None:
    assert not _taken(name)


@pytest.mark.parametrize("family", Family)
def test_only_what_can_hold_one_is_a_secret(family: Family) -> None:
    can = {Family.STRING, Family.BINARY, Family.UUID, Family.JSON}
    assert _taken("password", family) is (family in can)


@pytest.mark.parametrize("name", ["max_tokens", "token_limit", "password_attempts", "passes"])
def test_a_number_is_no_secret(name: str) -> None:
    assert not _taken(name, Family.INTEGER)
