-- The rest of PostgreSQL's types that can be read.
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
CREATE EXTENSION citext;
CREATE TABLE rest (id bigserial PRIMARY KEY, address inet, net cidr, mac macaddr, bits bit(4), bit1 bit, many varbit(9), pairs hstore, path ltree, name citext NOT NULL DEFAULT 'x', place point, search tsvector, lsn pg_lsn, kind "char", reg oid);
