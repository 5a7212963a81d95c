-- What PostgreSQL has since 15.
CREATE TABLE one_null (
  id bigserial PRIMARY KEY,
  code text,
  name text,
  gone boolean NOT NULL DEFAULT false,
  CONSTRAINT one_null_code_key UNIQUE NULLS NOT DISTINCT (code)
);
CREATE UNIQUE INDEX one_null_name ON one_null (name) NULLS NOT DISTINCT WHERE NOT gone;
CREATE TABLE partly_nullified (
  id bigserial PRIMARY KEY,
  tenant_id integer NOT NULL,
  number integer,
  CONSTRAINT partly_nullified_key FOREIGN KEY (number, tenant_id)
    REFERENCES composite_keys ON DELETE SET NULL (number)
);
