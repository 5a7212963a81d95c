-- What looks like a secret is sensitive and private, and accepted when the database requires it.
CREATE TABLE accounts (
  id bigserial PRIMARY KEY,
  hashed_password text NOT NULL, reset_token bytea, api_key text NOT NULL DEFAULT '', ssn text, "otpSecret" text NOT NULL,
  public_key text, sort_key text, key text, token_count integer, password_changed_at timestamptz, token_type text
);
