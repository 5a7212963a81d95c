-- A composite type is a map.
CREATE TYPE address AS (street text, "zipCode" varchar(10), at point);
CREATE TYPE person AS (name text, home address, age integer);
CREATE TABLE people (id bigserial PRIMARY KEY, home address, who person, addresses address[]);
