/* ash_scaffold.toml
[tenancy]
strategy = "context"
schema = "tenant_acme"
*/
-- Types of each tenant's schema have no name that holds for all tenants; those of public have one.
CREATE SCHEMA tenant_acme;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE tenant_acme.status AS ENUM ('open', 'closed', 'very "odd"');
CREATE TYPE tenant_acme.answer AS ENUM ('yes', 'nil');
CREATE DOMAIN tenant_acme.zip AS text CONSTRAINT digits CHECK (VALUE ~ '^[0-9]+$');
CREATE DOMAIN tenant_acme.state AS tenant_acme.status;
CREATE TYPE tenant_acme.place AS (street text, zip tenant_acme.zip, status tenant_acme.status);
CREATE TYPE tenant_acme.span AS RANGE (subtype = int8);
CREATE TABLE tenant_acme.posts (
  id bigint PRIMARY KEY,
  status tenant_acme.status NOT NULL DEFAULT 'open',
  earlier tenant_acme.status[] NOT NULL DEFAULT '{}',
  answer tenant_acme.answer,
  mood mood DEFAULT 'ok',
  zip tenant_acme.zip,
  state tenant_acme.state,
  place tenant_acme.place,
  places tenant_acme.place[],
  span tenant_acme.span
);
CREATE UNIQUE INDEX posts_open ON tenant_acme.posts (zip) WHERE status = 'open';
CREATE UNIQUE INDEX posts_known ON tenant_acme.posts (mood, zip)
  WHERE status IN ('open', 'very "odd"') AND mood = 'ok';
