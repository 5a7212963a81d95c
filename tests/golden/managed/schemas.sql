CREATE SCHEMA billing;
CREATE TYPE billing.state AS ENUM ('open', 'paid');
CREATE TABLE accounts (id bigserial PRIMARY KEY, name text);
CREATE TABLE billing.invoices (
  id bigserial PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  state billing.state NOT NULL DEFAULT 'open',
  number text CONSTRAINT invoice_number UNIQUE
);
CREATE TABLE payments (
  id bigserial PRIMARY KEY,
  invoice_id bigint REFERENCES billing.invoices ON DELETE CASCADE
);
CREATE INDEX ON billing.invoices (state);
COMMENT ON COLUMN billing.invoices.state IS 'its state';
ALTER TABLE payments ADD account_id bigint CONSTRAINT late REFERENCES accounts DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE billing.invoices ADD payer_id bigint CONSTRAINT payer REFERENCES accounts DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE billing.invoices ADD CONSTRAINT owner FOREIGN KEY (account_id) REFERENCES accounts ON DELETE SET DEFAULT NOT VALID;
