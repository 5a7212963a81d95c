-- Checks of tables and domains, exclusion constraints.
CREATE DOMAIN positive AS integer CONSTRAINT positive_check CHECK (VALUE > 0);
CREATE DOMAIN small_positive AS positive CONSTRAINT "small #{x}" CHECK (VALUE < 100);
CREATE DOMAIN required_code AS varchar(10) NOT NULL CHECK (VALUE ~ '^[A-Z]+$');

CREATE TABLE checks (
  id bigserial PRIMARY KEY,
  low integer NOT NULL,
  high integer NOT NULL,
  middle integer,
  state varchar(10) NOT NULL,
  name text NOT NULL,
  count positive,
  few small_positive,
  code required_code,
  settings jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'object'),
  CONSTRAINT no_column CHECK (1 < 2),
  CONSTRAINT low_positive CHECK (low > 0),
  CONSTRAINT low_again CHECK (low < 1000000),
  CONSTRAINT in_order CHECK (low < high AND (middle IS NULL OR middle BETWEEN low AND high)),
  CONSTRAINT known_state CHECK (state IN ('open', 'closed', 'it''s')),
  CONSTRAINT "not ""blank"" #{name}" CHECK (btrim(name) <> ''),
  CONSTRAINT whole_row CHECK (checks IS NOT NULL OR true)
);
ALTER TABLE checks ADD CONSTRAINT not_valid_yet CHECK (high < 500) NOT VALID;

CREATE TABLE bookings (
  id bigserial PRIMARY KEY,
  room int4range NOT NULL,
  during tstzrange NOT NULL,
  cancelled boolean NOT NULL DEFAULT false,
  note text,
  CONSTRAINT bookings_no_overlap EXCLUDE USING gist (room WITH &&, during WITH &&)
    WHERE (NOT cancelled),
  CONSTRAINT bookings_late EXCLUDE USING btree (note WITH =) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT bookings_expression EXCLUDE USING btree (lower(note) WITH =)
);
