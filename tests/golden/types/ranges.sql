-- Ranges are Ash's where they read back, else modules of their own.
CREATE TYPE float_range AS RANGE (subtype = float8);
CREATE TABLE spans (id bigserial PRIMARY KEY, a int8range, b daterange, c tstzrange, d int4range, e numrange, f tsrange, g float_range, h datemultirange, i float_multirange);
