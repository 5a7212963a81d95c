-- What PostgreSQL has since 18.
CREATE TABLE sevens (id uuid PRIMARY KEY DEFAULT uuidv7(), other uuid DEFAULT uuidv4(), name text);
CREATE TABLE fours (id uuid PRIMARY KEY DEFAULT uuidv4(), name text);
CREATE TABLE virtual_columns (
  id bigserial PRIMARY KEY,
  a integer NOT NULL,
  twice integer GENERATED ALWAYS AS (a * 2) VIRTUAL,
  thrice integer GENERATED ALWAYS AS (a * 3) STORED
);
CREATE TABLE unenforced (
  id bigserial PRIMARY KEY,
  size integer CONSTRAINT unenforced_size CHECK (size > 0) NOT ENFORCED,
  author_id bigint CONSTRAINT unenforced_author REFERENCES authors NOT ENFORCED
);
CREATE TABLE periods (
  room int4range NOT NULL,
  during daterange NOT NULL,
  note text,
  PRIMARY KEY (room, during WITHOUT OVERLAPS)
);
CREATE TABLE stays (
  id bigserial PRIMARY KEY,
  room int4range,
  during daterange,
  CONSTRAINT stays_period FOREIGN KEY (room, PERIOD during) REFERENCES periods (room, PERIOD during)
);
