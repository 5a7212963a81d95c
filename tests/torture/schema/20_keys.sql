-- Primary keys: composite, oddly named, of many types, absent.
CREATE TABLE composite_keys (
  tenant_id integer NOT NULL,
  number integer NOT NULL,
  name text,
  PRIMARY KEY (number, tenant_id)
);
CREATE TABLE odd_named_keys (id bigserial, name text, CONSTRAINT "PK_OddNamedKeys" PRIMARY KEY (id));
CREATE TABLE text_keys (code text PRIMARY KEY, name text);
CREATE TABLE uuid_keys (id uuid PRIMARY KEY, name text);
CREATE TABLE random_uuid_keys (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text);
CREATE TABLE dated_keys (day date PRIMARY KEY, name text);
CREATE TABLE padded_keys (code char(4) PRIMARY KEY, name text);
CREATE TABLE numeric_keys (id numeric(10, 0) PRIMARY KEY, name text);
CREATE TABLE enum_keys (state mood, locale varchar(5), body text, PRIMARY KEY (state, locale));
CREATE TABLE late_keys (id integer, name text, PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE lazy_keys (id integer, name text, PRIMARY KEY (id) DEFERRABLE);
CREATE TABLE impostor_keys (
  id bigserial,
  code text,
  CONSTRAINT impostor_keys_pk PRIMARY KEY (id),
  CONSTRAINT impostor_keys_pkey UNIQUE (code)
);
CREATE TABLE no_keys (name text, size integer);
CREATE TABLE unique_instead_of_key (a integer NOT NULL, b text NOT NULL, note text);
CREATE UNIQUE INDEX unique_instead_of_key_ab ON unique_instead_of_key (b, a);
CREATE TABLE partial_instead_of_key (a integer NOT NULL, gone boolean NOT NULL DEFAULT false);
CREATE UNIQUE INDEX partial_instead_of_key_a ON partial_instead_of_key (a) WHERE NOT gone;
CREATE TABLE nullable_instead_of_key (a integer UNIQUE, note text);
