-- An exclusion's error lands on its last column.
CREATE EXTENSION btree_gist;
CREATE TABLE bookings (id bigserial PRIMARY KEY, room integer NOT NULL, period daterange NOT NULL, span tstzrange,
  CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, period WITH &&),
  CONSTRAINT no_span EXCLUDE USING gist (span WITH &&) WHERE (room > 0));
