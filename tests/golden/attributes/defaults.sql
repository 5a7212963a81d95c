-- A default that means the same in Elixir is said there, any other stays the database's.
CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy');
CREATE TABLE settings (
  id bigserial PRIMARY KEY,
  empty text DEFAULT '', quoted text DEFAULT 'it''s "x" #{y}', nothing text DEFAULT NULL, cut varchar(9) DEFAULT 'abc',
  padded char(5) DEFAULT 'a',
  zero integer DEFAULT 0, minus integer DEFAULT -1, big bigint DEFAULT 12345678901, computed integer DEFAULT (1 + 1),
  price numeric(5,2) DEFAULT 9.90, free numeric DEFAULT '-1e3', half double precision DEFAULT 0.5, one float8 DEFAULT 1,
  nan float8 DEFAULT 'NaN',
  yes boolean DEFAULT true, no boolean DEFAULT 'f',
  mood mood DEFAULT 'so so', moods mood[] DEFAULT '{sad,"so so"}',
  words text[] DEFAULT '{}', listed text[] DEFAULT ARRAY['a'::text, NULL, 'b,c'], numbers integer[] DEFAULT '{1,NULL}',
  grid integer[] DEFAULT '{{1},{2}}',
  day date DEFAULT CURRENT_DATE, fixed date DEFAULT '2020-01-01', uid uuid DEFAULT gen_random_uuid(),
  who text DEFAULT CURRENT_USER, json jsonb DEFAULT '{"a": 1.5}', list jsonb DEFAULT '[]', null_value jsonb DEFAULT 'null'
);
