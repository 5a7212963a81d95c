-- Which relation is each of the objects?
-- In psql: \set objects '\'{16384}\''
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = ANY (CAST(:objects AS oid[]))
