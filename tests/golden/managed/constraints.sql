CREATE TABLE rooms (
  id bigserial PRIMARY KEY,
  name text NOT NULL,
  beds int CONSTRAINT beds_positive CHECK (beds > 0),
  price numeric CONSTRAINT "price is ok" CHECK (price >= 0 AND price < 100000),
  code text CONSTRAINT hostile CHECK (code ~ '^\d+$' AND code <> '#{1 + 1}' AND code <> '"""' AND code <> 'é|'),
  kind text CONSTRAINT kinds CHECK (kind IN ('a', 'b')) NO INHERIT,
  during int4range,
  EXCLUDE USING gist (during WITH &&),
  CONSTRAINT rooms_name_key UNIQUE (name) DEFERRABLE
);
ALTER TABLE rooms ADD CONSTRAINT late CHECK (name <> '') NOT VALID;
